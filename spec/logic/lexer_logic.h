/* lexer_logic.h -- spec/lexer.md as ACSL logic: what TeX's reader does, as functions.
 *
 *      line  ->  raw character  ->  notation  ->  character  ->  name  ->  step
 *
 * Every function says what is read at one position of one line and nothing else; a
 * position that does not exist is -1. The line is given by the input, the regime and
 * its content end; the virtual end-of-line character stands at the content end.
 * Loops of the code are recursions here, in the same direction, so that a loop
 * invariant is one unfolding. The recursions end because each goes on from a greater
 * position (or with a smaller count); the code's loop variants show the same. */
#ifndef HLX_LEXER_LOGIC_H
#define HLX_LEXER_LOGIC_H

/* ---- lines: LEX-10, LEX-11, LEX-14 ---- */
/*@ logic integer TerminatorFrom{L}(uint8_t *input, integer length, integer position) =
      position >= length ? length
      : input[position] == '\n' || input[position] == '\r' ? position
      : TerminatorFrom(input, length, position + 1);

    logic integer ContentEndFrom{L}(uint8_t *input, integer start, integer end) =
      end <= start ? start
      : input[end - 1] != ' ' ? end
      : ContentEndFrom(input, start, end - 1);

    logic integer NextLineAt{L}(uint8_t *input, integer length, integer terminator) =
      terminator >= length ? length
      : input[terminator] == '\r' && terminator + 1 < length && input[terminator + 1] == '\n'
        ? terminator + 2
      : terminator + 1;

    logic integer LineTerminator{L}(uint8_t *input, integer length, integer start) =
      TerminatorFrom(input, length, start);

    logic integer LineContentEnd{L}(uint8_t *input, integer length, integer start) =
      ContentEndFrom(input, start, LineTerminator(input, length, start));

    logic integer LineNext{L}(uint8_t *input, integer length, integer start) =
      NextLineAt(input, length, LineTerminator(input, length, start));

    logic integer Limit{L}(hlx_regime *regime, integer content_end) =
      regime->end_of_line_char == HLX_NO_END_OF_LINE_CHAR ? content_end : content_end + 1;
*/

/* ---- raw characters: LEX-12, LEX-13, LEX-14 ---- */
/*@ logic integer RawCode{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                             integer position) =
      position >= content_end ? regime->end_of_line_char
      : regime->encoding == HLX_ENCODING_UTF8 ? Utf8Code(input, position, content_end)
      : input[position];

    logic integer RawNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                             integer position) =
      position >= content_end ? position + 1
      : regime->encoding == HLX_ENCODING_UTF8 ?
          position + Utf8Length(input, position, content_end)
      : position + 1;

    logic integer RawIssue{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                              integer position) =
      position < content_end && regime->encoding == HLX_ENCODING_UTF8 &&
      !(Utf8Announced(input[position]) > 0 &&
        Utf8Fitting(input, position, content_end) == Utf8Announced(input[position]))
        ? HLX_ISSUE_MALFORMED_UTF8 : 0;
*/

/* ---- notations: LEX-23, LEX-24 ---- */
/*@ logic integer Digit(integer code) =
      '0' <= code && code <= '9' ? code - '0'
      : 'a' <= code && code <= 'f' ? code - 'a' + 10
      : 16;

    logic integer DigitsNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                integer position, integer count) =
      count <= 0 ? position
      : position >= Limit(regime, content_end) ? -1
      : Digit(RawCode(input, regime, content_end, position)) == 16 ? -1
      : DigitsNext(input, regime, content_end, RawNext(input, regime, content_end, position),
                   count - 1);

    logic integer DigitsValue{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                 integer position, integer count, integer value) =
      count <= 0 ? value
      : DigitsValue(input, regime, content_end, RawNext(input, regime, content_end, position),
                    count - 1,
                    value * 16 + Digit(RawCode(input, regime, content_end, position)));

    logic integer RepeatCount{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                 integer position, integer code, integer most) =
      most <= 0 ? 0
      : position >= Limit(regime, content_end) ? 0
      : RawCode(input, regime, content_end, position) != code ? 0
      : 1 + RepeatCount(input, regime, content_end,
                        RawNext(input, regime, content_end, position), code, most - 1);

    logic integer RepeatNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                integer position, integer code, integer most) =
      most <= 0 ? position
      : position >= Limit(regime, content_end) ? position
      : RawCode(input, regime, content_end, position) != code ? position
      : RepeatNext(input, regime, content_end, RawNext(input, regime, content_end, position),
                   code, most - 1);

    logic integer ShortNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                               integer position) =
      position >= Limit(regime, content_end) ? -1
      : DigitsNext(input, regime, content_end, position, 2) >= 0 ?
          DigitsNext(input, regime, content_end, position, 2)
      : RawCode(input, regime, content_end, position) < 128 ?
          RawNext(input, regime, content_end, position)
      : -1;

    logic integer ShortCode{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                               integer position) =
      DigitsNext(input, regime, content_end, position, 2) >= 0 ?
          DigitsValue(input, regime, content_end, position, 2, 0)
      : RawCode(input, regime, content_end, position) < 64 ?
          RawCode(input, regime, content_end, position) + 64
      : RawCode(input, regime, content_end, position) - 64;

    logic integer LongNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                              integer position, integer superscript) =
      RepeatCount(input, regime, content_end, position, superscript, 5) == 5 ?
          DigitsNext(input, regime, content_end,
                     RepeatNext(input, regime, content_end, position, superscript, 5), 6)
      : RepeatCount(input, regime, content_end, position, superscript, 3) == 3 ?
          DigitsNext(input, regime, content_end,
                     RepeatNext(input, regime, content_end, position, superscript, 3), 4)
      : -1;

    logic integer LongCode{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                              integer position, integer superscript) =
      RepeatCount(input, regime, content_end, position, superscript, 5) == 5 ?
          DigitsValue(input, regime, content_end,
                      RepeatNext(input, regime, content_end, position, superscript, 5), 6, 0)
      : DigitsValue(input, regime, content_end,
                    RepeatNext(input, regime, content_end, position, superscript, 3), 4, 0);

    logic integer NotationNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                  integer position, integer superscript) =
      RepeatCount(input, regime, content_end, position, superscript, 1) == 0 ? -1
      : regime->encoding == HLX_ENCODING_UTF8 &&
        LongNext(input, regime, content_end, position, superscript) >= 0 ?
          LongNext(input, regime, content_end, position, superscript)
      : ShortNext(input, regime, content_end,
                  RepeatNext(input, regime, content_end, position, superscript, 1));

    logic integer NotationCode{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                  integer position, integer superscript) =
      regime->encoding == HLX_ENCODING_UTF8 &&
      LongNext(input, regime, content_end, position, superscript) >= 0 ?
          LongCode(input, regime, content_end, position, superscript)
      : ShortCode(input, regime, content_end,
                  RepeatNext(input, regime, content_end, position, superscript, 1));
*/

/* ---- characters: LEX-21, LEX-24, LEX-25 ---- */
/*@ logic integer InRange(integer code) = code <= HLX_MAX_CODE_POINT ? code : 0xFFFD;

    logic boolean BeginsNotation{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                    integer code, integer next) =
      CategoryOf(regime, code) == HLX_CATEGORY_SUPERSCRIPT &&
      NotationNext(input, regime, content_end, next, code) >= 0;

    logic integer ResolvedCode{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                  integer code, integer next) =
      !BeginsNotation(input, regime, content_end, code, next) ? code
      : ResolvedCode(input, regime, content_end,
                     InRange(NotationCode(input, regime, content_end, next, code)),
                     NotationNext(input, regime, content_end, next, code));

    logic integer ResolvedNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                  integer code, integer next) =
      !BeginsNotation(input, regime, content_end, code, next) ? next
      : ResolvedNext(input, regime, content_end,
                     InRange(NotationCode(input, regime, content_end, next, code)),
                     NotationNext(input, regime, content_end, next, code));

    logic integer ResolvedIssue{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                   integer code, integer next, integer issue) =
      !BeginsNotation(input, regime, content_end, code, next) ? issue
      : ResolvedIssue(input, regime, content_end,
                      InRange(NotationCode(input, regime, content_end, next, code)),
                      NotationNext(input, regime, content_end, next, code),
                      NotationCode(input, regime, content_end, next, code) <=
                        HLX_MAX_CODE_POINT ? 0 : HLX_ISSUE_NOTATION_RANGE);

    logic integer CharacterCode{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                   integer position) =
      ResolvedCode(input, regime, content_end, RawCode(input, regime, content_end, position),
                   RawNext(input, regime, content_end, position));

    logic integer CharacterNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                   integer position) =
      ResolvedNext(input, regime, content_end, RawCode(input, regime, content_end, position),
                   RawNext(input, regime, content_end, position));

    logic integer CharacterIssue{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                    integer position) =
      ResolvedIssue(input, regime, content_end, RawCode(input, regime, content_end, position),
                    RawNext(input, regime, content_end, position),
                    RawIssue(input, regime, content_end, position));

    logic integer CharacterCategory{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                       integer position) =
      CategoryOf(regime, CharacterCode(input, regime, content_end, position));
*/

/* ---- names: LEX-30 to LEX-33, LEX-40 ---- */
/*@ logic integer HashByte(integer hash, integer byte) =
      (hash * 16777619 + byte + 1) % 0x100000000;

    logic integer HashCharacter(integer hash, integer code, integer encoding) =
      encoding == HLX_ENCODING_BYTES || code < 0x80 ? HashByte(hash, code)
      : code < 0x800 ? HashByte(HashByte(hash, 0xC0 + code / 64), 0x80 + code % 64)
      : code < 0x10000 ?
          HashByte(HashByte(HashByte(hash, 0xE0 + code / 4096), 0x80 + code / 64 % 64),
                   0x80 + code % 64)
      : HashByte(HashByte(HashByte(HashByte(hash, 0xF0 + code / 262144),
                                   0x80 + code / 4096 % 64), 0x80 + code / 64 % 64),
                 0x80 + code % 64);

    logic integer SignedHash(integer hash) = hash < 0x80000000 ? hash : hash - 0x100000000;

    logic integer EmptyHash = 2166136261;

    logic integer ParCode = SignedHash(HashByte(HashByte(HashByte(EmptyHash, 'p'), 'a'), 'r'));

    logic integer WordNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                              integer position) =
      position >= Limit(regime, content_end) ? position
      : CharacterCategory(input, regime, content_end, position) != HLX_CATEGORY_LETTER ? position
      : WordNext(input, regime, content_end,
                 CharacterNext(input, regime, content_end, position));

    logic integer WordHash{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                              integer position, integer hash) =
      position >= Limit(regime, content_end) ? hash
      : CharacterCategory(input, regime, content_end, position) != HLX_CATEGORY_LETTER ? hash
      : WordHash(input, regime, content_end,
                 CharacterNext(input, regime, content_end, position),
                 HashCharacter(hash, CharacterCode(input, regime, content_end, position),
                               regime->encoding));

    logic integer NameNext{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                              integer position) =
      position >= Limit(regime, content_end) ? position
      : CharacterCategory(input, regime, content_end, position) == HLX_CATEGORY_LETTER ?
          WordNext(input, regime, content_end,
                   CharacterNext(input, regime, content_end, position))
      : CharacterNext(input, regime, content_end, position);

    logic integer FirstHash{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                               integer position) =
      HashCharacter(EmptyHash, CharacterCode(input, regime, content_end, position),
                    regime->encoding);

    logic integer NameCode{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                              integer position) =
      position >= Limit(regime, content_end) ? SignedHash(EmptyHash)
      : CharacterCategory(input, regime, content_end, position) == HLX_CATEGORY_LETTER ?
          SignedHash(WordHash(input, regime, content_end,
                              CharacterNext(input, regime, content_end, position),
                              FirstHash(input, regime, content_end, position)))
      : SignedHash(FirstHash(input, regime, content_end, position));

    logic integer NameState{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                               integer position) =
      position >= Limit(regime, content_end) ? HLX_STATE_MID_LINE
      : CharacterCategory(input, regime, content_end, position) == HLX_CATEGORY_LETTER ||
        CharacterCategory(input, regime, content_end, position) == HLX_CATEGORY_SPACE ?
          HLX_STATE_SKIP_BLANKS
      : HLX_STATE_MID_LINE;

    logic integer NameIssue{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                               integer position) =
      position >= Limit(regime, content_end) ? 0
      : CharacterCategory(input, regime, content_end, position) == HLX_CATEGORY_LETTER ? 0
      : CharacterIssue(input, regime, content_end, position);
*/

/* ---- steps: LEX-22, LEX-26, LEX-27, LEX-51, LEX-61 to LEX-63 ----
 * A configuration is (start of the line, position, state). */
/*@ logic integer StepCategory{L}(uint8_t *input, integer length, hlx_regime *regime,
                                  integer start, integer position) =
      CharacterCategory(input, regime, LineContentEnd(input, length, start), position);

    logic integer BehindCharacter{L}(uint8_t *input, integer length, hlx_regime *regime,
                                     integer start, integer position) =
      CharacterNext(input, regime, LineContentEnd(input, length, start), position);

    logic boolean GivesToken(integer category, integer state) =
      category == HLX_CATEGORY_END_OF_LINE ? state != HLX_STATE_SKIP_BLANKS
      : category == HLX_CATEGORY_SPACE ? state == HLX_STATE_MID_LINE
      : category != HLX_CATEGORY_IGNORED && category != HLX_CATEGORY_COMMENT &&
        category != HLX_CATEGORY_INVALID;

    logic integer KindOf(integer category, integer state) =
      category != HLX_CATEGORY_END_OF_LINE ? category
      : state == HLX_STATE_NEW_LINE ? HLX_KIND_CONTROL_SEQUENCE : HLX_CATEGORY_SPACE;

    logic integer StepCode{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                              integer position, integer state) =
      StepCategory(input, length, regime, start, position) == HLX_CATEGORY_ESCAPE ?
        NameCode(input, regime, LineContentEnd(input, length, start),
                 BehindCharacter(input, length, regime, start, position))
      : StepCategory(input, length, regime, start, position) == HLX_CATEGORY_END_OF_LINE ?
        (state == HLX_STATE_NEW_LINE ? ParCode : ' ')
      : StepCategory(input, length, regime, start, position) == HLX_CATEGORY_SPACE ? ' '
      : CharacterCode(input, regime, LineContentEnd(input, length, start), position);

    logic integer StepNext{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                              integer position) =
      StepCategory(input, length, regime, start, position) == HLX_CATEGORY_ESCAPE ?
        NameNext(input, regime, LineContentEnd(input, length, start),
                 BehindCharacter(input, length, regime, start, position))
      : StepCategory(input, length, regime, start, position) == HLX_CATEGORY_END_OF_LINE ||
        StepCategory(input, length, regime, start, position) == HLX_CATEGORY_COMMENT ?
        Limit(regime, LineContentEnd(input, length, start))
      : BehindCharacter(input, length, regime, start, position);

    logic integer StepState{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                               integer position, integer state) =
      StepCategory(input, length, regime, start, position) == HLX_CATEGORY_ESCAPE ?
        NameState(input, regime, LineContentEnd(input, length, start),
                  BehindCharacter(input, length, regime, start, position))
      : StepCategory(input, length, regime, start, position) == HLX_CATEGORY_END_OF_LINE ?
        HLX_STATE_NEW_LINE
      : StepCategory(input, length, regime, start, position) == HLX_CATEGORY_SPACE ?
        (state == HLX_STATE_MID_LINE ? HLX_STATE_SKIP_BLANKS : state)
      : GivesToken(StepCategory(input, length, regime, start, position), state) ?
        HLX_STATE_MID_LINE
      : state;

    logic integer SpanStart{L}(uint8_t *input, integer length, integer start, integer position) =
      position < LineContentEnd(input, length, start) ? position
      : LineTerminator(input, length, start);

    logic integer SpanEnd{L}(uint8_t *input, integer length, integer start, integer next) =
      next <= LineContentEnd(input, length, start) ? next : LineNext(input, length, start);

    logic boolean EscapeAtEnd{L}(uint8_t *input, integer length, hlx_regime *regime,
                                 integer start, integer position) =
      LineTerminator(input, length, start) == length &&
      BehindCharacter(input, length, regime, start, position) >=
        LineContentEnd(input, length, start);

    logic integer StepIssue{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                               integer position) =
      StepCategory(input, length, regime, start, position) == HLX_CATEGORY_ESCAPE ?
        (EscapeAtEnd(input, length, regime, start, position) ? HLX_ISSUE_ESCAPE_AT_END
         : NameIssue(input, regime, LineContentEnd(input, length, start),
                     BehindCharacter(input, length, regime, start, position)))
      : StepCategory(input, length, regime, start, position) == HLX_CATEGORY_INVALID ?
        HLX_ISSUE_INVALID_CHARACTER
      : StepCategory(input, length, regime, start, position) == HLX_CATEGORY_END_OF_LINE ||
        StepCategory(input, length, regime, start, position) == HLX_CATEGORY_SPACE ||
        StepCategory(input, length, regime, start, position) == HLX_CATEGORY_COMMENT ? 0
      : CharacterIssue(input, regime, LineContentEnd(input, length, start), position);

    logic integer StepIssueOffset{L}(uint8_t *input, integer length, hlx_regime *regime,
                                     integer start, integer position) =
      StepCategory(input, length, regime, start, position) == HLX_CATEGORY_ESCAPE &&
      !EscapeAtEnd(input, length, regime, start, position) ?
        SpanStart(input, length, start,
                  BehindCharacter(input, length, regime, start, position))
      : SpanStart(input, length, start, position);
*/

/* ---- the machine: LEX-15, LEX-16, LEX-50, LEX-60 ----
 * What is still to come from a configuration on: the k-th token and the k-th issue, and how
 * many there are. */
/*@ logic integer TokenKind{L}(uint8_t *input, integer length, hlx_regime *regime,
                               integer start, integer position, integer state, integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : TokenKind(input, length, regime, LineNext(input, length, start),
           LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : GivesToken(StepCategory(input, length, regime, start, position), state) ?
        (k == 0 ? KindOf(StepCategory(input, length, regime, start, position), state)
         : TokenKind(input, length, regime, start,
           StepNext(input, length, regime, start, position),
           StepState(input, length, regime, start, position, state), k - 1))
      : TokenKind(input, length, regime, start,
        StepNext(input, length, regime, start, position),
        StepState(input, length, regime, start, position, state), k);

    logic integer TokenCode{L}(uint8_t *input, integer length, hlx_regime *regime,
                               integer start, integer position, integer state, integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : TokenCode(input, length, regime, LineNext(input, length, start),
           LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : GivesToken(StepCategory(input, length, regime, start, position), state) ?
        (k == 0 ? StepCode(input, length, regime, start, position, state)
         : TokenCode(input, length, regime, start,
           StepNext(input, length, regime, start, position),
           StepState(input, length, regime, start, position, state), k - 1))
      : TokenCode(input, length, regime, start,
        StepNext(input, length, regime, start, position),
        StepState(input, length, regime, start, position, state), k);

    logic integer TokenStart{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state, integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : TokenStart(input, length, regime, LineNext(input, length, start),
           LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : GivesToken(StepCategory(input, length, regime, start, position), state) ?
        (k == 0 ? SpanStart(input, length, start, position)
         : TokenStart(input, length, regime, start,
           StepNext(input, length, regime, start, position),
           StepState(input, length, regime, start, position, state), k - 1))
      : TokenStart(input, length, regime, start,
        StepNext(input, length, regime, start, position),
        StepState(input, length, regime, start, position, state), k);

    logic integer TokenCount{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? 0
         : TokenCount(input, length, regime, LineNext(input, length, start),
           LineNext(input, length, start), HLX_STATE_NEW_LINE))
      : (GivesToken(StepCategory(input, length, regime, start, position), state) ? 1 : 0) +
        TokenCount(input, length, regime, start,
        StepNext(input, length, regime, start, position),
        StepState(input, length, regime, start, position, state));

    logic integer IssueCode{L}(uint8_t *input, integer length, hlx_regime *regime,
                               integer start, integer position, integer state, integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : IssueCode(input, length, regime, LineNext(input, length, start),
           LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : StepIssue(input, length, regime, start, position) != 0 ?
        (k == 0 ? StepIssue(input, length, regime, start, position)
         : IssueCode(input, length, regime, start,
           StepNext(input, length, regime, start, position),
           StepState(input, length, regime, start, position, state), k - 1))
      : IssueCode(input, length, regime, start,
        StepNext(input, length, regime, start, position),
        StepState(input, length, regime, start, position, state), k);

    logic integer IssueOffset{L}(uint8_t *input, integer length, hlx_regime *regime,
                                 integer start, integer position, integer state, integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : IssueOffset(input, length, regime, LineNext(input, length, start),
           LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : StepIssue(input, length, regime, start, position) != 0 ?
        (k == 0 ? StepIssueOffset(input, length, regime, start, position)
         : IssueOffset(input, length, regime, start,
           StepNext(input, length, regime, start, position),
           StepState(input, length, regime, start, position, state), k - 1))
      : IssueOffset(input, length, regime, start,
        StepNext(input, length, regime, start, position),
        StepState(input, length, regime, start, position, state), k);

    logic integer IssueCount{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? 0
         : IssueCount(input, length, regime, LineNext(input, length, start),
           LineNext(input, length, start), HLX_STATE_NEW_LINE))
      : (StepIssue(input, length, regime, start, position) != 0 ? 1 : 0) +
        IssueCount(input, length, regime, start,
        StepNext(input, length, regime, start, position),
        StepState(input, length, regime, start, position, state));
*/
#endif
