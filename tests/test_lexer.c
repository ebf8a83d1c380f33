/* test_lexer.c -- TeX's reader, paused and not, full or not. What TeX answered is in
 * lexer_experiments.h. Every input stands before a guard page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lexer.h"
#include "lexer_experiments.h"
#include "lexer_support.h"

static guarded memory;

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(MOST_ROWS);
    return 0;
}

/* ---- the machine -------------------------------------------------------- */

/* Read with a pause after every `pause` positions; 0 is no pause. spec: LEX-17 */
static void read_paused(reading *r, const hlx_regime *regime, const uint8_t *input, uint32_t length,
                        uint32_t pause) {
    hlx_columns columns = columns_of(r);
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, input, length);
    memset(&r->counts, 0, sizeof r->counts);
    r->status = HLX_STATUS_OK;
    for (uint32_t calls = 0; !lexer.done && r->status == HLX_STATUS_OK; calls++) {
        uint32_t pause_at = pause == 0 ? UINT32_MAX : lexer.position + pause;
        uint32_t before = lexer.position;
        r->status = hlx_lexer_run(&lexer, regime, input, length, pause_at, &columns, &r->counts);
        assert_true(lexer.done || lexer.position >= pause_at || lexer.position > before);
        assert_true(pause != 0 || calls == 0);
    }
}

/* The machine without its kernel: one step after the other. spec: LEX-15, LEX-53 */
static void read_by_steps(reading *r, const hlx_regime *regime, const uint8_t *input,
                          uint32_t length) {
    memset(&r->counts, 0, sizeof r->counts);
    r->status = HLX_STATUS_OK;
    hlx_columns columns = columns_of(r);
    uint32_t start = 0;
    do {
        hlx_line line = hlx_line_at(input, length, start);
        uint32_t state = HLX_STATE_NEW_LINE;
        for (uint32_t position = start; position < hlx_line_limit(&line, regime);) {
            hlx_step step = hlx_step_at(&line, regime, input, length, position, state);
            assert_true(step.next > position && step.next <= hlx_line_limit(&line, regime));
            if (step.has_token) {
                uint32_t row = r->counts.tokens++;
                r->kinds[row] = step.kind;
                r->codes[row] = step.code;
                r->starts[row] = (int32_t)hlx_span_start(&line, position);
            }
            if (step.issue != 0) {
                hlx_issue_add(&columns, &r->counts, step.issue, step.issue_offset);
            }
            position = step.next;
            state = step.state;
        }
        start = line.next;
    } while (start < length);
}

/* spec: LEX-15, LEX-17, LEX-53 */
static void check_same_however_read(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                                    uint32_t most_pauses) {
    static reading whole;
    static reading other;
    read_paused(&whole, regime, input, length, 0);
    read_by_steps(&other, regime, input, length);
    if (!same_reading(&whole, &other)) {
        fail_msg("%s: by steps %s", text_of_input((const char *)input, length),
                 text_of_reading(&other));
    }
    for (uint32_t pause = 1; pause <= most_pauses; pause++) {
        read_paused(&other, regime, input, length, pause);
        if (!same_reading(&whole, &other)) {
            fail_msg("%s: paused every %u: %s", text_of_input((const char *)input, length), pause,
                     text_of_reading(&other));
        }
    }
}

/* spec: LEX-50 */
static void check_experiments(const experiment *rows, uint32_t count) {
    static reading r;
    static expectation expected;
    for (uint32_t i = 0; i < count; i++) {
        const experiment *row = &rows[i];
        hlx_regime regime = regime_of(row->regime);
        const uint8_t *input = guarded_copy(&memory, row->input, row->length);
        expect(&expected, row->tokens);
        read_paused(&r, &regime, input, row->length, 0);
        if (!as_expected(&r, &expected)) {
            fail_msg("%s [%s]: expected %s, got %s", text_of_input(row->input, row->length),
                     row->regime, row->tokens, text_of_reading(&r));
        }
        check_same_however_read(&regime, input, row->length, row->length + 2);
    }
}

#define EXPERIMENTS(name)                                                                          \
    static void experiments_##name(void **state) {                                                 \
        (void)state;                                                                               \
        check_experiments(name, COUNT_OF(name));                                                   \
    }

EXPERIMENTS(trailing_blanks)
EXPERIMENTS(without_end_of_line_character)
EXPERIMENTS(line_ends)
EXPERIMENTS(notations)
EXPERIMENTS(names)
EXPERIMENTS(states)
EXPERIMENTS(other_categories)
EXPERIMENTS(other_end_of_line_characters)
EXPERIMENTS(code_points)
EXPERIMENTS(malformed_bytes)
EXPERIMENTS(long_notations)
EXPERIMENTS(unicode_letters)
EXPERIMENTS(preset_regimes)

/* spec: LEX-15, LEX-17, LEX-53 */
static void random_documents_read_in_pieces(void **state) {
    (void)state;
    random_source source = random_from_environment("random_documents_read_in_pieces");
    for (uint32_t run = 0; run < 20000; run++) {
        uint8_t document[160];
        uint32_t length = random_document(&source, document, sizeof document);
        hlx_regime regime = random_regime(&source);
        const uint8_t *input = guarded_copy(&memory, document, length);
        check_same_however_read(&regime, input, length, run % 8 == 0 ? length + 2 : 3);
    }
}

/* However long the run of plain bytes, a pause comes where it was asked for. spec: LEX-17 */
static void a_pause_comes_at_once(void **state) {
    (void)state;
    static reading r;
    hlx_regime regime = regime_of("");
    hlx_columns columns = columns_of(&r);
    char text[100];
    memset(text, 'a', sizeof text);
    const uint8_t *input = guarded_copy(&memory, text, sizeof text);
    for (uint32_t pause_at = 0; pause_at <= sizeof text; pause_at++) {
        hlx_lexer lexer;
        hlx_counts counts = {0, 0};
        hlx_lexer_init(&lexer, input, sizeof text);
        assert_int_equal(
            hlx_lexer_run(&lexer, &regime, input, sizeof text, pause_at, &columns, &counts),
            HLX_STATUS_OK);
        assert_false(lexer.done);
        assert_int_equal(lexer.position, pause_at);
        assert_int_equal(counts.tokens, pause_at);
    }
}

/* The lexer stands on the one line of an empty input. spec: LEX-16 */
static void an_empty_input_is_one_empty_line(void **state) {
    (void)state;
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, NULL, 0);
    assert_false(lexer.done);
    assert_int_equal(lexer.position, 0);
    assert_int_equal(lexer.state, HLX_STATE_NEW_LINE);
    static reading r;
    hlx_regime regime = regime_of("");
    read_paused(&r, &regime, NULL, 0, 1);
    assert_int_equal(r.counts.tokens, 1);
    assert_int_equal(r.codes[0], hlx_code_of_par());
    assert_int_equal(r.starts[0], 0);
}

/* ---- capacity ----------------------------------------------------------- */

#define UNTOUCHED 0x5A5A5A5A

/* `input` into columns of `capacity` rows, the last before guard pages, and of one issue
 * row fewer than there are issues. */
static hlx_status read_into(const reading *whole, uint32_t capacity, const hlx_regime *regime,
                            const uint8_t *input, uint32_t length, guarded columns_memory[5],
                            hlx_columns *columns, hlx_counts *counts) {
    uint32_t issue_capacity = whole->counts.issues > 0 ? whole->counts.issues - 1 : 0;
    int32_t *columns_of_five[5];
    for (int i = 0; i < 5; i++) {
        memset(columns_memory[i].first, UNTOUCHED & 0xFF, columns_memory[i].size);
        columns_of_five[i] =
            guarded_last_rows(&columns_memory[i], i < 3 ? capacity : issue_capacity);
    }
    *columns = (hlx_columns){columns_of_five[0], columns_of_five[1], columns_of_five[2], capacity,
                             columns_of_five[3], columns_of_five[4], issue_capacity};
    *counts = (hlx_counts){0, 0};
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, input, length);
    return hlx_lexer_run(&lexer, regime, input, length, UINT32_MAX, columns, counts);
}

/* spec: LEX-54, LEX-60 */
static void check_capacity(const reading *whole, uint32_t capacity, const hlx_regime *regime,
                           const uint8_t *input, uint32_t length, guarded columns_memory[5]) {
    hlx_columns columns;
    hlx_counts counts;
    hlx_status status =
        read_into(whole, capacity, regime, input, length, columns_memory, &columns, &counts);
    bool fits = whole->counts.tokens <= capacity;
    uint32_t written = fits ? whole->counts.tokens : capacity;
    uint32_t issues =
        counts.issues < columns.issue_capacity ? counts.issues : columns.issue_capacity;
    assert_int_equal(status, fits ? HLX_STATUS_OK : HLX_STATUS_OUTPUT_FULL);
    assert_int_equal(counts.tokens, written);
    assert_true(fits ? counts.issues == whole->counts.issues
                     : counts.issues <= whole->counts.issues);
    assert_true(same_rows(columns.kinds, whole->kinds, written));
    assert_true(same_rows(columns.codes, whole->codes, written));
    assert_true(same_rows(columns.starts, whole->starts, written));
    assert_true(same_rows(columns.issue_codes, whole->issue_codes, issues));
    assert_true(same_rows(columns.issue_offsets, whole->issue_offsets, issues));
    const int32_t *const tokens[] = {columns.kinds, columns.codes, columns.starts};
    for (uint32_t i = 0; i < COUNT_OF(tokens); i++) { /* behind the last row stands a guard page */
        const int32_t *row = guarded_first_rows(&columns_memory[i]);
        while (row < tokens[i] && *row == UNTOUCHED) {
            row++;
        }
        assert_ptr_equal(row, tokens[i]);
    }
    for (uint32_t row = issues; row < columns.issue_capacity; row++) {
        assert_true(columns.issue_codes[row] == UNTOUCHED &&
                    columns.issue_offsets[row] == UNTOUCHED);
    }
}

/* Exactly as many rows as tokens, fewer, more, and none. spec: LEX-54 */
static void no_row_beyond_the_capacity_is_written(void **state) {
    (void)state;
    random_source source = random_from_environment("no_row_beyond_the_capacity_is_written");
    guarded columns_memory[5];
    for (int i = 0; i < 5; i++) {
        columns_memory[i] = guarded_new(512 * sizeof(int32_t));
    }
    static reading whole;
    for (uint32_t run = 0; run < 300; run++) {
        uint8_t document[160];
        uint32_t length = random_document(&source, document, sizeof document);
        hlx_regime regime = random_regime(&source);
        const uint8_t *input = guarded_copy(&memory, document, length);
        read_paused(&whole, &regime, input, length, 0);
        for (uint32_t capacity = 0; capacity <= whole.counts.tokens + 2; capacity++) {
            check_capacity(&whole, capacity, &regime, input, length, columns_memory);
        }
    }
    for (int i = 0; i < 5; i++) {
        guarded_free(&columns_memory[i]);
    }
}

/* What gives no token needs no room. spec: LEX-54 */
static void full_columns_are_full_only_when_a_token_is_left_over(void **state) {
    (void)state;
    static const struct {
        const char *input;
        uint32_t length, capacity, status;
    } rows[] = {
        {DOC("a% comment\n\x7f  % b\n"), 1, HLX_STATUS_OK},
        {DOC("a% comment\nb%"), 1, HLX_STATUS_OUTPUT_FULL},
        {DOC("%"), 0, HLX_STATUS_OK},
        {DOC(""), 0, HLX_STATUS_OUTPUT_FULL}, /* \par */
    };
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        static reading r;
        hlx_regime regime = regime_of("");
        hlx_columns columns = columns_of(&r);
        columns.token_capacity = rows[i].capacity;
        hlx_counts counts = {0, 0};
        hlx_lexer lexer;
        const uint8_t *input = guarded_copy(&memory, rows[i].input, rows[i].length);
        hlx_lexer_init(&lexer, input, rows[i].length);
        assert_int_equal(
            hlx_lexer_run(&lexer, &regime, input, rows[i].length, UINT32_MAX, &columns, &counts),
            rows[i].status);
        assert_int_equal(counts.tokens, rows[i].capacity);
    }
}

/* ---- issues ------------------------------------------------------------- */

/* `code@offset` in reading order. */
static const struct issue_row {
    const char *input;
    uint32_t length;
    const char *regime;
    const char *issues;
} issue_rows[] = {
    /* spec: LEX-60, LEX-61 */
    {DOC("\x7f"), "", "1@0"},
    {DOC("a\x7f b^^?c"), "", "1@1 1@4"},
    {DOC("%\x7f"), "", ""},
    {DOC("\\\x7f"), "", ""}, /* a name */
    {DOC("\\a\x7f"), "", "1@2"},
    {DOC("^^5e^7f"), "", "1@0"},
    {DOC("a\n\nb"), "end=127", "1@1 1@2 1@4"},
    {DOC("a  \r\nb\n"), "end=127", "1@3 1@6"},
    /* spec: LEX-62 */
    {DOC("\xff"), "utf8", "2@0"},
    {DOC("\xff"), "", ""},
    {DOC("%\xff"), "utf8", ""},
    {DOC("a^^M\xff"), "utf8", ""},
    {DOC("\\\xff"), "utf8", "2@1"},
    {DOC("\\a\xff"), "utf8", "2@2"},
    {DOC("a\xe2\x82z\xc0"), "utf8", "2@1 2@4"},
    {DOC("^^\xff"), "utf8", "2@2"},
    {DOC("\xef\xbf\xbd"), "utf8", ""}, /* U+FFFD itself */
    {DOC("^^^^^^110000"), "utf8", "3@0"},
    {DOC("a^^^^^^ffffff"), "utf8", "3@1"},
    {DOC("\\^^^^^^110000"), "utf8", "3@1"},
    {DOC("\\a^^^^^^ffffff"), "utf8", "3@2"},
    {DOC("%^^^^^^ffffff"), "utf8", ""},
    {DOC("^^^^^^10ffff"), "utf8", ""},
    {DOC("a^^^^^^00005e^^^^^ffffff\x7f"), "utf8", "3@1 1@24"},
    /* spec: LEX-63 */
    {DOC("\\"), "", "4@0"},
    {DOC("a\\"), "", "4@1"},
    {DOC("\\  "), "", "4@0"},
    {DOC("\\\n"), "", ""},
    {DOC("\\\r\n"), "", ""},
    {DOC("a\n\\"), "", "4@2"},
    {DOC("\\\\"), "", ""},
    {DOC("\\\\\\"), "", "4@2"},
    {DOC("^^5c"), "", "4@0"},
    {DOC("\\^^"), "", ""},
    {DOC("\\\t"), "", ""},
    {DOC("%\\"), "", ""},
    {DOC("\\"), "end=-1", "4@0"},
    {DOC("\\\n"), "end=-1", ""},
    {DOC("\\"), "end=127", "4@0"},
    {DOC("a"), "end=92", "4@1"},
    {DOC("a\n"), "end=92", ""},
    {DOC("\x7f\n\xff\\"), "utf8", "1@0 2@2 4@3"},
};

static void issues_and_their_offsets(void **state) {
    (void)state;
    static reading r;
    for (uint32_t i = 0; i < COUNT_OF(issue_rows); i++) {
        const struct issue_row *row = &issue_rows[i];
        hlx_regime regime = regime_of(row->regime);
        const uint8_t *input = guarded_copy(&memory, row->input, row->length);
        read_paused(&r, &regime, input, row->length, 0);
        if (strcmp(text_of_issues(&r), row->issues) != 0) {
            fail_msg("%s [%s]: expected issues '%s', got '%s'",
                     text_of_input(row->input, row->length), row->regime, row->issues,
                     text_of_issues(&r));
        }
    }
}

/* All are counted, the first are written, and the count does not overflow. spec: LEX-60 */
static void issues_beyond_the_capacity_are_counted(void **state) {
    (void)state;
    int32_t codes[3] = {UNTOUCHED, UNTOUCHED, UNTOUCHED};
    int32_t offsets[3] = {UNTOUCHED, UNTOUCHED, UNTOUCHED};
    hlx_columns columns = {NULL, NULL, NULL, 0, codes, offsets, 2};
    hlx_counts counts = {0, 0};
    for (uint32_t i = 0; i < 4; i++) {
        hlx_issue_add(&columns, &counts, HLX_ISSUE_MALFORMED_UTF8, 10 + i);
        assert_int_equal(counts.issues, i + 1);
    }
    assert_int_equal(codes[1], HLX_ISSUE_MALFORMED_UTF8);
    assert_int_equal(offsets[0], 10);
    assert_int_equal(offsets[1], 11);
    assert_true(codes[2] == UNTOUCHED && offsets[2] == UNTOUCHED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(experiments_trailing_blanks),
        cmocka_unit_test(experiments_without_end_of_line_character),
        cmocka_unit_test(experiments_line_ends),
        cmocka_unit_test(experiments_notations),
        cmocka_unit_test(experiments_names),
        cmocka_unit_test(experiments_states),
        cmocka_unit_test(experiments_other_categories),
        cmocka_unit_test(experiments_other_end_of_line_characters),
        cmocka_unit_test(experiments_code_points),
        cmocka_unit_test(experiments_malformed_bytes),
        cmocka_unit_test(experiments_long_notations),
        cmocka_unit_test(experiments_unicode_letters),
        cmocka_unit_test(experiments_preset_regimes),
        cmocka_unit_test(random_documents_read_in_pieces),
        cmocka_unit_test(a_pause_comes_at_once),
        cmocka_unit_test(an_empty_input_is_one_empty_line),
        cmocka_unit_test(no_row_beyond_the_capacity_is_written),
        cmocka_unit_test(full_columns_are_full_only_when_a_token_is_left_over),
        cmocka_unit_test(issues_and_their_offsets),
        cmocka_unit_test(issues_beyond_the_capacity_are_counted),
    };
    return cmocka_run_group_tests_name("lexer", tests, prepare, NULL);
}
