#!/usr/bin/env python3
"""The conformance kit itself: schema, no drift, both implementations pass, every wrong one fails.

    test_conformance.py --adapter=PROGRAM

The last line is `N passed, N failed`.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import conformance
import wrong_implementations

RUNNER = [sys.executable, str(HERE / "conformance.py")]
SECOND = [sys.executable, str(HERE / "second_implementation.py")]
SUITE_OF = {"tokens": "tokens", "frames": "frames", "frame": "frames", "requests": "client", "reply": "client",
            "read reply": "client", "queries": "query", "query": "query", "query reply": "query",
            "read query reply": "query", "read columns": "query", "trace": "broker", "delay": "delay"}
MEMBERS = {"name": str, "clauses": list, "provenance": str, "do": str, "input": dict, "output": dict}
CLAUSE = re.compile(r"[A-Z]{3}-\d\d")


def check(holds, text):
    print(f"{'ok' if holds else 'FAILED':6} {text}")
    return holds


def clauses_of_spec():
    return {clause for path in (ROOT / "spec").glob("*.md")
            for clause in re.findall(r"^\*\*([A-Z]{3}-\d\d)\*\*", path.read_text(), re.M)}


def malformed(suite, defined):
    """What of a file breaks the schema of spec/vectors/README.md."""
    content = json.loads((conformance.VECTORS / f"{suite}.json").read_text())
    if content["schema"] != 3 or content["suite"] != suite:
        yield "head"
    names = [vector["name"] for vector in content["vectors"]]
    yield from {f"two vectors are named {name}" for name in names if names.count(name) > 1}
    for vector in content["vectors"]:
        good = set(vector) == set(MEMBERS) and all(isinstance(vector[name], kind) for name, kind in MEMBERS.items())
        if not good or SUITE_OF.get(vector["do"]) != suite or vector["provenance"] not in content["provenance"]:
            yield vector["name"]
        elif not vector["clauses"] or not set(vector["clauses"]) <= defined:
            yield f"{vector['name']}: clauses"
        if any(int(float(number)) != number for number in numbers_in(vector)):
            yield f"{vector['name']}: a number that is not exact in a double"


def numbers_in(value):
    if isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(part)
    elif isinstance(value, int):
        yield value


def run(words):
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


def check_schema():
    defined = clauses_of_spec()
    for suite in conformance.SUITES:
        problems = list(malformed(suite, defined))
        yield check(not problems, f"{suite}.json keeps to its schema {problems[:3] or ''}")


def check_drift():
    code, output = run([sys.executable, str(HERE / "conformance_vectors.py"), "--check"])
    yield check(code == 0, f"spec/vectors is what would be written today {output[-400:]}")


def check_right(name, command):
    code, output = run([*RUNNER, *command])
    print(output[-2000:], end="")
    yield check(code == 0 and ": not spoken" not in output, f"{name} agrees with every vector")


def failures_of(name):
    suite = wrong_implementations.WRONG[name][0]
    _, output = run([*RUNNER, f"--suite={suite}", *SECOND, f"--wrong={name}"])
    # One that does not answer is broken otherwise, and shows nothing of its rule.
    return re.findall(r"^FAILED (\S+?/.+?) \([^)]*\): (?!it ended with|no answer|its answer)", output, re.M)


def check_wrong():
    names = list(wrong_implementations.WRONG)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, failures in zip(names, pool.map(failures_of, names)):
            shown = f"{len(failures):3} vectors, first: {failures[0]}" if failures else "by nothing"
            yield check(bool(failures), f"{name} is noticed {shown}")


def check_runner():
    """An implementation that says nothing, ends, or speaks no JSON fails and does not hang."""
    for name, command in (("one that ends", ["false"]), ("one that speaks no JSON", ["sh", "-c", "yes; true"]),
                          ("one that is not there", ["/nonexistent/implementation"])):
        code, output = run([*RUNNER, *command])
        yield check(code == 1 and "0 passed, 1 failed" in output, f"the runner refuses {name}")
    silent = f"{shlex.join(SECOND)} | (head -n 1; sleep 600)"  # a shell and its children: the pipe stays open
    code, output = run([*RUNNER, "--only=a cancel", "--suite=query", "--seconds=2", "sh", "-c", silent])
    yield check(code == 1 and "no answer within 2 s" in output, "the runner waits for none of a silent one's children")


def check_copy():
    """Runner and vectors work where they were copied, as docs/conformance.md says."""
    with tempfile.TemporaryDirectory() as folder:
        runner = [sys.executable, shutil.copy(HERE / "conformance.py", folder)]
        shutil.copytree(conformance.VECTORS, f"{folder}/vectors")
        code, output = run([*runner, f"--vectors={folder}/vectors", "--suite=client", *SECOND])
        yield check(code == 0 and output.endswith(" 0 failed\n"), "a copy of the runner takes a copy of the vectors")
        code, output = run([*runner, f"--vectors={folder}/none", *SECOND])
        yield check(code == 64 and f"{folder}/none" in output, "a folder that is not there is wrong usage")
        code, output = run([*runner, f"--vectors={folder}", *SECOND])
        yield check(code == 64 and "no tokens.json" in output, "so is a folder without vectors")
        code, output = run([*runner, "--suite=nope", *SECOND])
        yield check(code == 64 and "nope" in output, "and a suite that there is not")


def check_page(adapter):
    """The first question and answer of docs/conformance.md are what an adapter is asked and says."""
    question, answer, *_ = re.findall(r'^ {4}(\{"id".*)$', (ROOT / "docs/conformance.md").read_text(), re.M)
    for name, command in (("this project", [adapter]), ("the second implementation", SECOND)):
        said = subprocess.run(command, input=f"{question}\n", capture_output=True, text=True, check=False, timeout=60)
        yield check(said.stdout and json.loads(said.stdout) == json.loads(answer), f"{name} says what the page says")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--adapter", default="build/gcc/tests/conformance/conformance_adapter")
    adapter = parser.parse_args().adapter
    results = [*check_schema(), *check_drift(), *check_right("this project", [adapter]),
               *check_right("the second implementation", SECOND), *check_wrong(), *check_runner(),
               *check_copy(), *check_page(adapter)]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
