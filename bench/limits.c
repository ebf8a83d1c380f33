/* limits.c -- what the memory system allows: loops that only store rows of the same layout.
 * Compiled for the machine at hand (-march=native). */
#include "limits.h"

#define WRITE_ROWS(first, count) for (uint32_t row = (first); row < (first) + (count); row++)

void limit_native(int32_t *const columns[6], uint32_t rows) {
    int32_t *restrict kinds = columns[0];
    int32_t *restrict codes = columns[1];
    int32_t *restrict starts = columns[2];
    WRITE_ROWS(0, rows) {
        kinds[row] = 11;
        codes[row] = 'a';
        starts[row] = (int32_t)row;
    }
}

void limit_six(int32_t *const columns[6], uint32_t rows) {
    int32_t *restrict kinds = columns[0];
    int32_t *restrict codes = columns[1];
    int32_t *restrict starts = columns[2];
    int32_t *restrict ends = columns[3];
    int32_t *restrict lines = columns[4];
    int32_t *restrict cols = columns[5];
    WRITE_ROWS(0, rows) {
        kinds[row] = 11;
        codes[row] = 'a';
        starts[row] = (int32_t)row;
        ends[row] = (int32_t)row + 1;
        lines[row] = 1;
        cols[row] = (int32_t)row + 1;
    }
}

void limit_windows(int32_t *const columns[6], uint32_t rows, uint32_t window) {
    for (uint32_t done = 0; done < rows; done += window) {
        limit_six(columns, rows - done < window ? rows - done : window);
        __asm__ volatile("" ::: "memory");
    }
}
