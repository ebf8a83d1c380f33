/* tokenize.h -- what hlx_tokenize is made of, for callers who pause.
 *
 *      hlx_lexer_init; do status = hlx_lexer_run; while (status is OK and it is not done);
 *      if (status is OK) while (!hlx_groups_run) {}
 *
 * is hlx_tokenize with pauses, for example to look for a cancel, from counts of 0 and for a
 * regime and a length in range: these are not checked here. hlx_tokenize is declared in
 * hedgelex.h; its contract, which speaks of the specification's rows, is here. */
#ifndef HLX_TOKENIZE_H
#define HLX_TOKENIZE_H

#include "lexer.h"

#ifdef __FRAMAC__
#include "scan.h"

#include "../../spec/logic/group_logic.h"
#endif

/* How far the groups of a document are matched, and which are open there. */
typedef struct hlx_groups {
    uint32_t row;       /* the next to look at */
    uint32_t depth;     /* how many groups are open */
    uint32_t outermost; /* row that began the outermost of them, if any is open */
} hlx_groups;

/*@ predicate GroupColumns{L}(hlx_groups *groups, hlx_columns *columns, hlx_counts *counts) =
      ColumnsValid(columns, counts) && \valid(groups) &&
      \separated(groups, counts, columns) && counts->tokens <= columns->token_capacity &&
      (\forall integer row; 0 <= row < counts->tokens ==>
        0 <= columns->starts[row] <= HLX_MAX_INPUT_BYTES);

    // The groups that are open behind the first `rows` rows.
    predicate OpenGroups{L}(hlx_groups *groups, hlx_columns *columns, integer rows) =
      groups->depth == Depth(columns->kinds, rows) &&
      (groups->depth > 0 ==> groups->outermost == Outermost(columns->kinds, rows));

    // Behind the first `first` issues stand the ends in these rows at which no group is open.
    predicate EndsWritten{L}(hlx_columns *columns, integer first, integer rows) =
      (\forall integer row; 0 <= row < rows && UnmatchedEnd(columns->kinds, row) &&
        first + UnmatchedEnds(columns->kinds, row) < columns->issue_capacity ==>
        columns->issue_codes[first + UnmatchedEnds(columns->kinds, row)] ==
          HLX_ISSUE_UNMATCHED_END_GROUP) &&
      (\forall integer row; 0 <= row < rows && UnmatchedEnd(columns->kinds, row) &&
        first + UnmatchedEnds(columns->kinds, row) < columns->issue_capacity ==>
        columns->issue_offsets[first + UnmatchedEnds(columns->kinds, row)] ==
          columns->starts[row]);

    // The last issue is the outermost of the groups that are open behind all rows.
    predicate UnclosedWritten{L}(hlx_columns *columns, hlx_counts *counts) =
      Depth(columns->kinds, counts->tokens) > 0 &&
      counts->issues - 1 < columns->issue_capacity ==>
        columns->issue_codes[counts->issues - 1] == HLX_ISSUE_UNCLOSED_BEGIN_GROUP &&
        columns->issue_offsets[counts->issues - 1] ==
          columns->starts[Outermost(columns->kinds, counts->tokens)];

    // How many issues there were before any of groups, while groups are being matched.
    logic integer IssuesBefore{L}(hlx_groups *groups, hlx_columns *columns,
                                  hlx_counts *counts) =
      counts->issues - UnmatchedEnds(columns->kinds, groups->row);

    // How many issues a document's groups give.
    logic integer GroupIssues{L}(hlx_columns *columns, hlx_counts *counts) =
      UnmatchedEnds(columns->kinds, counts->tokens) +
      (Depth(columns->kinds, counts->tokens) > 0 ? 1 : 0);

    // At the beginning, or behind any number of rows that were matched.
    predicate GroupsCall{L}(hlx_groups *groups, hlx_columns *columns, hlx_counts *counts) =
      GroupColumns(groups, columns, counts) && groups->row <= counts->tokens &&
      counts->issues + (counts->tokens - groups->row) < UINT32_MAX &&
      OpenGroups(groups, columns, groups->row) && IssuesBefore(groups, columns, counts) >= 0 &&
      EndsWritten(columns, IssuesBefore(groups, columns, counts), groups->row);
*/

/* Match the begin-group and end-group tokens of a whole document from `groups->row` on, at most
 * `rows` of them, and append their issues: each end with no group open, and behind the last
 * row the outermost group that is never ended. All zeros is the beginning; the last row is
 * `counts->tokens`, and true is returned when it is reached. spec: LEX-64, LEX-65 */
/*@ requires run: GroupsCall(groups, columns, counts);
    terminates \true;
    assigns *groups, counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures rows: groups->row == \old(groups->row) +
      \min(rows, counts->tokens - \old(groups->row));
    ensures last: \result != 0 <==> groups->row == counts->tokens;
    ensures more: \result == 0 ==> GroupsCall(groups, columns, counts);
    ensures open: OpenGroups(groups, columns, groups->row);
    ensures counted: counts->issues == \old(IssuesBefore(groups, columns, counts)) +
      UnmatchedEnds(columns->kinds, groups->row) + (\result != 0 && groups->depth > 0 ? 1 : 0);
    ensures ends: EndsWritten(columns, \old(IssuesBefore(groups, columns, counts)),
      groups->row);
    ensures unclosed: \result != 0 ==> UnclosedWritten(columns, counts);
    ensures codes_kept: \forall integer row; 0 <= row < \old(counts->issues) &&
      row < columns->issue_capacity ==>
      columns->issue_codes[row] == \old(columns->issue_codes[row]);
    ensures offsets_kept: \forall integer row; 0 <= row < \old(counts->issues) &&
      row < columns->issue_capacity ==>
      columns->issue_offsets[row] == \old(columns->issue_offsets[row]);
*/
bool hlx_groups_run(hlx_groups *groups, uint32_t rows, const hlx_columns *columns,
                    hlx_counts *counts);

#ifdef __FRAMAC__
/* The contract of the public function: hedgelex.h is below the logic that it needs. With a
 * regime and a length in range the columns hold the specification's tokens, all of them or as
 * many as fit; its issues stand before those of groups, which only a whole document has.
 * spec: LEX-01, LEX-50, LEX-54, LEX-60 to LEX-66 */
/*@ requires regime: \valid_read(regime);
    requires input: input_length <= HLX_MAX_INPUT_BYTES ==>
      \valid_read(input + (0 .. input_length - 1));
    requires columns: ColumnsValid(columns, counts);
    terminates \true;
    assigns counts->tokens, counts->issues, columns->kinds[0 .. columns->token_capacity - 1],
      columns->codes[0 .. columns->token_capacity - 1],
      columns->starts[0 .. columns->token_capacity - 1],
      columns->issue_codes[0 .. columns->issue_capacity - 1],
      columns->issue_offsets[0 .. columns->issue_capacity - 1];
    ensures refused: \result == HLX_STATUS_BAD_ARGUMENT <==>
      !(input_length <= HLX_MAX_INPUT_BYTES && \old(RegimeValid(regime)));
    behavior bad_argument:
      assumes !(input_length <= HLX_MAX_INPUT_BYTES && RegimeValid(regime));
      assigns counts->tokens, counts->issues;
      ensures nothing: counts->tokens == 0 && counts->issues == 0;
    behavior good:
      assumes input_length <= HLX_MAX_INPUT_BYTES && RegimeValid(regime);
      ensures status: \result == HLX_STATUS_OK || \result == HLX_STATUS_OUTPUT_FULL;
      ensures capacity: counts->tokens <= columns->token_capacity;
      ensures tokens: TokensWritten(input, input_length, regime, columns, 0, counts->tokens);
      ensures spans: SpansInOrder(input, input_length, regime, counts->tokens);
      ensures places: TokensInLines(input, input_length, regime, counts->tokens);
      ensures full: \result == HLX_STATUS_OUTPUT_FULL <==>
        TokenLine(input, input_length, regime, columns->token_capacity) >= 0;
      ensures full_rows: \result == HLX_STATUS_OUTPUT_FULL ==>
        counts->tokens == columns->token_capacity;
      ensures full_issues: \result == HLX_STATUS_OUTPUT_FULL ==>
        IssuesWritten(input, input_length, regime, columns, counts->issues);
      ensures all_tokens: \result == HLX_STATUS_OK ==>
        TokensAre(input, input_length, regime, counts->tokens);
      ensures all_issues: \result == HLX_STATUS_OK ==>
        IssuesAre(input, input_length, regime, counts->issues - GroupIssues(columns, counts));
      ensures issues: \result == HLX_STATUS_OK ==>
        IssuesWritten(input, input_length, regime, columns,
                      counts->issues - GroupIssues(columns, counts));
      ensures ends: \result == HLX_STATUS_OK ==> 0 <= GroupIssues(columns, counts) <=
        counts->issues && EndsWritten(columns, counts->issues - GroupIssues(columns, counts),
                                      counts->tokens);
      ensures unclosed: \result == HLX_STATUS_OK ==> UnclosedWritten(columns, counts);
    complete behaviors;
    disjoint behaviors;
*/
hlx_status hlx_tokenize(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                        const hlx_columns *columns, hlx_counts *counts);
#endif

#endif
