/* jobs.h -- what a worker works on: a job given, cancelled, done or lost.
 *
 * A job is the tie between a slot and an entry: the slot names the entry, and the entry
 * is the slot's own (its resident) or names the slot as its `other` (BRK-02, BRK-04). When the
 * resident is done first, the request moves to the other attempt's entry. Whoever ends
 * a job leaves the tie whole: the request answered and its other attempt cancelled, the request
 * still running elsewhere, waiting for its one retry, or released. */
#ifndef HLX_JOBS_H
#define HLX_JOBS_H

#include <stdint.h>

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/* Worker `slot` gets the job of entry `entry`. spec: BRK-02, BRK-05 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires slot: slot < HLX_BROKER_MAX_SLOTS && entry < HLX_BROKER_MAX_SLOTS;
    requires idle: Idle(*broker, slot);
    terminates \true;
    exits \false;
    assigns broker->slots[slot].request, broker->slots[slot].origin, actions->count,
            actions->list[actions->count];
    ensures job: broker->slots[slot].request == entry;
    ensures count: actions->count == \old(actions->count) + 1;
    ensures replies: Replies(*actions, actions->count) ==
      \old(Replies(*actions, actions->count));
    ensures hedges: Hedges(*actions, actions->count) ==
      \old(Hedges(*actions, actions->count)) + (origin == HLX_ORIGIN_HEDGE ? 1 : 0);
    ensures releases: Releases(*actions, actions->count) ==
      \old(Releases(*actions, actions->count));
    ensures sent: Sent(*actions, \old(actions->count), slot, broker->requests[entry].id, origin);
*/
void hlx_give_job(hlx_broker *broker, uint32_t slot, uint32_t entry, uint32_t origin,
                  hlx_actions *actions);

/* The job of `slot` is over, and its request closed: the other attempt, if there is one,
 * is cancelled. */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 2);
    requires slot: slot < broker->config.slot_count;
    requires busy: broker->slots[slot].request != HLX_BROKER_NO_REQUEST;
    requires closed: broker->phases.of[broker->slots[slot].request] == HLX_REQUEST_CLOSED;
    requires linked: EntryLinked(*broker, broker->slots[slot].request);
    requires entry: broker->requests[broker->slots[slot].request].crashes <= 1 &&
      broker->requests[broker->slots[slot].request].accepted_ns <= broker->now_ns;
    HLX_VALID_BUT(requires, broker->slots[slot].request)
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures answered: broker->counters.answered == \old(broker->counters.answered);
    ensures released: \old(broker->slots[slot].request) == slot &&
      \old(broker->requests[slot].other) == HLX_BROKER_NO_SLOT ==>
      actions->count == \old(actions->count) + 1 &&
      Released(*actions, \old(actions->count), \old(broker->requests[slot].id));
    ensures told: \old(broker->slots[slot].request) != slot &&
      !\old(Stopping(*broker, broker->slots[slot].request)) ==>
      Told(*actions, \old(actions->count), HLX_ACTION_SEND_CANCEL,
           \old(broker->slots[slot].request));
    ensures told_other: \old(broker->slots[slot].request) == slot &&
      \old(broker->requests[slot].other) != HLX_BROKER_NO_SLOT &&
      !\old(Stopping(*broker, broker->requests[slot].other)) ==>
      Told(*actions, \old(actions->count), HLX_ACTION_SEND_CANCEL,
           \old(broker->requests[slot].other));
*/
void hlx_finish_job(hlx_broker *broker, uint32_t slot, hlx_actions *actions);

/* A worker died with a job. spec: BRK-08, BRK-33 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    requires slot: slot < broker->config.slot_count;
    HLX_VALID(requires)
    requires busy: broker->slots[slot].request != HLX_BROKER_NO_REQUEST;
    terminates \true;
    exits \false;
    assigns broker->slots[0 .. HLX_BROKER_MAX_SLOTS - 1],
            broker->requests[0 .. HLX_BROKER_MAX_SLOTS - 1], broker->phases, broker->seats,
            broker->in_service,
            broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures state: broker->slots[slot].state == \old(broker->slots[slot].state);
    ensures jobless: broker->slots[slot].request == HLX_BROKER_NO_REQUEST;
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 2;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures retried: broker->phases.of[slot] == HLX_REQUEST_WAITING <==>
      \old(broker->phases.of[slot]) == HLX_REQUEST_OPEN &&
      \old(broker->requests[slot].other) == HLX_BROKER_NO_SLOT &&
      \old(broker->requests[slot].crashes) == 0;
    ensures failed: \old(broker->phases.of[slot]) == HLX_REQUEST_OPEN &&
      \old(broker->requests[slot].other) == HLX_BROKER_NO_SLOT &&
      \old(broker->requests[slot].crashes) == 1 ==>
      actions->count == \old(actions->count) + 2 &&
      Refused(*actions, \old(actions->count), \old(broker->requests[slot].id),
              HLX_REPLY_WORKER_FAILED);
    ensures released: \old(broker->phases.of[slot]) == HLX_REQUEST_CLOSED &&
      \old(broker->requests[slot].other) == HLX_BROKER_NO_SLOT ==>
      actions->count == \old(actions->count) + 1 &&
      Released(*actions, \old(actions->count), \old(broker->requests[slot].id));
*/
void hlx_lose_job(hlx_broker *broker, uint32_t slot, hlx_actions *actions);

/* A request in service whose client has gone. spec: BRK-01, BRK-25 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 4);
    HLX_VALID(requires)
    requires entry: entry < broker->config.slot_count;
    requires open: Open(broker->phases.of[entry]) == 1;
    terminates \true;
    exits \false;
    assigns broker->slots[entry].cancel_sent, broker->slots[entry].timer_ns,
            broker->slots[broker->requests[entry].other].cancel_sent,
            broker->slots[broker->requests[entry].other].timer_ns,
            broker->phases.of[entry], broker->in_service, broker->counters, actions->count,
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
    ensures abandoned: broker->counters.abandoned == \old(broker->counters.abandoned) + 1;
    ensures unanswered: broker->counters.answered == \old(broker->counters.answered) &&
      Replies(*actions, actions->count) == \old(Replies(*actions, actions->count));
    ensures closed: Open(broker->phases.of[entry]) == 0;
    ensures released: \old(broker->phases.of[entry]) == HLX_REQUEST_WAITING ==>
      actions->count == \old(actions->count) + 1 &&
      Released(*actions, \old(actions->count), broker->requests[entry].id);
    ensures told: \old(broker->phases.of[entry]) == HLX_REQUEST_OPEN &&
      !\old(Stopping(*broker, entry)) ==>
      Told(*actions, \old(actions->count), HLX_ACTION_SEND_CANCEL, entry);
    ensures told_other: \old(broker->phases.of[entry]) == HLX_REQUEST_OPEN &&
      broker->requests[entry].other != HLX_BROKER_NO_SLOT &&
      !\old(Stopping(*broker, broker->requests[entry].other)) ==>
      Told(*actions, actions->count - 1, HLX_ACTION_SEND_CANCEL, broker->requests[entry].other);
*/
void hlx_abandon(hlx_broker *broker, uint32_t entry, hlx_actions *actions);

/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 3);
    HLX_VALID(requires)
    requires entry: entry < broker->config.slot_count;
    requires open: Open(broker->phases.of[entry]) == 1;
    terminates \true;
    exits \false;
    assigns broker->slots[entry].cancel_sent, broker->slots[entry].timer_ns,
            broker->slots[broker->requests[entry].other].cancel_sent,
            broker->slots[broker->requests[entry].other].timer_ns,
            broker->phases.of[entry], broker->in_service, broker->counters, actions->count,
            actions->list[actions->count .. HLX_BROKER_MAX_ACTIONS - 1];
    ensures closed: Open(broker->phases.of[entry]) == 0;
    ensures count: \old(actions->count) <= actions->count <= \old(actions->count) + 3;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures answered: broker->counters.answered == \old(broker->counters.answered) + 1;
    ensures reply: actions->count > \old(actions->count) &&
      OwnReply(*actions, \old(actions->count), broker->requests[entry].id, HLX_REPLY_DEADLINE);
    ensures released: \old(broker->phases.of[entry]) == HLX_REQUEST_WAITING ==>
      actions->count == \old(actions->count) + 2 &&
      Released(*actions, \old(actions->count) + 1, broker->requests[entry].id);
    ensures told: \old(broker->phases.of[entry]) == HLX_REQUEST_OPEN &&
      !\old(Stopping(*broker, entry)) ==>
      Told(*actions, \old(actions->count) + 1, HLX_ACTION_SEND_CANCEL, entry);
    ensures told_other: \old(broker->phases.of[entry]) == HLX_REQUEST_OPEN &&
      broker->requests[entry].other != HLX_BROKER_NO_SLOT &&
      !\old(Stopping(*broker, broker->requests[entry].other)) ==>
      Told(*actions, actions->count - 1, HLX_ACTION_SEND_CANCEL, broker->requests[entry].other);
*/
void hlx_expire_request(hlx_broker *broker, uint32_t entry, hlx_actions *actions);

#endif
