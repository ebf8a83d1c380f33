/* load_run.h -- many requests of one document over a few connections, and what came.
 *
 *      client 0   |--request--reply--|--request--reply--|--request ...
 *      client 1   |--request---------reply--|--request--reply--|   ...
 *
 * A closed loop, above: a client sends its next request when its last reply is there.
 * That measures how the service does under `clients` requests at a time; a stall holds
 * the questions back, too. An open loop sends at instants of its own (load_schedule.h);
 * when every connection is busy the request waits for one, and that counts:
 *
 *      intended   |--|----|---|------|
 *      sent       |--|----------|-|--|     latency = answered - intended
 *
 * One thread, epoll, non-blocking sockets. spec: CMD-40, CMD-42, CMD-44 */
#ifndef HLX_LOAD_RUN_H
#define HLX_LOAD_RUN_H

#include <stdint.h>

#include "client.h"
#include "document.h"
#include "hedgelex.h"
#include "histogram.h"
#include "load_schedule.h"

/* Why a request has no right answer: X(enumerator, name). */
#define HLX_LOAD_FAILURES(X)                                                                       \
    X(HLX_LOAD_MISMATCH, "mismatch")                                                               \
    X(HLX_LOAD_CLOSED, "closed")                                                                   \
    X(HLX_LOAD_GARBLED, "garbled")                                                                 \
    X(HLX_LOAD_TIMED_OUT, "timed out")                                                             \
    X(HLX_LOAD_NOT_ANSWERED, "not answered")

enum hlx_load_failure {
#define HLX_LOAD_ENUMERATOR(enumerator, name) enumerator,
    HLX_LOAD_FAILURES(HLX_LOAD_ENUMERATOR)
#undef HLX_LOAD_ENUMERATOR
        HLX_LOAD_FAILURE_COUNT
};

typedef struct hlx_load_plan {
    const char *socket;
    uint64_t timeout_ns;
    uint64_t limit_ns; /* round trips above it are counted */
    uint64_t seed;     /* of a Poisson schedule */
    uint32_t clients;
    uint32_t requests;
    uint32_t rate; /* of an open loop, per second; 0: a closed loop */
    enum hlx_load_pace pace;
    const hlx_document *document;
    hlx_counts expected;
} hlx_load_plan;

/* One request; instants are nanoseconds from the begin of the run. */
typedef struct hlx_load_sample {
    uint64_t intended_ns; /* closed loop: when it was sent */
    uint64_t sent_ns;     /* not sent: over_ns */
    uint64_t over_ns;     /* when its reply came, or it was given up */
    const char *outcome;  /* the reply's status, or the name of a failure */
    uint32_t origin;
} hlx_load_sample;

typedef struct hlx_load_result {
    hlx_histogram round_trips; /* of the right replies, from the intended instant, ns */
    uint64_t over_limit;       /* of them */
    uint64_t statuses[HLX_REPLY_STATUS_COUNT];
    uint64_t origins[3]; /* of all replies; index is enum hlx_origin */
    uint64_t failures[HLX_LOAD_FAILURE_COUNT];
    uint64_t reconnects;
    uint64_t elapsed_ns;
    hlx_load_sample *samples; /* plan->requests of them, in the order of sending */
} hlx_load_result;

const char *hlx_load_failure_name(enum hlx_load_failure failure);

/* All requests of the plan that have no right answer. */
uint64_t hlx_load_error_count(const hlx_load_plan *plan, const hlx_load_result *result);

/* Run the plan. Not 0 when it could not begin: the user has been told, and nothing is
 * to be freed. */
int hlx_load_run(const hlx_load_plan *plan, hlx_load_result *result);

void hlx_load_result_free(hlx_load_result *result);

#endif
