/* test_buffers.c -- memory for documents and columns: reused, bounded, counted as the system
 * gives it. spec: SRV-31, SRV-64 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "buffers.h"
#include "test_support.h"

#define PAGE ((size_t)4096)

/* One that was given back is taken again, those of other classes make room. */
static void documents(void **state) {
    (void)state;
    hlx_buffers buffers;
    uint32_t small, large;
    hlx_buffers_init(&buffers, 5 * PAGE);
    uint8_t *first = hlx_buffers_take(&buffers, 1, &small);
    assert_non_null(first);
    assert_int_equal(buffers.mapped_bytes, 2 * PAGE);
    assert_null(hlx_buffers_take(&buffers, 4 * PAGE, &large));
    hlx_buffers_give(&buffers, first, small);
    assert_ptr_equal(hlx_buffers_take(&buffers, 2 * PAGE, &small), first);
    hlx_buffers_give(&buffers, first, small);
    uint8_t *second = hlx_buffers_take(&buffers, 4 * PAGE, &large);
    assert_non_null(second);
    assert_int_equal(buffers.mapped_bytes, 5 * PAGE);
    memset(second, 1, 5 * PAGE);
    assert_null(hlx_buffers_take(&buffers, 1, &small));
}

/* A byte is a page; half of the bound is not for columns. */
static void columns(void **state) {
    (void)state;
    hlx_buffers buffers;
    uint32_t size_class;
    hlx_buffers_init(&buffers, 9 * PAGE);
    uint8_t *taken[4];
    for (size_t i = 0; i < 4; i++) {
        taken[i] = hlx_buffers_take_once(&buffers, 1 + i);
        assert_non_null(taken[i]);
        assert_int_equal(buffers.mapped_bytes, (i + 1) * PAGE);
    }
    assert_null(hlx_buffers_take_once(&buffers, 1));
    assert_non_null(hlx_buffers_take(&buffers, 4 * PAGE, &size_class));
    for (size_t i = 0; i < 4; i++) {
        hlx_buffers_give_once(&buffers, taken[i], 1 + i);
    }
    assert_int_equal(buffers.mapped_bytes, 5 * PAGE);
    assert_int_equal(buffers.once_bytes, 0);
    taken[0] = hlx_buffers_take_once(&buffers, 4 * PAGE);
    assert_non_null(taken[0]);
    memset(taken[0], 1, 4 * PAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(documents), cmocka_unit_test(columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
