/* expand.h -- the columns that are derived from the others, piece by piece.
 *
 *      starts  -->  ends, lines, cols
 *
 * hlx_expand (hedgelex.h) derives them for a whole document; for one that comes in pieces
 * hlx_place says where the last piece ended. spec: LEX-51, LEX-52 */
#ifndef HLX_EXPAND_H
#define HLX_EXPAND_H

#include "hedgelex.h"
#include "line.h"

#ifdef __FRAMAC__
#include "step.h"
#include "../../spec/logic/lexer_logic.h"
#endif

/* The line that the next token begins in, or an earlier one. */
typedef struct hlx_place {
    hlx_line line;
    uint32_t line_number;
    uint32_t first_row; /* tokens whose rows were derived before */
} hlx_place;

/*@ predicate PlaceRead{L}(hlx_place *place, uint8_t *input, integer length) =
      LineRead(&place->line, input, length) &&
      LineReached(input, length, place->line.start) &&
      1 <= place->line_number <= place->line.start + 1 &&
      (\forall integer p; p >= place->line.start ==> LineNumber(input, length, p) ==
        place->line_number + LinesFrom(input, length, place->line.start, p)) &&
      (\forall integer p; place->line.start <= p && (p < place->line.next ||
        place->line.next >= length) ==>
        LineNumber(input, length, p) == place->line_number);

    // Rows of tokens from token `first` on, and what is derived from their starts.
    predicate StartsWritten{L}(uint8_t *input, integer length, hlx_regime *regime,
                               int32_t *starts, integer first, integer count) =
      SpansInOrder(input, length, regime, first + count) &&
      TokensInLines(input, length, regime, first + count) &&
      (\forall integer row; 0 <= row < count ==>
        starts[row] == TokenStart(input, length, regime, first + row));

    predicate EndsDerived{L}(uint8_t *input, integer length, hlx_regime *regime, int32_t *ends,
                             integer first, integer count) =
      \forall integer row; 0 <= row < count ==>
        ends[row] == TokenEnd(input, length, regime, first + row);

    predicate LinesDerived{L}(uint8_t *input, integer length, hlx_regime *regime,
                              int32_t *lines, integer first, integer count) =
      \forall integer row; 0 <= row < count ==> lines[row] ==
        LineNumber(input, length, TokenStart(input, length, regime, first + row));

    predicate ColsDerived{L}(uint8_t *input, integer length, hlx_regime *regime, int32_t *cols,
                             integer first, integer count) =
      \forall integer row; 0 <= row < count ==> cols[row] ==
        TokenStart(input, length, regime, first + row) -
          LineOf(input, length, TokenStart(input, length, regime, first + row)) + 1;

    predicate DerivedValid{L}(int32_t *starts, integer count, int32_t *ends, int32_t *lines,
                              int32_t *cols) =
      \valid_read(starts + (0 .. count - 1)) && \valid(ends + (0 .. count - 1)) &&
      \valid(lines + (0 .. count - 1)) && \valid(cols + (0 .. count - 1)) &&
      \separated(starts + (0 .. count - 1), ends + (0 .. count - 1), lines + (0 .. count - 1),
                 cols + (0 .. count - 1));
*/

/* The first line. spec: LEX-10 */
/*@ requires within: input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires writable: \valid(place);
    terminates \true;
    assigns *place;
    ensures place: PlaceRead(place, input, input_length);
    ensures first: place->line.start == 0 && place->line_number == 1 && place->first_row == 0;
*/
void hlx_place_first(hlx_place *place, const uint8_t *input, uint32_t input_length);

/* Go on to the line that `position` is in, or to the last one; the present one is no later.
 * spec: LEX-10, LEX-52 */
/*@ requires within: place->line.start <= position <= input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    requires writable: \valid(place);
    requires place: PlaceRead(place, input, input_length);
    terminates \true;
    assigns place->line, place->line_number;
    ensures place: PlaceRead(place, input, input_length);
    ensures line: place->line.start == LineOf(input, input_length, position);
    ensures number: place->line_number == LineNumber(input, input_length, position);
    ensures order: place->line.start <= position;
*/
void hlx_place_reach(hlx_place *place, const uint8_t *input, uint32_t input_length,
                     uint32_t position);

/* Derive `row_count` rows of tokens in order, none before `place`, which goes on with them.
 * spec: LEX-51, LEX-52 */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: input_length <= HLX_MAX_INPUT_BYTES &&
      \valid_read(input + (0 .. input_length - 1));
    requires columns: DerivedValid(starts, row_count, ends, lines, cols);
    requires place: \valid(place) && PlaceRead(place, input, input_length);
    requires apart: \separated(place, starts + (0 .. row_count - 1), ends + (0 .. row_count - 1),
      lines + (0 .. row_count - 1), cols + (0 .. row_count - 1));
    requires few: place->first_row + row_count <= HLX_MAX_INPUT_BYTES + 1;
    requires rows: StartsWritten(input, input_length, regime, starts, place->first_row, row_count);
    requires behind: row_count > 0 ==> place->line.start <= starts[0];
    terminates \true;
    assigns *place, ends[0 .. row_count - 1], lines[0 .. row_count - 1],
      cols[0 .. row_count - 1];
    ensures ends: EndsDerived(input, input_length, regime, ends, \old(place->first_row), row_count);
    ensures lines: LinesDerived(input, input_length, regime, lines, \old(place->first_row),
                                row_count);
    ensures cols: ColsDerived(input, input_length, regime, cols, \old(place->first_row), row_count);
    ensures place: PlaceRead(place, input, input_length);
    ensures row: place->first_row == \old(place->first_row) + row_count;
    ensures last: row_count > 0 ==>
      place->line.start == LineOf(input, input_length, starts[row_count - 1]);
    ensures same: row_count == 0 ==> place->line.start == \old(place->line.start);
*/
void hlx_expand_rows(hlx_place *place, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, const int32_t *starts, uint32_t row_count,
                     int32_t *ends, int32_t *lines, int32_t *cols);

/* hlx_expand, declared in hedgelex.h. */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: input_length <= HLX_MAX_INPUT_BYTES &&
      \valid_read(input + (0 .. input_length - 1));
    requires columns: DerivedValid(starts, token_count, ends, lines, cols);
    requires few: token_count <= HLX_MAX_INPUT_BYTES + 1;
    requires rows: StartsWritten(input, input_length, regime, starts, 0, token_count);
    terminates \true;
    assigns ends[0 .. token_count - 1], lines[0 .. token_count - 1], cols[0 .. token_count - 1];
    ensures ends: EndsDerived(input, input_length, regime, ends, 0, token_count);
    ensures lines: LinesDerived(input, input_length, regime, lines, 0, token_count);
    ensures cols: ColsDerived(input, input_length, regime, cols, 0, token_count);
*/
void hlx_expand(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                const int32_t *starts, uint32_t token_count, int32_t *ends, int32_t *lines,
                int32_t *cols);

#endif
