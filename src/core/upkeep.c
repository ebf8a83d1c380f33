/* upkeep.c -- loops over the slots. Contracts: upkeep.h. */
#include "upkeep.h"
#include "slots.h"

bool hlx_finished(const hlx_broker *broker) {
    return broker->draining && broker->queue_count == 0u && broker->in_service == 0u;
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires finished: Finished(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 1;
    ensures wound_down: WoundDown(*broker, slot);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures busy: \old(broker->slots[slot].request) != HLX_BROKER_NO_REQUEST ==>
      broker->slots[slot] == \old(broker->slots[slot]);
    ensures sent: actions->count > \old(actions->count) ==>
      Told(*actions, \old(actions->count), HLX_ACTION_RETIRE, slot);
*/
static void wind_down_slot(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    uint32_t state = broker->slots[slot].state;

    if (state == HLX_SLOT_BACKOFF) {
        broker->slots[slot].state = HLX_SLOT_EMPTY;
        hlx_set_pooled(broker, slot, 0u);
    } else if (state >= HLX_SLOT_STARTING && state <= HLX_SLOT_COOLING &&
               broker->slots[slot].request == HLX_BROKER_NO_REQUEST) {
        hlx_retire(broker, slot, actions);
    }
}

void hlx_wind_down(hlx_broker *broker, hlx_actions *actions) {
    if (!hlx_finished(broker)) {
        return;
    }
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        loop invariant finished: Finished(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + slot;
        loop invariant wound_down: \forall integer s; 0 <= s < slot ==> WoundDown(*broker, s);
        HLX_VALID(loop invariant)
        HLX_ACCOUNTS(loop invariant)
        loop assigns slot, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        wind_down_slot(broker, slot, actions);
    }
}

/* spec: BRK-09, BRK-30, BRK-35 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats, broker->counters,
        actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures others: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 1;
    ensures quiet: broker->slots[slot].state != HLX_SLOT_EMPTY ==>
                   broker->slots[slot].timer_ns > broker->now_ns;
    ensures wound_down: \old(WoundDown(*broker, slot)) ==> WoundDown(*broker, slot);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures early: \old(broker->slots[slot].timer_ns > broker->now_ns) ==>
      actions->count == \old(actions->count) && broker->slots[slot] == \old(broker->slots[slot]);
    ensures empty: \old(broker->slots[slot].state) == HLX_SLOT_EMPTY ==>
      actions->count == \old(actions->count) && broker->slots[slot] == \old(broker->slots[slot]);
    ensures spawned: \old(broker->slots[slot].timer_ns <= broker->now_ns &&
                          broker->slots[slot].state == HLX_SLOT_BACKOFF) ==>
      broker->slots[slot].state == HLX_SLOT_STARTING &&
      Told(*actions, \old(actions->count), HLX_ACTION_SPAWN, slot);
    ensures killed: \old(broker->slots[slot].timer_ns <= broker->now_ns &&
                         broker->slots[slot].state >= HLX_SLOT_STARTING) ==>
      broker->slots[slot].state == HLX_SLOT_KILLED &&
      Told(*actions, \old(actions->count), HLX_ACTION_KILL, slot);
*/
static void run_timer(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    if (broker->slots[slot].timer_ns > broker->now_ns) {
        return;
    }
    if (broker->slots[slot].state == HLX_SLOT_BACKOFF) {
        hlx_spawn(broker, slot, actions);
    } else if (hlx_has_process(broker->slots[slot].state)) {
        hlx_kill_worker(broker, slot, actions);
    }
}

void hlx_run_timers(hlx_broker *broker, hlx_actions *actions) {
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + slot;
        loop invariant quiet: \forall integer s; 0 <= s < slot ==> broker->slots[s].state !=
            HLX_SLOT_EMPTY ==>
          broker->slots[s].timer_ns > broker->now_ns;
        loop invariant early: \forall integer s; 0 <= s < broker->config.slot_count &&
          (slot <= s || \at(broker->slots[s].timer_ns, Pre) > broker->now_ns) ==>
          KeptButRotation(broker->slots[s], \at(broker->slots[s], Pre));
        HLX_VALID(loop invariant)
        HLX_ACCOUNTS(loop invariant)
        loop assigns slot, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        run_timer(broker, slot, actions);
    }
}

/*@ requires usable: \valid(broker);
    requires slot: slot < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures wants: \result <==> WantsRotation(broker->draining, broker->slots[slot]);
*/
static bool wants_rotation(const hlx_broker *broker, uint32_t slot) {
    return !broker->draining && broker->slots[slot].state == HLX_SLOT_HOT &&
           broker->slots[slot].rotation_due &&
           broker->slots[slot].replaced_by == HLX_BROKER_NO_SLOT;
}

/* An empty slot that may be used, or NO_SLOT. */
/*@ requires usable: \valid(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_SLOT ==>
      \result < broker->config.slot_count && broker->slots[\result].state == HLX_SLOT_EMPTY &&
      broker->slots[\result].timer_ns <= broker->now_ns;
    ensures lowest: \forall integer s; 0 <= s < \result && s < broker->config.slot_count &&
      broker->slots[s].state == HLX_SLOT_EMPTY ==> broker->slots[s].timer_ns > broker->now_ns;
    ensures none: \result == HLX_BROKER_NO_SLOT ==> NoEmptySlot(*broker);
*/
static uint32_t find_empty(const hlx_broker *broker) {
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant none: \forall integer s; 0 <= s < slot ==> broker->slots[s].state ==
            HLX_SLOT_EMPTY ==>
          broker->slots[s].timer_ns > broker->now_ns;
        loop assigns slot;
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (broker->slots[slot].state == HLX_SLOT_EMPTY &&
            broker->slots[slot].timer_ns <= broker->now_ns) {
            return slot;
        }
    }
    return HLX_BROKER_NO_SLOT;
}

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires wants: WantsRotation(broker->draining, broker->slots[slot]);
    requires heir: heir < broker->config.slot_count && broker->slots[heir].state == HLX_SLOT_EMPTY;
    requires due: broker->slots[heir].timer_ns <= broker->now_ns;
    terminates \true;
    exits \false;
    assigns broker->slots[slot].replaced_by, broker->slots[heir].replaces,
            broker->slots[heir].state, broker->slots[heir].rotation_due,
            broker->slots[heir].timer_ns, broker->counters.spawns, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures heir: broker->slots[heir].state == HLX_SLOT_STARTING &&
                  broker->slots[heir].timer_ns > broker->now_ns;
    ensures started: broker->slots[slot].replaced_by == heir;
    ensures count: actions->count == \old(actions->count) + 1;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures sent: Told(*actions, \old(actions->count), HLX_ACTION_SPAWN, heir);
*/
static void start_rotation(hlx_broker *broker, uint32_t slot, uint32_t heir, hlx_actions *actions) {
    broker->slots[slot].replaced_by = heir;
    broker->slots[heir].replaces = slot;
    hlx_spawn(broker, heir, actions);
}

void hlx_rotate(hlx_broker *broker, hlx_actions *actions) {
    uint32_t heir = find_empty(broker);

    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant timely_queue: QueueTimely(*broker);
        loop invariant timely_service: ServiceTimely(*broker);
        loop invariant count: \at(actions->count, Pre) <= actions->count <=
          \at(actions->count, Pre) + slot;
        loop invariant quiet: TimersQuiet(*broker);
        loop invariant cooling: \forall integer s; 0 <= s < slot ==> CoolingWorks(*broker, s);
        loop invariant heir: heir != HLX_BROKER_NO_SLOT ==> heir < broker->config.slot_count &&
          broker->slots[heir].state == HLX_SLOT_EMPTY;
        loop invariant due: heir != HLX_BROKER_NO_SLOT ==>
          broker->slots[heir].timer_ns <= broker->now_ns;
        loop invariant none: heir == HLX_BROKER_NO_SLOT ==> NoEmptySlot(*broker);
        loop invariant rotating: heir != HLX_BROKER_NO_SLOT ==>
          \forall integer s; 0 <= s < slot ==> !WantsRotation(broker->draining, broker->slots[s]);
        HLX_VALID(loop invariant)
        HLX_ACCOUNTS(loop invariant)
        loop assigns slot, heir, broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->seats,
            broker->counters, actions->count,
                    actions->list[\at(actions->count, Pre) .. HLX_BROKER_MAX_ACTIONS - 1];
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (broker->slots[slot].state == HLX_SLOT_COOLING &&
            broker->slots[slot].request == HLX_BROKER_NO_REQUEST) {
            hlx_retire(broker, slot, actions);
        } else if (wants_rotation(broker, slot) && heir != HLX_BROKER_NO_SLOT) {
            start_rotation(broker, slot, heir, actions);
            heir = find_empty(broker);
        }
    }
}

bool hlx_rotation_waits(const hlx_broker *broker) {
    /*@ loop invariant bound: slot <= broker->config.slot_count;
        loop invariant none: \forall integer s; 0 <= s < slot ==>
            !WantsRotation(broker->draining, broker->slots[s]);
        loop assigns slot;
        loop variant broker->config.slot_count - slot;
    */
    for (uint32_t slot = 0u; slot < broker->config.slot_count; slot++) {
        if (wants_rotation(broker, slot)) {
            return true;
        }
    }
    return false;
}

uint64_t hlx_next_of_slot(const hlx_broker *broker, uint32_t slot, bool for_rotation) {
    if (broker->slots[slot].state == HLX_SLOT_EMPTY && !for_rotation) {
        return HLX_BROKER_NEVER;
    }
    return broker->slots[slot].timer_ns;
}
