/* tokenize.h -- what hlx_tokenize is made of, for callers who pause.
 *
 *      hlx_lexer_init; while (!done) hlx_lexer_run; hlx_groups_check
 *
 * is hlx_tokenize with pauses, for example to look for a cancel. The public
 * functions that tokenize.c implements are declared in hedgelex.h. */
#ifndef HLX_TOKENIZE_H
#define HLX_TOKENIZE_H

#include "lexer.h"

/* Match the begin-group and end-group tokens of a whole document and append their
 * issues: each end with no group open, and the outermost group that is never ended.
 * `counts->tokens` rows of kinds and starts are read. spec: LEX-64, LEX-65 */
void hlx_groups_check(const hlx_columns *columns, hlx_counts *counts);

#endif
