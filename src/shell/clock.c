/* clock.c -- see clock.h. */
#include "clock.h"

#include <time.h>

/* CLOCK_MONOTONIC cannot fail on Linux. spec: SRV-50 */
uint64_t hlx_clock_now_ns(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * HLX_NS_PER_SECOND + (uint64_t)now.tv_nsec;
}
