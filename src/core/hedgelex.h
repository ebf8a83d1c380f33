/* hedgelex.h -- the public interface: TeX's tokens from bytes.
 *
 * The input is a byte string; the output is columns of int32, one row per
 * token, in source order. The rules are TeX's own (The TeXbook, chapters 7
 * and 8; tex.web, get_next), written down clause by clause in spec/lexer.md.
 *
 *      bytes --regime--> lexer --> kinds[] codes[] starts[]   (tokens)
 *                              --> issue_codes[] issue_offsets[]   (issues)
 *
 * Memory belongs to the caller and is never allocated, kept or freed here.
 * The only global state is which kernel runs, an atomic variable that changes no
 * token: every function may run in many threads at once on different buffers.
 * No function reads or writes outside the bounds it names, whatever the input
 * bytes, the category codes or the capacities; hlx_expand alone believes its caller.
 */
#ifndef HEDGELEX_H
#define HEDGELEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest input, in bytes: rows are numbered, and offsets given, by positive int32.
 * spec: LEX-01 */
#define HLX_MAX_INPUT_BYTES 2147483645u

/* Largest document of the service, in bytes (2 MiB). spec: CLI-24 */
#define HLX_MAX_DOCUMENT_BYTES 2097152u

/* The largest Unicode code point. spec: LEX-12 */
#define HLX_MAX_CODE_POINT 0x10FFFFu

/* TeX's category codes (The TeXbook, p. 37). spec: CAT-01 */
enum hlx_category {
    HLX_CATEGORY_ESCAPE = 0,
    HLX_CATEGORY_BEGIN_GROUP = 1,
    HLX_CATEGORY_END_GROUP = 2,
    HLX_CATEGORY_MATH_SHIFT = 3,
    HLX_CATEGORY_ALIGNMENT_TAB = 4,
    HLX_CATEGORY_END_OF_LINE = 5,
    HLX_CATEGORY_PARAMETER = 6,
    HLX_CATEGORY_SUPERSCRIPT = 7,
    HLX_CATEGORY_SUBSCRIPT = 8,
    HLX_CATEGORY_IGNORED = 9,
    HLX_CATEGORY_SPACE = 10,
    HLX_CATEGORY_LETTER = 11,
    HLX_CATEGORY_OTHER = 12,
    HLX_CATEGORY_ACTIVE = 13,
    HLX_CATEGORY_COMMENT = 14,
    HLX_CATEGORY_INVALID = 15
};

/* A token's kind is its category code, or this for a control sequence. */
#define HLX_KIND_CONTROL_SEQUENCE 0

enum hlx_encoding {
    HLX_ENCODING_BYTES = 0, /* a character is a byte (8-bit TeX engines) */
    HLX_ENCODING_UTF8 = 1   /* a character is a Unicode code point */
};

/* No end-of-line character is appended (TeX: \endlinechar=-1). */
#define HLX_NO_END_OF_LINE_CHAR (-1)

/* What TeX's reader depends on. Every combination of values in range is
 * legal. spec: CAT-02 */
typedef struct hlx_regime {
    uint8_t category[256];    /* category code, 0 to 15, of characters 0 to 255 */
    uint8_t encoding;         /* enum hlx_encoding */
    uint8_t unicode_letters;  /* utf8, characters above 255: 1 = letters by
                                  Unicode data are letters, 0 = none is */
    int16_t end_of_line_char; /* -1 to 255; TeX's default is 13 */
} hlx_regime;

/*@ predicate RegimeValid{L}(hlx_regime *regime) =
      (\forall integer character; 0 <= character < 256 ==>
        regime->category[character] <= HLX_CATEGORY_INVALID) &&
      regime->encoding <= HLX_ENCODING_UTF8 && regime->unicode_letters <= 1 &&
      HLX_NO_END_OF_LINE_CHAR <= regime->end_of_line_char <= 255;
*/

enum hlx_preset {
    HLX_PRESET_LATEX = 0,   /* what a document is read with */
    HLX_PRESET_PACKAGE = 1, /* latex, and @ is a letter */
    HLX_PRESET_EXPL3 = 2,   /* latex after \ExplSyntaxOn */
    HLX_PRESET_PLAIN = 3,   /* plain TeX */
    HLX_PRESET_INITEX = 4   /* TeX before any format */
};
#define HLX_PRESET_COUNT 5u

typedef enum hlx_status {
    HLX_STATUS_OK = 0,
    HLX_STATUS_CANCELLED = 1,   /* of a worker that was told to stop, of no function here */
    HLX_STATUS_OUTPUT_FULL = 2, /* the token capacity was reached; columns are full */
    HLX_STATUS_BAD_ARGUMENT = 3 /* a regime or a length out of range; no row was written */
} hlx_status;

/* Issues: what a careful reader of the source wants to hear of.
 * X(code, enumerator, identifier, message). spec: LEX-60 */
#define HLX_ISSUES(X)                                                                              \
    X(1, HLX_ISSUE_INVALID_CHARACTER, "invalid-character",                                         \
      "invalid character: TeX drops it (category code 15)")                                        \
    X(2, HLX_ISSUE_MALFORMED_UTF8, "malformed-utf8", "malformed UTF-8: read as U+FFFD")            \
    X(3, HLX_ISSUE_NOTATION_RANGE, "notation-out-of-range",                                        \
      "^^^^^^ notation above U+10FFFF: read as U+FFFD")                                            \
    X(4, HLX_ISSUE_ESCAPE_AT_END, "escape-at-end", "escape character at the end of the input")     \
    X(5, HLX_ISSUE_UNMATCHED_END_GROUP, "unmatched-end-group",                                     \
      "end of a group that was never begun")                                                       \
    X(6, HLX_ISSUE_UNCLOSED_BEGIN_GROUP, "unclosed-begin-group", "group is never ended")

enum hlx_issue {
#define HLX_ISSUE_ENUMERATOR(code, enumerator, identifier, message) enumerator = (code),
    HLX_ISSUES(HLX_ISSUE_ENUMERATOR)
#undef HLX_ISSUE_ENUMERATOR
};

/* Where the rows go. The caller owns all arrays; they must not overlap. Those of a
 * capacity of 0 may be NULL. An input of n bytes gives at most n + 1 tokens and n + 2
 * issues. Column i of a token: kinds[i], codes[i], starts[i]. spec: LEX-50 */
typedef struct hlx_columns {
    int32_t *kinds;
    int32_t *codes;
    int32_t *starts;         /* byte offset of the token's first byte */
    uint32_t token_capacity; /* rows available in each of the three */
    int32_t *issue_codes;    /* enum hlx_issue */
    int32_t *issue_offsets;  /* byte offset */
    uint32_t issue_capacity; /* rows available in each of the two */
} hlx_columns;

typedef struct hlx_counts {
    uint32_t tokens; /* rows written; never more than token_capacity */
    uint32_t issues; /* issues found; rows written are the first
                        min(issues, issue_capacity) of them */
} hlx_counts;

/* Fill `regime` with a preset's category codes and end-of-line character for
 * `encoding`. Returns false, and leaves `regime` alone, when either argument
 * is out of range. spec: CAT-10 to CAT-15 */
bool hlx_regime_preset(hlx_regime *regime, uint32_t preset, uint32_t encoding);

/* True when every field of `regime` is in range. spec: CAT-02 */
/*@ requires readable: \valid_read(regime);
    terminates \true;
    assigns \nothing;
    ensures valid: \result != 0 <==> RegimeValid(regime);
*/
bool hlx_regime_valid(const hlx_regime *regime);

/* Tokenize a whole document. `counts` is always written. On OUTPUT_FULL the
 * columns hold exactly token_capacity tokens, the first ones. An issue's row is
 * written in the order in which the lexer meets it; the group issues (5, 6)
 * come after all others. Rows behind the tokens, up to the capacity, may be
 * overwritten. The contract is in tokenize.h. spec: LEX-01, LEX-50 to LEX-66 */
hlx_status hlx_tokenize(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                        const hlx_columns *columns, hlx_counts *counts);

/* Derive the columns that the native interface leaves out, for the first
 * `token_count` tokens, whose starts a call on the same valid regime and the same
 * input has written: ends[i] (byte offset behind the token), lines[i] and cols[i]
 * (1-based; col counts bytes). Each of the three has room for `token_count` rows, none
 * overlaps another array. Nothing of this is checked: with other starts it may read
 * out of bounds. The contract is in expand.h. spec: LEX-51, LEX-52 */
void hlx_expand(const hlx_regime *regime, const uint8_t *input, uint32_t input_length,
                const int32_t *starts, uint32_t token_count, int32_t *ends, int32_t *lines,
                int32_t *cols);

/* The historic entry point: preset latex, encoding bytes, six columns.
 * Returns the number of tokens written (at most input_len + 1), or -1 when the
 * document gives more than max_tokens tokens (the first max_tokens rows are
 * written), or -2 when input_len or max_tokens is out of range (no row is).
 * spec: LEX-55 */
int tokenize_bytes_into_soa_simd(const uint8_t *input, size_t input_len, int32_t *kinds,
                                 int32_t *codes, int32_t *start_pos, int32_t *end_pos,
                                 int32_t *lines, int32_t *cols, int max_tokens);

#endif
