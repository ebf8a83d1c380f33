#!/usr/bin/env python3
"""Measure pdfTeX reading the documents and throwing their tokens away; add it to a benchmark's result.

    bench/pdftex.py FOLDER RESULT.json

Text that a conditional skips is read token by token and forgotten (tex.web, pass_text): that is as fast as TeX's reader
gets. `pdftex -ini` reads \\iffalse, the document many times over, \\fi, under LaTeX's category codes; the document's
own conditionals mean nothing, so that none ends the skipping. What counts is the processor time of the process less
that of one that reads no document, the best of several runs of each in turn.
"""

import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

DOCUMENTS = ("prose", "mathematics", "macro-code", "bibliography", "utf8-text")
COPIES = 10
RUNS = 5
CONDITIONALS = """else fi or if ifcat ifnum ifdim ifodd ifvmode ifhmode ifmmode ifinner ifvoid ifhbox ifvbox ifx ifeof
iftrue iffalse ifcase""".split()
CATEGORIES = {"{": 1, "}": 2, "$": 3, "&": 4, "#": 6, "^": 7, "_": 8, "~": 13, "\t": 10}


def source(document):
    lines = [r"\batchmode"]
    lines += [rf"\catcode{ord(character)}={category} " for character, category in CATEGORIES.items()]
    lines += [rf"\catcode{byte}=13 " for byte in range(128, 256)]
    lines += [r"\let\endofskipping=\fi \let\skipping=\iffalse"]
    lines += [rf"\let\{name}=\relax" for name in CONDITIONALS]
    text = "\n".join([*lines, r"\skipping", ""]).encode()
    return text + document * COPIES + b"\n\\endofskipping\\end\n"


def seconds(folder, name, content):
    (folder / f"{name}.tex").write_bytes(content)
    arguments = ["pdftex", "-ini", "-interaction=batchmode", name]
    pid = os.posix_spawnp("pdftex", arguments, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    log = (folder / f"{name}.log").read_text(errors="replace")
    if os.waitstatus_to_exitcode(status) != 0 or re.search(r"^!", log, re.M):
        sys.exit(f"pdftex.py: {name}: {log.strip().splitlines()[-1]}")
    return usage.ru_utime + usage.ru_stime


def main():
    corpora, result = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    if shutil.which("pdftex") is None:
        print("pdfTeX is not installed: it is not measured.")
        return
    report = json.loads(result.read_text())
    tokens = {}
    for row in report["benchmarks"]:
        interface, _, name = row["name"].split("/")
        if interface == "native":
            tokens[name] = row["items_per_second"] / row["bytes_per_second"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chdir(folder)
        for document in DOCUMENTS:
            content = (corpora / f"{document}.tex").read_bytes()
            runs = [(seconds(folder, document, source(content)), seconds(folder, "nothing", source(b"")))
                    for _ in range(RUNS)]
            speed = COPIES * len(content) / (min(full for full, _ in runs) - min(empty for _, empty in runs))
            report["benchmarks"].append({"name": f"native/pdftex/{document}", "bytes_per_second": speed,
                                         "items_per_second": speed * tokens[document]})
    result.write_text(json.dumps(report, indent=1))


main()
