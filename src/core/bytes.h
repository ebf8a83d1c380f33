/* bytes.h -- big-endian integers in byte strings, by arithmetic.
 *
 * Multiplication and division by powers of 256, not shifts: the provers decide
 * it at once and compilers make the same byte-swapping moves of it. */
#ifndef HLX_BYTES_H
#define HLX_BYTES_H

#include <stdint.h>

/* Read 4 bytes, most significant first. spec: FRM-01 */
uint32_t hlx_load_u32(const uint8_t *bytes);

/* Read 8 bytes, most significant first. spec: FRM-01 */
uint64_t hlx_load_u64(const uint8_t *bytes);

/* Write 4 bytes, most significant first. spec: FRM-01 */
void hlx_store_u32(uint8_t *bytes, uint32_t value);

/* Write 8 bytes, most significant first. spec: FRM-01 */
void hlx_store_u64(uint8_t *bytes, uint64_t value);

#endif
