#!/usr/bin/env python3
"""The statistics of the gate, held against tables and against exact arithmetic.

    tests/test_measure.py        the last line is `N passed, N failed`
"""

import fractions
import math
import os
import subprocess
import sys
import time
import types
from unittest import mock

import gate
import measure


def exact_tail(exceedances, count, probability):
    """The same sum in rational numbers."""
    p = fractions.Fraction(probability).limit_denominator(10**6)
    return float(sum(math.comb(count, k) * p**k * (1 - p) ** (count - k) for k in range(exceedances + 1)))


def tail_is_exact():
    for exceedances, count, probability in ((0, 100, 0.001), (4, 1000, 0.001), (3, 500, 0.02), (9, 10, 0.5)):
        exact = exact_tail(exceedances, count, probability)
        assert math.isclose(measure.binomial_tail(exceedances, count, probability), exact, rel_tol=1e-9)
    assert measure.binomial_tail(3, 10, 0) == 1 and measure.binomial_tail(3, 10, 1) == 0
    assert measure.binomial_tail(10, 10, 1) == 1


def certificates_are_those_of_the_table():
    """The most exceedances with which P99.9 is certain at 95 %: none of 2,995, 4 of 10,000, 29 of 40,000 ..."""
    for most, count in ((0, 2995), (4, 10000), (29, 40000), (83, 100000)):
        assert measure.certified(most, count), (most, count)
        assert not measure.certified(most + 1, count), (most, count)
    assert not measure.certified(0, 2994)


def bound_meets_its_definition():
    for exceedances, count in ((0, 3000), (4, 10000), (29, 40000), (999, 1000), (5, 10)):
        bound = measure.upper_bound(exceedances, count)
        assert math.isclose(measure.binomial_tail(exceedances, count, bound), 0.05, rel_tol=1e-6)
        assert bound > exceedances / count
        assert (bound <= measure.TAIL) == measure.certified(exceedances, count)
    assert measure.upper_bound(10, 10) == 1
    assert math.isclose(measure.upper_bound(0, 3000), 1 - 0.05 ** (1 / 3000), rel_tol=1e-9)


def percentiles_are_ranks():
    values = list(range(1, 1001))
    assert measure.percentile(values, 0.999) == 999 and measure.percentile(values, 1) == 1000
    assert measure.percentile(values, 0.5) == 500 and measure.percentile(values[:10], 0.999) == 10
    assert measure.percentile([7], 0.5) == 7


def noise_is_noticed():
    """A busy loop of somebody else's for a while is foreign, one of ours is not; bound is a fifth of a processor."""
    nobody = types.SimpleNamespace(process=types.SimpleNamespace(pid=2**22 + 1), workers=lambda: [])
    other = subprocess.Popen(["sh", "-c", "while :; do :; done"])
    try:
        watch = measure.Watch(nobody)
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
        watch.end()
    finally:
        other.kill()
        other.wait()
    bound = 0.2 / os.cpu_count()
    with mock.patch.object(measure, "FOREIGN_BOUND", bound):
        assert watch.foreign > bound and not watch.is_quiet() and "NOISY" in str(watch), str(watch)
    assert watch.own * watch.total >= 0.25 * measure.TICKS and watch.switches > 0, str(watch)


def standstill_is_noticed():
    """All threads of this process stopped for a while look to it as a machine that stood still."""
    hiccups = measure.Hiccups(min(os.sched_getaffinity(0)))
    time.sleep(0.1)
    me = os.getpid()  # it is stopped only when one of its threads has taken the signal
    stopped = f"until grep -q '^State:.T' /proc/{me}/status; do sleep 0.01; done"
    subprocess.run(["sh", "-c", f"kill -STOP {me}; {stopped}; sleep 0.1; kill -CONT {me}"], check=True)
    time.sleep(0.1)
    still = hiccups.end()
    if hiccups.measured:
        assert 0.09 < hiccups.worst_s < 2 and measure.HICCUP_BOUND < still < 1, (hiccups.worst_s, still)
    else:
        print("NOT CHECKED: whether a machine that stands still is noticed: that is not measured here")


def watch_of(**parts):
    """A machine that did nothing else, but for these parts."""
    watch = measure.Watch.__new__(measure.Watch)
    vars(watch).update({"steal": 0.0, "foreign": 0.0, "still": 0.0} | parts)
    return watch


def quiet_is_quiet():
    """At its bounds a machine is quiet, above any of them it is not."""
    bounds = {"steal": measure.STEAL_BOUND, "foreign": measure.FOREIGN_BOUND, "still": measure.HICCUP_BOUND}
    assert watch_of(**bounds).is_quiet()
    for name, bound in bounds.items():
        assert not watch_of(**{name: bound * 1.01}).is_quiet(), name


def verdicts_are_those_of_the_times():
    """Of P99.9, and of P50, which noise does not excuse."""
    quiet, noisy = watch_of(), watch_of(steal=1.0)
    cases = [(1, quiet, gate.PASSED, gate.PASSED), (1, noisy, gate.PASSED, gate.PASSED),
             (2, quiet, gate.FAILED, gate.PASSED), (2, noisy, gate.VOID, gate.PASSED),
             (501, quiet, gate.FAILED, gate.FAILED), (501, noisy, gate.VOID, gate.FAILED)]  # fmt: skip
    for over, watch, *expected in cases:
        latencies = [1.0] * (1000 - over) + [gate.LIMIT_MS + 0.01] * over
        run = types.SimpleNamespace(
            latencies=latencies, watch=watch, hedge_rate=lambda: 0.0,
            percentile=lambda part, of=latencies: measure.percentile(of, part),
            exceedances=lambda limit, of=latencies: sum(value > limit for value in of))  # fmt: skip
        found = [verdict for _, verdict in gate.judge_times(run, False)]
        assert found == [gate.PASSED, *expected], (over, str(found))
        slow = [verdict for _, verdict in gate.judge_times(run, False, True)]
        assert slow == [verdict if at == 2 or verdict == gate.PASSED else gate.VOID for at, verdict in enumerate(found)]
        certified = [verdict for _, verdict in gate.judge_times(run, True, True)]
        assert certified == [verdict for _, verdict in gate.judge_times(run, True)], over
    empty = types.SimpleNamespace(latencies=[])
    assert [verdict for _, verdict in gate.judge_times(empty, True)] == [gate.FAILED]


def main():
    tests = [tail_is_exact, certificates_are_those_of_the_table, bound_meets_its_definition, percentiles_are_ranks,
             noise_is_noticed, standstill_is_noticed, quiet_is_quiet, verdicts_are_those_of_the_times]  # fmt: skip
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok {test.__name__}")
        except Exception as error:  # pylint: disable=broad-except # the others still run
            failed += 1
            print(f"FAILED {test.__name__}: {error!r}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
