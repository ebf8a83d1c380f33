/* span_laws.c -- the lemma of lexer_lemmas.h on spans, proved with HLX_OPAQUE: it holds for any
 * lines and steps of the assumed order. */
#include "lexer_lemmas.h"

/*@ ghost
    void hlx_span_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t tokens, bool has_token) {
        /@ assert start: has_token != 0 ==> TokenStart(input, length, regime, tokens) ==
             SpanStart(input, length, start, position); @/
        /@ assert end: has_token != 0 ==> TokenEnd(input, length, regime, tokens) ==
             SpanEnd(input, length, start,
                     StepNext(input, length, regime, start, position)); @/
        /@ assert before: SpanEnd(input, length, start, position) <=
             SpanStart(input, length, start, position); @/
        /@ assert behind: SpanStart(input, length, start, position) <=
             SpanEnd(input, length, start,
                     StepNext(input, length, regime, start, position)) <= length; @/
    }
*/
