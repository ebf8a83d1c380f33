/* submission.h -- one client's request from its length word to its release.
 *
 *      offset  bytes            of the frame buffer
 *           0     16            frame header, written when the document is complete
 *          16      4 + length   what the client sent, as it came: the length word and
 *                               the document are also the payload's first two fields
 *     20 + len    260           options block, the service's regime
 *
 * So a document is never copied inside the service: it is received where the workers'
 * sends start from, and both attempts of a request send the same bytes. The buffer
 * stays until the broker has released the request and no worker's outbox points into
 * it. An id is never used again: its low bits are the row, the rest counts.
 * spec: SRV-30 */
#ifndef HLX_SUBMISSION_H
#define HLX_SUBMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "buffers.h"
#include "frame.h"
#include "telemetry.h"

#define HLX_SUBMISSION_ROW_BITS 20u
#define HLX_SUBMISSION_MAX_ROWS (1u << HLX_SUBMISSION_ROW_BITS)
#define HLX_NO_CONNECTION UINT32_MAX

typedef struct hlx_submission {
    uint64_t id; /* 0: the row is free */
    uint8_t *frame;
    uint32_t frame_bytes;
    uint32_t buffer_class;
    uint32_t sends;      /* outboxes that point into the frame */
    bool released;       /* by the broker, or never submitted */
    uint32_t connection; /* index of the waiting client's, or HLX_NO_CONNECTION */
    uint32_t next_free;
    hlx_stamps stamps;
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

/* A row and a buffer for a document of that length; NULL when the bounds do not
 * allow one. spec: SRV-31 */
hlx_submission *hlx_submission_take(hlx_submissions *table, uint32_t document_length);

/* The client's bytes: length word and document. */
uint8_t *hlx_submission_bytes(const hlx_submission *submission);

/* The document is complete: write what stands before and behind it. */
void hlx_submission_seal(const hlx_submissions *table, hlx_submission *submission);

/* The row of an id in use, or NULL. */
hlx_submission *hlx_submission_find(const hlx_submissions *table, uint64_t id);

/* Nothing will start to read the frame any more. */
void hlx_submission_release(hlx_submissions *table, hlx_submission *submission);

/* An outbox points into the frame; it no longer does. */
void hlx_submission_hold(hlx_submission *submission);
void hlx_submission_drop(hlx_submissions *table, hlx_submission *submission);

#endif
