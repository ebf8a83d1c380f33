/* client_laws.c -- what the contracts of client.h say together, as programs.
 * As frame_laws.c: proved, never linked. */
#include "client.h"

/* decode(encode(reply)) = reply, and it is accepted. spec: CLI-12 */
/*@ requires writable: \valid(bytes + (0 .. HLX_CLIENT_REPLY_BYTES - 1)) && \valid(out);
    requires readable: \valid_read(in);
    requires separate: \separated(bytes + (0 .. HLX_CLIENT_REPLY_BYTES - 1), in, out);
    requires valid: ReplyValid(in);
    terminates \true;
    assigns bytes[0 .. HLX_CLIENT_REPLY_BYTES - 1], *out;
    ensures status: out->status == in->status;
    ensures tokens: out->tokens == in->tokens;
    ensures issues: out->issues == in->issues;
    ensures origin: out->origin == in->origin;
    ensures accepted: \result == true;
*/
bool reply_round_trip(uint8_t *bytes, const hlx_reply *in, hlx_reply *out) {
    hlx_client_encode_reply(bytes, in);
    return hlx_client_decode_reply(bytes, out);
}

/* Taking a bytes and then b is taking a + b. spec: CLI-25 */
/*@ requires writable: \valid(halves) && \valid(whole);
    requires some: 1 <= first && 1 <= second;
    requires wanted: first + second <= whole->needed - whole->received;
    requires readable: \valid_read(buffer + (0 .. whole->received + first + second - 1));
    requires separate: \separated(halves, whole,
                                  buffer + (0 .. whole->received + first + second - 1));
    requires decoding: ClientDecoding(whole, buffer);
    requires same: halves->received == whole->received && halves->needed == whole->needed &&
                   halves->status == whole->status;
    terminates \true;
    assigns *halves, *whole;
    ensures received: halves->received == whole->received;
    ensures needed: halves->needed == whole->needed;
    ensures status: halves->status == whole->status;
*/
void split_in_two(hlx_client_decoder *halves, hlx_client_decoder *whole, const uint8_t *buffer,
                  uint32_t first, uint32_t second) {
    hlx_client_decoder_accept(halves, buffer, first);
    hlx_client_decoder_accept(halves, buffer, second);
    hlx_client_decoder_accept(whole, buffer, first + second);
}

/* A reader that gets `length` bytes in pieces of at most the sizes given, 0 read
 * as 1, for as long as the decoder wants any. spec: CLI-21, CLI-22, CLI-25 */
/*@ requires writable: \valid(decoder);
    requires readable: \valid_read(buffer + (0 .. length - 1)) &&
                       \valid_read(sizes + (0 .. length - 1));
    requires separate: \separated(decoder, buffer + (0 .. length - 1), sizes + (0 .. length - 1));
    terminates \true;
    assigns *decoder;
    ensures decoding: ClientDecoding(decoder, buffer);
    ensures contained: decoder->received <= length;
    ensures exhausted: decoder->status == HLX_CLIENT_NEED_MORE ==> decoder->received == length;
*/
void read_in_pieces(hlx_client_decoder *decoder, const uint8_t *buffer, uint32_t length,
                    const uint8_t *sizes) {
    hlx_client_decoder_init(decoder);
    uint32_t wanted = hlx_client_decoder_wanted(decoder);
    /*@ loop invariant decoding: ClientDecoding(decoder, buffer) && ClientContained(decoder);
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
        hlx_client_decoder_accept(decoder, buffer, count);
        wanted = hlx_client_decoder_wanted(decoder);
    }
}

/* However the same bytes are cut, the outcome is the same. spec: CLI-25 */
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
void split_anywhere(hlx_client_decoder *one, hlx_client_decoder *other, const uint8_t *buffer,
                    uint32_t length, const uint8_t *sizes, const uint8_t *other_sizes) {
    read_in_pieces(one, buffer, length, sizes);
    read_in_pieces(other, buffer, length, other_sizes);
}
