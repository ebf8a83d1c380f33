/* test_bytes.c -- big-endian integers: every byte value at every place, and round
 * trips, against shifts (the code under test uses none). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "bytes.h"
#include "test_support.h"

static uint64_t shifted(const uint8_t *bytes, uint32_t count) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static void check_u32(uint8_t *bytes, uint32_t value) {
    hlx_store_u32(bytes, value);
    assert_int_equal(shifted(bytes, 4), value);
    assert_int_equal(hlx_load_u32(bytes), value);
}

static void check_u64(uint8_t *bytes, uint64_t value) {
    hlx_store_u64(bytes, value);
    assert_int_equal(shifted(bytes, 8), value);
    assert_int_equal(hlx_load_u64(bytes), value);
}

/* Every byte value at every place, the others 0x00, 0x7f, 0x80 or 0xff. spec: FRM-01 */
static void every_byte_at_every_place(void **state) {
    static const uint64_t around[] = {0, 0x7f7f7f7f7f7f7f7f, 0x8080808080808080, UINT64_MAX};
    (void)state;
    guarded memory = guarded_new(8);
    for (uint32_t i = 0; i < 4; i++) {
        for (uint32_t place = 0; place < 8; place++) {
            uint64_t hole = around[i] & ~((uint64_t)0xff << 8 * place);
            for (uint64_t byte = 0; byte < 256; byte++) {
                uint64_t value = hole | byte << 8 * place;
                check_u64(guarded_last(&memory, 8), value);
                check_u32(guarded_last(&memory, 4), (uint32_t)value);
                check_u32(guarded_last(&memory, 4), (uint32_t)(value >> 32));
            }
        }
    }
    guarded_free(&memory);
}

/* No byte beside the integer is written, at any alignment. spec: FRM-01 */
static void neighbours_are_left_alone(void **state) {
    (void)state;
    for (uint32_t offset = 1; offset <= 8; offset++) {
        uint8_t bytes[24];
        memset(bytes, 0xa5, sizeof bytes);
        hlx_store_u32(bytes + offset, 0x01020304u);
        hlx_store_u64(bytes + offset + 4, 0x05060708090a0b0cu);
        for (uint32_t i = 0; i < sizeof bytes; i++) {
            bool inside = i >= offset && i < offset + 12;
            assert_int_equal(bytes[i], inside ? i - offset + 1 : 0xa5);
        }
    }
}

/* spec: FRM-01 */
static void random_round_trips(void **state) {
    (void)state;
    random_source source = random_from_environment("random_round_trips");
    uint8_t bytes[8];
    for (uint32_t i = 0; i < 100000; i++) {
        uint64_t value = random_next(&source) >> random_below(&source, 64);
        check_u64(bytes, value);
        check_u32(bytes, (uint32_t)value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_at_every_place),
        cmocka_unit_test(neighbours_are_left_alone),
        cmocka_unit_test(random_round_trips),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
