#!/usr/bin/env python3
"""A long run under load and faults: does the service grow, leak or forget?

    tests/soak.py [--build=DIR] [--seconds=1800] [--report=FILE.md]

`hedgelex load` sends the 1.1 MB document all the time, a crowd of clients small ones, another asks for columns in
version 2, several at once, and cancels some; each reply is held against what it must be, while workers are killed and
stopped and clients hang up or send garbage. Memory, descriptors and zombies of service and workers are read from
/proc. The run fails when a reply is lost or wrong, when an error other than a counted "worker failed" occurs, when
one of the three got no right reply, when a thread of this program ended by an exception, when the service's private
memory at the end is more than 1 MiB above that of the end of the warm-up (the first fifth), when it holds more
descriptors than connections and workers account for, when a zombie stays, or when no fault happened. The last line is
`N passed, N failed`: of the judgements, each of which is printed.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import query
import service as rig
from crowd import Chaos, ColumnCrowd, Crowd, is_whole
from service import Service, ok, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "build/perf.tex"
WORKERS = 3
CROWD = 4
COLUMN_CROWD = 2
LOADERS = 2
# Time-outs that a machine with other work, or one that sleeps for minutes, does not reach.
OPTIONS = (f"--workers={WORKERS}", "--rotate-after=500", "--kill-grace=500", "--backoff-max=100", "--queue=64",
           "--deadline=600000", "--receive-timeout=600000", "--idle-timeout=600000")  # fmt: skip
ROWS = 12  # of the report
GROWTH_KB = 1024


def memory_kb(process, field):
    """A line of /proc/PID/status; 0 when the process has just gone."""
    try:
        for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


Sample = collections.namedtuple("Sample", "seconds requests faults private resident worker descriptors zombies")


class Loader(threading.Thread):
    """`hedgelex load` with the 1.1 MB document, in runs of 200 requests."""

    def __init__(self, service):
        super().__init__()
        self.service = service
        self.over = threading.Event()
        self.right, self.errors = 0, collections.Counter()
        self.start()

    def run(self):
        while not self.over.is_set():
            with tempfile.NamedTemporaryFile(suffix=".json") as report:
                done = subprocess.run(
                    [Service.program.with_name("hedgelex"), "load", f"--socket={self.service.path}",
                     f"--clients={LOADERS}", "--requests=200", "--timeout=600000", f"--json={report.name}", DOCUMENT],
                    stdout=subprocess.DEVNULL, check=False,
                )
                text = pathlib.Path(report.name).read_text()
            if not text or done.returncode not in (0, 1):  # 1: errors, which the report has
                self.errors[f"hedgelex load ended with {done.returncode}"] += 1
                continue
            figures = json.loads(text)
            self.right += figures["right"]
            self.errors.update({name: count for name, count in figures["errors"].items() if count})


class Soak:
    def __init__(self, service):
        self.service = service
        self.samples, self.lasting_zombies = [], set()
        self.zombies_before = set()
        self.started = time.monotonic()
        self.crowds = [Crowd(service, CROWD, 50000, pause=0.01), ColumnCrowd(service, COLUMN_CROWD, 5000, pause=0.01)]
        self.loader = Loader(service)
        self.chaos = Chaos(service, pause=0.5)

    def sample(self):
        process = self.service.process.pid
        zombies = set(self.service.zombies())
        self.lasting_zombies |= zombies & self.zombies_before
        self.zombies_before = zombies
        self.samples.append(Sample(
            time.monotonic() - self.started,
            sum(sum(crowd.statuses.values()) for crowd in self.crowds) + self.loader.right,
            sum(self.chaos.done.values()),
            memory_kb(process, "RssAnon"),
            memory_kb(process, "VmRSS"),
            max((memory_kb(worker, "RssAnon") for worker in self.service.workers()), default=0),
            len(os.listdir(f"/proc/{process}/fd")),
            len(zombies),
        ))

    def run(self, seconds):
        interval = min(2.0, seconds / 50)
        while time.monotonic() - self.started < seconds and self.service.process.poll() is None:
            time.sleep(interval)
            self.sample()
        self.chaos.end()
        self.loader.over.set()
        self.loader.join()
        for crowd in self.crowds:
            crowd.end()
        wait_until(lambda: is_whole(self.service, WORKERS), "the pool is at full strength")
        self.sample()
        self.idle_descriptors = self.samples[-1].descriptors
        self.exit_code = self.service.stop()
        self.counters = self.service.counters()

    def judgements(self, descriptors_at_start):
        """(text, did it hold)"""
        warm = [sample for sample in self.samples if sample.seconds >= self.samples[-1].seconds / 5]
        errors = dict(self.loader.errors)
        statuses = sum((crowd.statuses for crowd in self.crowds), collections.Counter())
        errors |= {f"status {status}": count for status, count in statuses.items()
                   if status not in (rig.OK, rig.WORKER_FAILED, query.CANCELLED)}  # fmt: skip
        failed = statuses[rig.WORKER_FAILED] + errors.pop("worker failed", 0)
        lost, wrong = (sum((getattr(crowd, name) for crowd in self.crowds), []) for name in ("lost", "wrong"))
        counters, most = self.counters, max(sample.descriptors for sample in self.samples)
        growth = self.samples[-1].private - warm[0].private
        worker = max(sample.worker for sample in warm) - max(sample.worker for sample in warm[: len(warm) // 4 + 1])
        bound = descriptors_at_start + CROWD + COLUMN_CROWD + LOADERS + 3 + 2
        yield f"every reply came and was right: {self.samples[-1].requests} requests, lost {lost[:3]}, " \
            f"wrong {wrong[:3]}, errors {errors}", not (errors or lost or wrong)
        small, columns = (crowd.statuses[rig.OK] for crowd in self.crowds)
        yield f"there was load: {self.loader.right} right replies to hedgelex load, {small} to the crowd, {columns} " \
            f"with columns, {statuses[query.CANCELLED]} cancelled", self.loader.right > 0 and small > 0 and columns > 0
        yield f"no thread of this program ended by an exception: {rig.THREAD_FAILURES[:3]}", not rig.THREAD_FAILURES
        yield f"'worker failed' was answered {failed} times and counted {counters['answered_worker_failed']} times", \
            failed == counters["answered_worker_failed"]
        yield "accepted = answered + abandoned: " \
            f"{counters['accepted']} = {counters['answered']} + {counters['abandoned']}", \
            counters["accepted"] == counters["answered"] + counters["abandoned"]
        yield f"no protocol error, no mismatch: {counters['protocol_errors']}, {counters['mismatches']}", \
            counters["protocol_errors"] == counters["mismatches"] == 0
        yield f"private memory of the service grew by {growth} KiB after the warm-up (at most {GROWTH_KB})", \
            growth <= GROWTH_KB
        yield f"private memory of the largest worker grew by {worker} KiB after the warm-up (at most {GROWTH_KB})", \
            worker <= GROWTH_KB
        yield f"at most {most} descriptors were open (bound {bound}), {self.idle_descriptors} at the end " \
            f"({descriptors_at_start} at the start)", most <= bound and self.idle_descriptors == descriptors_at_start
        yield f"no zombie was seen twice: {sorted(self.lasting_zombies)}", not self.lasting_zombies
        yield f"faults happened: {dict(self.chaos.done)}; crashes {counters['crashes']}, rotations " \
            f"{counters['rotations']}, hedges {counters['hedges_granted']}, gone {counters['clients_gone']}", \
            len(self.chaos.done) == 5 and counters["crashes"] > 0 and counters["rotations"] > 0
        yield f"the service drained and ended with {self.exit_code}", self.exit_code == 0

    def table(self):
        yield "| s | requests | faults | service, private KiB | resident KiB | worker KiB | descriptors | zombies |"
        yield "|---" * len(Sample._fields) + "|"
        step = max(1, len(self.samples) // ROWS)
        for sample in self.samples[::step]:
            yield "| " + " | ".join(f"{value:.0f}" for value in sample) + " |"


def write_report(path, soak, seconds, judgements):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True,
                            check=False).stdout.strip()  # fmt: skip
    lines = [
        "# Soak report", "",
        f"`make soak T={seconds}`, commit {commit or 'unknown'}, {os.cpu_count()} processors, "
        f"`hedgelexd {' '.join(OPTIONS)}`. Written by `tests/soak.py`.", "",
        *soak.table(), "",
        *(f"- {'ok' if held else 'FAILED'}: {text}" for text, held in judgements),
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/gcc"))
    parser.add_argument("--seconds", type=int, default=1800)
    parser.add_argument("--report", type=pathlib.Path)
    options = parser.parse_args()
    Service.program = options.build.resolve() / "hedgelexd"
    rig.PATIENCE = 600.0
    if not DOCUMENT.exists():
        sys.exit(f"{DOCUMENT}: not there; make perf-doc writes it")
    with Service(*OPTIONS, trace=False) as service:
        with service.client() as client:  # when it is answered, --ready-fd is closed
            ok(client.ask(b""))
            descriptors = len(os.listdir(f"/proc/{service.process.pid}/fd")) - 1
        soak = Soak(service)
        soak.run(options.seconds)
        judgements = list(soak.judgements(descriptors))
    if options.report:
        write_report(options.report, soak, options.seconds, judgements)
    print("\n".join(soak.table()))
    for text, held in judgements:
        print(f"{'ok' if held else 'FAILED'} {text}")
    failed = sum(not held for _, held in judgements)
    print(f"{len(judgements) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
