/* document_laws.c -- from the first byte to the last: the machine's contract, used.
 *
 * What hlx_tokenize does before it looks for groups. */
#include "lexer_lemmas.h"

/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
    requires columns: ColumnsValid(columns, counts);
    terminates \true;
    assigns counts->tokens, counts->issues, columns->kinds[0 .. columns->token_capacity - 1],
      columns->codes[0 .. columns->token_capacity - 1],
      columns->starts[0 .. columns->token_capacity - 1],
      columns->issue_codes[0 .. columns->issue_capacity - 1],
      columns->issue_offsets[0 .. columns->issue_capacity - 1];
    ensures status: \result == HLX_STATUS_OK || \result == HLX_STATUS_OUTPUT_FULL;
    ensures capacity: counts->tokens <= columns->token_capacity;
    ensures tokens: TokensWritten(input, length, regime, columns, 0, counts->tokens);
    ensures issues: IssuesWritten(input, length, regime, columns, counts->issues);
    ensures spans: SpansInOrder(input, length, regime, counts->tokens);
    ensures places: TokensInLines(input, length, regime, counts->tokens);
    ensures all_tokens: \result == HLX_STATUS_OK ==>
      TokensAre(input, length, regime, counts->tokens);
    ensures all_issues: \result == HLX_STATUS_OK ==>
      IssuesAre(input, length, regime, counts->issues);
    ensures full: \result == HLX_STATUS_OUTPUT_FULL ==>
      counts->tokens == columns->token_capacity &&
      TokenLine(input, length, regime, counts->tokens) >= 0;
*/
static hlx_status read_document(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                                const hlx_columns *columns, hlx_counts *counts) {
    counts->tokens = 0;
    counts->issues = 0;
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, input, length);
    //@ assert reading: LexerReading(&lexer, regime, input, length, counts);
    hlx_status status =
        hlx_lexer_run(&lexer, regime, input, length, UINT32_MAX, columns, counts);
    //@ assert row: lexer.first_row == 0;
    //@ assert places: TokensInLines(input, length, regime, lexer.first_row + counts->tokens);
    return status;
}
