/* test_catcode.c -- presets against the tables that were read out of TeX, look-up of
 * every character, and which regimes are refused. Run from the repository's root:
 * the tables are the .cat files of spec/tables, rows of `first last category`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catcode.h"

#define CODE_POINTS 0x110000u

static uint8_t table[CODE_POINTS]; /* the one read last */

/* What no row names has category 12, but see CAT-10 for pdflatex above 127. */
static void read_table(const char *name) {
    char path[64];
    snprintf(path, sizeof path, "spec/tables/%s.cat", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    memset(table, HLX_CATEGORY_OTHER, sizeof table);
    char row[64];
    while (fgets(row, sizeof row, file) != NULL) {
        char *rest = row;
        unsigned long first = strtoul(rest, &rest, 10);
        unsigned long last = strtoul(rest, &rest, 10);
        unsigned long category = strtoul(rest, &rest, 10);
        assert_true(*rest == '\n' && first <= last && last < CODE_POINTS && category <= 15);
        memset(table + first, (int)category, last - first + 1);
    }
    assert_true(feof(file));
    assert_int_equal(fclose(file), 0);
    if (strcmp(name, "pdflatex") == 0) {
        memset(table + 128, HLX_CATEGORY_ACTIVE, 128);
    }
}

/* The names of TeX's sixteen. spec: CAT-01 */
static void sixteen_categories_as_tex_numbers_them(void **state) {
    (void)state;
    static const int in_order[] = {
        HLX_CATEGORY_ESCAPE,     HLX_CATEGORY_BEGIN_GROUP,   HLX_CATEGORY_END_GROUP,
        HLX_CATEGORY_MATH_SHIFT, HLX_CATEGORY_ALIGNMENT_TAB, HLX_CATEGORY_END_OF_LINE,
        HLX_CATEGORY_PARAMETER,  HLX_CATEGORY_SUPERSCRIPT,   HLX_CATEGORY_SUBSCRIPT,
        HLX_CATEGORY_IGNORED,    HLX_CATEGORY_SPACE,         HLX_CATEGORY_LETTER,
        HLX_CATEGORY_OTHER,      HLX_CATEGORY_ACTIVE,        HLX_CATEGORY_COMMENT,
        HLX_CATEGORY_INVALID};
    assert_int_equal(sizeof in_order / sizeof in_order[0], 16);
    for (int i = 0; i < 16; i++) {
        assert_int_equal(in_order[i], i);
    }
}

/* A category that a preset changes in its table. */
typedef struct change {
    uint8_t character;
    uint8_t category;
} change;

typedef struct preset_row {
    const char *in_bytes; /* the table's name in each encoding */
    const char *in_utf8;
    uint32_t preset;
    uint32_t change_count;
    int16_t end_of_line_char;
    uint8_t unicode_letters;
    change changes[9];
} preset_row;

/* spec: CAT-10 to CAT-14 */
static const preset_row presets[] = {
    {"pdflatex", "lualatex", HLX_PRESET_LATEX, 0, 13, 1, {{0, 0}}},
    {"pdflatex", "lualatex", HLX_PRESET_PACKAGE, 1, 13, 1, {{'@', 11}}},
    {"pdflatex",
     "lualatex",
     HLX_PRESET_EXPL3,
     9,
     32,
     1,
     {{9, 9}, {32, 9}, {'"', 12}, {'&', 4}, {':', 11}, {'^', 7}, {'_', 11}, {'|', 12}, {'~', 10}}},
    {"plain", "luatexplain", HLX_PRESET_PLAIN, 0, 13, 1, {{0, 0}}},
    {"initex", "initex", HLX_PRESET_INITEX, 0, 13, 0, {{0, 0}}},
};

/* spec: CAT-11 to CAT-14 */
static void check_preset(const preset_row *row, uint32_t encoding) {
    read_table(encoding == HLX_ENCODING_UTF8 ? row->in_utf8 : row->in_bytes);
    for (uint32_t i = 0; i < row->change_count; i++) {
        table[row->changes[i].character] = row->changes[i].category;
    }
    hlx_regime regime;
    memset(&regime, 0xEE, sizeof regime);
    assert_true(hlx_regime_preset(&regime, row->preset, encoding));
    assert_memory_equal(regime.category, table, 256);
    assert_int_equal(regime.encoding, encoding);
    assert_int_equal(regime.unicode_letters, row->unicode_letters);
    assert_int_equal(regime.end_of_line_char, row->end_of_line_char);
    assert_true(hlx_regime_valid(&regime));
}

static void presets_are_the_tables_of_the_formats(void **state) {
    (void)state;
    assert_int_equal(sizeof presets / sizeof presets[0], HLX_PRESET_COUNT);
    for (uint32_t i = 0; i < HLX_PRESET_COUNT; i++) {
        assert_int_equal(presets[i].preset, i);
        check_preset(&presets[i], HLX_ENCODING_BYTES);
        check_preset(&presets[i], HLX_ENCODING_UTF8);
    }
}

/* spec: CAT-15 */
static void an_unknown_preset_or_encoding_changes_nothing(void **state) {
    (void)state;
    static const uint32_t refused[][2] = {
        {HLX_PRESET_COUNT, HLX_ENCODING_BYTES}, {HLX_PRESET_COUNT, HLX_ENCODING_UTF8},
        {UINT32_MAX, HLX_ENCODING_BYTES},       {HLX_PRESET_LATEX, 2},
        {HLX_PRESET_INITEX, UINT32_MAX},        {256, 256},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        hlx_regime regime;
        hlx_regime before;
        memset(&regime, 0xEE, sizeof regime);
        memset(&before, 0xEE, sizeof before);
        assert_false(hlx_regime_preset(&regime, refused[i][0], refused[i][1]));
        assert_memory_equal(&regime, &before, sizeof regime);
    }
}

/* spec: CAT-02 */
static void a_regime_is_valid_when_every_field_is_in_range(void **state) {
    (void)state;
    hlx_regime regime;
    for (int value = INT16_MIN; value <= INT16_MAX; value++) {
        assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8));
        regime.end_of_line_char = (int16_t)value;
        assert_int_equal(hlx_regime_valid(&regime), value >= -1 && value <= 255);
    }
    for (int value = 0; value < 256; value++) {
        assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8));
        regime.encoding = (uint8_t)value;
        assert_int_equal(hlx_regime_valid(&regime), value <= 1);
        regime.encoding = HLX_ENCODING_BYTES;
        regime.unicode_letters = (uint8_t)value;
        assert_int_equal(hlx_regime_valid(&regime), value <= 1);
    }
}

/* spec: CAT-01, CAT-02 */
static void any_category_from_0_to_15_is_legal_for_any_character(void **state) {
    (void)state;
    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_PLAIN, HLX_ENCODING_BYTES));
    for (int character = 0; character < 256; character++) {
        uint8_t before = regime.category[character];
        for (int category = 0; category < 256; category++) {
            regime.category[character] = (uint8_t)category;
            assert_int_equal(hlx_regime_valid(&regime), category <= 15);
        }
        regime.category[character] = before;
    }
}

/* spec: CAT-20 */
static void characters_up_to_255_have_the_entry_of_the_table(void **state) {
    (void)state;
    hlx_regime regime = {.end_of_line_char = 13};
    for (uint32_t shift = 0; shift < 16; shift++) {
        for (uint32_t character = 0; character < 256; character++) {
            regime.category[character] = (uint8_t)((character + shift) % 16);
        }
        for (uint32_t character = 0; character < 256; character++) {
            for (uint32_t options = 0; options < 4; options++) {
                regime.encoding = (uint8_t)(options & 1);
                regime.unicode_letters = (uint8_t)(options >> 1);
                assert_int_equal(hlx_category_of(&regime, character), (character + shift) % 16);
            }
        }
    }
}

/* Every code point, against LuaLaTeX's table. spec: CAT-21 */
static void characters_above_255_are_those_of_lualatex(void **state) {
    (void)state;
    read_table("lualatex");
    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8));
    hlx_regime without = regime;
    without.unicode_letters = 0;
    uint32_t letters = 0;
    for (uint32_t code = 0; code < CODE_POINTS; code++) {
        uint32_t category = hlx_category_of(&regime, code);
        uint32_t plain = code < 256 || code == 0xFEFF ? table[code] : HLX_CATEGORY_OTHER;
        letters += category == HLX_CATEGORY_LETTER;
        if (category != table[code] || hlx_category_of(&without, code) != plain) {
            fail_msg("U+%04X: category %u, expected %u; without letters %u, expected %u", code,
                     category, table[code], hlx_category_of(&without, code), plain);
        }
    }
    assert_int_equal(hlx_category_of(&regime, 0xFEFF), HLX_CATEGORY_IGNORED);
    assert_int_equal(letters, 138554); /* as LuaLaTeX itself counts them */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixteen_categories_as_tex_numbers_them),
        cmocka_unit_test(presets_are_the_tables_of_the_formats),
        cmocka_unit_test(an_unknown_preset_or_encoding_changes_nothing),
        cmocka_unit_test(a_regime_is_valid_when_every_field_is_in_range),
        cmocka_unit_test(any_category_from_0_to_15_is_legal_for_any_character),
        cmocka_unit_test(characters_up_to_255_have_the_entry_of_the_table),
        cmocka_unit_test(characters_above_255_are_those_of_lualatex),
    };
    return cmocka_run_group_tests_name("catcode", tests, NULL, NULL);
}
