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

/*@ requires category: category <= HLX_CATEGORY_INVALID;
    terminates \true;
    assigns \nothing;
    ensures kind: \result == KindOfPlain(category);
*/
static uint32_t kind_of_plain(uint32_t category) {
    return plain_kind_of_category[category];
}

uint32_t hlx_plain_kind(const hlx_regime *regime, uint8_t byte) {
    if (byte >= 128u && regime->encoding == HLX_ENCODING_UTF8) {
        return 0;
    }
    return kind_of_plain(regime->category[byte]);
}

uint32_t hlx_scan_plain(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                        uint32_t limit, const hlx_columns *columns, uint32_t row) {
    uint32_t room = columns->token_capacity - row;
    uint32_t most = limit - position < room ? limit - position : room;
    int32_t *kinds = columns->kinds;
    int32_t *codes = columns->codes;
    int32_t *starts = columns->starts;
    uint32_t count = 0;
    /*@ loop invariant contained: count <= most;
        loop invariant plain: \forall integer p; position <= p < position + count ==>
          PlainKind(regime, input[p]) != 0;
        loop invariant kinds: \forall integer r; row <= r < row + count ==>
          kinds[r] == PlainKind(regime, input[position + (r - row)]);
        loop invariant codes: \forall integer r; row <= r < row + count ==>
          codes[r] == input[position + (r - row)];
        loop invariant starts: \forall integer r; row <= r < row + count ==>
          starts[r] == position + (r - row);
        loop assigns count, kinds[row .. row + most - 1], codes[row .. row + most - 1],
          starts[row .. row + most - 1];
        loop variant most - count;
    */
    while (count < most) {
        uint8_t byte = input[position + count];
        uint32_t kind = hlx_plain_kind(regime, byte);
        if (kind == 0) {
            break;
        }
        kinds[row + count] = (int32_t)kind;
        codes[row + count] = byte;
        starts[row + count] = (int32_t)(position + count);
        /*@ assert kinds: \forall integer r; r == row + count ==>
              kinds[r] == PlainKind(regime, input[position + (r - row)]); */
        /*@ assert codes: \forall integer r; r == row + count ==>
              codes[r] == input[position + (r - row)]; */
        count++;
    }
    return count;
}
