/* avx2.h -- what the scan kernel and the leaps for AVX2 share: a table of 256 for 32 bytes.
 *
 * The functions of a few intrinsics are what the proof of the scan kernel trusts: their contracts
 * are in proofs/models/lanes.h, which Frama-C reads instead. */
#ifndef HLX_AVX2_H
#define HLX_AVX2_H

#include "scan_kernels.h"

#define BLOCK 32u
#define GROUP 8u
#define PLACES_BITS 32u
#define BIT_OF_PLACE(place) (place)

typedef uint32_t lane_set;

#ifdef __FRAMAC__
#define TARGET
#define UNROLLED
#include "lanes.h"
#else

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define UNROLLED _Pragma("GCC unroll 4")

typedef __m256i vector;

TARGET static inline vector load_block(const uint8_t *at) {
    return _mm256_loadu_si256((const __m256i_u *)at);
}

TARGET static inline lane_set lanes_equal(vector bytes, uint8_t value) {
    return (lane_set)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)value)));
}

TARGET static inline lane_set lanes_equal_either(vector bytes, uint8_t one, uint8_t other) {
    vector ones = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)one));
    vector others = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)other));
    return (lane_set)_mm256_movemask_epi8(_mm256_or_si256(ones, others));
}

TARGET static inline lane_set places_high(vector bytes) {
    return (lane_set)_mm256_movemask_epi8(bytes);
}

TARGET static inline uint32_t first_place(lane_set mask) {
    return _tzcnt_u32(mask);
}

TARGET static inline lane_set places_behind(lane_set mask) {
    return mask << 1;
}

TARGET static inline lane_set last_of(lane_set mask) {
    return mask >> (BLOCK - 1u);
}

TARGET static inline vector lanes_zero(void) {
    return _mm256_setzero_si256();
}

TARGET static inline vector lanes_joined(vector a, vector b) {
    return _mm256_or_si256(a, b);
}

/* What a byte has in common with the row's high half: nothing left is 0 to 15, to which 0x70 may
 * be added before the sign bit, which makes VPSHUFB give 0, is set. */
TARGET static inline vector row_index(vector bytes, uint32_t high) {
    vector differing = _mm256_xor_si256(bytes, _mm256_set1_epi8((char)(16u * high)));
    return _mm256_adds_epu8(differing, _mm256_set1_epi8(0x70));
}

TARGET static inline vector row_looked_up(const uint8_t *row, vector index) {
    __m128i entries = _mm_loadu_si128((const __m128i_u *)row);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), index);
}

TARGET static inline vector kinds_by_category(vector categories) {
    const vector kinds = _mm256_broadcastsi128_si256(_mm_setr_epi8(HLX_RUN_KIND_OF_CATEGORY));
    return _mm256_shuffle_epi8(kinds, categories);
}

/* Every space has the code of a blank. */
TARGET static inline vector codes_of(vector bytes, vector kinds) {
    vector is_space = _mm256_cmpeq_epi8(kinds, _mm256_set1_epi8(HLX_CATEGORY_SPACE));
    return _mm256_blendv_epi8(bytes, _mm256_set1_epi8(' '), is_space);
}

TARGET static inline vector blanked(vector bytes, vector kinds) {
    return codes_of(bytes, kinds);
}

/* The bytes of a block in groups of eight. */
TARGET static inline __m128i group_of(vector bytes, uint32_t group) {
    __m128i half = group < 2 ? _mm256_castsi256_si128(bytes) : _mm256_extracti128_si256(bytes, 1);
    return group % 2 == 0 ? half : _mm_unpackhi_epi64(half, half);
}

TARGET static inline void store_group(int32_t *column, vector bytes, uint32_t group) {
    _mm256_storeu_si256((__m256i_u *)(column + group * GROUP),
                        _mm256_cvtepu8_epi32(group_of(bytes, group)));
}

TARGET static inline void store_rising(int32_t *column, uint32_t from, uint32_t first) {
    __m256i steps = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    _mm256_storeu_si256((__m256i_u *)(column + from),
                        _mm256_add_epi32(_mm256_set1_epi32((int32_t)first), steps));
}

TARGET static inline lane_set rows_one_or_next(const int32_t *rows, uint32_t from, int32_t one) {
    __m256i values = _mm256_loadu_si256((const __m256i_u *)(rows + from));
    __m256i ones = _mm256_cmpeq_epi32(values, _mm256_set1_epi32(one));
    __m256i others = _mm256_cmpeq_epi32(values, _mm256_set1_epi32(one + 1));
    __m256 either = _mm256_castsi256_ps(_mm256_or_si256(ones, others));
    return (lane_set)_mm256_movemask_ps(either) << from;
}

/* By eight bits: the places of its ones, a byte each, from the lowest on. PDEP and PEXT would do,
 * but on processors of AMD's family 17h each takes longer than all else that a row needs. */
#define PLACES(low, count, high) ((uint64_t)(low) | (uint64_t)(high) << (8 * (count)))
#define PLACES_BEFORE(high)                                                                        \
    PLACES(0, 0, high), PLACES(0, 1, high), PLACES(1, 1, high), PLACES(0x0100, 2, high),           \
        PLACES(2, 1, high), PLACES(0x0200, 2, high), PLACES(0x0201, 2, high),                      \
        PLACES(0x020100, 3, high), PLACES(3, 1, high), PLACES(0x0300, 2, high),                    \
        PLACES(0x0301, 2, high), PLACES(0x030100, 3, high), PLACES(0x0302, 2, high),               \
        PLACES(0x030200, 3, high), PLACES(0x030201, 3, high), PLACES(0x03020100, 4, high)
static const uint64_t places_of_ones[256] = {
    PLACES_BEFORE(0),          PLACES_BEFORE(4),        PLACES_BEFORE(5),
    PLACES_BEFORE(0x0504),     PLACES_BEFORE(6),        PLACES_BEFORE(0x0604),
    PLACES_BEFORE(0x0605),     PLACES_BEFORE(0x060504), PLACES_BEFORE(7),
    PLACES_BEFORE(0x0704),     PLACES_BEFORE(0x0705),   PLACES_BEFORE(0x070504),
    PLACES_BEFORE(0x0706),     PLACES_BEFORE(0x070604), PLACES_BEFORE(0x070605),
    PLACES_BEFORE(0x07060504),
};

/* Most blocks have none. */
TARGET static inline uint32_t store_set(uint32_t *rows, uint32_t first, lane_set mask) {
    uint32_t count = 0;
    if (mask == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < BLOCK; i += GROUP) {
        uint32_t ones = mask >> i & 255u;
        __m128i places = _mm_loadl_epi64((const __m128i_u *)(places_of_ones + ones));
        __m256i group = _mm256_set1_epi32((int32_t)(first + i));
        _mm256_storeu_si256((__m256i_u *)(rows + count),
                            _mm256_add_epi32(_mm256_cvtepu8_epi32(places), group));
        count += (uint32_t)__builtin_popcount(ones);
    }
    return count;
}

#endif

/* The categories of those bytes whose high half is one of `first` to `last`, else 0. */
/*@ requires halves: first <= last <= 15;
    requires readable: \valid_read(table + (16 * first .. 16 * last + 15));
    terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] == (first <= bytes.lane[i] / 16 <= last ? table[bytes.lane[i]] : 0);
*/
TARGET static inline vector look_up(const uint8_t *table, vector bytes, uint32_t first,
                                    uint32_t last) {
    vector result = lanes_zero();
    /*@ loop invariant contained: first <= high <= last + 1;
        loop invariant lanes: \forall integer i; 0 <= i < BLOCK ==>
          result.lane[i] == (first <= bytes.lane[i] / 16 < high ? table[bytes.lane[i]] : 0);
        loop assigns high, result;
        loop variant last + 1 - high;
    */
    for (uint32_t high = first; high <= last; high++) {
        vector here = row_looked_up(table + 16u * high, row_index(bytes, high));
        /*@ assert here: \forall integer i; 0 <= i < BLOCK ==>
              here.lane[i] == (bytes.lane[i] / 16 == high ? table[bytes.lane[i]] : 0); */
        result = lanes_joined(result, here);
    }
    return result;
}

#endif
