/* tokenize.c -- whole documents: the public entry points. Contracts: hedgelex.h
 * and tokenize.h. */
#include "tokenize.h"

#include "scan.h"

/* The group token in `row`. */
static void match_group(hlx_groups *groups, uint32_t row, const hlx_columns *columns,
                        hlx_counts *counts) {
    bool begins = columns->kinds[row] == HLX_CATEGORY_BEGIN_GROUP;
    if (groups->depth == 0) {
        groups->outermost = row;
        if (!begins) {
            hlx_issue_add(columns, counts, HLX_ISSUE_UNMATCHED_END_GROUP,
                          (uint32_t)columns->starts[row]);
            return;
        }
    }
    groups->depth = begins ? groups->depth + 1u : groups->depth - 1u;
}

bool hlx_groups_run(hlx_groups *groups, uint32_t rows, const hlx_columns *columns,
                    hlx_counts *counts) {
    uint32_t left = counts->tokens - groups->row;
    uint32_t stop = groups->row + (rows < left ? rows : left);
    while (groups->row < stop) {
        uint32_t found[HLX_GROUP_SCAN_ROWS];
        uint32_t most = stop - groups->row;
        most = most < HLX_GROUP_SCAN_ROWS ? most : HLX_GROUP_SCAN_ROWS;
        uint32_t count = hlx_scan_groups(columns->kinds, groups->row, groups->row + most, found);
        for (uint32_t i = 0; i < count; i++) {
            match_group(groups, found[i], columns, counts);
        }
        groups->row = groups->row + most;
    }
    if (stop < counts->tokens) {
        return false;
    }
    if (groups->depth > 0) {
        hlx_issue_add(columns, counts, HLX_ISSUE_UNCLOSED_BEGIN_GROUP,
                      (uint32_t)columns->starts[groups->outermost]);
    }
    return true;
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
        hlx_groups groups = {0, 0, 0};
        (void)hlx_groups_run(&groups, UINT32_MAX, columns, counts);
    }
    return status;
}
