/* group_laws.c -- the lemmas of group_lemmas.h, proved: by induction over the rows. */
#include "group_lemmas.h"

/*@ ghost
    void hlx_groups_kept(const int32_t *kinds, uint32_t rows) {
        uint32_t row = 0;
        /@ loop invariant row: 0 <= row <= rows;
           loop invariant kept: \forall integer to; 0 <= to <= row ==> GroupsKeptTo(kinds, to);
           loop invariant bounded: GroupsBounded(kinds, row);
           loop assigns row;
           loop variant rows - row;
        @/
        while (row < rows) {
            /@ assert before: GroupsKeptTo(kinds, row); @/
            /@ assert shorter: \forall integer from; 0 <= from <= row &&
                 NoGroup(kinds, from, row + 1) ==> NoGroup(kinds, from, row); @/
            /@ assert last: \forall integer from; 0 <= from <= row &&
                 NoGroup(kinds, from, row + 1) ==> !IsGroupKind(kinds[row]); @/
            /@ assert depth: !IsGroupKind(kinds[row]) ==>
                 Depth(kinds, row + 1) == Depth(kinds, row); @/
            /@ assert ends: !IsGroupKind(kinds[row]) ==>
                 UnmatchedEnds(kinds, row + 1) == UnmatchedEnds(kinds, row); @/
            /@ assert outermost: !IsGroupKind(kinds[row]) ==>
                 Outermost(kinds, row + 1) == Outermost(kinds, row); @/
            /@ assert here: GroupsKeptTo(kinds, row + 1); @/
            row++;
        }
    }

    void hlx_ends_grow(const int32_t *kinds, uint32_t rows) {
        uint32_t row = 0;
        /@ loop invariant row: 0 <= row <= rows;
           loop invariant sign: UnmatchedEnds(kinds, row) >= 0;
           loop invariant grow: EndsGrow(kinds, row);
           loop assigns row;
           loop variant rows - row;
        @/
        while (row < rows) {
            /@ assert more: UnmatchedEnds(kinds, row + 1) ==
                 UnmatchedEnds(kinds, row) + (kinds[row] == HLX_CATEGORY_END_GROUP &&
                   Depth(kinds, row) == 0 ? 1 : 0); @/
            /@ assert own: UnmatchedEnd(kinds, row) ==>
                 UnmatchedEnds(kinds, row) < UnmatchedEnds(kinds, row + 1); @/
            /@ assert earlier: \forall integer r; 0 <= r < row && UnmatchedEnd(kinds, r) ==>
                 UnmatchedEnds(kinds, r) < UnmatchedEnds(kinds, row + 1); @/
            /@ assert grow: EndsGrow(kinds, row + 1); @/
            row++;
        }
    }

    uint32_t hlx_unmatched_ends(const int32_t *kinds, uint32_t rows) {
        uint32_t ends = 0;
        uint32_t depth = 0;
        uint32_t row = 0;
        /@ loop invariant row: 0 <= row <= rows;
           loop invariant value: ends == UnmatchedEnds(kinds, row);
           loop invariant depth: depth == Depth(kinds, row);
           loop invariant bounds: depth <= row && ends <= row;
           loop assigns ends, depth, row;
           loop variant rows - row;
        @/
        while (row < rows) {
            if (kinds[row] == HLX_CATEGORY_BEGIN_GROUP) {
                depth++;
            } else if (kinds[row] == HLX_CATEGORY_END_GROUP) {
                if (depth > 0) {
                    depth--;
                } else {
                    ends++;
                }
            }
            row++;
        }
        return ends;
    }

    /@ requires found: GroupRows(kinds, row, stop, rows, count);
       requires within: i < count;
       terminates \true;
       assigns \nothing;
       ensures found: FoundRow{Here, Here}(kinds, row, stop, rows, count, i);
    @/
    static void found_row(const int32_t *kinds, uint32_t row, uint32_t stop,
                          const uint32_t *rows, uint32_t count, uint32_t i) {
        /@ assert next: i + 1 < count ==> rows[(i + 1) - 1] < rows[i + 1] < stop; @/
        /@ assert gap: i + 1 < count ==>
             NoGroup(kinds, rows[(i + 1) - 1] + 1, rows[i + 1]); @/
        /@ assert last: i + 1 >= count ==> NoGroup(kinds, rows[count - 1] + 1, stop); @/
    }

    void hlx_found_rows(const int32_t *kinds, uint32_t row, uint32_t stop, const uint32_t *rows,
                        uint32_t count) {
        uint32_t i = 0;
        /@ loop invariant number: 0 <= i <= count;
           loop invariant found: \forall integer j; 0 <= j < i ==>
             FoundRow{Here, Here}(kinds, row, stop, rows, count, j);
           loop assigns i;
           loop variant count - i;
        @/
        while (i < count) {
            found_row(kinds, row, stop, rows, count, i);
            i++;
        }
    }

    void hlx_matched_gap(const hlx_groups *groups, const hlx_columns *columns,
                         const hlx_counts *counts, uint32_t first, uint32_t from, uint32_t to) {
        hlx_groups_kept(columns->kinds, to);
        /@ assert none: \forall integer row; from <= row < to ==>
             !UnmatchedEnd(columns->kinds, row); @/
        /@ assert depth: Depth(columns->kinds, to) == Depth(columns->kinds, from); @/
        /@ assert ends: UnmatchedEnds(columns->kinds, to) ==
             UnmatchedEnds(columns->kinds, from); @/
        /@ assert outermost: Outermost(columns->kinds, to) ==
             Outermost(columns->kinds, from); @/
        /@ assert written: EndsWritten(columns, first, to); @/
    }
*/
