/* mapping.h -- the memory of one worker slot, mapped once and never given back.
 *
 *      | column words, sides A and B | request frame       | placement | document |
 *        hlx_arena_words()             HLX_FRAME_MAX_BYTES   a page      2 MiB
 *
 * Each part begins on a page boundary. The frame area is the worker's, for what comes by
 * its stream. The service writes placement and document while the worker is idle, and then
 * sends the request with an empty document: one copy instead of the stream's two.
 *
 * The service maps it shared before the first fork: the worker fills the columns,
 * and whoever holds the mapping can read them without a copy. Every page is touched
 * before the slot is used and, when permitted, locked in memory. A worker inherits
 * only its own slot's mapping. spec: SRV-24, SRV-27 */
#ifndef HLX_MAPPING_H
#define HLX_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* Whose document lies in the mapping. Ids are never used twice. */
typedef struct hlx_placement {
    uint64_t request_id;
    uint32_t document_length;
} hlx_placement;

typedef struct hlx_mapping {
    int32_t *words; /* the arena's block */
    uint8_t *frame; /* where the worker receives a request frame */
    hlx_placement *placement;
    uint8_t *document;
    size_t bytes; /* of the whole mapping */
} hlx_mapping;

/* The arena that every slot has: room for every legal document. */
void hlx_mapping_arena(hlx_arena *arena);

/* Map, make every page present, and touch those that the service writes. False, with errno
 * set, when memory is short. */
bool hlx_mapping_create(hlx_mapping *mapping);

/* Lock in memory. False, with errno set, when that is not permitted. */
bool hlx_mapping_lock(const hlx_mapping *mapping);

/* Whether the next fork passes the mapping on. */
void hlx_mapping_inherit(const hlx_mapping *mapping, bool inherit);

/* Put a document there for the worker, which is idle. spec: SRV-27 */
void hlx_mapping_place(const hlx_mapping *mapping, uint64_t request_id, const uint8_t *document,
                       uint32_t length);

/* In the worker: make every page present in its own page table. */
void hlx_mapping_touch(const hlx_mapping *mapping);

#endif
