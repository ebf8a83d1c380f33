/* slow_reader.h -- TeX's reader once more, slow and obvious: the oracle of fuzz_oracle.c.
 *
 * Written from The TeXbook (chapters 7 and 8) and spec/lexer.md, not from the lexer.
 * It does what TeX does: copy a line into a buffer, drop its trailing blanks, append
 * the end-of-line character, and whenever a ^^ notation stands where a character is
 * read, replace it in the buffer by the character that it denotes. Each buffered
 * character remembers the bytes that it came from.
 *
 * It shares two things with the code under test, both data: the interface's
 * enumerators and the table of letters above 255. */
#ifndef SLOW_READER_H
#define SLOW_READER_H

#include "catcode.h"
#include "fuzz_support.h"

typedef struct slow_character {
    uint32_t code;
    uint32_t start, end; /* the bytes that it stands for */
    uint32_t issue;      /* to be reported when it is used, or 0 */
} slow_character;

typedef struct slow_token {
    int32_t kind, code, start, end, line, col;
} slow_token;

typedef struct slow_issue {
    int32_t code, offset;
} slow_issue;

typedef struct slow_reader {
    const hlx_regime *regime;
    const uint8_t *document;
    uint32_t length;
    uint32_t line_start, line_end, line_next, line_number; /* line_end: the terminator */
    slow_character *buffer;
    uint32_t filled, at;
    char state; /* N, M or S */
    slow_token *tokens;
    slow_issue *issues;
    uint32_t token_count, issue_count;
} slow_reader;

/* ---- results ---- */

static void slow_emit(slow_reader *reader, int32_t kind, uint32_t code, uint32_t start,
                      uint32_t end) {
    slow_token token = {kind,
                        (int32_t)code,
                        (int32_t)start,
                        (int32_t)end,
                        (int32_t)reader->line_number,
                        (int32_t)(start - reader->line_start + 1)};
    reader->tokens[reader->token_count++] = token;
}

static void slow_report(slow_reader *reader, uint32_t issue, uint32_t offset) {
    if (issue != 0) {
        slow_issue row = {(int32_t)issue, (int32_t)offset};
        reader->issues[reader->issue_count++] = row;
    }
}

/* ---- filling the buffer ---- */

static bool slow_continues(const slow_reader *reader, uint32_t at, uint32_t end, uint32_t low,
                           uint32_t high) {
    return at < end && reader->document[at] >= low && reader->document[at] <= high;
}

/* Table 3-7 of The Unicode Standard, row by row: what may come second. */
static void slow_second(uint8_t first, uint32_t *low, uint32_t *high) {
    *low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
}

static slow_character slow_decode(const slow_reader *reader, uint32_t at, uint32_t end) {
    uint8_t first = reader->document[at];
    uint32_t more = first < 0xC2 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : 0;
    if (first < 0x80) {
        return (slow_character){first, at, at + 1, 0};
    }
    uint32_t code = more == 1 ? first & 0x1Fu : more == 2 ? first & 0x0Fu : first & 0x07u;
    uint32_t low = 0, high = 0, taken = 0;
    slow_second(first, &low, &high);
    while (taken < more && slow_continues(reader, at + 1 + taken, end, low, high)) {
        taken++;
        code = code * 64 + (reader->document[at + taken] & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    if (more == 0 || taken < more) {
        return (slow_character){0xFFFD, at, at + 1 + taken, HLX_ISSUE_MALFORMED_UTF8};
    }
    return (slow_character){code, at, at + 1 + taken, 0};
}

static void slow_fill(slow_reader *reader) {
    uint32_t end = reader->line_end;
    while (end > reader->line_start && reader->document[end - 1] == ' ') {
        end--;
    }
    reader->filled = 0;
    for (uint32_t at = reader->line_start; at < end;) {
        slow_character character = {reader->document[at], at, at + 1, 0};
        if (reader->regime->encoding == HLX_ENCODING_UTF8) {
            character = slow_decode(reader, at, end);
        }
        reader->buffer[reader->filled++] = character;
        at = character.end;
    }
    if (reader->regime->end_of_line_char >= 0) {
        slow_character last = {(uint32_t)reader->regime->end_of_line_char, reader->line_end,
                               reader->line_next, 0};
        reader->buffer[reader->filled++] = last;
    }
    reader->at = 0;
}

/* ---- characters ---- */

static uint32_t slow_category(const slow_reader *reader, uint32_t code) {
    if (code < 256) {
        return reader->regime->category[code];
    }
    if (code == 0xFEFF) {
        return HLX_CATEGORY_IGNORED;
    }
    bool letter = reader->regime->unicode_letters == 1 && hlx_unicode_letter(code);
    return letter ? HLX_CATEGORY_LETTER : HLX_CATEGORY_OTHER;
}

static int32_t slow_digit(uint32_t code) {
    static const char digits[] = "0123456789abcdef";
    const char *found = code != 0 && code < 128 ? strchr(digits, (int)code) : NULL;
    return found != NULL ? (int32_t)(found - digits) : -1;
}

/* `count` hexadecimal digits in the buffer from `at` on, or -1. */
static int32_t slow_number(const slow_reader *reader, uint32_t at, uint32_t count) {
    int32_t number = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t digit = at + i < reader->filled ? slow_digit(reader->buffer[at + i].code) : -1;
        if (digit < 0) {
            return -1;
        }
        number = number * 16 + digit;
    }
    return number;
}

/* Buffer[at .. at + taken) is replaced by the one character that it denotes. */
static void slow_replace(slow_reader *reader, uint32_t at, uint32_t taken, uint32_t code) {
    slow_character *first = &reader->buffer[at];
    first->end = reader->buffer[at + taken - 1].end;
    first->issue = code > HLX_MAX_CODE_POINT ? HLX_ISSUE_NOTATION_RANGE : 0;
    first->code = code > HLX_MAX_CODE_POINT ? 0xFFFD : code;
    memmove(first + 1, first + taken, (reader->filled - at - taken) * sizeof *first);
    reader->filled -= taken - 1;
}

/* LuaTeX's four or six superscripts and as many digits. spec: LEX-24 */
static bool slow_long_notation(slow_reader *reader, uint32_t at) {
    uint32_t equal = 1;
    while (at + equal < reader->filled &&
           reader->buffer[at + equal].code == reader->buffer[at].code) {
        equal++;
    }
    uint32_t size = equal >= 6 ? 6 : 4;
    int32_t number = equal >= 4 ? slow_number(reader, at + size, size) : -1;
    if (number >= 0) {
        slow_replace(reader, at, 2 * size, (uint32_t)number);
    }
    return number >= 0;
}

/* Two superscripts and what they make of the next. spec: LEX-23 */
static bool slow_notation(slow_reader *reader, uint32_t at) {
    slow_character *buffer = reader->buffer;
    if (reader->regime->encoding == HLX_ENCODING_UTF8 && slow_long_notation(reader, at)) {
        return true;
    }
    if (at + 2 >= reader->filled || buffer[at + 1].code != buffer[at].code ||
        buffer[at + 2].code >= 128) {
        return false;
    }
    int32_t number = slow_number(reader, at + 2, 2);
    uint32_t code = buffer[at + 2].code;
    if (number >= 0) {
        slow_replace(reader, at, 4, (uint32_t)number);
    } else {
        slow_replace(reader, at, 3, code < 64 ? code + 64 : code - 64);
    }
    return true;
}

/* The character at `at`, with no notation there any more. */
static slow_character slow_at(slow_reader *reader, uint32_t at) {
    while (slow_category(reader, reader->buffer[at].code) == HLX_CATEGORY_SUPERSCRIPT &&
           slow_notation(reader, at)) {
    }
    return reader->buffer[at];
}

/* ---- control sequences ---- */

static uint32_t slow_hash_byte(uint32_t hash, uint32_t byte) {
    return hash * 16777619u + byte + 1u;
}

static uint32_t slow_hash(const slow_reader *reader, uint32_t hash, uint32_t code) {
    if (reader->regime->encoding == HLX_ENCODING_BYTES || code < 0x80) {
        return slow_hash_byte(hash, code);
    }
    uint32_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    uint32_t lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
    hash = slow_hash_byte(hash, lead | code >> (6 * more));
    while (more-- > 0) {
        hash = slow_hash_byte(hash, 0x80 | (code >> (6 * more) & 0x3F));
    }
    return hash;
}

/* Only the end-of-line character of an unended last line is left. spec: LEX-63 */
static bool slow_nothing_left(const slow_reader *reader) {
    bool unended = reader->line_end == reader->line_next && reader->line_next == reader->length;
    return unended &&
           (reader->at == reader->filled || reader->buffer[reader->at].start >= reader->line_end);
}

static uint32_t slow_name(slow_reader *reader, uint32_t *end) {
    uint32_t hash = 2166136261u;
    uint32_t category = HLX_CATEGORY_LETTER;
    for (uint32_t count = 0; reader->at < reader->filled; count++) {
        slow_character next = slow_at(reader, reader->at);
        uint32_t its = slow_category(reader, next.code);
        if (count > 0 && (category != HLX_CATEGORY_LETTER || its != HLX_CATEGORY_LETTER)) {
            break;
        }
        category = its;
        hash = slow_hash(reader, hash, next.code);
        slow_report(reader, next.issue, next.start);
        *end = next.end;
        reader->at++;
    }
    return hash;
}

static void slow_control_sequence(slow_reader *reader, slow_character escape) {
    uint32_t end = escape.end;
    uint32_t first = reader->at;
    if (slow_nothing_left(reader)) {
        slow_report(reader, HLX_ISSUE_ESCAPE_AT_END, escape.start);
    }
    uint32_t code = slow_name(reader, &end);
    slow_emit(reader, HLX_KIND_CONTROL_SEQUENCE, code, escape.start, end);
    reader->state = 'M';
    if (first < reader->at) {
        uint32_t category = slow_category(reader, reader->buffer[first].code);
        bool skips = category == HLX_CATEGORY_LETTER || category == HLX_CATEGORY_SPACE;
        reader->state = skips ? 'S' : 'M';
    }
}

/* ---- lines ---- */

/* \par in state N, a space in M, nothing in S; the rest of the line is dropped. */
static void slow_end_line(slow_reader *reader, slow_character character) {
    if (reader->state == 'N') {
        uint32_t par = slow_hash_byte(slow_hash_byte(slow_hash_byte(2166136261u, 'p'), 'a'), 'r');
        slow_emit(reader, HLX_KIND_CONTROL_SEQUENCE, par, character.start, character.end);
    } else if (reader->state == 'M') {
        slow_emit(reader, HLX_CATEGORY_SPACE, ' ', character.start, character.end);
    }
    reader->at = reader->filled;
}

static void slow_step(slow_reader *reader) {
    slow_character character = slow_at(reader, reader->at++);
    uint32_t category = slow_category(reader, character.code);
    if (category == HLX_CATEGORY_ESCAPE) {
        slow_control_sequence(reader, character);
    } else if (category == HLX_CATEGORY_END_OF_LINE) {
        slow_end_line(reader, character);
    } else if (category == HLX_CATEGORY_COMMENT) {
        reader->at = reader->filled;
    } else if (category == HLX_CATEGORY_INVALID) {
        slow_report(reader, HLX_ISSUE_INVALID_CHARACTER, character.start);
    } else if (category == HLX_CATEGORY_SPACE && reader->state == 'M') {
        slow_emit(reader, HLX_CATEGORY_SPACE, ' ', character.start, character.end);
        reader->state = 'S';
    } else if (category != HLX_CATEGORY_SPACE && category != HLX_CATEGORY_IGNORED) {
        slow_report(reader, character.issue, character.start);
        slow_emit(reader, (int32_t)category, character.code, character.start, character.end);
        reader->state = 'M';
    }
}

/* The line at line_start; \r\n, \r and \n end lines. */
static void slow_find_line(slow_reader *reader) {
    uint32_t at = reader->line_start;
    while (at < reader->length && reader->document[at] != '\r' && reader->document[at] != '\n') {
        at++;
    }
    reader->line_end = at;
    if (at + 1 < reader->length && reader->document[at] == '\r' &&
        reader->document[at + 1] == '\n') {
        at++;
    }
    reader->line_next = at < reader->length ? at + 1 : at;
}

static void slow_match_groups(slow_reader *reader) {
    uint32_t depth = 0;
    uint32_t outermost = 0;
    for (uint32_t i = 0; i < reader->token_count; i++) {
        const slow_token *token = &reader->tokens[i];
        if (token->kind == HLX_CATEGORY_BEGIN_GROUP && depth++ == 0) {
            outermost = (uint32_t)token->start;
        } else if (token->kind == HLX_CATEGORY_END_GROUP && depth == 0) {
            slow_report(reader, HLX_ISSUE_UNMATCHED_END_GROUP, (uint32_t)token->start);
        } else if (token->kind == HLX_CATEGORY_END_GROUP) {
            depth--;
        }
    }
    slow_report(reader, depth > 0 ? HLX_ISSUE_UNCLOSED_BEGIN_GROUP : 0, outermost);
}

/* Read a whole document; to be undone by slow_free. */
static inline slow_reader slow_read(const hlx_regime *regime, const uint8_t *document,
                                    uint32_t length) {
    slow_reader reader = {.regime = regime, .document = document, .length = length};
    reader.buffer = fuzz_new(((size_t)length + 1) * sizeof *reader.buffer);
    reader.tokens = fuzz_new(((size_t)length + 1) * sizeof *reader.tokens);
    reader.issues = fuzz_new((2 * (size_t)length + 3) * sizeof *reader.issues);
    do {
        reader.line_number++;
        slow_find_line(&reader);
        slow_fill(&reader);
        reader.state = 'N';
        while (reader.at < reader.filled) {
            slow_step(&reader);
        }
        reader.line_start = reader.line_next;
    } while (reader.line_start < length);
    slow_match_groups(&reader);
    return reader;
}

static inline void slow_free(const slow_reader *reader) {
    free(reader->buffer);
    free(reader->tokens);
    free(reader->issues);
}

#endif
