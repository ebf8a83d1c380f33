/* query.c -- contracts are in query.h. */
#include "query.h"

#include "bytes.h"

/* Offsets of the fields, from the first byte of a frame. */
enum {
    TYPE_OFFSET = 0, /* header, spec: QRY-02 */
    ID_OFFSET = 4,
    LENGTH_OFFSET = 12,
    MASK_OFFSET = 16, /* request, spec: QRY-10 */
    SOURCE_OFFSET = 20,
    PRESET_OFFSET = 21,
    ENCODING_OFFSET = 22,
    RESERVED_OFFSET = 23,
    DOCUMENT_LENGTH_OFFSET = 24,
    STATUS_OFFSET = 16, /* reply, spec: QRY-12 */
    TOKENS_OFFSET = 20,
    ISSUES_OFFSET = 24,
    ORIGIN_OFFSET = 28,
    REPLY_MASK_OFFSET = 32
};

#define FIRST_ISSUE_COLUMN 3u

/* spec: QRY-20 */
void hlx_query_decoder_init(hlx_query_decoder *decoder) {
    decoder->received = 0;
    decoder->needed = HLX_FRAME_HEADER_BYTES;
    decoder->status = HLX_FRAME_NEED_MORE;
}

/* spec: QRY-21 */
uint32_t hlx_query_decoder_wanted(const hlx_query_decoder *decoder) {
    return decoder->needed - decoder->received;
}

/* spec: QRY-23, QRY-24 */
/*@ terminates \true;
    assigns \nothing;
    ensures type: \result == HLX_FRAME_BAD_TYPE <==> !QueryTypeKnown(type);
    ensures length: \result == HLX_FRAME_BAD_LENGTH <==>
      QueryTypeKnown(type) && !QueryLengthAllowed(type, length);
    ensures good: \result == HLX_FRAME_COMPLETE <==>
      QueryTypeKnown(type) && QueryLengthAllowed(type, length);
*/
static hlx_frame_status judge_header(uint32_t type, uint32_t length) {
    if (type == HLX_QUERY_REQUEST) {
        bool allowed = length >= HLX_QUERY_PREFIX_BYTES && length <= HLX_QUERY_MAX_PAYLOAD_BYTES;
        return allowed ? HLX_FRAME_COMPLETE : HLX_FRAME_BAD_LENGTH;
    }
    if (type == HLX_QUERY_CANCEL) {
        return length == 0 ? HLX_FRAME_COMPLETE : HLX_FRAME_BAD_LENGTH;
    }
    return HLX_FRAME_BAD_TYPE;
}

/* The 16 bytes are there: check them, and only then believe the length. A
 * request's payload is never empty, so needed == 16 always means that the header
 * was not read yet. spec: QRY-23 to QRY-25 */
/*@ requires writable: \valid(decoder);
    requires readable: \valid_read(buffer + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires separate: \separated(decoder, buffer + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires header: decoder->received == HLX_FRAME_HEADER_BYTES &&
                     decoder->needed == HLX_FRAME_HEADER_BYTES;
    terminates \true;
    assigns decoder->needed, decoder->status;
    ensures decoding: QueryDecoding(decoder, buffer);
*/
static void read_header(hlx_query_decoder *decoder, const uint8_t *buffer) {
    uint32_t length = hlx_load_u32(buffer + LENGTH_OFFSET);
    decoder->status = judge_header(hlx_load_u32(buffer + TYPE_OFFSET), length);
    if (decoder->status == HLX_FRAME_COMPLETE && length > 0) {
        decoder->needed = HLX_FRAME_HEADER_BYTES + length;
        decoder->status = HLX_FRAME_NEED_MORE;
    }
}

/* spec: QRY-22 to QRY-25 */
hlx_frame_status hlx_query_decoder_accept(hlx_query_decoder *decoder, const uint8_t *buffer,
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

/* spec: QRY-01 */
bool hlx_query_begins(const uint8_t *bytes) {
    uint32_t type = hlx_load_u32(bytes);
    return type == HLX_QUERY_REQUEST || type == HLX_QUERY_CANCEL;
}

/* spec: QRY-02 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_HEADER_BYTES - 1];
    ensures header: FrameHeader(bytes, type, id, length);
*/
static void encode_header(uint8_t *bytes, uint32_t type, uint64_t id, uint32_t length) {
    hlx_store_u32(bytes + TYPE_OFFSET, type);
    hlx_store_u64(bytes + ID_OFFSET, id);
    hlx_store_u32(bytes + LENGTH_OFFSET, length);
}

/* ---- requests ---- */

/* spec: QRY-10 */
uint32_t hlx_query_request_bytes(const hlx_query_request *request) {
    uint32_t options = request->source == HLX_REGIME_OPTIONS ? HLX_FRAME_OPTIONS_BYTES : 0u;
    return HLX_QUERY_PREFIX_BYTES + request->document_length + options;
}

/* What stands between header and document. spec: QRY-10 */
/*@ requires writable: \valid(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1));
    requires readable: \valid_read(request);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_BEGIN_BYTES - 1), request);
    requires valid: RequestValid(*request);
    terminates \true;
    assigns bytes[HLX_FRAME_HEADER_BYTES .. HLX_QUERY_BEGIN_BYTES - 1];
    ensures fields: RequestFields(bytes, *request);
    ensures reserved: bytes[23] == 0;
*/
static void encode_prefix(uint8_t *bytes, const hlx_query_request *request) {
    hlx_store_u32(bytes + MASK_OFFSET, request->mask);
    bytes[SOURCE_OFFSET] = (uint8_t)request->source;
    bytes[PRESET_OFFSET] = (uint8_t)request->preset;
    bytes[ENCODING_OFFSET] = (uint8_t)request->encoding;
    bytes[RESERVED_OFFSET] = 0;
    hlx_store_u32(bytes + DOCUMENT_LENGTH_OFFSET, request->document_length);
}

/* spec: QRY-02, QRY-10 */
void hlx_query_encode_request(uint8_t *bytes, const hlx_query_request *request) {
    encode_header(bytes, HLX_QUERY_REQUEST, request->id, hlx_query_request_bytes(request));
    encode_prefix(bytes, request);
}

/* spec: QRY-10 */
/*@ requires readable: \valid_read(request);
    terminates \true;
    assigns \nothing;
    ensures valid: \result <==> RequestValid(*request);
*/
static bool request_valid(const hlx_query_request *request) {
    if (request->mask > HLX_COLUMN_ALL || request->source > HLX_REGIME_OPTIONS ||
        request->document_length > HLX_MAX_DOCUMENT_BYTES) {
        return false;
    }
    if (request->source == HLX_REGIME_PRESET) {
        return request->preset < HLX_PRESET_COUNT && request->encoding <= HLX_ENCODING_UTF8;
    }
    return request->preset == 0 && request->encoding == 0;
}

/* spec: QRY-10 */
bool hlx_query_decode_request(const uint8_t *bytes, hlx_query_request *request) {
    request->id = hlx_load_u64(bytes + ID_OFFSET);
    request->mask = hlx_load_u32(bytes + MASK_OFFSET);
    request->source = bytes[SOURCE_OFFSET];
    request->preset = bytes[PRESET_OFFSET];
    request->encoding = bytes[ENCODING_OFFSET];
    request->document_length = hlx_load_u32(bytes + DOCUMENT_LENGTH_OFFSET);
    return request_valid(request) && bytes[RESERVED_OFFSET] == 0 &&
           hlx_load_u32(bytes + LENGTH_OFFSET) == hlx_query_request_bytes(request);
}

/* spec: QRY-02 */
void hlx_query_encode_cancel(uint8_t *bytes, uint64_t id) {
    encode_header(bytes, HLX_QUERY_CANCEL, id, 0);
}

/* ---- replies ---- */

/* spec: QRY-14 */
/*@ requires column: column < HLX_COLUMN_COUNT;
    terminates \true;
    assigns \nothing;
    ensures kinds: column == 0 ==> \result == Bit(mask, HLX_COLUMN_KINDS);
    ensures codes: column == 1 ==> \result == Bit(mask, HLX_COLUMN_CODES);
    ensures starts: column == 2 ==> \result == Bit(mask, HLX_COLUMN_STARTS);
    ensures issue_codes: column == 3 ==> \result == Bit(mask, HLX_COLUMN_ISSUE_CODES);
    ensures issue_offsets: column == 4 ==> \result == Bit(mask, HLX_COLUMN_ISSUE_OFFSETS);
    ensures one: \result <= 1;
*/
static uint32_t chosen(uint32_t mask, uint32_t column) {
    static const uint32_t weights[HLX_COLUMN_COUNT] = {HLX_COLUMN_KINDS, HLX_COLUMN_CODES,
                                                       HLX_COLUMN_STARTS, HLX_COLUMN_ISSUE_CODES,
                                                       HLX_COLUMN_ISSUE_OFFSETS};
    return mask / weights[column] % 2u;
}

/* spec: QRY-12 */
/*@ terminates \true;
    assigns \nothing;
    ensures rows: \result == IssueRows(issues);
*/
static uint32_t rows_of_issues(uint32_t issues) {
    return issues < HLX_ARENA_MAX_ISSUES ? issues : HLX_ARENA_MAX_ISSUES;
}

/* spec: QRY-12, QRY-14 */
uint32_t hlx_query_rows(const hlx_query_reply *reply, uint32_t column) {
    if (chosen(reply->mask, column) == 0) {
        return 0;
    }
    return column < FIRST_ISSUE_COLUMN ? reply->tokens : rows_of_issues(reply->issues);
}

/* spec: QRY-12, QRY-14 */
uint32_t hlx_query_column_bytes(const hlx_query_reply *reply) {
    uint32_t token_rows =
        hlx_query_rows(reply, 0) + hlx_query_rows(reply, 1) + hlx_query_rows(reply, 2);
    uint32_t issue_rows = hlx_query_rows(reply, 3) + hlx_query_rows(reply, 4);
    return HLX_QUERY_ROW_BYTES * (token_rows + issue_rows);
}

/* What stands between header and columns. spec: QRY-12 */
/*@ requires writable: \valid(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1));
    requires readable: \valid_read(reply);
    requires separate: \separated(bytes + (0 .. HLX_QUERY_REPLY_BYTES - 1), reply);
    terminates \true;
    assigns bytes[HLX_FRAME_HEADER_BYTES .. HLX_QUERY_REPLY_BYTES - 1];
    ensures status: reply->status == BigEndian32(bytes + 16);
    ensures tokens: reply->tokens == BigEndian32(bytes + 20);
    ensures issues: reply->issues == BigEndian32(bytes + 24);
    ensures origin: reply->origin == BigEndian32(bytes + 28);
    ensures mask: reply->mask == BigEndian32(bytes + 32);
*/
static void encode_summary(uint8_t *bytes, const hlx_query_reply *reply) {
    hlx_store_u32(bytes + STATUS_OFFSET, reply->status);
    hlx_store_u32(bytes + TOKENS_OFFSET, reply->tokens);
    hlx_store_u32(bytes + ISSUES_OFFSET, reply->issues);
    hlx_store_u32(bytes + ORIGIN_OFFSET, reply->origin);
    hlx_store_u32(bytes + REPLY_MASK_OFFSET, reply->mask);
}

/* spec: QRY-02, QRY-12 */
void hlx_query_encode_reply(uint8_t *bytes, const hlx_query_reply *reply) {
    uint32_t length = HLX_QUERY_SUMMARY_BYTES + hlx_query_column_bytes(reply);
    /*@ assert length: length == HLX_QUERY_SUMMARY_BYTES + ColumnBytes(*reply); */
    encode_header(bytes, HLX_QUERY_REPLY, reply->id, length);
    /*@ assert header: FrameHeader(bytes, HLX_QUERY_REPLY, reply->id, length); */
    encode_summary(bytes, reply);
    /*@ assert kept: FrameHeader(bytes, HLX_QUERY_REPLY, reply->id, length); */
}

/* spec: QRY-11, QRY-12 */
/*@ requires readable: \valid_read(reply);
    terminates \true;
    assigns \nothing;
    ensures valid: \result <==> QueryReplyValid(*reply);
*/
static bool reply_valid(const hlx_query_reply *reply) {
    if (reply->status > HLX_QUERY_CANCELLED || reply->origin > HLX_ORIGIN_HEDGE ||
        reply->mask > HLX_COLUMN_ALL || reply->tokens > HLX_ARENA_MAX_TOKENS) {
        return false;
    }
    return reply->status == HLX_REPLY_OK ||
           (reply->tokens == 0 && reply->issues == 0 && reply->mask == 0);
}

/* spec: QRY-12 */
bool hlx_query_decode_reply(const uint8_t *bytes, hlx_query_reply *reply) {
    reply->id = hlx_load_u64(bytes + ID_OFFSET);
    reply->status = hlx_load_u32(bytes + STATUS_OFFSET);
    reply->tokens = hlx_load_u32(bytes + TOKENS_OFFSET);
    reply->issues = hlx_load_u32(bytes + ISSUES_OFFSET);
    reply->origin = hlx_load_u32(bytes + ORIGIN_OFFSET);
    reply->mask = hlx_load_u32(bytes + REPLY_MASK_OFFSET);
    return reply_valid(reply) && hlx_load_u32(bytes + TYPE_OFFSET) == HLX_QUERY_REPLY &&
           hlx_load_u32(bytes + LENGTH_OFFSET) ==
               HLX_QUERY_SUMMARY_BYTES + hlx_query_column_bytes(reply);
}
