/* avx512.h -- what the scan kernel and the leaps for AVX-512 share: categories of 64 bytes.
 *
 *      bytes      --VPERMI2B over each half of the category table-->  categories */
#ifndef HLX_AVX512_H
#define HLX_AVX512_H

#include "hedgelex.h"

#include <immintrin.h>

#define TARGET                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))
#define BLOCK 64u
#define GROUP 16u

/* The places of a block, to be compressed. */
static const _Alignas(64) uint8_t all_places[BLOCK] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/* The category table, 256 entries; the upper half is not read in utf8. */
typedef struct table {
    __m512i part[4];
    __mmask64 whole; /* all lanes, or in utf8 those that hold a whole character: none above 127 */
} table;

TARGET static inline table load_table(const hlx_regime *regime) {
    table t;
    for (uint32_t i = 0; i < 4; i++) {
        t.part[i] = _mm512_loadu_si512(regime->category + 64u * i);
    }
    t.whole = regime->encoding == HLX_ENCODING_UTF8 ? 0 : ~(__mmask64)0;
    return t;
}

TARGET static inline __m512i categories_of(const table *t, __m512i bytes) {
    __m512i lower = _mm512_permutex2var_epi8(t->part[0], bytes, t->part[1]);
    __m512i upper = _mm512_permutex2var_epi8(t->part[2], bytes, t->part[3]);
    return _mm512_mask_mov_epi8(lower, _mm512_movepi8_mask(bytes), upper);
}

#endif
