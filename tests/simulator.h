/* simulator.h -- the whole broker with clients and workers in virtual time.
 *
 *      seed --> plan: configuration, load, which faults, how often (simulator_plan.c)
 *                 |
 *                 v
 *      +--------------------- world (simulator.c) ---------------------+
 *      | heap of items by time: arrivals, departures, messages, deaths  |
 *      |        | event                             ^ what follows      |
 *      |        v                                   | from actions      |
 *      |   rules --> hlx_broker_step --> actions --> rules              |
 *      +----------------------------------------------------------------+
 *
 * The core is the object code of the service. Its rules are checked from outside at
 * every step (broker_rules.h). A run has four acts: load with faults; the faults stop
 * and within a bound nothing is in the system and the pool is full; a probe for every
 * worker must be answered ok; a drain must end within a bound.
 *
 * Every draw is a hash of the seed, of what is drawn and of whom it befalls, never of
 * what was drawn before. So a run may be repeated with fewer requests and faults and
 * the others stay what they were: that is how a failing run is shrunk
 * (simulator_shrink.c).
 *
 * What it does not simulate: bytes, sockets, and the shell's own tables. */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include <stdio.h>

#include "broker.h"

#define SIM_MS 1000000u
#define SIM_PPM 1000000u

/* X(name, whom it befalls and how). A choice of kind SIM_REQUEST is no fault: it is a
 * request that was made. */
#define SIM_FAULTS(X)                                                                              \
    X(CRASH, "a worker dies in a job")                                                             \
    X(POISON, "a document kills every worker that reads it")                                       \
    X(STALL, "an attempt stands still and reads no cancel")                                        \
    X(HANG, "an attempt never answers and reads no cancel")                                        \
    X(SLOW_WORKER, "a worker is many times slower")                                                \
    X(MORTAL, "a worker is killed at some time, with or without a job")                            \
    X(SPAWN_FAILS, "no process can be made")                                                       \
    X(SPAWN_FAILS_LATE, "it is learned late that no process could be made")                        \
    X(DIES_AT_START, "a worker dies before it is ready")                                           \
    X(NEVER_READY, "a worker never gets ready")                                                    \
    X(DEAF_TO_RETIRE, "a worker does not exit when it is retired")                                 \
    X(SLOW_DEATH, "a killed worker takes long to be gone")                                         \
    X(ALL_DIE, "all workers die at once")                                                          \
    X(WRONG_ID, "a response names another request")                                                \
    X(BAD_STATUS, "a response has an unknown status")                                              \
    X(UNASKED_CANCEL, "a response says cancelled without a cancel")                                \
    X(DUPLICATE, "a response comes twice")                                                         \
    X(CORRUPT, "an attempt counts wrong")                                                          \
    X(TOO_LARGE, "a document does not fit the arena")                                              \
    X(MALFORMED, "a document is refused by the worker")                                            \
    X(CLIENT_GONE, "a client leaves")                                                              \
    X(BURST, "many requests come at one instant")                                                  \
    X(PAUSE, "the service itself is stopped for a while")                                          \
    X(CLOCK_BACK, "the time given is before the last")                                             \
    X(LATE_TICK, "the service is called late")                                                     \
    X(EARLY_TICK, "the service is called early: nothing may happen")                               \
    X(JUNK, "an event that fits nothing: nothing may happen")                                      \
    X(DRAIN, "the service is drained in the middle of it")                                         \
    X(NEW_DELAY, "the hedge delay moves")

enum sim_choice_kind {
#define SIM_ENUMERATOR(name, text) SIM_##name,
    SIM_FAULTS(SIM_ENUMERATOR)
#undef SIM_ENUMERATOR
        SIM_REQUEST,
    SIM_FAULT_COUNT = SIM_REQUEST
};

extern const char *const sim_fault_names[SIM_FAULT_COUNT];
extern const char *const sim_fault_texts[SIM_FAULT_COUNT];

/* How long a document takes. */
enum sim_shape { SIM_CONSTANT, SIM_UNIFORM, SIM_EXPONENTIAL, SIM_HEAVY, SIM_RECORDED };

typedef struct sim_plan {
    hlx_broker_config broker;
    uint32_t request_count;
    uint32_t client_count; /* closed loop; 0: open loop */
    uint64_t gap_ns;       /* mean think time, or mean between arrivals */
    uint64_t service_ns;   /* typical, for the shapes that are not recorded */
    enum sim_shape shape;
    const uint64_t *recorded_ns;
    uint32_t recorded_count;
    uint64_t poll_ns;   /* at most so long until a cancel is read */
    uint64_t flight_ns; /* a frame's way */
    uint64_t start_ns;
    uint64_t stall_ns;
    uint32_t job_mb10;                  /* written by a job, at most */
    uint32_t slowness;                  /* of a slow worker */
    uint32_t rate_ppm[SIM_FAULT_COUNT]; /* of those whom the fault may befall */
} sim_plan;

/* Kind and whom it befell, in one number; a sorted list of them. */
typedef struct sim_choices {
    uint64_t *list;
    uint32_t count;
    uint32_t room;
} sim_choices;

typedef struct sim_totals {
    uint64_t requests;
    uint64_t steps;
    uint64_t faults[SIM_FAULT_COUNT];
    uint64_t answers[HLX_REPLY_STATUS_COUNT];
    hlx_broker_counters counters; /* of the broker, added up */
} sim_totals;

/* What a run may be asked for beside its verdict; all may be NULL. */
typedef struct sim_wishes {
    const sim_choices *allowed; /* only these requests and faults occur */
    sim_choices *made;          /* which occurred */
    FILE *trace;
    uint64_t *latencies_ns; /* room for request_count; of answers with status ok */
    uint32_t latency_count;
} sim_wishes;

/* ---- simulator_plan.c ---- */

/* A number that depends on the seed, the purpose and the key, and on nothing else. */
uint64_t sim_hash(uint64_t seed, uint64_t purpose, uint64_t key);

/* The configuration, load and faults that a seed stands for. */
sim_plan sim_plan_of(uint64_t seed);

/* ---- simulator.c ---- */

/* Run one seed. NULL, or which rule was broken; the text lives until the next run.
 * `totals` is added to. */
const char *sim_run(uint64_t seed, const sim_plan *plan, sim_wishes *wishes, sim_totals *totals);

/* ---- simulator_shrink.c ---- */

/* Two failures of one kind: their clauses are the same. */
bool sim_same_failure(const char *one, const char *other);

/* Leave away requests and faults as long as the run still fails with the same clause.
 * False when the seed does not fail. `kept` is what is left. */
bool sim_shrink(uint64_t seed, const sim_plan *plan, sim_choices *kept);

void sim_choices_add(sim_choices *choices, uint64_t choice);
void sim_choices_sort(sim_choices *choices);
bool sim_choices_have(const sim_choices *choices, uint64_t choice);
void sim_choices_free(sim_choices *choices);

#endif
