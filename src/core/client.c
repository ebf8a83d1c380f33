/* client.c -- contracts are in client.h. */
#include "client.h"

#include "bytes.h"

/* Offsets of a reply's fields. spec: CLI-12 */
enum {
    LENGTH_OFFSET = 0,
    STATUS_OFFSET = 4,
    TOKENS_OFFSET = 8,
    ISSUES_OFFSET = 12,
    ORIGIN_OFFSET = 16
};

/* A length word with this bit is the type of a version 2 frame. */
#define VERSION_2_BIT 0x80000000u

/* spec: CLI-20 */
void hlx_client_decoder_init(hlx_client_decoder *decoder) {
    decoder->received = 0;
    decoder->needed = HLX_CLIENT_HEADER_BYTES;
    decoder->status = HLX_CLIENT_NEED_MORE;
}

/* spec: CLI-21 */
uint32_t hlx_client_decoder_wanted(const hlx_client_decoder *decoder) {
    return decoder->needed - decoder->received;
}

/* The length word is there: check it, and only then believe it. An empty
 * document is complete at once, so needed == 4 always means that the word was
 * not read yet. spec: CLI-23, CLI-24 */
/*@ requires writable: \valid(decoder);
    requires readable: \valid_read(buffer + (0 .. HLX_CLIENT_HEADER_BYTES - 1));
    requires separate: \separated(decoder, buffer + (0 .. HLX_CLIENT_HEADER_BYTES - 1));
    requires header: decoder->received == HLX_CLIENT_HEADER_BYTES &&
                     decoder->needed == HLX_CLIENT_HEADER_BYTES &&
                     decoder->status == HLX_CLIENT_NEED_MORE;
    terminates \true;
    assigns decoder->needed, decoder->status;
    ensures decoding: ClientDecoding(decoder, buffer);
*/
static void read_length(hlx_client_decoder *decoder, const uint8_t *buffer) {
    uint32_t length = hlx_load_u32(buffer);
    if (length >= VERSION_2_BIT) {
        decoder->status = HLX_CLIENT_MALFORMED;
    } else if (length > HLX_MAX_DOCUMENT_BYTES) {
        decoder->status = HLX_CLIENT_TOO_LARGE;
    } else if (length == 0) {
        decoder->status = HLX_CLIENT_COMPLETE;
    } else {
        decoder->needed = HLX_CLIENT_HEADER_BYTES + length;
    }
}

/* spec: CLI-01, CLI-22 to CLI-25 */
hlx_client_status hlx_client_decoder_accept(hlx_client_decoder *decoder, const uint8_t *buffer,
                                            uint32_t count) {
    decoder->received += count;
    if (decoder->received == decoder->needed) {
        if (decoder->needed == HLX_CLIENT_HEADER_BYTES) {
            read_length(decoder, buffer);
        } else {
            decoder->status = HLX_CLIENT_COMPLETE;
        }
    }
    return decoder->status;
}

/* spec: CLI-12 */
void hlx_client_encode_reply(uint8_t *bytes, const hlx_reply *reply) {
    hlx_store_u32(bytes + LENGTH_OFFSET, HLX_CLIENT_REPLY_BODY_BYTES);
    hlx_store_u32(bytes + STATUS_OFFSET, reply->status);
    hlx_store_u32(bytes + TOKENS_OFFSET, reply->tokens);
    hlx_store_u32(bytes + ISSUES_OFFSET, reply->issues);
    bytes[ORIGIN_OFFSET] = (uint8_t)reply->origin;
}

/* spec: CLI-12 */
bool hlx_client_decode_reply(const uint8_t *bytes, hlx_reply *reply) {
    reply->status = hlx_load_u32(bytes + STATUS_OFFSET);
    reply->tokens = hlx_load_u32(bytes + TOKENS_OFFSET);
    reply->issues = hlx_load_u32(bytes + ISSUES_OFFSET);
    reply->origin = bytes[ORIGIN_OFFSET];
    return hlx_load_u32(bytes + LENGTH_OFFSET) == HLX_CLIENT_REPLY_BODY_BYTES &&
           reply->status < HLX_REPLY_STATUS_COUNT && reply->origin <= HLX_ORIGIN_HEDGE;
}
