/* document_summary.h -- one document as a person wants to read of it. */
#ifndef HLX_DOCUMENT_SUMMARY_H
#define HLX_DOCUMENT_SUMMARY_H

#include <stdint.h>
#include <stdio.h>

#include "analysis.h"
#include "document.h"

/* Control sequences of one code, counted. */
typedef struct hlx_name_count {
    int32_t code;
    uint32_t count;
    uint32_t first; /* index of the first of them */
} hlx_name_count;

/* The different control sequences, the most frequent first and, among equally
 * frequent ones, the first in the document first. `names` is new memory for `free`;
 * NULL when there is none. */
uint32_t hlx_count_names(const hlx_analysis *analysis, hlx_name_count **names);

/* Size, lines, tokens by kind, control sequences, issues. Returns an exit code; 0 unless
 * memory was short. spec: CMD-51 */
int hlx_print_summary(FILE *stream, const hlx_document *document, const hlx_analysis *analysis);

#endif
