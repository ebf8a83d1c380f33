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
*/
