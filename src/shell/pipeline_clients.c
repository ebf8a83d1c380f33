/* pipeline_clients.c -- the server's side of clients that speak version 2. See server.h
 * for the whole and pipeline.h for one connection.
 *
 * A function that is called while the broker's actions are being performed tells the
 * broker nothing: there is one list of actions. So a client that has gone is noticed
 * while a reply is written, but dealt with when its socket is next reported. */
#include "server.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include "clock.h"

#define READS_AT_A_TIME 16
#define BYTES_AT_A_TIME ((size_t)1 << 20) /* of replies: less than 1 ms, mostly */

/* ---- replies ---- */

/* The reply is out or given up. spec: ARN-12 */
static void finish_reply(hlx_server *server, hlx_submission *submission) {
    hlx_delivery *delivery = &submission->delivery;
    hlx_pool_release(&server->pool, delivery);
    if (delivery->moved != NULL) {
        hlx_buffers_give_once(&server->submissions.buffers, delivery->moved, delivery->moved_bytes);
    }
    hlx_submission_replied(&server->submissions, submission);
}

/* Write what the socket takes, but no more than a share, so that nobody else waits for a
 * client who reads fast; false when nobody is there. With each reply that is out the time for
 * the next begins, and that of idleness. spec: SRV-62, SRV-64, SRV-67 */
static bool write_replies(hlx_server *server, hlx_connection *connection) {
    hlx_pipeline *pipeline = &connection->pipeline;
    hlx_delivery *next = NULL;
    size_t share = BYTES_AT_A_TIME;
    while ((next = hlx_pipeline_next(pipeline, hlx_clock_now_ns())) != NULL) {
        enum hlx_delivery_state state = hlx_delivery_send(next, connection->socket, &share);
        if (state != HLX_DELIVERY_DONE) {
            return state == HLX_DELIVERY_WAITING;
        }
        hlx_submission *submission = hlx_pipeline_sent(pipeline);
        if (submission != NULL) {
            finish_reply(server, submission);
        } else {
            hlx_clients_count_refusal(server, pipeline->refusal_status);
        }
        if (connection->timeout == &server->idle) {
            hlx_timeout_move(connection, NULL, 0);
        }
    }
    return true;
}

static void settle(hlx_server *server, hlx_connection *connection) {
    if (hlx_pipeline_finished(&connection->pipeline)) {
        hlx_clients_end(server, connection);
    } else {
        hlx_clients_settle(server, connection);
    }
}

/* The columns stay where they are; the delivery keeps others away from them. */
static void begin_delivery(hlx_server *server, hlx_submission *submission, hlx_query_reply *reply) {
    hlx_delivery *delivery = &submission->delivery;
    hlx_columns columns;
    uint32_t side = HLX_LEASE_NO_SIDE;
    reply->mask = reply->status == HLX_REPLY_OK ? submission->query.mask : 0;
    if (hlx_query_column_bytes(reply) > 0) {
        side = hlx_pool_hold(&server->pool, server->answering, submission, &columns);
        reply->mask = side != HLX_LEASE_NO_SIDE ? reply->mask : 0; /* never happens */
    }
    hlx_delivery_begin(delivery, reply, side != HLX_LEASE_NO_SIDE ? &columns : NULL);
    delivery->slot = server->answering;
    delivery->side = side;
}

/* spec: SRV-62, SRV-63 */
void hlx_pipelines_reply(hlx_server *server, hlx_connection *connection, hlx_submission *submission,
                         const hlx_reply *reply) {
    hlx_query_reply answer = {.id = submission->query.id,
                              .status = reply->status,
                              .tokens = reply->tokens,
                              .issues = reply->issues,
                              .origin = reply->origin};
    begin_delivery(server, submission, &answer);
    hlx_pipeline_reply(&connection->pipeline, submission);
    (void)write_replies(server, connection);
    settle(server, connection);
}

/* The reply from which the side is held that is wanted now gets memory of its own; if
 * there is none, it ends here. spec: SRV-64, ARN-11, ARN-12 */
void hlx_pipelines_make_way(hlx_server *server, uint32_t slot) {
    hlx_submission *submission = hlx_pool_obstacle(&server->pool, slot);
    if (submission == NULL) {
        return;
    }
    hlx_delivery *delivery = &submission->delivery;
    uint8_t *memory =
        hlx_buffers_take_once(&server->submissions.buffers, hlx_delivery_columns_left(delivery));
    if (memory != NULL) {
        server->counters.columns_moved++;
        hlx_delivery_move(delivery, memory);
    } else {
        server->counters.columns_cut++;
        (void)shutdown(server->connections[submission->connection].socket, SHUT_RDWR);
    }
    hlx_pool_release(&server->pool, delivery);
}

/* ---- the client's end ---- */

/* Wherever its requests were: they are taken out of all lists before the broker hears
 * of the first. spec: SRV-35, SRV-66 */
static void leave(hlx_server *server, hlx_connection *connection) {
    hlx_pipeline *pipeline = &connection->pipeline;
    uint64_t ids[HLX_PIPELINE_MAX_REQUESTS];
    uint32_t count = 0;
    hlx_submission *submission = NULL;
    while ((submission = hlx_pipeline_pop_reply(pipeline)) != NULL) {
        finish_reply(server, submission);
    }
    while ((submission = hlx_pipeline_pop_in_service(pipeline)) != NULL) {
        submission->connection = HLX_NO_CONNECTION;
        ids[count++] = submission->id;
    }
    hlx_pipeline_drop(pipeline, &server->submissions);
    hlx_clients_end(server, connection);
    for (uint32_t i = 0; i < count; i++) {
        hlx_server_apply(server, &(hlx_event){.type = HLX_EVENT_CLIENT_GONE, .request_id = ids[i]});
    }
}

static void client_gone(hlx_server *server, hlx_connection *connection) {
    server->counters.clients_gone += hlx_pipeline_busy(&connection->pipeline);
    leave(server, connection);
}

/* ---- receiving ---- */

static void refuse(hlx_server *server, hlx_connection *connection, uint32_t status) {
    hlx_pipeline_refuse(&connection->pipeline, status);
    hlx_pipeline_drop(&connection->pipeline, &server->submissions);
}

static void submit(hlx_server *server, hlx_connection *connection) {
    hlx_pipeline *pipeline = &connection->pipeline;
    hlx_submission *submission = hlx_pipeline_take(pipeline, &server->submissions);
    if (submission == NULL) {
        refuse(server, connection, HLX_REPLY_MALFORMED);
        return;
    }
    submission->connection = (uint32_t)(connection - server->connections);
    submission->stamps.in_start_ns = pipeline->in_start_ns;
    submission->stamps.in_done_ns = hlx_clock_now_ns();
    hlx_server_apply(server, &(hlx_event){.type = HLX_EVENT_SUBMIT, .request_id = submission->id});
}

/* For the broker the client has gone; the reply is the shell's. spec: SRV-62 */
static void cancel(hlx_server *server, hlx_connection *connection) {
    hlx_pipeline *pipeline = &connection->pipeline;
    hlx_submission *submission = hlx_pipeline_find(pipeline, hlx_pipeline_frame_id(pipeline));
    hlx_pipeline_drop(pipeline, &server->submissions);
    if (submission == NULL) {
        return; /* its reply is on the way */
    }
    hlx_query_reply reply = {.id = submission->query.id, .status = HLX_QUERY_CANCELLED};
    server->counters.cancelled++;
    hlx_delivery_begin(&submission->delivery, &reply, NULL);
    hlx_pipeline_reply(pipeline, submission);
    hlx_server_apply(server,
                     &(hlx_event){.type = HLX_EVENT_CLIENT_GONE, .request_id = submission->id});
}

/* Some of what is there, so that nobody else waits for long. False when the client has
 * gone. spec: SRV-60 */
static bool read_frames(hlx_server *server, hlx_connection *connection) {
    hlx_pipeline *pipeline = &connection->pipeline;
    for (int i = 0; i < READS_AT_A_TIME && hlx_pipeline_reads(pipeline); i++) {
        uint32_t status = 0;
        switch (hlx_pipeline_read(pipeline, connection->socket, &server->submissions,
                                  hlx_clock_now_ns(), &status)) {
        case HLX_PIPELINE_WAIT:
            return true;
        case HLX_PIPELINE_MORE:
            break;
        case HLX_PIPELINE_REQUEST:
            submit(server, connection);
            break;
        case HLX_PIPELINE_CANCEL:
            cancel(server, connection);
            break;
        case HLX_PIPELINE_REFUSED:
            refuse(server, connection, status);
            break;
        case HLX_PIPELINE_TRUNCATED:
            refuse(server, connection, hlx_clients_truncated(server));
            break;
        case HLX_PIPELINE_GONE:
            return false;
        }
    }
    return true;
}

void hlx_pipelines_ready(hlx_server *server, hlx_connection *connection, uint32_t events) {
    bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (!gone && (events & EPOLLIN) != 0) {
        gone = !read_frames(server, connection);
    }
    if (!gone) {
        gone = !write_replies(server, connection);
    }
    if (gone) {
        client_gone(server, connection);
    } else {
        settle(server, connection);
    }
}

/* ---- time ---- */

/* A frame that does not come is answered `deadline` and is the last one; who does not
 * take a reply is left. spec: SRV-67 */
void hlx_pipelines_expire(hlx_server *server, hlx_connection *connection) {
    hlx_pipeline *pipeline = &connection->pipeline;
    bool partial = pipeline->input == HLX_PIPELINE_FRAMES;
    if (hlx_pipeline_writes(pipeline) && connection->waiting_since_ns == pipeline->out_start_ns) {
        leave(server, connection);
        return;
    }
    pipeline->input = HLX_PIPELINE_ENDED;
    if (partial) {
        hlx_pipeline_refuse(pipeline, HLX_REPLY_DEADLINE);
    }
    hlx_pipeline_drop(pipeline, &server->submissions);
    hlx_pipelines_ready(server, connection, EPOLLOUT);
}
