/* SPDX-License-Identifier: BSD-2-Clause */
/* numpy.h -- NumPy as a contender among others: ufuncs.py. */
#ifndef QUERN_BENCH_NUMPY_H
#define QUERN_BENCH_NUMPY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Start a Python that has NumPy, which waits for questions until this process
 * ends; false if there is none.
 */
bool numpy_start(void);

/*
 * Nanoseconds per element of NumPy's function of that name, for n arguments
 * from low to high, measured for so long; 0 if it has none.
 */
double numpy_measure(const char *function, const char *type, size_t n,
    double low, double high, double seconds);

#endif
