/* test_requests.c -- an entry's life: opened, moved, answered, released. */
#include "broker_support.h"

#include "queue.h"
#include "requests.h"

static void test_the_queues_oldest_is_opened(void **state) {
    (void)state;
    fresh_and_hot();
    broker.now_ns = 3 * MS;
    hlx_queue_push(&broker, 41);
    hlx_queue_push(&broker, 42);
    broker.requests[1] = (hlx_request){.hedged = true, .suppressed = true, .has_summary = true};
    hlx_open_request(&broker, 1);
    assert_int_equal(broker.phases.of[1], HLX_REQUEST_OPEN);
    assert_int_equal(broker.in_service, 1);
    assert_int_equal(broker.requests[1].id, 41);
    assert_int_equal(broker.requests[1].accepted_ns, 3 * MS);
    assert_int_equal(broker.requests[1].other, HLX_BROKER_NO_SLOT);
    assert_false(broker.requests[1].hedged || broker.requests[1].suppressed);
    assert_false(broker.requests[1].has_summary);
}

static void test_a_request_moves_with_all_it_has(void **state) {
    hlx_request *from;

    (void)state;
    fresh_and_hot();
    from = request_in(0, HLX_REQUEST_CLOSED, 7);
    hedge_on(0, 1);
    from->suppressed = true;
    from->has_summary = true;
    from->summary = (hlx_summary){.status = HLX_STATUS_OK, .tokens = 5, .issues = 2};
    from->accepted_ns = 11;
    from->hedge_at_ns = 13;
    hlx_move_request(&broker, 0, 2);
    assert_int_equal(broker.phases.of[0], HLX_REQUEST_FREE);
    assert_int_equal(broker.phases.of[2], HLX_REQUEST_CLOSED);
    from->other = HLX_BROKER_NO_SLOT; /* all but this is the same */
    assert_memory_equal(&broker.requests[2].summary, &from->summary, sizeof from->summary);
    assert_true(broker.requests[2].hedged && broker.requests[2].suppressed);
    assert_true(broker.requests[2].has_summary);
    assert_int_equal(broker.requests[2].other, HLX_BROKER_NO_SLOT);
    assert_int_equal(broker.requests[2].id, 7);
    assert_int_equal(broker.requests[2].accepted_ns, 11);
    assert_int_equal(broker.requests[2].hedge_at_ns, 13);
}

/* spec: BRK-01, BRK-11, BRK-39 */
static void test_answered_once_then_released(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(1, HLX_REQUEST_WAITING, 9);
    assert_true(hlx_unanswered(&broker, 1));
    hlx_answer(&broker, 1, hlx_refusal(HLX_REPLY_DEADLINE), &actions);
    assert_false(hlx_unanswered(&broker, 1));
    hlx_release(&broker, 1, &actions);
    expect(0, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 9);
    assert_int_equal(actions.list[0].reply.status, HLX_REPLY_DEADLINE);
    expect(1, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 9);
    expect_count(2);
    assert_int_equal(broker.counters.answered, 1);
    assert_int_equal(broker.in_service, 0);
    assert_int_equal(broker.phases.of[1], HLX_REQUEST_FREE);
}

static void test_only_the_unanswered_are_found(void **state) {
    (void)state;
    fresh_and_hot();
    request_in(0, HLX_REQUEST_CLOSED, 5);
    assert_int_equal(hlx_find_request(&broker, 5), HLX_BROKER_NO_REQUEST);
    assert_int_equal(hlx_find_waiting(&broker), HLX_BROKER_NO_REQUEST);
    request_in(1, HLX_REQUEST_OPEN, 6);
    request_in(2, HLX_REQUEST_WAITING, 8);
    assert_int_equal(hlx_find_request(&broker, 6), 1);
    assert_int_equal(hlx_find_request(&broker, 8), 2);
    assert_int_equal(hlx_find_waiting(&broker), 2);
}

/* spec: BRK-07 */
static void test_a_deadline_counts_from_acceptance(void **state) {
    (void)state;
    fresh();
    assert_true(hlx_deadline_of(&broker, 3 * MS) == 1003 * MS);
    assert_true(hlx_deadline_of(&broker, HLX_BROKER_MAX_NOW_NS) ==
                HLX_BROKER_MAX_NOW_NS + 1000 * MS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_queues_oldest_is_opened),
        cmocka_unit_test(test_a_request_moves_with_all_it_has),
        cmocka_unit_test(test_answered_once_then_released),
        cmocka_unit_test(test_only_the_unanswered_are_found),
        cmocka_unit_test(test_a_deadline_counts_from_acceptance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
