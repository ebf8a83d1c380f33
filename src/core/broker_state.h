/* broker_state.h -- what the broker remembers between two steps, and what it is told.
 *
 *      config      set by init; only the hedge delay moves, by its event
 *      counters    accepted = answered + abandoned + in the system (BRK-11)
 *      queue       a ring of accepted requests, oldest first (BRK-10)
 *      slots       worker processes, what each works on and when it is overdue
 *      requests    requests in service, each in the entry of its resident slot
 *      phases      what each entry is used for
 *      seats       which slots the pool counts on (BRK-09)
 *
 * The state is one flat structure without pointers: it can be copied, compared and
 * enumerated. What holds of it between steps is in broker_logic.h. */
#ifndef HLX_BROKER_STATE_H
#define HLX_BROKER_STATE_H

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

#define HLX_BROKER_PPM 1000000u

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
    HLX_EVENT_DRAIN = 7,           /* accept nothing more, finish, retire all */
    HLX_EVENT_HEDGE_DELAY = 8      /* hedge_delay_ns: of requests dispatched from now on */
};

typedef struct hlx_event {
    uint32_t type;
    uint32_t slot;
    uint64_t request_id;
    hlx_summary summary;
    uint64_t hedge_delay_ns;
} hlx_event;

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
    uint64_t crashes; /* workers that died, BRK-42 */
    uint64_t spawns;
    uint64_t rotations; /* replacements that became hot while the old worker lived */
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

#endif
