/* step.c -- what TeX's reader does at one position. Contract: step.h. */
#include "step.h"

#include "character.h"
#include "control_sequence.h"

/*@ terminates \true;
    assigns \nothing;
    ensures silent: \result.has_token == 0 && \result.issue == 0;
    ensures next: \result.next == next;
    ensures state: \result.state == state;
*/
static hlx_step silent_step(uint32_t next, uint32_t state) {
    hlx_step step = {false, 0, 0, next, state, 0, 0};
    return step;
}

/*@ requires kind: kind <= HLX_CATEGORY_INVALID;
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token == 1 && \result.issue == 0;
    ensures kind: \result.kind == kind;
    ensures code: \result.code == code;
    ensures next: \result.next == next;
    ensures state: \result.state == state;
*/
static hlx_step token_step(uint32_t kind, int32_t code, uint32_t next, uint32_t state) {
    hlx_step step = {true, (int32_t)kind, code, next, state, 0, 0};
    return step;
}

/* Category 5: the rest of the line is dropped. spec: LEX-26 */
/*@ requires state: state <= HLX_STATE_SKIP_BLANKS;
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token != 0 <==>
      GivesToken(HLX_CATEGORY_END_OF_LINE, state) == \true;
    ensures kind: \result.has_token != 0 ==>
      \result.kind == KindOf(HLX_CATEGORY_END_OF_LINE, state);
    ensures code: \result.has_token != 0 ==>
      \result.code == (state == HLX_STATE_NEW_LINE ? ParCode : ' ');
    ensures next: \result.next == limit;
    ensures state: \result.state == HLX_STATE_NEW_LINE;
    ensures issue: \result.issue == 0;
*/
static hlx_step end_of_line_step(uint32_t limit, uint32_t state) {
    if (state == HLX_STATE_NEW_LINE) {
        return token_step(HLX_KIND_CONTROL_SEQUENCE, hlx_code_of_par(), limit, HLX_STATE_NEW_LINE);
    }
    if (state == HLX_STATE_MID_LINE) {
        return token_step(HLX_CATEGORY_SPACE, ' ', limit, HLX_STATE_NEW_LINE);
    }
    return silent_step(limit, HLX_STATE_NEW_LINE);
}

/* Category 10. spec: LEX-27 */
/*@ requires state: state <= HLX_STATE_SKIP_BLANKS;
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token != 0 <==> GivesToken(HLX_CATEGORY_SPACE, state) == \true;
    ensures kind: \result.has_token != 0 ==> \result.kind == HLX_CATEGORY_SPACE;
    ensures code: \result.has_token != 0 ==> \result.code == ' ';
    ensures next: \result.next == next;
    ensures state: \result.state ==
      (state == HLX_STATE_MID_LINE ? HLX_STATE_SKIP_BLANKS : state);
    ensures issue: \result.issue == 0;
*/
static hlx_step space_step(uint32_t next, uint32_t state) {
    if (state == HLX_STATE_MID_LINE) {
        return token_step(HLX_CATEGORY_SPACE, ' ', next, HLX_STATE_SKIP_BLANKS);
    }
    return silent_step(next, state);
}

/* Category 0: `next` is behind the escape character that stands at `position`.
 * spec: LEX-30 to LEX-33, LEX-63 */
/*@ requires line: LineInput(line, input, regime) && LineRead(line, input, input_length);
    requires within: position < Limit(regime, line->content_end);
    requires escape: next == BehindCharacter(input, input_length, regime, line->start, position);
    requires behind: position < next <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token == 1 && \result.kind == HLX_KIND_CONTROL_SEQUENCE;
    ensures code: \result.code == NameCode(input, regime, line->content_end, next);
    ensures next: \result.next == NameNext(input, regime, line->content_end, next);
    ensures contained: next <= \result.next <= Limit(regime, line->content_end);
    ensures state: \result.state == NameState(input, regime, line->content_end, next);
    ensures issues: \result.issue <= HLX_ISSUE_ESCAPE_AT_END;
    ensures within: \result.issue != 0 ==> \result.issue_offset <= input_length;
    ensures issue: \result.issue ==
      (EscapeAtEnd(input, input_length, regime, line->start, position)
         ? HLX_ISSUE_ESCAPE_AT_END : NameIssue(input, regime, line->content_end, next));
    ensures offset: \result.issue != 0 ==> \result.issue_offset ==
      (EscapeAtEnd(input, input_length, regime, line->start, position)
         ? SpanStart(input, input_length, line->start, position)
         : SpanStart(input, input_length, line->start, next));
*/
static hlx_step escape_step(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                            uint32_t input_length, uint32_t position, uint32_t next) {
    hlx_control_sequence name = hlx_control_sequence_at(line, regime, input, next);
    hlx_step step = token_step(HLX_KIND_CONTROL_SEQUENCE, name.code, name.next, name.state);
    step.issue = name.issue;
    step.issue_offset = hlx_span_start(line, name.issue_offset);
    if (line->terminator == input_length && next >= line->content_end) {
        step.issue = HLX_ISSUE_ESCAPE_AT_END;
        step.issue_offset = hlx_span_start(line, position);
    }
    return step;
}

hlx_step hlx_step_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t position, uint32_t state) {
    hlx_character character = hlx_character_at(line, regime, input, position);
    uint32_t limit = hlx_line_limit(line, regime);
    if (character.category == HLX_CATEGORY_ESCAPE) {
        return escape_step(line, regime, input, input_length, position, character.next);
    }
    if (character.category == HLX_CATEGORY_END_OF_LINE) {
        return end_of_line_step(limit, state);
    }
    if (character.category == HLX_CATEGORY_SPACE) {
        return space_step(character.next, state);
    }
    if (character.category == HLX_CATEGORY_COMMENT) {
        return silent_step(limit, state);
    }
    hlx_step step =
        token_step(character.category, (int32_t)character.code, character.next, HLX_STATE_MID_LINE);
    if (character.category == HLX_CATEGORY_IGNORED) {
        step = silent_step(character.next, state);
    }
    if (character.category == HLX_CATEGORY_INVALID) {
        step = silent_step(character.next, state);
        character.issue = HLX_ISSUE_INVALID_CHARACTER;
    }
    step.issue = character.issue;
    step.issue_offset = hlx_span_start(line, position);
    return step;
}

uint32_t hlx_token_behind(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                          uint32_t position) {
    hlx_character character = hlx_character_at(line, regime, input, position);
    if (character.category != HLX_CATEGORY_ESCAPE) {
        return character.next;
    }
    return hlx_name_behind(line, regime, input, character.next);
}
