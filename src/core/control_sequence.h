/* control_sequence.h -- a control sequence's name, and the code that stands for it.
 *
 *      \ f o o _        a control word: all letters; the state behind it is S
 *      \ % x            a control symbol: one character; M behind it, S behind a space
 *      \ (end of line)  the end-of-line character is the name, or the name is empty
 *
 * spec: LEX-30 to LEX-33, LEX-40 */
#ifndef HLX_CONTROL_SEQUENCE_H
#define HLX_CONTROL_SEQUENCE_H

#include "line.h"

/* TeX's three states (The TeXbook, p. 46). spec: LEX-20 */
enum hlx_lexer_state { HLX_STATE_NEW_LINE = 0, HLX_STATE_MID_LINE = 1, HLX_STATE_SKIP_BLANKS = 2 };

#ifdef __FRAMAC__
#include "character.h"
#include "../../spec/logic/control_sequence_logic.h"
#endif

/* A control sequence without its escape character. */
typedef struct hlx_control_sequence {
    int32_t code;          /* hash of the name. spec: LEX-40 */
    uint32_t next;         /* position behind it */
    uint32_t state;        /* the state it leaves. spec: LEX-31, LEX-32 */
    uint32_t issue;        /* of the one character of a control symbol, or 0 */
    uint32_t issue_offset; /* position of that character */
} hlx_control_sequence;

/* The control sequence whose escape character ends at `position` (<= limit).
 * spec: LEX-30 to LEX-33 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures code: \result.code == NameCode(input, regime, line->content_end, position);
    ensures next: \result.next == NameNext(input, regime, line->content_end, position);
    ensures state: \result.state == NameState(input, regime, line->content_end, position);
    ensures issue: \result.issue == NameIssue(input, regime, line->content_end, position);
    ensures issues: \result.issue <= HLX_ISSUE_NOTATION_RANGE;
    ensures offset: \result.issue != 0 ==> \result.issue_offset == position;
    ensures contained: position <= \result.next <= Limit(regime, line->content_end);
*/
hlx_control_sequence hlx_control_sequence_at(const hlx_line *line, const hlx_regime *regime,
                                             const uint8_t *input, uint32_t position);

/* The position behind that control sequence, and nothing else of it. spec: LEX-30 to LEX-32 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures next: \result == NameNext(input, regime, line->content_end, position);
    ensures contained: position <= \result <= Limit(regime, line->content_end);
*/
uint32_t hlx_name_behind(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                         uint32_t position);

/* The code of the control sequence \par. spec: LEX-40 */
/*@ terminates \true;
    assigns \nothing;
    ensures par: \result == ParCode;
*/
int32_t hlx_code_of_par(void);

#endif
