/* catcode.h -- the category code of a character under a regime.
 *
 * Characters 0 to 255 have the entry of the regime's table. Above that the
 * categories are fixed: U+FEFF is ignored, letters by Unicode data are letters
 * when the regime says so, everything else is other. Contracts of the public
 * functions are here too, beside the one they share their predicates with.
 * spec: spec/catcodes.md */
#ifndef HLX_CATCODE_H
#define HLX_CATCODE_H

#include "hedgelex.h"

/* Unicode letters are data, not a rule: which they are is defined by the generated
 * table, and tests/test_catcode.c compares it with LuaLaTeX's for every code point.
 * So the one clause that says "the table is right" is admitted, not proved; it is the
 * only admitted clause of the core (proofs/SOUNDNESS.md). */
/*@ axiomatic UnicodeLetters {
      logic boolean UnicodeLetter(integer code) reads \nothing;
    }
*/

/* Is `code` (<= U+10FFFF) above 255 and a letter in LuaLaTeX? spec: CAT-21 */
/*@ requires character: code <= HLX_MAX_CODE_POINT;
    terminates \true;
    assigns \nothing;
    admit ensures table: \result != 0 <==> UnicodeLetter(code) == \true;
*/
bool hlx_unicode_letter(uint32_t code);

/*@ logic integer CategoryOf{L}(hlx_regime *regime, integer code) =
      code < 256 ? regime->category[code]
      : code == 0xFEFF ? HLX_CATEGORY_IGNORED
      : regime->unicode_letters == 1 && UnicodeLetter(code) ? HLX_CATEGORY_LETTER
      : HLX_CATEGORY_OTHER;
*/

/* Category code, 0 to 15, of character `code` (<= U+10FFFF). spec: CAT-20, CAT-21 */
/*@ requires readable: \valid_read(regime);
    requires valid: RegimeValid(regime);
    requires character: code <= HLX_MAX_CODE_POINT;
    terminates \true;
    assigns \nothing;
    ensures category: \result == CategoryOf(regime, code);
    ensures range: \result <= HLX_CATEGORY_INVALID;
*/
uint32_t hlx_category_of(const hlx_regime *regime, uint32_t code);

#endif
