/* peer.h -- other ways to write this lexer, for comparison.
 *
 * Each gives the six columns of the preset latex in bytes, for documents without ^^ notations,
 * without control characters and with lines that end in LF: what people write by hand or generate.
 * The benchmark checks that their columns are those of the library before it measures them. */
#ifndef HLX_PEER_H
#define HLX_PEER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The next row of the six columns, and where the line began. */
typedef struct peer_output {
    int32_t *kinds, *codes, *starts, *ends, *lines, *cols;
    uint32_t row, line, line_start;
} peer_output;

static inline void peer_emit(peer_output *out, int32_t kind, int32_t code, uint32_t start,
                             uint32_t end) {
    uint32_t row = out->row++;
    out->kinds[row] = kind;
    out->codes[row] = code;
    out->starts[row] = (int32_t)start;
    out->ends[row] = (int32_t)end;
    out->lines[row] = (int32_t)out->line;
    out->cols[row] = (int32_t)(start - out->line_start + 1);
}

static inline int32_t peer_hash(const uint8_t *name, uint32_t length) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < length; i++) {
        hash = hash * 16777619u + name[i] + 1u;
    }
    return (int32_t)hash;
}

enum { PEER_NEW_LINE, PEER_MIDDLE, PEER_SKIP };

/* The token of a line's end, if it gives one, and the next line. */
static inline int peer_line_end(peer_output *out, int state, uint32_t start, uint32_t end) {
    if (state == PEER_NEW_LINE) {
        peer_emit(out, 0, 1942592201, start, end);
    } else if (state == PEER_MIDDLE) {
        peer_emit(out, 10, ' ', start, end);
    }
    out->line++;
    out->line_start = end;
    return PEER_NEW_LINE;
}

/* The kind of a byte that is one token. */
extern const uint8_t peer_kind[256];

/* `input` has `length` bytes, and two zeros behind them. The number of rows. */
uint32_t peer_switch(const uint8_t *input, uint32_t length, peer_output out);
uint32_t peer_re2c(const uint8_t *input, uint32_t length, peer_output out);
uint32_t peer_flex(uint8_t *input, uint32_t length, peer_output out);

#ifdef __cplusplus
}
#endif

#endif
