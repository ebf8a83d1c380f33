/* expand.c -- the columns that are derived from the others. Contracts: expand.h, hedgelex.h.
 *
 *      starts     4  5  6  11 12      11 - 6 > 1: the token at 6 may be longer than a byte
 *      ends       5  6  ?  12 13
 *
 * Tokens are disjoint and none but the last is empty, so a token directly before the next one
 * is one byte long. Only the others are looked at. Lines are found from one terminator
 * to the next; within a line all rows are alike, which the compiler turns into vectors. */
#include "expand.h"

#include "character.h"
#include "control_sequence.h"
#include "line.h"
#include "scan.h"

#define GROUP 16u

hlx_place hlx_place_first(const uint8_t *input, uint32_t input_length) {
    hlx_place place = {hlx_line_at(input, input_length, 0), 1};
    return place;
}

void hlx_place_reach(hlx_place *place, const uint8_t *input, uint32_t input_length,
                     uint32_t position) {
    while (position >= place->line.next && place->line.next < input_length) {
        place->line = hlx_line_at(input, input_length, place->line.next);
        place->line_number++;
    }
}

/* The byte behind the token that starts at `start`: read it again. spec: LEX-51 */
static uint32_t end_of_token(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                             uint32_t start) {
    uint32_t position = start < line->content_end ? start : line->content_end;
    hlx_character character = hlx_character_at(line, regime, input, position);
    uint32_t next = character.next;
    if (character.category == HLX_CATEGORY_ESCAPE) {
        next = hlx_control_sequence_at(line, regime, input, next).next;
    }
    return hlx_span_end(line, next);
}

/* The category of a byte that is a character by itself, of others one that none of those
 * below is. */
static uint32_t category_at(const hlx_regime *regime, const uint8_t *input, uint32_t position) {
    uint8_t byte = input[position];
    bool is_whole = byte < 128u || regime->encoding == HLX_ENCODING_BYTES;
    bool is_terminator = byte == '\n' || byte == '\r';
    return is_whole && !is_terminator ? regime->category[byte] : HLX_CATEGORY_INVALID;
}

/* Is the byte before `next` the last of a name? A letter is, if it is no digit of a notation
 * and no blank of the line's end. */
static bool ends_name(const hlx_regime *regime, const uint8_t *input, uint32_t start,
                      uint32_t next) {
    if (input[next - 1u] == ' ' || category_at(regime, input, next - 1u) != HLX_CATEGORY_LETTER) {
        return false;
    }
    static const uint32_t digits[4] = {1, 2, 4, 6};
    for (uint32_t i = 0; i < 4 && next - start > digits[i]; i++) {
        if (category_at(regime, input, next - 1u - digits[i]) == HLX_CATEGORY_SUPERSCRIPT) {
            return false;
        }
    }
    return true;
}

/* Behind a name whose characters stand as they are; 0 where they may not. spec: LEX-31, LEX-32 */
static uint32_t end_of_plain_name(const hlx_line *line, const hlx_regime *regime,
                                  const uint8_t *input, uint32_t start) {
    uint32_t end = start + 1u;
    while (end < line->content_end && category_at(regime, input, end) == HLX_CATEGORY_LETTER) {
        end++;
    }
    if (end == start + 1u) {
        uint32_t symbol = end < line->content_end ? category_at(regime, input, end)
                                                  : (uint32_t)HLX_CATEGORY_INVALID;
        bool is_plain = symbol != HLX_CATEGORY_INVALID && symbol != HLX_CATEGORY_SUPERSCRIPT;
        return is_plain ? end + 1u : 0;
    }
    uint32_t behind = HLX_CATEGORY_OTHER;
    if (end < line->content_end) {
        behind = category_at(regime, input, end);
    } else if (regime->end_of_line_char >= 0) {
        behind = regime->category[regime->end_of_line_char];
    }
    bool may_go_on = behind == HLX_CATEGORY_SUPERSCRIPT || behind == HLX_CATEGORY_INVALID ||
                     behind == HLX_CATEGORY_LETTER;
    return may_go_on ? 0 : end;
}

/* Behind a token at `start` when the next one is at `next`, more than a byte away. Nothing
 * else drops a letter but a comment, and that ends with a terminator: such a letter belongs to
 * this token. */
static uint32_t end_before(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                           uint32_t start, uint32_t next) {
    if (next == start + 1u || ends_name(regime, input, start, next)) {
        return next;
    }
    if (start == line->terminator) {
        return line->next;
    }
    uint32_t category = category_at(regime, input, start);
    if (category == HLX_CATEGORY_SPACE || category == HLX_CATEGORY_LETTER ||
        category == HLX_CATEGORY_OTHER) {
        return start + 1u;
    }
    uint32_t end =
        category == HLX_CATEGORY_ESCAPE ? end_of_plain_name(line, regime, input, start) : 0;
    return end != 0 ? end : end_of_token(line, regime, input, start);
}

/* Where derived columns go, and from what: constant for a call of hlx_expand_rows. */
typedef struct rows {
    const int32_t *starts;
    uint32_t count;
    int32_t *ends;
    int32_t *lines;
    int32_t *cols;
} rows;

/* A group of rows as if it were in the present line and its tokens one byte long. Which
 * of them are not, as a set of bits, and how many are before `next`. */
typedef struct group {
    uint32_t longer;
    uint32_t inside;
} group;

static group expand_group(const rows *to, uint32_t row, const hlx_place *place, int32_t next) {
    static const uint32_t bits[GROUP] = {1,   2,   4,    8,    16,   32,   64,    128,
                                         256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    const int32_t *starts = to->starts + row;
    int32_t *ends = to->ends + row;
    int32_t *lines = to->lines + row;
    int32_t *cols = to->cols + row;
    int32_t number = (int32_t)place->line_number;
    int32_t before = (int32_t)place->line.start - 1;
    group found = {0, 0};
    for (uint32_t i = 0; i < GROUP; i++) {
        ends[i] = starts[i] + 1;
        lines[i] = number;
        cols[i] = starts[i] - before;
        found.longer += starts[i + 1] - starts[i] != 1 ? bits[i] : 0;
        found.inside += starts[i] < next ? 1u : 0u;
    }
    return found;
}

/* One row; the last one has no other behind it. */
static void expand_row(const rows *to, uint32_t row, const hlx_place *place,
                       const hlx_regime *regime, const uint8_t *input) {
    uint32_t start = (uint32_t)to->starts[row];
    uint32_t end = row + 1u < to->count ? end_before(&place->line, regime, input, start,
                                                     (uint32_t)to->starts[row + 1u])
                                        : end_of_token(&place->line, regime, input, start);
    to->ends[row] = (int32_t)end;
    to->lines[row] = (int32_t)place->line_number;
    to->cols[row] = to->starts[row] - (int32_t)place->line.start + 1;
}

/* The rows of the present line from `row` on; the first row behind it. Rows of a group that
 * are behind the line are overwritten when their own line comes. */
static uint32_t expand_line(const rows *to, uint32_t row, const hlx_place *place,
                            const hlx_regime *regime, const uint8_t *input, int32_t next) {
    /* A short line is not worth a group. */
    while (to->count - row > GROUP && next - to->starts[row] > (int32_t)GROUP / 2) {
        group found = expand_group(to, row, place, next);
        uint32_t longer = found.longer % ((uint32_t)1 << found.inside);
        for (; longer != 0; longer &= longer - 1u) {
            expand_row(to, row + (uint32_t)__builtin_ctz(longer), place, regime, input);
        }
        row += found.inside;
        if (found.inside < GROUP) {
            return row;
        }
    }
    while (row < to->count && to->starts[row] < next) {
        expand_row(to, row, place, regime, input);
        row++;
    }
    return row;
}

void hlx_expand_rows(hlx_place *place, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, const int32_t *starts, uint32_t row_count,
                     int32_t *ends, int32_t *lines, int32_t *cols) {
    const rows to = {starts, row_count, ends, lines, cols};
    const hlx_line *line = &place->line;
    uint32_t row = 0;
    while (row < row_count) {
        hlx_place_reach(place, input, input_length, (uint32_t)starts[row]);
        /* The end of the last line may stand at the input's end. */
        int32_t next = (int32_t)line->next + (line->next == input_length ? 1 : 0);
        row = expand_line(&to, row, place, regime, input, next);
    }
}

void hlx_expand(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                const int32_t *starts, uint32_t token_count, int32_t *ends, int32_t *lines,
                int32_t *cols) {
    hlx_place place = hlx_place_first(input, input_length);
    hlx_expand_rows(&place, regime, input, input_length, starts, token_count, ends, lines, cols);
}
