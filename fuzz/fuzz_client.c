/* fuzz_client.c -- any client bytes, split anywhere, give the same requests.
 *
 *      byte 0      1 .. 17                         18 ...
 *      split       a reply, as it may come back    a stream of requests
 *
 * As fuzz_frame.c: three ways to split, rubbish where no byte has come yet, and an
 * expectation written here. spec: CLI-01, CLI-10 to CLI-12, CLI-20 to CLI-25 */
#include "client.h"

#include "fuzz_support.h"

#define WAYS 3u

static uint32_t word_at(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static hlx_client_status expected_status(const uint8_t *bytes, size_t size) {
    if (size < 4) {
        return HLX_CLIENT_NEED_MORE;
    }
    uint32_t length = word_at(bytes);
    if (length >= 0x80000000u) {
        return HLX_CLIENT_MALFORMED;
    }
    if (length > 2097152) {
        return HLX_CLIENT_TOO_LARGE;
    }
    return size - 4 < length ? HLX_CLIENT_NEED_MORE : HLX_CLIENT_COMPLETE;
}

static void check_decoder(const hlx_client_decoder *decoder) {
    fuzz_expect(decoder->received <= decoder->needed, "CLI-21: received is at most needed");
    fuzz_expect(decoder->needed <= 4 + HLX_MAX_DOCUMENT_BYTES, "CLI-24: what is needed is bounded");
    fuzz_expect((hlx_client_decoder_wanted(decoder) > 0) ==
                    (decoder->status == HLX_CLIENT_NEED_MORE),
                "CLI-21: bytes are wanted exactly while the request is incomplete");
}

/* `piece` 0: as many as are wanted at a time. */
static hlx_client_decoder decode(const uint8_t *bytes, size_t size, uint8_t *buffer,
                                 uint32_t piece) {
    hlx_client_decoder decoder;
    for (size_t i = 0; i < size; i++) {
        buffer[i] = (uint8_t)~bytes[i];
    }
    hlx_client_decoder_init(&decoder);
    for (;;) {
        check_decoder(&decoder);
        uint32_t received = decoder.received;
        uint32_t count = hlx_client_decoder_wanted(&decoder);
        count = count < size - received ? count : (uint32_t)(size - received);
        count = piece > 0 && piece < count ? piece : count;
        if (count == 0) {
            return decoder;
        }
        memcpy(buffer + received, bytes + received, count);
        hlx_client_status status = hlx_client_decoder_accept(&decoder, buffer, count);
        fuzz_expect(status == decoder.status, "CLI-22: accept returns the status");
        fuzz_expect(decoder.received == received + count, "CLI-22: each byte counts");
    }
}

/* Returns the bytes of the request, or 0 when the stream ends with it. */
static size_t check_request(const uint8_t *bytes, size_t size, uint8_t *buffer, uint8_t split) {
    const uint32_t pieces[WAYS] = {0, 1, 1 + split % 13u};
    hlx_client_decoder whole = decode(bytes, size, buffer, pieces[0]);
    for (uint32_t way = 1; way < WAYS; way++) {
        hlx_client_decoder pieced = decode(bytes, size, buffer, pieces[way]);
        fuzz_expect(memcmp(&whole, &pieced, sizeof whole) == 0,
                    "CLI-25: the outcome does not depend on the split");
    }
    fuzz_expect(whole.status == expected_status(bytes, size), "CLI-23 to CLI-25: the outcome");
    return whole.status == HLX_CLIENT_COMPLETE ? whole.received : 0;
}

static void check_reply(const uint8_t bytes[HLX_CLIENT_REPLY_BYTES]) {
    hlx_reply reply;
    uint8_t again[HLX_CLIENT_REPLY_BYTES];
    bool good = word_at(bytes) == 13 && word_at(bytes + 4) <= 6 && bytes[16] <= 2;
    fuzz_expect(hlx_client_decode_reply(bytes, &reply) == good,
                "CLI-12: a reply is refused exactly when a field is out of range");
    fuzz_expect(reply.status == word_at(bytes + 4) && reply.tokens == word_at(bytes + 8) &&
                    reply.issues == word_at(bytes + 12) && reply.origin == bytes[16],
                "CLI-12: the reply's fields");
    if (good) {
        hlx_client_encode_reply(again, &reply);
        fuzz_expect(memcmp(again, bytes, sizeof again) == 0, "CLI-12: a reply encodes as it was");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size, 0};
    uint8_t reply[HLX_CLIENT_REPLY_BYTES];
    uint8_t split = fuzz_byte(&input);
    for (uint32_t i = 0; i < HLX_CLIENT_REPLY_BYTES; i++) {
        reply[i] = fuzz_byte(&input);
    }
    check_reply(reply);
    uint8_t *buffer = fuzz_new(fuzz_left(&input));
    for (size_t taken = 1; taken > 0; input.at += taken) {
        taken = check_request(data + input.at, fuzz_left(&input), buffer, split);
    }
    free(buffer);
    return 0;
}
