/* SPDX-License-Identifier: BSD-2-Clause */
/* python.h -- executors.py as a contender among others. */
#ifndef QUERN_BENCH_PYTHON_H
#define QUERN_BENCH_PYTHON_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there is a python3 to run it. */
bool python_is_there(void);

/*
 * Run bench/executors.py with these arguments, and read n numbers from its
 * output; die() if it does not print as many.
 */
void python_run(double value[], size_t n, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
