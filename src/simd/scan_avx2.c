/* scan_avx2.c -- the scan kernel for AVX2: 32 bytes at a time.
 *
 * AVX2 looks up sixteen entries at once, a category table has 256: sixteen lookups, one
 * for each high half of a byte, of which one gives something and the others 0. Blocks of ASCII
 * need eight. Then as in scan_avx512.c: categories to kinds, kinds to a mask, eight rows a
 * store. */
#include "kernel.h"
#include "leap.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define BLOCK 32u
#define GROUP 8u

/* The categories of those bytes whose high half is one of `first` to `last`, else 0. A byte's
 * high half is compared by what it has in common with the row's: nothing left is 0 to 15, to
 * which 0x70 may be added before the sign bit, which makes VPSHUFB give 0, is set. */
TARGET static inline __m256i look_up(const uint8_t *table, __m256i bytes, uint32_t first,
                                     uint32_t last) {
    __m256i result = _mm256_setzero_si256();
    for (uint32_t high = first; high <= last; high++) {
        __m128i entries = _mm_loadu_si128((const __m128i_u *)(table + 16u * high));
        __m256i differing = _mm256_xor_si256(bytes, _mm256_set1_epi8((char)(16u * high)));
        __m256i index = _mm256_adds_epu8(differing, _mm256_set1_epi8(0x70));
        __m256i here = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), index);
        result = _mm256_or_si256(result, here);
    }
    return result;
}

/* Category 0 ends a run, so the bytes above 127 may have it in utf8. */
TARGET static inline __m256i kinds_of(const hlx_regime *regime, __m256i bytes) {
    const __m256i kind_of_category =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(HLX_RUN_KIND_OF_CATEGORY));
    __m256i categories = look_up(regime->category, bytes, 0, 7);
    if (_mm256_movemask_epi8(bytes) != 0 && regime->encoding == HLX_ENCODING_BYTES) {
        categories = _mm256_or_si256(categories, look_up(regime->category, bytes, 8, 15));
    }
    return _mm256_shuffle_epi8(kind_of_category, categories);
}

/* Every space has the code of a blank. */
TARGET static inline __m256i codes_of(__m256i bytes, __m256i kinds) {
    __m256i is_space = _mm256_cmpeq_epi8(kinds, _mm256_set1_epi8(HLX_CATEGORY_SPACE));
    return _mm256_blendv_epi8(bytes, _mm256_set1_epi8(' '), is_space);
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

/* ---- leaps ---------------------------------------------------------------- */

/* A block of a leap is two of a run. */
typedef struct pair {
    __m256i low;
    __m256i high;
} pair;

TARGET static inline uint64_t places_of(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << BLOCK;
}

TARGET static inline uint64_t equal(pair bytes, uint8_t value) {
    __m256i values = _mm256_set1_epi8((char)value);
    return places_of(_mm256_cmpeq_epi8(bytes.low, values), _mm256_cmpeq_epi8(bytes.high, values));
}

TARGET static inline __m256i categories_of(const hlx_leap_table *table, __m256i bytes) {
    __m256i categories = look_up(table->category, bytes, 0, 7);
    if (_mm256_movemask_epi8(bytes) != 0) {
        categories = _mm256_or_si256(categories, look_up(table->category, bytes, 8, 15));
    }
    return categories;
}

/* hlx_classify, leap.h. */
TARGET static inline hlx_places classify(const hlx_leap_table *table, const uint8_t *input,
                                         hlx_block *block) {
    const __m256i kind_of_category =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(HLX_LEAP_KIND_OF_CATEGORY));
    pair bytes = {_mm256_loadu_si256((const __m256i_u *)input),
                  _mm256_loadu_si256((const __m256i_u *)(input + BLOCK))};
    pair categories = {categories_of(table, bytes.low), categories_of(table, bytes.high)};
    pair kinds = {_mm256_shuffle_epi8(kind_of_category, categories.low),
                  _mm256_shuffle_epi8(kind_of_category, categories.high)};
    _mm256_storeu_si256((__m256i_u *)block->kinds.at, kinds.low);
    _mm256_storeu_si256((__m256i_u *)(block->kinds.at + BLOCK), kinds.high);
    _mm256_storeu_si256((__m256i_u *)block->codes.at, codes_of(bytes.low, kinds.low));
    _mm256_storeu_si256((__m256i_u *)(block->codes.at + BLOCK), codes_of(bytes.high, kinds.high));
    hlx_places p;
    p.line_feed = equal(bytes, '\n');
    p.carriage_return = equal(bytes, '\r');
    p.escape = equal(categories, HLX_CATEGORY_ESCAPE);
    p.letter = equal(categories, HLX_CATEGORY_LETTER);
    p.superscript = equal(categories, HLX_CATEGORY_SUPERSCRIPT);
    p.comment = equal(categories, HLX_CATEGORY_COMMENT);
    p.blank = equal(bytes, ' ');
    p.space = equal(categories, HLX_CATEGORY_SPACE);
    p.token = ~equal(kinds, 0);
    return p;
}

TARGET static inline uint64_t pack(uint64_t bytes, uint32_t token) {
    return _pext_u64(bytes, 255u * _pdep_u64(token, 0x0101010101010101u));
}

TARGET void hlx_leap_avx2(HLX_LEAP_PARAMETERS) {
    hlx_leap_blocks(at, regime, input, input_length, pause_at, to, classify, pack);
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
