/* document_summary.c -- see document_summary.h. */
#include "document_summary.h"

#include <stdlib.h>
#include <string.h>

#include "complaint.h"
#include "display.h"
#include "lexer.h"
#include "token_format.h"

#define SHOWN_NAMES 20u
#define SHOWN_ISSUES 20u
#define KIND_COUNT 14 /* 0 to 13 */

/* By code, then by place: equal names become neighbours, the first one first. */
static int compare_codes(const void *left, const void *right) {
    const hlx_name_count *one = left;
    const hlx_name_count *other = right;
    if (one->code != other->code) {
        return one->code < other->code ? -1 : 1;
    }
    return (one->first > other->first) - (one->first < other->first);
}

static int compare_counts(const void *left, const void *right) {
    const hlx_name_count *one = left;
    const hlx_name_count *other = right;
    if (one->count != other->count) {
        return one->count > other->count ? -1 : 1;
    }
    return (one->first > other->first) - (one->first < other->first);
}

static uint32_t gather_names(const hlx_analysis *analysis, hlx_name_count *names) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < analysis->counts.tokens; i++) {
        if (analysis->columns.kinds[i] == HLX_KIND_CONTROL_SEQUENCE) {
            names[count++] =
                (hlx_name_count){.code = analysis->columns.codes[i], .count = 1, .first = i};
        }
    }
    return count;
}

static uint32_t merge_neighbours(hlx_name_count *names, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept > 0 && names[kept - 1].code == names[i].code) {
            names[kept - 1].count++;
        } else {
            names[kept++] = names[i];
        }
    }
    return kept;
}

uint32_t hlx_count_names(const hlx_analysis *analysis, hlx_name_count **names) {
    *names = malloc(((size_t)analysis->counts.tokens + 1) * sizeof **names);
    if (*names == NULL) {
        return 0;
    }
    uint32_t count = gather_names(analysis, *names);
    qsort(*names, count, sizeof **names, compare_codes);
    count = merge_neighbours(*names, count);
    qsort(*names, count, sizeof **names, compare_counts);
    return count;
}

static double share(uint32_t part, uint32_t whole) {
    return whole > 0 ? 100.0 * part / whole : 0;
}

static void print_kinds(FILE *stream, const hlx_analysis *analysis) {
    uint32_t total = analysis->counts.tokens;
    uint32_t counts[KIND_COUNT] = {0};
    for (uint32_t i = 0; i < total; i++) {
        counts[analysis->columns.kinds[i]]++;
    }
    (void)fprintf(stream, "\n%u tokens\n", total);
    for (int32_t kind = 0; kind < KIND_COUNT; kind++) {
        if (counts[kind] > 0) {
            (void)fprintf(stream, "  %-16s %9u  %5.1f %%\n", hlx_kind_name(kind), counts[kind],
                          share(counts[kind], total));
        }
    }
}

/* A blank line's \par has no name in the source. */
static void print_name(FILE *stream, const hlx_document *document, const hlx_analysis *analysis,
                       const hlx_name_count *name) {
    uint32_t start = (uint32_t)analysis->columns.starts[name->first];
    uint32_t end = (uint32_t)analysis->ends[name->first];
    if (name->code == hlx_code_of_par()) {
        (void)fputs("\\par", stream);
    } else {
        (void)hlx_display_bytes(stream, document->bytes + start, end - start);
    }
}

static int print_names(FILE *stream, const hlx_document *document, const hlx_analysis *analysis) {
    hlx_name_count *names = NULL;
    uint32_t count = hlx_count_names(analysis, &names);
    if (names == NULL) {
        return hlx_complain(HLX_EXIT_SYSTEM, "%s: no memory for its names", document->name);
    }
    (void)fprintf(stream, "\n%u different control sequence%s%s\n", count, count == 1 ? "" : "s",
                  count > SHOWN_NAMES ? "; the most frequent:" : "");
    for (uint32_t i = 0; i < count && i < SHOWN_NAMES; i++) {
        (void)fprintf(stream, "  %9u  ", names[i].count);
        print_name(stream, document, analysis, &names[i]);
        (void)fputc('\n', stream);
    }
    free(names);
    return HLX_EXIT_OK;
}

static int print_issues(FILE *stream, const hlx_document *document, const hlx_analysis *analysis) {
    hlx_issue_row *rows = hlx_analysis_issues(analysis);
    uint32_t count = analysis->counts.issues;
    if (rows == NULL) {
        return hlx_complain(HLX_EXIT_SYSTEM, "%s: no memory for its issues", document->name);
    }
    (void)fprintf(stream, "\n%u issue%s%s\n", count, count == 1 ? "" : "s",
                  count > SHOWN_ISSUES ? "; the first (hedgelex check shows more):" : "");
    hlx_place place = hlx_place_begin();
    for (uint32_t i = 0; i < count && i < SHOWN_ISSUES; i++) {
        hlx_place_advance(&place, document, rows[i].offset);
        (void)fputs("  ", stream);
        hlx_document_print_name(stream, document);
        (void)fprintf(stream, ":%u:%u: %s: %s\n", place.line, place.column,
                      hlx_issue_severity(rows[i].code), hlx_issue_message(rows[i].code));
    }
    free(rows);
    return HLX_EXIT_OK;
}

int hlx_print_summary(FILE *stream, const hlx_document *document, const hlx_analysis *analysis) {
    hlx_document_print_name(stream, document);
    (void)fprintf(stream, "\n  %u bytes, %u lines\n", document->size,
                  hlx_document_line_count(document));
    print_kinds(stream, analysis);
    int exit_code = print_names(stream, document, analysis);
    return hlx_worse_exit(exit_code, print_issues(stream, document, analysis));
}
