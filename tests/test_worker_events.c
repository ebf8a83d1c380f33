/* test_worker_events.c -- what workers say, and what is believed of it. */
#include "broker_support.h"

#include "worker_events.h"

static void take(uint32_t type, uint32_t slot) {
    const hlx_event event = {.type = type, .slot = slot};

    hlx_take_worker_event(&broker, &event, &actions);
}

static void respond(uint32_t slot, uint64_t id, hlx_summary summary) {
    const hlx_event event = {
        .type = HLX_EVENT_WORKER_RESPONSE, .slot = slot, .request_id = id, .summary = summary};

    hlx_take_worker_event(&broker, &event, &actions);
}

/* spec: BRK-05, BRK-32 */
static void test_a_replacement_that_is_ready_takes_over(void **state) {
    (void)state;
    fresh_and_hot();
    broker.slots[0].replaced_by = 2;
    slot_in(2, HLX_SLOT_STARTING)->replaces = 0;
    take(HLX_EVENT_WORKER_READY, 2);
    assert_int_equal(broker.slots[2].state, HLX_SLOT_HOT);
    assert_int_equal(broker.slots[0].state, HLX_SLOT_COOLING);
    assert_int_equal(broker.seats.taken[2], 1);
    assert_int_equal(broker.seats.taken[0], 0);
    assert_int_equal(broker.counters.rotations, 1);
    take(HLX_EVENT_WORKER_READY, 0); /* fits nothing */
    assert_int_equal(broker.slots[0].state, HLX_SLOT_COOLING);
}

/* spec: BRK-28, BRK-29 */
static void test_the_first_summary_answers(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    hedge_on(0, 1);
    respond(1, 4, (hlx_summary){.status = HLX_STATUS_OK, .tokens = 8, .issues = 1});
    expect(0, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 4);
    assert_int_equal(actions.list[0].reply.status, HLX_REPLY_OK);
    assert_int_equal(actions.list[0].reply.tokens, 8);
    assert_int_equal(actions.list[0].reply.origin, HLX_ORIGIN_HEDGE);
    expect(1, HLX_ACTION_SEND_CANCEL, 0, 4);
    expect_count(2);
    respond(0, 4, (hlx_summary){.status = HLX_STATUS_CANCELLED});
    expect(2, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 4);
    expect_count(3);
    assert_int_equal(broker.counters.answered, 1);
    assert_int_equal(broker.counters.answered_by_hedge, 1);
}

/* spec: BRK-12 */
static void test_a_second_summary_is_compared(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    hedge_on(0, 1);
    respond(0, 4, (hlx_summary){.status = HLX_STATUS_OK, .tokens = 8});
    respond(1, 4, (hlx_summary){.status = HLX_STATUS_OK, .tokens = 9});
    expect(2, HLX_ACTION_MISMATCH, HLX_BROKER_NO_SLOT, 4);
    expect(3, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 4);
    expect_count(4);
    assert_int_equal(broker.counters.mismatches, 1);
    assert_int_equal(broker.counters.answered, 1);
}

static void expect_untrusted(uint32_t slot, uint64_t id, uint32_t status) {
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    respond(slot, id, (hlx_summary){.status = status});
    expect(0, HLX_ACTION_KILL, slot, 0);
    expect_count(1);
    assert_int_equal(broker.counters.protocol_errors, 1);
    respond(slot, id, (hlx_summary){.status = status}); /* it is no longer heard */
    expect_count(1);
}

/* spec: BRK-31 */
static void test_what_does_not_fit_is_not_believed(void **state) {
    (void)state;
    expect_untrusted(1, 4, HLX_STATUS_OK);
    expect_untrusted(0, 5, HLX_STATUS_OK);
    expect_untrusted(0, 4, HLX_STATUS_CANCELLED);
    expect_untrusted(0, 4, HLX_STATUS_BAD_ARGUMENT + 1);
}

/* spec: BRK-28, BRK-36 */
static void test_a_used_up_budget_makes_rotation_due(void **state) {
    const hlx_summary summaries[] = {
        {.alloc_mb10 = 99, .major = 49}, {.alloc_mb10 = 100}, {.major = 50}};

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        fresh_and_hot();
        request_in(0, HLX_REQUEST_OPEN, 4);
        broker.slots[0].backoff_ns = 10 * MS;
        respond(0, 4, summaries[i]);
        assert_int_equal(broker.slots[0].rotation_due, i > 0);
        assert_int_equal(broker.slots[0].backoff_ns, 5 * MS);
    }
}

/* spec: BRK-33, BRK-34 */
static void test_the_end_of_a_process(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    take(HLX_EVENT_WORKER_EXITED, 0);
    assert_int_equal(broker.slots[0].state, HLX_SLOT_BACKOFF);
    assert_int_equal(broker.phases.of[0], HLX_REQUEST_WAITING);
    assert_int_equal(broker.counters.crashes, 1);
    take(HLX_EVENT_WORKER_EXITED, 0); /* nobody is there */
    slot_in(1, HLX_SLOT_STARTING);
    take(HLX_EVENT_SPAWN_FAILED, 1);
    assert_int_equal(broker.slots[1].state, HLX_SLOT_BACKOFF);
    slot_in(2, HLX_SLOT_RETIRING);
    take(HLX_EVENT_WORKER_EXITED, 2);
    assert_int_equal(broker.slots[2].state, HLX_SLOT_EMPTY);
    assert_int_equal(broker.counters.crashes, 1);
    expect_count(0);
}

/* It may be told to end, or be killed, before it is known that it never was. spec: BRK-34 */
static void test_a_late_failure_to_spawn(void **state) {
    (void)state;
    const uint32_t states[] = {HLX_SLOT_RETIRING, HLX_SLOT_KILLED};
    for (size_t i = 0; i < 2; i++) {
        fresh();
        slot_in(0, states[i]);
        slot_in(1, states[i]);
        take(HLX_EVENT_SPAWN_FAILED, 0);
        assert_int_equal(broker.slots[0].state, HLX_SLOT_BACKOFF);
        assert_int_equal(broker.counters.crashes, 0);
    }
    fresh_and_hot();
    take(HLX_EVENT_SPAWN_FAILED, 0); /* who is ready was spawned */
    assert_int_equal(broker.slots[0].state, HLX_SLOT_HOT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_replacement_that_is_ready_takes_over),
        cmocka_unit_test(test_the_first_summary_answers),
        cmocka_unit_test(test_a_second_summary_is_compared),
        cmocka_unit_test(test_what_does_not_fit_is_not_believed),
        cmocka_unit_test(test_a_used_up_budget_makes_rotation_due),
        cmocka_unit_test(test_the_end_of_a_process),
        cmocka_unit_test(test_a_late_failure_to_spawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
