#!/usr/bin/env python3
"""Run every check of the project and count what passed.

    ci/check.py            all steps, those that only compute two at a time
    ci/check.py STEP...    only these, one after the other

Each step is a command whose output is kept in build/check/STEP.log. Its tests are counted from the closing
lines it prints: `N passed, N failed`, or cmocka's `[  PASSED  ] N test(s).`; a step without tests of its own
counts as one. A step fails when it exits other than 0, when a test of it failed, when a step that must
have tests counted none, or when it has not ended after TIME_OUT: then it is killed with its process group.
The last line is `N passed, N failed`; exit code 1 when anything failed.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/check"
ASAN = "BUILD=build/asan CC=clang SANITIZE=address,undefined OPTIMIZE='-O1 -g'"

RUNNING = set()  # process groups
SHARED = ("simulator_main", "tail_gate", "differential_driver")
TIME_OUT = 1800  # seconds; a step that hangs must not take all of the CI's time

# name, does it print test counts, command: what all others need, then what judges real processes or times, then what
# only computes
FIRST = [
    ("repository", True, "python3 tests/repository_check.py"),
    ("build-gcc", False, "make -j2 build"),
    ("build-clang", False, "make -j2 BUILD=build/clang CC=clang build"),
    ("unit-gcc", True, "make -j2 unit"),
    ("unit-clang", True, "make -j2 BUILD=build/clang CC=clang unit"),
    ("unit-sanitizers", True, f"make -j2 {ASAN} unit"),
    # what two of the last would build at once
    ("build-shared", False, f"make -j2 {' '.join(f'build/gcc/tests/{name}' for name in SHARED)}"),
]
ALONE = [
    ("command-line", True, "python3 tests/test_cli.py --build=build/gcc"),
    ("service", True, "python3 tests/test_service.py --build=build/gcc"),
    ("columns", True, "make columns"),
    (
        "service-sanitizers",
        True,
        f"make -j2 {ASAN} build && python3 tests/test_service.py --build=build/asan"
        " && python3 tests/test_cli.py --build=build/asan"
        " && python3 tests/test_columns.py --build=build/asan",
    ),
    ("run", False, "make run"),
    ("faults", True, "make faults"),
    ("fuzz", True, "make fuzz T=2"),
    ("fuzz-speed", True, "make fuzz-speed"),
    ("path", True, "make path"),
    ("load", True, "make load"),
    ("gate", True, "make gate REQUESTS=1000 OPEN_REQUESTS=3000 GATE_OPTIONS=--seen-is-enough"),
    ("hedge-demo", True, "make hedge-demo REQUESTS=5000 GATE_OPTIONS=--accept-void"),
    ("soak", True, "make soak T=30"),
    ("trace", True, "make trace"),
    ("seeded-bugs", True, "make seeded-bugs SAMPLE=25"),
    ("prove", False, "make prove"),
    ("mutants", True, "make mutants-sample"),
]
BESIDE = [
    ("executed-contracts", True, "make -j2 executed-contracts"),
    ("prove-leap", True, "make prove-leap"),
    ("fuzz-coverage", True, "make fuzz-coverage"),
    ("differential", True, "make -j2 differential"),
    ("model", True, "make model"),
    ("conformance", True, "make conformance"),
    ("fuzz-replay", True, "make fuzz-replay"),
    ("tidy", False, "make tidy"),
    ("aarch64", True, "make test-aarch64"),
    ("instructions", True, "make instructions"),
    ("simulator", False, "make sim SEEDS=50000"),
    ("tail-gate", False, "make tail-gate"),
]
STEPS = [*FIRST, *ALONE, *BESIDE]

COUNTS = [
    (re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed", re.M), True),
    (re.compile(r"\[  PASSED  \] (\d+) test\(s\)\."), False),
]
SAID = re.compile(r"^.*(?:NOT CHECKED:|NOT TRIED|VOID:).*$", re.M)  # what a passed step did not show
CMOCKA_FAILED = re.compile(r"\[  FAILED  \] (\d+) test\(s\)")


def count(output):
    passed = failed = 0
    for pattern, has_failed in COUNTS:
        for match in pattern.finditer(output):
            passed += int(match.group(1))
            failed += int(match.group(2)) if has_failed else 0
    failed += sum(int(match.group(1)) for match in CMOCKA_FAILED.finditer(output))
    return passed, failed


def run_command(command, out):
    """The exit code; None when it took too long: then its process group is killed."""
    with subprocess.Popen(
        command, shell=True, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
    ) as step:
        RUNNING.add(step.pid)
        try:
            return step.wait(TIME_OUT)
        except subprocess.TimeoutExpired:
            os.killpg(step.pid, signal.SIGKILL)
            return None
        finally:
            RUNNING.discard(step.pid)


def run(name, has_counts, command):
    """Returns (passed, failed), at least one of them not 0, and what the step says it did not show."""
    log = LOGS / f"{name}.log"
    started = time.monotonic()
    with log.open("wb") as out:
        code = run_command(command, out)
    text = log.read_text(errors="replace")
    passed, failed = count(text) if has_counts else (int(code == 0), 0)
    reason = ""
    if code is None:
        reason = f"not ended after {TIME_OUT} s"
    elif code != 0:
        reason = f"exit code {code}"
    elif failed:
        reason = f"{failed} failed"
    elif not passed:
        reason = "no test was run"
    if reason and not failed:
        failed = 1
    verdict = f"FAILED ({reason})" if reason else "ok"
    print(f"{name:20} {passed:6} passed {failed:4} failed {time.monotonic() - started:7.1f} s  {verdict}", flush=True)
    if reason:
        print("".join(f"    | {line}\n" for line in text.splitlines()[-60:]), flush=True)
    said = sorted(set(SAID.findall(text)))
    for line in said:
        print(f"    | {line}", flush=True)
    return passed, failed, said


def run_all(steps, lanes):
    """What `run` returns of each step; so many at a time. None goes on when this is interrupted."""
    pool = concurrent.futures.ThreadPoolExecutor(lanes)
    try:
        yield from pool.map(lambda step: run(*step), steps)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for group in list(RUNNING):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


def end(*_):
    """Once: what is running is killed on the way out."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit("check.py: terminated")


def main():
    wanted = sys.argv[1:]
    unknown = set(wanted) - {name for name, _, _ in STEPS}
    if unknown:
        sys.exit(f"check.py: no such step: {', '.join(sorted(unknown))}")
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, end)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    passed = failed = 0
    not_shown, failures = [], []
    for steps, lanes in ((FIRST, 1), (ALONE, 1), (BESIDE, 2)):
        chosen = [step for step in steps if not wanted or step[0] in wanted]
        for (name, _, _), (step_passed, step_failed, said) in zip(chosen, run_all(chosen, 1 if wanted else lanes)):
            not_shown += said
            passed += step_passed
            failed += step_failed
            failures += [name] if step_failed else []
    if failures:
        print(f"Failed above: {', '.join(failures)}; the logs are in build/check.")
    else:
        print(f"Every check above ran, produced data and passed{', but for what they say' if not_shown else ''}.")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
