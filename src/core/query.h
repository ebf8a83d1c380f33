/* query.h -- the client protocol, version 2 (columns).
 *
 *      header:   type u32 (top bit set), request id u64, payload length u32
 *      request:  mask u32 | source u8, preset u8, encoding u8, 0 | length u32 |
 *                document | options block (source 2)
 *      reply:    status u32, tokens u32, issues u32, origin u32, mask u32 | columns
 *      cancel:   no payload
 *
 * The fields are big-endian, the columns' rows little-endian. The decoder of a client's
 * frames works like the frame decoder (frame.h): wanted, read, accept. A reply has a
 * beginning of fixed size that says how many bytes of columns follow; these are
 * never copied here. spec: spec/query.md */
#ifndef HLX_QUERY_H
#define HLX_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "client.h"
#include "frame.h"

#define HLX_QUERY_PREFIX_BYTES 12u /* of a request's payload, in front of the document */
#define HLX_QUERY_BEGIN_BYTES (HLX_FRAME_HEADER_BYTES + HLX_QUERY_PREFIX_BYTES)
#define HLX_QUERY_MAX_PAYLOAD_BYTES                                                                \
    (HLX_QUERY_PREFIX_BYTES + HLX_MAX_DOCUMENT_BYTES + HLX_FRAME_OPTIONS_BYTES)
#define HLX_QUERY_SUMMARY_BYTES 20u /* of a reply's payload, in front of the columns */
#define HLX_QUERY_REPLY_BYTES (HLX_FRAME_HEADER_BYTES + HLX_QUERY_SUMMARY_BYTES)
#define HLX_QUERY_ROW_BYTES 4u

/* spec: QRY-02 */
#define HLX_QUERY_REQUEST 0x80000001u
#define HLX_QUERY_REPLY 0x80000002u
#define HLX_QUERY_CANCEL 0x80000003u

/* A reply's status beside those of client.h. spec: QRY-11 */
#define HLX_QUERY_CANCELLED HLX_REPLY_STATUS_COUNT

/* Bits of a column mask. spec: QRY-14 */
#define HLX_COLUMN_KINDS 1u
#define HLX_COLUMN_CODES 2u
#define HLX_COLUMN_STARTS 4u
#define HLX_COLUMN_ISSUE_CODES 8u
#define HLX_COLUMN_ISSUE_OFFSETS 16u
#define HLX_COLUMN_ALL 31u
#define HLX_COLUMN_COUNT 5u

/* Where a request's regime comes from. spec: QRY-10 */
enum hlx_regime_source { HLX_REGIME_SERVICE = 0, HLX_REGIME_PRESET = 1, HLX_REGIME_OPTIONS = 2 };

typedef struct hlx_query_request {
    uint64_t id;
    uint32_t mask;
    uint32_t source; /* enum hlx_regime_source; one byte on the wire, as the next two */
    uint32_t preset;
    uint32_t encoding;
    uint32_t document_length;
} hlx_query_request;

typedef struct hlx_query_reply {
    uint64_t id;
    uint32_t status; /* hlx_reply_status or HLX_QUERY_CANCELLED */
    uint32_t tokens;
    uint32_t issues;
    uint32_t origin;
    uint32_t mask; /* the columns that follow */
} hlx_query_reply;

/*@ predicate QueryTypeKnown(integer type) =
      type == HLX_QUERY_REQUEST || type == HLX_QUERY_CANCEL;

    predicate QueryLengthAllowed(integer type, integer length) =
      (type == HLX_QUERY_REQUEST ==>
         HLX_QUERY_PREFIX_BYTES <= length <= HLX_QUERY_MAX_PAYLOAD_BYTES) &&
      (type == HLX_QUERY_CANCEL ==> length == 0);

    predicate RequestValid(hlx_query_request r) =
      r.mask <= HLX_COLUMN_ALL && r.source <= HLX_REGIME_OPTIONS &&
      r.document_length <= HLX_MAX_DOCUMENT_BYTES &&
      (r.source == HLX_REGIME_PRESET
         ? r.preset < HLX_PRESET_COUNT && r.encoding <= HLX_ENCODING_UTF8
         : r.preset == 0 && r.encoding == 0);

    logic integer RequestBytes(hlx_query_request r) =
      HLX_QUERY_PREFIX_BYTES + r.document_length +
      (r.source == HLX_REGIME_OPTIONS ? HLX_FRAME_OPTIONS_BYTES : 0);

    predicate RequestFields{L}(uint8_t *bytes, hlx_query_request r) =
      r.mask == BigEndian32(bytes + 16) && r.source == bytes[20] && r.preset == bytes[21] &&
      r.encoding == bytes[22] && r.document_length == BigEndian32(bytes + 24);

    predicate FrameHeader{L}(uint8_t *bytes, integer type, integer id, integer length) =
      BigEndian32(bytes) == type && BigEndian64(bytes + 4) == id &&
      BigEndian32(bytes + 12) == length;

    logic integer Bit(integer mask, integer weight) = mask / weight % 2;

    logic integer IssueRows(integer issues) = \min(issues, HLX_ARENA_MAX_ISSUES);

    // Rows of the column with this bit, if it is in the mask.
    logic integer Chosen(integer mask, integer weight, integer rows) =
      Bit(mask, weight) == 1 ? rows : 0;

    logic integer TokenRows(hlx_query_reply r) =
      Chosen(r.mask, HLX_COLUMN_KINDS, r.tokens) + Chosen(r.mask, HLX_COLUMN_CODES, r.tokens) +
      Chosen(r.mask, HLX_COLUMN_STARTS, r.tokens);

    logic integer ColumnBytes(hlx_query_reply r) =
      HLX_QUERY_ROW_BYTES *
        (TokenRows(r) + Chosen(r.mask, HLX_COLUMN_ISSUE_CODES, IssueRows(r.issues)) +
         Chosen(r.mask, HLX_COLUMN_ISSUE_OFFSETS, IssueRows(r.issues)));

    predicate QueryReplyValid(hlx_query_reply r) =
      r.status <= HLX_QUERY_CANCELLED && r.origin <= HLX_ORIGIN_HEDGE &&
      r.mask <= HLX_COLUMN_ALL && r.tokens <= HLX_ARENA_MAX_TOKENS &&
      (r.status != HLX_REPLY_OK ==> r.tokens == 0 && r.issues == 0 && r.mask == 0);

    predicate QueryReplyFields{L}(uint8_t *bytes, hlx_query_reply r) =
      r.id == BigEndian64(bytes + 4) && r.status == BigEndian32(bytes + 16) &&
      r.tokens == BigEndian32(bytes + 20) && r.issues == BigEndian32(bytes + 24) &&
      r.origin == BigEndian32(bytes + 28) && r.mask == BigEndian32(bytes + 32);
*/

/* The state of decoding one frame of a client into one buffer. Invariant as
 * hlx_frame_decoder. */
typedef struct hlx_query_decoder {
    uint32_t received;
    uint32_t needed;
    hlx_frame_status status;
} hlx_query_decoder;

/* A function of the bytes received, as FrameDecoding is. */
/*@ predicate QueryDecoding{L}(hlx_query_decoder *decoder, uint8_t *buffer) =
      decoder->received < HLX_FRAME_HEADER_BYTES ?
        decoder->needed == HLX_FRAME_HEADER_BYTES &&
        decoder->status == HLX_FRAME_NEED_MORE
      : !QueryTypeKnown(BigEndian32(buffer)) ?
        decoder->received == HLX_FRAME_HEADER_BYTES &&
        decoder->needed == HLX_FRAME_HEADER_BYTES &&
        decoder->status == HLX_FRAME_BAD_TYPE
      : !QueryLengthAllowed(BigEndian32(buffer), BigEndian32(buffer + 12)) ?
        decoder->received == HLX_FRAME_HEADER_BYTES &&
        decoder->needed == HLX_FRAME_HEADER_BYTES &&
        decoder->status == HLX_FRAME_BAD_LENGTH
      : decoder->needed == HLX_FRAME_HEADER_BYTES + BigEndian32(buffer + 12) &&
        decoder->received <= decoder->needed &&
        decoder->status == (decoder->received < decoder->needed ? HLX_FRAME_NEED_MORE
                                                                : HLX_FRAME_COMPLETE);

    predicate QueryContained{L}(hlx_query_decoder *decoder) =
      decoder->received <= decoder->needed <=
        HLX_FRAME_HEADER_BYTES + HLX_QUERY_MAX_PAYLOAD_BYTES &&
      (decoder->status == HLX_FRAME_NEED_MORE <==> decoder->received < decoder->needed);
*/

/* Begin a frame. spec: QRY-20 */
/*@ requires writable: \valid(decoder);
    terminates \true;
    assigns *decoder;
    ensures empty: decoder->received == 0;
    ensures decoding: \forall uint8_t *buffer; QueryDecoding(decoder, buffer);
    ensures contained: QueryContained(decoder);
*/
void hlx_query_decoder_init(hlx_query_decoder *decoder);

/* How many bytes to read next, at most; 0 when the frame is complete or in error.
 * spec: QRY-21 */
/*@ requires readable: \valid_read(decoder);
    requires contained: QueryContained(decoder);
    terminates \true;
    assigns \nothing;
    ensures rest: \result == decoder->needed - decoder->received;
    ensures progress: \result > 0 <==> decoder->status == HLX_FRAME_NEED_MORE;
*/
uint32_t hlx_query_decoder_wanted(const hlx_query_decoder *decoder);

/* `count` bytes (1 to wanted) were placed behind those received. `buffer` is the
 * frame's first byte. Only its header is read. spec: QRY-22 to QRY-25 */
/*@ requires writable: \valid(decoder);
    requires wanted: 1 <= count <= decoder->needed - decoder->received;
    requires readable: \valid_read(buffer + (0 .. decoder->received + count - 1));
    requires separate: \separated(decoder, buffer + (0 .. decoder->received + count - 1));
    requires decoding: QueryDecoding(decoder, buffer);
    terminates \true;
    assigns *decoder;
    ensures progress: decoder->received == \old(decoder->received) + count;
    ensures decoding: QueryDecoding(decoder, buffer);
    ensures contained: QueryContained(decoder);
    ensures status: \result == decoder->status;
*/
hlx_frame_status hlx_query_decoder_accept(hlx_query_decoder *decoder, const uint8_t *buffer,
                                          uint32_t count);

/* True when a first word begins version 2. spec: QRY-01 */
/*@ requires readable: \valid_read(bytes + (0 .. 3));
    terminates \true;
    assigns \nothing;
    ensures known: \result <==> QueryTypeKnown(BigEndian32(bytes));
*/
bool hlx_query_begins(const uint8_t *bytes);

/* Length of a request's payload. spec: QRY-10 */
/*@ requires readable: \valid_read(request);
    requires valid: RequestValid(*request);
    terminates \true;
    assigns \nothing;
    ensures length: \result == RequestBytes(*request);
    ensures allowed: QueryLengthAllowed(HLX_QUERY_REQUEST, \result);
*/
uint32_t hlx_query_request_bytes(const hlx_query_request *request);

/* Write what stands before a request's document. spec: QRY-02, QRY-10 */
/*@ requires writable: \valid(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1));
    requires readable: \valid_read(request);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1), request);
    requires valid: RequestValid(*request);
    terminates \true;
    assigns bytes[0 .. HLX_QUERY_BEGIN_BYTES - 1];
    ensures header: FrameHeader(bytes, HLX_QUERY_REQUEST, request->id, RequestBytes(*request));
    ensures fields: RequestFields(bytes, *request);
    ensures reserved: bytes[23] == 0;
*/
void hlx_query_encode_request(uint8_t *bytes, const hlx_query_request *request);

/* Read what stands before a request's document, behind which the frame's length was
 * found allowed. False when a field is out of range or the lengths do not add up. Id
 * and fields are written in every case. spec: QRY-10 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1));
    requires writable: \valid(request);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1), request);
    terminates \true;
    assigns *request;
    ensures id: request->id == BigEndian64(bytes + 4);
    ensures fields: RequestFields(bytes, *request);
    ensures valid: \result <==>
      RequestValid(*request) && bytes[23] == 0 &&
      BigEndian32(bytes + 12) == RequestBytes(*request);
*/
bool hlx_query_decode_request(const uint8_t *bytes, hlx_query_request *request);

/* Write the 16 bytes of a cancel. spec: QRY-02 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_HEADER_BYTES - 1];
    ensures header: FrameHeader(bytes, HLX_QUERY_CANCEL, id, 0);
*/
void hlx_query_encode_cancel(uint8_t *bytes, uint64_t id);

/* Rows of one column, by its number (QRY-14), in the reply; 0 if it was not asked for.
 * spec: QRY-12, QRY-14 */
/*@ requires readable: \valid_read(reply);
    requires valid: QueryReplyValid(*reply);
    requires column: column < HLX_COLUMN_COUNT;
    terminates \true;
    assigns \nothing;
    ensures kinds: column == 0 ==>
      \result == Chosen(reply->mask, HLX_COLUMN_KINDS, reply->tokens);
    ensures codes: column == 1 ==>
      \result == Chosen(reply->mask, HLX_COLUMN_CODES, reply->tokens);
    ensures starts: column == 2 ==>
      \result == Chosen(reply->mask, HLX_COLUMN_STARTS, reply->tokens);
    ensures issue_codes: column == 3 ==>
      \result == Chosen(reply->mask, HLX_COLUMN_ISSUE_CODES, IssueRows(reply->issues));
    ensures issue_offsets: column == 4 ==>
      \result == Chosen(reply->mask, HLX_COLUMN_ISSUE_OFFSETS, IssueRows(reply->issues));
    ensures bounded: \result <= (column < 3 ? HLX_ARENA_MAX_TOKENS : HLX_ARENA_MAX_ISSUES);
*/
uint32_t hlx_query_rows(const hlx_query_reply *reply, uint32_t column);

/* Bytes of all columns of the reply. spec: QRY-12, QRY-14 */
/*@ requires readable: \valid_read(reply);
    requires valid: QueryReplyValid(*reply);
    terminates \true;
    assigns \nothing;
    ensures bytes: \result == ColumnBytes(*reply);
    ensures bounded: \result <= 4 * (3 * HLX_ARENA_MAX_TOKENS + 2 * HLX_ARENA_MAX_ISSUES);
*/
uint32_t hlx_query_column_bytes(const hlx_query_reply *reply);

/* Write what stands before a reply's columns. spec: QRY-02, QRY-12 */
/*@ requires writable: \valid(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1));
    requires readable: \valid_read(reply);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1), reply);
    requires valid: QueryReplyValid(*reply);
    terminates \true;
    assigns bytes[0 .. HLX_QUERY_REPLY_BYTES - 1];
    ensures header: FrameHeader(bytes, HLX_QUERY_REPLY, reply->id,
                                HLX_QUERY_SUMMARY_BYTES + ColumnBytes(*reply));
    ensures fields: QueryReplyFields(bytes, *reply);
*/
void hlx_query_encode_reply(uint8_t *bytes, const hlx_query_reply *reply);

/* Read what stands before a reply's columns; false when it is not one of the
 * specification's. Only then may hlx_query_column_bytes be believed. spec: QRY-12 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1));
    requires writable: \valid(reply);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1), reply);
    terminates \true;
    assigns *reply;
    ensures fields: QueryReplyFields(bytes, *reply);
    ensures valid: \result <==>
      QueryReplyValid(*reply) && BigEndian32(bytes) == HLX_QUERY_REPLY &&
      BigEndian32(bytes + 12) == HLX_QUERY_SUMMARY_BYTES + ColumnBytes(*reply);
*/
bool hlx_query_decode_reply(const uint8_t *bytes, hlx_query_reply *reply);

#endif
