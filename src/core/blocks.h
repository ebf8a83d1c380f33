/* blocks.h -- six columns of a document of any size, a window of rows at a time.
 *
 *      hlx_blocks_begin;  while ((rows = hlx_blocks_next(...)) > 0) use rows 0 .. rows - 1
 *
 * A whole document's columns are 24 bytes a token and go to memory; a window that fits the
 * second level cache is used up before that. The rows are those of hlx_tokenize and
 * hlx_expand in order; the issues are not delivered. A window of a few thousand rows is
 * best; one of a single row works. spec: LEX-56 */
#ifndef HLX_BLOCKS_H
#define HLX_BLOCKS_H

#include "expand.h"
#include "lexer.h"

/* Where the rows of a window go. The arrays belong to the caller and do not overlap. */
typedef struct hlx_window {
    int32_t *kinds;
    int32_t *codes;
    int32_t *starts;
    int32_t *ends;
    int32_t *lines;
    int32_t *cols;
    uint32_t capacity; /* rows in each of the six; at least 1 */
} hlx_window;

typedef struct hlx_blocks {
    hlx_lexer lexer;
    hlx_place place;
    uint32_t stretch; /* bytes that the machine reads before the next leap, if leaps are poor */
} hlx_blocks;

/* At the beginning of an input of at most HLX_MAX_INPUT_BYTES. */
void hlx_blocks_begin(hlx_blocks *blocks, const uint8_t *input, uint32_t input_length);

/* Fill the window from its first row on; how many rows there are, 0 at the end. The regime is
 * valid; regime and input are the same in every call. spec: LEX-56 */
uint32_t hlx_blocks_next(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, const hlx_window *window);

/* Read on as hlx_lexer_leap does (lexer.h), and derive the rows that it gives as
 * hlx_expand_rows does; behind them the place is the lexer's line, as it was before. `rows` is
 * added to. False: with this kernel or regime there are no leaps. Defined in src/simd/kernel.c.
 * spec: LEX-51, LEX-52, LEX-53 */
bool hlx_blocks_leap(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t pause_at, const hlx_window *window,
                     uint32_t *rows);

#endif
