/* fuzz_columns.h -- the lexer's columns in memory of exactly their capacity; no column of issues
 * where there is no room for any. */
#ifndef FUZZ_COLUMNS_H
#define FUZZ_COLUMNS_H

#include "fuzz_support.h"
#include "hedgelex.h"

static inline int32_t *fuzz_column_new(uint32_t rows) {
    return fuzz_new(rows * sizeof(int32_t));
}

static inline hlx_columns fuzz_columns_new(uint32_t tokens, uint32_t issues) {
    hlx_columns columns = {fuzz_column_new(tokens),
                           fuzz_column_new(tokens),
                           fuzz_column_new(tokens),
                           tokens,
                           issues > 0 ? fuzz_column_new(issues) : NULL,
                           issues > 0 ? fuzz_column_new(issues) : NULL,
                           issues};
    return columns;
}

static inline void fuzz_columns_free(const hlx_columns *columns) {
    free(columns->kinds);
    free(columns->codes);
    free(columns->starts);
    free(columns->issue_codes);
    free(columns->issue_offsets);
}

/* Enough for every document of `length` bytes. */
static inline hlx_columns fuzz_columns_for(uint32_t length) {
    return fuzz_columns_new(length + 1, 2 * length + 3);
}

static inline uint32_t fuzz_least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static inline bool fuzz_same_column(const int32_t *a, const int32_t *b, uint32_t rows) {
    return rows == 0 || memcmp(a, b, rows * sizeof(int32_t)) == 0;
}

/* Are the first `tokens` and `issues` rows of both the same? */
static inline bool fuzz_same_rows(const hlx_columns *a, const hlx_columns *b, uint32_t tokens,
                                  uint32_t issues) {
    return fuzz_same_column(a->kinds, b->kinds, tokens) &&
           fuzz_same_column(a->codes, b->codes, tokens) &&
           fuzz_same_column(a->starts, b->starts, tokens) &&
           fuzz_same_column(a->issue_codes, b->issue_codes, issues) &&
           fuzz_same_column(a->issue_offsets, b->issue_offsets, issues);
}

#endif
