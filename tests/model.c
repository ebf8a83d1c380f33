/* model.c -- every behaviour of a small pool: an exhaustive search that drives the
 * broker's own code.
 *
 *      model [workers=N] [requests=N] [crashes=N] [gone=N] [rotations=N] [strays=N]
 *            [drain=N] [delays=N] [late=0|1] [rules=0|1] [states=N]
 *
 * A state is the broker, the checker of its rules (broker_rules.h) and what the world
 * may still do. From each state every move is tried: the next request, a client that
 * leaves, a worker that gets ready, answers, answers that it was cancelled, differs,
 * asks for rotation, sends what fits nothing, dies or cannot be made, a drain, another hedge
 * delay, the time.
 * Durations are a few units, so that all orders of their ends occur. Two states are one
 * when they agree in all that can matter: instants count relative to now, counters only
 * as far as the budget of hedges needs them.
 *
 * Checked at every step: the twelve rules. At every state: a TICK before the promised
 * instant does nothing; and when nothing goes wrong any more, every request is answered,
 * every document released and the pool full (or, after a drain, gone). A violation is
 * shown as the moves that lead to it, in the words of trace.h.
 *
 * The core is compiled with small bounds (model.mk): the search copies whole states. It
 * ends with the number of states, steps and the longest path, or with exit code 1. What
 * the bounds leave out, the simulator and the proofs have. */
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#define RULES_RECORDS 8u
#include "broker_rules.h"
#include "trace.h"

#define NO_MOVE 255u
#define MOST_MOVES 128u
#define LONGEST_RECOVERY 2000u

/* How many more of each may happen: a state's last part. */
typedef struct world {
    uint8_t requests;
    uint8_t crashes; /* and spawns that fail */
    uint8_t gone;
    uint8_t rotations;
    uint8_t strays; /* responses that break the protocol or differ */
    uint8_t drain;
    uint8_t delays; /* changes of the hedge delay */
} world;

typedef struct state {
    hlx_broker broker;
    broker_rules rules;
    world world;
    uint64_t now_ns;
    uint64_t next_ns;
} state;

typedef struct move {
    hlx_event event;
    bool late;      /* it comes at the promised instant, with no TICK before it */
    uint8_t *spent; /* by this move, or NULL; points into the state moved from */
} move;

typedef struct moves {
    uint32_t count;
    move list[MOST_MOVES];
} moves;

typedef struct key {
    uint64_t high, low;
} key;

typedef struct key_set {
    key *slots; /* all zero: free */
    uint64_t count;
    uint64_t room; /* a power of two */
} key_set;

/* One level of the depth-first search. */
typedef struct level {
    state state;
    uint32_t next_move;
} level;

typedef struct settings {
    hlx_broker_config config;
    world world;
    bool late;
    bool no_rules; /* only recovery counts, a broken rule ends a path: to see what it alone finds */
    uint64_t most_states;
} settings;

static settings chosen;
static hlx_actions actions;
static key_set seen;
static key_set recovers; /* states from which all ends well */
static level *path;
static uint32_t path_room;
static uint64_t steps;

static _Noreturn void give_up(const char *text) {
    fprintf(stderr, "model: %s\n", text);
    exit(2);
}

/* ---- sets of states ---- */

/* True when the key was not there before. There must be room. */
static bool place_key(key_set *set, key k) {
    for (uint64_t at = k.low & (set->room - 1);; at = (at + 1) & (set->room - 1)) {
        if (set->slots[at].low == k.low && set->slots[at].high == k.high) {
            return false;
        }
        if (set->slots[at].low == 0 && set->slots[at].high == 0) {
            set->slots[at] = k;
            set->count++;
            return true;
        }
    }
}

static void grow(key_set *set) {
    key_set old = *set;

    set->room = old.room == 0 ? 1u << 16 : old.room * 2;
    set->count = 0;
    set->slots = calloc(set->room, sizeof set->slots[0]);
    if (set->slots == NULL) {
        give_up("out of memory");
    }
    for (uint64_t i = 0; i < old.room; i++) {
        if (old.slots[i].low != 0 || old.slots[i].high != 0) {
            (void)place_key(set, old.slots[i]);
        }
    }
    free(old.slots);
}

static bool add_key(key_set *set, key k) {
    if (2 * set->count >= set->room) {
        grow(set);
    }
    return place_key(set, k);
}

/* ---- what of a state matters ---- */

/* Two independent hashes of 64 bits. */
static void digest(key *k, uint64_t value) {
    k->low = (k->low ^ value) * 0x9e3779b97f4a7c15u;
    k->low ^= k->low >> 32;
    k->high = (k->high + value) * 0xbf58476d1ce4e5b9u;
    k->high ^= k->high >> 29;
}

/* An instant as it looks from now: what is past is past. */
static uint64_t ahead(const state *s, uint64_t instant_ns) {
    if (instant_ns == HLX_BROKER_NEVER) {
        return HLX_BROKER_NEVER;
    }
    return instant_ns > s->now_ns ? instant_ns - s->now_ns : 0;
}

/* How long ago it was accepted; past its deadline all are alike. */
static uint64_t age(const state *s, uint64_t accepted_ns) {
    uint64_t deadline_ns = s->broker.config.deadline_ns;

    return s->now_ns - accepted_ns < deadline_ns ? s->now_ns - accepted_ns : deadline_ns;
}

static void digest_slot(key *k, const state *s, uint32_t slot) {
    const hlx_slot *it = &s->broker.slots[slot];

    digest(k, it->state | (uint64_t)it->request << 8 | (uint64_t)it->cancel_sent << 48 |
                  (uint64_t)it->rotation_due << 49 | (uint64_t)it->origin << 50 |
                  (uint64_t)s->broker.seats.taken[slot] << 52);
    digest(k, it->replaces | (uint64_t)it->replaced_by << 32);
    digest(k, ahead(s, it->timer_ns) << 16 ^ it->backoff_ns);
}

static void digest_entry(key *k, const state *s, uint32_t entry) {
    const hlx_request *it = &s->broker.requests[entry];
    uint32_t phase = s->broker.phases.of[entry];

    digest(k, phase);
    if (phase == HLX_REQUEST_FREE) {
        return;
    }
    digest(k, (uint64_t)it->hedged | (uint64_t)it->suppressed << 1 |
                  (uint64_t)it->has_summary << 2 | (uint64_t)it->crashes << 4 |
                  (uint64_t)it->other << 8);
    digest(k, it->id << 32 | (it->has_summary ? it->summary.tokens : 0));
    digest(k, age(s, it->accepted_ns) << 32 ^ ahead(s, it->hedge_at_ns));
}

static void digest_worker(key *k, const state *s, uint32_t slot) {
    const rules_worker *it = &s->rules.workers[slot];

    digest(k, (uint64_t)it->process | (uint64_t)it->busy << 8 | (uint64_t)it->cancel_sent << 9 |
                  (uint64_t)it->origin << 10 | (it->busy ? it->job : 0) << 16);
    digest(k, ahead(s, it->overdue_ns) << 32 ^ ahead(s, it->not_before_ns) << 16 ^ it->backoff_ns);
}

static void digest_request(key *k, const state *s, uint32_t index) {
    const rules_request *it = &s->rules.requests[index];

    digest(k, it->in_use);
    if (!it->in_use) {
        return;
    }
    digest(k, (uint64_t)it->queued | (uint64_t)it->waiting << 1 | (uint64_t)it->closed << 2 |
                  (uint64_t)it->hedged << 3 | (uint64_t)it->suppressed << 4 |
                  (uint64_t)it->has_result << 5 | (uint64_t)it->attempts << 8 |
                  (uint64_t)it->crashes << 16 | (uint64_t)it->result.tokens << 32);
    digest(k, age(s, it->accepted_ns) << 32 ^ ahead(s, it->hedge_at_ns));
}

static key key_of(const state *s) {
    key k = {1, 2};
    uint64_t left = 0;

    memcpy(&left, &s->world, sizeof s->world);
    digest(&k, left);
    digest(&k, s->broker.config.hedge_delay_ns << 32 | s->rules.config.hedge_delay_ns);
    digest(&k, (uint64_t)s->broker.draining | s->broker.counters.accepted << 8 |
                   s->broker.counters.hedges_granted << 16 | (uint64_t)s->broker.in_service << 24 |
                   ahead(s, s->next_ns) << 32);
    for (uint32_t slot = 0; slot < s->broker.config.slot_count; slot++) {
        digest_slot(&k, s, slot);
        digest_entry(&k, s, slot);
        digest_worker(&k, s, slot);
    }
    for (uint32_t i = 0; i < s->broker.queue_count; i++) {
        const hlx_queued *it = &s->broker.queue[(s->broker.queue_head + i) % HLX_BROKER_MAX_QUEUE];

        digest(&k, it->id << 32 ^ age(s, it->accepted_ns));
    }
    for (uint32_t index = 0; index < RULES_RECORDS; index++) {
        digest_request(&k, s, index);
    }
    k.low |= 1; /* not the free key */
    return k;
}

/* ---- the moves ---- */

static void offer(moves *m, hlx_event event, uint8_t *spent) {
    if (m->count + 2 > MOST_MOVES) {
        give_up("more moves than there is room for");
    }
    if (spent == NULL || *spent > 0) {
        m->list[m->count++] = (move){.event = event, .spent = spent};
    }
}

static void offer_of_slot(moves *m, uint32_t type, uint32_t slot, uint8_t *spent) {
    offer(m, (hlx_event){.type = type, .slot = slot}, spent);
}

static void offer_response(moves *m, uint32_t slot, uint64_t id, hlx_summary summary,
                           uint8_t *spent) {
    offer(
        m,
        (hlx_event){
            .type = HLX_EVENT_WORKER_RESPONSE, .slot = slot, .request_id = id, .summary = summary},
        spent);
}

/* What a worker with a job may do, the likeliest first. */
static void offer_answers(moves *m, state *s, uint32_t slot) {
    const rules_worker *worker = &s->rules.workers[slot];
    uint32_t tokens = (uint32_t)worker->job;

    offer_response(m, slot, worker->job, (hlx_summary){.tokens = tokens}, NULL);
    if (worker->cancel_sent) {
        offer_response(m, slot, worker->job, (hlx_summary){.status = HLX_STATUS_CANCELLED}, NULL);
    }
    offer_response(m, slot, worker->job, (hlx_summary){.tokens = tokens, .alloc_mb10 = 1},
                   &s->world.rotations);
    offer_response(m, slot, worker->job, (hlx_summary){.tokens = tokens + 100}, &s->world.strays);
    offer_response(m, slot, worker->job + 1, (hlx_summary){.tokens = tokens}, &s->world.strays);
    if (!worker->cancel_sent) {
        offer_response(m, slot, worker->job, (hlx_summary){.status = HLX_STATUS_CANCELLED},
                       &s->world.strays);
    }
}

static void offer_slot(moves *m, state *s, uint32_t slot) {
    const rules_worker *worker = &s->rules.workers[slot];

    if (worker->process == NO_PROCESS) {
        return;
    }
    if (worker->process == STARTING) {
        offer_of_slot(m, HLX_EVENT_WORKER_READY, slot, NULL);
        offer_of_slot(m, HLX_EVENT_SPAWN_FAILED, slot, &s->world.crashes);
    } else if (worker->process == READY && worker->busy) {
        offer_answers(m, s, slot);
    } else if (worker->process == READY) {
        offer_response(m, slot, 1, (hlx_summary){.tokens = 1}, &s->world.strays);
    }
    offer_of_slot(m, HLX_EVENT_WORKER_EXITED, slot,
                  worker->process >= RETIRING ? NULL : &s->world.crashes);
    if (worker->process == KILLED) { /* what it had sent before */
        offer_of_slot(m, HLX_EVENT_WORKER_READY, slot, NULL);
        offer_response(m, slot, worker->busy ? worker->job : 1, (hlx_summary){.tokens = 7}, NULL);
    }
}

/* Everything that the world may do at this instant. */
static void offer_events(moves *m, state *s) {
    uint64_t next_id = (uint64_t)chosen.world.requests - s->world.requests + 1;

    for (uint32_t slot = 0; slot < s->broker.config.slot_count; slot++) {
        offer_slot(m, s, slot);
    }
    offer(m, (hlx_event){.type = HLX_EVENT_SUBMIT, .request_id = next_id}, &s->world.requests);
    for (uint64_t id = 1; id < next_id; id++) {
        const rules_request *request = rules_find(&s->rules, id);

        if (request != NULL && !request->closed) {
            offer(m, (hlx_event){.type = HLX_EVENT_CLIENT_GONE, .request_id = id}, &s->world.gone);
        }
    }
    offer(m, (hlx_event){.type = HLX_EVENT_DRAIN}, &s->world.drain);
    for (uint64_t delay_ns = 0; delay_ns <= 2; delay_ns++) {
        offer(m, (hlx_event){.type = HLX_EVENT_HEDGE_DELAY, .hedge_delay_ns = delay_ns},
              &s->world.delays);
    }
}

/* At this instant, or all of them together with what is due at the next. */
static void offer_all(moves *m, state *s) {
    uint32_t count = 0;

    m->count = 0;
    offer_events(m, s);
    count = m->count;
    if (s->next_ns == HLX_BROKER_NEVER) {
        return;
    }
    m->list[m->count++] = (move){.event = {.type = HLX_EVENT_TICK}, .late = true};
    for (uint32_t i = 0; chosen.late && i < count && m->count < MOST_MOVES; i++) {
        m->list[m->count] = m->list[i];
        m->list[m->count++].late = true;
    }
}

/* NULL, or the broken rule. */
static const char *make_move(state *s, const hlx_event *event, uint64_t now_ns) {
    steps++;
    s->now_ns = now_ns;
    rules_begin_step(&s->rules, event, now_ns);
    s->next_ns = hlx_broker_step(&s->broker, event, now_ns, &actions);
    rules_end_step(&s->rules, &actions, s->next_ns, &s->broker.counters);
    s->rules.steps = 0;
    if (s->rules.broken == NULL && hlx_broker_stopped(&s->broker) != rules_stopped(&s->rules)) {
        return "BRK-41: stopped, or not, at the wrong time";
    }
    return s->rules.broken;
}

/* ---- what must hold of every state ---- */

/* spec: BRK-07 */
static const char *check_promise(const state *s) {
    static state other;
    hlx_event tick = {.type = HLX_EVENT_TICK};
    uint64_t next_ns = s->next_ns == HLX_BROKER_NEVER ? s->now_ns + 100 : s->next_ns;

    if (next_ns == s->now_ns + 1) {
        return NULL; /* no instant lies between */
    }
    other = *s;
    if (make_move(&other, &tick, next_ns - 1) != NULL || actions.count > 0 ||
        other.next_ns != s->next_ns) {
        return "BRK-07: a TICK before the promised instant does something";
    }
    return NULL;
}

static bool settled(const state *s) {
    uint32_t ready = 0;

    for (uint32_t slot = 0; slot < s->broker.config.slot_count; slot++) {
        ready += s->rules.workers[slot].process == READY;
    }
    return s->rules.queue_count == 0 && s->rules.service_count == 0 &&
           (s->rules.draining ? rules_stopped(&s->rules) : ready >= s->broker.config.worker_count);
}

/* What happens when nothing goes wrong: workers get ready, answer and exit; else time
 * passes. */
static const char *recover_step(state *s) {
    hlx_event tick = {.type = HLX_EVENT_TICK};
    moves m = {.count = 0};

    for (uint32_t slot = 0; slot < s->broker.config.slot_count && m.count == 0; slot++) {
        if (s->rules.workers[slot].process != READY || s->rules.workers[slot].busy) {
            offer_slot(&m, s, slot);
        }
    }
    if (m.count > 0) {
        return make_move(s, &m.list[0].event, s->now_ns);
    }
    if (s->next_ns == HLX_BROKER_NEVER) {
        return "MDL-01: a request waits, or a worker is missing, and nothing will ever happen";
    }
    return make_move(s, &tick, s->next_ns);
}

/* A state has one recovery, so it need not be followed into one that was. */
static const char *check_recovery(const state *s) {
    static state other;

    other = *s;
    for (uint32_t i = 0; i < LONGEST_RECOVERY; i++) {
        const char *broken = NULL;

        if (settled(&other) || !add_key(&recovers, key_of(&other))) {
            return NULL;
        }
        broken = recover_step(&other);
        if (chosen.no_rules && other.rules.broken != NULL) {
            other.rules.broken = NULL;
        } else if (broken != NULL) {
            return broken;
        }
    }
    return "MDL-02: the pool never comes to rest";
}

static const char *check_state(const state *s) {
    const char *broken = chosen.no_rules ? NULL : check_promise(s);

    return broken != NULL ? broken : check_recovery(s);
}

/* ---- the search ---- */

static void push(const state *s, uint32_t depth) {
    if (depth == path_room) {
        path_room = path_room == 0 ? 1024 : path_room * 2;
        path = realloc(path, path_room * sizeof path[0]);
        if (path == NULL) {
            give_up("out of memory");
        }
    }
    path[depth].state = *s;
    path[depth].next_move = 0;
}

static uint64_t instant_of(const state *s, const move *m) {
    return m->late ? s->next_ns : s->now_ns;
}

/* The state after a move of the state at the path's end. */
static const char *follow(const state *from, uint32_t number, state *to, move *made) {
    static moves m;

    *to = *from;
    offer_all(&m, to);
    if (number >= m.count) {
        made->event.type = NO_MOVE;
        return NULL;
    }
    *made = m.list[number];
    if (made->spent != NULL) {
        (*made->spent)--;
    }
    return make_move(to, &made->event, instant_of(from, made));
}

/* The moves of the path once more, with what the broker said. */
static void show_path(uint32_t depth, const char *broken) {
    static state s;
    move made;

    hlx_trace_begin(stdout, &chosen.config);
    for (uint32_t i = 0; i < depth; i++) {
        (void)follow(&path[i].state, path[i].next_move - 1, &s, &made);
        hlx_trace_step(stdout, &made.event, s.now_ns, &actions, s.next_ns);
    }
    printf("%s\n", broken);
}

static const char *begin(state *s) {
    hlx_event tick = {.type = HLX_EVENT_TICK};

    memset(s, 0, sizeof *s);
    rules_init(&s->rules, &chosen.config);
    if (!hlx_broker_init(&s->broker, &chosen.config)) {
        give_up("the configuration is not valid");
    }
    s->world = chosen.world;
    return make_move(s, &tick, 0);
}

/* Depth first. NULL, or the broken rule, with the path to it shown. */
static const char *search(uint32_t *deepest) {
    static state s;
    const char *broken = begin(&s);
    uint32_t depth = 0;
    move made;

    (void)add_key(&seen, key_of(&s));
    push(&s, depth++);
    while (depth > 0 && broken == NULL && seen.count < chosen.most_states) {
        level *top = &path[depth - 1];

        broken = follow(&top->state, top->next_move++, &s, &made);
        if (chosen.no_rules && broken != NULL) {
            broken = NULL;
        } else if (made.event.type == NO_MOVE) {
            depth--;
        } else if (broken == NULL && add_key(&seen, key_of(&s))) {
            broken = check_state(&s);
            push(&s, depth++);
            *deepest = depth > *deepest ? depth : *deepest;
        }
    }
    if (broken != NULL) {
        static char text[512];

        snprintf(text, sizeof text, "%s", broken);
        show_path(depth, text);
    }
    return broken;
}

/* ---- what to search ---- */

static const settings normal = {
    .config = {.worker_count = 3,
               .slot_count = 4,
               .queue_capacity = 2,
               .hedge_ratio_ppm = 0,
               .hedge_burst = 1,
               .rotate_mb10 = 1,
               .rotate_major = 0,
               .hedging = true,
               .hedge_delay_ns = 1,
               .deadline_ns = 3,
               .start_timeout_ns = 2,
               .kill_grace_ns = 1,
               .backoff_min_ns = 1,
               .backoff_max_ns = 2},
    .world = {.requests = 3,
              .crashes = 1,
              .gone = 1,
              .rotations = 1,
              .strays = 0,
              .drain = 0,
              .delays = 0},
    .late = false,
    .most_states = UINT64_MAX,
};

static bool set(const char *name, size_t length, uint64_t value) {
    const struct {
        const char *name;
        uint8_t *field;
    } fields[] = {{"requests", &chosen.world.requests}, {"crashes", &chosen.world.crashes},
                  {"gone", &chosen.world.gone},         {"rotations", &chosen.world.rotations},
                  {"strays", &chosen.world.strays},     {"drain", &chosen.world.drain},
                  {"delays", &chosen.world.delays}};

    for (uint32_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strlen(fields[i].name) == length && strncmp(fields[i].name, name, length) == 0) {
            *fields[i].field = (uint8_t)value;
            return value < RULES_RECORDS;
        }
    }
    if (length == 7 && strncmp(name, "workers", length) == 0) {
        chosen.config.worker_count = (uint32_t)value;
        chosen.config.slot_count = (uint32_t)value + 1;
        return value >= 1 && value <= HLX_BROKER_MAX_WORKERS;
    }
    if (length == 4 && strncmp(name, "late", length) == 0) {
        chosen.late = value != 0;
        return true;
    }
    if (length == 5 && strncmp(name, "rules", length) == 0) {
        chosen.no_rules = value == 0;
        return true;
    }
    chosen.most_states = value;
    return length == 6 && strncmp(name, "states", length) == 0;
}

static bool parse(int argc, char **argv) {
    chosen = normal;
    for (int i = 1; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        char *end = NULL;
        uint64_t value = equals == NULL ? 0 : strtoull(equals + 1, &end, 10);

        if (equals == NULL || end == equals + 1 || *end != '\0' ||
            !set(argv[i], (size_t)(equals - argv[i]), value)) {
            fprintf(stderr,
                    "model: '%s' (accepted: workers=1..%u, requests= crashes= gone= rotations= "
                    "strays= drain= delays= 0..%u, late=0|1, rules=0|1, states=N)\n",
                    argv[i], HLX_BROKER_MAX_WORKERS, RULES_RECORDS - 1);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    uint32_t deepest = 0;

    if (!parse(argc, argv)) {
        return 64;
    }
    clock_t start = clock();
    const char *broken = search(&deepest);
    bool whole = seen.count < chosen.most_states;

    printf("%u workers, %u requests, %u crashes, %u clients gone, %u rotations, %u strays, %u "
           "drain, %u delays%s: %llu states, %llu steps, depth %u, %.1f s%s\n",
           chosen.config.worker_count, chosen.world.requests, chosen.world.crashes,
           chosen.world.gone, chosen.world.rotations, chosen.world.strays, chosen.world.drain,
           chosen.world.delays, chosen.late ? ", late" : "", (unsigned long long)seen.count,
           (unsigned long long)steps, deepest, (double)(clock() - start) / CLOCKS_PER_SEC,
           broken != NULL ? ""
           : whole        ? ", all"
                          : ", NOT all: stopped at the limit");
    return broken == NULL && whole ? 0 : 1;
}
