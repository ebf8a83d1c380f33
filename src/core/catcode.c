/* catcode.c -- presets, validity and category look-up. Contracts: catcode.h. */
#include "catcode.h"

#include "catcode_tables.h"

#define BYTE_ORDER_MARK 0xFEFFu
#define DEFAULT_END_OF_LINE_CHAR 13
#define EXPL3_END_OF_LINE_CHAR 32

static void copy_table(uint8_t *to, const uint8_t *from) {
    for (uint32_t i = 0; i < 256; i++) {
        to[i] = from[i];
    }
}

/* The table that a preset starts from. spec: CAT-10 */
static void base_table(uint8_t *table, uint32_t preset, uint32_t encoding) {
    if (preset == HLX_PRESET_INITEX) {
        copy_table(table, hlx_table_initex);
    } else if (preset == HLX_PRESET_PLAIN) {
        copy_table(table, encoding == HLX_ENCODING_UTF8 ? hlx_table_luatexplain : hlx_table_plain);
    } else {
        copy_table(table, encoding == HLX_ENCODING_UTF8 ? hlx_table_lualatex : hlx_table_pdflatex);
    }
}

/* What \ExplSyntaxOn changes. spec: CAT-12 */
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
    base_table(regime->category, preset, encoding);
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
