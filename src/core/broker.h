/* broker.h -- the hedged-request broker as one pure step function.
 *
 *      (state, event, now) -> (state', actions, next instant)
 *
 * The shell turns readiness into events and performs the actions in order. The
 * core knows no clock, socket, process or heap: time comes in as `now_ns`
 * (monotonic; must not decrease), a request is an id the shell chose and never
 * used before, a worker is a slot number. The same object code runs in the
 * service, the simulator, under the model checker and the fuzzers, and is what
 * is proved.
 *
 *                 submit            dispatch               response
 *      client ------------> queue -----------> request --------------> reply
 *                (FIFO, bounded)   primary |   in service
 *                                          +-- hedge after hedge_delay on
 *                                              another hot idle worker
 *
 *      slot:  EMPTY -> STARTING -> HOT -> COOLING -> RETIRING -> EMPTY
 *                ^        |         |        |          |
 *                |        +---------+--- KILLED <-------+     (kill sent)
 *             BACKOFF <---- death of a worker that the pool still counts on
 *
 * A request in service lives in the entry that has the number of a slot that
 * works for it (its resident), so an idle worker always finds an entry: its own.
 * When the resident is done first, the request moves to the other attempt's
 * entry; when it died alone, the request waits in its entry for a retry.
 *
 * The twelve rules are in spec/broker.md (BRK-01 to BRK-12). What this file does
 * not do: compare bytes, count microseconds, own a document. */
#ifndef HLX_BROKER_H
#define HLX_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/* True when every field is in its range. spec: BRK-20 */
/*@ requires readable: \valid(config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures valid: \result <==> ConfigValid(*config);
*/
bool hlx_broker_config_valid(const hlx_broker_config *config);

/*@ predicate NothingCounted(hlx_broker_counters c) =
      c.accepted == 0 && c.answered == 0 && c.abandoned == 0 && c.answered_ok == 0 &&
      c.answered_deadline == 0 && c.answered_worker_failed == 0 && c.answered_by_hedge == 0 &&
      c.rejected_overloaded == 0 && c.rejected_shutting_down == 0 && c.hedges_granted == 0 &&
      c.hedges_suppressed == 0 && c.cancels_sent == 0 && c.retries == 0 && c.crashes == 0 &&
      c.spawns == 0 && c.rotations == 0 && c.kills == 0 && c.mismatches == 0 &&
      c.protocol_errors == 0;

    // BRK-22: time as the broker takes it.
    logic integer Later(integer now_ns, integer told_ns) =
      told_ns <= now_ns ? now_ns
                        : told_ns < HLX_BROKER_MAX_NOW_NS ? told_ns : HLX_BROKER_MAX_NOW_NS;
*/

/* All slots below worker_count in BACKOFF with timer 0, so that the first step
 * spawns them. False, and `broker` unspecified, on an invalid configuration.
 * spec: BRK-21 */
/*@ requires usable: \valid(broker) && \valid(config) && \separated(broker, config);
    terminates \true;
    exits \false;
    assigns *broker;
    ensures accepted: \result <==> ConfigValid(*config);
    ensures config: \result ==> broker->config == *config;
    ensures slots: \result ==> SlotsValid(*broker);
    ensures service: \result ==> ServiceValidBut(*broker, -1);
    ensures queue: \result ==> QueueValid(*broker);
    ensures counters: \result ==> CountersValid(*broker);
    ensures fresh: \result ==>
      \forall integer s; 0 <= s < HLX_BROKER_MAX_SLOTS ==>
        FreshSlot(broker->slots[s], broker->seats.taken[s], broker->config, s);
    ensures clock: \result ==> broker->now_ns == 0;
    ensures idle: \result ==>
      !broker->draining && broker->queue_count == 0 && broker->in_service == 0;
    ensures nothing: \result ==> NothingCounted(broker->counters);
    ensures valid: \result ==> BrokerValid(*broker);
*/
bool hlx_broker_init(hlx_broker *broker, const hlx_broker_config *config);

/* Take one event at `now_ns` (not before the last step's; a smaller value counts
 * as the last one). `actions` is overwritten; the shell performs them in order.
 * Returns the next instant at which the core must be called with a TICK if no
 * other event comes first, or HLX_BROKER_NEVER. An event of an unknown type or for an
 * unknown slot, and the going of an unknown request's client, change nothing but the
 * time; a response that does not fit costs its worker its life (BRK-31, BRK-40). A
 * request id is submitted once and never again (BRK-24). spec: BRK-22 to BRK-40, BRK-43 */
/*@ requires usable: \valid(broker) && \valid(actions) && \valid(event);
    requires separate: \separated(broker, event, actions);
    requires valid: BrokerValid(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service, broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1],
            broker->queue_head, broker->queue_count,
            broker->counters, broker->draining, broker->config.hedge_delay_ns, broker->now_ns,
            *actions;
    ensures queue: QueueValid(*broker);
    ensures processes: Processes(*broker, -1);
    ensures timers: Timers(*broker, -1);
    ensures rotations: Rotations(*broker, -1);
    ensures jobs: Jobs(*broker);
    ensures entries: Entries(*broker, -1);
    ensures conserve: CountersConserve(*broker);
    ensures budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                               broker->counters.accepted);
    ensures pool: PoolComplete(*broker);
    ensures config: ConfigValid(broker->config);
    ensures delay: broker->config.hedge_delay_ns ==
      (event->type == HLX_EVENT_HEDGE_DELAY &&
       event->hedge_delay_ns <= HLX_BROKER_MAX_DURATION_NS
         ? event->hedge_delay_ns : \old(broker->config.hedge_delay_ns));
    ensures time: broker->now_ns == Later(\old(broker->now_ns), now_ns) &&
      broker->now_ns <= HLX_BROKER_MAX_NOW_NS;
    ensures draining: (broker->draining != 0) <==>
      \old(broker->draining != 0) || event->type == HLX_EVENT_DRAIN;
    ensures actions: actions->count <= HLX_BROKER_MAX_ACTIONS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures conserved: WorkConserved(*broker);
    ensures settled: RotationsSettled(*broker);
    ensures hedges: HedgesSettled(*broker);
    ensures promise: Promise(*broker, \result);
    ensures later: \result > broker->now_ns;
    ensures arrivals: broker->counters.accepted == \old(broker->counters.accepted) +
      (event->type == HLX_EVENT_SUBMIT ? \old(Accepts(*broker)) : 0);
    ensures departures:
      \old(broker->counters.abandoned) <= broker->counters.abandoned <=
        \old(broker->counters.abandoned) + (event->type == HLX_EVENT_CLIENT_GONE ? 1 : 0);
    ensures replies: Replies(*actions, actions->count) ==
      broker->counters.answered - \old(broker->counters.answered) +
      (event->type == HLX_EVENT_SUBMIT
         ? 1 - (broker->counters.accepted - \old(broker->counters.accepted)) : 0);
    ensures hedged: Hedges(*actions, actions->count) ==
      broker->counters.hedges_granted - \old(broker->counters.hedges_granted);
    ensures released: Releases(*actions, actions->count) ==
      \old(broker->queue_count + Held(broker->phases, broker->config.slot_count)) +
      (event->type == HLX_EVENT_SUBMIT ? 1 : 0) -
      (broker->queue_count + Held(broker->phases, broker->config.slot_count));
*/
uint64_t hlx_broker_step(hlx_broker *broker, const hlx_event *event, uint64_t now_ns,
                         hlx_actions *actions);

/* True when the broker drains, nothing is in the system and no process is left.
 * spec: BRK-41 */
/*@ requires readable: \valid(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures stopped: \result <==> Finished(*broker) &&
      \forall integer s; 0 <= s < broker->config.slot_count ==>
        broker->slots[s].state == HLX_SLOT_EMPTY;
*/
bool hlx_broker_stopped(const hlx_broker *broker);

#endif
