/* lexer_support.h -- what the tests of the tokenizer write down instead of columns.
 *
 * A regime is a text: a preset's name (without one: the assignments of LaTeX's kernel,
 * before any encoding makes control characters and bytes from 128 on its own), then
 * `utf8`, then changes such as `64=11` (a category) or `end=-1` (the end-of-line
 * character). Tokens are a text:
 *
 *      a_11        character a, category 11       \foo        control sequence
 *      <32>_10     the same, by its code          \<195.169>  by the bytes of its name
 *      U+20AC_12   the same, in hexadecimal       \<null>     the empty name
 *      INVALID:127 no token: a character that is dropped with an issue
 *
 * so that a row of a table reads like the answer of a TeX engine. */
#ifndef HLX_LEXER_SUPPORT_H
#define HLX_LEXER_SUPPORT_H

#include "hedgelex.h"
#include "test_support.h"

#define MOST_ROWS 2048u
#define DOC(literal) (literal), (uint32_t)sizeof(literal) - 1u
#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* One experiment. */
typedef struct experiment {
    const char *input;
    uint32_t length;
    const char *regime;
    const char *tokens;
} experiment;

/* ---- regimes ------------------------------------------------------------ */

static inline hlx_regime kernel_regime(uint32_t encoding) {
    hlx_regime regime;
    (void)hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES);
    memset(regime.category, HLX_CATEGORY_OTHER, 9);
    memset(regime.category + 14, HLX_CATEGORY_OTHER, 18);
    regime.category[0] = HLX_CATEGORY_IGNORED;
    regime.category[11] = HLX_CATEGORY_OTHER;
    regime.encoding = (uint8_t)encoding;
    if (encoding == HLX_ENCODING_UTF8) {
        memset(regime.category + 128, HLX_CATEGORY_OTHER, 128);
        regime.unicode_letters = 0;
    }
    return regime;
}

/* `end=N` or `CHARACTER=CATEGORY` */
static inline void change_regime(hlx_regime *regime, const char *word) {
    char *behind = NULL;
    const char *equals = strchr(word, '=');
    long value = equals != NULL ? strtol(equals + 1, &behind, 10) : 0;
    bool is_end = strncmp(word, "end=", 4) == 0;
    char *digits_end = NULL;
    unsigned long character = strtoul(word, &digits_end, 10);
    if (behind == NULL || *behind != '\0' || (!is_end && digits_end != equals) || character > 255) {
        fprintf(stderr, "not a change of a regime: %s\n", word);
        abort();
    }
    if (is_end) {
        regime->end_of_line_char = (int16_t)value;
    } else {
        regime->category[character] = (uint8_t)value;
    }
}

static inline hlx_regime regime_of(const char *text) {
    static const char *const names[HLX_PRESET_COUNT] = {"latex", "package", "expl3", "plain",
                                                        "initex"};
    char words[128];
    snprintf(words, sizeof words, "%s", text);
    uint32_t encoding = strstr(text, "utf8") != NULL ? HLX_ENCODING_UTF8 : HLX_ENCODING_BYTES;
    hlx_regime regime = kernel_regime(encoding);
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        uint32_t preset = 0;
        while (preset < HLX_PRESET_COUNT && strcmp(word, names[preset]) != 0) {
            preset++;
        }
        if (preset < HLX_PRESET_COUNT) {
            (void)hlx_regime_preset(&regime, preset, encoding);
        } else if (strcmp(word, "utf8") != 0) {
            change_regime(&regime, word);
        }
    }
    return regime;
}

/* ---- expected tokens ---------------------------------------------------- */

typedef struct expectation {
    int32_t kinds[MOST_ROWS], codes[MOST_ROWS];
    uint32_t tokens, invalid;
} expectation;

/* Unsigned arithmetic is modulo 2^32 by itself. spec: LEX-40 */
static inline int32_t hash_of_name(const uint8_t *name, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        hash = hash * 16777619u + name[i] + 1u;
    }
    int32_t code;
    memcpy(&code, &hash, sizeof code);
    return code;
}

/* The code of the control sequence written as `text`, without its backslash. */
static inline int32_t code_of_control_sequence(const char *text) {
    uint8_t name[64];
    size_t length = 0;
    bool by_codes = text[0] == '<' && text[1] >= '0' && text[1] <= '9';
    if (strcmp(text, "<null>") == 0) {
        return hash_of_name(name, 0);
    }
    if (!by_codes) {
        return hash_of_name((const uint8_t *)text, strlen(text));
    }
    for (const char *digits = text + 1; length < sizeof name;) {
        char *behind;
        name[length++] = (uint8_t)strtoul(digits, &behind, 10);
        if (*behind != '.') {
            break;
        }
        digits = behind + 1;
    }
    return hash_of_name(name, length);
}

static inline bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* The character and the category of `a_11`, `<32>_10` or `U+20AC_12`. */
static inline bool character_word(const char *word, int32_t *kind, int32_t *code) {
    char *behind = NULL;
    const char *rest = word + 1;
    *code = (uint8_t)word[0];
    if (word[0] == '<' && is_digit(word[1])) {
        *code = (int32_t)strtol(word + 1, &behind, 10);
        rest = behind + 1;
    } else if (strncmp(word, "U+", 2) == 0) {
        *code = (int32_t)strtol(word + 2, &behind, 16);
        rest = behind;
    }
    if (rest[0] != '_' || !is_digit(rest[1])) {
        return false;
    }
    *kind = (int32_t)strtol(rest + 1, &behind, 10);
    return *behind == '\0';
}

/* One word of the text. `\_12` is the character \, for category codes end in digits. */
static inline void expect_word(expectation *expected, const char *word) {
    uint32_t row = expected->tokens;
    if (strncmp(word, "INVALID:", 8) == 0) {
        expected->invalid++;
        return;
    }
    if (!character_word(word, &expected->kinds[row], &expected->codes[row])) {
        if (word[0] != '\\') {
            fprintf(stderr, "not a token: %s\n", word);
            abort();
        }
        expected->kinds[row] = HLX_KIND_CONTROL_SEQUENCE;
        expected->codes[row] = code_of_control_sequence(word + 1);
    }
    expected->tokens = row + 1;
}

static inline void expect(expectation *expected, const char *text) {
    char words[512];
    snprintf(words, sizeof words, "%s", text);
    expected->tokens = expected->invalid = 0;
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        expect_word(expected, word);
    }
}

/* ---- what was read ------------------------------------------------------ */

typedef struct reading {
    int32_t kinds[MOST_ROWS], codes[MOST_ROWS], starts[MOST_ROWS];
    int32_t issue_codes[MOST_ROWS], issue_offsets[MOST_ROWS];
    hlx_counts counts;
    hlx_status status;
} reading;

static inline hlx_columns columns_of(reading *r) {
    hlx_columns columns = {r->kinds,       r->codes,         r->starts, MOST_ROWS,
                           r->issue_codes, r->issue_offsets, MOST_ROWS};
    return columns;
}

static inline bool same_rows(const int32_t *a, const int32_t *b, uint32_t count) {
    return memcmp(a, b, count * sizeof *a) == 0;
}

static inline bool same_reading(const reading *a, const reading *b) {
    uint32_t tokens = a->counts.tokens;
    uint32_t issues = a->counts.issues;
    return a->status == b->status && tokens == b->counts.tokens && issues == b->counts.issues &&
           same_rows(a->kinds, b->kinds, tokens) && same_rows(a->codes, b->codes, tokens) &&
           same_rows(a->starts, b->starts, tokens) &&
           same_rows(a->issue_codes, b->issue_codes, issues) &&
           same_rows(a->issue_offsets, b->issue_offsets, issues);
}

static inline uint32_t issues_of(const reading *r, int32_t code) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->counts.issues; i++) {
        count += r->issue_codes[i] == code;
    }
    return count;
}

static inline bool as_expected(const reading *r, const expectation *expected) {
    return r->status == HLX_STATUS_OK && r->counts.tokens == expected->tokens &&
           same_rows(r->kinds, expected->kinds, expected->tokens) &&
           same_rows(r->codes, expected->codes, expected->tokens) &&
           issues_of(r, HLX_ISSUE_INVALID_CHARACTER) == expected->invalid;
}

/* For a failure's message: (kind,code) of every token. */
static inline const char *text_of_reading(const reading *r) {
    static char text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, "%u issues, tokens", r->counts.issues);
    for (uint32_t i = 0; i < r->counts.tokens && used + 32 < sizeof text; i++) {
        used +=
            (size_t)snprintf(text + used, sizeof text - used, " (%d,%d)", r->kinds[i], r->codes[i]);
    }
    return text;
}

/* `code@offset` for each issue, in order. */
static inline const char *text_of_issues(const reading *r) {
    static char text[4096];
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < r->counts.issues && used + 32 < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d@%d", i == 0 ? "" : " ",
                                 r->issue_codes[i], r->issue_offsets[i]);
    }
    return text;
}

/* The input's bytes, printable ones as they are. */
static inline const char *text_of_input(const char *input, uint32_t length) {
    static char text[4096];
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < length && used + 8 < sizeof text; i++) {
        uint8_t byte = (uint8_t)input[i];
        if (byte >= 32 && byte < 127) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%c", byte);
        } else {
            used += (size_t)snprintf(text + used, sizeof text - used, "<%02X>", byte);
        }
    }
    return text;
}

/* ---- random documents --------------------------------------------------- */

/* Mostly what TeX's reader treats in a special way. */
static inline uint32_t random_document(random_source *source, uint8_t *input, uint32_t size) {
    static const struct {
        const char *bytes;
        uint32_t length;
    } pieces[] = {
        {DOC("\\")},           {DOC("\\")},       {DOC("^")},        {DOC("^^")},   {DOC("^^5e")},
        {DOC("^^4")},          {DOC("^^M")},      {DOC("^^^^00e9")}, {DOC("^^^^")}, {DOC("^^^^^^")},
        {DOC("^^^^^^1")},      {DOC("%")},        {DOC("\n")},       {DOC("\n")},   {DOC("\r")},
        {DOC("\r\n")},         {DOC(" ")},        {DOC("  ")},       {DOC("\t")},   {DOC("a")},
        {DOC("bc")},           {DOC("{")},        {DOC("}")},        {DOC("\0")},   {DOC("\x7f")},
        {DOC("\xc3\xa9")},     {DOC("\xff")},     {DOC("\xe2\x82")}, {DOC("~")},    {DOC("00041")},
        {DOC("\xef\xbb\xbf")}, {DOC("\xcf\x80")}, {DOC("$&#_")},     {DOC("@:")}};
    uint32_t wanted = random_below(source, size - 8);
    uint32_t length = 0;
    while (length < wanted) {
        uint32_t piece = random_below(source, COUNT_OF(pieces) + 1);
        if (piece == COUNT_OF(pieces)) {
            input[length++] = (uint8_t)random_next(source);
        } else {
            memcpy(input + length, pieces[piece].bytes, pieces[piece].length);
            length += pieces[piece].length;
        }
    }
    return length;
}

/* A preset with some categories and, often, the end-of-line character changed. */
static inline hlx_regime random_regime(random_source *source) {
    static const uint8_t often[] = {0,  9,  10, 13, 32,  37,  48,  64,
                                    92, 94, 97, 98, 123, 126, 127, 195};
    static const int16_t ends[] = {-1, 0,  9,  10, 13,  32,  37,  53,
                                   65, 92, 94, 97, 126, 127, 200, 255};
    hlx_regime regime;
    (void)hlx_regime_preset(&regime, random_below(source, HLX_PRESET_COUNT),
                            random_below(source, 2));
    for (uint32_t changes = random_below(source, 8); changes > 0; changes--) {
        uint32_t which = random_below(source, COUNT_OF(often) + 1);
        uint8_t character = which < COUNT_OF(often) ? often[which] : (uint8_t)random_next(source);
        regime.category[character] = (uint8_t)random_below(source, 16);
    }
    if (random_below(source, 2) == 0) {
        regime.end_of_line_char = ends[random_below(source, COUNT_OF(ends))];
    }
    return regime;
}

#endif
