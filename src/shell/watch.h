/* watch.h -- what a readiness report of epoll is about: a kind and an index.
 *
 *      bits 63..56 kind   55..32 generation   31..0 index
 *
 * Descriptors and indices are reused; the generation tells a report about a closed
 * descriptor, still waiting in the same batch, from one about its successor. */
#ifndef HLX_WATCH_H
#define HLX_WATCH_H

#include <stdbool.h>
#include <stdint.h>

enum hlx_watch_kind {
    HLX_WATCH_LISTENER,
    HLX_WATCH_SIGNAL,
    HLX_WATCH_TIMER,
    HLX_WATCH_CONNECTION,
    HLX_WATCH_WORKER_STREAM,
    HLX_WATCH_WORKER_PROCESS
};

typedef struct hlx_watch {
    enum hlx_watch_kind kind;
    uint32_t generation; /* only the low 24 bits count */
    uint32_t index;
} hlx_watch;

uint64_t hlx_watch_pack(hlx_watch watch);
hlx_watch hlx_watch_unpack(uint64_t packed);

/* Was the report made for the descriptor that has `generation` now? */
bool hlx_watch_is_current(hlx_watch watch, uint32_t generation);

/* Watch `descriptor` for `events`, or change what it is watched for. False with errno. */
bool hlx_watch_add(int epoll, int descriptor, uint32_t events, hlx_watch watch);
bool hlx_watch_change(int epoll, int descriptor, uint32_t events, hlx_watch watch);

#endif
