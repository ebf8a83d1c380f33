/* test_expand.c -- the derived columns in pieces, and the cases in which a token is not one byte
 * long. That whole documents are tiled by their spans is tested in test_tokenize.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "expand.h"

#define ROWS 64u

typedef struct expected_row {
    int32_t end, line, col;
} expected_row;

static void check(const char *text, uint32_t preset, uint32_t encoding,
                  const expected_row *expected, uint32_t count) {
    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, preset, encoding));
    const uint8_t *input = (const uint8_t *)text;
    uint32_t length = (uint32_t)strlen(text);
    int32_t kinds[ROWS], codes[ROWS], starts[ROWS], ends[ROWS], lines[ROWS], cols[ROWS];
    hlx_columns columns = {kinds, codes, starts, ROWS, NULL, NULL, 0};
    hlx_counts counts;
    assert_int_equal(hlx_tokenize(&regime, input, length, &columns, &counts), HLX_STATUS_OK);
    assert_int_equal(counts.tokens, count);
    for (uint32_t piece = 1; piece <= count; piece++) {
        hlx_place place;
        hlx_place_first(&place, input, length);
        memset(ends, 0xFF, sizeof ends); /* nothing is left of the pieces before */
        memset(lines, 0xFF, sizeof lines);
        memset(cols, 0xFF, sizeof cols);
        for (uint32_t done = 0; done < count; done += piece) {
            uint32_t rows = count - done < piece ? count - done : piece;
            hlx_expand_rows(&place, &regime, input, length, starts + done, rows, ends + done,
                            lines + done, cols + done);
        }
        for (uint32_t row = 0; row < count; row++) {
            assert_int_equal(ends[row], expected[row].end);
            assert_int_equal(lines[row], expected[row].line);
            assert_int_equal(cols[row], expected[row].col);
        }
    }
}

/* spec: LEX-51, LEX-52 */
static void names_end_where_their_letters_do(void **state) {
    (void)state;
    const expected_row next_to_each_other[] = {{4, 1, 1}, {7, 1, 5}, {8, 1, 8}, {8, 1, 9}};
    check("\\foo\\ab1", HLX_PRESET_LATEX, 0, next_to_each_other, 4);
    const expected_row blanks[] = {{4, 1, 1}, {7, 1, 7}, {7, 1, 8}};
    check("\\foo  x", HLX_PRESET_LATEX, 0, blanks, 3);
    const expected_row comment[] = {{4, 1, 1}, {11, 2, 3}, {11, 2, 4}};
    check("\\foo%ab\n  x", HLX_PRESET_LATEX, 0, comment, 3);
    const expected_row line_end[] = {{4, 1, 1}, {6, 2, 1}, {6, 2, 2}};
    check("\\foo\nx", HLX_PRESET_LATEX, 0, line_end, 3);
}

/* A notation in a name, at its end, and one that denotes a dropped character. spec: LEX-51 */
static void notations_are_covered_whole(void **state) {
    (void)state;
    const expected_row in_name[] = {{7, 1, 1}, {8, 1, 8}, {8, 1, 9}};
    check("\\a^^62c1", HLX_PRESET_LATEX, 0, in_name, 3);
    const expected_row dropped[] = {{2, 1, 1}, {7, 1, 7}, {7, 1, 8}};
    check("\\a^^7fb", HLX_PRESET_LATEX, 0, dropped, 3);
    const expected_row letter[] = {{4, 1, 1}, {5, 1, 5}, {5, 1, 6}};
    check("^^4ab", HLX_PRESET_LATEX, 0, letter, 3);
    const expected_row rest_dropped[] = {{1, 1, 1}, {4, 1, 2}, {8, 2, 1}, {8, 2, 2}};
    check("a^^Mxy\nz", HLX_PRESET_LATEX, 0, rest_dropped, 4);
}

/* spec: LEX-51 */
static void characters_of_several_bytes(void **state) {
    (void)state;
    const expected_row utf8[] = {{2, 1, 1}, {3, 1, 3}, {6, 1, 4}, {6, 1, 7}};
    check("\xC3\xA9x\xE2\x82\xAC", HLX_PRESET_LATEX, HLX_ENCODING_UTF8, utf8, 4);
    const expected_row line_ends[] = {{1, 1, 1}, {4, 1, 3}, {6, 2, 1}};
    check("a \r\n\r\n", HLX_PRESET_LATEX, 0, line_ends, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_end_where_their_letters_do),
        cmocka_unit_test(notations_are_covered_whole),
        cmocka_unit_test(characters_of_several_bytes),
    };
    return cmocka_run_group_tests_name("expand", tests, NULL, NULL);
}
