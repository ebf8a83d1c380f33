/* test_client.c -- the client protocol's codec and its incremental decoder.
 *
 * As test_frame.c: a reference with shifts and the specification's own figures, the
 * examples of spec/client.md in hexadecimal, and guard pages behind every request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "client.h"
#include "test_support.h"

#define RANDOM_REQUESTS 100000u
#define SMALL_DOCUMENT_BYTES 96u

static uint32_t word(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_word(uint8_t *bytes, uint32_t value) {
    for (uint32_t i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* CLI-23 to CLI-25 for a length word, in the specification's own figures. */
static hlx_client_status expected_status(uint32_t length) {
    if (length >> 31 == 1) {
        return HLX_CLIENT_MALFORMED;
    }
    return length > 2097152 ? HLX_CLIENT_TOO_LARGE : HLX_CLIENT_COMPLETE;
}

/* ---- requests ---- */

static void check_state(const hlx_client_decoder *decoder, uint32_t received, uint32_t needed,
                        hlx_client_status status) {
    assert_int_equal(decoder->received, received);
    assert_int_equal(decoder->needed, needed);
    assert_int_equal(decoder->status, status);
    assert_int_equal(hlx_client_decoder_wanted(decoder), needed - received);
    assert_int_equal(status == HLX_CLIENT_NEED_MORE, received < needed);
}

/* What the decoder must say after `received` of these bytes: a function of the bytes. */
static void check_after(const hlx_client_decoder *decoder, const uint8_t *request,
                        uint32_t received) {
    if (received < 4) {
        check_state(decoder, received, 4, HLX_CLIENT_NEED_MORE);
        return;
    }
    hlx_client_status status = expected_status(word(request));
    uint32_t needed = 4 + (status == HLX_CLIENT_COMPLETE ? word(request) : 0);
    if (received < needed) {
        status = HLX_CLIENT_NEED_MORE;
    }
    check_state(decoder, received, needed, status);
}

/* Read `length` bytes as a stream would bring them, at most `cut` first, then in pieces
 * of at most `piece`. Returns the bytes taken. */
static uint32_t read_request(hlx_client_decoder *decoder, const uint8_t *bytes, uint32_t length,
                             uint32_t cut, uint32_t piece) {
    hlx_client_decoder_init(decoder);
    check_state(decoder, 0, HLX_CLIENT_HEADER_BYTES, HLX_CLIENT_NEED_MORE);
    while (hlx_client_decoder_wanted(decoder) > 0 && decoder->received < length) {
        uint32_t at = decoder->received;
        uint32_t count = at < cut ? cut - at : piece;
        uint32_t wanted = hlx_client_decoder_wanted(decoder);
        count = count < wanted ? count : wanted;
        count = count < length - at ? count : length - at;
        hlx_client_status status = hlx_client_decoder_accept(decoder, bytes, count);
        assert_int_equal(status, decoder->status);
        assert_int_equal(decoder->received, at + count);
        check_after(decoder, bytes, at + count);
    }
    return decoder->received;
}

/* spec: CLI-01, CLI-20 to CLI-22, CLI-25 */
static void every_split_of_small_requests(void **state) {
    (void)state;
    guarded memory = guarded_new(4096);
    uint32_t splits = 0;
    for (uint32_t document = 0; document <= 64; document++) {
        uint32_t length = 4 + document;
        uint8_t *request = guarded_last(&memory, length);
        memset(request, 0xff, length);
        put_word(request, document);
        for (uint32_t cut = 0; cut <= length; cut++) {
            for (uint32_t piece = 1; piece <= length; piece++) {
                hlx_client_decoder decoder;
                assert_int_equal(read_request(&decoder, request, length, cut, piece), length);
                assert_int_equal(decoder.status, HLX_CLIENT_COMPLETE);
                splits++;
            }
        }
    }
    printf("every_split_of_small_requests: %u splits\n", splits);
    guarded_free(&memory);
}

/* Bytes of a next request are never taken. spec: CLI-21 */
static void next_request_is_left_alone(void **state) {
    static const uint8_t stream[] = {0, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};
    static const uint32_t lengths[] = {4, 7, 5};
    (void)state;
    for (uint32_t piece = 1; piece <= sizeof stream; piece++) {
        uint32_t at = 0;
        for (uint32_t i = 0; i < 3; i++) {
            hlx_client_decoder decoder;
            uint32_t rest = (uint32_t)sizeof stream - at;
            assert_int_equal(read_request(&decoder, stream + at, rest, 0, piece), lengths[i]);
            assert_int_equal(decoder.status, HLX_CLIENT_COMPLETE);
            at += lengths[i];
        }
    }
}

/* A refusal takes 4 bytes and no more, whatever the split. spec: CLI-23, CLI-24, CLI-25 */
static void check_length_word(uint8_t *request, uint32_t length) {
    put_word(request, length);
    for (uint32_t cut = 0; cut <= 4; cut++) {
        for (uint32_t piece = 1; piece <= 4; piece++) {
            hlx_client_decoder decoder;
            assert_int_equal(read_request(&decoder, request, 4, cut, piece), 4);
            check_after(&decoder, request, 4);
        }
    }
}

/* The bounds, and 0x01, 0x7f, 0x80 and 0xff at every byte. spec: CLI-23, CLI-24 */
static void length_word_at_every_bound(void **state) {
    static const uint32_t bounds[] = {0,          1,          2097151,    2097152,    2097153,
                                      0x7fffffff, 0x80000000, 0x80000001, 0x80200000, UINT32_MAX};
    static const uint32_t bytes[] = {0x01, 0x7f, 0x80, 0xff};
    (void)state;
    guarded memory = guarded_new(4);
    uint8_t *request = guarded_last(&memory, 4);
    for (uint32_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        check_length_word(request, bounds[i]);
    }
    for (uint32_t place = 0; place < 4; place++) {
        for (uint32_t i = 0; i < 4; i++) {
            check_length_word(request, bytes[i] << 8 * place);
            check_length_word(request, ~(bytes[i] << 8 * place));
        }
    }
    guarded_free(&memory);
}

/* spec: CLI-24, CLI-25 */
static void largest_request(void **state) {
    static const uint32_t cuts[] = {1, 3, 4, 5, 65536, 2097152, 2097155};
    (void)state;
    const uint32_t length = 4 + HLX_MAX_DOCUMENT_BYTES;
    guarded memory = guarded_new(length);
    uint8_t *request = guarded_last(&memory, length);
    put_word(request, HLX_MAX_DOCUMENT_BYTES);
    for (uint32_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        hlx_client_decoder decoder;
        assert_int_equal(read_request(&decoder, request, length, cuts[i], length), length);
        assert_int_equal(decoder.status, HLX_CLIENT_COMPLETE);
    }
    guarded_free(&memory);
}

/* Random requests, good and bad, cut at every byte of the length word and at random places
 * behind; the state is compared at every step. spec: CLI-20 to CLI-25 */
static void random_requests(void **state) {
    (void)state;
    random_source source = random_from_environment("random_requests");
    guarded memory = guarded_new(4096);
    uint32_t outcomes[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < RANDOM_REQUESTS; i++) {
        uint32_t document = random_below(&source, SMALL_DOCUMENT_BYTES);
        uint32_t length = 4 + document;
        uint8_t *request = guarded_last(&memory, length);
        for (uint32_t k = 0; k < length; k++) {
            request[k] = (uint8_t)random_next(&source);
        }
        bool any = random_below(&source, 4) == 0;
        put_word(request, any ? (uint32_t)(random_next(&source) >> 32) >> random_below(&source, 32)
                              : document);
        hlx_client_decoder decoder;
        for (uint32_t cut = 0; cut <= 4; cut++) {
            read_request(&decoder, request, length, cut, 1 + random_below(&source, length));
        }
        outcomes[decoder.status]++;
    }
    printf("random_requests: %u requests: %u complete, %u too large, %u malformed, %u cut short\n",
           RANDOM_REQUESTS, outcomes[HLX_CLIENT_COMPLETE], outcomes[HLX_CLIENT_TOO_LARGE],
           outcomes[HLX_CLIENT_MALFORMED], outcomes[HLX_CLIENT_NEED_MORE]);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(outcomes[i] > 0);
    }
    guarded_free(&memory);
}

/* ---- replies ---- */

static void check_reply(uint32_t status, uint32_t tokens, uint32_t issues, uint32_t origin) {
    const hlx_reply in = {status, tokens, issues, origin};
    hlx_reply out;
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    hlx_client_encode_reply(bytes, &in);
    assert_int_equal(word(bytes), 13);
    assert_int_equal(word(bytes + 4), status);
    assert_int_equal(word(bytes + 8), tokens);
    assert_int_equal(word(bytes + 12), issues);
    assert_int_equal(bytes[16], origin);
    assert_true(hlx_client_decode_reply(bytes, &out));
    assert_memory_equal(&out, &in, sizeof out);
}

/* Every status and origin, counts with 0x01, 0x7f, 0x80 and 0xff at every byte.
 * spec: CLI-10 to CLI-12 */
static void reply_at_every_byte_boundary(void **state) {
    static const uint32_t bytes[] = {0x01, 0x7f, 0x80, 0xff};
    (void)state;
    assert_int_equal(HLX_REPLY_STATUS_COUNT, 7);
    for (uint32_t status = 0; status < 7; status++) {
        for (uint32_t origin = 0; origin < 3; origin++) {
            for (uint32_t place = 0; place < 4; place++) {
                for (uint32_t i = 0; i < 4; i++) {
                    uint32_t value = bytes[i] << 8 * place;
                    check_reply(status, value, ~value, origin);
                    check_reply(status, ~value, value, origin);
                }
            }
        }
    }
}

/* Every bit of the length word, the status and the origin flipped: accepted only when what
 * is left is legal. spec: CLI-10 to CLI-12 */
static void reply_refusals(void **state) {
    (void)state;
    for (uint32_t place = 0; place < HLX_CLIENT_REPLY_BYTES; place++) {
        for (uint32_t value = 0; value < 256; value++) {
            uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
            hlx_reply reply;
            hlx_client_encode_reply(bytes, &(hlx_reply){HLX_REPLY_MALFORMED, 5, 6, 1});
            bytes[place] = (uint8_t)value;
            bool legal = word(bytes) == 13 && word(bytes + 4) <= 6 && bytes[16] <= 2;
            assert_int_equal(hlx_client_decode_reply(bytes, &reply), legal);
        }
    }
}

/* spec: CLI-01, CLI-10 to CLI-12 */
static void examples_of_the_specification(void **state) {
    static const uint8_t ok[] = {0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 2};
    static const uint8_t too_large[] = {0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t malformed[] = {0, 0, 0, 13, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t request[] = {0, 0, 0, 3, '\\', 'a', '}'};
    (void)state;
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    hlx_client_encode_reply(bytes, &(hlx_reply){HLX_REPLY_OK, 3, 1, HLX_ORIGIN_HEDGE});
    assert_memory_equal(bytes, ok, sizeof ok);
    hlx_client_encode_reply(bytes, &(hlx_reply){HLX_REPLY_TOO_LARGE, 0, 0, HLX_ORIGIN_NONE});
    assert_memory_equal(bytes, too_large, sizeof too_large);
    hlx_client_encode_reply(bytes, &(hlx_reply){HLX_REPLY_MALFORMED, 0, 0, HLX_ORIGIN_NONE});
    assert_memory_equal(bytes, malformed, sizeof malformed);
    hlx_client_decoder decoder;
    assert_int_equal(read_request(&decoder, request, sizeof request, 0, 7), 7);
    assert_int_equal(decoder.status, HLX_CLIENT_COMPLETE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_of_small_requests),
        cmocka_unit_test(next_request_is_left_alone),
        cmocka_unit_test(length_word_at_every_bound),
        cmocka_unit_test(largest_request),
        cmocka_unit_test(random_requests),
        cmocka_unit_test(reply_at_every_byte_boundary),
        cmocka_unit_test(reply_refusals),
        cmocka_unit_test(examples_of_the_specification),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
