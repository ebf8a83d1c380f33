/* neon.h -- the operations on vectors of the scan kernel for AArch64.
 *
 * The functions of a few intrinsics are what the proof of the scan kernel trusts: their contracts
 * are in proofs/models/lanes.h, which Frama-C reads instead.
 *
 * SHRN makes four bits of each lane, so a set of lanes has every fourth bit of a word; the
 * others are 0. The places from sixteen on, which no lane has, are those other bits. */
#ifndef HLX_NEON_H
#define HLX_NEON_H

#include "scan_kernels.h"

#define TARGET
#define BLOCK 16u
#define GROUP 4u
#define PLACES_BITS 64u
#define BIT_OF_PLACE(place) ((place) % 16 * 4 + (place) / 16)

typedef uint64_t lane_set;

#ifdef __FRAMAC__
#include "lanes.h"
#else

#include <arm_neon.h>

typedef uint8x16_t vector;
typedef int32x4_t words;

static inline vector load_block(const uint8_t *at) {
    return vld1q_u8(at);
}

/* TBL gives 0 for what is not below 64. */
static inline vector quarter_looked_up(const uint8_t *quarter, vector bytes, uint32_t number) {
    vector index = veorq_u8(bytes, vdupq_n_u8((uint8_t)(64u * number)));
    return vqtbl4q_u8(vld1q_u8_x4(quarter), index);
}

static inline vector lanes_joined(vector a, vector b) {
    return vorrq_u8(a, b);
}

static inline vector kinds_by_category(vector categories) {
    static const uint8_t kinds[16] = {HLX_RUN_KIND_OF_CATEGORY};
    return vqtbl1q_u8(vld1q_u8(kinds), categories);
}

/* Every space has the code of a blank. */
static inline vector blanked(vector bytes, vector kinds) {
    vector is_space = vceqq_u8(kinds, vdupq_n_u8(HLX_CATEGORY_SPACE));
    return vbslq_u8(is_space, vdupq_n_u8(' '), bytes);
}

/* Of a comparison's outcome. */
static inline lane_set places_of(vector lanes) {
    uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(lanes), 4);
    return vget_lane_u64(vreinterpret_u64_u8(nibbles), 0) & 0x1111111111111111u;
}

static inline lane_set lanes_equal(vector bytes, uint8_t value) {
    return places_of(vceqq_u8(bytes, vdupq_n_u8(value)));
}

static inline lane_set lanes_equal_either(vector bytes, uint8_t one, uint8_t other) {
    return places_of(
        vorrq_u8(vceqq_u8(bytes, vdupq_n_u8(one)), vceqq_u8(bytes, vdupq_n_u8(other))));
}

static inline uint32_t first_place(lane_set mask) {
    return mask == 0 ? BLOCK : (uint32_t)__builtin_ctzll(mask) / 4u;
}

static inline lane_set without_first(lane_set mask) {
    return mask & (mask - 1u);
}

static inline lane_set places_behind(lane_set mask) {
    return mask << 4;
}

static inline lane_set last_of(lane_set mask) {
    return mask >> 60;
}

static inline void store_words(int32_t *column, uint32_t from, words values) {
    vst1q_s32(column + from, values);
}

static inline void store_group(int32_t *column, vector bytes, uint32_t group) {
    uint16x8_t half = group < 2 ? vmovl_u8(vget_low_u8(bytes)) : vmovl_high_u8(bytes);
    uint32x4_t wide = group % 2 == 0 ? vmovl_u16(vget_low_u16(half)) : vmovl_high_u16(half);
    store_words(column, group * GROUP, vreinterpretq_s32_u32(wide));
}

static inline words positions_from(uint32_t first) {
    static const int32_t steps[GROUP] = {0, 1, 2, 3};
    return vaddq_s32(vdupq_n_s32((int32_t)first), vld1q_s32(steps));
}

static inline words next_positions(words positions) {
    return vaddq_s32(positions, vdupq_n_s32(GROUP));
}

static inline lane_set rows_one_or_next(const int32_t *rows, uint32_t from, int32_t one) {
    static const uint32_t bits[GROUP] = {0x1, 0x10, 0x100, 0x1000};
    int32x4_t values = vld1q_s32(rows + from);
    uint32x4_t either =
        vorrq_u32(vceqq_s32(values, vdupq_n_s32(one)), vceqq_s32(values, vdupq_n_s32(one + 1)));
    return (lane_set)vaddvq_u32(vandq_u32(either, vld1q_u32(bits))) << (4u * from);
}

#endif

#endif
