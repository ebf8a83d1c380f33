#!/usr/bin/env python3
"""Build and run the fuzz targets.

    fuzz/run.py fuzz       every target for --seconds each, then the canary, which must be caught
    fuzz/run.py replay     all committed inputs through plain programs (gcc, ASan, UBSan); --valgrind: under it
    fuzz/run.py coverage   what of src/core and src/simd the committed inputs reach; HTML and a table, held against
                           uncovered.tsv
    fuzz/run.py speed      executions a second on small inputs, next to the canary's; pure targets have a bound
    fuzz/run.py minimise   take what was found into the committed inputs, as few as give the same coverage
    fuzz/run.py ossfuzz    build.sh as OSS-Fuzz calls it, and each program once over its seeds

Every flavour is built by the Makefile's own rules under build/fuzz. What fuzzing finds is kept in build/fuzz/corpus and
read again by the next run; findings are in build/fuzz/findings. The last line is `N passed, N failed`.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/fuzz"
SEEDS = ROOT / "fuzz/corpus"
CANARY = "canary"
CANARY_SECONDS = 300  # at most: every engine ends when it has found it
# Executions of a pure target for each of the canary, which does nothing, on the same machine in the same minute: 20,000
# a second of processor time where the canary has 1.5 million.
LEAST_SHARE = 20_000 / 1_500_000
CANARY_LENGTH = 3  # too short for what makes it crash
SPEED_TRIES = 3
SMALL = 48  # bytes of an input, for the speed table
LARGEST_CORPUS = 1_000_000
SLOW_INPUT_SECONDS = 10  # hangs; that time grows with the square of the length it does not show

# What each target reads at most, in bytes (rows beyond HLX_GROUP_SCAN_ROWS, all of a trace's events), and whether it
# is pure: no system call, no environment.
Target = collections.namedtuple("Target", "max_len pure")
TARGETS = {
    "frame": Target(1024, True),
    "client": Target(256, True),
    "query": Target(512, True),
    "scan": Target(6000, True),
    "lexer": Target(6000, True),
    "oracle": Target(6000, True),
    "catcode": Target(400, True),
    "arena": Target(32, True),
    "lease": Target(64, True),
    "delay": Target(64, True),
    "broker": Target(1213, True),
    "options": Target(300, False),
    "pipeline": Target(600, False),
    "connection": Target(2500, False),
}

SANITIZED = "address,undefined"
# Without callbacks at comparisons: two to six times the executions, and mostly more coverage in the same time
# (fuzz/README.md). AFL++ with CMPLOG looks at the comparisons.
CLANG = {"CC": "clang", "OPTIMIZE": "-O2 -g -fno-sanitize-coverage=trace-cmp"}
AFL = {"CC": "afl-clang-fast", "OPTIMIZE": "-O2 -g", "FUZZ_ENGINE": "-fsanitize=fuzzer"}
PROFILE = "-fprofile-instr-generate"
# Variables of make for each flavour; engine flags go to the link of the target's program.
FLAVOURS = {
    "libfuzzer": CLANG | {"SANITIZE": f"{SANITIZED},fuzzer-no-link", "FUZZ_ENGINE": "-fsanitize=fuzzer"},
    "msan": CLANG | {"SANITIZE": "memory,fuzzer-no-link", "FUZZ_ENGINE": "-fsanitize=fuzzer"},
    "afl": AFL,
    "cmplog": AFL,
    "replay": {"CC": "gcc", "SANITIZE": SANITIZED, "OPTIMIZE": "-O1 -g"},
    "valgrind": {"CC": "gcc", "OPTIMIZE": "-O1 -g"},
    "coverage": {"CC": "clang", "OPTIMIZE": f"-O1 -g {PROFILE} -fcoverage-mapping"},
}
FLAVOUR_ENVIRONMENT = {
    "afl": {"AFL_USE_ASAN": "1", "AFL_USE_UBSAN": "1", "AFL_QUIET": "1"},
    "cmplog": {"AFL_LLVM_CMPLOG": "1", "AFL_QUIET": "1"},
}
# What a target frees it has no pointer to behind the input, so that it need not be kept for long.
LIBFUZZER_ENVIRONMENT = {"ASAN_OPTIONS": "quarantine_size_mb=4"}
AFL_ENVIRONMENT = dict.fromkeys(
    "AFL_NO_UI AFL_SKIP_CPUFREQ AFL_NO_AFFINITY AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES AFL_QUIET".split(), "1"
) | {"AFL_EXIT_ON_SEED_ISSUES": "1"}  # else a committed input that crashes or hangs is passed over

Result = collections.namedtuple("Result", "target executions seconds coverage corpus findings note")


class Failure(Exception):
    """Something that is not the fuzzed program's fault."""


def program(flavour, target):
    return BUILD / flavour / f"fuzz/fuzz_{target}"


def build(flavour, targets):
    """Programs of this flavour, by the Makefile's rules."""
    variables = FLAVOURS[flavour] | {"BUILD": f"build/fuzz/{flavour}"}
    if flavour == "coverage":
        variables["FUZZ_ENGINE"] = f"build/fuzz/{flavour}/fuzz/replay.o {PROFILE}"
    goals = [str(program(flavour, target).relative_to(ROOT)) for target in targets]
    command = ["make", "--no-print-directory", "-s", "-j2", *goals]
    command += [f"{name}={value}" for name, value in variables.items()]
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment | FLAVOUR_ENVIRONMENT.get(flavour, {}), capture_output=True, text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failure(f"{flavour} does not build:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def run(command, seconds, **environment):
    """(exit code, output); the code is None when it took too long."""
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds, check=False,
        )
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout


def seeds(target):
    return sorted(path for path in (SEEDS / target).glob("*") if path.is_file())


def in_parallel(function, items, jobs):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(function, items))


# ---- engines ----


def dictionary(target):
    path = ROOT / f"fuzz/dictionaries/{target}.dict"
    return path if path.exists() else None


def libfuzzer(flavour, target, seconds, max_len):
    found = BUILD / "corpus" / target
    found.mkdir(parents=True, exist_ok=True)
    artifacts = BUILD / "findings" / f"{target}-"
    words = [program(flavour, target), f"-max_total_time={seconds}", f"-max_len={max_len}", "-print_final_stats=1"]
    words += [f"-timeout={SLOW_INPUT_SECONDS}", f"-artifact_prefix={artifacts}", "-verbosity=1"]
    words += [f"-dict={dictionary(target)}"] if dictionary(target) else []
    code, output = run([*words, found, SEEDS / target], seconds + 120, **LIBFUZZER_ENVIRONMENT)
    executions = re.findall(r"number_of_executed_units: (\d+)", output)
    edges = re.findall(r"cov: (\d+)", output)
    note = ""
    if code != 0:
        failed = re.findall(r"fuzz: does not hold: .*|ERROR: .*|.*runtime error: .*|WARNING: MemorySanitizer.*", output)
        written = re.findall(r"Test unit written to (\S+)", output)
        note = " ".join([*(failed[:1] or [f"exit code {code}: {output[-300:]}"]), *written[:1]])
    count = int(executions[0]) if executions else 0
    return Result(target, count, seconds, edges[-1] if edges else "?", len(list(found.iterdir())), int(code != 0), note)


def afl(target, seconds, max_len):
    """Persistent mode, with the comparisons of a second program (CMPLOG)."""
    out = BUILD / "afl-out" / target
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(exist_ok=True)
    words = ["afl-fuzz", "-i", SEEDS / target, "-o", out, "-V", seconds, "-G", max_len, "-c", program("cmplog", target)]
    words += ["-x", dictionary(target)] if dictionary(target) else []
    environment = AFL_ENVIRONMENT | ({"AFL_BENCH_UNTIL_CRASH": "1"} if target == CANARY else {})
    code, output = run([*words, "--", program("afl", target)], seconds + 120, **environment)
    statistics = out / "default/fuzzer_stats"
    if code != 0 or not statistics.exists():
        return Result(target, 0, seconds, "?", 0, 1, f"afl-fuzz: exit code {code}: {output[-600:]}")
    values = dict(re.findall(r"^(\w+)\s*: (.*)$", statistics.read_text(), re.M))
    crashes, hangs = int(values["saved_crashes"]), int(values["saved_hangs"])
    findings = crashes + hangs
    note = f"{crashes} crashes, {hangs} hangs in {out}/default" if findings else ""
    return Result(
        target, int(values["execs_done"]), seconds, values["edges_found"], values["corpus_count"], findings, note
    )


def fuzz_one(engine, target, seconds):
    max_len = TARGETS[target].max_len if target in TARGETS else 16
    if engine == "afl":
        return afl(target, seconds, max_len)
    return libfuzzer(engine, target, seconds, max_len)


def print_table(results):
    print(f"{'target':10} {'executions':>12} {'per second':>12} {'edges':>7} {'corpus':>7} {'findings':>9}")
    for result in results:
        rate = result.executions / result.seconds
        print(
            f"{result.target:10} {result.executions:12,} {rate:12,.0f} {result.coverage:>7} {result.corpus:>7}"
            f" {result.findings:9} {result.note}"
        )


def canary_caught(engine):
    """Does this engine find the one crash that is there to be found?"""
    (BUILD / "findings").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(BUILD / "corpus" / CANARY, ignore_errors=True)
    result = fuzz_one(engine, CANARY, CANARY_SECONDS)
    for path in (BUILD / "findings").glob(f"{CANARY}-*"):
        path.unlink()
    crash = re.compile(r"heap-buffer-overflow|MemorySanitizer|\b[1-9]\d* crashes")
    caught = result.findings > 0 and crash.search(result.note)
    print(f"canary: {'caught' if caught else 'NOT CAUGHT: this engine finds nothing'} ({result.note[:100]})")
    return bool(caught)


def fuzz(arguments):
    flavours = ["afl", "cmplog"] if arguments.engine == "afl" else [arguments.engine]
    for flavour in flavours:
        build(flavour, [*arguments.targets, CANARY])
    caught = canary_caught(arguments.engine)
    side_by_side = f"{arguments.jobs} at a time" if arguments.jobs > 1 else "one at a time"
    count = len(arguments.targets)
    print(f"{arguments.engine}: {count} targets, {arguments.seconds} s each, {side_by_side}", flush=True)
    results = in_parallel(lambda target: fuzz_one(arguments.engine, target, arguments.seconds), arguments.targets,
                          arguments.jobs)
    print_table(results)
    idle = [result.target for result in results if result.executions == 0]
    for target in idle:
        print(f"{target}: nothing was executed")
    failed = sum(result.findings > 0 or result.executions == 0 for result in results) + (not caught)
    return len(results) + 1 - failed, failed


# ---- replay ----


def replay_target(target, flavour, prefix):
    """(passed, failed) of the target's inputs; one that crashes is counted and the rest is run. What only shows at the
    exit, as a leak does, may be any input's: then each is run by itself."""
    words = [*prefix, program(flavour, target)]
    waiting, failed, together = seeds(target), 0, 0
    total = len(waiting)
    while waiting:
        code, output = run([*words, *waiting], 600)
        begun = [line for line in output.splitlines() if line.startswith(str(SEEDS))]
        if code == 0 and len(begun) == len(waiting):
            break
        if not begun:
            raise Failure(f"{target}: the replay program says nothing: {output[-500:]}")
        if len(begun) < len(waiting):
            found = [(begun[-1], output.rpartition(f"{begun[-1]}\n")[2])]
        else:
            alone = ((path, *run([*words, path], 600)) for path in waiting)
            found = [(path, said) for path, code, said in alone if code != 0]
        failed += len(found)
        together += not found
        for what, said in found or [(f"{target}: the inputs together, none of them alone", output)]:
            print(f"FAILED {what}\n{said}")
        waiting = waiting[len(begun):]
    print(f"{target:10} {total - failed:5} inputs replayed\n", end="", flush=True)
    return total - failed, failed + together


def size_of_corpus():
    return sum(path.stat().st_size for path in SEEDS.rglob("*") if path.is_file())


def replay(arguments):
    flavour = "valgrind" if arguments.valgrind else "replay"
    valgrind = ["valgrind", "-q", "--error-exitcode=99", "--exit-on-first-error=yes", "--leak-check=full"]
    prefix = valgrind if arguments.valgrind else []
    build(flavour, [*arguments.targets, CANARY])
    counts = in_parallel(lambda target: replay_target(target, flavour, prefix), arguments.targets, arguments.jobs)
    passed, failed = sum(count[0] for count in counts), sum(count[1] for count in counts)
    empty = [target for target in arguments.targets if not seeds(target)]
    for target in empty:
        print(f"FAILED {target}: fuzz/corpus/{target} is empty")
    crasher = BUILD / "canary.input"
    crasher.write_bytes(b"hlx!")
    code, output = run([*prefix, program(flavour, CANARY), crasher], 60)
    seen = bool(code) and ("Invalid read" if arguments.valgrind else "heap-buffer-overflow") in output
    print(f"canary: {'its error is seen' if seen else 'SURVIVES, or ends for another reason'}")
    small = size_of_corpus() <= LARGEST_CORPUS
    print(f"committed inputs: {size_of_corpus():,} bytes{'' if small else ', too many: minimise them'}")
    bad = len(empty) + (not seen) + (not small)
    return passed + seen + small, failed + bad


# ---- speed ----


def speed_of(target, seconds, *words):
    """Executions in a second of processor time, which other processes do not take part in."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [program("libfuzzer", target), f"-max_total_time={seconds}", "-print_final_stats=1", *words]
    code, output = run(command, seconds + 60, **LIBFUZZER_ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    executions = re.findall(r"number_of_executed_units: (\d+)", output)
    if code != 0 or not executions:
        raise Failure(f"{target}: exit code {code}: {output[-500:]}")
    return int(executions[0]) / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def small_inputs(target):
    small = [str(path) for path in seeds(target) if path.stat().st_size <= SMALL]
    if not small:
        raise Failure(f"{target}: no small inputs")
    listed = BUILD / f"{target}.small"
    listed.write_text(",".join(small))
    return f"-max_len={SMALL}", f"-seed_inputs=@{listed}"


def speed(arguments):
    build("libfuzzer", [*arguments.targets, CANARY])
    print(f"executions a second of processor time, libFuzzer with ASan and UBSan, inputs up to {SMALL} bytes")
    print("target           rate  of the canary's")
    failed = 0
    for target in arguments.targets:
        inputs = small_inputs(target)
        share = rate = tries = 0
        while tries < SPEED_TRIES and share < LEAST_SHARE:
            canary = speed_of(CANARY, 1, f"-max_len={CANARY_LENGTH}")
            found, tries = speed_of(target, arguments.seconds, *inputs), tries + 1
            share, rate = max((share, rate), (found / canary, found))
        enough = share >= LEAST_SHARE or not TARGETS[target].pure
        failed += not enough
        kind = "pure" if TARGETS[target].pure else "not pure: no limit"
        print(f"{target:10} {rate:10,.0f}  {share:8.2%}  {kind}"
              f"{'' if enough else f', FAILED: below {LEAST_SHARE:.2%}'}", flush=True)
    return len(arguments.targets) - failed, failed


# ---- corpora ----


BY_CONTENT = re.compile(r"[0-9a-f]{16}")


def merge(target):
    """As few inputs as reach all edges, named by their content; those with a name of their own stay."""
    into, found, committed = BUILD / "merged" / target, BUILD / "corpus" / target, SEEDS / target
    shutil.rmtree(into, ignore_errors=True)
    for folder in (into, found, committed):
        folder.mkdir(parents=True, exist_ok=True)
    words = [program("libfuzzer", target), "-merge=1", "-use_counters=0", f"-max_len={TARGETS[target].max_len}"]
    words += [into, committed, found]
    code, output = run(words, 600)
    merged = list(into.iterdir())
    if code != 0 or not merged:
        raise Failure(f"{target}: the merge failed: {output[-500:]}")
    for path in filter(lambda path: BY_CONTENT.fullmatch(path.name), list(committed.iterdir())):
        path.unlink()
    named = {path.read_bytes() for path in committed.iterdir()}
    for content in {path.read_bytes() for path in merged} - named:
        (committed / hashlib.sha1(content).hexdigest()[:16]).write_bytes(content)
    print(f"{target:10} {len(merged):5} inputs, {sum(path.stat().st_size for path in merged):8,} bytes", flush=True)


def minimise(arguments):
    build("libfuzzer", arguments.targets)
    in_parallel(merge, arguments.targets, arguments.jobs)
    print(f"{size_of_corpus():,} bytes in all; at most {LARGEST_CORPUS:,} are committed")
    return len(arguments.targets), 0


# ---- coverage ----

LINE = re.compile(r"^DA:(\d+),(\d+)", re.M)
BRANCH = re.compile(r"^BRDA:(\d+),\d+,\d+,(\S+)", re.M)


# Which kernels there are depends on the processor, and so does what these two do.
CHOICE = {"src/simd/kernel.c", "src/simd/choice.h"}
DISPATCH = "src/simd/dispatch.c"  # calls each kernel by its name
FLAGS = {"avx2": "avx2", "avx512": "avx512_vbmi2"}  # in a kernel's names: of a processor that has it
PROCESSOR = pathlib.Path("/proc/cpuinfo").read_text().split()


def other_processors(name):
    """The flag that this processor lacks to run the kernel with this in its names, or None."""
    return next((flag for word, flag in FLAGS.items() if word in name.lower() and flag not in PROCESSOR), None)


def other_rows(functions):
    """{(file, line, what): rows of lcov} from kernels that this processor lacks: a branch in a header has a row for
    each kernel, and it is not said for which; a line has one, which is theirs when nothing else is compiled there."""
    others, lines = collections.Counter(), {True: set(), False: set()}
    for function in functions:
        files = [os.path.relpath(name, ROOT) for name in function["filenames"]]
        other = other_processors(function["name"]) is not None
        for first, _, last, _, _, file, *_ in function["regions"]:
            lines[other].update((files[file], line, "line") for line in range(first, last + 1))
        for branch in function["branches"] if other else ():
            others[files[branch[6]], branch[0], "branch"] += 2  # true and false
    others.update(lines[True] - lines[False])
    return others


def lcov(targets):
    """({file, from the top: its records}, other_rows) of src/core and src/simd over all committed inputs."""
    raw, merged = BUILD / "profiles", BUILD / "all.profdata"
    shutil.rmtree(raw, ignore_errors=True)
    for target in targets:
        code, output = run([program("coverage", target), SEEDS / target], 600, LLVM_PROFILE_FILE=str(raw / target))
        if code != 0:
            raise Failure(f"{target}: {output[-500:]}")
    subprocess.run(["llvm-profdata-14", "merge", "-o", merged, *raw.iterdir()], check=True)
    objects = [word for target in targets for word in ("-object", program("coverage", target))][1:]
    common = [*objects, f"-instr-profile={merged}", "-ignore-filename-regex=/(fuzz|tests|src/shell)/"]
    html = ROOT / "build/fuzz/coverage-html"
    subprocess.run(["llvm-cov-14", "show", *common, "-format=html", "-show-branches=count", f"-output-dir={html}"],
                   check=True)
    exported = [subprocess.run(["llvm-cov-14", "export", *common, f"-format={form}"], check=True, capture_output=True,
                               text=True).stdout for form in ("lcov", "text")]
    parts = (part.split("\n", 1) for part in exported[0].split("SF:")[1:])
    files = {str(pathlib.Path(name).relative_to(ROOT)): records for name, records in parts}
    functions = json.loads(exported[1])["data"][0]["functions"]
    return {file: records for file, records in files.items() if file not in CHOICE}, other_rows(functions)


def uncovered(file, records, others):
    """(number and text of a line, what of it was never taken) for all that was not reached and is not of others."""
    source = (ROOT / file).read_text().splitlines()
    rows = collections.Counter((int(line), what) for what, pattern in (("line", LINE), ("branch", BRANCH))
                               for line, count in pattern.findall(records) if count in ("0", "-"))
    missing = {row for row, count in rows.items() if count > others[(file, *row)]}
    missing -= {(line, "branch") for line, what in missing if what == "line"}
    return [(number, source[number - 1].strip(), what) for number, what in sorted(missing)]


def calls_of_others(rows):
    """Rows of DISPATCH that only a kernel reaches which this processor lacks: condition, call, and the call's brace."""
    found, above = [], 0
    for number, text, what in rows:
        if other_processors(text) or (text == "}" and number == above + 1):
            found, above = [*found, (number, text, what)], number
    return found


def read_exceptions():
    rows = (ROOT / "fuzz/uncovered.tsv").read_text().splitlines()
    return {tuple(row.split("\t")[:3]) for row in rows if row and row[0] != "#"}


def coverage(arguments):
    build("coverage", arguments.targets)
    exceptions, seen, failed = read_exceptions(), set(), 0
    found, others = lcov(arguments.targets)
    for path in sorted((ROOT / "src/core").glob("*.c")):
        if str(path.relative_to(ROOT)) not in found:
            print(f"{path.relative_to(ROOT)}:1:1: no target is linked with it")
            failed += 1
    print(f"{'file':28} {'lines':>6} {'reached':>8} {'branches':>9} {'taken':>7} {'named':>6}")
    for file in sorted(filter(other_processors, found)):
        print(f"NOT CHECKED: {file}: this processor has no {other_processors(file)}")
        del found[file]
    lacking = ", ".join(flag for flag in FLAGS.values() if flag not in PROCESSOR)
    for file in sorted({DISPATCH, *(file for file, _, _ in others)} & {*found}) if others else ():
        print(f"NOT CHECKED: {file}, in part: this processor has no {lacking}")
    for file, records in sorted(found.items()):
        rows = uncovered(file, records, others)
        if file == DISPATCH:
            rows = [row for row in rows if row not in calls_of_others(rows)]
        named = {(file, what, text) for _, text, what in rows} & exceptions
        seen |= named
        lines, branches = LINE.findall(records), BRANCH.findall(records)
        print(f"{file:28} {len(lines):6} {sum(n != '0' for _, n in lines):8} {len(branches):9}"
              f" {sum(n not in ('0', '-') for _, n in branches):7} {len(named):6}")
        for number, text, what in rows:
            if (file, what, text) not in exceptions:
                print(f"{file}:{number}:1: this {what} is reached by no committed input: {text}")
                failed += 1
    for file, what, text in sorted(exceptions - seen):
        print(f"fuzz/uncovered.tsv:1:1: is reached after all, or gone: {file} {what} {text}")
        failed += 1
    print("build/fuzz/coverage-html/index.html shows every line")
    return 1 if not failed else 0, failed


# ---- OSS-Fuzz ----


def ossfuzz(arguments):
    """build.sh with the variables that OSS-Fuzz and ClusterFuzzLite set; then one run over the seeds."""
    out, passed = BUILD / "oss-fuzz", 0
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    flags = "-O1 -fsanitize=fuzzer-no-link,address"
    code, output = run([ROOT / "fuzz/build.sh"], 600, CC="clang", CFLAGS=flags, OUT=str(out), SRC=str(ROOT.parent),
                       LIB_FUZZING_ENGINE="-fsanitize=fuzzer")
    if code != 0:
        raise Failure(f"fuzz/build.sh: exit code {code}\n{output[-3000:]}")
    for target in arguments.targets:
        folder = out / f"{target}-seeds"
        with zipfile.ZipFile(out / f"fuzz_{target}_seed_corpus.zip") as archive:
            archive.extractall(folder)
        code, output = run([out / f"fuzz_{target}", "-runs=0", folder], 120)
        passed += code == 0
        print(f"{target:10} {'ok' if code == 0 else 'FAILED ' + output[-500:]}")
    return passed, len(arguments.targets) - passed


COMMANDS = {"fuzz": fuzz, "replay": replay, "coverage": coverage, "speed": speed, "minimise": minimise,
            "ossfuzz": ossfuzz}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--engine", default="libfuzzer", choices=("libfuzzer", "msan", "afl"))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many targets at a time")
    parser.add_argument("--target", dest="targets", action="append", choices=TARGETS, help="only this one")
    parser.add_argument("--valgrind", action="store_true")
    arguments = parser.parse_args()
    there = {path.stem.removeprefix("fuzz_") for path in (ROOT / "fuzz").glob("fuzz_*.c")}
    if there != {*TARGETS, CANARY}:
        parser.error(f"the targets in fuzz/ are not those listed here: {', '.join(sorted(there ^ {*TARGETS, CANARY}))}")
    arguments.targets = arguments.targets or list(TARGETS)
    arguments.jobs = max(1, arguments.jobs)
    (BUILD / "findings").mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        passed, failed = COMMANDS[arguments.command](arguments)
    except (Failure, OSError, subprocess.CalledProcessError) as failure:
        print(f"FAILED: {failure}")
        passed, failed = 0, 1
    print(f"{arguments.command}: {time.monotonic() - began:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
