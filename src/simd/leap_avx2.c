/* leap_avx2.c -- leaps (leap.h) for AVX2: the rows of eight places at a time.
 *
 *      tokens among eight places   --a table-->   their order   --VPSHUFB-->   eight rows
 *
 * How many tokens, names and lines there are decides over as few branches as can be: the
 * processor would guess wrong. */
#include "catcode.h"
#include "kernel.h"
#include "leap.h"

#if defined(__x86_64__)

#include "avx2.h"
#include "names.h"

/* A byte in every lane. The compiler would make it anew in every turn if it knew the value. */
TARGET static inline __m256i every(uint8_t value) {
    __m256i bytes = _mm256_set1_epi8((char)value);
    __asm__("" : "+x"(bytes));
    return bytes;
}

/* What a row's high half has in common with the next one's. */
typedef struct row_steps {
    __m256i one, three, seven;
} row_steps;

TARGET static inline row_steps steps_of_rows(void) {
    return (row_steps){every(0x10), every(0x30), every(0x70)};
}

/* The categories of those bytes whose high half is one of eight rows from `first` on, else 0. A
 * byte's high half is compared by what it has in common with the row's: nothing left is 0 to 15,
 * to which 0x70 may be added before the sign bit, which makes VPSHUFB give 0, is set. */
TARGET static inline __m256i look_up_rows(const uint8_t *table, __m256i bytes, uint32_t first,
                                          const row_steps *steps) {
    const __m256i step[8] = {steps->one, steps->three, steps->one, steps->seven,
                             steps->one, steps->three, steps->one, steps->seven};
    __m256i result = _mm256_setzero_si256();
    __m256i differing =
        first == 0 ? bytes : _mm256_xor_si256(bytes, _mm256_set1_epi8((char)(16u * first)));
    for (uint32_t row = 0; row < 8u; row++) {
        __m128i entries = _mm_loadu_si128((const __m128i_u *)(table + 16u * (first + row)));
        __m256i index = _mm256_adds_epu8(differing, steps->seven);
        __m256i here = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), index);
        result = _mm256_or_si256(result, here);
        differing = _mm256_xor_si256(differing, step[row]);
    }
    return result;
}

/* A block of a leap is two of a run. */
typedef struct pair {
    __m256i low;
    __m256i high;
} pair;

TARGET static inline uint64_t places_of(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << BLOCK;
}

/* What bytes and categories are compared with; a line feed has the value of the category of
 * spaces. */
typedef struct sought {
    __m256i line_feed, carriage_return, blank;
    __m256i letter, superscript, comment, space;
    row_steps steps;
} sought;

TARGET static inline uint64_t equal(pair bytes, __m256i value) {
    return places_of(_mm256_cmpeq_epi8(bytes.low, value), _mm256_cmpeq_epi8(bytes.high, value));
}

TARGET static inline __m256i categories_of(const hlx_leap_table *table, __m256i bytes,
                                           const row_steps *steps) {
    __m256i categories = look_up_rows(table->category, bytes, 0, steps);
    if (_mm256_movemask_epi8(bytes) != 0) {
        categories = _mm256_or_si256(categories, look_up_rows(table->category, bytes, 8, steps));
    }
    return categories;
}

/* A block's bytes as tokens; a line end is a space. Four bytes can be read from any place on. */
typedef struct block_bytes {
    _Alignas(32) uint8_t kinds[HLX_LEAP_BLOCK];
    uint8_t codes[HLX_LEAP_BLOCK + 3u];
} block_bytes;

/* Half a block as tokens. */
TARGET static inline void describe(block_bytes *block, uint32_t first, __m256i bytes, __m256i kinds,
                                   const sought *s) {
    __m256i is_space = _mm256_cmpeq_epi8(kinds, s->space);
    _mm256_storeu_si256((__m256i_u *)(block->kinds + first), kinds);
    _mm256_storeu_si256((__m256i_u *)(block->codes + first),
                        _mm256_blendv_epi8(bytes, s->blank, is_space));
}

TARGET static inline __attribute__((always_inline)) hlx_places
classify(const hlx_leap_table *table, const uint8_t *input, block_bytes *block, const sought *s) {
    const __m256i kind_of_category =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(HLX_LEAP_KIND_OF_CATEGORY));
    pair bytes = {_mm256_loadu_si256((const __m256i_u *)input),
                  _mm256_loadu_si256((const __m256i_u *)(input + BLOCK))};
    pair categories = {categories_of(table, bytes.low, &s->steps),
                       categories_of(table, bytes.high, &s->steps)};
    pair kinds = {_mm256_shuffle_epi8(kind_of_category, categories.low),
                  _mm256_shuffle_epi8(kind_of_category, categories.high)};
    describe(block, 0, bytes.low, kinds.low, s);
    describe(block, BLOCK, bytes.high, kinds.high, s);
    hlx_places p;
    p.line_feed = equal(bytes, s->line_feed);
    p.carriage_return = equal(bytes, s->carriage_return);
    p.escape = equal(categories, _mm256_setzero_si256());
    p.letter = equal(categories, s->letter);
    p.superscript = equal(categories, s->superscript);
    p.comment = equal(categories, s->comment);
    p.blank = equal(bytes, s->blank);
    p.space = equal(categories, s->space);
    p.token = ~equal(kinds, _mm256_setzero_si256());
    p.character = 0;
    p.continuation = 0;
    return p;
}

/* Characters above 127, if the block has any. */
TARGET static inline void classify_characters(hlx_places *places, const uint8_t *input) {
    __m256i low = _mm256_loadu_si256((const __m256i_u *)input);
    __m256i high = _mm256_loadu_si256((const __m256i_u *)(input + BLOCK));
    uint64_t bit[8];
    bit[7] = places_of(low, high);
    if (bit[7] == 0) {
        return;
    }
    for (uint32_t i = 7; i-- > 0;) {
        low = _mm256_add_epi8(low, low);
        high = _mm256_add_epi8(high, high);
        bit[i] = places_of(low, high);
    }
    hlx_leap_add_characters(places, bit);
}

/* Each byte and all before it in the same half of a vector. */
TARGET static inline __m256i summed(__m256i bytes) {
    bytes = _mm256_add_epi8(bytes, _mm256_slli_si256(bytes, 1));
    bytes = _mm256_add_epi8(bytes, _mm256_slli_si256(bytes, 2));
    bytes = _mm256_add_epi8(bytes, _mm256_slli_si256(bytes, 4));
    return _mm256_add_epi8(bytes, _mm256_slli_si256(bytes, 8));
}

/* In which line of the block each byte is, and where they begin, less one: columns are counted
 * from 1. */
typedef struct block_lines {
    _Alignas(32) uint8_t number[HLX_LEAP_BLOCK];
    int32_t before[HLX_LEAP_BLOCK + 2u];
    bool are_many; /* more than the eight that are looked up in a register */
} block_lines;

TARGET static inline void number_bytes(uint8_t *number, const uint8_t *bytes) {
    const __m256i line_feed = _mm256_set1_epi8('\n');
    const __m256i last = _mm256_set1_epi8(15);
    __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i_u *)bytes), line_feed);
    __m256i high =
        _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i_u *)(bytes + BLOCK)), line_feed);
    __m256i low_sum = summed(low);
    __m256i high_sum = summed(high);
    __m256i low_half = _mm256_shuffle_epi8(low_sum, last);
    __m256i high_half = _mm256_shuffle_epi8(high_sum, last);
    low_sum = _mm256_add_epi8(low_sum, _mm256_permute2x128_si256(low_half, low_half, 0x08));
    high_sum = _mm256_add_epi8(high_sum, _mm256_permute2x128_si256(high_half, high_half, 0x08));
    __m256i all = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(low_sum, last), 0xFF);
    high_sum = _mm256_add_epi8(high_sum, all);
    _mm256_storeu_si256((__m256i_u *)number, _mm256_sub_epi8(low, low_sum));
    _mm256_storeu_si256((__m256i_u *)(number + BLOCK), _mm256_sub_epi8(high, high_sum));
}

/* The first two line feeds are entered whether there are any or not. */
TARGET static inline void find_lines(block_lines *lines, const hlx_leap *leap, const uint8_t *bytes,
                                     const hlx_leap_cursor *at) {
    uint64_t left = leap->line_feed;
    uint32_t count = 3;
    number_bytes(lines->number, bytes);
    lines->are_many = __builtin_popcountll(left) > 7;
    lines->before[0] = (int32_t)(at->line_start - 1u);
    lines->before[1] = (int32_t)(at->position + (uint32_t)_tzcnt_u64(left));
    left = _blsr_u64(left);
    lines->before[2] = (int32_t)(at->position + (uint32_t)_tzcnt_u64(left));
    for (left = _blsr_u64(left); left != 0; left = _blsr_u64(left)) {
        lines->before[count] = (int32_t)(at->position + (uint32_t)_tzcnt_u64(left));
        count++;
    }
}

/* Rows are stored where they come to lie, half of the times into two lines of the cache. Such a
 * store waits for one line after the other, unless they have been fetched: every second group of
 * eight rows does that for rows to come. Behind the columns it does nothing. */
#define AHEAD 96u
TARGET static inline void store(int32_t *column, __m256i words, bool fetch) {
    if (fetch) {
        _mm_prefetch((const char *)(column + AHEAD), _MM_HINT_T0);
    }
    _mm256_storeu_si256((__m256i_u *)column, words);
}

/* Eight bytes in that order, as integers. (VPERMD behind the conversion would be slow where
 * registers are 16 bytes wide inside.) */
TARGET static inline __m256i chosen(__m128i order, const uint8_t *bytes) {
    return _mm256_cvtepu8_epi32(_mm_shuffle_epi8(_mm_loadl_epi64((const __m128i_u *)bytes), order));
}

/* The rows of a leap, names as if they were characters. The columns have as many as `lines` is
 * given for. */
TARGET static inline __attribute__((always_inline)) void
store_rows(const block_bytes *block, uint64_t tokens, const block_lines *lines,
           const hlx_leap_cursor *at, const hlx_window *window, bool many) {
    const hlx_window to = *window;
    const __m256i number = _mm256_set1_epi32((int32_t)at->line_number);
    __m256i position = _mm256_set1_epi32((int32_t)at->position);
    size_t row = at->row;
    for (uint32_t i = 0; i < HLX_LEAP_BLOCK; i += GROUP) {
        bool fetch = i % (2u * GROUP) == 0;
        uint32_t token = (uint32_t)(tokens >> i) & 255u;
        __m128i order = _mm_loadl_epi64((const __m128i_u *)(places_of_ones + token));
        __m256i starts = _mm256_add_epi32(position, _mm256_cvtepu8_epi32(order));
        store(to.kinds + row, chosen(order, block->kinds + i), fetch);
        store(to.codes + row, chosen(order, block->codes + i), fetch);
        store(to.starts + row, starts, fetch);
        if (lines != NULL) {
            __m256i first = _mm256_loadu_si256((const __m256i_u *)lines->before);
            __m256i line = chosen(order, lines->number + i);
            __m256i before = many ? _mm256_i32gather_epi32(lines->before, line, sizeof(int32_t))
                                  : _mm256_permutevar8x32_epi32(first, line);
            store(to.ends + row, _mm256_add_epi32(starts, _mm256_set1_epi32(1)), fetch);
            store(to.lines + row, _mm256_add_epi32(line, number), fetch);
            store(to.cols + row, _mm256_sub_epi32(starts, before), fetch);
        }
        position = _mm256_add_epi32(position, _mm256_set1_epi32(GROUP));
        row += (uint32_t)__builtin_popcount(token);
    }
}

/* Not inlined: the registers are all needed for pointers here. */
TARGET static __attribute__((noinline)) void store_three(const block_bytes *block,
                                                         const hlx_leap *leap,
                                                         const hlx_leap_cursor *at,
                                                         const hlx_window *to) {
    store_rows(block, leap->token, NULL, at, to, false);
}

TARGET static __attribute__((noinline)) void store_six(const block_bytes *block,
                                                       const hlx_leap *leap, const uint8_t *bytes,
                                                       const hlx_leap_cursor *at,
                                                       const hlx_window *to) {
    block_lines lines;
    find_lines(&lines, leap, bytes, at);
    if (lines.are_many) {
        store_rows(block, leap->token, &lines, at, to, true);
    } else {
        store_rows(block, leap->token, &lines, at, to, false);
    }
}

/* Each entry and all before it. */
TARGET static inline __m256i summed_words(__m256i words) {
    words = _mm256_add_epi32(words, _mm256_slli_si256(words, 4));
    words = _mm256_add_epi32(words, _mm256_slli_si256(words, 8));
    __m256i last = _mm256_shuffle_epi32(words, 0xFF);
    return _mm256_add_epi32(words, _mm256_permute2x128_si256(last, last, 0x08));
}

/* The sums of a block: T of names.h. */
TARGET static inline void sum_up(uint32_t sums[64], const uint8_t *block) {
    __m256i earlier = _mm256_setzero_si256();
    for (uint32_t first = 0; first < 16u; first += GROUP) {
        __m256i bytes = _mm256_loadu_si256((const __m256i_u *)(block + 4u * first));
        __m256i sum[4];
        for (uint32_t i = 0; i < 4u; i++) {
            __m256i byte = _mm256_and_si256(bytes, _mm256_set1_epi32(255));
            __m256i power =
                _mm256_loadu_si256((const __m256i_u *)(inverse_powers + 16u * i + first));
            byte = _mm256_add_epi32(byte, _mm256_set1_epi32(1));
            sum[i] = _mm256_mullo_epi32(byte, power);
            sum[i] = i == 0 ? sum[i] : _mm256_add_epi32(sum[i], sum[i - 1u]);
            bytes = _mm256_srli_epi32(bytes, 8);
        }
        __m256i with = _mm256_add_epi32(earlier, summed_words(sum[3]));
        earlier = _mm256_sub_epi32(with, sum[3]);
        for (uint32_t i = 0; i < 4u; i++) {
            _mm256_storeu_si256((__m256i_u *)(sums + 16u * i + first),
                                _mm256_add_epi32(sum[i], earlier));
        }
        earlier = _mm256_permutevar8x32_epi32(with, _mm256_set1_epi32(7));
    }
}

/* The codes and ends of names. spec: LEX-40, LEX-51 */
TARGET static inline void store_names(const hlx_leap *leap, const uint8_t *bytes,
                                      const hlx_leap_cursor *at, const hlx_window *to) {
    _Alignas(32) uint32_t sums[64];
    uint64_t last = hlx_name_ends(leap);
    sum_up(sums, bytes);
    for (uint64_t escape = leap->escape; escape != 0; escape = _blsr_u64(escape)) {
        uint32_t row = hlx_leap_row(leap, escape, at);
        uint32_t end = (uint32_t)_tzcnt_u64(last);
        uint32_t p = index_of_place[_tzcnt_u64(escape)];
        uint32_t l = index_of_place[end];
        uint32_t sum = sums[l] - sums[p] + inverse_starts[p];
        to->codes[row] = (int32_t)(powers[l] * sum);
        if (to->ends != NULL) {
            to->ends[row] = (int32_t)(at->position + end + 1u);
        }
        last = _blsr_u64(last);
    }
}

TARGET static inline void store_paragraphs(const hlx_leap *leap, const hlx_leap_cursor *at,
                                           const hlx_window *to) {
    const int32_t par = hlx_code_of_par();
    for (uint64_t left = leap->paragraph; left != 0; left = _blsr_u64(left)) {
        uint32_t row = hlx_leap_row(leap, left, at);
        to->kinds[row] = 0;
        to->codes[row] = par;
    }
}

/* CR LF is one token of two bytes. spec: LEX-51 */
TARGET static inline void store_longer_ends(uint64_t carriage_returns, const hlx_leap *leap,
                                            const hlx_leap_cursor *at, const hlx_window *to) {
    for (uint64_t left = carriage_returns & leap->token; left != 0; left = _blsr_u64(left)) {
        to->ends[hlx_leap_row(leap, left, at)]++;
    }
}

/* The character above 127 that begins with these bytes: the bits that are its code, chosen by the
 * upper half of the first one, C to F. spec: LEX-12 */
TARGET static inline uint32_t decoded(const uint8_t *bytes) {
    static const uint32_t chosen_bits[4] = {0x1F3F0000u, 0x1F3F0000u, 0x0F3F3F00u, 0x073F3F3Fu};
    uint32_t four;
    __builtin_memcpy(&four, bytes, sizeof four);
    return _pext_u32(__builtin_bswap32(four), chosen_bits[bytes[0] >> 4 & 3u]);
}

/* Kinds, codes and ends of characters above 127. spec: LEX-51 */
TARGET static __attribute__((noinline)) void
store_characters(uint64_t characters, const block_bytes *block, const hlx_leap *leap,
                 const hlx_regime *regime, const hlx_leap_cursor *at, const hlx_window *to) {
    uint64_t left = characters & leap->token;
    for (; left != 0; left = _blsr_u64(left)) {
        uint32_t row = hlx_leap_row(leap, left, at);
        uint32_t place = (uint32_t)_tzcnt_u64(left);
        uint32_t code = decoded(block->codes + place);
        to->kinds[row] = (int32_t)hlx_category_of(regime, code);
        to->codes[row] = (int32_t)code;
        if (to->ends != NULL) {
            uint32_t length = 2u + (uint32_t)(code > 0x7FFu) + (uint32_t)(code > 0xFFFFu);
            to->ends[row] = (int32_t)(at->position + place + length);
        }
    }
}

TARGET static inline __attribute__((always_inline)) void leap_on(HLX_LEAP_PARAMETERS, bool six,
                                                                 bool reads_characters) {
    const hlx_leap_table table = hlx_leap_table_of(regime);
    const sought s = {.line_feed = every('\n'),
                      .carriage_return = every('\r'),
                      .blank = every(' '),
                      .letter = every(HLX_CATEGORY_LETTER),
                      .superscript = every(HLX_CATEGORY_SUPERSCRIPT),
                      .comment = every(HLX_CATEGORY_COMMENT),
                      .space = every(HLX_CATEGORY_SPACE),
                      .steps = steps_of_rows()};
    const hlx_window window = *to;
    hlx_leap_cursor here = *at;
    bool on = true;
    while (on && hlx_leap_has_room(input_length, pause_at, &window, &here)) {
        const uint8_t *bytes = input + here.position;
        block_bytes block;
        hlx_places places = classify(&table, bytes, &block, &s);
        if (reads_characters) {
            classify_characters(&places, bytes);
        }
        hlx_leap leap = hlx_leap_over(places, here.state, bytes[HLX_LEAP_BLOCK]);
        if (leap.token != 0) {
            if (six) {
                store_six(&block, &leap, bytes, &here, &window);
            } else {
                store_three(&block, &leap, &here, &window);
            }
        }
        if (leap.escape != 0) {
            store_names(&leap, bytes, &here, &window);
        }
        if (leap.paragraph != 0) {
            store_paragraphs(&leap, &here, &window);
        }
        if (six && places.carriage_return != 0) {
            store_longer_ends(places.carriage_return, &leap, &here, &window);
        }
        if (places.character != 0) {
            store_characters(places.character, &block, &leap, regime, &here, &window);
        }
        on = hlx_leap_advance(&here, &leap, (uint32_t)__builtin_popcountll(leap.token));
    }
    *at = here;
}

#include "leap_loops.h"

TARGET void hlx_leap_avx2(HLX_LEAP_PARAMETERS) {
    take_leaps(at, regime, input, input_length, pause_at, to);
}

#endif
