/* broker_rules.h -- the broker's rules, checked from the outside.
 *
 * A second bookkeeping of requests and workers, made of nothing but the events that
 * went into hlx_broker_step and the actions that came out. It reads no field of
 * the broker but its public counters. Tests, fuzzers and the simulator feed it every
 * step; it remembers the first clause that was broken:
 *
 *      rules_begin_step(rules, event, now_ns);     what must happen now?
 *      next = hlx_broker_step(...);
 *      rules_end_step(rules, actions, next, counters);
 *      if (rules->broken != NULL) ...              "BRK-06: hedge beyond the budget"
 *
 * Request ids must differ by less than RULES_RECORDS while both are in the system. */
#ifndef BROKER_RULES_H
#define BROKER_RULES_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "broker.h"

#ifndef RULES_RECORDS
#define RULES_RECORDS 65536u
#endif

enum rules_process { NO_PROCESS, STARTING, READY, RETIRING, KILLED };

typedef struct rules_worker {
    enum rules_process process;
    bool busy;
    bool cancel_sent;
    bool may_be_killed; /* it broke the protocol in this step */
    uint32_t origin;
    uint64_t job;           /* request id, when busy */
    uint64_t overdue_ns;    /* it must be killed from then on */
    uint64_t not_before_ns; /* no spawn before */
    uint64_t backoff_ns;
} rules_worker;

typedef struct rules_request {
    bool in_use; /* submitted and not released */
    bool queued;
    bool waiting; /* for its retry */
    bool closed;  /* answered or abandoned */
    bool expects; /* `reply` must be sent in this step */
    hlx_reply reply;
    bool hedged;
    bool suppressed;
    bool has_result;
    hlx_summary result;
    uint32_t attempts;
    uint32_t crashes;
    uint64_t id;
    uint64_t accepted_ns;
    uint64_t hedge_at_ns;
} rules_request;

typedef struct broker_rules {
    hlx_broker_config config;
    hlx_broker_counters counters; /* what they must be */
    const char *broken;           /* the first broken rule */
    char text[256];
    bool draining;
    bool mismatch; /* MISMATCH must be emitted in this step */
    uint32_t event_type;
    uint64_t event_id;
    uint64_t now_ns;
    uint64_t steps;
    uint64_t retired; /* outside the final wind-down */
    uint32_t unanswered;
    uint32_t queue_count;
    uint32_t service_count;
    rules_worker workers[HLX_BROKER_MAX_SLOTS];
    uint64_t queue[HLX_BROKER_MAX_QUEUE];       /* ids, oldest first */
    uint64_t service[HLX_BROKER_MAX_SLOTS + 2]; /* ids dispatched and not released */
    rules_request requests[RULES_RECORDS];
} broker_rules;

static void rules_expect(broker_rules *rules, bool holds, const char *text, uint64_t id) {
    if (!holds && rules->broken == NULL) {
        snprintf(rules->text, sizeof rules->text, "%s (step %llu, time %llu, number %llu)", text,
                 (unsigned long long)rules->steps, (unsigned long long)rules->now_ns,
                 (unsigned long long)id);
        rules->broken = rules->text;
    }
}

/* As rules_init, for rules that remember no request: without clearing 8 MB. */
static inline void rules_restart(broker_rules *rules, const hlx_broker_config *config) {
    memset(rules, 0, offsetof(broker_rules, queue));
    rules->config = *config;
    for (uint32_t slot = 0; slot < HLX_BROKER_MAX_SLOTS; slot++) {
        rules->workers[slot].backoff_ns = config->backoff_min_ns;
        rules->workers[slot].overdue_ns = HLX_BROKER_NEVER;
    }
}

static inline void rules_init(broker_rules *rules, const hlx_broker_config *config) {
    memset(rules->requests, 0, sizeof rules->requests);
    rules_restart(rules, config);
}

static rules_request *rules_find(broker_rules *rules, uint64_t id) {
    rules_request *request = &rules->requests[id % RULES_RECORDS];

    return request->in_use && request->id == id ? request : NULL;
}

static bool rules_idle(const rules_worker *worker) {
    return worker->process == READY && !worker->busy;
}

static bool rules_finished(const broker_rules *rules) {
    return rules->draining && rules->queue_count == 0 && rules->unanswered == 0;
}

/* ---- what an event makes necessary ---- */

static void rules_dequeue(broker_rules *rules, uint32_t position) {
    rules->queue_count--;
    memmove(&rules->queue[position], &rules->queue[position + 1],
            (rules->queue_count - position) * sizeof rules->queue[0]);
}

static void rules_must_reply(rules_request *request, uint32_t status) {
    request->expects = true;
    request->reply = (hlx_reply){status, 0, 0, HLX_ORIGIN_NONE};
}

static void rules_submit(broker_rules *rules, uint64_t id) {
    rules_request *request = &rules->requests[id % RULES_RECORDS];

    rules_expect(rules, !request->in_use, "harness: request id is still in use", id);
    memset(request, 0, sizeof *request);
    request->in_use = true;
    request->id = id;
    request->accepted_ns = rules->now_ns;
    if (rules->draining) {
        rules_must_reply(request, HLX_REPLY_SHUTTING_DOWN);
    } else if (rules->queue_count >= rules->config.queue_capacity) {
        rules_must_reply(request, HLX_REPLY_OVERLOADED);
    } else {
        request->queued = true;
        rules->queue[rules->queue_count++] = id;
        rules->counters.accepted++;
        rules->unanswered++;
    }
}

static void rules_client_gone(broker_rules *rules, uint64_t id) {
    rules_request *request = rules_find(rules, id);

    if (request == NULL || request->closed) {
        return;
    }
    for (uint32_t position = 0; request->queued && position < rules->queue_count; position++) {
        if (rules->queue[position] == id) {
            rules_dequeue(rules, position);
            request->queued = false;
        }
    }
    request->closed = true;
    request->waiting = false;
    rules->unanswered--;
    rules->counters.abandoned++;
}

static void rules_end_process(broker_rules *rules, uint32_t slot, bool died) {
    rules_worker *worker = &rules->workers[slot];
    uint64_t doubled = 2 * worker->backoff_ns;

    worker->process = NO_PROCESS;
    worker->overdue_ns = HLX_BROKER_NEVER;
    worker->not_before_ns = rules->now_ns + worker->backoff_ns;
    worker->backoff_ns = rules->config.backoff_min_ns;
    if (died) {
        worker->backoff_ns =
            doubled < rules->config.backoff_max_ns ? doubled : rules->config.backoff_max_ns;
    }
}

static void rules_lose_job(broker_rules *rules, rules_worker *worker) {
    rules_request *request = rules_find(rules, worker->job);

    worker->busy = false;
    worker->cancel_sent = false;
    request->attempts--;
    request->crashes++;
    if (request->attempts > 0 || request->closed) {
        return;
    }
    if (request->crashes < 2) {
        request->waiting = true;
        rules->counters.retries++;
    } else {
        rules_must_reply(request, HLX_REPLY_WORKER_FAILED);
    }
}

static void rules_exited(broker_rules *rules, uint32_t slot) {
    rules_worker *worker = &rules->workers[slot];
    bool died = worker->process != RETIRING;

    if (worker->process == NO_PROCESS) {
        return;
    }
    rules->counters.crashes += died;
    if (worker->busy) {
        rules_lose_job(rules, worker);
    }
    rules_end_process(rules, slot, died);
}

static void rules_result(broker_rules *rules, rules_request *request, const hlx_summary *summary,
                         uint32_t origin) {
    static const uint32_t replies[] = {HLX_REPLY_OK, 0, HLX_REPLY_TOO_LARGE, HLX_REPLY_MALFORMED};

    if (request->has_result) {
        rules->mismatch = request->result.status != summary->status ||
                          request->result.tokens != summary->tokens ||
                          request->result.issues != summary->issues;
        rules->counters.mismatches += rules->mismatch;
    }
    request->has_result = true;
    request->result = *summary;
    if (!request->closed) {
        rules_must_reply(request, replies[summary->status]);
        request->reply.origin = origin;
        if (summary->status == HLX_STATUS_OK) {
            request->reply.tokens = summary->tokens;
            request->reply.issues = summary->issues;
        }
    }
}

static bool rules_response_fits(const rules_worker *worker, const hlx_event *event) {
    if (!worker->busy || worker->job != event->request_id || event->summary.status > 3) {
        return false;
    }
    return event->summary.status != HLX_STATUS_CANCELLED || worker->cancel_sent;
}

static void rules_response(broker_rules *rules, const hlx_event *event) {
    rules_worker *worker = &rules->workers[event->slot];
    rules_request *request = rules_find(rules, worker->job);

    if (worker->process == NO_PROCESS || worker->process == KILLED) {
        return;
    }
    if (!rules_response_fits(worker, event)) {
        worker->may_be_killed = true;
        worker->overdue_ns = rules->now_ns;
        rules->counters.protocol_errors++;
        return;
    }
    if (event->summary.status != HLX_STATUS_CANCELLED) {
        rules_result(rules, request, &event->summary, worker->origin);
    }
    request->attempts--;
    worker->busy = false;
    worker->cancel_sent = false;
    worker->overdue_ns = HLX_BROKER_NEVER;
    worker->backoff_ns = rules->config.backoff_min_ns;
}

static void rules_ready(rules_worker *worker) {
    if (worker->process == STARTING) {
        worker->process = READY;
        worker->overdue_ns = HLX_BROKER_NEVER;
    }
}

static void rules_spawn_failed(broker_rules *rules, uint32_t slot) {
    rules_worker *worker = &rules->workers[slot];

    bool late = worker->process == RETIRING || worker->process == KILLED;
    if (worker->process == STARTING || (late && !worker->busy)) {
        rules_end_process(rules, slot, true);
    }
}

static void rules_expire(broker_rules *rules, uint64_t id) {
    rules_request *request = rules_find(rules, id);

    if (!request->closed && !request->expects &&
        request->accepted_ns + rules->config.deadline_ns <= rules->now_ns) {
        rules_must_reply(request, HLX_REPLY_DEADLINE);
    }
}

/* spec: BRK-43 */
static void rules_hedge_delay(broker_rules *rules, uint64_t delay_ns) {
    if (delay_ns <= HLX_BROKER_MAX_DURATION_NS) {
        rules->config.hedge_delay_ns = delay_ns;
    }
}

static void rules_begin_step(broker_rules *rules, const hlx_event *event, uint64_t now_ns) {
    bool has_slot = event->slot < rules->config.slot_count;
    uint64_t bounded = now_ns < HLX_BROKER_MAX_NOW_NS ? now_ns : HLX_BROKER_MAX_NOW_NS;

    rules->steps++;
    rules->event_type = event->type;
    rules->event_id = event->request_id;
    rules->mismatch = false;
    if (bounded > rules->now_ns) {
        rules->now_ns = bounded;
    }
    if (event->type == HLX_EVENT_SUBMIT) {
        rules_submit(rules, event->request_id);
    } else if (event->type == HLX_EVENT_CLIENT_GONE) {
        rules_client_gone(rules, event->request_id);
    } else if (event->type == HLX_EVENT_DRAIN) {
        rules->draining = true;
    } else if (event->type == HLX_EVENT_HEDGE_DELAY) {
        rules_hedge_delay(rules, event->hedge_delay_ns);
    } else if (event->type == HLX_EVENT_WORKER_READY && has_slot) {
        rules_ready(&rules->workers[event->slot]);
    } else if (event->type == HLX_EVENT_WORKER_RESPONSE && has_slot) {
        rules_response(rules, event);
    } else if (event->type == HLX_EVENT_WORKER_EXITED && has_slot) {
        rules_exited(rules, event->slot);
    } else if (event->type == HLX_EVENT_SPAWN_FAILED && has_slot) {
        rules_spawn_failed(rules, event->slot);
    }
    for (uint32_t i = 0; i < rules->queue_count; i++) {
        rules_expire(rules, rules->queue[i]);
    }
    for (uint32_t i = 0; i < rules->service_count; i++) {
        rules_expire(rules, rules->service[i]);
    }
}

/* ---- is each action allowed, here and now? ---- */

static void rules_count_reply(broker_rules *rules, const hlx_reply *reply, bool accepted) {
    hlx_broker_counters *counters = &rules->counters;

    counters->answered += accepted;
    rules->unanswered -= accepted;
    counters->answered_ok += reply->status == HLX_REPLY_OK;
    counters->answered_deadline += reply->status == HLX_REPLY_DEADLINE;
    counters->answered_worker_failed += reply->status == HLX_REPLY_WORKER_FAILED;
    counters->answered_by_hedge += reply->origin == HLX_ORIGIN_HEDGE;
    counters->rejected_overloaded += reply->status == HLX_REPLY_OVERLOADED;
    counters->rejected_shutting_down += reply->status == HLX_REPLY_SHUTTING_DOWN;
}

static void rules_reply(broker_rules *rules, const hlx_action *action) {
    rules_request *request = rules_find(rules, action->request_id);
    uint32_t status = action->reply.status;
    bool accepted = status != HLX_REPLY_OVERLOADED && status != HLX_REPLY_SHUTTING_DOWN;

    rules_expect(rules, request != NULL && !request->closed,
                 "BRK-01: a reply to a request that is answered, abandoned or unknown",
                 action->request_id);
    if (rules->broken != NULL) {
        return;
    }
    rules_expect(
        rules, request->expects && memcmp(&request->reply, &action->reply, sizeof(hlx_reply)) == 0,
        "BRK-29: not the reply that is due", action->request_id);
    if (request->queued) {
        rules_expect(rules, rules->queue[0] == request->id,
                     "BRK-07: a later request expired before an earlier one", request->id);
        rules_dequeue(rules, 0);
    }
    request->closed = true;
    request->queued = false;
    request->waiting = false;
    request->expects = false;
    rules_count_reply(rules, &action->reply, accepted);
}

static void rules_release(broker_rules *rules, const hlx_action *action) {
    rules_request *request = rules_find(rules, action->request_id);

    rules_expect(rules, request != NULL, "BRK-39: a request released twice or never submitted",
                 action->request_id);
    if (rules->broken != NULL) {
        return;
    }
    rules_expect(rules, request->closed && request->attempts == 0,
                 "BRK-39: a request released while it is unanswered or read", request->id);
    request->in_use = false;
    for (uint32_t i = 0; i < rules->service_count; i++) {
        if (rules->service[i] == action->request_id) {
            rules->service[i] = rules->service[--rules->service_count];
        }
    }
}

static bool rules_any_waiting(broker_rules *rules) {
    for (uint32_t i = 0; i < rules->service_count; i++) {
        if (rules_find(rules, rules->service[i])->waiting) {
            return true;
        }
    }
    return false;
}

static void rules_primary(broker_rules *rules, rules_request *request) {
    rules_expect(rules, request->attempts == 0, "BRK-04: a second first attempt", request->id);
    if (request->queued) {
        rules_expect(rules, rules->queue[0] == request->id, "BRK-10: not first in, first out",
                     request->id);
        rules_expect(rules, !rules_any_waiting(rules), "BRK-26: a retry was overtaken",
                     request->id);
        rules_dequeue(rules, 0);
        request->queued = false;
        request->hedge_at_ns = rules->now_ns + rules->config.hedge_delay_ns;
        rules->service[rules->service_count++] = request->id;
    } else {
        rules_expect(rules, request->waiting && request->crashes == 1,
                     "BRK-08: not a request that waits for its one retry", request->id);
        request->waiting = false;
    }
}

static bool rules_budget(const broker_rules *rules, uint64_t hedges) {
    unsigned __int128 granted = (unsigned __int128)hedges * 1000000u;
    unsigned __int128 allowed =
        (unsigned __int128)rules->config.hedge_burst * 1000000u +
        (unsigned __int128)rules->config.hedge_ratio_ppm * rules->counters.accepted;

    return granted <= allowed;
}

static bool rules_hedgeable(const broker_rules *rules, const rules_request *request) {
    return rules->config.hedging && !request->closed && !request->hedged &&
           request->attempts == 1 && request->crashes == 0;
}

static void rules_hedge(broker_rules *rules, rules_request *request) {
    rules_expect(rules, rules_hedgeable(rules, request), "BRK-27: a hedge that is not allowed",
                 request->id);
    rules_expect(rules, request->hedge_at_ns <= rules->now_ns, "BRK-27: a hedge too early",
                 request->id);
    request->hedged = true;
    rules->counters.hedges_granted++;
    rules_expect(rules, rules_budget(rules, rules->counters.hedges_granted),
                 "BRK-06: a hedge beyond the budget", request->id);
}

static void rules_send_request(broker_rules *rules, const hlx_action *action) {
    rules_worker *worker = &rules->workers[action->slot];
    rules_request *request = rules_find(rules, action->request_id);

    rules_expect(rules, worker->process == READY, "BRK-05: a job for a worker that is not hot",
                 action->slot);
    rules_expect(rules, !worker->busy || worker->job != action->request_id,
                 "BRK-04: both attempts on one worker", action->slot);
    rules_expect(rules, !worker->busy, "BRK-02: a second job for a worker", action->slot);
    rules_expect(rules, request != NULL && !request->closed,
                 "BRK-01: work for a request that needs none", action->request_id);
    if (rules->broken != NULL) {
        return;
    }
    if (action->origin == HLX_ORIGIN_PRIMARY) {
        rules_primary(rules, request);
    } else {
        rules_expect(rules, action->origin == HLX_ORIGIN_HEDGE, "BRK-29: origin", action->origin);
        rules_hedge(rules, request);
    }
    request->attempts++;
    worker->busy = true;
    worker->job = request->id;
    worker->origin = action->origin;
}

static void rules_send_cancel(broker_rules *rules, const hlx_action *action) {
    rules_worker *worker = &rules->workers[action->slot];
    rules_request *request = rules_find(rules, action->request_id);

    rules_expect(rules, worker->busy && worker->job == action->request_id && request != NULL,
                 "BRK-03: a cancel for another job", action->slot);
    rules_expect(rules, !worker->cancel_sent && worker->process == READY,
                 "BRK-03: a second cancel, or one to a killed worker", action->slot);
    rules_expect(rules, request == NULL || request->closed,
                 "BRK-03: a cancel for a request that still needs its reply", action->request_id);
    worker->cancel_sent = true;
    worker->overdue_ns = rules->now_ns + rules->config.kill_grace_ns;
    rules->counters.cancels_sent++;
}

static void rules_spawn(broker_rules *rules, uint32_t slot) {
    rules_worker *worker = &rules->workers[slot];

    rules_expect(rules, worker->process == NO_PROCESS, "BRK-09: a spawn over a live worker", slot);
    rules_expect(rules, worker->not_before_ns <= rules->now_ns, "BRK-09: a spawn before its time",
                 slot);
    rules_expect(rules, !rules_finished(rules), "BRK-37: a spawn after the drain", slot);
    worker->process = STARTING;
    worker->overdue_ns = rules->now_ns + rules->config.start_timeout_ns;
    rules->counters.spawns++;
}

static void rules_retire(broker_rules *rules, uint32_t slot) {
    rules_worker *worker = &rules->workers[slot];

    rules_expect(rules, !worker->busy, "BRK-05: a worker retired with a job", slot);
    rules_expect(rules,
                 worker->process == READY || (worker->process == STARTING && rules_finished(rules)),
                 "BRK-36: a worker retired that is not up", slot);
    rules->retired += !rules_finished(rules);
    worker->process = RETIRING;
    worker->overdue_ns = rules->now_ns + rules->config.kill_grace_ns;
}

static void rules_kill(broker_rules *rules, uint32_t slot) {
    rules_worker *worker = &rules->workers[slot];

    rules_expect(rules, worker->process != NO_PROCESS && worker->process != KILLED,
                 "BRK-35: no process to be killed", slot);
    rules_expect(rules, worker->overdue_ns <= rules->now_ns, "BRK-35: killed without a reason",
                 slot);
    worker->process = KILLED;
    worker->overdue_ns = HLX_BROKER_NEVER;
    rules->counters.kills++;
}

static void rules_action(broker_rules *rules, const hlx_action *action) {
    bool of_slot = action->type != HLX_ACTION_REPLY && action->type != HLX_ACTION_RELEASE &&
                   action->type != HLX_ACTION_MISMATCH;

    if (of_slot && action->slot >= rules->config.slot_count) {
        rules_expect(rules, false, "BRK-40: an action for an unknown slot", action->slot);
    } else if (action->type == HLX_ACTION_SEND_REQUEST) {
        rules_send_request(rules, action);
    } else if (action->type == HLX_ACTION_SEND_CANCEL) {
        rules_send_cancel(rules, action);
    } else if (action->type == HLX_ACTION_REPLY) {
        rules_reply(rules, action);
    } else if (action->type == HLX_ACTION_RELEASE) {
        rules_release(rules, action);
    } else if (action->type == HLX_ACTION_SPAWN) {
        rules_spawn(rules, action->slot);
    } else if (action->type == HLX_ACTION_RETIRE) {
        rules_retire(rules, action->slot);
    } else if (action->type == HLX_ACTION_KILL) {
        rules_kill(rules, action->slot);
    } else {
        rules_expect(rules, action->type == HLX_ACTION_MISMATCH && rules->mismatch,
                     "BRK-12: a mismatch without a difference", action->request_id);
        rules->mismatch = false;
    }
}

/* ---- what must hold when the step is over ---- */

static const char *rules_missing_reply(const rules_request *request) {
    switch ((hlx_reply_status)request->reply.status) {
    case HLX_REPLY_DEADLINE:
        return "BRK-07: an unanswered request is past its deadline";
    case HLX_REPLY_WORKER_FAILED:
        return "BRK-08: a request that cost two workers is not answered";
    case HLX_REPLY_OVERLOADED:
        return "BRK-10: a request beyond the queue's capacity is not refused";
    case HLX_REPLY_OK:
    case HLX_REPLY_TOO_LARGE:
    case HLX_REPLY_MALFORMED:
    case HLX_REPLY_SHUTTING_DOWN:
        break;
    }
    return "BRK-01: the reply that is due did not come";
}

static void rules_settle_request(broker_rules *rules, rules_request *request, bool any_idle) {
    rules_expect(rules, !request->expects, rules_missing_reply(request), request->id);
    rules_expect(
        rules, request->closed || request->accepted_ns + rules->config.deadline_ns > rules->now_ns,
        "BRK-07: an unanswered request is past its deadline", request->id);
    rules_expect(rules, !request->closed || request->attempts > 0,
                 "BRK-39: a request is over and not released", request->id);
    rules_expect(rules, !any_idle || !(request->waiting || request->queued),
                 "BRK-26: a worker is idle while a request waits", request->id);
    if (rules_hedgeable(rules, request) && request->hedge_at_ns <= rules->now_ns) {
        rules_expect(rules, !any_idle || !rules_budget(rules, rules->counters.hedges_granted + 1),
                     "BRK-27: a hedge was due, possible and not sent", request->id);
        rules->counters.hedges_suppressed += !request->suppressed;
        request->suppressed = true;
    }
}

static void rules_settle_worker(broker_rules *rules, uint32_t slot) {
    rules_worker *worker = &rules->workers[slot];

    rules_expect(rules, worker->overdue_ns > rules->now_ns, "BRK-35: an overdue worker lives",
                 slot);
    rules_expect(rules, !worker->busy || rules_find(rules, worker->job) != NULL,
                 "BRK-39: a job without a document", slot);
    if (worker->busy && worker->process == READY && rules_find(rules, worker->job) != NULL) {
        rules_expect(rules, worker->cancel_sent == rules_find(rules, worker->job)->closed,
                     "BRK-28: the loser of a race was not cancelled", slot);
    }
    rules_expect(rules,
                 !rules_finished(rules) || (worker->process != STARTING && !rules_idle(worker)),
                 "BRK-37: a worker not retired after the drain", slot);
}

/* Fewer workers than the pool has: another must be on its way. */
static void rules_settle_pool(broker_rules *rules, uint64_t next_ns) {
    uint32_t alive = 0;
    uint32_t idle = 0;

    for (uint32_t slot = 0; slot < rules->config.slot_count; slot++) {
        enum rules_process process = rules->workers[slot].process;

        idle += rules_idle(&rules->workers[slot]);
        alive += process == STARTING || process == READY || process == KILLED;
    }
    rules_expect(rules,
                 alive >= rules->config.worker_count || rules_finished(rules) ||
                     next_ns <= rules->now_ns + rules->config.backoff_max_ns,
                 "BRK-09: a dead worker is not made good", alive);
    rules_expect(rules, idle <= rules->config.worker_count,
                 "BRK-32: a worker that was replaced is not retired", idle);
    rules_expect(rules, rules->retired <= rules->counters.rotations,
                 "BRK-05: a worker retired before its replacement was ready", rules->retired);
}

static void rules_settle_counters(broker_rules *rules, const hlx_broker_counters *counters) {
    bool ready = rules->event_type == HLX_EVENT_WORKER_READY;

    rules_expect(rules,
                 counters->rotations == rules->counters.rotations ||
                     (ready && counters->rotations == rules->counters.rotations + 1),
                 "BRK-32: a rotation without a replacement", counters->rotations);
    rules->counters.rotations = counters->rotations;
    rules_expect(rules,
                 counters->accepted == counters->answered + counters->abandoned + rules->unanswered,
                 "BRK-11: accepted is not answered + abandoned + in the system", rules->unanswered);
    rules_expect(rules, memcmp(counters, &rules->counters, sizeof *counters) == 0,
                 "BRK-42: a counter is wrong", 0);
}

static void rules_end_step(broker_rules *rules, const hlx_actions *actions, uint64_t next_ns,
                           const hlx_broker_counters *counters) {
    bool any_idle = false;

    rules_expect(rules, actions->count <= HLX_BROKER_MAX_ACTIONS, "BRK-40: too many actions",
                 actions->count);
    for (uint32_t i = 0; rules->broken == NULL && i < actions->count; i++) {
        rules_action(rules, &actions->list[i]);
    }
    if (rules->broken != NULL) {
        return;
    }
    for (uint32_t slot = 0; slot < rules->config.slot_count; slot++) {
        rules_settle_worker(rules, slot);
        any_idle = any_idle || rules_idle(&rules->workers[slot]);
    }
    for (uint32_t i = 0; i < rules->queue_count; i++) {
        rules_settle_request(rules, rules_find(rules, rules->queue[i]), any_idle);
    }
    for (uint32_t i = 0; i < rules->service_count; i++) {
        rules_settle_request(rules, rules_find(rules, rules->service[i]), any_idle);
    }
    if (rules_find(rules, rules->event_id) != NULL) { /* perhaps refused or gone, in no list */
        rules_settle_request(rules, rules_find(rules, rules->event_id), any_idle);
    }
    rules_expect(rules, !rules->mismatch, "BRK-12: a difference was not reported", 0);
    rules_expect(rules, rules->queue_count <= rules->config.queue_capacity,
                 "BRK-10: the queue is longer than its bound", rules->queue_count);
    rules_settle_counters(rules, counters);
    rules_settle_pool(rules, next_ns);
    rules_expect(rules, next_ns > rules->now_ns || rules->now_ns == HLX_BROKER_MAX_NOW_NS,
                 "BRK-07: the next instant is not in the future", next_ns);
}

/* True when nothing is left for the broker to do. spec: BRK-41 */
static bool rules_stopped(const broker_rules *rules) {
    for (uint32_t slot = 0; slot < rules->config.slot_count; slot++) {
        if (rules->workers[slot].process != NO_PROCESS) {
            return false;
        }
    }
    return rules_finished(rules);
}

#endif
