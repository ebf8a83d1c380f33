/* test_models_avx2.c -- the operations of avx2.h do what proofs/models/lanes.h says. */
#include "scan_kernels.h"

#if defined(__x86_64__)

#include "avx2.h"

#define CHECK_LOOK_UP
#define CHECK_STORE_GROUP
#define CHECK_STORE_RISING_AND_SET
#include "models_check.h"

TARGET static void check_row_index(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 16u * 256u; k++) {
        uint32_t high = k / 256u;
        bytes_of_block bytes = counting(k, 37);
        bytes_of_block found = lanes(row_index(vector_of(&bytes), high));
        for (uint32_t i = 0; i < BLOCK; i++) {
            if (bytes.at[i] / 16 == (int)high) {
                assert_int_equal(found.at[i], 0x70 + bytes.at[i] % 16);
            } else {
                assert_true(found.at[i] >= 128);
            }
        }
    }
}

TARGET static void check_row_looked_up(void **state) {
    (void)state;
    guarded memory = guarded_new(4096);
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block row = random_bytes();
        bytes_of_block index = counting(k, k % 2 == 0 ? 1 : 37);
        const uint8_t *entries = guarded_copy(&memory, row.at, 16);
        bytes_of_block found = lanes(row_looked_up(entries, vector_of(&index)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(found.at[i], index.at[i] < 128 ? row.at[index.at[i] % 16] : 0);
        }
    }
    guarded_free(&memory);
}

TARGET static void check_lanes_zero(void **state) {
    (void)state;
    bytes_of_block found = lanes(lanes_zero());
    for (uint32_t i = 0; i < BLOCK; i++) {
        assert_int_equal(found.at[i], 0);
    }
}

TARGET static void check_places_high(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 512; k++) {
        bytes_of_block bytes = counting(k, k < 256 ? 1 : 37);
        lane_set found = places_high(vector_of(&bytes));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(holds(found, i), bytes.at[i] >= 128);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        MODEL(load_block),        MODEL(lanes_equal),   MODEL(lanes_equal_either),
        MODEL(first_place),       MODEL(places_behind), MODEL(last_of),
        MODEL(blanked),           MODEL(store_group),   MODEL(store_set),
        MODEL(rows_one_or_next),  MODEL(row_index),     MODEL(row_looked_up),
        MODEL(lanes_joined),      MODEL(lanes_zero),    MODEL(places_high),
        MODEL(kinds_by_category), MODEL(store_rising),
    };
    if (!hlx_kernel_supported(HLX_KERNEL_AVX2)) {
        printf("NOT CHECKED: this processor has no AVX2\n");
        return 0;
    }
    return cmocka_run_group_tests_name("models of AVX2", tests, NULL, NULL);
}

#else

int main(void) {
    return 0;
}

#endif
