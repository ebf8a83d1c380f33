/* command_load.c -- `hedgelex load`: how the service does under load, every reply
 * held against this process's own answer. spec: CMD-40 to CMD-43 */
#include <errno.h>
#include <string.h>

#include "analysis.h"
#include "command.h"
#include "complaint.h"
#include "load_report.h"
#include "load_run.h"

typedef struct load_options {
    int64_t clients;
    int64_t requests;
    int64_t limit_ns;
    const char *json; /* or NULL */
} load_options;

static const hlx_option own_options[] = {
    {.name = "clients",
     .kind = HLX_OPTION_INTEGER,
     .offset = offsetof(load_options, clients),
     .default_text = "4",
     .minimum = 1,
     .maximum = 16384,
     .help = "Connections, each with one request at a time."},
    {.name = "requests",
     .kind = HLX_OPTION_INTEGER,
     .offset = offsetof(load_options, requests),
     .default_text = "10000",
     .minimum = 1,
     .maximum = 10000000,
     .help = "Requests of all connections together."},
    {.name = "limit",
     .kind = HLX_OPTION_DURATION,
     .offset = offsetof(load_options, limit_ns),
     .default_text = "20",
     .minimum = 1000000,
     .maximum = 86400000000000,
     .unit = "ms",
     .help = "Count the round trips above this; it makes no exit code."},
    {.name = "json",
     .kind = HLX_OPTION_STRING,
     .offset = offsetof(load_options, json),
     .unit = "FILE",
     .help = "Write the figures to this file, too."},
};

static int write_json(const char *path, const hlx_load_plan *plan, const hlx_load_result *result) {
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return hlx_complain(HLX_EXIT_INPUT_OUTPUT, "%s: %s", path, strerror(errno));
    }
    hlx_load_print_json(file, plan, result);
    bool failed = fflush(file) != 0 || ferror(file);
    int error = errno;
    if (fclose(file) != 0 || failed) {
        return hlx_complain(HLX_EXIT_INPUT_OUTPUT, "%s: %s", path,
                            strerror(failed ? error : errno));
    }
    return HLX_EXIT_OK;
}

static int report(const char *json, const hlx_load_plan *plan, const hlx_load_result *result) {
    int exit_code = hlx_load_error_count(plan, result) > 0 ? HLX_EXIT_FINDINGS : HLX_EXIT_OK;
    hlx_load_print(stdout, plan, result);
    if (json != NULL) {
        exit_code = hlx_worse_exit(exit_code, write_json(json, plan, result));
    }
    return exit_code;
}

static int load_file(const load_options *chosen, const hlx_client_options *service,
                     const hlx_regime *regime, const char *path) {
    hlx_document document;
    hlx_analysis analysis;
    int exit_code = hlx_analyse_file(&analysis, &document, regime, path);
    if (exit_code != HLX_EXIT_OK) {
        return exit_code;
    }
    const hlx_load_plan plan = {.socket = service->socket,
                                .timeout_ns = (uint64_t)service->timeout_ns,
                                .limit_ns = (uint64_t)chosen->limit_ns,
                                .clients = (uint32_t)chosen->clients,
                                .requests = (uint32_t)chosen->requests,
                                .document = &document,
                                .expected = analysis.counts};
    hlx_load_result result;
    exit_code = hlx_load_run(&plan, &result);
    if (exit_code == HLX_EXIT_OK) {
        exit_code = report(chosen->json, &plan, &result);
    }
    hlx_analysis_close(&analysis, &document);
    return exit_code;
}

static int run(int argc, char **argv) {
    load_options chosen = {.json = NULL};
    hlx_client_options service;
    hlx_regime_options regime_options = HLX_REGIME_OPTIONS_INITIAL;
    hlx_option table[HLX_CLIENT_OPTION_COUNT];
    const hlx_option_group groups[] = {
        {"The load", own_options, sizeof own_options / sizeof own_options[0], &chosen},
        hlx_client_option_group(table, &service),
        hlx_regime_option_group(&regime_options)};
    hlx_options options = {.groups = groups, .group_count = sizeof groups / sizeof groups[0]};
    hlx_regime regime;
    int exit_code = HLX_EXIT_OK;
    if (!hlx_command_begin(&hlx_command_load, &options, argc, argv, &exit_code) ||
        !hlx_command_regime(&regime_options, &regime, &exit_code)) {
        return exit_code;
    }
    return load_file(&chosen, &service, &regime, options.operands[0]);
}

const hlx_command hlx_command_load = {
    .name = "load",
    .operands = "FILE",
    .purpose = "Send one document many times and measure the replies.",
    .details =
        "A closed loop: each connection sends its next request when its last reply is there.\n"
        "A reply is right when its status is ok and its token and issue counts are those of\n"
        "this process under the regime below, which must be the service's. Anything else is\n"
        "an error, counted by what it was, and ends with exit code 1.\n",
    .operands_max = 1,
    .run = run,
};
