/* worker_events.c -- what a worker has done, taken into the state. Contracts: worker_events.h. */
#include "worker_events.h"
#include "jobs.h"
#include "numbers.h"
#include "requests.h"
#include "slots.h"

/* A replacement that is ready sends the old worker cooling: never fewer hot
 * workers than before. spec: BRK-05, BRK-32 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[slot].state, broker->slots[slot].timer_ns,
            broker->slots[slot].replaces, broker->seats.taken[slot],
            broker->slots[broker->slots[slot].replaces].replaced_by,
            broker->seats.taken[broker->slots[slot].replaces],
            broker->slots[broker->slots[slot].replaces].state, broker->counters.rotations;
    HLX_VALID(ensures)
    ensures hot: \old(broker->slots[slot].state) == HLX_SLOT_STARTING ==>
      broker->slots[slot].state == HLX_SLOT_HOT &&
      broker->slots[slot].timer_ns == HLX_BROKER_NEVER;
    ensures cools: \old(broker->slots[slot].state) == HLX_SLOT_STARTING &&
      \old(broker->slots[slot].replaces) != HLX_BROKER_NO_SLOT ==>
      broker->slots[\old(broker->slots[slot].replaces)].state == HLX_SLOT_COOLING;
    ensures ignored: \old(broker->slots[slot].state) != HLX_SLOT_STARTING ==>
      broker->slots[slot].state == \old(broker->slots[slot].state) &&
      broker->slots[slot].replaces == \old(broker->slots[slot].replaces);
*/
static void worker_ready(hlx_broker *broker, uint32_t slot) {
    uint32_t old = broker->slots[slot].replaces;

    if (broker->slots[slot].state != HLX_SLOT_STARTING) {
        return;
    }
    broker->slots[slot].state = HLX_SLOT_HOT;
    broker->slots[slot].timer_ns = HLX_BROKER_NEVER;
    if (old != HLX_BROKER_NO_SLOT) {
        hlx_pass_seat(broker, old, slot);
        broker->slots[old].state = HLX_SLOT_COOLING;
        broker->counters.rotations = hlx_counted(broker->counters.rotations);
    }
}

/* Does the response belong to the job of that worker? spec: BRK-31 */
/*@ requires usable: \valid(broker) && \valid(event) && \separated(broker, event);
    HLX_VALID(requires)
    requires slot: event->slot < broker->config.slot_count;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures fits: \result <==> ResponseFits(*broker, *event);
*/
static bool response_fits(const hlx_broker *broker, const hlx_event *event) {
    uint32_t entry = broker->slots[event->slot].request;

    if (entry == HLX_BROKER_NO_REQUEST) {
        return false;
    }
    if (broker->requests[entry].id != event->request_id) {
        return false;
    }
    if (event->summary.status == HLX_STATUS_CANCELLED) {
        return broker->slots[event->slot].cancel_sent;
    }
    return event->summary.status <= HLX_STATUS_BAD_ARGUMENT;
}

/* What the client hears of a worker's summary. spec: BRK-29 */
/*@ requires readable: \valid(event);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures reply: ReplyOf(\result, event->summary, origin);
*/
static hlx_reply reply_of(const hlx_event *event, uint32_t origin) {
    hlx_reply reply = {HLX_REPLY_MALFORMED, 0u, 0u, origin};

    if (event->summary.status == HLX_STATUS_OK) {
        reply.status = HLX_REPLY_OK;
        reply.tokens = event->summary.tokens;
        reply.issues = event->summary.issues;
    } else if (event->summary.status == HLX_STATUS_OUTPUT_FULL) {
        reply.status = HLX_REPLY_TOO_LARGE;
    }
    return reply;
}

/*@ requires writable: \valid(broker);
    terminates \true;
    exits \false;
    assigns broker->counters.answered_ok, broker->counters.answered_by_hedge;
    ensures ok: broker->counters.answered_ok ==
      (reply.status == HLX_REPLY_OK && \old(broker->counters.answered_ok) < UINT64_MAX
         ? \old(broker->counters.answered_ok) + 1 : \old(broker->counters.answered_ok));
    ensures by_hedge: broker->counters.answered_by_hedge ==
      (reply.origin == HLX_ORIGIN_HEDGE && \old(broker->counters.answered_by_hedge) < UINT64_MAX
         ? \old(broker->counters.answered_by_hedge) + 1
         : \old(broker->counters.answered_by_hedge));
*/
static void count_reply(hlx_broker *broker, hlx_reply reply) {
    if (reply.status == HLX_REPLY_OK) {
        broker->counters.answered_ok = hlx_counted(broker->counters.answered_ok);
    }
    if (reply.origin == HLX_ORIGIN_HEDGE) {
        broker->counters.answered_by_hedge = hlx_counted(broker->counters.answered_by_hedge);
    }
}

/*@ requires usable: \valid(broker) && \valid(event) && \separated(broker, event);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures same: \result <==> SameResult(broker->requests[entry].summary, event->summary);
*/
static bool same_result(const hlx_broker *broker, uint32_t entry, const hlx_event *event) {
    return broker->requests[entry].summary.status == event->summary.status &&
           broker->requests[entry].summary.tokens == event->summary.tokens &&
           broker->requests[entry].summary.issues == event->summary.issues;
}

/* Two finished attempts must agree. spec: BRK-12 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 1);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->requests[entry].has_summary, broker->requests[entry].summary,
            broker->counters.mismatches, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures kept: broker->requests[entry].has_summary;
    ensures result: broker->requests[entry].summary ==
      (\old(broker->requests[entry].has_summary) ? \old(broker->requests[entry].summary)
                                                 : event->summary);
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 1;
    ensures reported: actions->count > \old(actions->count) <==>
      \old(broker->requests[entry].has_summary) &&
      !SameResult(\old(broker->requests[entry].summary), event->summary);
    ensures mismatch: actions->count > \old(actions->count) ==>
      actions->list[\old(actions->count)].type == HLX_ACTION_MISMATCH &&
      actions->list[\old(actions->count)].request_id == broker->requests[entry].id;
    ensures counted: broker->counters.mismatches ==
      (actions->count > \old(actions->count) && \old(broker->counters.mismatches) < UINT64_MAX
         ? \old(broker->counters.mismatches) + 1 : \old(broker->counters.mismatches));
    HLX_ACCOUNTS(ensures)
*/
static void compare_results(hlx_broker *broker, uint32_t entry, const hlx_event *event,
                            hlx_actions *actions) {
    if (!broker->requests[entry].has_summary) {
        broker->requests[entry].has_summary = true;
        broker->requests[entry].summary = event->summary;
    } else if (!same_result(broker, entry, event)) {
        broker->counters.mismatches = hlx_counted(broker->counters.mismatches);
        hlx_emit(actions, HLX_ACTION_MISMATCH, HLX_BROKER_NO_SLOT, broker->requests[entry].id);
    }
}

/* A summary that was not cancelled: the first one answers. spec: BRK-01, BRK-28 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    requires busy: broker->slots[event->slot].request != HLX_BROKER_NO_REQUEST;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->requests[broker->slots[event->slot].request].has_summary,
            broker->requests[broker->slots[event->slot].request].summary,
            broker->phases.of[broker->slots[event->slot].request],
            broker->in_service, broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    ensures closed: broker->phases.of[broker->slots[event->slot].request] == HLX_REQUEST_CLOSED;
    ensures linked: EntryLinked(*broker, broker->slots[event->slot].request);
    ensures entry: broker->requests[broker->slots[event->slot].request].crashes <= 1 &&
      broker->requests[broker->slots[event->slot].request].accepted_ns <= broker->now_ns;
    HLX_VALID_BUT(ensures, broker->slots[event->slot].request)
    HLX_ACCOUNTS(ensures)
    ensures first: broker->counters.answered == \old(broker->counters.answered) +
      \old(Open(broker->phases.of[broker->slots[event->slot].request]));
    ensures reply: \old(Open(broker->phases.of[broker->slots[event->slot].request])) == 1 ==>
      actions->count > \old(actions->count) &&
      actions->list[actions->count - 1].type == HLX_ACTION_REPLY &&
      actions->list[actions->count - 1].request_id ==
        broker->requests[broker->slots[event->slot].request].id &&
      ReplyOf(actions->list[actions->count - 1].reply, event->summary,
              broker->slots[event->slot].origin);
*/
static void take_result(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    uint32_t entry = broker->slots[event->slot].request;
    hlx_reply reply = reply_of(event, broker->slots[event->slot].origin);

    compare_results(broker, entry, event, actions);
    /*@ assert jobs: Jobs(*broker); */
    if (hlx_unanswered(broker, entry)) {
        count_reply(broker, reply);
        hlx_answer(broker, entry, reply, actions);
    }
}

/* spec: BRK-28, BRK-36 */
/*@ requires usable: \valid(broker) && \valid(event) && \separated(broker, event);
    requires slot: event->slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->slots[event->slot].rotation_due;
    ensures due: broker->slots[event->slot].rotation_due <==>
      \old(broker->slots[event->slot].rotation_due) ||
      (broker->config.rotate_mb10 != 0 &&
       event->summary.alloc_mb10 >= broker->config.rotate_mb10) ||
      (broker->config.rotate_major != 0 && event->summary.major >= broker->config.rotate_major);
*/
static void note_budgets(hlx_broker *broker, const hlx_event *event) {
    if (broker->config.rotate_mb10 != 0u &&
        event->summary.alloc_mb10 >= broker->config.rotate_mb10) {
        broker->slots[event->slot].rotation_due = true;
    }
    if (broker->config.rotate_major != 0u && event->summary.major >= broker->config.rotate_major) {
        broker->slots[event->slot].rotation_due = true;
    }
}

/* A worker has answered its job. spec: BRK-28 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires busy: broker->slots[event->slot].request != HLX_BROKER_NO_REQUEST;
    requires told: event->summary.status == HLX_STATUS_CANCELLED ==>
                   broker->slots[event->slot].cancel_sent;
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 4;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures first: broker->counters.answered == \old(broker->counters.answered) +
      (event->summary.status == HLX_STATUS_CANCELLED
         ? 0 : \old(Open(broker->phases.of[broker->slots[event->slot].request])));
*/
static void take_response(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    note_budgets(broker, event);
    broker->slots[event->slot].backoff_ns = broker->config.backoff_min_ns;
    if (event->summary.status != HLX_STATUS_CANCELLED) {
        take_result(broker, event, actions);
    }
    hlx_finish_job(broker, event->slot, actions);
}

/* spec: BRK-28, BRK-31 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 4;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures fits: broker->counters.answered != \old(broker->counters.answered) ==>
      \old(ResponseFits(*broker, *event)) && event->summary.status != HLX_STATUS_CANCELLED;
    ensures first: \old(ResponseFits(*broker, *event)) &&
      \old(broker->slots[event->slot].state) != HLX_SLOT_KILLED &&
      event->summary.status != HLX_STATUS_CANCELLED ==>
      broker->counters.answered == \old(broker->counters.answered) +
        \old(Open(broker->phases.of[broker->slots[event->slot].request]));
*/
static void worker_response(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    uint32_t state = broker->slots[event->slot].state;

    if (!hlx_has_process(state) || state == HLX_SLOT_KILLED) {
        return;
    }
    if (response_fits(broker, event)) {
        take_response(broker, event, actions);
    } else {
        broker->counters.protocol_errors = hlx_counted(broker->counters.protocol_errors);
        hlx_kill_worker(broker, event->slot, actions);
    }
}

/* spec: BRK-09, BRK-33 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
static void worker_exited(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t state = broker->slots[slot].state;
    bool crashed = state != HLX_SLOT_RETIRING;

    if (!hlx_has_process(state)) {
        return;
    }
    if (crashed) {
        broker->counters.crashes = hlx_counted(broker->counters.crashes);
    }
    if (broker->slots[slot].request != HLX_BROKER_NO_REQUEST) {
        hlx_lose_job(broker, slot, actions);
    }
    hlx_vacate(broker, slot, crashed);
}

/* A worker that was told to end, or killed for being late, may turn out never to have been made.
 * spec: BRK-34 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats;
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures gone: \old(broker->slots[slot].request) == HLX_BROKER_NO_REQUEST &&
      (\old(broker->slots[slot].state) == HLX_SLOT_STARTING ||
       \old(broker->slots[slot].state) == HLX_SLOT_RETIRING ||
       \old(broker->slots[slot].state) == HLX_SLOT_KILLED) ==>
      broker->slots[slot].state <= HLX_SLOT_BACKOFF;
    HLX_VALID(ensures)
*/
static void spawn_failed(hlx_broker *broker, uint32_t slot) {
    uint32_t state = broker->slots[slot].state;
    bool late = (state == HLX_SLOT_RETIRING || state == HLX_SLOT_KILLED) &&
                broker->slots[slot].request == HLX_BROKER_NO_REQUEST;

    if (state == HLX_SLOT_STARTING || late) {
        hlx_vacate(broker, slot, true);
    }
}

void hlx_take_worker_event(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    if (event->type == HLX_EVENT_WORKER_READY) {
        worker_ready(broker, event->slot);
    } else if (event->type == HLX_EVENT_WORKER_RESPONSE) {
        worker_response(broker, event, actions);
    } else if (event->type == HLX_EVENT_WORKER_EXITED) {
        worker_exited(broker, event->slot, actions);
    } else if (event->type == HLX_EVENT_SPAWN_FAILED) {
        spawn_failed(broker, event->slot);
    }
}
