/* kernel.h -- which scan kernel runs, and the kernels there are.
 *
 *      hlx_scan_run, hlx_scan_line_end (scan.h)  -->  avx512 | avx2 | sse2 | neon | portable
 *
 * The kernel is chosen once, when it is first asked for: the best that the processor
 * has. hlx_kernel_use forces another. The choice changes no token (spec: LEX-53), only
 * the speed, so it may be made while other threads run. Every kernel keeps the contracts
 * of scan.h and of hlx_lexer_leap (lexer.h): that is what the proof of the lexer
 * assumes, and tests/test_kernels.c holds them to it; tests/test_leap.c holds the leaps, with
 * the columns derived in them (blocks.h), to the portable code. A kernel takes whole blocks
 * while the input and the columns have room for one, and leaves the rest to the portable code. */
#ifndef HLX_KERNEL_H
#define HLX_KERNEL_H

#include "blocks.h"
#include "scan.h"

/* In the order of preference, the best last. X(enumerator, name) */
#define HLX_KERNELS(X)                                                                             \
    X(HLX_KERNEL_PORTABLE, "portable")                                                             \
    X(HLX_KERNEL_NEON, "neon")                                                                     \
    X(HLX_KERNEL_SSE2, "sse2")                                                                     \
    X(HLX_KERNEL_AVX2, "avx2")                                                                     \
    X(HLX_KERNEL_AVX512, "avx512")

typedef enum hlx_kernel {
    HLX_KERNEL_NONE = 0,
#define HLX_KERNEL_ENUMERATOR(enumerator, name) enumerator,
    HLX_KERNELS(HLX_KERNEL_ENUMERATOR)
#undef HLX_KERNEL_ENUMERATOR
        HLX_KERNEL_COUNT
} hlx_kernel;

/* Its name, or NULL. spec: SRV-09 */
const char *hlx_kernel_name(hlx_kernel kernel);

/* The kernel of that name, or HLX_KERNEL_NONE. spec: SRV-09 */
hlx_kernel hlx_kernel_named(const char *name);

/* Can this processor, and this build of the library, run it? */
bool hlx_kernel_supported(hlx_kernel kernel);

/* The kernel that runs; the first call chooses the best. */
hlx_kernel hlx_kernel_in_use(void);

/* Use this one from now on. False, and no change, when it is not supported. */
bool hlx_kernel_use(hlx_kernel kernel);

#define HLX_SCAN_RUN_PARAMETERS                                                                    \
    const hlx_regime *regime, const uint8_t *input, uint32_t input_length, uint32_t position,      \
        uint32_t limit, bool in_middle, const hlx_columns *columns, uint32_t row
#define HLX_LEXER_LEAP_PARAMETERS                                                                  \
    hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input, uint32_t input_length,       \
        uint32_t pause_at, const hlx_columns *columns, hlx_counts *counts
#define HLX_LEAP_PARAMETERS                                                                        \
    hlx_leap_cursor *at, const hlx_regime *regime, const uint8_t *input, uint32_t input_length,    \
        uint32_t pause_at, const hlx_window *to
#define HLX_SCAN_GROUPS_PARAMETERS const int32_t *kinds, uint32_t row, uint32_t stop, uint32_t *rows
#define HLX_SCAN_LINE_END_PARAMETERS const uint8_t *input, uint32_t position, uint32_t limit

uint32_t hlx_scan_run_neon(HLX_SCAN_RUN_PARAMETERS);
uint32_t hlx_scan_run_sse2(HLX_SCAN_RUN_PARAMETERS);
uint32_t hlx_scan_run_avx2(HLX_SCAN_RUN_PARAMETERS);
uint32_t hlx_scan_run_avx512(HLX_SCAN_RUN_PARAMETERS);
uint32_t hlx_scan_line_end_neon(HLX_SCAN_LINE_END_PARAMETERS);
uint32_t hlx_scan_line_end_sse2(HLX_SCAN_LINE_END_PARAMETERS);
uint32_t hlx_scan_line_end_avx2(HLX_SCAN_LINE_END_PARAMETERS);
uint32_t hlx_scan_line_end_avx512(HLX_SCAN_LINE_END_PARAMETERS);
uint32_t hlx_scan_groups_neon(HLX_SCAN_GROUPS_PARAMETERS);
uint32_t hlx_scan_groups_sse2(HLX_SCAN_GROUPS_PARAMETERS);
uint32_t hlx_scan_groups_avx2(HLX_SCAN_GROUPS_PARAMETERS);
uint32_t hlx_scan_groups_avx512(HLX_SCAN_GROUPS_PARAMETERS);

/* Where leaps are: what lexer, counts and place become when they are over. */
typedef struct hlx_leap_cursor {
    uint32_t position;
    uint32_t state;
    uint32_t line_start;
    uint32_t line_number;
    uint32_t row;
} hlx_leap_cursor;

/* hlx_lexer_leap and hlx_blocks_leap, for a regime that allows it; the window of the former has
 * no ends. */
void hlx_leap_sse2(HLX_LEAP_PARAMETERS);
void hlx_leap_avx2(HLX_LEAP_PARAMETERS);
void hlx_leap_avx512(HLX_LEAP_PARAMETERS);

/* The kind of a run's byte by its category, 0 where a run ends: KindOfPlain of scan.h, and
 * spaces. */
#define HLX_RUN_KIND_OF_CATEGORY 0, 1, 2, 3, 4, 0, 6, 0, 8, 0, 10, 11, 12, 13, 0, 0

#endif
