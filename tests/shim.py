"""The test's side of shim.c: faults to arm under a running hedgelexd."""

import ctypes
import mmap
import os
import pathlib
import re
import tempfile

SERVICE, WORKER = 1, 2
NONE, CRASH, SPIN, FLOOD, CORRUPT, REQUEST, BOAST = range(7)
FOR_EVER = 1 << 30
SOURCE = pathlib.Path(__file__).with_name("shim.c").read_text()
CALLS = re.findall(r"^    CALL_(\w+),?$", SOURCE, re.M)  # enum shim_call
TYPES = {"uint32_t": ctypes.c_uint32, "int32_t": ctypes.c_int32}


class Control(ctypes.Structure):
    """struct shim_control, field for field."""

    _fields_ = [(name, TYPES[kind]) for kind, name in re.findall(r"^    _Atomic (u?int32_t) (\w+);", SOURCE, re.M)]


class Shim:
    """A control block; `environment` is what a service needs in its own to be under it."""

    library = pathlib.Path("build/gcc/tests/shim.so")

    def __init__(self):
        if not self.library.exists():
            raise FileNotFoundError(f"{self.library}: not there; make faults builds it")
        descriptor, self.path = tempfile.mkstemp(prefix="hedgelex-shim-")
        os.ftruncate(descriptor, ctypes.sizeof(Control))
        self.memory = mmap.mmap(descriptor, ctypes.sizeof(Control))
        os.close(descriptor)
        self.control = Control.from_buffer(self.memory)
        self.environment = {"LD_PRELOAD": str(self.library.resolve()), "HEDGELEX_SHIM": self.path}

    def arm(self, role, call, number, error=0, transfer=0, repeat=1):
        """The number-th such call from now on, and repeat - 1 more, fail with `error`, or move `transfer` bytes."""
        control = self.control
        control.role = 0
        control.call, control.countdown, control.repeat = CALLS.index(call), number, repeat
        control.error, control.bytes, control.hits = error, transfer, 0
        control.role = role

    def disarm(self):
        """No more faults; how many there were."""
        self.control.role = 0
        return self.control.hits

    def misbehave(self, fault, tokens):
        """What a worker does instead of answering with so many tokens."""
        self.control.fault_tokens, self.control.faults, self.control.fault = tokens, 0, fault

    def close(self):
        os.unlink(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
