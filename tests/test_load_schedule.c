/* test_load_schedule.c -- the instants of an open loop. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load_schedule.h"

#define SECOND UINT64_C(1000000000)

/* spec: CMD-44 */
static void test_fixed(void **state) {
    (void)state;
    hlx_load_schedule thirds = hlx_load_schedule_begin(HLX_LOAD_FIXED, 3, 1);
    assert_int_equal(hlx_load_schedule_next(&thirds), 0);
    assert_int_equal(hlx_load_schedule_next(&thirds), SECOND / 3);
    assert_int_equal(hlx_load_schedule_next(&thirds), SECOND * 2 / 3);
    assert_int_equal(hlx_load_schedule_next(&thirds), SECOND); /* nothing adds up */
}

/* Of 100,000 gaps mean and variance are within five standard errors of 1 / rate and
 * its square, and as many as must be are longer than three means: e^-3.
 * spec: CMD-44 */
static void test_poisson(void **state) {
    (void)state;
    enum { COUNT = 100000, RATE = 500 };
    hlx_load_schedule schedule = hlx_load_schedule_begin(HLX_LOAD_POISSON, RATE, 7);
    const double mean = (double)SECOND / RATE;
    double sum = 0, squares = 0;
    uint64_t last = 0;
    unsigned longer = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        uint64_t at = hlx_load_schedule_next(&schedule);
        assert_true(at >= last);
        double gap = (double)(at - last) / mean;
        sum += gap;
        squares += (gap - 1) * (gap - 1);
        longer += gap > 3;
        last = at;
    }
    assert_true(fabs(sum / COUNT - 1) < 5 / sqrt(COUNT));
    assert_true(fabs(squares / COUNT - 1) < 5 * sqrt(8.0 / COUNT));
    assert_true(fabs(longer - exp(-3) * COUNT) < 5 * sqrt(exp(-3) * COUNT));
}

/* spec: CMD-44 */
static void test_seed(void **state) {
    (void)state;
    hlx_load_schedule one = hlx_load_schedule_begin(HLX_LOAD_POISSON, 100, 0);
    hlx_load_schedule same = hlx_load_schedule_begin(HLX_LOAD_POISSON, 100, 0);
    hlx_load_schedule other = hlx_load_schedule_begin(HLX_LOAD_POISSON, 100, 1);
    unsigned different = 0;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t at = hlx_load_schedule_next(&one);
        assert_int_equal(at, hlx_load_schedule_next(&same));
        different += at != hlx_load_schedule_next(&other);
    }
    assert_true(different > 990);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_poisson),
        cmocka_unit_test(test_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
