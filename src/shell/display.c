/* display.c -- see display.h for the notation.
 *
 *      start        from            mark              to          end
 *        |  left out  | 48 columns   |  48 columns     | left out  |
 *                  ...aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbb...
 *                                    ^
 *
 * Never more than four bytes a column are looked at, so that a line of two million
 * bytes with an issue at each of them is no more work than a short one. */
#include "display.h"

#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "utf8.h"

#define HALF_COLUMNS (HLX_DISPLAY_LINE_COLUMNS / 2u)
#define BYTES_PER_COLUMN 4u /* of the longest UTF-8 sequence; bounds zero-width characters */
#define ELLIPSIS "..."
#define ELLIPSIS_COLUMNS 3u

void hlx_display_begin(void) {
    (void)setlocale(LC_CTYPE, "C.UTF-8");
}

/* Characters that are not seen themselves, or change how their neighbours are read: general
 * category Cf, Zl or Zp (UnicodeData.txt), or Default_Ignorable_Code_Point, as variation
 * selectors and fillers are (DerivedCoreProperties.txt), of Unicode 15. spec: CMD-10 */
static bool is_invisible(uint32_t code) {
    static const uint32_t ranges[][2] = {
        {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x0600, 0x0605},   {0x061C, 0x061C},
        {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},   {0x08E2, 0x08E2},
        {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},
        {0x2028, 0x202E},   {0x2060, 0x206F},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},
        {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD},
        {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
        {0xE0000, 0xE0FFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i][0] && code <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* TeX's notation: ^^ and the character 64 away, or two lower-case hex digits. */
static hlx_display_piece show_byte(uint8_t byte) {
    hlx_display_piece piece = {.taken = 1};
    int width = byte < 128 ? snprintf(piece.text, sizeof piece.text, "^^%c", byte ^ 64)
                           : snprintf(piece.text, sizeof piece.text, "^^%02x", byte);
    piece.width = (uint32_t)width;
    return piece;
}

static hlx_display_piece show_number(hlx_utf8_character character) {
    hlx_display_piece piece = {.taken = character.length};
    int width = snprintf(piece.text, sizeof piece.text, "<U+%04X>", character.code);
    piece.width = (uint32_t)width;
    return piece;
}

hlx_display_piece hlx_display_next(const uint8_t *bytes, uint32_t position, uint32_t length) {
    uint8_t byte = bytes[position];
    if (byte == '\t') {
        return (hlx_display_piece){.text = " ", .taken = 1, .width = 1};
    }
    if (byte < 32 || byte == 127) {
        return show_byte(byte);
    }
    if (byte < 127) {
        return (hlx_display_piece){.text = {(char)byte}, .taken = 1, .width = 1};
    }
    hlx_utf8_character character = hlx_utf8_decode(bytes, position, length);
    if (character.malformed) {
        return show_byte(byte);
    }
    int width = wcwidth((wchar_t)character.code);
    if (width < 0 || is_invisible(character.code)) {
        return show_number(character);
    }
    hlx_display_piece piece = {.taken = character.length, .width = (uint32_t)width};
    memcpy(piece.text, bytes + position, character.length);
    return piece;
}

uint32_t hlx_display_bytes(FILE *stream, const uint8_t *bytes, uint32_t length) {
    uint32_t width = 0;
    for (uint32_t position = 0; position < length;) {
        hlx_display_piece piece = hlx_display_next(bytes, position, length);
        (void)fputs(piece.text, stream);
        width += piece.width;
        position += piece.taken;
    }
    return width;
}

/* How far bytes[from, to) can be shown in `columns` columns. */
static uint32_t fitting(const uint8_t *bytes, uint32_t from, uint32_t to, uint32_t columns) {
    uint32_t width = 0;
    uint32_t position = from;
    while (position < to) {
        hlx_display_piece piece = hlx_display_next(bytes, position, to);
        width += piece.width;
        if (width > columns || position - from + piece.taken > BYTES_PER_COLUMN * columns) {
            break;
        }
        position += piece.taken;
    }
    return position;
}

/* The first byte from which bytes[.., mark) fits in half the columns. */
static uint32_t window_start(const uint8_t *bytes, uint32_t start, uint32_t mark) {
    uint32_t reach = BYTES_PER_COLUMN * HALF_COLUMNS;
    uint32_t from = mark - start > reach ? mark - reach : start;
    while (from > start && from < mark && (bytes[from] & 0xC0) == 0x80) {
        from++; /* not in the middle of a character */
    }
    while (fitting(bytes, from, mark, HALF_COLUMNS) < mark) {
        from += hlx_display_next(bytes, from, mark).taken;
    }
    return from;
}

/* The line's terminator, or a byte so far behind `mark` that it cannot be shown. */
static uint32_t visible_end(const uint8_t *bytes, uint32_t length, uint32_t mark) {
    uint32_t reach = BYTES_PER_COLUMN * HLX_DISPLAY_LINE_COLUMNS + 1u;
    uint32_t limit = length - mark > reach ? mark + reach : length;
    uint32_t end = mark;
    while (end < limit && bytes[end] != '\n' && bytes[end] != '\r') {
        end++;
    }
    return end;
}

void hlx_display_line(FILE *stream, const uint8_t *bytes, uint32_t length, uint32_t start,
                      uint32_t mark, uint32_t indent) {
    uint32_t end = visible_end(bytes, length, mark);
    uint32_t from = start;
    uint32_t to = fitting(bytes, start, end, HLX_DISPLAY_LINE_COLUMNS);
    if (to < end) {
        from = window_start(bytes, start, mark);
        to = fitting(bytes, mark, end, HALF_COLUMNS);
    }
    uint32_t before = from > start ? ELLIPSIS_COLUMNS : 0;
    (void)fprintf(stream, "%*s%s", (int)indent, "", from > start ? ELLIPSIS : "");
    before += hlx_display_bytes(stream, bytes + from, mark - from);
    (void)hlx_display_bytes(stream, bytes + mark, to - mark);
    (void)fprintf(stream, "%s\n%*s^\n", to < end ? ELLIPSIS : "", (int)(indent + before), "");
}
