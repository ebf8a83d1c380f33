/* cmocka.h -- for cross-compiled tests, in the place of the library of that name: what they use. */
#ifndef HLX_CMOCKA_H
#define HLX_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};

#define cmocka_unit_test(function)                                                                 \
    { #function, function }

#define assert_true(what)                                                                          \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #what);                            \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)
#define assert_int_equal(a, b) assert_true((long long)(a) == (long long)(b))
#define assert_memory_equal(a, b, size) assert_true(memcmp(a, b, size) == 0)

#define cmocka_run_group_tests_name(title, tests, set_up, tear_down)                               \
    run_tests(title, tests, sizeof(tests) / sizeof((tests)[0]))

static inline int run_tests(const char *title, const struct CMUnitTest *tests, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tests[i].run(NULL);
    }
    printf("%s: %zu tests passed\n", title, count);
    return 0;
}

#endif
