/* load_schedule.c -- see load_schedule.h. */
#include "load_schedule.h"

#include <math.h>

#include "clock.h"

/* splitmix64 (Steele, Lea, Flood): any seed will do, zero as well. */
static uint64_t next_random(uint64_t *state) {
    uint64_t mixed = *state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

/* Above 0 and at most 1, in steps of 2^-53. */
static double next_fraction(uint64_t *state) {
    return (double)((next_random(state) >> 11) + 1) * 0x1p-53;
}

hlx_load_schedule hlx_load_schedule_begin(enum hlx_load_pace pace, uint32_t rate, uint64_t seed) {
    return (hlx_load_schedule){.pace = pace, .rate = rate, .state = seed};
}

/* spec: CMD-44 */
uint64_t hlx_load_schedule_next(hlx_load_schedule *schedule) {
    uint64_t number = schedule->sent++;
    if (schedule->pace == HLX_LOAD_FIXED) {
        return number * HLX_NS_PER_SECOND / schedule->rate;
    }
    double gap_ns = -log(next_fraction(&schedule->state)) * HLX_NS_PER_SECOND / schedule->rate;
    schedule->poisson_at_ns += gap_ns;
    return (uint64_t)schedule->poisson_at_ns;
}
