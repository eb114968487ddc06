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

#include "blocking.h"
#include "deliver.h"
#include "job.h"
#include "pool.h"

/*
 * So many go on their way together: the workers begin with these while the next
 * ones are made ready (256 jobs in bursts: 1.6 times as fast as with 1024), and
 * the loop's thread may have to wait for so many, not for a million.
 */
enum { PART_JOBS = 32 };

static quern_executor *
pool_of(const quern_loop *loop, const quern_job *job)
{
	return job->executor ? job->executor : loop->executor;
}

/*
 * Count a job in: 0 or -EAGAIN.  Outside of a turn with `inside` for the calling
 * thread itself, 1 or 0, see in_flight.
 */
static inline int
enter(quern_loop *loop, quern_executor *pool, bool in_turn, unsigned inside)
{
	int err = 0;

	/* A slot that this turn has to give back needs not be taken anew. */
	if (in_turn && pool == loop->executor && loop->turn_slots)
		loop->turn_slots--;
	else
		err = quern__pool_take_slot(pool);
	if (err)
		return err;
	if (in_turn)
		loop->turn_submitted++;
	else
		/* relaxed: the push that follows is a release. */
		__atomic_fetch_add(&loop->in_flight, QUERN__ONE_JOB + inside,
		    __ATOMIC_RELAXED);
	return 0;
}

/* Undo that. */
static void
leave(quern_loop *loop, quern_executor *pool)
{
	if (quern__loop_in_turn(loop))
		loop->turn_submitted--;
	else if (__atomic_fetch_sub(
		     &loop->in_flight, QUERN__ONE_JOB, __ATOMIC_RELAXED) /
		QUERN__ONE_JOB ==
	    1)
		/* The loop may have gone to sleep because of this one job. */
		quern__front_ring(loop);
	quern__pool_give_slots(pool, 1);
}

/* Make one job ready to be linked: 0, or why not, and then nothing changed. */
static inline int
admit(quern_loop *loop, quern_job *job, bool in_turn, unsigned inside)
{
	quern_executor *pool = pool_of(loop, job);
	int err;

	/* The loop's own is as old as the loop. */
	err = job->executor ? quern__pool_check(pool) : 0;
	if (err)
		return err;
	err = quern__job_claim(job, loop, pool);
	if (err)
		return err;
	err = enter(loop, pool, in_turn, inside);
	if (err) {
		quern__job_unclaim(job);
		if (pool == loop->executor)
			quern__pool_want_room(pool, loop);
	}
	return err;
}

/* The same, with the loop's lock held for a deadline or a group. */
static int
admit_locked(quern_loop *loop, quern_job *job, quern_group *group, bool in_turn)
{
	int err;

	if (!job)
		return -EINVAL;
	err = admit(loop, job, in_turn, 0);
	if (err)
		return err;
	if (job->own.deadline_ns) {
		quern__timeouts_add(&loop->timeouts, job);
		if (loop->timeouts.root == job)
			quern__front_ring(loop); /* to set its timer */
	}
	if (group)
		quern__group_join_locked(group, job);
	return 0;
}

/* Undo that. */
static void
retract(quern_loop *loop, quern_job *job, quern_group *group)
{
	if (group)
		quern__group_unjoin_locked(group, job);
	quern__timeouts_remove(&loop->timeouts, job);
	leave(loop, job->own.pool);
	quern__job_unclaim(job);
}

/* No thread for a blocking job is like no room: try again. */
static void
want_thread(quern_loop *loop, quern_executor *pool, int err)
{
	if (err == -EAGAIN && pool == loop->executor)
		quern__pool_want_room(pool, loop);
}

/* Send n accepted jobs of one executor, and of one sort, on their way. */
static inline int
send(quern_loop *loop, quern_executor *pool, quern_job *latest,
    quern_job *earliest, unsigned lanes, unsigned n, bool in_turn)
{
	bool ours = pool == loop->executor;

	if (lanes & QUERN__BLOCKING)
		return quern__blocking_link(pool, latest);
	if (ours && in_turn)
		return quern__pool_gather(loop, latest, earliest, lanes, n);
	/* A loop that cannot go away keeps its executor. */
	return quern__pool_link(pool, latest, earliest, lanes, ours);
}

/* Does `job` go where `first` went, which is claimed? */
static bool
goes_along(const quern_loop *loop, const quern_job *first, const quern_job *job)
{
	return pool_of(loop, job) == first->own.pool &&
	    quern__job_is_blocking(job) ==
	    quern__lane_is_blocking(first->own.lane);
}

/*
 * Submit as many of the jobs as go to one executor, and there to workers or to
 * blocking threads: one link, one lock.  `*n`
 * comes back as how many were taken; what stopped before the end of the run
 * is the result.
 */
static int
submit_run(
    quern_loop *loop, quern_job *const jobs[], size_t *n, quern_group *group)
{
	quern_job *latest = NULL, *earliest = NULL, *next;
	quern_executor *pool = NULL;
	bool in_turn = quern__loop_in_turn(loop);
	unsigned lanes = 0;
	size_t taken = 0;
	int err = 0, link_err;

	for (; taken < *n; taken++) {
		quern_job *job = jobs[taken];

		if (job && earliest && !goes_along(loop, earliest, job))
			break;
		err = admit_locked(loop, job, group, in_turn);
		if (err)
			break;
		pool = job->own.pool;
		lanes |= 1u << job->own.lane;
		/* The latest first, as in the inbox. */
		job->own.next = latest;
		latest = job;
		if (!earliest)
			earliest = job;
		quern__job_accept(job);
		/* Now, or it may be gone; refused only by a shutdown. */
		quern__trace_point(&loop->track, QUERN__MARK_SUBMIT, job);
	}
	*n = taken;
	link_err = latest ? send(loop, pool, latest, earliest, lanes,
				(unsigned)taken, in_turn) :
			    0;
	if (!link_err)
		return err;
	earliest->own.next = NULL;
	for (; latest; latest = next) {
		next = latest->own.next;
		retract(loop, latest, group);
	}
	want_thread(loop, pool, link_err);
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

/* One job without a deadline: nothing to guard. */
static int
submit_one(quern_loop *loop, quern_job *job)
{
	quern_executor *pool = pool_of(loop, job);
	bool in_turn = quern__loop_in_turn(loop);
	struct quern__span span;
	int err;

	err = admit(loop, job, in_turn, !in_turn);
	if (err)
		return err;
	job->own.next = NULL; /* a chain of one */
	quern__job_accept(job);
	quern__trace_begin(&span, job);
	err = send(loop, pool, job, job, 1u << job->own.lane, 1, in_turn);
	if (err) {
		retract(loop, job, NULL);
		want_thread(loop, pool, err);
	} else {
		quern__trace_end(&loop->track, QUERN__MARK_SUBMIT, &span, 0, 0);
	}
	if (!in_turn)
		/* release: pairs with the acquire in quern_loop_destroy(). */
		__atomic_fetch_sub(&loop->in_flight, 1, __ATOMIC_RELEASE);
	return err;
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
	if (!(job->timeout > 0))
		return submit_one(loop, job);
	taken = quern_submit_many(loop, &job, 1);
	return taken < 0 ? taken : 0;
}
