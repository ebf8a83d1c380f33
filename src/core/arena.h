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

/*@ predicate ArenaValid{L}(hlx_arena *arena) =
      1 <= arena->token_capacity <= HLX_ARENA_MAX_TOKENS &&
      1 <= arena->issue_capacity <= HLX_ARENA_MAX_ISSUES &&
      arena->side < HLX_ARENA_SIDES;

    logic integer ColumnWords(integer rows) =
      (rows + HLX_ARENA_PAGE_WORDS - 1) / HLX_ARENA_PAGE_WORDS * HLX_ARENA_PAGE_WORDS;

    logic integer SideWords{L}(hlx_arena *arena) =
      3 * ColumnWords(arena->token_capacity) + 2 * ColumnWords(arena->issue_capacity);

    logic integer SideStart{L}(hlx_arena *arena) = arena->side == 0 ? 0 : SideWords(arena);
*/

/* Side A active. False when a capacity is out of range. spec: ARN-01 */
/*@ requires writable: \valid(arena);
    terminates \true;
    assigns *arena;
    ensures capacities: arena->token_capacity == token_capacity &&
                        arena->issue_capacity == issue_capacity;
    ensures side: arena->side == 0;
    ensures valid: \result != 0 <==> ArenaValid(arena);
*/
bool hlx_arena_init(hlx_arena *arena, uint32_t token_capacity, uint32_t issue_capacity);

/* Words of the whole block, both sides. spec: ARN-02 */
/*@ requires readable: \valid_read(arena);
    requires valid: ArenaValid(arena);
    terminates \true;
    assigns \nothing;
    ensures words: \result == HLX_ARENA_SIDES * SideWords(arena);
*/
uint32_t hlx_arena_words(const hlx_arena *arena);

/* The active side's columns within the block at `words`, which is
 * hlx_arena_words(arena) long. spec: ARN-03, ARN-04 */
/*@ requires readable: \valid_read(arena);
    requires valid: ArenaValid(arena);
    requires block: \valid(words + (0 .. HLX_ARENA_SIDES * SideWords(arena) - 1));
    requires writable: \valid(columns);
    requires separate: \separated(arena, columns);
    terminates \true;
    assigns *columns;
    ensures token_columns: \let side = words + SideStart(arena);
      columns->kinds == side &&
      columns->codes == side + ColumnWords(arena->token_capacity) &&
      columns->starts == side + 2 * ColumnWords(arena->token_capacity) &&
      columns->token_capacity == arena->token_capacity;
    ensures issue_columns: \let issues =
        words + (SideStart(arena) + 3 * ColumnWords(arena->token_capacity));
      columns->issue_codes == issues &&
      columns->issue_offsets == issues + ColumnWords(arena->issue_capacity) &&
      columns->issue_capacity == arena->issue_capacity;
*/
void hlx_arena_columns(const hlx_arena *arena, int32_t *words, hlx_columns *columns);

/* Make the other side active. spec: ARN-05 */
/*@ requires writable: \valid(arena);
    requires valid: ArenaValid(arena);
    terminates \true;
    assigns arena->side;
    ensures flipped: arena->side == 1 - \old(arena->side);
*/
void hlx_arena_swap(hlx_arena *arena);

/* Tenths of MiB in `bytes`, rounded down, at most UINT32_MAX: what a rotation
 * budget counts. spec: ARN-06 */
/*@ terminates \true;
    assigns \nothing;
    ensures tenths: \result == \min(bytes * 10 / 1048576, UINT32_MAX);
*/
uint32_t hlx_arena_mb10(uint64_t bytes);

#endif
