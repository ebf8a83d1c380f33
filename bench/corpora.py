#!/usr/bin/env python3
"""Write the documents that are measured: the same bytes on every machine, about a megabyte each.

    bench/corpora.py FOLDER [BYTES]

The encoding in which a document is read is `bytes`, or what its name ends in behind `-as-`. Chance is a linear
congruential generator written out here. Where latex.ltx is installed a copy of it is added as
`latex-ltx`, which is real macro code; it is left out of everything that is compared between machines.
"""

import argparse
import pathlib
import re
import shutil
import subprocess

WORDS = """the of and a to in is we that for with by on as be this are it which from an at can not has have let then
if such each all any one two where also only more than its when so these between over under given some there model
value result case point number order set function space time method proof problem theorem lemma bound error term sum
limit measure class group field graph matrix vector operator solution equation condition property sequence interval
domain kernel estimate""".split()
NAMES = """section label ref emph textbf cite begin end item frac sqrt sum int alpha beta gamma lambda left right mathbb
mathcal operatorname quad qquad hline multicolumn caption includegraphics centering footnote""".split()
CODE = """def edef gdef let relax expandafter csname endcsname ifx else fi begingroup endgroup advance count dimen
skip toks newcommand renewcommand the hbox vbox kern penalty string noexpand futurelet global long protected
unless""".split()
UTF8 = ["Größe", "français", "über", "naïve", "Παράδειγμα", "пример", "текст", "例え", "漢字",
        "señor", "Århus", "œuvre"]


class Chance:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound

    def pick(self, items):
        return items[self.below(len(items))]


def wrap(words, width):
    line = ""
    for word in words:
        if len(line) + len(word) + 1 > width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
    yield line


def paragraph(chance, words, width=76):
    count = 40 + chance.below(90)
    return "\n".join(wrap([words(chance) for _ in range(count)], width)) + "\n\n"


def prose_word(chance):
    word = chance.pick(WORDS)
    kind = chance.below(60)
    if kind == 0:
        return f"\\emph{{{word}}}"
    if kind == 1:
        return f"${chance.pick('xyzuvfgh')}_{chance.below(9)}$"
    return word + (".  " if kind == 2 else "," if kind < 6 else "")


def mathematics(chance):
    symbols = ["\\" + name for name in NAMES[9:20]]
    terms = []
    for _ in range(4 + chance.below(12)):
        term = chance.pick(["x_{%d}", "f^{%d}(x)", "\\frac{%d}{n+1}", "\\sqrt{%d a}", "%d"]) % chance.below(99)
        terms.append(chance.pick(symbols) + " " + term if chance.below(2) else term)
    text = paragraph(chance, prose_word) if chance.below(2) else ""
    number = chance.below(999)
    return text + "\\begin{equation}\\label{eq:%d}\n  %s = 0.\n\\end{equation}\n" % (number, " + ".join(terms))


def macro_code(chance):
    name = "".join(chance.pick("abcdefghijklmnopqrstuvwxyz@") for _ in range(4 + chance.below(12)))
    lines = [f"\\def\\{name}#1#2{{%"]
    for _ in range(2 + chance.below(9)):
        words = [f"\\{chance.pick(CODE)}" + chance.pick(["", " ", "{#1}", "#2", "\\@empty", "=\\@ne"])
                 for _ in range(1 + chance.below(5))]
        comment = "  % " + " ".join(chance.pick(WORDS) for _ in range(5)) if chance.below(6) == 0 else ""
        lines.append("  " + "".join(words) + ("%" if chance.below(3) == 0 else "") + comment)
    return "\n".join(lines) + "\n}\n" + ("\n" if chance.below(4) == 0 else "")


def bibliography(chance):
    title = " ".join(chance.pick(WORDS) for _ in range(4 + chance.below(8)))
    return (f"@article{{key{chance.below(9999)},\n"
            f"  author = {{{chance.pick('ABCDE')}. {chance.pick(WORDS).title()} and "
            f"{chance.pick('FGHIJ')}. {chance.pick(WORDS).title()}}},\n  title = {{{title.capitalize()}}},\n"
            f"  journal = {{J. {chance.pick(WORDS).title()}}},\n  volume = {{{chance.below(99)}}},\n"
            f"  pages = {{{chance.below(500)}--{500 + chance.below(500)}}},\n"
            f"  year = {{{1950 + chance.below(70)}}},\n}}\n\n")


def utf8_text(chance):
    return paragraph(chance, lambda c: c.pick(UTF8) if c.below(3) == 0 else prose_word(c))


def cyrillic(match):
    """A name as it is, a letter as the one with its number from U+0430 on."""
    return match[1] or chr(0x430 + match[0][0] - ord("a")).encode()


CORPORA = {
    "prose": lambda c: paragraph(c, prose_word),
    "mathematics": mathematics,
    "macro-code": macro_code,
    "bibliography": bibliography,
    "utf8-text": utf8_text,
    "all-escapes": lambda _: "\\" * 64,
    "all-newlines": lambda _: "\n" * 64,
    "all-notations": lambda _: "^^" * 32,
    "all-comments": lambda _: "%\n" * 32,
    "short-names": lambda _: "\\a1" * 20 + "\n",
}
# Made of another document.
VARIANTS = {
    "prose-crlf": ("prose", lambda text: text.replace(b"\n", b"\r\n")),
    "text-as-utf8": ("utf8-text", lambda text: text),
    "cyrillic-as-utf8": ("prose", lambda text: re.sub(rb"(\\[a-z]+)|[a-z]", cyrillic, text)),
}


def main():
    parser = argparse.ArgumentParser(description="write the documents that are measured")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("bytes", type=int, nargs="?", default=1_000_000, help="of each document (default %(default)s)")
    options = parser.parse_args()
    folder, size = options.folder, options.bytes
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, piece) in enumerate(CORPORA.items()):
        chance = Chance(20261123 + number)
        pieces = []
        length = 0
        while length < size:
            pieces.append(piece(chance).encode())
            length += len(pieces[-1])
        (folder / f"{name}.tex").write_bytes(b"".join(pieces)[:size])
    for name, (of, change) in VARIANTS.items():
        (folder / f"{name}.tex").write_bytes(change((folder / f"{of}.tex").read_bytes())[:size])
    if shutil.which("kpsewhich"):
        found = subprocess.run(["kpsewhich", "latex.ltx"], capture_output=True, text=True, check=False).stdout.strip()
        if found:
            shutil.copy(found, folder / "latex-ltx.tex")


main()
