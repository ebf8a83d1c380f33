/* fuzz_scan.c -- every scan kernel keeps the prefix contract of scan.h.
 *
 * Input: fuzz_latex.h; knob 0 is where to begin, knob 1 where to end, in which state and
 * with how much room. What a run is is written here once more. The portable kernel
 * must take the longest run and touch nothing behind it; any other may stop early, but
 * what it takes must be right and what is in front must stay. spec: LEX-10, LEX-53,
 * LEX-64 */
#include "fuzz_columns.h"
#include "fuzz_latex.h"
#include "kernel.h"

#define UNTOUCHED 0x5A5A5A5A

typedef struct scan {
    fuzz_latex latex;
    uint32_t position, limit, row, capacity;
    bool in_middle;
} scan;

/* The kind of the token that the byte at `at` gives in a run, or 0 when it is in none. */
static int32_t kind_in_run(const scan *asked, uint32_t at) {
    static const char is_plain[16] = {0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0};
    const fuzz_latex *latex = &asked->latex;
    uint8_t byte = latex->document[at];
    if (byte >= 128 && latex->regime.encoding == HLX_ENCODING_UTF8) {
        return 0;
    }
    uint8_t category = latex->regime.category[byte];
    if (category != HLX_CATEGORY_SPACE) {
        return is_plain[category] != 0 ? category : 0;
    }
    bool middle = asked->in_middle;
    if (at > asked->position) {
        middle = latex->regime.category[latex->document[at - 1]] != HLX_CATEGORY_SPACE;
    }
    return middle ? HLX_CATEGORY_SPACE : 0;
}

static uint32_t longest_run(const scan *asked) {
    uint32_t most = fuzz_least(asked->limit - asked->position, asked->capacity - asked->row);
    uint32_t count = 0;
    while (count < most && kind_in_run(asked, asked->position + count) != 0) {
        count++;
    }
    return count;
}

static void check_rows(const scan *asked, const hlx_columns *columns, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = asked->position + i;
        int32_t kind = kind_in_run(asked, at);
        int32_t code = kind == HLX_CATEGORY_SPACE ? ' ' : asked->latex.document[at];
        fuzz_expect(columns->kinds[asked->row + i] == kind, "LEX-53: a row's kind");
        fuzz_expect(columns->codes[asked->row + i] == code, "LEX-53: a row's code");
        fuzz_expect(columns->starts[asked->row + i] == (int32_t)at, "LEX-53: a row's start");
    }
    for (uint32_t i = 0; i < asked->row; i++) {
        fuzz_expect(columns->kinds[i] == UNTOUCHED && columns->codes[i] == UNTOUCHED &&
                        columns->starts[i] == UNTOUCHED,
                    "LEX-53: the rows in front stay as they were");
    }
}

static void check_run(const scan *asked, bool is_portable) {
    const fuzz_latex *latex = &asked->latex;
    uint32_t longest = longest_run(asked);
    hlx_columns columns = fuzz_columns_new(asked->capacity, 0);
    for (uint32_t i = 0; i < asked->capacity; i++) {
        columns.kinds[i] = columns.codes[i] = columns.starts[i] = UNTOUCHED;
    }
    uint32_t count = hlx_scan_run(&latex->regime, latex->document, latex->length, asked->position,
                                  asked->limit, asked->in_middle, &columns, asked->row);
    fuzz_expect(count <= longest, "LEX-53: nothing is taken that is not in the run");
    check_rows(asked, &columns, count);
    if (is_portable) {
        fuzz_expect(count == longest, "scan.h: the portable kernel takes all of the run");
        fuzz_expect(asked->row + count == asked->capacity ||
                        columns.kinds[asked->row + count] == UNTOUCHED,
                    "scan.h: and touches nothing behind it");
    }
    fuzz_columns_free(&columns);
}

static void check_line_end(const scan *asked) {
    const uint8_t *document = asked->latex.document;
    uint32_t expected = asked->position;
    while (expected < asked->limit && document[expected] != '\n' && document[expected] != '\r') {
        expected++;
    }
    fuzz_expect(hlx_scan_line_end(document, asked->position, asked->limit) == expected,
                "LEX-10: the first terminator, or the limit");
}

/* The document's bytes as kinds of tokens. */
static void check_groups(const scan *asked) {
    uint32_t row = asked->position;
    uint32_t left = asked->limit - row;
    uint32_t stop = row + (left < HLX_GROUP_SCAN_ROWS ? left : HLX_GROUP_SCAN_ROWS);
    int32_t *kinds = fuzz_column_new(stop);
    uint32_t *rows = (uint32_t *)fuzz_column_new(stop - row);
    for (uint32_t i = 0; i < stop; i++) {
        kinds[i] = asked->latex.document[i] % 14;
    }
    uint32_t count = hlx_scan_groups(kinds, row, stop, rows);
    uint32_t expected = 0;
    for (uint32_t i = row; i < stop; i++) {
        if (kinds[i] == HLX_CATEGORY_BEGIN_GROUP || kinds[i] == HLX_CATEGORY_END_GROUP) {
            fuzz_expect(expected < count && rows[expected] == i,
                        "LEX-64: every row that begins or ends a group, in order");
            expected++;
        }
    }
    fuzz_expect(count == expected, "LEX-64: no other row");
    free(rows);
    free(kinds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    scan asked = {.latex = fuzz_latex_read(data, size)};
    uint8_t knob = asked.latex.knobs[1];
    asked.position = asked.latex.knobs[0] % (asked.latex.length + 1);
    uint32_t left = asked.latex.length - asked.position;
    asked.limit = asked.latex.length - (uint32_t)(knob >> 4) % (left + 1);
    asked.in_middle = (knob & 1u) != 0;
    asked.row = knob >> 1 & 3u;
    asked.capacity = asked.row + ((knob & 8u) != 0 ? left / 2 : left + 64);
    for (hlx_kernel kernel = HLX_KERNEL_PORTABLE; kernel < HLX_KERNEL_COUNT; kernel++) {
        if (hlx_kernel_use(kernel)) {
            check_run(&asked, kernel == HLX_KERNEL_PORTABLE);
            check_line_end(&asked);
            check_groups(&asked);
        }
    }
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    return fuzz_latex_mutate(data, size, max_size, seed);
}
