/* scan_blocks.h -- the scan kernels block by block, over the operations on vectors that the file
 * which includes it has for its set of instructions.
 *
 *      bytes      --table-->  kinds, 0 where a run ends
 *      kinds == 0, a space behind a space, the limit  ->  a set of places; its first ends the run
 *
 * A store of whole groups of rows may go beyond the run: the contract leaves those rows free. */
#ifndef HLX_SCAN_BLOCKS_H
#define HLX_SCAN_BLOCKS_H

#include "scan_kernels.h"

/* What is called once only, from here. */
#define WHOLLY TARGET __attribute__((always_inline))

/* ---- runs ----------------------------------------------------------------- */

/* Where a run ends for its bytes: where there is no kind, and where a space is behind a space.
 * `first` is 1 when a space in the block's first place would be, else 0. */
/*@ requires first: first <= 1;
    requires within: WithinBlock(spaces);
    terminates \true;
    assigns \nothing;
    ensures first: Holds(\result, 0) <==> Holds(none, 0) || (Holds(spaces, 0) && first == 1);
    ensures ends: \forall integer i; 1 <= i < PLACES_BITS ==>
      (Holds(\result, i) <==> Holds(none, i) || (Holds(spaces, i) && Holds(spaces, i - 1)));
*/
TARGET static inline lane_set ends_of(lane_set none, lane_set spaces, lane_set first) {
    return none | (spaces & (places_behind(spaces) | first));
}

/* How many of a block's bytes belong to a run, whose kinds are known. */
/*@ requires bytes: \valid_read(input + (position .. position + BLOCK - 1));
    requires kinds: \forall integer p; position <= p < position + BLOCK ==>
      kinds.lane[p - position] == RunKind(regime, input[p]);
    requires first: first <= 1;
    requires spaces: \forall integer i; 0 <= i < BLOCK ==>
      (Holds(spaces, i) <==> kinds.lane[i] == HLX_CATEGORY_SPACE);
    requires within: WithinBlock(spaces);
    terminates \true;
    assigns \nothing;
    ensures contained: \result <= BLOCK;
    ensures run: \forall integer p; position <= p < position + \result ==>
      InRun(regime, input, position, 1 - first, p);
*/
TARGET static inline uint32_t run_of_block(const hlx_regime *regime, const uint8_t *input,
                                           uint32_t position, vector kinds, lane_set spaces,
                                           lane_set first) {
    (void)regime; /* for the contract */
    (void)input;
    (void)position;
    uint32_t run = first_place(ends_of(lanes_equal(kinds, 0), spaces, first));
    /*@ assert plain: \forall integer p; position <= p < position + run ==>
          RunKind(regime, input[p]) != 0; */
    /*@ assert first: run > 0 && RunKind(regime, input[position]) == HLX_CATEGORY_SPACE ==>
          first == 0; */
    /*@ assert alone: \forall integer p; position < p < position + run &&
          RunKind(regime, input[p]) == HLX_CATEGORY_SPACE ==>
          RunKind(regime, input[p - 1]) != HLX_CATEGORY_SPACE; */
    return run;
}

/* What a block gives: how many of its bytes belong to the run, and for the next block whether a
 * space in its first place does not: 1, else 0. */
typedef struct block_run {
    uint32_t length;
    lane_set no_space_first;
} block_run;

/* One block of a run, at most `most` bytes, and its rows. */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires table: TableOf(t, regime);
    requires within: position + BLOCK <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (position .. position + BLOCK - 1));
    requires columns: \valid_read(columns);
    requires room: row + BLOCK <= columns->token_capacity;
    requires writable: \valid(columns->kinds + (row .. row + BLOCK - 1)) &&
      \valid(columns->codes + (row .. row + BLOCK - 1)) &&
      \valid(columns->starts + (row .. row + BLOCK - 1));
    requires separate: \separated(columns->kinds + (row .. row + BLOCK - 1),
      columns->codes + (row .. row + BLOCK - 1),
      columns->starts + (row .. row + BLOCK - 1), columns);
    requires first: first <= 1;
    terminates \true;
    assigns columns->kinds[row .. row + BLOCK - 1], columns->codes[row .. row + BLOCK - 1],
      columns->starts[row .. row + BLOCK - 1];
    ensures contained: \result.length <= BLOCK && \result.length <= most;
    ensures run: \forall integer p; position <= p < position + \result.length ==>
      InRun(regime, input, position, 1 - first, p);
    ensures kinds: \forall integer r; row <= r < row + \result.length ==>
      columns->kinds[r] == RunKind(regime, input[position + (r - row)]);
    ensures codes: \forall integer r; row <= r < row + \result.length ==>
      columns->codes[r] == RunCode(regime, input[position + (r - row)]);
    ensures starts: \forall integer r; row <= r < row + \result.length ==>
      columns->starts[r] == position + (r - row);
    ensures range: \result.no_space_first <= 1;
    ensures last: \result.no_space_first == 1 <==>
      RunKind(regime, input[position + BLOCK - 1]) == HLX_CATEGORY_SPACE;
*/
TARGET static inline block_run scan_block(const hlx_regime *regime, table t, const uint8_t *input,
                                          uint32_t position, uint32_t most, lane_set first,
                                          const hlx_columns *columns, uint32_t row) {
    vector bytes = load_block(input + position);
    vector kinds = kinds_of(regime, t, input + position, bytes);
    /*@ assert kinds: \forall integer p; position <= p < position + BLOCK ==>
          kinds.lane[p - position] == RunKind(regime, input[p]); */
    vector codes = blanked(bytes, kinds);
    /*@ assert codes: \forall integer p; position <= p < position + BLOCK ==>
          codes.lane[p - position] == RunCode(regime, input[p]); */
    lane_set spaces = lanes_equal(kinds, HLX_CATEGORY_SPACE);
    uint32_t run = run_of_block(regime, input, position, kinds, spaces, first);
    uint32_t length = run < most ? run : most;
    store_rows(kinds, codes, position, columns, row, length);
    block_run found = {length, last_of(spaces)};
    return found;
}

/* A run that goes on where one ended is one run: a lemma. */
/*@ ghost
  /@ requires regime: \valid_read(regime) && RegimeValid(regime);
     requires order: position <= at && at + count <= HLX_MAX_INPUT_BYTES;
     requires readable: \valid_read(input + (position .. at + count - 1));
     requires first: first != 0 <==>
       (at == position ? in_middle != 0
        : RunKind(regime, input[at - 1]) != HLX_CATEGORY_SPACE);
     requires run: \forall integer p; at <= p < at + count ==> InRun(regime, input, at, first, p);
     terminates \true;
     assigns \nothing;
     ensures run: \forall integer p; at <= p < at + count ==>
       InRun(regime, input, position, in_middle, p);
  @/
  void run_joined(const hlx_regime *regime, const uint8_t *input, uint32_t position, bool in_middle,
                  uint32_t at, bool first, uint32_t count) {
      uint32_t i = 0;
      /@ loop invariant contained: 0 <= i <= count;
         loop invariant run: \forall integer p; at <= p < at + i ==>
           InRun(regime, input, position, in_middle, p);
         loop assigns i;
         loop variant count - i;
      @/
      while (i < count) {
          /@ assert here: InRun(regime, input, at, first, at + i); @/
          /@ assert there: InRun(regime, input, position, in_middle, at + i); @/
          i++;
      }
  }
*/

/* What whole blocks give: how many bytes, whether the run ends there, and if not, as above. */
typedef struct blocks_run {
    uint32_t length;
    bool ended;
    lane_set no_space_first;
} blocks_run;

/*@ HLX_SCAN_RUN_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_RUN_WRITES;
    ensures contained: \result.length <= limit - position &&
      \result.length <= columns->token_capacity - row;
    ensures run: \forall integer p; position <= p < position + \result.length ==>
      InRun(regime, input, position, in_middle, p);
    ensures kinds: \forall integer r; row <= r < row + \result.length ==>
      columns->kinds[r] == RunKind(regime, input[position + (r - row)]);
    ensures codes: \forall integer r; row <= r < row + \result.length ==>
      columns->codes[r] == RunCode(regime, input[position + (r - row)]);
    ensures starts: \forall integer r; row <= r < row + \result.length ==>
      columns->starts[r] == position + (r - row);
    ensures middle: \result.ended == 0 ==> (\result.no_space_first == 0 <==>
      (\result.length == 0 ? in_middle != 0
       : RunKind(regime, input[position + \result.length - 1]) != HLX_CATEGORY_SPACE));
*/
WHOLLY static inline blocks_run scan_whole_blocks(HLX_SCAN_RUN_PARAMETERS) {
    const table t = load_table(regime);
    blocks_run found = {0, false, in_middle ? 0 : 1};
    /*@ loop invariant contained: found.length <= limit - position &&
          found.length <= columns->token_capacity - row;
        loop invariant first: found.no_space_first <= 1 && found.ended == 0;
        loop invariant middle: found.no_space_first == 0 <==>
          (found.length == 0 ? in_middle != 0
           : RunKind(regime, input[position + found.length - 1]) != HLX_CATEGORY_SPACE);
        loop invariant run: \forall integer p; position <= p < position + found.length ==>
          InRun(regime, input, position, in_middle, p);
        loop invariant kinds: \forall integer r; row <= r < row + found.length ==>
          columns->kinds[r] == RunKind(regime, input[position + (r - row)]);
        loop invariant codes: \forall integer r; row <= r < row + found.length ==>
          columns->codes[r] == RunCode(regime, input[position + (r - row)]);
        loop invariant starts: \forall integer r; row <= r < row + found.length ==>
          columns->starts[r] == position + (r - row);
        loop assigns found, HLX_SCAN_RUN_WRITES;
        loop variant input_length - position - found.length;
    */
    while (input_length - position - found.length >= BLOCK &&
           columns->token_capacity - row - found.length >= BLOCK) {
        uint32_t at = position + found.length;
        uint32_t to = row + found.length;
        block_run block =
            scan_block(regime, t, input, at, limit - at, found.no_space_first, columns, to);
        /*@ ghost run_joined(regime, input, position, in_middle, at, 1 - found.no_space_first,
                             block.length); */
        /*@ assert run: \forall integer p; at <= p < at + block.length ==>
              InRun(regime, input, position, in_middle, p); */
        /*@ assert kept: \forall integer r; row <= r < to ==>
              columns->kinds[r] == \at(columns->kinds[r], LoopCurrent) &&
              columns->codes[r] == \at(columns->codes[r], LoopCurrent) &&
              columns->starts[r] == \at(columns->starts[r], LoopCurrent); */
        /*@ assert kinds: \forall integer r; to <= r < to + block.length ==>
              columns->kinds[r] == RunKind(regime, input[position + (r - row)]); */
        /*@ assert codes: \forall integer r; to <= r < to + block.length ==>
              columns->codes[r] == RunCode(regime, input[position + (r - row)]); */
        /*@ assert starts: \forall integer r; to <= r < to + block.length ==>
              columns->starts[r] == position + (r - row); */
        /*@ assert all_kinds: \forall integer r; row <= r < to + block.length ==>
              columns->kinds[r] == RunKind(regime, input[position + (r - row)]); */
        /*@ assert all_codes: \forall integer r; row <= r < to + block.length ==>
              columns->codes[r] == RunCode(regime, input[position + (r - row)]); */
        /*@ assert all_starts: \forall integer r; row <= r < to + block.length ==>
              columns->starts[r] == position + (r - row); */
        found.length += block.length;
        if (block.length < BLOCK) {
            found.ended = true;
            return found;
        }
        found.no_space_first = block.no_space_first;
    }
    return found;
}

/*@ HLX_SCAN_RUN_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_RUN_WRITES;
    HLX_SCAN_RUN_RESULT(ensures)
*/
TARGET static inline uint32_t scan_run(HLX_SCAN_RUN_PARAMETERS) {
    blocks_run found =
        scan_whole_blocks(regime, input, input_length, position, limit, in_middle, columns, row);
    if (found.ended) {
        return found.length;
    }
    uint32_t at = position + found.length;
    uint32_t to = row + found.length;
    uint32_t rest = hlx_scan_run_portable(regime, input, input_length, at, limit,
                                          found.no_space_first == 0, columns, to);
    /*@ ghost run_joined(regime, input, position, in_middle, at, found.no_space_first == 0,
                         rest); */
    /*@ assert run: \forall integer p; at <= p < at + rest ==>
          InRun(regime, input, position, in_middle, p); */
    /*@ assert kinds: \forall integer r; to <= r < to + rest ==>
          columns->kinds[r] == RunKind(regime, input[position + (r - row)]); */
    /*@ assert codes: \forall integer r; to <= r < to + rest ==>
          columns->codes[r] == RunCode(regime, input[position + (r - row)]); */
    /*@ assert starts: \forall integer r; to <= r < to + rest ==>
          columns->starts[r] == position + (r - row); */
    /*@ assert kept_kinds: \forall integer r; row <= r < to ==>
          columns->kinds[r] == RunKind(regime, input[position + (r - row)]); */
    /*@ assert kept_codes: \forall integer r; row <= r < to ==>
          columns->codes[r] == RunCode(regime, input[position + (r - row)]); */
    return found.length + rest;
}

/* ---- line ends ------------------------------------------------------------ */

/*@ HLX_SCAN_LINE_END_CALL(requires)
    terminates \true;
    assigns \nothing;
    HLX_SCAN_LINE_END_RESULT(ensures)
*/
TARGET static inline uint32_t scan_line_end(HLX_SCAN_LINE_END_PARAMETERS) {
    /*@ loop invariant contained: \at(position, Pre) <= position <= limit;
        loop invariant before: \forall integer p; \at(position, Pre) <= p < position ==>
          !IsTerminator(input[p]);
        loop assigns position;
        loop variant limit - position;
    */
    while (limit - position >= BLOCK) {
        vector bytes = load_block(input + position);
        lane_set ends = lanes_equal_either(bytes, '\n', '\r');
        /*@ assert ends: \forall integer p; position <= p < position + BLOCK ==>
              (Holds(ends, p - position) <==> IsTerminator(input[p])); */
        if (ends != 0) {
            uint32_t lane = first_place(ends);
            /*@ assert before: \forall integer p; position <= p < position + lane ==>
                  !IsTerminator(input[p]); */
            return position + lane;
        }
        position += BLOCK;
    }
    return hlx_scan_line_end_portable(input, position, limit);
}

/* ---- groups --------------------------------------------------------------- */

/* What was found before a row, and behind it, is what there is: a lemma. */
/*@ ghost
  /@ requires order: row <= middle <= stop && count <= middle - row && more <= stop - middle;
     requires found: GroupRows(kinds, row, middle, rows, count);
     requires behind: GroupRows(kinds, middle, stop, behind, more);
     requires same: \forall integer k; 0 <= k < more ==> behind[k] == rows[count + k];
     terminates \true;
     assigns \nothing;
     ensures joined: GroupRows(kinds, row, stop, rows, count + more);
  @/
  void groups_joined(const int32_t *kinds, uint32_t row, uint32_t middle, uint32_t stop,
                     const uint32_t *rows, uint32_t count, const uint32_t *behind,
                     uint32_t more) {
      uint32_t i = 0;
      /@ loop invariant contained: 0 <= i <= more;
         loop invariant each: \forall integer k; count <= k < count + i ==>
           middle <= rows[k] < stop && IsGroupKind(kinds[rows[k]]);
         loop invariant rising: \forall integer k; count < k < count + i ==>
           rows[k - 1] < rows[k] && NoGroup(kinds, rows[k - 1] + 1, rows[k]);
         loop assigns i;
         loop variant more - i;
      @/
      while (i < more) {
          /@ assert same: rows[count + i] == behind[i]; @/
          /@ assert same_before: i > 0 ==> rows[count + i - 1] == behind[i - 1]; @/
          /@ assert here: middle <= rows[count + i] < stop &&
               IsGroupKind(kinds[rows[count + i]]); @/
          /@ assert behind: i > 0 ==> rows[count + i - 1] < rows[count + i] &&
               NoGroup(kinds, rows[count + i - 1] + 1, rows[count + i]); @/
          i++;
      }
      /@ assert seam_place: more > 0 ==> rows[count] == behind[0]; @/
      /@ assert last_place: more > 0 ==> rows[count + more - 1] == behind[more - 1]; @/
      /@ assert rows: RowsOfGroups(kinds, row, stop, rows, count + more); @/
      /@ assert first: NoGroup(kinds, row, count + more > 0 ? rows[0] : stop); @/
      /@ assert seam: count > 0 && more > 0 ==>
           NoGroup(kinds, rows[count - 1] + 1, rows[count]); @/
      /@ assert between: NoGroupBetween(kinds, rows, count + more); @/
      /@ assert last: count + more > 0 ==> NoGroup(kinds, rows[count + more - 1] + 1, stop); @/
  }
*/

/*@ HLX_SCAN_GROUPS_CALL(requires)
    terminates \true;
    assigns HLX_SCAN_GROUPS_WRITES;
    HLX_SCAN_GROUPS_RESULT(ensures)
*/
TARGET static inline uint32_t scan_groups(HLX_SCAN_GROUPS_PARAMETERS) {
    uint32_t found = 0;
    /*@ ghost uint32_t first = row; */
    /*@ loop invariant contained: first == \at(row, Pre) && first <= row <= stop;
        loop invariant number: found <= row - first;
        loop invariant found: GroupRows(kinds, first, row, rows, found);
        loop assigns row, found, rows[0 .. stop - first - 1];
        loop variant stop - row;
    */
    while (stop - row >= BLOCK) {
        uint32_t more = groups_of_block(kinds, row, rows + found);
        /*@ assert kept: \forall integer i; 0 <= i < found ==>
              rows[i] == \at(rows[i], LoopCurrent); */
        /*@ assert before: GroupRows(kinds, first, row, rows, found); */
        /*@ ghost groups_joined(kinds, first, row, row + BLOCK, rows, found, rows + found,
                                more); */
        found += more;
        row += BLOCK;
    }
    uint32_t more = hlx_scan_groups_portable(kinds, row, stop, rows + found);
    /*@ assert before: GroupRows(kinds, first, row, rows, found); */
    /*@ ghost groups_joined(kinds, first, row, stop, rows, found, rows + found, more); */
    return found + more;
}

#endif
