/* buffers.c -- see buffers.h for the classes. */
#include "buffers.h"

#include <stdbool.h>
#include <sys/mman.h>

#include "query.h"

#define PAGE_BYTES 4096u

struct hlx_free_buffer {
    hlx_free_buffer *next;
};

static size_t class_bytes(uint32_t size_class) {
    return ((size_t)PAGE_BYTES << size_class) + PAGE_BYTES;
}
_Static_assert(HLX_FRAME_HEADER_BYTES + HLX_QUERY_MAX_PAYLOAD_BYTES + HLX_FRAME_OPTIONS_BYTES <=
                   (PAGE_BYTES << (HLX_BUFFER_CLASSES - 1u)) + PAGE_BYTES,
               "the last class holds the largest frame of a client and a preset's options block");

void hlx_buffers_init(hlx_buffers *buffers, size_t limit_bytes) {
    *buffers = (hlx_buffers){.limit_bytes = limit_bytes};
}

static uint32_t class_for(size_t bytes) {
    uint32_t size_class = 0;
    while (class_bytes(size_class) < bytes) {
        size_class++;
    }
    return size_class;
}

static hlx_free_buffer *pop(hlx_buffers *buffers, uint32_t size_class) {
    hlx_free_buffer *buffer = buffers->free[size_class];
    if (buffer != NULL) {
        buffers->free[size_class] = buffer->next;
    }
    return buffer;
}

/* Give free buffers of any class back until `bytes` more fit. spec: SRV-31 */
static bool make_room(hlx_buffers *buffers, size_t bytes) {
    for (uint32_t i = 0; i < HLX_BUFFER_CLASSES; i++) {
        while (buffers->mapped_bytes + bytes > buffers->limit_bytes) {
            hlx_free_buffer *buffer = pop(buffers, i);
            if (buffer == NULL) {
                break;
            }
            (void)munmap(buffer, class_bytes(i));
            buffers->mapped_bytes -= class_bytes(i);
        }
    }
    return buffers->mapped_bytes + bytes <= buffers->limit_bytes;
}

static uint8_t *map(hlx_buffers *buffers, size_t bytes) {
    void *memory = MAP_FAILED;
    if (make_room(buffers, bytes)) {
        memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    if (memory == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(memory, bytes, MADV_DONTFORK);
    buffers->mapped_bytes += bytes;
    return memory;
}

uint8_t *hlx_buffers_take(hlx_buffers *buffers, size_t bytes, uint32_t *size_class) {
    *size_class = class_for(bytes);
    hlx_free_buffer *buffer = pop(buffers, *size_class);
    return buffer != NULL ? (uint8_t *)buffer : map(buffers, class_bytes(*size_class));
}

void hlx_buffers_give(hlx_buffers *buffers, uint8_t *buffer, uint32_t size_class) {
    hlx_free_buffer *free_buffer = (hlx_free_buffer *)(void *)buffer;
    free_buffer->next = buffers->free[size_class];
    buffers->free[size_class] = free_buffer;
}

/* What the system gives, and what counts. */
static size_t whole_pages(size_t bytes) {
    return (bytes + PAGE_BYTES - 1u) / PAGE_BYTES * PAGE_BYTES;
}

/* spec: SRV-31, SRV-64 */
uint8_t *hlx_buffers_take_once(hlx_buffers *buffers, size_t bytes) {
    bytes = whole_pages(bytes);
    if (buffers->once_bytes + bytes > buffers->limit_bytes / 2) {
        return NULL;
    }
    uint8_t *memory = map(buffers, bytes);
    buffers->once_bytes += memory != NULL ? bytes : 0;
    return memory;
}

void hlx_buffers_give_once(hlx_buffers *buffers, uint8_t *memory, size_t bytes) {
    bytes = whole_pages(bytes);
    (void)munmap(memory, bytes);
    buffers->mapped_bytes -= bytes;
    buffers->once_bytes -= bytes;
}
