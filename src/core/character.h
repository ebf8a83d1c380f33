/* character.h -- one character of a line as TeX reads it.
 *
 *      bytes      ^ ^ 5 e ^ 4 1 x        A character of category 7 may begin a
 *      reads      ^       ^ 4 1          notation; what the notation denotes takes its
 *      reads      A             x        place, and may begin another.
 *
 * Nothing is ever rewritten: a notation is decoded where it stands each time it is
 * read, which gives what TeX gets by replacing it in its buffer. spec: LEX-21, LEX-25 */
#ifndef HLX_CHARACTER_H
#define HLX_CHARACTER_H

#include "catcode.h"
#include "line.h"

#ifdef __FRAMAC__
#include "../../spec/logic/utf8_logic.h"
#include "../../spec/logic/character_logic.h"
#endif

/* One character as TeX reads it: ^^ notations resolved. */
typedef struct hlx_character {
    uint32_t code;
    uint32_t category; /* 0 to 15 */
    uint32_t next;     /* position behind it */
    uint32_t issue;    /* enum hlx_issue, or 0: why the code is U+FFFD */
} hlx_character;

/* The character at `position`, which is before the line's limit. spec: LEX-12,
 * LEX-13, LEX-21 to LEX-25 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position < Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures code: \result.code == CharacterCode(input, regime, line->content_end, position);
    ensures next: \result.next == CharacterNext(input, regime, line->content_end, position);
    ensures issue: \result.issue == CharacterIssue(input, regime, line->content_end, position);
    ensures issues: \result.issue <= HLX_ISSUE_NOTATION_RANGE;
    ensures category: \result.category ==
      CharacterCategory(input, regime, line->content_end, position);
    ensures range: \result.code <= HLX_MAX_CODE_POINT && \result.category <= 15;
    ensures byte: regime->encoding == HLX_ENCODING_BYTES ==> \result.code <= 255;
    ensures progress: position < \result.next <= Limit(regime, line->content_end);
*/
hlx_character hlx_character_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                               uint32_t position);

#endif
