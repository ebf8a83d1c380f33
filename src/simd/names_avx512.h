/* names_avx512.h -- the hashes of a block's names (names.h) for AVX-512: sixteen at a time. */
#ifndef HLX_NAMES_AVX512_H
#define HLX_NAMES_AVX512_H

#include "avx512.h"
#include "names.h"

typedef struct name_sums {
    __m512i up_to[4];  /* T[p] */
    __m512i before[4]; /* T[p] - S F^-p */
} name_sums;

/* Each entry and all before it. */
TARGET static inline __m512i summed(__m512i word) {
    const __m512i zero = _mm512_setzero_si512();
    word = _mm512_add_epi32(word, _mm512_alignr_epi32(word, zero, 15));
    word = _mm512_add_epi32(word, _mm512_alignr_epi32(word, zero, 14));
    word = _mm512_add_epi32(word, _mm512_alignr_epi32(word, zero, 12));
    return _mm512_add_epi32(word, _mm512_alignr_epi32(word, zero, 8));
}

TARGET static inline name_sums sums_of(__m512i bytes) {
    name_sums sums;
    __m512i sum = _mm512_setzero_si512();
    for (uint32_t i = 0; i < 4; i++) {
        __m512i byte = _mm512_and_si512(bytes, _mm512_set1_epi32(255));
        __m512i more = _mm512_add_epi32(byte, _mm512_set1_epi32(1));
        more = _mm512_mullo_epi32(more, _mm512_load_si512(inverse_powers + GROUP * i));
        sum = _mm512_add_epi32(sum, more);
        sums.up_to[i] = sum;
        bytes = _mm512_srli_epi32(bytes, 8);
    }
    __m512i earlier = _mm512_sub_epi32(summed(sum), sum);
    for (uint32_t i = 0; i < 4; i++) {
        sums.up_to[i] = _mm512_add_epi32(sums.up_to[i], earlier);
        sums.before[i] =
            _mm512_sub_epi32(sums.up_to[i], _mm512_load_si512(inverse_starts + GROUP * i));
    }
    return sums;
}

TARGET static inline __m512i looked_up(const __m512i word[4], __m512i index) {
    __m512i low = _mm512_permutex2var_epi32(word[0], index, word[1]);
    __m512i high = _mm512_permutex2var_epi32(word[2], index, word[3]);
    return _mm512_mask_mov_epi32(low, _mm512_test_epi32_mask(index, _mm512_set1_epi32(32)), high);
}

/* The hashes of sixteen names from the indices of their escape characters and last places. */
TARGET static inline __m512i name_hashes(const name_sums *sums, __m128i escapes, __m128i lasts) {
    __m512i last = _mm512_cvtepu8_epi32(lasts);
    __m512i before = looked_up(sums->before, _mm512_cvtepu8_epi32(escapes));
    __m512i sum = _mm512_sub_epi32(looked_up(sums->up_to, last), before);
    const __m512i power[4] = {_mm512_load_si512(powers), _mm512_load_si512(powers + GROUP),
                              _mm512_load_si512(powers + 2 * GROUP),
                              _mm512_load_si512(powers + 3 * GROUP)};
    return _mm512_mullo_epi32(sum, looked_up(power, last));
}

/* The codes of a block's names, and of \par. */
typedef struct name_codes {
    __m512i code[2];
    __m512i index; /* by place, which of them */
} name_codes;

/* The i-th of `escape` begins the name whose end the i-th of `last` is: at most 32. Where it is
 * 32 there is no room for a line end, so the last code is that of \par. */
TARGET static inline name_codes codes_of_names(__m512i bytes, uint64_t escape, uint64_t last,
                                               uint64_t paragraph, __m512i par) {
    const __m512i indices = _mm512_load_si512(index_of_place);
    const __m512i last_index = _mm512_set1_epi8(2 * GROUP - 1);
    __m512i escapes = _mm512_maskz_compress_epi8(escape, indices);
    __m512i lasts = _mm512_maskz_compress_epi8(last, indices);
    name_sums sums = sums_of(bytes);
    name_codes found;
    found.code[0] =
        name_hashes(&sums, _mm512_castsi512_si128(escapes), _mm512_castsi512_si128(lasts));
    found.code[1] = par;
    uint32_t count = (uint32_t)_mm_popcnt_u64(escape);
    if (count > GROUP) {
        __mmask16 more = (__mmask16)_bzhi_u32(UINT16_MAX, count - GROUP);
        __m512i hashes = name_hashes(&sums, _mm512_extracti32x4_epi32(escapes, 1),
                                     _mm512_extracti32x4_epi32(lasts, 1));
        found.code[1] = _mm512_mask_mov_epi32(par, more, hashes);
    }
    found.index = _mm512_maskz_expand_epi8(escape, _mm512_load_si512(all_places));
    found.index = _mm512_mask_mov_epi8(found.index, paragraph, last_index);
    return found;
}

#endif
