/* test_broker.c -- the broker core against its clauses, one by one, and then all
 * twelve rules at every step of seeded random walks.
 *
 * Every step of every test runs under the checker of broker_rules.h, which keeps
 * its own books. HLX_SEED and HLX_STEPS choose the walk; both are printed. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "broker_rules.h"

#define MS 1000000u

typedef struct bench {
    hlx_broker broker;
    broker_rules rules;
    hlx_actions actions;
    uint64_t now_ns;
    uint64_t next_ns;
} bench;

static bench table; /* too large for the stack */
static hlx_broker twin;
static hlx_actions twin_actions;

static hlx_broker_config small_config(void) {
    return (hlx_broker_config){.worker_count = 2,
                               .slot_count = 3,
                               .queue_capacity = 3,
                               .hedge_ratio_ppm = 1000000,
                               .hedge_burst = 1,
                               .rotate_mb10 = 100,
                               .rotate_major = 50,
                               .hedging = true,
                               .hedge_delay_ns = 10 * MS,
                               .deadline_ns = 1000 * MS,
                               .start_timeout_ns = 500 * MS,
                               .kill_grace_ns = 20 * MS,
                               .backoff_min_ns = 5 * MS,
                               .backoff_max_ns = 40 * MS};
}

static void begin(const hlx_broker_config *config) {
    assert_true(hlx_broker_init(&table.broker, config));
    rules_init(&table.rules, config);
    table.now_ns = 0;
    table.next_ns = HLX_BROKER_NEVER;
    table.actions.count = 0;
}

/* One step, checked from outside. */
static void step(const hlx_event *event) {
    rules_begin_step(&table.rules, event, table.now_ns);
    table.next_ns = hlx_broker_step(&table.broker, event, table.now_ns, &table.actions);
    rules_end_step(&table.rules, &table.actions, table.next_ns, &table.broker.counters);
    if (table.rules.broken != NULL) {
        fail_msg("%s", table.rules.broken);
    }
    assert_int_equal(hlx_broker_stopped(&table.broker), rules_stopped(&table.rules));
}

static void tick_at(uint64_t now_ns) {
    hlx_event event = {.type = HLX_EVENT_TICK};

    table.now_ns = now_ns;
    step(&event);
}

static void submit(uint64_t id) {
    hlx_event event = {.type = HLX_EVENT_SUBMIT, .request_id = id};

    step(&event);
}

static void gone(uint64_t id) {
    hlx_event event = {.type = HLX_EVENT_CLIENT_GONE, .request_id = id};

    step(&event);
}

static void of_slot(uint32_t type, uint32_t slot) {
    hlx_event event = {.type = type, .slot = slot};

    step(&event);
}

static void ready(uint32_t slot) {
    of_slot(HLX_EVENT_WORKER_READY, slot);
}

static void exited(uint32_t slot) {
    of_slot(HLX_EVENT_WORKER_EXITED, slot);
}

static void set_hedge_delay(uint64_t delay_ns) {
    hlx_event event = {.type = HLX_EVENT_HEDGE_DELAY, .hedge_delay_ns = delay_ns};

    step(&event);
}

static void drain(void) {
    of_slot(HLX_EVENT_DRAIN, 0);
}

static void respond_with(uint32_t slot, uint64_t id, hlx_summary summary) {
    hlx_event event = {
        .type = HLX_EVENT_WORKER_RESPONSE, .slot = slot, .request_id = id, .summary = summary};

    step(&event);
}

static void respond(uint32_t slot, uint64_t id, uint32_t status) {
    respond_with(slot, id, (hlx_summary){.status = status, .tokens = 7, .issues = 1});
}

/* The i-th action of the last step, of a given type; fails when there is none. */
static const hlx_action *nth(uint32_t type, uint32_t number) {
    for (uint32_t i = 0; i < table.actions.count; i++) {
        if (table.actions.list[i].type == type && number-- == 0) {
            return &table.actions.list[i];
        }
    }
    fail_msg("no action of type %u", type);
    return NULL;
}

static const hlx_action *first(uint32_t type) {
    return nth(type, 0);
}

static uint32_t number_of(uint32_t type) {
    uint32_t number = 0;

    for (uint32_t i = 0; i < table.actions.count; i++) {
        number += table.actions.list[i].type == type;
    }
    return number;
}

/* A pool whose workers are all hot, at instant 0. */
static void begin_hot(const hlx_broker_config *config) {
    begin(config);
    tick_at(0);
    for (uint32_t slot = 0; slot < config->worker_count; slot++) {
        ready(slot);
    }
}

/* ---- interface clauses ---- */

/* spec: BRK-20 */
static void test_config_bounds(void **state) {
    hlx_broker_config good = small_config();
    hlx_broker_config bad;

    (void)state;
    assert_true(hlx_broker_config_valid(&good));
#define REFUSED(field, value)                                                                      \
    bad = good;                                                                                    \
    bad.field = (value);                                                                           \
    assert_false(hlx_broker_config_valid(&bad));                                                   \
    assert_false(hlx_broker_init(&table.broker, &bad))
#define ACCEPTED(field, value)                                                                     \
    bad = good;                                                                                    \
    bad.field = (value);                                                                           \
    assert_true(hlx_broker_config_valid(&bad))
    REFUSED(worker_count, 0);
    REFUSED(worker_count, 65);
    REFUSED(slot_count, 2);
    REFUSED(slot_count, 129);
    ACCEPTED(slot_count, 128);
    REFUSED(queue_capacity, 0);
    REFUSED(queue_capacity, 16385);
    ACCEPTED(queue_capacity, 16384);
    REFUSED(hedge_ratio_ppm, 1000001);
    REFUSED(hedge_burst, 1000001);
    ACCEPTED(hedge_burst, 1000000);
    REFUSED(deadline_ns, 0);
    REFUSED(deadline_ns, HLX_BROKER_MAX_DURATION_NS + 1);
    REFUSED(start_timeout_ns, 0);
    REFUSED(start_timeout_ns, HLX_BROKER_MAX_DURATION_NS + 1);
    REFUSED(kill_grace_ns, 0);
    REFUSED(kill_grace_ns, HLX_BROKER_MAX_DURATION_NS + 1);
    REFUSED(backoff_min_ns, 0);
    REFUSED(backoff_max_ns, good.backoff_min_ns - 1);
    REFUSED(backoff_max_ns, HLX_BROKER_MAX_DURATION_NS + 1);
    ACCEPTED(hedge_delay_ns, 0);
    REFUSED(hedge_delay_ns, HLX_BROKER_MAX_DURATION_NS + 1);
    bad = good;
    bad.worker_count = 64;
    bad.slot_count = 65;
    assert_true(hlx_broker_config_valid(&bad));
#undef REFUSED
#undef ACCEPTED
}

/* spec: BRK-21 */
static void test_first_step_spawns_the_pool(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin(&config);
    assert_false(hlx_broker_stopped(&table.broker));
    tick_at(0);
    assert_int_equal(table.actions.count, 2);
    assert_int_equal(nth(HLX_ACTION_SPAWN, 0)->slot, 0);
    assert_int_equal(nth(HLX_ACTION_SPAWN, 1)->slot, 1);
    assert_int_equal(table.next_ns, config.start_timeout_ns);
}

/* spec: BRK-22 */
static void test_time_does_not_run_backwards(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    tick_at(100 * MS);
    table.now_ns = 5;
    submit(1);
    assert_int_equal(table.next_ns, 110 * MS);
    tick_at(UINT64_MAX);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, HLX_REPLY_DEADLINE);
    submit(2);
    assert_int_equal(table.next_ns, HLX_BROKER_MAX_NOW_NS + config.hedge_delay_ns);
}

/* A response at the very instant of its deadline is taken first, so it answers; and
 * the worker it frees gets the next request in the same step. spec: BRK-23 */
static void test_order_within_a_step(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedging = false;
    begin_hot(&config);
    submit(1);
    submit(2);
    table.now_ns = 1;
    submit(3);
    table.now_ns = config.deadline_ns;
    respond(0, 1, HLX_STATUS_OK);
    assert_int_equal(nth(HLX_ACTION_REPLY, 0)->request_id, 1);
    assert_int_equal(nth(HLX_ACTION_REPLY, 0)->reply.status, HLX_REPLY_OK);
    assert_int_equal(nth(HLX_ACTION_REPLY, 1)->request_id, 2);
    assert_int_equal(nth(HLX_ACTION_REPLY, 1)->reply.status, HLX_REPLY_DEADLINE);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->request_id, 3);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 0);
}

/* ---- one reply, one release ---- */

/* spec: BRK-01, BRK-39 */
static void test_one_reply_then_release(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 0);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->origin, HLX_ORIGIN_PRIMARY);
    tick_at(10 * MS);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 1);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->origin, HLX_ORIGIN_HEDGE);
    respond(1, 1, HLX_STATUS_OK);
    assert_int_equal(number_of(HLX_ACTION_REPLY), 1);
    assert_int_equal(number_of(HLX_ACTION_RELEASE), 0); /* worker 0 still reads it */
    assert_int_equal(first(HLX_ACTION_SEND_CANCEL)->slot, 0);
    respond(0, 1, HLX_STATUS_CANCELLED);
    assert_int_equal(number_of(HLX_ACTION_REPLY), 0);
    assert_int_equal(number_of(HLX_ACTION_RELEASE), 1);
}

/* spec: BRK-01, BRK-25 */
static void test_no_reply_after_the_client_has_gone(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    tick_at(10 * MS);
    gone(1);
    assert_int_equal(number_of(HLX_ACTION_SEND_CANCEL), 2);
    gone(1); /* again, and of a request that never was: nothing */
    gone(99);
    assert_int_equal(table.actions.count, 0);
    respond(0, 1, HLX_STATUS_OK);
    assert_int_equal(table.actions.count, 0);
    respond(1, 1, HLX_STATUS_CANCELLED);
    assert_int_equal(table.actions.count, 1);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 1);
    assert_int_equal(table.broker.counters.abandoned, 1);
}

/* Those behind it keep their order; the ring wraps on the way. spec: BRK-10, BRK-25 */
static void test_a_queued_client_goes(void **state) {
    hlx_broker_config config = small_config();
    uint64_t id = 10;

    (void)state;
    config.hedging = false;
    config.queue_capacity = HLX_BROKER_MAX_QUEUE;
    begin_hot(&config);
    submit(1);
    submit(2);
    for (uint32_t i = 0; i < HLX_BROKER_MAX_QUEUE - 2; i++) { /* turn the ring */
        submit(id + i);
        gone(id + i);
        submit(id + i + HLX_BROKER_MAX_QUEUE);
        respond(i % 2, i < 2 ? i + 1 : id + i - 2 + HLX_BROKER_MAX_QUEUE, HLX_STATUS_OK);
    }
    id = 100000;
    for (uint32_t i = 0; i < 6; i++) {
        submit(id + i);
    }
    gone(id);
    gone(id + 3);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, id + 3);
    gone(id + 5);
    for (uint32_t i = 0; i < 3; i++) {
        static const uint32_t order[] = {1, 2, 4};

        respond(i % 2, table.rules.workers[i % 2].job, HLX_STATUS_OK);
        assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->request_id, id + order[i]);
    }
}

/* spec: BRK-25 */
static void test_a_waiting_client_goes(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.worker_count = 1;
    begin_hot(&config);
    submit(1);
    exited(0);
    gone(1);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 1);
    assert_int_equal(table.actions.count, 1);
}

/* ---- workers and jobs ---- */

/* The loser is not idle before it has answered: a new request waits for it.
 * spec: BRK-02, BRK-26 */
static void test_loser_is_busy_until_it_answers(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    tick_at(10 * MS);
    respond(0, 1, HLX_STATUS_OK);
    submit(2);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 0);
    submit(3);
    assert_int_equal(number_of(HLX_ACTION_SEND_REQUEST), 0);
    respond(1, 1, HLX_STATUS_CANCELLED);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 1);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->request_id, 3);
}

/* spec: BRK-03, BRK-30 */
static void test_unanswered_cancel_kills(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    tick_at(10 * MS);
    respond(0, 1, HLX_STATUS_OK);
    assert_int_equal(number_of(HLX_ACTION_SEND_CANCEL), 1);
    assert_int_equal(table.next_ns, 30 * MS);
    tick_at(30 * MS - 1);
    assert_int_equal(table.actions.count, 0);
    tick_at(30 * MS);
    assert_int_equal(first(HLX_ACTION_KILL)->slot, 1);
    assert_int_equal(number_of(HLX_ACTION_RELEASE), 0);
    respond(1, 1, HLX_STATUS_OK); /* crossed the kill on its way: ignored. spec: BRK-31 */
    assert_int_equal(table.actions.count, 0);
    exited(1);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 1);
}

/* spec: BRK-04 */
static void test_hedge_goes_to_another_worker(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.worker_count = 1;
    begin_hot(&config);
    submit(1);
    tick_at(100 * MS);
    assert_int_equal(number_of(HLX_ACTION_SEND_REQUEST), 0);
    assert_int_equal(table.broker.counters.hedges_suppressed, 1);
}

/* spec: BRK-05, BRK-32, BRK-36 */
static void test_rotation_is_spawn_ready_retire(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    respond_with(0, 1, (hlx_summary){.status = HLX_STATUS_OK, .alloc_mb10 = 100});
    assert_int_equal(first(HLX_ACTION_SPAWN)->slot, 2);
    assert_int_equal(number_of(HLX_ACTION_RETIRE), 0);
    submit(2); /* the old worker still gets jobs */
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 0);
    ready(2);
    assert_int_equal(number_of(HLX_ACTION_RETIRE), 0); /* and finishes them */
    assert_int_equal(table.broker.counters.rotations, 1);
    submit(3);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 1);
    submit(4);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 2);
    respond(0, 2, HLX_STATUS_OK);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, HLX_REPLY_OK);
    assert_int_equal(first(HLX_ACTION_RETIRE)->slot, 0);
    exited(0);
    assert_int_equal(table.broker.counters.crashes, 0);
    assert_int_equal(number_of(HLX_ACTION_SPAWN), 0);
}

/* spec: BRK-28 */
static void test_budgets(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    respond_with(0, 1, (hlx_summary){.alloc_mb10 = 99, .major = 49});
    assert_int_equal(number_of(HLX_ACTION_SPAWN), 0);
    submit(2);
    respond_with(0, 2, (hlx_summary){.alloc_mb10 = 99, .major = 50});
    assert_int_equal(number_of(HLX_ACTION_SPAWN), 1);
    config.rotate_mb10 = 0; /* never */
    config.rotate_major = 0;
    begin_hot(&config);
    submit(3);
    respond_with(0, 3, (hlx_summary){.alloc_mb10 = UINT32_MAX, .major = UINT32_MAX});
    assert_int_equal(number_of(HLX_ACTION_SPAWN), 0);
}

/* spec: BRK-34, BRK-36 */
static void test_failed_replacement_is_tried_again(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    respond_with(0, 1, (hlx_summary){.alloc_mb10 = 100});
    of_slot(HLX_EVENT_SPAWN_FAILED, 2);
    assert_int_equal(table.actions.count, 0); /* not at once */
    assert_int_equal(table.next_ns, 5 * MS);
    assert_int_equal(table.broker.counters.crashes, 0);
    tick_at(5 * MS);
    assert_int_equal(first(HLX_ACTION_SPAWN)->slot, 2);
    exited(2);
    assert_int_equal(table.next_ns, 15 * MS); /* the back-off has doubled */
    tick_at(15 * MS);
    ready(2);
    assert_int_equal(first(HLX_ACTION_RETIRE)->slot, 0);
}

/* A worker that exits because it was told to costs its slot the shortest back-off, again
 * and again. spec: BRK-09 */
static void test_retired_slots_back_off_least(void **state) {
    hlx_broker_config config = small_config();
    uint64_t id = 1;

    (void)state;
    config.worker_count = 1;
    config.slot_count = 2;
    begin_hot(&config);
    for (uint32_t i = 0; i < 4; i++, id++) {
        uint32_t old = i % 2;

        submit(id);
        respond_with(old, id, (hlx_summary){.alloc_mb10 = 100});
        tick_at(i == 0 ? 0 : table.now_ns + 5 * MS);
        ready(1 - old);
        assert_int_equal(first(HLX_ACTION_RETIRE)->slot, old);
        exited(old);
    }
    assert_int_equal(table.broker.counters.rotations, 4);
    submit(id);
    respond_with(0, id, (hlx_summary){.alloc_mb10 = 100});
    tick_at(table.now_ns + 5 * MS);
    of_slot(HLX_EVENT_SPAWN_FAILED, 1);
    assert_int_equal(table.next_ns, table.now_ns + 5 * MS); /* the first failure since */
}

/* What was due of a dead worker is not due of its successor. spec: BRK-36 */
static void test_rotation_is_due_of_a_worker_not_of_a_slot(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    submit(2);
    respond_with(0, 1, (hlx_summary){.alloc_mb10 = 100});
    respond_with(1, 2, (hlx_summary){.alloc_mb10 = 100}); /* no slot is empty: it waits */
    exited(1);
    tick_at(5 * MS);
    assert_int_equal(first(HLX_ACTION_SPAWN)->slot, 1);
    ready(1);
    ready(2);
    exited(0);
    tick_at(100 * MS);
    assert_int_equal(table.actions.count, 0);
    assert_int_equal(table.next_ns, HLX_BROKER_NEVER);
}

/* spec: BRK-09, BRK-36 */
static void test_replacement_inherits_from_a_dead_worker(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    respond_with(0, 1, (hlx_summary){.alloc_mb10 = 100});
    exited(0);
    tick_at(400 * MS); /* slot 0 is not respawned: slot 2 takes its place */
    assert_int_equal(table.actions.count, 0);
    ready(2);
    assert_int_equal(table.actions.count, 0);
    exited(2);
    tick_at(405 * MS);
    assert_int_equal(first(HLX_ACTION_SPAWN)->slot, 2);
}

/* ---- hedges ---- */

/* burst 2, no ratio: two hedges, then none. spec: BRK-06 */
static void test_hedge_budget_is_exact(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedge_burst = 2;
    config.hedge_ratio_ppm = 0;
    begin_hot(&config);
    for (uint64_t id = 1; id <= 3; id++) {
        submit(id);
        tick_at(table.now_ns + 10 * MS);
        assert_int_equal(number_of(HLX_ACTION_SEND_REQUEST), id <= 2);
        respond(0, id, HLX_STATUS_OK);
        if (id <= 2) {
            respond(1, id, HLX_STATUS_CANCELLED);
        }
    }
    assert_int_equal(table.broker.counters.hedges_granted, 2);
    assert_int_equal(table.broker.counters.hedges_suppressed, 1);
}

/* no burst, one in four: the fourth request earns the first hedge. spec: BRK-06 */
static void test_hedge_ratio_is_exact(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedge_burst = 0;
    config.hedge_ratio_ppm = 250000;
    begin_hot(&config);
    for (uint64_t id = 1; id <= 8; id++) {
        submit(id);
        tick_at(table.now_ns + 10 * MS);
        assert_int_equal(number_of(HLX_ACTION_SEND_REQUEST), id % 4 == 0);
        respond(0, id, HLX_STATUS_OK);
        if (id % 4 == 0) {
            respond(1, id, HLX_STATUS_CANCELLED);
        }
    }
}

/* Held back while nobody is idle, granted when somebody is. spec: BRK-27 */
static void test_suppressed_hedge_is_tried_again(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    table.now_ns = 5 * MS;
    submit(2);
    tick_at(10 * MS);
    tick_at(11 * MS);
    assert_int_equal(table.actions.count, 0);
    assert_int_equal(table.broker.counters.hedges_suppressed, 1);
    assert_int_equal(table.next_ns, 15 * MS);
    respond(1, 2, HLX_STATUS_OK);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->origin, HLX_ORIGIN_HEDGE);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 1);
}

/* spec: BRK-27 */
static void test_no_hedging_when_switched_off(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedging = false;
    begin_hot(&config);
    submit(1);
    assert_int_equal(table.next_ns, config.deadline_ns);
    tick_at(20 * MS);
    assert_int_equal(table.actions.count, 0);
    assert_int_equal(table.broker.counters.hedges_suppressed, 0);
}

/* ---- deadlines ---- */

/* spec: BRK-07, BRK-38 */
static void test_deadlines(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedging = false;
    config.worker_count = 1;
    begin_hot(&config);
    submit(1);
    table.now_ns = 1;
    submit(2);
    submit(3);
    tick_at(config.deadline_ns - 1);
    assert_int_equal(table.actions.count, 0);
    assert_int_equal(table.next_ns, config.deadline_ns);
    tick_at(config.deadline_ns); /* in service: cancelled */
    assert_int_equal(first(HLX_ACTION_REPLY)->request_id, 1);
    assert_int_equal(first(HLX_ACTION_SEND_CANCEL)->slot, 0);
    assert_int_equal(table.next_ns, config.deadline_ns + 1);
    tick_at(config.deadline_ns + 1); /* queued: released */
    assert_int_equal(number_of(HLX_ACTION_REPLY), 2);
    assert_int_equal(number_of(HLX_ACTION_RELEASE), 2);
    respond(0, 1, HLX_STATUS_CANCELLED);
    assert_int_equal(table.next_ns, HLX_BROKER_NEVER);
}

/* spec: BRK-07 */
static void test_deadline_of_a_waiting_request(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.worker_count = 1;
    begin_hot(&config);
    submit(1);
    exited(0);
    tick_at(5 * MS);
    tick_at(505 * MS);
    assert_int_equal(first(HLX_ACTION_KILL)->slot, 0); /* never ready. spec: BRK-35 */
    tick_at(config.deadline_ns);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, HLX_REPLY_DEADLINE);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 1);
}

/* ---- crashes ---- */

/* A poison document costs two workers and no more. spec: BRK-08, BRK-33 */
static void test_poison_document(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedging = false;
    begin_hot(&config);
    submit(1);
    exited(0);
    assert_int_equal(number_of(HLX_ACTION_REPLY), 0);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 1);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->origin, HLX_ORIGIN_PRIMARY);
    exited(1);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, HLX_REPLY_WORKER_FAILED);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.origin, HLX_ORIGIN_NONE);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 1);
    assert_int_equal(table.broker.counters.retries, 1);
    assert_int_equal(table.broker.counters.crashes, 2);
}

/* A worker that dies beside a running hedge costs nothing but itself; the hedge answers.
 * The request is not hedged again. spec: BRK-08, BRK-27 */
static void test_hedge_survives_the_primary(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.worker_count = 3;
    config.slot_count = 4;
    begin_hot(&config);
    submit(1);
    tick_at(10 * MS);
    exited(0);
    assert_int_equal(table.actions.count, 0);
    tick_at(50 * MS);
    assert_int_equal(number_of(HLX_ACTION_SEND_REQUEST), 0);
    respond(1, 1, HLX_STATUS_OK);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.origin, HLX_ORIGIN_HEDGE);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 1);
    assert_int_equal(table.broker.counters.retries, 0);
}

/* A retry runs before the queue, on the first worker there is. spec: BRK-26 */
static void test_retry_goes_first(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedging = false;
    begin_hot(&config);
    submit(1);
    submit(2);
    submit(3);
    exited(0);
    respond(1, 2, HLX_STATUS_OK);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->request_id, 1);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 1);
    tick_at(5 * MS);
    ready(0);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->request_id, 3);
}

/* spec: BRK-09 */
static void test_back_off_doubles_and_is_reset(void **state) {
    static const uint64_t delays[] = {5, 10, 20, 40, 40};
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    for (uint32_t i = 0; i < 5; i++) {
        uint64_t due_ns = table.now_ns + delays[i] * MS;

        exited(0);
        assert_int_equal(table.next_ns, due_ns);
        tick_at(due_ns - 1);
        assert_int_equal(table.actions.count, 0);
        tick_at(due_ns);
        assert_int_equal(first(HLX_ACTION_SPAWN)->slot, 0);
    }
    ready(0);
    submit(1);
    respond(0, 1, HLX_STATUS_OK);
    exited(0);
    assert_int_equal(table.next_ns, table.now_ns + 5 * MS);
}

/* ---- queue ---- */

/* spec: BRK-10, BRK-24 */
static void test_queue_is_bounded(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.queue_capacity = 1;
    begin_hot(&config);
    submit(1); /* both go straight through a queue of one */
    submit(2);
    submit(3);
    assert_int_equal(table.actions.count, 0);
    submit(4);
    assert_int_equal(table.actions.count, 2);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, HLX_REPLY_OVERLOADED);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 4);
    assert_int_equal(table.broker.counters.accepted, 3);
}

/* The last request that can be counted. spec: BRK-24, BRK-42 */
static void test_counters_stop(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    table.broker.counters.accepted = HLX_BROKER_MAX_ACCEPTED - 1;
    table.broker.counters.answered = HLX_BROKER_MAX_ACCEPTED - 1;
    table.broker.counters.rejected_overloaded = UINT64_MAX - 1;
    table.rules.counters = table.broker.counters;
    submit(1);
    assert_int_equal(table.broker.counters.accepted, HLX_BROKER_MAX_ACCEPTED);
    for (uint64_t id = 2; id < 4; id++) {
        hlx_event event = {.type = HLX_EVENT_SUBMIT, .request_id = id};

        hlx_broker_step(&table.broker, &event, table.now_ns, &table.actions);
        assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, HLX_REPLY_OVERLOADED);
        assert_int_equal(table.broker.counters.rejected_overloaded, UINT64_MAX);
    }
}

/* accepted = answered + abandoned + in the system is checked by the rules after each
 * step; here are the sums at the end. spec: BRK-11 */
static void test_counters_conserve(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    for (uint64_t id = 1; id <= 4; id++) {
        submit(id);
    }
    gone(4);
    gone(2);
    respond(0, 1, HLX_STATUS_OK);
    assert_int_equal(table.broker.counters.accepted, 4);
    assert_int_equal(table.broker.counters.answered, 1);
    assert_int_equal(table.broker.counters.abandoned, 2);
    assert_int_equal(table.broker.queue_count + table.broker.in_service, 1);
}

/* ---- results ---- */

static uint32_t mismatches_of(hlx_summary a, hlx_summary b) {
    hlx_broker_config config = small_config();

    begin_hot(&config);
    submit(1);
    tick_at(10 * MS);
    respond_with(0, 1, a);
    respond_with(1, 1, b);
    assert_int_equal(number_of(HLX_ACTION_RELEASE), 1);
    return number_of(HLX_ACTION_MISMATCH);
}

/* spec: BRK-12 */
static void test_attempts_are_compared(void **state) {
    hlx_summary a = {.status = HLX_STATUS_OK, .tokens = 5, .issues = 2, .alloc_mb10 = 1};
    hlx_summary b = a;

    (void)state;
    b.alloc_mb10 = 9; /* budgets may differ */
    b.major = 3;
    assert_int_equal(mismatches_of(a, b), 0);
    b.tokens = 6;
    assert_int_equal(mismatches_of(a, b), 1);
    assert_int_equal(table.broker.counters.mismatches, 1);
    b = a;
    b.issues = 3;
    assert_int_equal(mismatches_of(a, b), 1);
    b = a;
    b.status = HLX_STATUS_OUTPUT_FULL;
    assert_int_equal(mismatches_of(a, b), 1);
    b.status = HLX_STATUS_CANCELLED;
    assert_int_equal(mismatches_of(a, b), 0);
}

/* spec: BRK-29 */
static void test_replies_of_summaries(void **state) {
    static const uint32_t statuses[] = {HLX_STATUS_OK, HLX_STATUS_OUTPUT_FULL,
                                        HLX_STATUS_BAD_ARGUMENT};
    static const uint32_t replies[] = {HLX_REPLY_OK, HLX_REPLY_TOO_LARGE, HLX_REPLY_MALFORMED};
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    for (uint32_t i = 0; i < 3; i++) {
        submit(i);
        respond(0, i, statuses[i]);
        assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, replies[i]);
        assert_int_equal(first(HLX_ACTION_REPLY)->reply.tokens, i == 0 ? 7 : 0);
        assert_int_equal(first(HLX_ACTION_REPLY)->reply.issues, i == 0 ? 1 : 0);
        assert_int_equal(first(HLX_ACTION_REPLY)->reply.origin, HLX_ORIGIN_PRIMARY);
    }
    assert_int_equal(table.broker.counters.answered_ok, 1);
}

/* Each of these costs the worker its life, and the request a retry. spec: BRK-31 */
static void test_protocol_errors(void **state) {
    static const struct {
        uint64_t id;
        uint32_t status;
    } cases[] = {{2, HLX_STATUS_OK}, {1, 4}, {1, HLX_STATUS_CANCELLED}};
    hlx_broker_config config = small_config();

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        begin_hot(&config);
        submit(1);
        respond(0, cases[i].id, cases[i].status);
        assert_int_equal(first(HLX_ACTION_KILL)->slot, 0);
        assert_int_equal(table.broker.counters.protocol_errors, 1);
        exited(0);
        assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->slot, 1);
    }
    begin_hot(&config);
    respond(1, 1, HLX_STATUS_OK); /* without a job */
    assert_int_equal(first(HLX_ACTION_KILL)->slot, 1);
}

/* ---- life and death of slots ---- */

/* spec: BRK-35 */
static void test_late_workers_are_killed(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin(&config);
    tick_at(0);
    ready(1);
    tick_at(500 * MS);
    assert_int_equal(first(HLX_ACTION_KILL)->slot, 0);
    ready(0); /* too late */
    assert_int_equal(table.actions.count, 0);
    of_slot(HLX_EVENT_SPAWN_FAILED, 0); /* it never was there. spec: BRK-34 */
    assert_int_equal(table.next_ns, 505 * MS);
    assert_int_equal(table.broker.counters.crashes, 0);
    tick_at(505 * MS);
    ready(0);
    drain();
    assert_int_equal(number_of(HLX_ACTION_RETIRE), 2);
    tick_at(525 * MS);
    assert_int_equal(number_of(HLX_ACTION_KILL), 2);
}

/* spec: BRK-37, BRK-41 */
static void test_drain_finishes_everything(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedging = false;
    begin_hot(&config);
    submit(1);
    submit(2);
    submit(3);
    exited(1);
    drain();
    submit(4);
    assert_int_equal(first(HLX_ACTION_REPLY)->reply.status, HLX_REPLY_SHUTTING_DOWN);
    assert_int_equal(first(HLX_ACTION_RELEASE)->request_id, 4);
    tick_at(5 * MS); /* made good even now */
    assert_int_equal(first(HLX_ACTION_SPAWN)->slot, 1);
    respond_with(0, 1, (hlx_summary){.alloc_mb10 = 100});
    assert_int_equal(number_of(HLX_ACTION_SPAWN), 0); /* no rotation. spec: BRK-36 */
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->request_id, 2);
    respond(0, 2, HLX_STATUS_OK);
    respond(0, 3, HLX_STATUS_OK);
    assert_int_equal(number_of(HLX_ACTION_RETIRE), 2);
    exited(0);
    assert_false(hlx_broker_stopped(&table.broker));
    exited(1);
    assert_true(hlx_broker_stopped(&table.broker));
    assert_int_equal(table.next_ns, HLX_BROKER_NEVER);
}

/* A slot in back-off is given up; a job still running is waited for. spec: BRK-37 */
static void test_drain_waits_for_cancelled_jobs(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    submit(1);
    exited(1);
    drain();
    gone(1);
    assert_int_equal(number_of(HLX_ACTION_RETIRE), 0);
    assert_int_equal(table.next_ns, config.kill_grace_ns);
    respond(0, 1, HLX_STATUS_CANCELLED);
    assert_int_equal(first(HLX_ACTION_RETIRE)->slot, 0);
    exited(0);
    assert_true(hlx_broker_stopped(&table.broker));
}

/* spec: BRK-40 */
static void test_events_that_fit_nothing(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    begin_hot(&config);
    for (uint32_t type = 0; type < 12; type++) {
        static const uint32_t slots[] = {3, HLX_BROKER_MAX_SLOTS, UINT32_MAX};

        for (uint32_t i = 0; i < 3 && type != HLX_EVENT_SUBMIT && type != HLX_EVENT_DRAIN; i++) {
            hlx_event event = {.type = type,
                               .slot = slots[i],
                               .request_id = 5,
                               .hedge_delay_ns = HLX_BROKER_MAX_DURATION_NS + 1};

            twin = table.broker;
            step(&event);
            assert_int_equal(table.actions.count, 0);
            assert_memory_equal(&twin, &table.broker, sizeof twin);
        }
    }
    ready(0); /* hot already; empty slot; never spawned */
    exited(2);
    of_slot(HLX_EVENT_SPAWN_FAILED, 0);
    respond(2, 1, HLX_STATUS_OK);
    assert_int_equal(table.actions.count, 0);
}

/* What runs keeps the instant of its hedge; what is dispatched later has the new delay.
 * spec: BRK-43 */
static void test_hedge_delay_moves(void **state) {
    hlx_broker_config config = small_config();

    (void)state;
    config.hedge_burst = 1000000;
    begin_hot(&config);
    submit(1);
    assert_int_equal(table.next_ns, 10 * MS);
    set_hedge_delay(3 * MS);
    assert_int_equal(table.actions.count, 0);
    assert_int_equal(table.next_ns, 10 * MS);
    tick_at(10 * MS);
    assert_int_equal(first(HLX_ACTION_SEND_REQUEST)->origin, HLX_ORIGIN_HEDGE);
    respond(0, 1, HLX_STATUS_OK);
    respond(1, 1, HLX_STATUS_CANCELLED);
    submit(2);
    assert_int_equal(table.next_ns, 13 * MS);
    set_hedge_delay(HLX_BROKER_MAX_DURATION_NS + 1); /* out of range: it stays */
    set_hedge_delay(UINT64_MAX);
    respond(0, 2, HLX_STATUS_OK);
    submit(3);
    assert_int_equal(table.next_ns, 13 * MS);
    respond(0, 3, HLX_STATUS_OK);
    set_hedge_delay(HLX_BROKER_MAX_DURATION_NS); /* in range: the deadline is earlier */
    submit(4);
    assert_int_equal(table.next_ns, 10 * MS + config.deadline_ns);
    respond(0, 4, HLX_STATUS_OK);
    set_hedge_delay(0); /* at once, in the step of the dispatch */
    submit(5);
    assert_int_equal(number_of(HLX_ACTION_SEND_REQUEST), 2);
}

/* ---- random walks ---- */

static uint64_t random_state;

static uint64_t random_u64(void) { /* splitmix64 */
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t below(uint32_t bound) {
    return (uint32_t)(random_u64() % bound);
}

static uint64_t some_ns(void) {
    return 1 + random_u64() % (1ull << (1 + below(12)));
}

typedef struct world {
    uint64_t next_id;
    uint32_t load;    /* of 100 events: submissions */
    uint32_t cruelty; /* of 100 events: those that no well-behaved world sends */
} world;

static hlx_broker_config random_config(void) {
    hlx_broker_config config = {.worker_count = 1 + below(below(4) == 0 ? 64 : 4),
                                .queue_capacity = 1 + below(below(4) == 0 ? 300 : 6),
                                .hedge_ratio_ppm = below(3) == 0 ? 0 : below(1000001),
                                .hedge_burst = below(4) == 0 ? 1000000 : below(4),
                                .rotate_mb10 = below(3) == 0 ? 0 : 1 + below(60),
                                .rotate_major = below(3) == 0 ? 0 : 1 + below(60),
                                .hedging = below(8) != 0,
                                .hedge_delay_ns = some_ns() - 1,
                                .deadline_ns = some_ns() * 4,
                                .start_timeout_ns = some_ns(),
                                .kill_grace_ns = some_ns(),
                                .backoff_min_ns = some_ns()};

    config.slot_count = config.worker_count + 1 + below(config.worker_count);
    config.backoff_max_ns = config.backoff_min_ns + some_ns();
    return config;
}

static void advance_time(void) {
    uint32_t choice = below(8);

    if (choice == 0 && table.next_ns != HLX_BROKER_NEVER) {
        table.now_ns = table.next_ns;
    } else if (choice == 1 && table.next_ns != HLX_BROKER_NEVER) {
        table.now_ns = table.next_ns - 1;
    } else if (choice < 5) {
        table.now_ns += below(20);
    } else if (choice == 5 && below(10) == 0) {
        table.now_ns -= table.now_ns > 50 ? below(50) : 0;
    }
}

/* What the worker in a slot would do next, now and then something else. */
static void worker_event(hlx_event *event) {
    const rules_worker *worker = &table.rules.workers[event->slot];
    bool stop = worker->cancel_sent && below(4) != 0;

    event->type = HLX_EVENT_TICK;
    if (worker->process == STARTING) {
        event->type = below(6) == 0 ? HLX_EVENT_SPAWN_FAILED : HLX_EVENT_WORKER_READY;
    } else if (worker->process == RETIRING || worker->process == KILLED ||
               (worker->busy && below(30) == 0)) {
        event->type = HLX_EVENT_WORKER_EXITED;
    } else if (worker->busy) {
        event->type = HLX_EVENT_WORKER_RESPONSE;
        event->request_id = worker->job;
        event->summary = (hlx_summary){.tokens = (uint32_t)worker->job,
                                       .issues = below(20) == 0,
                                       .alloc_mb10 = below(64),
                                       .major = below(64)};
        if (stop) {
            event->summary.status = HLX_STATUS_CANCELLED;
        } else if (below(10) == 0) {
            event->summary.status = 2 + below(2);
        }
    }
}

static void any_event(const world *walk, hlx_event *event) {
    event->type = below(10);
    event->slot = below(5) == 0 ? (uint32_t)random_u64() : below(table.rules.config.slot_count);
    event->request_id = walk->next_id - below(20);
    event->summary = (hlx_summary){.status = below(6), .tokens = below(3), .alloc_mb10 = below(64)};
    event->hedge_delay_ns = below(4) == 0 ? random_u64() : some_ns() - 1;
    if (event->type == HLX_EVENT_SUBMIT || event->type == HLX_EVENT_DRAIN) {
        event->type = HLX_EVENT_TICK;
    }
}

static hlx_event random_event(world *walk) {
    hlx_event event = {.type = HLX_EVENT_TICK, .slot = below(table.rules.config.slot_count)};
    uint32_t choice = below(100);

    if (choice < walk->load) {
        event.type = HLX_EVENT_SUBMIT;
        event.request_id = walk->next_id++;
    } else if (choice < walk->load + walk->cruelty) {
        any_event(walk, &event);
    } else if (choice < 90) {
        worker_event(&event);
    } else if (choice < 94) {
        event.type = HLX_EVENT_CLIENT_GONE;
        event.request_id = walk->next_id - below(10);
    }
    return event;
}

/* A TICK before the promised instant does nothing and promises the same. spec: BRK-07 */
static void check_promise(void) {
    hlx_event event = {.type = HLX_EVENT_TICK};
    uint64_t end_ns = table.next_ns < HLX_BROKER_MAX_NOW_NS ? table.next_ns : HLX_BROKER_MAX_NOW_NS;
    uint64_t start_ns = table.rules.now_ns;
    uint64_t next_ns;

    twin = table.broker;
    next_ns = hlx_broker_step(&twin, &event, start_ns + random_u64() % (end_ns - start_ns),
                              &twin_actions);
    assert_int_equal(twin_actions.count, 0);
    assert_int_equal(next_ns, table.next_ns);
}

/* Workers answer, exit and start until nothing is left. */
static void run_dry(world *walk) {
    hlx_event event = {.type = HLX_EVENT_DRAIN};

    step(&event);
    walk->load = 0;
    walk->cruelty = 0;
    for (uint32_t i = 0; i < 200000 && !rules_stopped(&table.rules); i++) {
        event = random_event(walk);
        if (i % 8 == 0 && table.next_ns != HLX_BROKER_NEVER) {
            table.now_ns = table.next_ns;
        }
        step(&event);
    }
    assert_true(hlx_broker_stopped(&table.broker));
    assert_int_equal(table.broker.counters.accepted,
                     table.broker.counters.answered + table.broker.counters.abandoned);
}

static void one_walk(uint64_t steps) {
    hlx_broker_config config = random_config();
    world walk = {.next_id = 1000, .load = 5 + below(60), .cruelty = below(3) == 0 ? 0 : below(8)};

    begin(&config);
    for (uint64_t i = 0; i < steps; i++) {
        hlx_event event = random_event(&walk);

        advance_time();
        step(&event);
        if (i % 256 == 0) {
            check_promise();
        }
    }
    run_dry(&walk);
}

static uint64_t environment(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);

    return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

/* spec: BRK-01 to BRK-12, BRK-40 */
static void test_random_walks(void **state) {
    uint64_t seed = environment("HLX_SEED", 20261123);
    uint64_t steps = environment("HLX_STEPS", 2000000);
    uint64_t done = 0;

    (void)state;
    random_state = seed;
    print_message("HLX_SEED=%llu HLX_STEPS=%llu\n", (unsigned long long)seed,
                  (unsigned long long)steps);
    while (done < steps) {
        one_walk(4000);
        done += 4000;
    }
}

/* With workers that never die before they are told, the number of workers that are
 * up does not fall below the pool's size once it was reached. spec: BRK-05 */
static void test_rotation_never_lowers_the_hot_count(void **state) {
    hlx_broker_config config = small_config();
    uint64_t id = 1;
    bool rotated = false;

    (void)state;
    config.worker_count = 5;
    config.slot_count = 7;
    config.rotate_mb10 = 1;
    begin_hot(&config);
    random_state = 5;
    for (uint32_t i = 0; i < 20000; i++) {
        hlx_event event = {.type = HLX_EVENT_SUBMIT, .request_id = id};
        uint32_t up = 0;

        event.slot = below(config.slot_count);
        if (below(3) != 0) {
            worker_event(&event);
            if (table.rules.workers[event.slot].process == READY &&
                event.type == HLX_EVENT_WORKER_EXITED) {
                event.type = HLX_EVENT_TICK;
            }
        }
        id += event.type == HLX_EVENT_SUBMIT;
        table.now_ns += 100000;
        step(&event);
        for (uint32_t slot = 0; slot < config.slot_count; slot++) {
            up += table.rules.workers[slot].process == READY;
        }
        assert_true(up + table.broker.counters.kills >= config.worker_count);
        rotated |= table.broker.counters.rotations > 0;
        if (table.broker.counters.kills > 0) {
            begin_hot(&config);
        }
    }
    assert_true(rotated);
}

/* ---- the checker itself must see what is wrong ---- */

static void expect_broken(const char *clause) {
    if (table.rules.broken == NULL || strncmp(table.rules.broken, clause, 6) != 0) {
        fail_msg("%s not reported, but: %s", clause,
                 table.rules.broken == NULL ? "nothing" : table.rules.broken);
    }
}

/* One honest step whose actions are then tampered with. */
static void tampered(uint32_t edit, const char *clause) {
    hlx_broker_config config = small_config();
    hlx_event event = {.type = HLX_EVENT_WORKER_RESPONSE, .request_id = 1};
    hlx_actions *actions = &table.actions;

    begin_hot(&config);
    submit(1);
    rules_begin_step(&table.rules, &event, 0);
    table.next_ns = hlx_broker_step(&table.broker, &event, 0, actions);
    assert_int_equal(actions->count, 2); /* REPLY, RELEASE */
    if (edit == 0) {
        actions->list[actions->count++] = actions->list[0];
    } else if (edit == 1) {
        actions->count = 1;
    } else if (edit == 2) {
        actions->list[0].reply.tokens++;
    } else if (edit == 3) {
        actions->list[1].type = HLX_ACTION_KILL;
        actions->list[1].slot = 0;
    } else if (edit == 4) {
        table.broker.counters.answered_ok++;
    } else if (edit == 5) {
        table.next_ns = 0;
    }
    rules_end_step(&table.rules, actions, table.next_ns, &table.broker.counters);
    expect_broken(clause);
}

static void test_the_checker_objects(void **state) {
    (void)state;
    tampered(0, "BRK-01");
    tampered(1, "BRK-39");
    tampered(2, "BRK-29");
    tampered(3, "BRK-35");
    tampered(4, "BRK-42");
    tampered(5, "BRK-07");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_bounds),
        cmocka_unit_test(test_first_step_spawns_the_pool),
        cmocka_unit_test(test_time_does_not_run_backwards),
        cmocka_unit_test(test_order_within_a_step),
        cmocka_unit_test(test_one_reply_then_release),
        cmocka_unit_test(test_no_reply_after_the_client_has_gone),
        cmocka_unit_test(test_a_queued_client_goes),
        cmocka_unit_test(test_a_waiting_client_goes),
        cmocka_unit_test(test_loser_is_busy_until_it_answers),
        cmocka_unit_test(test_unanswered_cancel_kills),
        cmocka_unit_test(test_hedge_goes_to_another_worker),
        cmocka_unit_test(test_rotation_is_spawn_ready_retire),
        cmocka_unit_test(test_budgets),
        cmocka_unit_test(test_failed_replacement_is_tried_again),
        cmocka_unit_test(test_retired_slots_back_off_least),
        cmocka_unit_test(test_rotation_is_due_of_a_worker_not_of_a_slot),
        cmocka_unit_test(test_replacement_inherits_from_a_dead_worker),
        cmocka_unit_test(test_hedge_budget_is_exact),
        cmocka_unit_test(test_hedge_ratio_is_exact),
        cmocka_unit_test(test_suppressed_hedge_is_tried_again),
        cmocka_unit_test(test_no_hedging_when_switched_off),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_deadline_of_a_waiting_request),
        cmocka_unit_test(test_poison_document),
        cmocka_unit_test(test_hedge_survives_the_primary),
        cmocka_unit_test(test_retry_goes_first),
        cmocka_unit_test(test_back_off_doubles_and_is_reset),
        cmocka_unit_test(test_queue_is_bounded),
        cmocka_unit_test(test_counters_stop),
        cmocka_unit_test(test_counters_conserve),
        cmocka_unit_test(test_attempts_are_compared),
        cmocka_unit_test(test_replies_of_summaries),
        cmocka_unit_test(test_protocol_errors),
        cmocka_unit_test(test_late_workers_are_killed),
        cmocka_unit_test(test_drain_finishes_everything),
        cmocka_unit_test(test_drain_waits_for_cancelled_jobs),
        cmocka_unit_test(test_events_that_fit_nothing),
        cmocka_unit_test(test_hedge_delay_moves),
        cmocka_unit_test(test_random_walks),
        cmocka_unit_test(test_rotation_never_lowers_the_hot_count),
        cmocka_unit_test(test_the_checker_objects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
