/* command_load.c -- `hedgelex load`: how the service does under load, every reply
 * held against this process's own answer. spec: CMD-40 to CMD-45 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "analysis.h"
#include "command.h"
#include "complaint.h"
#include "load_report.h"
#include "load_run.h"

typedef struct load_options {
    int64_t clients;
    int64_t requests;
    int64_t rate; /* 0: a closed loop */
    int64_t pace; /* enum hlx_load_pace */
    int64_t seed;
    int64_t limit_ns;
    const char *json;    /* or NULL */
    const char *samples; /* or NULL */
} load_options;

/* In the order of enum hlx_load_pace. */
static const char *const pace_names[] = {"poisson", "fixed", NULL};

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
    {.name = "rate",
     .kind = HLX_OPTION_INTEGER,
     .offset = offsetof(load_options, rate),
     .default_text = "0",
     .minimum = 0,
     .maximum = 1000000,
     .unit = "requests/s",
     .help = "An open loop: send at this rate, whatever comes back; 0 is a closed loop."},
    {.name = "schedule",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(load_options, pace),
     .choices = pace_names,
     .default_text = "poisson",
     .help = "Gaps between the requests of an open loop: random as of independent clients, or\n"
             "all equal."},
    {.name = "seed",
     .kind = HLX_OPTION_INTEGER,
     .offset = offsetof(load_options, seed),
     .default_text = "1",
     .minimum = 0,
     .maximum = INT64_MAX,
     .help = "Of the random gaps."},
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
    {.name = "samples",
     .kind = HLX_OPTION_STRING,
     .offset = offsetof(load_options, samples),
     .unit = "FILE",
     .help = "Write a row for each request to this file, as CSV."},
};

typedef void print_function(FILE *, const hlx_load_plan *, const hlx_load_result *);

/* A file to write the figures to. */
typedef struct output {
    const char *path; /* or NULL: none */
    print_function *print;
    FILE *file;
} output;

#define OUTPUT_COUNT 2u

/* What is in the file stays there until there is something to write. */
static FILE *open_output(const char *path) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    return descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
}

/* Before the run: what cannot be written should not cost one. */
static int open_outputs(output outputs[OUTPUT_COUNT]) {
    int exit_code = HLX_EXIT_OK;
    for (uint32_t i = 0; i < OUTPUT_COUNT && exit_code == HLX_EXIT_OK; i++) {
        const char *path = outputs[i].path;
        outputs[i].file = path != NULL ? open_output(path) : NULL;
        if (path != NULL && outputs[i].file == NULL) {
            exit_code = hlx_complain(HLX_EXIT_INPUT_OUTPUT, "%s: %s", path, strerror(errno));
        }
    }
    return exit_code;
}

/* Write what is left and close. */
static int close_output(output *self) {
    bool failed = fflush(self->file) != 0 || ferror(self->file);
    int error = errno;
    if (fclose(self->file) != 0 || failed) {
        return hlx_complain(HLX_EXIT_INPUT_OUTPUT, "%s: %s", self->path,
                            strerror(failed ? error : errno));
    }
    return HLX_EXIT_OK;
}

static int close_outputs(output outputs[OUTPUT_COUNT], int exit_code) {
    for (uint32_t i = 0; i < OUTPUT_COUNT; i++) {
        if (outputs[i].file != NULL) {
            exit_code = hlx_worse_exit(exit_code, close_output(&outputs[i]));
        }
    }
    return exit_code;
}

static int report(const output outputs[OUTPUT_COUNT], const hlx_load_plan *plan,
                  const hlx_load_result *result) {
    hlx_load_print(stdout, plan, result);
    for (uint32_t i = 0; i < OUTPUT_COUNT; i++) {
        if (outputs[i].file != NULL) {
            (void)ftruncate(fileno(outputs[i].file), 0); /* a pipe has no length */
            outputs[i].print(outputs[i].file, plan, result);
        }
    }
    return hlx_load_error_count(plan, result) > 0 ? HLX_EXIT_FINDINGS : HLX_EXIT_OK;
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
                                .seed = (uint64_t)chosen->seed,
                                .clients = (uint32_t)chosen->clients,
                                .requests = (uint32_t)chosen->requests,
                                .rate = (uint32_t)chosen->rate,
                                .pace = (enum hlx_load_pace)chosen->pace,
                                .document = &document,
                                .expected = analysis.counts};
    output outputs[OUTPUT_COUNT] = {{chosen->json, hlx_load_print_json, NULL},
                                    {chosen->samples, hlx_load_print_samples, NULL}};
    hlx_load_result result;
    exit_code = open_outputs(outputs);
    if (exit_code == HLX_EXIT_OK) {
        exit_code = hlx_load_run(&plan, &result);
        if (exit_code == HLX_EXIT_OK) {
            exit_code = report(outputs, &plan, &result);
            hlx_load_result_free(&result);
        }
    }
    exit_code = close_outputs(outputs, exit_code);
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
        !hlx_command_regime(&hlx_command_load, &regime_options, &regime, &exit_code)) {
        return exit_code;
    }
    if (chosen.json != NULL && chosen.samples != NULL && strcmp(chosen.json, chosen.samples) == 0) {
        return hlx_complain(HLX_EXIT_BAD_USAGE,
                            "--samples: is the file of --json (accepted: another)");
    }
    return load_file(&chosen, &service, &regime, options.operands[0]);
}

const hlx_command hlx_command_load = {
    .name = "load",
    .operands = "FILE",
    .purpose = "Send one document many times and measure the replies.",
    .details =
        "A closed loop: each connection sends its next request when its last reply is there.\n"
        "With --rate an open loop: requests are sent on a schedule of their own over whatever\n"
        "connection is free, and a round trip counts from the instant the schedule meant.\n"
        "A reply is right when its status is ok and its token and issue counts are those of\n"
        "this process under the regime below, which must be the service's. Anything else is\n"
        "an error, counted by what it was, and ends with exit code 1.\n",
    .operands_max = 1,
    .run = run,
};
