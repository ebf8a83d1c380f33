/* conformance_adapter.c -- this project, answering the questions of the conformance kit.
 *
 * One JSON object a line in, one a line out; what is asked and answered is in
 * docs/conformance.md. It reads JSON by walking over the text (no string it has to
 * understand contains an escape) and trusts that the questions have the documented form:
 * a question that has not ends it with exit code 65. Every answer comes from the
 * functions of src/core alone. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "client.h"
#include "delay.h"
#include "frame.h"
#include "hedgelex.h"
#include "query.h"

#define EXIT_BAD_QUESTION 65
#define ID_DIGITS 16
#define CATEGORIES 256

static const char *const encodings[] = {"bytes", "utf8", NULL};
static const char *const presets[] = {"latex", "package", "expl3", "plain", "initex", NULL};
static const char *const origins[] = {"none", "primary", "hedge", NULL};
static const char *const frame_types[] = {"", "request", "response", "cancel", NULL};
#define REPLY_TEXT(code, enumerator, text) text,
static const char *const replies[] = {HLX_REPLIES(REPLY_TEXT) NULL};
#undef REPLY_TEXT

static void *allocate(size_t size) {
    void *memory = calloc(size + 1, 1);
    if (memory == NULL) {
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* ---- reading JSON ---- */

static void expect(bool holds, const char *what) {
    if (!holds) {
        (void)fprintf(stderr, "conformance_adapter: not a question: %s\n", what);
        exit(EXIT_BAD_QUESTION);
    }
}

static const char *skip_blanks(const char *at) {
    return at + strspn(at, " \t\r\n,:");
}

/* Behind the value at `at`. */
static const char *skip_value(const char *at) {
    int depth = 0;
    do {
        at = skip_blanks(at);
        expect(*at != '\0', "it ends too soon");
        if (*at == '"') {
            at = strchr(at + 1, '"');
            expect(at != NULL, "a string has no end");
            at++;
        } else if (strchr("[{]}", *at) != NULL) {
            depth += *at == '[' || *at == '{' ? 1 : -1;
            at++;
        } else {
            at += strcspn(at, " ,:]}\r\n");
        }
    } while (depth > 0);
    return at;
}

/* The next element of the array that was entered at '[', or NULL at its end. */
static const char *element(const char *at) {
    at = skip_blanks(at);
    return *at == ']' ? NULL : at;
}

static bool is_text(const char *at, const char *text) {
    size_t length = strlen(text);
    return *at == '"' && strncmp(at + 1, text, length) == 0 && at[1 + length] == '"';
}

/* The value of a member, or NULL. */
static const char *find(const char *object, const char *name) {
    expect(*object == '{', "an object is missing");
    const char *at = skip_blanks(object + 1);
    while (*at != '}') {
        bool found = is_text(at, name);
        at = skip_blanks(skip_value(at));
        if (found) {
            return at;
        }
        at = skip_blanks(skip_value(at));
    }
    return NULL;
}

static const char *member(const char *object, const char *name) {
    const char *at = find(object, name);
    expect(at != NULL, name);
    return at;
}

static uint64_t number(const char *object, const char *name) {
    return strtoull(member(object, name), NULL, 10);
}

static uint32_t number32(const char *object, const char *name) {
    return (uint32_t)number(object, name);
}

static bool is_true(const char *object, const char *name) {
    return strncmp(member(object, name), "true", 4) == 0;
}

/* The place of a string in `names`, or how many there are. */
static uint32_t one_of(const char *at, const char *const *names) {
    uint32_t place = 0;
    while (names[place] != NULL && !is_text(at, names[place])) {
        place++;
    }
    return place;
}

/* Hexadecimal digits of a string as bytes; the caller frees them. */
static uint8_t *hex(const char *at, uint32_t *length) {
    uint32_t digits = (uint32_t)strspn(at + 1, "0123456789abcdef");
    uint8_t *bytes = allocate(digits / 2);
    expect(*at == '"' && at[1 + digits] == '"' && digits % 2 == 0, "not hexadecimal digits");
    for (uint32_t i = 0; i < digits / 2; i++) {
        char pair[3] = {at[1 + 2 * i], at[2 + 2 * i], '\0'};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *length = digits / 2;
    return bytes;
}

/* ---- writing JSON ---- */

static void put_hex(const uint8_t *bytes, uint32_t length) {
    (void)putchar('"');
    for (uint32_t i = 0; i < length; i++) {
        (void)printf("%02x", bytes[i]);
    }
    (void)putchar('"');
}

static void put_regime(const hlx_regime *regime) {
    (void)printf("{\"encoding\": \"%s\", \"letters_above_255\": %s, \"end_of_line_char\": %d, "
                 "\"categories\": \"",
                 encodings[regime->encoding], regime->unicode_letters != 0 ? "true" : "false",
                 regime->end_of_line_char);
    for (uint32_t i = 0; i < CATEGORIES; i++) {
        (void)printf("%x", regime->category[i]);
    }
    (void)printf("\"}");
}

/* ---- tokens ---- */

static void explicit_regime(const char *given, hlx_regime *regime) {
    const char *digits = member(given, "categories") + 1;
    long end_of_line_char = strtol(member(given, "end_of_line_char"), NULL, 10);
    bool fits = end_of_line_char >= INT16_MIN && end_of_line_char <= INT16_MAX;
    regime->encoding = (uint8_t)one_of(member(given, "encoding"), encodings);
    regime->unicode_letters = is_true(given, "letters_above_255");
    regime->end_of_line_char = fits ? (int16_t)end_of_line_char : INT16_MAX;
    for (uint32_t i = 0; i < CATEGORIES; i++) {
        char digit[2] = {digits[i], '\0'};
        regime->category[i] = (uint8_t)strtoul(digit, NULL, 16);
    }
}

static bool read_regime(const char *given, hlx_regime *regime) {
    const char *preset = find(given, "preset");
    if (preset == NULL) {
        explicit_regime(given, regime);
        return true;
    }
    return hlx_regime_preset(regime, one_of(preset, presets),
                             one_of(member(given, "encoding"), encodings));
}

static hlx_columns columns_new(uint32_t tokens, uint32_t issues) {
    int32_t *rows = allocate((3 * (size_t)tokens + 2 * (size_t)issues) * sizeof *rows);
    int32_t *issue_rows = rows + 3 * (size_t)tokens;
    return (hlx_columns){rows,   rows + tokens, rows + 2 * (size_t)tokens,
                         tokens, issue_rows,    issue_rows + issues,
                         issues};
}

static void put_tokens(const hlx_regime *regime, const uint8_t *document, uint32_t length,
                       const hlx_columns *columns, uint32_t count) {
    int32_t *ends = allocate(3 * (size_t)count * sizeof *ends);
    int32_t *lines = ends + count;
    int32_t *cols = lines + count;
    hlx_expand(regime, document, length, columns->starts, count, ends, lines, cols);
    (void)printf(", \"tokens\": [");
    for (uint32_t i = 0; i < count; i++) {
        (void)printf("%s[%d, %d, %d, %d, %d, %d]", i > 0 ? ", " : "", columns->kinds[i],
                     columns->codes[i], columns->starts[i], ends[i], lines[i], cols[i]);
    }
    (void)printf("]");
    free(ends);
}

static void put_issues(const hlx_columns *columns, uint32_t count) {
    (void)printf(", \"issues\": [");
    for (uint32_t i = 0; i < count; i++) {
        (void)printf("%s[%d, %d]", i > 0 ? ", " : "", columns->issue_codes[i],
                     columns->issue_offsets[i]);
    }
    (void)printf("]");
}

static void answer_tokens(const char *given) {
    static const char *const statuses[] = {"ok", "cancelled", "output full", "bad argument"};
    hlx_regime regime;
    hlx_counts counts = {0, 0};
    uint32_t length = 0;
    uint8_t *document = hex(member(given, "document"), &length);
    const char *capacity = find(given, "capacity");
    hlx_columns columns = columns_new(
        capacity != NULL ? (uint32_t)strtoul(capacity, NULL, 10) : length + 1, 2 * length + 3);
    hlx_status status = HLX_STATUS_BAD_ARGUMENT;
    if (read_regime(member(given, "regime"), &regime)) {
        status = hlx_tokenize(&regime, document, length, &columns, &counts);
    }
    (void)printf("{\"status\": \"%s\"", statuses[status]);
    put_tokens(&regime, document, length, &columns, counts.tokens);
    if (status != HLX_STATUS_OUTPUT_FULL) {
        put_issues(&columns, counts.issues);
    }
    (void)printf("}");
    free(columns.kinds);
    free(document);
}

/* ---- pieces: bytes as they arrive ---- */

typedef struct arrival {
    const char *next; /* the piece behind this one */
    uint8_t *bytes;   /* of this one */
    uint32_t length, used;
} arrival;

static arrival arrival_new(const char *given) {
    return (arrival){member(given, "pieces") + 1, NULL, 0, 0};
}

/* A piece: its bytes, or in an array what is repeated and how often. */
static uint8_t *piece_bytes(const char *piece, uint32_t *length) {
    if (*piece != '[') {
        return hex(piece, length);
    }
    const char *repeated = skip_blanks(piece + 1);
    uint32_t times = (uint32_t)strtoul(skip_blanks(skip_value(repeated)), NULL, 10);
    uint8_t *once = hex(repeated, length);
    uint8_t *bytes = allocate((size_t)*length * times);
    for (uint32_t i = 0; i < times; i++) {
        memcpy(bytes + (size_t)*length * i, once, *length);
    }
    free(once);
    *length *= times;
    return bytes;
}

/* At most `wanted` bytes of what has arrived; 0 at the very end. */
static uint32_t take(arrival *from, uint8_t *to, uint32_t wanted) {
    while (from->used == from->length) {
        const char *piece = element(from->next);
        free(from->bytes);
        from->bytes = NULL;
        if (piece == NULL) {
            from->next = "]";
            from->length = from->used = 0;
            return 0;
        }
        from->bytes = piece_bytes(piece, &from->length);
        from->used = 0;
        from->next = skip_value(piece);
    }
    uint32_t left = from->length - from->used;
    uint32_t count = left < wanted ? left : wanted;
    memcpy(to, from->bytes + from->used, count);
    from->used += count;
    return count;
}

/* ---- frames ---- */

static void put_request(const uint8_t *payload, uint32_t length) {
    hlx_request_view view;
    hlx_regime regime;
    if (!hlx_frame_decode_request(payload, length, &view)) {
        (void)printf(", \"refused\": \"lengths\"}");
        return;
    }
    if (view.has_options && !hlx_frame_decode_options(payload + view.options_offset, &regime)) {
        (void)printf(", \"refused\": \"options\"}");
        return;
    }
    (void)printf(", \"document\": ");
    put_hex(payload + view.document_offset, view.document_length);
    (void)printf(", \"options\": ");
    if (view.has_options) {
        put_regime(&regime);
    } else {
        (void)printf("null");
    }
    (void)printf("}");
}

static void put_frame(const uint8_t *bytes) {
    hlx_frame_header header;
    hlx_summary summary;
    (void)hlx_frame_decode_header(bytes, &header);
    (void)printf("{\"type\": \"%s\", \"id\": \"%016" PRIx64 "\"", frame_types[header.type],
                 header.request_id);
    if (header.type == HLX_FRAME_REQUEST) {
        put_request(bytes + HLX_FRAME_HEADER_BYTES, header.payload_length);
    } else if (header.type == HLX_FRAME_RESPONSE) {
        hlx_frame_decode_summary(bytes + HLX_FRAME_HEADER_BYTES, &summary);
        (void)printf(", \"status\": %" PRIu32 ", \"tokens\": %" PRIu32 ", \"issues\": %" PRIu32
                     ", \"alloc_mb10\": %" PRIu32 ", \"major\": %" PRIu32 "}",
                     summary.status, summary.tokens, summary.issues, summary.alloc_mb10,
                     summary.major);
    } else {
        (void)printf("}");
    }
}

static void answer_frames(const char *given) {
    static uint8_t buffer[HLX_FRAME_MAX_BYTES];
    static const char *const ends[] = {"inside", "", "bad type", "bad length"};
    arrival from = arrival_new(given);
    hlx_frame_decoder decoder;
    uint32_t count = 1;
    uint32_t found = 0;
    (void)printf("{\"frames\": [");
    hlx_frame_decoder_init(&decoder);
    while (decoder.status == HLX_FRAME_NEED_MORE && count > 0) {
        count = take(&from, buffer + decoder.received, hlx_frame_decoder_wanted(&decoder));
        if (count > 0 && hlx_frame_decoder_accept(&decoder, buffer, count) == HLX_FRAME_COMPLETE) {
            (void)printf("%s", found++ > 0 ? ", " : "");
            put_frame(buffer);
            hlx_frame_decoder_init(&decoder);
        }
    }
    free(from.bytes);
    (void)printf("], \"end\": \"%s\", \"received\": %" PRIu32 "}",
                 decoder.received == 0 ? "between" : ends[decoder.status], decoder.received);
}

/* Payload of the frame that is described; returns its length. */
static uint32_t write_payload(const char *given, uint32_t type, uint8_t *payload) {
    uint32_t length = 0;
    if (type == HLX_FRAME_RESPONSE) {
        hlx_summary summary = {number32(given, "status"), number32(given, "tokens"),
                               number32(given, "issues"), number32(given, "alloc_mb10"),
                               number32(given, "major")};
        hlx_frame_encode_summary(payload, &summary);
        return HLX_FRAME_RESPONSE_BYTES;
    }
    if (type == HLX_FRAME_REQUEST) {
        hlx_regime regime;
        uint8_t *document = hex(member(given, "document"), &length);
        hlx_store_u32(payload, length);
        memcpy(payload + 4, document, length);
        free(document);
        length += 4;
        if (*member(given, "options") == '{') {
            explicit_regime(member(given, "options"), &regime);
            hlx_frame_encode_options(payload + length, &regime);
            length += HLX_FRAME_OPTIONS_BYTES;
        }
    }
    return length;
}

static void answer_frame(const char *given) {
    static uint8_t bytes[HLX_FRAME_MAX_BYTES];
    uint32_t type = one_of(member(given, "type"), frame_types);
    uint64_t id = strtoull(member(given, "id") + 1, NULL, ID_DIGITS);
    uint32_t length = write_payload(given, type, bytes + HLX_FRAME_HEADER_BYTES);
    hlx_frame_header header = {type, id, length};
    hlx_frame_encode_header(bytes, &header);
    (void)printf("{\"bytes\": ");
    put_hex(bytes, HLX_FRAME_HEADER_BYTES + length);
    (void)printf("}");
}

/* ---- the client protocol ---- */

static void answer_requests(const char *given) {
    static uint8_t buffer[HLX_CLIENT_HEADER_BYTES + HLX_MAX_DOCUMENT_BYTES];
    static const char *const ends[] = {"inside", "", "too large", "malformed"};
    arrival from = arrival_new(given);
    hlx_client_decoder decoder;
    uint32_t count = 1;
    uint32_t found = 0;
    (void)printf("{\"requests\": [");
    hlx_client_decoder_init(&decoder);
    while (decoder.status == HLX_CLIENT_NEED_MORE && count > 0) {
        count = take(&from, buffer + decoder.received, hlx_client_decoder_wanted(&decoder));
        if (count > 0 &&
            hlx_client_decoder_accept(&decoder, buffer, count) == HLX_CLIENT_COMPLETE) {
            (void)printf("%s", found++ > 0 ? ", " : "");
            put_hex(buffer + HLX_CLIENT_HEADER_BYTES, decoder.received - HLX_CLIENT_HEADER_BYTES);
            hlx_client_decoder_init(&decoder);
        }
    }
    free(from.bytes);
    (void)printf("], \"end\": \"%s\", \"received\": %" PRIu32 "}",
                 decoder.received == 0 ? "between" : ends[decoder.status], decoder.received);
}

static void put_reply(const hlx_reply *reply) {
    (void)printf("\"status\": \"%s\", \"tokens\": %" PRIu32 ", \"issues\": %" PRIu32
                 ", \"origin\": \"%s\"}",
                 replies[reply->status], reply->tokens, reply->issues, origins[reply->origin]);
}

static void answer_reply(const char *given) {
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    hlx_reply reply = {one_of(member(given, "status"), replies), number32(given, "tokens"),
                       number32(given, "issues"), one_of(member(given, "origin"), origins)};
    hlx_client_encode_reply(bytes, &reply);
    (void)printf("{\"bytes\": ");
    put_hex(bytes, sizeof bytes);
    (void)printf("}");
}

static void answer_read_reply(const char *given) {
    uint32_t length = 0;
    uint8_t *bytes = hex(member(given, "bytes"), &length);
    hlx_reply reply;
    expect(length == HLX_CLIENT_REPLY_BYTES, "a reply has 17 bytes");
    if (hlx_client_decode_reply(bytes, &reply)) {
        (void)printf("{\"reply\": {");
        put_reply(&reply);
        (void)printf("}");
    } else {
        (void)printf("{\"reply\": null}");
    }
    free(bytes);
}

/* ---- version 2 of it ---- */

#define REPLY_TEXT(code, enumerator, text) text,
static const char *const query_replies[] = {HLX_REPLIES(REPLY_TEXT) "cancelled", NULL};
#undef REPLY_TEXT
static const char *const columns[] = {"kinds",       "codes",         "starts",
                                      "issue codes", "issue offsets", NULL};

static void put_columns(uint32_t mask) {
    bool first = true;
    (void)printf(", \"columns\": [");
    for (uint32_t column = 0; column < HLX_COLUMN_COUNT; column++) {
        if ((mask >> column & 1u) != 0) {
            (void)printf("%s\"%s\"", first ? "" : ", ", columns[column]);
            first = false;
        }
    }
    (void)printf("]");
}

static uint32_t read_columns(const char *given) {
    uint32_t mask = 0;
    for (const char *at = element(member(given, "columns") + 1); at != NULL;
         at = element(skip_value(at))) {
        mask |= 1u << one_of(at, columns);
    }
    return mask;
}

static void put_query(const uint8_t *frame) {
    hlx_query_request request;
    hlx_regime regime;
    bool good = hlx_query_decode_request(frame, &request);
    const uint8_t *document = frame + HLX_QUERY_BEGIN_BYTES;
    if (good && request.source == HLX_REGIME_OPTIONS) {
        good = hlx_frame_decode_options(document + request.document_length, &regime);
    }
    if (!good) {
        (void)printf(", \"refused\": true}");
        return;
    }
    put_columns(request.mask);
    (void)printf(", \"document\": ");
    put_hex(document, request.document_length);
    (void)printf(", \"regime\": ");
    if (request.source == HLX_REGIME_PRESET) {
        (void)printf("{\"preset\": \"%s\", \"encoding\": \"%s\"}", presets[request.preset],
                     encodings[request.encoding]);
    } else if (request.source == HLX_REGIME_OPTIONS) {
        put_regime(&regime);
    } else {
        (void)printf("null");
    }
    (void)printf("}");
}

static void put_client_frame(const uint8_t *frame) {
    bool is_request = hlx_load_u32(frame) == HLX_QUERY_REQUEST;
    (void)printf("{\"type\": \"%s\", \"id\": \"%016" PRIx64 "\"", is_request ? "request" : "cancel",
                 hlx_load_u64(frame + 4));
    if (is_request) {
        put_query(frame);
    } else {
        (void)printf("}");
    }
}

static void answer_queries(const char *given) {
    static uint8_t buffer[HLX_FRAME_HEADER_BYTES + HLX_QUERY_MAX_PAYLOAD_BYTES];
    static const char *const ends[] = {"inside", "", "bad type", "bad length"};
    arrival from = arrival_new(given);
    hlx_query_decoder decoder;
    uint32_t count = 1;
    uint32_t found = 0;
    (void)printf("{\"frames\": [");
    hlx_query_decoder_init(&decoder);
    while (decoder.status == HLX_FRAME_NEED_MORE && count > 0) {
        count = take(&from, buffer + decoder.received, hlx_query_decoder_wanted(&decoder));
        if (count > 0 && hlx_query_decoder_accept(&decoder, buffer, count) == HLX_FRAME_COMPLETE) {
            (void)printf("%s", found++ > 0 ? ", " : "");
            put_client_frame(buffer);
            hlx_query_decoder_init(&decoder);
        }
    }
    free(from.bytes);
    (void)printf("], \"end\": \"%s\", \"received\": %" PRIu32 "}",
                 decoder.received == 0 ? "between" : ends[decoder.status], decoder.received);
}

/* Source, preset and encoding, and the options behind the document. */
static void write_query_regime(const char *given, hlx_query_request *request, uint8_t *options) {
    hlx_regime regime;
    if (*given != '{') {
        return;
    }
    if (find(given, "preset") != NULL) {
        request->source = HLX_REGIME_PRESET;
        request->preset = one_of(member(given, "preset"), presets);
        request->encoding = one_of(member(given, "encoding"), encodings);
        return;
    }
    request->source = HLX_REGIME_OPTIONS;
    explicit_regime(given, &regime);
    hlx_frame_encode_options(options, &regime);
}

static void answer_query(const char *given) {
    static uint8_t bytes[HLX_FRAME_HEADER_BYTES + HLX_QUERY_MAX_PAYLOAD_BYTES];
    uint64_t id = strtoull(member(given, "id") + 1, NULL, ID_DIGITS);
    uint32_t length = HLX_FRAME_HEADER_BYTES;
    if (is_text(member(given, "type"), "request")) {
        hlx_query_request request = {.id = id, .mask = read_columns(given)};
        uint8_t *document = hex(member(given, "document"), &request.document_length);
        memcpy(bytes + HLX_QUERY_BEGIN_BYTES, document, request.document_length);
        free(document);
        write_query_regime(member(given, "regime"), &request,
                           bytes + HLX_QUERY_BEGIN_BYTES + request.document_length);
        hlx_query_encode_request(bytes, &request);
        length += hlx_query_request_bytes(&request);
    } else {
        hlx_query_encode_cancel(bytes, id);
    }
    (void)printf("{\"bytes\": ");
    put_hex(bytes, length);
    (void)printf("}");
}

static void answer_query_reply(const char *given) {
    uint8_t bytes[HLX_QUERY_REPLY_BYTES];
    hlx_query_reply reply = {strtoull(member(given, "id") + 1, NULL, ID_DIGITS),
                             one_of(member(given, "status"), query_replies),
                             number32(given, "tokens"),
                             number32(given, "issues"),
                             one_of(member(given, "origin"), origins),
                             read_columns(given)};
    hlx_query_encode_reply(bytes, &reply);
    (void)printf("{\"bytes\": ");
    put_hex(bytes, sizeof bytes);
    (void)printf("}");
}

static void answer_read_query_reply(const char *given) {
    uint32_t length = 0;
    uint8_t *bytes = hex(member(given, "bytes"), &length);
    hlx_query_reply reply;
    expect(length == HLX_QUERY_REPLY_BYTES, "a reply begins with 36 bytes");
    if (hlx_query_decode_reply(bytes, &reply)) {
        (void)printf("{\"reply\": {\"id\": \"%016" PRIx64
                     "\", \"status\": \"%s\", \"tokens\": %" PRIu32 ", \"issues\": %" PRIu32
                     ", \"origin\": \"%s\"",
                     reply.id, query_replies[reply.status], reply.tokens, reply.issues,
                     origins[reply.origin]);
        put_columns(reply.mask);
        (void)printf("}}");
    } else {
        (void)printf("{\"reply\": null}");
    }
    free(bytes);
}

/* spec: QRY-13 */
static int32_t row_at(const uint8_t *bytes) {
    return (int32_t)((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                     (uint32_t)bytes[3] << 24);
}

static void answer_read_columns(const char *given) {
    uint32_t length = 0;
    uint8_t *bytes = hex(member(given, "bytes"), &length);
    hlx_query_reply reply;
    expect(length >= HLX_QUERY_REPLY_BYTES && hlx_query_decode_reply(bytes, &reply) &&
               length == HLX_QUERY_REPLY_BYTES + hlx_query_column_bytes(&reply),
           "a whole reply");
    const uint8_t *at = bytes + HLX_QUERY_REPLY_BYTES;
    const char *separator = "";
    (void)printf("{");
    for (uint32_t column = 0; column < HLX_COLUMN_COUNT; column++) {
        if ((reply.mask >> column & 1u) != 0) {
            (void)printf("%s\"%s\": [", separator, columns[column]);
            separator = ", ";
            uint32_t rows = hlx_query_rows(&reply, column);
            for (uint32_t row = 0; row < rows; row++, at += sizeof(int32_t)) {
                (void)printf("%s%" PRId32, row > 0 ? ", " : "", row_at(at));
            }
            (void)printf("]");
        }
    }
    (void)printf("}");
    free(bytes);
}

/* ---- the broker ---- */

static hlx_broker_config read_config(const char *given) {
    return (hlx_broker_config){.worker_count = number32(given, "worker_count"),
                               .slot_count = number32(given, "slot_count"),
                               .queue_capacity = number32(given, "queue_capacity"),
                               .hedge_ratio_ppm = number32(given, "hedge_ratio_ppm"),
                               .hedge_burst = number32(given, "hedge_burst"),
                               .rotate_mb10 = number32(given, "rotate_mb10"),
                               .rotate_major = number32(given, "rotate_major"),
                               .hedging = is_true(given, "hedging"),
                               .hedge_delay_ns = number(given, "hedge_delay_ns"),
                               .deadline_ns = number(given, "deadline_ns"),
                               .start_timeout_ns = number(given, "start_timeout_ns"),
                               .kill_grace_ns = number(given, "kill_grace_ns"),
                               .backoff_min_ns = number(given, "backoff_min_ns"),
                               .backoff_max_ns = number(given, "backoff_max_ns")};
}

static hlx_event read_event(const char *given) {
    static const char *const types[] = {"tick",        "submit", "client gone",  "ready",
                                        "response",    "exited", "spawn failed", "drain",
                                        "hedge delay", NULL};
    hlx_event event = {.type = one_of(member(given, "event"), types)};
    if (find(given, "slot") != NULL) {
        event.slot = number32(given, "slot");
    }
    if (find(given, "request") != NULL) {
        event.request_id = number(given, "request");
    }
    if (find(given, "delay_ns") != NULL) {
        event.hedge_delay_ns = number(given, "delay_ns");
    }
    if (event.type == HLX_EVENT_WORKER_RESPONSE) {
        event.summary = (hlx_summary){number32(given, "status"), number32(given, "tokens"),
                                      number32(given, "issues"), number32(given, "alloc_mb10"),
                                      number32(given, "major")};
    }
    return event;
}

static void put_action(const hlx_action *action) {
    static const char *const names[] = {"",       "send request", "send cancel",
                                        "reply",  "release",      "spawn",
                                        "retire", "kill",         "mismatch"};
    bool of_slot = action->type <= HLX_ACTION_SEND_CANCEL ||
                   (action->type >= HLX_ACTION_SPAWN && action->type <= HLX_ACTION_KILL);
    bool of_request = action->type <= HLX_ACTION_RELEASE || action->type == HLX_ACTION_MISMATCH;
    (void)printf("{\"do\": \"%s\"", names[action->type]);
    if (of_slot) {
        (void)printf(", \"slot\": %" PRIu32, action->slot);
    }
    if (of_request) {
        (void)printf(", \"request\": %" PRIu64, action->request_id);
    }
    if (action->type == HLX_ACTION_SEND_REQUEST) {
        (void)printf(", \"origin\": \"%s\"", origins[action->origin]);
    }
    if (action->type == HLX_ACTION_REPLY) {
        (void)printf(", ");
        put_reply(&action->reply);
    } else {
        (void)printf("}");
    }
}

static void put_step(const hlx_broker *broker, const hlx_actions *actions, uint64_t next_ns) {
    (void)printf("{\"actions\": [");
    for (uint32_t i = 0; i < actions->count; i++) {
        (void)printf("%s", i > 0 ? ", " : "");
        put_action(&actions->list[i]);
    }
    if (next_ns == HLX_BROKER_NEVER) {
        (void)printf("], \"next\": null");
    } else {
        (void)printf("], \"next\": %" PRIu64, next_ns);
    }
    (void)printf(", \"stopped\": %s}", hlx_broker_stopped(broker) ? "true" : "false");
}

static void put_counters(const hlx_broker_counters *counters) {
    const struct {
        const char *name;
        uint64_t value;
    } all[] = {
        {"accepted", counters->accepted},
        {"answered", counters->answered},
        {"abandoned", counters->abandoned},
        {"answered_ok", counters->answered_ok},
        {"answered_deadline", counters->answered_deadline},
        {"answered_worker_failed", counters->answered_worker_failed},
        {"answered_by_hedge", counters->answered_by_hedge},
        {"rejected_overloaded", counters->rejected_overloaded},
        {"rejected_shutting_down", counters->rejected_shutting_down},
        {"hedges_granted", counters->hedges_granted},
        {"hedges_suppressed", counters->hedges_suppressed},
        {"cancels_sent", counters->cancels_sent},
        {"retries", counters->retries},
        {"crashes", counters->crashes},
        {"spawns", counters->spawns},
        {"rotations", counters->rotations},
        {"kills", counters->kills},
        {"mismatches", counters->mismatches},
        {"protocol_errors", counters->protocol_errors},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        (void)printf("%s\"%s\": %" PRIu64, i > 0 ? ", " : "", all[i].name, all[i].value);
    }
}

static void answer_trace(const char *given) {
    static hlx_broker broker;
    static hlx_actions actions;
    hlx_broker_config config = read_config(member(given, "config"));
    if (!hlx_broker_init(&broker, &config)) {
        (void)printf("{\"steps\": null}");
        return;
    }
    (void)printf("{\"steps\": [");
    uint32_t count = 0;
    for (const char *at = element(member(given, "steps") + 1); at != NULL;
         at = element(skip_value(at))) {
        const char *now = skip_blanks(at + 1);
        hlx_event event = read_event(skip_blanks(skip_value(now)));
        uint64_t next_ns = hlx_broker_step(&broker, &event, strtoull(now, NULL, 10), &actions);
        (void)printf("%s", count++ > 0 ? ", " : "");
        put_step(&broker, &actions, next_ns);
    }
    (void)printf("], \"counters\": {");
    put_counters(&broker.counters);
    (void)printf("}}");
}

/* ---- the adaptive hedge delay ---- */

static void answer_delay(const char *given) {
    static hlx_delay delay;
    const char *config = member(given, "config");
    hlx_delay_config read = {.fixed_ns = number(config, "fixed_ns"),
                             .lower_ns = number(config, "lower_ns"),
                             .upper_ns = number(config, "upper_ns"),
                             .percentile_ppm = number32(config, "percentile_ppm"),
                             .warm_up = number32(config, "warm_up")};
    hlx_delay_init(&delay, &read);
    (void)printf("{\"delays\": [%" PRIu64, hlx_delay_ns(&delay));
    for (const char *at = element(member(given, "observed") + 1); at != NULL;
         at = element(skip_value(at))) {
        const char *duration = skip_blanks(at + 1);
        uint64_t times = strtoull(skip_blanks(skip_value(duration)), NULL, 10);
        for (uint64_t i = 0; i < times; i++) {
            hlx_delay_observe(&delay, strtoull(duration, NULL, 10));
        }
        (void)printf(", %" PRIu64, hlx_delay_ns(&delay));
    }
    (void)printf("]}");
}

/* ---- questions ---- */

static void answer_hello(const char *given) {
    (void)given;
    (void)printf(
        "{\"name\": \"hedgelex (C)\", "
        "\"suites\": [\"tokens\", \"frames\", \"client\", \"query\", \"broker\", \"delay\"]}");
}

typedef struct question {
    const char *name;
    void (*answer)(const char *given);
} question;

static const question questions[] = {
    {"hello", answer_hello},
    {"tokens", answer_tokens},
    {"frames", answer_frames},
    {"frame", answer_frame},
    {"requests", answer_requests},
    {"reply", answer_reply},
    {"read reply", answer_read_reply},
    {"queries", answer_queries},
    {"query", answer_query},
    {"query reply", answer_query_reply},
    {"read query reply", answer_read_query_reply},
    {"read columns", answer_read_columns},
    {"trace", answer_trace},
    {"delay", answer_delay},
};
#define QUESTIONS (sizeof questions / sizeof questions[0])

static void answer(const char *line) {
    const char *what = member(line, "do");
    size_t place = 0;
    while (place < QUESTIONS && !is_text(what, questions[place].name)) {
        place++;
    }
    expect(place < QUESTIONS, "unknown");
    (void)printf("{\"id\": %" PRIu64 ", \"output\": ", number(line, "id"));
    questions[place].answer(member(line, "input"));
    (void)printf("}\n");
    (void)fflush(stdout);
}

int main(void) {
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        answer(line);
    }
    free(line);
    return EXIT_SUCCESS;
}
