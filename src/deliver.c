/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deliver.c -- ended jobs reach their callbacks.
 *
 *     mailbox.c --> [deliver.c] --> your done()
 *
 * All of it but quern__deliver_push() and the pins runs on the loop's thread.
 * A turn is limited in number and time, so that a flood of completions starves
 * neither timers nor sockets: what is left stays in the backlog, and the loop
 * rings itself for another turn.
 *
 * To ring costs the worker a system call and takes the core from another one,
 * so while the cores have enough to do, a loop may say that it looks by itself
 * (loop.c).  Then whoever pushes does not ring.  The push comes before the look
 * at `looks`; whoever clears `looks` looks for ends after that; all four are
 * seq_cst, so either the pusher rings or the other one finds the end.
 */
#include "deliver.h"

#include "clock.h"
#include "fork.h"
#include "job.h"
#include "pool.h"
#include "task.h"

enum {
	TURN_JOBS = 1024,
	TURN_NS = 1000000, /* whichever comes first */
	CLOCK_EVERY = 16   /* jobs between looks at the clock */
};

void
quern__loop_pin(quern_loop *loop)
{
	/*
	 * relaxed: the push or the link that follows is a release, and the
	 * loop's thread acquires through it before it can come to destroy.
	 */
	__atomic_fetch_add(&loop->ringing, 1, __ATOMIC_RELAXED);
}

void
quern__loop_unpin(quern_loop *loop)
{
	/* release: pairs with the acquire in quern_loop_destroy(). */
	__atomic_fetch_sub(&loop->ringing, 1, __ATOMIC_RELEASE);
}

void
quern__deliver_push(quern_loop *loop, quern_job *job)
{
	quern__trail_add(&quern__handed_on, job);
	/* Behind others there is nothing to ring for: they have rung. */
	if (quern__mailbox_push_behind(&loop->done, job))
		return;
	quern__loop_pin(loop);
	if (quern__mailbox_push(&loop->done, job, job) == QUERN__PUSHED_FIRST &&
	    !__atomic_load_n(&loop->looks, __ATOMIC_SEQ_CST))
		quern__front_ring(loop);
	quern__loop_unpin(loop);
}

void
quern__deliver_look(quern_loop *loop)
{
	/* relaxed: a hint for workers that run dry. */
	__atomic_fetch_add(&loop->executor->lookers, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&loop->looks, true, __ATOMIC_SEQ_CST);
}

bool
quern__deliver_look_no_more(quern_loop *loop)
{
	if (!__atomic_exchange_n(&loop->looks, false, __ATOMIC_SEQ_CST))
		return false;
	__atomic_fetch_sub(&loop->executor->lookers, 1, __ATOMIC_RELAXED);
	return __atomic_load_n(&loop->done.head, __ATOMIC_SEQ_CST);
}

/*
 * A loop that looked by itself, does so no more and is to be rung for, pinned;
 * NULL: none.  Of those that hold the executor: for others their own look must
 * do.
 */
static quern_loop *
take_looker_locked(quern_executor *pool)
{
	for (quern_loop *loop = pool->loops; loop; loop = loop->next_loop) {
		/* Pinned first: once it looks no more it may be destroyed. */
		quern__loop_pin(loop);
		if (quern__deliver_look_no_more(loop))
			return loop;
		quern__loop_unpin(loop);
	}
	return NULL;
}

bool
quern__deliver_now_locked(quern_executor *pool)
{
	quern_loop *loop = NULL;

	if (__atomic_load_n(&pool->lookers, __ATOMIC_RELAXED))
		loop = take_looker_locked(pool);
	if (!loop)
		return false;
	pthread_mutex_unlock(&pool->lock);
	quern__front_ring(loop);
	quern__loop_unpin(loop);
	pthread_mutex_lock(&pool->lock);
	return true;
}

/* Stop jobs whose time is over; the timer calls again if more are left. */
static void
expire(quern_loop *loop)
{
	struct quern_deadline *node;
	int count = 0;
	bool due;

	do {
		pthread_mutex_lock(&loop->lock);
		node = quern__timeouts_first(&loop->timeouts);
		due = node && quern__passed(node->at_ns);
		if (due)
			quern__timeouts_remove(&loop->timeouts, node);
		pthread_mutex_unlock(&loop->lock);
		/* Still there: only this thread delivers it. */
		if (due)
			(void)quern__job_stop(
			    quern__job_of(node), QUERN__TIMEDOUT);
	} while (due && ++count < TURN_JOBS);
}

static quern_job *
next_ended(quern_loop *loop)
{
	quern_job *job;

	if (!loop->backlog)
		loop->backlog = quern__mailbox_take(&loop->done);
	job = loop->backlog;
	if (!job)
		return NULL;
	loop->backlog = job->own.next;
	return job;
}

/* Give the job back to its owner, who may free it at once. */
static void
deliver(quern_loop *loop, quern_job *job)
{
	quern_group *group = job->own.part_of.group;
	quern_done_fn *done = job->own.then.done;
	int status = job->own.status;
	struct quern__span span;

	quern__trace_begin(&span, &loop->track, QUERN__MARK_DELIVER, job);
	if (job->own.deadline.at_ns) {
		pthread_mutex_lock(&loop->lock);
		quern__timeouts_remove(&loop->timeouts, &job->own.deadline);
		pthread_mutex_unlock(&loop->lock);
	}
	loop->turn_delivered++;
	if (job->own.pool == loop->executor)
		loop->turn_slots++;
	else
		quern__pool_give_slots(job->own.pool, 1);
	quern__job_move(job, QUERN__FREE_ENDED);
	if (done)
		done(loop, job, status);
	quern__trace_end(&span, (uint64_t)(int64_t)status, 0);
	if (group)
		quern__group_member_done(loop, group, job, status);
}

void
quern__deliver_set_timer(quern_loop *loop)
{
	const struct quern_deadline *first;
	uint64_t at_ns;

	pthread_mutex_lock(&loop->lock);
	first = quern__timeouts_first(&loop->timeouts);
	at_ns = first ? first->at_ns : 0;
	pthread_mutex_unlock(&loop->lock);
	if (at_ns != loop->timer_ns) {
		loop->timer_ns = at_ns;
		loop->front->set_timer(loop, at_ns);
	}
}

/* Tell everybody what this turn has changed. */
static void
settle_turn(quern_loop *loop)
{
	loop->submits |= loop->turn_submitted > 0;
	quern__loop_count_in(loop, loop->turn_submitted - loop->turn_delivered);
	loop->turn_submitted = loop->turn_delivered = 0;
	if (loop->turn_slots)
		quern__pool_give_slots(loop->executor, loop->turn_slots);
	loop->turn_slots = 0;
}

static void
begin_turn(quern_loop *loop)
{
	loop->delivering++;
	/* relaxed: see its declaration. */
	__atomic_store_n(
	    &loop->turn_of, (uintptr_t)pthread_self(), __ATOMIC_RELAXED);
}

static void
end_turn(quern_loop *loop)
{
	quern__pool_send(loop);
	settle_turn(loop);
	if (--loop->delivering == 0)
		__atomic_store_n(&loop->turn_of, 0, __ATOMIC_RELAXED);
}

int
quern__deliver(quern_loop *loop)
{
	uint64_t turn_ends_ns = quern__now_ns() + TURN_NS;
	int count = 0;
	quern_job *job;

	begin_turn(loop);
	expire(loop);
	while (count < TURN_JOBS && (job = next_ended(loop))) {
		deliver(loop, job);
		count++;
		if (count % CLOCK_EVERY == 0 && quern__passed(turn_ends_ns))
			break;
	}
	settle_turn(loop);
	if ((loop->room_fn || loop->tasks) &&
	    quern__pool_take_room(loop->executor, loop)) {
		if (loop->room_fn)
			loop->room_fn(loop, loop->room_data);
		quern__tasks_have_room(loop);
	}
	/* A push to a list that is not empty does not ring, so we do. */
	if (quern__loop_has_ends(loop))
		quern__front_ring(loop);
	else if (count >= CLOCK_EVERY)
		loop->caught_up_ns = quern__now_ns();
	quern__deliver_set_timer(loop);
	end_turn(loop);
	return count;
}
