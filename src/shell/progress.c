/* progress.c -- what the service says of itself on standard error. See server.h. */
#include "server.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "log.h"

static double as_ms(uint64_t duration_ns) {
    return (double)duration_ns / HLX_NS_PER_MS;
}

static const char *yes_or_no(bool yes) {
    return yes ? "yes" : "no";
}

/* spec: SRV-57 */
static void log_learning(const hlx_delay_config *delay) {
    if (delay->lower_ns < delay->upper_ns) {
        hlx_log("hedge_delay moves: percentile=%.4f%% min=%.3fms max=%.3fms warm_up=%" PRIu32,
                delay->percentile_ppm / 10000.0, as_ms(delay->lower_ns), as_ms(delay->upper_ns),
                delay->warm_up);
    }
}

void hlx_progress_start(const hlx_server *server) {
    const hlx_broker_config *broker = &server->config->broker;
    hlx_log("listening on %s: workers=%" PRIu32 " slots=%" PRIu32
            " pinned=%s locked=%s hedging=%s hedge_delay=%.3fms budget=%.4f%%+%" PRIu32
            " deadline=%.0fms queue=%" PRIu32 " connections=%" PRId64,
            server->listener.path, broker->worker_count, broker->slot_count,
            yes_or_no(server->pool.pinned), yes_or_no(server->pool.locked),
            broker->hedging ? "on" : "off", as_ms(broker->hedge_delay_ns),
            (double)broker->hedge_ratio_ppm / 10000.0, broker->hedge_burst,
            as_ms(broker->deadline_ns), broker->queue_capacity,
            server->config->options.max_connections);
    log_learning(&server->config->delay);
}

static void log_latency(const hlx_server *server) {
    const hlx_histogram *totals = &server->telemetry.totals;
    hlx_log("requests=%" PRIu64 " p50=%.3fms p99=%.3fms p99.9=%.3fms max=%.3fms hedge_delay=%.3fms",
            totals->count, as_ms(hlx_histogram_percentile(totals, 500000)),
            as_ms(hlx_histogram_percentile(totals, 990000)),
            as_ms(hlx_histogram_percentile(totals, 999000)), as_ms(totals->maximum),
            as_ms(server->broker.config.hedge_delay_ns));
}

/* spec: SRV-55 */
static void log_losers(const hlx_server *server) {
    const hlx_histogram *losers = &server->telemetry.losers;
    hlx_log("losers=%" PRIu64 " freed after p50=%.3fms p99=%.3fms max=%.3fms", losers->count,
            as_ms(hlx_histogram_percentile(losers, 500000)),
            as_ms(hlx_histogram_percentile(losers, 990000)), as_ms(losers->maximum));
}

#define FIELD(name) #name "=%" PRIu64 " "

/* What was answered otherwise: "too large" or "malformed", by a worker. spec: SRV-51 */
static uint64_t answered_refused(const hlx_broker_counters *counters) {
    return counters->answered - counters->answered_ok - counters->answered_deadline -
           counters->answered_worker_failed;
}

static void log_broker_counters(const hlx_broker_counters *counters) {
    hlx_log(FIELD(accepted) FIELD(answered) FIELD(abandoned) FIELD(answered_ok)
                FIELD(answered_deadline) FIELD(answered_worker_failed) FIELD(answered_refused)
                    FIELD(answered_by_hedge) FIELD(rejected_overloaded)
                        FIELD(rejected_shutting_down) FIELD(hedges_granted) FIELD(hedges_suppressed)
                            FIELD(cancels_sent) FIELD(retries) FIELD(crashes) FIELD(spawns)
                                FIELD(rotations) FIELD(kills) FIELD(mismatches)
                                    FIELD(protocol_errors),
            counters->accepted, counters->answered, counters->abandoned, counters->answered_ok,
            counters->answered_deadline, counters->answered_worker_failed,
            answered_refused(counters), counters->answered_by_hedge, counters->rejected_overloaded,
            counters->rejected_shutting_down, counters->hedges_granted, counters->hedges_suppressed,
            counters->cancels_sent, counters->retries, counters->crashes, counters->spawns,
            counters->rotations, counters->kills, counters->mismatches, counters->protocol_errors);
}

static void log_server_counters(const hlx_server_counters *counters) {
    hlx_log(FIELD(connections) FIELD(connections_refused) FIELD(too_large) FIELD(malformed)
                FIELD(no_buffer) FIELD(cut_short) FIELD(receive_timeouts) FIELD(idle_timeouts)
                    FIELD(clients_gone) FIELD(cancelled) FIELD(columns_moved) FIELD(columns_cut)
                        FIELD(delay_moves),
            counters->connections, counters->connections_refused, counters->too_large,
            counters->malformed, counters->no_buffer, counters->cut_short,
            counters->receive_timeouts, counters->idle_timeouts, counters->clients_gone,
            counters->cancelled, counters->columns_moved, counters->columns_cut,
            counters->delay_moves);
}

/* spec: SRV-51, SRV-54 */
void hlx_progress_report(const hlx_server *server) {
    const char *path = server->config->options.telemetry;
    log_latency(server);
    log_losers(server);
    log_broker_counters(&server->broker.counters);
    log_server_counters(&server->counters);
    if (path != NULL && !hlx_telemetry_write(&server->telemetry, path)) {
        hlx_log("--telemetry: %s: %s; the service goes on", path, strerror(errno));
    }
}
