"""Real TeX engines as oracles: pdfTeX for `bytes`, LuaTeX for `utf8`.

read_documents runs one engine over a batch of (regime, document) pairs and gives
for each what the engine read: kinds, codes (control sequences by name_hash), and
how many invalid characters it complained of. The engine itself reads the files
with its own \\input; tests/engine/tokens.tex writes down what comes.

The engines' own limits and LuaTeX's known defects are stated here as predicates
(not_normative), so that what is left out of a comparison can be counted.
"""

import functools
import os
import pathlib
import re
import subprocess
import tempfile
from array import array
from collections import namedtuple

import oracle

ENGINES = {oracle.BYTES: "pdftex", oracle.UTF8: "luatex"}
SOURCES = pathlib.Path(__file__).resolve().parent / "engine"
MARK = b"<hlx>"
END_RECORD = b"@\n"
INVALID_COMPLAINT = b"\n! Text line contains an invalid character.\n"
MOST_ERRORS = 90  # in one document; TeX stops at 100

Reading = namedtuple("Reading", "kinds codes invalid_characters")


class EngineFailure(Exception):
    pass


# -- what an engine cannot judge

REPLACEMENT_NAME = "\ufffd".encode()


class DeviationReader(oracle.Reader):
    """The oracle, noting where LuaTeX is known to deviate (spec/lexer.md, last section)."""

    def __init__(self, regime, document):
        super().__init__(regime, document)
        self.deviations, self.in_name = set(), False

    def control_sequence(self, escape):
        self.in_name = True
        state = super().control_sequence(escape)
        self.in_name = False
        if self.tokens[-1].code == REPLACEMENT_NAME:
            self.deviations.add("control symbol U+FFFD (LuaTeX crashes)")
        return state

    def notation(self, at):
        codes = [char.code for char in self.buffer[at:at + 6]]
        hats = next((i for i, code in enumerate(codes) if code != codes[0]), len(codes))
        found = super().notation(at)
        if at + hats == len(self.buffer):
            self.deviations.add("superscript at the very end of a line")
        if codes[0] >= 128 and len(codes) > 1 and codes[1] >= 128:
            self.deviations.add("superscript above 127 (LuaTeX compares it with a byte)")
        if self.in_name and hats >= 4 and not (found and found[0] >= 8):
            self.deviations.add("four superscripts without digits in a name")
        if self.in_name and hats >= 2 and not found and len(codes) > 2 and codes[2] >= 128:
            self.deviations.add("^^ before a character >= 128 in a name")
        return found


def not_normative(reader):
    """Why the engine of this encoding cannot judge the document that `reader` read, or None."""
    issues = [code for code, _ in reader.issues]
    if issues.count(oracle.ISSUE_INVALID) > MOST_ERRORS:
        return "more errors than TeX allows"
    if reader.regime.encoding == oracle.BYTES:
        return None
    if reader.regime.end_of_line_char > 127:
        return "end-of-line character above 127"
    if oracle.ISSUE_MALFORMED in issues:
        return "malformed UTF-8"
    if oracle.ISSUE_RANGE in issues:
        return "notation above 10FFFF"
    return min(reader.deviations, default=None)


def restore_cut_names(reader, reading):
    """LuaTeX writes a name only up to a NUL in it: put the whole names back where what
    it wrote is that part. Returns how many there were."""
    if reader.regime.encoding == oracle.BYTES:
        return 0
    restored = 0
    for row, token in enumerate(reader.tokens[:len(reading.kinds)]):
        if token.kind == 0 and b"\0" in token.code:
            part = token.code.split(b"\0")[0]
            written = (0, oracle.name_hash(part)) if part else (13, ESCAPE_CHARACTER)
            if (reading.kinds[row], reading.codes[row]) == written:
                reading.kinds[row], reading.codes[row] = 0, oracle.name_hash(token.code)
                restored += 1
    return restored


# -- the dump

ESCAPE_CHARACTER = ord("\\")  # what \string begins a name with
CHARACTER_RECORDS = {
    b"begin-group character ": 1, b"end-group character ": 2, b"math shift character ": 3,
    b"alignment tab character ": 4, b"macro parameter character ": 6,
    b"superscript character ": 7, b"subscript character ": 8, b"blank space ": 10,
    b"the letter ": 11, b"the character ": 12,
}
RECORD = re.compile(rb"=.*?" + MARK + rb"\n|" + END_RECORD + rb"|(?:"
                    + b"|".join(CHARACTER_RECORDS) + rb").[\x80-\xbf]*\n", re.DOTALL)
EMPTY_NAME = rb"\csname\endcsname"  # TeX's \string of it


class Records(dict):
    """(kind, code) of a record, worked out once for each different one."""

    def __init__(self, encoding):
        super().__init__()
        self.encoding = "latin-1" if encoding == oracle.BYTES else "utf-8"

    def __missing__(self, record):
        if record.startswith(b"="):
            self[record] = self.named(record[1:-len(MARK) - 1])
        else:
            prefix = next(prefix for prefix in CHARACTER_RECORDS if record.startswith(prefix))
            self[record] = CHARACTER_RECORDS[prefix], self.code(record[len(prefix):-1])
        return self[record]

    def code(self, character):
        return ord(character.decode(self.encoding, "surrogatepass"))

    def named(self, text):
        if text == EMPTY_NAME:
            return 0, oracle.name_hash(b"")
        if len(text.decode(self.encoding, "surrogatepass")) == 1:
            return 13, self.code(text)
        return 0, oracle.name_hash(text[1:])


def parse_dump(dump, encoding):
    """(kinds, codes) of each document."""
    found = RECORD.findall(dump)
    if sum(map(len, found)) != len(dump):
        raise EngineFailure("the dump holds something that is no record")
    records, readings, start = Records(encoding), [], 0
    while start < len(found):
        end = found.index(END_RECORD, start)
        pairs = [records[record] for record in found[start:end]]
        readings.append((array("i", [kind for kind, _ in pairs]),
                         array("i", [code for _, code in pairs])))
        start = end + 1
    return readings


# -- running

@functools.lru_cache(maxsize=1000)
def regime_assignments(regime):
    assignments = "".join(f"\\catcode{code}={category} "
                          for code, category in enumerate(regime.category))
    if regime.encoding == oracle.UTF8:
        assignments = f"\\catcodetable{regime.unicode_letters} " + assignments
    return f"{assignments}\\endlinechar={regime.end_of_line_char} "


def unicode_letter_tables():
    """LuaTeX: category-code table 0 has no letters above 255, table 1 has those of LuaLaTeX."""
    letters = "".join(f"{{{first},{last}}}," for first, last, category in
                      oracle.read_table("lualatex") if category == oracle.LETTER and last > 255)
    return ("\\directlua{tex.enableprimitives('',{'savecatcodetable','catcodetable'})}%\n"
            "\\savecatcodetable0 \\begingroup\\directlua{for _, range in ipairs({" + letters +
            "}) do for code = range[1], range[2] do tex.setcatcode(code, 11) end end}%\n"
            "\\savecatcodetable1 \\endgroup\\catcodetable0 \n")


def write_job(folder, batch):
    """The main file and one file for each document."""
    job = [(SOURCES / "tokens.tex").read_text()]
    if batch[0][0].encoding == oracle.UTF8:
        job.append(unicode_letter_tables())
    for number, (regime, document) in enumerate(batch):
        assert MARK not in document, "a document contains the mark of the dump"
        (folder / f"d{number}.tex").write_bytes(document)
        job.append(f"\\HlxDocument{{d{number}.tex}}{{{regime_assignments(regime)}}}%\n")
    job.append("\\immediate\\closeout1 \\end\n")
    (folder / "job.tex").write_text("".join(job))


def environment():
    """Roomy tables, unbroken lines, and no other TeX files in sight."""
    sizes = dict.fromkeys(("hash_extra", "max_strings"), "2000000")
    sizes |= {"pool_size": "40000000", "buf_size": "8000000", "max_print_line": "100000000"}
    return os.environ | sizes | {"TEXINPUTS": ".", "openout_any": "p"}


def read_documents(batch):
    """What the engine reads: one Reading for each (regime, document); all of one encoding."""
    encoding = batch[0][0].encoding
    command = [ENGINES[encoding], "-ini", "-interaction=batchmode", "job.tex"]
    if encoding == oracle.BYTES:
        command.insert(2, "-8bit")
    with tempfile.TemporaryDirectory(prefix="hedgelex-") as name:
        folder = pathlib.Path(name)
        write_job(folder, batch)
        done = subprocess.run(command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        dump, log = folder / "tokens.dump", folder / "job.log"
        if done.returncode < 0 or not dump.exists() or not log.exists():
            raise EngineFailure(f"{command[0]} crashed or wrote nothing (code {done.returncode})")
        readings = parse_dump(dump.read_bytes(), encoding)
        complaints = [part.count(INVALID_COMPLAINT) for part in log.read_bytes().split(MARK)]
    if len(readings) != len(batch) or len(complaints) != len(batch) + 1:
        raise EngineFailure(f"{command[0]} read {len(readings)} of {len(batch)} documents")
    return [Reading(kinds, codes, count) for (kinds, codes), count in zip(readings, complaints)]


# -- the regimes of real formats

LATEX_REGIMES = (r"\HlxRegime \makeatletter\HlxRegime \makeatother"
                 r"\ExplSyntaxOn\HlxRegime\ExplSyntaxOff \csname @@end\endcsname")
ONE_REGIME = r"\HlxRegime \end"
LATEX_NAMES, PLAIN_NAMES, INITEX_NAMES = ("latex", "package", "expl3"), ("plain",), ("initex",)

# engine with format, encoding, presets in the order of the dump, what the job does
FORMATS = (
    (("pdflatex",), oracle.BYTES, LATEX_NAMES, LATEX_REGIMES),
    (("lualatex",), oracle.UTF8, LATEX_NAMES, LATEX_REGIMES),
    (("pdftex",), oracle.BYTES, PLAIN_NAMES, ONE_REGIME),
    (("luatex",), oracle.UTF8, PLAIN_NAMES, ONE_REGIME),
    (("pdftex", "-ini"), oracle.BYTES, INITEX_NAMES, ONE_REGIME),
    (("luatex", "-ini"), oracle.UTF8, INITEX_NAMES, ONE_REGIME),
)
LETTERS_JOB = (r"\catcode123=1 \catcode125=2 "
               r"\directlua{local out = io.open('letters.dump', 'wb') "
               r"for code = 256, 0x10FFFF do out:write(string.char(tex.getcatcode(code))) end "
               r"out:close()}")


def run_format(command, job, dump):
    with tempfile.TemporaryDirectory(prefix="hedgelex-") as name:
        folder = pathlib.Path(name)
        text = (SOURCES / "categories.tex").read_text()
        (folder / "job.tex").write_text(f"{text}\n{job}\n")
        subprocess.run([*command, "-interaction=batchmode", "job.tex"], cwd=folder,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        if not (folder / dump).exists():
            raise EngineFailure(f"{' '.join(command)} wrote no {dump}")
        return (folder / dump).read_bytes()


def format_regimes(command, presets, job):
    """{preset: (end-of-line character, category codes of 0 to 255)} of one format."""
    numbers = list(map(int, run_format(command, job, "categories.dump").split()))
    if len(numbers) != 257 * len(presets):
        raise EngineFailure(f"{' '.join(command)} wrote {len(numbers)} numbers")
    rows = [numbers[at:at + 257] for at in range(0, len(numbers), 257)]
    return {preset: (row[0], tuple(row[1:])) for preset, row in zip(presets, rows)}


def format_categories_above_255(command):
    """LuaTeX's categories of 256 to 10FFFF in a format, one byte each."""
    return run_format(command, LETTERS_JOB + r"\csname @@end\endcsname\end", "letters.dump")
