/* arena.c -- contracts are in arena.h. */
#include "arena.h"

#define BYTES_PER_MIB 1048576u

/* spec: ARN-01 */
bool hlx_arena_init(hlx_arena *arena, uint32_t token_capacity, uint32_t issue_capacity) {
    arena->token_capacity = token_capacity;
    arena->issue_capacity = issue_capacity;
    arena->side = 0;
    return token_capacity >= 1 && token_capacity <= HLX_ARENA_MAX_TOKENS && issue_capacity >= 1 &&
           issue_capacity <= HLX_ARENA_MAX_ISSUES;
}

/* A column of `rows` words, in whole pages. spec: ARN-02 */
/*@ requires bounded: rows <= HLX_ARENA_MAX_TOKENS;
    terminates \true;
    assigns \nothing;
    ensures words: \result == ColumnWords(rows);
    ensures enough: rows <= \result <= rows + HLX_ARENA_PAGE_WORDS - 1;
*/
static uint32_t column_words(uint32_t rows) {
    return (rows + HLX_ARENA_PAGE_WORDS - 1u) / HLX_ARENA_PAGE_WORDS * HLX_ARENA_PAGE_WORDS;
}

/* spec: ARN-02 */
/*@ requires readable: \valid_read(arena);
    requires valid: ArenaValid(arena);
    terminates \true;
    assigns \nothing;
    ensures words: \result == SideWords(arena);
    ensures bounded: \result <= 3 * (HLX_ARENA_MAX_TOKENS + HLX_ARENA_PAGE_WORDS) +
                                2 * (HLX_ARENA_MAX_ISSUES + HLX_ARENA_PAGE_WORDS);
*/
static uint32_t side_words(const hlx_arena *arena) {
    return 3u * column_words(arena->token_capacity) + 2u * column_words(arena->issue_capacity);
}

/* spec: ARN-02 */
uint32_t hlx_arena_words(const hlx_arena *arena) {
    return HLX_ARENA_SIDES * side_words(arena);
}

/* spec: ARN-03, ARN-04 */
void hlx_arena_columns(const hlx_arena *arena, int32_t *words, hlx_columns *columns) {
    uint32_t token_words = column_words(arena->token_capacity);
    uint32_t issue_words = column_words(arena->issue_capacity);
    uint32_t kinds = arena->side * side_words(arena);
    uint32_t issue_codes = kinds + 3u * token_words;

    columns->kinds = words + kinds;
    columns->codes = words + kinds + token_words;
    columns->starts = words + kinds + 2u * token_words;
    columns->token_capacity = arena->token_capacity;
    columns->issue_codes = words + issue_codes;
    columns->issue_offsets = words + issue_codes + issue_words;
    columns->issue_capacity = arena->issue_capacity;
}

/* spec: ARN-05 */
void hlx_arena_swap(hlx_arena *arena) {
    arena->side = 1u - arena->side;
}

/* The whole MiB and the rest apart, so that nothing overflows. spec: ARN-06 */
uint32_t hlx_arena_mb10(uint64_t bytes) {
    uint64_t tenths = bytes / BYTES_PER_MIB * 10u + bytes % BYTES_PER_MIB * 10u / BYTES_PER_MIB;
    return tenths < UINT32_MAX ? (uint32_t)tenths : UINT32_MAX;
}
