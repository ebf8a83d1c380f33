/* test_schedule.c -- deadlines, dispatch and hedges, each at its very instant. */
#include "broker_support.h"

#include "queue.h"
#include "schedule.h"

/* spec: BRK-07 */
static void test_a_deadline_is_exclusive(void **state) {
    (void)state;
    fresh_and_hot();
    hlx_queue_push(&broker, 1);
    broker.now_ns = 1;
    hlx_queue_push(&broker, 2);
    request_in(0, HLX_REQUEST_WAITING, 3);
    broker.now_ns = 1000 * MS - 1;
    hlx_expire_queue(&broker, &actions);
    hlx_expire_requests(&broker, &actions);
    expect_count(0);
    broker.now_ns = 1000 * MS;
    hlx_expire_queue(&broker, &actions);
    expect(0, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 1);
    expect(1, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 1);
    expect_count(2);
    assert_int_equal(broker.queue_count, 1);
    hlx_expire_requests(&broker, &actions);
    expect(2, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 3);
    expect(3, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 3);
    expect_count(4);
}

/* spec: BRK-08, BRK-26 */
static void test_retries_go_before_the_queue(void **state) {
    (void)state;
    fresh_and_hot();
    hlx_queue_push(&broker, 1);
    request_in(2, HLX_REQUEST_WAITING, 2);
    hlx_dispatch(&broker, &actions);
    expect(0, HLX_ACTION_SEND_REQUEST, 0, 2);
    expect(1, HLX_ACTION_SEND_REQUEST, 1, 1);
    expect_count(2);
    assert_int_equal(broker.phases.of[2], HLX_REQUEST_FREE);
    assert_int_equal(broker.requests[1].hedge_at_ns, 10 * MS);
}

/* A worker whose own entry is taken by a waiting request takes that one. */
static void test_a_worker_takes_its_own_entrys_request_first(void **state) {
    (void)state;
    fresh_and_hot();
    slot_in(0, HLX_SLOT_BACKOFF);
    request_in(0, HLX_REQUEST_WAITING, 2);
    request_in(1, HLX_REQUEST_WAITING, 3);
    hlx_dispatch(&broker, &actions);
    expect(0, HLX_ACTION_SEND_REQUEST, 1, 3);
    expect_count(1);
}

/* spec: BRK-04, BRK-06, BRK-27 */
static void test_a_hedge_is_granted_when_due_and_within_budget(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 1)->hedge_at_ns = 10 * MS;
    broker.now_ns = 10 * MS - 1;
    hlx_hedge(&broker, &actions);
    expect_count(0);
    broker.now_ns = 10 * MS;
    hlx_hedge(&broker, &actions);
    expect(0, HLX_ACTION_SEND_REQUEST, 1, 1);
    assert_int_equal(actions.list[0].origin, HLX_ORIGIN_HEDGE);
    expect_count(1);
    assert_int_equal(broker.counters.hedges_granted, 1);
    hlx_hedge(&broker, &actions); /* never twice */
    expect_count(1);
}

/* spec: BRK-06, BRK-27 */
static void test_a_hedge_beyond_the_budget_is_suppressed(void **state) {
    (void)state;
    fresh_and_hot();
    broker.counters.hedges_granted = 1; /* the whole burst */
    request_in(0, HLX_REQUEST_OPEN, 1)->hedge_at_ns = 0;
    hlx_hedge(&broker, &actions);
    hlx_hedge(&broker, &actions);
    expect_count(0);
    assert_int_equal(broker.counters.hedges_suppressed, 1);
    broker.config.hedge_ratio_ppm = 999999; /* of one request: a millionth too little */
    hlx_hedge(&broker, &actions);
    expect_count(0);
    broker.config.hedge_ratio_ppm = 1000000;
    hlx_hedge(&broker, &actions);
    expect(0, HLX_ACTION_SEND_REQUEST, 1, 1);
}

/* spec: BRK-38 */
static void test_when_a_request_next_needs_the_broker(void **state) {
    hlx_request *request;

    (void)state;
    fresh_and_hot();
    assert_true(hlx_next_of_request(&broker, 0) == HLX_BROKER_NEVER);
    request = request_in(0, HLX_REQUEST_OPEN, 1);
    assert_int_equal(hlx_next_of_request(&broker, 0), 1000 * MS);
    request->hedge_at_ns = 10 * MS;
    assert_int_equal(hlx_next_of_request(&broker, 0), 10 * MS);
    broker.now_ns = 10 * MS; /* due, and held back */
    assert_int_equal(hlx_next_of_request(&broker, 0), 1000 * MS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadline_is_exclusive),
        cmocka_unit_test(test_retries_go_before_the_queue),
        cmocka_unit_test(test_a_worker_takes_its_own_entrys_request_first),
        cmocka_unit_test(test_a_hedge_is_granted_when_due_and_within_budget),
        cmocka_unit_test(test_a_hedge_beyond_the_budget_is_suppressed),
        cmocka_unit_test(test_when_a_request_next_needs_the_broker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
