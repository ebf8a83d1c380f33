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

static void insert(hlx_timeout *timeout, hlx_connection *connection) {
    hlx_connection *earlier = timeout->last, *later = NULL;
    while (earlier != NULL && earlier->waiting_since_ns > connection->waiting_since_ns) {
        later = earlier;
        earlier = earlier->earlier;
    }
    connection->earlier = earlier;
    connection->later = later;
    if (earlier != NULL) {
        earlier->later = connection;
    } else {
        timeout->first = connection;
    }
    if (later != NULL) {
        later->earlier = connection;
    } else {
        timeout->last = connection;
    }
}

void hlx_timeout_move(hlx_connection *connection, hlx_timeout *timeout, uint64_t since_ns) {
    if (connection->timeout == timeout &&
        (timeout == NULL || connection->waiting_since_ns == since_ns)) {
        return;
    }
    if (connection->timeout != NULL) {
        unlink_connection(connection);
    }
    connection->timeout = timeout;
    if (timeout != NULL) {
        connection->waiting_since_ns = since_ns;
        insert(timeout, connection);
    }
}

uint64_t hlx_timeout_next(const hlx_timeout *timeout) {
    return timeout->first != NULL ? timeout->first->waiting_since_ns + timeout->limit_ns
                                  : UINT64_MAX;
}
