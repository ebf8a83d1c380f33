#!/usr/bin/env python3
"""Run the contracts: translate the ACSL of the headers into C checks and link them around the core.

    proofs/execute.py --run BUILD     run tests and documents through the checks; BUILD holds what make built
    proofs/execute.py --list          the clauses, and those that are not executed with the reason

Each function with a proved contract in a header gets a wrapper (`ld --wrap`): it evaluates the pre-conditions,
calls the function, evaluates the post-conditions, if no pre-condition was false, and ends the program with
exit code 70, naming function and clause, when one is false. Logic functions and predicates become C functions
over 128-bit integers, so that nothing wraps. Calls within one object file are not seen. A quantifier without
an upper bound is tried on its first values. Evaluations are counted; a function whose contract has used up its
budget is called unchecked from then on, and an evaluation that takes too many is given up, so that long
documents take no longer than short ones.

What is checked is the specification: where the code agrees with the TeX engines (the differential tests) and
with its contracts (this), the contracts agree with the engines on the same documents. --run also changes the
specification in a few places and demands that the tests then fail, by the name of the clause.
Exit code 0: every clause was evaluated and none was false. 1: not so. 2: wrong arguments.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys

import prove

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOT_EXECUTED = ROOT / "proofs/not_executed.tsv"
TOKEN = re.compile(r"""\s*(?://[^\n]*\s*)*(<==>|==>|\.\.|->|<=|>=|==|!=|&&|\|\||\\\w+|'(?:\\.|[^'])'"""
                   r"""|0x[0-9A-Fa-f]+|\d+|\w+|.)""", re.S)
LOGIC = re.compile(r"\b(?:logic\s+(\w+)|predicate)\s+(\w+)\s*(?:\{\w+\})?\s*(?:\(([^)]*)\))?\s*=")
DECLARATION = re.compile(r"\s*((?:const )?\w+)( \*?)\s*(\w+)\(([^)]*)\);")
CLAUSE_WORDS = ("requires", "ensures", "assigns", "assumes", "terminates", "exits", "behavior", "complete", "disjoint",
                "admit")
MEMORY = {"\\valid", "\\valid_read", "\\separated", "\\initialized"}
UNBOUNDED_TRIES = 2
SHELL_FUNCTIONS = {"hlx_scan_run", "hlx_scan_line_end"}  # of src/simd, under the contracts of scan.h
# What cannot be evaluated and is counted; of memory the sanitizers take care.
MECHANICAL = ("memory only", "a structure as a whole", "a quantifier over addresses",
              "an earlier value under a quantifier", "a name with two meanings")
TWICE = "(twice)"
DOCUMENTS = 3000


class Unsupported(Exception):
    pass


def blank_comments(text):
    """Comments that are no annotations become blanks."""
    return re.sub(r"/\*[^@].*?\*/", " ", text, flags=re.S)


def expand(text, macros):
    """An annotation with the macros that stand for clauses written out."""
    while match := re.search(r"\b(" + "|".join([*macros, "-"]) + r")\(([^()]*)\)", text):
        names, body = macros[match[1]]
        for name, argument in zip(names, match[2].split(",")):
            body = re.sub(rf"\b{name}\b", argument.strip(), body)
        text = text[: match.start()] + body + text[match.end() :]
    return text


def clause_macros(texts):
    """name -> (parameters, body) for each macro whose first parameter is a kind of clause."""
    found = {}
    for text in texts:
        for match in re.finditer(r"^#define (\w+)\((clause(?:, *\w+)*)\)((?:.*\\\n)*.*)", text, re.M):
            found[match[1]] = ([name.strip() for name in match[2].split(",")], match[3].replace("\\\n", "\n"))
    return found


def annotations(text):
    return re.finditer(r"/\*@(.*?)\*/", blank_comments(text), re.S)


def parameter(text):
    """(type, name) of `const uint8_t *input`."""
    text = " ".join(text.split())
    match = re.fullmatch(r"(.*?[ *])(\w+)", text)
    return match[1].replace("const ", "").strip(), match[2]


def parameters(text):
    return [parameter(part) for part in text.split(",")] if text and text.strip() not in ("", "void") else []


class Parser:
    """Recursive descent over one expression; nodes are tuples."""

    def __init__(self, text):
        self.words = [word for word in TOKEN.findall(text) if word.strip()]
        self.at = 0

    def peek(self, ahead=0):
        return self.words[self.at + ahead] if self.at + ahead < len(self.words) else ""

    def take(self, expected=None):
        word = self.peek()
        if expected is not None and word != expected:
            raise Unsupported(f"{expected} expected before {' '.join(self.words[self.at : self.at + 8])}")
        self.at += 1
        return word

    def whole(self):
        node = self.expression()
        if self.peek():
            raise Unsupported(f"left over: {' '.join(self.words[self.at : self.at + 8])}")
        return node

    def expression(self):
        word = self.peek()
        if word in ("\\forall", "\\exists"):
            self.take()
            kind, names = self.take(), []
            if self.peek() == "*":
                raise Unsupported("a quantifier over addresses")
            while True:
                names.append(self.take())
                if self.take() == ";":
                    return (word, kind, names, self.expression())
        if word == "\\let":
            self.take()
            name = self.take()
            self.take("=")
            value = self.expression()
            self.take(";")
            return ("let", name, value, self.expression())
        return self.conditional()

    def conditional(self):
        condition = self.equivalence()
        if self.peek() != "?":
            return condition
        self.take()
        yes = self.expression()
        self.take(":")
        return ("?", condition, yes, self.expression())

    def equivalence(self):
        left = self.implication()
        while self.peek() == "<==>":
            self.take()
            left = ("<==>", left, self.implication())
        return left

    def implication(self):
        left = self.junction("||")
        if self.peek() != "==>":
            return left
        self.take()
        return ("==>", left, self.expression() if self.peek() in ("\\forall", "\\exists") else self.implication())

    def junction(self, operator):
        below = (lambda: self.junction("&&")) if operator == "||" else self.comparison
        parts = [below()]
        while self.peek() == operator:
            self.take()
            parts.append(self.expression() if self.peek() in ("\\forall", "\\exists") else below())
        return parts[0] if len(parts) == 1 else (operator, parts)

    def comparison(self):
        terms, operators = [self.sum()], []
        while self.peek() in ("<", "<=", ">", ">=", "==", "!="):
            operators.append(self.take())
            terms.append(self.sum())
        return ("compare", terms, operators) if operators else terms[0]

    def sum(self):
        left = self.product()
        while self.peek() in ("+", "-"):
            left = (self.take(), left, self.product())
        return left

    def product(self):
        left = self.unary()
        while self.peek() in ("*", "/", "%"):
            left = (self.take(), left, self.unary())
        return left

    def unary(self):
        if self.peek() in ("!", "-", "*", "&"):
            return ("unary", self.take(), self.unary())
        return self.postfix(self.primary())

    def primary(self):
        word = self.take()
        if word == "(":
            node = self.expression()
            if self.peek() == "..":
                self.take()
                node = ("range", node, self.expression())
            self.take(")")
            return node
        if word in ("\\old", "\\at", "\\min") or word in MEMORY or (re.match(r"\w", word) and self.peek() == "("):
            self.take("(")
            arguments = []
            while self.peek() != ")":
                arguments.append(self.expression())
                if self.peek() == ",":
                    self.take()
            self.take(")")
            return ("call", word, arguments)
        if re.match(r"0x|\d", word):
            return ("number", word if self.peek() not in ("u", "U") else word)
        if re.match(r"[\w']", word) or word in ("\\result", "\\true", "\\false"):
            return ("name", word)
        raise Unsupported(f"no expression begins with {word}")

    def postfix(self, node):
        while self.peek() in ("[", "->", "."):
            operator = self.take()
            if operator == "[":
                index = self.expression()
                self.take("]")
                node = ("index", node, index)
            else:
                node = ("field", node, operator, self.take())
        return node


EMITTERS = {"?": "choice", "||": "junction", "&&": "junction", "==>": "implies", "<==>": "equivalent", "+": "sum",
            "-": "sum", "*": "sum", "/": "sum", "%": "sum", "\\forall": "quantified", "\\exists": "quantified"}


class Emitter:
    """C of an expression. `scope` maps the names bound here to their types; `olds` collects what is to be
    evaluated before the call."""

    def __init__(self, logic, scope, olds=None, outside=False):
        self.logic = logic
        self.outside = outside  # a structure is passed by value; logic functions get its address
        self.scope = dict(scope)
        self.olds = olds
        self.bound = []
        self.substance = False  # says anything that can be evaluated

    def value(self, node):
        """As a number where it is one; addresses stay what they are."""
        return f"V({self.emit(node)})"

    def emit(self, node):
        return getattr(self, "emit_" + EMITTERS.get(node[0], node[0]))(node)

    def emit_number(self, node):
        return f"((I){node[1]}u)" if int(node[1], 0) < 2**32 else f"((I){node[1]}ull)"

    def emit_name(self, node):
        word = node[1]
        if word.lstrip("\\") in ("true", "false"):
            return "1" if word.endswith("true") else "0"
        if word == "\\result":
            self.substance = True
            return "result"
        if word in self.logic:
            self.substance = True
            return f"L_{word}()"
        kind = self.scope.get(word)
        if kind is None and not re.match(r"[A-Z']", word):
            raise Unsupported(f"unknown name {word}")
        return f"(*{word})" if kind is not None and is_struct(kind) and not self.outside else f"{word}"

    def emit_field(self, node):
        self.substance = True
        return f"({self.emit(node[1])}){node[2]}{node[3]}"

    def emit_index(self, node):
        self.substance = True
        return f"AT({self.emit(node[1])}, {self.value(node[2])})"

    def emit_unary(self, node):
        if node[1] == "&":
            return f"(&({self.emit(node[2])}))"
        if node[1] == "*":
            return f"(*({self.emit(node[2])}))"
        return f"({node[1]}{self.value(node[2])})"

    def emit_sum(self, node):
        return f"({self.value(node[1])} {node[0]} {self.value(node[2])})"

    def emit_choice(self, node):
        return f"({self.value(node[1])} ? {self.value(node[2])} : {self.value(node[3])})"

    def emit_junction(self, node):
        return "(" + f" {node[0]} ".join(self.value(part) for part in node[1]) + ")"

    def emit_implies(self, node):
        return f"(!{self.value(node[1])} || {self.value(node[2])})"

    def emit_equivalent(self, node):
        return f"(!{self.value(node[1])} == !{self.value(node[2])})"

    def emit_compare(self, node):
        if any(self.is_whole(term) for term in node[1]):
            raise Unsupported("a structure as a whole")
        values = [self.value(term) for term in node[1]]
        self.substance = self.substance or len(values) > 1
        return "(" + " && ".join(f"{a} {op} {b}" for a, op, b in zip(values, node[2], values[1:])) + ")"

    def is_whole(self, node):
        """Is this a structure? By the name of the field, or of the parameter."""
        if node[0] == "field":
            return node[3] in self.logic.structure_fields
        if node[:2] == ("unary", "*"):
            return node[2][0] == "name"
        return node[0] == "name" and is_struct(self.scope.get(node[1], "") or "")

    def emit_range(self, node):
        raise Unsupported("a range of addresses")

    def emit_let(self, node):
        value = self.value(node[2])
        self.scope[node[1]] = "let"
        return f"({{ __auto_type {node[1]} = {value}; {self.value(node[3])}; }})"

    def emit_call(self, node):
        name, arguments = node[1], node[2]
        if name in MEMORY:
            return "1"
        if name == "\\min":
            return f"MIN({self.value(arguments[0])}, {self.value(arguments[1])})"
        if name == "\\old" or (name == "\\at" and arguments[1] == ("name", "Pre")):
            return self.old(arguments[0])
        if name not in self.logic:
            raise Unsupported(f"unknown function {name}")
        self.substance = True
        passed = []
        for (kind, _), argument in zip(self.logic[name].parameters, arguments):
            if is_struct(kind):
                passed.append(f"&({self.emit(argument)})")
            else:
                passed.append(self.emit(argument) if "*" in kind else self.value(argument))
        return f"L_{name}({', '.join(passed)})"

    def old(self, node):
        if self.olds is None or self.bound:
            raise Unsupported("an earlier value under a quantifier")
        emitted = self.emit(node)
        if emitted not in self.olds:
            self.olds.append(emitted)
        return f"old_{self.olds.index(emitted)}"

    def emit_quantified(self, node):
        """A loop for each bound name, from the bounds in the guards."""
        operator, kind, names, body = node
        if kind != "integer":
            raise Unsupported(f"a quantifier over {kind}")
        guard = body[1] if operator == "\\forall" and body[0] == "==>" else body
        chains = list(comparisons(guard))
        head, tail, later = "", "", set(names)
        for name in names:
            later.discard(name)
            lows = [low for chain in chains for low in [bound(chain, name, later, -1)] if low]
            highs = [high for chain in chains for high in [bound(chain, name, later, +1)] if high]
            if not lows:
                raise Unsupported("a quantifier without a lower bound")
            self.scope[name] = "integer"
            self.bound.append(name)
            low = f"(I){self.value(lows[0][0])} + {int(lows[0][1] == '<')}"
            high = f"low_{name} + {UNBOUNDED_TRIES}"
            if highs:
                high = f"(I){self.value(highs[0][0])} + {int(highs[0][1] == '<=')}"
            head += (f"I low_{name} = {low}, high_{name} = {high}; "
                     f"for (I {name} = low_{name}; going && {name} < high_{name}; {name}++) {{ ")
            tail += " }"
        inner = self.value(body)
        for name in names:
            self.bound.remove(name)
        negated = "" if operator == "\\forall" else "!"
        return f"({{ int going = 1; {head}going = {negated}{inner};{tail} {negated}going; }})"


def is_struct(kind):
    return kind.startswith("hlx_") and "*" not in kind


def comparisons(node):
    """Chains that hold whenever the guard does, as (terms, operators) written with < and <=."""
    if node[0] == "&&":
        for part in node[1]:
            yield from comparisons(part)
    elif node[0] == "compare":
        terms, operators = node[1], node[2]
        if all(op in (">", ">=") for op in operators):
            terms, operators = terms[::-1], [{">": "<", ">=": "<="}[op] for op in operators[::-1]]
        if all(op in ("<", "<=") for op in operators):
            yield terms, operators


def bound(chain, name, later, side):
    """The nearest term on one side of `name` that is not bound later, and the operator next to it."""
    terms, operators = chain
    for number, term in enumerate(terms):
        if term == ("name", name):
            other = number + side
            while 0 <= other < len(terms):
                if not (terms[other][0] == "name" and terms[other][1] in later):
                    return terms[other], operators[other if side < 0 else other - 1]
                other += side
    return None


class Logic:
    """A logic function or predicate of the headers."""

    def __init__(self, name, parameter_list, body):
        self.name = name
        self.parameters = parameter_list
        self.body = body

    def head(self):
        arguments = ", ".join(f"{c_type(kind)}{name}" for kind, name in self.parameters) or "void"
        return f"static I L_{self.name}({arguments})"


def c_type(kind):
    if kind in ("integer", "boolean", "_Bool"):
        return "I "
    return f"const {kind} *" if is_struct(kind) else f"const {kind}"


class Definitions(dict):
    """The logic by name, and the names of fields that are structures."""

    structure_fields = frozenset()


def read_logic(texts):
    """Every logic definition, by name. Its body ends where the next definition begins."""
    logic = Definitions()
    for text in texts:
        logic.structure_fields |= set(re.findall(r"^ +hlx_(?!\w*status\b)\w+ (\w+)(?:;|\[)", text, re.M))
        for annotation in annotations(text):
            body = annotation[1]
            if body.lstrip().startswith(("axiomatic", "ghost")):
                continue
            for match in LOGIC.finditer(body):
                end = end_of_clause(body, match.end())
                found = Logic(match[2], parameters(match[3]), body[match.end() : end])
                if match[2] in logic and logic[match[2]].body != found.body:
                    found.body = TWICE
                logic[match[2]] = found
    return logic


def end_of_clause(text, start):
    """The `;` that ends what begins at `start`: one behind a quantifier or \\let does not."""
    pending = 0
    for match in re.finditer(r"\\(?:forall|exists|let)\b|//[^\n]*|'(?:\\.|[^'])'|;", text[start:]):
        if match[0] == ";":
            if not pending:
                return start + match.start()
            pending -= 1
        elif match[0].startswith("\\"):
            pending += 1
    raise Unsupported("a clause without an end")


class Contract:
    """The contract of a public function, clause by clause."""

    def __init__(self, name, result, parameter_list):
        self.name = name
        self.result = result
        self.parameters = parameter_list  # (C declaration text, type, name)
        self.clauses = []  # (kind, label, behavior, text)


def read_contracts(texts):
    contracts, macros = {}, clause_macros(texts.values())
    for file, text in texts.items():
        text = blank_comments(text)
        for annotation in re.finditer(r"/\*@(.*?)\*/", text, re.S):
            declared = DECLARATION.match(text, annotation.end())
            if not declared or "terminates" not in annotation[1]:
                continue
            declared_as = [part for part in declared[4].split(",") if part.strip() != "void"]
            kinds = [(" ".join(part.split()), *parameter(part)) for part in declared_as]
            contract = Contract(declared[3], (declared[1] + declared[2]).strip(), kinds)
            contract = contracts.setdefault(declared[3], contract)
            read_clauses(contract, expand(annotation[1], macros))
    return contracts


def read_clauses(contract, text):
    behavior, at, seen = "", 0, collections.Counter()
    pattern = re.compile(r"\b(" + "|".join(CLAUSE_WORDS) + r")\b(?=\s)(?:\s+(\w+)\s*:(?!:))?")
    while match := pattern.search(text, at):
        if match[1] == "behavior":
            behavior, at = match[2], match.end()
            continue
        if match[1] == "admit":  # the clause behind it is an assumption
            at = end_of_clause(text, match.end()) + 1
            continue
        end = end_of_clause(text, match.end())
        if match[1] in ("requires", "ensures", "assumes"):
            label = f"{behavior + '.' if behavior else ''}{match[1]} {match[2] or ''}".strip()
            seen[label] += 1
            contract.clauses.append((match[1], label + (f" {seen[label]}" if seen[label] > 1 else ""), behavior,
                                     text[match.end() : end]))
        at = end + 1


class Program:
    """The checks of all contracts as C text."""

    def __init__(self, texts):
        self.headers = [name for name in texts if name.startswith("src/core")]
        self.logic = read_logic(texts.values())
        self.logic["UnicodeLetter"] = Logic("UnicodeLetter", [("integer", "code")], None)
        proved = prove.proved_names(prove.rows(prove.LEDGER))
        contracts = read_contracts({name: texts[name] for name in self.headers})
        self.contracts = {name: contract for name, contract in contracts.items() if name in proved | SHELL_FUNCTIONS}
        self.names = []  # of the clauses that are executed
        self.skipped = []  # (function, clause, reason)
        self.unsupported_logic = {}
        self.bodies = {}
        self.translate_logic()

    def translate_logic(self):
        for function in self.logic.values():
            if function.body is None:
                continue
            if function.body is TWICE:
                self.unsupported_logic[function.name] = "a name with two meanings"
                continue
            emitter = Emitter(self.logic, {name: kind for kind, name in function.parameters})
            try:
                self.bodies[function.name] = emitter.value(Parser(function.body).whole())
            except Unsupported as reason:
                self.unsupported_logic[function.name] = str(reason)
        while True:  # who uses what cannot be executed cannot be executed either
            more = {name: self.unsupported_logic[used] for name, body in self.bodies.items()
                    for used in re.findall(r"\bL_(\w+)", body) if used in self.unsupported_logic}
            if not more:
                return
            self.unsupported_logic.update(more)
            for name in more:
                del self.bodies[name]

    def clause(self, contract, text, olds):
        scope = {name: kind for _, kind, name in contract.parameters}
        emitter = Emitter(self.logic, scope, olds, outside=True)
        code = emitter.value(Parser(text).whole())
        for used in re.findall(r"\bL_(\w+)", code):
            if used in self.unsupported_logic:
                raise Unsupported(self.unsupported_logic[used])
        if not emitter.substance:
            raise Unsupported("memory only")
        return code

    def wrapper(self, number, contract):
        """One function around another, or nothing when no clause can be evaluated."""
        declared = ", ".join(text for text, _, _ in contract.parameters) or "void"
        passed = ", ".join(name for _, _, name in contract.parameters)
        before, after, olds, assumed = [], [], [], {}
        first = len(self.names)
        for kind, label, behavior, text in contract.clauses:
            kept = list(olds)
            try:
                code = self.clause(contract, text, olds if kind == "ensures" else None)
            except Unsupported as reason:
                olds = kept
                self.skipped.append((contract.name, label, str(reason)))
                continue
            if kind == "assumes":
                assumed.setdefault(behavior, []).append(code)
                continue
            (before if kind == "requires" else after).append((len(self.names), behavior, code))
            self.names.append(f"{contract.name}: {label}")
        if len(self.names) == first:
            return ""
        void = contract.result == "void"
        unchecked = f"{'' if void else 'return '}__real_{contract.name}({passed});{' return;' if void else ''}"
        lines = [f"{contract.result} __real_{contract.name}({declared});",
                 f"{contract.result} __wrap_{contract.name}({declared});",
                 f"{contract.result} __wrap_{contract.name}({declared}) {{",
                 f"    if (!begin({number})) {{ {unchecked} }}"]
        lines.append("    int outside = 0;")
        lines += [f"    outside |= breaks({name}, (int)({code}));" for name, _, code in before]
        lines.append(f"    if (outside) {{ {unchecked} }}")
        lines += [f"    const int in_{behavior} = {' && '.join(codes)};" for behavior, codes in assumed.items()]
        lines += [f"    __auto_type old_{at} = {code};" for at, code in enumerate(olds)]
        lines.append(f"    end({number});")
        call = f"__real_{contract.name}({passed});"
        lines.append(f"    {call}" if contract.result == "void" else f"    {contract.result} result = {call}")
        lines.append(f"    begin({number});")
        for name, behavior, code in after:
            condition = f"if (in_{behavior}) " if behavior else ""
            lines.append(f"    {condition}check({name}, (int)({code}));")
        lines += [f"    end({number});", "" if contract.result == "void" else "    return result;", "}"]
        return "\n".join(lines)

    def text(self):
        """(C text, the functions that it wraps)."""
        wrappers = [self.wrapper(number, contract) for number, contract in enumerate(self.contracts.values())]
        wrapped = [contract.name for contract, text in zip(self.contracts.values(), wrappers) if text]
        heads = [f"{self.logic[name].head()};" for name in self.bodies]
        bodies = [f"{self.logic[name].head()} {{ return work_++ < limit_ ? {code} : 0; }}"
                  for name, code in self.bodies.items()]
        names = "".join(f'    "{name}",\n' for name in self.names)
        functions = "".join(f'    "{name}",\n' for name in self.contracts)
        includes = "".join(f'#include "{pathlib.Path(name).name}"\n' for name in self.headers)
        runtime = RUNTIME.replace("@NAMES@", names).replace("@FUNCTIONS@", functions)
        return "\n".join([includes, runtime, *heads, *bodies, *wrappers, ""]), wrapped


RUNTIME = r"""
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef __int128 I;
/* Names that expressions see end in _, so that no name of a contract hides one. A number becomes an I; an
 * address, and a structure, stays what it is. */
#define V(x) ({ __auto_type v_ = (x); _Generic(v_, bool: NUMBER(v_), char: NUMBER(v_), int8_t: NUMBER(v_), \
    uint8_t: NUMBER(v_), int16_t: NUMBER(v_), uint16_t: NUMBER(v_), int32_t: NUMBER(v_), uint32_t: NUMBER(v_), \
    int64_t: NUMBER(v_), uint64_t: NUMBER(v_), I: NUMBER(v_), default: v_); })
#define NUMBER(x) (I)(x)
/* In the logic what an array does not have is some value, and what needs it is not asked for. */
#define IS_POINTER(array) __builtin_types_compatible_p(__typeof__(array), __typeof__(&(array)[0]))
#define HAS(array, index) ((unsigned long)(index) < sizeof(array) / sizeof((array)[0]))
#define AT(array, index) ((array)[IS_POINTER(array) || HAS(array, index) ? (index) : 0])
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define BUDGET 20000000ull /* evaluations of logic functions for one function's contract */

static const char *const clause_names[] = {
@NAMES@};
static const char *const function_names[] = {
@FUNCTIONS@};
enum { CLAUSES = sizeof clause_names / sizeof *clause_names,
       FUNCTIONS = sizeof function_names / sizeof *function_names };
#define CALL_LIMIT 1000000ull /* of one evaluation: beyond it clauses are left undecided */
static _Thread_local unsigned long long work_, work_begin_, limit_;
static unsigned long long evaluated[CLAUSES], outside_calls[CLAUSES], spent[FUNCTIONS];

/* Behind what was evaluated so far, so that a program which is killed has been counted too. */
static void report(void) {
    const char *path = getenv("HLX_EXECUTED");
    FILE *out = path != NULL ? fopen(path, "a") : NULL;
    for (int clause = 0; out != NULL && clause < CLAUSES; clause++) {
        if (evaluated[clause] > 0) {
            fprintf(out, "%s\t%llu\t%llu\n", clause_names[clause], evaluated[clause], outside_calls[clause]);
        }
    }
    if (out != NULL) {
        fclose(out);
    }
}

__attribute__((constructor)) static void begin_report(void) {
    atexit(report);
}

static int begin(int function) {
    work_begin_ = work_;
    limit_ = work_ + CALL_LIMIT;
    return spent[function] < BUDGET;
}

static void end(int function) {
    spent[function] += work_ - work_begin_ + 1;
}

/* Post-conditions say nothing of a call outside the pre-conditions: it is counted. */
static int breaks(int clause, int holds) {
    if (work_ >= limit_) {
        return 0;
    }
    evaluated[clause]++;
    outside_calls[clause] += !holds;
    return !holds;
}

static void check(int clause, int holds) {
    if (work_ >= limit_) {
        return;
    }
    evaluated[clause]++;
    if (!holds) {
        fprintf(stderr, "contract violated: %s\n", clause_names[clause]);
        fflush(NULL);
        _exit(70);
    }
}

bool __real_hlx_unicode_letter(uint32_t code);
static I L_UnicodeLetter(I code) {
    return __real_hlx_unicode_letter((uint32_t)code);
}
"""


# A wrong specification, the test that knows better, and the clause that must be named.
WRONG = [
    ("spec/logic/control_sequence_logic.h", "HLX_STATE_SKIP_BLANKS\n      : HLX_STATE_MID_LINE",
     "HLX_STATE_SKIP_BLANKS\n      : HLX_STATE_SKIP_BLANKS", "test_lexer", "hlx_control_sequence_at: ensures state"),
    ("spec/logic/line_logic.h", "terminator + 2", "terminator + 1", "test_lexer", "hlx_line_at: ensures next"),
    ("spec/logic/utf8_logic.h", "0x8F : 0xBF", "0x90 : 0xBF", "test_utf8", "hlx_utf8_decode: ensures length"),
    ("spec/logic/step_logic.h", "ParCode : ' '", "ParCode : 9", "test_lexer", "hlx_step_at: ensures code"),
    ("spec/logic/step_logic.h", "HLX_CATEGORY_SPACE ? ' '", "HLX_CATEGORY_SPACE ? 9", "test_lexer",
     "hlx_lexer_run: ensures run"),
    ("src/core/frame.h", "HLX_FRAME_CANCEL ==> length == 0", "HLX_FRAME_CANCEL ==> length <= 1", "test_frame",
     "hlx_frame_decode_header: good.ensures status"),
    ("src/core/arena.h", "== 1 - \\old(arena->side)", "== \\old(arena->side)", "test_arena",
     "hlx_arena_swap: ensures flipped"),
]


class Run:
    """Tests, fuzz targets and documents with the checks linked in."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.folder = self.build / "executed"
        self.counts = self.folder / "counts"
        self.passed = self.failed = 0
        (self.folder / "tests").mkdir(parents=True, exist_ok=True)

    def say(self, good, what):
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        print(f"{'ok    ' if good else 'FAILED'} {what}", flush=True)

    def compile(self, program, name):
        text, wrapped = program.text()
        source = self.folder / f"{name}.c"
        source.write_text(text)
        subprocess.run(["gcc", "-std=gnu11", "-O2", "-w", "-Isrc/core", "-c", source, "-o", source.with_suffix(".o")],
                       cwd=ROOT, check=True)
        source.with_suffix(".wrap").write_text("\n".join(f"-Wl,--wrap={function}" for function in wrapped) + "\n")

    def link(self, test, checks="contracts", others=()):
        """The program of tests/TEST.o, or of FOLDER/TEST.o when so named, and the checks."""
        name = pathlib.Path(test).name
        program = self.folder / "tests" / (name if checks == "contracts" else f"{name}.{checks}")
        libraries = [self.build / "libshell.a", self.build / "libhedgelex.a"]
        names = [test if "/" in test else f"tests/{test}", *others]
        objects = [*(self.build / f"{name}.o" for name in names), self.folder / f"{checks}.o"]
        subprocess.run(["gcc", f"@{self.folder / checks}.wrap", *objects, *libraries, "-lcmocka", "-lm", "-o", program],
                       cwd=ROOT, check=True)
        return program

    def execute(self, command, **more):
        environment = {**os.environ, "HLX_EXECUTED": str(self.counts), **more}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def test(self, name):
        result = self.execute([self.link(name)])
        if result.returncode == 0 and "[  PASSED  ]" not in result.stdout:
            print(f"NOT RUN {name}: {result.stdout.strip()}", flush=True)
            return
        self.say(result.returncode == 0, f"{name}, every clause true" + complaint(result))

    def corpora(self):
        """The committed inputs of the fuzz targets."""
        for path in sorted((ROOT / "fuzz").glob("fuzz_*.c")):
            folder = ROOT / "fuzz/corpus" / path.stem.removeprefix("fuzz_")
            if folder.name != "canary":
                program = self.link(f"fuzz/{path.stem}", others=["fuzz/replay"])
                result = self.execute([program, folder])
                self.say(result.returncode == 0, f"{path.stem}'s inputs, every clause true" + complaint(result))

    def documents(self):
        """The written cases, and documents that the differential tests give to the TeX engines too."""
        sys.path.insert(0, str(ROOT / "tests"))
        import test_differential as differential
        os.environ["HLX_EXECUTED"] = str(self.counts)
        driver = str(self.link("differential_driver"))
        try:
            self.say(not differential.check_cases(driver).failures, "written cases, every clause true")
            for _, seed, count, encoding in differential.generated_chunks(driver, "1", DOCUMENTS):
                differential.run_driver(driver, list(differential.generate(seed, count, encoding)))
            self.say(True, f"{DOCUMENTS} documents that TeX engines read too, every clause true")
        except subprocess.CalledProcessError as error:
            self.say(False, f"documents: exit code {error.returncode}")

    def wrong(self, texts, number, row):
        file, old, new, test, clause = row
        if texts[file].count(old) != 1:
            self.say(False, f"{file}: not found once: {old}")
            return
        self.compile(Program({**texts, file: texts[file].replace(old, new)}), f"wrong{number}")
        result = self.execute([self.link(test, f"wrong{number}")], HLX_EXECUTED="")
        found = re.findall(r"contract violated: (.*)", result.stderr)
        self.say(result.returncode == 70 and clause in found,
                 f"{file}: {' '.join(new.split())}: refused by {found or 'nobody'}")

    def evaluations(self):
        """How often each clause was evaluated, and how often a pre-condition was false."""
        counts, outside = collections.Counter(), collections.Counter()
        for row in self.counts.read_text().splitlines():
            name, count, false = row.split("\t")
            counts[name] += int(count)
            outside[name] += int(false)
        return counts, +outside


def complaint(result):
    found = re.findall(r"contract violated: .*", result.stderr + result.stdout)
    return f": {found[0] if found else ' '.join(result.stderr.split()[-30:])}" if result.returncode else ""


def not_executed():
    """function, clause -> why, from the table."""
    lines = NOT_EXECUTED.read_text().splitlines()
    return {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in lines if line and line[0] != "#"}


def run(build, texts):
    """Tests, fuzz inputs, documents; then the clauses that nobody evaluated; then wrong specifications."""
    program, runner = Program(texts), Run(build)
    runner.counts.unlink(missing_ok=True)
    runner.compile(program, "contracts")
    for path in sorted((ROOT / "tests").glob("test_*.c")):
        runner.test(path.stem)
    runner.corpora()
    runner.documents()
    (counts, outside), reasons = runner.evaluations(), not_executed()
    skipped = {(function, clause): reason for function, clause, reason in program.skipped if reason not in MECHANICAL}
    skipped |= {tuple(name.split(": ", 1)): "no test evaluated it" for name in program.names if not counts[name]}
    for (function, clause), reason in sorted(skipped.items()):
        if (function, clause) not in reasons:
            runner.say(False, f"{function}: {clause}: {reason}")
    for function, clause in sorted(reasons.keys() - skipped.keys()):
        if function in program.contracts:
            runner.say(False, f"{function}: {clause}: in proofs/not_executed.tsv, but it was evaluated or is gone")
    for number, row in enumerate(WRONG):
        runner.wrong(texts, number, row)
    ways = collections.Counter(reason for _, _, reason in program.skipped if reason in MECHANICAL)
    evaluated = [name for name in program.names if counts[name]]
    print(f"{len(evaluated)} clauses of {len({name.split(':')[0] for name in evaluated})} functions evaluated "
          f"{sum(counts.values())} times. Not executed: "
          f"{', '.join(f'{count} for {reason}' for reason, count in ways.items())}, "
          f"{len(reasons)} in proofs/not_executed.tsv.")
    for name, count in sorted(outside.items()):
        print(f"{count} calls outside a pre-condition, of which its contract says nothing: {name}")
    print(f"{runner.passed} passed, {runner.failed} failed")
    return 1 if runner.failed else 0


def main():
    parser = argparse.ArgumentParser(description="run the contracts")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--run", metavar="BUILD", help="a folder with libraries and test objects")
    group.add_argument("--list", action="store_true", help="the clauses, and what is not executed")
    options = parser.parse_args()
    paths = [*sorted((ROOT / "src/core").glob("*.h")), *sorted((ROOT / "spec/logic").glob("*.h"))]
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in paths if path.name != "catcode_tables.h"}
    if options.run:
        return run(options.run, texts)
    program = Program(texts)
    program.text()
    print("\n".join([*program.names, *("\t".join(row) for row in program.skipped)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
