/* scan_neon.c -- the scan kernel for AArch64: 16 bytes at a time.
 *
 * TBL looks up 64 entries and gives 0 beyond them: four lookups for a table of 256. A mask
 * of sixteen lanes is a word of four bits a lane (SHRN by 4). The rest is as in scan_avx512.c,
 * four rows a store. */
#include "kernel.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define BLOCK 16u
#define GROUP 4u

typedef struct table {
    uint8x16x4_t part[4];
    uint8x16_t kind_of_category;
    uint8x16_t whole; /* in utf8 bytes below 128 only */
} table;

static inline table load_table(const hlx_regime *regime) {
    static const uint8_t kind_of_category[16] = {HLX_RUN_KIND_OF_CATEGORY};
    table t;
    for (uint32_t i = 0; i < 4; i++) {
        t.part[i] = vld1q_u8_x4(regime->category + 64u * i);
    }
    t.kind_of_category = vld1q_u8(kind_of_category);
    t.whole = vdupq_n_u8(regime->encoding == HLX_ENCODING_UTF8 ? 127 : 255);
    return t;
}

static inline uint8x16_t kinds_of(const table *t, uint8x16_t bytes) {
    uint8x16_t categories = vqtbl4q_u8(t->part[0], bytes);
    for (uint32_t i = 1; i < 4; i++) {
        uint8x16_t index = veorq_u8(bytes, vdupq_n_u8((uint8_t)(64u * i)));
        categories = vorrq_u8(categories, vqtbl4q_u8(t->part[i], index));
    }
    uint8x16_t kinds = vqtbl1q_u8(t->kind_of_category, categories);
    return vandq_u8(kinds, vcleq_u8(bytes, t->whole));
}

/* The first lane of a comparison's result that is set, or BLOCK. */
static inline uint32_t first_lane(uint8x16_t lanes) {
    uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(lanes), 4);
    uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(nibbles), 0);
    return mask == 0 ? BLOCK : (uint32_t)__builtin_ctzll(mask) / 4u;
}

static inline void store_widened(int32_t *column, uint8x16_t bytes) {
    uint16x8_t low = vmovl_u8(vget_low_u8(bytes));
    uint16x8_t high = vmovl_u8(vget_high_u8(bytes));
    vst1q_s32(column, vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(low))));
    vst1q_s32(column + GROUP, vreinterpretq_s32_u32(vmovl_u16(vget_high_u16(low))));
    vst1q_s32(column + 2 * GROUP, vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(high))));
    vst1q_s32(column + 3 * GROUP, vreinterpretq_s32_u32(vmovl_u16(vget_high_u16(high))));
}

static inline void store_positions(int32_t *column, uint32_t position) {
    static const int32_t steps[4] = {0, 1, 2, 3};
    int32x4_t positions = vaddq_s32(vdupq_n_s32((int32_t)position), vld1q_s32(steps));
    for (uint32_t i = 0; i < BLOCK; i += GROUP) {
        vst1q_s32(column + i, positions);
        positions = vaddq_s32(positions, vdupq_n_s32(GROUP));
    }
}

uint32_t hlx_scan_run_neon(HLX_SCAN_RUN_PARAMETERS) {
    const table t = load_table(regime);
    uint8x16_t spaces_before = vdupq_n_u8(in_middle ? 0 : 255);
    uint32_t count = 0;
    while (input_length - position - count >= BLOCK &&
           columns->token_capacity - row - count >= BLOCK) {
        uint32_t left = limit - position - count;
        uint8x16_t bytes = vld1q_u8(input + position + count);
        uint8x16_t kinds = kinds_of(&t, bytes);
        uint8x16_t spaces = vceqq_u8(kinds, vdupq_n_u8(HLX_CATEGORY_SPACE));
        uint8x16_t doubled = vandq_u8(spaces, vextq_u8(spaces_before, spaces, 15));
        uint32_t run = first_lane(vorrq_u8(vceqzq_u8(kinds), doubled));
        run = run < left ? run : left;
        store_widened(columns->kinds + row + count, kinds);
        store_widened(columns->codes + row + count, vbslq_u8(spaces, vdupq_n_u8(' '), bytes));
        store_positions(columns->starts + row + count, position + count);
        count += run;
        if (run < BLOCK) {
            return count;
        }
        spaces_before = spaces;
    }
    return count + hlx_scan_run_portable(regime, input, input_length, position + count, limit,
                                         vgetq_lane_u8(spaces_before, 15) == 0, columns,
                                         row + count);
}

uint32_t hlx_scan_line_end_neon(HLX_SCAN_LINE_END_PARAMETERS) {
    while (limit - position >= BLOCK) {
        uint8x16_t bytes = vld1q_u8(input + position);
        uint8x16_t ends =
            vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('\n')), vceqq_u8(bytes, vdupq_n_u8('\r')));
        uint32_t lane = first_lane(ends);
        if (lane < BLOCK) {
            return position + lane;
        }
        position += BLOCK;
    }
    return hlx_scan_line_end_portable(input, position, limit);
}

uint32_t hlx_scan_groups_neon(HLX_SCAN_GROUPS_PARAMETERS) {
    uint32_t found = 0;
    while (stop - row >= GROUP) {
        int32x4_t values = vld1q_s32(kinds + row);
        uint32x4_t begins = vceqq_s32(values, vdupq_n_s32(HLX_CATEGORY_BEGIN_GROUP));
        uint32x4_t ends = vceqq_s32(values, vdupq_n_s32(HLX_CATEGORY_END_GROUP));
        if (vmaxvq_u32(vorrq_u32(begins, ends)) != 0) {
            found += hlx_scan_groups_portable(kinds, row, row + GROUP, rows + found);
        }
        row += GROUP;
    }
    return found + hlx_scan_groups_portable(kinds, row, stop, rows + found);
}

#endif
