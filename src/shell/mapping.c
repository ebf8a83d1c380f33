/* mapping.c -- see mapping.h for the layout. */
#include "mapping.h"

#include <sys/mman.h>

#include "frame.h"

#define PAGE_BYTES 4096u
_Static_assert(HLX_ARENA_PAGE_WORDS * sizeof(int32_t) == PAGE_BYTES, "columns begin pages");

void hlx_mapping_arena(hlx_arena *arena) {
    (void)hlx_arena_init(arena, HLX_ARENA_MAX_TOKENS, HLX_ARENA_MAX_ISSUES);
}

/* Write a byte's own value to every page, so that a page that another process has
 * filled keeps its contents. For kernels without MADV_POPULATE_WRITE. */
static void touch_by_hand(const hlx_mapping *mapping) {
    for (size_t offset = 0; offset < mapping->bytes; offset += PAGE_BYTES) {
        volatile uint8_t *byte = (uint8_t *)mapping->words + offset;
        *byte = *byte;
    }
}

void hlx_mapping_touch(const hlx_mapping *mapping) {
    if (madvise(mapping->words, mapping->bytes, MADV_POPULATE_WRITE) != 0) {
        touch_by_hand(mapping);
    }
}

/* Huge pages are asked for; not to get them is no failure. spec: SRV-24 */
bool hlx_mapping_create(hlx_mapping *mapping) {
    hlx_arena arena;
    hlx_mapping_arena(&arena);
    size_t arena_bytes = (size_t)hlx_arena_words(&arena) * sizeof(int32_t);
    size_t frame_bytes = (HLX_FRAME_MAX_BYTES / PAGE_BYTES + (size_t)1) * PAGE_BYTES;
    mapping->bytes = arena_bytes + frame_bytes;
    void *memory =
        mmap(NULL, mapping->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    mapping->words = memory;
    mapping->frame = (uint8_t *)memory + arena_bytes;
    (void)madvise(memory, mapping->bytes, MADV_HUGEPAGE);
    hlx_mapping_inherit(mapping, false);
    hlx_mapping_touch(mapping);
    return true;
}

/* mlock2 without flags is mlock, which the sanitizers' runtime turns into nothing. */
bool hlx_mapping_lock(const hlx_mapping *mapping) {
    return mlock2(mapping->words, mapping->bytes, 0) == 0;
}

void hlx_mapping_inherit(const hlx_mapping *mapping, bool inherit) {
    (void)madvise(mapping->words, mapping->bytes, inherit ? MADV_DOFORK : MADV_DONTFORK);
}
