/* scan.c -- the portable scan kernels. Contracts: scan.h. */
#include "scan.h"

/* A character of this category is one token whatever the state, with no issue and
 * no look ahead: its kind. Of the others a byte alone does not say what becomes of
 * them. spec: LEX-53 */
static const uint8_t plain_kind_of_category[16] = {
    [HLX_CATEGORY_BEGIN_GROUP] = HLX_CATEGORY_BEGIN_GROUP,
    [HLX_CATEGORY_END_GROUP] = HLX_CATEGORY_END_GROUP,
    [HLX_CATEGORY_MATH_SHIFT] = HLX_CATEGORY_MATH_SHIFT,
    [HLX_CATEGORY_ALIGNMENT_TAB] = HLX_CATEGORY_ALIGNMENT_TAB,
    [HLX_CATEGORY_PARAMETER] = HLX_CATEGORY_PARAMETER,
    [HLX_CATEGORY_SUBSCRIPT] = HLX_CATEGORY_SUBSCRIPT,
    [HLX_CATEGORY_LETTER] = HLX_CATEGORY_LETTER,
    [HLX_CATEGORY_OTHER] = HLX_CATEGORY_OTHER,
    [HLX_CATEGORY_ACTIVE] = HLX_CATEGORY_ACTIVE,
};

/*@ requires category: category <= HLX_CATEGORY_INVALID;
    terminates \true;
    assigns \nothing;
    ensures kind: \result == KindOfPlain(category);
*/
static uint32_t kind_of_plain(uint32_t category) {
    return plain_kind_of_category[category];
}

uint32_t hlx_plain_kind(const hlx_regime *regime, uint8_t byte) {
    if (byte >= 128u && regime->encoding == HLX_ENCODING_UTF8) {
        return 0;
    }
    return kind_of_plain(regime->category[byte]);
}

/* spec: LEX-53 */
/*@ requires readable: \valid_read(regime);
    requires valid: RegimeValid(regime);
    terminates \true;
    assigns \nothing;
    ensures kind: \result == RunKind(regime, byte);
    ensures range: \result <= HLX_CATEGORY_ACTIVE;
*/
static uint32_t run_kind(const hlx_regime *regime, uint8_t byte) {
    if (byte >= 128u && regime->encoding == HLX_ENCODING_UTF8) {
        return 0;
    }
    uint32_t category = regime->category[byte];
    return category == HLX_CATEGORY_SPACE ? category : kind_of_plain(category);
}

/* How many bytes from `position` on are a run, at most `most`. spec: LEX-53 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position + most <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (position .. position + most - 1));
    terminates \true;
    assigns \nothing;
    ensures contained: \result <= most;
    ensures run: \forall integer p; position <= p < position + \result ==>
      InRun(regime, input, position, in_middle, p);
*/
static uint32_t run_length(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                           uint32_t most, bool in_middle) {
    bool may_be_space = in_middle;
    /*@ loop invariant contained: 0 <= count <= most;
        loop invariant middle: may_be_space != 0 <==>
          (count == 0 ? in_middle != 0
           : RunKind(regime, input[position + count - 1]) != HLX_CATEGORY_SPACE);
        loop invariant run: \forall integer p; position <= p < position + count ==>
          InRun(regime, input, position, in_middle, p);
        loop assigns count, may_be_space;
        loop variant most - count;
    */
    for (uint32_t count = 0; count < most; count++) {
        uint32_t kind = run_kind(regime, input[position + count]);
        if (kind == HLX_CATEGORY_SPACE ? !may_be_space : kind == 0) {
            return count;
        }
        may_be_space = kind != HLX_CATEGORY_SPACE;
    }
    return most;
}

/* The rows of `count` bytes that are a run. spec: LEX-27, LEX-53 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position + count <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (position .. position + count - 1));
    requires columns: \valid_read(columns);
    requires room: row + count <= columns->token_capacity;
    requires writable: \valid(columns->kinds + (row .. row + count - 1)) &&
      \valid(columns->codes + (row .. row + count - 1)) &&
      \valid(columns->starts + (row .. row + count - 1));
    requires separate: \separated(columns->kinds + (row .. row + count - 1),
      columns->codes + (row .. row + count - 1),
      columns->starts + (row .. row + count - 1), columns);
    terminates \true;
    assigns columns->kinds[row .. row + count - 1], columns->codes[row .. row + count - 1],
      columns->starts[row .. row + count - 1];
    ensures kinds: \forall integer r; row <= r < row + count ==>
      columns->kinds[r] == RunKind(regime, input[position + (r - row)]);
    ensures codes: \forall integer r; row <= r < row + count ==>
      columns->codes[r] == RunCode(regime, input[position + (r - row)]);
    ensures starts: \forall integer r; row <= r < row + count ==>
      columns->starts[r] == position + (r - row);
*/
static void write_run(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                      uint32_t count, const hlx_columns *columns, uint32_t row) {
    int32_t *kinds = columns->kinds;
    int32_t *codes = columns->codes;
    int32_t *starts = columns->starts;
    /*@ loop invariant contained: 0 <= i <= count;
        loop invariant kinds: \forall integer r; row <= r < row + i ==>
          kinds[r] == RunKind(regime, input[position + (r - row)]);
        loop invariant codes: \forall integer r; row <= r < row + i ==>
          codes[r] == RunCode(regime, input[position + (r - row)]);
        loop invariant starts: \forall integer r; row <= r < row + i ==>
          starts[r] == position + (r - row);
        loop assigns i, kinds[row .. row + count - 1], codes[row .. row + count - 1],
          starts[row .. row + count - 1];
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        uint8_t byte = input[position + i];
        uint32_t kind = run_kind(regime, byte);
        kinds[row + i] = (int32_t)kind;
        codes[row + i] = kind == HLX_CATEGORY_SPACE ? ' ' : byte;
        starts[row + i] = (int32_t)(position + i);
        /*@ assert kinds: \forall integer r; r == row + i ==>
              kinds[r] == RunKind(regime, input[position + (r - row)]); */
        /*@ assert codes: \forall integer r; r == row + i ==>
              codes[r] == RunCode(regime, input[position + (r - row)]); */
    }
}

uint32_t hlx_scan_run_portable(const hlx_regime *regime, const uint8_t *input,
                               uint32_t input_length, uint32_t position, uint32_t limit,
                               bool in_middle, const hlx_columns *columns, uint32_t row) {
    (void)input_length; /* a byte at a time, none is read beyond the limit */
    uint32_t room = columns->token_capacity - row;
    uint32_t most = limit - position < room ? limit - position : room;
    uint32_t count = run_length(regime, input, position, most, in_middle);
    write_run(regime, input, position, count, columns, row);
    return count;
}

uint32_t hlx_scan_line_end_portable(const uint8_t *input, uint32_t position, uint32_t limit) {
    /*@ loop invariant contained: \at(position, Pre) <= position <= limit;
        loop invariant before: \forall integer p; \at(position, Pre) <= p < position ==>
          !IsTerminator(input[p]);
        loop assigns position;
        loop variant limit - position;
    */
    while (position < limit && input[position] != '\n' && input[position] != '\r') {
        position++;
    }
    return position;
}

uint32_t hlx_scan_groups_portable(const int32_t *kinds, uint32_t row, uint32_t stop,
                                  uint32_t *rows) {
    uint32_t count = 0;
    /*@ loop invariant contained: \at(row, Pre) <= row <= stop;
        loop invariant number: count <= row - \at(row, Pre);
        loop invariant found: RowsOfGroups(kinds, \at(row, Pre), row, rows, count);
        loop invariant before: NoGroup(kinds, \at(row, Pre), count > 0 ? rows[0] : row);
        loop invariant between: NoGroupBetween(kinds, rows, count);
        loop invariant behind: count > 0 ==> NoGroup(kinds, rows[count - 1] + 1, row);
        loop assigns row, count, rows[0 .. stop - \at(row, Pre) - 1];
        loop variant stop - row;
    */
    while (row < stop) {
        if (kinds[row] == HLX_CATEGORY_BEGIN_GROUP || kinds[row] == HLX_CATEGORY_END_GROUP) {
            rows[count] = row;
            /*@ assert kept: \forall integer i; 0 <= i < count ==>
                  rows[i] == \at(rows[i], LoopCurrent); */
            /*@ assert rising: count > 0 ==> rows[count - 1] < rows[count]; */
            /*@ assert each: RowsOfGroups(kinds, \at(row, Pre), row + 1, rows, count + 1); */
            /*@ assert between: NoGroupBetween(kinds, rows, count + 1); */
            count++;
            /*@ assert behind: NoGroup(kinds, rows[count - 1] + 1, row + 1); */
        }
        /*@ assert behind: count > 0 ==> NoGroup(kinds, rows[count - 1] + 1, row + 1); */
        row++;
    }
    return count;
}
