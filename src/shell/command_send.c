/* command_send.c -- `hedgelex send`: documents through the service, one after the
 * other, each on a connection of its own. spec: CMD-30, CMD-31 */
#include "command.h"
#include "complaint.h"
#include "document.h"
#include "query_client.h"
#include "service_client.h"
#include "token_output.h"

/* Everything that `send` may be told. */
typedef struct send_options {
    hlx_client_options service;
    bool columns;
    hlx_token_output output;
    hlx_regime_options regime_options;
    hlx_regime regime;
} send_options;

static const hlx_option own_options[] = {
    {.name = "columns",
     .kind = HLX_OPTION_FLAG,
     .offset = offsetof(send_options, columns),
     .default_text = "off",
     .help = "Ask for the tokens and print them as `hedgelex tokens` does; the options below\n"
             "count only then."},
};

static void print_reply(const hlx_document *document, const hlx_reply *reply, uint64_t elapsed_ns) {
    hlx_document_print_name(stdout, document);
    (void)printf(": %s, %u tokens, %u issues, %s, %.3f ms\n", hlx_reply_status_text(reply->status),
                 reply->tokens, reply->issues, hlx_origin_text(reply->origin),
                 (double)elapsed_ns / 1e6);
}

static int ask(const send_options *chosen, const hlx_document *document) {
    hlx_reply reply;
    uint64_t elapsed_ns = 0;
    int exit_code = hlx_service_ask(chosen->service.socket, document,
                                    (uint64_t)chosen->service.timeout_ns, &reply, &elapsed_ns);
    if (exit_code != HLX_EXIT_OK) {
        return exit_code;
    }
    print_reply(document, &reply, elapsed_ns);
    return reply.status == HLX_REPLY_OK ? HLX_EXIT_OK : HLX_EXIT_FINDINGS;
}

static int ask_for_columns(const send_options *chosen, const hlx_document *document) {
    hlx_analysis analysis;
    int exit_code = hlx_query_service(chosen->service.socket, document, &chosen->regime,
                                      (uint64_t)chosen->service.timeout_ns, &analysis);
    if (exit_code == HLX_EXIT_OK) {
        hlx_print_tokens(&chosen->output, document, &analysis);
        hlx_analysis_free(&analysis);
    }
    return exit_code;
}

static int send_file(const send_options *chosen, const char *path) {
    hlx_document document;
    int exit_code = hlx_document_read(&document, path);
    if (exit_code == HLX_EXIT_OK) {
        exit_code = chosen->columns ? ask_for_columns(chosen, &document) : ask(chosen, &document);
        hlx_document_free(&document);
    }
    return exit_code;
}

static int run(int argc, char **argv) {
    send_options chosen = {.regime_options = HLX_REGIME_OPTIONS_INITIAL};
    hlx_option table[HLX_CLIENT_OPTION_COUNT];
    const hlx_option_group groups[] = {
        hlx_client_option_group(table, &chosen.service),
        {"Tokens", own_options, sizeof own_options / sizeof own_options[0], &chosen},
        hlx_token_output_group(&chosen.output),
        hlx_regime_option_group(&chosen.regime_options)};
    hlx_options options = {.groups = groups, .group_count = sizeof groups / sizeof groups[0]};
    int exit_code = HLX_EXIT_OK;
    if (!hlx_command_begin(&hlx_command_send, &options, argc, argv, &exit_code) ||
        !hlx_command_regime(&hlx_command_send, &chosen.regime_options, &chosen.regime,
                            &exit_code)) {
        return exit_code;
    }
    for (size_t i = 0; i < options.operand_count && !hlx_output_failed(); i++) {
        exit_code = hlx_worse_exit(exit_code, send_file(&chosen, options.operands[i]));
    }
    return exit_code;
}

const hlx_command hlx_command_send = {
    .name = "send",
    .operands = "FILE...",
    .purpose = "Send documents to the service and print its replies, or their tokens.",
    .details =
        "For each file a line: status, tokens, issues, the attempt that answered (primary,\n"
        "hedge or none), and the time from before connecting to the reply. With --columns its\n"
        "tokens instead, read with the regime given here, not the service's.\n",
    .operands_max = SIZE_MAX,
    .run = run,
};
