/* test_analysis.c -- a document's columns, its issues in order, its names counted.
 * spec: CMD-12, CMD-13, CMD-51 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis.h"
#include "complaint.h"
#include "document_summary.h"

static hlx_regime regime;
static hlx_document document;
static hlx_analysis analysis;

static void analyse(const char *text, uint32_t preset, uint32_t encoding) {
    document = (hlx_document){
        .name = "text", .bytes = (uint8_t *)strdup(text), .size = (uint32_t)strlen(text)};
    assert_true(hlx_regime_preset(&regime, preset, encoding));
    assert_int_equal(hlx_analyse(&analysis, &regime, &document), HLX_EXIT_OK);
}

static void done(void) {
    hlx_analysis_close(&analysis, &document);
}

static void fills_every_column(void **state) {
    (void)state;
    analyse("\\a b\n\n", HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    assert_int_equal(analysis.counts.tokens, 4);
    const int32_t expected[4][5] = {
        {0, 0, 2, 1, 1}, {11, 3, 4, 1, 4}, {10, 4, 5, 1, 5}, {0, 5, 6, 2, 1}};
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(analysis.columns.kinds[i], expected[i][0]);
        assert_int_equal(analysis.columns.starts[i], expected[i][1]);
        assert_int_equal(analysis.ends[i], expected[i][2]);
        assert_int_equal(analysis.lines[i], expected[i][3]);
        assert_int_equal(analysis.cols[i], expected[i][4]);
    }
    done();
}

/* The most tokens and the most issues a document can have are room enough. */
static void has_room_for_the_worst(void **state) {
    (void)state;
    analyse("", HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    assert_int_equal(analysis.counts.tokens, 1);
    done();
    analyse("aaaa", HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    assert_int_equal(analysis.counts.tokens, 5);
    done();
    analyse("{\x7F\x7F\x7F\x7F\\", HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    assert_int_equal(analysis.counts.issues, 6);
    done();
    analyse("}}}}", HLX_PRESET_LATEX, HLX_ENCODING_UTF8);
    assert_int_equal(analysis.counts.issues, 4);
    done();
}

static void sorts_issues_by_place(void **state) {
    (void)state;
    analyse("}\x7F{\x7F}}\xFF{\\", HLX_PRESET_LATEX, HLX_ENCODING_UTF8);
    static const hlx_issue_row expected[] = {
        {0, HLX_ISSUE_UNMATCHED_END_GROUP}, {1, HLX_ISSUE_INVALID_CHARACTER},
        {3, HLX_ISSUE_INVALID_CHARACTER},   {5, HLX_ISSUE_UNMATCHED_END_GROUP},
        {6, HLX_ISSUE_MALFORMED_UTF8},      {7, HLX_ISSUE_UNCLOSED_BEGIN_GROUP},
        {8, HLX_ISSUE_ESCAPE_AT_END}};
    hlx_issue_row *rows = hlx_analysis_issues(&analysis);
    assert_non_null(rows);
    assert_int_equal(analysis.counts.issues, sizeof expected / sizeof expected[0]);
    for (uint32_t i = 0; i < analysis.counts.issues; i++) {
        assert_int_equal(rows[i].offset, expected[i].offset);
        assert_int_equal(rows[i].code, expected[i].code);
    }
    free(rows);
    done();
}

static void knows_every_issue(void **state) {
    (void)state;
#define CHECK_ISSUE(code, enumerator, identifier, message)                                         \
    assert_string_equal(hlx_issue_identifier(code), identifier);                                   \
    assert_string_equal(hlx_issue_message(code), message);                                         \
    assert_string_equal(hlx_issue_severity(code),                                                  \
                        (code) == HLX_ISSUE_ESCAPE_AT_END ? "warning" : "error");
    HLX_ISSUES(CHECK_ISSUE)
#undef CHECK_ISSUE
}

static void counts_names_by_code(void **state) {
    (void)state;
    analyse("\\b\\a\\b x\n\n\\par\\^^61\\c\\b\n\n", HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    hlx_name_count *names = NULL;
    assert_int_equal(hlx_count_names(&analysis, &names), 4);
    const uint32_t counts[] = {3, 3, 2, 1}; /* b, par, a, c */
    const uint32_t first[] = {0, 5, 1, 8};
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(names[i].count, counts[i]);
        assert_int_equal(names[i].first, first[i]);
    }
    free(names);
    done();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_every_column),    cmocka_unit_test(has_room_for_the_worst),
        cmocka_unit_test(sorts_issues_by_place), cmocka_unit_test(knows_every_issue),
        cmocka_unit_test(counts_names_by_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
