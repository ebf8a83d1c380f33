/* group_logic.h -- the groups of a document as ACSL logic, to be read beside spec/lexer.md.
 *
 *      kinds        1  11  1  2  2  2      1 begins a group, 2 ends one
 *      Depth     0  1   1  2  1  0  0      behind the first n rows
 *
 * Each is said of the first n rows of the column `kinds`, by recursion over n. */
#ifndef HLX_GROUP_LOGIC_H
#define HLX_GROUP_LOGIC_H

/* ---- how many groups are open: LEX-64 ---- */
/*@ logic integer Depth{L}(int32_t *kinds, integer n) =
      n <= 0 ? 0
      : kinds[n - 1] == HLX_CATEGORY_BEGIN_GROUP ? Depth(kinds, n - 1) + 1
      : kinds[n - 1] == HLX_CATEGORY_END_GROUP && Depth(kinds, n - 1) > 0 ?
        Depth(kinds, n - 1) - 1
      : Depth(kinds, n - 1);
*/

/* ---- the ends at which no group is open: LEX-64 ---- */
/*@ predicate UnmatchedEnd{L}(int32_t *kinds, integer row) =
      kinds[row] == HLX_CATEGORY_END_GROUP && Depth(kinds, row) == 0;

    logic integer UnmatchedEnds{L}(int32_t *kinds, integer n) =
      n <= 0 ? 0
      : UnmatchedEnds(kinds, n - 1) +
        (kinds[n - 1] == HLX_CATEGORY_END_GROUP && Depth(kinds, n - 1) == 0 ? 1 : 0);
*/

/* ---- the row that began the outermost open group, where one is open: LEX-65 ---- */
/*@ logic integer Outermost{L}(int32_t *kinds, integer n) =
      n <= 0 ? 0
      : kinds[n - 1] == HLX_CATEGORY_BEGIN_GROUP && Depth(kinds, n - 1) == 0 ? n - 1
      : Outermost(kinds, n - 1);
*/

#endif
