/* scan.c -- the portable scan kernel. Contract: scan.h. */
#include "scan.h"

/* A character that is one token whatever the state, with no issue and no look
 * ahead. Escape, superscript, end of line, ignored, space, comment and invalid
 * are not. */
static bool is_plain_category(uint32_t category) {
    if (category == HLX_CATEGORY_ESCAPE || category == HLX_CATEGORY_END_OF_LINE) {
        return false;
    }
    if (category == HLX_CATEGORY_SUPERSCRIPT || category == HLX_CATEGORY_IGNORED) {
        return false;
    }
    return category != HLX_CATEGORY_SPACE && category < HLX_CATEGORY_COMMENT;
}

void hlx_plain_kinds_init(hlx_plain_kinds *plain, const hlx_regime *regime) {
    uint32_t bytes_that_are_characters = regime->encoding == HLX_ENCODING_UTF8 ? 128 : 256;
    for (uint32_t b = 0; b < 256u; b++) {
        plain->kind[b] = 0;
        if (b < bytes_that_are_characters && is_plain_category(regime->category[b])) {
            plain->kind[b] = regime->category[b];
        }
    }
}

uint32_t hlx_scan_plain(const hlx_plain_kinds *plain, const uint8_t *input, uint32_t position,
                        uint32_t limit, const hlx_columns *columns, uint32_t row) {
    uint32_t room = columns->token_capacity - row;
    uint32_t most = limit - position < room ? limit - position : room;
    int32_t *kinds = columns->kinds + row;
    int32_t *codes = columns->codes + row;
    int32_t *starts = columns->starts + row;
    uint32_t count = 0;
    while (count < most) {
        uint8_t byte = input[position + count];
        uint8_t kind = plain->kind[byte];
        if (kind == 0) {
            break;
        }
        kinds[count] = kind;
        codes[count] = byte;
        starts[count] = (int32_t)(position + count);
        count++;
    }
    return count;
}
