/* characters_avx512.h -- kinds and codes of characters above 127, in utf8, for AVX-512.
 *
 *      four bytes from the token's place on     11100010  10000010  10101100  xxxxxxxx
 *      all of the first, six bits of others     11100010    000010    101100    xxxxxx
 *      without those behind                               11100010    000010    101100
 *      and the first ones: U+20AC                             0010    000010    101100
 *
 * Sixteen rows at a time. A letter above 255 is looked up as hlx_unicode_letter does it. */
#ifndef HLX_CHARACTERS_AVX512_H
#define HLX_CHARACTERS_AVX512_H

#include "avx512.h"
#include "catcode_tables.h"
#include "names_avx512.h"

/* The kinds of those characters that have a code below 256, by their first places: of two bytes,
 * C2 or C3 the first. spec: CAT-20 */
TARGET static inline __m512i with_kinds_below_256(__m512i kinds, uint64_t first, __m512i bytes,
                                                  const hlx_regime *regime) {
    uint64_t c3 = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xC3));
    uint64_t c2 = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xC2));
    const __m512i next_place = _mm512_add_epi8(_mm512_load_si512(all_places), _mm512_set1_epi8(1));
    __m512i code = _mm512_permutexvar_epi8(next_place, bytes);
    code = _mm512_mask_add_epi8(code, c3, code, _mm512_set1_epi8(0x40));
    __m512i found = _mm512_permutex2var_epi8(_mm512_loadu_si512(regime->category + 128), code,
                                             _mm512_loadu_si512(regime->category + 192));
    return _mm512_mask_mov_epi8(kinds, first & (c2 | c3), found);
}

/* The characters at sixteen places, below 128 too. What follows from a first byte is found by its
 * upper half. */
TARGET static inline __m512i codes_at(__m512i places, __m512i bytes) {
    const __m512i four_each =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    const __m512i behind =
        _mm512_setr_epi32(18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 12, 12, 6, 0);
    const __m512i within = _mm512_setr_epi32(0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F,
                                             0x7F, 0x7F, 0x7F, 0x7FF, 0x7FF, 0xFFFF, 0x1FFFFF);
    __m512i index = _mm512_shuffle_epi8(places, four_each);
    index = _mm512_add_epi8(index, _mm512_set1_epi32(0x03020100));
    __m512i four = _mm512_permutexvar_epi8(index, bytes);
    __m512i upper_half = _mm512_srli_epi32(four, 4);
    __m512i code = _mm512_and_si512(four, _mm512_set1_epi32(0x3F3F3FFF));
    code = _mm512_maddubs_epi16(code, _mm512_set1_epi16(0x0140));
    code = _mm512_madd_epi16(code, _mm512_set1_epi32(0x00011000));
    code = _mm512_srlv_epi32(code, _mm512_permutexvar_epi32(upper_half, behind));
    return _mm512_and_si512(code, _mm512_permutexvar_epi32(upper_half, within));
}

/* Bytes of a table whose size is a multiple of four. */
TARGET static inline __m512i gathered(__mmask16 those, __m512i index, const uint8_t *bytes) {
    const __m512i zero = _mm512_setzero_si512();
    __m512i words = _mm512_mask_i32gather_epi32(zero, those, _mm512_srli_epi32(index, 2), bytes, 4);
    __m512i bits = _mm512_slli_epi32(_mm512_and_si512(index, _mm512_set1_epi32(3)), 3);
    return _mm512_and_si512(_mm512_srlv_epi32(words, bits), _mm512_set1_epi32(255));
}

/* The kinds of those that have a code above 255. In rows that are none of the leap's anything may
 * stand for a code. spec: CAT-21 */
TARGET static inline __m512i with_kinds_above_255(__m512i kinds, __m512i codes,
                                                  const hlx_regime *regime) {
    const __m512i low = _mm512_set1_epi32(255);
    __mmask16 those = _mm512_cmpgt_epi32_mask(codes, low);
    those = _mm512_mask_cmple_epi32_mask(those, codes, _mm512_set1_epi32(HLX_MAX_CODE_POINT));
    __m512i page = gathered(those, _mm512_srli_epi32(codes, 8), hlx_letter_page);
    __m512i index = _mm512_or_si512(_mm512_slli_epi32(page, 8), _mm512_and_si512(codes, low));
    __m512i is_letter = gathered(those, index, hlx_letter);
    is_letter = _mm512_and_si512(is_letter, _mm512_set1_epi32(regime->unicode_letters));
    return _mm512_mask_sub_epi32(kinds, those, _mm512_set1_epi32(HLX_CATEGORY_OTHER), is_letter);
}

#endif
