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
    size_t capacity; /* rows in each of the six: at least 1, at most UINT32_MAX */
} hlx_window;

typedef struct hlx_blocks {
    hlx_lexer lexer;
    hlx_place place;
    hlx_counts counts; /* rows of the present window, issues so far */
    uint32_t stretch;  /* bytes that the machine reads before the next leap, if leaps are poor */
} hlx_blocks;

/* No stretch is longer. */
#define HLX_LONGEST_STRETCH 262144u

/*@ predicate ColumnsApart{L}(hlx_window *window) =
      \valid_read(window) && \valid(window->kinds + (0 .. window->capacity - 1)) &&
      \valid(window->codes + (0 .. window->capacity - 1)) &&
      \valid(window->starts + (0 .. window->capacity - 1)) &&
      \valid(window->ends + (0 .. window->capacity - 1)) &&
      \valid(window->lines + (0 .. window->capacity - 1)) &&
      \valid(window->cols + (0 .. window->capacity - 1)) &&
      \separated(window, window->kinds + (0 .. window->capacity - 1),
                 window->codes + (0 .. window->capacity - 1),
                 window->starts + (0 .. window->capacity - 1),
                 window->ends + (0 .. window->capacity - 1),
                 window->lines + (0 .. window->capacity - 1),
                 window->cols + (0 .. window->capacity - 1));

    predicate RowsApart{L}(hlx_blocks *blocks, hlx_window *window, int32_t *kinds,
                           int32_t *codes, int32_t *starts, int32_t *ends, int32_t *lines,
                           int32_t *cols, integer capacity) =
      \valid(kinds + (0 .. capacity - 1)) && \valid(codes + (0 .. capacity - 1)) &&
      \valid(starts + (0 .. capacity - 1)) && \valid(ends + (0 .. capacity - 1)) &&
      \valid(lines + (0 .. capacity - 1)) && \valid(cols + (0 .. capacity - 1)) &&
      \separated(blocks, window, kinds + (0 .. capacity - 1), codes + (0 .. capacity - 1),
                 starts + (0 .. capacity - 1), ends + (0 .. capacity - 1),
                 lines + (0 .. capacity - 1), cols + (0 .. capacity - 1));

    predicate WindowValid{L}(hlx_blocks *blocks, hlx_window *window) =
      \valid(blocks) && \valid_read(window) && \separated(blocks, window) &&
      window->capacity <= UINT32_MAX &&
      RowsApart(blocks, window, window->kinds, window->codes, window->starts, window->ends,
                window->lines, window->cols, window->capacity);

    // Row 0 of the window is token `first`: the columns that the machine gives, and the others.
    predicate RowsGiven{L}(uint8_t *input, integer length, hlx_regime *regime,
                           hlx_window *window, integer first, integer count) =
      (\forall integer row; 0 <= row < count ==>
        window->kinds[row] == TokenKind(input, length, regime, first + row)) &&
      (\forall integer row; 0 <= row < count ==>
        window->codes[row] == TokenCode(input, length, regime, first + row)) &&
      (\forall integer row; 0 <= row < count ==>
        window->starts[row] == TokenStart(input, length, regime, first + row));

    predicate RowsDerived{L}(uint8_t *input, integer length, hlx_regime *regime,
                             hlx_window *window, integer first, integer count) =
      EndsDerived(input, length, regime, window->ends, first, count) &&
      LinesDerived(input, length, regime, window->lines, first, count) &&
      ColsDerived(input, length, regime, window->cols, first, count);

    predicate WindowWritten{L}(uint8_t *input, integer length, hlx_regime *regime,
                               hlx_window *window, integer first, integer count) =
      RowsGiven(input, length, regime, window, first, count) &&
      RowsDerived(input, length, regime, window, first, count);

    predicate BlocksReading{L}(hlx_blocks *blocks, hlx_regime *regime, uint8_t *input,
                               integer length) =
      LexerReading(&blocks->lexer, regime, input, length, &blocks->counts) &&
      (blocks->lexer.done != 0 ==>
        LexerDone(&blocks->lexer, regime, input, length, &blocks->counts)) &&
      (\forall integer k; 0 <= k < blocks->lexer.first_row + blocks->counts.tokens ==>
        TokenLine(input, length, regime, k) >= 0) &&
      (\forall integer k; 0 <= k < blocks->counts.issues ==>
        IssueLine(input, length, regime, k) >= 0) &&
      PlaceRead(&blocks->place, input, length) &&
      blocks->place.line.start <= blocks->lexer.line.start &&
      blocks->place.first_row == blocks->lexer.first_row + blocks->counts.tokens &&
      blocks->stretch <= HLX_LONGEST_STRETCH;

    predicate BlocksCall{L}(hlx_blocks *blocks, hlx_regime *regime, uint8_t *input,
                            integer length, hlx_window *window) =
      length <= HLX_MAX_INPUT_BYTES && \valid_read(regime) && RegimeValid(regime) &&
      \valid_read(input + (0 .. length - 1)) && WindowValid(blocks, window) &&
      BlocksReading(blocks, regime, input, length) &&
      blocks->counts.tokens <= window->capacity &&
      WindowWritten(input, length, regime, window, blocks->lexer.first_row,
                    blocks->counts.tokens);
*/

/* At the beginning of an input. spec: LEX-56 */
/*@ requires within: input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires writable: \valid(blocks);
    terminates \true;
    assigns *blocks;
    ensures reading: \forall hlx_regime *regime; \valid_read(regime) && RegimeValid(regime) ==>
      BlocksReading(blocks, regime, input, input_length);
    ensures first: blocks->lexer.first_row == 0 && blocks->counts.tokens == 0;
    ensures more: blocks->lexer.done == 0;
*/
void hlx_blocks_begin(hlx_blocks *blocks, const uint8_t *input, uint32_t input_length);

/* Fill the window from its first row on; how many rows there are, 0 at the end. The regime is
 * valid; regime and input are the same in every call. Row r of the window is token first_row + r
 * of the specification, and the next window goes on behind the last row. spec: LEX-56 */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    requires capacity: window->capacity > 0;
    requires next: blocks->counts.tokens == 0;
    terminates \true;
    assigns *blocks, window->kinds[0 .. window->capacity - 1],
      window->codes[0 .. window->capacity - 1], window->starts[0 .. window->capacity - 1],
      window->ends[0 .. window->capacity - 1], window->lines[0 .. window->capacity - 1],
      window->cols[0 .. window->capacity - 1];
    ensures run: BlocksReading(blocks, regime, input, input_length);
    ensures next: blocks->counts.tokens == 0;
    ensures capacity: \result <= window->capacity;
    ensures given: blocks->lexer.first_row == \old(blocks->lexer.first_row) + \result;
    ensures rows: WindowWritten(input, input_length, regime, window,
                                \old(blocks->lexer.first_row), \result);
    ensures end: \result == 0 ==> blocks->lexer.done != 0;
*/
uint32_t hlx_blocks_next(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, const hlx_window *window);

/* Read on as hlx_lexer_leap does (lexer.h), and derive the rows that it gives as
 * hlx_expand_rows does; behind them the place is the lexer's line, as it was before. False: with
 * this kernel or regime there are no leaps. Defined in src/simd/kernel.c and assumed by name: what
 * it promises is what hlx_lexer_run and hlx_expand_rows do. spec: LEX-51, LEX-52, LEX-53 */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    requires place: blocks->place.line.start == blocks->lexer.line.start;
    terminates \true;
    assigns blocks->lexer.line, blocks->lexer.position, blocks->lexer.state, blocks->place,
      blocks->counts.tokens,
      window->kinds[blocks->counts.tokens .. window->capacity - 1],
      window->codes[blocks->counts.tokens .. window->capacity - 1],
      window->starts[blocks->counts.tokens .. window->capacity - 1],
      window->ends[blocks->counts.tokens .. window->capacity - 1],
      window->lines[blocks->counts.tokens .. window->capacity - 1],
      window->cols[blocks->counts.tokens .. window->capacity - 1];
    ensures run: BlocksCall(blocks, regime, input, input_length, window);
    ensures progress: \old(blocks->lexer.position) <= blocks->lexer.position;
    ensures more: \old(blocks->counts.tokens) <= blocks->counts.tokens;
*/
bool hlx_blocks_leap(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t pause_at, const hlx_window *window);

/* tokenize_bytes_into_soa_simd, declared in hedgelex.h. That the rows are the specification's for
 * the regime that hlx_regime_preset fills is the contract of `read_all` (blocks.c). */
/*@ requires readable: \valid_read(input + (0 .. input_len - 1));
    requires writable: \valid(kinds + (0 .. max_tokens - 1)) &&
      \valid(codes + (0 .. max_tokens - 1)) && \valid(start_pos + (0 .. max_tokens - 1)) &&
      \valid(end_pos + (0 .. max_tokens - 1)) && \valid(lines + (0 .. max_tokens - 1)) &&
      \valid(cols + (0 .. max_tokens - 1));
    requires apart: \separated(kinds + (0 .. max_tokens - 1), codes + (0 .. max_tokens - 1),
      start_pos + (0 .. max_tokens - 1), end_pos + (0 .. max_tokens - 1),
      lines + (0 .. max_tokens - 1), cols + (0 .. max_tokens - 1));
    terminates \true;
    assigns kinds[0 .. max_tokens - 1], codes[0 .. max_tokens - 1],
      start_pos[0 .. max_tokens - 1], end_pos[0 .. max_tokens - 1], lines[0 .. max_tokens - 1],
      cols[0 .. max_tokens - 1];
    ensures range: -2 <= \result <= (max_tokens < 0 ? 0 : max_tokens);
    ensures argument: \result == -2 <==> input_len > HLX_MAX_INPUT_BYTES || max_tokens < 0;
*/
int tokenize_bytes_into_soa_simd(const uint8_t *input, size_t input_len, int32_t *kinds,
                                 int32_t *codes, int32_t *start_pos, int32_t *end_pos,
                                 int32_t *lines, int32_t *cols, int max_tokens);

#endif
