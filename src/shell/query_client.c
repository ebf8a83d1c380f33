/* query_client.c -- see query_client.h. */
#include "query_client.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clock.h"
#include "complaint.h"
#include "line.h"
#include "service_client.h"

#define TOKEN_COLUMNS (HLX_COLUMN_KINDS | HLX_COLUMN_CODES | HLX_COLUMN_STARTS)
#define REQUEST_PARTS 3u
#define TOKEN_COLUMN_COUNT 3u
#define REQUEST_ID 1u

/* Bytes in several places, to be sent or received in order. */
typedef struct pieces {
    struct iovec list[REQUEST_PARTS];
    uint32_t first;
    uint32_t count;
} pieces;

typedef struct exchange {
    int descriptor;
    uint64_t deadline_ns;
    pieces request;
} exchange;

static void advance(pieces *rest, size_t done) {
    while (rest->first < rest->count && done >= rest->list[rest->first].iov_len) {
        done -= rest->list[rest->first++].iov_len;
    }
    if (rest->first < rest->count) {
        struct iovec *piece = &rest->list[rest->first];
        piece->iov_base = (uint8_t *)piece->iov_base + done;
        piece->iov_len -= done;
    }
}

static struct msghdr message_of(pieces *rest) {
    return (struct msghdr){.msg_iov = &rest->list[rest->first],
                           .msg_iovlen = rest->count - rest->first};
}

/* A send that fails is no verdict: the reply may be there already. */
static void send_some(exchange *self) {
    while (self->request.first < self->request.count) {
        struct msghdr message = message_of(&self->request);
        ssize_t sent = sendmsg(self->descriptor, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return;
        }
        advance(&self->request, sent > 0 ? (size_t)sent : 0);
    }
}

/* False at the deadline. */
static bool wait_for_more(const exchange *self) {
    uint64_t now_ns = hlx_clock_now_ns();
    if (now_ns >= self->deadline_ns) {
        return false;
    }
    struct pollfd wait = {.fd = self->descriptor, .events = POLLIN};
    wait.events |= self->request.first < self->request.count ? POLLOUT : 0;
    uint64_t left_ms = (self->deadline_ns - now_ns) / HLX_NS_PER_MS + 1;
    (void)poll(&wait, 1, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms);
    return true;
}

/* Receive all pieces, while what is left of the request is sent. */
static enum hlx_exchange_status receive(exchange *self, pieces *wanted) {
    advance(wanted, 0);
    while (wanted->first < wanted->count) {
        send_some(self);
        struct msghdr message = message_of(wanted);
        ssize_t count = recvmsg(self->descriptor, &message, 0);
        if (count > 0) {
            advance(wanted, (size_t)count);
        } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            return HLX_EXCHANGE_CLOSED;
        } else if (!wait_for_more(self)) {
            return HLX_EXCHANGE_TIMED_OUT;
        }
    }
    return HLX_EXCHANGE_DONE;
}

/* A document has at most one token for each byte and one for its end; nothing was cancelled. */
static bool reply_plausible(const hlx_query_reply *reply, const hlx_document *document) {
    bool ok = reply->status == HLX_REPLY_OK;
    return reply->id == REQUEST_ID && reply->status != HLX_QUERY_CANCELLED &&
           reply->tokens <= document->size + 1u && reply->mask == (ok ? TOKEN_COLUMNS : 0u);
}

/* spec: LEX-50 */
static bool is_kind_of_token(int32_t kind) {
    return kind >= (int32_t)HLX_CATEGORY_ESCAPE && kind <= (int32_t)HLX_CATEGORY_ACTIVE &&
           kind != (int32_t)HLX_CATEGORY_END_OF_LINE && kind != (int32_t)HLX_CATEGORY_IGNORED;
}

/* Does a character stand there: of the line's content, or the end-of-line character? */
static bool is_read(const hlx_line *line, const hlx_regime *regime, uint32_t start) {
    return start < line->content_end ||
           (start == line->terminator && regime->end_of_line_char >= 0);
}

/* Kinds are of tokens, and each starts at a character behind the start of the one before,
 * whatever the service is: hlx_expand relies on it. */
static bool rows_plausible(const hlx_analysis *analysis, const hlx_regime *regime,
                           const hlx_document *document) {
    hlx_line line = hlx_line_at(document->bytes, document->size, 0);
    int64_t last = -1;
    for (uint32_t i = 0; i < analysis->counts.tokens; i++) {
        int32_t start = analysis->columns.starts[i];
        if (!is_kind_of_token(analysis->columns.kinds[i]) || start <= last ||
            start > (int32_t)document->size) {
            return false;
        }
        while ((uint32_t)start >= line.next && line.next < document->size) {
            line = hlx_line_at(document->bytes, document->size, line.next);
        }
        if (!is_read(&line, regime, (uint32_t)start)) {
            return false;
        }
        last = start;
    }
    return true;
}

static enum hlx_exchange_status receive_bytes(exchange *self, uint8_t *bytes, size_t count) {
    pieces wanted = {.list = {{bytes, count}}, .count = 1};
    return receive(self, &wanted);
}

/* The rest of a reply of version 1: a service that is full does not wait for what its clients
 * speak. spec: SRV-13 */
static enum hlx_exchange_status receive_refusal(exchange *self, uint8_t *bytes,
                                                hlx_query_reply *reply) {
    hlx_reply refusal = {.status = HLX_REPLY_OK};
    enum hlx_exchange_status status =
        receive_bytes(self, bytes + sizeof(uint32_t), HLX_CLIENT_REPLY_BODY_BYTES);
    if (status == HLX_EXCHANGE_DONE &&
        (!hlx_client_decode_reply(bytes, &refusal) || refusal.status == HLX_REPLY_OK)) {
        status = HLX_EXCHANGE_GARBLED;
    }
    *reply = (hlx_query_reply){.status = refusal.status};
    return status;
}

static enum hlx_exchange_status receive_beginning(exchange *self, const hlx_document *document,
                                                  hlx_query_reply *reply) {
    uint8_t bytes[HLX_QUERY_REPLY_BYTES];
    enum hlx_exchange_status status = receive_bytes(self, bytes, sizeof(uint32_t));
    if (status == HLX_EXCHANGE_DONE && hlx_load_u32(bytes) == HLX_CLIENT_REPLY_BODY_BYTES) {
        return receive_refusal(self, bytes, reply);
    }
    if (status == HLX_EXCHANGE_DONE && hlx_load_u32(bytes) != HLX_QUERY_REPLY) {
        return HLX_EXCHANGE_GARBLED;
    }
    if (status == HLX_EXCHANGE_DONE) {
        status = receive_bytes(self, bytes + sizeof(uint32_t), sizeof bytes - sizeof(uint32_t));
    }
    if (status == HLX_EXCHANGE_DONE &&
        (!hlx_query_decode_reply(bytes, reply) || !reply_plausible(reply, document))) {
        status = HLX_EXCHANGE_GARBLED;
    }
    return status;
}

static enum hlx_exchange_status receive_columns(exchange *self, const hlx_regime *regime,
                                                const hlx_document *document,
                                                hlx_analysis *analysis) {
    const hlx_columns *columns = &analysis->columns;
    size_t bytes = (size_t)analysis->counts.tokens * sizeof(int32_t);
    pieces rest = {
        .list = {{columns->kinds, bytes}, {columns->codes, bytes}, {columns->starts, bytes}},
        .count = TOKEN_COLUMN_COUNT};
    enum hlx_exchange_status status = receive(self, &rest);
    if (status == HLX_EXCHANGE_DONE && !rows_plausible(analysis, regime, document)) {
        status = HLX_EXCHANGE_GARBLED;
    }
    return status;
}

static int complain(const char *path, enum hlx_exchange_status status) {
    return hlx_complain(hlx_exchange_status_exit(status), "%s: %s", path,
                        hlx_exchange_status_text(status));
}

static int receive_reply(exchange *self, const char *path, const hlx_regime *regime,
                         const hlx_document *document, hlx_analysis *analysis) {
    hlx_query_reply reply = {.id = 0};
    enum hlx_exchange_status status = receive_beginning(self, document, &reply);
    if (status != HLX_EXCHANGE_DONE) {
        return complain(path, status);
    }
    if (reply.status != HLX_REPLY_OK) {
        return hlx_complain(HLX_EXIT_FINDINGS, "%s: %s", document->name,
                            hlx_reply_status_text(reply.status));
    }
    int exit_code = hlx_analysis_allocate(analysis, document, document->size + 2u);
    if (exit_code != HLX_EXIT_OK) {
        return exit_code;
    }
    analysis->counts = (hlx_counts){.tokens = reply.tokens, .issues = reply.issues};
    status = receive_columns(self, regime, document, analysis);
    if (status != HLX_EXCHANGE_DONE) {
        hlx_analysis_free(analysis);
        return complain(path, status);
    }
    return HLX_EXIT_OK;
}

/* spec: CMD-31 */
int hlx_query_service(const char *path, const hlx_document *document, const hlx_regime *regime,
                      uint64_t timeout_ns, hlx_analysis *analysis) {
    uint8_t beginning[HLX_QUERY_BEGIN_BYTES];
    uint8_t options[HLX_FRAME_OPTIONS_BYTES];
    hlx_query_request request = {.id = REQUEST_ID,
                                 .mask = TOKEN_COLUMNS,
                                 .source = HLX_REGIME_OPTIONS,
                                 .document_length = document->size};
    hlx_query_encode_request(beginning, &request);
    hlx_frame_encode_options(options, regime);
    exchange self = {.deadline_ns = hlx_clock_now_ns() + timeout_ns,
                     .request = {.list = {{beginning, sizeof beginning},
                                          {document->bytes, document->size},
                                          {options, sizeof options}},
                                 .count = REQUEST_PARTS}};
    self.descriptor = hlx_service_connect(path, timeout_ns);
    if (self.descriptor < 0) {
        return -self.descriptor;
    }
    int exit_code = receive_reply(&self, path, regime, document, analysis);
    (void)close(self.descriptor);
    if (exit_code == HLX_EXIT_OK) {
        hlx_analysis_expand(analysis, regime, document);
    }
    return exit_code;
}
