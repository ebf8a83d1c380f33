/* watch.c -- see watch.h. */
#include "watch.h"

#include <sys/epoll.h>

#define GENERATION_MASK 0xFFFFFFu

uint64_t hlx_watch_pack(hlx_watch watch) {
    return (uint64_t)watch.kind << 56 | (uint64_t)(watch.generation & GENERATION_MASK) << 32 |
           watch.index;
}

hlx_watch hlx_watch_unpack(uint64_t packed) {
    return (hlx_watch){(enum hlx_watch_kind)(packed >> 56),
                       (uint32_t)(packed >> 32) & GENERATION_MASK, (uint32_t)packed};
}

bool hlx_watch_is_current(hlx_watch watch, uint32_t generation) {
    return watch.generation == (generation & GENERATION_MASK);
}

static bool control(int epoll, int operation, int descriptor, uint32_t events, hlx_watch watch) {
    struct epoll_event event = {.events = events, .data.u64 = hlx_watch_pack(watch)};
    return epoll_ctl(epoll, operation, descriptor, &event) == 0;
}

bool hlx_watch_add(int epoll, int descriptor, uint32_t events, hlx_watch watch) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, events, watch);
}

bool hlx_watch_change(int epoll, int descriptor, uint32_t events, hlx_watch watch) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, events, watch);
}
