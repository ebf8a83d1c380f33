/* command.h -- what the commands of `hedgelex` have in common.
 *
 *      hedgelex.c  -->  command_tokens.c  command_check.c      in this process
 *                       command_send.c  command_load.c  command_summary.c   by the service
 *
 * A command is one hlx_command; its `run` gets the arguments behind its name, begins
 * with hlx_command_begin and returns an exit code. spec: CMD-01 */
#ifndef HLX_COMMAND_H
#define HLX_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hedgelex.h"
#include "options.h"
#include "regime_options.h"

typedef struct hlx_command {
    const char *name;
    const char *operands;              /* for the usage line: "FILE..." */
    const char *purpose;               /* one line */
    const char *details;               /* for --help; ends with a newline */
    size_t operands_max;               /* at least one is always wanted */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
} hlx_command;

extern const hlx_command hlx_command_tokens;
extern const hlx_command hlx_command_check;
extern const hlx_command hlx_command_send;
extern const hlx_command hlx_command_load;
extern const hlx_command hlx_command_summary;

/* Parse the arguments into options->groups. False when the command is over, after
 * --help or because the user was told what is wrong; `exit_code` says how. */
bool hlx_command_begin(const hlx_command *command, hlx_options *options, int argc, char **argv,
                       int *exit_code);

/* The chosen regime; false, and `exit_code` set, when the user was told that there is none. */
bool hlx_command_regime(const hlx_command *command, const hlx_regime_options *chosen,
                        hlx_regime *regime, int *exit_code);

/* The group of options --catcodes, --catcode, --endlinechar, --encoding. */
hlx_option_group hlx_regime_option_group(hlx_regime_options *target);

/* The options --socket and --timeout of the commands that use the service. */
typedef struct hlx_client_options {
    const char *socket;
    int64_t timeout_ns; /* positive */
} hlx_client_options;

#define HLX_CLIENT_OPTION_COUNT 2u
hlx_option_group hlx_client_option_group(hlx_option table[HLX_CLIENT_OPTION_COUNT],
                                         hlx_client_options *target);

/* The table of exit codes, two columns. spec: CMD-02 */
void hlx_print_exit_codes(FILE *stream);

/* True once writing standard output has failed; remembers why. To be asked often
 * while much is written. spec: CMD-07 */
bool hlx_output_failed(void);

/* Write what is left of standard output; `exit_code`, or what a failure makes of it. */
int hlx_output_finish(int exit_code);

#endif
