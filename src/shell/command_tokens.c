/* command_tokens.c -- `hedgelex tokens`: the tokens of one document. spec: CMD-20 */
#include "analysis.h"
#include "command.h"
#include "complaint.h"
#include "document.h"
#include "token_output.h"

static int print_file(const hlx_token_output *chosen, const hlx_regime *regime, const char *path) {
    hlx_document document;
    hlx_analysis analysis;
    int exit_code = hlx_analyse_file(&analysis, &document, regime, path);
    if (exit_code == HLX_EXIT_OK) {
        hlx_print_tokens(chosen, &document, &analysis);
        hlx_analysis_close(&analysis, &document);
    }
    return exit_code;
}

static int run(int argc, char **argv) {
    hlx_token_output chosen;
    hlx_regime_options regime_options = HLX_REGIME_OPTIONS_INITIAL;
    const hlx_option_group groups[] = {hlx_token_output_group(&chosen),
                                       hlx_regime_option_group(&regime_options)};
    hlx_options options = {.groups = groups, .group_count = sizeof groups / sizeof groups[0]};
    hlx_regime regime;
    int exit_code = HLX_EXIT_OK;
    if (!hlx_command_begin(&hlx_command_tokens, &options, argc, argv, &exit_code) ||
        !hlx_command_regime(&hlx_command_tokens, &regime_options, &regime, &exit_code)) {
        return exit_code;
    }
    return print_file(&chosen, &regime, options.operands[0]);
}

const hlx_command hlx_command_tokens = {
    .name = "tokens",
    .operands = "FILE",
    .purpose = "Print the tokens of a document, one a line.",
    .details =
        "A row has the kind (a category code of TeX, 0 for a control sequence), the code (a\n"
        "character's number, or the hash of a control sequence's name), the byte span\n"
        "start to end, line and col (from 1, col in bytes), and the text of the span.\n"
        "\n"
        "  text   aligned columns; unprintable bytes as TeX shows them: ^^M, ^^ff\n"
        "  tsv    a header line, then fields separated by TAB; in the text TAB, LF, CR and\n"
        "         backslash are \\t \\n \\r \\\\, and other control characters and bytes that are\n"
        "         not UTF-8 are \\xHH: undoing this gives the source's bytes\n"
        "  jsonl  a JSON object a line; bytes that are not UTF-8 become U+FFFD\n"
        "\n"
        "The document is tokenized in this process; no service is needed.\n",
    .operands_max = 1,
    .run = run,
};
