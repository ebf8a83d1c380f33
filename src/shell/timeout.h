/* timeout.h -- connections that must not wait longer than a fixed time.
 *
 * All connections of one list have the same limit, so the order in which they began to
 * wait is the order in which they expire: removing and finding the next are one step each,
 * however many there are. So is adding one that begins to wait now; one that has waited
 * before goes past those that began later. */
#ifndef HLX_TIMEOUT_H
#define HLX_TIMEOUT_H

#include <stdint.h>

#include "connection.h"

typedef struct hlx_timeout {
    uint64_t limit_ns;
    hlx_connection *first, *last;
} hlx_timeout;

/* Put the connection, which waits since `since_ns`, into `timeout` (NULL: into none), out of
 * any other. */
void hlx_timeout_move(hlx_connection *connection, hlx_timeout *timeout, uint64_t since_ns);

/* The instant at which the first expires, or UINT64_MAX. */
uint64_t hlx_timeout_next(const hlx_timeout *timeout);

#endif
