/* test_display.c -- what a person is shown of any bytes, and where the caret stands.
 * spec: CMD-10, CMD-11 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "capture.h"
#include "display.h"
#include "test_support.h"

#define SHOWN(literal, expected, columns)                                                          \
    expect_shown(literal, sizeof(literal) - 1, expected, columns)

static void expect_shown(const char *bytes, size_t length, const char *expected, uint32_t columns) {
    uint32_t width = hlx_display_bytes(capture_begin(), (const uint8_t *)bytes, (uint32_t)length);
    capture_expect(expected);
    assert_int_equal(width, columns);
}

static void shows_text_as_it_is(void **state) {
    (void)state;
    SHOWN("", "", 0);
    SHOWN("a \\b~", "a \\b~", 5);
    SHOWN("caf\xC3\xA9", "caf\xC3\xA9", 4);
    SHOWN("e\xCC\x81", "e\xCC\x81", 1);       /* combining: no column of its own */
    SHOWN("\xE6\xB0\xB4", "\xE6\xB0\xB4", 2); /* wide: two columns */
}

static void shows_controls_as_tex_does(void **state) {
    (void)state;
    SHOWN("\0\r\n\x1B\x7F", "^^@^^M^^J^^[^^?", 15);
    SHOWN("a\tb", "a b", 3);
    SHOWN("\xFF\xC3", "^^ff^^c3", 8);
    SHOWN("\xE2\x82z", "^^e2^^82z", 9);
    SHOWN("\xED\xA0\x80", "^^ed^^a0^^80", 12); /* a surrogate is not UTF-8 */
}

static void expect_character(uint32_t code, bool by_number) {
    uint8_t bytes[4];
    char expected[16];
    uint32_t length = utf8_encode(code, bytes);
    int width = wcwidth((wchar_t)code);
    if (by_number || width < 0) {
        width = snprintf(expected, sizeof expected, "<U+%04X>", code);
    } else {
        (void)snprintf(expected, sizeof expected, "%.*s", (int)length, (const char *)bytes);
    }
    expect_shown((const char *)bytes, length, expected, (uint32_t)width);
}

/* First and last of each range by number, their neighbours as themselves. */
static void expect_invisible_ranges(void) {
    static const uint32_t ranges[][2] = {
        {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x0600, 0x0605},   {0x061C, 0x061C},
        {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},   {0x08E2, 0x08E2},
        {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},
        {0x2028, 0x202E},   {0x2060, 0x206F},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},
        {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD},
        {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
        {0xE0000, 0xE0FFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        expect_character(ranges[i][0] - 1, false);
        expect_character(ranges[i][0], true);
        expect_character(ranges[i][1], true);
        expect_character(ranges[i][1] + 1, false);
    }
}

static void shows_invisible_characters_by_number(void **state) {
    (void)state;
    expect_invisible_ranges();
    const char reversed[] = {'a', '\xE2', '\x80', '\xAE', 'b'};
    expect_shown(reversed, sizeof reversed, "a<U+202E>b", 10);
    SHOWN("\xEF\xBB\xBF", "<U+FEFF>", 8);
    SHOWN("\xC2\x85", "<U+0085>", 8);
    SHOWN("\xF3\xA0\x80\xA1", "<U+E0021>", 9);
}

/* No byte that a terminal takes as a command comes out, and all come out somehow. */
static void shows_every_byte_safely(void **state) {
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            const uint8_t bytes[3] = {(uint8_t)first, (uint8_t)second, '.'};
            uint32_t width = hlx_display_bytes(capture_begin(), bytes, sizeof bytes);
            char *text = capture_end();
            assert_true(width >= 1 && text[strlen(text) - 1] == '.');
            for (const char *at = text; *at != '\0'; at++) {
                assert_true((unsigned char)*at >= 32 && *at != 127);
            }
            free(text);
        }
    }
}

static void expect_line(const char *bytes, uint32_t length, uint32_t start, uint32_t mark,
                        const char *expected) {
    hlx_display_line(capture_begin(), (const uint8_t *)bytes, length, start, mark, 2);
    capture_expect(expected);
}

static void puts_the_caret_below_the_mark(void **state) {
    (void)state;
    const char *text = "one\ntw\tx\xC3\xA9\xE6\xB0\xB4\xFFz\r\nend";
    uint32_t length = (uint32_t)strlen(text);
    const char *line = "  tw x\xC3\xA9\xE6\xB0\xB4^^ffz\n";
    const uint32_t marks[] = {4, 7, 8, 10, 13, 14, 15};
    const uint32_t columns[] = {0, 3, 4, 5, 7, 11, 12};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "%s%*s^\n", line, (int)columns[i] + 2, "");
        expect_line(text, length, 4, marks[i], expected);
    }
    expect_line(text, length, length - 3, length, "  end\n     ^\n");
    expect_line("", 0, 0, 0, "  \n  ^\n");
}

/* A line of `length` letters a to z in turn. */
static char *long_line(uint32_t length) {
    char *line = malloc(length + 1u);
    assert_non_null(line);
    for (uint32_t i = 0; i < length; i++) {
        line[i] = (char)('a' + i % 26);
    }
    line[length] = '\0';
    return line;
}

static void cuts_only_lines_that_do_not_fit(void **state) {
    (void)state;
    char expected[512];
    char *line = long_line(96);
    (void)snprintf(expected, sizeof expected, "  %s\n%*s^\n", line, 2 + 95, "");
    expect_line(line, 96, 0, 95, expected);
    free(line);
    line = long_line(97);
    (void)snprintf(expected, sizeof expected, "  ...%s\n%*s^\n", line + 96 - 48, 2 + 3 + 48, "");
    expect_line(line, 97, 0, 96, expected);
    (void)snprintf(expected, sizeof expected, "  %.48s...\n  ^\n", line);
    expect_line(line, 97, 0, 0, expected);
    free(line);
}

static void cuts_on_both_sides(void **state) {
    (void)state;
    char expected[512];
    char *line = long_line(2000000);
    (void)snprintf(expected, sizeof expected, "  ...%.96s...\n%*s^\n", line + 1000000 - 48,
                   2 + 3 + 48, "");
    expect_line(line, 2000000, 0, 1000000, expected);
    free(line);
}

/* The window never begins in the middle of a character. */
static void cuts_between_characters(void **state) {
    (void)state;
    char line[3 * 200 + 1];
    for (uint32_t i = 0; i < 200; i++) {
        memcpy(line + 3 * (size_t)i, "\xE6\xB0\xB4", 4);
    }
    hlx_display_line(capture_begin(), (const uint8_t *)line, 600, 0, 300, 2);
    char *text = capture_end();
    assert_null(strstr(text, "^^"));
    assert_ptr_equal(strstr(text, "..."), text + 2);
    assert_int_equal(strlen(text), 2 + 3 + 48 * 3 + 3 + 1 + (2 + 3 + 48) + 2);
    free(text);
}

/* Characters without a width: 1 + 128 x 3 + 4 bytes are more than a line may have. */
static void cuts_many_bytes_without_width(void **state) {
    (void)state;
    char line[1 + 3 * 128 + 4 + 1] = "}";
    for (size_t i = 0; i < 128; i++) {
        memcpy(line + 1 + 3 * i, (const char[]){'\xE2', '\x83', '\x90'}, 3);
    }
    memcpy(line + 1 + 3 * 128, "tail", 5);
    char expected[512];
    (void)snprintf(expected, sizeof expected, "  %.*s...\n  ^\n", 1 + 3 * 63, line);
    expect_line(line, 389, 0, 0, expected);
    hlx_display_line(capture_begin(), (const uint8_t *)line, 389, 0, 385, 2);
    char *text = capture_end();
    assert_int_equal(strlen(text), 2 + 3 + 3 * 64 + 4 + 1 + 2 + 3 + 2);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_text_as_it_is),
        cmocka_unit_test(shows_controls_as_tex_does),
        cmocka_unit_test(shows_invisible_characters_by_number),
        cmocka_unit_test(shows_every_byte_safely),
        cmocka_unit_test(puts_the_caret_below_the_mark),
        cmocka_unit_test(cuts_only_lines_that_do_not_fit),
        cmocka_unit_test(cuts_on_both_sides),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(cuts_many_bytes_without_width),
    };
    hlx_display_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
