/* test_client_events.c -- who is let in, who is turned away, and who leaves early. */
#include "broker_support.h"

#include "client_events.h"

static void expect_refused(uint64_t id, uint32_t status) {
    expect(0, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, id);
    assert_int_equal(actions.list[0].reply.status, status);
    expect(1, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, id);
    expect_count(2);
}

/* spec: BRK-10, BRK-24 */
static void test_a_full_queue_turns_away(void **state) {
    (void)state;
    fresh();
    for (uint64_t id = 1; id <= 3; id++) {
        hlx_submit(&broker, id, &actions);
    }
    expect_count(0);
    hlx_submit(&broker, 4, &actions);
    expect_refused(4, HLX_REPLY_OVERLOADED);
    assert_int_equal(broker.counters.accepted, 3);
    assert_int_equal(broker.counters.rejected_overloaded, 1);
    assert_int_equal(broker.queue_count, 3);
}

/* spec: BRK-24 */
static void test_nobody_is_let_in_while_draining(void **state) {
    (void)state;
    fresh();
    broker.draining = true;
    hlx_submit(&broker, 1, &actions);
    expect_refused(1, HLX_REPLY_SHUTTING_DOWN);
    assert_int_equal(broker.counters.rejected_shutting_down, 1);
}

/* spec: BRK-24 */
static void test_the_last_request_that_can_be_counted(void **state) {
    (void)state;
    fresh();
    broker.counters.accepted = HLX_BROKER_MAX_ACCEPTED - 1;
    broker.counters.answered = HLX_BROKER_MAX_ACCEPTED - 1;
    hlx_submit(&broker, 1, &actions);
    expect_count(0);
    hlx_submit(&broker, 2, &actions);
    expect_refused(2, HLX_REPLY_OVERLOADED);
}

/* spec: BRK-25 */
static void test_clients_go(void **state) {
    (void)state;
    fresh_and_hot();
    hlx_submit(&broker, 1, &actions);
    request_in(0, HLX_REQUEST_OPEN, 2);
    request_in(1, HLX_REQUEST_CLOSED, 3);
    broker.slots[1].cancel_sent = true;
    hlx_client_gone(&broker, 3, &actions); /* answered */
    hlx_client_gone(&broker, 4, &actions); /* unknown */
    expect_count(0);
    hlx_client_gone(&broker, 1, &actions);
    expect(0, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 1);
    hlx_client_gone(&broker, 2, &actions);
    expect(1, HLX_ACTION_SEND_CANCEL, 0, 2);
    expect_count(2);
    assert_int_equal(broker.counters.abandoned, 2);
    assert_int_equal(broker.queue_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_queue_turns_away),
        cmocka_unit_test(test_nobody_is_let_in_while_draining),
        cmocka_unit_test(test_the_last_request_that_can_be_counted),
        cmocka_unit_test(test_clients_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
