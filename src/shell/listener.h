/* listener.h -- the Unix socket on which clients connect.
 *
 * At the path there may be nothing, or a socket that nobody listens on any more: it is
 * replaced. A socket that somebody listens on and every other file is refused. The
 * folder is locked meanwhile, so that two services that start at once cannot both
 * take the path. The file has mode 0600 from its first instant. spec: SRV-10 to SRV-12 */
#ifndef HLX_LISTENER_H
#define HLX_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct hlx_listener {
    int socket; /* -1: not listening */
    const char *path;
    dev_t device; /* of the file at `path`, to remove no other */
    ino_t inode;
} hlx_listener;

/* False with a message. */
bool hlx_listener_open(hlx_listener *listener, const char *path, char *error, size_t error_bytes);

/* A new connection, or -1 with errno. */
int hlx_listener_accept(const hlx_listener *listener);

/* Remove the file, if it is still ours: nobody can connect any more, but who has can
 * still be accepted. spec: SRV-12 */
void hlx_listener_hide(const hlx_listener *listener);

/* Hide and stop listening. */
void hlx_listener_close(hlx_listener *listener);

#endif
