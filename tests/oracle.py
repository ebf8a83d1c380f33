"""TeX's reader, slow and obvious: the independent second implementation.

The C lexer never rewrites anything and decodes a ^^ notation where it stands.
This one does what TeX does: it copies a line into a buffer, and whenever a
notation applies it replaces it in the buffer by the character it stands for.
Only the bookkeeping differs from TeX: every character in the buffer remembers
the span of source bytes it came from.

    source   \\a^^62c  <blanks> LF         buffer   \\  a  b  c  <end-of-line char>
             0 12   67        8            spans    0  1  2-6 6 8-9

Regime: what TeX's reader depends on. Reader(regime, document).run() gives the
tokens, each (kind, name or code, start, end, line, col), and the issues, each
(code, offset). A control sequence's name is kept as bytes; name_hash turns it
into the code of the interface.

It does not know how the C code works and shares no table with it but the
letter ranges of spec/tables.
"""

import pathlib
import re
from collections import namedtuple

TABLES = pathlib.Path(__file__).resolve().parent.parent / "spec" / "tables"

ESCAPE, END_OF_LINE, SUPERSCRIPT, IGNORED, SPACE, LETTER, OTHER, COMMENT, INVALID = (
    0, 5, 7, 9, 10, 11, 12, 14, 15)
BEGIN_GROUP, END_GROUP = 1, 2
NEW_LINE, MID_LINE, SKIP_BLANKS = "N", "M", "S"

(ISSUE_INVALID, ISSUE_MALFORMED, ISSUE_RANGE, ISSUE_ESCAPE_AT_END, ISSUE_UNMATCHED,
 ISSUE_UNCLOSED) = range(1, 7)

BYTES, UTF8 = 0, 1
HEX_DIGITS = frozenset(b"0123456789abcdef")

Regime = namedtuple("Regime", "category encoding unicode_letters end_of_line_char")
Char = namedtuple("Char", "code start end issue")
Token = namedtuple("Token", "kind code start end line col")
Line = namedtuple("Line", "number start content_end terminator next")


def read_table(name):
    """Rows `first last category` of a table file."""
    rows = (TABLES / f"{name}.cat").read_text().split("\n")
    return [tuple(map(int, row.split())) for row in rows if row]


def letters_above_255():
    letters = bytearray(0x110000)
    for first, last, category in read_table("lualatex"):
        if category == LETTER and last > 255:
            first = max(first, 256)
            letters[first:last + 1] = b"\1" * (last + 1 - first)
    return letters


LETTERS = letters_above_255()


def name_hash(name):
    """The code of a control sequence. spec: LEX-40"""
    value = 2166136261
    for byte in name:
        value = (value * 16777619 + byte + 1) % 2**32
    return value - 2**32 if value >= 2**31 else value


def split_lines(document):
    """TeX's lines; a document of no bytes has one, empty. spec: LEX-10, LEX-11, LEX-16"""
    number, start = 1, 0
    for match in re.finditer(rb"\r\n|\r|\n|\Z", document):
        if match.end() == len(document) == start and number > 1:
            return
        content = document[start:match.start()].rstrip(b" ")
        yield Line(number, start, start + len(content), match.start(), match.end())
        number, start = number + 1, match.end()


def decode_utf8(document, start, end):
    """Characters of a line; U+FFFD for each maximal ill-formed subsequence,
    which Python's own decoder delimits as Unicode (section 3.9) does. spec: LEX-12, LEX-13"""
    chars = []
    while start < end:
        piece = document[start:end]
        try:
            good, bad = piece.decode(), 0
        except UnicodeDecodeError as error:
            good, bad = piece[:error.start].decode(), error.end - error.start
        for character in good:
            size = len(character.encode())
            chars.append(Char(ord(character), start, start + size, None))
            start += size
        if bad:
            chars.append(Char(0xFFFD, start, start + bad, ISSUE_MALFORMED))
            start += bad
    return chars


def is_hex(chars, count):
    return len(chars) == count and all(char.code in HEX_DIGITS for char in chars)


class Reader:
    def __init__(self, regime, document):
        self.regime, self.document = regime, document
        self.tokens, self.issues = [], []

    def run(self):
        for line in split_lines(self.document):
            self.fill_buffer(line)
            self.read_line()
        self.match_groups()
        return self

    # -- the line buffer

    def fill_buffer(self, line):
        """spec: LEX-12, LEX-14"""
        self.line, self.at = line, 0
        if self.regime.encoding == UTF8:
            self.buffer = decode_utf8(self.document, line.start, line.content_end)
        else:
            self.buffer = [Char(self.document[i], i, i + 1, None)
                           for i in range(line.start, line.content_end)]
        if self.regime.end_of_line_char >= 0:
            self.buffer.append(Char(self.regime.end_of_line_char, line.terminator, line.next, None))

    def category(self, code):
        """spec: CAT-20, CAT-21"""
        if self.regime.encoding == UTF8 and code == 0xFEFF:
            return IGNORED
        if code < 256:
            return self.regime.category[code]
        return LETTER if self.regime.unicode_letters and LETTERS[code] else OTHER

    def notation(self, at):
        """What stands at `at`: (buffer places taken, code), or None. spec: LEX-23, LEX-24"""
        buffer, hat = self.buffer, self.buffer[at].code
        if self.regime.encoding == UTF8:
            hats = 1
            while hats < 6 and at + hats < len(buffer) and buffer[at + hats].code == hat:
                hats += 1
            hats = {6: 6, 5: 4, 4: 4}.get(hats)
            if hats and is_hex(digits := buffer[at + hats:at + 2 * hats], hats):
                return 2 * hats, int("".join(chr(digit.code) for digit in digits), 16)
        if at + 2 >= len(buffer) or buffer[at + 1].code != hat or buffer[at + 2].code >= 128:
            return None
        if is_hex(digits := buffer[at + 2:at + 4], 2):
            return 4, int("".join(chr(digit.code) for digit in digits), 16)
        code = buffer[at + 2].code
        return 3, code + 64 if code < 64 else code - 64

    def char_at(self, at):
        """The character at `at`, after replacing any notation there. spec: LEX-21, LEX-25"""
        while self.category(self.buffer[at].code) == SUPERSCRIPT:
            if not (found := self.notation(at)):
                break
            size, code = found
            issue = ISSUE_RANGE if code > 0x10FFFF else None
            self.buffer[at:at + size] = [Char(0xFFFD if issue else code, self.buffer[at].start,
                                              self.buffer[at + size - 1].end, issue)]
        return self.buffer[at]

    # -- tokens

    def emit(self, kind, code, start, end):
        self.tokens.append(Token(kind, code, start, end, self.line.number,
                                 start - self.line.start + 1))

    def report(self, char):
        if char.issue:
            self.issues.append((char.issue, char.start))

    def read_line(self):
        """spec: LEX-15, LEX-20, LEX-22, LEX-26, LEX-27, LEX-61, LEX-62"""
        state = NEW_LINE
        while self.at < len(self.buffer):
            char = self.char_at(self.at)
            kind = self.category(char.code)
            self.at += 1
            if kind == ESCAPE:
                state = self.control_sequence(char)
            elif kind == END_OF_LINE:
                if state == NEW_LINE:
                    self.emit(0, b"par", char.start, char.end)
                elif state == MID_LINE:
                    self.emit(SPACE, 32, char.start, char.end)
                return
            elif kind == SPACE:
                if state == MID_LINE:
                    self.emit(SPACE, 32, char.start, char.end)
                    state = SKIP_BLANKS
            elif kind == COMMENT:
                return
            elif kind == INVALID:
                self.issues.append((ISSUE_INVALID, char.start))
            elif kind != IGNORED:
                self.report(char)
                self.emit(kind, char.code, char.start, char.end)
                state = MID_LINE

    def control_sequence(self, escape):
        """Returns the state it leaves. spec: LEX-30 to LEX-33"""
        first = self.at
        if self.nothing_of_its_own_follows():
            self.issues.append((ISSUE_ESCAPE_AT_END, escape.start))
        if first == len(self.buffer):
            self.emit(0, b"", escape.start, escape.end)
            return MID_LINE
        kind = self.category(self.char_at(first).code)
        self.at += 1
        if kind == LETTER:
            while (self.at < len(self.buffer)
                   and self.category(self.char_at(self.at).code) == LETTER):
                self.at += 1
        name = self.buffer[first:self.at]
        for char in name:
            self.report(char)
        self.emit(0, self.encode(name), escape.start, name[-1].end)
        return SKIP_BLANKS if kind in (LETTER, SPACE) else MID_LINE

    def nothing_of_its_own_follows(self):
        """The rest of the buffer is at most the end-of-line char of a file's unended last line.
        spec: LEX-63"""
        if self.line.terminator < self.line.next or self.line.next < len(self.document):
            return False
        return all(char.start >= self.line.terminator for char in self.buffer[self.at:])

    def encode(self, name):
        if self.regime.encoding == UTF8:
            return "".join(chr(char.code) for char in name).encode("utf-8", "surrogatepass")
        return bytes(char.code for char in name)

    def match_groups(self):
        """spec: LEX-64, LEX-65"""
        depth, outermost = 0, None
        for token in self.tokens:
            if token.kind == BEGIN_GROUP:
                outermost = token.start if depth == 0 else outermost
                depth += 1
            elif token.kind == END_GROUP and depth == 0:
                self.issues.append((ISSUE_UNMATCHED, token.start))
            elif token.kind == END_GROUP:
                depth -= 1
        if depth > 0:
            self.issues.append((ISSUE_UNCLOSED, outermost))
