/* expand.c -- the columns that are derived from the others. Contracts: expand.h.
 *
 *      starts     4  5  6  11 12      11 - 6 > 1: the token at 6 may be longer than a byte
 *      ends       5  6  ?  12 13
 *
 * Spans are in order and none but the last is empty, so a token directly before the next one is
 * one byte long. The others are read again. */
#include "expand.h"

#include "step.h"
#ifdef __FRAMAC__
#include "../../proofs/lexer_lemmas.h"
#endif

void hlx_place_first(hlx_place *place, const uint8_t *input, uint32_t input_length) {
    place->line = hlx_line_at(input, input_length, 0);
    //@ ghost hlx_places_here(input, input_length, 0);
    place->line_number = 1;
    place->first_row = 0;
}

void hlx_place_reach(hlx_place *place, const uint8_t *input, uint32_t input_length,
                     uint32_t position) {
    /*@ loop invariant place: PlaceRead(place, input, input_length);
        loop invariant order: place->line.start <= position;
        loop assigns place->line, place->line_number;
        loop variant input_length - place->line.start;
    */
    while (position >= place->line.next && place->line.next < input_length) {
        //@ ghost hlx_places_come(input, input_length, place->line.start);
        place->line = hlx_line_at(input, input_length, place->line.next);
        //@ ghost hlx_places_here(input, input_length, place->line.start);
        place->line_number++;
    }
}

/* The byte behind the token that starts at `start`: read it again. spec: LEX-51 */
/*@ requires line: LineInput(line, input, regime) && LineRead(line, input, length);
    requires token: TokensInLines(input, length, regime, k + 1);
    requires start: start == TokenStart(input, length, regime, k);
    requires here: line->start == LineOf(input, length, start);
    terminates \true;
    assigns \nothing;
    ensures end: \result == TokenEnd(input, length, regime, k);
*/
static uint32_t end_of_token(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                             uint32_t start) /*@ ghost (uint32_t length, uint32_t k) */ {
    uint32_t position = start < line->content_end ? start : line->content_end;
    //@ assert line: line->start == TokenLine(input, length, regime, k);
    //@ assert position: position == TokenPosition(input, length, regime, k);
    return hlx_span_end(line, hlx_token_behind(line, regime, input, position));
}

/* The derived columns of one row. */
/*@ requires columns: \valid(ends + (0 .. row)) && \valid(lines + (0 .. row)) &&
      \valid(cols + (0 .. row));
    requires apart: \separated(ends + (0 .. row), lines + (0 .. row), cols + (0 .. row));
    requires end: end == TokenEnd(input, length, regime, first + row);
    requires line: line == LineNumber(input, length,
                                      TokenStart(input, length, regime, first + row));
    requires col: col == TokenStart(input, length, regime, first + row) -
      LineOf(input, length, TokenStart(input, length, regime, first + row)) + 1;
    requires fits: end <= INT32_MAX && line <= INT32_MAX && col <= INT32_MAX;
    requires ends: EndsDerived(input, length, regime, ends, first, row);
    requires lines: LinesDerived(input, length, regime, lines, first, row);
    requires cols: ColsDerived(input, length, regime, cols, first, row);
    terminates \true;
    assigns ends[row], lines[row], cols[row];
    ensures ends: EndsDerived(input, length, regime, ends, first, row + 1);
    ensures lines: LinesDerived(input, length, regime, lines, first, row + 1);
    ensures cols: ColsDerived(input, length, regime, cols, first, row + 1);
*/
static void write_row(uint32_t row, uint32_t end, uint32_t line, uint32_t col, int32_t *ends,
                      int32_t *lines, int32_t *cols)
/*@ ghost (const hlx_regime *regime, const uint8_t *input, uint32_t length, uint32_t first) */ {
    ends[row] = (int32_t)end;
    lines[row] = (int32_t)line;
    cols[row] = (int32_t)col;
    /*@ assert ends_kept: \forall integer r; 0 <= r < row ==>
          ends[r] == \at(ends[r], Pre); */
    /*@ assert lines_kept: \forall integer r; 0 <= r < row ==>
          lines[r] == \at(lines[r], Pre); */
    /*@ assert cols_kept: \forall integer r; 0 <= r < row ==>
          cols[r] == \at(cols[r], Pre); */
}

/* The rows of the present line from `row` on, at least one; the first row behind it. */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires input: length <= HLX_MAX_INPUT_BYTES && \valid_read(input + (0 .. length - 1));
    requires columns: DerivedValid(starts, count, ends, lines, cols);
    requires place: \valid_read(place) && PlaceRead(place, input, length);
    requires apart: \separated(place, ends + (0 .. count - 1), lines + (0 .. count - 1),
                               cols + (0 .. count - 1));
    requires rows: StartsWritten(input, length, regime, starts, place->first_row, count);
    requires few: place->first_row + count <= HLX_MAX_INPUT_BYTES + 1;
    requires row: row < count && place->line.start <= starts[row];
    requires here: starts[row] < place->line.next || place->line.next >= length;
    requires ends: EndsDerived(input, length, regime, ends, place->first_row, row);
    requires lines: LinesDerived(input, length, regime, lines, place->first_row, row);
    requires cols: ColsDerived(input, length, regime, cols, place->first_row, row);
    terminates \true;
    assigns ends[row .. count - 1], lines[row .. count - 1], cols[row .. count - 1];
    ensures progress: row < \result <= count;
    ensures last: place->line.start == LineOf(input, length, starts[\result - 1]);
    ensures ends: EndsDerived(input, length, regime, ends, place->first_row, \result);
    ensures lines: LinesDerived(input, length, regime, lines, place->first_row, \result);
    ensures cols: ColsDerived(input, length, regime, cols, place->first_row, \result);
*/
static uint32_t expand_line(const hlx_place *place, const hlx_regime *regime, const uint8_t *input,
                            uint32_t length, const int32_t *starts, uint32_t row, uint32_t count,
                            int32_t *ends, int32_t *lines, int32_t *cols) {
    uint32_t stop = place->line.next < length ? place->line.next : UINT32_MAX;
    uint32_t line_start = place->line.start;
    uint32_t number = place->line_number;
    uint32_t start = (uint32_t)starts[row];
    bool in_line = true;
    /*@ loop invariant row: \at(row, Pre) <= row <= count && (in_line ==> row < count);
        loop invariant start: in_line ==> start == starts[row] && line_start <= start < stop;
        loop invariant progress: !in_line ==> \at(row, Pre) < row;
        loop invariant last: \at(row, Pre) < row ==>
          line_start == LineOf(input, length, starts[row - 1]);
        loop invariant ends: EndsDerived(input, length, regime, ends, place->first_row, row);
        loop invariant lines: LinesDerived(input, length, regime, lines, place->first_row, row);
        loop invariant cols: ColsDerived(input, length, regime, cols, place->first_row, row);
        loop assigns row, start, in_line, ends[\at(row, Pre) .. count - 1],
          lines[\at(row, Pre) .. count - 1], cols[\at(row, Pre) .. count - 1];
        loop variant count - row + (in_line ? 1 : 0);
    */
    while (in_line) {
        uint32_t next = row + 1u < count ? (uint32_t)starts[row + 1u] : UINT32_MAX;
        uint32_t end = next;
        if (next - start != 1u) {
            end = end_of_token(&place->line, regime, input, start)
                /*@ ghost (length, place->first_row + row) */;
        }
        write_row(row, end, number, start - line_start + 1u, ends, lines, cols)
            /*@ ghost (regime, input, length, place->first_row) */;
        row++;
        start = next;
        in_line = next < stop;
    }
    return row;
}

void hlx_expand_rows(hlx_place *place, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, const int32_t *starts, uint32_t row_count,
                     int32_t *ends, int32_t *lines, int32_t *cols) {
    uint32_t row = 0;
    /*@ loop invariant row: 0 <= row <= row_count;
        loop invariant place: PlaceRead(place, input, input_length);
        loop invariant last: row > 0 ==>
          place->line.start == LineOf(input, input_length, starts[row - 1]);
        loop invariant first: row == 0 ==> place->line.start == \at(place->line.start, Pre);
        loop invariant ends: EndsDerived(input, input_length, regime, ends, place->first_row, row);
        loop invariant lines:
          LinesDerived(input, input_length, regime, lines, place->first_row, row);
        loop invariant cols: ColsDerived(input, input_length, regime, cols, place->first_row, row);
        loop assigns row, place->line, place->line_number, ends[0 .. row_count - 1],
          lines[0 .. row_count - 1], cols[0 .. row_count - 1];
        loop variant row_count - row;
    */
    while (row < row_count) {
        hlx_place_reach(place, input, input_length, (uint32_t)starts[row]);
        row = expand_line(place, regime, input, input_length, starts, row, row_count, ends, lines,
                          cols);
    }
    place->first_row += row_count;
}

void hlx_expand(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                const int32_t *starts, uint32_t token_count, int32_t *ends, int32_t *lines,
                int32_t *cols) {
    hlx_place place;
    hlx_place_first(&place, input, input_length);
    hlx_expand_rows(&place, regime, input, input_length, starts, token_count, ends, lines, cols);
}
