/* regime_options.c -- see regime_options.h for the notation. */
#include "regime_options.h"

#include <string.h>

#include "kernel.h"

static const char *const preset_names[] = {"latex", "package", "expl3", "plain", "initex", NULL};
_Static_assert(sizeof preset_names / sizeof preset_names[0] == HLX_PRESET_COUNT + 1u,
               "one name for each preset");
static const char *const encoding_names[] = {"bytes", "utf8", NULL};

/* In the order of enum hlx_kernel. */
static const char *const kernel_names[] = {"auto",
#define KERNEL_NAME(enumerator, name) name,
                                           HLX_KERNELS(KERNEL_NAME)
#undef KERNEL_NAME
                                               NULL};

const hlx_option hlx_regime_option_table[HLX_REGIME_OPTION_COUNT] = {
    {.name = "catcodes",
     .environment = "HEDGELEX_CATCODES",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(hlx_regime_options, preset),
     .default_text = "latex",
     .choices = preset_names,
     .help = "Category codes and end-of-line character to start from."},
    {.name = "catcode",
     .kind = HLX_OPTION_REPEATED,
     .offset = offsetof(hlx_regime_options, categories),
     .unit = "CHAR=N",
     .help = "Give one character another category code, 0 to 15; may be repeated.\n"
             "CHAR is one character, or its code as 64 or 0x40 (a single digit is the\n"
             "character itself)."},
    {.name = "endlinechar",
     .environment = "HEDGELEX_ENDLINECHAR",
     .kind = HLX_OPTION_INTEGER,
     .offset = offsetof(hlx_regime_options, end_of_line_char),
     .minimum = HLX_NO_END_OF_LINE_CHAR,
     .maximum = 255,
     .help = "End-of-line character; -1 is none. Without it, the one of --catcodes."},
    {.name = "encoding",
     .environment = "HEDGELEX_ENCODING",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(hlx_regime_options, encoding),
     .default_text = "bytes",
     .choices = encoding_names,
     .help = "A character is a byte (as in pdfTeX) or a UTF-8 sequence (as in LuaTeX)."},
    {.name = "kernel",
     .environment = "HEDGELEX_KERNEL",
     .kind = HLX_OPTION_CHOICE,
     .offset = offsetof(hlx_regime_options, kernel),
     .default_text = "auto",
     .choices = kernel_names,
     .help = "Which instructions to scan with; the tokens are the same. auto is the best that\n"
             "the processor has."},
};

/* spec: SRV-09 */
static bool use_kernel(int64_t chosen, char error[HLX_OPTIONS_ERROR_BYTES]) {
    hlx_kernel kernel = (hlx_kernel)chosen;
    if (kernel == HLX_KERNEL_NONE || hlx_kernel_use(kernel)) {
        return true;
    }
    size_t used =
        (size_t)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                         "--kernel (HEDGELEX_KERNEL): bad value '%s', which this processor lacks "
                         "(accepted: auto",
                         hlx_kernel_name(kernel));
    for (hlx_kernel other = HLX_KERNEL_NONE + 1; other < HLX_KERNEL_COUNT; other++) {
        if (hlx_kernel_supported(other)) {
            used += (size_t)snprintf(error + used, HLX_OPTIONS_ERROR_BYTES - used, ", %s",
                                     hlx_kernel_name(other));
        }
    }
    (void)snprintf(error + used, HLX_OPTIONS_ERROR_BYTES - used, ")");
    return false;
}

static bool read_hexadecimal_digit(char character, uint32_t *value) {
    if (character >= '0' && character <= '9') {
        *value = (uint32_t)(character - '0');
        return true;
    }
    char lower = (char)(character | 0x20);
    *value = (uint32_t)(lower - 'a') + 10;
    return lower >= 'a' && lower <= 'f';
}

/* "0x40": at most two digits, so that nothing can overflow. */
static bool read_hexadecimal(const char *text, size_t length, uint32_t *code) {
    *code = 0;
    if (length < 3 || length > 4 || text[0] != '0' || text[1] != 'x') {
        return false;
    }
    for (size_t i = 2; i < length; i++) {
        uint32_t digit = 0;
        if (!read_hexadecimal_digit(text[i], &digit)) {
            return false;
        }
        *code = *code * 16 + digit;
    }
    return true;
}

/* "64": two or three digits. */
static bool read_decimal(const char *text, size_t length, uint32_t *code) {
    *code = 0;
    if (length < 2 || length > 3) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *code = *code * 10 + (uint32_t)(text[i] - '0');
    }
    return *code < 256;
}

/* One byte in the encoding bytes; U+0000 to U+00FF in utf8. */
static bool read_character(const char *text, size_t length, int64_t encoding, uint32_t *code) {
    uint32_t first = (uint8_t)text[0];
    *code = first;
    if (length == 1) {
        return encoding == HLX_ENCODING_BYTES || first < 0x80;
    }
    uint32_t second = (uint8_t)text[1];
    bool two_bytes = length == 2 && (first == 0xC2 || first == 0xC3) && (second & 0xC0) == 0x80;
    *code = (first - 0xC0) * 64 + (second & 0x3F);
    return encoding == HLX_ENCODING_UTF8 && two_bytes;
}

/* CHAR=N; the last = divides, so that `==12` is about the equals sign. spec: SRV-08 */
static bool override_category(hlx_regime *regime, const char *text, int64_t encoding) {
    const char *equals = strrchr(text, '=');
    if (equals == NULL || equals == text) {
        return false;
    }
    size_t length = (size_t)(equals - text);
    uint32_t code = 0;
    int64_t category = 0;
    if (!read_character(text, length, encoding, &code) && !read_decimal(text, length, &code) &&
        !read_hexadecimal(text, length, &code)) {
        return false;
    }
    if (!hlx_parse_decimal(equals + 1, 0, &category) || category < 0 ||
        category > HLX_CATEGORY_INVALID) {
        return false;
    }
    regime->category[code] = (uint8_t)category;
    return true;
}

/* spec: SRV-07 */
bool hlx_regime_from_options(const hlx_regime_options *chosen, hlx_regime *regime,
                             char error[HLX_OPTIONS_ERROR_BYTES]) {
    if (!use_kernel(chosen->kernel, error)) {
        return false;
    }
    if (!hlx_regime_preset(regime, (uint32_t)chosen->preset, (uint32_t)chosen->encoding)) {
        (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES, "--catcodes: no such preset");
        return false;
    }
    for (size_t i = 0; i < chosen->categories.count; i++) {
        if (!override_category(regime, chosen->categories.items[i], chosen->encoding)) {
            (void)snprintf(error, HLX_OPTIONS_ERROR_BYTES,
                           "--catcode: bad value '%.60s' (accepted: CHAR=N, CHAR one character or "
                           "its code 00 to 255 or 0x0 to 0xFF, N 0 to 15)",
                           chosen->categories.items[i]);
            return false;
        }
    }
    if (chosen->end_of_line_char != HLX_REGIME_OPTIONS_KEEP) {
        regime->end_of_line_char = (int16_t)chosen->end_of_line_char;
    }
    return true;
}
