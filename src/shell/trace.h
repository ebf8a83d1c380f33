/* trace.h -- what the broker was told and what it said, as text that can be replayed.
 *
 *      hedgelex-trace 1
 *      config worker_count=2 slot_count=3 ...
 *      1000 submit id=7                              a step: its time in ns, its event
 *       send_request slot=0 id=7 origin=1            an action, in order
 *       next 10001000                                the instant returned, or `never`
 *
 * The broker is a function of these lines: feeding the events of a trace to the core
 * gives the actions of the trace, or one of the two is wrong. The simulator prints its
 * runs in the same words. This file does not read traces; tests/trace_check.c does.
 * spec: SRV-70 to SRV-72 */
#ifndef HLX_TRACE_H
#define HLX_TRACE_H

#include <stdio.h>

#include "broker.h"

#define HLX_TRACE_HEADER "hedgelex-trace 1"

/* Every field of a configuration, in the order of hlx_broker_config. */
#define HLX_TRACE_CONFIG(X)                                                                        \
    X(worker_count)                                                                                \
    X(slot_count)                                                                                  \
    X(queue_capacity)                                                                              \
    X(hedge_ratio_ppm)                                                                             \
    X(hedge_burst)                                                                                 \
    X(rotate_mb10)                                                                                 \
    X(rotate_major)                                                                                \
    X(hedging)                                                                                     \
    X(hedge_delay_ns)                                                                              \
    X(deadline_ns)                                                                                 \
    X(start_timeout_ns)                                                                            \
    X(kill_grace_ns)                                                                               \
    X(backoff_min_ns)                                                                              \
    X(backoff_max_ns)

/* Which fields of an event or action follow its name, in this order. */
enum hlx_trace_fields {
    HLX_TRACE_SLOT = 1,     /* slot */
    HLX_TRACE_ID = 2,       /* id */
    HLX_TRACE_RESULT = 4,   /* status tokens issues */
    HLX_TRACE_ORIGIN = 8,   /* origin */
    HLX_TRACE_BUDGETS = 16, /* alloc_mb10 major */
    HLX_TRACE_DELAY = 32    /* hedge_delay_ns */
};

typedef struct hlx_trace_word {
    const char *name;
    unsigned fields; /* of enum hlx_trace_fields */
} hlx_trace_word;

#define HLX_TRACE_EVENT_WORDS 10u /* the last stands for every type that is none */
#define HLX_TRACE_ACTION_WORDS 9u

extern const hlx_trace_word hlx_trace_events[HLX_TRACE_EVENT_WORDS];   /* by hlx_event_type */
extern const hlx_trace_word hlx_trace_actions[HLX_TRACE_ACTION_WORDS]; /* by hlx_action_type */

/* The first two lines. */
void hlx_trace_begin(FILE *stream, const hlx_broker_config *config);

/* One step. */
void hlx_trace_step(FILE *stream, const hlx_event *event, uint64_t now_ns,
                    const hlx_actions *actions, uint64_t next_ns);

#endif
