#!/usr/bin/env python3
"""A second implementation of everything that the vectors speak of, small enough to read.

It is written from spec/*.md, not from the C code: tokens by tests/oracle.py, frames, client protocol and
broker here. Slow and obvious; it has no other purpose than to be compared. Started as a program it
answers requests on standard input as docs/conformance.md describes; `--wrong=RULE` breaks one rule, to
see whether the vectors notice (wrong_implementations.py).
"""

import json
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent)]

import differential_driver
import oracle

MAX_DOCUMENT = 2097152
OPTIONS_BYTES = 260
ENCODINGS = ("bytes", "utf8")
NEVER = float("inf")
LAST_INSTANT = 9 * 10**18
DAY = 86400 * 10**9


def number(data):
    return int.from_bytes(data, "big")


def arrived(given):
    """All pieces together; a piece is its bytes, or what is repeated and how often."""
    return b"".join(bytes.fromhex(piece) if isinstance(piece, str) else bytes.fromhex(piece[0]) * piece[1]
                    for piece in given["pieces"])


# ---- regimes and tokens ----


def read_regime(given):
    """A regime from its JSON form, or None when it is out of range. spec: CAT-02, CAT-10 to CAT-15"""
    if given["encoding"] not in ENCODINGS:
        return None
    if "preset" in given:
        if given["preset"] not in differential_driver.PRESETS:
            return None
        return differential_driver.preset_regime(given["preset"], ENCODINGS.index(given["encoding"]))
    if not -1 <= given["end_of_line_char"] <= 255:
        return None
    return oracle.Regime(tuple(int(digit, 16) for digit in given["categories"]), ENCODINGS.index(given["encoding"]),
                         int(given["letters_above_255"]), given["end_of_line_char"])


def show_regime(regime):
    return {"encoding": ENCODINGS[regime.encoding], "letters_above_255": bool(regime.unicode_letters),
            "end_of_line_char": regime.end_of_line_char,
            "categories": "".join(f"{category:x}" for category in regime.category)}


def tokens(given):
    """spec: LEX-01 to LEX-66"""
    regime, document = read_regime(given["regime"]), bytes.fromhex(given["document"])
    if regime is None:
        return {"status": "bad argument", "tokens": [], "issues": []}
    reader = oracle.Reader(regime, document).run()
    rows = [[kind, oracle.name_hash(code) if kind == 0 else code, *spot] for kind, code, *spot in reader.tokens]
    issues = [list(issue) for issue in reader.issues]
    capacity = given.get("capacity")
    if capacity is None or len(rows) <= capacity:
        return {"status": "ok", "tokens": rows, "issues": issues}
    return {"status": "output full", "tokens": rows[:capacity]}


# ---- frames ----

TYPES = {1: "request", 2: "response", 3: "cancel"}
SUMMARY = ("status", "tokens", "issues", "alloc_mb10", "major")


def length_allowed(kind, length):
    """spec: FRM-24"""
    return {1: 4 <= length <= 4 + MAX_DOCUMENT + OPTIONS_BYTES, 2: length == 20, 3: length == 0}[kind]


def read_options(data):
    """spec: FRM-12"""
    end_of_line = int.from_bytes(data[2:4], "big", signed=True)
    if data[0] > 1 or data[1] > 1 or not -1 <= end_of_line <= 255 or max(data[4:]) > 15:
        return None
    return show_regime(oracle.Regime(tuple(data[4:]), data[0], data[1], end_of_line))


def read_request(payload):
    """spec: FRM-10"""
    length = number(payload[:4])
    document, options = payload[4:4 + length], payload[4 + length:]
    if length > MAX_DOCUMENT or len(payload) not in (4 + length, 4 + length + OPTIONS_BYTES):
        return {"refused": "lengths"}
    if options and read_options(options) is None:
        return {"refused": "options"}
    return {"document": document.hex(), "options": read_options(options) if options else None}


def read_frame(header, payload):
    kind = TYPES[number(header[:4])]
    frame = {"type": kind, "id": header[4:12].hex()}
    if kind == "request":
        return frame | read_request(payload)
    if kind == "response":
        fields = [number(payload[at:at + 4]) for at in range(0, 20, 4)]
        return frame | dict(zip(SUMMARY, fields))
    return frame


def frames(given):
    """spec: FRM-02, FRM-20 to FRM-26"""
    data, found = arrived(given), []
    while True:
        header = data[:16]
        if len(header) < 16:
            return {"frames": found, "end": "inside" if data else "between", "received": len(data)}
        if number(header[:4]) not in TYPES:
            return {"frames": found, "end": "bad type", "received": 16}
        length = number(header[12:])
        if not length_allowed(number(header[:4]), length):
            return {"frames": found, "end": "bad length", "received": 16}
        if len(data) < 16 + length:
            return {"frames": found, "end": "inside", "received": len(data)}
        found.append(read_frame(header, data[16:16 + length]))
        data = data[16 + length:]


def write_options(options):
    return (bytes([ENCODINGS.index(options["encoding"]), options["letters_above_255"]])
            + options["end_of_line_char"].to_bytes(2, "big", signed=True)
            + bytes(int(digit, 16) for digit in options["categories"]))


def frame(given):
    """spec: FRM-02, FRM-10 to FRM-12"""
    payload = b""
    if given["type"] == "request":
        document = bytes.fromhex(given["document"])
        payload = len(document).to_bytes(4, "big") + document
        payload += write_options(given["options"]) if given["options"] else b""
    elif given["type"] == "response":
        payload = b"".join(given[name].to_bytes(4, "big") for name in SUMMARY)
    kind = next(code for code, name in TYPES.items() if name == given["type"])
    header = kind.to_bytes(4, "big") + bytes.fromhex(given["id"]) + len(payload).to_bytes(4, "big")
    return {"bytes": (header + payload).hex()}


# ---- the client protocol ----

REPLIES = ("ok", "too large", "malformed", "overloaded", "deadline", "worker failed", "shutting down")
ORIGINS = ("none", "primary", "hedge")


def requests(given):
    """spec: CLI-01, CLI-20 to CLI-25"""
    data, found = arrived(given), []
    while True:
        if len(data) < 4:
            return {"requests": found, "end": "inside" if data else "between", "received": len(data)}
        length = number(data[:4])
        if length >= 2**31:
            return {"requests": found, "end": "malformed", "received": 4}
        if length > MAX_DOCUMENT:
            return {"requests": found, "end": "too large", "received": 4}
        if len(data) < 4 + length:
            return {"requests": found, "end": "inside", "received": len(data)}
        found.append(data[4:4 + length].hex())
        data = data[4 + length:]


def reply(given):
    """spec: CLI-10 to CLI-12"""
    words = (13, REPLIES.index(given["status"]), given["tokens"], given["issues"])
    return {"bytes": (b"".join(word.to_bytes(4, "big") for word in words)
                      + bytes([ORIGINS.index(given["origin"])])).hex()}


def read_reply(given):
    """spec: CLI-12"""
    data = bytes.fromhex(given["bytes"])
    first, status, count, issues = (number(data[at:at + 4]) for at in range(0, 16, 4))
    if first != 13 or status >= len(REPLIES) or data[16] >= len(ORIGINS):
        return {"reply": None}
    return {"reply": {"status": REPLIES[status], "tokens": count, "issues": issues, "origin": ORIGINS[data[16]]}}


# ---- version 2 of it ----

QUERY_REQUEST, QUERY_REPLY, QUERY_CANCEL = 0x80000001, 0x80000002, 0x80000003
COLUMNS = ("kinds", "codes", "starts", "issue codes", "issue offsets")
SOURCES = ("service", "preset", "options")
QUERY_REPLIES = (*REPLIES, "cancelled")
MOST_TOKENS, MOST_ISSUE_ROWS = 3000000, 65536


def mask_of(columns):
    return sum(1 << COLUMNS.index(column) for column in columns)


def columns_of(mask):
    return [column for bit, column in enumerate(COLUMNS) if mask >> bit & 1]


def read_query(payload):
    """spec: QRY-10, QRY-14"""
    mask, source, preset, encoding, reserved = number(payload[:4]), *payload[4:8]
    length = number(payload[8:12])
    document, options = payload[12:12 + length], payload[12 + length:]
    if (mask > 31 or source > 2 or reserved or length > MAX_DOCUMENT
            or len(payload) != 12 + length + OPTIONS_BYTES * (source == 2)
            or (preset > 4 or encoding > 1 if source == 1 else preset or encoding)
            or (source == 2 and read_options(options) is None)):
        return {"refused": True}
    regime = None
    if source == 1:
        regime = {"preset": differential_driver.PRESETS[preset], "encoding": ENCODINGS[encoding]}
    return {"columns": columns_of(mask), "regime": read_options(options) if source == 2 else regime,
            "document": document.hex()}


def queries(given):
    """spec: QRY-02, QRY-20 to QRY-25"""
    data, found = arrived(given), []
    while True:
        if len(data) < 16:
            return {"frames": found, "end": "inside" if data else "between", "received": len(data)}
        kind, name, length = number(data[:4]), data[4:12].hex(), number(data[12:16])
        if kind not in (QUERY_REQUEST, QUERY_CANCEL):
            return {"frames": found, "end": "bad type", "received": 16}
        if not (length == 0 if kind == QUERY_CANCEL else 12 <= length <= 12 + MAX_DOCUMENT + OPTIONS_BYTES):
            return {"frames": found, "end": "bad length", "received": 16}
        if len(data) < 16 + length:
            return {"frames": found, "end": "inside", "received": len(data)}
        payload, data = data[16:16 + length], data[16 + length:]
        if kind == QUERY_CANCEL:
            found.append({"type": "cancel", "id": name})
        else:
            found.append({"type": "request", "id": name} | read_query(payload))


def query(given):
    """spec: QRY-02, QRY-10"""
    kind, payload = QUERY_CANCEL, b""
    if given["type"] == "request":
        kind, regime, document = QUERY_REQUEST, given["regime"], bytes.fromhex(given["document"])
        source, preset, encoding, options = 0, 0, 0, b""
        if regime is not None and "preset" in regime:
            source, preset = 1, differential_driver.PRESETS.index(regime["preset"])
            encoding = ENCODINGS.index(regime["encoding"])
        elif regime is not None:
            source, options = 2, write_options(regime)
        payload = (mask_of(given["columns"]).to_bytes(4, "big") + bytes([source, preset, encoding, 0])
                   + len(document).to_bytes(4, "big") + document + options)
    return {"bytes": (kind.to_bytes(4, "big") + bytes.fromhex(given["id"]) + len(payload).to_bytes(4, "big")
                      + payload).hex()}


def column_bytes(count, issues, columns):
    """spec: QRY-12"""
    rows = [min(issues, MOST_ISSUE_ROWS) if column.startswith("issue") else count for column in columns]
    return 4 * sum(rows)


def query_reply(given):
    """What stands before the columns. spec: QRY-02, QRY-12"""
    mask, count, issues = mask_of(given["columns"]), given["tokens"], given["issues"]
    length = 20 + column_bytes(count, issues, given["columns"])
    words = (length, QUERY_REPLIES.index(given["status"]), count, issues, ORIGINS.index(given["origin"]), mask)
    return {"bytes": (QUERY_REPLY.to_bytes(4, "big") + bytes.fromhex(given["id"])
                      + b"".join(word.to_bytes(4, "big") for word in words)).hex()}


def read_query_reply(given):
    """spec: QRY-11, QRY-12"""
    data = bytes.fromhex(given["bytes"])
    kind, length = number(data[:4]), number(data[12:16])
    status, count, issues, origin, mask = (number(data[at:at + 4]) for at in range(16, 36, 4))
    if (kind != QUERY_REPLY or status >= len(QUERY_REPLIES) or origin >= len(ORIGINS) or mask > 31
            or count > MOST_TOKENS or (status and (count or issues or mask))
            or length != 20 + column_bytes(count, issues, columns_of(mask))):
        return {"reply": None}
    return {"reply": {"id": data[4:12].hex(), "status": QUERY_REPLIES[status], "tokens": count, "issues": issues,
                      "origin": ORIGINS[origin], "columns": columns_of(mask)}}


def read_columns(given):
    """A whole reply's columns. spec: QRY-12 to QRY-14"""
    data, found, at = bytes.fromhex(given["bytes"]), {}, 36
    head = read_query_reply({"bytes": data[:36].hex()})["reply"]
    for column in head["columns"]:
        rows = min(head["issues"], MOST_ISSUE_ROWS) if column.startswith("issue") else head["tokens"]
        found[column] = [row_of(data[at + 4 * row:at + 4 * row + 4]) for row in range(rows)]
        at += 4 * rows
    return found


def row_of(data):
    return int.from_bytes(data, "little", signed=True)


# ---- the broker ----

EMPTY, BACKOFF, STARTING, HOT, COOLING, RETIRING, KILLED = "EMPTY BACKOFF STARTING HOT COOLING RETIRING KILLED".split()
RESULTS = {0: "ok", 2: "too large", 3: "malformed"}  # of a worker's status. spec: BRK-29
CANCELLED = 1
COUNTERS = ("accepted", "answered", "abandoned", "answered_ok", "answered_deadline", "answered_worker_failed",
            "answered_by_hedge", "rejected_overloaded", "rejected_shutting_down", "hedges_granted",
            "hedges_suppressed", "cancels_sent", "retries", "crashes", "spawns", "rotations", "kills", "mismatches",
            "protocol_errors")
COUNTED_ACTIONS = {"send cancel": "cancels_sent", "spawn": "spawns", "kill": "kills", "mismatch": "mismatches"}


class Slot:
    """A place for a worker; `timer`: when it is spawned (EMPTY, BACKOFF: not before) or killed."""

    def __init__(self, config, place):
        self.place, self.backoff, self.timer = place, config["backoff_min_ns"], 0
        self.counted = place < config["worker_count"]  # the pool counts on it
        self.state = BACKOFF if self.counted else EMPTY
        self.job, self.origin, self.cancelled, self.due = None, None, False, False
        self.replaces, self.heir = None, None

    def idle(self):
        return self.state == HOT and self.job is None


class Request:
    def __init__(self, name, now):
        self.name, self.accepted, self.place = name, now, None
        self.attempts, self.crashes, self.hedge_at = [], 0, NEVER
        self.open, self.released, self.hedged, self.waiting, self.result = True, False, False, False, None
        self.suppressed = False


class Broker:
    """spec: BRK-01 to BRK-43"""

    def __init__(self, config):
        self.config, self.now, self.draining = dict(config), 0, False
        self.slots = [Slot(config, place) for place in range(config["slot_count"])]
        self.queue, self.service = [], []  # not dispatched; dispatched and not released
        self.accepted, self.hedges, self.actions = 0, 0, []  # the first two are the budget's
        self.counters = dict.fromkeys(COUNTERS, 0)

    def count(self, name):
        """spec: BRK-42, but for the end of 64 bits, which no trace reaches"""
        self.counters[name] += 1

    def emit(self, what, **fields):
        self.actions.append({"do": what, **fields})
        if what in COUNTED_ACTIONS:
            self.count(COUNTED_ACTIONS[what])

    # -- requests

    def answer(self, request, status, tokens_=0, issues=0, origin="none"):
        self.emit("reply", request=request.name, status=status, tokens=tokens_, issues=issues, origin=origin)
        self.count_answer(status, origin)
        self.close(request)

    def count_answer(self, status, origin):
        self.count("answered")
        if status in ("ok", "deadline", "worker failed"):
            self.count("answered_" + status.replace(" ", "_"))
        if origin == "hedge":
            self.count("answered_by_hedge")

    def close(self, request):
        """Answered or abandoned: whoever works for it is told to stop. spec: BRK-03, BRK-25, BRK-28"""
        request.open = request.waiting = False
        for slot in request.attempts:
            if not slot.cancelled and slot.state in (HOT, COOLING):
                slot.cancelled, slot.timer = True, self.now + self.config["kill_grace_ns"]
                self.emit("send cancel", slot=slot.place, request=request.name)
        self.release(request)

    def release(self, request):
        """spec: BRK-39"""
        if request.open or request.attempts or request.released:
            return
        request.released = True
        self.emit("release", request=request.name)
        for place in (self.queue, self.service):
            if request in place:
                place.remove(request)

    def submit(self, name):
        """spec: BRK-10, BRK-24"""
        refusal = "shutting down" if self.draining else "overloaded"
        if self.draining or len(self.queue) >= self.config["queue_capacity"]:
            self.emit("reply", request=name, status=refusal, tokens=0, issues=0, origin="none")
            self.emit("release", request=name)
            self.count("rejected_" + refusal.replace(" ", "_"))
            return
        self.count("accepted")
        self.accepted += 1
        self.queue.append(Request(name, self.now))

    def client_gone(self, name):
        for request in [*self.queue, *self.service]:
            if request.name == name and request.open:
                self.count("abandoned")
                self.close(request)

    # -- workers

    def kill(self, slot):
        """spec: BRK-35"""
        self.emit("kill", slot=slot.place)
        self.leave_rotation(slot)
        slot.state, slot.timer = KILLED, NEVER

    def leave_rotation(self, slot):
        """It dies or is given up: whoever was to follow it is counted on; whom it was to follow stays. spec: BRK-36"""
        if slot.heir is not None:
            slot.heir.counted, slot.heir.replaces, slot.counted = True, None, False
        if slot.replaces is not None:
            slot.replaces.heir = None
        slot.heir = slot.replaces = None

    def retire(self, slot):
        self.emit("retire", slot=slot.place)
        self.leave_rotation(slot)
        slot.state, slot.timer = RETIRING, self.now + self.config["kill_grace_ns"]

    def vacate(self, slot, died):
        """spec: BRK-09, BRK-33"""
        self.leave_rotation(slot)
        slot.state = BACKOFF if slot.counted else EMPTY
        slot.timer, slot.due = self.now + slot.backoff, False
        doubled = min(2 * slot.backoff, self.config["backoff_max_ns"])
        slot.backoff = doubled if died else self.config["backoff_min_ns"]

    def ready(self, slot):
        """spec: BRK-32"""
        if slot.state != STARTING:
            return
        slot.state, slot.timer = HOT, NEVER
        if slot.replaces is not None:
            old = slot.replaces
            slot.counted, old.counted = True, False
            old.state, old.heir, slot.replaces = COOLING, None, None
            self.count("rotations")

    def end_job(self, slot):
        request = slot.job
        request.attempts.remove(slot)
        slot.job, slot.cancelled = None, False
        return request

    def response(self, slot, event):
        """spec: BRK-12, BRK-28, BRK-29, BRK-31"""
        if slot.state in (EMPTY, BACKOFF, KILLED):
            return
        status = event["status"]
        cancelled = status == CANCELLED
        if (slot.job is None or slot.job.name != event["request"] or status > 3
                or (cancelled and not slot.cancelled)):
            self.count("protocol_errors")
            self.kill(slot)
            return
        request = self.end_job(slot)
        slot.timer, slot.backoff = NEVER, self.config["backoff_min_ns"]
        self.note_budgets(slot, event)
        if not cancelled:
            self.take_result(request, event, slot.origin)
        self.release(request)

    def take_result(self, request, event, origin):
        result = (event["status"], event["tokens"], event["issues"])
        if request.result not in (None, result):
            self.emit("mismatch", request=request.name)
        request.result = result
        if request.open:
            counts = result[1:] if result[0] == 0 else (0, 0)
            self.answer(request, RESULTS[result[0]], *counts, origin)

    def note_budgets(self, slot, event):
        for budget, used in (("rotate_mb10", "alloc_mb10"), ("rotate_major", "major")):
            if self.config[budget] and event[used] >= self.config[budget]:
                slot.due = True

    def exited(self, slot, failed_to_spawn=False):
        """spec: BRK-08, BRK-33, BRK-34"""
        if slot.state in (EMPTY, BACKOFF):
            return
        if failed_to_spawn and (slot.state not in (STARTING, RETIRING, KILLED) or slot.job is not None):
            return
        if not failed_to_spawn and slot.state != RETIRING:
            self.count("crashes")
        if slot.job is not None:
            self.lose_job(slot)
        self.vacate(slot, failed_to_spawn or slot.state != RETIRING)

    def lose_job(self, slot):
        request = self.end_job(slot)
        request.crashes += 1
        request.place = slot.place
        if request.open and not request.attempts:
            request.waiting = request.crashes < 2
            if request.waiting:
                self.count("retries")
            else:
                self.answer(request, "worker failed")
        self.release(request)

    # -- the parts of a step. spec: BRK-23

    def take_hedge_delay(self, delay):
        """spec: BRK-43"""
        if delay <= DAY:
            self.config["hedge_delay_ns"] = delay

    def take(self, event):
        kind, place = event["event"], event.get("slot", 0)
        if kind == "submit":
            self.submit(event["request"])
        elif kind == "client gone":
            self.client_gone(event["request"])
        elif kind == "drain":
            self.draining = True
        elif kind == "hedge delay":
            self.take_hedge_delay(event["delay_ns"])
        elif place < len(self.slots):
            slot = self.slots[place]
            {"ready": lambda: self.ready(slot), "response": lambda: self.response(slot, event),
             "exited": lambda: self.exited(slot), "spawn failed": lambda: self.exited(slot, True),
             "tick": lambda: None}[kind]()

    def expire(self):
        """spec: BRK-07"""
        for request in [*self.queue, *self.service]:
            if request.open and request.accepted + self.config["deadline_ns"] <= self.now:
                self.answer(request, "deadline")

    def finished(self):
        return self.draining and not self.queue and not any(request.open for request in self.service)

    def wind_down(self):
        """spec: BRK-37"""
        for slot in self.slots if self.finished() else []:
            slot.counted = False
            if slot.state == BACKOFF:
                slot.state = EMPTY
            elif slot.state in (STARTING, HOT, COOLING) and slot.job is None:
                self.retire(slot)

    def run_timers(self):
        """spec: BRK-09, BRK-30, BRK-35, BRK-36"""
        for slot in self.slots:
            if slot.state == COOLING and slot.job is None:
                self.retire(slot)
            elif slot.state == BACKOFF and slot.timer <= self.now:
                self.spawn(slot)
            elif slot.state not in (EMPTY, BACKOFF) and slot.timer <= self.now:
                self.kill(slot)

    def spawn(self, slot):
        self.emit("spawn", slot=slot.place)
        slot.state, slot.timer, slot.due = STARTING, self.now + self.config["start_timeout_ns"], False

    def rotating(self):
        """Slots that are due for a replacement and have none on its way. spec: BRK-36"""
        return [slot for slot in self.slots
                if slot.state == HOT and slot.due and slot.heir is None and not self.draining]

    def rotate(self):
        for slot in self.rotating():
            heir = next((other for other in self.slots if other.state == EMPTY and other.timer <= self.now), None)
            if heir is not None:
                self.spawn(heir)
                slot.heir, heir.replaces = heir, slot

    def idle_slot(self):
        return next((slot for slot in self.slots if slot.idle()), None)

    def give(self, request, slot, origin):
        self.emit("send request", slot=slot.place, request=request.name, origin=origin)
        request.attempts.append(slot)
        slot.job, slot.origin, slot.cancelled, request.place = request, origin, False, slot.place

    def dispatch(self):
        """spec: BRK-04, BRK-10, BRK-26"""
        while (slot := self.idle_slot()) is not None:
            waiting = [request for request in self.service if request.waiting]
            if not waiting and not self.queue:
                return
            if waiting:
                request = min(waiting, key=lambda one: (one.place != slot.place, one.place))
            else:
                request = self.queue.pop(0)
                request.hedge_at = self.now + self.config["hedge_delay_ns"]
                self.service.append(request)
            request.waiting = False
            self.give(request, slot, "primary")

    def hedgeable(self, request):
        return (self.config["hedging"] and request.open and not request.hedged and len(request.attempts) == 1
                and request.crashes == 0)

    def hedge(self):
        """spec: BRK-06, BRK-27"""
        for request in sorted(self.service, key=lambda one: one.place):
            slot = self.idle_slot()
            allowed = self.config["hedge_burst"] * 10**6 + self.config["hedge_ratio_ppm"] * self.accepted
            if not self.hedgeable(request) or request.hedge_at > self.now:
                continue
            if slot is not None and (self.hedges + 1) * 10**6 <= allowed:
                self.hedges += 1
                request.hedged = True
                self.count("hedges_granted")
                self.give(request, slot, "hedge")
            else:
                self.hold_back(request)

    def hold_back(self, request):
        """spec: BRK-27"""
        if not request.suppressed:
            request.suppressed = True
            self.count("hedges_suppressed")

    def next_instant(self):
        """spec: BRK-38"""
        deadline = self.config["deadline_ns"]
        instants = [request.accepted + deadline for request in [*self.queue, *self.service] if request.open]
        instants += [request.hedge_at for request in self.service
                     if self.hedgeable(request) and request.hedge_at > self.now]
        instants += [slot.timer for slot in self.slots if slot.state != EMPTY]
        if self.rotating():
            instants += [slot.timer for slot in self.slots if slot.state == EMPTY]
        return min(instants, default=NEVER)

    def stopped(self):
        """spec: BRK-41"""
        return self.finished() and all(slot.state == EMPTY for slot in self.slots)

    def step(self, now, event):
        """spec: BRK-22, BRK-23"""
        self.now, self.actions = min(max(self.now, now), LAST_INSTANT), []
        self.take(event)
        for part in (self.expire, self.wind_down, self.run_timers, self.rotate, self.dispatch, self.hedge):
            part()
        following = self.next_instant()
        return {"actions": self.actions, "next": None if following == NEVER else following,
                "stopped": self.stopped()}


def config_valid(config):
    """spec: BRK-20"""
    durations = [config[name] for name in ("deadline_ns", "start_timeout_ns", "kill_grace_ns", "backoff_min_ns",
                                           "backoff_max_ns")]
    return (1 <= config["worker_count"] <= 64 and config["worker_count"] < config["slot_count"] <= 128
            and 1 <= config["queue_capacity"] <= 16384 and config["hedge_ratio_ppm"] <= 10**6
            and config["hedge_burst"] <= 10**6 and all(1 <= duration <= DAY for duration in durations)
            and config["hedge_delay_ns"] <= DAY and config["backoff_min_ns"] <= config["backoff_max_ns"])


def trace(given):
    if not config_valid(given["config"]):
        return {"steps": None}
    broker = Broker(given["config"])
    return {"steps": [broker.step(now, event) for now, event in given["steps"]], "counters": broker.counters}


# ---- the adaptive hedge delay ----

DELAY_MEMORY = 1024


def nearest_rank(count, percentile_ppm):
    return -(-count * percentile_ppm // 10**6)


def delay_now(config, observed):
    """spec: BRK-44 to BRK-46"""
    if len(observed) < config["warm_up"]:
        return config["fixed_ns"]
    remembered = sorted(observed[-DELAY_MEMORY:])
    wanted = remembered[nearest_rank(len(remembered), config["percentile_ppm"]) - 1]
    return min(max(wanted, config["lower_ns"]), config["upper_ns"])


def delay(given):
    observed, delays = [], [delay_now(given["config"], [])]
    for duration, times in given["observed"]:
        observed += [duration] * times
        delays.append(delay_now(given["config"], observed))
    return {"delays": delays}


# ---- the program ----

ANSWERS = {"tokens": tokens, "frames": frames, "frame": frame, "requests": requests, "reply": reply,
           "read reply": read_reply, "queries": queries, "query": query, "query reply": query_reply,
           "read query reply": read_query_reply, "read columns": read_columns, "trace": trace, "delay": delay}
HELLO = {"name": "second implementation (Python)",
         "suites": ["tokens", "frames", "client", "query", "broker", "delay"]}


def main():
    for argument in sys.argv[1:]:
        import wrong_implementations  # it changes what stands above

        wrong_implementations.break_rule(sys.modules[__name__], argument.removeprefix("--wrong="))
    for line in sys.stdin:
        request = json.loads(line)
        output = HELLO if request["do"] == "hello" else ANSWERS[request["do"]](request["input"])
        print(json.dumps({"id": request["id"], "output": output}), flush=True)


if __name__ == "__main__":
    main()
