/* token_output.h -- tokens on standard output, wherever they come from: the options that
 * say how, and the printing. spec: CMD-08, CMD-20 to CMD-23 */
#ifndef HLX_TOKEN_OUTPUT_H
#define HLX_TOKEN_OUTPUT_H

#include <stdint.h>

#include "analysis.h"
#include "document.h"
#include "options.h"

typedef struct hlx_token_output {
    int64_t format; /* enum hlx_token_format */
    int64_t colour; /* auto, always, never */
} hlx_token_output;

/* The options --format and --color. */
hlx_option_group hlx_token_output_group(hlx_token_output *target);

/* All tokens, one a line, until the output fails. */
void hlx_print_tokens(const hlx_token_output *chosen, const hlx_document *document,
                      const hlx_analysis *analysis);

#endif
