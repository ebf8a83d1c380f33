/* fuzz_latex.h -- inputs that are a regime and a document, and their mutator.
 *
 *      byte 0     1        2                                  ...
 *      rows       pause    regime, see below                  document
 *
 * The first two bytes are free for the target. A regime is one byte of bits
 *
 *      0-2 preset   3 utf8   4 the other unicode_letters   5 one byte follows: the
 *      end-of-line character   6 there is none   7 a count follows, and so many
 *      pairs (character, category) that override the table; count 255: all 256
 *
 * Bytes are a poor alphabet for LaTeX: a random one is nearly always plain. The
 * mutator therefore puts in pieces that mean something to TeX, doubles or removes
 * stretches, and changes the regime. */
#ifndef FUZZ_LATEX_H
#define FUZZ_LATEX_H

#include "fuzz_support.h"
#include "hedgelex.h"

#define FUZZ_LATEX_KNOBS 2u
#define FUZZ_WHOLE_TABLE 255u

typedef struct fuzz_latex {
    uint8_t knobs[FUZZ_LATEX_KNOBS];
    hlx_regime regime;
    const uint8_t *document;
    uint32_t length;
} fuzz_latex;

static inline void fuzz_categories(fuzz_input *input, hlx_regime *regime) {
    uint32_t count = fuzz_byte(input);
    for (uint32_t i = 0; i < count && count < FUZZ_WHOLE_TABLE; i++) {
        uint8_t character = fuzz_byte(input);
        regime->category[character] = fuzz_byte(input) & 15u;
    }
    for (uint32_t i = 0; i < 256 && count == FUZZ_WHOLE_TABLE; i++) {
        regime->category[i] = fuzz_byte(input) & 15u;
    }
}

static inline void fuzz_regime(fuzz_input *input, hlx_regime *regime) {
    uint8_t bits = fuzz_byte(input);
    bool known = hlx_regime_preset(regime, (bits & 7u) % HLX_PRESET_COUNT, bits >> 3 & 1u);
    fuzz_expect(known, "CAT-10: the presets exist");
    if ((bits & 0x10u) != 0) {
        regime->unicode_letters ^= 1u;
    }
    if ((bits & 0x20u) != 0) {
        regime->end_of_line_char = fuzz_byte(input);
    }
    if ((bits & 0x40u) != 0) {
        regime->end_of_line_char = HLX_NO_END_OF_LINE_CHAR;
    }
    if ((bits & 0x80u) != 0) {
        fuzz_categories(input, regime);
    }
}

/* The document is a part of `data`; it ends where `data` ends. */
static inline fuzz_latex fuzz_latex_read(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size, 0};
    fuzz_latex latex = {.length = 0};
    for (uint32_t i = 0; i < FUZZ_LATEX_KNOBS; i++) {
        latex.knobs[i] = fuzz_byte(&input);
    }
    fuzz_regime(&input, &latex.regime);
    latex.document = data + input.at;
    latex.length = (uint32_t)fuzz_left(&input);
    return latex;
}

/* ---- mutation ---- */

static const char *const fuzz_latex_pieces[] = {
    "\\",
    "\\par",
    "\\begin{a}",
    "\\end{a}",
    "\\a^^62c",
    "\\^^M",
    "^^",
    "^^5c",
    "^^5e^5e41",
    "^^^",
    "^^41",
    "^^M",
    "^^?",
    "^^^^0041",
    "^^^^^00041",
    "^^^^d800",
    "^^^^00e9",
    "^^0d",
    "^^20",
    "^^25",
    "%",
    "% x\n",
    "{",
    "}",
    "$x_1^2$",
    "&",
    "#1",
    "~",
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    " \n",
    "\\ ",
    "\\\n",
    "\\ab  c",
    "\xC3\xA9",
    "\xC3",
    "\xE2\x82\xAC",
    "\xED\xA0",
    "\xEF\xBB",
    "\xCC\x81",
    "\x7F",
    "\x80",
    "\xFF",
    "aaaaaaaaaaaaaaaa",
    "^^^^^^00",
    "04110ffff",
    "\xF0\x9D\x94\x84",
    "^^^^^^10ffff",
    "^^^^^^110000",
    "\xEF\xBB\xBF",
};
#define FUZZ_LATEX_PIECES (sizeof fuzz_latex_pieces / sizeof fuzz_latex_pieces[0])

/* A stretch of data[from .. size) removed, doubled, or replaced by a piece. */
static inline void fuzz_latex_edit(uint8_t *data, size_t *size, size_t max_size, size_t from,
                                   uint32_t *random) {
    size_t at = from + fuzz_random(random) % (*size - from + 1);
    size_t stretch = fuzz_random(random) % (*size - at + 1);
    stretch = stretch > 64 ? 64 : stretch;
    uint8_t copy[64];
    memcpy(copy, data + at, stretch);
    const char *piece = fuzz_latex_pieces[fuzz_random(random) % FUZZ_LATEX_PIECES];
    uint32_t kind = fuzz_random(random) % 8;
    if (kind == 0) {
        (void)fuzz_splice(data, size, max_size, at, stretch, copy, 0);
    } else if (kind == 1) {
        (void)fuzz_splice(data, size, max_size, at, 0, copy, stretch);
    } else {
        size_t cut = kind == 2 && at < *size ? 1 : 0;
        (void)fuzz_splice(data, size, max_size, at, cut, (const uint8_t *)piece, strlen(piece));
    }
}

static inline size_t fuzz_latex_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint32_t random = fuzz_seeded(seed);
    fuzz_latex latex = fuzz_latex_read(data, size);
    size_t from = size - latex.length;
    if (fuzz_random(&random) % 4 == 0 || from <= FUZZ_LATEX_KNOBS) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    for (uint32_t edits = 1 + fuzz_random(&random) % 4; edits > 0; edits--) {
        fuzz_latex_edit(data, &size, max_size, from, &random);
    }
    return size;
}

#endif
