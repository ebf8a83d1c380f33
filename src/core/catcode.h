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

/* The formats' tables by what is different in them: each is the one that it is built on in
 * TeX's own macros, with entries changed. spec: CAT-10 to CAT-12 */
/*@ logic boolean AsciiLetter(integer c) = 'A' <= c <= 'Z' || 'a' <= c <= 'z';

    logic boolean Latin1Letter(integer c) =
      c == 0xAA || c == 0xB5 || c == 0xBA || (0xC0 <= c <= 0xFF && c != 0xD7 && c != 0xF7);

    logic integer InitexCategory(integer c) =
      c == 0 ? HLX_CATEGORY_IGNORED
      : c == 13 ? HLX_CATEGORY_END_OF_LINE
      : c == ' ' ? HLX_CATEGORY_SPACE
      : c == '%' ? HLX_CATEGORY_COMMENT
      : c == '\\' ? HLX_CATEGORY_ESCAPE
      : c == 127 ? HLX_CATEGORY_INVALID
      : AsciiLetter(c) ? HLX_CATEGORY_LETTER
      : HLX_CATEGORY_OTHER;

    logic integer PlainCategory(integer c) =
      c == '{' ? HLX_CATEGORY_BEGIN_GROUP
      : c == '}' ? HLX_CATEGORY_END_GROUP
      : c == '$' ? HLX_CATEGORY_MATH_SHIFT
      : c == '&' ? HLX_CATEGORY_ALIGNMENT_TAB
      : c == '#' ? HLX_CATEGORY_PARAMETER
      : c == '^' || c == 11 ? HLX_CATEGORY_SUPERSCRIPT
      : c == '_' || c == 1 ? HLX_CATEGORY_SUBSCRIPT
      : c == '\t' ? HLX_CATEGORY_SPACE
      : c == '~' || c == 12 ? HLX_CATEGORY_ACTIVE
      : InitexCategory(c);

    logic integer LuatexPlainCategory(integer c) =
      Latin1Letter(c) ? HLX_CATEGORY_LETTER : PlainCategory(c);

    logic integer PdflatexCategory(integer c) =
      c >= 128 ? HLX_CATEGORY_ACTIVE
      : c == 0 ? HLX_CATEGORY_INVALID
      : c < 32 && c != '\t' && c != 10 && c != 13 ? HLX_CATEGORY_ACTIVE
      : PlainCategory(c);

    logic integer LualatexCategory(integer c) =
      c == 0xAD ? HLX_CATEGORY_ACTIVE
      : c < 32 && c != '\t' && c != 10 && c != 12 && c != 13 ? HLX_CATEGORY_INVALID
      : LuatexPlainCategory(c);

    logic integer Expl3Category(integer c, integer latex) =
      c == '\t' || c == ' ' ? HLX_CATEGORY_IGNORED
      : c == '"' || c == '|' ? HLX_CATEGORY_OTHER
      : c == '&' ? HLX_CATEGORY_ALIGNMENT_TAB
      : c == ':' || c == '_' ? HLX_CATEGORY_LETTER
      : c == '^' ? HLX_CATEGORY_SUPERSCRIPT
      : c == '~' ? HLX_CATEGORY_SPACE
      : latex;

    logic integer LatexCategory(integer encoding, integer c) =
      encoding == HLX_ENCODING_UTF8 ? LualatexCategory(c) : PdflatexCategory(c);

    logic integer BaseCategory(integer preset, integer encoding, integer c) =
      preset == HLX_PRESET_INITEX ? InitexCategory(c)
      : preset != HLX_PRESET_PLAIN ? LatexCategory(encoding, c)
      : encoding == HLX_ENCODING_UTF8 ? LuatexPlainCategory(c)
      : PlainCategory(c);

    logic integer PresetCategory(integer preset, integer encoding, integer c) =
      preset == HLX_PRESET_PACKAGE && c == '@' ? HLX_CATEGORY_LETTER
      : preset == HLX_PRESET_EXPL3 ? Expl3Category(c, LatexCategory(encoding, c))
      : BaseCategory(preset, encoding, c);
*/

/* hlx_regime_preset, declared in hedgelex.h. */
/*@ requires writable: \valid(regime);
    terminates \true;
    assigns *regime;
    behavior known:
      assumes preset < HLX_PRESET_COUNT && encoding <= HLX_ENCODING_UTF8;
      ensures yes: \result == true;
      ensures category: \forall integer c; 0 <= c < 256 ==>
                        regime->category[c] == PresetCategory(preset, encoding, c);
      ensures encoding: regime->encoding == encoding;
      ensures unicode_letters: regime->unicode_letters == (preset == HLX_PRESET_INITEX ? 0 : 1);
      ensures end_of_line_char: regime->end_of_line_char ==
                                (preset == HLX_PRESET_EXPL3 ? 32 : 13);
      ensures valid: RegimeValid(regime);
    behavior unknown:
      assumes preset >= HLX_PRESET_COUNT || encoding > HLX_ENCODING_UTF8;
      assigns \nothing;
      ensures no: \result == false;
    complete behaviors;
    disjoint behaviors;
*/
bool hlx_regime_preset(hlx_regime *regime, uint32_t preset, uint32_t encoding);

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
