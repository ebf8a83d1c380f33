/* regime_options.h -- the options that choose a regime, for both programs.
 *
 *      --encoding --catcodes        --catcode=CHAR=N ...     --endlinechar=N
 *      preset                  -->  single entries      -->  end-of-line character
 *
 * CHAR is one character, or the code of one: two or three decimal digits (`64`) or
 * hexadecimal (`0x40`). One digit alone is the character: code 5 is `0x5`. Under
 * --encoding=utf8 a character from U+0080 to U+00FF may be written as itself.
 * Use: one hlx_option_group in the program's list with hlx_regime_option_table and
 * a target that starts as HLX_REGIME_OPTIONS_INITIAL. --kernel is here because it goes with
 * them everywhere; it changes no token. spec: SRV-07 to SRV-09 */
#ifndef HLX_REGIME_OPTIONS_H
#define HLX_REGIME_OPTIONS_H

#include "hedgelex.h"
#include "options.h"

typedef struct hlx_regime_options {
    int64_t encoding;         /* enum hlx_encoding */
    int64_t preset;           /* enum hlx_preset */
    int64_t end_of_line_char; /* or HLX_REGIME_OPTIONS_KEEP: the preset's */
    int64_t kernel;           /* enum hlx_kernel; HLX_KERNEL_NONE: the best */
    hlx_option_list categories;
} hlx_regime_options;

#define HLX_REGIME_OPTIONS_KEEP (-2)
#define HLX_REGIME_OPTIONS_INITIAL                                                                 \
    { .end_of_line_char = HLX_REGIME_OPTIONS_KEEP }

#define HLX_REGIME_OPTION_COUNT 5u
extern const hlx_option hlx_regime_option_table[HLX_REGIME_OPTION_COUNT];

/* The chosen regime; the chosen kernel is used from now on. False with a message when an
 * override cannot be read or the processor lacks the kernel. */
bool hlx_regime_from_options(const hlx_regime_options *chosen, hlx_regime *regime,
                             char error[HLX_OPTIONS_ERROR_BYTES]);

#endif
