/* expand.h -- the columns that are derived from the others, piece by piece.
 *
 *      starts  -->  ends, lines, cols
 *
 * hlx_expand (hedgelex.h) derives them for a whole document; for one that comes in pieces
 * hlx_place says where the last piece ended. spec: LEX-51, LEX-52 */
#ifndef HLX_EXPAND_H
#define HLX_EXPAND_H

#include "hedgelex.h"
#include "line.h"

/* The line that the next token begins in, or an earlier one. */
typedef struct hlx_place {
    hlx_line line;
    uint32_t line_number;
} hlx_place;

/* The first line. spec: LEX-10 */
hlx_place hlx_place_first(const uint8_t *input, uint32_t input_length);

/* Go on to the line that `position` is in, or to the last one; the present one is no later.
 * spec: LEX-10 */
void hlx_place_reach(hlx_place *place, const uint8_t *input, uint32_t input_length,
                     uint32_t position);

/* Derive `row_count` rows of tokens in order, none before `place`, which goes on with them. */
void hlx_expand_rows(hlx_place *place, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, const int32_t *starts, uint32_t row_count,
                     int32_t *ends, int32_t *lines, int32_t *cols);

#endif
