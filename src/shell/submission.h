/* submission.h -- one client's request from its length word to its release.
 *
 *      offset  bytes            of the buffer
 *           0     24            version 2: the client's frame header, mask, source of the regime
 *          24      4            length word of either version
 *          28    length         the document
 *     28 + len    260           options block: the client's, or that of the preset it named
 *
 * What a client sends is received into one buffer, as it comes. When a worker gets the
 * request, the document is copied once, into that worker's memory (pool.h). The buffer
 * stays until the broker has released the request; the row until its reply, too, is out,
 * if that is sent from the row (version 2). An id is never used again: its low bits are
 * the row, the rest counts. spec: SRV-30 */
#ifndef HLX_SUBMISSION_H
#define HLX_SUBMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "buffers.h"
#include "delivery.h"
#include "frame.h"
#include "query.h"
#include "telemetry.h"

#define HLX_SUBMISSION_ROW_BITS 23u
#define HLX_SUBMISSION_MAX_ROWS (1u << HLX_SUBMISSION_ROW_BITS)
#define HLX_NO_CONNECTION UINT32_MAX

typedef struct hlx_submission {
    uint64_t id;     /* 0: the row is free */
    uint8_t *buffer; /* NULL: it was given back */
    uint32_t buffer_class;
    uint32_t document_length;
    const uint8_t *options; /* the regime, when the request is complete */
    bool released;          /* by the broker, or never submitted */
    uint32_t connection;    /* index of the waiting client's, or HLX_NO_CONNECTION */
    uint32_t next_free;     /* counted from the row behind: 0 where none was ever used */
    hlx_stamps stamps;
    /* Version 2 only: */
    hlx_query_request query;
    hlx_delivery delivery;       /* the reply, */
    bool replying;               /* while it is being sent */
    struct hlx_submission *next; /* of the same connection's, in service or replying */
} hlx_submission;

typedef struct hlx_submissions {
    hlx_submission *rows;
    uint32_t capacity;
    uint32_t first_free;
    uint64_t sequence;
    hlx_buffers buffers;
    uint8_t options[HLX_FRAME_OPTIONS_BYTES];
} hlx_submissions;

/* False when memory is short. */
bool hlx_submissions_init(hlx_submissions *table, uint32_t capacity, size_t buffer_bytes,
                          const hlx_regime *regime);

/* A row and a buffer for a document of that length; NULL when there is no memory for the
 * buffer. spec: SRV-31 */
hlx_submission *hlx_submission_take(hlx_submissions *table, uint32_t document_length);

/* Version 1: where the length word and the document go. */
uint8_t *hlx_submission_bytes(const hlx_submission *submission);

/* Version 2: where the client's frame goes. */
uint8_t *hlx_submission_query(const hlx_submission *submission);

const uint8_t *hlx_submission_document(const hlx_submission *submission);

/* The request is complete: see to its options block. Version 2: `query` was read from
 * the frame. */
void hlx_submission_seal(const hlx_submissions *table, hlx_submission *submission);
void hlx_submission_seal_query(const hlx_submissions *table, hlx_submission *submission);

/* The row of an id in use, or NULL. */
hlx_submission *hlx_submission_find(const hlx_submissions *table, uint64_t id);

/* The reply that was sent from the row is out or given up. */
void hlx_submission_replied(hlx_submissions *table, hlx_submission *submission);

/* No worker will be given it any more. */
void hlx_submission_release(hlx_submissions *table, hlx_submission *submission);

#endif
