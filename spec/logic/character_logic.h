/* character_logic.h -- characters as ACSL logic, to be read beside spec/lexer.md.
 *
 *      raw character  ->  notation  ->  character
 *
 * Every function says what is read at one position of one line and nothing else; a
 * position that does not exist is -1. The line is given by the input, the regime and
 * its content end; the virtual end-of-line character stands at the content end. */
#ifndef HLX_CHARACTER_LOGIC_H
#define HLX_CHARACTER_LOGIC_H

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

#endif
