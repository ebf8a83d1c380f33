#!/usr/bin/env python3
"""Prove that a leap decides what TeX's reader does: claims.c, for all arguments, by two SAT solvers.

    proofs/leap/prove_leap.py              the claims, then the canaries
    proofs/leap/prove_leap.py FOLDER       only the claims, about FOLDER/leap.h

A claim is proved when both solvers answer that no arguments break it. The canaries are wrong versions of leap.h,
leap_characters.h and reference.h: each must be refuted by arguments for which the function that gcc makes of it says
so, too, and for each claim there is one that must break this very claim. On random arguments circuit and function must
always agree. A solver without an answer is a failure. The last line is `N passed, N failed`.
"""

import concurrent.futures
import ctypes
import functools
import pathlib
import random
import re
import resource
import subprocess
import sys
import time

import circuit
import program

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "proofs/leap"
WORK = ROOT / "build/leap"
CANARIES = [ROOT / "tests/seeded_bugs.txt", HERE / "canaries.txt"]
READ = [ROOT / "src/simd/leap.h", ROOT / "src/simd/leap_characters.h", HERE / "reference.h"]
SIMPLER = ["hlx_trailing_blanks"]  # functions of leap.h that have a simpler form in claims.c
LEMMAS = {"hlx_trailing_blanks": "is its simpler form", "hlx_characters_of": "gives the characters of table 3-7"}
PROCESSOR_SECONDS = 600  # for one question to one solver
SAMPLES = 2048

SOURCE = (HERE / "claims.c").read_text()
CLAIMS = {int(bit): claim for bit, claim in re.findall(r"X\((\d+), \"(.*?)\"\)", SOURCE)}
OCCURS = int(re.search(r"HLX_LEAP_OCCURS (\d+)", SOURCE).group(1))
OCCURRENCE = re.search(r'HLX_LEAP_OCCURRENCE[\s\\]*"(.*?)"', SOURCE).group(1)
CLASSES = re.findall(r"HLX_CLASS_(\w+)", (HERE / "reference.h").read_text().split("HLX_CLASS_COUNT")[0])
STATES = ["new line", "middle of line", "skipping blanks"]
DEFINED = "no shift is too wide, and the first one of no ones is not asked for"


class Subject:
    """A function of numbers, as a circuit and as gcc compiles it."""

    def __init__(self, text, library, name):
        function = program.Function(text, name)
        self.inputs = [circuit.new_word(width) for _, width in function.parameters]
        run = program.Run(function, self.inputs)
        self.result, self.undefined = run.result, run.undefined
        self.compiled = getattr(library, name)
        sizes = {64: ctypes.c_uint64, 8: ctypes.c_uint8, 1: ctypes.c_bool}
        self.compiled.argtypes = [sizes[len(word)] for word in self.inputs]
        self.compiled.restype = ctypes.c_uint32

    def arguments(self, model):
        """Those of a model, which is the set of literals that are true."""
        return [sum((bit in model) << i for i, bit in enumerate(word)) for word in self.inputs]

    def random_samples(self):
        source = random.Random(1)
        return [[source.getrandbits(len(word)) & source.getrandbits(len(word)) for word in self.inputs]
                for _ in range(SAMPLES)]

    def agrees(self, samples):
        """Does the circuit give what the compiled function gives?"""
        bits = {}
        for word, values in zip(self.inputs, zip(*samples)):
            for i, literal in enumerate(word):
                bits[literal] = sum((value >> i & 1) << n for n, value in enumerate(values))
        outputs = circuit.evaluate(bits, self.result, (1 << len(samples)) - 1)
        given = [sum((bit >> n & 1) << i for i, bit in enumerate(outputs)) for n in range(len(samples))]
        return given == [self.compiled(*sample) & (1 << len(self.result)) - 1 for sample in samples]


class Claims:
    """claims.c about the headers READ of a folder, or else of the tree. In the circuit the functions SIMPLER have their
    simpler forms."""

    def __init__(self, work, folders):
        circuit.reset()
        work.mkdir(parents=True, exist_ok=True)
        source, library = work / "claims.c", work / "claims.so"
        source.write_text(SOURCE)
        folders = [*folders, HERE, ROOT / "src/simd", ROOT / "src/core"]
        self.text = program.compile_text(source, folders, work, SIMPLER)
        includes = [f"-I{folder}" for folder in folders]
        subprocess.run(["gcc", "-std=c11", "-O2", "-shared", "-fPIC", *includes, "-o", library, source], check=True)
        self.library = ctypes.CDLL(str(library))
        self.work = work

    @functools.cached_property
    def all(self):
        return Subject(self.text, self.library, "hlx_leap_claims")

    @functools.cached_property
    def lemmas(self):
        return {name: Subject(self.text, self.library, f"differs_{name}") for name in LEMMAS}

    def broken(self, bit):
        return circuit.both(self.all.result[0], self.all.result[bit])

    def undefined(self):
        return circuit.both(self.all.result[0], self.all.undefined)

    def lemma_broken(self, name):
        return circuit.either(self.lemmas[name].undefined, self.lemmas[name].result[0])

    def questions(self):
        """What is proved, and literals that are never all true if it is so."""
        yield DEFINED, [self.undefined()]
        for name in self.lemmas:
            yield f"{name} {LEMMAS[name]}", [self.lemma_broken(name)]
        before = []
        for bit, claim in CLAIMS.items():
            yield claim, [self.broken(bit)] + before
            before.append(self.broken(bit) ^ 1)

    def file(self, name, literals):
        path = self.work / f"{name}.cnf"
        path.write_text(circuit.cnf(literals))
        return path


# ---- texts ----------------------------------------------------------------------


def said(arguments):
    """The arguments of hlx_leap_claims, to be read."""
    *block, state, behind, behind_class, beyond_class, blanks_end_line = arguments
    numbers = [sum((word >> place & 1) << i for i, word in enumerate(block)) for place in range(64)]
    names = [CLASSES[min(number & 15, len(CLASSES) - 1)] for number in numbers + [behind_class, beyond_class]]
    runs = []
    for place, name in enumerate(names[:64]):
        if place == 0 or name != names[place - 1]:
            runs.append([name, place])
    text = " ".join(f"{place}:{name}" for name, place in runs)
    end = "end" if blanks_end_line else "do not end"
    behind = f"64:{names[64]} (byte {behind}), 65:{names[65]}, blanks that go on {end} their line"
    return f"state {STATES[state & 3]}, places {text}, behind {behind}"


def sample(source):
    """Arguments: a text of a few classes, in runs."""
    few = source.choices(range(len(CLASSES)), k=source.randint(1, 6))
    block = [0, 0, 0, 0]
    for place in range(64):
        number = source.choice(few) if place == 0 or source.random() < 0.6 else number
        for i in range(4):
            block[i] |= (number >> i & 1) << place
    behind = source.choice([10, 13, 32, source.randrange(33, 256)])
    classes = {10: "LINE_FEED", 13: "CARRIAGE_RETURN", 32: "BLANK"}
    number = CLASSES.index(classes.get(behind, source.choice(["LETTER", "PLAIN", "SUPERSCRIPT", "HARD"])))
    return block + [source.randrange(3), behind, number, source.randrange(16), source.randrange(2)]


def samples():
    source = random.Random(1)
    return [sample(source) for _ in range(SAMPLES)]


# ---- solvers --------------------------------------------------------------------


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


def cadical(path):
    run = subprocess.run(["cadical", "-q", path], capture_output=True, text=True, preexec_fn=limit, check=False)
    return run.returncode, run.stdout.replace("\nv ", " ").split()


def minisat(path):
    out = path.with_suffix(".minisat")
    out.unlink(missing_ok=True)
    run = subprocess.run(["minisat", "-verb=0", path, out], capture_output=True, preexec_fn=limit, check=False)
    words = out.read_text().split() if out.exists() else []
    return run.returncode, ["s", {"SAT": "SATISFIABLE", "UNSAT": "UNSATISFIABLE"}.get("".join(words[:1]))] + words[1:]


def ask(solver, path):
    """(answer, how long it took); the answer is a model, False where there is none, None where no answer is."""
    before = time.monotonic()
    code, words = solver(path)
    answer = None
    if code == 20 and words[:2] == ["s", "UNSATISFIABLE"]:
        answer = False
    elif code == 10 and words[:2] == ["s", "SATISFIABLE"]:
        answer = {2 * int(word) for word in words[2:] if word.isdigit()}
    return answer, f"{solver.__name__} {time.monotonic() - before:.0f} s"


# ---- what is run ----------------------------------------------------------------


def prove(folders):
    """Yields (is it so, line) for each claim."""
    claims = Claims(WORK / "claims", folders)
    yield claims.all.agrees(samples()), f"on {SAMPLES} texts circuit ({len(circuit.gates)} gates) and compiler agree"
    for name, lemma in claims.lemmas.items():
        yield lemma.agrees(lemma.random_samples()), f"on {SAMPLES} arguments they agree about {name}"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = []
        for number, (what, literals) in enumerate(claims.questions()):
            path = claims.file(number, literals)
            jobs.append((what, [pool.submit(ask, solver, path) for solver in (cadical, minisat)]))
        for what, futures in jobs:
            answers = [future.result() for future in futures]
            line = f"{what} ({', '.join(took for _, took in answers)})"
            for model, _ in answers:
                line += f"\n    but not for {said(claims.all.arguments(model))}" if model else ""
            yield all(model is False for model, _ in answers), line
    model, took = ask(cadical, claims.file("occurs", [claims.broken(OCCURS)]))
    arguments = claims.all.arguments(model or set())
    is_so = bool(model) and claims.all.compiled(*arguments) == 1 | 1 << OCCURS
    yield is_so, f"there is {OCCURRENCE} ({took})" + (f"\n    {said(arguments)}" if is_so else "")


class Canary:
    """An entry of a file like tests/seeded_bugs.txt."""

    def __init__(self, text):
        lines = text.strip().splitlines()
        fields = dict(line.split(" ", 1) for line in lines if line[0] not in "-+")
        self.name, self.file, self.what = fields["bug"], ROOT / fields["file"], fields["what"]
        self.breaks = fields.get("breaks")  # a claim's number, `defined`, or a function of LEMMAS; or any of them
        self.old, self.new = ("\n".join(line[2:] for line in lines if line[0] == sign) for sign in "-+")

    def refute(self):
        """(is it refuted, line)."""
        text = self.file.read_text()
        if text.count(self.old) != 1:
            return False, f"{self.name}: its old text is not, or not once, in {self.file.name}"
        work, wrong = WORK / self.name, text.replace(self.old, self.new)
        work.mkdir(parents=True, exist_ok=True)
        for path in READ:
            (work / path.name).write_text(wrong if path == self.file else path.read_text())
        try:
            claims = Claims(work, [work])
        except (subprocess.CalledProcessError, program.Unreadable) as problem:
            return False, f"{self.name}: {problem}"
        for name in LEMMAS:
            if definition(text, name) != definition(wrong, name):
                return self.refute_lemma(claims, name)
        meant = {"defined": claims.undefined()} | {str(bit): claims.broken(bit) for bit in CLAIMS}
        some = meant[self.breaks] if self.breaks else circuit.any_of(meant.values())
        model, took = ask(minisat, claims.file("canary", [some]))
        if not model:
            return False, f"{self.name}: {self.what} ({took})"
        arguments = claims.all.arguments(model)
        bits = claims.all.compiled(*arguments)
        broken = {str(bit): claim for bit, claim in CLAIMS.items() if bits >> bit & 1}
        if circuit.evaluate(dict.fromkeys(model, 1), [claims.undefined()]) == [1]:
            broken["defined"] = DEFINED
        as_meant = self.breaks in broken if self.breaks else broken
        not_so = "; ".join(broken.values())
        is_refuted = bits & 1 and as_meant and claims.all.agrees(samples())
        return is_refuted, f"{self.name}: {self.what} ({took})\n    {said(arguments)}\n    not so: {not_so}"

    def refute_lemma(self, claims, name):
        lemma = claims.lemmas[name]
        model, took = ask(minisat, claims.file("canary", [claims.lemma_broken(name)]))
        is_refuted = model and lemma.compiled(*lemma.arguments(model)) & 1 and lemma.agrees(lemma.random_samples())
        is_refuted = is_refuted and self.breaks in (None, name)
        arguments = ", ".join(map(hex, lemma.arguments(model or set())))
        return is_refuted, f"{self.name}: {self.what} ({took})\n    not so: {name} {LEMMAS[name]}, {arguments}"


def definition(text, name):
    match = re.search(rf"\b{name}\([^;]*?\{{\n.*?^\}}", text, re.M | re.S)
    return match and match.group(0)


def canaries():
    entries = []
    for path in CANARIES:
        text = re.sub(r"(?m)^#.*\n", "", path.read_text())
        entries += [Canary(entry) for entry in re.split(r"\n\s*\n", text) if entry.strip().startswith("bug ")]
    return [entry for entry in entries if entry.file in READ]


def refutations():
    wrong = canaries()
    broken = {canary.breaks for canary in wrong}
    for claim in {"defined", *map(str, CLAIMS), *LEMMAS} - broken:
        yield False, f"no canary breaks claim {claim}"
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        yield from pool.map(Canary.refute, wrong)


def main():
    if list(CLAIMS) != list(range(1, OCCURS)):
        sys.exit(f"claims.c: the claims that can be read are {list(CLAIMS)}, not 1 to {OCCURS - 1}")
    folders = [pathlib.Path(folder).resolve() for folder in sys.argv[1:]]
    counts = {True: 0, False: 0}
    for word, results in [("PROVED", prove(folders)), ("REFUTED", [] if folders else refutations())]:
        for is_so, line in results:
            print(f"{word if is_so else 'FAILED':7} {line}", flush=True)
            counts[bool(is_so)] += 1
    print(f"{counts[True]} passed, {counts[False]} failed")
    sys.exit(1 if counts[False] else 0)


if __name__ == "__main__":
    main()
