/* delivery.h -- one reply of version 2 on its way to a client's socket.
 *
 *      | beginning, 36 bytes | kinds | codes | starts | issue codes | issue offsets |
 *        in the delivery       in the worker's memory, as far as asked for
 *
 * The columns are sent from where the worker has written them: one sendmsg takes what
 * the socket has room for, and nothing is copied in user space. Meanwhile the delivery
 * holds the side of the arena that they lie in (lease.h). When that side is wanted for
 * the worker's next request but one, the rest is moved to other memory, so that a client
 * that does not read holds up nobody. spec: QRY-12 to QRY-14, SRV-63, SRV-64 */
#ifndef HLX_DELIVERY_H
#define HLX_DELIVERY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "query.h"

#define HLX_DELIVERY_PARTS (1u + HLX_COLUMN_COUNT)

enum hlx_delivery_state { HLX_DELIVERY_DONE, HLX_DELIVERY_WAITING, HLX_DELIVERY_BROKEN };

typedef struct hlx_delivery {
    uint8_t beginning[HLX_QUERY_REPLY_BYTES];
    uint32_t first; /* of the parts not sent yet */
    struct iovec parts[HLX_DELIVERY_PARTS];
    uint32_t slot;  /* whose memory is read, if `side` is one */
    uint32_t side;  /* or HLX_LEASE_NO_SIDE */
    uint8_t *moved; /* to this memory, or NULL */
    size_t moved_bytes;
} hlx_delivery;

/* `columns` may be NULL when the reply's mask is 0. Holds no side. The delivery must not
 * change its place before it is done. */
void hlx_delivery_begin(hlx_delivery *delivery, const hlx_query_reply *reply,
                        const hlx_columns *columns);

/* Send what the socket takes, at most `*share` bytes, which becomes what is left of it; with
 * nothing left: WAITING. BROKEN: the client has gone. */
enum hlx_delivery_state hlx_delivery_send(hlx_delivery *delivery, int socket, size_t *share);

/* Bytes of columns not sent yet. */
size_t hlx_delivery_columns_left(const hlx_delivery *delivery);

/* Send the columns from a copy at `memory`, hlx_delivery_columns_left bytes. */
void hlx_delivery_move(hlx_delivery *delivery, uint8_t *memory);

#endif
