/* test_frame.c -- the frame codec and its incremental decoder.
 *
 * The reference is a table of what the specification says, written with shifts and
 * comparisons of its own: `expected_status` judges 16 bytes, `hex` spells the examples
 * of spec/frame.md. Frames stand directly before a guard page, so a byte read or
 * written behind them ends the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frame.h"
#include "test_support.h"

#define RANDOM_FRAMES 100000u
#define SMALL_DOCUMENT_BYTES 48u

static uint32_t hex_digit(char digit) {
    return (uint32_t)(strchr("0123456789abcdef", digit) - "0123456789abcdef");
}

/* The bytes that `text` spells, blanks aside; returns their number. */
static uint32_t hex(const char *text, uint8_t *bytes) {
    uint32_t count = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at != ' ') {
            bytes[count++] = (uint8_t)(hex_digit(at[0]) * 16 + hex_digit(at[1]));
            at++;
        }
    }
    return count;
}

static uint32_t word(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* FRM-23 and FRM-24, in the specification's own figures. */
static hlx_frame_status expected_status(const uint8_t *header) {
    uint32_t type = word(header);
    uint32_t length = word(header + 12);
    bool allowed = (type == 1 && length >= 4 && length <= 2097416) || (type == 2 && length == 20) ||
                   (type == 3 && length == 0);
    if (type == 0 || type > 3) {
        return HLX_FRAME_BAD_TYPE;
    }
    return allowed ? HLX_FRAME_COMPLETE : HLX_FRAME_BAD_LENGTH;
}

/* ---- headers ---- */

static void check_header(uint32_t type, uint64_t request_id, uint32_t payload_length) {
    const hlx_frame_header in = {type, request_id, payload_length};
    hlx_frame_header out;
    uint8_t bytes[HLX_FRAME_HEADER_BYTES];
    hlx_frame_encode_header(bytes, &in);
    assert_int_equal(word(bytes), type);
    assert_int_equal((uint64_t)word(bytes + 4) << 32 | word(bytes + 8), request_id);
    assert_int_equal(word(bytes + 12), payload_length);
    assert_int_equal(hlx_frame_decode_header(bytes, &out), expected_status(bytes));
    assert_int_equal(out.type, type);
    assert_int_equal(out.request_id, request_id);
    assert_int_equal(out.payload_length, payload_length);
}

/* Values with 0x7f, 0x80 or 0xff at each byte, where an encoder that keeps sevens of
 * bits or signs of bytes fails. spec: FRM-01, FRM-02, FRM-23, FRM-24 */
static void header_at_every_byte_boundary(void **state) {
    static const uint64_t bytes[] = {0x01, 0x7f, 0x80, 0xff};
    (void)state;
    for (uint32_t place = 0; place < 8; place++) {
        for (uint32_t i = 0; i < 4; i++) {
            uint64_t one = bytes[i] << 8 * place;
            uint64_t upward = bytes[i] * (UINT64_MAX / 255 << 8 * place >> 8 * place);
            for (uint32_t type = 0; type < 5; type++) {
                check_header(type, one, (uint32_t)one);
                check_header(type, upward, (uint32_t)(upward >> 8 * (place % 4)));
                check_header(type, ~one, (uint32_t)~one);
            }
            check_header((uint32_t)one, upward, 20);
            check_header((uint32_t)(one >> 32), upward, 0);
        }
    }
}

/* Every type's bounds and their neighbours; the 32-bit ends. spec: FRM-23, FRM-24 */
static void header_at_every_bound(void **state) {
    static const uint32_t lengths[] = {0,          1,          3,          4,          5,
                                       19,         20,         21,         2097152,    2097155,
                                       2097156,    2097415,    2097416,    2097417,    0x7fffffff,
                                       0x80000000, 0x80000004, 0xffffffff, 0xfffffff0, 0x14000000};
    static const uint32_t types[] = {0, 1, 2, 3, 4, 0x100, 0x01000000, 0x80000001, UINT32_MAX};
    (void)state;
    assert_int_equal(HLX_FRAME_MAX_PAYLOAD_BYTES, 2097416);
    for (uint32_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (uint32_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            check_header(types[i], 1, lengths[k]);
        }
    }
}

/* ---- the decoder ---- */

static void check_state(const hlx_frame_decoder *decoder, uint32_t received, uint32_t needed,
                        hlx_frame_status status) {
    assert_int_equal(decoder->received, received);
    assert_int_equal(decoder->needed, needed);
    assert_int_equal(decoder->status, status);
    assert_int_equal(hlx_frame_decoder_wanted(decoder), needed - received);
    assert_int_equal(status == HLX_FRAME_NEED_MORE, received < needed);
}

/* What the decoder must say after `received` of these bytes: a function of the bytes. */
static void check_after(const hlx_frame_decoder *decoder, const uint8_t *frame, uint32_t received) {
    if (received < HLX_FRAME_HEADER_BYTES) {
        check_state(decoder, received, HLX_FRAME_HEADER_BYTES, HLX_FRAME_NEED_MORE);
        return;
    }
    hlx_frame_status status = expected_status(frame);
    uint32_t needed = 16 + (status == HLX_FRAME_COMPLETE ? word(frame + 12) : 0);
    if (received < needed) {
        status = HLX_FRAME_NEED_MORE;
    }
    check_state(decoder, received, needed, status);
}

/* Read `length` bytes as a stream would bring them, at most `cut` first, then in pieces
 * of at most `piece`. Returns the bytes taken. */
static uint32_t read_frame(hlx_frame_decoder *decoder, const uint8_t *bytes, uint32_t length,
                           uint32_t cut, uint32_t piece) {
    hlx_frame_decoder_init(decoder);
    check_state(decoder, 0, HLX_FRAME_HEADER_BYTES, HLX_FRAME_NEED_MORE);
    while (hlx_frame_decoder_wanted(decoder) > 0 && decoder->received < length) {
        uint32_t at = decoder->received;
        uint32_t count = at < cut ? cut - at : piece;
        uint32_t wanted = hlx_frame_decoder_wanted(decoder);
        count = count < wanted ? count : wanted;
        count = count < length - at ? count : length - at;
        hlx_frame_status status = hlx_frame_decoder_accept(decoder, bytes, count);
        assert_int_equal(status, decoder->status);
        assert_int_equal(decoder->received, at + count);
        check_after(decoder, bytes, at + count);
    }
    return decoder->received;
}

static void encode(uint8_t *bytes, uint32_t type, uint64_t request_id, uint32_t payload_length) {
    const hlx_frame_header header = {type, request_id, payload_length};
    hlx_frame_encode_header(bytes, &header);
}

/* spec: FRM-20 to FRM-22, FRM-25 */
static void every_split_of_small_frames(void **state) {
    static const struct {
        uint32_t type, length;
    } kinds[] = {{1, 4}, {1, 5}, {1, 4 + SMALL_DOCUMENT_BYTES}, {1, 264}, {2, 20}, {3, 0}};
    (void)state;
    guarded memory = guarded_new(4096);
    uint32_t splits = 0;
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint32_t length = 16 + kinds[i].length;
        uint8_t *frame = guarded_last(&memory, length);
        memset(frame, 0xc3, length);
        encode(frame, kinds[i].type, 0x8001020304050607u + i, kinds[i].length);
        for (uint32_t cut = 0; cut <= length; cut++) {
            for (uint32_t piece = 1; piece <= length; piece++) {
                hlx_frame_decoder decoder;
                assert_int_equal(read_frame(&decoder, frame, length, cut, piece), length);
                assert_int_equal(decoder.status, HLX_FRAME_COMPLETE);
                splits++;
            }
        }
    }
    printf("every_split_of_small_frames: %u splits\n", splits);
    guarded_free(&memory);
}

/* Bytes of a next frame are never taken. spec: FRM-21 */
static void next_frame_is_left_alone(void **state) {
    (void)state;
    uint8_t stream[3 * 16 + 20];
    encode(stream, HLX_FRAME_CANCEL, 1, 0);
    encode(stream + 16, HLX_FRAME_RESPONSE, 2, 20);
    memset(stream + 32, 0, 20);
    encode(stream + 52, HLX_FRAME_CANCEL, 3, 0);
    for (uint32_t piece = 1; piece <= sizeof stream; piece++) {
        static const uint32_t lengths[] = {16, 36, 16};
        uint32_t at = 0;
        for (uint32_t i = 0; i < 3; i++) {
            hlx_frame_decoder decoder;
            uint32_t rest = (uint32_t)sizeof stream - at;
            assert_int_equal(read_frame(&decoder, stream + at, rest, 0, piece), lengths[i]);
            assert_int_equal(decoder.status, HLX_FRAME_COMPLETE);
            at += lengths[i];
        }
    }
}

/* An error takes 16 bytes and no more, whatever the split. spec: FRM-23, FRM-24, FRM-26 */
static void errors_are_final(void **state) {
    static const struct {
        uint32_t type, length;
        hlx_frame_status status;
    } kinds[] = {{0, 0, HLX_FRAME_BAD_TYPE},
                 {4, 20, HLX_FRAME_BAD_TYPE},
                 {0x80000001, 4, HLX_FRAME_BAD_TYPE},
                 {UINT32_MAX, UINT32_MAX, HLX_FRAME_BAD_TYPE},
                 {1, 3, HLX_FRAME_BAD_LENGTH},
                 {1, 2097417, HLX_FRAME_BAD_LENGTH},
                 {1, UINT32_MAX, HLX_FRAME_BAD_LENGTH},
                 {2, 0, HLX_FRAME_BAD_LENGTH},
                 {2, 21, HLX_FRAME_BAD_LENGTH},
                 {3, 1, HLX_FRAME_BAD_LENGTH}};
    (void)state;
    guarded memory = guarded_new(64);
    uint8_t *frame = guarded_last(&memory, 16);
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        encode(frame, kinds[i].type, i, kinds[i].length);
        for (uint32_t cut = 0; cut <= 16; cut++) {
            for (uint32_t piece = 1; piece <= 16; piece++) {
                hlx_frame_decoder decoder;
                assert_int_equal(read_frame(&decoder, frame, 1000, cut, piece), 16);
                assert_int_equal(decoder.status, kinds[i].status);
                assert_int_equal(hlx_frame_decoder_wanted(&decoder), 0);
            }
        }
    }
    guarded_free(&memory);
}

/* The largest request, read in two pieces cut near every bound. spec: FRM-24, FRM-25 */
static void largest_request(void **state) {
    static const uint32_t cuts[] = {1, 15, 16, 17, 20, 65536, 2097152, 2097431};
    (void)state;
    guarded memory = guarded_new(HLX_FRAME_MAX_BYTES);
    uint8_t *frame = guarded_last(&memory, HLX_FRAME_MAX_BYTES);
    encode(frame, HLX_FRAME_REQUEST, 7, HLX_FRAME_MAX_PAYLOAD_BYTES);
    for (uint32_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        hlx_frame_decoder decoder;
        uint32_t taken =
            read_frame(&decoder, frame, HLX_FRAME_MAX_BYTES, cuts[i], HLX_FRAME_MAX_BYTES);
        assert_int_equal(taken, 2097432);
        assert_int_equal(decoder.status, HLX_FRAME_COMPLETE);
    }
    guarded_free(&memory);
}

/* ---- payloads ---- */

/* spec: FRM-11 */
static void check_summary(const hlx_summary *in) {
    uint8_t bytes[HLX_FRAME_RESPONSE_BYTES];
    hlx_summary out;
    hlx_frame_encode_summary(bytes, in);
    hlx_frame_decode_summary(bytes, &out);
    assert_int_equal(word(bytes), in->status);
    assert_int_equal(word(bytes + 16), in->major);
    assert_memory_equal(&out, in, sizeof out);
}

/* spec: FRM-11 */
static void summary_at_every_byte_boundary(void **state) {
    static const uint32_t bytes[] = {0x01, 0x7f, 0x80, 0xff};
    (void)state;
    for (uint32_t place = 0; place < 4; place++) {
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t value = bytes[i] << 8 * place;
            for (uint32_t field = 0; field < 5; field++) {
                uint32_t values[5] = {~value, ~value, ~value, ~value, ~value};
                values[field] = value;
                check_summary(
                    &(hlx_summary){values[0], values[1], values[2], values[3], values[4]});
            }
        }
    }
}

static hlx_regime random_regime(random_source *source) {
    hlx_regime regime;
    memset(&regime, 0, sizeof regime);
    for (uint32_t i = 0; i < 256; i++) {
        regime.category[i] = (uint8_t)random_below(source, 16);
    }
    regime.encoding = (uint8_t)random_below(source, 2);
    regime.unicode_letters = (uint8_t)random_below(source, 2);
    regime.end_of_line_char = (int16_t)((int32_t)random_below(source, 257) - 1);
    return regime;
}

/* Encode, decode, and compare what is accepted with `valid`. */
static void check_options(const hlx_regime *in, bool valid) {
    uint8_t bytes[HLX_FRAME_OPTIONS_BYTES];
    hlx_regime out;
    memset(&out, 0, sizeof out);
    hlx_frame_encode_options(bytes, in);
    assert_int_equal(hlx_frame_decode_options(bytes, &out), valid);
    assert_memory_equal(out.category, in->category, 256);
    assert_memory_equal(bytes + 4, in->category, 256);
    assert_int_equal(out.encoding, in->encoding);
    assert_int_equal(out.unicode_letters, in->unicode_letters);
    assert_int_equal(out.end_of_line_char, in->end_of_line_char);
}

/* Each field through all its values, the illegal ones too. spec: FRM-12 */
static void options_through_every_value(void **state) {
    (void)state;
    random_source source = random_from_environment("options_through_every_value");
    hlx_regime regime = random_regime(&source);
    for (int32_t value = INT16_MIN; value <= INT16_MAX; value++) {
        regime.end_of_line_char = (int16_t)value;
        check_options(&regime, value >= -1 && value <= 255);
    }
    regime.end_of_line_char = 13;
    for (uint32_t value = 0; value < 256; value++) {
        regime.encoding = (uint8_t)value;
        check_options(&regime, value <= 1);
        regime.encoding = 0;
        regime.unicode_letters = (uint8_t)value;
        check_options(&regime, value <= 1);
        regime.unicode_letters = 1;
        for (uint32_t character = 0; character < 256; character++) {
            uint8_t before = regime.category[character];
            regime.category[character] = (uint8_t)value;
            check_options(&regime, value <= 15);
            regime.category[character] = before;
        }
    }
}

/* Around each way to be wrong; four bytes are read at most. spec: FRM-10 */
static void request_payload_lengths(void **state) {
    static const uint32_t documents[] = {0, 1, 255, 256, 257, 260, 261, 2097151, 2097152};
    static const int32_t extra[] = {-5, -4, -1, 0, 1, 259, 260, 261, 520};
    (void)state;
    guarded memory = guarded_new(4);
    uint8_t *payload = guarded_last(&memory, 4);
    for (uint32_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        hex("00000000", payload);
        payload[1] = (uint8_t)(documents[i] >> 16);
        payload[2] = (uint8_t)(documents[i] >> 8);
        payload[3] = (uint8_t)documents[i];
        for (uint32_t k = 0; k < sizeof extra / sizeof extra[0]; k++) {
            hlx_request_view view;
            int32_t length = 4 + (int32_t)documents[i] + extra[k];
            if (length < 0) {
                continue;
            }
            bool good = hlx_frame_decode_request(payload, (uint32_t)length, &view);
            assert_int_equal(good, extra[k] == 0 || extra[k] == 260);
            if (good) {
                assert_int_equal(view.document_offset, 4);
                assert_int_equal(view.document_length, documents[i]);
                assert_int_equal(view.has_options, extra[k] == 260);
                assert_int_equal(view.options_offset, 4 + documents[i]);
            }
        }
    }
    guarded_free(&memory);
}

/* Lengths that must not be believed, and payloads too short to have one. spec: FRM-10 */
static void request_payload_refusals(void **state) {
    static const uint32_t documents[] = {2097153,    2097412,    0x01000000, 0x7fffffff,
                                         0x80000000, 0xfffffffb, 0xfffffffc, UINT32_MAX};
    (void)state;
    hlx_request_view view;
    guarded memory = guarded_new(4);
    uint8_t *payload = guarded_last(&memory, 4);
    for (uint32_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        for (uint32_t k = 0; k < 4; k++) {
            payload[k] = (uint8_t)(documents[i] >> (24 - 8 * k));
        }
        assert_false(hlx_frame_decode_request(payload, 4 + documents[i], &view));
        assert_false(hlx_frame_decode_request(payload, 264 + documents[i], &view));
        assert_false(hlx_frame_decode_request(payload, HLX_FRAME_MAX_PAYLOAD_BYTES, &view));
    }
    for (uint32_t length = 0; length < 4; length++) {
        assert_false(hlx_frame_decode_request(payload + 4, length, &view));
    }
    guarded_free(&memory);
}

/* ---- the examples of spec/frame.md ---- */

/* spec: FRM-01, FRM-02, FRM-10 to FRM-12 */
static void examples_of_the_specification(void **state) {
    (void)state;
    uint8_t bytes[64], coded[HLX_FRAME_OPTIONS_BYTES];
    assert_int_equal(hex("00000003 0102030405060708 00000000", bytes), 16);
    encode(coded, HLX_FRAME_CANCEL, 0x0102030405060708u, 0);
    assert_memory_equal(coded, bytes, 16);

    assert_int_equal(hex("00000001 00000000000000ff 00000007 00000003 5c617d", bytes), 23);
    hlx_request_view view;
    hlx_frame_decoder decoder;
    assert_int_equal(read_frame(&decoder, bytes, sizeof bytes, 0, 64), 23);
    assert_int_equal(decoder.status, HLX_FRAME_COMPLETE);
    assert_true(hlx_frame_decode_request(bytes + 16, 7, &view));
    assert_int_equal(view.document_length, 3);
    assert_false(view.has_options);

    hex("00000002 00000000000000ff 00000014 00000000 00000003 00000001 0000007f 00000080", bytes);
    encode(coded, HLX_FRAME_RESPONSE, 255, HLX_FRAME_RESPONSE_BYTES);
    hlx_frame_encode_summary(coded + 16, &(hlx_summary){HLX_STATUS_OK, 3, 1, 127, 128});
    assert_memory_equal(coded, bytes, 36);

    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_INITEX, HLX_ENCODING_UTF8));
    regime.end_of_line_char = HLX_NO_END_OF_LINE_CHAR;
    hlx_frame_encode_options(coded, &regime);
    assert_int_equal(word(coded), 0x0100ffff);
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES));
    hlx_frame_encode_options(coded, &regime);
    assert_int_equal(word(coded), 0x0001000d);
}

/* ---- random frames ---- */

/* A number of random size: as many small ones as large ones. */
static uint64_t random_number(random_source *source, uint32_t bits) {
    return random_next(source) >> (64 - bits) >> random_below(source, bits);
}

/* A whole frame at the end of `memory`; returns its length. Legal, unless a field was
 * made random. */
static uint32_t random_frame(random_source *source, const guarded *memory, uint8_t **frame) {
    uint32_t type = 1 + random_below(source, 3);
    uint32_t document = random_below(source, SMALL_DOCUMENT_BYTES);
    bool options = random_below(source, 4) == 0;
    uint32_t request = 4 + document + (options ? HLX_FRAME_OPTIONS_BYTES : 0);
    uint32_t payload = type == 1 ? request : type == 2 ? HLX_FRAME_RESPONSE_BYTES : 0;
    uint32_t length = HLX_FRAME_HEADER_BYTES + payload;
    *frame = guarded_last(memory, length);
    for (uint32_t i = 0; i < length; i++) {
        (*frame)[i] = (uint8_t)random_next(source);
    }
    if (random_below(source, 4) == 0) {
        type = (uint32_t)random_number(source, 32);
    }
    if (random_below(source, 4) == 0) {
        payload = (uint32_t)random_number(source, 32);
    }
    encode(*frame, type, random_number(source, 64), payload);
    return length;
}

/* Random frames, good and bad, each cut at every byte of its header and at random places
 * behind; the state is compared at every step. spec: FRM-20 to FRM-26 */
static void random_frames(void **state) {
    (void)state;
    random_source source = random_from_environment("random_frames");
    guarded memory = guarded_new(4096);
    uint32_t outcomes[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < RANDOM_FRAMES; i++) {
        uint8_t *frame;
        uint32_t length = random_frame(&source, &memory, &frame);
        hlx_frame_decoder decoder;
        for (uint32_t cut = 0; cut <= HLX_FRAME_HEADER_BYTES; cut++) {
            read_frame(&decoder, frame, length, cut, 1 + random_below(&source, length));
        }
        outcomes[decoder.status]++;
        check_header(word(frame), random_next(&source), word(frame + 12));
        hlx_regime regime = random_regime(&source);
        check_options(&regime, true);
    }
    printf("random_frames: %u frames: %u complete, %u bad type, %u bad length, %u cut short\n",
           RANDOM_FRAMES, outcomes[HLX_FRAME_COMPLETE], outcomes[HLX_FRAME_BAD_TYPE],
           outcomes[HLX_FRAME_BAD_LENGTH], outcomes[HLX_FRAME_NEED_MORE]);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(outcomes[i] > 0);
    }
    guarded_free(&memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_at_every_byte_boundary),
        cmocka_unit_test(header_at_every_bound),
        cmocka_unit_test(every_split_of_small_frames),
        cmocka_unit_test(next_frame_is_left_alone),
        cmocka_unit_test(errors_are_final),
        cmocka_unit_test(largest_request),
        cmocka_unit_test(summary_at_every_byte_boundary),
        cmocka_unit_test(options_through_every_value),
        cmocka_unit_test(request_payload_lengths),
        cmocka_unit_test(request_payload_refusals),
        cmocka_unit_test(examples_of_the_specification),
        cmocka_unit_test(random_frames),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
