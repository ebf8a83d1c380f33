/* leap.h -- a block of 64 bytes as sets of places, and what TeX's reader makes of them.
 *
 *      place      0 1 2 3 4 5 6 7 8 9 ...       bit i of a word is the block's byte i
 *      bytes      a   \ f o o   % x
 *      token      1 1 1 0 0 0 0 0 0 0           here tokens begin
 *      word       0 0 0 1 1 1 0 0 0 0           letters of names
 *
 * A kernel classifies the bytes (hlx_places), hlx_leap_over decides with a few dozen word
 * operations what TeX does with them, however many control words, comments and lines the
 * block has, and the kernel writes the rows, of three columns or of six: a line feed's place
 * is all that line and column need, a name's length all that its end does. What is rare is
 * *hard*: the leap stops before it and the proved machine (src/core/lexer.c) goes on. Hard are
 * notations, carriage returns, categories 5, 9 and 15, bytes above 127 in utf8, and whatever
 * the end of the block leaves undecided: a name, blanks, a comment.
 *
 * Runs of ones are followed to their ends by addition: r + first(r) has a one behind r.
 * The facts behind each line are clauses of spec/lexer.md. spec: LEX-51, LEX-52, LEX-53 */
#ifndef HLX_LEAP_H
#define HLX_LEAP_H

#include "control_sequence.h"
#include "kernel.h"

#define HLX_LEAP_BLOCK 64u
/* So many bytes behind a block may be looked at, for the names that begin in it. */
#define HLX_LEAP_MARGIN 16u

/* After a shorter leap than this the proved machine goes on. */
#define HLX_LEAP_LEAST 32u

/* As HLX_RUN_KIND_OF_CATEGORY, and superscripts that are no notation. */
#define HLX_LEAP_KIND_OF_CATEGORY 0, 1, 2, 3, 4, 0, 6, 7, 8, 0, 10, 11, 12, 13, 0, 0

/* The categories that a leap reads by: line ends, and in utf8 bytes above 127, are no characters
 * and hard. spec: LEX-10, LEX-53 */
typedef struct hlx_leap_table {
    _Alignas(64) uint8_t category[256];
} hlx_leap_table;

static inline hlx_leap_table hlx_leap_table_of(const hlx_regime *regime) {
    hlx_leap_table table;
    bool utf8 = regime->encoding == HLX_ENCODING_UTF8;
    for (uint32_t byte = 0; byte < 128u; byte++) {
        table.category[byte] = regime->category[byte];
        table.category[byte + 128u] =
            utf8 ? (uint8_t)HLX_CATEGORY_INVALID : regime->category[byte + 128u];
    }
    table.category['\n'] = HLX_CATEGORY_INVALID;
    table.category['\r'] = HLX_CATEGORY_INVALID;
    return table;
}

/* The bytes of a block by class; of category and byte alone. */
typedef struct hlx_places {
    uint64_t escape;      /* category 0 */
    uint64_t token;       /* plain (LEX-53, letters included), superscripts and spaces */
    uint64_t letter;      /* category 11 */
    uint64_t superscript; /* category 7 */
    uint64_t space;       /* category 10 */
    uint64_t blank;       /* 0x20, one of them */
    uint64_t comment;     /* category 14 */
    uint64_t line_feed;
    uint64_t carriage_return;
} hlx_places;

#define HLX_LEAP_ALL_PLACES                                                                        \
    {                                                                                              \
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,  \
            25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45,    \
            46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63                 \
    }

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

/* Can whole lines be read at all? A leap takes 0x20 for a space and a line's end for a character
 * of category 5. */
static inline bool hlx_leap_possible(const hlx_regime *regime) {
    return regime->category[' '] == HLX_CATEGORY_SPACE && regime->end_of_line_char >= 0 &&
           regime->category[regime->end_of_line_char] == HLX_CATEGORY_END_OF_LINE;
}

/* The most rows that a leap may touch: its tokens' and, by whole groups, some behind them. */
#define HLX_LEAP_ROWS 80u

/* Is there a whole block to read, and room for as many tokens? */
static inline bool hlx_leap_has_room(uint32_t input_length, uint32_t pause_at, const hlx_window *to,
                                     const hlx_leap_cursor *at) {
    return input_length - at->position >= HLX_LEAP_BLOCK + HLX_LEAP_MARGIN &&
           at->position < pause_at && to->capacity - at->row >= HLX_LEAP_ROWS;
}

static inline uint64_t hlx_places_below(uint32_t place) {
    return place < 64u ? ((uint64_t)1 << place) - 1u : ~(uint64_t)0;
}

static inline uint32_t hlx_first_place(uint64_t places) {
    return places == 0 ? 64u : (uint32_t)__builtin_ctzll(places);
}

/* Behind the last place; 0 when there is none. */
static inline uint32_t hlx_behind_last(uint64_t places) {
    return 64u - (uint32_t)__builtin_clzll(places | 1u) - (uint32_t)(places == 0);
}

/* Which escape characters begin a control sequence: of a run of them every other one, the
 * others are names. (Addition in odd and even places: simdjson, Langdale and Lemire 2019.)
 * spec: LEX-30, LEX-32 */
static inline uint64_t hlx_beginning_escapes(uint64_t escape) {
    const uint64_t odd = 0xAAAAAAAAAAAAAAAAu;
    return (((escape << 1 | odd) - escape) ^ odd) & escape;
}

/* Comments that a line feed ends in the block are taken out of it; returned are their line ends.
 * The first other one is added to what is hard. The sum: a comment's first character, added to
 * the places that are no line feed, carries to its line's end and clears those on the way.
 * spec: LEX-22 */
static inline uint64_t hlx_drop_comments(hlx_places *p, uint64_t *hard) {
    uint64_t comment = p->comment & ~(hlx_beginning_escapes(p->escape) << 1);
    uint64_t carried = ~p->line_feed + comment;
    uint64_t dropped = (~p->line_feed & ~carried) | comment;
    uint64_t unended = dropped & (p->carriage_return | (uint64_t)1 << 63);
    p->escape &= ~dropped;
    p->token &= ~dropped;
    p->letter &= ~dropped;
    p->superscript &= ~dropped;
    p->space &= ~dropped;
    p->blank &= ~dropped;
    *hard &= ~dropped;
    if (unended != 0) {
        uint64_t others = ~dropped & hlx_places_below(hlx_first_place(unended));
        *hard |= (uint64_t)1 << hlx_behind_last(others);
    }
    return carried & p->line_feed;
}

/* Blanks before a line's terminator. More than two are rare enough for a branch. spec: LEX-11 */
static inline uint64_t hlx_trailing_blanks(uint64_t blank, uint64_t terminator) {
    uint64_t first = blank & terminator >> 1;
    uint64_t trailing = first | (blank & first >> 1);
    uint64_t next = blank & trailing >> 1 & ~trailing;
    while (next != 0) {
        trailing |= next;
        next = blank & next >> 1;
    }
    return trailing;
}

/* What a neighbour, or the byte behind the block, leaves undecided. spec: LEX-11, LEX-23 */
static inline uint64_t hlx_undecided(const hlx_places *p, uint64_t escaped, uint64_t trailing,
                                     uint8_t behind) {
    uint64_t last = (uint64_t)1 << 63;
    uint64_t hard = p->superscript & (p->superscript >> 1 | p->superscript << 1 | last);
    hard |= escaped & (p->line_feed | trailing);
    if (p->carriage_return != 0) {
        hard |= hlx_trailing_blanks(p->blank, p->carriage_return);
    }
    const uint64_t ends = (uint64_t)1 << ' ' | (uint64_t)1 << '\n' | (uint64_t)1 << '\r';
    uint64_t goes_on = ends >> behind % 64u & (uint64_t)(behind < 64u);
    if ((p->blank >> 63 & goes_on) != 0) {
        hard |= (uint64_t)1 << hlx_behind_last(~p->blank);
    }
    return hard;
}

/* The state behind the last one of the places that are kept. Spaces, `indents`, leave a new line
 * as new as it was. The sum is no choice that the processor would have to guess. spec: LEX-22 */
static inline uint32_t hlx_state_behind(uint64_t kept, uint64_t middle, uint64_t line_feed,
                                        uint64_t indents, uint32_t state) {
    uint64_t last = kept & ~(kept >> 1);
    uint32_t is_middle = (middle & last) != 0;
    uint32_t is_new = ((line_feed | indents) & last) != 0;
    if (last == 0) {
        return state;
    }
    return HLX_STATE_SKIP_BLANKS - is_middle * (HLX_STATE_SKIP_BLANKS - HLX_STATE_MID_LINE) -
           is_new * (HLX_STATE_SKIP_BLANKS - HLX_STATE_NEW_LINE);
}

/* The places before the first hard one; but a name that they cut, or may cut, is left to be read
 * from its escape character: the last one. */
static inline uint64_t hlx_kept_places(uint64_t hard, uint64_t escape, uint64_t word) {
    uint64_t soft = ~hard & (hard - 1u);
    uint64_t is_cut = ((word | escape) & soft & ~(soft >> 1)) != 0;
    uint64_t from = (uint64_t)1 << (hlx_behind_last((escape & soft) | 1u) - 1u);
    return soft & ((from - 1u) | (is_cut - 1u));
}

/* `behind` is the byte behind the block. */
static inline __attribute__((always_inline)) hlx_leap hlx_leap_over(hlx_places p, uint32_t state,
                                                                    uint8_t behind) {
    hlx_leap leap;
    uint64_t hard = ~(p.token | p.escape | p.comment | p.line_feed);
    uint64_t silent = p.comment == 0 ? 0 : hlx_drop_comments(&p, &hard);
    uint64_t escape = hlx_beginning_escapes(p.escape);
    uint64_t escaped = escape << 1;
    uint64_t trailing = hlx_trailing_blanks(p.blank, p.line_feed);
    hard |= hlx_undecided(&p, escaped, trailing, behind);
    uint64_t word = p.letter & ~(p.letter + (escaped & p.letter));
    uint64_t kept = hlx_kept_places(hard, escape, word);
    uint64_t middle = (p.token | escaped) & ~(p.space | word);
    uint64_t before_middle = middle << 1 | (uint64_t)(state == HLX_STATE_MID_LINE);
    uint64_t line_begins = p.line_feed << 1 | (uint64_t)(state == HLX_STATE_NEW_LINE);
    /* Behind a run there is a one; what is in it does not matter to its line's end. */
    uint64_t ends_middle = before_middle | (trailing + (trailing & before_middle));
    uint64_t no_indents = p.space + (p.space & line_begins);
    uint64_t ends_empty = line_begins | no_indents;
    uint64_t line_end = p.line_feed & ~silent & kept;
    leap.paragraph = line_end & ends_empty;
    leap.space = (p.space & ~trailing & ~escaped & before_middle & kept) | (line_end & ends_middle);
    leap.escape = escape & kept;
    leap.word = word;
    leap.token = (middle & ~escaped & kept) | leap.escape | leap.space | leap.paragraph;
    leap.line_feed = p.line_feed & kept;
    leap.end = (uint32_t)__builtin_popcountll(kept);
    leap.state = hlx_state_behind(kept, middle, p.line_feed, p.space & ~no_indents, state);
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
    uint32_t none = 0u - (uint32_t)(line == 0);
    at->line_start = (at->line_start & none) | ((at->position + line) & ~none);
    at->line_number += (uint32_t)__builtin_popcountll(leap->line_feed);
    at->row += count;
    at->position += leap->end;
    at->state = leap->state;
    return leap->end >= HLX_LEAP_LEAST;
}

/* The row of the token that begins at `place`. */
static inline uint32_t hlx_row_of(const hlx_leap *leap, uint32_t place, const hlx_leap_cursor *at) {
    return at->row + (uint32_t)__builtin_popcountll(leap->token & (((uint64_t)1 << place) - 1u));
}

/* ---- for kernels without a compressing instruction --------------------------- */

typedef union hlx_block_bytes {
    _Alignas(64) uint8_t at[HLX_LEAP_BLOCK];
    uint64_t eight[HLX_LEAP_BLOCK / 8u];
} hlx_block_bytes;

/* A block's bytes as tokens: the kinds and codes that they have. */
typedef struct hlx_block {
    hlx_block_bytes kinds;
    hlx_block_bytes codes;
} hlx_block;

/* Line ends that are spaces. Those that are \par have kind 0 already. */
static inline void hlx_block_line_ends(hlx_block *block, const hlx_leap *leap) {
    for (uint64_t left = leap->line_feed & leap->space; left != 0; left &= left - 1u) {
        uint32_t place = hlx_first_place(left);
        block->kinds.at[place] = HLX_CATEGORY_SPACE;
        block->codes.at[place] = ' ';
    }
}

/* Those bytes of eight that `token` says, one behind the other; NULL where no instruction does. */
typedef uint64_t hlx_pack(uint64_t bytes, uint32_t token);

/* Eight rows of a column: the bytes from `first` on, packed if they can be, and `more`. */
static inline __attribute__((always_inline)) void hlx_store_eight(int32_t *column,
                                                                  const hlx_block_bytes *bytes,
                                                                  uint32_t first, uint32_t token,
                                                                  uint32_t more, hlx_pack *pack) {
    const uint8_t *from = bytes->at + first;
    hlx_block_bytes packed;
    if (pack != NULL) {
        packed.eight[0] = pack(bytes->eight[first / 8u], token);
        from = packed.at;
    }
    for (uint32_t i = 0; i < 8u; i++) {
        column[i] = (int32_t)(from[i] + more);
    }
}

/* The rows of a leap, eight places at a time; how many. */
static inline __attribute__((always_inline)) uint32_t
hlx_block_store(const hlx_block *block, const hlx_leap *leap, const hlx_leap_cursor *at,
                const hlx_window *to, hlx_pack *pack) {
    static const hlx_block_bytes all = {HLX_LEAP_ALL_PLACES};
    uint32_t row = at->row;
    for (uint32_t first = 0; first < HLX_LEAP_BLOCK; first += 8u) {
        uint32_t token = (uint32_t)(leap->token >> first) & 255u;
        if (pack != NULL || token == 255u) {
            hlx_store_eight(to->kinds + row, &block->kinds, first, token, 0, pack);
            hlx_store_eight(to->codes + row, &block->codes, first, token, 0, pack);
            hlx_store_eight(to->starts + row, &all, first, token, at->position, pack);
            row += (uint32_t)__builtin_popcount(token);
            continue;
        }
        for (; token != 0; token &= token - 1u) {
            uint32_t place = first + (uint32_t)__builtin_ctz(token);
            to->kinds[row] = block->kinds.at[place];
            to->codes[row] = block->codes.at[place];
            to->starts[row] = (int32_t)(at->position + place);
            row++;
        }
    }
    return row - at->row;
}

/* The derived columns of `count` rows, line by line of the block. */
static inline void hlx_block_derive(const hlx_leap *leap, const hlx_leap_cursor *at,
                                    const hlx_window *to, uint32_t count) {
    uint32_t row = at->row;
    uint32_t number = at->line_number;
    uint32_t start = at->line_start;
    uint64_t line_feeds = leap->line_feed;
    while (row < at->row + count) {
        uint64_t line = line_feeds ^ (line_feeds - 1u);
        uint32_t behind = at->row + (uint32_t)__builtin_popcountll(leap->token & line);
        for (; row < behind; row++) {
            to->ends[row] = to->starts[row] + 1;
            to->lines[row] = (int32_t)number;
            to->cols[row] = to->starts[row] - (int32_t)start + 1;
        }
        start = at->position + hlx_first_place(line_feeds) + 1u;
        line_feeds &= line_feeds - 1u;
        number++;
    }
}

/* The codes that are no bytes: names' hashes, and \par; and the ends of the names. */
static inline void hlx_block_names(const hlx_leap *leap, const uint8_t *block,
                                   const hlx_leap_cursor *at, const hlx_window *to, bool six) {
    for (uint64_t left = leap->escape; left != 0; left &= left - 1u) {
        uint32_t place = hlx_first_place(left);
        uint32_t row = hlx_row_of(leap, place, at);
        uint32_t length = hlx_name_length(leap, place);
        to->codes[row] = hlx_name_hash(block + place + 1u, length);
        if (six) {
            to->ends[row] = (int32_t)(at->position + place + 1u + length);
        }
    }
    const int32_t par = leap->paragraph == 0 ? 0 : hlx_code_of_par();
    for (uint64_t left = leap->paragraph; left != 0; left &= left - 1u) {
        to->codes[hlx_row_of(leap, hlx_first_place(left), at)] = par;
    }
}

/* The rows of a leap; how many. */
static inline __attribute__((always_inline)) uint32_t
hlx_block_rows(hlx_block *block, const hlx_leap *leap, const uint8_t *bytes,
               const hlx_leap_cursor *at, const hlx_window *to, hlx_pack *pack) {
    hlx_block_line_ends(block, leap);
    uint32_t count = hlx_block_store(block, leap, at, to, pack);
    bool six = to->ends != NULL;
    if (six) {
        hlx_block_derive(leap, at, to, count);
    }
    hlx_block_names(leap, bytes, at, to, six);
    return count;
}

/* The classes of a block, and what its bytes are as tokens. */
typedef hlx_places hlx_classify(const hlx_leap_table *table, const uint8_t *input,
                                hlx_block *block);

/* Leap block by block as long as it pays, with what a kernel has for the two steps. */
static inline __attribute__((always_inline)) void
hlx_leap_blocks(HLX_LEAP_PARAMETERS, hlx_classify *classify, hlx_pack *pack) {
    const hlx_leap_table table = hlx_leap_table_of(regime);
    const hlx_window window = *to;
    hlx_leap_cursor here = *at;
    bool on = true;
    while (on && hlx_leap_has_room(input_length, pause_at, &window, &here)) {
        const uint8_t *bytes = input + here.position;
        hlx_block block;
        hlx_places places = classify(&table, bytes, &block);
        hlx_leap leap = hlx_leap_over(places, here.state, bytes[HLX_LEAP_BLOCK]);
        uint32_t count = hlx_block_rows(&block, &leap, bytes, &here, &window, pack);
        on = hlx_leap_advance(&here, &leap, count);
    }
    *at = here;
}

#endif
