/* slots.c -- one worker process at a time. Contracts: slots.h. */
#include "slots.h"
#include "numbers.h"

void hlx_spawn(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    broker->slots[slot].state = HLX_SLOT_STARTING;
    broker->slots[slot].rotation_due = false;
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.start_timeout_ns;
    hlx_emit(actions, HLX_ACTION_SPAWN, slot, 0u);
    broker->counters.spawns = hlx_counted(broker->counters.spawns);
}

void hlx_set_pooled(hlx_broker *broker, uint32_t slot, uint8_t pooled) {
    broker->seats.taken[slot] = pooled;
    /*@ ghost
      uint32_t n = 0;
      /@ loop invariant bound: n <= HLX_BROKER_MAX_SLOTS;
         loop invariant changed: \forall integer k; 0 <= k <= n ==>
           Pooled(broker->seats, k) == Pooled(\at(broker->seats, Pre), k) +
             (slot < k ? pooled - \at(broker->seats.taken[slot], Pre) : 0);
         loop assigns n;
         loop variant HLX_BROKER_MAX_SLOTS - n; @/
      while (n < HLX_BROKER_MAX_SLOTS) {
        n++;
      }
    */
}

void hlx_pass_seat(hlx_broker *broker, uint32_t slot, uint32_t heir) {
    broker->slots[heir].replaces = HLX_BROKER_NO_SLOT;
    hlx_set_pooled(broker, heir, 1u);
    broker->slots[slot].replaced_by = HLX_BROKER_NO_SLOT;
    hlx_set_pooled(broker, slot, 0u);
}

/* A rotation in which `slot` takes part ends early: without its replacement the
 * old worker stays, without the old one the replacement takes over. spec: BRK-36 */
/*@ requires writable: \valid(broker);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[slot].replaces, broker->slots[slot].replaced_by,
            broker->slots[broker->slots[slot].replaces].replaced_by,
            broker->slots[broker->slots[slot].replaced_by].replaces, broker->seats;
    ensures kept: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS ==>
      KeptButRotation(broker->slots[s], \old(broker->slots[s]));
    ensures seats: \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS && s != slot ==>
      broker->seats.taken[s] >= \old(broker->seats.taken[s]);
    ensures out: broker->slots[slot].replaces == HLX_BROKER_NO_SLOT &&
                 broker->slots[slot].replaced_by == HLX_BROKER_NO_SLOT;
    ensures seat: broker->seats.taken[slot] ==
      (\old(broker->slots[slot].replaced_by) != HLX_BROKER_NO_SLOT
         ? 0 : \old(broker->seats.taken[slot]));
    ensures unreferenced: \forall integer s; 0 <= s < broker->config.slot_count ==>
      broker->slots[s].replaces != slot && broker->slots[s].replaced_by != slot;
    ensures queue: QueueValid(*broker);
    ensures processes: Processes(*broker, slot);
    ensures timers: Timers(*broker, -1);
    ensures rotations: Rotations(*broker, slot);
    ensures jobs: Jobs(*broker);
    ensures entries: Entries(*broker, -1);
    ensures conserve: CountersConserve(*broker);
    ensures pool: PoolComplete(*broker);
    ensures alone: \forall integer s; \old(broker->slots[slot].replaces) == HLX_BROKER_NO_SLOT &&
      \old(broker->slots[slot].replaced_by) == HLX_BROKER_NO_SLOT && 0 <= s <
          HLX_BROKER_MAX_SLOTS && s != slot ==>
      broker->slots[s].replaces == \old(broker->slots[s].replaces) &&
      broker->slots[s].replaced_by == \old(broker->slots[s].replaced_by);
*/
static void leave_rotation(hlx_broker *broker, uint32_t slot) {
    uint32_t old = broker->slots[slot].replaces;
    uint32_t heir = broker->slots[slot].replaced_by;

    if (old != HLX_BROKER_NO_SLOT) {
        broker->slots[old].replaced_by = HLX_BROKER_NO_SLOT;
        broker->slots[slot].replaces = HLX_BROKER_NO_SLOT;
    } else if (heir != HLX_BROKER_NO_SLOT) {
        hlx_pass_seat(broker, slot, heir);
    }
}

void hlx_kill_worker(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    leave_rotation(broker, slot);
    broker->slots[slot].state = HLX_SLOT_KILLED;
    broker->slots[slot].timer_ns = HLX_BROKER_NEVER;
    hlx_emit(actions, HLX_ACTION_KILL, slot, 0u);
    broker->counters.kills = hlx_counted(broker->counters.kills);
}

void hlx_retire(hlx_broker *broker, uint32_t slot, hlx_actions *actions) {
    leave_rotation(broker, slot);
    broker->slots[slot].state = HLX_SLOT_RETIRING;
    hlx_set_pooled(broker, slot, 0u);
    broker->slots[slot].timer_ns = broker->now_ns + broker->config.kill_grace_ns;
    hlx_emit(actions, HLX_ACTION_RETIRE, slot, 0u);
}

void hlx_vacate(hlx_broker *broker, uint32_t slot, bool failed) {
    uint64_t backoff_ns = broker->config.backoff_min_ns;
    uint32_t state = HLX_SLOT_EMPTY;

    leave_rotation(broker, slot);
    /*@ assert nobody: \forall integer e; 0 <= e < broker->config.slot_count &&
          EntryRunning(*broker, e) ==> e != slot && broker->requests[e].other != slot; */
    if (failed) {
        backoff_ns =
            hlx_earlier(2u * broker->slots[slot].backoff_ns, broker->config.backoff_max_ns);
    }
    if (broker->seats.taken[slot] == 1u) {
        state = HLX_SLOT_BACKOFF;
    }
    broker->slots[slot].timer_ns = broker->now_ns + broker->slots[slot].backoff_ns;
    broker->slots[slot].backoff_ns = backoff_ns;
    broker->slots[slot].state = state;
}

bool hlx_has_process(uint32_t state) {
    return state >= HLX_SLOT_STARTING;
}
