/* schedule.c -- loops over the queue, the entries and the idle workers. Contracts: schedule.h.
 *
 * A worker without a job and without a waiting request of its own has a free entry:
 * dispatch never has to look for room. */
#include "schedule.h"
#include "jobs.h"
#include "numbers.h"
#include "queue.h"
#include "requests.h"

void hlx_expire_queue(hlx_broker *broker, hlx_actions *actions) {
    /*@ loop invariant fewer: broker->queue_count <= \at(broker->queue_count, Pre);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + 2 * (\at(broker->queue_count, Pre) - broker->queue_count);
        loop invariant queue: QueueValid(*broker);
        loop invariant overdue: \forall integer i;
          0 <= i < \at(broker->queue_count, Pre) - broker->queue_count ==>
          \at(QueuedSince(*broker, i), Pre) + broker->config.deadline_ns <= broker->now_ns;
        loop invariant twice: actions->count == \at(actions->count, Pre) +
          2 * (\at(broker->queue_count, Pre) - broker->queue_count);
        loop invariant replied: \forall integer i;
          0 <= i < \at(broker->queue_count, Pre) - broker->queue_count ==>
          Refused(*actions, \at(actions->count, Pre) + 2 * i, \at(QueuedId(*broker, i), Pre),
                  HLX_REPLY_DEADLINE);
        loop invariant left: \forall integer i;
          \at(broker->queue_count, Pre) - broker->queue_count <= i &&
          i < \at(broker->queue_count, Pre) ==>
          QueuedId(*broker, i - (\at(broker->queue_count, Pre) - broker->queue_count)) ==
            \at(QueuedId(*broker, i), Pre);
        loop invariant since: \forall integer i;
          \at(broker->queue_count, Pre) - broker->queue_count <= i &&
          i < \at(broker->queue_count, Pre) ==>
          QueuedSince(*broker, i - (\at(broker->queue_count, Pre) - broker->queue_count)) ==
            \at(QueuedSince(*broker, i), Pre);
        loop invariant conserve: CountersConserve(*broker);
        loop invariant budget: BudgetKept(broker->config, broker->counters.hedges_granted,
            broker->counters.accepted);
        loop invariant pool: PoolComplete(*broker);
        HLX_ACCOUNTS(loop invariant)
        loop assigns broker->queue_head, broker->queue_count, broker->counters.answered,
                     broker->counters.answered_deadline, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->queue_count;
    */
    while (broker->queue_count > 0u) {
        hlx_queued head = broker->queue[broker->queue_head];

        /*@ assert first: QueuedSince(*broker, 0) == head.accepted_ns; */
        /*@ assert oldest: \forall integer i; 0 <= i < broker->queue_count ==>
              head.accepted_ns <= QueuedSince(*broker, i); */
        /*@ assert next: \let n = \at(broker->queue_count, Pre) - broker->queue_count;
              QueuedId(*broker, n - n) == head.id && head.id == \at(QueuedId(*broker, n), Pre); */
        if (hlx_deadline_of(broker, head.accepted_ns) > broker->now_ns) {
            return;
        }
        hlx_refuse(actions, head.id, HLX_REPLY_DEADLINE);
        broker->counters.answered = broker->counters.answered + 1u;
        broker->counters.answered_deadline = hlx_counted(broker->counters.answered_deadline);
        hlx_queue_drop_head(broker);
    }
}

void hlx_expire_requests(hlx_broker *broker, hlx_actions *actions) {
    /*@ loop invariant bound: entry <= broker->config.slot_count;
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + 3 * entry;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely: \forall integer e; 0 <= e < entry ==> Open(broker->phases.of[e])
            == 1 ==>
          broker->requests[e].accepted_ns + broker->config.deadline_ns > broker->now_ns;
        HLX_VALID(loop invariant)
        HLX_ACCOUNTS(loop invariant)
        loop assigns entry, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases,
            broker->seats, broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->in_service,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - entry;
    */
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (hlx_unanswered(broker, entry) &&
            hlx_deadline_of(broker, broker->requests[entry].accepted_ns) <= broker->now_ns) {
            hlx_expire_request(broker, entry, actions);
        }
    }
}

/*@ requires usable: \valid(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures idle: \result <==> Idle(*broker, slot);
*/
static bool idle(const hlx_broker *broker, uint32_t slot) {
    return broker->slots[slot].state == HLX_SLOT_HOT &&
           broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
}

/* The waiting request in `entry` runs again, never to be hedged. spec: BRK-08, BRK-27 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires idle: Idle(*broker, slot);
    requires waits: entry < broker->config.slot_count &&
                    broker->phases.of[entry] == HLX_REQUEST_WAITING;
    requires room_for_it: entry == slot || broker->phases.of[slot] == HLX_REQUEST_FREE;
    requires timely: ServiceTimely(*broker);
    requires settled: RotationsSettled(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].origin,
            broker->requests[slot], broker->phases.of[slot], broker->phases.of[entry],
                actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures busy: broker->slots[slot].request == slot;
    ensures count: actions->count == \old(actions->count) + 1;
    ensures timely: ServiceTimely(*broker);
    HLX_VALID(ensures)
    ensures settled: RotationsSettled(*broker);
    HLX_ACCOUNTS(ensures)
    ensures sent: Sent(*actions, \old(actions->count), slot, \old(broker->requests[entry].id),
                       HLX_ORIGIN_PRIMARY);
    ensures crashes: broker->requests[slot].crashes == \old(broker->requests[entry].crashes);
*/
static void dispatch_waiting(hlx_broker *broker, uint32_t slot, uint32_t entry,
                             hlx_actions *actions) {
    if (entry != slot) {
        hlx_move_request(broker, entry, slot);
    }
    hlx_set_phase(broker, slot, HLX_REQUEST_OPEN);
    hlx_give_job(broker, slot, slot, HLX_ORIGIN_PRIMARY, actions);
}

/* The oldest in the queue goes first. spec: BRK-10 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires idle: Idle(*broker, slot);
    requires some: broker->queue_count > 0;
    requires free: broker->phases.of[slot] == HLX_REQUEST_FREE;
    requires timely: Timely(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].origin,
            broker->requests[slot], broker->phases.of[slot], broker->in_service,
            broker->queue_head, broker->queue_count, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures busy: broker->slots[slot].request == slot;
    ensures count: actions->count == \old(actions->count) + 1;
    ensures no_wait: \old(NoneWaits(*broker)) ==> NoneWaits(*broker);
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures sent: Sent(*actions, \old(actions->count), slot, \old(QueuedId(*broker, 0)),
                       HLX_ORIGIN_PRIMARY);
    ensures fewer: broker->queue_count == \old(broker->queue_count) - 1;
    ensures hedge_at: broker->requests[slot].hedge_at_ns ==
      (broker->config.hedging ? broker->now_ns + broker->config.hedge_delay_ns
                              : HLX_BROKER_NEVER);
*/
static void dispatch_queued(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint64_t hedge_at_ns = HLX_BROKER_NEVER;

    /*@ assert first: QueuedSince(*broker, 0) ==
          broker->queue[broker->queue_head].accepted_ns; */
    if (broker->config.hedging) {
        hedge_at_ns = broker->now_ns + broker->config.hedge_delay_ns;
    }
    hlx_open_request(broker, slot);
    hlx_queue_drop_head(broker);
    broker->requests[slot].hedge_at_ns = hedge_at_ns;
    hlx_give_job(broker, slot, slot, HLX_ORIGIN_PRIMARY, actions);
}

/* `entry` waits, or is NO_REQUEST. A worker takes the request that waits in its
 * own entry before any other, so that its entry is free. */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires idle: Idle(*broker, slot);
    requires waits: entry != HLX_BROKER_NO_REQUEST ==>
                    entry < broker->config.slot_count &&
                    broker->phases.of[entry] == HLX_REQUEST_WAITING;
    requires none: entry == HLX_BROKER_NO_REQUEST ==> NoneWaits(*broker);
    requires some: entry != HLX_BROKER_NO_REQUEST || broker->queue_count > 0;
    requires timely: Timely(*broker);
    requires settled: RotationsSettled(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].origin,
            broker->requests[slot], broker->phases.of[slot], broker->phases.of[entry],
            broker->in_service,
            broker->queue_head, broker->queue_count, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures busy: broker->slots[slot].request == slot;
    ensures count: actions->count == \old(actions->count) + 1;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    HLX_VALID(ensures)
    ensures settled: RotationsSettled(*broker);
    HLX_ACCOUNTS(ensures)
    ensures own: \old(broker->phases.of[slot]) == HLX_REQUEST_WAITING ==>
      Sent(*actions, \old(actions->count), slot, \old(broker->requests[slot].id),
           HLX_ORIGIN_PRIMARY);
    ensures waiting: \old(broker->phases.of[slot]) != HLX_REQUEST_WAITING &&
      entry != HLX_BROKER_NO_REQUEST ==>
      Sent(*actions, \old(actions->count), slot, \old(broker->requests[entry].id),
           HLX_ORIGIN_PRIMARY);
    ensures retry_first: entry != HLX_BROKER_NO_REQUEST ==>
      broker->queue_head == \old(broker->queue_head) &&
      broker->queue_count == \old(broker->queue_count);
    ensures oldest: entry == HLX_BROKER_NO_REQUEST ==>
      broker->queue_count == \old(broker->queue_count) - 1 &&
      Sent(*actions, \old(actions->count), slot, \old(QueuedId(*broker, 0)), HLX_ORIGIN_PRIMARY);
    ensures no_wait: entry == HLX_BROKER_NO_REQUEST ==> NoneWaits(*broker);
*/
static void dispatch_to(hlx_broker *broker, uint32_t slot, uint32_t entry, hlx_actions *actions) {
    if (broker->phases.of[slot] == HLX_REQUEST_WAITING) {
        dispatch_waiting(broker, slot, slot, actions);
    } else if (entry != HLX_BROKER_NO_REQUEST) {
        dispatch_waiting(broker, slot, entry, actions);
    } else if (broker->queue_count > 0u) {
        dispatch_queued(broker, slot, actions);
    }
}

void hlx_dispatch(hlx_broker *broker, hlx_actions *actions) {
    uint32_t entry = hlx_find_waiting(broker);

    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant quiet: TimersQuiet(*broker);
        loop invariant settled: RotationsSettled(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + slot;
        loop invariant busy: \forall integer s; 0 <= s < slot ==> !Idle(*broker, s);
        loop invariant waits: entry != HLX_BROKER_NO_REQUEST ==> entry <
            broker->config.slot_count &&
          broker->phases.of[entry] == HLX_REQUEST_WAITING;
        loop invariant none: entry == HLX_BROKER_NO_REQUEST ==> NoneWaits(*broker);
        loop invariant retry_first: entry != HLX_BROKER_NO_REQUEST ==>
          broker->queue_count == \at(broker->queue_count, Pre);
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        HLX_VALID(loop invariant)
        HLX_ACCOUNTS(loop invariant)
        loop assigns slot, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases,
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->in_service, broker->queue_head,
            broker->queue_count, entry, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (entry == HLX_BROKER_NO_REQUEST && broker->queue_count == 0u) {
            return;
        }
        if (idle(broker, slot)) {
            dispatch_to(broker, slot, entry, actions);
            entry = hlx_find_waiting(broker);
        }
    }
}

/* May the request ever be hedged, now or later? spec: BRK-27 */
/*@ requires usable: \valid(broker);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures hedgeable: \result <==> Hedgeable(*broker, entry);
*/
static bool hedgeable(const hlx_broker *broker, uint32_t entry) {
    return broker->phases.of[entry] == HLX_REQUEST_OPEN && !broker->requests[entry].hedged &&
           broker->requests[entry].crashes == 0u;
}

/* Exactly: (granted + 1) <= burst + ratio * accepted. spec: BRK-06 */
/*@ requires usable: \valid(broker);
    requires valid: ConfigValid(broker->config) && BudgetKept(broker->config,
        broker->counters.hedges_granted,
                               broker->counters.accepted) &&
                    broker->counters.accepted <= HLX_BROKER_MAX_ACCEPTED;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures countable: broker->counters.hedges_granted < UINT64_MAX;
    ensures exact: \result <==> WithinBudget(*broker);
*/
static bool within_budget(const hlx_broker *broker) {
    uint64_t wanted = (broker->counters.hedges_granted + 1u) * HLX_BROKER_PPM;
    uint64_t burst = (uint64_t)broker->config.hedge_burst * HLX_BROKER_PPM;
    uint64_t earned = (uint64_t)broker->config.hedge_ratio_ppm * broker->counters.accepted;

    return wanted <= burst + earned;
}

/* A hot worker without a job, or NO_SLOT. */
/*@ requires usable: \valid(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_SLOT ==>
      \result < broker->config.slot_count && Idle(*broker, \result);
    ensures lowest: \forall integer s; 0 <= s < \result && s < broker->config.slot_count ==>
      !Idle(*broker, s);
    ensures none: \result == HLX_BROKER_NO_SLOT ==> NoneIdle(*broker);
*/
static uint32_t find_idle(const hlx_broker *broker) {
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant none: \forall integer s; 0 <= s < slot ==> !Idle(*broker, s);
        loop assigns slot;
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (idle(broker, slot)) {
            return slot;
        }
    }
    return HLX_BROKER_NO_SLOT;
}

/* spec: BRK-04, BRK-06 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires entry: entry < broker->config.slot_count && Hedgeable(*broker, entry);
    requires idle: Idle(*broker, slot);
    requires free: broker->phases.of[slot] != HLX_REQUEST_WAITING;
    requires countable: broker->counters.hedges_granted < UINT64_MAX;
    requires budget: WithinBudget(*broker);
    requires due: broker->requests[entry].hedge_at_ns <= broker->now_ns;
    requires settled: RotationsSettled(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].origin,
            broker->requests[entry].hedged, broker->requests[entry].other,
            broker->counters.hedges_granted, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures hedged: broker->requests[entry].hedged;
    ensures elsewhere: broker->requests[entry].other == slot && slot != entry;
    ensures busy: broker->slots[slot].request == entry;
    ensures count: actions->count == \old(actions->count) + 1;
    HLX_VALID(ensures)
    ensures settled: RotationsSettled(*broker);
    HLX_ACCOUNTS(ensures)
    ensures sent: Sent(*actions, \old(actions->count), slot, broker->requests[entry].id,
                       HLX_ORIGIN_HEDGE);
    ensures counted: broker->counters.hedges_granted == \old(broker->counters.hedges_granted) + 1;
    ensures as_hedge: Hedges(*actions, actions->count) ==
      \old(Hedges(*actions, actions->count)) + 1;
*/
static void grant_hedge(hlx_broker *broker, uint32_t entry, uint32_t slot, hlx_actions *actions) {
    broker->requests[entry].hedged = true;
    broker->requests[entry].other = slot;
    broker->counters.hedges_granted = broker->counters.hedges_granted + 1u;
    hlx_give_job(broker, slot, entry, HLX_ORIGIN_HEDGE, actions);
}

/* Counted once a request; it stays due and is tried at every later step.
 * spec: BRK-27 */
/*@ requires writable: \valid(broker);
    requires entry: entry < broker->config.slot_count;
    HLX_VALID(requires)
    requires settled: RotationsSettled(*broker);
    requires due: broker->requests[entry].hedge_at_ns <= broker->now_ns;
    terminates \true;
    exits \false;
    assigns broker->requests[entry].suppressed, broker->counters.hedges_suppressed;
    ensures suppressed: broker->requests[entry].suppressed;
    ensures once: \old(broker->requests[entry].suppressed) != 0 ==>
      broker->counters.hedges_suppressed == \old(broker->counters.hedges_suppressed);
    ensures counted: !\old(broker->requests[entry].suppressed) &&
      \old(broker->counters.hedges_suppressed) < UINT64_MAX ==>
      broker->counters.hedges_suppressed == \old(broker->counters.hedges_suppressed) + 1;
    HLX_VALID(ensures)
    ensures settled: RotationsSettled(*broker);
*/
static void suppress_hedge(hlx_broker *broker, uint32_t entry) {
    if (!broker->requests[entry].suppressed) {
        broker->requests[entry].suppressed = true;
        broker->counters.hedges_suppressed = hlx_counted(broker->counters.hedges_suppressed);
    }
}

void hlx_hedge(hlx_broker *broker, hlx_actions *actions) {
    uint32_t slot = find_idle(broker);

    /*@ loop invariant bound: entry <= broker->config.slot_count;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        loop invariant quiet: TimersQuiet(*broker);
        loop invariant rotations_settled: RotationsSettled(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + entry;
        loop invariant conserved: WorkConserved(*broker);
        loop invariant idle: slot != HLX_BROKER_NO_SLOT ==> slot < broker->config.slot_count &&
            Idle(*broker, slot);
        loop invariant none: slot == HLX_BROKER_NO_SLOT ==> NoneIdle(*broker);
        loop invariant settled: NoneIdle(*broker) || !WithinBudget(*broker) ||
          \forall integer e; 0 <= e < entry ==> Hedgeable(*broker, e) ==>
            broker->requests[e].hedge_at_ns > broker->now_ns;
        HLX_VALID(loop invariant)
        HLX_ACCOUNTS(loop invariant)
        loop assigns entry, slot, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - entry;
    */
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (!hedgeable(broker, entry) || broker->requests[entry].hedge_at_ns > broker->now_ns) {
            continue;
        }
        if (slot != HLX_BROKER_NO_SLOT && within_budget(broker)) {
            grant_hedge(broker, entry, slot, actions);
            slot = find_idle(broker);
        } else {
            suppress_hedge(broker, entry);
        }
    }
}

uint64_t hlx_next_of_request(const hlx_broker *broker, uint32_t entry) {
    uint64_t next = HLX_BROKER_NEVER;

    if (hlx_unanswered(broker, entry)) {
        next = hlx_deadline_of(broker, broker->requests[entry].accepted_ns);
    }
    if (hedgeable(broker, entry) && broker->requests[entry].hedge_at_ns > broker->now_ns) {
        next = hlx_earlier(next, broker->requests[entry].hedge_at_ns);
    }
    return next;
}
