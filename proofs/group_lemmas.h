/* group_lemmas.h -- what the proof of the matching of groups unfolds, as ghost functions.
 *
 * A call of one puts its post-condition at the prover's disposal; group_laws.c proves them. */
#ifndef HLX_GROUP_LEMMAS_H
#define HLX_GROUP_LEMMAS_H

#include "tokenize.h"

/* Rows that neither begin nor end a group change nothing. */
/*@ predicate GroupsKeptTo{L}(int32_t *kinds, integer to) =
      \forall integer from; 0 <= from <= to && NoGroup(kinds, from, to) ==>
        Depth(kinds, to) == Depth(kinds, from) &&
        UnmatchedEnds(kinds, to) == UnmatchedEnds(kinds, from) &&
        Outermost(kinds, to) == Outermost(kinds, from);

    predicate GroupsKept{L}(int32_t *kinds, integer rows) =
      \forall integer from, to; 0 <= from <= to <= rows && NoGroup(kinds, from, to) ==>
        Depth(kinds, to) == Depth(kinds, from) &&
        UnmatchedEnds(kinds, to) == UnmatchedEnds(kinds, from) &&
        Outermost(kinds, to) == Outermost(kinds, from);

    predicate GroupsBounded{L}(int32_t *kinds, integer rows) =
      \forall integer n; 0 <= n <= rows ==> 0 <= Depth(kinds, n) <= n &&
        0 <= UnmatchedEnds(kinds, n) <= n &&
        (Depth(kinds, n) > 0 ==> 0 <= Outermost(kinds, n) < n);
*/
/*@ ghost
    /@ terminates \true;
       assigns \nothing;
       ensures kept: GroupsKept(kinds, rows);
       ensures bounded: GroupsBounded(kinds, rows);
    @/
    void hlx_groups_kept(const int32_t *kinds, uint32_t rows);
*/

/* Each unmatched end has a number of its own. */
/*@ predicate EndsGrow{L}(int32_t *kinds, integer rows) =
      \forall integer row, n; 0 <= row < n <= rows && UnmatchedEnd(kinds, row) ==>
        0 <= UnmatchedEnds(kinds, row) < UnmatchedEnds(kinds, n);
*/
/*@ ghost
    /@ terminates \true;
       assigns \nothing;
       ensures grow: EndsGrow(kinds, rows);
    @/
    void hlx_ends_grow(const int32_t *kinds, uint32_t rows);
*/

/* The number of the unmatched ends in the first rows, for ghost code. */
/*@ ghost
    /@ requires readable: \valid_read(kinds + (0 .. rows - 1));
       terminates \true;
       assigns \nothing;
       ensures value: \result == UnmatchedEnds(kinds, rows);
    @/
    uint32_t hlx_unmatched_ends(const int32_t *kinds, uint32_t rows);
*/

/* The i-th of the rows that a scan found, and what stands between it and the next one. The
 * kinds are those at K, the rows found those at L. */
/*@ predicate FoundRow{K, L}(int32_t *kinds, integer row, integer stop, uint32_t *rows,
                             integer count, integer i) =
      row <= \at(rows[i], L) < stop && IsGroupKind(\at(kinds[\at(rows[i], L)], K)) &&
      (i + 1 < count ==> \at(rows[i], L) < \at(rows[i + 1], L) < stop) &&
      NoGroup{K}(kinds, \at(rows[i], L) + 1, i + 1 < count ? \at(rows[i + 1], L) : stop);
*/
/*@ ghost
    /@ requires found: GroupRows(kinds, row, stop, rows, count);
       terminates \true;
       assigns \nothing;
       ensures found: \forall integer i; 0 <= i < count ==>
         FoundRow{Here, Here}(kinds, row, stop, rows, count, i);
    @/
    void hlx_found_rows(const int32_t *kinds, uint32_t row, uint32_t stop, const uint32_t *rows,
    uint32_t count);
*/

/* The first `rows` rows are matched; before their issues there were `first`. */
/*@ predicate Matched{L}(hlx_groups *groups, hlx_columns *columns, hlx_counts *counts,
                         integer first, integer rows) =
      OpenGroups(groups, columns, rows) &&
      counts->issues == first + UnmatchedEnds(columns->kinds, rows) &&
      EndsWritten(columns, first, rows);
*/

/* Rows that neither begin nor end a group are matched when those before them are. */
/*@ ghost
    /@ requires columns: GroupColumns(groups, columns, counts);
       requires within: from <= to <= counts->tokens;
       requires gap: NoGroup(columns->kinds, from, to);
       requires matched: Matched(groups, columns, counts, first, from);
       terminates \true;
       assigns \nothing;
       ensures matched: Matched(groups, columns, counts, first, to);
    @/
    void hlx_matched_gap(const hlx_groups *groups, const hlx_columns *columns,
    const hlx_counts *counts, uint32_t first, uint32_t from, uint32_t to);
*/

#endif
