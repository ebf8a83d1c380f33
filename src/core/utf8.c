/* utf8.c -- decoding by table 3-7 of The Unicode Standard. Contract: utf8.h.
 *
 *      first byte   second    third     fourth
 *      00..7F
 *      C2..DF       80..BF
 *      E0           A0..BF    80..BF
 *      E1..EF       80..BF    80..BF            but ED: 80..9F
 *      F0           90..BF    80..BF    80..BF
 *      F1..F3       80..BF    80..BF    80..BF
 *      F4           80..8F    80..BF    80..BF */
#include "utf8.h"

#define CONTINUATION_FIRST 0x80u
#define CONTINUATION_LAST 0xBFu

/*@ terminates \true;
    assigns \nothing;
    ensures code: \result.code == HLX_REPLACEMENT_CHARACTER;
    ensures length: \result.length == length;
    ensures malformed: \result.malformed == 1;
*/
static hlx_utf8_character malformed(uint32_t length) {
    hlx_utf8_character result = {HLX_REPLACEMENT_CHARACTER, length, true};
    return result;
}

/*@ terminates \true;
    assigns \nothing;
    ensures code: \result.code == code;
    ensures length: \result.length == length;
    ensures malformed: \result.malformed == 0;
*/
static hlx_utf8_character wellformed(uint32_t code, uint32_t length) {
    hlx_utf8_character result = {code, length, false};
    return result;
}

/* Bytes of the sequence that `first` announces; 0 when it announces none. */
/*@ terminates \true;
    assigns \nothing;
    ensures announced: \result == Utf8Announced(first);
*/
static uint32_t announced_length(uint32_t first) {
    if (first < 0x80u) {
        return 1;
    }
    if (first < 0xC2u) {
        return 0;
    }
    if (first < 0xE0u) {
        return 2;
    }
    if (first < 0xF0u) {
        return 3;
    }
    return first < 0xF5u ? 4 : 0;
}

/* The lowest and the highest second byte behind `first`: narrower than a
 * continuation where that would give overlong forms, surrogates or values above
 * U+10FFFF. */
/*@ terminates \true;
    assigns \nothing;
    ensures lowest: \result == Utf8SecondLowest(first);
*/
static uint32_t second_lowest(uint32_t first) {
    if (first == 0xE0u) {
        return 0xA0u;
    }
    return first == 0xF0u ? 0x90u : CONTINUATION_FIRST;
}

/*@ terminates \true;
    assigns \nothing;
    ensures highest: \result == Utf8SecondHighest(first);
*/
static uint32_t second_highest(uint32_t first) {
    if (first == 0xEDu) {
        return 0x9Fu;
    }
    return first == 0xF4u ? 0x8Fu : CONTINUATION_LAST;
}

/* Is there a byte at `position`, within [lowest, highest]? */
/*@ requires readable: position < limit ==> \valid_read(input + position);
    terminates \true;
    assigns \nothing;
    ensures within: \result != 0 <==>
      (position < limit && lowest <= input[position] <= highest);
*/
static bool byte_within(const uint8_t *input, uint32_t position, uint32_t limit, uint32_t lowest,
                        uint32_t highest) {
    return position < limit && input[position] >= lowest && input[position] <= highest;
}

/*@ requires readable: position < limit ==> \valid_read(input + position);
    terminates \true;
    assigns \nothing;
    ensures continuation: \result != 0 <==>
      (position < limit && CONTINUATION_FIRST <= input[position] <= CONTINUATION_LAST);
*/
static bool is_continuation(const uint8_t *input, uint32_t position, uint32_t limit) {
    return byte_within(input, position, limit, CONTINUATION_FIRST, CONTINUATION_LAST);
}

hlx_utf8_character hlx_utf8_decode(const uint8_t *input, uint32_t position, uint32_t limit) {
    uint32_t first = input[position];
    uint32_t length = announced_length(first);
    if (length == 0) {
        return malformed(1);
    }
    if (length == 1) {
        return wellformed(first, 1);
    }
    if (!byte_within(input, position + 1u, limit, second_lowest(first), second_highest(first))) {
        return malformed(1);
    }
    uint32_t second = input[position + 1u] - CONTINUATION_FIRST;
    if (length == 2) {
        return wellformed((first - 0xC0u) * 64u + second, 2);
    }
    if (!is_continuation(input, position + 2u, limit)) {
        return malformed(2);
    }
    uint32_t third = input[position + 2u] - CONTINUATION_FIRST;
    if (length == 3) {
        return wellformed(((first - 0xE0u) * 64u + second) * 64u + third, 3);
    }
    if (!is_continuation(input, position + 3u, limit)) {
        return malformed(3);
    }
    uint32_t fourth = input[position + 3u] - CONTINUATION_FIRST;
    return wellformed((((first - 0xF0u) * 64u + second) * 64u + third) * 64u + fourth, 4);
}
