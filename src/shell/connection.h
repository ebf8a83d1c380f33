/* connection.h -- one client's connection, request after request.
 *
 *      IDLE --first byte--> RECEIVING --complete--> IN_SERVICE --reply--> REPLYING
 *        ^                      |                                            |
 *        |                      +--refused: too large, no room, malformed--->+
 *        |                                                                   |
 *        +------------------ DISCARDING (rest of a refused request) <--------+
 *        +<------------------------------------------------------------------+
 *
 * A first word of version 2 makes it a PIPELINE for good; pipeline.h says how that goes on.
 * The connection reads and writes one socket, never waits, and never reads a byte
 * beyond the present request. It decides what the client protocol leaves to the
 * service: a refused request's rest is read and thrown away, so that the client, still
 * sending, gets its reply; after a length that cannot be trusted the connection is
 * closed. Half-closing after a complete request is legal: the reply is still sent.
 * spec: SRV-32 to SRV-36 */
#ifndef HLX_CONNECTION_H
#define HLX_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "pipeline.h"
#include "submission.h"

enum hlx_connection_state {
    HLX_CONNECTION_CLOSED,
    HLX_CONNECTION_IDLE,
    HLX_CONNECTION_RECEIVING,
    HLX_CONNECTION_IN_SERVICE,
    HLX_CONNECTION_REPLYING,
    HLX_CONNECTION_DISCARDING,
    HLX_CONNECTION_PIPELINE
};

typedef struct hlx_connection {
    enum hlx_connection_state state;
    int socket;
    uint32_t generation;
    uint32_t watched; /* events that epoll reports */
    hlx_client_decoder decoder;
    uint8_t header[HLX_CLIENT_HEADER_BYTES];
    hlx_submission *submission; /* the request's, from its length word to its reply */
    uint64_t in_start_ns;       /* first byte of the request */
    uint8_t reply[HLX_CLIENT_REPLY_BYTES];
    uint32_t reply_sent;
    bool close_after_reply;
    uint64_t discard_bytes; /* still to be thrown away; UINT64_MAX: until the end */
    bool version_known;     /* the first word was received */
    hlx_pipeline pipeline;  /* in state PIPELINE, in which nothing above is used */
    /* Of the list of time-outs in which it waits (timeout.h), or NULL. */
    struct hlx_timeout *timeout;
    struct hlx_connection *earlier, *later;
    uint64_t waiting_since_ns;
} hlx_connection;

enum hlx_connection_outcome {
    HLX_CONNECTION_WAIT,      /* nothing more to do now */
    HLX_CONNECTION_COMPLETE,  /* a whole request is in `submission`; state IN_SERVICE */
    HLX_CONNECTION_REFUSED,   /* `status` is to be replied; state REPLYING */
    HLX_CONNECTION_TRUNCATED, /* the input ended in a request, to be refused; state REPLYING */
    HLX_CONNECTION_VERSION_2, /* state PIPELINE: read on there */
    HLX_CONNECTION_REPLIED, /* the reply is out; state IDLE, DISCARDING or, to be closed, as was */
    HLX_CONNECTION_GONE     /* the client has left, or is to be left */
};

void hlx_connection_open(hlx_connection *connection, int socket);

/* The socket is readable: receive, or throw away. On REFUSED `*status` is the reply's
 * status. */
enum hlx_connection_outcome hlx_connection_read(hlx_connection *connection,
                                                hlx_submissions *submissions, uint64_t now_ns,
                                                uint32_t *status);

/* Begin to reply; write with hlx_connection_write. */
void hlx_connection_reply(hlx_connection *connection, const hlx_reply *reply);

/* Write what the socket takes of the reply. */
enum hlx_connection_outcome hlx_connection_write(hlx_connection *connection);

/* Events for which epoll must watch in the present state. */
uint32_t hlx_connection_wanted(const hlx_connection *connection);

#endif
