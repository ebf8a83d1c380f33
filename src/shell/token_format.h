/* token_format.h -- tokens as lines of text, for programs and for people.
 *
 *      tsv     kind TAB code TAB start TAB end TAB line TAB col TAB text, and a
 *              header line that names them
 *      jsonl   {"kind":11,"code":97,"start":0,"end":1,"line":1,"col":1,"text":"a"}
 *      text    1:1       0-1  letter                97  a
 *
 * Rows are in source order. In tsv a text is reversible: unescaping gives the
 * source bytes of the span. In jsonl each ill-formed byte sequence is U+FFFD, so that a
 * line is valid JSON in UTF-8 whatever the bytes; start and end tell the bytes. In
 * text the text is for reading (display.h). spec: CMD-20 to CMD-23 */
#ifndef HLX_TOKEN_FORMAT_H
#define HLX_TOKEN_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis.h"
#include "document.h"

enum hlx_token_format { HLX_FORMAT_TEXT, HLX_FORMAT_TSV, HLX_FORMAT_JSONL };

/* "letter"; of a token's kind, 0 to 13. */
const char *hlx_kind_name(int32_t kind);

/* The notation of tsv: \t \n \r \\, and \xHH (two upper-case digits) for every
 * other control character, DEL and byte that is no part of well-formed UTF-8. */
void hlx_write_escaped(FILE *stream, const uint8_t *bytes, uint32_t length);

/* A JSON string with its quotes. */
void hlx_write_json_string(FILE *stream, const uint8_t *bytes, uint32_t length);

/* The format's first line, if it has one. */
void hlx_write_token_header(FILE *stream, enum hlx_token_format format);

/* Token `index` as one line. `colour`: text only, by ANSI escape sequences. */
void hlx_write_token(FILE *stream, enum hlx_token_format format, bool colour,
                     const hlx_document *document, const hlx_analysis *analysis, uint32_t index);

#endif
