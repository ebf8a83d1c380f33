/* requests.c -- the life of an entry. Contracts: requests.h. */
#include "requests.h"
#include "numbers.h"

bool hlx_unanswered(const hlx_broker *broker, uint32_t entry) {
    uint8_t phase = broker->phases.of[entry];

    return phase == HLX_REQUEST_OPEN || phase == HLX_REQUEST_WAITING;
}

void hlx_set_phase(hlx_broker *broker, uint32_t entry, uint8_t phase) {
    broker->phases.of[entry] = phase;
    /*@ ghost
      uint32_t n = 0;
      /@ loop invariant bound: n <= HLX_BROKER_MAX_SLOTS;
         loop invariant range: \forall integer k; 0 <= k <= n ==> 0 <=
             Unanswered(broker->phases, k) <= k;
         loop invariant changed: \forall integer k; 0 <= k <= n ==>
           Unanswered(broker->phases, k) == Unanswered(\at(broker->phases, Pre), k) +
             (entry < k ? Open(phase) - Open(\at(broker->phases.of[entry], Pre)) : 0);
         loop invariant held: \forall integer k; 0 <= k <= n ==>
           Held(broker->phases, k) == Held(\at(broker->phases, Pre), k) +
             (entry < k ? Used(phase) - Used(\at(broker->phases.of[entry], Pre)) : 0);
         loop assigns n;
         loop variant HLX_BROKER_MAX_SLOTS - n; @/
      while (n < HLX_BROKER_MAX_SLOTS) {
        n++;
      }
    */
}

void hlx_open_request(hlx_broker *broker, uint32_t entry) {
    broker->requests[entry].hedged = false;
    broker->requests[entry].suppressed = false;
    broker->requests[entry].has_summary = false;
    broker->requests[entry].other = HLX_BROKER_NO_SLOT;
    broker->requests[entry].crashes = 0u;
    broker->requests[entry].id = broker->queue[broker->queue_head].id;
    broker->requests[entry].accepted_ns = broker->queue[broker->queue_head].accepted_ns;
    hlx_set_phase(broker, entry, HLX_REQUEST_OPEN);
    broker->in_service = broker->in_service + 1u;
}

void hlx_move_request(hlx_broker *broker, uint32_t from, uint32_t to) {
    broker->requests[to].hedged = broker->requests[from].hedged;
    broker->requests[to].suppressed = broker->requests[from].suppressed;
    broker->requests[to].has_summary = broker->requests[from].has_summary;
    broker->requests[to].other = HLX_BROKER_NO_SLOT;
    broker->requests[to].crashes = broker->requests[from].crashes;
    broker->requests[to].summary = broker->requests[from].summary;
    broker->requests[to].id = broker->requests[from].id;
    broker->requests[to].accepted_ns = broker->requests[from].accepted_ns;
    broker->requests[to].hedge_at_ns = broker->requests[from].hedge_at_ns;
    hlx_set_phase(broker, to, broker->phases.of[from]);
    hlx_set_phase(broker, from, HLX_REQUEST_FREE);
}

void hlx_answer(hlx_broker *broker, uint32_t entry, hlx_reply reply, hlx_actions *actions) {
    hlx_emit_reply(actions, broker->requests[entry].id, reply);
    hlx_set_phase(broker, entry, HLX_REQUEST_CLOSED);
    broker->in_service = broker->in_service - 1u;
    broker->counters.answered = broker->counters.answered + 1u;
}

void hlx_release(hlx_broker *broker, uint32_t entry, hlx_actions *actions) {
    hlx_emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, broker->requests[entry].id);
    hlx_set_phase(broker, entry, HLX_REQUEST_FREE);
}

uint32_t hlx_find_request(const hlx_broker *broker, uint64_t request_id) {
    /*@ loop invariant bound: entry <= broker->config.slot_count;
        loop invariant none: \forall integer e; 0 <= e < entry ==> Open(broker->phases.of[e]) ==
            1 ==>
          broker->requests[e].id != request_id;
        loop assigns entry;
        loop variant broker->config.slot_count - entry;
    */
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (hlx_unanswered(broker, entry) && broker->requests[entry].id == request_id) {
            return entry;
        }
    }
    return HLX_BROKER_NO_REQUEST;
}

uint32_t hlx_find_waiting(const hlx_broker *broker) {
    /*@ loop invariant bound: entry <= broker->config.slot_count;
        loop invariant none: \forall integer e; 0 <= e < entry ==> broker->phases.of[e] !=
            HLX_REQUEST_WAITING;
        loop assigns entry;
        loop variant broker->config.slot_count - entry;
    */
    for (uint32_t entry = 0u; entry < broker->config.slot_count; entry++) {
        if (broker->phases.of[entry] == HLX_REQUEST_WAITING) {
            return entry;
        }
    }
    return HLX_BROKER_NO_REQUEST;
}

uint64_t hlx_deadline_of(const hlx_broker *broker, uint64_t accepted_ns) {
    return accepted_ns + broker->config.deadline_ns;
}
