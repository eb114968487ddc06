/* SPDX-License-Identifier: BSD-2-Clause */
/* semaphore.h -- tasks in line for something that is handed to them. */
#ifndef QUERN_SRC_SEMAPHORE_H
#define QUERN_SRC_SEMAPHORE_H

#include <quern/together.h>
#include <stdbool.h>

/*
 * The running task, which may wait, gets in line and waits.  Returns what it
 * was woken with, or why it was interrupted.  `given`: it was woken with 0,
 * also if it was interrupted after that.
 */
int quern__line_wait(const char *what, struct quern_waiters *line, bool *given);

/* Wake the first; false: there is none. */
bool quern__line_wake(struct quern_waiters *line, int status);

#endif
