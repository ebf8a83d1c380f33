/* lexer.h -- TeX's reader as a machine that can be stopped and resumed.
 *
 *      line    start ........ content_end   terminator   next
 *      bytes   \foo  bar%x    20 20 20      0D 0A        (next line)
 *                             ^ here stands the end-of-line character
 *
 * A line's content ends before its trailing blanks; behind it stands one virtual
 * character, the regime's end-of-line character (unless it is -1). A position in a
 * line runs from start to content_end (the virtual character comes next) and
 * content_end + 1 (it is used up). The line's *limit* is the position at which
 * nothing is left of it. Nothing is ever rewritten: a ^^ notation is decoded where
 * it stands each time it is read, which gives what TeX gets by replacing it in its
 * buffer (spec: LEX-25). Order of the parts: line, character, control sequence,
 * step, machine. spec: spec/lexer.md */
#ifndef HLX_LEXER_H
#define HLX_LEXER_H

#include "catcode.h"
#include "hedgelex.h"

/* TeX's three states (The TeXbook, p. 46). spec: LEX-20 */
enum hlx_lexer_state { HLX_STATE_NEW_LINE = 0, HLX_STATE_MID_LINE = 1, HLX_STATE_SKIP_BLANKS = 2 };

#ifdef __FRAMAC__
#include "../../spec/logic/utf8_logic.h"
#include "../../spec/logic/lexer_logic.h"
#endif

typedef struct hlx_line {
    uint32_t start;       /* first byte */
    uint32_t content_end; /* behind the last byte that is read */
    uint32_t terminator;  /* first byte of the line terminator, or input length */
    uint32_t next;        /* first byte of the next line, or input length */
} hlx_line;

/*@ predicate LineInput{L}(hlx_line *line, uint8_t *input, hlx_regime *regime) =
      \valid_read(line) && \valid_read(regime) && RegimeValid(regime) &&
      line->content_end <= HLX_MAX_DOCUMENT_BYTES &&
      \valid_read(input + (0 .. line->content_end - 1));

    predicate LineRead{L}(hlx_line *line, uint8_t *input, integer length) =
      line->start <= line->content_end <= line->terminator <= line->next <= length &&
      line->terminator == LineTerminator(input, length, line->start) &&
      line->content_end == LineContentEnd(input, length, line->start) &&
      line->next == LineNext(input, length, line->start);
*/

/* The line that begins at `start` (<= input_length). spec: LEX-10, LEX-11 */
/*@ requires within: start <= input_length <= HLX_MAX_DOCUMENT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    terminates \true;
    assigns \nothing;
    ensures start: \result.start == start;
    ensures terminator: \result.terminator == LineTerminator(input, input_length, start);
    ensures content: \result.content_end == LineContentEnd(input, input_length, start);
    ensures next: \result.next == LineNext(input, input_length, start);
    ensures order: start <= \result.content_end <= \result.terminator <= \result.next <=
      input_length;
    ensures progress: start < input_length ==> start < \result.next;
*/
hlx_line hlx_line_at(const uint8_t *input, uint32_t input_length, uint32_t start);

/* The line's limit under `regime`. spec: LEX-14 */
/*@ requires readable: \valid_read(line) && \valid_read(regime);
    requires within: line->content_end <= HLX_MAX_DOCUMENT_BYTES;
    terminates \true;
    assigns \nothing;
    ensures limit: \result == Limit(regime, line->content_end);
*/
uint32_t hlx_line_limit(const hlx_line *line, const hlx_regime *regime);

/* One character as TeX reads it: ^^ notations resolved. */
typedef struct hlx_character {
    uint32_t code;
    uint32_t category; /* 0 to 15 */
    uint32_t next;     /* position behind it */
    uint32_t issue;    /* enum hlx_issue, or 0: why the code is U+FFFD */
} hlx_character;

/* The character at `position`, which is before the line's limit. spec: LEX-12,
 * LEX-13, LEX-21 to LEX-25 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position < Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures code: \result.code == CharacterCode(input, regime, line->content_end, position);
    ensures next: \result.next == CharacterNext(input, regime, line->content_end, position);
    ensures issue: \result.issue == CharacterIssue(input, regime, line->content_end, position);
    ensures category: \result.category ==
      CharacterCategory(input, regime, line->content_end, position);
    ensures range: \result.code <= HLX_MAX_CODE_POINT && \result.category <= 15;
    ensures byte: regime->encoding == HLX_ENCODING_BYTES ==> \result.code <= 255;
    ensures progress: position < \result.next <= Limit(regime, line->content_end);
*/
hlx_character hlx_character_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                               uint32_t position);

/* A control sequence without its escape character. */
typedef struct hlx_control_sequence {
    int32_t code;          /* hash of the name. spec: LEX-40 */
    uint32_t next;         /* position behind it */
    uint32_t state;        /* the state it leaves. spec: LEX-31, LEX-32 */
    uint32_t issue;        /* of the one character of a control symbol, or 0 */
    uint32_t issue_offset; /* position of that character */
} hlx_control_sequence;

/* The control sequence whose escape character ends at `position` (<= limit).
 * spec: LEX-30 to LEX-33 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures code: \result.code == NameCode(input, regime, line->content_end, position);
    ensures next: \result.next == NameNext(input, regime, line->content_end, position);
    ensures state: \result.state == NameState(input, regime, line->content_end, position);
    ensures issue: \result.issue == NameIssue(input, regime, line->content_end, position);
    ensures offset: \result.issue != 0 ==> \result.issue_offset == position;
    ensures contained: position <= \result.next <= Limit(regime, line->content_end);
*/
hlx_control_sequence hlx_control_sequence_at(const hlx_line *line, const hlx_regime *regime,
                                             const uint8_t *input, uint32_t position);

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
    ensures state: \result.state ==
      StepState(input, input_length, regime, line->start, position, state);
    ensures states: \result.state <= HLX_STATE_SKIP_BLANKS;
    ensures issue: \result.issue ==
      StepIssue(input, input_length, regime, line->start, position);
    ensures offset: \result.issue != 0 ==> \result.issue_offset ==
      StepIssueOffset(input, input_length, regime, line->start, position);
*/
hlx_step hlx_step_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t position, uint32_t state);

/* The first byte in the source of what stands at `position`. spec: LEX-51 */
/*@ requires readable: \valid_read(line);
    terminates \true;
    assigns \nothing;
    ensures start: \result == (position < line->content_end ? position : line->terminator);
*/
uint32_t hlx_span_start(const hlx_line *line, uint32_t position);

/* The byte in the source behind what was read up to `next`. spec: LEX-51 */
/*@ requires readable: \valid_read(line);
    terminates \true;
    assigns \nothing;
    ensures end: \result == (next <= line->content_end ? next : line->next);
*/
uint32_t hlx_span_end(const hlx_line *line, uint32_t next);

typedef struct hlx_lexer {
    hlx_line line;
    uint32_t position; /* next character to read */
    uint32_t state;    /* enum hlx_lexer_state */
    bool done;         /* the whole input was read */
} hlx_lexer;

/*@ logic integer TokenTotal{L}(uint8_t *input, integer length, hlx_regime *regime) =
      TokenCount(input, length, regime, 0, 0, HLX_STATE_NEW_LINE);

    logic integer IssueTotal{L}(uint8_t *input, integer length, hlx_regime *regime) =
      IssueCount(input, length, regime, 0, 0, HLX_STATE_NEW_LINE);

    predicate ColumnsValid{L}(hlx_columns *columns, hlx_counts *counts) =
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

    predicate TokenRows{L}(uint8_t *input, integer length, hlx_regime *regime,
                           hlx_columns *columns, integer count) =
      (\forall integer row; 0 <= row < count ==> columns->kinds[row] ==
        TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row)) &&
      (\forall integer row; 0 <= row < count ==> columns->codes[row] ==
        TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row)) &&
      (\forall integer row; 0 <= row < count ==> columns->starts[row] ==
        TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row));

    predicate IssueRows{L}(uint8_t *input, integer length, hlx_regime *regime,
                           hlx_columns *columns, integer count) =
      (\forall integer row; 0 <= row < count && row < columns->issue_capacity ==>
        columns->issue_codes[row] ==
          IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row)) &&
      (\forall integer row; 0 <= row < count && row < columns->issue_capacity ==>
        columns->issue_offsets[row] ==
          IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row));

    // Behind `past` tokens (or issues) comes what comes from this configuration on.
    predicate TokenKindComes{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state, integer past) =
      \forall integer row; row >= past ==>
        TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row) ==
        TokenKind(input, length, regime, start, position, state, row - past);

    predicate TokenCodeComes{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state, integer past) =
      \forall integer row; row >= past ==>
        TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row) ==
        TokenCode(input, length, regime, start, position, state, row - past);

    predicate TokenStartComes{L}(uint8_t *input, integer length, hlx_regime *regime,
                                 integer start, integer position, integer state, integer past) =
      \forall integer row; row >= past ==>
        TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row) ==
        TokenStart(input, length, regime, start, position, state, row - past);

    predicate IssueCodeComes{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state, integer past) =
      \forall integer row; row >= past ==>
        IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row) ==
        IssueCode(input, length, regime, start, position, state, row - past);

    predicate IssueOffsetComes{L}(uint8_t *input, integer length, hlx_regime *regime,
                                  integer start, integer position, integer state, integer past) =
      \forall integer row; row >= past ==>
        IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, row) ==
        IssueOffset(input, length, regime, start, position, state, row - past);

    predicate TokenCountComes{L}(uint8_t *input, integer length, hlx_regime *regime,
                                 integer start, integer position, integer state, integer past) =
      TokenTotal(input, length, regime) ==
        past + TokenCount(input, length, regime, start, position, state);

    predicate IssueCountComes{L}(uint8_t *input, integer length, hlx_regime *regime,
                                 integer start, integer position, integer state, integer past) =
      IssueTotal(input, length, regime) ==
        past + IssueCount(input, length, regime, start, position, state);

    predicate Coming{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                        integer position, integer state, integer tokens, integer issues) =
      TokenKindComes(input, length, regime, start, position, state, tokens) &&
      TokenCodeComes(input, length, regime, start, position, state, tokens) &&
      TokenStartComes(input, length, regime, start, position, state, tokens) &&
      TokenCountComes(input, length, regime, start, position, state, tokens) &&
      IssueCodeComes(input, length, regime, start, position, state, issues) &&
      IssueOffsetComes(input, length, regime, start, position, state, issues) &&
      IssueCountComes(input, length, regime, start, position, state, issues);

    predicate LexerReading{L}(hlx_lexer *lexer, hlx_regime *regime, uint8_t *input,
                              integer length, hlx_counts *counts) =
      LineRead(&lexer->line, input, length) &&
      lexer->line.start <= lexer->position <= Limit(regime, lexer->line.content_end) &&
      lexer->state <= HLX_STATE_SKIP_BLANKS &&
      counts->tokens <= lexer->position && counts->issues <= lexer->position &&
      Coming(input, length, regime, lexer->line.start, lexer->position, lexer->state,
             counts->tokens, counts->issues);

    predicate LexerDone{L}(hlx_lexer *lexer, hlx_regime *regime, uint8_t *input, integer length,
                           hlx_counts *counts) =
      counts->tokens == TokenTotal(input, length, regime) &&
      counts->issues == IssueTotal(input, length, regime);

    // What holds whenever the machine stands between two characters.
    predicate LexerCall{L}(hlx_lexer *lexer, hlx_regime *regime, uint8_t *input, integer length,
                           hlx_columns *columns, hlx_counts *counts) =
      length <= HLX_MAX_DOCUMENT_BYTES && \valid(lexer) && \valid_read(regime) &&
      RegimeValid(regime) && \valid_read(input + (0 .. length - 1)) &&
      ColumnsValid(columns, counts) && \separated(lexer, counts, columns) &&
      LexerReading(lexer, regime, input, length, counts) &&
      counts->tokens <= columns->token_capacity &&
      TokenRows(input, length, regime, columns, counts->tokens) &&
      IssueRows(input, length, regime, columns, counts->issues);
*/

/* At the first line of an input, state N. spec: LEX-10, LEX-15, LEX-16 */
/*@ requires within: input_length <= HLX_MAX_DOCUMENT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires writable: \valid(lexer);
    terminates \true;
    assigns *lexer;
    ensures line: LineRead(&lexer->line, input, input_length) && lexer->line.start == 0;
    ensures first: lexer->position == 0 && lexer->state == HLX_STATE_NEW_LINE;
    ensures more: lexer->done == 0;
*/
void hlx_lexer_init(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length);

/* Read on until the whole input was read (OK, lexer->done), the position reached
 * `pause_at` (OK, not done: call again to go on; a pause changes no token), or the
 * token capacity is used up and one more token is there (OUTPUT_FULL). Between two
 * pauses at pause_at = position + n the work is bounded by n bytes, one line's
 * search for its terminator and one control sequence's name. `counts` is added to.
 * The regime must be valid; lexer and input as hlx_lexer_init or the last call left
 * them. The contract: however it is paused, row k of the columns is the k-th token (or
 * issue) of the specification. spec: LEX-15, LEX-17, LEX-50, LEX-54 */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires done: lexer->done != 0 ==> LexerDone(lexer, regime, input, input_length, counts);
    terminates \true;
    assigns *lexer, *counts,
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
      TokenKind(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, counts->tokens) >= 0;
*/
hlx_status hlx_lexer_run(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                         hlx_counts *counts);

/* The code of the control sequence \par. spec: LEX-40 */
/*@ terminates \true;
    assigns \nothing;
    ensures par: \result == ParCode;
*/
int32_t hlx_code_of_par(void);

/* Append a row to the issues if there is room, and count it in any case; fewer than
 * UINT32_MAX are there already. spec: LEX-60 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->issues < UINT32_MAX;
    requires issue: issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP;
    requires offset: offset <= HLX_MAX_DOCUMENT_BYTES;
    terminates \true;
    assigns counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures counted: counts->issues == \old(counts->issues) + 1;
    ensures written: \old(counts->issues) < columns->issue_capacity ==>
      columns->issue_codes[\old(counts->issues)] == issue &&
      columns->issue_offsets[\old(counts->issues)] == offset;
*/
void hlx_issue_add(const hlx_columns *columns, hlx_counts *counts, uint32_t issue, uint32_t offset);

#endif
