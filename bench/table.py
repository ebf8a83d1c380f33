#!/usr/bin/env python3
"""Ratios of a benchmark run, as a table, a picture, or against a baseline of the same machine.

    bench/table.py RESULT.json
    bench/table.py --svg=PICTURE.svg RESULT.json
    bench/table.py --markdown RESULT.json ...               the table of bench/README.md, of several runs the best cells
    bench/table.py --baseline=BASELINE.json RESULT.json     exit code 1 when something is slower by more than 15 %,
                                                            or missing

A baseline is another run's result. Machines share processors, so a single figure is noise: what is compared is the
ratio to the limit that was measured in the same run, for each interface on each document.
"""

import argparse
import html
import json
import sys

KERNELS = ("portable", "neon", "sse2", "avx2", "avx512")
PEERS = ("switch", "re2c", "flex")
ENGINE = "pdftex"
BOUND = 0.85


def read(*paths):
    """{(interface, how, document): (MB/s, million tokens/s)}, of repetitions and runs the fastest"""
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for row in json.load(file)["benchmarks"]:
                if row.get("run_type") != "aggregate":
                    key = tuple(row["name"].split("/"))
                    speed = (row["bytes_per_second"] / 1e6, row["items_per_second"] / 1e6)
                    found[key] = max(speed, found.get(key, speed))
    return found


def print_left(path):
    """What bench_tokenize has counted: `left/DOCUMENT`, bytes in a thousand."""
    with open(path, encoding="utf-8") as file:
        context = json.load(file)["context"]
    print("\nbytes in a thousand that leaps leave to the machine")
    for key, value in sorted(context.items()):
        if key.startswith("left/"):
            print(f"{key[5:]:14}{value:>14}")


def megabytes(result, cell):
    return f"{result[cell][0]:.0f}" if cell in result else "-"


def ratio(result, numerator, denominator):
    if numerator not in result or denominator not in result:
        return "-"
    return f"{result[numerator][0] / result[denominator][0]:.2f}"


def kernels_of(result):
    present = {key[1] for key in result}
    return [name for name in KERNELS if name in present]


def print_speeds(result, documents, interface):
    columns = [*kernels_of(result), "limit", *(PEERS + ("memset",) if interface == "six" else ()),
               *((ENGINE,) if interface == "native" else ())]
    print(f"\n{interface}: MB/s of input (million tokens/s)")
    print(f"{'':14}" + "".join(f"{name:>14}" for name in columns))
    for document in documents:
        cells = []
        for name in columns:
            speed = result.get((interface, name, document))
            cells.append(f"{speed[0]:.0f} ({speed[1]:.0f})" if speed else "-")
        print(f"{document:14}" + "".join(f"{cell:>14}" for cell in cells))


def ratios(result, d):
    """{name: ratio} of the best kernel on a document"""
    *_, best = kernels = kernels_of(result)
    slowest = min(kernels, key=lambda name: result.get(("six", name, d), (0, 0))[0])
    return {
        "native/limit": ratio(result, ("native", best, d), ("native", "limit", d)),
        "six/limit": ratio(result, ("six", best, d), ("six", "limit", d)),
        "blocks/limit": ratio(result, ("blocks", best, d), ("blocks", "limit", d)),
        "blocks/six lim": ratio(result, ("blocks", best, d), ("six", "limit", d)),
        **{f"six/{peer}": ratio(result, ("six", best, d), ("six", peer, d)) for peer in ("re2c", "switch", "flex")},
        "native/pdftex": ratio(result, ("native", best, d), ("native", ENGINE, d)),
        "avx2/avx512": ratio(result, ("native", "avx2", d), ("native", "avx512", d)),
        "worst/switch": ratio(result, ("six", slowest, d), ("six", "switch", d)),
    }


def print_ratios(result, documents):
    print(f"\nratios of {kernels_of(result)[-1]} in this run")
    print(f"{'':14}" + "".join(f"{head:>15}" for head in ratios(result, documents[0])))
    for d in documents:
        print(f"{d:14}" + "".join(f"{cell:>15}" for cell in ratios(result, d).values()))


def print_markdown(result, documents):
    *_, best = kernels = kernels_of(result)
    heads = ("document", f"native {' / '.join(kernels)}", f"native: {best} / limit", f"six {best}", f"blocks {best}",
             "six / limit", "blocks / limit of six", "six / re2c", "six / switch", "native / pdfTeX",
             "native: avx2 / avx512")
    print(f"| {' | '.join(heads)} |")
    print("|" + "---|" * len(heads))
    for d in documents:
        of = ratios(result, d)
        speeds = " / ".join(megabytes(result, ("native", name, d)) for name in kernels)
        cells = [d, speeds, of["native/limit"], *(megabytes(result, (name, best, d)) for name in ("six", "blocks")),
                 *(of[name] for name in ("six/limit", "blocks/six lim", "six/re2c", "six/switch", "native/pdftex",
                                         "avx2/avx512"))]
        print(f"| {' | '.join(cells)} |")


def draw(result, documents, path):
    """Bars: six columns on each document, the kernels, the peers and the limit."""
    names = [*kernels_of(result), *PEERS, "limit"]
    colours = ("#999", "#9bd", "#58c", "#247", "#eb8", "#d84", "#b52", "#ddd", "#bbb")
    most = max(result["six", name, d][0] for name in names for d in documents if ("six", name, d) in result)
    height = 14 * len(names) + 24
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height * len(documents) + 30}" '
           'font-family="sans-serif" font-size="11">', '<text x="10" y="18">six columns, MB/s of input</text>']
    for i, d in enumerate(documents):
        top = 30 + i * height
        out.append(f'<text x="10" y="{top + 12}">{html.escape(d)}</text>')
        for j, name in enumerate(names):
            speed = result.get(("six", name, d), (0, 0))[0]
            y = top + 14 * j
            out.append(f'<rect x="200" y="{y}" width="{speed / most * 600:.1f}" height="12" fill="{colours[j]}"/>')
            out.append(f'<text x="130" y="{y + 10}">{name}</text>')
            out.append(f'<text x="{205 + speed / most * 600:.1f}" y="{y + 10}">{speed:.0f}</text>')
    out.append("</svg>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out))


def compare(result, baseline):
    """True when a row of the baseline is slower or missing. The lexer writes three columns as native does."""
    bad, rows = 0, sorted(key for key in baseline if key[1] in KERNELS)
    for interface, how, document in rows:
        key, limit = (interface, how, document), ("native" if interface == "lexer" else interface, "limit", document)
        if key not in result or limit not in result or limit not in baseline:
            bad += 1
            print(f"missing: {interface} {how} {document}, or its limit")
            continue
        change = (result[key][0] / result[limit][0]) / (baseline[key][0] / baseline[limit][0])
        if change < BOUND:
            bad += 1
            print(f"slower: {interface} {how} {document}: {change:.2f} of the baseline's ratio to the limit")
    if not rows:
        print("nothing was compared: the baseline has no row of a kernel")
    return bad or not rows


def main():
    parser = argparse.ArgumentParser(description="ratios of a benchmark run")
    parser.add_argument("--svg")
    parser.add_argument("--baseline")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("results", nargs="+", metavar="RESULT.json")
    options = parser.parse_args()
    if len(options.results) > 1 and not options.markdown:
        parser.error("several results: only with --markdown")
    result = read(*options.results)
    documents = sorted({key[2] for key in result})
    if options.svg:
        draw(result, documents, options.svg)
    elif options.baseline:
        sys.exit(1 if compare(result, read(options.baseline)) else 0)
    elif options.markdown:
        print_markdown(result, documents)
    else:
        for interface in ("native", "six", "blocks"):
            print_speeds(result, documents, interface)
        print_ratios(result, documents)
        print_left(options.results[0])


main()
