/* fuzz_frame.c -- any byte string, split anywhere, gives the same frames.
 *
 *      byte 0      1 ...
 *      split       a stream of frames
 *
 * The stream is decoded three times: wanted bytes at once, one at a time, and in
 * pieces chosen by `split`. The bytes that have not come yet are wrong in the buffer
 * until they come, so a decoder that looks ahead decides differently. Each outcome is
 * compared with a reading of the header written here, and what is decoded is encoded
 * again. spec: FRM-01, FRM-02, FRM-10 to FRM-12, FRM-20 to FRM-26 */
#include "frame.h"

#include "fuzz_support.h"

#define SPLITS 3u

typedef struct stream {
    const uint8_t *bytes;
    size_t size;
    size_t at;       /* first byte of the present frame */
    uint8_t *buffer; /* of size - at bytes: what came, and rubbish */
} stream;

/* ---- the frame at hand, read without the code under test ---- */

static uint32_t word_at(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static hlx_frame_status expected_status(const uint8_t *bytes, size_t size) {
    if (size < 16) {
        return HLX_FRAME_NEED_MORE;
    }
    uint32_t type = word_at(bytes);
    uint32_t length = word_at(bytes + 12);
    if (type < 1 || type > 3) {
        return HLX_FRAME_BAD_TYPE;
    }
    bool good = type == 1 ? length >= 4 && length <= 4 + 2097152 + 260 : length == (type == 2) * 20;
    if (!good) {
        return HLX_FRAME_BAD_LENGTH;
    }
    return size - 16 < length ? HLX_FRAME_NEED_MORE : HLX_FRAME_COMPLETE;
}

/* ---- one frame, in pieces ---- */

static uint32_t piece_size(uint8_t split, uint32_t step, uint32_t wanted) {
    uint32_t sizes[SPLITS] = {wanted, 1, 1 + (split * (step + 1)) % 23};
    uint32_t size = sizes[step % SPLITS];
    return size < wanted ? size : wanted;
}

static void check_decoder(const hlx_frame_decoder *decoder) {
    fuzz_expect(decoder->received <= decoder->needed, "FRM-21: received is at most needed");
    fuzz_expect(decoder->needed <= HLX_FRAME_MAX_BYTES, "FRM-24: what is needed is bounded");
    fuzz_expect((hlx_frame_decoder_wanted(decoder) > 0) == (decoder->status == HLX_FRAME_NEED_MORE),
                "FRM-21: bytes are wanted exactly while the frame is incomplete");
}

/* Decode the frame at source->at; `way` 0: at once, 1: bytewise, 2: mixed. */
static hlx_frame_decoder decode(stream *source, uint8_t split, uint32_t way) {
    hlx_frame_decoder decoder;
    size_t left = source->size - source->at;
    for (size_t i = 0; i < left; i++) {
        source->buffer[i] = (uint8_t)~source->bytes[source->at + i];
    }
    hlx_frame_decoder_init(&decoder);
    for (uint32_t step = 0;; step++) {
        check_decoder(&decoder);
        uint32_t wanted = hlx_frame_decoder_wanted(&decoder);
        uint32_t count = piece_size(split, way < 2 ? way : step, wanted);
        size_t behind = left - decoder.received;
        count = count < behind ? count : (uint32_t)behind;
        if (count == 0) {
            return decoder;
        }
        uint32_t received = decoder.received;
        memcpy(source->buffer + received, source->bytes + source->at + received, count);
        hlx_frame_status status = hlx_frame_decoder_accept(&decoder, source->buffer, count);
        fuzz_expect(status == decoder.status, "FRM-22: accept returns the status");
        fuzz_expect(decoder.received == received + count, "FRM-22: each byte counts");
    }
}

/* ---- what is in a frame ---- */

static void check_options(const uint8_t *bytes) {
    hlx_regime regime;
    uint8_t again[HLX_FRAME_OPTIONS_BYTES];
    bool good = hlx_frame_decode_options(bytes, &regime);
    fuzz_expect(good == hlx_regime_valid(&regime), "FRM-12: refused exactly out of range");
    hlx_frame_encode_options(again, &regime);
    fuzz_expect(memcmp(again, bytes, sizeof again) == 0, "FRM-12: options encode as they were");
}

static void check_request(const uint8_t *payload, uint32_t length) {
    hlx_request_view view;
    uint64_t document = word_at(payload);
    bool adds_up = document <= 2097152 && (length == 4 + document || length == 264 + document);
    fuzz_expect(!hlx_frame_decode_request(payload, length % 4, &view),
                "FRM-10: there is no room for the document's length");
    bool good = hlx_frame_decode_request(payload, length, &view);
    fuzz_expect(good == adds_up, "FRM-10: accepted exactly when the lengths add up");
    if (good) {
        fuzz_expect(view.document_offset == 4 && view.document_length == document,
                    "FRM-10: the document");
        fuzz_expect(view.has_options == (length > 4 + document), "FRM-10: the options");
    }
    if (good && view.has_options) {
        fuzz_expect(view.options_offset == 4 + document, "FRM-10: where the options are");
        check_options(payload + view.options_offset);
    }
}

static void check_response(const uint8_t *payload) {
    hlx_summary summary;
    uint8_t again[HLX_FRAME_RESPONSE_BYTES];
    hlx_frame_decode_summary(payload, &summary);
    fuzz_expect(summary.status == word_at(payload) && summary.major == word_at(payload + 16),
                "FRM-11: first and last field");
    hlx_frame_encode_summary(again, &summary);
    fuzz_expect(memcmp(again, payload, sizeof again) == 0, "FRM-11: a summary encodes as it was");
}

static void check_header(const uint8_t *bytes, hlx_frame_status status) {
    hlx_frame_header header;
    uint8_t again[HLX_FRAME_HEADER_BYTES];
    hlx_frame_status seen = hlx_frame_decode_header(bytes, &header);
    fuzz_expect((seen == HLX_FRAME_COMPLETE) == (status <= HLX_FRAME_COMPLETE) &&
                    (seen == HLX_FRAME_COMPLETE || seen == status),
                "FRM-23: header and decoder agree");
    fuzz_expect(header.type == word_at(bytes) && header.payload_length == word_at(bytes + 12) &&
                    header.request_id == ((uint64_t)word_at(bytes + 4) << 32 | word_at(bytes + 8)),
                "FRM-02: the header's fields");
    hlx_frame_encode_header(again, &header);
    fuzz_expect(memcmp(again, bytes, sizeof again) == 0, "FRM-02: a header encodes as it was");
}

static void check_payload(const uint8_t *frame) {
    uint32_t length = word_at(frame + 12);
    if (word_at(frame) == HLX_FRAME_REQUEST) {
        check_request(frame + 16, length);
    } else if (word_at(frame) == HLX_FRAME_RESPONSE) {
        check_response(frame + 16);
    }
}

/* Returns the bytes of the frame at source->at, or 0 when the stream ends there. */
static size_t check_frame(stream *source, uint8_t split) {
    const uint8_t *frame = source->bytes + source->at;
    hlx_frame_decoder whole = decode(source, split, 0);
    for (uint32_t way = 1; way < SPLITS; way++) {
        hlx_frame_decoder split_decoder = decode(source, split, way);
        fuzz_expect(memcmp(&whole, &split_decoder, sizeof whole) == 0,
                    "FRM-25: the outcome does not depend on the split");
    }
    fuzz_expect(whole.status == expected_status(frame, source->size - source->at),
                "FRM-23 to FRM-25: the outcome");
    if (whole.received >= HLX_FRAME_HEADER_BYTES) {
        check_header(frame, whole.status);
    }
    if (whole.status != HLX_FRAME_COMPLETE) {
        return 0;
    }
    check_payload(frame);
    return whole.received;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size, 0};
    uint8_t split = fuzz_byte(&input);
    stream source = {data + input.at, fuzz_left(&input), 0, fuzz_new(fuzz_left(&input))};
    for (size_t taken = 1; taken > 0; source.at += taken) {
        taken = check_frame(&source, split);
    }
    free(source.buffer);
    return 0;
}

/* ---- mutation: whole frames in, out, twice; lengths made to fit ---- */

static void put_word(uint8_t *bytes, uint32_t value) {
    for (unsigned i = 4; i-- > 0; value >>= 8) {
        bytes[i] = (uint8_t)value;
    }
}

/* A frame of any type with a payload that its length allows, or nearly. */
static size_t new_frame(uint8_t frame[512], uint32_t *random) {
    uint32_t type = 1 + fuzz_random(random) % 3;
    uint32_t document = fuzz_random(random) % 8;
    uint32_t options = fuzz_random(random) % 2 * HLX_FRAME_OPTIONS_BYTES;
    uint32_t length = type == 1 ? 4 + document + options : type == 2 ? HLX_FRAME_RESPONSE_BYTES : 0;
    memset(frame, 11, 512);
    put_word(frame, type);
    put_word(frame + 12, length + (fuzz_random(random) % 16 == 0));
    put_word(frame + 16, type == 1 ? document : fuzz_random(random) % 5);
    frame[20 + document] = (uint8_t)(fuzz_random(random) % 2);
    return HLX_FRAME_HEADER_BYTES + length;
}

/* Where a frame of the stream begins: the offset of one of the first whole frames. */
static size_t some_boundary(const uint8_t *data, size_t size, uint32_t *random) {
    size_t at = 1;
    while (at < size && fuzz_random(random) % 4 != 0 &&
           expected_status(data + at, size - at) == HLX_FRAME_COMPLETE) {
        at += 16 + word_at(data + at + 12);
    }
    return at < size ? at : size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint32_t random = fuzz_seeded(seed);
    uint8_t frame[512];
    if (size < 1 || fuzz_random(&random) % 2 == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    size_t at = some_boundary(data, size, &random);
    if (fuzz_random(&random) % 4 == 0 && expected_status(data + at, size - at) == 1) {
        (void)fuzz_splice(data, &size, max_size, at, 16 + word_at(data + at + 12), frame, 0);
    } else {
        size_t count = new_frame(frame, &random);
        (void)fuzz_splice(data, &size, max_size, at, 0, frame, count);
    }
    return size;
}
