"""Generated documents, biased to the rules that are hard to believe.

A document is a string of pieces: ^^ forms beside line ends, CR and LF in every
mix, trailing blanks, names that meet an end of line, several escape and
superscript characters. Regimes are presets, presets with a few entries changed, or
wholly random tables; the end-of-line character is anything from -1 to 255.
Everything comes from the seed.
"""

import random

from differential_driver import PRESETS, Job, preset_regime
from oracle import BYTES, ESCAPE, LETTER, SUPERSCRIPT, UTF8, Regime

ALPHABET = b"\\^%{}ab~ \tM?@#$&_ef04" + bytes((0, 1, 11, 12, 13, 10, 28, 30, 127))
HIGH_BYTES = bytes((0x80, 0xa9, 0xad, 0xc3, 0xe9, 0xff))
HIGH_CHARACTERS = ("\u0080\u00e9\u00ad\u0100\u0301\u03c0\u07ff\u0800\u20ac\u3000\ufeff\ufffd\uffff"
                   "\U00010000\U0001d504\U0010ffff")
LINE_ENDS = (b"\n", b"\r", b"\r\n", b"\n\r", b"\n\n", b" \n", b"  \r", b"\t \r\n", b" \t\n")
MALFORMED = (b"\x80", b"\xc3", b"\xc3\xc3\xa9", b"\xe2\x82", b"\xe2\x82 ", b"\xf0\x9d\x94", b"\xff",
             b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xf0\x80\x80\x80",
             b"\xe0\x9f\xbf")
CODE_POINTS = (0, 9, 13, 32, 37, 65, 92, 94, 127, 128, 233, 255, 256, 960, 0x7ff, 0x800, 0x20ac,
               0xd800, 0xdfff, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1d504, 0x10ffff, 0x110000,
               0xffffff)
HARD_CATEGORIES = (0, 0, 5, 7, 7, 7, 9, 10, 11, 11, 12, 13, 14, 15, 1, 2)
END_OF_LINE_CHARS = (-1, -1, 0, 9, 10, 32, 37, 65, 92, 94, 97, 101, 48, 127, 128, 169, 255)


class Writer:
    """Pieces for one regime."""

    def __init__(self, rng, regime):
        self.rng, self.regime = rng, regime
        usual = {SUPERSCRIPT: b"^", ESCAPE: b"\\", LETTER: b"a"}
        self.of_category = {}
        for category, stand_in in usual.items():
            found = [code for code in ALPHABET if regime.category[code] == category]
            self.of_category[category] = found or list(stand_in)
        self.malformed = regime.encoding == UTF8 and rng.random() < 0.15
        self.makers = [self.any_character, self.any_character, self.letters, self.line_end,
                       self.line_end, self.hats, self.notation, self.notation, self.notation_of,
                       self.escape, self.escape, self.blanks, self.high, self.group]
        if regime.encoding == UTF8:
            self.makers += [self.long_notation, self.long_notation]
        if self.malformed:
            self.makers += [lambda: rng.choice(MALFORMED)] * 2

    def one(self, category):
        return bytes([self.rng.choice(self.of_category[category])])

    def any_character(self):
        return bytes([self.rng.choice(ALPHABET)])

    def letters(self):
        return self.one(LETTER) * self.rng.choice((1, 1, 2, 3, 3, 70))

    def blanks(self):
        return self.rng.choice((b" ", b"  ", b"\t", b" \t", b"   "))

    def line_end(self):
        return self.rng.choice(LINE_ENDS)

    def group(self):
        return self.rng.choice((b"{", b"}", b"{}"))

    def hats(self):
        return self.one(SUPERSCRIPT) * self.rng.choice((1, 1, 2, 2, 3, 4, 5, 6, 7))

    def notation(self):
        behind = (b"4", b"41", b"5c", b"5e", b"0d", b"20", b"25", b"7b", b"e9", b"FF", b"M", b"?",
                  b"I", b"", b"\n", b" \n", self.any_character(), self.high())
        return self.one(SUPERSCRIPT) * 2 + self.rng.choice(behind)

    def notation_of(self):
        """A character of the alphabet, or an active role, in disguise."""
        roles = (ALPHABET, *self.of_category.values())
        code = self.rng.choice(self.rng.choice(roles))
        hats = self.one(SUPERSCRIPT) * 2
        if code < 128 and self.rng.random() < 0.5:
            return hats + bytes([code ^ 64])
        return hats + b"%02x" % code

    def long_notation(self):
        size = self.rng.choice((4, 4, 6, 5))
        digits = b"%0*x" % (size, self.rng.choice(CODE_POINTS))
        cut = self.rng.choice((0, 0, 0, 0, 1, 2))
        return self.one(SUPERSCRIPT) * size + digits[:len(digits) - cut]

    def escape(self):
        behind = (self.letters, self.notation, self.notation_of, self.line_end, self.blanks,
                  self.hats, self.any_character, self.high, lambda: b"")
        return self.one(ESCAPE) + self.rng.choice(behind)()

    def high(self):
        if self.regime.encoding == BYTES:
            return bytes([self.rng.choice(HIGH_BYTES)])
        return self.rng.choice(HIGH_CHARACTERS).encode()

    def document(self):
        count = self.rng.choice((0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 60))
        return b"".join(self.rng.choice(self.makers)() for _ in range(count))


def changed(rng, regime):
    """A few entries of the alphabet changed, and perhaps the end-of-line character."""
    category = list(regime.category)
    for _ in range(rng.randint(1, 5)):
        category[rng.choice(ALPHABET + HIGH_BYTES)] = rng.choice(HARD_CATEGORIES)
    end_of_line = rng.choice((13, regime.end_of_line_char, rng.choice(END_OF_LINE_CHARS),
                              rng.randint(-1, 255)))
    if end_of_line >= 0 and rng.random() < 0.3:
        category[end_of_line] = rng.choice(HARD_CATEGORIES)
    return regime._replace(category=tuple(category), end_of_line_char=end_of_line)


def random_regime(rng, encoding):
    pool = rng.choice((range(16), HARD_CATEGORIES))
    category = tuple(rng.choice(pool) for _ in range(256))
    end_of_line = rng.choice((13, *END_OF_LINE_CHARS, rng.randint(-1, 255)))
    return Regime(category, encoding, rng.randint(0, 1), end_of_line)


def generate(seed, count, encoding):
    """`count` jobs: two in six with a preset, three with a changed one, one wholly random."""
    rng = random.Random(seed)
    for number in range(count):
        preset = rng.choice(PRESETS)
        regime = preset_regime(preset, encoding)
        if number % 6 >= 2:
            preset = None
            regime = random_regime(rng, encoding) if number % 6 == 5 else changed(rng, regime)
        yield Job(regime, Writer(rng, regime).document(), preset)
