/* lexer.h -- TeX's reader as a machine that can be stopped and resumed.
 *
 *      hlx_lexer_init, then hlx_lexer_run until it is done or the columns are full
 *
 *      line  ->  character  ->  control sequence  ->  step  ->  rows of the columns
 *
 * The machine goes from step to step and from line to line and writes what the steps
 * give. Runs of plain bytes are left to the scan kernel (scan.h). spec: spec/lexer.md */
#ifndef HLX_LEXER_H
#define HLX_LEXER_H

#include "hedgelex.h"
#include "line.h"
#include "step.h"

#ifdef __FRAMAC__
#include "../../spec/logic/lexer_logic.h"
#endif

typedef struct hlx_lexer {
    hlx_line line;
    uint32_t position;  /* next character to read */
    uint32_t state;     /* enum hlx_lexer_state */
    bool done;          /* the whole input was read */
    uint32_t first_row; /* tokens that were given before row 0 of the columns */
} hlx_lexer;

/*@ predicate ColumnsValid{L}(hlx_columns *columns, hlx_counts *counts) =
      \valid_read(columns) && \valid(counts) &&
      \valid(columns->kinds + (0 .. columns->token_capacity - 1)) &&
      \valid(columns->codes + (0 .. columns->token_capacity - 1)) &&
      \valid(columns->starts + (0 .. columns->token_capacity - 1)) &&
      \valid(columns->issue_codes + (0 .. columns->issue_capacity - 1)) &&
      \valid(columns->issue_offsets + (0 .. columns->issue_capacity - 1)) &&
      \separated(columns, counts, columns->kinds + (0 .. columns->token_capacity - 1),
                 columns->codes + (0 .. columns->token_capacity - 1),
                 columns->starts + (0 .. columns->token_capacity - 1),
                 columns->issue_codes + (0 .. columns->issue_capacity - 1),
                 columns->issue_offsets + (0 .. columns->issue_capacity - 1));

    // Row 0 is token `first`; the tokens before it went elsewhere.
    predicate TokensWritten{L}(uint8_t *input, integer length, hlx_regime *regime,
                           hlx_columns *columns, integer first, integer count) =
      (\forall integer k; 0 <= k < first + count ==> TokenLine(input, length, regime, k) >= 0) &&
      (\forall integer row; 0 <= row < count ==>
        columns->kinds[row] == TokenKind(input, length, regime, first + row)) &&
      (\forall integer row; 0 <= row < count ==>
        columns->codes[row] == TokenCode(input, length, regime, first + row)) &&
      (\forall integer row; 0 <= row < count ==>
        columns->starts[row] == TokenStart(input, length, regime, first + row));

    predicate IssuesWritten{L}(uint8_t *input, integer length, hlx_regime *regime,
                           hlx_columns *columns, integer count) =
      (\forall integer row; 0 <= row < count ==> IssueLine(input, length, regime, row) >= 0) &&
      (\forall integer row; 0 <= row < count && row < columns->issue_capacity ==>
        columns->issue_codes[row] == IssueCode(input, length, regime, row)) &&
      (\forall integer row; 0 <= row < count && row < columns->issue_capacity ==>
        columns->issue_offsets[row] == IssueOffset(input, length, regime, row));

    predicate LexerReading{L}(hlx_lexer *lexer, hlx_regime *regime, uint8_t *input,
                              integer length, hlx_counts *counts) =
      LineRead(&lexer->line, input, length) &&
      lexer->line.start <= lexer->position <= Limit(regime, lexer->line.content_end) &&
      lexer->state <= HLX_STATE_SKIP_BLANKS &&
      lexer->first_row + counts->tokens <= lexer->position &&
      counts->issues <= lexer->position &&
      Coming(input, length, regime, lexer->line.start, lexer->position, lexer->state,
             lexer->first_row + counts->tokens, counts->issues) &&
      SpansBefore(input, length, regime, lexer->line.start, lexer->position,
                  lexer->first_row + counts->tokens);

    predicate LexerDone{L}(hlx_lexer *lexer, hlx_regime *regime, uint8_t *input, integer length,
                           hlx_counts *counts) =
      TokensAre(input, length, regime, lexer->first_row + counts->tokens) &&
      IssuesAre(input, length, regime, counts->issues);

    // What holds whenever the machine stands between two characters.
    predicate LexerCall{L}(hlx_lexer *lexer, hlx_regime *regime, uint8_t *input, integer length,
                           hlx_columns *columns, hlx_counts *counts) =
      length <= HLX_MAX_INPUT_BYTES && \valid(lexer) && \valid_read(regime) &&
      RegimeValid(regime) && \valid_read(input + (0 .. length - 1)) &&
      ColumnsValid(columns, counts) && \separated(lexer, counts, columns) &&
      LexerReading(lexer, regime, input, length, counts) &&
      counts->tokens <= columns->token_capacity &&
      TokensWritten(input, length, regime, columns, lexer->first_row, counts->tokens) &&
      IssuesWritten(input, length, regime, columns, counts->issues);
*/

/* At the first line of an input, state N. spec: LEX-10, LEX-15, LEX-16 */
/*@ requires within: input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires writable: \valid(lexer);
    terminates \true;
    assigns *lexer;
    ensures line: LineRead(&lexer->line, input, input_length) && lexer->line.start == 0;
    ensures first: lexer->position == 0 && lexer->state == HLX_STATE_NEW_LINE;
    ensures reached: LineReached(input, input_length, 0);
    ensures more: lexer->done == 0;
    ensures row: lexer->first_row == 0;
*/
void hlx_lexer_init(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length);

/* Read on until the whole input was read (OK, lexer->done), the position reached
 * `pause_at` (OK, not done: call again to go on; a pause changes no token), or the
 * token capacity is used up and one more token is there (OUTPUT_FULL). Between two
 * pauses at pause_at = position + n the work is bounded by n bytes, a kernel's block, one
 * line's search for its terminator and one control sequence's name or character's chain of
 * notations. `counts` is added to.
 * The regime must be valid; lexer and input as hlx_lexer_init or the last call left
 * them; who goes on with other columns adds the tokens given to lexer->first_row and sets
 * counts->tokens to 0. The contract: however it is paused, row k of the columns is token
 * first_row + k of the specification, and issue k its k-th. spec: LEX-15, LEX-17, LEX-50, LEX-54 */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires done: lexer->done != 0 ==> LexerDone(lexer, regime, input, input_length, counts);
    terminates \true;
    assigns lexer->line, lexer->position, lexer->state, lexer->done,
      counts->tokens, counts->issues,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures done: lexer->done != 0 ==> LexerDone(lexer, regime, input, input_length, counts);
    ensures status: \result == HLX_STATUS_OK || \result == HLX_STATUS_OUTPUT_FULL;
    ensures pause: \result == HLX_STATUS_OK ==>
      lexer->done != 0 || lexer->position >= pause_at;
    ensures full: \result == HLX_STATUS_OUTPUT_FULL ==>
      counts->tokens == columns->token_capacity &&
      TokenLine(input, input_length, regime, lexer->first_row + counts->tokens) >= 0;
    ensures progress: \old(lexer->position) <= lexer->position &&
      \old(lexer->line.start) <= lexer->line.start;
    ensures more: \old(counts->tokens) <= counts->tokens &&
      \old(counts->issues) <= counts->issues;
    ensures lines: LinesWithin(input, input_length, regime,
                               lexer->first_row + \old(counts->tokens),
                               lexer->first_row + counts->tokens, \old(lexer->line.start),
                               lexer->line.start);
*/
hlx_status hlx_lexer_run(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                         hlx_counts *counts);

/* Read on as far as a kernel can by itself: whole lines, less than a block of 64 bytes beyond
 * `pause_at`, giving tokens but no issue. Doing nothing is always right. Defined in
 * src/simd/kernel.c and assumed by name: what it promises is what hlx_lexer_run does.
 * spec: LEX-17, LEX-53 */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    terminates \true;
    assigns lexer->line, lexer->position, lexer->state, counts->tokens,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures progress: \old(lexer->position) <= lexer->position &&
      \old(lexer->line.start) <= lexer->line.start;
    ensures more: \old(counts->tokens) <= counts->tokens;
    ensures lines: LinesWithin(input, input_length, regime,
                               lexer->first_row + \old(counts->tokens),
                               lexer->first_row + counts->tokens, \old(lexer->line.start),
                               lexer->line.start);
*/
void hlx_lexer_leap(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                    uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                    hlx_counts *counts);

/* Append a row to the issues if there is room, and count it in any case; fewer than
 * UINT32_MAX are there already. spec: LEX-60 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->issues < UINT32_MAX;
    requires issue: issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP;
    requires offset: offset <= HLX_MAX_INPUT_BYTES;
    terminates \true;
    assigns counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures counted: counts->issues == \old(counts->issues) + 1;
    ensures written: \old(counts->issues) < columns->issue_capacity ==>
      columns->issue_codes[\old(counts->issues)] == issue &&
      columns->issue_offsets[\old(counts->issues)] == offset;
    ensures codes_kept: \forall integer row; 0 <= row < \old(counts->issues) &&
      row < columns->issue_capacity ==>
      columns->issue_codes[row] == \old(columns->issue_codes[row]);
    ensures offsets_kept: \forall integer row; 0 <= row < \old(counts->issues) &&
      row < columns->issue_capacity ==>
      columns->issue_offsets[row] == \old(columns->issue_offsets[row]);
*/
void hlx_issue_add(const hlx_columns *columns, hlx_counts *counts, uint32_t issue, uint32_t offset);

#endif
