/* telemetry.c -- see telemetry.h. */
#include "telemetry.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint64_t total_ns(const hlx_stamps *stamps) {
    return stamps->reply_ready_ns - stamps->in_start_ns;
}

void hlx_telemetry_init(hlx_telemetry *telemetry) {
    hlx_histogram_init(&telemetry->totals);
    hlx_histogram_init(&telemetry->losers);
    telemetry->slowest_count = 0;
}

/* Insertion into a sorted table; of equal ones the earlier stays. Nearly every
 * request is faster than the last row and ends at the first comparison. spec: SRV-52 */
static void keep_slowest(hlx_telemetry *telemetry, const hlx_stamps *stamps) {
    uint32_t count = telemetry->slowest_count;
    uint32_t row = count;
    while (row > 0 && total_ns(&telemetry->slowest[row - 1]) < total_ns(stamps)) {
        row--;
    }
    if (row == HLX_TELEMETRY_SLOWEST) {
        return;
    }
    uint32_t kept = count < HLX_TELEMETRY_SLOWEST ? count : HLX_TELEMETRY_SLOWEST - 1u;
    memmove(&telemetry->slowest[row + 1], &telemetry->slowest[row],
            (kept - row) * sizeof telemetry->slowest[0]);
    telemetry->slowest[row] = *stamps;
    telemetry->slowest_count = kept + 1u;
}

void hlx_telemetry_record(hlx_telemetry *telemetry, const hlx_stamps *stamps) {
    hlx_histogram_record(&telemetry->totals, total_ns(stamps));
    keep_slowest(telemetry, stamps);
}

/* Who has gone without a reply, or was not hedged, has no loser. spec: SRV-55 */
void hlx_telemetry_record_release(hlx_telemetry *telemetry, const hlx_stamps *stamps,
                                  uint64_t now_ns) {
    if (stamps->hedge_fire_ns != 0 && stamps->reply_ready_ns != 0) {
        hlx_histogram_record(&telemetry->losers, now_ns - stamps->reply_ready_ns);
    }
}

static void print_row(FILE *stream, const hlx_stamps *stamps) {
    uint64_t total = total_ns(stamps);
    (void)fprintf(stream,
                  "%" PRIu64 ".%06" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
                  ",%" PRIu64 ",%" PRIu64 ",%d,%" PRIu32 "\n",
                  total / 1000000u, total % 1000000u, stamps->in_start_ns, stamps->in_done_ns,
                  stamps->proc_start_ns, stamps->hedge_fire_ns, stamps->first_reply_ns,
                  stamps->reply_ready_ns, stamps->hedge_fire_ns != 0, stamps->origin);
}

static bool print_all(const hlx_telemetry *telemetry, FILE *stream) {
    (void)fprintf(stream, HLX_TELEMETRY_HEADER "\n");
    for (uint32_t row = 0; row < telemetry->slowest_count; row++) {
        print_row(stream, &telemetry->slowest[row]);
    }
    bool failed = ferror(stream) != 0;
    return fclose(stream) == 0 && !failed;
}

/* spec: SRV-54 */
bool hlx_telemetry_write(const hlx_telemetry *telemetry, const char *path) {
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    (void)unlink(temporary); /* of a process that had this number before */
    FILE *stream = fopen(temporary, "wxe");
    if (stream == NULL) {
        return false;
    }
    if (print_all(telemetry, stream) && rename(temporary, path) == 0) {
        return true;
    }
    int cause = errno;
    (void)unlink(temporary);
    errno = cause;
    return false;
}
