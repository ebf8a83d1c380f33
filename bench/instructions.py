#!/usr/bin/env python3
"""Count the instructions of each document under callgrind and compare them with the recorded ones.

    bench/instructions.py PROGRAM FOLDER             exit code 1 when a document takes 2 % more than recorded, or fewer:
                                                     what was gained is recorded, so that it is kept; or when nothing
                                                     was counted
    bench/instructions.py --record PROGRAM FOLDER    write bench/instructions.tsv

The count is the same in every run of the same program; another compiler gives another one, so the record names the
compiler and is compared only under it. Under another one, and of a kernel that the processor lacks, it is said that
nothing was checked; what could be counted has passed. The emulator knows no AVX-512: what is counted is the portable
kernel and the best that it knows. Documents are read in `bytes`, or in what their name ends in behind `-as-`.
"""

import os
import pathlib
import re
import subprocess
import sys

RECORD = pathlib.Path(__file__).resolve().parent / "instructions.tsv"
KERNELS = ("portable", "avx2")
BOUND = 1.02
NO_KERNEL = 69  # PROGRAM's exit code: the processor lacks it


def compiler():
    name = os.environ.get("CC", "gcc")
    words = [*name.split(), "-dumpfullversion", "-dumpversion"]  # clang knows only the second
    version = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    return f"{'clang' if 'clang' in name else 'gcc'} {version}"


def count(program, kernel, document):
    """The instructions, or None when the processor lacks the kernel."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=measured",
               program, kernel, str(document)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == NO_KERNEL:
        return None
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not found:
        sys.exit(f"instructions.py: {document.stem}, {kernel}: {result.stderr.strip().splitlines()[-1]}")
    return int(found.group(1))


def main():
    record = sys.argv[1:2] == ["--record"]
    program, folder = sys.argv[2:4] if record else sys.argv[1:3]
    documents = [path for path in sorted(pathlib.Path(folder).glob("*.tex"))
                 if path.stem != "latex-ltx"]
    found = {(kernel, d.stem): count(program, kernel, d) for kernel in KERNELS for d in documents}
    lacking = {kernel for (kernel, _), instructions in found.items() if instructions is None}
    for kernel in sorted(lacking):
        print(f"NOT CHECKED: this processor has no {kernel}")
    found = {key: instructions for key, instructions in found.items() if instructions is not None}
    if record:
        if lacking or not found:
            sys.exit("instructions.py: not everything was counted: nothing is recorded")
        rows = [f"{kernel}\t{name}\t{instructions}" for (kernel, name), instructions in found.items()]
        RECORD.write_text("\n".join([f"# {compiler()}", *rows]) + "\n")
        return
    lines = RECORD.read_text().splitlines()
    recorded = {tuple(line.split("\t")[:2]): int(line.split("\t")[2]) for line in lines[1:]}
    compared = lines[0] == f"# {compiler()}"
    if not compared:
        print(f"NOT CHECKED: recorded with {lines[0][2:]}, this is {compiler()}: counted, not compared"
              " (make instructions-record)")  # fmt: skip
    failed = 0
    for key, instructions in found.items():
        change = instructions / recorded[key] if key in recorded else float("inf")
        verdict = "MORE than recorded" if change > BOUND else "FEWER: record them" if change < 1 / BOUND else "ok"
        verdict = verdict if compared else "counted"
        failed += verdict not in ("ok", "counted")
        print(f"{key[0]:10}{key[1]:16}{instructions:12}  {change:6.3f}  {verdict}")
    gone = {key for key in recorded if key not in found and key[0] not in lacking}
    for kernel, name in sorted(gone):
        print(f"{kernel:10}{name:16} is recorded, but was not counted")
    print(f"instructions: {len(found) - failed} passed, {failed + len(gone)} failed")
    sys.exit(1 if failed or gone or not found else 0)


main()
