/* lexer_logic.h -- the machine as ACSL logic, to be read beside spec/lexer.md.
 *
 *      configuration  =  (start of the line, position, state)
 *
 * Which configuration gives the k-th token (from 0) of those that are still ahead, and
 * which the k-th issue: that is the whole machine; -1 when there are not so many.
 * The rows are what those steps give. The recursions end because each goes on from a
 * greater position or from a later line.
 *
 * Where HLX_CLOSED is defined, what holds of a reading under way is not unfolded: only the lemmas
 * of proofs/lexer_lemmas.h speak of it. */
#ifndef HLX_LEXER_LOGIC_H
#define HLX_LEXER_LOGIC_H

/* ---- what is ahead of a configuration: LEX-15 ---- */
/*@ logic integer StepTokens{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state) =
      GivesToken(StepCategory(input, length, regime, start, position), state) ? 1 : 0;

    logic integer StepIssues{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position) =
      StepIssue(input, length, regime, start, position) != 0 ? 1 : 0;
*/

#ifndef HLX_OPAQUE
/*@ logic integer TokenLineAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
                                    integer start, integer position, integer state,
                                    integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : TokenLineAhead(input, length, regime, LineNext(input, length, start),
             LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : k < StepTokens(input, length, regime, start, position, state) ? start
      : TokenLineAhead(input, length, regime, start,
          StepNext(input, length, regime, start, position),
          StepState(input, length, regime, start, position, state),
          k - StepTokens(input, length, regime, start, position, state));

    logic integer TokenPositionAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
                                        integer start, integer position, integer state,
                                        integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : TokenPositionAhead(input, length, regime, LineNext(input, length, start),
             LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : k < StepTokens(input, length, regime, start, position, state) ? position
      : TokenPositionAhead(input, length, regime, start,
          StepNext(input, length, regime, start, position),
          StepState(input, length, regime, start, position, state),
          k - StepTokens(input, length, regime, start, position, state));

    logic integer TokenStateAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
                                     integer start, integer position, integer state,
                                     integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : TokenStateAhead(input, length, regime, LineNext(input, length, start),
             LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : k < StepTokens(input, length, regime, start, position, state) ? state
      : TokenStateAhead(input, length, regime, start,
          StepNext(input, length, regime, start, position),
          StepState(input, length, regime, start, position, state),
          k - StepTokens(input, length, regime, start, position, state));

    logic integer IssueLineAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
                                    integer start, integer position, integer state,
                                    integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : IssueLineAhead(input, length, regime, LineNext(input, length, start),
             LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : k < StepIssues(input, length, regime, start, position) ? start
      : IssueLineAhead(input, length, regime, start,
          StepNext(input, length, regime, start, position),
          StepState(input, length, regime, start, position, state),
          k - StepIssues(input, length, regime, start, position));

    logic integer IssuePositionAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
                                        integer start, integer position, integer state,
                                        integer k) =
      position >= Limit(regime, LineContentEnd(input, length, start)) ?
        (LineNext(input, length, start) >= length ? -1
         : IssuePositionAhead(input, length, regime, LineNext(input, length, start),
             LineNext(input, length, start), HLX_STATE_NEW_LINE, k))
      : k < StepIssues(input, length, regime, start, position) ? position
      : IssuePositionAhead(input, length, regime, start,
          StepNext(input, length, regime, start, position),
          StepState(input, length, regime, start, position, state),
          k - StepIssues(input, length, regime, start, position));
*/
#else
/*@ axiomatic Ahead {
      logic integer TokenLineAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
          integer start, integer position, integer state, integer k)
        reads input[0 .. length - 1], *regime;
      logic integer TokenPositionAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
          integer start, integer position, integer state, integer k)
        reads input[0 .. length - 1], *regime;
      logic integer TokenStateAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
          integer start, integer position, integer state, integer k)
        reads input[0 .. length - 1], *regime;
      logic integer IssueLineAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
          integer start, integer position, integer state, integer k)
        reads input[0 .. length - 1], *regime;
      logic integer IssuePositionAhead{L}(uint8_t *input, integer length, hlx_regime *regime,
          integer start, integer position, integer state, integer k)
        reads input[0 .. length - 1], *regime;
    }
*/
#endif

/* ---- the rows: LEX-16, LEX-50, LEX-51, LEX-60 ----
 * An input is read from its first byte, in state N. */
/*@ logic integer TokenLine{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      TokenLineAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k);

    logic integer TokenPosition{L}(uint8_t *input, integer length, hlx_regime *regime,
                                   integer k) =
      TokenPositionAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k);

    logic integer TokenState{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      TokenStateAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k);

    logic integer TokenKind{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      KindOf(StepCategory(input, length, regime, TokenLine(input, length, regime, k),
                          TokenPosition(input, length, regime, k)),
             TokenState(input, length, regime, k));

    logic integer TokenCode{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      StepCode(input, length, regime, TokenLine(input, length, regime, k),
               TokenPosition(input, length, regime, k), TokenState(input, length, regime, k));

    logic integer TokenStart{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      SpanStart(input, length, TokenLine(input, length, regime, k),
                TokenPosition(input, length, regime, k));

    logic integer TokenEnd{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      SpanEnd(input, length, TokenLine(input, length, regime, k),
              StepBehind(input, length, regime, TokenLine(input, length, regime, k),
                         TokenPosition(input, length, regime, k)));

    logic integer IssueLine{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      IssueLineAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k);

    logic integer IssuePosition{L}(uint8_t *input, integer length, hlx_regime *regime,
                                   integer k) =
      IssuePositionAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k);

    logic integer IssueCode{L}(uint8_t *input, integer length, hlx_regime *regime, integer k) =
      StepIssue(input, length, regime, IssueLine(input, length, regime, k),
                IssuePosition(input, length, regime, k));

    logic integer IssueOffset{L}(uint8_t *input, integer length, hlx_regime *regime,
                                 integer k) =
      StepIssueOffset(input, length, regime, IssueLine(input, length, regime, k),
                      IssuePosition(input, length, regime, k));

    predicate TokensAre{L}(uint8_t *input, integer length, hlx_regime *regime, integer count) =
      (\forall integer k; 0 <= k < count ==> TokenLine(input, length, regime, k) >= 0) &&
      (\forall integer k; k >= count ==> TokenLine(input, length, regime, k) == -1);

    predicate IssuesAre{L}(uint8_t *input, integer length, hlx_regime *regime, integer count) =
      (\forall integer k; 0 <= k < count ==> IssueLine(input, length, regime, k) >= 0) &&
      (\forall integer k; k >= count ==> IssueLine(input, length, regime, k) == -1);
*/

/* ---- spans: LEX-51 ----
 * They are within the input, in order and disjoint: with the gaps between them they tile it. Only
 * a token that stands at the input's end is empty. */
/*@ predicate SpansInOrder{L}(uint8_t *input, integer length, hlx_regime *regime,
                              integer count) =
      (\forall integer k; 0 <= k < count ==>
        0 <= TokenStart(input, length, regime, k) <= TokenEnd(input, length, regime, k) <=
          length) &&
      (\forall integer k; 0 <= k < count && TokenStart(input, length, regime, k) < length ==>
        TokenStart(input, length, regime, k) < TokenEnd(input, length, regime, k)) &&
      (\forall integer k; 0 < k < count ==>
        TokenEnd(input, length, regime, k - 1) <= TokenStart(input, length, regime, k));

    // A token begins in the line in which it was read, and where it was read can be told from
    // where it begins.
    predicate TokensInLines{L}(uint8_t *input, integer length, hlx_regime *regime,
                               integer count) =
      (\forall integer k; 0 <= k < count ==>
        TokenLine(input, length, regime, k) ==
          LineOf(input, length, TokenStart(input, length, regime, k))) &&
      (\forall integer k; 0 <= k < count ==>
        0 <= TokenLine(input, length, regime, k) <= TokenPosition(input, length, regime, k) <=
          LineContentEnd(input, length, TokenLine(input, length, regime, k))) &&
      (\forall integer k; 0 <= k < count ==>
        TokenPosition(input, length, regime, k) <
          Limit(regime, LineContentEnd(input, length, TokenLine(input, length, regime, k))));

    // The tokens from `from` to before `to` were read in lines from `low` to `high`.
    predicate LinesWithin{L}(uint8_t *input, integer length, hlx_regime *regime, integer from,
                             integer to, integer low, integer high) =
      \forall integer k; from <= k < to ==> low <= TokenLine(input, length, regime, k) <= high;
*/

#ifndef HLX_CLOSED
/*@ predicate SpansBefore{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                             integer position, integer count) =
      SpansInOrder(input, length, regime, count) &&
      TokensInLines(input, length, regime, count) && LineReached(input, length, start) &&
      (\forall integer k; 0 <= k < count ==>
        TokenLine(input, length, regime, k) <= TokenStart(input, length, regime, k)) &&
      (count > 0 ==> TokenEnd(input, length, regime, count - 1) <=
        SpanEnd(input, length, start, position));
*/
#else
/*@ axiomatic Spans {
      predicate SpansBefore{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                               integer position, integer count)
        reads input[0 .. length - 1], *regime;
    }
*/
#endif

/* ---- a reading that is under way: LEX-17 ----
 * Behind the first `tokens` tokens and `issues` issues of the input comes what is ahead of
 * this configuration. */
/*@ predicate TokenLinesCome{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state, integer past) =
      \forall integer k; k >= past ==>
        TokenLineAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k) ==
        TokenLineAhead(input, length, regime, start, position, state, k - past);

    predicate TokenPositionsCome{L}(uint8_t *input, integer length, hlx_regime *regime,
                                    integer start, integer position, integer state,
                                    integer past) =
      \forall integer k; k >= past ==>
        TokenPositionAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k) ==
        TokenPositionAhead(input, length, regime, start, position, state, k - past);

    predicate TokenStatesCome{L}(uint8_t *input, integer length, hlx_regime *regime,
                                 integer start, integer position, integer state,
                                 integer past) =
      \forall integer k; k >= past ==>
        TokenStateAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k) ==
        TokenStateAhead(input, length, regime, start, position, state, k - past);

    predicate IssueLinesCome{L}(uint8_t *input, integer length, hlx_regime *regime,
                                integer start, integer position, integer state, integer past) =
      \forall integer k; k >= past ==>
        IssueLineAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k) ==
        IssueLineAhead(input, length, regime, start, position, state, k - past);

    predicate IssuePositionsCome{L}(uint8_t *input, integer length, hlx_regime *regime,
                                    integer start, integer position, integer state,
                                    integer past) =
      \forall integer k; k >= past ==>
        IssuePositionAhead(input, length, regime, 0, 0, HLX_STATE_NEW_LINE, k) ==
        IssuePositionAhead(input, length, regime, start, position, state, k - past);
*/

#ifndef HLX_CLOSED
/*@ predicate Coming{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                        integer position, integer state, integer tokens, integer issues) =
      TokenLinesCome(input, length, regime, start, position, state, tokens) &&
      TokenPositionsCome(input, length, regime, start, position, state, tokens) &&
      TokenStatesCome(input, length, regime, start, position, state, tokens) &&
      IssueLinesCome(input, length, regime, start, position, state, issues) &&
      IssuePositionsCome(input, length, regime, start, position, state, issues);
*/
#else
/*@ axiomatic Readings {
      predicate Coming{L}(uint8_t *input, integer length, hlx_regime *regime, integer start,
                          integer position, integer state, integer tokens, integer issues)
        reads input[0 .. length - 1], *regime;
    }
*/
#endif

#endif
