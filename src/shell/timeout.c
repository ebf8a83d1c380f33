/* timeout.c -- see timeout.h. */
#include "timeout.h"

#include <stddef.h>

static void unlink_connection(hlx_connection *connection) {
    hlx_timeout *timeout = connection->timeout;
    if (connection->earlier != NULL) {
        connection->earlier->later = connection->later;
    } else {
        timeout->first = connection->later;
    }
    if (connection->later != NULL) {
        connection->later->earlier = connection->earlier;
    } else {
        timeout->last = connection->earlier;
    }
}

static void append(hlx_timeout *timeout, hlx_connection *connection) {
    connection->earlier = timeout->last;
    connection->later = NULL;
    if (timeout->last != NULL) {
        timeout->last->later = connection;
    } else {
        timeout->first = connection;
    }
    timeout->last = connection;
}

void hlx_timeout_move(hlx_connection *connection, hlx_timeout *timeout, uint64_t now_ns) {
    if (connection->timeout == timeout) {
        return;
    }
    if (connection->timeout != NULL) {
        unlink_connection(connection);
    }
    connection->timeout = timeout;
    if (timeout != NULL) {
        connection->waiting_since_ns = now_ns;
        append(timeout, connection);
    }
}

uint64_t hlx_timeout_next(const hlx_timeout *timeout) {
    return timeout->first != NULL ? timeout->first->waiting_since_ns + timeout->limit_ns
                                  : UINT64_MAX;
}
