#!/usr/bin/env python3
"""Are the contracts empty? Break the code, or drop a clause, and see whether a proof fails.

    proofs/mutants.py                 every mutant whose result is missing or out of date
    proofs/mutants.py --sample S      of those with a result as many as fit into S seconds, anew; which ones
                                      changes with the commit
    proofs/mutants.py --list          the mutants
    proofs/mutants.py --publish       forget results of another text, write proofs/MUTANTS.md from the others
    proofs/mutants.py --check         the tables fit the tree, and what is published fits the results
    proofs/mutants.py [...] TEXT      only those whose name contains TEXT

A mutant of the code is a row of proofs/mutants.tsv: one text in one function becomes another. It is
killed when a goal of that function stays open. A mutant of a contract drops one clause; they are made
from the contracts, none is written down. A dropped pre-condition must leave open a goal of the function
itself, a dropped post-condition one of a function that calls it. Where nothing needs a clause, the reason
stands in proofs/clauses.tsv, or the function is public: then the clause is what a caller outside the
proofs is promised, by a named file that calls it, and the ledger says for which paragraph of the specification.

A goal counts as open when every solver has given up on it: the same solvers as in the proof. Only goals that
are word for word goals of the proof count as proved without being asked. An open goal is a kill only if it is
proved without the mutation, with nothing recorded: within the same time-out, that of the proof, or, because a
kill mostly takes its time-out, in half of a shorter one that is tried first. Goals that are named as the
dropped clause are asked first, then run-time errors where a pre-condition was dropped, then all others.
Post-conditions that the same functions may need are first dropped together: what is
proved without all of them is proved without one of them, and only the other goals are asked for each. A dropped
pre-condition is also killed where the gate then refuses a hypothesis of WP's memory model, because no contract
states it, and a dropped `assigns` where no goal stays open but the gate refuses that the function is called
without one. An error of a tool is never a kill. Results are kept in
proofs/mutants_results.tsv, each with a fingerprint of the mutation, the files that are proved again and the
headers that they include; proofs/MUTANTS.md shows them. A mutant of a sample that is neither killed nor survives
for its reason is asked about once more, with the time-outs of a proof from scratch: a goal that a slow machine
leaves open is no finding.
Exit code 0: every mutant asked for is killed or has its reason. 1: not so. 2: wrong arguments.
"""

import argparse
import atexit
import collections
import concurrent.futures
import contextlib
import copy
import functools
import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import prove

ROOT = prove.ROOT
MUTANTS = ROOT / "proofs/mutants.tsv"
CLAUSES = ROOT / "proofs/clauses.tsv"
RESULTS = ROOT / "proofs/mutants_results.tsv"
MATRIX = ROOT / "proofs/MUTANTS.md"
RESULTS_HEADER = "# mutant\tfingerprint\tverdict\tgoal or error\tseconds"
SOURCES = ("src/core", "src/simd", "spec/logic", "proofs")  # what the targets are compiled from

NAMED_GOAL = re.compile(r"_(?:ensures|invariant|requires|assert)_(rte(?=_)|[a-z]\w*?(?=(?:_preserved|_established)?"
                        r"(?:_part\d+|_\d+)*$))")
UNNAMED_GOAL = re.compile(r"_(assigns|variant)(?=_|$)")
OPEN_GOAL = re.compile(r"^\[wp\] \[(?!Qed|CVC4|Z3|Cached|Passed|Tactical|CFG)\w+\] Goal typed_(\w+)")
VALID_GOAL = re.compile(r"^\[wp\] \[[^\]]+\] Goal typed_(\w+) : Valid")
ANSWER = re.compile(r"^\s+(CVC4|Z3) [\w.:]*( \(\w+\))?:\s*(Unknown|Timeout|Interrupted|Invalid|Failed)")
FUNCTION = re.compile(r"^(?:(?:[A-Z]+ )?[a-z][\w ]*?[ *])(\w+)\(([^;{}]*)\)\s*([;{])", re.M)
PROVED_GOALS = re.compile(r"\[wp\] Proved goals:\s+(\d+) / (\d+)")
UNSPECIFIED = re.compile(r"No 'assigns' specification for function '(\w+)'")
SURVIVED = ("survived", "-")
SOLVERS_AT_ONCE = 2  # all of a goal: mostly one is done at once while another would use up its time
SHORT = 2  # seconds: a time-out that is tried before that of the proof, for goals proved in half of it otherwise
OPEN_TOGETHER = 8  # so many goals may stay open without several clauses; with more, half of them are tried
REFUSED = "the gate refuses:"
LINE_BREAK = "⏎"
RESULTS_LOCK = threading.Lock()
CONTRACT = re.compile(r"/\*@(.*?)\*/", re.S)
CLAUSE = re.compile(r"\b(requires|ensures|assigns|assumes|complete behaviors|disjoint behaviors)\b(?=[\s;])"
                    r"(?:\s+(\w+):)?"
                    r"(?:\\(?:forall|exists|let)\b[^;]*;|[^;])*;|\b(behavior)\s+(\w+):"
                    r"|\b(HLX_\w+)\((requires|ensures)\b(?:[^()]|\([^()]*\))*\)")


class Function:
    """A function of a proved file: where its contract and its body are, and whom it calls."""

    def __init__(self, name, file):
        self.name = name
        self.file = file  # of the body
        self.body = ""
        self.contract_file = ""
        self.contract = None  # (start, end) in contract_file
        self.calls = set()

    @property
    def public(self):
        return self.contract_file.endswith(".h")


def without_comments(text):
    """Blanks in their place, so that every offset stays."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.S)


def without_models(text):
    """Blanks for what stands in a header of src/simd for the compiler only."""
    return re.sub(r"(?<=\n#else\n).*?(?=\n#endif\n)", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.S)


def called(text):
    """The names that C text calls."""
    return set(re.findall(r"\b(\w+)\(", without_comments(text)))


def body_end(text, start):
    return text.index("\n}", start) + 2


def read_functions():
    """Every function with a body in a target, or in a header of src/simd that the target includes, by target and
    name."""
    functions = {}
    for target, *_ in prove.rows(prove.TARGETS):
        headers = sorted(name for name in included(target) - {target} if name.startswith("src/simd/"))
        for file in [target, *headers]:
            text = (ROOT / file).read_text()
            code = without_comments(without_models(text))
            for match in FUNCTION.finditer(code):
                if match[3] == "{":
                    function = functions.setdefault((target, match[1]), Function(match[1], file))
                    function.body = text[match.start() : body_end(code, match.end())]
                    function.calls = called(function.body) - {match[1]}
    find_contracts(functions)
    return functions


def find_contracts(functions):
    """A contract stands directly before the declaration or the definition that it belongs to."""
    headers = sorted(str(path.relative_to(ROOT)) for folder in ("src/core", "src/simd")
                     for path in (ROOT / folder).glob("*.h"))
    for file in [*headers, *(row[0] for row in prove.rows(prove.TARGETS))]:
        text = (ROOT / file).read_text()
        code = without_comments(text)
        for match in CONTRACT.finditer(text):
            follows = FUNCTION.match(code, match.end() + len(code[match.end() :]) - len(code[match.end() :].lstrip()))
            if not follows or "terminates" not in match[1]:
                continue
            for (body_file, name), function in functions.items():
                of_target = function.file == file if file.startswith("src/simd/") else file == body_file
                if name == follows[1] and (of_target or (file.endswith(".h") and not function.contract)):
                    function.contract_file, function.contract = file, match.span()


class Mutant:
    """One text of one file becomes another; `suspects` are the functions whose goals count, by target."""

    def __init__(self, name, file, old, new, suspects, expected, unneeded="", first=(), kind=""):
        self.name = name
        self.file = file
        self.old = old  # (start, end) in the file
        self.new = new
        self.suspects = suspects  # target -> names
        self.expected = expected  # "killed", or why not
        self.unneeded = unneeded  # why it may survive, when it should be killed
        self.first = first  # the names of properties whose goals are asked first, one after the other
        self.kind = kind  # of the clause that is dropped

    def droppable_with(self):
        """Equal for post-conditions that the same functions may need; for all else its own."""
        return (self.kind, str(sorted(self.suspects.items()))) if self.kind == "ensures" else self.name


def code_mutants(functions):
    """(mutants, complaints) of proofs/mutants.tsv."""
    mutants, complaints, numbers = [], [], {}
    for file, name, old, new, expected in prove.rows(MUTANTS):
        number = numbers[file, name] = numbers.get((file, name), 0) + 1
        label = f"{file}:{name}:{number}"
        function = functions.get((file, name))
        old, new = (field.replace(LINE_BREAK, "\n") for field in (old, new))
        if not function:
            complaints.append(f"{label}: there is no such function in a proved file")
        elif function.body.count(old) != 1:
            complaints.append(f"{label}: found {function.body.count(old)} times in the function: {old}")
        else:
            start = (ROOT / function.file).read_text().index(function.body) + function.body.index(old)
            mutants.append(Mutant(label, function.file, (start, start + len(old)), new, {file: {name}}, expected))
    return mutants, complaints


def callers(functions, name, file, public):
    """By target: the functions that call it."""
    found = {}
    for (caller_file, caller), function in functions.items():
        if name in function.calls and (public or caller_file == file):
            found.setdefault(caller_file, set()).add(caller)
    return found


def clauses(text, span):
    """(label, start, end, kind, name) for each clause of a contract, each label once; a macro of clauses has no
    name."""
    behavior, seen = "", {}
    for match in CLAUSE.finditer(text, *span):
        if match[3]:
            behavior = f"{match[4]}."
            continue
        kind = match[1] or match[6]
        if text[: match.start()].rstrip().endswith("admit"):
            continue
        name = match[2] or match[5]
        label = f"{behavior}{kind}{' ' + name if name else ''}"
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            label += f" {seen[label]}"
        yield label, match.start(), match.end(), kind, match[2]


@functools.cache
def called_outside():
    """Of the C files outside the proofs, those of the service before those that test it: (file, names called)."""
    proved = {row[0] for row in prove.rows(prove.TARGETS)}
    files = [str(path.relative_to(ROOT)) for folder in ("src", "tests", "fuzz")
             for path in sorted((ROOT / folder).rglob("*.c"))]
    return [(file, called((ROOT / file).read_text())) for file in files if file not in proved]


def unneeded(function, kind):
    """Why a clause may stand there that no proved function needs; nothing, if it may not."""
    if kind in ("complete behaviors", "disjoint behaviors"):
        return "says of the contract itself that its cases are all, and exclude each other"
    if kind not in ("ensures", "assigns"):
        return ""
    if function.file.endswith("_laws.c"):
        return "a law: what is claimed"
    callers_outside = (file for file, names in called_outside() if function.public and function.name in names)
    file = next(callers_outside, "")
    return f"promised to callers outside the proofs: {file}" if file else ""


def clause_mutants(functions):
    """Every clause of every contract, dropped: once, also where several targets have the function."""
    reasons = {(row[0], row[1]): row[2] for row in prove.rows(CLAUSES)}
    mutants = {}
    for (file, name), function in sorted(functions.items()):
        if not function.contract:
            continue
        text = (ROOT / function.contract_file).read_text()
        for label, start, end, kind, clause in clauses(text, function.contract):
            suspects = callers(functions, name, file, function.public)
            if kind in ("requires", "assumes"):
                suspects = {file: {name}}
            first = ([clause] if clause else []) + (["rte"] if kind == "requires" else [])
            reason = reasons.get((f"{file}:{name}", label)) or reasons.get((name, label), "killed")
            mutant = Mutant(f"{file}:{name}:{label}", function.contract_file, (start, end), "", suspects, reason,
                            unneeded(function, kind), first, kind)
            mutants.setdefault((mutant.file, start), mutant).suspects.update(suspects)
    return list(mutants.values())


class Runner:
    """Runs WP on a copy of the tree and stops at the first goal that stays open."""

    def __init__(self):
        self.targets = read_targets()
        self.why3_config = prove.write_why3_config(False)
        self.results = {row[0]: row[1:] for row in prove.rows(RESULTS)}
        ledger = prove.rows(prove.LEDGER)
        self.claims = list(prove.read_claims(ledger))
        self.goals = {(row[0], row[1]): int(row[3]) for row in ledger if row[2] == "proved"}
        self.seconds = collections.Counter()  # what a mutant took so far
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hedgelex-mutants."))
        self.proved = proved_goals(self.folder / "proved")
        self.running = set()
        self.as_it_is = {}  # by target, function, seconds and selection, the goals that this run saw proved as it is
        self.slow = {}  # by target and seconds, the goals that this run saw not proved as it is
        self.patience = 1  # so many times its time-out of the proof a goal has

    def patient(self):
        """The same, and goals have the time-outs of a proof from scratch: for what a slow machine may have found."""
        other = copy.copy(self)
        other.patience = prove.PATIENCE
        return other

    def full(self, file, names):
        """The longest time-out of a goal of these functions, in seconds."""
        return self.patience * self.targets[file].seconds_for(names)

    def end(self):
        """Remove what was written: results are saved one by one. What runs stops first, so that nobody takes its end
        for an answer."""
        self.send_all(signal.SIGSTOP)
        shutil.rmtree(self.folder, ignore_errors=True)

    def interrupted(self, number, _):
        self.end()
        self.send_all(signal.SIGKILL)
        os._exit(128 + number)

    def send_all(self, number):
        for process in list(self.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    def verdicts(self, mutants, anew):
        """(mutant, verdict, goal or error, seconds) of mutants that can be tried together, from the results where they
        are up to date and that is enough."""
        unknown = []
        for mutant in mutants:
            key = fingerprint(mutant, self.targets)
            known = None if anew else self.results.get(mutant.name)
            if known and known[0] == key:
                yield mutant, *known[1:]
            elif found := self.timed([mutant], self.ask_first, mutant):
                yield self.found(mutant, *found, anew)
            else:
                unknown.append(mutant)
        yield from self.ask_together(unknown, anew)

    def ask_together(self, mutants, anew):
        """The same of mutants that the first goals asked do not kill."""
        asked = None
        if len(mutants) > 1:
            asked = self.timed(mutants, self.open_without, mutants)
            if asked is None:
                yield from self.ask_together(mutants[: len(mutants) // 2], anew)
                yield from self.ask_together(mutants[len(mutants) // 2 :], anew)
                return
        for mutant in mutants:
            yield self.found(mutant, *self.timed([mutant], self.ask_all, mutant, asked), anew)

    def timed(self, mutants, work, *arguments):
        start = time.monotonic()
        result = work(*arguments)
        for mutant in mutants:
            self.seconds[mutant.name] += time.monotonic() - start
        return result

    def found(self, mutant, verdict, what, anew):
        row = [fingerprint(mutant, self.targets), verdict, what, f"{self.seconds[mutant.name]:.0f}"]
        if verdict != "error" and not anew:
            self.save({mutant.name: row})
        return mutant, *row[1:]

    def save(self, found):
        with RESULTS_LOCK:
            self.results.update(found)
            write_results(self.results)

    @contextlib.contextmanager
    def tree(self, mutants):
        """A copy of what the targets are compiled from, with mutations that do not overlap."""
        with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder:
            tree = pathlib.Path(folder)
            for source in SOURCES:
                shutil.copytree(ROOT / source, tree / source, ignore=shutil.ignore_patterns("cache", "answers", "__*"))
            for mutant in sorted(mutants, key=lambda mutant: mutant.old, reverse=True):
                text = (tree / mutant.file).read_text()
                (tree / mutant.file).write_text(text[: mutant.old[0]] + mutant.new + text[mutant.old[1] :])
            yield tree

    def ask_first(self, mutant):
        """(verdict, goal or error) from the goals that most likely stay open; nothing, if none of them does soon."""
        with self.tree([mutant]) as tree:
            if mutant.kind == "requires" and (unstated := self.unstated(tree, mutant)):
                return "killed", unstated
            for name in mutant.first:
                found = self.ask(tree, mutant, f"+{name}", soon=True)
                if found != SURVIVED:
                    return found
        return None

    def open_without(self, mutants):
        """By target and function, the goals of the suspects that stay open when all of these clauses are dropped;
        nothing, if they are too many."""
        found = {}
        with self.tree(mutants) as tree:
            for file, name in sorted((file, name) for file, names in mutants[0].suspects.items() for name in names):
                full = self.full(file, {name})
                goals = self.open_within(min(SHORT, full), tree, file, name)
                if goals is None:
                    return None
                if full > SHORT and (slow := goals & self.slow_goals(file, {name}, SHORT // 2)):
                    still = self.open_within(full, tree, file, name, slow)
                    goals -= set() if still is None else slow - still
                found[file, name] = goals
        return found

    def open_within(self, seconds, tree, file, name, asked=None):
        """The goals of a function that stay open, or those that are asked for; nothing, if they are too many."""
        selected = properties({file: asked}) if asked else ""
        with self.wp(tree, self.targets[file], {name}, seconds, selected) as process:
            return open_goals(process.stdout, asked)

    def ask_all(self, mutant, asked):
        """(verdict, goal or error) from the goals asked for, by target, or else from all that are not asked first."""
        with self.tree([mutant]) as tree:
            return self.ask(tree, mutant, properties(asked) if asked else "", asked)

    def ask(self, tree, mutant, selected, asked=None, soon=False):
        """(verdict, goal or error) from the selected goals of the suspects, or from those of them that are asked for,
        by function; where nothing is selected, from all that were not asked before. All are asked with the short
        time-out before any is with that of the proof, if not only what is known `soon` counts."""
        left = []
        for file, names in self.quickest_first(mutant.suspects):
            for_these = asked and set().union(*(asked[file, name] for name in names))
            if asked and not for_these:
                continue
            full = self.full(file, names)
            these = selected or ",".join(f"-{name}" for name in mutant.first if full <= SHORT)
            verdict, what, longer = self.ask_within(min(SHORT, full), full, tree, file, names, these, for_these)
            if verdict != "survived":
                return verdict, what
            if longer and not soon:
                left.append((full, file, names, longer))
        for full, file, names, longer in left:
            verdict, what, _ = self.ask_within(full, full, tree, file, names, properties({file: longer}), longer)
            if verdict != "survived":
                return verdict, what
        return SURVIVED

    def ask_within(self, seconds, full, tree, file, names, selected, asked):
        """(verdict, goal or error, goals that take longer with or without the mutation) of some functions' goals. With
        the time-out of the proof none may: a goal that is open without the mutation, too, is an error."""
        enough = seconds if seconds == full else seconds // 2
        whole = () if selected.startswith("+") else names
        slow = set() if seconds == full else self.slow_goals(file, whole, enough)
        while True:
            verdict, what, _, longer = self.run_wp(tree, file, names, selected, seconds, asked=asked, slow=slow)
            if verdict != "killed" or what.startswith(REFUSED):
                return verdict, what, longer
            verdict, why = self.confirm(file, names, selected, what, enough)
            if verdict == "killed" or seconds == full:
                return verdict, why, longer
            slow.add(what)

    def slow_goals(self, file, names, seconds):
        """The goals that were seen not proved within these seconds as it is; all of these functions'."""
        for name in names:
            if (file, name, seconds, "") not in self.as_it_is:
                self.baseline(file, name, "", seconds, "all")
        return self.slow.setdefault((file, seconds), set())

    def quickest_first(self, suspects):
        """(target, names): the function with the shortest time-out and fewest goals by itself, as it may do; then the
        others by time-out and target."""
        groups = {}
        for file, names in suspects.items():
            for name in names:
                groups.setdefault((self.targets[file].seconds_for({name}), file), set()).add(name)
        quickest = min((seconds, self.goals.get((file, name), 0), file, name)
                       for (seconds, file), names in groups.items() for name in names)
        yield quickest[2], {quickest[3]}
        for (_, file), names in sorted(groups.items()):
            if others := names - ({quickest[3]} if file == quickest[2] else set()):
                yield file, others

    def unstated(self, tree, mutant):
        """What the gate says of hypotheses of the memory model, if the contract without a pre-condition no longer
        states them."""
        for file, names in mutant.suspects.items():
            target = prove.Target(file, {}, options=" ".join(self.targets[file].options))
            if "Typed+ref" in target.options:
                with self.wp(tree, target, names, 1, provers=["-wp-prover", "none"]) as process:
                    target.output = process.stdout.read()
                target.tree = (tree / mutant.file).read_text().replace("&&", "∧")
                if any(f"function '{name}'" in text for text in target.warnings() for name in names):
                    return "WP's memory model supposes what is not stated"
        return ""

    def confirm(self, file, names, selected, goal, seconds):
        """A kill by this goal, if it is proved within these seconds in a tree without the mutation, or is not there."""
        name = max((name for name in names if goal.removeprefix("ref_").startswith(name)), key=len, default="")
        if not name:
            return "error", f"a goal of no suspect: {goal}"
        for selection in dict.fromkeys([f"+{selector(goal)}", selected] if selector(goal) else [selected]):
            error, proved, still_open = self.baseline(file, name, selection, seconds, goal)
            if error or goal in still_open:
                return "error", f"not proved without the mutation either: {error or goal}"
            if goal in proved:
                break
        return "killed", goal

    def baseline(self, file, name, selection, seconds, goal):
        """(error, goals proved, goals open) of a function without a mutation: all that are selected, if the time-out is
        short, and else at least one."""
        proved, still_open = self.as_it_is.setdefault((file, name, seconds, selection), (set(), set()))
        error = ""
        if goal not in proved | still_open:
            with self.tree([]) as tree:
                verdict, what, *found = self.run_wp(tree, file, {name}, selection, seconds,
                                                    until=goal if seconds > SHORT else "", anew=True)
            proved |= found[0]
            still_open |= found[1]
            self.slow.setdefault((file, seconds), set()).update(found[1])
            error = what if verdict == "error" else ""
        return error, proved, still_open

    def run_wp(self, tree, file, names, selected, seconds, until="", asked=None, slow=None, anew=False):
        """What `judge` says of WP's output; where nothing is selected, none is open."""
        with self.wp(tree, self.targets[file], names, seconds, selected, proved=not anew) as process:
            verdict, *found = judge(process.stdout, until, asked, slow)
            if verdict == "no goal":
                verdict = "survived" if selected and not asked and process.wait() == 0 else "error"
            return verdict, *found

    @contextlib.contextmanager
    def wp(self, tree, target, names, seconds, selected="", provers=(), proved=True):
        """WP at work on the goals of some functions, all or selected ones, without smoke tests; it and its solvers end
        with the block. Without `provers`, those of the proof; what that `proved` word for word is not asked again."""
        options = [*prove.FRAMA_C, *(word for word in prove.ASKED if word != "-wp-smoke-tests")]
        command = [*options, target.file, *target.options, *(provers or [*prove.PROVERS, *target.provers]),
                   *([f"-wp-prop={selected}"] if selected else []), *prove.by_the_clock(["-wp-timeout", str(seconds)]),
                   "-wp-fct", ",".join(sorted(names)), "-wp-par", str(SOLVERS_AT_ONCE),
                   *(["-wp-cache", "replay", "-wp-cache-dir", str(self.proved)] if proved else ["-wp-cache", "none"]),
                   "-wp-session", str(tree / "session")]
        environment = dict(os.environ, WHY3CONFIG=str(self.why3_config), TMPDIR=str(tree), PWD=str(tree))
        with subprocess.Popen(command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, start_new_session=True) as process:
            self.running.add(process)
            try:
                yield process
            finally:
                self.running.remove(process)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def judge(lines, until, asked, slow):
    """(verdict, goal or error, the goals seen proved, the goals seen open that may be) of WP's output, read
    as it comes: nothing more is read behind an open goal, nor behind what is said of the goal `until`. Goals that are
    slow may stay open, all if there is no telling, and where only some are asked for all others."""
    tail, open_goal, unspecified, valid, longer = [], "", "", set(), set()
    for line in lines:
        if match := UNSPECIFIED.search(line):
            unspecified = f"{REFUSED} {match[1]} is called without `assigns`"
        tail = [*tail[-4:], line.strip()]
        answer = ANSWER.match(line)
        if open_goal and answer and answer[3] == "Failed":
            return "error", f"a solver failed: {line.strip()}", valid, longer
        if open_goal and answer and answer[1] == "CVC4":
            return "killed", open_goal, valid, longer
        if match := VALID_GOAL.match(line):
            valid.add(match[1])
        if match := OPEN_GOAL.match(line):
            open_goal = match[1] if not asked or match[1] in asked else ""
            if open_goal and (slow is None or open_goal in slow):
                longer.add(open_goal)
                open_goal = ""
        if until in valid | longer:
            return *SURVIVED, valid, longer
        if match := PROVED_GOALS.match(line):
            if asked:
                missing = sorted(asked - valid - longer)
                return ("error", f"nothing was said of {missing[0]}", valid, longer) if missing else (
                    *SURVIVED, valid, longer)
            if int(match[1]) + len(longer) == int(match[2]) != 0:
                return ("killed", unspecified, valid, longer) if unspecified else (*SURVIVED, valid, longer)
            return "error", f"goals open, but none was reported: {line.strip()}", valid, longer
    if unspecified and "User Error: Invalid infinite range" in " ".join(tail):  # of what it may then change
        return "killed", unspecified, valid, longer
    return "error" if valid else "no goal", " ".join(tail), valid, longer


def open_goals(lines, asked):
    """The goals that stay open, of WP's output, or those of them that are asked for; nothing, if they are too many, or
    if it ends without a number."""
    found = set()
    for line in lines:
        if match := OPEN_GOAL.match(line):
            found.add(match[1])
        if len(found) > OPEN_TOGETHER and not asked:
            return None
        if match := PROVED_GOALS.match(line):
            return found & (asked or found) if len(found) == int(match[2]) - int(match[1]) else None
    return None


def selector(goal):
    """What -wp-prop selects for a goal, and for others of its name or kind; nothing, for all."""
    named, unnamed = NAMED_GOAL.search(goal), UNNAMED_GOAL.search(goal)
    return named[1] if named else f"@{unnamed[1]}" if unnamed else ""


def properties(goals):
    """What -wp-prop selects for these goals, by function, and for others of their names; nothing, for all."""
    selectors = {selector(goal) for goal in set().union(*goals.values())}
    return "" if "" in selectors else ",".join(f"+{word}" for word in sorted(selectors))


def proved_goals(folder):
    """The folder, made with the answers that were recorded of goals that are proved, as WP looks them up."""
    folder.mkdir()
    for file in prove.CACHE.glob("*.tsv"):
        for key, answer in prove.rows(file):
            if '"valid"' in answer:
                (folder / f"{key}.json").write_text(answer)
    return folder


def read_targets():
    return {row[0]: prove.Target(row[0], {}, row[1], row[2]) for row in prove.rows(prove.TARGETS)}


def fingerprint(mutant, targets):
    """Of what the verdict depends on most: the mutation, the suspects' files, their own headers and time-outs."""
    parts = [(ROOT / mutant.file).read_text()[slice(*mutant.old)], mutant.new]
    for file, names in sorted(mutant.suspects.items()):
        parts += [file, *sorted(names), str(targets[file].seconds_for(names)), *targets[file].options]
        parts += targets[file].provers
        parts += [words(ROOT / name) for name in sorted(included(file))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def up_to_date(mutants):
    """The results that are of the present text."""
    targets = read_targets()
    prints = {mutant.name: fingerprint(mutant, targets) for mutant, _ in mutants}
    return {row[0]: row[1:] for row in prove.rows(RESULTS) if row[1] == prints.get(row[0])}


@functools.cache
def words(path):
    """The text of a file as the tools read it: contracts, but no other comments, and one blank between words."""
    text = path.read_text()
    if path.parent.name == "simd" and path.suffix == ".h":
        text = without_models(text)
    return " ".join(re.sub(r"/\*[^@].*?\*/", " ", text, flags=re.S).split())


@functools.cache
def included(file):
    """A file and the headers of the project that it includes itself."""
    found = {file}
    for name in re.findall(r'^#include "([^"]+)"', (ROOT / file).read_text(), re.M):
        for folder in (pathlib.Path(file).parent, pathlib.Path("src/core")):
            path = os.path.normpath(folder / name)
            if (ROOT / path).exists():
                found.add(path)
                break
    if file.startswith("src/simd/"):
        found |= {str(path.relative_to(ROOT)) for path in prove.MODELS.glob("*.h")}
    return found


def write_results(results):
    lines = ["\t".join([name, *row]) for name, row in sorted(results.items())]
    temporary = RESULTS.with_suffix(".new")
    temporary.write_text("\n".join([RESULTS_HEADER, *lines]) + "\n")
    temporary.replace(RESULTS)


def examine(runner, mutants, anew):
    """(as expected?, line to print) of each of several mutants that can be tried together."""
    for mutant, verdict, what, seconds in runner.verdicts([mutant for mutant in mutants if mutant.suspects], anew):
        yield reported(runner, mutant, verdict, what, seconds)
    for mutant in mutants:
        if not mutant.suspects:
            yield reported(runner, mutant, *SURVIVED, "0")


def reported(runner, mutant, verdict, what, seconds):
    outcome, why = judged(mutant, verdict, what)
    carried = {(file, name) for file, names in mutant.suspects.items() for name in names}
    broken = [name for name, functions in runner.claims if functions & carried] if verdict == "killed" else []
    claims = f", breaks the claim {', '.join(broken)}" if broken else ""
    return outcome in ("killed", "reason"), f"{mutant.name}: {outcome}: {why}{claims} ({seconds} s)"


def judged(mutant, verdict, what):
    """(killed, reason, SURVIVES, or what else it came to; the goal or the reason)."""
    reason = mutant.unneeded if mutant.expected == "killed" else mutant.expected
    if verdict == "survived":
        return ("reason", reason) if reason else ("SURVIVES", "-" if mutant.suspects else "used by nobody")
    if verdict == "killed" and mutant.expected != "killed":
        return "KILLED", f"{what}, in spite of its reason: {reason}"
    return verdict, what


def matrix(mutants, results):
    """proofs/MUTANTS.md: what each mutant came to, by function."""
    code = [mutant for mutant, is_code in mutants if is_code]
    dropped = [mutant for mutant, is_code in mutants if not is_code]
    lines = ["# Mutants", "", "Generated by `proofs/mutants.py` from its results; its head says how to read this.", ""]
    for title, table in (("Code", code), ("Dropped clauses", dropped)):
        verdicts = {mutant.name: shown(mutant, results) for mutant in table}
        killed = sum(1 for verdict, _ in verdicts.values() if verdict == "killed")
        reasoned = sum(1 for verdict, _ in verdicts.values() if verdict == "reason")
        lines += [f"## {title}", "", f"{len(table)} mutants: {killed} killed, {reasoned} with a reason, "
                  f"{len(table) - killed - reasoned} not run yet or surviving.", "",
                  "| mutant | change | verdict |", "|---|---|---|"]
        for mutant in table:
            verdict, what = verdicts[mutant.name]
            lines.append(f"| {mutant.name} | {change(mutant)} | {verdict}: {what} |")
        lines.append("")
    return "\n".join(lines)


def shown(mutant, results):
    if not mutant.suspects:
        return judged(mutant, *SURVIVED)
    _, verdict, what, _ = results.get(mutant.name, ("", "not run", "-", ""))
    return judged(mutant, verdict, what)


def change(mutant):
    def cell(text):
        return "`" + " ".join(text.split()).replace("|", "\\|") + "`"
    old = (ROOT / mutant.file).read_text()[slice(*mutant.old)]
    return f"{cell(old)} becomes {cell(mutant.new)}" if mutant.new else f"without {cell(old)}"


def check(mutants, functions, complaints):
    """The tables fit the tree; what is published is what was found."""
    covered = {name.rsplit(":", 1)[0] for name in (mutant.name for mutant, is_code in mutants if is_code)}
    for file, name in sorted(functions):
        simd = [other for other, _ in functions if file.startswith("src/simd/") and other.startswith("src/simd/")]
        if file.startswith("src/") and not covered & {f"{other}:{name}" for other in [file, *simd]}:
            complaints.append(f"{file}:{name}: no mutant of its code in proofs/mutants.tsv")
    known = {(of, label) for (file, name), function in functions.items() if function.contract
             for label, *_ in clauses((ROOT / function.contract_file).read_text(), function.contract)
             for of in (name, f"{file}:{name}")}
    for row in prove.rows(CLAUSES):
        if (row[0], row[1]) not in known:
            complaints.append(f"{row[0]}: {row[1]}: a reason in proofs/clauses.tsv, but there is no such clause")
    if not MATRIX.exists() or MATRIX.read_text() != matrix(mutants, up_to_date(mutants)):
        complaints.append("proofs/MUTANTS.md is not what the results give; run proofs/mutants.py --publish")
    return complaints


def sample(mutants, seconds):
    """Those with a result that took no longer than a third of it, in an order that is another one for each commit."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    known = {row[0] for row in prove.rows(RESULTS) if 3 * int(row[4]) <= seconds}
    order = [mutant for mutant, _ in mutants if mutant.name in known]
    random.Random(head).shuffle(order)
    return order


def parse_arguments():
    parser = argparse.ArgumentParser(description="break the code or drop a clause, and see whether a proof fails")
    parser.add_argument("--sample", type=int, metavar="SECONDS", help="as many as fit into so much time, anew")
    parser.add_argument("--list", action="store_true", help="show what there is and what is known")
    parser.add_argument("--publish", action="store_true", help="write proofs/MUTANTS.md")
    parser.add_argument("--check", action="store_true", help="check tables and proofs/MUTANTS.md, run nothing")
    parser.add_argument("text", nargs="?", default="", help="only mutants whose name contains this")
    return parser.parse_args()


def main():
    options = parse_arguments()
    functions = read_functions()
    code, complaints = code_mutants(functions)
    mutants = [(mutant, True) for mutant in code] + [(mutant, False) for mutant in clause_mutants(functions)]
    if options.publish:
        results = up_to_date(mutants)
        write_results(results)
        MATRIX.write_text(matrix(mutants, results))
        return 0
    if options.check:
        check(mutants, functions, complaints)
    for complaint in complaints:
        print(f"REFUSED  {complaint}")
    if options.check:
        print(f"{len(code)} mutants of the code, {len(mutants) - len(code)} dropped clauses, "
              f"{len(complaints)} complaints.")
        return 1 if complaints else 0
    wanted = [mutant for mutant, _ in mutants if options.text in mutant.name]
    if options.list:
        print("\n".join(f"{mutant.name}\t{change(mutant)}\t{mutant.expected}" for mutant in wanted))
        return 0
    bad = len(complaints) + run(wanted if options.sample is None else sample(mutants, options.sample), options.sample)
    return 1 if bad else 0


def run(mutants, seconds):
    """Examine the mutants, as many as fit into the time; the number of those that are not as expected."""
    prove.check_tools(False)
    runner, start, good, bad = Runner(), time.monotonic(), 0, 0
    atexit.register(runner.end)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, runner.interrupted)
    groups = {}
    for mutant in mutants:
        groups.setdefault(mutant.name if seconds is not None else mutant.droppable_with(), []).append(mutant)
    with concurrent.futures.ThreadPoolExecutor(prove.JOBS) as pool:
        def one(group):
            if seconds is None or time.monotonic() - start <= seconds:
                for is_good, line in examine(runner, group, seconds is not None):
                    if not is_good and seconds is not None:
                        (is_good, line), = examine(runner.patient(), group, True)
                    print(f"{'ok      ' if is_good else 'FAILED  '} {line}\n", end="", flush=True)  # in one piece
                    yield is_good
        for outcomes in pool.map(lambda group: list(one(group)), groups.values()):
            good, bad = good + outcomes.count(True), bad + outcomes.count(False)
    if not good + bad:
        print("No mutant was run.")
        bad = 1
    elif not bad:
        print("Every mutant above is killed by a goal of its own function or of a caller, or has its reason.")
    print(f"{good} passed, {bad} failed")
    return bad


if __name__ == "__main__":
    sys.exit(main())
