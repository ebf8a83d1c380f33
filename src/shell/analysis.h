/* analysis.h -- one document tokenized in this process, in memory of its size.
 *
 * What the command line shows and what it holds a service's answer against. The
 * columns are those of hedgelex.h. Not for the service: it never allocates. */
#ifndef HLX_ANALYSIS_H
#define HLX_ANALYSIS_H

#include <stdint.h>

#include "document.h"
#include "hedgelex.h"

typedef struct hlx_analysis {
    hlx_columns columns;
    hlx_counts counts;
    int32_t *ends; /* these three: all counts.tokens rows, from hlx_expand */
    int32_t *lines;
    int32_t *cols;
    int32_t *block; /* the memory behind all columns */
} hlx_analysis;

/* Tokenize. On failure the user has been told, nothing is to be freed and the exit
 * code is not 0. `regime` must be valid. */
int hlx_analyse(hlx_analysis *analysis, const hlx_regime *regime, const hlx_document *document);

/* Memory for `capacity` rows of every column, with the same promise; `document` is
 * for the message. */
int hlx_analysis_allocate(hlx_analysis *analysis, const hlx_document *document, uint32_t capacity);

/* The kinds and starts are there: derive ends, lines and cols. */
void hlx_analysis_expand(hlx_analysis *analysis, const hlx_regime *regime,
                         const hlx_document *document);

/* Read and tokenize, with the same promise; to be undone by hlx_analysis_close. */
int hlx_analyse_file(hlx_analysis *analysis, hlx_document *document, const hlx_regime *regime,
                     const char *path);
void hlx_analysis_close(hlx_analysis *analysis, hlx_document *document);

void hlx_analysis_free(hlx_analysis *analysis);

/* An issue, for sorting: the table has them in the order of their discovery. */
typedef struct hlx_issue_row {
    uint32_t offset;
    uint32_t code; /* enum hlx_issue */
} hlx_issue_row;

/* All issues by offset, then by code, in new memory for `free`, or NULL when there
 * is no memory. The table holds every issue: it is sized for it. */
hlx_issue_row *hlx_analysis_issues(const hlx_analysis *analysis);

/* "invalid-character" and its sentence; spec: LEX-60. */
const char *hlx_issue_identifier(uint32_t code);
const char *hlx_issue_message(uint32_t code);

/* "error" where TeX reports an error or the source is damaged, "warning" where TeX
 * reads on as if nothing were wrong. spec: CMD-12 */
const char *hlx_issue_severity(uint32_t code);

#endif
