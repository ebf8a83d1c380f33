#!/usr/bin/env python3
"""Hold an implementation to the vectors of spec/vectors.

    conformance.py [--vectors=DIR] [--suite=NAME]... [--only=TEXT] [--seconds=N] COMMAND [ARGUMENT]...

COMMAND is started once and asked one question a line on its standard input; it answers each with one line on
its standard output (docs/conformance.md). A vector that is answered otherwise than expected is printed by name,
with the clauses that it is about. Suites that the implementation does not speak are named and left out. The last
line is `N passed, N failed`. Exit codes: 0 all passed, 1 not, 64 wrong usage. Needs nothing but Python 3.8 and the
folder of the vectors: spec/vectors of the repository that it stands in, unless --vectors names another.
"""

import argparse
import contextlib
import json
import os
import pathlib
import select
import signal
import subprocess
import sys

VECTORS = pathlib.Path(__file__).resolve().parent.parent.parent / "spec/vectors"
SUITES = ("tokens", "frames", "client", "query", "broker", "delay")
SHOWN = 300  # characters of an answer


class Gone(Exception):
    """No answer: the implementation ended, was silent, or did not speak JSON."""


class Implementation:
    """A process that answers one line for one line."""

    def __init__(self, command, seconds):
        self.command, self.seconds, self.process, self.asked = command, seconds, None, 0

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                        start_new_session=True)

    def stop(self):
        """With all that it started: a wrapper's child would keep the pipe open."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
        self.process = None

    def read_line(self):
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], self.seconds)
            piece = os.read(self.process.stdout.fileno(), 1 << 16) if ready else None
            if piece is None:
                raise Gone(f"no answer within {self.seconds} s")
            if piece == b"":
                raise Gone(f"it ended with exit code {self.process.wait()}")
            line += piece
        return line

    def ask(self, what, given):
        """The output; a new process is started when there is none."""
        if self.process is None:
            self.start()
        self.asked += 1
        try:
            self.process.stdin.write(json.dumps({"id": self.asked, "do": what, "input": given}).encode() + b"\n")
            answer = json.loads(self.read_line())
        except BrokenPipeError:
            raise Gone(f"it ended with exit code {self.process.wait()}") from None
        except ValueError as error:
            raise Gone(f"its answer is no JSON: {error}") from None
        if not isinstance(answer, dict) or answer.get("id") != self.asked:
            raise Gone(f"its answer has not the id {self.asked}")
        return answer.get("output")


# ---- comparing ----


def too_early(action, event, later):
    """Does it come in front of a reply that must come first? A release, of its request; a request to a worker that
    has just answered, of what it answered. spec: BRK-23"""
    replied = {other["request"] for other in later if other["do"] == "reply"}
    if action["do"] == "release":
        return action["request"] in replied
    answered = event["event"] == "response" and action.get("slot") == event["slot"]
    return action["do"] == "send request" and answered and event["request"] in replied


def in_any_order(step, event):
    """A step's actions sorted; one that comes too early is another action."""
    actions = [{**action, "do": f"{action['do']} before the reply"} if too_early(action, event, step["actions"][at:])
               else action for at, action in enumerate(step["actions"])]  # fmt: skip
    return {**step, "actions": sorted(actions, key=lambda action: json.dumps(action, sort_keys=True))}


def comparable(vector, output):
    if vector["do"] != "trace" or not isinstance(output, dict) or not output.get("steps"):
        return output
    events = [event for _, event in vector["input"]["steps"]]
    try:
        steps = [in_any_order(step, events[at]) for at, step in enumerate(output["steps"])]
    except (TypeError, KeyError, IndexError):
        return output
    return {**output, "steps": steps}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def difference(path, expected, got):
    """Where two JSON values differ first, or None."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in sorted(set(expected) | set(got)):
            if name not in got or name not in expected:
                return f"{path}.{name} is {'missing' if name not in got else 'not expected'}"
            if found := difference(f"{path}.{name}", expected[name], got[name]):
                return found
        return None
    if isinstance(expected, list) and isinstance(got, list):
        for at, (one, other) in enumerate(zip(expected, got)):
            if found := difference(f"{path}[{at}]", one, other):
                return found
        return None if len(expected) == len(got) else f"{path} has {len(got)} entries, expected {len(expected)}"
    if expected == got and (type(expected) is type(got) or (is_number(expected) and is_number(got))):
        return None
    return f"{path} is {json.dumps(got)[:SHOWN]}, expected {json.dumps(expected)[:SHOWN]}"


def judge(implementation, vector):
    """What is wrong with the answer to a vector, or None."""
    try:
        got = implementation.ask(vector["do"], vector["input"])
    except Gone as gone:
        implementation.stop()
        return str(gone)
    return difference("output", comparable(vector, vector["output"]), comparable(vector, got))


def load(folder, suite):
    return json.loads((folder / f"{suite}.json").read_text())["vectors"]


def wanted(arguments, suite, vector):
    return arguments.only is None or arguments.only in f"{suite}/{vector['name']}"


def bad_usage(parser, problem):
    parser.print_usage(sys.stderr)
    print(f"conformance.py: {problem}", file=sys.stderr)
    return 64


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda problem: sys.exit(bad_usage(parser, problem))
    parser.add_argument("--vectors", metavar="DIR", type=pathlib.Path, default=VECTORS)
    parser.add_argument("--suite", action="append", choices=SUITES)
    parser.add_argument("--only", metavar="TEXT", help="vectors whose name contains it")
    parser.add_argument("--seconds", metavar="N", type=int, default=60, help="how long one answer may take")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    if not arguments.command:
        return bad_usage(parser, "no command")
    if missing := [suite for suite in SUITES if not (arguments.vectors / f"{suite}.json").is_file()]:
        return bad_usage(parser, f"no folder of vectors: {arguments.vectors}: there is no {missing[0]}.json")
    implementation, passed, failed = Implementation(arguments.command, arguments.seconds), 0, 0
    try:
        hello = implementation.ask("hello", {})
        print(f"{hello['name']} speaks {', '.join(hello['suites'])}")
    except (Gone, OSError, TypeError, KeyError) as problem:
        print(f"FAILED hello: {problem}")
        print("0 passed, 1 failed")
        return 1
    for suite in arguments.suite or SUITES:
        if suite not in hello["suites"]:
            print(f"{suite}: not spoken")
            continue
        for vector in load(arguments.vectors, suite):
            if not wanted(arguments, suite, vector):
                continue
            problem = judge(implementation, vector)
            passed, failed = passed + (problem is None), failed + (problem is not None)
            if problem is not None:
                print(f"FAILED {suite}/{vector['name']} ({', '.join(vector['clauses'])}): {problem}")
    implementation.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
