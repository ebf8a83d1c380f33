"""The C side of the differential test: jobs for differential_driver.c, and its answers."""

import struct
import subprocess
from array import array
from collections import namedtuple

import oracle

PRESETS = ("latex", "package", "expl3", "plain", "initex")
NO_PRESET = 255
OK, OUTPUT_FULL = 0, 2
AMPLE = None  # a capacity that cannot be too small

# preset: None, or the C code is to fill the table itself and must get the same one.
Job = namedtuple("Job", "regime document preset")
Answer = namedtuple("Answer", "status kinds codes starts ends lines cols issue_count issues")
COLUMNS = Answer._fields[1:7]


def preset_regime(preset, encoding):
    """The reference for hlx_regime_preset. spec: CAT-10 to CAT-14"""
    utf8 = encoding == oracle.UTF8
    tables = {"plain": "luatexplain" if utf8 else "plain", "initex": "initex"}
    name = tables.get(preset, "lualatex" if utf8 else "pdflatex")
    category = [12] * 128 + [13 if name == "pdflatex" else 12] * 128
    for first, last, value in oracle.read_table(name):
        for code in range(first, min(last, 255) + 1):
            category[code] = value
    changes = {"package": {"@": 11},
               "expl3": {"\t": 9, " ": 9, "_": 11, ":": 11, "~": 10, '"': 12, "|": 12, "&": 4,
                         "^": 7}}
    for character, value in changes.get(preset, {}).items():
        category[ord(character)] = value
    return oracle.Regime(tuple(category), encoding, int(preset != "initex"),
                         32 if preset == "expl3" else 13)


def encode_job(job, tokens, issues):
    regime, length = job.regime, len(job.document)
    preset = NO_PRESET if job.preset is None else PRESETS.index(job.preset)
    head = struct.pack("=4i3I", preset, regime.encoding, regime.unicode_letters,
                       regime.end_of_line_char, length + 1 if tokens is AMPLE else tokens,
                       2 * length + 3 if issues is AMPLE else issues, length)
    return head + bytes(regime.category) + job.document


def decode_answers(stream):
    numbers = array("i", stream)
    at = 0

    def take(count):
        nonlocal at
        at += count
        return numbers[at - count:at]

    while at < len(numbers):
        status, tokens, issues = take(3)
        columns = [take(tokens) for _ in COLUMNS]
        yield status, columns, issues, take


def run_driver(driver, jobs, capacities=None):
    """One Answer a job. capacities: (tokens, issues) a job, if not ample."""
    capacities = capacities or [(AMPLE, AMPLE)] * len(jobs)
    stream = b"".join(encode_job(job, *capacity) for job, capacity in zip(jobs, capacities))
    done = subprocess.run([driver], input=stream, stdout=subprocess.PIPE, check=True)
    answers = []
    for (status, columns, issues, take), (_, room) in zip(decode_answers(done.stdout), capacities):
        rows = issues if room is AMPLE else min(issues, room)
        answers.append(Answer(status, *columns, issues, list(zip(take(rows), take(rows)))))
    if len(answers) != len(jobs):
        raise RuntimeError(f"the driver answered {len(answers)} of {len(jobs)} jobs")
    return answers
