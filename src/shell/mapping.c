/* mapping.c -- see mapping.h for the layout. */
#include "mapping.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "frame.h"

#define PAGE_BYTES 4096u
#define TOUCH_BYTES (1024u * PAGE_BYTES) /* less than 1 ms of work, mostly */
#define POLITE_NS (UINT64_C(200) * HLX_NS_PER_MS)
_Static_assert(HLX_ARENA_PAGE_WORDS * sizeof(int32_t) == PAGE_BYTES, "columns begin pages");

void hlx_mapping_arena(hlx_arena *arena) {
    (void)hlx_arena_init(arena, HLX_ARENA_MAX_TOKENS, HLX_ARENA_MAX_ISSUES);
}

/* Ask for all pages at once, which is quicker than to come to each. False where the kernel
 * cannot. */
static bool populate(void *memory, size_t bytes) {
    return madvise(memory, bytes, MADV_POPULATE_WRITE) == 0;
}

/* Come to each page: its first byte's own value is written, so that what another process has
 * put there is kept. A hypervisor with page tables of its own fills them only then, at 10 us
 * a page where this was measured: 20 ms more for the first document of 1.1 MB on either side
 * of the arena. */
static void touch(void *memory, size_t bytes) {
    for (size_t offset = 0; offset < bytes; offset += PAGE_BYTES) {
        volatile uint8_t *byte = (uint8_t *)memory + offset;
        *byte = *byte;
    }
}

/* A worker that is about to replace another does this beside requests in service, for
 * milliseconds: after each piece it lets others run first, but not for ever. */
void hlx_mapping_touch(const hlx_mapping *mapping) {
    uint64_t polite_until_ns = hlx_clock_now_ns() + POLITE_NS;
    for (size_t offset = 0; offset < mapping->bytes; offset += TOUCH_BYTES) {
        uint8_t *memory = (uint8_t *)mapping->words + offset;
        size_t left = mapping->bytes - offset;
        size_t bytes = left < TOUCH_BYTES ? left : TOUCH_BYTES;
        (void)populate(memory, bytes);
        touch(memory, bytes);
        if (hlx_clock_now_ns() < polite_until_ns) {
            (void)sched_yield();
        }
    }
}

/* Huge pages are asked for; not to get them is no failure. spec: SRV-24 */
bool hlx_mapping_create(hlx_mapping *mapping) {
    hlx_arena arena;
    hlx_mapping_arena(&arena);
    size_t arena_bytes = (size_t)hlx_arena_words(&arena) * sizeof(int32_t);
    size_t frame_bytes = (HLX_FRAME_MAX_BYTES / PAGE_BYTES + (size_t)1) * PAGE_BYTES;
    mapping->bytes = arena_bytes + frame_bytes + PAGE_BYTES + HLX_MAX_DOCUMENT_BYTES;
    void *memory =
        mmap(NULL, mapping->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    mapping->words = memory;
    mapping->frame = (uint8_t *)memory + arena_bytes;
    mapping->placement = (void *)(mapping->frame + frame_bytes);
    mapping->document = mapping->frame + frame_bytes + PAGE_BYTES;
    (void)madvise(memory, mapping->bytes, MADV_HUGEPAGE);
    hlx_mapping_inherit(mapping, false);
    if (populate(memory, mapping->bytes)) {
        touch(mapping->placement, PAGE_BYTES + HLX_MAX_DOCUMENT_BYTES);
    } else {
        touch(memory, mapping->bytes);
    }
    return true;
}

/* mlock2 without flags is mlock, which the sanitizers' runtime turns into nothing. */
bool hlx_mapping_lock(const hlx_mapping *mapping) {
    return mlock2(mapping->words, mapping->bytes, 0) == 0;
}

void hlx_mapping_inherit(const hlx_mapping *mapping, bool inherit) {
    (void)madvise(mapping->words, mapping->bytes, inherit ? MADV_DOFORK : MADV_DONTFORK);
}

/* What is sent to the worker next makes it look. */
void hlx_mapping_place(const hlx_mapping *mapping, uint64_t request_id, const uint8_t *document,
                       uint32_t length) {
    memcpy(mapping->document, document, length);
    *mapping->placement = (hlx_placement){.request_id = request_id, .document_length = length};
}
