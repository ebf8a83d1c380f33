#!/usr/bin/env python3
"""The service with real processes, sockets, signals and limits.

    tests/test_service.py [--build=DIR] [NAME...]     default: build/gcc, all tests

Each test cites the clauses it is about. Faults come from outside. The last line is `N passed, N failed`.
"""

import contextlib
import ctypes
import os
import pathlib
import re
import resource
import select
import signal
import socket
import stat
import struct
import subprocess
import tempfile
import threading
import time

import service as rig
from service import Client, Service, continue_process, equal, limit, ok, state_of, stop_process, test, wait_until

SMALL = b"Hello, \\TeX!\n"  # H e l l o , space \TeX ! space
SMALL_TOKENS = 10
PAGE = b"The quick $x^2$ \\frac{a}{b} brown fox, and no more of it.\n"


def document(length):
    return (PAGE * (length // len(PAGE) + 1))[:length]


def one_slow_worker(*options):
    """A pool of one worker and no hedges: what happens to a request is known."""
    return Service("--workers=1", "--hedging=off", *options)


# ---- requests and replies ----


@test
def documents_of_all_sizes():
    """Small, empty, 1.1 MB and the largest document. spec: SRV-30, SRV-32, SRV-52"""
    with Service("--hedging=off") as service, service.client() as client:
        equal(client.ask(SMALL), (rig.OK, SMALL_TOKENS, 0, rig.PRIMARY))
        equal(ok(client.ask(b""))[2:], (0, rig.PRIMARY))
        tokens = ok(client.ask(PAGE))[1]
        reply = ok(client.ask(PAGE * 20000))
        equal(reply[1], tokens * 20000, "tokens of 1.1 MB")
        equal(client.ask(b"a" * rig.LARGEST)[:3], (rig.OK, rig.LARGEST + 1, 0))
        equal(ok(client.ask(b"{" * 1000))[2], 1, "issues")


@test
def too_large():
    """One byte more than 2 MiB is refused while it is being sent. spec: SRV-33"""
    with Service("--receive-timeout=2000") as service:
        for length in (rig.LARGEST + 1, 2**31 - 1):
            with service.client() as client:
                client.send_bytes(struct.pack(">I", length))
                equal(client.reply(), (rig.TOO_LARGE, 0, 0, rig.NOBODY))
                client.send_bytes(b"x" * 500000)  # is read and dropped
                client.end_sending()
                assert client.at_end()
        with service.client() as client:  # who never ends is left in the end
            client.send_bytes(struct.pack(">I", rig.LARGEST + 1))
            equal(client.reply()[0], rig.TOO_LARGE)
            assert client.at_end()
        ok(service.ask(SMALL))
        service.stop()
        equal(service.counters()["too_large"], 3)
        equal(service.counters()["accepted"], 1)


@test
def malformed():
    """The first bit of the length is no length of version 1, nor does it begin version 2. spec: SRV-33, CLI-23"""
    with Service() as service:
        for word in (b"\x80\0\0\0", b"\xff\xff\xff\xff", b"\x80\0\0\2rest of a frame"):
            with service.client() as client:
                client.send_bytes(word)
                equal(client.reply(), (rig.MALFORMED, 0, 0, rig.NOBODY))
                client.end_sending()
                assert client.at_end()
        ok(service.ask(SMALL))


@test
def truncated():
    """A request that ends early is malformed; between requests an end is an end. spec: SRV-34"""
    whole = struct.pack(">I", len(SMALL)) + SMALL
    with Service() as service:
        for length in range(len(whole)):
            with service.client() as client:
                client.send_bytes(whole[:length])
                client.end_sending()
                if length > 0:
                    equal(client.reply(), (rig.MALFORMED, 0, 0, rig.NOBODY), f"{length} bytes")
                assert client.at_end()
        with service.client() as client:
            client.send_bytes(struct.pack(">I", rig.LARGEST) + b"x" * 1000000)
            client.end_sending()
            equal(client.reply()[0], rig.MALFORMED)
        service.stop()
        equal(service.counters()["malformed"], len(whole))


@test
def half_closed_after_a_request():
    """Whoever has sent all and ends its sending side gets the reply. spec: SRV-36"""
    with one_slow_worker() as service, service.client() as client:
        worker = service.workers()[0]
        stop_process(worker)
        client.send(document(300000))
        client.end_sending()
        time.sleep(0.1)
        continue_process(worker)
        ok(client.reply())
        assert client.at_end()


@test
def byte_at_a_time():
    """Bytes that come one by one make the same request. spec: SRV-30, SRV-32"""
    with Service("--hedging=off") as service, service.client() as client:
        for _ in range(2):
            for byte in struct.pack(">I", len(SMALL)) + SMALL:
                client.send_bytes(bytes([byte]))
                time.sleep(0.001)
            equal(client.reply(), (rig.OK, SMALL_TOKENS, 0, rig.PRIMARY))


@test
def sent_early():
    """Requests sent before the replies are answered one after the other. spec: SRV-32"""
    with Service() as service, service.client() as client:
        for count in range(1, 101):
            client.send(b"a" * count)
        for count in range(1, 101):
            equal(client.reply()[1], count + 1, "tokens of letters and the end of the line")


@test
def sixty_four_at_once():
    """64 clients, 20 requests each, every reply its own. spec: SRV-30, SRV-32"""
    wrong = []

    def talk(service, number):
        try:
            with service.client() as client:
                for i in range(20):
                    length = 1 + number * 300 + i
                    reply = client.ask(b"a" * length)
                    if reply is None or reply[:3] != (rig.OK, length + 1, 0):
                        wrong.append((number, i, reply))
        except OSError as error:
            wrong.append((number, error))

    with Service() as service:
        threads = [threading.Thread(target=talk, args=(service, number)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(wrong, [])
        equal(service.stop(), 0)
        counters = service.counters()
        equal(counters["accepted"], 64 * 20)
        equal(counters["answered_ok"], 64 * 20)
        equal(counters["connections"], 64)


@test
def regime_of_the_service():
    """Documents are read with the regime of the options. spec: SRV-07, SRV-08"""
    with Service("--catcodes=initex", "--endlinechar=-1", "--catcode=|=0") as service:
        equal(service.ask(b"|abc{}")[1], 3, "tokens: one control sequence, two others")
    with Service("--encoding=utf8") as service:
        equal(service.ask("\u00e9\u4e2d".encode())[1], 3, "tokens: two characters, the end of the line")
    with Service() as service:
        equal(service.ask("\u00e9\u4e2d".encode())[1], 6, "tokens: five bytes, the end of the line")


# ---- clients that vanish, dawdle or are too many ----


@test
def vanishing_clients():
    """Gone at every byte of a request, in service, in the middle of a reply. spec: SRV-35"""
    whole = struct.pack(">I", len(SMALL)) + SMALL
    with one_slow_worker("--kill-grace=30000") as service:
        for length in range(1, len(whole)):
            with service.client() as client:
                client.send_bytes(whole[:length])
        worker = service.workers()[0]
        stop_process(worker)
        with service.client() as client:
            client.send_bytes(whole)
            time.sleep(0.1)
        time.sleep(0.1)
        continue_process(worker)
        with service.client() as client:
            client.send_bytes(whole)
            equal(len(client.socket.recv(5)), 5)
        ok(service.ask(SMALL))
        equal(service.workers(), [worker])
        equal(service.stop(), 0)
        counters = service.counters()
        equal((counters["clients_gone"], counters["malformed"]), (len(whole), 0))
        equal(counters["abandoned"], 1)
        equal(counters["cancels_sent"], 1)
        equal(counters["accepted"], 3)


@test
def vanishing_with_a_large_document():
    """Gone while the worker still receives the document: the buffer outlives its client. spec: SRV-30, SRV-35"""
    with one_slow_worker("--kill-grace=30000", "--buffer-memory=5") as service:
        worker = service.workers()[0]
        stop_process(worker)
        with service.client() as client:
            client.send(document(rig.LARGEST))
            time.sleep(0.2)
        time.sleep(0.1)
        continue_process(worker)
        expected = None
        for _ in range(5):
            reply = ok(service.ask(document(rig.LARGEST)))
            expected = expected or reply
            equal(reply, expected)
        service.stop()
        equal(service.counters()["abandoned"], 1)


@test
def idle_and_slow_clients():
    """Idle connections are closed, slow requests answered `deadline`. spec: SRV-15"""
    with Service("--idle-timeout=2000", "--receive-timeout=3000") as service:
        with service.client() as idle, service.client() as slow, service.client() as other:
            started = time.monotonic()
            slow.send_bytes(b"\0\0\1")
            ok(other.ask(SMALL))
            assert idle.at_end()
            assert time.monotonic() - started > 1.9, "closed too early"
            equal(slow.reply(), (rig.DEADLINE, 0, 0, rig.NOBODY))
            assert time.monotonic() - started > 2.9, "answered too early"
            assert slow.at_end() and other.at_end()
        service.stop()
        equal(service.counters()["idle_timeouts"], 2)
        equal(service.counters()["receive_timeouts"], 1)


@test
def a_client_that_takes_no_reply():
    """Who sends and never reads is left; others do not notice. spec: SRV-15, SRV-30"""
    with Service("--receive-timeout=500") as service, service.client() as deaf:
        deaf.socket.setblocking(False)
        ended = False
        until = time.monotonic() + rig.PATIENCE
        while not ended and time.monotonic() < until:
            try:
                deaf.socket.send(b"\0\0\0\0" * 1000)
            except BlockingIOError:
                ok(service.ask(SMALL))
                time.sleep(0.01)
            except (BrokenPipeError, ConnectionResetError):
                ended = True
        assert ended, "the deaf client was never left"
        service.stop()
        equal(service.counters()["receive_timeouts"], 1)


def fails_to_send(client):
    try:
        client.send_bytes(b"x")
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


@test
def too_many_connections():
    """The third of two is answered `overloaded`; one goes, one may come. spec: SRV-13, SRV-33"""
    with Service("--max-connections=2") as service:
        with service.client() as first, service.client() as second:
            ok(first.ask(SMALL))
            ok(second.ask(SMALL))
            with service.client() as third:
                equal(third.reply(), (rig.OVERLOADED, 0, 0, rig.NOBODY))
                assert third.at_end()
            stop_process(service.process.pid)
            with service.client() as third:  # it is closed with a request unread
                third.send(SMALL)
                continue_process(service.process.pid)
                wait_until(lambda: fails_to_send(third), "the end is seen")
                equal(third.reply(), (rig.OVERLOADED, 0, 0, rig.NOBODY))
                assert third.at_end()
            ok(first.ask(SMALL))
        wait_until(lambda: (service.ask(SMALL) or [None])[0] == rig.OK, "a place is free")
        service.stop()
        assert service.counters()["connections_refused"] >= 1


@test
def no_descriptors():
    """Without descriptors accepting pauses, the rest goes on, nothing spins. spec: SRV-14"""
    with Service() as service, service.client() as client:
        ok(client.ask(SMALL))
        pid = service.process.pid
        highest = max(int(name) for name in os.listdir(f"/proc/{pid}/fd"))
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (highest + 1, hard))
        with service.client() as waiting:
            waiting.send(SMALL)
            before = rig.processor_seconds(pid)
            time.sleep(0.6)
            assert rig.processor_seconds(pid) - before < 0.2, "the service spins"
            ok(client.ask(SMALL))
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))
            ok(waiting.reply())
        equal(service.stop(), 0)


@test
def too_few_descriptors():
    """A limit that --max-connections does not fit in is refused at the start. spec: SRV-13, SRV-42"""
    before = limit(resource.RLIMIT_NOFILE, 64, 64)
    with Service("--max-connections=100", ready=False, before=before) as service:
        equal(service.wait(), 71)
        assert "--max-connections: needs" in service.log(), service.log()
        assert not service.path.exists()


@test
def queue_is_bounded():
    """One in service, one queued, the third is `overloaded` at once. spec: SRV-30, BRK-10"""
    with one_slow_worker("--queue=1") as service:
        worker = service.workers()[0]
        stop_process(worker)
        with service.client() as first, service.client() as second, service.client() as third:
            first.send(SMALL)
            time.sleep(0.1)
            second.send(SMALL)
            time.sleep(0.1)
            equal(third.ask(SMALL), (rig.OVERLOADED, 0, 0, rig.NOBODY))
            continue_process(worker)
            ok(first.reply())
            ok(second.reply())
            ok(third.ask(SMALL))


@test
def buffers_are_bounded():
    """No memory for a second large document: refused, read to its end, and on. spec: SRV-31, SRV-33"""
    with one_slow_worker("--buffer-memory=3") as service:
        worker = service.workers()[0]
        stop_process(worker)
        with service.client() as first, service.client() as second:
            first.send(document(rig.LARGEST))
            time.sleep(0.2)
            equal(second.ask(document(rig.LARGEST)), (rig.OVERLOADED, 0, 0, rig.NOBODY))
            second.send(SMALL)
            continue_process(worker)
            ok(first.reply())
            equal(second.reply()[:2], (rig.OK, SMALL_TOKENS))
            ok(second.ask(document(rig.LARGEST)))
        service.stop()
        equal(service.counters()["no_buffer"], 1)


@test
def deadline():
    """A request that no worker answers in time. spec: SRV-30, BRK-07"""
    with one_slow_worker("--deadline=200", "--kill-grace=200") as service:
        stop_process(service.workers()[0])
        started = time.monotonic()
        equal(service.ask(SMALL), (rig.DEADLINE, 0, 0, rig.NOBODY))
        assert time.monotonic() - started > 0.15
        wait_until(lambda: service.ask(SMALL)[0] == rig.OK, "a new worker answers")


# ---- workers that stop, die, wear out ----


@test
def worker_killed_with_a_request():
    """One retry, and nobody hears of it. spec: SRV-20, BRK-08"""
    with one_slow_worker() as service, service.client() as client:
        worker = service.workers()[0]
        stop_process(worker)
        client.send(document(500000))
        time.sleep(0.1)
        os.kill(worker, signal.SIGKILL)
        ok(client.reply())
        assert service.workers() != [worker]
        equal(service.stop(), 0)
        counters = service.counters()
        equal((counters["retries"], counters["crashes"], counters["answered_ok"]), (1, 1, 1))
        assert f"worker {worker} in slot 0 died of signal 9" in service.log(), service.log()


def slots_asked(service):
    """Whom the requests went to, first and second attempts, in order."""
    return [int(slot) for slot in re.findall(r"^ send_request slot=(\d+) ", service.trace.read_text(), re.M)]


@test
def worker_failed():
    """A request that costs two workers their lives is given up, the pool lives on. spec: SRV-20, BRK-08"""
    with Service("--workers=2", "--hedging=off") as service, service.client() as client:
        workers = service.workers()
        for worker in workers:
            stop_process(worker)
        client.send(document(rig.LARGEST))
        for count in (1, 2):  # the second attempt is the other worker's, which is ready and has nothing to do
            wait_until(lambda count=count: len(slots_asked(service)) == count, f"a worker has it, attempt {count}")
            os.kill(workers[slots_asked(service)[-1]], signal.SIGKILL)
        equal(client.reply(), (rig.WORKER_FAILED, 0, 0, rig.NOBODY))
        wait_until(lambda: len(service.workers()) == 2, "the pool is complete")
        ok(service.ask(SMALL))
        equal(service.stop(), 0)
        counters = service.counters()
        equal((counters["retries"], counters["answered_worker_failed"]), (1, 1))
        assert counters["crashes"] >= 2, counters  # more where the machine lets no worker start in time


@test
def stopped_worker_is_hedged():
    """The other worker answers; woken in time the stopped one goes on. spec: SRV-22, BRK-27"""
    with Service("--workers=2", "--kill-grace=30000") as service:
        workers = service.workers()
        for worker in workers:  # one of the two gets first attempts
            stop_process(worker)
            reply = ok(service.ask(SMALL))
            continue_process(worker)
            ok(service.ask(SMALL))
            if reply[3] == rig.HEDGE:
                break
        equal(reply, (rig.OK, SMALL_TOKENS, 0, rig.HEDGE))
        for _ in range(50):
            ok(service.ask(SMALL))
        equal(service.workers(), workers, "workers")
        equal(service.stop(), 0)
        counters = service.counters()
        equal(counters["answered_by_hedge"], 1)
        equal((counters["kills"], counters["protocol_errors"], counters["mismatches"]), (0, 0, 0))


@test
def stopped_worker_is_replaced():
    """One that stays stopped is killed, and the pool is complete again. spec: SRV-20, SRV-22, BRK-30"""
    with Service("--workers=2", "--kill-grace=100", "--hedge-burst=100") as service:
        workers = service.workers()
        for worker in workers:
            stop_process(worker)
            for _ in range(3):
                ok(service.ask(document(400000)))
        wait_until(lambda: len(set(service.workers()) - set(workers)) >= 1, "a new worker is there")
        for worker in workers:
            continue_process(worker)
        wait_until(lambda: len(service.workers()) == 2, "there are two workers")
        for _ in range(20):
            ok(service.ask(SMALL))
        equal(service.stop(), 0)
        assert service.counters()["kills"] >= 1, service.counters()


@test
def stopped_worker_blocks_nobody():
    """2 MiB that a stopped worker does not read hold up no one else. spec: SRV-22"""
    with Service("--workers=2", "--hedging=off") as service:
        stopped = service.workers()[0]
        stop_process(stopped)
        with service.client() as first, service.client() as second:
            first.send(document(rig.LARGEST))
            second.send(document(rig.LARGEST))
            wait_until(lambda: len(select_readable([first, second])) == 1, "one is answered")
            other = second if select_readable([first]) else first
            ok((first if other is second else second).reply())
            started = time.monotonic()
            for _ in range(20):
                ok(service.ask(SMALL))
            assert time.monotonic() - started < 10, "the others were held up"
            continue_process(stopped)
            ok(other.reply())


def select_readable(clients):
    return select.select([client.socket for client in clients], [], [], 0)[0]


@test
def all_workers_killed():
    """Requests outlive the whole pool. spec: SRV-20, BRK-09"""
    with Service("--workers=2", "--hedging=off") as service:
        for worker in service.workers():
            stop_process(worker)
        clients = [service.client() for _ in range(6)]
        for client in clients:
            client.send(document(200000))
        time.sleep(0.2)
        for worker in service.workers():
            os.kill(worker, signal.SIGKILL)
        for client in clients:
            ok(client.reply())
            client.close()
        wait_until(lambda: len(service.workers()) == 2, "the pool is complete")
        equal(service.stop(), 0)
        equal(service.counters()["answered_ok"], 6)


@test
def worker_cannot_be_made():
    """Without descriptors for a new worker the service tries again, with back-off. spec: SRV-14, SRV-20, BRK-34"""
    with one_slow_worker("--backoff-max=100") as service, service.client() as client:
        pid = service.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
        os.kill(service.workers()[0], signal.SIGKILL)
        client.send(SMALL)
        wait_until(lambda: service.log().count("no worker could be started in slot 0") >= 3, "it was tried thrice")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))
        ok(client.reply())
        equal(service.stop(), 0)
        counters = service.counters()
        equal(counters["crashes"], 1)
        assert counters["retries"] <= 1, counters  # 1 when the request overtakes the news of the death


@test
def losers_are_cancelled():
    """Two attempts of everything: the loser is free at once, both say the same. spec: SRV-21, SRV-25, BRK-12"""
    options = ("--workers=2", "--hedge-delay=0", "--hedge-ratio=100", "--kill-grace=5000")
    with Service(*options) as service, service.client() as client:
        workers = service.workers()
        for _ in range(400):  # not each is hedged: the other worker may be at the last one still
            ok(client.ask(b"\\a" * 700000))
            if service.trace.read_text().count("\n send_cancel ") >= 20:
                break
        equal(service.workers(), workers)
        equal(service.stop(), 0)
        counters = service.counters()
        assert counters["hedges_granted"] >= 20, counters
        assert counters["cancels_sent"] >= 20, counters
        equal((counters["kills"], counters["mismatches"], counters["protocol_errors"]), (0, 0, 0))


@test
def rotation():
    """Worn-out workers are replaced without a failed request. spec: SRV-24, SRV-25, SRV-26, BRK-05"""
    with Service("--workers=2", "--rotate-after=20", "--rotate-faults=0") as service, service.client() as client:
        first_workers = service.workers()

        def replaced():
            ok(client.ask(document(1000000)))
            check_pinning(service)
            return not set(first_workers) & set(service.workers())

        wait_until(replaced, "both are replaced")
        equal(service.stop(), 0)
        counters = service.counters()
        assert counters["rotations"] >= 2, counters
        equal((counters["crashes"], counters["kills"]), (0, 0))


def allowed_processors(worker):
    for line in pathlib.Path(f"/proc/{worker}/status").read_text().splitlines():
        if line.startswith("Cpus_allowed_list"):
            return line.split(":")[1].strip()
    return None


def pinned_apart(service):
    """Are there two workers, each with one processor, and not the same?"""
    try:
        lists = [allowed_processors(worker) for worker in service.workers()]
    except (FileNotFoundError, ProcessLookupError):
        return False  # one was just retired
    return len(lists) == 2 and len(set(lists)) == 2 and all(entry.isdigit() for entry in lists)


def check_pinning(service):
    """Different processors for different workers, where there are enough, once a rotation is over."""
    enough = len(os.sched_getaffinity(0)) >= 2
    assert f"pinned={'yes' if enough else 'no'}" in service.log(), service.log()
    if enough:
        wait_until(lambda: pinned_apart(service), "two workers have a processor each")


@test
def workers_are_apart():
    """A worker has its stream, its own columns, its own processor. spec: SRV-24, SRV-26"""
    with Service("--workers=2") as service, service.client() as client:
        ok(client.ask(document(1500000)))
        check_pinning(service)
        for worker in service.workers():
            equal(sorted(os.listdir(f"/proc/{worker}/fd")), ["0", "1", "2", "3"], "descriptors")
            maps = pathlib.Path(f"/proc/{worker}/maps").read_text().splitlines()
            equal(sum(" rw-s " in line for line in maps), 1, "shared mappings")
    with Service("--workers=2", "--pin=off") as service:
        assert "pinned=no" in service.log()


@test
def locking_memory():
    """`on` fails where locking is not permitted, `auto` and `off` say so. spec: SRV-24, SRV-42, SRV-43"""

    def forbid():
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
        if os.geteuid() == 0:
            prctl_drop_from_bounding_set, cap_ipc_lock = 24, 14
            ctypes.CDLL(None).prctl(prctl_drop_from_bounding_set, cap_ipc_lock, 0, 0, 0)

    with Service("--lock-memory=on", ready=False, before=forbid) as service:
        equal(service.wait(), 71)
        assert "--lock-memory" in service.log(), service.log()
        assert not service.path.exists()
    with Service("--lock-memory=auto", before=forbid) as service:
        assert "locked=no" in service.log(), service.log()
        ok(service.ask(SMALL))
    with Service("--lock-memory=off") as service:
        assert "locked=no" in service.log(), service.log()


@test
def workers_ignore_terminal_signals():
    """SIGINT and SIGTERM of the process group do not hurt a worker. spec: SRV-23"""
    with Service() as service:
        workers = service.workers()
        for worker in workers:
            os.kill(worker, signal.SIGINT)
            os.kill(worker, signal.SIGTERM)
        ok(service.ask(SMALL))
        equal(service.workers(), workers)


@test
def workers_die_with_the_service():
    """However the service ends, no worker is left. spec: SRV-23"""
    with Service() as service:
        workers = service.workers()
        stop_process(workers[0])
        service.process.kill()
        service.process.wait()
        for worker in workers:
            wait_until(lambda pid=worker: state_of(pid) in "ZX", "the worker is dead")


# ---- the socket ----


@test
def socket_mode():
    """Only the owner may connect, whatever the umask. spec: SRV-10"""
    with Service(before=lambda: os.umask(0)) as service:
        mode = os.lstat(service.path).st_mode
        assert stat.S_ISSOCK(mode)
        equal(stat.S_IMODE(mode), 0o600, "mode")


@test
def stale_socket_is_replaced():
    """A socket that a killed service left behind is no obstacle. spec: SRV-11"""
    with Service() as dead:
        dead.process.kill()
        dead.process.wait()
        assert dead.path.exists()
        with Service(path=dead.path) as service:
            ok(service.ask(SMALL))


@test
def live_socket_is_refused():
    """Two services do not share a path, and the first one does not notice. spec: SRV-11, SRV-42"""
    with Service() as service:
        with Service(path=service.path, ready=False) as second:
            equal(second.wait(), 69)
            assert f"--socket: {service.path}: another service listens there" in second.log(), second.log()
        ok(service.ask(SMALL))


@test
def other_files_are_refused():
    """A file, a folder, a link, a path too long, a folder that is not there. spec: SRV-11, SRV-42"""
    with Service() as first:
        file = first.folder / "file"
        file.write_text("precious")
        link = first.folder / "link"
        link.symlink_to(first.path)
        cases = [
            (file, "exists and is not a socket"),
            (first.folder, "exists and is not a socket"),
            (link, "exists and is not a socket"),
            (first.folder / ("x" * 200), "is not 1 to 107 bytes long"),
            (first.folder / "none" / "socket", "No such file or directory"),
            (first.folder / "no\nne\x1b" / "socket", "no^^Jne^^[/socket: No such file or directory\n"),
        ]
        for path, message in cases:
            with Service(path=path, ready=False) as service:
                equal(service.wait(), 69)
                assert message in service.log() and service.log().count("\n") == 1, service.log()
        equal(file.read_text(), "precious")


@test
def two_starts_at_once():
    """Of services that start together on a stale socket exactly one serves. spec: SRV-11"""
    with Service() as dead:
        dead.process.kill()
        dead.process.wait()
        started = [Service("--workers=1", path=dead.path, ready=False) for _ in range(4)]
        try:
            wait_until(lambda: sum(one.process.poll() is None for one in started) == 1, "one is left")
            equal(sorted(one.process.poll() for one in started if one.process.poll() is not None), [69] * 3)
            with Client(dead.path) as client:
                ok(client.ask(SMALL))
        finally:
            for one in started:
                one.end()


@test
def socket_is_removed():
    """The file goes with the drain, but only if it is ours. spec: SRV-12"""
    with Service() as service:
        equal(service.stop(), 0)
        assert not service.path.exists()
    with Service() as service:
        service.path.unlink()
        service.path.write_text("somebody else's")
        equal(service.stop(), 0)
        equal(service.path.read_text(), "somebody else's")


# ---- signals and the end ----


def drain_under_load(number):
    """16 clients ask as fast as they can while the service is told to end."""
    answers = []
    stopping = threading.Event()

    def talk(service):
        mine = {"ok": 0, "shutting_down": 0, "other": 0}
        answers.append(mine)
        try:
            with service.client() as client:
                while True:
                    reply = client.ask(document(50000))
                    if reply is None:
                        return
                    word = {rig.OK: "ok", rig.SHUTTING_DOWN: "shutting_down"}.get(reply[0], "other")
                    mine[word] += 1
                    if word != "ok":
                        return
        except OSError:
            mine["other"] += not stopping.is_set()

    with Service("--workers=2") as service:
        threads = [threading.Thread(target=talk, args=(service,)) for _ in range(16)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        stopping.set()
        equal(service.stop(number), 0)
        for thread in threads:
            thread.join()
        assert not service.path.exists()
        counters = service.counters()
        equal(counters["answered_ok"], sum(mine["ok"] for mine in answers), "answers ok")
        equal((counters["accepted"], counters["abandoned"]), (counters["answered"], 0))
        equal(sum(mine["other"] for mine in answers), 0)
        assert counters["answered_ok"] > 16, counters


@test
def drain_on_sigterm():
    """Under load: what was accepted is answered, exit code 0. spec: SRV-40, SRV-41, BRK-37"""
    drain_under_load(signal.SIGTERM)


@test
def drain_on_sigint():
    """The same for SIGINT. spec: SRV-40, SRV-41"""
    drain_under_load(signal.SIGINT)


@test
def what_a_drain_tells_whom():
    """In service: ok. New, queued to connect, half-sent: shutting down. Idle: closed. spec: SRV-40, SRV-41"""
    with one_slow_worker() as service:
        worker = service.workers()[0]
        stop_process(worker)
        working, late, partial, idle = (service.client() for _ in range(4))
        working.send(SMALL)
        partial.send_bytes(b"\0\0")
        time.sleep(0.1)
        service.send_signal(signal.SIGTERM)
        wait_until(lambda: not service.path.exists(), "the socket is gone")
        for _ in range(3):
            equal(late.ask(SMALL), (rig.SHUTTING_DOWN, 0, 0, rig.NOBODY))
        continue_process(worker)
        ok(working.reply())
        assert working.at_end()
        equal(partial.reply(), (rig.SHUTTING_DOWN, 0, 0, rig.NOBODY))
        assert partial.at_end()
        assert idle.at_end() and late.at_end()
        equal(service.wait(), 0)
        equal(service.counters()["rejected_shutting_down"], 3)


@test
def drain_answers_all_that_was_sent():
    """The drain ends when one of 1,000 requests was read: all are answered, then comes a clean end. spec: SRV-41"""
    with one_slow_worker("--backoff-min=60000", "--backoff-max=60000") as service, service.client() as client:
        ok(client.ask(SMALL))
        os.kill(service.workers()[0], signal.SIGKILL)
        wait_until(lambda: "died of signal 9" in service.log(), "the worker is dead")
        stop_process(service.process.pid)
        service.send_signal(signal.SIGTERM)
        client.send_bytes((struct.pack(">I", len(SMALL)) + SMALL) * 1000)
        continue_process(service.process.pid)
        for _ in range(1000):
            equal(client.reply(), (rig.SHUTTING_DOWN, 0, 0, rig.NOBODY))
        equal(client.socket.recv(1), b"")
        equal(service.wait(), 0)
        equal(service.counters()["rejected_shutting_down"], 1000)


@test
def drain_waits_for_nobody_for_long():
    """Who takes no reply, or one after the other, has --receive-timeout for all. spec: SRV-41"""
    with Service("--workers=1", "--receive-timeout=1000") as service:
        with service.client() as deaf, service.client() as slow:
            for client in (deaf, slow):
                ok(client.ask(SMALL))
            stop_process(service.process.pid)
            service.send_signal(signal.SIGTERM)
            for client in (deaf, slow):
                client.send_bytes(bytes(4 * 40000))
            started = time.monotonic()
            continue_process(service.process.pid)
            while slow.reply() is not None:
                time.sleep(0.001)
            equal(service.wait(), 0)
            assert time.monotonic() - started < 20, "the end was held up"
        equal(service.counters()["receive_timeouts"], 2)


@test
def drain_lets_in_who_has_connected():
    """100 clients connect before the signal, but none was accepted yet: each gets its reply. spec: SRV-40"""
    with Service() as service:
        stop_process(service.process.pid)
        clients = [service.client() for _ in range(100)]
        for client in clients:
            client.send(SMALL)
        service.send_signal(signal.SIGTERM)
        continue_process(service.process.pid)
        for client in clients:
            reply = client.reply()
            assert reply is not None and reply[0] in (rig.OK, rig.SHUTTING_DOWN), reply
            client.close()
        equal(service.wait(), 0)
        equal(service.counters()["connections"], 100)


@test
def second_signal():
    """Twice means now. spec: SRV-42, SRV-23"""
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        with one_slow_worker() as service, service.client() as client:
            workers = service.workers()
            stop_process(workers[0])
            client.send(SMALL)
            time.sleep(0.1)
            service.send_signal(number)
            wait_until(lambda: not service.path.exists(), "the drain has begun")
            assert service.process.poll() is None
            equal(service.stop(number), code)
            wait_until(lambda: state_of(workers[0]) in "ZX", "the worker is dead")


@test
def second_signal_at_the_end():
    """It does not wait for replies to be taken either. spec: SRV-41, SRV-42"""
    with Service("--workers=1", "--receive-timeout=60000") as service, service.client() as deaf:
        deaf.send_bytes(bytes(4 * 40000))
        service.send_signal(signal.SIGTERM)
        wait_until(lambda: not service.workers(), "the workers have ended")
        time.sleep(0.1)
        assert service.process.poll() is None
        equal(service.stop(), 143)


# ---- options, messages, telemetry ----


def run(*options, environment=None):
    return subprocess.run(
        [Service.program, *options], capture_output=True, text=True, check=False, timeout=rig.PATIENCE,
        env={**os.environ, **(environment or {})},
    )


@test
def bad_options():
    """Refused by name, with what is accepted, before anything is done. spec: SRV-01, SRV-03, SRV-42"""
    cases = [
        (["--workers=65"], {}, "hedgelexd: --workers: bad value '65' (accepted: 0 to 64 processes)\n"),
        (["--hedge-delay=soon"], {}, "hedgelexd: --hedge-delay: bad value 'soon' (accepted: 0 to 86400000 ms)\n"),
        (["--hedge-ratio=101"], {}, "hedgelexd: --hedge-ratio: bad value '101' (accepted: 0 to 100 % of requests)\n"),
        (["--pin=maybe"], {}, "hedgelexd: --pin: bad value 'maybe' (accepted: auto, on, off)\n"),
        (["--catcode=ab=1"], {}, "hedgelexd: --catcode: bad value 'ab=1'"),
        (["--backoff-min=100", "--backoff-max=50"], {}, "hedgelexd: --backoff-min (HEDGELEX_BACKOFF_MIN): is above "),
        (["--trace=x", "--telemetry=x"], {}, "hedgelexd: --trace (HEDGELEX_TRACE): is the file of --telemetry (acc"),
        ([], {"HEDGELEX_HEDGE_DELAY": "101", "HEDGELEX_HEDGE_PERCENTILE": "99"}, "hedgelexd: --hedge-delay (HEDG"),
        (["--hedge-percentile=100.1"], {}, "hedgelexd: --hedge-percentile: bad value '100.1' (accepted: 0 to 100 % of "
         "attempts)\n"),
        (["--hedge-percentile=99", "--hedge-delay=200"], {}, "hedgelexd: --hedge-delay (HEDGELEX_HEDGE_DELAY): is"),
        (["--hedge-percentile=9", "--hedge-delay-min=11"], {}, "hedgelexd: --hedge-delay (HEDGELEX_HEDGE_DELAY): i"),
        (["--hedge-warm-up=1025"], {}, "hedgelexd: --hedge-warm-up: bad value '1025' (accepted: 1 to 1024 attempts)\n"),
        (["--port=80"], {}, "hedgelexd: unknown option '--port=80' (--help lists all)\n"),
        (["--queue"], {}, "hedgelexd: --queue: value missing (accepted: 1 to 16384 requests)\n"),
        (["--telemetry"], {}, "hedgelexd: --telemetry: value missing (accepted: FILE)\n"),
        (["--pin=a\nb\x1b[m\u202e\u00e9"], {}, "hedgelexd: --pin: bad value 'a^^Jb^^[[m<U+202E>\u00e9' (accepted: "),
        ([b"\xff\n" * 50], {}, "hedgelexd: unexpected '^^ff^^J"),
        (["--ready-fd=77"], {}, "hedgelexd: --ready-fd: 77: Bad file descriptor\n"),
        (["--ready-fd=0"], {}, "hedgelexd: --ready-fd: is a standard stream (accepted: -1, 3 or above)\n"),
        (["--ready-fd=1"], {}, "hedgelexd: --ready-fd: is a standard stream (accepted: -1, 3 or above)\n"),
        (["--ready-fd=2"], {}, "hedgelexd: --ready-fd: is a standard stream (accepted: -1, 3 or above)\n"),
        (["start"], {}, "hedgelexd: unexpected 'start' (only options are accepted)\n"),
        ([], {"HEDGELEX_QUEUE": "0"}, "hedgelexd: HEDGELEX_QUEUE: bad value '0' (accepted: 1 to 16384 requests)\n"),
    ]
    for options, environment, message in cases:
        result = run(*options, environment=environment)
        equal(result.returncode, 64, f"exit code of {options}")
        assert result.stderr.startswith(message), result.stderr
        equal((result.stdout, result.stderr.count("\n")), ("", 1))


@test
def help_is_complete():
    """--help names every option, default, environment variable and exit code. spec: SRV-05, SRV-06, SRV-42"""
    result = run("--help")
    equal((result.returncode, result.stderr), (0, ""))
    for phrase in (
        "--socket=PATH", "--workers=N", "--hedge-delay=N", "default: 10 ms; accepted: 0 to 86400000 ms; environment: "
        "HEDGELEX_HEDGE_DELAY", "--catcodes=WORD", "--telemetry=FILE", "  143  ", "  130  ", "   71  ", "   69  ",
        "   64  ", "    0  ",
    ):
        assert phrase in result.stdout, f"{phrase} is not in --help"
    with open("/dev/full", "wb") as full:
        unsaid = subprocess.run([Service.program, "--help"], stdout=full, stderr=subprocess.PIPE, check=False,
                                timeout=rig.PATIENCE)
    message = b"hedgelexd: cannot write standard output: No space left on device\n"
    equal((unsaid.returncode, unsaid.stderr), (71, message))


@test
def manual_names_only_real_options():
    """docs/operations.md has no list of its own: what it names is in --help. spec: SRV-06"""
    page = (pathlib.Path(__file__).resolve().parent.parent / "docs/operations.md").read_text()
    real = set(re.findall(r"--[a-z][a-z-]*", run("--help").stdout))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page))
    assert named, "the page names no option"
    equal(named - real, set(), "options that do not exist")


@test
def environment_and_flags():
    """The environment counts, the command line counts more. spec: SRV-01, SRV-43"""
    environment = {"HEDGELEX_QUEUE": "77", "HEDGELEX_HEDGE_DELAY": "3.5", "HEDGELEX_MAX_CONNECTIONS": "9"}
    os.environ.update(environment)
    try:
        with Service("--max-connections=8", "--workers=2") as service:
            first = service.log().splitlines()[0]
            for part in (str(service.path), "workers=2", "slots=3", "queue=77", "hedge_delay=3.500ms", "connections=8",
                         "budget=2.0000%+10", "pinned=", "locked=", "hedging=on"):
                assert part in first, f"{part} is not in {first}"
            equal(service.ready_line, b"ready\n")
    finally:
        for name in environment:
            del os.environ[name]


@test
def telemetry():
    """The file after 10,000 requests and at the end, its rows in order and plausible. spec: SRV-50 to SRV-54"""
    with Service("--workers=2", "--hedge-ratio=100") as first:
        file = first.folder / "slow.csv"
        with Service("--workers=2", f"--telemetry={file}") as service, service.client() as client:
            before_ns = time.monotonic_ns()
            for _ in range(9999):
                client.send(b"")
                client.reply()
            assert not file.exists()
            slow = service.workers()
            for worker in slow:
                stop_process(worker)
            client.send(SMALL)
            time.sleep(0.1)
            for worker in slow:
                continue_process(worker)
            ok(client.reply())
            wait_until(file.exists, "the file is written")
            assert "requests=10000 p50=" in service.log(), service.log()
            check_telemetry(file, before_ns)
            ok(client.ask(document(100000)))
            file.unlink()
            equal(service.stop(), 0)
            check_telemetry(file, before_ns)
            assert "requests=10001 p50=" in service.log(), service.log()


def check_telemetry(file, before_ns):
    header, *rows = file.read_text().splitlines()
    equal(header, "ms_total,t_in_start,t_in_done,t_proc_start,t_hedge_fire,t_first_reply,t_reply_ready,hedged,origin")
    equal(len(rows), 100, "rows")
    totals = []
    for row in rows:
        total, *stamps, hedged, origin = row.split(",")
        start, done, process, hedge, first, ready = map(int, stamps)
        equal(total, f"{(ready - start) // 1000000}.{(ready - start) % 1000000:06}")
        assert before_ns <= start <= done <= process <= first <= ready <= time.monotonic_ns(), row
        equal(hedged, str(int(hedge != 0)))
        assert hedge == 0 or done + 10**7 <= hedge <= ready, row
        assert origin in "12", row
        totals.append(float(total))
    equal(totals, sorted(totals, reverse=True), "order")
    assert totals[0] > 90, "the stopped request is not there"
    equal(rows[0].split(",")[7], "1", "hedged")


@test
def telemetry_cannot_be_written():
    """It is said, and that is all. spec: SRV-54"""
    with Service("--telemetry=/nonexistent/slow.csv") as service:
        ok(service.ask(SMALL))
        equal(service.stop(), 0)
        assert "--telemetry: /nonexistent/slow.csv: No such file or directory" in service.log(), service.log()


@test
def telemetry_replaces_files_only():
    """spec: SRV-54"""
    with tempfile.TemporaryDirectory() as folder:
        pipe = pathlib.Path(folder) / "pipe"
        os.mkfifo(pipe)
        with Service(f"--telemetry={pipe}", ready=False) as service:
            equal(service.wait(), 71, "exit code")
            assert f"--telemetry: {pipe}: not a file" in service.log(), service.log()
        assert pipe.is_fifo()


@test
def a_full_ready_descriptor_is_not_waited_for():
    """spec: SRV-43, SRV-30"""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    with Service(f"--ready-fd={writer}", ready=False, descriptors=[writer]) as service:
        wait_until(lambda: "it takes nothing" in service.log(), "the workers are hot")
        ok(service.ask(SMALL))
        equal(service.stop(), 0)
    os.close(reader)
    os.close(writer)


@test
def messages_do_not_block():
    """Standard error that nobody reads: lines are lost, requests are not. spec: SRV-44"""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    filled = 0
    try:
        while True:
            filled += os.write(writer, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    with Service("--workers=1", stderr=writer) as service:
        os.kill(service.workers()[0], signal.SIGKILL)
        ok(service.ask(SMALL))
        assert os.read(reader, filled).strip(b"x") == b""
        wait_until(lambda: len(service.workers()) == 1, "the worker is made good")
        os.kill(service.workers()[0], signal.SIGKILL)
        ok(service.ask(SMALL))
        lines = os.read(reader, 10000).decode().splitlines()
        equal(lines[0], "hedgelexd: 3 log lines were dropped")
        assert "died of signal 9" in lines[1], lines
    os.close(reader)
    os.close(writer)


@test
def log_says_how_long_it_took():
    """Percentiles of the log are not all the same, and counters are what they are called. spec: SRV-51, SRV-53"""
    with Service("--workers=1", "--hedging=off") as service, service.client() as client:
        for number in range(50):
            if number % 10 == 0:
                stop_process(service.workers()[0])
                client.send(b"")
                time.sleep(0.3)
                continue_process(service.workers()[0])
                ok(client.reply())
            else:
                ok(client.ask(b""))
        equal(service.stop(), 0)
        said = re.search(r"requests=50 p50=(\S+)ms p99=(\S+)ms p99.9=(\S+)ms max=(\S+)ms", service.log())
        p50, p99, p999, largest = map(float, said.groups())
        assert p50 < 250 < p99 <= p999 == largest, said[0]
        equal(service.counters()["spawns"], 1)


LINE = b"x" * 51 + b"\n"  # as long as one that says how a worker died


def lines_that_fit(terminal, most=100000):
    """Written until it takes no whole line any more, or so many. What was written moves on in the kernel and makes
    room."""
    os.set_blocking(terminal, False)
    count = 0
    while count < most and select.select([], [terminal], [], 0.2)[1] and os.write(terminal, LINE) == len(LINE):
        count += 1
    return count


@test
def messages_do_not_block_on_a_terminal():
    """A terminal that nobody reads: in the end it has room, but for no line. spec: SRV-44"""
    pairs = [os.openpty() for _ in range(2)]
    room = lines_that_fit(pairs[0][1])
    reader, writer = pairs[1]
    lines_that_fit(writer, room - 10)
    os.set_blocking(writer, True)
    with Service("--workers=1", "--backoff-min=1", "--backoff-max=1", stderr=writer) as service:
        deaths = 0  # terminals differ by some 4 KiB in what they take
        while deaths < 20 or (deaths < 120 and select.select([], [writer], [], 0)[1]):
            os.kill(service.workers()[0], signal.SIGKILL)
            ok(service.ask(SMALL))
            deaths += 1
        text = b""
        while select.select([reader], [], [], 0.2)[0]:
            text += os.read(reader, 4096)
        wait_until(lambda: len(service.workers()) == 1, "the worker is made good")
        os.kill(service.workers()[0], signal.SIGKILL)
        ok(service.ask(SMALL))
        lines = (text + os.read(reader, 10000)).decode().splitlines()
        assert any("log lines were dropped" in line for line in lines), lines[-20:]
        assert "died of signal 9" in lines[-1], lines[-20:]
    for descriptor in (*pairs[0], *pairs[1]):
        os.close(descriptor)


@test
def inherited_descriptors():
    """Those that are open already are not among the reserved ones. spec: SRV-13"""
    inherited = [os.dup(0) for _ in range(40)]
    for descriptor in inherited:
        os.set_inheritable(descriptor, True)

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    with Service("--workers=1", "--max-connections=100", before=few, descriptors=inherited) as service:
        limit = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)[0]
        clients = [service.client() for _ in range(100)]
        for client in clients:
            ok(client.ask(SMALL))
        left = limit - len(os.listdir(f"/proc/{service.process.pid}/fd"))
        assert left >= 4, left
        for client in clients:
            client.close()
    for descriptor in inherited:
        os.close(descriptor)


rig.main()
