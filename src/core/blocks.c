/* blocks.c -- six columns, a window at a time; the historic entry point is one use of it.
 * Contracts: blocks.h, hedgelex.h. */
#include "blocks.h"

/* A leap of fewer bytes is poor; after the n-th poor one in turn so many times 2^n are read by
 * the machine. */
#define POOR_LEAP 64u
#define LONGEST_STRETCH 65536u

void hlx_blocks_begin(hlx_blocks *blocks, const uint8_t *input, uint32_t input_length) {
    hlx_lexer_init(&blocks->lexer, input, input_length);
    blocks->place = hlx_place_first(input, input_length);
    blocks->stretch = 0;
}

/* So many bytes a kernel may go on behind a pause; as many tokens at most, and one more. */
#define MARGIN 128u

/* Pause before the window is full: a full one is finished row by row. */
static uint32_t pause_for(const hlx_lexer *lexer, uint32_t room) {
    uint32_t bytes = room > 2u * MARGIN ? room - MARGIN : room;
    return lexer->position <= UINT32_MAX - bytes ? lexer->position + bytes : UINT32_MAX;
}

/* Leap as far as it goes. Where the machine is to go on from there: for the rest of the line,
 * for longer where leaps are poor. */
static uint32_t leap_rows(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                          uint32_t input_length, uint32_t pause_at, const hlx_window *window,
                          uint32_t *rows) {
    const hlx_lexer *lexer = &blocks->lexer;
    uint32_t before = lexer->position;
    hlx_place_reach(&blocks->place, input, input_length, lexer->line.start);
    if (!hlx_blocks_leap(blocks, regime, input, input_length, pause_at, window, rows)) {
        return pause_at;
    }
    bool is_poor = lexer->position - before < POOR_LEAP;
    uint32_t longer =
        blocks->stretch < LONGEST_STRETCH ? 2u * blocks->stretch + POOR_LEAP : blocks->stretch;
    blocks->stretch = is_poor ? longer : 0;
    uint32_t next = lexer->line.next;
    uint32_t stop = lexer->position + blocks->stretch;
    stop = stop > next ? stop : next;
    return stop < pause_at ? stop : pause_at;
}

/* Read up to `pause_at`, or until the window is full: its rows from `row` on. How many rows
 * there are then. */
static uint32_t read_rows(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                          uint32_t input_length, uint32_t pause_at, const hlx_window *window) {
    const hlx_columns columns = {
        window->kinds, window->codes, window->starts, window->capacity, NULL, NULL, 0};
    hlx_counts counts = {0, 0};
    hlx_lexer *lexer = &blocks->lexer;
    hlx_status status = HLX_STATUS_OK;
    while (!lexer->done && lexer->position < pause_at && status == HLX_STATUS_OK) {
        uint32_t stop =
            leap_rows(blocks, regime, input, input_length, pause_at, window, &counts.tokens);
        uint32_t row = counts.tokens;
        status = hlx_lexer_run(lexer, regime, input, input_length, stop, &columns, &counts);
        hlx_expand_rows(&blocks->place, regime, input, input_length, window->starts + row,
                        counts.tokens - row, window->ends + row, window->lines + row,
                        window->cols + row);
    }
    return counts.tokens;
}

uint32_t hlx_blocks_next(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, const hlx_window *window) {
    uint32_t rows = 0;
    /* A stretch of comments or blanks gives no row. */
    while (rows == 0 && !blocks->lexer.done) {
        uint32_t pause_at = pause_for(&blocks->lexer, window->capacity);
        rows = read_rows(blocks, regime, input, input_length, pause_at, window);
    }
    return rows;
}

#define HISTORIC_OUTPUT_FULL (-1)
#define HISTORIC_BAD_ARGUMENT (-2)
#define WINDOW_ROWS 4096u

int tokenize_bytes_into_soa_simd(const uint8_t *input, size_t input_len, int32_t *kinds,
                                 int32_t *codes, int32_t *start_pos, int32_t *end_pos,
                                 int32_t *lines, int32_t *cols, int max_tokens) {
    if (input_len > HLX_MAX_INPUT_BYTES || max_tokens < 0) {
        return HISTORIC_BAD_ARGUMENT;
    }
    hlx_regime regime;
    (void)hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    uint32_t length = (uint32_t)input_len;
    uint32_t capacity = (uint32_t)max_tokens;
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, input, length);
    uint32_t count = 0;
    while (count < capacity) { /* without room the columns may be null */
        uint32_t room = capacity - count < WINDOW_ROWS ? capacity - count : WINDOW_ROWS;
        hlx_window window = {
            kinds + count, codes + count, start_pos + count, end_pos + count, lines + count,
            cols + count,  room};
        uint32_t rows = hlx_blocks_next(&blocks, &regime, input, length, &window);
        if (rows == 0) {
            break;
        }
        count += rows;
    }
    if (blocks.lexer.done) {
        return (int)count;
    }
    /* Is there one more, or are the rest comments and blanks? */
    hlx_columns none = {kinds, codes, start_pos, 0, NULL, NULL, 0};
    hlx_counts counts = {0, 0};
    hlx_status status =
        hlx_lexer_run(&blocks.lexer, &regime, input, length, UINT32_MAX, &none, &counts);
    return status == HLX_STATUS_OK ? (int)count : HISTORIC_OUTPUT_FULL;
}
