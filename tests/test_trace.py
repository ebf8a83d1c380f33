#!/usr/bin/env python3
"""The service's trace against the core (trace_check), and trace_check against broken traces.

    tests/test_trace.py [--build=DIR] [NAME...]     default: build/gcc, all tests
"""

import os
import pathlib
import re
import signal
import tempfile
import threading
import time

from service import Service, check_trace, continue_process, equal, main, ok, stop_process, test, wait_until

TROUBLE = ("worker_exited", "client_gone", "send_cancel", "origin=2")  # what a trace of it must have
PAGE = b"The quick $x^2$ \\frac{a}{b} brown fox.\n"


def conforms(path):
    code, output = check_trace(path)
    equal(code, 0, output)
    return int(re.search(r" (\d+) requests accepted", output).group(1))


def disturb(service, stop):
    """Kill, stop and continue workers until told to stop."""
    turn = 0
    while not stop.is_set():
        workers = service.workers()
        if workers:
            worker = workers[turn % len(workers)]
            if turn % 3 == 0:
                os.kill(worker, signal.SIGKILL)
            else:
                stop_process(worker)
                time.sleep(0.03)
                continue_process(worker)
        turn += 1
        time.sleep(0.02)


def clients(service, count, each):
    """So many connections at once; every third leaves without its last reply."""
    def run(number):
        with service.client() as client:
            for _ in range(each):
                client.ask(PAGE * (200 * number + 1))
            if number % 3 == 0:
                client.send(PAGE * 5000)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


@test
def faults_and_rotation():
    """Clients, kills, stops, hedges, rotations and a drain: what the service did is what the core does. spec: SRV-70 to
    SRV-73"""
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "faults.trace"
        with Service("--workers=3", "--hedge-delay=2", "--hedge-ratio=50", "--rotate-after=20", "--backoff-max=50",
                     "--kill-grace=200", f"--trace={trace}") as service:
            stop = threading.Event()
            trouble = threading.Thread(target=disturb, args=(service, stop))
            trouble.start()
            for _ in range(10):  # a loaded machine may need more than one round to bring everything about
                for thread in clients(service, 9, 40):
                    thread.join()
                if all(f" {word}" in trace.read_text() for word in TROUBLE):
                    break
            stop.set()
            trouble.join()
            wait_until(lambda: ok(service.ask(PAGE * 5000)) and "\n retire " in trace.read_text(), "a rotation")
            equal(service.stop(), 0)
            counters = service.counters()
        equal(conforms(trace), counters["accepted"], "accepted")
        text = trace.read_text()
        for word in (*TROUBLE, "retire", "drain"):
            assert word in text, f"the trace has no {word}"
        for name in ("crashes", "rotations", "hedges_granted", "abandoned"):
            assert counters[name] > 0, f"{name} is 0: the test showed nothing"


def told_delays(trace):
    """The hedge delays that the broker was told, in milliseconds, each with the number of replies before."""
    text = trace.read_text()
    return [(int(move[1]) / 1e6, text[:move.start()].count("\n reply ")) for move in
            re.finditer(r" hedge_delay hedge_delay_ns=(\d+)\n", text)]


@test
def the_hedge_delay_is_learned():
    """Fast requests, then slow ones: fixed until it is warm, then from rail to rail. spec: SRV-56, SRV-57, BRK-45"""
    options = ("--workers=1", "--hedge-percentile=90", "--hedge-delay=220", "--hedge-delay-min=200",
               "--hedge-delay-max=250", "--hedge-warm-up=8")
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "learned.trace"
        with Service(*options, f"--trace={trace}") as service, service.client() as client:
            for _ in range(55):
                ok(client.ask(b""))
            for count in range(56, 66):  # of 64 replies 9 are slow, more than a tenth
                stop_process(service.workers()[0])
                client.send(b"")
                wait_until(lambda count=count: trace.read_text().count(" send_request ") == count, "it is handed over")
                time.sleep(0.26)
                continue_process(service.workers()[0])
                ok(client.reply())
            equal(service.stop(), 0)
            equal(service.counters()["delay_moves"], 2, "delay_moves")
            assert "hedge_delay moves: percentile=90.0000% min=200.000ms max=250.000ms warm_up=8" in service.log()
            assert "hedge_delay=220.000ms budget" in service.log() and "ms hedge_delay=250.000ms\n" in service.log()
        equal(told_delays(trace), [(200.0, 32), (250.0, 64)])
        equal(conforms(trace), 65)


@test
def an_attempt_that_was_cut_off_counts():
    """First attempts stand still and their hedges answer: learned is how long the first ones were seen, not how fast
    the others were. spec: SRV-56"""
    options = ("--workers=2", "--hedge-percentile=50", "--hedge-warm-up=1", "--hedge-ratio=100", "--kill-grace=5000")
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "cut.trace"
        with Service(*options, f"--trace={trace}") as service, service.client() as client:
            first = service.workers()[0]
            for number in range(33):
                stop_process(first)
                ok(client.ask(b""))
                continue_process(first)
                wait_until(lambda: trace.read_text().count(" worker_response ") > 2 * number + 1, "both have answered")
            equal(service.stop(), 0)
            equal(service.counters()["answered_by_hedge"], 33)
        (delay_ms, replies), *_ = told_delays(trace)
        assert replies == 32 and 10 <= delay_ms < 100, f"{delay_ms} ms after {replies} replies"
        equal(conforms(trace), 33)


@test
def a_fixed_hedge_delay_stays():
    """Without --hedge-percentile nothing is learned. spec: SRV-56"""
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "fixed.trace"
        with Service("--workers=1", "--hedge-warm-up=1", f"--trace={trace}") as service, service.client() as client:
            for _ in range(65):
                ok(client.ask(b""))
            equal(service.stop(), 0)
            equal(service.counters()["delay_moves"], 0, "delay_moves")
        equal(told_delays(trace), [])


def quiet_trace(folder):
    """Of a service that answered two requests."""
    trace = pathlib.Path(folder) / "quiet.trace"
    with Service("--workers=1", f"--trace={trace}") as service:
        ok(service.ask(PAGE))
        ok(service.ask(PAGE * 10))
        equal(service.stop(), 0)
    equal(conforms(trace), 2)
    return trace.read_text()


def tampered(folder, text):
    path = pathlib.Path(folder) / "tampered.trace"
    path.write_text(text)
    return check_trace(path)


@test
def tampered_traces_are_found():
    """Each of these is refused, at its line. spec: SRV-71, SRV-72, SRV-73"""
    with tempfile.TemporaryDirectory() as folder:
        text = quiet_trace(folder)
        lines = text.splitlines(keepends=True)
        reply = next(i for i, line in enumerate(lines) if line.startswith(" reply "))
        response = next(i for i, line in enumerate(lines) if " worker_response " in line)
        changes = {
            "another token count": (reply, re.sub(r"tokens=\d+", "tokens=1", lines[reply])),
            "a reply is missing": (reply, ""),
            "a reply comes twice": (reply, lines[reply] * 2),
            "another next instant": (reply + 3, " next 5\n"),
            "no such event": (response, lines[response].replace("worker_response", "worker_riposte")),
            "a field is missing": (response, re.sub(r" issues=\d+", "", lines[response])),
            "not a number": (response, re.sub(r"issues=\d+", "issues=x", lines[response])),
            "another header": (0, "hedgelex-trace 2\n"),
            "a configuration that is not valid": (1, lines[1].replace("worker_count=1", "worker_count=0")),
            "a configuration that is not whole": (1, lines[1].replace(" deadline_ns", " deadline")),
        }
        for what, (at, line) in changes.items():
            code, output = tampered(folder, "".join(lines[:at] + [line] + lines[at + 1:]))
            equal(code, 1, what)
            assert f"tampered.trace:{at + 1}: " in output or f"tampered.trace:{at + 2}: " in output, f"{what}: {output}"
        equal(tampered(folder, "".join(lines[:2]))[0], 1, "a trace without a step")


@test
def a_trace_may_be_cut_off():
    """A service that is killed leaves what was written: the whole steps are checked, the last one as far as it goes.
    spec: SRV-73"""
    with tempfile.TemporaryDirectory() as folder:
        text = quiet_trace(folder)
        for length in range(len(text) - 80, len(text)):
            code, output = tampered(folder, text[:length])
            equal(code, 0, f"cut at {length}: {output}")


@test
def trace_cannot_be_made_or_written():
    """The one stops the start, the other is said and that is all. spec: SRV-12, SRV-70, SRV-73"""
    with Service("--trace=/nonexistent/x", ready=False) as service:
        equal(service.wait(), 71, "exit code")
        assert "--trace: /nonexistent/x: No such file or directory" in service.log(), service.log()
        assert not service.path.exists()
    with tempfile.TemporaryDirectory() as folder:
        pipe = pathlib.Path(folder) / "pipe"
        os.mkfifo(pipe)
        terminal = os.openpty()
        for path in (pipe, os.ttyname(terminal[1])):
            with Service(f"--trace={path}", ready=False) as service:
                equal(service.wait(), 71, "exit code")
                assert f"--trace: {path}: a pipe or a terminal may make" in service.log(), service.log()
                assert not service.path.exists()
        for descriptor in terminal:
            os.close(descriptor)
    with Service("--workers=1", "--trace=/dev/full") as service:
        with service.client() as client:
            wait_until(lambda: ok(client.ask(PAGE)) and "the trace ends here" in service.log(), "the disk is full")
            ok(client.ask(PAGE))
        equal(service.stop(), 0)
        equal(service.log().count("--trace: /dev/full: No space left on device"), 1)


@test
def replies_are_written_as_specified():
    """Not only as the reader of traces writes them itself. spec: SRV-72"""
    with Service("--workers=1", "--hedging=off") as service:
        ok(service.ask(b"}abc"))
        service.stop()
        written = service.trace.read_text()
        assert re.search(r"^ reply id=\d+ status=0 tokens=5 issues=1 origin=1$", written, re.M), written


@test
def a_refused_start_leaves_the_trace_alone():
    """A service that finds another on its socket has not touched the trace that both name. spec: SRV-11, SRV-70"""
    with Service("--workers=1") as service:
        ok(service.ask(PAGE))
        written = service.trace.read_bytes()
        for trace in (service.trace, service.folder / "none"):
            with Service(f"--trace={trace}", path=service.path, ready=False) as second:
                equal(second.wait(), 69, "exit code")
        assert service.trace.read_bytes().startswith(written), "the trace is not what it was"
        assert not (service.folder / "none").exists()
        ok(service.ask(PAGE))
        equal(service.stop(), 0)
        equal(conforms(service.trace), 2)


main()
