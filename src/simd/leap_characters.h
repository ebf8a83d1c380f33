/* leap_characters.h -- which bytes of a block of 64 are characters above 127, in utf8.
 *
 *      text           a   U+00E9   U+20AC     .   U+1D538       cut by the end
 *      bytes          61  C3 A9    E2 82 AC   2E  F0 9D 94 B8   E2 82
 *      first          0   1  0     1  0  0    0   1  0  0  0    0  0
 *      continuation   0   0  1     0  1  1    0   0  1  1  1    0  0
 *
 * The rows of The Unicode Standard 15, table 3-7, as operations on sets of places: they are made of
 * eight words, each of which has one bit of all 64 bytes. In neither set are the bytes of U+FEFF,
 * which has category 9, of an ill-formed sequence, and of a character that is not wholly in the
 * block. spec: LEX-12, LEX-13 */
#ifndef HLX_LEAP_CHARACTERS_H
#define HLX_LEAP_CHARACTERS_H

#include "hedgelex.h"

typedef struct hlx_characters {
    uint64_t first;
    uint64_t continuation;
} hlx_characters;

/* Bit i of bit[k] is bit k of byte i. */
static inline void hlx_characters_of(hlx_characters *found, const uint64_t bit[8]) {
    uint64_t any_low = bit[2] | bit[1] | bit[0];
    uint64_t all_low = bit[3] & bit[1] & bit[0];
    uint64_t lead = bit[7] & bit[6];
    uint64_t trail = bit[7] & ~bit[6];
    uint64_t two = lead & ~bit[5] & (bit[4] | bit[3] | bit[2] | bit[1]);              /* C2..DF */
    uint64_t three = lead & bit[5] & ~bit[4];                                         /* E0..EF */
    uint64_t four = lead & bit[5] & bit[4] & ~bit[3] & ~(bit[2] & (bit[1] | bit[0])); /* F0..F4 */
    /* Of the byte behind: from A0 on, from 90 on. */
    uint64_t from_a0 = bit[5] >> 1;
    uint64_t from_90 = (bit[5] | bit[4]) >> 1;
    uint64_t overlong = (three & ~(bit[3] | any_low) & ~from_a0) | (four & ~any_low & ~from_90);
    uint64_t surrogate = three & bit[3] & bit[2] & ~bit[1] & bit[0] & from_a0;
    uint64_t too_high = four & bit[2] & from_90;
    /* EF BB BF */
    uint64_t is_bb = bit[5] & bit[4] & all_low & ~bit[2];
    uint64_t is_bf = bit[5] & bit[4] & all_low & bit[2];
    uint64_t byte_order_mark = three & all_low & bit[2] & is_bb >> 1 & is_bf >> 2;
    two &= trail >> 1;
    three &= trail >> 1 & trail >> 2 & ~(overlong | surrogate | byte_order_mark);
    four &= trail >> 1 & trail >> 2 & trail >> 3 & ~(overlong | too_high);
    found->first = two | three | four;
    found->continuation = found->first << 1 | (three | four) << 2 | four << 3;
}

#endif
