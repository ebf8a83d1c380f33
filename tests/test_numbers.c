/* test_numbers.c -- a counter at its end, and instants in either order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "numbers.h"

/* spec: BRK-42 */
static void test_a_counter_stops(void **state) {
    (void)state;
    assert_true(hlx_counted(0) == 1);
    assert_true(hlx_counted(UINT64_MAX - 1) == UINT64_MAX);
    assert_true(hlx_counted(UINT64_MAX) == UINT64_MAX);
}

static void test_the_earlier_instant(void **state) {
    (void)state;
    assert_true(hlx_earlier(1, 2) == 1);
    assert_true(hlx_earlier(2, 1) == 1);
    assert_true(hlx_earlier(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_counter_stops),
        cmocka_unit_test(test_the_earlier_instant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
