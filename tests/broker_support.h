/* broker_support.h -- a broker, a list of actions and a few ways to bring them about, for the
 * tests of the broker's modules.
 *
 * The broker has two workers, a third slot for a replacement and room for three waiting
 * requests. What a test sets by hand keeps the invariant of broker_logic.h. */
#ifndef BROKER_SUPPORT_H
#define BROKER_SUPPORT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "broker.h"

#define MS 1000000u

static hlx_broker broker; /* too large for the stack */
static hlx_actions actions;

static inline void fresh(void) {
    const hlx_broker_config config = {.worker_count = 2,
                                      .slot_count = 3,
                                      .queue_capacity = 3,
                                      .hedge_ratio_ppm = 0,
                                      .hedge_burst = 1,
                                      .rotate_mb10 = 100,
                                      .rotate_major = 50,
                                      .hedging = true,
                                      .hedge_delay_ns = 10 * MS,
                                      .deadline_ns = 1000 * MS,
                                      .start_timeout_ns = 500 * MS,
                                      .kill_grace_ns = 20 * MS,
                                      .backoff_min_ns = 5 * MS,
                                      .backoff_max_ns = 15 * MS};

    assert_true(hlx_broker_init(&broker, &config));
    actions.count = 0;
}

static inline hlx_slot *slot_in(uint32_t slot, uint32_t state) {
    broker.slots[slot].state = state;
    broker.slots[slot].timer_ns = HLX_BROKER_NEVER;
    return &broker.slots[slot];
}

/* Both workers of the pool are hot and idle. */
static inline void fresh_and_hot(void) {
    fresh();
    slot_in(0, HLX_SLOT_HOT);
    slot_in(1, HLX_SLOT_HOT);
}

/* Accepted, and in entry `entry`; its resident works for it when `phase` is OPEN or CLOSED. */
static inline hlx_request *request_in(uint32_t entry, uint8_t phase, uint64_t id) {
    bool open = phase == HLX_REQUEST_OPEN || phase == HLX_REQUEST_WAITING;

    broker.counters.accepted++;
    broker.counters.answered += open ? 0 : 1;
    broker.in_service += open ? 1 : 0;
    broker.phases.of[entry] = phase;
    broker.requests[entry] = (hlx_request){
        .other = HLX_BROKER_NO_SLOT,
        .crashes = phase == HLX_REQUEST_WAITING ? 1 : 0,
        .id = id,
        .hedge_at_ns = HLX_BROKER_NEVER,
    };
    if (phase != HLX_REQUEST_WAITING) {
        broker.slots[entry].request = entry;
        broker.slots[entry].origin = HLX_ORIGIN_PRIMARY;
    }
    return &broker.requests[entry];
}

/* The request of `entry` also runs on `slot`. */
static inline void hedge_on(uint32_t entry, uint32_t slot) {
    broker.requests[entry].hedged = true;
    broker.requests[entry].other = slot;
    broker.slots[slot].request = entry;
    broker.slots[slot].origin = HLX_ORIGIN_HEDGE;
}

/* Action `index` is this, and there are no more than `index + 1` when it is the last. */
static inline void expect(uint32_t index, uint32_t type, uint32_t slot, uint64_t request_id) {
    assert_true(index < actions.count);
    assert_int_equal(actions.list[index].type, type);
    assert_int_equal(actions.list[index].slot, slot);
    assert_int_equal(actions.list[index].request_id, request_id);
}

static inline void expect_count(uint32_t count) {
    assert_int_equal(actions.count, count);
}

#endif
