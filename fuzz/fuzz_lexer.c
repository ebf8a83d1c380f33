/* fuzz_lexer.c -- what holds of the columns whatever the document, the regime, the
 * capacities, the pauses and the kernel.
 *
 * Input: fuzz_latex.h; knob 0 is a capacity, knob 1 how often to pause (low five bits)
 * and which kernel reads (high three). Whether the tokens are TeX's is fuzz_oracle.c's
 * question, what a kernel may do with a run fuzz_scan.c's.
 *
 *      order, tiling     spans are in order, disjoint and inside the document
 *      capacity          fewer rows hold the first rows, and the status says so
 *      pauses            stopping and going on changes nothing
 *      kernels           the rest is read by any kernel, against the portable one
 *      windows           six columns, a window at a time, are the same
 *      history           and so are those of the historic entry point
 *
 * spec: LEX-01, LEX-17, LEX-50 to LEX-56, LEX-60, LEX-66 */
#include "blocks.h"
#include "fuzz_columns.h"
#include "fuzz_latex.h"
#include "kernel.h"
#include "tokenize.h"

typedef struct reading {
    const fuzz_latex *latex;
    hlx_columns columns;
    hlx_columns derived; /* ends, lines, cols in the first three */
    hlx_counts counts;
    hlx_status status;
} reading;

static reading read_into(const fuzz_latex *latex, uint32_t tokens, uint32_t issues) {
    reading result = {.latex = latex, .columns = fuzz_columns_new(tokens, issues)};
    result.status = hlx_tokenize(&latex->regime, latex->document, latex->length, &result.columns,
                                 &result.counts);
    return result;
}

/* Nothing is read or written before the length was looked at. */
static void check_length(const fuzz_latex *latex) {
    hlx_columns columns = {.token_capacity = 1};
    hlx_counts counts;
    hlx_status status =
        hlx_tokenize(&latex->regime, latex->document, HLX_MAX_INPUT_BYTES + 1, &columns, &counts);
    fuzz_expect(status == HLX_STATUS_BAD_ARGUMENT && counts.tokens == 0 && counts.issues == 0,
                "LEX-01: more bytes than a document may have");
}

/* ---- order and tiling ---- */

static void derive(reading *full) {
    const fuzz_latex *latex = full->latex;
    hlx_columns *derived = &full->derived;
    *derived = fuzz_columns_new(full->counts.tokens, 0);
    hlx_expand(&latex->regime, latex->document, latex->length, full->columns.starts,
               full->counts.tokens, derived->kinds, derived->codes, derived->starts);
}

static void check_spans(const reading *full) {
    const int32_t *ends = full->derived.kinds;
    const int32_t *lines = full->derived.codes;
    const int32_t *cols = full->derived.starts;
    int32_t before = 0;
    for (uint32_t i = 0; i < full->counts.tokens; i++) {
        int32_t start = full->columns.starts[i];
        fuzz_expect(before <= start && start <= ends[i], "LEX-51: spans are in order and disjoint");
        fuzz_expect(cols[i] >= 1 && cols[i] <= start + 1 && lines[i] >= 1,
                    "LEX-52: line and column are within the document");
        fuzz_expect(i == 0 || lines[i - 1] <= lines[i], "LEX-52: lines do not go back");
        before = ends[i];
    }
    fuzz_expect(before <= (int32_t)full->latex->length, "LEX-51: spans are inside the document");
}

static void check_values(const reading *full) {
    for (uint32_t i = 0; i < full->counts.tokens; i++) {
        int32_t kind = full->columns.kinds[i];
        int32_t code = full->columns.codes[i];
        fuzz_expect(kind >= 0 && kind <= 13 && kind != 5 && kind != 9, "LEX-50: a token's kind");
        fuzz_expect(kind == 0 || (code >= 0 && code <= (int32_t)HLX_MAX_CODE_POINT),
                    "LEX-50: a token's code");
        fuzz_expect(kind != 10 || code == ' ', "LEX-27: every space has code 32");
    }
    for (uint32_t i = 0; i < full->counts.issues; i++) {
        fuzz_expect(full->columns.issue_codes[i] >= 1 && full->columns.issue_codes[i] <= 6 &&
                        full->columns.issue_offsets[i] <= (int32_t)full->latex->length,
                    "LEX-60: an issue's code and offset");
    }
}

/* ---- capacity ---- */

static void check_capacity(const reading *full, uint32_t tokens, uint32_t issues) {
    reading less = read_into(full->latex, tokens, issues);
    uint32_t rows = fuzz_least(tokens, full->counts.tokens);
    bool fits = tokens >= full->counts.tokens;
    fuzz_expect(less.status == (fits ? HLX_STATUS_OK : HLX_STATUS_OUTPUT_FULL),
                "LEX-54: the status says whether all tokens are there");
    fuzz_expect(less.counts.tokens == rows, "LEX-54: as many rows as there is room for");
    fuzz_expect(less.counts.issues <= full->counts.issues &&
                    (!fits || less.counts.issues == full->counts.issues),
                "LEX-60: all issues are counted");
    fuzz_expect(
        fuzz_same_rows(&full->columns, &less.columns, rows, fuzz_least(issues, less.counts.issues)),
        "LEX-54: fewer rows hold the first rows");
    fuzz_columns_free(&less.columns);
}

/* Exactly enough, one too few, or anything. */
static uint32_t some_capacity(const reading *full, uint8_t knob) {
    if (knob < 2) {
        return full->counts.tokens - (full->counts.tokens > 0 ? knob : 0);
    }
    return fuzz_least(knob - 2u, full->latex->length + 1);
}

/* ---- pauses ---- */

/* A step of 0 pauses before every byte, and again at the same place. */
static void check_pauses(const reading *full, uint32_t step) {
    const fuzz_latex *latex = full->latex;
    hlx_columns columns = fuzz_columns_for(latex->length);
    hlx_counts counts = {0, 0};
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, latex->document, latex->length);
    for (uint32_t runs = 0; !lexer.done; runs++) {
        uint32_t pause_at = lexer.position + (step > 0 ? step : runs % 2);
        hlx_status status = hlx_lexer_run(&lexer, &latex->regime, latex->document, latex->length,
                                          pause_at, &columns, &counts);
        fuzz_expect(status == HLX_STATUS_OK, "LEX-17: a pause does not use up room");
        fuzz_expect(lexer.done || lexer.position >= pause_at, "LEX-17: a pause comes where asked");
    }
    hlx_groups groups = {0, 0, 0};
    while (!hlx_groups_run(&groups, step + 1, &columns, &counts)) {
        fuzz_expect(groups.row % (step + 1) == 0, "LEX-17: a pause comes where asked");
    }
    fuzz_expect(counts.tokens == full->counts.tokens && counts.issues == full->counts.issues &&
                    fuzz_same_rows(&columns, &full->columns, counts.tokens, counts.issues),
                "LEX-17: a pause changes no token and no issue");
    fuzz_columns_free(&columns);
}

/* ---- six columns: windows, and the historic entry point ---- */

/* Rows first .. first + count - 1 of all six columns; behind[0] are ends, lines, cols. */
static void expect_six(const reading *full, uint32_t first, uint32_t count, const hlx_columns *six,
                       const hlx_columns *behind) {
    hlx_columns columns = full->columns;
    hlx_columns derived = full->derived;
    columns.kinds += first;
    columns.codes += first;
    columns.starts += first;
    derived.kinds += first;
    derived.codes += first;
    derived.starts += first;
    fuzz_expect(fuzz_same_rows(six, &columns, count, 0), "LEX-55, LEX-56: the same tokens");
    fuzz_expect(fuzz_same_rows(behind, &derived, count, 0), "LEX-55, LEX-56: the same places");
}

static void check_windows(const reading *full, uint32_t capacity) {
    const fuzz_latex *latex = full->latex;
    hlx_columns six = fuzz_columns_new(capacity, 0);
    hlx_columns behind = fuzz_columns_new(capacity, 0);
    const hlx_window window = {six.kinds,    six.codes,     six.starts, behind.kinds,
                               behind.codes, behind.starts, capacity};
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, latex->document, latex->length);
    uint32_t seen = 0;
    for (uint32_t rows = 1; rows > 0; seen += rows) {
        rows = hlx_blocks_next(&blocks, &latex->regime, latex->document, latex->length, &window);
        fuzz_expect(rows <= capacity && rows <= full->counts.tokens - seen,
                    "LEX-56: no more rows than there are, or are room for");
        expect_six(full, seen, rows, &six, &behind);
    }
    fuzz_expect(seen == full->counts.tokens, "LEX-56: every row comes in a window");
    fuzz_columns_free(&six);
    fuzz_columns_free(&behind);
}

static void check_historic(const reading *full, uint32_t room) {
    const fuzz_latex *latex = full->latex;
    hlx_regime regime;
    (void)hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    if (memcmp(&regime, &latex->regime, sizeof regime) != 0) {
        return; /* it has no other regime */
    }
    hlx_columns six[2] = {fuzz_columns_new(room, 0), fuzz_columns_new(room, 0)};
    int result = tokenize_bytes_into_soa_simd(latex->document, latex->length, six[0].kinds,
                                              six[0].codes, six[0].starts, six[1].kinds,
                                              six[1].codes, six[1].starts, (int)room);
    uint32_t rows = fuzz_least(room, full->counts.tokens);
    fuzz_expect(result == (room >= full->counts.tokens ? (int)full->counts.tokens : -1),
                "LEX-55: how many tokens");
    expect_six(full, 0, rows, &six[0], &six[1]);
    fuzz_expect(tokenize_bytes_into_soa_simd(latex->document, latex->length, NULL, NULL, NULL, NULL,
                                             NULL, NULL, -1 - (int)room) == -2,
                "LEX-55: a negative number of tokens");
    fuzz_expect(tokenize_bytes_into_soa_simd(latex->document, SIZE_MAX - room, NULL, NULL, NULL,
                                             NULL, NULL, NULL, 1) == -2,
                "LEX-55: more bytes than LEX-01 allows");
    fuzz_columns_free(&six[0]);
    fuzz_columns_free(&six[1]);
}

/* Some kernel that this processor has. */
static void use_kernel(uint32_t wanted) {
    uint32_t first = HLX_KERNEL_PORTABLE + wanted % (HLX_KERNEL_COUNT - HLX_KERNEL_PORTABLE);
    if (!hlx_kernel_use((hlx_kernel)first)) {
        (void)hlx_kernel_use(HLX_KERNEL_PORTABLE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_latex latex = fuzz_latex_read(data, size);
    use_kernel(0);
    reading full = read_into(&latex, latex.length + 1, 2 * latex.length + 3);
    fuzz_expect(full.status == HLX_STATUS_OK, "LEX-54: there is room for every token");
    uint32_t room = some_capacity(&full, latex.knobs[0]);
    use_kernel(latex.knobs[1] >> 5);
    derive(&full);
    check_spans(&full);
    check_values(&full);
    check_length(&latex);
    check_capacity(&full, room, latex.knobs[0] % 3u);
    check_pauses(&full, latex.knobs[1] & 31u);
    check_windows(&full, 1u + 2u * latex.knobs[0]);
    check_historic(&full, room);
    fuzz_columns_free(&full.derived);
    fuzz_columns_free(&full.columns);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    return fuzz_latex_mutate(data, size, max_size, seed);
}
