/* leap_sse2.c -- leaps (leap.h) for SSE2: looked up byte by byte, written place by place. */
#include "kernel.h"
#include "leap.h"

#if defined(__x86_64__)

#include "sse2.h"

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

/* hlx_classify, leap.h. */
static inline hlx_places classify(const hlx_leap_table *table, const uint8_t *input,
                                  hlx_block *block) {
    static const uint8_t kind_of_category[16] = {HLX_LEAP_KIND_OF_CATEGORY};
    _Alignas(16) uint8_t categories[HLX_LEAP_BLOCK];
    for (uint32_t i = 0; i < HLX_LEAP_BLOCK; i += BLOCK) {
        __m128i bytes = _mm_loadu_si128((const __m128i_u *)(input + i));
        __m128i here = look_up(table->category, input + i);
        __m128i is_space = _mm_cmpeq_epi8(here, _mm_set1_epi8(HLX_CATEGORY_SPACE));
        _mm_storeu_si128((__m128i_u *)(categories + i), here);
        _mm_storeu_si128((__m128i_u *)(block->kinds.at + i),
                         look_up(kind_of_category, categories + i));
        _mm_storeu_si128((__m128i_u *)(block->codes.at + i), codes_of(bytes, is_space));
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
    p.token = ~equal(block->kinds.at, 0);
    return p;
}

void hlx_leap_sse2(HLX_LEAP_PARAMETERS) {
    hlx_leap_blocks(at, regime, input, input_length, pause_at, to, classify, NULL);
}

#endif
