/* kernel.c -- which scan kernel runs. Contracts: scan.h. */
#include "scan.h"

uint32_t hlx_scan_run(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                      uint32_t limit, bool in_middle, const hlx_columns *columns, uint32_t row) {
    return hlx_scan_run_portable(regime, input, position, limit, in_middle, columns, row);
}

uint32_t hlx_scan_line_end(const uint8_t *input, uint32_t position, uint32_t limit) {
    return hlx_scan_line_end_portable(input, position, limit);
}
