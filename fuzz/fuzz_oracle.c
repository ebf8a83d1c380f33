/* fuzz_oracle.c -- the lexer against slow_reader.h: all six columns and all issues.
 *
 * Input: fuzz_latex.h. spec: LEX-10 to LEX-16, LEX-20 to LEX-27, LEX-30 to LEX-33, LEX-40,
 * LEX-50 to LEX-52, LEX-60 to LEX-65 */
#include "fuzz_columns.h"
#include "fuzz_latex.h"
#include "slow_reader.h"

typedef struct expanded {
    int32_t *ends, *lines, *cols;
} expanded;

static expanded expand(const fuzz_latex *latex, const hlx_columns *columns, uint32_t tokens) {
    expanded derived = {fuzz_column_new(tokens), fuzz_column_new(tokens), fuzz_column_new(tokens)};
    hlx_expand(&latex->regime, latex->document, latex->length, columns->starts, tokens,
               derived.ends, derived.lines, derived.cols);
    return derived;
}

static void expanded_free(const expanded *derived) {
    free(derived->ends);
    free(derived->lines);
    free(derived->cols);
}

static void compare_tokens(const slow_reader *reader, const hlx_columns *columns,
                           const expanded *derived) {
    for (uint32_t i = 0; i < reader->token_count; i++) {
        const slow_token *token = &reader->tokens[i];
        fuzz_expect(columns->kinds[i] == token->kind, "LEX-22: the kind is the oracle's");
        fuzz_expect(columns->codes[i] == token->code, "LEX-40: the code is the oracle's");
        fuzz_expect(columns->starts[i] == token->start, "LEX-51: the start is the oracle's");
        fuzz_expect(derived->ends[i] == token->end, "LEX-51: the end is the oracle's");
        fuzz_expect(derived->lines[i] == token->line, "LEX-52: the line is the oracle's");
        fuzz_expect(derived->cols[i] == token->col, "LEX-52: the column is the oracle's");
    }
}

static void compare_issues(const slow_reader *reader, const hlx_columns *columns) {
    for (uint32_t i = 0; i < reader->issue_count; i++) {
        fuzz_expect(columns->issue_codes[i] == reader->issues[i].code,
                    "LEX-60: the issue is the oracle's");
        fuzz_expect(columns->issue_offsets[i] == reader->issues[i].offset,
                    "LEX-60: the issue is where the oracle has it");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_latex latex = fuzz_latex_read(data, size);
    hlx_columns columns = fuzz_columns_for(latex.length);
    hlx_counts counts;
    hlx_status status =
        hlx_tokenize(&latex.regime, latex.document, latex.length, &columns, &counts);
    slow_reader reader = slow_read(&latex.regime, latex.document, latex.length);
    fuzz_expect(status == HLX_STATUS_OK, "LEX-54: there is room for every token");
    fuzz_expect(counts.tokens == reader.token_count, "LEX-50: as many tokens as the oracle");
    fuzz_expect(counts.issues == reader.issue_count, "LEX-60: as many issues as the oracle");
    expanded derived = expand(&latex, &columns, counts.tokens);
    compare_tokens(&reader, &columns, &derived);
    compare_issues(&reader, &columns);
    expanded_free(&derived);
    slow_free(&reader);
    fuzz_columns_free(&columns);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    return fuzz_latex_mutate(data, size, max_size, seed);
}
