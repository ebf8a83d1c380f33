/* server_open.c -- everything that the loop needs, made before it begins, so that what
 * can fail fails here with a message. See server.h. */
#include "server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "trace.h"
#include "watch.h"

/* Descriptors beside those of clients and workers and those that are open already: epoll,
 * timer, signals, listener, the telemetry file, and room. */
#define OTHER_DESCRIPTORS 32u
#define TRACE_BUFFER_BYTES ((size_t)1 << 20)

static bool fail(char error[HLX_OPTIONS_ERROR_BYTES], const char *what) {
    (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES, "%s: %s", what, strerror(errno));
    return false;
}

/* What this process has open, be it inherited. */
static rlim_t descriptors_in_use(void) {
    rlim_t count = 0;
    DIR *list = opendir("/proc/self/fd");
    while (list != NULL && readdir(list) != NULL) {
        count++;
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    return count;
}

/* Raise the soft limit as far as --max-connections needs. spec: SRV-13 */
static bool raise_descriptor_limit(const hlx_service_config *config,
                                   char error[HLX_OPTIONS_ERROR_BYTES]) {
    rlim_t needed = (rlim_t)config->options.max_connections +
                    (rlim_t)2 * config->broker.slot_count + OTHER_DESCRIPTORS +
                    descriptors_in_use();
    struct rlimit limit = {0, 0};
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed) {
        return true;
    }
    if (limit.rlim_max < needed) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                       "--max-connections: needs %ju descriptors, the limit (ulimit -Hn) is %ju",
                       (uintmax_t)needed, (uintmax_t)limit.rlim_max);
        return false;
    }
    limit.rlim_cur = needed;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 || fail(error, "setrlimit");
}

/* A connection has as many rows as it may have requests, a slot that of one that was given up:
 * rows never run short, and those that nobody uses are never touched. spec: SRV-61 */
static uint32_t most_requests(uint32_t connections) {
    _Static_assert(HLX_SERVICE_MAX_CONNECTIONS * HLX_PIPELINE_MAX_REQUESTS + HLX_BROKER_MAX_SLOTS <=
                       HLX_SUBMISSION_MAX_ROWS,
                   "every row has a number");
    return connections * HLX_PIPELINE_MAX_REQUESTS + HLX_BROKER_MAX_SLOTS;
}

static bool open_tables(hlx_server *server, char error[HLX_OPTIONS_ERROR_BYTES]) {
    const hlx_service_options *options = &server->config->options;
    uint32_t count = (uint32_t)options->max_connections;
    server->connections = calloc(count, sizeof *server->connections);
    server->free_connections = calloc(count, sizeof *server->free_connections);
    if (server->connections == NULL || server->free_connections == NULL ||
        !hlx_submissions_init(&server->submissions, most_requests(count),
                              (size_t)options->buffer_mib << 20, &server->config->regime)) {
        return fail(error, "--max-connections");
    }
    while (server->free_count < count) { /* index 0 on top */
        server->free_connections[server->free_count] = count - 1 - server->free_count;
        server->free_count++;
    }
    server->idle.limit_ns = (uint64_t)options->idle_timeout_ns;
    server->receiving.limit_ns = (uint64_t)options->receive_timeout_ns;
    hlx_telemetry_init(&server->telemetry);
    hlx_delay_init(&server->delay, &server->config->delay);
    server->hedge_delay_ns = server->config->broker.hedge_delay_ns;
    return true;
}

static bool open_workers(hlx_server *server, char error[HLX_OPTIONS_ERROR_BYTES]) {
    const hlx_service_config *config = server->config;
    if (!hlx_broker_init(&server->broker, &config->broker)) {
        errno = EINVAL;
        return fail(error, "configuration of the broker");
    }
    server->pool.epoll = server->epoll;
    if (!hlx_pool_init(&server->pool, config->broker.worker_count, config->broker.slot_count,
                       (enum hlx_choice)config->options.lock_memory,
                       (enum hlx_choice)config->options.pin)) {
        return fail(error, "memory of the workers (--workers, --spare-slots, --lock-memory)");
    }
    return true;
}

/* SIGTERM and SIGINT come as readiness; children are collected whatever the parent of this
 * process preferred. spec: SRV-40 */
static int open_signals(void) {
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGCHLD, SIG_DFL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool open_descriptors(hlx_server *server, char error[HLX_OPTIONS_ERROR_BYTES]) {
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    server->signals = open_signals();
    if (server->epoll < 0 || server->timer < 0 || server->signals < 0 ||
        !hlx_watch_add(server->epoll, server->timer, EPOLLIN, (hlx_watch){HLX_WATCH_TIMER, 0, 0}) ||
        !hlx_watch_add(server->epoll, server->signals, EPOLLIN,
                       (hlx_watch){HLX_WATCH_SIGNAL, 0, 0})) {
        return fail(error, "epoll");
    }
    server->timer_ns = HLX_BROKER_NEVER;
    server->accept_again_ns = HLX_BROKER_NEVER;
    server->end_ns = HLX_BROKER_NEVER;
    return true;
}

static bool is_terminal(const char *path) {
    int descriptor = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    bool terminal = descriptor >= 0 && isatty(descriptor) == 1;
    if (descriptor >= 0) {
        (void)close(descriptor);
    }
    return terminal;
}

/* The table of telemetry takes the place of what is there: of a file, not of a device. A trace must
 * not make the service wait. spec: SRV-30, SRV-54, SRV-70 */
static bool check_outputs(const hlx_server *server, char error[HLX_OPTIONS_ERROR_BYTES]) {
    const char *table = server->config->options.telemetry;
    const char *trace = server->config->options.trace;
    struct stat file;
    if (table != NULL && stat(table, &file) == 0 && !S_ISREG(file.st_mode)) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES, "--telemetry: %.200s: not a file", table);
        return false;
    }
    if (trace != NULL && stat(trace, &file) == 0 &&
        (S_ISFIFO(file.st_mode) || (S_ISCHR(file.st_mode) && is_terminal(trace)))) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                       "--trace: %.200s: a pipe or a terminal may make the service wait", trace);
        return false;
    }
    return true;
}

/* spec: SRV-70 */
static bool open_trace(hlx_server *server, char error[HLX_OPTIONS_ERROR_BYTES]) {
    const char *path = server->config->options.trace;
    if (path == NULL) {
        return true;
    }
    server->trace = fopen(path, "we");
    if (server->trace == NULL) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES, "--trace: %.200s: %s", path,
                       strerror(errno));
        return false;
    }
    (void)setvbuf(server->trace, NULL, _IOFBF, TRACE_BUFFER_BYTES);
    hlx_trace_begin(server->trace, &server->config->broker);
    return true;
}

static bool open_listener(hlx_server *server, int *exit_code, char error[HLX_OPTIONS_ERROR_BYTES]) {
    *exit_code = HLX_SERVICE_EXIT_SOCKET;
    if (!hlx_listener_open(&server->listener, server->config->options.socket, error,
                           HLX_OPTIONS_ERROR_BYTES)) {
        return false;
    }
    *exit_code = HLX_SERVICE_EXIT_SYSTEM;
    if (!hlx_watch_add(server->epoll, server->listener.socket, EPOLLIN,
                       (hlx_watch){HLX_WATCH_LISTENER, 0, 0})) {
        (void)fail(error, "epoll");
        hlx_listener_close(&server->listener);
        return false;
    }
    return true;
}

/* The path is taken last: a service that cannot start leaves nothing behind. Only the trace
 * comes later, as its file may be that of the service which has the path. spec: SRV-12, SRV-70 */
bool hlx_server_open(hlx_server *server, const hlx_service_config *config, int *exit_code,
                     char error[HLX_OPTIONS_ERROR_BYTES]) {
    server->config = config;
    *exit_code = HLX_SERVICE_EXIT_SYSTEM;
    if (!check_outputs(server, error) || !raise_descriptor_limit(config, error) ||
        !open_tables(server, error) || !open_descriptors(server, error) ||
        !open_workers(server, error) || !open_listener(server, exit_code, error)) {
        return false;
    }
    if (!open_trace(server, error)) {
        hlx_listener_close(&server->listener);
        return false;
    }
    return true;
}
