#!/usr/bin/env python3
"""The service under faults, with real processes: what is lost, doubled or wrong is counted, and must be nothing.

    tests/test_faults.py [--build=DIR] [NAME...]     default: build/gcc, all tests

Faults come from outside (signals, limits, clients) or from shim.c, which makes system calls of the program that ships
fail and its workers misbehave. Each test shows by a count that its fault happened. Clauses that all are about:
spec: BRK-01, BRK-11. The last line is `N passed, N failed`.
"""

import contextlib
import errno
import io
import json
import os
import pathlib
import random
import re
import resource
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import types

import service as rig
import shim as rig_shim
from crowd import Chaos, Crowd, finish, is_whole, letters
from service import Client, Service, continue_process, equal, ok, state_of, stop_process, test, wait_until
from shim import BOAST, CORRUPT, CRASH, FLOOD, FOR_EVER, REQUEST, SERVICE, SPIN, WORKER, Shim

NO_HEDGE = ("--hedging=off",)


class Shimmed(Service):
    """A service under a shim of its own, self.shim."""

    def __init__(self, *options, **more):
        self.shim = Shim()
        super().__init__(*options, environment=self.shim.environment, **more)

    def end(self):
        super().end()
        self.shim.close()


def keep_doing(seconds, pause, action):
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until:
        action()
        count += 1
        time.sleep(pause)
    return count


# ---- signals from outside ----


@test
def all_workers_die_at_once_again_and_again():
    """Every worker at the same instant, four times, under load: each request is tried again. spec: BRK-08, BRK-09"""
    options = ("--workers=4", *NO_HEDGE, "--backoff-max=20", "--rotate-after=0", "--start-timeout=60000")
    with Service(*options) as service, Crowd(service, 8, 200000) as crowd:
        killed = 0
        for _ in range(4):
            wait_until(lambda: len(service.workers()) == 4, "four workers are there")
            time.sleep(0.2)
            workers = service.workers()
            for worker in workers:  # so that each of them has a request when it dies
                stop_process(worker)
            time.sleep(0.1)
            for worker in workers:
                rig.send_signal(worker, signal.SIGKILL)
                killed += 1
        statuses = crowd.stop()
        equal(set(statuses), {rig.OK}, "statuses")
        counters = finish(service, 4, answered_worker_failed=0, crashes=killed)
        assert counters["retries"] > 0, counters


@test
def stopped_and_continued():
    """Workers that stop for 60 ms at any moment: hedges take over, no one is lost or killed. spec: SRV-22, BRK-27"""
    options = ("--workers=3", "--hedge-delay=5", "--hedge-ratio=100", "--kill-grace=30000", "--rotate-after=0")
    with Service(*options) as service, Crowd(service, 2, 100000) as crowd:
        workers = service.workers()
        chance = random.Random(1)

        def stop_one():
            worker = chance.choice(workers)
            stop_process(worker)
            time.sleep(0.06)
            continue_process(worker)

        stops = keep_doing(3, 0.03, stop_one)
        equal(set(crowd.stop()), {rig.OK}, "statuses")
        equal(service.workers(), workers, "workers")
        counters = finish(service, 3, crashes=0, kills=0)
        assert stops > 10 and counters["answered_by_hedge"] > 0, counters


@test
def a_deadline_does_not_pair_a_late_reply():
    """The reply that came too late for its request is not given to the next. spec: BRK-02, BRK-07"""
    options = ("--workers=1", *NO_HEDGE, "--deadline=3000", "--kill-grace=30000")
    with Service(*options) as service, service.client() as first, service.client() as second:
        worker = service.workers()[0]
        stop_process(worker)
        first.send(letters(1000))
        equal(first.reply(), (rig.DEADLINE, 0, 0, rig.NOBODY))
        second.send(letters(77))
        time.sleep(0.1)
        continue_process(worker)
        equal(ok(second.reply())[1], 78, "tokens of the second request")
        equal(service.workers(), [worker], "workers")
        finish(service, 1, answered_deadline=1, kills=0)


@test
def every_worker_is_listened_to():
    """Of four stopped workers, each with a request, exactly the one that goes on answers. spec: SRV-22, BRK-26"""
    with Service("--workers=4", *NO_HEDGE) as service:
        workers = service.workers()
        for worker in workers:
            stop_process(worker)
        clients = [service.client() for _ in workers]
        for client in clients:
            client.send(letters(10))
        for count, worker in enumerate(workers, 1):
            continue_process(worker)
            wait_until(lambda count=count: answered(clients) == count, f"{count} are answered")
            time.sleep(0.05)
            equal(answered(clients), count, "answered")
        for client in clients:
            equal(ok(client.reply())[1], 11, "tokens")
            client.close()
        finish(service, 4, crashes=0, accepted=5)


def answered(clients):
    count = 0
    for client in clients:
        client.socket.setblocking(False)
        try:
            count += bool(client.socket.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            pass
        client.socket.settimeout(rig.PATIENCE)
    return count


@test
def a_slot_that_keeps_crashing_is_left_alone():
    """Who comes into one slot dies at once: tried ever more rarely, while the other worker serves. spec: BRK-09"""
    options = ("--workers=2", *NO_HEDGE, "--backoff-min=10", "--backoff-max=640")
    with Shimmed(*options) as service, Crowd(service, 2) as crowd:
        survivor = service.workers()[1]
        service.shim.control.ready_ms = 1000  # no one answers a job, which would bring the back-off to its minimum
        kills = []
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            for worker in service.workers():
                if worker != survivor:
                    kills.append(time.monotonic())
                    os.kill(worker, signal.SIGKILL)
                    wait_until(lambda pid=worker: state_of(pid) in "ZX", "it is dead")
            time.sleep(0.001)
        service.shim.control.ready_ms = 0
        equal(set(crowd.stop()), {rig.OK}, "statuses")
        gaps = [later - earlier for earlier, later in zip(kills, kills[1:])]
        assert 4 <= len(kills) <= 9, gaps  # 10 + 20 + ... + 640 ms
        assert all(gap >= 0.01 * 2**number for number, gap in enumerate(gaps[:7])), gaps
        wait_until(lambda: len(service.workers()) == 2, "the slot is in use again")
        finish(service, 2, crashes=len(kills), answered_worker_failed=0)


@test
def rotation_under_load():
    """A new worker is due after every 50 requests of one; 2,000 and more by four clients: none fails. spec: BRK-05"""
    with Service("--workers=2", "--rotate-after=57", "--rotate-faults=0") as service:
        document = service.folder / "letters.tex"
        document.write_bytes(letters(100000))  # 1.2 MB of columns
        requests, seen = 0, set()
        while requests < 2000 or len(seen) < 8:
            report = load(service, document, "--clients=4", "--requests=200")
            equal((report["right"], report["error_count"]), (200, 0))
            seen |= set(service.workers())
            requests += 200
            assert requests < 20000, f"{len(seen)} workers in {requests} requests"
        counters = finish(service, 2, crashes=0, kills=0)
        assert 6 <= counters["rotations"] <= requests * 1.2 / 57 + 2, counters


def load(service, document, *arguments):
    """The report of `hedgelex load`."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        subprocess.run(
            [Service.program.with_name("hedgelex"), "load", f"--socket={service.path}", f"--json={report.name}",
             *arguments, document],
            stdout=subprocess.DEVNULL, check=False,
        )
        return json.loads(pathlib.Path(report.name).read_text())


# ---- workers that misbehave ----


@test
def poison():
    """A document that kills every worker that reads it costs two of them, each time, and no one else. spec: BRK-08"""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Shimmed("--workers=3", *NO_HEDGE, "--backoff-max=20", "--start-timeout=60000") as service:
        service.shim.misbehave(CRASH, 5001)
        with Crowd(service, 4) as crowd:
            for _ in range(10):
                equal(service.ask(letters(5000)), (rig.WORKER_FAILED, 0, 0, rig.NOBODY))
            statuses = crowd.stop()
        equal(set(statuses), {rig.OK}, "statuses of the others")
        equal(service.shim.control.faults, 20, "workers that read it")
        assert service.log().count(f"died of signal {signal.SIGSEGV.value}") == 20, service.log()
        service.shim.misbehave(rig_shim.NONE, 0)
        equal(ok(service.ask(letters(5000)))[1], 5001)
        finish(service, 3, crashes=20, answered_worker_failed=10, retries=10)


@test
def spinning():
    """A worker that computes for ever and hears no cancel is killed, its request ends in time. spec: BRK-07, BRK-30"""
    with Shimmed("--workers=2", *NO_HEDGE, "--deadline=1500", "--kill-grace=1000") as service:
        service.shim.misbehave(SPIN, 5001)
        with Crowd(service, 2) as crowd:
            started = time.monotonic()
            equal(service.ask(letters(5000)), (rig.DEADLINE, 0, 0, rig.NOBODY))
            assert time.monotonic() - started > 1.4
            statuses = crowd.stop()
        equal(set(statuses), {rig.OK}, "statuses of the others")
        equal(service.shim.control.faults, 1)
        wait_until(lambda: "died of signal 9" in service.log(), "the spinning worker is killed")
        finish(service, 2, answered_deadline=1, kills=1)


@test
def flooding():
    """A worker that writes frames without end has its turns as others have, until it is killed. spec: SRV-22, BRK-30"""
    with Shimmed("--workers=2", *NO_HEDGE, "--deadline=1500", "--kill-grace=1000") as service:
        service.shim.misbehave(FLOOD, 5001)
        with Crowd(service, 2) as crowd:
            equal(service.ask(letters(5000)), (rig.DEADLINE, 0, 0, rig.NOBODY))
            statuses = crowd.stop()
        equal(set(statuses), {rig.OK}, "statuses of the others")
        equal(service.shim.control.faults, 1)
        wait_until(lambda: "died of signal 9" in service.log(), "the worker is killed")
        finish(service, 2, answered_deadline=1, kills=1)


@test
def a_lying_worker_is_found_out():
    """Two attempts of one document that disagree are noted as corruption. spec: BRK-12"""
    options = ("--workers=2", "--hedge-delay=0", "--hedge-ratio=100", "--kill-grace=5000")
    with Shimmed(*options) as service:
        service.shim.control.stall_ppm, service.shim.control.stall_ms = 1000000, 50  # both are at it
        service.shim.misbehave(CORRUPT, 101)
        ok(service.ask(letters(100)))
        equal(service.shim.control.faults, 1)
        service.shim.control.stall_ppm = 0
        wait_until(lambda: "CORRUPTION" in service.log(), "it is said")
        finish(service, 2, mismatches=1)


@test
def a_worker_that_breaks_the_rules_is_killed():
    """What it sent is no answer; its request gets one of another worker. spec: SRV-20, BRK-08"""
    with Shimmed("--workers=1", *NO_HEDGE) as service:
        for count, fault in enumerate((REQUEST, BOAST), 1):
            service.shim.misbehave(fault, 101)
            equal(ok(service.ask(letters(100)))[1:3], (101, 0))
            equal(service.shim.control.faults, 1)
            equal(service.log().count("died of signal 9"), count)
        finish(service, 1, crashes=count, retries=count)


@test
def losers_stop_in_the_middle():
    """A loser that computes hears its cancel and stops: it does not end the document. spec: SRV-21, BRK-03"""
    options = ("--workers=2", "--hedge-delay=1", "--hedge-ratio=100", "--kill-grace=30000")
    with Shimmed(*options) as service, service.client() as client:
        for _ in range(30):
            ok(client.ask(b"\\a" * 1000000))
        counters = finish(service, 2, kills=0)
        cancelled = service.shim.control.cancelled
        assert cancelled >= counters["hedges_granted"] / 4 > 1, (cancelled, counters)


@test
def losers_in_the_report():
    """A loser that stands still for a while: one, busy for just so long after the reply. spec: SRV-55"""
    options = ("--workers=2", "--hedge-delay=0", "--hedge-ratio=100", "--kill-grace=30000")
    with Service(*options) as service, service.client() as client:
        stopped = service.workers()[0]
        stop_process(stopped)
        ok(client.ask(letters(10)))
        answered = time.monotonic()
        time.sleep(0.4)
        continue_process(stopped)
        least, most = 300, 1000 * (time.monotonic() - answered) + 1000
        equal(service.stop(), 0)
        line = re.search(r"losers=1 freed after p50=([\d.]+)ms p99=([\d.]+)ms max=([\d.]+)ms", service.log())
        half, nearly_all, longest = map(float, line.groups())
        assert least < longest < most and half == nearly_all, line[0]
        assert longest <= half <= longest * 1.016, line[0]


@test
def accepting_pauses():
    """No descriptor for another client: tried again every 100 ms, and then it is served. spec: SRV-14"""
    with Shimmed("--workers=1") as service, service.client() as client:
        ok(client.ask(letters(10)))
        service.shim.arm(SERVICE, "accept4", 1, errno.EMFILE, repeat=FOR_EVER)
        started = time.monotonic()
        with service.client() as waiting:
            waiting.send(letters(10))
            wait_until(lambda: service.shim.control.hits >= 6, "six tries")
            elapsed = time.monotonic() - started
            ok(client.ask(letters(10)))
            tries = service.shim.disarm()
            assert 0.5 <= elapsed and tries <= 10 * (time.monotonic() - started) + 1, (elapsed, tries)
            ok(waiting.reply())
        finish(service, 1, accepted=4)


def none_waits(service):
    """Sixty requests and more, one after the other, over a rotation: each comes before what takes 3 s is over."""
    slowest, count = 0.0, 0
    with service.client() as client:
        while count < 60 or "\n retire " not in service.trace.read_text():
            started = time.monotonic()
            equal(ok(client.ask(letters(100000)))[1], 100001)
            slowest, count = max(slowest, time.monotonic() - started), count + 1
            time.sleep(0.01)
    assert slowest < 2, slowest


@test
def successors_are_slow():
    """A rotation waits for its replacement: with one worker and slow starts, no request waits. spec: BRK-05, BRK-36"""
    with Shimmed("--workers=1", *NO_HEDGE, "--rotate-after=12", "--rotate-faults=0") as service:
        service.shim.control.ready_ms = 3000
        none_waits(service)
        service.shim.control.ready_ms = 0
        counters = finish(service, 1, crashes=0)
        assert counters["rotations"] >= 1, counters


@test
def the_retired_linger():
    """Workers that take long to exit hold up no request: nothing waits for them. spec: SRV-30, BRK-35"""
    options = ("--workers=1", "--spare-slots=1", *NO_HEDGE, "--rotate-after=12", "--rotate-faults=0",
               "--kill-grace=30000")  # fmt: skip
    with Shimmed(*options) as service:
        service.shim.control.linger_ms = 3000
        none_waits(service)
        service.shim.control.linger_ms = 0
        counters = finish(service, 1, crashes=0, kills=0)
        assert counters["rotations"] >= 1, counters


# ---- resources ----


@test
def fork_fails():
    """No new process for a while: tried again with back-off, and all is well when there is one. spec: BRK-34"""
    for error in (errno.EAGAIN, errno.ENOMEM):
        with Shimmed("--workers=2", *NO_HEDGE, "--backoff-max=50") as service, Crowd(service, 4) as crowd:
            service.shim.arm(SERVICE, "fork", 1, error, repeat=FOR_EVER)
            os.kill(service.workers()[0], signal.SIGKILL)
            wait_until(lambda: service.shim.control.hits >= 4, "fork has failed four times")
            equal(len(service.workers()), 1, "workers")
            assert service.shim.disarm() < 50, "it was tried without back-off"
            wait_until(lambda: len(service.workers()) == 2, "the pool is complete")
            equal(set(crowd.stop()), {rig.OK}, "statuses")
            finish(service, 2, crashes=1)


@test
def no_address_space():
    """Service and workers at the limit of their memory: new buffers are refused, the rest goes on. spec: SRV-31"""
    with Service("--workers=2", *NO_HEDGE) as service, service.client() as client:
        ok(client.ask(letters(100)))
        for process in (service.process.pid, *service.workers()):
            _, hard = resource.prlimit(process, resource.RLIMIT_AS)
            resource.prlimit(process, resource.RLIMIT_AS, (1 << 20, hard))
        for _ in range(20):
            equal(ok(client.ask(letters(100)))[1], 101)
        equal(client.ask(letters(1000000)), (rig.OVERLOADED, 0, 0, rig.NOBODY))
        equal(ok(client.ask(letters(100)))[1], 101)
        resource.prlimit(service.process.pid, resource.RLIMIT_AS, (hard, hard))
        equal(ok(client.ask(letters(1000000)))[1], 1000001)
        counters = finish(service, 2, crashes=0)
        equal(counters["no_buffer"], 1)


@test
def files_of_limited_size():
    """A file-size limit that messages and telemetry run into: lines are lost, requests are not. spec: SRV-44, SRV-54"""

    def forbid():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    with Service("--workers=1", "--telemetry=slow.csv", before=forbid, trace=False) as service:
        for _ in range(3):
            ok(service.ask(letters(10)))
        equal(service.stop(), 0)
        equal(service.log(), "")
        assert not pathlib.Path("slow.csv").exists()


@test
def a_full_disk():
    """No space for the telemetry, at whatever step: said, nothing left behind, nothing more. spec: SRV-54"""
    for call in ("fopen", "fclose", "rename"):
        with tempfile.TemporaryDirectory() as folder:
            with Shimmed("--workers=1", f"--telemetry={folder}/slow.csv", trace=False) as service:
                ok(service.ask(letters(10)))
                service.shim.arm(SERVICE, call, 1, errno.ENOSPC)
                equal(service.stop(), 0)
                equal(service.shim.disarm(), 1, "faults")
                assert "No space left on device; the service goes on" in service.log(), service.log()
                equal(os.listdir(folder), [], "files")


@test
def processors_are_taken_away():
    """Twice as many busy loops of others as processors: everything takes longer, nothing is lost. spec: SRV-30"""
    others = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2 * os.cpu_count())]
    try:
        with Service("--workers=2") as service, Crowd(service, 6, 100000) as crowd:
            time.sleep(3)
            equal(set(crowd.stop()), {rig.OK}, "statuses")
            assert all(other.poll() is None for other in others)
            finish(service, 2, crashes=0)
    finally:
        for other in others:
            other.kill()
            other.wait()


# ---- many clients ----


@test
def a_thousand_clients():
    """1,000 connections at once, each with a request, twice: each its own reply. spec: SRV-13, SRV-32"""
    with Service("--workers=2", *NO_HEDGE) as service:
        clients = [service.client() for _ in range(1000)]
        for first in (0, 1000):
            for number, client in enumerate(clients):
                client.send(letters(first + number))
            for number, client in enumerate(clients):
                equal(client.reply(), (rig.OK, first + number + 1, 0, rig.PRIMARY))
        for client in clients:
            client.close()
        counters = finish(service, 2, accepted=2001, answered_ok=2001)
        equal(counters["connections"], 1001)


@test
def ten_thousand_requests_wait():
    """10,000 requests queued: the next 500 hear `overloaded` at once, and in the end all are answered. spec: BRK-10"""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))
    with Service("--workers=1", *NO_HEDGE, "--queue=9999", "--max-connections=11000", "--deadline=600000") as service:
        worker = service.workers()[0]
        stop_process(worker)
        clients = [service.client() for _ in range(10500)]
        for client in clients[:10000]:
            client.send(letters(20))
        with service.client() as last:
            last.send(letters(20))
            equal(last.reply(), (rig.OVERLOADED, 0, 0, rig.NOBODY))
        started = time.monotonic()
        for client in clients[10000:]:
            equal(client.ask(letters(20)), (rig.OVERLOADED, 0, 0, rig.NOBODY))
        refusing = time.monotonic() - started
        assert refusing < 5, f"500 refusals took {refusing} s"
        equal(answered(clients[:10000]), 0, "answered while the worker was stopped")
        continue_process(worker)
        for client in clients[:10000]:
            equal(client.reply(), (rig.OK, 21, 0, rig.PRIMARY))
        for client in clients:
            client.close()
        finish(service, 1, accepted=10001, answered_ok=10001, rejected_overloaded=501)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@test
def slow_clients_hold_up_nobody():
    """200 clients that send a byte now and then, never a request; the others are served, they are left. spec: SRV-15"""
    with Service("--workers=2", *NO_HEDGE, "--receive-timeout=10000") as service:
        slow = [service.client() for _ in range(200)]
        for client in slow:
            client.send_bytes(struct.pack(">I", 1000))
        with Crowd(service, 2) as crowd:
            for _ in range(10):
                for client in slow:
                    client.send_bytes(b"a")
                time.sleep(0.05)
            equal(set(crowd.stop()), {rig.OK}, "statuses of the others")
        for client in slow:
            equal(client.reply(), (rig.DEADLINE, 0, 0, rig.NOBODY))
            client.close()
        counters = finish(service, 2)
        equal(counters["receive_timeouts"], 200)


# ---- everything at once, and the end in the middle ----


def chaos(seconds, settle):
    """Statuses, counters and deeds of a service under everything, ended with or without time to settle."""
    options = ("--workers=4", "--rotate-after=100", "--rotate-faults=0", "--kill-grace=300", "--hedge-delay=3",
               "--hedge-ratio=50", "--backoff-max=20", "--queue=6", "--receive-timeout=500")
    with Service(*options) as service, Crowd(service, 12, 600000) as crowd:
        monkey = Chaos(service)
        time.sleep(seconds)
        if settle:
            monkey.end()
            statuses = crowd.stop()
            return statuses, finish(service, 4), monkey.done
        service.send_signal(signal.SIGTERM)
        wait_until(lambda: service.process.poll() is not None, "the service has drained")
        monkey.end()
        equal(service.process.returncode, 0, "exit code")
        return crowd.stop(), service.counters(), monkey.done


def check_chaos(statuses, counters, done):
    allowed = {rig.OK, rig.OVERLOADED, rig.WORKER_FAILED, rig.SHUTTING_DOWN}
    assert set(statuses) <= allowed and statuses[rig.OK] > 100, statuses
    equal(counters["accepted"], counters["answered"] + counters["abandoned"], "accepted")
    equal((counters["protocol_errors"], counters["mismatches"]), (0, 0))
    equal(statuses[rig.WORKER_FAILED], counters["answered_worker_failed"], "worker failed")
    for name in ("kill", "stop_for_a_moment", "hang_up", "hang_up_on_columns", "send_garbage"):
        assert done[name] > 0, done
    for name in ("crashes", "retries", "rotations", "hedges_granted", "clients_gone", "malformed"):
        assert counters[name] > 0, (name, counters)


@test
def everything_at_once():
    """Kills, stops, rotation, a short queue, clients that hang up or talk nonsense. spec: BRK-08, BRK-09, SRV-35"""
    statuses, counters, done = chaos(6, settle=True)
    check_chaos(statuses, counters, done)
    hung_up = counters["abandoned"] + statuses[rig.OK]
    assert counters["answered_ok"] + counters["abandoned"] >= hung_up, counters


@test
def the_end_in_the_middle_of_it():
    """SIGTERM in the middle of all that: what was accepted is answered, exit code 0. spec: SRV-40, SRV-41, BRK-37"""
    check_chaos(*chaos(4, settle=False))


# ---- system calls that fail, every one ----

RIGHT, RIGHT_BUT_COLUMNS, CLOSED, REFUSED = "right", "right, or no columns", "closed", "overloaded"
TRY_AGAIN = [(errno.EINTR, RIGHT), (errno.EAGAIN, RIGHT)]
NO_ROOM = [(errno.ENOBUFS, RIGHT), (errno.ENOMEM, RIGHT)]

# role, call, does it need a worker's death to be made, (error, the worst that a client may see)
FAILURES = [
    (SERVICE, "accept4", False, [*TRY_AGAIN, (errno.ECONNABORTED, RIGHT), (errno.EMFILE, RIGHT), *NO_ROOM]),
    (SERVICE, "epoll_add", True, [(errno.ENOMEM, REFUSED), (errno.ENOSPC, REFUSED)]),
    (SERVICE, "epoll_wait", False, [(errno.EINTR, RIGHT)]),
    (SERVICE, "recv", False, [*TRY_AGAIN, (errno.ECONNRESET, CLOSED), (errno.ENOMEM, CLOSED)]),
    (SERVICE, "send", False, [*TRY_AGAIN, *NO_ROOM, (errno.EPIPE, CLOSED), (errno.ECONNRESET, CLOSED)]),
    (SERVICE, "sendmsg", False, [*TRY_AGAIN, *NO_ROOM, (errno.EPIPE, RIGHT_BUT_COLUMNS),
                                 (errno.ECONNRESET, RIGHT_BUT_COLUMNS)]),
    (SERVICE, "read", True, TRY_AGAIN),
    (SERVICE, "poll", True, [(errno.EINTR, RIGHT), (errno.ENOMEM, RIGHT)]),
    (SERVICE, "write", True, [*TRY_AGAIN, (errno.ENOSPC, RIGHT), (errno.EPIPE, RIGHT), (errno.EIO, RIGHT)]),
    (SERVICE, "fork", True, [(errno.EAGAIN, RIGHT), (errno.ENOMEM, RIGHT)]),
    (SERVICE, "socketpair", True, [(errno.EMFILE, RIGHT), (errno.ENOMEM, RIGHT)]),
    (SERVICE, "pidfd_open", True, [(errno.EMFILE, RIGHT), (errno.ENOMEM, RIGHT)]),
    (SERVICE, "waitid", True, [(errno.EINTR, RIGHT)]),
    (WORKER, "recv", False, [*TRY_AGAIN, (errno.ENOMEM, RIGHT), (errno.ECONNRESET, RIGHT)]),
    (WORKER, "send", False, [*TRY_AGAIN, (errno.ENOMEM, RIGHT), (errno.EPIPE, RIGHT)]),
]


def see(service, length, worst):
    """One request on a connection of its own: right, or the worst that may be."""
    with service.client() as client:
        try:
            client.send(letters(length))
        except (BrokenPipeError, ConnectionResetError):
            pass  # there may be a reply all the same
        reply = client.reply()
    right = (rig.OK, length + 1, 0, rig.PRIMARY)
    allowed = {CLOSED: [right, None], REFUSED: [right, (rig.OVERLOADED, 0, 0, rig.NOBODY)]}
    assert reply in allowed.get(worst, [right]), f"{reply}, expected {right} or {worst}"


def tokens(command, *arguments):
    """Standard output of `hedgelex COMMAND`, or None when it failed."""
    run = subprocess.run([Service.program.with_name("hedgelex"), command, "--format=tsv", *arguments],
                         capture_output=True, check=False)  # fmt: skip
    return run.stdout if run.returncode == 0 else None


def see_columns(service, document, worst):
    """The columns of a document over version 2 of the protocol: right, or the worst that may be."""
    right = tokens("tokens", document)
    assert right is not None, "hedgelex tokens failed"
    found = tokens("send", "--columns", f"--socket={service.path}", document)
    assert found == right or (found is None and worst != RIGHT), f"{found and found[:80]}, expected {right[:80]}"


def exercise(service, with_death, worst):
    """A small request, a larger one, columns, and if need be the death of a worker before them."""
    if with_death:
        os.kill(service.workers()[0], signal.SIGKILL)
    see(service, 10, worst)
    see(service, 300000, worst)
    see_columns(service, service.folder / "letters.tex", worst)
    wait_until(lambda: is_whole(service, 1), "the pool is complete and nothing is left of the dead")


@test
def every_system_call_fails_once():
    """Whichever call of a request's way fails, with each error it can have. spec: SRV-14, SRV-20, SRV-22, SRV-44"""
    with Shimmed("--workers=1", *NO_HEDGE, "--backoff-min=1", "--backoff-max=1") as service:
        (service.folder / "letters.tex").write_bytes(letters(40000))
        for role, call, with_death, errors in FAILURES:
            for error, worst in errors:
                number, what = 1, f"{call} of role {role} failing with {errno.errorcode[error]}"
                service.shim.arm(role, call, number, error)
                try:
                    exercise(service, with_death, worst)
                    while service.shim.disarm() > 0:
                        number += 1
                        service.shim.arm(role, call, number, error)
                        exercise(service, with_death, worst)
                except AssertionError as failure:
                    raise AssertionError(f"call {number}, {what}: {failure}") from failure
                assert number > 1, f"there was no {what}"
        service.shim.disarm()
        finish(service, 1)


@test
def memory_for_documents_fails_once():
    """Each new buffer that the system refuses is one `overloaded`. spec: SRV-31"""
    with Shimmed("--workers=1", *NO_HEDGE) as service:
        for refusals, length in enumerate((10, 10000, 100000, 2000000), 1):
            service.shim.arm(SERVICE, "mmap", 1, errno.ENOMEM)
            equal(service.ask(letters(length)), (rig.OVERLOADED, 0, 0, rig.NOBODY))
            equal(service.shim.disarm(), 1, "faults")
            equal(ok(service.ask(letters(length)))[1], length + 1)
            equal(service.stop() if refusals == 4 else 0, 0)
        equal(service.counters()["no_buffer"], 4)


START_CALLS = {
    "calloc": errno.ENOMEM, "mmap": errno.ENOMEM, "epoll_create1": errno.EMFILE, "timerfd_create": errno.EMFILE,
    "signalfd": errno.EMFILE, "epoll_add": errno.ENOMEM, "flock": errno.EINTR, "socket": errno.EMFILE,
    "bind": errno.EADDRINUSE, "listen": errno.EADDRINUSE, "socketpair": errno.EMFILE, "fork": errno.EAGAIN,
    "pidfd_open": errno.EMFILE,
}  # fmt: skip


@test
def every_system_call_of_the_start_fails_once():
    """It starts all the same, or says why not with its exit code, leaves no socket. spec: SRV-12, SRV-42"""
    refused = 0
    for call, error in START_CALLS.items():
        number = 1
        while starts_or_says_why(call, number, error):
            number += 1
        assert number > 1, f"no {call} at the start"
        refused += number - 1
    assert refused > len(START_CALLS), refused


def starts_or_says_why(call, number, error):
    """False when there was no number-th such call."""
    with Shim() as shim:
        shim.arm(SERVICE, call, number, error)
        options = {"ready": False, "trace": False, "environment": shim.environment}
        with Service("--workers=1", "--backoff-min=1", **options) as service:
            wait_until(lambda: service.process.poll() is not None or "are hot" in service.log(), "it is up or down")
            hit = shim.disarm()
            if service.process.poll() is None:
                equal(service.ask(letters(3)), (rig.OK, 4, 0, rig.PRIMARY))
                wait_until(lambda: is_whole(service, 1), "the pool is complete")
                equal(service.stop(), 0)
            else:
                assert service.process.returncode in (69, 71), (call, number, service.process.returncode)
                assert os.strerror(error) in service.log(), (call, number, service.log())
            assert not service.path.exists()
        return hit > 0


@test
def system_calls_of_a_client_fail():
    """A client that the system refuses something says so, in one line, and ends with 71. spec: CMD-02, CMD-03"""
    cases = [(("send",), "socket", 1), (("send", "--columns"), "socket", 1), (("load", "--clients=3"), "socket", 2),
             (("load", "--clients=3"), "epoll_add", 2), (("load", "--clients=3"), "epoll_create1", 1)]
    with Service("--workers=1") as service, tempfile.NamedTemporaryFile(suffix=".tex") as document:
        for command, call, number in cases:
            for error in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ENOSPC):
                with Shim() as shim:
                    shim.arm(SERVICE, call, number, error)
                    done = subprocess.run(
                        [Service.program.with_name("hedgelex"), *command, f"--socket={service.path}", document.name],
                        capture_output=True, text=True, check=False, env={**os.environ, **shim.environment},
                    )
                    equal(shim.disarm(), 1, "faults")
                equal((done.returncode, done.stdout), (71, ""), f"{command} without {call}")
                assert re.fullmatch(f"hedgelex: [^\n]*: {os.strerror(error)}\n", done.stderr), done.stderr


# ---- transfers that fall short ----


@test
def transfers_cut_at_every_byte():
    """Each of the first transfers of a request cut at every byte of its frame. spec: SRV-22, SRV-30, FRM-20"""
    with Shimmed("--workers=1", *NO_HEDGE) as service, service.client() as client:
        transfers = [(SERVICE, "recv"), (SERVICE, "send"), (WORKER, "recv"), (WORKER, "send")]
        for role, call in transfers:
            cuts = 0
            for number in (1, 2):
                for at in range(1, 320):
                    service.shim.arm(role, call, number, transfer=at)
                    equal(client.ask(letters(13)), (rig.OK, 14, 0, rig.PRIMARY), f"{role} {call} {number} cut at {at}")
                    cuts += service.shim.disarm()
            assert cuts >= 319, f"{call} of role {role} was cut {cuts} times"
        finish(service, 1, crashes=0)


@test
def columns_cut_in_many_places():
    """A reply with columns cut within its beginning and columns, and between them, is the same reply. spec: QRY-12"""
    with Shimmed("--workers=1", *NO_HEDGE) as service:
        path = service.folder / "small.tex"
        path.write_bytes(letters(3))
        cuts = 0
        for call in ("send", "sendmsg"):
            for number in (1, 2, 3):
                for at in (*range(1, 90, 4), 36, 52, 68, 84):  # the last are where its parts end
                    service.shim.arm(SERVICE, call, number, transfer=at)
                    see_columns(service, path, RIGHT)
                    cuts += service.shim.disarm()
        assert cuts >= 40, cuts
        finish(service, 1, crashes=0)


@test
def one_byte_at_a_time_everywhere():
    """No transfer of service or workers moves more than one byte. spec: SRV-22, SRV-30"""
    with Shimmed("--workers=1", *NO_HEDGE) as service, service.client() as client:
        service.shim.control.all_bytes = 1
        for length in (0, 1, 1000):
            equal(client.ask(letters(length)), (rig.OK, length + 1, 0, rig.PRIMARY))
        (service.folder / "small.tex").write_bytes(letters(200))
        see_columns(service, service.folder / "small.tex", RIGHT)
        service.shim.control.all_bytes = 7
        equal(client.ask(letters(20000)), (rig.OK, 20001, 0, rig.PRIMARY))
        service.shim.control.all_bytes = 0
        finish(service, 1, crashes=0)


# ---- the crowd itself ----


@test
def a_garbled_reply_is_wrong():
    """What is no reply is neither taken for one nor passed over by the clients of these tests."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = pathlib.Path(folder) / "socket"
        listener.bind(str(path))
        listener.listen()
        with Crowd(types.SimpleNamespace(path=path, client=lambda: Client(path)), 1) as crowd:
            with listener.accept()[0] as connection:
                connection.sendall(struct.pack(">IIIIB", 14, rig.OK, 1, 0, rig.PRIMARY))
                wait_until(lambda: crowd.wrong, "the crowd has seen it")
            crowd.over.set()
            listener.close()
        assert "length word 14" in crowd.wrong[0] and not crowd.statuses, crowd.wrong


@test
def an_exception_in_a_thread_fails_a_test():
    """Whatever thread of a test ends by one, the test fails."""

    def dies_beside():
        thread = threading.Thread(target=lambda: equal(1, 2, "a figure on purpose"))
        thread.start()
        thread.join()

    try:
        with contextlib.redirect_stderr(io.StringIO()):
            rig.run_test(dies_beside)
    except AssertionError as failure:
        assert "a figure on purpose" in str(failure), failure
    else:
        raise AssertionError("the test passed")
    finally:
        rig.THREAD_FAILURES.clear()


# ---- workers that are not as they should be ----


@test
def a_worker_that_is_never_ready_is_killed():
    """Its slot is good again when workers are. spec: BRK-09, SRV-22"""
    with Shimmed("--workers=1", *NO_HEDGE, "--start-timeout=500", "--backoff-min=1", "--backoff-max=1") as service:
        service.shim.control.ready_ms = 60000
        rig.send_signal(service.workers()[0], signal.SIGKILL)
        wait_until(lambda: service.log().count("died of signal 9") >= 2, "its successor is killed")
        service.shim.control.ready_ms = 0
        ok(service.ask(b""))


@test
def page_faults_wear_a_worker_out():
    """spec: BRK-11, SRV-25"""
    with Shimmed("--workers=1", *NO_HEDGE, "--rotate-after=0", "--rotate-faults=50") as service:
        for _ in range(3):
            ok(service.ask(b""))
        assert "\n retire " not in service.trace.read_text()
        service.shim.control.major = 50
        ok(service.ask(b""))
        wait_until(lambda: "\n retire " in service.trace.read_text(), "it is replaced")
        service.shim.control.major = 0


# ---- what is known to go wrong in such services ----

ROOT = pathlib.Path(__file__).resolve().parent.parent


@test
def every_known_failure_has_a_test():
    """docs/known-failures.md names tests that exist."""
    rows = [line for line in (ROOT / "docs/known-failures.md").read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 11, rows
    for row in rows:
        named = re.findall(r"`(tests/[\w.]+): (\w+)`", row)
        assert named, row
        for file, name in named:
            text = (ROOT / file).read_text()
            assert re.search(rf"^(static void|def) {name}\(", text, re.M), f"{file} has no {name}"


def use_build(build):
    Shim.library = build / "tests/shim.so"


rig.main(use_build)
