/* lexer.c -- the machine. Contracts: lexer.h.
 *
 * Every function that writes rows has them as an invariant: what stands in the columns are
 * the specification's first rows, before and after. The ghost parameters and calls are
 * for the proof: which input the rows are of, and what comes next (lexer_lemmas.h). */
#include "lexer.h"

#include "scan.h"
#ifdef __FRAMAC__
#include "../../proofs/lexer_lemmas.h"
#endif

void hlx_lexer_init(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length) {
    lexer->line = hlx_line_at(input, input_length, 0);
    //@ ghost hlx_places_here(input, input_length, 0);
    lexer->position = 0;
    lexer->state = HLX_STATE_NEW_LINE;
    lexer->done = false;
    lexer->first_row = 0;
}

/* ---- rows --------------------------------------------------------------- */

void hlx_issue_add(const hlx_columns *columns, hlx_counts *counts, uint32_t issue,
                   uint32_t offset) {
    uint32_t row = counts->issues;
    if (row < columns->issue_capacity) {
        columns->issue_codes[row] = (int32_t)issue;
        columns->issue_offsets[row] = (int32_t)offset;
    }
    counts->issues = row + 1u;
}

/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->issues < UINT32_MAX;
    requires issue: issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP && offset <= HLX_MAX_INPUT_BYTES;
    requires capacity: counts->tokens <= columns->token_capacity;
    requires tokens: TokensWritten(input, length, regime, columns, first, counts->tokens);
    requires issues: IssuesWritten(input, length, regime, columns, counts->issues);
    requires next: IssueLine(input, length, regime, counts->issues) >= 0 &&
      issue == IssueCode(input, length, regime, counts->issues) &&
      offset == IssueOffset(input, length, regime, counts->issues);
    terminates \true;
    assigns counts->issues, columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures counted: counts->issues == \old(counts->issues) + 1;
    ensures tokens: TokensWritten(input, length, regime, columns, first, counts->tokens);
    ensures issues: IssuesWritten(input, length, regime, columns, counts->issues);
*/
static void write_issue(const hlx_columns *columns, hlx_counts *counts, uint32_t issue,
                        uint32_t offset)
/*@ ghost (const hlx_regime *regime, const uint8_t *input, uint32_t length, uint32_t first) */ {
    hlx_issue_add(columns, counts, issue, offset);
    /*@ assert kinds_kept: \forall integer r; 0 <= r < counts->tokens ==>
          columns->kinds[r] == \at(columns->kinds[r], Pre); */
    /*@ assert codes_kept: \forall integer r; 0 <= r < counts->tokens ==>
          columns->codes[r] == \at(columns->codes[r], Pre); */
    /*@ assert starts_kept: \forall integer r; 0 <= r < counts->tokens ==>
          columns->starts[r] == \at(columns->starts[r], Pre); */
    /*@ assert issue_codes_rows: \forall integer r;
          0 <= r < counts->issues && r < columns->issue_capacity ==>
          columns->issue_codes[r] == IssueCode(input, length, regime, r); */
    /*@ assert issue_offsets_rows: \forall integer r;
          0 <= r < counts->issues && r < columns->issue_capacity ==>
          columns->issue_offsets[r] == IssueOffset(input, length, regime, r); */
}

/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->tokens < columns->token_capacity;
    requires start: start <= HLX_MAX_INPUT_BYTES;
    requires tokens: TokensWritten(input, length, regime, columns, first, counts->tokens);
    requires issues: IssuesWritten(input, length, regime, columns, counts->issues);
    requires next: TokenLine(input, length, regime, first + counts->tokens) >= 0 &&
      kind == TokenKind(input, length, regime, first + counts->tokens) &&
      code == TokenCode(input, length, regime, first + counts->tokens) &&
      start == TokenStart(input, length, regime, first + counts->tokens);
    terminates \true;
    assigns counts->tokens, columns->kinds[counts->tokens], columns->codes[counts->tokens],
      columns->starts[counts->tokens];
    ensures counted: counts->tokens == \old(counts->tokens) + 1;
    ensures tokens: TokensWritten(input, length, regime, columns, first, counts->tokens);
    ensures issues: IssuesWritten(input, length, regime, columns, counts->issues);
*/
static void write_token(const hlx_columns *columns, hlx_counts *counts, int32_t kind, int32_t code,
                        uint32_t start)
/*@ ghost (const hlx_regime *regime, const uint8_t *input, uint32_t length, uint32_t first) */ {
    uint32_t row = counts->tokens;
    columns->kinds[row] = kind;
    columns->codes[row] = code;
    columns->starts[row] = (int32_t)start;
    /*@ assert kinds_kept: \forall integer r; 0 <= r < row ==>
          columns->kinds[r] == \at(columns->kinds[r], Pre); */
    /*@ assert codes_kept: \forall integer r; 0 <= r < row ==>
          columns->codes[r] == \at(columns->codes[r], Pre); */
    /*@ assert starts_kept: \forall integer r; 0 <= r < row ==>
          columns->starts[r] == \at(columns->starts[r], Pre); */
    /*@ assert issue_codes_kept: \forall integer r; 0 <= r < columns->issue_capacity ==>
          columns->issue_codes[r] == \at(columns->issue_codes[r], Pre); */
    /*@ assert issue_offsets_kept: \forall integer r; 0 <= r < columns->issue_capacity ==>
          columns->issue_offsets[r] == \at(columns->issue_offsets[r], Pre); */
    /*@ assert kinds_rows: \forall integer r; 0 <= r < row + 1 ==>
          columns->kinds[r] == TokenKind(input, length, regime, first + r); */
    /*@ assert codes_rows: \forall integer r; 0 <= r < row + 1 ==>
          columns->codes[r] == TokenCode(input, length, regime, first + r); */
    /*@ assert starts_rows: \forall integer r; 0 <= r < row + 1 ==>
          columns->starts[r] == TokenStart(input, length, regime, first + r); */
    counts->tokens = row + 1u;
}

/* Write what a step gives. False when its token does not fit; then nothing is
 * written. spec: LEX-54 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires capacity: counts->tokens <= columns->token_capacity;
    requires room: counts->issues < UINT32_MAX;
    requires start: start <= HLX_MAX_INPUT_BYTES;
    requires offset: step.issue != 0 ==> step.issue_offset <= HLX_MAX_INPUT_BYTES;
    requires issue: step.issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP;
    requires tokens: TokensWritten(input, length, regime, columns, first, counts->tokens);
    requires issues: IssuesWritten(input, length, regime, columns, counts->issues);
    requires next_token: step.has_token != 0 ==>
      TokenLine(input, length, regime, first + counts->tokens) >= 0 &&
      step.kind == TokenKind(input, length, regime, first + counts->tokens) &&
      step.code == TokenCode(input, length, regime, first + counts->tokens) &&
      start == TokenStart(input, length, regime, first + counts->tokens);
    requires next_issue: step.issue != 0 ==>
      IssueLine(input, length, regime, counts->issues) >= 0 &&
      step.issue == IssueCode(input, length, regime, counts->issues) &&
      step.issue_offset == IssueOffset(input, length, regime, counts->issues);
    terminates \true;
    assigns counts->tokens, counts->issues,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures full: \result == 0 <==>
      (step.has_token != 0 && \old(counts->tokens) >= columns->token_capacity);
    ensures unchanged: \result == 0 ==> counts->tokens == \old(counts->tokens) &&
      counts->issues == \old(counts->issues);
    ensures counted: \result != 0 ==>
      counts->tokens == \old(counts->tokens) + (step.has_token != 0 ? 1 : 0) &&
      counts->issues == \old(counts->issues) + (step.issue != 0 ? 1 : 0);
    ensures capacity: counts->tokens <= columns->token_capacity;
    ensures tokens: TokensWritten(input, length, regime, columns, first, counts->tokens);
    ensures issues: IssuesWritten(input, length, regime, columns, counts->issues);
*/
static bool emit(hlx_step step, uint32_t start, const hlx_columns *columns, hlx_counts *counts)
/*@ ghost (const hlx_regime *regime, const uint8_t *input, uint32_t length, uint32_t first) */ {
    if (step.has_token) {
        if (counts->tokens >= columns->token_capacity) {
            return false;
        }
        write_token(columns, counts, step.kind, step.code, start)
            /*@ ghost (regime, input, length, first) */;
    }
    if (step.issue != 0) {
        write_issue(columns, counts, step.issue, step.issue_offset)
            /*@ ghost (regime, input, length, first) */;
    }
    return true;
}

/* ---- runs --------------------------------------------------------------- */

/* The scan kernel, with what it leaves alone. spec: LEX-53 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= stop <= length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. length - 1));
    requires room: counts->tokens <= columns->token_capacity;
    terminates \true;
    assigns columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures contained: \result <= stop - position &&
      \result <= columns->token_capacity - counts->tokens;
    ensures run: \forall integer p; position <= p < position + \result ==>
      InRun(regime, input, position, in_middle, p);
    ensures kinds: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->kinds[r] == RunKind(regime, input[position + (r - counts->tokens)]);
    ensures codes: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->codes[r] == RunCode(regime, input[position + (r - counts->tokens)]);
    ensures starts: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->starts[r] == position + (r - counts->tokens);
    ensures kinds_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->kinds[r] == \old(columns->kinds[r]);
    ensures codes_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->codes[r] == \old(columns->codes[r]);
    ensures starts_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->starts[r] == \old(columns->starts[r]);
    ensures issue_codes_kept: \forall integer r; 0 <= r < columns->issue_capacity ==>
      columns->issue_codes[r] == \old(columns->issue_codes[r]);
    ensures issue_offsets_kept: \forall integer r; 0 <= r < columns->issue_capacity ==>
      columns->issue_offsets[r] == \old(columns->issue_offsets[r]);
*/
static uint32_t scan(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                     uint32_t position, uint32_t stop, bool in_middle, const hlx_columns *columns,
                     const hlx_counts *counts) {
    return hlx_scan_run(regime, input, length, position, stop, in_middle, columns, counts->tokens);
}

/* Scan from `position` up to `stop`: the rows behind the counted ones are the
 * specification's. Returns how many. spec: LEX-53 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= stop <= LineContentEnd(input, length, start) <= length <=
      HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. length - 1));
    requires state: state <= HLX_STATE_SKIP_BLANKS;
    requires capacity: counts->tokens <= columns->token_capacity;
    requires few: first + counts->tokens <= position;
    requires spans: SpansBefore(input, length, regime, start, position, first + counts->tokens);
    requires line: start <= position && LineContentEnd(input, length, start) <=
      LineTerminator(input, length, start) <= LineNext(input, length, start) <= length;
    requires coming: Coming(input, length, regime, start, position, state,
                            first + counts->tokens, counts->issues);
    requires tokens: TokensWritten(input, length, regime, columns, first, counts->tokens);
    requires issues: IssuesWritten(input, length, regime, columns, counts->issues);
    terminates \true;
    assigns columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures contained: \result <= stop - position &&
      \result <= columns->token_capacity - counts->tokens;
    ensures run: \result > 0 ==> RunKind(regime, input[position + \result - 1]) != 0;
    ensures tokens: TokensWritten(input, length, regime, columns, first, counts->tokens + \result);
    ensures issues: IssuesWritten(input, length, regime, columns, counts->issues);
    ensures coming: \result > 0 ==> Coming(input, length, regime, start, position + \result,
      StateBehind(regime, input[position + \result - 1]), first + counts->tokens + \result,
      counts->issues);
    ensures spans: SpansBefore(input, length, regime, start, position + \result,
      first + counts->tokens + \result);
    ensures lines: LinesWithin(input, length, regime, first + counts->tokens,
                               first + counts->tokens + \result, start, start);
*/
static uint32_t scan_rows(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t position, uint32_t stop, uint32_t state,
                          const hlx_columns *columns, const hlx_counts *counts)
/*@ ghost (uint32_t start, uint32_t first) */ {
    uint32_t count =
        scan(regime, input, length, position, stop, state == HLX_STATE_MID_LINE, columns, counts);
    /*@ ghost if (count > 0) {
          hlx_run_comes(regime, input, length, start, position, state, first + counts->tokens,
                        counts->issues, count);
          hlx_spans_come(regime, input, length, start, position, first + counts->tokens, count);
          /@ assert last: InRun(regime, input, position, state == HLX_STATE_MID_LINE ? 1 : 0,
                                position + count - 1); @/
        } */
    /*@ assert kinds_rows: \forall integer r; 0 <= r < counts->tokens + count ==>
          columns->kinds[r] == TokenKind(input, length, regime, first + r); */
    /*@ assert codes_rows: \forall integer r; 0 <= r < counts->tokens + count ==>
          columns->codes[r] == TokenCode(input, length, regime, first + r); */
    /*@ assert starts_rows: \forall integer r; 0 <= r < counts->tokens + count ==>
          columns->starts[r] == TokenStart(input, length, regime, first + r); */
    return count;
}

/* A run of the present line up to `stop`. spec: LEX-53 */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires stop: stop <= lexer->line.content_end;
    terminates \true;
    assigns lexer->position, lexer->state, counts->tokens,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures progress: \old(lexer->position) <= lexer->position;
    ensures more: \old(counts->tokens) <= counts->tokens;
    ensures lines: LinesWithin(input, input_length, regime,
                               lexer->first_row + \old(counts->tokens),
                               lexer->first_row + counts->tokens, lexer->line.start,
                               lexer->line.start);
*/
static void read_run(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t stop, const hlx_columns *columns,
                     hlx_counts *counts) {
    uint32_t position = lexer->position;
    if (position >= stop) {
        return;
    }
    uint32_t count = scan_rows(regime, input, input_length, position, stop, lexer->state, columns,
                               counts) /*@ ghost (lexer->line.start, lexer->first_row) */;
    if (count > 0) {
        bool is_plain = hlx_plain_kind(regime, input[position + count - 1u]) != 0;
        uint32_t state = is_plain ? HLX_STATE_MID_LINE : HLX_STATE_SKIP_BLANKS;
        //@ assert behind: state == StateBehind(regime, input[position + count - 1]);
        lexer->position = position + count;
        lexer->state = state;
        counts->tokens += count;
        //@ ghost hlx_lexer_stands(lexer, regime, input, input_length, columns, counts);
    }
}

/* ---- steps and lines ---------------------------------------------------- */

/* One step of the machine. False when its token does not fit; then nothing has
 * changed. */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires within: lexer->position < Limit(regime, lexer->line.content_end);
    terminates \true;
    assigns lexer->position, lexer->state, counts->tokens, counts->issues,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures progress: \result != 0 ==> \old(lexer->position) < lexer->position;
    ensures unchanged: \result == 0 ==> lexer->position == \old(lexer->position);
    ensures more: \old(counts->tokens) <= counts->tokens &&
      \old(counts->issues) <= counts->issues;
    ensures lines: LinesWithin(input, input_length, regime,
                               lexer->first_row + \old(counts->tokens),
                               lexer->first_row + counts->tokens, lexer->line.start,
                               lexer->line.start);
    ensures full: \result == 0 ==> counts->tokens == columns->token_capacity &&
      TokenLine(input, input_length, regime, lexer->first_row + counts->tokens) >= 0;
*/
static bool read_step(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                      uint32_t input_length, const hlx_columns *columns, hlx_counts *counts) {
    uint32_t position = lexer->position;
    hlx_step step = hlx_step_at(&lexer->line, regime, input, input_length, position, lexer->state);
    uint32_t start = hlx_span_start(&lexer->line, position);
    /*@ ghost hlx_step_comes(regime, input, input_length, lexer->line.start, position,
                             lexer->state, lexer->first_row + counts->tokens,
                             counts->issues); */
    /*@ ghost hlx_span_comes(regime, input, input_length, lexer->line.start, position,
                             lexer->first_row + counts->tokens, step.has_token); */
    if (!emit(step, start, columns, counts)
        /*@ ghost (regime, input, input_length, lexer->first_row) */) {
        /*@ assert none: LinesWithin(input, input_length, regime,
              lexer->first_row + counts->tokens, lexer->first_row + counts->tokens,
              lexer->line.start, lexer->line.start); */
        return false;
    }
    /*@ assert tokens_given: counts->tokens == \at(counts->tokens, Pre) +
          StepTokens(input, input_length, regime, lexer->line.start, position, lexer->state); */
    /*@ assert issues_given: counts->issues == \at(counts->issues, Pre) +
          StepIssues(input, input_length, regime, lexer->line.start, position); */
    /*@ assert lines: LinesWithin(input, input_length, regime,
          lexer->first_row + \at(counts->tokens, Pre), lexer->first_row + counts->tokens,
          lexer->line.start, lexer->line.start); */
    lexer->position = step.next;
    lexer->state = step.state;
    /*@ assert spans: SpansBefore(input, input_length, regime, lexer->line.start, lexer->position,
                                  lexer->first_row + counts->tokens); */
    /*@ assert coming: Coming(input, input_length, regime, lexer->line.start, lexer->position,
                              lexer->state, lexer->first_row + counts->tokens,
                              counts->issues); */
    //@ ghost hlx_lexer_stands(lexer, regime, input, input_length, columns, counts);
    return true;
}

/* The rest of the present line, up to `pause_at`. False when the columns are
 * full. */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    terminates \true;
    assigns lexer->position, lexer->state, counts->tokens, counts->issues,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures progress: \old(lexer->position) <= lexer->position;
    ensures more: \old(counts->tokens) <= counts->tokens &&
      \old(counts->issues) <= counts->issues;
    ensures lines: LinesWithin(input, input_length, regime,
                               lexer->first_row + \old(counts->tokens),
                               lexer->first_row + counts->tokens, lexer->line.start,
                               lexer->line.start);
    ensures stops: \result != 0 ==> lexer->position >= pause_at ||
      lexer->position == Limit(regime, lexer->line.content_end);
    ensures full: \result == 0 ==> counts->tokens == columns->token_capacity &&
      TokenLine(input, input_length, regime, lexer->first_row + counts->tokens) >= 0;
*/
static bool read_line(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                      uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                      hlx_counts *counts) {
    uint32_t limit = hlx_line_limit(&lexer->line, regime);
    uint32_t content_end = lexer->line.content_end;
    uint32_t stop = pause_at < content_end ? pause_at : content_end;
    //@ ghost uint32_t first = lexer->first_row + counts->tokens;
    /*@ loop invariant run: LexerCall(lexer, regime, input, input_length, columns, counts);
        loop invariant progress: \at(lexer->position, Pre) <= lexer->position;
        loop invariant tokens: \at(counts->tokens, Pre) <= counts->tokens;
        loop invariant issues: \at(counts->issues, Pre) <= counts->issues;
        loop invariant lines: LinesWithin(input, input_length, regime,
          lexer->first_row + \at(counts->tokens, Pre), lexer->first_row + counts->tokens,
          lexer->line.start, lexer->line.start);
        loop assigns lexer->position, lexer->state, counts->tokens, counts->issues,
          columns->kinds[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->codes[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->starts[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant limit - lexer->position;
    */
    while (lexer->position < limit && lexer->position < pause_at) {
        //@ ghost uint32_t past = lexer->first_row + counts->tokens;
        read_run(lexer, regime, input, input_length, stop, columns, counts);
        /*@ ghost hlx_lines_join(regime, input, input_length, first, past,
              lexer->first_row + counts->tokens, lexer->line.start, lexer->line.start,
              lexer->line.start);
            past = lexer->first_row + counts->tokens; */
        if (lexer->position >= limit || lexer->position >= pause_at) {
            return true;
        }
        bool is_read = read_step(lexer, regime, input, input_length, columns, counts);
        /*@ ghost hlx_lines_join(regime, input, input_length, first, past,
              lexer->first_row + counts->tokens, lexer->line.start, lexer->line.start,
              lexer->line.start); */
        if (!is_read) {
            return false;
        }
    }
    return true;
}

/* From the end of a line to the next line, or done. spec: LEX-15 */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires end: lexer->position == Limit(regime, lexer->line.content_end);
    requires more: lexer->done == 0;
    terminates \true;
    assigns lexer->line, lexer->position, lexer->state, lexer->done;
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures progress: lexer->done == 0 ==> \old(lexer->line.start) < lexer->line.start;
    ensures same: lexer->done != 0 ==> lexer->line.start == \old(lexer->line.start);
    ensures onward: \old(lexer->position) <= lexer->position;
    ensures done: lexer->done != 0 ==> LexerDone(lexer, regime, input, input_length, counts);
*/
static void next_line(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length)
/*@ ghost (const hlx_regime *regime, const hlx_columns *columns, const hlx_counts *counts) */ {
    uint32_t next = lexer->line.next;
    if (next >= input_length) {
        /*@ ghost hlx_end_comes(regime, input, input_length, lexer->line.start, lexer->position,
                                lexer->state, lexer->first_row + counts->tokens,
                                counts->issues); */
        lexer->done = true;
        return;
    }
    /*@ ghost hlx_line_comes(regime, input, input_length, lexer->line.start, lexer->position,
                             lexer->state, lexer->first_row + counts->tokens,
                                counts->issues); */
    /*@ assert coming: Coming(input, input_length, regime, next, next, HLX_STATE_NEW_LINE,
                              lexer->first_row + counts->tokens, counts->issues); */
    //@ ghost uint32_t start = lexer->line.start;
    lexer->line = hlx_line_at(input, input_length, next);
    /*@ ghost hlx_line_spans(regime, input, input_length, start,
                             lexer->position, next, lexer->first_row + counts->tokens); */
    lexer->position = next;
    lexer->state = HLX_STATE_NEW_LINE;
    //@ ghost hlx_lexer_stands(lexer, regime, input, input_length, columns, counts);
}

hlx_status hlx_lexer_run(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                         hlx_counts *counts) {
    //@ ghost uint32_t first = lexer->first_row + counts->tokens;
    //@ ghost uint32_t low = lexer->line.start;
    /*@ loop invariant run: LexerCall(lexer, regime, input, input_length, columns, counts);
        loop invariant tokens: \at(counts->tokens, Pre) <= counts->tokens;
        loop invariant issues: \at(counts->issues, Pre) <= counts->issues;
        loop invariant done: lexer->done != 0 ==>
          LexerDone(lexer, regime, input, input_length, counts);
        loop invariant progress: \at(lexer->position, Pre) <= lexer->position &&
          \at(lexer->line.start, Pre) <= lexer->line.start;
        loop invariant lines: LinesWithin(input, input_length, regime,
          lexer->first_row + \at(counts->tokens, Pre), lexer->first_row + counts->tokens,
          \at(lexer->line.start, Pre), lexer->line.start);
        loop assigns lexer->line, lexer->position, lexer->state, lexer->done,
          counts->tokens, counts->issues,
          columns->kinds[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->codes[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->starts[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant input_length - lexer->line.start + (lexer->done != 0 ? 0 : 1);
    */
    while (!lexer->done && lexer->position < pause_at) {
        //@ ghost uint32_t past = lexer->first_row + counts->tokens;
        //@ ghost uint32_t middle = lexer->line.start;
        hlx_lexer_leap(lexer, regime, input, input_length, pause_at, columns, counts);
        /*@ ghost hlx_lines_join(regime, input, input_length, first, past,
              lexer->first_row + counts->tokens, low, middle, lexer->line.start);
            past = lexer->first_row + counts->tokens; */
        bool is_read = read_line(lexer, regime, input, input_length, pause_at, columns, counts);
        /*@ ghost hlx_lines_join(regime, input, input_length, first, past,
              lexer->first_row + counts->tokens, low, lexer->line.start, lexer->line.start); */
        if (!is_read) {
            return HLX_STATUS_OUTPUT_FULL;
        }
        if (lexer->position < hlx_line_limit(&lexer->line, regime)) {
            return HLX_STATUS_OK;
        }
        next_line(lexer, input, input_length)
            /*@ ghost (regime, columns, counts) */;
    }
    return HLX_STATUS_OK;
}
