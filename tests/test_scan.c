/* test_scan.c -- the prefix contract, checked on every scan kernel.
 *
 *      input    | guard |  ... position ..... limit | guard |
 *      columns  | guard |  0 ... row ..... capacity | guard |
 *
 * What a kernel consumes must be plain, its rows right, the rows before them
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
    uint32_t (*scan)(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                     uint32_t limit, const hlx_columns *columns, uint32_t row);
    bool is_maximal;
} kernel;

static const kernel kernels[] = {
    {"hlx_scan_plain", hlx_scan_plain, true},
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
    bool at_end;
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

/* The most that may be consumed, byte by byte. */
static uint32_t longest_prefix(const hlx_regime *regime, const scan_case *c) {
    uint32_t count = 0;
    while (c->position + count < c->limit && c->row + count < c->capacity &&
           plain_kind(regime, c->bytes[c->position + count]) != 0) {
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
    uint32_t count = k->scan(regime, input, c->position, c->limit, &columns, c->row);
    uint32_t most = longest_prefix(regime, c);
    bool right = count <= most && (count == most || !k->is_maximal);
    for (uint32_t row = 0; right && row < c->capacity; row++) {
        uint32_t position = c->position + row - c->row;
        if (row >= c->row && row < c->row + count) {
            uint8_t byte = c->bytes[position];
            right = row_is(&columns, row, plain_kind(regime, byte), byte, (int32_t)position);
        } else if (row < c->row || k->is_maximal) {
            right = row_is(&columns, row, UNTOUCHED, UNTOUCHED, UNTOUCHED);
        }
    }
    if (!right) {
        fail_msg("%s: position %u, limit %u, row %u, capacity %u, at_end %d: %u, at most %u",
                 k->name, c->position, c->limit, c->row, c->capacity, c->at_end, count, most);
    }
}

static void check_both_ends(const kernel *k, const hlx_regime *regime, scan_case c) {
    c.at_end = false;
    check(k, regime, &c);
    c.at_end = true;
    check(k, regime, &c);
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
                scan_case c = {bytes, 0, length, 0, capacities[i], false};
                check_both_ends(k, &regime, c);
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
                    scan_case c = {bytes, position, position + length, row, row + length, false};
                    check_both_ends(&kernels[i], &regime, c);
                }
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
                       capacity, false};
        for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
            check_both_ends(&kernels[i], &regime, c);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_are_whole_characters_of_nine_categories),
        cmocka_unit_test(every_byte_stops_a_run_at_every_place),
        cmocka_unit_test(every_alignment_and_length),
        cmocka_unit_test(random_regimes_bytes_and_bounds),
    };
    return cmocka_run_group_tests_name("scan", tests, prepare, NULL);
}
