/* actions.h -- what a step tells the shell to do: a list, performed in order.
 *
 * The list only grows during a step, and `emit` is the only way in, so what it says of the
 * number of replies, hedges and releases among the actions is known wherever one is
 * sent: the contracts tie these numbers to the broker's counters. */
#ifndef HLX_ACTIONS_H
#define HLX_ACTIONS_H

#include <stdint.h>

#include "broker_state.h"
#include "client.h"

enum hlx_action_type {
    HLX_ACTION_SEND_REQUEST = 1, /* slot, request_id, origin: send the request frame */
    HLX_ACTION_SEND_CANCEL = 2,  /* slot, request_id: send the cancel frame */
    HLX_ACTION_REPLY = 3,        /* request_id, reply */
    HLX_ACTION_RELEASE = 4,      /* request_id: no attempt reads the document any more */
    HLX_ACTION_SPAWN = 5,        /* slot: fork a worker */
    HLX_ACTION_RETIRE = 6,       /* slot: close the worker's input, it exits by itself */
    HLX_ACTION_KILL = 7,         /* slot: SIGKILL; WORKER_EXITED follows */
    HLX_ACTION_MISMATCH = 8      /* request_id: the two attempts disagree, log it */
};

typedef struct hlx_action {
    uint32_t type;
    uint32_t slot;
    uint32_t origin; /* SEND_REQUEST: enum hlx_origin */
    uint64_t request_id;
    hlx_reply reply;
} hlx_action;

/* Most actions one step can emit: every queued request answered and released,
 * and for each slot at most eight more. */
#define HLX_BROKER_MAX_ACTIONS (2u * HLX_BROKER_MAX_QUEUE + 8u * HLX_BROKER_MAX_SLOTS + 16u)

typedef struct hlx_actions {
    uint32_t count;
    hlx_action list[HLX_BROKER_MAX_ACTIONS];
} hlx_actions;

/*@ predicate Room(integer count, integer n) =
      count + n <= HLX_BROKER_MAX_ACTIONS;

    // Action n tells the shell to do this with a slot's process.
    predicate Told(hlx_actions actions, integer n, integer type, integer slot) =
      actions.list[n].type == type && actions.list[n].slot == slot;

    // Action n gives a slot's worker a request, as this attempt.
    predicate Sent(hlx_actions actions, integer n, integer slot, integer request_id,
                   integer origin) =
      Told(actions, n, HLX_ACTION_SEND_REQUEST, slot) &&
      actions.list[n].request_id == request_id && actions.list[n].origin == origin;

    // Action n is the broker's own reply to a request.
    predicate OwnReply(hlx_actions actions, integer n, integer request_id, integer status) =
      actions.list[n].type == HLX_ACTION_REPLY && actions.list[n].request_id == request_id &&
      actions.list[n].reply.status == status && actions.list[n].reply.tokens == 0 &&
      actions.list[n].reply.issues == 0 && actions.list[n].reply.origin == HLX_ORIGIN_NONE;

    // Action n says that no attempt reads a request's document any more.
    predicate Released(hlx_actions actions, integer n, integer request_id) =
      actions.list[n].type == HLX_ACTION_RELEASE && actions.list[n].request_id == request_id;

    // Actions n and n + 1 are both, for a request that no worker has.
    predicate Refused(hlx_actions actions, integer n, integer request_id, integer status) =
      OwnReply(actions, n, request_id, status) && Released(actions, n + 1, request_id);

    // How many of the first n actions are replies, hedges, releases?
    logic integer IsReply(hlx_action action) = action.type == HLX_ACTION_REPLY ? 1 : 0;

    logic integer IsHedge(hlx_action action) =
      action.type == HLX_ACTION_SEND_REQUEST && action.origin == HLX_ORIGIN_HEDGE ? 1 : 0;

    logic integer IsRelease(hlx_action action) = action.type == HLX_ACTION_RELEASE ? 1 : 0;

    logic integer Replies(hlx_actions actions, integer n) =
      n <= 0 ? 0 : Replies(actions, n - 1) + IsReply(actions.list[n - 1]);

    logic integer Hedges(hlx_actions actions, integer n) =
      n <= 0 ? 0 : Hedges(actions, n - 1) + IsHedge(actions.list[n - 1]);

    logic integer Releases(hlx_actions actions, integer n) =
      n <= 0 ? 0 : Releases(actions, n - 1) + IsRelease(actions.list[n - 1]);
*/

/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 1);
    terminates \true;
    exits \false;
    assigns actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures type: actions->list[\old(actions->count)].type == type;
    ensures request_id: actions->list[\old(actions->count)].request_id == request_id;
    ensures slot: actions->list[\old(actions->count)].slot == slot;
    ensures origin: actions->list[\old(actions->count)].origin == origin;
    ensures reply: actions->list[\old(actions->count)].reply == reply;
    ensures replies: Replies(*actions, actions->count) ==
      \old(Replies(*actions, actions->count)) + (type == HLX_ACTION_REPLY ? 1 : 0);
    ensures hedges: Hedges(*actions, actions->count) ==
      \old(Hedges(*actions, actions->count)) +
      (type == HLX_ACTION_SEND_REQUEST && origin == HLX_ORIGIN_HEDGE ? 1 : 0);
    ensures releases: Releases(*actions, actions->count) ==
      \old(Releases(*actions, actions->count)) + (type == HLX_ACTION_RELEASE ? 1 : 0);
*/
void hlx_emit_full(hlx_actions *actions, uint32_t type, uint32_t slot, uint64_t request_id,
                   uint32_t origin, hlx_reply reply);

/* The broker's own replies carry no counts and no origin. spec: BRK-29 */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures status: \result.status == status;
    ensures no_counts: \result.tokens == 0 && \result.issues == 0;
    ensures no_origin: \result.origin == HLX_ORIGIN_NONE;
*/
hlx_reply hlx_refusal(uint32_t status);

/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 1);
    terminates \true;
    exits \false;
    assigns actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures type: actions->list[\old(actions->count)].type == type;
    ensures request_id: actions->list[\old(actions->count)].request_id == request_id;
    ensures slot: actions->list[\old(actions->count)].slot == slot;
    ensures replies: Replies(*actions, actions->count) ==
      \old(Replies(*actions, actions->count)) + (type == HLX_ACTION_REPLY ? 1 : 0);
    ensures hedges: Hedges(*actions, actions->count) ==
      \old(Hedges(*actions, actions->count));
    ensures releases: Releases(*actions, actions->count) ==
      \old(Releases(*actions, actions->count)) + (type == HLX_ACTION_RELEASE ? 1 : 0);
*/
void hlx_emit(hlx_actions *actions, uint32_t type, uint32_t slot, uint64_t request_id);

/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 1);
    terminates \true;
    exits \false;
    assigns actions->count, actions->list[actions->count];
    ensures count: actions->count == \old(actions->count) + 1;
    ensures type: actions->list[\old(actions->count)].type == HLX_ACTION_REPLY;
    ensures request_id: actions->list[\old(actions->count)].request_id == request_id;
    ensures slot: actions->list[\old(actions->count)].slot == HLX_BROKER_NO_SLOT;
    ensures reply: actions->list[\old(actions->count)].reply == reply;
    ensures replies: Replies(*actions, actions->count) ==
      \old(Replies(*actions, actions->count)) + 1;
    ensures hedges: Hedges(*actions, actions->count) ==
      \old(Hedges(*actions, actions->count));
    ensures releases: Releases(*actions, actions->count) ==
      \old(Releases(*actions, actions->count));
*/
void hlx_emit_reply(hlx_actions *actions, uint64_t request_id, hlx_reply reply);

/* A request that no worker has: answered and released at once. spec: BRK-07, BRK-10, BRK-24 */
/*@ requires writable: \valid(actions);
    requires room: Room(actions->count, 2);
    terminates \true;
    exits \false;
    assigns actions->count, actions->list[actions->count .. actions->count + 1];
    ensures count: actions->count == \old(actions->count) + 2;
    ensures replies: Replies(*actions, actions->count) ==
      \old(Replies(*actions, actions->count)) + 1;
    ensures hedges: Hedges(*actions, actions->count) ==
      \old(Hedges(*actions, actions->count));
    ensures releases: Releases(*actions, actions->count) ==
      \old(Releases(*actions, actions->count)) + 1;
    ensures refused: Refused(*actions, \old(actions->count), request_id, status);
*/
void hlx_refuse(hlx_actions *actions, uint64_t request_id, uint32_t status);

#endif
