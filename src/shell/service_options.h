/* service_options.h -- what can be configured of the service, and its manual.
 *
 * The table in service_options.c is the only list of the options, their defaults and
 * bounds; `hedgelexd --help` prints it. spec: SRV-01 to SRV-08 */
#ifndef HLX_SERVICE_OPTIONS_H
#define HLX_SERVICE_OPTIONS_H

#include <stdio.h>

#include "broker.h"
#include "delay.h"
#include "regime_options.h"

/* Exit codes: X(code, enumerator, meaning); --help prints this table. spec: SRV-42 */
#define HLX_SERVICE_EXITS(X)                                                                       \
    X(0, HLX_SERVICE_EXIT_OK, "drained after SIGTERM or SIGINT, or --help")                        \
    X(64, HLX_SERVICE_EXIT_USAGE, "the command line or an environment variable is wrong")          \
    X(69, HLX_SERVICE_EXIT_SOCKET, "the socket cannot be had, for example: already served")        \
    X(71, HLX_SERVICE_EXIT_SYSTEM, "the system refused memory, locking or another resource")       \
    X(130, HLX_SERVICE_EXIT_SIGINT, "stopped at once by a second signal, SIGINT")                  \
    X(143, HLX_SERVICE_EXIT_SIGTERM, "stopped at once by a second signal, SIGTERM")

enum hlx_service_exit {
#define HLX_SERVICE_EXIT_ENUMERATOR(code, enumerator, meaning) enumerator = (code),
    HLX_SERVICE_EXITS(HLX_SERVICE_EXIT_ENUMERATOR)
#undef HLX_SERVICE_EXIT_ENUMERATOR
};

#define HLX_SERVICE_MAX_CONNECTIONS 65536u

/* Numbers as the options give them: durations in ns, ratios in ppm. */
typedef struct hlx_service_options {
    const char *socket;
    const char *telemetry; /* NULL: no file */
    const char *trace;     /* NULL: no file */
    int64_t ready_fd;      /* -1: none */
    int64_t workers;       /* 0: one for each processor, at least two */
    int64_t spare_slots;
    int64_t pin, lock_memory; /* enum hlx_choice */
    bool hedging;
    int64_t hedge_delay_ns, hedge_ratio_ppm, hedge_burst;
    int64_t hedge_percentile_ppm; /* 0: the delay is fixed */
    int64_t hedge_delay_min_ns, hedge_delay_max_ns, hedge_warm_up;
    int64_t deadline_ns, queue;
    int64_t rotate_mib, rotate_faults;
    int64_t start_timeout_ns, kill_grace_ns, backoff_min_ns, backoff_max_ns;
    int64_t max_connections, buffer_mib, idle_timeout_ns, receive_timeout_ns;
    hlx_regime_options regime_options;
} hlx_service_options;

/* What the options come to. */
typedef struct hlx_service_config {
    hlx_service_options options;
    hlx_broker_config broker;
    hlx_delay_config delay; /* fixed when its rails meet */
    hlx_regime regime;
} hlx_service_config;

/* HLX_OPTIONS_BAD with a message, HLX_OPTIONS_HELP, or a whole configuration. */
enum hlx_options_outcome hlx_service_configure(hlx_service_config *config, int argc, char **argv,
                                               char error[HLX_OPTIONS_ERROR_BYTES]);

/* The manual. */
void hlx_service_print_help(FILE *stream);

#endif
