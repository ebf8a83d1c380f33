/* avx512.h -- what the scan kernel and the leaps for AVX-512 share: categories of 64 bytes.
 *
 *      bytes      --VPERMI2B over each half of the category table-->  categories
 *
 * The functions of a few intrinsics are what the proof of the scan kernel trusts: their contracts
 * are in proofs/models/lanes.h, which Frama-C reads instead. */
#ifndef HLX_AVX512_H
#define HLX_AVX512_H

#include "scan_kernels.h"

#define BLOCK 64u
#define GROUP 16u
#define PLACES_BITS 64u
#define BIT_OF_PLACE(place) (place)

typedef uint64_t lane_set;

#ifdef __FRAMAC__
#define TARGET
#include "lanes.h"
#else

#include <immintrin.h>

#define TARGET                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))

typedef __m512i vector;

/* The places of a block, to be compressed. */
static const _Alignas(64) uint8_t all_places[BLOCK] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

TARGET static inline vector load_block(const uint8_t *at) {
    return _mm512_loadu_si512(at);
}

TARGET static inline lane_set lanes_equal(vector bytes, uint8_t value) {
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)value));
}

TARGET static inline lane_set lanes_equal_either(vector bytes, uint8_t one, uint8_t other) {
    return lanes_equal(bytes, one) | lanes_equal(bytes, other);
}

TARGET static inline uint32_t first_place(lane_set mask) {
    return (uint32_t)_tzcnt_u64(mask);
}

TARGET static inline lane_set places_behind(lane_set mask) {
    return mask << 1;
}

TARGET static inline lane_set last_of(lane_set mask) {
    return mask >> (BLOCK - 1u);
}

TARGET static inline lane_set all_or_none(bool all) {
    return all ? ~(lane_set)0 : 0;
}

TARGET static inline lane_set ascii_and(vector bytes, lane_set others) {
    return others | ~(lane_set)_mm512_movepi8_mask(bytes);
}

TARGET static inline vector half_looked_up(vector low, vector index, vector high) {
    return _mm512_permutex2var_epi8(low, index, high);
}

TARGET static inline vector by_half(vector lower, vector bytes, vector upper) {
    return _mm512_mask_mov_epi8(lower, _mm512_movepi8_mask(bytes), upper);
}

TARGET static inline vector kinds_of_some(lane_set some, vector categories) {
    const vector kinds = _mm512_broadcast_i32x4(_mm_setr_epi8(HLX_RUN_KIND_OF_CATEGORY));
    return _mm512_maskz_shuffle_epi8(some, kinds, categories);
}

/* Every space has the code of a blank. */
TARGET static inline vector blanked(vector bytes, vector kinds) {
    return _mm512_mask_mov_epi8(bytes, lanes_equal(kinds, HLX_CATEGORY_SPACE),
                                _mm512_set1_epi8(' '));
}

TARGET static inline void store_first_group(int32_t *column, uint32_t from, vector bytes) {
    _mm512_storeu_si512(column + from, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(bytes)));
}

TARGET static inline vector groups_down(vector bytes) {
    return _mm512_alignr_epi32(bytes, bytes, 4);
}

TARGET static inline __m512i rising(uint32_t first) {
    const __m512i steps = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_epi32(_mm512_set1_epi32((int32_t)first), steps);
}

TARGET static inline void store_rising(int32_t *column, uint32_t from, uint32_t first) {
    _mm512_storeu_si512(column + from, rising(first));
}

/* The rows are fetched ahead: the second-level cache has lost them since they were written. Behind
 * the column that does nothing. */
#define AHEAD 1024u
TARGET static inline lane_set rows_one_or_next(const int32_t *rows, uint32_t from, int32_t one) {
    _mm_prefetch((const char *)(rows + from + AHEAD), _MM_HINT_T0);
    __m512i above = _mm512_sub_epi32(_mm512_loadu_si512(rows + from), _mm512_set1_epi32(one));
    return (lane_set)_mm512_cmplt_epu32_mask(above, _mm512_set1_epi32(2)) << from;
}

/* Sixteen rows of those whose places are compressed, or as many as there are. */
TARGET static inline void store_some(uint32_t *rows, uint32_t first, __m512i places,
                                     uint32_t count) {
    __m512i widened = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
    _mm512_mask_storeu_epi32(rows, (__mmask16)_bzhi_u32(UINT16_MAX, count),
                             _mm512_add_epi32(widened, _mm512_set1_epi32((int32_t)first)));
}

/* Most blocks have none, and more than sixteen are rare. */
TARGET static inline uint32_t store_set(uint32_t *rows, uint32_t first, lane_set mask) {
    if (mask == 0) {
        return 0;
    }
    __m512i places = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(all_places));
    uint32_t count = (uint32_t)_mm_popcnt_u64(mask);
    store_some(rows, first, places, count);
    for (uint32_t done = GROUP; done < count; done += GROUP) {
        places = groups_down(places);
        store_some(rows + done, first, places, count - done);
    }
    return count;
}

#endif

/* The category table, 256 entries; the upper half is not read in utf8. */
typedef struct table {
    vector part[4];
    lane_set whole; /* all lanes, or in utf8 those that hold a whole character: none above 127 */
} table;

/*@ predicate TableOf{L}(table t, hlx_regime *regime) =
      (\forall integer b; 0 <= b < 64 ==> t.part[0].lane[b] == regime->category[b]) &&
      (\forall integer b; 64 <= b < 128 ==> t.part[1].lane[b - 64] == regime->category[b]) &&
      (\forall integer b; 128 <= b < 192 ==> t.part[2].lane[b - 128] == regime->category[b]) &&
      (\forall integer b; 192 <= b < 256 ==> t.part[3].lane[b - 192] == regime->category[b]) &&
      (\forall integer i; 0 <= i < BLOCK ==>
        (Holds(t.whole, i) <==> regime->encoding != HLX_ENCODING_UTF8));
*/

/*@ requires regime: \valid_read(regime);
    terminates \true;
    assigns \nothing;
    ensures table: TableOf(\result, regime);
*/
TARGET static inline table load_table(const hlx_regime *regime) {
    table t;
    t.part[0] = load_block(regime->category);
    t.part[1] = load_block(regime->category + 64);
    t.part[2] = load_block(regime->category + 128);
    t.part[3] = load_block(regime->category + 192);
    /*@ assert part_0: \forall integer b; 0 <= b < 64 ==>
          t.part[0].lane[b] == regime->category[b]; */
    /*@ assert part_1: \forall integer b; 64 <= b < 128 ==>
          t.part[1].lane[b - 64] == regime->category[b]; */
    /*@ assert part_2: \forall integer b; 128 <= b < 192 ==>
          t.part[2].lane[b - 128] == regime->category[b]; */
    /*@ assert part_3: \forall integer b; 192 <= b < 256 ==>
          t.part[3].lane[b - 192] == regime->category[b]; */
    t.whole = all_or_none(regime->encoding != HLX_ENCODING_UTF8);
    return t;
}

/*@ requires readable: \valid_read(t);
    terminates \true;
    assigns \nothing;
    ensures first: \forall integer i; 0 <= i < BLOCK && bytes.lane[i] < 64 ==>
      \result.lane[i] == t->part[0].lane[bytes.lane[i]];
    ensures second: \forall integer i; 0 <= i < BLOCK && 64 <= bytes.lane[i] < 128 ==>
      \result.lane[i] == t->part[1].lane[bytes.lane[i] - 64];
    ensures third: \forall integer i; 0 <= i < BLOCK && 128 <= bytes.lane[i] < 192 ==>
      \result.lane[i] == t->part[2].lane[bytes.lane[i] - 128];
    ensures fourth: \forall integer i; 0 <= i < BLOCK && 192 <= bytes.lane[i] ==>
      \result.lane[i] == t->part[3].lane[bytes.lane[i] - 192];
*/
TARGET static inline vector categories_of(const table *t, vector bytes) {
    vector lower = half_looked_up(t->part[0], bytes, t->part[1]);
    vector upper = half_looked_up(t->part[2], bytes, t->part[3]);
    return by_half(lower, bytes, upper);
}

#endif
