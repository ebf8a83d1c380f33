/* timeout.h -- connections that must not wait longer than a fixed time.
 *
 * All connections of one list have the same limit, so the order in which they came is
 * the order in which they expire: adding, removing and finding the next are one step
 * each, however many there are. */
#ifndef HLX_TIMEOUT_H
#define HLX_TIMEOUT_H

#include <stdint.h>

#include "connection.h"

typedef struct hlx_timeout {
    uint64_t limit_ns;
    hlx_connection *first, *last;
} hlx_timeout;

/* Put the connection into `timeout` (NULL: into none), out of any other. In the list
 * where it is already it keeps its place. */
void hlx_timeout_move(hlx_connection *connection, hlx_timeout *timeout, uint64_t now_ns);

/* The instant at which the first expires, or UINT64_MAX. */
uint64_t hlx_timeout_next(const hlx_timeout *timeout);

#endif
