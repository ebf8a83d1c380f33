/* test_options.c -- the option parser: precedence, notation, refusals, help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arguments.h"
#include "options.h"

typedef struct sample {
    int64_t count, delay_ns, ratio_ppm, mode;
    const char *path;
    bool verbose;
    hlx_option_list items;
} sample;

static const char *const modes[] = {"auto", "on", "off", NULL};

static const hlx_option sample_table[] = {
    {.name = "count",
     .environment = "HEDGELEX_TEST_COUNT",
     .kind = HLX_OPTION_INTEGER,
     .offset = offsetof(sample, count),
     .default_text = "3",
     .minimum = -1,
     .maximum = 255,
     .unit = "things",
     .help = "How many."},
    {.name = "delay",
     .environment = "HEDGELEX_TEST_DELAY",
     .kind = HLX_OPTION_DURATION,
     .offset = offsetof(sample, delay_ns),
     .default_text = "10",
     .minimum = 0,
     .maximum = 1000000000,
     .unit = "ms",
     .help = "How long.\nSecond line."},
    {.name = "ratio",
     .kind = HLX_OPTION_RATIO,
     .offset = offsetof(sample, ratio_ppm),
     .default_text = "2",
     .minimum = 0,
     .maximum = 1000000,
     .unit = "%",
     .help = "How often."},
    {.name = "mode",
     .environment = "HEDGELEX_TEST_MODE",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(sample, mode),
     .default_text = "auto",
     .choices = modes,
     .help = "Which."},
    {.name = "path",
     .environment = "HEDGELEX_TEST_PATH",
     .kind = HLX_OPTION_STRING,
     .offset = offsetof(sample, path),
     .default_text = "/tmp/x",
     .unit = "PATH",
     .help = "Where."},
    {.name = "verbose",
     .environment = "HEDGELEX_TEST_VERBOSE",
     .kind = HLX_OPTION_FLAG,
     .offset = offsetof(sample, verbose),
     .default_text = "off",
     .help = "Say more."},
    {.name = "item",
     .kind = HLX_OPTION_REPEATED,
     .offset = offsetof(sample, items),
     .help = "What."},
};

static sample result;
static hlx_option_group group = {"Sample:", sample_table,
                                 sizeof sample_table / sizeof sample_table[0], &result};
static hlx_options options = {.groups = &group, .group_count = 1};

#define PARSE(...) parse(ARGUMENTS(__VA_ARGS__))

static enum hlx_options_outcome parse(int argc, char **argv) {
    memset(&result, 0, sizeof result);
    return hlx_options_parse(&options, argc, argv);
}

static int clear_environment(void **state) {
    (void)state;
    for (size_t i = 0; i < group.count; i++) {
        if (sample_table[i].environment != NULL) {
            unsetenv(sample_table[i].environment);
        }
    }
    return 0;
}

/* spec: SRV-01 */
static void test_defaults(void **state) {
    (void)state;
    assert_int_equal(PARSE(), HLX_OPTIONS_OK);
    assert_int_equal(result.count, 3);
    assert_int_equal(result.delay_ns, 10000000);
    assert_int_equal(result.ratio_ppm, 20000);
    assert_int_equal(result.mode, 0);
    assert_string_equal(result.path, "/tmp/x");
    assert_false(result.verbose);
    assert_int_equal(result.items.count, 0);
    assert_int_equal(options.operand_count, 0);
}

/* spec: SRV-01 */
static void test_precedence(void **state) {
    (void)state;
    setenv("HEDGELEX_TEST_COUNT", "7", 1);
    setenv("HEDGELEX_TEST_MODE", "off", 1);
    setenv("HEDGELEX_TEST_VERBOSE", "on", 1);
    setenv("HEDGELEX_TEST_PATH", "", 1);
    assert_int_equal(PARSE("--mode=on"), HLX_OPTIONS_OK);
    assert_int_equal(result.count, 7);
    assert_int_equal(result.mode, 1);
    assert_true(result.verbose);
    assert_string_equal(result.path, "/tmp/x");
}

/* spec: SRV-02, SRV-04 */
static void test_notation(void **state) {
    (void)state;
    assert_int_equal(PARSE("one", "--count", "-1", "--delay=0.5", "--ratio", "0.25", "--verbose",
                           "--item=a", "-", "--item", "b=c", "--count=12", "--", "--count=1"),
                     HLX_OPTIONS_OK);
    assert_int_equal(result.count, 12);
    assert_int_equal(result.delay_ns, 500000);
    assert_int_equal(result.ratio_ppm, 2500);
    assert_true(result.verbose);
    assert_int_equal(result.items.count, 2);
    assert_string_equal(result.items.items[1], "b=c");
    assert_int_equal(options.operand_count, 3);
    assert_string_equal(options.operands[0], "one");
    assert_string_equal(options.operands[1], "-");
    assert_string_equal(options.operands[2], "--count=1");
    assert_int_equal(PARSE("--verbose", "--verbose=off"), HLX_OPTIONS_OK);
    assert_false(result.verbose);
}

/* spec: SRV-03 */
static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *argument;
        const char *message;
    } cases[] = {
        {"--count=256", "--count: bad value '256' (accepted: -1 to 255 things)"},
        {"--count=-2", "--count: bad value '-2' (accepted: -1 to 255 things)"},
        {"--count=", "--count: bad value '' (accepted: -1 to 255 things)"},
        {"--count=1.5", "--count: bad value '1.5' (accepted: -1 to 255 things)"},
        {"--count=1x", "--count: bad value '1x' (accepted: -1 to 255 things)"},
        {"--count=99999999999999999999", NULL},
        {"--delay=1000.000001", "--delay: bad value '1000.000001' (accepted: 0 to 1000 ms)"},
        {"--delay=1.0000001", "--delay: bad value '1.0000001' (accepted: 0 to 1000 ms)"},
        {"--delay=1.", "--delay: bad value '1.' (accepted: 0 to 1000 ms)"},
        {"--ratio=100.1", "--ratio: bad value '100.1' (accepted: 0 to 100 %)"},
        {"--mode=maybe", "--mode: bad value 'maybe' (accepted: auto, on, off)"},
        {"--verbose=1", "--verbose: bad value '1' (accepted: on, off)"},
        {"--path", "--path: value missing (accepted: PATH)"},
        {"--count", "--count: value missing (accepted: -1 to 255 things)"},
        {"--mode", "--mode: value missing (accepted: auto, on, off)"},
        {"--item", "--item: value missing (accepted: TEXT)"},
        {"--cou=1", "unknown option '--cou=1' (--help lists all)"},
        {"--counter=1", "unknown option '--counter=1' (--help lists all)"},
        {"-c", "unknown option '-c' (--help lists all)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(PARSE(cases[i].argument), HLX_OPTIONS_BAD);
        if (cases[i].message != NULL) {
            assert_string_equal(options.error, cases[i].message);
        }
    }
}

/* spec: SRV-03 */
static void test_bad_environment(void **state) {
    (void)state;
    setenv("HEDGELEX_TEST_DELAY", "soon", 1);
    assert_int_equal(PARSE(), HLX_OPTIONS_BAD);
    assert_string_equal(options.error,
                        "HEDGELEX_TEST_DELAY: bad value 'soon' (accepted: 0 to 1000 ms)");
    assert_int_equal(PARSE("--help"), HLX_OPTIONS_HELP);
    assert_int_equal(PARSE("--delay=1"), HLX_OPTIONS_OK);
    assert_int_equal(result.delay_ns, 1000000);
}

/* An empty path is nothing that can be opened, or listened on. spec: SRV-03 */
static void test_empty_text(void **state) {
    (void)state;
    assert_int_equal(PARSE("--path="), HLX_OPTIONS_BAD);
    assert_string_equal(options.error, "--path: value missing (accepted: PATH)");
}

/* spec: SRV-03 */
static void test_too_many_repeats(void **state) {
    (void)state;
    const char *words[HLX_OPTION_LIST_MAX + 2] = {"program"};
    for (size_t i = 1; i < HLX_OPTION_LIST_MAX + 2; i++) {
        words[i] = "--item=a";
    }
    char **argv = arguments_copy(words, HLX_OPTION_LIST_MAX + 2);
    assert_int_equal(parse(HLX_OPTION_LIST_MAX + 1, argv), HLX_OPTIONS_OK);
    assert_int_equal(parse(HLX_OPTION_LIST_MAX + 2, argv), HLX_OPTIONS_BAD);
    assert_string_equal(options.error, "--item: given more than 256 times");
}

/* spec: SRV-05, SRV-06 */
static void test_help(void **state) {
    (void)state;
    assert_int_equal(PARSE("--count=1", "--help", "--nonsense"), HLX_OPTIONS_HELP);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    hlx_options_print(&group, 1, stream);
    (void)fclose(stream);
    assert_non_null(strstr(text, "  --delay=N\n        How long.\n        Second line.\n"
                                 "        default: 10 ms; accepted: 0 to 1000 ms; "
                                 "environment: HEDGELEX_TEST_DELAY\n"));
    assert_non_null(strstr(text, "  --verbose\n        Say more.\n        default: off; "));
    assert_non_null(strstr(text, "default: auto; accepted: auto, on, off; "));
    assert_non_null(strstr(text, "  --path=PATH\n        Where.\n        default: /tmp/x; "));
    assert_non_null(strstr(text, "  --item=TEXT\n        What.\n        default: none\n"));
    free(text);
}

/* spec: SRV-02 */
static void test_decimals(void **state) {
    (void)state;
    int64_t value = 0;
    assert_true(hlx_parse_decimal("9223372036854775807", 0, &value));
    assert_int_equal(value, INT64_MAX);
    assert_false(hlx_parse_decimal("9223372036854775808", 0, &value));
    assert_false(hlx_parse_decimal("9223372036854775807", 1, &value));
    assert_true(hlx_parse_decimal("-12", 0, &value));
    assert_int_equal(value, -12);
    assert_true(hlx_parse_decimal("007.125", 4, &value));
    assert_int_equal(value, 71250);
    assert_false(hlx_parse_decimal("+1", 0, &value));
    assert_false(hlx_parse_decimal("", 0, &value));
    assert_false(hlx_parse_decimal("-", 0, &value));
    assert_false(hlx_parse_decimal(".5", 3, &value));
    assert_false(hlx_parse_decimal(" 1", 0, &value));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_defaults, clear_environment),
        cmocka_unit_test_setup(test_precedence, clear_environment),
        cmocka_unit_test_setup(test_notation, clear_environment),
        cmocka_unit_test_setup(test_refusals, clear_environment),
        cmocka_unit_test_setup(test_bad_environment, clear_environment),
        cmocka_unit_test_setup(test_empty_text, clear_environment),
        cmocka_unit_test_setup(test_too_many_repeats, clear_environment),
        cmocka_unit_test_setup(test_help, clear_environment),
        cmocka_unit_test_setup(test_decimals, clear_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
