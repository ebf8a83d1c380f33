/* scan_groups.h -- the rows of a block that begin or end a group, where the outcome of a comparison
 * is a word, bit by bit: SSE2 and AVX2. */
#ifndef HLX_SCAN_GROUPS_H
#define HLX_SCAN_GROUPS_H

#include "scan_kernels.h"

#define GROUPS_STEP BLOCK

/*@ predicate GroupPlaces{L}(int32_t *kinds, integer row, integer count, integer mask) =
      (\forall integer i; 0 <= i < count ==> (Holds(mask, i) <==> IsGroupKind(kinds[row + i]))) &&
      (\forall integer i; count <= i < PLACES_BITS ==> !Holds(mask, i));
*/

/* The places of a block's rows that begin or end a group. */
/*@ requires readable: \valid_read(kinds + (0 .. BLOCK - 1));
    terminates \true;
    assigns \nothing;
    ensures places: GroupPlaces(kinds, 0, BLOCK, \result);
*/
TARGET static inline lane_set group_places(const int32_t *kinds) {
    lane_set groups = 0;
    /*@ loop invariant contained: 0 <= i <= BLOCK && i % GROUP == 0;
        loop invariant places: GroupPlaces(kinds, 0, i, groups);
        loop assigns i, groups;
        loop variant BLOCK - i;
    */
    for (uint32_t i = 0; i < BLOCK; i += GROUP) {
        groups |= rows_equal_either(kinds, i, HLX_CATEGORY_BEGIN_GROUP, HLX_CATEGORY_END_GROUP);
    }
    return groups;
}

/*@ HLX_GROUPS_OF_BLOCK_CALL(requires)
    terminates \true;
    assigns rows[0 .. GROUPS_STEP - 1];
    HLX_GROUPS_OF_BLOCK_RESULT(ensures)
*/
TARGET static inline uint32_t groups_of_block(const int32_t *kinds, uint32_t row, uint32_t *rows) {
    uint32_t found = 0;
    lane_set groups = group_places(kinds + row);
    /*@ assert places: \forall integer r; row <= r < row + BLOCK ==>
          (Holds(groups, r - row) <==> IsGroupKind(kinds[r])); */
    /*@ ghost uint32_t done = 0; */
    /*@ loop invariant contained: found <= done <= BLOCK;
        loop invariant gone: \forall integer i; 0 <= i < done ==> !Holds(groups, i);
        loop invariant left: \forall integer r; row + done <= r < row + BLOCK ==>
          (Holds(groups, r - row) <==> IsGroupKind(kinds[r]));
        loop invariant within: WithinBlock(groups);
        loop invariant found: RowsOfGroups(kinds, row, row + done, rows, found);
        loop invariant before: NoGroup(kinds, row, found > 0 ? rows[0] : row + done);
        loop invariant between: NoGroupBetween(kinds, rows, found);
        loop invariant behind: found > 0 ==> NoGroup(kinds, rows[found - 1] + 1, row + done);
        loop assigns groups, found, done, rows[0 .. BLOCK - 1];
        loop variant BLOCK - done;
    */
    for (; groups != 0; groups = without_first(groups)) {
        uint32_t place = first_place(groups);
        /*@ assert next: done <= place < BLOCK; */
        /*@ assert skipped: NoGroup(kinds, row + done, row + place); */
        rows[found] = row + place;
        /*@ assert kept: \forall integer i; 0 <= i < found ==>
              rows[i] == \at(rows[i], LoopCurrent); */
        /*@ assert rising: found > 0 ==> rows[found - 1] < rows[found]; */
        /*@ assert each: RowsOfGroups(kinds, row, row + place + 1, rows, found + 1); */
        /*@ assert before: NoGroup(kinds, row, rows[0]); */
        /*@ assert between: NoGroupBetween(kinds, rows, found + 1); */
        found++;
        /*@ ghost done = place + 1; */
    }
    /*@ assert rest: NoGroup(kinds, row + done, row + BLOCK); */
    return found;
}

#endif
