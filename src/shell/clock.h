/* clock.h -- the one clock of the service: CLOCK_MONOTONIC in nanoseconds.
 *
 * Instants are absolute and unsigned; a duration is a difference of two. The wall
 * clock is never read. spec: SRV-50 */
#ifndef HLX_CLOCK_H
#define HLX_CLOCK_H

#include <stdint.h>

#define HLX_NS_PER_MS 1000000u
#define HLX_NS_PER_SECOND 1000000000u

uint64_t hlx_clock_now_ns(void);

#endif
