/* avx2.h -- what the scan kernel and the leaps for AVX2 share: a table of 256 for 32 bytes. */
#ifndef HLX_AVX2_H
#define HLX_AVX2_H

#include "hedgelex.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define BLOCK 32u
#define GROUP 8u

/* The categories of those bytes whose high half is one of `first` to `last`, else 0. A byte's
 * high half is compared by what it has in common with the row's: nothing left is 0 to 15, to
 * which 0x70 may be added before the sign bit, which makes VPSHUFB give 0, is set. */
TARGET static inline __m256i look_up(const uint8_t *table, __m256i bytes, uint32_t first,
                                     uint32_t last) {
    __m256i result = _mm256_setzero_si256();
    for (uint32_t high = first; high <= last; high++) {
        __m128i entries = _mm_loadu_si128((const __m128i_u *)(table + 16u * high));
        __m256i differing = _mm256_xor_si256(bytes, _mm256_set1_epi8((char)(16u * high)));
        __m256i index = _mm256_adds_epu8(differing, _mm256_set1_epi8(0x70));
        __m256i here = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), index);
        result = _mm256_or_si256(result, here);
    }
    return result;
}

/* Every space has the code of a blank. */
TARGET static inline __m256i codes_of(__m256i bytes, __m256i kinds) {
    __m256i is_space = _mm256_cmpeq_epi8(kinds, _mm256_set1_epi8(HLX_CATEGORY_SPACE));
    return _mm256_blendv_epi8(bytes, _mm256_set1_epi8(' '), is_space);
}

#endif
