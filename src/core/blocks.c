/* blocks.c -- six columns, a window at a time; the historic entry point is one use of it.
 * Contracts: blocks.h. */
#include "blocks.h"

#include "catcode.h"
#ifdef __FRAMAC__
#include "../../proofs/window_lemmas.h"
#endif

/* A leap of fewer bytes is poor; after the n-th poor one in turn so many times 2^n are read by
 * the machine. */
#define POOR_LEAP 64u
#define LONG_STRETCH 65536u

void hlx_blocks_begin(hlx_blocks *blocks, const uint8_t *input, uint32_t input_length) {
    blocks->counts.tokens = 0;
    blocks->counts.issues = 0;
    blocks->stretch = 0;
    hlx_place_first(&blocks->place, input, input_length);
    hlx_lexer_init(&blocks->lexer, input, input_length);
    //@ ghost hlx_blocks_first(blocks, input, input_length);
}

/* So many bytes a kernel may go on behind a pause; as many tokens at most, and one more. */
#define MARGIN 128u

/* Pause before the window is full: a full one is finished row by row. */
/*@ requires position: position <= HLX_MAX_INPUT_BYTES + 1;
    requires room: room > 0;
    terminates \true;
    assigns \nothing;
    ensures ahead: \result > position;
*/
static uint32_t pause_for(uint32_t position, uint32_t room) {
    uint32_t bytes = room > 2u * MARGIN ? room - MARGIN : room;
    return position <= UINT32_MAX - bytes ? position + bytes : UINT32_MAX;
}

/* How far the machine reads behind a leap that made `bytes` bytes: longer where leaps are poor. */
/*@ requires stretch: stretch <= HLX_LONGEST_STRETCH;
    terminates \true;
    assigns \nothing;
    ensures most: \result <= HLX_LONGEST_STRETCH;
    ensures progress: bytes + \result > 0;
*/
static uint32_t stretch_behind(uint32_t bytes, uint32_t stretch) {
    if (bytes >= POOR_LEAP) {
        return 0;
    }
    return stretch < LONG_STRETCH ? 2u * stretch + POOR_LEAP : stretch;
}

/* The place goes on to the lexer's line. */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    terminates \true;
    assigns blocks->place.line, blocks->place.line_number;
    ensures run: BlocksCall(blocks, regime, input, input_length, window);
    ensures place: blocks->place.line.start == blocks->lexer.line.start;
*/
static void reach_line(hlx_blocks *blocks, const uint8_t *input, uint32_t input_length)
/*@ ghost (const hlx_regime *regime, const hlx_window *window) */ {
    /*@ ghost hlx_call_apart(blocks, regime, input, input_length, window); */
    /*@ ghost hlx_reading_apart(&blocks->lexer, regime, input, input_length, &blocks->counts); */
    /*@ ghost hlx_spans_known(regime, input, input_length, blocks->lexer.line.start,
                              blocks->lexer.position,
                              blocks->lexer.first_row + blocks->counts.tokens); */
    /*@ assert here: LineOf(input, input_length, blocks->lexer.line.start) ==
          blocks->lexer.line.start; */
    hlx_place_reach(&blocks->place, input, input_length, blocks->lexer.line.start);
    //@ assert place: blocks->place.line.start == blocks->lexer.line.start;
    /*@ ghost hlx_reading_together(&blocks->lexer, regime, input, input_length,
                                   &blocks->counts); */
    //@ assert valid: WindowValid(blocks, window);
    /*@ ghost hlx_call_together(blocks, regime, input, input_length, window); */
}

/* Behind a leap from `before` on: where the machine is to go on to, for the rest of the line, for
 * longer where leaps are poor. */
/*@ requires run: BlocksCall(blocks, regime, input, length, window);
    requires leapt: before <= blocks->lexer.position;
    requires ahead: before < pause_at;
    terminates \true;
    assigns blocks->stretch;
    ensures run: BlocksCall(blocks, regime, input, length, window);
    ensures ahead: before < \result <= pause_at;
*/
static uint32_t stop_behind(hlx_blocks *blocks, uint32_t before, uint32_t pause_at)
/*@ ghost (const hlx_regime *regime, const uint8_t *input, uint32_t length,
           const hlx_window *window) */
{
    uint32_t position = blocks->lexer.position;
    //@ assert within: position <= length + 1 && blocks->stretch <= HLX_LONGEST_STRETCH;
    uint32_t stretch = stretch_behind(position - before, blocks->stretch);
    blocks->stretch = stretch;
    uint32_t stop = position + stretch;
    uint32_t next = blocks->lexer.line.next;
    stop = stop > next ? stop : next;
    return stop < pause_at ? stop : pause_at;
}

/* Leap as far as it goes; where the machine is to go on to from there. */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    requires ahead: blocks->lexer.position < pause_at;
    terminates \true;
    assigns blocks->lexer.line, blocks->lexer.position, blocks->lexer.state, blocks->place,
      blocks->counts.tokens, blocks->stretch, ROWS_FROM(window, blocks->counts.tokens);
    ensures run: BlocksCall(blocks, regime, input, input_length, window);
    ensures onward: \old(blocks->lexer.position) <= blocks->lexer.position;
    ensures ahead: \old(blocks->lexer.position) < \result <= pause_at;
    ensures more: \old(blocks->counts.tokens) <= blocks->counts.tokens;
*/
static uint32_t leap_rows(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                          uint32_t input_length, uint32_t pause_at, const hlx_window *window) {
    uint32_t before = blocks->lexer.position;
    reach_line(blocks, input, input_length) /*@ ghost (regime, window) */;
    if (!hlx_blocks_leap(blocks, regime, input, input_length, pause_at, window)) {
        return pause_at;
    }
    return stop_behind(blocks, before, pause_at)
        /*@ ghost (regime, input, input_length, window) */;
}

/* The machine up to `stop`, or until the window is full. */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: input_length <= HLX_MAX_INPUT_BYTES &&
      \valid_read(input + (0 .. input_length - 1));
    requires window: ColumnsApart(window) && window->capacity <= UINT32_MAX;
    requires valid: \valid(lexer) && \valid(counts);
    requires apart: \separated(lexer, counts, window, ALL_ROWS(window));
    requires reading: LexerReading(lexer, regime, input, input_length, counts);
    requires done: lexer->done != 0 ==>
      TokensAre(input, input_length, regime, lexer->first_row + counts->tokens) &&
      IssuesAre(input, input_length, regime, counts->issues);
    requires tokens: \forall integer k; 0 <= k < lexer->first_row + counts->tokens ==>
      TokenLine(input, input_length, regime, k) >= 0;
    requires issues: \forall integer k; 0 <= k < counts->issues ==>
      IssueLine(input, input_length, regime, k) >= 0;
    requires capacity: counts->tokens <= window->capacity;
    requires given: RowsGiven(input, input_length, regime, window, lexer->first_row,
                       counts->tokens);
    terminates \true;
    assigns lexer->line, lexer->position, lexer->state, lexer->done, counts->tokens,
      counts->issues, window->kinds[counts->tokens .. window->capacity - 1],
      window->codes[counts->tokens .. window->capacity - 1],
      window->starts[counts->tokens .. window->capacity - 1];
    ensures reading: LexerReading(lexer, regime, input, input_length, counts);
    ensures done: lexer->done != 0 ==>
      TokensAre(input, input_length, regime, lexer->first_row + counts->tokens) &&
      IssuesAre(input, input_length, regime, counts->issues);
    ensures tokens: \forall integer k; 0 <= k < lexer->first_row + counts->tokens ==>
      TokenLine(input, input_length, regime, k) >= 0;
    ensures issues: \forall integer k; 0 <= k < counts->issues ==>
      IssueLine(input, input_length, regime, k) >= 0;
    ensures capacity: counts->tokens <= window->capacity;
    ensures given: RowsGiven(input, input_length, regime, window, lexer->first_row,
                       counts->tokens);
    ensures onward: \old(lexer->position) <= lexer->position &&
      \old(lexer->line.start) <= lexer->line.start;
    ensures more: \old(counts->tokens) <= counts->tokens;
    ensures lines: LinesWithin(input, input_length, regime,
                               lexer->first_row + \old(counts->tokens),
                               lexer->first_row + counts->tokens, \old(lexer->line.start),
                               lexer->line.start);
    ensures stops: \result == HLX_STATUS_OK ==> lexer->done != 0 || lexer->position >= stop;
    ensures full: \result != HLX_STATUS_OK ==> counts->tokens == window->capacity;
*/
static hlx_status run_machine(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                              uint32_t input_length, uint32_t stop, const hlx_window *window,
                              hlx_counts *counts) {
    const hlx_columns columns = {
        window->kinds, window->codes, window->starts, (uint32_t)window->capacity, NULL, NULL, 0};
    //@ assert columns: ColumnsValid(&columns, counts) && \separated(lexer, counts, &columns);
    //@ assert reading: LexerReading(lexer, regime, input, input_length, counts);
    /*@ assert tokens: TokensWritten(input, input_length, regime, &columns, lexer->first_row,
                                     counts->tokens); */
    //@ assert issues: IssuesWritten(input, input_length, regime, &columns, counts->issues);
    //@ assert run: LexerCall(lexer, regime, input, input_length, &columns, counts);
    hlx_status status = hlx_lexer_run(lexer, regime, input, input_length, stop, &columns, counts);
    /*@ ghost hlx_window_given(lexer, regime, input, input_length, &columns, window, counts); */
    return status;
}

/* The same, and the derived rows are still there. */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: input_length <= HLX_MAX_INPUT_BYTES &&
      \valid_read(input + (0 .. input_length - 1));
    requires window: ColumnsApart(window) && window->capacity <= UINT32_MAX;
    requires valid: \valid(lexer) && \valid(counts);
    requires apart: \separated(lexer, counts, window, ALL_ROWS(window));
    requires reading: LexerReading(lexer, regime, input, input_length, counts);
    requires done: lexer->done != 0 ==>
      TokensAre(input, input_length, regime, lexer->first_row + counts->tokens) &&
      IssuesAre(input, input_length, regime, counts->issues);
    requires tokens: \forall integer k; 0 <= k < lexer->first_row + counts->tokens ==>
      TokenLine(input, input_length, regime, k) >= 0;
    requires issues: \forall integer k; 0 <= k < counts->issues ==>
      IssueLine(input, input_length, regime, k) >= 0;
    requires capacity: counts->tokens <= window->capacity;
    requires given: RowsGiven(input, input_length, regime, window, lexer->first_row,
                       counts->tokens);
    requires derived: RowsDerived(input, input_length, regime, window, lexer->first_row,
                                  counts->tokens);
    terminates \true;
    assigns lexer->line, lexer->position, lexer->state, lexer->done, counts->tokens,
      counts->issues, window->kinds[counts->tokens .. window->capacity - 1],
      window->codes[counts->tokens .. window->capacity - 1],
      window->starts[counts->tokens .. window->capacity - 1];
    ensures reading: LexerReading(lexer, regime, input, input_length, counts);
    ensures done: lexer->done != 0 ==>
      TokensAre(input, input_length, regime, lexer->first_row + counts->tokens) &&
      IssuesAre(input, input_length, regime, counts->issues);
    ensures tokens: \forall integer k; 0 <= k < lexer->first_row + counts->tokens ==>
      TokenLine(input, input_length, regime, k) >= 0;
    ensures issues: \forall integer k; 0 <= k < counts->issues ==>
      IssueLine(input, input_length, regime, k) >= 0;
    ensures capacity: counts->tokens <= window->capacity;
    ensures given: RowsGiven(input, input_length, regime, window, lexer->first_row,
                       counts->tokens);
    ensures derived: RowsDerived(input, input_length, regime, window, lexer->first_row,
                                 \old(counts->tokens));
    ensures onward: \old(lexer->position) <= lexer->position &&
      \old(lexer->line.start) <= lexer->line.start;
    ensures more: \old(counts->tokens) <= counts->tokens;
    ensures lines: LinesWithin(input, input_length, regime,
                               lexer->first_row + \old(counts->tokens),
                               lexer->first_row + counts->tokens, \old(lexer->line.start),
                               lexer->line.start);
    ensures stops: \result == HLX_STATUS_OK ==> lexer->done != 0 || lexer->position >= stop;
    ensures full: \result != HLX_STATUS_OK ==> counts->tokens == window->capacity;
*/
static hlx_status run_rows(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                           uint32_t input_length, uint32_t stop, const hlx_window *window,
                           hlx_counts *counts) {
    /*@ assert ends: EndsDerived(input, input_length, regime, window->ends, lexer->first_row,
                                 counts->tokens); */
    /*@ assert lines: LinesDerived(input, input_length, regime, window->lines, lexer->first_row,
                                   counts->tokens); */
    /*@ assert cols: ColsDerived(input, input_length, regime, window->cols, lexer->first_row,
                                 counts->tokens); */
    hlx_status status = run_machine(lexer, regime, input, input_length, stop, window, counts);
    //@ assert first: lexer->first_row == \at(lexer->first_row, Pre);
    /*@ assert ends_kept: \forall integer r; 0 <= r < \at(counts->tokens, Pre) ==>
          window->ends[r] == \at(window->ends[r], Pre); */
    /*@ assert lines_kept: \forall integer r; 0 <= r < \at(counts->tokens, Pre) ==>
          window->lines[r] == \at(window->lines[r], Pre); */
    /*@ assert cols_kept: \forall integer r; 0 <= r < \at(counts->tokens, Pre) ==>
          window->cols[r] == \at(window->cols[r], Pre); */
    /*@ assert ends_before: EndsDerived(input, input_length, regime, window->ends,
                                        lexer->first_row, \at(counts->tokens, Pre)); */
    /*@ assert lines_before: LinesDerived(input, input_length, regime, window->lines,
                                          lexer->first_row, \at(counts->tokens, Pre)); */
    /*@ assert cols_before: ColsDerived(input, input_length, regime, window->cols,
                                        lexer->first_row, \at(counts->tokens, Pre)); */
    return status;
}

/* The derived columns of the rows from `row` on. spec: LEX-51, LEX-52 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: input_length <= HLX_MAX_INPUT_BYTES &&
      \valid_read(input + (0 .. input_length - 1));
    requires window: ColumnsApart(window) && \valid(place);
    requires apart: \separated(place, window, ALL_ROWS(window));
    requires place: PlaceRead(place, input, input_length) && place->first_row == first + row;
    requires rows: row <= count <= window->capacity;
    requires few: first + count <= HLX_MAX_INPUT_BYTES + 1;
    requires spans: SpansInOrder(input, input_length, regime, first + count);
    requires lines: TokensInLines(input, input_length, regime, first + count);
    requires given: RowsGiven(input, input_length, regime, window, first, count);
    requires derived: RowsDerived(input, input_length, regime, window, first, row);
    requires behind: row < count ==>
      place->line.start <= TokenStart(input, input_length, regime, first + row);
    terminates \true;
    assigns *place, window->ends[row .. window->capacity - 1],
      window->lines[row .. window->capacity - 1], window->cols[row .. window->capacity - 1];
    ensures given: RowsGiven(input, input_length, regime, window, first, count);
    ensures derived: RowsDerived(input, input_length, regime, window, first, count);
    ensures place: PlaceRead(place, input, input_length) && place->first_row == first + count;
    ensures last: row < count ==>
      place->line.start == TokenLine(input, input_length, regime, first + count - 1);
    ensures same: row == count ==> place->line.start == \old(place->line.start);
*/
static void derive_rows(hlx_place *place, const hlx_regime *regime, const uint8_t *input,
                        uint32_t input_length, const hlx_window *window, uint32_t row,
                        uint32_t count) /*@ ghost (uint32_t first) */ {
    /*@ ghost hlx_starts_behind(regime, input, input_length, window->starts + row, first, row,
                                count); */
    hlx_expand_rows(place, regime, input, input_length, window->starts + row, count - row,
                    window->ends + row, window->lines + row, window->cols + row);
    /*@ assert kinds_kept: \forall integer r; 0 <= r < count ==>
          window->kinds[r] == \at(window->kinds[r], Pre); */
    /*@ assert codes_kept: \forall integer r; 0 <= r < count ==>
          window->codes[r] == \at(window->codes[r], Pre); */
    /*@ assert starts_kept: \forall integer r; 0 <= r < count ==>
          window->starts[r] == \at(window->starts[r], Pre); */
    /*@ assert ends_kept: \forall integer r; 0 <= r < row ==>
          window->ends[r] == \at(window->ends[r], Pre); */
    /*@ assert lines_kept: \forall integer r; 0 <= r < row ==>
          window->lines[r] == \at(window->lines[r], Pre); */
    /*@ assert cols_kept: \forall integer r; 0 <= r < row ==>
          window->cols[r] == \at(window->cols[r], Pre); */
    //@ assert given: RowsGiven(input, input_length, regime, window, first, count);
    //@ assert ends_before: EndsDerived(input, input_length, regime, window->ends, first, row);
    //@ assert lines_before: LinesDerived(input, input_length, regime, window->lines, first, row);
    //@ assert cols_before: ColsDerived(input, input_length, regime, window->cols, first, row);
    /*@ ghost hlx_rows_derived(regime, input, input_length, window->ends + row,
                               window->lines + row, window->cols + row, first, row,
                               count - row); */
    /*@ assert last: row < count ==> \let r = count - row - 1;
          (window->starts + row)[r] == TokenStart(input, input_length, regime,
                                                  first + count - 1); */
}

/* The machine up to `stop`, or until the window is full, and the derived columns of its rows. */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    terminates \true;
    assigns blocks->lexer.line, blocks->lexer.position, blocks->lexer.state, blocks->lexer.done,
      blocks->place, blocks->counts,
      ROWS_FROM(window, blocks->counts.tokens);
    ensures run: BlocksCall(blocks, regime, input, input_length, window);
    ensures onward: \old(blocks->lexer.position) <= blocks->lexer.position;
    ensures more: \old(blocks->counts.tokens) <= blocks->counts.tokens;
    ensures stops: \result == HLX_STATUS_OK ==>
      blocks->lexer.done != 0 || blocks->lexer.position >= stop;
    ensures full: \result != HLX_STATUS_OK ==> blocks->counts.tokens == window->capacity;
*/
static hlx_status read_rows(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                            uint32_t input_length, uint32_t stop, const hlx_window *window) {
    //@ ghost uint32_t first = blocks->lexer.first_row;
    /*@ ghost hlx_call_apart(blocks, regime, input, input_length, window); */
    /*@ ghost hlx_place_apart(&blocks->place, input, input_length); */
    uint32_t row = blocks->counts.tokens;
    hlx_status status =
        run_rows(&blocks->lexer, regime, input, input_length, stop, window, &blocks->counts);
    uint32_t count = blocks->counts.tokens;
    /*@ assert behind: row < count ==> blocks->place.line.start <=
          TokenLine(input, input_length, regime, first + row); */
    /*@ assert ahead: row < count ==> \let last = first + count - 1;
          TokenLine(input, input_length, regime, last) <= blocks->lexer.line.start; */
    /*@ ghost hlx_place_together(&blocks->place, input, input_length); */
    /*@ ghost hlx_reading_apart(&blocks->lexer, regime, input, input_length, &blocks->counts); */
    /*@ ghost hlx_spans_known(regime, input, input_length, blocks->lexer.line.start,
                              blocks->lexer.position, first + count); */
    /*@ ghost hlx_place_aside(blocks, window); */
    derive_rows(&blocks->place, regime, input, input_length, window, row, count)
        /*@ ghost (first) */;
    /*@ ghost hlx_reading_together(&blocks->lexer, regime, input, input_length,
                                   &blocks->counts); */
    //@ assert valid: WindowValid(blocks, window);
    /*@ assert last: row < count ==> blocks->place.line.start ==
          TokenLine(input, input_length, regime, first + count - 1); */
    //@ assert order: blocks->place.line.start <= blocks->lexer.line.start;
    /*@ ghost hlx_call_together(blocks, regime, input, input_length, window); */
    return status;
}

/* One leap, and what the machine reads behind it. */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    requires ahead: blocks->lexer.position < pause_at;
    terminates \true;
    assigns *blocks, ROWS_FROM(window, 0);
    ensures run: BlocksCall(blocks, regime, input, input_length, window);
    ensures first: blocks->lexer.first_row == \old(blocks->lexer.first_row);
    ensures within: blocks->lexer.position <= input_length + 1;
    ensures onward: \old(blocks->lexer.position) <= blocks->lexer.position;
    ensures stops: \result == HLX_STATUS_OK ==>
      blocks->lexer.done != 0 || \old(blocks->lexer.position) < blocks->lexer.position;
    ensures full: \result != HLX_STATUS_OK ==> blocks->counts.tokens == window->capacity;
*/
static hlx_status read_on(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                          uint32_t input_length, uint32_t pause_at, const hlx_window *window) {
    uint32_t stop = leap_rows(blocks, regime, input, input_length, pause_at, window);
    hlx_status status = read_rows(blocks, regime, input, input_length, stop, window);
    /*@ ghost hlx_call_apart(blocks, regime, input, input_length, window); */
    /*@ ghost hlx_reading_apart(&blocks->lexer, regime, input, input_length, &blocks->counts); */
    return status;
}

/* The window was given away: how many rows it has. */
/*@ requires run: BlocksCall(blocks, regime, input, length, window);
    terminates \true;
    assigns blocks->lexer.first_row, blocks->counts.tokens;
    ensures reading: BlocksReading(blocks, regime, input, length);
    ensures next: blocks->counts.tokens == 0;
    ensures rows: \result == \old(blocks->counts.tokens);
    ensures given: blocks->lexer.first_row == \old(blocks->lexer.first_row) + \result;
*/
static uint32_t give_away(hlx_blocks *blocks)
/*@ ghost (const hlx_regime *regime, const uint8_t *input, uint32_t length,
           const hlx_window *window) */
{
    /*@ ghost hlx_call_apart(blocks, regime, input, length, window); */
    /*@ ghost hlx_reading_apart(&blocks->lexer, regime, input, length, &blocks->counts); */
    /*@ ghost hlx_place_apart(&blocks->place, input, length); */
    uint32_t rows = blocks->counts.tokens;
    blocks->lexer.first_row += rows;
    blocks->counts.tokens = 0;
    /*@ ghost hlx_reading_together(&blocks->lexer, regime, input, length, &blocks->counts); */
    /*@ ghost hlx_place_together(&blocks->place, input, length); */
    /*@ ghost hlx_blocks_together(blocks, regime, input, length); */
    return rows;
}

uint32_t hlx_blocks_next(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, const hlx_window *window) {
    uint32_t pause_at = pause_for(blocks->lexer.position, (uint32_t)window->capacity);
    hlx_status status = HLX_STATUS_OK;
    /* A stretch of comments or blanks gives no row: then on to the next pause. */
    /*@ loop invariant run: BlocksCall(blocks, regime, input, input_length, window);
        loop invariant full: status != HLX_STATUS_OK ==>
          blocks->counts.tokens == window->capacity;
        loop invariant first: blocks->lexer.first_row == \at(blocks->lexer.first_row, Pre);
        loop invariant within: blocks->lexer.position <= input_length + 1;
        loop assigns pause_at, status, *blocks, ROWS_FROM(window, 0);
        loop variant input_length + 2 - blocks->lexer.position +
          (blocks->lexer.done != 0 || status != HLX_STATUS_OK ? 0 : 1);
    */
    while (status == HLX_STATUS_OK && !blocks->lexer.done &&
           (blocks->lexer.position < pause_at || blocks->counts.tokens == 0)) {
        if (blocks->lexer.position >= pause_at) {
            pause_at = pause_for(blocks->lexer.position, (uint32_t)window->capacity);
        }
        status = read_on(blocks, regime, input, input_length, pause_at, window);
    }
    //@ assert more: blocks->lexer.done != 0 || blocks->counts.tokens > 0;
    return give_away(blocks) /*@ ghost (regime, input, input_length, window) */;
}

#define HISTORIC_OUTPUT_FULL (-1)
#define HISTORIC_BAD_ARGUMENT (-2)
#define WINDOW_ROWS 4096u

/* The next window; it stands behind `count` rows, which it leaves alone. */
/*@ requires run: BlocksCall(blocks, regime, input, length, window);
    requires capacity: window->capacity > 0;
    requires next: blocks->counts.tokens == 0;
    requires readable: \valid_read(columns) && \separated(columns, blocks);
    requires kinds: \separated(columns->kinds + (0 .. count - 1), blocks, ALL_ROWS(window));
    requires codes: \separated(columns->codes + (0 .. count - 1), blocks, ALL_ROWS(window));
    requires starts: \separated(columns->starts + (0 .. count - 1), blocks, ALL_ROWS(window));
    requires ends: \separated(columns->ends + (0 .. count - 1), blocks, ALL_ROWS(window));
    requires lines: \separated(columns->lines + (0 .. count - 1), blocks, ALL_ROWS(window));
    requires cols: \separated(columns->cols + (0 .. count - 1), blocks, ALL_ROWS(window));
    terminates \true;
    assigns *blocks, ROWS_FROM(window, 0);
    ensures run: BlocksReading(blocks, regime, input, length);
    ensures next: blocks->counts.tokens == 0;
    ensures capacity: \result <= window->capacity;
    ensures given: blocks->lexer.first_row == \old(blocks->lexer.first_row) + \result;
    ensures rows: WindowWritten(input, length, regime, window,
                                \old(blocks->lexer.first_row), \result);
    ensures end: \result == 0 ==> blocks->lexer.done != 0;
    ensures kinds_kept: \forall integer r; 0 <= r < count ==>
      columns->kinds[r] == \old(columns->kinds[r]);
    ensures codes_kept: \forall integer r; 0 <= r < count ==>
      columns->codes[r] == \old(columns->codes[r]);
    ensures starts_kept: \forall integer r; 0 <= r < count ==>
      columns->starts[r] == \old(columns->starts[r]);
    ensures ends_kept: \forall integer r; 0 <= r < count ==>
      columns->ends[r] == \old(columns->ends[r]);
    ensures lines_kept: \forall integer r; 0 <= r < count ==>
      columns->lines[r] == \old(columns->lines[r]);
    ensures cols_kept: \forall integer r; 0 <= r < count ==>
      columns->cols[r] == \old(columns->cols[r]);
*/
static uint32_t next_behind(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                            uint32_t length, const hlx_window *window)
/*@ ghost (const hlx_window *columns, uint32_t count) */ {
    return hlx_blocks_next(blocks, regime, input, length, window);
}

/* The next rows of all columns, behind `count` rows; how many. */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
    requires columns: WindowValid(blocks, columns) && count < columns->capacity;
    requires reading: BlocksReading(blocks, regime, input, length);
    requires next: blocks->counts.tokens == 0 && blocks->lexer.first_row == count;
    requires rows: WindowWritten(input, length, regime, columns, 0, count);
    terminates \true;
    assigns *blocks, ROWS_FROM(columns, count);
    ensures reading: BlocksReading(blocks, regime, input, length);
    ensures next: blocks->counts.tokens == 0 && blocks->lexer.first_row == count + \result;
    ensures capacity: count + \result <= columns->capacity;
    ensures rows: WindowWritten(input, length, regime, columns, 0, count + \result);
    ensures end: \result == 0 ==> blocks->lexer.done != 0;
*/
static uint32_t next_rows(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                          uint32_t length, const hlx_window *columns, uint32_t count) {
    uint32_t room = (uint32_t)columns->capacity - count;
    const hlx_window window = {columns->kinds + count,
                               columns->codes + count,
                               columns->starts + count,
                               columns->ends + count,
                               columns->lines + count,
                               columns->cols + count,
                               room < WINDOW_ROWS ? room : WINDOW_ROWS};
    //@ assert valid: WindowValid(blocks, &window);
    //@ assert none: WindowWritten(input, length, regime, &window, count, 0);
    uint32_t rows = next_behind(blocks, regime, input, length, &window)
        /*@ ghost (columns, count) */;
    //@ assert before: WindowWritten(input, length, regime, columns, 0, count);
    //@ ghost hlx_windows_join(regime, input, length, columns, &window, count, rows);
    return rows;
}

/* Behind the rows that were given: are comments and blanks all that is left? */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
    requires valid: \valid(blocks);
    requires reading: BlocksReading(blocks, regime, input, length);
    requires next: blocks->counts.tokens == 0;
    terminates \true;
    assigns blocks->lexer.line, blocks->lexer.position, blocks->lexer.state, blocks->lexer.done,
      blocks->counts.tokens, blocks->counts.issues;
    ensures first: blocks->lexer.first_row == \old(blocks->lexer.first_row);
    ensures all: \result != 0 ==> TokensAre(input, length, regime, blocks->lexer.first_row);
    ensures more: \result == 0 ==>
      TokenLine(input, length, regime, blocks->lexer.first_row) >= 0;
*/
static bool was_last(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                     uint32_t length) {
    int32_t row = 0;
    const hlx_columns none = {&row, &row, &row, 0, NULL, NULL, 0};
    //@ assert columns: ColumnsValid(&none, &blocks->counts);
    //@ assert tokens: TokensWritten(input, length, regime, &none, blocks->lexer.first_row, 0);
    //@ assert issues: IssuesWritten(input, length, regime, &none, blocks->counts.issues);
    //@ assert run: LexerCall(&blocks->lexer, regime, input, length, &none, &blocks->counts);
    hlx_status status =
        hlx_lexer_run(&blocks->lexer, regime, input, length, UINT32_MAX, &none, &blocks->counts);
    //@ assert within: blocks->lexer.position <= length + 1 && blocks->counts.tokens == 0;
    return status == HLX_STATUS_OK;
}

/* All six columns of an input, if `columns` has room for them, else its first rows.
 * spec: LEX-55 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
    requires columns: ColumnsApart(columns) && columns->capacity <= INT32_MAX;
    terminates \true;
    assigns ROWS_FROM(columns, 0);
    ensures range: HISTORIC_OUTPUT_FULL <= \result <= columns->capacity;
    ensures all: \result >= 0 ==> TokensAre(input, length, regime, \result);
    ensures rows: \result >= 0 ==>
      WindowWritten(input, length, regime, columns, 0, \result);
    ensures full: \result == HISTORIC_OUTPUT_FULL ==>
      TokenLine(input, length, regime, columns->capacity) >= 0 &&
      WindowWritten(input, length, regime, columns, 0, columns->capacity);
*/
static int read_all(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                    const hlx_window *columns) {
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, input, length);
    uint32_t count = 0;
    /*@ loop invariant count: 0 <= count <= columns->capacity;
        loop invariant reading: BlocksReading(&blocks, regime, input, length);
        loop invariant next: blocks.counts.tokens == 0 && blocks.lexer.first_row == count;
        loop invariant rows: WindowWritten(input, length, regime, columns, 0, count);
        loop assigns blocks, count, ROWS_FROM(columns, 0);
        loop variant columns->capacity - count + (blocks.lexer.done != 0 ? 0 : 1);
    */
    while (!blocks.lexer.done && count < columns->capacity) {
        count += next_rows(&blocks, regime, input, length, columns, count);
    }
    /* A full column: is there one more token, or are the rest comments and blanks? */
    bool is_all = blocks.lexer.done || was_last(&blocks, regime, input, length);
    return is_all ? (int)count : HISTORIC_OUTPUT_FULL;
}

int tokenize_bytes_into_soa_simd(const uint8_t *input, size_t input_len, int32_t *kinds,
                                 int32_t *codes, int32_t *start_pos, int32_t *end_pos,
                                 int32_t *lines, int32_t *cols, int max_tokens) {
    if (input_len > HLX_MAX_INPUT_BYTES || max_tokens < 0) {
        return HISTORIC_BAD_ARGUMENT;
    }
    hlx_regime regime;
    (void)hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    const hlx_window columns = {kinds, codes, start_pos,           end_pos,
                                lines, cols,  (uint32_t)max_tokens};
    return read_all(&regime, input, (uint32_t)input_len, &columns);
}
