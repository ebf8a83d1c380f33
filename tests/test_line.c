/* test_line.c -- the division into lines against a slow reference, and spans at a line's end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lexer_support.h"
#include "line.h"

static guarded memory;

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(MOST_ROWS);
    return 0;
}

/* The end of the line's bytes and the start of the next line. spec: LEX-10, LEX-11 */
static hlx_line slow_line(const char *text, uint32_t length, uint32_t start) {
    hlx_line line = {start, start, start, start};
    while (line.terminator < length && strchr("\r\n", text[line.terminator]) == NULL) {
        line.terminator++;
        if (text[line.terminator - 1] != ' ') {
            line.content_end = line.terminator;
        }
    }
    line.next = line.terminator;
    if (line.terminator < length) {
        line.next += strncmp(text + line.terminator, "\r\n", 2) == 0 ? 2 : 1;
    }
    return line;
}

/* All texts of up to seven characters of four sorts, from every start. */
static void every_short_text_is_divided_into_lines(void **state) {
    (void)state;
    for (uint32_t length = 0; length <= 7; length++) {
        for (uint32_t choice = 0; choice < 1u << (2 * length); choice++) {
            char text[8] = {0};
            for (uint32_t i = 0; i < length; i++) {
                text[i] = "\r\n a"[choice >> (2 * i) & 3];
            }
            const uint8_t *input = guarded_copy(&memory, text, length);
            for (uint32_t start = 0; start <= length; start++) {
                hlx_line line = hlx_line_at(input, length, start);
                hlx_line expected = slow_line(text, length, start);
                assert_memory_equal(&line, &expected, sizeof line);
            }
        }
    }
}

/* spec: LEX-11, LEX-14 */
static void blanks_go_and_there_is_room_for_the_end_of_line_character(void **state) {
    (void)state;
    hlx_line line = hlx_line_at((const uint8_t *)"ab \t  \r\nc", 9, 0);
    assert_int_equal(line.content_end, 4);
    assert_int_equal(line.terminator, 6);
    assert_int_equal(line.next, 8);
    hlx_regime regime = regime_of("");
    assert_int_equal(hlx_line_limit(&line, &regime), 5);
    regime.end_of_line_char = HLX_NO_END_OF_LINE_CHAR;
    assert_int_equal(hlx_line_limit(&line, &regime), 4);
    for (int16_t code = 0; code <= 255; code++) {
        regime.end_of_line_char = code;
        assert_int_equal(hlx_line_limit(&line, &regime), 5);
    }
}

/* spec: LEX-51 */
static void positions_behind_the_content_span_the_terminator(void **state) {
    (void)state;
    const hlx_line line = {2, 5, 7, 9};
    const uint32_t starts[] = {2, 3, 4, 7, 7};
    const uint32_t ends[] = {2, 3, 4, 5, 9};
    for (uint32_t position = 2; position <= 6; position++) {
        assert_int_equal(hlx_span_start(&line, position), starts[position - 2]);
        assert_int_equal(hlx_span_end(&line, position), ends[position - 2]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_short_text_is_divided_into_lines),
        cmocka_unit_test(blanks_go_and_there_is_room_for_the_end_of_line_character),
        cmocka_unit_test(positions_behind_the_content_span_the_terminator),
    };
    return cmocka_run_group_tests_name("line", tests, prepare, NULL);
}
