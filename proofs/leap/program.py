"""A function of numbers, as the compiler reads it, becomes a circuit.

    C  --clang-->  LLVM's intermediate language  --opt: inline, sroa-->  one function without memory  --run-->  circuit

Nothing is optimized before. A branch on an unknown bit is followed both ways; where the ways meet, each value that
is used later is chosen by the bit. Loops end because their conditions become constants. Whatever this module does not
know is an error, never skipped: undefined values and signed overflow, too. A shift by too much and the first one of no
ones, which mean nothing, are collected: a circuit that must be shown to be false. What clang's front end made of the
undefined is not seen here; its warnings are errors.
"""

import re
import subprocess

import circuit
from circuit import FALSE, TRUE, both, either, negation

# Nothing but what makes one function of several, and words of memory.
CLANG = ["clang-14", "-std=c11", "-O1", "-Xclang", "-disable-llvm-passes", "-ffreestanding", "-S", "-emit-llvm",
         "-Wall", "-Wextra", "-Wconditional-uninitialized", "-Wno-unused", "-Wno-unused-parameter", "-Werror"]
PASSES = ["opt-14", "-S", "-passes=cgscc(inline),function(sroa)", "-inline-threshold=1000000"]

NAME = r"%[-\w.$]+"
LABEL = re.compile(r"([-\w.$]+):")
ASSIGNED = re.compile(rf"({NAME}) = (.*)")
BINARY = re.compile(r"(add|sub|and|or|xor|shl|lshr) i(\d+) (\S+), (\S+)")
COMPARED = re.compile(r"icmp (\w+) i(\d+) (\S+), (\S+)")
CONVERTED = re.compile(r"(zext|sext|trunc) i(\d+) (\S+) to i(\d+)")
SELECTED = re.compile(r"select i1 (\S+), i(\d+) (\S+), i\d+ (\S+)")
COUNTED = re.compile(r"(?:tail )?call i(\d+) @llvm\.(cttz|ctlz)\.i\d+\(i\d+ ([^,)]+), i1 (\w+)\)")
CHOSEN = re.compile(rf"\[ ([^,]+), ({NAME}) \]")
NO_CODE = re.compile(r"call void @llvm\.(?:lifetime|experimental\.noalias\.scope\.decl|dbg)\b")


class Unreadable(Exception):
    pass


class Block:
    def __init__(self, name):
        self.name, self.phis, self.lines, self.after = name, [], [], []
        self.live = set()


class Function:
    """The text of one function, cut into blocks."""

    def __init__(self, text, name):
        match = re.search(rf"^define [^\n]*@{name}\(([^\n]*)\)[^\n]*\{{\n(.*?)^\}}", text, re.M | re.S)
        if not match:
            raise Unreadable(f"no function {name}")
        self.parameters = [(p.split()[-1], width_of(p.split()[0])) for p in match.group(1).split(", ")]
        self.blocks = [Block(f"%{len(self.parameters)}")]
        for line in match.group(2).splitlines():
            line = re.sub(r"(, !\S+ !\d+| #\d+|;.*)", "", line).strip()
            if LABEL.match(line):
                self.blocks.append(Block("%" + LABEL.match(line).group(1)))
            elif " = phi " in line:
                self.blocks[-1].phis.append(line)
            elif line and not NO_CODE.match(line):
                self.blocks[-1].lines.append(line)
        self.order = {block.name: i for i, block in enumerate(self.blocks)}
        self.read_phis()
        self.find_live()

    def read_phis(self):
        for block in self.blocks:
            block.phis = [
                (ASSIGNED.match(line).group(1), width_of(line.split()[3]), {b: a for a, b in CHOSEN.findall(line)})
                for line in block.phis
            ]
            block.after = [self.blocks[self.order[label]] for label in re.findall(rf"label ({NAME})", block.lines[-1])]

    def find_live(self):
        """Which names are used in a block or behind it, and were given before it."""
        changed = True
        while changed:
            changed = False
            for block in reversed(self.blocks):
                live = set()
                for after in block.after:
                    live |= after.live - {name for name, _, _ in after.phis}
                    live |= {values[block.name] for _, _, values in after.phis}
                for line in reversed(block.lines):
                    assigned = ASSIGNED.match(line)
                    live.discard(assigned and assigned.group(1))
                    live.update(re.findall(NAME, assigned.group(2) if assigned else line))
                live = {name for name in live if name[0] == "%" and name not in self.order}
                changed |= live != block.live
                block.live = live


def width_of(text):
    match = re.fullmatch(r"i(\d+)", text)
    if not match:
        raise Unreadable(f"type {text}")
    return int(match.group(1))


def compile_text(source, folders, work, instead=()):
    """The intermediate language of a C file, each function without memory, if that can be had. Calls of the functions
    `instead` become calls of `simpler_...`, but for those of `differs_...`, which compares the two.
    """
    raw, text = work / "raw.ll", work / "claims.ll"
    subprocess.run(CLANG + [f"-I{folder}" for folder in folders] + ["-o", raw, source], check=True)
    functions = re.split(r"(?m)^(?=define )", raw.read_text())
    for name in instead:
        calls = re.compile(rf"(?m)^( .*call .*)@{name}\(")
        functions = [
            text if f"@differs_{name}(" in text.splitlines()[0] else calls.sub(rf"\1@simpler_{name}(", text)
            for text in functions
        ]
    raw.write_text("".join(functions))
    subprocess.run(PASSES + ["-o", text, raw], check=True)
    return text.read_text()


class Run:
    """One execution for all arguments at once."""

    def __init__(self, function, arguments):
        self.function = function
        self.undefined = FALSE
        self.result = None
        first = dict(zip([name for name, _ in function.parameters], arguments))
        self.pending = {function.blocks[0].name: (TRUE, first)}
        while self.pending:
            name = min(self.pending, key=function.order.get)
            self.run_block(function.blocks[function.order[name]], *self.pending.pop(name))

    def word(self, values, text, width):
        if text[0] == "%":
            return values[text]
        if text in ("true", "false"):
            return (TRUE if text == "true" else FALSE,)
        if not re.fullmatch(r"-?\d+", text):
            raise Unreadable(f"value {text}")
        return circuit.constant(int(text), width)

    def go(self, block, name, condition, values):
        """To the block of that name, if that can be; values that meet there are chosen by the condition."""
        if condition == FALSE:
            return
        to = self.function.blocks[self.function.order[name]]
        there = {name: values[name] for name in to.live if name in values}
        for name, width, chosen in to.phis:
            there[name] = self.word(values, chosen[block.name], width)
        if to.name in self.pending:
            before, others = self.pending[to.name]
            there = {name: circuit.choose_word(condition, there[name], others[name]) for name in there}
            condition = either(before, condition)
        self.pending[to.name] = (condition, there)

    def run_block(self, block, condition, values):
        for line in block.lines:
            assigned = ASSIGNED.match(line)
            if assigned:
                values[assigned.group(1)] = self.operation(assigned.group(2), condition, values)
            elif line.startswith("br label "):
                self.go(block, line.split()[-1], condition, values)
            elif line.startswith("br i1 "):
                bit, yes, no = re.fullmatch(rf"br i1 (\S+), label ({NAME}), label ({NAME})", line).groups()
                (bit,) = self.word(values, bit, 1)
                self.go(block, yes, both(condition, bit), values)
                self.go(block, no, both(condition, negation(bit)), values)
            elif line.startswith("ret "):
                word = self.word(values, line.split()[2], width_of(line.split()[1]))
                self.result = word if self.result is None else circuit.choose_word(condition, word, self.result)
            else:
                raise Unreadable(line)

    def never(self, condition, bad):
        self.undefined = either(self.undefined, both(condition, bad))

    def operation(self, text, condition, values):
        match = BINARY.fullmatch(text)
        if match:
            kind, width, a, b = match.groups()
            return self.binary(kind, *(self.word(values, x, int(width)) for x in (a, b)), condition)
        match = COMPARED.fullmatch(text)
        if match:
            kind, width, a, b = match.groups()
            return (compare(kind, *(self.word(values, x, int(width)) for x in (a, b))),)
        match = CONVERTED.fullmatch(text)
        if match:
            kind, width, a, to = match.groups()
            a = self.word(values, a, int(width))
            return {"zext": circuit.extend, "sext": circuit.extend_sign, "trunc": cut}[kind](a, int(to))
        match = SELECTED.fullmatch(text)
        if match:
            bit, width, a, b = match.groups()
            (bit,) = self.word(values, bit, 1)
            return circuit.choose_word(bit, *(self.word(values, x, int(width)) for x in (a, b)))
        match = COUNTED.fullmatch(text)
        if match:
            width, kind, a, zero_is_bad = match.groups()
            a = self.word(values, a, int(width))
            if zero_is_bad == "true":
                self.never(condition, negation(circuit.any_of(a)))
            return circuit.zeros_below(a if kind == "cttz" else a[::-1])
        raise Unreadable(text)

    def binary(self, kind, a, b, condition):
        if kind in ("add", "sub"):
            return (circuit.add if kind == "add" else circuit.subtract)(a, b)[0]
        if kind in ("shl", "lshr"):
            self.never(condition, negation(circuit.below(b, circuit.constant(len(a), len(b)))))
            return circuit.shift(a, b, kind == "shl")
        return circuit.bitwise({"and": both, "or": either, "xor": circuit.differ}[kind], a, b)


def cut(a, width):
    return a[:width]


def compare(kind, a, b):
    if kind in ("eq", "ne"):
        return circuit.equal(a, b) ^ (kind == "ne")
    less = circuit.below if kind[0] == "u" else circuit.signed_below
    return {"lt": less(a, b), "gt": less(b, a), "le": less(b, a) ^ 1, "ge": less(a, b) ^ 1}[kind[1:]]
