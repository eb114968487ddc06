# SPDX-License-Identifier: BSD-2-Clause
"""reduce.py -- NumPy's sum and dot, for reduce.c.

    reduce.py sum|dot N SECONDS    prints nanoseconds for each element
"""

import sys
import time

import numpy


def main():
	what, n, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
	a = numpy.random.default_rng(1).uniform(-1, 1, n)
	b = numpy.random.default_rng(2).uniform(0, 1, n)
	run = a.sum if what == "sum" else lambda: a.dot(b)
	run()
	times = 0
	begun = time.perf_counter()
	while time.perf_counter() - begun < seconds or times == 0:
		run()
		times += 1
	print((time.perf_counter() - begun) / times / n * 1e9)


main()
