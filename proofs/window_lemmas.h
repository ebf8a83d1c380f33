/* window_lemmas.h -- what the proof of windows unfolds, as ghost functions; window_laws.c proves
 * them. */
#ifndef HLX_WINDOW_LEMMAS_H
#define HLX_WINDOW_LEMMAS_H

#include "blocks.h"

/* The rows of all six columns of a window, as addresses; and those from one on, as places. */
/* clang-format off */
#define ALL_ROWS(window)                                                                           \
    window->kinds + (0 .. window->capacity - 1), window->codes + (0 .. window->capacity - 1),      \
        window->starts + (0 .. window->capacity - 1), window->ends + (0 .. window->capacity - 1),  \
        window->lines + (0 .. window->capacity - 1), window->cols + (0 .. window->capacity - 1)
#define ROWS_FROM(window, row)                                                                     \
    window->kinds[row .. window->capacity - 1], window->codes[row .. window->capacity - 1],        \
        window->starts[row .. window->capacity - 1], window->ends[row .. window->capacity - 1],    \
        window->lines[row .. window->capacity - 1], window->cols[row .. window->capacity - 1]
/* clang-format on */

/* What is known of the tokens before a place, and of its line. spec: LEX-51 */
/*@ ghost
    /@ requires spans: SpansBefore(input, length, regime, start, position, tokens);
       terminates \true;
       assigns \nothing;
       ensures order: SpansInOrder(input, length, regime, tokens);
       ensures lines: TokensInLines(input, length, regime, tokens);
       ensures starts: \forall integer k; 0 <= k < tokens ==>
         TokenLine(input, length, regime, k) <= TokenStart(input, length, regime, k);
       ensures reached: LineReached(input, length, start);
    @/
    void hlx_spans_known(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t tokens);
*/

/* The machine stands between two characters, taken apart and put together: what becomes of each
 * part when memory is written is plain. */
/*@ ghost
    /@ requires reading: LexerReading(lexer, regime, input, length, counts);
       terminates \true;
       assigns \nothing;
       ensures order: lexer->line.start <= lexer->line.content_end <= lexer->line.terminator <=
         lexer->line.next <= length;
       ensures terminator: lexer->line.terminator ==
         LineTerminator(input, length, lexer->line.start);
       ensures content: lexer->line.content_end ==
         LineContentEnd(input, length, lexer->line.start);
       ensures next: lexer->line.next == LineNext(input, length, lexer->line.start);
       ensures more: lexer->line.next < length ==> lexer->line.content_end < lexer->line.next;
       ensures within: lexer->line.start <= lexer->position <=
         Limit(regime, lexer->line.content_end);
       ensures last: lexer->position <= length + 1;
       ensures state: lexer->state <= HLX_STATE_SKIP_BLANKS;
       ensures few: lexer->first_row + counts->tokens <= lexer->position &&
         counts->issues <= lexer->position;
       ensures coming: Coming(input, length, regime, lexer->line.start, lexer->position,
         lexer->state, lexer->first_row + counts->tokens, counts->issues);
       ensures spans: SpansBefore(input, length, regime, lexer->line.start, lexer->position,
         lexer->first_row + counts->tokens);
    @/
    void hlx_reading_apart(const hlx_lexer *lexer, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_counts *counts);
*/
/*@ ghost
    /@ requires order: lexer->line.start <= lexer->line.content_end <= lexer->line.terminator <=
         lexer->line.next <= length;
       requires terminator: lexer->line.terminator ==
         LineTerminator(input, length, lexer->line.start);
       requires content: lexer->line.content_end ==
         LineContentEnd(input, length, lexer->line.start);
       requires next: lexer->line.next == LineNext(input, length, lexer->line.start);
       requires more: lexer->line.next < length ==> lexer->line.content_end < lexer->line.next;
       requires within: lexer->line.start <= lexer->position <=
         Limit(regime, lexer->line.content_end);
       requires state: lexer->state <= HLX_STATE_SKIP_BLANKS;
       requires few: lexer->first_row + counts->tokens <= lexer->position &&
         counts->issues <= lexer->position;
       requires coming: Coming(input, length, regime, lexer->line.start, lexer->position,
         lexer->state, lexer->first_row + counts->tokens, counts->issues);
       requires spans: SpansBefore(input, length, regime, lexer->line.start, lexer->position,
         lexer->first_row + counts->tokens);
       terminates \true;
       assigns \nothing;
       ensures reading: LexerReading(lexer, regime, input, length, counts);
    @/
    void hlx_reading_together(const hlx_lexer *lexer, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_counts *counts);
*/

/* The same at the beginning of an input, whatever the regime is. */
/*@ ghost
    /@ requires line: LineRead(&lexer->line, input, length);
       requires reached: LineReached(input, length, 0);
       requires first: lexer->line.start == 0 && lexer->position == 0 &&
         lexer->state == HLX_STATE_NEW_LINE;
       requires none: lexer->first_row == 0 && counts->tokens == 0 && counts->issues == 0;
       terminates \true;
       assigns \nothing;
       ensures reading: \forall hlx_regime *regime;
         LexerReading(lexer, regime, input, length, counts);
    @/
    void hlx_reading_begins(const hlx_lexer *lexer, const uint8_t *input, uint32_t length,
    const hlx_counts *counts);
*/

/* The place in the lines, taken apart and put together. */
/*@ predicate PlaceParts{L}(uint8_t *input, integer length, integer start, integer content_end,
                            integer terminator, integer next, integer number) =
      start <= content_end <= terminator <= next <= length &&
      terminator == LineTerminator(input, length, start) &&
      content_end == LineContentEnd(input, length, start) &&
      next == LineNext(input, length, start) && (next < length ==> content_end < next) &&
      LineReached(input, length, start) && 1 <= number <= start + 1 &&
      (\forall integer p; p >= start ==>
        LineNumber(input, length, p) == number + LinesFrom(input, length, start, p)) &&
      (\forall integer p; start <= p && (p < next || next >= length) ==>
        LineNumber(input, length, p) == number);
*/
/*@ ghost
    /@ requires place: PlaceRead(place, input, length);
       terminates \true;
       assigns \nothing;
       ensures parts: PlaceParts(input, length, place->line.start, place->line.content_end,
         place->line.terminator, place->line.next, place->line_number);
    @/
    void hlx_place_apart(const hlx_place *place, const uint8_t *input, uint32_t length);
*/
/*@ ghost
    /@ requires parts: PlaceParts(input, length, place->line.start, place->line.content_end,
         place->line.terminator, place->line.next, place->line_number);
       terminates \true;
       assigns \nothing;
       ensures place: PlaceRead(place, input, length);
    @/
    void hlx_place_together(const hlx_place *place, const uint8_t *input, uint32_t length);
*/

/* What holds whenever blocks.c stands between two characters, taken apart and put together. */
/*@ ghost
    /@ requires run: BlocksCall(blocks, regime, input, length, window);
       terminates \true;
       assigns \nothing;
       ensures input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
       ensures regime: \valid_read(regime) && RegimeValid(regime);
       ensures valid_blocks: \valid(blocks) && \valid_read(window);
       ensures apart: \separated(blocks, window) && window->capacity <= UINT32_MAX;
       ensures rows: RowsApart(blocks, window, window->kinds, window->codes, window->starts,
         window->ends, window->lines, window->cols, window->capacity);
       ensures valid: WindowValid(blocks, window);
       ensures reading: LexerReading(&blocks->lexer, regime, input, length, &blocks->counts);
       ensures done: blocks->lexer.done != 0 ==>
         TokensAre(input, length, regime, blocks->lexer.first_row + blocks->counts.tokens) &&
         IssuesAre(input, length, regime, blocks->counts.issues);
       ensures tokens: \forall integer k; 0 <= k < blocks->lexer.first_row + blocks->counts.tokens ==>
         TokenLine(input, length, regime, k) >= 0;
       ensures issues: \forall integer k; 0 <= k < blocks->counts.issues ==>
         IssueLine(input, length, regime, k) >= 0;
       ensures place: PlaceRead(&blocks->place, input, length);
       ensures order: blocks->place.line.start <= blocks->lexer.line.start;
       ensures row: blocks->place.first_row == blocks->lexer.first_row + blocks->counts.tokens;
       ensures stretch: blocks->stretch <= HLX_LONGEST_STRETCH;
       ensures capacity: blocks->counts.tokens <= window->capacity;
       ensures given: RowsGiven(input, length, regime, window, blocks->lexer.first_row,
                          blocks->counts.tokens);
       ensures derived: RowsDerived(input, length, regime, window, blocks->lexer.first_row,
                            blocks->counts.tokens);
    @/
    void hlx_call_apart(const hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
    uint32_t length, const hlx_window *window);
*/
/*@ ghost
    /@ requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
       requires regime: \valid_read(regime) && RegimeValid(regime);
       requires valid: WindowValid(blocks, window);
       requires reading: LexerReading(&blocks->lexer, regime, input, length, &blocks->counts);
       requires done: blocks->lexer.done != 0 ==>
         TokensAre(input, length, regime, blocks->lexer.first_row + blocks->counts.tokens) &&
         IssuesAre(input, length, regime, blocks->counts.issues);
       requires tokens: \forall integer k; 0 <= k < blocks->lexer.first_row + blocks->counts.tokens ==>
         TokenLine(input, length, regime, k) >= 0;
       requires issues: \forall integer k; 0 <= k < blocks->counts.issues ==>
         IssueLine(input, length, regime, k) >= 0;
       requires place: PlaceRead(&blocks->place, input, length);
       requires order: blocks->place.line.start <= blocks->lexer.line.start;
       requires row: blocks->place.first_row == blocks->lexer.first_row + blocks->counts.tokens;
       requires stretch: blocks->stretch <= HLX_LONGEST_STRETCH;
       requires capacity: blocks->counts.tokens <= window->capacity;
       requires given: RowsGiven(input, length, regime, window, blocks->lexer.first_row,
                          blocks->counts.tokens);
       requires derived: RowsDerived(input, length, regime, window, blocks->lexer.first_row,
                            blocks->counts.tokens);
       terminates \true;
       assigns \nothing;
       ensures run: BlocksCall(blocks, regime, input, length, window);
    @/
    void hlx_call_together(const hlx_blocks *blocks, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_window *window);
*/

/* The same without a window, put together. */
/*@ ghost
    /@ requires reading: LexerReading(&blocks->lexer, regime, input, length, &blocks->counts);
       requires done: blocks->lexer.done != 0 ==>
         TokensAre(input, length, regime, blocks->lexer.first_row + blocks->counts.tokens) &&
         IssuesAre(input, length, regime, blocks->counts.issues);
       requires tokens: \forall integer k; 0 <= k < blocks->lexer.first_row + blocks->counts.tokens ==>
         TokenLine(input, length, regime, k) >= 0;
       requires issues: \forall integer k; 0 <= k < blocks->counts.issues ==>
         IssueLine(input, length, regime, k) >= 0;
       requires place: PlaceRead(&blocks->place, input, length);
       requires order: blocks->place.line.start <= blocks->lexer.line.start;
       requires row: blocks->place.first_row == blocks->lexer.first_row + blocks->counts.tokens;
       requires stretch: blocks->stretch <= HLX_LONGEST_STRETCH;
       terminates \true;
       assigns \nothing;
       ensures all: BlocksReading(blocks, regime, input, length);
    @/
    void hlx_blocks_together(const hlx_blocks *blocks, const hlx_regime *regime,
    const uint8_t *input, uint32_t length);
*/

/* At the beginning of an input. */
/*@ ghost
    /@ requires line: LineRead(&blocks->lexer.line, input, length);
       requires reached: LineReached(input, length, 0);
       requires first: blocks->lexer.line.start == 0 && blocks->lexer.position == 0 &&
         blocks->lexer.state == HLX_STATE_NEW_LINE;
       requires none: blocks->lexer.first_row == 0 && blocks->counts.tokens == 0 &&
         blocks->counts.issues == 0;
       requires more: blocks->lexer.done == 0;
       requires place: PlaceRead(&blocks->place, input, length);
       requires place_first: blocks->place.line.start == 0 && blocks->place.first_row == 0;
       requires stretch: blocks->stretch == 0;
       terminates \true;
       assigns \nothing;
       ensures reading: \forall hlx_regime *regime;
         BlocksReading(blocks, regime, input, length);
    @/
    void hlx_blocks_first(const hlx_blocks *blocks, const uint8_t *input, uint32_t length);
*/

/* What the machine says of its columns, said of the window that they are of. */
/*@ ghost
    /@ requires readable: \valid_read(columns) && \valid_read(window);
       requires run: LexerCall(lexer, regime, input, length, columns, counts);
       requires done: lexer->done != 0 ==> LexerDone(lexer, regime, input, length, counts);
       requires kinds: columns->kinds == window->kinds;
       requires codes: columns->codes == window->codes;
       requires starts: columns->starts == window->starts;
       requires capacity: columns->token_capacity == window->capacity;
       terminates \true;
       assigns \nothing;
       ensures reading: LexerReading(lexer, regime, input, length, counts);
       ensures all: lexer->done != 0 ==>
         TokensAre(input, length, regime, lexer->first_row + counts->tokens) &&
         IssuesAre(input, length, regime, counts->issues);
       ensures tokens: \forall integer k; 0 <= k < lexer->first_row + counts->tokens ==>
         TokenLine(input, length, regime, k) >= 0;
       ensures issues: \forall integer k; 0 <= k < counts->issues ==>
         IssueLine(input, length, regime, k) >= 0;
       ensures room: counts->tokens <= window->capacity;
       ensures given: RowsGiven(input, length, regime, window, lexer->first_row,
                                counts->tokens);
    @/
    void hlx_window_given(const hlx_lexer *lexer, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_columns *columns,
    const hlx_window *window, const hlx_counts *counts);
*/

/* The place is no part of the rows. */
/*@ ghost
    /@ requires rows: RowsApart(blocks, window, window->kinds, window->codes, window->starts,
         window->ends, window->lines, window->cols, window->capacity);
       terminates \true;
       assigns \nothing;
       ensures apart: \separated(&blocks->place, window,
         ALL_ROWS(window));
    @/
    void hlx_place_aside(const hlx_blocks *blocks, const hlx_window *window);
*/

/* The starts behind the first `row` starts. */
/*@ ghost
    /@ requires spans: SpansInOrder(input, length, regime, first + count);
       requires lines: TokensInLines(input, length, regime, first + count);
       requires rows: row <= count && first + count <= UINT32_MAX;
       requires given: \forall integer r; 0 <= r < count ==>
         (starts - row)[r] == TokenStart(input, length, regime, first + r);
       terminates \true;
       assigns \nothing;
       ensures starts: StartsWritten(input, length, regime, starts, first + row, count - row);
       ensures next: row < count ==>
         starts[0] == TokenStart(input, length, regime, first + row);
       ensures last: row < count ==> \let r = count - row - 1;
         starts[r] == TokenStart(input, length, regime, first + count - 1);
    @/
    void hlx_starts_behind(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    const int32_t *starts, uint32_t first, uint32_t row, uint32_t count);
*/

/* Derived rows behind `row` derived rows. */
/*@ ghost
    /@ requires ends_before: EndsDerived(input, length, regime, ends - row, first, row);
       requires lines_before: LinesDerived(input, length, regime, lines - row, first, row);
       requires cols_before: ColsDerived(input, length, regime, cols - row, first, row);
       requires ends: EndsDerived(input, length, regime, ends, first + row, count);
       requires lines: LinesDerived(input, length, regime, lines, first + row, count);
       requires cols: ColsDerived(input, length, regime, cols, first + row, count);
       requires few: row + count <= UINT32_MAX;
       terminates \true;
       assigns \nothing;
       ensures all_ends: EndsDerived(input, length, regime, ends - row, first, row + count);
       ensures all_lines: LinesDerived(input, length, regime, lines - row, first, row + count);
       ensures all_cols: ColsDerived(input, length, regime, cols - row, first, row + count);
    @/
    void hlx_rows_derived(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    const int32_t *ends, const int32_t *lines, const int32_t *cols, uint32_t first,
    uint32_t row, uint32_t count);
*/

/* A window that stands behind the first `count` rows of larger columns. */
/*@ ghost
    /@ requires readable: \valid_read(columns) && \valid_read(window);
       requires before: WindowWritten(input, length, regime, columns, 0, count);
       requires behind: WindowWritten(input, length, regime, window, count, rows);
       requires given: window->kinds == columns->kinds + count &&
         window->codes == columns->codes + count && window->starts == columns->starts + count;
       requires derived: window->ends == columns->ends + count &&
         window->lines == columns->lines + count && window->cols == columns->cols + count;
       requires few: count + rows <= UINT32_MAX;
       terminates \true;
       assigns \nothing;
       ensures all: WindowWritten(input, length, regime, columns, 0, count + rows);
    @/
    void hlx_windows_join(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    const hlx_window *columns, const hlx_window *window, uint32_t count, uint32_t rows);
*/

#endif
