/* test_arena.c -- the layout of the ten columns, checked word by word.
 *
 * Each column is filled with its own number through the pointers that the arena gives;
 * a block in which every word then holds the number that its place demands shows at
 * once that columns are disjoint, complete and within the block, which ends at a guard
 * page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arena.h"
#include "test_support.h"

#define PAGE_BYTES 4096u
#define RANDOM_LAYOUTS 300u

static void fill(int32_t *column, uint32_t rows, int32_t number) {
    for (uint32_t i = 0; i < rows; i++) {
        column[i] = number;
    }
}

/* Write the active side's columns full of `first`, `first` + 1, ... */
static void fill_side(const hlx_arena *arena, int32_t *words, int32_t first) {
    hlx_columns columns;
    hlx_arena_columns(arena, words, &columns);
    int32_t *starts[5] = {columns.kinds, columns.codes, columns.starts, columns.issue_codes,
                          columns.issue_offsets};
    assert_int_equal(columns.token_capacity, arena->token_capacity);
    assert_int_equal(columns.issue_capacity, arena->issue_capacity);
    for (int32_t i = 0; i < 5; i++) {
        assert_int_equal((uintptr_t)starts[i] % PAGE_BYTES, 0);
        fill(starts[i], i < 3 ? columns.token_capacity : columns.issue_capacity, first + i);
    }
}

/* Rows of one column that do not hold its number, and words of its padding that do not
 * hold 0. */
static uint32_t wrong_words(const int32_t *column, uint32_t rows, uint32_t words, int32_t number) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < words; i++) {
        wrong += column[i] != (i < rows ? number : 0);
    }
    return wrong;
}

/* spec: ARN-02 to ARN-04 */
static void check_side(const int32_t *side, uint32_t tokens, uint32_t issues, int32_t first) {
    uint32_t token_words = (tokens + 1023) / 1024 * 1024;
    uint32_t issue_words = (issues + 1023) / 1024 * 1024;
    for (int32_t i = 0; i < 5; i++) {
        uint32_t rows = i < 3 ? tokens : issues;
        uint32_t words = i < 3 ? token_words : issue_words;
        assert_int_equal(wrong_words(side, rows, words, first + i), 0);
        side += words;
    }
}

/* spec: ARN-01 to ARN-05 */
static void check_layout(uint32_t tokens, uint32_t issues) {
    hlx_arena arena;
    assert_true(hlx_arena_init(&arena, tokens, issues));
    assert_int_equal(arena.side, 0);
    uint32_t count = hlx_arena_words(&arena);
    guarded memory = guarded_new(count * sizeof(int32_t) - 1); /* whole pages, no more */
    assert_int_equal(memory.size, count * sizeof(int32_t));
    int32_t *words = guarded_first_rows(&memory);
    fill_side(&arena, words, 1);
    check_side(words, tokens, issues, 1);
    hlx_arena_swap(&arena);
    check_side(words, tokens, issues, 1);
    fill_side(&arena, words, 11);
    check_side(words, tokens, issues, 1);
    check_side(words + count / 2, tokens, issues, 11);
    hlx_arena_swap(&arena);
    fill_side(&arena, words, 21);
    check_side(words, tokens, issues, 21);
    check_side(words + count / 2, tokens, issues, 11);
    guarded_free(&memory);
}

/* spec: ARN-01 to ARN-05 */
static void layout_at_the_bounds(void **state) {
    static const uint32_t tokens[] = {1, 2, 1023, 1024, 1025, 2000, 65536};
    static const uint32_t issues[] = {1, 1023, 1024, 1025, 65535, 65536};
    (void)state;
    for (uint32_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        for (uint32_t k = 0; k < sizeof issues / sizeof issues[0]; k++) {
            check_layout(tokens[i], issues[k]);
        }
    }
    check_layout(HLX_ARENA_MAX_TOKENS, 1);
    check_layout(HLX_ARENA_MAX_TOKENS - 1, HLX_ARENA_MAX_ISSUES);
    check_layout(HLX_ARENA_MAX_TOKENS, HLX_ARENA_MAX_ISSUES);
}

/* spec: ARN-02 to ARN-05 */
static void layout_at_random_capacities(void **state) {
    (void)state;
    random_source source = random_from_environment("layout_at_random_capacities");
    for (uint32_t i = 0; i < RANDOM_LAYOUTS; i++) {
        uint32_t bound = i % 50 == 0 ? HLX_ARENA_MAX_TOKENS : 20000;
        check_layout(1 + random_below(&source, bound), 1 + random_below(&source, 5000));
    }
    printf("layout_at_random_capacities: %u layouts\n", RANDOM_LAYOUTS);
}

/* spec: ARN-01 */
static void capacities_out_of_range(void **state) {
    static const uint32_t tokens[] = {0, 3000001, 0x80000000, UINT32_MAX};
    static const uint32_t issues[] = {0, 65537, 0x80000000, UINT32_MAX};
    (void)state;
    hlx_arena arena;
    assert_true(HLX_ARENA_MAX_TOKENS > HLX_MAX_DOCUMENT_BYTES + 1);
    for (uint32_t i = 0; i < 4; i++) {
        assert_false(hlx_arena_init(&arena, tokens[i], 1));
        assert_false(hlx_arena_init(&arena, 1, issues[i]));
        assert_false(hlx_arena_init(&arena, tokens[i], issues[i]));
    }
}

/* The example of spec/arena.md. spec: ARN-02, ARN-03, ARN-05 */
static void example_of_the_specification(void **state) {
    (void)state;
    hlx_arena arena;
    hlx_columns columns;
    static int32_t words[16384];
    assert_true(hlx_arena_init(&arena, 2000, 1));
    assert_int_equal(hlx_arena_words(&arena), 16384);
    hlx_arena_swap(&arena);
    hlx_arena_columns(&arena, words, &columns);
    assert_ptr_equal(columns.kinds, words + 8192);
    assert_ptr_equal(columns.issue_codes, words + 14336);
    hlx_arena_swap(&arena);
    hlx_arena_columns(&arena, words, &columns);
    assert_ptr_equal(columns.kinds, words);
}

/* Against exact arithmetic in 128 bits. spec: ARN-06 */
static void check_mb10(uint64_t bytes) {
    unsigned __int128 tenths = (unsigned __int128)bytes * 10 / 1048576;
    uint32_t expected = tenths > UINT32_MAX ? UINT32_MAX : (uint32_t)tenths;
    assert_int_equal(hlx_arena_mb10(bytes), expected);
}

/* spec: ARN-06 */
static void tenths_of_mib(void **state) {
    (void)state;
    assert_int_equal(hlx_arena_mb10(12 * 1048576 + 3 * 1048576 / 4), 127);
    for (uint64_t step = 0; step < 30; step++) {
        uint64_t edge = (step * 1048576 + 9) / 10;
        check_mb10(edge);
        check_mb10(edge - (edge > 0));
        check_mb10(UINT64_MAX - step);
        check_mb10(450359962737049 - 15 + step); /* where the result reaches its largest value */
    }
    random_source source = random_from_environment("tenths_of_mib");
    for (uint32_t i = 0; i < 100000; i++) {
        check_mb10(random_next(&source) >> random_below(&source, 64));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_at_the_bounds),    cmocka_unit_test(layout_at_random_capacities),
        cmocka_unit_test(capacities_out_of_range), cmocka_unit_test(example_of_the_specification),
        cmocka_unit_test(tenths_of_mib),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
