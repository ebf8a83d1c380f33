/* catcode.c -- presets, validity and category look-up. Contracts: catcode.h. */
#include "catcode.h"

#include "catcode_tables.h"

#define BYTE_ORDER_MARK 0xFEFFu
#define DEFAULT_END_OF_LINE_CHAR 13
#define EXPL3_END_OF_LINE_CHAR 32

/* The entry of the table that a preset starts from. spec: CAT-10 */
/*@ requires preset: preset < HLX_PRESET_COUNT;
    requires encoding: encoding <= HLX_ENCODING_UTF8;
    requires byte: character < 256;
    terminates \true;
    assigns \nothing;
    ensures category: \result == BaseCategory(preset, encoding, character);
*/
static uint8_t base_category(uint32_t preset, uint32_t encoding, uint32_t character) {
    if (preset == HLX_PRESET_INITEX) {
        return hlx_table_initex[character];
    }
    if (preset == HLX_PRESET_PLAIN) {
        return encoding == HLX_ENCODING_UTF8 ? hlx_table_luatexplain[character]
                                             : hlx_table_plain[character];
    }
    return encoding == HLX_ENCODING_UTF8 ? hlx_table_lualatex[character]
                                         : hlx_table_pdflatex[character];
}

/* What \ExplSyntaxOn changes. spec: CAT-12 */
/*@ requires writable: \valid(table + (0 .. 255));
    terminates \true;
    assigns table[0 .. 255];
    ensures category: \forall integer c; 0 <= c < 256 ==>
                      table[c] == Expl3Category(c, \old(table[c]));
*/
static void set_expl3(uint8_t *table) {
    table['\t'] = HLX_CATEGORY_IGNORED;
    table[' '] = HLX_CATEGORY_IGNORED;
    table['"'] = HLX_CATEGORY_OTHER;
    table['&'] = HLX_CATEGORY_ALIGNMENT_TAB;
    table[':'] = HLX_CATEGORY_LETTER;
    table['^'] = HLX_CATEGORY_SUPERSCRIPT;
    table['_'] = HLX_CATEGORY_LETTER;
    table['|'] = HLX_CATEGORY_OTHER;
    table['~'] = HLX_CATEGORY_SPACE;
}

bool hlx_regime_preset(hlx_regime *regime, uint32_t preset, uint32_t encoding) {
    if (preset >= HLX_PRESET_COUNT || encoding > HLX_ENCODING_UTF8) {
        return false;
    }
    /*@ loop invariant bounds: character <= 256;
        loop invariant category: \forall integer c; 0 <= c < character ==>
                                 regime->category[c] == BaseCategory(preset, encoding, c);
        loop assigns character, regime->category[0 .. 255];
        loop variant 256 - character;
    */
    for (uint32_t character = 0; character < 256; character++) {
        regime->category[character] = base_category(preset, encoding, character);
    }
    regime->encoding = (uint8_t)encoding;
    regime->unicode_letters = preset != HLX_PRESET_INITEX ? 1 : 0;
    regime->end_of_line_char = DEFAULT_END_OF_LINE_CHAR;
    if (preset == HLX_PRESET_PACKAGE) {
        regime->category['@'] = HLX_CATEGORY_LETTER;
    }
    if (preset == HLX_PRESET_EXPL3) {
        set_expl3(regime->category);
        regime->end_of_line_char = EXPL3_END_OF_LINE_CHAR;
    }
    return true;
}

bool hlx_regime_valid(const hlx_regime *regime) {
    if (regime->encoding > HLX_ENCODING_UTF8 || regime->unicode_letters > 1) {
        return false;
    }
    if (regime->end_of_line_char < HLX_NO_END_OF_LINE_CHAR || regime->end_of_line_char > 255) {
        return false;
    }
    /*@ loop invariant bounds: i <= 256;
        loop invariant valid: \forall integer c; 0 <= c < i ==>
                              regime->category[c] <= HLX_CATEGORY_INVALID;
        loop assigns i;
        loop variant 256 - i;
    */
    for (uint32_t i = 0; i < 256; i++) {
        if (regime->category[i] > HLX_CATEGORY_INVALID) {
            return false;
        }
    }
    return true;
}

bool hlx_unicode_letter(uint32_t code) {
    return hlx_letter[256u * hlx_letter_page[code / 256u] + code % 256u] == 1;
}

uint32_t hlx_category_of(const hlx_regime *regime, uint32_t code) {
    if (code < 256u) {
        return regime->category[code];
    }
    if (code == BYTE_ORDER_MARK) {
        return HLX_CATEGORY_IGNORED;
    }
    if (regime->unicode_letters == 1 && hlx_unicode_letter(code)) {
        return HLX_CATEGORY_LETTER;
    }
    return HLX_CATEGORY_OTHER;
}
