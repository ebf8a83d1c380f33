/* test_queue.c -- the ring of waiting requests, across its end. */
#include "broker_support.h"

#include "queue.h"

/* Three requests, 1 to 3, a millisecond apart; the second lies beyond the ring's end. */
static void three_queued(void) {
    fresh();
    broker.queue_head = HLX_BROKER_MAX_QUEUE - 1;
    for (uint64_t id = 1; id <= 3; id++) {
        broker.now_ns = id * MS;
        hlx_queue_push(&broker, id);
    }
}

static void expect_queue(uint32_t count, const uint64_t *ids) {
    assert_int_equal(broker.queue_count, count);
    for (uint32_t i = 0; i < count; i++) {
        const hlx_queued *queued = &broker.queue[(broker.queue_head + i) % HLX_BROKER_MAX_QUEUE];

        assert_int_equal(queued->id, ids[i]);
        assert_int_equal(queued->accepted_ns, ids[i] * MS);
        assert_int_equal(hlx_queue_find(&broker, ids[i]), i);
    }
}

/* spec: BRK-10, BRK-11 */
static void test_first_in_first_out(void **state) {
    (void)state;
    three_queued();
    expect_queue(3, (const uint64_t[]){1, 2, 3});
    assert_int_equal(broker.counters.accepted, 3);
    hlx_queue_drop_head(&broker);
    expect_queue(2, (const uint64_t[]){2, 3});
    assert_int_equal(broker.queue_head, 0);
}

/* spec: BRK-25 */
static void test_a_gap_is_closed(void **state) {
    (void)state;
    three_queued();
    hlx_queue_remove(&broker, 1);
    expect_queue(2, (const uint64_t[]){1, 3});
    three_queued();
    hlx_queue_remove(&broker, 0);
    expect_queue(2, (const uint64_t[]){2, 3});
    three_queued();
    hlx_queue_remove(&broker, 2);
    expect_queue(2, (const uint64_t[]){1, 2});
}

static void test_what_is_not_there_is_not_found(void **state) {
    (void)state;
    three_queued();
    assert_int_equal(hlx_queue_find(&broker, 4), 3);
    hlx_queue_remove(&broker, 2);
    assert_int_equal(hlx_queue_find(&broker, 3), 2); /* left behind in the ring */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_in_first_out),
        cmocka_unit_test(test_a_gap_is_closed),
        cmocka_unit_test(test_what_is_not_there_is_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
