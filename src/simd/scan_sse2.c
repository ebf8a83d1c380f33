/* scan_sse2.c -- the scan kernel for SSE2, which every x86-64 processor has.
 *
 * SSE2 has no table lookup, so the kinds of a block of sixteen bytes are looked up one by one
 * and packed into two words; from there on it is as in scan_avx512.c, four rows a store. */
#include "kernel.h"

#if defined(__x86_64__)

#include "sse2.h"

static inline __m128i kinds_of(const hlx_regime *regime, const uint8_t *at, __m128i bytes) {
    static const uint8_t kind_of_category[16] = {HLX_RUN_KIND_OF_CATEGORY};
    uint8_t categories[BLOCK];
    _mm_storeu_si128((__m128i_u *)categories, look_up(regime->category, at));
    __m128i kinds = look_up(kind_of_category, categories);
    __m128i is_high = _mm_cmplt_epi8(bytes, _mm_setzero_si128());
    bool whole = regime->encoding == HLX_ENCODING_BYTES;
    return whole ? kinds : _mm_andnot_si128(is_high, kinds);
}

static inline void store(int32_t *column, __m128i values) {
    _mm_storeu_si128((__m128i_u *)column, values);
}

/* Sixteen rows of a column from sixteen bytes. */
static inline void store_widened(int32_t *column, __m128i bytes) {
    const __m128i zero = _mm_setzero_si128();
    __m128i low = _mm_unpacklo_epi8(bytes, zero);
    __m128i high = _mm_unpackhi_epi8(bytes, zero);
    store(column, _mm_unpacklo_epi16(low, zero));
    store(column + GROUP, _mm_unpackhi_epi16(low, zero));
    store(column + 2 * GROUP, _mm_unpacklo_epi16(high, zero));
    store(column + 3 * GROUP, _mm_unpackhi_epi16(high, zero));
}

static inline void store_positions(int32_t *column, uint32_t position) {
    __m128i positions =
        _mm_add_epi32(_mm_set1_epi32((int32_t)position), _mm_setr_epi32(0, 1, 2, 3));
    for (uint32_t i = 0; i < BLOCK; i += GROUP) {
        store(column + i, positions);
        positions = _mm_add_epi32(positions, _mm_set1_epi32(GROUP));
    }
}

uint32_t hlx_scan_run_sse2(HLX_SCAN_RUN_PARAMETERS) {
    uint32_t no_space_first = in_middle ? 0 : 1;
    uint32_t count = 0;
    while (input_length - position - count >= BLOCK &&
           columns->token_capacity - row - count >= BLOCK) {
        uint32_t left = limit - position - count;
        __m128i bytes = _mm_loadu_si128((const __m128i_u *)(input + position + count));
        __m128i kinds = kinds_of(regime, input + position + count, bytes);
        __m128i is_space = _mm_cmpeq_epi8(kinds, _mm_set1_epi8(HLX_CATEGORY_SPACE));
        __m128i is_zero = _mm_cmpeq_epi8(kinds, _mm_setzero_si128());
        uint32_t spaces = (uint32_t)_mm_movemask_epi8(is_space);
        uint32_t stops =
            (uint32_t)_mm_movemask_epi8(is_zero) | (spaces & (spaces << 1 | no_space_first));
        uint32_t run = stops == 0 ? BLOCK : (uint32_t)__builtin_ctz(stops);
        run = run < left ? run : left;
        store_widened(columns->kinds + row + count, kinds);
        store_widened(columns->codes + row + count, codes_of(bytes, is_space));
        store_positions(columns->starts + row + count, position + count);
        count += run;
        if (run < BLOCK) {
            return count;
        }
        no_space_first = spaces >> 15;
    }
    return count + hlx_scan_run_portable(regime, input, input_length, position + count, limit,
                                         no_space_first == 0, columns, row + count);
}

uint32_t hlx_scan_line_end_sse2(HLX_SCAN_LINE_END_PARAMETERS) {
    while (limit - position >= BLOCK) {
        __m128i bytes = _mm_loadu_si128((const __m128i_u *)(input + position));
        __m128i line_feeds = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
        __m128i returns = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'));
        uint32_t ends = (uint32_t)_mm_movemask_epi8(_mm_or_si128(line_feeds, returns));
        if (ends != 0) {
            return position + (uint32_t)__builtin_ctz(ends);
        }
        position += BLOCK;
    }
    return hlx_scan_line_end_portable(input, position, limit);
}

uint32_t hlx_scan_groups_sse2(HLX_SCAN_GROUPS_PARAMETERS) {
    uint32_t found = 0;
    while (stop - row >= BLOCK) {
        uint32_t groups = 0;
        for (uint32_t i = 0; i < BLOCK; i += GROUP) {
            __m128i values = _mm_loadu_si128((const __m128i_u *)(kinds + row + i));
            __m128i begins = _mm_cmpeq_epi32(values, _mm_set1_epi32(HLX_CATEGORY_BEGIN_GROUP));
            __m128i ends = _mm_cmpeq_epi32(values, _mm_set1_epi32(HLX_CATEGORY_END_GROUP));
            __m128 either = _mm_castsi128_ps(_mm_or_si128(begins, ends));
            groups |= (uint32_t)_mm_movemask_ps(either) << i;
        }
        for (; groups != 0; groups &= groups - 1u) {
            rows[found] = row + (uint32_t)__builtin_ctz(groups);
            found++;
        }
        row += BLOCK;
    }
    return found + hlx_scan_groups_portable(kinds, row, stop, rows + found);
}

#endif
