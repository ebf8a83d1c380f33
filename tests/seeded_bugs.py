#!/usr/bin/env python3
"""Put bugs into a copy of the tree, one by one, and see which rigs notice.

    tests/seeded_bugs.py [NAME...]        all bugs, or those named; compare with tests/seeded_bugs.tsv
    tests/seeded_bugs.py --sample=SECONDS as many as fit, others every day
    tests/seeded_bugs.py --write          write the matrix instead of comparing
    tests/seeded_bugs.py --twins=BUILD    the model, from the objects of BUILD, over the bugs that have a twin clause

The bugs are in tests/seeded_bugs.txt. A bug whose old text is not where it was, that does not compile, that no rig
notices, or that a rig no longer notices although the matrix says so, is a failure; so is a command that notices a bug
and fails without it, too. A bug in a kernel that this processor cannot run is not tried, and that is said. The last
line is `N passed, N failed`. Every failure of docs/known-failures.md must name bugs that exist, and every bug marked
"known" be named there.
"""

import datetime
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUGS = ROOT / "tests/seeded_bugs.txt"
MATRIX = ROOT / "tests/seeded_bugs.tsv"
KNOWN = ROOT / "docs/known-failures.md"
COPY = ROOT / "build/seeded"
BUILD = "build/bugs"  # in the copy
MAKE = ["make", "-s", "-j2", f"BUILD={BUILD}", "CC=gcc", "OPTIMIZE=-O1", "WARNINGS=-w", "SANITIZE="]
# Seconds of processor time, and of waiting: what takes longer hangs, and that is noticed, too. A program that waits for
# no other is only late because the machine is busy.
PATIENCE, LONGEST_WAIT = 180, {True: 180, False: 3600}
LEAST_SAMPLE = 3

# Small searches, together a few million steps; the properties each can see broken are in seeded_bugs.txt.
MODEL_RUNS = [
    "workers=2 requests=2 crashes=1 gone=0 rotations=0 strays=1",
    "workers=2 requests=2 crashes=1 gone=1 rotations=1 drain=1",
    "workers=2 requests=3 crashes=2 gone=0 rotations=0",
    "workers=1 requests=4 crashes=0 gone=0 rotations=1 late=1",
    "workers=2 requests=2 crashes=0 gone=0 rotations=0 delays=1",
    "workers=2 requests=2 crashes=1 gone=1 rotations=1 merging=1",
]

# Which tests know a file: unit tests and fuzz targets by name. Everything of the tokenizer goes through `tokenize`.
READS = ("tokenize lexer", "lexer oracle")
KNOWN_BY = {
    "src/core/frame.c": ("frame", "frame"),
    "src/core/client.c": ("client", "client"),
    "src/core/query.c": ("query", "query"),
    "src/core/arena.c": ("arena", "arena"),
    "src/core/lease.c": ("lease", "lease"),
    "src/core/delay.c": ("delay", "delay"),
    "src/core/catcode.c": ("catcode", "catcode"),
    "src/core/scan.c": ("scan tokenize", "scan lexer"),
    "src/simd/scan_blocks.h": ("kernels", "scan lexer"),
    "src/simd/sse2.h": ("models_sse2 kernels", "scan"),
    "src/simd/avx512.h": ("models_avx512 kernels", "scan"),
    "src/simd/leap.h": ("kernels", "scan lexer"),
    "src/simd/leap_characters.h": ("leap", "lexer"),
}
BROKER = re.search(r"BROKER_MODULES := (.*)", (ROOT / "src/broker.mk").read_text().replace("\\\n", "")).group(1).split()
MODEL = "tests/model.c"
RIGS = ["unit", "simulator", "model", "fuzz", "tail-gate", "process"]


class Bug:
    """One entry of seeded_bugs.txt."""

    def __init__(self, text):
        self.fields, old, new = {}, [], []
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            if word in ("-", "+"):
                (old if word == "-" else new).append(rest)
            else:
                self.fields[word] = rest
        self.name, self.file = self.fields["bug"], self.fields["file"]
        self.old, self.new = "\n".join(old), "\n".join(new)

    def in_broker(self):
        return self.file in [f"src/core/{module}.c" for module in BROKER]

    def fits(self):
        """Is the old text there exactly once?"""
        return (ROOT / self.file).read_text().count(self.old) == 1

    def seeded(self):
        """The file with the bug in it."""
        return (ROOT / self.file).read_text().replace(self.old, self.new)

    def tests(self):
        """Names of unit tests and fuzz targets; those that the bug itself names must exist."""
        stem = pathlib.Path(self.file).stem
        units, targets = KNOWN_BY.get(self.file, (f"{stem} {READS[0]}", READS[1]))
        if self.file.startswith("src/shell/"):
            units, targets = stem, ""
        if self.in_broker():
            units, targets = f"{stem} broker", "broker"
        if self.file.startswith("tests/"):
            units, targets = "", ""
        return self.fields.get("rigs", units).split(), targets.split()


def read_bugs():
    text = "\n".join(line for line in BUGS.read_text().splitlines() if not line.startswith("#"))
    return [Bug(block) for block in re.split(r"\n\n+(?=bug )", text.strip())]


# ---- rigs: what to build and what to run ----


def rigs_of(bug):
    """{rig: (make targets, commands)}; a rig notices when one of its commands fails."""
    units, targets = bug.tests()
    units = [name for name in units if "rigs" in bug.fields or (ROOT / f"tests/test_{name}.c").exists()]
    rigs = {}
    if units:
        programs = [f"{BUILD}/tests/test_{name}" for name in units]
        rigs["unit"] = (programs, programs)
    if targets:
        programs = [f"{BUILD}/fuzz/fuzz_{name}" for name in targets]
        rigs["fuzz"] = (programs, [f"{BUILD}/fuzz/fuzz_{name} fuzz/corpus/{name}" for name in targets])
    tests = f"{BUILD}/tests"
    if bug.in_broker() or bug.file == MODEL:
        rigs["model"] = ([f"{tests}/model"], [f"{tests}/model {run}" for run in MODEL_RUNS])
    if bug.in_broker():
        rigs["simulator"] = ([f"{tests}/simulator_main"], [f"{tests}/simulator_main --seeds=2000 --no-shrink"])
        rigs["tail-gate"] = ([f"{tests}/tail_gate"], [f"{tests}/tail_gate tests/service_times.txt"])
    if "process" in bug.fields:
        pairs = [word.split(":") for word in bug.fields["process"].split()]
        rigs["process"] = (["build", f"{tests}/shim.so"],
                           [f"python3 tests/{file} --build={BUILD} {test}" for file, test in pairs])
    return rigs


def limit_processor_time():
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))


def notices(command):
    environment = {**os.environ, "HLX_STEPS": "200000"}  # a tenth of the random walks of test_broker
    try:
        done = subprocess.run(command.split(), cwd=COPY, env=environment, capture_output=True, check=False,
                              timeout=LONGEST_WAIT[command.startswith("python3")], preexec_fn=limit_processor_time)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def write_if_new(path, data):
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def refresh_copy():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                            check=False).stdout.splitlines()
    there = [name for name in listed if (ROOT / name).is_file()]
    for name in there:
        write_if_new(COPY / name, (ROOT / name).read_bytes())
    for path in COPY.rglob("*"):
        name = str(path.relative_to(COPY))
        if path.is_file() and name not in there and not name.startswith("build/"):
            path.unlink()


def make_in_copy(targets):
    return subprocess.run([*MAKE, *sorted(targets)], cwd=COPY, capture_output=True, text=True, check=False)


def runs_here(bug):
    """Has this processor the kernel that the bug is in?"""
    kernel = re.search(r"avx2|avx512|neon", f"{bug.file} {bug.name}")
    if not kernel:
        return True
    made = make_in_copy([f"{BUILD}/hedgelex"])
    command = [f"{BUILD}/hedgelex", "tokens", f"--kernel={kernel[0]}", "docs/sample.tex"]
    return made.returncode != 0 or subprocess.run(command, cwd=COPY, capture_output=True, check=False).returncode != 64


def try_bug(bug, sound):
    """{rig: noticed} or the reason why the bug could not be tried. `sound`: the commands known to succeed without a
    bug."""
    rigs = rigs_of(bug)
    targets = {target for targets, _ in rigs.values() for target in targets}
    (COPY / bug.file).write_text(bug.seeded())
    try:
        built = make_in_copy(targets)
        if built.returncode != 0:
            return f"does not build: {built.stderr.strip()[-500:]}"
        noticed = {rig: next(filter(notices, commands), None) for rig, (_, commands) in rigs.items()}
    finally:
        (COPY / bug.file).write_bytes((ROOT / bug.file).read_bytes())
    doubtful = {command for command in noticed.values() if command} - sound
    if doubtful:
        make_in_copy(targets)
    for command in sorted(doubtful):
        if notices(command):
            return f"fails without the bug, too: {command}"
        sound.add(command)
    return {rig: command is not None for rig, command in noticed.items()}


# ---- the matrix ----


def read_matrix():
    if not MATRIX.exists():
        return {}
    rows = [line.split("\t") for line in MATRIX.read_text().splitlines() if line and line[0] != "#"]
    return {row[0]: dict(zip(RIGS, row[2:])) for row in rows}


def row_of(bug, found):
    cells = ["-" if rig not in found else "caught" if found[rig] else "missed" for rig in RIGS]
    return "\t".join([bug.name, bug.file, *cells])


def write_matrix(bugs, rows):
    old = {line.split("\t")[0]: line for line in (MATRIX.read_text().splitlines() if MATRIX.exists() else [])}
    lines = ["# Which rig catches which bug of seeded_bugs.txt; `-` does not apply. Written by seeded_bugs.py --write.",
             "\t".join(["# bug", "file", *RIGS])]
    lines += [rows.get(bug.name) or old[bug.name] for bug in bugs if bug.name in rows or bug.name in old]
    MATRIX.write_text("\n".join(lines) + "\n")


def complaints(bug, found, recorded):
    if isinstance(found, str):
        yield found
        return
    if not any(found.values()):
        yield "no rig notices"
    if recorded is None:
        yield "is not in the matrix"
    for rig, noticed in (recorded or {}).items():
        if noticed == "caught" and not found.get(rig):
            yield f"{rig} no longer notices"


def sample_of(bugs):
    """All bugs, but others first every day."""
    first = datetime.date.today().toordinal() * 7 % len(bugs)
    return bugs[first:] + bugs[:first]


def run(bugs, seconds, write):
    recorded, rows = read_matrix(), {}
    passed = failed = 0
    sound = set()
    end = time.monotonic() + seconds
    refresh_copy()
    for bug in bugs:
        if time.monotonic() > end and passed + failed >= LEAST_SAMPLE:
            break
        if not runs_here(bug):
            print(f"NOT TRIED {bug.name}: this processor has no such kernel as {bug.file} is for", flush=True)
            continue
        found = try_bug(bug, sound)
        problems = list(complaints(bug, found, {} if write else recorded.get(bug.name)))
        if not isinstance(found, str):
            rows[bug.name] = row_of(bug, found)
        print(f"{'FAILED' if problems else 'ok':6} {rows.get(bug.name, bug.name)}", *problems, sep="  ", flush=True)
        passed += not problems
        failed += bool(problems)
        if write:
            write_matrix(read_bugs(), rows)
    return passed, failed


# ---- twins of the model's properties ----


def broken_by(bug, build):
    """What the model says over the bug: its last words, from the first search that fails."""
    folder = ROOT / build / "twins"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seeded.c").write_text(bug.seeded())
    others = [f"{build}/model/{module}.o" for module in BROKER if f"src/core/{module}.c" != bug.file]
    others += [f"{build}/tests/model.o"] if bug.file != MODEL else []
    bounds = re.search(r"^MODEL_BOUNDS := (.*)$", (ROOT / "tests/model.mk").read_text(), re.M).group(1).split()
    subprocess.run(["gcc", "-std=c11", "-O1", "-w", "-D_GNU_SOURCE", "-Isrc/core", "-Isrc/shell", "-Itests", *bounds,
                    folder / "seeded.c", *others, f"{build}/model/trace.o", "-o", folder / "model"], cwd=ROOT,
                   check=True)
    for arguments in MODEL_RUNS:
        words = arguments.split() + bug.fields["twin"].split()[1:]
        done = subprocess.run([folder / "model", *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return done.stdout.splitlines()[-2]
    return "nothing"


def run_twins(bugs, build):
    passed = failed = 0
    for bug in bugs:
        if "twin" in bug.fields:
            said = broken_by(bug, build)
            good = said.startswith(bug.fields["twin"].split()[0])
            print(f"{'ok' if good else 'FAILED':6} {bug.name}: the model says: {said}", flush=True)
            passed += good
            failed += not good
    return passed, failed


# ---- what is known to go wrong ----


def check_known(bugs):
    """(passed, failed) of the failures in docs/known-failures.md: each names, last, the bugs that put it back."""
    rows = [line.split("|") for line in KNOWN.read_text().splitlines() if line.startswith("| ")][1:]
    named = {row[1].strip(): re.findall(r"`([\w-]+)`", row[-2]) for row in rows}
    known = {bug.name for bug in bugs if bug.fields["what"].startswith("known:")}
    failed = 0
    for failure, names in named.items():
        if not names or set(names) - known:
            print(f"FAILED known failure '{failure}': {', '.join(set(names) - known) or 'none'} is a known bug")
            failed += 1
    for name in sorted(known - {name for names in named.values() for name in names}):
        print(f"FAILED {name}: marked known, in no row of docs/known-failures.md")
        failed += 1
    return len(named) + len(known) - failed, failed


def main():
    bugs = read_bugs()
    options = dict(word[2:].partition("=")[::2] for word in sys.argv[1:] if word.startswith("--"))
    names = [word for word in sys.argv[1:] if not word.startswith("--")]
    unknown = set(names) - {bug.name for bug in bugs} | set(options) - {"sample", "write", "twins"}
    if unknown:
        sys.exit(f"seeded_bugs.py: no such bug or option: {', '.join(sorted(unknown))}")
    stale = [bug for bug in bugs if not bug.fits()]
    for bug in stale:
        print(f"FAILED {bug.name}: the old text is not exactly once in {bug.file}: the bug must follow the code")
    chosen = [bug for bug in bugs if (not names or bug.name in names) and bug not in stale]
    if "twins" in options:
        passed, failed = run_twins(chosen, options["twins"])
    elif "sample" in options:
        passed, failed = run(sample_of(chosen), float(options["sample"]), False)
    else:
        passed, failed = run(chosen, float("inf"), "write" in options)
    failed += passed + failed == 0  # nothing was tried
    known_passed, known_failed = check_known(bugs)
    passed, failed = passed + known_passed, failed + known_failed + len(stale)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
