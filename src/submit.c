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
 * Count up to n jobs in; returns how many there is room for.  Outside of a turn
 * with `inside` for the calling thread itself, 1 or 0, see in_flight.
 */
static inline size_t
enter(quern_loop *loop, quern_executor *pool, size_t n, bool in_turn,
    unsigned inside)
{
	size_t room = 0;

	/* Slots that this turn has to give back need not be taken anew. */
	if (in_turn && pool == loop->executor) {
		room = n < loop->turn_slots ? n : loop->turn_slots;
		loop->turn_slots -= room;
	}
	if (room < n)
		room += quern__pool_take_slots(pool, n - room);
	if (in_turn)
		loop->turn_submitted += room;
	else if (room)
		/* relaxed: the push that follows is a release. */
		__atomic_fetch_add(&loop->in_flight,
		    room * QUERN__ONE_JOB + inside, __ATOMIC_RELAXED);
	return room;
}

/* Undo that. */
static void
leave(quern_loop *loop, quern_executor *pool, size_t n)
{
	if (quern__loop_in_turn(loop))
		loop->turn_submitted -= n;
	else if (__atomic_fetch_sub(
		     &loop->in_flight, n * QUERN__ONE_JOB, __ATOMIC_RELAXED) /
		QUERN__ONE_JOB ==
	    n)
		/* The loop may have gone to sleep because of these. */
		quern__front_ring(loop);
	quern__pool_give_slots(pool, n);
}

/* Where the job goes, if it can go anywhere: 0, or why not. */
static inline int
find_pool(const quern_loop *loop, const quern_job *job, quern_executor **out)
{
	if (!job)
		return -EINVAL;
	*out = pool_of(loop, job);
	/* The loop's own is as old as the loop. */
	return job->executor ? quern__pool_check(*out) : 0;
}

/* There is no room for a job that was claimed. */
static int
refuse(quern_loop *loop, quern_executor *pool, quern_job *job)
{
	quern__job_unclaim(job);
	if (pool == loop->executor)
		quern__pool_want_room(pool, loop);
	return -EAGAIN;
}

/* What the loop's lock is held for. */
static void
join_locked(quern_loop *loop, quern_job *job, quern_group *group)
{
	if (job->own.deadline.at_ns) {
		quern__timeouts_add(&loop->timeouts, &job->own.deadline);
		if (quern__timeouts_first(&loop->timeouts) ==
		    &job->own.deadline)
			quern__front_ring(loop); /* to set its timer */
	}
	if (group)
		quern__group_join_locked(group, job);
}

/* Undo that. */
static void
retract(quern_loop *loop, quern_job *job, quern_group *group)
{
	if (group)
		quern__group_unjoin_locked(group, job);
	quern__timeouts_remove(&loop->timeouts, &job->own.deadline);
	leave(loop, job->own.pool, 1);
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

/* How many of the n jobs, of which the first is one, go where that goes? */
static size_t
run_length(const quern_loop *loop, quern_job *const jobs[], size_t n)
{
	const quern_executor *pool = pool_of(loop, jobs[0]);
	bool blocking = quern__job_is_blocking(jobs[0]);
	size_t length = 1;

	while (length < n && jobs[length] &&
	    pool_of(loop, jobs[length]) == pool &&
	    quern__job_is_blocking(jobs[length]) == blocking)
		length++;
	return length;
}

/*
 * Submit as many of the jobs as go to one executor, and there to workers or to
 * blocking threads: one link, one lock.  `*n`, at least 1, comes back as how
 * many were taken; what stopped before the end of the run is the result.
 */
static int
submit_run(
    quern_loop *loop, quern_job *const jobs[], size_t *n, quern_group *group)
{
	quern_job *latest = NULL, *earliest = NULL, *next;
	quern_executor *pool;
	bool in_turn = quern__loop_in_turn(loop);
	unsigned lanes = 0;
	size_t most, room, taken = 0;
	bool traced;
	int err, link_err;

	most = *n;
	*n = 0;
	err = find_pool(loop, jobs[0], &pool);
	if (err)
		return err;
	most = run_length(loop, jobs, most);
	/* No more than needed: others would be refused for it. */
	room = enter(loop, pool, most, in_turn, 0);
	traced = quern__tracing() && quern__trace_is_due(&loop->track, room);
	for (; taken < most; taken++) {
		quern_job *job = jobs[taken];

		err = quern__job_claim(job, loop, pool);
		if (!err && taken == room)
			err = refuse(loop, pool, job);
		if (err)
			break;
		join_locked(loop, job, group);
		lanes |= 1u << job->own.lane;
		/* The latest first, as in the inbox. */
		job->own.next = latest;
		latest = job;
		if (!earliest)
			earliest = job;
		quern__job_accept(job);
		/* Now, or it may be gone; refused only by a shutdown. */
		if (traced)
			quern__trace_point(
			    &loop->track, QUERN__MARK_SUBMIT, job);
	}
	if (taken < room)
		leave(loop, pool, room - taken);
	if (!taken)
		return err;
	link_err =
	    send(loop, pool, latest, earliest, lanes, (unsigned)taken, in_turn);
	if (!link_err) {
		*n = taken;
		return err;
	}
	earliest->own.next = NULL;
	for (; latest; latest = next) {
		next = latest->own.next;
		retract(loop, latest, group);
	}
	want_thread(loop, pool, link_err);
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

/*
 * One job without a deadline: nothing to guard.  Outside of a turn, behind
 * others that are on their way, nothing is touched once it is linked, so the
 * calling thread need not be counted as inside: an exchange less of five.
 */
static int
submit_one(quern_loop *loop, quern_job *job)
{
	bool in_turn = quern__loop_in_turn(loop), behind;
	quern_executor *pool;
	struct quern__span span;
	int err;

	err = find_pool(loop, job, &pool);
	if (err)
		return err;
	err = quern__job_claim(job, loop, pool);
	if (err)
		return err;
	quern__trace_begin(&span, &loop->track, QUERN__MARK_SUBMIT, job);
	behind = !in_turn && pool == loop->executor &&
	    !quern__trace_has_begun(&span) &&
	    quern__pool_has_called(pool, 1u << job->own.lane);
	if (!enter(loop, pool, 1, in_turn, !in_turn && !behind))
		return refuse(loop, pool, job);
	job->own.next = NULL; /* a chain of one */
	quern__job_accept(job);
	if (behind) {
		if (quern__pool_link_behind(pool, job))
			return 0;
		/* relaxed: as in enter(). */
		__atomic_fetch_add(&loop->in_flight, 1, __ATOMIC_RELAXED);
	}
	err = send(loop, pool, job, job, 1u << job->own.lane, 1, in_turn);
	if (err) {
		retract(loop, job, NULL);
		want_thread(loop, pool, err);
	} else {
		quern__trace_end(&span, 0, 0);
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
