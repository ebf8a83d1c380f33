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
       requires next: position < StepNext(input, length, regime, start, position);
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
