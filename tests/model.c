/* model.c -- every behaviour of a small pool: an exhaustive search that drives the
 * broker's own code.
 *
 *      model [workers=N] [requests=N] [crashes=N] [gone=N] [rotations=N] [strays=N]
 *            [drain=N] [delays=N] [late=0|1] [rules=0|1] [merging=0|1] [states=N]
 *
 * A state is the broker, the checker of its rules (broker_rules.h) and what the world
 * may still do. From each state every move is tried: the next request, a client that
 * leaves, a worker that gets ready, answers, answers that it was cancelled, differs,
 * asks for rotation, sends what fits nothing, dies or cannot be made, a drain, another hedge
 * delay, the time.
 * Durations are a few units, so that all orders of their ends occur.
 *
 * Two states are one when they agree in all that can matter: instants count relative to
 * now, and only those that will be looked at again; requests are known by their order;
 * counters count only as far as the budget of hedges needs them. That this is so is
 * checked with merging=1: whenever two states are taken for one, their next states are,
 * move by move. A state is remembered by 64 bits of a hash; the expected number of pairs
 * of different states with the same bits is printed (pairs).
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

#define FREE SIZE_MAX
#define LEFT(field) offsetof(world, field)
#define MOST_MOVES 128u
#define LONGEST_RECOVERY 500u
#define RECOVERIES ((uint64_t)1 << 22)

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
    bool late;    /* it comes at the promised instant, with no TICK before it */
    size_t spent; /* which part of world this uses up, or FREE */
} move;

typedef struct moves {
    uint32_t count;
    move list[MOST_MOVES];
} moves;

/* Keys, never 0, and for merging=1 with each what its state's next states hash to. */
typedef struct key_set {
    uint64_t *keys; /* 0: free */
    uint64_t *nexts;
    uint64_t count;
    uint64_t room; /* a power of two */
} key_set;

/* One level of the depth-first search. */
typedef struct level {
    state state;
    moves moves;
    uint32_t next_move;
} level;

typedef struct settings {
    hlx_broker_config config;
    world world;
    bool late;
    bool no_rules; /* only recovery counts, a broken rule ends a path: to see what it alone finds */
    bool merging;
    uint64_t most_states;
} settings;

static settings chosen;
static hlx_actions actions;
static key_set seen;
static uint64_t recovers[RECOVERIES]; /* keys of states from which all ends well; some of them */
static level *path;
static uint32_t path_room;
static uint64_t steps;

static _Noreturn void give_up(const char *text) {
    fprintf(stderr, "model: %s\n", text);
    exit(2);
}

/* ---- sets of states ---- */

/* Where the key is, or would be. There must be room. */
static uint64_t place_of(const key_set *set, uint64_t key) {
    uint64_t at = key & (set->room - 1);

    while (set->keys[at] != 0 && set->keys[at] != key) {
        at = (at + 1) & (set->room - 1);
    }
    return at;
}

static uint64_t *new_words(uint64_t count) {
    uint64_t *words = calloc(count, sizeof words[0]);

    if (words == NULL) {
        give_up("out of memory");
    }
    return words;
}

static void grow(key_set *set) {
    key_set old = *set;

    set->room = old.room == 0 ? 1u << 16 : old.room * 2;
    set->keys = new_words(set->room);
    set->nexts = chosen.merging ? new_words(set->room) : NULL;
    for (uint64_t i = 0; i < old.room; i++) {
        if (old.keys[i] != 0) {
            uint64_t at = place_of(set, old.keys[i]);

            set->keys[at] = old.keys[i];
            if (chosen.merging) {
                set->nexts[at] = old.nexts[i];
            }
        }
    }
    free(old.keys);
    free(old.nexts);
}

/* True when the key was not there before. */
static bool add_key(key_set *set, uint64_t key) {
    if (set->count >= set->room / 4 * 3) {
        grow(set);
    }
    uint64_t at = place_of(set, key);
    bool added = set->keys[at] == 0;

    set->keys[at] = key;
    set->count += added;
    return added;
}

/* ---- what of a state matters ---- */

/* Multiply and fold: every bit of value and digest reaches every bit of the result. */
static void digest(uint64_t *key, uint64_t value) {
    unsigned __int128 product = (unsigned __int128)(*key ^ 0x9e3779b97f4a7c15u) *
                                ((value ^ 0xbf58476d1ce4e5b9u) | (unsigned __int128)1 << 64);

    *key = (uint64_t)product ^ (uint64_t)(product >> 64);
    *key = (*key ^ *key >> 29) * 0x94d049bb133111ebu;
    *key ^= *key >> 32;
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

/* How many requests in the system came before. */
static uint64_t rank_of(const state *s, uint64_t id) {
    uint64_t rank = 0;

    for (uint64_t earlier = 1; earlier < id; earlier++) {
        rank += s->rules.requests[earlier].in_use;
    }
    return rank;
}

static void digest_slot(uint64_t *key, const state *s, uint32_t slot) {
    const hlx_slot *it = &s->broker.slots[slot];
    bool busy = it->request != HLX_BROKER_NO_REQUEST;

    digest(key, it->state | (uint64_t)it->request << 8 | (uint64_t)it->cancel_sent << 48 |
                    (uint64_t)it->rotation_due << 49 | (uint64_t)(busy ? it->origin : 0) << 50 |
                    (uint64_t)s->broker.seats.taken[slot] << 52);
    digest(key, it->replaces | (uint64_t)it->replaced_by << 32);
    digest(key, ahead(s, it->timer_ns) << 16 ^ it->backoff_ns);
}

/* Of a request that is over only matters who still works for it and what was said. */
static void digest_entry(uint64_t *key, const state *s, uint32_t entry) {
    const hlx_request *it = &s->broker.requests[entry];
    uint32_t phase = s->broker.phases.of[entry];
    bool may_hedge = phase == HLX_REQUEST_OPEN && !it->hedged && it->crashes == 0;

    digest(key, phase);
    if (phase == HLX_REQUEST_FREE) {
        return;
    }
    digest(key,
           rank_of(s, it->id) << 40 | (uint64_t)it->has_summary << 2 | (uint64_t)it->other << 8);
    digest(key, it->has_summary ? (uint32_t)(it->summary.tokens - it->id) + 1u : 0);
    if (phase != HLX_REQUEST_CLOSED) {
        digest(key, (uint64_t)it->hedged | (uint64_t)it->crashes << 4 |
                        (uint64_t)(may_hedge && it->suppressed) << 1);
        digest(key, age(s, it->accepted_ns) << 32 ^ (may_hedge ? ahead(s, it->hedge_at_ns) : 0));
    }
}

static void digest_worker(uint64_t *key, const state *s, uint32_t slot) {
    const rules_worker *it = &s->rules.workers[slot];
    uint64_t not_before_ns = it->process == NO_PROCESS ? it->not_before_ns : 0;

    digest(key, (uint64_t)it->process | (uint64_t)it->busy << 8 | (uint64_t)it->cancel_sent << 9 |
                    (uint64_t)(it->busy ? it->origin : 0) << 10 |
                    (it->busy ? rank_of(s, it->job) + 1 : 0) << 16);
    digest(key, ahead(s, it->overdue_ns) << 32 ^ ahead(s, not_before_ns) << 16 ^ it->backoff_ns);
}

static void digest_request(uint64_t *key, const state *s, const rules_request *it) {
    digest(key, (uint64_t)it->waiting << 1 | (uint64_t)it->queued << 2 | (uint64_t)it->closed << 3 |
                    (uint64_t)it->has_result << 5 | (uint64_t)it->attempts << 8);
    digest(key, it->has_result ? (uint32_t)(it->result.tokens - it->id) + 1u : 0);
    if (!it->closed) {
        bool may_hedge = !it->hedged && it->crashes == 0;

        digest(key, (uint64_t)it->hedged | (uint64_t)(may_hedge && it->suppressed) << 1 |
                        (uint64_t)it->crashes << 4);
        digest(key, age(s, it->accepted_ns) << 32 ^
                        (may_hedge && !it->queued ? ahead(s, it->hedge_at_ns) : 0));
    }
}

static uint64_t key_of(const state *s) {
    const hlx_broker *broker = &s->broker;
    uint64_t key = 1;
    uint64_t left = 0;

    memcpy(&left, &s->world, sizeof s->world);
    digest(&key, left);
    digest(&key, broker->config.hedge_delay_ns << 32 | s->rules.config.hedge_delay_ns);
    digest(&key, (uint64_t)broker->draining | broker->counters.hedges_granted << 16 |
                     ahead(s, s->next_ns) << 32);
    digest(&key, broker->counters.accepted * broker->config.hedge_ratio_ppm);
    for (uint32_t slot = 0; slot < broker->config.slot_count; slot++) {
        digest_slot(&key, s, slot);
        digest_entry(&key, s, slot);
        digest_worker(&key, s, slot);
    }
    for (uint32_t i = 0; i < broker->queue_count; i++) {
        const hlx_queued *it = &broker->queue[(broker->queue_head + i) % HLX_BROKER_MAX_QUEUE];

        digest(&key, rank_of(s, it->id) << 32 ^ age(s, it->accepted_ns));
    }
    for (uint32_t index = 0; index < RULES_RECORDS; index++) {
        if (s->rules.requests[index].in_use) {
            digest_request(&key, s, &s->rules.requests[index]);
        }
    }
    return key != 0 ? key : 1;
}

/* ---- the moves ---- */

static void offer(moves *m, const state *s, hlx_event event, size_t spent) {
    const uint8_t *parts = (const uint8_t *)&s->world;

    if (m->count == MOST_MOVES) {
        give_up("more moves than there is room for");
    }
    if (spent == FREE || parts[spent] > 0) {
        m->list[m->count++] = (move){.event = event, .spent = spent};
    }
}

static void offer_of_slot(moves *m, const state *s, uint32_t type, uint32_t slot, size_t spent) {
    offer(m, s, (hlx_event){.type = type, .slot = slot}, spent);
}

static void offer_response(moves *m, const state *s, uint32_t slot, uint64_t id,
                           hlx_summary summary, size_t spent) {
    hlx_event event = {
        .type = HLX_EVENT_WORKER_RESPONSE, .slot = slot, .request_id = id, .summary = summary};

    offer(m, s, event, spent);
}

static uint64_t next_id(const state *s) {
    return (uint64_t)chosen.world.requests - s->world.requests + 1;
}

/* The request in the system that came next, or one that did not come yet. */
static uint64_t id_behind(const state *s, uint64_t id) {
    uint64_t other = id + 1;

    while (other < next_id(s) && !s->rules.requests[other].in_use) {
        other++;
    }
    return other;
}

/* What a worker with a job may do, the likeliest first. */
static void offer_answers(moves *m, const state *s, uint32_t slot) {
    const rules_worker *worker = &s->rules.workers[slot];
    uint64_t job = worker->job;
    hlx_summary right = {.tokens = (uint32_t)job};
    hlx_summary large = {.tokens = (uint32_t)job, .alloc_mb10 = 1};
    hlx_summary wrong = {.tokens = (uint32_t)job + 100};
    hlx_summary cancelled = {.status = HLX_STATUS_CANCELLED};

    offer_response(m, s, slot, job, right, FREE);
    offer_response(m, s, slot, job, cancelled, worker->cancel_sent ? FREE : LEFT(strays));
    offer_response(m, s, slot, job, large, LEFT(rotations));
    offer_response(m, s, slot, job, wrong, LEFT(strays));
    offer_response(m, s, slot, id_behind(s, job), right, LEFT(strays));
}

static void offer_slot(moves *m, const state *s, uint32_t slot) {
    const rules_worker *worker = &s->rules.workers[slot];

    if (worker->process == NO_PROCESS) {
        return;
    }
    if (worker->process == STARTING) {
        offer_of_slot(m, s, HLX_EVENT_WORKER_READY, slot, FREE);
        offer_of_slot(m, s, HLX_EVENT_SPAWN_FAILED, slot, LEFT(crashes));
    } else if (worker->process == READY && worker->busy) {
        offer_answers(m, s, slot);
    } else if (worker->process == READY) {
        offer_response(m, s, slot, id_behind(s, 0), (hlx_summary){.tokens = 1}, LEFT(strays));
    }
    offer_of_slot(m, s, HLX_EVENT_WORKER_EXITED, slot,
                  worker->process >= RETIRING ? FREE : LEFT(crashes));
    if (worker->process == KILLED) { /* what it had sent before */
        offer_of_slot(m, s, HLX_EVENT_WORKER_READY, slot, FREE);
        offer_response(m, s, slot, worker->busy ? worker->job : id_behind(s, 0),
                       (hlx_summary){.tokens = 7}, FREE);
    }
}

/* Everything that the world may do at this instant. */
static void offer_events(moves *m, const state *s) {
    for (uint32_t slot = 0; slot < s->broker.config.slot_count; slot++) {
        offer_slot(m, s, slot);
    }
    offer(m, s, (hlx_event){.type = HLX_EVENT_SUBMIT, .request_id = next_id(s)}, LEFT(requests));
    for (uint64_t id = id_behind(s, 0); id < next_id(s); id = id_behind(s, id)) {
        if (!s->rules.requests[id].closed) {
            offer(m, s, (hlx_event){.type = HLX_EVENT_CLIENT_GONE, .request_id = id}, LEFT(gone));
        }
    }
    offer(m, s, (hlx_event){.type = HLX_EVENT_DRAIN}, LEFT(drain));
    for (uint64_t delay_ns = 0; delay_ns <= 2; delay_ns++) {
        offer(m, s, (hlx_event){.type = HLX_EVENT_HEDGE_DELAY, .hedge_delay_ns = delay_ns},
              LEFT(delays));
    }
}

/* At this instant, or all of them together with what is due at the next. */
static void offer_all(moves *m, const state *s) {
    uint32_t count = 0;

    m->count = 0;
    offer_events(m, s);
    count = m->count;
    if (s->next_ns == HLX_BROKER_NEVER) {
        return;
    }
    offer(m, s, (hlx_event){.type = HLX_EVENT_TICK}, FREE);
    m->list[count].late = true;
    for (uint32_t i = 0; chosen.late && i < count; i++) {
        offer(m, s, m->list[i].event, m->list[i].spent);
        m->list[m->count - 1].late = true;
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

/* A state has one recovery, so it need not be followed into one that is known to end well. */
static const char *check_recovery(const state *s) {
    static state other;
    static uint64_t keys[LONGEST_RECOVERY];

    other = *s;
    for (uint32_t count = 0; count < LONGEST_RECOVERY; count++) {
        const char *broken = NULL;

        keys[count] = key_of(&other);
        if (settled(&other) || recovers[keys[count] % RECOVERIES] == keys[count]) {
            for (uint32_t i = 0; i <= count; i++) {
                recovers[keys[i] % RECOVERIES] = keys[i];
            }
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
        path_room = path_room == 0 ? 256 : path_room * 2;
        path = realloc(path, path_room * sizeof path[0]);
        if (path == NULL) {
            give_up("out of memory");
        }
    }
    path[depth].state = *s;
    path[depth].next_move = 0;
    offer_all(&path[depth].moves, s);
}

/* The state after a move. */
static const char *follow(const state *from, const move *made, state *to) {
    *to = *from;
    if (made->spent != FREE) {
        ((uint8_t *)&to->world)[made->spent]--;
    }
    return make_move(to, &made->event, made->late ? from->next_ns : from->now_ns);
}

/* What can happen next, and where it leads. */
static uint64_t key_of_nexts(const state *s) {
    static moves m;
    static state to;
    uint64_t key = 1;

    offer_all(&m, s);
    for (uint32_t i = 0; i < m.count; i++) {
        bool holds = follow(s, &m.list[i], &to) == NULL;

        digest(&key, m.list[i].event.type | (uint64_t)m.list[i].event.slot << 8);
        digest(&key, holds ? key_of(&to) : 0);
    }
    return key;
}

/* Is this the first state with its key? If not, all that follows must be the same. */
static const char *enter(const state *s, bool *is_new) {
    uint64_t key = key_of(s);

    *is_new = add_key(&seen, key);
    if (chosen.merging) {
        uint64_t nexts = key_of_nexts(s);
        uint64_t *recorded = &seen.nexts[place_of(&seen, key)];

        if (!*is_new && *recorded != nexts) {
            return "MDL-03: two states were taken for one and do not go on alike";
        }
        *recorded = nexts;
    }
    return NULL;
}

/* The moves of the path once more, with what the broker said. */
static void show_path(uint32_t depth, const char *broken) {
    static state s;

    hlx_trace_begin(stdout, &chosen.config);
    for (uint32_t i = 0; i < depth && path[i].next_move > 0; i++) {
        const move *made = &path[i].moves.list[path[i].next_move - 1];

        (void)follow(&path[i].state, made, &s);
        hlx_trace_step(stdout, &made->event, s.now_ns, &actions, s.next_ns);
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
    bool is_new = false;

    (void)enter(&s, &is_new);
    push(&s, depth++);
    while (depth > 0 && broken == NULL && seen.count < chosen.most_states) {
        level *top = &path[depth - 1];

        if (top->next_move == top->moves.count) {
            depth--;
            continue;
        }
        broken = follow(&top->state, &top->moves.list[top->next_move++], &s);
        if (chosen.no_rules && broken != NULL) {
            broken = NULL;
            continue;
        }
        broken = broken == NULL ? enter(&s, &is_new) : broken;
        if (broken == NULL && is_new) {
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
    if (length == 7 && strncmp(name, "merging", length) == 0) {
        chosen.merging = value != 0;
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
                    "strays= drain= delays= 0..%u, late=0|1, rules=0|1, merging=0|1, states=N)\n",
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

    double pairs = (double)seen.count * (double)seen.count / 2 / 18446744073709551616.0;

    printf("%u workers, %u requests, %u crashes, %u clients gone, %u rotations, %u strays, %u "
           "drain, %u delays%s%s: %llu states, %llu steps, depth %u, %.0e pairs, %.1f s%s\n",
           chosen.config.worker_count, chosen.world.requests, chosen.world.crashes,
           chosen.world.gone, chosen.world.rotations, chosen.world.strays, chosen.world.drain,
           chosen.world.delays, chosen.late ? ", late" : "",
           chosen.merging ? ", merging checked" : "", (unsigned long long)seen.count,
           (unsigned long long)steps, deepest, pairs, (double)(clock() - start) / CLOCKS_PER_SEC,
           broken != NULL ? ""
           : whole        ? ", all"
                          : ", NOT all: stopped at the limit");
    return broken == NULL && whole ? 0 : 1;
}
