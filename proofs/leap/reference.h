/* reference.h -- TeX's reader over classes of bytes, one place after the other: what a leap
 * (src/simd/leap.h) is proved to do.
 *
 *      bytes    a     _      \        f     o     _      %      c      LF    _   LF
 *      before   N     M      S        esc   name  name   S      drop   drop  N   drop
 *      gives    token space  token    name  name  --     --     --     --    --  \par
 *
 * To be read beside spec/lexer.md, whose clauses it cites. Its text is 64 bytes of a document,
 * from within a line's content on, and what can matter for them of what follows: the classes
 * of the next two bytes, and whether blanks that go on behind the 64 end their line. Those
 * three may be anything, so what is proved for all of them is proved whatever follows.
 *
 * It knows less than TeX. It *stops* where classes do not say what happens, and where what
 * happens is no matter of a leap: notations, carriage returns but before a line feed, categories
 * 5, 9 and 15, a name that is the end-of-line character, in utf8 ill-formed bytes, U+FEFF, and a
 * character above 127 where it may be of a name; so no step before gives an issue.
 * It goes on behind, but what it reads there means nothing. That it reads as the proved machine
 * does is tested (tests/test_leap_reference.c). */
#ifndef HLX_REFERENCE_H
#define HLX_REFERENCE_H

#include "control_sequence.h"

#define HLX_TEXT_BLOCK 64u

/* What is known of a byte. */
typedef enum hlx_class {
    HLX_CLASS_ESCAPE,       /* category 0 */
    HLX_CLASS_LETTER,       /* category 11 */
    HLX_CLASS_SUPERSCRIPT,  /* category 7 */
    HLX_CLASS_PLAIN,        /* categories 1, 2, 3, 4, 6, 8, 12, 13 */
    HLX_CLASS_CHARACTER,    /* the first byte of a plain character above 127, in utf8 */
    HLX_CLASS_CONTINUATION, /* its other bytes */
    HLX_CLASS_BLANK,        /* 0x20, of category 10 */
    HLX_CLASS_SPACE,        /* any other byte of category 10 */
    HLX_CLASS_COMMENT,      /* category 14 */
    HLX_CLASS_LINE_FEED,
    HLX_CLASS_CARRIAGE_RETURN,
    HLX_CLASS_HARD, /* categories 5, 9, 15; in utf8 any other byte above 127 */
    HLX_CLASS_COUNT
} hlx_class;

static inline bool hlx_within(uint8_t byte, uint8_t lowest, uint8_t highest) {
    return lowest <= byte && byte <= highest;
}

/* The Unicode Standard 15, table 3-7: how long the well-formed sequence above 127 is that begins
 * with these bytes; 0: none does. spec: LEX-12 */
static inline uint32_t hlx_well_formed(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    const bool b_follows = hlx_within(b, 0x80, 0xBF);
    const bool c_follows = hlx_within(c, 0x80, 0xBF);
    const bool d_follows = hlx_within(d, 0x80, 0xBF);
    if (hlx_within(a, 0xC2, 0xDF) && b_follows) {
        return 2;
    }
    if ((a == 0xE0 && hlx_within(b, 0xA0, 0xBF) && c_follows) ||
        (hlx_within(a, 0xE1, 0xEC) && b_follows && c_follows) ||
        (a == 0xED && hlx_within(b, 0x80, 0x9F) && c_follows) ||
        (hlx_within(a, 0xEE, 0xEF) && b_follows && c_follows)) {
        return 3;
    }
    if ((a == 0xF0 && hlx_within(b, 0x90, 0xBF) && c_follows && d_follows) ||
        (hlx_within(a, 0xF1, 0xF3) && b_follows && c_follows && d_follows) ||
        (a == 0xF4 && hlx_within(b, 0x80, 0x8F) && c_follows && d_follows)) {
        return 4;
    }
    return 0;
}

/* Such a sequence, but not U+FEFF, which is ignored. spec: CAT-21 */
static inline uint32_t hlx_plain_length(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    return a == 0xEF && b == 0xBB && c == 0xBF ? 0 : hlx_well_formed(a, b, c, d);
}

/* The class of a byte below 128, and in `bytes` of any, where 0x20 has category 10. spec: LEX-10,
 * LEX-12, LEX-53 */
static inline hlx_class hlx_class_of(const hlx_regime *regime, uint8_t byte) {
    static const uint8_t of_category[16] = {
        HLX_CLASS_ESCAPE, HLX_CLASS_PLAIN, HLX_CLASS_PLAIN,   HLX_CLASS_PLAIN,
        HLX_CLASS_PLAIN,  HLX_CLASS_HARD,  HLX_CLASS_PLAIN,   HLX_CLASS_SUPERSCRIPT,
        HLX_CLASS_PLAIN,  HLX_CLASS_HARD,  HLX_CLASS_SPACE,   HLX_CLASS_LETTER,
        HLX_CLASS_PLAIN,  HLX_CLASS_PLAIN, HLX_CLASS_COMMENT, HLX_CLASS_HARD};
    if (byte == '\n') {
        return HLX_CLASS_LINE_FEED;
    }
    if (byte == '\r') {
        return HLX_CLASS_CARRIAGE_RETURN;
    }
    if (byte == ' ') {
        return HLX_CLASS_BLANK;
    }
    return (hlx_class)of_category[regime->category[byte]];
}

/* Are all characters above 127, but U+FEFF, letters or plain? Above 255 they are. spec: CAT-20,
 * CAT-21 */
static inline bool hlx_all_plain(const hlx_regime *regime) {
    bool all = true;
    for (uint32_t code = 128; code < 256u; code++) {
        hlx_class is = hlx_class_of(regime, (uint8_t)code);
        all = all && (is == HLX_CLASS_LETTER || is == HLX_CLASS_PLAIN);
    }
    return all;
}

/* The class of a document's byte, in utf8 by those around it: a sequence that is well-formed is so
 * whatever stands before. */
static inline hlx_class hlx_class_at(const hlx_regime *regime, const uint8_t *bytes,
                                     uint32_t length, uint32_t place) {
    if (bytes[place] < 128u || regime->encoding != HLX_ENCODING_UTF8) {
        return hlx_class_of(regime, bytes[place]);
    }
    for (uint32_t back = 0; back < 4u && back <= place && hlx_all_plain(regime); back++) {
        uint8_t four[4] = {0, 0, 0, 0};
        for (uint32_t i = 0; i < 4u && place - back + i < length; i++) {
            four[i] = bytes[place - back + i];
        }
        if (hlx_plain_length(four[0], four[1], four[2], four[3]) > back) {
            return back == 0 ? HLX_CLASS_CHARACTER : HLX_CLASS_CONTINUATION;
        }
    }
    return HLX_CLASS_HARD;
}

/* Where the reader is before a byte. The first three are the states of LEX-20: it stands
 * between two steps. */
typedef enum hlx_mode {
    HLX_MODE_NEW_LINE = HLX_STATE_NEW_LINE,
    HLX_MODE_MID_LINE = HLX_STATE_MID_LINE,
    HLX_MODE_SKIP_BLANKS = HLX_STATE_SKIP_BLANKS,
    HLX_MODE_ESCAPED,      /* behind an escape character */
    HLX_MODE_NAME,         /* behind a letter of a name */
    HLX_MODE_DROP,         /* the rest of the line is dropped */
    HLX_MODE_DROP_TO_PAR,  /* ... and its end is \par */
    HLX_MODE_DROP_TO_SPACE /* ... and its end is a space token */
} hlx_mode;

/* One bit for each of the 64 bytes. */
typedef struct hlx_reading {
    hlx_mode mode;
    uint64_t stop;      /* from here on the rest means nothing */
    uint64_t token;     /* a token begins */
    uint64_t word;      /* a letter of a name */
    uint64_t escape;    /* the token is a control sequence, not \par */
    uint64_t space;     /* the token is a space token */
    uint64_t paragraph; /* the token is \par, made by the end of a line */
    uint64_t line_feed; /* a line has ended */
} hlx_reading;

/* spec: LEX-10 */
static inline bool hlx_ends_line(hlx_class is) {
    return is == HLX_CLASS_LINE_FEED || is == HLX_CLASS_CARRIAGE_RETURN;
}

/* Does a notation, as far as classes say, begin with this byte? spec: LEX-23, LEX-24 */
static inline bool hlx_may_be_notation(hlx_class is, hlx_class next) {
    return is == HLX_CLASS_SUPERSCRIPT && next == HLX_CLASS_SUPERSCRIPT;
}

/* Does the reader stand between two steps before this byte? Behind a name it does when the byte
 * is certain not to be a letter; within a character it does not. spec: LEX-12, LEX-17, LEX-31 */
static inline bool hlx_stands(hlx_mode mode, hlx_class is, hlx_class next) {
    if (mode == HLX_MODE_NAME) {
        return is != HLX_CLASS_LETTER && is != HLX_CLASS_CHARACTER && is != HLX_CLASS_HARD &&
               !hlx_may_be_notation(is, next);
    }
    return mode <= HLX_MODE_SKIP_BLANKS && is != HLX_CLASS_CONTINUATION;
}

/* Does a character above 127, a letter or not, stand where that matters? spec: LEX-31, LEX-32 */
static inline bool hlx_may_be_of_name(hlx_mode mode, hlx_class is) {
    return (mode == HLX_MODE_ESCAPED || mode == HLX_MODE_NAME) && is == HLX_CLASS_CHARACTER;
}

/* In which state, where it stands. spec: LEX-31 */
static inline uint32_t hlx_state_of(hlx_mode mode) {
    return mode == HLX_MODE_NAME ? (uint32_t)HLX_STATE_SKIP_BLANKS : (uint32_t)mode;
}

/* Does it stop at this byte? spec: LEX-10, LEX-22, LEX-33, LEX-53 */
static inline bool hlx_stops(hlx_mode mode, hlx_class is, hlx_class next, bool at_line_end) {
    bool ends_alone = is == HLX_CLASS_CARRIAGE_RETURN && next != HLX_CLASS_LINE_FEED;
    if (mode >= HLX_MODE_DROP) {
        return ends_alone;
    }
    return ends_alone || is == HLX_CLASS_HARD || hlx_may_be_notation(is, next) ||
           (mode == HLX_MODE_ESCAPED && at_line_end);
}

/* A name's first character. spec: LEX-31, LEX-32 */
static inline void hlx_read_name(hlx_reading *r, uint64_t here, hlx_class is) {
    if (is == HLX_CLASS_LETTER) {
        r->word |= here;
        r->mode = HLX_MODE_NAME;
    } else if (is == HLX_CLASS_BLANK || is == HLX_CLASS_SPACE) {
        r->mode = HLX_MODE_SKIP_BLANKS;
    } else {
        r->mode = HLX_MODE_MID_LINE;
    }
}

/* Read the end-of-line character, of category 5, that stands behind the content: in front of
 * blanks that end the line. Its token is given where the terminator is.
 * spec: LEX-11, LEX-14, LEX-26, LEX-51 */
static inline void hlx_read_line_end(hlx_reading *r) {
    r->mode = r->mode == HLX_MODE_NEW_LINE   ? HLX_MODE_DROP_TO_PAR
              : r->mode == HLX_MODE_MID_LINE ? HLX_MODE_DROP_TO_SPACE
                                             : HLX_MODE_DROP;
}

/* The table: a character in state N, M or S. spec: LEX-22 */
static inline void hlx_read_character(hlx_reading *r, uint64_t here, hlx_class is) {
    if (is == HLX_CLASS_COMMENT) {
        r->mode = HLX_MODE_DROP;
    } else if (is == HLX_CLASS_BLANK || is == HLX_CLASS_SPACE) {
        if (r->mode == HLX_MODE_MID_LINE) {
            r->token |= here;
            r->space |= here;
            r->mode = HLX_MODE_SKIP_BLANKS;
        }
    } else if (is == HLX_CLASS_CONTINUATION) {
        r->mode = HLX_MODE_MID_LINE;
    } else if (is < HLX_CLASS_CARRIAGE_RETURN) {
        r->token |= here;
        r->escape |= is == HLX_CLASS_ESCAPE ? here : 0u;
        r->mode = is == HLX_CLASS_ESCAPE ? HLX_MODE_ESCAPED : HLX_MODE_MID_LINE;
    } else {
        r->mode = HLX_MODE_SKIP_BLANKS;
    }
}

/* A terminator, to which the rest of its line was dropped, or its second byte: there is nothing
 * left to give then. A line feed ends it. spec: LEX-10, LEX-15, LEX-26, LEX-51 */
static inline void hlx_read_terminator(hlx_reading *r, uint64_t here, hlx_class is) {
    r->paragraph |= r->mode == HLX_MODE_DROP_TO_PAR ? here : 0u;
    r->space |= r->mode == HLX_MODE_DROP_TO_SPACE ? here : 0u;
    r->token |= (r->paragraph | r->space) & here;
    r->line_feed |= is == HLX_CLASS_LINE_FEED ? here : 0u;
    r->mode = is == HLX_CLASS_LINE_FEED ? HLX_MODE_NEW_LINE : HLX_MODE_DROP;
}

/* Read one byte. `trailing`: it is a blank that ends its line (LEX-11). */
static inline void hlx_read(hlx_reading *r, uint32_t place, hlx_class is, hlx_class next,
                            bool trailing) {
    const uint64_t here = (uint64_t)1 << place;
    const bool at_line_end = trailing || hlx_ends_line(is);
    if (hlx_may_be_of_name(r->mode, is)) {
        r->stop |= here;
    }
    if (r->mode == HLX_MODE_NAME && is != HLX_CLASS_LETTER) { /* LEX-31 */
        r->mode = HLX_MODE_SKIP_BLANKS;
    }
    if (hlx_stops(r->mode, is, next, at_line_end)) {
        r->stop |= here;
    }
    if (r->mode == HLX_MODE_NAME) {
        r->word |= here;
    } else if (r->mode == HLX_MODE_ESCAPED) {
        hlx_read_name(r, here, is);
    } else if (r->mode < HLX_MODE_DROP && at_line_end) {
        hlx_read_line_end(r);
    } else if (r->mode < HLX_MODE_DROP) {
        hlx_read_character(r, here, is);
    }
    if (hlx_ends_line(is)) {
        hlx_read_terminator(r, here, is);
    }
}

#endif
