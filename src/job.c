/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.c -- the life of a job: every move of its state is made here.
 *
 * The picture, the owners and the fields are in job.h.
 */
#include "job.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "batch.h"
#include "clock.h"
#include "deliver.h"
#include "fork.h"
#include "grid.h"
#include "kernels/kernel.h"
#include "pool.h"
#include "process/remote.h"

_Static_assert(sizeof(quern_op) == 96, "quern_op is part of the ABI");
_Static_assert(sizeof(quern_job) == 256, "quern_job is part of the ABI");
_Static_assert(offsetof(quern_job, op.arg) + sizeof(void *) == 48, "see job.h");
_Static_assert(offsetof(quern_job, own.next) == 192, "see job.h");
_Static_assert(offsetof(quern_job, own.loop) == 192 + 48, "see job.h");

_Thread_local struct quern__trail quern__handed_on;

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
	job->own.word = QUERN__MAGIC | QUERN__FREE_NEW;
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
	job->own.word = QUERN__MAGIC | QUERN__CLAIMED;
}

/*
 * Where the job goes.  Written only if it differs: a job that is submitted
 * again and again leaves this cache line in the caches of all who read it.
 *
 * relaxed: another thread may be cancelling the job's last trip.  It finds
 * these as they were or, which is the same, as they are.
 */
static void
aim(quern_job *job, quern_loop *loop, quern_executor *pool)
{
	if (job->own.pool != pool) {
		__atomic_store_n(&job->own.pool, pool, __ATOMIC_RELAXED);
		job->own.place = QUERN__ELSEWHERE; /* of the other pool's */
	}
	if (job->own.loop != loop)
		__atomic_store_n(&job->own.loop, loop, __ATOMIC_RELAXED);
}

bool
quern__job_is_blocking(const quern_job *job)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE);

	return quern__word_state(word) && job->op.kind &&
	    job->op.kind->blocking;
}

int
quern__job_claim(quern_job *job, quern_loop *loop, quern_executor *pool)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE);
	enum quern__state state = quern__word_state(word);
	uint64_t deadline_ns;
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
	if (!err && pool->processes)
		err = quern__remote_check(pool, &job->op);
	if (err)
		return err;
	/*
	 * acq_rel: of two threads that submit the same job one wins, and it
	 * must see what the last owner wrote.
	 */
	if (!__atomic_compare_exchange_n(&job->own.word, &word,
		QUERN__MAGIC | QUERN__CLAIMED, false, __ATOMIC_ACQ_REL,
		__ATOMIC_RELAXED))
		return -EBUSY;
	aim(job, loop, pool);
	job->own.was = (uint8_t)state;
	job->own.untraced = quern__tracing();
	job->own.lane = job->op.kind->blocking && !pool->processes ?
	    QUERN__LANE_OF_BLOCKING(job->priority) :
	    QUERN__LANE_OF(job->priority);
	deadline_ns = job->timeout > 0 ? quern__deadline_ns(job->timeout) : 0;
	if (job->own.deadline.at_ns != deadline_ns) /* as in aim() */
		job->own.deadline.at_ns = deadline_ns;
	return 0;
}

void
quern__job_unclaim(quern_job *job)
{
	/* release: pairs with the acquire of the next claim. */
	__atomic_store_n(
	    &job->own.word, QUERN__MAGIC | job->own.was, __ATOMIC_RELEASE);
}

/* Set the reason of a job in flight, unless it has one.  True if it was set. */
static bool
set_reason(quern_job *job, enum quern__reason reason)
{
	uint32_t word = __atomic_load_n(&job->own.word, __ATOMIC_RELAXED);

	while (quern__word_state(word) == QUERN__IN_FLIGHT &&
	    !quern__word_reason(word)) {
		/*
		 * relaxed: the reason is all there is to tell.  Against
		 * quern__job_finish() of what has failed one of the two
		 * exchanges comes first: either it sees the reason, or this
		 * one sees DONE.
		 */
		if (__atomic_compare_exchange_n(&job->own.word, &word,
			word | (uint32_t)reason << QUERN__REASON_SHIFT, true,
			__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

bool
quern__job_should_stop(quern_job *job)
{
	const quern_context *outer;
	uint32_t word;

	if (quern__job_was_told(job))
		return true;
	/* The deadline is in another cache line. */
	if (job->timeout > 0 && quern__passed(job->own.deadline.at_ns)) {
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
		set_reason(job,
		    quern__word_reason(word) ? quern__word_reason(word) :
					       QUERN__CANCELED);
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

	return status < 0 && quern__word_reason(word) ?
	    status_of(quern__word_reason(word)) :
	    status;
}

/* Note and count how a job ended. */
static void
settle(quern_job *job, int status, enum quern__reason reason,
    struct quern__counts *mine)
{
	struct quern__counts *counts = mine ? mine : &job->own.pool->counts;
	uint64_t *count = &counts->done;

	if (status < 0) {
		count = reason ? &counts->cancelled : &counts->failed;
		status = reason ? status_of(reason) : status;
	}
	/*
	 * relaxed: statistics; they are exact once the job is delivered.  Only
	 * its worker writes to `mine`.
	 */
	if (mine)
		__atomic_store_n(count, *count + 1, __ATOMIC_RELAXED);
	else
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
quern__job_finish(quern_job *job, int status, struct quern__counts *mine)
{
	enum quern__reason reason = QUERN__GO_ON;

	if (status < 0 && job->own.pool->processes)
		quern__crash_settle(job);
	/*
	 * Of what has failed a reason that was set before is in the word that
	 * comes back; one that comes later finds DONE.  What is done is done,
	 * whatever the reason, and needs no exchange.  release: a thread that
	 * sees a progress of 1 sees the results.  The status may follow: only
	 * the hand-over tells of it.
	 */
	if (status < 0)
		reason = quern__word_reason(__atomic_exchange_n(&job->own.word,
		    QUERN__MAGIC | QUERN__DONE, __ATOMIC_RELEASE));
	else
		quern__job_move(job, QUERN__DONE);
	settle(job, status, reason, mine);
	quern__job_hand_over(job);
}

enum quern__dropped
quern__job_drop_locked(quern_job *job, enum quern__reason reason)
{
	enum quern__dropped dropped = QUERN__DROPPED_WAITING;
	quern_executor *pool = job->own.pool;

	switch (job->own.place) {
	case QUERN__IN_LINE:
		if (job->own.inside)
			return QUERN__NOT_DROPPED;
		quern__line_remove(&pool->line, job);
		if (quern__lane_is_open(job->own.lane)) {
			__atomic_fetch_sub(&pool->running, 1, __ATOMIC_RELAXED);
			dropped = QUERN__DROPPED_RUNNING;
		}
		break;
	case QUERN__IN_BATCH:
		if (!quern__batch_withdraw_locked(pool, job))
			return QUERN__NOT_DROPPED;
		break;
	default:
		return QUERN__NOT_DROPPED;
	}
	/* It may have been told before, on its way into the line. */
	if (quern__job_reason(job))
		reason = quern__job_reason(job);
	if (dropped == QUERN__DROPPED_RUNNING)
		quern__grid_drop(job);
	quern__job_move(job, QUERN__DONE);
	settle(job, -ECANCELED, reason, NULL);
	return dropped;
}

int
quern__job_stop(quern_job *job, enum quern__reason reason)
{
	enum quern__state state = quern__job_state(job);
	quern_executor *pool;
	enum quern__dropped dropped = QUERN__NOT_DROPPED;
	int status = -EALREADY;
	bool told;

	if (state <= QUERN__CLAIMED)
		return state == QUERN__FREE_ENDED ? -EALREADY : -EINVAL;
	if (state == QUERN__DONE)
		return -EALREADY;
	pool = __atomic_load_n(&job->own.pool, __ATOMIC_RELAXED);
	pthread_mutex_lock(&pool->lock);
	quern__pool_absorb_all_locked(pool);
	if (quern__job_state(job) == QUERN__IN_FLIGHT) {
		told = quern__job_reason(job);
		dropped = quern__job_drop_locked(job, reason);
		if (told)
			status = -EALREADY;
		else if (dropped == QUERN__DROPPED_WAITING)
			status = 0;
		else if (dropped || set_reason(job, reason))
			status = -EINPROGRESS;
	}
	pthread_mutex_unlock(&pool->lock);
	if (dropped)
		quern__job_hand_over(job);
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
	state = quern__word_state(
	    __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE));
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
	switch (quern__word_state(
	    __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE))) {
	case QUERN__FREE_ENDED:
		return job->own.status;
	case QUERN__CLAIMED:
		return -EINPROGRESS;
	case QUERN__IN_FLIGHT:
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
	switch (quern__word_state(
	    __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE))) {
	case QUERN__IN_FLIGHT:
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
