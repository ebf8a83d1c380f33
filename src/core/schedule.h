/* schedule.h -- the phases of a step that are about requests: expire, dispatch, hedge.
 *
 * Each phase leaves something behind that holds for the rest of the step: after `expire`
 * nothing is overdue (BRK-07), after `dispatch` no worker is idle while a request waits (BRK-26),
 * after `hedge` no hedge that is due could still be granted (BRK-27). */
#ifndef HLX_SCHEDULE_H
#define HLX_SCHEDULE_H

#include <stdint.h>

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/* The queue is in order of acceptance, so the overdue ones are its first.
 * spec: BRK-07 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 2 * HLX_BROKER_MAX_QUEUE);
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->queue_head, broker->queue_count, broker->counters.answered,
            broker->counters.answered_deadline, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + 2 * HLX_BROKER_MAX_QUEUE;
    ensures timely: QueueTimely(*broker);
    ensures overdue: \forall integer i; 0 <= i < \old(broker->queue_count) - broker->queue_count ==>
      \old(QueuedSince(*broker, i)) + broker->config.deadline_ns <= broker->now_ns;
    ensures twice: actions->count == \old(actions->count) +
      2 * (\old(broker->queue_count) - broker->queue_count);
    ensures replied: \forall integer i; 0 <= i < \old(broker->queue_count) - broker->queue_count ==>
      Refused(*actions, \old(actions->count) + 2 * i, \old(QueuedId(*broker, i)),
              HLX_REPLY_DEADLINE);
    ensures left: \forall integer i;
      \old(broker->queue_count) - broker->queue_count <= i < \old(broker->queue_count) ==>
      QueuedId(*broker, i - (\old(broker->queue_count) - broker->queue_count)) ==
        \old(QueuedId(*broker, i));
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_expire_queue(hlx_broker *broker, hlx_actions *actions);

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 3 * HLX_BROKER_MAX_SLOTS);
    HLX_VALID(requires)
    requires timely: QueueTimely(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + 3 * HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_expire_requests(hlx_broker *broker, hlx_actions *actions);

/* No hot worker is idle while a request waits. spec: BRK-26 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    HLX_VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    requires quiet: TimersQuiet(*broker);
    requires settled: RotationsSettled(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases,
            broker->in_service,
            broker->queue_head, broker->queue_count, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures settled: RotationsSettled(*broker);
    ensures conserved: WorkConserved(*broker);
    ensures retry_first: NoneWaits(*broker) ||
      broker->queue_count == \old(broker->queue_count);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_dispatch(hlx_broker *broker, hlx_actions *actions);

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, HLX_BROKER_MAX_SLOTS);
    HLX_VALID(requires)
    requires timely_queue: QueueTimely(*broker);
    requires timely_service: ServiceTimely(*broker);
    requires quiet: TimersQuiet(*broker);
    requires settled: RotationsSettled(*broker);
    requires conserved: WorkConserved(*broker);
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <=
                   \old(actions->count) + HLX_BROKER_MAX_SLOTS;
    ensures timely_queue: QueueTimely(*broker);
    ensures timely_service: ServiceTimely(*broker);
    ensures quiet: TimersQuiet(*broker);
    ensures settled: RotationsSettled(*broker);
    ensures conserved: WorkConserved(*broker);
    ensures hedged: HedgesSettled(*broker);
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_hedge(hlx_broker *broker, hlx_actions *actions);

/*@ requires usable: \valid(broker);
    HLX_VALID(requires)
    requires entry: entry < broker->config.slot_count;
    requires timely: ServiceTimely(*broker);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures exact: RequestWakes(*broker, entry, \result);
    ensures later: \result > broker->now_ns;
*/
uint64_t hlx_next_of_request(const hlx_broker *broker, uint32_t entry);

#endif
