/* test_leap.c -- what leaps make of a document, three columns and six, against the portable kernel.
 *
 *      filler filler a b c filler ... |   a, b, c from each class of bytes, at each place
 *      0             place            84  of a block and of what a leap looks at behind it
 *
 * A leap decides by a byte's neighbours and by runs of a class: three bytes of any classes at
 * any place between four kinds of neighbours are all there are, nearly. Longer runs, other
 * tables of categories and other pieces come by chance. Windows and input end at guard
 * pages. spec: LEX-51, LEX-52, LEX-53, LEX-56 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "blocks.h"
#include "kernel.h"
#include "test_support.h"

#define MOST_BYTES 2000u
#define MOST_ROWS (MOST_BYTES + 1u)
#define COLUMNS 6u

static guarded input_memory;
static guarded window_memory[COLUMNS];

static int prepare(void **state) {
    (void)state;
    input_memory = guarded_new(MOST_BYTES);
    for (uint32_t i = 0; i < COLUMNS; i++) {
        window_memory[i] = guarded_new((MOST_ROWS + COLUMNS) * sizeof(int32_t));
    }
    return 0;
}

typedef struct document {
    hlx_regime regime;
    const uint8_t *bytes;
    uint32_t length;
} document;

typedef struct six_columns {
    int32_t rows[COLUMNS][MOST_ROWS];
    uint32_t count;
} six_columns;

/* The rows as the machine gives them, expanded by the portable code. */
static void read_portably(six_columns *six, const document *d) {
    hlx_columns columns = {six->rows[0], six->rows[1], six->rows[2], MOST_ROWS, NULL, NULL, 0};
    hlx_counts counts;
    assert_true(hlx_kernel_use(HLX_KERNEL_PORTABLE));
    assert_int_equal(hlx_tokenize(&d->regime, d->bytes, d->length, &columns, &counts),
                     HLX_STATUS_OK);
    six->count = counts.tokens;
    hlx_expand(&d->regime, d->bytes, d->length, six->rows[2], six->count, six->rows[3],
               six->rows[4], six->rows[5]);
}

/* So many rows later than the one before each column ends: where lines of the cache begin in one
 * they do not in the next. */
static uint32_t apart;

/* The columns of a window end at a guard page, or a few rows before it; `capacity` rows. */
static hlx_window window_of(uint32_t capacity) {
    hlx_window window = {.capacity = capacity};
    int32_t **const columns[COLUMNS] = {&window.kinds, &window.codes, &window.starts,
                                        &window.ends,  &window.lines, &window.cols};
    for (uint32_t i = 0; i < COLUMNS; i++) {
        *columns[i] = guarded_last_rows(&window_memory[i], capacity + apart * i);
    }
    return window;
}

static bool same_windows(const six_columns *six, const document *d, uint32_t capacity) {
    hlx_window window = window_of(capacity);
    const int32_t *const columns[COLUMNS] = {window.kinds, window.codes, window.starts,
                                             window.ends,  window.lines, window.cols};
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, d->bytes, d->length);
    uint32_t done = 0;
    uint32_t rows = 0;
    while ((rows = hlx_blocks_next(&blocks, &d->regime, d->bytes, d->length, &window)) > 0) {
        for (uint32_t i = 0; i < COLUMNS; i++) {
            if (rows > six->count - done ||
                memcmp(columns[i], six->rows[i] + done, rows * sizeof(int32_t)) != 0) {
                return false;
            }
        }
        done += rows;
    }
    return done == six->count;
}

static bool same_three(const six_columns *six, const document *d) {
    static int32_t rows[3][MOST_ROWS];
    hlx_columns columns = {rows[0], rows[1], rows[2], MOST_ROWS, NULL, NULL, 0};
    hlx_counts counts;
    bool same = hlx_tokenize(&d->regime, d->bytes, d->length, &columns, &counts) == HLX_STATUS_OK &&
                counts.tokens == six->count;
    for (uint32_t i = 0; i < 3u && same; i++) {
        same = memcmp(rows[i], six->rows[i], six->count * sizeof(int32_t)) == 0;
    }
    return same;
}

/* Every kernel of this processor gives the portable rows. */
static void check(const document *d, uint32_t capacity) {
    static six_columns six;
    read_portably(&six, d);
    for (uint32_t kernel = HLX_KERNEL_PORTABLE; kernel < HLX_KERNEL_COUNT; kernel++) {
        if (hlx_kernel_use((hlx_kernel)kernel) &&
            !(same_windows(&six, d, capacity) && same_three(&six, d))) {
            print_message("%s, windows of %u rows, document of %u bytes:\n%.*s\n",
                          hlx_kernel_name((hlx_kernel)kernel), capacity, d->length, (int)d->length,
                          (const char *)d->bytes);
            fail();
        }
    }
}

/* One byte of each class, see hlx_places: the last two are together a character. */
#define CLASS_COUNT 13u
static const uint8_t classes[CLASS_COUNT] = {'\\', 'a', '1', ' ',  '\t', '\n', '\r',
                                             '%',  '^', 0,   0x7F, 0xC3, 0xA9};

#define LENGTH 84u
#define PLACES 66u

static void three_classes_at_every_place(void **state) {
    (void)state;
    static const uint8_t fillers[4] = {'a', ' ', '\n', '\\'};
    document d = {.length = LENGTH};
    assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8));
    d.regime.category[0] = HLX_CATEGORY_IGNORED;
    uint8_t *bytes = guarded_last(&input_memory, LENGTH);
    d.bytes = bytes;
    for (uint32_t i = 0; i < 4u * PLACES; i++) {
        uint32_t place = i % PLACES;
        for (uint32_t three = 0; three < CLASS_COUNT * CLASS_COUNT * CLASS_COUNT; three++) {
            memset(bytes, fillers[i / PLACES], LENGTH);
            bytes[place] = classes[three % CLASS_COUNT];
            bytes[place + 1u] = classes[three / CLASS_COUNT % CLASS_COUNT];
            bytes[place + 2u] = classes[three / CLASS_COUNT / CLASS_COUNT];
            check(&d, LENGTH + 100u);
        }
    }
}

static uint32_t put(uint8_t *bytes, uint32_t place, const char *text) {
    for (; *text != '\0'; text++) {
        bytes[place++] = (uint8_t)*text;
    }
    return place;
}

/* CR LF behind and before whatever matters to a line's end, at every place, among letters and
 * among lines that end so. spec: LEX-10, LEX-11, LEX-51 */
static void two_byte_line_ends_at_every_place(void **state) {
    (void)state;
    static const char *const around[] = {"",    "a",   " ",  "   ", "\t", "\\", "\\a", "\\1",
                                         "\\ ", "% c", "a%", "^",   "^^", "\n", "\r",  " \r\n"};
    const uint32_t count = sizeof around / sizeof around[0];
    document d = {.length = LENGTH};
    assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    uint8_t *bytes = guarded_last(&input_memory, LENGTH);
    d.bytes = bytes;
    for (uint32_t i = 0; i < 3u * count * count * PLACES; i++) {
        const char *before = around[i / PLACES % count];
        const char *behind = around[i / PLACES / count % count];
        uint32_t every = 2u + i / PLACES / count / count;
        memset(bytes, 'a', LENGTH);
        for (uint32_t place = 0; every < 4u && place + 2u <= LENGTH; place += every) {
            (void)put(bytes, place, "\r\n");
        }
        (void)put(bytes, put(bytes, put(bytes, i % PLACES, before), "\r\n"), behind);
        check(&d, LENGTH + 100u);
    }
}

/* Every byte as every category, alone among letters, at every place. */
static void every_byte_at_every_place(void **state) {
    (void)state;
    document d = {.length = LENGTH};
    assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    uint8_t *bytes = guarded_last(&input_memory, LENGTH);
    d.bytes = bytes;
    for (uint32_t byte = 0; byte < 256u; byte++) {
        uint8_t before = d.regime.category[byte];
        for (uint32_t place = 0; place < PLACES; place++) {
            d.regime.encoding = (uint8_t)(place / 16u % 2u);
            d.regime.category[byte] = (uint8_t)((place + byte) % 16u);
            memset(bytes, byte == 'x' ? 'y' : 'x', LENGTH);
            bytes[place] = (uint8_t)byte;
            check(&d, LENGTH + 100u);
        }
        d.regime.category[byte] = before;
    }
}

/* Of two bytes, three and four, the first and the last of each row of table 3-7; U+FEFF; ill-formed
 * sequences next to them. */
static const char *const sequences[] = {"\xC2\x80",
                                        "\xC3\xBF",
                                        "\xC4\x80",
                                        "\xDF\xBF",
                                        "\xE0\xA0\x80",
                                        "\xE0\xBF\xBF",
                                        "\xE1\x80\x80",
                                        "\xEC\xBF\xBF",
                                        "\xED\x80\x80",
                                        "\xED\x9F\xBF",
                                        "\xEE\x80\x80",
                                        "\xEF\xBF\xBF",
                                        "\xF0\x90\x80\x80",
                                        "\xF0\xBF\xBF\xBF",
                                        "\xF1\x80\x80\x80",
                                        "\xF3\xBF\xBF\xBF",
                                        "\xF4\x80\x80\x80",
                                        "\xF4\x8F\xBF\xBF",
                                        "\xEF\xBB\xBF",
                                        "\xEF\xBB\xBE",
                                        "\xEF\xBF\xBD",
                                        "\x80",
                                        "\xBF",
                                        "\xC0\xAF",
                                        "\xC1\xBF",
                                        "\xC2",
                                        "\xDF",
                                        "\xE0\x9F\xBF",
                                        "\xE0\xA0",
                                        "\xED\xA0\x80",
                                        "\xED\xBF\xBF",
                                        "\xEF\xBB",
                                        "\xF0\x8F\xBF\xBF",
                                        "\xF0\x90\x80",
                                        "\xF3\xBF",
                                        "\xF4\x90\x80\x80",
                                        "\xF4\xBF\xBF\xBF",
                                        "\xF5\x80\x80\x80",
                                        "\xFF",
                                        "\xE2\x28\xA1",
                                        "\xC3\xC3\xA9"};
#define SEQUENCE_COUNT (sizeof sequences / sizeof sequences[0])

/* Each behind and before whatever matters to a name or a line, at every place, among letters of one
 * byte and of two, at the end of the input too. spec: LEX-12, LEX-13, LEX-31, LEX-32, LEX-51 */
static void characters_at_every_place(void **state) {
    (void)state;
    static const char *const around[] = {"", "\\", "\\a", "\\1", " ", "%", "^", "\n", "\xD0\xB6"};
    const uint32_t count = sizeof around / sizeof around[0];
    document d = {.length = 0};
    assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8));
    for (uint32_t i = 0; i < SEQUENCE_COUNT * count * count * PLACES; i++) {
        uint8_t bytes[LENGTH + 20u];
        uint32_t rest = i / PLACES;
        const char *sequence = sequences[rest % SEQUENCE_COUNT];
        const char *before = around[rest / SEQUENCE_COUNT % count];
        const char *behind = around[rest / SEQUENCE_COUNT / count % count];
        const char *filler = i % 2u == 0 ? "aaaa" : "\xC3\xA9\xC3\xA9";
        for (uint32_t place = 0; place < LENGTH; place += 4u) {
            (void)put(bytes, place, filler);
        }
        (void)put(bytes, put(bytes, put(bytes, i % PLACES, before), sequence), behind);
        d.length = i % 3u == 0 ? 65u + i % 4u : LENGTH;
        d.bytes = guarded_copy(&input_memory, bytes, d.length);
        check(&d, LENGTH + 100u);
    }
}

/* All code points in order, those of surrogates too, with letters and without; a character below
 * 256 in every category among others. spec: LEX-12, CAT-20, CAT-21 */
static void every_character(void **state) {
    (void)state;
    static uint8_t bytes[MOST_BYTES];
    document d = {.length = 0};
    for (uint32_t preset = 0; preset < 2u; preset++) {
        assert_true(hlx_regime_preset(&d.regime, preset == 0 ? HLX_PRESET_LATEX : HLX_PRESET_INITEX,
                                      HLX_ENCODING_UTF8));
        for (uint32_t code = 128; code <= HLX_MAX_CODE_POINT;) {
            for (d.length = 0; d.length + 4u <= 1600u && code <= HLX_MAX_CODE_POINT; code++) {
                d.length += utf8_encode(code, bytes + d.length);
            }
            d.bytes = guarded_copy(&input_memory, bytes, d.length);
            check(&d, MOST_ROWS);
        }
    }
    for (uint32_t i = 0; i < 128u * 16u; i++) {
        assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8));
        d.regime.category[128u + i / 16u] = (uint8_t)(i % 16u);
        d.length = 0;
        for (uint32_t code = 128; code < 256u; code++) {
            d.length += utf8_encode(code == 128u + i / 16u ? code : code + i, bytes + d.length);
        }
        d.bytes = guarded_copy(&input_memory, bytes, d.length);
        check(&d, MOST_ROWS);
    }
}

/* Pieces of LaTeX in any order, repeated some times: runs longer than a block too. */
static uint32_t random_document(random_source *source, uint8_t *bytes, uint32_t most) {
    static const char *const pieces[] = {"word ", "\\",     "\\name", "\\n ", "{",        "}",
                                         "\n",    "\r\n",   "\r",     " ",    "\t",       "%",
                                         "% c\n", "^^41",   "^^M",    "$x_1", "\xC3\xA9", "~",
                                         "\\\\",  "a",      "\x7F",   "^",    "\\%",      "\\a^^62",
                                         "1",     "\\^^5c", "  \n",   "\t\n", "%\\\\%\n", "\\par"};
    uint32_t length = 0;
    while (length + 8u < most) {
        bool is_sequence = random_below(source, 6) == 0;
        const char *piece = is_sequence
                                ? sequences[random_below(source, SEQUENCE_COUNT)]
                                : pieces[random_below(source, sizeof pieces / sizeof pieces[0])];
        uint32_t times = random_below(source, 8) == 0 ? 1u + random_below(source, 90) : 1u;
        for (; times > 0 && length + 8u < most; times--) {
            for (const char *c = piece; *c != '\0'; c++) {
                bytes[length++] = (uint8_t)*c;
            }
        }
    }
    return length;
}

static void documents_by_chance(void **state) {
    (void)state;
    random_source source = random_from_environment("documents_by_chance");
    static uint8_t bytes[MOST_BYTES];
    for (uint32_t run = 0; run < 6000; run++) {
        document d;
        assert_true(hlx_regime_preset(&d.regime, run % HLX_PRESET_COUNT, run / 5 % 2));
        for (uint32_t odd = run % 3 == 0 ? random_below(&source, 8) : 0; odd > 0; odd--) {
            d.regime.category[random_below(&source, run % 2 == 0 ? 128 : 256)] =
                (uint8_t)random_below(&source, 16);
        }
        uint32_t most = 8u + random_below(&source, run % 4 == 0 ? MOST_BYTES - 8u : 400u);
        d.length = random_document(&source, bytes, most);
        d.bytes = guarded_copy(&input_memory, bytes, d.length);
        uint32_t capacity = 1u + random_below(&source, run % 2 == 0 ? MOST_ROWS : 300u);
        check(&d, capacity);
    }
}

/* All of a block's names are hashed at once from one table of sums: a name of every length at every
 * place, of every byte, behind another one and before a line end that is \par. spec: LEX-40 */
static void names_at_every_place(void **state) {
    (void)state;
    document d = {.length = 150};
    assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    for (uint32_t byte = 128; byte < 256; byte++) {
        d.regime.category[byte] = HLX_CATEGORY_LETTER;
    }
    uint8_t *bytes = guarded_last(&input_memory, d.length);
    d.bytes = bytes;
    for (uint32_t place = 3; place < PLACES; place++) {
        for (uint32_t length = 1; length <= 70; length++) {
            memset(bytes, '1', d.length);
            bytes[0] = '\\';
            bytes[1] = 'a';
            bytes[place] = '\\';
            for (uint32_t i = 1; i <= length; i++) {
                bytes[place + i] = (uint8_t)(128u + (17u * place + 29u * i + length) % 128u);
            }
            bytes[place + length + 1u] = '\n';
            bytes[place + length + 2u] = '\n';
            check(&d, d.length + 100u);
        }
    }
}

/* A block has at most 32 names, and 31 when one of its line ends is \par. */
static void many_names(void **state) {
    (void)state;
    static uint8_t bytes[MOST_BYTES];
    for (uint32_t length = 1; length <= 3; length++) {
        for (uint32_t names = 1; names <= 66; names++) {
            document d = {.length = 0};
            assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
            for (uint32_t i = 0; i < names; i++) {
                bytes[d.length] = '\\';
                memset(bytes + d.length + 1u, length == 1 ? '%' : 'a' + (int)(i % 26u), length);
                d.length += 1u + length;
            }
            memset(bytes + d.length, '\n', 150);
            d.length += 150u;
            d.bytes = guarded_copy(&input_memory, bytes, d.length);
            check(&d, d.length);
        }
    }
}

/* Rows are stored by lines of the cache: from every row of one on, columns together or apart. */
static void columns_anywhere(void **state) {
    (void)state;
    static uint8_t bytes[MOST_BYTES];
    document d = {.length = MOST_BYTES};
    assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    for (uint32_t i = 0; i < d.length; i++) {
        bytes[i] = (uint8_t)(i % 71u == 70u || i % 300u == 9u ? '\n' : 'a' + (int)(i % 7u));
        bytes[i] = i % 97u == 50u ? '\\' : i % 61u == 1u ? ' ' : bytes[i];
    }
    d.bytes = guarded_copy(&input_memory, bytes, d.length);
    for (uint32_t more = 0; more < 20u; more++) {
        for (apart = 0; apart < 2u; apart++) {
            check(&d, MOST_ROWS - more);
            check(&d, 300u + more);
        }
    }
    apart = 0;
}

/* Where leaps are poor the machine reads on by itself, and leaps again when they pay. */
static void poor_leaps_between_good_ones(void **state) {
    (void)state;
    static uint8_t bytes[MOST_BYTES];
    for (uint32_t poor = 0; poor <= 1200u; poor += 40u) {
        document d = {.length = MOST_BYTES};
        assert_true(hlx_regime_preset(&d.regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
        for (uint32_t i = 0; i < MOST_BYTES; i++) {
            bytes[i] = i % 40u == 39u ? '\n' : 'a';
        }
        for (uint32_t i = 300; i < 300u + poor; i += 2u) {
            bytes[i] = bytes[i + 1u] = '^';
        }
        d.bytes = guarded_copy(&input_memory, bytes, d.length);
        check(&d, MOST_ROWS);
        check(&d, 300);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_classes_at_every_place),
        cmocka_unit_test(two_byte_line_ends_at_every_place),
        cmocka_unit_test(every_byte_at_every_place),
        cmocka_unit_test(characters_at_every_place),
        cmocka_unit_test(every_character),
        cmocka_unit_test(documents_by_chance),
        cmocka_unit_test(names_at_every_place),
        cmocka_unit_test(many_names),
        cmocka_unit_test(columns_anywhere),
        cmocka_unit_test(poor_leaps_between_good_ones),
    };
    return cmocka_run_group_tests_name("leap", tests, prepare, NULL);
}
