/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.c -- loops: making and ending them, and the libev front.
 *
 *     done.c --ev_async--> [loop.c] --> deliver.c
 *
 * ev_async_send() is the only thing in libev that another thread may call, and
 * libev writes to its descriptor only when the loop is about to sleep, so one
 * watcher per loop is all that completions need.
 *
 * ev_run() returns when nothing holds a reference.  Our watchers hold none;
 * instead one reference stands for "jobs are in flight, or somebody holds the
 * loop".  It is brought up to date before the loop sleeps (prepare) and as the
 * last thing of a turn (check, lowest priority): with prepare alone, a job
 * submitted by a one-shot timer would be overlooked and ev_run() return early.
 */
#include <errno.h>
#include <ev.h>
#include <sched.h>

#include "clock.h"
#include "deliver.h"
#include "fork.h"
#include "mem.h"
#include "pool.h"
#include "thread.h"

struct ev_front {
	quern_loop base;
	struct ev_loop *ev;
	ev_async ring;
	ev_prepare prepare;
	ev_check check;
	ev_timer timer; /* holds a reference while set; so do the jobs */
	bool referenced;
};

/* ---- every loop ---- */

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
	if (err)
		pthread_mutex_destroy(&loop->lock);
	return err;
}

void
quern__loop_fini(quern_loop *loop)
{
	quern__pool_detach(loop->executor, loop);
	pthread_mutex_destroy(&loop->lock);
}

bool
quern__loop_stale(const quern_loop *loop)
{
	return loop->generation != quern__fork_generation();
}

int
quern__loop_check(const quern_loop *loop)
{
	if (!loop)
		return -EINVAL;
	return quern__loop_stale(loop) ? -ESTALE : 0;
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
	    __atomic_load_n(&loop->in_flight, __ATOMIC_RELAXED);
}

int
quern_loop_destroy(quern_loop *loop)
{
	if (!loop)
		return 0;
	if (quern__loop_stale(loop))
		return -ESTALE;
	if (loop->delivering || quern__loop_is_busy(loop))
		return -EBUSY;
	/* acquire: pairs with the release in quern__loop_unpin(). */
	while (__atomic_load_n(&loop->ringing, __ATOMIC_ACQUIRE))
		sched_yield();
	/* Another part of the submit that held us up may have come through. */
	if (quern__loop_is_busy(loop))
		return -EBUSY;
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
	if (quern__loop_check(loop))
		return 0;
	/* relaxed: exact on the loop's thread, a number to look at elsewhere. */
	return __atomic_load_n(&loop->in_flight, __ATOMIC_RELAXED);
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
	if (quern__loop_check(loop))
		return;
	quern__loop_pin(loop);
	/* release: pairs with the acquire in quern__loop_is_busy(). */
	if (__atomic_fetch_sub(&loop->holds, 1, __ATOMIC_RELEASE) == 1)
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

/* ---- libev ---- */

static struct ev_front *
front_of(const quern_loop *loop)
{
	return (struct ev_front *)loop; /* base is its first member */
}

static void
update_reference(struct ev_front *front)
{
	quern_loop *loop = &front->base;
	bool stale = quern__loop_stale(loop);
	/* A promised room call keeps the loop alive as a job does. */
	bool room = loop->room_fn &&
	    __atomic_load_n(&loop->room, __ATOMIC_RELAXED) != QUERN__ROOM_QUIET;
	bool wanted = !stale && (quern__loop_is_busy(loop) || room);

	if (stale) /* nor may a timeout of the parent's keep the child */
		ev_timer_stop(front->ev, &front->timer);
	if (wanted && !front->referenced)
		ev_ref(front->ev);
	else if (!wanted && front->referenced)
		ev_unref(front->ev);
	front->referenced = wanted;
}

static void
on_prepare(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	struct ev_front *front = watcher->data;

	(void)ev;
	(void)events;
	update_reference(front);
	if (quern__loop_stale(&front->base))
		return;
	/* A callback runs the loop itself, in the middle of a turn of ours. */
	if (front->base.backlog)
		quern__front_ring(&front->base);
	quern__deliver_set_timer(&front->base);
}

static void
on_check(struct ev_loop *ev, ev_check *watcher, int events)
{
	(void)ev;
	(void)events;
	update_reference(watcher->data);
}

static void
on_ring(struct ev_loop *ev, ev_async *watcher, int events)
{
	struct ev_front *front = watcher->data;

	(void)ev;
	(void)events;
	if (!quern__loop_stale(&front->base))
		quern__deliver(&front->base);
}

static void
on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct ev_front *front = watcher->data;

	(void)ev;
	(void)events;
	front->base.timer_ns = 0; /* it went off */
	if (!quern__loop_stale(&front->base))
		quern__deliver(&front->base);
}

static void
ev_front_ring(quern_loop *loop)
{
	struct ev_front *front = front_of(loop);

	ev_async_send(front->ev, &front->ring);
}

static void
ev_front_set_timer(quern_loop *loop, uint64_t at_ns)
{
	struct ev_front *front = front_of(loop);
	uint64_t now_ns = quern__now_ns();
	double seconds = at_ns > now_ns ? (double)(at_ns - now_ns) * 1e-9 : 0;

	ev_timer_stop(front->ev, &front->timer);
	if (!at_ns)
		return;
	/* libev counts from the time of its last look at the clock. */
	ev_now_update(front->ev);
	ev_timer_set(&front->timer, seconds, 0);
	ev_timer_start(front->ev, &front->timer);
}

/* Start a watcher that does not by itself keep ev_run() alive. */
#define START_UNREFERENCED(type, ev, watcher)                                  \
	do {                                                                   \
		ev_##type##_start(ev, watcher);                                \
		ev_unref(ev);                                                  \
	} while (0)
#define STOP_UNREFERENCED(type, ev, watcher)                                   \
	do {                                                                   \
		ev_ref(ev);                                                    \
		ev_##type##_stop(ev, watcher);                                 \
	} while (0)

static void
ev_front_destroy(quern_loop *loop)
{
	struct ev_front *front = front_of(loop);

	if (front->referenced)
		ev_unref(front->ev);
	ev_timer_stop(front->ev, &front->timer);
	STOP_UNREFERENCED(check, front->ev, &front->check);
	STOP_UNREFERENCED(prepare, front->ev, &front->prepare);
	STOP_UNREFERENCED(async, front->ev, &front->ring);
	quern__loop_fini(loop);
	quern__free(front);
}

static struct ev_loop *
ev_front_ev(const quern_loop *loop)
{
	return front_of(loop)->ev;
}

static const struct quern__front ev_front = {
	.ring = ev_front_ring,
	.set_timer = ev_front_set_timer,
	.destroy = ev_front_destroy,
	.ev = ev_front_ev,
};

static int
ev_front_create(quern_loop **out, struct ev_loop *ev, quern_executor *executor)
{
	struct ev_front *front = quern__alloc(sizeof(*front));
	int err, saved = errno;

	if (!front)
		return -ENOMEM;
	err = quern__loop_init(&front->base, &ev_front, executor);
	if (err) {
		quern__free(front);
		return err;
	}
	front->ev = ev;
	ev_async_init(&front->ring, on_ring);
	ev_prepare_init(&front->prepare, on_prepare);
	ev_check_init(&front->check, on_check);
	ev_timer_init(&front->timer, on_timer, 0, 0);
	ev_set_priority(&front->prepare, EV_MINPRI);
	ev_set_priority(&front->check, EV_MINPRI);
	front->ring.data = front->prepare.data = front;
	front->check.data = front->timer.data = front;
	START_UNREFERENCED(async, ev, &front->ring);
	START_UNREFERENCED(prepare, ev, &front->prepare);
	START_UNREFERENCED(check, ev, &front->check);
	errno = saved; /* libev opens a descriptor for the first of these */
	*out = &front->base;
	return 0;
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
	return ev_front_create(out, ev, executor);
}
