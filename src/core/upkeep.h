/* upkeep.h -- the phases of a step that are about workers: wind down, timers, rotation.
 *
 * After `hlx_run_timers` no timer of a slot in use is due (BRK-09, BRK-30, BRK-35), after
 * `hlx_rotate` a rotation that is due has begun or no slot is free for it (BRK-36). */
#ifndef HLX_UPKEEP_H
#define HLX_UPKEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/* Draining, and every accepted request has been answered or abandoned. */
/*@ requires usable: \valid(broker);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures finished: \result <==> Finished(*broker);
*/
bool hlx_finished(const hlx_broker *broker);

/* spec: BRK-37 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    HLX_VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures wound_down: Finished(*broker) ==>
      \forall integer s; 0 <= s < broker->config.slot_count ==> WoundDown(*broker, s);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_wind_down(hlx_broker *broker, hlx_actions *actions);

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    HLX_VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures early: \forall integer s; 0 <= s < broker->config.slot_count &&
      \old(broker->slots[s].timer_ns) > broker->now_ns ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_run_timers(hlx_broker *broker, hlx_actions *actions);

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    HLX_VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    requires quiet: TimersQuiet(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures settled: RotationsSettled(*broker);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_rotate(hlx_broker *broker, hlx_actions *actions);

/*@ requires usable: \valid(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures waits: \result <==> RotationWaits(*broker);
*/
bool hlx_rotation_waits(const hlx_broker *broker);

/* The timer of an empty slot matters only to a rotation that waits for it. */
/*@ requires usable: \valid(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures exact: \result == (broker->slots[slot].state == HLX_SLOT_EMPTY && !for_rotation
                                 ? HLX_BROKER_NEVER : broker->slots[slot].timer_ns);
*/
uint64_t hlx_next_of_slot(const hlx_broker *broker, uint32_t slot, bool for_rotation);

#endif
