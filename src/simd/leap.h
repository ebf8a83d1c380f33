/* leap.h -- a block of 64 bytes as sets of places, and what TeX's reader makes of them.
 *
 *      place      0 1 2 3 4 5 6 7 8 9 ...       bit i of a word is the block's byte i
 *      bytes      a   \ f o o   % x
 *      token      1 1 1 0 0 0 0 0 0 0           here tokens begin
 *      word       0 0 0 1 1 1 0 0 0 0           letters of names
 *
 * A kernel classifies the bytes (hlx_places), hlx_leap_over decides with a few dozen word
 * operations what TeX does with them, however many control words, comments and lines the
 * block has, and the kernel writes the rows. What is rare is *hard*: the leap stops before it
 * and the proved machine (src/core/lexer.c) goes on. Hard are notations, carriage returns,
 * categories 5, 9 and 15, spaces other than 0x20, bytes above 127 in utf8, and whatever the
 * end of the block leaves undecided: a name, blanks, a comment.
 *
 * Runs of ones are followed to their ends by addition: r + first(r) has a one behind r.
 * The facts behind each line are clauses of spec/lexer.md. spec: LEX-53 */
#ifndef HLX_LEAP_H
#define HLX_LEAP_H

#include "control_sequence.h"
#include "lexer.h"

#define HLX_LEAP_BLOCK 64u
/* So many bytes behind a block may be looked at, for the names that begin in it. */
#define HLX_LEAP_MARGIN 16u

/* After a shorter leap than this the proved machine goes on. */
#define HLX_LEAP_LEAST 32u

/* As HLX_RUN_KIND_OF_CATEGORY, and superscripts that are no notation. */
#define HLX_LEAP_KIND_OF_CATEGORY 0, 1, 2, 3, 4, 0, 6, 7, 8, 0, 10, 11, 12, 13, 0, 0

/* The bytes of a block by class. CR and LF are in no other class: they are no characters. */
typedef struct hlx_places {
    uint64_t escape;      /* category 0 */
    uint64_t plain;       /* LEX-53, letters included */
    uint64_t letter;      /* category 11 */
    uint64_t superscript; /* category 7 */
    uint64_t blank;       /* 0x20, whose category is 10 */
    uint64_t comment;     /* category 14 */
    uint64_t line_feed;
    uint64_t carriage_return;
    uint64_t hard; /* everything else */
} hlx_places;

/* What becomes of them, up to `end`: the bytes behind belong to the next leap. */
typedef struct hlx_leap {
    uint64_t token;     /* a token begins here */
    uint64_t word;      /* letters of control words */
    uint64_t escape;    /* escape characters of control sequences */
    uint64_t space;     /* space tokens: blanks and line ends */
    uint64_t paragraph; /* line ends that are \par */
    uint64_t line_feed; /* line ends */
    uint32_t end;
    uint32_t state; /* behind them */
} hlx_leap;

/* The kernel has set every class but `hard` from bytes and categories alone. Now: line ends and
 * bytes that are no `whole` character are in no class of characters, a superscript is not
 * plain, and the rest is hard. spec: LEX-10, LEX-53 */
static inline void hlx_sort_places(hlx_places *p, uint64_t whole) {
    uint64_t characters = ~(p->line_feed | p->carriage_return) & whole;
    p->escape &= characters;
    p->letter &= characters;
    p->superscript &= characters;
    p->comment &= characters;
    p->plain &= characters & ~p->superscript;
    p->hard = ~(p->line_feed | p->escape | p->plain | p->superscript | p->blank | p->comment);
}

/* Can whole lines be read at all? A leap takes 0x20 for a space and a line's end for a character
 * of category 5. */
static inline bool hlx_leap_possible(const hlx_regime *regime) {
    return regime->category[' '] == HLX_CATEGORY_SPACE && regime->end_of_line_char >= 0 &&
           regime->category[regime->end_of_line_char] == HLX_CATEGORY_END_OF_LINE;
}

/* Where the leaps are: what lexer and counts become when they are over. */
typedef struct hlx_leap_cursor {
    uint32_t position;
    uint32_t state;
    uint32_t line_start;
    uint32_t row;
} hlx_leap_cursor;

static inline hlx_leap_cursor hlx_leap_begin(const hlx_lexer *lexer, const hlx_counts *counts) {
    return (hlx_leap_cursor){lexer->position, lexer->state, lexer->line.start, counts->tokens};
}

/* Is there a whole block to read before the pause, and room for as many tokens? */
static inline bool hlx_leap_has_room(uint32_t input_length, uint32_t pause_at,
                                     const hlx_columns *columns, const hlx_leap_cursor *at) {
    return input_length - at->position >= HLX_LEAP_BLOCK + HLX_LEAP_MARGIN &&
           pause_at > at->position && pause_at - at->position >= HLX_LEAP_BLOCK &&
           columns->token_capacity - at->row >= HLX_LEAP_BLOCK;
}

static inline uint64_t hlx_places_below(uint32_t place) {
    return place < 64u ? ((uint64_t)1 << place) - 1u : ~(uint64_t)0;
}

static inline uint32_t hlx_first_place(uint64_t places) {
    return places == 0 ? 64u : (uint32_t)__builtin_ctzll(places);
}

/* Behind the last place; 0 when there is none. */
static inline uint32_t hlx_behind_last(uint64_t places) {
    return places == 0 ? 0 : 64u - (uint32_t)__builtin_clzll(places);
}

/* The places behind those runs of `set` that have a first place in `first`. */
static inline uint64_t hlx_behind_runs(uint64_t set, uint64_t first) {
    return (set + (first & set)) & ~set;
}

/* Which escape characters begin a control sequence: of a run of them every other one, the
 * others are names. (Addition in odd and even places: simdjson, Langdale and Lemire 2019.)
 * spec: LEX-30, LEX-32 */
static inline uint64_t hlx_beginning_escapes(uint64_t escape) {
    const uint64_t odd = 0xAAAAAAAAAAAAAAAAu;
    return (((escape << 1 | odd) - escape) ^ odd) & escape;
}

/* Comments that a line feed ends in the block are taken out of it, their line ends are
 * remembered; the first other one is hard. spec: LEX-22 */
static inline uint64_t hlx_drop_comments(hlx_places *p) {
    uint64_t silent = 0;
    for (;;) {
        uint64_t escaped = hlx_beginning_escapes(p->escape) << 1;
        uint64_t comment = p->comment & ~escaped;
        if (comment == 0) {
            return silent;
        }
        uint64_t before = (comment & (0u - comment)) - 1u;
        uint64_t ends = (p->line_feed | p->carriage_return) & ~before;
        uint64_t end = ends & (0u - ends);
        if ((end & p->line_feed) == 0) {
            p->hard |= comment & (0u - comment);
            return silent;
        }
        uint64_t dropped = (end - 1u) & ~before;
        p->escape &= ~dropped;
        p->plain &= ~dropped;
        p->letter &= ~dropped;
        p->superscript &= ~dropped;
        p->blank &= ~dropped;
        p->comment &= ~dropped;
        p->hard &= ~dropped;
        silent |= end;
    }
}

/* Blanks before a line's terminator. spec: LEX-11 */
static inline uint64_t hlx_trailing_blanks(uint64_t blank, uint64_t terminator) {
    uint64_t trailing = 0;
    uint64_t next = blank & terminator >> 1;
    while (next != 0) {
        trailing |= next;
        next = blank & next >> 1;
    }
    return trailing;
}

/* What a neighbour or the end of the block leaves undecided. spec: LEX-11, LEX-23 */
static inline uint64_t hlx_undecided(const hlx_places *p, uint64_t escaped, uint64_t trailing) {
    uint64_t last = (uint64_t)1 << 63;
    uint64_t hard = p->superscript & (p->superscript >> 1 | p->superscript << 1 | last);
    hard |= escaped & (p->line_feed | trailing);
    hard |= hlx_trailing_blanks(p->blank, p->carriage_return);
    if ((p->blank & last) != 0) {
        uint32_t first = hlx_behind_last(~p->blank);
        hard |= (uint64_t)1 << first;
    }
    return hard;
}

/* The state behind the byte before `end`. spec: LEX-22 */
static inline uint32_t hlx_state_at(uint32_t end, uint64_t middle, uint64_t new_line) {
    if ((middle << 1 >> end & 1u) != 0) {
        return HLX_STATE_MID_LINE;
    }
    return (new_line >> end & 1u) != 0 ? HLX_STATE_NEW_LINE : HLX_STATE_SKIP_BLANKS;
}

static inline hlx_leap hlx_leap_over(hlx_places p, uint32_t state) {
    hlx_leap leap;
    uint64_t silent = p.comment == 0 ? 0 : hlx_drop_comments(&p);
    uint64_t escape = p.escape == 0 ? 0 : hlx_beginning_escapes(p.escape);
    uint64_t escaped = escape << 1;
    uint64_t trailing = hlx_trailing_blanks(p.blank, p.line_feed);
    uint64_t hard = p.hard | hlx_undecided(&p, escaped, trailing);
    uint64_t word = p.letter & ~(p.letter + (escaped & p.letter));
    uint32_t end = hlx_first_place(hard);
    /* A name that the end cuts, or may cut, is left to be read from its escape character. */
    if (end > 0 && ((word | escape) >> (end - 1u) & 1u) != 0) {
        end = hlx_behind_last(escape & hlx_places_below(end)) - 1u;
    }
    uint64_t alone = (p.plain | p.superscript) & ~word & ~escaped;
    uint64_t middle = alone | (escaped & ~p.letter & ~p.blank);
    uint64_t before_middle = middle << 1 | (state == HLX_STATE_MID_LINE ? 1u : 0u);
    uint64_t line_begins = p.line_feed << 1 | (state == HLX_STATE_NEW_LINE ? 1u : 0u);
    uint64_t blank_token = p.blank & ~trailing & ~escaped & before_middle;
    uint64_t ends_middle = before_middle | hlx_behind_runs(trailing, before_middle);
    uint64_t ends_empty = line_begins | hlx_behind_runs(trailing, line_begins);
    uint64_t kept = hlx_places_below(end);
    leap.paragraph = p.line_feed & ~silent & ends_empty & kept;
    leap.space = (blank_token | (p.line_feed & ~silent & ends_middle)) & kept;
    leap.escape = escape & kept;
    leap.word = word;
    leap.token = (alone & kept) | leap.escape | leap.space | leap.paragraph;
    leap.line_feed = p.line_feed & kept;
    leap.end = end;
    leap.state = state;
    if (end == 64u) {
        bool feeds = p.line_feed >> 63 != 0;
        leap.state = middle >> 63 != 0 ? HLX_STATE_MID_LINE
                     : feeds           ? HLX_STATE_NEW_LINE
                                       : HLX_STATE_SKIP_BLANKS;
    } else if (end > 0) {
        leap.state = hlx_state_at(end, middle, line_begins | hlx_behind_runs(p.blank, line_begins));
    }
    return leap;
}

/* The hash of a name of bytes. spec: LEX-40 */
static inline int32_t hlx_name_hash(const uint8_t *name, uint32_t length) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < length; i++) {
        hash = hash * 16777619u + name[i] + 1u;
    }
    return (int32_t)hash;
}

/* How many bytes the name behind the escape character at `place` has. */
static inline uint32_t hlx_name_length(const hlx_leap *leap, uint32_t place) {
    uint64_t behind = place == 63u ? 0 : leap->word >> (place + 1u);
    uint32_t letters = hlx_first_place(~behind);
    return letters == 0 ? 1u : letters;
}

/* Behind a leap that gave `count` rows. False: it was short. */
static inline bool hlx_leap_advance(hlx_leap_cursor *at, const hlx_leap *leap, uint32_t count) {
    uint32_t line = hlx_behind_last(leap->line_feed);
    at->line_start = line == 0 ? at->line_start : at->position + line;
    at->row += count;
    at->position += leap->end;
    at->state = leap->state;
    return leap->end >= HLX_LEAP_LEAST;
}

/* The machine behind the leaps: its line is the one in which the position stands. */
static inline void hlx_leap_finish(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length,
                                   hlx_counts *counts, const hlx_leap_cursor *at) {
    counts->tokens = at->row;
    if (at->line_start != lexer->line.start) {
        lexer->line = hlx_line_at(input, input_length, at->line_start);
    }
    lexer->position = at->position;
    lexer->state = at->state;
}

/* The codes of line ends that are \par. */
static inline void hlx_leap_paragraphs(const hlx_leap *leap, int32_t *codes) {
    for (uint64_t left = leap->paragraph; left != 0; left &= left - 1u) {
        uint64_t before = leap->token & hlx_places_below(hlx_first_place(left));
        codes[__builtin_popcountll(before)] = hlx_code_of_par();
    }
}

/* ---- for kernels without a compressing instruction --------------------------- */

/* A block's bytes, and the kinds that they have as tokens. */
typedef struct hlx_block {
    _Alignas(64) uint8_t kinds[HLX_LEAP_BLOCK];
    _Alignas(64) uint8_t codes[HLX_LEAP_BLOCK];
} hlx_block;

/* Line ends have a kind and a code of their own. */
static inline void hlx_block_line_ends(hlx_block *block, const hlx_leap *leap) {
    for (uint64_t left = leap->line_feed & leap->token; left != 0; left &= left - 1u) {
        uint32_t place = hlx_first_place(left);
        bool is_space = (leap->space >> place & 1u) != 0;
        block->kinds[place] = is_space ? HLX_CATEGORY_SPACE : HLX_KIND_CONTROL_SEQUENCE;
        block->codes[place] = ' ';
    }
}

/* The rows of eight places that all begin a token; the compiler makes vectors of it. */
static inline void hlx_block_store_eight(const hlx_block *block, uint32_t first, uint32_t position,
                                         const hlx_columns *columns, uint32_t row) {
    int32_t *kinds = columns->kinds + row;
    int32_t *codes = columns->codes + row;
    int32_t *starts = columns->starts + row;
    for (uint32_t i = 0; i < 8u; i++) {
        kinds[i] = block->kinds[first + i];
    }
    for (uint32_t i = 0; i < 8u; i++) {
        codes[i] = block->codes[first + i];
    }
    for (uint32_t i = 0; i < 8u; i++) {
        starts[i] = (int32_t)(position + first + i);
    }
}

/* The rows of a leap; how many. */
static inline uint32_t hlx_block_store(const hlx_block *block, const hlx_leap *leap,
                                       uint32_t position, const hlx_columns *columns,
                                       uint32_t row) {
    uint32_t first_row = row;
    for (uint32_t first = 0; first < HLX_LEAP_BLOCK; first += 8u) {
        uint64_t token = leap->token >> first & 255u;
        if (token == 255u) {
            hlx_block_store_eight(block, first, position, columns, row);
            row += 8u;
            continue;
        }
        for (; token != 0; token &= token - 1u) {
            uint32_t place = first + hlx_first_place(token);
            columns->kinds[row] = block->kinds[place];
            columns->codes[row] = block->codes[place];
            columns->starts[row] = (int32_t)(position + place);
            row++;
        }
    }
    return row - first_row;
}

/* The codes that are no bytes: names' hashes, and \par. */
static inline void hlx_block_names(const hlx_leap *leap, const uint8_t *block, int32_t *codes) {
    for (uint64_t left = leap->escape; left != 0; left &= left - 1u) {
        uint32_t place = hlx_first_place(left);
        uint64_t before = leap->token & hlx_places_below(place);
        codes[__builtin_popcountll(before)] =
            hlx_name_hash(block + place + 1u, hlx_name_length(leap, place));
    }
    hlx_leap_paragraphs(leap, codes);
}

/* The rows of a leap, all of their columns; how many. */
static inline uint32_t hlx_block_rows(hlx_block *block, const hlx_leap *leap, const uint8_t *input,
                                      uint32_t position, const hlx_columns *columns, uint32_t row) {
    hlx_block_line_ends(block, leap);
    uint32_t count = hlx_block_store(block, leap, position, columns, row);
    hlx_block_names(leap, input + position, columns->codes + row);
    return count;
}

#endif
