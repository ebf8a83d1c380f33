/* kernel.h -- which kernel runs, and what kernels do: scans and leaps.
 *
 * Every kernel keeps the contracts of scan.h and of hlx_lexer_leap (lexer.h): that is what the
 * proof of the lexer assumes. The scans are proved to, over models of the vector operations
 * (proofs/models); tests/test_kernels.c holds all of them to it; tests/test_leap.c holds the leaps,
 * with the columns derived in them (blocks.h), to the portable code. */
#ifndef HLX_KERNEL_H
#define HLX_KERNEL_H

#include "blocks.h"
#include "choice.h"
#include "scan_kernels.h"

#define HLX_LEXER_LEAP_PARAMETERS                                                                  \
    hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input, uint32_t input_length,       \
        uint32_t pause_at, const hlx_columns *columns, hlx_counts *counts
#define HLX_LEAP_PARAMETERS                                                                        \
    hlx_leap_cursor *at, const hlx_regime *regime, const uint8_t *input, uint32_t input_length,    \
        uint32_t pause_at, const hlx_window *to

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

#endif
