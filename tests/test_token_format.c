/* test_token_format.c -- the three notations of a token. spec: CMD-20 to CMD-23 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture.h"
#include "display.h"
#include "token_format.h"

#define ESCAPED(literal, expected)                                                                 \
    expect_written(hlx_write_escaped, literal, sizeof(literal) - 1, expected)
#define JSON(literal, expected)                                                                    \
    expect_written(hlx_write_json_string, literal, sizeof(literal) - 1, expected)

static void expect_written(void (*write)(FILE *, const uint8_t *, uint32_t), const char *bytes,
                           size_t length, const char *expected) {
    write(capture_begin(), (const uint8_t *)bytes, (uint32_t)length);
    capture_expect(expected);
}

static void escapes_for_tsv(void **state) {
    (void)state;
    ESCAPED("", "");
    ESCAPED("a b", "a b");
    ESCAPED("\\foo", "\\\\foo");
    ESCAPED("\t\n\r", "\\t\\n\\r");
    ESCAPED("\0\x01\x1F\x7F", "\\x00\\x01\\x1F\\x7F");
    ESCAPED("\xC3\xA9\xE2\x82\xAC\xF0\x9D\x94\x84", "\xC3\xA9\xE2\x82\xAC\xF0\x9D\x94\x84");
    ESCAPED("\xC3", "\\xC3");
    ESCAPED("\xE2\x82(", "\\xE2\\x82(");
    ESCAPED("\xC0\x80\xED\xA0\x80\xFF", "\\xC0\\x80\\xED\\xA0\\x80\\xFF");
}

static void quotes_for_json(void **state) {
    (void)state;
    JSON("", "\"\"");
    JSON("a\"\\/", "\"a\\\"\\\\/\"");
    JSON("\0\n\x1F\x7F", "\"\\u0000\\u000A\\u001F\x7F\"");
    JSON("\xC3\xA9", "\"\xC3\xA9\"");
    JSON("\xFF\xE2\x82(", "\"\xEF\xBF\xBD\xEF\xBF\xBD(\"");
}

/* Columns with the widest numbers there are. */
static void expect_rows(enum hlx_token_format format, bool colour, const char *expected) {
    static uint8_t bytes[] = "\\a\n";
    static int32_t kinds[] = {0, 10}, codes[] = {INT32_MIN, INT32_MAX}, starts[] = {0, 2};
    static int32_t ends[] = {2, 3}, lines[] = {1, 2097153}, cols[] = {1, 2097152};
    const hlx_document document = {.name = "x", .bytes = bytes, .size = 3};
    const hlx_analysis analysis = {.columns = {.kinds = kinds, .codes = codes, .starts = starts},
                                   .counts = {.tokens = 2},
                                   .ends = ends,
                                   .lines = lines,
                                   .cols = cols};
    FILE *stream = capture_begin();
    hlx_write_token_header(stream, format);
    hlx_write_token(stream, format, colour, &document, &analysis, 0);
    hlx_write_token(stream, format, colour, &document, &analysis, 1);
    capture_expect(expected);
}

static void writes_rows(void **state) {
    (void)state;
    expect_rows(HLX_FORMAT_TSV, true,
                "kind\tcode\tstart\tend\tline\tcol\ttext\n"
                "0\t-2147483648\t0\t2\t1\t1\t\\\\a\n"
                "10\t2147483647\t2\t3\t2097153\t2097152\t\\n\n");
    expect_rows(HLX_FORMAT_JSONL, true,
                "{\"kind\":0,\"code\":-2147483648,\"start\":0,\"end\":2,\"line\":1,\"col\":1,"
                "\"text\":\"\\\\a\"}\n"
                "{\"kind\":10,\"code\":2147483647,\"start\":2,\"end\":3,\"line\":2097153,"
                "\"col\":2097152,\"text\":\"\\u000A\"}\n");
    expect_rows(HLX_FORMAT_TEXT, false,
                "1:1       0-2           control sequence 80000000  \\a\n"
                "2097153:2097152 2-3           space            2147483647  ^^J\n");
}

static void colours_only_the_text_format(void **state) {
    (void)state;
    expect_rows(HLX_FORMAT_TEXT, true,
                "1:1       0-2           control sequence 80000000  \033[34m\\a\033[0m\n"
                "2097153:2097152 2-3           space            2147483647  \033[2m^^J\033[0m\n");
}

static void names_every_kind(void **state) {
    (void)state;
    const int32_t kinds[] = {0, 1, 2, 3, 4, 6, 7, 8, 10, 11, 12, 13};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        assert_string_not_equal(hlx_kind_name(kinds[i]), "unknown");
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(hlx_kind_name(kinds[i]), hlx_kind_name(kinds[k]));
        }
    }
    assert_string_equal(hlx_kind_name(14), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_for_tsv),  cmocka_unit_test(quotes_for_json),
        cmocka_unit_test(writes_rows),      cmocka_unit_test(colours_only_the_text_format),
        cmocka_unit_test(names_every_kind),
    };
    hlx_display_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
