/* client_events.h -- what clients do: submit a request, and go away. */
#ifndef HLX_CLIENT_EVENTS_H
#define HLX_CLIENT_EVENTS_H

#include <stdint.h>

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/* spec: BRK-24 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters.accepted, broker->counters.rejected_overloaded,
            broker->counters.rejected_shutting_down, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    HLX_VALID(ensures)
    ensures hedges: HedgeAccount(*broker, *actions) ==
      \old(HedgeAccount(*broker, *actions));
    ensures accepted: broker->counters.accepted ==
      \old(broker->counters.accepted) + \old(Accepts(*broker));
    ensures joined: \old(Accepts(*broker)) == 1 ==>
      broker->queue_count == \old(broker->queue_count) + 1 &&
      QueuedId(*broker, \old(broker->queue_count)) == request_id &&
      QueuedSince(*broker, \old(broker->queue_count)) == broker->now_ns;
    ensures refused: \old(Accepts(*broker)) == 0 ==>
      broker->queue_count == \old(broker->queue_count) &&
      Refused(*actions, \old(actions->count), request_id,
              (broker->draining ? HLX_REPLY_SHUTTING_DOWN : HLX_REPLY_OVERLOADED));
    ensures ids: \forall integer i; 0 <= i < \old(broker->queue_count) ==>
      QueuedId(*broker, i) == \old(QueuedId(*broker, i));
    ensures replies: ReplyAccount(*broker, *actions) ==
      \old(ReplyAccount(*broker, *actions)) + 1 -
      (broker->counters.accepted - \old(broker->counters.accepted));
    ensures releases: ReleaseAccount(*broker, *actions) ==
      \old(ReleaseAccount(*broker, *actions)) + 1;
*/
void hlx_submit(hlx_broker *broker, uint64_t request_id, hlx_actions *actions);

/* spec: BRK-25 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    HLX_VALID(ensures)
    ensures hedges: HedgeAccount(*broker, *actions) ==
      \old(HedgeAccount(*broker, *actions));
    ensures replies: ReplyAccount(*broker, *actions) ==
      \old(ReplyAccount(*broker, *actions));
    ensures releases: ReleaseAccount(*broker, *actions) ==
      \old(ReleaseAccount(*broker, *actions));
    ensures accepted: broker->counters.accepted == \old(broker->counters.accepted);
    ensures abandoned: \old(InSystem(*broker, request_id)) ==>
      broker->counters.abandoned == \old(broker->counters.abandoned) + 1;
    ensures stranger: \old(!InSystem(*broker, request_id)) ==>
      broker->counters.abandoned == \old(broker->counters.abandoned) &&
      actions->count == \old(actions->count);
    ensures silent: broker->counters.answered == \old(broker->counters.answered) &&
      Replies(*actions, actions->count) == \old(Replies(*actions, actions->count));
*/
void hlx_client_gone(hlx_broker *broker, uint64_t request_id, hlx_actions *actions);

#endif
