/* scan.h -- the prefix contract of the scan kernels.
 *
 *      input   T h e _ c a t \   _ = blank; all but the \ may be consumed from state M
 *      kinds  11 1 1 10 ...      row r belongs to the byte at position + (r - row)
 *
 * Most bytes of a document are plain: one byte, one token, next state M. In state M a
 * space is one token too, and leads to S. A kernel may consume any prefix of such
 * bytes that it is sure about and writes their rows; consuming nothing is always
 * right. The state machine (lexer.c) does the rest, so a kernel needs no case
 * analysis and no tail handling. It may look at bytes beyond its limit, but not beyond
 * the input.
 *
 * Three functions here are not defined in the core: hlx_scan_run,
 * hlx_scan_line_end and hlx_scan_groups call the kernel that was chosen for the processor
 * (src/simd/dispatch.c). The proof of the lexer uses their contracts and nothing more,
 * so it does not depend on which kernel runs. The portable kernels beside them keep
 * the same contracts and are proved to. spec: LEX-53 */
#ifndef HLX_SCAN_H
#define HLX_SCAN_H

#include "hedgelex.h"

/*@ logic integer KindOfPlain(integer category) =
      HLX_CATEGORY_BEGIN_GROUP <= category && category <= HLX_CATEGORY_ALIGNMENT_TAB ? category
      : category == HLX_CATEGORY_PARAMETER || category == HLX_CATEGORY_SUBSCRIPT ? category
      : HLX_CATEGORY_LETTER <= category && category <= HLX_CATEGORY_ACTIVE ? category
      : 0;

    logic integer PlainKind{L}(hlx_regime *regime, integer byte) =
      byte >= 128 && regime->encoding == HLX_ENCODING_UTF8 ? 0
      : KindOfPlain(regime->category[byte]);
*/

/* The kind of the token that `byte` gives when it is plain under a valid regime,
 * else 0. spec: LEX-53 */
/*@ requires readable: \valid_read(regime);
    requires valid: RegimeValid(regime);
    terminates \true;
    assigns \nothing;
    ensures kind: \result == PlainKind(regime, byte);
    ensures range: \result <= HLX_CATEGORY_ACTIVE;
*/
uint32_t hlx_plain_kind(const hlx_regime *regime, uint8_t byte);

/* A run, byte by byte: its kinds and codes, and which bytes belong to it. A space does in
 * state M, that is behind a plain byte, or at the beginning when `in_middle` says so.
 * Behind a run the state is S if its last byte is a space, else M. spec: LEX-53 */
/*@ logic integer RunKind{L}(hlx_regime *regime, integer byte) =
      byte >= 128 && regime->encoding == HLX_ENCODING_UTF8 ? 0
      : regime->category[byte] == HLX_CATEGORY_SPACE ? HLX_CATEGORY_SPACE
      : KindOfPlain(regime->category[byte]);

    logic integer RunCode{L}(hlx_regime *regime, integer byte) =
      RunKind(regime, byte) == HLX_CATEGORY_SPACE ? ' ' : byte;

    predicate InRun{L}(hlx_regime *regime, uint8_t *input, integer position, integer in_middle,
                       integer p) =
      RunKind(regime, input[p]) != 0 &&
      (RunKind(regime, input[p]) == HLX_CATEGORY_SPACE ==>
        (p == position ? in_middle != 0
         : RunKind(regime, input[p - 1]) != HLX_CATEGORY_SPACE));

    predicate IsGroupKind(integer kind) =
      kind == HLX_CATEGORY_BEGIN_GROUP || kind == HLX_CATEGORY_END_GROUP;

    predicate IsTerminator(integer byte) = byte == '\n' || byte == '\r';
*/

/* Consume a prefix of input[position .. limit) that is a run and write its rows from `row`
 * on. Returns how many bytes, which is how many rows. The rows behind them, up to the
 * token capacity, may be overwritten with anything. This contract, and nothing more, is
 * what a kernel must keep and what the lexer's proof uses. spec: LEX-53 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= limit <= input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires columns: \valid_read(columns);
    requires room: row <= columns->token_capacity;
    requires writable: \valid(columns->kinds + (row .. columns->token_capacity - 1)) &&
      \valid(columns->codes + (row .. columns->token_capacity - 1)) &&
      \valid(columns->starts + (row .. columns->token_capacity - 1));
    requires separate: \separated(columns->kinds + (row .. columns->token_capacity - 1),
      columns->codes + (row .. columns->token_capacity - 1),
      columns->starts + (row .. columns->token_capacity - 1), columns);
    terminates \true;
    assigns columns->kinds[row .. columns->token_capacity - 1],
      columns->codes[row .. columns->token_capacity - 1],
      columns->starts[row .. columns->token_capacity - 1];
    ensures contained: \result <= limit - position && \result <= columns->token_capacity - row;
    ensures run: \forall integer p; position <= p < position + \result ==>
      InRun(regime, input, position, in_middle, p);
    ensures kinds: \forall integer r; row <= r < row + \result ==>
      columns->kinds[r] == RunKind(regime, input[position + (r - row)]);
    ensures codes: \forall integer r; row <= r < row + \result ==>
      columns->codes[r] == RunCode(regime, input[position + (r - row)]);
    ensures starts: \forall integer r; row <= r < row + \result ==>
      columns->starts[r] == position + (r - row);
*/
uint32_t hlx_scan_run(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                      uint32_t position, uint32_t limit, bool in_middle, const hlx_columns *columns,
                      uint32_t row);

/* The same, byte by byte. That it is as long a run as there is, and no row behind it touched,
 * tests/test_scan.c sees: it is not stated here. spec: LEX-53 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= limit <= input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires columns: \valid_read(columns);
    requires room: row <= columns->token_capacity;
    requires writable: \valid(columns->kinds + (row .. columns->token_capacity - 1)) &&
      \valid(columns->codes + (row .. columns->token_capacity - 1)) &&
      \valid(columns->starts + (row .. columns->token_capacity - 1));
    requires separate: \separated(columns->kinds + (row .. columns->token_capacity - 1),
      columns->codes + (row .. columns->token_capacity - 1),
      columns->starts + (row .. columns->token_capacity - 1), columns);
    terminates \true;
    assigns columns->kinds[row .. columns->token_capacity - 1],
      columns->codes[row .. columns->token_capacity - 1],
      columns->starts[row .. columns->token_capacity - 1];
    ensures contained: \result <= limit - position && \result <= columns->token_capacity - row;
    ensures run: \forall integer p; position <= p < position + \result ==>
      InRun(regime, input, position, in_middle, p);
    ensures kinds: \forall integer r; row <= r < row + \result ==>
      columns->kinds[r] == RunKind(regime, input[position + (r - row)]);
    ensures codes: \forall integer r; row <= r < row + \result ==>
      columns->codes[r] == RunCode(regime, input[position + (r - row)]);
    ensures starts: \forall integer r; row <= r < row + \result ==>
      columns->starts[r] == position + (r - row);
*/
uint32_t hlx_scan_run_portable(const hlx_regime *regime, const uint8_t *input,
                               uint32_t input_length, uint32_t position, uint32_t limit,
                               bool in_middle, const hlx_columns *columns, uint32_t row);

/* The first CR or LF at or behind `position`, or `limit`. spec: LEX-10 */
/*@ requires within: position <= limit;
    requires readable: \valid_read(input + (position .. limit - 1));
    terminates \true;
    assigns \nothing;
    ensures contained: position <= \result <= limit;
    ensures before: \forall integer p; position <= p < \result ==> !IsTerminator(input[p]);
    ensures at: \result < limit ==> IsTerminator(input[\result]);
*/
uint32_t hlx_scan_line_end(const uint8_t *input, uint32_t position, uint32_t limit);

/* The same, byte by byte. spec: LEX-10 */
/*@ requires within: position <= limit;
    requires readable: \valid_read(input + (position .. limit - 1));
    terminates \true;
    assigns \nothing;
    ensures contained: position <= \result <= limit;
    ensures before: \forall integer p; position <= p < \result ==> !IsTerminator(input[p]);
    ensures at: \result < limit ==> IsTerminator(input[\result]);
*/
uint32_t hlx_scan_line_end_portable(const uint8_t *input, uint32_t position, uint32_t limit);

/* Rows that a call may look at: what it finds is used while it is hot, 8 KiB of it at most. With
 * 256 rows a whole document took 4 % longer. */
#define HLX_GROUP_SCAN_ROWS 2048u

/* The first `count` entries of `rows` are the rows from `row` on, before `stop`, that begin or
 * end a group: all of them, in order. */
/*@ predicate RowsOfGroups{L}(int32_t *kinds, integer row, integer stop, uint32_t *rows,
                              integer count) =
      (\forall integer i; 0 <= i < count ==> row <= rows[i] < stop) &&
      (\forall integer i; 0 <= i < count ==> IsGroupKind(kinds[rows[i]])) &&
      (\forall integer i; 0 < i < count ==> rows[i - 1] < rows[i]);

    predicate NoGroup{L}(int32_t *kinds, integer from, integer to) =
      \forall integer r; from <= r < to ==> !IsGroupKind(kinds[r]);

    predicate NoGroupBetween{L}(int32_t *kinds, uint32_t *rows, integer count) =
      \forall integer i; 0 < i < count ==> NoGroup(kinds, rows[i - 1] + 1, rows[i]);

    predicate GroupRows{L}(int32_t *kinds, integer row, integer stop, uint32_t *rows,
                           integer count) =
      RowsOfGroups(kinds, row, stop, rows, count) &&
      NoGroup(kinds, row, count > 0 ? rows[0] : stop) &&
      NoGroupBetween(kinds, rows, count) &&
      (count > 0 ==> NoGroup(kinds, rows[count - 1] + 1, stop));
*/

/* The rows from `row` on, before `stop`, that begin or end a group: returns how many, and
 * writes them in order. spec: LEX-64 */
/*@ requires within: row <= stop <= row + HLX_GROUP_SCAN_ROWS;
    requires readable: \valid_read(kinds + (row .. stop - 1));
    requires room: \valid(rows + (0 .. stop - row - 1));
    requires apart: \separated(kinds + (row .. stop - 1), rows + (0 .. stop - row - 1));
    terminates \true;
    assigns rows[0 .. stop - row - 1];
    ensures number: \result <= stop - row;
    ensures found: GroupRows(kinds, row, stop, rows, \result);
*/
uint32_t hlx_scan_groups(const int32_t *kinds, uint32_t row, uint32_t stop, uint32_t *rows);

/* The same, row by row. spec: LEX-64 */
/*@ requires within: row <= stop <= row + HLX_GROUP_SCAN_ROWS;
    requires readable: \valid_read(kinds + (row .. stop - 1));
    requires room: \valid(rows + (0 .. stop - row - 1));
    requires apart: \separated(kinds + (row .. stop - 1), rows + (0 .. stop - row - 1));
    terminates \true;
    assigns rows[0 .. stop - row - 1];
    ensures number: \result <= stop - row;
    ensures found: GroupRows(kinds, row, stop, rows, \result);
*/
uint32_t hlx_scan_groups_portable(const int32_t *kinds, uint32_t row, uint32_t stop,
                                  uint32_t *rows);

#endif
