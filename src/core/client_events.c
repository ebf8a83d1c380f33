/* client_events.c -- a request comes, its client goes. Contracts: client_events.h. */
#include "client_events.h"
#include "jobs.h"
#include "numbers.h"
#include "queue.h"
#include "requests.h"

void hlx_submit(hlx_broker *broker, uint64_t request_id, hlx_actions *actions) {
    if (broker->draining) {
        hlx_refuse(actions, request_id, HLX_REPLY_SHUTTING_DOWN);
        broker->counters.rejected_shutting_down =
            hlx_counted(broker->counters.rejected_shutting_down);
    } else if (broker->queue_count >= broker->config.queue_capacity ||
               broker->counters.accepted >= HLX_BROKER_MAX_ACCEPTED) {
        hlx_refuse(actions, request_id, HLX_REPLY_OVERLOADED);
        broker->counters.rejected_overloaded = hlx_counted(broker->counters.rejected_overloaded);
    } else {
        hlx_queue_push(broker, request_id);
    }
}

/* A request in the queue whose client has gone. spec: BRK-25 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    HLX_VALID(requires)
    requires inside: position < broker->queue_count;
    requires found: QueuedId(*broker, position) == request_id;
    terminates \true;
    exits \false;
    assigns broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count,
            broker->counters.abandoned, actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    HLX_VALID(ensures)
    ensures hedges: HedgeAccount(*broker, *actions) ==
      \old(HedgeAccount(*broker, *actions));
    ensures replies: ReplyAccount(*broker, *actions) ==
      \old(ReplyAccount(*broker, *actions));
    ensures releases: ReleaseAccount(*broker, *actions) ==
      \old(ReleaseAccount(*broker, *actions));
    ensures accepted: broker->counters.accepted == \old(broker->counters.accepted);
    ensures abandoned: broker->counters.abandoned == \old(broker->counters.abandoned) + 1;
    ensures left: broker->queue_count == \old(broker->queue_count) - 1;
    ensures released: Released(*actions, \old(actions->count), \old(QueuedId(*broker, position)));
*/
static void forget_queued(hlx_broker *broker, uint32_t position, uint64_t request_id,
                          hlx_actions *actions) {
    hlx_queue_remove(broker, position);
    broker->counters.abandoned = broker->counters.abandoned + 1u;
    hlx_emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, request_id);
}

void hlx_client_gone(hlx_broker *broker, uint64_t request_id, hlx_actions *actions) {
    uint32_t position = hlx_queue_find(broker, request_id);
    uint32_t entry = hlx_find_request(broker, request_id);

    if (position < broker->queue_count) {
        forget_queued(broker, position, request_id, actions);
    } else if (entry != HLX_BROKER_NO_REQUEST) {
        hlx_abandon(broker, entry, actions);
    }
}
