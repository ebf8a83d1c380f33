/* requests.h -- requests in service: an entry's life, and the count of those unanswered.
 *
 *      FREE --open--> OPEN --answer--> CLOSED --release--> FREE
 *                      |                  ^
 *                      +---> WAITING -----+        its worker died, it waits for another
 *
 * `hlx_set_phase` is the only writer of a phase after init; it proves what that does to
 * the number of entries unanswered and in use, so that nobody else needs an induction. */
#ifndef HLX_REQUESTS_H
#define HLX_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "actions.h"
#include "broker_logic.h"
#include "broker_state.h"

/*@ requires usable: \valid(broker);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures open: \result <==> Open(broker->phases.of[entry]) == 1;
*/
bool hlx_unanswered(const hlx_broker *broker, uint32_t entry);

/* The only writer of a phase: proves what it does to their count. */
/*@ requires writable: \valid(broker);
    requires entry: entry < HLX_BROKER_MAX_SLOTS;
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry];
    ensures phase: broker->phases.of[entry] == phase;
    ensures range: \forall integer k; 0 <= k <= HLX_BROKER_MAX_SLOTS ==>
      0 <= Unanswered(broker->phases, k) <= k;
    ensures changed: \forall integer k; 0 <= k <= HLX_BROKER_MAX_SLOTS ==>
      Unanswered(broker->phases, k) == \old(Unanswered(broker->phases, k)) +
        (entry < k ? Open(phase) - Open(\old(broker->phases.of[entry])) : 0);
    ensures held: \forall integer k; 0 <= k <= HLX_BROKER_MAX_SLOTS ==>
      Held(broker->phases, k) == \old(Held(broker->phases, k)) +
        (entry < k ? Used(phase) - Used(\old(broker->phases.of[entry])) : 0);
*/
void hlx_set_phase(hlx_broker *broker, uint32_t entry, uint8_t phase);

/* The queue's oldest becomes the request of entry `entry`. */
/*@ requires writable: \valid(broker);
    requires config: ConfigValid(broker->config);
    requires entry: entry < broker->config.slot_count;
    requires free: broker->phases.of[entry] == HLX_REQUEST_FREE;
    requires queue: broker->queue_head < HLX_BROKER_MAX_QUEUE;
    requires counted: broker->in_service == Unanswered(broker->phases, broker->config.slot_count);
    terminates \true;
    exits \false;
    assigns broker->requests[entry], broker->phases.of[entry], broker->in_service;
    ensures open: broker->phases.of[entry] == HLX_REQUEST_OPEN;
    ensures alone: broker->requests[entry].other == HLX_BROKER_NO_SLOT;
    ensures unharmed: broker->requests[entry].crashes == 0;
    ensures unhedged: !broker->requests[entry].hedged;
    ensures unsuppressed: !broker->requests[entry].suppressed;
    ensures no_result: !broker->requests[entry].has_summary;
    ensures id: broker->requests[entry].id == broker->queue[broker->queue_head].id;
    ensures since: broker->requests[entry].accepted_ns ==
                   broker->queue[broker->queue_head].accepted_ns;
    ensures one_more: broker->in_service == \old(broker->in_service) + 1;
    ensures counted: broker->in_service == Unanswered(broker->phases, broker->config.slot_count);
    ensures held: Held(broker->phases, broker->config.slot_count) ==
      \old(Held(broker->phases, broker->config.slot_count)) + 1;
*/
void hlx_open_request(hlx_broker *broker, uint32_t entry);

/* Entry `from` becomes free, its request lives on in entry `to`. */
/*@ requires writable: \valid(broker);
    requires entries: from < HLX_BROKER_MAX_SLOTS && to < HLX_BROKER_MAX_SLOTS && from != to;
    requires free: broker->phases.of[to] == HLX_REQUEST_FREE;
    terminates \true;
    exits \false;
    assigns broker->requests[to], broker->phases.of[to], broker->phases.of[from];
    ensures phase: broker->phases.of[to] == \old(broker->phases.of[from]);
    ensures left: broker->phases.of[from] == HLX_REQUEST_FREE;
    ensures alone: broker->requests[to].other == HLX_BROKER_NO_SLOT;
    ensures crashes: broker->requests[to].crashes == \old(broker->requests[from].crashes);
    ensures id: broker->requests[to].id == \old(broker->requests[from].id);
    ensures since: broker->requests[to].accepted_ns == \old(broker->requests[from].accepted_ns);
    ensures hedged: broker->requests[to].hedged == \old(broker->requests[from].hedged);
    ensures suppressed: broker->requests[to].suppressed ==
                        \old(broker->requests[from].suppressed);
    ensures has_result: broker->requests[to].has_summary ==
                        \old(broker->requests[from].has_summary);
    ensures result: broker->requests[to].summary == \old(broker->requests[from].summary);
    ensures hedge_at: broker->requests[to].hedge_at_ns == \old(broker->requests[from].hedge_at_ns);
    ensures same_count: \forall integer k; from < k <= HLX_BROKER_MAX_SLOTS && to < k ==>
      Unanswered(broker->phases, k) == \old(Unanswered(broker->phases, k));
    ensures held: \forall integer k; from < k <= HLX_BROKER_MAX_SLOTS && to < k ==>
      Held(broker->phases, k) == \old(Held(broker->phases, k));
*/
void hlx_move_request(hlx_broker *broker, uint32_t from, uint32_t to);

/* The one reply of an accepted request. spec: BRK-01, BRK-11 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires config: ConfigValid(broker->config);
    requires entry: entry < broker->config.slot_count;
    requires open: Open(broker->phases.of[entry]) == 1;
    requires counters: CountersValid(*broker);
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry], broker->in_service, broker->counters.answered,
            actions->count, actions->list[actions->count];
    ensures closed: broker->phases.of[entry] == HLX_REQUEST_CLOSED;
    ensures count: actions->count == \old(actions->count) + 1;
    ensures conserve: CountersConserve(*broker);
    ensures budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                               broker->counters.accepted);
    ensures pool: PoolComplete(*broker);
    HLX_ACCOUNTS(ensures)
    ensures reply: actions->list[\old(actions->count)].type == HLX_ACTION_REPLY &&
      actions->list[\old(actions->count)].request_id == broker->requests[entry].id &&
      actions->list[\old(actions->count)].reply == reply;
    ensures answered: broker->counters.answered == \old(broker->counters.answered) + 1;
*/
void hlx_answer(hlx_broker *broker, uint32_t entry, hlx_reply reply, hlx_actions *actions);

/* Nothing reads the document any more. spec: BRK-39 */
/*@ requires usable: \valid(broker) && \valid(actions) &&
                     \separated(broker, actions);
    requires room: Room(actions->count, 1);
    requires entry: entry < broker->config.slot_count;
    requires closed: broker->phases.of[entry] == HLX_REQUEST_CLOSED;
    requires orphan: Orphan(*broker, entry);
    HLX_VALID_BUT(requires, entry)
    terminates \true;
    exits \false;
    assigns broker->phases.of[entry], actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures free: broker->phases.of[entry] == HLX_REQUEST_FREE;
    HLX_VALID(ensures)
    HLX_ACCOUNTS(ensures)
    ensures released: Released(*actions, \old(actions->count), broker->requests[entry].id);
*/
void hlx_release(hlx_broker *broker, uint32_t entry, hlx_actions *actions);

/* The entry of an unanswered request, or NO_REQUEST. */
/*@ requires usable: \valid(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_REQUEST ==>
      \result < broker->config.slot_count && Open(broker->phases.of[\result]) == 1 &&
      broker->requests[\result].id == request_id;
    ensures none: \result == HLX_BROKER_NO_REQUEST ==>
      \forall integer e; 0 <= e < broker->config.slot_count &&
        Open(broker->phases.of[e]) == 1 ==> broker->requests[e].id != request_id;
*/
uint32_t hlx_find_request(const hlx_broker *broker, uint64_t request_id);

/* A request that waits for its retry, or NO_REQUEST. */
/*@ requires usable: \valid(broker);
    requires config: ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != HLX_BROKER_NO_REQUEST ==>
      \result < broker->config.slot_count &&
      broker->phases.of[\result] == HLX_REQUEST_WAITING;
    ensures none: \result == HLX_BROKER_NO_REQUEST ==> NoneWaits(*broker);
*/
uint32_t hlx_find_waiting(const hlx_broker *broker);

/*@ requires usable: \valid(broker);
    requires config: ConfigValid(broker->config);
    requires bounded: accepted_ns <= HLX_BROKER_MAX_NOW_NS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sum: \result == accepted_ns + broker->config.deadline_ns;
*/
uint64_t hlx_deadline_of(const hlx_broker *broker, uint64_t accepted_ns);

#endif
