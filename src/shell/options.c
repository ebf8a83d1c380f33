/* options.c -- see options.h for the table, the kinds and their notation. */
#include "options.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static unsigned fraction_digits(enum hlx_option_kind kind) {
    if (kind == HLX_OPTION_DURATION) {
        return 6; /* ms to ns */
    }
    return kind == HLX_OPTION_RATIO ? 4 : 0; /* per cent to parts per million */
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

static bool append_digit(int64_t *value, char digit) {
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_add_overflow(*value, digit - '0', value);
}

bool hlx_parse_decimal(const char *text, unsigned digits, int64_t *value) {
    bool negative = *text == '-';
    const char *cursor = text + negative;
    int64_t magnitude = 0;
    if (!is_digit(*cursor)) {
        return false;
    }
    for (; is_digit(*cursor); cursor++) {
        if (!append_digit(&magnitude, *cursor)) {
            return false;
        }
    }
    bool fraction = digits > 0 && *cursor == '.' && is_digit(cursor[1]);
    cursor += fraction;
    for (; digits > 0; digits--) {
        char digit = '0';
        if (fraction && is_digit(*cursor)) {
            digit = *cursor++;
        }
        if (!append_digit(&magnitude, digit)) {
            return false;
        }
    }
    *value = negative ? -magnitude : magnitude;
    return *cursor == '\0';
}

/* The inverse, without needless zeros. Values with a fraction are never negative. */
static void format_decimal(char *text, size_t size, int64_t value, unsigned digits) {
    int64_t scale = 1;
    for (unsigned i = 0; i < digits; i++) {
        scale *= 10;
    }
    int length = snprintf(text, size, "%" PRId64, value / scale);
    if (value % scale == 0 || length < 0) {
        return;
    }
    (void)snprintf(text + length, size - (size_t)length, ".%0*" PRId64, (int)digits, value % scale);
    for (char *last = text + strlen(text) - 1; *last == '0'; last--) {
        *last = '\0';
    }
}

/* "0 to 86400000 ms", "latex, plain", "on, off" or nothing: what a value may be. */
static void format_range(const hlx_option *option, char *text, size_t size) {
    char low[40];
    char high[40];
    text[0] = '\0';
    switch (option->kind) {
    case HLX_OPTION_INTEGER:
    case HLX_OPTION_DURATION:
    case HLX_OPTION_RATIO:
        format_decimal(low, sizeof low, option->minimum, fraction_digits(option->kind));
        format_decimal(high, sizeof high, option->maximum, fraction_digits(option->kind));
        (void)snprintf(text, size, "%s to %s%s%s", low, high, option->unit ? " " : "",
                       option->unit ? option->unit : "");
        break;
    case HLX_OPTION_CHOICE:
        for (size_t i = 0, used = 0; option->choices[i] != NULL && used < size; i++) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                                     option->choices[i]);
        }
        break;
    case HLX_OPTION_FLAG:
        (void)snprintf(text, size, "on, off");
        break;
    case HLX_OPTION_STRING:
    case HLX_OPTION_REPEATED:
        break;
    }
}

static enum hlx_options_outcome refuse(hlx_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum hlx_options_outcome refuse(hlx_options *options, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(options->error, sizeof options->error, format, arguments);
    va_end(arguments);
    return HLX_OPTIONS_BAD;
}

static const char *value_name(const hlx_option *option) {
    if (option->kind == HLX_OPTION_FLAG) {
        return "";
    }
    if (option->kind == HLX_OPTION_STRING || option->kind == HLX_OPTION_REPEATED) {
        return option->unit != NULL ? option->unit : "TEXT";
    }
    return option->kind == HLX_OPTION_CHOICE ? "WORD" : "N";
}

/* spec: SRV-03 */
static enum hlx_options_outcome refuse_missing(hlx_options *options, const hlx_option *option) {
    char range[160];
    format_range(option, range, sizeof range);
    return refuse(options, "--%s: value missing (accepted: %s)", option->name,
                  range[0] != '\0' ? range : value_name(option));
}

static bool store_integer(const hlx_option *option, void *field, const char *text) {
    int64_t value = 0;
    if (!hlx_parse_decimal(text, fraction_digits(option->kind), &value) ||
        value < option->minimum || value > option->maximum) {
        return false;
    }
    *(int64_t *)field = value;
    return true;
}

static bool store_choice(const hlx_option *option, void *field, const char *text) {
    for (size_t i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            *(int64_t *)field = (int64_t)i;
            return true;
        }
    }
    return false;
}

static bool store_flag(void *field, const char *text) {
    bool on = strcmp(text, "on") == 0;
    if (!on && strcmp(text, "off") != 0) {
        return false;
    }
    *(bool *)field = on;
    return true;
}

static bool store_repeated(hlx_option_list *list, const char *text) {
    if (list->count == HLX_OPTION_LIST_MAX) {
        return false;
    }
    list->items[list->count++] = text;
    return true;
}

static bool store(const hlx_option_group *group, const hlx_option *option, const char *text) {
    void *field = (char *)group->target + option->offset;
    switch (option->kind) {
    case HLX_OPTION_INTEGER:
    case HLX_OPTION_DURATION:
    case HLX_OPTION_RATIO:
        return store_integer(option, field, text);
    case HLX_OPTION_CHOICE:
        return store_choice(option, field, text);
    case HLX_OPTION_FLAG:
        return store_flag(field, text);
    case HLX_OPTION_STRING:
        *(const char **)field = text;
        return true;
    case HLX_OPTION_REPEATED:
        return store_repeated(field, text);
    }
    return false;
}

/* Store a value that came from `source`, or say what would have been accepted.
 * spec: SRV-03 */
static enum hlx_options_outcome assign(hlx_options *options, const hlx_option_group *group,
                                       const hlx_option *option, const char *source,
                                       const char *text) {
    if (option->kind == HLX_OPTION_STRING && *text == '\0') {
        return refuse_missing(options, option);
    }
    if (store(group, option, text)) {
        return HLX_OPTIONS_OK;
    }
    if (option->kind == HLX_OPTION_REPEATED) {
        return refuse(options, "%s: given more than %u times", source, HLX_OPTION_LIST_MAX);
    }
    char range[160];
    format_range(option, range, sizeof range);
    return refuse(options, "%s: bad value '%.60s' (accepted: %s)", source, text, range);
}

/* The option of that number, counted through the groups; NULL behind the last. */
static const hlx_option *numbered(const hlx_options *options, size_t number,
                                  const hlx_option_group **group) {
    for (size_t i = 0; i < options->group_count; i++) {
        *group = &options->groups[i];
        if (number < (*group)->count) {
            return &(*group)->options[number];
        }
        number -= (*group)->count;
    }
    return NULL;
}

static enum hlx_options_outcome assign_defaults(hlx_options *options) {
    const hlx_option_group *group = NULL;
    const hlx_option *option;
    for (size_t i = 0; (option = numbered(options, i, &group)) != NULL; i++) {
        if (i >= HLX_OPTIONS_MAX ||
            (option->default_text != NULL && !store(group, option, option->default_text))) {
            return refuse(options, "--%s: bad default '%s', or too many options", option->name,
                          option->default_text != NULL ? option->default_text : "");
        }
    }
    return HLX_OPTIONS_OK;
}

/* Of every option that was not given on the command line. spec: SRV-01 */
static enum hlx_options_outcome assign_environment(hlx_options *options) {
    const hlx_option_group *group = NULL;
    const hlx_option *option;
    for (size_t i = 0; (option = numbered(options, i, &group)) != NULL; i++) {
        const char *text = option->environment != NULL ? getenv(option->environment) : NULL;
        if (text != NULL && *text != '\0' && !options->given[i] &&
            assign(options, group, option, option->environment, text) != HLX_OPTIONS_OK) {
            return HLX_OPTIONS_BAD;
        }
    }
    return HLX_OPTIONS_OK;
}

/* The number of the option so named; NULL and the number of options, where there is none. */
static const hlx_option *find(const hlx_options *options, const char *name, size_t length,
                              const hlx_option_group **group, size_t *number) {
    const hlx_option *option;
    for (*number = 0; (option = numbered(options, *number, group)) != NULL; ++*number) {
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0) {
            break;
        }
    }
    return option;
}

/* One `--name[=value]` at argv[*index]; steps over a value that stands apart.
 * spec: SRV-02, SRV-03 */
static enum hlx_options_outcome take_option(hlx_options *options, int argc, char **argv,
                                            int *index) {
    const char *argument = argv[*index];
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const hlx_option_group *group = NULL;
    size_t number = 0;
    const hlx_option *option = find(options, name, length, &group, &number);
    if (option == NULL) {
        return refuse(options, "unknown option '%.100s' (--help lists all)", argument);
    }
    options->given[number] = true;
    char source[64];
    (void)snprintf(source, sizeof source, "--%s", option->name);
    if (name[length] == '=') {
        return assign(options, group, option, source, name + length + 1);
    }
    if (option->kind == HLX_OPTION_FLAG) {
        return assign(options, group, option, source, "on");
    }
    if (*index + 1 >= argc) {
        return refuse_missing(options, option);
    }
    *index += 1;
    return assign(options, group, option, source, argv[*index]);
}

/* spec: SRV-01, SRV-02, SRV-04, SRV-05 */
enum hlx_options_outcome hlx_options_parse(hlx_options *options, int argc, char **argv) {
    bool options_ended = false;
    options->operands = argv;
    options->operand_count = 0;
    options->error[0] = '\0';
    memset(options->given, 0, sizeof options->given);
    enum hlx_options_outcome outcome = assign_defaults(options);
    for (int i = 1; i < argc && outcome == HLX_OPTIONS_OK; i++) {
        if (options_ended || argv[i][0] != '-' || argv[i][1] == '\0') {
            options->operands[options->operand_count++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            options_ended = true;
        } else if (strcmp(argv[i], "--help") == 0) {
            outcome = HLX_OPTIONS_HELP;
        } else if (argv[i][1] != '-') {
            outcome = refuse(options, "unknown option '%.100s' (--help lists all)", argv[i]);
        } else {
            outcome = take_option(options, argc, argv, &i);
        }
    }
    return outcome == HLX_OPTIONS_OK ? assign_environment(options) : outcome;
}

static void print_help_lines(const char *help, FILE *stream) {
    while (*help != '\0') {
        size_t length = strcspn(help, "\n");
        (void)fprintf(stream, "        %.*s\n", (int)length, help);
        help += length + (help[length] == '\n');
    }
}

static void print_option(const hlx_option *option, FILE *stream) {
    char range[160];
    format_range(option, range, sizeof range);
    bool is_number = option->kind <= HLX_OPTION_RATIO;
    (void)fprintf(stream, "  --%s%s%s\n", option->name, option->kind == HLX_OPTION_FLAG ? "" : "=",
                  value_name(option));
    print_help_lines(option->help, stream);
    (void)fprintf(stream, "        default: %s%s%s%s%s%s%s\n",
                  option->default_text ? option->default_text : "none",
                  is_number && option->default_text && option->unit ? " " : "",
                  is_number && option->default_text && option->unit ? option->unit : "",
                  range[0] ? "; accepted: " : "", range,
                  option->environment ? "; environment: " : "",
                  option->environment ? option->environment : "");
}

void hlx_options_print(const hlx_option_group *groups, size_t group_count, FILE *stream) {
    for (size_t i = 0; i < group_count; i++) {
        (void)fprintf(stream, "\n%s\n", groups[i].title);
        for (size_t k = 0; k < groups[i].count; k++) {
            print_option(&groups[i].options[k], stream);
        }
    }
    (void)fprintf(stream, "\nHelp\n  --help\n        Print this and exit with 0.\n");
}
