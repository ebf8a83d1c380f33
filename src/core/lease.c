/* lease.c -- contracts are in lease.h. */
#include "lease.h"

/* spec: ARN-10 */
void hlx_lease_init(hlx_lease *lease) {
    lease->held_a = false;
    lease->held_b = false;
    lease->next = 0;
    lease->written = HLX_LEASE_NO_SIDE;
    lease->busy = false;
}

/* spec: ARN-10, ARN-12 */
void hlx_lease_restart(hlx_lease *lease) {
    lease->next = 0;
    lease->written = HLX_LEASE_NO_SIDE;
    lease->busy = false;
}

/* spec: ARN-11 */
/*@ requires readable: \valid_read(lease);
    requires side: side < HLX_ARENA_SIDES;
    terminates \true;
    assigns \nothing;
    ensures held: \result <==> SideHeld(*lease, side);
*/
static bool held(const hlx_lease *lease, uint32_t side) {
    return side == 0 ? lease->held_a : lease->held_b;
}

/* spec: ARN-11, ARN-12 */
/*@ requires writable: \valid(lease);
    requires side: side < HLX_ARENA_SIDES;
    terminates \true;
    assigns lease->held_a, lease->held_b;
    ensures set: SideHeld(*lease, side) <==> value;
    ensures other: SideHeld(*lease, 1 - side) <==> SideHeld(\old(*lease), 1 - side);
*/
static void set_held(hlx_lease *lease, uint32_t side, bool value) {
    if (side == 0) {
        lease->held_a = value;
    } else {
        lease->held_b = value;
    }
}

/* spec: ARN-10, ARN-11 */
bool hlx_lease_begin(hlx_lease *lease) {
    if (held(lease, lease->next)) {
        return false;
    }
    lease->written = lease->next;
    lease->next = 1u - lease->written;
    lease->busy = true;
    return true;
}

/* spec: ARN-11 */
void hlx_lease_end(hlx_lease *lease) {
    lease->busy = false;
}

/* spec: ARN-11 */
uint32_t hlx_lease_hold(hlx_lease *lease) {
    if (lease->busy || lease->written == HLX_LEASE_NO_SIDE || held(lease, lease->written)) {
        return HLX_LEASE_NO_SIDE;
    }
    set_held(lease, lease->written, true);
    return lease->written;
}

/* spec: ARN-12 */
void hlx_lease_release(hlx_lease *lease, uint32_t side) {
    set_held(lease, side, false);
}
