/* connection.c -- see connection.h for the states. */
#include "connection.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define UNTIL_THE_END UINT64_MAX
#define SCRATCH_BYTES 65536u

static void await_request(hlx_connection *connection) {
    connection->state = HLX_CONNECTION_IDLE;
    connection->close_after_reply = false;
    connection->discard_bytes = 0;
    hlx_client_decoder_init(&connection->decoder);
}

void hlx_connection_open(hlx_connection *connection, int socket) {
    connection->socket = socket;
    connection->generation++;
    connection->submission = NULL;
    connection->version_known = false;
    await_request(connection);
}

static uint32_t pipeline_wanted(const hlx_pipeline *pipeline) {
    uint32_t events = hlx_pipeline_reads(pipeline) ? EPOLLIN : 0;
    return hlx_pipeline_writes(pipeline) ? events | EPOLLOUT : events;
}

uint32_t hlx_connection_wanted(const hlx_connection *connection) {
    switch (connection->state) {
    case HLX_CONNECTION_IDLE:
    case HLX_CONNECTION_RECEIVING:
    case HLX_CONNECTION_DISCARDING:
        return EPOLLIN;
    case HLX_CONNECTION_REPLYING:
        return EPOLLOUT;
    case HLX_CONNECTION_PIPELINE:
        return pipeline_wanted(&connection->pipeline);
    case HLX_CONNECTION_IN_SERVICE:
    case HLX_CONNECTION_CLOSED:
        break;
    }
    return 0; /* a hang-up is reported without being asked for */
}

/* ---- refusing ---- */

static enum hlx_connection_outcome refuse(hlx_connection *connection, uint32_t *status,
                                          hlx_reply_status reason, uint64_t discard_bytes) {
    *status = (uint32_t)reason;
    connection->discard_bytes = discard_bytes;
    connection->close_after_reply = discard_bytes == UNTIL_THE_END;
    connection->state = HLX_CONNECTION_REPLYING;
    return HLX_CONNECTION_REFUSED;
}

/* A request that ends before it is complete. The client may have half-closed and may
 * still be there to hear of it. spec: SRV-34 */
static enum hlx_connection_outcome end_of_input(hlx_connection *connection, uint32_t *status) {
    if (connection->state != HLX_CONNECTION_RECEIVING) {
        return HLX_CONNECTION_GONE;
    }
    (void)refuse(connection, status, HLX_REPLY_MALFORMED, UNTIL_THE_END);
    return HLX_CONNECTION_TRUNCATED;
}

/* ---- receiving ---- */

/* The length word is there and was found good: get room for the document. Its first
 * bytes are the length word, as the decoder expects. spec: SRV-31, SRV-33 */
static enum hlx_connection_outcome make_room(hlx_connection *connection,
                                             hlx_submissions *submissions, uint32_t *status) {
    uint32_t length = connection->decoder.needed - HLX_CLIENT_HEADER_BYTES;
    connection->submission = hlx_submission_take(submissions, length);
    if (connection->submission == NULL) {
        return refuse(connection, status, HLX_REPLY_OVERLOADED, length);
    }
    memcpy(hlx_submission_bytes(connection->submission), connection->header,
           HLX_CLIENT_HEADER_BYTES);
    return HLX_CONNECTION_WAIT;
}

/* The first word of a connection may begin version 2. spec: QRY-01 */
static enum hlx_connection_outcome not_a_length(hlx_connection *connection, uint32_t *status) {
    if (connection->version_known || !hlx_query_begins(connection->header)) {
        return refuse(connection, status, HLX_REPLY_MALFORMED, UNTIL_THE_END);
    }
    hlx_pipeline_open(&connection->pipeline, connection->header, connection->in_start_ns);
    connection->state = HLX_CONNECTION_PIPELINE;
    return HLX_CONNECTION_VERSION_2;
}

/* What a decoder status means after new bytes. */
static enum hlx_connection_outcome judge(hlx_connection *connection, hlx_submissions *submissions,
                                         uint32_t *status) {
    switch (connection->decoder.status) {
    case HLX_CLIENT_TOO_LARGE:
        return refuse(connection, status, HLX_REPLY_TOO_LARGE, UNTIL_THE_END);
    case HLX_CLIENT_MALFORMED:
        return not_a_length(connection, status);
    case HLX_CLIENT_NEED_MORE:
    case HLX_CLIENT_COMPLETE:
        break;
    }
    bool has_length = connection->decoder.received >= HLX_CLIENT_HEADER_BYTES;
    connection->version_known |= has_length;
    if (has_length && connection->submission == NULL &&
        make_room(connection, submissions, status) != HLX_CONNECTION_WAIT) {
        return HLX_CONNECTION_REFUSED;
    }
    if (connection->decoder.status == HLX_CLIENT_NEED_MORE) {
        return HLX_CONNECTION_WAIT;
    }
    hlx_submission_seal(submissions, connection->submission);
    connection->state = HLX_CONNECTION_IN_SERVICE;
    return HLX_CONNECTION_COMPLETE;
}

/* One read. `*drained` is set when the socket had less than was wanted. */
static enum hlx_connection_outcome receive_some(hlx_connection *connection,
                                                hlx_submissions *submissions, uint64_t now_ns,
                                                uint32_t *status, bool *drained) {
    uint32_t wanted = hlx_client_decoder_wanted(&connection->decoder);
    uint8_t *bytes = connection->submission != NULL ? hlx_submission_bytes(connection->submission)
                                                    : connection->header;
    ssize_t count = recv(connection->socket, bytes + connection->decoder.received, wanted, 0);
    *drained = count < (ssize_t)wanted;
    if (count == 0) {
        return end_of_input(connection, status);
    }
    if (count < 0) {
        return errno == EAGAIN || errno == EINTR ? HLX_CONNECTION_WAIT : HLX_CONNECTION_GONE;
    }
    if (connection->state == HLX_CONNECTION_IDLE) {
        connection->state = HLX_CONNECTION_RECEIVING;
        connection->in_start_ns = now_ns;
    }
    (void)hlx_client_decoder_accept(&connection->decoder, bytes, (uint32_t)count);
    return judge(connection, submissions, status);
}

/* One read of what is thrown away. */
static enum hlx_connection_outcome discard_some(hlx_connection *connection) {
    static uint8_t scratch[SCRATCH_BYTES];
    uint64_t left = connection->discard_bytes;
    ssize_t count =
        recv(connection->socket, scratch, left < sizeof scratch ? left : sizeof scratch, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return HLX_CONNECTION_WAIT;
    }
    if (count <= 0) {
        return HLX_CONNECTION_GONE;
    }
    if (left != UNTIL_THE_END) {
        connection->discard_bytes = left - (uint64_t)count;
    }
    if (connection->discard_bytes == 0) {
        await_request(connection);
    }
    return HLX_CONNECTION_WAIT;
}

/* Two reads at most: the length word, and then the document as far as it is there. So
 * one client with much to send cannot keep the others waiting. */
enum hlx_connection_outcome hlx_connection_read(hlx_connection *connection,
                                                hlx_submissions *submissions, uint64_t now_ns,
                                                uint32_t *status) {
    if (connection->state == HLX_CONNECTION_DISCARDING) {
        return discard_some(connection);
    }
    bool drained = false;
    enum hlx_connection_outcome outcome =
        receive_some(connection, submissions, now_ns, status, &drained);
    if (outcome == HLX_CONNECTION_WAIT && !drained) {
        outcome = receive_some(connection, submissions, now_ns, status, &drained);
    }
    return outcome;
}

/* ---- replying ---- */

void hlx_connection_reply(hlx_connection *connection, const hlx_reply *reply) {
    hlx_client_encode_reply(connection->reply, reply);
    connection->reply_sent = 0;
    connection->submission = NULL;
    connection->state = HLX_CONNECTION_REPLYING;
}

/* spec: SRV-32, SRV-33 */
static void after_reply(hlx_connection *connection) {
    if (connection->discard_bytes > 0) {
        connection->state = HLX_CONNECTION_DISCARDING;
    } else if (!connection->close_after_reply) {
        await_request(connection);
    }
}

enum hlx_connection_outcome hlx_connection_write(hlx_connection *connection) {
    while (connection->reply_sent < HLX_CLIENT_REPLY_BYTES) {
        ssize_t count = send(connection->socket, connection->reply + connection->reply_sent,
                             HLX_CLIENT_REPLY_BYTES - connection->reply_sent, MSG_NOSIGNAL);
        if (count >= 0) {
            connection->reply_sent += (uint32_t)count;
        } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
            return HLX_CONNECTION_WAIT;
        } else if (errno != EINTR) {
            return HLX_CONNECTION_GONE;
        }
    }
    after_reply(connection);
    return HLX_CONNECTION_REPLIED;
}
