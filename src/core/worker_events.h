/* worker_events.h -- what workers do: become ready, respond, die, or never come to be. */
#ifndef HLX_WORKER_EVENTS_H
#define HLX_WORKER_EVENTS_H

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/*@ // BRK-31
    predicate ResponseFits(hlx_broker b, hlx_event e) =
      b.slots[e.slot].request != HLX_BROKER_NO_REQUEST &&
      b.requests[b.slots[e.slot].request].id == e.request_id &&
      (e.summary.status == HLX_STATUS_CANCELLED
         ? b.slots[e.slot].cancel_sent != 0 : e.summary.status <= HLX_STATUS_BAD_ARGUMENT);

    // BRK-29
    predicate ReplyOf(hlx_reply reply, hlx_summary result, integer origin) =
      reply.status == (result.status == HLX_STATUS_OK ? HLX_REPLY_OK :
                       result.status == HLX_STATUS_OUTPUT_FULL ? HLX_REPLY_TOO_LARGE
                                                               : HLX_REPLY_MALFORMED) &&
      reply.tokens == (result.status == HLX_STATUS_OK ? result.tokens : 0) &&
      reply.issues == (result.status == HLX_STATUS_OK ? result.issues : 0) &&
      reply.origin == origin;
*/

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions) && \valid(event);
    requires separate: \separated(broker, event, actions);
    requires room: Room(actions->count, 4);
    requires slot: event->slot < broker->config.slot_count;
    HLX_VALID(requires)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 4;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
*/
void hlx_take_worker_event(hlx_broker *broker, const hlx_event *event, hlx_actions *actions);

#endif
