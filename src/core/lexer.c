/* lexer.c -- the machine. Contracts: lexer.h. */
#include "lexer.h"

#include "scan.h"

void hlx_lexer_init(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length) {
    lexer->line = hlx_line_at(input, input_length, 0);
    lexer->position = 0;
    lexer->state = HLX_STATE_NEW_LINE;
    lexer->done = false;
}

void hlx_issue_add(const hlx_columns *columns, hlx_counts *counts, uint32_t issue,
                   uint32_t offset) {
    uint32_t row = counts->issues;
    if (row < columns->issue_capacity) {
        columns->issue_codes[row] = (int32_t)issue;
        columns->issue_offsets[row] = (int32_t)offset;
    }
    counts->issues = row + 1u;
}

/* Write what a step gives. False when its token does not fit; then nothing is
 * written. spec: LEX-54 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->tokens < UINT32_MAX && counts->issues < UINT32_MAX;
    requires start: start <= HLX_MAX_INPUT_BYTES;
    requires step: step.issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP &&
      (step.issue != 0 ==> step.issue_offset <= HLX_MAX_INPUT_BYTES);
    terminates \true;
    assigns *counts, columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures full: \result == 0 <==>
      (step.has_token != 0 && \old(counts->tokens) >= columns->token_capacity);
    ensures unchanged: \result == 0 ==> *counts == \old(*counts);
    ensures token: \result != 0 && step.has_token != 0 ==>
      counts->tokens == \old(counts->tokens) + 1;
    ensures kind: \result != 0 && step.has_token != 0 ==>
      columns->kinds[\old(counts->tokens)] == step.kind;
    ensures code: \result != 0 && step.has_token != 0 ==>
      columns->codes[\old(counts->tokens)] == step.code;
    ensures start: \result != 0 && step.has_token != 0 ==>
      columns->starts[\old(counts->tokens)] == start;
    ensures no_token: step.has_token == 0 ==> counts->tokens == \old(counts->tokens);
    ensures issue: \result != 0 && step.issue != 0 ==>
      counts->issues == \old(counts->issues) + 1 &&
      (\old(counts->issues) < columns->issue_capacity ==>
        columns->issue_codes[\old(counts->issues)] == step.issue &&
        columns->issue_offsets[\old(counts->issues)] == step.issue_offset);
    ensures no_issue: step.issue == 0 ==> counts->issues == \old(counts->issues);
    ensures kinds_kept: \forall integer r; 0 <= r < \old(counts->tokens) &&
      r < columns->token_capacity ==> columns->kinds[r] == \old(columns->kinds[r]);
    ensures codes_kept: \forall integer r; 0 <= r < \old(counts->tokens) &&
      r < columns->token_capacity ==> columns->codes[r] == \old(columns->codes[r]);
    ensures starts_kept: \forall integer r; 0 <= r < \old(counts->tokens) &&
      r < columns->token_capacity ==> columns->starts[r] == \old(columns->starts[r]);
    ensures issue_codes_kept: \forall integer r; 0 <= r < \old(counts->issues) &&
      r < columns->issue_capacity ==> columns->issue_codes[r] == \old(columns->issue_codes[r]);
    ensures issue_offsets_kept: \forall integer r; 0 <= r < \old(counts->issues) &&
      r < columns->issue_capacity ==>
      columns->issue_offsets[r] == \old(columns->issue_offsets[r]);
*/
static bool emit(hlx_step step, uint32_t start, const hlx_columns *columns, hlx_counts *counts) {
    if (step.has_token) {
        uint32_t row = counts->tokens;
        if (row >= columns->token_capacity) {
            return false;
        }
        columns->kinds[row] = step.kind;
        columns->codes[row] = step.code;
        columns->starts[row] = (int32_t)start;
        counts->tokens = row + 1u;
    }
    if (step.issue != 0) {
        hlx_issue_add(columns, counts, step.issue, step.issue_offset);
    }
    return true;
}

/*@ logic integer StateBehind{L}(hlx_regime *regime, integer byte) =
      RunKind(regime, byte) == HLX_CATEGORY_SPACE ? HLX_STATE_SKIP_BLANKS : HLX_STATE_MID_LINE;
*/

/* The induction of the proof, one unfolding of the specification for each column: what
 * comes from a configuration on is this step's token and issue, if any, and what comes
 * behind it. */
/*@ ghost
    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenKindComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           KindOf(StepCategory(input, length, regime, start, position), state);
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKindComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKindComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void kind_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
             TokenKind(input, length, regime, start, position, state, 0) ==
             KindOf(StepCategory(input, length, regime, start, position), state); @/
        /@ assert later: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
          \forall integer row; row > 0 ==>
             TokenKind(input, length, regime, start, position, state, row) ==
             TokenKind(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenKind(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenCodeComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           StepCode(input, length, regime, start, position, state);
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void code_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
             TokenCode(input, length, regime, start, position, state, 0) ==
             StepCode(input, length, regime, start, position, state); @/
        /@ assert later: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
          \forall integer row; row > 0 ==>
             TokenCode(input, length, regime, start, position, state, row) ==
             TokenCode(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenCode(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenStartComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           SpanStart(input, length, start, position);
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenStartComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenStartComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void start_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
             TokenStart(input, length, regime, start, position, state, 0) ==
             SpanStart(input, length, start, position); @/
        /@ assert later: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
          \forall integer row; row > 0 ==>
             TokenStart(input, length, regime, start, position, state, row) ==
             TokenStart(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenStart(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssueCodeComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           StepIssue(input, length, regime, start, position);
       ensures gives: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !(StepIssue(input, length, regime, start, position) != 0) ==>
         IssueCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void issue_code_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepIssue(input, length, regime, start, position) != 0 ==>
             IssueCode(input, length, regime, start, position, state, 0) ==
             StepIssue(input, length, regime, start, position); @/
        /@ assert later: StepIssue(input, length, regime, start, position) != 0 ==>
          \forall integer row; row > 0 ==>
             IssueCode(input, length, regime, start, position, state, row) ==
             IssueCode(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             IssueCode(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssueOffsetComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           StepIssueOffset(input, length, regime, start, position);
       ensures gives: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueOffsetComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !(StepIssue(input, length, regime, start, position) != 0) ==>
         IssueOffsetComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void issue_offset_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepIssue(input, length, regime, start, position) != 0 ==>
             IssueOffset(input, length, regime, start, position, state, 0) ==
             StepIssueOffset(input, length, regime, start, position); @/
        /@ assert later: StepIssue(input, length, regime, start, position) != 0 ==>
          \forall integer row; row > 0 ==>
             IssueOffset(input, length, regime, start, position, state, row) ==
             IssueOffset(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             IssueOffset(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenCountComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void token_count_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssueCountComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures gives: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !(StepIssue(input, length, regime, start, position) != 0) ==>
         IssueCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void issue_count_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures token: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, tokens) ==
           KindOf(StepCategory(input, length, regime, start, position), state) &&
         TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, tokens) ==
           StepCode(input, length, regime, start, position, state) &&
         TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, tokens) ==
           SpanStart(input, length, start, position);
       ensures issue: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, issues) ==
           StepIssue(input, length, regime, start, position) &&
         IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, issues) ==
           StepIssueOffset(input, length, regime, start, position);
       ensures coming: Coming(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         tokens + (GivesToken(StepCategory(input, length, regime, start, position), state)
                     ? 1 : 0),
         issues + (StepIssue(input, length, regime, start, position) != 0 ? 1 : 0));
    @/
    static void one_step_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                               uint32_t start, uint32_t position, uint32_t state,
                               uint32_t tokens, uint32_t issues) {
        kind_comes(regime, input, length, start, position, state, tokens);
        code_comes(regime, input, length, start, position, state, tokens);
        start_comes(regime, input, length, start, position, state, tokens);
        token_count_comes(regime, input, length, start, position, state, tokens);
        issue_code_comes(regime, input, length, start, position, state, issues);
        issue_offset_comes(regime, input, length, start, position, state, issues);
        issue_count_comes(regime, input, length, start, position, state, issues);
    }

    /@ requires regime: \valid_read(regime) && RegimeValid(regime);
       requires within: position < LineContentEnd(input, length, start);
       requires run: InRun(regime, input, position, state == HLX_STATE_MID_LINE ? 1 : 0, position);
       terminates \true;
       assigns \nothing;
       ensures category: StepCategory(input, length, regime, start, position) ==
         RunKind(regime, input[position]);
       ensures token: GivesToken(RunKind(regime, input[position]), state) == \true;
       ensures kind: KindOf(RunKind(regime, input[position]), state) ==
         RunKind(regime, input[position]);
       ensures code: StepCode(input, length, regime, start, position, state) ==
         RunCode(regime, input[position]);
       ensures span: SpanStart(input, length, start, position) == position;
       ensures next: StepNext(input, length, regime, start, position) == position + 1;
       ensures state: StepState(input, length, regime, start, position, state) ==
         StateBehind(regime, input[position]);
       ensures issue: StepIssue(input, length, regime, start, position) == 0;
    @/
    static void run_byte_is_one_step(const hlx_regime *regime, const uint8_t *input,
                                  uint32_t length, uint32_t start, uint32_t position,
                                  uint32_t state) {
    }

    /@ requires regime: \valid_read(regime) && RegimeValid(regime);
       requires within: position + count <= LineContentEnd(input, length, start) <=
         HLX_MAX_INPUT_BYTES;
       requires run: \forall integer p; position <= p < position + count ==>
         InRun(regime, input, position, state == HLX_STATE_MID_LINE ? 1 : 0, p);
       requires few: tokens <= HLX_MAX_INPUT_BYTES + 1 && count > 0;
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures kinds: \forall integer r; tokens <= r < tokens + count ==>
         TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
           RunKind(regime, input[position + (r - tokens)]);
       ensures codes: \forall integer r; tokens <= r < tokens + count ==>
         TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
           RunCode(regime, input[position + (r - tokens)]);
       ensures starts: \forall integer r; tokens <= r < tokens + count ==>
         TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
           position + (r - tokens);
       ensures coming: Coming(input, length, regime, start, position + count,
         StateBehind(regime, input[position + count - 1]), tokens + count, issues);
    @/
    static void run_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                                uint32_t start, uint32_t position, uint32_t state,
                                uint32_t tokens, uint32_t issues, uint32_t count) {
        uint32_t i = 0;
        uint32_t now = state;
        /@ loop invariant count: 0 <= i <= count;
           loop invariant kinds: \forall integer r; tokens <= r < tokens + i ==>
             TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
               RunKind(regime, input[position + (r - tokens)]);
           loop invariant codes: \forall integer r; tokens <= r < tokens + i ==>
             TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
               RunCode(regime, input[position + (r - tokens)]);
           loop invariant starts: \forall integer r; tokens <= r < tokens + i ==>
             TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
               position + (r - tokens);
           loop invariant state: now ==
             (i == 0 ? state : StateBehind(regime, input[position + i - 1]));
           loop invariant coming: Coming(input, length, regime, start, position + i, now,
             tokens + i, issues);
           loop assigns i, now;
           loop variant count - i;
        @/
        while (i < count) {
            run_byte_is_one_step(regime, input, length, start, position + i, now);
            one_step_comes(regime, input, length, start, position + i, now, tokens + i, issues);
            now = hlx_plain_kind(regime, input[position + i]) != 0 ? 1 : 2;
            i++;
        }
    }
*/

/* Scan from `position` up to `stop`: the rows behind the counted ones are the
 * specification's. Returns how many. spec: LEX-53 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= stop <= LineContentEnd(input, input_length, start) <=
      HLX_MAX_INPUT_BYTES;
    requires length: stop <= input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires room: counts->tokens <= columns->token_capacity &&
      counts->tokens <= HLX_MAX_INPUT_BYTES + 1;
    requires coming: Coming(input, input_length, regime, start, position, state,
      counts->tokens, counts->issues);
    terminates \true;
    assigns columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures contained: \result <= stop - position &&
      \result <= columns->token_capacity - counts->tokens;
    ensures kinds_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->kinds[r] == \old(columns->kinds[r]);
    ensures codes_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->codes[r] == \old(columns->codes[r]);
    ensures starts_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->starts[r] == \old(columns->starts[r]);
    ensures kinds: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->kinds[r] == TokenKind(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, r);
    ensures codes: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->codes[r] == TokenCode(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, r);
    ensures starts: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->starts[r] == TokenStart(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, r);
    ensures run: \result > 0 ==> RunKind(regime, input[position + \result - 1]) != 0;
    ensures coming: \result > 0 ==> Coming(input, input_length, regime, start,
      position + \result, StateBehind(regime, input[position + \result - 1]),
      counts->tokens + \result, counts->issues);
*/
static uint32_t scan_rows(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                          uint32_t stop, uint32_t state, const hlx_columns *columns,
                          const hlx_counts *counts, uint32_t input_length)
/*@ ghost (uint32_t start) */ {
    uint32_t row = counts->tokens;
    uint32_t count = hlx_scan_run(regime, input, input_length, position, stop,
                                  state == HLX_STATE_MID_LINE, columns, row);
    /*@ ghost if (count > 0) {
          run_comes(regime, input, input_length, start, position, state, row,
                          counts->issues, count);
        } */
    return count;
}

/* A run of the present line up to `stop`, by the scan kernel. spec: LEX-53 */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires stop: stop <= lexer->line.content_end;
    terminates \true;
    assigns lexer->position, lexer->state, counts->tokens,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures reading: LexerReading(lexer, regime, input, input_length, counts);
    ensures capacity: counts->tokens <= columns->token_capacity;
    ensures tokens: TokenRows(input, input_length, regime, columns, counts->tokens);
    ensures progress: \old(lexer->position) <= lexer->position;
    ensures more: \old(counts->tokens) <= counts->tokens;
*/
static void run_plain(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                      uint32_t stop, const hlx_columns *columns, hlx_counts *counts,
                      uint32_t input_length) {
    uint32_t position = lexer->position;
    if (position >= stop) {
        return;
    }
    uint32_t row = counts->tokens;
    uint32_t count =
        scan_rows(regime, input, position, stop, lexer->state, columns, counts, input_length)
        /*@ ghost (lexer->line.start) */;
    /*@ assert rows: TokenRows(input, input_length, regime, columns, row + count); */
    if (count > 0) {
        lexer->position = position + count;
        bool is_plain = hlx_plain_kind(regime, input[position + count - 1u]) != 0;
        lexer->state = is_plain ? HLX_STATE_MID_LINE : HLX_STATE_SKIP_BLANKS;
        counts->tokens = row + count;
    }
}

/* One step of the machine. False when its token does not fit; then nothing has
 * changed. */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires within: lexer->position < Limit(regime, lexer->line.content_end);
    terminates \true;
    assigns lexer->position, lexer->state, *counts,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures reading: LexerReading(lexer, regime, input, input_length, counts);
    ensures capacity: counts->tokens <= columns->token_capacity;
    ensures tokens: TokenRows(input, input_length, regime, columns, counts->tokens);
    ensures issues: IssueRows(input, input_length, regime, columns, counts->issues);
    ensures progress: \result != 0 ==> \old(lexer->position) < lexer->position;
    ensures unchanged: \result == 0 ==> lexer->position == \old(lexer->position);
    ensures more: \old(counts->tokens) <= counts->tokens <= \old(counts->tokens) + 1 &&
      \old(counts->issues) <= counts->issues <= \old(counts->issues) + 1;
    ensures full: \result == 0 ==> counts->tokens == columns->token_capacity &&
      TokenKind(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, counts->tokens) >= 0;
*/
static bool run_step(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, const hlx_columns *columns, hlx_counts *counts) {
    uint32_t position = lexer->position;
    hlx_step step = hlx_step_at(&lexer->line, regime, input, input_length, position, lexer->state);
    /*@ ghost one_step_comes(regime, input, input_length, lexer->line.start, position,
                             lexer->state, counts->tokens, counts->issues); */
    if (!emit(step, hlx_span_start(&lexer->line, position), columns, counts)) {
        return false;
    }
    lexer->position = step.next;
    lexer->state = step.state;
    return true;
}

/* The rest of the present line, up to `pause_at`. False when the columns are
 * full. */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    terminates \true;
    assigns lexer->position, lexer->state, *counts,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures progress: \old(lexer->position) <= lexer->position;
    ensures more: \old(counts->tokens) <= counts->tokens &&
      \old(counts->issues) <= counts->issues;
    ensures stops: \result != 0 ==> lexer->position >= pause_at ||
      lexer->position == Limit(regime, lexer->line.content_end);
    ensures full: \result == 0 ==> counts->tokens == columns->token_capacity &&
      TokenKind(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, counts->tokens) >= 0;
*/
static bool run_line(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                     hlx_counts *counts) {
    uint32_t limit = hlx_line_limit(&lexer->line, regime);
    uint32_t content_end = lexer->line.content_end;
    uint32_t plain_stop = pause_at < content_end ? pause_at : content_end;
    /*@ loop invariant reading: LexerReading(lexer, regime, input, input_length, counts);
        loop invariant capacity: counts->tokens <= columns->token_capacity;
        loop invariant token_rows: TokenRows(input, input_length, regime, columns,
                                             counts->tokens);
        loop invariant issue_rows: IssueRows(input, input_length, regime, columns,
                                             counts->issues);
        loop invariant progress: \at(lexer->position, Pre) <= lexer->position;
        loop invariant tokens: \at(counts->tokens, Pre) <= counts->tokens;
        loop invariant issues: \at(counts->issues, Pre) <= counts->issues;
        loop assigns lexer->position, lexer->state, *counts,
          columns->kinds[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->codes[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->starts[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant limit - lexer->position;
    */
    while (lexer->position < limit && lexer->position < pause_at) {
        run_plain(lexer, regime, input, plain_stop, columns, counts, input_length);
        if (lexer->position >= limit || lexer->position >= pause_at) {
            return true;
        }
        if (!run_step(lexer, regime, input, input_length, columns, counts)) {
            return false;
        }
    }
    return true;
}

hlx_status hlx_lexer_run(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                         hlx_counts *counts) {
    /*@ loop invariant run: LexerCall(lexer, regime, input, input_length, columns, counts);
        loop invariant progress: \at(lexer->position, Pre) <= lexer->position;
        loop invariant tokens: \at(counts->tokens, Pre) <= counts->tokens;
        loop invariant issues: \at(counts->issues, Pre) <= counts->issues;
        loop invariant done: lexer->done != 0 ==>
          LexerDone(lexer, regime, input, input_length, counts);
        loop assigns *lexer, *counts,
          columns->kinds[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->codes[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->starts[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant input_length - lexer->line.start + (lexer->done != 0 ? 0 : 1);
    */
    while (!lexer->done && lexer->position < pause_at) {
        if (!run_line(lexer, regime, input, input_length, pause_at, columns, counts)) {
            return HLX_STATUS_OUTPUT_FULL;
        }
        if (lexer->position < hlx_line_limit(&lexer->line, regime)) {
            return HLX_STATUS_OK;
        }
        if (lexer->line.next >= input_length) {
            lexer->done = true;
        } else {
            lexer->line = hlx_line_at(input, input_length, lexer->line.next);
            lexer->position = lexer->line.start;
            lexer->state = HLX_STATE_NEW_LINE; /* spec: LEX-15 */
        }
    }
    return HLX_STATUS_OK;
}
