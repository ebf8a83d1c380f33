/* test_utf8.c -- the decoder against the definition of UTF-8.
 *
 * The reference knows no byte ranges. It encodes every scalar value once and
 * remembers, of each byte string up to three bytes, whether it begins an encoding
 * or is one. From that follow, in the standard's own words, the well-formed
 * sequences and the maximal ill-formed subsequences. Every string stands directly
 * before a guard page, so a byte read at or behind the limit ends the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "test_support.h"
#include "utf8.h"

#define LAST_CODE_POINT 0x10FFFFu

enum mark { NOTHING = 0, PREFIX = 1, WHOLE = 2 };

static uint8_t mark_of_one[1u << 8], mark_of_two[1u << 16], mark_of_three[1u << 24];
static guarded memory;

static uint8_t *mark_of(const uint8_t *bytes, uint32_t length) {
    uint32_t key = bytes[0];
    if (length == 1) {
        return &mark_of_one[key];
    }
    key = key << 8 | bytes[1];
    return length == 2 ? &mark_of_two[key] : &mark_of_three[key << 8 | bytes[2]];
}

static uint32_t is_surrogate(uint32_t code) {
    return code >= 0xD800 && code <= 0xDFFF;
}

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(64);
    for (uint32_t code = 0; code <= LAST_CODE_POINT; code++) {
        uint8_t bytes[4];
        uint32_t length = utf8_encode(code, bytes);
        for (uint32_t i = 1; i <= length && i < 4 && !is_surrogate(code); i++) {
            *mark_of(bytes, i) = i == length ? WHOLE : PREFIX;
        }
    }
    return 0;
}

/* A fourth byte completes any prefix of three when it is a continuation: then, and
 * only then, the bits of all four encode to the same bytes. */
static uint32_t is_whole_of_four(const uint8_t *bytes) {
    uint8_t again[4];
    uint32_t code = (bytes[0] & 0x07u) << 18 | (bytes[1] & 0x3Fu) << 12 | (bytes[2] & 0x3Fu) << 6 |
                    (bytes[3] & 0x3Fu);
    return utf8_encode(code, again) == 4 && memcmp(again, bytes, 4) == 0;
}

/* Bytes that the first character of `bytes` takes, and whether it is well-formed. */
static uint32_t reference(const uint8_t *bytes, uint32_t available, uint32_t *whole) {
    *whole = 0;
    for (uint32_t i = 1; i <= available && i < 4; i++) {
        uint8_t mark = *mark_of(bytes, i);
        *whole = mark == WHOLE;
        if (mark == WHOLE) {
            return i;
        }
        if (mark == NOTHING) {
            return i == 1 ? 1 : i - 1;
        }
    }
    if (available < 4) {
        return available;
    }
    *whole = is_whole_of_four(bytes);
    return *whole ? 4 : 3;
}

/* spec: LEX-12, LEX-13 */
static void check(const uint8_t *bytes, uint32_t position, uint32_t limit) {
    uint32_t whole;
    uint32_t length = reference(bytes + position, limit - position, &whole);
    hlx_utf8_character decoded = hlx_utf8_decode(bytes, position, limit);
    uint8_t again[4];
    uint32_t same = decoded.length == length && decoded.malformed == !whole;
    if (same && whole) {
        same = decoded.code <= LAST_CODE_POINT && utf8_encode(decoded.code, again) == length &&
               memcmp(again, bytes + position, length) == 0;
    }
    if (!same || (!whole && decoded.code != HLX_REPLACEMENT_CHARACTER)) {
        fail_msg("bytes %02X.. of %u: code %X, length %u instead of %u, malformed %d instead of %d",
                 bytes[position], limit - position, decoded.code, decoded.length, length,
                 decoded.malformed, !whole);
    }
}

static void every_string_of_one_and_two_bytes(void **state) {
    (void)state;
    for (uint32_t string = 0; string < 1u << 16; string++) {
        uint8_t *bytes = guarded_last(&memory, 2);
        bytes[0] = (uint8_t)(string >> 8);
        bytes[1] = (uint8_t)string;
        check(bytes, 0, 2);
        check(bytes, 1, 2);
    }
}

static void every_string_of_three_bytes(void **state) {
    (void)state;
    uint8_t *bytes = guarded_last(&memory, 3);
    for (uint32_t string = 0; string < 1u << 24; string++) {
        bytes[0] = (uint8_t)(string >> 16);
        bytes[1] = (uint8_t)(string >> 8);
        bytes[2] = (uint8_t)string;
        check(bytes, 0, 3);
    }
}

/* Whole, and cut at every limit, with nothing readable behind the limit. */
static void every_scalar_value_and_its_truncations(void **state) {
    (void)state;
    for (uint32_t code = 0; code <= LAST_CODE_POINT; code++) {
        uint8_t bytes[4];
        uint32_t length = utf8_encode(code, bytes);
        for (uint32_t limit = 1; limit <= length; limit++) {
            check(guarded_copy(&memory, bytes, limit), 0, limit);
        }
        if (!is_surrogate(code)) {
            hlx_utf8_character decoded = hlx_utf8_decode(bytes, 0, length);
            assert_true(decoded.code == code && decoded.length == length && !decoded.malformed);
        }
    }
}

/* A limit inside readable memory is as hard as the guard page. */
static void check_at_every_limit(const uint8_t *four) {
    for (uint32_t limit = 1; limit <= 4; limit++) {
        check(guarded_copy(&memory, four, 4), 0, limit);
    }
}

static void four_bytes_around_every_boundary(void **state) {
    (void)state;
    static const uint8_t edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                    0xC0, 0xC2, 0xDF, 0xE0, 0xED, 0xF0, 0xF4, 0xFF};
    for (uint32_t string = 0; string < 256u << 12; string++) {
        const uint8_t bytes[4] = {(uint8_t)(string >> 12), edges[string >> 8 & 15],
                                  edges[string >> 4 & 15], edges[string & 15]};
        check_at_every_limit(bytes);
    }
}

static void four_random_bytes(void **state) {
    (void)state;
    random_source source = random_from_environment("four_random_bytes");
    for (uint32_t i = 0; i < 1000000; i++) {
        uint64_t random = random_next(&source);
        const uint8_t bytes[4] = {(uint8_t)(random >> 56 | 0xC0), (uint8_t)(random >> 8),
                                  (uint8_t)(random >> 16 | 0x80), (uint8_t)(random >> 24)};
        check_at_every_limit(bytes);
    }
}

/* The standard's own example (section 3.9, table 3-8 and its neighbours), read to
 * its end from a position that is not 0. */
static void examples_of_the_standard(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t codes[9];
    } rows[] = {
        {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
         "A",
         {0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A'}},
        {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
         "A",
         {0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A'}},
        {"\xF4\x91\x92\x93\xFF"
         "A\x80\xBF"
         "B",
         {0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A', 0xFFFD, 0xFFFD, 'B'}},
        {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
         "A",
         {0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A'}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t length = (uint32_t)strlen(rows[i].bytes);
        const uint8_t *bytes = guarded_copy(&memory, rows[i].bytes, length);
        uint32_t position = 0;
        for (uint32_t k = 0; position < length; k++) {
            hlx_utf8_character decoded = hlx_utf8_decode(bytes, position, length);
            assert_int_equal(decoded.code, rows[i].codes[k]);
            position += decoded.length;
        }
        assert_int_equal(position, length);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_string_of_one_and_two_bytes),
        cmocka_unit_test(every_string_of_three_bytes),
        cmocka_unit_test(every_scalar_value_and_its_truncations),
        cmocka_unit_test(four_bytes_around_every_boundary),
        cmocka_unit_test(four_random_bytes),
        cmocka_unit_test(examples_of_the_standard),
    };
    return cmocka_run_group_tests_name("utf8", tests, prepare, NULL);
}
