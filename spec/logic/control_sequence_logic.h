/* control_sequence_logic.h -- names and their codes as ACSL logic, to be read beside spec/lexer.md.
 *
 * `position` is behind the escape character. */
#ifndef HLX_CONTROL_SEQUENCE_LOGIC_H
#define HLX_CONTROL_SEQUENCE_LOGIC_H

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

#endif
