/* fuzz_connection.c -- both versions of the client protocol over a socket pair.
 *
 *      client's bytes -> socket -> connection, pipeline, submission -> an answer
 *      client's replies <- socket <- connection, delivery <----------------+
 *
 *      byte 0    1      2 .. 2 + n - 1        then
 *      memory    n      what moves next       what the client sends
 *
 * A byte of the middle part lets the client send or take a little, the service read, answer
 * any of its requests or write, columns move to other memory, or the client go. Afterwards
 * the client ends its sending side, and everything moves until nothing is left. Which replies
 * there must be is read from the client's bytes once more, here: each request has one and
 * nothing else has any, with the id, the document's columns and the regime's checksum.
 * Columns are freed when their reply is out. The memory is for many requests, for four or for
 * none.
 *
 * spec: SRV-30 to SRV-36, SRV-60 to SRV-66, QRY-01, QRY-02, QRY-10 to QRY-14, ARN-12 */
#include "connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz_support.h"

#define LARGEST_INPUT 4096u
#define ROWS 80u
#define BEGIN 16u
#define REQUEST 0x80000001u
#define REPLY 0x80000002u
#define CANCEL 0x80000003u
#define COLUMNS 5u
#define ROUNDS 10000u
#define BYTES_AT_A_TIME 300u /* of replies: most are written in several turns */

/* What a reply must say. */
typedef struct due {
    uint64_t id;
    uint32_t status, checksum, mask, length;
    const uint8_t *document;
    bool cancelled; /* there was a cancel behind it */
    bool answered;
} due;

typedef struct world {
    hlx_submissions *table;
    bool few, open, gone;
    hlx_connection connection;
    int client;
    fuzz_input stream;
    uint8_t *got; /* what the client has taken */
    size_t got_size, got_room;
    int32_t *columns[ROWS]; /* of the row's reply */
    due *dues;
    uint32_t due_count;
} world;

static world all;

static uint32_t word_at(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint64_t id_at(const uint8_t *bytes) {
    return (uint64_t)word_at(bytes) << 32 | word_at(bytes + 4);
}

/* ---- an answer, which is a function of the request ---- */

static bool is_answered_ok(uint32_t length) {
    return length % 8 != 7;
}

/* Of a regime; as many issues are said to be. */
static uint32_t checksum(const uint8_t options[HLX_FRAME_OPTIONS_BYTES]) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < HLX_FRAME_OPTIONS_BYTES; i++) {
        sum = sum * 31u + options[i];
    }
    return sum % 61u;
}

static uint32_t rows_of(uint32_t column, uint32_t tokens, uint32_t issues) {
    return column < 3 ? tokens : issues;
}

static int32_t entry(uint32_t column, uint32_t row, const uint8_t *document, uint32_t length) {
    return (int32_t)((column + 1u) * 0x01010101u * row) ^
           (length > 0 ? document[(row + column) % length] : 0);
}

static int32_t *columns_of(const uint8_t *document, uint32_t length, uint32_t issues,
                           hlx_columns *columns) {
    int32_t *words = fuzz_new((3u * length + 2u * issues) * sizeof *words);
    int32_t *next = words;
    int32_t **const starts[COLUMNS] = {&columns->kinds, &columns->codes, &columns->starts,
                                       &columns->issue_codes, &columns->issue_offsets};
    for (uint32_t i = 0; i < COLUMNS; i++) {
        *starts[i] = next;
        for (uint32_t row = 0; row < rows_of(i, length, issues); row++) {
            *next++ = entry(i, row, document, length);
        }
    }
    return words;
}

/* ---- the service ---- */

static hlx_pipeline *pipeline(void) {
    return &all.connection.pipeline;
}

static void finish_reply(hlx_submission *submission) {
    int32_t **columns = &all.columns[submission - all.table->rows];
    free(*columns);
    *columns = NULL;
    free(submission->delivery.moved);
    hlx_submission_replied(all.table, submission);
}

static void leave(void) {
    hlx_submission *submission = NULL;
    if (all.connection.state == HLX_CONNECTION_PIPELINE) {
        while ((submission = hlx_pipeline_pop_reply(pipeline())) != NULL) {
            finish_reply(submission);
        }
        while ((submission = hlx_pipeline_pop_in_service(pipeline())) != NULL) {
            hlx_submission_release(all.table, submission);
        }
        hlx_pipeline_drop(pipeline(), all.table);
    } else if (all.connection.submission != NULL) {
        hlx_submission_release(all.table, all.connection.submission);
    }
    (void)close(all.connection.socket);
    all.open = false;
}

static void reply_in_version_1(uint32_t status, uint32_t tokens, uint32_t issues) {
    hlx_reply reply = {status, tokens, issues, HLX_ORIGIN_NONE};
    if (all.connection.submission != NULL) {
        hlx_submission_release(all.table, all.connection.submission);
    }
    hlx_connection_reply(&all.connection, &reply);
}

/* Out of service, with the columns that were asked for. */
static void reply_in_version_2(hlx_submission *submission, uint32_t status, uint32_t issues) {
    hlx_query_reply reply = {.id = submission->query.id, .status = status};
    hlx_columns columns;
    bool good = status == HLX_REPLY_OK;
    if (good) {
        const uint8_t *document = hlx_submission_document(submission);
        uint32_t length = submission->document_length;
        reply.tokens = length;
        reply.issues = issues;
        reply.mask = submission->query.mask;
        all.columns[submission - all.table->rows] = columns_of(document, length, issues, &columns);
    }
    hlx_delivery_begin(&submission->delivery, &reply, good ? &columns : NULL);
    hlx_pipeline_reply(pipeline(), submission);
    hlx_submission_release(all.table, submission);
}

static void answer(uint32_t which) {
    bool piped = all.connection.state == HLX_CONNECTION_PIPELINE;
    hlx_submission *submission = piped ? pipeline()->in_service : all.connection.submission;
    for (; piped && which > 0 && submission != NULL && submission->next != NULL; which--) {
        submission = submission->next;
    }
    if (submission == NULL || (!piped && all.connection.state != HLX_CONNECTION_IN_SERVICE)) {
        return;
    }
    bool good = is_answered_ok(submission->document_length);
    uint32_t status = good ? HLX_REPLY_OK : HLX_REPLY_WORKER_FAILED;
    uint32_t issues = good ? checksum(submission->options) : 0;
    if (piped) {
        reply_in_version_2(submission, status, issues);
    } else {
        reply_in_version_1(status, good ? submission->document_length : 0, issues);
    }
}

static void refuse(uint32_t status) {
    hlx_pipeline_refuse(pipeline(), status);
    hlx_pipeline_drop(pipeline(), all.table);
}

static void cancel(void) {
    hlx_submission *submission = hlx_pipeline_find(pipeline(), hlx_pipeline_frame_id(pipeline()));
    const hlx_submission *oldest = pipeline()->in_service;
    while (oldest != NULL && oldest->query.id != id_at(pipeline()->header + 4)) {
        oldest = oldest->next;
    }
    fuzz_expect(submission == oldest, "SRV-62: the oldest with that id");
    hlx_pipeline_drop(pipeline(), all.table);
    if (submission != NULL) {
        reply_in_version_2(submission, HLX_QUERY_CANCELLED, 0);
    }
}

static void read_frame(void) {
    uint32_t status = 0;
    enum hlx_pipeline_outcome outcome =
        hlx_pipeline_read(pipeline(), all.connection.socket, all.table, 1, &status);
    if (outcome == HLX_PIPELINE_REQUEST) {
        if (hlx_pipeline_take(pipeline(), all.table) == NULL) {
            refuse(HLX_REPLY_MALFORMED);
        }
    } else if (outcome == HLX_PIPELINE_CANCEL) {
        cancel();
    } else if (outcome == HLX_PIPELINE_REFUSED || outcome == HLX_PIPELINE_TRUNCATED) {
        refuse(outcome == HLX_PIPELINE_REFUSED ? status : (uint32_t)HLX_REPLY_MALFORMED);
    } else if (outcome == HLX_PIPELINE_GONE) {
        leave();
    }
    fuzz_expect(pipeline()->request_count <= HLX_PIPELINE_MAX_REQUESTS, "SRV-61: at most 64");
}

static void service_reads(void) {
    uint32_t status = HLX_REPLY_MALFORMED;
    if ((hlx_connection_wanted(&all.connection) & EPOLLIN) == 0) {
        return;
    }
    if (all.connection.state == HLX_CONNECTION_PIPELINE) {
        read_frame();
        return;
    }
    enum hlx_connection_outcome outcome =
        hlx_connection_read(&all.connection, all.table, 1, &status);
    if (outcome == HLX_CONNECTION_REFUSED || outcome == HLX_CONNECTION_TRUNCATED) {
        reply_in_version_1(status, 0, 0);
    } else if (outcome == HLX_CONNECTION_GONE) {
        leave();
    }
}

static void write_replies(void) {
    hlx_delivery *next = hlx_pipeline_next(pipeline(), 1);
    enum hlx_delivery_state state = HLX_DELIVERY_DONE;
    size_t share = BYTES_AT_A_TIME;
    while (next != NULL &&
           (state = hlx_delivery_send(next, all.connection.socket, &share)) == HLX_DELIVERY_DONE) {
        hlx_submission *submission = hlx_pipeline_sent(pipeline());
        if (submission != NULL) {
            finish_reply(submission);
        }
        next = hlx_pipeline_next(pipeline(), 1);
    }
    if (state == HLX_DELIVERY_BROKEN || hlx_pipeline_finished(pipeline())) {
        leave();
    }
}

static void service_writes(void) {
    if (all.connection.state == HLX_CONNECTION_PIPELINE) {
        write_replies();
    } else if (all.connection.state == HLX_CONNECTION_REPLYING) {
        enum hlx_connection_outcome outcome = hlx_connection_write(&all.connection);
        bool last =
            outcome == HLX_CONNECTION_REPLIED && all.connection.state == HLX_CONNECTION_REPLYING;
        if (outcome == HLX_CONNECTION_GONE || last) {
            leave();
        }
    }
}

/* The first reply's columns, however much of them is sent. spec: SRV-64 */
static void move_columns(void) {
    hlx_submission *submission =
        all.connection.state == HLX_CONNECTION_PIPELINE ? pipeline()->first_reply : NULL;
    int32_t **columns = submission != NULL ? &all.columns[submission - all.table->rows] : NULL;
    if (columns != NULL && *columns != NULL) {
        size_t left = hlx_delivery_columns_left(&submission->delivery);
        hlx_delivery_move(&submission->delivery, fuzz_new(left));
        free(*columns);
        *columns = NULL;
    }
}

/* ---- the client ---- */

static void client_sends(size_t most) {
    size_t count = fuzz_left(&all.stream) < most ? fuzz_left(&all.stream) : most;
    ssize_t sent = send(all.client, all.stream.bytes + all.stream.at, count, MSG_NOSIGNAL);
    all.stream.at += sent > 0 ? (size_t)sent : 0;
}

static void client_takes(size_t most) {
    size_t room = all.got_room - all.got_size;
    ssize_t count = recv(all.client, all.got + all.got_size, room < most ? room : most, 0);
    fuzz_expect(room > 0, "SRV-60: no more replies than can have been asked for");
    all.got_size += count > 0 ? (size_t)count : 0;
}

static void client_goes(void) {
    (void)close(all.client);
    all.client = -1;
    all.gone = true;
}

/* ---- what the replies must be ---- */

static void expect_reply(due reply) {
    all.dues[all.due_count++] = reply;
}

static due good_or_failed(uint64_t id, const uint8_t *document, uint32_t length) {
    bool good = is_answered_ok(length);
    return (due){.id = id,
                 .status = good ? HLX_REPLY_OK : HLX_REPLY_WORKER_FAILED,
                 .document = document,
                 .length = good ? length : 0,
                 .checksum = good ? checksum(all.table->options) : 0};
}

static void expect_version_1(const uint8_t *bytes, size_t size) {
    while (size > 0) {
        uint32_t length = size >= 4 ? word_at(bytes) : 0;
        if (size < 4 || length > HLX_MAX_DOCUMENT_BYTES || size - 4 < length) {
            bool too_large = length > HLX_MAX_DOCUMENT_BYTES && length >> 31 == 0;
            expect_reply((due){.status = too_large ? HLX_REPLY_TOO_LARGE : HLX_REPLY_MALFORMED});
            return;
        }
        expect_reply(good_or_failed(0, bytes + 4, length));
        bytes += 4 + length;
        size -= 4 + length;
    }
}

/* The payload's regime, of which the checksum is; false when the payload is malformed. */
static bool read_payload(const uint8_t *payload, uint32_t length, due *reply) {
    uint8_t options[HLX_FRAME_OPTIONS_BYTES];
    uint32_t document = word_at(payload + 8);
    uint32_t source = payload[4];
    uint32_t block = source == 2 ? HLX_FRAME_OPTIONS_BYTES : 0;
    hlx_regime regime;
    bool named = source == 1 && hlx_regime_preset(&regime, payload[5], payload[6]);
    if (word_at(payload) > 31 || source > 2 || payload[7] != 0 ||
        document > HLX_MAX_DOCUMENT_BYTES || length != 12 + document + block ||
        (source == 1 ? !named : payload[5] != 0 || payload[6] != 0)) {
        return false;
    }
    memcpy(options, source == 2 ? payload + 12 + document : all.table->options, sizeof options);
    if (named) {
        hlx_frame_encode_options(options, &regime);
    }
    *reply = good_or_failed(reply->id, payload + 12, document);
    reply->mask = reply->status == HLX_REPLY_OK ? word_at(payload) : 0;
    reply->checksum = reply->status == HLX_REPLY_OK ? checksum(options) : 0;
    return true;
}

/* The header of a frame; false when nothing behind it is read. */
static bool expect_frame(const uint8_t *bytes, size_t size) {
    due reply = {.status = HLX_REPLY_MALFORMED, .id = size >= BEGIN ? id_at(bytes + 4) : 0};
    uint32_t type = size >= BEGIN ? word_at(bytes) : 0;
    uint32_t length = size >= BEGIN ? word_at(bytes + 12) : 0;
    bool whole = size >= BEGIN && size - BEGIN >= length;
    if (type == CANCEL && length == 0) {
        for (uint32_t i = 0; i < all.due_count; i++) {
            all.dues[i].cancelled |= all.dues[i].id == reply.id && all.dues[i].document != NULL;
        }
        return true;
    }
    bool known = type == REQUEST && length >= 12;
    if (known && length > HLX_QUERY_MAX_PAYLOAD_BYTES) {
        reply.status = HLX_REPLY_TOO_LARGE;
        known = false;
    }
    if (known && whole) {
        (void)read_payload(bytes + BEGIN, length, &reply);
    }
    expect_reply(reply);
    return known && whole;
}

static void expect_version_2(const uint8_t *bytes, size_t size) {
    while (size > 0 && expect_frame(bytes, size)) {
        size_t frame = BEGIN + (word_at(bytes) == REQUEST ? word_at(bytes + 12) : 0);
        bytes += frame;
        size -= frame;
    }
}

/* ---- what they are ---- */

static bool is_refusal_for_memory(uint32_t status) {
    return all.few && status == HLX_REPLY_OVERLOADED;
}

static void check_version_1(void) {
    const uint8_t *at = all.got;
    size_t left = all.got_size;
    uint32_t index = 0;
    for (; left >= HLX_CLIENT_REPLY_BYTES; index++) {
        const due *reply = &all.dues[index];
        hlx_reply seen;
        fuzz_expect(index < all.due_count && hlx_client_decode_reply(at, &seen),
                    "SRV-32: a reply for each request");
        fuzz_expect((seen.status == reply->status && seen.tokens == reply->length &&
                     seen.issues == reply->checksum) ||
                        is_refusal_for_memory(seen.status),
                    "SRV-32: the request's reply");
        at += HLX_CLIENT_REPLY_BYTES;
        left -= HLX_CLIENT_REPLY_BYTES;
    }
    fuzz_expect(all.gone || (left == 0 && index == all.due_count), "SRV-34: every one is answered");
}

static bool has_columns(const due *reply, const uint8_t *bytes, size_t size) {
    for (uint32_t i = 0; i < COLUMNS; i++) {
        uint32_t rows =
            (reply->mask >> i & 1u) != 0 ? rows_of(i, reply->length, reply->checksum) : 0;
        for (uint32_t row = 0; row < rows; row++, bytes += 4, size -= 4) {
            int32_t expected = entry(i, row, reply->document, reply->length);
            if (size < 4 || memcmp(bytes, &expected, 4) != 0) {
                return false;
            }
        }
    }
    return size == 0;
}

/* `payload` has 20 bytes or more. */
static bool is_reply(const due *reply, const uint8_t *payload, size_t size) {
    uint32_t status = word_at(payload);
    bool good = status == reply->status && status == HLX_REPLY_OK;
    bool allowed = status == reply->status || is_refusal_for_memory(status) ||
                   (status == HLX_QUERY_CANCELLED && reply->cancelled);
    return allowed && word_at(payload + 4) == (good ? reply->length : 0) &&
           word_at(payload + 8) == (good ? reply->checksum : 0) &&
           word_at(payload + 16) == (good ? reply->mask : 0) &&
           (good ? has_columns(reply, payload + 20, size - 20) : size == 20);
}

/* All replies with that status find their request: of those that it may be the last, as the
 * first may have been cancelled instead. */
static void match(uint32_t status) {
    size_t size = 0;
    for (size_t at = 0; all.got_size - at >= BEGIN + 20; at += size) {
        const uint8_t *frame = all.got + at;
        size = BEGIN + word_at(frame + 12);
        fuzz_expect(word_at(frame) == REPLY && size >= BEGIN + 20, "QRY-12: a reply");
        if (size > all.got_size - at) {
            fuzz_expect(all.gone, "SRV-60: the last reply is whole");
            return;
        }
        bool found = word_at(frame + BEGIN) != status;
        for (uint32_t i = all.due_count; i-- > 0 && !found;) {
            due *reply = &all.dues[i];
            found = !reply->answered && reply->id == id_at(frame + 4) &&
                    is_reply(reply, frame + BEGIN, size - BEGIN);
            reply->answered |= found;
        }
        fuzz_expect(found, "SRV-60, SRV-63: a reply is that of one request");
    }
}

/* Those that only one request can have first. */
static void check_version_2(void) {
    static const uint32_t order[] = {
        HLX_REPLY_OK,        HLX_REPLY_WORKER_FAILED, HLX_REPLY_MALFORMED, HLX_REPLY_TOO_LARGE,
        HLX_QUERY_CANCELLED, HLX_REPLY_OVERLOADED,    HLX_REPLY_DEADLINE,  HLX_REPLY_SHUTTING_DOWN};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        match(order[i]);
    }
    for (uint32_t i = 0; i < all.due_count; i++) {
        fuzz_expect(all.gone || all.dues[i].answered, "SRV-60: each request has a reply");
    }
}

/* ---- the run ---- */

static void act(uint8_t what) {
    size_t amount = 1u + (what >> 3);
    uint32_t kind = what & 7u;
    if (kind < 2) {
        client_sends(amount * 8);
    } else if (kind == 2) {
        client_takes(amount * 64);
    } else if (kind == 3) {
        service_reads();
    } else if (kind == 4) {
        answer(what >> 3);
    } else if (kind == 5) {
        service_writes();
    } else if (kind == 6) {
        move_columns();
    } else if (amount == 32) {
        client_goes();
    }
}

static void settle(void) {
    for (uint32_t round = 0; round < ROUNDS && all.open; round++) {
        client_sends(SIZE_MAX);
        if (fuzz_left(&all.stream) == 0) {
            (void)shutdown(all.client, SHUT_WR);
        }
        service_reads();
        if (all.open) {
            answer(0);
            service_writes();
        }
        client_takes(SIZE_MAX);
    }
    fuzz_expect(!all.open, "SRV-60: everything comes to its end");
    client_takes(SIZE_MAX);
}

static hlx_submissions *table_with(uint32_t memory) {
    static const size_t bytes[] = {8u << 20, 4u * 8192u, 0};
    static hlx_submissions tables[3];
    hlx_submissions *table = &tables[memory];
    hlx_regime regime;
    (void)hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8);
    fuzz_expect(table->rows != NULL || hlx_submissions_init(table, ROWS, bytes[memory], &regime),
                "harness: there is memory");
    return table;
}

static void set_up(fuzz_input *input) {
    int sockets[2];
    int smallest = 1;
    uint32_t memory = fuzz_below(input, 3);
    all = (world){.table = table_with(memory), .few = memory > 0, .open = true};
    fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0 &&
                    setsockopt(sockets[0], SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest) == 0,
                "harness: there are sockets");
    fuzz_forget(&all.connection, sizeof all.connection);
    all.connection.generation = 0;
    all.client = sockets[1];
    hlx_connection_open(&all.connection, sockets[0]);
}

static void check_end(const uint8_t *sent, size_t size) {
    bool second = size >= 4 && (word_at(sent) == REQUEST || word_at(sent) == CANCEL);
    (second ? expect_version_2 : expect_version_1)(sent, size);
    (second ? check_version_2 : check_version_1)();
    for (uint32_t row = 0; row < ROWS; row++) {
        fuzz_expect(all.table->rows[row].id == 0 && all.columns[row] == NULL,
                    "SRV-30, ARN-12: nothing is kept of any request");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > LARGEST_INPUT) {
        return 0;
    }
    fuzz_input input = {data, size, 0};
    set_up(&input);
    size_t at = fuzz_skip_moves(&input);
    const uint8_t *sent = data + input.at;
    all.stream = input;
    all.got_room = 64 * (fuzz_left(&input) + 2);
    all.got = fuzz_new(all.got_room);
    all.dues = fuzz_new((fuzz_left(&input) / 4 + 2) * sizeof *all.dues);
    for (; at < input.at && all.open && !all.gone; at++) {
        act(data[at]);
    }
    settle();
    check_end(sent, size - input.at);
    if (!all.gone) {
        client_goes();
    }
    free(all.dues);
    free(all.got);
    return 0;
}
