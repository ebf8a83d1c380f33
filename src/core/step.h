/* step.h -- one step of TeX's reader: the table of LEX-22 as a pure function.
 *
 *      (line, position, state)  ->  token or none, issue or none, next position, next state
 *
 * spec: LEX-20 to LEX-33, LEX-60 to LEX-63 */
#ifndef HLX_STEP_H
#define HLX_STEP_H

#include "control_sequence.h"
#include "line.h"

#ifdef __FRAMAC__
#include "../../spec/logic/step_logic.h"
#endif

/* What the machine does at one position: at most one token, at most one issue. */
typedef struct hlx_step {
    bool has_token;
    int32_t kind;
    int32_t code;
    uint32_t next;  /* position to go on from; always greater */
    uint32_t state; /* enum hlx_lexer_state */
    uint32_t issue; /* enum hlx_issue, or 0 */
    uint32_t issue_offset;
} hlx_step;

/* TeX's get_next at `position` (before the line's limit) in `state`. A pure function:
 * the specification's table, LEX-22. spec: LEX-20 to LEX-33, LEX-60 to LEX-63 */
/*@ requires line: LineInput(line, input, regime) && LineRead(line, input, input_length);
    requires within: position < Limit(regime, line->content_end);
    requires state: state <= HLX_STATE_SKIP_BLANKS;
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token != 0 <==>
      GivesToken(StepCategory(input, input_length, regime, line->start, position), state) ==
        \true;
    ensures kind: \result.has_token != 0 ==> \result.kind ==
      KindOf(StepCategory(input, input_length, regime, line->start, position), state);
    ensures code: \result.has_token != 0 ==> \result.code ==
      StepCode(input, input_length, regime, line->start, position, state);
    ensures next: \result.next == StepNext(input, input_length, regime, line->start, position);
    ensures progress: position < \result.next <= Limit(regime, line->content_end);
    ensures behind: position <
      StepBehind(input, input_length, regime, line->start, position) <= \result.next;
    ensures state: \result.state ==
      StepState(input, input_length, regime, line->start, position, state);
    ensures states: \result.state <= HLX_STATE_SKIP_BLANKS;
    ensures issue: \result.issue ==
      StepIssue(input, input_length, regime, line->start, position);
    ensures issues: \result.issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP;
    ensures within: \result.issue != 0 ==> \result.issue_offset <= input_length;
    ensures offset: \result.issue != 0 ==> \result.issue_offset ==
      StepIssueOffset(input, input_length, regime, line->start, position);
*/
hlx_step hlx_step_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t position, uint32_t state);

/* Behind the bytes that the token at `position` is read from: the rest of a line that a
 * character of category 5 drops is no part of it. spec: LEX-26, LEX-51 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position < Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures behind: \result == TokenBehind(input, regime, line->content_end, position);
    ensures contained: position < \result <= Limit(regime, line->content_end);
*/
uint32_t hlx_token_behind(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                          uint32_t position);

#endif
