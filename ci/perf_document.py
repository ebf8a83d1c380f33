#!/usr/bin/env python3
"""Write the 1.1 MB document of the load tests: a paper-like LaTeX source, the same bytes on every machine.

    ci/perf_document.py FILE

Prose, mathematics, macro code, tables, lists and a bibliography in the proportions of a long paper. Chance is a
linear congruential generator written out here, since a library's may change between versions; test_cli.py holds
the SHA-256 of the result.
"""

import os
import sys

BODY_BYTES = 1_085_700  # then the bibliography brings it to 1,100,000 within 1 %
WORDS = """the of and a to in is we that for with by on as be this are it which from an at can not has have let
then if such each all any one two where also only more than its when so these between over under given some there
model value result case point number order set function space time method proof problem theorem lemma bound error
term sum limit measure class group field graph matrix vector operator solution equation condition property sequence
interval domain kernel estimate parameter process system observation constant derivative convergence structure
follows holds gives shows implies depends exists satisfies converges denotes consider define obtain assume suppose
compare choose recall write prove extend apply bounded linear finite smooth local global uniform regular compact
positive continuous discrete random stable sharp trivial independent sufficient necessary numerical asymptotic
hence however moreover therefore indeed namely otherwise similarly finally approximately naïve Hölder Poincaré
Gårding Erdős Schrödinger Lévy Köthe Møller Čech tide water coast harbour station record hourly gauge""".split()
COMMANDS = ["alpha", "beta", "lambda", "omega", "varepsilon", "nabla", "partial", "mathcal{H}", "mathbb{R}", "phi"]
RELATIONS = ["=", "\\le", "\\ge", "<", "\\in", "\\sim", "\\approx", "\\to", "\\subset", ":="]
ENVIRONMENTS = ["theorem", "lemma", "proof", "remark", "definition"]
PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb,amsthm}
\newtheorem{theorem}{Theorem}[section]
\newtheorem{lemma}[theorem]{Lemma}
\newtheorem{remark}[theorem]{Remark}
\newtheorem{definition}[theorem]{Definition}
\makeatletter
\newcount\perf@count
\def\perf@step#1{\advance\perf@count by #1\relax}
\makeatother
\title{A document of some length}
\author{No One}
\begin{document}
\maketitle
"""


class Chance:
    """x -> a x + c mod 2^64 (Knuth, MMIX); the high bits are used."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def pick(self, items):
        return items[self.below(len(items))]

    def word(self):
        """Frequent words come first in the list: the smaller of two throws."""
        return WORDS[min(self.below(len(WORDS)), self.below(len(WORDS)))]

    def words(self, least, most):
        return [self.word() for _ in range(least + self.below(most - least + 1))]


def symbol(chance):
    shapes = ["x", "y", "f", "u", "n", "\\" + chance.pick(COMMANDS)]
    tail = ["", "_{%d}" % chance.below(10), "^{2}", "_i", "^{(k+%d)}" % chance.below(5), "(t)"]
    text = chance.pick(shapes)
    return text + chance.pick(tail)


def formula(chance, depth=2):
    choice = chance.below(6) if depth else 0
    if choice == 1:
        return r"\frac{%s}{%s}" % (formula(chance, depth - 1), formula(chance, depth - 1))
    if choice == 2:
        return r"\sum_{i=1}^{n} %s" % formula(chance, depth - 1)
    if choice == 3:
        return r"\left( %s \right)" % formula(chance, depth - 1)
    if choice == 4:
        return r"\int_{\Omega} %s\,\mathrm{d}x" % formula(chance, depth - 1)
    left, right = symbol(chance), symbol(chance)
    return "%s %s %s" % (left, chance.pick(["+", "-", "\\cdot", *RELATIONS]), right)


def phrase(chance):
    choice = chance.below(14)
    if choice == 0:
        return r"\emph{%s}" % " ".join(chance.words(1, 3))
    if choice == 1:
        return r"(see~\cite{key%d})" % chance.below(200)
    if choice == 2:
        return r"of~\eqref{eq:%d}" % (1 + chance.below(500))
    if choice <= 6:
        return "$%s$" % formula(chance, 1)
    return " ".join(chance.words(2, 6))


def sentence(chance):
    text = " ".join(phrase(chance) for _ in range(2 + chance.below(4)))
    return text[0].upper() + text[1:] + chance.pick([".", ".", ".", "; indeed.", "?"])


def wrapped(text, width=96):
    """Lines as an author's editor breaks them."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = line + " " + word if line else word
    return "\n".join([*lines, line]) + "\n"


def paragraph(chance, number):
    return wrapped(" ".join(sentence(chance) for _ in range(3 + chance.below(5)))) + "\n"


def display(chance, number):
    rows = [r"  %s &%s %s" % (symbol(chance), chance.pick(RELATIONS), formula(chance)) for _ in range(2)]
    return "\\begin{align}\\label{eq:%d}\n%s\n\\end{align}\n" % (number, " \\\\\n".join(rows))


def statement(chance, number):
    name = chance.pick(ENVIRONMENTS)
    text = paragraph(chance, number)[:-1]
    return "\\begin{%s}\n%s\\[\n  %s\n\\]\n\\end{%s}\n\n" % (name, text, formula(chance), name)


def table(chance, number):
    rows = "".join(
        "    %s & $%d.%03d$ & %d\\,\\%% \\\\ %% row %d\n"
        % (chance.word(), chance.below(100), chance.below(1000), chance.below(100), i)
        for i in range(3 + chance.below(6))
    )
    return (
        "\\begin{center}\n  \\begin{tabular}{lrr}\n    \\hline\n%s    \\hline\n"
        "  \\end{tabular}\n\\end{center}\n\n"
    ) % rows


def macros(chance, number):
    name = "perf@" + "".join(chr(97 + int(digit)) for digit in str(number))
    return (
        "\\makeatletter\n\\def\\%s#1#2{%%\n  \\ifnum\\perf@count>#1\\relax\n    \\perf@step{#2}%%\n"
        "  \\else\n    \\expandafter\\gdef\\csname %s@%d\\endcsname{#1^^20#2}%%\n  \\fi}\n\\makeatother\n%% %s\n\n"
    ) % (name, name, chance.below(100), " ".join(chance.words(4, 10)))


def items(chance, number):
    rows = "".join(wrapped(r"\item " + sentence(chance)) for _ in range(2 + chance.below(4)))
    return "\\begin{itemize}\n%s\\end{itemize}\n\n" % rows


def section(chance, number):
    return "\\section{%s}\\label{sec:%d}\n\n" % (" ".join(chance.words(2, 5)).capitalize(), number)


PARTS = [paragraph] * 10 + [display] * 4 + [statement] * 3 + [table, macros, items, section]


def bibliography(chance):
    rows = []
    for key in range(120):
        author = "%s.~%s" % (chr(65 + chance.below(26)), chance.word().capitalize())
        title, journal = " ".join(chance.words(4, 9)), chance.word().capitalize()
        numbers = (chance.below(90), 1900 + chance.below(126), chance.below(400), 400 + chance.below(400))
        entry = r"\bibitem{key%d} %s, %s, \emph{J. %s.} " % (key, author, title, journal)
        rows.append(wrapped(entry + r"\textbf{%d} (%d), %d--%d." % numbers))
    return "\\begin{thebibliography}{99}\n%s\\end{thebibliography}\n\n\\end{document}\n" % "".join(rows)


def document():
    chance = Chance(20261104)
    parts = [PREAMBLE]
    size = number = 0
    while size < BODY_BYTES:
        number += 1
        parts.append(chance.pick(PARTS)(chance, number))
        size += len(parts[-1].encode())
    return "".join([*parts, bibliography(chance)]).encode()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: perf_document.py FILE")
    temporary = sys.argv[1] + ".part"
    with open(temporary, "wb") as out:
        out.write(document())
    os.replace(temporary, sys.argv[1])


main()
