/* span_laws.c -- the lemmas of lexer_lemmas.h on spans and on what the machine keeps, proved with
 * HLX_OPAQUE: they hold for any lines and steps of the assumed order. */
#include "lexer_lemmas.h"

/*@ ghost
    void hlx_span_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t tokens, bool has_token) {
        /@ assert start: has_token != 0 ==> TokenStart(input, length, regime, tokens) ==
             SpanStart(input, length, start, position); @/
        /@ assert end: has_token != 0 ==> TokenEnd(input, length, regime, tokens) ==
             SpanEnd(input, length, start,
                     StepBehind(input, length, regime, start, position)); @/
        /@ assert within: SpanStart(input, length, start, position) <
             LineNext(input, length, start) || LineNext(input, length, start) >= length; @/
        /@ assert line: has_token != 0 ==> start ==
             LineOf(input, length, TokenStart(input, length, regime, tokens)); @/
        /@ assert before: SpanEnd(input, length, start, position) <=
             SpanStart(input, length, start, position); @/
        /@ assert behind: has_token != 0 ==> SpanStart(input, length, start, position) <=
             SpanEnd(input, length, start,
                     StepBehind(input, length, regime, start, position)) <= length; @/
        /@ assert onward: has_token != 0 ==>
             SpanEnd(input, length, start, StepBehind(input, length, regime, start, position)) <=
             SpanEnd(input, length, start, StepNext(input, length, regime, start, position)); @/
    }
*/

/*@ ghost
    void hlx_spans_come(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t tokens, uint32_t count) {
    }

    void hlx_lines_join(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t from, uint32_t middle, uint32_t to, uint32_t low, uint32_t past, uint32_t high) {
    }
*/

/*@ ghost
    void hlx_lexer_stands(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
    uint32_t length, const hlx_columns *columns, const hlx_counts *counts) {
        /@ assert reading: LexerReading(lexer, regime, input, length, counts); @/
    }
*/
