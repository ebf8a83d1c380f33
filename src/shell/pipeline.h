/* pipeline.h -- one client's connection in version 2 of the protocol.
 *
 *      input    FRAMES --bad header--> DISCARDING --end of input--> ENDED
 *      in service   list of requests, in the order in which they came
 *      output       queue of replies, in the order of their answers; then the refusal
 *
 * Frames are received while earlier requests are in service and replies wait to be taken.
 * A request that is refused needs no submission: its reply has a place of its own, and
 * nothing further is received until that reply is out. As in version 1 the connection never
 * waits and never reads a byte beyond the present frame; after a header that cannot be
 * trusted it throws away what comes until the client ends. spec: SRV-60 to SRV-67 */
#ifndef HLX_PIPELINE_H
#define HLX_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "query.h"
#include "submission.h"

#define HLX_PIPELINE_MAX_REQUESTS 64u /* in service or replying; then the input waits */

enum hlx_pipeline_input {
    HLX_PIPELINE_FRAMES,
    HLX_PIPELINE_DISCARDING, /* the rest of a refused request, or everything */
    HLX_PIPELINE_ENDED       /* the client sends no more */
};

typedef struct hlx_pipeline {
    enum hlx_pipeline_input input;
    hlx_query_decoder decoder;
    uint8_t header[HLX_FRAME_HEADER_BYTES];
    hlx_submission *receiving; /* the request whose payload is being received */
    uint64_t in_start_ns;      /* first byte of the frame */
    uint64_t discard_bytes;    /* UINT64_MAX: until the end */
    uint32_t request_count;    /* of the two lists */
    hlx_submission *in_service;
    hlx_submission *first_reply, *last_reply;
    bool refusing; /* `refusal` is to be sent */
    uint32_t refusal_status;
    hlx_delivery refusal;
    hlx_delivery *sending; /* begun and not done; NULL: the next may be chosen */
    uint64_t out_start_ns; /* when that was chosen */
} hlx_pipeline;

enum hlx_pipeline_outcome {
    HLX_PIPELINE_WAIT,      /* nothing more to do now */
    HLX_PIPELINE_MORE,      /* read again: something may be left */
    HLX_PIPELINE_REQUEST,   /* a whole request is in `receiving`, to be taken */
    HLX_PIPELINE_CANCEL,    /* of the request with the id in `header` */
    HLX_PIPELINE_REFUSED,   /* `*status` is to be refused with */
    HLX_PIPELINE_TRUNCATED, /* the input ended in a frame, to be refused */
    HLX_PIPELINE_GONE       /* the client has left */
};

/* The connection's first word was received and begins version 2. */
void hlx_pipeline_open(hlx_pipeline *pipeline, const uint8_t word[HLX_CLIENT_HEADER_BYTES],
                       uint64_t now_ns);

/* May anything be received now? */
bool hlx_pipeline_reads(const hlx_pipeline *pipeline);

/* Is there something to send? */
bool hlx_pipeline_writes(const hlx_pipeline *pipeline);

/* Is it at any byte of a request or its reply? */
bool hlx_pipeline_busy(const hlx_pipeline *pipeline);

/* Since when the client has kept the service waiting, with its frame or by not taking a
 * reply; UINT64_MAX: it does not. */
uint64_t hlx_pipeline_waits_since(const hlx_pipeline *pipeline);

/* Everything is done and the client sends no more. */
bool hlx_pipeline_finished(const hlx_pipeline *pipeline);

/* One read. */
enum hlx_pipeline_outcome hlx_pipeline_read(hlx_pipeline *pipeline, int socket,
                                            hlx_submissions *submissions, uint64_t now_ns,
                                            uint32_t *status);

/* A complete request, ready to be submitted; NULL, and it is to be refused as
 * malformed, when its payload is. */
hlx_submission *hlx_pipeline_take(hlx_pipeline *pipeline, hlx_submissions *submissions);

/* Id in the header of the present frame; 0 while it is incomplete. */
uint64_t hlx_pipeline_frame_id(const hlx_pipeline *pipeline);

/* Nothing more comes of the present frame; the next may be received. */
void hlx_pipeline_drop(hlx_pipeline *pipeline, hlx_submissions *submissions);

/* Reply with `status` to the present frame. */
void hlx_pipeline_refuse(hlx_pipeline *pipeline, uint32_t status);

/* The oldest request in service with that id of the client's, or NULL. */
hlx_submission *hlx_pipeline_find(const hlx_pipeline *pipeline, uint64_t query_id);

/* Out of service, to the end of the replies; its delivery is ready. */
void hlx_pipeline_reply(hlx_pipeline *pipeline, hlx_submission *submission);

/* What is to be sent from now on, or NULL. */
hlx_delivery *hlx_pipeline_next(hlx_pipeline *pipeline, uint64_t now_ns);

/* It is out. The submission whose reply it was, or NULL: the refusal. */
hlx_submission *hlx_pipeline_sent(hlx_pipeline *pipeline);

/* Take the first of a list away, or NULL. */
hlx_submission *hlx_pipeline_pop_in_service(hlx_pipeline *pipeline);
hlx_submission *hlx_pipeline_pop_reply(hlx_pipeline *pipeline);

#endif
