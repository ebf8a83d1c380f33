/* arena_laws.c -- what the contracts of arena.h say together, as programs.
 * As frame_laws.c: proved, never linked. */
#include "arena.h"

/*@ lemma column_holds_rows: \forall integer rows; 0 <= rows ==> rows <= ColumnWords(rows);

    predicate ColumnPlaced(int32_t *words, int32_t *column, integer rows, integer block) =
      0 <= column - words && column - words + rows <= block &&
      (column - words) % HLX_ARENA_PAGE_WORDS == 0;

    predicate ColumnsAt{L}(int32_t *side, hlx_columns *columns, integer token_words,
                           integer issue_words) =
      columns->kinds == side &&
      columns->codes == side + token_words &&
      columns->starts == side + 2 * token_words &&
      columns->issue_codes == side + 3 * token_words &&
      columns->issue_offsets == side + (3 * token_words + issue_words);

    predicate FiveSeparate{L}(hlx_columns *columns, integer tokens, integer issues) =
      \separated(columns->kinds + (0 .. tokens - 1),
                 columns->codes + (0 .. tokens - 1),
                 columns->starts + (0 .. tokens - 1),
                 columns->issue_codes + (0 .. issues - 1),
                 columns->issue_offsets + (0 .. issues - 1));

    predicate SeparateFromFive{L}(int32_t *column, integer rows, hlx_columns *columns,
                                  integer tokens, integer issues) =
      \separated(column + (0 .. rows - 1), columns->kinds + (0 .. tokens - 1)) &&
      \separated(column + (0 .. rows - 1), columns->codes + (0 .. tokens - 1)) &&
      \separated(column + (0 .. rows - 1), columns->starts + (0 .. tokens - 1)) &&
      \separated(column + (0 .. rows - 1), columns->issue_codes + (0 .. issues - 1)) &&
      \separated(column + (0 .. rows - 1), columns->issue_offsets + (0 .. issues - 1));
*/

/* Columns start on page boundaries and lie within the block. spec: ARN-03 */
/*@ requires readable: \valid_read(arena);
    requires valid: ArenaValid(arena);
    requires block: \valid(words + (0 .. HLX_ARENA_SIDES * SideWords(arena) - 1));
    requires writable: \valid(columns);
    requires separate: \separated(arena, columns);
    terminates \true;
    assigns *columns;
    ensures kinds: ColumnPlaced(words, columns->kinds, arena->token_capacity,
                    HLX_ARENA_SIDES * SideWords(arena));
    ensures codes: ColumnPlaced(words, columns->codes, arena->token_capacity,
                    HLX_ARENA_SIDES * SideWords(arena));
    ensures starts: ColumnPlaced(words, columns->starts, arena->token_capacity,
                    HLX_ARENA_SIDES * SideWords(arena));
    ensures issue_codes: ColumnPlaced(words, columns->issue_codes, arena->issue_capacity,
                    HLX_ARENA_SIDES * SideWords(arena));
    ensures issue_offsets: ColumnPlaced(words, columns->issue_offsets, arena->issue_capacity,
                    HLX_ARENA_SIDES * SideWords(arena));
*/
void columns_placed(const hlx_arena *arena, int32_t *words, hlx_columns *columns) {
    hlx_arena_columns(arena, words, columns);
}

/* The active side's columns by its first word. spec: ARN-03 */
/*@ requires readable: \valid_read(arena);
    requires valid: ArenaValid(arena);
    requires block: \valid(words + (0 .. HLX_ARENA_SIDES * SideWords(arena) - 1));
    requires writable: \valid(columns);
    requires separate: \separated(arena, columns);
    requires first: first == SideStart(arena);
    requires token_words: token_words == ColumnWords(arena->token_capacity);
    requires issue_words: issue_words == ColumnWords(arena->issue_capacity);
    terminates \true;
    assigns *columns;
    ensures at: ColumnsAt(words + first, columns, token_words, issue_words);
*/
void columns_at(const hlx_arena *arena, int32_t *words, uint32_t first, uint32_t token_words,
                uint32_t issue_words, hlx_columns *columns) {
    hlx_arena_columns(arena, words, columns);
}

/* Sides that do not overlap have columns that do not overlap. spec: ARN-04 */
/*@ requires tokens: 1 <= tokens <= token_words <= HLX_ARENA_MAX_TOKENS + 1023;
    requires issues: 1 <= issues <= issue_words <= HLX_ARENA_MAX_ISSUES + 1023;
    requires one: ColumnsAt(words + first, one, token_words, issue_words);
    requires other: ColumnsAt(words + second, other, token_words, issue_words);
    requires sides: first + 3 * token_words + 2 * issue_words <= second ||
                    second + 3 * token_words + 2 * issue_words <= first;
    terminates \true;
    assigns \nothing;
    ensures kinds: SeparateFromFive(one->kinds, tokens, other, tokens, issues);
    ensures codes: SeparateFromFive(one->codes, tokens, other, tokens, issues);
    ensures starts: SeparateFromFive(one->starts, tokens, other, tokens, issues);
    ensures issue_codes: SeparateFromFive(one->issue_codes, issues, other, tokens, issues);
    ensures issue_offsets: SeparateFromFive(one->issue_offsets, issues, other, tokens, issues);
*/
void sides_separate_columns(const int32_t *words, uint32_t first, uint32_t second,
                            uint32_t token_words, uint32_t issue_words, uint32_t tokens,
                            uint32_t issues, const hlx_columns *one, const hlx_columns *other) {
}

/* The ten columns of both sides are disjoint: writing the active side never
 * touches the last answer. spec: ARN-04, ARN-05 */
/*@ requires writable: \valid(arena) && \valid(one) && \valid(other);
    requires valid: ArenaValid(arena);
    requires block: \valid(words + (0 .. HLX_ARENA_SIDES * SideWords(arena) - 1));
    requires separate: \separated(arena, one, other);
    requires token_words: token_words == ColumnWords(arena->token_capacity);
    requires issue_words: issue_words == ColumnWords(arena->issue_capacity);
    terminates \true;
    assigns arena->side, *one, *other;
    ensures one: FiveSeparate(one, arena->token_capacity, arena->issue_capacity);
    ensures other: FiveSeparate(other, arena->token_capacity, arena->issue_capacity);
    ensures kinds: SeparateFromFive(one->kinds, arena->token_capacity, other,
                    arena->token_capacity, arena->issue_capacity);
    ensures codes: SeparateFromFive(one->codes, arena->token_capacity, other,
                    arena->token_capacity, arena->issue_capacity);
    ensures starts: SeparateFromFive(one->starts, arena->token_capacity, other,
                    arena->token_capacity, arena->issue_capacity);
    ensures issue_codes: SeparateFromFive(one->issue_codes, arena->issue_capacity, other,
                    arena->token_capacity, arena->issue_capacity);
    ensures issue_offsets: SeparateFromFive(one->issue_offsets, arena->issue_capacity, other,
                    arena->token_capacity, arena->issue_capacity);
*/
void ten_columns_separate(hlx_arena *arena, int32_t *words, uint32_t token_words,
                          uint32_t issue_words, hlx_columns *one, hlx_columns *other) {
    uint32_t side_words = 3u * token_words + 2u * issue_words;
    uint32_t first = arena->side == 0 ? 0 : side_words;
    columns_at(arena, words, first, token_words, issue_words, one);
    hlx_arena_swap(arena);
    uint32_t second = arena->side == 0 ? 0 : side_words;
    columns_at(arena, words, second, token_words, issue_words, other);
    sides_separate_columns(words, first, second, token_words, issue_words, arena->token_capacity,
                           arena->issue_capacity, one, other);
}

/* Two swaps are none. spec: ARN-05 */
/*@ requires writable: \valid(arena);
    requires valid: ArenaValid(arena);
    terminates \true;
    assigns arena->side;
    ensures same: arena->side == \old(arena->side);
*/
void swap_twice(hlx_arena *arena) {
    hlx_arena_swap(arena);
    hlx_arena_swap(arena);
}
