/* test_query.c -- version 2 of the client protocol: its codec and its decoder.
 *
 * As test_client.c: references with shifts and the specification's own figures, the
 * examples of spec/query.md in hexadecimal, and guard pages behind every frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "query.h"
#include "test_support.h"

#define RANDOM_FRAMES 20000u
#define MAX_PAYLOAD 2097424u

static uint32_t word(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_word(uint8_t *bytes, uint32_t value) {
    for (uint32_t i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* ---- the decoder ---- */

/* QRY-23 and QRY-24, in the specification's own figures. */
static hlx_frame_status expected_status(uint32_t type, uint32_t length) {
    if (type == 0x80000001) {
        return length >= 12 && length <= MAX_PAYLOAD ? HLX_FRAME_COMPLETE : HLX_FRAME_BAD_LENGTH;
    }
    if (type == 0x80000003) {
        return length == 0 ? HLX_FRAME_COMPLETE : HLX_FRAME_BAD_LENGTH;
    }
    return HLX_FRAME_BAD_TYPE;
}

/* What the decoder must say after `received` of these bytes: a function of the bytes. */
static void check_after(const hlx_query_decoder *decoder, const uint8_t *frame, uint32_t received) {
    hlx_frame_status status = HLX_FRAME_NEED_MORE;
    uint32_t needed = 16;
    if (received >= 16) {
        status = expected_status(word(frame), word(frame + 12));
        needed += status == HLX_FRAME_COMPLETE ? word(frame + 12) : 0;
    }
    status = received < needed ? HLX_FRAME_NEED_MORE : status;
    assert_int_equal(decoder->received, received);
    assert_int_equal(decoder->needed, needed);
    assert_int_equal(decoder->status, status);
    assert_int_equal(hlx_query_decoder_wanted(decoder), needed - received);
}

/* Read as a stream would bring the bytes, at most `cut` first, then in pieces of at most
 * `piece`. Returns the bytes taken. */
static uint32_t read_frame(hlx_query_decoder *decoder, const uint8_t *bytes, uint32_t length,
                           uint32_t cut, uint32_t piece) {
    hlx_query_decoder_init(decoder);
    check_after(decoder, bytes, 0);
    while (hlx_query_decoder_wanted(decoder) > 0 && decoder->received < length) {
        uint32_t at = decoder->received;
        uint32_t wanted = hlx_query_decoder_wanted(decoder);
        uint32_t count = at < cut ? cut - at : piece;
        count = count < wanted ? count : wanted;
        count = count < length - at ? count : length - at;
        hlx_frame_status status = hlx_query_decoder_accept(decoder, bytes, count);
        assert_int_equal(status, decoder->status);
        check_after(decoder, bytes, at + count);
    }
    return decoder->received;
}

static void put_header(uint8_t *frame, uint32_t type, uint32_t length) {
    put_word(frame, type);
    put_word(frame + 4, 0x01020304);
    put_word(frame + 8, 0x05060708);
    put_word(frame + 12, length);
}

/* spec: QRY-20, QRY-21, QRY-22, QRY-25 */
static void every_split_of_small_frames(void **state) {
    (void)state;
    guarded memory = guarded_new(4096);
    for (uint32_t payload = 12; payload <= 48; payload++) {
        uint32_t length = 16 + payload;
        uint8_t *frame = guarded_last(&memory, length);
        memset(frame, 0xff, length);
        put_header(frame, 0x80000001, payload);
        for (uint32_t cut = 0; cut <= length; cut++) {
            for (uint32_t piece = 1; piece <= length; piece++) {
                hlx_query_decoder decoder;
                assert_int_equal(read_frame(&decoder, frame, length, cut, piece), length);
                assert_int_equal(decoder.status, HLX_FRAME_COMPLETE);
            }
        }
    }
    guarded_free(&memory);
}

/* Every type near the legal ones, every length near a bound: an error takes 16 bytes and
 * no more, whatever the split. spec: QRY-02, QRY-23, QRY-24, QRY-25 */
static void headers_at_every_bound(void **state) {
    static const uint32_t types[] = {0,          1,          3,          0x7fffffff, 0x80000000,
                                     0x80000001, 0x80000002, 0x80000003, 0x80000004, UINT32_MAX};
    static const uint32_t lengths[] = {
        0, 1, 11, 12, 13, MAX_PAYLOAD, MAX_PAYLOAD + 1, 0x80000000, UINT32_MAX};
    (void)state;
    guarded memory = guarded_new(16);
    uint8_t *frame = guarded_last(&memory, 16);
    for (uint32_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            put_header(frame, types[t], lengths[i]);
            assert_int_equal(hlx_query_begins(frame),
                             types[t] == 0x80000001 || types[t] == 0x80000003);
            for (uint32_t cut = 0; cut <= 16; cut++) {
                hlx_query_decoder decoder;
                assert_int_equal(read_frame(&decoder, frame, 16, cut, 16), 16);
            }
        }
    }
    guarded_free(&memory);
}

/* ---- requests ---- */

/* QRY-10, in its own words. */
static bool request_legal(const uint8_t *bytes) {
    uint32_t source = bytes[20];
    uint32_t length = word(bytes + 24);
    if (word(bytes + 16) > 31 || source > 2 || bytes[23] != 0 || length > 2097152 ||
        word(bytes + 12) != 12 + length + (source == 2 ? 260 : 0)) {
        return false;
    }
    return source == 1 ? bytes[21] <= 4 && bytes[22] <= 1 : bytes[21] == 0 && bytes[22] == 0;
}

static void check_request(const hlx_query_request *in) {
    uint8_t bytes[HLX_QUERY_BEGIN_BYTES];
    hlx_query_request out;
    memset(bytes, 0xff, sizeof bytes);
    hlx_query_encode_request(bytes, in);
    assert_int_equal(word(bytes), 0x80000001);
    assert_int_equal(word(bytes + 12), 12 + in->document_length + (in->source == 2 ? 260 : 0));
    assert_true(request_legal(bytes));
    assert_true(hlx_query_decode_request(bytes, &out));
    assert_int_equal(out.id, in->id);
    assert_int_equal(out.mask, in->mask);
    assert_int_equal(out.source, in->source);
    assert_int_equal(out.preset, in->preset);
    assert_int_equal(out.encoding, in->encoding);
    assert_int_equal(out.document_length, in->document_length);
}

/* All masks, sources, presets and encodings, lengths at the bounds. spec: QRY-10, QRY-14 */
static void requests_round_trip(void **state) {
    static const uint32_t lengths[] = {0, 1, 255, 65536, 2097151, 2097152};
    (void)state;
    for (uint32_t mask = 0; mask < 32; mask++) {
        for (uint32_t kind = 0; kind < 12; kind++) { /* ten presets, the service's, a block */
            for (uint32_t i = 0; i < 6; i++) {
                hlx_query_request request = {.id = UINT64_C(0xf0e1d2c3b4a59687) >> mask,
                                             .mask = mask,
                                             .source = kind < 10    ? 1
                                                       : kind == 10 ? 0
                                                                    : 2,
                                             .preset = kind < 10 ? (uint8_t)(kind % 5) : 0,
                                             .encoding = kind < 10 ? (uint8_t)(kind / 5) : 0,
                                             .document_length = lengths[i]};
                check_request(&request);
            }
        }
    }
}

/* Every value of every byte of a good request. spec: QRY-10 */
static void request_refusals(void **state) {
    (void)state;
    uint32_t refused = 0;
    for (uint8_t source = 0; source < 3; source++) {
        for (uint32_t place = 12; place < HLX_QUERY_BEGIN_BYTES; place++) {
            for (uint32_t value = 0; value < 256; value++) {
                uint8_t bytes[HLX_QUERY_BEGIN_BYTES];
                hlx_query_request request = {.source = source, .document_length = 700};
                hlx_query_encode_request(bytes, &request);
                bytes[place] = (uint8_t)value;
                assert_int_equal(hlx_query_decode_request(bytes, &request), request_legal(bytes));
                refused += !request_legal(bytes);
            }
        }
    }
    assert_true(refused > 3000);
}

/* ---- replies ---- */

/* QRY-12, in its own words. */
static uint64_t expected_column_bytes(uint32_t tokens, uint32_t issues, uint32_t mask) {
    uint64_t rows = issues < 65536 ? issues : 65536;
    uint64_t token_columns = (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1);
    uint64_t issue_columns = (mask >> 3 & 1) + (mask >> 4 & 1);
    return 4 * (tokens * token_columns + rows * issue_columns);
}

static bool reply_legal(const uint8_t *bytes) {
    uint32_t status = word(bytes + 16);
    uint32_t tokens = word(bytes + 20);
    uint32_t issues = word(bytes + 24);
    uint32_t mask = word(bytes + 32);
    return word(bytes) == 0x80000002 && status <= 7 && tokens <= 3000000 && word(bytes + 28) <= 2 &&
           mask <= 31 && (status == 0 || (tokens == 0 && issues == 0 && mask == 0)) &&
           word(bytes + 12) == 20 + expected_column_bytes(tokens, issues, mask);
}

static void check_reply(const hlx_query_reply *in) {
    uint8_t bytes[HLX_QUERY_REPLY_BYTES];
    hlx_query_reply out;
    memset(bytes, 0xff, sizeof bytes);
    hlx_query_encode_reply(bytes, in);
    assert_true(reply_legal(bytes));
    assert_true(hlx_query_decode_reply(bytes, &out));
    assert_int_equal(out.id, in->id);
    assert_int_equal(out.status, in->status);
    assert_int_equal(out.tokens, in->tokens);
    assert_int_equal(out.issues, in->issues);
    assert_int_equal(out.origin, in->origin);
    assert_int_equal(out.mask, in->mask);
    uint32_t rows = 0;
    for (uint32_t column = 0; column < HLX_COLUMN_COUNT; column++) {
        uint32_t expected = column < 3 ? in->tokens : in->issues < 65536 ? in->issues : 65536;
        expected = (in->mask >> column & 1) != 0 ? expected : 0;
        assert_int_equal(hlx_query_rows(in, column), expected);
        rows += expected;
    }
    assert_int_equal(hlx_query_column_bytes(in), rows * 4);
}

/* spec: QRY-11, QRY-12, QRY-14 */
static void replies_round_trip(void **state) {
    static const uint32_t counts[] = {0, 1, 255, 65535, 65536, 65537, 2999999, 3000000};
    (void)state;
    for (uint32_t mask = 0; mask < 32; mask++) {
        for (uint32_t t = 0; t < 8; t++) {
            for (uint32_t i = 0; i < 8; i++) {
                check_reply(&(hlx_query_reply){.id = UINT64_MAX - mask,
                                               .tokens = counts[t],
                                               .issues = counts[i] * 1400u,
                                               .origin = mask % 3,
                                               .mask = mask});
            }
        }
    }
    for (uint32_t status = 1; status <= 7; status++) {
        check_reply(&(hlx_query_reply){.id = status, .status = status});
    }
}

/* Every value of every byte of a good reply. spec: QRY-11, QRY-12 */
static void reply_refusals(void **state) {
    (void)state;
    uint32_t accepted = 0;
    for (uint32_t place = 0; place < HLX_QUERY_REPLY_BYTES; place++) {
        for (uint32_t value = 0; value < 256; value++) {
            uint8_t bytes[HLX_QUERY_REPLY_BYTES];
            hlx_query_reply reply = {.id = 5, .tokens = 9, .issues = 70000, .mask = 13};
            hlx_query_encode_reply(bytes, &reply);
            bytes[place] = (uint8_t)value;
            assert_int_equal(hlx_query_decode_reply(bytes, &reply), reply_legal(bytes));
            accepted += reply_legal(bytes);
        }
    }
    assert_true(accepted > 8 * 256);
}

/* Whole random prefixes against the specification's words. spec: QRY-10, QRY-12, QRY-25 */
static void random_frames(void **state) {
    (void)state;
    random_source source = random_from_environment("random_frames");
    guarded memory = guarded_new(HLX_QUERY_REPLY_BYTES);
    uint32_t legal = 0;
    for (uint32_t i = 0; i < RANDOM_FRAMES; i++) {
        uint8_t *bytes = guarded_last(&memory, HLX_QUERY_REPLY_BYTES);
        for (uint32_t k = 0; k < HLX_QUERY_REPLY_BYTES; k++) {
            bytes[k] = (uint8_t)(random_below(&source, 3) == 0 ? random_below(&source, 4) : 0);
        }
        bytes[0] |= 0x80;
        hlx_query_decoder decoder;
        (void)read_frame(&decoder, bytes, HLX_QUERY_REPLY_BYTES, random_below(&source, 17),
                         1 + random_below(&source, 9));
        hlx_query_request request;
        hlx_query_reply reply;
        assert_int_equal(hlx_query_decode_request(bytes, &request), request_legal(bytes));
        assert_int_equal(hlx_query_decode_reply(bytes, &reply), reply_legal(bytes));
        put_word(bytes + 12, 12 + word(bytes + 24) + (bytes[20] == 2 ? 260 : 0));
        assert_int_equal(hlx_query_decode_request(bytes, &request), request_legal(bytes));
        legal += request_legal(bytes);
    }
    printf("random_frames: %u of %u were made legal requests\n", legal, RANDOM_FRAMES);
    assert_true(legal > 0);
    guarded_free(&memory);
}

/* spec: QRY-01, QRY-02, QRY-10 to QRY-14 */
static void examples_of_the_specification(void **state) {
    static const uint8_t request[] = {0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0,  0,  0,  0x0f,
                                      0,    0, 0, 5, 1, 0, 1, 0, 0, 0, 0, 3, 92, 97, 125};
    static const uint8_t reply[] = {0x80, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0x2c, 0, 0,
                                    0,    0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0,    0, 5};
    static const uint8_t cancel[] = {0x80, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0};
    static const uint8_t cancelled[] = {0x80, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0x14, 0, 0,
                                        0,    7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 0};
    (void)state;
    uint8_t bytes[HLX_QUERY_REPLY_BYTES];
    hlx_query_encode_request(bytes, &(hlx_query_request){7, 5, 1, 0, 1, 3});
    assert_memory_equal(bytes, request, HLX_QUERY_BEGIN_BYTES);
    hlx_query_encode_reply(bytes, &(hlx_query_reply){7, HLX_REPLY_OK, 3, 1, 1, 5});
    assert_memory_equal(bytes, reply, sizeof reply);
    hlx_query_encode_cancel(bytes, 7);
    assert_memory_equal(bytes, cancel, sizeof cancel);
    hlx_query_encode_reply(bytes, &(hlx_query_reply){.id = 7, .status = HLX_QUERY_CANCELLED});
    assert_memory_equal(bytes, cancelled, sizeof cancelled);
    hlx_query_decoder decoder;
    assert_int_equal(read_frame(&decoder, request, sizeof request, 0, 31), sizeof request);
    assert_int_equal(decoder.status, HLX_FRAME_COMPLETE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_of_small_frames),
        cmocka_unit_test(headers_at_every_bound),
        cmocka_unit_test(requests_round_trip),
        cmocka_unit_test(request_refusals),
        cmocka_unit_test(replies_round_trip),
        cmocka_unit_test(reply_refusals),
        cmocka_unit_test(random_frames),
        cmocka_unit_test(examples_of_the_specification),
    };
    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
