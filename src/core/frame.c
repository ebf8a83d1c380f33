/* frame.c -- contracts are in frame.h. */
#include "frame.h"

#include "bytes.h"

/* Offsets of the fields, from the first byte of what holds them. */
enum {
    TYPE_OFFSET = 0, /* header, spec: FRM-02 */
    REQUEST_ID_OFFSET = 4,
    PAYLOAD_LENGTH_OFFSET = 12,
    STATUS_OFFSET = 0, /* response payload, spec: FRM-11 */
    TOKENS_OFFSET = 4,
    ISSUES_OFFSET = 8,
    ALLOC_MB10_OFFSET = 12,
    MAJOR_OFFSET = 16,
    DOCUMENT_OFFSET = 4, /* request payload, spec: FRM-10 */
    ENCODING_OFFSET = 0, /* options block, spec: FRM-12 */
    UNICODE_LETTERS_OFFSET = 1,
    END_OF_LINE_OFFSET = 2,
    CATEGORY_OFFSET = 4
};

#define CATEGORY_COUNT 256u

/* spec: FRM-20 */
void hlx_frame_decoder_init(hlx_frame_decoder *decoder) {
    decoder->received = 0;
    decoder->needed = HLX_FRAME_HEADER_BYTES;
    decoder->status = HLX_FRAME_NEED_MORE;
}

/* spec: FRM-21 */
uint32_t hlx_frame_decoder_wanted(const hlx_frame_decoder *decoder) {
    return decoder->needed - decoder->received;
}

/* The 16 bytes are there: check them, and only then believe the length. A
 * payload is never empty but a cancel's, so needed == 16 always means that the
 * header was not read yet. spec: FRM-23 to FRM-25 */
/*@ requires writable: \valid(decoder);
    requires readable: \valid_read(buffer + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires separate: \separated(decoder, buffer + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires header: decoder->received == HLX_FRAME_HEADER_BYTES &&
                     decoder->needed == HLX_FRAME_HEADER_BYTES;
    terminates \true;
    assigns decoder->needed, decoder->status;
    ensures decoding: FrameDecoding(decoder, buffer);
*/
static void read_header(hlx_frame_decoder *decoder, const uint8_t *buffer) {
    hlx_frame_header header;
    decoder->status = hlx_frame_decode_header(buffer, &header);
    if (decoder->status == HLX_FRAME_COMPLETE && header.payload_length > 0) {
        decoder->needed = HLX_FRAME_HEADER_BYTES + header.payload_length;
        decoder->status = HLX_FRAME_NEED_MORE;
    }
}

/* spec: FRM-22 to FRM-26 */
hlx_frame_status hlx_frame_decoder_accept(hlx_frame_decoder *decoder, const uint8_t *buffer,
                                          uint32_t count) {
    decoder->received += count;
    if (decoder->received == decoder->needed) {
        if (decoder->needed == HLX_FRAME_HEADER_BYTES) {
            read_header(decoder, buffer);
        } else {
            decoder->status = HLX_FRAME_COMPLETE;
        }
    }
    return decoder->status;
}

/* spec: FRM-02 */
void hlx_frame_encode_header(uint8_t *bytes, const hlx_frame_header *header) {
    hlx_store_u32(bytes + TYPE_OFFSET, header->type);
    hlx_store_u64(bytes + REQUEST_ID_OFFSET, header->request_id);
    hlx_store_u32(bytes + PAYLOAD_LENGTH_OFFSET, header->payload_length);
}

/* spec: FRM-24 */
/*@ requires known: TypeKnown(type);
    terminates \true;
    assigns \nothing;
    ensures allowed: \result != 0 <==> LengthAllowed(type, payload_length);
*/
static bool payload_length_allowed(uint32_t type, uint32_t payload_length) {
    if (type == HLX_FRAME_REQUEST) {
        return payload_length >= DOCUMENT_OFFSET && payload_length <= HLX_FRAME_MAX_PAYLOAD_BYTES;
    }
    if (type == HLX_FRAME_RESPONSE) {
        return payload_length == HLX_FRAME_RESPONSE_BYTES;
    }
    return payload_length == 0;
}

/* spec: FRM-02, FRM-23, FRM-24 */
hlx_frame_status hlx_frame_decode_header(const uint8_t *bytes, hlx_frame_header *header) {
    header->type = hlx_load_u32(bytes + TYPE_OFFSET);
    header->request_id = hlx_load_u64(bytes + REQUEST_ID_OFFSET);
    header->payload_length = hlx_load_u32(bytes + PAYLOAD_LENGTH_OFFSET);
    if (header->type < HLX_FRAME_REQUEST || header->type > HLX_FRAME_CANCEL) {
        return HLX_FRAME_BAD_TYPE;
    }
    if (!payload_length_allowed(header->type, header->payload_length)) {
        return HLX_FRAME_BAD_LENGTH;
    }
    return HLX_FRAME_COMPLETE;
}

/* spec: FRM-11 */
void hlx_frame_encode_summary(uint8_t *bytes, const hlx_summary *summary) {
    hlx_store_u32(bytes + STATUS_OFFSET, summary->status);
    hlx_store_u32(bytes + TOKENS_OFFSET, summary->tokens);
    hlx_store_u32(bytes + ISSUES_OFFSET, summary->issues);
    hlx_store_u32(bytes + ALLOC_MB10_OFFSET, summary->alloc_mb10);
    hlx_store_u32(bytes + MAJOR_OFFSET, summary->major);
}

/* spec: FRM-11 */
void hlx_frame_decode_summary(const uint8_t *bytes, hlx_summary *summary) {
    summary->status = hlx_load_u32(bytes + STATUS_OFFSET);
    summary->tokens = hlx_load_u32(bytes + TOKENS_OFFSET);
    summary->issues = hlx_load_u32(bytes + ISSUES_OFFSET);
    summary->alloc_mb10 = hlx_load_u32(bytes + ALLOC_MB10_OFFSET);
    summary->major = hlx_load_u32(bytes + MAJOR_OFFSET);
}

/* spec: FRM-12 */
void hlx_frame_encode_options(uint8_t *bytes, const hlx_regime *regime) {
    /* Two's complement in 16 bits: -1 is written ff ff. */
    int32_t end_of_line = regime->end_of_line_char;
    uint32_t end_of_line_bits = (uint32_t)((end_of_line + 0x10000) % 0x10000);

    bytes[ENCODING_OFFSET] = regime->encoding;
    bytes[UNICODE_LETTERS_OFFSET] = regime->unicode_letters;
    bytes[END_OF_LINE_OFFSET] = (uint8_t)(end_of_line_bits / 0x100u);
    bytes[END_OF_LINE_OFFSET + 1] = (uint8_t)(end_of_line_bits % 0x100u);
    /*@ loop invariant bounds: character <= CATEGORY_COUNT;
        loop invariant encoded: CategoryBytes(bytes, regime, character);
        loop assigns character, bytes[CATEGORY_OFFSET .. HLX_FRAME_OPTIONS_BYTES - 1];
        loop variant CATEGORY_COUNT - character;
    */
    for (uint32_t character = 0; character < CATEGORY_COUNT; character++) {
        bytes[CATEGORY_OFFSET + character] = regime->category[character];
    }
}

/* spec: FRM-12 */
/*@ requires readable: \valid_read(bytes + (0 .. 1));
    terminates \true;
    assigns \nothing;
    ensures value: (\result < 0 ? \result + 0x10000 : \result) == bytes[0] * 0x100 + bytes[1];
*/
static int16_t load_i16(const uint8_t *bytes) {
    int32_t bits = bytes[0] * 0x100 + bytes[1];
    if (bits >= 0x8000) {
        bits -= 0x10000;
    }
    return (int16_t)bits;
}

/* spec: FRM-12 */
bool hlx_frame_decode_options(const uint8_t *bytes, hlx_regime *regime) {
    regime->encoding = bytes[ENCODING_OFFSET];
    regime->unicode_letters = bytes[UNICODE_LETTERS_OFFSET];
    regime->end_of_line_char = load_i16(bytes + END_OF_LINE_OFFSET);
    /*@ loop invariant bounds: character <= CATEGORY_COUNT;
        loop invariant decoded: CategoryBytes(bytes, regime, character);
        loop assigns character, regime->category[0 .. CATEGORY_COUNT - 1];
        loop variant CATEGORY_COUNT - character;
    */
    for (uint32_t character = 0; character < CATEGORY_COUNT; character++) {
        regime->category[character] = bytes[CATEGORY_OFFSET + character];
    }
    return hlx_regime_valid(regime);
}

/* spec: FRM-10 */
bool hlx_frame_decode_request(const uint8_t *payload, uint32_t payload_length,
                              hlx_request_view *view) {
    if (payload_length < DOCUMENT_OFFSET) {
        return false;
    }
    uint32_t document_length = hlx_load_u32(payload);
    if (document_length > HLX_MAX_DOCUMENT_BYTES) {
        return false;
    }
    uint32_t document_end = DOCUMENT_OFFSET + document_length;
    view->document_offset = DOCUMENT_OFFSET;
    view->document_length = document_length;
    view->has_options = payload_length != document_end;
    view->options_offset = document_end;
    return !view->has_options || payload_length == document_end + HLX_FRAME_OPTIONS_BYTES;
}
