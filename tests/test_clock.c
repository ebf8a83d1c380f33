/* test_clock.c -- the clock against a sleep of known length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "clock.h"

/* The bounds are wide for busy machines, and narrow enough to tell milliseconds from
 * anything else. spec: SRV-50 */
static void test_ten_milliseconds(void **state) {
    (void)state;
    uint64_t shortest_ns = UINT64_MAX;
    for (int i = 0; i < 5; i++) {
        uint64_t before_ns = hlx_clock_now_ns();
        assert_int_equal(nanosleep(&(struct timespec){0, 10000000}, NULL), 0);
        uint64_t elapsed_ns = hlx_clock_now_ns() - before_ns;
        shortest_ns = elapsed_ns < shortest_ns ? elapsed_ns : shortest_ns;
    }
    assert_in_range(shortest_ns, 7 * HLX_NS_PER_MS, 30 * HLX_NS_PER_MS);
}

/* spec: SRV-50 */
static void test_never_backwards(void **state) {
    (void)state;
    uint64_t last_ns = hlx_clock_now_ns();
    assert_true(last_ns > 0);
    for (int i = 0; i < 100000; i++) {
        uint64_t now_ns = hlx_clock_now_ns();
        assert_true(now_ns >= last_ns);
        last_ns = now_ns;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_milliseconds),
        cmocka_unit_test(test_never_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
