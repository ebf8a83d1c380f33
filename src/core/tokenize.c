/* tokenize.c -- whole documents: the public entry points. Contracts: tokenize.h.
 *
 * The functions that match groups have `first` as a ghost parameter: how many issues there were
 * before any of groups. */
#include "tokenize.h"

#include "scan.h"
#ifdef __FRAMAC__
#include "../../proofs/group_lemmas.h"
#endif

/* ---- groups ------------------------------------------------------------- */

/*@ predicate RowsKept{K, L}(hlx_columns *columns, integer rows) =
      (\forall integer row; 0 <= row < rows ==>
        \at(columns->kinds[row], L) == \at(columns->kinds[row], K)) &&
      (\forall integer row; 0 <= row < rows ==>
        \at(columns->starts[row], L) == \at(columns->starts[row], K));

    predicate IssuesKept{K, L}(hlx_columns *columns, integer rows) =
      (\forall integer row; 0 <= row < rows && row < \at(columns->issue_capacity, K) ==>
        \at(columns->issue_codes[row], L) == \at(columns->issue_codes[row], K)) &&
      (\forall integer row; 0 <= row < rows && row < \at(columns->issue_capacity, K) ==>
        \at(columns->issue_offsets[row], L) == \at(columns->issue_offsets[row], K));

    predicate GroupsSame{K, L}(int32_t *kinds, integer rows) =
      \forall integer n; 0 <= n <= rows ==>
        Depth{L}(kinds, n) == Depth{K}(kinds, n) &&
        UnmatchedEnds{L}(kinds, n) == UnmatchedEnds{K}(kinds, n) &&
        Outermost{L}(kinds, n) == Outermost{K}(kinds, n);
*/

/* An issue of the token in `row`. No row of the columns changes, so neither do the groups. */
/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->issues < UINT32_MAX;
    requires issue: issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP;
    requires row: row < counts->tokens <= columns->token_capacity;
    requires start: 0 <= columns->starts[row] <= HLX_MAX_INPUT_BYTES;
    terminates \true;
    assigns counts->issues, columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures counted: counts->issues == \old(counts->issues) + 1;
    ensures written: \old(counts->issues) < columns->issue_capacity ==>
      columns->issue_codes[\old(counts->issues)] == issue &&
      columns->issue_offsets[\old(counts->issues)] == columns->starts[row];
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures same: GroupsSame{Pre, Post}(columns->kinds, counts->tokens);
*/
static void add_issue(const hlx_columns *columns, hlx_counts *counts, uint32_t issue,
                      uint32_t row) {
    hlx_issue_add(columns, counts, issue, (uint32_t)columns->starts[row]);
    /*@ assert kinds_kept: \forall integer r; 0 <= r < counts->tokens ==>
          columns->kinds[r] == \at(columns->kinds[r], Pre); */
    /*@ ghost
        uint32_t n = 0;
        /@ loop invariant n: 0 <= n <= counts->tokens;
           loop invariant same: GroupsSame{Pre, Here}(columns->kinds, n);
           loop assigns n;
           loop variant counts->tokens - n;
        @/
        while (n < counts->tokens) {
            /@ assert kind: \let r = n; columns->kinds[r] == \at(columns->kinds[r], Pre); @/
            n++;
        } */
}

/* The same behind the issues of the first `rows` rows, which stay. */
/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->issues < UINT32_MAX;
    requires issue: issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP;
    requires row: row < counts->tokens <= columns->token_capacity;
    requires start: 0 <= columns->starts[row] <= HLX_MAX_INPUT_BYTES;
    requires rows: rows <= counts->tokens;
    requires before: first + UnmatchedEnds(columns->kinds, rows) == counts->issues;
    requires ends: EndsWritten(columns, first, rows);
    terminates \true;
    assigns counts->issues, columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures counted: counts->issues == \old(counts->issues) + 1;
    ensures written: \old(counts->issues) < columns->issue_capacity ==>
      columns->issue_codes[\old(counts->issues)] == issue &&
      columns->issue_offsets[\old(counts->issues)] == columns->starts[row];
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures same: GroupsSame{Pre, Post}(columns->kinds, counts->tokens);
    ensures ends: EndsWritten(columns, first, rows);
*/
static void add_behind(const hlx_columns *columns, hlx_counts *counts, uint32_t issue, uint32_t row)
/*@ ghost (uint32_t first, uint32_t rows) */ {
    /*@ ghost hlx_ends_grow(columns->kinds, rows); */
    /*@ assert own: \forall integer r; 0 <= r < rows && UnmatchedEnd(columns->kinds, r) ==>
          0 <= first + UnmatchedEnds(columns->kinds, r) < counts->issues; */
    add_issue(columns, counts, issue, row);
    /*@ assert ends_same: \forall integer r; 0 <= r < rows ==>
          (UnmatchedEnd(columns->kinds, r) <==> UnmatchedEnd{Pre}(columns->kinds, r)); */
    /*@ assert numbers_same: \forall integer r; 0 <= r < rows ==>
          UnmatchedEnds(columns->kinds, r) == UnmatchedEnds{Pre}(columns->kinds, r); */
    /*@ assert codes: \forall integer r; 0 <= r < rows &&
          UnmatchedEnd{Pre}(columns->kinds, r) &&
          first + UnmatchedEnds{Pre}(columns->kinds, r) < columns->issue_capacity ==>
          columns->issue_codes[first + UnmatchedEnds{Pre}(columns->kinds, r)] ==
            HLX_ISSUE_UNMATCHED_END_GROUP; */
    /*@ assert offsets: \forall integer r; 0 <= r < rows &&
          UnmatchedEnd{Pre}(columns->kinds, r) &&
          first + UnmatchedEnds{Pre}(columns->kinds, r) < columns->issue_capacity ==>
          columns->issue_offsets[first + UnmatchedEnds{Pre}(columns->kinds, r)] ==
            columns->starts[r]; */
    /*@ assert codes_here: \forall integer r; 0 <= r < rows &&
          UnmatchedEnd(columns->kinds, r) &&
          first + UnmatchedEnds(columns->kinds, r) < columns->issue_capacity ==>
          columns->issue_codes[first + UnmatchedEnds(columns->kinds, r)] ==
            HLX_ISSUE_UNMATCHED_END_GROUP; */
    /*@ assert offsets_here: \forall integer r; 0 <= r < rows &&
          UnmatchedEnd(columns->kinds, r) &&
          first + UnmatchedEnds(columns->kinds, r) < columns->issue_capacity ==>
          columns->issue_offsets[first + UnmatchedEnds(columns->kinds, r)] ==
            columns->starts[r]; */
}

/* The end in `row`, at which no group is open. spec: LEX-64 */
/*@ requires columns: GroupColumns(groups, columns, counts);
    requires row: row < counts->tokens;
    requires end: UnmatchedEnd(columns->kinds, row);
    requires room: counts->issues < UINT32_MAX;
    requires depth: groups->depth == 0;
    requires matched: Matched(groups, columns, counts, first, row);
    terminates \true;
    assigns counts->issues, columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures matched: Matched(groups, columns, counts, first, row + 1);
    ensures counted: counts->issues == \old(counts->issues) + 1;
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
*/
static void unmatched_end(uint32_t row, const hlx_columns *columns, hlx_counts *counts)
/*@ ghost (const hlx_groups *groups, uint32_t first) */ {
    add_behind(columns, counts, HLX_ISSUE_UNMATCHED_END_GROUP, row)
        /*@ ghost (first, row) */;
    //@ assert number: first + UnmatchedEnds(columns->kinds, row) == counts->issues - 1;
    //@ assert end: UnmatchedEnd(columns->kinds, row);
    //@ assert open: OpenGroups(groups, columns, row + 1);
    //@ assert counted: counts->issues == first + UnmatchedEnds(columns->kinds, row + 1);
    /*@ assert code: counts->issues - 1 < columns->issue_capacity ==>
          columns->issue_codes[counts->issues - 1] == HLX_ISSUE_UNMATCHED_END_GROUP &&
          columns->issue_offsets[counts->issues - 1] == columns->starts[row]; */
    //@ assert before: EndsWritten(columns, first, row);
    //@ assert written: EndsWritten(columns, first, row + 1);
}

/* The group token in `row`, behind `row` rows that are matched. spec: LEX-64 */
/*@ requires columns: GroupColumns(groups, columns, counts);
    requires row: row < counts->tokens;
    requires group: IsGroupKind(columns->kinds[row]);
    requires room: counts->issues < UINT32_MAX;
    requires matched: Matched(groups, columns, counts, first, row);
    terminates \true;
    assigns groups->depth, groups->outermost, counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures matched: Matched(groups, columns, counts, first, row + 1);
    ensures few: \old(counts->issues) <= counts->issues <= \old(counts->issues) + 1;
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
*/
static void match_group(hlx_groups *groups, uint32_t row, const hlx_columns *columns,
                        hlx_counts *counts) /*@ ghost (uint32_t first) */ {
    /*@ ghost hlx_groups_kept(columns->kinds, counts->tokens); */
    bool begins = columns->kinds[row] == HLX_CATEGORY_BEGIN_GROUP;
    if (groups->depth == 0) {
        groups->outermost = row;
        if (!begins) {
            unmatched_end(row, columns, counts) /*@ ghost (groups, first) */;
            return;
        }
    }
    /*@ assert depth: Depth(columns->kinds, row + 1) ==
          (begins != 0 ? Depth(columns->kinds, row) + 1 : Depth(columns->kinds, row) - 1); */
    /*@ assert ends: UnmatchedEnds(columns->kinds, row + 1) ==
          UnmatchedEnds(columns->kinds, row); */
    /*@ assert outermost: Outermost(columns->kinds, row + 1) ==
          (groups->depth == 0 ? row : Outermost(columns->kinds, row)); */
    /*@ assert no_end: !UnmatchedEnd(columns->kinds, row); */
    groups->depth = begins ? groups->depth + 1u : groups->depth - 1u;
    //@ assert open: OpenGroups(groups, columns, row + 1);
    //@ assert before: EndsWritten(columns, first, row);
    //@ assert written: EndsWritten(columns, first, row + 1);
}

/* The group token in `row`, and the rows behind it that are none, up to `next`. */
/*@ requires columns: GroupColumns(groups, columns, counts);
    requires row: row < next <= counts->tokens;
    requires group: IsGroupKind(columns->kinds[row]);
    requires gap: NoGroup(columns->kinds, row + 1, next);
    requires room: counts->issues < UINT32_MAX;
    requires matched: Matched(groups, columns, counts, first, row);
    terminates \true;
    assigns groups->depth, groups->outermost, counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures columns: GroupColumns(groups, columns, counts);
    ensures matched: Matched(groups, columns, counts, first, next);
    ensures few: \old(counts->issues) <= counts->issues <= \old(counts->issues) + 1;
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
*/
static void match_next(hlx_groups *groups, uint32_t row, const hlx_columns *columns,
                       hlx_counts *counts) /*@ ghost (uint32_t first, uint32_t next) */ {
    match_group(groups, row, columns, counts) /*@ ghost (first) */;
    /*@ assert gap: NoGroup(columns->kinds, row + 1, next); */
    /*@ ghost hlx_matched_gap(groups, columns, counts, first, row + 1, next); */
}

/* The rows up to `stop`, of which `found` are the group tokens. spec: LEX-64 */
/*@ requires columns: GroupColumns(groups, columns, counts);
    requires within: groups->row <= stop <= counts->tokens;
    requires found: GroupRows(columns->kinds, groups->row, stop, found, count);
    requires readable: \valid_read(found + (0 .. count - 1));
    requires apart: \separated(found + (0 .. count - 1), groups, counts, columns);
    requires room: counts->issues + (stop - groups->row) < UINT32_MAX;
    requires matched: Matched(groups, columns, counts, first, groups->row);
    terminates \true;
    assigns groups->depth, groups->outermost, counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures columns: GroupColumns(groups, columns, counts);
    ensures matched: Matched(groups, columns, counts, first, stop);
    ensures few: \old(counts->issues) <= counts->issues <=
      \old(counts->issues) + (stop - groups->row);
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
*/
static void match_found(hlx_groups *groups, const uint32_t *found, uint32_t count,
                        const hlx_columns *columns, hlx_counts *counts)
/*@ ghost (uint32_t stop, uint32_t first) */ {
    /*@ ghost hlx_found_rows(columns->kinds, groups->row, stop, found, count);
        uint32_t next = count > 0 ? found[0] : stop;
        hlx_matched_gap(groups, columns, counts, first, groups->row, next); */
    /*@ loop invariant i: 0 <= i <= count;
        loop invariant next: next == (i < count ? found[i] : stop);
        loop invariant reached: groups->row <= next <= stop;
        loop invariant columns: GroupColumns(groups, columns, counts);
        loop invariant matched: Matched(groups, columns, counts, first, next);
        loop invariant few: \at(counts->issues, Pre) <= counts->issues <=
          \at(counts->issues, Pre) + (next - groups->row);
        loop invariant rows_kept: RowsKept{Pre, Here}(columns, counts->tokens);
        loop invariant codes_kept: \forall integer row; 0 <= row < \at(counts->issues, Pre) &&
          row < columns->issue_capacity ==>
          columns->issue_codes[row] == \at(columns->issue_codes[row], Pre);
        loop invariant offsets_kept: \forall integer row; 0 <= row < \at(counts->issues, Pre) &&
          row < columns->issue_capacity ==>
          columns->issue_offsets[row] == \at(columns->issue_offsets[row], Pre);
        loop assigns i, next, groups->depth, groups->outermost, counts->issues,
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        /*@ assert found: FoundRow{Pre, Pre}(columns->kinds, groups->row, stop, found, count,
                                             i); */
        /*@ assert row: next == found[i] < stop && IsGroupKind(columns->kinds[next]); */
        /*@ ghost next = i + 1 < count ? found[i + 1] : stop; */
        /*@ assert gap: NoGroup(columns->kinds, found[i] + 1, next); */
        match_next(groups, found[i], columns, counts) /*@ ghost (first, next) */;
    }
}

/* The next rows, up to `stop`: a window of them that a scan takes. spec: LEX-64 */
/*@ requires columns: GroupColumns(groups, columns, counts);
    requires within: groups->row <= stop <= groups->row + HLX_GROUP_SCAN_ROWS &&
      stop <= counts->tokens;
    requires room: counts->issues + (stop - groups->row) < UINT32_MAX;
    requires matched: Matched(groups, columns, counts, first, groups->row);
    terminates \true;
    assigns *groups, counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures row: groups->row == stop;
    ensures columns: GroupColumns(groups, columns, counts);
    ensures matched: Matched(groups, columns, counts, first, stop);
    ensures few: \old(counts->issues) <= counts->issues <=
      \old(counts->issues) + (stop - \old(groups->row));
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
*/
static void match_window(hlx_groups *groups, uint32_t stop, const hlx_columns *columns,
                         hlx_counts *counts) /*@ ghost (uint32_t first) */ {
    uint32_t found[HLX_GROUP_SCAN_ROWS];
    uint32_t count = hlx_scan_groups(columns->kinds, groups->row, stop, found);
    match_found(groups, found, count, columns, counts) /*@ ghost (stop, first) */;
    groups->row = stop;
}

/* The rows up to `stop`, window by window. spec: LEX-64 */
/*@ requires columns: GroupColumns(groups, columns, counts);
    requires within: groups->row <= stop <= counts->tokens;
    requires room: counts->issues + (stop - groups->row) < UINT32_MAX;
    requires matched: Matched(groups, columns, counts, first, groups->row);
    terminates \true;
    assigns *groups, counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures row: groups->row == stop;
    ensures columns: GroupColumns(groups, columns, counts);
    ensures matched: Matched(groups, columns, counts, first, stop);
    ensures few: \old(counts->issues) <= counts->issues <=
      \old(counts->issues) + (stop - \old(groups->row));
    ensures rows_kept: RowsKept{Pre, Post}(columns, counts->tokens);
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
*/
static void match_rows(hlx_groups *groups, uint32_t stop, const hlx_columns *columns,
                       hlx_counts *counts) /*@ ghost (uint32_t first) */ {
    /*@ loop invariant row: \at(groups->row, Pre) <= groups->row <= stop;
        loop invariant columns: GroupColumns(groups, columns, counts);
        loop invariant matched: Matched(groups, columns, counts, first, groups->row);
        loop invariant few: \at(counts->issues, Pre) <= counts->issues <=
          \at(counts->issues, Pre) + (groups->row - \at(groups->row, Pre));
        loop invariant rows_kept: RowsKept{Pre, Here}(columns, counts->tokens);
        loop invariant codes_kept: \forall integer row; 0 <= row < \at(counts->issues, Pre) &&
          row < columns->issue_capacity ==>
          columns->issue_codes[row] == \at(columns->issue_codes[row], Pre);
        loop invariant offsets_kept: \forall integer row; 0 <= row < \at(counts->issues, Pre) &&
          row < columns->issue_capacity ==>
          columns->issue_offsets[row] == \at(columns->issue_offsets[row], Pre);
        loop assigns *groups, counts->issues,
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant stop - groups->row;
    */
    while (groups->row < stop) {
        uint32_t most = stop - groups->row;
        most = most < HLX_GROUP_SCAN_ROWS ? most : HLX_GROUP_SCAN_ROWS;
        match_window(groups, groups->row + most, columns, counts) /*@ ghost (first) */;
    }
}

/* Behind the last row: the outermost group that is open. spec: LEX-65 */
/*@ requires columns: GroupColumns(groups, columns, counts);
    requires room: counts->issues < UINT32_MAX;
    requires matched: Matched(groups, columns, counts, first, counts->tokens);
    terminates \true;
    assigns counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures open: OpenGroups(groups, columns, counts->tokens);
    ensures counted: counts->issues == first +
      UnmatchedEnds(columns->kinds, counts->tokens) + (groups->depth > 0 ? 1 : 0);
    ensures ends: EndsWritten(columns, first, counts->tokens);
    ensures unclosed: UnclosedWritten(columns, counts);
    ensures issues_kept: IssuesKept{Pre, Post}(columns, \old(counts->issues));
*/
static void finish(const hlx_groups *groups, const hlx_columns *columns, hlx_counts *counts)
/*@ ghost (uint32_t first) */ {
    if (groups->depth > 0) {
        /*@ ghost hlx_groups_kept(columns->kinds, counts->tokens); */
        add_behind(columns, counts, HLX_ISSUE_UNCLOSED_BEGIN_GROUP, groups->outermost)
            /*@ ghost (first, counts->tokens) */;
    }
}

bool hlx_groups_run(hlx_groups *groups, uint32_t rows, const hlx_columns *columns,
                    hlx_counts *counts) {
    /*@ ghost uint32_t first = counts->issues -
          hlx_unmatched_ends(columns->kinds, groups->row); */
    uint32_t left = counts->tokens - groups->row;
    uint32_t stop = groups->row + (rows < left ? rows : left);
    /*@ assert stop: stop ==
          groups->row + \min(rows, counts->tokens - \at(groups->row, Pre)); */
    /*@ assert first: first == \at(IssuesBefore(groups, columns, counts), Pre); */
    match_rows(groups, stop, columns, counts) /*@ ghost (first) */;
    /*@ assert ends: EndsWritten(columns, \at(IssuesBefore(groups, columns, counts), Pre),
                                 stop); */
    if (stop < counts->tokens) {
        return false;
    }
    finish(groups, columns, counts) /*@ ghost (first) */;
    /*@ assert all_ends: EndsWritten(columns,
          \at(IssuesBefore(groups, columns, counts), Pre), stop); */
    return true;
}

/* ---- documents ---------------------------------------------------------- */

/* All tokens that fit, and the lexer's issues. spec: LEX-15, LEX-50, LEX-54 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
    requires columns: ColumnsValid(columns, counts);
    requires empty: counts->tokens == 0 && counts->issues == 0;
    terminates \true;
    assigns counts->tokens, counts->issues, columns->kinds[0 .. columns->token_capacity - 1],
      columns->codes[0 .. columns->token_capacity - 1],
      columns->starts[0 .. columns->token_capacity - 1],
      columns->issue_codes[0 .. columns->issue_capacity - 1],
      columns->issue_offsets[0 .. columns->issue_capacity - 1];
    ensures status: \result == HLX_STATUS_OK || \result == HLX_STATUS_OUTPUT_FULL;
    ensures capacity: counts->tokens <= columns->token_capacity;
    ensures few: counts->tokens + counts->issues < UINT32_MAX;
    ensures tokens: TokensWritten(input, length, regime, columns, 0, counts->tokens);
    ensures issues: IssuesWritten(input, length, regime, columns, counts->issues);
    ensures spans: SpansInOrder(input, length, regime, counts->tokens);
    ensures places: TokensInLines(input, length, regime, counts->tokens);
    ensures all_tokens: \result == HLX_STATUS_OK ==>
      TokensAre(input, length, regime, counts->tokens);
    ensures all_issues: \result == HLX_STATUS_OK ==>
      IssuesAre(input, length, regime, counts->issues);
    ensures full: \result == HLX_STATUS_OUTPUT_FULL ==>
      counts->tokens == columns->token_capacity &&
      TokenLine(input, length, regime, counts->tokens) >= 0;
*/
static hlx_status read_document(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                                const hlx_columns *columns, hlx_counts *counts) {
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, input, length);
    //@ assert columns: ColumnsValid(columns, counts) && \separated(&lexer, counts, columns);
    //@ assert empty: counts->tokens == 0 && counts->issues == 0;
    //@ assert reading: LexerReading(&lexer, regime, input, length, counts);
    //@ assert tokens: TokensWritten(input, length, regime, columns, 0, counts->tokens);
    //@ assert issues: IssuesWritten(input, length, regime, columns, counts->issues);
    //@ assert run: LexerCall(&lexer, regime, input, length, columns, counts);
    hlx_status status = hlx_lexer_run(&lexer, regime, input, length, UINT32_MAX, columns, counts);
    //@ assert row: lexer.first_row == 0;
    //@ assert places: TokensInLines(input, length, regime, lexer.first_row + counts->tokens);
    return status;
}

/* The issues of all groups, behind the lexer's. spec: LEX-64, LEX-65 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires length: length <= HLX_MAX_INPUT_BYTES;
    requires capacity: counts->tokens <= columns->token_capacity;
    requires few: counts->tokens + counts->issues < UINT32_MAX;
    requires tokens: TokensWritten(input, length, regime, columns, 0, counts->tokens);
    requires issues: IssuesWritten(input, length, regime, columns, counts->issues);
    requires spans: SpansInOrder(input, length, regime, counts->tokens);
    terminates \true;
    assigns counts->issues,
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures counted: counts->issues == \old(counts->issues) + GroupIssues(columns, counts);
    ensures number: GroupIssues(columns, counts) >= 0;
    ensures tokens: TokensWritten(input, length, regime, columns, 0, counts->tokens);
    ensures issues: IssuesWritten(input, length, regime, columns, \old(counts->issues));
    ensures ends: EndsWritten(columns, \old(counts->issues), counts->tokens);
    ensures unclosed: UnclosedWritten(columns, counts);
*/
static void match_document(const hlx_columns *columns, hlx_counts *counts)
/*@ ghost (const hlx_regime *regime, const uint8_t *input, uint32_t length) */ {
    hlx_groups groups = {0, 0, 0};
    /*@ assert starts: \forall integer row; 0 <= row < counts->tokens ==>
          0 <= columns->starts[row] <= HLX_MAX_INPUT_BYTES; */
    //@ assert none: UnmatchedEnds(columns->kinds, 0) == 0 && Depth(columns->kinds, 0) == 0;
    //@ assert columns: GroupColumns(&groups, columns, counts);
    //@ assert run: GroupsCall(&groups, columns, counts);
    (void)hlx_groups_run(&groups, UINT32_MAX, columns, counts);
    /*@ ghost hlx_groups_kept(columns->kinds, counts->tokens); */
    /*@ assert kinds_kept: \forall integer r; 0 <= r < counts->tokens ==>
          columns->kinds[r] == \at(columns->kinds[r], Pre); */
    /*@ assert codes_kept: \forall integer r; 0 <= r < counts->tokens ==>
          columns->codes[r] == \at(columns->codes[r], Pre); */
    /*@ assert starts_kept: \forall integer r; 0 <= r < counts->tokens ==>
          columns->starts[r] == \at(columns->starts[r], Pre); */
}

hlx_status hlx_tokenize(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                        const hlx_columns *columns, hlx_counts *counts) {
    counts->tokens = 0;
    counts->issues = 0;
    if (input_length > HLX_MAX_INPUT_BYTES || !hlx_regime_valid(regime)) {
        return HLX_STATUS_BAD_ARGUMENT;
    }
    hlx_status status = read_document(regime, input, input_length, columns, counts);
    if (status == HLX_STATUS_OK) {
        match_document(columns, counts) /*@ ghost (regime, input, input_length) */;
    }
    return status;
}
