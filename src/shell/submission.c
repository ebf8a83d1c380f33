/* submission.c -- see submission.h for the frame's layout. */
#include "submission.h"

#include <stdlib.h>
#include <string.h>

/* Bytes around a document of length 0. */
#define FRAME_OVERHEAD_BYTES (HLX_FRAME_REQUEST_PREFIX_BYTES + HLX_FRAME_OPTIONS_BYTES)
_Static_assert(HLX_QUERY_BEGIN_BYTES ==
                   HLX_SUBMISSION_FRAME_OFFSET + HLX_FRAME_REQUEST_PREFIX_BYTES,
               "a document lies where both frames have it");

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
    uint8_t *buffer =
        hlx_buffers_take(&table->buffers, HLX_SUBMISSION_FRAME_OFFSET + frame_bytes, &buffer_class);
    if (buffer == NULL) {
        return NULL;
    }
    table->first_free = submission->next_free;
    table->sequence++;
    *submission = (hlx_submission){.id = (table->sequence << HLX_SUBMISSION_ROW_BITS) | row,
                                   .frame = buffer + HLX_SUBMISSION_FRAME_OFFSET,
                                   .frame_bytes = frame_bytes,
                                   .buffer_class = buffer_class,
                                   .connection = HLX_NO_CONNECTION};
    return submission;
}

uint8_t *hlx_submission_bytes(const hlx_submission *submission) {
    return submission->frame + HLX_FRAME_HEADER_BYTES;
}

uint8_t *hlx_submission_query(const hlx_submission *submission) {
    return submission->frame - HLX_SUBMISSION_FRAME_OFFSET;
}

static void write_header(const hlx_submission *submission) {
    hlx_frame_header header = {.type = HLX_FRAME_REQUEST,
                               .request_id = submission->id,
                               .payload_length = submission->frame_bytes - HLX_FRAME_HEADER_BYTES};
    hlx_frame_encode_header(submission->frame, &header);
}

static uint8_t *options_of(const hlx_submission *submission) {
    return submission->frame + submission->frame_bytes - HLX_FRAME_OPTIONS_BYTES;
}

void hlx_submission_seal(const hlx_submissions *table, hlx_submission *submission) {
    write_header(submission);
    memcpy(options_of(submission), table->options, HLX_FRAME_OPTIONS_BYTES);
}

/* A client's own options block is behind the document already. spec: QRY-10 */
void hlx_submission_seal_query(const hlx_submissions *table, hlx_submission *submission) {
    const hlx_query_request *query = &submission->query;
    hlx_regime regime;
    submission->frame_bytes = FRAME_OVERHEAD_BYTES + query->document_length;
    write_header(submission);
    if (query->source == HLX_REGIME_SERVICE) {
        memcpy(options_of(submission), table->options, HLX_FRAME_OPTIONS_BYTES);
    } else if (query->source == HLX_REGIME_PRESET) {
        (void)hlx_regime_preset(&regime, query->preset, query->encoding);
        hlx_frame_encode_options(options_of(submission), &regime);
    }
}

hlx_submission *hlx_submission_find(const hlx_submissions *table, uint64_t id) {
    uint64_t row = id % HLX_SUBMISSION_MAX_ROWS;
    if (row >= table->capacity || table->rows[row].id != id) {
        return NULL;
    }
    return &table->rows[row];
}

/* The buffer first, the row when its reply is out. spec: SRV-30 */
static void free_if_unused(hlx_submissions *table, hlx_submission *submission) {
    if (!submission->released || submission->sends > 0) {
        return;
    }
    if (submission->frame != NULL) {
        hlx_buffers_give(&table->buffers, hlx_submission_query(submission),
                         submission->buffer_class);
        submission->frame = NULL;
    }
    if (submission->replying) {
        return;
    }
    submission->id = 0;
    submission->next_free = table->first_free;
    table->first_free = (uint32_t)(submission - table->rows);
}

void hlx_submission_replied(hlx_submissions *table, hlx_submission *submission) {
    submission->replying = false;
    free_if_unused(table, submission);
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
