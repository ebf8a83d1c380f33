/* document.h -- a document in memory, and where a byte offset lies in it.
 *
 * A document is at most 2 MiB (HLX_MAX_DOCUMENT_BYTES), whatever it is read from:
 * a file, a pipe, or standard input under the name `-`. Lines end at LF, CR or
 * CR LF, as TeX reads them (spec: LEX-10). */
#ifndef HLX_DOCUMENT_H
#define HLX_DOCUMENT_H

#include <stdint.h>
#include <stdio.h>

typedef struct hlx_document {
    const char *name; /* as given; "<stdin>" for "-". Not copied. */
    uint8_t *bytes;   /* from malloc, never NULL after success */
    uint32_t size;
} hlx_document;

/* Read all of `path`. On failure the user has been told, nothing is to be freed
 * and the exit code is not 0. spec: CMD-04 */
int hlx_document_read(hlx_document *document, const char *path);

void hlx_document_free(hlx_document *document);

/* The name, made safe to show. */
void hlx_document_print_name(FILE *stream, const hlx_document *document);

/* A byte offset as an editor shows it. Begin with hlx_place_begin, go only
 * forward: all offsets of a document then cost one pass over it. */
typedef struct hlx_place {
    uint32_t line;       /* from 1 */
    uint32_t column;     /* from 1, in bytes */
    uint32_t line_start; /* offset of the line's first byte */
    uint32_t offset;
} hlx_place;

hlx_place hlx_place_begin(void);

/* Go on to `offset`, not before place->offset and at most the document's size. */
void hlx_place_advance(hlx_place *place, const hlx_document *document, uint32_t offset);

/* How many lines the document has; a last line needs no terminator. */
uint32_t hlx_document_line_count(const hlx_document *document);

#endif
