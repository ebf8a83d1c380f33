/* window_laws.c -- the lemmas of window_lemmas.h, proved with HLX_OPAQUE. */
#include "window_lemmas.h"

/*@ ghost
    void hlx_spans_known(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    uint32_t start, uint32_t position, uint32_t tokens) {
    }

    void hlx_reading_apart(const hlx_lexer *lexer, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_counts *counts) {
    }

    void hlx_reading_together(const hlx_lexer *lexer, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_counts *counts) {
    }

    void hlx_reading_begins(const hlx_lexer *lexer, const uint8_t *input, uint32_t length,
    const hlx_counts *counts) {
    }
*/

/*@ ghost
    void hlx_starts_behind(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    const int32_t *starts, uint32_t first, uint32_t row, uint32_t count) {
        uint32_t k = row;
        /@ loop invariant k: row <= k <= count;
           loop invariant starts: \forall integer r; 0 <= r < k - row ==>
             starts[r] == TokenStart(input, length, regime, first + row + r);
           loop assigns k;
           loop variant count - k;
        @/
        while (k < count) {
            /@ assert start: (starts - row)[k] == TokenStart(input, length, regime, first + k); @/
            k++;
        }
    }
*/

/*@ ghost
    void hlx_rows_derived(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    const int32_t *ends, const int32_t *lines, const int32_t *cols, uint32_t first,
    uint32_t row, uint32_t count) {
        uint32_t k = 0;
        /@ loop invariant k: 0 <= k <= count;
           loop invariant ends: EndsDerived(input, length, regime, ends - row, first, row + k);
           loop invariant lines: LinesDerived(input, length, regime, lines - row, first, row + k);
           loop invariant cols: ColsDerived(input, length, regime, cols - row, first, row + k);
           loop assigns k;
           loop variant count - k;
        @/
        while (k < count) {
            /@ assert end: ends[k] == TokenEnd(input, length, regime, first + row + k); @/
            /@ assert line: lines[k] == LineNumber(input, length,
                 TokenStart(input, length, regime, first + row + k)); @/
            /@ assert col: cols[k] == TokenStart(input, length, regime, first + row + k) -
                 LineOf(input, length, TokenStart(input, length, regime, first + row + k)) + 1; @/
            k++;
        }
    }
*/

/*@ ghost
    void hlx_windows_join(const hlx_regime *regime, const uint8_t *input, uint32_t length,
    const hlx_window *columns, const hlx_window *window, uint32_t count, uint32_t rows) {
        /@ assert kinds: \forall integer r; count <= r < count + rows ==> \let k = r - count;
             window->kinds[k] == TokenKind(input, length, regime, count + k); @/
        /@ assert codes: \forall integer r; count <= r < count + rows ==> \let k = r - count;
             window->codes[k] == TokenCode(input, length, regime, count + k); @/
        /@ assert starts: \forall integer r; count <= r < count + rows ==> \let k = r - count;
             window->starts[k] == TokenStart(input, length, regime, count + k); @/
        /@ assert given: RowsGiven(input, length, regime, columns, 0, count + rows); @/
        hlx_rows_derived(regime, input, length, columns->ends + count, columns->lines + count,
                         columns->cols + count, 0, count, rows);
        /@ assert derived: RowsDerived(input, length, regime, columns, 0, count + rows); @/
    }
*/

/*@ ghost
    void hlx_place_apart(const hlx_place *place, const uint8_t *input, uint32_t length) {
    }

    void hlx_place_together(const hlx_place *place, const uint8_t *input, uint32_t length) {
    }

    void hlx_call_apart(const hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
    uint32_t length, const hlx_window *window) {
    }

    void hlx_call_together(const hlx_blocks *blocks, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_window *window) {
    }

    void hlx_blocks_together(const hlx_blocks *blocks, const hlx_regime *regime,
    const uint8_t *input, uint32_t length) {
    }
*/

/*@ ghost
    void hlx_blocks_first(const hlx_blocks *blocks, const uint8_t *input, uint32_t length) {
        hlx_reading_begins(&blocks->lexer, input, length, &blocks->counts);
    }
*/

/*@ ghost
    void hlx_window_given(const hlx_lexer *lexer, const hlx_regime *regime,
    const uint8_t *input, uint32_t length, const hlx_columns *columns,
    const hlx_window *window, const hlx_counts *counts) {
    }

    void hlx_place_aside(const hlx_blocks *blocks, const hlx_window *window) {
    }
*/
