/* sse2.h -- the operations on vectors of the scan kernel for SSE2; the leaps take some of them.
 *
 * The functions of a few intrinsics are what the proof of the scan kernel trusts: their contracts
 * are in proofs/models/lanes.h, which Frama-C reads instead. */
#ifndef HLX_SSE2_H
#define HLX_SSE2_H

#include "hedgelex.h"

#define TARGET
#define BLOCK 16u
#define GROUP 4u
#define PLACES_BITS 32u
#define BIT_OF_PLACE(place) (place)

typedef uint32_t lane_set;

#ifdef __FRAMAC__
#include "lanes.h"
#else

#include <emmintrin.h>

typedef __m128i vector;
typedef __m128i words;

static inline vector load_block(const uint8_t *at) {
    return _mm_loadu_si128((const __m128i_u *)at);
}

static inline vector joined(uint64_t low, uint64_t high) {
    return _mm_set_epi64x((int64_t)high, (int64_t)low);
}

static inline vector where_ascii(vector bytes, vector values) {
    return _mm_andnot_si128(_mm_cmplt_epi8(bytes, _mm_setzero_si128()), values);
}

/* Every space has the code of a blank. */
static inline vector codes_of(vector bytes, vector is_space) {
    vector blanks = _mm_and_si128(is_space, _mm_set1_epi8(' '));
    return _mm_or_si128(_mm_andnot_si128(is_space, bytes), blanks);
}

static inline vector blanked(vector bytes, vector kinds) {
    return codes_of(bytes, _mm_cmpeq_epi8(kinds, _mm_set1_epi8(HLX_CATEGORY_SPACE)));
}

static inline lane_set lanes_equal(vector bytes, uint8_t value) {
    return (lane_set)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)value)));
}

static inline lane_set lanes_equal_either(vector bytes, uint8_t one, uint8_t other) {
    vector ones = _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)one));
    vector others = _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)other));
    return (lane_set)_mm_movemask_epi8(_mm_or_si128(ones, others));
}

static inline uint32_t first_place(lane_set mask) {
    return mask == 0 ? BLOCK : (uint32_t)__builtin_ctz(mask);
}

static inline lane_set without_first(lane_set mask) {
    return mask & (mask - 1u);
}

static inline lane_set places_behind(lane_set mask) {
    return mask << 1;
}

static inline lane_set last_of(lane_set mask) {
    return mask >> (BLOCK - 1u);
}

static inline void store_words(int32_t *column, uint32_t from, words values) {
    _mm_storeu_si128((__m128i_u *)(column + from), values);
}

static inline void store_group(int32_t *column, vector bytes, uint32_t group) {
    const vector zero = _mm_setzero_si128();
    vector half = group < 2 ? _mm_unpacklo_epi8(bytes, zero) : _mm_unpackhi_epi8(bytes, zero);
    words wide = group % 2 == 0 ? _mm_unpacklo_epi16(half, zero) : _mm_unpackhi_epi16(half, zero);
    store_words(column, group * GROUP, wide);
}

static inline words positions_from(uint32_t first) {
    return _mm_add_epi32(_mm_set1_epi32((int32_t)first), _mm_setr_epi32(0, 1, 2, 3));
}

static inline words next_positions(words positions) {
    return _mm_add_epi32(positions, _mm_set1_epi32(GROUP));
}

static inline lane_set rows_one_or_next(const int32_t *rows, uint32_t from, int32_t one) {
    words values = _mm_loadu_si128((const __m128i_u *)(rows + from));
    words ones = _mm_cmpeq_epi32(values, _mm_set1_epi32(one));
    words others = _mm_cmpeq_epi32(values, _mm_set1_epi32(one + 1));
    return (lane_set)_mm_movemask_ps(_mm_castsi128_ps(_mm_or_si128(ones, others))) << from;
}

#endif

#endif
