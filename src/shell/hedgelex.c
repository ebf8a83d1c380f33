/* hedgelex.c -- the command line program: choose the command, end as it says.
 * spec: CMD-01, CMD-07 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "complaint.h"
#include "display.h"
#include "kernel.h"
#include "standard_streams.h"
#include "version.h"

static const hlx_command *const commands[] = {&hlx_command_tokens, &hlx_command_check,
                                              &hlx_command_send, &hlx_command_load,
                                              &hlx_command_summary};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static int print_help(void) {
    (void)puts("Usage: hedgelex COMMAND [OPTION]... FILE...\n"
               "LaTeX source as the tokens that TeX makes of it.\n\nCommands");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)printf("  %-8s  %s\n", commands[i]->name, commands[i]->purpose);
    }
    (void)puts("\nhedgelex COMMAND --help   says more of one command\n"
               "hedgelex --version        prints the version\n\n"
               "FILE may be - for standard input. A document has at most 2 MiB.");
    hlx_print_exit_codes(stdout);
    return HLX_EXIT_OK;
}

static int print_version(void) {
    (void)printf("hedgelex %s\nkernel %s\n", HLX_VERSION, hlx_kernel_name(hlx_kernel_in_use()));
    return HLX_EXIT_OK;
}

static int run_command(int argc, char **argv) {
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[0], commands[i]->name) == 0) {
            return commands[i]->run(argc, argv);
        }
    }
    return hlx_complain(HLX_EXIT_BAD_USAGE, "unknown %s '%s' (see hedgelex --help)",
                        argv[0][0] == '-' ? "option" : "command", argv[0]);
}

int main(int argc, char **argv) {
    hlx_standard_streams_open(false);
    hlx_display_begin();
    int exit_code = 0;
    if (argc < 2) {
        exit_code = hlx_complain(HLX_EXIT_BAD_USAGE, "no command given (see hedgelex --help)");
    } else if (strcmp(argv[1], "--help") == 0) {
        exit_code = print_help();
    } else if (strcmp(argv[1], "--version") == 0) {
        exit_code = print_version();
    } else {
        exit_code = run_command(argc - 1, argv + 1);
    }
    return hlx_output_finish(exit_code);
}
