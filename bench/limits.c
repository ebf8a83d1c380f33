/* limits.c -- what the memory system allows: loops that only store rows of the same layout.
 * Compiled for the machine at hand (-march=native). */
#include "limits.h"

static void store_three(int32_t *restrict kinds, int32_t *restrict codes, int32_t *restrict starts,
                        uint32_t rows) {
    for (uint32_t row = 0; row < rows; row++) {
        kinds[row] = 11;
        codes[row] = 'a';
        starts[row] = (int32_t)row;
    }
}

void limit_native(int32_t *const columns[6], uint32_t rows) {
    store_three(columns[0], columns[1], columns[2], rows);
}

/* Group by group, so that all columns grow together, as a lexer's do. */
static void store_six(int32_t *const columns[6], uint32_t first, uint32_t rows) {
    const uint32_t group = 64;
    for (uint32_t done = 0; done < rows; done += group) {
        uint32_t count = rows - done < group ? rows - done : group;
        uint32_t at = first + done;
        store_three(columns[0] + at, columns[1] + at, columns[2] + at, count);
        store_three(columns[3] + at, columns[4] + at, columns[5] + at, count);
    }
}

void limit_six(int32_t *const columns[6], uint32_t rows) {
    store_six(columns, 0, rows);
}

void limit_windows(int32_t *const columns[6], uint32_t rows, uint32_t window) {
    for (uint32_t done = 0; done < rows; done += window) {
        store_six(columns, 0, rows - done < window ? rows - done : window);
        __asm__ volatile("" ::: "memory");
    }
}
