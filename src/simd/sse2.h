/* sse2.h -- what the scan kernel and the leaps for SSE2 share: a table of 256 for 16 bytes. */
#ifndef HLX_SSE2_H
#define HLX_SSE2_H

#include "hedgelex.h"

#include <emmintrin.h>

#define BLOCK 16u
#define GROUP 4u

/* What the table says of eight bytes, and of sixteen. */
static inline uint64_t look_up_eight(const uint8_t *table, const uint8_t *bytes) {
    uint64_t found = 0;
    for (uint32_t i = 0; i < 8; i++) {
        found |= (uint64_t)table[bytes[i]] << (8u * i);
    }
    return found;
}

static inline __m128i look_up(const uint8_t *table, const uint8_t *bytes) {
    return _mm_set_epi64x((int64_t)look_up_eight(table, bytes + 8),
                          (int64_t)look_up_eight(table, bytes));
}

/* Every space has the code of a blank. */
static inline __m128i codes_of(__m128i bytes, __m128i is_space) {
    __m128i blanks = _mm_and_si128(is_space, _mm_set1_epi8(' '));
    return _mm_or_si128(_mm_andnot_si128(is_space, bytes), blanks);
}

#endif
