/* outbox.h -- what waits to be written to one worker.
 *
 *      | rest of an older cancel | request frame | its cancel |
 *
 * More cannot wait: a worker gets its next request only after it answered the one
 * before, so that one's frame is out; and a request is cancelled once. The document
 * is not in the frame but in the worker's memory (mapping.h), so a frame is small.
 * Writing never blocks and goes on where the socket stopped taking. spec: SRV-22 */
#ifndef HLX_OUTBOX_H
#define HLX_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

#define HLX_OUTBOX_REQUEST_BYTES (HLX_FRAME_REQUEST_PREFIX_BYTES + HLX_FRAME_OPTIONS_BYTES)
#define HLX_OUTBOX_BYTES (HLX_OUTBOX_REQUEST_BYTES + 2u * HLX_FRAME_HEADER_BYTES)

enum hlx_outbox_state { HLX_OUTBOX_EMPTY, HLX_OUTBOX_WAITING, HLX_OUTBOX_BROKEN };

typedef struct hlx_outbox {
    uint32_t count; /* bytes that wait */
    uint8_t bytes[HLX_OUTBOX_BYTES];
} hlx_outbox;

/* Append a request frame with an empty document and these options, or a cancel. False
 * when there is no room: the worker answered what it cannot have read. */
bool hlx_outbox_add_request(hlx_outbox *outbox, uint64_t request_id,
                            const uint8_t options[HLX_FRAME_OPTIONS_BYTES]);
bool hlx_outbox_add_cancel(hlx_outbox *outbox, uint64_t request_id);

/* Write what the socket takes. BROKEN: the other side is gone. */
enum hlx_outbox_state hlx_outbox_flush(hlx_outbox *outbox, int socket);

#endif
