/* scan.c -- the portable scan kernel. Contract: scan.h. */
#include "scan.h"

/* A character of this category is one token whatever the state, with no issue and
 * no look ahead: its kind. Of the others a byte alone does not say what becomes of
 * them. spec: LEX-53 */
static const uint8_t plain_kind_of_category[16] = {
    [HLX_CATEGORY_BEGIN_GROUP] = HLX_CATEGORY_BEGIN_GROUP,
    [HLX_CATEGORY_END_GROUP] = HLX_CATEGORY_END_GROUP,
    [HLX_CATEGORY_MATH_SHIFT] = HLX_CATEGORY_MATH_SHIFT,
    [HLX_CATEGORY_ALIGNMENT_TAB] = HLX_CATEGORY_ALIGNMENT_TAB,
    [HLX_CATEGORY_PARAMETER] = HLX_CATEGORY_PARAMETER,
    [HLX_CATEGORY_SUBSCRIPT] = HLX_CATEGORY_SUBSCRIPT,
    [HLX_CATEGORY_LETTER] = HLX_CATEGORY_LETTER,
    [HLX_CATEGORY_OTHER] = HLX_CATEGORY_OTHER,
    [HLX_CATEGORY_ACTIVE] = HLX_CATEGORY_ACTIVE,
};

uint32_t hlx_plain_kind(const hlx_regime *regime, uint8_t byte) {
    if (byte >= 128u && regime->encoding == HLX_ENCODING_UTF8) {
        return 0;
    }
    return plain_kind_of_category[regime->category[byte]];
}

uint32_t hlx_scan_plain(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                        uint32_t limit, const hlx_columns *columns, uint32_t row) {
    uint32_t room = columns->token_capacity - row;
    uint32_t most = limit - position < room ? limit - position : room;
    int32_t *kinds = columns->kinds + row;
    int32_t *codes = columns->codes + row;
    int32_t *starts = columns->starts + row;
    uint32_t count = 0;
    while (count < most) {
        uint8_t byte = input[position + count];
        uint32_t kind = hlx_plain_kind(regime, byte);
        if (kind == 0) {
            break;
        }
        kinds[count] = (int32_t)kind;
        codes[count] = byte;
        starts[count] = (int32_t)(position + count);
        count++;
    }
    return count;
}
