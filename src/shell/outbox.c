/* outbox.c -- see outbox.h. */
#include "outbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Room for `count` bytes behind those that wait, or NULL. */
static uint8_t *append(hlx_outbox *outbox, uint32_t count) {
    uint8_t *bytes = outbox->bytes + outbox->count;
    if (count > sizeof outbox->bytes - outbox->count) {
        return NULL;
    }
    outbox->count += count;
    return bytes;
}

bool hlx_outbox_add_request(hlx_outbox *outbox, uint64_t request_id,
                            const uint8_t options[HLX_FRAME_OPTIONS_BYTES]) {
    hlx_frame_header header = {.type = HLX_FRAME_REQUEST,
                               .request_id = request_id,
                               .payload_length = HLX_OUTBOX_REQUEST_BYTES - HLX_FRAME_HEADER_BYTES};
    uint8_t *bytes = append(outbox, HLX_OUTBOX_REQUEST_BYTES);
    if (bytes == NULL) {
        return false;
    }
    hlx_frame_encode_header(bytes, &header);
    hlx_store_u32(bytes + HLX_FRAME_HEADER_BYTES, 0);
    memcpy(bytes + HLX_FRAME_REQUEST_PREFIX_BYTES, options, HLX_FRAME_OPTIONS_BYTES);
    return true;
}

bool hlx_outbox_add_cancel(hlx_outbox *outbox, uint64_t request_id) {
    hlx_frame_header header = {.type = HLX_FRAME_CANCEL, .request_id = request_id};
    uint8_t *bytes = append(outbox, HLX_FRAME_HEADER_BYTES);
    if (bytes == NULL) {
        return false;
    }
    hlx_frame_encode_header(bytes, &header);
    return true;
}

/* spec: SRV-22 */
enum hlx_outbox_state hlx_outbox_flush(hlx_outbox *outbox, int socket) {
    while (outbox->count > 0) {
        ssize_t sent = send(socket, outbox->bytes, outbox->count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            outbox->count -= (uint32_t)sent;
            memmove(outbox->bytes, outbox->bytes + sent, outbox->count);
        } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
            return HLX_OUTBOX_WAITING;
        } else if (errno != EINTR) {
            return HLX_OUTBOX_BROKEN;
        }
    }
    return HLX_OUTBOX_EMPTY;
}
