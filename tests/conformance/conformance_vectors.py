#!/usr/bin/env python3
"""Write spec/vectors, or with --check say what in it is not what would be written.

Everything comes from fixed seeds and the lists below. Kinds and codes of tokens are those that a real engine
reads (pdfTeX for `bytes`, LuaTeX for `utf8`; "provenance" names it), wherever the engine is the judge; spans,
issues and what no engine can judge are the specification's, as the second implementation reads it. An engine
that disagrees with the second implementation ends the run. Frames, client protocol and broker have no other
authority than the specification.
"""

import json
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import differential_documents
import engines
import oracle
import second_implementation as second
import test_differential

VECTORS = HERE.parent.parent / "spec/vectors"
GENERATED_DOCUMENTS = 150  # for each encoding
LONGEST_GENERATED = 80
WALKS = 40
WALK_STEPS = 60
LATEX = {"preset": "latex", "encoding": "bytes"}
LUALATEX = {"preset": "latex", "encoding": "utf8"}


def vector(name, clauses, do, given, provenance="specification"):
    return {"name": name, "clauses": clauses.split(), "provenance": provenance, "do": do, "input": given,
            "output": second.ANSWERS[do](given)}


# ---- tokens ----

# name, clauses, regime, document
CHOSEN = [
    ("an empty document is one empty line", "LEX-16", LATEX, b""),
    ("CR LF is one terminator, LF CR are two", "LEX-10", LATEX, b"a\r\nb\n\rc\r\rd"),
    ("a terminator at the end begins no line", "LEX-10", LATEX, b"a\n"),
    ("the last line needs no terminator", "LEX-10 LEX-51", LATEX, b"a\nb"),
    ("blanks at the end of a line are not read", "LEX-11 LEX-51", LATEX, b"a   \nb  "),
    ("a TAB at the end of a line is read", "LEX-11", LATEX, b"a\t \nb \t\n"),
    ("^^20 at the end of a line is read", "LEX-11 LEX-25", LATEX, b"a^^20\nb^^20 \n"),
    ("blanks of another category are not read either", "LEX-11", LATEX | {"preset": "expl3"}, b"a   \n"),
    ("state N skips blanks", "LEX-22", LATEX, b"  \t a\n"),
    ("state S skips blanks", "LEX-22", LATEX, b"a  \t b\n"),
    ("two line ends are a paragraph", "LEX-26", LATEX, b"a\n\nb"),
    ("a line end in state S gives nothing", "LEX-26", LATEX, b"\\a \n\\b\n"),
    ("a written \\par is the blank line's", "LEX-26 LEX-40", LATEX, b"\\par\n\n"),
    ("a comment drops the line end", "LEX-22", LATEX, b"a% b\n c"),
    ("an invalid character is dropped with an issue", "LEX-61", LATEX, b"a\x7fb\x00"),
    ("every space has code 32", "LEX-27", LATEX, b"a\tb\n"),
    ("ignored characters leave the state", "LEX-22", LATEX | {"preset": "expl3"}, b"a b\\c \n~~ x\n"),
    ("^^ and a character below 64", "LEX-23", LATEX, b"^^!^^?^^1x"),
    ("^^ and a character from 64 on", "LEX-23", LATEX, b"^^A^^a^^~"),
    ("^^ and two hexadecimal digits", "LEX-23", LATEX, b"^^41^^7a^^e9^^00"),
    ("hexadecimal digits are lower case", "LEX-23", LATEX, b"^^4A^^E9^^Fa"),
    ("one hexadecimal digit and another character", "LEX-23", LATEX, b"^^4g^^fG"),
    ("^^ before a byte from 128 on is no notation", "LEX-23", LATEX, b"^^\xe9a"),
    ("^^ at the end of the line takes the end-of-line character", "LEX-23 LEX-14", LATEX, b"a^^\nb^^"),
    ("a single ^", "LEX-23", LATEX, b"x^2^ ^"),
    ("what a notation denotes is looked at again", "LEX-25", LATEX, b"^^5e^41 ^^5e^5e41 ^^^^5e41"),
    ("a notation can be an escape, a comment, a line end, a blank", "LEX-25", LATEX,
     b"^^5cab c^^25 d\ne^^M f\ng^^20 h\n"),
    ("a notation in a name", "LEX-31 LEX-51", LATEX, b"\\a^^62c d\\^^61b"),
    ("a notation that ends a name", "LEX-31", LATEX, b"\\ab^^5c x"),
    ("a control symbol and the state behind it", "LEX-32", LATEX, b"\\{ a\\! b\\  c"),
    ("the end-of-line character can be a name", "LEX-33", LATEX, b"a\\\nb\\"),
    ("an escape at the very end", "LEX-30 LEX-63", LATEX, b"ab\\"),
    ("an escape in front of blanks at the end", "LEX-33 LEX-63", LATEX, b"\\  "),
    ("codes of names", "LEX-40", LATEX, b"\\a\\ab\\ba\\documentclass\\relax"),
    ("an unmatched end of a group", "LEX-64", LATEX, b"a}b}{c}"),
    ("groups never ended are one issue", "LEX-65", LATEX, b"{a{b{c}"),
    ("line and column", "LEX-52", LATEX, b"ab\n  c\\d\n\n e"),
    ("@ is a letter in packages", "CAT-11", {"preset": "package", "encoding": "bytes"}, b"\\a@b@"),
    ("expl3", "CAT-12", {"preset": "expl3", "encoding": "bytes"}, b"\\tl_set:Nn \\l_a { ~ \"|&^ }\n"),
    ("plain", "CAT-10", {"preset": "plain", "encoding": "bytes"}, b"\x0b\x01\x00\x0c\\a\xe9~"),
    ("initex", "CAT-10", {"preset": "initex", "encoding": "bytes"}, b"{a}\\a$ #^_&~\x00\x7f\t"),
    ("bytes from 128 on are active", "CAT-10", LATEX, b"\x80\xe9\xff"),
    ("one token for a scalar", "LEX-12 CAT-20 CAT-21", LUALATEX, "aé€𝔄π\u0301".encode()),
    ("letters of any alphabet make names", "LEX-31 CAT-21", LUALATEX, "\\éπ𝔄x \\€a \\a\u0301b".encode()),
    ("a byte order mark is ignored wherever it stands", "LEX-12 CAT-21", LUALATEX, "\ufeffa\ufeff b".encode()),
    ("four superscripts and four digits", "LEX-24", LUALATEX, b"^^^^0041^^^^20ac^^^^d800x"),
    ("six superscripts and six digits", "LEX-24", LUALATEX, b"^^^^^^01d504^^^^^^00005e^41"),
    ("four superscripts without four digits", "LEX-24", LUALATEX, b"^^^^004G ^^^^00"),
    ("five superscripts never match as five", "LEX-24", LUALATEX, b"^^^^^00041"),
    ("names of surrogates have three bytes", "LEX-40", LUALATEX, b"\\^^^^d800 \\^^^^dfff"),
    ("six digits above 10ffff", "LEX-24 LEX-62", LUALATEX, b"^^^^^^110000\\^^^^^^ffffff"),
    ("malformed UTF-8, a replacement for each maximal part", "LEX-13 LEX-62", LUALATEX,
     b"\x80 \xc3a\xe2\x82b\xf0\x9d\x94c\xed\xa0\x80d\xf4\x90\x80\x80\xc0\x80\xff"),
    ("malformed UTF-8 is dropped silently in a comment", "LEX-62", LUALATEX, b"% \xff\n\\\xff"),
    ("a sequence cut by the end of the line", "LEX-13", LUALATEX, b"\xe2\x82\n\xe2\x82"),
    ("a superscript in front of a multi-byte character", "LEX-23", LUALATEX, "^^é^^€".encode()),
    ("the last scalar by a notation", "LEX-24", LUALATEX, b"^^^^^^10ffff"),
    ("a denoted superscript begins no long notation", "LEX-24 LEX-25", LUALATEX,
     b"^^5e^^^0041^^^^005e^^^^^00005e^41 ^^^^^^00005e^^^0041"),
    ("the borders of well-formed UTF-8", "LEX-12 CAT-21", LUALATEX, "".join(map(chr, (
        0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0xFFFFF,
        0x100000, 0x10FFFF))).encode()),
    ("the borders of ill-formed UTF-8", "LEX-13 LEX-62", LUALATEX,
     b"\xe0\x9f\xbf \xed\xa0\x80 \xf0\x8f\xbf\xbf \xf4\x90\x80\x80 \xc1\xbf \xf5\x80\x80\x80 \xff"),
    ("letters of all kinds and alphabets, and what is none", "CAT-21", LUALATEX, (
        "\\a\u02b0b\u01c5c\u0903d\u0488e\u540df\ua66eg\u3006h\uac00i\U00020000j\U00031350k "
        "\\a\u2160 \\a\u0663 \\a\ue000").encode()),
    ("a letter since Unicode 15", "CAT-21", LUALATEX, "\\a\u0cf3b".encode()),
    ("letters above 255 in initex", "CAT-14 CAT-21", {"preset": "initex", "encoding": "utf8"},
     "\\\u03c0\ufeffa \u03c0".encode()),
]


def every_character(encoding):
    """Each but LF and CR; behind a letter each that a state or a line's end would swallow or that begins a name."""
    text = b""
    for code in set(range(256)) - {*b"\n\r%"}:
        character = chr(code).encode("latin-1" if encoding == "bytes" else "utf-8")
        text += b"a" + character + b"a" if code < 33 or code in b"\\~\x7f" else character
    return text + b"\n\n%a\n"


CHOSEN += [(f"every character, {preset} in {encoding}", clauses, {"preset": preset, "encoding": encoding},
            every_character(encoding))
           for preset, clauses in (("latex", "CAT-10"), ("package", "CAT-11"), ("expl3", "CAT-12"), ("plain", "CAT-10"),
                                   ("initex", "CAT-10"))
           for encoding in second.ENCODINGS]


def across(*borders):
    """A document in which something of several bytes lies across each border: comments fill what is between."""
    text = b""
    for border, piece, before in borders:
        end = b"" if piece.startswith(b"\r") else b"\n"
        text += b"%" + b"x" * (border - before - len(text) - 1 - len(end)) + end + piece
    return text


CHOSEN += [
    ("a terminator, a notation, a character, a name across multiples of 4096", "LEX-10 LEX-12 LEX-23 LEX-31 LEX-52",
     LUALATEX, across((4096, b"\r\n", 1), (8192, b"^^5ca\n", 2), (12288, "€\n".encode(), 1), (16384, b"\\abcdef", 3))),
]


def table(encoding, end_of_line_char=13, letters=True, **changes):
    """LaTeX's regime with entries changed: c65=13 gives A the category 13."""
    regime = second.read_regime({"preset": "latex", "encoding": encoding})
    category = list(regime.category)
    for name, value in changes.items():
        category[int(name[1:])] = value
    regime = regime._replace(category=tuple(category), end_of_line_char=end_of_line_char, unicode_letters=int(letters))
    return second.show_regime(regime)


CHOSEN += [
    ("no end-of-line character", "LEX-14", table("bytes", -1), b"a \n\n\\\nb\\"),
    ("a letter as end-of-line character ends a name", "LEX-33", table("bytes", 65), b"\\b\nc\n"),
    ("a comment as end-of-line character", "LEX-14", table("bytes", 37), b"a\n b\n"),
    ("an escape as end-of-line character", "LEX-14 LEX-30", table("bytes", 92), b"a\nb"),
    ("an end-of-line character of category 15", "LEX-61", table("bytes", 127), b"a\nb"),
    ("a digit as end-of-line character belongs to a notation", "LEX-23 LEX-14", table("bytes", 49), b"^^4\nb"),
    ("two escape characters", "CAT-02", table("bytes", c124=0), b"\\a|a|\\"),
    ("return as a letter", "CAT-02 LEX-31", table("bytes", c13=11), b"\\a\nb\n"),
    ("a character of category 5 in the middle drops the line", "LEX-26", table("bytes", c64=5), b"a@b\n@c\n \\d@e\n"),
    ("another superscript character", "LEX-23", table("bytes", c42=7), b"**41^^41*^41"),
    ("a superscript made by a notation of another", "LEX-25", table("bytes", c42=7), b"^^2a*41"),
    ("blanks as other characters", "LEX-11", table("bytes", c32=12), b"a  b  \n"),
    ("ignored letters in a name end it", "LEX-31", table("bytes", c98=9), b"\\abc"),
    ("no letters above 255", "CAT-21", table("utf8", letters=False), "\\éπ".encode()),
    ("active letters", "LEX-22", table("bytes", c97=13), b"a\\a\\ab"),
    ("no long notation takes the end-of-line character", "LEX-14 LEX-24", table("utf8", 49), b"^^^^004\n^^^^^^00004\n"),
    ("digits that are superscripts, six or more", "LEX-24", table("utf8", c48=7),
     b"000000012345 0000001234 00000000041"),
    ("an escape as end-of-line character of an empty document", "LEX-14 LEX-63", table("bytes", 92), b""),
    ("a notation of the end-of-line character is an escape at the end", "LEX-14 LEX-63", table("bytes", 28), b"a^^"),
    ("the same before a terminator", "LEX-14 LEX-63", table("bytes", 28), b"a^^\n"),
]
REFUSED = [
    ("an end-of-line character out of range", "CAT-02", table("bytes", 256) | {"end_of_line_char": 256}, b"a"),
    ("a preset that does not exist", "CAT-15", {"preset": "context", "encoding": "bytes"}, b"a"),
    ("an encoding that does not exist", "CAT-15", {"preset": "latex", "encoding": "utf16"}, b"a"),
]
CAPACITIES = [(0, b""), (0, b"%"), (1, b"ab\n"), (2, b"ab\n"), (3, b"ab\n"), (1, b"}\x7f}"), (4, b"\\a{b}")]


def engine_versions():
    versions = {}
    for engine in ("pdftex", "luatex"):
        done = subprocess.run([engine, "--version"], capture_output=True, text=True, check=True)
        versions[engine] = done.stdout.splitlines()[0]
    return versions


def judged_by_engine(vectors):
    """Asks the engines; notes who is the authority of each vector."""
    asked = {oracle.BYTES: [], oracle.UTF8: []}
    for one in vectors:
        regime = second.read_regime(one["input"]["regime"])
        document = bytes.fromhex(one["input"]["document"])
        reader = engines.DeviationReader(regime, document).run()
        if engines.not_normative(reader) is None:
            asked[regime.encoding].append((one, reader, (regime, document)))
    for encoding, batch in asked.items():
        readings = engines.read_documents([job for _, _, job in batch])
        for (one, reader, _), reading in zip(batch, readings):
            engines.restore_cut_names(reader, reading)
            ours = [row[:2] for row in one["output"]["tokens"]]
            theirs = [list(row) for row in zip(reading.kinds, reading.codes)]
            invalid = sum(issue[0] == oracle.ISSUE_INVALID for issue in one["output"]["issues"])
            if ours != theirs or invalid != reading.invalid_characters:
                sys.exit(f"{one['name']}: {engines.ENGINES[encoding]} reads {theirs}, the specification {ours}")
            one["provenance"] = engines.ENGINES[encoding]


def token_input(regime, document, **more):
    return {"regime": regime, "document": document.hex(), **more}


def from_cases():
    """tests/cases once more."""
    for path in sorted(test_differential.CASES.glob("*.in")):
        regime = test_differential.case_regime(path.with_suffix(".args").read_text().split())
        document = path.read_bytes()
        if len(document) <= 4 * LONGEST_GENERATED:
            yield vector(f"case {path.stem}", "LEX-22", "tokens", token_input(second.show_regime(regime), document))


def generated():
    """Documents biased to what is hard, half with LaTeX's regime changed or with wholly random tables."""
    for encoding in (oracle.BYTES, oracle.UTF8):
        found = 0
        for job in differential_documents.generate("vectors", 10**6, encoding):
            if 0 < len(job.document) <= LONGEST_GENERATED:
                name = f"generated {second.ENCODINGS[encoding]} {found}"
                regime = second.show_regime(job.regime)
                if job.preset is not None:
                    regime = {"preset": job.preset, "encoding": second.ENCODINGS[encoding]}
                yield vector(name, "LEX-22", "tokens", token_input(regime, job.document))
                found += 1
            if found == GENERATED_DOCUMENTS:
                break


def token_vectors():
    found = [vector(name, clauses, "tokens", token_input(regime, document))
             for name, clauses, regime, document in CHOSEN]
    found += [*from_cases(), *generated()]
    judged_by_engine(found)
    found += [vector(name, clauses, "tokens", token_input(regime, document))
              for name, clauses, regime, document in REFUSED]
    found += [vector(f"room for {room} tokens: {document!r}", "LEX-54 LEX-66", "tokens",
                     token_input(LATEX, document, capacity=room)) for room, document in CAPACITIES]
    return found


# ---- frames ----


def header(kind, length, name=255):
    return kind.to_bytes(4, "big") + name.to_bytes(8, "big") + length.to_bytes(4, "big")


def whole(kind, payload, name=255):
    return header(kind, len(payload), name) + payload


DOCUMENT = b"\\a}"
REQUEST = whole(1, (3).to_bytes(4, "big") + DOCUMENT)
OPTIONS = bytes([1, 0, 0xff, 0xff]) + bytes(index % 16 for index in range(256))
WITH_OPTIONS = whole(1, (3).to_bytes(4, "big") + DOCUMENT + OPTIONS, 2**64 - 1)
RESPONSE = whole(2, b"".join(word.to_bytes(4, "big") for word in (0, 3, 1, 127, 2**32 - 1)))
CANCEL = whole(3, b"", 0x0102030405060708)
LARGEST = 4 + 2097152 + 260


def request_of(length, rest):
    return whole(1, length.to_bytes(4, "big") + rest)


def options_with(at, value):
    return request_of(0, OPTIONS[:at] + bytes([value]) + OPTIONS[at + 1:])


FRAMES = [
    ("nothing", "FRM-20", b""),
    ("a request", "FRM-02 FRM-10", REQUEST),
    ("a request with options", "FRM-10 FRM-12", WITH_OPTIONS),
    ("an empty document", "FRM-10", request_of(0, b"")),
    ("an empty document with options", "FRM-10 FRM-12", request_of(0, OPTIONS)),
    ("a response", "FRM-11", RESPONSE),
    ("a response with a status above 3", "FRM-11", whole(2, b"\xff" * 20)),
    ("a cancel", "FRM-02", CANCEL),
    ("four frames", "FRM-25", REQUEST + CANCEL + RESPONSE + WITH_OPTIONS),
    ("a header cut off", "FRM-20", REQUEST + CANCEL[:15]),
    ("a payload cut off", "FRM-25", REQUEST[:-1]),
    ("type 0", "FRM-23", header(0, 0) + CANCEL),
    ("type 4", "FRM-23 FRM-26", CANCEL + header(4, 0) + CANCEL),
    ("a type is 32 bits", "FRM-01 FRM-23", header(0x01000000, 0)),
    ("a client's frame between broker and worker", "FRM-23", header(0x80000001, 4)),
    ("type before length", "FRM-23", header(9, 2**32 - 1)),
    ("a request of 3 bytes", "FRM-24 FRM-26", header(1, 3) + b"abc" + CANCEL),
    ("the largest request begins", "FRM-24", header(1, LARGEST) + b"abcd"),
    ("a request one too long", "FRM-24", header(1, LARGEST + 1)),
    ("a length of 2^32 - 1", "FRM-24", header(1, 2**32 - 1)),
    ("a response of 19 bytes", "FRM-24", header(2, 19) + b"x" * 19),
    ("a response of 21 bytes", "FRM-24", header(2, 21) + b"x" * 21),
    ("a response of no bytes", "FRM-24", header(2, 0) + CANCEL),
    ("a cancel with a payload", "FRM-24", header(3, 1) + b"x"),
    ("an inner length one too small", "FRM-10", request_of(2, DOCUMENT) + CANCEL),
    ("an inner length one too large", "FRM-10", request_of(4, DOCUMENT) + CANCEL),
    ("an inner length above 2 MiB", "FRM-10", request_of(2097153, DOCUMENT)),
    ("an inner length that wraps around", "FRM-10", request_of(2**32 - 1, DOCUMENT)),
    ("an inner length that wraps around with options", "FRM-10", request_of(2**32 - 257, DOCUMENT)),
    ("a wrong type before the header is whole", "FRM-20 FRM-23", header(4, 0)[:15]),
    ("options one byte short", "FRM-10", request_of(0, OPTIONS[:-1])),
    ("options one byte long", "FRM-10", request_of(0, OPTIONS + b"\0")),
    ("options with encoding 2", "FRM-12", options_with(0, 2)),
    ("options with letters 2", "FRM-12", options_with(1, 2)),
    ("options with end-of-line character 256", "FRM-12", request_of(0, b"\0\0\1\0" + OPTIONS[4:])),
    ("options with end-of-line character -2", "FRM-12", request_of(0, b"\0\0\xff\xfe" + OPTIONS[4:])),
    ("options with end-of-line character 255", "FRM-12", request_of(0, b"\0\1\0\xff" + OPTIONS[4:])),
    ("options with category 16", "FRM-12", options_with(259, 16)),
    ("options with category 16 of character 0", "FRM-12", options_with(4, 16)),
]


ONE_MORE = 2097153  # than the largest document has


def pieces(data, sizes):
    """`data` cut into pieces of these sizes, again and again."""
    found, at, turn = [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        found.append(data[at:at + size].hex())
        at, turn = at + size, turn + 1
    return found


def split_vectors(name, clauses, do, data):
    """Whole, one byte at a time, and in odd pieces with empty ones among them."""
    yield vector(name, clauses, do, {"pieces": [data.hex()]})
    if len(data) > 1:
        small = len(data) <= 64
        yield vector(f"{name}, bytewise" if small else f"{name}, in pieces", clauses, do,
                     {"pieces": pieces(data, [1] if small else [1, 15, 7, 0, 100])})


def frame_vectors():
    found = [one for name, clauses, data in FRAMES for one in split_vectors(name, clauses, "frames", data)]
    begin = header(1, 4 + ONE_MORE) + ONE_MORE.to_bytes(4, "big")
    found.append(vector("a document of 2 MiB and a byte", "FRM-10", "frames",
                        {"pieces": [begin.hex(), ["61", ONE_MORE], CANCEL.hex()]}))
    begin = header(1, LARGEST) + (ONE_MORE - 1).to_bytes(4, "big")
    found.append(vector("a document of 2 MiB, and options out of range", "FRM-10 FRM-12", "frames",
                        {"pieces": [begin.hex(), ["61", ONE_MORE - 1], (b"\2" + OPTIONS[1:]).hex()]}))
    for frame in second.frames({"pieces": [(REQUEST + WITH_OPTIONS + RESPONSE + CANCEL).hex()]})["frames"]:
        found.append(vector(f"write a {frame['type']} {frame['id']}", "FRM-02 FRM-10 FRM-11 FRM-12", "frame", frame))
    return found


# ---- the client protocol ----

CLIENT_REQUEST = (3).to_bytes(4, "big") + DOCUMENT
REQUESTS = [
    ("nothing", "CLI-20", b""),
    ("a request", "CLI-01", CLIENT_REQUEST),
    ("an empty document", "CLI-25", b"\0\0\0\0"),
    ("three requests", "CLI-25", CLIENT_REQUEST + b"\0\0\0\0" + CLIENT_REQUEST),
    ("a length word cut off", "CLI-20", CLIENT_REQUEST + b"\0\0\0"),
    ("a document cut off", "CLI-25", CLIENT_REQUEST[:-1]),
    ("the largest document begins", "CLI-24", b"\0\x20\0\0ab"),
    ("one byte more than the largest", "CLI-24", CLIENT_REQUEST + b"\0\x20\0\1" + CLIENT_REQUEST),
    ("the largest length without the top bit", "CLI-24", b"\x7f\xff\xff\xff"),
    ("the top bit", "CLI-23", CLIENT_REQUEST + b"\x80\0\0\1" + CLIENT_REQUEST),
    ("the top bit alone", "CLI-23", b"\x80\0\0\0"),
    ("the top bit before the word is whole", "CLI-20 CLI-23", b"\x80\0\0"),
    ("a large length before the word is whole", "CLI-20 CLI-24", b"\0\x20\0"),
]
READ_REPLIES = [
    ("its first word is 12", "CLI-12", (12, 0, 3, 1), 1), ("its first word is 14", "CLI-12", (14, 0, 3, 1), 1),
    ("its first word is 269", "CLI-12", (269, 0, 3, 1), 1),
    ("status 7", "CLI-12", (13, 7, 0, 0), 0), ("status 2^32 - 1", "CLI-12", (13, 2**32 - 1, 0, 0), 0),
    ("origin 3", "CLI-12", (13, 0, 3, 1), 3), ("origin 255", "CLI-12", (13, 0, 3, 1), 255),
    ("the largest counts", "CLI-12", (13, 0, 2**32 - 1, 2**32 - 1), 2),
    ("status 256", "CLI-12", (13, 256, 0, 0), 0), ("counts beside a failure", "CLI-12", (13, 3, 5, 7), 1),
    ("ok without an origin", "CLI-12", (13, 0, 3, 1), 0),
]


def client_vectors():
    found = [one for name, clauses, data in REQUESTS for one in split_vectors(name, clauses, "requests", data)]
    for number, status in enumerate(second.REPLIES):
        given = {"status": status, "tokens": 3 * (number == 0), "issues": number == 0 and 1 or 0,
                 "origin": second.ORIGINS[(number + 2) % 3]}
        found.append(vector(f"write the reply {status}", "CLI-10 CLI-11 CLI-12", "reply", given))
        found.append(vector(f"read the reply {status}", "CLI-10 CLI-11 CLI-12", "read reply", second.reply(given)))
    for name, clauses, words, origin in READ_REPLIES:
        data = b"".join(word.to_bytes(4, "big") for word in words) + bytes([origin])
        found.append(vector(f"a reply: {name}", clauses, "read reply", {"bytes": data.hex()}))
    return found


# ---- version 2 of the client protocol ----


def query_bytes(mask, source, preset, encoding, reserved, document, more=b"", length=None):
    length = len(document) if length is None else length
    payload = mask.to_bytes(4, "big") + bytes([source, preset, encoding, reserved]) + length.to_bytes(4, "big")
    return whole(0x80000001, payload + document + more, 7)


QUERY = query_bytes(5, 1, 0, 1, 0, DOCUMENT)
QUERY_CANCEL = whole(0x80000003, b"", 7)
QUERIES = [
    ("nothing", "QRY-20", b""),
    ("a request", "QRY-02 QRY-10", QUERY),
    ("a request under the service's regime", "QRY-10", query_bytes(31, 0, 0, 0, 0, b"")),
    ("a request with options", "QRY-10", query_bytes(0, 2, 0, 0, 0, DOCUMENT, OPTIONS)),
    ("a cancel", "QRY-02", QUERY_CANCEL),
    ("three frames", "QRY-25", QUERY + QUERY_CANCEL + QUERY),
    ("a header cut off", "QRY-20", QUERY + QUERY[:15]),
    ("a payload cut off", "QRY-25", QUERY[:-1]),
    ("a reply from a client", "QRY-23", QUERY_CANCEL + header(0x80000002, 20) + b"\0" * 20),
    ("a worker's frame", "QRY-23", CANCEL),
    ("type before length", "QRY-23", header(0x80000002, 2**32 - 1)),
    ("type 80000004", "QRY-23", header(0x80000004, 0) + QUERY),
    ("type 80000101", "QRY-23", header(0x80000101, 12) + QUERY),
    ("a wrong type before the header is whole", "QRY-20 QRY-23", header(0x80000002, 0)[:15]),
    ("a refused request and a cancel", "QRY-10 QRY-25", query_bytes(32, 0, 0, 0, 0, b"") + QUERY_CANCEL),
    ("a request of 11 bytes", "QRY-24", header(0x80000001, 11) + b"\0" * 11),
    ("the largest request begins", "QRY-24", header(0x80000001, 2097424) + b"ab"),
    ("a request one too long", "QRY-24 QRY-25", header(0x80000001, 2097425) + QUERY),
    ("a cancel with a payload", "QRY-24", header(0x80000003, 1) + b"x"),
    ("a mask of 32", "QRY-10 QRY-14", query_bytes(32, 0, 0, 0, 0, b"")),
    ("a mask of 256", "QRY-10 QRY-14", query_bytes(256, 0, 0, 0, 0, b"")),
    ("a regime's source of 3", "QRY-10", query_bytes(0, 3, 0, 0, 0, b"")),
    ("a preset of 5", "QRY-10", query_bytes(0, 1, 5, 0, 0, b"")),
    ("an encoding of 2", "QRY-10", query_bytes(0, 1, 0, 2, 0, b"")),
    ("a preset under the service's regime", "QRY-10", query_bytes(0, 0, 1, 0, 0, b"")),
    ("an encoding beside options", "QRY-10", query_bytes(0, 2, 0, 1, 0, b"", OPTIONS)),
    ("an encoding under the service's regime", "QRY-10", query_bytes(0, 0, 0, 1, 0, b"")),
    ("a preset beside options", "QRY-10", query_bytes(0, 2, 1, 0, 0, b"", OPTIONS)),
    ("a reserved byte of 1", "QRY-10", query_bytes(0, 0, 0, 0, 1, b"")),
    ("an inner length one too small", "QRY-10", query_bytes(0, 0, 0, 0, 0, b"ab", length=1)),
    ("an inner length one too large", "QRY-10", query_bytes(0, 0, 0, 0, 0, b"ab", length=3)),
    ("an inner length that wraps around", "QRY-10", query_bytes(0, 0, 0, 0, 0, b"ab", length=2**32 - 1)),
    ("an inner length that wraps around with options", "QRY-10",
     query_bytes(0, 2, 0, 0, 0, b"ab", length=2**32 - 258)),
    ("no options where they were announced", "QRY-10", query_bytes(0, 2, 0, 0, 0, b"")),
    ("options where none were announced", "QRY-10", query_bytes(0, 0, 0, 0, 0, b"", OPTIONS)),
    ("options out of range", "QRY-10", query_bytes(0, 2, 0, 0, 0, b"", b"\2" + OPTIONS[1:])),
]
# status, tokens, issues, columns
QUERY_REPLIES = [
    ("ok", 3, 1, ["kinds", "starts"]), ("ok", 0, 0, []), ("ok", 3000000, 70000, list(second.COLUMNS)),
    ("ok", 5, 65536, ["issue codes"]), ("ok", 5, 65537, ["issue offsets", "codes"][::-1]),
    *((status, 0, 0, []) for status in second.QUERY_REPLIES[1:]),
]
# what is wrong; type, length, status, tokens, issues, origin, mask
BAD_QUERY_REPLIES = [
    ("another type", 0x80000001, 20, 0, 0, 0, 1, 0), ("a length one too small", 0x80000002, 31, 0, 3, 1, 1, 1),
    ("a length one too large", 0x80000002, 33, 0, 3, 1, 1, 1), ("status 8", 0x80000002, 20, 8, 0, 0, 1, 0),
    ("tokens beside a failure", 0x80000002, 20, 4, 1, 0, 1, 0),
    ("issues beside a failure", 0x80000002, 20, 4, 0, 1, 1, 0),
    ("columns beside a failure", 0x80000002, 20, 4, 0, 0, 1, 1), ("origin 3", 0x80000002, 20, 0, 0, 0, 3, 0),
    ("status 256", 0x80000002, 20, 256, 0, 0, 1, 0), ("origin 256", 0x80000002, 20, 0, 0, 0, 256, 0),
    ("mask 256", 0x80000002, 20, 0, 3, 1, 1, 256),
    ("mask 32", 0x80000002, 20, 0, 3, 1, 1, 32), ("3,000,001 tokens", 0x80000002, 20, 0, 3000001, 0, 1, 0),
    ("rows for more than 65,536 issues", 0x80000002, 20 + 4 * 65537, 0, 0, 65537, 1, 8),
]
# name, tokens, issues, columns
WHOLE_REPLIES = [
    ("without columns", 3, 1, {}),
    ("kinds and starts", 3, 1, {"kinds": [0, 2, 10], "starts": [0, 2, 3]}),
    ("all columns", 2, 3, {"kinds": [0, 13], "codes": [-2128831035, 233], "starts": [0, 2097151],
                           "issue codes": [1, 2, 5], "issue offsets": [7, 258, 65536]}),
    ("no tokens but issues", 0, 2, {"codes": [], "issue codes": [1, 1], "issue offsets": [0, 1]}),
]


def query_vectors():
    found = [one for name, clauses, data in QUERIES for one in split_vectors(name, clauses, "queries", data)]
    begin = query_bytes(0, 0, 0, 0, 0, b"", length=ONE_MORE)[16:]
    found.append(vector("a document of 2 MiB and a byte", "QRY-10", "queries",
                        {"pieces": [header(0x80000001, 12 + ONE_MORE).hex() + begin.hex(), ["61", ONE_MORE]]}))
    for _, _, data in QUERIES[1:5]:
        frame = second.queries({"pieces": [data.hex()]})["frames"][0]
        found.append(vector(f"write {data[16:24].hex() or 'a cancel'}", "QRY-02 QRY-10", "query", frame))
    for number, (status, count, issues, columns) in enumerate(QUERY_REPLIES):
        given = {"id": f"{number:016x}", "status": status, "tokens": count, "issues": issues,
                 "origin": second.ORIGINS[number % 3], "columns": columns}
        name = f"the reply {status} {count} {issues} {columns}"
        found.append(vector(f"write {name}", "QRY-11 QRY-12 QRY-14", "query reply", given))
        found.append(vector(f"read {name}", "QRY-11 QRY-12 QRY-14", "read query reply", second.query_reply(given)))
    for name, kind, length, *words in BAD_QUERY_REPLIES:
        data = header(kind, length) + b"".join(word.to_bytes(4, "big") for word in words)
        found.append(vector(f"a reply: {name}", "QRY-12", "read query reply", {"bytes": data.hex()}))
    for name, count, issues, columns in WHOLE_REPLIES:
        head = {"id": "0" * 16, "status": "ok", "tokens": count, "issues": issues, "origin": "primary",
                "columns": list(columns)}
        rows = b"".join(row.to_bytes(4, "little", signed=True) for column in columns.values() for row in column)
        found.append(vector(f"a whole reply: {name}", "QRY-12 QRY-13 QRY-14", "read columns",
                            {"bytes": second.query_reply(head)["bytes"] + rows.hex()}))
    return found


# ---- the broker ----

CONFIG = {"worker_count": 2, "slot_count": 3, "queue_capacity": 2, "hedge_ratio_ppm": 0, "hedge_burst": 1,
          "rotate_mb10": 100, "rotate_major": 50, "hedging": True, "hedge_delay_ns": 10, "deadline_ns": 1000,
          "start_timeout_ns": 500, "kill_grace_ns": 20, "backoff_min_ns": 5, "backoff_max_ns": 12}
HOT = [(0, "tick"), (1, "ready 0"), (1, "ready 1")]
RESPONSE_FIELDS = ("slot", "request", "status", "tokens", "issues", "alloc_mb10", "major")


def event(text):
    """`response 0 7 0 ...` as an event; what is left out of a response is status 0, 5 tokens, 1 issue, 0, 0."""
    words = re.findall(r"[a-z]+(?: [a-z]+)*|\d+", text)
    kind, numbers = words[0], list(map(int, words[1:]))
    if kind == "response":
        return {"event": kind, **dict(zip(RESPONSE_FIELDS, numbers + [0, 5, 1, 0, 0][len(numbers) - 2:]))}
    name = {"submit": "request", "client gone": "request", "hedge delay": "delay_ns"}.get(kind, "slot")
    return {"event": kind, **dict(zip([name], numbers))}


# name, clauses, changes of the configuration, steps (after both workers are hot)
TRACES = [
    ("a request and its reply", "BRK-01 BRK-29", {}, [(2, "submit 7"), (3, "response 0 7")]),
    ("two requests at once, the third waits", "BRK-02 BRK-10", {},
     [(2, "submit 1"), (2, "submit 2"), (2, "submit 3"), (3, "response 1 2"), (4, "response 0 1")]),
    ("the queue is bounded", "BRK-10 BRK-24", {}, [(2, f"submit {name}") for name in range(1, 7)]),
    ("a hedge, the hedge answers, the primary is cancelled", "BRK-04 BRK-27 BRK-28", {},
     [(2, "submit 1"), (11, "tick"), (12, "tick"), (13, "response 1 1"), (14, "response 0 1 1 0 0")]),
    ("a hedge, both finish alike", "BRK-12", {},
     [(2, "submit 1"), (12, "tick"), (13, "response 0 1"), (14, "response 1 1")]),
    ("a hedge, both finish and differ", "BRK-12", {},
     [(2, "submit 1"), (12, "tick"), (13, "response 0 1"), (14, "response 1 1 0 6")]),
    ("the cancelled one does not answer: it is killed", "BRK-30 BRK-33", {},
     [(2, "submit 1"), (12, "tick"), (13, "response 0 1"), (32, "tick"), (33, "tick"), (34, "exited 1"),
      (39, "tick")]),
    ("no budget: no hedge", "BRK-06 BRK-27", {"hedge_burst": 0},
     [(2, "submit 1"), (12, "tick"), (20, "response 0 1")]),
    ("the ratio gives a hedge for two requests", "BRK-06", {"hedge_burst": 0, "hedge_ratio_ppm": 500000},
     [(2, "submit 1"), (12, "tick"), (13, "submit 2"), (14, "response 1 2"), (15, "tick"), (16, "response 1 1")]),
    ("no idle worker: the hedge comes later", "BRK-27", {},
     [(2, "submit 1"), (3, "submit 2"), (12, "tick"), (13, "tick"), (15, "response 1 2"), (16, "response 1 1")]),
    ("hedging switched off", "BRK-27", {"hedging": False}, [(2, "submit 1"), (500, "tick")]),
    ("the hedge delay moves", "BRK-43", {"hedge_burst": 9},
     [(2, "submit 1"), (3, "hedge delay 2"), (5, "tick"), (12, "tick"), (13, "response 0 1"), (13, "response 1 1 1"),
      (14, "submit 2"), (16, "tick"), (17, f"hedge delay {second.DAY}"), (18, f"hedge delay {second.DAY + 1}"),
      (19, "response 0 2"), (19, "response 1 2 1"), (20, "submit 3"), (40, "tick"), (41, "hedge delay 0"),
      (42, "submit 4"),
      (43, "response 0 3"), (44, "response 1 4"), (45, "submit 5")]),
    ("the deadline, with the worker cancelled", "BRK-07 BRK-03", {"hedging": False},
     [(2, "submit 1"), (1001, "tick"), (1002, "tick"), (1010, "response 0 1 1")]),
    ("the deadline in the queue", "BRK-07", {"hedging": False},
     [(2, "submit 1"), (2, "submit 2"), (4, "submit 3"), (1002, "tick"), (1004, "tick")]),
    ("a worker dies: one retry", "BRK-08 BRK-26", {},
     [(2, "submit 1"), (3, "exited 0"), (4, "response 1 1"), (8, "tick")]),
    ("two workers die: worker failed", "BRK-08", {},
     [(2, "submit 1"), (3, "exited 0"), (4, "exited 1"), (8, "tick"), (9, "tick")]),
    ("one of two attempts dies: nothing is lost", "BRK-08", {},
     [(2, "submit 1"), (12, "tick"), (13, "exited 0"), (14, "response 1 1")]),
    ("a retry goes before the queue", "BRK-26", {"hedging": False},
     [(2, "submit 1"), (2, "submit 2"), (2, "submit 3"), (3, "exited 0"), (4, "response 1 2"), (5, "response 1 1")]),
    ("a retry is not hedged", "BRK-27", {},
     [(2, "submit 1"), (3, "exited 0"), (8, "tick"), (9, "ready 0"), (40, "tick"), (41, "response 1 1")]),
    ("the back-off doubles and returns", "BRK-09", {},
     [(2, "exited 0"), (7, "tick"), (8, "ready 0"), (9, "exited 0"), (18, "tick"), (19, "tick"), (20, "ready 0"),
      (21, "exited 0"), (33, "tick"), (34, "ready 0"), (35, "submit 1"), (36, "response 0 1"), (37, "exited 0"),
      (49, "tick"), (50, "exited 0"), (55, "tick")]),
    ("a client goes from the queue", "BRK-25", {},
     [(2, "submit 1"), (2, "submit 2"), (2, "submit 3"), (3, "client gone 3"), (4, "client gone 3"),
      (5, "response 0 1")]),
    ("a client goes while its request runs", "BRK-25 BRK-39", {},
     [(2, "submit 1"), (3, "client gone 1"), (4, "client gone 9"), (5, "response 0 1 1")]),
    ("a client goes while its request waits for a retry", "BRK-25", {"hedging": False},
     [(2, "submit 1"), (2, "submit 2"), (3, "exited 0"), (4, "client gone 1"), (5, "exited 1"), (9, "tick")]),
    ("a response that nobody asked for", "BRK-31", {}, [(2, "response 0 1"), (3, "response 0 1"), (4, "exited 0")]),
    ("a response to another request", "BRK-31", {}, [(2, "submit 1"), (3, "response 0 2"), (4, "exited 0")]),
    ("a status that does not exist", "BRK-31", {}, [(2, "submit 1"), (3, "response 0 1 4")]),
    ("cancelled without having been told", "BRK-31", {}, [(2, "submit 1"), (3, "response 0 1 1")]),
    ("output full is too large, bad argument malformed", "BRK-29", {},
     [(2, "submit 1"), (3, "response 0 1 2"), (4, "submit 2"), (5, "response 0 2 3")]),
    ("a rotation by bytes written", "BRK-05 BRK-32 BRK-36", {},
     [(2, "submit 1"), (3, "response 0 1 0 5 1 100"), (4, "submit 2"), (5, "ready 2"), (6, "response 0 2"),
      (7, "exited 0")]),
    ("a rotation by page faults", "BRK-36", {},
     [(2, "submit 1"), (3, "response 0 1 0 5 1 99 49"), (4, "submit 2"), (5, "response 0 2 0 5 1 0 50"),
      (6, "ready 2")]),
    ("a replacement dies: another is tried", "BRK-36", {},
     [(2, "submit 1"), (3, "response 0 1 0 5 1 100"), (4, "exited 2"), (9, "tick"), (10, "ready 2"),
      (11, "exited 0")]),
    ("the old worker dies first: the replacement stays", "BRK-36", {},
     [(2, "submit 1"), (3, "response 0 1 0 5 1 100"), (4, "exited 0"), (5, "ready 2"), (40, "tick")]),
    ("no rotation while draining", "BRK-36", {},
     [(2, "submit 1"), (2, "submit 2"), (3, "drain"), (4, "response 0 1 0 5 1 100"), (5, "response 1 2")]),
    ("a worker that is not ready in time is killed", "BRK-35", {},
     [(2, "exited 0"), (7, "tick"), (506, "tick"), (507, "tick"), (508, "ready 0"), (509, "exited 0")]),
    ("a spawn that failed", "BRK-34", {}, [(2, "exited 0"), (7, "tick"), (8, "spawn failed 0"), (18, "tick")]),
    ("a retired worker that stays is killed", "BRK-35 BRK-37", {},
     [(2, "drain"), (22, "tick"), (23, "exited 0"), (23, "exited 1")]),
    ("a drain refuses, finishes, retires", "BRK-37", {},
     [(2, "submit 1"), (3, "drain"), (4, "submit 2"), (5, "response 0 1"), (6, "exited 0"), (7, "exited 1")]),
    ("time does not run backwards", "BRK-22", {}, [(9, "submit 1"), (2, "tick"), (18, "tick"), (19, "tick")]),
    ("a request is not accepted before now", "BRK-22", {"hedging": False},
     [(9, "submit 1"), (2, "submit 2"), (1008, "tick")]),
    ("time stands still in the end", "BRK-22", {"hedging": False, "deadline_ns": 10**12},
     [(10**19, "submit 1"), (11 * 10**18, "tick")]),
    ("events that fit nothing", "BRK-40", {},
     [(2, "ready 0"), (3, "ready 99"), (4, "exited 2"), (5, "spawn failed 0"), (6, "response 99 1"),
      (7, "client gone 1")]),
]


def at(text):
    """Steps in one string: `2 submit 1; 12 tick`."""
    return [(int(now), what) for now, what in (step.strip().split(" ", 1) for step in text.split(";"))]


THREE = {"worker_count": 3, "slot_count": 4}
FOUR = {"worker_count": 4, "slot_count": 5}
WIDE = {"slot_count": 4}
WORN = "0 5 1 100"  # the end of a response that uses up the budget of rotate_mb10

SECOND = 10**9
LONG = {"hedge_delay_ns": 5 * SECOND, "deadline_ns": 10 * SECOND, "start_timeout_ns": 6 * SECOND,
        "kill_grace_ns": 7 * SECOND, "backoff_min_ns": 8 * SECOND, "backoff_max_ns": 9 * SECOND}

# name, clauses, changes of the configuration, steps (after both workers are hot)
FINE_POINTS = [
    # numbers of more than 32 bits, or of all 32
    ("durations above 2^32 ns", "BRK-07 BRK-09 BRK-27 BRK-30 BRK-35", LONG, "2 submit 1; " + "; ".join(
        f"{instant} {what}" for instant, what in (
            (5 * SECOND + 1, "tick"), (5 * SECOND + 2, "tick"), (10 * SECOND + 1, "tick"), (10 * SECOND + 2, "tick"),
            (17 * SECOND + 1, "tick"), (17 * SECOND + 2, "tick"), (17 * SECOND + 3, "exited 0"),
            (25 * SECOND + 2, "tick"), (25 * SECOND + 3, "tick"), (31 * SECOND + 2, "tick"), (31 * SECOND + 3, "tick"),
            (31 * SECOND + 4, "exited 0"), (40 * SECOND + 3, "tick"), (40 * SECOND + 4, "tick")))),
    ("a hedge delay above 2^32 ns", "BRK-43", {"deadline_ns": 100 * SECOND},
     f"2 hedge delay {5 * SECOND}; 3 submit 1; {5 * SECOND + 2} tick; {5 * SECOND + 3} tick"),
    ("a burst of 4,295", "BRK-06", {"hedge_burst": 4295}, "2 submit 1; 12 tick"),
    ("all 32 bits of what was written", "BRK-28", {}, "2 submit 1; 3 response 0 1 0 5 1 4294967295"),
    ("all 32 bits of the faults", "BRK-28", {}, "2 submit 1; 3 response 0 1 0 5 1 0 2147483648"),
    # what cannot be
    ("events of a slot that waits to spawn", "BRK-32 BRK-33 BRK-34 BRK-40", {},
     "2 exited 0; 3 exited 0; 4 spawn failed 0; 5 ready 0; 6 submit 1; 6 submit 2; 7 tick"),
    ("events of an empty slot", "BRK-32 BRK-33 BRK-34 BRK-40", {},
     "2 ready 2; 3 response 2 1; 4 exited 2; 5 submit 1; 5 submit 2; 5 submit 3; 6 spawn failed 2; "
     f"7 response 0 1 {WORN}"),
    ("a second drain changes nothing", "BRK-37", {}, "2 submit 1; 3 drain; 4 drain; 5 submit 2"),
    # the budget of hedges
    ("burst and ratio are added", "BRK-06", {"hedge_ratio_ppm": 500000},
     "2 submit 1; 12 tick; 13 response 0 1; 13 response 1 1 1; 14 submit 2; 24 tick"),
    ("a quarter is not rounded", "BRK-06", {"hedge_ratio_ppm": 250000, "hedge_burst": 0},
     "2 submit 1; 3 response 0 1; 4 submit 2; 5 response 0 2; 6 submit 3; 7 response 0 3; 8 submit 4; 18 tick"),
    ("refused requests earn no hedge", "BRK-06", {"hedge_ratio_ppm": 200000, "hedge_burst": 0},
     "2 submit 1; 2 submit 2; 2 submit 3; 2 submit 4; 2 submit 5; 3 response 0 1; 3 response 1 2; 4 response 0 3; "
     "13 tick"),
    ("abandoned requests earn a hedge", "BRK-06", {"hedge_ratio_ppm": 500000, "hedge_burst": 0},
     "2 submit 1; 3 client gone 1; 4 response 0 1 1; 5 submit 2; 15 tick"),
    ("a hedge that died is spent", "BRK-06", {},
     "2 submit 1; 12 tick; 13 exited 1; 14 response 0 1; 18 tick; 19 ready 1; 20 submit 2; 30 tick"),
    # hedges
    ("several hedges in one step", "BRK-27", FOUR | {"hedge_burst": 2},
     "1 ready 2; 1 ready 3; 2 submit 1; 2 submit 2; 12 tick"),
    ("a hedge goes to the lowest idle slot", "BRK-27", THREE, "1 ready 2; 2 submit 1; 12 tick"),
    ("a worker due for rotation takes a hedge", "BRK-05 BRK-27", {},
     f"2 submit 1; 2 submit 2; 3 response 0 1 {WORN}; 12 tick"),
    ("a hedge without a delay goes with the first attempt", "BRK-23 BRK-27", {"hedge_delay_ns": 0}, "2 submit 1"),
    ("of due hedges the one in the lowest slot goes first", "BRK-27", FOUR,
     "2 submit 1; 2 submit 2; 3 response 0 1; 4 submit 3; 14 tick; 15 ready 2"),
    ("a hedge delay above a day is ignored", "BRK-43", {}, "2 hedge delay 86400000000001; 3 submit 1"),
    ("a hedge delay of a day is taken", "BRK-43", {}, "2 hedge delay 86400000000000; 3 submit 1; 13 tick"),
    ("a hedge delay is taken while draining", "BRK-43", {},
     "2 submit 1; 2 submit 2; 2 submit 3; 3 drain; 4 hedge delay 1; 5 response 0 1"),
    ("a hedge that ends in a failure counts as the hedge's", "BRK-29 BRK-42", {},
     "2 submit 1; 12 tick; 13 response 1 1 2; 14 response 0 1 1"),
    # retries
    ("of two retries the one from the lowest slot goes first", "BRK-26", THREE,
     "1 ready 2; 2 submit 1; 2 submit 2; 2 submit 3; 3 exited 1; 3 exited 0; 4 response 2 3"),
    ("it does so whoever died first", "BRK-26", THREE,
     "1 ready 2; 2 submit 1; 2 submit 2; 2 submit 3; 3 exited 0; 3 exited 1; 4 response 2 3"),
    ("it does so whichever is older", "BRK-26", THREE,
     "1 ready 2; 2 submit 1; 2 submit 2; 2 submit 3; 3 response 0 1; 4 submit 4; 5 exited 0; 5 exited 1; "
     "6 response 2 3"),
    ("a slot takes the retry that it lost itself", "BRK-26", {},
     "2 submit 1; 2 submit 2; 3 exited 0; 3 exited 1; 8 tick; 9 ready 1"),
    ("the deadline while a request waits for a retry", "BRK-07", {"hedging": False, "start_timeout_ns": 5000},
     "2 submit 1; 2 submit 2; 3 exited 0; 8 tick; 1002 tick"),
    ("a hedged request gets no third worker", "BRK-08", {}, "2 submit 1; 12 tick; 13 exited 0; 14 exited 1"),
    # deaths and back-offs
    ("a retired worker's slot waits its back-off", "BRK-09 BRK-36", {},
     f"2 submit 1; 3 response 0 1 {WORN}; 4 ready 2; 5 exited 0; 6 submit 2; 7 response 1 2 {WORN}"),
    ("a cancelled response returns the back-off", "BRK-09", {},
     "2 exited 0; 7 tick; 8 ready 0; 9 submit 1; 10 client gone 1; 11 response 0 1 1; 12 exited 0"),
    ("a failed response returns the back-off", "BRK-09", {},
     "2 exited 0; 7 tick; 8 ready 0; 9 submit 1; 11 response 0 1 2; 12 exited 0"),
    ("a worker killed after its retirement has died", "BRK-09 BRK-35", {},
     f"2 submit 1; 3 response 0 1 {WORN}; 4 ready 2; 24 tick; 25 exited 0; 30 submit 2; 31 response 1 2 {WORN}; "
     "32 spawn failed 0"),
    ("a spawn that failed after it was killed for lateness", "BRK-34 BRK-35", {},
     "2 exited 0; 7 tick; 507 tick; 508 spawn failed 0"),
    ("a spawn that failed after its retirement", "BRK-34 BRK-37", {}, "2 drain; 3 spawn failed 0; 4 exited 1"),
    ("a spawn that failed of a worker with a job", "BRK-34 BRK-40", {},
     "2 submit 1; 3 spawn failed 0; 4 response 0 2; 5 spawn failed 0; 6 exited 0"),
    ("a killed worker's ready is ignored", "BRK-32", {}, "2 response 0 1; 3 ready 0; 4 submit 1"),
    ("a retiring worker's ready is ignored", "BRK-32", {}, "2 drain; 3 ready 0"),
    # responses that do not fit
    ("a retiring worker responds", "BRK-31", {}, "2 drain; 3 response 0 1; 4 exited 0; 5 exited 1"),
    ("a worker that is not ready responds", "BRK-31", {}, "2 exited 0; 7 tick; 8 response 0 1"),
    ("a slot that waits to spawn responds", "BRK-31 BRK-40", {}, "2 exited 0; 3 response 0 1; 7 tick"),
    ("a killed worker's job lasts until its exit", "BRK-03 BRK-39", {},
     "2 submit 1; 3 response 0 2; 4 client gone 1; 5 exited 0"),
    ("a killed worker is lost with its exit: the hedge before it", "BRK-27", {},
     "2 submit 1; 3 response 0 2; 12 tick; 13 exited 0; 14 response 1 1"),
    ("a killed worker is lost with its exit: no hedge behind it", "BRK-27", {},
     "2 submit 1; 2 submit 2; 3 response 0 2; 4 exited 0; 5 response 1 2; 9 tick; 10 ready 0; 15 tick"),
    ("a killed worker's response is ignored", "BRK-31", {}, "2 submit 1; 3 response 0 2; 4 response 0 1"),
    ("a cooling worker responds to another request", "BRK-31", {},
     f"2 submit 1; 3 response 0 1 {WORN}; 4 submit 2; 5 ready 2; 6 response 0 9"),
    # attempts that differ
    ("they differ in issues", "BRK-12", {}, "2 submit 1; 12 tick; 13 response 0 1; 14 response 1 1 0 5 2"),
    ("they differ, the client has gone", "BRK-12", {},
     "2 submit 1; 12 tick; 13 client gone 1; 14 response 0 1; 15 response 1 1 0 6"),
    ("they differ behind the deadline", "BRK-12", {},
     "2 submit 1; 12 tick; 1002 tick; 1003 response 0 1; 1004 response 1 1 0 6"),
    ("they differ in counts that no reply carries", "BRK-12", {},
     "2 submit 1; 12 tick; 13 response 0 1 2 5; 14 response 1 1 2 6"),
    ("they differ in their status", "BRK-12", {}, "2 submit 1; 12 tick; 13 response 0 1; 14 response 1 1 2"),
    ("what budgets they used up is not compared", "BRK-12", {},
     "2 submit 1; 12 tick; 13 response 0 1; 14 response 1 1 0 5 1 0 1"),
    # rotations
    ("two rotations at a time", "BRK-36", WIDE,
     f"2 submit 1; 2 submit 2; 3 response 0 1 {WORN}; 3 response 1 2 {WORN}"),
    ("the old worker is killed: the pool counts on the replacement", "BRK-34 BRK-36", {},
     f"2 submit 1; 3 response 0 1 {WORN}; 4 response 0 9; 5 spawn failed 2"),
    ("a replacement on its way when the drain begins", "BRK-36 BRK-37", {},
     f"2 submit 1; 2 submit 2; 3 response 0 1 {WORN}; 4 drain; 5 ready 2"),
    ("another replacement starts: no timer of an empty slot", "BRK-38", WIDE,
     f"2 submit 1; 3 response 0 1 {WORN}; 4 spawn failed 2"),
    ("of two due workers the lowest slot's is replaced first", "BRK-36", {},
     f"2 submit 1; 2 submit 2; 3 response 0 1 {WORN}; 4 response 1 2 {WORN}; 5 exited 2; 10 tick; 11 ready 2"),
    ("no budgets: no rotation", "BRK-28", {"rotate_mb10": 0, "rotate_major": 0},
     "2 submit 1; 3 response 0 1 0 5 1 4294967295 4294967295"),
    # the end
    ("no spawn in the step that ends the drain", "BRK-23 BRK-37", {},
     "2 submit 1; 3 drain; 4 exited 1; 9 response 0 1"),
    ("slots that wait to spawn are empty when the drain ends", "BRK-37", {}, "2 exited 0; 3 drain; 4 exited 1"),
    ("a cancelled attempt does not delay the others' end", "BRK-37", {},
     "2 submit 1; 3 drain; 4 client gone 1; 5 response 0 1 1; 6 exited 1; 7 exited 0"),
]
# The same, with no worker hot.
COLD = [
    ("a drain before any worker is ready", "BRK-34 BRK-37", {}, "1 drain; 1 spawn failed 0; 2 exited 1; 21 tick"),
    ("a drain that the deadline ends while workers fail to start", "BRK-34 BRK-37", {"deadline_ns": 8},
     "0 submit 1; 0 drain; 2 spawn failed 0; 2 spawn failed 1; 7 tick; 8 spawn failed 1; 8 spawn failed 0; 28 tick"),
]
BAD_CONFIGS = [
    ("worker_count", 0), ("worker_count", 65), ("slot_count", 2), ("slot_count", 129), ("queue_capacity", 0),
    ("queue_capacity", 16385), ("hedge_ratio_ppm", 1000001), ("hedge_burst", 1000001), ("deadline_ns", 0),
    ("deadline_ns", second.DAY + 1), ("kill_grace_ns", 0), ("start_timeout_ns", 0), ("backoff_min_ns", 13),
    ("backoff_min_ns", 0), ("hedge_delay_ns", second.DAY + 1), ("start_timeout_ns", second.DAY + 1),
    ("kill_grace_ns", second.DAY + 1), ("backoff_max_ns", second.DAY + 1),
]
GOOD_CONFIGS = [
    {"worker_count": 64, "slot_count": 65}, {"worker_count": 64, "slot_count": 128},
    {"worker_count": 1, "slot_count": 2}, {"slot_count": 128}, {"queue_capacity": 1}, {"queue_capacity": 16384},
    {"hedge_ratio_ppm": 10**6}, {"hedge_burst": 10**6}, {"hedge_delay_ns": 0}, {"hedge_delay_ns": second.DAY},
    {"deadline_ns": 1}, {"deadline_ns": second.DAY}, {"start_timeout_ns": 1}, {"start_timeout_ns": second.DAY},
    {"kill_grace_ns": 1}, {"kill_grace_ns": second.DAY}, {"backoff_min_ns": 1}, {"backoff_max_ns": second.DAY},
    {"backoff_min_ns": second.DAY, "backoff_max_ns": second.DAY}, {"backoff_min_ns": 12},
    {"rotate_mb10": 2**32 - 1, "rotate_major": 2**32 - 1},
]


def trace_input(config, steps):
    return {"config": CONFIG | config, "steps": [[now, event(text)] for now, text in steps]}


def walk_config(rng):
    workers = rng.randint(1, 4)
    return {"worker_count": workers, "slot_count": workers + rng.randint(1, workers),
            "queue_capacity": rng.randint(1, 4),
            "hedge_ratio_ppm": rng.choice((0, 20000, 500000, 1000000)), "hedge_burst": rng.randint(0, 2),
            "rotate_mb10": rng.choice((0, 40)), "rotate_major": rng.choice((0, 50)), "hedging": rng.random() < 0.9,
            "hedge_delay_ns": rng.choice((0, 5, 20)), "deadline_ns": rng.choice((30, 100, 1000)),
            "start_timeout_ns": rng.choice((10, 100)), "kill_grace_ns": rng.choice((3, 30)),
            "backoff_min_ns": rng.choice((1, 4)), "backoff_max_ns": rng.choice((4, 40))}


def sensible(slot, rng):
    """What the worker in a slot would do next."""
    if slot.state == second.STARTING:
        return {"event": rng.choice(("ready", "ready", "ready", "spawn failed")), "slot": slot.place}
    if slot.state in (second.RETIRING, second.KILLED):
        return {"event": "exited", "slot": slot.place}
    if slot.job is None:
        return {"event": "tick"}
    if rng.random() < 0.1:
        return {"event": "exited", "slot": slot.place}
    status = 1 if slot.cancelled and rng.random() < 0.7 else rng.choice((0, 0, 0, 0, 0, 0, 2, 3))
    numbers = [slot.place, slot.job.name, status, slot.job.name, int(rng.random() < 0.1), rng.randint(0, 60),
               rng.randint(0, 60)]
    return {"event": "response", **dict(zip(RESPONSE_FIELDS, numbers))}


def walk_event(broker, names, rng):
    choice = rng.random()
    if choice < 0.3:
        names.append(len(names) + 1)
        return {"event": "submit", "request": names[-1]}
    if choice < 0.36:
        return {"event": "client gone", "request": rng.randint(1, len(names) + 1)}
    if choice < 0.38:
        numbers = [rng.choice(broker.slots).place, rng.randint(0, len(names)), rng.randint(0, 5), 1, 1, 1, 1]
        return {"event": "response", **dict(zip(RESPONSE_FIELDS, numbers))}
    if choice < 0.385:
        return {"event": "drain"}
    if choice < 0.4:
        return {"event": "hedge delay", "delay_ns": rng.choice((0, 3, 20))}
    return sensible(rng.choice(broker.slots), rng)


def walk_input(seed, steps=WALK_STEPS):
    """A world that mostly behaves, around the second implementation."""
    rng = random.Random(seed)
    config = walk_config(rng)
    broker, names, now, following, taken = second.Broker(config), [], 0, 0, []
    for _ in range(steps):
        if following is not None and rng.random() < 0.3:
            now = following
        now += rng.randint(0, 4)
        happens = walk_event(broker, names, rng)
        following = broker.step(now, happens)["next"]
        taken.append([now, happens])
    return {"config": config, "steps": taken}


def broker_vectors():
    found = [vector(name, clauses, "trace", trace_input(config, HOT + steps))
             for name, clauses, config, steps in TRACES]
    found += [vector(name, clauses, "trace", trace_input(config, HOT + at(steps)))
              for name, clauses, config, steps in FINE_POINTS]
    found += [vector(name, clauses, "trace", trace_input(config, HOT[:1] + at(steps)))
              for name, clauses, config, steps in COLD]
    found += [vector(f"{name} = {value} is refused", "BRK-20", "trace", trace_input({name: value}, HOT[:1]))
              for name, value in BAD_CONFIGS]
    found += [vector(f"{', '.join(f'{name} = {value}' for name, value in config.items())} is taken", "BRK-20",
                     "trace", trace_input(config, HOT[:1])) for config in GOOD_CONFIGS]
    found += [vector(f"walk {number}", "BRK-01 BRK-40", "trace", walk_input(f"walk {number}"))
              for number in range(WALKS)]
    return found


# ---- the adaptive hedge delay ----

DELAY = {"fixed_ns": 50, "lower_ns": 10, "upper_ns": 1000, "percentile_ppm": 500000, "warm_up": 1}
TEN = [[100 * rank, 1] for rank in range(1, 11)]

# name, clauses, changes of the configuration, durations and how often each is observed
DELAYS = [
    ("nothing was observed", "BRK-46", {}, []),
    ("the warm-up", "BRK-46", {"warm_up": 3}, [[100, 1], [200, 1], [300, 1], [400, 1]]),
    ("a warm-up as long as the memory", "BRK-46", {"warm_up": 1024}, [[100, 1023], [100, 1], [100, 1]]),
    ("the half of ten", "BRK-44", {}, TEN),
    ("the half of ten, the longest first", "BRK-44", {}, TEN[::-1]),
    ("nine tenths of ten", "BRK-44", {"percentile_ppm": 900000}, TEN),
    ("a little more than nine tenths of ten", "BRK-44", {"percentile_ppm": 900001}, TEN),
    ("the least percentile", "BRK-44", {"percentile_ppm": 1}, TEN[::-1]),
    ("the greatest percentile", "BRK-44", {"percentile_ppm": 1000000}, TEN),
    ("equal durations", "BRK-44", {}, [[300, 4], [200, 3], [400, 3], [200, 3]]),
    ("the oldest of 1,025 is forgotten", "BRK-44", {"percentile_ppm": 1}, [[20, 1], [90, 1023], [90, 1]]),
    ("each of them in its turn", "BRK-44", {"percentile_ppm": 1000000},
     [[30, 1000], [90, 10], [30, 1014], [40, 9], [50, 1], [30, 1023], [30, 1]]),
    ("the 99th percentile of a whole memory", "BRK-44", {"percentile_ppm": 990000}, [[100, 1013], [200, 11]]),
    ("the 99th percentile, one more below", "BRK-44", {"percentile_ppm": 990000}, [[100, 1014], [200, 10]]),
    ("below the lower rail", "BRK-45", {}, [[9, 1], [10, 2], [11, 4]]),
    ("above the upper rail", "BRK-45", {}, [[1001, 1], [1000, 2], [999, 4]]),
    ("a duration of a hundred days", "BRK-45", {}, [[2**53 - 1, 3]]),
    ("no delay at all", "BRK-44 BRK-45", {"fixed_ns": 0, "lower_ns": 0}, [[0, 1], [7, 2]]),
    ("the rails leave one value", "BRK-45 BRK-46", {"fixed_ns": 70, "lower_ns": 70, "upper_ns": 70},
     [[60, 1], [80, 5]]),
    ("durations above 2^32 ns", "BRK-44", {"upper_ns": second.DAY}, [[5000000000, 1], [4294967303, 2]]),
    ("a fixed delay on a rail", "BRK-46", {"fixed_ns": 1000, "warm_up": 2}, [[10, 1], [10, 1]]),
]


def delay_vectors():
    return [vector(name, clauses, "delay", {"config": DELAY | config, "observed": observed})
            for name, clauses, config, observed in DELAYS]


# ---- the files ----


def text_of(suite, vectors, provenance):
    """One vector a line, so that a change can be read."""
    head = json.dumps({"schema": 3, "suite": suite, "provenance": provenance}, ensure_ascii=True)[:-1]
    lines = ",\n".join(json.dumps(one, ensure_ascii=True) for one in vectors)
    return f'{head}, "vectors": [\n{lines}\n]}}\n'


def all_texts():
    by_specification = {"specification": "spec/*.md, as tests/conformance/second_implementation.py reads it"}
    return {"tokens": text_of("tokens", token_vectors(), by_specification | engine_versions()),
            "frames": text_of("frames", frame_vectors(), by_specification),
            "client": text_of("client", client_vectors(), by_specification),
            "query": text_of("query", query_vectors(), by_specification),
            "broker": text_of("broker", broker_vectors(), by_specification),
            "delay": text_of("delay", delay_vectors(), by_specification)}


def main():
    checking = sys.argv[1:] == ["--check"]
    different = 0
    for suite, text in all_texts().items():
        path = VECTORS / f"{suite}.json"
        if not checking:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path}:1:1: not what would be written; run tests/conformance/conformance_vectors.py")
            different += 1
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
