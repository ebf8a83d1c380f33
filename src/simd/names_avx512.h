/* names_avx512.h -- the hashes of all names of a block at once, for AVX-512.
 *
 *      place      0 1 2 3 4 5 6 7 8 9       p   an escape character's place
 *      bytes      a   \ f o o   \ % x       l   the last place of its name
 *                     p     l   p l
 *
 * A name's hash (LEX-40) is h = F^(l-p) S + the sum of F^(l-i) (b[i] + 1) over p < i <= l, with
 * the start S and the factor F, modulo 2^32. F is odd, so it has an inverse, and
 *
 *      h = F^l (T[l] - (T[p] - S F^-p))     where T[k] is the sum of F^-i (b[i] + 1) up to k:
 *
 * one table of sums serves every name of the block, and sixteen of them are looked up at a time,
 * whatever their lengths. Tables have four words of sixteen entries, place p in word p % 4, entry
 * p / 4: so sums run over the words first. */
#ifndef HLX_NAMES_AVX512_H
#define HLX_NAMES_AVX512_H

#include "avx512.h"

#define START 2166136261u
#define FACTOR 16777619u
#define INVERSE 899433627u

/* x f^p by place. */
#define FOURTH(f) ((f) * (f) * (f) * (f))
#define FOUR(x, f) (x), (x) * (f), (x) * (f) * (f), (x) * (f) * (f) * (f)
#define WORD(x, f)                                                                                 \
    FOUR(x, f), FOUR((x)*FOURTH(f), f), FOUR((x)*FOURTH(f) * FOURTH(f), f),                        \
        FOUR((x)*FOURTH(f) * FOURTH(f) * FOURTH(f), f)
#define GEOMETRIC(x, f)                                                                            \
    {                                                                                              \
        {WORD(x, FOURTH(f))}, {WORD((x) * (f), FOURTH(f))}, {WORD((x) * (f) * (f), FOURTH(f))},    \
            {WORD((x) * (f) * (f) * (f), FOURTH(f))},                                              \
    }

static const _Alignas(64) uint32_t powers[4][GROUP] = GEOMETRIC(1u, FACTOR);
static const _Alignas(64) uint32_t inverse_powers[4][GROUP] = GEOMETRIC(1u, INVERSE);
static const _Alignas(64) uint32_t inverse_starts[4][GROUP] = GEOMETRIC(START, INVERSE);

/* Where a table has a place: its entry, and its word in the bits above. */
static const _Alignas(64) uint8_t index_of_place[BLOCK] = {
    0,  16, 32, 48, 1,  17, 33, 49, 2,  18, 34, 50, 3,  19, 35, 51, 4,  20, 36, 52, 5,  21,
    37, 53, 6,  22, 38, 54, 7,  23, 39, 55, 8,  24, 40, 56, 9,  25, 41, 57, 10, 26, 42, 58,
    11, 27, 43, 59, 12, 28, 44, 60, 13, 29, 45, 61, 14, 30, 46, 62, 15, 31, 47, 63};

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
        more = _mm512_mullo_epi32(more, _mm512_load_si512(inverse_powers[i]));
        sum = _mm512_add_epi32(sum, more);
        sums.up_to[i] = sum;
        bytes = _mm512_srli_epi32(bytes, 8);
    }
    __m512i earlier = _mm512_sub_epi32(summed(sum), sum);
    for (uint32_t i = 0; i < 4; i++) {
        sums.up_to[i] = _mm512_add_epi32(sums.up_to[i], earlier);
        sums.before[i] = _mm512_sub_epi32(sums.up_to[i], _mm512_load_si512(inverse_starts[i]));
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
    const __m512i power[4] = {_mm512_load_si512(powers[0]), _mm512_load_si512(powers[1]),
                              _mm512_load_si512(powers[2]), _mm512_load_si512(powers[3])};
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
