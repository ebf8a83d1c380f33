/* display.h -- bytes of a document, shown to a person.
 *
 * A source line may hold anything: terminal escape sequences, bytes that are not
 * UTF-8, characters that reverse the reading direction. Here it becomes text
 * that is safe on a UTF-8 terminal and whose width is known, in TeX's own notation
 * for what it cannot print:
 *
 *      byte 0 to 31, 127         ^^@ to ^^_, ^^?
 *      byte that is not UTF-8    ^^80 to ^^ff
 *      invisible character       <U+202E>
 *      TAB in a source line      one space
 *
 * This is for reading, not for reading back: `^^M` may also stand in the source.
 * token_format.h has the reversible notation. spec: CMD-10 */
#ifndef HLX_DISPLAY_H
#define HLX_DISPLAY_H

#include <stdint.h>
#include <stdio.h>

#define HLX_DISPLAY_PIECE_BYTES 16u

/* One character as it is shown. */
typedef struct hlx_display_piece {
    char text[HLX_DISPLAY_PIECE_BYTES]; /* closed by a zero byte */
    uint32_t taken;                     /* bytes of the source, 1 to 4 */
    uint32_t width;                     /* terminal columns, 0 to 10 */
} hlx_display_piece;

/* Make the C library's character widths those of UTF-8. Without it, or where the
 * C.UTF-8 locale is missing, every character above 127 is shown by its number. */
void hlx_display_begin(void);

/* The character at bytes[position]; position < length. */
hlx_display_piece hlx_display_next(const uint8_t *bytes, uint32_t position, uint32_t length);

/* Write all of `bytes`; returns the columns taken. */
uint32_t hlx_display_bytes(FILE *stream, const uint8_t *bytes, uint32_t length);

/* Write the source line that begins at `start` and holds `mark` (start <= mark <=
 * length), and under it a caret below the mark, both behind `indent` spaces. A line
 * wider than HLX_DISPLAY_LINE_COLUMNS is shown as a window around the mark, `...`
 * standing for what is left out. The work does not depend on the line's length.
 * spec: CMD-11 */
#define HLX_DISPLAY_LINE_COLUMNS 96u
void hlx_display_line(FILE *stream, const uint8_t *bytes, uint32_t length, uint32_t start,
                      uint32_t mark, uint32_t indent);

#endif
