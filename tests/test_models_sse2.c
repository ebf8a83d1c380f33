/* test_models_sse2.c -- the operations of sse2.h do what proofs/models/lanes.h says. */
#include "scan_kernels.h"

#if defined(__x86_64__)

#include "sse2.h"

#define CHECK_STORE_GROUP
#include "models_check.h"

static void check_joined(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        bytes_of_block bytes = k < 256 ? counting(k, 37) : random_bytes();
        uint64_t half[2] = {0, 0};
        for (uint32_t i = 0; i < BLOCK; i++) {
            half[i / 8] |= (uint64_t)bytes.at[i] << (8u * (i % 8));
        }
        bytes_of_block found = lanes(joined(half[0], half[1]));
        assert_memory_equal(found.at, bytes.at, BLOCK);
    }
}

static void check_where_ascii(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block bytes = counting(k >> 8, 1);
        bytes_of_block values = counting(k, 37);
        bytes_of_block found = lanes(where_ascii(vector_of(&bytes), vector_of(&values)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(found.at[i], bytes.at[i] < 128 ? values.at[i] : 0);
        }
    }
}

typedef struct integers {
    int32_t at[GROUP];
} integers;

static integers integers_of(words w) {
    integers found;
    memcpy(found.at, &w, sizeof found.at);
    return found;
}

static void check_positions_from(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        uint32_t first = k % 2 == 0 ? k : (uint32_t)INT32_MAX - GROUP - k;
        integers found = integers_of(positions_from(first));
        for (uint32_t i = 0; i < GROUP; i++) {
            assert_int_equal(found.at[i], first + i);
        }
    }
}

static words some_words(uint32_t k, integers *values) {
    words w;
    for (uint32_t i = 0; i < GROUP; i++) {
        uint32_t high = random_below(&numbers, 1u << 16);
        values->at[i] =
            k < 256 ? (int32_t)k : (int32_t)(high << 16 | random_below(&numbers, 1u << 16));
    }
    memcpy(&w, values->at, sizeof w);
    return w;
}

static void check_next_positions(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        integers values;
        integers found = integers_of(next_positions(some_words(k, &values)));
        for (uint32_t i = 0; i < GROUP; i++) {
            if (values.at[i] <= INT32_MAX - (int32_t)GROUP) {
                assert_int_equal(found.at[i], values.at[i] + (int32_t)GROUP);
            }
        }
    }
}

static void check_store_words(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 16; k++) {
        uint32_t from = random_below(&numbers, BLOCK);
        integers values;
        rows column = untouched();
        store_words(column.at + MARGIN, from, some_words(k, &values));
        assert_true(only_changed(&column, MARGIN + from, GROUP));
        assert_memory_equal(column.at + MARGIN + from, values.at, sizeof values.at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        MODEL(load_block),        MODEL(lanes_equal),    MODEL(lanes_equal_either),
        MODEL(first_place),       MODEL(without_first),  MODEL(places_behind),
        MODEL(last_of),           MODEL(blanked),        MODEL(store_group),
        MODEL(rows_equal_either), MODEL(joined),         MODEL(where_ascii),
        MODEL(positions_from),    MODEL(next_positions), MODEL(store_words),
    };
    return cmocka_run_group_tests_name("models of SSE2", tests, NULL, NULL);
}

#else

int main(void) {
    return 0;
}

#endif
