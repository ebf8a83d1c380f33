/* scan_kernels.h -- the scan kernels there are.
 *
 * Each is proved to keep the contract that the portable kernel of the same name has in scan.h, over
 * operations on vectors (proofs/models/lanes.h). A kernel takes whole blocks while the input and
 * the columns have room for one, and leaves the rest to the portable code. */
#ifndef HLX_SCAN_KERNELS_H
#define HLX_SCAN_KERNELS_H

#include "scan.h"

#define HLX_SCAN_RUN_PARAMETERS                                                                    \
    const hlx_regime *regime, const uint8_t *input, uint32_t input_length, uint32_t position,      \
        uint32_t limit, bool in_middle, const hlx_columns *columns, uint32_t row
#define HLX_SCAN_GROUPS_PARAMETERS const int32_t *kinds, uint32_t row, uint32_t stop, uint32_t *rows
#define HLX_SCAN_LINE_END_PARAMETERS const uint8_t *input, uint32_t position, uint32_t limit

/* The contracts of scan.h once more, for every kernel. */
/* clang-format off */
#define HLX_SCAN_RUN_CALL(clause)                                                                  \
    clause regime: \valid_read(regime) && RegimeValid(regime);                                     \
    clause within: position <= limit <= input_length <= HLX_MAX_INPUT_BYTES;                       \
    clause readable: \valid_read(input + (0 .. input_length - 1));                                 \
    clause columns: \valid_read(columns);                                                          \
    clause room: row <= columns->token_capacity;                                                   \
    clause writable: \valid(columns->kinds + (row .. columns->token_capacity - 1)) &&              \
      \valid(columns->codes + (row .. columns->token_capacity - 1)) &&                             \
      \valid(columns->starts + (row .. columns->token_capacity - 1));                              \
    clause separate: \separated(columns->kinds + (row .. columns->token_capacity - 1),             \
      columns->codes + (row .. columns->token_capacity - 1),                                       \
      columns->starts + (row .. columns->token_capacity - 1), columns);
#define HLX_SCAN_RUN_WRITES                                                                        \
    columns->kinds[row .. columns->token_capacity - 1],                                            \
      columns->codes[row .. columns->token_capacity - 1],                                          \
      columns->starts[row .. columns->token_capacity - 1]
#define HLX_SCAN_RUN_RESULT(clause)                                                                \
    clause contained: \result <= limit - position && \result <= columns->token_capacity - row;     \
    clause run: \forall integer p; position <= p < position + \result ==>                          \
      InRun(regime, input, position, in_middle, p);                                                \
    clause kinds: \forall integer r; row <= r < row + \result ==>                                  \
      columns->kinds[r] == RunKind(regime, input[position + (r - row)]);                           \
    clause codes: \forall integer r; row <= r < row + \result ==>                                  \
      columns->codes[r] == RunCode(regime, input[position + (r - row)]);                           \
    clause starts: \forall integer r; row <= r < row + \result ==>                                 \
      columns->starts[r] == position + (r - row);

#define HLX_SCAN_LINE_END_CALL(clause)                                                             \
    clause within: position <= limit;                                                              \
    clause readable: \valid_read(input + (position .. limit - 1));
#define HLX_SCAN_LINE_END_RESULT(clause)                                                           \
    clause contained: position <= \result <= limit;                                                \
    clause before: \forall integer p; position <= p < \result ==> !IsTerminator(input[p]);         \
    clause at: \result < limit ==> IsTerminator(input[\result]);

#define HLX_SCAN_GROUPS_CALL(clause)                                                               \
    clause within: row <= stop <= row + HLX_GROUP_SCAN_ROWS;                                       \
    clause readable: \valid_read(kinds + (row .. stop - 1));                                       \
    clause room: \valid(rows + (0 .. stop - row - 1));                                             \
    clause apart: \separated(kinds + (row .. stop - 1), rows + (0 .. stop - row - 1));
#define HLX_SCAN_GROUPS_WRITES                                                                     \
    rows[0 .. stop - row - 1]
#define HLX_SCAN_GROUPS_RESULT(clause)                                                             \
    clause number: \result <= stop - row;                                                          \
    clause found: GroupRows(kinds, row, stop, rows, \result);
/* clang-format on */

/*@ HLX_SCAN_RUN_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_RUN_WRITES;
    HLX_SCAN_RUN_RESULT(ensures)
*/
uint32_t hlx_scan_run_neon(HLX_SCAN_RUN_PARAMETERS);
/*@ HLX_SCAN_RUN_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_RUN_WRITES;
    HLX_SCAN_RUN_RESULT(ensures)
*/
uint32_t hlx_scan_run_sse2(HLX_SCAN_RUN_PARAMETERS);
/*@ HLX_SCAN_RUN_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_RUN_WRITES;
    HLX_SCAN_RUN_RESULT(ensures)
*/
uint32_t hlx_scan_run_avx2(HLX_SCAN_RUN_PARAMETERS);
/*@ HLX_SCAN_RUN_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_RUN_WRITES;
    HLX_SCAN_RUN_RESULT(ensures)
*/
uint32_t hlx_scan_run_avx512(HLX_SCAN_RUN_PARAMETERS);
/*@ HLX_SCAN_LINE_END_CALL(requires)
    terminates \true;
    assigns \nothing;
    HLX_SCAN_LINE_END_RESULT(ensures)
*/
uint32_t hlx_scan_line_end_neon(HLX_SCAN_LINE_END_PARAMETERS);
/*@ HLX_SCAN_LINE_END_CALL(requires)
    terminates \true;
    assigns \nothing;
    HLX_SCAN_LINE_END_RESULT(ensures)
*/
uint32_t hlx_scan_line_end_sse2(HLX_SCAN_LINE_END_PARAMETERS);
/*@ HLX_SCAN_LINE_END_CALL(requires)
    terminates \true;
    assigns \nothing;
    HLX_SCAN_LINE_END_RESULT(ensures)
*/
uint32_t hlx_scan_line_end_avx2(HLX_SCAN_LINE_END_PARAMETERS);
/*@ HLX_SCAN_LINE_END_CALL(requires)
    terminates \true;
    assigns \nothing;
    HLX_SCAN_LINE_END_RESULT(ensures)
*/
uint32_t hlx_scan_line_end_avx512(HLX_SCAN_LINE_END_PARAMETERS);
/*@ HLX_SCAN_GROUPS_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_GROUPS_WRITES;
    HLX_SCAN_GROUPS_RESULT(ensures)
*/
uint32_t hlx_scan_groups_neon(HLX_SCAN_GROUPS_PARAMETERS);
/*@ HLX_SCAN_GROUPS_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_GROUPS_WRITES;
    HLX_SCAN_GROUPS_RESULT(ensures)
*/
uint32_t hlx_scan_groups_sse2(HLX_SCAN_GROUPS_PARAMETERS);
/*@ HLX_SCAN_GROUPS_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_GROUPS_WRITES;
    HLX_SCAN_GROUPS_RESULT(ensures)
*/
uint32_t hlx_scan_groups_avx2(HLX_SCAN_GROUPS_PARAMETERS);
/*@ HLX_SCAN_GROUPS_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_GROUPS_WRITES;
    HLX_SCAN_GROUPS_RESULT(ensures)
*/
uint32_t hlx_scan_groups_avx512(HLX_SCAN_GROUPS_PARAMETERS);

/* What each kernel's groups_of_block does: the rows of its block that begin or end a group; how
 * many. */
/* clang-format off */
#define HLX_GROUPS_OF_BLOCK_CALL(clause)                                                           \
    clause within: row + BLOCK <= UINT32_MAX;                                                      \
    clause readable: \valid_read(kinds + (row .. row + BLOCK - 1));                                \
    clause room: \valid(rows + (0 .. BLOCK - 1));                                                  \
    clause apart: \separated(kinds + (row .. row + BLOCK - 1),                                     \
      rows + (0 .. BLOCK - 1));
#define HLX_GROUPS_OF_BLOCK_RESULT(clause)                                                         \
    clause number: \result <= BLOCK;                                                               \
    clause found: GroupRows(kinds, row, row + BLOCK, rows, \result);
/* clang-format on */

/* What each kernel's store_rows does: the rows of a block's first `count` bytes, and those behind
 * them up to the block's end may become anything. */
/* clang-format off */
#define HLX_STORE_ROWS_CALL(clause)                                                                \
    clause within: position + BLOCK <= INT32_MAX && row + BLOCK <= UINT32_MAX && count <= BLOCK;   \
    clause columns: \valid_read(columns);                                                          \
    clause writable: \valid(columns->kinds + (row .. row + BLOCK - 1)) &&                          \
      \valid(columns->codes + (row .. row + BLOCK - 1)) &&                                         \
      \valid(columns->starts + (row .. row + BLOCK - 1));                                          \
    clause separate: \separated(columns->kinds + (row .. row + BLOCK - 1),                         \
      columns->codes + (row .. row + BLOCK - 1),                                                   \
      columns->starts + (row .. row + BLOCK - 1), columns);
#define HLX_STORE_ROWS_WRITES                                                                      \
    columns->kinds[row .. row + BLOCK - 1], columns->codes[row .. row + BLOCK - 1],                \
      columns->starts[row .. row + BLOCK - 1]
#define HLX_STORE_ROWS_RESULT(clause)                                                              \
    clause kinds: \forall integer r; row <= r < row + count ==>                                    \
      columns->kinds[r] == kinds.lane[r - row];                                                    \
    clause codes: \forall integer r; row <= r < row + count ==>                                    \
      columns->codes[r] == codes.lane[r - row];                                                    \
    clause starts: \forall integer r; row <= r < row + count ==>                                   \
      columns->starts[r] == position + (r - row);
/* clang-format on */

/* The kind of a run's byte by its category, 0 where a run ends: KindOfPlain of scan.h, and
 * spaces. */
#define HLX_RUN_KIND_OF_CATEGORY 0, 1, 2, 3, 4, 0, 6, 0, 8, 0, 10, 11, 12, 13, 0, 0
/*@ logic integer KindOfCategory(integer category) =
      category == HLX_CATEGORY_SPACE ? HLX_CATEGORY_SPACE : KindOfPlain(category);

    lemma kind_in_range: \forall integer category;
      0 <= KindOfCategory(category) <= HLX_CATEGORY_ACTIVE;
*/

#endif
