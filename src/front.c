/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * front.c -- a loop: making it, ending it, keeping it alive.
 *
 *     loop.c (libev), port.c (a descriptor) --> [front.c] --> deliver.c
 *
 * What holds for every loop; what differs is behind struct quern__front.
 */
#include "front.h"

#include <errno.h>
#include <sched.h>

#include "deliver.h"
#include "fork.h"
#include "pool.h"
#include "task.h"
#include "thread.h"

int
quern__loop_init(quern_loop *loop, const struct quern__front *front,
    quern_executor *executor)
{
	int err;

	loop->front = front;
	loop->generation = quern__fork_generation();
	loop->executor = executor;
	err = quern__mutex_init(&loop->lock);
	if (err)
		return err;
	err = quern__pool_attach(executor, loop);
	if (err) {
		pthread_mutex_destroy(&loop->lock);
		return err;
	}
	quern__track_init(&loop->track, QUERN__TRACK_LOOP, NULL, 0);
	return 0;
}

void
quern__loop_fini(quern_loop *loop)
{
	quern__track_fini(&loop->track);
	quern__pool_detach(loop->executor, loop);
	pthread_mutex_destroy(&loop->lock);
}

bool
quern__loop_is_busy(const quern_loop *loop)
{
	/*
	 * Holds first, with acquire, the partner of the release in
	 * quern_loop_release(): whoever submitted a job and then let go is
	 * seen here to have submitted it.  The other way round both could look
	 * like nothing.
	 */
	return __atomic_load_n(&loop->holds, __ATOMIC_ACQUIRE) ||
	    quern_loop_pending(loop);
}

int
quern_loop_destroy(quern_loop *loop)
{
	if (!loop)
		return 0;
	if (quern__loop_stale(loop))
		return -ESTALE;
	if (loop->delivering || quern__loop_is_busy(loop) ||
	    quern__tasks_exist(loop))
		return -EBUSY;
	/*
	 * acquire: pairs with the release in quern__loop_unpin(), and in
	 * submit_one().
	 */
	while (__atomic_load_n(&loop->ringing, __ATOMIC_ACQUIRE) ||
	    __atomic_load_n(&loop->in_flight, __ATOMIC_ACQUIRE) %
		QUERN__ONE_JOB)
		sched_yield();
	/* Another part of the submit that held us up may have come through. */
	if (quern__loop_is_busy(loop))
		return -EBUSY;
	quern__tasks_drop(loop);
	loop->front->destroy(loop);
	return 0;
}

struct ev_loop *
quern_loop_ev(const quern_loop *loop)
{
	return loop ? loop->front->ev(loop) : NULL;
}

size_t
quern_loop_pending(const quern_loop *loop)
{
	size_t pending;

	if (quern__loop_check(loop))
		return 0;
	/* relaxed: exact on the loop's thread, a number to look at elsewhere. */
	pending = __atomic_load_n(&loop->in_flight, __ATOMIC_RELAXED) /
	    QUERN__ONE_JOB;
	if (quern__loop_in_turn(loop))
		pending += loop->turn_submitted - loop->turn_delivered;
	return pending;
}

void
quern_loop_hold(quern_loop *loop)
{
	if (!quern__loop_check(loop))
		__atomic_fetch_add(&loop->holds, 1, __ATOMIC_RELAXED);
}

void
quern_loop_release(quern_loop *loop)
{
	size_t holds;

	if (quern__loop_check(loop))
		return;
	quern__loop_pin(loop);
	holds = __atomic_load_n(&loop->holds, __ATOMIC_RELAXED);
	/* release: pairs with the acquire in quern__loop_is_busy(). */
	while (holds &&
	    !__atomic_compare_exchange_n(&loop->holds, &holds, holds - 1, true,
		__ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
	if (holds == 1)
		quern__front_ring(loop); /* it may return now */
	quern__loop_unpin(loop);
}

void
quern_loop_set_room(
    quern_loop *loop, void (*room)(quern_loop *loop, void *data), void *data)
{
	if (quern__loop_check(loop))
		return;
	/* What was due before belongs to whoever was set before. */
	(void)quern__pool_take_room(loop->executor, loop);
	loop->room_fn = room;
	loop->room_data = data;
}

int
quern_loop_create(
    quern_loop **out, struct ev_loop *ev, quern_executor *executor)
{
	int err;

	err = out ? quern__pool_check(executor) : -EINVAL;
	if (err)
		return err;
	if (!ev)
		return quern__port_create(out, executor);
	return quern__ev_create(out, ev, executor);
}
