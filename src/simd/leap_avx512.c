/* leap_avx512.c -- leaps (leap.h) for AVX-512 with VBMI2: the rows of a block by compression.
 *
 * What a block's bytes are as rows is found byte by byte, for all 64 at once; sixteen rows at a
 * time are then looked up by the places of their tokens. No loop's length depends on how many
 * names, lines or blanks there are, for the processor would guess it wrong. Rows are stored by
 * whole lines of the cache: one store into two of them costs as much as four. */
#include "kernel.h"
#include "leap.h"

#if defined(__x86_64__)

#include "characters_avx512.h"
#include "names_avx512.h"

/* A block's bytes as rows: byte by byte. */
typedef struct block_rows {
    __m512i kinds;
    __m512i codes;
    name_codes names; /* instead of some codes */
    __m512i ends;     /* from the block's beginning */
    __m512i lines;    /* from the block's first */
    __m512i columns;  /* from the line's beginning, in the first line from the block's */
    /* Of the tokens, one behind the other: */
    __m512i places;
    uint64_t first_line; /* a bit for each, where the cache has its row */
    uint64_t named;
    /* In utf8, if the block has characters above 127: */
    const hlx_regime *regime;
    bool has_above_255;
} block_rows;

TARGET static inline table load_leap_table(const hlx_regime *regime) {
    const hlx_leap_table categories = hlx_leap_table_of(regime);
    table t;
    for (uint32_t i = 0; i < 4; i++) {
        t.part[i] = _mm512_load_si512(categories.category + 64u * i);
    }
    return t;
}

TARGET static inline uint64_t equal(__m512i bytes, __m512i value) {
    return _mm512_cmpeq_epi8_mask(bytes, value);
}

/* What bytes and categories are compared with. */
typedef struct sought {
    __m512i line_feed, carriage_return, blank;
    __m512i letter, superscript, comment, space;
} sought;

/* A byte in every lane. The compiler would make it anew in every turn if it knew the value. */
TARGET static inline __m512i every(uint8_t value) {
    __m512i bytes = _mm512_set1_epi8((char)value);
    __asm__("" : "+v"(bytes));
    return bytes;
}

TARGET static inline sought sought_values(void) {
    return (sought){.line_feed = every('\n'),
                    .carriage_return = every('\r'),
                    .blank = every(' '),
                    .letter = every(HLX_CATEGORY_LETTER),
                    .superscript = every(HLX_CATEGORY_SUPERSCRIPT),
                    .comment = every(HLX_CATEGORY_COMMENT),
                    .space = every(HLX_CATEGORY_SPACE)};
}

TARGET static inline hlx_places classify(__m512i bytes, __m512i categories, __m512i kinds,
                                         const sought *s) {
    hlx_places p;
    p.line_feed = equal(bytes, s->line_feed);
    p.carriage_return = equal(bytes, s->carriage_return);
    p.blank = equal(bytes, s->blank);
    p.escape = _mm512_testn_epi8_mask(categories, categories);
    p.letter = equal(categories, s->letter);
    p.superscript = equal(categories, s->superscript);
    p.comment = equal(categories, s->comment);
    p.space = equal(categories, s->space);
    p.token = _mm512_test_epi8_mask(kinds, kinds);
    p.character = 0;
    p.continuation = 0;
    return p;
}

/* Characters above 127, if the block has any. */
TARGET static inline void classify_characters(hlx_places *places, __m512i bytes) {
    uint64_t bit[8];
    bit[7] = _mm512_movepi8_mask(bytes);
    if (bit[7] == 0) {
        return;
    }
    for (uint32_t i = 7; i-- > 0;) {
        bytes = _mm512_add_epi8(bytes, bytes);
        bit[i] = _mm512_movepi8_mask(bytes);
    }
    hlx_leap_add_characters(places, bit);
}

/* How many of 64 bits are before each place: counted in eights, and of all the eights before. */
TARGET static inline __m512i count_before(uint64_t bits) {
    const uint64_t eights_before = 0x7F3F1F0F07030100u;
    const __m512i last_of_eight = _mm512_set1_epi64(0x3F372F271F170F07);
    const __m512i first_of_eight =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8));
    __m512i count = _mm512_maskz_set1_epi8(bits << 1, 1);
    count = _mm512_add_epi8(count, _mm512_slli_epi64(count, 8));
    count = _mm512_add_epi8(count, _mm512_slli_epi64(count, 16));
    count = _mm512_add_epi8(count, _mm512_slli_epi64(count, 32));
    __m512i before = _mm512_maskz_permutexvar_epi8(eights_before, last_of_eight, count);
    before = _mm512_sad_epu8(before, _mm512_setzero_si512());
    return _mm512_add_epi8(count, _mm512_shuffle_epi8(before, first_of_eight));
}

/* Lines and columns. spec: LEX-52 */
TARGET static inline void find_lines(block_rows *rows, const hlx_leap *leap) {
    const __m512i all = _mm512_load_si512(all_places);
    __m512i beginnings = _mm512_maskz_compress_epi8(leap->line_feed << 1 | 1u, all);
    rows->lines = count_before(leap->line_feed);
    rows->columns = _mm512_sub_epi8(all, _mm512_permutexvar_epi8(rows->lines, beginnings));
    rows->first_line = _pext_u64(leap->line_feed ^ (leap->line_feed - 1u), leap->token);
}

/* Names and \par. spec: LEX-40, LEX-51 */
TARGET static inline void find_names(block_rows *rows, const hlx_leap *leap, __m512i bytes,
                                     __m512i par) {
    uint64_t last = hlx_name_ends(leap);
    rows->names = codes_of_names(bytes, leap->escape, last, leap->paragraph, par);
    rows->named = _pext_u64(leap->escape | leap->paragraph, leap->token);
    __m512i ends = _mm512_maskz_compress_epi8(last, rows->ends);
    rows->ends = _mm512_mask_expand_epi8(rows->ends, leap->escape, ends);
}

/* Characters above 127. spec: LEX-12, LEX-51 */
TARGET static inline void find_characters(block_rows *rows, const hlx_places *places, __m512i bytes,
                                          const hlx_regime *regime) {
    uint64_t last = (places->character | places->continuation) & ~(places->continuation >> 1);
    __m512i ends = _mm512_maskz_compress_epi8(last, rows->ends);
    rows->ends = _mm512_mask_expand_epi8(rows->ends, places->character, ends);
    rows->kinds = with_kinds_below_256(rows->kinds, places->character, bytes, regime);
    rows->regime = regime;
    rows->has_above_255 =
        (places->character & _mm512_cmpgt_epu8_mask(bytes, _mm512_set1_epi8((char)0xC3))) != 0;
}

/* Bytes of a block as sixteen integers. */
TARGET static inline __m512i chosen(__m512i places, __m512i bytes) {
    return _mm512_maskz_permutexvar_epi8(0x1111111111111111u, places, bytes);
}

TARGET static inline void store(int32_t *column, __mmask16 those, __m512i words) {
    if (__builtin_constant_p(those)) { /* all */
        _mm512_storeu_si512(column, words);
    } else {
        _mm512_mask_storeu_epi32(column, those, words);
    }
}

/* Sixteen rows, the leap's from `first` on; `line` of the cache, of those that it has. */
TARGET static inline __attribute__((always_inline)) void
store_rows(const block_rows *rows, int32_t first, uint32_t line, __mmask16 those,
           const hlx_leap_cursor *at, const hlx_window *to, bool six, bool named, bool characters) {
    const __m512i one = _mm512_set1_epi32(1);
    const __m512i counting =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i position = _mm512_set1_epi32((int32_t)at->position);
    uint32_t row = at->row + (uint32_t)first;
    uint32_t shift = line * GROUP % 64u;
    __m512i places = chosen(_mm512_add_epi32(counting, _mm512_set1_epi32(first)), rows->places);
    __m512i starts = _mm512_add_epi32(position, places);
    __m512i kinds = chosen(places, rows->kinds);
    __m512i codes = characters ? codes_at(places, rows->codes) : chosen(places, rows->codes);
    if (characters && rows->has_above_255) {
        kinds = with_kinds_above_255(kinds, codes, rows->regime);
    }
    if (named) {
        __m512i index = chosen(places, rows->names.index);
        codes = _mm512_mask_mov_epi32(
            codes, (__mmask16)(rows->named >> shift),
            _mm512_permutex2var_epi32(rows->names.code[0], index, rows->names.code[1]));
    }
    store(to->kinds + row, those, kinds);
    store(to->codes + row, those, codes);
    store(to->starts + row, those, starts);
    if (six) {
        __m512i ends = _mm512_add_epi32(position, chosen(places, rows->ends));
        __m512i number = _mm512_set1_epi32((int32_t)at->line_number);
        __m512i before =
            _mm512_mask_mov_epi32(one, (__mmask16)(rows->first_line >> shift),
                                  _mm512_set1_epi32((int32_t)(at->position - at->line_start + 1u)));
        store(to->ends + row, those, ends);
        store(to->lines + row, those, _mm512_add_epi32(number, chosen(places, rows->lines)));
        store(to->cols + row, those, _mm512_add_epi32(before, chosen(places, rows->columns)));
    }
}

/* So many rows are in the line of the cache that the next one goes to. Columns that are no whole
 * lines apart are stored across lines, all but the kinds. */
static inline uint32_t rows_before(const hlx_leap_cursor *at, const hlx_window *to) {
    uint32_t before = (uint32_t)((uintptr_t)(to->kinds + at->row) / sizeof(int32_t) % GROUP);
    return before <= at->row ? before : 0;
}

static inline uint64_t rotated(uint64_t bits, uint32_t by) {
    return bits << by % 64u | bits >> (64u - by) % 64u;
}

/* The rows of a leap, and up to the end of the last line of the cache what comes. */
TARGET static inline __attribute__((always_inline)) void
store_leap(block_rows *rows, uint32_t count, const hlx_leap_cursor *at, const hlx_window *to,
           bool six, bool named, bool characters) {
    const __mmask16 all = UINT16_MAX;
    uint32_t before = rows_before(at, to);
    int32_t first = -(int32_t)before;
    __mmask16 those = (__mmask16)(UINT32_MAX << before);
    rows->first_line = rotated(rows->first_line, before);
    rows->named = rotated(rows->named, before);
    store_rows(rows, first, 0, those, at, to, six, named, characters);
    store_rows(rows, first + 16, 1, all, at, to, six, named, characters);
    if (before + count > 2u * GROUP) {
        store_rows(rows, first + 32, 2, all, at, to, six, named, characters);
    }
    if (before + count > 3u * GROUP) {
        store_rows(rows, first + 48, 3, all, at, to, six, named, characters);
        store_rows(rows, first + 64, 4, all, at, to, six, named, characters);
    }
}

TARGET static inline __attribute__((always_inline)) void leap_on(HLX_LEAP_PARAMETERS, bool six,
                                                                 bool reads_characters) {
    const table t = load_leap_table(regime);
    const __m512i kind_of_category =
        _mm512_broadcast_i32x4(_mm_setr_epi8(HLX_LEAP_KIND_OF_CATEGORY));
    const sought s = sought_values();
    const __m512i all = _mm512_load_si512(all_places);
    const __m512i par = _mm512_set1_epi32(hlx_code_of_par());
    const hlx_window window = *to;
    hlx_leap_cursor here = *at;
    bool on = true;
    while (on && hlx_leap_has_room(input_length, pause_at, &window, &here)) {
        const uint8_t *block = input + here.position;
        __m512i bytes = _mm512_loadu_si512(block);
        __m512i categories = categories_of(&t, bytes);
        __m512i kinds = _mm512_shuffle_epi8(kind_of_category, categories);
        hlx_places places = classify(bytes, categories, kinds, &s);
        if (reads_characters) {
            classify_characters(&places, bytes);
        }
        hlx_leap leap = hlx_leap_over(places, here.state, block[HLX_LEAP_BLOCK]);
        uint32_t count = (uint32_t)_mm_popcnt_u64(leap.token);
        block_rows rows;
        rows.named = 0;
        rows.kinds = _mm512_maskz_mov_epi8(~leap.paragraph, kinds);
        rows.codes = _mm512_mask_mov_epi8(bytes, leap.space, s.blank);
        rows.ends = _mm512_add_epi8(all, _mm512_set1_epi8(1));
        rows.ends = _mm512_mask_add_epi8(rows.ends, places.carriage_return, all,
                                         _mm512_set1_epi8(2)); /* CR LF. spec: LEX-51 */
        rows.places = _mm512_maskz_compress_epi8(leap.token, all);
        if (six) {
            find_lines(&rows, &leap);
        }
        const bool named = (leap.escape | leap.paragraph) != 0;
        if (named) {
            find_names(&rows, &leap, bytes, par);
        } else if (reads_characters) {
            rows.names = (name_codes){{par, par}, all};
        }
        if (places.character != 0) {
            find_characters(&rows, &places, bytes, regime);
            store_leap(&rows, count, &here, &window, six, named, true);
        } else if (named) {
            store_leap(&rows, count, &here, &window, six, true, false);
        } else {
            store_leap(&rows, count, &here, &window, six, false, false);
        }
        on = hlx_leap_advance(&here, &leap, count);
    }
    *at = here;
}

#include "leap_loops.h"

TARGET void hlx_leap_avx512(HLX_LEAP_PARAMETERS) {
    take_leaps(at, regime, input, input_length, pause_at, to);
}

#endif
