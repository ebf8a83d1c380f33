/* broker.c -- the hedged-request broker: one event in, actions out.
 *
 * A step runs these phases, each a loop over slots, entries or the queue:
 *
 *      take the event -> expire -> wind down -> timers -> rotate
 *           -> dispatch -> hedge -> say when to be called again
 *
 * Invariants, by slot s and entry e (contracts: broker.h and at each function):
 *   entry e OPEN or CLOSED   <=> slot e runs the job of entry e
 *   entry e .other = h       <=> slot h != e runs the second job of entry e
 *   entry e WAITING           => slot e has no job
 *   replaces, replaced_by        mirror each other; both ends are alive
 *   pooled slots                 as many as workers, until the drain is over
 *
 * So a worker without a job and without a waiting request of its own has a free
 * entry: dispatch never has to look for room.
 *
 * What this file does not do: it never looks at a clock, never blocks, and keeps
 * no statistics of time. */
#include "broker.h"

#define PPM 1000000u

/* ---- counters, actions, instants ---- */

/* A counter of things without a bound stops rather than wraps. spec: BRK-42 */
static uint64_t counted(uint64_t counter) {
    return counter < UINT64_MAX ? counter + 1u : counter;
}

static void emit_full(hlx_actions *actions, uint32_t type, uint32_t slot, uint64_t request_id,
                      uint32_t origin, hlx_reply reply) {
    actions->list[actions->count].type = type;
    actions->list[actions->count].slot = slot;
    actions->list[actions->count].origin = origin;
    actions->list[actions->count].request_id = request_id;
    actions->list[actions->count].reply = reply;
    actions->count = actions->count + 1u;
}

/* The broker's own replies carry no counts and no origin. spec: BRK-29 */
static hlx_reply refusal(uint32_t status) {
    hlx_reply reply = {status, 0u, 0u, HLX_ORIGIN_NONE};

    return reply;
}

static void emit(hlx_actions *actions, uint32_t type, uint32_t slot, uint64_t request_id) {
    emit_full(actions, type, slot, request_id, HLX_ORIGIN_NONE, refusal(HLX_REPLY_OK));
}

static void emit_reply(hlx_actions *actions, uint64_t request_id, hlx_reply reply) {
    emit_full(actions, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, request_id, HLX_ORIGIN_NONE, reply);
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Time never runs backwards and never leaves its range. spec: BRK-22 */
static void advance(hlx_broker *broker, uint64_t now_ns) {
    uint64_t bounded = earlier(now_ns, HLX_BROKER_MAX_NOW_NS);

    if (bounded > broker->now_ns) {
        broker->now_ns = bounded;
    }
}

/* ---- the queue: a ring, oldest first (BRK-10) ---- */

static uint32_t ring_index(const hlx_broker *broker, uint32_t position) {
    uint32_t index = broker->queue_head + position;

    return index < HLX_BROKER_MAX_QUEUE ? index : index - HLX_BROKER_MAX_QUEUE;
}

static void push(hlx_broker *broker, uint64_t request_id) {
    uint32_t index = ring_index(broker, broker->queue_count);

    broker->queue[index].id = request_id;
    broker->queue[index].accepted_ns = broker->now_ns;
    broker->queue_count = broker->queue_count + 1u;
    broker->counters.accepted = broker->counters.accepted + 1u;
}

static void drop_head(hlx_broker *broker) {
    broker->queue_head = ring_index(broker, 1u);
    broker->queue_count = broker->queue_count - 1u;
}

/* Position of a request in the queue, or the queue's length. */
static uint32_t find_queued(const hlx_broker *broker, uint64_t request_id) {
    uint32_t position = 0u;

    while (position < broker->queue_count) {
        if (broker->queue[ring_index(broker, position)].id == request_id) {
            return position;
        }
        position++;
    }
    return position;
}

/* Close the gap: those behind `position` move up by one, in order. */
static void remove_queued(hlx_broker *broker, uint32_t position) {
    for (uint32_t next = position + 1u; next < broker->queue_count; next++) {
        uint32_t to = ring_index(broker, next - 1u);
        uint32_t from = ring_index(broker, next);

        broker->queue[to].id = broker->queue[from].id;
        broker->queue[to].accepted_ns = broker->queue[from].accepted_ns;
    }
    broker->queue_count = broker->queue_count - 1u;
}

/* ---- requests in service ---- */

static bool unanswered(const hlx_broker *broker, uint32_t entry) {
    uint8_t phase = broker->phases.of[entry];

    return phase == HLX_REQUEST_OPEN || phase == HLX_REQUEST_WAITING;
}

/* The only writer of a phase: proves what it does to their count. */
static void set_phase(hlx_broker *broker, uint32_t entry, uint8_t phase) {
    broker->phases.of[entry] = phase;
    /*@ ghost
      uint32_t n = 0;
      /@ loop invariant bound: n <= HLX_BROKER_MAX_SLOTS;
         loop invariant range: \forall integer k; 0 <= k <= n ==> 0 <= Unanswered(broker->phases, k) <= k;
         loop invariant changed: \forall integer k; 0 <= k <= n ==>
           Unanswered(broker->phases, k) == Unanswered(\at(broker->phases, Pre), k) +
             (entry < k ? Open(phase) - Open(\at(broker->phases.of[entry], Pre)) : 0);
         loop assigns n;
         loop variant HLX_BROKER_MAX_SLOTS - n; @/
      while (n < HLX_BROKER_MAX_SLOTS) {
        n++;
      }
    */
}

/* The queue's oldest becomes the request of entry `entry`. */
static void open_request(hlx_broker *broker, uint32_t entry) {
    broker->requests[entry].hedged = false;
    broker->requests[entry].suppressed = false;
    broker->requests[entry].has_summary = false;
    broker->requests[entry].other = HLX_BROKER_NO_SLOT;
    broker->requests[entry].crashes = 0u;
    broker->requests[entry].id = broker->queue[broker->queue_head].id;
    broker->requests[entry].accepted_ns = broker->queue[broker->queue_head].accepted_ns;
    set_phase(broker, entry, HLX_REQUEST_OPEN);
    broker->in_service = broker->in_service + 1u;
}

/* Entry `from` becomes free, its request lives on in entry `to`. */
static void move_request(hlx_broker *broker, uint32_t from, uint32_t to) {
    broker->requests[to].hedged = broker->requests[from].hedged;
    broker->requests[to].suppressed = broker->requests[from].suppressed;
    broker->requests[to].has_summary = broker->requests[from].has_summary;
    broker->requests[to].other = HLX_BROKER_NO_SLOT;
    broker->requests[to].crashes = broker->requests[from].crashes;
    broker->requests[to].summary = broker->requests[from].summary;
    broker->requests[to].id = broker->requests[from].id;
    broker->requests[to].accepted_ns = broker->requests[from].accepted_ns;
    broker->requests[to].hedge_at_ns = broker->requests[from].hedge_at_ns;
    set_phase(broker, to, broker->phases.of[from]);
    set_phase(broker, from, HLX_REQUEST_FREE);
}

/* The one reply of an accepted request. spec: BRK-01, BRK-11 */
static void answer(hlx_broker *broker, uint32_t entry, hlx_reply reply, hlx_actions *actions) {
    emit_reply(actions, broker->requests[entry].id, reply);
    set_phase(broker, entry, HLX_REQUEST_CLOSED);
    broker->in_service = broker->in_service - 1u;
    broker->counters.answered = broker->counters.answered + 1u;
}

/* Nothing reads the document any more. spec: BRK-39 */
static void release(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, broker->requests[entry].id);
    set_phase(broker, entry, HLX_REQUEST_FREE);
}

/* Ask the worker in `slot` to stop its job early; a killed one is past asking.
 * spec: BRK-03, BRK-30 */
static void cancel(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    if (broker->slots[slot].cancel_sent || broker->slots[slot].state == HLX_SLOT_KILLED) {
        return;
    }
    broker->slots[slot].cancel_sent = true;
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.kill_grace_ns;
    emit(actions, HLX_ACTION_SEND_CANCEL, slot, broker->requests[broker->slots[slot].request].id);
    broker->counters.cancels_sent = counted(broker->counters.cancels_sent);
}

/* A closed request's running attempts are asked to stop. */
static void cancel_attempts(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    cancel(broker, entry, actions);
    if (broker->requests[entry].other != HLX_BROKER_NO_SLOT) {
        cancel(broker, broker->requests[entry].other, actions);
    }
}

/* Worker `slot` gets the job of entry `entry`. spec: BRK-02, BRK-05 */
static void give_job(hlx_broker *broker, uint32_t slot, uint32_t entry, uint32_t origin,
                     hlx_actions *actions) {
    broker->slots[slot].request = entry;
    broker->slots[slot].origin = origin;
    emit_full(actions, HLX_ACTION_SEND_REQUEST, slot, broker->requests[entry].id, origin,
              refusal(HLX_REPLY_OK));
}

/* The job of `slot` is over. Returns the entry in which its request lives now.
 * spec: BRK-02 */
static uint32_t end_job(hlx_broker *broker, uint32_t slot) {
    uint32_t entry = broker->slots[slot].request;
    uint32_t other = broker->requests[entry].other;

    broker->slots[slot].request = HLX_BROKER_NO_REQUEST;
    broker->slots[slot].cancel_sent = false;
    broker->slots[slot].timer_ns = HLX_BROKER_NEVER;
    if (entry != slot) {
        broker->requests[entry].other = HLX_BROKER_NO_SLOT;
        return entry;
    }
    if (other != HLX_BROKER_NO_SLOT) {
        move_request(broker, entry, other);
        broker->slots[other].request = other;
        return other;
    }
    return entry;
}

/* True while an attempt of the request in `entry` runs. */
static bool running(const hlx_broker *broker, uint32_t entry) {
    return broker->slots[entry].request == entry;
}

/* ---- slots ---- */

static void spawn(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    broker->slots[slot].state = HLX_SLOT_STARTING;
    broker->slots[slot].rotation_due = false;
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.start_timeout_ns;
    emit(actions, HLX_ACTION_SPAWN, slot, 0u);
    broker->counters.spawns = counted(broker->counters.spawns);
}

/* The only writer of a seat in the pool: proves what it does to their count. */
static void set_pooled(hlx_broker *broker, uint32_t slot, uint8_t pooled) {
    broker->seats.taken[slot] = pooled;
    /*@ ghost
      uint32_t n = 0;
      /@ loop invariant bound: n <= HLX_BROKER_MAX_SLOTS;
         loop invariant changed: \forall integer k; 0 <= k <= n ==>
           Pooled(broker->seats, k) == Pooled(\at(broker->seats, Pre), k) +
             (slot < k ? pooled - \at(broker->seats.taken[slot], Pre) : 0);
         loop assigns n;
         loop variant HLX_BROKER_MAX_SLOTS - n; @/
      while (n < HLX_BROKER_MAX_SLOTS) {
        n++;
      }
    */
}

/* The pool counts on `heir` in place of `slot`. */
static void pass_seat(hlx_broker *broker, uint32_t slot, uint32_t heir) {
    broker->slots[heir].replaces = HLX_BROKER_NO_SLOT;
    set_pooled(broker, heir, 1u);
    broker->slots[slot].replaced_by = HLX_BROKER_NO_SLOT;
    set_pooled(broker, slot, 0u);
}

/* A rotation in which `slot` takes part ends early: without its replacement the
 * old worker stays, without the old one the replacement takes over. spec: BRK-36 */
static void leave_rotation(hlx_broker *broker, uint32_t slot) {
    uint32_t old = broker->slots[slot].replaces;
    uint32_t heir = broker->slots[slot].replaced_by;

    if (old != HLX_BROKER_NO_SLOT) {
        broker->slots[old].replaced_by = HLX_BROKER_NO_SLOT;
        broker->slots[slot].replaces = HLX_BROKER_NO_SLOT;
    } else if (heir != HLX_BROKER_NO_SLOT) {
        pass_seat(broker, slot, heir);
    }
}

/* Its job, if any, is kept until its exit. spec: BRK-02, BRK-35 */
static void kill_worker(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    leave_rotation(broker, slot);
    broker->slots[slot].state = HLX_SLOT_KILLED;
    broker->slots[slot].timer_ns = HLX_BROKER_NEVER;
    emit(actions, HLX_ACTION_KILL, slot, 0u);
    broker->counters.kills = counted(broker->counters.kills);
}

/* An idle worker is told to go; nobody waits for it. spec: BRK-36, BRK-37 */
static void retire(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    leave_rotation(broker, slot);
    broker->slots[slot].state = HLX_SLOT_RETIRING;
    set_pooled(broker, slot, 0u);
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.kill_grace_ns;
    emit(actions, HLX_ACTION_RETIRE, slot, 0u);
}

/* No process is left in `slot`. It is not used again before its back-off has
 * passed, which doubles with every failure. spec: BRK-09 */
static void vacate(hlx_broker *broker, uint32_t slot, bool failed) {
    leave_rotation(broker, slot);
    broker->slots[slot].timer_ns = broker->now_ns + broker->slots[slot].backoff_ns;
    if (failed) {
        broker->slots[slot].backoff_ns =
            earlier(2u * broker->slots[slot].backoff_ns, broker->config.backoff_max_ns);
    } else {
        broker->slots[slot].backoff_ns = broker->config.backoff_min_ns;
    }
    if (broker->seats.taken[slot] == 1u) {
        broker->slots[slot].state = HLX_SLOT_BACKOFF;
    } else {
        broker->slots[slot].state = HLX_SLOT_EMPTY;
    }
}

static bool has_process(uint32_t state) {
    return state >= HLX_SLOT_STARTING;
}

/* ---- events ---- */

/* Never accepted: answered and released at once. spec: BRK-10, BRK-24 */
static void reject(uint64_t request_id, uint32_t status, hlx_actions *actions) {
    emit_reply(actions, request_id, refusal(status));
    emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, request_id);
}

/* spec: BRK-24 */
static void submit(hlx_broker *broker, uint64_t request_id, hlx_actions *actions) {
    if (broker->draining) {
        reject(request_id, HLX_REPLY_SHUTTING_DOWN, actions);
        broker->counters.rejected_shutting_down = counted(broker->counters.rejected_shutting_down);
    } else if (broker->queue_count >= broker->config.queue_capacity ||
               broker->counters.accepted >= HLX_BROKER_MAX_ACCEPTED) {
        reject(request_id, HLX_REPLY_OVERLOADED, actions);
        broker->counters.rejected_overloaded = counted(broker->counters.rejected_overloaded);
    } else {
        push(broker, request_id);
    }
}

/* The entry of an unanswered request, or NO_REQUEST. */
static uint32_t find_request(const hlx_broker *broker, uint64_t request_id) {
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (unanswered(broker, entry) && broker->requests[entry].id == request_id) {
            return entry;
        }
    }
    return HLX_BROKER_NO_REQUEST;
}

/* A request in service whose client has gone. spec: BRK-01, BRK-25 */
static void abandon(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    bool is_running = running(broker, entry);

    set_phase(broker, entry, HLX_REQUEST_CLOSED);
    broker->in_service = broker->in_service - 1u;
    broker->counters.abandoned = broker->counters.abandoned + 1u;
    if (is_running) {
        cancel_attempts(broker, entry, actions);
    } else {
        release(broker, entry, actions);
    }
}

/* spec: BRK-25 */
static void client_gone(hlx_broker *broker, uint64_t request_id, hlx_actions *actions) {
    uint32_t position = find_queued(broker, request_id);
    uint32_t entry = find_request(broker, request_id);

    if (position < broker->queue_count) {
        remove_queued(broker, position);
        broker->counters.abandoned = broker->counters.abandoned + 1u;
        emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, request_id);
    } else if (entry != HLX_BROKER_NO_REQUEST) {
        abandon(broker, entry, actions);
    }
}

/* A replacement that is ready sends the old worker cooling: never fewer hot
 * workers than before. spec: BRK-05, BRK-32 */
static void worker_ready(hlx_broker *broker, uint32_t slot) {
    uint32_t old = broker->slots[slot].replaces;

    if (broker->slots[slot].state != HLX_SLOT_STARTING) {
        return;
    }
    broker->slots[slot].state = HLX_SLOT_HOT;
    broker->slots[slot].timer_ns = HLX_BROKER_NEVER;
    if (old != HLX_BROKER_NO_SLOT) {
        pass_seat(broker, old, slot);
        broker->slots[old].state = HLX_SLOT_COOLING;
        broker->counters.rotations = counted(broker->counters.rotations);
    }
}

/* Does the response belong to the job of that worker? spec: BRK-31 */
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

static void count_reply(hlx_broker *broker, hlx_reply reply) {
    if (reply.status == HLX_REPLY_OK) {
        broker->counters.answered_ok = counted(broker->counters.answered_ok);
    }
    if (reply.origin == HLX_ORIGIN_HEDGE) {
        broker->counters.answered_by_hedge = counted(broker->counters.answered_by_hedge);
    }
}

static bool same_result(const hlx_broker *broker, uint32_t entry, const hlx_event *event) {
    return broker->requests[entry].summary.status == event->summary.status &&
           broker->requests[entry].summary.tokens == event->summary.tokens &&
           broker->requests[entry].summary.issues == event->summary.issues;
}

/* Two finished attempts must agree. spec: BRK-12 */
static void compare_results(hlx_broker *broker, uint32_t entry, const hlx_event *event,
                            hlx_actions *actions) {
    if (!broker->requests[entry].has_summary) {
        broker->requests[entry].has_summary = true;
        broker->requests[entry].summary = event->summary;
    } else if (!same_result(broker, entry, event)) {
        broker->counters.mismatches = counted(broker->counters.mismatches);
        emit(actions, HLX_ACTION_MISMATCH, HLX_BROKER_NO_SLOT, broker->requests[entry].id);
    }
}

/* A summary that was not cancelled: the first one answers. spec: BRK-01, BRK-28 */
static void take_result(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    uint32_t entry = broker->slots[event->slot].request;
    hlx_reply reply = reply_of(event, broker->slots[event->slot].origin);

    compare_results(broker, entry, event, actions);
    if (unanswered(broker, entry)) {
        count_reply(broker, reply);
        answer(broker, entry, reply, actions);
    }
}

/* spec: BRK-28, BRK-36 */
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
static void take_response(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    uint32_t entry;

    if (event->summary.status != HLX_STATUS_CANCELLED) {
        take_result(broker, event, actions);
    }
    note_budgets(broker, event);
    broker->slots[event->slot].backoff_ns = broker->config.backoff_min_ns;
    entry = end_job(broker, event->slot);
    if (running(broker, entry)) {
        cancel(broker, entry, actions);
    } else {
        release(broker, entry, actions);
    }
}

/* spec: BRK-28, BRK-31 */
static void worker_response(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    uint32_t state = broker->slots[event->slot].state;

    if (!has_process(state) || state == HLX_SLOT_KILLED) {
        return;
    }
    if (response_fits(broker, event)) {
        take_response(broker, event, actions);
    } else {
        broker->counters.protocol_errors = counted(broker->counters.protocol_errors);
        kill_worker(broker, event->slot, actions);
    }
}

/* The last worker of an unanswered request died: one retry, then no more.
 * spec: BRK-08 */
static void retry_or_fail(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    if (broker->requests[entry].crashes < HLX_BROKER_MAX_CRASHES) {
        set_phase(broker, entry, HLX_REQUEST_WAITING);
        broker->counters.retries = counted(broker->counters.retries);
    } else {
        answer(broker, entry, refusal(HLX_REPLY_WORKER_FAILED), actions);
        broker->counters.answered_worker_failed = counted(broker->counters.answered_worker_failed);
        release(broker, entry, actions);
    }
}

/* A worker died with a job. spec: BRK-08, BRK-33 */
static void lose_job(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t entry = end_job(broker, slot);

    broker->requests[entry].crashes = broker->requests[entry].crashes + 1u;
    if (running(broker, entry)) {
        return;
    }
    if (unanswered(broker, entry)) {
        retry_or_fail(broker, entry, actions);
    } else {
        release(broker, entry, actions);
    }
}

/* spec: BRK-09, BRK-33 */
static void worker_exited(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t state = broker->slots[slot].state;
    bool crashed = state != HLX_SLOT_RETIRING;

    if (!has_process(state)) {
        return;
    }
    if (crashed) {
        broker->counters.crashes = counted(broker->counters.crashes);
    }
    if (broker->slots[slot].request != HLX_BROKER_NO_REQUEST) {
        lose_job(broker, slot, actions);
    }
    vacate(broker, slot, crashed);
}

/* A worker that was killed for being late may turn out never to have been made.
 * spec: BRK-34 */
static void spawn_failed(hlx_broker *broker, uint32_t slot) {
    bool late = broker->slots[slot].state == HLX_SLOT_KILLED &&
                broker->slots[slot].request == HLX_BROKER_NO_REQUEST;

    if (broker->slots[slot].state == HLX_SLOT_STARTING || late) {
        vacate(broker, slot, true);
    }
}

static void take_worker_event(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
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

/* What fits nothing changes nothing. spec: BRK-40 */
static void take_event(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    if (event->type == HLX_EVENT_SUBMIT) {
        submit(broker, event->request_id, actions);
    } else if (event->type == HLX_EVENT_CLIENT_GONE) {
        client_gone(broker, event->request_id, actions);
    } else if (event->type == HLX_EVENT_DRAIN) {
        broker->draining = true;
    } else if (event->slot < broker->config.slot_count) {
        take_worker_event(broker, event, actions);
    }
}

/* ---- deadlines (BRK-07) ---- */

static uint64_t deadline_of(const hlx_broker *broker, uint64_t accepted_ns) {
    return accepted_ns + broker->config.deadline_ns;
}

/* The queue is in order of acceptance, so the overdue ones are its first. */
static void expire_queue(hlx_broker *broker, hlx_actions *actions) {
    while (broker->queue_count > 0u) {
        hlx_queued head = broker->queue[broker->queue_head];

        if (deadline_of(broker, head.accepted_ns) > broker->now_ns) {
            return;
        }
        emit_reply(actions, head.id, refusal(HLX_REPLY_DEADLINE));
        emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, head.id);
        broker->counters.answered = broker->counters.answered + 1u;
        broker->counters.answered_deadline = counted(broker->counters.answered_deadline);
        drop_head(broker);
    }
}

static void expire_request(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    answer(broker, entry, refusal(HLX_REPLY_DEADLINE), actions);
    broker->counters.answered_deadline = counted(broker->counters.answered_deadline);
    if (running(broker, entry)) {
        cancel_attempts(broker, entry, actions);
    } else {
        release(broker, entry, actions);
    }
}

static void expire_requests(hlx_broker *broker, hlx_actions *actions) {
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (unanswered(broker, entry) &&
            deadline_of(broker, broker->requests[entry].accepted_ns) <= broker->now_ns) {
            expire_request(broker, entry, actions);
        }
    }
}

/* ---- slots in time ---- */

/* Draining, and every accepted request has been answered or abandoned. */
static bool finished(const hlx_broker *broker) {
    return broker->draining && broker->queue_count == 0u && broker->in_service == 0u;
}

static void wind_down_slot(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t state = broker->slots[slot].state;

    if (state == HLX_SLOT_BACKOFF) {
        broker->slots[slot].state = HLX_SLOT_EMPTY;
        set_pooled(broker, slot, 0u);
    } else if (state >= HLX_SLOT_STARTING && state <= HLX_SLOT_COOLING &&
               broker->slots[slot].request == HLX_BROKER_NO_REQUEST) {
        retire(broker, slot, actions);
    }
}

/* spec: BRK-37 */
static void wind_down(hlx_broker *broker, hlx_actions *actions) {
    if (!finished(broker)) {
        return;
    }
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        wind_down_slot(broker, slot, actions);
    }
}

/* spec: BRK-09, BRK-35 */
static void run_timer(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    if (broker->slots[slot].timer_ns > broker->now_ns) {
        return;
    }
    if (broker->slots[slot].state == HLX_SLOT_BACKOFF) {
        spawn(broker, slot, actions);
    } else if (has_process(broker->slots[slot].state)) {
        kill_worker(broker, slot, actions);
    }
}

static void run_timers(hlx_broker *broker, hlx_actions *actions) {
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        run_timer(broker, slot, actions);
    }
}

/* ---- rotation (BRK-05, BRK-36) ---- */

static bool wants_rotation(const hlx_broker *broker, uint32_t slot) {
    return !broker->draining && broker->slots[slot].state == HLX_SLOT_HOT &&
           broker->slots[slot].rotation_due &&
           broker->slots[slot].replaced_by == HLX_BROKER_NO_SLOT;
}

/* An empty slot that may be used, or NO_SLOT. */
static uint32_t find_empty(const hlx_broker *broker) {
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (broker->slots[slot].state == HLX_SLOT_EMPTY &&
            broker->slots[slot].timer_ns <= broker->now_ns) {
            return slot;
        }
    }
    return HLX_BROKER_NO_SLOT;
}

static void start_rotation(hlx_broker *broker, uint32_t slot, uint32_t heir, hlx_actions *actions) {
    broker->slots[slot].replaced_by = heir;
    broker->slots[heir].replaces = slot;
    spawn(broker, heir, actions);
}

static void rotate(hlx_broker *broker, hlx_actions *actions) {
    uint32_t heir = find_empty(broker);

    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (broker->slots[slot].state == HLX_SLOT_COOLING &&
            broker->slots[slot].request == HLX_BROKER_NO_REQUEST) {
            retire(broker, slot, actions);
        } else if (wants_rotation(broker, slot) && heir != HLX_BROKER_NO_SLOT) {
            start_rotation(broker, slot, heir, actions);
            heir = find_empty(broker);
        }
    }
}

/* ---- dispatch (BRK-26) ---- */

static bool idle(const hlx_broker *broker, uint32_t slot) {
    return broker->slots[slot].state == HLX_SLOT_HOT &&
           broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
}

/* A request that waits for its retry, or NO_REQUEST. */
static uint32_t find_waiting(const hlx_broker *broker) {
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (broker->phases.of[entry] == HLX_REQUEST_WAITING) {
            return entry;
        }
    }
    return HLX_BROKER_NO_REQUEST;
}

/* The waiting request in `entry` runs again, never to be hedged. spec: BRK-08 */
static void dispatch_waiting(hlx_broker *broker, uint32_t slot, uint32_t entry,
                             hlx_actions *actions) {
    if (entry != slot) {
        move_request(broker, entry, slot);
    }
    set_phase(broker, slot, HLX_REQUEST_OPEN);
    broker->requests[slot].hedge_at_ns = HLX_BROKER_NEVER;
    give_job(broker, slot, slot, HLX_ORIGIN_PRIMARY, actions);
}

/* The oldest in the queue goes first. spec: BRK-10 */
static void dispatch_queued(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    open_request(broker, slot);
    drop_head(broker);
    if (broker->config.hedging) {
        broker->requests[slot].hedge_at_ns = broker->now_ns + broker->config.hedge_delay_ns;
    } else {
        broker->requests[slot].hedge_at_ns = HLX_BROKER_NEVER;
    }
    give_job(broker, slot, slot, HLX_ORIGIN_PRIMARY, actions);
}

/* `entry` waits, or is NO_REQUEST. A worker takes the request that waits in its
 * own entry before any other, so that its entry is free. */
static void dispatch_to(hlx_broker *broker, uint32_t slot, uint32_t entry, hlx_actions *actions) {
    if (broker->phases.of[slot] == HLX_REQUEST_WAITING) {
        dispatch_waiting(broker, slot, slot, actions);
    } else if (entry != HLX_BROKER_NO_REQUEST) {
        dispatch_waiting(broker, slot, entry, actions);
    } else if (broker->queue_count > 0u) {
        dispatch_queued(broker, slot, actions);
    }
}

/* No hot worker is idle while a request waits. spec: BRK-26 */
static void dispatch(hlx_broker *broker, hlx_actions *actions) {
    uint32_t entry = find_waiting(broker);

    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (entry == HLX_BROKER_NO_REQUEST && broker->queue_count == 0u) {
            return;
        }
        if (idle(broker, slot)) {
            dispatch_to(broker, slot, entry, actions);
            entry = find_waiting(broker);
        }
    }
}

/* ---- hedges (BRK-06) ---- */

/* May the request ever be hedged, now or later? spec: BRK-27 */
static bool hedgeable(const hlx_broker *broker, uint32_t entry) {
    return broker->phases.of[entry] == HLX_REQUEST_OPEN && !broker->requests[entry].hedged &&
           broker->requests[entry].crashes == 0u;
}

/* Exactly: (granted + 1) <= burst + ratio * accepted. spec: BRK-06 */
static bool within_budget(const hlx_broker *broker) {
    uint64_t wanted = (broker->counters.hedges_granted + 1u) * PPM;
    uint64_t burst = (uint64_t)broker->config.hedge_burst * PPM;
    uint64_t earned = (uint64_t)broker->config.hedge_ratio_ppm * broker->counters.accepted;

    return wanted <= burst + earned;
}

/* A hot worker without a job, or NO_SLOT. */
static uint32_t find_idle(const hlx_broker *broker) {
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (idle(broker, slot)) {
            return slot;
        }
    }
    return HLX_BROKER_NO_SLOT;
}

/* spec: BRK-04, BRK-06 */
static void grant_hedge(hlx_broker *broker, uint32_t entry, uint32_t slot, hlx_actions *actions) {
    broker->requests[entry].hedged = true;
    broker->requests[entry].other = slot;
    broker->counters.hedges_granted = broker->counters.hedges_granted + 1u;
    give_job(broker, slot, entry, HLX_ORIGIN_HEDGE, actions);
}

/* Counted once a request; it stays due and is tried at every later step.
 * spec: BRK-27 */
static void suppress_hedge(hlx_broker *broker, uint32_t entry) {
    if (!broker->requests[entry].suppressed) {
        broker->requests[entry].suppressed = true;
        broker->counters.hedges_suppressed = counted(broker->counters.hedges_suppressed);
    }
}

static void hedge(hlx_broker *broker, hlx_actions *actions) {
    uint32_t slot = find_idle(broker);

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

/* ---- the next instant (BRK-07, BRK-38) ---- */

static uint64_t next_of_request(const hlx_broker *broker, uint32_t entry) {
    uint64_t next = HLX_BROKER_NEVER;

    if (unanswered(broker, entry)) {
        next = deadline_of(broker, broker->requests[entry].accepted_ns);
    }
    if (hedgeable(broker, entry) && broker->requests[entry].hedge_at_ns > broker->now_ns) {
        next = earlier(next, broker->requests[entry].hedge_at_ns);
    }
    return next;
}

static bool rotation_waits(const hlx_broker *broker) {
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (wants_rotation(broker, slot)) {
            return true;
        }
    }
    return false;
}

/* The timer of an empty slot matters only to a rotation that waits for it. */
static uint64_t next_of_slot(const hlx_broker *broker, uint32_t slot, bool for_rotation) {
    if (broker->slots[slot].state == HLX_SLOT_EMPTY && !for_rotation) {
        return HLX_BROKER_NEVER;
    }
    return broker->slots[slot].timer_ns;
}

/* spec: BRK-38 */
static uint64_t next_instant(const hlx_broker *broker) {
    bool for_rotation = rotation_waits(broker);
    uint64_t next = HLX_BROKER_NEVER;

    if (broker->queue_count > 0u) {
        next = deadline_of(broker, broker->queue[broker->queue_head].accepted_ns);
    }
    for (uint32_t index = 0u; index < broker->config.slot_count; index++) {
        next = earlier(next, next_of_request(broker, index));
        next = earlier(next, next_of_slot(broker, index, for_rotation));
    }
    return next;
}

/* ---- the interface (contracts: broker.h) ---- */

static bool duration_valid(uint64_t duration_ns) {
    return duration_ns >= 1u && duration_ns <= HLX_BROKER_MAX_DURATION_NS;
}

static bool sizes_valid(const hlx_broker_config *config) {
    if (config->worker_count < 1u || config->worker_count > HLX_BROKER_MAX_WORKERS) {
        return false;
    }
    if (config->slot_count <= config->worker_count || config->slot_count > HLX_BROKER_MAX_SLOTS) {
        return false;
    }
    return config->queue_capacity >= 1u && config->queue_capacity <= HLX_BROKER_MAX_QUEUE;
}

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
    return config->hedge_ratio_ppm <= PPM && config->hedge_burst <= PPM;
}

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
    for (uint32_t slot = 0u; slot < HLX_BROKER_MAX_SLOTS; slot++) {
        init_slot(broker, slot);
        broker->phases.of[slot] = HLX_REQUEST_FREE;
    }
    return true;
}

/* spec: BRK-23 */
uint64_t hlx_broker_step(hlx_broker *broker, const hlx_event *event, uint64_t now_ns,
                         hlx_actions *actions) {
    actions->count = 0u;
    advance(broker, now_ns);
    take_event(broker, event, actions);
    expire_queue(broker, actions);
    expire_requests(broker, actions);
    wind_down(broker, actions);
    run_timers(broker, actions);
    rotate(broker, actions);
    dispatch(broker, actions);
    hedge(broker, actions);
    return next_instant(broker);
}

bool hlx_broker_stopped(const hlx_broker *broker) {
    if (!finished(broker)) {
        return false;
    }
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (broker->slots[slot].state != HLX_SLOT_EMPTY) {
            return false;
        }
    }
    return true;
}
