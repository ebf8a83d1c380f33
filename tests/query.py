"""Version 2 of the client protocol (spec/query.md), as a client of the tests speaks it."""

import struct

import service as rig
from service import equal

REQUEST, REPLY, CANCEL = 0x80000001, 0x80000002, 0x80000003
CANCELLED = 7
KINDS, CODES, STARTS, ISSUE_CODES, ISSUE_OFFSETS = 1, 2, 4, 8, 16
TOKENS, ALL = 7, 31


def header(kind, number, length):
    return struct.pack(">IQI", kind, number, length)


def request(number, document, mask=0, source=0, preset=0, encoding=0, options=b""):
    prefix = struct.pack(">IBBBBI", mask, source, preset, encoding, 0, len(document))
    return header(REQUEST, number, 12 + len(document) + len(options)) + prefix + document + options


def cancel(number):
    return header(CANCEL, number, 0)


class Client(rig.Client):
    """A connection in version 2."""

    def receive(self, count):
        data = bytearray()
        while len(data) < count:
            more = self.socket.recv(min(count - len(data), 1 << 20))
            if not more:
                raise EOFError(f"{len(data)} of {count} bytes")
            data += more
        return bytes(data)

    def reply(self):
        """(id, status, tokens, issues, origin, {mask bit: rows}) of the next reply."""
        kind, number, length = struct.unpack(">IQI", self.receive(16))
        equal(kind, REPLY, "type")
        status, tokens, issues, origin, mask = struct.unpack(">IIIII", self.receive(20))
        columns = {}
        for bit in (1 << i for i in range(5)):
            if mask & bit:
                rows = tokens if bit < ISSUE_CODES else min(issues, 65536)
                columns[bit] = struct.unpack(f"<{rows}i", self.receive(4 * rows))
        equal(length, 20 + 4 * sum(len(rows) for rows in columns.values()), "payload length")
        return number, status, tokens, issues, origin, columns

    def ask(self, number, document, *more):
        self.send_bytes(request(number, document, *more))
        return self.reply()
