# SPDX-License-Identifier: BSD-2-Clause
"""kernels.py -- write docs/kernels.md from what tests and measurements say.

    kernels.py LIST ULPS BENCH >docs/kernels.md       (make kernels-table)

LIST is include/quern/kernel_list.h.  ULPS has the output of tests; the lines
"worst ulp<tab>KERNEL_TYPE<tab>FIGURE..." count.  BENCH is a table as `make bench
FORMAT=tsv` prints it; the rows of quern's whose work is "SUBJECT KERNEL_TYPE..."
and whose unit is ns count, the first of each kernel.  A kernel without a figure
has what the comment above it says of its accuracy.
"""

import re
import sys

HEAD = """\
# The kernels

Written by `make kernels-table` from `include/quern/kernel_list.h`, which says
what each kernel does, from the tests and from the measurements (`bench/`) on one
machine.  Figures of several types stand in their order.

- **ULP**: the worst error that the tests have seen on any instruction set, in
  distances between neighbouring numbers; 0.5 is as good as can be.  What has no
  figure says what is promised, or has it said in the list ("see there").
- **ns**: per element on one thread, in cache where nothing else is said.
- **peer**: the best of those that promise as much, in the same run, and how many
  times as fast quern is: above 1 is faster.
{machine}
"""


def parse_list(path):
    """[(title, [(name, [type, ...], accuracy), ...]), ...]"""
    sections, comment, accuracy = [], None, ""
    for line in open(path):
        title = re.match(r"/\* ---- (.*) ---- \*/", line)
        kernel = re.match(r"QUERN_\w+\((\w+), (\w+),", line)
        if title:
            sections.append((title.group(1), []))
            accuracy = ""
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
    return found.group(1).replace("|", "\\|") if found else "see there"


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
        if kernel and own and kernel.group(1) not in rows:
            # The best peer is the one that is as good as itself.
            best = [c[1] for c in cells
                    if c[1] != "quern" and re.fullmatch(r"1(\.0*)?", c[4])]
            rows[kernel.group(1)] = own[0][2], own[0][4], (best or ["-"])[0]
    return rows


def joined(values):
    return values[0] if len(set(values)) == 1 else " / ".join(values)


def row(name, kinds, accuracy, ulps, rows):
    full = [f"{name}_{kind}" for kind in kinds]
    ulp = [f"{ulps[k]:.2f}" if k in ulps else accuracy for k in full]
    got = [rows.get(k, ("-", "-", "-")) for k in full]
    peer = [f"{p} {r}" if p != "-" else "-" for _, r, p in got]
    return (f"| {name} | {' '.join(kinds)} | {joined(ulp)} | "
            f"{joined([g[0] for g in got])} | {joined(peer)} |")


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
