/* lanes.h -- the operations on vectors that the scan kernels are made of, as the proofs see them.
 *
 * For Frama-C this stands in the place of the intrinsics: src/simd/{sse2,avx2,avx512,neon}.h give
 * each of these functions a body of a few intrinsics, and here is what that body is trusted to do. A
 * vector is BLOCK bytes, lane 0 the one at the lowest address. Sets of lanes are words; BIT_OF_PLACE
 * says which bit stands for a lane.
 * tests/test_models_*.c compare every function here, for each set of instructions that has it, with
 * the same rule in C. */
#ifndef HLX_LANES_H
#define HLX_LANES_H

typedef struct vector {
    uint8_t lane[BLOCK];
} vector;

/* Integers. */
typedef struct words {
    int32_t word[GROUP];
} words;

/*@ predicate Holds(integer mask, integer place) = (mask & (1 << BIT_OF_PLACE(place))) != 0;

    predicate WithinBlock(integer mask) =
      \forall integer i; BLOCK <= i < PLACES_BITS ==> !Holds(mask, i);
*/

/*@ requires readable: \valid_read(at + (0 .. BLOCK - 1));
    terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==> \result.lane[i] == at[i];
*/
vector load_block(const uint8_t *at);

/* The lanes that have this value. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      (Holds(\result, i) <==> bytes.lane[i] == value);
    ensures within: WithinBlock(\result);
*/
lane_set lanes_equal(vector bytes, uint8_t value);

/* The lanes that have one of two values. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      (Holds(\result, i) <==> bytes.lane[i] == one || bytes.lane[i] == other);
    ensures within: WithinBlock(\result);
*/
lane_set lanes_equal_either(vector bytes, uint8_t one, uint8_t other);

/* The first place of a set, BLOCK when there is none. */
/*@ requires within: WithinBlock(mask);
    terminates \true;
    assigns \nothing;
    ensures range: \result <= BLOCK;
    ensures some: mask != 0 ==> \result < BLOCK;
    ensures before: \forall integer i; 0 <= i < \result ==> !Holds(mask, i);
    ensures at: \result < BLOCK ==> Holds(mask, \result);
*/
uint32_t first_place(lane_set mask);

/* A set without its first place. */
/*@ requires some: mask != 0;
    requires within: WithinBlock(mask);
    terminates \true;
    assigns \nothing;
    ensures fewer: \forall integer i; 0 <= i < PLACES_BITS && Holds(\result, i) ==> Holds(mask, i);
    ensures kept: \forall integer i, j; 0 <= j < i < PLACES_BITS && Holds(mask, j) && Holds(mask, i) ==>
      Holds(\result, i);
    ensures gone: \forall integer i; 0 <= i < PLACES_BITS && Holds(mask, i) &&
      (\forall integer j; 0 <= j < i ==> !Holds(mask, j)) ==> !Holds(\result, i);
*/
lane_set without_first(lane_set mask);

/* Each place behind one of the set. */
/*@ requires within: WithinBlock(mask);
    terminates \true;
    assigns \nothing;
    ensures first: !Holds(\result, 0);
    ensures behind: \forall integer i; 1 <= i < BLOCK ==>
      (Holds(\result, i) <==> Holds(mask, i - 1));
*/
lane_set places_behind(lane_set mask);

/* 1 when the block's last byte is in the set, else 0. */
/*@ requires within: WithinBlock(mask);
    terminates \true;
    assigns \nothing;
    ensures range: \result <= 1;
    ensures last: \result == 1 <==> Holds(mask, BLOCK - 1);
*/
lane_set last_of(lane_set mask);

/* The bytes, and a blank where the kind is that of a space. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] == (kinds.lane[i] == HLX_CATEGORY_SPACE ? ' ' : bytes.lane[i]);
*/
vector blanked(vector bytes, vector kinds);

/* One group of a vector's lanes, as integers, to its rows of a column. */
/*@ requires group: group < BLOCK / GROUP;
    requires writable: \valid(column + (group * GROUP .. group * GROUP + GROUP - 1));
    terminates \true;
    assigns column[group * GROUP .. group * GROUP + GROUP - 1];
    ensures rows: \forall integer i; group * GROUP <= i < group * GROUP + GROUP ==>
      column[i] == bytes.lane[i];
*/
void store_group(int32_t *column, vector bytes, uint32_t group);

/* Which rows of a group that begins at `from` are `one`, or one more. */
/*@ requires number: one < INT32_MAX;
    requires within: from <= BLOCK - GROUP;
    requires readable: \valid_read(rows + (from .. from + GROUP - 1));
    terminates \true;
    assigns \nothing;
    ensures rows: \forall integer i; from <= i < from + GROUP ==>
      (Holds(\result, i) <==> rows[i] == one || rows[i] == one + 1);
    ensures others: \forall integer i; 0 <= i < from || from + GROUP <= i < PLACES_BITS ==>
      !Holds(\result, i);
*/
lane_set rows_one_or_next(const int32_t *rows, uint32_t from, int32_t one);

/* ---- SSE2 ---------------------------------------------------------------- */

/* Eight bytes, the first one lowest. */
/*@ logic integer Spelled(integer a, integer b, integer c, integer d, integer e, integer f, integer g,
                          integer h) =
      a + 0x100 * (b + 0x100 * (c + 0x100 * (d + 0x100 * (e + 0x100 * (f + 0x100 * (g + 0x100 * h))))));
*/

/* The bytes that two words spell. */
/*@ terminates \true;
    assigns \nothing;
    ensures low: \forall integer a, b, c, d, e, f, g, h;
      0 <= a < 256 && 0 <= b < 256 && 0 <= c < 256 && 0 <= d < 256 &&
      0 <= e < 256 && 0 <= f < 256 && 0 <= g < 256 && 0 <= h < 256 &&
      low == Spelled(a, b, c, d, e, f, g, h) ==>
      \result.lane[0] == a && \result.lane[1] == b && \result.lane[2] == c && \result.lane[3] == d &&
      \result.lane[4] == e && \result.lane[5] == f && \result.lane[6] == g && \result.lane[7] == h;
    ensures high: \forall integer a, b, c, d, e, f, g, h;
      0 <= a < 256 && 0 <= b < 256 && 0 <= c < 256 && 0 <= d < 256 &&
      0 <= e < 256 && 0 <= f < 256 && 0 <= g < 256 && 0 <= h < 256 &&
      high == Spelled(a, b, c, d, e, f, g, h) ==>
      \result.lane[8] == a && \result.lane[9] == b && \result.lane[10] == c && \result.lane[11] == d &&
      \result.lane[12] == e && \result.lane[13] == f && \result.lane[14] == g && \result.lane[15] == h;
*/
vector joined(uint64_t low, uint64_t high);

/* The lanes of `values` where the byte is below 128, else 0. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] == (bytes.lane[i] < 128 ? values.lane[i] : 0);
*/
vector where_ascii(vector bytes, vector values);

/*@ requires range: first + GROUP <= INT32_MAX;
    terminates \true;
    assigns \nothing;
    ensures words: \forall integer i; 0 <= i < GROUP ==> \result.word[i] == first + i;
*/
words positions_from(uint32_t first);

/* The positions of the next group. */
/*@ terminates \true;
    assigns \nothing;
    ensures words: \forall integer i; 0 <= i < GROUP && positions.word[i] <= INT32_MAX - GROUP ==>
      \result.word[i] == positions.word[i] + GROUP;
*/
words next_positions(words positions);

/*@ requires writable: \valid(column + (from .. from + GROUP - 1));
    terminates \true;
    assigns column[from .. from + GROUP - 1];
    ensures rows: \forall integer i; from <= i < from + GROUP ==> column[i] == values.word[i - from];
*/
void store_words(int32_t *column, uint32_t from, words values);

/* ---- AVX2 ---------------------------------------------------------------- */

/* A byte's place in a row of sixteen, where its high half is `high`; else what no row has. */
/*@ requires high: high <= 15;
    terminates \true;
    assigns \nothing;
    ensures here: \forall integer i; 0 <= i < BLOCK && bytes.lane[i] / 16 == high ==>
      \result.lane[i] == 0x70 + bytes.lane[i] % 16;
    ensures others: \forall integer i; 0 <= i < BLOCK && bytes.lane[i] / 16 != high ==>
      \result.lane[i] >= 128;
*/
vector row_index(vector bytes, uint32_t high);

/* What a row of sixteen has at these places, 0 from 128 on. */
/*@ requires readable: \valid_read(row + (0 .. 15));
    terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] == (index.lane[i] < 128 ? row[index.lane[i] % 16] : 0);
*/
vector row_looked_up(const uint8_t *row, vector index);

/* Two vectors of which one has 0 in every lane. */
/*@ requires one: \forall integer i; 0 <= i < BLOCK ==> a.lane[i] == 0 || b.lane[i] == 0;
    terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==> \result.lane[i] == a.lane[i] + b.lane[i];
*/
vector lanes_joined(vector a, vector b);

/* Of zeros. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==> \result.lane[i] == 0;
*/
vector lanes_zero(void);

/* The lanes from 128 on. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      (Holds(\result, i) <==> bytes.lane[i] >= 128);
*/
lane_set places_high(vector bytes);

/*@ requires categories: \forall integer i; 0 <= i < BLOCK ==>
      categories.lane[i] <= HLX_CATEGORY_INVALID;
    terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] == KindOfCategory(categories.lane[i]);
*/
vector kinds_by_category(vector categories);

/* A group of rows from `from` on: integers that rise by one. */
/*@ requires range: first + GROUP <= INT32_MAX;
    requires writable: \valid(column + (from .. from + GROUP - 1));
    terminates \true;
    assigns column[from .. from + GROUP - 1];
    ensures rows: \forall integer i; from <= i < from + GROUP ==> column[i] == first + (i - from);
*/
void store_rising(int32_t *column, uint32_t from, uint32_t first);

/* The rows of a block, which begins at `first`, that are in the set, in order; how many.
 * AVX-512, too. */
/*@ requires within: first + BLOCK <= UINT32_MAX;
    requires writable: \valid(rows + (0 .. BLOCK - 1));
    terminates \true;
    assigns rows[0 .. BLOCK - 1];
    ensures number: \result <= BLOCK;
    ensures each: \forall integer i; 0 <= i < \result ==>
      first <= rows[i] < first + BLOCK && Holds(mask, rows[i] - first);
    ensures rising: \forall integer i; 0 < i < \result ==> rows[i - 1] < rows[i];
    ensures before: \forall integer i; 0 <= i < (\result > 0 ? rows[0] - first : BLOCK) ==>
      !Holds(mask, i);
    ensures between: \forall integer k, i; 0 < k < \result &&
      rows[k - 1] - first < i < rows[k] - first ==> !Holds(mask, i);
    ensures behind: \forall integer i; \result > 0 && rows[\result - 1] - first < i < BLOCK ==>
      !Holds(mask, i);
*/
uint32_t store_set(uint32_t *rows, uint32_t first, lane_set mask);

/* ---- AVX-512 ------------------------------------------------------------- */

/* Every lane, or none. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==> (Holds(\result, i) <==> all != 0);
*/
lane_set all_or_none(bool all);

/* The lanes below 128, and those of a set. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      (Holds(\result, i) <==> bytes.lane[i] < 128 || Holds(others, i));
*/
lane_set ascii_and(vector bytes, lane_set others);

/* What a table of 128 entries has at these places modulo 128. */
/*@ terminates \true;
    assigns \nothing;
    ensures low: \forall integer i; 0 <= i < BLOCK && index.lane[i] % 128 < 64 ==>
      \result.lane[i] == low.lane[index.lane[i] % 128];
    ensures high: \forall integer i; 0 <= i < BLOCK && index.lane[i] % 128 >= 64 ==>
      \result.lane[i] == high.lane[index.lane[i] % 128 - 64];
*/
vector half_looked_up(vector low, vector index, vector high);

/* The lanes of `upper` where the byte is from 128 on, else of `lower`. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] == (bytes.lane[i] < 128 ? lower.lane[i] : upper.lane[i]);
*/
vector by_half(vector lower, vector bytes, vector upper);

/* The kinds of some lanes, else 0. */
/*@ requires categories: \forall integer i; 0 <= i < BLOCK ==>
      categories.lane[i] <= HLX_CATEGORY_INVALID;
    terminates \true;
    assigns \nothing;
    ensures some: \forall integer i; 0 <= i < BLOCK && Holds(some, i) ==>
      \result.lane[i] == KindOfCategory(categories.lane[i]);
    ensures others: \forall integer i; 0 <= i < BLOCK && !Holds(some, i) ==> \result.lane[i] == 0;
*/
vector kinds_of_some(lane_set some, vector categories);

/* A vector's first group as integers, to the rows of a column from `from` on. */
/*@ requires writable: \valid(column + (from .. from + GROUP - 1));
    terminates \true;
    assigns column[from .. from + GROUP - 1];
    ensures rows: \forall integer i; from <= i < from + GROUP ==> column[i] == bytes.lane[i - from];
*/
void store_first_group(int32_t *column, uint32_t from, vector bytes);

/* The groups behind the first one, each a group's place lower. */
/*@ terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; GROUP <= i < BLOCK ==>
      \result.lane[i - GROUP] == bytes.lane[i];
*/
vector groups_down(vector bytes);

/* ---- NEON ---------------------------------------------------------------- */

/* What a quarter of a table of 256, the one of this number, has for its bytes; 0 for others. */
/*@ requires number: number <= 3;
    requires readable: \valid_read(quarter + (0 .. 63));
    terminates \true;
    assigns \nothing;
    ensures lanes: \forall integer i; 0 <= i < BLOCK ==>
      \result.lane[i] == (bytes.lane[i] / 64 == number ? quarter[bytes.lane[i] % 64] : 0);
*/
vector quarter_looked_up(const uint8_t *quarter, vector bytes, uint32_t number);

#endif
