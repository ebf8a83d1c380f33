/* simulator.c -- the world of one seed: a heap of what will happen, and what follows
 * from the broker's actions. See simulator.h for the whole. */
#include "simulator.h"

#include <stddef.h>

#define RULES_RECORDS 4096u
#include "broker_rules.h"
#include "trace.h"

#define ROWS RULES_RECORDS /* requests in the system at a time */
#define ROW_BITS 20
#define ITEMS 65536u

enum item_kind {
    ITEM_ARRIVE,      /* number: of the request */
    ITEM_GONE,        /* id */
    ITEM_READY,       /* slot, serial */
    ITEM_ANSWER,      /* slot, serial, attempt, id, summary */
    ITEM_STRAY,       /* slot, serial, id, summary: a response beside the protocol */
    ITEM_EXIT,        /* slot, serial */
    ITEM_FATE,        /* slot, serial: an exit that a fault brings, unless they have stopped */
    ITEM_SPAWN_FAILED /* slot, serial */
};

typedef struct item {
    uint64_t at_ns;
    uint64_t order; /* of items at one instant */
    enum item_kind kind;
    uint32_t slot;
    uint32_t number;
    uint64_t serial;
    uint64_t attempt;
    uint64_t id;
    hlx_summary summary;
} item;

typedef struct process {
    uint64_t serial; /* 0: none */
    bool phantom;    /* it could not be made, but that is not known yet */
    bool slow;
    bool deaf;           /* in its job: reads no cancel, ever */
    uint64_t attempt;    /* 0: no job that will be answered */
    uint64_t id;         /* of the job */
    uint64_t key;        /* of the attempt's faults */
    uint64_t finish_ns;  /* of the job */
    uint64_t stalled_ns; /* no cancel is read before */
    uint32_t written_mb10;
    uint32_t major;
} process;

typedef struct row { /* of a request, from its submission to its release */
    uint64_t id;     /* 0: free */
    uint32_t number;
    uint32_t attempts;
    uint32_t next_free;
    uint64_t submitted_ns;
} row;

typedef struct world {
    uint64_t seed;
    const sim_plan *plan;
    sim_wishes *wishes;
    sim_totals *totals;
    const char *broken;
    char text[128];
    bool quiet; /* the faults have stopped */
    bool probing;
    bool nothing_may_happen; /* in this step */
    uint64_t now_ns;
    uint64_t next_ns;
    uint64_t order;
    uint64_t serial;
    uint64_t attempt;
    uint64_t steps;
    uint32_t arrived; /* the number of the next request */
    uint32_t coming;  /* requests in the heap */
    uint32_t probes_ok;
    uint32_t in_use;
    uint32_t first_free;
    uint32_t item_count;
    process processes[HLX_BROKER_MAX_SLOTS];
    row rows[ROWS];
    item items[ITEMS];
    hlx_broker broker;
    broker_rules rules;
    hlx_actions actions;
} world;

static world w; /* megabytes; one run at a time */

static void complain(const char *text) {
    if (w.broken == NULL) {
        snprintf(w.text, sizeof w.text, "%s (step %llu, time %llu)", text,
                 (unsigned long long)w.steps, (unsigned long long)w.now_ns);
        w.broken = w.text;
    }
}

/* ---- draws ---- */

/* Purposes of draws beyond the choices. */
enum purpose { DURATION = 100, GAP, FRACTION, POLL, FLIGHT, RESULT, BUDGET, LEAVE, LATENESS };

static uint64_t draw(enum purpose purpose, uint64_t key, uint64_t bound) {
    return bound == 0 ? 0 : sim_hash(w.seed, purpose, key) % bound;
}

static uint64_t choice_of(enum sim_choice_kind kind, uint64_t key) {
    return (uint64_t)kind << 56 | key;
}

static bool allowed(uint64_t choice) {
    return w.wishes->allowed == NULL || sim_choices_have(w.wishes->allowed, choice);
}

static void note_choice(uint64_t choice) {
    if (w.wishes->made != NULL) {
        sim_choices_add(w.wishes->made, choice);
    }
}

/* Does the fault befall this one? */
static bool strikes(enum sim_choice_kind fault, uint64_t key) {
    uint64_t choice = choice_of(fault, key);

    if (w.quiet || w.plan->rate_ppm[fault] == 0 ||
        sim_hash(w.seed, fault, key) % SIM_PPM >= w.plan->rate_ppm[fault] || !allowed(choice)) {
        return false;
    }
    note_choice(choice);
    w.totals->faults[fault]++;
    if (w.wishes->trace != NULL) {
        fprintf(w.wishes->trace, "# %s: %s (number %llu)\n", sim_fault_names[fault],
                sim_fault_texts[fault], (unsigned long long)key);
    }
    return true;
}

/* As the time between independent events is distributed, nearly: half of all draws are
 * below ln 2 of the mean, half of the others below 2 ln 2, and so on. */
static uint64_t draw_exponential(enum purpose purpose, uint64_t key, uint64_t mean) {
    uint64_t random = sim_hash(w.seed, purpose, key);
    uint64_t halvings = random == 0 ? 63 : (uint64_t)__builtin_ctzll(random);

    return mean * (halvings * 710 + (random >> 40) % 710) / 1024; /* 710 / 1024 = ln 2 */
}

/* ---- the heap ---- */

static bool before(const item *one, const item *other) {
    return one->at_ns < other->at_ns || (one->at_ns == other->at_ns && one->order < other->order);
}

static void put(item it) {
    uint32_t hole = w.item_count;

    if (hole == ITEMS) {
        complain("SIM-00: harness: the heap is full");
        return;
    }
    it.order = w.order++;
    w.item_count++;
    while (hole > 0 && before(&it, &w.items[(hole - 1) / 2])) {
        w.items[hole] = w.items[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    w.items[hole] = it;
}

static item take(void) {
    item first = w.items[0];
    item last = w.items[--w.item_count];
    uint32_t hole = 0;

    for (uint32_t child = 1; child < w.item_count; child = 2 * hole + 1) {
        if (child + 1 < w.item_count && before(&w.items[child + 1], &w.items[child])) {
            child++;
        }
        if (!before(&w.items[child], &last)) {
            break;
        }
        w.items[hole] = w.items[child];
        hole = child;
    }
    w.items[hole] = last;
    return first;
}

/* ---- requests ---- */

static row *find_row(uint64_t id) {
    row *found = &w.rows[id % ROWS];

    return found->id == id ? found : NULL;
}

static row *take_row(uint32_t number) {
    if (w.first_free == ROWS) {
        return NULL; /* the shell, too, refuses what it has no row for */
    }
    row *taken = &w.rows[w.first_free];
    uint32_t next_free = taken->next_free;

    *taken = (row){.id = (uint64_t)(number + 1) << ROW_BITS | w.first_free,
                   .number = number,
                   .submitted_ns = w.now_ns};
    w.first_free = next_free;
    w.in_use++;
    return taken;
}

static void free_row(uint64_t id) {
    row *freed = find_row(id);

    if (freed == NULL) {
        complain("SIM-01: a release of a request that is not there");
        return;
    }
    freed->id = 0;
    freed->next_free = w.first_free;
    w.first_free = (uint32_t)(freed - w.rows);
    w.in_use--;
}

/* Independent of each other; in a burst all at once. */
static void next_arrival(uint32_t number, bool at_once) {
    uint64_t gap_ns = at_once ? 0 : draw_exponential(GAP, number, w.plan->gap_ns);

    if (number < w.plan->request_count) {
        w.coming++;
        put((item){.at_ns = w.now_ns + gap_ns, .kind = ITEM_ARRIVE, .number = number});
    }
}

/* A client of the closed loop thinks, then asks again. */
static void client_goes_on(void) {
    if (w.plan->client_count > 0 && !w.probing && w.arrived < w.plan->request_count) {
        next_arrival(w.arrived++, false);
    }
}

/* ---- workers ---- */

static void send(uint32_t slot, enum item_kind kind, uint64_t at_ns) {
    put((item){.at_ns = at_ns, .kind = kind, .slot = slot, .serial = w.processes[slot].serial});
}

static void answer_at(uint32_t slot, uint64_t at_ns, hlx_summary summary) {
    const process *worker = &w.processes[slot];

    put((item){.at_ns = at_ns + draw(FLIGHT, worker->attempt, w.plan->flight_ns),
               .kind = ITEM_ANSWER,
               .slot = slot,
               .serial = worker->serial,
               .attempt = worker->attempt,
               .id = worker->id,
               .summary = summary});
}

static uint64_t duration_of(uint32_t number) {
    const sim_plan *plan = w.plan;

    if (w.probing) {
        return plan->broker.deadline_ns / 16;
    }
    switch (plan->shape) {
    case SIM_UNIFORM:
        return plan->service_ns / 4 + draw(DURATION, number, 2 * plan->service_ns);
    case SIM_EXPONENTIAL:
        return draw_exponential(DURATION, number, plan->service_ns);
    case SIM_HEAVY: /* twice as long half as often, up to 512 times */
        return plan->service_ns / 2 << __builtin_ctzll(draw(DURATION, number, SIM_PPM) | 1u << 10);
    case SIM_RECORDED:
        return plan->recorded_ns[draw(DURATION, number, plan->recorded_count)];
    case SIM_CONSTANT:
        break;
    }
    return plan->service_ns;
}

static hlx_summary summary_of(const row *request, process *worker, uint64_t key) {
    uint64_t number = request->number;
    hlx_summary summary = {.status = HLX_STATUS_OK,
                           .tokens = (uint32_t)draw(RESULT, number, 1000000),
                           .issues = (uint32_t)draw(RESULT, number, 7)};

    if (strikes(SIM_TOO_LARGE, number)) {
        summary = (hlx_summary){.status = HLX_STATUS_OUTPUT_FULL};
    } else if (strikes(SIM_MALFORMED, number)) {
        summary = (hlx_summary){.status = HLX_STATUS_BAD_ARGUMENT};
    }
    if (strikes(SIM_CORRUPT, key)) {
        summary.tokens++;
    }
    if (strikes(SIM_UNASKED_CANCEL, key)) {
        summary.status = HLX_STATUS_CANCELLED;
    }
    if (strikes(SIM_BAD_STATUS, key)) {
        summary.status = 4 + (uint32_t)draw(RESULT, key, 1000);
    }
    worker->written_mb10 += (uint32_t)draw(BUDGET, key, w.plan->job_mb10 + 1);
    worker->major += draw(BUDGET, key, 8) == 0;
    summary.alloc_mb10 = worker->written_mb10;
    summary.major = worker->major;
    return summary;
}

/* A worker has got a request: now it is clear how that will end. */
static void run_job(uint32_t slot, row *request) {
    process *worker = &w.processes[slot];
    uint64_t key = (uint64_t)request->number * 8 + request->attempts++;
    uint64_t duration_ns = duration_of(request->number) + draw(FLIGHT, key, w.plan->flight_ns);

    if (worker->slow && !w.quiet) {
        duration_ns *= w.plan->slowness;
    }
    worker->attempt = ++w.attempt;
    worker->id = request->id;
    worker->key = key;
    worker->deaf = false;
    worker->stalled_ns = 0;
    if (strikes(SIM_STALL, key)) {
        duration_ns += w.plan->stall_ns;
        worker->stalled_ns = w.now_ns + duration_ns;
    }
    worker->finish_ns = w.now_ns + duration_ns;
    if (strikes(SIM_POISON, request->number) || strikes(SIM_CRASH, key)) {
        send(slot, ITEM_FATE, w.now_ns + draw(FRACTION, key, duration_ns + 1));
    } else if (strikes(SIM_HANG, key)) {
        worker->deaf = true;
    }
    if (!worker->deaf) {
        answer_at(slot, worker->finish_ns, summary_of(request, worker, key));
    }
}

/* Read when the worker looks; what it has finished by then, it has finished. */
static void read_cancel(uint32_t slot, uint64_t id) {
    process *worker = &w.processes[slot];
    uint64_t read_ns = w.now_ns + draw(POLL, worker->key, w.plan->poll_ns);

    if (read_ns < worker->stalled_ns) {
        read_ns = worker->stalled_ns;
    }
    if (worker->attempt == 0 || worker->id != id || worker->deaf || read_ns >= worker->finish_ns) {
        return;
    }
    worker->attempt = ++w.attempt; /* what was to be answered is not */
    worker->finish_ns = read_ns;
    answer_at(slot, read_ns,
              (hlx_summary){.status = HLX_STATUS_CANCELLED,
                            .alloc_mb10 = worker->written_mb10,
                            .major = worker->major});
}

static void spawn_fails(uint32_t slot, bool late) {
    process *worker = &w.processes[slot];
    uint64_t bound_ns = late ? 2 * w.plan->broker.start_timeout_ns : 1;

    worker->phantom = true;
    send(slot, ITEM_SPAWN_FAILED, w.now_ns + draw(FRACTION, worker->serial, bound_ns));
}

static void spawn(uint32_t slot) {
    process *worker = &w.processes[slot];
    uint64_t serial = ++w.serial;
    uint64_t start_ns = w.plan->start_ns / 2 + draw(GAP, serial, w.plan->start_ns);

    *worker = (process){.serial = serial};
    if (strikes(SIM_SPAWN_FAILS, serial)) {
        spawn_fails(slot, false);
        return;
    }
    if (strikes(SIM_SPAWN_FAILS_LATE, serial)) {
        spawn_fails(slot, true);
        return;
    }
    worker->slow = strikes(SIM_SLOW_WORKER, serial);
    if (strikes(SIM_MORTAL, serial)) {
        send(slot, ITEM_FATE, w.now_ns + draw(FRACTION, serial, 64 * w.plan->service_ns));
    }
    if (strikes(SIM_DIES_AT_START, serial)) {
        send(slot, ITEM_EXIT, w.now_ns + draw(FRACTION, serial, start_ns));
    } else if (!strikes(SIM_NEVER_READY, serial)) {
        send(slot, ITEM_READY, w.now_ns + start_ns);
    }
}

/* One that could not be made does not hear it; what is heard of it is that. */
static void retire(uint32_t slot) {
    const process *worker = &w.processes[slot];

    if (!worker->phantom && !strikes(SIM_DEAF_TO_RETIRE, worker->serial)) {
        send(slot, ITEM_EXIT, w.now_ns + draw(POLL, worker->serial, w.plan->poll_ns));
    }
}

static void be_killed(uint32_t slot) {
    const process *worker = &w.processes[slot];
    uint64_t bound_ns = w.plan->poll_ns;

    if (strikes(SIM_SLOW_DEATH, worker->serial)) {
        bound_ns = 4 * w.plan->broker.kill_grace_ns;
    }
    if (!worker->phantom) {
        send(slot, ITEM_EXIT, w.now_ns + draw(FRACTION, worker->serial, bound_ns));
    }
}

/* ---- what the broker says ---- */

static void hear_reply(const hlx_action *action) {
    const row *request = find_row(action->request_id);

    w.totals->answers[action->reply.status]++;
    w.probes_ok += w.probing && action->reply.status == HLX_REPLY_OK;
    if (request != NULL && action->reply.status == HLX_REPLY_OK && w.wishes->latencies_ns != NULL &&
        !w.probing) {
        w.wishes->latencies_ns[w.wishes->latency_count++] = w.now_ns - request->submitted_ns;
    }
    client_goes_on();
}

static void perform(const hlx_action *action) {
    switch ((enum hlx_action_type)action->type) {
    case HLX_ACTION_SEND_REQUEST:
        run_job(action->slot, find_row(action->request_id));
        break;
    case HLX_ACTION_SEND_CANCEL:
        read_cancel(action->slot, action->request_id);
        break;
    case HLX_ACTION_REPLY:
        hear_reply(action);
        break;
    case HLX_ACTION_RELEASE:
        free_row(action->request_id);
        break;
    case HLX_ACTION_SPAWN:
        spawn(action->slot);
        break;
    case HLX_ACTION_RETIRE:
        retire(action->slot);
        break;
    case HLX_ACTION_KILL:
        be_killed(action->slot);
        break;
    case HLX_ACTION_MISMATCH:
        break;
    }
}

/* ---- a step, checked from outside ---- */

static void check_step(void) {
    rules_end_step(&w.rules, &w.actions, w.next_ns, &w.broker.counters);
    if (w.rules.broken != NULL) {
        w.broken = w.rules.broken;
        return;
    }
    if (w.nothing_may_happen && w.actions.count > 0) {
        complain("BRK-40: an action where nothing may happen");
    }
    if (hlx_broker_stopped(&w.broker) != rules_stopped(&w.rules)) {
        complain("BRK-41: stopped, or not, at the wrong time");
    }
    w.nothing_may_happen = false;
}

static void step(const hlx_event *event) {
    uint64_t now_ns = w.now_ns;

    w.steps++;
    w.totals->steps++;
    if (strikes(SIM_CLOCK_BACK, w.steps)) {
        now_ns -= draw(FRACTION, w.steps, now_ns + 1);
    }
    rules_begin_step(&w.rules, event, now_ns);
    w.next_ns = hlx_broker_step(&w.broker, event, now_ns, &w.actions);
    if (w.wishes->trace != NULL) {
        hlx_trace_step(w.wishes->trace, event, now_ns, &w.actions, w.next_ns);
    }
    check_step();
    for (uint32_t i = 0; w.broken == NULL && i < w.actions.count; i++) {
        perform(&w.actions.list[i]);
    }
}

/* ---- what happens ---- */

static void all_die(void) {
    for (uint32_t slot = 0; slot < w.plan->broker.slot_count; slot++) {
        if (w.processes[slot].serial != 0 && !w.processes[slot].phantom) {
            send(slot, ITEM_EXIT, w.now_ns);
        }
    }
}

/* Of every kind one that fits nothing, so that nothing may happen. */
static hlx_event junk_event(uint64_t key) {
    hlx_event event = {.type = (uint32_t)draw(RESULT, key, 11),
                       .slot = HLX_BROKER_MAX_SLOTS + (uint32_t)draw(GAP, key, 1000),
                       .request_id = UINT64_MAX - key,
                       .hedge_delay_ns = HLX_BROKER_MAX_DURATION_NS + 1 + key};

    if (event.type == HLX_EVENT_SUBMIT || event.type == HLX_EVENT_DRAIN) {
        event.type = HLX_EVENT_CLIENT_GONE;
    }
    return event;
}

/* Before the promised instant, and before anything else, the broker has nothing to do. */
static void disturb(const hlx_event *event) {
    if (w.next_ns > w.now_ns) {
        w.nothing_may_happen = true;
        step(event);
    }
}

/* Now and then none, so that the hedge goes out with the first attempt. */
static hlx_event new_delay(uint64_t key) {
    uint64_t most_ns = draw(RESULT, key, 8) == 0 ? 0 : 4 * w.plan->service_ns;

    return (hlx_event){.type = HLX_EVENT_HEDGE_DELAY, .hedge_delay_ns = draw(GAP, key, most_ns)};
}

/* What befalls the service as a whole, at the time of a request. */
static void strike_service(uint32_t number) {
    hlx_event tick = {.type = HLX_EVENT_TICK};
    hlx_event drain = {.type = HLX_EVENT_DRAIN};
    hlx_event junk = junk_event(number);
    hlx_event delay = new_delay(number);

    if (strikes(SIM_EARLY_TICK, number)) {
        disturb(&tick);
    }
    if (strikes(SIM_JUNK, number)) {
        disturb(&junk);
    }
    if (strikes(SIM_NEW_DELAY, number)) {
        disturb(&delay);
    }
    if (strikes(SIM_PAUSE, number)) {
        w.now_ns += draw(GAP, number, 2 * w.plan->broker.deadline_ns);
    }
    if (strikes(SIM_ALL_DIE, number)) {
        all_die();
    }
    if (strikes(SIM_DRAIN, number)) {
        step(&drain);
    }
}

static void submit(uint32_t number) {
    row *request = take_row(number);
    hlx_event event = {.type = HLX_EVENT_SUBMIT};

    if (request == NULL) {
        client_goes_on();
        return;
    }
    event.request_id = request->id;
    w.totals->requests++;
    if (strikes(SIM_CLIENT_GONE, number)) {
        put((item){.at_ns = w.now_ns + draw(LEAVE, number, 4 * w.plan->service_ns),
                   .kind = ITEM_GONE,
                   .id = request->id});
    }
    step(&event);
}

static void arrive(uint32_t number) {
    uint64_t choice = choice_of(SIM_REQUEST, number);

    w.coming--;
    strike_service(number);
    if (w.plan->client_count == 0) {
        next_arrival(++w.arrived, strikes(SIM_BURST, number / 32));
    }
    if (allowed(choice)) {
        note_choice(choice);
        submit(number);
    } else {
        client_goes_on();
    }
}

static void client_leaves(uint64_t id) {
    hlx_event event = {.type = HLX_EVENT_CLIENT_GONE, .request_id = id};
    const rules_request *request = rules_find(&w.rules, id);
    bool unanswered = request != NULL && !request->closed;

    step(&event);
    if (unanswered) {
        client_goes_on();
    }
}

static void worker_message(const item *it, uint32_t type) {
    hlx_event event = {
        .type = type, .slot = it->slot, .request_id = it->id, .summary = it->summary};

    step(&event);
}

/* The response of a job; perhaps with another id, perhaps twice. */
static void worker_answers(const item *it) {
    process *worker = &w.processes[it->slot];
    item stray = *it;

    if (worker->attempt != it->attempt) {
        return; /* it was cancelled before */
    }
    worker->attempt = 0;
    stray.kind = ITEM_STRAY;
    if (strikes(SIM_DUPLICATE, worker->key)) {
        stray.at_ns = w.now_ns + draw(LATENESS, worker->key, w.plan->service_ns);
        put(stray);
    }
    if (strikes(SIM_WRONG_ID, worker->key)) {
        stray.id = it->id + (1u << ROW_BITS);
        worker_message(&stray, HLX_EVENT_WORKER_RESPONSE);
    } else {
        worker_message(it, HLX_EVENT_WORKER_RESPONSE);
    }
}

static void worker_is_gone(const item *it, uint32_t type) {
    w.processes[it->slot] = (process){.serial = 0};
    worker_message(it, type);
}

static void happen_to_worker(const item *it) {
    if (w.processes[it->slot].serial != it->serial) {
        return; /* it is not the process that this was about */
    }
    if (it->kind == ITEM_READY) {
        worker_message(it, HLX_EVENT_WORKER_READY);
    } else if (it->kind == ITEM_ANSWER) {
        worker_answers(it);
    } else if (it->kind == ITEM_STRAY) {
        worker_message(it, HLX_EVENT_WORKER_RESPONSE);
    } else if (it->kind == ITEM_EXIT || (it->kind == ITEM_FATE && !w.quiet)) {
        worker_is_gone(it, HLX_EVENT_WORKER_EXITED);
    } else if (it->kind == ITEM_SPAWN_FAILED) {
        worker_is_gone(it, HLX_EVENT_SPAWN_FAILED);
    }
}

static void happen(const item *it) {
    if (it->kind == ITEM_ARRIVE) {
        arrive(it->number);
    } else if (it->kind == ITEM_GONE) {
        client_leaves(it->id);
    } else {
        happen_to_worker(it);
    }
}

/* The instant at which the shell's timer calls, sometimes late. */
static uint64_t tick_instant(void) {
    uint64_t late_ns = 0;

    if (w.next_ns != HLX_BROKER_NEVER && strikes(SIM_LATE_TICK, w.steps)) {
        late_ns = draw(LATENESS, w.steps, w.plan->broker.hedge_delay_ns + 1);
    }
    return w.next_ns == HLX_BROKER_NEVER ? HLX_BROKER_NEVER : w.next_ns + late_ns;
}

static void pass_time_to(uint64_t at_ns) {
    if (at_ns > w.now_ns) {
        w.now_ns = at_ns;
    }
}

/* The next thing that happens, if it happens before `until_ns`. */
static bool go_on(uint64_t until_ns) {
    hlx_event tick = {.type = HLX_EVENT_TICK};
    uint64_t tick_ns = tick_instant();
    uint64_t item_ns = w.item_count > 0 ? w.items[0].at_ns : HLX_BROKER_NEVER;
    item it;

    if (w.broken != NULL || (tick_ns > until_ns && item_ns > until_ns)) {
        return false;
    }
    if (tick_ns < item_ns) {
        pass_time_to(tick_ns);
        step(&tick);
    } else {
        it = take();
        pass_time_to(it.at_ns);
        happen(&it);
    }
    return true;
}

static void run_until(uint64_t until_ns) {
    while (go_on(until_ns)) {
    }
    if (w.broken == NULL) {
        pass_time_to(until_ns);
    }
}

/* ---- the four acts ---- */

static void begin(uint64_t seed, const sim_plan *plan, sim_wishes *wishes, sim_totals *totals) {
    hlx_event tick = {.type = HLX_EVENT_TICK};

    memset(&w, 0, offsetof(world, rows));
    w.seed = seed;
    w.plan = plan;
    w.wishes = wishes;
    w.totals = totals;
    for (uint32_t i = 0; i < ROWS; i++) {
        w.rows[i] = (row){.next_free = i + 1};
    }
    rules_init(&w.rules, &plan->broker);
    if (!hlx_broker_init(&w.broker, &plan->broker)) {
        complain("SIM-00: harness: the configuration is not valid");
        return;
    }
    if (wishes->trace != NULL) {
        hlx_trace_begin(wishes->trace, &plan->broker);
    }
    step(&tick);
}

/* Act one: load and faults, until every request was made. */
static void load(void) {
    uint32_t clients = w.plan->client_count;

    if (clients == 0) {
        next_arrival(w.arrived, false);
    }
    while (clients > 0 && w.arrived < clients) {
        next_arrival(w.arrived++, false);
    }
    while ((w.coming > 0 || w.arrived < w.plan->request_count) && go_on(HLX_BROKER_NEVER - 1)) {
    }
}

/* How long it may take, once the faults have stopped, until nothing is in the system:
 * a request that hangs is cancelled at its deadline, its worker killed after the grace;
 * and until the pool is full: the worker is made again after its back-off, perhaps once
 * in vain because it had begun before. */
static uint64_t recovery_ns(void) {
    const hlx_broker_config *config = &w.plan->broker;
    uint64_t death_ns = 4 * config->kill_grace_ns + w.plan->poll_ns;
    uint64_t birth_ns = config->backoff_max_ns + 2 * w.plan->start_ns;

    return config->deadline_ns + config->kill_grace_ns + 2 * config->start_timeout_ns +
           2 * (death_ns + birth_ns) + w.plan->flight_ns;
}

static uint32_t count_ready(void) {
    uint32_t ready = 0;

    for (uint32_t slot = 0; slot < w.plan->broker.slot_count; slot++) {
        ready += w.rules.workers[slot].process == READY && !w.rules.workers[slot].busy;
    }
    return ready;
}

/* Act two: the faults stop. */
static void recover(void) {
    w.quiet = true;
    if (w.wishes->trace != NULL) {
        fprintf(w.wishes->trace, "# the faults stop\n");
    }
    run_until(w.now_ns + recovery_ns());
    if (w.broken != NULL) {
        return;
    }
    if (w.in_use > 0) {
        complain("SIM-02: a request is in the system long after the faults have stopped");
    }
    if (!w.rules.draining && count_ready() < w.plan->broker.worker_count) {
        complain("SIM-03: the pool is not full long after the faults have stopped");
    }
}

/* Act three: as many requests as workers, at once, must all be answered ok. With hedges
 * that are due at once half of the workers are taken by those. */
static void probe(void) {
    const hlx_broker_config *config = &w.rules.config;
    bool doubled = config->hedging && config->hedge_delay_ns == 0;
    uint32_t count = doubled ? (config->worker_count + 1) / 2 : config->worker_count;

    if (w.broken != NULL || w.rules.draining) {
        return;
    }
    w.probing = true;
    for (uint32_t i = 0; i < count && w.broken == NULL; i++) {
        submit(w.plan->request_count + i);
    }
    run_until(w.now_ns + recovery_ns());
    if (w.probes_ok != count) {
        complain("SIM-04: a sound worker of a sound pool did not answer");
    }
}

/* Act four: the service ends. */
static void finish(void) {
    hlx_event drain = {.type = HLX_EVENT_DRAIN};

    if (w.broken != NULL) {
        return;
    }
    step(&drain);
    run_until(w.now_ns + recovery_ns());
    if (!hlx_broker_stopped(&w.broker)) {
        complain("SIM-05: the drain does not come to its end");
    }
    if (w.in_use > 0) {
        complain("SIM-06: a request was never released");
    }
}

static void add_counters(hlx_broker_counters *sum, const hlx_broker_counters *more) {
    uint64_t sums[sizeof *sum / sizeof(uint64_t)];
    uint64_t addends[sizeof *sum / sizeof(uint64_t)];

    memcpy(sums, sum, sizeof sums);
    memcpy(addends, more, sizeof addends);
    for (uint32_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        sums[i] += addends[i];
    }
    memcpy(sum, sums, sizeof sums);
}

const char *sim_run(uint64_t seed, const sim_plan *plan, sim_wishes *wishes, sim_totals *totals) {
    begin(seed, plan, wishes, totals);
    load();
    recover();
    probe();
    finish();
    add_counters(&totals->counters, &w.broker.counters);
    return w.broken;
}
