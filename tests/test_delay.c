/* test_delay.c -- the adaptive hedge delay against sorted lists of what was observed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "delay.h"
#include "test_support.h"

#define MS UINT64_C(1000000)
#define MOST (3u * HLX_DELAY_MEMORY)

static hlx_delay delay;
static uint64_t past[MOST]; /* all that was observed */
static uint32_t past_count;

static const hlx_delay_config usual = {.fixed_ns = 10 * MS,
                                       .lower_ns = 1 * MS,
                                       .upper_ns = 100 * MS,
                                       .percentile_ppm = 950000,
                                       .warm_up = 20};

static void begin(const hlx_delay_config *config) {
    hlx_delay_init(&delay, config);
    past_count = 0;
}

static void observe(uint64_t duration_ns) {
    past[past_count++] = duration_ns;
    hlx_delay_observe(&delay, duration_ns);
}

static int by_value(const void *one, const void *other) {
    const uint64_t *a = one;
    const uint64_t *b = other;
    return (*a > *b) - (*a < *b);
}

/* The delay by its definition. */
static uint64_t expected(void) {
    static uint64_t sorted[HLX_DELAY_MEMORY];
    const hlx_delay_config *config = &delay.config;
    uint32_t count = past_count < HLX_DELAY_MEMORY ? past_count : HLX_DELAY_MEMORY;
    uint32_t rank = 1;
    if (past_count < config->warm_up) {
        return config->fixed_ns;
    }
    memcpy(sorted, past + past_count - count, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], by_value);
    while ((uint64_t)rank * HLX_DELAY_PPM < (uint64_t)count * config->percentile_ppm) {
        rank++;
    }
    uint64_t value = sorted[rank - 1];
    value = value < config->lower_ns ? config->lower_ns : value;
    return value > config->upper_ns ? config->upper_ns : value;
}

/* spec: BRK-46 */
static void test_warm_up(void **state) {
    (void)state;
    begin(&usual);
    for (uint32_t i = 1; i <= usual.warm_up; i++) {
        assert_int_equal(hlx_delay_ns(&delay), usual.fixed_ns);
        observe(i * 2 * MS);
    }
    assert_int_equal(hlx_delay_ns(&delay), 38 * MS); /* the 19th of 20 */
}

/* spec: BRK-45 */
static void test_rails(void **state) {
    static const uint64_t strange[] = {0, 1, 1 * MS - 1, 100 * MS + 1, UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        begin(&usual);
        for (uint32_t number = 0; number < 2 * HLX_DELAY_MEMORY; number++) {
            observe(strange[i]);
        }
        assert_int_equal(hlx_delay_ns(&delay), strange[i] < MS ? usual.lower_ns : usual.upper_ns);
    }
}

/* The oldest is forgotten first, so the delay follows a change within the memory's length.
 * spec: BRK-44 */
static void test_memory(void **state) {
    hlx_delay_config config = usual;
    (void)state;
    config.percentile_ppm = HLX_DELAY_PPM; /* the largest remembered */
    begin(&config);
    observe(50 * MS);
    for (uint32_t i = 1; i < HLX_DELAY_MEMORY; i++) {
        observe(2 * MS);
    }
    assert_int_equal(hlx_delay_ns(&delay), 50 * MS);
    observe(3 * MS);
    assert_int_equal(hlx_delay_ns(&delay), 3 * MS);
    for (uint32_t i = 1; i < HLX_DELAY_MEMORY; i++) {
        observe(2 * MS);
    }
    assert_int_equal(hlx_delay_ns(&delay), 3 * MS);
    observe(2 * MS);
    assert_int_equal(hlx_delay_ns(&delay), 2 * MS);
}

static random_source source;

/* Of any magnitude. */
static uint64_t some_ns(void) {
    return random_below(&source, 30) == 0 ? UINT64_MAX
                                          : random_next(&source) >> random_below(&source, 64);
}

static hlx_delay_config some_config(void) {
    uint64_t three[] = {some_ns(), some_ns(), some_ns()};
    qsort(three, 3, sizeof three[0], by_value);
    return (hlx_delay_config){.fixed_ns = three[1],
                              .lower_ns = random_below(&source, 8) == 0 ? 0 : three[0],
                              .upper_ns = random_below(&source, 8) == 0 ? UINT64_MAX : three[2],
                              .percentile_ppm = 1 + random_below(&source, HLX_DELAY_PPM),
                              .warm_up = 1 + random_below(&source, HLX_DELAY_MEMORY)};
}

/* spec: BRK-44, BRK-45, BRK-46 */
static void test_any_past(void **state) {
    (void)state;
    source = random_from_environment("test_any_past");
    for (uint32_t run = 0; run < 200; run++) {
        hlx_delay_config config = some_config();
        uint32_t length = 1 + random_below(&source, MOST);
        uint64_t bound = 1 + some_ns() / 2;
        begin(&config);
        for (uint32_t i = 0; i < length; i++) {
            observe(random_below(&source, 3) == 0 ? some_ns() : random_next(&source) % bound);
            if (random_below(&source, 40) == 0) {
                assert_int_equal(hlx_delay_ns(&delay), expected());
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warm_up),
        cmocka_unit_test(test_rails),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_any_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
