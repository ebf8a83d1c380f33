/* fuzz_broker.c -- bytes are a trace of events; the rules of tests/broker_rules.h hold
 * after every step, and when the world behaves again everything drains.
 *
 *      byte 0 .. 12           13 ...
 *      configuration          events of 3 bytes: what and when, a, b
 *
 * The low half of an event's first byte says what happens: the next thing that a
 * worker would sensibly do, or anything else that can come in through the interface,
 * sensible or not. The high half says how time passes. Only what the interface
 * forbids is left out: a request id that is in the system is not submitted again.
 * spec: BRK-01 to BRK-12, BRK-20 to BRK-43 */
#include "broker_rules.h"
#include "fuzz_support.h"

#define CONFIG_BYTES 13u
#define EVENT_BYTES 3u
#define MOST_EVENTS 400u
#define PROBES 1u
#define FIRST_ID 1u
#define DRY_ROUNDS 2000u

typedef struct rig {
    uint64_t now_ns, next_ns, next_id;
    uint32_t probes;
    hlx_broker *broker, *twin;
    hlx_actions *actions;
    broker_rules *rules;
} rig;

static rig table;

static void expect_rules(void) {
    fuzz_expect(table.rules->broken == NULL,
                table.rules->broken != NULL ? table.rules->broken : "");
}

static void step(const hlx_event *event) {
    rules_begin_step(table.rules, event, table.now_ns);
    table.next_ns = hlx_broker_step(table.broker, event, table.now_ns, table.actions);
    rules_end_step(table.rules, table.actions, table.next_ns, &table.broker->counters);
    expect_rules();
}

/* Only what the last trace has used is cleared. */
static void reset_rules(const hlx_broker_config *config) {
    if (table.rules == NULL) {
        table.rules = fuzz_new(sizeof *table.rules);
        rules_init(table.rules, config);
    }
    memset(table.rules->requests, 0, (table.next_id + 1) * sizeof table.rules->requests[0]);
    rules_restart(table.rules, config);
}

/* Each has memory of its own; nothing of the last trace is left in it where this one can
 * come: the queue needs no more places than there are events. */
static void set_up(const hlx_broker_config *config) {
    size_t used = offsetof(hlx_broker, queue) + MOST_EVENTS * sizeof table.broker->queue[0];
    reset_rules(config);
    table = (rig){.next_id = FIRST_ID,
                  .broker = fuzz_keep(table.broker, sizeof *table.broker),
                  .twin = fuzz_keep(table.twin, sizeof *table.twin),
                  .actions = fuzz_keep(table.actions, sizeof *table.actions),
                  .rules = table.rules};
    fuzz_forget(table.broker, used);
    fuzz_forget(table.twin, used);
    fuzz_forget(table.actions, offsetof(hlx_actions, list[1]));
    fuzz_expect(hlx_broker_init(table.broker, config), "BRK-20: in range is accepted");
}

/* ---- the configuration ---- */

static uint64_t duration(fuzz_input *input) {
    uint8_t byte = fuzz_byte(input);
    return byte == 255 ? HLX_BROKER_MAX_DURATION_NS : 1u + byte;
}

static hlx_broker_config read_config(fuzz_input *input) {
    static const uint32_t ratios[] = {0, 20000, 500000, 1000000};
    uint32_t workers = 1 + fuzz_below(input, 4);
    hlx_broker_config config = {
        .worker_count = workers,
        .slot_count = workers + 1 + fuzz_below(input, workers),
        .queue_capacity = 1 + fuzz_below(input, 8),
        .hedge_ratio_ppm = ratios[fuzz_below(input, 4)],
        .hedge_burst = fuzz_below(input, 4),
        .rotate_mb10 = fuzz_below(input, 64),
        .rotate_major = fuzz_below(input, 64),
        .hedging = fuzz_below(input, 8) != 7,
        .hedge_delay_ns = duration(input) - 1,
        .deadline_ns = duration(input),
        .start_timeout_ns = duration(input),
        .kill_grace_ns = duration(input),
        .backoff_min_ns = duration(input),
    };
    config.backoff_max_ns = config.backoff_min_ns;
    if (config.backoff_min_ns * 3 < HLX_BROKER_MAX_DURATION_NS) {
        config.backoff_max_ns = config.backoff_min_ns * 3;
    }
    return config;
}

/* What an invalid configuration is told, for a few that are nearly right. */
static void check_refusal(hlx_broker_config config, uint8_t which) {
    uint32_t *const counts[] = {&config.worker_count, &config.slot_count, &config.queue_capacity,
                                &config.hedge_ratio_ppm, &config.hedge_burst};
    uint64_t *const durations[] = {&config.deadline_ns, &config.start_timeout_ns,
                                   &config.kill_grace_ns, &config.backoff_min_ns,
                                   &config.backoff_max_ns};
    uint32_t field = which % 5;
    if (which < 100) {
        *counts[field] = field < 3 && which % 2 == 0 ? 0 : 1000001;
    } else if (which < 200) {
        *durations[field] = which % 2 == 0 ? 0 : HLX_BROKER_MAX_DURATION_NS + 1;
    } else if (which % 2 == 0) {
        config.hedge_delay_ns = HLX_BROKER_MAX_DURATION_NS + 1;
    } else {
        config.backoff_min_ns = HLX_BROKER_MAX_DURATION_NS;
        config.backoff_max_ns = HLX_BROKER_MAX_DURATION_NS - 1;
    }
    fuzz_expect(!hlx_broker_init(table.twin, &config), "BRK-20: out of range is refused");
}

/* ---- events ---- */

/* What the worker in the event's slot would do next; `how` varies it. */
static void worker_event(hlx_event *event, uint8_t how) {
    const rules_worker *worker = &table.rules->workers[event->slot];
    if (worker->process == STARTING) {
        event->type = how == 255 ? HLX_EVENT_SPAWN_FAILED : HLX_EVENT_WORKER_READY;
    } else if (worker->process == RETIRING || worker->process == KILLED ||
               (worker->busy && how == 254)) {
        event->type = HLX_EVENT_WORKER_EXITED;
    } else if (worker->busy) {
        event->type = HLX_EVENT_WORKER_RESPONSE;
        event->request_id = worker->job;
        event->summary = (hlx_summary){.tokens = (uint32_t)worker->job + (how == 200),
                                       .issues = how == 201,
                                       .alloc_mb10 = how & 63u,
                                       .major = how & 31u};
        bool stop = worker->cancel_sent && (how & 64u) == 0;
        event->summary.status = stop ? HLX_STATUS_CANCELLED : how > 240 ? 2 + how % 2u : 0;
    }
}

/* Whatever type; slot and request near the existing ones or far from them. */
static void any_event(hlx_event *event, uint8_t a, uint8_t b) {
    event->type = a >> 4;
    event->slot = b == 255 ? UINT32_MAX : b % 16u;
    event->request_id = table.next_id - (a & 15u);
    event->summary = (hlx_summary){.status = b >> 4, .tokens = b & 3u, .alloc_mb10 = b & 63u};
    event->hedge_delay_ns = b == 255 ? HLX_BROKER_MAX_DURATION_NS + 1 : b;
    if (event->type == HLX_EVENT_SUBMIT) {
        event->request_id = table.next_id++;
    }
}

static hlx_event read_event(uint8_t what, uint8_t a, uint8_t b) {
    static const uint32_t direct[] = {HLX_EVENT_WORKER_EXITED, HLX_EVENT_WORKER_READY,
                                      HLX_EVENT_SPAWN_FAILED, HLX_EVENT_DRAIN};
    hlx_event event = {.type = HLX_EVENT_TICK, .slot = a % table.rules->config.slot_count};
    if (what >= 1 && what <= 3) {
        event.type = HLX_EVENT_SUBMIT;
        event.request_id = table.next_id++;
    } else if (what == 4) {
        event.type = HLX_EVENT_CLIENT_GONE;
        event.request_id = table.next_id - 1u - a % 16u;
    } else if (what >= 5 && what <= 9) {
        worker_event(&event, b);
    } else if (what >= 10 && what <= 13) {
        event.type = direct[what - 10];
    } else if (what == 14) {
        any_event(&event, a, b);
    }
    return event;
}

static void pass_time(uint32_t how, uint8_t amount) {
    bool promised = table.next_ns != HLX_BROKER_NEVER;
    if (how == 8 && promised) {
        table.now_ns = table.next_ns;
    } else if (how == 9 && promised) {
        table.now_ns = table.next_ns - 1;
    } else if (how >= 10 && how <= 13) {
        table.now_ns += amount % 32u;
    } else if (how == 14) {
        table.now_ns -= table.now_ns > 50 ? amount % 50u : 0;
    } else if (how == 15) {
        table.now_ns += (uint64_t)1 << amount % 63u;
    }
}

/* All but the places of the queue's ring that no id has reached yet. */
static void copy_broker(hlx_broker *to, const hlx_broker *from) {
    memcpy(to, from, offsetof(hlx_broker, queue));
    memcpy(to->queue, from->queue, table.next_id * sizeof from->queue[0]);
}

/* A TICK before the promised instant does nothing and promises the same. spec: BRK-07 */
static void probe(uint8_t part) {
    hlx_event tick = {.type = HLX_EVENT_TICK};
    uint64_t end_ns = table.next_ns < HLX_BROKER_MAX_NOW_NS ? table.next_ns : HLX_BROKER_MAX_NOW_NS;
    uint64_t room = end_ns - table.rules->now_ns;
    if (table.probes == PROBES || room == 0) {
        return;
    }
    table.probes++;
    copy_broker(table.twin, table.broker);
    uint64_t between = part == 255 ? room - 1 : room / 256 * part;
    uint64_t next_ns =
        hlx_broker_step(table.twin, &tick, table.rules->now_ns + between, table.actions);
    fuzz_expect(table.actions->count == 0 && next_ns == table.next_ns,
                "BRK-07: before the promised instant there is nothing to do");
}

/* ---- the end: a world that behaves ---- */

/* Every worker does what it sensibly does; time goes on. */
static void dry_round(void) {
    for (uint32_t slot = 0; slot < table.rules->config.slot_count; slot++) {
        hlx_event event = {.type = HLX_EVENT_TICK, .slot = slot};
        worker_event(&event, 0);
        step(&event);
    }
    if (table.next_ns != HLX_BROKER_NEVER) {
        table.now_ns = table.next_ns;
    }
}

static void run_dry(void) {
    hlx_event drain = {.type = HLX_EVENT_DRAIN};
    if (table.rules->now_ns > HLX_BROKER_MAX_NOW_NS / 2) {
        return; /* time is about to stand still */
    }
    table.now_ns = table.rules->now_ns;
    step(&drain);
    for (uint32_t i = 0; i < DRY_ROUNDS && !rules_stopped(table.rules); i++) {
        dry_round();
    }
    fuzz_expect(rules_stopped(table.rules), "BRK-37: a drain comes to its end");
    fuzz_expect(hlx_broker_stopped(table.broker), "BRK-41: and the broker says so");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size, 0};
    hlx_broker_config config = read_config(&input);
    set_up(&config);
    for (uint32_t i = 0; i < MOST_EVENTS && fuzz_left(&input) >= EVENT_BYTES; i++) {
        uint8_t first = fuzz_byte(&input);
        uint8_t a = fuzz_byte(&input);
        uint8_t b = fuzz_byte(&input);
        hlx_event event = read_event(first & 15u, a, b);
        pass_time(first >> 4, b);
        step(&event);
        if ((first & 15u) == 15) {
            probe(a);
            check_refusal(config, b);
        }
        fuzz_expect(hlx_broker_stopped(table.broker) == rules_stopped(table.rules),
                    "BRK-41: stopped exactly when nothing is left");
    }
    run_dry();
    return 0;
}

/* ---- mutation: whole events in, out, twice, exchanged ---- */

static void edit_trace(uint8_t *data, size_t *size, size_t max_size, uint32_t *random) {
    size_t count = (*size - CONFIG_BYTES) / EVENT_BYTES;
    size_t at = CONFIG_BYTES + fuzz_random(random) % (count + 1) * EVENT_BYTES;
    size_t run = 1 + fuzz_random(random) % 6;
    uint8_t events[6 * EVENT_BYTES];
    uint32_t kind = fuzz_random(random) % 4;
    size_t stretch = run * EVENT_BYTES;
    for (size_t i = 0; i < stretch; i++) {
        events[i] = (uint8_t)fuzz_random(random);
    }
    bool whole = at + stretch <= *size;
    if (kind == 0 && whole) {
        (void)fuzz_splice(data, size, max_size, at, stretch, events, 0);
    } else if (kind == 1 && whole) {
        memcpy(events, data + at, stretch);
        size_t to = CONFIG_BYTES + fuzz_random(random) % (count + 1) * EVENT_BYTES;
        (void)fuzz_splice(data, size, max_size, to, 0, events, stretch);
    } else if (kind == 2 && whole) {
        data[at] = (uint8_t)fuzz_random(random);
    } else {
        (void)fuzz_splice(data, size, max_size, at, 0, events, stretch);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint32_t random = fuzz_seeded(seed);
    if (size < CONFIG_BYTES || fuzz_random(&random) % 4 == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    for (uint32_t edits = 1 + fuzz_random(&random) % 4; edits > 0; edits--) {
        edit_trace(data, &size, max_size, &random);
    }
    return size;
}
