/* frame_laws.c -- what the contracts of frame.h say together, as programs.
 *
 * Nothing here is linked into anything: each function calls core's functions
 * and promises a law; WP proves the law from their contracts. In every law
 * the memory is the caller's and any values may be in it. */
#include "frame.h"

/* decode(encode(header)) = header. spec: FRM-02 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1)) && \valid(out);
    requires readable: \valid_read(in);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1), in, out);
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_HEADER_BYTES - 1], *out;
    ensures type: out->type == in->type;
    ensures request_id: out->request_id == in->request_id;
    ensures payload_length: out->payload_length == in->payload_length;
    ensures good: \result == HLX_FRAME_COMPLETE <==>
                  TypeKnown(in->type) && LengthAllowed(in->type, in->payload_length);
*/
hlx_frame_status header_round_trip(uint8_t *bytes, const hlx_frame_header *in,
                                   hlx_frame_header *out) {
    hlx_frame_encode_header(bytes, in);
    return hlx_frame_decode_header(bytes, out);
}

/*@ predicate SameWord{L}(uint8_t *one, uint8_t *other) =
      one[0] == other[0] && one[1] == other[1] && one[2] == other[2] && one[3] == other[3];
*/

/* A number has one encoding only. spec: FRM-01 */
/*@ requires readable: \valid_read(one + (0 .. 3)) && \valid_read(other + (0 .. 3));
    requires value: BigEndian32(one) == BigEndian32(other);
    terminates \true;
    assigns \nothing;
    ensures same: SameWord(one, other);
*/
void word_has_one_encoding(const uint8_t *one, const uint8_t *other) {
    /*@ assert first: one[0] == other[0]; */
    /*@ assert second: one[1] == other[1]; */
    /*@ assert third: one[2] == other[2]; */
}

/* encode(decode(bytes)) = bytes: nor has a header. spec: FRM-02 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires writable: \valid(again + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires separate: \separated(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1),
                                  again + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    terminates \true;
    assigns again[0 .. HLX_FRAME_HEADER_BYTES - 1];
    ensures type: SameWord(bytes, again);
    ensures request_id: SameWord(bytes + 4, again + 4) && SameWord(bytes + 8, again + 8);
    ensures payload_length: SameWord(bytes + 12, again + 12);
*/
void header_bytes_round_trip(const uint8_t *bytes, uint8_t *again) {
    hlx_frame_header header;
    hlx_frame_decode_header(bytes, &header);
    hlx_frame_encode_header(again, &header);
    word_has_one_encoding(bytes, again);
    word_has_one_encoding(bytes + 4, again + 4);
    word_has_one_encoding(bytes + 8, again + 8);
    word_has_one_encoding(bytes + 12, again + 12);
}

/* decode(encode(summary)) = summary. spec: FRM-11 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_RESPONSE_BYTES - 1)) && \valid(out);
    requires readable: \valid_read(in);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_RESPONSE_BYTES - 1), in, out);
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_RESPONSE_BYTES - 1], *out;
    ensures status: out->status == in->status;
    ensures tokens: out->tokens == in->tokens;
    ensures issues: out->issues == in->issues;
    ensures alloc_mb10: out->alloc_mb10 == in->alloc_mb10;
    ensures major: out->major == in->major;
*/
void summary_round_trip(uint8_t *bytes, const hlx_summary *in, hlx_summary *out) {
    hlx_frame_encode_summary(bytes, in);
    hlx_frame_decode_summary(bytes, out);
}

/* decode(encode(regime)) = regime, and it is accepted exactly when it is valid.
 * spec: FRM-12 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_OPTIONS_BYTES - 1)) && \valid(out);
    requires readable: \valid_read(in);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_OPTIONS_BYTES - 1), in, out);
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_OPTIONS_BYTES - 1], *out;
    ensures category: \forall integer character; 0 <= character < 256 ==>
                      out->category[character] == in->category[character];
    ensures encoding: out->encoding == in->encoding;
    ensures unicode_letters: out->unicode_letters == in->unicode_letters;
    ensures end_of_line_char: out->end_of_line_char == in->end_of_line_char;
    ensures valid: \result != 0 <==> RegimeValid(in);
*/
bool options_round_trip(uint8_t *bytes, const hlx_regime *in, hlx_regime *out) {
    hlx_frame_encode_options(bytes, in);
    bool valid = hlx_frame_decode_options(bytes, out);
    /*@ assert category: \forall integer character; 0 <= character < 256 ==>
          out->category[character] == in->category[character]; */
    /*@ assert end_of_line_char: out->end_of_line_char == in->end_of_line_char; */
    return valid;
}

/* Taking a bytes and then b is taking a + b. spec: FRM-25 */
/*@ requires writable: \valid(halves) && \valid(whole);
    requires some: 1 <= first && 1 <= second;
    requires wanted: first + second <= whole->needed - whole->received;
    requires readable: \valid_read(buffer + (0 .. whole->received + first + second - 1));
    requires separate: \separated(halves, whole,
                                  buffer + (0 .. whole->received + first + second - 1));
    requires decoding: FrameDecoding(whole, buffer);
    requires same: halves->received == whole->received && halves->needed == whole->needed &&
                   halves->status == whole->status;
    terminates \true;
    assigns *halves, *whole;
    ensures received: halves->received == whole->received;
    ensures needed: halves->needed == whole->needed;
    ensures status: halves->status == whole->status;
*/
void split_in_two(hlx_frame_decoder *halves, hlx_frame_decoder *whole, const uint8_t *buffer,
                  uint32_t first, uint32_t second) {
    hlx_frame_decoder_accept(halves, buffer, first);
    hlx_frame_decoder_accept(halves, buffer, second);
    hlx_frame_decoder_accept(whole, buffer, first + second);
}

/* A reader that gets `length` bytes in pieces of at most the sizes given, 0 read
 * as 1, for as long as the decoder wants any. spec: FRM-21, FRM-22, FRM-25 */
/*@ requires writable: \valid(decoder);
    requires readable: \valid_read(buffer + (0 .. length - 1)) &&
                       \valid_read(sizes + (0 .. length - 1));
    requires separate: \separated(decoder, buffer + (0 .. length - 1), sizes + (0 .. length - 1));
    terminates \true;
    assigns *decoder;
    ensures decoding: FrameDecoding(decoder, buffer);
    ensures contained: decoder->received <= length;
    ensures exhausted: decoder->status == HLX_FRAME_NEED_MORE ==> decoder->received == length;
*/
void read_in_pieces(hlx_frame_decoder *decoder, const uint8_t *buffer, uint32_t length,
                    const uint8_t *sizes) {
    hlx_frame_decoder_init(decoder);
    uint32_t wanted = hlx_frame_decoder_wanted(decoder);
    /*@ loop invariant decoding: FrameDecoding(decoder, buffer) && FrameContained(decoder);
        loop invariant contained: decoder->received <= length;
        loop invariant wanted: wanted == decoder->needed - decoder->received;
        loop assigns wanted, *decoder;
        loop variant length - decoder->received;
    */
    while (wanted > 0 && decoder->received < length) {
        uint32_t count = sizes[decoder->received];
        if (count == 0) {
            count = 1;
        }
        if (count > wanted) {
            count = wanted;
        }
        if (count > length - decoder->received) {
            count = length - decoder->received;
        }
        hlx_frame_decoder_accept(decoder, buffer, count);
        wanted = hlx_frame_decoder_wanted(decoder);
    }
}

/* However the same bytes are cut, the outcome is the same. spec: FRM-25 */
/*@ requires writable: \valid(one) && \valid(other);
    requires readable: \valid_read(buffer + (0 .. length - 1)) &&
                       \valid_read(sizes + (0 .. length - 1)) &&
                       \valid_read(other_sizes + (0 .. length - 1));
    requires separate: \separated(one, other, buffer + (0 .. length - 1)) &&
                       \separated(one, other, sizes + (0 .. length - 1)) &&
                       \separated(one, other, other_sizes + (0 .. length - 1)) &&
                       \separated(buffer + (0 .. length - 1), sizes + (0 .. length - 1)) &&
                       \separated(buffer + (0 .. length - 1), other_sizes + (0 .. length - 1));
    terminates \true;
    assigns *one, *other;
    ensures received: one->received == other->received;
    ensures needed: one->needed == other->needed;
    ensures status: one->status == other->status;
*/
void split_anywhere(hlx_frame_decoder *one, hlx_frame_decoder *other, const uint8_t *buffer,
                    uint32_t length, const uint8_t *sizes, const uint8_t *other_sizes) {
    read_in_pieces(one, buffer, length, sizes);
    read_in_pieces(other, buffer, length, other_sizes);
}
