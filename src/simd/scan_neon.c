/* scan_neon.c -- the scan kernel for AArch64: 16 bytes at a time.
 *
 * TBL looks up 64 entries and gives 0 beyond them: four lookups for a table of 256, of which one
 * gives something, and two in utf8. Then as in scan_blocks.h. */
#include "scan_kernels.h"

#if defined(__aarch64__)

#include "neon.h"

#include "group_places.h"
#include "scan_groups.h"
#include "scan_rows.h"
#include "table_in_place.h"

/* What a table has for the bytes whose quarter of it is `number` or the next one, else 0. */
/*@ requires number: number <= 2;
    requires readable: \valid_read(entries + (64 * number .. 64 * number + 127));
    terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] ==
        (number <= bytes.lane[i] / 64 <= number + 1 ? entries[bytes.lane[i]] : 0);
*/
static inline vector look_up(const uint8_t *entries, vector bytes, uint32_t number) {
    return lanes_joined(quarter_looked_up(entries + 64u * number, bytes, number),
                        quarter_looked_up(entries + 64u * number + 64, bytes, number + 1));
}

/* Category 0 ends a run, so the bytes above 127 may have it in utf8. */
/*@ requires table: TableOf(t, regime) && \valid_read(regime) && RegimeValid(regime);
    requires readable: \valid_read(at + (0 .. BLOCK - 1));
    requires bytes: \forall integer i; 0 <= i < BLOCK ==> bytes.lane[i] == at[i];
    terminates \true;
    assigns \nothing;
    ensures kinds: \forall integer i; 0 <= i < BLOCK ==> \result.lane[i] == RunKind(regime, at[i]);
*/
static inline vector kinds_of(const hlx_regime *regime, table t, const uint8_t *at, vector bytes) {
    (void)t;
    (void)at;
    vector categories = look_up(regime->category, bytes, 0);
    /*@ assert low: \forall integer i; 0 <= i < BLOCK ==>
          categories.lane[i] == (bytes.lane[i] < 128 ? regime->category[bytes.lane[i]] : 0); */
    if (regime->encoding == HLX_ENCODING_BYTES) {
        vector high = look_up(regime->category, bytes, 2);
        /*@ assert high: \forall integer i; 0 <= i < BLOCK ==>
              high.lane[i] == (bytes.lane[i] < 128 ? 0 : regime->category[bytes.lane[i]]); */
        categories = lanes_joined(categories, high);
    }
    /*@ assert categories: \forall integer i; 0 <= i < BLOCK ==>
          categories.lane[i] == (bytes.lane[i] >= 128 && regime->encoding == HLX_ENCODING_UTF8 ? 0
                                 : regime->category[bytes.lane[i]]); */
    return kinds_by_category(categories);
}

#include "scan_blocks.h"

uint32_t hlx_scan_run_neon(HLX_SCAN_RUN_PARAMETERS) {
    return scan_run(regime, input, input_length, position, limit, in_middle, columns, row);
}

uint32_t hlx_scan_line_end_neon(HLX_SCAN_LINE_END_PARAMETERS) {
    return scan_line_end(input, position, limit);
}

uint32_t hlx_scan_groups_neon(HLX_SCAN_GROUPS_PARAMETERS) {
    return scan_groups(kinds, row, stop, rows);
}

#endif
