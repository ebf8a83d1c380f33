/* delivery.c -- see delivery.h. */
#include "delivery.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "lease.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "columns are sent as they lie in memory: least significant byte first, QRY-13");

void hlx_delivery_begin(hlx_delivery *delivery, const hlx_query_reply *reply,
                        const hlx_columns *columns) {
    *delivery = (hlx_delivery){.side = HLX_LEASE_NO_SIDE};
    hlx_query_encode_reply(delivery->beginning, reply);
    delivery->parts[0] = (struct iovec){delivery->beginning, HLX_QUERY_REPLY_BYTES};
    if (columns == NULL) {
        return;
    }
    int32_t *const starts[HLX_COLUMN_COUNT] = {columns->kinds, columns->codes, columns->starts,
                                               columns->issue_codes, columns->issue_offsets};
    for (uint32_t i = 0; i < HLX_COLUMN_COUNT; i++) {
        delivery->parts[1 + i] =
            (struct iovec){starts[i], (size_t)hlx_query_rows(reply, i) * HLX_QUERY_ROW_BYTES};
    }
}

static void advance(hlx_delivery *delivery, size_t sent) {
    while (delivery->first < HLX_DELIVERY_PARTS &&
           sent >= delivery->parts[delivery->first].iov_len) {
        sent -= delivery->parts[delivery->first++].iov_len;
    }
    if (delivery->first < HLX_DELIVERY_PARTS) {
        struct iovec *part = &delivery->parts[delivery->first];
        part->iov_base = (uint8_t *)part->iov_base + sent;
        part->iov_len -= sent;
    }
}

/* What is next, at most `share` bytes. */
static struct msghdr next_of(const hlx_delivery *delivery, struct iovec *parts, size_t share) {
    size_t count = 0;
    for (uint32_t i = delivery->first; i < HLX_DELIVERY_PARTS && share > 0; i++) {
        parts[count] = delivery->parts[i];
        parts[count].iov_len = parts[count].iov_len < share ? parts[count].iov_len : share;
        share -= parts[count++].iov_len;
    }
    return (struct msghdr){.msg_iov = parts, .msg_iovlen = count};
}

/* spec: SRV-63 */
enum hlx_delivery_state hlx_delivery_send(hlx_delivery *delivery, int socket, size_t *share) {
    while (delivery->first < HLX_DELIVERY_PARTS) {
        if (*share == 0) {
            return HLX_DELIVERY_WAITING;
        }
        struct iovec parts[HLX_DELIVERY_PARTS];
        struct msghdr message = next_of(delivery, parts, *share);
        ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            *share -= (size_t)sent;
            advance(delivery, (size_t)sent);
        } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
            return HLX_DELIVERY_WAITING;
        } else if (errno != EINTR) {
            return HLX_DELIVERY_BROKEN;
        }
    }
    return HLX_DELIVERY_DONE;
}

static uint32_t first_column(const hlx_delivery *delivery) {
    return delivery->first > 0 ? delivery->first : 1u;
}

size_t hlx_delivery_columns_left(const hlx_delivery *delivery) {
    size_t bytes = 0;
    for (uint32_t i = first_column(delivery); i < HLX_DELIVERY_PARTS; i++) {
        bytes += delivery->parts[i].iov_len;
    }
    return bytes;
}

/* spec: SRV-64 */
void hlx_delivery_move(hlx_delivery *delivery, uint8_t *memory) {
    delivery->moved = memory;
    delivery->moved_bytes = hlx_delivery_columns_left(delivery);
    for (uint32_t i = first_column(delivery); i < HLX_DELIVERY_PARTS; i++) {
        struct iovec *part = &delivery->parts[i];
        memcpy(memory, part->iov_base, part->iov_len);
        part->iov_base = memory;
        memory += part->iov_len;
    }
}
