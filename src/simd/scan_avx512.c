/* scan_avx512.c -- the scan kernel for AVX-512 with VBMI: 64 bytes at a time.
 *
 *      bytes      --VPERMI2B over the category table-->  categories
 *      categories --VPSHUFB over sixteen kinds------->  kinds, 0 where a run ends
 *      kinds == 0, a space behind a space, the limit  ->  a mask; its lowest bit ends the run
 *      16 kinds, codes, positions widened to int32    ->  three stores
 *
 * A store of sixteen rows may go beyond the run: the contract leaves those rows free. */
#include "kernel.h"

#if defined(__x86_64__)

#include "avx512.h"

TARGET static inline __m512i kinds_of(const table *t, __m512i bytes) {
    const __m512i kind_of_category =
        _mm512_broadcast_i32x4(_mm_setr_epi8(HLX_RUN_KIND_OF_CATEGORY));
    __mmask64 high = _mm512_movepi8_mask(bytes);
    return _mm512_maskz_shuffle_epi8(t->whole | ~high, kind_of_category, categories_of(t, bytes));
}

TARGET static inline __m512i widened(__m512i bytes) {
    return _mm512_cvtepu8_epi32(_mm512_castsi512_si128(bytes));
}

/* Rows of the first `count` bytes of a block, in whole groups. */
TARGET static inline void store_rows(__m512i kinds, __m512i codes, uint32_t position,
                                     const hlx_columns *columns, uint32_t row, uint32_t count) {
    const __m512i steps = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (uint32_t done = 0; done < count; done += GROUP) {
        __m512i starts = _mm512_add_epi32(_mm512_set1_epi32((int32_t)(position + done)), steps);
        _mm512_storeu_si512(columns->kinds + row + done, widened(kinds));
        _mm512_storeu_si512(columns->codes + row + done, widened(codes));
        _mm512_storeu_si512(columns->starts + row + done, starts);
        kinds = _mm512_alignr_epi32(kinds, kinds, 4);
        codes = _mm512_alignr_epi32(codes, codes, 4);
    }
}

TARGET uint32_t hlx_scan_run_avx512(HLX_SCAN_RUN_PARAMETERS) {
    const table t = load_table(regime);
    const __m512i space = _mm512_set1_epi8(HLX_CATEGORY_SPACE);
    uint64_t no_space_first = in_middle ? 0 : 1;
    uint32_t count = 0;
    while (input_length - position - count >= BLOCK &&
           columns->token_capacity - row - count >= BLOCK) {
        uint32_t left = limit - position - count;
        __m512i bytes = _mm512_loadu_si512(input + position + count);
        __m512i kinds = kinds_of(&t, bytes);
        uint64_t spaces = _mm512_cmpeq_epi8_mask(kinds, space);
        uint64_t stops =
            _mm512_testn_epi8_mask(kinds, kinds) | (spaces & (spaces << 1 | no_space_first));
        uint32_t run = (uint32_t)_tzcnt_u64(stops);
        run = run < left ? run : left;
        __m512i codes = _mm512_mask_mov_epi8(bytes, spaces, _mm512_set1_epi8(' '));
        store_rows(kinds, codes, position + count, columns, row + count, run);
        count += run;
        if (run < BLOCK) {
            return count;
        }
        no_space_first = spaces >> 63;
    }
    return count + hlx_scan_run_portable(regime, input, input_length, position + count, limit,
                                         no_space_first == 0, columns, row + count);
}

TARGET uint32_t hlx_scan_line_end_avx512(HLX_SCAN_LINE_END_PARAMETERS) {
    const __m512i line_feed = _mm512_set1_epi8('\n');
    const __m512i carriage_return = _mm512_set1_epi8('\r');
    while (limit - position >= BLOCK) {
        __m512i bytes = _mm512_loadu_si512(input + position);
        uint64_t ends = _mm512_cmpeq_epi8_mask(bytes, line_feed) |
                        _mm512_cmpeq_epi8_mask(bytes, carriage_return);
        if (ends != 0) {
            return position + (uint32_t)_tzcnt_u64(ends);
        }
        position += BLOCK;
    }
    return hlx_scan_line_end_portable(input, position, limit);
}

/* Which of 64 rows begin or end a group. */
TARGET static inline uint64_t groups_of(const int32_t *kinds) {
    const __m512i first = _mm512_set1_epi32(HLX_CATEGORY_BEGIN_GROUP);
    const __m512i different = _mm512_set1_epi32(2);
    uint64_t groups = 0;
    for (uint32_t i = 0; i < BLOCK; i += GROUP) {
        __m512i kind = _mm512_sub_epi32(_mm512_loadu_si512(kinds + i), first);
        groups |= (uint64_t)_mm512_cmplt_epu32_mask(kind, different) << i;
    }
    return groups;
}

/* More than sixteen groups in 64 rows are rare. */
TARGET uint32_t hlx_scan_groups_avx512(HLX_SCAN_GROUPS_PARAMETERS) {
    const __m512i all = _mm512_load_si512(all_places);
    uint32_t found = 0;
    while (stop - row >= BLOCK) {
        uint64_t groups = groups_of(kinds + row);
        __m512i places = _mm512_maskz_compress_epi8(groups, all);
        uint32_t left = (uint32_t)_mm_popcnt_u64(groups);
        do {
            __m512i here = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
            _mm512_mask_storeu_epi32(rows + found, (__mmask16)_bzhi_u32(UINT16_MAX, left),
                                     _mm512_add_epi32(here, _mm512_set1_epi32((int32_t)row)));
            places = _mm512_alignr_epi32(places, places, 4);
            uint32_t count = left < GROUP ? left : GROUP;
            found += count;
            left -= count;
        } while (left > 0);
        row += BLOCK;
    }
    return found + hlx_scan_groups_portable(kinds, row, stop, rows + found);
}

#endif
