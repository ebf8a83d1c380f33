#!/usr/bin/env python3
"""Write src/core/catcode_tables.h from the tables beside this file.

    generate.py           write the header
    generate.py --check   exit 1 when the header is not what would be written
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "src/core/catcode_tables.h"
OTHER, ACTIVE, LETTER = 12, 13, 11
CODE_POINTS = 0x110000
# C name, file, category of the characters from 128 on that no row names
TABLES = [
    ("hlx_table_pdflatex", "pdflatex.cat", ACTIVE),
    ("hlx_table_lualatex", "lualatex.cat", OTHER),
    ("hlx_table_plain", "plain.cat", OTHER),
    ("hlx_table_luatexplain", "luatexplain.cat", OTHER),
    ("hlx_table_initex", "initex.cat", OTHER),
]


def rows(name):
    for line in (HERE / name).read_text().splitlines():
        yield tuple(int(field) for field in line.split())


def table(name, high):
    categories = [OTHER] * 128 + [high] * 128
    for first, last, category in rows(name):
        for code in range(first, min(last, 255) + 1):
            categories[code] = category
    return categories


def letter_pages():
    """Two-stage table of the letters above 255: the page of each 256 code points, and the distinct pages."""
    letters = bytearray(CODE_POINTS)
    for first, last, category in rows("lualatex.cat"):
        for code in range(max(first, 256), last + 1):
            letters[code] = category == LETTER
    pages = {}
    numbers_of_pages = []
    for start in range(0, CODE_POINTS, 256):
        numbers_of_pages.append(pages.setdefault(bytes(letters[start : start + 256]), len(pages)))
    return numbers_of_pages, list(pages)


def numbers(values, per_line, width):
    values = list(values)
    for i in range(0, len(values), per_line):
        yield "    " + ", ".join(f"{v:{width}}" for v in values[i : i + per_line]) + ","


def text():
    out = [
        "/* catcode_tables.h -- written by spec/tables/generate.py; do not edit.",
        " *",
        " * Category codes of characters 0 to 255 in five formats, and the letters above 255",
        " * in LuaLaTeX. Source: spec/tables (spec: CAT-10, CAT-20). */",
        "#ifndef HLX_CATCODE_TABLES_H",
        "#define HLX_CATCODE_TABLES_H",
        "",
        "#include <stdint.h>",
        "",
        "/* clang-format off */",
    ]
    for c_name, name, high in TABLES:
        out += [f"static const uint8_t {c_name}[256] = {{", *numbers(table(name, high), 16, 2), "};", ""]
    numbers_of_pages, pages = letter_pages()
    out += [
        "/* The page of code points 256 * i to 256 * i + 255. */",
        f"static const uint8_t hlx_letter_page[{CODE_POINTS // 256}] = {{",
        *numbers(numbers_of_pages, 20, 3),
        "};",
        "",
        f"/* 1 for a letter above 255, in {len(pages)} pages; as long as a page number can reach. */",
        "static const uint8_t hlx_letter[256 * 256] = {",
        *numbers((flag for page in pages for flag in page), 32, 1),
        "};",
        "",
    ]
    out += ["/* clang-format on */", "#endif", ""]
    return "\n".join(out)


def main():
    if sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != text():
            sys.exit(f"{TARGET}:1:1: not what spec/tables/generate.py writes; run it")
        return
    TARGET.write_text(text())


main()
