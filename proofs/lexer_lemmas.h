/* lexer_lemmas.h -- what the proof of the machine unfolds, as ghost functions.
 *
 * A call of one puts its post-condition at the prover's disposal; lexer_laws.c proves
 * them. One unfolding of the specification each, and run_comes by induction. */
#ifndef HLX_LEXER_LEMMAS_H
#define HLX_LEXER_LEMMAS_H

#include "lexer.h"
#include "scan.h"

/* One step: if it gives a token or an issue, that is the next row; behind it comes what is
 * ahead of the next configuration. */
/*@ ghost
    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures line: StepTokens(input, length, regime, start, position, state) == 1 ==>
         TokenLine(input, length, regime, tokens) == start;
       ensures position: StepTokens(input, length, regime, start, position, state) == 1 ==>
         TokenPosition(input, length, regime, tokens) == position;
       ensures state: StepTokens(input, length, regime, start, position, state) == 1 ==>
         TokenState(input, length, regime, tokens) == state;
       ensures lines: LinesWithin(input, length, regime, tokens,
         tokens + StepTokens(input, length, regime, start, position, state), start, start);
       ensures issue_line: StepIssues(input, length, regime, start, position) == 1 ==>
         IssueLine(input, length, regime, issues) == start;
       ensures issue_position: StepIssues(input, length, regime, start, position) == 1 ==>
         IssuePosition(input, length, regime, issues) == position;
       ensures span: LineTerminator(input, length, start) >= length ||
         LineTerminator(input, length, start) < LineNext(input, length, start);
       ensures coming: Coming(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         tokens + StepTokens(input, length, regime, start, position, state),
         issues + StepIssues(input, length, regime, start, position));
    @/
    void hlx_step_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues);
*/

/* A step's span stands behind those before it. spec: LEX-51 */
/*@ ghost
    /@ requires line: start <= LineContentEnd(input, length, start) <=
         LineTerminator(input, length, start) <= LineNext(input, length, start) <= length;
       requires terminator: LineTerminator(input, length, start) >= length ||
         LineTerminator(input, length, start) < LineNext(input, length, start);
       requires within: start <= position <= LineContentEnd(input, length, start);
       requires limit: position < Limit(regime, LineContentEnd(input, length, start));
       requires next: position < StepNext(input, length, regime, start, position);
       requires behind: position < StepBehind(input, length, regime, start, position) <=
         StepNext(input, length, regime, start, position);
       requires few: tokens < UINT32_MAX;
       requires spans: SpansBefore(input, length, regime, start, position, tokens);
       requires token: has_token != 0 ==> TokenLine(input, length, regime, tokens) == start &&
         TokenPosition(input, length, regime, tokens) == position;
       terminates \true;
       assigns \nothing;
       ensures spans: SpansBefore(input, length, regime, start,
         StepNext(input, length, regime, start, position), tokens + (has_token != 0 ? 1 : 0));
    @/
    void hlx_span_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t tokens, bool has_token);
*/

/* The spans of a run's rows stand behind those before them. spec: LEX-51, LEX-53 */
/*@ ghost
    /@ requires line: position + count <= LineContentEnd(input, length, start) <=
         LineTerminator(input, length, start) <= LineNext(input, length, start) <= length;
       requires within: 0 <= start <= position;
       requires few: tokens + count <= UINT32_MAX;
       requires spans: SpansBefore(input, length, regime, start, position, tokens);
       requires lines: \forall integer r; tokens <= r < tokens + count ==>
         TokenLine(input, length, regime, r) == start;
       requires positions: \forall integer r; tokens <= r < tokens + count ==>
         TokenPosition(input, length, regime, r) == position + (r - tokens);
       requires starts: \forall integer r; tokens <= r < tokens + count ==>
         TokenStart(input, length, regime, r) == position + (r - tokens);
       requires ends: \forall integer r; tokens <= r < tokens + count ==>
         TokenEnd(input, length, regime, r) == position + (r - tokens) + 1;
       terminates \true;
       assigns \nothing;
       ensures spans: SpansBefore(input, length, regime, start, position + count, tokens + count);
    @/
    void hlx_spans_come(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t tokens, uint32_t count);
*/

/* A place in a line is found there. spec: LEX-10, LEX-52 */
/*@ ghost
    /@ terminates \true;
       assigns \nothing;
       ensures line: \forall integer place; start <= place && (place <
         LineNext(input, length, start) || LineNext(input, length, start) >= length) ==>
         LineOfFrom(input, length, start, place) == start;
       ensures number: \forall integer place; start <= place && (place <
         LineNext(input, length, start) || LineNext(input, length, start) >= length) ==>
         LinesFrom(input, length, start, place) == 0;
    @/
    void hlx_places_here(const uint8_t *input, uint32_t length, uint32_t start);
*/

/* A place behind a line is found from the next line, which is one more. spec: LEX-10, LEX-52 */
/*@ ghost
    /@ requires more: LineNext(input, length, start) < length;
       terminates \true;
       assigns \nothing;
       ensures lines: \forall integer place; place >= LineNext(input, length, start) ==>
         LineOfFrom(input, length, start, place) ==
           LineOfFrom(input, length, LineNext(input, length, start), place);
       ensures numbers: \forall integer place; place >= LineNext(input, length, start) ==>
         LinesFrom(input, length, start, place) ==
           1 + LinesFrom(input, length, LineNext(input, length, start), place);
    @/
    void hlx_places_come(const uint8_t *input, uint32_t length, uint32_t start);
*/

/* The spans before the end of a line are those before the next line. */
/*@ ghost
    /@ requires line: 0 <= start <= LineContentEnd(input, length, start) <=
         LineNext(input, length, start) < length;
       requires within: position <= LineContentEnd(input, length, start) + 1;
       requires next: next == LineNext(input, length, start) &&
         next <= LineContentEnd(input, length, next);
       requires spans: SpansBefore(input, length, regime, start, position, tokens);
       terminates \true;
       assigns \nothing;
       ensures spans: SpansBefore(input, length, regime, next, next, tokens);
    @/
    void hlx_line_spans(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t next, uint32_t tokens);
*/

/* Two stretches of tokens, one behind the other, and the lines in which they were read. */
/*@ ghost
    /@ requires first: LinesWithin(input, length, regime, from, middle, low, past);
       requires second: LinesWithin(input, length, regime, middle, to, past, high);
       requires order: from <= middle <= to && low <= past <= high;
       terminates \true;
       assigns \nothing;
       ensures both: LinesWithin(input, length, regime, from, to, low, high);
    @/
    void hlx_lines_join(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t from, uint32_t middle, uint32_t to, uint32_t low, uint32_t past, uint32_t high);
*/

/* At the end of a line comes what is ahead of the next line. */
/*@ ghost
    /@ requires limit: position >= Limit(regime, LineContentEnd(input, length, start));
       requires more: LineNext(input, length, start) < length;
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures coming: Coming(input, length, regime, LineNext(input, length, start),
         LineNext(input, length, start), HLX_STATE_NEW_LINE, tokens, issues);
    @/
    void hlx_line_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues);
*/

/* At the end of the last line comes nothing. */
/*@ ghost
    /@ requires limit: position >= Limit(regime, LineContentEnd(input, length, start));
       requires last: LineNext(input, length, start) >= length;
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures tokens: \forall integer k; k >= tokens ==>
         TokenLine(input, length, regime, k) == -1;
       ensures issues: \forall integer k; k >= issues ==>
         IssueLine(input, length, regime, k) == -1;
    @/
    void hlx_end_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues);
*/

/* The machine stands between two characters: LexerCall, put together. */
/*@ ghost
    /@ requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
       requires regime: \valid_read(regime) && RegimeValid(regime);
       requires valid: \valid(lexer) && ColumnsValid(columns, counts);
       requires apart: \separated(lexer, counts, columns);
       requires line: LineRead(&lexer->line, input, length);
       requires within: lexer->line.start <= lexer->position <=
         Limit(regime, lexer->line.content_end);
       requires state: lexer->state <= HLX_STATE_SKIP_BLANKS;
       requires few_tokens: lexer->first_row + counts->tokens <= lexer->position;
       requires few_issues: counts->issues <= lexer->position;
       requires coming: Coming(input, length, regime, lexer->line.start, lexer->position,
         lexer->state, lexer->first_row + counts->tokens, counts->issues);
       requires spans: SpansBefore(input, length, regime, lexer->line.start, lexer->position,
         lexer->first_row + counts->tokens);
       requires capacity: counts->tokens <= columns->token_capacity;
       requires tokens: TokensWritten(input, length, regime, columns, lexer->first_row,
         counts->tokens);
       requires issues: IssuesWritten(input, length, regime, columns, counts->issues);
       terminates \true;
       assigns \nothing;
       ensures run: LexerCall(lexer, regime, input, length, columns, counts);
    @/
    void hlx_lexer_stands(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
    uint32_t length, const hlx_columns *columns, const hlx_counts *counts);
*/

/* A run gives one row for each of its bytes (LEX-53). */
/*@ logic integer StateBehind{L}(hlx_regime *regime, integer byte) =
      RunKind(regime, byte) == HLX_CATEGORY_SPACE ? HLX_STATE_SKIP_BLANKS : HLX_STATE_MID_LINE;
*/
/*@ ghost
    /@ requires regime: \valid_read(regime) && RegimeValid(regime);
       requires within: position + count <= LineContentEnd(input, length, start) <=
         HLX_MAX_INPUT_BYTES;
       requires readable: \valid_read(input + (0 .. position + count - 1));
       requires run: \forall integer p; position <= p < position + count ==>
         InRun(regime, input, position, state == HLX_STATE_MID_LINE ? 1 : 0, p);
       requires few: tokens <= HLX_MAX_INPUT_BYTES + 1 && count > 0;
       requires state: state <= HLX_STATE_SKIP_BLANKS;
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures lines: \forall integer r; tokens <= r < tokens + count ==>
         TokenLine(input, length, regime, r) == start;
       ensures kinds: \forall integer r; tokens <= r < tokens + count ==>
         TokenKind(input, length, regime, r) == RunKind(regime, input[position + (r - tokens)]);
       ensures codes: \forall integer r; tokens <= r < tokens + count ==>
         TokenCode(input, length, regime, r) == RunCode(regime, input[position + (r - tokens)]);
       ensures positions: \forall integer r; tokens <= r < tokens + count ==>
         TokenPosition(input, length, regime, r) == position + (r - tokens);
       ensures starts: \forall integer r; tokens <= r < tokens + count ==>
         TokenStart(input, length, regime, r) == position + (r - tokens);
       ensures ends: \forall integer r; tokens <= r < tokens + count ==>
         TokenEnd(input, length, regime, r) == position + (r - tokens) + 1;
       ensures coming: Coming(input, length, regime, start, position + count,
         StateBehind(regime, input[position + count - 1]), tokens + count, issues);
    @/
    void hlx_run_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues,
    uint32_t count);
*/

#endif
