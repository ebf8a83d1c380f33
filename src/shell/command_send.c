/* command_send.c -- `hedgelex send`: documents through the service, one after the
 * other, each on a connection of its own. spec: CMD-30 */
#include "command.h"
#include "complaint.h"
#include "document.h"
#include "service_client.h"

static void print_reply(const hlx_document *document, const hlx_reply *reply, uint64_t elapsed_ns) {
    hlx_document_print_name(stdout, document);
    (void)printf(": %s, %u tokens, %u issues, %s, %.3f ms\n", hlx_reply_status_text(reply->status),
                 reply->tokens, reply->issues, hlx_origin_text(reply->origin),
                 (double)elapsed_ns / 1e6);
}

static int send_file(const hlx_client_options *service, const char *path) {
    hlx_document document;
    int exit_code = hlx_document_read(&document, path);
    if (exit_code != HLX_EXIT_OK) {
        return exit_code;
    }
    hlx_reply reply;
    uint64_t elapsed_ns = 0;
    exit_code = hlx_service_ask(service->socket, &document, (uint64_t)service->timeout_ns, &reply,
                                &elapsed_ns);
    if (exit_code == HLX_EXIT_OK) {
        print_reply(&document, &reply, elapsed_ns);
        exit_code = reply.status == HLX_REPLY_OK ? HLX_EXIT_OK : HLX_EXIT_FINDINGS;
    }
    hlx_document_free(&document);
    return exit_code;
}

static int run(int argc, char **argv) {
    hlx_client_options service;
    hlx_option table[HLX_CLIENT_OPTION_COUNT];
    const hlx_option_group group = hlx_client_option_group(table, &service);
    hlx_options options = {.groups = &group, .group_count = 1};
    int exit_code = HLX_EXIT_OK;
    if (!hlx_command_begin(&hlx_command_send, &options, argc, argv, &exit_code)) {
        return exit_code;
    }
    for (size_t i = 0; i < options.operand_count && !hlx_output_failed(); i++) {
        exit_code = hlx_worse_exit(exit_code, send_file(&service, options.operands[i]));
    }
    return exit_code;
}

const hlx_command hlx_command_send = {
    .name = "send",
    .operands = "FILE...",
    .purpose = "Send documents to the service and print its replies.",
    .details = "For each file a line: status, tokens, issues, the attempt that answered (primary,\n"
               "hedge or none), and the time from before connecting to the reply.\n",
    .operands_max = SIZE_MAX,
    .run = run,
};
