/* leap_avx2.c -- leaps (leap.h) for AVX2: a block's bytes packed eight at a time by PEXT. */
#include "kernel.h"
#include "leap.h"

#if defined(__x86_64__)

#include "avx2.h"

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

#endif
