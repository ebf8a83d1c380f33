/* test_models_neon.c -- the operations of neon.h do what proofs/models/lanes.h says.
 * On other processors it runs in an emulator (make test-aarch64). */
#include "scan_kernels.h"

#if defined(__aarch64__)

#include "neon.h"

#define CHECK_LOOK_UP
#define CHECK_STORE_GROUP
#define CHECK_WORDS
#include "models_check.h"

static void check_quarter_looked_up(void **state) {
    (void)state;
    guarded memory = guarded_new(64);
    uint8_t *quarter = guarded_last(&memory, 64);
    for (uint32_t k = 0; k < 1u << 16; k++) {
        for (uint32_t i = 0; i < 64; i++) {
            quarter[i] = (uint8_t)random_below(&numbers, 256);
        }
        uint32_t number = k % 4;
        bytes_of_block bytes = counting(k >> 8, k % 8 < 4 ? 1 : 37);
        bytes_of_block found = lanes(quarter_looked_up(quarter, vector_of(&bytes), number));
        for (uint32_t i = 0; i < BLOCK; i++) {
            bool here = bytes.at[i] / 64u == number;
            assert_int_equal(found.at[i], here ? quarter[bytes.at[i] % 64] : 0);
        }
    }
    guarded_free(&memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        MODEL(load_block),        MODEL(lanes_equal),    MODEL(lanes_equal_either),
        MODEL(first_place),       MODEL(without_first),  MODEL(places_behind),
        MODEL(last_of),           MODEL(blanked),        MODEL(store_group),
        MODEL(rows_one_or_next),  MODEL(lanes_joined),   MODEL(kinds_by_category),
        MODEL(positions_from),    MODEL(next_positions), MODEL(store_words),
        MODEL(quarter_looked_up),
    };
    return cmocka_run_group_tests_name("models of NEON", tests, NULL, NULL);
}

#else

#include <stdio.h>

int main(void) {
    printf("These are operations of AArch64: make test-aarch64 runs this test.\n");
    return 0;
}

#endif
