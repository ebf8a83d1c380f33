/* scan_avx2.c -- the scan kernel for AVX2: 32 bytes at a time.
 *
 * AVX2 looks up sixteen entries at once, a category table has 256: sixteen lookups, one
 * for each high half of a byte, of which one gives something and the others 0. Blocks of ASCII
 * need eight. Then as in scan_blocks.h: categories to kinds, kinds to a mask, eight rows a
 * store. */
#include "scan_kernels.h"

#if defined(__x86_64__)

#include "avx2.h"

#include "group_places.h"
#include "scan_groups_stored.h"
#include "table_in_place.h"

/* Category 0 ends a run, so the bytes above 127 may have it in utf8. */
/*@ requires table: TableOf(t, regime) && \valid_read(regime) && RegimeValid(regime);
    requires readable: \valid_read(at + (0 .. BLOCK - 1));
    requires bytes: \forall integer i; 0 <= i < BLOCK ==> bytes.lane[i] == at[i];
    terminates \true;
    assigns \nothing;
    ensures kinds: \forall integer i; 0 <= i < BLOCK ==> \result.lane[i] == RunKind(regime, at[i]);
*/
TARGET static inline vector kinds_of(const hlx_regime *regime, table t, const uint8_t *at,
                                     vector bytes) {
    (void)t;
    (void)at;
    vector categories = look_up(regime->category, bytes, 0, 7);
    /*@ assert low: \forall integer i; 0 <= i < BLOCK ==>
          categories.lane[i] == (bytes.lane[i] < 128 ? regime->category[bytes.lane[i]] : 0); */
    if (places_high(bytes) != 0 && regime->encoding == HLX_ENCODING_BYTES) {
        vector high = look_up(regime->category, bytes, 8, 15);
        /*@ assert high: \forall integer i; 0 <= i < BLOCK ==>
              high.lane[i] == (bytes.lane[i] < 128 ? 0 : regime->category[bytes.lane[i]]); */
        categories = lanes_joined(categories, high);
    }
    /*@ assert categories: \forall integer i; 0 <= i < BLOCK ==>
          categories.lane[i] == (bytes.lane[i] >= 128 && regime->encoding == HLX_ENCODING_UTF8 ? 0
                                 : regime->category[bytes.lane[i]]); */
    return kinds_by_category(categories);
}

/* Rows of the first `count` bytes of a block, in whole groups. */
/*@ HLX_STORE_ROWS_CALL(requires)
    terminates \true;
    assigns HLX_STORE_ROWS_WRITES;
    HLX_STORE_ROWS_RESULT(ensures)
*/
TARGET static inline void store_rows(vector kinds, vector codes, uint32_t position,
                                     const hlx_columns *columns, uint32_t row, uint32_t count) {
    /*@ loop invariant contained: 0 <= group <= BLOCK / GROUP;
        loop invariant kinds: \forall integer r; row <= r < row + group * GROUP ==>
          columns->kinds[r] == kinds.lane[r - row];
        loop invariant codes: \forall integer r; row <= r < row + group * GROUP ==>
          columns->codes[r] == codes.lane[r - row];
        loop invariant starts: \forall integer r; row <= r < row + group * GROUP ==>
          columns->starts[r] == position + (r - row);
        loop assigns group, HLX_STORE_ROWS_WRITES;
        loop variant BLOCK / GROUP - group;
    */
    UNROLLED
    for (uint32_t group = 0; group < BLOCK / GROUP; group++) {
        if (group * GROUP >= count) {
            return;
        }
        store_group(columns->kinds + row, kinds, group);
        store_group(columns->codes + row, codes, group);
        store_rising(columns->starts, row + group * GROUP, position + group * GROUP);
    }
}

#include "scan_blocks.h"

TARGET uint32_t hlx_scan_run_avx2(HLX_SCAN_RUN_PARAMETERS) {
    return scan_run(regime, input, input_length, position, limit, in_middle, columns, row);
}

TARGET uint32_t hlx_scan_line_end_avx2(HLX_SCAN_LINE_END_PARAMETERS) {
    return scan_line_end(input, position, limit);
}

TARGET uint32_t hlx_scan_groups_avx2(HLX_SCAN_GROUPS_PARAMETERS) {
    return scan_groups(kinds, row, stop, rows);
}

#endif
