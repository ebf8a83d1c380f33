#!/usr/bin/env python3
"""Rules about the repository itself, executed instead of remembered.

    tests/repository_check.py                  run every rule, then test the rules themselves
    tests/repository_check.py --write-status   bring the README's status table up to date

Each rule is a function that yields complaints `file:line:col: message`. The self-test gives each rule a small broken
tree and fails if the rule has nothing to say about it. The last line is `N passed, N failed`.
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOP_LEVEL = set("Makefile src spec proofs fuzz bench tests ci docs README.md LICENSE CHANGELOG.md".split())
CORE_INCLUDES = {"stdint.h", "stddef.h", "stdbool.h"}
SIMD_INCLUDES = CORE_INCLUDES | {"immintrin.h", "emmintrin.h", "arm_neon.h", "cpuid.h", "stdatomic.h"}
INNER_FOLDERS = {
    "src/core": ["src/core", "proofs", "spec/logic"],
    "src/simd": ["src/simd", "src/core", "proofs/models"],
}
FREESTANDING_SYMBOLS = {"memcpy", "memset", "memmove", "memcmp"}
# Of the compiler's own library, where the processor has no instruction for it or is asked what it has.
COMPILER_SYMBOLS = {"__cpu_model", "__cpu_indicator_init", "__popcountdi2", "_GLOBAL_OFFSET_TABLE_"}
# src/simd, under the contracts of src/core/scan.h and lexer.h
KERNEL_SYMBOLS = {"hlx_scan_run", "hlx_scan_line_end", "hlx_scan_groups", "hlx_lexer_leap", "hlx_blocks_leap"}
LONGEST_FUNCTION = 70
C_FILES = ("src/*/*.[ch]", "tests/*.[ch]", "tests/*/*.[ch]", "fuzz/*.[ch]", "bench/*.[ch]")
LONGEST_LINE = {".c": 100, ".h": 100, ".py": 120, ".sh": 100}
GENERATED = pathlib.Path("src/core/catcode_tables.h")
CLAUSE = re.compile(r"\b([A-Z]{3})-(\d\d)\b")
DEFINITION = re.compile(r"^\*\*([A-Z]{3}-\d\d)\*\*", re.M)
CITATION = re.compile(r"spec:\s*((?:[A-Z]{3}-\d\d(?:\s+to\s+|\s*,\s*|\s+and\s+|\s*[*#/]*\s*)?)+)")


def files(root, *patterns):
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    paths = [root / name for name in listed if name] or [p for p in root.rglob("*") if p.is_file()]
    paths = [p for p in sorted(paths) if p.is_file()]
    return [p for p in paths if any(p.relative_to(root).match(pattern) for pattern in patterns)]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def top_level(root):
    """The top level is fixed; dotfiles only where they work nowhere else."""
    names = {path.relative_to(root).parts[0] for path in files(root, "*", "*/*", "*/*/*", "*/*/*/*")}
    for name in sorted(names):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}:1:1: not one of the top-level names"


def inner_includes(root):
    """Core includes three standard headers and its own, those of the proofs too; simd also what the compiler has."""
    for path in files(root, "src/core/*.[ch]", "src/simd/*.[ch]"):
        folder = str(path.parent.relative_to(root))
        standard = CORE_INCLUDES if folder == "src/core" else SIMD_INCLUDES
        for number, line in enumerate(read(path).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if not match:
                continue
            kind, name = match.groups()
            inner = [root / allowed for allowed in INNER_FOLDERS[folder]]
            places = [place for place in (path.parent / name, *(place / name for place in inner)) if place.exists()]
            found = any(place.resolve().parent in inner for place in places)
            if (kind == "<" and name not in standard) or (kind == '"' and not found):
                yield f"{path.relative_to(root)}:{number}:1: {folder} may not include {name}"


# What the proof reads and the compiler does not: inclusions and declarations; in the headers of operations on vectors
# their models and what stands for attributes.
ONLY_DECLARED = re.compile(r'^#ifdef __FRAMAC__\n(?:#include "[^"\n]+"\n|[^#{}=\n]*\n)*#endif$', re.M)
ONLY_MODELLED = re.compile(r'^#ifdef __FRAMAC__\n(?:#define (?:TARGET|UNROLLED)\n)*#include "lanes.h"\n#else$', re.M)
MODELLED = {f"src/simd/{name}.h" for name in ("sse2", "avx2", "avx512", "neon")}
CONDITION = re.compile(r"\s*#\s*(?:if|elif|else)|.*__(?:FRAMAC|FC)_")
PROVED_IN_BOTH = {  # by which Frama-C does not choose between texts that it is asked about only once
    "src/core": re.compile(r"#ifndef (?:HEDGELEX_H|HLX_\w+_H|HLX_BROKER_MAX_(?:WORKERS|QUEUE))"),
    "src/simd": re.compile(r"#ifndef HLX_\w+_H|#(?:el)?if defined\(__(?:x86_64|aarch64)__\)"),
}
NOT_PROVED = {"src/simd/kernel.c"}


def proved_text(root):
    """What Frama-C reads is what is compiled: __FRAMAC__ guards inclusions and declarations, no code."""
    for path in files(root, "src/core/*.[ch]", "src/simd/*.[ch]"):
        name = str(path.relative_to(root))
        text = re.sub(r"/\*.*?\*/", lambda match: re.sub(r"[^\n]", " ", match[0]), read(path), flags=re.S)
        text = re.sub(r"[ \t]+$", "", text, flags=re.M)
        for allowed in (ONLY_DECLARED, *([ONLY_MODELLED] if name in MODELLED else [])):
            text = allowed.sub(lambda match: re.sub(r"[^\n]", "", match[0]), text)
        for number, line in enumerate([] if name in NOT_PROVED else text.splitlines(), 1):
            if CONDITION.match(line) and not PROVED_IN_BOTH[str(path.parent.relative_to(root))].fullmatch(line):
                yield f"{name}:{number}:1: code that only the compiler, or only the proof, reads"


def symbols(root, pattern):
    """(source, kind, name) for each symbol of the objects, compiled freestanding."""
    with tempfile.TemporaryDirectory() as folder:
        for source in files(root, pattern):
            target = pathlib.Path(folder) / (source.stem + ".o")
            command = ["gcc", "-std=c11", "-O1", "-ffreestanding", f"-I{root}/src/core", "-c", source, "-o", target]
            subprocess.run(command, check=True)
            listing = subprocess.run(["nm", target], capture_output=True, text=True, check=True).stdout
            yield from ((source.relative_to(root), *line.split()[-2:]) for line in listing.splitlines())


def inner_symbols(root):
    """Core objects, freestanding, need only the mem* four, the kernels and each other; simd's also the compiler's."""
    core, simd = list(symbols(root, "src/core/*.c")), list(symbols(root, "src/simd/*.c"))
    of_core = {name for _, kind, name in core if kind in "Tt"}
    of_simd = {name for _, kind, name in simd if kind in "TtDdRrBb"}
    for found, known in ((core, of_core | KERNEL_SYMBOLS), (simd, of_core | of_simd | COMPILER_SYMBOLS)):
        for source, kind, name in found:
            if kind == "U" and name not in known | FREESTANDING_SYMBOLS:
                yield f"{source}:1:1: needs the symbol {name}"
    for source, kind, name in core:
        if kind in "BbDdCc":
            yield f"{source}:1:1: core may not have the variable {name}"


def clause_definitions(root):
    found = collections.defaultdict(list)
    for path in files(root, "spec/*.md"):
        text = read(path)
        for match in DEFINITION.finditer(text):
            found[match.group(1)].append(f"{path.relative_to(root)}:{line_of(text, match.start())}:1")
    return found


def citations(text):
    """Clauses cited by `spec: A-01, A-02` and `spec: A-01 to A-05`; yields (clause, offset)."""
    for match in CITATION.finditer(text):
        items = list(CLAUSE.finditer(match.group(1)))
        for i, item in enumerate(items):
            yield item.group(0), match.start()
            between = match.group(1)[item.end() : items[i + 1].start()] if i + 1 < len(items) else ""
            if " to " in between.replace("\n", " ") and items[i + 1].group(1) == item.group(1):
                for number in range(int(item.group(2)) + 1, int(items[i + 1].group(2))):
                    yield f"{item.group(1)}-{number:02}", -1  # inside a range: need not exist


def cited_in(root, *patterns):
    cited = collections.defaultdict(list)
    for path in files(root, *patterns):
        text = read(path)
        for clause, offset in citations(text):
            cited[clause].append(f"{path.relative_to(root)}:{line_of(text, offset) if offset >= 0 else 0}:1")
    return cited


def clauses(root):
    """Every clause is defined once and cited by code and by a test; every citation exists."""
    defined = clause_definitions(root)
    code = cited_in(root, "src/*/*.[ch]")
    tests = cited_in(root, "tests/*.[ch]", "tests/*.py")
    for clause, places in sorted(defined.items()):
        if len(places) > 1:
            yield f"{places[1]}: {clause} is already defined at {places[0]}"
        if clause not in code:
            yield f"{places[0]}: {clause} is cited by no code"
        if clause not in tests:
            yield f"{places[0]}: {clause} is cited by no test"
    for cited in (code, tests):
        for clause, places in sorted(cited.items()):
            for place in places:
                if clause not in defined and not place.endswith(":0:1"):
                    yield f"{place}: {clause} is not defined in spec/"


def cells(root):
    """One noun, one basename: a core module has a unit test and rows in the proof ledger."""
    ledger = root / "proofs/ledger.tsv"
    rows = read(ledger) if ledger.exists() else ""
    for path in files(root, "src/core/*.c"):
        if not (root / f"tests/test_{path.stem}.c").exists():
            yield f"{path.relative_to(root)}:1:1: tests/test_{path.stem}.c is missing"
        if f"src/core/{path.name}" not in rows:
            yield f"{path.relative_to(root)}:1:1: no row in proofs/ledger.tsv"


def unique_names(root):
    """File names of code are unique across the tree."""
    seen = {}
    for path in files(root, "*/*.[ch]", "*/*/*.[ch]", "*/*/*.py", "*/*.py"):
        if path.name in seen:
            yield f"{path.relative_to(root)}:1:1: same name as {seen[path.name].relative_to(root)}"
        seen[path.name] = path


def essays(root):
    """A C file opens with a comment that names it; at most 40 lines."""
    for path in files(root, *C_FILES):
        text = read(path)
        first = re.match(r"/\*\s*(\S+)", text)
        if not first or first.group(1) != path.name:
            yield f"{path.relative_to(root)}:1:1: does not open with '/* {path.name} -- ...'"
        elif text[: text.index("*/")].count("\n") >= 40:
            yield f"{path.relative_to(root)}:1:1: opening comment is longer than 40 lines"


def shapes(root):
    """Line length, trailing blanks, tabs, leftovers, and length of functions."""
    for path in files(root, *C_FILES, "tests/*.py", "tests/*/*.py", "fuzz/*.py", "bench/*.py", "ci/*", "proofs/*.py",
                      "spec/*/*.py"):  # fmt: skip
        where = path.relative_to(root)
        if where == GENERATED:
            continue
        opened = 0
        for number, line in enumerate(read(path).splitlines(), 1):
            limit = LONGEST_LINE.get(path.suffix, 120)
            if len(line) > limit:
                yield f"{where}:{number}:{limit + 1}: line is longer than {limit}"
            if line != line.rstrip() or "\t" in line:
                yield f"{where}:{number}:{len(line)}: tab or trailing blank"
            if re.search(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", line):
                yield f"{where}:{number}:1: unfinished work"
            if path.suffix == ".c" and re.match(r"\w.*\(", line):
                opened = number
            if path.suffix == ".c" and line == "}" and opened:
                if number - opened > LONGEST_FUNCTION:
                    yield f"{where}:{opened}:1: function of {number - opened} lines"
                opened = 0


def generated(root):
    """Generated files are what their generators write."""
    script = root / "spec/tables/generate.py"
    result = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        yield result.stderr.strip()


def make_targets(root):
    rules = "\n".join(map(read, files(root, "Makefile", "*/*.mk")))
    return set(re.findall(r"^([a-z0-9-]+):", rules, re.M))


def documents(root):
    """Every target that a document names exists: `make it`, after that in a table's cell `it` alone, a line of code."""
    targets = make_targets(root)
    for path in files(root, "README.md", "*/README.md", "docs/*.md", "docs/*/*.md", "proofs/*.md"):
        for number, line in enumerate(read(path).splitlines(), 1):
            spans = re.findall(r"`([^`]+)`", line.split("|")[1] if line.startswith("| `make ") else line)
            called = [span for span in spans if span.startswith("make ") or line.startswith("| `make ")]
            called += [re.split(r"  |#|\[", line.strip())[0]] if line.startswith("    make ") else []
            for target in (word for words in called for word in words.removeprefix("make ").split()):
                if "=" not in target and target not in targets:
                    yield f"{path.relative_to(root)}:{number}:1: there is no make {target}"


def workflows(root):
    """The example workflow files can be read, and what they call exists."""
    targets = make_targets(root)
    for path in files(root, "docs/ci/*", "docs/ci/*/*"):
        text, where = read(path), path.relative_to(root)
        if path.suffix in (".yml", ".yaml"):
            try:
                yaml.safe_load(text)
            except yaml.YAMLError as error:
                yield f"{where}:1:1: {str(error).splitlines()[0]}"
        for match in re.finditer(r"\bmake (?!python3)([a-z0-9-]+)|\b((?:ci|fuzz|tests)/[\w/-]+\.(?:sh|py))", text):
            target, script = match.groups()
            if (target and target not in targets) or (script and not (root / script).exists()):
                yield f"{where}:{line_of(text, match.start())}:1: there is no {match.group(0)}"


def status_table(root):
    """What is where, counted from the tree."""
    ledger = [line.split("\t") for line in read(root / "proofs/ledger.tsv").splitlines() if line and line[0] != "#"]
    functions = [row for row in ledger if row[0].startswith("src/core/")]
    proved = [row for row in functions if "proved" in row]
    tests = sum(len(re.findall(r"cmocka_unit_test\w*\(", read(p))) for p in files(root, "tests/test_*.c"))
    goals = sum(int(row[3]) for row in functions if "proved" in row)
    out = ["| what | count |", "|---|---|"]
    out.append(f"| specification clauses, each cited by code and by a test | {len(clause_definitions(root))} |")
    out.append(f"| functions of the core | {len(functions)} |")
    out.append(f"| of these proved by Frama-C against their contracts | {len(proved)} ({goals} goals) |")
    out.append(f"| of these tested only, so far | {len(functions) - len(proved)} |")
    out.append(f"| unit tests (cmocka) | {tests} |")
    return "\n".join(out)


STATUS = re.compile(r"(<!-- status: .*? -->\n).*?(<!-- end of status -->)", re.S)


def status(root):
    """The README's status table is the one that the tree gives."""
    readme = root / "README.md"
    match = STATUS.search(read(readme)) if readme.exists() else None
    if not match:
        yield "README.md:1:1: has no status table"
    elif match.group(0) != match.group(1) + status_table(root) + "\n" + match.group(2):
        yield "README.md:1:1: status table is out of date; run tests/repository_check.py --write-status"


RULES = [
    top_level,
    inner_includes,
    proved_text,
    inner_symbols,
    clauses,
    cells,
    unique_names,
    essays,
    shapes,
    generated,
    documents,
    workflows,
    status,
]

# For each rule a tree that breaks it: file name -> content.
BROKEN = {
    "top_level": {"extra/x.txt": ""},
    "inner_includes": {"src/simd/a.c": '#include "../shell/log.h"\n', "src/shell/log.h": ""},
    "proved_text": {"src/core/a.c": "#ifdef __FRAMAC__\n#define STEP 1\n#else\n#define STEP 2\n#endif\n"},
    "inner_symbols": {"src/core/a.c": "int puts(const char *s);\nint f(void)\n{\n    return puts(0);\n}\n"},
    "clauses": {"spec/a.md": "**ABC-01** text\n", "src/core/a.c": "/* sp" + "ec: ABC-01 */\n"},
    "cells": {"src/core/a.c": "/* a.c */\n"},
    "unique_names": {"src/core/a.c": "", "tests/a.c": ""},
    "essays": {"src/core/a.c": "int x;\n"},
    "shapes": {"src/core/a.c": "int x; \n"},
    "generated": {"spec/tables/generate.py": "import sys\nsys.exit('x.h:1:1: not what would be written')\n"},
    "documents": {"README.md": "Say `make CC=clang nothing`.\n"},
    "workflows": {"docs/ci/a.yml": "run: make nothing\n"},
    "status": {"README.md": "# x\n"},
}


def complaints_about_broken_tree(rule):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, content in BROKEN[rule.__name__].items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        return list(rule(root))


def main():
    if sys.argv[1:] == ["--write-status"]:
        readme = ROOT / "README.md"
        readme.write_text(
            STATUS.sub(lambda m: m.group(1) + status_table(ROOT) + "\n" + m.group(2), read(readme), count=1)
        )
        return
    os.chdir(ROOT)
    passed = failed = 0
    for rule in RULES:
        complaints = list(rule(ROOT))
        blind = not complaints_about_broken_tree(rule)
        for complaint in complaints:
            print(complaint)
        if blind:
            print(f"tests/repository_check.py:1:1: rule {rule.__name__} says nothing about a tree that breaks it")
        print(f"{'FAILED' if complaints or blind else 'ok':6} {rule.__name__}: {rule.__doc__}")
        passed += not complaints and not blind
        failed += bool(complaints or blind)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
