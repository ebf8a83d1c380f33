/* scan_avx2.c -- the scan kernel for AVX2: 32 bytes at a time.
 *
 * AVX2 looks up sixteen entries at once, a category table has 256: sixteen lookups, one
 * for each high half of a byte, of which one gives something and the others 0. Blocks of ASCII
 * need eight. Then as in scan_avx512.c: categories to kinds, kinds to a mask, eight rows a
 * store. */
#include "kernel.h"

#if defined(__x86_64__)

#include "avx2.h"

/* Category 0 ends a run, so the bytes above 127 may have it in utf8. */
TARGET static inline __m256i kinds_of(const hlx_regime *regime, __m256i bytes) {
    const __m256i kind_of_category =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(HLX_RUN_KIND_OF_CATEGORY));
    const row_steps steps = steps_of_rows();
    __m256i categories = look_up(regime->category, bytes, 0, &steps);
    if (_mm256_movemask_epi8(bytes) != 0 && regime->encoding == HLX_ENCODING_BYTES) {
        categories = _mm256_or_si256(categories, look_up(regime->category, bytes, 8, &steps));
    }
    return _mm256_shuffle_epi8(kind_of_category, categories);
}

/* The bytes of a block in groups of eight. */
TARGET static inline __m128i group_of(__m256i bytes, uint32_t group) {
    __m128i half = group < 2 ? _mm256_castsi256_si128(bytes) : _mm256_extracti128_si256(bytes, 1);
    return group % 2 == 0 ? half : _mm_unpackhi_epi64(half, half);
}

TARGET static inline void store(int32_t *column, __m256i values) {
    _mm256_storeu_si256((__m256i_u *)column, values);
}

/* Rows of the first `count` bytes of a block, in whole groups. */
TARGET static inline void store_rows(__m256i kinds, __m256i codes, uint32_t position,
                                     const hlx_columns *columns, uint32_t row, uint32_t count) {
    const __m256i steps = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
#pragma GCC unroll 4
    for (uint32_t group = 0; group < BLOCK / GROUP; group++) {
        if (group * GROUP >= count) {
            return;
        }
        uint32_t at = row + group * GROUP;
        __m256i first = _mm256_set1_epi32((int32_t)(position + group * GROUP));
        store(columns->kinds + at, _mm256_cvtepu8_epi32(group_of(kinds, group)));
        store(columns->codes + at, _mm256_cvtepu8_epi32(group_of(codes, group)));
        store(columns->starts + at, _mm256_add_epi32(first, steps));
    }
}

TARGET uint32_t hlx_scan_run_avx2(HLX_SCAN_RUN_PARAMETERS) {
    uint32_t no_space_first = in_middle ? 0 : 1;
    uint32_t count = 0;
    while (input_length - position - count >= BLOCK &&
           columns->token_capacity - row - count >= BLOCK) {
        uint32_t left = limit - position - count;
        __m256i bytes = _mm256_loadu_si256((const __m256i_u *)(input + position + count));
        __m256i kinds = kinds_of(regime, bytes);
        __m256i is_space = _mm256_cmpeq_epi8(kinds, _mm256_set1_epi8(HLX_CATEGORY_SPACE));
        __m256i is_zero = _mm256_cmpeq_epi8(kinds, _mm256_setzero_si256());
        uint32_t spaces = (uint32_t)_mm256_movemask_epi8(is_space);
        uint32_t stops =
            (uint32_t)_mm256_movemask_epi8(is_zero) | (spaces & (spaces << 1 | no_space_first));
        uint32_t run = _tzcnt_u32(stops);
        run = run < left ? run : left;
        store_rows(kinds, codes_of(bytes, kinds), position + count, columns, row + count, run);
        count += run;
        if (run < BLOCK) {
            return count;
        }
        no_space_first = spaces >> 31;
    }
    return count + hlx_scan_run_portable(regime, input, input_length, position + count, limit,
                                         no_space_first == 0, columns, row + count);
}

TARGET uint32_t hlx_scan_line_end_avx2(HLX_SCAN_LINE_END_PARAMETERS) {
    while (limit - position >= BLOCK) {
        __m256i bytes = _mm256_loadu_si256((const __m256i_u *)(input + position));
        __m256i line_feeds = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'));
        __m256i returns = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r'));
        uint32_t ends = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(line_feeds, returns));
        if (ends != 0) {
            return position + _tzcnt_u32(ends);
        }
        position += BLOCK;
    }
    return hlx_scan_line_end_portable(input, position, limit);
}

TARGET uint32_t hlx_scan_groups_avx2(HLX_SCAN_GROUPS_PARAMETERS) {
    uint32_t found = 0;
    while (stop - row >= BLOCK) {
        uint32_t groups = 0;
        for (uint32_t i = 0; i < BLOCK; i += GROUP) {
            __m256i values = _mm256_loadu_si256((const __m256i_u *)(kinds + row + i));
            __m256i begins =
                _mm256_cmpeq_epi32(values, _mm256_set1_epi32(HLX_CATEGORY_BEGIN_GROUP));
            __m256i ends = _mm256_cmpeq_epi32(values, _mm256_set1_epi32(HLX_CATEGORY_END_GROUP));
            __m256 either = _mm256_castsi256_ps(_mm256_or_si256(begins, ends));
            groups |= (uint32_t)_mm256_movemask_ps(either) << i;
        }
        for (; groups != 0; groups = _blsr_u32(groups)) {
            rows[found] = row + _tzcnt_u32(groups);
            found++;
        }
        row += BLOCK;
    }
    return found + hlx_scan_groups_portable(kinds, row, stop, rows + found);
}

#endif
