/* bytes.h -- big-endian integers in byte strings, by arithmetic.
 *
 * Multiplication and division by powers of 256, not shifts: the provers decide
 * it at once, and compilers make shifts of it (of the stores one byte-swapping
 * move). Nothing depends on the machine's own byte order or on alignment. */
#ifndef HLX_BYTES_H
#define HLX_BYTES_H

#include <stdint.h>

/* The one definition of the wire's integers; every other contract builds on it. */
/*@ logic integer BigEndian32{L}(uint8_t *bytes) =
      bytes[0] * 0x1000000 + bytes[1] * 0x10000 + bytes[2] * 0x100 + bytes[3];

    logic integer BigEndian64{L}(uint8_t *bytes) =
      BigEndian32(bytes) * 0x100000000 + BigEndian32(bytes + 4);
*/

/* Read 4 bytes, most significant first. spec: FRM-01 */
/*@ requires readable: \valid_read(bytes + (0 .. 3));
    terminates \true;
    assigns \nothing;
    ensures value: \result == BigEndian32(bytes);
*/
uint32_t hlx_load_u32(const uint8_t *bytes);

/* Read 8 bytes, most significant first. spec: FRM-01 */
/*@ requires readable: \valid_read(bytes + (0 .. 7));
    terminates \true;
    assigns \nothing;
    ensures value: \result == BigEndian64(bytes);
*/
uint64_t hlx_load_u64(const uint8_t *bytes);

/* Write 4 bytes, most significant first. spec: FRM-01 */
/*@ requires writable: \valid(bytes + (0 .. 3));
    terminates \true;
    assigns bytes[0 .. 3];
    ensures value: BigEndian32(bytes) == value;
*/
void hlx_store_u32(uint8_t *bytes, uint32_t value);

/* Write 8 bytes, most significant first. spec: FRM-01 */
/*@ requires writable: \valid(bytes + (0 .. 7));
    terminates \true;
    assigns bytes[0 .. 7];
    ensures value: BigEndian64(bytes) == value;
*/
void hlx_store_u64(uint8_t *bytes, uint64_t value);

#endif
