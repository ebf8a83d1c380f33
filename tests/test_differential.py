#!/usr/bin/env python3
"""The C lexer against real TeX engines and against the oracle.

    (a) tests/cases          lexer == oracle == engine == the written-down tokens
    (b) presets              their tables == those of the formats that they are named after
    (c) generated documents  lexer == oracle, all columns and issues; spans tile; columns
                             of n, n-1 and 0 rows; lexer == engine where the engine is normative
    (d) every TeX source of the TeX installation, as `bytes` and as `utf8`

pdfTeX judges `bytes`, LuaTeX `utf8`; engines.not_normative says what they cannot
judge, and every exclusion is counted and printed. A generated document that
fails is shrunk and printed with the command that replays it.

    HLX_SEED=n         the seed of (c), printed; without it the same in every run
    HLX_DOCUMENTS=n    how many generated documents (default 24000)
    --replay=SPEC      compare one document and show all readings

spec: LEX-10 to LEX-16, LEX-20 to LEX-27, LEX-30 to LEX-33, LEX-40, LEX-50 to LEX-54
spec: LEX-60 to LEX-66, CAT-02, CAT-10 to CAT-14, CAT-20, CAT-21
"""

import argparse
import collections
import multiprocessing
import operator
import os
import pathlib
import subprocess
import sys
import time

import engines
import oracle
from differential_documents import generate
from differential_driver import (AMPLE, COLUMNS, OK, OUTPUT_FULL, Job, preset_regime,
                                 run_driver)

CASES = pathlib.Path(__file__).resolve().parent / "cases"
ENCODINGS = {"bytes": oracle.BYTES, "utf8": oracle.UTF8}
ENCODING_NAMES = ("bytes", "utf8")
CHUNK = 1500  # generated documents for one engine run
BATCH_BYTES = 1 << 20
LARGEST_DOCUMENT = 2097152  # spec: CLI-24
SMALLEST_CORPUS = 5_000_000
TEX_SUFFIXES = (".tex", ".sty", ".cls", ".ltx")
READER_ISSUES = (1, 2, 3, 4)  # those of the reader; 5 and 6 need the whole document

Failure = collections.namedtuple("Failure", "check job detail")


# -- one comparison each: what differs, or None

def first_difference(name, ours, theirs):
    if ours == theirs:
        return None
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b),
              min(len(ours), len(theirs)))
    shown = ["nothing" if at >= len(column) else column[at] for column in (ours, theirs)]
    return f"{name}[{at}] is {shown[0]}, expected {shown[1]}"


def differs_from_oracle(answer, reader):
    """spec: LEX-50 to LEX-52, LEX-60"""
    rows = [(kind, oracle.name_hash(code) if kind == 0 else code, *spot)
            for kind, code, *spot in reader.tokens]
    if answer.status != OK:
        return f"status is {answer.status}, expected {OK}"
    for number, name in enumerate(COLUMNS):
        column = list(getattr(answer, name))
        if found := first_difference(name, column, [row[number] for row in rows]):
            return found
    return first_difference("issues", answer.issues, reader.issues)


def differs_from_engine(answer, reading):
    invalid = sum(code == oracle.ISSUE_INVALID for code, _ in answer.issues)
    return (first_difference("kinds", answer.kinds, reading.kinds)
            or first_difference("codes", answer.codes, reading.codes)
            or first_difference("invalid characters", [invalid], [reading.invalid_characters]))


def breaks_tiling(answer, document):
    """Spans are ordered, disjoint and inside. spec: LEX-51"""
    starts, ends = answer.starts, answer.ends
    if not all(map(operator.le, starts, ends)):
        return "a token ends before it starts"
    if not all(map(operator.le, ends, starts[1:])):
        return "two tokens overlap"
    if len(starts) and (starts[0] < 0 or ends[-1] > len(document)):
        return "a token reaches out of the document"
    return None


def breaks_capacity(full, short, tokens, issues):
    """`short` is the answer with room for so many rows. spec: LEX-54, LEX-60, LEX-66"""
    count = len(full.kinds)
    if short.status != (OK if tokens is AMPLE or tokens >= count else OUTPUT_FULL):
        return f"status {short.status} with {tokens} rows for {count} tokens"
    rows = count if tokens is AMPLE else min(tokens, count)
    for name in COLUMNS:
        if getattr(short, name) != getattr(full, name)[:rows]:
            return f"{name} with {tokens} rows are not the first ones"
    expected = full.issues
    if short.status == OUTPUT_FULL:
        expected = [row for row in expected if row[0] in READER_ISSUES]
        least = sum(offset < full.starts[rows] for _, offset in expected)
        if short.issue_count < least:
            return f"{short.issue_count} issues with {tokens} rows, at least {least} come before"
        expected = expected[:short.issue_count]
    if short.issue_count != len(expected):
        return f"{short.issue_count} issues with {tokens} rows, expected {len(expected)}"
    return first_difference("issues", short.issues, expected[:issues])


def small_capacities(answer):
    """Room for exactly all rows, one less, none; and for too few issues."""
    count, issues = len(answer.kinds), len(answer.issues)
    return [(count, issues), (max(count - 1, 0), AMPLE), (0, 0), (AMPLE, max(issues - 1, 0))]


# -- many documents

class Tally:
    """What was compared, what was left out, what failed."""

    def __init__(self):
        self.counts, self.failures = collections.Counter(), []

    def check(self, name, job, detail):
        self.counts["failed" if detail else "passed"] += 1
        self.counts[name] += 1
        if detail:
            self.failures.append(Failure(name, job, detail))

    def add(self, other):
        self.counts.update(other.counts)
        self.failures += other.failures


def compare_with_engine(jobs, answers, readers, tally):
    judged = []
    engine = engines.ENGINES[jobs[0].regime.encoding]
    tally.counts[f"given to {engine}"] += len(jobs)
    for job, answer, reader in zip(jobs, answers, readers):
        if reason := engines.not_normative(reader):
            tally.counts[f"left out ({ENCODING_NAMES[job.regime.encoding]}): {reason}"] += 1
        else:
            judged.append((job, answer, reader))
    if not judged:
        return
    try:
        readings = engines.read_documents([(job.regime, job.document) for job, _, _ in judged])
    except engines.EngineFailure as failure:
        tally.check(f"lexer == {engine}", f"a batch of {len(judged)} documents", str(failure))
        return
    for (job, answer, reader), reading in zip(judged, readings):
        cut = engines.restore_cut_names(reader, reading)
        tally.counts["names with NUL, which LuaTeX writes only up to there"] += cut
        tally.check(f"lexer == {engine}", job, differs_from_engine(answer, reading))
        tally.counts[f"bytes compared with {engine}"] += len(job.document)
        tally.counts[f"tokens compared with {engine}"] += len(reading.kinds)


def compare_with_oracle(jobs, answers, tally):
    readers = [engines.DeviationReader(job.regime, job.document).run() for job in jobs]
    for job, answer, reader in zip(jobs, answers, readers):
        tally.check("lexer == oracle", job, differs_from_oracle(answer, reader))
        tally.check("spans tile", job, breaks_tiling(answer, job.document))
        tally.counts["tokens compared with oracle"] += len(reader.tokens)
    return readers


def compare_capacities(driver, jobs, answers, tally):
    runs = [(job, answer, capacity) for job, answer in zip(jobs, answers)
            for capacity in small_capacities(answer)]
    shorts = run_driver(driver, [job for job, _, _ in runs], [capacity for _, _, capacity in runs])
    for (job, answer, capacity), short in zip(runs, shorts):
        tally.check("exact capacities", job, breaks_capacity(answer, short, *capacity))


def compare_jobs(driver, jobs):
    """Everything, for jobs of one encoding."""
    tally = Tally()
    answers = run_driver(driver, jobs)
    readers = compare_with_oracle(jobs, answers, tally)
    compare_capacities(driver, jobs, answers, tally)
    compare_with_engine(jobs, answers, readers, tally)
    return tally


# -- (a) cases

def case_table(name, encoding):
    path = CASES / "base.cat" if name == "base" else oracle.TABLES / f"{name}.cat"
    high = 13 if encoding == oracle.BYTES and name in ("base", "pdflatex") else 12
    category = [12] * 128 + [high] * 128
    for row in path.read_text().splitlines():
        first, last, value = map(int, row.split())
        for code in range(first, min(last, 255) + 1):
            category[code] = value
    return category


def case_regime(words):
    options = list(zip(words[::2], words[1::2]))
    one = dict(options)
    encoding = ENCODINGS[one.get("--regime", "bytes")]
    table = one.get("--catcodes", "base")
    category = case_table(table, encoding)
    for name, value in options:
        if name == "--catcode":
            code, number = map(int, value.split("="))
            category[code] = number
    return oracle.Regime(tuple(category), encoding, int(table.startswith("lua")),
                         int(one.get("--endlinechar", "13")))


def case_expectation(path):
    """What an engine would be read as."""
    rows = [row.split("\t") for row in path.read_text().splitlines()]
    invalid = sum(row[0] == "invalid" for row in rows)
    tokens = [(0, oracle.name_hash(bytes.fromhex(row[1].replace("-", "")))) if row[0] == "cs"
              else (int(row[1]), int(row[2])) for row in rows if row[0] != "invalid"]
    return engines.Reading([kind for kind, _ in tokens], [code for _, code in tokens], invalid)


def check_cases(driver):
    tally = Tally()
    by_encoding = {oracle.BYTES: [], oracle.UTF8: []}
    for path in sorted(CASES.glob("*.in")):
        regime = case_regime(path.with_suffix(".args").read_text().split())
        job = Job(regime, path.read_bytes(), None)
        by_encoding[regime.encoding].append((job, path.with_suffix(".tokens.tsv")))
    for cases in by_encoding.values():
        jobs = [job for job, _ in cases]
        tally.add(compare_jobs(driver, jobs))
        for answer, (job, path) in zip(run_driver(driver, jobs), cases):
            as_lists = answer._replace(kinds=list(answer.kinds), codes=list(answer.codes))
            detail = differs_from_engine(as_lists, case_expectation(path))
            tally.check("lexer == case", job, detail and f"{path.name}: {detail}")
    return tally


# -- (b) presets

def check_presets():
    """The presets are what real formats read with. spec: CAT-10 to CAT-14, CAT-21"""
    tally = Tally()
    for command, encoding, presets, job in engines.FORMATS:
        regimes = engines.format_regimes(command, presets, job)
        for preset, (end_of_line, category) in regimes.items():
            ours = preset_regime(preset, encoding)
            detail = (first_difference("category", ours.category, category)
                      or first_difference("end-of-line character", [ours.end_of_line_char],
                                          [end_of_line]))
            tally.check("preset == format", f"{preset} of {' '.join(command)}", detail)
    for command, letters in ((["lualatex"], 1), (["luatex"], 1), (["luatex", "-ini"], 0)):
        regime = preset_regime("latex", oracle.UTF8)._replace(unicode_letters=letters)
        ours = bytes(map(oracle.Reader(regime, b"").category, range(256, 0x110000)))
        theirs = engines.format_categories_above_255(command)
        tally.check("categories above 255 == format", " ".join(command),
                    first_difference("category above 255", ours, theirs))
    return tally


# -- (c) generated documents

def generated_chunks(driver, seed, count):
    """Half bytes, half utf8; a chunk's seed does not depend on the number of chunks."""
    for number in range((count + CHUNK - 1) // CHUNK):
        yield driver, f"{seed}/{number}", min(CHUNK, count - number * CHUNK), number % 2


def check_generated(arguments):
    driver, seed, count, encoding = arguments
    return compare_jobs(driver, list(generate(seed, count, encoding)))


# -- (d) the TeX installation

def installation_folders():
    wanted = []
    for variable in ("TEXMFDIST", "TEXMFMAIN"):
        done = subprocess.run(["kpsewhich", f"-var-value={variable}"], capture_output=True,
                              text=True, check=True)
        wanted.append(done.stdout.strip())
    return [folder for folder in [*wanted, "/usr/share/texmf"] if os.path.isdir(folder)]


def installed_sources():
    """Every source once, whatever links lead to it."""
    found = set()
    for folder in installation_folders():
        for place, _, names in os.walk(folder, followlinks=True):
            found |= {os.path.realpath(os.path.join(place, name)) for name in names
                      if name.endswith(TEX_SUFFIXES)}
    return sorted(path for path in found if os.path.isfile(path))


def preset_of(path, document):
    """What the file is written for, roughly: any regime is a fair test."""
    if b"\\ProvidesExpl" in document or b"\\ExplSyntaxOn" in document:
        return "expl3"
    return "package" if path.endswith((".sty", ".cls")) else "latex"


def file_batches(driver, paths, encoding):
    batch, size = [], 0
    for path in paths:
        batch.append(path)
        size += os.path.getsize(path)
        if size >= BATCH_BYTES:
            yield driver, batch, encoding
            batch, size = [], 0
    if batch:
        yield driver, batch, encoding


def check_files(arguments):
    driver, paths, encoding = arguments
    tally, jobs, names = Tally(), [], {}
    for path in paths:
        document = pathlib.Path(path).read_bytes()
        preset = preset_of(path, document)
        jobs.append(Job(preset_regime(preset, encoding), document, preset))
        names[id(jobs[-1])] = path
    answers = run_driver(driver, jobs)
    readers = compare_with_oracle(jobs, answers, tally)
    compare_with_engine(jobs, answers, readers, tally)
    tally.failures = [Failure(check, names[id(job)], detail)
                      for check, job, detail in tally.failures]
    return tally


# -- failures

def replay_text(job):
    regime = job.regime
    table = "".join(f"{category:x}" for category in regime.category)
    return (f"{ENCODING_NAMES[regime.encoding]}:{regime.unicode_letters}:"
            f"{regime.end_of_line_char}:{table}:{job.document.hex()}")


def replayed_job(text):
    encoding, letters, end_of_line, table, document = text.split(":")
    category = tuple(int(digit, 16) for digit in table)
    return Job(oracle.Regime(category, ENCODINGS[encoding], int(letters), int(end_of_line)),
               bytes.fromhex(document), None)


def smaller_jobs(job):
    """The job with each piece of its document left out, large pieces first; plain entries first."""
    used = set(job.document) | {job.regime.end_of_line_char}
    plain = tuple(category if code in used else 12
                  for code, category in enumerate(job.regime.category))
    if plain != job.regime.category:
        yield Job(job.regime._replace(category=plain), job.document, None)
    size = len(job.document)
    while size > 0:
        for at in range(0, len(job.document), size):
            yield job._replace(document=job.document[:at] + job.document[at + size:])
        size //= 2


def shrink(driver, failure):
    """The smallest job found on which the same check fails."""
    job = failure.job
    while True:
        candidates = list(smaller_jobs(job))
        failures = [found for found in compare_jobs(driver, candidates).failures
                    if found.check == failure.check] if candidates else []
        if not failures:
            return failure._replace(job=job)
        best = min(failures, key=lambda found: len(found.job.document))
        job, failure = best.job, best


def show_failures(driver, failures, build, most=5):
    for failure in failures[:most]:
        print(f"FAILED {failure.check}: {failure.detail}")
        if isinstance(failure.job, str):
            print(f"  in {failure.job}")
            continue
        least = shrink(driver, failure)
        print(f"  document {failure.job.document!r}")
        print(f"  smallest {least.job.document!r}: {least.detail}")
        print(f"  replay: python3 tests/test_differential.py --build={build} "
              f"--replay={replay_text(least.job)}")
    if len(failures) > most:
        print(f"... and {len(failures) - most} more failures")


def replay(driver, text):
    job = replayed_job(text)
    reader = engines.DeviationReader(job.regime, job.document).run()
    reason = engines.not_normative(reader)
    answer = run_driver(driver, [job])[0]
    print("document", job.document)
    print("oracle  ", [tuple(token) for token in reader.tokens], reader.issues)
    print("lexer   ", list(zip(*(getattr(answer, name) for name in COLUMNS))), answer.issues)
    if reason:
        print("engine   not normative:", reason)
    else:
        reading = engines.read_documents([(job.regime, job.document)])[0]
        print("engine  ", list(zip(reading.kinds, reading.codes)), "and",
              reading.invalid_characters, "invalid characters")
    return compare_jobs(driver, [job])


# -- the run

def report(title, tally):
    print(f"{title}:")
    for name in sorted(set(tally.counts) - {"passed", "failed"}):
        if tally.counts[name]:
            print(f"  {name}: {tally.counts[name]:,}")


def require(tally, *names):
    """A comparison without data is a failure."""
    for name in names:
        if not tally.counts[name]:
            tally.failures.append(Failure(name, "-", "nothing was compared"))
            tally.counts["failed"] += 1


def gather(pool, function, work):
    tally = Tally()
    for part in pool.imap_unordered(function, work):
        tally.add(part)
    return tally


def run_cases(driver):
    tally = check_cases(driver)
    require(tally, "lexer == case", "lexer == pdftex", "lexer == luatex", "lexer == oracle")
    report("(a) cases", tally)
    return tally


def run_presets():
    tally = check_presets()
    require(tally, "preset == format", "categories above 255 == format")
    report("(b) presets", tally)
    return tally


def run_generated(driver, pool):
    seed = os.environ.get("HLX_SEED") or "1"
    count = int(os.environ.get("HLX_DOCUMENTS", "24000"))
    print(f"HLX_SEED={seed}", flush=True)
    tally = gather(pool, check_generated, generated_chunks(driver, seed, count))
    require(tally, "lexer == oracle", "exact capacities", "lexer == pdftex", "lexer == luatex")
    for engine in ("pdftex", "luatex"):
        given, judged = tally.counts[f"given to {engine}"], tally.counts[f"lexer == {engine}"]
        tally.check("enough is compared", "-", None if 2 * judged >= given else f"{engine}: {judged} of {given}")
    report(f"(c) {count:,} generated documents, seed {seed}", tally)
    return tally


def run_files(driver, pool):
    sources = installed_sources()
    paths = [path for path in sources if os.path.getsize(path) <= LARGEST_DOCUMENT]
    size = sum(map(os.path.getsize, paths))
    work = [batch for encoding in ENCODINGS.values()
            for batch in file_batches(driver, paths, encoding)]
    tally = gather(pool, check_files, work)
    require(tally, "lexer == pdftex", "lexer == luatex", "lexer == oracle")
    tally.check("corpus is large enough", "-",
                None if size >= SMALLEST_CORPUS else f"{size:,} bytes of TeX sources are installed")
    report(f"(d) {len(paths):,} installed TeX sources, {size:,} bytes, in bytes and in utf8", tally)
    for path in sorted(set(sources) - set(paths)):
        print(f"  skipped, above 2 MiB: {path}")
    return tally


def run_all(driver, total):
    total.add(run_cases(driver))
    total.add(run_presets())
    with multiprocessing.Pool(2) as pool:
        total.add(run_generated(driver, pool))
        total.add(run_files(driver, pool))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build/gcc", help="folder of the build")
    parser.add_argument("--replay", metavar="SPEC", help="one document, as a failure printed it")
    options = parser.parse_args()
    driver = f"{options.build}/tests/differential_driver"
    began = time.monotonic()
    total = Tally()
    try:
        if options.replay:
            total.add(replay(driver, options.replay))
        else:
            run_all(driver, total)
        show_failures(driver, total.failures, options.build)
    except (OSError, subprocess.CalledProcessError, engines.EngineFailure) as failure:
        print(f"FAILED: {failure}")
        total.counts["failed"] += 1
    print(f"differential: {time.monotonic() - began:.0f} s")
    print(f"{total.counts['passed']} passed, {total.counts['failed']} failed")
    return 1 if total.counts["failed"] or not total.counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
