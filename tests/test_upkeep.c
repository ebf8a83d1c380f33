/* test_upkeep.c -- slots in time: wound down, overdue, rotated. */
#include "broker_support.h"

#include "upkeep.h"

/* spec: BRK-37 */
static void test_nothing_is_wound_down_before_the_last_request_is_answered(void **state) {
    (void)state;
    fresh_and_hot();
    slot_in(1, HLX_SLOT_BACKOFF);
    broker.draining = true;
    request_in(0, HLX_REQUEST_OPEN, 1);
    assert_false(hlx_finished(&broker));
    hlx_wind_down(&broker, &actions);
    expect_count(0);
    broker.phases.of[0] = HLX_REQUEST_CLOSED; /* answered, and still running */
    broker.slots[0].cancel_sent = true;
    broker.slots[0].timer_ns = 20 * MS;
    broker.counters.answered = 1;
    broker.in_service = 0;
    slot_in(2, HLX_SLOT_COOLING);
    assert_true(hlx_finished(&broker));
    hlx_wind_down(&broker, &actions);
    expect(0, HLX_ACTION_RETIRE, 2, 0);
    expect_count(1);
    assert_int_equal(broker.slots[0].state, HLX_SLOT_HOT);
    assert_int_equal(broker.slots[1].state, HLX_SLOT_EMPTY);
    assert_int_equal(broker.seats.taken[1], 0);
}

/* spec: BRK-09, BRK-35 */
static void test_timers_run_at_their_instant(void **state) {
    (void)state;
    fresh();
    broker.slots[0].timer_ns = 5 * MS;
    slot_in(1, HLX_SLOT_STARTING)->timer_ns = 5 * MS;
    broker.now_ns = 5 * MS - 1;
    hlx_run_timers(&broker, &actions);
    expect_count(0);
    broker.now_ns = 5 * MS;
    hlx_run_timers(&broker, &actions);
    expect(0, HLX_ACTION_SPAWN, 0, 0);
    expect(1, HLX_ACTION_KILL, 1, 0);
    expect_count(2); /* the empty slot's timer spawns nobody */
}

/* spec: BRK-36 */
static void test_a_rotation_waits_for_an_empty_slot(void **state) {
    (void)state;
    fresh_and_hot();
    broker.slots[0].rotation_due = true;
    broker.slots[1].rotation_due = true;
    broker.slots[2].timer_ns = 5 * MS;
    hlx_rotate(&broker, &actions);
    expect_count(0);
    assert_true(hlx_rotation_waits(&broker));
    assert_int_equal(hlx_next_of_slot(&broker, 2, true), 5 * MS);
    broker.now_ns = 5 * MS;
    hlx_rotate(&broker, &actions);
    expect(0, HLX_ACTION_SPAWN, 2, 0);
    expect_count(1);
    assert_int_equal(broker.slots[0].replaced_by, 2);
    assert_int_equal(broker.slots[2].replaces, 0);
    assert_true(hlx_rotation_waits(&broker)); /* the other one */
    broker.draining = true;
    assert_false(hlx_rotation_waits(&broker));
}

/* spec: BRK-36 */
static void test_a_cooling_worker_is_retired_when_idle(void **state) {
    (void)state;
    fresh_and_hot();
    slot_in(2, HLX_SLOT_COOLING);
    request_in(2, HLX_REQUEST_OPEN, 1);
    hlx_rotate(&broker, &actions);
    expect_count(0);
    broker.slots[2].request = HLX_BROKER_NO_REQUEST;
    hlx_rotate(&broker, &actions);
    expect(0, HLX_ACTION_RETIRE, 2, 0);
    expect_count(1);
}

/* spec: BRK-38 */
static void test_an_empty_slot_wakes_nobody(void **state) {
    (void)state;
    fresh();
    broker.slots[2].timer_ns = 5 * MS;
    assert_true(hlx_next_of_slot(&broker, 2, false) == HLX_BROKER_NEVER);
    assert_int_equal(hlx_next_of_slot(&broker, 0, false), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_wound_down_before_the_last_request_is_answered),
        cmocka_unit_test(test_timers_run_at_their_instant),
        cmocka_unit_test(test_a_rotation_waits_for_an_empty_slot),
        cmocka_unit_test(test_a_cooling_worker_is_retired_when_idle),
        cmocka_unit_test(test_an_empty_slot_wakes_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
