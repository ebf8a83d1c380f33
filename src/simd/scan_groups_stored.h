/* scan_groups_stored.h -- the rows of a block that begin or end a group, all at once: AVX2 and
 * AVX-512. */
#ifndef HLX_SCAN_GROUPS_STORED_H
#define HLX_SCAN_GROUPS_STORED_H

#include "scan_kernels.h"

/*@ HLX_GROUPS_OF_BLOCK_CALL(requires)
    terminates \true;
    assigns rows[0 .. BLOCK - 1];
    HLX_GROUPS_OF_BLOCK_RESULT(ensures)
*/
TARGET static inline uint32_t groups_of_block(const int32_t *kinds, uint32_t row, uint32_t *rows) {
    lane_set groups = group_places(kinds + row);
    /*@ assert places: \forall integer r; row <= r < row + BLOCK ==>
          (Holds(groups, r - row) <==> IsGroupKind(kinds[r])); */
    uint32_t found = store_set(rows, row, groups);
    /*@ assert same: \forall integer r; row <= r < row + BLOCK ==>
          (Holds(groups, r - row) <==> IsGroupKind(kinds[r])); */
    /*@ assert each: RowsOfGroups(kinds, row, row + BLOCK, rows, found); */
    /*@ assert before: NoGroup(kinds, row, found > 0 ? rows[0] : row + BLOCK); */
    /*@ assert between: NoGroupBetween(kinds, rows, found); */
    /*@ assert behind: found > 0 ==> NoGroup(kinds, rows[found - 1] + 1, row + BLOCK); */
    return found;
}

#endif
