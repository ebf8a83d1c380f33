/* tokenize.c -- whole documents: the public entry points. Contracts: hedgelex.h
 * and tokenize.h. */
#include "tokenize.h"

#include "character.h"
#include "control_sequence.h"
#include "line.h"
#include "scan.h"

void hlx_groups_check(const hlx_columns *columns, hlx_counts *counts) {
    uint32_t depth = 0;
    uint32_t outermost = 0; /* row of the group at depth 1 */
    uint32_t tokens = counts->tokens;
    for (uint32_t row = 0; row < tokens; row++) {
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

/* The byte behind the token that starts at `start` in `line`: read it again.
 * spec: LEX-51 */
static uint32_t end_of_token(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                             uint32_t start) {
    uint32_t position = start < line->content_end ? start : line->content_end;
    hlx_character character = hlx_character_at(line, regime, input, position);
    uint32_t next = character.next;
    if (character.category == HLX_CATEGORY_ESCAPE) {
        next = hlx_control_sequence_at(line, regime, input, next).next;
    }
    return hlx_span_end(line, next);
}

void hlx_expand(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                const int32_t *starts, uint32_t token_count, int32_t *ends, int32_t *lines,
                int32_t *cols) {
    hlx_line line = hlx_line_at(input, input_length, 0);
    uint32_t line_number = 1;
    for (uint32_t i = 0; i < token_count; i++) {
        uint32_t start = (uint32_t)starts[i];
        while (start >= line.next && line.next < input_length) {
            line = hlx_line_at(input, input_length, line.next);
            line_number++;
        }
        bool is_plain = start < line.content_end && hlx_plain_kind(regime, input[start]) != 0;
        uint32_t end = is_plain ? start + 1u : end_of_token(&line, regime, input, start);
        ends[i] = (int32_t)end;
        lines[i] = (int32_t)line_number;
        cols[i] = (int32_t)(start - line.start + 1u);
    }
}

#define HISTORIC_OUTPUT_FULL (-1)
#define HISTORIC_BAD_ARGUMENT (-2)

int tokenize_bytes_into_soa_simd(const uint8_t *input, size_t input_len, int32_t *kinds,
                                 int32_t *codes, int32_t *start_pos, int32_t *end_pos,
                                 int32_t *lines, int32_t *cols, int max_tokens) {
    if (input_len > HLX_MAX_INPUT_BYTES || max_tokens < 0) {
        return HISTORIC_BAD_ARGUMENT;
    }
    hlx_regime regime;
    (void)hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    hlx_columns columns = {kinds, codes, start_pos, (uint32_t)max_tokens, NULL, NULL, 0};
    hlx_counts counts;
    uint32_t length = (uint32_t)input_len;
    hlx_status status = hlx_tokenize(&regime, input, length, &columns, &counts);
    hlx_expand(&regime, input, length, start_pos, counts.tokens, end_pos, lines, cols);
    return status == HLX_STATUS_OK ? (int)counts.tokens : HISTORIC_OUTPUT_FULL;
}
