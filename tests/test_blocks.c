/* test_blocks.c -- windows of six columns give the rows of a whole document, whatever their
 * capacity, and no row beyond it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "blocks.h"
#include "test_support.h"

#define MOST_BYTES 6000u
#define MOST_ROWS (MOST_BYTES + 1u)

static guarded input_memory;
static guarded window_memory[6];

static int prepare(void **state) {
    (void)state;
    input_memory = guarded_new(MOST_BYTES);
    for (int i = 0; i < 6; i++) {
        window_memory[i] = guarded_new(MOST_ROWS * sizeof(int32_t));
    }
    return 0;
}

typedef struct six_columns {
    int32_t rows[6][MOST_ROWS];
    uint32_t count;
} six_columns;

static void read_whole(six_columns *six, const hlx_regime *regime, const uint8_t *input,
                       uint32_t length) {
    hlx_columns columns = {six->rows[0], six->rows[1], six->rows[2], MOST_ROWS, NULL, NULL, 0};
    hlx_counts counts;
    assert_int_equal(hlx_tokenize(regime, input, length, &columns, &counts), HLX_STATUS_OK);
    six->count = counts.tokens;
    hlx_expand(regime, input, length, six->rows[2], six->count, six->rows[3], six->rows[4],
               six->rows[5]);
}

/* The windows end at a guard page. */
static hlx_window window_of(uint32_t capacity) {
    hlx_window window = {.capacity = capacity};
    int32_t **const columns[6] = {&window.kinds, &window.codes, &window.starts,
                                  &window.ends,  &window.lines, &window.cols};
    for (int i = 0; i < 6; i++) {
        *columns[i] = guarded_last_rows(&window_memory[i], capacity);
    }
    return window;
}

/* spec: LEX-56 */
static void check_windows(const six_columns *six, const hlx_regime *regime, const uint8_t *input,
                          uint32_t length, uint32_t capacity) {
    hlx_window window = window_of(capacity);
    const int32_t *const columns[6] = {window.kinds, window.codes, window.starts,
                                       window.ends,  window.lines, window.cols};
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, input, length);
    uint32_t done = 0;
    uint32_t rows = 0;
    while ((rows = hlx_blocks_next(&blocks, regime, input, length, &window)) > 0) {
        assert_true(rows <= capacity && rows <= six->count - done);
        for (int i = 0; i < 6; i++) {
            assert_memory_equal(columns[i], six->rows[i] + done, rows * sizeof(int32_t));
        }
        done += rows;
    }
    assert_int_equal(done, six->count);
    assert_int_equal(hlx_blocks_next(&blocks, regime, input, length, &window), 0);
}

static uint32_t random_document(random_source *source, uint8_t *document, uint32_t most) {
    static const char *const pieces[] = {"word ",     "some more words, ",
                                         "\\name",    "\\name ",
                                         "\\name  {", "}",
                                         "\n",        "\n\n",
                                         "  \r\n",    "%comment\n",
                                         "^^41",      "^^5e^4a",
                                         "\\a^^62 ",  "\xC3\xA9",
                                         "$x_1$",     "\\\\ ",
                                         "\x7F",      "^^M",
                                         "~",         "\\^^4a "};
    uint32_t length = 0;
    while (length + 20u < most) {
        const char *piece = pieces[random_below(source, sizeof pieces / sizeof pieces[0])];
        for (const char *c = piece; *c != '\0'; c++) {
            document[length++] = (uint8_t)*c;
        }
    }
    return length;
}

/* spec: LEX-56 */
static void windows_of_any_capacity_give_the_same_rows(void **state) {
    (void)state;
    random_source source = random_from_environment("windows");
    static six_columns six;
    static uint8_t document[MOST_BYTES];
    for (uint32_t run = 0; run < 300; run++) {
        hlx_regime regime;
        assert_true(hlx_regime_preset(&regime, run % HLX_PRESET_COUNT, run / 5 % 2));
        uint32_t most = 20u + random_below(&source, run % 10 == 0 ? MOST_BYTES - 20u : 600u);
        uint32_t length = random_document(&source, document, most);
        const uint8_t *input = guarded_copy(&input_memory, document, length);
        read_whole(&six, &regime, input, length);
        const uint32_t capacities[] = {1, 2, 3, 16, 17, 64, 1 + random_below(&source, 1000), 4096};
        for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
            check_windows(&six, &regime, input, length, capacities[i]);
        }
    }
}

static void an_empty_input_is_one_row(void **state) {
    (void)state;
    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    hlx_window window = window_of(1);
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, input_memory.first, 0);
    assert_int_equal(hlx_blocks_next(&blocks, &regime, input_memory.first, 0, &window), 1);
    assert_true(window.starts[0] == 0 && window.ends[0] == 0);
    assert_true(window.lines[0] == 1 && window.cols[0] == 1);
    assert_int_equal(hlx_blocks_next(&blocks, &regime, input_memory.first, 0, &window), 0);
}

/* Comments fill several windows; a document is larger than the service's limit. spec: LEX-56 */
static void large_inputs_and_long_comments(void **state) {
    (void)state;
    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    uint32_t length = 5u << 20;
    uint8_t *input = malloc(length);
    assert_non_null(input);
    memset(input, 'x', length);
    input[10] = '%';
    memset(input + 100000, '\n', 1);
    hlx_window window = window_of(4096);
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, input, length);
    uint32_t total = 0;
    uint32_t rows = 0;
    while ((rows = hlx_blocks_next(&blocks, &regime, input, length, &window)) > 0) {
        total += rows;
        assert_true(window.lines[rows - 1u] == (total <= 10 ? 1 : 2));
    }
    assert_int_equal(total, 10u + (length - 100001u) + 1u);
    free(input);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_of_any_capacity_give_the_same_rows),
        cmocka_unit_test(an_empty_input_is_one_row),
        cmocka_unit_test(large_inputs_and_long_comments),
    };
    return cmocka_run_group_tests_name("blocks", tests, prepare, NULL);
}
