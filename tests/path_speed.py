#!/usr/bin/env python3
"""Where the time of a request goes, what it costs beside what it must cost, and whether memory stays as it is.

    tests/path_speed.py --build=DIR [--rounds=200] [--requests=2000] [--growth=100000]

One run measures, in turn, the 1.1 MB document tokenized in process, its bytes echoed through a socket, and its round
trip through an idle service (path_speed.c); then the stages of its way by the service's own stamps; then throughput;
then the memory of service and workers before and after many short requests. Judged is that every
reply was right, that memory did not grow, and that a round trip takes at most twice what tokenizing and an echo take;
other times depend on the machine and are printed (spec: SRV-24, SRV-31, SRV-52).
The last line is `N passed, N failed`.
"""

import argparse
import csv
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

import service

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "build/perf.tex"
SHORT = b"Hello, \\TeX!\n"
IN_FLIGHT = 32
AROUND_BOUND = 2  # times what tokenizing and an echo take; 1.5 is the aim
COUNTING_KIB = 128  # the system counts pages in batches
WARM_UP = 20000  # more than the 16,384 entries of the broker's queue, each touched once
STAGES = [
    ("receive", "t_in_start", "t_in_done", "the client's bytes, from the first to the last"),
    ("dispatch", "t_in_done", "t_proc_start", "the broker's decision"),
    ("worker", "t_proc_start", "t_first_reply", "to the worker, its work, its response"),
    ("reply", "t_first_reply", "t_reply_ready", "the broker's decision, and to the client's socket"),
]


def floor(build, running, rounds):
    """The medians of path_speed.c by name."""
    run = subprocess.run([build / "tests/path_speed", running.path, DOCUMENT, str(rounds)], capture_output=True,
                         text=True, check=True)
    return {name: int(value) for name, value in (line.split() for line in run.stdout.splitlines())}


def stages(running, telemetry):
    """Medians in us of 100 requests: as many as the telemetry keeps."""
    document = DOCUMENT.read_bytes()
    with running.client() as client:
        for _ in range(100):
            service.ok(client.ask(document))
    running.stop()
    rows = list(csv.DictReader(telemetry.open()))
    service.equal(len(rows), 100, "rows of telemetry")
    return {name: statistics.median((int(row[end]) - int(row[start])) / 1000 for row in rows)
            for name, start, end, _ in STAGES}


def load(build, running, requests):
    """The report of `hedgelex load`, and the processor time in us that a request took, by process."""
    processes = {"service": [running.process.pid], "workers": running.workers()}
    before = {name: sum(map(service.processor_seconds, pids)) for name, pids in processes.items()}
    own_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    idle_before = idle_seconds()
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        subprocess.run(
            [build / "hedgelex", "load", f"--socket={running.path}", "--clients=4", f"--requests={requests}",
             f"--json={report.name}", DOCUMENT],
            stdout=subprocess.DEVNULL, check=True,
        )
        text = pathlib.Path(report.name).read_text()
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = {name: sum(map(service.processor_seconds, pids)) - before[name] for name, pids in processes.items()}
    spent["nobody"] = idle_seconds() - idle_before
    spent["client"] = own.ru_utime + own.ru_stime - own_before.ru_utime - own_before.ru_stime
    return json.loads(text), {name: 1e6 * seconds / requests for name, seconds in spent.items()}


def idle_seconds():
    """Of all processors together, since the machine started."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid):
    """What is the process's own, and what it shares with others."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return tuple(int(text.split(name + ":")[1].split()[0]) for name in ("RssAnon", "RssShmem"))


def short_requests(running, count):
    """`count` short requests on one connection, IN_FLIGHT at a time; every reply checked."""
    with running.client() as client:
        expected = client.ask(SHORT)[:3]
        service.equal(expected[0], service.OK)
        frame = len(SHORT).to_bytes(4, "big") + SHORT
        for _ in range(count // IN_FLIGHT):
            client.send_bytes(frame * IN_FLIGHT)
            for _ in range(IN_FLIGHT):
                service.equal(client.reply()[:3], expected)


def growth(count):
    """KiB by which service and workers grew over `count` requests, after the warm-up."""
    with service.Service("--workers=2", "--rotate-after=0", trace=False) as running:
        short_requests(running, WARM_UP)
        processes = [running.process.pid, *running.workers()]
        before = {pid: resident_kib(pid) for pid in processes}
        short_requests(running, count)
        after = {pid: resident_kib(pid) for pid in processes}
        service.equal([running.process.pid, *running.workers()], processes, "processes")
        print(f"memory after {count} more requests")
        for pid in processes:
            name = "service" if pid == processes[0] else "worker"
            (own, shared), (own_before, shared_before) = after[pid], before[pid]
            print(f"  {name:8} {own:7} KiB of its own ({own - own_before:+d}), {shared:7} KiB shared "
                  f"({shared - shared_before:+d})")
        grown = sum(sum(after[pid]) - sum(before[pid]) for pid in processes)
        print(f"  growth   {grown} KiB, {1024 * grown / count:.2f} bytes a request")
        running.stop()
    return grown


def report_time(figures, times):
    must = figures["tokenize_ns"] + figures["echo_ns"]
    print(f"{figures['bytes']} bytes, {figures['tokens']} tokens; medians of one run, in us")
    print(f"  tokenize in process         {figures['tokenize_ns'] / 1000:9.1f}   "
          f"{figures['bytes'] * 1000 / figures['tokenize_ns']:.0f} MB/s")
    print(f"  echo through a socket       {figures['echo_ns'] / 1000:9.1f}")
    print(f"  round trip, idle service    {figures['round_trip_ns'] / 1000:9.1f}   "
          f"{figures['round_trip_ns'] / must:.2f} x the sum of the two (aim: 1.5)")
    columns_must = figures["tokenize_ns"] + figures["columns_echo_ns"]
    print(f"  the same with {12 * figures['tokens'] / 1e6:.1f} MB of columns "
          f"{figures['columns_round_trip_ns'] / 1000:7.1f}   {figures['columns_round_trip_ns'] / columns_must:.2f} x "
          f"tokenizing and an echo ({figures['columns_echo_ns'] / 1000:.1f}) with as many bytes back")
    print("stages, by the service's stamps, in us")
    for name, _, _, what in STAGES:
        print(f"  {name:10} {times[name]:9.1f}   {what}")
    print(f"  {'':10} {max(0.0, times['worker'] - figures['tokenize_ns'] / 1000):9.1f}   of the worker's beyond "
          "tokenizing: forwarding")


def report_throughput(figures, report, spent, cores):
    cost = (figures["tokenize_cpu_ns"] + figures["echo_cpu_ns"]) / 1e9
    limit = cores / cost
    rate = report["requests_per_second"]
    print(f"throughput, 4 clients, {cores} processors")
    print(f"  processor time that a request must cost {cost * 1e6:.0f} us: at most {limit:.0f} requests/s")
    print(f"  measured {rate:.0f} requests/s, {100 * rate / limit:.0f} % of that (aim: 70 %)")
    idle = spent.pop("nobody")
    took = sum(spent.values())
    print(f"  processor time that it took {took:.0f} us, {took / 1e6 / cost:.2f} x that: "
          + ", ".join(f"{name} {us:.0f}" for name, us in spent.items()))
    print(f"  processors {100 * rate * took / 1e6 / cores:.0f} % busy with it, {100 * rate * idle / 1e6 / cores:.0f} % "
          "idle, the rest with other work on this machine")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/gcc"))
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--growth", type=int, default=100000)
    options = parser.parse_args()
    service.Service.program = (options.build / "hedgelexd").resolve()
    if not DOCUMENT.exists():
        sys.exit(f"{DOCUMENT}: not there; make perf-doc writes it")
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        telemetry = pathlib.Path(folder) / "slow.csv"
        with service.Service(f"--telemetry={telemetry}", trace=False) as running:
            times = stages(running, telemetry)
    with service.Service("--rotate-after=0", trace=False) as running:
        figures = floor(options.build, running, options.rounds)
        report, spent = load(options.build, running, options.requests)
    around = figures["round_trip_ns"] / (figures["tokenize_ns"] + figures["echo_ns"])
    report_time(figures, times)
    report_throughput(figures, report, spent, cores)
    grown = growth(options.growth)
    results = [report["right"] == options.requests, grown <= COUNTING_KIB, around <= AROUND_BOUND]
    if not results[1]:
        print(f"FAILED: memory grew by {grown} KiB")
    if not results[2]:
        print(f"FAILED: a round trip takes {around:.2f} x tokenizing and an echo, more than {AROUND_BOUND}")
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


main()
