/* scan_groups.h -- the rows of a block that begin or end a group, one after the other: SSE2 and
 * NEON. */
#ifndef HLX_SCAN_GROUPS_H
#define HLX_SCAN_GROUPS_H

#include "scan_kernels.h"

/*@ HLX_GROUPS_OF_BLOCK_CALL(requires)
    terminates \true;
    assigns rows[0 .. BLOCK - 1];
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
