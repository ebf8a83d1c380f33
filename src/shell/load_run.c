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
#include <unistd.h>

#include "clock.h"
#include "complaint.h"
#include "service_client.h"

#define EVENTS_AT_ONCE 64
#define LOOK_AROUND_NS 100000000 /* time-outs and progress, ten times a second */
#define PROGRESS_COLUMNS 40u

typedef struct load_client {
    int descriptor;      /* -1: closed */
    bool busy;           /* a request is under way */
    bool served;         /* this connection has carried a reply */
    uint64_t started_ns; /* of the request */
    hlx_exchange exchange;
} load_client;

typedef struct load_state {
    const hlx_load_plan *plan;
    hlx_load_result *result;
    load_client *clients;
    int epoll;
    uint32_t begun;    /* requests */
    uint32_t finished; /* requests, rightly or not */
    bool gone;         /* no connection can be made any more */
    bool progress;     /* standard error is a terminal */
} load_state;

uint64_t hlx_load_error_count(const hlx_load_plan *plan, const hlx_load_result *result) {
    return plan->requests - result->round_trips.count;
}

static void disconnect(load_client *client) {
    if (client->descriptor >= 0) {
        (void)close(client->descriptor); /* leaves epoll by itself */
    }
    client->descriptor = -1;
    client->served = false;
}

static bool connect_client(load_state *state, load_client *client) {
    client->descriptor = hlx_service_connect(state->plan->socket, state->plan->timeout_ns);
    struct epoll_event interest = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
    if (client->descriptor < 0 ||
        epoll_ctl(state->epoll, EPOLL_CTL_ADD, client->descriptor, &interest) != 0) {
        disconnect(client);
        state->gone = true;
    }
    return !state->gone;
}

/* The client's request is over. */
static void finish(load_state *state, load_client *client) {
    client->busy = false;
    state->finished++;
}

static void fail(load_state *state, load_client *client, enum hlx_load_failure failure) {
    state->result->failures[failure]++;
    disconnect(client);
    finish(state, client);
}

static void take_reply(load_state *state, load_client *client) {
    const hlx_reply *reply = &client->exchange.reply;
    hlx_load_result *result = state->result;
    uint64_t round_trip_ns = hlx_clock_now_ns() - client->started_ns;
    bool ok = reply->status == HLX_REPLY_OK;
    bool equal = reply->tokens == state->plan->expected.tokens &&
                 reply->issues == state->plan->expected.issues;
    result->statuses[reply->status]++;
    result->origins[reply->origin]++;
    if (ok && equal) {
        hlx_histogram_record(&result->round_trips, round_trip_ns);
        result->over_limit += round_trip_ns > state->plan->limit_ns;
    } else if (ok) {
        result->failures[HLX_LOAD_MISMATCH]++;
    }
    client->served = true;
    if (hlx_exchange_sending(&client->exchange)) {
        disconnect(client); /* answered early: the rest of the request was not read */
    }
    finish(state, client);
}

/* A service may close a connection it has served; that is not the request's fault. */
static bool may_send_again(const load_client *client) {
    return client->served && client->exchange.received == 0;
}

static void send_again(load_state *state, load_client *client) {
    disconnect(client);
    state->result->reconnects++;
    hlx_exchange_begin(&client->exchange, state->plan->document);
    (void)connect_client(state, client);
}

static void begin_request(load_state *state, load_client *client) {
    client->busy = true;
    client->started_ns = hlx_clock_now_ns();
    state->begun++;
    hlx_exchange_begin(&client->exchange, state->plan->document);
}

/* Go on with the client's request; false when it must wait for the socket. */
static bool advance_request(load_state *state, load_client *client) {
    switch (hlx_exchange_advance(&client->exchange, client->descriptor)) {
    case HLX_EXCHANGE_DONE:
        take_reply(state, client);
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

/* Requests one after the other, as long as the client has no reason to wait. */
static void advance_client(load_state *state, load_client *client) {
    while (!state->gone) {
        if (!client->busy && state->begun == state->plan->requests) {
            return;
        }
        if (client->descriptor < 0 && !connect_client(state, client)) {
            return;
        }
        if (!client->busy) {
            begin_request(state, client);
        }
        if (!advance_request(state, client)) {
            return;
        }
    }
}

static void show_progress(const load_state *state) {
    uint32_t part =
        (uint32_t)((uint64_t)state->finished * PROGRESS_COLUMNS / state->plan->requests);
    (void)fprintf(stderr, "\r[%.*s%*s] %u of %u", (int)part,
                  "########################################", (int)(PROGRESS_COLUMNS - part), "",
                  state->finished, state->plan->requests);
}

/* The deadline belongs to the request, not to what was last received of it. */
static void look_around(load_state *state) {
    uint64_t now_ns = hlx_clock_now_ns();
    for (uint32_t i = 0; i < state->plan->clients && !state->gone; i++) {
        load_client *client = &state->clients[i];
        if (client->busy && now_ns - client->started_ns > state->plan->timeout_ns) {
            fail(state, client, HLX_LOAD_TIMED_OUT);
            advance_client(state, client);
        }
    }
    if (state->progress) {
        show_progress(state);
    }
}

static void serve_events(load_state *state) {
    uint64_t look_at_ns = hlx_clock_now_ns() + LOOK_AROUND_NS;
    while (state->finished < state->plan->requests && !state->gone) {
        struct epoll_event events[EVENTS_AT_ONCE];
        int count =
            epoll_wait(state->epoll, events, EVENTS_AT_ONCE, LOOK_AROUND_NS / HLX_NS_PER_MS);
        for (int i = 0; i < count; i++) {
            advance_client(state, events[i].data.ptr);
        }
        if (hlx_clock_now_ns() >= look_at_ns) {
            look_around(state);
            look_at_ns = hlx_clock_now_ns() + LOOK_AROUND_NS;
        }
    }
}

static void run_loop(load_state *state) {
    const hlx_load_plan *plan = state->plan;
    uint64_t started_ns = hlx_clock_now_ns();
    for (uint32_t i = 0; i < plan->clients; i++) {
        advance_client(state, &state->clients[i]);
    }
    serve_events(state);
    state->result->elapsed_ns = hlx_clock_now_ns() - started_ns;
    state->result->failures[HLX_LOAD_NOT_ANSWERED] = plan->requests - state->finished;
    if (state->progress) {
        (void)fprintf(stderr, "\r%*s\r", (int)PROGRESS_COLUMNS + 32, "");
    }
}

/* Every client connects before the clock starts. */
static bool connect_all(load_state *state) {
    for (uint32_t i = 0; i < state->plan->clients; i++) {
        state->clients[i] = (load_client){.descriptor = -1};
    }
    for (uint32_t i = 0; i < state->plan->clients; i++) {
        if (!connect_client(state, &state->clients[i])) {
            return false;
        }
    }
    return true;
}

static int run_with_memory(load_state *state) {
    state->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (state->epoll < 0) {
        return hlx_complain(HLX_EXIT_SYSTEM, "epoll: %s", strerror(errno));
    }
    int exit_code = HLX_EXIT_UNAVAILABLE;
    if (connect_all(state)) {
        run_loop(state);
        exit_code = HLX_EXIT_OK;
    }
    for (uint32_t i = 0; i < state->plan->clients; i++) {
        disconnect(&state->clients[i]);
    }
    (void)close(state->epoll);
    return exit_code;
}

int hlx_load_run(const hlx_load_plan *plan, hlx_load_result *result) {
    *result = (hlx_load_result){0};
    hlx_histogram_init(&result->round_trips);
    load_state state = {.plan = plan,
                        .result = result,
                        .clients = calloc(plan->clients, sizeof(load_client)),
                        .progress = isatty(STDERR_FILENO) != 0};
    if (state.clients == NULL) {
        return hlx_complain(HLX_EXIT_SYSTEM, "no memory for %u clients", plan->clients);
    }
    int exit_code = run_with_memory(&state);
    free(state.clients);
    return exit_code;
}
