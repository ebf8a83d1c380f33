/* leap_loops.h -- which loop of leaps a kernel runs: for `leap_on` of the file that includes it.
 *
 * Each is compiled by itself: code for characters above 127 takes registers from the rest. */
#ifndef HLX_LEAP_LOOPS_H
#define HLX_LEAP_LOOPS_H

#include "leap.h"

TARGET static __attribute__((noinline)) void leap_with_characters(HLX_LEAP_PARAMETERS) {
    if (to->ends != NULL) {
        leap_on(at, regime, input, input_length, pause_at, to, true, true);
    } else {
        leap_on(at, regime, input, input_length, pause_at, to, false, true);
    }
}

TARGET static __attribute__((noinline)) void leap_without_characters(HLX_LEAP_PARAMETERS) {
    if (to->ends != NULL) {
        leap_on(at, regime, input, input_length, pause_at, to, true, false);
    } else {
        leap_on(at, regime, input, input_length, pause_at, to, false, false);
    }
}

TARGET static inline void take_leaps(HLX_LEAP_PARAMETERS) {
    if (hlx_leap_reads_characters(regime)) {
        leap_with_characters(at, regime, input, input_length, pause_at, to);
    } else {
        leap_without_characters(at, regime, input, input_length, pause_at, to);
    }
}

#endif
