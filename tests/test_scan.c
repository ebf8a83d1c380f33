/* test_scan.c -- the prefix contract, checked on the kernel in use and on the portable one.
 *
 *      input    | guard |  ... position ..... limit | guard |
 *      columns  | guard |  0 ... row ..... capacity | guard |
 *
 * What a kernel consumes must be a run, its rows right, the rows before them
 * untouched, and nothing outside the memory above accessed. That is the contract;
 * a kernel marked maximal must also consume all that it may, and write no other row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "scan.h"
#include "test_support.h"

typedef struct kernel {
    const char *name;
    uint32_t (*scan)(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                     uint32_t position, uint32_t limit, bool in_middle, const hlx_columns *columns,
                     uint32_t row);
    bool is_maximal;
} kernel;

static const kernel kernels[] = {
    {"hlx_scan_run", hlx_scan_run, false},
    {"hlx_scan_run_portable", hlx_scan_run_portable, true},
};

#define LONGEST 512u
#define UNTOUCHED 0x5A5A5A5A

static guarded input_memory, column_memory[3];

static int prepare(void **state) {
    (void)state;
    input_memory = guarded_new(LONGEST);
    for (int i = 0; i < 3; i++) {
        column_memory[i] = guarded_new(LONGEST * sizeof(int32_t));
    }
    return 0;
}

/* One call. `at_end` says which guard page the input and the columns touch. */
typedef struct scan_case {
    const uint8_t *bytes; /* `limit` of them */
    uint32_t position, limit, row, capacity;
    bool at_end, in_middle;
} scan_case;

static const uint8_t *place_input(const scan_case *c) {
    if (c->at_end) {
        return guarded_copy(&input_memory, c->bytes, c->limit);
    }
    return memcpy(input_memory.first, c->bytes, c->limit);
}

static int32_t *fresh_column(int which, const scan_case *c) {
    int32_t *column = c->at_end ? guarded_last_rows(&column_memory[which], c->capacity)
                                : guarded_first_rows(&column_memory[which]);
    for (uint32_t i = 0; i < c->capacity; i++) {
        column[i] = UNTOUCHED;
    }
    return column;
}

/* As the clause says, category by category. spec: LEX-53 */
static int32_t plain_kind(const hlx_regime *regime, uint8_t byte) {
    static const uint8_t is_plain[16] = {0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0};
    bool whole = regime->encoding == HLX_ENCODING_BYTES || byte < 128;
    return whole && is_plain[regime->category[byte]] ? regime->category[byte] : 0;
}

static bool is_space(const hlx_regime *regime, uint8_t byte) {
    bool whole = regime->encoding == HLX_ENCODING_BYTES || byte < 128;
    return whole && regime->category[byte] == HLX_CATEGORY_SPACE;
}

/* May the byte at `position` be consumed when all before it are? spec: LEX-53 */
static bool continues_run(const hlx_regime *regime, const scan_case *c, uint32_t position) {
    uint8_t byte = c->bytes[position];
    if (!is_space(regime, byte)) {
        return plain_kind(regime, byte) != 0;
    }
    return position == c->position ? c->in_middle : !is_space(regime, c->bytes[position - 1]);
}

/* The most that may be consumed, byte by byte. */
static uint32_t longest_run(const hlx_regime *regime, const scan_case *c) {
    uint32_t count = 0;
    while (c->position + count < c->limit && c->row + count < c->capacity &&
           continues_run(regime, c, c->position + count)) {
        count++;
    }
    return count;
}

static bool row_is(const hlx_columns *columns, uint32_t row, int32_t kind, int32_t code,
                   int32_t start) {
    return columns->kinds[row] == kind && columns->codes[row] == code &&
           columns->starts[row] == start;
}

/* spec: LEX-53 */
static void check(const kernel *k, const hlx_regime *regime, const scan_case *c) {
    const uint8_t *input = place_input(c);
    hlx_columns columns = {
        fresh_column(0, c), fresh_column(1, c), fresh_column(2, c), c->capacity, NULL, NULL, 0};
    uint32_t count =
        k->scan(regime, input, c->limit, c->position, c->limit, c->in_middle, &columns, c->row);
    uint32_t most = longest_run(regime, c);
    bool right = count <= most && (count == most || !k->is_maximal);
    for (uint32_t row = 0; right && row < c->capacity; row++) {
        uint32_t position = c->position + row - c->row;
        if (row >= c->row && row < c->row + count) {
            uint8_t byte = c->bytes[position];
            bool space = is_space(regime, byte);
            int32_t kind = space ? HLX_CATEGORY_SPACE : plain_kind(regime, byte);
            right = row_is(&columns, row, kind, space ? ' ' : byte, (int32_t)position);
        } else if (row < c->row || k->is_maximal) {
            right = row_is(&columns, row, UNTOUCHED, UNTOUCHED, UNTOUCHED);
        }
    }
    if (!right) {
        fail_msg("%s: position %u, limit %u, row %u, capacity %u, at_end %d, in_middle %d: %u, at "
                 "most %u",
                 k->name, c->position, c->limit, c->row, c->capacity, c->at_end, c->in_middle,
                 count, most);
    }
}

static void check_ends_and_states(const kernel *k, const hlx_regime *regime, scan_case c) {
    for (uint32_t i = 0; i < 4; i++) {
        c.at_end = i % 2 != 0;
        c.in_middle = i / 2 != 0;
        check(k, regime, &c);
    }
}

/* Categories 0 to 15 go round the characters, so that all pairs come up. */
static hlx_regime rotated_regime(uint32_t shift, uint32_t encoding) {
    hlx_regime regime = {.encoding = (uint8_t)encoding, .end_of_line_char = 13};
    for (uint32_t b = 0; b < 256; b++) {
        regime.category[b] = (uint8_t)((b + shift) % 16);
    }
    return regime;
}

/* Every byte is plain, and neighbours have different kinds. */
static hlx_regime plain_regime(void) {
    static const uint8_t plain_categories[9] = {1, 2, 3, 4, 6, 8, 11, 12, 13};
    hlx_regime regime = {.encoding = HLX_ENCODING_BYTES, .end_of_line_char = 13};
    for (uint32_t b = 0; b < 256; b++) {
        regime.category[b] = plain_categories[b % 9];
    }
    return regime;
}

static void plain_bytes_are_whole_characters_of_nine_categories(void **state) {
    (void)state;
    for (uint32_t shift = 0; shift < 16; shift++) {
        for (uint32_t encoding = 0; encoding < 2; encoding++) {
            hlx_regime regime = rotated_regime(shift, encoding);
            for (uint32_t b = 0; b < 256; b++) {
                assert_int_equal(hlx_plain_kind(&regime, (uint8_t)b),
                                 plain_kind(&regime, (uint8_t)b));
            }
        }
    }
}

/* Each byte as the one that is not plain, at each place of a run of each length;
 * capacities around that place and around the length. spec: LEX-53 */
static void check_byte(const kernel *k, uint8_t byte) {
    hlx_regime regime = plain_regime();
    regime.category[byte] = HLX_CATEGORY_ESCAPE;
    uint8_t bytes[70];
    for (uint32_t length = 0; length <= 67; length += length < 18 ? 1 : 7) {
        for (uint32_t stop = 0; stop <= length; stop++) {
            memset(bytes, byte + 1, sizeof bytes);
            bytes[stop] = byte;
            const uint32_t capacities[] = {0, stop, stop + 1, length, length + 1};
            for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
                scan_case c = {bytes, 0, length, 0, capacities[i], false, false};
                check_ends_and_states(k, &regime, c);
            }
        }
    }
}

static void every_byte_stops_a_run_at_every_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            check_byte(&kernels[i], (uint8_t)byte);
        }
    }
}

/* Runs of all 256 bytes from every position and row within a block of 64: every
 * alignment of input against columns. spec: LEX-53 */
static void every_alignment_and_length(void **state) {
    (void)state;
    hlx_regime regime = plain_regime();
    uint8_t bytes[256];
    for (uint32_t b = 0; b < 256; b++) {
        bytes[b] = (uint8_t)(b * 7);
    }
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        for (uint32_t position = 0; position < 64; position++) {
            for (uint32_t row = 0; row < 16; row++) {
                for (uint32_t length = 0; length <= 192; length += length < 80 ? 1 : 37) {
                    scan_case c = {bytes, position, position + length, row, row + length,
                                   false, false};
                    check_ends_and_states(&kernels[i], &regime, c);
                }
            }
        }
    }
}

/* A space is taken behind a plain byte and nowhere else, wherever the blocks of a kernel
 * end: each pair of places for two spaces. spec: LEX-53 */
static void spaces_are_isolated(void **state) {
    (void)state;
    hlx_regime regime = plain_regime();
    regime.category['\t'] = regime.category[' '] = HLX_CATEGORY_SPACE;
    uint8_t bytes[140];
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        for (uint32_t first = 0; first < sizeof bytes; first++) {
            for (uint32_t second = first; second < sizeof bytes; second++) {
                memset(bytes, 'a', sizeof bytes);
                bytes[first] = '\t';
                bytes[second] = ' ';
                scan_case c = {bytes, first % 3, sizeof bytes, 0, sizeof bytes, false, false};
                check_ends_and_states(&kernels[i], &regime, c);
            }
        }
    }
}

/* Most bytes have one category, some any. */
static hlx_regime random_regime(random_source *source) {
    hlx_regime regime = rotated_regime(0, random_below(source, 2));
    uint32_t dull = random_below(source, 16);
    uint32_t rare = 1 + random_below(source, 64);
    for (uint32_t b = 0; b < 256; b++) {
        bool keep = random_below(source, rare) == 0;
        regime.category[b] = (uint8_t)(keep ? regime.category[b] : dull);
    }
    return regime;
}

/* spec: LEX-53 */
static void random_regimes_bytes_and_bounds(void **state) {
    (void)state;
    random_source source = random_from_environment("random_regimes_bytes_and_bounds");
    for (uint32_t run = 0; run < 30000; run++) {
        hlx_regime regime = random_regime(&source);
        uint8_t bytes[LONGEST];
        for (uint32_t i = 0; i < LONGEST; i++) {
            bytes[i] = (uint8_t)random_next(&source);
        }
        uint32_t limit = random_below(&source, LONGEST + 1);
        uint32_t capacity = random_below(&source, LONGEST + 1);
        scan_case c = {bytes,    random_below(&source, limit + 1),
                       limit,    random_below(&source, capacity + 1),
                       capacity, false,
                       false};
        for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
            check_ends_and_states(&kernels[i], &regime, c);
        }
    }
}

/* A terminator at each place of each length from each position, between bytes one off.
 * spec: LEX-10 */
static void line_ends_are_found(void **state) {
    (void)state;
    static const char near[] = {'\n' - 1, '\n' + 1, '\r' - 1, '\r' + 1, (char)0x8A, (char)0x8D};
    uint32_t (*const finders[])(const uint8_t *, uint32_t, uint32_t) = {hlx_scan_line_end,
                                                                        hlx_scan_line_end_portable};
    for (size_t i = 0; i < sizeof finders / sizeof finders[0]; i++) {
        for (uint32_t length = 0; length <= 140; length++) {
            for (uint32_t stop = 0; stop <= length; stop++) {
                uint8_t *bytes = guarded_last(&input_memory, length);
                for (uint32_t b = 0; b < length; b++) {
                    bytes[b] = (uint8_t)near[b % sizeof near];
                }
                if (stop < length) {
                    bytes[stop] = stop % 2 ? '\n' : '\r';
                }
                for (uint32_t position = 0; position <= stop; position += 1 + stop / 8) {
                    assert_int_equal(finders[i](bytes, position, length), stop);
                }
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_are_whole_characters_of_nine_categories),
        cmocka_unit_test(every_byte_stops_a_run_at_every_place),
        cmocka_unit_test(every_alignment_and_length),
        cmocka_unit_test(spaces_are_isolated),
        cmocka_unit_test(random_regimes_bytes_and_bounds),
        cmocka_unit_test(line_ends_are_found),
    };
    return cmocka_run_group_tests_name("scan", tests, prepare, NULL);
}
