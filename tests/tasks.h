/* SPDX-License-Identifier: BSD-2-Clause */
/* tasks.h -- which threads this process has, as the kernel sees it. */
#ifndef QUERN_TESTS_TASKS_H
#define QUERN_TESTS_TASKS_H

#include <stdbool.h>
#include <sys/types.h>

/* How many. */
int tasks(void);

/*
 * Wait until there are n again: a thread that was joined, or that OpenMP has
 * sent away, may be there for a moment longer.  False if they do not become
 * so many within ten seconds.
 */
bool tasks_become(int n);

/* Remember those that there are now; any thread may ask whether it is one. */
void tasks_remember(void);
bool task_is_remembered(void);

/* The kernel's number of the calling thread. */
pid_t task_self(void);

#endif
