/* command_check.c -- `hedgelex check`: the issues of documents, as compilers print
 * theirs, so that editors can jump to them. spec: CMD-13 */
#include <stdlib.h>

#include "analysis.h"
#include "command.h"
#include "complaint.h"
#include "display.h"
#include "document.h"

#define SHOWN_ISSUES 1000u /* more than anyone reads, less than fills a disk */
#define INDENT 4u

static void print_issue(const hlx_document *document, const hlx_place *place, uint32_t code) {
    hlx_document_print_name(stdout, document);
    (void)printf(":%u:%u: %s: %s [%s]\n", place->line, place->column, hlx_issue_severity(code),
                 hlx_issue_message(code), hlx_issue_identifier(code));
    hlx_display_line(stdout, document->bytes, document->size, place->line_start, place->offset,
                     INDENT);
}

static void print_issues(const hlx_document *document, const hlx_issue_row *rows, uint32_t count) {
    hlx_place place = hlx_place_begin();
    for (uint32_t i = 0; i < count && i < SHOWN_ISSUES && !hlx_output_failed(); i++) {
        hlx_place_advance(&place, document, rows[i].offset);
        print_issue(document, &place, rows[i].code);
    }
    if (count > SHOWN_ISSUES) {
        hlx_document_print_name(stdout, document);
        (void)printf(": %u more issues not shown\n", count - SHOWN_ISSUES);
    }
}

static int check_analysis(const hlx_document *document, const hlx_analysis *analysis) {
    hlx_issue_row *rows = hlx_analysis_issues(analysis);
    if (rows == NULL) {
        return hlx_complain(HLX_EXIT_SYSTEM, "%s: no memory for its issues", document->name);
    }
    print_issues(document, rows, analysis->counts.issues);
    free(rows);
    return analysis->counts.issues > 0 ? HLX_EXIT_FINDINGS : HLX_EXIT_OK;
}

static int check_file(const hlx_regime *regime, const char *path) {
    hlx_document document;
    hlx_analysis analysis;
    int exit_code = hlx_analyse_file(&analysis, &document, regime, path);
    if (exit_code == HLX_EXIT_OK) {
        exit_code = check_analysis(&document, &analysis);
        hlx_analysis_close(&analysis, &document);
    }
    return exit_code;
}

static int run(int argc, char **argv) {
    hlx_regime_options regime_options = HLX_REGIME_OPTIONS_INITIAL;
    const hlx_option_group group = hlx_regime_option_group(&regime_options);
    hlx_options options = {.groups = &group, .group_count = 1};
    hlx_regime regime;
    int exit_code = HLX_EXIT_OK;
    if (!hlx_command_begin(&hlx_command_check, &options, argc, argv, &exit_code) ||
        !hlx_command_regime(&hlx_command_check, &regime_options, &regime, &exit_code)) {
        return exit_code;
    }
    for (size_t i = 0; i < options.operand_count && !hlx_output_failed(); i++) {
        exit_code = hlx_worse_exit(exit_code, check_file(&regime, options.operands[i]));
    }
    return exit_code;
}

const hlx_command hlx_command_check = {
    .name = "check",
    .operands = "FILE...",
    .purpose = "Print what a careful reader of the source wants to hear of.",
    .details =
        "Each issue is a line FILE:LINE:COL: SEVERITY: MESSAGE [IDENTIFIER], the source line\n"
        "and a caret; LINE and COL count from 1, COL in bytes. An error is what TeX reports\n"
        "or what damages the text; a warning is what TeX reads without a word.\n"
        "The documents are tokenized in this process; no service is needed.\n",
    .operands_max = SIZE_MAX,
    .run = run,
};
