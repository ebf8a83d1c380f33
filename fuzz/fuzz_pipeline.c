/* fuzz_pipeline.c -- client bytes to reply, in one process, through everything but sockets.
 *
 *      client bytes -> client decoder -> broker -> frames -> worker: decoder, lexer, arena
 *               reply <- client codec <- broker <- frames <----------------+
 *
 *      byte 0     1      2      3      4 .. 4 + n - 1     then
 *      workers    bits   split  n      what moves next    the client's stream
 *
 * A byte of the middle part lets the client send, a worker read, compute or write a
 * little, a worker crash, a client go or time pass, so attempts overlap in every way.
 * Afterwards everything moves until nothing is left. Each request then has exactly one
 * reply, with the columns and counts of tokenizing it directly, or one that says that two
 * workers died with it, that it was too late or that the queue was full, when that is so.
 * Bits: 0 tiny arenas, 1 utf8 and no end-of-line character, 2 hedge at once.
 *
 * spec: BRK-01, BRK-03, BRK-08, BRK-10, BRK-12, BRK-24, BRK-28, BRK-29, BRK-39, FRM-02,
 * FRM-10 to FRM-12, FRM-25, CLI-12, CLI-25, LEX-17, ARN-05 */
#include <sanitizer/asan_interface.h>

#include "arena.h"
#include "broker.h"
#include "fuzz_columns.h"
#include "fuzz_support.h"
#include "tokenize.h"

#define LARGEST_INPUT 4096u
#define PIPE_BYTES 65536u
#define MOST_REQUESTS 64u
#define SLOTS 6u
#define FRAME_BYTES (HLX_FRAME_HEADER_BYTES + HLX_FRAME_RESPONSE_BYTES)
#define TOKENS 8192u
#define TINY 8u
#define ISSUES 64u
#define SLICE 24u
#define QUEUE 4u
#define DEADLINE_NS 100000u
#define ROUNDS 100000u

typedef struct byte_pipe {
    uint8_t *bytes;      /* PIPE_BYTES */
    uint32_t head, tail; /* what is in it: head .. tail - 1 */
} byte_pipe;

typedef struct worker {
    bool alive, closing, dead; /* dead: its exit was not told yet */
    byte_pipe in, out;
    hlx_frame_decoder decoder, reply_decoder;
    uint8_t *frame, *reply_frame;
    bool computing;
    uint64_t job;
    uint64_t serving; /* the request that the broker has sent it, until it is heard; or 0 */
    hlx_regime regime;
    hlx_request_view view;
    hlx_lexer lexer;
    hlx_columns columns;
    hlx_counts counts;
    hlx_arena arena;
    int32_t *words[2]; /* for tiny arenas and for others */
} worker;

typedef struct request {
    const uint8_t *document;
    uint32_t length;
    uint32_t replies, deaths;
    bool sent, gone, released;
    uint64_t accepted_ns;
} request;

typedef struct world {
    fuzz_input stream; /* what the client has not sent yet */
    hlx_client_decoder decoder;
    uint8_t *received;
    bool draining;
    uint8_t split;
    uint32_t request_count, tokens;
    uint64_t now_ns, next_ns;
    uint64_t progress; /* grows whenever something moves */
    hlx_regime regime;
    hlx_broker *broker;
    hlx_actions *actions;
    worker *workers[SLOTS];
    worker *heard;                   /* whose response is in the present step */
    request requests[MOST_REQUESTS]; /* by id - 1 */
} world;

static world all;

/* ---- pipes ---- */

static void put(byte_pipe *pipe, const uint8_t *bytes, uint32_t count) {
    fuzz_expect(count <= PIPE_BYTES - pipe->tail, "harness: the pipe is long enough");
    memcpy(pipe->bytes + pipe->tail, bytes, count);
    pipe->tail += count;
}

/* At most `wanted` bytes, sometimes fewer. */
static uint32_t take(byte_pipe *pipe, uint8_t *to, uint32_t wanted) {
    uint32_t count = fuzz_least(wanted, pipe->tail - pipe->head);
    if (all.split > 0) {
        count = fuzz_least(count, all.split);
    }
    memcpy(to, pipe->bytes + pipe->head, count);
    pipe->head += count;
    all.progress += count;
    if (pipe->head == pipe->tail) {
        pipe->head = pipe->tail = 0;
    }
    return count;
}

/* Read on with the frame in `frame`; true when it is complete. */
static bool receive(byte_pipe *pipe, hlx_frame_decoder *decoder, uint8_t *frame) {
    uint32_t wanted = hlx_frame_decoder_wanted(decoder);
    uint32_t count = take(pipe, frame + decoder->received, wanted);
    if (count > 0) {
        hlx_frame_status status = hlx_frame_decoder_accept(decoder, frame, count);
        fuzz_expect(status <= HLX_FRAME_COMPLETE, "FRM-23: what was encoded can be decoded");
    }
    return decoder->status == HLX_FRAME_COMPLETE;
}

/* ---- replies ---- */

/* The answer lies in the side that its worker wrote before the active one. */
static void check_columns(const hlx_columns *expected, const hlx_counts *counts) {
    fuzz_expect(all.heard != NULL, "BRK-28: a worker has just answered");
    hlx_arena arena = all.heard->arena;
    hlx_columns columns;
    hlx_arena_swap(&arena);
    hlx_arena_columns(&arena, all.heard->words[all.tokens != TINY], &columns);
    fuzz_expect(
        fuzz_same_rows(expected, &columns, counts->tokens, fuzz_least(counts->issues, ISSUES)),
        "ARN-05: the answer's columns stay until the next but one");
}

static void check_result(const request *asked, const hlx_reply *reply) {
    hlx_columns columns = fuzz_columns_new(all.tokens, ISSUES);
    hlx_counts counts;
    hlx_status status =
        hlx_tokenize(&all.regime, asked->document, asked->length, &columns, &counts);
    bool fits = status == HLX_STATUS_OK;
    fuzz_expect(reply->status == (fits ? HLX_REPLY_OK : HLX_REPLY_TOO_LARGE),
                "BRK-29: the reply says what tokenizing says");
    fuzz_expect(!fits || (reply->tokens == counts.tokens && reply->issues == counts.issues),
                "BRK-29: the counts are those of the document");
    fuzz_expect(reply->origin != HLX_ORIGIN_NONE, "CLI-11: an attempt answered");
    if (fits) {
        check_columns(&columns, &counts);
    }
    fuzz_columns_free(&columns);
}

/* Accepted and sent to no worker yet. */
static uint32_t queued(void) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < all.request_count; i++) {
        const request *one = &all.requests[i];
        count += !one->sent && !one->gone && one->replies == 0;
    }
    return count;
}

static void check_reply(request *asked, const hlx_reply *reply) {
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    hlx_reply seen;
    hlx_client_encode_reply(bytes, reply);
    fuzz_expect(hlx_client_decode_reply(bytes, &seen) && memcmp(&seen, reply, sizeof seen) == 0,
                "CLI-12: the client reads the reply that was written");
    fuzz_expect(!asked->gone && asked->replies++ == 0, "BRK-01: one reply, and none once gone");
    if (reply->status <= HLX_REPLY_TOO_LARGE) {
        check_result(asked, reply);
    } else if (reply->status == HLX_REPLY_DEADLINE) {
        fuzz_expect(all.now_ns >= asked->accepted_ns + DEADLINE_NS, "BRK-07: it was too late");
    } else if (reply->status == HLX_REPLY_WORKER_FAILED) {
        fuzz_expect(asked->deaths == HLX_BROKER_MAX_CRASHES, "BRK-08: two workers died with it");
    } else { /* nothing is submitted while draining */
        fuzz_expect(reply->status == HLX_REPLY_OVERLOADED, "BRK-24: no other refusal");
        fuzz_expect(asked == &all.requests[all.request_count - 1] && queued() == QUEUE,
                    "BRK-10, BRK-24: it finds the queue full");
    }
}

/* ---- the broker's actions ---- */

static void send_frame(worker *to, uint32_t type, uint64_t id, uint32_t payload_length) {
    uint8_t bytes[HLX_FRAME_HEADER_BYTES];
    hlx_frame_header header = {type, id, payload_length};
    hlx_frame_encode_header(bytes, &header);
    put(&to->in, bytes, sizeof bytes);
}

static void send_request(worker *to, uint64_t id) {
    request *asked = &all.requests[id - 1];
    uint8_t length[4];
    uint8_t options[HLX_FRAME_OPTIONS_BYTES];
    fuzz_expect(!asked->released, "BRK-39: a released document is not sent");
    asked->sent = true;
    to->serving = id;
    hlx_store_u32(length, asked->length);
    hlx_frame_encode_options(options, &all.regime);
    send_frame(to, HLX_FRAME_REQUEST, id, 4 + asked->length + HLX_FRAME_OPTIONS_BYTES);
    put(&to->in, length, sizeof length);
    put(&to->in, asked->document, asked->length);
    put(&to->in, options, sizeof options);
}

static void die(worker *victim) {
    victim->alive = false;
    victim->dead = true;
    victim->computing = false;
}

static void respond(worker *self, uint64_t id, hlx_status status) {
    uint8_t bytes[FRAME_BYTES];
    hlx_frame_header header = {HLX_FRAME_RESPONSE, id, HLX_FRAME_RESPONSE_BYTES};
    hlx_summary summary = {(uint32_t)status, self->counts.tokens, self->counts.issues, 1, 0};
    hlx_frame_encode_header(bytes, &header);
    hlx_frame_encode_summary(bytes + HLX_FRAME_HEADER_BYTES, &summary);
    put(&self->out, bytes, sizeof bytes);
}

/* Rows of a column behind its capacity, which is no whole page, must not be touched. */
static void new_arena(worker *self) {
    int32_t **words = &self->words[all.tokens != TINY];
    (void)hlx_arena_init(&self->arena, all.tokens, ISSUES);
    if (*words != NULL) {
        return;
    }
    *words = fuzz_new(hlx_arena_words(&self->arena) * sizeof **words);
    for (uint32_t side = 0; side < HLX_ARENA_SIDES; side++, hlx_arena_swap(&self->arena)) {
        hlx_columns columns;
        hlx_arena_columns(&self->arena, *words, &columns);
        int32_t *const all_columns[] = {columns.kinds, columns.codes, columns.starts,
                                        columns.issue_codes, columns.issue_offsets};
        for (uint32_t i = 0; i < 5; i++) {
            uint32_t rows = i < 3 ? all.tokens : ISSUES;
            ASAN_POISON_MEMORY_REGION(all_columns[i] + rows, -rows % HLX_ARENA_PAGE_WORDS * 4u);
        }
    }
}

/* A new process: empty streams, and it says that it is ready. spec: SRV-20 */
static void spawn(worker *self) {
    self->alive = true;
    self->closing = self->dead = self->computing = false;
    self->in.head = self->in.tail = self->out.head = self->out.tail = 0;
    hlx_frame_decoder_init(&self->decoder);
    hlx_frame_decoder_init(&self->reply_decoder);
    self->serving = 0;
    new_arena(self);
    self->counts = (hlx_counts){0, 0};
    respond(self, 0, HLX_STATUS_OK);
}

static void perform(const hlx_action *action) {
    worker *at = all.workers[action->slot % SLOTS];
    request *asked = &all.requests[(action->request_id - 1) % MOST_REQUESTS];
    if (action->type == HLX_ACTION_SEND_REQUEST) {
        send_request(at, action->request_id);
    } else if (action->type == HLX_ACTION_SEND_CANCEL) {
        send_frame(at, HLX_FRAME_CANCEL, action->request_id, 0);
    } else if (action->type == HLX_ACTION_REPLY) {
        check_reply(asked, &action->reply);
    } else if (action->type == HLX_ACTION_RELEASE) {
        fuzz_expect(!asked->released, "BRK-39: released once");
        asked->released = true;
    } else if (action->type == HLX_ACTION_SPAWN) {
        spawn(at);
    } else if (action->type == HLX_ACTION_RETIRE) {
        at->closing = true;
    } else if (action->type == HLX_ACTION_KILL) {
        die(at);
    } else {
        fuzz_expect(false, "BRK-12: two readings of one document differ");
    }
}

static void step(const hlx_event *event) {
    all.now_ns++;
    all.progress++;
    all.next_ns = hlx_broker_step(all.broker, event, all.now_ns, all.actions);
    for (uint32_t i = 0; i < all.actions->count; i++) {
        perform(&all.actions->list[i]);
    }
}

/* ---- the client ---- */

static void submit(const uint8_t *document, uint32_t length) {
    hlx_event event = {.type = HLX_EVENT_SUBMIT, .request_id = ++all.request_count};
    all.requests[all.request_count - 1] =
        (request){.document = document, .length = length, .accepted_ns = all.now_ns + 1};
    step(&event);
}

static void client_sends(uint32_t most) {
    const uint8_t *from = all.stream.bytes + all.stream.at;
    uint32_t received = all.decoder.received;
    uint32_t count = fuzz_least(hlx_client_decoder_wanted(&all.decoder), most);
    count = fuzz_least(count, (uint32_t)fuzz_left(&all.stream));
    if (count == 0 || all.request_count == MOST_REQUESTS) {
        return;
    }
    const uint8_t *first = from - received;
    memcpy(all.received + received, from, count);
    all.stream.at += count;
    hlx_client_status status = hlx_client_decoder_accept(&all.decoder, all.received, count);
    if (status == HLX_CLIENT_COMPLETE) {
        submit(first + HLX_CLIENT_HEADER_BYTES, all.decoder.received - HLX_CLIENT_HEADER_BYTES);
        hlx_client_decoder_init(&all.decoder);
    }
}

static void client_goes(uint32_t which) {
    uint64_t id = 1 + which % MOST_REQUESTS;
    hlx_event event = {.type = HLX_EVENT_CLIENT_GONE, .request_id = id};
    if (id <= all.request_count) {
        all.requests[id - 1].gone = true;
        step(&event);
    }
}

/* ---- a worker ---- */

/* What the side's rows are that this document can reach. */
static void forget_columns(worker *self) {
    const hlx_columns *columns = &self->columns;
    size_t bytes = fuzz_least(self->view.document_length + 1u, all.tokens) * sizeof(int32_t);
    fuzz_forget(columns->kinds, bytes);
    fuzz_forget(columns->codes, bytes);
    fuzz_forget(columns->starts, bytes);
    fuzz_forget(columns->issue_codes, ISSUES * sizeof(int32_t));
    fuzz_forget(columns->issue_offsets, ISSUES * sizeof(int32_t));
}

static void begin(worker *self) {
    hlx_frame_header header;
    (void)hlx_frame_decode_header(self->frame, &header);
    hlx_frame_decoder_init(&self->decoder);
    if (header.type == HLX_FRAME_CANCEL) {
        return; /* for a request that was answered before */
    }
    const uint8_t *payload = self->frame + HLX_FRAME_HEADER_BYTES;
    bool good = hlx_frame_decode_request(payload, header.payload_length, &self->view) &&
                self->view.has_options &&
                hlx_frame_decode_options(payload + self->view.options_offset, &self->regime);
    fuzz_expect(good, "FRM-10: the request is what was sent");
    hlx_arena_columns(&self->arena, self->words[all.tokens != TINY], &self->columns);
    forget_columns(self);
    hlx_lexer_init(&self->lexer, payload + self->view.document_offset, self->view.document_length);
    self->counts = (hlx_counts){0, 0};
    self->job = header.request_id;
    self->computing = true;
}

static void finish(worker *self, hlx_status status) {
    respond(self, self->job, status);
    hlx_arena_swap(&self->arena);
    self->computing = false;
}

static bool cancel_came(worker *self) {
    hlx_frame_header header;
    if (self->in.tail - self->in.head < HLX_FRAME_HEADER_BYTES) {
        return false;
    }
    (void)hlx_frame_decode_header(self->in.bytes + self->in.head, &header);
    fuzz_expect(header.type == HLX_FRAME_CANCEL && header.request_id == self->job,
                "BRK-02: while a job runs only its cancel comes");
    self->in.head += HLX_FRAME_HEADER_BYTES;
    return true;
}

static void compute(worker *self) {
    const uint8_t *document = self->frame + HLX_FRAME_REQUEST_PREFIX_BYTES;
    uint32_t length = self->view.document_length;
    all.progress++;
    hlx_status status = hlx_lexer_run(&self->lexer, &self->regime, document, length,
                                      self->lexer.position + SLICE, &self->columns, &self->counts);
    if (status != HLX_STATUS_OK) {
        finish(self, status);
    } else if (self->lexer.done) {
        (void)hlx_groups_run(&(hlx_groups){0, 0, 0}, UINT32_MAX, &self->columns, &self->counts);
        finish(self, HLX_STATUS_OK);
    } else if (cancel_came(self)) {
        finish(self, HLX_STATUS_CANCELLED);
    }
}

static void worker_works(worker *self) {
    if (self->computing) {
        compute(self);
    } else if (self->closing && self->in.head == self->in.tail) {
        die(self);
    } else if (receive(&self->in, &self->decoder, self->frame)) {
        begin(self);
    }
}

/* What the broker's side reads from a worker: a response, or that it has exited. */
static void hear(uint32_t slot) {
    worker *from = all.workers[slot];
    hlx_event event = {.type = HLX_EVENT_WORKER_EXITED, .slot = slot};
    if (from->dead) {
        from->dead = false;
        if (from->serving > 0) {
            all.requests[from->serving - 1].deaths++;
        }
        step(&event);
    } else if (from->alive && receive(&from->out, &from->reply_decoder, from->reply_frame)) {
        hlx_frame_header header;
        (void)hlx_frame_decode_header(from->reply_frame, &header);
        hlx_frame_decode_summary(from->reply_frame + HLX_FRAME_HEADER_BYTES, &event.summary);
        event.type = header.request_id == 0 ? HLX_EVENT_WORKER_READY : HLX_EVENT_WORKER_RESPONSE;
        event.request_id = header.request_id;
        hlx_frame_decoder_init(&from->reply_decoder);
        from->serving = 0;
        all.heard = from;
        step(&event);
        all.heard = NULL;
    }
}

static void move(uint32_t slot) {
    if (all.workers[slot]->alive) {
        worker_works(all.workers[slot]);
    }
    hear(slot);
}

/* ---- the run ---- */

static void tick(void) {
    hlx_event event = {.type = HLX_EVENT_TICK};
    if (all.next_ns != HLX_BROKER_NEVER) {
        all.now_ns = all.next_ns;
    }
    step(&event);
}

static void act(uint8_t what) {
    uint32_t slot = (uint32_t)(what >> 3) % all.broker->config.slot_count;
    if ((what & 7u) < 2) {
        client_sends(1u + (what >> 3));
    } else if ((what & 7u) < 5) {
        move(slot);
    } else if ((what & 7u) == 5 && all.workers[slot]->alive) {
        die(all.workers[slot]);
    } else if ((what & 7u) == 6) {
        tick();
    } else if ((what & 7u) == 7) {
        client_goes(what >> 3);
    }
}

static void settle(void) {
    for (uint32_t round = 0; round < ROUNDS && !hlx_broker_stopped(all.broker); round++) {
        uint64_t before = all.progress;
        client_sends(UINT32_MAX);
        for (uint32_t slot = 0; slot < all.broker->config.slot_count; slot++) {
            move(slot);
        }
        bool sent = hlx_client_decoder_wanted(&all.decoder) == 0 || fuzz_left(&all.stream) == 0 ||
                    all.request_count == MOST_REQUESTS;
        hlx_event drain = {.type = HLX_EVENT_DRAIN};
        if (sent && !all.draining) {
            all.draining = true;
            step(&drain);
        }
        if (all.progress == before) { /* only a timer can move something */
            tick();
        }
    }
    fuzz_expect(hlx_broker_stopped(all.broker), "BRK-41: everything comes to its end");
}

static void check_end(void) {
    const hlx_broker_counters *counters = &all.broker->counters;
    for (uint32_t i = 0; i < all.request_count; i++) {
        fuzz_expect(all.requests[i].gone || all.requests[i].replies == 1,
                    "BRK-01: exactly one reply");
        fuzz_expect(all.requests[i].released, "BRK-39: every document is released");
    }
    fuzz_expect(counters->protocol_errors == 0 && counters->mismatches == 0,
                "BRK-31, BRK-12: no worker was misunderstood");
}

/* Who can write over whom has memory of its own; of the last input nothing is left in it. */
static void fresh_world(void) {
    world kept = all;
    all = (world){.broker = fuzz_keep(kept.broker, sizeof *kept.broker),
                  .actions = fuzz_keep(kept.actions, sizeof *kept.actions)};
    fuzz_forget(all.broker, offsetof(hlx_broker, queue[QUEUE]));
    fuzz_forget(all.actions, offsetof(hlx_actions, list[1]));
    fuzz_forget(&all.decoder, sizeof all.decoder);
    fuzz_forget(&all.regime, sizeof all.regime);
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        worker *one = kept.workers[slot];
        if (one == NULL) {
            one = fuzz_new(sizeof *one);
            *one = (worker){.in.bytes = fuzz_new(PIPE_BYTES),
                            .out.bytes = fuzz_new(PIPE_BYTES),
                            .frame = fuzz_new(PIPE_BYTES),
                            .reply_frame = fuzz_new(FRAME_BYTES)};
        }
        one->alive = one->dead = false;
        all.workers[slot] = one;
    }
}

static void set_up(fuzz_input *input) {
    fresh_world();
    uint32_t workers = 1 + fuzz_below(input, 3);
    uint8_t bits = fuzz_byte(input);
    hlx_broker_config config = {.worker_count = workers,
                                .slot_count = 2 * workers,
                                .queue_capacity = QUEUE,
                                .hedge_ratio_ppm = 1000000,
                                .hedge_burst = 100,
                                .rotate_mb10 = 1,
                                .hedging = true,
                                .hedge_delay_ns = (bits & 4u) != 0 ? 0 : 50,
                                .deadline_ns = DEADLINE_NS,
                                .start_timeout_ns = 1000,
                                .kill_grace_ns = 1000,
                                .backoff_min_ns = 10,
                                .backoff_max_ns = 100};
    bool utf8 = (bits & 2u) != 0;
    (void)hlx_regime_preset(&all.regime, HLX_PRESET_LATEX, utf8);
    all.regime.end_of_line_char = utf8 ? HLX_NO_END_OF_LINE_CHAR : 13;
    all.tokens = (bits & 1u) != 0 ? TINY : TOKENS;
    all.split = fuzz_byte(input);
    hlx_client_decoder_init(&all.decoder);
    fuzz_expect(hlx_broker_init(all.broker, &config), "BRK-20: in range is accepted");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > LARGEST_INPUT) {
        return 0;
    }
    fuzz_input input = {data, size, 0};
    set_up(&input);
    size_t at = fuzz_skip_moves(&input);
    all.stream = input;
    all.received = fuzz_new(fuzz_left(&input));
    tick();
    for (; at < input.at; at++) {
        act(data[at]);
    }
    settle();
    check_end();
    free(all.received);
    return 0;
}
