/* avx2.h -- what the scan kernel and the leaps for AVX2 share: a table of 256 for 32 bytes. */
#ifndef HLX_AVX2_H
#define HLX_AVX2_H

#include "hedgelex.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define BLOCK 32u
#define GROUP 8u

/* A byte in every lane. The compiler would make it anew in every turn if it knew the value. */
TARGET static inline __m256i every(uint8_t value) {
    __m256i bytes = _mm256_set1_epi8((char)value);
    __asm__("" : "+x"(bytes));
    return bytes;
}

/* What a row's high half has in common with the next one's. */
typedef struct row_steps {
    __m256i one, three, seven;
} row_steps;

TARGET static inline row_steps steps_of_rows(void) {
    return (row_steps){every(0x10), every(0x30), every(0x70)};
}

/* The categories of those bytes whose high half is one of eight rows from `first` on, else 0. A
 * byte's high half is compared by what it has in common with the row's: nothing left is 0 to 15,
 * to which 0x70 may be added before the sign bit, which makes VPSHUFB give 0, is set. */
TARGET static inline __m256i look_up(const uint8_t *table, __m256i bytes, uint32_t first,
                                     const row_steps *steps) {
    const __m256i step[8] = {steps->one, steps->three, steps->one, steps->seven,
                             steps->one, steps->three, steps->one, steps->seven};
    __m256i result = _mm256_setzero_si256();
    __m256i differing =
        first == 0 ? bytes : _mm256_xor_si256(bytes, _mm256_set1_epi8((char)(16u * first)));
    for (uint32_t row = 0; row < 8u; row++) {
        __m128i entries = _mm_loadu_si128((const __m128i_u *)(table + 16u * (first + row)));
        __m256i index = _mm256_adds_epu8(differing, steps->seven);
        __m256i here = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), index);
        result = _mm256_or_si256(result, here);
        differing = _mm256_xor_si256(differing, step[row]);
    }
    return result;
}

/* Every space has the code of a blank. */
TARGET static inline __m256i codes_of(__m256i bytes, __m256i kinds) {
    __m256i is_space = _mm256_cmpeq_epi8(kinds, _mm256_set1_epi8(HLX_CATEGORY_SPACE));
    return _mm256_blendv_epi8(bytes, _mm256_set1_epi8(' '), is_space);
}

#endif
