/* lexer.c -- TeX's reader. Contracts and the picture of a line: lexer.h. */
#include "lexer.h"

#include "catcode.h"
#include "scan.h"
#include "utf8.h"

/* ---- lines -------------------------------------------------------------- */

/*@ terminates \true;
    assigns \nothing;
    ensures \result != 0 <==> (byte == '\n' || byte == '\r');
*/
static bool is_terminator(uint8_t byte) {
    return byte == '\n' || byte == '\r';
}

/* First CR or LF at or behind `position`, or input_length. spec: LEX-10 */
/*@ requires within: position <= input_length;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    terminates \true;
    assigns \nothing;
    ensures terminator: \result == TerminatorFrom(input, input_length, position);
    ensures contained: position <= \result <= input_length;
*/
static uint32_t find_terminator(const uint8_t *input, uint32_t input_length, uint32_t position) {
    /*@ loop invariant contained: \at(position, Pre) <= position <= input_length;
        loop invariant terminator: TerminatorFrom(input, input_length, \at(position, Pre)) ==
          TerminatorFrom(input, input_length, position);
        loop assigns position;
        loop variant input_length - position;
    */
    while (position < input_length && !is_terminator(input[position])) {
        position++;
    }
    return position;
}

/* Behind the terminator at `terminator`: CR LF is one, CR and LF are one each.
 * spec: LEX-10 */
/*@ requires within: terminator <= input_length <= HLX_MAX_DOCUMENT_BYTES;
    requires readable: \valid_read(input + (0 .. input_length - 1));
    terminates \true;
    assigns \nothing;
    ensures next: \result == NextLineAt(input, input_length, terminator);
    ensures contained: terminator <= \result <= input_length;
    ensures progress: terminator < input_length ==> terminator < \result;
*/
static uint32_t skip_terminator(const uint8_t *input, uint32_t input_length, uint32_t terminator) {
    if (terminator >= input_length) {
        return input_length;
    }
    if (input[terminator] == '\r' && input_length - terminator > 1u &&
        input[terminator + 1u] == '\n') {
        return terminator + 2u;
    }
    return terminator + 1u;
}

/* Bytes 0x20 at the end of a line are not read, whatever their category.
 * spec: LEX-11 */
/*@ requires within: start <= end;
    requires readable: \valid_read(input + (0 .. end - 1));
    terminates \true;
    assigns \nothing;
    ensures content: \result == ContentEndFrom(input, start, end);
    ensures contained: start <= \result <= end;
*/
static uint32_t strip_blanks(const uint8_t *input, uint32_t start, uint32_t end) {
    /*@ loop invariant contained: start <= end <= \at(end, Pre);
        loop invariant content: ContentEndFrom(input, start, \at(end, Pre)) ==
          ContentEndFrom(input, start, end);
        loop assigns end;
        loop variant end - start;
    */
    while (end > start && input[end - 1u] == ' ') {
        end--;
    }
    return end;
}

hlx_line hlx_line_at(const uint8_t *input, uint32_t input_length, uint32_t start) {
    hlx_line line;
    line.start = start;
    line.terminator = find_terminator(input, input_length, start);
    line.content_end = strip_blanks(input, start, line.terminator);
    line.next = skip_terminator(input, input_length, line.terminator);
    return line;
}

uint32_t hlx_line_limit(const hlx_line *line, const hlx_regime *regime) {
    return regime->end_of_line_char == HLX_NO_END_OF_LINE_CHAR ? line->content_end
                                                               : line->content_end + 1u;
}

/* ---- characters --------------------------------------------------------- */

/* A character as it stands, before any notation. */
typedef struct raw_character {
    uint32_t code;
    uint32_t next;
    uint32_t issue; /* enum hlx_issue, or 0 */
} raw_character;

/* spec: LEX-12, LEX-13, LEX-14 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position < Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures code: \result.code == RawCode(input, regime, line->content_end, position);
    ensures next: \result.next == RawNext(input, regime, line->content_end, position);
    ensures issue: \result.issue == RawIssue(input, regime, line->content_end, position);
    ensures range: \result.code <= HLX_MAX_CODE_POINT;
    ensures byte: regime->encoding == HLX_ENCODING_BYTES ==> \result.code <= 255;
    ensures progress: position < \result.next <= Limit(regime, line->content_end);
*/
static raw_character raw_character_at(const hlx_line *line, const hlx_regime *regime,
                                      const uint8_t *input, uint32_t position) {
    raw_character raw;
    raw.issue = 0;
    if (position >= line->content_end) {
        raw.code = (uint32_t)regime->end_of_line_char;
        raw.next = position + 1u;
    } else if (regime->encoding == HLX_ENCODING_UTF8) {
        hlx_utf8_character decoded = hlx_utf8_decode(input, position, line->content_end);
        raw.code = decoded.code;
        raw.next = position + decoded.length;
        raw.issue = decoded.malformed ? HLX_ISSUE_MALFORMED_UTF8 : 0;
    } else {
        raw.code = input[position];
        raw.next = position + 1u;
    }
    return raw;
}

#define NOT_A_DIGIT 16u

/* Lower case only (The TeXbook, p. 45). spec: LEX-23 */
/*@ terminates \true;
    assigns \nothing;
    ensures digit: \result == Digit(code);
    ensures range: \result <= NOT_A_DIGIT;
*/
static uint32_t hexadecimal_digit(uint32_t code) {
    if (code >= '0' && code <= '9') {
        return code - '0';
    }
    return code >= 'a' && code <= 'f' ? code - 'a' + 10u : NOT_A_DIGIT;
}

/* The value of a notation, if there is one. */
typedef struct notation {
    bool applies;
    uint32_t code;
    uint32_t next;
} notation;

/* `count` hexadecimal digits from `position` on, all within the line. */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    requires few: count <= 6;
    terminates \true;
    assigns \nothing;
    ensures applies: \result.applies != 0 <==>
      DigitsNext(input, regime, line->content_end, position, count) >= 0;
    ensures next: \result.applies != 0 ==>
      \result.next == DigitsNext(input, regime, line->content_end, position, count);
    ensures code: \result.applies != 0 ==>
      \result.code == DigitsValue(input, regime, line->content_end, position, count, 0);
    ensures contained: position <= \result.next <= Limit(regime, line->content_end);
    ensures progress: \result.applies != 0 && count > 0 ==> position < \result.next;
    ensures two: \result.applies != 0 && count == 2 ==> \result.code < 256;
*/
static notation digits_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                          uint32_t position, uint32_t count) {
    uint32_t limit = hlx_line_limit(line, regime);
    notation result = {false, 0, position};
    /*@ loop invariant count: 0 <= i <= count;
        loop invariant contained: position <= result.next <= limit;
        loop invariant progress: i > 0 ==> position < result.next;
        loop invariant none: result.applies == 0;
        loop invariant next: DigitsNext(input, regime, line->content_end, position, count) ==
          DigitsNext(input, regime, line->content_end, result.next, count - i);
        loop invariant code: DigitsValue(input, regime, line->content_end, position, count, 0) ==
          DigitsValue(input, regime, line->content_end, result.next, count - i, result.code);
        loop invariant small: (i == 0 ==> result.code == 0) && (i == 1 ==> result.code < 16) &&
          (i == 2 ==> result.code < 0x100) && (i == 3 ==> result.code < 0x1000) &&
          (i == 4 ==> result.code < 0x10000) && (i == 5 ==> result.code < 0x100000) &&
          (i == 6 ==> result.code < 0x1000000);
        loop assigns i, result;
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        if (result.next >= limit) {
            return result;
        }
        raw_character raw = raw_character_at(line, regime, input, result.next);
        uint32_t digit = hexadecimal_digit(raw.code);
        if (digit == NOT_A_DIGIT) {
            return result;
        }
        result.code = result.code * 16u + digit;
        result.next = raw.next;
    }
    result.applies = true;
    return result;
}

/* How many characters equal to `code` stand from `position` on, at most `most`;
 * `next` is the position behind them. */
typedef struct repetition {
    uint32_t count;
    uint32_t next;
} repetition;

/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    requires few: most <= 5;
    terminates \true;
    assigns \nothing;
    ensures count: \result.count ==
      RepeatCount(input, regime, line->content_end, position, code, most);
    ensures next: \result.next ==
      RepeatNext(input, regime, line->content_end, position, code, most);
    ensures contained: position <= \result.next <= Limit(regime, line->content_end);
    ensures bounded: \result.count <= most;
*/
static repetition repetition_at(const hlx_line *line, const hlx_regime *regime,
                                const uint8_t *input, uint32_t position, uint32_t code,
                                uint32_t most) {
    uint32_t limit = hlx_line_limit(line, regime);
    repetition result = {0, position};
    /*@ loop invariant contained: position <= result.next <= limit;
        loop invariant bounded: result.count <= most;
        loop invariant count: RepeatCount(input, regime, line->content_end, position, code, most)
          == result.count + RepeatCount(input, regime, line->content_end, result.next, code,
                                        most - result.count);
        loop invariant next: RepeatNext(input, regime, line->content_end, position, code, most)
          == RepeatNext(input, regime, line->content_end, result.next, code,
                        most - result.count);
        loop assigns result;
        loop variant most - result.count;
    */
    while (result.count < most && result.next < limit) {
        raw_character raw = raw_character_at(line, regime, input, result.next);
        if (raw.code != code) {
            return result;
        }
        result.count++;
        result.next = raw.next;
    }
    return result;
}

/* The two-superscript forms, the second superscript standing before `position`:
 * two digits, or one character below 128 whose code changes by 64. spec: LEX-23 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures applies: \result.applies != 0 <==>
      ShortNext(input, regime, line->content_end, position) >= 0;
    ensures next: \result.applies != 0 ==>
      \result.next == ShortNext(input, regime, line->content_end, position);
    ensures code: \result.applies != 0 ==>
      \result.code == ShortCode(input, regime, line->content_end, position);
    ensures byte: \result.applies != 0 ==> \result.code <= 255;
    ensures contained: \result.applies != 0 ==>
      position < \result.next <= Limit(regime, line->content_end);
*/
static notation short_notation(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                               uint32_t position) {
    notation result = {false, 0, position};
    if (position >= hlx_line_limit(line, regime)) {
        return result;
    }
    notation digits = digits_at(line, regime, input, position, 2);
    if (digits.applies) {
        return digits;
    }
    raw_character raw = raw_character_at(line, regime, input, position);
    if (raw.code >= 128u) {
        return result;
    }
    result.applies = true;
    result.code = raw.code < 64u ? raw.code + 64u : raw.code - 64u;
    result.next = raw.next;
    return result;
}

/* The forms with four and six superscripts: as many digits as superscripts.
 * Six are tried when there are six or more, else four when there are four or five.
 * `position` is behind the first superscript. spec: LEX-24 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures applies: \result.applies != 0 <==>
      LongNext(input, regime, line->content_end, position, superscript) >= 0;
    ensures next: \result.applies != 0 ==>
      \result.next == LongNext(input, regime, line->content_end, position, superscript);
    ensures code: \result.applies != 0 ==>
      \result.code == LongCode(input, regime, line->content_end, position, superscript);
    ensures contained: \result.applies != 0 ==>
      position < \result.next <= Limit(regime, line->content_end);
*/
static notation long_notation(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                              uint32_t position, uint32_t superscript) {
    notation none = {false, 0, position};
    repetition six = repetition_at(line, regime, input, position, superscript, 5);
    if (six.count == 5u) {
        return digits_at(line, regime, input, six.next, 6);
    }
    repetition four = repetition_at(line, regime, input, position, superscript, 3);
    return four.count == 3u ? digits_at(line, regime, input, four.next, 4) : none;
}

/* The notation that a character of category 7 begins; `position` is behind that
 * character. spec: LEX-23, LEX-24 */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures applies: \result.applies != 0 <==>
      NotationNext(input, regime, line->content_end, position, superscript) >= 0;
    ensures next: \result.applies != 0 ==>
      \result.next == NotationNext(input, regime, line->content_end, position, superscript);
    ensures code: \result.applies != 0 ==>
      \result.code == NotationCode(input, regime, line->content_end, position, superscript);
    ensures byte: \result.applies != 0 && regime->encoding == HLX_ENCODING_BYTES ==>
      \result.code <= 255;
    ensures contained: \result.applies != 0 ==>
      position < \result.next <= Limit(regime, line->content_end);
*/
static notation notation_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                            uint32_t position, uint32_t superscript) {
    notation none = {false, 0, position};
    repetition second = repetition_at(line, regime, input, position, superscript, 1);
    if (second.count == 0) {
        return none;
    }
    if (regime->encoding == HLX_ENCODING_UTF8) {
        notation result = long_notation(line, regime, input, position, superscript);
        if (result.applies) {
            return result;
        }
    }
    return short_notation(line, regime, input, second.next);
}

hlx_character hlx_character_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                               uint32_t position) {
    raw_character raw = raw_character_at(line, regime, input, position);
    hlx_character character;
    character.code = raw.code;
    character.category = hlx_category_of(regime, raw.code);
    character.next = raw.next;
    character.issue = raw.issue;
    /* The result is looked at again: it may begin another notation. LEX-25 */
    /*@ loop invariant progress: position < character.next <= Limit(regime, line->content_end);
        loop invariant range: character.code <= HLX_MAX_CODE_POINT && character.category <= 15;
        loop invariant byte: regime->encoding == HLX_ENCODING_BYTES ==> character.code <= 255;
        loop invariant category: character.category == CategoryOf(regime, character.code);
        loop invariant code: CharacterCode(input, regime, line->content_end, position) ==
          ResolvedCode(input, regime, line->content_end, character.code, character.next);
        loop invariant next: CharacterNext(input, regime, line->content_end, position) ==
          ResolvedNext(input, regime, line->content_end, character.code, character.next);
        loop invariant issue: CharacterIssue(input, regime, line->content_end, position) ==
          ResolvedIssue(input, regime, line->content_end, character.code, character.next,
                        character.issue);
        loop assigns character;
        loop variant Limit(regime, line->content_end) - character.next;
    */
    while (character.category == HLX_CATEGORY_SUPERSCRIPT) {
        notation result = notation_at(line, regime, input, character.next, character.code);
        if (!result.applies) {
            return character;
        }
        bool in_range = result.code <= HLX_MAX_CODE_POINT;
        character.code = in_range ? result.code : HLX_REPLACEMENT_CHARACTER;
        character.category = hlx_category_of(regime, character.code);
        character.next = result.next;
        character.issue = in_range ? 0 : HLX_ISSUE_NOTATION_RANGE;
    }
    return character;
}

/* ---- control sequences -------------------------------------------------- */

/* A polynomial hash modulo 2^32; multiplier and start are those of the 32-bit
 * Fowler-Noll-Vo hash, with addition in place of exclusive or so that the provers
 * can follow. spec: LEX-40 */
#define HASH_START 2166136261u
#define HASH_MULTIPLIER 16777619u
#define HASH_MODULUS 4294967296u

/*@ requires byte: byte <= 255;
    terminates \true;
    assigns \nothing;
    ensures hash: \result == HashByte(hash, byte);
*/
static uint32_t hash_byte(uint32_t hash, uint32_t byte) {
    return (uint32_t)(((uint64_t)hash * HASH_MULTIPLIER + byte + 1u) % HASH_MODULUS);
}

/* The bytes of a character in a name: itself, or its UTF-8 form (generalised: a
 * surrogate made by a notation has three bytes). spec: LEX-40 */
/*@ requires character: code <= HLX_MAX_CODE_POINT;
    requires byte: encoding == HLX_ENCODING_BYTES ==> code <= 255;
    terminates \true;
    assigns \nothing;
    ensures hash: \result == HashCharacter(hash, code, encoding);
*/
static uint32_t hash_character(uint32_t hash, uint32_t code, uint32_t encoding) {
    if (encoding == HLX_ENCODING_BYTES || code < 0x80u) {
        return hash_byte(hash, code);
    }
    if (code < 0x800u) {
        hash = hash_byte(hash, 0xC0u + code / 64u);
    } else if (code < 0x10000u) {
        hash = hash_byte(hash, 0xE0u + code / 4096u);
        hash = hash_byte(hash, 0x80u + code / 64u % 64u);
    } else {
        hash = hash_byte(hash, 0xF0u + code / 262144u);
        hash = hash_byte(hash, 0x80u + code / 4096u % 64u);
        hash = hash_byte(hash, 0x80u + code / 64u % 64u);
    }
    return hash_byte(hash, 0x80u + code % 64u);
}

/* The hash as the column's signed integer: two's complement. spec: LEX-40 */
/*@ terminates \true;
    assigns \nothing;
    ensures code: \result == SignedHash(hash);
*/
static int32_t code_of_hash(uint32_t hash) {
    return hash <= INT32_MAX ? (int32_t)hash : (int32_t)((int64_t)hash - (int64_t)HASH_MODULUS);
}

int32_t hlx_code_of_par(void) {
    return code_of_hash(hash_byte(hash_byte(hash_byte(HASH_START, 'p'), 'a'), 'r'));
}

/* All letters from `next` on belong to the name. spec: LEX-31 */
/*@ requires line: LineInput(line, input, regime);
    requires within: next <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures code: \result.code ==
      SignedHash(WordHash(input, regime, line->content_end, next, hash));
    ensures next: \result.next == WordNext(input, regime, line->content_end, next);
    ensures contained: next <= \result.next <= Limit(regime, line->content_end);
    ensures state: \result.state == HLX_STATE_SKIP_BLANKS;
    ensures issue: \result.issue == 0;
*/
static hlx_control_sequence control_word(const hlx_line *line, const hlx_regime *regime,
                                         const uint8_t *input, uint32_t next, uint32_t hash) {
    uint32_t limit = hlx_line_limit(line, regime);
    /*@ loop invariant contained: \at(next, Pre) <= next <= limit;
        loop invariant next: WordNext(input, regime, line->content_end, \at(next, Pre)) ==
          WordNext(input, regime, line->content_end, next);
        loop invariant code:
          WordHash(input, regime, line->content_end, \at(next, Pre), \at(hash, Pre)) ==
          WordHash(input, regime, line->content_end, next, hash);
        loop assigns next, hash;
        loop variant limit - next;
    */
    while (next < limit) {
        hlx_character character = hlx_character_at(line, regime, input, next);
        if (character.category != HLX_CATEGORY_LETTER) {
            break;
        }
        hash = hash_character(hash, character.code, regime->encoding);
        next = character.next;
    }
    hlx_control_sequence result = {code_of_hash(hash), next, HLX_STATE_SKIP_BLANKS, 0, 0};
    return result;
}

hlx_control_sequence hlx_control_sequence_at(const hlx_line *line, const hlx_regime *regime,
                                             const uint8_t *input, uint32_t position) {
    if (position >= hlx_line_limit(line, regime)) { /* the empty name. LEX-30 */
        hlx_control_sequence empty = {code_of_hash(HASH_START), position, HLX_STATE_MID_LINE, 0, 0};
        return empty;
    }
    hlx_character first = hlx_character_at(line, regime, input, position);
    uint32_t hash = hash_character(HASH_START, first.code, regime->encoding);
    if (first.category == HLX_CATEGORY_LETTER) {
        return control_word(line, regime, input, first.next, hash);
    }
    uint32_t state =
        first.category == HLX_CATEGORY_SPACE ? HLX_STATE_SKIP_BLANKS : HLX_STATE_MID_LINE;
    hlx_control_sequence symbol = {code_of_hash(hash), first.next, state, first.issue, position};
    return symbol; /* LEX-32 */
}

/* ---- one step ----------------------------------------------------------- */

/*@ terminates \true;
    assigns \nothing;
    ensures silent: \result.has_token == 0 && \result.issue == 0;
    ensures next: \result.next == next;
    ensures state: \result.state == state;
*/
static hlx_step silent_step(uint32_t next, uint32_t state) {
    hlx_step step = {false, 0, 0, next, state, 0, 0};
    return step;
}

/*@ requires kind: kind <= HLX_CATEGORY_INVALID;
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token == 1 && \result.issue == 0;
    ensures kind: \result.kind == kind;
    ensures code: \result.code == code;
    ensures next: \result.next == next;
    ensures state: \result.state == state;
*/
static hlx_step token_step(uint32_t kind, int32_t code, uint32_t next, uint32_t state) {
    hlx_step step = {true, (int32_t)kind, code, next, state, 0, 0};
    return step;
}

/* Category 5: the rest of the line is dropped. spec: LEX-26 */
/*@ requires state: state <= HLX_STATE_SKIP_BLANKS;
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token != 0 <==>
      GivesToken(HLX_CATEGORY_END_OF_LINE, state) == \true;
    ensures kind: \result.has_token != 0 ==>
      \result.kind == KindOf(HLX_CATEGORY_END_OF_LINE, state);
    ensures code: \result.has_token != 0 ==>
      \result.code == (state == HLX_STATE_NEW_LINE ? ParCode : ' ');
    ensures next: \result.next == limit;
    ensures state: \result.state == HLX_STATE_NEW_LINE;
    ensures issue: \result.issue == 0;
*/
static hlx_step end_of_line_step(uint32_t limit, uint32_t state) {
    if (state == HLX_STATE_NEW_LINE) {
        return token_step(HLX_KIND_CONTROL_SEQUENCE, hlx_code_of_par(), limit, HLX_STATE_NEW_LINE);
    }
    if (state == HLX_STATE_MID_LINE) {
        return token_step(HLX_CATEGORY_SPACE, ' ', limit, HLX_STATE_NEW_LINE);
    }
    return silent_step(limit, HLX_STATE_NEW_LINE);
}

/* Category 10. spec: LEX-27 */
/*@ requires state: state <= HLX_STATE_SKIP_BLANKS;
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token != 0 <==> GivesToken(HLX_CATEGORY_SPACE, state) == \true;
    ensures kind: \result.has_token != 0 ==> \result.kind == HLX_CATEGORY_SPACE;
    ensures code: \result.has_token != 0 ==> \result.code == ' ';
    ensures next: \result.next == next;
    ensures state: \result.state ==
      (state == HLX_STATE_MID_LINE ? HLX_STATE_SKIP_BLANKS : state);
    ensures issue: \result.issue == 0;
*/
static hlx_step space_step(uint32_t next, uint32_t state) {
    if (state == HLX_STATE_MID_LINE) {
        return token_step(HLX_CATEGORY_SPACE, ' ', next, HLX_STATE_SKIP_BLANKS);
    }
    return silent_step(next, state);
}

/* Category 0: `next` is behind the escape character that stands at `position`.
 * spec: LEX-30 to LEX-33, LEX-63 */
/*@ requires line: LineInput(line, input, regime) && LineRead(line, input, input_length);
    requires within: position < Limit(regime, line->content_end);
    requires escape: next == BehindCharacter(input, input_length, regime, line->start, position);
    requires behind: position < next <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures token: \result.has_token == 1 && \result.kind == HLX_KIND_CONTROL_SEQUENCE;
    ensures code: \result.code == NameCode(input, regime, line->content_end, next);
    ensures next: \result.next == NameNext(input, regime, line->content_end, next);
    ensures contained: next <= \result.next <= Limit(regime, line->content_end);
    ensures state: \result.state == NameState(input, regime, line->content_end, next);
    ensures issue: \result.issue ==
      (EscapeAtEnd(input, input_length, regime, line->start, position)
         ? HLX_ISSUE_ESCAPE_AT_END : NameIssue(input, regime, line->content_end, next));
    ensures offset: \result.issue != 0 ==> \result.issue_offset ==
      (EscapeAtEnd(input, input_length, regime, line->start, position)
         ? SpanStart(input, input_length, line->start, position)
         : SpanStart(input, input_length, line->start, next));
*/
static hlx_step escape_step(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                            uint32_t input_length, uint32_t position, uint32_t next) {
    hlx_control_sequence name = hlx_control_sequence_at(line, regime, input, next);
    hlx_step step = token_step(HLX_KIND_CONTROL_SEQUENCE, name.code, name.next, name.state);
    step.issue = name.issue;
    step.issue_offset = hlx_span_start(line, name.issue_offset);
    if (line->terminator == input_length && next >= line->content_end) {
        step.issue = HLX_ISSUE_ESCAPE_AT_END;
        step.issue_offset = hlx_span_start(line, position);
    }
    return step;
}

hlx_step hlx_step_at(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t position, uint32_t state) {
    hlx_character character = hlx_character_at(line, regime, input, position);
    uint32_t limit = hlx_line_limit(line, regime);
    if (character.category == HLX_CATEGORY_ESCAPE) {
        return escape_step(line, regime, input, input_length, position, character.next);
    }
    if (character.category == HLX_CATEGORY_END_OF_LINE) {
        return end_of_line_step(limit, state);
    }
    if (character.category == HLX_CATEGORY_SPACE) {
        return space_step(character.next, state);
    }
    if (character.category == HLX_CATEGORY_COMMENT) {
        return silent_step(limit, state);
    }
    hlx_step step =
        token_step(character.category, (int32_t)character.code, character.next, HLX_STATE_MID_LINE);
    if (character.category == HLX_CATEGORY_IGNORED) {
        step = silent_step(character.next, state);
    }
    if (character.category == HLX_CATEGORY_INVALID) {
        step = silent_step(character.next, state);
        character.issue = HLX_ISSUE_INVALID_CHARACTER;
    }
    step.issue = character.issue;
    step.issue_offset = hlx_span_start(line, position);
    return step;
}

uint32_t hlx_span_start(const hlx_line *line, uint32_t position) {
    return position < line->content_end ? position : line->terminator;
}

uint32_t hlx_span_end(const hlx_line *line, uint32_t next) {
    return next <= line->content_end ? next : line->next;
}

/* ---- the machine -------------------------------------------------------- */

void hlx_lexer_init(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length) {
    lexer->line = hlx_line_at(input, input_length, 0);
    lexer->position = 0;
    lexer->state = HLX_STATE_NEW_LINE;
    lexer->done = false;
}

void hlx_issue_add(const hlx_columns *columns, hlx_counts *counts, uint32_t issue,
                   uint32_t offset) {
    uint32_t row = counts->issues;
    if (row < columns->issue_capacity) {
        columns->issue_codes[row] = (int32_t)issue;
        columns->issue_offsets[row] = (int32_t)offset;
    }
    counts->issues = row + 1u;
}

/* Write what a step gives. False when its token does not fit; then nothing is
 * written. spec: LEX-54 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires room: counts->tokens < UINT32_MAX && counts->issues < UINT32_MAX;
    requires start: start <= HLX_MAX_DOCUMENT_BYTES;
    requires step: step.issue <= HLX_ISSUE_UNCLOSED_BEGIN_GROUP &&
      (step.issue != 0 ==> step.issue_offset <= HLX_MAX_DOCUMENT_BYTES);
    terminates \true;
    assigns *counts, columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures full: \result == 0 <==>
      (step.has_token != 0 && \old(counts->tokens) >= columns->token_capacity);
    ensures unchanged: \result == 0 ==> *counts == \old(*counts);
    ensures token: \result != 0 && step.has_token != 0 ==>
      counts->tokens == \old(counts->tokens) + 1;
    ensures kind: \result != 0 && step.has_token != 0 ==>
      columns->kinds[\old(counts->tokens)] == step.kind;
    ensures code: \result != 0 && step.has_token != 0 ==>
      columns->codes[\old(counts->tokens)] == step.code;
    ensures start: \result != 0 && step.has_token != 0 ==>
      columns->starts[\old(counts->tokens)] == start;
    ensures no_token: step.has_token == 0 ==> counts->tokens == \old(counts->tokens);
    ensures issue: \result != 0 && step.issue != 0 ==>
      counts->issues == \old(counts->issues) + 1 &&
      (\old(counts->issues) < columns->issue_capacity ==>
        columns->issue_codes[\old(counts->issues)] == step.issue &&
        columns->issue_offsets[\old(counts->issues)] == step.issue_offset);
    ensures no_issue: step.issue == 0 ==> counts->issues == \old(counts->issues);
    ensures kinds_kept: \forall integer r; 0 <= r < \old(counts->tokens) &&
      r < columns->token_capacity ==> columns->kinds[r] == \old(columns->kinds[r]);
    ensures codes_kept: \forall integer r; 0 <= r < \old(counts->tokens) &&
      r < columns->token_capacity ==> columns->codes[r] == \old(columns->codes[r]);
    ensures starts_kept: \forall integer r; 0 <= r < \old(counts->tokens) &&
      r < columns->token_capacity ==> columns->starts[r] == \old(columns->starts[r]);
    ensures issue_codes_kept: \forall integer r; 0 <= r < \old(counts->issues) &&
      r < columns->issue_capacity ==> columns->issue_codes[r] == \old(columns->issue_codes[r]);
    ensures issue_offsets_kept: \forall integer r; 0 <= r < \old(counts->issues) &&
      r < columns->issue_capacity ==>
      columns->issue_offsets[r] == \old(columns->issue_offsets[r]);
*/
static bool emit(hlx_step step, uint32_t start, const hlx_columns *columns, hlx_counts *counts) {
    if (step.has_token) {
        uint32_t row = counts->tokens;
        if (row >= columns->token_capacity) {
            return false;
        }
        columns->kinds[row] = step.kind;
        columns->codes[row] = step.code;
        columns->starts[row] = (int32_t)start;
        counts->tokens = row + 1u;
    }
    if (step.issue != 0) {
        hlx_issue_add(columns, counts, step.issue, step.issue_offset);
    }
    return true;
}

/*@ logic integer StateBehind{L}(hlx_regime *regime, integer byte) =
      RunKind(regime, byte) == HLX_CATEGORY_SPACE ? HLX_STATE_SKIP_BLANKS : HLX_STATE_MID_LINE;
*/

/* The induction of the proof, one unfolding of the specification for each column: what
 * comes from a configuration on is this step's token and issue, if any, and what comes
 * behind it. */
/*@ ghost
    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenKindComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           KindOf(StepCategory(input, length, regime, start, position), state);
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKindComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKindComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void kind_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
             TokenKind(input, length, regime, start, position, state, 0) ==
             KindOf(StepCategory(input, length, regime, start, position), state); @/
        /@ assert later: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
          \forall integer row; row > 0 ==>
             TokenKind(input, length, regime, start, position, state, row) ==
             TokenKind(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenKind(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenCodeComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           StepCode(input, length, regime, start, position, state);
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void code_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
             TokenCode(input, length, regime, start, position, state, 0) ==
             StepCode(input, length, regime, start, position, state); @/
        /@ assert later: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
          \forall integer row; row > 0 ==>
             TokenCode(input, length, regime, start, position, state, row) ==
             TokenCode(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenCode(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenStartComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           SpanStart(input, length, start, position);
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenStartComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenStartComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void start_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
             TokenStart(input, length, regime, start, position, state, 0) ==
             SpanStart(input, length, start, position); @/
        /@ assert later: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
          \forall integer row; row > 0 ==>
             TokenStart(input, length, regime, start, position, state, row) ==
             TokenStart(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             TokenStart(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssueCodeComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           StepIssue(input, length, regime, start, position);
       ensures gives: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !(StepIssue(input, length, regime, start, position) != 0) ==>
         IssueCodeComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void issue_code_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepIssue(input, length, regime, start, position) != 0 ==>
             IssueCode(input, length, regime, start, position, state, 0) ==
             StepIssue(input, length, regime, start, position); @/
        /@ assert later: StepIssue(input, length, regime, start, position) != 0 ==>
          \forall integer row; row > 0 ==>
             IssueCode(input, length, regime, start, position, state, row) ==
             IssueCode(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             IssueCode(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssueOffsetComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures here: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
           StepIssueOffset(input, length, regime, start, position);
       ensures gives: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueOffsetComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !(StepIssue(input, length, regime, start, position) != 0) ==>
         IssueOffsetComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void issue_offset_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
        /@ assert first: StepIssue(input, length, regime, start, position) != 0 ==>
             IssueOffset(input, length, regime, start, position, state, 0) ==
             StepIssueOffset(input, length, regime, start, position); @/
        /@ assert later: StepIssue(input, length, regime, start, position) != 0 ==>
          \forall integer row; row > 0 ==>
             IssueOffset(input, length, regime, start, position, state, row) ==
             IssueOffset(input, length, regime, start,
               StepNext(input, length, regime, start, position),
               StepState(input, length, regime, start, position, state), row - 1); @/
        /@ assert past: IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, past) ==
             IssueOffset(input, length, regime, start, position, state, past - past); @/
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: TokenCountComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures gives: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void token_count_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: IssueCountComes(input, length, regime, start, position, state, past);
       terminates \true;
       assigns \nothing;
       ensures gives: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past + 1);
       ensures silent: !(StepIssue(input, length, regime, start, position) != 0) ==>
         IssueCountComes(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state), past);
    @/
    static void issue_count_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                          uint32_t start, uint32_t position, uint32_t state, uint32_t past) {
    }

    /@ requires within: position < Limit(regime, LineContentEnd(input, length, start));
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures token: GivesToken(StepCategory(input, length, regime, start, position), state) ==>
         TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, tokens) ==
           KindOf(StepCategory(input, length, regime, start, position), state) &&
         TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, tokens) ==
           StepCode(input, length, regime, start, position, state) &&
         TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, tokens) ==
           SpanStart(input, length, start, position);
       ensures issue: StepIssue(input, length, regime, start, position) != 0 ==>
         IssueCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, issues) ==
           StepIssue(input, length, regime, start, position) &&
         IssueOffset(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, issues) ==
           StepIssueOffset(input, length, regime, start, position);
       ensures coming: Coming(input, length, regime, start,
         StepNext(input, length, regime, start, position),
         StepState(input, length, regime, start, position, state),
         tokens + (GivesToken(StepCategory(input, length, regime, start, position), state)
                     ? 1 : 0),
         issues + (StepIssue(input, length, regime, start, position) != 0 ? 1 : 0));
    @/
    static void one_step_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                               uint32_t start, uint32_t position, uint32_t state,
                               uint32_t tokens, uint32_t issues) {
        kind_comes(regime, input, length, start, position, state, tokens);
        code_comes(regime, input, length, start, position, state, tokens);
        start_comes(regime, input, length, start, position, state, tokens);
        token_count_comes(regime, input, length, start, position, state, tokens);
        issue_code_comes(regime, input, length, start, position, state, issues);
        issue_offset_comes(regime, input, length, start, position, state, issues);
        issue_count_comes(regime, input, length, start, position, state, issues);
    }

    /@ requires regime: \valid_read(regime) && RegimeValid(regime);
       requires within: position < LineContentEnd(input, length, start);
       requires run: InRun(regime, input, position, state == HLX_STATE_MID_LINE ? 1 : 0, position);
       terminates \true;
       assigns \nothing;
       ensures category: StepCategory(input, length, regime, start, position) ==
         RunKind(regime, input[position]);
       ensures token: GivesToken(RunKind(regime, input[position]), state) == \true;
       ensures kind: KindOf(RunKind(regime, input[position]), state) ==
         RunKind(regime, input[position]);
       ensures code: StepCode(input, length, regime, start, position, state) ==
         RunCode(regime, input[position]);
       ensures span: SpanStart(input, length, start, position) == position;
       ensures next: StepNext(input, length, regime, start, position) == position + 1;
       ensures state: StepState(input, length, regime, start, position, state) ==
         StateBehind(regime, input[position]);
       ensures issue: StepIssue(input, length, regime, start, position) == 0;
    @/
    static void run_byte_is_one_step(const hlx_regime *regime, const uint8_t *input,
                                  uint32_t length, uint32_t start, uint32_t position,
                                  uint32_t state) {
    }

    /@ requires regime: \valid_read(regime) && RegimeValid(regime);
       requires within: position + count <= LineContentEnd(input, length, start) <=
         HLX_MAX_DOCUMENT_BYTES;
       requires run: \forall integer p; position <= p < position + count ==>
         InRun(regime, input, position, state == HLX_STATE_MID_LINE ? 1 : 0, p);
       requires few: tokens <= HLX_MAX_DOCUMENT_BYTES + 1 && count > 0;
       requires coming: Coming(input, length, regime, start, position, state, tokens, issues);
       terminates \true;
       assigns \nothing;
       ensures kinds: \forall integer r; tokens <= r < tokens + count ==>
         TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
           RunKind(regime, input[position + (r - tokens)]);
       ensures codes: \forall integer r; tokens <= r < tokens + count ==>
         TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
           RunCode(regime, input[position + (r - tokens)]);
       ensures starts: \forall integer r; tokens <= r < tokens + count ==>
         TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
           position + (r - tokens);
       ensures coming: Coming(input, length, regime, start, position + count,
         StateBehind(regime, input[position + count - 1]), tokens + count, issues);
    @/
    static void run_comes(const hlx_regime *regime, const uint8_t *input, uint32_t length,
                                uint32_t start, uint32_t position, uint32_t state,
                                uint32_t tokens, uint32_t issues, uint32_t count) {
        uint32_t i = 0;
        uint32_t now = state;
        /@ loop invariant count: 0 <= i <= count;
           loop invariant kinds: \forall integer r; tokens <= r < tokens + i ==>
             TokenKind(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
               RunKind(regime, input[position + (r - tokens)]);
           loop invariant codes: \forall integer r; tokens <= r < tokens + i ==>
             TokenCode(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
               RunCode(regime, input[position + (r - tokens)]);
           loop invariant starts: \forall integer r; tokens <= r < tokens + i ==>
             TokenStart(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, r) ==
               position + (r - tokens);
           loop invariant state: now ==
             (i == 0 ? state : StateBehind(regime, input[position + i - 1]));
           loop invariant coming: Coming(input, length, regime, start, position + i, now,
             tokens + i, issues);
           loop assigns i, now;
           loop variant count - i;
        @/
        while (i < count) {
            run_byte_is_one_step(regime, input, length, start, position + i, now);
            one_step_comes(regime, input, length, start, position + i, now, tokens + i, issues);
            now = hlx_plain_kind(regime, input[position + i]) != 0 ? 1 : 2;
            i++;
        }
    }
*/

/* Scan from `position` up to `stop`: the rows behind the counted ones are the
 * specification's. Returns how many. spec: LEX-53 */
/*@ requires columns: ColumnsValid(columns, counts);
    requires regime: \valid_read(regime) && RegimeValid(regime);
    requires within: position <= stop <= LineContentEnd(input, input_length, start) <=
      HLX_MAX_DOCUMENT_BYTES;
    requires readable: \valid_read(input + (0 .. stop - 1));
    requires room: counts->tokens <= columns->token_capacity &&
      counts->tokens <= HLX_MAX_DOCUMENT_BYTES + 1;
    requires coming: Coming(input, input_length, regime, start, position, state,
      counts->tokens, counts->issues);
    terminates \true;
    assigns columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures contained: \result <= stop - position &&
      \result <= columns->token_capacity - counts->tokens;
    ensures kinds_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->kinds[r] == \old(columns->kinds[r]);
    ensures codes_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->codes[r] == \old(columns->codes[r]);
    ensures starts_kept: \forall integer r; 0 <= r < counts->tokens ==>
      columns->starts[r] == \old(columns->starts[r]);
    ensures kinds: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->kinds[r] == TokenKind(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, r);
    ensures codes: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->codes[r] == TokenCode(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, r);
    ensures starts: \forall integer r; counts->tokens <= r < counts->tokens + \result ==>
      columns->starts[r] == TokenStart(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, r);
    ensures run: \result > 0 ==> RunKind(regime, input[position + \result - 1]) != 0;
    ensures coming: \result > 0 ==> Coming(input, input_length, regime, start,
      position + \result, StateBehind(regime, input[position + \result - 1]),
      counts->tokens + \result, counts->issues);
*/
static uint32_t scan_rows(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                          uint32_t stop, uint32_t state, const hlx_columns *columns,
                          const hlx_counts *counts)
/*@ ghost (uint32_t input_length, uint32_t start) */ {
    uint32_t row = counts->tokens;
    uint32_t count =
        hlx_scan_run(regime, input, position, stop, state == HLX_STATE_MID_LINE, columns, row);
    /*@ ghost if (count > 0) {
          run_comes(regime, input, input_length, start, position, state, row,
                          counts->issues, count);
        } */
    return count;
}

/* A run of the present line up to `stop`, by the scan kernel. spec: LEX-53 */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires stop: stop <= lexer->line.content_end;
    terminates \true;
    assigns lexer->position, lexer->state, counts->tokens,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1];
    ensures reading: LexerReading(lexer, regime, input, input_length, counts);
    ensures capacity: counts->tokens <= columns->token_capacity;
    ensures tokens: TokenRows(input, input_length, regime, columns, counts->tokens);
    ensures progress: \old(lexer->position) <= lexer->position;
    ensures more: \old(counts->tokens) <= counts->tokens;
*/
static void run_plain(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                      uint32_t stop, const hlx_columns *columns,
                      hlx_counts *counts) /*@ ghost (uint32_t input_length) */ {
    uint32_t position = lexer->position;
    if (position >= stop) {
        return;
    }
    uint32_t row = counts->tokens;
    uint32_t count = scan_rows(regime, input, position, stop, lexer->state, columns, counts)
        /*@ ghost (input_length, lexer->line.start) */;
    /*@ assert rows: TokenRows(input, input_length, regime, columns, row + count); */
    if (count > 0) {
        lexer->position = position + count;
        bool is_plain = hlx_plain_kind(regime, input[position + count - 1u]) != 0;
        lexer->state = is_plain ? HLX_STATE_MID_LINE : HLX_STATE_SKIP_BLANKS;
        counts->tokens = row + count;
    }
}

/* One step of the machine. False when its token does not fit; then nothing has
 * changed. */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    requires within: lexer->position < Limit(regime, lexer->line.content_end);
    terminates \true;
    assigns lexer->position, lexer->state, *counts,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures reading: LexerReading(lexer, regime, input, input_length, counts);
    ensures capacity: counts->tokens <= columns->token_capacity;
    ensures tokens: TokenRows(input, input_length, regime, columns, counts->tokens);
    ensures issues: IssueRows(input, input_length, regime, columns, counts->issues);
    ensures progress: \result != 0 ==> \old(lexer->position) < lexer->position;
    ensures unchanged: \result == 0 ==> lexer->position == \old(lexer->position);
    ensures more: \old(counts->tokens) <= counts->tokens <= \old(counts->tokens) + 1 &&
      \old(counts->issues) <= counts->issues <= \old(counts->issues) + 1;
    ensures full: \result == 0 ==> counts->tokens == columns->token_capacity &&
      TokenKind(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, counts->tokens) >= 0;
*/
static bool run_step(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, const hlx_columns *columns, hlx_counts *counts) {
    uint32_t position = lexer->position;
    hlx_step step = hlx_step_at(&lexer->line, regime, input, input_length, position, lexer->state);
    /*@ ghost one_step_comes(regime, input, input_length, lexer->line.start, position,
                             lexer->state, counts->tokens, counts->issues); */
    if (!emit(step, hlx_span_start(&lexer->line, position), columns, counts)) {
        return false;
    }
    lexer->position = step.next;
    lexer->state = step.state;
    return true;
}

/* The rest of the present line, up to `pause_at`. False when the columns are
 * full. */
/*@ requires run: LexerCall(lexer, regime, input, input_length, columns, counts);
    terminates \true;
    assigns lexer->position, lexer->state, *counts,
      columns->kinds[counts->tokens .. columns->token_capacity - 1],
      columns->codes[counts->tokens .. columns->token_capacity - 1],
      columns->starts[counts->tokens .. columns->token_capacity - 1],
      columns->issue_codes[counts->issues .. columns->issue_capacity - 1],
      columns->issue_offsets[counts->issues .. columns->issue_capacity - 1];
    ensures run: LexerCall(lexer, regime, input, input_length, columns, counts);
    ensures progress: \old(lexer->position) <= lexer->position;
    ensures more: \old(counts->tokens) <= counts->tokens &&
      \old(counts->issues) <= counts->issues;
    ensures stops: \result != 0 ==> lexer->position >= pause_at ||
      lexer->position == Limit(regime, lexer->line.content_end);
    ensures full: \result == 0 ==> counts->tokens == columns->token_capacity &&
      TokenKind(input, input_length, regime, 0, 0, HLX_STATE_NEW_LINE, counts->tokens) >= 0;
*/
static bool run_line(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                     hlx_counts *counts) {
    uint32_t limit = hlx_line_limit(&lexer->line, regime);
    uint32_t content_end = lexer->line.content_end;
    uint32_t plain_stop = pause_at < content_end ? pause_at : content_end;
    /*@ loop invariant reading: LexerReading(lexer, regime, input, input_length, counts);
        loop invariant capacity: counts->tokens <= columns->token_capacity;
        loop invariant token_rows: TokenRows(input, input_length, regime, columns,
                                             counts->tokens);
        loop invariant issue_rows: IssueRows(input, input_length, regime, columns,
                                             counts->issues);
        loop invariant progress: \at(lexer->position, Pre) <= lexer->position;
        loop invariant tokens: \at(counts->tokens, Pre) <= counts->tokens;
        loop invariant issues: \at(counts->issues, Pre) <= counts->issues;
        loop assigns lexer->position, lexer->state, *counts,
          columns->kinds[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->codes[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->starts[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant limit - lexer->position;
    */
    while (lexer->position < limit && lexer->position < pause_at) {
        run_plain(lexer, regime, input, plain_stop, columns, counts) /*@ ghost (input_length) */;
        if (lexer->position >= limit || lexer->position >= pause_at) {
            return true;
        }
        if (!run_step(lexer, regime, input, input_length, columns, counts)) {
            return false;
        }
    }
    return true;
}

hlx_status hlx_lexer_run(hlx_lexer *lexer, const hlx_regime *regime, const uint8_t *input,
                         uint32_t input_length, uint32_t pause_at, const hlx_columns *columns,
                         hlx_counts *counts) {
    /*@ loop invariant run: LexerCall(lexer, regime, input, input_length, columns, counts);
        loop invariant progress: \at(lexer->position, Pre) <= lexer->position;
        loop invariant tokens: \at(counts->tokens, Pre) <= counts->tokens;
        loop invariant issues: \at(counts->issues, Pre) <= counts->issues;
        loop invariant done: lexer->done != 0 ==>
          LexerDone(lexer, regime, input, input_length, counts);
        loop assigns *lexer, *counts,
          columns->kinds[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->codes[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->starts[\at(counts->tokens, Pre) .. columns->token_capacity - 1],
          columns->issue_codes[\at(counts->issues, Pre) .. columns->issue_capacity - 1],
          columns->issue_offsets[\at(counts->issues, Pre) .. columns->issue_capacity - 1];
        loop variant input_length - lexer->line.start + (lexer->done != 0 ? 0 : 1);
    */
    while (!lexer->done && lexer->position < pause_at) {
        if (!run_line(lexer, regime, input, input_length, pause_at, columns, counts)) {
            return HLX_STATUS_OUTPUT_FULL;
        }
        if (lexer->position < hlx_line_limit(&lexer->line, regime)) {
            return HLX_STATUS_OK;
        }
        if (lexer->line.next >= input_length) {
            lexer->done = true;
        } else {
            lexer->line = hlx_line_at(input, input_length, lexer->line.next);
            lexer->position = lexer->line.start;
            lexer->state = HLX_STATE_NEW_LINE; /* spec: LEX-15 */
        }
    }
    return HLX_STATUS_OK;
}
