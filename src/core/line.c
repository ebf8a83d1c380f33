/* line.c -- the division of an input into lines. Contracts and the picture: line.h. */
#include "line.h"

#include "scan.h"

/* First CR or LF at or behind `position`, or input_length. spec: LEX-10 */
/*@ requires within: position <= input_length;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    terminates \true;
    assigns \nothing;
    ensures terminator: \result == TerminatorFrom(input, input_length, position);
    ensures contained: position <= \result <= input_length;
*/
static uint32_t find_terminator(const uint8_t *input, uint32_t input_length, uint32_t position) {
    uint32_t terminator = hlx_scan_line_end(input, position, input_length);
    /*@ ghost uint32_t back = terminator;
      /@ loop invariant contained: position <= back <= terminator;
         loop invariant terminator: TerminatorFrom(input, input_length, back) == terminator;
         loop assigns back;
         loop variant back;
      @/
      while (back > position) {
          back--;
      } */
    return terminator;
}

/* Behind the terminator at `terminator`: CR LF is one, CR and LF are one each.
 * spec: LEX-10 */
/*@ requires within: terminator <= input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    terminates \true;
    assigns \nothing;
    ensures next: \result == NextLineAt(input, input_length, terminator);
    ensures contained: terminator <= \result <= input_length;
    ensures progress: terminator < input_length ==> terminator < \result;
*/
static uint32_t skip_terminator(const uint8_t *input, uint32_t input_length, uint32_t terminator) {
    if (terminator >= input_length) {
        return input_length;
    }
    if (input[terminator] == '\r' && input_length - terminator > 1u &&
        input[terminator + 1u] == '\n') {
        return terminator + 2u;
    }
    return terminator + 1u;
}

/* Bytes 0x20 at the end of a line are not read, whatever their category.
 * spec: LEX-11 */
/*@ requires within: start <= end;
    requires readable: \valid_read(input + (0 .. end - 1));
    terminates \true;
    assigns \nothing;
    ensures content: \result == ContentEndFrom(input, start, end);
    ensures contained: start <= \result <= end;
*/
static uint32_t strip_blanks(const uint8_t *input, uint32_t start, uint32_t end) {
    /*@ loop invariant contained: start <= end <= \at(end, Pre);
        loop invariant content: ContentEndFrom(input, start, \at(end, Pre)) ==
          ContentEndFrom(input, start, end);
        loop assigns end;
        loop variant end - start;
    */
    while (end > start && input[end - 1u] == ' ') {
        end--;
    }
    return end;
}

hlx_line hlx_line_at(const uint8_t *input, uint32_t input_length, uint32_t start) {
    hlx_line line;
    line.start = start;
    line.terminator = find_terminator(input, input_length, start);
    line.content_end = strip_blanks(input, start, line.terminator);
    line.next = skip_terminator(input, input_length, line.terminator);
    return line;
}

uint32_t hlx_line_limit(const hlx_line *line, const hlx_regime *regime) {
    return regime->end_of_line_char == HLX_NO_END_OF_LINE_CHAR ? line->content_end
                                                               : line->content_end + 1u;
}

uint32_t hlx_span_start(const hlx_line *line, uint32_t position) {
    return position < line->content_end ? position : line->terminator;
}

uint32_t hlx_span_end(const hlx_line *line, uint32_t next) {
    return next <= line->content_end ? next : line->next;
}
