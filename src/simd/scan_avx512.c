/* scan_avx512.c -- the scan kernel for AVX-512 with VBMI: 64 bytes at a time.
 *
 *      bytes      --VPERMI2B over the category table-->  categories
 *      categories --VPSHUFB over sixteen kinds------->  kinds, 0 where a run ends
 *
 * From there on it is as in scan_blocks.h, sixteen rows a store. */
#include "scan_kernels.h"

#if defined(__x86_64__)

#include "avx512.h"

#include "group_places.h"
#include "scan_groups_stored.h"

/*@ requires table: TableOf(t, regime) && \valid_read(regime) && RegimeValid(regime);
    requires readable: \valid_read(at + (0 .. BLOCK - 1));
    requires bytes: \forall integer i; 0 <= i < BLOCK ==> bytes.lane[i] == at[i];
    terminates \true;
    assigns \nothing;
    ensures kinds: \forall integer i; 0 <= i < BLOCK ==> \result.lane[i] == RunKind(regime, at[i]);
*/
TARGET static inline vector kinds_of(const hlx_regime *regime, table t, const uint8_t *at,
                                     vector bytes) {
    (void)regime; /* for the contract */
    (void)at;
    vector categories = categories_of(&t, bytes);
    /*@ assert categories: \forall integer i; 0 <= i < BLOCK ==>
          categories.lane[i] == regime->category[bytes.lane[i]]; */
    return kinds_of_some(ascii_and(bytes, t.whole), categories);
}

/* Rows of the first `count` bytes of a block, in whole groups. */
/*@ HLX_STORE_ROWS_CALL(requires)
    terminates \true;
    assigns HLX_STORE_ROWS_WRITES;
    HLX_STORE_ROWS_RESULT(ensures)
*/
TARGET static inline void store_rows(vector kinds, vector codes, uint32_t position,
                                     const hlx_columns *columns, uint32_t row, uint32_t count) {
    /*@ loop invariant contained: 0 <= done <= BLOCK && done % GROUP == 0;
        loop invariant left: \forall integer i; done <= i < BLOCK ==>
          kinds.lane[i - done] == \at(kinds, Pre).lane[i] &&
          codes.lane[i - done] == \at(codes, Pre).lane[i];
        loop invariant kinds: \forall integer r; row <= r < row + done ==>
          columns->kinds[r] == \at(kinds, Pre).lane[r - row];
        loop invariant codes: \forall integer r; row <= r < row + done ==>
          columns->codes[r] == \at(codes, Pre).lane[r - row];
        loop invariant starts: \forall integer r; row <= r < row + done ==>
          columns->starts[r] == position + (r - row);
        loop assigns done, kinds, codes, HLX_STORE_ROWS_WRITES;
        loop variant BLOCK - done;
    */
    for (uint32_t done = 0; done < count; done += GROUP) {
        store_first_group(columns->kinds, row + done, kinds);
        store_first_group(columns->codes, row + done, codes);
        store_rising(columns->starts, row + done, position + done);
        kinds = groups_down(kinds);
        codes = groups_down(codes);
    }
}

#include "scan_blocks.h"

TARGET uint32_t hlx_scan_run_avx512(HLX_SCAN_RUN_PARAMETERS) {
    return scan_run(regime, input, input_length, position, limit, in_middle, columns, row);
}

TARGET uint32_t hlx_scan_line_end_avx512(HLX_SCAN_LINE_END_PARAMETERS) {
    return scan_line_end(input, position, limit);
}

TARGET uint32_t hlx_scan_groups_avx512(HLX_SCAN_GROUPS_PARAMETERS) {
    return scan_groups(kinds, row, stop, rows);
}

#endif
