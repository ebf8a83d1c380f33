"""Measuring a service under load: the run, what the machine did meanwhile, and what the figures prove.

Used by gate.py and hedge_demo.py; test_measure.py holds the statistics against other ways to compute them.
"""

import csv
import json
import math
import os
import pathlib
import resource
import subprocess
import threading
import time

from service import Service

CONFIDENCE = 0.95
TAIL = 0.001  # P99.9: what may exceed the limit
STEAL_BOUND = 0.01  # of all processor time, taken by the hypervisor
FOREIGN_BOUND = 0.05  # of all processor time, used by processes that are not ours
PAUSE_S, PUNCTUAL_S = 0.002, 0.001  # a thread that sleeps so long over and over may wake up so late
HICCUP_BOUND = TAIL  # of the time, in which a processor let a real-time thread wait longer than that
BUDGET_RATIO_PPM, BUDGET_BURST = 20000, 10  # of hedges, the service's defaults
TICKS = os.sysconf("SC_CLK_TCK")


# ---- statistics ----


def binomial_tail(exceedances, count, probability):
    """The probability of at most so many exceedances, when each of `count` requests is one with `probability`."""
    if probability <= 0:
        return 1.0
    if probability >= 1:
        return 1.0 if exceedances >= count else 0.0
    logs = (
        math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1)
        + k * math.log(probability) + (count - k) * math.log1p(-probability)
        for k in range(exceedances + 1)
    )  # fmt: skip
    return math.fsum(math.exp(log) for log in logs)


def upper_bound(exceedances, count):
    """Clopper and Pearson: with CONFIDENCE the true part of exceedances is not above this."""
    if exceedances >= count:
        return 1.0
    low, high = exceedances / count, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if binomial_tail(exceedances, count, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def certified(exceedances, count):
    """With CONFIDENCE, at most TAIL of all requests exceed the limit."""
    return binomial_tail(exceedances, count, TAIL) <= 1 - CONFIDENCE


def percentile(ordered, part):
    """The value of rank ceil(part * count), as SRV-53 and CMD-41 count ranks."""
    return ordered[max(math.ceil(part * len(ordered) - 1e-9), 1) - 1]


def within_budget(counters):
    """BRK-06, in whole numbers."""
    return 1000000 * counters["hedges_granted"] <= 1000000 * BUDGET_BURST + BUDGET_RATIO_PPM * counters["accepted"]


# ---- the machine ----


def processor_ticks(process):
    """Of the process, with and without its dead children; 0 when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    own, dead = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return own, dead


def ours(service):
    """Processor time of the service, its workers, dead and alive, and of what this process has waited for."""
    own, dead = processor_ticks(service.process.pid)
    workers = sum(processor_ticks(worker)[0] for worker in service.workers())
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    this = resource.getrusage(resource.RUSAGE_SELF)
    return own + dead + workers + TICKS * (waited.ru_utime + waited.ru_stime + this.ru_utime + this.ru_stime)


def machine():
    """(all ticks, busy ticks, stolen ticks, context switches) since boot."""
    for line in pathlib.Path("/proc/stat").read_text().splitlines():
        words = line.split()
        if words[0] == "cpu":
            user, nice, system, idle, waiting, irq, softirq, steal = map(int, words[1:9])
        elif words[0] == "ctxt":
            switches = int(words[1])
    busy = user + nice + system + irq + softirq
    return busy + idle + waiting + steal, busy, steal, switches


class Hiccups:
    """How long a processor stood still: a real-time thread on it sleeps and looks how late it wakes up. Whatever keeps
    it waiting (the hypervisor, the kernel) keeps every process there waiting; the load under measurement does not."""

    def __init__(self, processor):
        self.processor = processor
        self.measured, self.late_s, self.worst_s = False, 0.0, 0.0
        self.ended = threading.Event()
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        try:
            os.sched_setaffinity(0, {self.processor})
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        except PermissionError:
            return
        self.measured = True
        while not self.ended.is_set():
            wake_up = time.monotonic() + PAUSE_S
            time.sleep(PAUSE_S)
            late = time.monotonic() - wake_up
            self.worst_s = max(self.worst_s, late)
            if late > PUNCTUAL_S:
                self.late_s += late

    def end(self):
        """The part of the time in which the processor stood still."""
        self.ended.set()
        self.thread.join()
        return self.late_s / (time.monotonic() - self.began)


class Watch:
    """What the machine did between begin and end, as parts of all processor time."""

    def __init__(self, service):
        self.service = service
        self.hiccups = [Hiccups(processor) for processor in os.sched_getaffinity(0)]
        self.machine_before, self.ours_before = machine(), ours(service)

    def end(self):
        total, busy, steal, switches = (after - before for after, before in zip(machine(), self.machine_before))
        own = ours(self.service) - self.ours_before
        self.still = max(hiccups.end() for hiccups in self.hiccups)
        self.total = max(total, 1)
        self.steal = steal / self.total
        self.own = own / self.total
        self.foreign = max(busy - own, 0) / self.total
        self.switches = switches

    def is_quiet(self):
        return self.steal <= STEAL_BOUND and self.foreign <= FOREIGN_BOUND and self.still <= HICCUP_BOUND

    def __str__(self):
        quiet = "quiet" if self.is_quiet() else "NOISY"
        measured = all(hiccups.measured for hiccups in self.hiccups)
        worst_ms = max(hiccups.worst_s for hiccups in self.hiccups) * 1000
        still = f"{self.still:.3%} of the time (bound {HICCUP_BOUND:.1%}), {worst_ms:.1f} ms at most"
        return (
            f"{quiet}: steal {self.steal:.2%} (bound {STEAL_BOUND:.0%}), other processes {self.foreign:.2%} "
            f"(bound {FOREIGN_BOUND:.0%}), ours {self.own:.1%} of all processor time; a processor "
            f"stood still for {still if measured else 'an unknown time'}; {self.switches} context switches"
        )


# ---- a run ----


def load(service, document, report, options):
    """The figures of a run of `hedgelex load`; none when it wrote no report."""
    report.unlink(missing_ok=True)
    subprocess.run(
        [Service.program.with_name("hedgelex"), "load", f"--socket={service.path}", f"--json={report}", *options,
         document],
        stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return json.loads(report.read_text()) if report.exists() else {}


class Run:
    """One run of `hedgelex load` against a service of its own: figures, latencies, counters, machine. With options for
    a warm-up, such a run comes before it, of which `warm_up` and the counters tell."""

    def __init__(self, name, document, load_options, service_options, folder, environment=None, warm_up=None):
        self.name = name
        self.samples = folder / f"{name}.csv"
        self.samples.unlink(missing_ok=True)
        with Service(*service_options, trace=False, environment=environment) as service:
            self.started_as = service.log().splitlines()[0].removeprefix("hedgelexd: ")
            self.warm_up = load(service, document, folder / "warm-up.json", warm_up) if warm_up else None
            watch = Watch(service)
            options = [f"--samples={self.samples}", *load_options]
            self.figures = load(service, document, folder / f"{name}.json", options)
            watch.end()
            self.watch = watch
            self.drained = service.stop()
            self.log, self.counters = service.log(), service.counters()
        self.latencies = self.read_latencies() if self.samples.exists() else []

    def read_latencies(self):
        with self.samples.open(newline="", encoding="ascii") as file:
            return sorted(float(row["latency_ms"]) for row in csv.DictReader(file) if row["outcome"] == "ok")

    def exceedances(self, limit_ms):
        return sum(latency > limit_ms for latency in self.latencies)

    def percentile(self, part):
        """In ms; None without data."""
        return percentile(self.latencies, part) if self.latencies else None

    def hedge_rate(self):
        return self.counters.get("hedges_granted", 0) / max(self.counters.get("accepted", 0), 1)

    def times(self):
        if not self.latencies:
            return "no data"
        parts = ((0.5, "P50"), (0.9, "P90"), (0.99, "P99"), (0.999, "P99.9"), (1, "max"))
        return ", ".join(f"{name} {percentile(self.latencies, part):.2f}" for part, name in parts) + " ms"
