/* group_places.h -- which rows of a block begin or end a group: with that each scan kernel's
 * groups_of_block begins. */
#ifndef HLX_GROUP_PLACES_H
#define HLX_GROUP_PLACES_H

#include "scan_kernels.h"

_Static_assert(HLX_CATEGORY_END_GROUP == HLX_CATEGORY_BEGIN_GROUP + 1, "what is next");

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
        groups |= rows_one_or_next(kinds, i, HLX_CATEGORY_BEGIN_GROUP);
    }
    return groups;
}

#endif
