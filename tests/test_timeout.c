/* test_timeout.c -- the connections that wait, in the order in which they expire, against a search
 * of all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "connection.h"
#include "test_support.h"
#include "timeout.h"

#define CONNECTIONS 12
#define MOVES 20000

static hlx_connection *connections;
static hlx_timeout lists[2];

static int clear(void **state) {
    (void)state;
    connections = calloc(CONNECTIONS, sizeof *connections);
    lists[0] = (hlx_timeout){.limit_ns = 7};
    lists[1] = (hlx_timeout){.limit_ns = 1000};
    return connections != NULL ? 0 : -1;
}

static int leave(void **state) {
    (void)state;
    free(connections);
    return 0;
}

/* What hlx_timeout_next should say, and how many wait. */
static uint64_t search(const hlx_timeout *list, size_t *count) {
    uint64_t next = UINT64_MAX;
    *count = 0;
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if (connections[i].timeout == list) {
            uint64_t ends = connections[i].waiting_since_ns + list->limit_ns;
            next = ends < next ? ends : next;
            ++*count;
        }
    }
    return next;
}

/* From the first on: all that wait in it and no other, none before one that began earlier. */
static void check_list(const hlx_timeout *list) {
    size_t count, met = 0;
    assert_int_equal(hlx_timeout_next(list), search(list, &count));
    const hlx_connection *before = NULL;
    for (const hlx_connection *at = list->first; at != NULL; before = at, at = at->later) {
        assert_ptr_equal(at->timeout, list);
        assert_ptr_equal(at->earlier, before);
        assert_true(before == NULL || before->waiting_since_ns <= at->waiting_since_ns);
        assert_true(++met <= count);
    }
    assert_ptr_equal(list->last, before);
    assert_int_equal(met, count);
}

/* spec: SRV-15 */
static void test_nobody_waits(void **state) {
    (void)state;
    check_list(&lists[0]);
    hlx_timeout_move(&connections[0], NULL, 5);
    assert_ptr_equal(connections[0].timeout, NULL);
    hlx_timeout_move(&connections[0], &lists[0], 5);
    assert_int_equal(hlx_timeout_next(&lists[0]), 12);
    hlx_timeout_move(&connections[0], NULL, 0);
    check_list(&lists[0]);
}

/* Of those that began at the same instant the first to be moved expires first; a move to where a
 * connection is already changes nothing. spec: SRV-15 */
static void test_the_same_instant(void **state) {
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        hlx_timeout_move(&connections[i], &lists[0], 9);
    }
    hlx_timeout_move(&connections[0], &lists[0], 9);
    assert_ptr_equal(lists[0].first, &connections[0]);
    assert_ptr_equal(lists[0].last, &connections[2]);
    check_list(&lists[0]);
}

/* Any connection moves to any list, mostly as of now, sometimes as of earlier.
 * spec: SRV-15, SRV-67 */
static void test_any_moves(void **state) {
    (void)state;
    random_source source = random_from_environment("any moves");
    uint64_t now_ns = 1000;
    for (size_t i = 0; i < MOVES; i++) {
        uint32_t list = random_below(&source, 3);
        uint64_t since_ns =
            random_below(&source, 4) == 0 ? now_ns - random_below(&source, 1000) : now_ns;
        hlx_timeout_move(&connections[random_below(&source, CONNECTIONS)],
                         list < 2 ? &lists[list] : NULL, since_ns);
        check_list(&lists[0]);
        check_list(&lists[1]);
        now_ns += random_below(&source, 3);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody_waits, clear, leave),
        cmocka_unit_test_setup_teardown(test_the_same_instant, clear, leave),
        cmocka_unit_test_setup_teardown(test_any_moves, clear, leave),
    };
    return cmocka_run_group_tests_name("timeout", tests, NULL, NULL);
}
