/* outbox.c -- see outbox.h. */
#include "outbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

static bool append(hlx_outbox *outbox, uint8_t *bytes, size_t count, hlx_submission *submission) {
    if (outbox->count == HLX_OUTBOX_PARTS) {
        return false;
    }
    outbox->parts[outbox->count++] = (hlx_outbox_part){bytes, count, submission};
    return true;
}

bool hlx_outbox_add_request(hlx_outbox *outbox, hlx_submission *submission) {
    if (!append(outbox, submission->frame, submission->frame_bytes, submission)) {
        return false;
    }
    hlx_submission_hold(submission);
    return true;
}

bool hlx_outbox_add_cancel(hlx_outbox *outbox, uint64_t request_id) {
    uint8_t *bytes = outbox->cancels[outbox->next_cancel];
    hlx_frame_header header = {.type = HLX_FRAME_CANCEL, .request_id = request_id};
    hlx_frame_encode_header(bytes, &header);
    outbox->next_cancel = 1u - outbox->next_cancel;
    return append(outbox, bytes, HLX_FRAME_HEADER_BYTES, NULL);
}

static void remove_first(hlx_outbox *outbox, hlx_submissions *table) {
    hlx_submission *submission = outbox->parts[0].submission;
    outbox->count--;
    memmove(&outbox->parts[0], &outbox->parts[1], outbox->count * sizeof outbox->parts[0]);
    if (submission != NULL) {
        hlx_submission_drop(table, submission);
    }
}

static void advance(hlx_outbox *outbox, size_t sent, hlx_submissions *table) {
    while (outbox->count > 0 && sent >= outbox->parts[0].left) {
        sent -= outbox->parts[0].left;
        remove_first(outbox, table);
    }
    if (outbox->count > 0) {
        outbox->parts[0].bytes += sent;
        outbox->parts[0].left -= sent;
    }
}

static ssize_t send_parts(const hlx_outbox *outbox, int socket) {
    struct iovec vectors[HLX_OUTBOX_PARTS];
    for (uint32_t i = 0; i < outbox->count; i++) {
        vectors[i] = (struct iovec){outbox->parts[i].bytes, outbox->parts[i].left};
    }
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = outbox->count};
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* spec: SRV-22 */
enum hlx_outbox_state hlx_outbox_flush(hlx_outbox *outbox, int socket, hlx_submissions *table) {
    while (outbox->count > 0) {
        ssize_t sent = send_parts(outbox, socket);
        if (sent >= 0) {
            advance(outbox, (size_t)sent, table);
        } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
            return HLX_OUTBOX_WAITING;
        } else if (errno != EINTR) {
            return HLX_OUTBOX_BROKEN;
        }
    }
    return HLX_OUTBOX_EMPTY;
}

void hlx_outbox_clear(hlx_outbox *outbox, hlx_submissions *table) {
    while (outbox->count > 0) {
        remove_first(outbox, table);
    }
}
