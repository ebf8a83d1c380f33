/* broker_logic.h -- what the proofs say of the broker: the invariant between two steps,
 * what a step achieves, and the accounts that it keeps.
 *
 *      BrokerValid     before and after every step; its parts bear the rules' numbers
 *      Timely, TimersQuiet, RotationsSettled, WorkConserved, HedgesSettled
 *                      what each phase of a step leaves behind, and later ones keep
 *      Promise         nothing is due before the instant that a step returns
 *      ReplyAccount, HedgeAccount, ReleaseAccount
 *                      what was sent, less what was counted: no function changes them
 *
 * The predicates take the whole broker by value: the proofs read it as a mathematical
 * record. Nothing here is code. The macros are clauses that many contracts repeat. */
#ifndef HLX_BROKER_LOGIC_H
#define HLX_BROKER_LOGIC_H

#include "actions.h"
#include "broker_state.h"

/* The logic of the broker's invariant, one concept a predicate. `b` is a broker, `s`
 * a slot, `e` an entry; a `hole` is an entry under repair in the middle of a step. */
/*@ predicate DurationValid(integer duration_ns) =
      1 <= duration_ns <= HLX_BROKER_MAX_DURATION_NS;

    predicate SizesValid(hlx_broker_config c) =
      1 <= c.worker_count <= HLX_BROKER_MAX_WORKERS &&
      c.worker_count < c.slot_count <= HLX_BROKER_MAX_SLOTS &&
      1 <= c.queue_capacity <= HLX_BROKER_MAX_QUEUE;

    predicate DurationsValid(hlx_broker_config c) =
      DurationValid(c.deadline_ns) && DurationValid(c.start_timeout_ns) &&
      DurationValid(c.kill_grace_ns) && DurationValid(c.backoff_min_ns) &&
      DurationValid(c.backoff_max_ns) && c.backoff_min_ns <= c.backoff_max_ns &&
      c.hedge_delay_ns <= HLX_BROKER_MAX_DURATION_NS;

    // BRK-20
    predicate ConfigValid(hlx_broker_config c) =
      SizesValid(c) && DurationsValid(c) &&
      c.hedge_ratio_ppm <= 1000000 && c.hedge_burst <= 1000000;

    // BRK-09: what a slot's state says of its process, its seat in the pool, its timer.
    predicate SlotProcess(hlx_broker b, integer s) =
      b.slots[s].state <= HLX_SLOT_KILLED && b.seats.taken[s] <= 1 &&
      (b.slots[s].state == HLX_SLOT_EMPTY || b.slots[s].state == HLX_SLOT_COOLING ||
       b.slots[s].state == HLX_SLOT_RETIRING ==> b.seats.taken[s] == 0) &&
      (b.slots[s].state == HLX_SLOT_BACKOFF || b.slots[s].state == HLX_SLOT_HOT ==>
         b.seats.taken[s] == 1) &&
      b.config.backoff_min_ns <= b.slots[s].backoff_ns <= b.config.backoff_max_ns;

    predicate SlotTimer(hlx_broker b, integer s) =
      b.slots[s].state == HLX_SLOT_KILLED ||
      ((b.slots[s].state == HLX_SLOT_HOT || b.slots[s].state == HLX_SLOT_COOLING) &&
       !b.slots[s].cancel_sent)
      ? b.slots[s].timer_ns == HLX_BROKER_NEVER
      : b.slots[s].timer_ns <= HLX_BROKER_MAX_NOW_NS + HLX_BROKER_MAX_DURATION_NS;

    // BRK-05: the two ends of a rotation know each other.
    predicate SlotRotation(hlx_broker b, integer s) =
      (b.slots[s].replaces != HLX_BROKER_NO_SLOT ==>
         b.slots[s].replaces < b.config.slot_count &&
         b.slots[s].state == HLX_SLOT_STARTING &&
         b.slots[b.slots[s].replaces].replaced_by == s) &&
      (b.slots[s].replaced_by != HLX_BROKER_NO_SLOT ==>
         b.slots[s].replaced_by < b.config.slot_count &&
         b.slots[s].state == HLX_SLOT_HOT &&
         b.slots[b.slots[s].replaced_by].replaces == s) &&
      (b.slots[s].state == HLX_SLOT_STARTING ==>
         (b.seats.taken[s] == 1 <==> b.slots[s].replaces == HLX_BROKER_NO_SLOT));

    // Nothing of a slot changed but its part in a rotation.
    predicate KeptButRotation(hlx_slot now, hlx_slot before) =
      now.state == before.state && now.request == before.request &&
      now.origin == before.origin && now.cancel_sent == before.cancel_sent &&
      now.rotation_due == before.rotation_due && now.backoff_ns == before.backoff_ns &&
      now.timer_ns == before.timer_ns;

    predicate Processes(hlx_broker b, integer hole) =
      \forall integer s; 0 <= s < b.config.slot_count && s != hole ==> SlotProcess(b, s);

    predicate Timers(hlx_broker b, integer hole) =
      \forall integer s; 0 <= s < b.config.slot_count && s != hole ==> SlotTimer(b, s);

    predicate Rotations(hlx_broker b, integer hole) =
      \forall integer s; 0 <= s < b.config.slot_count && s != hole ==> SlotRotation(b, s);

    predicate SlotsValidBut(hlx_broker b, integer hole) =
      Processes(b, hole) && Timers(b, hole) && Rotations(b, hole);

    predicate SlotsValid(hlx_broker b) = SlotsValidBut(b, -1);

    // BRK-02, BRK-03: a worker's one job, and when it was cancelled.
    predicate SlotJob(hlx_broker b, integer s) =
      (b.slots[s].request != HLX_BROKER_NO_REQUEST ==>
         b.slots[s].request < b.config.slot_count &&
         (b.slots[s].state == HLX_SLOT_HOT || b.slots[s].state == HLX_SLOT_COOLING ||
          b.slots[s].state == HLX_SLOT_KILLED) &&
         (b.phases.of[b.slots[s].request] == HLX_REQUEST_OPEN ||
          b.phases.of[b.slots[s].request] == HLX_REQUEST_CLOSED) &&
         (b.slots[s].request == s || b.requests[b.slots[s].request].other == s)) &&
      (b.slots[s].cancel_sent ==>
         b.slots[s].request != HLX_BROKER_NO_REQUEST &&
         b.phases.of[b.slots[s].request] == HLX_REQUEST_CLOSED);

    // Told to stop, or past telling.
    predicate Stopping(hlx_broker b, integer s) =
      b.slots[s].cancel_sent || b.slots[s].state == HLX_SLOT_KILLED;

    // BRK-04, BRK-08: a request runs on its resident, and perhaps on one other worker if
    // none has died with it.
    predicate EntryLinked(hlx_broker b, integer e) =
      b.slots[e].request == e &&
      (b.requests[e].other != HLX_BROKER_NO_SLOT ==>
         b.requests[e].other < b.config.slot_count && b.requests[e].other != e &&
         b.slots[b.requests[e].other].request == e && b.requests[e].crashes == 0 &&
         b.requests[e].hedged);

    predicate EntryRunning(hlx_broker b, integer e) =
      b.phases.of[e] == HLX_REQUEST_OPEN || b.phases.of[e] == HLX_REQUEST_CLOSED;

    predicate EntryValid(hlx_broker b, integer e) =
      b.phases.of[e] <= HLX_REQUEST_CLOSED &&
      (EntryRunning(b, e) ==> EntryLinked(b, e)) &&
      (b.phases.of[e] == HLX_REQUEST_CLOSED ==>
         Stopping(b, e) &&
         (b.requests[e].other != HLX_BROKER_NO_SLOT ==> Stopping(b, b.requests[e].other))) &&
      (b.phases.of[e] == HLX_REQUEST_WAITING ==>
         b.slots[e].request == HLX_BROKER_NO_REQUEST && b.requests[e].crashes == 1 &&
         b.requests[e].other == HLX_BROKER_NO_SLOT) &&
      (b.phases.of[e] != HLX_REQUEST_FREE ==>
         b.requests[e].crashes <= 1 && b.requests[e].accepted_ns <= b.now_ns);

    // No worker works for entry e.
    predicate Orphan(hlx_broker b, integer e) =
      \forall integer s; 0 <= s < b.config.slot_count ==> b.slots[s].request != e;

    predicate Jobs(hlx_broker b) =
      \forall integer s; 0 <= s < b.config.slot_count ==> SlotJob(b, s);

    predicate Entries(hlx_broker b, integer hole) =
      \forall integer e; 0 <= e < b.config.slot_count && e != hole ==> EntryValid(b, e);

    predicate ServiceValidBut(hlx_broker b, integer hole) = Jobs(b) && Entries(b, hole);

    // BRK-10: a ring in order of acceptance.
    logic integer RingIndex(integer head, integer position) =
      head + position < HLX_BROKER_MAX_QUEUE ? head + position
                                             : head + position - HLX_BROKER_MAX_QUEUE;

    logic integer QueuedSince(hlx_broker b, integer position) =
      b.queue[RingIndex(b.queue_head, position)].accepted_ns;

    logic integer QueuedId(hlx_broker b, integer position) =
      b.queue[RingIndex(b.queue_head, position)].id;

    predicate QueueBounded(hlx_broker b) =
      b.queue_head < HLX_BROKER_MAX_QUEUE && b.queue_count <= b.config.queue_capacity;

    predicate QueuePast(hlx_broker b) =
      \forall integer i; 0 <= i < b.queue_count ==> QueuedSince(b, i) <= b.now_ns;

    predicate QueueSorted(hlx_broker b) =
      \forall integer i, j; 0 <= i < j < b.queue_count ==>
        QueuedSince(b, i) <= QueuedSince(b, j);

    predicate QueueValid(hlx_broker b) = QueueBounded(b) && QueuePast(b) && QueueSorted(b);

    // How many of the first n entries hold an unanswered request.
    logic integer Open(integer phase) =
      phase == HLX_REQUEST_OPEN || phase == HLX_REQUEST_WAITING ? 1 : 0;

    logic integer Unanswered(hlx_phases phases, integer n) =
      n <= 0 ? 0 : Unanswered(phases, n - 1) + Open(phases.of[n - 1]);

    // How many of the first n slots does the pool count on?
    logic integer Pooled(hlx_seats seats, integer n) =
      n <= 0 ? 0 : Pooled(seats, n - 1) + seats.taken[n - 1];

    // How many of the first n entries are in use?
    logic integer Used(integer phase) = phase == HLX_REQUEST_FREE ? 0 : 1;

    logic integer Held(hlx_phases phases, integer n) =
      n <= 0 ? 0 : Held(phases, n - 1) + Used(phases.of[n - 1]);

    // Accounts, which all that a step does but taking a new request leaves as they are:
    // a reply for each answered request (BRK-01), a hedge for each granted (BRK-06), and
    // every request is in the queue, in an entry, or released (BRK-39).
    logic integer ReplyAccount(hlx_broker b, hlx_actions actions) =
      Replies(actions, actions.count) - b.counters.answered;

    logic integer HedgeAccount(hlx_broker b, hlx_actions actions) =
      Hedges(actions, actions.count) - b.counters.hedges_granted;

    logic integer ReleaseAccount(hlx_broker b, hlx_actions actions) =
      Releases(actions, actions.count) + b.queue_count + Held(b.phases, b.config.slot_count);

    // BRK-24: 1 where a submitted request is accepted, else 0.
    logic integer Accepts(hlx_broker b) =
      b.draining || b.queue_count >= b.config.queue_capacity ||
      b.counters.accepted >= HLX_BROKER_MAX_ACCEPTED ? 0 : 1;

    // BRK-25: is the request in the queue, or in service and unanswered?
    predicate InSystem(hlx_broker b, integer id) =
      (\exists integer i; 0 <= i < b.queue_count && QueuedId(b, i) == id) ||
      (\exists integer e; 0 <= e < b.config.slot_count && Open(b.phases.of[e]) == 1 &&
         b.requests[e].id == id);

    predicate Finished(hlx_broker b) =
      b.draining && b.queue_count == 0 && b.in_service == 0;

    // BRK-11
    predicate CountersConserve(hlx_broker b) =
      b.counters.accepted == b.counters.answered + b.counters.abandoned +
                              b.queue_count + b.in_service &&
      b.counters.accepted <= HLX_BROKER_MAX_ACCEPTED &&
      b.in_service == Unanswered(b.phases, b.config.slot_count);

    // BRK-06
    predicate BudgetKept(hlx_broker_config c, integer granted, integer accepted) =
      granted * 1000000 <= c.hedge_burst * 1000000 + c.hedge_ratio_ppm * accepted;

    // BRK-09
    predicate PoolComplete(hlx_broker b) =
      Finished(b) || Pooled(b.seats, b.config.slot_count) == b.config.worker_count;

    predicate CountersValid(hlx_broker b) =
      CountersConserve(b) && PoolComplete(b) &&
      BudgetKept(b.config, b.counters.hedges_granted, b.counters.accepted);

    predicate BrokerValidBut(hlx_broker b, integer hole) =
      ConfigValid(b.config) && b.now_ns <= HLX_BROKER_MAX_NOW_NS && SlotsValid(b) &&
      ServiceValidBut(b, hole) && QueueValid(b) && CountersValid(b);

    predicate BrokerValid(hlx_broker b) = BrokerValidBut(b, -1);

    // What holds of a step's result, phase by phase.
    predicate QueueTimely(hlx_broker b) =
      \forall integer i; 0 <= i < b.queue_count ==>
        QueuedSince(b, i) + b.config.deadline_ns > b.now_ns;

    predicate ServiceTimely(hlx_broker b) =
      \forall integer e; 0 <= e < b.config.slot_count && Open(b.phases.of[e]) == 1 ==>
        b.requests[e].accepted_ns + b.config.deadline_ns > b.now_ns;

    // BRK-07
    predicate Timely(hlx_broker b) = QueueTimely(b) && ServiceTimely(b);

    // BRK-35
    predicate TimersQuiet(hlx_broker b) =
      \forall integer s; 0 <= s < b.config.slot_count &&
        b.slots[s].state != HLX_SLOT_EMPTY ==> b.slots[s].timer_ns > b.now_ns;

    predicate Idle(hlx_broker b, integer s) =
      b.slots[s].state == HLX_SLOT_HOT && b.slots[s].request == HLX_BROKER_NO_REQUEST;

    predicate NoneIdle(hlx_broker b) =
      \forall integer s; 0 <= s < b.config.slot_count ==> !Idle(b, s);

    predicate NoneWaits(hlx_broker b) =
      \forall integer e; 0 <= e < b.config.slot_count ==>
        b.phases.of[e] != HLX_REQUEST_WAITING;

    // BRK-26
    predicate WorkConserved(hlx_broker b) =
      NoneIdle(b) || (b.queue_count == 0 && NoneWaits(b));

    // BRK-37
    predicate WoundDown(hlx_broker b, integer s) =
      !Idle(b, s) && b.slots[s].state != HLX_SLOT_BACKOFF &&
      b.slots[s].state != HLX_SLOT_STARTING;

    // BRK-36
    predicate WantsRotation(_Bool draining, hlx_slot slot) =
      !draining && slot.state == HLX_SLOT_HOT && slot.rotation_due &&
      slot.replaced_by == HLX_BROKER_NO_SLOT;

    predicate RotationWaits(hlx_broker b) =
      \exists integer s; 0 <= s < b.config.slot_count && WantsRotation(b.draining, b.slots[s]);

    predicate NoEmptySlot(hlx_broker b) =
      \forall integer s; 0 <= s < b.config.slot_count &&
        b.slots[s].state == HLX_SLOT_EMPTY ==> b.slots[s].timer_ns > b.now_ns;

    predicate CoolingWorks(hlx_broker b, integer s) =
      b.slots[s].state == HLX_SLOT_COOLING ==> b.slots[s].request != HLX_BROKER_NO_REQUEST;

    predicate RotationsSettled(hlx_broker b) =
      (\forall integer s; 0 <= s < b.config.slot_count ==> CoolingWorks(b, s)) &&
      (\forall integer s, t; 0 <= s < b.config.slot_count && 0 <= t < b.config.slot_count &&
         WantsRotation(b.draining, b.slots[s]) && b.slots[t].state == HLX_SLOT_EMPTY ==>
         b.slots[t].timer_ns > b.now_ns);

    // BRK-27
    predicate Hedgeable(hlx_broker b, integer e) =
      b.phases.of[e] == HLX_REQUEST_OPEN && !b.requests[e].hedged &&
      b.requests[e].crashes == 0;

    predicate WithinBudget(hlx_broker b) =
      BudgetKept(b.config, b.counters.hedges_granted + 1, b.counters.accepted);

    predicate HedgesSettled(hlx_broker b) =
      NoneIdle(b) || !WithinBudget(b) ||
      \forall integer e; 0 <= e < b.config.slot_count && Hedgeable(b, e) ==>
        b.requests[e].hedge_at_ns > b.now_ns;

    // BRK-38: nothing of this request, or of this slot, is due before `next`.
    predicate RequestWakes(hlx_broker b, integer e, integer next) =
      (Open(b.phases.of[e]) == 1 ==>
         next <= b.requests[e].accepted_ns + b.config.deadline_ns) &&
      (Hedgeable(b, e) && b.requests[e].hedge_at_ns > b.now_ns ==>
         next <= b.requests[e].hedge_at_ns);

    predicate SlotWakes(hlx_broker b, integer s, integer next) =
      b.slots[s].state != HLX_SLOT_EMPTY || RotationWaits(b) ==> next <= b.slots[s].timer_ns;

    predicate Promise(hlx_broker b, integer next) =
      (\forall integer i; 0 <= i < b.queue_count ==>
         next <= QueuedSince(b, i) + b.config.deadline_ns) &&
      (\forall integer e; 0 <= e < b.config.slot_count ==> RequestWakes(b, e, next)) &&
      (\forall integer s; 0 <= s < b.config.slot_count ==> SlotWakes(b, s, next));

    // BRK-12
    predicate SameResult(hlx_summary one, hlx_summary other) =
      one.status == other.status && one.tokens == other.tokens && one.issues == other.issues;

    // BRK-21
    predicate FreshSlot(hlx_slot slot, integer taken, hlx_broker_config c, integer s) =
      slot.state == (s < c.worker_count ? HLX_SLOT_BACKOFF : HLX_SLOT_EMPTY) &&
      taken == (s < c.worker_count ? 1 : 0) &&
      slot.request == HLX_BROKER_NO_REQUEST && !slot.cancel_sent &&
      slot.replaces == HLX_BROKER_NO_SLOT && slot.replaced_by == HLX_BROKER_NO_SLOT &&
      slot.backoff_ns == c.backoff_min_ns && slot.timer_ns == 0;
*/

/* The invariant, as clauses of a contract; `hole` is an entry under repair. */
#define HLX_VALID_BUT(clause, hole)                                                                \
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
#define HLX_VALID(clause) HLX_VALID_BUT(clause, -1)

/* What stays as it was when the function began. */
#define HLX_ACCOUNTS(clause)                                                                       \
    clause replies : ReplyAccount(*broker, *actions) ==                                            \
                     \at(ReplyAccount(*broker, *actions), Pre);                                   \
    clause hedges : HedgeAccount(*broker, *actions) ==                                             \
                    \at(HedgeAccount(*broker, *actions), Pre);                                    \
    clause releases : ReleaseAccount(*broker, *actions) ==                                         \
                      \at(ReleaseAccount(*broker, *actions), Pre);                                \
    clause accepted : broker->counters.accepted == \at(broker->counters.accepted, Pre);            \
    clause abandoned : broker->counters.abandoned == \at(broker->counters.abandoned, Pre);

#endif
