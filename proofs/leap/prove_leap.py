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
        """(what is proved, literals that cannot all be true, or all must be able to, whether they must)."""
        yield "no operation is undefined in C", [self.result[0], self.undefined], False
        for name, difference in self.lemmas.items():
            yield f"{name} is its simpler form in claims.c", [difference], False
        before = []
        for bit, claim in self.names.items():
            yield claim, [self.broken(bit)] + before, False
            before.append(self.broken(bit) ^ 1)

    def values(self, model):
        """The arguments in a model: a set of literals."""
        return [sum((bit in model) << i for i, bit in enumerate(word)) for word in self.inputs]

    def say(self, arguments):
        """Arguments as a text."""
        *block, state, behind, behind_class, beyond, blanks_end_line, _ = arguments
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
    rest = [behind, behind_class, source.randrange(len(CLASSES)), source.randrange(2), source.randrange(64)]
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
