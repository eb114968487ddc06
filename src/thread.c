/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread.c -- the library's only way to threads, see thread.h.
 *
 * Signals are the program's business: a worker that took one would run the
 * program's handler on a stack and in a context the program does not expect.
 * The mask is set before the start, since a thread inherits its creator's.
 */
#include "thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int
quern__thread_start(
    pthread_t *out, const char *name, void *(*main)(void *), void *arg)
{
	sigset_t all, before;
	char cut[16]; /* the kernel's limit, with the closing 0 */
	int err, saved = errno;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(out, NULL, main, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	if (err)
		return -err;
	snprintf(cut, sizeof(cut), "%s", name);
	/* A name is a help in debuggers; work goes on without it. */
	(void)pthread_setname_np(*out, cut);
	errno = saved;
	return 0;
}

void
quern__thread_step_back(unsigned nice)
{
	id_t self = (id_t)syscall(SYS_gettid);
	int saved = errno, now;

	if (!nice)
		return;
	/* On Linux a nice value is a thread's. */
	now = getpriority(PRIO_PROCESS, self);
	(void)setpriority(PRIO_PROCESS, self, now + (int)nice);
	errno = saved;
}

void
quern__thread_join(pthread_t thread)
{
	pthread_join(thread, NULL);
}

int
quern__mutex_init(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attr;
	int err;

	err = pthread_mutexattr_init(&attr);
	if (err)
		return -err;
		/*
	 * Our locks are held for some stores: look again for a moment before
	 * sleeping, where the C library can.
	 */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
	(void)pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
	err = pthread_mutex_init(mutex, &attr);
	pthread_mutexattr_destroy(&attr);
	return -err;
}

int
quern__cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;
	int err;

	err = pthread_condattr_init(&attr);
	if (err)
		return -err;
	err = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (!err)
		err = pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
	return -err;
}
