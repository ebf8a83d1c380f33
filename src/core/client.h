/* client.h -- the client protocol, version 1 (summary).
 *
 *      request:  length u32 (<= 2 MiB), then the document
 *      reply:    13 u32, status u32, tokens u32, issues u32, origin u8
 *
 * All integers are big-endian. The decoder works like the frame decoder
 * (frame.h): wanted, read, accept. spec: spec/client.md */
#ifndef HLX_CLIENT_H
#define HLX_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "hedgelex.h"

#define HLX_CLIENT_HEADER_BYTES 4u
#define HLX_CLIENT_REPLY_BODY_BYTES 13u
#define HLX_CLIENT_REPLY_BYTES 17u

/* Reply status: X(code, enumerator, text). spec: CLI-10 */
#define HLX_REPLIES(X)                                                                             \
    X(0, HLX_REPLY_OK, "ok")                                                                       \
    X(1, HLX_REPLY_TOO_LARGE, "too large")                                                         \
    X(2, HLX_REPLY_MALFORMED, "malformed")                                                         \
    X(3, HLX_REPLY_OVERLOADED, "overloaded")                                                       \
    X(4, HLX_REPLY_DEADLINE, "deadline")                                                           \
    X(5, HLX_REPLY_WORKER_FAILED, "worker failed")                                                 \
    X(6, HLX_REPLY_SHUTTING_DOWN, "shutting down")

typedef enum hlx_reply_status {
#define HLX_REPLY_ENUMERATOR(code, enumerator, text) enumerator = (code),
    HLX_REPLIES(HLX_REPLY_ENUMERATOR)
#undef HLX_REPLY_ENUMERATOR
} hlx_reply_status;
#define HLX_REPLY_STATUS_COUNT 7u

/* Which attempt answered. spec: CLI-11 */
enum hlx_origin { HLX_ORIGIN_NONE = 0, HLX_ORIGIN_PRIMARY = 1, HLX_ORIGIN_HEDGE = 2 };

typedef struct hlx_reply {
    uint32_t status; /* hlx_reply_status */
    uint32_t tokens;
    uint32_t issues;
    uint32_t origin; /* enum hlx_origin, one byte on the wire */
} hlx_reply;

/*@ predicate ReplyFields{L}(uint8_t *bytes, hlx_reply *reply) =
      reply->status == BigEndian32(bytes + 4) &&
      reply->tokens == BigEndian32(bytes + 8) &&
      reply->issues == BigEndian32(bytes + 12) &&
      reply->origin == bytes[16];

    predicate ReplyValid{L}(hlx_reply *reply) =
      reply->status < HLX_REPLY_STATUS_COUNT && reply->origin <= HLX_ORIGIN_HEDGE;
*/

typedef enum hlx_client_status {
    HLX_CLIENT_NEED_MORE = 0,
    HLX_CLIENT_COMPLETE = 1,
    HLX_CLIENT_TOO_LARGE = 2,
    HLX_CLIENT_MALFORMED = 3 /* first bit set: a version 2 frame, not spoken here */
} hlx_client_status;

/* Invariant as hlx_frame_decoder, with a header of 4 bytes. */
typedef struct hlx_client_decoder {
    uint32_t received;
    uint32_t needed;
    hlx_client_status status;
} hlx_client_decoder;

/* A function of the bytes received, as FrameDecoding is. */
/*@ predicate ClientDecoding{L}(hlx_client_decoder *decoder, uint8_t *buffer) =
      decoder->received < HLX_CLIENT_HEADER_BYTES ?
        decoder->needed == HLX_CLIENT_HEADER_BYTES &&
        decoder->status == HLX_CLIENT_NEED_MORE
      : BigEndian32(buffer) >= 0x80000000 ?
        decoder->received == HLX_CLIENT_HEADER_BYTES &&
        decoder->needed == HLX_CLIENT_HEADER_BYTES &&
        decoder->status == HLX_CLIENT_MALFORMED
      : BigEndian32(buffer) > HLX_MAX_DOCUMENT_BYTES ?
        decoder->received == HLX_CLIENT_HEADER_BYTES &&
        decoder->needed == HLX_CLIENT_HEADER_BYTES &&
        decoder->status == HLX_CLIENT_TOO_LARGE
      : decoder->needed == HLX_CLIENT_HEADER_BYTES + BigEndian32(buffer) &&
        decoder->received <= decoder->needed &&
        decoder->status == (decoder->received < decoder->needed ? HLX_CLIENT_NEED_MORE
                                                                : HLX_CLIENT_COMPLETE);

    predicate ClientContained{L}(hlx_client_decoder *decoder) =
      decoder->received <= decoder->needed <=
        HLX_CLIENT_HEADER_BYTES + HLX_MAX_DOCUMENT_BYTES &&
      (decoder->status == HLX_CLIENT_NEED_MORE <==> decoder->received < decoder->needed);
*/

/* Begin a request. spec: CLI-20 */
/*@ requires writable: \valid(decoder);
    terminates \true;
    assigns *decoder;
    ensures empty: decoder->received == 0;
    ensures decoding: \forall uint8_t *buffer; ClientDecoding(decoder, buffer);
    ensures contained: ClientContained(decoder);
*/
void hlx_client_decoder_init(hlx_client_decoder *decoder);

/* How many bytes to read next, at most; 0 when the request is complete or
 * refused. spec: CLI-21 */
/*@ requires readable: \valid_read(decoder);
    requires contained: ClientContained(decoder);
    terminates \true;
    assigns \nothing;
    ensures rest: \result == decoder->needed - decoder->received;
    ensures progress: \result > 0 <==> decoder->status == HLX_CLIENT_NEED_MORE;
*/
uint32_t hlx_client_decoder_wanted(const hlx_client_decoder *decoder);

/* `count` bytes (1 to wanted) were placed behind those received. `buffer` is the
 * request's first byte; received + count bytes of it are readable.
 * spec: CLI-22 to CLI-25 */
/*@ requires writable: \valid(decoder);
    requires wanted: 1 <= count <= decoder->needed - decoder->received;
    requires readable: \valid_read(buffer + (0 .. decoder->received + count - 1));
    requires separate: \separated(decoder, buffer + (0 .. decoder->received + count - 1));
    requires decoding: ClientDecoding(decoder, buffer);
    terminates \true;
    assigns *decoder;
    ensures progress: decoder->received == \old(decoder->received) + count;
    ensures decoding: ClientDecoding(decoder, buffer);
    ensures contained: ClientContained(decoder);
    ensures status: \result == decoder->status;
*/
hlx_client_status hlx_client_decoder_accept(hlx_client_decoder *decoder, const uint8_t *buffer,
                                            uint32_t count);

/* Write the 17 bytes of a reply. spec: CLI-12 */
/*@ requires writable: \valid(bytes + (0 .. HLX_CLIENT_REPLY_BYTES - 1));
    requires readable: \valid_read(reply);
    requires separate: \separated(bytes + (0 .. HLX_CLIENT_REPLY_BYTES - 1), reply);
    requires valid: ReplyValid(reply);
    terminates \true;
    assigns bytes[0 .. HLX_CLIENT_REPLY_BYTES - 1];
    ensures length: BigEndian32(bytes) == HLX_CLIENT_REPLY_BODY_BYTES;
    ensures encoded: ReplyFields(bytes, reply);
*/
void hlx_client_encode_reply(uint8_t *bytes, const hlx_reply *reply);

/* Read the 17 bytes of a reply; false when the length word, the status or the
 * origin is not one of the specification's. spec: CLI-12 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_CLIENT_REPLY_BYTES - 1));
    requires writable: \valid(reply);
    requires separate: \separated(bytes + (0 .. HLX_CLIENT_REPLY_BYTES - 1), reply);
    terminates \true;
    assigns *reply;
    ensures decoded: ReplyFields(bytes, reply);
    ensures valid: \result != 0 <==>
                   BigEndian32(bytes) == HLX_CLIENT_REPLY_BODY_BYTES && ReplyValid(reply);
*/
bool hlx_client_decode_reply(const uint8_t *bytes, hlx_reply *reply);

#endif
