/* queue.c -- a ring of accepted requests. Contracts: queue.h. */
#include "queue.h"

/*@ requires usable: \valid(broker);
    requires in_ring: broker->queue_head < HLX_BROKER_MAX_QUEUE;
    requires position: position <= HLX_BROKER_MAX_QUEUE;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures index: \result == RingIndex(broker->queue_head, position);
    ensures in_ring: \result < HLX_BROKER_MAX_QUEUE;
*/
static uint32_t ring_index(const hlx_broker *broker, uint32_t position) {
    uint32_t index = broker->queue_head + position;

    return index < HLX_BROKER_MAX_QUEUE ? index : index - HLX_BROKER_MAX_QUEUE;
}

void hlx_queue_push(hlx_broker *broker, uint64_t request_id) {
    uint32_t index = ring_index(broker, broker->queue_count);

    /*@ assert free: \forall integer i; 0 <= i < broker->queue_count ==>
          RingIndex(broker->queue_head, i) != index; */
    broker->queue[index].id = request_id;
    broker->queue[index].accepted_ns = broker->now_ns;
    broker->queue_count = broker->queue_count + 1u;
    broker->counters.accepted = broker->counters.accepted + 1u;
    /*@ assert kept: \forall integer i; 0 <= i < \at(broker->queue_count, Pre) ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i), Pre); */
    /*@ assert ids: \forall integer i; 0 <= i < \at(broker->queue_count, Pre) ==>
          QueuedId(*broker, i) == \at(QueuedId(*broker, i), Pre); */
    /*@ assert last: QueuedSince(*broker, \at(broker->queue_count, Pre)) == broker->now_ns; */
}

void hlx_queue_drop_head(hlx_broker *broker) {
    broker->queue_head = ring_index(broker, 1u);
    broker->queue_count = broker->queue_count - 1u;
    /*@ assert moved: \forall integer i; 0 <= i < broker->queue_count ==>
          RingIndex(broker->queue_head, i) == RingIndex(\at(broker->queue_head, Pre), i + 1); */
    /*@ assert since: \forall integer i; 0 <= i < broker->queue_count ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i + 1), Pre); */
    /*@ assert ids: \forall integer i; 0 <= i < broker->queue_count ==>
          QueuedId(*broker, i) == \at(QueuedId(*broker, i + 1), Pre); */
}

uint32_t hlx_queue_find(const hlx_broker *broker, uint64_t request_id) {
    uint32_t position = 0u;

    /*@ loop invariant bound: position <= broker->queue_count;
        loop invariant first: \forall integer i; 0 <= i < position ==>
          QueuedId(*broker, i) != request_id;
        loop assigns position;
        loop variant broker->queue_count - position;
    */
    while (position < broker->queue_count) {
        if (broker->queue[ring_index(broker, position)].id == request_id) {
            return position;
        }
        position++;
    }
    return position;
}

void hlx_queue_remove(hlx_broker *broker, uint32_t position) {
    /*@ loop invariant bound: position + 1 <= next <= broker->queue_count;
        loop invariant since: \forall integer i; position <= i < next - 1 ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i + 1), Pre);
        loop invariant ids: \forall integer i; position <= i < next - 1 ==>
          QueuedId(*broker, i) == \at(QueuedId(*broker, i + 1), Pre);
        loop invariant since_kept: \forall integer i;
          0 <= i < position || next - 1 <= i < broker->queue_count ==>
          QueuedSince(*broker, i) == \at(QueuedSince(*broker, i), Pre);
        loop invariant ids_kept: \forall integer i;
          0 <= i < position || next - 1 <= i < broker->queue_count ==>
          QueuedId(*broker, i) == \at(QueuedId(*broker, i), Pre);
        loop assigns next, broker->queue[0 .. HLX_BROKER_MAX_QUEUE - 1];
        loop variant broker->queue_count - next;
    */
    for (uint32_t next = position + 1u; next < broker->queue_count; next++) {
        uint32_t to = ring_index(broker, next - 1u);
        uint32_t from = ring_index(broker, next);

        /*@ assert apart: \forall integer i; 0 <= i < broker->queue_count && i != next - 1 ==>
              RingIndex(broker->queue_head, i) != to; */
        broker->queue[to].id = broker->queue[from].id;
        broker->queue[to].accepted_ns = broker->queue[from].accepted_ns;
    }
    broker->queue_count = broker->queue_count - 1u;
}
