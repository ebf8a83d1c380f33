/* test_leap_reference.c -- the reader to which leaps are proved equal (proofs/leap/reference.h)
 * against the machine that is proved to be the specification's.
 *
 *      document   ......... p ........................ p + 64 ...........
 *      machine    paused before every byte where it can be: state; rows that begin there
 *      reader     from each such p on, for 64 bytes: the same, up to where it stops
 *
 * spec: LEX-11, LEX-15, LEX-17, LEX-22, LEX-23, LEX-26, LEX-30 to LEX-33, LEX-51, LEX-53 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../proofs/leap/reference.h"
#include "expand.h"
#include "kernel.h"
#include "leap.h"
#include "test_support.h"

#define MOST_BYTES 600u
#define MOST_ROWS (MOST_BYTES + 1u)

/* What the machine does at each byte. */
typedef struct machine_at {
    bool stands; /* paused here */
    uint32_t state;
    bool token; /* a row begins here */
    int32_t kind;
    int32_t code;
    uint32_t end;
} machine_at;

typedef struct document {
    hlx_regime regime;
    uint8_t bytes[MOST_BYTES];
    uint32_t length;
    hlx_class classes[MOST_BYTES];
    machine_at at[MOST_BYTES + 1u];
} document;

static void read_rows(document *d) {
    static int32_t rows[6][MOST_ROWS];
    hlx_columns columns = {rows[0], rows[1], rows[2], MOST_ROWS, NULL, NULL, 0};
    hlx_counts counts;
    assert_int_equal(hlx_tokenize(&d->regime, d->bytes, d->length, &columns, &counts),
                     HLX_STATUS_OK);
    hlx_expand(&d->regime, d->bytes, d->length, rows[2], counts.tokens, rows[3], rows[4], rows[5]);
    for (uint32_t row = 0; row < counts.tokens; row++) {
        machine_at *at = &d->at[rows[2][row]];
        at->token = true;
        at->kind = rows[0][row];
        at->code = rows[1][row];
        at->end = (uint32_t)rows[3][row];
    }
}

static void read_states(document *d) {
    static int32_t rows[3][MOST_ROWS];
    hlx_columns columns = {rows[0], rows[1], rows[2], MOST_ROWS, NULL, NULL, 0};
    hlx_counts counts = {0, 0};
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, d->bytes, d->length);
    for (uint32_t pause = 0; !lexer.done && pause <= d->length; pause++) {
        assert_int_equal(
            hlx_lexer_run(&lexer, &d->regime, d->bytes, d->length, pause, &columns, &counts),
            HLX_STATUS_OK);
        if (!lexer.done && lexer.position == pause) {
            d->at[pause].stands = true;
            d->at[pause].state = lexer.state;
        }
    }
}

/* Do blanks that go on from this place end their line? spec: LEX-11 */
static bool blanks_end_line(const document *d, uint32_t place) {
    while (place < d->length && d->bytes[place] == ' ') {
        place++;
    }
    return place == d->length || d->bytes[place] == '\n' || d->bytes[place] == '\r';
}

static bool same_state(const document *d, uint32_t position, const hlx_reading *r, hlx_class is,
                       hlx_class next) {
    return !hlx_stands(r->mode, is, next) ||
           (d->at[position].stands && d->at[position].state == hlx_state_of(r->mode));
}

/* The row that begins at the byte, if one does. The name's letters are in `word`; the token of
 * CR LF covers both. */
static bool same_row(const document *d, uint32_t begin, uint32_t place, const hlx_reading *r) {
    const machine_at *at = &d->at[begin + place];
    const uint64_t here = (uint64_t)1 << place;
    if (at->token != ((r->token & here) != 0)) {
        return false;
    }
    const uint8_t byte = d->bytes[begin + place];
    bool is_end = at->token && (byte == '\n' || byte == '\r');
    bool is_par = is_end && at->kind == 0 && at->code == hlx_code_of_par();
    bool is_space = at->token && at->kind == HLX_CATEGORY_SPACE;
    bool is_name = at->token && at->kind == 0 && !is_par;
    return is_par == ((r->paragraph & here) != 0) && is_space == ((r->space & here) != 0) &&
           is_name == ((r->escape & here) != 0) &&
           (!is_end || at->end == begin + place + (byte == '\r' ? 2u : 1u));
}

/* How long is the name behind this place, if the reader has read it all? */
static bool same_name(const document *d, uint32_t begin, uint32_t place, const hlx_reading *r) {
    uint32_t letters = 0;
    while (place + 1u + letters < 64u && (r->word >> (place + 1u + letters) & 1u) != 0) {
        letters++;
    }
    return d->at[begin + place].end == begin + place + 1u + (letters == 0 ? 1u : letters);
}

/* From `begin` on the reader does what the machine does, up to where it stops. How many bytes. */
static uint32_t same_from(const document *d, uint32_t begin) {
    hlx_reading r = {.mode = (hlx_mode)d->at[begin].state};
    uint64_t stands = 0;
    uint32_t place = 0;
    for (; place < HLX_TEXT_BLOCK && r.stop == 0; place++) {
        uint32_t position = begin + place;
        hlx_class is = d->classes[position];
        hlx_class next = d->classes[position + 1u];
        bool trailing = is == HLX_CLASS_BLANK && blanks_end_line(d, position);
        assert_true(same_state(d, position, &r, is, next));
        stands |= hlx_stands(r.mode, is, next) ? (uint64_t)1 << place : 0u;
        hlx_read(&r, place, is, next, trailing);
        assert_true(r.stop != 0 || same_row(d, begin, place, &r));
    }
    for (uint64_t left = r.escape; left != 0; left &= left - 1u) {
        uint32_t escape = (uint32_t)__builtin_ctzll(left);
        bool is_over = (stands & ~(uint64_t)1 << escape) != 0;
        assert_true(!is_over || same_name(d, begin, escape, &r));
    }
    return place;
}

/* From every place where the machine stands, at which two bytes are behind a block. */
static uint64_t check(document *d) {
    uint64_t places = 0;
    memset(d->at, 0, sizeof d->at);
    for (uint32_t place = 0; place < d->length; place++) {
        d->classes[place] = hlx_class_at(&d->regime, d->bytes, d->length, place);
    }
    read_rows(d);
    read_states(d);
    for (uint32_t begin = 0; begin + HLX_TEXT_BLOCK + 2u <= d->length; begin++) {
        places += d->at[begin].stands ? same_from(d, begin) : 0u;
    }
    return places;
}

/* A byte, and behind a first one above 127 what makes a character of it: in utf8 a letter, another
 * one of four bytes, and U+FEFF. */
static uint32_t put(document *d, uint32_t place, uint8_t byte, bool whole) {
    const char *rest = !whole         ? ""
                       : byte == 0xC3 ? "\xA9"
                       : byte == 0xF0 ? "\x9D\x94\xB8"
                       : byte == 0xEF ? "\xBB\xBF"
                                      : "";
    d->bytes[place++] = byte;
    for (; *rest != '\0' && place < d->length; rest++) {
        d->bytes[place++] = (uint8_t)*rest;
    }
    return place;
}

/* Runs of a few bytes each. */
static void fill(document *d, random_source *source) {
    static const uint8_t usual[] = {'\\', '\\', 'a',  'b',  ' ', ' ', '\n', '\n',
                                    '\r', '%',  '{',  0xF0, '1', '^', '_',  '~',
                                    '\t', 0x7F, 0xC3, 0xA9, '^', 'A', '5',  0xEF};
    uint8_t few[8] = {'a'};
    uint32_t kinds = 1u + random_below(source, 8);
    for (uint32_t i = 0; i < kinds; i++) {
        few[i] = random_below(source, 8) == 0 ? (uint8_t)random_below(source, 256)
                                              : usual[random_below(source, sizeof usual)];
    }
    d->length = HLX_TEXT_BLOCK + random_below(source, MOST_BYTES - HLX_TEXT_BLOCK + 1u);
    uint8_t byte = few[0];
    for (uint32_t i = 0; i < d->length;) {
        bool is_line_feed = byte == '\r' && random_below(source, 4) > 0;
        bool again = random_below(source, 3) == 0;
        byte = is_line_feed ? '\n' : again ? byte : few[random_below(source, kinds)];
        i = put(d, i, byte, random_below(source, 16) > 0);
    }
}

static void reader_is_the_machine(void **state) {
    (void)state;
    random_source source = random_from_environment("reader_is_the_machine");
    static document d;
    uint64_t places = 0;
    assert_true(hlx_kernel_use(HLX_KERNEL_PORTABLE));
    for (uint32_t run = 0; run < 2500; run++) {
        assert_true(hlx_regime_preset(&d.regime, run % HLX_PRESET_COUNT, run / 5 % 2));
        for (uint32_t odd = run % 3 == 0 ? random_below(&source, 8) : 0; odd > 0; odd--) {
            d.regime.category[random_below(&source, run % 2 == 0 ? 128 : 256)] =
                (uint8_t)random_below(&source, 16);
        }
        fill(&d, &source);
        places += hlx_leap_possible(&d.regime) ? check(&d) : 0u;
    }
    printf("reader_is_the_machine: %llu places\n", (unsigned long long)places);
    assert_true(places > 1000000u);
}

/* The sample document, piece by piece: it has what documents have. */
static void reader_is_the_machine_on_a_document(void **state) {
    (void)state;
    static document d;
    FILE *file = fopen("docs/sample.tex", "rb");
    assert_non_null(file);
    assert_true(hlx_kernel_use(HLX_KERNEL_PORTABLE));
    assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8));
    uint64_t places = 0;
    while ((d.length = (uint32_t)fread(d.bytes, 1, MOST_BYTES, file)) > 0) {
        places += check(&d);
    }
    assert_int_equal(fclose(file), 0);
    assert_true(places > 0);
}

/* A byte has the class by which a kernel sorts it: by its category, line ends and, in utf8, bytes
 * above 127 apart, which characters are made of when all are plain. All bytes, all categories. */
static void classes_are_those_of_the_categories(void **state) {
    (void)state;
    static const uint8_t kinds[16] = {HLX_LEAP_KIND_OF_CATEGORY};
    for (uint32_t i = 0; i < 2u * 256u * 16u; i++) {
        hlx_regime regime;
        uint8_t byte = (uint8_t)(i / 16u);
        assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, (uint8_t)(i / 16u / 256u)));
        regime.category[byte] = (uint8_t)(i % 16u);
        if (!hlx_leap_possible(&regime)) {
            continue;
        }
        const hlx_leap_table table = hlx_leap_table_of(&regime);
        const uint8_t category = table.category[byte];
        const hlx_class is = hlx_class_at(&regime, &byte, 1, 0);
        const bool is_space = is == HLX_CLASS_BLANK || is == HLX_CLASS_SPACE;
        const bool is_letter_or_mark = is == HLX_CLASS_LETTER || is == HLX_CLASS_SUPERSCRIPT;
        assert_int_equal(byte == '\n', is == HLX_CLASS_LINE_FEED);
        assert_int_equal(byte == '\r', is == HLX_CLASS_CARRIAGE_RETURN);
        assert_int_equal(byte == ' ', is == HLX_CLASS_BLANK);
        assert_int_equal(category == HLX_CATEGORY_ESCAPE, is == HLX_CLASS_ESCAPE);
        assert_int_equal(category == HLX_CATEGORY_LETTER, is == HLX_CLASS_LETTER);
        assert_int_equal(category == HLX_CATEGORY_SUPERSCRIPT, is == HLX_CLASS_SUPERSCRIPT);
        assert_int_equal(category == HLX_CATEGORY_COMMENT, is == HLX_CLASS_COMMENT);
        assert_int_equal(category == HLX_CATEGORY_SPACE, is_space);
        assert_int_equal(hlx_leap_reads_characters(&regime),
                         regime.encoding == HLX_ENCODING_UTF8 && hlx_all_plain(&regime));
        assert_int_equal(kinds[category] != 0, is_space || is_letter_or_mark ||
                                                   is == HLX_CLASS_PLAIN || hlx_ends_line(is));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_is_the_machine),
        cmocka_unit_test(reader_is_the_machine_on_a_document),
        cmocka_unit_test(classes_are_those_of_the_categories),
    };
    return cmocka_run_group_tests_name("leap_reference", tests, NULL, NULL);
}
