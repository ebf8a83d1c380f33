/* service_options.c -- the table of the service's options. */
#include "service_options.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"
#include "socket_path.h"

#define AT(field) .offset = offsetof(hlx_service_options, field)
#define MS(count) ((int64_t)(count)*HLX_NS_PER_MS)
#define DURATION(least_ms)                                                                         \
    .kind = HLX_OPTION_DURATION, .unit = "ms", .minimum = MS(least_ms),                            \
    .maximum = (int64_t)HLX_BROKER_MAX_DURATION_NS
#define INTEGER(least, most)                                                                       \
    .kind = HLX_OPTION_INTEGER, .minimum = (int64_t)(least), .maximum = (int64_t)(most)
#define PPM 1000000

/* In the order of enum hlx_choice. */
static const char *const choice_names[] = {"auto", "on", "off", NULL};

static const hlx_option process_table[] = {
    {.name = "ready-fd",
     AT(ready_fd),
     INTEGER(-1, 1 << 20),
     .default_text = "-1",
     .help = "Write the line `ready` to this descriptor, and close it, as soon as all workers\n"
             "are hot; -1 is none, 0 to 2 are refused."},
    {.name = "telemetry",
     .environment = "HEDGELEX_TELEMETRY",
     AT(telemetry),
     .kind = HLX_OPTION_STRING,
     .unit = "FILE",
     .help = "Write the slowest 100 requests to this file as CSV, every 10,000 requests and at\n"
             "the end."},
    {.name = "trace",
     .environment = "HEDGELEX_TRACE",
     AT(trace),
     .kind = HLX_OPTION_STRING,
     .unit = "FILE",
     .help = "Write every step of the broker to this file: for tests, as it grows without bound."},
};

static const hlx_option worker_table[] = {
    {.name = "workers",
     .environment = "HEDGELEX_WORKERS",
     AT(workers),
     INTEGER(0, HLX_BROKER_MAX_WORKERS),
     .default_text = "0",
     .unit = "processes",
     .help = "Size of the worker pool; 0 is one for each processor, at least two, as a hedge\n"
             "needs a second one."},
    {.name = "spare-slots",
     .environment = "HEDGELEX_SPARE_SLOTS",
     AT(spare_slots),
     INTEGER(1, HLX_BROKER_MAX_WORKERS),
     .default_text = "1",
     .unit = "slots",
     .help = "How many workers may be in replacement at a time (at most as many as workers);\n"
             "each slot has about 75 MB of memory."},
    {.name = "pin",
     .environment = "HEDGELEX_PIN",
     AT(pin),
     .kind = HLX_OPTION_CHOICE,
     .choices = choice_names,
     .default_text = "auto",
     .help = "Pin each worker to a processor; auto does where there are enough."},
    {.name = "lock-memory",
     .environment = "HEDGELEX_LOCK_MEMORY",
     AT(lock_memory),
     .kind = HLX_OPTION_CHOICE,
     .choices = choice_names,
     .default_text = "auto",
     .help = "Lock the columns in memory; auto does when permitted, on fails when not."},
    {.name = "rotate-after",
     .environment = "HEDGELEX_ROTATE_AFTER",
     AT(rotate_mib),
     INTEGER(0, 100000000),
     .default_text = "5000",
     .unit = "MiB",
     .help = "Replace a worker that has written so many bytes of columns; 0 is never."},
    {.name = "rotate-faults",
     .environment = "HEDGELEX_ROTATE_FAULTS",
     AT(rotate_faults),
     INTEGER(0, UINT32_MAX),
     .default_text = "50",
     .unit = "page faults",
     .help = "Replace a worker that had so many major page faults; 0 is never."},
    {.name = "start-timeout",
     .environment = "HEDGELEX_START_TIMEOUT",
     AT(start_timeout_ns),
     DURATION(1),
     .default_text = "10000",
     .help = "A worker not ready by then is killed."},
    {.name = "kill-grace",
     .environment = "HEDGELEX_KILL_GRACE",
     AT(kill_grace_ns),
     DURATION(1),
     .default_text = "1000",
     .help = "A worker that ignores a cancel or its retirement for so long is killed."},
    {.name = "backoff-min",
     .environment = "HEDGELEX_BACKOFF_MIN",
     AT(backoff_min_ns),
     DURATION(1),
     .default_text = "10",
     .help = "Delay before a dead worker is made good; doubles each time."},
    {.name = "backoff-max",
     .environment = "HEDGELEX_BACKOFF_MAX",
     AT(backoff_max_ns),
     DURATION(1),
     .default_text = "5000",
     .help = "Largest such delay; not below --backoff-min."},
};

static const hlx_option request_table[] = {
    {.name = "hedging",
     .environment = "HEDGELEX_HEDGING",
     AT(hedging),
     .kind = HLX_OPTION_FLAG,
     .default_text = "on",
     .help = "Send a second attempt of a slow request to another worker."},
    {.name = "hedge-delay",
     .environment = "HEDGELEX_HEDGE_DELAY",
     AT(hedge_delay_ns),
     DURATION(0),
     .default_text = "10",
     .help = "After which time without an answer a hedge is due; with --hedge-percentile: until\n"
             "that is known."},
    {.name = "hedge-percentile",
     .environment = "HEDGELEX_HEDGE_PERCENTILE",
     AT(hedge_percentile_ppm),
     .kind = HLX_OPTION_RATIO,
     .minimum = 0,
     .maximum = HLX_DELAY_PPM,
     .default_text = "0",
     .unit = "% of attempts",
     .help = "A hedge is due when a first attempt takes longer than so many of the last 1,024\n"
             "did; 0 is always after --hedge-delay."},
    {.name = "hedge-delay-min",
     .environment = "HEDGELEX_HEDGE_DELAY_MIN",
     AT(hedge_delay_min_ns),
     DURATION(0),
     .default_text = "1",
     .help = "With --hedge-percentile a hedge is due no sooner,"},
    {.name = "hedge-delay-max",
     .environment = "HEDGELEX_HEDGE_DELAY_MAX",
     AT(hedge_delay_max_ns),
     DURATION(0),
     .default_text = "100",
     .help = "and no later."},
    {.name = "hedge-warm-up",
     .environment = "HEDGELEX_HEDGE_WARM_UP",
     AT(hedge_warm_up),
     INTEGER(1, HLX_DELAY_MEMORY),
     .default_text = "100",
     .unit = "attempts",
     .help = "How many are needed to know the percentile."},
    {.name = "hedge-ratio",
     .environment = "HEDGELEX_HEDGE_RATIO",
     AT(hedge_ratio_ppm),
     .kind = HLX_OPTION_RATIO,
     .minimum = 0,
     .maximum = PPM,
     .default_text = "2",
     .unit = "% of requests",
     .help = "How many hedges are granted at most, in the long run."},
    {.name = "hedge-burst",
     .environment = "HEDGELEX_HEDGE_BURST",
     AT(hedge_burst),
     INTEGER(0, PPM),
     .default_text = "10",
     .unit = "hedges",
     .help = "How many more may be granted in all."},
    {.name = "deadline",
     .environment = "HEDGELEX_DEADLINE",
     AT(deadline_ns),
     DURATION(1),
     .default_text = "30000",
     .help = "A request not answered by then is answered `deadline`."},
    {.name = "queue",
     .environment = "HEDGELEX_QUEUE",
     AT(queue),
     INTEGER(1, HLX_BROKER_MAX_QUEUE),
     .default_text = "1024",
     .unit = "requests",
     .help = "How many requests may wait for a worker; more are answered `overloaded`."},
};

static const hlx_option client_table[] = {
    {.name = "max-connections",
     .environment = "HEDGELEX_MAX_CONNECTIONS",
     AT(max_connections),
     INTEGER(1, HLX_SERVICE_MAX_CONNECTIONS),
     .default_text = "4096",
     .unit = "connections",
     .help = "Clients connected at a time; more are answered `overloaded` and closed."},
    {.name = "buffer-memory",
     .environment = "HEDGELEX_BUFFER_MEMORY",
     AT(buffer_mib),
     INTEGER(3, 1 << 20),
     .default_text = "512",
     .unit = "MiB",
     .help = "Memory for the documents of all clients; a request for which there is none is\n"
             "answered `overloaded`."},
    {.name = "idle-timeout",
     .environment = "HEDGELEX_IDLE_TIMEOUT",
     AT(idle_timeout_ns),
     DURATION(1),
     .default_text = "60000",
     .help = "A connection without a request for so long is closed."},
    {.name = "receive-timeout",
     .environment = "HEDGELEX_RECEIVE_TIMEOUT",
     AT(receive_timeout_ns),
     DURATION(1),
     .default_text = "10000",
     .help = "A request must have come, and its reply been taken, within so long."},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define GROUP_COUNT 6u

/* The groups of the manual, for values that go to `options`. */
static void make_groups(hlx_service_options *options, hlx_option *socket_option,
                        hlx_option_group groups[GROUP_COUNT]) {
    *socket_option = hlx_socket_option(offsetof(hlx_service_options, socket));
    const hlx_option_group filled[GROUP_COUNT] = {
        {"Socket:", socket_option, 1, options},
        {"Clients:", client_table, COUNT(client_table), options},
        {"Requests:", request_table, COUNT(request_table), options},
        {"Workers:", worker_table, COUNT(worker_table), options},
        {"Regime, with which every document is read:", hlx_regime_option_table,
         HLX_REGIME_OPTION_COUNT, &options->regime_options},
        {"Process:", process_table, COUNT(process_table), options},
    };
    memcpy(groups, filled, sizeof filled);
}

/* spec: SRV-26 */
static uint32_t default_workers(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    if (count > (int)HLX_BROKER_MAX_WORKERS) {
        count = (int)HLX_BROKER_MAX_WORKERS;
    }
    return count > 2 ? (uint32_t)count : 2u;
}

static void fill_broker_config(const hlx_service_options *options, hlx_broker_config *broker) {
    uint32_t workers = options->workers > 0 ? (uint32_t)options->workers : default_workers();
    uint32_t spares = (uint32_t)options->spare_slots;
    *broker = (hlx_broker_config){.worker_count = workers,
                                  .slot_count = workers + (spares < workers ? spares : workers),
                                  .queue_capacity = (uint32_t)options->queue,
                                  .hedge_ratio_ppm = (uint32_t)options->hedge_ratio_ppm,
                                  .hedge_burst = (uint32_t)options->hedge_burst,
                                  .rotate_mb10 = (uint32_t)options->rotate_mib * 10u,
                                  .rotate_major = (uint32_t)options->rotate_faults,
                                  .hedging = options->hedging,
                                  .hedge_delay_ns = (uint64_t)options->hedge_delay_ns,
                                  .deadline_ns = (uint64_t)options->deadline_ns,
                                  .start_timeout_ns = (uint64_t)options->start_timeout_ns,
                                  .kill_grace_ns = (uint64_t)options->kill_grace_ns,
                                  .backoff_min_ns = (uint64_t)options->backoff_min_ns,
                                  .backoff_max_ns = (uint64_t)options->backoff_max_ns};
}

/* Between rails that meet whatever is observed leaves the delay as it is. spec: SRV-56 */
static void fill_delay_config(const hlx_service_options *options, hlx_delay_config *delay) {
    uint64_t fixed_ns = (uint64_t)options->hedge_delay_ns;
    *delay = (hlx_delay_config){.fixed_ns = fixed_ns,
                                .lower_ns = fixed_ns,
                                .upper_ns = fixed_ns,
                                .percentile_ppm = HLX_DELAY_PPM,
                                .warm_up = (uint32_t)options->hedge_warm_up};
    if (options->hedge_percentile_ppm > 0) {
        delay->lower_ns = (uint64_t)options->hedge_delay_min_ns;
        delay->upper_ns = (uint64_t)options->hedge_delay_max_ns;
        delay->percentile_ppm = (uint32_t)options->hedge_percentile_ppm;
    }
}

/* Once closed, a standard stream would make way for a socket. spec: SRV-43 */
static bool is_standard_stream(int64_t descriptor) {
    return descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO;
}

/* What no single option shows. spec: SRV-03 */
static bool combine(hlx_service_config *config, char error[HLX_OPTIONS_ERROR_BYTES]) {
    const hlx_service_options *options = &config->options;
    fill_broker_config(options, &config->broker);
    fill_delay_config(options, &config->delay);
    const hlx_delay_config *delay = &config->delay;
    if (delay->fixed_ns < delay->lower_ns || delay->fixed_ns > delay->upper_ns) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                       "--hedge-delay (HEDGELEX_HEDGE_DELAY): is not between --hedge-delay-min and "
                       "--hedge-delay-max (accepted: between them)");
        return false;
    }
    if (options->backoff_min_ns > options->backoff_max_ns) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                       "--backoff-min (HEDGELEX_BACKOFF_MIN): is above --backoff-max (accepted: "
                       "not above it)");
        return false;
    }
    if (options->trace != NULL && options->telemetry != NULL &&
        strcmp(options->trace, options->telemetry) == 0) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                       "--trace (HEDGELEX_TRACE): is the file of --telemetry (accepted: another)");
        return false;
    }
    if (is_standard_stream(options->ready_fd)) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                       "--ready-fd: is a standard stream (accepted: -1, 3 or above)");
        return false;
    }
    return hlx_regime_from_options(&options->regime_options, &config->regime, error);
}

enum hlx_options_outcome hlx_service_configure(hlx_service_config *config, int argc, char **argv,
                                               char error[HLX_OPTIONS_ERROR_BYTES]) {
    *config = (hlx_service_config){.options.regime_options = HLX_REGIME_OPTIONS_INITIAL};
    hlx_option socket_option;
    hlx_option_group groups[GROUP_COUNT];
    make_groups(&config->options, &socket_option, groups);
    hlx_options parser = {.groups = groups, .group_count = GROUP_COUNT};
    enum hlx_options_outcome outcome = hlx_options_parse(&parser, argc, argv);
    memcpy(error, parser.error, HLX_OPTIONS_ERROR_BYTES);
    if (outcome != HLX_OPTIONS_OK) {
        return outcome;
    }
    if (parser.operand_count > 0) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                       "unexpected '%.100s' (only options are accepted)", parser.operands[0]);
        return HLX_OPTIONS_BAD;
    }
    return combine(config, error) ? HLX_OPTIONS_OK : HLX_OPTIONS_BAD;
}

void hlx_service_print_help(FILE *stream) {
    static hlx_service_options unused;
    hlx_option socket_option;
    hlx_option_group groups[GROUP_COUNT];
    make_groups(&unused, &socket_option, groups);
    (void)fprintf(stream, "Usage: hedgelexd [OPTION]...\n\n"
                          "Tokenize LaTeX documents for clients of a Unix socket.\n"
                          "A value on the command line overrides the environment variable, which\n"
                          "overrides the default. --name=value and --name value are the same.\n");
    hlx_options_print(groups, GROUP_COUNT, stream);
    (void)fprintf(stream,
                  "\nSignals:\n"
                  "  SIGTERM, SIGINT   answer what was accepted, then exit; twice: at once\n"
                  "\nExit codes:\n");
#define PRINT_EXIT(code, enumerator, meaning) (void)fprintf(stream, "  %3d  %s\n", code, meaning);
    HLX_SERVICE_EXITS(PRINT_EXIT)
#undef PRINT_EXIT
}
