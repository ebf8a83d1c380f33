/* submission.c -- see submission.h for the frame's layout. */
#include "submission.h"

#include <stdlib.h>
#include <string.h>

#define DOCUMENT_OFFSET HLX_QUERY_BEGIN_BYTES
#define LENGTH_WORD_OFFSET (DOCUMENT_OFFSET - HLX_CLIENT_HEADER_BYTES)

bool hlx_submissions_init(hlx_submissions *table, uint32_t capacity, size_t buffer_bytes,
                          const hlx_regime *regime) {
    table->rows = calloc(capacity, sizeof *table->rows);
    table->capacity = capacity;
    table->first_free = 0;
    table->sequence = 0;
    hlx_buffers_init(&table->buffers, buffer_bytes);
    hlx_frame_encode_options(table->options, regime);
    return table->rows != NULL;
}

hlx_submission *hlx_submission_take(hlx_submissions *table, uint32_t document_length) {
    if (table->first_free == table->capacity) {
        return NULL;
    }
    uint32_t row = table->first_free;
    hlx_submission *submission = &table->rows[row];
    uint32_t buffer_class = 0;
    uint8_t *buffer = hlx_buffers_take(
        &table->buffers, DOCUMENT_OFFSET + (size_t)document_length + HLX_FRAME_OPTIONS_BYTES,
        &buffer_class);
    if (buffer == NULL) {
        return NULL;
    }
    table->first_free = row + 1u + submission->next_free;
    table->sequence++;
    *submission = (hlx_submission){.id = (table->sequence << HLX_SUBMISSION_ROW_BITS) | row,
                                   .buffer = buffer,
                                   .buffer_class = buffer_class,
                                   .document_length = document_length,
                                   .connection = HLX_NO_CONNECTION};
    return submission;
}

uint8_t *hlx_submission_bytes(const hlx_submission *submission) {
    return submission->buffer + LENGTH_WORD_OFFSET;
}

uint8_t *hlx_submission_query(const hlx_submission *submission) {
    return submission->buffer;
}

const uint8_t *hlx_submission_document(const hlx_submission *submission) {
    return submission->buffer + DOCUMENT_OFFSET;
}

void hlx_submission_seal(const hlx_submissions *table, hlx_submission *submission) {
    submission->options = table->options;
}

/* spec: QRY-10 */
void hlx_submission_seal_query(const hlx_submissions *table, hlx_submission *submission) {
    const hlx_query_request *query = &submission->query;
    uint8_t *behind = submission->buffer + DOCUMENT_OFFSET + query->document_length;
    hlx_regime regime;
    submission->document_length = query->document_length;
    submission->options = query->source == HLX_REGIME_SERVICE ? table->options : behind;
    if (query->source == HLX_REGIME_PRESET) {
        (void)hlx_regime_preset(&regime, query->preset, query->encoding);
        hlx_frame_encode_options(behind, &regime);
    }
}

hlx_submission *hlx_submission_find(const hlx_submissions *table, uint64_t id) {
    uint64_t row = id % HLX_SUBMISSION_MAX_ROWS;
    if (id == 0 || row >= table->capacity || table->rows[row].id != id) {
        return NULL;
    }
    return &table->rows[row];
}

/* spec: SRV-30 */
static void free_if_unused(hlx_submissions *table, hlx_submission *submission) {
    if (submission->released && !submission->replying) {
        uint32_t row = (uint32_t)(submission - table->rows);
        submission->id = 0;
        submission->next_free = table->first_free - row - 1u;
        table->first_free = row;
    }
}

void hlx_submission_replied(hlx_submissions *table, hlx_submission *submission) {
    submission->replying = false;
    free_if_unused(table, submission);
}

/* The buffer at once, the row when its reply is out. */
void hlx_submission_release(hlx_submissions *table, hlx_submission *submission) {
    hlx_buffers_give(&table->buffers, submission->buffer, submission->buffer_class);
    submission->buffer = NULL;
    submission->released = true;
    free_if_unused(table, submission);
}
