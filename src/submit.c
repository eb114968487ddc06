/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * submit.c -- jobs go out.
 *
 *     op.c --> [submit.c] --> line.c
 *
 * Everything that can be refused is refused before a job is linked into the
 * line; from then on it belongs to the pool and may be complete, even freed,
 * before this call returns.  So nothing here touches a job after the link.
 *
 * A deadline and a membership must be in place when the job is linked and must
 * vanish if the link is refused.  The loop's lock is held across both: the
 * loop's thread cannot look at them in between.
 */
#include "submit.h"

#include <errno.h>
#include <limits.h>

#include "deliver.h"
#include "job.h"
#include "pool.h"

/* The loop's thread may have to wait for so many, not for a million. */
enum { PART_JOBS = 1024 };

static quern_executor *
pool_of(const quern_loop *loop, const quern_job *job)
{
	return job->executor ? job->executor : loop->executor;
}

/* Make one job ready to be linked: 0, or why not, and then nothing changed. */
static int
admit(quern_loop *loop, quern_job *job, quern_group *group)
{
	quern_executor *pool;
	int err;

	if (!job)
		return -EINVAL;
	pool = pool_of(loop, job);
	err = quern__pool_check(pool);
	if (err)
		return err;
	err = quern__job_claim(job, loop, pool);
	if (err)
		return err;
	err = quern__pool_take_slot(pool);
	if (err) {
		quern__job_unclaim(job);
		if (pool == loop->executor)
			quern__pool_want_room(pool, loop);
		return err;
	}
	__atomic_fetch_add(&loop->in_flight, 1, __ATOMIC_RELAXED);
	if (job->own.deadline_ns) {
		quern__timeouts_add(&loop->timeouts, job);
		if (loop->timeouts.root == job)
			quern__front_ring(loop); /* to set its timer */
	}
	if (group)
		quern__group_join_locked(group, job);
	return 0;
}

/* Undo admit(). */
static void
retract(quern_loop *loop, quern_job *job, quern_group *group)
{
	if (group)
		quern__group_unjoin_locked(group, job);
	quern__timeouts_remove(&loop->timeouts, job);
	/* The loop may have gone to sleep because of this one job. */
	if (__atomic_fetch_sub(&loop->in_flight, 1, __ATOMIC_RELAXED) == 1)
		quern__front_ring(loop);
	quern__pool_give_slot(job->own.pool);
	quern__job_unclaim(job);
}

/*
 * Submit as many of the jobs as go to one executor: one link, one lock.  `*n`
 * comes back as how many were taken; what stopped before the end of the run
 * is the result.
 */
static int
submit_run(
    quern_loop *loop, quern_job *const jobs[], size_t *n, quern_group *group)
{
	quern_job *first = NULL, *last = NULL, *next;
	quern_executor *pool = NULL;
	size_t taken = 0;
	int err = 0, link_err;

	for (; taken < *n; taken++) {
		quern_job *job = jobs[taken];

		if (job && pool && pool_of(loop, job) != pool)
			break;
		err = admit(loop, job, group);
		if (err)
			break;
		pool = job->own.pool;
		job->own.next = NULL;
		if (last)
			last->own.next = job;
		else
			first = job;
		last = job;
	}
	*n = taken;
	link_err = first ? quern__pool_link(pool, first) : 0;
	if (!link_err)
		return err;
	for (; first; first = next) {
		next = first->own.next;
		retract(loop, first, group);
	}
	*n = 0;
	return link_err;
}

int
quern__submit_locked(
    quern_loop *loop, quern_job *const jobs[], size_t n, quern_group *group)
{
	size_t taken = 0, run;
	int err = 0;

	if (n > INT_MAX)
		return -EINVAL;
	for (; taken < n && !err; taken += run) {
		run = n - taken;
		err = submit_run(loop, jobs + taken, &run, group);
	}
	return taken ? (int)taken : err;
}

/* One locked stretch of a submit. */
static int
submit_part(quern_loop *loop, quern_job *const jobs[], size_t n)
{
	int taken;

	pthread_mutex_lock(&loop->lock);
	taken = quern__submit_locked(loop, jobs, n, NULL);
	pthread_mutex_unlock(&loop->lock);
	return taken;
}

int
quern_submit_many(quern_loop *loop, quern_job *const jobs[], size_t n)
{
	size_t taken = 0, part;
	int result;

	result = quern__loop_check(loop);
	if (result)
		return result;
	if (!n)
		return 0;
	if (!jobs || n > INT_MAX)
		return -EINVAL;
	quern__loop_pin(loop);
	do {
		part = n - taken < PART_JOBS ? n - taken : PART_JOBS;
		result = submit_part(loop, jobs + taken, part);
		taken += result > 0 ? (size_t)result : 0;
	} while (taken < n && result == (int)part);
	quern__loop_unpin(loop);
	return taken ? (int)taken : result;
}

int
quern_submit(quern_loop *loop, quern_job *job)
{
	int taken, err;

	err = quern__loop_check(loop);
	if (err)
		return err;
	if (!job)
		return -EINVAL;
	/* Without a timeout there is nothing to guard or to pin. */
	taken = job->timeout > 0 ? quern_submit_many(loop, &job, 1) :
				   quern__submit_locked(loop, &job, 1, NULL);
	return taken < 0 ? taken : 0;
}
