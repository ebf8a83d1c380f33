#!/usr/bin/env python3
"""Draw latency by percentile, several runs in one picture, from the samples of `hedgelex load`.

    ci/latency_plot.py PICTURE.svg [--limit=MS] NAME=SAMPLES.csv...

The axis of percentiles is that of HdrHistogram: 90 %, 99 %, 99.9 % are equally far apart, so that the tail, where the
question is, has room. Only right replies (outcome `ok`) are drawn; how many there are of how many is in the legend.
Every sample counts, nothing is smoothed; points closer than the picture shows are left out. Drawn by gnuplot.
"""

import argparse
import csv
import pathlib
import subprocess
import sys

POINTS_PER_DECADE = 200
LEVELS = [(1, "0"), (10, "90"), (100, "99"), (1000, "99.9"), (10000, "99.99"), (100000, "99.999")]


def latencies(path):
    """The sorted latencies of the right replies, in ms, and the number of all requests."""
    with open(path, newline="", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    return sorted(float(row["latency_ms"]) for row in rows if row["outcome"] == "ok"), len(rows)


def curve(values):
    """(1 / (1 - rank / count), latency) from the smallest to the largest value, thinned evenly along the axis. Ranks
    are those of SRV-53, from 1 on. The place of the largest is endless: it is drawn above the one before it."""
    count = len(values)
    last = -1.0
    for rank, value in enumerate(values, 1):
        place = count / max(count - rank, 1)
        if rank in (1, count) or place >= last * 10 ** (1 / POINTS_PER_DECADE):
            last = place
            yield place, value


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def script(picture, runs, limit):
    tics = ", ".join(f'"{name} %%" {place}' for place, name in LEVELS)
    lines = [
        f"set terminal svg size 900,520 font 'sans,13' background 'white'\nset output {quoted(str(picture))}",
        f"set logscale x\nset logscale y\nset xtics ({tics})\nset grid\nset key top left noenhanced",
        "set rmargin 6\nset xlabel 'percentile'\nset ylabel 'latency, ms'",
    ]
    plots = []
    for number, (name, values, count) in enumerate(runs):
        points = "\n".join(f"{place:.6g} {value:.6f}" for place, value in curve(values))
        lines.append(f"$run{number} << END\n{points}\nEND")
        plots.append(f"$run{number} with lines lw 2 title {quoted(f'{name} ({len(values)} of {count} ok)')}")
    if limit is not None:
        plots.append(f"{limit} with lines dashtype 2 lc rgb 'red' title 'limit {limit:g} ms'")
    return "\n".join(lines) + "\nplot " + ", ".join(plots) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--limit", type=float)
    parser.add_argument("runs", nargs="+", metavar="NAME=SAMPLES.csv")
    options = parser.parse_args()
    runs = []
    for run in options.runs:
        name, _, path = run.rpartition("=")
        try:
            values, count = latencies(path)
        except (OSError, KeyError, ValueError) as error:
            sys.exit(f"latency_plot.py: {path}: no samples of hedgelex load: {error}")
        if not values:
            sys.exit(f"latency_plot.py: {path}: no right reply, nothing to draw")
        runs.append((name or path, values, count))
    try:
        subprocess.run(["gnuplot"], input=script(options.picture, runs, options.limit), text=True, check=True)
    except FileNotFoundError:
        sys.exit("latency_plot.py: gnuplot is not installed (Debian: gnuplot-nox)")
    except subprocess.CalledProcessError as error:
        sys.exit(f"latency_plot.py: gnuplot ended with {error.returncode}")


if __name__ == "__main__":
    main()
