/* mapping.h -- the memory of one worker slot, mapped once and never given back.
 *
 *      | column words, sides A and B | request frame.
 *        hlx_arena_words()             HLX_FRAME_MAX_BYTES, from a page boundary
 *
 * The service maps it shared before the first fork: the worker fills the columns,
 * and whoever holds the mapping can read them without a copy. Every page is touched
 * before the slot is used and, when permitted, locked in memory. A worker inherits
 * only its own slot's mapping. spec: SRV-24 */
#ifndef HLX_MAPPING_H
#define HLX_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

typedef struct hlx_mapping {
    int32_t *words; /* the arena's block */
    uint8_t *frame; /* where the worker receives a request frame */
    size_t bytes;   /* of the whole mapping */
} hlx_mapping;

/* The arena that every slot has: room for every legal document. */
void hlx_mapping_arena(hlx_arena *arena);

/* Map and touch. False, with errno set, when memory is short. */
bool hlx_mapping_create(hlx_mapping *mapping);

/* Lock in memory. False, with errno set, when that is not permitted. */
bool hlx_mapping_lock(const hlx_mapping *mapping);

/* Whether the next fork passes the mapping on. */
void hlx_mapping_inherit(const hlx_mapping *mapping, bool inherit);

/* In the worker: make every page present in its own page table. */
void hlx_mapping_touch(const hlx_mapping *mapping);

#endif
