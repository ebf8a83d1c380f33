/* test_character.c -- characters of both encodings, all ^^ notations and chains of them. Every
 * input stands before a guard page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "character.h"
#include "lexer_support.h"

static guarded memory;

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(MOST_ROWS);
    return 0;
}

/* 0 to 15, or -1 */
static int slow_digit(char character) {
    static const char digits[] = "0123456789abcdef";
    const char *digit = character != '\0' ? strchr(digits, character) : NULL;
    return digit != NULL ? (int)(digit - digits) : -1;
}

/* The value of ^^ before these two characters (x < 128), and how many it takes of them. */
static uint32_t slow_notation(const char *text, uint32_t available, uint32_t *used) {
    int high = slow_digit(text[0]);
    int low = available > 1 ? slow_digit(text[1]) : -1;
    *used = high >= 0 && low >= 0 ? 2 : 1;
    return *used == 2 ? (uint32_t)(16 * high + low) : (uint32_t)text[0] ^ 64u;
}

/* ^^ and all pairs of bytes behind it, and all single bytes, in a line made by hand: not
 * even CR and LF are special then. spec: LEX-12, LEX-23 */
static void every_notation_of_two_superscripts(void **state) {
    (void)state;
    hlx_regime regime = kernel_regime(HLX_ENCODING_BYTES);
    memset(regime.category, HLX_CATEGORY_OTHER, 256);
    regime.category['^'] = HLX_CATEGORY_SUPERSCRIPT;
    regime.end_of_line_char = HLX_NO_END_OF_LINE_CHAR;
    for (uint32_t pair = 0; pair < 1u << 16; pair++) {
        const char text[4] = {'^', '^', (char)(pair >> 8), (char)pair};
        for (uint32_t length = 3; length <= 4; length++) {
            const uint8_t *input = guarded_copy(&memory, text, length);
            const hlx_line line = {0, length, length, length};
            hlx_character got = hlx_character_at(&line, &regime, input, 0);
            uint32_t used = 0;
            bool applies = pair >> 8 < 128;
            uint32_t code = applies ? slow_notation(text + 2, length - 2, &used) : '^';
            assert_int_equal(got.code, code);
            assert_int_equal(got.next, applies ? 2 + used : 1);
            assert_int_equal(got.issue, 0);
        }
    }
}

/* A notation's result begins another, as often as there are characters. spec: LEX-25 */
static void a_chain_of_notations_is_one_character(void **state) {
    (void)state;
    hlx_regime regime = regime_of("");
    char text[605] = "^^5e";
    for (uint32_t links = 1; links <= 200; links++) {
        uint32_t length = 1 + 3 * links;
        snprintf(text + length, 4, "^41");
        const uint8_t *input = guarded_copy(&memory, text, length + 3);
        hlx_line line = hlx_line_at(input, length + 3, 0);
        hlx_character character = hlx_character_at(&line, &regime, input, 0);
        assert_int_equal(character.code, 'A');
        assert_int_equal(character.next, length + 3);
        snprintf(text + length, 4, "^5e");
    }
}

/* Behind the content, whatever bytes stand there, comes the regime's character, and its
 * category is looked up. spec: LEX-14 */
static void the_end_of_line_character_is_a_character(void **state) {
    (void)state;
    hlx_regime regime = regime_of("");
    const hlx_line line = {0, 2, 3, 4};
    for (int16_t code = 0; code <= 255; code++) {
        regime.end_of_line_char = code;
        hlx_character got = hlx_character_at(&line, &regime, (const uint8_t *)"ab \n", 2);
        assert_int_equal(got.code, code);
        assert_int_equal(got.category, regime.category[code]);
        assert_int_equal(got.next, 3);
        assert_int_equal(got.issue, 0);
    }
}

/* One character of UTF-8, or the first ill-formed bytes, which are an issue; in `bytes` the
 * first byte. spec: LEX-12, LEX-13 */
static void a_raw_character_is_what_the_encoding_says(void **state) {
    (void)state;
    static const struct {
        const char *input;
        uint32_t length, code, next, issue;
    } rows[] = {
        {DOC("a"), 'a', 1, 0},
        {DOC("\xc3\xa9"), 0xE9, 2, 0},
        {DOC("\xe2\x82\xacx"), 0x20AC, 3, 0},
        {DOC("\xf4\x8f\xbf\xbf"), 0x10FFFF, 4, 0},
        {DOC("\xe2\x82x"), 0xFFFD, 2, HLX_ISSUE_MALFORMED_UTF8},
        {DOC("\xff\xff"), 0xFFFD, 1, HLX_ISSUE_MALFORMED_UTF8},
    };
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        const uint8_t *input = guarded_copy(&memory, rows[i].input, rows[i].length);
        const hlx_line line = {0, rows[i].length, rows[i].length, rows[i].length};
        hlx_regime regime = regime_of("utf8");
        hlx_character got = hlx_character_at(&line, &regime, input, 0);
        assert_int_equal(got.code, rows[i].code);
        assert_int_equal(got.next, rows[i].next);
        assert_int_equal(got.issue, rows[i].issue);
        regime.encoding = HLX_ENCODING_BYTES;
        got = hlx_character_at(&line, &regime, input, 0);
        assert_int_equal(got.code, input[0]);
        assert_int_equal(got.next, 1);
        assert_int_equal(got.issue, 0);
    }
}

/* Four and six superscripts, in utf8 only; what does not match is read by the rule for two.
 * spec: LEX-23, LEX-24 */
static void notations_of_four_and_six_superscripts(void **state) {
    (void)state;
    static const struct {
        const char *input;
        uint32_t length, code, next, issue;
    } rows[] = {
        {DOC("^^^^20ac"), 0x20AC, 8, 0},
        {DOC("^^^^^20ac"), 30, 3, 0}, /* two: ^^ of a third superscript */
        {DOC("^^^^^^10fffe"), 0x10FFFE, 12, 0},
        {DOC("^^^^^^110000"), 0xFFFD, 12, HLX_ISSUE_NOTATION_RANGE},
        {DOC("^^^^20aC"), 30, 3, 0},
        {DOC("^^^^^^10fff"), 30, 3, 0},
    };
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        const uint8_t *input = guarded_copy(&memory, rows[i].input, rows[i].length);
        const hlx_line line = {0, rows[i].length, rows[i].length, rows[i].length};
        hlx_regime regime = regime_of("utf8 end=-1");
        hlx_character got = hlx_character_at(&line, &regime, input, 0);
        assert_int_equal(got.code, rows[i].code);
        assert_int_equal(got.next, rows[i].next);
        assert_int_equal(got.issue, rows[i].issue);
        regime.encoding = HLX_ENCODING_BYTES;
        got = hlx_character_at(&line, &regime, input, 0);
        assert_int_equal(got.code, 30);
        assert_int_equal(got.next, 3);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_notation_of_two_superscripts),
        cmocka_unit_test(a_chain_of_notations_is_one_character),
        cmocka_unit_test(the_end_of_line_character_is_a_character),
        cmocka_unit_test(a_raw_character_is_what_the_encoding_says),
        cmocka_unit_test(notations_of_four_and_six_superscripts),
    };
    return cmocka_run_group_tests_name("character", tests, prepare, NULL);
}
