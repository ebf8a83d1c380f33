/* claims.c -- what is claimed of a leap's decision (src/simd/leap.h), as a function of all that
 * it depends on. prove_leap.py shows that no arguments break a claim.
 *
 *      sets of places, state, byte behind     -->  hlx_leap_over            \
 *                                                                            the same?
 *      classes, state, whatever is behind     -->  the reader, up to there  /
 *
 * The reader is that of reference.h. It reads up to the place at which the leap ends: a shorter
 * leap is not wrong (LEX-53). */
#include "leap.h"
#include "reference.h"

/* X(bit of the result, claim). A claim may use those before it. */
#define HLX_LEAP_CLAIMS(X)                                                                         \
    X(1, "a leap ends within the block or behind it")                                              \
    X(2, "its line feeds are the reader's")                                                        \
    X(3, "its control sequences are the reader's")                                                 \
    X(4, "its letters of names are the reader's")                                                  \
    X(5, "its line ends that are par are the reader's")                                            \
    X(6, "it ends where the reader stands between two steps, and not behind where that stops")     \
    X(7, "its state is the reader's")                                                              \
    X(8, "its space tokens are the reader's")                                                      \
    X(9, "its tokens are the reader's up to the end, and none is behind")                          \
    X(10, "behind its last name no letter of a name stands at the end")

/* No claim: this must occur, or there is nothing that the claims are about. */
#define HLX_LEAP_OCCURS 11
#define HLX_LEAP_OCCURRENCE                                                                        \
    "a leap over a block with a name, a comment, a trailing blank, a par, a character above 127"

/* ---- what a leap depends on ------------------------------------------------- */

/* The classes of a block: the number of byte i's class is 1 times bit i of `ones`, 2 times that
 * of `twos` and so on. What is no number of a class means HLX_CLASS_HARD: anything is a text. */
typedef struct classes {
    uint64_t ones;
    uint64_t twos;
    uint64_t fours;
    uint64_t eights;
} classes;

typedef struct text {
    classes block;
    hlx_class behind;     /* the class of the byte behind the block */
    hlx_class beyond;     /* and of the next one */
    bool blanks_end_line; /* if that behind is a blank: it and those it begins end their line */
} text;

static hlx_class class_numbered(uint64_t number) {
    return number < HLX_CLASS_COUNT ? (hlx_class)number : HLX_CLASS_HARD;
}

static hlx_class class_at(const text *of, uint32_t place) {
    if (place >= HLX_TEXT_BLOCK) {
        return place == HLX_TEXT_BLOCK ? of->behind : of->beyond;
    }
    const classes *block = &of->block;
    return class_numbered((block->ones >> place & 1u) | (block->twos >> place & 1u) << 1 |
                          (block->fours >> place & 1u) << 2 | (block->eights >> place & 1u) << 3);
}

static uint64_t places_of(const classes *block, uint32_t class) {
    return ((class & 1u) != 0 ? block->ones : ~block->ones) &
           ((class & 2u) != 0 ? block->twos : ~block->twos) &
           ((class & 4u) != 0 ? block->fours : ~block->fours) &
           ((class & 8u) != 0 ? block->eights : ~block->eights);
}

/* What a kernel's classify gives. As numbers of classes any bits are consistent: a byte is of one
 * class, and each set is made of whole classes. spec: LEX-10, LEX-53 */
static hlx_places classified(const classes *block) {
    hlx_places p;
    p.escape = places_of(block, HLX_CLASS_ESCAPE);
    p.letter = places_of(block, HLX_CLASS_LETTER);
    p.superscript = places_of(block, HLX_CLASS_SUPERSCRIPT);
    p.blank = places_of(block, HLX_CLASS_BLANK);
    p.space = p.blank | places_of(block, HLX_CLASS_SPACE);
    p.comment = places_of(block, HLX_CLASS_COMMENT);
    p.line_feed = places_of(block, HLX_CLASS_LINE_FEED);
    p.carriage_return = places_of(block, HLX_CLASS_CARRIAGE_RETURN);
    p.character = places_of(block, HLX_CLASS_CHARACTER);
    p.continuation = places_of(block, HLX_CLASS_CONTINUATION);
    p.token = p.letter | p.superscript | p.space | places_of(block, HLX_CLASS_PLAIN) | p.line_feed |
              p.carriage_return | p.character | p.continuation;
    return p;
}

/* Can the byte behind the block be this one, and have this class? A character is wholly in the
 * block: see differs_hlx_characters_of. */
static bool may_be(uint8_t byte, hlx_class class) {
    return class != HLX_CLASS_CONTINUATION && (byte == ' ') == (class == HLX_CLASS_BLANK) &&
           (byte == '\n') == (class == HLX_CLASS_LINE_FEED) &&
           (byte == '\r') == (class == HLX_CLASS_CARRIAGE_RETURN);
}

/* ---- what the reader does --------------------------------------------------- */

/* The blanks of a block that end their line, from the last one back. spec: LEX-11 */
static uint64_t trailing_blanks(const text *of) {
    uint64_t trailing = 0;
    bool ends_line =
        of->behind == HLX_CLASS_BLANK ? of->blanks_end_line : hlx_ends_line(of->behind);
    for (uint32_t place = HLX_TEXT_BLOCK; place-- > 0;) {
        hlx_class is = class_at(of, place);
        trailing |= is == HLX_CLASS_BLANK && ends_line ? (uint64_t)1 << place : 0u;
        ends_line = is == HLX_CLASS_BLANK ? ends_line : hlx_ends_line(is);
    }
    return trailing;
}

typedef struct expected {
    hlx_reading reading; /* of the whole block */
    uint64_t kept;       /* the places before the end */
    uint32_t stands;     /* is it between two steps, at the end? */
    uint32_t state;      /* there */
} expected;

static expected read_block(const text *of, uint32_t state, uint32_t end) {
    const uint64_t trailing = trailing_blanks(of);
    expected e = {.reading = {.mode = (hlx_mode)state}};
    for (uint32_t place = 0; place <= HLX_TEXT_BLOCK; place++) {
        hlx_class is = class_at(of, place);
        hlx_class next = class_at(of, place + 1u);
        if (place == end) {
            e.stands = hlx_stands(e.reading.mode, is, next);
            e.state = hlx_state_of(e.reading.mode);
        }
        if (place < HLX_TEXT_BLOCK) {
            e.kept |= place < end ? (uint64_t)1 << place : 0u;
            hlx_read(&e.reading, place, is, next, (trailing >> place & 1u) != 0);
        }
    }
    return e;
}

/* ---- the claims ------------------------------------------------------------- */

static uint32_t bit_if(bool is, uint32_t bit) {
    return is ? 1u << bit : 0u;
}

static bool bit_at(uint64_t word, uint32_t place) {
    return place < 64u && (word >> place & 1u) != 0;
}

/* The claims that are broken. */
static uint32_t compared(const hlx_leap *leap, const expected *e) {
    const hlx_reading *r = &e->reading;
    bool behind_name = bit_at(leap->word | leap->escape << 1, leap->end - 1u);
    return bit_if(leap->end > HLX_TEXT_BLOCK, 1) |
           bit_if(leap->line_feed != (r->line_feed & e->kept), 2) |
           bit_if(leap->escape != (r->escape & e->kept), 3) |
           bit_if(((leap->word ^ r->word) & e->kept) != 0, 4) |
           bit_if(leap->paragraph != (r->paragraph & e->kept), 5) |
           bit_if(e->stands == 0 || (r->stop & e->kept) != 0, 6) |
           bit_if(leap->state != e->state, 7) | bit_if(leap->space != (r->space & e->kept), 8) |
           bit_if(leap->token != (r->token & e->kept), 9) |
           bit_if(behind_name && bit_at(leap->word, leap->end), 10);
}

static bool occurs(const hlx_leap *leap, const hlx_places *p) {
    return leap->end == HLX_TEXT_BLOCK && leap->word != 0 && leap->paragraph != 0 &&
           p->comment != 0 && (leap->token & p->character) != 0 &&
           (leap->space & leap->line_feed & p->blank << 1) != 0;
}

/* Bit 0: the arguments are possible. The others: HLX_LEAP_CLAIMS, HLX_LEAP_OCCURS. */
uint32_t hlx_leap_claims(uint64_t ones, uint64_t twos, uint64_t fours, uint64_t eights,
                         uint8_t state, uint8_t behind, uint8_t behind_class, uint8_t beyond_class,
                         bool blanks_end_line);

uint32_t hlx_leap_claims(uint64_t ones, uint64_t twos, uint64_t fours, uint64_t eights,
                         uint8_t state, uint8_t behind, uint8_t behind_class, uint8_t beyond_class,
                         bool blanks_end_line) {
    const text of = {{ones, twos, fours, eights},
                     class_numbered(behind_class & 15u),
                     class_numbered(beyond_class & 15u),
                     blanks_end_line};
    const hlx_places p = classified(&of.block);
    const hlx_leap leap = hlx_leap_over(p, state & 3u, behind);
    const expected e = read_block(&of, state & 3u, leap.end);
    bool possible = (state & 3u) <= HLX_STATE_SKIP_BLANKS && may_be(behind, of.behind);
    return bit_if(possible, 0) | compared(&leap, &e) | bit_if(occurs(&leap, &p), HLX_LEAP_OCCURS);
}

/* ---- a simpler form ---------------------------------------------------------- */

/* Proved to be equal to hlx_trailing_blanks of leap.h for all arguments; then it takes its place,
 * which makes the claims easier to prove. */
uint64_t simpler_hlx_trailing_blanks(uint64_t blank, uint64_t terminator);
bool differs_hlx_trailing_blanks(uint64_t blank, uint64_t terminator);

uint64_t simpler_hlx_trailing_blanks(uint64_t blank, uint64_t terminator) {
    uint64_t trailing = 0;
    bool ends_line = false;
    for (uint32_t place = 64; place-- > 0;) {
        bool is_blank = (blank >> place & 1u) != 0;
        trailing |= is_blank && ends_line ? (uint64_t)1 << place : 0u;
        ends_line = (terminator >> place & 1u) != 0 || (is_blank && ends_line);
    }
    return trailing;
}

bool differs_hlx_trailing_blanks(uint64_t blank, uint64_t terminator) {
    return hlx_trailing_blanks(blank, terminator) != simpler_hlx_trailing_blanks(blank, terminator);
}

/* ---- characters above 127 ----------------------------------------------------- */

/* Are the characters of a block not those of table 3-7, read byte after byte? Words as in
 * hlx_characters_of. */
bool differs_hlx_characters_of(uint64_t bit_0, uint64_t bit_1, uint64_t bit_2, uint64_t bit_3,
                               uint64_t bit_4, uint64_t bit_5, uint64_t bit_6, uint64_t bit_7);

/* Zero behind the block, which continues nothing. */
static uint8_t byte_at(const uint64_t bit[8], uint32_t place) {
    if (place >= HLX_TEXT_BLOCK) {
        return 0;
    }
    return (uint8_t)((bit[0] >> place & 1u) | (bit[1] >> place & 1u) << 1 |
                     (bit[2] >> place & 1u) << 2 | (bit[3] >> place & 1u) << 3 |
                     (bit[4] >> place & 1u) << 4 | (bit[5] >> place & 1u) << 5 |
                     (bit[6] >> place & 1u) << 6 | (bit[7] >> place & 1u) << 7);
}

bool differs_hlx_characters_of(uint64_t bit_0, uint64_t bit_1, uint64_t bit_2, uint64_t bit_3,
                               uint64_t bit_4, uint64_t bit_5, uint64_t bit_6, uint64_t bit_7) {
    const uint64_t bit[8] = {bit_0, bit_1, bit_2, bit_3, bit_4, bit_5, bit_6, bit_7};
    hlx_characters found;
    hlx_characters of_table = {0, 0};
    uint32_t inside = 0; /* so many bytes more belong to the last character */
    hlx_characters_of(&found, bit);
    for (uint32_t place = 0; place < HLX_TEXT_BLOCK; place++) {
        const uint64_t here = (uint64_t)1 << place;
        uint32_t length = hlx_plain_length(byte_at(bit, place), byte_at(bit, place + 1u),
                                           byte_at(bit, place + 2u), byte_at(bit, place + 3u));
        of_table.first |= length > 0 ? here : 0u;
        of_table.continuation |= inside > 0 ? here : 0u;
        inside = length > 0 ? length - 1u : inside > 0 ? inside - 1u : 0u;
    }
    return found.first != of_table.first || found.continuation != of_table.continuation;
}
