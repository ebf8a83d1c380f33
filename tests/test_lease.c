/* test_lease.c -- the sides of an arena are never written while a reply holds them: every
 * sequence of operations of bounded length, against a model that knows only the rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lease.h"
#include "test_support.h"

#define STEPS 7u
#define OPERATIONS 6u

/* What a worker and the replies do, told apart from the lease's own bookkeeping. */
typedef struct model {
    uint32_t turn;
    int writing; /* side, or -1 */
    int answer;  /* side of the last answer, or -1 */
    bool held[2];
} model;

static void begin(hlx_lease *lease, model *expected) {
    if (expected->writing >= 0) {
        return; /* a worker has at most one job */
    }
    bool granted = hlx_lease_begin(lease);
    assert_int_equal(granted, !expected->held[expected->turn]);
    if (granted) {
        expected->writing = (int)expected->turn;
        expected->answer = -1;
        expected->turn = 1 - expected->turn;
    }
}

static void end(hlx_lease *lease, model *expected) {
    hlx_lease_end(lease);
    if (expected->writing >= 0) {
        expected->answer = expected->writing;
        expected->writing = -1;
    }
}

static void hold(hlx_lease *lease, model *expected) {
    uint32_t side = hlx_lease_hold(lease);
    bool possible = expected->answer >= 0 && !expected->held[expected->answer];
    assert_int_equal(side, possible ? (uint32_t)expected->answer : HLX_LEASE_NO_SIDE);
    if (possible) {
        expected->held[side] = true;
    }
}

static void restart(hlx_lease *lease, model *expected) {
    hlx_lease_restart(lease);
    expected->turn = 0;
    expected->writing = -1;
    expected->answer = -1;
}

static void release(hlx_lease *lease, model *expected, uint32_t side) {
    hlx_lease_release(lease, side);
    expected->held[side] = false;
}

static void step(hlx_lease *lease, model *expected, uint32_t operation) {
    switch (operation) {
    case 0:
        begin(lease, expected);
        break;
    case 1:
        end(lease, expected);
        break;
    case 2:
        hold(lease, expected);
        break;
    case 3:
        restart(lease, expected);
        break;
    default:
        release(lease, expected, operation - 4);
        break;
    }
    assert_int_equal(lease->held_a, expected->held[0]);
    assert_int_equal(lease->held_b, expected->held[1]);
    assert_int_equal(lease->busy, expected->writing >= 0);
    assert_false(expected->writing >= 0 && expected->held[expected->writing]);
}

/* 6^7 lives, step by step. spec: ARN-10, ARN-11, ARN-12 */
static void every_sequence(void **state) {
    (void)state;
    uint32_t sequences = 1;
    for (uint32_t i = 0; i < STEPS; i++) {
        sequences *= OPERATIONS;
    }
    for (uint32_t sequence = 0; sequence < sequences; sequence++) {
        hlx_lease lease;
        model expected = {.writing = -1, .answer = -1};
        hlx_lease_init(&lease);
        uint32_t rest = sequence;
        for (uint32_t i = 0; i < STEPS; i++, rest /= OPERATIONS) {
            step(&lease, &expected, rest % OPERATIONS);
        }
    }
    printf("every_sequence: %u sequences of %u operations\n", sequences, STEPS);
}

/* The picture in lease.h: A is held, B is written, and then it is A's turn.
 * spec: ARN-10, ARN-11, ARN-12 */
static void turn_of_a_held_side(void **state) {
    (void)state;
    hlx_lease lease;
    hlx_lease_init(&lease);
    assert_int_equal(hlx_lease_hold(&lease), HLX_LEASE_NO_SIDE); /* no answer yet */
    assert_true(hlx_lease_begin(&lease));
    assert_int_equal(hlx_lease_hold(&lease), HLX_LEASE_NO_SIDE); /* still being written */
    hlx_lease_end(&lease);
    assert_int_equal(hlx_lease_hold(&lease), 0);
    assert_true(hlx_lease_begin(&lease));
    hlx_lease_end(&lease);
    assert_false(hlx_lease_begin(&lease));
    hlx_lease_restart(&lease); /* the worker's death gives nothing back */
    assert_false(hlx_lease_begin(&lease));
    hlx_lease_release(&lease, 0);
    assert_true(hlx_lease_begin(&lease));
}

/* A worker's arena and its lease change sides together. spec: ARN-05, ARN-10 */
static void in_step_with_the_arena(void **state) {
    (void)state;
    hlx_lease lease;
    hlx_arena arena;
    hlx_lease_init(&lease);
    assert_true(hlx_arena_init(&arena, 1, 1));
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(lease.next, arena.side);
        assert_true(hlx_lease_begin(&lease));
        assert_int_equal(lease.written, arena.side);
        hlx_arena_swap(&arena);
        hlx_lease_end(&lease);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence),
        cmocka_unit_test(turn_of_a_held_side),
        cmocka_unit_test(in_step_with_the_arena),
    };
    return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
