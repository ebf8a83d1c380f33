/* step_logic.h -- one step as ACSL logic, to be read beside spec/lexer.md. */
#ifndef HLX_STEP_LOGIC_H
#define HLX_STEP_LOGIC_H

/* ---- steps: LEX-22, LEX-26, LEX-27, LEX-51, LEX-61 to LEX-63 ----
 * A configuration is (start of the line, position, state). */
/*@ logic integer SpanStart{L}(uint8_t *input, integer length, integer start, integer position) =
      position < LineContentEnd(input, length, start) ? position
      : LineTerminator(input, length, start);

    logic integer SpanEnd{L}(uint8_t *input, integer length, integer start, integer next) =
      next <= LineContentEnd(input, length, start) ? next : LineNext(input, length, start);
*/

#ifndef HLX_OPAQUE
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

    // Behind what a token is read from: one of category 5 drops the rest of its line, but spans
    // its character only.
    logic integer TokenBehind{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                 integer position) =
      CharacterCategory(input, regime, content_end, position) == HLX_CATEGORY_ESCAPE ?
        NameNext(input, regime, content_end, CharacterNext(input, regime, content_end, position))
      : CharacterNext(input, regime, content_end, position);

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
#else
/*@ axiomatic Steps {
      logic boolean GivesToken(integer category, integer state) reads \nothing;
      logic integer KindOf(integer category, integer state) reads \nothing;
      logic integer StepCategory{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                                integer position)
        reads input[0 .. length - 1], *regime;
      logic integer StepCode{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                                integer position, integer state)
        reads input[0 .. length - 1], *regime;
      logic integer StepNext{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                                integer position)
        reads input[0 .. length - 1], *regime;
      logic integer TokenBehind{L}(uint8_t *input, hlx_regime *regime, integer content_end,
                                integer position)
        reads input[0 .. content_end - 1], *regime;
      logic integer StepState{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                                integer position, integer state)
        reads input[0 .. length - 1], *regime;
      logic integer StepIssue{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                                integer position)
        reads input[0 .. length - 1], *regime;
      logic integer StepIssueOffset{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                                integer position)
        reads input[0 .. length - 1], *regime;
    }
*/
#endif

/*@ logic integer StepBehind{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                               integer position) =
      TokenBehind(input, regime, LineContentEnd(input, length, start), position);
*/

#endif
