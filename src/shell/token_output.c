/* token_output.c -- see token_output.h. */
#include "token_output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "token_format.h"

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

static const char *const format_names[] = {"text", "tsv", "jsonl", NULL};
static const char *const colour_names[] = {"auto", "always", "never", NULL};

static const hlx_option own_options[] = {
    {.name = "format",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(hlx_token_output, format),
     .default_text = "text",
     .choices = format_names,
     .help = "Columns to read, or lines for other programs."},
    {.name = "color",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(hlx_token_output, colour),
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

void hlx_print_tokens(const hlx_token_output *chosen, const hlx_document *document,
                      const hlx_analysis *analysis) {
    enum hlx_token_format format = (enum hlx_token_format)chosen->format;
    bool colour = colour_wanted(chosen->colour);
    hlx_write_token_header(stdout, format);
    for (uint32_t i = 0; i < analysis->counts.tokens && !hlx_output_failed(); i++) {
        hlx_write_token(stdout, format, colour, document, analysis, i);
    }
}

hlx_option_group hlx_token_output_group(hlx_token_output *target) {
    return (hlx_option_group){.title = "What is printed",
                              .options = own_options,
                              .count = sizeof own_options / sizeof own_options[0],
                              .target = target};
}
