/* query_laws.c -- what the contracts of query.h say together, as programs.
 * As frame_laws.c: proved, never linked. */
#include "query.h"

/* What the same bytes say is the same. spec: QRY-10 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1)) &&
                       \valid_read(one) && \valid_read(other);
    requires one: RequestFields(bytes, *one);
    requires other: RequestFields(bytes, *other);
    terminates \true;
    assigns \nothing;
    ensures mask: one->mask == other->mask;
    ensures source: one->source == other->source;
    ensures preset: one->preset == other->preset;
    ensures encoding: one->encoding == other->encoding;
    ensures document_length: one->document_length == other->document_length;
*/
void bytes_say_one_thing(const uint8_t *bytes, const hlx_query_request *one,
                         const hlx_query_request *other) {
}

/* decode(encode(request)) = request, and it is accepted. spec: QRY-10 */
/*@ requires writable: \valid(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1)) && \valid(out);
    requires readable: \valid_read(in);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1), in, out);
    requires valid: RequestValid(*in);
    terminates \true;
    assigns bytes[0 .. HLX_QUERY_BEGIN_BYTES - 1], *out;
    ensures id: out->id == in->id;
    ensures mask: out->mask == in->mask;
    ensures source: out->source == in->source;
    ensures preset: out->preset == in->preset;
    ensures encoding: out->encoding == in->encoding;
    ensures document_length: out->document_length == in->document_length;
    ensures accepted: \result == true;
*/
bool request_round_trip(uint8_t *bytes, const hlx_query_request *in, hlx_query_request *out) {
    hlx_query_encode_request(bytes, in);
    bool accepted = hlx_query_decode_request(bytes, out);
    bytes_say_one_thing(bytes, in, out);
    return accepted;
}

/* decode(encode(reply)) = reply, and it is accepted. spec: QRY-12 */
/*@ requires writable: \valid(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1)) && \valid(out);
    requires readable: \valid_read(in);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1), in, out);
    requires valid: QueryReplyValid(*in);
    terminates \true;
    assigns bytes[0 .. HLX_QUERY_REPLY_BYTES - 1], *out;
    ensures same: *out == *in;
    ensures accepted: \result == true;
*/
bool reply_round_trip(uint8_t *bytes, const hlx_query_reply *in, hlx_query_reply *out) {
    hlx_query_encode_reply(bytes, in);
    return hlx_query_decode_reply(bytes, out);
}

/* What a client sends is complete for the service's decoder exactly behind its
 * document and options. spec: QRY-10, QRY-25 */
/*@ requires writable: \valid(decoder) && \valid(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1));
    requires readable: \valid_read(request);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1), request, decoder);
    requires valid: RequestValid(*request);
    terminates \true;
    assigns bytes[0 .. HLX_QUERY_BEGIN_BYTES - 1], *decoder;
    ensures needed: decoder->needed == HLX_FRAME_HEADER_BYTES + RequestBytes(*request);
    ensures waiting: decoder->status == HLX_FRAME_NEED_MORE;
*/
void encoded_is_decoded(hlx_query_decoder *decoder, uint8_t *bytes,
                        const hlx_query_request *request) {
    hlx_query_encode_request(bytes, request);
    /*@ assert known: QueryTypeKnown(BigEndian32(bytes)); */
    /*@ assert allowed: QueryLengthAllowed(BigEndian32(bytes), BigEndian32(bytes + 12)); */
    hlx_query_decoder_init(decoder);
    /*@ assert beginning: QueryDecoding(decoder, bytes); */
    hlx_query_decoder_accept(decoder, bytes, HLX_FRAME_HEADER_BYTES);
    /*@ assert needed: decoder->needed == HLX_FRAME_HEADER_BYTES + BigEndian32(bytes + 12); */
}

/* Taking a bytes and then b is taking a + b. spec: QRY-25 */
/*@ requires writable: \valid(halves) && \valid(whole);
    requires some: 1 <= first && 1 <= second;
    requires wanted: first + second <= whole->needed - whole->received;
    requires readable: \valid_read(buffer + (0 .. whole->received + first + second - 1));
    requires separate: \separated(halves, whole,
                                  buffer + (0 .. whole->received + first + second - 1));
    requires decoding: QueryDecoding(whole, buffer);
    requires same: halves->received == whole->received && halves->needed == whole->needed &&
                   halves->status == whole->status;
    terminates \true;
    assigns *halves, *whole;
    ensures received: halves->received == whole->received;
    ensures needed: halves->needed == whole->needed;
    ensures status: halves->status == whole->status;
*/
void split_in_two(hlx_query_decoder *halves, hlx_query_decoder *whole, const uint8_t *buffer,
                  uint32_t first, uint32_t second) {
    hlx_query_decoder_accept(halves, buffer, first);
    hlx_query_decoder_accept(halves, buffer, second);
    hlx_query_decoder_accept(whole, buffer, first + second);
}

/* A reader that gets `length` bytes in pieces of at most the sizes given, 0 read
 * as 1, for as long as the decoder wants any. spec: QRY-21, QRY-22, QRY-25 */
/*@ requires writable: \valid(decoder);
    requires readable: \valid_read(buffer + (0 .. length - 1)) &&
                       \valid_read(sizes + (0 .. length - 1));
    requires separate: \separated(decoder, buffer + (0 .. length - 1), sizes + (0 .. length - 1));
    terminates \true;
    assigns *decoder;
    ensures decoding: QueryDecoding(decoder, buffer);
    ensures contained: decoder->received <= length;
    ensures exhausted: decoder->status == HLX_FRAME_NEED_MORE ==> decoder->received == length;
*/
void read_in_pieces(hlx_query_decoder *decoder, const uint8_t *buffer, uint32_t length,
                    const uint8_t *sizes) {
    hlx_query_decoder_init(decoder);
    uint32_t wanted = hlx_query_decoder_wanted(decoder);
    /*@ loop invariant decoding: QueryDecoding(decoder, buffer) && QueryContained(decoder);
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
        hlx_query_decoder_accept(decoder, buffer, count);
        wanted = hlx_query_decoder_wanted(decoder);
    }
}

/* However the same bytes are cut, the outcome is the same. spec: QRY-25 */
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
void split_anywhere(hlx_query_decoder *one, hlx_query_decoder *other, const uint8_t *buffer,
                    uint32_t length, const uint8_t *sizes, const uint8_t *other_sizes) {
    read_in_pieces(one, buffer, length, sizes);
    read_in_pieces(other, buffer, length, other_sizes);
}
