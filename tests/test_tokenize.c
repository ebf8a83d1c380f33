/* test_tokenize.c -- whole documents: groups, the derived columns, the historic entry
 * point, refusals, and the largest documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "catcode.h"
#include "lexer_support.h"
#include "tokenize.h"

static guarded memory;

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(HLX_MAX_DOCUMENT_BYTES);
    return 0;
}

static void read_document(reading *r, const hlx_regime *regime, const uint8_t *input,
                          uint32_t length) {
    hlx_columns columns = columns_of(r);
    r->status = hlx_tokenize(regime, input, length, &columns, &r->counts);
}

/* ---- groups ------------------------------------------------------------- */

/* `code@offset`, those of groups behind all others. */
static const struct group_row {
    const char *input;
    uint32_t length;
    const char *regime;
    const char *issues;
} group_rows[] = {
    {DOC("{}{{}}"), "", ""},
    /* spec: LEX-64 */
    {DOC("a}b"), "", "5@1"},
    {DOC("{}}{}}"), "", "5@2 5@5"},
    {DOC("}{"), "", "5@0 6@1"},
    {DOC("\\}\\{"), "", ""},
    {DOC("%}"), "", ""},
    {DOC("^^7d"), "", "5@0"},
    {DOC("[)"), "91=1 41=2", ""}, /* any two characters can be a group's */
    {DOC("a\n"), "end=125", "5@1"},
    /* spec: LEX-65 */
    {DOC("{"), "", "6@0"},
    {DOC("{}a{{}{"), "", "6@3"},
    {DOC("{a}{b}{{{c}}"), "", "6@6"},
    {DOC("{{}{}}{{}"), "", "6@6"},
    {DOC("a^^7bb"), "", "6@1"},
    /* spec: LEX-60 */
    {DOC("}\x7f{\\"), "", "1@1 4@3 5@0 6@2"},
    {DOC("{\xff\n}}"), "utf8", "2@1 5@4"},
};

static void groups_are_matched_at_the_end(void **state) {
    (void)state;
    static reading r;
    for (uint32_t i = 0; i < COUNT_OF(group_rows); i++) {
        const struct group_row *row = &group_rows[i];
        hlx_regime regime = regime_of(row->regime);
        const uint8_t *input = guarded_copy(&memory, row->input, row->length);
        read_document(&r, &regime, input, row->length);
        assert_int_equal(r.status, HLX_STATUS_OK);
        if (strcmp(text_of_issues(&r), row->issues) != 0) {
            fail_msg("%s [%s]: expected issues '%s', got '%s'",
                     text_of_input(row->input, row->length), row->regime, row->issues,
                     text_of_issues(&r));
        }
    }
}

/* spec: LEX-66 */
static void groups_are_not_looked_for_in_part_of_a_document(void **state) {
    (void)state;
    static reading r;
    hlx_regime regime = regime_of("");
    const uint8_t *input = guarded_copy(&memory, "\x7f}{ab", 5);
    for (uint32_t capacity = 0; capacity <= 5; capacity++) {
        hlx_columns columns = columns_of(&r);
        columns.token_capacity = capacity;
        hlx_status status = hlx_tokenize(&regime, input, 5, &columns, &r.counts);
        assert_int_equal(status, capacity < 5 ? HLX_STATUS_OUTPUT_FULL : HLX_STATUS_OK);
        assert_int_equal(r.counts.tokens, capacity);
        assert_string_equal(text_of_issues(&r), capacity < 5 ? "1@0" : "1@0 5@1 6@2");
    }
}

/* ---- derived columns ---------------------------------------------------- */

/* For each token `start-end:line:col`. */
static const struct span_row {
    const char *input;
    uint32_t length;
    const char *regime;
    const char *spans;
} span_rows[] = {
    /* spec: LEX-51 */
    {DOC(""), "", "0-0:1:1"},
    {DOC("a"), "", "0-1:1:1 1-1:1:2"},
    {DOC("a \t b"), "", "0-1:1:1 1-2:1:2 4-5:1:5 5-5:1:6"},
    {DOC("ab  \nc\n"), "", "0-1:1:1 1-2:1:2 4-5:1:5 5-6:2:1 6-7:2:2"},
    {DOC("a  "), "", "0-1:1:1 3-3:1:4"},
    {DOC("\\foo  x"), "", "0-4:1:1 6-7:1:7 7-7:1:8"},
    {DOC("\\a^^62c d"), "", "0-7:1:1 8-9:1:9 9-9:1:10"},
    {DOC("a^^41b"), "", "0-1:1:1 1-5:1:2 5-6:1:6 6-6:1:7"},
    {DOC("^^5e^41"), "", "0-7:1:1 7-7:1:8"},
    {DOC("^^^^^^01d504x"), "utf8", "0-12:1:1 12-13:1:13 13-13:1:14"},
    {DOC("a^^Mb\nc"), "", "0-1:1:1 1-4:1:2 6-7:2:1 7-7:2:2"}, /* the character, not the rest */
    {DOC("^^M  \n"), "", "0-3:1:1"},
    {DOC("a^^20^^20b"), "", "0-1:1:1 1-5:1:2 9-10:1:10 10-10:1:11"},
    {DOC("\\\nb"), "", "0-2:1:1 2-3:2:1 3-3:2:2"}, /* \<13> reaches behind the terminator */
    {DOC("\\  \r\nb"), "", "0-5:1:1 5-6:2:1 6-6:2:2"},
    {DOC("a^^\r\nb"), "", "0-1:1:1 1-5:1:2 5-6:2:1 6-6:2:2"},
    {DOC("\\a\n"), "end=98", "0-3:1:1"},
    {DOC("\\a  "), "end=98", "0-4:1:1"},
    {DOC("\\\n"), "end=-1", "0-1:1:1"},
    {DOC("a\n\nb"), "end=126", "0-1:1:1 1-2:1:2 2-3:2:1 3-4:3:1 4-4:3:2"},
    {DOC("\xc3\xa9\xff\xe2\x82z"), "utf8", "0-2:1:1 2-3:1:3 3-5:1:4 5-6:1:6 6-6:1:7"},
    {DOC("\\\xcf\x80 \xcf\x80"), "latex utf8", "0-3:1:1 4-6:1:5 6-6:1:7"},
    {DOC("\xc3\xa9"), "", "0-1:1:1 1-2:1:2 2-2:1:3"},
    /* spec: LEX-52 */
    {DOC("\n\r\n\r\n\ra"), "", "0-1:1:1 1-3:2:1 3-5:3:1 5-6:4:1 6-7:5:1 7-7:5:2"},
    {DOC("%\n%\r\n  b"), "", "7-8:3:3 8-8:3:4"},
};

static const char *text_of_spans(const reading *r, const int32_t *ends, const int32_t *lines,
                                 const int32_t *cols) {
    static char text[1024];
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < r->counts.tokens && used + 48 < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d-%d:%d:%d", i ? " " : "",
                                 r->starts[i], ends[i], lines[i], cols[i]);
    }
    return text;
}

/* spec: LEX-50, LEX-51, LEX-52 */
static void tokens_cover_the_bytes_they_were_read_from(void **state) {
    (void)state;
    static reading r;
    static int32_t ends[MOST_ROWS];
    static int32_t lines[MOST_ROWS];
    static int32_t cols[MOST_ROWS];
    for (uint32_t i = 0; i < COUNT_OF(span_rows); i++) {
        const struct span_row *row = &span_rows[i];
        hlx_regime regime = regime_of(row->regime);
        const uint8_t *input = guarded_copy(&memory, row->input, row->length);
        read_document(&r, &regime, input, row->length);
        hlx_expand(&regime, input, row->length, r.starts, r.counts.tokens, ends, lines, cols);
        if (strcmp(text_of_spans(&r, ends, lines, cols), row->spans) != 0) {
            fail_msg("%s [%s]: expected %s, got %s", text_of_input(row->input, row->length),
                     row->regime, row->spans, text_of_spans(&r, ends, lines, cols));
        }
    }
}

/* What a walk over a document by steps has seen, against the columns. */
typedef struct walk {
    const reading *r;
    const int32_t *ends, *lines, *cols;
    uint32_t row;     /* next token */
    uint32_t covered; /* bytes before this one belong to a span or were dropped */
    int32_t line_number;
} walk;

/* A step reads [start, end): the next token's span if there is one, else what TeX drops. */
static bool walk_step(walk *w, const hlx_line *line, const hlx_step *step, uint32_t position) {
    uint32_t start = hlx_span_start(line, position);
    uint32_t row = w->row;
    bool right =
        w->covered == start || (w->covered == line->content_end && start == line->terminator);
    w->covered = hlx_span_end(line, step->next);
    if (step->has_token) {
        w->row++;
        right = right && row < w->r->counts.tokens && w->r->starts[row] == (int32_t)start &&
                w->lines[row] == w->line_number &&
                w->cols[row] == (int32_t)(start - line->start) + 1;
        /* a token of category 5 drops the rest of its line, which is not in its span */
        uint32_t end = (uint32_t)w->ends[row];
        bool at_rest = step->state == HLX_STATE_NEW_LINE && end <= w->covered;
        right = right && end >= start && (end == w->covered || at_rest);
    }
    return right;
}

/* Steps follow each other without a hole from the first byte to the last: tokens and what
 * TeX drops tile the input. spec: LEX-51, LEX-52 */
static bool walk_document(walk *w, const hlx_regime *regime, const uint8_t *input,
                          uint32_t length) {
    uint32_t start = 0;
    bool right = true;
    do {
        hlx_line line = hlx_line_at(input, length, start);
        uint32_t limit = hlx_line_limit(&line, regime);
        uint32_t state = HLX_STATE_NEW_LINE;
        w->line_number++;
        right = right && w->covered == start;
        for (uint32_t position = start; position < limit && right;) {
            hlx_step step = hlx_step_at(&line, regime, input, length, position, state);
            right = walk_step(w, &line, &step, position);
            position = step.next;
            state = step.state;
        }
        if (w->covered == line.content_end) { /* no character stands for the terminator */
            w->covered = line.next;
        }
        start = line.next;
    } while (start < length);
    return right && w->covered == length && w->row == w->r->counts.tokens;
}

/* In order and disjoint; empty only at the end of the input. spec: LEX-51 */
static bool spans_are_in_order(const reading *r, const int32_t *ends, uint32_t length) {
    int32_t behind = 0;
    for (uint32_t i = 0; i < r->counts.tokens; i++) {
        bool empty = ends[i] == r->starts[i];
        if (r->starts[i] < behind || ends[i] < r->starts[i] || ends[i] > (int32_t)length ||
            (empty && r->starts[i] != (int32_t)length)) {
            return false;
        }
        behind = ends[i];
    }
    return true;
}

/* A token read from one byte, by LEX-22: the character itself, or a space. */
static bool short_spans_name_their_byte(const reading *r, const int32_t *ends,
                                        const hlx_regime *regime, const uint8_t *input) {
    for (uint32_t i = 0; i < r->counts.tokens; i++) {
        uint8_t byte = ends[i] > r->starts[i] ? input[r->starts[i]] : 0;
        bool terminator = byte == '\r' || byte == '\n';
        if (ends[i] != r->starts[i] + 1 || terminator || r->kinds[i] == HLX_KIND_CONTROL_SEQUENCE ||
            (regime->encoding == HLX_ENCODING_UTF8 && byte >= 128)) {
            continue;
        }
        bool space = r->kinds[i] == HLX_CATEGORY_SPACE;
        uint8_t category = regime->category[byte];
        bool right = space ? r->codes[i] == ' ' && (category == HLX_CATEGORY_SPACE ||
                                                    category == HLX_CATEGORY_END_OF_LINE)
                           : r->codes[i] == byte && category == r->kinds[i];
        if (!right) {
            return false;
        }
    }
    return true;
}

/* spec: LEX-51, LEX-52 */
static void random_documents_are_tiled(void **state) {
    (void)state;
    random_source source = random_from_environment("random_documents_are_tiled");
    static reading r;
    static int32_t ends[MOST_ROWS];
    static int32_t lines[MOST_ROWS];
    static int32_t cols[MOST_ROWS];
    for (uint32_t run = 0; run < 30000; run++) {
        uint8_t document[400];
        uint32_t length = random_document(&source, document, sizeof document);
        hlx_regime regime = random_regime(&source);
        const uint8_t *input = guarded_copy(&memory, document, length);
        read_document(&r, &regime, input, length);
        assert_int_equal(r.status, HLX_STATUS_OK);
        hlx_expand(&regime, input, length, r.starts, r.counts.tokens, ends, lines, cols);
        walk w = {&r, ends, lines, cols, 0, 0, 0};
        if (!walk_document(&w, &regime, input, length) || !spans_are_in_order(&r, ends, length) ||
            !short_spans_name_their_byte(&r, ends, &regime, input)) {
            fail_msg("run %u: %s (end %d, encoding %u): near byte %u, token %u: %s", run,
                     text_of_input((const char *)input, length), regime.end_of_line_char,
                     regime.encoding, w.covered, w.row, text_of_spans(&r, ends, lines, cols));
        }
    }
}

/* No token, no row; the rows behind the last token are left alone. spec: LEX-51 */
static void expansion_writes_one_row_for_each_token(void **state) {
    (void)state;
    hlx_regime regime = regime_of("");
    hlx_expand(&regime, NULL, 0, NULL, 0, NULL, NULL, NULL);
    const int32_t starts[2] = {0, 1};
    int32_t ends[2] = {-7, -7};
    int32_t lines[2] = {-7, -7};
    int32_t cols[2] = {-7, -7};
    hlx_expand(&regime, guarded_copy(&memory, "ab", 2), 2, starts, 1, ends, lines, cols);
    assert_true(ends[0] == 1 && lines[0] == 1 && cols[0] == 1);
    assert_true(ends[1] == -7 && lines[1] == -7 && cols[1] == -7);
}

/* ---- the historic entry point ------------------------------------------- */

typedef struct six_columns {
    int32_t kinds[MOST_ROWS], codes[MOST_ROWS], starts[MOST_ROWS];
    int32_t ends[MOST_ROWS], lines[MOST_ROWS], cols[MOST_ROWS];
} six_columns;

static int tokenize_historically(six_columns *six, const uint8_t *input, size_t length, int most) {
    memset(six, 0x5A, sizeof *six);
    return tokenize_bytes_into_soa_simd(input, length, six->kinds, six->codes, six->starts,
                                        six->ends, six->lines, six->cols, most);
}

/* spec: LEX-55 */
static void the_historic_entry_point_is_the_preset_latex_in_bytes(void **state) {
    (void)state;
    random_source source = random_from_environment("historic");
    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    static reading r;
    static six_columns six;
    static six_columns part;
    for (uint32_t run = 0; run < 500; run++) {
        uint8_t document[200];
        uint32_t length = random_document(&source, document, sizeof document);
        const uint8_t *input = guarded_copy(&memory, document, length);
        read_document(&r, &regime, input, length);
        int tokens = (int)r.counts.tokens;
        hlx_expand(&regime, input, length, r.starts, r.counts.tokens, part.ends, part.lines,
                   part.cols);
        assert_int_equal(tokenize_historically(&six, input, length, MOST_ROWS), tokens);
        assert_true(same_rows(six.kinds, r.kinds, r.counts.tokens));
        assert_true(same_rows(six.codes, r.codes, r.counts.tokens));
        assert_true(same_rows(six.starts, r.starts, r.counts.tokens));
        assert_true(same_rows(six.ends, part.ends, r.counts.tokens));
        assert_true(same_rows(six.lines, part.lines, r.counts.tokens));
        assert_true(same_rows(six.cols, part.cols, r.counts.tokens));
        assert_int_equal(tokenize_historically(&part, input, length, tokens), tokens);
        assert_true(same_rows(part.kinds, six.kinds, r.counts.tokens));
        assert_true(same_rows(part.codes, six.codes, r.counts.tokens));
        assert_true(same_rows(part.starts, six.starts, r.counts.tokens));
        assert_true(same_rows(part.ends, six.ends, r.counts.tokens));
        assert_true(same_rows(part.lines, six.lines, r.counts.tokens));
        assert_true(same_rows(part.cols, six.cols, r.counts.tokens));
    }
}

/* The first rows are written and no others. spec: LEX-55 */
static void the_historic_entry_point_when_there_are_more_tokens(void **state) {
    (void)state;
    static six_columns six;
    const uint8_t *input = guarded_copy(&memory, "ab\nc", 4);
    for (int most = 0; most < 5; most++) {
        assert_int_equal(tokenize_historically(&six, input, 4, most), -1);
        static const int32_t codes[] = {'a', 'b', ' ', 'c'};
        static const int32_t ends[] = {1, 2, 3, 4};
        assert_true(same_rows(six.codes, codes, (uint32_t)most));
        assert_true(same_rows(six.ends, ends, (uint32_t)most));
        for (int row = most; row < 5; row++) {
            assert_true(six.kinds[row] == 0x5A5A5A5A && six.codes[row] == 0x5A5A5A5A);
            assert_true(six.starts[row] == 0x5A5A5A5A && six.ends[row] == 0x5A5A5A5A);
            assert_true(six.lines[row] == 0x5A5A5A5A && six.cols[row] == 0x5A5A5A5A);
        }
    }
    assert_int_equal(tokenize_historically(&six, input, 4, 5), 5);
}

/* spec: LEX-01, LEX-16, LEX-55 */
static void the_historic_entry_point_at_its_bounds(void **state) {
    (void)state;
    static six_columns six;
    const uint8_t *nothing = guarded_copy(&memory, "", 0);
    assert_int_equal(tokenize_historically(&six, nothing, HLX_MAX_INPUT_BYTES + 1u, 10), -2);
    assert_int_equal(tokenize_historically(&six, nothing, SIZE_MAX, 10), -2);
    assert_int_equal(tokenize_historically(&six, nothing, (size_t)1 << 32, 10), -2);
    assert_int_equal(tokenize_historically(&six, nothing, 0, -1), -2);
    assert_int_equal(tokenize_historically(&six, nothing, 0, INT32_MIN), -2);
    assert_int_equal(six.kinds[0], 0x5A5A5A5A);
    assert_int_equal(tokenize_historically(&six, NULL, 0, 1), 1); /* \par */
    assert_int_equal(six.codes[0], code_of_control_sequence("par"));
    assert_int_equal(tokenize_historically(&six, NULL, 0, 0), -1);
    const uint8_t letter[1] = {'a'};
    assert_int_equal(tokenize_bytes_into_soa_simd(letter, 1, NULL, NULL, NULL, NULL, NULL, NULL, 0),
                     -1);
    assert_int_equal(tokenize_bytes_into_soa_simd(NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0),
                     -1);
    const uint8_t *comment = guarded_copy(&memory, "%", 1);
    assert_int_equal(tokenize_historically(&six, comment, 1, 0), 0);
}

/* ---- refusals ----------------------------------------------------------- */

/* spec: LEX-01, CAT-02 */
static void what_is_out_of_range_is_refused_and_nothing_written(void **state) {
    (void)state;
    static reading r;
    const uint8_t *nothing = guarded_copy(&memory, "", 0);
    for (uint32_t i = 0; i < 7; i++) {
        hlx_regime regime = regime_of("");
        uint32_t length = 0;
        switch (i) {
        case 0:
            regime.category[255] = 16;
            break;
        case 1:
            regime.encoding = 2;
            break;
        case 2:
            regime.unicode_letters = 2;
            break;
        case 3:
            regime.end_of_line_char = 256;
            break;
        case 4:
            regime.end_of_line_char = -2;
            break;
        case 5:
            length = HLX_MAX_INPUT_BYTES + 1u;
            break;
        default:
            length = UINT32_MAX;
        }
        memset(&r, 0x5A, sizeof r);
        read_document(&r, &regime, nothing, length);
        assert_int_equal(r.status, HLX_STATUS_BAD_ARGUMENT);
        assert_int_equal(r.counts.tokens, 0);
        assert_int_equal(r.counts.issues, 0);
        assert_true(r.kinds[0] == 0x5A5A5A5A && r.issue_codes[0] == 0x5A5A5A5A);
    }
}

/* The library is not bound by the service's limit. spec: LEX-01 */
static void a_library_input_may_be_longer_than_a_document(void **state) {
    (void)state;
    const uint32_t length = HLX_MAX_DOCUMENT_BYTES + 2u;
    guarded large = guarded_new(length);
    uint8_t *input = guarded_last(&large, length);
    memset(input, '%', length);
    input[length - 2u] = '\n';
    input[length - 1u] = 'a';
    static reading r;
    hlx_regime regime = regime_of("end=-1");
    read_document(&r, &regime, input, length);
    assert_int_equal(r.status, HLX_STATUS_OK);
    assert_int_equal(r.counts.tokens, 1);
    assert_int_equal(r.starts[0], length - 1u);
    guarded_free(&large);
}

/* ---- the largest documents ---------------------------------------------- */

#define LARGEST HLX_MAX_DOCUMENT_BYTES

/* A pattern repeated up to 2 MiB (the last one may be cut), and what it gives. */
static const struct large_row {
    const char *pattern;
    uint32_t length;
    const char *regime;
    uint32_t tokens, issues;
} large_rows[] = {
    {DOC("a"), "latex", LARGEST + 1, 0},
    {DOC("\\"), "latex", LARGEST / 2 + 1, 0}, /* \\ many times, and a space */
    {DOC("^"), "latex", LARGEST / 3 + 1, 0},  /* ^^^ is <30>; the last ^^ is M */
    {DOC("{"), "latex", LARGEST + 1, 1},
    {DOC("}"), "latex", LARGEST + 1, LARGEST},
    {DOC("{}"), "latex", LARGEST + 1, 0},
    {DOC("$"), "latex", LARGEST + 1, 0},
    {DOC("~"), "latex", LARGEST + 1, 0},
    {DOC("%"), "latex", 0, 0},
    {DOC(" "), "latex", 1, 0},
    {DOC("\t"), "latex", 1, 0},
    {DOC("\n"), "latex", LARGEST, 0},
    {DOC("\r"), "latex", LARGEST, 0},
    {DOC("\r\n"), "latex", LARGEST / 2, 0},
    {DOC(" \n"), "latex", LARGEST / 2, 0},
    {DOC("a "), "latex", LARGEST, 0},
    {DOC("%\n"), "latex", 0, 0},
    {DOC("\0"), "latex", 1, LARGEST},
    {DOC("\x7f"), "latex", 1, LARGEST},
    {DOC("\xff"), "latex", LARGEST + 1, 0},
    {DOC("\\a"), "latex", LARGEST / 2, 0},
    {DOC("\\ "), "latex", LARGEST / 2, 1}, /* the last blank is not read */
    {DOC("a"), "latex 97=0 13=0", LARGEST / 2 + 1, 1},
    {DOC("a"), "latex 97=9", 1, 0},
    {DOC("a"), "latex 97=5", 1, 0},
    {DOC("a"), "latex utf8", LARGEST + 1, 0},
    {DOC("^"), "latex utf8", 1, LARGEST / 3} /* <30> is invalid */,
    {DOC("\\"), "latex utf8", LARGEST / 2 + 1, 0},
    {DOC("\x80"), "latex utf8", LARGEST + 1, LARGEST},
    {DOC("\xff"), "latex utf8", LARGEST + 1, LARGEST},
    {DOC("\xe2"), "latex utf8", LARGEST + 1, LARGEST},
    {DOC("\xf0\x9d\x94\x84"), "latex utf8", LARGEST / 4 + 1, 0},
    {DOC("\xcf\x80"), "latex utf8", LARGEST / 2 + 1, 0},
    {DOC("\xef\xbb\xbf\n"), "latex utf8", LARGEST / 4, 0},
    /* eight bytes remain: twice <30>, ff, a space */
    {DOC("^^^^^^ffffff"), "latex utf8", LARGEST / 12 + 3, LARGEST / 12 + 2},
    {DOC(" "), "expl3", 0, 0},
    {DOC("~"), "expl3", 0, 0},
    {DOC("{"), "initex", LARGEST + 1, 0},
    {DOC("@"), "plain", LARGEST + 1, 0},
};

/* A name, or one character, as long as the document. spec: LEX-01, LEX-25, LEX-31 */
static const struct long_row {
    const char *first, *then;
    uint32_t tokens;
} long_rows[] = {
    {"\\", "a", 1},
    {"\\", "^^61", 1},
    {"^^5e", "^5e", 1},   /* the last ^, and the end of the line, make it M */
    {"\\^^5e", "^5e", 2}, /* \^ and a space */
};

typedef struct large_columns {
    int32_t *six[6];
    int32_t issue_codes[1], issue_offsets[1];
} large_columns;

/* Processor time of reading and expanding; the columns are checked at both ends. */
static double seconds_for(const hlx_regime *regime, const uint8_t *input, large_columns *l,
                          hlx_counts *counts) {
    hlx_columns columns = {l->six[0],      l->six[1],        l->six[2], LARGEST + 1,
                           l->issue_codes, l->issue_offsets, 1};
    clock_t before = clock();
    assert_int_equal(hlx_tokenize(regime, input, LARGEST, &columns, counts), HLX_STATUS_OK);
    hlx_expand(regime, input, LARGEST, l->six[2], counts->tokens, l->six[3], l->six[4], l->six[5]);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    if (counts->tokens > 0) {
        assert_true(l->six[2][0] >= 0);
        assert_true(l->six[3][counts->tokens - 1] <= (int32_t)LARGEST);
    }
    return seconds;
}

static void fill(uint8_t *input, const char *pattern, uint32_t length) {
    for (uint32_t i = 0; i < LARGEST; i++) {
        input[i] = (uint8_t)pattern[i % length];
    }
}

/* Work is proportional to the bytes: 2 MiB take milliseconds. A thousand times as much is
 * allowed, for sanitizers and busy machines; quadratic work would take hours. */
#define MOST_SECONDS 20.0

static void check_large(const hlx_regime *regime, const char *name, const uint8_t *input,
                        large_columns *l, uint32_t tokens, uint32_t issues) {
    hlx_counts counts;
    double seconds = seconds_for(regime, input, l, &counts);
    if (counts.tokens != tokens || counts.issues != issues || seconds > MOST_SECONDS) {
        fail_msg("2 MiB of '%s': %u tokens instead of %u, %u issues instead of %u, %.1f s", name,
                 counts.tokens, tokens, counts.issues, issues, seconds);
    }
}

/* spec: LEX-01 */
static void documents_of_two_mebibytes(void **state) {
    (void)state;
    large_columns l;
    guarded columns_memory[6];
    for (int i = 0; i < 6; i++) {
        columns_memory[i] = guarded_new((LARGEST + 1) * sizeof(int32_t));
        l.six[i] = guarded_last_rows(&columns_memory[i], LARGEST + 1);
    }
    uint8_t *input = guarded_last(&memory, LARGEST);
    for (uint32_t i = 0; i < COUNT_OF(large_rows); i++) {
        const struct large_row *row = &large_rows[i];
        hlx_regime regime = regime_of(row->regime);
        fill(input, row->pattern, row->length);
        check_large(&regime, text_of_input(row->pattern, row->length), input, &l, row->tokens,
                    row->issues);
    }
    for (uint32_t i = 0; i < COUNT_OF(long_rows); i++) {
        const struct long_row *row = &long_rows[i];
        hlx_regime regime = regime_of("latex");
        fill(input, row->then, (uint32_t)strlen(row->then));
        memmove(input + strlen(row->first), input, LARGEST - strlen(row->first));
        memcpy(input, row->first, strlen(row->first));
        check_large(&regime, row->first, input, &l, row->tokens, 0);
    }
    for (int i = 0; i < 6; i++) {
        guarded_free(&columns_memory[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_input_may_be_longer_than_a_document),
        cmocka_unit_test(groups_are_matched_at_the_end),
        cmocka_unit_test(groups_are_not_looked_for_in_part_of_a_document),
        cmocka_unit_test(tokens_cover_the_bytes_they_were_read_from),
        cmocka_unit_test(random_documents_are_tiled),
        cmocka_unit_test(expansion_writes_one_row_for_each_token),
        cmocka_unit_test(the_historic_entry_point_is_the_preset_latex_in_bytes),
        cmocka_unit_test(the_historic_entry_point_when_there_are_more_tokens),
        cmocka_unit_test(the_historic_entry_point_at_its_bounds),
        cmocka_unit_test(what_is_out_of_range_is_refused_and_nothing_written),
        cmocka_unit_test(documents_of_two_mebibytes),
    };
    return cmocka_run_group_tests_name("tokenize", tests, prepare, NULL);
}
