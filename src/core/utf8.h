/* utf8.h -- one character from UTF-8, total over all byte strings.
 *
 * Well-formed sequences are those of The Unicode Standard 15, table 3-7. Any
 * other byte string is read as U+FFFD, one for each maximal ill-formed
 * subsequence (section 3.9), so that no byte is lost and none is read twice.
 * spec: LEX-12, LEX-13 */
#ifndef HLX_UTF8_H
#define HLX_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "hedgelex.h"

#ifdef __FRAMAC__
#include "../../spec/logic/utf8_logic.h"
#endif

#define HLX_REPLACEMENT_CHARACTER 0xFFFDu

typedef struct hlx_utf8_character {
    uint32_t code;   /* a Unicode scalar value */
    uint32_t length; /* bytes it takes, 1 to 4 */
    bool malformed;  /* code is U+FFFD because the bytes are not UTF-8 */
} hlx_utf8_character;

/* The character at input[position]; position < limit, and no byte at or behind
 * `limit` is read. spec: LEX-12, LEX-13 */
/*@ requires within: position < limit <= HLX_MAX_INPUT_BYTES;
    requires readable: \valid_read(input + (position .. limit - 1));
    terminates \true;
    assigns \nothing;
    ensures code: \result.code == Utf8Code(input, position, limit);
    ensures range: \result.code <= HLX_MAX_CODE_POINT;
    ensures length: \result.length == Utf8Length(input, position, limit);
    ensures contained: 1 <= \result.length <= limit - position;
    ensures malformed: \result.malformed != 0 <==> !Utf8WellFormed(input, position, limit);
*/
hlx_utf8_character hlx_utf8_decode(const uint8_t *input, uint32_t position, uint32_t limit);

#endif
