/* leap_sse2.c -- leaps (leap.h) for SSE2: looked up byte by byte, written place by place. */
#include "catcode.h"
#include "kernel.h"
#include "leap.h"

#if defined(__x86_64__)

#include "sse2.h"
#include "utf8.h"

/* What the table says of eight bytes, and of sixteen. */
static inline uint64_t look_up_eight(const uint8_t *table, const uint8_t *bytes) {
    uint64_t found = 0;
    for (uint32_t i = 0; i < 8; i++) {
        found |= (uint64_t)table[bytes[i]] << (8u * i);
    }
    return found;
}

static inline __m128i look_up(const uint8_t *table, const uint8_t *bytes) {
    return _mm_set_epi64x((int64_t)look_up_eight(table, bytes + 8),
                          (int64_t)look_up_eight(table, bytes));
}

/* A block's bytes as tokens; a line end is a space. */
typedef struct block_bytes {
    uint8_t kinds[HLX_LEAP_BLOCK];
    uint8_t codes[HLX_LEAP_BLOCK];
} block_bytes;

/* The places of a block of a leap whose byte is `value`. */
static inline uint64_t equal(const uint8_t bytes[HLX_LEAP_BLOCK], uint8_t value) {
    const __m128i values = _mm_set1_epi8((char)value);
    uint64_t places = 0;
    for (uint32_t first = 0; first < HLX_LEAP_BLOCK; first += BLOCK) {
        __m128i part = _mm_loadu_si128((const __m128i_u *)(bytes + first));
        uint32_t mask = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(part, values));
        places |= (uint64_t)mask << first;
    }
    return places;
}

static inline hlx_places classify(const hlx_leap_table *table, const uint8_t *input,
                                  block_bytes *block) {
    static const uint8_t kind_of_category[16] = {HLX_LEAP_KIND_OF_CATEGORY};
    _Alignas(16) uint8_t categories[HLX_LEAP_BLOCK];
    for (uint32_t i = 0; i < HLX_LEAP_BLOCK; i += BLOCK) {
        __m128i bytes = _mm_loadu_si128((const __m128i_u *)(input + i));
        __m128i here = look_up(table->category, input + i);
        _mm_storeu_si128((__m128i_u *)(categories + i), here);
        __m128i kinds = look_up(kind_of_category, categories + i);
        __m128i is_space = _mm_cmpeq_epi8(kinds, _mm_set1_epi8(HLX_CATEGORY_SPACE));
        _mm_storeu_si128((__m128i_u *)(block->kinds + i), kinds);
        _mm_storeu_si128((__m128i_u *)(block->codes + i), codes_of(bytes, is_space));
    }
    hlx_places p;
    p.line_feed = equal(input, '\n');
    p.carriage_return = equal(input, '\r');
    p.escape = equal(categories, HLX_CATEGORY_ESCAPE);
    p.letter = equal(categories, HLX_CATEGORY_LETTER);
    p.superscript = equal(categories, HLX_CATEGORY_SUPERSCRIPT);
    p.comment = equal(categories, HLX_CATEGORY_COMMENT);
    p.blank = equal(input, ' ');
    p.space = equal(categories, HLX_CATEGORY_SPACE);
    p.token = ~equal(block->kinds, 0);
    p.character = 0;
    p.continuation = 0;
    return p;
}

/* Characters above 127. */
static inline void classify_characters(hlx_places *places, const uint8_t *input) {
    uint64_t bit[8] = {0};
    for (uint32_t first = 0; first < HLX_LEAP_BLOCK; first += BLOCK) {
        __m128i bytes = _mm_loadu_si128((const __m128i_u *)(input + first));
        for (uint32_t i = 8; i-- > 0;) {
            bit[i] |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << first;
            bytes = _mm_add_epi8(bytes, bytes);
        }
    }
    hlx_leap_add_characters(places, bit);
}

/* A leap's tokens as rows, eight places at a time where there are eight; how many. */
static inline uint32_t store_tokens(const block_bytes *block, uint64_t tokens,
                                    const hlx_leap_cursor *at, const hlx_window *to) {
    uint32_t row = at->row;
    for (uint32_t first = 0; first < HLX_LEAP_BLOCK; first += 8u) {
        uint32_t token = (uint32_t)(tokens >> first) & 255u;
        if (token == 255u) {
            for (uint32_t i = 0; i < 8u; i++) {
                to->kinds[row + i] = block->kinds[first + i];
                to->codes[row + i] = block->codes[first + i];
                to->starts[row + i] = (int32_t)(at->position + first + i);
            }
            row += 8u;
            continue;
        }
        for (; token != 0; token &= token - 1u) {
            uint32_t place = first + (uint32_t)__builtin_ctz(token);
            to->kinds[row] = block->kinds[place];
            to->codes[row] = block->codes[place];
            to->starts[row] = (int32_t)(at->position + place);
            row++;
        }
    }
    return row - at->row;
}

/* The derived columns of `count` rows, line by line of the block. CR LF is one token of two
 * bytes. */
static inline void derive(const hlx_leap *leap, uint64_t carriage_return, const hlx_leap_cursor *at,
                          const hlx_window *to, uint32_t count) {
    uint32_t row = at->row;
    uint32_t number = at->line_number;
    uint32_t start = at->line_start;
    uint64_t line_feeds = leap->line_feed;
    while (row < at->row + count) {
        uint64_t line = line_feeds ^ (line_feeds - 1u);
        uint32_t behind = at->row + (uint32_t)__builtin_popcountll(leap->token & line);
        for (; row < behind; row++) {
            to->ends[row] = to->starts[row] + 1;
            to->lines[row] = (int32_t)number;
            to->cols[row] = to->starts[row] - (int32_t)start + 1;
        }
        start = at->position + hlx_first_place(line_feeds) + 1u;
        line_feeds &= line_feeds - 1u;
        number++;
    }
    for (uint64_t left = leap->token & carriage_return; left != 0; left &= left - 1u) {
        to->ends[hlx_leap_row(leap, left, at)]++;
    }
}

/* What no byte is: the codes and ends of names, kind and code of \par. */
static inline void store_names(const hlx_leap *leap, const uint8_t *bytes,
                               const hlx_leap_cursor *at, const hlx_window *to) {
    uint64_t ends = hlx_name_ends(leap);
    for (uint64_t left = leap->escape; left != 0; left &= left - 1u) {
        uint32_t place = hlx_first_place(left);
        uint32_t end = hlx_first_place(ends) + 1u;
        uint32_t row = hlx_leap_row(leap, left, at);
        to->codes[row] = hlx_name_hash(bytes + place + 1u, end - place - 1u);
        if (to->ends != NULL) {
            to->ends[row] = (int32_t)(at->position + end);
        }
        ends &= ends - 1u;
    }
    const int32_t par = leap->paragraph == 0 ? 0 : hlx_code_of_par();
    for (uint64_t left = leap->paragraph; left != 0; left &= left - 1u) {
        uint32_t row = hlx_leap_row(leap, left, at);
        to->kinds[row] = 0;
        to->codes[row] = par;
    }
}

/* Kinds, codes and ends of characters above 127. */
static inline void store_characters(uint64_t characters, const hlx_leap *leap,
                                    const hlx_regime *regime, const uint8_t *bytes,
                                    const hlx_leap_cursor *at, const hlx_window *to) {
    for (uint64_t left = characters & leap->token; left != 0; left &= left - 1u) {
        uint32_t place = hlx_first_place(left);
        uint32_t row = hlx_leap_row(leap, left, at);
        hlx_utf8_character character = hlx_utf8_decode(bytes, place, HLX_LEAP_BLOCK);
        to->kinds[row] = (int32_t)hlx_category_of(regime, character.code);
        to->codes[row] = (int32_t)character.code;
        if (to->ends != NULL) {
            to->ends[row] = (int32_t)(at->position + place + character.length);
        }
    }
}

void hlx_leap_sse2(HLX_LEAP_PARAMETERS) {
    const hlx_leap_table table = hlx_leap_table_of(regime);
    const bool reads_characters = hlx_leap_reads_characters(regime);
    const hlx_window window = *to;
    hlx_leap_cursor here = *at;
    bool on = true;
    while (on && hlx_leap_has_room(input_length, pause_at, &window, &here)) {
        const uint8_t *bytes = input + here.position;
        block_bytes block;
        hlx_places places = classify(&table, bytes, &block);
        if (reads_characters) {
            classify_characters(&places, bytes);
        }
        hlx_leap leap = hlx_leap_over(places, here.state, bytes[HLX_LEAP_BLOCK]);
        uint32_t count = store_tokens(&block, leap.token, &here, &window);
        if (window.ends != NULL) {
            derive(&leap, places.carriage_return, &here, &window, count);
        }
        store_names(&leap, bytes, &here, &window);
        store_characters(places.character, &leap, regime, bytes, &here, &window);
        on = hlx_leap_advance(&here, &leap, count);
    }
    *at = here;
}

#endif
