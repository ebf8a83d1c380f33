/* claims.c -- what is claimed of a leap's decision (src/simd/leap.h), as a function of all that
 * it depends on. prove_leap.py shows that no arguments break a claim.
 *
 *      sets, state, byte behind       -->  hlx_leap_over           \
 *                                                                    the same up to the end?
 *      classes, state, what follows   -->  reader of reference.h   /                            */
#include "leap.h"
#include "reference.h"

/* X(bit of the result, claim) */
#define HLX_LEAP_CLAIMS(X)                                                                         \
    X(1, "the leap ends within the block or behind it")                                            \
    X(2, "where it ends the reader stands between two steps")                                      \
    X(3, "the state there is the reader's")                                                        \
    X(4, "tokens begin where the reader begins them, none at or behind the end")                   \
    X(5, "control sequences are the reader's")                                                     \
    X(6, "space tokens are the reader's")                                                          \
    X(7, "line ends that are \\par are the reader's")                                              \
    X(8, "line feeds are the reader's")                                                            \
    X(9, "letters of names are the reader's")                                                      \
    X(10, "the name of each control sequence is as long as the reader's")

/* The classes of a block: the number of byte i's class is 1 times bit i of `ones`, 2 times that
 * of `twos` and so on. What is no number of a class means HLX_CLASS_HARD, so anything is a text. */
typedef struct classes {
    uint64_t ones;
    uint64_t twos;
    uint64_t fours;
    uint64_t eights;
} classes;

static hlx_class class_at(const classes *of, uint32_t place) {
    uint64_t class = (of->ones >> place & 1u) | (of->twos >> place & 1u) << 1 |
                     (of->fours >> place & 1u) << 2 | (of->eights >> place & 1u) << 3;
    return class < HLX_CLASS_COUNT ? (hlx_class) class : HLX_CLASS_HARD;
}

static uint64_t places_with(const classes *of, uint32_t class) {
    return ((class & 1u) != 0 ? of->ones : ~of->ones) & ((class & 2u) != 0 ? of->twos : ~of->twos) &
           ((class & 4u) != 0 ? of->fours : ~of->fours) &
           ((class & 8u) != 0 ? of->eights : ~of->eights);
}

/* What a kernel gives for them: hlx_places says what its sets are. spec: LEX-10, LEX-53 */
static hlx_places places_of(const classes *of) {
    hlx_places p;
    p.escape = places_with(of, HLX_CLASS_ESCAPE);
    p.letter = places_with(of, HLX_CLASS_LETTER);
    p.superscript = places_with(of, HLX_CLASS_SUPERSCRIPT);
    p.blank = places_with(of, HLX_CLASS_BLANK);
    p.space = p.blank | places_with(of, HLX_CLASS_SPACE);
    p.token = p.letter | p.superscript | p.space | places_with(of, HLX_CLASS_PLAIN);
    p.comment = places_with(of, HLX_CLASS_COMMENT);
    p.line_feed = places_with(of, HLX_CLASS_LINE_FEED);
    p.carriage_return = places_with(of, HLX_CLASS_CARRIAGE_RETURN);
    return p;
}

/* Can this byte have this class? */
static bool may_be(uint8_t byte, uint32_t class) {
    return class < HLX_CLASS_COUNT && (byte == ' ') == (class == HLX_CLASS_BLANK) &&
           (byte == '\n') == (class == HLX_CLASS_LINE_FEED) &&
           (byte == '\r') == (class == HLX_CLASS_CARRIAGE_RETURN);
}

/* Which claims are broken, as bits; the lowest bit says that the arguments are possible.
 * `behind` and `behind_class` are of the byte behind the block, `beyond` is the class of the one
 * behind that; `blanks_end_line` says what becomes of blanks that go on behind the block;
 * `name` is any place. */
uint32_t hlx_leap_claims(uint64_t ones, uint64_t twos, uint64_t fours, uint64_t eights,
                         uint32_t state, uint8_t behind, uint32_t behind_class, uint32_t beyond,
                         bool blanks_end_line, uint32_t name) {
    const classes text = {ones, twos, fours, eights};
    const hlx_leap leap = hlx_leap_over(places_of(&text), state, behind);
    const bool possible = state <= HLX_STATE_SKIP_BLANKS && may_be(behind, behind_class) &&
                          beyond < HLX_CLASS_COUNT && name < 64u;

    /* LEX-11, from behind. */
    bool ends_line =
        behind_class == HLX_CLASS_BLANK ? blanks_end_line : hlx_ends_line((hlx_class)behind_class);
    uint64_t trailing = 0;
    for (uint32_t place = HLX_TEXT_BLOCK; place-- > 0;) {
        hlx_class is = class_at(&text, place);
        if (is != HLX_CLASS_BLANK) {
            ends_line = hlx_ends_line(is);
        } else if (ends_line) {
            trailing |= (uint64_t)1 << place;
        }
    }

    hlx_reading r = {.mode = (hlx_mode)state};
    bool stands = false;
    uint32_t state_there = 0;
    bool of_name = false;
    uint32_t name_length = 0;
    uint64_t before_end = 0;
    for (uint32_t place = 0; place <= HLX_TEXT_BLOCK; place++) {
        hlx_class is = place < 64u ? class_at(&text, place) : (hlx_class)behind_class;
        hlx_class next = place < 63u    ? class_at(&text, place + 1u)
                         : place == 63u ? (hlx_class)behind_class
                                        : (hlx_class)beyond;
        if (place == leap.end) {
            stands = hlx_stands(r.mode, is, next);
            state_there = hlx_state_of(r.mode);
        }
        if (place == 64u) {
            break;
        }
        before_end |= place < leap.end ? (uint64_t)1 << place : 0u;
        bool behind_escape = r.mode == HLX_MODE_ESCAPED;
        hlx_read(&r, place, is, next, (trailing >> place & 1u) != 0);
        of_name = behind_escape ? place == name + 1u : of_name && (r.word >> place & 1u) != 0;
        name_length += of_name ? 1u : 0u;
    }

    uint32_t broken = possible ? 1u : 0u;
    broken |= leap.end > HLX_TEXT_BLOCK ? 1u << 1 : 0u;
    broken |= (r.stop & before_end) != 0 || !stands ? 1u << 2 : 0u;
    broken |= leap.state != state_there ? 1u << 3 : 0u;
    broken |= leap.token != (r.token & before_end) ? 1u << 4 : 0u;
    broken |= leap.escape != (r.escape & before_end) ? 1u << 5 : 0u;
    broken |= leap.space != (r.space & before_end) ? 1u << 6 : 0u;
    broken |= leap.paragraph != (r.paragraph & before_end) ? 1u << 7 : 0u;
    broken |= leap.line_feed != (r.line_feed & before_end) ? 1u << 8 : 0u;
    broken |= (leap.word & before_end) != (r.word & before_end) ? 1u << 9 : 0u;
    broken |= (leap.escape >> name & 1u) != 0 && hlx_name_length(&leap, name) != name_length
                  ? 1u << 10
                  : 0u;
    return broken;
}
