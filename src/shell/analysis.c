/* analysis.c -- see analysis.h.
 *
 * Capacity: every token and every dropped character has a byte of its own, but for
 * the end-of-line character of a last line without terminator; so n bytes give at
 * most n + 1 tokens and as many issues, and the open groups one issue more
 * (spec: LEX-51, LEX-60 to LEX-65). */
#include "analysis.h"

#include <stdlib.h>

#include "complaint.h"

enum { COLUMN_COUNT = 8 };

static void lay_out(hlx_analysis *analysis, uint32_t capacity) {
    int32_t *block = analysis->block;
    analysis->columns = (hlx_columns){.kinds = block,
                                      .codes = block + capacity,
                                      .starts = block + 2 * (size_t)capacity,
                                      .token_capacity = capacity,
                                      .issue_codes = block + 3 * (size_t)capacity,
                                      .issue_offsets = block + 4 * (size_t)capacity,
                                      .issue_capacity = capacity};
    analysis->ends = block + 5 * (size_t)capacity;
    analysis->lines = block + 6 * (size_t)capacity;
    analysis->cols = block + 7 * (size_t)capacity;
}

int hlx_analysis_allocate(hlx_analysis *analysis, const hlx_document *document, uint32_t capacity) {
    analysis->block = malloc(COLUMN_COUNT * sizeof(int32_t) * (size_t)capacity);
    if (analysis->block == NULL) {
        return hlx_complain(HLX_EXIT_SYSTEM, "%s: no memory for its tokens", document->name);
    }
    lay_out(analysis, capacity);
    return HLX_EXIT_OK;
}

void hlx_analysis_expand(hlx_analysis *analysis, const hlx_regime *regime,
                         const hlx_document *document) {
    hlx_expand(regime, document->bytes, document->size, analysis->columns.starts,
               analysis->counts.tokens, analysis->ends, analysis->lines, analysis->cols);
}

int hlx_analyse(hlx_analysis *analysis, const hlx_regime *regime, const hlx_document *document) {
    uint32_t capacity = document->size + 2u;
    int exit_code = hlx_analysis_allocate(analysis, document, capacity);
    if (exit_code != HLX_EXIT_OK) {
        return exit_code;
    }
    hlx_status status = hlx_tokenize(regime, document->bytes, document->size, &analysis->columns,
                                     &analysis->counts);
    if (status != HLX_STATUS_OK || analysis->counts.issues > capacity) {
        hlx_analysis_free(analysis);
        return hlx_complain(HLX_EXIT_INTERNAL, "%s: the tokenizer gave status %d", document->name,
                            (int)status);
    }
    hlx_analysis_expand(analysis, regime, document);
    return HLX_EXIT_OK;
}

void hlx_analysis_free(hlx_analysis *analysis) {
    free(analysis->block);
    analysis->block = NULL;
}

int hlx_analyse_file(hlx_analysis *analysis, hlx_document *document, const hlx_regime *regime,
                     const char *path) {
    int exit_code = hlx_document_read(document, path);
    if (exit_code != HLX_EXIT_OK) {
        return exit_code;
    }
    exit_code = hlx_analyse(analysis, regime, document);
    if (exit_code != HLX_EXIT_OK) {
        hlx_document_free(document);
    }
    return exit_code;
}

void hlx_analysis_close(hlx_analysis *analysis, hlx_document *document) {
    hlx_analysis_free(analysis);
    hlx_document_free(document);
}

static int compare_issues(const void *left, const void *right) {
    const hlx_issue_row *one = left;
    const hlx_issue_row *other = right;
    if (one->offset != other->offset) {
        return one->offset < other->offset ? -1 : 1;
    }
    return (one->code > other->code) - (one->code < other->code);
}

hlx_issue_row *hlx_analysis_issues(const hlx_analysis *analysis) {
    uint32_t count = analysis->counts.issues;
    hlx_issue_row *rows = malloc(((size_t)count + 1) * sizeof *rows);
    if (rows == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        rows[i] = (hlx_issue_row){.offset = (uint32_t)analysis->columns.issue_offsets[i],
                                  .code = (uint32_t)analysis->columns.issue_codes[i]};
    }
    qsort(rows, count, sizeof *rows, compare_issues);
    return rows;
}

const char *hlx_issue_identifier(uint32_t code) {
    switch (code) {
#define IDENTIFIER_CASE(number, enumerator, identifier, message)                                   \
    case number:                                                                                   \
        return identifier;
        HLX_ISSUES(IDENTIFIER_CASE)
#undef IDENTIFIER_CASE
    default:
        return "unknown-issue";
    }
}

const char *hlx_issue_message(uint32_t code) {
    switch (code) {
#define MESSAGE_CASE(number, enumerator, identifier, message)                                      \
    case number:                                                                                   \
        return message;
        HLX_ISSUES(MESSAGE_CASE)
#undef MESSAGE_CASE
    default:
        return "unknown issue";
    }
}

const char *hlx_issue_severity(uint32_t code) {
    return code == HLX_ISSUE_ESCAPE_AT_END ? "warning" : "error";
}
