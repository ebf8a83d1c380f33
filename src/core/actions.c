/* actions.c -- contracts: actions.h. */
#include "actions.h"

void hlx_emit_full(hlx_actions *actions, uint32_t type, uint32_t slot, uint64_t request_id,
                   uint32_t origin, hlx_reply reply) {
    actions->list[actions->count].type = type;
    actions->list[actions->count].slot = slot;
    actions->list[actions->count].origin = origin;
    actions->list[actions->count].request_id = request_id;
    actions->list[actions->count].reply = reply;
    actions->count = actions->count + 1u;
    /*@ ghost
      uint32_t n = 0;
      /@ loop invariant bound: n < actions->count;
         loop invariant replies: \forall integer k; 0 <= k <= n ==>
           Replies(*actions, k) == Replies(\at(*actions, Pre), k);
         loop invariant hedges: \forall integer k; 0 <= k <= n ==>
           Hedges(*actions, k) == Hedges(\at(*actions, Pre), k);
         loop invariant releases: \forall integer k; 0 <= k <= n ==>
           Releases(*actions, k) == Releases(\at(*actions, Pre), k);
         loop assigns n;
         loop variant actions->count - n; @/
      while (n < actions->count - 1) {
        n++;
      }
    */
}

hlx_reply hlx_refusal(uint32_t status) {
    hlx_reply reply = {status, 0u, 0u, HLX_ORIGIN_NONE};

    return reply;
}

void hlx_emit(hlx_actions *actions, uint32_t type, uint32_t slot, uint64_t request_id) {
    hlx_emit_full(actions, type, slot, request_id, HLX_ORIGIN_NONE, hlx_refusal(HLX_REPLY_OK));
}

void hlx_emit_reply(hlx_actions *actions, uint64_t request_id, hlx_reply reply) {
    hlx_emit_full(actions, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, request_id, HLX_ORIGIN_NONE,
                  reply);
}

void hlx_refuse(hlx_actions *actions, uint64_t request_id, uint32_t status) {
    hlx_emit_reply(actions, request_id, hlx_refusal(status));
    hlx_emit(actions, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, request_id);
}
