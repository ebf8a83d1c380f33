/* leap_avx512.c -- leaps (leap.h) for AVX-512 with VBMI2: the rows of a block by compression. */
#include "kernel.h"
#include "leap.h"

#if defined(__x86_64__)

#include "avx512.h"

static const _Alignas(64) uint8_t all_places[BLOCK] = HLX_LEAP_ALL_PLACES;

/* The powers of the hash's multiplier from the 15th down to the 0th, then zeros. */
static const uint32_t powers[2 * GROUP] = {
    3600621915u, 3631439385u, 924097827u,  3549196337u, 3870355883u, 1485291145u, 558416115u,
    1566662433u, 878009595u,  4233492473u, 1185368003u, 1345077009u, 1055306571u, 637696617u,
    16777619u,   1u,          0u,          0u,          0u,          0u,          0u,
    0u,          0u,          0u,          0u,          0u,          0u,          0u,
    0u,          0u,          0u,          0u};

/* The hash's start times the power of each length. */
static const uint32_t starts_hash[GROUP + 1] = {
    2166136261u, 84696351u,   292984781u,  1253111735u, 1268118805u, 303091727u,
    2138539933u, 1177189415u, 2615243109u, 3370484223u, 1078699117u, 2752763799u,
    3795608245u, 3658441455u, 892911165u,  89356807u,   1768495365u};

/* The sum of all words modulo 2^32. (_mm512_reduce_add_epi32 adds the last two as signed
 * integers, which may not overflow.) */
TARGET static inline uint32_t sum_of(__m512i words) {
    __m256i eight =
        _mm256_add_epi32(_mm512_castsi512_si256(words), _mm512_extracti64x4_epi64(words, 1));
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1));
    return (uint32_t)_mm_cvtsi128_si32(four);
}

/* The hash of a name of at most sixteen bytes as a sum of products. spec: LEX-40 */
TARGET static inline int32_t name_hash(const uint8_t *name, uint32_t length) {
    if (length > GROUP) {
        return hlx_name_hash(name, length);
    }
    __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i_u *)name));
    __m512i power = _mm512_loadu_si512(powers + GROUP - length);
    __m512i products = _mm512_mullo_epi32(_mm512_add_epi32(bytes, _mm512_set1_epi32(1)), power);
    return (int32_t)(starts_hash[length] + sum_of(products));
}

TARGET static inline table load_leap_table(const hlx_regime *regime) {
    const hlx_leap_table categories = hlx_leap_table_of(regime);
    table t;
    for (uint32_t i = 0; i < 4; i++) {
        t.part[i] = _mm512_load_si512(categories.category + 64u * i);
    }
    return t;
}

TARGET static inline uint64_t equal(__m512i bytes, uint8_t value) {
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)value));
}

TARGET static inline hlx_places classify(__m512i bytes, __m512i categories, __m512i kinds) {
    hlx_places p;
    p.line_feed = equal(bytes, '\n');
    p.carriage_return = equal(bytes, '\r');
    p.blank = equal(bytes, ' ');
    p.escape = _mm512_testn_epi8_mask(categories, categories);
    p.letter = equal(categories, HLX_CATEGORY_LETTER);
    p.superscript = equal(categories, HLX_CATEGORY_SUPERSCRIPT);
    p.comment = equal(categories, HLX_CATEGORY_COMMENT);
    p.space = equal(categories, HLX_CATEGORY_SPACE);
    p.token = _mm512_test_epi8_mask(kinds, kinds);
    return p;
}

/* The codes that are no bytes, names' hashes, and the ends of the names. */
TARGET static inline void store_names(const hlx_leap *leap, const uint8_t *block,
                                      const hlx_leap_cursor *at, const hlx_window *to, bool six) {
    for (uint64_t left = leap->escape; left != 0; left &= left - 1u) {
        uint32_t place = (uint32_t)_tzcnt_u64(left);
        uint32_t length = hlx_name_length(leap, place);
        uint32_t row = hlx_row_of(leap, place, at);
        to->codes[row] = name_hash(block + place + 1u, length);
        if (six) {
            to->ends[row] = (int32_t)(at->position + place + 1u + length);
        }
    }
}

/* Which line of the block each byte is in, and where that begins; 0 for the first one. */
typedef struct lines {
    __m512i number;
    __m512i first;
    uint32_t rows_of_first;
} lines;

TARGET static inline lines lines_of(const hlx_leap *leap) {
    uint64_t left = leap->line_feed;
    uint64_t behind = ~(left ^ (left - 1u));
    lines found = {_mm512_maskz_set1_epi8(behind, 1),
                   _mm512_maskz_set1_epi8(behind, (char)(_tzcnt_u64(left) + 1u)),
                   (uint32_t)_mm_popcnt_u64(leap->token & ~behind)};
    for (left = _blsr_u64(left); left != 0; left = _blsr_u64(left)) {
        behind = ~_blsmsk_u64(left);
        found.number =
            _mm512_mask_add_epi8(found.number, behind, found.number, _mm512_set1_epi8(1));
        found.first = _mm512_mask_mov_epi8(found.first, behind,
                                           _mm512_set1_epi8((char)(_tzcnt_u64(left) + 1u)));
    }
    return found;
}

/* Bytes of a block as sixteen integers. */
TARGET static inline __m512i chosen(__m512i places, __m512i bytes) {
    return _mm512_maskz_permutexvar_epi8(0x1111111111111111u, places, bytes);
}

/* The rows of a leap from the bytes where its tokens begin; how many. */
TARGET static inline __attribute__((always_inline)) uint32_t
store_leap(const hlx_leap *leap, __m512i bytes, __m512i kinds, const hlx_leap_cursor *cursor,
           const hlx_window *to, __m512i par, bool six) {
    const __m512i one = _mm512_set1_epi32(1);
    uint32_t count = (uint32_t)_mm_popcnt_u64(leap->token);
    uint64_t paragraphs = _pext_u64(leap->paragraph, leap->token);
    kinds = _mm512_mask_mov_epi8(kinds, leap->space, _mm512_set1_epi8(HLX_CATEGORY_SPACE));
    kinds = _mm512_maskz_mov_epi8(~leap->paragraph, kinds);
    bytes = _mm512_mask_mov_epi8(bytes, leap->space, _mm512_set1_epi8(' '));
    __m512i all = _mm512_load_si512(&all_places);
    __m512i tokens = _mm512_maskz_compress_epi8(leap->token, all);
    __m512i rows = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    lines line = six ? lines_of(leap) : (lines){0};
    __m512i offsets = _mm512_sub_epi8(all, line.first);
    uint64_t in_first = _bzhi_u64(~(uint64_t)0, line.rows_of_first);
    for (uint32_t done = 0; done < count; done += GROUP) {
        uint32_t row = cursor->row + done;
        __m512i places = chosen(rows, tokens);
        __m512i starts = _mm512_add_epi32(_mm512_set1_epi32((int32_t)cursor->position), places);
        __m512i codes = _mm512_mask_mov_epi32(chosen(places, bytes), (__mmask16)paragraphs, par);
        _mm512_storeu_si512(to->kinds + row, chosen(places, kinds));
        _mm512_storeu_si512(to->codes + row, codes);
        _mm512_storeu_si512(to->starts + row, starts);
        if (six) {
            __m512i number = _mm512_set1_epi32((int32_t)cursor->line_number);
            __m512i before = _mm512_mask_mov_epi32(
                one, (__mmask16)in_first,
                _mm512_set1_epi32((int32_t)(cursor->position - cursor->line_start + 1u)));
            _mm512_storeu_si512(to->ends + row, _mm512_add_epi32(starts, one));
            _mm512_storeu_si512(to->lines + row,
                                _mm512_add_epi32(number, chosen(places, line.number)));
            _mm512_storeu_si512(to->cols + row, _mm512_add_epi32(before, chosen(places, offsets)));
        }
        rows = _mm512_add_epi32(rows, _mm512_set1_epi32(GROUP));
        paragraphs >>= GROUP;
        in_first >>= GROUP;
    }
    return count;
}

TARGET static inline __attribute__((always_inline)) void leap_on(HLX_LEAP_PARAMETERS, bool six) {
    const table t = load_leap_table(regime);
    const __m512i kind_of_category =
        _mm512_broadcast_i32x4(_mm_setr_epi8(HLX_LEAP_KIND_OF_CATEGORY));
    const __m512i par = _mm512_set1_epi32(hlx_code_of_par());
    const hlx_window window = *to;
    hlx_leap_cursor here = *at;
    bool on = true;
    while (on && hlx_leap_has_room(input_length, pause_at, &window, &here)) {
        const uint8_t *block = input + here.position;
        __m512i bytes = _mm512_loadu_si512(block);
        __m512i categories = categories_of(&t, bytes);
        __m512i kinds = _mm512_shuffle_epi8(kind_of_category, categories);
        hlx_places places = classify(bytes, categories, kinds);
        hlx_leap leap = hlx_leap_over(places, here.state, block[HLX_LEAP_BLOCK]);
        uint32_t count = store_leap(&leap, bytes, kinds, &here, &window, par, six);
        store_names(&leap, block, &here, &window, six);
        on = hlx_leap_advance(&here, &leap, count);
    }
    *at = here;
}

TARGET void hlx_leap_avx512(HLX_LEAP_PARAMETERS) {
    if (to->ends != NULL) {
        leap_on(at, regime, input, input_length, pause_at, to, true);
    } else {
        leap_on(at, regime, input, input_length, pause_at, to, false);
    }
}

#endif
