/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocking.h -- the threads of quern_blocking(): as many as jobs that block at
 * the same time, up to a limit.
 *
 * Their jobs wait in lanes of the pool's line, where cancel, timeout and
 * shutdown find them like any others.
 */
#ifndef QUERN_SRC_BLOCKING_H
#define QUERN_SRC_BLOCKING_H

#include <quern/loop.h>

struct quern__blocking_thread;

/*
 * Guarded by the pool's lock.  A thread is in one of three lists:
 *
 *              start            nothing to do
 *             -------> busy ------------------> idle -----> gone ---> joined
 *                        ^                        |    10 s
 *                        +----- called, or -------+
 *                            sees work at 10 s
 *
 * Supply is what looks at the line soon without finishing a job first: idle +
 * coming + fresh.  Demand is what it has to serve: line.blocking + expected.
 *
 * Invariants, whenever the lock is free:
 *   B1  if a job waits and a thread is idle, a thread is coming.
 *   B2  supply covers demand, unless `threads` has reached the limit or a
 *       thread could not be started when it was due.
 *   B3  if a job waits, busy or idle is not empty.
 *   B4  while `expected` is not 0, no thread goes from idle to gone.
 */
struct quern__blocking {
	unsigned threads; /* busy, idle, or being started */
	unsigned started; /* ever; their names */
	unsigned n_idle;  /* in the list */
	size_t coming;    /* called, not yet here to look at the line */
	size_t fresh;     /* being started, not yet here either */
	size_t expected;  /* jobs whose submits are starting threads */
	struct quern__blocking_thread *busy;
	struct quern__blocking_thread *idle; /* the last to come is first */
	struct quern__blocking_thread *gone; /* returned or about to; to join */
};

/*
 * Put claimed blocking jobs, chained by own.next from the latest to the
 * earliest, in line, after starting the threads they need: all of them, or none
 * with
 *
 *   -ESHUTDOWN  the executor is closed;
 *   -EAGAIN     there is no blocking thread and none could be started.
 */
int quern__blocking_link(quern_executor *pool, quern_job *latest);

/* Is the calling thread one of them? */
bool quern__blocking_is_own(quern_executor *pool);

/* End them all and wait for that.  The pool is leaving; no job is left. */
void quern__blocking_fini(quern_executor *pool);

#endif
