# SPDX-License-Identifier: BSD-2-Clause
"""random.py -- NumPy's random numbers, for random.c.

    random.py GENERATOR WHAT N SECONDS     prints nanoseconds per number

GENERATOR is Philox or PCG64; WHAT is one of the keys of `fills` below.  Numbers
are made N at a time, into the same array where NumPy lets one say where.
"""

import sys

# Not the module random beside which this file could stand.
sys.path.pop(0)

import time  # noqa: E402

import numpy  # noqa: E402

generator, what, n, seconds = sys.argv[1:]
n = int(n)
numbers = numpy.random.Generator(getattr(numpy.random, generator)(1))
wide = numpy.empty(n)
narrow = numpy.empty(n, numpy.float32)
items = numpy.arange(n)

fills = {
    "bits": lambda: numbers.integers(0, 2**64 - 1, n, numpy.uint64, True),
    "uniform": lambda: numbers.random(out=wide),
    "uniform_f32": lambda: numbers.random(out=narrow, dtype=numpy.float32),
    "normal": lambda: numbers.standard_normal(out=wide),
    "normal_f32":
        lambda: numbers.standard_normal(out=narrow, dtype=numpy.float32),
    "exponential": lambda: numbers.standard_exponential(out=wide),
    "exponential_f32":
        lambda: numbers.standard_exponential(out=narrow, dtype=numpy.float32),
    "range": lambda: numbers.integers(1, 6, n, endpoint=True),
    "shuffle": lambda: numbers.permutation(items),
}

fill = fills[what]
fill()
times = 0
begun = now = time.perf_counter()
while times == 0 or now - begun < float(seconds):
    fill()
    times += 1
    now = time.perf_counter()
print((now - begun) / times / n * 1e9)
