/* tokenize.h -- what hlx_tokenize is made of, for callers who pause.
 *
 *      hlx_lexer_init; while (!done) hlx_lexer_run; while (!hlx_groups_run) {}
 *
 * is hlx_tokenize with pauses, for example to look for a cancel. The public
 * functions that tokenize.c implements are declared in hedgelex.h. */
#ifndef HLX_TOKENIZE_H
#define HLX_TOKENIZE_H

#include "lexer.h"

/* How far the groups of a document are matched, and which are open there. */
typedef struct hlx_groups {
    uint32_t row;       /* the next to look at */
    uint32_t depth;     /* how many groups are open */
    uint32_t outermost; /* row that began the outermost of them, if any is open */
} hlx_groups;

/* Match the begin-group and end-group tokens of a whole document from `groups->row` on, at most
 * `rows` of them, and append their issues: each end with no group open, and behind the last
 * row the outermost group that is never ended. All zeros is the beginning; the last row is
 * `counts->tokens`, and true is returned when it is reached. spec: LEX-64, LEX-65 */
bool hlx_groups_run(hlx_groups *groups, uint32_t rows, const hlx_columns *columns,
                    hlx_counts *counts);

#endif
