"""A real hedgelexd in a temporary folder, and clients that speak its protocol byte by byte.

Whatever a test does to a service, its broker is held to the core and to the twelve rules: a service writes a trace,
unless its test forbids it or has one of its own, and the trace is replayed when the service ends (trace_check.c).

Used by test_service.py and other tests of real processes. Faults come from outside: signals, limits, closed sockets.
"""

import functools
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent
OK, TOO_LARGE, MALFORMED, OVERLOADED, DEADLINE, WORKER_FAILED, SHUTTING_DOWN = range(7)
NOBODY, PRIMARY, HEDGE = range(3)
LARGEST = 2 * 1024 * 1024
PATIENCE = 60.0  # seconds after which a test gives up; nothing waits for it when all is well


def wait_until(condition, what, patience=None):
    """Wait until condition() is true and return its value; PATIENCE, where nothing else is said."""
    patience = patience or PATIENCE
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain until {what}")
        time.sleep(0.002)


class Client:
    """One connection. Every call gives up after PATIENCE."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))

    def send(self, document):
        self.socket.sendall(struct.pack(">I", len(document)) + document)

    def send_bytes(self, data):
        self.socket.sendall(data)

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reply(self):
        """(status, tokens, issues, origin), or None when the connection ended before a whole reply."""
        data = b""
        while len(data) < 17:
            try:
                more = self.socket.recv(17 - len(data))
            except ConnectionResetError:
                return None
            if not more:
                return None
            data += more
        length, *fields = struct.unpack(">IIIIB", data)
        assert length == 13, f"length word {length}"
        return tuple(fields)

    def ask(self, document):
        self.send(document)
        return self.reply()

    def at_end(self):
        """True when nothing follows but the end of the connection."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def sanitizer_complaint(log):
    """What a sanitizer said, of the service or of a worker whose death is no failure otherwise; or None."""
    found = re.search(r".*(?:Sanitizer: |runtime error: ).*", log)
    return found and found[0]


class Service:
    """hedgelexd in its own folder; `with` ends it. Its messages are in self.log()."""

    program = pathlib.Path("build/gcc/hedgelexd")

    def __init__(self, *options, path=None, ready=True, stderr=None, before=None, environment=None, trace=True,
                 descriptors=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hedgelexd-"))
        self.trace = self.folder / "trace"
        self.must_trace = False
        self.path = pathlib.Path(path) if path else self.folder / "socket"
        self.messages = self.folder / "messages"
        reader, writer = os.pipe()
        with self.messages.open("wb") as log:
            self.process = subprocess.Popen(
                [self.program, f"--socket={self.path}", f"--ready-fd={writer}", *options],
                stdin=subprocess.DEVNULL, stderr=stderr or log, pass_fds=[writer, *descriptors], preexec_fn=before,
                env={**os.environ, **({"HEDGELEX_TRACE": str(self.trace)} if trace else {}), **(environment or {})},
            )
        os.close(writer)
        self.ready_line = b""
        if ready:
            self.ready_line = self.read_ready(reader)
        os.close(reader)
        if ready and self.ready_line != b"ready\n":
            log = self.log()
            self.end()
            raise AssertionError(f"the service did not become ready: {log}")
        self.must_trace = trace and ready and not any("--trace" in word for word in options)

    @staticmethod
    def read_ready(reader):
        readable, _, _ = select.select([reader], [], [], PATIENCE)
        line = os.read(reader, 100) if readable else b""
        return line

    def client(self):
        return Client(self.path)

    def ask(self, document):
        with self.client() as client:
            return client.ask(document)

    def children(self):
        """Process ids of all children, oldest first."""
        pid = self.process.pid
        try:
            return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            return []

    def workers(self):
        """Process ids of the workers, oldest first; zombies do not count."""
        return [child for child in self.children() if state_of(child) not in "ZX"]

    def zombies(self):
        return [child for child in self.children() if state_of(child) == "Z"]

    def send_signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(PATIENCE)

    def stop(self, number=signal.SIGTERM):
        """Signal and exit code."""
        self.send_signal(number)
        return self.wait()

    def log(self):
        return self.messages.read_text(errors="replace")

    def counters(self):
        """The last value of every counter; the service must have drained or reported."""
        return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)(?= )", self.log())}

    def end(self):
        if self.process.poll() is None:
            for pid in self.workers():
                send_signal(pid, signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        traced = self.has_steps()
        code, output = check_trace(self.trace) if traced else (0, "")
        complaint, accepted = sanitizer_complaint(self.log()), self.counters().get("accepted")
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not complaint, complaint
        assert code == 0, f"the service did not do what the core does: {output}"
        if traced and self.process.returncode == 0 and accepted is not None:
            assert f" {accepted} requests accepted" in output, f"the trace ends before the service: {output}"
        assert traced or not self.must_trace, "the service was ready and has left no trace"

    def has_steps(self):
        """A service that could not start, or was given another trace, leaves none."""
        return self.trace.exists() and self.trace.read_bytes().count(b"\n") > 2

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


@functools.cache
def trace_checker():
    """trace_check, in a build of its own that fits every build of the service."""
    target = "build/trace/tests/trace_check"
    subprocess.run(["make", "-s", "BUILD=build/trace", "CC=gcc", "SANITIZE=", target], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    return ROOT / target


def check_trace(path):
    """(exit code, output) of trace_check."""
    done = subprocess.run([trace_checker(), path], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def state_of(pid):
    """The letter of /proc/PID/stat; X when there is no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def send_signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def stop_process(pid):
    """SIGSTOP, and wait until it has stopped."""
    send_signal(pid, signal.SIGSTOP)
    wait_until(lambda: state_of(pid) in "TX", f"process {pid} has stopped")


def continue_process(pid):
    send_signal(pid, signal.SIGCONT)


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def limit(what, soft, hard):
    """A function for Service(before=...) that sets a resource limit."""
    return lambda: resource.setrlimit(what, (soft, hard))


# ---- running tests ----

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def equal(found, expected, what=""):
    assert found == expected, f"{what} is {found!r}, expected {expected!r}"


def ok(reply, what="reply"):
    assert reply is not None and reply[0] == OK, f"{what} is {reply!r}, expected ok"
    return reply


THREAD_FAILURES = []  # exceptions that ended a thread of the running test


def note_failure_of_thread(failure):
    THREAD_FAILURES.append(repr(failure.exc_value))
    threading.__excepthook__(failure)


threading.excepthook = note_failure_of_thread


def run_test(function):
    """The test fails by an exception in a thread, too."""
    THREAD_FAILURES.clear()
    function()
    equal(THREAD_FAILURES, [], "exceptions in threads")


def main(use_build=lambda build: None):
    """Run the tests named on the command line, or all, on the programs of --build=DIR."""
    names = [word for word in sys.argv[1:] if not word.startswith("--build=")]
    builds = [word.removeprefix("--build=") for word in sys.argv[1:] if word.startswith("--build=")]
    build = pathlib.Path(builds[-1] if builds else "build/gcc").resolve()
    Service.program = build / "hedgelexd"
    if not Service.program.exists():
        sys.exit(f"{sys.argv[0]}: {Service.program} is not there; build it first, or give --build=DIR")
    use_build(build)
    passed = failed = 0
    for function in TESTS:
        if names and function.__name__ not in names:
            continue
        started = time.monotonic()
        try:
            run_test(function)
            verdict = "ok"
            passed += 1
        except Exception:  # pylint: disable=broad-except
            verdict = "FAILED"
            failed += 1
            traceback.print_exc()
        print(f"{verdict} {function.__name__} ({time.monotonic() - started:.2f} s)", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
