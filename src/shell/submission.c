/* submission.c -- see submission.h for the frame's layout. */
#include "submission.h"

#include <stdlib.h>
#include <string.h>

/* Bytes around a document of length 0. */
#define FRAME_OVERHEAD_BYTES (HLX_FRAME_REQUEST_PREFIX_BYTES + HLX_FRAME_OPTIONS_BYTES)

bool hlx_submissions_init(hlx_submissions *table, uint32_t capacity, size_t buffer_bytes,
                          const hlx_regime *regime) {
    table->rows = calloc(capacity, sizeof *table->rows);
    table->capacity = capacity;
    table->first_free = 0;
    table->sequence = 0;
    hlx_buffers_init(&table->buffers, buffer_bytes);
    hlx_frame_encode_options(table->options, regime);
    for (uint32_t row = 0; table->rows != NULL && row < capacity; row++) {
        table->rows[row].next_free = row + 1;
    }
    return table->rows != NULL;
}

hlx_submission *hlx_submission_take(hlx_submissions *table, uint32_t document_length) {
    if (table->first_free == table->capacity) {
        return NULL;
    }
    uint32_t row = table->first_free;
    hlx_submission *submission = &table->rows[row];
    uint32_t frame_bytes = FRAME_OVERHEAD_BYTES + document_length;
    uint32_t buffer_class = 0;
    uint8_t *frame = hlx_buffers_take(&table->buffers, frame_bytes, &buffer_class);
    if (frame == NULL) {
        return NULL;
    }
    table->first_free = submission->next_free;
    table->sequence++;
    *submission = (hlx_submission){.id = (table->sequence << HLX_SUBMISSION_ROW_BITS) | row,
                                   .frame = frame,
                                   .frame_bytes = frame_bytes,
                                   .buffer_class = buffer_class,
                                   .connection = HLX_NO_CONNECTION};
    return submission;
}

uint8_t *hlx_submission_bytes(const hlx_submission *submission) {
    return submission->frame + HLX_FRAME_HEADER_BYTES;
}

void hlx_submission_seal(const hlx_submissions *table, hlx_submission *submission) {
    hlx_frame_header header = {.type = HLX_FRAME_REQUEST,
                               .request_id = submission->id,
                               .payload_length = submission->frame_bytes - HLX_FRAME_HEADER_BYTES};
    hlx_frame_encode_header(submission->frame, &header);
    memcpy(submission->frame + submission->frame_bytes - HLX_FRAME_OPTIONS_BYTES, table->options,
           HLX_FRAME_OPTIONS_BYTES);
}

hlx_submission *hlx_submission_find(const hlx_submissions *table, uint64_t id) {
    uint64_t row = id % HLX_SUBMISSION_MAX_ROWS;
    if (row >= table->capacity || table->rows[row].id != id) {
        return NULL;
    }
    return &table->rows[row];
}

/* spec: SRV-30 */
static void free_if_unused(hlx_submissions *table, hlx_submission *submission) {
    if (!submission->released || submission->sends > 0) {
        return;
    }
    hlx_buffers_give(&table->buffers, submission->frame, submission->buffer_class);
    submission->id = 0;
    submission->next_free = table->first_free;
    table->first_free = (uint32_t)(submission - table->rows);
}

void hlx_submission_release(hlx_submissions *table, hlx_submission *submission) {
    submission->released = true;
    free_if_unused(table, submission);
}

void hlx_submission_hold(hlx_submission *submission) {
    submission->sends++;
}

void hlx_submission_drop(hlx_submissions *table, hlx_submission *submission) {
    submission->sends--;
    free_if_unused(table, submission);
}
