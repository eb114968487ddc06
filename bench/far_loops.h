/* SPDX-License-Identifier: BSD-2-Clause */
/* far_loops.h -- loops whose blocks worker processes run; for subject 11. */
#ifndef QUERN_BENCH_FAR_LOOPS_H
#define QUERN_BENCH_FAR_LOOPS_H

#include <quern/quern.h>

/* die() if it is an error. */
void check(int status, const char *what);

/* Measure them on processes and on threads, and print rows. */
void far_loops_measure(
    quern_executor *processes, quern_executor *threads, bool python);

#endif
