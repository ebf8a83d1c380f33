/* slots.h -- a worker's process: spawned, killed, retired, gone; and its seat in the pool.
 *
 * A seat says that a death in this slot must be made good. In a rotation the old worker
 * keeps its seat until the replacement is ready, so the number of seats does not change
 * (BRK-05, BRK-09). `hlx_set_pooled` is the only writer of a seat after init; it proves
 * what that does to their number. */
#ifndef HLX_SLOTS_H
#define HLX_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/* Only where no process is and the back-off has passed. spec: BRK-09, BRK-35 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires valid: ConfigValid(broker->config) && broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    requires slot: slot < broker->config.slot_count;
    requires no_process: broker->slots[slot].state <= HLX_SLOT_BACKOFF;
    requires due: broker->slots[slot].timer_ns <= broker->now_ns;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].state, broker->slots[slot].rotation_due,
            broker->slots[slot].timer_ns, broker->counters.spawns, actions->count,
            actions->list[actions->count];
    ensures starting: broker->slots[slot].state == HLX_SLOT_STARTING;
    ensures timer: broker->slots[slot].timer_ns ==
                   broker->now_ns + broker->config.start_timeout_ns;
    ensures unused: !broker->slots[slot].rotation_due;
    ensures count: actions->count == \old(actions->count) + 1;
    HLX_ACCOUNTS(ensures)
    ensures sent: Told(*actions, \old(actions->count), HLX_ACTION_SPAWN, slot);
*/
void hlx_spawn(hlx_broker *broker, uint32_t slot, hlx_actions *actions);

/* The only writer of a seat in the pool: proves what it does to their count. */
/*@ requires writable: \valid(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->seats.taken[slot];
    ensures pooled: broker->seats.taken[slot] == pooled;
    ensures changed: \forall integer k; 0 <= k <= HLX_BROKER_MAX_SLOTS ==>
      Pooled(broker->seats, k) == \old(Pooled(broker->seats, k)) +
        (slot < k ? pooled - \old(broker->seats.taken[slot]) : 0);
*/
void hlx_set_pooled(hlx_broker *broker, uint32_t slot, uint8_t pooled);

/* The pool counts on `heir` in place of `slot`. */
/*@ requires writable: \valid(broker);
    requires slots: slot < HLX_BROKER_MAX_SLOTS && heir < HLX_BROKER_MAX_SLOTS && slot != heir;
    requires seats: broker->seats.taken[slot] == 1 && broker->seats.taken[heir] == 0;
    terminates \true;
    exits \false;
    assigns broker->slots[heir].replaces, broker->seats.taken[heir],
            broker->slots[slot].replaced_by, broker->seats.taken[slot];
    ensures heir: broker->slots[heir].replaces == HLX_BROKER_NO_SLOT &&
                  broker->seats.taken[heir] == 1;
    ensures slot: broker->slots[slot].replaced_by == HLX_BROKER_NO_SLOT &&
                  broker->seats.taken[slot] == 0;
    ensures same_count: \forall integer k; slot < k <= HLX_BROKER_MAX_SLOTS && heir < k ==>
      Pooled(broker->seats, k) == \old(Pooled(broker->seats, k));
*/
void hlx_pass_seat(hlx_broker *broker, uint32_t slot, uint32_t heir);

/* Its job, if any, is kept until its exit. spec: BRK-02, BRK-35 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires process: broker->slots[slot].state >= HLX_SLOT_STARTING;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].state, broker->slots[slot].timer_ns,
            broker->slots[slot].replaces, broker->slots[slot].replaced_by,
            broker->slots[broker->slots[slot].replaces].replaced_by,
            broker->slots[broker->slots[slot].replaced_by].replaces, broker->seats,
            broker->counters.kills,
        actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures killed: broker->slots[slot].state == HLX_SLOT_KILLED &&
                    broker->slots[slot].timer_ns == HLX_BROKER_NEVER;
    ensures count: actions->count == \old(actions->count) + 1;
    HLX_VALID(ensures)
    ensures job: broker->slots[slot].request == \old(broker->slots[slot].request);
    HLX_ACCOUNTS(ensures)
    ensures sent: Told(*actions, \old(actions->count), HLX_ACTION_KILL, slot);
*/
void hlx_kill_worker(hlx_broker *broker, uint32_t slot, hlx_actions *actions);

/* An idle worker is told to go; nobody waits for it. spec: BRK-36, BRK-37 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires state: HLX_SLOT_STARTING <= broker->slots[slot].state <= HLX_SLOT_COOLING;
    requires idle: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    requires allowed: Finished(*broker) || broker->slots[slot].state == HLX_SLOT_COOLING;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].state, broker->slots[slot].timer_ns,
            broker->slots[slot].replaces, broker->slots[slot].replaced_by,
            broker->slots[broker->slots[slot].replaces].replaced_by,
            broker->slots[broker->slots[slot].replaced_by].replaces, broker->seats, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures retiring: broker->slots[slot].state == HLX_SLOT_RETIRING &&
                      broker->slots[slot].timer_ns > broker->now_ns;
    ensures grace: broker->slots[slot].timer_ns ==
                   broker->now_ns + broker->config.kill_grace_ns;
    ensures count: actions->count == \old(actions->count) + 1;
    HLX_VALID(ensures)
    ensures job: broker->slots[slot].request == \old(broker->slots[slot].request);
    ensures alone: \forall integer s; \old(broker->slots[slot].state) == HLX_SLOT_COOLING &&
      0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      broker->slots[s].replaces == \old(broker->slots[s].replaces) &&
      broker->slots[s].replaced_by == \old(broker->slots[s].replaced_by);
    HLX_ACCOUNTS(ensures)
    ensures sent: Told(*actions, \old(actions->count), HLX_ACTION_RETIRE, slot);
*/
void hlx_retire(hlx_broker *broker, uint32_t slot, hlx_actions *actions);

/* No process is left in `slot`. It is not used again before its back-off has
 * passed, which doubles with every failure. spec: BRK-09 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires process: broker->slots[slot].state >= HLX_SLOT_STARTING;
    requires jobless: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].state, broker->slots[slot].timer_ns,
            broker->slots[slot].backoff_ns, broker->slots[slot].replaces,
            broker->slots[slot].replaced_by,
            broker->slots[broker->slots[slot].replaces].replaced_by,
            broker->slots[broker->slots[slot].replaced_by].replaces, broker->seats;
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures no_process: broker->slots[slot].state <= HLX_SLOT_BACKOFF;
    ensures backed_off: broker->slots[slot].timer_ns ==
                        broker->now_ns + \old(broker->slots[slot].backoff_ns);
    ensures grows: failed ==> broker->slots[slot].backoff_ns ==
      (2 * \old(broker->slots[slot].backoff_ns) < broker->config.backoff_max_ns
         ? 2 * \old(broker->slots[slot].backoff_ns)
         : broker->config.backoff_max_ns);
    ensures falls: !failed ==> broker->slots[slot].backoff_ns == broker->config.backoff_min_ns;
    HLX_VALID(ensures)
*/
void hlx_vacate(hlx_broker *broker, uint32_t slot, bool failed);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures process: \result <==> state >= HLX_SLOT_STARTING;
*/
bool hlx_has_process(uint32_t state);

#endif
