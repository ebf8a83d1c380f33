/* dispatch.c -- the scan functions that the lexer calls: each asks which kernel runs, and calls it.
 * Contracts: scan.h. */
#include "choice.h"
#include "scan_kernels.h"

#define OUT_OF_LINE __attribute__((noinline))
#define RUN_ARGUMENTS regime, input, input_length, position, limit, in_middle, columns, row

/* Is the run so short that looking at a block does not pay? */
/*@ requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= limit;
    requires readable: \valid_read(input + (position .. limit - 1));
    terminates \true;
    assigns \nothing;
    ensures answer: \result == 0 || \result == 1;
*/
static OUT_OF_LINE bool short_run(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                                  uint32_t limit) {
    return limit - position < 2u || hlx_plain_kind(regime, input[position]) == 0 ||
           hlx_plain_kind(regime, input[position + 1u]) == 0;
}

uint32_t hlx_scan_run(HLX_SCAN_RUN_PARAMETERS) {
    hlx_kernel kernel = hlx_kernel_in_use();
    if (kernel != HLX_KERNEL_PORTABLE && short_run(regime, input, position, limit)) {
        kernel = HLX_KERNEL_PORTABLE;
    }
#if defined(__x86_64__)
    if (kernel == HLX_KERNEL_AVX512) {
        return hlx_scan_run_avx512(RUN_ARGUMENTS);
    }
    if (kernel == HLX_KERNEL_AVX2) {
        return hlx_scan_run_avx2(RUN_ARGUMENTS);
    }
    if (kernel == HLX_KERNEL_SSE2) {
        return hlx_scan_run_sse2(RUN_ARGUMENTS);
    }
#elif defined(__aarch64__)
    if (kernel == HLX_KERNEL_NEON) {
        return hlx_scan_run_neon(RUN_ARGUMENTS);
    }
#endif
    (void)kernel;
    return hlx_scan_run_portable(RUN_ARGUMENTS);
}

uint32_t hlx_scan_line_end(HLX_SCAN_LINE_END_PARAMETERS) {
    hlx_kernel kernel = hlx_kernel_in_use();
#if defined(__x86_64__)
    if (kernel == HLX_KERNEL_AVX512) {
        return hlx_scan_line_end_avx512(input, position, limit);
    }
    if (kernel == HLX_KERNEL_AVX2) {
        return hlx_scan_line_end_avx2(input, position, limit);
    }
    if (kernel == HLX_KERNEL_SSE2) {
        return hlx_scan_line_end_sse2(input, position, limit);
    }
#elif defined(__aarch64__)
    if (kernel == HLX_KERNEL_NEON) {
        return hlx_scan_line_end_neon(input, position, limit);
    }
#endif
    (void)kernel;
    return hlx_scan_line_end_portable(input, position, limit);
}

uint32_t hlx_scan_groups(HLX_SCAN_GROUPS_PARAMETERS) {
    hlx_kernel kernel = hlx_kernel_in_use();
#if defined(__x86_64__)
    if (kernel == HLX_KERNEL_AVX512) {
        return hlx_scan_groups_avx512(kinds, row, stop, rows);
    }
    if (kernel == HLX_KERNEL_AVX2) {
        return hlx_scan_groups_avx2(kinds, row, stop, rows);
    }
    if (kernel == HLX_KERNEL_SSE2) {
        return hlx_scan_groups_sse2(kinds, row, stop, rows);
    }
#elif defined(__aarch64__)
    if (kernel == HLX_KERNEL_NEON) {
        return hlx_scan_groups_neon(kinds, row, stop, rows);
    }
#endif
    (void)kernel;
    return hlx_scan_groups_portable(kinds, row, stop, rows);
}
