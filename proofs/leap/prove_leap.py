#!/usr/bin/env python3
"""Prove that a leap decides what TeX's reader does: claims.c, for all arguments, by two SAT solvers.

    proofs/leap/prove_leap.py              the claims, then the canaries
    proofs/leap/prove_leap.py FOLDER       the claims only, about FOLDER/leap.h

A claim is proved when both solvers say that no arguments break it. The canaries are wrong versions of leap.h or of the
reader: each must be refuted by arguments for which the compiled function, too, says that a claim is broken. On random
texts the circuits must give what the compiled functions give. The last line is `N passed, N failed`.
"""

import concurrent.futures
import ctypes
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
SIMPLER = ["hlx_trailing_blanks"]
CANARIES = [ROOT / "tests/seeded_bugs.txt", HERE / "canaries.txt"]
LEAST_CANARIES = 8
PROCESSOR_SECONDS = 600
SAMPLES = 2048
CLASSES = re.search(r"typedef enum hlx_class \{(.*?)HLX_CLASS_COUNT", (HERE / "reference.h").read_text(), re.S).group(1)
CLASSES = re.findall(r"HLX_CLASS_(\w+)", CLASSES)
OCCURS = int(re.search(r"HLX_LEAP_OCCURS (\d+)", (HERE / "claims.c").read_text()).group(1))
OCCURRENCE = re.search(r'HLX_LEAP_OCCURRENCE[\s\\]*"(.*?)"', (HERE / "claims.c").read_text()).group(1)
STATES = "NEW_LINE MID_LINE SKIP_BLANKS".split()


class Claims:
    """claims.c about one leap.h and one reference.h, as a circuit and as a function of this processor."""

    def __init__(self, work, folders=(), instead=()):
        circuit.reset()
        work.mkdir(parents=True, exist_ok=True)
        self.work = work
        source = HERE / "claims.c"
        folders = [*folders, HERE, ROOT / "src/simd", ROOT / "src/core"]
        text = program.compile_text(source, folders, work, instead)
        function = program.Function(text, "hlx_leap_claims")
        self.inputs = [circuit.new_word(width) for _, width in function.parameters]
        run = program.Run(function, self.inputs)
        self.result, self.undefined = run.result, run.undefined
        self.names = {int(bit): claim for bit, claim in re.findall(r"X\((\d+), \"(.*?)\"\)", source.read_text())}
        self.lemmas = {name: self.difference(text, name) for name in instead}
        library = work / "claims.so"
        includes = [f"-I{folder}" for folder in folders]
        subprocess.run(["gcc", "-std=c11", "-O2", "-shared", "-fPIC", *includes, "-o", library, source], check=True)
        self.compiled = ctypes.CDLL(str(library)).hlx_leap_claims
        sizes = {64: ctypes.c_uint64, 8: ctypes.c_uint8, 1: ctypes.c_bool}
        self.compiled.argtypes = [sizes[len(word)] for word in self.inputs]
        self.compiled.restype = ctypes.c_uint32

    @staticmethod
    def difference(text, name):
        function = program.Function(text, f"differs_{name}")
        run = program.Run(function, [circuit.new_word(width) for _, width in function.parameters])
        return circuit.either(run.undefined, run.result[0])

    def broken(self, bit):
        return circuit.both(self.result[0], self.result[bit])

    def questions(self):
        """What is proved, and literals of which one is false whatever the arguments are."""
        yield "no operation is undefined in C", [self.result[0], self.undefined]
        for name, difference in self.lemmas.items():
            yield f"{name} is its simpler form in claims.c", [difference]
        before = []
        for bit, claim in self.names.items():
            yield claim, [self.broken(bit)] + before
            before.append(self.broken(bit) ^ 1)

    def anything_broken(self):
        undefined = circuit.both(self.result[0], self.undefined)
        return circuit.any_of([undefined] + [self.broken(bit) for bit in self.names])

    def values(self, model):
        """The arguments in a model: a set of literals."""
        return [sum((bit in model) << i for i, bit in enumerate(word)) for word in self.inputs]

    def say(self, arguments):
        """Arguments as a text."""
        *block, state, behind, behind_class, beyond, blanks_end_line = arguments
        classes = [sum((word >> i & 1) << n for n, word in enumerate(block)) for i in range(64)]
        classes = [CLASSES[min(number, len(CLASSES) - 1)] for number in classes + [behind_class & 15, beyond & 15]]
        runs = [[classes[0], 0]]
        for name in classes[:64]:
            if name != runs[-1][0]:
                runs.append([name, 0])
            runs[-1][1] += 1
        text = " ".join(name if times == 1 else f"{name}*{times}" for name, times in runs)
        return f"state {STATES[state & 3]}: {text} | {classes[64]} (byte {behind}) {classes[65]} ends={blanks_end_line}"

    def agree(self):
        """Does the circuit give what the compiled function gives, for random texts?"""
        source = random.Random(1)
        samples = [random_arguments(source) for _ in range(SAMPLES)]
        bits = {}
        for word, values in zip(self.inputs, zip(*samples)):
            for i, literal in enumerate(word):
                bits[literal] = sum((value >> i & 1) << n for n, value in enumerate(values))
        outputs = circuit.evaluate(bits, self.result, (1 << SAMPLES) - 1)
        for n, sample in enumerate(samples):
            if sum((bit >> n & 1) << i for i, bit in enumerate(outputs)) != self.compiled(*sample):
                return False
        return True


def random_arguments(source):
    """A text of a few classes, in runs, so that what is far apart matters."""
    few = source.choices(range(len(CLASSES)), k=source.randint(1, 6))
    block = [0, 0, 0, 0]
    kind, behind = source.choice(few), source.choice([10, 13, 32, source.randrange(256)])
    for place in range(64):
        kind = source.choice(few) if source.random() < 0.6 else kind
        for n in range(4):
            block[n] |= (kind >> n & 1) << place
    fixed = {10: CLASSES.index("LINE_FEED"), 13: CLASSES.index("CARRIAGE_RETURN"), 32: CLASSES.index("BLANK")}
    behind_class = fixed.get(behind, source.randrange(3))
    rest = [behind, behind_class, source.randrange(len(CLASSES)), source.randrange(2)]
    return block + [source.randrange(3)] + rest


# ---- solvers --------------------------------------------------------------------


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


def cadical(path):
    run = subprocess.run(["cadical", "-q", path], capture_output=True, text=True, preexec_fn=limited, check=False)
    return run.returncode, run.stdout


def minisat(path):
    out = path.with_suffix(".minisat")
    run = subprocess.run(["minisat", "-verb=0", path, out], capture_output=True, preexec_fn=limited, check=False)
    text = out.read_text() if out.exists() else ""
    return run.returncode, text.replace("UNSAT", "s UNSATISFIABLE").replace("SAT\n", "s SATISFIABLE\nv ", 1)


def ask(solver, path):
    """False: no solution. A set of literals: a solution. None: no answer."""
    before = time.monotonic()
    code, text = solver(path)
    answer = None
    if code == 20 and "s UNSATISFIABLE" in text:
        answer = False
    elif code == 10 and "s SATISFIABLE" in text:
        numbers = [int(word) for line in text.splitlines() if line.startswith("v ") for word in line.split()[1:]]
        answer = {2 * number for number in numbers if number > 0}
    return answer, f"{solver.__name__} {time.monotonic() - before:.0f} s"


# ---- what is run -----------------------------------------------------------------


def prove(folders, pool):
    """The claims about a leap.h. Yields (is it well, line)."""
    work = WORK / "claims"
    claims = Claims(work, folders, SIMPLER)
    yield claims.agree(), f"the circuit gives what gcc's function gives, {SAMPLES} texts ({len(circuit.gates)} gates)"
    jobs = []
    for number, (what, literals) in enumerate(claims.questions()):
        path = work / f"{number}.cnf"
        path.write_text(circuit.cnf(literals))
        jobs.append((what, [pool.submit(ask, solver, path) for solver in (cadical, minisat)]))
    for what, futures in jobs:
        results = [future.result() for future in futures]
        texts = [claims.say(claims.values(model)) for model, _ in results if model]
        is_proved = all(model is False for model, _ in results)
        yield is_proved, f"{what} ({', '.join(took for _, took in results)}){''.join(f' NOT FOR {t}' for t in texts)}"
    path = work / "occurs.cnf"
    path.write_text(circuit.cnf([claims.broken(OCCURS)]))
    model, _ = ask(cadical, path)
    well = bool(model) and claims.compiled(*claims.values(model)) == 1 | 1 << OCCURS
    yield well, f"there is {OCCURRENCE}" + (f": {claims.say(claims.values(model))}" if model else "")


class Canary:
    """An entry of the files of canaries, in the format of tests/seeded_bugs.txt."""

    def __init__(self, text):
        fields = dict(line.split(" ", 1) for line in text.splitlines() if line[0] not in "-+")
        self.name, self.file, self.what = fields["bug"], ROOT / fields["file"], fields["what"]
        self.old = "\n".join(line[2:] for line in text.splitlines() if line[0] == "-")
        self.new = "\n".join(line[2:] for line in text.splitlines() if line[0] == "+")

    def refute(self):
        """(is it refuted, line)."""
        text = self.file.read_text()
        if text.count(self.old) != 1:
            return False, f"{self.name}: its old text is {text.count(self.old)} times in {self.file.relative_to(ROOT)}"
        work = WORK / self.name
        work.mkdir(parents=True, exist_ok=True)
        (work / self.file.name).write_text(text.replace(self.old, self.new))
        claims = Claims(work, [work])
        path = work / "canary.cnf"
        path.write_text(circuit.cnf([claims.anything_broken()]))
        model, took = ask(cadical, path)
        if not model:
            return False, f"{self.name}: not refuted ({took})"
        arguments = claims.values(model)
        bits = claims.compiled(*arguments)
        broken = [claim for bit, claim in claims.names.items() if bits >> bit & 1]
        undefined = circuit.evaluate(dict.fromkeys(model, 1), [claims.undefined])[0]
        broken += ["no operation is undefined in C"] * undefined
        well = bits & 1 and broken and claims.agree()
        return well, f"{self.name}: {self.what} ({took})\n    {claims.say(arguments)}\n    not: {'; '.join(broken)}"


def canaries():
    entries = []
    for path in CANARIES:
        text = re.sub(r"(?m)^#.*\n", "", path.read_text())
        entries += [Canary(entry) for entry in re.split(r"\n\s*\n", text) if entry.startswith("bug ")]
    return [entry for entry in entries if entry.file.name in ("leap.h", "reference.h")]


def refute(canary):
    return canary.refute()


def main():
    folders = [pathlib.Path(folder).resolve() for folder in sys.argv[1:]]
    passed = failed = 0

    def report(word, is_well, line):
        nonlocal passed, failed
        passed, failed = passed + bool(is_well), failed + (not is_well)
        print(f"{word if is_well else 'FAILED':8} {line}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for is_well, line in prove(folders, pool):
            report("PROVED", is_well, line)
    if not folders:
        wrong = canaries()
        if len(wrong) < LEAST_CANARIES:
            report("", False, f"only {len(wrong)} canaries")
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            for is_well, line in pool.map(refute, wrong):
                report("REFUTED", is_well, line)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
