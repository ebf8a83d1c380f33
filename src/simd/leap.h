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
 * notations, carriage returns but before a line feed, categories 5, 9 and 15, and whatever the end
 * of the block leaves undecided: a name, blanks, a comment, CR LF, a character of several bytes. In
 * utf8 also ill-formed bytes, U+FEFF, and a character above 127 that may be of a name.
 *
 * Runs of ones are followed to their ends by addition: r + first(r) has a one behind r.
 * The facts behind each line are clauses of spec/lexer.md. spec: LEX-51, LEX-52, LEX-53 */
#ifndef HLX_LEAP_H
#define HLX_LEAP_H

#include "control_sequence.h"
#include "kernel.h"
#include "leap_characters.h"

#define HLX_LEAP_BLOCK 64u

/* After a shorter leap than this the proved machine goes on. */
#define HLX_LEAP_LEAST 32u

/* As HLX_RUN_KIND_OF_CATEGORY, and superscripts that are no notation, and line ends: spaces, where
 * they are not \par. */
#define HLX_LEAP_KIND_OF_CATEGORY 0, 1, 2, 3, 4, 10, 6, 7, 8, 0, 10, 11, 12, 13, 0, 0

/* The categories that a leap reads by: LF and CR have that of line ends, other characters of it are
 * hard, and so are in utf8 bytes above 127, but those of leap_characters.h. spec: LEX-10, LEX-53 */
typedef struct hlx_leap_table {
    _Alignas(64) uint8_t category[256];
} hlx_leap_table;

static inline uint8_t hlx_leap_category(uint8_t category) {
    return category == HLX_CATEGORY_END_OF_LINE ? (uint8_t)HLX_CATEGORY_INVALID : category;
}

static inline hlx_leap_table hlx_leap_table_of(const hlx_regime *regime) {
    hlx_leap_table table;
    bool utf8 = regime->encoding == HLX_ENCODING_UTF8;
    for (uint32_t byte = 0; byte < 128u; byte++) {
        table.category[byte] = hlx_leap_category(regime->category[byte]);
        table.category[byte + 128u] =
            utf8 ? (uint8_t)HLX_CATEGORY_INVALID : hlx_leap_category(regime->category[byte + 128u]);
    }
    table.category['\n'] = HLX_CATEGORY_END_OF_LINE;
    table.category['\r'] = HLX_CATEGORY_END_OF_LINE;
    return table;
}

/* The bytes of a block by class: of category and byte alone, but for the last two. */
typedef struct hlx_places {
    uint64_t escape;      /* category 0 */
    uint64_t token;       /* plain (LEX-53, letters included), superscripts, spaces, line ends */
    uint64_t letter;      /* category 11 */
    uint64_t superscript; /* category 7 */
    uint64_t space;       /* category 10 */
    uint64_t blank;       /* 0x20, one of them */
    uint64_t comment;     /* category 14 */
    uint64_t line_feed;
    uint64_t carriage_return;
    uint64_t character;    /* first bytes of whole characters above 127, in utf8; in `token` */
    uint64_t continuation; /* their other bytes; in `token` */
} hlx_places;

/* Words of bits as in hlx_characters_of. */
static inline void hlx_leap_add_characters(hlx_places *p, const uint64_t bit[8]) {
    hlx_characters found;
    hlx_characters_of(&found, bit);
    p->character = found.first;
    p->continuation = found.continuation;
    p->token |= found.first | found.continuation;
}

/* What becomes of them, up to `end`: the bytes behind belong to the next leap. */
typedef struct hlx_leap {
    uint64_t token;     /* a token begins here */
    uint64_t word;      /* letters of control words */
    uint64_t escape;    /* escape characters of control sequences */
    uint64_t space;     /* space tokens: blanks and line ends */
    uint64_t paragraph; /* line ends that are \par */
    uint64_t line_feed; /* behind these, lines begin; the token of CR LF begins at the CR */
    uint32_t end;
    uint32_t state; /* behind them */
} hlx_leap;

/* Can whole lines be read at all? A leap takes 0x20 for a space and a line's end for a character
 * of category 5. */
static inline bool hlx_leap_possible(const hlx_regime *regime) {
    return regime->category[' '] == HLX_CATEGORY_SPACE && regime->end_of_line_char >= 0 &&
           regime->category[regime->end_of_line_char] == HLX_CATEGORY_END_OF_LINE;
}

/* May a leap read characters above 127? In utf8, if all of them but U+FEFF have categories of plain
 * characters: only those below 256 can have others. spec: LEX-53, CAT-20, CAT-21 */
static inline bool hlx_leap_reads_characters(const hlx_regime *regime) {
    const uint32_t plain =
        1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 8 | 1u << 11 | 1u << 12 | 1u << 13;
    uint32_t categories = 0;
    if (regime->encoding != HLX_ENCODING_UTF8) {
        return false;
    }
    for (uint32_t code = 128; code < 256u; code++) {
        categories |= (uint32_t)1 << regime->category[code];
    }
    return (categories & ~plain) == 0;
}

/* The most rows that a leap may touch: its tokens' and, by whole groups, some behind them. */
#define HLX_LEAP_ROWS 80u

/* Is there a whole block to read, a byte behind it, and room for as many tokens? */
static inline bool hlx_leap_has_room(uint32_t input_length, uint32_t pause_at, const hlx_window *to,
                                     const hlx_leap_cursor *at) {
    return input_length - at->position > HLX_LEAP_BLOCK && at->position < pause_at &&
           to->capacity - at->row >= HLX_LEAP_ROWS;
}

static inline uint32_t hlx_first_place(uint64_t places) {
    return (uint32_t)__builtin_ctzll(places | (uint64_t)1 << 63) + (uint32_t)(places == 0);
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

/* Comments that a line feed ends in the block are taken out of it: behind nothing, their line
 * ends give no token. Letters and blanks stay in their sets: no name and no blanks that count go on
 * into a comment. The first other comment, which the block's end or a carriage return alone cuts,
 * is added to what is hard. The sum: a comment's first character, added to the places that are no
 * line feed, carries to its line's end and clears those on the way. spec: LEX-22 */
static inline void hlx_drop_comments(hlx_places *p, uint64_t alone, uint64_t *hard) {
    uint64_t comment = p->comment & ~(hlx_beginning_escapes(p->escape) << 1);
    uint64_t carried = ~p->line_feed + comment;
    uint64_t dropped = (~p->line_feed & ~carried) | comment;
    uint64_t unended = dropped & (alone | (uint64_t)1 << 63);
    p->escape &= ~dropped;
    p->token &= ~dropped;
    p->superscript &= ~dropped;
    *hard &= ~dropped;
    if (unended != 0) {
        *hard |= (uint64_t)1 << hlx_behind_last(~dropped & (unended - 1u));
    }
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
static inline uint64_t hlx_undecided(const hlx_places *p, uint8_t behind) {
    uint64_t last = (uint64_t)1 << 63;
    uint64_t hard = p->superscript & (p->superscript >> 1 | last);
    /* The difference less one is below zero for the byte that is meant: no branch for each. */
    uint64_t byte = behind;
    uint64_t goes_on = ((byte ^ ' ') - 1u) | ((byte ^ '\n') - 1u) | ((byte ^ '\r') - 1u);
    if ((p->blank & goes_on & last) != 0) {
        hard |= (uint64_t)1 << hlx_behind_last(~p->blank);
    }
    return hard;
}

/* The state behind the last one of the places that are kept. Spaces, `indents`, leave a new line
 * as new as it was. Differences, where the processor would have to guess. spec: LEX-22 */
static inline uint32_t hlx_state_behind(uint64_t kept, uint64_t middle, uint64_t line_feed,
                                        uint64_t indents, uint32_t state) {
    _Static_assert(HLX_STATE_NEW_LINE == HLX_STATE_SKIP_BLANKS - 2 &&
                       HLX_STATE_MID_LINE == HLX_STATE_SKIP_BLANKS - 1,
                   "what is subtracted");
    uint64_t last = kept & ~(kept >> 1);
    uint32_t is_middle = (middle & last) != 0;
    uint32_t is_new = ((line_feed | indents) & last) != 0;
    if (last == 0) {
        return state;
    }
    return HLX_STATE_SKIP_BLANKS - is_middle - is_new - is_new;
}

/* The places before the first hard one; but a name that it cuts, or may cut, is left to be read
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
    uint64_t hard = ~(p.token | p.escape | p.comment);
    uint64_t terminator = p.line_feed;
    uint64_t alone = 0; /* carriage returns that end a line by themselves, or may */
    if (p.carriage_return != 0) {
        alone = p.carriage_return & ~(p.line_feed >> 1);
        terminator |= p.carriage_return & ~alone;
        hard |= alone | hlx_trailing_blanks(p.blank, alone);
    }
    if (p.comment != 0) {
        hlx_drop_comments(&p, alone, &hard);
    }
    uint64_t escape = hlx_beginning_escapes(p.escape);
    uint64_t escaped = escape << 1;
    uint64_t trailing = hlx_trailing_blanks(p.blank, terminator);
    hard |= (escaped & (terminator | trailing)) | hlx_undecided(&p, behind);
    uint64_t word = p.letter & ~(p.letter + (escaped & p.letter));
    hard |= p.character & (escaped | word << 1); /* letters, perhaps */
    uint64_t kept = hlx_kept_places(hard, escape, word);
    uint64_t middle = (p.token | escaped) & ~(p.space | word | terminator);
    uint64_t before_middle = middle << 1 | (uint64_t)(state == HLX_STATE_MID_LINE);
    uint64_t line_begins = p.line_feed << 1 | (uint64_t)(state == HLX_STATE_NEW_LINE);
    /* Sums have a one behind a run, and what they have in it is no line end. */
    uint64_t ends_middle = before_middle | (trailing + (trailing & before_middle));
    uint64_t no_indents = p.space + (p.space & line_begins);
    uint64_t ends_empty = line_begins | no_indents;
    /* At the line feed behind a carriage return neither is so: it gives no token. */
    uint64_t line_end = terminator & kept;
    leap.paragraph = line_end & ends_empty;
    leap.space = (p.space & ~trailing & ~escaped & before_middle & kept) | (line_end & ends_middle);
    leap.escape = escape & kept;
    leap.word = word;
    leap.token =
        (middle & ~escaped & ~p.continuation & kept) | leap.escape | leap.space | leap.paragraph;
    leap.line_feed = p.line_feed & kept;
    leap.end = hlx_first_place(~kept);
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

/* The last bytes of names, in the order of their escape characters: a word's, or the only one.
 * Behind those of the leap there may be more. */
static inline uint64_t hlx_name_ends(const hlx_leap *leap) {
    return (leap->word | leap->escape << 1) & ~(leap->word >> 1);
}

/* The row of the token that begins at the first of `places`. */
static inline uint32_t hlx_leap_row(const hlx_leap *leap, uint64_t places,
                                    const hlx_leap_cursor *at) {
    return at->row + (uint32_t)__builtin_popcountll(leap->token & ~places & (places - 1u));
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

#endif
