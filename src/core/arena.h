/* arena.h -- two sets of columns (A and B) in one block of memory.
 *
 *      words   0 ........ side_words ........ 2 * side_words
 *      side    A                  B
 *      in a side:  kinds | codes | starts | issue codes | issue offsets
 *
 * The block is int32 words that the shell maps once and never frees. Each
 * column starts on a page boundary (1,024 words). A request writes the active
 * side; swap makes the other one active, so that the last answer's columns stay
 * readable while the next request is computed. spec: spec/arena.md */
#ifndef HLX_ARENA_H
#define HLX_ARENA_H

#include <stdbool.h>
#include <stdint.h>

#include "hedgelex.h"

#define HLX_ARENA_PAGE_WORDS 1024u
#define HLX_ARENA_MAX_TOKENS 3000000u /* > 2 MiB + 1: every legal document fits */
#define HLX_ARENA_MAX_ISSUES 65536u
#define HLX_ARENA_SIDES 2u

typedef struct hlx_arena {
    uint32_t token_capacity; /* 1 to HLX_ARENA_MAX_TOKENS */
    uint32_t issue_capacity; /* 1 to HLX_ARENA_MAX_ISSUES */
    uint32_t side;           /* 0 or 1: the active one */
} hlx_arena;

/* Side A active. False when a capacity is out of range. spec: ARN-01 */
bool hlx_arena_init(hlx_arena *arena, uint32_t token_capacity, uint32_t issue_capacity);

/* Words of the whole block, both sides. spec: ARN-02 */
uint32_t hlx_arena_words(const hlx_arena *arena);

/* The active side's columns within the block at `words`, which is
 * hlx_arena_words(arena) long. spec: ARN-03, ARN-04 */
void hlx_arena_columns(const hlx_arena *arena, int32_t *words, hlx_columns *columns);

/* Make the other side active. spec: ARN-05 */
void hlx_arena_swap(hlx_arena *arena);

/* Tenths of MiB in `bytes`, rounded down, at most UINT32_MAX: what a rotation
 * budget counts. spec: ARN-06 */
uint32_t hlx_arena_mb10(uint64_t bytes);

#endif
