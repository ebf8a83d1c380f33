/* test_regime_options.c -- presets, single category codes and the end-of-line
 * character from the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arguments.h"
#include "regime_options.h"

static hlx_regime regime;
static char message[HLX_OPTIONS_ERROR_BYTES];

static bool choose(int argc, char **argv) {
    hlx_regime_options chosen = HLX_REGIME_OPTIONS_INITIAL;
    const hlx_option_group group = {"Regime:", hlx_regime_option_table, HLX_REGIME_OPTION_COUNT,
                                    &chosen};
    hlx_options options = {.groups = &group, .group_count = 1};
    message[0] = '\0';
    if (hlx_options_parse(&options, argc, argv) != HLX_OPTIONS_OK) {
        memcpy(message, options.error, sizeof message);
        return false;
    }
    return hlx_regime_from_options(&chosen, &regime, message);
}

#define CHOOSE(...) choose(ARGUMENTS(__VA_ARGS__))

/* spec: SRV-07 */
static void test_presets(void **state) {
    (void)state;
    static const char *const names[] = {"latex", "package", "expl3", "plain", "initex"};
    for (uint32_t preset = 0; preset < HLX_PRESET_COUNT; preset++) {
        for (uint32_t encoding = 0; encoding < 2; encoding++) {
            char argument[64];
            (void)snprintf(argument, sizeof argument, "--catcodes=%s", names[preset]);
            assert_true(CHOOSE(argument, encoding ? "--encoding=utf8" : "--encoding=bytes"));
            hlx_regime expected;
            assert_true(hlx_regime_preset(&expected, preset, encoding));
            assert_memory_equal(regime.category, expected.category, 256);
            assert_int_equal(regime.encoding, encoding);
            assert_int_equal(regime.unicode_letters, expected.unicode_letters);
            assert_int_equal(regime.end_of_line_char, expected.end_of_line_char);
        }
    }
}

/* spec: SRV-07 */
static void test_default_is_latex_in_bytes(void **state) {
    (void)state;
    assert_true(CHOOSE());
    assert_int_equal(regime.category['@'], HLX_CATEGORY_OTHER);
    assert_int_equal(regime.category['\\'], HLX_CATEGORY_ESCAPE);
    assert_int_equal(regime.encoding, HLX_ENCODING_BYTES);
    assert_int_equal(regime.end_of_line_char, 13);
}

/* spec: SRV-08 */
static void test_single_category_codes(void **state) {
    (void)state;
    static const struct {
        const char *argument;
        unsigned code;
    } cases[] = {
        {"--catcode=@=11", '@'}, {"--catcode=64=11", '@'},   {"--catcode=0x40=11", '@'},
        {"--catcode===11", '='}, {"--catcode=5=11", '5'},    {"--catcode=0x5=11", 5},
        {"--catcode=10=11", 10}, {"--catcode=255=11", 255},  {"--catcode=0xfF=11", 255},
        {"--catcode=-=11", '-'}, {"--catcode=\xe9=11", 233}, {"--catcode= =11", ' '},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(CHOOSE("--catcodes=initex", cases[i].argument));
        hlx_regime expected;
        assert_true(hlx_regime_preset(&expected, HLX_PRESET_INITEX, HLX_ENCODING_BYTES));
        expected.category[cases[i].code] = HLX_CATEGORY_LETTER;
        assert_memory_equal(regime.category, expected.category, 256);
    }
    assert_true(
        CHOOSE("--encoding=utf8", "--catcode=\xc3\xa9=13", "--catcode=@=0", "--catcode=@=15"));
    assert_int_equal(regime.category[0xE9], HLX_CATEGORY_ACTIVE);
    assert_int_equal(regime.category['@'], HLX_CATEGORY_INVALID);
}

/* spec: SRV-08 */
static void test_bad_category_codes(void **state) {
    (void)state;
    static const char *const bad[] = {
        "--catcode=@",          "--catcode==11",  "--catcode=@=16",     "--catcode=@=-1",
        "--catcode=@=",         "--catcode=@=1x", "--catcode=256=1",    "--catcode=ab=1",
        "--catcode=0x100=1",    "--catcode=0x=1", "--catcode=0x\x10=1", "--catcode=0xg=1",
        "--catcode=\xc3\xa9=1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(CHOOSE(bad[i]));
        assert_non_null(strstr(message, "--catcode: bad value"));
    }
    assert_false(CHOOSE("--encoding=utf8", "--catcode=\xe9=1"));
    assert_false(CHOOSE("--encoding=utf8", "--catcode=\xc4\x80=1"));
    assert_false(CHOOSE("--encoding=utf8", "--catcode=\xc3z=1"));
}

/* spec: SRV-07 */
static void test_end_of_line_char(void **state) {
    (void)state;
    assert_true(CHOOSE("--catcodes=expl3"));
    assert_int_equal(regime.end_of_line_char, 32);
    assert_true(CHOOSE("--catcodes=expl3", "--endlinechar=-1"));
    assert_int_equal(regime.end_of_line_char, -1);
    assert_true(CHOOSE("--endlinechar", "0"));
    assert_int_equal(regime.end_of_line_char, 0);
    assert_false(CHOOSE("--endlinechar=256"));
    assert_string_equal(message, "--endlinechar: bad value '256' (accepted: -1 to 255)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_default_is_latex_in_bytes),
        cmocka_unit_test(test_single_category_codes),
        cmocka_unit_test(test_bad_category_codes),
        cmocka_unit_test(test_end_of_line_char),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
