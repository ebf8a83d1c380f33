/* count_instructions.c -- tokenize one document once, for callgrind.
 *
 *      count_instructions KERNEL FILE
 *
 * Only what happens in `measured` is counted (--toggle-collect). A document whose name has -as-utf8
 * in it is read in that encoding, in one window. Exit codes: 64 wrong usage, 69 the processor lacks
 * the kernel, 71 no memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "kernel.h"

#define EXIT_USAGE 64
#define EXIT_NO_KERNEL 69
#define EXIT_NO_MEMORY 71
#define MOST_BYTES (1u << 20)

static uint32_t read_as_utf8(const uint8_t *input, uint32_t length, int32_t *const columns[6]) {
    const hlx_window window = {columns[0], columns[1], columns[2], columns[3],
                               columns[4], columns[5], MOST_BYTES};
    hlx_regime regime;
    hlx_blocks blocks;
    (void)hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_UTF8);
    hlx_blocks_begin(&blocks, input, length);
    return hlx_blocks_next(&blocks, &regime, input, length, &window);
}

int measured(const uint8_t *input, uint32_t length, int32_t *const columns[6], bool utf8);

__attribute__((noinline)) int measured(const uint8_t *input, uint32_t length,
                                       int32_t *const columns[6], bool utf8) {
    if (utf8) {
        return (int)read_as_utf8(input, length, columns);
    }
    return tokenize_bytes_into_soa_simd(input, length, columns[0], columns[1], columns[2],
                                        columns[3], columns[4], columns[5], (int)MOST_BYTES);
}

int main(int argc, char **argv) {
    static uint8_t input[MOST_BYTES];
    int32_t *columns[6];
    FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
    if (file == NULL || hlx_kernel_named(argv[1]) == HLX_KERNEL_NONE) {
        (void)fprintf(stderr, "usage: count_instructions KERNEL FILE\n");
        return EXIT_USAGE;
    }
    if (!hlx_kernel_use(hlx_kernel_named(argv[1]))) {
        (void)fprintf(stderr, "count_instructions: this processor has no %s\n", argv[1]);
        return EXIT_NO_KERNEL;
    }
    size_t length = fread(input, 1, sizeof input, file);
    (void)fclose(file);
    for (int i = 0; i < 6; i++) {
        columns[i] = malloc(MOST_BYTES * sizeof(int32_t));
        if (columns[i] == NULL) {
            return EXIT_NO_MEMORY;
        }
    }
    (void)printf("%d tokens\n",
                 measured(input, (uint32_t)length, columns, strstr(argv[2], "-as-utf8") != NULL));
    return 0;
}
