/* queue.h -- accepted requests that no worker has had yet: a ring, oldest first.
 *
 *      queue:   [ . . . h o o o o . . . ]      h: queue_head, queue_count = 5
 *
 * Position 0 is the head; position i lies at queue_head + i, around the end of the ring. New
 * ones join behind the last, so that the queue is in order of acceptance, and with one
 * deadline for all the overdue ones are its first (BRK-07, BRK-10). */
#ifndef HLX_QUEUE_H
#define HLX_QUEUE_H

#include <stdint.h>

#include "broker_logic.h"
#include "broker_state.h"

/*@ requires writable: \valid(broker);
    requires valid: ConfigValid(broker->config) && QueueValid(*broker) && CountersValid(*broker);
    requires open: !broker->draining;
    requires room: broker->queue_count < broker->config.queue_capacity;
    requires countable: broker->counters.accepted < HLX_BROKER_MAX_ACCEPTED;
    terminates \true;
    exits \false;
    assigns broker->queue[RingIndex(broker->queue_head, broker->queue_count)], broker->queue_count,
            broker->counters.accepted;
    ensures bounded: QueueBounded(*broker);
    ensures past: QueuePast(*broker);
    ensures sorted: QueueSorted(*broker);
    ensures conserve: CountersConserve(*broker);
    ensures budget: BudgetKept(broker->config, broker->counters.hedges_granted,
                               broker->counters.accepted);
    ensures pool: PoolComplete(*broker);
    ensures since: \forall integer i; 0 <= i < \old(broker->queue_count) ==>
      QueuedSince(*broker, i) == \old(QueuedSince(*broker, i));
    ensures ids: \forall integer i; 0 <= i < \old(broker->queue_count) ==>
      QueuedId(*broker, i) == \old(QueuedId(*broker, i));
    ensures last: broker->queue_count == \old(broker->queue_count) + 1 &&
      QueuedId(*broker, \old(broker->queue_count)) == request_id &&
      QueuedSince(*broker, \old(broker->queue_count)) == broker->now_ns;
*/
void hlx_queue_push(hlx_broker *broker, uint64_t request_id);

/*@ requires writable: \valid(broker);
    requires valid: QueueValid(*broker) && ConfigValid(broker->config);
    requires some: broker->queue_count > 0;
    terminates \true;
    exits \false;
    assigns broker->queue_head, broker->queue_count;
    ensures bounded: QueueBounded(*broker);
    ensures past: QueuePast(*broker);
    ensures sorted: QueueSorted(*broker);
    ensures count: broker->queue_count == \old(broker->queue_count) - 1;
    ensures since: \forall integer i; 0 <= i < broker->queue_count ==>
      QueuedSince(*broker, i) == \old(QueuedSince(*broker, i + 1));
    ensures ids: \forall integer i; 0 <= i < broker->queue_count ==>
      QueuedId(*broker, i) == \old(QueuedId(*broker, i + 1));
*/
void hlx_queue_drop_head(hlx_broker *broker);

/* Position of a request in the queue, or the queue's length. */
/*@ requires usable: \valid(broker);
    requires valid: QueueValid(*broker) && ConfigValid(broker->config);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures bound: \result <= broker->queue_count;
    ensures found: \result < broker->queue_count ==>
      broker->queue[RingIndex(broker->queue_head, \result)].id == request_id;
    ensures first: \forall integer i; 0 <= i < \result ==>
      broker->queue[RingIndex(broker->queue_head, i)].id != request_id;
*/
uint32_t hlx_queue_find(const hlx_broker *broker, uint64_t request_id);

/* Close the gap: those behind `position` move up by one, in order. */
/*@ requires writable: \valid(broker);
    requires valid: QueueValid(*broker) && ConfigValid(broker->config);
    requires inside: position < broker->queue_count;
    terminates \true;
    exits \false;
    assigns broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1], broker->queue_count;
    ensures count: broker->queue_count == \old(broker->queue_count) - 1;
    ensures since_before: \forall integer i; 0 <= i < position ==>
      QueuedSince(*broker, i) == \old(QueuedSince(*broker, i));
    ensures since_behind: \forall integer i; position <= i < broker->queue_count ==>
      QueuedSince(*broker, i) == \old(QueuedSince(*broker, i + 1));
    ensures ids_before: \forall integer i; 0 <= i < position ==>
      QueuedId(*broker, i) == \old(QueuedId(*broker, i));
    ensures ids_behind: \forall integer i; position <= i < broker->queue_count ==>
      QueuedId(*broker, i) == \old(QueuedId(*broker, i + 1));
    ensures bounded: QueueBounded(*broker);
    ensures past: QueuePast(*broker);
    ensures sorted: QueueSorted(*broker);
*/
void hlx_queue_remove(hlx_broker *broker, uint32_t position);

#endif
