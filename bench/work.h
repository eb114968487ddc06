/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work.h -- arithmetic of a known length, and bare threads that share it out.
 *
 * The work is a chain of dependent multiplications: it touches no memory, and
 * as many threads as there are cores do not slow each other down.  It is
 * measured in steps, not by the clock, so that a thread that is held up has
 * still all of it to do.
 */
#ifndef QUERN_BENCH_WORK_H
#define QUERN_BENCH_WORK_H

#include <stdint.h>

/* Steps that take so long here; measured once, when first asked. */
uint64_t work_steps(double seconds);

/* A number that depends on each of the steps, and on where they begin. */
uint64_t work_do(uint64_t begin, uint64_t steps);

/*
 * Start n threads that call part(i, n, arg), i from 0 to n - 1, and join them.
 * Returns the seconds from before the first start to after the last join.
 */
double bare_threads(
    unsigned n, void (*part)(unsigned index, unsigned n, void *arg), void *arg);

#endif
