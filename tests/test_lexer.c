/* test_lexer.c -- TeX's reader: lines, characters, names, steps, and the machine that
 * can be paused. What TeX answered is in lexer_experiments.h. Every input stands
 * before a guard page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "catcode.h"
#include "lexer.h"
#include "lexer_experiments.h"
#include "lexer_support.h"

static guarded memory;

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(MOST_ROWS);
    return 0;
}

/* ---- lines -------------------------------------------------------------- */

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
static void blanks_go_and_the_end_of_line_character_comes(void **state) {
    (void)state;
    hlx_line line = hlx_line_at((const uint8_t *)"ab \t  \r\nc", 9, 0);
    assert_int_equal(line.content_end, 4);
    assert_int_equal(line.terminator, 6);
    assert_int_equal(line.next, 8);
    hlx_regime regime = regime_of("");
    assert_int_equal(hlx_line_limit(&line, &regime), 5);
    hlx_character character = hlx_character_at(&line, &regime, (const uint8_t *)"ab \t", 4);
    assert_int_equal(character.code, 13);
    assert_int_equal(character.category, HLX_CATEGORY_END_OF_LINE);
    assert_int_equal(character.next, 5);
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

/* ---- characters --------------------------------------------------------- */

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

/* ---- control sequences -------------------------------------------------- */

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

/* ---- one step ----------------------------------------------------------- */

/* In the table of LEX-22: what the character x gives, and what comes after it. */
enum gives { NO_TOKEN, CHARACTER, SPACE, PAR, NAME };
enum after { N, M, S, STAYS, REST_DROPPED };

typedef struct cell {
    enum gives gives;
    enum after after;
} cell;

/* Rows are categories, columns the states N, M, S. spec: LEX-20, LEX-22 */
static const cell step_table[16][3] = {
    {{NAME, M}, {NAME, M}, {NAME, M}}, /* the name is the digit behind x */
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{PAR, REST_DROPPED}, {SPACE, REST_DROPPED}, {NO_TOKEN, REST_DROPPED}}, /* spec: LEX-26 */
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}},
    {{NO_TOKEN, STAYS}, {SPACE, S}, {NO_TOKEN, STAYS}}, /* spec: LEX-27 */
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{NO_TOKEN, REST_DROPPED}, {NO_TOKEN, REST_DROPPED}, {NO_TOKEN, REST_DROPPED}},
    {{NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}},
};

static void check_step(const hlx_step *step, const cell *expected, uint32_t category,
                       uint32_t before) {
    const int32_t kinds[] = {0, (int32_t)category, HLX_CATEGORY_SPACE, 0, 0};
    const int32_t codes[] = {0, 'x', ' ', hlx_code_of_par(), code_of_control_sequence("1")};
    assert_int_equal(step->has_token, expected->gives != NO_TOKEN);
    if (step->has_token) {
        assert_int_equal(step->kind, kinds[expected->gives]);
        assert_int_equal(step->code, codes[expected->gives]);
    }
    if (expected->after == REST_DROPPED) {
        assert_int_equal(step->next, 4); /* the end-of-line character too */
    } else {
        assert_int_equal(step->next, expected->gives == NAME ? 2 : 1);
        assert_int_equal(step->state, expected->after == STAYS ? before : expected->after);
    }
    assert_int_equal(step->issue,
                     category == HLX_CATEGORY_INVALID ? HLX_ISSUE_INVALID_CHARACTER : 0);
}

static void every_category_in_every_state(void **state) {
    (void)state;
    hlx_regime regime = regime_of("");
    const uint8_t *input = guarded_copy(&memory, "x1x", 3);
    hlx_line line = hlx_line_at(input, 3, 0);
    for (uint32_t category = 0; category < 16; category++) {
        regime.category['x'] = (uint8_t)category;
        for (uint32_t before = HLX_STATE_NEW_LINE; before <= HLX_STATE_SKIP_BLANKS; before++) {
            hlx_step step = hlx_step_at(&line, &regime, input, 3, 0, before);
            check_step(&step, &step_table[category][before], category, before);
        }
    }
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
    for (uint32_t row = written; row < capacity; row++) {
        assert_true(columns.kinds[row] == UNTOUCHED && columns.codes[row] == UNTOUCHED &&
                    columns.starts[row] == UNTOUCHED);
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
        cmocka_unit_test(every_short_text_is_divided_into_lines),
        cmocka_unit_test(blanks_go_and_the_end_of_line_character_comes),
        cmocka_unit_test(positions_behind_the_content_span_the_terminator),
        cmocka_unit_test(every_notation_of_two_superscripts),
        cmocka_unit_test(a_chain_of_notations_is_one_character),
        cmocka_unit_test(names_have_the_codes_that_the_specification_gives),
        cmocka_unit_test(every_code_point_has_the_code_of_its_utf8_form),
        cmocka_unit_test(names_end_and_leave_a_state),
        cmocka_unit_test(every_category_in_every_state),
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
