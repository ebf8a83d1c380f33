/* load_run.c -- see load_run.h.
 *
 * A client's socket is registered once, edge-triggered for both directions: an
 * exchange always goes on until the socket would block, so no edge is missed. */
#include "load_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "complaint.h"
#include "service_client.h"

#define EVENTS_AT_ONCE 64
#define LOOK_AROUND_NS 100000000u /* time-outs and progress, at least ten times a second */
#define PROGRESS_COLUMNS 40u

typedef struct load_client {
    int descriptor;          /* -1: closed */
    bool busy;               /* a request is under way; else it is among the idle */
    bool served;             /* this connection has carried a reply */
    bool left;               /* by the service, between two requests */
    hlx_load_sample *sample; /* of the request */
    hlx_exchange exchange;
} load_client;

typedef struct load_state {
    const hlx_load_plan *plan;
    hlx_load_result *result;
    load_client *clients;
    load_client **idle; /* a ring of as many as there are clients */
    uint32_t idle_first;
    uint32_t idle_count;
    int epoll;
    uint64_t started_ns;
    uint32_t begun;    /* requests */
    uint32_t finished; /* requests, rightly or not */
    bool gone;         /* no connection can be made any more */
    bool progress;     /* standard error is a terminal */
} load_state;

static const char *const failure_names[] = {
#define FAILURE_NAME(enumerator, name) name,
    HLX_LOAD_FAILURES(FAILURE_NAME)
#undef FAILURE_NAME
};

const char *hlx_load_failure_name(enum hlx_load_failure failure) {
    return failure_names[failure];
}

uint64_t hlx_load_error_count(const hlx_load_plan *plan, const hlx_load_result *result) {
    return plan->requests - result->round_trips.count;
}

/* From the begin of the run. */
static uint64_t elapsed_ns(const load_state *state) {
    return hlx_clock_now_ns() - state->started_ns;
}

static void disconnect(load_client *client) {
    if (client->descriptor >= 0) {
        (void)close(client->descriptor); /* leaves epoll by itself */
    }
    client->descriptor = -1;
    client->served = false;
}

/* An exit code; when it is not 0 the user has been told. spec: CMD-02, CMD-42 */
static int connect_client(load_state *state, load_client *client) {
    int exit_code = HLX_EXIT_OK;
    client->descriptor = hlx_service_connect(state->plan->socket, state->plan->timeout_ns);
    struct epoll_event interest = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                   .data.ptr = client};
    if (client->descriptor < 0) {
        exit_code = -client->descriptor;
    } else if (epoll_ctl(state->epoll, EPOLL_CTL_ADD, client->descriptor, &interest) != 0) {
        exit_code = hlx_complain(HLX_EXIT_SYSTEM, "cannot watch a socket: %s", strerror(errno));
    }
    if (exit_code != HLX_EXIT_OK) {
        disconnect(client);
        state->gone = true;
    }
    state->result->reconnects += exit_code == HLX_EXIT_OK && client->left;
    client->left = false;
    return exit_code;
}

/* The client's request is over. */
static void finish(load_state *state, load_client *client, const char *outcome) {
    client->sample->over_ns = elapsed_ns(state);
    client->sample->outcome = outcome;
    client->busy = false;
    state->finished++;
}

static void fail(load_state *state, load_client *client, enum hlx_load_failure failure) {
    state->result->failures[failure]++;
    disconnect(client);
    finish(state, client, hlx_load_failure_name(failure));
}

/* spec: CMD-40, CMD-44 */
static void count_right(const load_state *state, const hlx_load_sample *sample) {
    uint64_t round_trip_ns = sample->over_ns - sample->intended_ns;
    hlx_histogram_record(&state->result->round_trips, round_trip_ns);
    state->result->over_limit += round_trip_ns > state->plan->limit_ns;
}

/* The time-out belongs to the request, not to what was last received of it. spec: CMD-44 */
static bool is_late(const load_state *state, const load_client *client, uint64_t now_ns) {
    return now_ns - client->sample->sent_ns > state->plan->timeout_ns;
}

static void take_reply(load_state *state, load_client *client) {
    const hlx_reply *reply = &client->exchange.reply;
    hlx_load_result *result = state->result;
    bool ok = reply->status == HLX_REPLY_OK;
    bool equal = reply->tokens == state->plan->expected.tokens &&
                 reply->issues == state->plan->expected.issues;
    result->statuses[reply->status]++;
    result->origins[reply->origin]++;
    client->sample->origin = reply->origin;
    client->served = true;
    if (hlx_exchange_sending(&client->exchange)) {
        disconnect(client); /* answered early: the rest of the request was not read */
    }
    if (ok && !equal) {
        result->failures[HLX_LOAD_MISMATCH]++;
        finish(state, client, hlx_load_failure_name(HLX_LOAD_MISMATCH));
        return;
    }
    finish(state, client, hlx_reply_status_text(reply->status));
    if (ok) {
        count_right(state, client->sample);
    }
}

/* A service may close a connection it has served; that is not the request's fault. */
static bool may_send_again(const load_client *client) {
    return client->served && client->exchange.received == 0;
}

static void send_again(load_state *state, load_client *client) {
    disconnect(client);
    client->left = true;
    hlx_exchange_begin(&client->exchange, state->plan->document);
    (void)connect_client(state, client);
}

static void begin_request(load_state *state, load_client *client) {
    hlx_load_sample *sample = &state->result->samples[state->begun++];
    client->busy = true;
    client->sample = sample;
    sample->sent_ns = elapsed_ns(state);
    if (state->plan->rate == 0) {
        sample->intended_ns = sample->sent_ns;
    }
    hlx_exchange_begin(&client->exchange, state->plan->document);
}

/* Go on with the client's request; false when it must wait for the socket. */
static bool advance_request(load_state *state, load_client *client) {
    switch (hlx_exchange_advance(&client->exchange, client->descriptor)) {
    case HLX_EXCHANGE_DONE:
        if (is_late(state, client, elapsed_ns(state))) {
            fail(state, client, HLX_LOAD_TIMED_OUT);
        } else {
            take_reply(state, client);
        }
        return true;
    case HLX_EXCHANGE_GARBLED:
        fail(state, client, HLX_LOAD_GARBLED);
        return true;
    case HLX_EXCHANGE_CLOSED:
        if (may_send_again(client)) {
            send_again(state, client);
        } else {
            fail(state, client, HLX_LOAD_CLOSED);
        }
        return true;
    case HLX_EXCHANGE_TIMED_OUT: /* only from hlx_exchange_run */
    case HLX_EXCHANGE_WAITING:
        break;
    }
    return false;
}

/* Is it time for another request? */
static bool is_due(const load_state *state) {
    return state->begun < state->plan->requests &&
           state->result->samples[state->begun].intended_ns <= elapsed_ns(state);
}

static void become_idle(load_state *state, load_client *client) {
    uint32_t last = (state->idle_first + state->idle_count) % state->plan->clients;
    state->idle[last] = client;
    state->idle_count++;
}

static load_client *take_idle(load_state *state) {
    load_client *client = state->idle[state->idle_first];
    state->idle_first = (state->idle_first + 1u) % state->plan->clients;
    state->idle_count--;
    return client;
}

/* Go on with the client's request until it is over or has to wait. */
static void advance_client(load_state *state, load_client *client) {
    while (client->busy && !state->gone) {
        if (!advance_request(state, client)) {
            return;
        }
    }
    if (!client->busy) {
        become_idle(state, client);
    }
}

/* Each goes to the client that has been idle the longest: with replies that are there at once, one
 * client would else send all. spec: CMD-40 */
static void begin_due_requests(load_state *state) {
    while (state->idle_count > 0 && !state->gone && is_due(state)) {
        load_client *client = take_idle(state);
        if (client->descriptor < 0 && connect_client(state, client) != HLX_EXIT_OK) {
            return;
        }
        begin_request(state, client);
        advance_client(state, client);
    }
}

/* An idle client can only learn that the service has closed its connection. */
static void take_event(load_state *state, const struct epoll_event *event) {
    load_client *client = event->data.ptr;
    if (client->busy) {
        advance_client(state, client);
    } else if ((event->events & (EPOLLRDHUP | EPOLLHUP)) != 0) {
        disconnect(client);
        client->left = true;
    }
}

static void show_progress(const load_state *state) {
    uint32_t part =
        (uint32_t)((uint64_t)state->finished * PROGRESS_COLUMNS / state->plan->requests);
    (void)fprintf(stderr, "\r[%.*s%*s] %u of %u", (int)part,
                  "########################################", (int)(PROGRESS_COLUMNS - part), "",
                  state->finished, state->plan->requests);
}

static void look_around(load_state *state) {
    uint64_t now_ns = elapsed_ns(state);
    for (uint32_t i = 0; i < state->plan->clients && !state->gone; i++) {
        load_client *client = &state->clients[i];
        if (client->busy && is_late(state, client, now_ns)) {
            fail(state, client, HLX_LOAD_TIMED_OUT);
            advance_client(state, client);
        }
    }
    if (state->progress) {
        show_progress(state);
    }
}

/* Until the next look around, or the next request that an idle client could send. */
static uint64_t time_to_wait(const load_state *state, uint64_t look_at_ns) {
    uint64_t until_ns = look_at_ns;
    if (state->idle_count > 0 && state->begun < state->plan->requests) {
        uint64_t next_ns = state->result->samples[state->begun].intended_ns;
        until_ns = next_ns < until_ns ? next_ns : until_ns;
    }
    uint64_t now_ns = elapsed_ns(state);
    return until_ns > now_ns ? until_ns - now_ns : 0;
}

static int serve_events(load_state *state) {
    uint64_t timeout_ns = state->plan->timeout_ns;
    uint64_t pause_ns = timeout_ns < LOOK_AROUND_NS ? timeout_ns : LOOK_AROUND_NS;
    uint64_t look_at_ns = pause_ns;
    while (state->finished < state->plan->requests && !state->gone) {
        struct epoll_event events[EVENTS_AT_ONCE];
        struct timespec wait = {.tv_nsec = (long)time_to_wait(state, look_at_ns)};
        int count = epoll_pwait2(state->epoll, events, EVENTS_AT_ONCE, &wait, NULL);
        if (count < 0 && errno != EINTR) {
            return hlx_complain(HLX_EXIT_SYSTEM, "cannot wait for a socket: %s", strerror(errno));
        }
        for (int i = 0; i < count; i++) {
            take_event(state, &events[i]);
        }
        begin_due_requests(state);
        if (elapsed_ns(state) >= look_at_ns) {
            look_around(state);
            look_at_ns = elapsed_ns(state) + pause_ns;
        }
    }
    return HLX_EXIT_OK;
}

/* The run is over; a request that was not sent may have been meant for later. spec: CMD-45 */
static void give_up_rest(const load_state *state) {
    for (uint32_t i = 0; i < state->plan->requests; i++) {
        hlx_load_sample *sample = &state->result->samples[i];
        uint64_t over_ns = state->result->elapsed_ns;
        if (i >= state->begun) {
            over_ns = sample->intended_ns > over_ns ? sample->intended_ns : over_ns;
            sample->sent_ns = over_ns;
            sample->intended_ns = state->plan->rate > 0 ? sample->intended_ns : over_ns;
        }
        sample->over_ns = sample->over_ns > 0 ? sample->over_ns : over_ns;
    }
}

static int run_loop(load_state *state) {
    const hlx_load_plan *plan = state->plan;
    state->started_ns = hlx_clock_now_ns();
    begin_due_requests(state);
    int exit_code = serve_events(state);
    state->result->elapsed_ns = elapsed_ns(state);
    give_up_rest(state);
    state->result->failures[HLX_LOAD_NOT_ANSWERED] = plan->requests - state->finished;
    if (state->progress) {
        (void)fprintf(stderr, "\r%*s\r", (int)PROGRESS_COLUMNS + 32, "");
    }
    return exit_code;
}

/* Every client connects before the clock starts. */
static int connect_all(load_state *state) {
    for (uint32_t i = 0; i < state->plan->clients; i++) {
        state->clients[i] = (load_client){.descriptor = -1};
    }
    for (uint32_t i = 0; i < state->plan->clients; i++) {
        int exit_code = connect_client(state, &state->clients[i]);
        if (exit_code != HLX_EXIT_OK) {
            return exit_code;
        }
        become_idle(state, &state->clients[i]);
    }
    return HLX_EXIT_OK;
}

/* The system may wake a sleeper up to 50 us late unless it is told not to. */
static int run_with_memory(load_state *state) {
    state->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (state->epoll < 0) {
        return hlx_complain(HLX_EXIT_SYSTEM, "epoll: %s", strerror(errno));
    }
    (void)prctl(PR_SET_TIMERSLACK, 1);
    int exit_code = connect_all(state);
    if (exit_code == HLX_EXIT_OK) {
        exit_code = run_loop(state);
    }
    for (uint32_t i = 0; i < state->plan->clients; i++) {
        disconnect(&state->clients[i]);
    }
    (void)close(state->epoll);
    return exit_code;
}

/* In a closed loop every request is meant to be sent as soon as a client is idle. */
static void plan_requests(const hlx_load_plan *plan, hlx_load_sample *samples) {
    hlx_load_schedule schedule = hlx_load_schedule_begin(plan->pace, plan->rate, plan->seed);
    for (uint32_t i = 0; i < plan->requests; i++) {
        samples[i].outcome = hlx_load_failure_name(HLX_LOAD_NOT_ANSWERED);
        samples[i].intended_ns = plan->rate > 0 ? hlx_load_schedule_next(&schedule) : 0;
    }
}

int hlx_load_run(const hlx_load_plan *plan, hlx_load_result *result) {
    *result = (hlx_load_result){.samples = calloc(plan->requests, sizeof(hlx_load_sample))};
    hlx_histogram_init(&result->round_trips);
    load_state state = {.plan = plan,
                        .result = result,
                        .clients = calloc(plan->clients, sizeof(load_client)),
                        .idle = calloc(plan->clients, sizeof(load_client *)),
                        .progress = isatty(STDERR_FILENO) != 0};
    int exit_code = HLX_EXIT_SYSTEM;
    if (state.clients == NULL || state.idle == NULL || result->samples == NULL) {
        (void)hlx_complain(exit_code, "no memory for %u clients and %u requests", plan->clients,
                           plan->requests);
    } else {
        plan_requests(plan, result->samples);
        exit_code = run_with_memory(&state);
    }
    free(state.clients);
    free(state.idle);
    if (exit_code != HLX_EXIT_OK) {
        hlx_load_result_free(result);
    }
    return exit_code;
}

void hlx_load_result_free(hlx_load_result *result) {
    free(result->samples);
    result->samples = NULL;
}
