/* lease.h -- who may touch which side of a worker's arena.
 *
 *      worker writes   A     B     A     B      strictly in turn, from A on
 *      reply reads       A A A A A               from the answer to the last byte sent
 *                              ^ the turn is A's: `begin` refuses, as A is held
 *
 * A worker swaps sides with every request (arena.h), so the columns of its last answer
 * stay readable while it works on the next one; but not longer. Before a request is
 * sent to a worker, `begin` asks whether the side that it will write is free; after its
 * answer, `hold` keeps that side for the reply that is sent from it, and `release` gives
 * it back. A worker's successor in the same memory begins with side A again: the
 * holds survive it, the turn does not.
 *
 * The invariant: a side that is being written is not held. What the core does not know
 * is whether a process writes; the shell says when, by begin, end and restart.
 * spec: spec/arena.md */
#ifndef HLX_LEASE_H
#define HLX_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

#define HLX_LEASE_NO_SIDE HLX_ARENA_SIDES

typedef struct hlx_lease {
    uint32_t next;    /* the side that the next request is written to */
    uint32_t written; /* the side of the last request begun, or NO_SIDE */
    bool busy;        /* `written` is being written now */
    bool held_a;      /* a reply is sent from the side */
    bool held_b;
} hlx_lease;

/*@ predicate SideHeld(hlx_lease lease, integer side) =
      (side == 0 && lease.held_a) || (side == 1 && lease.held_b);

    predicate Turns(hlx_lease lease) =
      lease.next < HLX_ARENA_SIDES && lease.written <= HLX_LEASE_NO_SIDE &&
      (lease.written != HLX_LEASE_NO_SIDE ==> lease.next == 1 - lease.written);

    predicate NeverHeldAndWritten(hlx_lease lease) =
      lease.busy ==> lease.written != HLX_LEASE_NO_SIDE && !SideHeld(lease, lease.written);

    predicate LeaseValid(hlx_lease lease) = Turns(lease) && NeverHeldAndWritten(lease);

    predicate SameHolds(hlx_lease one, hlx_lease other) =
      (one.held_a <==> other.held_a) && (one.held_b <==> other.held_b);
*/

/* New memory: nothing written, nothing held. spec: ARN-10 */
/*@ requires writable: \valid(lease);
    terminates \true;
    assigns *lease;
    ensures valid: LeaseValid(*lease);
    ensures free: !SideHeld(*lease, 0) && !SideHeld(*lease, 1);
    ensures turn: lease->next == 0 && lease->written == HLX_LEASE_NO_SIDE && !lease->busy;
*/
void hlx_lease_init(hlx_lease *lease);

/* Another worker uses the memory from now on: it begins with side A. What is held stays
 * held. spec: ARN-10, ARN-12 */
/*@ requires writable: \valid(lease);
    requires valid: LeaseValid(*lease);
    terminates \true;
    assigns lease->next, lease->written, lease->busy;
    ensures valid: LeaseValid(*lease);
    ensures holds: SameHolds(*lease, \old(*lease));
    ensures turn: lease->next == 0 && lease->written == HLX_LEASE_NO_SIDE && !lease->busy;
*/
void hlx_lease_restart(hlx_lease *lease);

/* May the worker be sent a request? If the side whose turn it is is free, it is being
 * written from now on; otherwise nothing changes. spec: ARN-10, ARN-11 */
/*@ requires writable: \valid(lease);
    requires valid: LeaseValid(*lease);
    requires idle: !lease->busy;
    terminates \true;
    assigns lease->next, lease->written, lease->busy;
    ensures valid: LeaseValid(*lease);
    ensures holds: SameHolds(*lease, \old(*lease));
    ensures granted: \result <==> !SideHeld(\old(*lease), \old(lease->next));
    ensures turn: \result ==>
      lease->busy && lease->written == \old(lease->next) && lease->next == 1 - lease->written;
    ensures refused: !\result ==> *lease == \old(*lease);
*/
bool hlx_lease_begin(hlx_lease *lease);

/* The worker has answered, or is dead: it writes no more. spec: ARN-11 */
/*@ requires writable: \valid(lease);
    requires valid: LeaseValid(*lease);
    terminates \true;
    assigns lease->busy;
    ensures valid: LeaseValid(*lease);
    ensures quiet: !lease->busy;
*/
void hlx_lease_end(hlx_lease *lease);

/* Keep the side of the answer for its reply. Returns the side; NO_SIDE, and nothing
 * changes, when there is no answer, a later request has begun or it is held already.
 * spec: ARN-11 */
/*@ requires writable: \valid(lease);
    requires valid: LeaseValid(*lease);
    terminates \true;
    assigns lease->held_a, lease->held_b;
    ensures valid: LeaseValid(*lease);
    ensures side: \result != HLX_LEASE_NO_SIDE ==>
      \result == lease->written && !lease->busy && SideHeld(*lease, \result) &&
      !SideHeld(\old(*lease), \result);
    ensures other: \result != HLX_LEASE_NO_SIDE ==>
      (SideHeld(*lease, 1 - \result) <==> SideHeld(\old(*lease), 1 - \result));
    ensures none: \result == HLX_LEASE_NO_SIDE ==> *lease == \old(*lease);
    ensures possible: lease->written < HLX_ARENA_SIDES && !lease->busy &&
      !SideHeld(\old(*lease), lease->written) ==> \result == lease->written;
    ensures range: \result <= HLX_LEASE_NO_SIDE;
*/
uint32_t hlx_lease_hold(hlx_lease *lease);

/* The reply needs its side no more. spec: ARN-12 */
/*@ requires writable: \valid(lease);
    requires valid: LeaseValid(*lease);
    requires side: side < HLX_ARENA_SIDES;
    terminates \true;
    assigns lease->held_a, lease->held_b;
    ensures valid: LeaseValid(*lease);
    ensures free: !SideHeld(*lease, side);
    ensures other: SideHeld(*lease, 1 - side) <==> SideHeld(\old(*lease), 1 - side);
*/
void hlx_lease_release(hlx_lease *lease, uint32_t side);

#endif
