/* scan_rows.h -- the rows of a block of sixteen bytes, four a store: SSE2 and NEON. */
#ifndef HLX_SCAN_ROWS_H
#define HLX_SCAN_ROWS_H

#include "scan_kernels.h"

/* Sixteen rows of a column from sixteen bytes. */
/*@ requires writable: \valid(column + (0 .. BLOCK - 1));
    terminates \true;
    assigns column[0 .. BLOCK - 1];
    ensures rows: \forall integer i; 0 <= i < BLOCK ==> column[i] == bytes.lane[i];
*/
static inline void store_widened(int32_t *column, vector bytes) {
    store_group(column, bytes, 0);
    store_group(column, bytes, 1);
    store_group(column, bytes, 2);
    store_group(column, bytes, 3);
}

/* Sixteen rows of a column from `row` on, which is where `column` points: the positions of the
 * bytes. */
/*@ requires within: position + BLOCK <= INT32_MAX;
    requires writable: \valid(column + (0 .. BLOCK - 1));
    terminates \true;
    assigns column[0 .. BLOCK - 1];
    ensures rows: \forall integer r; row <= r < row + BLOCK ==>
      column[r - row] == position + (r - row);
*/
static inline void store_positions(int32_t *column, uint32_t row, uint32_t position) {
    (void)row; /* for the contract */
    words positions = positions_from(position);
    /*@ loop invariant contained: 0 <= i <= BLOCK && i % GROUP == 0;
        loop invariant words: i < BLOCK ==> \forall integer k; 0 <= k < GROUP ==>
          positions.word[k] == position + i + k;
        loop invariant rows: \forall integer k; 0 <= k < i ==> column[k] == position + k;
        loop assigns i, positions, column[0 .. BLOCK - 1];
        loop variant BLOCK - i;
    */
    for (uint32_t i = 0; i < BLOCK; i += GROUP) {
        store_words(column, i, positions);
        positions = next_positions(positions);
    }
}

/*@ HLX_STORE_ROWS_CALL(requires)
    terminates \true;
    assigns HLX_STORE_ROWS_WRITES;
    HLX_STORE_ROWS_RESULT(ensures)
*/
static inline void store_rows(vector kinds, vector codes, uint32_t position,
                              const hlx_columns *columns, uint32_t row, uint32_t count) {
    (void)count;
    store_widened(columns->kinds + row, kinds);
    store_widened(columns->codes + row, codes);
    store_positions(columns->starts + row, row, position);
}

#endif
