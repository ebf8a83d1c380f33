/* frame.h -- the frames between broker and worker.
 *
 *      offset  bytes  field
 *           0      4  type            1 request, 2 response, 3 cancel
 *           4      8  request id
 *          12      4  payload length
 *          16      n  payload
 *
 * All integers are big-endian. The decoder is sans-I/O: it says how many bytes
 * it wants next, the caller reads at most that many into the frame's buffer
 * behind what is there and tells the decoder how many came. It never wants a
 * byte beyond the present frame, and never sizes anything by a length before
 * that length was checked against its bound. After an error it wants nothing
 * more: the stream is closed, never resynchronised. spec: spec/frame.md */
#ifndef HLX_FRAME_H
#define HLX_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "hedgelex.h"

#define HLX_FRAME_HEADER_BYTES 16u
#define HLX_FRAME_OPTIONS_BYTES 260u /* encoding 1 + unicode letters 1 + end-of-line 2 + 256 */
#define HLX_FRAME_RESPONSE_BYTES 20u /* five 32-bit fields */
#define HLX_FRAME_MAX_PAYLOAD_BYTES (4u + HLX_MAX_DOCUMENT_BYTES + HLX_FRAME_OPTIONS_BYTES)
#define HLX_FRAME_MAX_BYTES (HLX_FRAME_HEADER_BYTES + HLX_FRAME_MAX_PAYLOAD_BYTES)
/* Bytes of a request frame in front of the document. */
#define HLX_FRAME_REQUEST_PREFIX_BYTES (HLX_FRAME_HEADER_BYTES + 4u)

enum hlx_frame_type { HLX_FRAME_REQUEST = 1, HLX_FRAME_RESPONSE = 2, HLX_FRAME_CANCEL = 3 };

typedef enum hlx_frame_status {
    HLX_FRAME_NEED_MORE = 0,
    HLX_FRAME_COMPLETE = 1,
    HLX_FRAME_BAD_TYPE = 2,
    HLX_FRAME_BAD_LENGTH = 3
} hlx_frame_status;

typedef struct hlx_frame_header {
    uint32_t type;
    uint64_t request_id;
    uint32_t payload_length;
} hlx_frame_header;

/*@ predicate HeaderBytes{L}(uint8_t *bytes, hlx_frame_header *header) =
      header->type == BigEndian32(bytes) &&
      header->request_id == BigEndian64(bytes + 4) &&
      header->payload_length == BigEndian32(bytes + 12);

    predicate TypeKnown(integer type) =
      type == HLX_FRAME_REQUEST || type == HLX_FRAME_RESPONSE || type == HLX_FRAME_CANCEL;

    predicate LengthAllowed(integer type, integer length) =
      (type == HLX_FRAME_REQUEST ==> 4 <= length <= HLX_FRAME_MAX_PAYLOAD_BYTES) &&
      (type == HLX_FRAME_RESPONSE ==> length == HLX_FRAME_RESPONSE_BYTES) &&
      (type == HLX_FRAME_CANCEL ==> length == 0);
*/

/* The state of decoding one frame into one buffer. Invariant:
 * received <= needed; needed is 16 until the header was read and checked, then
 * 16 + payload length; status NEED_MORE <=> received < needed. */
typedef struct hlx_frame_decoder {
    uint32_t received; /* bytes of this frame already in the buffer */
    uint32_t needed;   /* bytes at which the decoder looks again */
    hlx_frame_status status;
} hlx_frame_decoder;

/* What a decoder says is a function of how many bytes were received and of
 * what they are. So it does not depend on how they were split: that is the split
 * law, and the frame's length counts only after it was found allowed. */
/*@ predicate FrameDecoding{L}(hlx_frame_decoder *decoder, uint8_t *buffer) =
      decoder->received < HLX_FRAME_HEADER_BYTES ?
        decoder->needed == HLX_FRAME_HEADER_BYTES &&
        decoder->status == HLX_FRAME_NEED_MORE
      : !TypeKnown(BigEndian32(buffer)) ?
        decoder->received == HLX_FRAME_HEADER_BYTES &&
        decoder->needed == HLX_FRAME_HEADER_BYTES &&
        decoder->status == HLX_FRAME_BAD_TYPE
      : !LengthAllowed(BigEndian32(buffer), BigEndian32(buffer + 12)) ?
        decoder->received == HLX_FRAME_HEADER_BYTES &&
        decoder->needed == HLX_FRAME_HEADER_BYTES &&
        decoder->status == HLX_FRAME_BAD_LENGTH
      : decoder->needed == HLX_FRAME_HEADER_BYTES + BigEndian32(buffer + 12) &&
        decoder->received <= decoder->needed &&
        decoder->status == (decoder->received < decoder->needed ? HLX_FRAME_NEED_MORE
                                                                : HLX_FRAME_COMPLETE);

    predicate FrameContained{L}(hlx_frame_decoder *decoder) =
      decoder->received <= decoder->needed <= HLX_FRAME_MAX_BYTES &&
      (decoder->status == HLX_FRAME_NEED_MORE <==> decoder->received < decoder->needed);
*/

/* A worker's answer. */
typedef struct hlx_summary {
    uint32_t status; /* hlx_status */
    uint32_t tokens;
    uint32_t issues;
    uint32_t alloc_mb10; /* tenths of MiB of column bytes written since the worker started */
    uint32_t major;      /* major page faults since the worker started */
} hlx_summary;

/* Begin a frame: nothing received, 16 bytes needed. spec: FRM-20 */
/*@ requires writable: \valid(decoder);
    terminates \true;
    assigns *decoder;
    ensures empty: decoder->received == 0;
    ensures decoding: \forall uint8_t *buffer; FrameDecoding(decoder, buffer);
    ensures contained: FrameContained(decoder);
*/
void hlx_frame_decoder_init(hlx_frame_decoder *decoder);

/* How many bytes to read next, at most, to buffer + decoder->received.
 * 0 when the frame is complete or the stream is in error. spec: FRM-21 */
/*@ requires readable: \valid_read(decoder);
    requires contained: FrameContained(decoder);
    terminates \true;
    assigns \nothing;
    ensures rest: \result == decoder->needed - decoder->received;
    ensures progress: \result > 0 <==> decoder->status == HLX_FRAME_NEED_MORE;
*/
uint32_t hlx_frame_decoder_wanted(const hlx_frame_decoder *decoder);

/* `count` bytes (1 to wanted) were placed behind those received. Returns the
 * new status. `buffer` is the frame's first byte; at least
 * received + count bytes of it are readable. spec: FRM-22 to FRM-26 */
/*@ requires writable: \valid(decoder);
    requires wanted: 1 <= count <= decoder->needed - decoder->received;
    requires readable: \valid_read(buffer + (0 .. decoder->received + count - 1));
    requires separate: \separated(decoder, buffer + (0 .. decoder->received + count - 1));
    requires decoding: FrameDecoding(decoder, buffer);
    terminates \true;
    assigns *decoder;
    ensures progress: decoder->received == \old(decoder->received) + count;
    ensures decoding: FrameDecoding(decoder, buffer);
    ensures contained: FrameContained(decoder);
    ensures status: \result == decoder->status;
*/
hlx_frame_status hlx_frame_decoder_accept(hlx_frame_decoder *decoder, const uint8_t *buffer,
                                          uint32_t count);

/* Write the 16 bytes of a header. spec: FRM-02 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires readable: \valid_read(header);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1), header);
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_HEADER_BYTES - 1];
    ensures encoded: HeaderBytes(bytes, header);
*/
void hlx_frame_encode_header(uint8_t *bytes, const hlx_frame_header *header);

/* Read a header; says whether its type is known and its length within the
 * bounds of that type. `header` is written in every case. spec: FRM-02, FRM-23, FRM-24 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1));
    requires writable: \valid(header);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_HEADER_BYTES - 1), header);
    terminates \true;
    assigns *header;
    ensures decoded: HeaderBytes(bytes, header);
    behavior good:
      assumes TypeKnown(BigEndian32(bytes));
      assumes LengthAllowed(BigEndian32(bytes), BigEndian32(bytes + 12));
      ensures status: \result == HLX_FRAME_COMPLETE;
    behavior bad_type:
      assumes !TypeKnown(BigEndian32(bytes));
      ensures status: \result == HLX_FRAME_BAD_TYPE;
    behavior bad_length:
      assumes TypeKnown(BigEndian32(bytes));
      assumes !LengthAllowed(BigEndian32(bytes), BigEndian32(bytes + 12));
      ensures status: \result == HLX_FRAME_BAD_LENGTH;
    complete behaviors;
    disjoint behaviors;
*/
hlx_frame_status hlx_frame_decode_header(const uint8_t *bytes, hlx_frame_header *header);

/* Write the 20 bytes of a response payload. spec: FRM-11 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_RESPONSE_BYTES - 1));
    requires readable: \valid_read(summary);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_RESPONSE_BYTES - 1), summary);
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_RESPONSE_BYTES - 1];
    ensures status: summary->status == BigEndian32(bytes);
    ensures tokens: summary->tokens == BigEndian32(bytes + 4);
    ensures issues: summary->issues == BigEndian32(bytes + 8);
    ensures alloc_mb10: summary->alloc_mb10 == BigEndian32(bytes + 12);
    ensures major: summary->major == BigEndian32(bytes + 16);
*/
void hlx_frame_encode_summary(uint8_t *bytes, const hlx_summary *summary);

/* Read the 20 bytes of a response payload; any values are legal. spec: FRM-11 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_FRAME_RESPONSE_BYTES - 1));
    requires writable: \valid(summary);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_RESPONSE_BYTES - 1), summary);
    terminates \true;
    assigns *summary;
    ensures status: summary->status == BigEndian32(bytes);
    ensures tokens: summary->tokens == BigEndian32(bytes + 4);
    ensures issues: summary->issues == BigEndian32(bytes + 8);
    ensures alloc_mb10: summary->alloc_mb10 == BigEndian32(bytes + 12);
    ensures major: summary->major == BigEndian32(bytes + 16);
*/
void hlx_frame_decode_summary(const uint8_t *bytes, hlx_summary *summary);

/*@ predicate CategoryBytes{L}(uint8_t *bytes, hlx_regime *regime, integer count) =
      \forall integer character; 0 <= character < count ==>
        regime->category[character] == bytes[4 + character];

    predicate OptionsBytes{L}(uint8_t *bytes, hlx_regime *regime) =
      regime->encoding == bytes[0] &&
      regime->unicode_letters == bytes[1] &&
      (regime->end_of_line_char < 0 ? regime->end_of_line_char + 0x10000
                                    : regime->end_of_line_char) == bytes[2] * 0x100 + bytes[3] &&
      CategoryBytes(bytes, regime, 256);
*/

/* Write the 260 bytes of an options block; any regime is written as it is.
 * spec: FRM-12 */
/*@ requires writable: \valid(bytes + (0 .. HLX_FRAME_OPTIONS_BYTES - 1));
    requires readable: \valid_read(regime);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_OPTIONS_BYTES - 1), regime);
    terminates \true;
    assigns bytes[0 .. HLX_FRAME_OPTIONS_BYTES - 1];
    ensures encoded: OptionsBytes(bytes, regime);
*/
void hlx_frame_encode_options(uint8_t *bytes, const hlx_regime *regime);

/* Read an options block. False, and `regime` as written on the wire, when a
 * field is out of range. spec: FRM-12 */
/*@ requires readable: \valid_read(bytes + (0 .. HLX_FRAME_OPTIONS_BYTES - 1));
    requires writable: \valid(regime);
    requires separate: \separated(bytes + (0 .. HLX_FRAME_OPTIONS_BYTES - 1), regime);
    terminates \true;
    assigns *regime;
    ensures decoded: OptionsBytes(bytes, regime);
    ensures valid: \result != 0 <==> RegimeValid(regime);
*/
bool hlx_frame_decode_options(const uint8_t *bytes, hlx_regime *regime);

/* Where the document and the options lie in a request payload. */
typedef struct hlx_request_view {
    uint32_t document_offset; /* from the payload's first byte; always 4 */
    uint32_t document_length;
    bool has_options;
    uint32_t options_offset; /* meaningful when has_options */
} hlx_request_view;

/*@ predicate RequestPayload{L}(uint8_t *payload, integer length) =
      length >= 4 && BigEndian32(payload) <= HLX_MAX_DOCUMENT_BYTES &&
      (length == 4 + BigEndian32(payload) ||
       length == 4 + BigEndian32(payload) + HLX_FRAME_OPTIONS_BYTES);
*/

/* Parse a request payload of `payload_length` bytes; its first four bytes are
 * readable when payload_length >= 4. False when the inner lengths do not add
 * up to the payload. spec: FRM-10 */
/*@ requires readable: payload_length >= 4 ==> \valid_read(payload + (0 .. 3));
    requires writable: \valid(view);
    requires separate: payload_length >= 4 ==> \separated(payload + (0 .. 3), view);
    terminates \true;
    assigns *view;
    behavior accepted:
      assumes RequestPayload(payload, payload_length);
      ensures yes: \result == true;
      ensures document: view->document_offset == 4 &&
                        view->document_length == BigEndian32(payload);
      ensures options: view->has_options != 0 <==>
                       payload_length == 4 + view->document_length + HLX_FRAME_OPTIONS_BYTES;
      ensures tiled: view->options_offset == 4 + view->document_length &&
                     payload_length == view->options_offset +
                       (view->has_options != 0 ? HLX_FRAME_OPTIONS_BYTES : 0);
    behavior rejected:
      assumes !RequestPayload(payload, payload_length);
      ensures no: \result == false;
    complete behaviors;
    disjoint behaviors;
*/
bool hlx_frame_decode_request(const uint8_t *payload, uint32_t payload_length,
                              hlx_request_view *view);

#endif
