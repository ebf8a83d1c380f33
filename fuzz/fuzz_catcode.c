/* fuzz_catcode.c -- any bytes as a regime, and any characters under it.
 *
 *      byte 0-3     4            5            6             7-8         9 ...
 *      a character  preset       encoding of  the regime:   end-of-line a table of
 *                   to ask for   the preset   enc, letters  character   256, document
 *
 * The regime's fields are taken as they come, in range or not. spec: CAT-01, CAT-02,
 * CAT-10 to CAT-15, CAT-20, CAT-21, LEX-01, LEX-53 */
#include "catcode.h"
#include "fuzz_columns.h"
#include "fuzz_support.h"
#include "scan.h"

static void arbitrary_regime(fuzz_input *input, hlx_regime *regime) {
    memset(regime, 0, sizeof *regime);
    regime->encoding = fuzz_byte(input);
    regime->unicode_letters = fuzz_byte(input);
    regime->end_of_line_char = (int16_t)(fuzz_byte(input) << 8);
    regime->end_of_line_char = (int16_t)(regime->end_of_line_char + fuzz_byte(input));
    for (uint32_t i = 0; i < 256; i++) {
        regime->category[i] = fuzz_byte(input);
    }
}

static bool in_range(const hlx_regime *regime) {
    bool good = regime->encoding < 2 && regime->unicode_letters < 2 &&
                regime->end_of_line_char >= -1 && regime->end_of_line_char < 256;
    for (uint32_t i = 0; i < 256; i++) {
        good = good && regime->category[i] < 16;
    }
    return good;
}

/* ---- presets ---- */

/* What each format changes, written down anew and not taken from spec/tables. Characters that
 * are in no row are other. */
enum formats {
    INITEX = 1,
    PLAIN = 2,
    LATIN = 4,
    PDFLATEX = 8,
    LUALATEX = 16,
    PACKAGE = 32,
    EXPL3 = 64
};

static const struct {
    uint32_t format;
    uint8_t first, last, category;
} changes[] = {
    {INITEX, 0, 0, 9},        {INITEX, 13, 13, 5},      {INITEX, ' ', ' ', 10},
    {INITEX, '%', '%', 14},   {INITEX, 'A', 'Z', 11},   {INITEX, '\\', '\\', 0},
    {INITEX, 'a', 'z', 11},   {INITEX, 127, 127, 15},   {PLAIN, 1, 1, 8},
    {PLAIN, '\t', '\t', 10},  {PLAIN, 11, 11, 7},       {PLAIN, 12, 12, 13},
    {PLAIN, '#', '#', 6},     {PLAIN, '$', '$', 3},     {PLAIN, '&', '&', 4},
    {PLAIN, '^', '^', 7},     {PLAIN, '_', '_', 8},     {PLAIN, '{', '{', 1},
    {PLAIN, '}', '}', 2},     {PLAIN, '~', '~', 13},    {LATIN, 170, 170, 11},
    {LATIN, 181, 181, 11},    {LATIN, 186, 186, 11},    {LATIN, 192, 214, 11},
    {LATIN, 216, 246, 11},    {LATIN, 248, 255, 11},    {PDFLATEX, 0, 0, 15},
    {PDFLATEX, 1, 8, 13},     {PDFLATEX, 11, 11, 13},   {PDFLATEX, 14, 31, 13},
    {PDFLATEX, 128, 255, 13}, {LUALATEX, 0, 8, 15},     {LUALATEX, 11, 11, 15},
    {LUALATEX, 14, 31, 15},   {LUALATEX, 173, 173, 13}, {PACKAGE, '@', '@', 11},
    {EXPL3, '\t', '\t', 9},   {EXPL3, ' ', ' ', 9},     {EXPL3, '"', '"', 12},
    {EXPL3, '&', '&', 4},     {EXPL3, ':', ':', 11},    {EXPL3, '^', '^', 7},
    {EXPL3, '_', '_', 11},    {EXPL3, '|', '|', 12},    {EXPL3, '~', '~', 10},
};

static uint32_t formats_of(uint32_t preset, uint32_t encoding) {
    static const uint32_t own[HLX_PRESET_COUNT] = {0, PACKAGE, EXPL3, 0, 0};
    uint32_t plain = INITEX | PLAIN | (encoding == HLX_ENCODING_UTF8 ? LATIN : 0u);
    uint32_t latex = plain | (encoding == HLX_ENCODING_UTF8 ? LUALATEX : PDFLATEX);
    return own[preset] | (preset == HLX_PRESET_INITEX  ? INITEX
                          : preset == HLX_PRESET_PLAIN ? plain
                                                       : latex);
}

static void check_table(const hlx_regime *regime, uint32_t formats) {
    uint8_t expected[256];
    memset(expected, HLX_CATEGORY_OTHER, sizeof expected);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        if ((changes[i].format & formats) != 0) {
            memset(expected + changes[i].first, changes[i].category,
                   changes[i].last - changes[i].first + 1u);
        }
    }
    fuzz_expect(memcmp(expected, regime->category, sizeof expected) == 0,
                "CAT-10 to CAT-12: the preset's categories");
}

static void check_preset(uint32_t preset, uint32_t encoding) {
    hlx_regime regime;
    hlx_regime before;
    memset(&regime, 0xA5, sizeof regime);
    before = regime;
    bool known = hlx_regime_preset(&regime, preset, encoding);
    fuzz_expect(known == (preset < 5 && encoding < 2), "CAT-15: what is unknown is refused");
    if (!known) {
        fuzz_expect(memcmp(&before, &regime, sizeof regime) == 0, "CAT-15: and changes nothing");
        return;
    }
    fuzz_expect(in_range(&regime) && regime.encoding == encoding, "CAT-10: a preset is a regime");
    fuzz_expect(regime.end_of_line_char == (preset == HLX_PRESET_EXPL3 ? 32 : 13),
                "CAT-12, CAT-13: the preset's end-of-line character");
    check_table(&regime, formats_of(preset, encoding));
    fuzz_expect(regime.unicode_letters == (preset != HLX_PRESET_INITEX), "CAT-14: letters");
}

/* ---- one character ---- */

/* How many letters LuaLaTeX has above 255, and their sum; from spec/tables/lualatex.cat. Once. */
#define LETTERS 138437u
#define SUM_OF_LETTERS 15086545320u

static void check_letters(void) {
    static bool checked;
    uint64_t sum = 0;
    uint32_t count = 0;
    for (uint32_t code = 256; code <= HLX_MAX_CODE_POINT && !checked; code++) {
        bool letter = hlx_unicode_letter(code);
        count += letter;
        sum += letter ? code : 0;
    }
    fuzz_expect(checked || (count == LETTERS && sum == SUM_OF_LETTERS),
                "CAT-21: the letters are LuaLaTeX's");
    checked = true;
}

static void check_category(const hlx_regime *regime, uint32_t code) {
    uint32_t category = hlx_category_of(regime, code);
    if (code < 256) {
        fuzz_expect(category == regime->category[code], "CAT-20: the table's");
    } else if (code == 0xFEFF) {
        fuzz_expect(category == HLX_CATEGORY_IGNORED, "CAT-21: the byte order mark");
    } else {
        bool letter = regime->unicode_letters == 1 && hlx_unicode_letter(code);
        fuzz_expect(category == (letter ? 11u : 12u), "CAT-21: a letter or other");
    }
}

static void check_plain(const hlx_regime *regime) {
    static const char is_plain[16] = {0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0};
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t category = regime->category[byte];
        bool whole = regime->encoding == HLX_ENCODING_BYTES || byte < 128;
        uint32_t expected = whole && is_plain[category] ? category : 0;
        fuzz_expect(hlx_plain_kind(regime, (uint8_t)byte) == expected, "LEX-53: which are plain");
    }
}

/* ---- a document ---- */

static void check_document(const hlx_regime *regime, bool good, const uint8_t *bytes,
                           uint32_t length) {
    hlx_columns columns = fuzz_columns_for(length);
    hlx_counts counts = {7, 7};
    memset(columns.kinds, 0x5A, sizeof *columns.kinds);
    int32_t before = columns.kinds[0];
    hlx_status status = hlx_tokenize(regime, bytes, length, &columns, &counts);
    fuzz_expect(status == (good ? HLX_STATUS_OK : HLX_STATUS_BAD_ARGUMENT),
                "CAT-02: a document is read exactly under a legal regime");
    if (!good) {
        fuzz_expect(counts.tokens == 0 && counts.issues == 0 && columns.kinds[0] == before,
                    "CAT-02: else nothing is written");
    }
    fuzz_columns_free(&columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size, 0};
    hlx_regime regime;
    uint32_t character = fuzz_u32(&input) % (HLX_MAX_CODE_POINT + 1);
    uint32_t preset = fuzz_byte(&input);
    check_letters();
    check_preset(preset, fuzz_byte(&input));
    arbitrary_regime(&input, &regime);
    bool good = in_range(&regime);
    fuzz_expect(hlx_regime_valid(&regime) == good, "CAT-02: legal is what is in range");
    if (good) {
        check_category(&regime, character);
        check_category(&regime, character & 0x1FF);
        check_plain(&regime);
    }
    check_document(&regime, good, data + input.at, (uint32_t)fuzz_left(&input));
    return 0;
}

/* Bytes of the fixed part brought into range, so that the table is legal more often. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint32_t random = fuzz_seeded(seed);
    size = LLVMFuzzerMutate(data, size, max_size);
    if (fuzz_random(&random) % 8 == 0) {
        return size;
    }
    for (size_t i = 4; i < size && i < 266; i++) {
        data[i] = i < 5 ? data[i] % 5 : i < 8 ? data[i] & 1 : i == 8 ? 0 : data[i];
        data[i] = i > 9 ? data[i] & 15 : data[i];
    }
    return size;
}
