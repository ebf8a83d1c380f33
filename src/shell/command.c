/* command.c -- see command.h. */
#include "command.h"

#include <errno.h>
#include <string.h>

#include "complaint.h"
#include "socket_path.h"

_Static_assert((int)HLX_EXIT_BAD_USAGE == HLX_EXIT_USAGE, "options.h and complaint.h agree");

void hlx_print_exit_codes(FILE *stream) {
    (void)fputs("\nExit code\n", stream);
#define PRINT_EXIT(code, enumerator, meaning) (void)fprintf(stream, "  %2d  %s\n", code, meaning);
    HLX_EXITS(PRINT_EXIT)
#undef PRINT_EXIT
}

static void print_help(const hlx_command *command, const hlx_options *options) {
    (void)printf("Usage: hedgelex %s [OPTION]... %s\n%s\n\n%s", command->name, command->operands,
                 command->purpose, command->details);
    hlx_options_print(options->groups, options->group_count, stdout);
    hlx_print_exit_codes(stdout);
}

static int refuse(const hlx_command *command, const char *problem) {
    return hlx_complain(HLX_EXIT_BAD_USAGE, "%s: %s (see hedgelex %s --help)", command->name,
                        problem, command->name);
}

bool hlx_command_begin(const hlx_command *command, hlx_options *options, int argc, char **argv,
                       int *exit_code) {
    enum hlx_options_outcome outcome = hlx_options_parse(options, argc, argv);
    if (outcome == HLX_OPTIONS_HELP) {
        print_help(command, options);
        *exit_code = HLX_EXIT_OK;
        return false;
    }
    if (outcome == HLX_OPTIONS_BAD) {
        *exit_code = hlx_complain(HLX_EXIT_BAD_USAGE, "%s: %s", command->name, options->error);
        return false;
    }
    if (options->operand_count == 0 || options->operand_count > command->operands_max) {
        *exit_code = refuse(command, options->operand_count == 0 ? "no file given"
                                                                 : "more files than one given");
        return false;
    }
    return true;
}

bool hlx_command_regime(const hlx_command *command, const hlx_regime_options *chosen,
                        hlx_regime *regime, int *exit_code) {
    char error[HLX_OPTIONS_ERROR_BYTES];
    bool valid = hlx_regime_from_options(chosen, regime, error);
    if (!valid) {
        *exit_code = hlx_complain(HLX_EXIT_BAD_USAGE, "%s: %s", command->name, error);
    }
    return valid;
}

hlx_option_group hlx_regime_option_group(hlx_regime_options *target) {
    return (hlx_option_group){.title = "How TeX reads",
                              .options = hlx_regime_option_table,
                              .count = HLX_REGIME_OPTION_COUNT,
                              .target = target};
}

hlx_option_group hlx_client_option_group(hlx_option table[HLX_CLIENT_OPTION_COUNT],
                                         hlx_client_options *target) {
    table[0] = hlx_socket_option(offsetof(hlx_client_options, socket));
    table[1] = (hlx_option){.name = "timeout",
                            .environment = "HEDGELEX_TIMEOUT",
                            .kind = HLX_OPTION_DURATION,
                            .offset = offsetof(hlx_client_options, timeout_ns),
                            .default_text = "60000",
                            .minimum = 1000000,
                            .maximum = 86400000000000,
                            .unit = "ms",
                            .help = "How long to wait for a connection and for a reply."};
    return (hlx_option_group){.title = "The service",
                              .options = table,
                              .count = HLX_CLIENT_OPTION_COUNT,
                              .target = target};
}

static int output_error; /* errno of the first failed write, or 0 */

bool hlx_output_failed(void) {
    if (output_error == 0 && ferror(stdout)) {
        output_error = errno;
    }
    return ferror(stdout);
}

int hlx_output_finish(int exit_code) {
    if (!hlx_output_failed() && fflush(stdout) == 0) {
        return exit_code;
    }
    int error = output_error != 0 ? output_error : errno;
    return hlx_complain(HLX_EXIT_INPUT_OUTPUT, "cannot write standard output: %s", strerror(error));
}
