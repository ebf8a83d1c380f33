/* blocks.c -- six columns, a window at a time; the historic entry point is one use of it.
 * Contracts: blocks.h, hedgelex.h. */
#include "blocks.h"

void hlx_blocks_begin(hlx_blocks *blocks, const uint8_t *input, uint32_t input_length) {
    hlx_lexer_init(&blocks->lexer, input, input_length);
    blocks->place = hlx_place_first(input, input_length);
}

/* So many bytes a kernel may go on behind a pause; as many tokens at most, and one more. */
#define MARGIN 128u

/* Pause before the window is full: a full one is finished row by row. */
static uint32_t pause_for(const hlx_lexer *lexer, uint32_t room) {
    uint32_t bytes = room > 2u * MARGIN ? room - MARGIN : room;
    return lexer->position <= UINT32_MAX - bytes ? lexer->position + bytes : UINT32_MAX;
}

uint32_t hlx_blocks_next(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, const hlx_window *window) {
    hlx_columns columns = {
        window->kinds, window->codes, window->starts, window->capacity, NULL, NULL, 0};
    hlx_counts counts = {0, 0};
    hlx_lexer *lexer = &blocks->lexer;
    /* A stretch of comments or blanks gives no row. */
    while (counts.tokens == 0 && !lexer->done) {
        uint32_t pause_at = pause_for(lexer, window->capacity);
        (void)hlx_lexer_run(lexer, regime, input, input_length, pause_at, &columns, &counts);
    }
    hlx_expand_rows(&blocks->place, regime, input, input_length, window->starts, counts.tokens,
                    window->ends, window->lines, window->cols);
    return counts.tokens;
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
