/* jobs.c -- ties between slots and entries, made and undone. Contracts: jobs.h.
 *
 *   entry e OPEN or CLOSED   <=> slot e runs the job of entry e
 *   entry e .other = h       <=> slot h != e runs the second job of entry e
 *   entry e WAITING           => slot e has no job */
#include "jobs.h"
#include "numbers.h"
#include "requests.h"

/* Ask the worker in `slot` to stop its job early; a killed one is past asking.
 * spec: BRK-03, BRK-30 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires valid: ConfigValid(broker->config) && broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    requires slot: slot < broker->config.slot_count;
    requires busy: broker->slots[slot].request < broker->config.slot_count;
    requires timer: SlotTimer(*broker, slot);
    terminates \true;
    exits \false;
    assigns broker->slots[slot].cancel_sent, broker->slots[slot].timer_ns,
            broker->counters.cancels_sent, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 1;
    ensures stopping: Stopping(*broker, slot);
    ensures timer: SlotTimer(*broker, slot);
    ensures later: \old(broker->slots[slot].timer_ns) > broker->now_ns ==>
                   broker->slots[slot].timer_ns > broker->now_ns;
    ensures once: \old(Stopping(*broker, slot)) ==>
                  actions->count == \old(actions->count) &&
                  broker->slots[slot].timer_ns == \old(broker->slots[slot].timer_ns);
    ensures grace: !\old(Stopping(*broker, slot)) ==>
      broker->slots[slot].timer_ns == broker->now_ns + broker->config.kill_grace_ns;
    ensures told: !\old(Stopping(*broker, slot)) ==>
      actions->count == \old(actions->count) + 1 &&
      Told(*actions, \old(actions->count), HLX_ACTION_SEND_CANCEL, slot) &&
      actions->list[\old(actions->count)].request_id ==
        broker->requests[broker->slots[slot].request].id;
    HLX_ACCOUNTS(ensures)
*/
static void cancel(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    if (broker->slots[slot].cancel_sent || broker->slots[slot].state == HLX_SLOT_KILLED) {
        return;
    }
    broker->slots[slot].cancel_sent = true;
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.kill_grace_ns;
    hlx_emit(actions, HLX_ACTION_SEND_CANCEL, slot,
             broker->requests[broker->slots[slot].request].id);
    broker->counters.cancels_sent = hlx_counted(broker->counters.cancels_sent);
}

/* A closed request's running attempts are asked to stop. */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 2);
    requires entry: entry < broker->config.slot_count;
    requires closed: broker->phases.of[entry] == HLX_REQUEST_CLOSED;
    requires linked: EntryLinked(*broker, entry);
    requires entry_valid: broker->requests[entry].crashes <= 1 &&
                          broker->requests[entry].accepted_ns <= broker->now_ns;
    HLX_VALID_BUT(requires, entry)
    terminates \true;
    exits \false;
    assigns broker->slots[entry].cancel_sent, broker->slots[entry].timer_ns,
            broker->slots[broker->requests[entry].other].cancel_sent,
            broker->slots[broker->requests[entry].other].timer_ns,
            broker->counters.cancels_sent, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures told: !\old(Stopping(*broker, entry)) ==>
      Told(*actions, \old(actions->count), HLX_ACTION_SEND_CANCEL, entry);
    ensures told_other: broker->requests[entry].other != HLX_BROKER_NO_SLOT &&
      !\old(Stopping(*broker, broker->requests[entry].other)) ==>
      Told(*actions, actions->count - 1, HLX_ACTION_SEND_CANCEL, broker->requests[entry].other);
*/
static void cancel_attempts(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    cancel(broker, entry, actions);
    if (broker->requests[entry].other != HLX_BROKER_NO_SLOT) {
        cancel(broker, broker->requests[entry].other, actions);
    }
}

void hlx_give_job(hlx_broker *broker, uint32_t slot, uint32_t entry, uint32_t origin,
                  hlx_actions *actions) {
    broker->slots[slot].request = entry;
    broker->slots[slot].origin = origin;
    hlx_emit_full(actions, HLX_ACTION_SEND_REQUEST, slot, broker->requests[entry].id, origin,
                  hlx_refusal(HLX_REPLY_OK));
}

/* The resident `from` is done; the second attempt, on `to`, becomes the resident. */
/*@ requires writable: \valid(broker);
    requires ends: from < broker->config.slot_count && to < broker->config.slot_count && from != to;
    requires running: EntryRunning(*broker, from);
    requires done: broker->slots[from].request == HLX_BROKER_NO_REQUEST &&
                   !broker->slots[from].cancel_sent;
    requires second: broker->requests[from].other == to && broker->slots[to].request == from &&
                     broker->requests[from].crashes == 0 && broker->requests[from].hedged;
    requires others: \forall integer s; 0 <= s < broker->config.slot_count && s != to ==>
                     broker->slots[s].request != from;
    HLX_VALID_BUT(requires, from)
    terminates \true;
    exits \false;
    assigns broker->slots[to].request, broker->requests[to], broker->phases.of[to],
            broker->phases.of[from];
    ensures alone: broker->requests[to].other == HLX_BROKER_NO_SLOT;
    ensures linked: EntryLinked(*broker, to);
    ensures phase: broker->phases.of[to] == \old(broker->phases.of[from]);
    ensures id: broker->requests[to].id == \old(broker->requests[from].id);
    ensures since: broker->requests[to].accepted_ns == \old(broker->requests[from].accepted_ns);
    ensures crashes: broker->requests[to].crashes == 0;
    HLX_VALID_BUT(ensures, to)
    ensures held: Held(broker->phases, broker->config.slot_count) ==
      \old(Held(broker->phases, broker->config.slot_count));
*/
static void hand_over(hlx_broker *broker, uint32_t from, uint32_t to) {
    /*@ assert free: broker->phases.of[to] == HLX_REQUEST_FREE; */
    /*@ assert unused: Orphan(*broker, to); */
    hlx_move_request(broker, from, to);
    broker->slots[to].request = to;
}

/* Worker `slot` has no job any more. */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    requires busy: broker->slots[slot].request != HLX_BROKER_NO_REQUEST;
    HLX_VALID_BUT(requires, broker->slots[slot].request)
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].cancel_sent,
            broker->slots[slot].timer_ns;
    ensures idle: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    ensures uncancelled: !broker->slots[slot].cancel_sent;
    ensures timer: broker->slots[slot].timer_ns == HLX_BROKER_NEVER;
    HLX_VALID_BUT(ensures, \old(broker->slots[slot].request))
*/
static void leave_job(hlx_broker *broker, uint32_t slot) {
    broker->slots[slot].request = HLX_BROKER_NO_REQUEST;
    broker->slots[slot].cancel_sent = false;
    broker->slots[slot].timer_ns = HLX_BROKER_NEVER;
}

/* The job of `slot` is over. Returns the entry in which its request lives now.
 * spec: BRK-02 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    requires busy: broker->slots[slot].request != HLX_BROKER_NO_REQUEST;
    requires linked: EntryLinked(*broker, broker->slots[slot].request);
    HLX_VALID_BUT(requires, broker->slots[slot].request)
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].cancel_sent,
            broker->slots[slot].timer_ns,
            broker->slots[broker->requests[slot].other].request,
            broker->requests[broker->slots[slot].request].other,
            broker->phases.of[broker->slots[slot].request],
            broker->requests[broker->requests[slot].other],
            broker->phases.of[broker->requests[slot].other];
    ensures entry: \result == (\old(broker->slots[slot].request) != slot
                                 ? \old(broker->slots[slot].request)
                               : \old(broker->requests[slot].other) != HLX_BROKER_NO_SLOT
                                 ? \old(broker->requests[slot].other)
                                 : slot);
    ensures bound: \result < broker->config.slot_count;
    ensures idle: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    ensures uncancelled: !broker->slots[slot].cancel_sent;
    ensures timer: broker->slots[slot].timer_ns == HLX_BROKER_NEVER;
    ensures alone: broker->requests[\result].other == HLX_BROKER_NO_SLOT;
    ensures lives_or_not: (EntryLinked(*broker, \result) && \result != slot) ||
                          (Orphan(*broker, \result) && \result == slot);
    ensures unharmed: EntryLinked(*broker, \result) ==> broker->requests[\result].crashes == 0;
    ensures left: \result != slot ==> broker->phases.of[slot] != HLX_REQUEST_WAITING;
    ensures phase: broker->phases.of[\result] ==
                   \old(broker->phases.of[broker->slots[slot].request]);
    ensures id: broker->requests[\result].id ==
                \old(broker->requests[broker->slots[slot].request].id);
    ensures since: broker->requests[\result].accepted_ns ==
                   \old(broker->requests[broker->slots[slot].request].accepted_ns);
    ensures crashes: broker->requests[\result].crashes ==
                     \old(broker->requests[broker->slots[slot].request].crashes);
    HLX_VALID_BUT(ensures, \result)
    ensures held: Held(broker->phases, broker->config.slot_count) ==
      \old(Held(broker->phases, broker->config.slot_count));
*/
static uint32_t end_job(hlx_broker *broker, uint32_t slot) {
    uint32_t entry = broker->slots[slot].request;
    uint32_t other = broker->requests[entry].other;

    leave_job(broker, slot);
    if (entry != slot) {
        broker->requests[entry].other = HLX_BROKER_NO_SLOT;
        return entry;
    }
    if (other != HLX_BROKER_NO_SLOT) {
        hand_over(broker, entry, other);
        return other;
    }
    return entry;
}

/* True while an attempt of the request in `entry` runs. */
/*@ requires usable: \valid(broker);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures running: \result <==> broker->slots[entry].request == entry;
*/
static bool running(const hlx_broker *broker, uint32_t entry) {
    return broker->slots[entry].request == entry;
}

/* The last worker of an unanswered request died: one retry, then no more.
 * spec: BRK-08 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 2);
    requires entry: entry < broker->config.slot_count;
    requires open: broker->phases.of[entry] == HLX_REQUEST_OPEN;
    requires orphan: Orphan(*broker, entry) &&
                     broker->slots[entry].request == HLX_BROKER_NO_REQUEST;
    requires alone: broker->requests[entry].other == HLX_BROKER_NO_SLOT;
    requires crashed: 1 <= broker->requests[entry].crashes <= HLX_BROKER_MAX_CRASHES;
    requires since: broker->requests[entry].accepted_ns <= broker->now_ns;
    HLX_VALID_BUT(requires, entry)
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry], broker->in_service, broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures retried: broker->phases.of[entry] == HLX_REQUEST_WAITING <==>
                     broker->requests[entry].crashes < HLX_BROKER_MAX_CRASHES;
    ensures failed: broker->requests[entry].crashes == HLX_BROKER_MAX_CRASHES ==>
      actions->count == \old(actions->count) + 2 &&
      Refused(*actions, \old(actions->count), broker->requests[entry].id,
              HLX_REPLY_WORKER_FAILED);
*/
static void retry_or_fail(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    if (broker->requests[entry].crashes < HLX_BROKER_MAX_CRASHES) {
        hlx_set_phase(broker, entry, HLX_REQUEST_WAITING);
        broker->counters.retries = hlx_counted(broker->counters.retries);
    } else {
        hlx_answer(broker, entry, hlx_refusal(HLX_REPLY_WORKER_FAILED), actions);
        broker->counters.answered_worker_failed =
            hlx_counted(broker->counters.answered_worker_failed);
        hlx_release(broker, entry, actions);
    }
}

/* One more worker has died with the request in `entry`. spec: BRK-08 */
/*@ requires writable: \valid(broker);
    requires entry: entry < broker->config.slot_count;
    requires bounded: broker->requests[entry].crashes < HLX_BROKER_MAX_CRASHES;
    HLX_VALID_BUT(requires, entry)
    terminates \true;
    exits \false;
    assigns broker->requests[entry].crashes;
    ensures crashes: broker->requests[entry].crashes ==
                     \old(broker->requests[entry].crashes) + 1;
    HLX_VALID_BUT(ensures, entry)
*/
static void count_crash(hlx_broker *broker, uint32_t entry) {
    broker->requests[entry].crashes = broker->requests[entry].crashes + 1u;
}

void hlx_finish_job(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t entry = end_job(broker, slot);

    if (running(broker, entry)) {
        cancel_attempts(broker, entry, actions);
    } else {
        hlx_release(broker, entry, actions);
    }
}

void hlx_lose_job(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t entry = end_job(broker, slot);

    count_crash(broker, entry);
    if (running(broker, entry)) {
        return;
    }
    if (hlx_unanswered(broker, entry)) {
        retry_or_fail(broker, entry, actions);
    } else {
        hlx_release(broker, entry, actions);
    }
}

void hlx_abandon(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    bool is_running = running(broker, entry);

    hlx_set_phase(broker, entry, HLX_REQUEST_CLOSED);
    broker->in_service = broker->in_service - 1u;
    broker->counters.abandoned = broker->counters.abandoned + 1u;
    if (is_running) {
        cancel_attempts(broker, entry, actions);
    } else {
        hlx_release(broker, entry, actions);
    }
}

void hlx_expire_request(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    hlx_answer(broker, entry, hlx_refusal(HLX_REPLY_DEADLINE), actions);
    broker->counters.answered_deadline = hlx_counted(broker->counters.answered_deadline);
    if (running(broker, entry)) {
        cancel_attempts(broker, entry, actions);
    } else {
        hlx_release(broker, entry, actions);
    }
}
