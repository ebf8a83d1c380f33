/* fuzz_arena.c -- where an arena's columns lie, for any capacities.
 *
 *      byte 0-3           4-7               8-15            16 ...
 *      token capacity     issue capacity    bytes written   swap or not, each
 *
 * Sizes are worked out here in 64 bits and by division instead of the header's
 * arithmetic. Small arenas are written to, so that ASan sees a column that reaches out
 * of the block. spec: ARN-01 to ARN-06 */
#include "arena.h"

#include "fuzz_support.h"

#define COLUMNS 5u
#define SMALL_WORDS 20480u

static uint64_t page_words(uint64_t rows) {
    uint64_t pages = rows / 1024 + (rows % 1024 != 0);
    return pages * 1024;
}

static uint64_t side_words(uint64_t tokens, uint64_t issues) {
    return 3 * page_words(tokens) + 2 * page_words(issues);
}

/* The columns of the active side, each at its place and behind the one before. */
static void check_columns(const hlx_arena *arena, int32_t *words) {
    hlx_columns columns;
    hlx_arena_columns(arena, words, &columns);
    int32_t *const found[COLUMNS] = {columns.kinds, columns.codes, columns.starts,
                                     columns.issue_codes, columns.issue_offsets};
    int32_t *expected =
        words + arena->side * side_words(arena->token_capacity, arena->issue_capacity);
    for (uint32_t i = 0; i < COLUMNS; i++) {
        uint32_t rows = i < 3 ? arena->token_capacity : arena->issue_capacity;
        fuzz_expect(found[i] == expected, "ARN-03: a column is behind the one before");
        fuzz_expect((found[i] - words) % 1024 == 0, "ARN-03: a column begins on a page");
        expected += page_words(rows);
    }
    fuzz_expect(columns.token_capacity == arena->token_capacity &&
                    columns.issue_capacity == arena->issue_capacity,
                "ARN-04: the capacities");
}

/* Every row of a side is written with the side's number. */
static void fill(const hlx_arena *arena, int32_t *words) {
    hlx_columns columns;
    hlx_arena_columns(arena, words, &columns);
    for (uint32_t row = 0; row < arena->token_capacity; row++) {
        columns.kinds[row] = columns.codes[row] = columns.starts[row] = (int32_t)arena->side;
    }
    for (uint32_t row = 0; row < arena->issue_capacity; row++) {
        columns.issue_codes[row] = columns.issue_offsets[row] = (int32_t)arena->side;
    }
}

static void check_filled(const hlx_arena *arena, int32_t *words) {
    hlx_columns columns;
    hlx_arena_columns(arena, words, &columns);
    int32_t side = (int32_t)arena->side;
    for (uint32_t row = 0; row < arena->token_capacity; row++) {
        fuzz_expect(columns.kinds[row] == side && columns.codes[row] == side &&
                        columns.starts[row] == side,
                    "ARN-05: the other side's columns stay as they were");
    }
}

static void check_writing(hlx_arena *arena) {
    int32_t *words = fuzz_new(hlx_arena_words(arena) * sizeof *words);
    fill(arena, words);
    hlx_arena_swap(arena);
    fill(arena, words);
    hlx_arena_swap(arena);
    check_filled(arena, words);
    free(words);
}

static void check_mb10(uint64_t bytes) {
    unsigned __int128 tenths = (unsigned __int128)bytes * 10 / 1048576;
    uint32_t expected = tenths > UINT32_MAX ? UINT32_MAX : (uint32_t)tenths;
    fuzz_expect(hlx_arena_mb10(bytes) == expected, "ARN-06: tenths of MiB");
}

/* Address space for the largest arena; nothing of it is touched. */
static int32_t *reservation(void) {
    static int32_t *words;
    if (words == NULL) {
        words = malloc(2 * side_words(HLX_ARENA_MAX_TOKENS, HLX_ARENA_MAX_ISSUES) * sizeof *words);
        fuzz_expect(words != NULL, "harness: there is address space");
    }
    return words;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size, 0};
    hlx_arena arena;
    uint32_t tokens = fuzz_u32(&input);
    uint32_t issues = fuzz_u32(&input);
    uint64_t high = fuzz_u32(&input);
    check_mb10(high << 32 | fuzz_u32(&input));
    bool good = hlx_arena_init(&arena, tokens, issues);
    fuzz_expect(good == (tokens >= 1 && tokens <= 3000000 && issues >= 1 && issues <= 65536),
                "ARN-01: capacities in range are accepted, others refused");
    if (!good) {
        return 0;
    }
    uint64_t words = 2 * side_words(tokens, issues);
    fuzz_expect(hlx_arena_words(&arena) == words, "ARN-02: the words of both sides");
    for (uint32_t side = 0; fuzz_left(&input) > 0;) {
        check_columns(&arena, reservation());
        if (fuzz_below(&input, 2) == 1) {
            hlx_arena_swap(&arena);
            side = 1 - side;
        }
        fuzz_expect(arena.side == side, "ARN-05: a swap makes the other side active");
    }
    if (words <= SMALL_WORDS) {
        check_writing(&arena);
    }
    return 0;
}
