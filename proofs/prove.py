#!/usr/bin/env python3
"""The proof gate: run Frama-C's WP over the core and believe only its reports.

    proofs/prove.py                  recorded answers where they exist, solvers elsewhere
    proofs/prove.py --scratch        solvers for everything
    proofs/prove.py --replay         recorded answers only; needs no solver
    proofs/prove.py --table          who is recorded to have answered how many goals
    proofs/prove.py --update-ledger  as the first, then pin the goal counts and record the answers
    proofs/prove.py [mode] FILE...   these targets only, for work on one proof

proofs/targets.tsv says what is proved and how, proofs/ledger.tsv has one row for every
function. What the gate refuses is in `Target.complaints`, and proofs/canaries/ holds a wrong
program for each kind: the gate fails if it does not refuse every one of them by name.
Exit code 0: everything listed as proved is proved and nothing is unlisted. 1: it is not.
2: wrong arguments or a tool is missing.
"""

import argparse
import collections
import concurrent.futures
import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/proofs"
CACHE = ROOT / "proofs/cache"
ANSWERS = ROOT / "proofs/answers"
LEDGER = ROOT / "proofs/ledger.tsv"
TARGETS = ROOT / "proofs/targets.tsv"
CLAIMS = ROOT / "proofs/CLAIMS.md"
ASSUMPTIONS = ROOT / "proofs/assumptions.tsv"
CANARIES = ROOT / "proofs/canaries/targets.tsv"
MODELS = ROOT / "proofs/models"
LEDGER_HEADER = "# file\tfunction\tstatus\tgoals\tsmoke\tclaim"

VERSIONS = {"frama-c": "25.0", "z3": "4.8.12", "cvc4": "1.8"}
WHY3_VERSION = "1.5.1"  # it writes what the solvers read
# Contracts of compiler builtins that Frama-C's machine description brings along. No core
# function calls one; the number is pinned so that nothing can hide among them.
BUILTIN_ASSUMPTIONS = 136
# Clauses of proofs/models: what the operations on vectors are trusted to do. Each is tested by name.
MODEL_ASSUMPTIONS = 112
SMOKE_SECONDS = "1"
CLOCK = 20  # WP's limits are by the clock, and so many times those of processor time: so loaded may a machine be
PATIENCE = 3  # so many times its time-out a goal has in a proof from scratch: a slow machine is no wrong proof
JOBS = 2
SOLVERS = "2"  # with more at once WP overlooks some of the recorded answers
REPLAY_PARALLEL = "32"  # making goals, WP waits more than it works
LEMMAS = "(lemmas)"
PROGRAM = "(program)"
UNTRIED = ("Ignored", "Partially proven")  # of a property: no solver was asked
FOR_CALLERS = ("precondition", "behavior assumption")  # what the function itself does not prove

# A goal that a solver proved, and that took it a second or more.
SOLVED = re.compile(r"^\[wp\] \[[^\]]+\] Goal typed_(?:ref_)?(\w+) : Valid.* \(([\d.]+)s\)", re.M)
# What WP keeps of a solver that ended with neither an answer nor a time-out.
FAILED = re.compile(r'"prover": "([^"]+)", "verdict": "failed"')

FRAMA_C = ["frama-c", "-no-autoload-plugins", "-load-module", "wp,rtegen,report"]  # to start all others takes time
ASKED = (
    "-c11 -machdep gcc_x86_64 -cpp-extra-args=-Isrc/core"
    " -wp -wp-rte -warn-unsigned-overflow -warn-unsigned-downcast -warn-signed-downcast"
    " -wp-model Typed -wp-check-memory-model -wp-smoke-tests"
    f" -wp-smoke-timeout {SMOKE_SECONDS}"
).split()
PROVERS = ["-wp-prover", "z3,cvc4"]

# How Why3 calls the solvers: as by itself, but with limits in processor time, so that a loaded machine
# does not prove less (CVC4's own limit is by the clock, whatever --cpu-time says, and so is WP's: CLOCK is why
# that comes later). Over the limit a solver is sent SIGXCPU. CVC4 then says so; for Z3 a shell says that the answer
# is not known, as Why3 would call what ends by a signal a failure. (Why3 cuts commands at semicolons.) When another
# solver was faster Why3 ends the shell: the solver dies with it, or it would go on and slow down the others. Z3
# comes a second time, for the targets whose options ask for it: there it treats quantifiers by patterns only and does
# not configure itself, which is better where goals are large.
OVER_THE_LIMIT = 128 + signal.SIGXCPU
Z3_OPTIONS = "sat.random_seed=42 nlsat.randomize=false smt.random_seed=42"
MATCHING = "auto_config=false smt.mbqi=false smt.case_split=3"
SOLVER_CALLS = (  # tool, name, alternative, driver, options
    ("cvc4", "CVC4", "", "cvc4_17", "--stats --lang=smt2 %f"),
    ("z3", "Z3", "", "z3_471", f"-smt2 {Z3_OPTIONS} -st %f"),
    ("z3", "Z3", "matching", "z3_471", f"-smt2 {Z3_OPTIONS} {MATCHING} -st %f"),
)


def rows(path):
    """The fields of each line of a table; lines that start with # are comments."""
    if not path.exists():
        return []
    return [line.split("\t") for line in path.read_text().splitlines() if line and line[0] != "#"]


# What may be assumed, by function, kind and text; proofs/SOUNDNESS.md says why.
ASSUMED = {(function, kind, text) for function, kind, text, *_ in rows(ASSUMPTIONS)}

# The options of proofs/targets.tsv: none that silences a warning or hides a goal.
ALLOWED_OPTIONS = re.compile(
    r"-wp-model Typed\+ref|-wp-split|-wp-no-init-const|-wp-prover Z3:4\.8\.12:matching"
    r"|-cpp-extra-args=(-DHLX_OPAQUE|-DHLX_CLOSED|-D__aarch64__|-U__x86_64__|-Iproofs/models)"
)


def modelled(file):
    """The operations that tests/test_models_*.c checks for the file's set of instructions; none for other files."""
    test = ROOT / f"tests/{pathlib.Path(file).stem.replace('scan_', 'test_models_')}.c"
    return set(re.findall(r"\bMODEL\((\w+)\)", test.read_text())) if test.exists() else set()


def requirements(contract):
    """The conjuncts of a contract's pre-conditions, without their names: of those that hold under no condition."""
    clauses = re.findall(r"\brequires\s+(?:\w+:\s+)?(.*?);", contract.partition("behavior ")[0], re.S)
    whole = (clause for clause in clauses if not re.search(r"[⇒⇔∨?∀∃]|\\let", clause))
    return {" ".join(text.split()) for clause in whole for text in clause.split("∧")}


def by_the_clock(words, times=1):
    """WP's options, where each number behind a time-out is so many times that, and in seconds by the clock."""
    def multiplied(seconds):
        return str(times * CLOCK * int(seconds[0]))
    return [re.sub(r"\b\d+\b", multiplied, word) if "timeout" in option else word
            for option, word in zip(["", *words], words)]


def short(prover):
    """Z3:4.8.12:matching -> Z3 matching: the version is pinned."""
    name, _, *alternative = f"{prover}:".split(":")
    return " ".join(filter(None, (name, *alternative)))


def fail(message):
    print(f"prove: {message}", file=sys.stderr)
    sys.exit(2)


def check_tools(replay):
    """The pinned versions: another one may number goals differently or prove less."""
    for tool, version in {**VERSIONS, "why3": WHY3_VERSION}.items():
        if replay and tool != "frama-c":
            continue
        if not shutil.which(tool):
            fail(f"{tool} is not installed (ci/install.sh prove)")
        option = "-version" if tool == "frama-c" else "--version"
        words = subprocess.run([tool, option], capture_output=True, text=True, check=False).stdout
        if version not in words:
            fail(f"{tool} {version} is needed, this one says: {words.splitlines()[0]}")


def write_why3_config(replay):
    """Tell Why3 of the solvers, here and not in the home directory. In a replay they
    are said to be where nothing can be run."""
    tools = {tool: "/nonexistent" if replay else shutil.which(tool) for tool in ("cvc4", "z3", "prlimit", "setpriv")}
    limited = f"{tools['setpriv']} --pdeathsig KILL {tools['prlimit']} --core=0 --cpu=$((%t / {CLOCK})):"
    sections = ["[main]\nmagic = 14\n"]
    for tool, name, alternative, driver, options in SOLVER_CALLS:
        sections.append(f"""[prover]
name = "{name}"
{f'alternative = "{alternative}"' if alternative else ""}
version = "{VERSIONS[tool]}"
command = "/bin/sh -c '{limited} {tools[tool]} {options} || test $? != {OVER_THE_LIMIT} || echo unknown'"
driver = "{driver}"
editor = ""
in_place = false
interactive = false
shortcut = "{f'{tool}-{alternative}' if alternative else tool}"
""")
    config = BUILD / ("why3-replay.conf" if replay else "why3.conf")
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("\n".join(sections))
    return config


class Target:
    """One C file that WP is run on, and what the reports say about it."""

    def __init__(self, file, pins, timeout="2", options=""):
        self.file = file
        self.pins = pins  # function -> (goals, smoke tests)
        self.timeout, *self.longer = timeout.split()  # of the file, and function:seconds where it is longer
        words = options.split()
        more = [number for number, word in enumerate(words) if word == "-wp-prover"]
        self.provers = [word for number in more for word in words[number : number + 2]]
        self.options = [word for number, word in enumerate(words) if not {number, number - 1} & set(more)]
        self.name = pathlib.Path(file).name
        self.folder = BUILD / pathlib.Path(file).with_suffix("")
        self.record = CACHE / f"{self.folder.name}.tsv"
        self.answers = ANSWERS / f"{self.folder.name}.tsv"
        self.replayed = False
        self.output = ""
        self.seconds = 0.0
        self.failures = collections.Counter()  # prover -> number of calls
        self.goals = {}  # function -> {goal: report}
        self.properties = []
        self.tree = ""
        self.called = set()

    def seconds_for(self, functions):
        """The longest time-out of any of these functions."""
        longer = dict(word.split(":") for word in self.longer)
        return max(int(longer.get(function, self.timeout)) for function in functions)

    def near_time_out(self):
        """(function, seconds of its slowest goal, time-out) where a solver took more than a third of the time-out."""
        slowest = collections.Counter()
        for goal, seconds in SOLVED.findall(self.output):
            name = max((name for name in self.goals if goal.startswith(name)), key=len, default=LEMMAS)
            slowest[name] = max(slowest[name], float(seconds))
        for name, seconds in slowest.most_common():
            if seconds > self.seconds_for({name}) / 3:
                yield name, seconds, self.seconds_for({name})

    def run(self, mode, why3_config):
        """Look the answers up first: that is quick, and does when nothing has changed."""
        if mode in ("default", "replay"):
            self.replay(why3_config)
        if not self.replayed:
            self.run_wp({"scratch": "rebuild", "replay": "offline"}.get(mode, "cleanup"), SOLVERS, why3_config)

    def replay(self, why3_config):
        """WP makes the goals anew; who answered each was recorded for exactly this program."""
        program, recorded = self.recorded_answers()
        if not program:
            return
        self.run_wp("none", REPLAY_PARALLEL, why3_config)
        made = {(function, goal): report["wp:main"]["total"]
                for function, goals in self.goals.items() for goal, report in goals.items()}
        if program != self.program() or made.keys() != recorded.keys():
            return
        if any(sum(recorded[goal].values()) < total for goal, total in made.items()):
            return
        for (function, goal), total in made.items():
            answers = {name: {"valid": count} for name, count in recorded[function, goal].items()}
            self.goals[function][goal] = {"wp:main": {"total": total, "valid": total}, **answers}
        self.replayed = True

    def program(self):
        """A fingerprint of all that the goals depend on: the program with its contracts and guards as
        Frama-C prints it, how WP is asked, and which Frama-C it is."""
        words = [self.tree, "frama-c", *ASKED, *self.options, *self.provers, *sorted(VERSIONS.values())]
        return hashlib.sha256("\0".join(words).encode()).hexdigest()

    def recorded_answers(self):
        """The program's fingerprint, and for each goal how many parts of it who has answered."""
        program, answers = "", {}
        for function, goal, answered in rows(self.answers):
            if function == PROGRAM:
                program = goal
            else:
                pairs = (part.rsplit(" ", 1) for part in answered.split(", "))
                answers[function, goal] = {name: int(count) for name, count in pairs}
        return program, answers

    def keep_answers(self):
        """Record who answered what; what an earlier run said of the same program is kept."""
        program, earlier = self.recorded_answers()
        lines = ["# function\tgoal\tanswered by", f"{PROGRAM}\t{self.program()}\t-"]
        for function, goals in sorted(self.goals.items()):
            for goal, report in sorted(goals.items()):
                answered = dict(earlier.get((function, goal), {})) if program == self.program() else {}
                for name in report.keys() - {"wp:main"}:
                    answered[name] = max(answered.get(name, 0), report[name].get("valid", 0))
                who = ", ".join(f"{name} {count}" for name, count in sorted(answered.items()) if count)
                lines.append(f"{function}\t{goal}\t{who}")
        ANSWERS.mkdir(exist_ok=True)
        self.answers.write_text("\n".join(lines) + "\n")

    def run_wp(self, cache_mode, parallel, why3_config):
        shutil.rmtree(self.folder, ignore_errors=True)
        cache = self.folder / "session/cache"
        cache.mkdir(parents=True)
        if cache_mode in ("offline", "cleanup"):
            for key, answer in rows(self.record):  # WP would ask again after a time-out, as its own limit is longer
                (cache / f"{key}.json").write_text(answer.replace('"timeout"', '"unknown"'))
        provers = ["-wp-prover", "none"] if cache_mode == "none" else PROVERS + self.provers
        time_outs = ["-wp-timeout", self.timeout, *(["-wp-fct-timeout", ",".join(self.longer)] if self.longer else [])]
        command = [
            *FRAMA_C, *by_the_clock(ASKED), self.file, *self.options, *provers,
            *by_the_clock(time_outs, PATIENCE if cache_mode == "rebuild" else 1),
            "-wp-session", str(self.folder / "session"),
            "-wp-cache", cache_mode, "-wp-par", parallel,
            "-wp-report-json", str(self.folder / "goals.json"),
            "-then", "-report", "-report-untried", "-report-csv", str(self.folder / "properties.tsv"),
            "-then", "-print", "-ocode", str(self.folder / "tree.c"),
        ]
        start = time.monotonic()
        environment = dict(os.environ, WHY3CONFIG=str(why3_config), PWD=str(ROOT))  # Frama-C believes PWD
        result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        self.seconds += time.monotonic() - start
        self.output = result.stdout + result.stderr
        (self.folder / "frama-c.log").write_text(self.output)
        self.read_reports()

    def read_reports(self):
        kept = (file.read_text() for file in (self.folder / "session/cache").glob("*.json"))
        self.failures = collections.Counter(match[1] for match in map(FAILED.search, kept) if match)
        goals = self.folder / "goals.json"
        if goals.exists():
            report = json.loads(goals.read_text()) or {}  # "null" when no goal was computed
            self.goals = dict(report.get("wp:functions", {}))
            lemmas = report.get("wp:axiomatics", {})
            if lemmas:
                self.goals[LEMMAS] = {k: v for section in lemmas.values() for k, v in section.items()}
            for section in self.goals.values():
                section.pop("wp:section", None)
        properties = self.folder / "properties.tsv"
        if properties.exists():
            with properties.open(newline="") as lines:
                reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
                self.properties = [row for row in list(reader)[1:] if len(row) >= 7]
        tree = self.folder / "tree.c"
        if tree.exists():
            self.tree = tree.read_text()
            code = re.sub(r"/\*(?!@ ghost).*?\*/", "", self.tree, flags=re.S)
            lines = re.findall(r"^[ \t].*", code, re.M)
            self.called = {name for line in lines for name in re.findall(r"\b(\w+)\(", line)}

    def counts(self, function):
        """Goals and smoke tests of a function."""
        goals = smoke = 0
        for goal, report in self.goals.get(function, {}).items():
            if "_wp_smoke_" in goal:
                smoke += report["wp:main"]["total"]
            else:
                goals += report["wp:main"]["total"]
        return goals, smoke

    def complaints(self, proved_elsewhere):
        """Everything that keeps this target from being proved, by name."""
        if not self.goals or not self.properties or not self.tree:
            yield from self.tool_errors()
            yield "empty report: no goals were computed"
        yield from self.warnings()
        yield from self.count_complaints()
        yield from self.goal_complaints()
        yield from self.solver_failures()
        yield from self.contract_complaints()
        yield from self.assumptions(proved_elsewhere)
        yield from self.loops_without_variant()

    def tool_errors(self):
        for line in self.output.splitlines():
            if "error" in line.lower() or "abort" in line.lower():
                yield line.strip()

    def warnings(self):
        """No warning is harmless: each is an assumption made silently."""
        lines = self.output.splitlines()
        for number, line in enumerate(lines):
            if "Warning:" in line and "Failed smoke-test" not in line:
                head, _, text = line.partition("Warning:")
                if not text.strip() and number + 1 < len(lines):
                    text = lines[number + 1]
                if self.stated(text, lines[number + 2:]):
                    continue
                yield f"{text.strip()} [{head.strip()}]"

    def stated(self, text, lines):
        """Is the warning only of hypotheses of the memory model that the function's own contract makes? Under
        Typed+ref, WP turns the validity and separation of pointers into pre-conditions, proves them at each
        call and warns; what the contract says in the same words is no silent assumption."""
        found = re.search(r"Memory model hypotheses for function '(\w+)'", text)
        if not found:
            return False
        end = next((number for number, line in enumerate(lines) if "*/" in line), -1)
        supposed = requirements(" ".join(lines[:end + 1]).replace("behavior wp_typed_ref:", ""))
        contracts = re.findall(r"/\*@((?:(?!\*/|behavior wp_).)*)(?:behavior wp_(?:(?!\*/).)*)?\*/"
                               rf"\s*[\w \t]+[ *]{found[1]}\(", self.tree, re.S)
        return bool(supposed) and any(supposed <= requirements(contract) for contract in contracts)

    def count_complaints(self):
        for function in sorted(set(self.goals) | set(self.pins)):
            if function not in self.pins:
                yield f"{function}: no row in the ledger"
                continue
            if function not in self.goals:
                yield f"{function}: in the ledger, but no goal was computed for it"
                continue
            for what, found, pinned in zip(("goals", "smoke tests"), self.counts(function), self.pins[function]):
                if str(found) != pinned:
                    yield f"{function}: {found} {what}, the ledger pins {pinned}"
            if "precondition" in self.kinds(function) and self.counts(function)[1] == 0:
                yield f"{function}: a pre-condition, but no smoke test"

    def goal_complaints(self):
        for function, goals in sorted(self.goals.items()):
            for goal, report in sorted(goals.items()):
                done = report["wp:main"].get("valid", 0) == report["wp:main"]["total"]
                if "_wp_smoke_" not in goal:
                    if not done:
                        yield f"{function}: not proved: {goal}"
                elif not done:
                    yield f"{function}: smoke test failed: {goal}"
                elif len(report) < 2:
                    # WP passes a smoke test that nobody answered.
                    yield f"{function}: smoke test not answered: {goal}"

    def solver_failures(self):
        """WP passes a smoke test, too, whose solvers crash or run out of memory, and does not say which one it was."""
        for prover, count in sorted(self.failures.items()):
            yield f"{short(prover)} failed {count} times: neither an answer nor a time-out"

    def kinds(self, function):
        """The kinds of properties that the contract and the body of a function have."""
        return {row[4] for row in self.properties if row[3] == function and row[6].strip() != "\\false"}  # `exits`

    def contract_complaints(self):
        for function in sorted(self.pins):
            if function == LEMMAS:
                continue
            kinds = self.kinds(function)
            missing = [kind for kind in ("termination clause", "assigns clause", "postcondition") if kind not in kinds]
            if len(missing) == 3:
                yield f"{function}: no contract"
            else:
                yield from (f"{function}: no {kind}" for kind in missing)

    def assumptions(self, proved_elsewhere):
        builtin = models = 0
        tested = modelled(self.file)
        for directory, _, _, function, kind, status, *text in self.properties:
            if status == "Valid" or (status in UNTRIED and not self.must_be_tried(function, kind)):
                continue
            if status == "Considered valid" and directory == "FRAMAC_SHARE/libc":
                builtin += 1
                if self.calls(function):
                    yield f"{function}: a builtin is called, its contract is assumed: {kind}"
            elif status == "Considered valid" and directory == str(MODELS.relative_to(ROOT)):
                models += 1
                if function not in tested and self.calls(function):
                    yield f"{function}: modelled, but no test of models checks it: {kind}"
            elif status != "Considered valid":
                yield f"{function}: {status.lower()}: {kind} {text[0]}"
            elif (function, kind, text[0]) in ASSUMED:
                continue
            elif function in self.pins or (function not in proved_elsewhere and self.calls(function)):
                yield f"{function}: assumed, not proved: {kind} {text[0]}"
        if builtin not in (0, BUILTIN_ASSUMPTIONS):
            yield f"{builtin} contracts of builtins are assumed, {BUILTIN_ASSUMPTIONS} are pinned"
        if models not in (0, MODEL_ASSUMPTIONS):
            yield f"{models} clauses of models are assumed, {MODEL_ASSUMPTIONS} are pinned"
        # The reports do not mention axioms; an admitted lemma is printed as one.
        for name in re.findall(r"\baxiom\s+(\w+)", self.tree):
            yield f"assumed, not proved: axiom {name}"

    def must_be_tried(self, function, kind):
        """In a replay no solver was asked."""
        return function in self.pins and kind not in FOR_CALLERS and not self.replayed

    def calls(self, function):
        """Does the code, as Frama-C prints it, call this function? Ghost code counts: a lemma is called there."""
        return function in self.called

    def loops_without_variant(self):
        function = comment = ""
        for match in re.finditer(r"(?P<note>/\*@.*?\*/)|^\w[^;{}\n]*?\b(?P<name>\w+)\([^;{}]*\)\s*\{"
                                 r"|^\s+(?P<loop>while|for|do)\b", self.tree, re.M | re.S):
            if match["name"]:
                function = match["name"]
            elif match["loop"] and "loop variant" not in comment:
                yield f"{function}: loop without variant"
            comment = match["note"] or ""

    def summary(self):
        smoke = sum(self.counts(function)[1] for function in self.goals)
        goals = sum(self.counts(function)[0] for function in self.goals)
        functions = sum(1 for function in self.goals if function != LEMMAS)
        valid = collections.Counter()
        for report in (report for reports in self.goals.values() for report in reports.values()):
            valid.update({name: part.get("valid", 0) for name, part in report.items() if name != "wp:main"})
        answers = ", ".join(f"{short(name)} {count}" for name, count in sorted(valid.items()))
        return f"{functions} functions, {goals} goals, {smoke} smoke tests ({answers}; {self.seconds:.0f} s)"

    def record_answers(self):
        """Keep what the solvers said. Not of a target with an open goal: a recorded time-out
        would keep it open. Of a canary an open goal is what is wanted."""
        open_goals = [text for text in self.goal_complaints() if "not proved" in text]
        canary = CANARIES.parent in (ROOT / self.file).parents
        if open_goals and not canary:
            print(f"{self.file}: answers not recorded, {len(open_goals)} goals are open")
            return
        files = sorted((self.folder / "session/cache").glob("*.json"))
        lines = [f"{file.stem}\t{' '.join(file.read_text().split())}" for file in files]
        CACHE.mkdir(exist_ok=True)
        self.record.unlink(missing_ok=True)
        if lines:
            self.record.write_text("\n".join(lines) + "\n")
        if not open_goals and not canary:
            self.keep_answers()


def ghost_functions(path):
    """Lemmas that are functions in ghost code, in a file of src/simd and the headers beside it that it includes."""
    text = path.read_text()
    yield from re.findall(r"/\*@ ghost\s*/@.*?@/\s*\w+ (\w+)\(", text, re.S)
    for name in re.findall(r'^#include "([^"]+)"', text, re.M):
        if (path.parent / name).exists():
            yield from ghost_functions(path.parent / name)


def core_functions():
    """(file, function) for every function that the compiler finds in the core, and in the proved files of
    src/simd: there, as Frama-C reads them."""
    BUILD.mkdir(parents=True, exist_ok=True)
    simd = [(ROOT / row[0], row[2]) for row in rows(TARGETS) if row[0].startswith("src/simd/")]
    for path, options in [(path, "") for path in sorted((ROOT / "src/core").glob("*.c"))] + simd:
        unit = BUILD / f"{path.stem}.o"
        compiler = os.environ.get("CC", "gcc")
        more = re.findall(r"-cpp-extra-args=(\S+)", options)
        more = ["-D__FRAMAC__", "-Dalways_inline=noinline", *more] if options else []
        command = [compiler, "-std=c11", "-O0", "-ffreestanding", "-Isrc/core", *more, "-c", str(path), "-o", str(unit)]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode:
            fail(f"{path.name} does not compile:\n{result.stderr}")
        symbols = subprocess.run(["nm", "--defined-only", str(unit)], capture_output=True, text=True, check=True)
        for line in symbols.stdout.splitlines():
            _, kind, name = line.split()
            if kind in "tT":
                yield str(path.relative_to(ROOT)), name
        if options:
            yield from ((str(path.relative_to(ROOT)), name) for name in ghost_functions(path))


def stale_assumptions(targets, proved):
    """Rows of the assumptions that no longer stand for anything."""
    admitted = {row[3] for target in targets for row in target.properties
                if row[5] == "Considered valid" and row[3] in target.pins}
    for function in sorted(({function for function, *_ in ASSUMED} & proved) - admitted):
        yield f"{function}: in proofs/assumptions.tsv, but it is proved"
    found = {tuple(row[3:5]) + (row[6],) for target in targets for row in target.properties
             if row[5] == "Considered valid"}
    for function, kind, text in sorted(ASSUMED - found):
        yield f"{function}: {kind} {text}: in proofs/assumptions.tsv, but nothing assumes it"


def hidden_text():
    """What Frama-C would not print, so that the gate would not see it."""
    for folder in ("src/core", "src/simd", "spec/logic", "proofs"):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            if re.search(r"fc_stdlib|^[ \t]*#[ \t]*(?:line\b|\d)", path.read_text(), re.M):
                yield f"{path.relative_to(ROOT)}: says that text is of another file, or of a library"


def option_complaints(table):
    for file, _, options, *_ in table:
        left = ALLOWED_OPTIONS.sub("", f" {options} ").split()
        if left:
            yield f"{file}: options that the gate does not know: {' '.join(left)}"


def calls_of(tree):
    """(caller, called) in a program as Frama-C prints it, ghost code included."""
    code = re.sub(r"/\*(?!@ ghost).*?\*/", "", tree, flags=re.S)
    for match in re.finditer(r"^\w[^;{}\n]*?\b(\w+)\([^;{}]*\)\s*\{(.*?)^\}", code, re.M | re.S):
        yield from ((match[1], name) for name in re.findall(r"\b(\w+)\(", match[2]))


def cycles(calls):
    """Functions that come to themselves again: each would be proved by the contract of the next."""
    calls = set(calls)
    callers = {caller for caller, _ in calls}
    calls = {(caller, name) for caller, name in calls if name in callers}
    while ends := callers - {caller for caller, _ in calls}:  # who calls nobody is on no cycle
        callers -= ends
        calls = {(caller, name) for caller, name in calls if name not in ends}
    for name in sorted(callers):
        yield f"{name}: on a cycle of calls, or calls one"


def unused_models(targets):
    """Operations of proofs/models that no proved file calls."""
    declared = {row[3] for target in targets for row in target.properties
                if row[0] == str(MODELS.relative_to(ROOT)) and row[5] == "Considered valid"}
    simd = [target for target in targets if target.file.startswith("src/simd/")]
    for function in sorted(declared):
        if not any(target.calls(function) for target in simd):
            yield f"{function}: in proofs/models, but no proved file calls it"


def ledger_complaints(ledger, functions):
    listed = {(row[0], row[1]) for row in ledger}
    for file, function in functions:
        if (file, function) not in listed:
            yield f"{file}: {function}: no row in proofs/ledger.tsv"
    targets = {row[0] for row in rows(TARGETS)}
    for file, function, status, *_, claim in ledger:
        if file.startswith("src/") and function != LEMMAS and (file, function) not in functions:
            yield f"{file}: {function}: a row in proofs/ledger.tsv, but there is no such function"
        if status not in ("proved", "tested"):
            yield f"{file}: {function}: status {status} is neither proved nor tested"
        if status == "proved" and file not in targets:
            yield f"{file}: {function}: listed as proved, but the file is not in proofs/targets.tsv"
        if status == "tested" and file in targets:
            yield f"{file}: {function}: in a proved file, listed as tested only"
        if not claim:
            yield f"{file}: {function}: the claim is empty"


def read_claims(ledger):
    """The named claims: (name, {(file, function) that carry it})."""
    of_file = collections.defaultdict(set)
    for file, function, *_ in ledger:
        of_file[file].add((file, function))
    for line in CLAIMS.read_text().splitlines():
        if line.startswith("| ") and not line.startswith("| claim "):
            name, *cells = line.strip("| ").split(" | ")
            carriers = cells[1] if len(cells) == 2 else ""
            carried = set()
            for file, functions in re.findall(r"`([^`]+)`(?:: ((?:\w+(?:, )?)+))?", carriers):
                named = {(file, function) for function in functions.strip(", ").split(", ") if function}
                carried |= named or of_file[file] or {(file, "any function")}
            yield name, carried


def claim_complaints(claims, ledger):
    proved = {(file, function) for file, function, status, *_ in ledger if status == "proved"}
    for name, carried in claims:
        for file, function in sorted(carried - proved):
            yield f"proofs/CLAIMS.md: {name}: {file}: {function} is not listed as proved"
        if not carried:
            yield f"proofs/CLAIMS.md: {name}: no function carries it"
    if not claims:
        yield "proofs/CLAIMS.md: no claim was found"


def broken_claims(claims, target, complaints):
    """The claims that the complaints about a target's functions take away."""
    functions = {complaint.split(":")[0] for complaint in complaints}
    for name, carried in claims:
        if any((target.file, function) in carried for function in functions):
            yield name


def proved_names(ledger):
    return {row[1] for row in ledger if row[2] == "proved"}


def pins_of(ledger, file):
    return {row[1]: (row[3], row[4]) for row in ledger if row[0] == file and row[2] == "proved"}


def run_all(targets, mode, why3_config):
    """Run two at a time, those with the most recorded answers first; yield in the given order."""
    def size(target):
        return target.record.stat().st_size if target.record.exists() else 0
    def run(target):
        target.run(mode, why3_config)
        if mode in ("scratch", "update-ledger"):  # that takes long
            near = "".join(f", {name} {seconds} of {limit} s" for name, seconds, limit in target.near_time_out())
            print(f"{time.strftime('%H:%M:%S')}  {target.file}: {target.seconds:.0f} s{near}", file=sys.stderr)
        return target
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        running = {target.file: pool.submit(run, target) for target in sorted(targets, key=size, reverse=True)}
        for target in targets:
            yield running[target.file].result()


def update_ledger(targets, functions):
    """Pin what was found, in the ledger as it is now: others may have pinned since. A function
    without a row gets one: with an empty claim, for its author to fill in, where it is proved, else
    with its module's test. A row without a function goes."""
    table = {(row[0], row[1]): row for row in rows(LEDGER)}
    proved_files = {row[0] for row in rows(TARGETS)}
    for file, function in functions:
        if file not in proved_files:
            claim = f"tests/test_{pathlib.Path(file).stem}.c"
            table.setdefault((file, function), [file, function, "tested", "-", "-", claim])
    for target in targets:
        for function in target.goals:
            row = table.setdefault((target.file, function), [target.file, function, "proved", "", "", ""])
            row[2:5] = ["proved", *map(str, target.counts(function))]
    gone = [key for key in table if key[0].startswith("src/") and key[1] != LEMMAS and key not in functions]
    lines = ["\t".join(row) for key, row in sorted(table.items()) if key not in gone]
    LEDGER.write_text("\n".join([LEDGER_HEADER, *lines]) + "\n")


def prove_targets(options, ledger, why3_config):
    """Run every target; the number of complaints and the targets."""
    proved = proved_names(ledger)
    claims = list(read_claims(ledger))
    table = [row for row in rows(TARGETS) if not options.files or row[0] in options.files]
    targets = [Target(row[0], pins_of(ledger, row[0]), row[1], row[2]) for row in table]
    bad = 0
    for row, target in zip(table, run_all(targets, options.mode, why3_config)):
        complaints = list(target.complaints(proved))
        bad += len(complaints)
        print(f"{'REFUSED' if complaints else 'PROVED'}  {target.file}: {target.summary()}")
        for complaint in complaints:
            print(f"    {target.name}: {complaint}")
        for name in broken_claims(claims, target, complaints):
            print(f"    BREAKS the claim {name} (proofs/CLAIMS.md)")
        print(f"    CLAIM       {row[3]}\n    NOT PROVED  {row[4]}", flush=True)
    return bad, targets


def made_up():
    """(what the gate must say, what it says) of reports, ledgers and claims that no wrong program brings about."""
    x = Target("src/core/x.c", {"x": ("0", "1")})
    yield "empty report: no goals were computed", x.complaints(set())
    x.goals = {"x": {"x_wp_smoke_requires": {"wp:main": {"total": 1, "valid": 1}}}}
    yield "x: smoke test not answered: x_wp_smoke_requires", x.complaints(set())
    x.failures["Z3:4.8.12:matching"] = 4
    yield "Z3 matching failed 4 times: neither an answer nor a time-out", x.complaints(set())
    x.properties = [["", "", "", "x", kind, status, "holds: 1"]
                    for kind, status in (("precondition", "Valid"), ("postcondition", "Ignored"))]
    yield "x: ignored: postcondition holds: 1", x.complaints(set())
    x.goals = {"x": {"x_ensures_holds": {"wp:main": {"total": 1, "valid": 1}}}}
    yield "x: a pre-condition, but no smoke test", x.complaints(set())
    x.properties = [["", "", "", "x", "postcondition", "Valid", "\\false"]]
    yield "x: no contract", x.complaints(set())
    row = ["src/core/x.c", "x", "tested", "-", "-", "a claim"]
    yield "src/core/x.c: x: no row in proofs/ledger.tsv", ledger_complaints([], [("src/core/x.c", "x")])
    yield ("src/core/x.c: x: a row in proofs/ledger.tsv, but there is no such function", ledger_complaints([row], []))
    yield ("src/core/x.c: x: the claim is empty", ledger_complaints([[*row[:5], ""]], [("src/core/x.c", "x")]))
    yield ("proofs/CLAIMS.md: c: src/core/x.c: x is not listed as proved",
           claim_complaints([("c", {("src/core/x.c", "x")})], [row]))
    yield "proofs/CLAIMS.md: c: no function carries it", claim_complaints([("c", set())], [])
    yield ("src/core/x.c: options that the gate does not know: -wp-no-check-memory-model",
           option_complaints([("src/core/x.c", "2", "-wp-split -wp-no-check-memory-model", "", "")]))
    tree = "int f(int x)\n{\n  return g(x);\n}\n\nint g(int x)\n{\n  /*@ ghost f(x); */\n  return x;\n}\n"
    yield "f: on a cycle of calls, or calls one", cycles(calls_of(tree))
    x.tree, x.output = "/*@ requires a: p > 0 ⇒ \\separated(p, q); */\nint x(int *p, int *q)\n{\n}\n", (
        "x.c:1: Warning: \n  Memory model hypotheses for function 'x':\n  /*@ behavior wp_typed_ref:\n"
        "        requires \\separated(p, q); */")
    yield "Memory model hypotheses for function 'x': [x.c:1:]", x.warnings()


def refuse_canaries(mode, why3_config):
    """The gate tests itself: the number of wrong programs that it did not refuse as it should."""
    table = rows(CANARIES)
    if {ROOT / row[0] for row in table} != set(CANARIES.parent.glob("*.c")):
        fail(f"{CANARIES.relative_to(ROOT)} is not a row for each wrong program beside it")
    targets = [Target(row[0], {row[1]: (row[2], row[3])}) for row in table]
    missed = 0
    for row, target in zip(table, run_all(targets, mode, why3_config)):
        complaints = [f"{target.name}: {complaint}" for complaint in target.complaints(set())]
        if not any(row[4] in complaint for complaint in complaints):
            missed += 1
            print(f"MISSED  {target.file}: the gate did not say: {row[4]}; it said: {complaints}")
    for expected, complaints in made_up():
        said = list(complaints)
        if expected not in said:
            missed += 1
            print(f"MISSED  the gate did not say: {expected}; it said: {said}")
    if not missed:
        print(f"The gate refuses each of {len(table)} wrong programs by name, and reports, ledgers and claims that are "
              "made up.")
    return missed, targets


def who_answered(target):
    """Goals (not smoke tests) by who is recorded to have answered them."""
    counts = collections.Counter()
    for (_, goal), answered in target.recorded_answers()[1].items():
        solvers = sorted({short(name) for name in answered} - {"qed"})
        if "_wp_smoke_" not in goal:
            counts["Qed" if not solvers else f"{solvers[0]} only" if len(solvers) == 1 else "two solvers"] += 1
    return counts


def print_table():
    """How many solvers stand behind the goals: proofs/answers has it goal by goal."""
    files = [row[0] for row in rows(TARGETS)]
    counts = [who_answered(Target(file, {})) for file in files]
    total = sum(counts, collections.Counter())
    columns = [name for name, _ in total.most_common()]
    print("\t".join(["file", *columns, "goals"]))
    for file, of_file in zip([*files, "all"], [*counts, total]):
        print("\t".join([file, *(str(of_file[name]) for name in columns), str(of_file.total())]))
    print("A goal of several parts counts once. 'only': the other was not waited for once one had answered.")


def report_tested(ledger):
    files = {}
    for file, _, status, *_ in ledger:
        if status == "tested":
            files[file] = files.get(file, 0) + 1
    for file, count in sorted(files.items()):
        print(f"NOT PROVED  {file}: {count} functions, tested only")
    return sum(files.values())


def parse_arguments():
    parser = argparse.ArgumentParser(description="prove the core, believing only the reports")
    group = parser.add_mutually_exclusive_group()
    for mode in ("scratch", "replay", "update-ledger", "table"):
        group.add_argument(f"--{mode}", dest="mode", action="store_const", const=mode)
    parser.add_argument("files", nargs="*", help="targets of proofs/targets.tsv; all when none is named")
    options = parser.parse_args()
    options.mode = options.mode or "default"
    known = {row[0] for row in rows(TARGETS)}
    for file in options.files:
        if file not in known:
            fail(f"{file} is not in proofs/targets.tsv")
    return options


def main():
    options = parse_arguments()
    if options.mode == "table":
        print_table()
        return 0
    start = time.monotonic()
    replay = options.mode == "replay"
    check_tools(replay)
    why3_config = write_why3_config(replay)
    ledger = rows(LEDGER)
    bad, targets = prove_targets(options, ledger, why3_config)
    missed, canaries = (0, []) if options.files else refuse_canaries(options.mode, why3_config)
    if options.mode == "update-ledger":
        update_ledger(targets, list(core_functions()))
        for target in targets + canaries:
            target.record_answers()
        print("Pinned the goal counts and recorded the answers; run again without --update-ledger.")
        return 0
    complaints = list(ledger_complaints(ledger, list(core_functions())))
    if not options.files:
        complaints += [*stale_assumptions(targets, proved_names(ledger)), *unused_models(targets)]
    complaints += [*hidden_text(), *option_complaints(rows(TARGETS))]
    complaints += cycles(call for target in targets for call in calls_of(target.tree))
    complaints += claim_complaints(list(read_claims(ledger)), ledger)
    for complaint in complaints:
        bad += 1
        print(f"REFUSED  {complaint}")
    tested = report_tested(ledger)
    functions = sum(len(set(target.goals) - {LEMMAS}) for target in targets)
    goals = sum(sum(target.counts(function)) for target in targets for function in target.goals)
    seconds = time.monotonic() - start
    if bad or missed:
        print(f"Not established: {bad} complaints about the proofs, "
              f"{missed} wrong programs not refused ({seconds:.0f} s).")
        return 1
    how = {"scratch": "by the solvers, from scratch", "replay": "by recorded answers, no solver run",
           "default": "by recorded answers and the solvers"}[options.mode]
    print(f"{len(list(read_claims(ledger)))} named claims are carried by proved functions (proofs/CLAIMS.md).")
    print(f"{len(ASSUMED)} clauses are assumed by name (proofs/assumptions.tsv), and {MODEL_ASSUMPTIONS} clauses of "
          "proofs/models, of operations that a test checks on the processor.")
    print(f"Established: {functions} functions meet their contracts in {len(targets)} targets, "
          f"{goals} goals and smoke tests answered {how}; {tested} core functions are tested only ({seconds:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
