#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draw a timeline of quern's as SVG: trace-picture.py TRACE.json > OUT.svg

Only what docs/tracing.md shows: tracks from top to bottom, slices as
rectangles (what lies within another one below it), wakes as triangles, the
ways of jobs as lines.  Perfetto does all of this and more.
"""
import json
import sys
from xml.sax.saxutils import escape

LEFT, WIDTH, ROW, GAP, TOP = 190, 1000, 22, 16, 56
COLOUR = {"job": "#7fb2e5", "block": "#cfe3f7", "callback": "#f2b871",
          "wait": "#e8e8e8", "submit": "#c0392b"}
ARROWS = "#c0392b"


def tracks_of(events):
    """Those with slices, in order: (name, slices with their depths)."""
    names, order, slices = {}, {}, {}
    for e in events:
        if e["ph"] == "M" and e["name"] == "thread_name":
            names[e["tid"]] = e["args"]["name"]
        elif e["ph"] == "M" and e["name"] == "thread_sort_index":
            order[e["tid"]] = e["args"]["sort_index"]
        elif e["ph"] == "X":
            slices.setdefault(e["tid"], []).append(e)
    for of_track in slices.values():
        of_track.sort(key=lambda e: (e["ts"], -e["dur"]))
        ends = []
        for e in of_track:
            while ends and ends[-1] <= e["ts"]:
                ends.pop()
            e["depth"] = len(ends)
            ends.append(e["ts"] + e["dur"])
    return [(tid, names[tid], slices[tid])
            for tid in sorted(slices, key=order.get)]


def draw(events):
    tracks = tracks_of(events)
    end = max(e["ts"] + e["dur"] for _, _, of in tracks for e in of)
    out, tops, y = [], {}, TOP

    def x(us):
        return LEFT + us / end * WIDTH

    for tid, name, slices in tracks:
        tops[tid] = y
        out.append(f'<text x="{LEFT - 10}" y="{y + 15}" '
                   f'text-anchor="end">{escape(name)}</text>')
        for e in slices:
            width = max(e["dur"] / end * WIDTH,
                        3 if e["cat"] == "callback" else 1)
            top = y + e["depth"] * ROW
            if e["cat"] == "submit":
                continue
            out.append(f'<rect x="{x(e["ts"]):.1f}" y="{top}" '
                       f'width="{width:.1f}" height="{ROW - 2}" '
                       f'fill="{COLOUR[e["cat"]]}" stroke="white" '
                       'stroke-width="0.5"/>')
            label = e["name"]
            if width > 7 * len(label) + 4:
                out.append(f'<text x="{x(e["ts"]) + 3:.1f}" '
                           f'y="{top + 14}">{escape(label)}</text>')
        y += (1 + max(e["depth"] for e in slices)) * ROW + GAP
    for e in events:
        if e["ph"] == "i" and e["tid"] in tops:
            at, top = x(e["ts"]), tops[e["tid"]]
            out.append(f'<path d="M{at:.1f} {top} l-4 -7 h8 z" '
                       'fill="#555"/>')

    # A line from each piece of a job's way to the next.
    last = {}
    for e in sorted((e for e in events if e["ph"] in "stf"),
                    key=lambda e: e["ts"]):
        here = x(e["ts"]), tops[e["tid"]] + ROW / 2
        if e["ph"] != "s" and e["id"] in last:
            (x0, y0), (x1, y1) = last[e["id"]], here
            out.append(f'<path d="M{x0:.1f} {y0} C{x0 + 14:.1f} {y0} '
                       f'{x1 - 14:.1f} {y1} {x1:.1f} {y1}" fill="none" '
                       f'stroke="{ARROWS}"/>')
        out.append(f'<circle cx="{here[0]:.1f}" cy="{here[1]}" r="2.5" '
                   f'fill="{ARROWS}"/>')
        last[e["id"]] = here

    # The scale, and what the colours mean.
    step = next(s * 10 ** p for p in range(9) for s in (1, 2, 5)
                if end / (s * 10 ** p) <= 12)
    for i in range(int(end / step) + 1):
        at = x(i * step)
        out.insert(0, f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 12}" '
                   f'y2="{y}" stroke="#dddddd"/>')
        out.append(f'<text x="{at:.1f}" y="{TOP - 18}" '
                   f'text-anchor="middle">{i * step / 1000:g} ms</text>')
    at = LEFT
    for label, colour in (("a job's slice", "job"), ("block", "block"),
                          ("callback", "callback"), ("waiting", "wait")):
        out.append(f'<rect x="{at}" y="{y + 4}" width="14" height="14" '
                   f'fill="{COLOUR[colour]}"/><text x="{at + 20}" '
                   f'y="{y + 15}">{label}</text>')
        at += 130
    out.append(f'<line x1="{at}" x2="{at + 24}" y1="{y + 11}" y2="{y + 11}" '
               f'stroke="{ARROWS}"/><text x="{at + 30}" y="{y + 15}">a job\'s '
               'way: submit, run, callback</text>')
    at += 270
    out.append(f'<path d="M{at} {y + 15} l-4 -7 h8 z" fill="#555"/>'
               f'<text x="{at + 10}" y="{y + 15}">wakes a worker</text>')
    print('<svg xmlns="http://www.w3.org/2000/svg" '
          f'width="{LEFT + WIDTH + 30}" height="{y + 30}" '
          'font-family="sans-serif" font-size="12">\n'
          '<rect width="100%" height="100%" fill="white"/>')
    print("\n".join(out))
    print("</svg>")


with open(sys.argv[1]) as trace:
    draw(json.load(trace)["traceEvents"])
