/* lexer.h -- TeX's reader as a machine that can be stopped and resumed.
 *
 *      line    start ......... content_end  trailing blanks  terminator  next_line
 *      bytes   \foo  bar%x                  ..20 20..        CR LF
 *                                        ^ the end-of-line character stands here
 *
 * A line's content ends before its trailing blanks; behind it stands one virtual
 * character, the regime's end-of-line character. `position` runs from the line's
 * start to content_end (the virtual character comes next) and content_end + 1
 * (the line is used up). Nothing is ever rewritten: a ^^ notation is decoded
 * where it stands each time it is read, which gives what TeX gets by replacing it
 * in its buffer (spec: LEX-23). spec: spec/lexer.md */
#ifndef HLX_LEXER_H
#define HLX_LEXER_H

#include "hedgelex.h"

/* TeX's three states (The TeXbook, p. 46). spec: LEX-20 */
enum hlx_lexer_state { HLX_STATE_NEW_LINE = 0, HLX_STATE_MID_LINE = 1, HLX_STATE_SKIP_BLANKS = 2 };

typedef struct hlx_line {
    uint32_t start;       /* first byte */
    uint32_t content_end; /* behind the last byte that is read */
    uint32_t terminator;  /* first byte of the line terminator, or input length */
    uint32_t next;        /* first byte of the next line, or input length */
} hlx_line;

typedef struct hlx_lexer {
    hlx_line line;
    uint32_t position; /* next character to read */
    uint32_t state;    /* enum hlx_lexer_state */
    bool done;         /* the whole input was read */
} hlx_lexer;

/* At the first line of an input, state N. spec: LEX-10, LEX-16 */
void hlx_lexer_init(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length);

/* Read on until the whole input was read (OK, lexer->done), the position reached
 * `pause_at` (OK, not done: call again to go on; a pause changes no token), or the
 * token capacity was used up and one more token is there (OUTPUT_FULL). Between two
 * pauses at pause_at = position + n the work is bounded by n bytes, one line's
 * search for its terminator and one control sequence's name. `counts` is added to.
 * The regime must be valid; lexer and input as hlx_lexer_init or the last call left
 * them. spec: LEX-17, LEX-20 to LEX-50 */
hlx_status hlx_lexer_run(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                         hlx_counts *counts);

#endif
