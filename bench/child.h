/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.h -- a round in a process of its own: what it allocates was not there
 * before, and is gone when it has ended.
 */
#ifndef QUERN_BENCH_CHILD_H
#define QUERN_BENCH_CHILD_H

#include <stddef.h>

/*
 * Run round(arg, value) in a child, and have the n values here; die() if it
 * fails.  To be called while this process has no threads that it needs.
 */
void child_run(void (*round)(void *arg, double value[]), void *arg,
    double value[], size_t n);

/* Pages of this process that are in memory, in bytes. */
double child_resident(void);

#endif
