/* document.c -- see document.h. */
#include "document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complaint.h"
#include "display.h"
#include "hedgelex.h"

#define ROOM_BYTES (HLX_MAX_DOCUMENT_BYTES + 1u) /* one more, to see that there is more */

/* Read until the end of the file or one byte too many. */
static int read_all(hlx_document *document, int descriptor) {
    while (document->size < ROOM_BYTES) {
        ssize_t count =
            read(descriptor, document->bytes + document->size, ROOM_BYTES - document->size);
        if (count == 0) {
            return HLX_EXIT_OK;
        }
        if (count > 0) {
            document->size += (uint32_t)count;
        } else if (errno != EINTR) {
            int code = errno == EISDIR ? HLX_EXIT_NO_INPUT : HLX_EXIT_INPUT_OUTPUT;
            return hlx_complain(code, "%s: %s", document->name, strerror(errno));
        }
    }
    return hlx_complain(HLX_EXIT_BAD_DATA, "%s: larger than the limit of %u bytes (2 MiB)",
                        document->name, HLX_MAX_DOCUMENT_BYTES);
}

static int read_descriptor(hlx_document *document, int descriptor) {
    document->size = 0;
    document->bytes = malloc(ROOM_BYTES);
    if (document->bytes == NULL) {
        return hlx_complain(HLX_EXIT_SYSTEM, "%s: no memory", document->name);
    }
    int code = read_all(document, descriptor);
    if (code != HLX_EXIT_OK) {
        hlx_document_free(document);
    }
    return code;
}

int hlx_document_read(hlx_document *document, const char *path) {
    if (strcmp(path, "-") == 0) {
        document->name = "<stdin>";
        return read_descriptor(document, STDIN_FILENO);
    }
    document->name = path;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return hlx_complain(HLX_EXIT_NO_INPUT, "%s: %s", path, strerror(errno));
    }
    int code = read_descriptor(document, descriptor);
    (void)close(descriptor);
    return code;
}

void hlx_document_free(hlx_document *document) {
    free(document->bytes);
    document->bytes = NULL;
}

void hlx_document_print_name(FILE *stream, const hlx_document *document) {
    (void)hlx_display_bytes(stream, (const uint8_t *)document->name,
                            (uint32_t)strlen(document->name));
}

hlx_place hlx_place_begin(void) {
    return (hlx_place){.line = 1, .column = 1};
}

static bool ends_line(const hlx_document *document, uint32_t offset) {
    uint8_t byte = document->bytes[offset];
    bool cr_lf = byte == '\r' && offset + 1 < document->size && document->bytes[offset + 1] == '\n';
    return byte == '\n' || (byte == '\r' && !cr_lf);
}

void hlx_place_advance(hlx_place *place, const hlx_document *document, uint32_t offset) {
    for (; place->offset < offset; place->offset++) {
        if (ends_line(document, place->offset)) {
            place->line++;
            place->line_start = place->offset + 1;
        }
    }
    place->column = offset - place->line_start + 1;
}

uint32_t hlx_document_line_count(const hlx_document *document) {
    hlx_place place = hlx_place_begin();
    hlx_place_advance(&place, document, document->size);
    bool open_line = place.line_start < document->size;
    return place.line - 1 + (open_line ? 1 : 0);
}
