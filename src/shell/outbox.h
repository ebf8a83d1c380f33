/* outbox.h -- what waits to be written to one worker.
 *
 *      | rest of an older cancel | request frame | its cancel |
 *
 * More cannot wait: a worker gets its next request only after it answered the one
 * before, so that one's frame is out; and a request is cancelled once. The request's
 * bytes are not copied; the outbox holds its submission until they are sent.
 * Writing never blocks and goes on where the socket stopped taking. spec: SRV-22 */
#ifndef HLX_OUTBOX_H
#define HLX_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "submission.h"

#define HLX_OUTBOX_PARTS 3u

enum hlx_outbox_state { HLX_OUTBOX_EMPTY, HLX_OUTBOX_WAITING, HLX_OUTBOX_BROKEN };

typedef struct hlx_outbox_part {
    uint8_t *bytes; /* only read */
    size_t left;
    hlx_submission *submission; /* NULL: a cancel */
} hlx_outbox_part;

typedef struct hlx_outbox {
    uint32_t count;
    hlx_outbox_part parts[HLX_OUTBOX_PARTS];
    uint8_t cancels[2][HLX_FRAME_HEADER_BYTES]; /* used in turn */
    uint32_t next_cancel;
} hlx_outbox;

/* Append. False when there is no room: the worker answered what it cannot have
 * read. */
bool hlx_outbox_add_request(hlx_outbox *outbox, hlx_submission *submission);
bool hlx_outbox_add_cancel(hlx_outbox *outbox, uint64_t request_id);

/* Write what the socket takes. BROKEN: the other side is gone. */
enum hlx_outbox_state hlx_outbox_flush(hlx_outbox *outbox, int socket, hlx_submissions *table);

/* Forget everything, as the worker will not read it. */
void hlx_outbox_clear(hlx_outbox *outbox, hlx_submissions *table);

#endif
