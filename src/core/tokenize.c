/* tokenize.c -- whole documents: the public entry points. Contracts: hedgelex.h
 * and tokenize.h. */
#include "tokenize.h"

#include "scan.h"

void hlx_groups_check(const hlx_columns *columns, hlx_counts *counts) {
    uint32_t depth = 0;
    uint32_t outermost = 0; /* row of the group at depth 1 */
    uint32_t tokens = counts->tokens;
    for (uint32_t row = hlx_scan_group(columns->kinds, 0, tokens); row < tokens;
         row = hlx_scan_group(columns->kinds, row + 1u, tokens)) {
        int32_t kind = columns->kinds[row];
        if (kind == HLX_CATEGORY_BEGIN_GROUP) {
            outermost = depth == 0 ? row : outermost;
            depth++;
        } else if (kind == HLX_CATEGORY_END_GROUP && depth > 0) {
            depth--;
        } else if (kind == HLX_CATEGORY_END_GROUP) {
            hlx_issue_add(columns, counts, HLX_ISSUE_UNMATCHED_END_GROUP,
                          (uint32_t)columns->starts[row]);
        }
    }
    if (depth > 0) {
        hlx_issue_add(columns, counts, HLX_ISSUE_UNCLOSED_BEGIN_GROUP,
                      (uint32_t)columns->starts[outermost]);
    }
}

hlx_status hlx_tokenize(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                        const hlx_columns *columns, hlx_counts *counts) {
    counts->tokens = 0;
    counts->issues = 0;
    if (input_length > HLX_MAX_INPUT_BYTES || !hlx_regime_valid(regime)) {
        return HLX_STATUS_BAD_ARGUMENT;
    }
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, input, input_length);
    hlx_status status =
        hlx_lexer_run(&lexer, regime, input, input_length, UINT32_MAX, columns, counts);
    if (status == HLX_STATUS_OK) {
        hlx_groups_check(columns, counts);
    }
    return status;
}
