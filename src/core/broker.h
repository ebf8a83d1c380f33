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

#define HLX_BROKER_MAX_WORKERS                                                                     \
    64u /* pool size: one bit per worker in a word, and more than cores */
#define HLX_BROKER_MAX_SLOTS (2u * HLX_BROKER_MAX_WORKERS) /* every worker and its replacement */
#define HLX_BROKER_MAX_QUEUE 16384u /* 10,000 waiting clients and room to spare */
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
    uint8_t pooled;       /* 1: its death must be made good by a respawn; 0: it need not */
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
    hlx_slot slots[HLX_BROKER_MAX_SLOTS];
    hlx_request requests[HLX_BROKER_MAX_SLOTS];
    hlx_queued queue[HLX_BROKER_MAX_QUEUE]; /* a ring, whatever the configured capacity */
} hlx_broker;

/* True when every field is in its range. spec: BRK-20 */
bool hlx_broker_config_valid(const hlx_broker_config *config);

/* All slots below worker_count in BACKOFF with timer 0, so that the first step
 * spawns them. False, and `broker` unspecified, on an invalid configuration.
 * spec: BRK-21 */
bool hlx_broker_init(hlx_broker *broker, const hlx_broker_config *config);

/* Take one event at `now_ns` (not before the last step's; a smaller value counts
 * as the last one). `actions` is overwritten; the shell performs them in order.
 * Returns the next instant at which the core must be called with a TICK if no
 * other event comes first, or HLX_BROKER_NEVER. An event that fits no state (an
 * unknown slot, type or request) changes nothing but the time. A request id must
 * not be in the system already when it is submitted. spec: BRK-22 to BRK-40 */
uint64_t hlx_broker_step(hlx_broker *broker, const hlx_event *event, uint64_t now_ns,
                         hlx_actions *actions);

/* True when the broker drains, nothing is in the system and no process is left.
 * spec: BRK-41 */
bool hlx_broker_stopped(const hlx_broker *broker);

#endif
