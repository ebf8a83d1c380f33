/* blocks.c -- six columns, a window at a time; the historic entry point is one use of it.
 * Contracts: blocks.h. */
#include "blocks.h"

#include "catcode.h"

/* A leap of fewer bytes is poor; after the n-th poor one in turn so many times 2^n are read by
 * the machine. */
#define POOR_LEAP 64u
#define LONG_STRETCH 65536u

void hlx_blocks_begin(hlx_blocks *blocks, const uint8_t *input, uint32_t input_length) {
    hlx_lexer_init(&blocks->lexer, input, input_length);
    hlx_place_first(&blocks->place, input, input_length);
    blocks->counts.tokens = 0;
    blocks->counts.issues = 0;
    blocks->stretch = 0;
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

/* Leap as far as it goes. Where the machine is to go on to from there: for the rest of the line,
 * for longer where leaps are poor. */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    requires ahead: blocks->lexer.position < pause_at;
    terminates \true;
    assigns blocks->lexer.line, blocks->lexer.position, blocks->lexer.state, blocks->place,
      blocks->counts.tokens, blocks->stretch,
      window->kinds[blocks->counts.tokens .. window->capacity - 1],
      window->codes[blocks->counts.tokens .. window->capacity - 1],
      window->starts[blocks->counts.tokens .. window->capacity - 1],
      window->ends[blocks->counts.tokens .. window->capacity - 1],
      window->lines[blocks->counts.tokens .. window->capacity - 1],
      window->cols[blocks->counts.tokens .. window->capacity - 1];
    ensures run: BlocksCall(blocks, regime, input, input_length, window);
    ensures onward: \old(blocks->lexer.position) <= blocks->lexer.position;
    ensures ahead: \old(blocks->lexer.position) < \result <= pause_at;
    ensures more: \old(blocks->counts.tokens) <= blocks->counts.tokens;
*/
static uint32_t leap_rows(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                          uint32_t input_length, uint32_t pause_at, const hlx_window *window) {
    uint32_t before = blocks->lexer.position;
    hlx_place_reach(&blocks->place, input, input_length, blocks->lexer.line.start);
    if (!hlx_blocks_leap(blocks, regime, input, input_length, pause_at, window)) {
        return pause_at;
    }
    blocks->stretch = stretch_behind(blocks->lexer.position - before, blocks->stretch);
    uint32_t stop = blocks->lexer.position + blocks->stretch;
    stop = stop > blocks->lexer.line.next ? stop : blocks->lexer.line.next;
    return stop < pause_at ? stop : pause_at;
}

/* The machine up to `stop`, or until the window is full, and the derived columns of its rows. */
/*@ requires run: BlocksCall(blocks, regime, input, input_length, window);
    terminates \true;
    assigns blocks->lexer.line, blocks->lexer.position, blocks->lexer.state, blocks->lexer.done,
      blocks->place, blocks->counts,
      window->kinds[blocks->counts.tokens .. window->capacity - 1],
      window->codes[blocks->counts.tokens .. window->capacity - 1],
      window->starts[blocks->counts.tokens .. window->capacity - 1],
      window->ends[blocks->counts.tokens .. window->capacity - 1],
      window->lines[blocks->counts.tokens .. window->capacity - 1],
      window->cols[blocks->counts.tokens .. window->capacity - 1];
    ensures run: BlocksCall(blocks, regime, input, input_length, window);
    ensures onward: \old(blocks->lexer.position) <= blocks->lexer.position;
    ensures more: \old(blocks->counts.tokens) <= blocks->counts.tokens;
    ensures stops: \result == HLX_STATUS_OK ==>
      blocks->lexer.done != 0 || blocks->lexer.position >= stop;
    ensures full: \result != HLX_STATUS_OK ==> blocks->counts.tokens == window->capacity;
*/
static hlx_status read_rows(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                            uint32_t input_length, uint32_t stop, const hlx_window *window) {
    const hlx_columns columns = {
        window->kinds, window->codes, window->starts, window->capacity, NULL, NULL, 0};
    uint32_t row = blocks->counts.tokens;
    hlx_status status =
        hlx_lexer_run(&blocks->lexer, regime, input, input_length, stop, &columns, &blocks->counts);
    hlx_expand_rows(&blocks->place, regime, input, input_length, window->starts + row,
                    blocks->counts.tokens - row, window->ends + row, window->lines + row,
                    window->cols + row);
    return status;
}

uint32_t hlx_blocks_next(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, const hlx_window *window) {
    uint32_t pause_at = pause_for(blocks->lexer.position, window->capacity);
    hlx_status status = HLX_STATUS_OK;
    /* A stretch of comments or blanks gives no row: then on to the next pause. */
    /*@ loop invariant run: BlocksCall(blocks, regime, input, input_length, window);
        loop invariant full: status != HLX_STATUS_OK ==>
          blocks->counts.tokens == window->capacity;
        loop invariant first: blocks->lexer.first_row == \at(blocks->lexer.first_row, Pre);
        loop assigns pause_at, status, *blocks, window->kinds[0 .. window->capacity - 1],
          window->codes[0 .. window->capacity - 1], window->starts[0 .. window->capacity - 1],
          window->ends[0 .. window->capacity - 1], window->lines[0 .. window->capacity - 1],
          window->cols[0 .. window->capacity - 1];
        loop variant input_length + 2 - blocks->lexer.position +
          (blocks->lexer.done != 0 || status != HLX_STATUS_OK ? 0 : 1);
    */
    while (status == HLX_STATUS_OK && !blocks->lexer.done &&
           (blocks->lexer.position < pause_at || blocks->counts.tokens == 0)) {
        if (blocks->lexer.position >= pause_at) {
            pause_at = pause_for(blocks->lexer.position, window->capacity);
        }
        uint32_t stop = leap_rows(blocks, regime, input, input_length, pause_at, window);
        status = read_rows(blocks, regime, input, input_length, stop, window);
    }
    uint32_t rows = blocks->counts.tokens;
    //@ assert more: blocks->lexer.done != 0 || rows > 0;
    blocks->lexer.first_row += rows;
    blocks->counts.tokens = 0;
    return rows;
}

#define HISTORIC_OUTPUT_FULL (-1)
#define HISTORIC_BAD_ARGUMENT (-2)
#define WINDOW_ROWS 4096u

/* All six columns of an input, if `columns` has room for them, else its first rows.
 * spec: LEX-55 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
    requires columns: ColumnsApart(columns) && columns->capacity <= INT32_MAX;
    terminates \true;
    assigns columns->kinds[0 .. columns->capacity - 1],
      columns->codes[0 .. columns->capacity - 1], columns->starts[0 .. columns->capacity - 1],
      columns->ends[0 .. columns->capacity - 1], columns->lines[0 .. columns->capacity - 1],
      columns->cols[0 .. columns->capacity - 1];
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
        loop assigns blocks, count, columns->kinds[0 .. columns->capacity - 1],
          columns->codes[0 .. columns->capacity - 1],
          columns->starts[0 .. columns->capacity - 1],
          columns->ends[0 .. columns->capacity - 1],
          columns->lines[0 .. columns->capacity - 1],
          columns->cols[0 .. columns->capacity - 1];
        loop variant columns->capacity - count + (blocks.lexer.done != 0 ? 0 : 1);
    */
    while (!blocks.lexer.done && count < columns->capacity) {
        uint32_t room = columns->capacity - count;
        const hlx_window window = {columns->kinds + count,
                                   columns->codes + count,
                                   columns->starts + count,
                                   columns->ends + count,
                                   columns->lines + count,
                                   columns->cols + count,
                                   room < WINDOW_ROWS ? room : WINDOW_ROWS};
        count += hlx_blocks_next(&blocks, regime, input, length, &window);
    }
    if (blocks.lexer.done) {
        return (int)count;
    }
    /* Is there one more, or are the rest comments and blanks? */
    const hlx_columns none = {columns->kinds, columns->codes, columns->starts, 0, NULL, NULL, 0};
    hlx_status status =
        hlx_lexer_run(&blocks.lexer, regime, input, length, UINT32_MAX, &none, &blocks.counts);
    return status == HLX_STATUS_OK ? (int)count : HISTORIC_OUTPUT_FULL;
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
