/* line.h -- the division of an input into lines, and where their text is in the source.
 *
 *      line    start ........ content_end   terminator   next
 *      bytes   \foo  bar%x    20 20 20      0D 0A        (next line)
 *                             ^ here stands the end-of-line character
 *
 * A line's content ends before its trailing blanks; behind it stands one virtual
 * character, the regime's end-of-line character (unless it is -1). A position in a
 * line runs from start to content_end (the virtual character comes next) and
 * content_end + 1 (it is used up). The line's *limit* is the position at which
 * nothing is left of it. spec: LEX-10 to LEX-14 */
#ifndef HLX_LINE_H
#define HLX_LINE_H

#include "hedgelex.h"

#ifdef __FRAMAC__
#include "../../spec/logic/line_logic.h"
#endif

typedef struct hlx_line {
    uint32_t start;       /* first byte */
    uint32_t content_end; /* behind the last byte that is read */
    uint32_t terminator;  /* first byte of the line terminator, or input length */
    uint32_t next;        /* first byte of the next line, or input length */
} hlx_line;

/*@ predicate LineInput{L}(hlx_line *line, uint8_t *input, hlx_regime *regime) =
      \valid_read(line) && \valid_read(regime) && RegimeValid(regime) &&
      line->content_end <= HLX_MAX_INPUT_BYTES &&
      \valid_read(input + (0 .. line->content_end - 1));

    predicate LineRead{L}(hlx_line *line, uint8_t *input, integer length) =
      line->start <= line->content_end <= line->terminator <= line->next <= length &&
      line->terminator == LineTerminator(input, length, line->start) &&
      line->content_end == LineContentEnd(input, length, line->start) &&
      line->next == LineNext(input, length, line->start) &&
      (line->next < length ==> line->content_end < line->next);
*/

/* The line that begins at `start` (<= input_length). spec: LEX-10, LEX-11 */
/*@ requires within: start <= input_length <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    terminates \true;
    assigns \nothing;
    ensures start: \result.start == start;
    ensures terminator: \result.terminator == LineTerminator(input, input_length, start);
    ensures content: \result.content_end == LineContentEnd(input, input_length, start);
    ensures next: \result.next == LineNext(input, input_length, start);
    ensures order: start <= \result.content_end <= \result.terminator <= \result.next <=
      input_length;
    ensures progress: start < input_length ==> start < \result.next;
    ensures behind: \result.next < input_length ==> \result.content_end < \result.next;
*/
hlx_line hlx_line_at(const uint8_t *input, uint32_t input_length, uint32_t start);

/* The line's limit under `regime`. spec: LEX-14 */
/*@ requires readable: \valid_read(line) && \valid_read(regime);
    requires within: line->content_end <= HLX_MAX_INPUT_BYTES;
    terminates \true;
    assigns \nothing;
    ensures limit: \result == Limit(regime, line->content_end);
*/
uint32_t hlx_line_limit(const hlx_line *line, const hlx_regime *regime);

/* The first byte in the source of what stands at `position`. spec: LEX-51 */
/*@ requires readable: \valid_read(line);
    terminates \true;
    assigns \nothing;
    ensures start: \result == (position < line->content_end ? position : line->terminator);
*/
uint32_t hlx_span_start(const hlx_line *line, uint32_t position);

/* The byte in the source behind what was read up to `next`. spec: LEX-51 */
/*@ requires readable: \valid_read(line);
    terminates \true;
    assigns \nothing;
    ensures end: \result == (next <= line->content_end ? next : line->next);
*/
uint32_t hlx_span_end(const hlx_line *line, uint32_t next);

#endif
