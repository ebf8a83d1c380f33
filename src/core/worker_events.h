/* worker_events.h -- what workers do: become ready, respond, die, or never come to be. */
#ifndef HLX_WORKER_EVENTS_H
#define HLX_WORKER_EVENTS_H

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

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
