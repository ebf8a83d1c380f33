/* command_tokens.c -- `hedgelex tokens`: the tokens of one document. spec: CMD-20 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis.h"
#include "command.h"
#include "complaint.h"
#include "document.h"
#include "token_format.h"

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

typedef struct tokens_options {
    int64_t format; /* enum hlx_token_format */
    int64_t colour; /* enum colour_choice */
} tokens_options;

static const char *const format_names[] = {"text", "tsv", "jsonl", NULL};
static const char *const colour_names[] = {"auto", "always", "never", NULL};

static const hlx_option own_options[] = {
    {.name = "format",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(tokens_options, format),
     .default_text = "text",
     .choices = format_names,
     .help = "Columns to read, or lines for other programs."},
    {.name = "color",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(tokens_options, colour),
     .default_text = "auto",
     .choices = colour_names,
     .help = "Colour in the format text; auto: on a terminal, unless NO_COLOR is set."},
};

/* spec: CMD-08 */
static bool colour_wanted(int64_t choice) {
    const char *terminal = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    if (choice != COLOUR_AUTO) {
        return choice == COLOUR_ALWAYS;
    }
    return isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0') && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

static void print_tokens(const tokens_options *chosen, const hlx_document *document,
                         const hlx_analysis *analysis) {
    enum hlx_token_format format = (enum hlx_token_format)chosen->format;
    bool colour = colour_wanted(chosen->colour);
    hlx_write_token_header(stdout, format);
    for (uint32_t i = 0; i < analysis->counts.tokens && !hlx_output_failed(); i++) {
        hlx_write_token(stdout, format, colour, document, analysis, i);
    }
}

static int print_file(const tokens_options *chosen, const hlx_regime *regime, const char *path) {
    hlx_document document;
    hlx_analysis analysis;
    int exit_code = hlx_analyse_file(&analysis, &document, regime, path);
    if (exit_code == HLX_EXIT_OK) {
        print_tokens(chosen, &document, &analysis);
        hlx_analysis_close(&analysis, &document);
    }
    return exit_code;
}

static int run(int argc, char **argv) {
    tokens_options chosen;
    hlx_regime_options regime_options = HLX_REGIME_OPTIONS_INITIAL;
    const hlx_option_group groups[] = {
        {"What is printed", own_options, sizeof own_options / sizeof own_options[0], &chosen},
        hlx_regime_option_group(&regime_options)};
    hlx_options options = {.groups = groups, .group_count = sizeof groups / sizeof groups[0]};
    hlx_regime regime;
    int exit_code = HLX_EXIT_OK;
    if (!hlx_command_begin(&hlx_command_tokens, &options, argc, argv, &exit_code) ||
        !hlx_command_regime(&regime_options, &regime, &exit_code)) {
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
