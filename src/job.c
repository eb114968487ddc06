/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.c -- the life of a job: every move of its state is made here.
 *
 * The picture, the owners and the fields are in job.h.
 */
#include "job.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "clock.h"
#include "deliver.h"
#include "fork.h"
#include "grid.h"
#include "pool.h"

_Static_assert(sizeof(quern_op) == 96, "quern_op is part of the ABI");
_Static_assert(sizeof(quern_job) == 256, "quern_job is part of the ABI");

/* own.word: magic in the upper half, then the reason, then the state. */
enum { REASON_SHIFT = 8, MAGIC_SHIFT = 16 };
#define MAGIC ((uint32_t)0x71e7 << MAGIC_SHIFT)

static bool
is_job(uint32_t word)
{
	return (word & ((uint32_t)0xffff << MAGIC_SHIFT)) == MAGIC;
}

static enum quern__state
state_of(uint32_t word)
{
	return is_job(word) ? word & 0xff : 0;
}

static enum quern__reason
reason_of(uint32_t word)
{
	return (word >> REASON_SHIFT) & 0xff;
}

static int
status_of(enum quern__reason reason)
{
	static const int status[] = {
		[QUERN__GO_ON] = 0,
		[QUERN__CANCELED] = -ECANCELED,
		[QUERN__TIMEDOUT] = -ETIMEDOUT,
		[QUERN__SHUTDOWN] = -ESHUTDOWN,
	};

	return status[reason];
}

void
quern_job_init(quern_job *job, quern_op op, quern_done_fn *done)
{
	if (!job)
		return;
	*job = (quern_job) { .op = op };
	job->own.then.done = done;
	job->own.word = MAGIC | QUERN__FREE_NEW;
}

void
quern__job_init_sync(quern_job *job, quern_op op, quern_executor *pool,
    const quern_context *outer)
{
	*job = (quern_job) { .op = op };
	job->own.pool = pool;
	job->own.part_of.outer = outer;
	job->own.lane = quern__lane_waiting(
	    outer ? outer->job->own.lane : QUERN__LANE_OF(QUERN_NORMAL));
	job->own.word = MAGIC | QUERN__CLAIMED;
}

int
quern__job_claim(quern_job *job, quern_loop *loop, quern_executor *pool)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE);
	enum quern__state state = state_of(word);
	int err;

	if (!state)
		return -EINVAL;
	if (state != QUERN__FREE_NEW && state != QUERN__FREE_ENDED)
		return -EBUSY;
	if (job->own.part_of.group)
		return -EBUSY;
	if (job->priority < QUERN_LOW || job->priority > QUERN_HIGH ||
	    !(job->timeout >= 0) || job->reserved)
		return -EINVAL;
	err = quern__op_check(&job->op);
	if (err)
		return err;
	/*
	 * acq_rel: of two threads that submit the same job one wins, and it
	 * must see what the last owner wrote.  The old state stays in the
	 * reason's place, where quern__job_unclaim() finds it.
	 */
	if (!__atomic_compare_exchange_n(&job->own.word, &word,
		MAGIC | (uint32_t)state << REASON_SHIFT | QUERN__CLAIMED, false,
		__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return -EBUSY;
	/*
	 * relaxed: another thread may be cancelling the job's last trip.  It
	 * finds these as they were or, which is the same, as they are.
	 */
	__atomic_store_n(&job->own.pool, pool, __ATOMIC_RELAXED);
	__atomic_store_n(&job->own.loop, loop, __ATOMIC_RELAXED);
	job->own.lane = QUERN__LANE_OF(job->priority);
	job->own.deadline_ns =
	    job->timeout > 0 ? quern__deadline_ns(job->timeout) : 0;
	return 0;
}

void
quern__job_unclaim(quern_job *job)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_RELAXED);

	/* release: pairs with the acquire of the next claim. */
	__atomic_store_n(
	    &job->own.word, MAGIC | reason_of(word), __ATOMIC_RELEASE);
}

void
quern__job_move(quern_job *job, enum quern__state to)
{
	/* release: whoever sees the new state sees the fields behind it. */
	__atomic_store_n(&job->own.word, MAGIC | to, __ATOMIC_RELEASE);
}

void
quern__job_accept(quern_job *job)
{
	job->own.status = 0;
	memset(&job->own.progress, 0, sizeof(job->own.progress));
	job->own.inside = 0;
	job->own.scratch = NULL;
	quern__job_move(job, QUERN__WAITING);
}

/* Set the reason of a running job, unless it has one.  True if it was set. */
static bool
set_reason(quern_job *job, enum quern__reason reason)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_RELAXED);

	while (state_of(word) == QUERN__RUNNING && !reason_of(word)) {
		/*
		 * relaxed: the reason is all there is to tell.  Against
		 * quern__job_finish() one of the two exchanges comes first:
		 * either it sees the reason, or this one sees DONE.
		 */
		if (__atomic_compare_exchange_n(&job->own.word, &word,
			word | (uint32_t)reason << REASON_SHIFT, true,
			__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

bool
quern__job_was_told(const quern_job *job)
{
	/* relaxed: reasons carry no data. */
	return reason_of(__atomic_load_n(&job->own.word, __ATOMIC_RELAXED)) ||
	    __atomic_load_n(&job->own.status, __ATOMIC_RELAXED) < 0;
}

bool
quern__job_should_stop(quern_job *job)
{
	const quern_context *outer;
	uint32_t word;

	if (quern__job_was_told(job))
		return true;
	if (quern__passed(job->own.deadline_ns)) {
		set_reason(job, QUERN__TIMEDOUT);
		return true;
	}
	if (job->own.pool && quern__pool_stopped(job->own.pool)) {
		set_reason(job, QUERN__SHUTDOWN);
		return true;
	}
	outer = job->own.loop ? NULL : job->own.part_of.outer;
	if (outer && quern__job_should_stop(outer->job)) {
		word = __atomic_load_n(&outer->job->own.word, __ATOMIC_RELAXED);
		/* The outer job may have failed, which is no reason. */
		set_reason(
		    job, reason_of(word) ? reason_of(word) : QUERN__CANCELED);
		return true;
	}
	return false;
}

void
quern__job_fail(quern_job *job, int status)
{
	int32_t none = 0;

	/* relaxed: read again only after everybody has left. */
	__atomic_compare_exchange_n(&job->own.status, &none,
	    status < 0 ? status : -EINVAL, false, __ATOMIC_RELAXED,
	    __ATOMIC_RELAXED);
}

int
quern__job_verdict(const quern_job *job, int status)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_RELAXED);

	return status < 0 && reason_of(word) ? status_of(reason_of(word)) :
					       status;
}

/* Note and count how a job ended. */
static void
settle(quern_job *job, int status, enum quern__reason reason)
{
	struct quern__counts *counts = &job->own.pool->counts;
	uint64_t *count = &counts->done;

	if (status < 0) {
		count = reason ? &counts->cancelled : &counts->failed;
		status = reason ? status_of(reason) : status;
	}
	/* relaxed: statistics; they are exact once the job is delivered. */
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&job->own.status, status, __ATOMIC_RELAXED);
}

void
quern__job_hand_over(quern_job *job)
{
	if (job->own.loop)
		quern__deliver_push(job->own.loop, job);
	else
		quern__waiter_wake(job->own.then.waiter);
}

void
quern__job_finish(quern_job *job, int status)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_RELAXED);

	/*
	 * A reason that comes between the look and the exchange makes the
	 * exchange fail and is seen in the next turn; one that comes later
	 * finds DONE.  release: a thread that sees a progress of 1 sees the
	 * results.  The status may follow: only the hand-over tells of it.
	 */
	while (!__atomic_compare_exchange_n(&job->own.word, &word,
	    MAGIC | QUERN__DONE, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
	__atomic_fetch_sub(&job->own.pool->counts.running, 1, __ATOMIC_RELAXED);
	settle(job, status, reason_of(word));
	quern__job_hand_over(job);
}

quern_job *
quern__job_drop_locked(quern_job *job, enum quern__reason reason)
{
	enum quern__state state = quern__job_state(job);

	/* A running loop that nobody is inside of sits in an open lane. */
	if (state == QUERN__RUNNING && job->own.in_line && !job->own.inside)
		__atomic_fetch_sub(
		    &job->own.pool->counts.running, 1, __ATOMIC_RELAXED);
	else if (state != QUERN__WAITING)
		return NULL;
	quern__line_remove(&job->own.pool->line, job);
	quern__grid_drop(job);
	quern__job_move(job, QUERN__DONE);
	settle(job, -ECANCELED, reason);
	return job;
}

int
quern__job_stop(quern_job *job, enum quern__reason reason)
{
	enum quern__state state = quern__job_state(job);
	quern_executor *pool;
	quern_job *dropped;
	int status;

	if (state <= QUERN__CLAIMED)
		return state == QUERN__FREE_ENDED ? -EALREADY : -EINVAL;
	if (state == QUERN__DONE)
		return -EALREADY;
	pool = __atomic_load_n(&job->own.pool, __ATOMIC_RELAXED);
	pthread_mutex_lock(&pool->lock);
	state = quern__job_state(job);
	dropped = quern__job_drop_locked(job, reason);
	if (dropped)
		status = state == QUERN__WAITING ? 0 : -EINPROGRESS;
	else
		status = set_reason(job, reason) ? -EINPROGRESS : -EALREADY;
	pthread_mutex_unlock(&pool->lock);
	if (dropped)
		quern__job_hand_over(dropped);
	return status;
}

/* Was the job, which is in flight, submitted before a fork? */
static bool
is_stale(const quern_job *job)
{
	return quern__loop_stale(
	    __atomic_load_n(&job->own.loop, __ATOMIC_RELAXED));
}

int
quern_cancel(quern_job *job)
{
	enum quern__state state;

	if (!job)
		return -EINVAL;
	state = state_of(__atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE));
	if (!state)
		return -EINVAL;
	if (state > QUERN__CLAIMED && is_stale(job))
		return -ESTALE;
	return quern__job_stop(job, QUERN__CANCELED);
}

int
quern_job_status(const quern_job *job)
{
	if (!job)
		return -EINVAL;
	switch (state_of(__atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE))) {
	case QUERN__FREE_ENDED:
		return job->own.status;
	case QUERN__CLAIMED:
		return -EINPROGRESS;
	case QUERN__WAITING:
	case QUERN__RUNNING:
	case QUERN__DONE:
		return is_stale(job) ? -ESTALE : -EINPROGRESS;
	default:
		return -EINVAL;
	}
}

double
quern_job_progress(const quern_job *job)
{
	double fraction;

	if (!job)
		return 0;
	switch (state_of(__atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE))) {
	case QUERN__RUNNING:
		if (quern__op_is_loop(&job->op))
			return quern__grid_progress(job);
		/* relaxed: a number to look at. */
		__atomic_load(
		    &job->own.progress.fraction, &fraction, __ATOMIC_RELAXED);
		return fraction;
	case QUERN__DONE:
	case QUERN__FREE_ENDED:
		return 1;
	default:
		return 0;
	}
}
