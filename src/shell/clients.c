/* clients.c -- the server's side of its clients: connections and what becomes of
 * them. See server.h for the whole and connection.h for one connection's states.
 *
 * Every function that changes a connection ends in hlx_clients_settle(), which brings what epoll
 * watches and which time-out runs in line with the state. */
#include "server.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "watch.h"

#define ACCEPTS_AT_A_TIME 64
#define ACCEPT_PAUSE_NS (UINT64_C(100) * HLX_NS_PER_MS)

static uint32_t index_of(const hlx_server *server, const hlx_connection *connection) {
    return (uint32_t)(connection - server->connections);
}

static hlx_watch watch_of(const hlx_server *server, const hlx_connection *connection) {
    return (hlx_watch){HLX_WATCH_CONNECTION, connection->generation, index_of(server, connection)};
}

/* ---- one connection's end and its state ---- */

void hlx_clients_end(hlx_server *server, hlx_connection *connection) {
    hlx_timeout_move(connection, NULL, 0);
    (void)close(connection->socket);
    connection->state = HLX_CONNECTION_CLOSED;
    connection->generation++;
    server->free_connections[server->free_count++] = index_of(server, connection);
}

/* The request is not received any further. */
static void forget_submission(hlx_server *server, hlx_connection *connection) {
    if (connection->submission != NULL) {
        hlx_submission_release(&server->submissions, connection->submission);
        connection->submission = NULL;
    }
}

/* The client has left, wherever its request was. spec: SRV-35 */
static void client_gone(hlx_server *server, hlx_connection *connection) {
    enum hlx_connection_state state = connection->state;
    server->counters.clients_gone +=
        state != HLX_CONNECTION_IDLE && state != HLX_CONNECTION_DISCARDING;
    if (state == HLX_CONNECTION_IN_SERVICE) {
        hlx_event event = {.type = HLX_EVENT_CLIENT_GONE, .request_id = connection->submission->id};
        connection->submission->connection = HLX_NO_CONNECTION;
        connection->submission = NULL;
        hlx_clients_end(server, connection);
        hlx_server_apply(server, &event);
        return;
    }
    forget_submission(server, connection);
    hlx_clients_end(server, connection);
}

/* spec: SRV-67 */
static hlx_timeout *pipeline_timeout(hlx_server *server, const hlx_pipeline *pipeline) {
    if (hlx_pipeline_waits_since(pipeline) != UINT64_MAX) {
        return &server->receiving;
    }
    return pipeline->in_service == NULL ? &server->idle : NULL;
}

static hlx_timeout *timeout_of(hlx_server *server, const hlx_connection *connection) {
    switch (connection->state) {
    case HLX_CONNECTION_IDLE:
        return &server->idle;
    case HLX_CONNECTION_RECEIVING:
    case HLX_CONNECTION_REPLYING:
    case HLX_CONNECTION_DISCARDING:
        return &server->receiving;
    case HLX_CONNECTION_PIPELINE:
        return pipeline_timeout(server, &connection->pipeline);
    case HLX_CONNECTION_IN_SERVICE: /* the broker's deadline runs */
    case HLX_CONNECTION_CLOSED:
        break;
    }
    return NULL;
}

/* In the list where it is already it keeps its place; only in version 2 the next wait may begin
 * there. spec: SRV-15, SRV-67 */
static void run_timeout(hlx_server *server, hlx_connection *connection) {
    hlx_timeout *timeout = timeout_of(server, connection);
    uint64_t since_ns = connection->waiting_since_ns;
    if (connection->state == HLX_CONNECTION_PIPELINE && timeout == &server->receiving) {
        since_ns = hlx_pipeline_waits_since(&connection->pipeline);
    } else if (connection->timeout != timeout) {
        since_ns = hlx_clock_now_ns();
    }
    hlx_timeout_move(connection, timeout, since_ns);
}

/* In service nothing is asked of epoll, but the change is put off until the client
 * really sends more, as most never do. */
void hlx_clients_settle(hlx_server *server, hlx_connection *connection) {
    uint32_t wanted = hlx_connection_wanted(connection);
    run_timeout(server, connection);
    if (connection->state != HLX_CONNECTION_IN_SERVICE && connection->watched != wanted) {
        connection->watched = wanted;
        (void)hlx_watch_change(server->epoll, connection->socket, wanted,
                               watch_of(server, connection));
    }
}

/* ---- replying ---- */

/* False when nobody was there to take it. */
static bool write_reply(hlx_server *server, hlx_connection *connection) {
    switch (hlx_connection_write(connection)) {
    case HLX_CONNECTION_GONE:
        client_gone(server, connection);
        return false;
    case HLX_CONNECTION_REPLIED:
        if (connection->state == HLX_CONNECTION_REPLYING) {
            hlx_clients_end(server, connection);
            return true;
        }
        break;
    case HLX_CONNECTION_WAIT:
    case HLX_CONNECTION_COMPLETE:
    case HLX_CONNECTION_REFUSED:
    case HLX_CONNECTION_TRUNCATED:
    case HLX_CONNECTION_VERSION_2:
        break;
    }
    hlx_clients_settle(server, connection);
    return true;
}

/* A reply that the broker has no part in. */
static bool reply_without_broker(hlx_server *server, hlx_connection *connection, uint32_t status) {
    hlx_reply reply = {.status = status, .origin = HLX_ORIGIN_NONE};
    forget_submission(server, connection);
    hlx_connection_reply(connection, &reply);
    return write_reply(server, connection);
}

void hlx_clients_reply(hlx_server *server, hlx_submission *submission, const hlx_reply *reply) {
    if (submission->connection == HLX_NO_CONNECTION) {
        return; /* its client is being given up */
    }
    hlx_connection *connection = &server->connections[submission->connection];
    if (connection->state == HLX_CONNECTION_PIPELINE) {
        hlx_pipelines_reply(server, connection, submission, reply);
        return;
    }
    submission->connection = HLX_NO_CONNECTION;
    hlx_connection_reply(connection, reply);
    (void)write_reply(server, connection);
}

/* ---- receiving ---- */

static void submit(hlx_server *server, hlx_connection *connection) {
    hlx_submission *submission = connection->submission;
    submission->connection = index_of(server, connection);
    submission->stamps.in_start_ns = connection->in_start_ns;
    submission->stamps.in_done_ns = hlx_clock_now_ns();
    hlx_event event = {.type = HLX_EVENT_SUBMIT, .request_id = submission->id};
    hlx_clients_settle(server, connection);
    hlx_server_apply(server, &event);
}

void hlx_clients_count_refusal(hlx_server *server, uint32_t status) {
    server->counters.too_large += status == HLX_REPLY_TOO_LARGE;
    server->counters.malformed += status == HLX_REPLY_MALFORMED;
    server->counters.no_buffer += status == HLX_REPLY_OVERLOADED;
    server->counters.cut_short += status == HLX_REPLY_SHUTTING_DOWN;
}

static void refuse(hlx_server *server, hlx_connection *connection, uint32_t status) {
    if (reply_without_broker(server, connection, status)) {
        hlx_clients_count_refusal(server, status);
    }
}

uint32_t hlx_clients_truncated(const hlx_server *server) {
    return server->end_ns == HLX_BROKER_NEVER ? HLX_REPLY_MALFORMED : HLX_REPLY_SHUTTING_DOWN;
}

static void read_request(hlx_server *server, hlx_connection *connection) {
    uint32_t status = 0;
    switch (hlx_connection_read(connection, &server->submissions, hlx_clock_now_ns(), &status)) {
    case HLX_CONNECTION_COMPLETE:
        submit(server, connection);
        return;
    case HLX_CONNECTION_REFUSED:
        refuse(server, connection, status);
        return;
    case HLX_CONNECTION_TRUNCATED:
        refuse(server, connection, hlx_clients_truncated(server));
        return;
    case HLX_CONNECTION_GONE:
        client_gone(server, connection);
        return;
    case HLX_CONNECTION_VERSION_2:
        hlx_pipelines_ready(server, connection, EPOLLIN);
        return;
    case HLX_CONNECTION_WAIT:
    case HLX_CONNECTION_REPLIED:
        break;
    }
    hlx_clients_settle(server, connection);
}

/* A client that sends its next request early, or half-closes, is not watched until the
 * reply is out; only when it is gone altogether is the request given up. spec: SRV-35,
 * SRV-36 */
static void in_service_ready(hlx_server *server, hlx_connection *connection, uint32_t events) {
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
        client_gone(server, connection);
        return;
    }
    connection->watched = 0;
    (void)hlx_watch_change(server->epoll, connection->socket, 0, watch_of(server, connection));
}

void hlx_clients_ready(hlx_server *server, uint32_t index, uint32_t events) {
    hlx_connection *connection = &server->connections[index];
    switch (connection->state) {
    case HLX_CONNECTION_IDLE:
    case HLX_CONNECTION_RECEIVING:
    case HLX_CONNECTION_DISCARDING:
        read_request(server, connection);
        break;
    case HLX_CONNECTION_IN_SERVICE:
        in_service_ready(server, connection, events);
        break;
    case HLX_CONNECTION_REPLYING:
        (void)write_reply(server, connection);
        break;
    case HLX_CONNECTION_PIPELINE:
        hlx_pipelines_ready(server, connection, events);
        break;
    case HLX_CONNECTION_CLOSED:
        break;
    }
}

/* ---- accepting ---- */

/* One reply fits into a new socket's buffer; if not, the client is told nothing.
 * spec: SRV-13 */
static void turn_away(hlx_server *server, int socket) {
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    hlx_reply reply = {.status = HLX_REPLY_OVERLOADED, .origin = HLX_ORIGIN_NONE};
    hlx_client_encode_reply(bytes, &reply);
    (void)send(socket, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)close(socket);
    server->counters.connections_refused++;
}

static void welcome(hlx_server *server, int socket) {
    if (server->free_count == 0) {
        turn_away(server, socket);
        return;
    }
    hlx_connection *connection =
        &server->connections[server->free_connections[server->free_count - 1]];
    hlx_connection_open(connection, socket);
    connection->watched = hlx_connection_wanted(connection);
    if (!hlx_watch_add(server->epoll, socket, connection->watched, watch_of(server, connection))) {
        connection->state = HLX_CONNECTION_CLOSED;
        turn_away(server, socket);
        return;
    }
    server->free_count--;
    server->counters.connections++;
    hlx_clients_settle(server, connection);
}

static void watch_listener(hlx_server *server, uint32_t events) {
    (void)hlx_watch_change(server->epoll, server->listener.socket, events,
                           (hlx_watch){HLX_WATCH_LISTENER, 0, 0});
}

/* Without descriptors or memory the socket stays readable: do not look at it for a
 * while instead of spinning. spec: SRV-14 */
static void pause_accepting(hlx_server *server) {
    watch_listener(server, 0);
    server->accept_again_ns = hlx_clock_now_ns() + ACCEPT_PAUSE_NS;
}

bool hlx_clients_accept(hlx_server *server) {
    for (int i = 0; i < ACCEPTS_AT_A_TIME; i++) {
        int socket = hlx_listener_accept(&server->listener);
        if (socket >= 0) {
            welcome(server, socket);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(server);
            return false;
        } else if (errno == EAGAIN) {
            return false;
        }
    }
    return true;
}

/* ---- time ---- */

/* spec: SRV-15 */
static void expire_idle(hlx_server *server, uint64_t now_ns) {
    while (hlx_timeout_next(&server->idle) <= now_ns) {
        server->counters.idle_timeouts++;
        hlx_clients_end(server, server->idle.first);
    }
}

/* A request that does not come is answered `deadline`; who does not take a reply, or
 * goes on sending what was refused, is left. spec: SRV-15 */
static void expire_receiving(hlx_server *server, uint64_t now_ns) {
    while (hlx_timeout_next(&server->receiving) <= now_ns) {
        hlx_connection *connection = server->receiving.first;
        server->counters.receive_timeouts++;
        if (connection->state == HLX_CONNECTION_PIPELINE) {
            hlx_pipelines_expire(server, connection);
        } else if (connection->state == HLX_CONNECTION_RECEIVING) {
            hlx_timeout_move(connection, NULL, 0);
            connection->close_after_reply = true;
            (void)reply_without_broker(server, connection, HLX_REPLY_DEADLINE);
        } else {
            hlx_clients_end(server, connection);
        }
    }
}

/* Who has not taken all replies by then is left. spec: SRV-41 */
static void expire_end(hlx_server *server, uint64_t now_ns) {
    if (now_ns < server->end_ns) {
        return;
    }
    for (int64_t i = 0; i < server->config->options.max_connections; i++) {
        if (server->connections[i].state != HLX_CONNECTION_CLOSED) {
            server->counters.receive_timeouts++;
            hlx_clients_end(server, &server->connections[i]);
        }
    }
}

void hlx_clients_expire(hlx_server *server, uint64_t now_ns) {
    expire_idle(server, now_ns);
    expire_receiving(server, now_ns);
    expire_end(server, now_ns);
    if (server->accept_again_ns <= now_ns) {
        watch_listener(server, EPOLLIN); /* fails, harmlessly, when draining */
        server->accept_again_ns = HLX_BROKER_NEVER;
    }
}

uint64_t hlx_clients_next(const hlx_server *server) {
    uint64_t idle_ns = hlx_timeout_next(&server->idle);
    uint64_t receiving_ns = hlx_timeout_next(&server->receiving);
    uint64_t next_ns = idle_ns < receiving_ns ? idle_ns : receiving_ns;
    next_ns = server->end_ns < next_ns ? server->end_ns : next_ns;
    return server->accept_again_ns < next_ns ? server->accept_again_ns : next_ns;
}

/* ---- the end ---- */

/* No client can send any more. What is in its socket already stays there and is read like
 * anything else; behind it is the end of the input, at which a connection ends by itself when
 * its replies are out. So nobody can send for ever, and nothing is lost. spec: SRV-41 */
void hlx_clients_begin_end(hlx_server *server) {
    server->end_ns = hlx_clock_now_ns() + server->receiving.limit_ns;
    for (int64_t i = 0; i < server->config->options.max_connections; i++) {
        if (server->connections[i].state != HLX_CONNECTION_CLOSED) {
            (void)shutdown(server->connections[i].socket, SHUT_RD);
        }
    }
}

bool hlx_clients_ended(const hlx_server *server) {
    return server->end_ns != HLX_BROKER_NEVER &&
           server->free_count == (uint32_t)server->config->options.max_connections;
}
