/* telemetry.h -- when each request passed each station, and the slowest of them.
 *
 *      t_in_start      the first byte of the request was read
 *      t_in_done       the last one was; the broker gets the request
 *      t_proc_start    the first attempt was handed to a worker
 *      t_hedge_fire    the second one was
 *      t_first_reply   the first response of a worker came
 *      t_reply_ready   the reply was ready for the client's socket
 *
 * Stamps are nanoseconds of the monotonic clock, 0 for what did not happen. The total
 * is t_reply_ready - t_in_start: it includes the time that the client took to send.
 * The file is written whole under another name and renamed, so that a reader never
 * sees a part. spec: SRV-51 to SRV-55 */
#ifndef HLX_TELEMETRY_H
#define HLX_TELEMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"

#define HLX_TELEMETRY_SLOWEST 100u
#define HLX_TELEMETRY_HEADER                                                                       \
    "ms_total,t_in_start,t_in_done,t_proc_start,t_hedge_fire,t_first_reply,t_reply_ready,hedged,"  \
    "origin"

typedef struct hlx_stamps {
    uint64_t in_start_ns;
    uint64_t in_done_ns;
    uint64_t proc_start_ns;
    uint64_t hedge_fire_ns;
    uint64_t first_reply_ns;
    uint64_t reply_ready_ns;
    uint32_t origin; /* of the reply: enum hlx_origin */
} hlx_stamps;

typedef struct hlx_telemetry {
    hlx_histogram totals;
    hlx_histogram losers; /* from the reply to a hedged request to its last attempt's end */
    uint32_t slowest_count;
    hlx_stamps slowest[HLX_TELEMETRY_SLOWEST]; /* slowest first */
} hlx_telemetry;

void hlx_telemetry_init(hlx_telemetry *telemetry);

/* One replied request. spec: SRV-51, SRV-52 */
void hlx_telemetry_record(hlx_telemetry *telemetry, const hlx_stamps *stamps);

/* No attempt of the request runs any more. spec: SRV-55 */
void hlx_telemetry_record_release(hlx_telemetry *telemetry, const hlx_stamps *stamps,
                                  uint64_t now_ns);

/* Write the slowest requests to `path`. False, with errno set, when the old file
 * stays as it was. spec: SRV-54 */
bool hlx_telemetry_write(const hlx_telemetry *telemetry, const char *path);

#endif
