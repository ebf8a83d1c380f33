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

#include "hedgelex.h"

#define HLX_CLIENT_HEADER_BYTES 4u
#define HLX_CLIENT_REPLY_BODY_BYTES 13u
#define HLX_CLIENT_REPLY_BYTES 17u

/* Reply status: X(code, enumerator, text). spec: CLI-10 */
#define HLX_REPLIES(X) \
    X(0, HLX_REPLY_OK, "ok") \
    X(1, HLX_REPLY_TOO_LARGE, "too large") \
    X(2, HLX_REPLY_MALFORMED, "malformed") \
    X(3, HLX_REPLY_OVERLOADED, "overloaded") \
    X(4, HLX_REPLY_DEADLINE, "deadline") \
    X(5, HLX_REPLY_WORKER_FAILED, "worker failed") \
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

/* Begin a request. spec: CLI-20 */
void hlx_client_decoder_init(hlx_client_decoder *decoder);

/* How many bytes to read next, at most. spec: CLI-21 */
uint32_t hlx_client_decoder_wanted(const hlx_client_decoder *decoder);

/* `count` bytes (1 to wanted) were placed behind those received. spec: CLI-22 */
hlx_client_status hlx_client_decoder_accept(hlx_client_decoder *decoder, const uint8_t *buffer,
                                            uint32_t count);

/* Write the 17 bytes of a reply. spec: CLI-12 */
void hlx_client_encode_reply(uint8_t *bytes, const hlx_reply *reply);

/* Read the 17 bytes of a reply; false when the length word, the status or the
 * origin is not one of the specification's. spec: CLI-12 */
bool hlx_client_decode_reply(const uint8_t *bytes, hlx_reply *reply);

#endif
