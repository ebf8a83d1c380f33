/* server.h -- the loop: readiness in, events to the broker, actions out.
 *
 *      epoll --> connections, listener --SUBMIT, CLIENT_GONE-->  +--------+
 *            --> worker streams --READY, RESPONSE------------->  | broker |
 *            --> worker processes --EXITED-------------------->  |  step  |
 *            --> signals --DRAIN------------------------------>  |        |
 *            --> timer --TICK--------------------------------->  +--------+
 *                                                                    |
 *      pool <--SEND_REQUEST, SEND_CANCEL, SPAWN, RETIRE, KILL--------+
 *      connections <--REPLY------- submissions <--RELEASE------------+
 *
 * One thread. Every descriptor is non-blocking, every death is learned without
 * waiting, every write that does not fit goes on when there is room. All tables are
 * allocated at the start; only document buffers are mapped later, within their bound.
 * The timer is set to the earliest of the instants that the broker and the time-outs
 * name. spec: SRV-30 to SRV-57 */
#ifndef HLX_SERVER_H
#define HLX_SERVER_H

#include "delay.h"
#include "listener.h"
#include "pool.h"
#include "service_options.h"
#include "timeout.h"

/* What the shell counts; the rest is in hlx_broker_counters. spec: SRV-51 */
typedef struct hlx_server_counters {
    uint64_t connections;         /* accepted */
    uint64_t connections_refused; /* beyond --max-connections */
    uint64_t too_large;           /* requests refused before the broker saw them: */
    uint64_t malformed;
    uint64_t no_buffer;
    uint64_t cut_short;        /* incomplete at the end of a drain */
    uint64_t receive_timeouts; /* requests or replies that took too long */
    uint64_t idle_timeouts;
    uint64_t clients_gone;  /* during a request or its reply */
    uint64_t cancelled;     /* requests taken back by their clients, version 2 */
    uint64_t columns_moved; /* replies moved out of a worker's way, */
    uint64_t columns_cut;   /* and cut off as there was no memory for that */
    uint64_t delay_moves;   /* the broker was told of another hedge delay */
} hlx_server_counters;

typedef struct hlx_server {
    const hlx_service_config *config;
    int epoll;
    int timer;
    int signals;
    int signals_taken; /* 1: draining; the second one stops at once */
    int stopped_by;    /* the second signal, or 0 */
    bool all_were_hot;
    uint64_t broker_next_ns;
    uint64_t timer_ns;        /* at which the timer is set */
    uint64_t accept_again_ns; /* when accepting failed for want of resources; else NEVER */
    uint64_t end_ns;          /* the drain's end: no client can send, and by then all are left */
    hlx_listener listener;
    hlx_submissions submissions;
    hlx_pool pool;
    uint32_t answering; /* slot of the response that the broker is being told of */
    hlx_connection *connections;
    uint32_t *free_connections; /* a stack of indices */
    uint32_t free_count;
    hlx_timeout idle, receiving;
    hlx_server_counters counters;
    hlx_telemetry telemetry;
    hlx_delay delay;                              /* of first attempts */
    uint64_t hedge_delay_ns;                      /* that the broker is to have */
    FILE *trace;                                  /* of the broker's steps, or NULL */
    uint32_t failed_spawns[HLX_BROKER_MAX_SLOTS]; /* slots of which the broker is yet to hear */
    uint32_t failed_spawn_count;
    hlx_broker broker;
    hlx_actions actions;
} hlx_server;

/* ---- server_open.c ---- */

/* Everything that the loop needs, workers not yet started. False with a message and an
 * exit code. */
bool hlx_server_open(hlx_server *server, const hlx_service_config *config, int *exit_code,
                     char error[HLX_OPTIONS_ERROR_BYTES]);

/* ---- server.c ---- */

/* Serve until drained or stopped; the program's exit code. */
int hlx_server_run(hlx_server *server);

/* Give the broker an event and do what it says. */
void hlx_server_apply(hlx_server *server, const hlx_event *event);

/* ---- clients.c ---- */

/* Accept some of the clients that wait to connect. True when more may wait. */
bool hlx_clients_accept(hlx_server *server);

/* A client's socket is ready. */
void hlx_clients_ready(hlx_server *server, uint32_t index, uint32_t events);

/* The broker's reply to a request. */
void hlx_clients_reply(hlx_server *server, hlx_submission *submission, const hlx_reply *reply);

/* Do what is due at `now_ns`: time-outs, accepting again. */
void hlx_clients_expire(hlx_server *server, uint64_t now_ns);

/* The instant at which hlx_clients_expire has something to do. */
uint64_t hlx_clients_next(const hlx_server *server);

/* The broker has stopped: hear what the clients have sent, and no more. */
void hlx_clients_begin_end(hlx_server *server);

/* That is done and all are closed. */
bool hlx_clients_ended(const hlx_server *server);

/* What a request is answered behind which the input ended: by the client or, in the end,
 * by the service. spec: SRV-34, SRV-41, SRV-66 */
uint32_t hlx_clients_truncated(const hlx_server *server);

/* Bring in line with the connection's state what epoll watches and which time-out runs. */
void hlx_clients_settle(hlx_server *server, hlx_connection *connection);

/* A refusal without the broker is out; who has left before is counted as gone. spec: SRV-35,
 * SRV-65 */
void hlx_clients_count_refusal(hlx_server *server, uint32_t status);

void hlx_clients_end(hlx_server *server, hlx_connection *connection);

/* ---- pipeline_clients.c: connections in state PIPELINE ---- */

/* The client's socket is ready. */
void hlx_pipelines_ready(hlx_server *server, hlx_connection *connection, uint32_t events);

/* The broker's reply to one of its requests. */
void hlx_pipelines_reply(hlx_server *server, hlx_connection *connection, hlx_submission *submission,
                         const hlx_reply *reply);

/* It has kept the service waiting for too long. */
void hlx_pipelines_expire(hlx_server *server, hlx_connection *connection);

/* The slot is to be sent a request: move a reply out of its way. */
void hlx_pipelines_make_way(hlx_server *server, uint32_t slot);

/* ---- progress.c ---- */

/* The line that says what was started. */
void hlx_progress_start(const hlx_server *server);

/* The line with counters and percentiles, and the telemetry file. spec: SRV-51, SRV-54 */
void hlx_progress_report(const hlx_server *server);

#endif
