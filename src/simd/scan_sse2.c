/* scan_sse2.c -- the scan kernel for SSE2, which every x86-64 processor has.
 *
 * SSE2 has no table lookup, so the kinds of a block of sixteen bytes are looked up one by one
 * and packed into two words; from there on it is as in scan_blocks.h. */
#include "scan_kernels.h"

#if defined(__x86_64__)

#include "sse2.h"

#include "group_places.h"
#include "scan_groups.h"

static const uint8_t kind_of_category[16] = {HLX_RUN_KIND_OF_CATEGORY};

/* The kind of a byte by its category alone. */
/*@ requires category: category <= HLX_CATEGORY_INVALID;
    terminates \true;
    assigns \nothing;
    ensures kind: \result == KindOfCategory(category);
    ensures range: \result <= HLX_CATEGORY_ACTIVE;
*/
static inline uint32_t run_kind(uint32_t category) {
    return kind_of_category[category];
}

/* The kinds of eight bytes by their categories. */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires readable: \valid_read(bytes + (0 .. 7));
    terminates \true;
    assigns \nothing;
    ensures kinds: \result == Spelled(
      KindOfCategory(regime->category[bytes[0]]), KindOfCategory(regime->category[bytes[1]]),
      KindOfCategory(regime->category[bytes[2]]), KindOfCategory(regime->category[bytes[3]]),
      KindOfCategory(regime->category[bytes[4]]), KindOfCategory(regime->category[bytes[5]]),
      KindOfCategory(regime->category[bytes[6]]), KindOfCategory(regime->category[bytes[7]]));
*/
static inline uint64_t kinds_of_eight(const hlx_regime *regime, const uint8_t *bytes) {
    const uint8_t *category = regime->category;
    uint64_t low = run_kind(category[bytes[0]]) + run_kind(category[bytes[1]]) * 0x100u +
                   run_kind(category[bytes[2]]) * 0x10000u +
                   run_kind(category[bytes[3]]) * 0x1000000u;
    uint64_t high = run_kind(category[bytes[4]]) + run_kind(category[bytes[5]]) * 0x100u +
                    run_kind(category[bytes[6]]) * 0x10000u +
                    run_kind(category[bytes[7]]) * 0x1000000u;
    return low + high * 0x100000000u;
}

#include "table_in_place.h"

/*@ requires table: TableOf(t, regime) && \valid_read(regime) && RegimeValid(regime);
    requires readable: \valid_read(at + (0 .. BLOCK - 1));
    requires bytes: \forall integer i; 0 <= i < BLOCK ==> bytes.lane[i] == at[i];
    terminates \true;
    assigns \nothing;
    ensures kinds: \forall integer i; 0 <= i < BLOCK ==> \result.lane[i] == RunKind(regime, at[i]);
*/
static inline vector kinds_of(const hlx_regime *regime, table t, const uint8_t *at, vector bytes) {
    (void)t;
    vector kinds = joined(kinds_of_eight(regime, at), kinds_of_eight(regime, at + 8));
    /*@ assert range: \forall integer i; 0 <= i < 16 ==>
          0 <= KindOfCategory(regime->category[at[i]]) < 256; */
    /*@ assert low_each:
          kinds.lane[0] == KindOfCategory(regime->category[at[0]]) &&
          kinds.lane[1] == KindOfCategory(regime->category[at[1]]) &&
          kinds.lane[2] == KindOfCategory(regime->category[at[2]]) &&
          kinds.lane[3] == KindOfCategory(regime->category[at[3]]) &&
          kinds.lane[4] == KindOfCategory(regime->category[at[4]]) &&
          kinds.lane[5] == KindOfCategory(regime->category[at[5]]) &&
          kinds.lane[6] == KindOfCategory(regime->category[at[6]]) &&
          kinds.lane[7] == KindOfCategory(regime->category[at[7]]); */
    /*@ assert high_each:
          kinds.lane[8] == KindOfCategory(regime->category[at[8]]) &&
          kinds.lane[9] == KindOfCategory(regime->category[at[9]]) &&
          kinds.lane[10] == KindOfCategory(regime->category[at[10]]) &&
          kinds.lane[11] == KindOfCategory(regime->category[at[11]]) &&
          kinds.lane[12] == KindOfCategory(regime->category[at[12]]) &&
          kinds.lane[13] == KindOfCategory(regime->category[at[13]]) &&
          kinds.lane[14] == KindOfCategory(regime->category[at[14]]) &&
          kinds.lane[15] == KindOfCategory(regime->category[at[15]]); */
    /*@ assert low: \forall integer i; 0 <= i < 8 ==>
          kinds.lane[i] == KindOfCategory(regime->category[at[i]]); */
    /*@ assert high: \forall integer i; 8 <= i < 16 ==>
          kinds.lane[i] == KindOfCategory(regime->category[at[i]]); */
    if (regime->encoding == HLX_ENCODING_BYTES) {
        return kinds;
    }
    return where_ascii(bytes, kinds);
}

#include "scan_rows.h"

#include "scan_blocks.h"

uint32_t hlx_scan_run_sse2(HLX_SCAN_RUN_PARAMETERS) {
    return scan_run(regime, input, input_length, position, limit, in_middle, columns, row);
}

uint32_t hlx_scan_line_end_sse2(HLX_SCAN_LINE_END_PARAMETERS) {
    return scan_line_end(input, position, limit);
}

uint32_t hlx_scan_groups_sse2(HLX_SCAN_GROUPS_PARAMETERS) {
    return scan_groups(kinds, row, stop, rows);
}

#endif
