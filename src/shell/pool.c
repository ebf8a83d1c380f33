/* pool.c -- see pool.h. */
#include "pool.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"
#include "worker.h"

/* ---- memory and processors, once ---- */

static bool map_all(hlx_pool *pool) {
    for (uint32_t slot = 0; slot < pool->slot_count; slot++) {
        if (!hlx_mapping_create(&pool->links[slot].mapping)) {
            return false;
        }
        hlx_lease_init(&pool->links[slot].lease);
    }
    return true;
}

static bool lock_all(const hlx_pool *pool) {
    for (uint32_t slot = 0; slot < pool->slot_count; slot++) {
        if (!hlx_mapping_lock(&pool->links[slot].mapping)) {
            return false;
        }
    }
    return true;
}

/* The processors that this process may run on. */
static uint32_t list_processors(int processors[HLX_POOL_MAX_PROCESSORS]) {
    cpu_set_t set;
    uint32_t count = 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 0;
    }
    for (uint32_t i = 0; i < CPU_SETSIZE && count < HLX_POOL_MAX_PROCESSORS; i++) {
        if (CPU_ISSET(i, &set)) {
            processors[count++] = (int)i;
        }
    }
    return count;
}

/* Each worker its own processor, if there are enough. spec: SRV-26 */
static void choose_processors(hlx_pool *pool, uint32_t worker_count, enum hlx_choice pinning) {
    int processors[HLX_POOL_MAX_PROCESSORS];
    uint32_t count = list_processors(processors);
    pool->pinned = count > 0 && (pinning == HLX_CHOICE_ON ||
                                 (pinning == HLX_CHOICE_AUTO && count >= worker_count));
    for (uint32_t slot = 0; slot < pool->slot_count; slot++) {
        pool->links[slot].processor = pool->pinned ? processors[slot % count] : HLX_WORKER_UNPINNED;
    }
}

bool hlx_pool_init(hlx_pool *pool, uint32_t worker_count, uint32_t slot_count, enum hlx_choice lock,
                   enum hlx_choice pinning) {
    pool->slot_count = slot_count;
    choose_processors(pool, worker_count, pinning);
    if (!map_all(pool)) {
        return false;
    }
    pool->locked = lock != HLX_CHOICE_OFF && lock_all(pool);
    return pool->locked || lock != HLX_CHOICE_ON;
}

/* ---- processes ---- */

static hlx_watch watch_of(const hlx_pool *pool, uint32_t slot, enum hlx_watch_kind kind) {
    return (hlx_watch){kind, pool->links[slot].generation, slot};
}

static pid_t fork_worker(const hlx_link *link, const int ends[2]) {
    pid_t service = getpid();
    hlx_mapping_inherit(&link->mapping, true);
    pid_t process = fork();
    if (process == 0) {
        hlx_worker_main(ends[1], &link->mapping, link->processor, service);
    }
    hlx_mapping_inherit(&link->mapping, false);
    return process;
}

static bool watch_worker(const hlx_pool *pool, uint32_t slot) {
    const hlx_link *link = &pool->links[slot];
    return link->process_fd >= 0 &&
           hlx_watch_add(pool->epoll, link->process_fd, EPOLLIN,
                         watch_of(pool, slot, HLX_WATCH_WORKER_PROCESS)) &&
           hlx_watch_add(pool->epoll, link->stream, EPOLLIN,
                         watch_of(pool, slot, HLX_WATCH_WORKER_STREAM));
}

static void close_link(hlx_link *link) {
    if (link->process_fd >= 0) {
        (void)close(link->process_fd);
    }
    (void)close(link->stream);
    link->process = 0;
}

static void start_link(hlx_link *link, pid_t process, int stream) {
    link->process = process;
    link->process_fd = pidfd_open(process, 0);
    link->stream = stream;
    link->generation++;
    link->broken = false;
    link->waiting = false;
    link->outbox.count = 0;
    hlx_frame_decoder_init(&link->decoder);
    hlx_lease_restart(&link->lease);
}

/* A child that could not be watched was killed unseen; it is collected before the slot
 * has another, so that there is at most one such zombie in each. */
static bool orphan_is_gone(hlx_link *link) {
    if (link->orphan > 0 && waitpid(link->orphan, NULL, WNOHANG) == 0) {
        errno = EAGAIN;
        return false;
    }
    link->orphan = 0;
    return true;
}

/* spec: SRV-20 */
bool hlx_pool_spawn(hlx_pool *pool, uint32_t slot, uint32_t replaces) {
    hlx_link *link = &pool->links[slot];
    int ends[2];
    if (replaces != HLX_BROKER_NO_SLOT) {
        link->processor = pool->links[replaces].processor;
    }
    if (!orphan_is_gone(link) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    pid_t process = fork_worker(link, ends);
    (void)close(ends[1]);
    if (process < 0) {
        (void)close(ends[0]);
        return false;
    }
    start_link(link, process, ends[0]);
    if (!watch_worker(pool, slot)) {
        int cause = errno; /* out of descriptors or kernel memory */
        (void)kill(process, SIGKILL);
        link->orphan = process;
        close_link(link);
        errno = cause;
        return false;
    }
    return true;
}

void hlx_pool_kill(hlx_pool *pool, uint32_t slot) {
    if (pool->links[slot].process > 0) {
        (void)kill(pool->links[slot].process, SIGKILL);
    }
}

/* The stream is of no more use: stop watching it, wait for the process to die. */
static void break_stream(hlx_pool *pool, uint32_t slot) {
    hlx_link *link = &pool->links[slot];
    if (link->broken) {
        return;
    }
    link->broken = true;
    (void)epoll_ctl(pool->epoll, EPOLL_CTL_DEL, link->stream, NULL);
    link->outbox.count = 0; /* it will not be read */
    hlx_pool_kill(pool, slot);
}

static void describe_end(const siginfo_t *info, char *how, size_t how_bytes) {
    if (info->si_code == CLD_EXITED) {
        (void)snprintf(how, how_bytes, "exited with %d", info->si_status);
    } else {
        (void)snprintf(how, how_bytes, "died of signal %d", info->si_status);
    }
}

bool hlx_pool_reap(hlx_pool *pool, uint32_t slot, char *how, size_t how_bytes) {
    hlx_link *link = &pool->links[slot];
    siginfo_t info = {0};
    if (waitid(P_PIDFD, (id_t)link->process_fd, &info, WEXITED | WNOHANG) != 0 ||
        info.si_pid == 0) {
        return false;
    }
    describe_end(&info, how, how_bytes);
    close_link(link);
    return true;
}

/* ---- to the worker ---- */

static void want_room(hlx_pool *pool, uint32_t slot, bool waiting) {
    hlx_link *link = &pool->links[slot];
    if (link->waiting != waiting) {
        link->waiting = waiting;
        (void)hlx_watch_change(pool->epoll, link->stream, waiting ? EPOLLIN | EPOLLOUT : EPOLLIN,
                               watch_of(pool, slot, HLX_WATCH_WORKER_STREAM));
    }
}

/* spec: SRV-22 */
void hlx_pool_flush(hlx_pool *pool, uint32_t slot) {
    hlx_link *link = &pool->links[slot];
    if (link->broken) {
        return;
    }
    switch (hlx_outbox_flush(&link->outbox, link->stream)) {
    case HLX_OUTBOX_EMPTY:
        want_room(pool, slot, false);
        break;
    case HLX_OUTBOX_WAITING:
        want_room(pool, slot, true);
        break;
    case HLX_OUTBOX_BROKEN:
        break_stream(pool, slot);
        break;
    }
}

/* A broken worker is sent nothing. */
hlx_submission *hlx_pool_obstacle(const hlx_pool *pool, uint32_t slot) {
    const hlx_link *link = &pool->links[slot];
    return link->broken ? NULL : link->holders[link->lease.next];
}

/* spec: SRV-27 */
void hlx_pool_send_request(hlx_pool *pool, uint32_t slot, const hlx_submission *submission) {
    hlx_link *link = &pool->links[slot];
    if (link->broken) {
        return; /* its death, which is near, ends the job */
    }
    hlx_mapping_place(&link->mapping, submission->id, hlx_submission_document(submission),
                      submission->document_length);
    if (!hlx_lease_begin(&link->lease) ||
        !hlx_outbox_add_request(&link->outbox, submission->id, submission->options)) {
        break_stream(pool, slot); /* rather lose a worker than overwrite a reply */
    }
    hlx_pool_flush(pool, slot);
}

void hlx_pool_send_cancel(hlx_pool *pool, uint32_t slot, uint64_t request_id) {
    hlx_link *link = &pool->links[slot];
    if (link->broken) {
        return;
    }
    if (!hlx_outbox_add_cancel(&link->outbox, request_id)) {
        break_stream(pool, slot);
    }
    hlx_pool_flush(pool, slot);
}

void hlx_pool_retire(hlx_pool *pool, uint32_t slot) {
    if (pool->links[slot].process > 0) { /* it may never have come to be */
        (void)shutdown(pool->links[slot].stream, SHUT_WR);
    }
}

/* ---- from the worker ---- */

/* Only responses come from workers; of anything longer no more than the header is ever
 * received. */
static bool wants_more(const hlx_link *link) {
    return link->decoder.status == HLX_FRAME_NEED_MORE &&
           link->decoder.needed <= sizeof link->frame;
}

/* A row for each token; at most one issue for each byte and each token. spec: SRV-20 */
static bool is_possible(const hlx_summary *summary) {
    return summary->tokens <= HLX_ARENA_MAX_TOKENS &&
           summary->issues <= HLX_MAX_DOCUMENT_BYTES + summary->tokens;
}

/* False when it is no response, or one that no document has: the decoder then stays at its
 * end and wants no more. */
static bool take_frame(hlx_link *link, uint32_t slot, hlx_event *event) {
    hlx_frame_header header = {0, 0, 0};
    hlx_summary summary;
    (void)hlx_frame_decode_header(link->frame, &header);
    hlx_frame_decode_summary(link->frame + HLX_FRAME_HEADER_BYTES, &summary);
    if (header.type != HLX_FRAME_RESPONSE || !is_possible(&summary)) {
        return false;
    }
    hlx_frame_decoder_init(&link->decoder);
    *event = (hlx_event){.type = HLX_EVENT_WORKER_RESPONSE,
                         .slot = slot,
                         .request_id = header.request_id,
                         .summary = summary};
    if (header.request_id == HLX_WORKER_READY_ID) {
        event->type = HLX_EVENT_WORKER_READY;
    } else {
        hlx_lease_end(&link->lease);
    }
    return true;
}

/* spec: SRV-20, SRV-25 */
bool hlx_pool_receive(hlx_pool *pool, uint32_t slot, hlx_event *event) {
    hlx_link *link = &pool->links[slot];
    while (wants_more(link)) {
        ssize_t count = recv(link->stream, link->frame + link->decoder.received,
                             hlx_frame_decoder_wanted(&link->decoder), MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            return false;
        }
        if (count <= 0) {
            break;
        }
        (void)hlx_frame_decoder_accept(&link->decoder, link->frame, (uint32_t)count);
        if (link->decoder.status == HLX_FRAME_COMPLETE && take_frame(link, slot, event)) {
            return true;
        }
    }
    break_stream(pool, slot);
    return false;
}

/* ---- its columns ---- */

/* spec: ARN-11 */
uint32_t hlx_pool_hold(hlx_pool *pool, uint32_t slot, hlx_submission *submission,
                       hlx_columns *columns) {
    hlx_link *link = &pool->links[slot];
    uint32_t side = hlx_lease_hold(&link->lease);
    if (side == HLX_LEASE_NO_SIDE) {
        return side;
    }
    hlx_arena arena;
    hlx_mapping_arena(&arena);
    arena.side = side;
    hlx_arena_columns(&arena, link->mapping.words, columns);
    link->holders[side] = submission;
    return side;
}

/* spec: ARN-12 */
void hlx_pool_release(hlx_pool *pool, hlx_delivery *delivery) {
    if (delivery->side != HLX_LEASE_NO_SIDE) {
        hlx_link *link = &pool->links[delivery->slot];
        link->holders[delivery->side] = NULL;
        hlx_lease_release(&link->lease, delivery->side);
        delivery->side = HLX_LEASE_NO_SIDE;
    }
}
