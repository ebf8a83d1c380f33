/* trace.c -- see trace.h. */
#include "trace.h"

#include <inttypes.h>

/* spec: SRV-71 */
const hlx_trace_word hlx_trace_events[HLX_TRACE_EVENT_WORDS] = {
    [HLX_EVENT_TICK] = {"tick", 0},
    [HLX_EVENT_SUBMIT] = {"submit", HLX_TRACE_ID},
    [HLX_EVENT_CLIENT_GONE] = {"client_gone", HLX_TRACE_ID},
    [HLX_EVENT_WORKER_READY] = {"worker_ready", HLX_TRACE_SLOT},
    [HLX_EVENT_WORKER_RESPONSE] = {"worker_response", HLX_TRACE_SLOT | HLX_TRACE_ID |
                                                          HLX_TRACE_RESULT | HLX_TRACE_BUDGETS},
    [HLX_EVENT_WORKER_EXITED] = {"worker_exited", HLX_TRACE_SLOT},
    [HLX_EVENT_SPAWN_FAILED] = {"spawn_failed", HLX_TRACE_SLOT},
    [HLX_EVENT_DRAIN] = {"drain", 0},
    [HLX_EVENT_HEDGE_DELAY] = {"hedge_delay", HLX_TRACE_DELAY},
    [HLX_TRACE_EVENT_WORDS - 1] = {"unknown", HLX_TRACE_SLOT | HLX_TRACE_ID},
};

/* spec: SRV-72 */
const hlx_trace_word hlx_trace_actions[HLX_TRACE_ACTION_WORDS] = {
    [0] = {"none", 0},
    [HLX_ACTION_SEND_REQUEST] = {"send_request", HLX_TRACE_SLOT | HLX_TRACE_ID | HLX_TRACE_ORIGIN},
    [HLX_ACTION_SEND_CANCEL] = {"send_cancel", HLX_TRACE_SLOT | HLX_TRACE_ID},
    [HLX_ACTION_REPLY] = {"reply", HLX_TRACE_ID | HLX_TRACE_RESULT | HLX_TRACE_ORIGIN},
    [HLX_ACTION_RELEASE] = {"release", HLX_TRACE_ID},
    [HLX_ACTION_SPAWN] = {"spawn", HLX_TRACE_SLOT},
    [HLX_ACTION_RETIRE] = {"retire", HLX_TRACE_SLOT},
    [HLX_ACTION_KILL] = {"kill", HLX_TRACE_SLOT},
    [HLX_ACTION_MISMATCH] = {"mismatch", HLX_TRACE_ID},
};

/* A field of the configuration that has no place in the trace would be missed when it
 * is replayed. */
#define SAME_FIELD(name) __typeof__(((hlx_broker_config *)0)->name)(name);
struct traced_config {
    HLX_TRACE_CONFIG(SAME_FIELD)
};
#undef SAME_FIELD
_Static_assert(sizeof(struct traced_config) == sizeof(hlx_broker_config),
               "HLX_TRACE_CONFIG names every field of hlx_broker_config");

/* spec: SRV-70 */
void hlx_trace_begin(FILE *stream, const hlx_broker_config *config) {
    (void)fprintf(stream, HLX_TRACE_HEADER "\nconfig");
#define PRINT_FIELD(field) (void)fprintf(stream, " " #field "=%" PRIu64, (uint64_t)config->field);
    HLX_TRACE_CONFIG(PRINT_FIELD)
#undef PRINT_FIELD
    (void)fprintf(stream, "\n");
}

static void print_event(FILE *stream, const hlx_event *event) {
    uint32_t unknown = HLX_TRACE_EVENT_WORDS - 1u;
    uint32_t type = event->type < unknown ? event->type : unknown;
    unsigned fields = hlx_trace_events[type].fields;
    (void)fprintf(stream, "%s", hlx_trace_events[type].name);
    if ((fields & HLX_TRACE_SLOT) != 0) {
        (void)fprintf(stream, " slot=%" PRIu32, event->slot);
    }
    if ((fields & HLX_TRACE_ID) != 0) {
        (void)fprintf(stream, " id=%" PRIu64, event->request_id);
    }
    if ((fields & HLX_TRACE_RESULT) != 0) {
        (void)fprintf(stream, " status=%" PRIu32 " tokens=%" PRIu32 " issues=%" PRIu32,
                      event->summary.status, event->summary.tokens, event->summary.issues);
    }
    if ((fields & HLX_TRACE_BUDGETS) != 0) {
        (void)fprintf(stream, " alloc_mb10=%" PRIu32 " major=%" PRIu32, event->summary.alloc_mb10,
                      event->summary.major);
    }
    if ((fields & HLX_TRACE_DELAY) != 0) {
        (void)fprintf(stream, " hedge_delay_ns=%" PRIu64, event->hedge_delay_ns);
    }
    (void)fprintf(stream, "\n");
}

static void print_action(FILE *stream, const hlx_action *action) {
    const hlx_trace_word *word =
        &hlx_trace_actions[action->type < HLX_TRACE_ACTION_WORDS ? action->type : 0];
    const hlx_reply *reply = &action->reply;
    unsigned fields = word->fields;
    bool is_reply = action->type == HLX_ACTION_REPLY;
    (void)fprintf(stream, " %s", word->name);
    if ((fields & HLX_TRACE_SLOT) != 0) {
        (void)fprintf(stream, " slot=%" PRIu32, action->slot);
    }
    if ((fields & HLX_TRACE_ID) != 0) {
        (void)fprintf(stream, " id=%" PRIu64, action->request_id);
    }
    if ((fields & HLX_TRACE_RESULT) != 0) {
        (void)fprintf(stream, " status=%" PRIu32 " tokens=%" PRIu32 " issues=%" PRIu32,
                      reply->status, reply->tokens, reply->issues);
    }
    if ((fields & HLX_TRACE_ORIGIN) != 0) {
        (void)fprintf(stream, " origin=%" PRIu32, is_reply ? reply->origin : action->origin);
    }
    (void)fprintf(stream, "\n");
}

/* spec: SRV-71, SRV-72 */
void hlx_trace_step(FILE *stream, const hlx_event *event, uint64_t now_ns,
                    const hlx_actions *actions, uint64_t next_ns) {
    (void)fprintf(stream, "%" PRIu64 " ", now_ns);
    print_event(stream, event);
    for (uint32_t i = 0; i < actions->count; i++) {
        print_action(stream, &actions->list[i]);
    }
    if (next_ns == HLX_BROKER_NEVER) {
        (void)fprintf(stream, " next never\n");
    } else {
        (void)fprintf(stream, " next %" PRIu64 "\n", next_ns);
    }
}
