/* service_client.h -- the client's side of the client protocol, version 1.
 *
 *      connect --> begin --> advance ... advance --> DONE --> begin (same connection)
 *                             |  sends and receives what the socket takes at once
 *                             +--> CLOSED, GARBLED: close the connection
 *
 * One exchange is one document sent and one reply received. It reads while it
 * sends, because a service that refuses a document may answer before it has read
 * all of it; the connection is then out of step and not reusable. No call blocks
 * but hlx_exchange_run, which stops at an absolute deadline.
 * spec: CLI-10 to CLI-12 (spec/client.md) */
#ifndef HLX_SERVICE_CLIENT_H
#define HLX_SERVICE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "document.h"

enum hlx_exchange_status {
    HLX_EXCHANGE_WAITING,  /* for the socket */
    HLX_EXCHANGE_DONE,     /* reply is there */
    HLX_EXCHANGE_CLOSED,   /* the service closed the connection without a whole reply */
    HLX_EXCHANGE_GARBLED,  /* what came is not a reply of the protocol */
    HLX_EXCHANGE_TIMED_OUT /* hlx_exchange_run: the deadline passed */
};

typedef struct hlx_exchange {
    const hlx_document *document;
    uint32_t sent;     /* bytes of the request, header included */
    uint32_t received; /* bytes of the reply */
    uint8_t header[HLX_CLIENT_HEADER_BYTES];
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    hlx_reply reply; /* after DONE */
} hlx_exchange;

/* A non-blocking connection to the service's socket, or the negative of an exit code
 * when the user has been told why not. spec: CMD-02, CMD-05 */
int hlx_service_connect(const char *path, uint64_t timeout_ns);

void hlx_exchange_begin(hlx_exchange *exchange, const hlx_document *document);

/* Send and receive as much as is possible without waiting. */
enum hlx_exchange_status hlx_exchange_advance(hlx_exchange *exchange, int descriptor);

/* True while there is something left to send. */
bool hlx_exchange_sending(const hlx_exchange *exchange);

/* Advance until something but WAITING comes out, at the latest at `deadline_ns`. */
enum hlx_exchange_status hlx_exchange_run(hlx_exchange *exchange, int descriptor,
                                          uint64_t deadline_ns);

/* What a status says about the service, for messages. */
const char *hlx_exchange_status_text(enum hlx_exchange_status status);

/* The exit code that goes with a status other than WAITING and DONE. */
int hlx_exchange_status_exit(enum hlx_exchange_status status);

/* Texts of the protocol's numbers. */
const char *hlx_reply_status_text(uint32_t status);
const char *hlx_origin_text(uint32_t origin);

/* Connect, send one document, receive its reply, close. On failure the user has
 * been told and the exit code is not 0. `elapsed_ns` is from before connecting to
 * the reply. */
int hlx_service_ask(const char *path, const hlx_document *document, uint64_t timeout_ns,
                    hlx_reply *reply, uint64_t *elapsed_ns);

#endif
