/* service_client.c -- see service_client.h. */
#include "service_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "bytes.h"
#include "clock.h"
#include "complaint.h"

/* A full backlog makes connect wait; SO_SNDTIMEO bounds that on a blocking socket,
 * while a non-blocking one would only get EAGAIN and nothing to wait for. */
static bool connect_within(int descriptor, const struct sockaddr_un *address, uint64_t timeout_ns) {
    struct timeval limit = {.tv_sec = (time_t)(timeout_ns / HLX_NS_PER_SECOND),
                            .tv_usec = (suseconds_t)(timeout_ns % HLX_NS_PER_SECOND / 1000)};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    int result;
    do {
        result = connect(descriptor, (const struct sockaddr *)address, sizeof *address);
    } while (result < 0 && errno == EINTR);
    return result == 0 && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0;
}

/* connect says ECONNREFUSED of a file that is no socket, too. */
static const char *refusal_text(const char *path) {
    struct stat status;
    bool other_file = stat(path, &status) == 0 && !S_ISSOCK(status.st_mode);
    return other_file ? "not a socket" : "nobody listens there: is hedgelexd running?";
}

static const char *connect_failure_text(const char *path, int error) {
    switch (error) {
    case ENOENT:
        return "no such socket: is hedgelexd running?";
    case ECONNREFUSED:
        return refusal_text(path);
    case EAGAIN:
        return "the service does not take the connection in time";
    default:
        return strerror(error);
    }
}

int hlx_service_connect(const char *path, uint64_t timeout_ns) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return -hlx_complain(HLX_EXIT_UNAVAILABLE, "%s: a socket's path has at most %zu bytes",
                             path, sizeof address.sun_path - 1);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return -hlx_complain(HLX_EXIT_SYSTEM, "cannot make a socket: %s", strerror(errno));
    }
    if (!connect_within(descriptor, &address, timeout_ns)) {
        (void)hlx_complain(HLX_EXIT_UNAVAILABLE, "%s: %s", path, connect_failure_text(path, errno));
        (void)close(descriptor);
        return -HLX_EXIT_UNAVAILABLE;
    }
    return descriptor;
}

void hlx_exchange_begin(hlx_exchange *exchange, const hlx_document *document) {
    *exchange = (hlx_exchange){.document = document};
    hlx_store_u32(exchange->header, document->size);
}

bool hlx_exchange_sending(const hlx_exchange *exchange) {
    return exchange->sent < HLX_CLIENT_HEADER_BYTES + exchange->document->size;
}

/* What is left of the request, as one or two pieces. */
static size_t pieces_to_send(hlx_exchange *exchange, struct iovec pieces[2]) {
    uint32_t sent = exchange->sent;
    size_t count = 0;
    if (sent < HLX_CLIENT_HEADER_BYTES) {
        pieces[count++] = (struct iovec){.iov_base = exchange->header + sent,
                                         .iov_len = HLX_CLIENT_HEADER_BYTES - sent};
        sent = HLX_CLIENT_HEADER_BYTES;
    }
    uint32_t offset = sent - HLX_CLIENT_HEADER_BYTES;
    pieces[count++] = (struct iovec){.iov_base = exchange->document->bytes + offset,
                                     .iov_len = exchange->document->size - offset};
    return count;
}

/* A send that fails is no verdict: the reply may be there already. Receiving says
 * whether the connection is gone. */
static void send_some(hlx_exchange *exchange, int descriptor) {
    while (hlx_exchange_sending(exchange)) {
        struct iovec pieces[2];
        struct msghdr message = {.msg_iov = pieces};
        message.msg_iovlen = pieces_to_send(exchange, pieces);
        ssize_t count = sendmsg(descriptor, &message, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) {
            return;
        }
        exchange->sent += count > 0 ? (uint32_t)count : 0;
    }
}

enum hlx_exchange_status hlx_exchange_advance(hlx_exchange *exchange, int descriptor) {
    send_some(exchange, descriptor);
    while (exchange->received < HLX_CLIENT_REPLY_BYTES) {
        ssize_t count = recv(descriptor, exchange->bytes + exchange->received,
                             HLX_CLIENT_REPLY_BYTES - exchange->received, 0);
        if (count < 0 && errno == EAGAIN) {
            return HLX_EXCHANGE_WAITING;
        }
        if (count == 0 || (count < 0 && errno != EINTR)) {
            return HLX_EXCHANGE_CLOSED;
        }
        exchange->received += count > 0 ? (uint32_t)count : 0;
        if (exchange->received >= HLX_CLIENT_HEADER_BYTES &&
            hlx_load_u32(exchange->bytes) != HLX_CLIENT_REPLY_BODY_BYTES) {
            return HLX_EXCHANGE_GARBLED; /* nobody who speaks so sends the rest of a reply */
        }
    }
    bool sound = hlx_client_decode_reply(exchange->bytes, &exchange->reply);
    return sound ? HLX_EXCHANGE_DONE : HLX_EXCHANGE_GARBLED;
}

enum hlx_exchange_status hlx_exchange_run(hlx_exchange *exchange, int descriptor,
                                          uint64_t deadline_ns) {
    for (;;) {
        enum hlx_exchange_status status = hlx_exchange_advance(exchange, descriptor);
        if (status != HLX_EXCHANGE_WAITING) {
            return status;
        }
        uint64_t now_ns = hlx_clock_now_ns();
        if (now_ns >= deadline_ns) {
            return HLX_EXCHANGE_TIMED_OUT;
        }
        struct pollfd wait = {.fd = descriptor, .events = POLLIN};
        wait.events |= hlx_exchange_sending(exchange) ? POLLOUT : 0;
        uint64_t left_ms = (deadline_ns - now_ns) / HLX_NS_PER_MS + 1;
        (void)poll(&wait, 1, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms);
    }
}

const char *hlx_exchange_status_text(enum hlx_exchange_status status) {
    switch (status) {
    case HLX_EXCHANGE_CLOSED:
        return "the service closed the connection without a whole reply";
    case HLX_EXCHANGE_GARBLED:
        return "what answered is not a hedgelex service (no reply of the client protocol)";
    case HLX_EXCHANGE_TIMED_OUT:
        return "no reply in time";
    case HLX_EXCHANGE_WAITING:
    case HLX_EXCHANGE_DONE:
        break;
    }
    return "reply received";
}

int hlx_exchange_status_exit(enum hlx_exchange_status status) {
    return status == HLX_EXCHANGE_GARBLED ? HLX_EXIT_PROTOCOL : HLX_EXIT_UNAVAILABLE;
}

const char *hlx_reply_status_text(uint32_t status) {
    static const char *const texts[] = {
#define REPLY_TEXT(code, enumerator, text) [code] = (text),
        HLX_REPLIES(REPLY_TEXT)
#undef REPLY_TEXT
    };
    return status < HLX_REPLY_STATUS_COUNT ? texts[status] : "unknown status";
}

const char *hlx_origin_text(uint32_t origin) {
    static const char *const texts[] = {
        [HLX_ORIGIN_NONE] = "none", [HLX_ORIGIN_PRIMARY] = "primary", [HLX_ORIGIN_HEDGE] = "hedge"};
    return origin <= HLX_ORIGIN_HEDGE ? texts[origin] : "unknown origin";
}

int hlx_service_ask(const char *path, const hlx_document *document, uint64_t timeout_ns,
                    hlx_reply *reply, uint64_t *elapsed_ns) {
    uint64_t started_ns = hlx_clock_now_ns();
    int descriptor = hlx_service_connect(path, timeout_ns);
    if (descriptor < 0) {
        return -descriptor;
    }
    hlx_exchange exchange;
    hlx_exchange_begin(&exchange, document);
    enum hlx_exchange_status status =
        hlx_exchange_run(&exchange, descriptor, started_ns + timeout_ns);
    *elapsed_ns = hlx_clock_now_ns() - started_ns;
    (void)close(descriptor);
    if (status != HLX_EXCHANGE_DONE) {
        return hlx_complain(hlx_exchange_status_exit(status), "%s: %s", path,
                            hlx_exchange_status_text(status));
    }
    *reply = exchange.reply;
    return HLX_EXIT_OK;
}
