#!/usr/bin/env python3
"""Version 2 of the client protocol with real processes: columns, pipelining, cancels, leases.

    tests/test_columns.py [--build=DIR] [NAME...]     default: build/gcc, all tests

What a client gets is held against the command line's own tokens, column by column. The last line is
`N passed, N failed`.
"""

import functools
import pathlib
import random
import select
import signal
import struct
import subprocess
import tempfile
import time

import service as rig
from query import (ALL, CANCEL, CANCELLED, CODES, ISSUE_CODES, ISSUE_OFFSETS, KINDS, REPLY, REQUEST, STARTS, TOKENS,
                   Client, cancel, header, request)
from service import Service, continue_process, equal, stop_process, test, wait_until

PRESETS = ["latex", "package", "expl3", "plain", "initex"]
ENCODINGS = ["bytes", "utf8"]
PAGE = b"The quick $x^2$ \\frac{a}{b} brown fox, and no more of it.\n"
SMALL = b"Hello, \\TeX!\n"
SMALL_TOKENS = 10
LARGE = PAGE * 18000  # 1 MB; its columns are ten times what a socket holds
TEX_SOURCES = pathlib.Path("/usr/share/texlive/texmf-dist/tex/latex")
PROGRAMS = {}


def refusal(number, status):
    return (number, status, 0, 0, rig.NOBODY, {})


def connect(service):
    return Client(service.path)


@functools.cache
def command_line_tokens(document, *options):
    """{mask bit: rows} as `hedgelex tokens` prints them."""
    run = subprocess.run([PROGRAMS["hedgelex"], "tokens", "--format=tsv", *options, "-"], input=document,
                         capture_output=True, check=True)
    rows = [line.split("\t", 3)[:3] for line in run.stdout.decode("utf-8", "replace").split("\n")[1:-1]]
    return {bit: tuple(int(row[i]) for row in rows) for i, bit in enumerate((KINDS, CODES, STARTS))}


def one_worker(*options):
    """A pool of one worker and no hedges: what happens to a request is known."""
    return Service("--workers=1", "--hedging=off", *options)


# ---- columns ----


def documents():
    """Every case, the sample, and installed TeX sources of up to 2 MiB in a seeded choice."""
    yield rig.ROOT / "docs/sample.tex"
    yield from sorted((rig.ROOT / "tests/cases").glob("*.in"))
    sources = sorted(p for pattern in ("*/*.sty", "*/*.cls", "*/*.tex") for p in TEX_SOURCES.glob(pattern))
    sources = [p for p in sources if p.stat().st_size <= rig.LARGEST]
    yield from random.Random(2).sample(sources, min(60, len(sources)))
    yield from sorted(sources, key=lambda p: p.stat().st_size)[-3:]


@test
def command_line_prints_the_same():
    """`send --columns` is `tokens`, byte for byte, in every format and regime. spec: CMD-31, QRY-10, QRY-12, QRY-13"""
    compared = 0
    with Service("--catcodes=initex", "--workers=2") as service:
        for path in documents():
            choices = [["--format=tsv"], ["--format=tsv", "--encoding=utf8"]]
            arguments = path.with_suffix(".args")
            if arguments.exists():
                words = arguments.read_text().replace("--regime", "--encoding").replace(
                    "pdflatex", "latex").replace("lualatex", "latex").split()
                choices = [[*words, f"--format={name}"] for name in ("tsv", "jsonl", "text")]
            for options in choices:
                words = [*options, str(path)]
                here = subprocess.run([PROGRAMS["hedgelex"], "tokens", *words], capture_output=True, check=False)
                there = subprocess.run(
                    [PROGRAMS["hedgelex"], "send", "--columns", f"--socket={service.path}", *words],
                    capture_output=True, check=False,
                )
                equal((there.returncode, there.stderr), (0, b""))
                assert there.stdout == here.stdout, f"output for {words} differs"
                compared += len(here.stdout)
    assert compared > 1000000, compared
    print(f"command_line_prints_the_same: {compared} bytes compared")


@test
def every_mask():
    """Each of the 32 masks brings its columns and no others. spec: QRY-12, QRY-13, QRY-14, SRV-63"""
    document = b"a}} \\b {\x7f\n"
    with Service("--hedging=off") as service, connect(service) as client:
        whole = client.ask(99, document, ALL)
        equal(whole[:5], (99, rig.OK, 7, 4, rig.PRIMARY))
        columns = whole[5]
        equal({bit: columns[bit] for bit in (KINDS, CODES, STARTS)}, command_line_tokens(document))
        equal(sorted(zip(columns[ISSUE_OFFSETS], columns[ISSUE_CODES])), [(1, 5), (2, 5), (7, 6), (8, 1)])
        for mask in range(32):
            expected = {bit: rows for bit, rows in columns.items() if bit & mask}
            equal(client.ask(mask, document, mask), (mask, *whole[1:5], expected), f"reply for mask {mask}")


@test
def every_regime():
    """The service's own, ten presets, an options block; each request its own. spec: QRY-10"""
    document = "a_b:c~@ \u00e9\u4e2d %x\n\n\\x_y:z@ ^^41".encode()
    with Service("--catcodes=initex", "--encoding=utf8") as service, connect(service) as client:
        expected = command_line_tokens(document, "--catcodes=initex", "--encoding=utf8")
        equal(client.ask(1, document, TOKENS)[5], expected)
        for i, preset in enumerate(PRESETS):
            for j, encoding in enumerate(ENCODINGS):
                expected = command_line_tokens(document, f"--catcodes={preset}", f"--encoding={encoding}")
                equal(client.ask(2, document, TOKENS, 1, i, j)[5], expected, f"{preset} in {encoding}")
        block = bytes([0, 0, 255, 255]) + bytes([12] * 97 + [0] + [11] * 158)
        equal(client.ask(3, b"abbc", TOKENS, 2, 0, 0, block)[5], {KINDS: (0,), CODES: (command_line_tokens(
            b"\\bbc", "--endlinechar=-1")[CODES][0],), STARTS: (0,)})


@test
def most_issues():
    """Issue columns end at 65,536 rows, the count does not. spec: QRY-12"""
    with Service() as service, connect(service) as client:
        reply = client.ask(1, b"}" * 70000, ISSUE_CODES | ISSUE_OFFSETS)
        equal(reply[:4], (1, rig.OK, 70001, 70000))
        equal(reply[5], {ISSUE_CODES: (5,) * 65536, ISSUE_OFFSETS: tuple(range(65536))})


@test
def largest_document():
    """2 MiB, 25 MB of columns. spec: QRY-10, QRY-12"""
    with Service("--hedging=off") as service, connect(service) as client:
        reply = client.ask(1, b"a" * rig.LARGEST, TOKENS)
        equal(reply[:3], (1, rig.OK, rig.LARGEST + 1))
        equal(reply[5][STARTS], tuple(range(rig.LARGEST + 1)))
        equal(set(reply[5][KINDS][:-1]), {11})


# ---- pipelining ----


@test
def pipelined():
    """300 requests of three clients, each many ahead, every reply its own. spec: SRV-60, SRV-61, QRY-02"""
    made = random.Random(3)
    documents_of = {}
    with Service("--workers=3") as service:
        clients = [connect(service) for _ in range(3)]
        for first in range(0, 300, 30):
            for number in range(first, first + 30):
                text = (b"a" * made.randrange(1, 300) + b" {x}\n") * made.randrange(1, 40)
                documents_of[number] = text, made.randrange(32)
                clients[number % 3].send_bytes(request(number, *documents_of[number]))
            for client in clients:
                collect(client, documents_of, 10)
        equal(documents_of, {})
        equal(service.stop(), 0)
        equal(service.counters()["accepted"], 300)


def collect(client, documents_of, count):
    for _ in range(count):
        number, status, tokens, issues, _, columns = client.reply()
        text, mask = documents_of.pop(number)
        per_line = text.index(b"\n") + 1
        equal((status, tokens, issues), (rig.OK, len(text), 0))
        equal(set(columns), {bit for bit in (1, 2, 4, 8, 16) if bit & mask})
        if mask & STARTS:
            equal(columns[STARTS], tuple(range(tokens)))
        if mask & KINDS:
            equal(columns[KINDS][per_line - 5 : per_line], (10, 1, 11, 2, 10))


@test
def byte_at_a_time():
    """Frames that come byte by byte are the same frames. spec: SRV-60, QRY-22, QRY-25"""
    with Service("--hedging=off") as service, connect(service) as client:
        for byte in request(5, SMALL, KINDS) + cancel(77) + request(6, b"", STARTS):
            client.send_bytes(bytes([byte]))
            time.sleep(0.0005)
        equal(client.reply()[:5], (5, rig.OK, SMALL_TOKENS, 0, rig.PRIMARY))
        equal(client.reply()[:2], (6, rig.OK))


@test
def at_most_sixty_four():
    """What is beyond the bound waits in the socket, and is then answered. spec: SRV-61"""
    with one_worker() as service, connect(service) as client:
        worker = service.workers()[0]
        stop_process(worker)
        for number in range(100):
            client.send_bytes(request(number, SMALL))
        time.sleep(0.2)
        equal(service.trace.read_text().count(" submit id="), 64)
        continue_process(worker)
        equal([client.reply()[:2] for _ in range(100)], [(number, rig.OK) for number in range(100)])
        service.stop()
        equal(service.counters()["accepted"], 100)


@test
def rows_are_used_again():
    """More requests than the service has rows for, one after the other. spec: SRV-60"""
    with Service("--max-connections=1", "--queue=1") as service, connect(service) as client:
        for number in range(400):
            equal(client.ask(number, b"")[:2], (number, rig.OK))


@test
def who_waits_costs_nothing():
    """Idle, at its bound, or with a request sent early: nothing spins. spec: SRV-32, SRV-60, SRV-61"""
    with one_worker() as service, connect(service) as idle, connect(service) as full, service.client() as early:
        equal(idle.ask(1, SMALL)[1], rig.OK)
        stop_process(service.workers()[0])
        full.send_bytes(b"".join(request(number, SMALL) for number in range(70)))
        early.send(SMALL)
        early.send(SMALL)
        time.sleep(0.3)
        before = rig.processor_seconds(service.process.pid)
        time.sleep(1)
        spent = rig.processor_seconds(service.process.pid) - before
        continue_process(service.workers()[0])
        assert spent < 0.1, spent


@test
def few_connections_with_many_requests():
    """As many requests as the queue holds are accepted, however few the connections. spec: SRV-61, BRK-10"""
    with one_worker("--max-connections=8") as service:
        worker = service.workers()[0]
        stop_process(worker)
        clients = [connect(service) for _ in range(8)]
        for client in clients:
            client.send_bytes(b"".join(request(number, SMALL) for number in range(64)))
        time.sleep(0.2)
        continue_process(worker)
        for client in clients:
            equal([client.reply()[:2] for _ in range(64)], [(number, rig.OK) for number in range(64)])
        service.stop()
        equal(service.counters()["no_buffer"], 0)


def send_until_it_waits(client, frame):
    """Frame after frame, until the service has read none for a while."""
    client.socket.setblocking(False)
    sent = 0
    while select.select([], [client.socket], [], 0.2)[1]:
        sent += client.socket.send((frame * 1000)[sent % len(frame):])


@test
def many_who_take_no_reply():
    """Four clients of a hundred have as many requests as they may; others are served. spec: SRV-31, SRV-61"""
    with Service("--max-connections=100", "--queue=1", "--receive-timeout=60000") as service:
        deaf = [connect(service) for _ in range(4)]
        for client in deaf:
            send_until_it_waits(client, request(1, b""))
        with connect(service) as client:
            equal(client.ask(2, SMALL)[:2], (2, rig.OK))
        equal(service.ask(SMALL)[0], rig.OK)
        for client in deaf:
            client.close()
        service.stop()
        equal(service.counters()["no_buffer"], 0)


@test
def versions_do_not_mix():
    """The first word decides for the whole connection. spec: QRY-01, CLI-23, SRV-65"""
    with Service() as service:
        with rig.Client(service.path) as client:
            equal(client.ask(SMALL)[0], rig.OK)
            client.send_bytes(request(1, SMALL))
            equal(client.reply(), (rig.MALFORMED, 0, 0, rig.NOBODY))
        with connect(service) as client:
            equal(client.ask(1, SMALL)[1], rig.OK)
            client.send_bytes(struct.pack(">I", len(SMALL)) + SMALL)
            equal(client.reply()[1:], refusal(0, rig.MALFORMED)[1:])


# ---- cancels ----


@test
def cancelled():
    """In service, in the queue, unknown, too late: one reply each. spec: SRV-62, QRY-02, QRY-11"""
    with one_worker() as service, connect(service) as client:
        worker = service.workers()[0]
        stop_process(worker)
        for number in (1, 2, 3):
            client.send_bytes(request(number, LARGE, ALL))
        client.send_bytes(cancel(2) + cancel(1) + cancel(4) + cancel(1))
        equal(client.reply(), refusal(2, CANCELLED))
        equal(client.reply(), refusal(1, CANCELLED))
        continue_process(worker)
        reply = client.reply()
        equal((reply[0], reply[1]), (3, rig.OK))
        client.send_bytes(cancel(3))
        equal(client.ask(5, SMALL)[:3], (5, rig.OK, SMALL_TOKENS))
        service.stop()
        counters = service.counters()
        equal((counters["cancelled"], counters["abandoned"], counters["answered_ok"]), (2, 2, 2))


@test
def cancels_at_random_times():
    """1,000 requests, half of them cancelled at once or later: one reply each, right or cancelled. spec: SRV-62"""
    made = random.Random(4)
    document = PAGE * 400
    tokens = len(command_line_tokens(document)[KINDS])
    outcomes = {rig.OK: 0, CANCELLED: 0}
    with Service("--workers=2") as service, connect(service) as client:
        for first in range(0, 1000, 25):
            frames = []
            for number in range(first, first + 25):
                frames.append(request(number, document))
                if made.randrange(2):
                    frames.insert(made.randrange(len(frames) // 2, len(frames)) + 1, cancel(number))
            client.send_bytes(b"".join(frames))
            replies = {}
            for _ in range(25):
                number, status, found, *_ = client.reply()
                replies[number] = status
                outcomes[status] += 1
                equal(found, tokens if status == rig.OK else 0, "tokens")
            equal(sorted(replies), list(range(first, first + 25)))
        equal(service.stop(), 0)
        equal(service.counters()["cancelled"], outcomes[CANCELLED])
    assert min(outcomes.values()) > 100, outcomes


# ---- what is refused ----


@test
def malformed_payloads():
    """Refused under its id, and the connection goes on. spec: QRY-10, SRV-65"""
    good = request(1, SMALL)
    bad = [
        request(1, SMALL, 32), request(1, SMALL, 0, 3), request(1, SMALL, 0, 1, 5), request(1, SMALL, 0, 1, 0, 2),
        request(1, SMALL, 0, 0, 1), request(1, SMALL, 0, 2), good[:23] + b"\1" + good[24:],
        good[:27] + bytes([good[27] - 1]) + good[28:], good[:24] + b"\xff" + good[25:],
        request(1, SMALL, 0, 2, 0, 0, b"\2" + bytes(259)), request(1, SMALL, 0, 0, 0, 0, bytes(260)),
    ]
    with Service() as service, connect(service) as client:
        for frame in bad:
            client.send_bytes(frame)
            reply = client.reply()
            equal((reply[0], reply[1], reply[5]), (1, rig.MALFORMED, {}), f"reply to {frame[:28]}")
            equal(client.ask(2, SMALL)[:3], (2, rig.OK, SMALL_TOKENS))


@test
def bad_headers():
    """Refused under its id; what came before is answered, what follows is dropped. spec: QRY-23, QRY-24, SRV-65"""
    cases = [
        (header(REQUEST, 9, rig.LARGEST + 12 + 261), rig.TOO_LARGE), (header(REQUEST, 9, 2**32 - 1), rig.TOO_LARGE),
        (header(REQUEST, 9, 11), rig.MALFORMED), (header(CANCEL, 9, 1), rig.MALFORMED),
        (header(REPLY, 9, 20), rig.MALFORMED), (header(1, 9, 16), rig.MALFORMED),
    ]
    with one_worker() as service:
        for frame, status in cases:
            with connect(service) as client:
                worker = service.workers()[0]
                stop_process(worker)
                client.send_bytes(request(8, SMALL, KINDS) + frame)
                equal(client.reply(), refusal(9, status))
                client.send_bytes(b"x" * 500000)
                continue_process(worker)
                equal(client.reply()[:3], (8, rig.OK, SMALL_TOKENS))
                client.end_sending()
                assert client.at_end()


@test
def truncated():
    """A frame that ends at any of its bytes; before it a whole one. spec: SRV-66, SRV-36"""
    whole = request(3, SMALL, ALL)
    with Service() as service:
        for length in range(len(whole)):
            with connect(service) as client:
                client.send_bytes(request(2, SMALL) + whole[:length])
                client.end_sending()
                replies = sorted(client.reply()[:2] for _ in range(2 if length else 1))
                expected = [(2, rig.OK)]
                if length:
                    expected.append((3 if length >= 16 else 0, rig.MALFORMED))
                equal(replies, sorted(expected), f"{length} bytes")
                assert client.at_end()


@test
def no_memory():
    """A document for which there is no buffer is refused, and the connection goes on. spec: SRV-65, SRV-31"""
    with one_worker("--buffer-memory=3") as service, connect(service) as client:
        worker = service.workers()[0]
        stop_process(worker)
        client.send_bytes(request(1, b"a" * 1800000) + request(2, b"b" * 1800000) + request(3, SMALL))
        equal(client.reply(), refusal(2, rig.OVERLOADED))
        continue_process(worker)
        equal([client.reply()[:2] for _ in range(2)], [(1, rig.OK), (3, rig.OK)])


# ---- leases ----


@test
def slow_reader():
    """Columns not taken do not hold up others, and are still right at the end. spec: SRV-64, ARN-10, ARN-11, ARN-12"""
    with one_worker() as service, connect(service) as slow, connect(service) as other:
        slow.send_bytes(request(1, LARGE, TOKENS))
        for number in range(20):
            document = b"%d" % number * 100000
            reply = other.ask(number, document, TOKENS)
            equal(reply[:3], (number, rig.OK, len(document) + 1))
            equal(reply[5][CODES][-2], 48 + number % 10)
        equal(slow.reply()[5], command_line_tokens(LARGE))
        service.stop()
        counters = service.counters()
        equal((counters["columns_moved"], counters["columns_cut"]), (1, 0))


@test
def many_slow_readers():
    """Each has pipelined several large replies; all come, all are right. spec: SRV-64, ARN-11"""
    expected = command_line_tokens(PAGE * 4000)
    with Service("--workers=2") as service:
        clients = [connect(service) for _ in range(6)]
        for client in clients:
            client.send_bytes(b"".join(request(number, PAGE * 4000, TOKENS) for number in range(4)))
        for client in clients:
            numbers = []
            for _ in range(4):
                reply = client.reply()
                numbers.append(reply[0])
                equal(reply[5], expected)
            equal(sorted(numbers), [0, 1, 2, 3])
        service.stop()
        assert service.counters()["columns_moved"] > 0, service.counters()


@test
def no_memory_to_move():
    """A reader for whose columns there is no memory is cut off; the others do not notice. spec: SRV-64, ARN-12"""
    with one_worker("--buffer-memory=4") as service, connect(service) as slow, connect(service) as other:
        slow.send_bytes(request(1, LARGE, TOKENS))
        for number in range(5):
            equal(other.ask(number, SMALL, TOKENS)[:3], (number, rig.OK, SMALL_TOKENS))
        try:
            slow.reply()
            raise AssertionError("the reply was whole")
        except (EOFError, ConnectionResetError):
            pass
        service.stop()
        counters = service.counters()
        equal((counters["columns_moved"], counters["columns_cut"], counters["clients_gone"]), (0, 1, 1))


@test
def half_of_the_memory_is_for_documents():
    """However many columns nobody reads, documents still find room. spec: SRV-64, SRV-31"""
    with one_worker("--buffer-memory=40") as service, connect(service) as other:
        slow = [connect(service) for _ in range(8)]
        for number, client in enumerate(slow):  # 11 MB of columns each
            client.send_bytes(request(number, LARGE, TOKENS))
            equal(other.ask(number, b"a" * rig.LARGEST)[:3], (number, rig.OK, rig.LARGEST + 1))
        for client in slow:
            client.close()
        service.stop()
        counters = service.counters()
        equal(counters["no_buffer"], 0)
        assert counters["columns_moved"] > 0 and counters["columns_cut"] > 0, counters


@test
def nothing_to_read():
    """Columns without rows hold nothing, wherever their reply waits. spec: QRY-12, SRV-64"""
    with one_worker() as service, connect(service) as slow, connect(service) as other:
        slow.send_bytes(request(1, LARGE, TOKENS) + request(2, SMALL, ISSUE_CODES) + request(3, SMALL, ISSUE_OFFSETS))
        for number in range(6):
            equal(other.ask(number, SMALL, TOKENS)[:3], (number, rig.OK, SMALL_TOKENS))
        equal(slow.reply()[:2], (1, rig.OK))
        equal(slow.reply(), (2, rig.OK, SMALL_TOKENS, 0, rig.PRIMARY, {ISSUE_CODES: ()}))
        equal(slow.reply(), (3, rig.OK, SMALL_TOKENS, 0, rig.PRIMARY, {ISSUE_OFFSETS: ()}))
        service.stop()
        equal((service.counters()["columns_moved"], service.counters()["columns_cut"]), (1, 0))


@test
def worker_dies_under_its_columns():
    """The memory outlives the worker: who reads its columns gets them all. spec: ARN-10, ARN-12, SRV-24"""
    with one_worker() as service, connect(service) as slow, connect(service) as other:
        expected = command_line_tokens(LARGE)
        slow.send_bytes(request(1, LARGE, TOKENS))
        begun = slow.receive(16)
        rig.send_signal(service.workers()[0], signal.SIGKILL)
        for number in range(3):  # the successor begins with side A, which is held
            equal(other.ask(number, b"b" * 500000, TOKENS)[:3], (number, rig.OK, 500001))
        equal(struct.unpack(">IQI", begun)[:2], (REPLY, 1))
        slow.receive(20)
        for bit in (KINDS, CODES, STARTS):
            rows = len(expected[bit])
            equal(struct.unpack(f"<{rows}i", slow.receive(4 * rows)), expected[bit])


@test
def the_oldest_is_cancelled():
    """Of two requests with one id. spec: SRV-62"""
    with one_worker() as service, connect(service) as client:
        worker = service.workers()[0]
        stop_process(worker)
        client.send_bytes(request(1, b"a") + request(1, b"abcdef") + cancel(1))
        equal(client.reply(), refusal(1, CANCELLED))
        continue_process(worker)
        equal(client.reply()[:3], (1, rig.OK, 7))


@test
def moved_columns_are_given_back():
    """Whoever does not read costs memory only as long as it is there. spec: SRV-63, ARN-12"""

    def kilobytes(service):
        status = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize:"))

    sizes = []
    with one_worker() as service, connect(service) as other:
        for _ in range(4):
            with connect(service) as slow:
                slow.send_bytes(request(1, LARGE, TOKENS))
                for number in range(3):
                    equal(other.ask(number, SMALL, TOKENS)[1], rig.OK)
            equal(other.ask(4, SMALL)[1], rig.OK)
            time.sleep(0.1)
            sizes.append(kilobytes(service))
        service.stop()
        equal(service.counters()["columns_moved"], 4)
    assert sizes[-1] - sizes[0] < 4000, sizes


@test
def hedge_answers():
    """Columns of a hedge are those of the worker that answered. spec: SRV-63, ARN-11"""
    expected = command_line_tokens(LARGE)
    with Service("--workers=2", "--hedge-ratio=100") as service, connect(service) as client:
        for _ in range(3):
            stopped = service.workers()[0]
            stop_process(stopped)
            for number in range(4):
                reply = client.ask(number, LARGE, TOKENS)
                equal(reply[:2], (number, rig.OK))
                equal(reply[5], expected)
            continue_process(stopped)
        service.stop()
        assert service.counters()["answered_by_hedge"] > 0, service.counters()


# ---- clients that go, time, the end ----


@test
def sending_is_in_the_records():
    """A client that takes its time over a request, in both versions. spec: SRV-52, SRV-54"""
    with tempfile.TemporaryDirectory() as folder:
        records = pathlib.Path(folder) / "slow.csv"
        with one_worker(f"--telemetry={records}") as service, service.client() as one, connect(service) as two:
            for client, frame in ((one, b"\0\0\0\1a"), (two, request(1, SMALL))):
                client.send_bytes(frame[:-1])
                time.sleep(0.3)
                client.send_bytes(frame[-1:])
                client.reply()
            service.stop()
        rows = [line.split(",") for line in records.read_text().splitlines()[1:]]
        taken_ms = [(int(row[2]) - int(row[1])) / 1e6 for row in rows]
        assert len(taken_ms) == 2 and min(taken_ms) >= 290, taken_ms


@test
def the_delay_is_learned_from_attempts():
    """Requests that reached no worker teach nothing. spec: SRV-56"""
    options = ("--workers=1", "--hedge-percentile=50", "--hedge-warm-up=1", "--deadline=500", "--kill-grace=60000")
    with Service(*options) as service, connect(service) as client:
        stop_process(service.workers()[0])
        client.send_bytes(b"".join(request(number, b"") for number in range(40)))
        for _ in range(40):
            equal(client.reply()[1], rig.DEADLINE)
        continue_process(service.workers()[0])
        service.stop()
        equal(service.counters()["delay_moves"], 0)


@test
def gone_at_any_time():
    """A client that leaves with requests at all stages is no trouble to others. spec: SRV-35, SRV-60, ARN-12"""
    made = random.Random(5)
    in_a_frame = 0
    with Service("--workers=2") as service:
        for _ in range(60):
            client = connect(service)
            for number in range(made.randrange(6)):
                client.send_bytes(request(number, PAGE * made.randrange(1, 3000), made.randrange(32)))
            last = request(9, LARGE[: made.randrange(100000)], ALL)
            sent = made.randrange(100000)
            client.send_bytes(last[:sent])
            in_a_frame += 0 < sent < len(last)
            client.socket.settimeout(0.01)
            try:
                client.receive(made.randrange(1, 100000))
            except (TimeoutError, EOFError):
                pass
            client.close()
        with connect(service) as client:
            equal(client.ask(1, PAGE, TOKENS)[5], command_line_tokens(PAGE))
        equal(service.stop(), 0)
        counters = service.counters()
        equal(counters["crashes"], 0)
        equal(counters["accepted"], counters["answered"] + counters["abandoned"])
        assert in_a_frame <= counters["clients_gone"] <= 60, (in_a_frame, counters)


@test
def gone_at_every_byte():
    """Of a frame, in service, in the middle of a reply: each is counted once. spec: SRV-35, SRV-60"""
    whole = request(7, SMALL)
    with one_worker("--kill-grace=30000") as service:
        for length in range(1, len(whole)):
            with connect(service) as client:
                client.send_bytes(whole[:length])
        worker = service.workers()[0]
        stop_process(worker)
        with connect(service) as client:
            client.send_bytes(whole)
            time.sleep(0.1)
        time.sleep(0.1)
        continue_process(worker)
        with connect(service) as client:
            client.send_bytes(request(8, LARGE, TOKENS))
            client.receive(40)
        with connect(service) as client:
            equal(client.ask(9, SMALL)[:2], (9, rig.OK))
        equal(service.stop(), 0)
        counters = service.counters()
        equal((counters["clients_gone"], counters["malformed"]), (len(whole) + 1, 0))
        equal((counters["abandoned"], counters["accepted"]), (1, 3))


@test
def gone_with_a_refusal_to_take():
    """Its socket is full of refusals and one more waits. spec: SRV-35, SRV-60"""
    with Service() as service:
        with connect(service) as client:
            client.send_bytes(request(1, b"", 32) * 2000)
            time.sleep(0.3)
        equal(service.stop(), 0)
        counters = service.counters()
        equal((counters["clients_gone"], counters["accepted"]), (1, 0))
        assert 0 < counters["malformed"] < 2000, counters


@test
def frame_that_does_not_come():
    """Answered `deadline` under its id; what is in service is still answered. spec: SRV-67"""
    with one_worker("--receive-timeout=200") as service, connect(service) as client:
        worker = service.workers()[0]
        stop_process(worker)
        client.send_bytes(request(1, SMALL) + request(2, SMALL)[:-1])
        equal(client.reply(), refusal(2, rig.DEADLINE))
        continue_process(worker)
        equal(client.reply()[:2], (1, rig.OK))
        assert client.at_end()


@test
def each_frame_has_its_time():
    """Quick frames end to end, for longer than one may take, and no reply between them. spec: SRV-67"""
    with one_worker("--receive-timeout=1000") as service, connect(service) as client:
        worker = service.workers()[0]
        stop_process(worker)
        frames = [request(number, SMALL) for number in range(20)]
        client.send_bytes(frames[0][:-5])
        for before, after in zip(frames, frames[1:]):
            time.sleep(0.1)
            client.send_bytes(before[-5:] + after[:-5])
        client.send_bytes(frames[-1][-5:])
        continue_process(worker)
        equal([client.reply()[:2] for _ in frames], [(number, rig.OK) for number in range(20)])
        service.stop()
        equal(service.counters()["receive_timeouts"], 0)


@test
def replies_give_a_frame_no_time():
    """A frame that is stuck is answered in time, though replies go out meanwhile. spec: SRV-67"""
    with one_worker("--receive-timeout=800") as service, connect(service) as client:
        client.send_bytes(b"".join(request(number, PAGE * 4000, TOKENS) for number in range(8)))
        client.send_bytes(request(9, SMALL)[:-1])
        replies = []
        for _ in range(9):
            replies.append(client.reply()[:2])
            time.sleep(0.25)
        equal(sorted(replies), [(number, rig.OK) for number in range(8)] + [(9, rig.DEADLINE)])
        assert 0 < replies.index((9, rig.DEADLINE)) < 7, replies
        assert client.at_end()


@test
def frames_expire_in_their_order():
    """The older frame first, also if a reply has kept its client waiting before. spec: SRV-67"""
    columns_bytes = 12 * len(command_line_tokens(LARGE)[KINDS])
    with one_worker("--receive-timeout=2000") as service, connect(service) as older, connect(service) as younger:
        older.send_bytes(request(1, LARGE, TOKENS))
        older.receive(1)
        older.send_bytes(request(2, SMALL)[:-1])
        time.sleep(0.7)
        younger.send_bytes(request(3, SMALL)[:-1])
        time.sleep(0.1)
        older.receive(16 + 20 + columns_bytes - 1)
        equal(older.reply(), refusal(2, rig.DEADLINE))
        equal(select.select([younger.socket], [], [], 0)[0], [])
        equal(younger.reply(), refusal(3, rig.DEADLINE))


@test
def frames_give_a_reply_no_time():
    """Whoever sends frame after frame, but takes no reply, is closed as well. spec: SRV-67"""
    with one_worker("--receive-timeout=500") as service, connect(service) as client:
        client.send_bytes(request(1, LARGE, TOKENS))
        time.sleep(0.1)
        frame = request(2, SMALL)
        client.send_bytes(frame[:5])
        try:
            for _ in range(20):
                client.send_bytes(frame[5:] + frame[:5])
                time.sleep(0.1)
            raise AssertionError("it could send for 2 s")
        except (BrokenPipeError, ConnectionResetError):
            pass
        service.stop()
        counters = service.counters()
        equal((counters["receive_timeouts"], counters["clients_gone"]), (1, 0))


@test
def reply_that_is_not_taken():
    """Whoever does not read is closed in the end; whoever is idle, too. spec: SRV-67"""
    with Service("--receive-timeout=200", "--idle-timeout=300") as service:
        with connect(service) as client:
            client.send_bytes(request(1, LARGE, TOKENS))
            time.sleep(0.8)
            try:
                client.reply()
                raise AssertionError("the reply was whole")
            except (EOFError, ConnectionResetError):
                pass
        with connect(service) as client:
            equal(client.ask(1, SMALL)[:2], (1, rig.OK))
            assert client.at_end()


@test
def counters_add_up():
    """One of each: what was accepted, what became of it, and what was not accepted. spec: SRV-35, SRV-51, BRK-11"""
    with one_worker("--deadline=1500", "--kill-grace=200") as service, connect(service) as client:
        with connect(service) as cut, connect(service) as left:
            equal(client.ask(1, SMALL)[:2], (1, rig.OK))
            equal(client.ask(2, SMALL, 0, 2, 0, 0, bytes([255]) * 260)[1::3], (rig.MALFORMED, rig.PRIMARY))
            equal(client.ask(3, SMALL, 32), refusal(3, rig.MALFORMED))
            stop_process(service.workers()[0])
            client.send_bytes(request(4, SMALL))
            client.send_bytes(request(5, SMALL) + cancel(5))
            equal(client.reply(), refusal(5, CANCELLED))
            left.send_bytes(request(6, SMALL))
            time.sleep(0.1)
            left.close()
            equal(client.reply(), refusal(4, rig.DEADLINE))
            wait_until(lambda: client.ask(7, SMALL)[1] == rig.OK, "a new worker answers")
            cut.send_bytes(request(8, SMALL)[:-1])
            time.sleep(0.1)
            service.send_signal(signal.SIGTERM)
            equal(cut.reply(), refusal(8, rig.SHUTTING_DOWN))
            equal(service.wait(), 0)
        counters = service.counters()
        once = ("answered_deadline", "answered_refused", "cancelled", "clients_gone", "malformed", "cut_short")
        equal([counters[name] for name in once], [1] * len(once), str(once))
        equal((counters["abandoned"], counters["answered_ok"]), (2, 2))
        equal(counters["accepted"], counters["answered"] + counters["abandoned"])
        equal(counters["answered"], 4)
        equal((counters["rejected_shutting_down"], counters["no_buffer"], counters["too_large"]), (0, 0, 0))


@test
def drained():
    """What was accepted is answered with its columns, what comes later is not. spec: SRV-40, SRV-41, SRV-60"""
    with one_worker() as service, connect(service) as client, connect(service) as partial:
        worker = service.workers()[0]
        equal(partial.ask(1, SMALL)[:2], (1, rig.OK))
        stop_process(worker)
        client.send_bytes(request(1, LARGE, TOKENS))
        partial.send_bytes(request(7, SMALL)[:20])
        time.sleep(0.1)
        service.send_signal(signal.SIGTERM)
        wait_until(lambda: not service.path.exists(), "the drain has begun")
        client.send_bytes(request(2, SMALL))
        equal(client.reply(), refusal(2, rig.SHUTTING_DOWN))
        continue_process(worker)
        equal(client.reply()[5], command_line_tokens(LARGE))
        equal(partial.reply(), refusal(7, rig.SHUTTING_DOWN))
        assert client.at_end()
        equal(service.wait(), 0)


def unread_at_the_end(idle, sends, expected):
    """Each of 400 clients gets these replies who sends when the drain is over but for one round of the service's loop.

    That looks at 256 sockets, the worker's first: what the others have sent is read only when all is closed.
    """
    with one_worker("--kill-grace=30000") as service:
        worker = service.workers()[0]
        clients = [connect(service) for _ in range(400)]
        for client in clients:
            idle(client)
        wait_until(lambda: len(list(pathlib.Path(f"/proc/{service.process.pid}/fd").iterdir())) > 400, "all are in")
        stop_process(worker)
        service.send_signal(signal.SIGTERM)
        wait_until(lambda: not service.path.exists(), "the drain has begun")
        time.sleep(0.2)
        stop_process(service.process.pid)
        continue_process(worker)
        wait_until(lambda: rig.state_of(worker) == "Z", "the worker has ended")
        for client in clients:
            client.send_bytes(sends)
        continue_process(service.process.pid)
        for client in clients:
            equal(list(replies_to_the_end(client)), expected)
        equal(service.wait(), 0)


def replies_to_the_end(client):
    try:
        while True:
            yield client.reply()
    except EOFError as end:
        equal(str(end), "0 of 16 bytes")


@test
def drained_before_the_first_word_was_read():
    """It begins version 2, and so does the reply. spec: SRV-41, QRY-01"""
    whole = request(7, SMALL)
    for length, number in ((4, 0), (16, 7), (len(whole) - 1, 7), (len(whole), 7)):
        unread_at_the_end(lambda client: None, whole[:length], [refusal(number, rig.SHUTTING_DOWN)])


@test
def drained_before_a_frame_was_read():
    """Each request gets one reply, a cancel none. spec: SRV-41, SRV-60"""

    def idle(client):
        equal(client.ask(1, SMALL)[:2], (1, rig.OK))

    unread_at_the_end(idle, cancel(1), [])
    expected = [refusal(number, rig.SHUTTING_DOWN) for number in range(2, 102)]
    whole = b"".join(request(number, SMALL) for number in range(2, 102))
    unread_at_the_end(idle, cancel(1) + whole[:-1], expected)


def use_build(build):
    PROGRAMS["hedgelex"] = build / "hedgelex"


rig.main(use_build)
