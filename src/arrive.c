/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arrive.c -- how jobs come from their submitters into the line.
 *
 *     submit.c --[outbox]--> inbox --> [arrive.c] --> line.c
 *
 * A submit pushes to a mailbox and takes no lock.  Whoever needs to see all
 * that waits (a worker that looks for work, a cancel, a shutdown) takes what
 * has come in to the line first, with the pool's lock held.
 *
 * `arrived` has a bit for each lane that is in the inbox.  It is set after the
 * push and cleared before the take, each in this order for all to see: either
 * the take sees the job, or the clearing does not take back its bit.  So a bit
 * may be set for nothing, but no job is in the inbox for long without one.
 * Whoever sets a bit that was clear calls for somebody to come (idle.c); while
 * it is set, somebody has been called.  One who pushes behind others, where
 * the bit of its lane was set a moment ago, leaves it at that, since whoever
 * pushed the first of them has set bits after that, or is about to.  (Should
 * the bit have been cleared in that moment, nobody knows how urgent the job is
 * until the inbox is taken.)  A worker that finds enough calls in the line, and
 * in the inbox nothing of a lane that has none there, which would be more
 * urgent or has to age, leaves the inbox to fill: each take costs both sides
 * some cache misses.  Enough is more than it picks: a sleeper is woken for the
 * rest, and finds the inbox when that is done.
 *
 * What a loop's callbacks submit to the loop's own executor is gathered in an
 * outbox and goes on in one push: at the end of the turn, when GATHER_MOST are
 * there, or at once if a core has nothing to do.  Handing jobs over one by one
 * costs both sides several cache misses each.  Should a callback take long, the
 * first worker that runs dry finds the outbox before it sleeps.
 */
#include <errno.h>

#include "clock.h"
#include "front.h"
#include "job.h"
#include "pool.h"

enum {
	GATHER_MOST = 64,
	FED_NS = 100000 /* 50 to 400 us made no difference, 20 us did */
};

/* ---- submitters ---- */

static int
push(quern_executor *pool, quern_job *latest, quern_job *earliest,
    unsigned lanes)
{
	if (quern__mailbox_push(&pool->inbox, latest, earliest) == QUERN__SHUT)
		return -ESHUTDOWN;
	/*
	 * seq_cst: the push above, then this; in absorb the clearing, then the
	 * take.  One of the two sees the other.  Most of the time the bit is
	 * set, and a load is all.
	 */
	if (!(lanes & ~__atomic_load_n(&pool->arrived, __ATOMIC_SEQ_CST)))
		return 0;
	__atomic_fetch_or(&pool->arrived, lanes, __ATOMIC_SEQ_CST);
	quern__pool_call_for(pool);
	return 0;
}

int
quern__pool_link(quern_executor *pool, quern_job *latest, quern_job *earliest,
    unsigned lanes, bool kept)
{
	int err;

	if (kept)
		return push(pool, latest, earliest, lanes);
	/*
	 * relaxed: the push that follows is a release, and the loop's thread
	 * acquires through it before it can come to destroy.
	 */
	__atomic_fetch_add(&pool->linking, 1, __ATOMIC_RELAXED);
	err = push(pool, latest, earliest, lanes);
	/* release: pairs with the acquire in quern_executor_destroy(). */
	__atomic_fetch_sub(&pool->linking, 1, __ATOMIC_RELEASE);
	return err;
}

int
quern__pool_gather(quern_loop *loop, quern_job *latest, quern_job *earliest,
    unsigned lanes, unsigned n)
{
	switch (quern__mailbox_push(&loop->outbox, latest, earliest)) {
	case QUERN__SHUT:
		return -ESHUTDOWN;
	case QUERN__PUSHED_FIRST:
		loop->out_earliest = earliest;
		loop->out_lanes = lanes;
		loop->gathered = n;
		if (quern__pool_has_idle_core(loop->executor))
			quern__pool_send(loop);
		return 0;
	case QUERN__PUSHED:
		break;
	}
	loop->out_lanes |= lanes;
	loop->gathered += n;
	if (loop->gathered >= GATHER_MOST)
		quern__pool_send(loop);
	return 0;
}

/* ---- those who hold the lock ---- */

bool
quern__pool_has_enough_locked(const quern_executor *pool)
{
	unsigned calls = pool->line.calls & QUERN__COMPUTE;
	/* relaxed: a bit that is seen late is seen at the next visit. */
	unsigned arrived = __atomic_load_n(&pool->arrived, __ATOMIC_RELAXED);

	/*
	 * Calls, since who is inside a loop takes a bit in `arrived` for one of
	 * them, and leaves.
	 */
	return calls && !(arrived & ~calls) &&
	    pool->line.lane[__builtin_ctz(calls)].calls >= QUERN__BATCH;
}

void
quern__pool_absorb_locked(quern_executor *pool)
{
	if (!__atomic_load_n(&pool->arrived, __ATOMIC_SEQ_CST))
		return;
	quern__note(&pool->fed_until_ns, quern__now_ns() + FED_NS);
	/* seq_cst: see push(). */
	__atomic_store_n(&pool->arrived, 0, __ATOMIC_SEQ_CST);
	if (!pool->closed)
		quern__line_push_all(
		    &pool->line, quern__mailbox_take_latest(&pool->inbox));
}

bool
quern__pool_gathered_locked(const quern_executor *pool)
{
	const void *head;

	for (quern_loop *loop = pool->loops; loop; loop = loop->next_loop) {
		/* seq_cst: see quern__pool_has_idle_core(). */
		head = __atomic_load_n(&loop->outbox.head, __ATOMIC_SEQ_CST);
		if (head && head != &loop->outbox) /* shut */
			return true;
	}
	return false;
}

void
quern__pool_absorb_all_locked(quern_executor *pool)
{
	quern__pool_absorb_locked(pool);
	if (pool->closed)
		return;
	for (quern_loop *loop = pool->loops; loop; loop = loop->next_loop)
		if (!quern__mailbox_is_empty(&loop->outbox))
			quern__line_push_all(&pool->line,
			    quern__mailbox_take_latest(&loop->outbox));
}

void
quern__pool_close_locked(quern_executor *pool)
{
	if (pool->closed)
		return;
	pool->closed = true;
	quern__line_push_all(&pool->line, quern__mailbox_shut(&pool->inbox));
	for (quern_loop *loop = pool->loops; loop; loop = loop->next_loop)
		quern__line_push_all(
		    &pool->line, quern__mailbox_shut(&loop->outbox));
}

/* ---- the loop's thread, at the end of a turn ---- */

/* These were accepted before the executor was closed. */
static void
send_late(quern_executor *pool, quern_job *latest)
{
	pthread_mutex_lock(&pool->lock);
	quern__line_push_all(&pool->line, latest);
	pthread_mutex_unlock(&pool->lock);
	quern__pool_call_for(pool);
}

void
quern__pool_send(quern_loop *loop)
{
	quern_executor *pool = loop->executor;
	quern_job *latest;

	if (quern__mailbox_is_empty(&loop->outbox))
		return;
	latest = quern__mailbox_take_latest(&loop->outbox);
	/* A worker may have come first; else all are ours, and in order. */
	if (latest && push(pool, latest, loop->out_earliest, loop->out_lanes)) {
		loop->out_earliest->own.next = NULL;
		send_late(pool, latest);
	}
}
