/* test_kernels.c -- every scan kernel that the processor has, against the portable one.
 *
 *      input    | no access |        bytes ... limit ... end | no access |
 *      columns  | no access | 0 .... row ........... capacity | no access |
 *
 * The portable kernel is proved, and the scans of the others over models of the vector
 * operations; that those are right, and the leaps, is seen here. Every one of them takes as
 * much as the portable one, so the counts must be equal, not only the rows. Nothing before
 * the first row may change, and guard pages show accesses outside. Plain C without a test
 * library, so that the cross-compiled program runs in an emulator as it is (make test-aarch64). */
#include "hedgelex.h"
#include "kernel.h"
#include "test_support.h"

#define LONGEST 257u
#define ALIGNMENTS 64u
#define ROWS (ALIGNMENTS + LONGEST + 1u)
#define UNTOUCHED 0x5A5A5A5A

typedef struct kernel {
    hlx_kernel id;
    uint32_t (*run)(HLX_SCAN_RUN_PARAMETERS);
    uint32_t (*line_end)(HLX_SCAN_LINE_END_PARAMETERS);
    uint32_t (*groups)(HLX_SCAN_GROUPS_PARAMETERS);
} kernel;

static const kernel kernels[] = {
#if defined(__x86_64__)
    {HLX_KERNEL_SSE2, hlx_scan_run_sse2, hlx_scan_line_end_sse2, hlx_scan_groups_sse2},
    {HLX_KERNEL_AVX2, hlx_scan_run_avx2, hlx_scan_line_end_avx2, hlx_scan_groups_avx2},
    {HLX_KERNEL_AVX512, hlx_scan_run_avx512, hlx_scan_line_end_avx512, hlx_scan_groups_avx512},
#elif defined(__aarch64__)
    {HLX_KERNEL_NEON, hlx_scan_run_neon, hlx_scan_line_end_neon, hlx_scan_groups_neon},
#endif
    {HLX_KERNEL_PORTABLE, hlx_scan_run_portable, hlx_scan_line_end_portable,
     hlx_scan_groups_portable},
};
#define KERNEL_COUNT (sizeof kernels / sizeof kernels[0])

static guarded input_memory, column_memory[3], expected_memory[3];
static uint32_t passed, failed;
static uint64_t calls;

/* One call: bytes before `position` and behind `limit` may be looked at, not consumed. */
typedef struct scan_case {
    const uint8_t *input;
    uint32_t length, position, limit, row, capacity;
    bool in_middle, columns_at_end;
} scan_case;

static hlx_columns columns_in(guarded memory[3], const scan_case *c) {
    int32_t *rows[3];
    for (int i = 0; i < 3; i++) {
        rows[i] = c->columns_at_end ? guarded_last_rows(&memory[i], c->capacity)
                                    : guarded_first_rows(&memory[i]);
        for (uint32_t r = 0; r < c->row; r++) {
            rows[i][r] = UNTOUCHED;
        }
    }
    hlx_columns columns = {rows[0], rows[1], rows[2], c->capacity, NULL, NULL, 0};
    return columns;
}

static uint32_t call(uint32_t (*run)(HLX_SCAN_RUN_PARAMETERS), const hlx_regime *regime,
                     const scan_case *c, const hlx_columns *columns) {
    calls++;
    return run(regime, c->input, c->length, c->position, c->limit, c->in_middle, columns, c->row);
}

static bool same_column(const int32_t *a, const int32_t *b, uint32_t rows) {
    return rows == 0 || memcmp(a, b, rows * sizeof *a) == 0;
}

/* spec: LEX-53 */
static bool agrees(const kernel *k, const hlx_regime *regime, const scan_case *c) {
    hlx_columns expected = columns_in(expected_memory, c);
    hlx_columns found = columns_in(column_memory, c);
    uint32_t count = call(hlx_scan_run_portable, regime, c, &expected);
    uint32_t rows = c->row + count;
    bool same = call(k->run, regime, c, &found) == count &&
                same_column(found.kinds, expected.kinds, rows) &&
                same_column(found.codes, expected.codes, rows) &&
                same_column(found.starts, expected.starts, rows);
    if (!same) {
        printf("%s: position %u, limit %u of %u, row %u of %u, in_middle %d, at end %d: not %u\n",
               hlx_kernel_name(k->id), c->position, c->limit, c->length, c->row, c->capacity,
               c->in_middle, c->columns_at_end, count);
    }
    return same;
}

/* Some bytes are plain of nine categories; what `odd` says of the others. */
static hlx_regime mixed_regime(uint32_t encoding) {
    static const uint8_t plain[9] = {1, 2, 3, 4, 6, 8, 11, 12, 13};
    hlx_regime regime = {.encoding = (uint8_t)encoding, .end_of_line_char = 13};
    for (uint32_t b = 0; b < 256; b++) {
        regime.category[b] = plain[b * 5 % 9];
    }
    regime.category[' '] = regime.category['\t'] = regime.category[0xA0] = HLX_CATEGORY_SPACE;
    return regime;
}

static hlx_regime random_regime(random_source *source) {
    hlx_regime regime = mixed_regime(random_below(source, 2));
    uint32_t odd = random_below(source, 24);
    for (uint32_t i = 0; i < odd; i++) {
        regime.category[random_below(source, 256)] = (uint8_t)random_below(source, 16);
    }
    return regime;
}

/* Every alignment of the input x every length, the end of the input before the guard
 * page or 70 bytes away; the columns' alignment goes with it. */
static bool every_alignment_and_length(const kernel *k) {
    hlx_regime regime = mixed_regime(HLX_ENCODING_BYTES);
    for (uint32_t beyond = 0; beyond <= 70; beyond += 70) {
        for (uint32_t alignment = 0; alignment < ALIGNMENTS; alignment++) {
            for (uint32_t length = 0; length <= LONGEST; length++) {
                uint32_t size = alignment + length + beyond;
                uint8_t *input = guarded_last(&input_memory, size);
                for (uint32_t i = 0; i < size; i++) {
                    input[i] = (uint8_t)(33 + i * 7 % 90);
                }
                scan_case c = {
                    input, size, alignment, alignment + length, alignment, alignment + length,
                    false, true};
                bool same = agrees(k, &regime, &c);
                c.capacity = ROWS;
                c.columns_at_end = (length & 1) != 0;
                c.in_middle = true;
                if (!same || !agrees(k, &regime, &c)) {
                    return false;
                }
            }
        }
    }
    return true;
}

/* The input and the columns begin behind a guard page. */
static bool guard_page_before(const kernel *k) {
    hlx_regime regime = mixed_regime(HLX_ENCODING_BYTES);
    for (uint32_t length = 0; length <= LONGEST; length++) {
        memset(input_memory.first, 'a', LONGEST);
        scan_case c = {input_memory.first, LONGEST, 0, length, 0, length, true, false};
        if (!agrees(k, &regime, &c)) {
            return false;
        }
    }
    return true;
}

/* Every byte value in every lane of a block, as each category, both encodings, behind
 * a letter and behind a space. */
static bool every_byte_in_every_lane(const kernel *k) {
    for (uint32_t variant = 0; variant < 2 * 16; variant++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            hlx_regime regime = mixed_regime(variant % 2);
            uint8_t filler = byte == 'a' ? 'b' : 'a';
            uint8_t blank = byte == ' ' ? '\t' : ' ';
            regime.category[byte] = (uint8_t)(variant / 2);
            uint8_t *input = guarded_last(&input_memory, 2 * 64);
            memset(input, filler, 2 * 64);
            for (uint32_t lane = 0; lane < 64; lane++) {
                input[lane + 1] = (uint8_t)byte;
                input[lane] = lane % 2 ? blank : input[lane];
                scan_case c = {input, 128, 0, 128, 0, 128, true, true};
                if (!agrees(k, &regime, &c)) {
                    return false;
                }
                input[lane] = input[lane + 1] = filler;
            }
        }
    }
    return true;
}

/* Two spaces at each pair of places. */
static bool every_pair_of_spaces(const kernel *k) {
    hlx_regime regime = mixed_regime(HLX_ENCODING_BYTES);
    uint32_t length = 140;
    uint8_t *input = guarded_last(&input_memory, length);
    for (uint32_t first = 0; first < length; first++) {
        for (uint32_t second = first; second < length; second++) {
            memset(input, 'a', length);
            input[first] = ' ';
            input[second] = '\t';
            scan_case c = {input, length, first % 3, length, 0, length, first % 2 == 0, true};
            if (!agrees(k, &regime, &c)) {
                return false;
            }
        }
    }
    return true;
}

static bool random_calls(const kernel *k) {
    random_source source = random_from_environment("random_calls");
    for (uint32_t run = 0; run < 60000; run++) {
        hlx_regime regime = random_regime(&source);
        uint32_t length = random_below(&source, ALIGNMENTS + LONGEST);
        uint8_t *input = guarded_last(&input_memory, length);
        uint32_t few = 1 + random_below(&source, 256);
        for (uint32_t i = 0; i < length; i++) {
            input[i] = (uint8_t)(random_below(&source, few) + 97);
        }
        uint32_t limit = random_below(&source, length + 1);
        uint32_t capacity = random_below(&source, ROWS);
        scan_case c = {input,
                       length,
                       random_below(&source, limit + 1),
                       limit,
                       random_below(&source, capacity + 1),
                       capacity,
                       random_below(&source, 2) != 0,
                       random_below(&source, 2) != 0};
        if (!agrees(k, &regime, &c)) {
            return false;
        }
    }
    return true;
}

/* A terminator at each place of each length, from several positions, between the bytes next
 * to the terminators. spec: LEX-10 */
static bool every_line_end(const kernel *k) {
    static const uint8_t near[] = {9, 11, 12, 14, 0x8A, 0x8D, 0};
    for (uint32_t length = 0; length <= LONGEST; length++) {
        uint8_t *bytes = guarded_last(&input_memory, length);
        for (uint32_t stop = 0; stop <= length; stop++) {
            for (uint32_t b = 0; b < length; b++) {
                bytes[b] = near[(b + stop) % sizeof near];
            }
            for (uint32_t b = stop; b < length; b += 5) {
                bytes[b] = b % 2 ? '\n' : '\r';
            }
            for (uint32_t position = stop % 3; position <= stop; position += 1 + stop / 4) {
                calls++;
                if (k->line_end(bytes, position, length) != stop) {
                    printf("%s: line end at %u of %u\n", hlx_kernel_name(k->id), stop, length);
                    return false;
                }
            }
        }
    }
    return true;
}

/* No row, every row, and each of some patterns of rows holds a group, between other kinds;
 * nothing is written behind as many rows as there are: there a guard page is. spec: LEX-64 */
static bool every_groups(const kernel *k) {
    static const int32_t near[] = {0, 3, 10, 11, 257, 513, -1};
    static const uint32_t every[] = {1, 2, 3, 5, 16, 63, 1000};
    for (uint32_t stop = 0; stop <= 150; stop++) {
        int32_t *kinds = guarded_last_rows(&column_memory[0], stop);
        for (uint32_t pattern = 0; pattern < 7u * 16u; pattern++) {
            uint32_t step = every[pattern / 16u];
            for (uint32_t r = 0; r < stop; r++) {
                bool group = (r + pattern) % step == 0 && step < 1000;
                kinds[r] = group ? (int32_t)(1 + r % 2) : near[(r + pattern) % 7];
            }
            uint32_t row = pattern % (stop + 1u);
            uint32_t count = 0;
            for (uint32_t r = row; r < stop; r++) {
                count += kinds[r] == 1 || kinds[r] == 2;
            }
            uint32_t *rows = (uint32_t *)guarded_last_rows(&column_memory[1], stop - row);
            calls++;
            bool right = k->groups(kinds, row, stop, rows) == count;
            for (uint32_t i = 0, r = row; r < stop; r++) {
                if (kinds[r] == 1 || kinds[r] == 2) {
                    right = right && rows[i] == r;
                    i++;
                }
            }
            if (!right) {
                printf("%s: groups of pattern %u, rows %u to %u\n", hlx_kernel_name(k->id), pattern,
                       row, stop);
                return false;
            }
        }
    }
    return true;
}

/* ---- the whole lexer ------------------------------------------------------ */

#define DOCUMENT_BYTES 3000u

typedef struct reading {
    int32_t kinds[DOCUMENT_BYTES + 1], codes[DOCUMENT_BYTES + 1], starts[DOCUMENT_BYTES + 1];
    int32_t issue_codes[DOCUMENT_BYTES + 3], issue_offsets[DOCUMENT_BYTES + 3];
    hlx_counts counts;
    hlx_status status;
} reading;

static void read_document(reading *r, const hlx_regime *regime, const uint8_t *input,
                          uint32_t length, uint32_t capacity) {
    hlx_columns columns = {r->kinds,       r->codes,         r->starts,         capacity,
                           r->issue_codes, r->issue_offsets, DOCUMENT_BYTES + 3};
    r->status = hlx_tokenize(regime, input, length, &columns, &r->counts);
}

static bool same_reading(const reading *a, const reading *b) {
    return a->status == b->status && a->counts.tokens == b->counts.tokens &&
           a->counts.issues == b->counts.issues &&
           same_column(a->kinds, b->kinds, a->counts.tokens) &&
           same_column(a->codes, b->codes, a->counts.tokens) &&
           same_column(a->starts, b->starts, a->counts.tokens) &&
           same_column(a->issue_codes, b->issue_codes, a->counts.issues) &&
           same_column(a->issue_offsets, b->issue_offsets, a->counts.issues);
}

/* Pieces of LaTeX in any order. */
static uint32_t random_document(random_source *source, uint8_t *document) {
    static const char *const pieces[] = {
        "word",       "another longer word",
        " ",          "  ",
        "\n",         "\r\n",
        "\n\n",       "%comment\n",
        "\\foo",      "\\bar@baz ",
        "\\ ",        "{x}",
        "\r",         "%comment\rline\n",
        " \r",        "%^^41 \\%\n",
        "\\%",        "%blanks   \rline\n",
        "$a_1$",      "^^41",
        "^^M",        "~",
        "\\\\",       "\xC3\xA9",
        "\xE2\x82",   "\xF0\x9F\x98\x80",
        "\t",         "   \n",
        "1234567890", "#1&",
        "\x7F",       "a b c d e f g h i j k l m n o p q r s t u v w x y z"};
    uint32_t length = 0;
    uint32_t end = random_below(source, DOCUMENT_BYTES - 80);
    while (length < end) {
        const char *piece = pieces[random_below(source, sizeof pieces / sizeof pieces[0])];
        for (const char *c = piece; *c != '\0'; c++) {
            document[length++] = (uint8_t)*c;
        }
    }
    return length;
}

static bool whole_documents(const kernel *k) {
    static reading expected, found;
    static uint8_t document[DOCUMENT_BYTES];
    random_source source = random_from_environment("whole_documents");
    bool same = true;
    for (uint32_t run = 0; same && run < 3000; run++) {
        hlx_regime regime = random_regime(&source);
        if (run % 4 != 0) {
            hlx_regime_preset(&regime, run % HLX_PRESET_COUNT, run / 4 % 2);
        }
        uint32_t length = random_document(&source, document);
        const uint8_t *input = guarded_copy(&input_memory, document, length);
        uint32_t capacity = run % 3 ? DOCUMENT_BYTES + 1 : random_below(&source, length + 1);
        same = hlx_kernel_use(HLX_KERNEL_PORTABLE);
        read_document(&expected, &regime, input, length, capacity);
        same = same && hlx_kernel_use(k->id) && hlx_kernel_in_use() == k->id;
        read_document(&found, &regime, input, length, capacity);
        calls += 2;
        same = same && same_reading(&expected, &found);
    }
    return same;
}

/* What a leap leaves is a place in a line: from there the machine goes on. spec: LEX-53 */
static bool place_in_line(const hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                          uint32_t length) {
    hlx_line line = hlx_line_at(input, length, lexer->line.start);
    return lexer->line.content_end == line.content_end && lexer->line.next == line.next &&
           lexer->position >= line.start && lexer->position <= hlx_line_limit(&line, regime) &&
           lexer->state <= HLX_STATE_SKIP_BLANKS;
}

static bool leaps_of(const hlx_regime *regime, const uint8_t *input, uint32_t length) {
    static reading r;
    hlx_columns columns = {r.kinds,       r.codes,         r.starts,          DOCUMENT_BYTES + 1,
                           r.issue_codes, r.issue_offsets, DOCUMENT_BYTES + 3};
    hlx_counts counts = {0, 0};
    hlx_lexer lexer;
    bool right = true;
    hlx_lexer_init(&lexer, input, length);
    while (right && !lexer.done) {
        hlx_lexer_leap(&lexer, regime, input, length, UINT32_MAX, &columns, &counts);
        calls++;
        right = place_in_line(&lexer, regime, input, length);
        (void)hlx_lexer_run(&lexer, regime, input, length, lexer.position + 1u, &columns, &counts);
    }
    return right;
}

static bool every_leap(const kernel *k) {
    static uint8_t document[DOCUMENT_BYTES];
    random_source source = random_from_environment("every_leap");
    bool right = hlx_kernel_use(k->id);
    for (uint32_t run = 0; right && run < 2000; run++) {
        hlx_regime regime;
        hlx_regime_preset(&regime, run % HLX_PRESET_COUNT, run / 4 % 2);
        uint32_t length = random_document(&source, document);
        right = leaps_of(&regime, guarded_copy(&input_memory, document, length), length);
    }
    return right;
}

/* ---- the choice ------------------------------------------------------------- */

/* The best one is chosen by itself; names lead back. spec: SRV-09 */
static bool choice(const kernel *k) {
    const char *name = hlx_kernel_name(k->id);
    bool named = hlx_kernel_named(name) == k->id && hlx_kernel_named("avx") == HLX_KERNEL_NONE &&
                 hlx_kernel_named("") == HLX_KERNEL_NONE &&
                 hlx_kernel_name(HLX_KERNEL_NONE) == NULL &&
                 hlx_kernel_name(HLX_KERNEL_COUNT) == NULL;
#if defined(__x86_64__)
    hlx_kernel foreign = HLX_KERNEL_NEON;
#else
    hlx_kernel foreign = HLX_KERNEL_SSE2;
#endif
    return named && hlx_kernel_use(k->id) && !hlx_kernel_use(foreign) &&
           !hlx_kernel_use(HLX_KERNEL_NONE) && hlx_kernel_in_use() == k->id;
}

static void report(const kernel *k, const char *what, bool ok) {
    printf("%-8s %-28s %s\n", hlx_kernel_name(k->id), what, ok ? "ok" : "FAILED");
    passed += ok;
    failed += !ok;
}

#define REPORT(k, check) report(k, #check, check(k))

int main(void) {
    input_memory = guarded_new(DOCUMENT_BYTES);
    for (int i = 0; i < 3; i++) {
        column_memory[i] = guarded_new(ROWS * sizeof(int32_t));
        expected_memory[i] = guarded_new(ROWS * sizeof(int32_t));
    }
    printf("the kernel chosen by itself: %s\n", hlx_kernel_name(hlx_kernel_in_use()));
    for (size_t i = 0; i < KERNEL_COUNT; i++) {
        if (!hlx_kernel_supported(kernels[i].id)) {
            if (kernels[i].id == HLX_KERNEL_SSE2 || kernels[i].id == HLX_KERNEL_NEON) {
                report(&kernels[i], "every processor has it", false);
            } else {
                printf("NOT CHECKED: this processor has no %s\n", hlx_kernel_name(kernels[i].id));
            }
            continue;
        }
        REPORT(&kernels[i], choice);
        REPORT(&kernels[i], every_alignment_and_length);
        REPORT(&kernels[i], guard_page_before);
        REPORT(&kernels[i], every_byte_in_every_lane);
        REPORT(&kernels[i], every_pair_of_spaces);
        REPORT(&kernels[i], random_calls);
        REPORT(&kernels[i], every_line_end);
        REPORT(&kernels[i], every_groups);
        REPORT(&kernels[i], whole_documents);
        REPORT(&kernels[i], every_leap);
    }
    printf("%llu calls\n", (unsigned long long)calls);
    printf("kernels: %u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
