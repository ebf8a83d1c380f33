/* control_sequence.c -- names and their codes. Contracts: control_sequence.h. */
#include "control_sequence.h"

#include "character.h"

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

/* Behind the letters from `position` on that stand as they are: no notations, of one byte. */
/*@ requires line: LineInput(line, input, regime);
    requires within: position <= Limit(regime, line->content_end);
    terminates \true;
    assigns \nothing;
    ensures contained: position <= \result <= Limit(regime, line->content_end);
    ensures word: WordNext(input, regime, line->content_end, position) ==
      WordNext(input, regime, line->content_end, \result);
    ensures name: position < \result ==>
      NameNext(input, regime, line->content_end, position) ==
      WordNext(input, regime, line->content_end, \result);
*/
static uint32_t behind_plain_letters(const hlx_line *line, const hlx_regime *regime,
                                     const uint8_t *input, uint32_t position) {
    uint32_t next = position;
    /*@ loop invariant contained: position <= next <= Limit(regime, line->content_end);
        loop invariant word: WordNext(input, regime, line->content_end, position) ==
          WordNext(input, regime, line->content_end, next);
        loop invariant name: position < next ==>
          NameNext(input, regime, line->content_end, position) ==
          WordNext(input, regime, line->content_end, next);
        loop assigns next;
        loop variant Limit(regime, line->content_end) - next;
    */
    while (next < line->content_end && regime->category[input[next]] == HLX_CATEGORY_LETTER &&
           (regime->encoding == HLX_ENCODING_BYTES || input[next] < 128u)) {
        /*@ assert raw: RawCode(input, regime, line->content_end, next) == input[next] &&
              RawNext(input, regime, line->content_end, next) == next + 1; */
        /*@ assert plain: !BeginsNotation(input, regime, line->content_end, input[next],
                                          next + 1); */
        /*@ assert code: CharacterCode(input, regime, line->content_end, next) == input[next]; */
        /*@ assert letter: CharacterCategory(input, regime, line->content_end, next) ==
              HLX_CATEGORY_LETTER; */
        /*@ assert byte: CharacterNext(input, regime, line->content_end, next) == next + 1; */
        next++;
    }
    return next;
}

uint32_t hlx_name_behind(const hlx_line *line, const hlx_regime *regime, const uint8_t *input,
                         uint32_t position) {
    uint32_t limit = hlx_line_limit(line, regime);
    uint32_t next = behind_plain_letters(line, regime, input, position);
    /*@ loop invariant contained: position <= next <= Limit(regime, line->content_end);
        loop invariant name: position < next ==>
          NameNext(input, regime, line->content_end, position) ==
          WordNext(input, regime, line->content_end, next);
        loop assigns next;
        loop variant limit - next;
    */
    while (next < limit) {
        hlx_character character = hlx_character_at(line, regime, input, next);
        if (character.category != HLX_CATEGORY_LETTER) {
            return next > position ? next : character.next; /* LEX-31, LEX-32 */
        }
        next = behind_plain_letters(line, regime, input, character.next);
    }
    return next;
}
