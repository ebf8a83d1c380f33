/* lexer_laws.c -- the lemmas of lexer_lemmas.h, proved.
 *
 * What is ahead of a configuration is this step's token and issue, if any, and what is
 * ahead of the next one: one unfolding of the specification for each of its five
 * functions. */
#include "lexer_lemmas.h"

/*@ ghost
    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenLinesCome(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepTokens(input, length, regime, start, position, state) == 1 ==>
         TokenLine(input, length, regime, past) == start;
       ensures coming: TokenLinesCome(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         past + StepTokens(input, length, regime, start, position, state));
    @/
    static void token_line_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepTokens(input, length, regime, start, position, state) == 1 ==>
             TokenLineAhead(input, length, regime, start, position, state, 0) == start; @/
        /@ assert later: \forall integer k; k >= StepTokens(input, length, regime, start, position, state) ==>
             TokenLineAhead(input, length, regime, start, position, state, k) ==
             TokenLineAhead(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
               k - StepTokens(input, length, regime, start, position, state)); @/
        /@ assert past: TokenLineAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenLineAhead(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenPositionsCome(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepTokens(input, length, regime, start, position, state) == 1 ==>
         TokenPosition(input, length, regime, past) == position;
       ensures coming: TokenPositionsCome(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         past + StepTokens(input, length, regime, start, position, state));
    @/
    static void token_position_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepTokens(input, length, regime, start, position, state) == 1 ==>
             TokenPositionAhead(input, length, regime, start, position, state, 0) == position; @/
        /@ assert later: \forall integer k; k >= StepTokens(input, length, regime, start, position, state) ==>
             TokenPositionAhead(input, length, regime, start, position, state, k) ==
             TokenPositionAhead(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
               k - StepTokens(input, length, regime, start, position, state)); @/
        /@ assert past: TokenPositionAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenPositionAhead(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenStatesCome(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepTokens(input, length, regime, start, position, state) == 1 ==>
         TokenState(input, length, regime, past) == state;
       ensures coming: TokenStatesCome(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         past + StepTokens(input, length, regime, start, position, state));
    @/
    static void token_state_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepTokens(input, length, regime, start, position, state) == 1 ==>
             TokenStateAhead(input, length, regime, start, position, state, 0) == state; @/
        /@ assert later: \forall integer k; k >= StepTokens(input, length, regime, start, position, state) ==>
             TokenStateAhead(input, length, regime, start, position, state, k) ==
             TokenStateAhead(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
               k - StepTokens(input, length, regime, start, position, state)); @/
        /@ assert past: TokenStateAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenStateAhead(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssueLinesCome(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepIssues(input, length, regime, start, position) == 1 ==>
         IssueLine(input, length, regime, past) == start;
       ensures coming: IssueLinesCome(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         past + StepIssues(input, length, regime, start, position));
    @/
    static void issue_line_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepIssues(input, length, regime, start, position) == 1 ==>
             IssueLineAhead(input, length, regime, start, position, state, 0) == start; @/
        /@ assert later: \forall integer k; k >= StepIssues(input, length, regime, start, position) ==>
             IssueLineAhead(input, length, regime, start, position, state, k) ==
             IssueLineAhead(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
               k - StepIssues(input, length, regime, start, position)); @/
        /@ assert past: IssueLineAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             IssueLineAhead(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssuePositionsCome(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepIssues(input, length, regime, start, position) == 1 ==>
         IssuePosition(input, length, regime, past) == position;
       ensures coming: IssuePositionsCome(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         past + StepIssues(input, length, regime, start, position));
    @/
    static void issue_position_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepIssues(input, length, regime, start, position) == 1 ==>
             IssuePositionAhead(input, length, regime, start, position, state, 0) == position; @/
        /@ assert later: \forall integer k; k >= StepIssues(input, length, regime, start, position) ==>
             IssuePositionAhead(input, length, regime, start, position, state, k) ==
             IssuePositionAhead(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
               k - StepIssues(input, length, regime, start, position)); @/
        /@ assert past: IssuePositionAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             IssuePositionAhead(input, length, regime, start, position, state, past - past); @/
    }
*/

/*@ ghost
    void hlx_step_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues) {
        token_line_comes(regime, input, length, start, position, state, tokens);
        token_position_comes(regime, input, length, start, position, state, tokens);
        token_state_comes(regime, input, length, start, position, state, tokens);
        issue_line_comes(regime, input, length, start, position, state, issues);
        issue_position_comes(regime, input, length, start, position, state, issues);
    }

    void hlx_line_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues) {
    }

    void hlx_end_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues) {
    }
*/

/*@ ghost
    void hlx_places_here(const uint8_t *input, uint32_t length, uint32_t start) {
        /@ assert unfolded_line: \forall integer place; LineOfFrom(input, length, start, place) ==
             (place < LineNext(input, length, start) || LineNext(input, length, start) >= length ?
               start : LineOfFrom(input, length, LineNext(input, length, start), place)); @/
        /@ assert unfolded_number: \forall integer place; LinesFrom(input, length, start, place) ==
             (place < LineNext(input, length, start) || LineNext(input, length, start) >= length ?
               0 : 1 + LinesFrom(input, length, LineNext(input, length, start), place)); @/
    }

    void hlx_places_come(const uint8_t *input, uint32_t length, uint32_t start) {
    }

    void hlx_line_spans(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t next, uint32_t tokens) {
        hlx_places_come(input, length, start);
        hlx_places_here(input, length, next);
        /@ assert behind: \forall integer place; place >= next ==>
             LineOf(input, length, place) == LineOfFrom(input, length, next, place); @/
        /@ assert reached: LineReached(input, length, next); @/
    }
*/

/* ---- runs: LEX-53 ---- */
/*@ ghost
    /@ requires regime: \valid_read(regime) && RegimeValid(regime);
       requires within: position < LineContentEnd(input, length, start);
       requires run: RunKind(regime, input[position]) != 0;
       requires space: RunKind(regime, input[position]) == HLX_CATEGORY_SPACE ==>
         state == HLX_STATE_MID_LINE;
       terminates \true;
       assigns \nothing;
       ensures category: StepCategory(input, length, regime, start, position) ==
         RunKind(regime, input[position]);
       ensures token: StepTokens(input, length, regime, start, position, state) == 1;
       ensures kind: KindOf(RunKind(regime, input[position]), state) ==
         RunKind(regime, input[position]);
       ensures code: StepCode(input, length, regime, start, position, state) ==
         RunCode(regime, input[position]);
       ensures span: SpanStart(input, length, start, position) == position;
       ensures next: StepNext(input, length, regime, start, position) == position + 1;
       ensures behind: StepBehind(input, length, regime, start, position) == position + 1;
       ensures state: StepState(input, length, regime, start, position, state) ==
         StateBehind(regime, input[position]);
       ensures issue: StepIssues(input, length, regime, start, position) == 0;
    @/
    static void run_byte_is_one_step(const hlx_regime *regime, const uint8_t *input,
                                     uint32_t length, uint32_t start, uint32_t position,
                                     uint32_t state) {
        /@ assert category: StepCategory(input, length, regime, start, position) ==
             regime->category[input[position]]; @/
        /@ assert behind: BehindCharacter(input, length, regime, start, position) ==
             position + 1; @/
        /@ assert space: RunKind(regime, input[position]) == HLX_CATEGORY_SPACE ||
             KindOfPlain(regime->category[input[position]]) != 0; @/
        /@ assert gives: GivesToken(RunKind(regime, input[position]), state) == \true; @/
    }

    /@ requires regime: \valid_read(regime) && RegimeValid(regime);
       requires within: position < LineContentEnd(input, length, start);
       requires run: RunKind(regime, input[position]) != 0;
       requires space: RunKind(regime, input[position]) == HLX_CATEGORY_SPACE ==>
         state == HLX_STATE_MID_LINE;
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures line: TokenLine(input, length, regime, tokens) == start;
       ensures kind: TokenKind(input, length, regime, tokens) ==
         RunKind(regime, input[position]);
       ensures code: TokenCode(input, length, regime, tokens) ==
         RunCode(regime, input[position]);
       ensures position: TokenPosition(input, length, regime, tokens) == position;
       ensures start: TokenStart(input, length, regime, tokens) == position;
       ensures end: TokenEnd(input, length, regime, tokens) == position + 1;
       ensures coming: Coming(input, length, regime, start, position + 1,
         StateBehind(regime, input[position]), tokens + 1, issues);
    @/
    static void run_row_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues) {
        run_byte_is_one_step(regime, input, length, start, position, state);
        hlx_step_comes(regime, input, length, start, position, state, tokens, issues);
    }

    /@ requires few: tokens + i < UINT32_MAX;
       requires before: \forall integer r; tokens <= r < tokens + i ==>
         TokenKind(input, length, regime, r) == RunKind(regime, input[position + (r - tokens)]);
       requires here: TokenKind(input, length, regime, tokens + i) ==
         RunKind(regime, input[position + i]);
       terminates \true;
       assigns \nothing;
       ensures kinds: \forall integer r; tokens <= r < tokens + (i + 1) ==>
         TokenKind(input, length, regime, r) == RunKind(regime, input[position + (r - tokens)]);
    @/
    static void kinds_grow(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                           uint32_t position, uint32_t tokens, uint32_t i) {
        /@ assert last: \forall integer r; r == tokens + i ==>
             TokenKind(input, length, regime, r) == RunKind(regime, input[position + (r - tokens)]); @/
    }

    /@ requires few: tokens + i < UINT32_MAX;
       requires before: \forall integer r; tokens <= r < tokens + i ==>
         TokenCode(input, length, regime, r) == RunCode(regime, input[position + (r - tokens)]);
       requires here: TokenCode(input, length, regime, tokens + i) ==
         RunCode(regime, input[position + i]);
       terminates \true;
       assigns \nothing;
       ensures codes: \forall integer r; tokens <= r < tokens + (i + 1) ==>
         TokenCode(input, length, regime, r) == RunCode(regime, input[position + (r - tokens)]);
    @/
    static void codes_grow(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                           uint32_t position, uint32_t tokens, uint32_t i) {
        /@ assert last: \forall integer r; r == tokens + i ==>
             TokenCode(input, length, regime, r) == RunCode(regime, input[position + (r - tokens)]); @/
    }

    void hlx_run_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t state, uint32_t tokens, uint32_t issues,
    uint32_t count) {
        uint32_t i = 0;
        uint32_t now = state;
        /@ loop invariant count: 0 <= i <= count;
           loop invariant lines: \forall integer r; tokens <= r < tokens + i ==>
             TokenLine(input, length, regime, r) == start;
           loop invariant kinds: \forall integer r; tokens <= r < tokens + i ==>
             TokenKind(input, length, regime, r) ==
               RunKind(regime, input[position + (r - tokens)]);
           loop invariant codes: \forall integer r; tokens <= r < tokens + i ==>
             TokenCode(input, length, regime, r) ==
               RunCode(regime, input[position + (r - tokens)]);
           loop invariant positions: \forall integer r; tokens <= r < tokens + i ==>
             TokenPosition(input, length, regime, r) == position + (r - tokens);
           loop invariant starts: \forall integer r; tokens <= r < tokens + i ==>
             TokenStart(input, length, regime, r) == position + (r - tokens);
           loop invariant ends: \forall integer r; tokens <= r < tokens + i ==>
             TokenEnd(input, length, regime, r) == position + (r - tokens) + 1;
           loop invariant state: now ==
             (i == 0 ? state : StateBehind(regime, input[position + i - 1]));
           loop invariant coming: Coming(input, length, regime, start, position + i, now,
             tokens + i, issues);
           loop assigns i, now;
           loop variant count - i;
        @/
        while (i < count) {
            /@ assert in_run: InRun(regime, input, position,
                 state == HLX_STATE_MID_LINE ? 1 : 0, position + i); @/
            run_row_comes(regime, input, length, start, position + i, now, tokens + i, issues);
            kinds_grow(regime, input, length, position, tokens, i);
            codes_grow(regime, input, length, position, tokens, i);
            now = regime->category[input[position + i]] == 10 ? 2 : 1;
            i++;
        }
    }
*/
