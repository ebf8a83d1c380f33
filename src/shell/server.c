/* server.c -- the loop and the broker's actions. See server.h for the whole. */
#include "server.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "trace.h"
#include "watch.h"

#define EVENTS_AT_A_TIME 256
#define REPORT_EVERY 10000u
#define FRAMES_AT_A_TIME 16u /* of a worker: epoll tells of the rest again */
#define LEARN_EVERY 32u      /* durations: each time the whole memory is read some thirty times */

/* ---- what the broker says ---- */

static void send_request(hlx_server *server, const hlx_action *action) {
    hlx_submission *submission = hlx_submission_find(&server->submissions, action->request_id);
    uint64_t now_ns = hlx_clock_now_ns();
    if (submission->stamps.proc_start_ns == 0) {
        submission->stamps.proc_start_ns = now_ns;
    }
    if (action->origin == HLX_ORIGIN_HEDGE) {
        submission->stamps.hedge_fire_ns = now_ns;
    }
    hlx_pipelines_make_way(server, action->slot);
    hlx_pool_send_request(&server->pool, action->slot, submission);
}

/* How long its first attempt took. One that was cut off, as the hedge answered or the deadline
 * came, counts as long as it was seen, which is longer than the delay. Second attempts do not
 * count: most are cut off early, and only slow requests have them. spec: SRV-56 */
static void observe(hlx_server *server, const hlx_stamps *stamps, uint32_t status) {
    if (stamps->proc_start_ns == 0 || status == HLX_REPLY_WORKER_FAILED) {
        return;
    }
    hlx_delay_observe(&server->delay, stamps->reply_ready_ns - stamps->proc_start_ns);
    if (server->delay.next % LEARN_EVERY == 0) {
        server->hedge_delay_ns = hlx_delay_ns(&server->delay);
    }
}

/* A request that was never accepted was never in service: it has no place among the
 * latencies. spec: SRV-52 */
static void record(hlx_server *server, hlx_submission *submission, const hlx_reply *reply) {
    if (reply->status == HLX_REPLY_OVERLOADED || reply->status == HLX_REPLY_SHUTTING_DOWN) {
        return;
    }
    submission->stamps.reply_ready_ns = hlx_clock_now_ns();
    submission->stamps.origin = reply->origin;
    hlx_telemetry_record(&server->telemetry, &submission->stamps);
    observe(server, &submission->stamps, reply->status);
    if (server->telemetry.totals.count % REPORT_EVERY == 0) {
        hlx_progress_report(server);
    }
}

static void reply(hlx_server *server, const hlx_action *action) {
    hlx_submission *submission = hlx_submission_find(&server->submissions, action->request_id);
    hlx_clients_reply(server, submission, &action->reply);
    record(server, submission, &action->reply);
}

static void release(hlx_server *server, uint64_t request_id) {
    hlx_submission *submission = hlx_submission_find(&server->submissions, request_id);
    hlx_telemetry_record_release(&server->telemetry, &submission->stamps, hlx_clock_now_ns());
    hlx_submission_release(&server->submissions, submission);
}

static void spawn(hlx_server *server, uint32_t slot) {
    if (!hlx_pool_spawn(&server->pool, slot, server->broker.slots[slot].replaces)) {
        hlx_log("no worker could be started in slot %" PRIu32 ": %s", slot, strerror(errno));
        server->failed_spawns[server->failed_spawn_count++] = slot;
    }
}

static void perform(hlx_server *server, const hlx_action *action) {
    switch ((enum hlx_action_type)action->type) {
    case HLX_ACTION_SEND_REQUEST:
        send_request(server, action);
        break;
    case HLX_ACTION_SEND_CANCEL:
        hlx_pool_send_cancel(&server->pool, action->slot, action->request_id);
        break;
    case HLX_ACTION_REPLY:
        reply(server, action);
        break;
    case HLX_ACTION_RELEASE:
        release(server, action->request_id);
        break;
    case HLX_ACTION_SPAWN:
        spawn(server, action->slot);
        break;
    case HLX_ACTION_RETIRE:
        hlx_pool_retire(&server->pool, action->slot);
        break;
    case HLX_ACTION_KILL:
        hlx_pool_kill(&server->pool, action->slot);
        break;
    case HLX_ACTION_MISMATCH:
        hlx_log("CORRUPTION: the two attempts of request %" PRIu64 " disagree", action->request_id);
        break;
    }
}

/* Before the actions are performed: what follows from them comes later. spec: SRV-73 */
static void trace_step(hlx_server *server, const hlx_event *event, uint64_t now_ns) {
    if (server->trace == NULL) {
        return;
    }
    hlx_trace_step(server->trace, event, now_ns, &server->actions, server->broker_next_ns);
    if (fflush(server->trace) != 0) {
        hlx_log("--trace: %s: %s; the trace ends here, the service goes on",
                server->config->options.trace, strerror(errno));
        (void)fclose(server->trace);
        server->trace = NULL;
    }
}

static void step(hlx_server *server, const hlx_event *event) {
    uint64_t now_ns = hlx_clock_now_ns();
    server->broker_next_ns = hlx_broker_step(&server->broker, event, now_ns, &server->actions);
    trace_step(server, event, now_ns);
    for (uint32_t i = 0; i < server->actions.count; i++) {
        perform(server, &server->actions.list[i]);
    }
}

/* spec: SRV-57 */
static void move_hedge_delay(hlx_server *server) {
    hlx_event event = {.type = HLX_EVENT_HEDGE_DELAY};
    while (server->hedge_delay_ns != server->broker.config.hedge_delay_ns) {
        event.hedge_delay_ns = server->hedge_delay_ns;
        server->counters.delay_moves++;
        step(server, &event);
    }
}

/* A spawn that fails is itself an event; the broker hears of it in the next step.
 * spec: SRV-30 */
void hlx_server_apply(hlx_server *server, const hlx_event *event) {
    step(server, event);
    move_hedge_delay(server);
    while (server->failed_spawn_count > 0) {
        hlx_event failure = {.type = HLX_EVENT_SPAWN_FAILED,
                             .slot = server->failed_spawns[--server->failed_spawn_count]};
        step(server, &failure);
        move_hedge_delay(server);
    }
}

/* ---- what happens to workers ---- */

static bool all_hot(const hlx_server *server) {
    uint32_t hot = 0;
    for (uint32_t slot = 0; slot < server->broker.config.slot_count; slot++) {
        hot += server->broker.slots[slot].state == HLX_SLOT_HOT;
    }
    return hot >= server->broker.config.worker_count;
}

/* spec: SRV-43 */
static void announce_ready(hlx_server *server) {
    int descriptor = (int)server->config->options.ready_fd;
    static const char line[] = "ready\n";
    server->all_were_hot = true;
    hlx_log("all %" PRIu32 " workers are hot", server->broker.config.worker_count);
    if (descriptor >= 0) {
        struct pollfd room = {.fd = descriptor, .events = POLLOUT};
        if (poll(&room, 1, 0) == 0) {
            hlx_log("--ready-fd: %d: it takes nothing", descriptor);
        } else if (write(descriptor, line, sizeof line - 1) < 0) {
            hlx_log("--ready-fd: %d: %s", descriptor, strerror(errno));
        }
        (void)close(descriptor);
    }
}

/* At most so many: whatever a worker writes, others have their turn. spec: SRV-22 */
static void receive_responses(hlx_server *server, uint32_t slot, uint32_t most) {
    hlx_event event;
    for (uint32_t i = 0; i < most && hlx_pool_receive(&server->pool, slot, &event); i++) {
        hlx_submission *submission = hlx_submission_find(&server->submissions, event.request_id);
        if (submission != NULL && submission->stamps.first_reply_ns == 0) {
            submission->stamps.first_reply_ns = hlx_clock_now_ns();
        }
        server->answering = slot;
        hlx_server_apply(server, &event);
        if (!server->all_were_hot && all_hot(server)) {
            announce_ready(server);
        }
    }
}

static void worker_stream_ready(hlx_server *server, uint32_t slot, uint32_t events) {
    if ((events & EPOLLOUT) != 0) {
        hlx_pool_flush(&server->pool, slot);
    }
    if ((events & ~(uint32_t)EPOLLOUT) != 0) {
        receive_responses(server, slot, FRAMES_AT_A_TIME);
    }
}

/* What it had still written counts; then its job is lost. */
static void worker_process_ready(hlx_server *server, uint32_t slot) {
    char how[64];
    long process = (long)server->pool.links[slot].process;
    bool expected = server->broker.slots[slot].state == HLX_SLOT_RETIRING;
    receive_responses(server, slot, UINT32_MAX); /* it writes no more */
    if (!hlx_pool_reap(&server->pool, slot, how, sizeof how)) {
        return;
    }
    if (!expected) {
        hlx_log("worker %ld in slot %" PRIu32 " %s", process, slot, how);
    }
    hlx_server_apply(server, &(hlx_event){.type = HLX_EVENT_WORKER_EXITED, .slot = slot});
}

/* ---- signals and time ---- */

/* Whoever has connected already is still let in and hears that the service is shutting
 * down. spec: SRV-40 */
static void drain(hlx_server *server) {
    hlx_listener_hide(&server->listener);
    while (hlx_clients_accept(server)) {
    }
    hlx_listener_close(&server->listener);
    hlx_server_apply(server, &(hlx_event){.type = HLX_EVENT_DRAIN});
}

/* spec: SRV-40, SRV-42 */
static void signals_ready(hlx_server *server) {
    struct signalfd_siginfo info;
    while (read(server->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        server->signals_taken++;
        if (server->signals_taken == 1) {
            hlx_log("signal %" PRIu32 ": draining", info.ssi_signo);
            drain(server);
        } else {
            server->stopped_by = (int)info.ssi_signo;
        }
    }
}

static void tick(hlx_server *server) {
    uint64_t now_ns = hlx_clock_now_ns();
    hlx_clients_expire(server, now_ns);
    if (now_ns >= server->broker_next_ns) {
        hlx_server_apply(server, &(hlx_event){.type = HLX_EVENT_TICK});
    }
}

static void set_timer(hlx_server *server) {
    uint64_t next_ns = hlx_clients_next(server);
    if (server->broker_next_ns < next_ns) {
        next_ns = server->broker_next_ns;
    }
    if (next_ns == server->timer_ns) {
        return;
    }
    struct itimerspec setting = {0}; /* all zero: never */
    if (next_ns != HLX_BROKER_NEVER) {
        setting.it_value.tv_sec = (time_t)(next_ns / HLX_NS_PER_SECOND);
        setting.it_value.tv_nsec = (long)(next_ns % HLX_NS_PER_SECOND);
    }
    (void)timerfd_settime(server->timer, TFD_TIMER_ABSTIME, &setting, NULL);
    server->timer_ns = next_ns;
}

static void timer_ready(hlx_server *server) {
    uint64_t expirations = 0;
    (void)!read(server->timer, &expirations, sizeof expirations);
    server->timer_ns = HLX_BROKER_NEVER; /* it is spent */
}

/* ---- the loop ---- */

static bool worker_is_current(const hlx_server *server, hlx_watch watch) {
    return server->pool.links[watch.index].process > 0 &&
           hlx_watch_is_current(watch, server->pool.links[watch.index].generation);
}

static void dispatch(hlx_server *server, const struct epoll_event *event) {
    hlx_watch watch = hlx_watch_unpack(event->data.u64);
    switch (watch.kind) {
    case HLX_WATCH_LISTENER:
        if (server->listener.socket >= 0) {
            (void)hlx_clients_accept(server);
        }
        break;
    case HLX_WATCH_SIGNAL:
        signals_ready(server);
        break;
    case HLX_WATCH_TIMER:
        timer_ready(server);
        break;
    case HLX_WATCH_CONNECTION:
        if (hlx_watch_is_current(watch, server->connections[watch.index].generation)) {
            hlx_clients_ready(server, watch.index, event->events);
        }
        break;
    case HLX_WATCH_WORKER_STREAM:
        if (worker_is_current(server, watch)) {
            worker_stream_ready(server, watch.index, event->events);
        }
        break;
    case HLX_WATCH_WORKER_PROCESS:
        if (worker_is_current(server, watch)) {
            worker_process_ready(server, watch.index);
        }
        break;
    }
}

static bool finished(const hlx_server *server) {
    return server->stopped_by != 0 || hlx_clients_ended(server);
}

static int exit_code(hlx_server *server) {
    if (server->stopped_by != 0) {
        hlx_log("signal %d: stopping at once", server->stopped_by);
        return server->stopped_by == SIGINT ? HLX_SERVICE_EXIT_SIGINT : HLX_SERVICE_EXIT_SIGTERM;
    }
    hlx_progress_report(server);
    hlx_log("drained");
    return HLX_SERVICE_EXIT_OK;
}

int hlx_server_run(hlx_server *server) {
    struct epoll_event events[EVENTS_AT_A_TIME];
    hlx_server_apply(server, &(hlx_event){.type = HLX_EVENT_TICK}); /* spawns the pool */
    while (!finished(server)) {
        set_timer(server);
        int count = epoll_wait(server->epoll, events, EVENTS_AT_A_TIME, -1);
        for (int i = 0; i < count; i++) {
            dispatch(server, &events[i]);
        }
        tick(server);
        if (server->end_ns == HLX_BROKER_NEVER && hlx_broker_stopped(&server->broker)) {
            hlx_clients_begin_end(server);
        }
    }
    return exit_code(server);
}
