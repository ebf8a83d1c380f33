/* command_summary.c -- `hedgelex summary`: what TeX reads in one document, by the
 * service, held against this process's own answer. spec: CMD-50 */
#include <stdio.h>
#include <string.h>

#include "analysis.h"
#include "command.h"
#include "complaint.h"
#include "document_summary.h"
#include "service_client.h"

/* The service tells counts only; they must be those of the columns shown. */
static int compare(const hlx_document *document, const hlx_analysis *analysis,
                   const hlx_reply *reply) {
    if (reply->status != HLX_REPLY_OK) {
        return hlx_complain(HLX_EXIT_FINDINGS, "%s: the service answered: %s", document->name,
                            hlx_reply_status_text(reply->status));
    }
    if (reply->tokens != analysis->counts.tokens || reply->issues != analysis->counts.issues) {
        return hlx_complain(HLX_EXIT_FINDINGS,
                            "%s: the service counts %u tokens and %u issues, this process %u and "
                            "%u: is its regime another one?",
                            document->name, reply->tokens, reply->issues, analysis->counts.tokens,
                            analysis->counts.issues);
    }
    return HLX_EXIT_OK;
}

static int summarize(const hlx_client_options *service, const hlx_document *document,
                     const hlx_analysis *analysis) {
    hlx_reply reply;
    uint64_t elapsed_ns = 0;
    int exit_code = hlx_service_ask(service->socket, document, (uint64_t)service->timeout_ns,
                                    &reply, &elapsed_ns);
    if (exit_code != HLX_EXIT_OK) {
        return exit_code;
    }
    exit_code = compare(document, analysis, &reply);
    if (exit_code == HLX_EXIT_OK) {
        exit_code = hlx_print_summary(stdout, document, analysis);
        (void)printf("\nThe service answered ok after %.3f ms by the %s attempt; its counts are "
                     "those of this process.\n",
                     (double)elapsed_ns / 1e6, hlx_origin_text(reply.origin));
    }
    return exit_code;
}

static int summarize_file(const hlx_client_options *service, const hlx_regime *regime,
                          const char *path) {
    hlx_document document;
    hlx_analysis analysis;
    int exit_code = hlx_analyse_file(&analysis, &document, regime, path);
    if (exit_code == HLX_EXIT_OK) {
        exit_code = summarize(service, &document, &analysis);
        hlx_analysis_close(&analysis, &document);
    }
    return exit_code;
}

static int run(int argc, char **argv) {
    hlx_client_options service;
    hlx_regime_options regime_options = HLX_REGIME_OPTIONS_INITIAL;
    hlx_option table[HLX_CLIENT_OPTION_COUNT];
    const hlx_option_group groups[] = {hlx_client_option_group(table, &service),
                                       hlx_regime_option_group(&regime_options)};
    hlx_options options = {.groups = groups, .group_count = sizeof groups / sizeof groups[0]};
    hlx_regime regime;
    int exit_code = HLX_EXIT_OK;
    if (!hlx_command_begin(&hlx_command_summary, &options, argc, argv, &exit_code) ||
        !hlx_command_regime(&hlx_command_summary, &regime_options, &regime, &exit_code)) {
        return exit_code;
    }
    return summarize_file(&service, &regime, options.operands[0]);
}

const hlx_command hlx_command_summary = {
    .name = "summary",
    .operands = "FILE",
    .purpose = "Print what TeX reads in a document, by the service and checked.",
    .details =
        "Size, lines, tokens by kind, the most frequent control sequences, issues with their\n"
        "places. The service and this process both tokenize the document; when their counts\n"
        "differ, nothing is printed but that, and the exit code is 1. The regime below is\n"
        "this process's and must be the service's.\n",
    .operands_max = 1,
    .run = run,
};
