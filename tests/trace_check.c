/* trace_check.c -- does a trace of the service (trace.h) say what the broker says?
 *
 *      trace_check FILE...
 *
 * Every event of a trace is given to the core again, at its time, under the checker of
 * the rules (broker_rules.h). What the core does is printed in the words of the trace
 * and must be, byte for byte, what the trace has. So the running service is held to the core, and
 * its whole history to the twelve rules. Lines that begin with # are skipped. Exit
 * code: 0; 1 with file, line and reason; 64 for a wrong command line. spec: SRV-70 to
 * SRV-73 */
#include <inttypes.h>
#include <stdlib.h>

#include "broker_rules.h"
#include "trace.h"

typedef struct replay {
    const char *path;
    FILE *stream;
    char *line;
    size_t room;
    bool ended;
    uint64_t number; /* of `line` in the file */
    uint64_t steps;
    hlx_broker broker;
    hlx_actions actions;
    broker_rules rules;
} replay;

static bool fail(const replay *r, const char *text) {
    printf("%s:%" PRIu64 ": %s\n", r->path, r->number, text);
    return false;
}

/* The next line that is no comment, or the end. */
static void read_line(replay *r) {
    do {
        r->ended = getline(&r->line, &r->room, r->stream) < 0;
        r->number++;
    } while (!r->ended && r->line[0] == '#');
    if (r->ended && r->line != NULL) {
        r->line[0] = '\0';
    }
}

/* ` name=number` in a line. */
static bool field(const char *line, const char *name, uint64_t *value) {
    size_t length = strlen(name);

    for (const char *at = strchr(line, ' '); at != NULL; at = strchr(at + 1, ' ')) {
        if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '=') {
            char *end = NULL;

            *value = strtoull(at + 2 + length, &end, 10);
            return *end == ' ' || *end == '\n';
        }
    }
    return false;
}

static bool field32(const char *line, const char *name, uint32_t *value) {
    uint64_t wide = 0;
    bool there = field(line, name, &wide) && wide <= UINT32_MAX;

    *value = (uint32_t)wide;
    return there;
}

static bool read_config(const replay *r, hlx_broker_config *config) {
    uint64_t value = 0;
    bool complete = true;

#define READ_FIELD(name)                                                                           \
    complete = complete && field(r->line, #name, &value);                                          \
    config->name = (__typeof__(config->name))value;
    HLX_TRACE_CONFIG(READ_FIELD)
#undef READ_FIELD
    return complete;
}

static uint32_t type_of(const char *name, size_t length) {
    for (uint32_t type = 0; type < HLX_TRACE_EVENT_WORDS; type++) {
        if (strlen(hlx_trace_events[type].name) == length &&
            strncmp(hlx_trace_events[type].name, name, length) == 0) {
            return type;
        }
    }
    return HLX_TRACE_EVENT_WORDS;
}

static bool read_fields(const char *line, unsigned fields, hlx_event *event) {
    return ((fields & HLX_TRACE_SLOT) == 0 || field32(line, "slot", &event->slot)) &&
           ((fields & HLX_TRACE_ID) == 0 || field(line, "id", &event->request_id)) &&
           ((fields & HLX_TRACE_RESULT) == 0 ||
            (field32(line, "status", &event->summary.status) &&
             field32(line, "tokens", &event->summary.tokens) &&
             field32(line, "issues", &event->summary.issues))) &&
           ((fields & HLX_TRACE_BUDGETS) == 0 ||
            (field32(line, "alloc_mb10", &event->summary.alloc_mb10) &&
             field32(line, "major", &event->summary.major))) &&
           ((fields & HLX_TRACE_DELAY) == 0 ||
            field(line, "hedge_delay_ns", &event->hedge_delay_ns));
}

/* `TIME NAME FIELDS` */
static bool read_event(const replay *r, uint64_t *now_ns, hlx_event *event) {
    char *name = NULL;

    *now_ns = strtoull(r->line, &name, 10);
    if (name == r->line || *name != ' ') {
        return false;
    }
    *event = (hlx_event){.type = type_of(name + 1, strcspn(name + 1, " \n"))};
    return event->type < HLX_TRACE_EVENT_WORDS &&
           read_fields(name, hlx_trace_events[event->type].fields, event);
}

/* Is the trace's line what the core says? One that was cut off is, as far as it goes. */
static bool same_line(const replay *r, const char *said, size_t length) {
    size_t there = r->ended ? 0 : strlen(r->line);

    if (there == 0 || r->line[there - 1] != '\n') {
        return there < length && memcmp(r->line, said, there) == 0;
    }
    return there == length && memcmp(r->line, said, length) == 0;
}

/* What the core did, against the lines of the trace. */
static bool compare(replay *r, const hlx_event *event, uint64_t now_ns, uint64_t next_ns) {
    char *said = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&said, &length);
    bool same = true;

    if (stream == NULL) {
        return fail(r, "out of memory");
    }
    hlx_trace_step(stream, event, now_ns, &r->actions, next_ns);
    (void)fclose(stream);
    for (const char *at = said; same && *at != '\0'; at = strchr(at, '\n') + 1) {
        size_t count = (size_t)(strchr(at, '\n') + 1 - at);

        same = same_line(r, at, count);
        if (same) {
            read_line(r);
        } else {
            (void)fail(r, "not what the core says:");
            printf("    core:%*s%.*s", at == said ? 1 : 0, "", (int)count, at);
        }
    }
    free(said);
    return same;
}

static bool replay_step(replay *r) {
    hlx_event event;
    uint64_t now_ns = 0;
    uint64_t next_ns = 0;

    if (strchr(r->line, '\n') == NULL) { /* the file was cut off here */
        r->ended = true;
        return true;
    }
    if (!read_event(r, &now_ns, &event)) {
        return fail(r, "not a time and an event");
    }
    r->steps++;
    rules_begin_step(&r->rules, &event, now_ns);
    next_ns = hlx_broker_step(&r->broker, &event, now_ns, &r->actions);
    rules_end_step(&r->rules, &r->actions, next_ns, &r->broker.counters);
    if (r->rules.broken != NULL) {
        return fail(r, r->rules.broken);
    }
    if (hlx_broker_stopped(&r->broker) != rules_stopped(&r->rules)) {
        return fail(r, "BRK-41: stopped, or not, at the wrong time");
    }
    return compare(r, &event, now_ns, next_ns);
}

static bool replay_all(replay *r) {
    hlx_broker_config config = {.worker_count = 0};

    read_line(r);
    if (r->ended || strcmp(r->line, HLX_TRACE_HEADER "\n") != 0) {
        return fail(r, "does not begin with '" HLX_TRACE_HEADER "'");
    }
    read_line(r);
    if (r->ended || strncmp(r->line, "config ", 7) != 0 || !read_config(r, &config) ||
        !hlx_broker_init(&r->broker, &config)) {
        return fail(r, "not a whole and valid configuration");
    }
    rules_init(&r->rules, &config);
    read_line(r);
    while (!r->ended) {
        if (!replay_step(r)) {
            return false;
        }
    }
    return r->steps > 0 || fail(r, "no step");
}

static bool check(const char *path) {
    static replay r; /* megabytes */
    bool conforms = false;

    memset(&r, 0, sizeof r);
    r.path = path;
    r.stream = fopen(path, "r");
    if (r.stream == NULL) {
        perror(path);
        return false;
    }
    conforms = replay_all(&r);
    (void)fclose(r.stream);
    free(r.line);
    if (conforms) {
        printf("%s: %" PRIu64 " steps conform, %" PRIu64 " requests accepted\n", path, r.steps,
               r.broker.counters.accepted);
    }
    return conforms;
}

int main(int argc, char **argv) {
    bool all = argc > 1;

    if (argc < 2) {
        fprintf(stderr, "trace_check: no trace given (accepted: FILE...)\n");
        return 64;
    }
    for (int i = 1; i < argc; i++) {
        all = check(argv[i]) && all;
    }
    return all ? 0 : 1;
}
