/* listener.c -- see listener.h. */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4096
#define LOCK_TRIES 200
#define LOCK_PAUSE_NS 10000000 /* 200 x 10 ms: two seconds */

static bool fill_address(const char *path, struct sockaddr_un *address) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address->sun_path) {
        return false;
    }
    memcpy(address->sun_path, path, length + 1);
    return true;
}

static int open_socket(void) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Why the path cannot be used, or NULL: nothing is there, or a socket nobody listens
 * on. spec: SRV-11 */
static const char *why_taken(const struct sockaddr_un *address) {
    struct stat file;
    if (lstat(address->sun_path, &file) != 0) {
        return errno == ENOENT ? NULL : strerror(errno);
    }
    if (!S_ISSOCK(file.st_mode)) {
        return "exists and is not a socket";
    }
    int probe = open_socket();
    if (probe < 0) {
        return strerror(errno);
    }
    int result = connect(probe, (const struct sockaddr *)(const void *)address, sizeof *address);
    int cause = result == 0 ? 0 : errno;
    (void)close(probe);
    if (cause == ECONNREFUSED) {
        return NULL;
    }
    return cause == 0 || cause == EAGAIN ? "another service listens there" : strerror(cause);
}

/* The path's folder, locked; -1 with errno when another start takes too long. */
static int lock_folder(const char *path) {
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof copy, "%s", path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) != 0; i++) {
        if (errno != EWOULDBLOCK || i == LOCK_TRIES) {
            int cause = errno;
            (void)close(folder);
            errno = cause;
            return -1;
        }
        (void)nanosleep(&(struct timespec){0, LOCK_PAUSE_NS}, NULL);
    }
    return folder;
}

/* Bind with mode 0600 and listen. spec: SRV-10 */
static bool bind_socket(hlx_listener *listener, const struct sockaddr_un *address) {
    struct stat file;
    mode_t old_mask = umask(0177);
    int bound =
        bind(listener->socket, (const struct sockaddr *)(const void *)address, sizeof *address);
    (void)umask(old_mask);
    if (bound != 0 || lstat(listener->path, &file) != 0) {
        return false;
    }
    listener->device = file.st_dev;
    listener->inode = file.st_ino;
    return listen(listener->socket, BACKLOG) == 0;
}

/* With the folder locked: NULL, or what is wrong. */
static const char *take_path(hlx_listener *listener, const struct sockaddr_un *address) {
    const char *reason = why_taken(address);
    if (reason != NULL) {
        return reason;
    }
    if (unlink(listener->path) != 0 && errno != ENOENT) {
        return strerror(errno);
    }
    return bind_socket(listener, address) ? NULL : strerror(errno);
}

bool hlx_listener_open(hlx_listener *listener, const char *path, char *error, size_t error_bytes) {
    struct sockaddr_un address;
    *listener = (hlx_listener){.socket = -1, .path = path};
    if (!fill_address(path, &address)) {
        (void)snprintf(error, error_bytes, "--socket: '%.120s' is not 1 to %zu bytes long", path,
                       sizeof address.sun_path - 1);
        return false;
    }
    int folder = lock_folder(path);
    listener->socket = folder >= 0 ? open_socket() : -1;
    const char *reason = folder < 0 && errno == EWOULDBLOCK
                             ? "another process has its folder locked"
                             : strerror(errno);
    if (listener->socket >= 0) {
        reason = take_path(listener, &address);
    }
    if (folder >= 0) {
        (void)close(folder);
    }
    if (reason != NULL) {
        (void)snprintf(error, error_bytes, "--socket: %s: %s", path, reason);
        hlx_listener_hide(listener);
        return false;
    }
    return true;
}

int hlx_listener_accept(const hlx_listener *listener) {
    return accept4(listener->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void hlx_listener_hide(const hlx_listener *listener) {
    struct stat file;
    if (lstat(listener->path, &file) == 0 && file.st_dev == listener->device &&
        file.st_ino == listener->inode) {
        (void)unlink(listener->path);
    }
}

void hlx_listener_close(hlx_listener *listener) {
    hlx_listener_hide(listener);
    (void)close(listener->socket);
    listener->socket = -1;
}
