# SPDX-License-Identifier: BSD-2-Clause
"""ufuncs.py -- NumPy's functions of arrays, for numpy.c.

Reads lines "FUNCTION TYPE N LOW HIGH SECONDS" and answers each with a line:
nanoseconds per element in the fastest call, the result written to an array that
was there before, or "none" if NumPy has no such function.  Arguments are random numbers from LOW
to HIGH, the second ones from -10 to 10.
"""

import sys

# A file beside this one may have the name of one of Python's own modules.
sys.path.pop(0)

import time  # noqa: E402

import numpy  # noqa: E402

own_names = {"asin": "arcsin", "acos": "arccos", "atan": "arctan",
             "atan2": "arctan2", "pow": "power"}
numpy.seterr(all="ignore")
known = {}


def arrays(kind, n, low, high):
    key = kind, n, low, high
    if key not in known:
        numbers = numpy.random.default_rng(1)
        known[key] = tuple(
            numbers.uniform(a, b, n).astype(kind)
            for a, b in ((low, high), (-10, 10))) + (numpy.empty(n, kind),)
    return known[key]


def measure(name, kind, n, low, high, seconds):
    function = getattr(numpy, own_names.get(name, name), None)
    if function is None:
        return "none"
    kind = {"f64": numpy.float64, "f32": numpy.float32}[kind]
    x, y, out = arrays(kind, int(n), float(low), float(high))
    arguments = (x, y)[:function.nin]
    best, begun = 1e9, time.perf_counter()
    before = begun
    while True:
        function(*arguments, out=out)
        now = time.perf_counter()
        best = min(best, now - before)
        before = now
        if now - begun >= float(seconds):
            return best / int(n) * 1e9


for line in sys.stdin:
    print(measure(*line.split()), flush=True)
