/* worker.c -- see worker.h. */
#include "worker.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "tokenize.h"

#define WORKER_SOCKET 3 /* behind the standard streams */
#define TOKEN_BYTES 12u /* kind, code, start */
#define ISSUE_BYTES 8u  /* code, offset */

enum { EXIT_RETIRED = 0, EXIT_LOST_SERVICE = 1, EXIT_PROTOCOL = 2, EXIT_NOT_ALONE = 3 };

typedef struct worker {
    const hlx_mapping *mapping;
    hlx_arena arena;
    uint64_t column_bytes; /* written since the start */
} worker;

/* ---- becoming a worker ---- */

/* Signals for the service also reach its process group; only the service acts on
 * them. spec: SRV-23 */
static void reset_signals(void) {
    sigset_t none;
    (void)sigemptyset(&none);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A worker with a client's socket would keep it open. */
static void keep_only_socket(int socket) {
    if (socket != WORKER_SOCKET) {
        (void)dup2(socket, WORKER_SOCKET);
    }
    if (close_range(WORKER_SOCKET + 1, ~0u, 0) != 0) {
        _exit(EXIT_NOT_ALONE);
    }
}

/* spec: SRV-23 */
static void die_with(pid_t service) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != service) {
        _exit(EXIT_LOST_SERVICE);
    }
}

static void pin(int processor) {
    cpu_set_t set;
    if (processor != HLX_WORKER_UNPINNED) {
        CPU_ZERO(&set);
        CPU_SET((size_t)processor, &set);
        (void)sched_setaffinity(0, sizeof set, &set);
    }
}

/* ---- the stream ---- */

static void send_all(const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(WORKER_SOCKET, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            _exit(EXIT_LOST_SERVICE);
        }
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        }
    }
}

static void respond(const worker *self, uint64_t request_id, hlx_status status,
                    const hlx_counts *counts) {
    uint8_t bytes[HLX_FRAME_HEADER_BYTES + HLX_FRAME_RESPONSE_BYTES];
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    hlx_frame_header header = {HLX_FRAME_RESPONSE, request_id, HLX_FRAME_RESPONSE_BYTES};
    hlx_summary summary = {.status = (uint32_t)status,
                           .tokens = counts->tokens,
                           .issues = counts->issues,
                           .alloc_mb10 = hlx_arena_mb10(self->column_bytes),
                           .major = (uint32_t)usage.ru_majflt};
    hlx_frame_encode_header(bytes, &header);
    hlx_frame_encode_summary(bytes + HLX_FRAME_HEADER_BYTES, &summary);
    send_all(bytes, sizeof bytes);
}

/* Wait for one whole frame. Returns its header; exits when the input has closed or
 * is no frame. */
static hlx_frame_header receive_frame(uint8_t *frame) {
    hlx_frame_decoder decoder;
    hlx_frame_decoder_init(&decoder);
    hlx_frame_status status = HLX_FRAME_NEED_MORE;
    while (status == HLX_FRAME_NEED_MORE) {
        uint32_t wanted = hlx_frame_decoder_wanted(&decoder);
        ssize_t count = recv(WORKER_SOCKET, frame + decoder.received, wanted, 0);
        if (count > 0) {
            status = hlx_frame_decoder_accept(&decoder, frame, (uint32_t)count);
        } else if (count == 0 || errno != EINTR) {
            _exit(EXIT_RETIRED);
        }
    }
    hlx_frame_header header = {0, 0, 0};
    if (hlx_frame_decode_header(frame, &header) != HLX_FRAME_COMPLETE) {
        _exit(EXIT_PROTOCOL);
    }
    return header;
}

/* Has a cancel of this request come? One for an earlier request is dropped; a part of
 * a frame is left until the rest is there. Never waits. spec: SRV-21 */
static bool cancel_came(uint64_t request_id) {
    uint8_t bytes[HLX_FRAME_HEADER_BYTES];
    while (recv(WORKER_SOCKET, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT) ==
           (ssize_t)sizeof bytes) {
        hlx_frame_header header = {0, 0, 0};
        if (hlx_frame_decode_header(bytes, &header) != HLX_FRAME_COMPLETE ||
            header.type != HLX_FRAME_CANCEL) {
            _exit(EXIT_PROTOCOL); /* only a cancel may come while a job runs */
        }
        (void)recv(WORKER_SOCKET, bytes, sizeof bytes, 0);
        if (header.request_id == request_id) {
            return true;
        }
    }
    return false;
}

/* ---- the work ---- */

/* hlx_tokenize with a look for a cancel after every slice. spec: SRV-21 */
static hlx_status tokenize(const hlx_regime *regime, uint64_t request_id, const uint8_t *document,
                           uint32_t length, const hlx_columns *columns, hlx_counts *counts) {
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, document, length);
    while (!lexer.done) {
        uint32_t pause_at = lexer.position + HLX_WORKER_SLICE_BYTES;
        hlx_status status =
            hlx_lexer_run(&lexer, regime, document, length, pause_at, columns, counts);
        if (status != HLX_STATUS_OK) {
            return status;
        }
        if (cancel_came(request_id)) {
            return HLX_STATUS_CANCELLED;
        }
    }
    hlx_groups groups = {0, 0, 0};
    while (!hlx_groups_run(&groups, HLX_WORKER_SLICE_ROWS, columns, counts)) {
        if (cancel_came(request_id)) {
            return HLX_STATUS_CANCELLED;
        }
    }
    return HLX_STATUS_OK;
}

/* The document and the regime of a request payload. A request without options is
 * read as the historic entry point reads. */
static bool parse_request(const uint8_t *payload, uint32_t payload_length, hlx_request_view *view,
                          hlx_regime *regime) {
    if (!hlx_frame_decode_request(payload, payload_length, view)) {
        return false;
    }
    if (!view->has_options) {
        return hlx_regime_preset(regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    }
    return hlx_frame_decode_options(payload + view->options_offset, regime);
}

/* The document of a request: in its frame, or where the service has placed it.
 * spec: SRV-27 */
static const uint8_t *find_document(const hlx_mapping *mapping, uint64_t request_id,
                                    hlx_request_view *view) {
    if (view->document_length > 0 || mapping->placement->request_id != request_id) {
        return mapping->frame + HLX_FRAME_HEADER_BYTES + view->document_offset;
    }
    view->document_length = mapping->placement->document_length;
    return mapping->document;
}

/* spec: ARN-10 */
static void serve(worker *self, const hlx_frame_header *header) {
    const uint8_t *payload = self->mapping->frame + HLX_FRAME_HEADER_BYTES;
    hlx_request_view view;
    hlx_regime regime;
    hlx_counts counts = {0, 0};
    hlx_status status = HLX_STATUS_BAD_ARGUMENT;
    if (parse_request(payload, header->payload_length, &view, &regime)) {
        const uint8_t *document = find_document(self->mapping, header->request_id, &view);
        hlx_columns columns;
        hlx_arena_columns(&self->arena, self->mapping->words, &columns);
        status = tokenize(&regime, header->request_id, document, view.document_length, &columns,
                          &counts);
        uint64_t issue_rows =
            counts.issues < columns.issue_capacity ? counts.issues : columns.issue_capacity;
        self->column_bytes += (uint64_t)counts.tokens * TOKEN_BYTES + issue_rows * ISSUE_BYTES;
    }
    hlx_arena_swap(&self->arena); /* with every request, whatever became of it: ARN-10 */
    respond(self, header->request_id, status, &counts);
}

/* spec: SRV-20, SRV-25 */
_Noreturn void hlx_worker_main(int socket, const hlx_mapping *mapping, int processor,
                               pid_t service) {
    die_with(service);
    reset_signals();
    keep_only_socket(socket);
    pin(processor);
    worker self = {.mapping = mapping, .column_bytes = 0};
    hlx_mapping_arena(&self.arena);
    hlx_mapping_touch(mapping);
    respond(&self, HLX_WORKER_READY_ID, HLX_STATUS_OK, &(hlx_counts){0, 0});
    for (;;) {
        hlx_frame_header header = receive_frame(mapping->frame);
        if (header.type == HLX_FRAME_REQUEST) {
            serve(&self, &header);
        } else if (header.type != HLX_FRAME_CANCEL) { /* a late cancel is dropped */
            _exit(EXIT_PROTOCOL);
        }
    }
}
