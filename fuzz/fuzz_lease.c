/* fuzz_lease.c -- a side that is read is never written, whatever worker and replies do.
 *
 * Each byte is an act: a request is sent, the worker answers, a reply holds the answer's
 * side, a reply lets go, the worker is replaced. Beside the lease stands what it protects:
 * two sides with the number of the request that last wrote to them. spec: ARN-10 to ARN-12 */
#include "lease.h"

#include "fuzz_support.h"

typedef struct memory {
    uint32_t content[HLX_ARENA_SIDES]; /* which request wrote there */
    uint32_t read[HLX_ARENA_SIDES];    /* what the reply that holds it began to read, or 0 */
    uint32_t requests;
    uint32_t turns;  /* of this worker */
    bool writing;    /* a request was sent and not answered */
    bool has_answer; /* of this worker */
} memory;

static void expect_unharmed(const memory *sides) {
    for (uint32_t side = 0; side < HLX_ARENA_SIDES; side++) {
        fuzz_expect(sides->read[side] == 0 || sides->read[side] == sides->content[side],
                    "ARN-11: what is held is not written");
    }
}

static void send(hlx_lease *lease, memory *sides) {
    uint32_t side = sides->turns % HLX_ARENA_SIDES;
    if (sides->writing) {
        return; /* one job at a time */
    }
    bool granted = hlx_lease_begin(lease);
    fuzz_expect(granted == (sides->read[side] == 0),
                "ARN-11: refused exactly while the side whose turn it is is held");
    if (granted) {
        fuzz_expect(lease->written == side, "ARN-10: the sides in turn, A first");
        sides->content[side] = ++sides->requests;
        sides->turns++;
        sides->writing = sides->has_answer = true;
    }
}

static void hold(hlx_lease *lease, memory *sides) {
    uint32_t last = (sides->turns + 1) % HLX_ARENA_SIDES;
    bool possible = sides->has_answer && !sides->writing && sides->read[last] == 0;
    uint32_t side = hlx_lease_hold(lease);
    fuzz_expect(side == (possible ? last : HLX_LEASE_NO_SIDE),
                "ARN-11: the side of the last answer can be held once");
    if (possible) {
        sides->read[last] = sides->content[last];
    }
}

static void act(hlx_lease *lease, memory *sides, uint8_t what) {
    if (what % 8 < 2) {
        send(lease, sides);
    } else if (what % 8 < 4) {
        hlx_lease_end(lease);
        sides->writing = false;
    } else if (what % 8 < 6) {
        hold(lease, sides);
    } else if (what % 8 == 6) {
        uint32_t side = what >> 3 & 1u;
        hlx_lease_release(lease, side);
        sides->read[side] = 0;
    } else {
        hlx_lease_restart(lease);
        sides->turns = 0;
        sides->writing = sides->has_answer = false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hlx_lease lease;
    memory sides = {.requests = 0};
    hlx_lease_init(&lease);
    for (size_t i = 0; i < size; i++) {
        act(&lease, &sides, data[i]);
        expect_unharmed(&sides);
    }
    return 0;
}
