/* scan.h -- the prefix contract of the scan kernels.
 *
 * Most bytes of a document are plain: one byte, one token, next state M. A kernel
 * may consume any prefix of plain bytes that it is sure about and writes their
 * rows; consuming nothing is always right. The state machine (lexer.c) does the
 * rest, so a kernel needs no case analysis, no tail handling and no byte beyond
 * its limit, and the proof of the lexer does not depend on which kernel runs.
 * spec: LEX-53 */
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

/* Consume plain bytes of input[position .. limit) and write their rows from
 * `row` on, at most up to the token capacity. Returns how many were consumed. This
 * contract, and nothing more, is what a kernel must keep and what the lexer's proof
 * uses. spec: LEX-53 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= limit <= HLX_MAX_DOCUMENT_BYTES;
    requires readable: \valid_read(input + (position .. limit - 1));
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
    ensures plain: \forall integer p; position <= p < position + \result ==>
      PlainKind(regime, input[p]) != 0;
    ensures kinds: \forall integer r; row <= r < row + \result ==>
      columns->kinds[r] == PlainKind(regime, input[position + (r - row)]);
    ensures codes: \forall integer r; row <= r < row + \result ==>
      columns->codes[r] == input[position + (r - row)];
    ensures starts: \forall integer r; row <= r < row + \result ==>
      columns->starts[r] == position + (r - row);
*/
uint32_t hlx_scan_plain(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                        uint32_t limit, const hlx_columns *columns, uint32_t row);

#endif
