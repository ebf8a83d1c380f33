/* options.h -- one table-driven option parser for hedgelexd and hedgelex.
 *
 *      default text  <  environment variable  <  command line
 *
 * A program describes its options in tables of hlx_option, one table a group; the
 * table is the only copy of a name, a default, a bound, a unit and a help text.
 * Parsing writes each value into the group's target structure at the option's
 * offset. What a kind writes there:
 *
 *      kind       written as          value on the command line
 *      INTEGER    int64_t             7, -1
 *      DURATION   int64_t, ns         milliseconds, up to 6 decimals: 10, 0.5
 *      RATIO      int64_t, ppm        per cent, up to 4 decimals: 2, 0.25
 *      CHOICE     int64_t, index      one of `choices`
 *      STRING     const char *        any text but an empty one
 *      FLAG       bool                nothing, or on / off
 *      REPEATED   hlx_option_list     any text; may be given many times
 *
 * `--name=value` and `--name value` are the same; a flag takes its value only with
 * `=`. `--` ends the options. The last of several values wins. An environment
 * variable that is set to the empty string counts as not set, and that of an option
 * on the command line is not looked at. Strings are not copied: they point into argv,
 * the environment or the table.
 * spec: SRV-01 to SRV-06 */
#ifndef HLX_OPTIONS_H
#define HLX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HLX_EXIT_USAGE 64 /* EX_USAGE of <sysexits.h> */

enum hlx_option_kind {
    HLX_OPTION_INTEGER,
    HLX_OPTION_DURATION,
    HLX_OPTION_RATIO,
    HLX_OPTION_CHOICE,
    HLX_OPTION_STRING,
    HLX_OPTION_FLAG,
    HLX_OPTION_REPEATED
};

#define HLX_OPTION_LIST_MAX 256u /* one override for each of 256 characters */

typedef struct hlx_option_list {
    const char *items[HLX_OPTION_LIST_MAX];
    size_t count;
} hlx_option_list;

typedef struct hlx_option {
    const char *name;        /* without the dashes */
    const char *environment; /* HEDGELEX_..., or NULL */
    enum hlx_option_kind kind;
    size_t offset;              /* of the value in the group's target */
    const char *default_text;   /* parsed like a given value; NULL: target left alone */
    int64_t minimum, maximum;   /* of what is written (ns, ppm) */
    const char *const *choices; /* CHOICE: names, closed by NULL */
    const char *unit;           /* of the value, for --help; NULL: none */
    const char *help;           /* one line or several, no final newline */
} hlx_option;

typedef struct hlx_option_group {
    const char *title;
    const hlx_option *options;
    size_t count;
    void *target;
} hlx_option_group;

enum hlx_options_outcome { HLX_OPTIONS_OK, HLX_OPTIONS_HELP, HLX_OPTIONS_BAD };

#define HLX_OPTIONS_MAX 64u /* in all groups */
#define HLX_OPTIONS_ERROR_BYTES 320u

typedef struct hlx_options {
    const hlx_option_group *groups;
    size_t group_count;
    char **operands; /* arguments that are no options, gathered at the front of argv */
    size_t operand_count;
    bool given[HLX_OPTIONS_MAX];         /* on the command line */
    char error[HLX_OPTIONS_ERROR_BYTES]; /* on BAD: what is wrong, naming the option */
} hlx_options;

/* Fill every target from defaults, the environment and `argv[1..argc)`. `groups`
 * and `group_count` were set by the caller. HELP when --help is among the options
 * and no argument before it is wrong by itself. spec: SRV-01 to SRV-05 */
enum hlx_options_outcome hlx_options_parse(hlx_options *options, int argc, char **argv);

/* Print every option with its default, unit, range and environment variable.
 * spec: SRV-06 */
void hlx_options_print(const hlx_option_group *groups, size_t group_count, FILE *stream);

/* A decimal number times 10^fraction_digits: "1.5" with 6 digits is 1500000.
 * False when it is no such number or leaves int64_t. */
bool hlx_parse_decimal(const char *text, unsigned fraction_digits, int64_t *value);

#endif
