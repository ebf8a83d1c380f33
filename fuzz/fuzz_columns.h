/* fuzz_columns.h -- the lexer's columns in memory of exactly their capacity. */
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
                           fuzz_column_new(issues),
                           fuzz_column_new(issues),
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

/* Are the first `tokens` and `issues` rows of both the same? */
static inline bool fuzz_same_rows(const hlx_columns *a, const hlx_columns *b, uint32_t tokens,
                                  uint32_t issues) {
    size_t bytes = tokens * sizeof(int32_t);
    size_t issue_bytes = issues * sizeof(int32_t);
    return memcmp(a->kinds, b->kinds, bytes) == 0 && memcmp(a->codes, b->codes, bytes) == 0 &&
           memcmp(a->starts, b->starts, bytes) == 0 &&
           memcmp(a->issue_codes, b->issue_codes, issue_bytes) == 0 &&
           memcmp(a->issue_offsets, b->issue_offsets, issue_bytes) == 0;
}

#endif
