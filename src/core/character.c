/* character.c -- one character, ^^ notations resolved. Contract: character.h. */
#include "character.h"

#include "catcode.h"
#include "utf8.h"

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
    ensures issues: \result.issue <= HLX_ISSUE_NOTATION_RANGE;
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
        loop invariant issues: character.issue <= HLX_ISSUE_NOTATION_RANGE;
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
