/* test_slots.c -- a worker's process from spawn to grave, and its seat in the pool. */
#include "broker_support.h"

#include "slots.h"

static void test_a_spawned_worker_must_be_ready_in_time(void **state) {
    (void)state;
    fresh();
    broker.now_ns = 2 * MS;
    broker.slots[1].rotation_due = true;
    hlx_spawn(&broker, 1, &actions);
    expect(0, HLX_ACTION_SPAWN, 1, 0);
    assert_int_equal(broker.slots[1].state, HLX_SLOT_STARTING);
    assert_int_equal(broker.slots[1].timer_ns, 502 * MS);
    assert_false(broker.slots[1].rotation_due);
    assert_int_equal(broker.counters.spawns, 1);
}

/* Slot 0 is to be replaced by slot 2. */
static void rotating(void) {
    fresh_and_hot();
    broker.slots[0].replaced_by = 2;
    slot_in(2, HLX_SLOT_STARTING)->replaces = 0;
    broker.slots[2].timer_ns = 500 * MS;
}

/* spec: BRK-36 */
static void test_without_its_replacement_the_old_worker_stays(void **state) {
    (void)state;
    rotating();
    hlx_kill_worker(&broker, 2, &actions);
    expect(0, HLX_ACTION_KILL, 2, 0);
    assert_int_equal(broker.slots[2].state, HLX_SLOT_KILLED);
    assert_int_equal(broker.slots[2].replaces, HLX_BROKER_NO_SLOT);
    assert_int_equal(broker.slots[0].replaced_by, HLX_BROKER_NO_SLOT);
    assert_int_equal(broker.seats.taken[0], 1);
    assert_int_equal(broker.seats.taken[2], 0);
}

/* spec: BRK-36 */
static void test_without_the_old_worker_its_replacement_takes_over(void **state) {
    (void)state;
    rotating();
    hlx_kill_worker(&broker, 0, &actions);
    assert_int_equal(broker.seats.taken[0], 0);
    assert_int_equal(broker.seats.taken[2], 1);
    assert_int_equal(broker.slots[2].replaces, HLX_BROKER_NO_SLOT);
    assert_true(broker.slots[0].timer_ns == HLX_BROKER_NEVER);
}

/* spec: BRK-35 */
static void test_a_retired_worker_has_its_grace(void **state) {
    (void)state;
    fresh_and_hot();
    broker.draining = true;
    broker.now_ns = 1 * MS;
    hlx_retire(&broker, 1, &actions);
    expect(0, HLX_ACTION_RETIRE, 1, 0);
    assert_int_equal(broker.slots[1].state, HLX_SLOT_RETIRING);
    assert_int_equal(broker.slots[1].timer_ns, 21 * MS);
    assert_int_equal(broker.seats.taken[1], 0);
}

/* spec: BRK-09, BRK-33 */
static void test_the_back_off_doubles_up_to_its_maximum(void **state) {
    const uint64_t after[] = {10 * MS, 15 * MS, 15 * MS, 5 * MS};
    const uint64_t waits[] = {5 * MS, 10 * MS, 15 * MS, 15 * MS};

    (void)state;
    fresh_and_hot();
    for (uint32_t death = 0; death < 4; death++) {
        slot_in(1, HLX_SLOT_HOT);
        hlx_vacate(&broker, 1, death < 3);
        assert_int_equal(broker.slots[1].state, HLX_SLOT_BACKOFF);
        assert_int_equal(broker.slots[1].timer_ns, waits[death]);
        assert_int_equal(broker.slots[1].backoff_ns, after[death]);
    }
    slot_in(2, HLX_SLOT_RETIRING);
    hlx_vacate(&broker, 2, false);
    assert_int_equal(broker.slots[2].state, HLX_SLOT_EMPTY);
}

static void test_which_states_have_a_process(void **state) {
    (void)state;
    assert_false(hlx_has_process(HLX_SLOT_EMPTY));
    assert_false(hlx_has_process(HLX_SLOT_BACKOFF));
    assert_true(hlx_has_process(HLX_SLOT_STARTING));
    assert_true(hlx_has_process(HLX_SLOT_KILLED));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_spawned_worker_must_be_ready_in_time),
        cmocka_unit_test(test_without_its_replacement_the_old_worker_stays),
        cmocka_unit_test(test_without_the_old_worker_its_replacement_takes_over),
        cmocka_unit_test(test_a_retired_worker_has_its_grace),
        cmocka_unit_test(test_the_back_off_doubles_up_to_its_maximum),
        cmocka_unit_test(test_which_states_have_a_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
