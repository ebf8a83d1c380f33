/* load_schedule.h -- the instants at which an open loop means to send its requests.
 *
 *      fixed     |----|----|----|----|----|      1 / rate apart
 *      poisson   |-|-------|--|---|--------|     independent gaps, 1 / rate on average
 *
 * A schedule does not look at replies: who is slow finds the next request waiting, as
 * with real clients, and a latency counted from the intended instant holds the time
 * that a request waited because another one was slow. spec: CMD-44 */
#ifndef HLX_LOAD_SCHEDULE_H
#define HLX_LOAD_SCHEDULE_H

#include <stdint.h>

enum hlx_load_pace { HLX_LOAD_POISSON, HLX_LOAD_FIXED };

typedef struct hlx_load_schedule {
    enum hlx_load_pace pace;
    uint32_t rate;        /* requests per second, from 1 */
    uint64_t state;       /* of the generator; at first the seed */
    uint64_t sent;        /* instants given so far */
    double poisson_at_ns; /* the last of them */
} hlx_load_schedule;

/* The same seed gives the same instants. */
hlx_load_schedule hlx_load_schedule_begin(enum hlx_load_pace pace, uint32_t rate, uint64_t seed);

/* The next instant, in nanoseconds from the begin of the run; never before the last. */
uint64_t hlx_load_schedule_next(hlx_load_schedule *schedule);

#endif
