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

/* The invariant, as clauses of a contract; `hole` is an entry under repair. */
#define VALID_BUT(clause, hole)                                                                    \
    clause config : ConfigValid(broker->config);                                                   \
    clause now : broker->now_ns <= HLX_BROKER_MAX_NOW_NS;                                          \
    clause queue : QueueValid(*broker);                                                            \
    clause processes : Processes(*broker, -1);                                                     \
    clause timers : Timers(*broker, -1);                                                           \
    clause rotations : Rotations(*broker, -1);                                                     \
    clause jobs : Jobs(*broker);                                                                   \
    clause entries : Entries(*broker, hole);                                                       \
    clause conserve : CountersConserve(*broker);                                                   \
    clause budget                                                                                  \
        : BudgetKept(broker->config, broker->counters.hedges_granted, broker->counters.accepted);  \
    clause pool : PoolComplete(*broker);
#define VALID(clause) VALID_BUT(clause, -1)

/* ---- counters, actions, instants ---- */

/* A counter of things without a bound stops rather than wraps. spec: BRK-42 */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures stops: \result == (counter < UINT64_MAX ? counter + 1 : UINT64_MAX);
*/
static uint64_t counted(uint64_t counter) {
    return counter < UINT64_MAX ? counter + 1u : counter;
}

/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 1);
    terminates \true;
    exits \false;
    assigns actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures type: actions->list[\old(actions->count)].type == type;
    ensures request_id: actions->list[\old(actions->count)].request_id == request_id;
    ensures slot: actions->list[\old(actions->count)].slot == slot;
    ensures origin: actions->list[\old(actions->count)].origin == origin;
    ensures reply: actions->list[\old(actions->count)].reply == reply;
*/
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
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures status: \result.status == status;
    ensures no_origin: \result.origin == HLX_ORIGIN_NONE;
*/
static hlx_reply refusal(uint32_t status) {
    hlx_reply reply = {status, 0u, 0u, HLX_ORIGIN_NONE};

    return reply;
}

/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 1);
    terminates \true;
    exits \false;
    assigns actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures type: actions->list[\old(actions->count)].type == type;
    ensures request_id: actions->list[\old(actions->count)].request_id == request_id;
    ensures slot: actions->list[\old(actions->count)].slot == slot;
*/
static void emit(hlx_actions *actions, uint32_t type, uint32_t slot, uint64_t request_id) {
    emit_full(actions, type, slot, request_id, HLX_ORIGIN_NONE, refusal(HLX_REPLY_OK));
}

/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 1);
    terminates \true;
    exits \false;
    assigns actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures type: actions->list[\old(actions->count)].type == HLX_ACTION_REPLY;
    ensures request_id: actions->list[\old(actions->count)].request_id == request_id;
    ensures reply: actions->list[\old(actions->count)].reply == reply;
*/
static void emit_reply(hlx_actions *actions, uint64_t request_id, hlx_reply reply) {
    emit_full(actions, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, request_id, HLX_ORIGIN_NONE, reply);
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures minimum: \result == (a < b ? a : b);
*/
static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Time never runs backwards and never leaves its range. spec: BRK-22 */
/*@ requires writable: \valid(broker);
    requires bounded: broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    terminates \true;
    exits \false;
    assigns broker->now_ns;
    ensures forward: \old(broker->now_ns) <= broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    ensures exact: broker->now_ns == \old(broker->now_ns) ||
                   broker->now_ns == (now_ns < HLX_BROKER_MAX_NOW_NS ? now_ns :
                       HLX_BROKER_MAX_NOW_NS);
*/
static void advance(hlx_broker *broker, uint64_t now_ns) {
    uint64_t bounded = earlier(now_ns, HLX_BROKER_MAX_NOW_NS);

    if (bounded > broker->now_ns) {
        broker->now_ns = bounded;
    }
}

/* ---- the queue: a ring, oldest first (BRK-10) ---- */

/*@ requires readable: \valid_read(broker);
    requires in_ring: broker->queue_head < HLX_BROKER_MAX_QUEUE;
    requires position: position <= HLX_BROKER_MAX_QUEUE;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures index: \result == RingIndex(broker->queue_head, position);
    ensures in_ring: \result < HLX_BROKER_MAX_QUEUE;
*/
static uint32_t ring_index(const hlx_broker *broker, uint32_t position) {
    uint32_t index = broker->queue_head + position;

    return index < HLX_BROKER_MAX_QUEUE ? index : index - HLX_BROKER_MAX_QUEUE;
}

/*@ requires writable: \valid(broker);
    requires valid: ConfigValid(broker->config) && QueueValid(*broker) && CountersValid(*broker);
    requires open: !broker->draining;
    requires room: broker->queue_count < broker->config.queue_capacity;
    requires countable: broker->counters.accepted < HLX_BROKER_MAX_ACCEPTED;
    terminates \true;
    exits \false;
    assigns broker->queue[RingIndex(broker->queue_head, broker->queue_count)], broker->queue_count,
            broker->counters.accepted;
    ensures bounded: QueueBounded(*broker);
    ensures past: QueuePast(*broker);
    ensures sorted: QueueSorted(*broker);
    ensures conserve: CountersConserve(*broker);
    ensures budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                               broker->counters.accepted);
    ensures pool: PoolComplete(*broker);
*/
static void push(hlx_broker *broker, uint64_t request_id) {
    uint32_t index = ring_index(broker, broker->queue_count);

    /*@ assert free: \forall integer i; 0 <= i < broker->queue_count ==>
          RingIndex(broker->queue_head, i) != index; */
    broker->queue[index].id = request_id;
    broker->queue[index].accepted_ns = broker->now_ns;
    broker->queue_count = broker->queue_count + 1u;
    broker->counters.accepted = broker->counters.accepted + 1u;
    /*@ assert kept: \forall integer i; 0 <= i < \at(broker->queue_count, Pre) ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i), Pre); */
    /*@ assert last: QueuedSince(*broker, \at(broker->queue_count, Pre)) == broker->now_ns; */
}

/*@ requires writable: \valid(broker);
    requires valid: QueueValid(*broker) && ConfigValid(broker->config);
    requires some: broker->queue_count > 0;
    terminates \true;
    exits \false;
    assigns broker->queue_head, broker->queue_count;
    ensures bounded: QueueBounded(*broker);
    ensures past: QueuePast(*broker);
    ensures sorted: QueueSorted(*broker);
    ensures count: broker->queue_count == \old(broker->queue_count) - 1;
    ensures since: \forall integer i; 0 <= i < broker->queue_count ==>
      QueuedSince(*broker, i) == \old(QueuedSince(*broker, i + 1));
*/
static void drop_head(hlx_broker *broker) {
    broker->queue_head = ring_index(broker, 1u);
    broker->queue_count = broker->queue_count - 1u;
    /*@ assert moved: \forall integer i; 0 <= i < broker->queue_count ==>
          RingIndex(broker->queue_head, i) == RingIndex(\at(broker->queue_head, Pre), i + 1); */
    /*@ assert since: \forall integer i; 0 <= i < broker->queue_count ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i + 1), Pre); */
}

/* Position of a request in the queue, or the queue's length. */
/*@ requires readable: \valid_read(broker);
    requires valid: QueueValid(*broker) && ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures bound: \result <= broker->queue_count;
    ensures found: \result < broker->queue_count ==>
      broker->queue[RingIndex(broker->queue_head, \result)].id == request_id;
    ensures first: \forall integer i; 0 <= i < \result ==>
      broker->queue[RingIndex(broker->queue_head, i)].id != request_id;
*/
static uint32_t find_queued(const hlx_broker *broker, uint64_t request_id) {
    uint32_t position = 0u;

    /*@ loop invariant bound: position <= broker->queue_count;
        loop invariant first: \forall integer i; 0 <= i < position ==>
          QueuedId(*broker, i) != request_id;
        loop assigns position;
        loop variant broker->queue_count - position;
    */
    while (position < broker->queue_count) {
        if (broker->queue[ring_index(broker, position)].id == request_id) {
            return position;
        }
        position++;
    }
    return position;
}

/* Close the gap: those behind `position` move up by one, in order. */
/*@ requires writable: \valid(broker);
    requires valid: QueueValid(*broker) && ConfigValid(broker->config);
    requires inside: position < broker->queue_count;
    terminates \true;
    exits \false;
    assigns broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count;
    ensures count: broker->queue_count == \old(broker->queue_count) - 1;
    ensures since_before: \forall integer i; 0 <= i < position ==>
      QueuedSince(*broker, i) == \old(QueuedSince(*broker, i));
    ensures since_behind: \forall integer i; position <= i < broker->queue_count ==>
      QueuedSince(*broker, i) == \old(QueuedSince(*broker, i + 1));
    ensures ids_before: \forall integer i; 0 <= i < position ==>
      QueuedId(*broker, i) == \old(QueuedId(*broker, i));
    ensures ids_behind: \forall integer i; position <= i < broker->queue_count ==>
      QueuedId(*broker, i) == \old(QueuedId(*broker, i + 1));
    ensures bounded: QueueBounded(*broker);
    ensures past: QueuePast(*broker);
    ensures sorted: QueueSorted(*broker);
*/
static void remove_queued(hlx_broker *broker, uint32_t position) {
    /*@ loop invariant bound: position + 1 <= next <= broker->queue_count;
        loop invariant since: \forall integer i; position <= i < next - 1 ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i + 1), Pre);
        loop invariant ids: \forall integer i; position <= i < next - 1 ==>
          QueuedId(*broker, i) == \at(QueuedId(*broker, i + 1), Pre);
        loop invariant since_kept: \forall integer i;
          0 <= i < position || next - 1 <= i < broker->queue_count ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i), Pre);
        loop invariant ids_kept: \forall integer i;
          0 <= i < position || next - 1 <= i < broker->queue_count ==>
          QueuedId(*broker, i) == \at(QueuedId(*broker, i), Pre);
        loop assigns next, broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1];
        loop variant broker->queue_count - next;
    */
    for (uint32_t next = position + 1u; next < broker->queue_count; next++) {
        uint32_t to = ring_index(broker, next - 1u);
        uint32_t from = ring_index(broker, next);

        /*@ assert apart: \forall integer i; 0 <= i < broker->queue_count && i != next - 1 ==>
              RingIndex(broker->queue_head, i) != to; */
        broker->queue[to].id = broker->queue[from].id;
        broker->queue[to].accepted_ns = broker->queue[from].accepted_ns;
    }
    broker->queue_count = broker->queue_count - 1u;
}

/* ---- requests in service ---- */

/*@ requires readable: \valid_read(broker);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures open: \result <==> Open(broker->phases.of[entry]) == 1;
*/
static bool unanswered(const hlx_broker *broker, uint32_t entry) {
    uint8_t phase = broker->phases.of[entry];

    return phase == HLX_REQUEST_OPEN || phase == HLX_REQUEST_WAITING;
}

/* The only writer of a phase: proves what it does to their count. */
/*@ requires writable: \valid(broker);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry];
    ensures phase: broker->phases.of[entry] == phase;
    ensures range: \forall integer k; 0 <= k <= HLX_BROKER_MAX_SLOTS ==>
      0 <= Unanswered(broker->phases, k) <= k;
    ensures changed: \forall integer k; 0 <= k <= HLX_BROKER_MAX_SLOTS ==>
      Unanswered(broker->phases, k) == \old(Unanswered(broker->phases, k)) +
        (entry < k ? Open(phase) - Open(\old(broker->phases.of[entry])) : 0);
*/
static void set_phase(hlx_broker *broker, uint32_t entry, uint8_t phase) {
    broker->phases.of[entry] = phase;
    /*@ ghost
      uint32_t n = 0;
      /@ loop invariant bound: n <= HLX_BROKER_MAX_SLOTS;
         loop invariant range: \forall integer k; 0 <= k <= n ==> 0 <=
             Unanswered(broker->phases, k) <= k;
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
/*@ requires writable: \valid(broker);
    requires config: ConfigValid(broker->config);
    requires entry: entry < broker->config.slot_count;
    requires free: broker->phases.of[entry] == HLX_REQUEST_FREE;
    requires queue: broker->queue_head < HLX_BROKER_MAX_QUEUE;
    requires counted: broker->in_service == Unanswered(broker->phases, broker->config.slot_count);
    terminates \true;
    exits \false;
    assigns broker->requests[entry], broker->phases.of[entry], broker->in_service;
    ensures open: broker->phases.of[entry] == HLX_REQUEST_OPEN;
    ensures alone: broker->requests[entry].other == HLX_BROKER_NO_SLOT;
    ensures unharmed: broker->requests[entry].crashes == 0;
    ensures id: broker->requests[entry].id == broker->queue[broker->queue_head].id;
    ensures since: broker->requests[entry].accepted_ns ==
                   broker->queue[broker->queue_head].accepted_ns;
    ensures one_more: broker->in_service == \old(broker->in_service) + 1;
    ensures counted: broker->in_service == Unanswered(broker->phases, broker->config.slot_count);
*/
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
/*@ requires writable: \valid(broker);
    requires entries: from < HLX_BROKER_MAX_SLOTS && to < HLX_BROKER_MAX_SLOTS && from != to;
    requires free: broker->phases.of[to] == HLX_REQUEST_FREE;
    terminates \true;
    exits \false;
    assigns broker->requests[to], broker->phases.of[to], broker->phases.of[from];
    ensures phase: broker->phases.of[to] == \old(broker->phases.of[from]);
    ensures left: broker->phases.of[from] == HLX_REQUEST_FREE;
    ensures alone: broker->requests[to].other == HLX_BROKER_NO_SLOT;
    ensures crashes: broker->requests[to].crashes == \old(broker->requests[from].crashes);
    ensures id: broker->requests[to].id == \old(broker->requests[from].id);
    ensures since: broker->requests[to].accepted_ns == \old(broker->requests[from].accepted_ns);
    ensures hedge_at: broker->requests[to].hedge_at_ns == \old(broker->requests[from].hedge_at_ns);
    ensures same_count: \forall integer k; from < k <= HLX_BROKER_MAX_SLOTS && to < k ==>
      Unanswered(broker->phases, k) == \old(Unanswered(broker->phases, k));
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires config: ConfigValid(broker->config);
    requires entry: entry < broker->config.slot_count;
    requires open: Open(broker->phases.of[entry]) == 1;
    requires counters: CountersValid(*broker);
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry], broker->in_service, broker->counters.answered,
            actions->count, actions->list[actions->count];
    ensures closed: broker->phases.of[entry] == HLX_REQUEST_CLOSED;
    ensures count: actions->count == \old(actions->count) + 1;
    ensures conserve: CountersConserve(*broker);
    ensures budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                               broker->counters.accepted);
    ensures pool: PoolComplete(*broker);
*/
static void answer(hlx_broker *broker, uint32_t entry, hlx_reply reply, hlx_actions *actions) {
    emit_reply(actions, broker->requests[entry].id, reply);
    set_phase(broker, entry, HLX_REQUEST_CLOSED);
    broker->in_service = broker->in_service - 1u;
    broker->counters.answered = broker->counters.answered + 1u;
}

/* Nothing reads the document any more. spec: BRK-39 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires entry: entry < broker->config.slot_count;
    requires closed: broker->phases.of[entry] == HLX_REQUEST_CLOSED;
    requires orphan: Orphan(*broker, entry);
    VALID_BUT(requires, entry)
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry], actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures free: broker->phases.of[entry] == HLX_REQUEST_FREE;
    VALID(ensures)
*/
static void release(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, broker->requests[entry].id);
    set_phase(broker, entry, HLX_REQUEST_FREE);
}

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
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 2);
    requires entry: entry < broker->config.slot_count;
    requires closed: broker->phases.of[entry] == HLX_REQUEST_CLOSED;
    requires linked: EntryLinked(*broker, entry);
    requires entry_valid: broker->requests[entry].crashes <= 1 &&
                          broker->requests[entry].accepted_ns <= broker->now_ns;
    VALID_BUT(requires, entry)
    terminates \true;
    exits \false;
    assigns broker->slots[entry].cancel_sent, broker->slots[entry].timer_ns,
            broker->slots[broker->requests[entry].other].cancel_sent,
            broker->slots[broker->requests[entry].other].timer_ns,
            broker->counters.cancels_sent, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
static void cancel_attempts(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    cancel(broker, entry, actions);
    if (broker->requests[entry].other != HLX_BROKER_NO_SLOT) {
        cancel(broker, broker->requests[entry].other, actions);
    }
}

/* Worker `slot` gets the job of entry `entry`. spec: BRK-02, BRK-05 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < HLX_BROKER_MAX_SLOTS && entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].origin, actions->count,
            actions->list[actions->count];
    ensures job: broker->slots[slot].request == entry;
    ensures count: actions->count == \old(actions->count) + 1;
*/
static void give_job(hlx_broker *broker, uint32_t slot, uint32_t entry, uint32_t origin,
                     hlx_actions *actions) {
    broker->slots[slot].request = entry;
    broker->slots[slot].origin = origin;
    emit_full(actions, HLX_ACTION_SEND_REQUEST, slot, broker->requests[entry].id, origin,
              refusal(HLX_REPLY_OK));
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
    VALID_BUT(requires, from)
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
    VALID_BUT(ensures, to)
*/
static void hand_over(hlx_broker *broker, uint32_t from, uint32_t to) {
    /*@ assert free: broker->phases.of[to] == HLX_REQUEST_FREE; */
    /*@ assert unused: Orphan(*broker, to); */
    move_request(broker, from, to);
    broker->slots[to].request = to;
}

/* Worker `slot` has no job any more. */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    requires busy: broker->slots[slot].request != HLX_BROKER_NO_REQUEST;
    VALID_BUT(requires, broker->slots[slot].request)
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].cancel_sent,
            broker->slots[slot].timer_ns;
    ensures idle: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    ensures uncancelled: !broker->slots[slot].cancel_sent;
    ensures timer: broker->slots[slot].timer_ns == HLX_BROKER_NEVER;
    VALID_BUT(ensures, \old(broker->slots[slot].request))
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
    VALID_BUT(requires, broker->slots[slot].request)
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
    ensures phase: broker->phases.of[\result] ==
                   \old(broker->phases.of[broker->slots[slot].request]);
    ensures id: broker->requests[\result].id ==
                \old(broker->requests[broker->slots[slot].request].id);
    ensures since: broker->requests[\result].accepted_ns ==
                   \old(broker->requests[broker->slots[slot].request].accepted_ns);
    ensures crashes: broker->requests[\result].crashes ==
                     \old(broker->requests[broker->slots[slot].request].crashes);
    VALID_BUT(ensures, \result)
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
/*@ requires readable: \valid_read(broker);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures running: \result <==> broker->slots[entry].request == entry;
*/
static bool running(const hlx_broker *broker, uint32_t entry) {
    return broker->slots[entry].request == entry;
}

/* ---- slots ---- */

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires valid: ConfigValid(broker->config) && broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    requires slot: slot < broker->config.slot_count;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].state, broker->slots[slot].rotation_due,
            broker->slots[slot].timer_ns, broker->counters.spawns, actions->count,
            actions->list[actions->count];
    ensures starting: broker->slots[slot].state == HLX_SLOT_STARTING;
    ensures timer: broker->slots[slot].timer_ns ==
                   broker->now_ns + broker->config.start_timeout_ns;
    ensures count: actions->count == \old(actions->count) + 1;
*/
static void spawn(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    broker->slots[slot].state = HLX_SLOT_STARTING;
    broker->slots[slot].rotation_due = false;
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.start_timeout_ns;
    emit(actions, HLX_ACTION_SPAWN, slot, 0u);
    broker->counters.spawns = counted(broker->counters.spawns);
}

/* The only writer of a seat in the pool: proves what it does to their count. */
/*@ requires writable: \valid(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->seats.taken[slot];
    ensures pooled: broker->seats.taken[slot] == pooled;
    ensures changed: \forall integer k; 0 <= k <= HLX_BROKER_MAX_SLOTS ==>
      Pooled(broker->seats, k) == \old(Pooled(broker->seats, k)) +
        (slot < k ? pooled - \old(broker->seats.taken[slot]) : 0);
*/
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
/*@ requires writable: \valid(broker);
    requires slots: slot < HLX_BROKER_MAX_SLOTS && heir < HLX_BROKER_MAX_SLOTS && slot != heir;
    requires seats: broker->seats.taken[slot] == 1 && broker->seats.taken[heir] == 0;
    terminates \true;
    exits \false;
    assigns broker->slots[heir].replaces, broker->seats.taken[heir],
            broker->slots[slot].replaced_by, broker->seats.taken[slot];
    ensures heir: broker->slots[heir].replaces == HLX_BROKER_NO_SLOT &&
                  broker->seats.taken[heir] == 1;
    ensures slot: broker->slots[slot].replaced_by == HLX_BROKER_NO_SLOT &&
                  broker->seats.taken[slot] == 0;
    ensures same_count: \forall integer k; slot < k <= HLX_BROKER_MAX_SLOTS && heir < k ==>
      Pooled(broker->seats, k) == \old(Pooled(broker->seats, k));
*/
static void pass_seat(hlx_broker *broker, uint32_t slot, uint32_t heir) {
    broker->slots[heir].replaces = HLX_BROKER_NO_SLOT;
    set_pooled(broker, heir, 1u);
    broker->slots[slot].replaced_by = HLX_BROKER_NO_SLOT;
    set_pooled(broker, slot, 0u);
}

/* A rotation in which `slot` takes part ends early: without its replacement the
 * old worker stays, without the old one the replacement takes over. spec: BRK-36 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats;
    ensures kept: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures seats: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      broker->seats.taken[s] >= \old(broker->seats.taken[s]);
    ensures out: broker->slots[slot].replaces == HLX_BROKER_NO_SLOT &&
                 broker->slots[slot].replaced_by == HLX_BROKER_NO_SLOT;
    ensures seat: broker->seats.taken[slot] ==
      (\old(broker->slots[slot].replaced_by) != HLX_BROKER_NO_SLOT
         ? 0 : \old(broker->seats.taken[slot]));
    ensures unreferenced: \forall integer s; 0 <= s < broker->config.slot_count ==>
      broker->slots[s].replaces != slot && broker->slots[s].replaced_by != slot;
    ensures queue: QueueValid(*broker);
    ensures processes: Processes(*broker, slot);
    ensures timers: Timers(*broker, -1);
    ensures rotations: Rotations(*broker, slot);
    ensures jobs: Jobs(*broker);
    ensures entries: Entries(*broker, -1);
    ensures conserve: CountersConserve(*broker);
    ensures pool: PoolComplete(*broker);
    ensures alone: \forall integer s; \old(broker->slots[slot].replaces) == HLX_BROKER_NO_SLOT &&
      \old(broker->slots[slot].replaced_by) == HLX_BROKER_NO_SLOT && 0 <= s <
          HLX_BROKER_MAX_SLOTS && s != slot ==>
      broker->slots[s].replaces == \old(broker->slots[s].replaces) &&
      broker->slots[s].replaced_by == \old(broker->slots[s].replaced_by);
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    requires process: broker->slots[slot].state >= HLX_SLOT_STARTING;
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats, broker->counters,
        actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures killed: broker->slots[slot].state == HLX_SLOT_KILLED &&
                    broker->slots[slot].timer_ns == HLX_BROKER_NEVER;
    ensures count: actions->count == \old(actions->count) + 1;
    VALID(ensures)
    ensures job: broker->slots[slot].request == \old(broker->slots[slot].request);
*/
static void kill_worker(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    leave_rotation(broker, slot);
    broker->slots[slot].state = HLX_SLOT_KILLED;
    broker->slots[slot].timer_ns = HLX_BROKER_NEVER;
    emit(actions, HLX_ACTION_KILL, slot, 0u);
    broker->counters.kills = counted(broker->counters.kills);
}

/* An idle worker is told to go; nobody waits for it. spec: BRK-36, BRK-37 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    requires state: HLX_SLOT_STARTING <= broker->slots[slot].state <= HLX_SLOT_COOLING;
    requires idle: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    requires allowed: Finished(*broker) || broker->slots[slot].state == HLX_SLOT_COOLING;
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures retiring: broker->slots[slot].state == HLX_SLOT_RETIRING &&
                      broker->slots[slot].timer_ns > broker->now_ns;
    ensures count: actions->count == \old(actions->count) + 1;
    VALID(ensures)
    ensures job: broker->slots[slot].request == \old(broker->slots[slot].request);
    ensures alone: \forall integer s; \old(broker->slots[slot].state) == HLX_SLOT_COOLING &&
      0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      broker->slots[s].replaces == \old(broker->slots[s].replaces) &&
      broker->slots[s].replaced_by == \old(broker->slots[s].replaced_by);
*/
static void retire(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    leave_rotation(broker, slot);
    broker->slots[slot].state = HLX_SLOT_RETIRING;
    set_pooled(broker, slot, 0u);
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.kill_grace_ns;
    emit(actions, HLX_ACTION_RETIRE, slot, 0u);
}

/* No process is left in `slot`. It is not used again before its back-off has
 * passed, which doubles with every failure. spec: BRK-09 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    requires process: broker->slots[slot].state >= HLX_SLOT_STARTING;
    requires jobless: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats;
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures no_process: broker->slots[slot].state <= HLX_SLOT_BACKOFF;
    ensures backed_off: broker->slots[slot].timer_ns ==
                        broker->now_ns + \old(broker->slots[slot].backoff_ns);
    VALID(ensures)
*/
static void vacate(hlx_broker *broker, uint32_t slot, bool failed) {
    uint64_t backoff_ns = broker->config.backoff_min_ns;
    uint32_t state = HLX_SLOT_EMPTY;

    leave_rotation(broker, slot);
    /*@ assert nobody: \forall integer e; 0 <= e < broker->config.slot_count &&
          EntryRunning(*broker, e) ==> e != slot && broker->requests[e].other != slot; */
    if (failed) {
        backoff_ns = earlier(2u * broker->slots[slot].backoff_ns, broker->config.backoff_max_ns);
    }
    if (broker->seats.taken[slot] == 1u) {
        state = HLX_SLOT_BACKOFF;
    }
    broker->slots[slot].timer_ns = broker->now_ns + broker->slots[slot].backoff_ns;
    broker->slots[slot].backoff_ns = backoff_ns;
    broker->slots[slot].state = state;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures process: \result <==> state >= HLX_SLOT_STARTING;
*/
static bool has_process(uint32_t state) {
    return state >= HLX_SLOT_STARTING;
}

/* ---- events ---- */

/* Never accepted: answered and released at once. spec: BRK-10, BRK-24 */
/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 2);
    terminates \true;
    exits \false;
    assigns actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: actions->count == \old(actions->count) + 2;
*/
static void reject(uint64_t request_id, uint32_t status, hlx_actions *actions) {
    emit_reply(actions, request_id, refusal(status));
    emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, request_id);
}

/* spec: BRK-24 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters.accepted, broker->counters.rejected_overloaded,
            broker->counters.rejected_shutting_down, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
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
/*@ requires readable: \valid_read(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_REQUEST ==>
      \result < broker->config.slot_count && Open(broker->phases.of[\result]) == 1 &&
      broker->requests[\result].id == request_id;
    ensures none: \result == HLX_BROKER_NO_REQUEST ==>
      \forall integer e; 0 <= e < broker->config.slot_count &&
        Open(broker->phases.of[e]) == 1 ==> broker->requests[e].id != request_id;
*/
static uint32_t find_request(const hlx_broker *broker, uint64_t request_id) {
    /*@ loop invariant bound: entry <= broker->config.slot_count;
        loop invariant none: \forall integer e; 0 <= e < entry ==> Open(broker->phases.of[e]) ==
            1 ==>
          broker->requests[e].id != request_id;
        loop assigns entry;
        loop variant broker->config.slot_count - entry;
    */
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (unanswered(broker, entry) && broker->requests[entry].id == request_id) {
            return entry;
        }
    }
    return HLX_BROKER_NO_REQUEST;
}

/* A request in service whose client has gone. spec: BRK-01, BRK-25 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    VALID(requires)
    requires entry: entry < broker->config.slot_count;
    requires open: Open(broker->phases.of[entry]) == 1;
    terminates \true;
    exits \false;
    assigns broker->slots[entry].cancel_sent, broker->slots[entry].timer_ns,
            broker->slots[broker->requests[entry].other].cancel_sent,
            broker->slots[broker->requests[entry].other].timer_ns,
            broker->phases.of[entry], broker->in_service, broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
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

/* A request in the queue whose client has gone. spec: BRK-25 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    VALID(requires)
    requires inside: position < broker->queue_count;
    terminates \true;
    exits \false;
    assigns broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters.abandoned, actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    VALID(ensures)
*/
static void forget_queued(hlx_broker *broker, uint32_t position, uint64_t request_id,
                          hlx_actions *actions) {
    remove_queued(broker, position);
    broker->counters.abandoned = broker->counters.abandoned + 1u;
    emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, request_id);
}

/* spec: BRK-25 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
static void client_gone(hlx_broker *broker, uint64_t request_id, hlx_actions *actions) {
    uint32_t position = find_queued(broker, request_id);
    uint32_t entry = find_request(broker, request_id);

    if (position < broker->queue_count) {
        forget_queued(broker, position, request_id, actions);
    } else if (entry != HLX_BROKER_NO_REQUEST) {
        abandon(broker, entry, actions);
    }
}

/* A replacement that is ready sends the old worker cooling: never fewer hot
 * workers than before. spec: BRK-05, BRK-32 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[slot].state, broker->slots[slot].timer_ns,
            broker->slots[slot].replaces, broker->seats.taken[slot],
            broker->slots[broker->slots[slot].replaces].replaced_by,
            broker->seats.taken[broker->slots[slot].replaces],
            broker->slots[broker->slots[slot].replaces].state, broker->counters.rotations;
    VALID(ensures)
*/
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
/*@ requires readable: \valid_read(broker) && \valid_read(event);
    VALID(requires)
    requires slot: event->slot < broker->config.slot_count;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures busy: \result ==> broker->slots[event->slot].request != HLX_BROKER_NO_REQUEST;
    ensures id: \result ==>
      broker->requests[broker->slots[event->slot].request].id == event->request_id;
    ensures status: \result ==> event->summary.status <= HLX_STATUS_BAD_ARGUMENT;
    ensures told: \result && event->summary.status == HLX_STATUS_CANCELLED ==>
      broker->slots[event->slot].cancel_sent;
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
/*@ requires readable: \valid_read(event);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures ok: \result.status == HLX_REPLY_OK <==> event->summary.status == HLX_STATUS_OK;
    ensures origin: \result.origin == origin;
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
*/
static void count_reply(hlx_broker *broker, hlx_reply reply) {
    if (reply.status == HLX_REPLY_OK) {
        broker->counters.answered_ok = counted(broker->counters.answered_ok);
    }
    if (reply.origin == HLX_ORIGIN_HEDGE) {
        broker->counters.answered_by_hedge = counted(broker->counters.answered_by_hedge);
    }
}

/*@ requires readable: \valid_read(broker) && \valid_read(event);
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
                     \separated(broker, actions) && \valid_read(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 1);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->requests[entry].has_summary, broker->requests[entry].summary,
            broker->counters.mismatches, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures kept: broker->requests[entry].has_summary;
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 1;
    ensures reported: actions->count > \old(actions->count) <==>
      \old(broker->requests[entry].has_summary) &&
      !SameResult(\old(broker->requests[entry].summary), event->summary);
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid_read(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    requires busy: broker->slots[event->slot].request != HLX_BROKER_NO_REQUEST;
    VALID(requires)
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
    VALID_BUT(ensures, broker->slots[event->slot].request)
*/
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
/*@ requires usable: \valid(broker) && \valid_read(event) && \separated(broker, event);
    requires slot: event->slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->slots[event->slot].rotation_due;
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

/* The job of `slot` is over, and its request closed: the other attempt, if there is one,
 * is cancelled. */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 2);
    requires slot: slot < broker->config.slot_count;
    requires busy: broker->slots[slot].request != HLX_BROKER_NO_REQUEST;
    requires closed: broker->phases.of[broker->slots[slot].request] == HLX_REQUEST_CLOSED;
    requires linked: EntryLinked(*broker, broker->slots[slot].request);
    requires entry: broker->requests[broker->slots[slot].request].crashes <= 1 &&
      broker->requests[broker->slots[slot].request].accepted_ns <= broker->now_ns;
    VALID_BUT(requires, broker->slots[slot].request)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
static void finish_job(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t entry = end_job(broker, slot);

    if (running(broker, entry)) {
        cancel_attempts(broker, entry, actions);
    } else {
        release(broker, entry, actions);
    }
}

/* A worker has answered its job. spec: BRK-28 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid_read(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    VALID(requires)
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
    VALID(ensures)
*/
static void take_response(hlx_broker *broker, const hlx_event *event, hlx_actions *actions) {
    note_budgets(broker, event);
    broker->slots[event->slot].backoff_ns = broker->config.backoff_min_ns;
    if (event->summary.status != HLX_STATUS_CANCELLED) {
        take_result(broker, event, actions);
    }
    finish_job(broker, event->slot, actions);
}

/* spec: BRK-28, BRK-31 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid_read(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 4;
    VALID(ensures)
*/
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
    VALID_BUT(requires, entry)
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry], broker->in_service, broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    requires busy: broker->slots[slot].request != HLX_BROKER_NO_REQUEST;
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures state: broker->slots[slot].state == \old(broker->slots[slot].state);
    ensures jobless: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    VALID(ensures)
*/
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
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats;
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    VALID(ensures)
*/
static void spawn_failed(hlx_broker *broker, uint32_t slot) {
    bool late = broker->slots[slot].state == HLX_SLOT_KILLED &&
                broker->slots[slot].request == HLX_BROKER_NO_REQUEST;

    if (broker->slots[slot].state == HLX_SLOT_STARTING || late) {
        vacate(broker, slot, true);
    }
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid_read(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 4;
    VALID(ensures)
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid_read(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters, broker->draining, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 4;
    VALID(ensures)
*/
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

/*@ requires readable: \valid_read(broker);
    requires config: ConfigValid(broker->config);
    requires bounded: accepted_ns <= HLX_BROKER_MAX_NOW_NS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sum: \result == accepted_ns + broker->config.deadline_ns;
*/
static uint64_t deadline_of(const hlx_broker *broker, uint64_t accepted_ns) {
    return accepted_ns + broker->config.deadline_ns;
}

/* The queue is in order of acceptance, so the overdue ones are its first.
 * spec: BRK-07 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 2 * HLX_BROKER_MAX_QUEUE);
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->queue_head, broker->queue_count, broker->counters.answered,
            broker->counters.answered_deadline, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + 2 * HLX_BROKER_MAX_QUEUE;
    ensures timely: QueueTimely(*broker);
    VALID(ensures)
*/
static void expire_queue(hlx_broker *broker, hlx_actions *actions) {
    /*@ loop invariant fewer: broker->queue_count <= \at(broker->queue_count, Pre);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + 2 * (\at(broker->queue_count, Pre) - broker->queue_count);
        loop invariant queue: QueueValid(*broker);
        loop invariant conserve: CountersConserve(*broker);
        loop invariant budget: BudgetKept(broker->config, broker->counters.hedges_granted,
            broker->counters.accepted);
        loop invariant pool: PoolComplete(*broker);
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

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 3);
    VALID(requires)
    requires entry: entry < broker->config.slot_count;
    requires open: Open(broker->phases.of[entry]) == 1;
    terminates \true;
    exits \false;
    assigns broker->slots[entry].cancel_sent, broker->slots[entry].timer_ns,
            broker->slots[broker->requests[entry].other].cancel_sent,
            broker->slots[broker->requests[entry].other].timer_ns,
            broker->phases.of[entry], broker->in_service, broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures closed: Open(broker->phases.of[entry]) == 0;
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 3;
    VALID(ensures)
*/
static void expire_request(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    answer(broker, entry, refusal(HLX_REPLY_DEADLINE), actions);
    broker->counters.answered_deadline = counted(broker->counters.answered_deadline);
    if (running(broker, entry)) {
        cancel_attempts(broker, entry, actions);
    } else {
        release(broker, entry, actions);
    }
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 3 * HLX_BROKER_MAX_SLOTS);
    VALID(requires)
    requires timely: QueueTimely(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + 3 * HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    VALID(ensures)
*/
static void expire_requests(hlx_broker *broker, hlx_actions *actions) {
    /*@ loop invariant bound: entry <= broker->config.slot_count;
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + 3 * entry;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely: \forall integer e; 0 <= e < entry ==> Open(broker->phases.of[e])
            == 1 ==>
          broker->requests[e].accepted_ns + broker->config.deadline_ns > broker->now_ns;
        VALID(loop invariant)
        loop assigns entry, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases,
            broker->seats, broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->in_service,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - entry;
    */
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (unanswered(broker, entry) &&
            deadline_of(broker, broker->requests[entry].accepted_ns) <= broker->now_ns) {
            expire_request(broker, entry, actions);
        }
    }
}

/* ---- slots in time ---- */

/* Draining, and every accepted request has been answered or abandoned. */
/*@ requires readable: \valid_read(broker);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures finished: \result <==> Finished(*broker);
*/
static bool finished(const hlx_broker *broker) {
    return broker->draining && broker->queue_count == 0u && broker->in_service == 0u;
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    requires finished: Finished(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 1;
    ensures wound_down: WoundDown(*broker, slot);
    VALID(ensures)
*/
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
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures wound_down: Finished(*broker) ==>
      \forall integer s; 0 <= s < broker->config.slot_count ==> WoundDown(*broker, s);
    VALID(ensures)
*/
static void wind_down(hlx_broker *broker, hlx_actions *actions) {
    if (!finished(broker)) {
        return;
    }
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        loop invariant finished: Finished(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + slot;
        loop invariant wound_down: \forall integer s; 0 <= s < slot ==> WoundDown(*broker, s);
        VALID(loop invariant)
        loop assigns slot, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        wind_down_slot(broker, slot, actions);
    }
}

/* spec: BRK-09, BRK-35 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats, broker->counters,
        actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 1;
    ensures quiet: broker->slots[slot].state != HLX_SLOT_EMPTY ==>
                   broker->slots[slot].timer_ns > broker->now_ns;
    ensures wound_down: \old(WoundDown(*broker, slot)) ==> WoundDown(*broker, slot);
    VALID(ensures)
*/
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

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    VALID(ensures)
*/
static void run_timers(hlx_broker *broker, hlx_actions *actions) {
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + slot;
        loop invariant quiet: \forall integer s; 0 <= s < slot ==> broker->slots[s].state !=
            HLX_SLOT_EMPTY ==>
          broker->slots[s].timer_ns > broker->now_ns;
        VALID(loop invariant)
        loop assigns slot, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        run_timer(broker, slot, actions);
    }
}

/* ---- rotation (BRK-05, BRK-36) ---- */

/*@ requires readable: \valid_read(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures wants: \result <==> WantsRotation(broker->draining, broker->slots[slot]);
*/
static bool wants_rotation(const hlx_broker *broker, uint32_t slot) {
    return !broker->draining && broker->slots[slot].state == HLX_SLOT_HOT &&
           broker->slots[slot].rotation_due &&
           broker->slots[slot].replaced_by == HLX_BROKER_NO_SLOT;
}

/* An empty slot that may be used, or NO_SLOT. */
/*@ requires readable: \valid_read(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_SLOT ==>
      \result < broker->config.slot_count && broker->slots[\result].state == HLX_SLOT_EMPTY &&
      broker->slots[\result].timer_ns <= broker->now_ns;
    ensures none: \result == HLX_BROKER_NO_SLOT ==> NoEmptySlot(*broker);
*/
static uint32_t find_empty(const hlx_broker *broker) {
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant none: \forall integer s; 0 <= s < slot ==> broker->slots[s].state ==
            HLX_SLOT_EMPTY ==>
          broker->slots[s].timer_ns > broker->now_ns;
        loop assigns slot;
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (broker->slots[slot].state == HLX_SLOT_EMPTY &&
            broker->slots[slot].timer_ns <= broker->now_ns) {
            return slot;
        }
    }
    return HLX_BROKER_NO_SLOT;
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
    requires wants: WantsRotation(broker->draining, broker->slots[slot]);
    requires heir: heir < broker->config.slot_count && broker->slots[heir].state == HLX_SLOT_EMPTY;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].replaced_by, broker->slots[heir].replaces,
            broker->slots[heir].state, broker->slots[heir].rotation_due,
            broker->slots[heir].timer_ns, broker->counters.spawns, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures heir: broker->slots[heir].state == HLX_SLOT_STARTING &&
                  broker->slots[heir].timer_ns > broker->now_ns;
    ensures started: broker->slots[slot].replaced_by == heir;
    ensures count: actions->count == \old(actions->count) + 1;
    VALID(ensures)
*/
static void start_rotation(hlx_broker *broker, uint32_t slot, uint32_t heir, hlx_actions *actions) {
    broker->slots[slot].replaced_by = heir;
    broker->slots[heir].replaces = slot;
    spawn(broker, heir, actions);
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    requires quiet: TimersQuiet(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures settled: RotationsSettled(*broker);
    VALID(ensures)
*/
static void rotate(hlx_broker *broker, hlx_actions *actions) {
    uint32_t heir = find_empty(broker);

    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + slot;
        loop invariant quiet: TimersQuiet(*broker);
        loop invariant cooling: \forall integer s; 0 <= s < slot ==> CoolingWorks(*broker, s);
        loop invariant heir: heir != HLX_BROKER_NO_SLOT ==> heir < broker->config.slot_count &&
          broker->slots[heir].state == HLX_SLOT_EMPTY;
        loop invariant none: heir == HLX_BROKER_NO_SLOT ==> NoEmptySlot(*broker);
        loop invariant rotating: heir != HLX_BROKER_NO_SLOT ==>
          \forall integer s; 0 <= s < slot ==> !WantsRotation(broker->draining, broker->slots[s]);
        VALID(loop invariant)
        loop assigns slot, heir, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - slot;
    */
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

/*@ requires readable: \valid_read(broker);
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

/* A request that waits for its retry, or NO_REQUEST. */
/*@ requires readable: \valid_read(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_REQUEST ==>
      \result < broker->config.slot_count &&
      broker->phases.of[\result] == HLX_REQUEST_WAITING;
    ensures none: \result == HLX_BROKER_NO_REQUEST ==> NoneWaits(*broker);
*/
static uint32_t find_waiting(const hlx_broker *broker) {
    /*@ loop invariant bound: entry <= broker->config.slot_count;
        loop invariant none: \forall integer e; 0 <= e < entry ==> broker->phases.of[e] !=
            HLX_REQUEST_WAITING;
        loop assigns entry;
        loop variant broker->config.slot_count - entry;
    */
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (broker->phases.of[entry] == HLX_REQUEST_WAITING) {
            return entry;
        }
    }
    return HLX_BROKER_NO_REQUEST;
}

/* The waiting request in `entry` runs again, never to be hedged. spec: BRK-08 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
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
    VALID(ensures)
    ensures settled: RotationsSettled(*broker);
*/
static void dispatch_waiting(hlx_broker *broker, uint32_t slot, uint32_t entry,
                             hlx_actions *actions) {
    if (entry != slot) {
        move_request(broker, entry, slot);
    }
    set_phase(broker, slot, HLX_REQUEST_OPEN);
    give_job(broker, slot, slot, HLX_ORIGIN_PRIMARY, actions);
}

/* The oldest in the queue goes first. spec: BRK-10 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
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
    VALID(ensures)
*/
static void dispatch_queued(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint64_t hedge_at_ns = HLX_BROKER_NEVER;

    /*@ assert first: QueuedSince(*broker, 0) ==
          broker->queue[broker->queue_head].accepted_ns; */
    if (broker->config.hedging) {
        hedge_at_ns = broker->now_ns + broker->config.hedge_delay_ns;
    }
    open_request(broker, slot);
    drop_head(broker);
    broker->requests[slot].hedge_at_ns = hedge_at_ns;
    give_job(broker, slot, slot, HLX_ORIGIN_PRIMARY, actions);
}

/* `entry` waits, or is NO_REQUEST. A worker takes the request that waits in its
 * own entry before any other, so that its entry is free. */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    VALID(requires)
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
    VALID(ensures)
    ensures settled: RotationsSettled(*broker);
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

/* No hot worker is idle while a request waits. spec: BRK-26 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    requires quiet: TimersQuiet(*broker);
    requires settled: RotationsSettled(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases,
            broker->in_service,
            broker->queue_head, broker->queue_count, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures settled: RotationsSettled(*broker);
    ensures conserved: WorkConserved(*broker);
    VALID(ensures)
*/
static void dispatch(hlx_broker *broker, hlx_actions *actions) {
    uint32_t entry = find_waiting(broker);

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
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        VALID(loop invariant)
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
            entry = find_waiting(broker);
        }
    }
}

/* ---- hedges (BRK-06) ---- */

/* May the request ever be hedged, now or later? spec: BRK-27 */
/*@ requires readable: \valid_read(broker);
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
/*@ requires readable: \valid_read(broker);
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
    uint64_t wanted = (broker->counters.hedges_granted + 1u) * PPM;
    uint64_t burst = (uint64_t)broker->config.hedge_burst * PPM;
    uint64_t earned = (uint64_t)broker->config.hedge_ratio_ppm * broker->counters.accepted;

    return wanted <= burst + earned;
}

/* A hot worker without a job, or NO_SLOT. */
/*@ requires readable: \valid_read(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_SLOT ==>
      \result < broker->config.slot_count && Idle(*broker, \result);
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
    VALID(requires)
    requires entry: entry < broker->config.slot_count && Hedgeable(*broker, entry);
    requires idle: Idle(*broker, slot);
    requires free: broker->phases.of[slot] != HLX_REQUEST_WAITING;
    requires countable: broker->counters.hedges_granted < UINT64_MAX;
    requires budget: WithinBudget(*broker);
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
    VALID(ensures)
    ensures settled: RotationsSettled(*broker);
*/
static void grant_hedge(hlx_broker *broker, uint32_t entry, uint32_t slot, hlx_actions *actions) {
    broker->requests[entry].hedged = true;
    broker->requests[entry].other = slot;
    broker->counters.hedges_granted = broker->counters.hedges_granted + 1u;
    give_job(broker, slot, entry, HLX_ORIGIN_HEDGE, actions);
}

/* Counted once a request; it stays due and is tried at every later step.
 * spec: BRK-27 */
/*@ requires writable: \valid(broker);
    requires entry: entry < broker->config.slot_count;
    VALID(requires)
    requires settled: RotationsSettled(*broker);
    terminates \true;
    exits \false;
    assigns broker->requests[entry].suppressed, broker->counters.hedges_suppressed;
    ensures suppressed: broker->requests[entry].suppressed;
    VALID(ensures)
    ensures settled: RotationsSettled(*broker);
*/
static void suppress_hedge(hlx_broker *broker, uint32_t entry) {
    if (!broker->requests[entry].suppressed) {
        broker->requests[entry].suppressed = true;
        broker->counters.hedges_suppressed = counted(broker->counters.hedges_suppressed);
    }
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    requires quiet: TimersQuiet(*broker);
    requires settled: RotationsSettled(*broker);
    requires conserved: WorkConserved(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures settled: RotationsSettled(*broker);
    ensures conserved: WorkConserved(*broker);
    ensures hedged: HedgesSettled(*broker);
    VALID(ensures)
*/
static void hedge(hlx_broker *broker, hlx_actions *actions) {
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
        VALID(loop invariant)
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

/* ---- the next instant (BRK-07, BRK-38) ---- */

/*@ requires readable: \valid_read(broker);
    VALID(requires)
    requires entry: entry < broker->config.slot_count;
    requires timely: ServiceTimely(*broker);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures exact: RequestWakes(*broker, entry, \result);
    ensures later: \result > broker->now_ns;
*/
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

/*@ requires readable: \valid_read(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures waits: \result <==> RotationWaits(*broker);
*/
static bool rotation_waits(const hlx_broker *broker) {
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant none: \forall integer s; 0 <= s < slot ==>
            !WantsRotation(broker->draining, broker->slots[s]);
        loop assigns slot;
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (wants_rotation(broker, slot)) {
            return true;
        }
    }
    return false;
}

/* The timer of an empty slot matters only to a rotation that waits for it. */
/*@ requires readable: \valid_read(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures exact: \result == (broker->slots[slot].state == HLX_SLOT_EMPTY && !for_rotation
                                 ? HLX_BROKER_NEVER : broker->slots[slot].timer_ns);
*/
static uint64_t next_of_slot(const hlx_broker *broker, uint32_t slot, bool for_rotation) {
    if (broker->slots[slot].state == HLX_SLOT_EMPTY && !for_rotation) {
        return HLX_BROKER_NEVER;
    }
    return broker->slots[slot].timer_ns;
}

/* spec: BRK-07, BRK-38 */
/*@ requires readable: \valid_read(broker);
    VALID(requires)
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
    bool for_rotation = rotation_waits(broker);
    uint64_t next = HLX_BROKER_NEVER;

    /*@ assert first: QueuedSince(*broker, 0) ==
          broker->queue[broker->queue_head].accepted_ns; */
    if (broker->queue_count > 0u) {
        next = deadline_of(broker, broker->queue[broker->queue_head].accepted_ns);
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
        next = earlier(next, next_of_request(broker, index));
        next = earlier(next, next_of_slot(broker, index, for_rotation));
    }
    return next;
}

/* ---- the interface (contracts: broker.h) ---- */

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures valid: \result <==> DurationValid(duration_ns);
*/
static bool duration_valid(uint64_t duration_ns) {
    return duration_ns >= 1u && duration_ns <= HLX_BROKER_MAX_DURATION_NS;
}

/*@ requires readable: \valid_read(config);
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

/*@ requires readable: \valid_read(config);
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
    return config->hedge_ratio_ppm <= PPM && config->hedge_burst <= PPM;
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
