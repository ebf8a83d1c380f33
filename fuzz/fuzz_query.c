/* fuzz_query.c -- version 2 of the client protocol: frames, requests, replies.
 *
 *      byte 0      1 .. 36                          37 ...
 *      split       a reply's beginning, as it may   a stream of a client's frames
 *                  come back
 *
 * As fuzz_client.c: three ways to split, rubbish where no byte has come yet, and an
 * expectation written here. spec: QRY-01, QRY-02, QRY-10 to QRY-14, QRY-20 to QRY-25 */
#include "query.h"

#include "fuzz_support.h"

#define WAYS 3u
#define REQUEST 0x80000001u
#define CANCEL 0x80000003u

static uint32_t word_at(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* ---- frames ---- */

static hlx_frame_status expected_status(const uint8_t *bytes, size_t size) {
    if (size < 16) {
        return HLX_FRAME_NEED_MORE;
    }
    uint32_t length = word_at(bytes + 12);
    if (word_at(bytes) != REQUEST && word_at(bytes) != CANCEL) {
        return HLX_FRAME_BAD_TYPE;
    }
    bool good = word_at(bytes) == CANCEL ? length == 0 : length >= 12 && length <= 2097424;
    if (!good) {
        return HLX_FRAME_BAD_LENGTH;
    }
    return size - 16 < length ? HLX_FRAME_NEED_MORE : HLX_FRAME_COMPLETE;
}

static void check_decoder(const hlx_query_decoder *decoder) {
    fuzz_expect(decoder->received <= decoder->needed, "QRY-21: received is at most needed");
    fuzz_expect(decoder->needed <= 16 + HLX_QUERY_MAX_PAYLOAD_BYTES,
                "QRY-24: what is needed is bounded");
    fuzz_expect((hlx_query_decoder_wanted(decoder) > 0) == (decoder->status == HLX_FRAME_NEED_MORE),
                "QRY-21: bytes are wanted exactly while the frame is incomplete");
}

/* `piece` 0: as many as are wanted at a time. */
static hlx_query_decoder decode(const uint8_t *bytes, size_t size, uint8_t *buffer,
                                uint32_t piece) {
    hlx_query_decoder decoder;
    for (size_t i = 0; i < size; i++) {
        buffer[i] = (uint8_t)~bytes[i];
    }
    hlx_query_decoder_init(&decoder);
    for (;;) {
        check_decoder(&decoder);
        uint32_t received = decoder.received;
        uint32_t count = hlx_query_decoder_wanted(&decoder);
        count = count < size - received ? count : (uint32_t)(size - received);
        count = piece > 0 && piece < count ? piece : count;
        if (count == 0) {
            return decoder;
        }
        memcpy(buffer + received, bytes + received, count);
        hlx_frame_status status = hlx_query_decoder_accept(&decoder, buffer, count);
        fuzz_expect(status == decoder.status, "QRY-22: accept returns the status");
        fuzz_expect(decoder.received == received + count, "QRY-22: each byte counts");
    }
}

/* ---- requests ---- */

static bool request_legal(const uint8_t *frame) {
    uint8_t source = frame[20];
    uint64_t length = word_at(frame + 24);
    bool fields = word_at(frame + 16) <= 31 && source <= 2 && frame[23] == 0 && length <= 2097152;
    bool preset = source == 1 ? frame[21] <= 4 && frame[22] <= 1 : frame[21] == 0 && frame[22] == 0;
    return fields && preset && word_at(frame + 12) == 12 + length + (source == 2 ? 260 : 0);
}

static void check_request(const uint8_t *frame) {
    hlx_query_request request;
    uint8_t again[HLX_QUERY_BEGIN_BYTES];
    bool good = hlx_query_decode_request(frame, &request);
    fuzz_expect(good == request_legal(frame), "QRY-10: refused exactly when a field is illegal");
    fuzz_expect(request.mask == word_at(frame + 16) && request.source == frame[20] &&
                    request.preset == frame[21] && request.encoding == frame[22] &&
                    request.document_length == word_at(frame + 24) &&
                    request.id == ((uint64_t)word_at(frame + 4) << 32 | word_at(frame + 8)),
                "QRY-10: the request's fields");
    if (good) {
        hlx_query_encode_request(again, &request);
        fuzz_expect(memcmp(again, frame, sizeof again) == 0, "QRY-10: it encodes as it was");
        fuzz_expect(hlx_query_request_bytes(&request) == word_at(frame + 12),
                    "QRY-10: the length of the payload");
    }
}

static void check_cancel(const uint8_t *frame) {
    uint8_t again[HLX_FRAME_HEADER_BYTES];
    hlx_query_encode_cancel(again, (uint64_t)word_at(frame + 4) << 32 | word_at(frame + 8));
    fuzz_expect(memcmp(again, frame, sizeof again) == 0, "QRY-02: a cancel encodes as it was");
}

/* Returns the bytes of the frame, or 0 when the stream ends with it. */
static size_t check_frame(const uint8_t *bytes, size_t size, uint8_t *buffer, uint8_t split) {
    const uint32_t pieces[WAYS] = {0, 1, 1 + split % 29u};
    hlx_query_decoder whole = decode(bytes, size, buffer, pieces[0]);
    for (uint32_t way = 1; way < WAYS; way++) {
        hlx_query_decoder pieced = decode(bytes, size, buffer, pieces[way]);
        fuzz_expect(memcmp(&whole, &pieced, sizeof whole) == 0,
                    "QRY-25: the outcome does not depend on the split");
    }
    fuzz_expect(whole.status == expected_status(bytes, size), "QRY-23 to QRY-25: the outcome");
    if (size >= 4) {
        fuzz_expect(hlx_query_begins(bytes) ==
                        (word_at(bytes) == REQUEST || word_at(bytes) == CANCEL),
                    "QRY-01: what begins version 2");
    }
    if (whole.status != HLX_FRAME_COMPLETE) {
        return 0;
    }
    if (word_at(bytes) == REQUEST) {
        check_request(bytes);
    } else {
        check_cancel(bytes);
    }
    return whole.received;
}

/* ---- replies ---- */

static uint64_t columns_of(const uint8_t *reply, uint64_t rows[HLX_COLUMN_COUNT]) {
    uint64_t tokens = word_at(reply + 20);
    uint64_t issues = word_at(reply + 24) < 65536 ? word_at(reply + 24) : 65536;
    uint32_t mask = word_at(reply + 32);
    uint64_t bytes = 0;
    for (uint32_t column = 0; column < HLX_COLUMN_COUNT; column++) {
        rows[column] = (mask >> column & 1u) == 0 ? 0 : column < 3 ? tokens : issues;
        bytes += 4 * rows[column];
    }
    return bytes;
}

static bool reply_legal(const uint8_t *reply, uint64_t column_bytes) {
    bool fields = word_at(reply) == 0x80000002u && word_at(reply + 16) <= 7 &&
                  word_at(reply + 20) <= 3000000 && word_at(reply + 28) <= 2 &&
                  word_at(reply + 32) <= 31;
    bool empty = word_at(reply + 20) == 0 && word_at(reply + 24) == 0 && word_at(reply + 32) == 0;
    return fields && (word_at(reply + 16) == 0 || empty) &&
           word_at(reply + 12) == 20 + column_bytes;
}

static void check_reply(const uint8_t *bytes) {
    hlx_query_reply reply;
    uint8_t again[HLX_QUERY_REPLY_BYTES];
    uint64_t rows[HLX_COLUMN_COUNT];
    uint64_t column_bytes = columns_of(bytes, rows);
    bool good = hlx_query_decode_reply(bytes, &reply);
    fuzz_expect(good == reply_legal(bytes, column_bytes),
                "QRY-12: a reply is refused exactly when a field is out of range");
    if (!good) {
        return;
    }
    fuzz_expect(hlx_query_column_bytes(&reply) == column_bytes, "QRY-12: bytes of all columns");
    for (uint32_t column = 0; column < HLX_COLUMN_COUNT; column++) {
        fuzz_expect(hlx_query_rows(&reply, column) == rows[column], "QRY-14: rows of a column");
    }
    hlx_query_encode_reply(again, &reply);
    fuzz_expect(memcmp(again, bytes, sizeof again) == 0, "QRY-12: a reply encodes as it was");
}

/* Type and payload length made right, so that the other fields matter. */
static void complete_reply(uint8_t *bytes) {
    uint64_t rows[HLX_COLUMN_COUNT];
    hlx_store_u32(bytes, HLX_QUERY_REPLY);
    hlx_store_u32(bytes + 12, (uint32_t)(20 + columns_of(bytes, rows)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size, 0};
    uint8_t reply[HLX_QUERY_REPLY_BYTES];
    uint8_t split = fuzz_byte(&input);
    for (uint32_t i = 0; i < HLX_QUERY_REPLY_BYTES; i++) {
        reply[i] = fuzz_byte(&input);
    }
    check_reply(reply);
    complete_reply(reply);
    check_reply(reply);
    uint8_t *buffer = fuzz_new(fuzz_left(&input));
    for (size_t taken = 1; taken > 0; input.at += taken) {
        taken = check_frame(data + input.at, fuzz_left(&input), buffer, split);
    }
    free(buffer);
    return 0;
}
