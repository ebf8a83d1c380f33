/* utf8_logic.h -- UTF-8 as ACSL logic, to be read beside spec/lexer.md (LEX-12, LEX-13).
 *
 * Table 3-7 of The Unicode Standard 15 as two questions: how many bytes does the first
 * byte announce, and how many bytes from there on fit? The sequence is well-formed when
 * all announced bytes fit; else the bytes that fit (at least one byte) are its maximal
 * ill-formed subsequence. */
#ifndef HLX_UTF8_LOGIC_H
#define HLX_UTF8_LOGIC_H

/*@ logic integer Utf8Announced(integer first) =
      first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3
      : first < 0xF5 ? 4 : 0;

    logic integer Utf8SecondLowest(integer first) =
      first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;

    logic integer Utf8SecondHighest(integer first) =
      first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

    logic integer Utf8Fitting{L}(uint8_t *input, integer position, integer limit) =
      Utf8Announced(input[position]) < 2 ? Utf8Announced(input[position])
      : !(position + 1 < limit && Utf8SecondLowest(input[position]) <= input[position + 1] &&
          input[position + 1] <= Utf8SecondHighest(input[position])) ? 1
      : Utf8Announced(input[position]) == 2 ? 2
      : !(position + 2 < limit && 0x80 <= input[position + 2] && input[position + 2] <= 0xBF) ? 2
      : Utf8Announced(input[position]) == 3 ? 3
      : !(position + 3 < limit && 0x80 <= input[position + 3] && input[position + 3] <= 0xBF) ? 3
      : 4;

    predicate Utf8WellFormed{L}(uint8_t *input, integer position, integer limit) =
      Utf8Announced(input[position]) > 0 &&
      Utf8Fitting(input, position, limit) == Utf8Announced(input[position]);

    logic integer Utf8Length{L}(uint8_t *input, integer position, integer limit) =
      Utf8Fitting(input, position, limit) == 0 ? 1 : Utf8Fitting(input, position, limit);

    logic integer Utf8Value{L}(uint8_t *input, integer position) =
      Utf8Announced(input[position]) == 1 ? input[position]
      : Utf8Announced(input[position]) == 2 ?
        (input[position] - 0xC0) * 64 + (input[position + 1] - 0x80)
      : Utf8Announced(input[position]) == 3 ?
        ((input[position] - 0xE0) * 64 + (input[position + 1] - 0x80)) * 64 +
        (input[position + 2] - 0x80)
      : (((input[position] - 0xF0) * 64 + (input[position + 1] - 0x80)) * 64 +
         (input[position + 2] - 0x80)) * 64 + (input[position + 3] - 0x80);

    logic integer Utf8Code{L}(uint8_t *input, integer position, integer limit) =
      Utf8Announced(input[position]) > 0 &&
      Utf8Fitting(input, position, limit) == Utf8Announced(input[position])
        ? Utf8Value(input, position) : 0xFFFD;
*/

#endif
