/* bytes.c -- contracts are in bytes.h. */
#include "bytes.h"

/* spec: FRM-01 */
uint32_t hlx_load_u32(const uint8_t *bytes) {
    return bytes[0] * 0x1000000u + bytes[1] * 0x10000u + bytes[2] * 0x100u + bytes[3];
}

/* spec: FRM-01 */
uint64_t hlx_load_u64(const uint8_t *bytes) {
    return hlx_load_u32(bytes) * 0x100000000u + hlx_load_u32(bytes + 4);
}

/* spec: FRM-01 */
void hlx_store_u32(uint8_t *bytes, uint32_t value) {
    bytes[0] = (uint8_t)(value / 0x1000000u);
    bytes[1] = (uint8_t)(value / 0x10000u % 0x100u);
    bytes[2] = (uint8_t)(value / 0x100u % 0x100u);
    bytes[3] = (uint8_t)(value % 0x100u);
}

/* spec: FRM-01 */
void hlx_store_u64(uint8_t *bytes, uint64_t value) {
    hlx_store_u32(bytes, (uint32_t)(value / 0x100000000u));
    hlx_store_u32(bytes + 4, (uint32_t)(value % 0x100000000u));
}
