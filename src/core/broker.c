/* broker.c -- the hedged-request broker: one event in, actions out.
 *
 * A step runs these phases, each a loop over slots, entries or the queue:
 *
 *      take the event -> expire -> wind down -> timers -> rotate
 *           -> dispatch -> hedge -> say when to be called again
 *
 *      broker.c ----> client_events, worker_events, schedule, upkeep     what happens
 *                ----> queue, requests, jobs, slots                       to whom
 *                ----> actions, numbers
 *
 * What it does not do: it never looks at a clock, never blocks, and keeps no
 * statistics of time. */
#include "broker.h"

#include "client_events.h"
#include "numbers.h"
#include "requests.h"
#include "schedule.h"
#include "upkeep.h"
#include "worker_events.h"

/* Time never runs backwards and never leaves its range. spec: BRK-22 */
/*@ requires writable: \valid(broker);
    requires bounded: broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    terminates \true;
    exits \false;
    assigns broker->now_ns;
    ensures forward: \old(broker->now_ns) <= broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    ensures exact: broker->now_ns == Later(\old(broker->now_ns), now_ns);
*/
static void advance(hlx_broker *broker, uint64_t now_ns) {
    uint64_t bounded = hlx_earlier(now_ns, HLX_BROKER_MAX_NOW_NS);

    if (bounded > broker->now_ns) {
        broker->now_ns = bounded;
    }
}

/* Of requests dispatched from now on: what runs keeps the instant of its hedge. A delay
 * that no configuration may have fits nothing. spec: BRK-43 */
/*@ requires usable: \valid(broker);
    requires config: ConfigValid(broker->config);
    requires budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                                broker->counters.accepted);
    terminates \true;
    exits \false;
    assigns broker->config.hedge_delay_ns;
    ensures moved: broker->config.hedge_delay_ns ==
      (delay_ns <= HLX_BROKER_MAX_DURATION_NS ? delay_ns : \old(broker->config.hedge_delay_ns));
    ensures config: ConfigValid(broker->config);
    ensures budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                               broker->counters.accepted);
*/
static void set_hedge_delay(hlx_broker *broker, uint64_t delay_ns) {
    if (delay_ns <= HLX_BROKER_MAX_DURATION_NS) {
        broker->config.hedge_delay_ns = delay_ns;
    }
}

/* What fits nothing changes nothing. spec: BRK-40 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters, broker->draining, broker->config.hedge_delay_ns,
            actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 4;
    ensures delay: broker->config.hedge_delay_ns ==
      (event->type == HLX_EVENT_HEDGE_DELAY &&
       event->hedge_delay_ns <= HLX_BROKER_MAX_DURATION_NS
         ? event->hedge_delay_ns : \old(broker->config.hedge_delay_ns));
    ensures draining: (broker->draining != 0) <==>
      \old(broker->draining != 0) || event->type == HLX_EVENT_DRAIN;
    HLX_VALID(ensures)
    ensures hedges: HedgeAccount(*broker, *actions) ==
      \old(HedgeAccount(*broker, *actions));
    ensures accepted: broker->counters.accepted == \old(broker->counters.accepted) +
      (event->type == HLX_EVENT_SUBMIT ? \old(Accepts(*broker)) : 0);
    ensures abandoned: \old(broker->counters.abandoned) <= broker->counters.abandoned <=
      \old(broker->counters.abandoned) + (event->type == HLX_EVENT_CLIENT_GONE ? 1 : 0);
    ensures replies: ReplyAccount(*broker, *actions) ==
      \old(ReplyAccount(*broker, *actions)) + (event->type == HLX_EVENT_SUBMIT
        ? 1 - (broker->counters.accepted - \old(broker->counters.accepted)) : 0);
    ensures releases: ReleaseAccount(*broker, *actions) ==
      \old(ReleaseAccount(*broker, *actions)) + (event->type == HLX_EVENT_SUBMIT ? 1 : 0);
*/
static void take_event(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    if (event->type == HLX_EVENT_SUBMIT) {
        hlx_submit(broker, event->request_id, actions);
    } else if (event->type == HLX_EVENT_CLIENT_GONE) {
        hlx_client_gone(broker, event->request_id, actions);
    } else if (event->type == HLX_EVENT_DRAIN) {
        broker->draining = true;
    } else if (event->type == HLX_EVENT_HEDGE_DELAY) {
        set_hedge_delay(broker, event->hedge_delay_ns);
    } else if (event->slot < broker->config.slot_count) {
        hlx_take_worker_event(broker, event, actions);
    }
}

/* spec: BRK-07, BRK-38 */
/*@ requires usable: \valid(broker);
    HLX_VALID(requires)
    requires timely: Timely(*broker);
    requires quiet: TimersQuiet(*broker);
    requires settled: RotationsSettled(*broker);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures promise: Promise(*broker, \result);
    ensures later: \result > broker->now_ns;
*/
static uint64_t next_instant(const hlx_broker *broker) {
    bool for_rotation = hlx_rotation_waits(broker);
    uint64_t next = HLX_BROKER_NEVER;

    /*@ assert first: QueuedSince(*broker, 0) ==
          broker->queue[broker->queue_head].accepted_ns; */
    if (broker->queue_count > 0u) {
        next = hlx_deadline_of(broker, broker->queue[broker->queue_head].accepted_ns);
    }
    /*@ loop invariant bound: index <= broker->config.slot_count;
        loop invariant later: next > broker->now_ns;
        loop invariant queue: broker->queue_count > 0 ==>
          next <= QueuedSince(*broker, 0) + broker->config.deadline_ns;
        loop invariant requests: \forall integer e; 0 <= e < index ==> RequestWakes(*broker, e,
            next);
        loop invariant slots: \forall integer s; 0 <= s < index ==> SlotWakes(*broker, s, next);
        loop assigns index, next;
        loop variant broker->config.slot_count - index;
    */
    for (uint32_t index = 0u; index < broker->config.slot_count; index++) {
        next = hlx_earlier(next, hlx_next_of_request(broker, index));
        next = hlx_earlier(next, hlx_next_of_slot(broker, index, for_rotation));
    }
    return next;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures valid: \result <==> DurationValid(duration_ns);
*/
static bool duration_valid(uint64_t duration_ns) {
    return duration_ns >= 1u && duration_ns <= HLX_BROKER_MAX_DURATION_NS;
}

/*@ requires readable: \valid(config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures valid: \result <==> SizesValid(*config);
*/
static bool sizes_valid(const hlx_broker_config *config) {
    if (config->worker_count < 1u || config->worker_count > HLX_BROKER_MAX_WORKERS) {
        return false;
    }
    if (config->slot_count <= config->worker_count || config->slot_count > HLX_BROKER_MAX_SLOTS) {
        return false;
    }
    return config->queue_capacity >= 1u && config->queue_capacity <= HLX_BROKER_MAX_QUEUE;
}

/*@ requires readable: \valid(config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures valid: \result <==> DurationsValid(*config);
*/
static bool durations_valid(const hlx_broker_config *config) {
    if (!duration_valid(config->deadline_ns) || !duration_valid(config->start_timeout_ns)) {
        return false;
    }
    if (!duration_valid(config->kill_grace_ns) || !duration_valid(config->backoff_min_ns)) {
        return false;
    }
    if (!duration_valid(config->backoff_max_ns)) {
        return false;
    }
    return config->hedge_delay_ns <= HLX_BROKER_MAX_DURATION_NS &&
           config->backoff_min_ns <= config->backoff_max_ns;
}

bool hlx_broker_config_valid(const hlx_broker_config *config) {
    if (!sizes_valid(config) || !durations_valid(config)) {
        return false;
    }
    return config->hedge_ratio_ppm <= HLX_BROKER_PPM && config->hedge_burst <= HLX_BROKER_PPM;
}

/*@ requires writable: \valid(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->slots[slot], broker->seats.taken[slot];
    ensures fresh: FreshSlot(broker->slots[slot], broker->seats.taken[slot], broker->config, slot);
*/
static void init_slot(hlx_broker *broker, uint32_t slot) {
    broker->slots[slot].state = HLX_SLOT_EMPTY;
    broker->seats.taken[slot] = 0u;
    if (slot < broker->config.worker_count) {
        broker->slots[slot].state = HLX_SLOT_BACKOFF;
        broker->seats.taken[slot] = 1u;
    }
    broker->slots[slot].request = HLX_BROKER_NO_REQUEST;
    broker->slots[slot].origin = HLX_ORIGIN_NONE;
    broker->slots[slot].cancel_sent = false;
    broker->slots[slot].rotation_due = false;
    broker->slots[slot].replaces = HLX_BROKER_NO_SLOT;
    broker->slots[slot].replaced_by = HLX_BROKER_NO_SLOT;
    broker->slots[slot].backoff_ns = broker->config.backoff_min_ns;
    broker->slots[slot].timer_ns = 0u;
}

/* Every slot fresh, every entry free, and as many seats as workers. */
/*@ requires writable: \valid(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats, broker->phases;
    ensures fresh: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS ==>
        FreshSlot(broker->slots[s], broker->seats.taken[s], broker->config, s);
    ensures free: \forall integer e; 0 <= e < HLX_BROKER_MAX_SLOTS ==>
      broker->phases.of[e] == HLX_REQUEST_FREE;
    ensures unanswered: Unanswered(broker->phases, broker->config.slot_count) == 0;
    ensures pooled: Pooled(broker->seats, broker->config.slot_count) ==
                    broker->config.worker_count;
*/
static void init_slots(hlx_broker *broker) {
    /*@ loop invariant bound: slot <= HLX_BROKER_MAX_SLOTS;
        loop invariant fresh: \forall integer s; 0 <= s < slot ==> FreshSlot(broker->slots[s],
            broker->seats.taken[s], broker->config, s);
        loop invariant free: \forall integer e; 0 <= e < slot ==>
          broker->phases.of[e] == HLX_REQUEST_FREE;
        loop assigns slot, broker->phases, broker->seats,
                     broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1];
        loop variant HLX_BROKER_MAX_SLOTS - slot;
    */
    for (uint32_t slot = 0u; slot < HLX_BROKER_MAX_SLOTS; slot++) {
        init_slot(broker, slot);
        broker->phases.of[slot] = HLX_REQUEST_FREE;
    }
    /*@ ghost
      uint32_t n = 0;
      /@ loop invariant bound: n <= broker->config.slot_count;
         loop invariant unanswered: Unanswered(broker->phases, n) == 0;
         loop invariant pooled: Pooled(broker->seats, n) ==
           (n < broker->config.worker_count ? n : broker->config.worker_count);
         loop assigns n;
         loop variant broker->config.slot_count - n; @/
      while (n < broker->config.slot_count) {
        n++;
      }
    */
}

/* spec: BRK-21 */
bool hlx_broker_init(hlx_broker *broker, const hlx_broker_config *config) {
    if (!hlx_broker_config_valid(config)) {
        return false;
    }
    broker->config = *config;
    broker->counters = (hlx_broker_counters){0};
    broker->draining = false;
    broker->now_ns = 0u;
    broker->queue_head = 0u;
    broker->queue_count = 0u;
    broker->in_service = 0u;
    init_slots(broker);
    return true;
}

/* spec: BRK-23 */
uint64_t hlx_broker_step(hlx_broker *broker, const hlx_event *event, uint64_t now_ns,
                         hlx_actions *actions) {
    actions->count = 0u;
    advance(broker, now_ns);
    take_event(broker, event, actions);
    hlx_expire_queue(broker, actions);
    hlx_expire_requests(broker, actions);
    hlx_wind_down(broker, actions);
    hlx_run_timers(broker, actions);
    hlx_rotate(broker, actions);
    hlx_dispatch(broker, actions);
    hlx_hedge(broker, actions);
    return next_instant(broker);
}

bool hlx_broker_stopped(const hlx_broker *broker) {
    if (!hlx_finished(broker)) {
        return false;
    }
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant empty: \forall integer s; 0 <= s < slot ==> broker->slots[s].state ==
            HLX_SLOT_EMPTY;
        loop assigns slot;
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (broker->slots[slot].state != HLX_SLOT_EMPTY) {
            return false;
        }
    }
    return true;
}
