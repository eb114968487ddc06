/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shutdown.c -- the way down of an executor.
 *
 * First it is closed: no new work.  When the grace is over it is stopped: what
 * waits is dropped at once, what runs is told.  Somebody must be awake at that
 * moment, and it cannot be a worker (all may sit in jobs that never end) nor a
 * loop (it may not be running), so a grace gets a thread of its own, the
 * keeper, which lives until the executor is destroyed.
 */
#include "shutdown.h"

#include <errno.h>
#include <math.h>

#include "clock.h"
#include "job.h"
#include "pool.h"
#include "thread.h"

/* One job that nobody is inside of, or NULL. */
static quern_job *
idle_job_locked(quern_executor *pool)
{
	for (unsigned n = 0; n < QUERN__LANES; n++)
		for (quern_job *job = pool->line.lane[n].first; job;
		     job = job->own.next)
			if (!job->own.inside)
				return job;
	return NULL;
}

/* End the grace: every job gets its completion soon. */
static void
stop_all(quern_executor *pool)
{
	quern_job *job;

	/* relaxed: see the declaration. */
	__atomic_store_n(&pool->stopped, true, __ATOMIC_RELAXED);
	do {
		pthread_mutex_lock(&pool->lock);
		(void)quern__pool_return_batches_locked(pool);
		job = idle_job_locked(pool);
		if (job &&
		    quern__job_drop_locked(job, QUERN__SHUTDOWN) ==
			QUERN__NOT_DROPPED)
			job = NULL;
		pthread_mutex_unlock(&pool->lock);
		/* Without the lock: it rings a loop. */
		if (job)
			quern__job_hand_over(job);
	} while (job);
}

/* Wait until the grace is over (true) or the executor ends (false). */
static bool
wait_for_end(quern_executor *pool)
{
	struct timespec until;
	uint64_t ends_ns;
	bool leaving;

	pthread_mutex_lock(&pool->lock);
	while (!pool->leaving && !quern__passed(pool->grace_ends_ns)) {
		ends_ns = pool->grace_ends_ns;
		until.tv_sec = (time_t)(ends_ns / 1000000000);
		until.tv_nsec = (long)(ends_ns % 1000000000);
		(void)pthread_cond_timedwait(&pool->grace, &pool->lock, &until);
	}
	leaving = pool->leaving;
	pthread_mutex_unlock(&pool->lock);
	return !leaving;
}

static void *
keeper_main(void *arg)
{
	quern_executor *pool = arg;

	if (wait_for_end(pool))
		stop_all(pool);
	return NULL;
}

/* See that the grace ends at `ends_ns` at the latest. */
static int
end_grace_locked(quern_executor *pool, uint64_t ends_ns)
{
	int err;

	if (pool->grace_ends_ns && pool->grace_ends_ns <= ends_ns)
		return 0;
	if (!pool->keeper_started) {
		pool->grace_ends_ns = ends_ns;
		err = quern__thread_start(
		    &pool->keeper, "quern-keeper", keeper_main, pool);
		if (err) {
			pool->grace_ends_ns = 0;
			return err;
		}
		pool->keeper_started = true;
	}
	pool->grace_ends_ns = ends_ns;
	pthread_cond_signal(&pool->grace);
	return 0;
}

int
quern_executor_shutdown(quern_executor *executor, double seconds)
{
	uint64_t ends_ns;
	int err;

	err = quern__pool_check(executor);
	if (err)
		return err;
	if (!(seconds >= 0))
		return -EINVAL;
	ends_ns = quern__deadline_ns(seconds); /* 0: the rest may finish */
	pthread_mutex_lock(&executor->lock);
	if (seconds > 0 && ends_ns)
		err = end_grace_locked(executor, ends_ns);
	if (!err)
		quern__pool_close_locked(executor);
	pthread_mutex_unlock(&executor->lock);
	if (!err && seconds == 0)
		stop_all(executor);
	return err;
}

void
quern__shutdown_fini(quern_executor *pool)
{
	if (!pool->keeper_started)
		return;
	pthread_mutex_lock(&pool->lock);
	pthread_cond_signal(&pool->grace);
	pthread_mutex_unlock(&pool->lock);
	quern__thread_join(pool->keeper);
}
