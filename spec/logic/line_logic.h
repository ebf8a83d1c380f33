/* line_logic.h -- the division into lines as ACSL logic, to be read beside spec/lexer.md.
 *
 * Loops of the code are recursions here, in the same direction, so that a loop
 * invariant is one unfolding. The recursions end because each goes on from a greater
 * position (or with a smaller count); the code's loop variants show the same.
 *
 * Where HLX_OPAQUE is defined some functions are declared only: what is proved then holds
 * whatever they are, so for their definitions too, and the provers have less to look at. */
#ifndef HLX_LINE_LOGIC_H
#define HLX_LINE_LOGIC_H

/* ---- lines: LEX-10, LEX-11, LEX-14 ---- */
/*@ logic integer TerminatorFrom{L}(uint8_t *input, integer length, integer position) =
      position >= length ? length
      : input[position] == '\n' || input[position] == '\r' ? position
      : TerminatorFrom(input, length, position + 1);

    logic integer ContentEndFrom{L}(uint8_t *input, integer start, integer end) =
      end <= start ? start
      : input[end - 1] != ' ' ? end
      : ContentEndFrom(input, start, end - 1);

    logic integer NextLineAt{L}(uint8_t *input, integer length, integer terminator) =
      terminator >= length ? length
      : input[terminator] == '\r' && terminator + 1 < length && input[terminator + 1] == '\n'
        ? terminator + 2
      : terminator + 1;
*/

#ifndef HLX_OPAQUE
/*@ logic integer LineTerminator{L}(uint8_t *input, integer length, integer start) =
      TerminatorFrom(input, length, start);

    logic integer LineContentEnd{L}(uint8_t *input, integer length, integer start) =
      ContentEndFrom(input, start, LineTerminator(input, length, start));

    logic integer LineNext{L}(uint8_t *input, integer length, integer start) =
      NextLineAt(input, length, LineTerminator(input, length, start));
*/
#else
/*@ axiomatic Lines {
      logic integer LineTerminator{L}(uint8_t *input, integer length, integer start)
        reads input[0 .. length - 1];
      logic integer LineContentEnd{L}(uint8_t *input, integer length, integer start)
        reads input[0 .. length - 1];
      logic integer LineNext{L}(uint8_t *input, integer length, integer start)
        reads input[0 .. length - 1];
    }
*/
#endif

/* ---- the line that a place of the input is in, and how many are before it: LEX-10, LEX-52 ---- */
#ifndef HLX_OPAQUE
/*@ logic integer LineOfFrom{L}(uint8_t *input, integer length, integer start, integer place) =
      place < LineNext(input, length, start) || LineNext(input, length, start) >= length ? start
      : LineOfFrom(input, length, LineNext(input, length, start), place);

    logic integer LinesFrom{L}(uint8_t *input, integer length, integer start, integer place) =
      place < LineNext(input, length, start) || LineNext(input, length, start) >= length ? 0
      : 1 + LinesFrom(input, length, LineNext(input, length, start), place);
*/
#else
/*@ axiomatic Places {
      logic integer LineOfFrom{L}(uint8_t *input, integer length, integer start, integer place)
        reads input[0 .. length - 1];
      logic integer LinesFrom{L}(uint8_t *input, integer length, integer start, integer place)
        reads input[0 .. length - 1];
    }
*/
#endif

/*@ logic integer LineOf{L}(uint8_t *input, integer length, integer place) =
      LineOfFrom(input, length, 0, place);

    logic integer LineNumber{L}(uint8_t *input, integer length, integer place) =
      1 + LinesFrom(input, length, 0, place);

    // A line of the division begins at `start`: what is in it and behind it is found from there.
    predicate LineReached{L}(uint8_t *input, integer length, integer start) =
      (\forall integer place; place >= start ==>
        LineOf(input, length, place) == LineOfFrom(input, length, start, place)) &&
      (\forall integer place; start <= place && (place < LineNext(input, length, start) ||
        LineNext(input, length, start) >= length) ==> LineOf(input, length, place) == start);
*/

/*@ logic integer Limit{L}(hlx_regime *regime, integer content_end) =
      regime->end_of_line_char == HLX_NO_END_OF_LINE_CHAR ? content_end : content_end + 1;
*/

#endif
