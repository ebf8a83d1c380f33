/* pipeline.c -- see pipeline.h. */
#include "pipeline.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bytes.h"

#define UNTIL_THE_END UINT64_MAX
#define SCRATCH_BYTES 65536u
#define TYPE_OFFSET 0u /* of a frame header, QRY-02 */
#define ID_OFFSET 4u
#define LENGTH_OFFSET 12u

static void await_frame(hlx_pipeline *pipeline) {
    pipeline->input = HLX_PIPELINE_FRAMES;
    hlx_query_decoder_init(&pipeline->decoder);
}

/* spec: QRY-01 */
void hlx_pipeline_open(hlx_pipeline *pipeline, const uint8_t word[HLX_CLIENT_HEADER_BYTES],
                       uint64_t now_ns) {
    *pipeline = (hlx_pipeline){.in_start_ns = now_ns};
    await_frame(pipeline);
    memcpy(pipeline->header, word, HLX_CLIENT_HEADER_BYTES);
    (void)hlx_query_decoder_accept(&pipeline->decoder, pipeline->header, HLX_CLIENT_HEADER_BYTES);
}

/* spec: SRV-61 */
bool hlx_pipeline_reads(const hlx_pipeline *pipeline) {
    return pipeline->input != HLX_PIPELINE_ENDED && !pipeline->refusing &&
           pipeline->request_count < HLX_PIPELINE_MAX_REQUESTS;
}

/* A part of a frame has come, and not the rest. */
static bool in_frame(const hlx_pipeline *pipeline) {
    return pipeline->input == HLX_PIPELINE_FRAMES && pipeline->decoder.received > 0;
}

bool hlx_pipeline_writes(const hlx_pipeline *pipeline) {
    return pipeline->refusing || pipeline->first_reply != NULL;
}

/* A frame has its time from its first byte, a reply from when the one before was out: the one
 * that has less left counts. spec: SRV-67 */
uint64_t hlx_pipeline_waits_since(const hlx_pipeline *pipeline) {
    bool receiving = pipeline->input == HLX_PIPELINE_DISCARDING || in_frame(pipeline);
    uint64_t in_ns = receiving ? pipeline->in_start_ns : UINT64_MAX;
    uint64_t out_ns = hlx_pipeline_writes(pipeline) ? pipeline->out_start_ns : UINT64_MAX;
    return in_ns < out_ns ? in_ns : out_ns;
}

/* What is thrown away was answered. spec: SRV-35, SRV-60 */
bool hlx_pipeline_busy(const hlx_pipeline *pipeline) {
    return pipeline->request_count > 0 || pipeline->refusing || in_frame(pipeline);
}

bool hlx_pipeline_finished(const hlx_pipeline *pipeline) {
    return pipeline->input == HLX_PIPELINE_ENDED && pipeline->request_count == 0 &&
           !pipeline->refusing;
}

/* ---- refusing ---- */

uint64_t hlx_pipeline_frame_id(const hlx_pipeline *pipeline) {
    bool known = pipeline->decoder.received >= HLX_FRAME_HEADER_BYTES;
    return known ? hlx_load_u64(pipeline->header + ID_OFFSET) : 0;
}

void hlx_pipeline_drop(hlx_pipeline *pipeline, hlx_submissions *submissions) {
    if (pipeline->receiving != NULL) {
        hlx_submission_release(submissions, pipeline->receiving);
        pipeline->receiving = NULL;
    }
    hlx_query_decoder_init(&pipeline->decoder);
}

void hlx_pipeline_refuse(hlx_pipeline *pipeline, uint32_t status) {
    hlx_query_reply reply = {.id = hlx_pipeline_frame_id(pipeline), .status = status};
    hlx_delivery_begin(&pipeline->refusal, &reply, NULL);
    pipeline->refusing = true;
    pipeline->refusal_status = status;
}

static enum hlx_pipeline_outcome refuse(hlx_pipeline *pipeline, hlx_reply_status reason,
                                        uint64_t discard_bytes, uint32_t *status) {
    *status = (uint32_t)reason;
    pipeline->discard_bytes = discard_bytes;
    pipeline->input = HLX_PIPELINE_DISCARDING;
    return HLX_PIPELINE_REFUSED;
}

/* ---- receiving ---- */

/* The client ends: between two frames, or in the middle of one. spec: SRV-66 */
static enum hlx_pipeline_outcome end_of_input(hlx_pipeline *pipeline) {
    bool truncated = in_frame(pipeline);
    pipeline->input = HLX_PIPELINE_ENDED;
    return truncated ? HLX_PIPELINE_TRUNCATED : HLX_PIPELINE_WAIT;
}

/* The header cannot be trusted. spec: SRV-65 */
static enum hlx_pipeline_outcome bad_header(hlx_pipeline *pipeline, uint32_t *status) {
    bool too_large = hlx_load_u32(pipeline->header + TYPE_OFFSET) == HLX_QUERY_REQUEST &&
                     hlx_load_u32(pipeline->header + LENGTH_OFFSET) > HLX_QUERY_MAX_PAYLOAD_BYTES;
    return refuse(pipeline, too_large ? HLX_REPLY_TOO_LARGE : HLX_REPLY_MALFORMED, UNTIL_THE_END,
                  status);
}

/* The header of a request is there and was found good: get room for the payload, and behind
 * it for the options block of a preset, should it name one. spec: SRV-31, SRV-65 */
static enum hlx_pipeline_outcome make_room(hlx_pipeline *pipeline, hlx_submissions *submissions,
                                           uint32_t *status) {
    uint32_t payload_bytes = pipeline->decoder.needed - HLX_FRAME_HEADER_BYTES;
    pipeline->receiving = hlx_submission_take(submissions, payload_bytes - HLX_QUERY_PREFIX_BYTES);
    if (pipeline->receiving == NULL) {
        return refuse(pipeline, HLX_REPLY_OVERLOADED, payload_bytes, status);
    }
    memcpy(hlx_submission_query(pipeline->receiving), pipeline->header, HLX_FRAME_HEADER_BYTES);
    return HLX_PIPELINE_MORE;
}

/* What a decoder status means after new bytes. */
static enum hlx_pipeline_outcome judge(hlx_pipeline *pipeline, hlx_submissions *submissions,
                                       uint32_t *status) {
    switch (pipeline->decoder.status) {
    case HLX_FRAME_BAD_TYPE:
    case HLX_FRAME_BAD_LENGTH:
        return bad_header(pipeline, status);
    case HLX_FRAME_COMPLETE:
        return pipeline->receiving != NULL ? HLX_PIPELINE_REQUEST : HLX_PIPELINE_CANCEL;
    case HLX_FRAME_NEED_MORE:
        break;
    }
    bool has_header = pipeline->decoder.received >= HLX_FRAME_HEADER_BYTES;
    return has_header && pipeline->receiving == NULL ? make_room(pipeline, submissions, status)
                                                     : HLX_PIPELINE_MORE;
}

static enum hlx_pipeline_outcome receive(hlx_pipeline *pipeline, int socket,
                                         hlx_submissions *submissions, uint64_t now_ns,
                                         uint32_t *status) {
    uint32_t wanted = hlx_query_decoder_wanted(&pipeline->decoder);
    uint8_t *bytes =
        pipeline->receiving != NULL ? hlx_submission_query(pipeline->receiving) : pipeline->header;
    ssize_t count = recv(socket, bytes + pipeline->decoder.received, wanted, 0);
    if (count == 0) {
        return end_of_input(pipeline);
    }
    if (count < 0) {
        return errno == EAGAIN || errno == EINTR ? HLX_PIPELINE_WAIT : HLX_PIPELINE_GONE;
    }
    if (pipeline->decoder.received == 0) {
        pipeline->in_start_ns = now_ns;
    }
    (void)hlx_query_decoder_accept(&pipeline->decoder, bytes, (uint32_t)count);
    enum hlx_pipeline_outcome outcome = judge(pipeline, submissions, status);
    return outcome == HLX_PIPELINE_MORE && count < (ssize_t)wanted ? HLX_PIPELINE_WAIT : outcome;
}

static enum hlx_pipeline_outcome discard(hlx_pipeline *pipeline, int socket) {
    static uint8_t scratch[SCRATCH_BYTES];
    uint64_t left = pipeline->discard_bytes;
    ssize_t count = recv(socket, scratch, left < sizeof scratch ? left : sizeof scratch, 0);
    if (count == 0) {
        return end_of_input(pipeline);
    }
    if (count < 0) {
        return errno == EAGAIN || errno == EINTR ? HLX_PIPELINE_WAIT : HLX_PIPELINE_GONE;
    }
    if (left != UNTIL_THE_END) {
        pipeline->discard_bytes = left - (uint64_t)count;
    }
    if (pipeline->discard_bytes == 0) {
        await_frame(pipeline);
    }
    return HLX_PIPELINE_WAIT;
}

/* spec: SRV-60 */
enum hlx_pipeline_outcome hlx_pipeline_read(hlx_pipeline *pipeline, int socket,
                                            hlx_submissions *submissions, uint64_t now_ns,
                                            uint32_t *status) {
    if (pipeline->input == HLX_PIPELINE_DISCARDING) {
        return discard(pipeline, socket);
    }
    return receive(pipeline, socket, submissions, now_ns, status);
}

/* ---- requests and replies ---- */

/* spec: QRY-10 */
hlx_submission *hlx_pipeline_take(hlx_pipeline *pipeline, hlx_submissions *submissions) {
    hlx_submission *submission = pipeline->receiving;
    if (!hlx_query_decode_request(hlx_submission_query(submission), &submission->query)) {
        return NULL;
    }
    hlx_submission_seal_query(submissions, submission);
    hlx_submission **last = &pipeline->in_service;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = submission;
    pipeline->request_count++;
    pipeline->receiving = NULL;
    await_frame(pipeline);
    return submission;
}

hlx_submission *hlx_pipeline_find(const hlx_pipeline *pipeline, uint64_t query_id) {
    hlx_submission *submission = pipeline->in_service;
    while (submission != NULL && submission->query.id != query_id) {
        submission = submission->next;
    }
    return submission;
}

void hlx_pipeline_reply(hlx_pipeline *pipeline, hlx_submission *submission) {
    hlx_submission **link = &pipeline->in_service;
    while (*link != submission) {
        link = &(*link)->next;
    }
    *link = submission->next;
    submission->next = NULL;
    if (pipeline->first_reply == NULL) {
        pipeline->first_reply = submission;
    } else {
        pipeline->last_reply->next = submission;
    }
    pipeline->last_reply = submission;
    submission->replying = true;
}

/* A frame that was begun is finished first; then a refusal goes before the replies. */
hlx_delivery *hlx_pipeline_next(hlx_pipeline *pipeline, uint64_t now_ns) {
    if (pipeline->sending == NULL && hlx_pipeline_writes(pipeline)) {
        pipeline->sending =
            pipeline->refusing ? &pipeline->refusal : &pipeline->first_reply->delivery;
        pipeline->out_start_ns = now_ns;
    }
    return pipeline->sending;
}

hlx_submission *hlx_pipeline_sent(hlx_pipeline *pipeline) {
    bool refusal = pipeline->sending == &pipeline->refusal;
    pipeline->sending = NULL;
    if (refusal) {
        pipeline->refusing = false;
        return NULL;
    }
    return hlx_pipeline_pop_reply(pipeline);
}

static hlx_submission *pop(hlx_pipeline *pipeline, hlx_submission **list) {
    hlx_submission *submission = *list;
    if (submission != NULL) {
        *list = submission->next;
        submission->next = NULL;
        pipeline->request_count--;
    }
    return submission;
}

hlx_submission *hlx_pipeline_pop_in_service(hlx_pipeline *pipeline) {
    return pop(pipeline, &pipeline->in_service);
}

hlx_submission *hlx_pipeline_pop_reply(hlx_pipeline *pipeline) {
    return pop(pipeline, &pipeline->first_reply);
}
