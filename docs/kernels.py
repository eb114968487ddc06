# SPDX-License-Identifier: BSD-2-Clause
"""kernels.py -- write docs/kernels.md from what tests and measurements say.

    kernels.py LIST ULPS BENCH >docs/kernels.md       (make kernels-table)

LIST is include/quern/kernel_list.h.  ULPS has the output of tests; the lines
"worst ulp<tab>KERNEL_TYPE<tab>FIGURE..." count.  BENCH is a table as `make bench
FORMAT=tsv` prints it; the rows of quern's whose work is "SUBJECT KERNEL_TYPE..."
and whose unit is ns count, the first of each kernel that has a peer.  A kernel
without a figure has what the comment above it says of its accuracy; what is
correctly rounded is 0.5 ULP off, integers are not at all.
"""

import re
import sys

HEAD = """\
# The kernels

Written by `make kernels-table` from `include/quern/kernel_list.h`, which says
what each kernel does, from the tests and from the measurements (`bench/`) on one
machine.  Figures of several types stand in their order.

- **ULP**: the worst error that the tests have seen on any instruction set, in
  distances between neighbouring numbers; 0.5 is as good as can be, and exact is
  what does not round at all.  What has no figure says what is promised.
- **ns**: per element, on one thread with arrays that stay in the second cache, as
  `quern_run()` takes it, of which the call is some 0.01.
- **peer**: the best of those that promise as much, in the same run, and how many
  times as fast quern is: above 1 is faster.  A loop is the plain one, compiled
  by `gcc -O3 -march=native`, with the C library's functions; it need not give
  quern's one NaN, look for overflow, or add in a fixed order.
{machine}
"""


def parse_list(path):
    """[(title, [(name, [type, ...], accuracy), ...]), ...]"""
    sections, comment, accuracy = [], None, None
    for line in open(path):
        title = re.match(r"/\* ---- (.*) ---- \*/", line)
        kernel = re.match(r"QUERN_\w+\((\w+), (\w+),", line)
        if title:
            sections.append((title.group(1), []))
        elif line.startswith("/*"):
            comment = ""
        if comment is not None:
            comment += line.strip().strip("/*").strip() + " "
            if "*/" in line:
                accuracy, comment = accuracy_of(comment), None
        if kernel and sections:
            name, kind = kernel.groups()
            kernels = sections[-1][1]
            if kernels and kernels[-1][0] == name:
                kernels[-1][1].append(kind)
            else:
                kernels.append((name, [kind], accuracy))
    return sections


def accuracy_of(comment):
    """The first clause under the head Accuracy."""
    comment = re.sub(r" \(f32: [^)]*\)", "", comment)
    found = re.search(r"Accuracy\s+(?:f64: )?(.*?)(?:[;:.,]\s|\s*$)", comment)
    integers = "0.5" if "integers correctly rounded" in comment else "exact"
    exact = re.findall(r"(\w+) is exact", comment)
    text = found.group(1).replace("|", "\\|") if found else "see there"
    return text, integers, exact


def promised(name, kind, accuracy):
    """What stands for the worst error that no test has measured."""
    text, integers, exact = accuracy
    if kind[0] in "iu":
        return integers
    if name in exact:
        return "exact"
    return "0.5" if text == "correctly rounded" else text


def parse_ulps(path):
    return {name: float(figure) for name, figure in re.findall(
        r"worst ulp\t(\w+)\t([\d.]+)", open(path).read())}


def parse_bench(path):
    """{kernel_type: (ns, ratio, best peer)}"""
    rows, works = {}, {}
    for line in open(path):
        cells = line.rstrip("\n").split("\t")
        if len(cells) >= 5:
            works.setdefault(cells[0], []).append(cells)
    for work, cells in works.items():
        kernel = re.match(r"\d+ (\w+_[fiu]\d+)\b", work)
        own = [c for c in cells if c[1] == "quern" and c[3] == "ns"]
        if kernel and own and rows.get(kernel.group(1), "---")[2] == "-":
            # The best peer is the one that is as good as itself.
            best = [c[1].replace("plain ", "") for c in cells
                    if c[1] != "quern" and re.fullmatch(r"1(\.0*)?", c[4])]
            rows[kernel.group(1)] = own[0][2], own[0][4], (best or ["-"])[0]
    return rows


def joined(values):
    return values[0] if len(set(values)) == 1 else " / ".join(values)


def joined_errors(kinds, values):
    """Those of floats, of which there are two or none, and of integers."""
    floats = [v for k, v in zip(kinds, values) if k[0] == "f"]
    integers = sorted({v for k, v in zip(kinds, values) if k[0] != "f"})
    if floats and integers and integers != sorted(set(floats)):
        return f"{joined(floats)}; integers {' '.join(integers)}"
    return joined(floats or integers)


def row(name, kinds, accuracy, ulps, rows):
    full = [f"{name}_{kind}" for kind in kinds]
    ulp = [f"{ulps[f]:.2f}" if f in ulps else promised(name, k, accuracy)
           for f, k in zip(full, kinds)]
    got = [rows.get(k, ("-", "-", "-")) for k in full]
    peers = [p for _, _, p in got]
    ratios = [r for _, r, _ in got]
    if len(set(peers)) == 1:
        peer = peers[0] + (" " + joined(ratios) if peers[0] != "-" else "")
    else:
        peer = joined([f"{p} {r}" if p != "-" else "-"
                       for p, r in zip(peers, ratios)])
    return (f"| {name} | {' '.join(kinds)} | {joined_errors(kinds, ulp)} | "
            f"{joined([g[0] for g in got])} | {peer} |")


def main(list_path, ulps_path, bench_path, machine=""):
    ulps, rows = parse_ulps(ulps_path), parse_bench(bench_path)
    print(HEAD.format(machine=machine and f"\nMeasured on: {machine}."))
    for title, kernels in parse_list(list_path):
        if not kernels:
            continue
        print(f"## {title[0].upper()}{title[1:]}\n")
        print("| kernel | types | ULP | ns | peer |\n|---|---|---|---|---|")
        for kernel in kernels:
            print(row(*kernel, ulps, rows))
        print()


if __name__ == "__main__":
    main(*sys.argv[1:])
