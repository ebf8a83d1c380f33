/* lease_laws.c -- what the contracts of lease.h say together, as programs.
 * As frame_laws.c: proved, never linked. */
#include "lease.h"

enum { BEGIN = 0, END = 1, HOLD = 2, RESTART = 3, RELEASE_OTHER = 4 };

/*@ predicate NotWritten(hlx_lease lease, integer side) =
      lease.busy ==> lease.written != side;
*/

/* One step of a life: any operation but the release of `side`. What was held is still
 * held, and not written. spec: ARN-11, ARN-12 */
/*@ requires writable: \valid(lease);
    requires valid: LeaseValid(*lease);
    requires side: side < HLX_ARENA_SIDES && SideHeld(*lease, side);
    terminates \true;
    assigns *lease;
    ensures valid: LeaseValid(*lease);
    ensures held: SideHeld(*lease, side);
    ensures kept: NotWritten(*lease, side);
*/
void any_step(hlx_lease *lease, uint32_t side, uint8_t operation) {
    if (operation == BEGIN && !lease->busy) {
        hlx_lease_begin(lease);
    } else if (operation == END) {
        hlx_lease_end(lease);
    } else if (operation == HOLD) {
        hlx_lease_hold(lease);
    } else if (operation == RESTART) {
        hlx_lease_restart(lease);
    } else if (operation == RELEASE_OTHER) {
        hlx_lease_release(lease, 1u - side);
    }
}

/* The lease rule: from hold to release no sequence of operations, however long, lets a
 * worker write the side. spec: ARN-11, ARN-12 */
/*@ requires writable: \valid(lease);
    requires readable: \valid_read(operations + (0 .. count - 1));
    requires separate: \separated(lease, operations + (0 .. count - 1));
    requires valid: LeaseValid(*lease);
    requires side: side < HLX_ARENA_SIDES && SideHeld(*lease, side);
    terminates \true;
    assigns *lease;
    ensures held: SideHeld(*lease, side);
    ensures kept: NotWritten(*lease, side);
*/
void held_is_never_written(hlx_lease *lease, uint32_t side, const uint8_t *operations,
                           uint32_t count) {
    /*@ loop invariant bounds: i <= count;
        loop invariant valid: LeaseValid(*lease);
        loop invariant held: SideHeld(*lease, side);
        loop invariant kept: NotWritten(*lease, side);
        loop assigns i, *lease;
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        any_step(lease, side, operations[i]);
    }
}

/* Nobody waits for ever: when every reply is through, the next request may be sent.
 * spec: ARN-11, ARN-12 */
/*@ requires writable: \valid(lease);
    requires valid: LeaseValid(*lease);
    requires idle: !lease->busy;
    terminates \true;
    assigns *lease;
    ensures granted: \result == true;
*/
bool released_is_free(hlx_lease *lease) {
    hlx_lease_release(lease, 0);
    hlx_lease_release(lease, 1);
    return hlx_lease_begin(lease);
}

/* The sides of an arena and of its lease go in step: both begin with A and change with
 * every request. spec: ARN-05, ARN-10 */
/*@ requires writable: \valid(lease) && \valid(arena);
    requires separate: \separated(lease, arena);
    requires valid: LeaseValid(*lease) && ArenaValid(arena);
    requires idle: !lease->busy && !SideHeld(*lease, lease->next);
    requires in_step: lease->next == arena->side;
    terminates \true;
    assigns *lease, arena->side;
    ensures written: lease->written == \old(arena->side);
    ensures in_step: lease->next == arena->side;
*/
void in_step_with_arena(hlx_lease *lease, hlx_arena *arena) {
    hlx_lease_begin(lease);
    hlx_arena_swap(arena);
    hlx_lease_end(lease);
}
