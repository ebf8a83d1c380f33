/* test_models_sse2.c -- the operations of sse2.h do what proofs/models/lanes.h says. */
#include "scan_kernels.h"

#if defined(__x86_64__)

#include "sse2.h"

#define CHECK_STORE_GROUP
#define CHECK_WORDS
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

int main(void) {
    const struct CMUnitTest tests[] = {
        MODEL(load_block),       MODEL(lanes_equal),    MODEL(lanes_equal_either),
        MODEL(first_place),      MODEL(without_first),  MODEL(places_behind),
        MODEL(last_of),          MODEL(blanked),        MODEL(store_group),
        MODEL(rows_one_or_next), MODEL(joined),         MODEL(where_ascii),
        MODEL(positions_from),   MODEL(next_positions), MODEL(store_words),
    };
    return cmocka_run_group_tests_name("models of SSE2", tests, NULL, NULL);
}

#else

int main(void) {
    return 0;
}

#endif
