/* limits.h -- loops that only store rows. */
#ifndef HLX_LIMITS_H
#define HLX_LIMITS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Three columns, six, and six of a window again and again. */
void limit_native(int32_t *const columns[6], uint32_t rows);
void limit_six(int32_t *const columns[6], uint32_t rows);
void limit_windows(int32_t *const columns[6], uint32_t rows, uint32_t window);

#ifdef __cplusplus
}
#endif

#endif
