/* test_control_sequence.c -- names: where they end, their codes, the state behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "control_sequence.h"
#include "lexer_support.h"

static guarded memory;

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(MOST_ROWS);
    return 0;
}

/* spec: LEX-40 */
static void names_have_the_codes_that_the_specification_gives(void **state) {
    (void)state;
    assert_int_equal(hash_of_name(NULL, 0), -2128831035);
    assert_int_equal(hash_of_name((const uint8_t *)"par", 3), 1942592201);
    assert_int_equal(hlx_code_of_par(), 1942592201);
    hlx_regime regime = regime_of("end=-1");
    const hlx_line line = {0, 0, 0, 0};
    hlx_control_sequence empty = hlx_control_sequence_at(&line, &regime, NULL, 0);
    assert_int_equal(empty.code, -2128831035);
}

/* Every code point as a name of one character, surrogates too. spec: LEX-24, LEX-40 */
static void every_code_point_has_the_code_of_its_utf8_form(void **state) {
    (void)state;
    hlx_regime regime = regime_of("utf8 end=-1");
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char text[13];
        uint8_t name[4];
        uint32_t length = utf8_encode(code, name);
        assert_int_equal(snprintf(text, sizeof text, "^^^^^^%06x", code), 12);
        const hlx_line line = {0, 12, 12, 12};
        hlx_control_sequence got =
            hlx_control_sequence_at(&line, &regime, (const uint8_t *)text, 0);
        if (got.code != hash_of_name(name, length) || got.next != 12 || got.issue != 0) {
            fail_msg("U+%04X: code %d, next %u, issue %u", code, got.code, got.next, got.issue);
        }
    }
}

/* What stands behind the escape character, and what becomes of it. */
static const struct name_row {
    const char *input;
    uint32_t length;
    uint32_t next, state, issue;
    const char *regime;
    const char *name;
} name_rows[] = {
    {DOC(""), 0, HLX_STATE_MID_LINE, 0, "end=-1", "<null>"}, /* spec: LEX-30 */
    {DOC(""), 1, HLX_STATE_MID_LINE, 0, "", "<13>"},         /* spec: LEX-33 */
    {DOC(""), 1, HLX_STATE_SKIP_BLANKS, 0, "end=97", "a"},
    {DOC("ab1"), 2, HLX_STATE_SKIP_BLANKS, 0, "", "ab"}, /* spec: LEX-31 */
    {DOC("ab"), 3, HLX_STATE_SKIP_BLANKS, 0, "end=99", "abc"},
    {DOC("a^^62 "), 5, HLX_STATE_SKIP_BLANKS, 0, "", "ab"},
    {DOC("a^^20b"), 1, HLX_STATE_SKIP_BLANKS, 0, "", "a"},
    {DOC("1a"), 1, HLX_STATE_MID_LINE, 0, "", "1"}, /* spec: LEX-32 */
    {DOC(" a"), 1, HLX_STATE_SKIP_BLANKS, 0, "", "<32>"},
    {DOC("^^20a"), 4, HLX_STATE_SKIP_BLANKS, 0, "", "<32>"},
    {DOC("^^5e^5"), 6, HLX_STATE_SKIP_BLANKS, 0, "", "<117>"},
    {DOC("\x7f"), 1, HLX_STATE_MID_LINE, 0, "", "<127>"},
    {DOC("\xff"
         "a"),
     1, HLX_STATE_MID_LINE, HLX_ISSUE_MALFORMED_UTF8, "utf8", "<239.191.189>"},
    {DOC("^^^^^^ffffff"), 12, HLX_STATE_MID_LINE, HLX_ISSUE_NOTATION_RANGE, "utf8",
     "<239.191.189>"},
    {DOC("a\xff"), 1, HLX_STATE_SKIP_BLANKS, 0, "utf8", "a"},
};

static void names_end_and_leave_a_state(void **state) {
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(name_rows); i++) {
        const struct name_row *row = &name_rows[i];
        hlx_regime regime = regime_of(row->regime);
        const uint8_t *input = guarded_copy(&memory, row->input, row->length);
        hlx_line line = hlx_line_at(input, row->length, 0);
        hlx_control_sequence got = hlx_control_sequence_at(&line, &regime, input, 0);
        assert_int_equal(got.code, code_of_control_sequence(row->name));
        assert_int_equal(got.next, row->next);
        assert_int_equal(got.state, row->state);
        assert_int_equal(got.issue, row->issue);
        assert_true(row->issue == 0 || got.issue_offset == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_the_codes_that_the_specification_gives),
        cmocka_unit_test(every_code_point_has_the_code_of_its_utf8_form),
        cmocka_unit_test(names_end_and_leave_a_state),
    };
    return cmocka_run_group_tests_name("control sequence", tests, prepare, NULL);
}
