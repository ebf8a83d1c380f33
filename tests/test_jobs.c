/* test_jobs.c -- the tie between a worker and a request, however it ends. */
#include "broker_support.h"

#include "jobs.h"

/* spec: BRK-02 */
static void test_a_job_is_given(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    hlx_give_job(&broker, 1, 0, HLX_ORIGIN_HEDGE, &actions);
    expect(0, HLX_ACTION_SEND_REQUEST, 1, 4);
    assert_int_equal(actions.list[0].origin, HLX_ORIGIN_HEDGE);
    assert_int_equal(broker.slots[1].request, 0);
    assert_int_equal(broker.slots[1].origin, HLX_ORIGIN_HEDGE);
}

/* The resident wins: the request lives on in the loser's entry. spec: BRK-03, BRK-28, BRK-30 */
static void test_the_loser_is_cancelled_once(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_CLOSED, 4);
    hedge_on(0, 1);
    broker.now_ns = 7 * MS;
    hlx_finish_job(&broker, 0, &actions);
    expect(0, HLX_ACTION_SEND_CANCEL, 1, 4);
    expect_count(1);
    assert_int_equal(broker.slots[0].request, HLX_BROKER_NO_REQUEST);
    assert_int_equal(broker.slots[1].request, 1);
    assert_int_equal(broker.slots[1].timer_ns, 27 * MS);
    assert_int_equal(broker.phases.of[0], HLX_REQUEST_FREE);
    assert_int_equal(broker.phases.of[1], HLX_REQUEST_CLOSED);
    hlx_finish_job(&broker, 1, &actions);
    expect(1, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 4);
    expect_count(2);
    assert_true(broker.slots[1].timer_ns == HLX_BROKER_NEVER);
    assert_false(broker.slots[1].cancel_sent);
}

/* The hedge wins: the request stays where it is. */
static void test_the_resident_may_lose(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_CLOSED, 4);
    hedge_on(0, 1);
    hlx_finish_job(&broker, 1, &actions);
    expect(0, HLX_ACTION_SEND_CANCEL, 0, 4);
    expect_count(1);
    assert_int_equal(broker.slots[1].request, HLX_BROKER_NO_REQUEST);
    assert_int_equal(broker.requests[0].other, HLX_BROKER_NO_SLOT);
    assert_int_equal(broker.phases.of[0], HLX_REQUEST_CLOSED);
}

/* spec: BRK-03 */
static void test_a_killed_worker_is_not_told(void **state) {
    (void)state;
    fresh_and_hot();
    slot_in(1, HLX_SLOT_KILLED);
    request_in(0, HLX_REQUEST_OPEN, 4);
    hedge_on(0, 1);
    hlx_abandon(&broker, 0, &actions);
    expect(0, HLX_ACTION_SEND_CANCEL, 0, 4);
    expect_count(1);
}

/* spec: BRK-08 */
static void test_one_retry_and_no_more(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    hlx_lose_job(&broker, 0, &actions);
    expect_count(0);
    assert_int_equal(broker.phases.of[0], HLX_REQUEST_WAITING);
    assert_int_equal(broker.counters.retries, 1);
    broker.phases.of[0] = HLX_REQUEST_OPEN;
    broker.slots[0].request = 0;
    hlx_lose_job(&broker, 0, &actions);
    expect(0, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 4);
    assert_int_equal(actions.list[0].reply.status, HLX_REPLY_WORKER_FAILED);
    expect(1, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 4);
    expect_count(2);
    assert_int_equal(broker.counters.answered_worker_failed, 1);
    assert_int_equal(broker.counters.retries, 1);
}

/* spec: BRK-08 */
static void test_a_hedge_outlives_the_first_attempt(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    hedge_on(0, 1);
    hlx_lose_job(&broker, 0, &actions);
    expect_count(0);
    assert_int_equal(broker.phases.of[0], HLX_REQUEST_FREE);
    assert_int_equal(broker.phases.of[1], HLX_REQUEST_OPEN);
    assert_int_equal(broker.requests[1].crashes, 1);
    assert_int_equal(broker.requests[1].id, 4);
}

/* spec: BRK-01, BRK-25 */
static void test_an_abandoned_request_gets_no_reply(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(1, HLX_REQUEST_WAITING, 4);
    hlx_abandon(&broker, 1, &actions);
    expect(0, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 4);
    expect_count(1);
    assert_int_equal(broker.counters.abandoned, 1);
    assert_int_equal(broker.counters.answered, 0);
}

/* spec: BRK-07 */
static void test_an_overdue_request_is_answered_and_cancelled(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_OPEN, 4);
    hedge_on(0, 1);
    hlx_expire_request(&broker, 0, &actions);
    expect(0, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 4);
    assert_int_equal(actions.list[0].reply.status, HLX_REPLY_DEADLINE);
    expect(1, HLX_ACTION_SEND_CANCEL, 0, 4);
    expect(2, HLX_ACTION_SEND_CANCEL, 1, 4);
    expect_count(3);
    assert_int_equal(broker.counters.cancels_sent, 2);
    assert_int_equal(broker.counters.answered_deadline, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_is_given),
        cmocka_unit_test(test_the_loser_is_cancelled_once),
        cmocka_unit_test(test_the_resident_may_lose),
        cmocka_unit_test(test_a_killed_worker_is_not_told),
        cmocka_unit_test(test_one_retry_and_no_more),
        cmocka_unit_test(test_a_hedge_outlives_the_first_attempt),
        cmocka_unit_test(test_an_abandoned_request_gets_no_reply),
        cmocka_unit_test(test_an_overdue_request_is_answered_and_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
