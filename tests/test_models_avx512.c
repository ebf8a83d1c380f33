/* test_models_avx512.c -- the operations of avx512.h do what proofs/models/lanes.h says. */
#include "scan_kernels.h"

#if defined(__x86_64__)

#include "avx512.h"

#define CHECK_STORE_RISING_AND_SET
#include "models_check.h"

TARGET static void check_all_or_none(void **state) {
    (void)state;
    for (uint32_t i = 0; i < BLOCK; i++) {
        assert_true(holds(all_or_none(true), i) && !holds(all_or_none(false), i));
    }
}

TARGET static void check_ascii_and(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 16; k++) {
        bytes_of_block bytes = counting(k, 37);
        lane_set others = some_set(random_below(&numbers, CASES), BLOCK);
        lane_set found = ascii_and(vector_of(&bytes), others);
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(holds(found, i), bytes.at[i] < 128 || holds(others, i));
        }
    }
}

TARGET static void check_half_looked_up(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block low = random_bytes();
        bytes_of_block high = random_bytes();
        bytes_of_block index = counting(k, k % 2 == 0 ? 1 : 37);
        bytes_of_block found =
            lanes(half_looked_up(vector_of(&low), vector_of(&index), vector_of(&high)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            uint32_t place = index.at[i] % 128u;
            assert_int_equal(found.at[i], place < 64 ? low.at[place] : high.at[place - 64]);
        }
    }
}

TARGET static void check_by_half(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block bytes = counting(k, 37);
        bytes_of_block lower = counting(k >> 8, 1);
        bytes_of_block upper = random_bytes();
        bytes_of_block found =
            lanes(by_half(vector_of(&lower), vector_of(&bytes), vector_of(&upper)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(found.at[i], bytes.at[i] < 128 ? lower.at[i] : upper.at[i]);
        }
    }
}

TARGET static void check_kinds_of_some(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 16; k++) {
        bytes_of_block categories = k < 16 ? counting(k, 1) : random_bytes();
        lane_set some = k < 16 ? ~(lane_set)0 : some_set(random_below(&numbers, CASES), BLOCK);
        for (uint32_t i = 0; i < BLOCK; i++) {
            categories.at[i] %= 16;
        }
        bytes_of_block found = lanes(kinds_of_some(some, vector_of(&categories)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(found.at[i],
                             holds(some, i) ? kind_of_category_rule(categories.at[i]) : 0);
        }
    }
}

TARGET static void check_store_first_group(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 16; k++) {
        bytes_of_block bytes = counting(k, 37);
        uint32_t from = random_below(&numbers, BLOCK);
        rows column = untouched();
        store_first_group(column.at + MARGIN, from, vector_of(&bytes));
        assert_true(only_changed(&column, MARGIN + from, GROUP));
        for (uint32_t i = 0; i < GROUP; i++) {
            assert_int_equal(column.at[MARGIN + from + i], bytes.at[i]);
        }
    }
}

TARGET static void check_groups_down(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block bytes = k < 256 ? counting(k, 37) : random_bytes();
        bytes_of_block found = lanes(groups_down(vector_of(&bytes)));
        assert_memory_equal(found.at, bytes.at + GROUP, BLOCK - GROUP);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        MODEL(load_block),    MODEL(lanes_equal),       MODEL(lanes_equal_either),
        MODEL(first_place),   MODEL(places_behind),     MODEL(last_of),
        MODEL(blanked),       MODEL(rows_one_or_next),  MODEL(all_or_none),
        MODEL(ascii_and),     MODEL(half_looked_up),    MODEL(by_half),
        MODEL(kinds_of_some), MODEL(store_first_group), MODEL(groups_down),
        MODEL(store_rising),  MODEL(store_set),
    };
    if (!hlx_kernel_supported(HLX_KERNEL_AVX512)) {
        printf("NOT CHECKED: this processor has no AVX-512 with VBMI\n");
        return 0;
    }
    return cmocka_run_group_tests_name("models of AVX-512", tests, NULL, NULL);
}

#else

int main(void) {
    return 0;
}

#endif
