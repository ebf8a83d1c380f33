"""Clients that check every reply, somebody who breaks things meanwhile, and the reckoning afterwards.

Used by test_faults.py and soak.py.
"""

import collections
import random
import signal
import struct
import threading
import time

import query
import service as rig
from service import equal, ok, wait_until


def letters(count):
    """A document of count + 1 tokens: the letters and the end of the line."""
    return b"a" * count


class Crowd:
    """Clients that ask as fast as they can, each reply held against what it must be."""

    def __init__(self, service, count, largest=2000, pause=0):
        self.service, self.largest, self.pause = service, largest, pause
        self.over = threading.Event()
        self.statuses = collections.Counter()
        self.lost, self.wrong = [], []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.talk, args=(number,)) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def talk(self, number):
        chance = random.Random(number)
        while not self.over.is_set():
            try:
                with self.connect() as client:
                    while not self.over.wait(self.pause):
                        if not self.judge(client, chance):
                            break
            except (OSError, EOFError) as error:
                if not self.service.path.exists():
                    return
                with self.lock:
                    self.lost.append(repr(error))
            except Exception as error:  # pylint: disable=broad-except
                with self.lock:
                    self.wrong.append(repr(error))

    def connect(self):
        return self.service.client()

    def judge(self, client, chance):
        """One request; false when the connection is of no more use."""
        length = chance.randrange(self.largest)
        reply = client.ask(letters(length))
        with self.lock:
            if reply is None:
                self.lost.append("the connection ended")
                return False
            self.statuses[reply[0]] += 1
            if reply[0] == rig.OK and reply[1:3] != (length + 1, 0):
                self.wrong.append((length, reply))
        return reply[0] != rig.SHUTTING_DOWN

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def stop(self):
        """The statuses of all replies, of which none was lost and none was wrong."""
        self.end()
        equal((self.lost, self.wrong), ([], []), "replies lost, replies wrong")
        assert self.statuses[rig.OK] > 0, self.statuses
        return self.statuses

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class ColumnCrowd(Crowd):
    """The same in version 2: several requests at once, for any columns, and a cancel now and then."""

    AT_ONCE = 8

    def connect(self):
        return query.Client(self.service.path)

    def judge(self, client, chance):
        asked = {number: (chance.randrange(1, self.largest), chance.randrange(query.ALL + 1), chance.random() < 0.1)
                 for number in range(chance.randrange(1, self.AT_ONCE + 1))}
        for number, (length, mask, cancelled) in asked.items():
            client.send_bytes(query.request(number, letters(length), mask))
            if cancelled:
                client.send_bytes(query.cancel(number))
        while asked:
            number, status, tokens, issues, _, columns = client.reply()
            length, mask, cancelled = asked.pop(number)
            if status == rig.OK:
                right = (tokens, issues) == (length + 1, 0) and columns == letter_columns(length, mask)
            else:
                right = not columns and (status != query.CANCELLED or cancelled)
            with self.lock:
                self.statuses[status] += 1
                if not right:
                    self.wrong.append((length, mask, status, tokens, issues))
        return status != rig.SHUTTING_DOWN


def letter_columns(length, mask):
    """What a request for `letters` gets: the letters, and the space that the line's end gives."""
    columns = {query.KINDS: (11,) * length + (10,), query.CODES: (ord("a"),) * length + (ord(" "),),
               query.STARTS: tuple(range(length + 1)), query.ISSUE_CODES: (), query.ISSUE_OFFSETS: ()}
    return {bit: rows for bit, rows in columns.items() if mask & bit}


def is_whole(service, workers):
    return len(service.workers()) == workers and not service.zombies()


def finish(service, workers, **expected):
    """The pool is at full strength, nothing is left of the dead, a drain ends well, and the counters conserve."""
    wait_until(lambda: is_whole(service, workers), "the pool is at full strength")
    ok(service.ask(letters(5)))
    equal(service.stop(), 0, "exit code")
    counters = service.counters()
    equal(counters["accepted"], counters["answered"] + counters["abandoned"], "accepted")
    equal((counters["protocol_errors"], counters["mismatches"]), (0, expected.pop("mismatches", 0)))
    for name, value in expected.items():
        equal(counters[name], value, name)
    return counters


class Chaos(threading.Thread):
    """Kills, stops and continues workers, hangs up on the service, every `pause` seconds until told to stop."""

    def __init__(self, service, pause=0.04):
        super().__init__()
        self.service, self.pause = service, pause
        self.over = threading.Event()
        self.chance = random.Random(2)
        self.done = collections.Counter()
        self.start()

    def kill(self, worker):
        rig.send_signal(worker, signal.SIGKILL)

    def stop_for_a_moment(self, worker):
        rig.send_signal(worker, signal.SIGSTOP)
        time.sleep(0.03)
        rig.send_signal(worker, signal.SIGCONT)

    def hang_up(self, _):
        try:
            with self.service.client() as client:
                client.send_bytes(struct.pack(">I", 5000) + letters(self.chance.choice((1, 4000, 5000))))
        except OSError:
            pass

    def hang_up_on_columns(self, _):
        try:
            with query.Client(self.service.path) as client:
                client.send_bytes(query.request(1, letters(200000), query.ALL) + query.request(2, b"", query.ALL))
                client.socket.recv(self.chance.choice((1, 36, 100000)))
        except OSError:
            pass

    def send_garbage(self, _):
        try:
            with self.service.client() as client:
                client.send_bytes(b"\xff" + self.chance.randbytes(7))
                client.reply()
        except OSError:
            pass

    def run(self):
        actions = [self.kill, self.stop_for_a_moment, self.hang_up, self.hang_up_on_columns, self.send_garbage]
        while not self.over.wait(self.pause):
            workers = self.service.workers()
            if workers:
                action = self.chance.choice(actions)
                action(self.chance.choice(workers))
                self.done[action.__name__] += 1

    def end(self):
        self.over.set()
        self.join()
