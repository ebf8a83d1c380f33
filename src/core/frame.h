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

#include "hedgelex.h"

#define HLX_FRAME_HEADER_BYTES 16u
#define HLX_FRAME_OPTIONS_BYTES 260u /* encoding 1 + unicode letters 1 + end-of-line 2 + 256 */
#define HLX_FRAME_RESPONSE_BYTES 20u /* five 32-bit fields */
#define HLX_FRAME_MAX_PAYLOAD_BYTES (4u + HLX_MAX_DOCUMENT_BYTES + HLX_FRAME_OPTIONS_BYTES)
#define HLX_FRAME_MAX_BYTES (HLX_FRAME_HEADER_BYTES + HLX_FRAME_MAX_PAYLOAD_BYTES)
/* Bytes of a request frame in front of the document. */
#define HLX_FRAME_REQUEST_PREFIX_BYTES (HLX_FRAME_HEADER_BYTES + 4u)

enum hlx_frame_type {
    HLX_FRAME_REQUEST = 1,
    HLX_FRAME_RESPONSE = 2,
    HLX_FRAME_CANCEL = 3
};

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

/* The state of decoding one frame into one buffer. Invariant:
 * received <= needed; needed is 16 until the header was read and checked, then
 * 16 + payload length; status NEED_MORE <=> received < needed. */
typedef struct hlx_frame_decoder {
    uint32_t received; /* bytes of this frame already in the buffer */
    uint32_t needed;   /* bytes at which the decoder looks again */
    hlx_frame_status status;
} hlx_frame_decoder;

/* A worker's answer. */
typedef struct hlx_summary {
    uint32_t status; /* hlx_status */
    uint32_t tokens;
    uint32_t issues;
    uint32_t alloc_mb10; /* tenths of MiB of column bytes written since the worker started */
    uint32_t major;      /* major page faults since the worker started */
} hlx_summary;

/* Begin a frame: nothing received, 16 bytes needed. spec: FRM-20 */
void hlx_frame_decoder_init(hlx_frame_decoder *decoder);

/* How many bytes to read next, at most, to buffer + decoder->received.
 * 0 when the frame is complete or the stream is in error. spec: FRM-21 */
uint32_t hlx_frame_decoder_wanted(const hlx_frame_decoder *decoder);

/* `count` bytes (1 to wanted) were placed behind those received. Returns the
 * new status. `buffer` is the frame's first byte; at least
 * received + count bytes of it are readable. spec: FRM-22 to FRM-26 */
hlx_frame_status hlx_frame_decoder_accept(hlx_frame_decoder *decoder, const uint8_t *buffer,
                                          uint32_t count);

/* Write the 16 bytes of a header. spec: FRM-02 */
void hlx_frame_encode_header(uint8_t *bytes, const hlx_frame_header *header);

/* Read a header; says whether its type is known and its length within the
 * bounds of that type. `header` is written in every case. spec: FRM-02, FRM-23, FRM-24 */
hlx_frame_status hlx_frame_decode_header(const uint8_t *bytes, hlx_frame_header *header);

/* Write or read the 20 bytes of a response payload. spec: FRM-11 */
void hlx_frame_encode_summary(uint8_t *bytes, const hlx_summary *summary);
void hlx_frame_decode_summary(const uint8_t *bytes, hlx_summary *summary);

/* Write the 260 bytes of an options block. spec: FRM-12 */
void hlx_frame_encode_options(uint8_t *bytes, const hlx_regime *regime);

/* Read an options block. False, and `regime` unspecified but valid memory,
 * when a field is out of range. spec: FRM-12 */
bool hlx_frame_decode_options(const uint8_t *bytes, hlx_regime *regime);

/* Where the document and the options lie in a request payload. */
typedef struct hlx_request_view {
    uint32_t document_offset; /* from the payload's first byte; always 4 */
    uint32_t document_length;
    bool has_options;
    uint32_t options_offset;  /* meaningful when has_options */
} hlx_request_view;

/* Parse a request payload of `payload_length` bytes; its first four bytes are
 * readable when payload_length >= 4. False when the inner lengths do not add
 * up to the payload. spec: FRM-10 */
bool hlx_frame_decode_request(const uint8_t *payload, uint32_t payload_length,
                              hlx_request_view *view);

#endif
