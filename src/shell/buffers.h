/* buffers.h -- memory for the documents that clients send, bounded and reused.
 *
 *      class  0   1   2  ...   9
 *      bytes  8K 12K 20K ... 2M + 4K      (4 KiB << class) + 4 KiB
 *
 * A buffer is taken when a request's length is known and was checked, and holds what the
 * client sends and an options block (submission.h). Free buffers are kept by class; when
 * the bound is reached those of other classes are given back to the system first.
 * The pages are not inherited by workers: no worker sees another's document, and a
 * fork makes no page of them copy-on-write. spec: SRV-31 */
#ifndef HLX_BUFFERS_H
#define HLX_BUFFERS_H

#include <stddef.h>
#include <stdint.h>

#define HLX_BUFFER_CLASSES 10u

typedef struct hlx_free_buffer hlx_free_buffer;

typedef struct hlx_buffers {
    size_t limit_bytes;
    size_t mapped_bytes;
    size_t once_bytes; /* of these, taken once */
    hlx_free_buffer *free[HLX_BUFFER_CLASSES];
} hlx_buffers;

void hlx_buffers_init(hlx_buffers *buffers, size_t limit_bytes);

/* A buffer of at least `bytes` (at most that of the last class), its class in
 * `*size_class`; NULL when the bound does not allow it. */
uint8_t *hlx_buffers_take(hlx_buffers *buffers, size_t bytes, uint32_t *size_class);

void hlx_buffers_give(hlx_buffers *buffers, uint8_t *buffer, uint32_t size_class);

/* Memory of any size for once, given back to the system at once: for columns that a client
 * does not take (delivery.h). Half of the bound is for documents only; NULL when the other
 * half does not allow it. spec: SRV-64 */
uint8_t *hlx_buffers_take_once(hlx_buffers *buffers, size_t bytes);
void hlx_buffers_give_once(hlx_buffers *buffers, uint8_t *memory, size_t bytes);

#endif
