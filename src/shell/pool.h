/* pool.h -- the worker processes: made, written to, read from, ended.
 *
 *      slot   stream (socket pair)   process (pidfd)    mapping
 *      0      frames both ways       readable = dead    columns, document
 *      ...
 *
 * The pool does what the broker decides and reports what it sees; it decides nothing
 * but this: a worker whose stream breaks or carries no frame of the protocol is
 * killed. Nothing here waits: streams are non-blocking, a death is learned from the
 * pidfd. Descriptors of a slot live from hlx_pool_spawn to hlx_pool_reap.
 * spec: SRV-20 to SRV-26 */
#ifndef HLX_POOL_H
#define HLX_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "broker.h"
#include "lease.h"
#include "mapping.h"
#include "outbox.h"
#include "submission.h"

#define HLX_POOL_MAX_PROCESSORS 1024u

/* What the broker knows as a slot, as processes and descriptors. */
typedef struct hlx_link {
    pid_t process; /* 0: none */
    pid_t orphan;  /* killed, as it could not be watched, and not yet collected; 0: none */
    int process_fd;
    int stream;
    uint32_t generation;
    int processor; /* or HLX_WORKER_UNPINNED */
    bool broken;   /* its stream is no longer watched; it was sent SIGKILL */
    bool waiting;  /* watched for room to write */
    hlx_outbox outbox;
    hlx_frame_decoder decoder;
    uint8_t frame[HLX_FRAME_HEADER_BYTES + HLX_FRAME_RESPONSE_BYTES];
    hlx_mapping mapping;
    hlx_lease lease;                          /* of the mapping's sides; outlives the process */
    hlx_submission *holders[HLX_ARENA_SIDES]; /* whose replies are sent from them */
} hlx_link;

typedef struct hlx_pool {
    int epoll;
    uint32_t slot_count;
    bool pinned;
    bool locked;
    hlx_link links[HLX_BROKER_MAX_SLOTS];
} hlx_pool;

enum hlx_choice { HLX_CHOICE_AUTO, HLX_CHOICE_ON, HLX_CHOICE_OFF };

/* Map the memory of every slot, choose processors. False, with errno set, when memory
 * is short, or cannot be locked although `lock` is ON. spec: SRV-24, SRV-26 */
bool hlx_pool_init(hlx_pool *pool, uint32_t worker_count, uint32_t slot_count, enum hlx_choice lock,
                   enum hlx_choice pinning);

/* Fork a worker; `replaces` is the slot whose processor it takes over, or
 * HLX_BROKER_NO_SLOT. False when there is none now. */
bool hlx_pool_spawn(hlx_pool *pool, uint32_t slot, uint32_t replaces);

/* The reply from which the side that the slot's next request will write is held, or
 * NULL: a request may be sent. spec: ARN-11 */
hlx_submission *hlx_pool_obstacle(const hlx_pool *pool, uint32_t slot);

/* To be called only without an obstacle. */
void hlx_pool_send_request(hlx_pool *pool, uint32_t slot, const hlx_submission *submission);
void hlx_pool_send_cancel(hlx_pool *pool, uint32_t slot, uint64_t request_id);

/* The worker's stream takes bytes again. */
void hlx_pool_flush(hlx_pool *pool, uint32_t slot);

/* Close the worker's input. */
void hlx_pool_retire(hlx_pool *pool, uint32_t slot);

void hlx_pool_kill(hlx_pool *pool, uint32_t slot);

/* The next WORKER_READY or WORKER_RESPONSE of the slot. False when nothing whole is
 * there. */
bool hlx_pool_receive(hlx_pool *pool, uint32_t slot, hlx_event *event);

/* The columns of the slot's last answer, held for the submission's delivery until
 * hlx_pool_release: the side, or HLX_LEASE_NO_SIDE when there are none. */
uint32_t hlx_pool_hold(hlx_pool *pool, uint32_t slot, hlx_submission *submission,
                       hlx_columns *columns);

/* The delivery needs the columns no more, if it holds any. */
void hlx_pool_release(hlx_pool *pool, hlx_delivery *delivery);

/* Close the descriptors of a dead worker. False when it is not dead. `how` says how
 * it ended, in words. */
bool hlx_pool_reap(hlx_pool *pool, uint32_t slot, char *how, size_t how_bytes);

#endif
