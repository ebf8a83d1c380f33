/* broker.h -- the hedged-request broker as one pure step function.
 *
 *      (state, event, now) -> (state', actions, next instant)
 *
 * The shell turns readiness into events and performs the actions in order. The
 * core knows no clock, socket, process or heap: time comes in as `now_ns`
 * (monotonic; must not decrease), a request is an id the shell chose and never
 * used before, a worker is a slot number. The same object code runs in the
 * service, the simulator, under the model checker and the fuzzers, and is what
 * is proved.
 *
 *                 submit            dispatch               response
 *      client ------------> queue -----------> request --------------> reply
 *                (FIFO, bounded)   primary |   in service
 *                                          +-- hedge after hedge_delay on
 *                                              another hot idle worker
 *
 *      slot:  EMPTY -> STARTING -> HOT -> COOLING -> RETIRING -> EMPTY
 *                ^        |         |        |          |
 *                |        +---------+--- KILLED <-------+     (kill sent)
 *             BACKOFF <---- death of a worker that the pool still counts on
 *
 * A request in service lives in the entry that has the number of a slot that
 * works for it (its resident), so an idle worker always finds an entry: its own.
 * When the resident is done first, the request moves to the other attempt's
 * entry; when it died alone, the request waits in its entry for a retry.
 *
 * The twelve rules are in spec/broker.md (BRK-01 to BRK-12). What this file does
 * not do: compare bytes, count microseconds, own a document. */
#ifndef HLX_BROKER_H
#define HLX_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "frame.h"

#ifndef HLX_BROKER_MAX_WORKERS /* the model checker brings smaller bounds */
#define HLX_BROKER_MAX_WORKERS                                                                     \
    64u /* pool size: one bit per worker in a word, and more than cores */
#endif
#define HLX_BROKER_MAX_SLOTS (2u * HLX_BROKER_MAX_WORKERS) /* every worker and its replacement */
#ifndef HLX_BROKER_MAX_QUEUE
#define HLX_BROKER_MAX_QUEUE 16384u /* 10,000 waiting clients and room to spare */
#endif
#define HLX_BROKER_NEVER UINT64_MAX /* the instant that does not come */
#define HLX_BROKER_NO_SLOT UINT32_MAX
#define HLX_BROKER_NO_REQUEST UINT32_MAX
#define HLX_BROKER_MAX_CRASHES 2u /* a request may cost two workers: one retry. BRK-08 */

/* Bounds on configured durations, so that instants never overflow. */
#define HLX_BROKER_MAX_DURATION_NS 86400000000000u /* one day */
#define HLX_BROKER_MAX_NOW_NS 9000000000000000000u /* 285 years of uptime */
#define HLX_BROKER_MAX_ACCEPTED (1ull << 40) /* 34 years at 1,000 requests/s; then overloaded */

typedef struct hlx_broker_config {
    uint32_t worker_count;     /* pool size, 1 to HLX_BROKER_MAX_WORKERS */
    uint32_t slot_count;       /* worker_count + 1 to HLX_BROKER_MAX_SLOTS: room for replacements */
    uint32_t queue_capacity;   /* 1 to HLX_BROKER_MAX_QUEUE */
    uint32_t hedge_ratio_ppm;  /* hedges per million requests, 0 to 1,000,000 */
    uint32_t hedge_burst;      /* hedges beyond the ratio, 0 to 1,000,000 */
    uint32_t rotate_mb10;      /* column bytes written before rotation, tenths of MiB; 0 = never */
    uint32_t rotate_major;     /* major page faults before rotation; 0 = never */
    bool hedging;              /* false: no hedge is ever sent */
    uint64_t hedge_delay_ns;   /* after dispatch */
    uint64_t deadline_ns;      /* after acceptance */
    uint64_t start_timeout_ns; /* spawn to ready, else killed */
    uint64_t kill_grace_ns;    /* cancel or retire unanswered, then killed */
    uint64_t backoff_min_ns;   /* first respawn delay after a crash */
    uint64_t backoff_max_ns;   /* respawn delay doubles up to this */
} hlx_broker_config;

enum hlx_event_type {
    HLX_EVENT_TICK = 0,            /* only the time has passed */
    HLX_EVENT_SUBMIT = 1,          /* request_id: a client's whole request is here */
    HLX_EVENT_CLIENT_GONE = 2,     /* request_id: its client no longer wants the reply */
    HLX_EVENT_WORKER_READY = 3,    /* slot */
    HLX_EVENT_WORKER_RESPONSE = 4, /* slot, request_id, summary */
    HLX_EVENT_WORKER_EXITED = 5,   /* slot: the process is dead and its stream closed */
    HLX_EVENT_SPAWN_FAILED = 6,    /* slot: no process could be made */
    HLX_EVENT_DRAIN = 7            /* accept nothing more, finish, retire all */
};

typedef struct hlx_event {
    uint32_t type;
    uint32_t slot;
    uint64_t request_id;
    hlx_summary summary;
} hlx_event;

enum hlx_action_type {
    HLX_ACTION_SEND_REQUEST = 1, /* slot, request_id, origin: send the request frame */
    HLX_ACTION_SEND_CANCEL = 2,  /* slot, request_id: send the cancel frame */
    HLX_ACTION_REPLY = 3,        /* request_id, reply */
    HLX_ACTION_RELEASE = 4,      /* request_id: no attempt reads the document any more */
    HLX_ACTION_SPAWN = 5,        /* slot: fork a worker */
    HLX_ACTION_RETIRE = 6,       /* slot: close the worker's input, it exits by itself */
    HLX_ACTION_KILL = 7,         /* slot: SIGKILL; WORKER_EXITED follows */
    HLX_ACTION_MISMATCH = 8      /* request_id: the two attempts disagree, log it */
};

typedef struct hlx_action {
    uint32_t type;
    uint32_t slot;
    uint32_t origin; /* SEND_REQUEST: enum hlx_origin */
    uint64_t request_id;
    hlx_reply reply;
} hlx_action;

/* Most actions one step can emit: every queued request answered and released,
 * and for each slot at most eight more. */
#define HLX_BROKER_MAX_ACTIONS (2u * HLX_BROKER_MAX_QUEUE + 8u * HLX_BROKER_MAX_SLOTS + 16u)

typedef struct hlx_actions {
    uint32_t count;
    hlx_action list[HLX_BROKER_MAX_ACTIONS];
} hlx_actions;

enum hlx_slot_state {
    HLX_SLOT_EMPTY = 0,    /* no process, none wanted */
    HLX_SLOT_BACKOFF = 1,  /* no process; one is spawned at timer_ns */
    HLX_SLOT_STARTING = 2, /* spawned; killed if not ready at timer_ns */
    HLX_SLOT_HOT = 3,      /* may get jobs */
    HLX_SLOT_COOLING = 4,  /* finishes its job, gets no other; its replacement is hot */
    HLX_SLOT_RETIRING = 5, /* told to exit; killed at timer_ns */
    HLX_SLOT_KILLED = 6    /* kill sent; only its exit is awaited */
};

typedef struct hlx_slot {
    uint32_t state;       /* enum hlx_slot_state */
    uint32_t request;     /* entry of the request whose job it runs, or NO_REQUEST */
    uint32_t origin;      /* of that job */
    bool cancel_sent;     /* for that job */
    bool rotation_due;    /* a budget is used up */
    uint32_t replaces;    /* STARTING: the slot it replaces, or NO_SLOT */
    uint32_t replaced_by; /* HOT: the slot that will replace it, or NO_SLOT */
    uint64_t backoff_ns;  /* how long after its next death it is not spawned again */
    uint64_t timer_ns;    /* EMPTY, BACKOFF: not spawned before; else: killed then, or NEVER */
} hlx_slot;

enum hlx_request_phase {
    HLX_REQUEST_FREE = 0,    /* the entry is not in use */
    HLX_REQUEST_OPEN = 1,    /* unanswered; the resident works for it */
    HLX_REQUEST_WAITING = 2, /* unanswered; its worker died, it waits for another */
    HLX_REQUEST_CLOSED = 3   /* answered or abandoned; the resident still works */
};

/* A request in service, in the entry of its resident slot. */
typedef struct hlx_request {
    uint16_t phase;      /* enum hlx_request_phase */
    bool hedged;         /* a hedge was granted */
    bool suppressed;     /* a due hedge was held back at least once */
    bool has_summary;    /* one attempt finished and was not cancelled */
    uint32_t other;      /* slot of the second running attempt, or NO_SLOT */
    uint32_t crashes;    /* workers that died with it */
    hlx_summary summary; /* what the finished attempt said */
    uint64_t id;
    uint64_t accepted_ns;
    uint64_t hedge_at_ns; /* when a hedge is due, or NEVER */
} hlx_request;

/* Records of their own, because the proofs count over them. */
typedef struct hlx_seats {
    uint8_t taken[HLX_BROKER_MAX_SLOTS]; /* 1: a death in this slot must be made good */
} hlx_seats;

typedef struct hlx_phases {
    uint8_t of[HLX_BROKER_MAX_SLOTS]; /* by entry: enum hlx_request_phase */
} hlx_phases;

typedef struct hlx_queued {
    uint64_t id;
    uint64_t accepted_ns;
} hlx_queued;

/* Counters. accepted = answered + abandoned + in the system (BRK-11). The first
 * three and hedges_granted are exact; the others stop at UINT64_MAX. */
typedef struct hlx_broker_counters {
    uint64_t accepted;
    uint64_t answered;    /* replies to accepted requests */
    uint64_t abandoned;   /* client gone before the reply */
    uint64_t answered_ok; /* of them: with a worker's summary, status ok */
    uint64_t answered_deadline;
    uint64_t answered_worker_failed;
    uint64_t answered_by_hedge;
    uint64_t rejected_overloaded; /* replies to requests never accepted */
    uint64_t rejected_shutting_down;
    uint64_t hedges_granted;
    uint64_t hedges_suppressed; /* requests whose due hedge was held back */
    uint64_t cancels_sent;
    uint64_t retries;
    uint64_t crashes; /* deaths of workers that were not retiring */
    uint64_t spawns;
    uint64_t rotations; /* replacements that became hot */
    uint64_t kills;
    uint64_t mismatches;      /* attempts of one request that disagreed (BRK-12) */
    uint64_t protocol_errors; /* responses that fit no job */
} hlx_broker_counters;

typedef struct hlx_broker {
    hlx_broker_config config;
    hlx_broker_counters counters;
    bool draining;
    uint64_t now_ns;     /* of the last step */
    uint32_t queue_head; /* index of the oldest entry */
    uint32_t queue_count;
    uint32_t in_service; /* entries OPEN or WAITING */
    hlx_seats seats;
    hlx_phases phases;
    hlx_slot slots[HLX_BROKER_MAX_SLOTS];
    hlx_request requests[HLX_BROKER_MAX_SLOTS];
    hlx_queued queue[HLX_BROKER_MAX_QUEUE]; /* a ring, whatever the configured capacity */
} hlx_broker;

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

    predicate Room(integer count, integer n) =
      count + n <= HLX_BROKER_MAX_ACTIONS;

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

/* True when every field is in its range. spec: BRK-20 */
/*@ requires readable: \valid_read(config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures valid: \result <==> ConfigValid(*config);
*/
bool hlx_broker_config_valid(const hlx_broker_config *config);

/* All slots below worker_count in BACKOFF with timer 0, so that the first step
 * spawns them. False, and `broker` unspecified, on an invalid configuration.
 * spec: BRK-21 */
/*@ requires usable: \valid(broker) && \valid_read(config) && \separated(broker, config);
    terminates \true;
    exits \false;
    assigns *broker;
    ensures accepted: \result <==> ConfigValid(*config);
    ensures config: \result ==> broker->config == *config;
    ensures slots: \result ==> SlotsValid(*broker);
    ensures service: \result ==> ServiceValidBut(*broker, -1);
    ensures queue: \result ==> QueueValid(*broker);
    ensures counters: \result ==> CountersValid(*broker);
    ensures fresh: \result ==>
      \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS ==>
        FreshSlot(broker->slots[s], broker->seats.taken[s], broker->config, s);
*/
bool hlx_broker_init(hlx_broker *broker, const hlx_broker_config *config);

/* Take one event at `now_ns` (not before the last step's; a smaller value counts
 * as the last one). `actions` is overwritten; the shell performs them in order.
 * Returns the next instant at which the core must be called with a TICK if no
 * other event comes first, or HLX_BROKER_NEVER. An event that fits no state (an
 * unknown slot, type or request) changes nothing but the time. A request id must
 * not be in the system already when it is submitted. spec: BRK-22 to BRK-40 */
/*@ requires usable: \valid(broker) && \valid(actions) && \valid_read(event);
    requires separate: \separated(broker, event, actions);
    requires valid: BrokerValid(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service, broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1],
            broker->queue_head, broker->queue_count,
            broker->counters, broker->draining, broker->now_ns, *actions;
    ensures queue: QueueValid(*broker);
    ensures processes: Processes(*broker, -1);
    ensures timers: Timers(*broker, -1);
    ensures rotations: Rotations(*broker, -1);
    ensures jobs: Jobs(*broker);
    ensures entries: Entries(*broker, -1);
    ensures conserve: CountersConserve(*broker);
    ensures budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                               broker->counters.accepted);
    ensures pool: PoolComplete(*broker);
    ensures config: ConfigValid(broker->config);
    ensures time: \old(broker->now_ns) <= broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    ensures actions: actions->count <= HLX_BROKER_MAX_ACTIONS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures conserved: WorkConserved(*broker);
    ensures settled: RotationsSettled(*broker);
    ensures hedges: HedgesSettled(*broker);
    ensures promise: Promise(*broker, \result);
    ensures later: \result > broker->now_ns;
*/
uint64_t hlx_broker_step(hlx_broker *broker, const hlx_event *event, uint64_t now_ns,
                         hlx_actions *actions);

/* True when the broker drains, nothing is in the system and no process is left.
 * spec: BRK-41 */
/*@ requires readable: \valid_read(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures stopped: \result <==> Finished(*broker) &&
      \forall integer s; 0 <= s < broker->config.slot_count ==>
        broker->slots[s].state == HLX_SLOT_EMPTY;
*/
bool hlx_broker_stopped(const hlx_broker *broker);

#endif
