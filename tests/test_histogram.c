/* test_histogram.c -- bucket bounds and percentiles against sorted values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "histogram.h"
#include "test_support.h"

static hlx_histogram histogram;

static int clear(void **state) {
    (void)state;
    hlx_histogram_init(&histogram);
    return 0;
}

static int compare(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one;
    uint64_t b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

/* spec: SRV-53 */
static void test_empty(void **state) {
    (void)state;
    assert_int_equal(hlx_histogram_percentile(&histogram, 500000), 0);
    assert_int_equal(histogram.count, 0);
}

/* One value alone is every percentile of itself, at each power of two and beside it.
 * spec: SRV-53 */
static void test_single_values(void **state) {
    (void)state;
    for (uint32_t bit = 0; bit < 64; bit++) {
        for (int beside = -1; beside <= 1; beside++) {
            uint64_t value = (UINT64_C(1) << bit) + (uint64_t)beside;
            hlx_histogram_init(&histogram);
            hlx_histogram_record(&histogram, value);
            assert_true(hlx_histogram_percentile(&histogram, 1) == value);
            assert_true(hlx_histogram_percentile(&histogram, 1000000) == value);
        }
    }
}

/* With the largest value recorded, too, the bucket's own bounds show. spec: SRV-53 */
static void test_bucket_width(void **state) {
    (void)state;
    random_source source = random_from_environment("bucket width");
    for (int i = 0; i < 20000; i++) {
        uint64_t value = random_next(&source) >> random_below(&source, 64);
        hlx_histogram_init(&histogram);
        hlx_histogram_record(&histogram, value);
        hlx_histogram_record(&histogram, UINT64_MAX);
        uint64_t edge = hlx_histogram_percentile(&histogram, 500000);
        assert_true(edge >= value);
        assert_true(edge - value <= value / HLX_HISTOGRAM_SUB_BUCKETS);
    }
}

/* spec: SRV-53 */
static void test_against_sorted_values(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    static uint64_t values[COUNT];
    static const uint32_t ranks_ppm[] = {1, 200, 1000, 500000, 990000, 999000, 999900, 1000000};
    random_source source = random_from_environment("sorted values");
    for (int i = 0; i < COUNT; i++) {
        values[i] = random_next(&source) % 50000000;
        hlx_histogram_record(&histogram, values[i]);
    }
    qsort(values, COUNT, sizeof values[0], compare);
    for (size_t i = 0; i < sizeof ranks_ppm / sizeof ranks_ppm[0]; i++) {
        uint64_t rank = (COUNT * (uint64_t)ranks_ppm[i] + 999999) / 1000000;
        uint64_t truth = values[rank - 1];
        uint64_t measured = hlx_histogram_percentile(&histogram, ranks_ppm[i]);
        assert_true(measured >= truth);
        assert_true(measured - truth <= truth / HLX_HISTOGRAM_SUB_BUCKETS);
    }
    assert_true(histogram.maximum == values[COUNT - 1]);
}

/* Half of three is two of them. spec: SRV-53 */
static void test_rank_is_rounded_up(void **state) {
    (void)state;
    for (uint64_t value = 1; value <= 3; value++) {
        hlx_histogram_record(&histogram, value);
    }
    assert_int_equal(hlx_histogram_percentile(&histogram, 333333), 1);
    assert_int_equal(hlx_histogram_percentile(&histogram, 333334), 2);
    assert_int_equal(hlx_histogram_percentile(&histogram, 500000), 2);
    assert_int_equal(hlx_histogram_percentile(&histogram, 666667), 3);
}

/* spec: SRV-53 */
static void test_sum_stops(void **state) {
    (void)state;
    hlx_histogram_record(&histogram, 3);
    hlx_histogram_record(&histogram, 4);
    assert_int_equal(histogram.sum, 7);
    hlx_histogram_record(&histogram, UINT64_MAX);
    assert_true(histogram.sum == UINT64_MAX);
    assert_int_equal(histogram.count, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_empty, clear),
        cmocka_unit_test_setup(test_single_values, clear),
        cmocka_unit_test_setup(test_bucket_width, clear),
        cmocka_unit_test_setup(test_against_sorted_values, clear),
        cmocka_unit_test_setup(test_rank_is_rounded_up, clear),
        cmocka_unit_test_setup(test_sum_stops, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
