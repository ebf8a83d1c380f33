#!/usr/bin/env python3
"""10,000 requests of the 1.1 MB document by four clients, in peace and while workers are killed.

    tests/test_load.py --build=DIR [--requests=10000]

`hedgelex load` compares every reply with the answer of the library in process. In the second run one of the four
workers is killed with SIGKILL every 200 ms, and still every request must be answered rightly (spec: BRK-01, BRK-08).
Percentiles are printed, not judged. The last line is `N passed, N failed`.
"""

import argparse
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading

import service

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "build/perf.tex"
KILL_INTERVAL = 0.2  # seconds


class Killer(threading.Thread):
    """Kills one worker, chosen by a seeded generator, every KILL_INTERVAL until stopped."""

    def __init__(self, running):
        super().__init__()
        self.running = running
        self.kills = 0
        self.over = threading.Event()
        self.random = random.Random(1)

    def run(self):
        while not self.over.wait(KILL_INTERVAL):
            workers = self.running.workers()
            if workers:
                service.send_signal(self.random.choice(workers), signal.SIGKILL)
                self.kills += 1

    def stop(self):
        self.over.set()
        self.join()


def load(build, running, requests):
    """The report of `hedgelex load` and its exit code."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        code = subprocess.run(
            [build / "hedgelex", "load", f"--socket={running.path}", "--clients=4", f"--requests={requests}",
             f"--json={report.name}", DOCUMENT],
            stdout=subprocess.DEVNULL, check=False,
        ).returncode
        text = pathlib.Path(report.name).read_text()
    return (json.loads(text) if text else {}), code


def complaints(report, code, requests):
    if code != 0:
        yield f"hedgelex load ended with {code}"
    if report.get("right") != requests or report.get("error_count") != 0:
        yield f"{report.get('right')} of {requests} right, errors {report.get('errors')}"


def show(name, report, more):
    times = " ".join(f"{key} {value:.1f}" for key, value in (report.get("round_trip_ms") or {}).items() if value)
    rate = report.get("requests_per_second", 0)
    print(f"{name}: {report.get('right')} right, {rate:.0f} requests/s, ms: {times}{more}")


def run(name, build, requests, with_kills):
    """True when every request was answered rightly, and, with kills, when workers really died."""
    with service.Service("--workers=4") as running:
        killer = Killer(running)
        if with_kills:
            killer.start()
        report, code = load(build, running, requests)
        if with_kills:
            killer.stop()
        problems = list(complaints(report, code, requests))
        if running.stop() != 0:
            problems.append("the service did not drain and end with 0")
        counters = running.counters()
    show(name, report, f", kills {killer.kills}, retries {counters.get('retries')}" if with_kills else "")
    if with_kills and not (killer.kills and counters.get("crashes") and counters.get("retries")):
        problems.append(f"the kills hit nothing: {counters}")
    for problem in problems:
        print(f"{name}: FAILED: {problem}")
    return not problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/gcc"))
    parser.add_argument("--requests", type=int, default=10000)
    options = parser.parse_args()
    service.Service.program = options.build / "hedgelexd"
    if not DOCUMENT.exists():
        sys.exit(f"{DOCUMENT}: not there; make perf-doc writes it")
    results = [
        run("load", options.build, options.requests, False),
        run("load with kills", options.build, options.requests, True),
    ]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


main()
