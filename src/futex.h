/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * futex.h -- sleep until a word changes.
 *
 * For the pool's threads in the place of a condition variable, for two reasons:
 * the waker leaves the lock before the system call, which takes microseconds;
 * and the condition variables of glibc before 2.41 can lose a signal when three
 * or more threads wait (bug 25847), after which a pool that wakes one worker at
 * a time would stand still.
 */
#ifndef QUERN_SRC_FUTEX_H
#define QUERN_SRC_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * Sleep while *word is `seen`.  May return at any time, so the caller looks
 * again; carries no memory order, so the caller has a lock for that.
 */
static inline void
quern__futex_wait(const uint32_t *word, uint32_t seen)
{
	int saved = errno;

	(void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
	errno = saved;
}

/* The same until `until_ns` (clock.h) at most; true: that was it. */
static inline bool
quern__futex_wait_until(const uint32_t *word, uint32_t seen, uint64_t until_ns)
{
	struct timespec until = { .tv_sec = (time_t)(until_ns / 1000000000),
		.tv_nsec = (long)(until_ns % 1000000000) };
	int saved = errno;
	bool late;

	late = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, seen, &until,
		   NULL, FUTEX_BITSET_MATCH_ANY) < 0 &&
	    errno == ETIMEDOUT;
	errno = saved;
	return late;
}

/*
 * Wake up to n sleepers on `word`, which was changed before.  The word is only
 * a name here: should its memory be gone by now, nobody sleeps on it, and
 * whoever sleeps on something new in its place looks again.
 */
static inline void
quern__futex_wake(const uint32_t *word, int n)
{
	int saved = errno;

	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
	errno = saved;
}

#endif
