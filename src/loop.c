/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.c -- the libev front of a loop.
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
 *
 * Ends come early.  From the ring to the callback libev takes 1 to 2 us.  So
 * who finds a single end when it would poll (prepare), or has polled (check),
 * delivers it at once.
 *
 * Looking by itself.  Each time that the loop is rung for costs a core 5 to
 * 40 us.  That is much while a long list of jobs, all submitted, ends one by
 * one.  So when ends come after short sleeps, the callbacks do not answer them
 * with new jobs, many are still to come and the cores have enough to do, the
 * loop tells the workers not to ring and sleeps for LOOK_S at most.  A worker
 * that runs dry rings all the same (deliver.c).
 */
#include <errno.h>
#include <ev.h>

#include "busy.h"
#include "clock.h"
#include "deliver.h"
#include "fd.h"
#include "mem.h"
#include "pool.h"

enum {
	SHORT_NS = 400000, /* a sleep that an end cut short */
	FEW = 16           /* jobs; with fewer, somebody may wait for each */
};

#define LOOK_S 0.001 /* 0.0002 was measurably dearer */

struct ev_front {
	quern_loop base;
	struct ev_loop *ev;
	ev_async ring;
	ev_timer look;     /* ends a sleep; never called */
	uint64_t slept_ns; /* since when it sleeps; 0: that is of no interest */
	bool ends_soon;    /* found ends after its last sleep, a short one */
	bool early;        /* deliver_early() does, and has not slept since */
	ev_prepare prepare;
	ev_check begin, check; /* of a turn's callbacks: the first, the last */
	ev_timer timer;        /* holds a reference while set; so do the jobs */
	bool referenced;
	struct quern__presence thread; /* where it is */
	struct quern__span poll;       /* for the timeline */
};

static struct ev_front *
front_of(const quern_loop *loop)
{
	return (struct ev_front *)loop; /* base is its first member */
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
stop_look(struct ev_front *front)
{
	if (ev_is_active(&front->look))
		STOP_UNREFERENCED(timer, front->ev, &front->look);
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

	if (stale) {
		/* Nor may a timer of the parent's keep the child, or wake it. */
		ev_timer_stop(front->ev, &front->timer);
		stop_look(front);
	}
	if (wanted && !front->referenced)
		ev_ref(front->ev);
	else if (!wanted && front->referenced)
		ev_unref(front->ev);
	front->referenced = wanted;
	if (!wanted)
		front->ends_soon = false; /* the next list is another one */
}

/* The jobs in flight. */
static bool
are_few(const quern_loop *loop)
{
	return quern_loop_pending(loop) < FEW;
}

/* The loop goes to sleep: until it is rung, or looks by itself? */
static void
choose_sleep(struct ev_front *front)
{
	quern_loop *loop = &front->base;
	bool submits = loop->submits;

	loop->submits = false;
	front->slept_ns = 0;
	if (submits || are_few(loop) || !quern__pool_is_fed(loop->executor)) {
		front->ends_soon = false;
		return;
	}
	front->slept_ns = quern__now_ns();
	if (front->ends_soon) {
		ev_now_update(front->ev); /* or it would go off too early */
		START_UNREFERENCED(timer, front->ev, &front->look);
		quern__deliver_look(loop);
	}
}

/* It is awake again.  True if there are ends that nobody has rung for. */
static bool
end_sleep(struct ev_front *front)
{
	quern_loop *loop = &front->base;
	bool unheard;

	if (!front->slept_ns)
		return false;
	unheard = quern__deliver_look_no_more(loop);
	stop_look(front);
	/* That was its own look, or a ring. */
	front->ends_soon = quern__loop_has_ends(loop) &&
	    (front->ends_soon || quern__now_ns() - front->slept_ns < SHORT_NS);
	front->slept_ns = 0;
	return unheard;
}

/*
 * The loop is about to sleep, or to look at its descriptors only, if jobs have
 * ended.  True if they have.
 */
static bool
wait_for_ends(struct ev_front *front)
{
	quern_loop *loop = &front->base;

	if (quern__loop_has_ends(loop)) {
		quern__spin_for_more_ends(loop);
		return true;
	}
	if (quern__loop_is_busy(loop)) {
		quern__busy_loop_is(&front->thread, QUERN__AWAKE);
		if (quern__spin_for_ends(loop))
			return true;
	}
	quern__busy_loop_is(&front->thread, QUERN__ASLEEP);
	choose_sleep(front);
	return false;
}

/* Deliver before libev reads what it was rung with. */
static void
deliver_early(struct ev_front *front)
{
	front->early = true;
	quern__deliver(&front->base);
	front->early = false;
}

static void
on_prepare(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	struct ev_front *front = watcher->data;

	(void)events;
	update_reference(front);
	if (quern__loop_stale(&front->base))
		return;
	/*
	 * A callback runs the loop itself, in the middle of a turn of ours, and
	 * waits perhaps for what this turn is to deliver, or just has, by the
	 * ring that deliver_early() ran ahead of.
	 */
	if (front->base.backlog || front->early)
		quern__front_ring(&front->base);
	front->early = false;
	quern__deliver_set_timer(&front->base);
	/* A callback may run the loop before on_begin() has its turn. */
	if (end_sleep(front))
		quern__front_ring(&front->base);
	if (wait_for_ends(front) && are_few(&front->base) &&
	    quern__loop_has_one_end(&front->base)) {
		/* libev does so only after its poll; callbacks set timers. */
		ev_now_update(ev);
		/* In its first turn it may not be yet. */
		quern__busy_loop_is(&front->thread, QUERN__AWAKE);
		deliver_early(front);
		/* Who was about to ring may find that there is no need. */
		update_reference(front);
	}
	quern__trace_begin(
	    &front->poll, &front->base.track, QUERN__MARK_POLL, NULL);
}

static void
on_begin(struct ev_loop *ev, ev_check *watcher, int events)
{
	struct ev_front *front = watcher->data;
	unsigned others;
	bool unheard;

	(void)events;
	if (quern__loop_stale(&front->base))
		return;
	quern__trace_end(&front->poll, 0, 0);
	front->poll.begin_ns = 0;
	unheard = end_sleep(front);
	quern__busy_loop_is(&front->thread, QUERN__AWAKE);
	/*
	 * If libev has nothing else to call than on_check(), at once.  And at
	 * most one end before libev reads what it was rung with, which takes 1
	 * to 2 us.  We cannot see whether it was: it may be a watcher of the
	 * program that is held up by that one callback.
	 */
	others = ev_pending_count(ev) - 1;
	if (others ? others == 1 && quern__loop_has_one_end(&front->base) :
		     quern__loop_has_ends(&front->base)) {
		deliver_early(front);
	} else if (unheard) {
		quern__front_ring(&front->base);
	}
}

static void
on_check(struct ev_loop *ev, ev_check *watcher, int events)
{
	struct ev_front *front = watcher->data;

	(void)ev;
	(void)events;
	update_reference(front);
	/* ev_run() may return now; else the next prepare sees to it. */
	if (!front->referenced && !quern__loop_stale(&front->base))
		quern__busy_loop_is(&front->thread, QUERN__ELSEWHERE);
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

/* The look at an end of a sleep is on_begin()'s, which stops the timer first. */
static void
on_look(struct ev_loop *ev, ev_timer *watcher, int events)
{
	(void)ev;
	(void)watcher;
	(void)events;
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

	/*
	 * Its thread may first have to be given a core, by a worker that steps
	 * aside for a loop that is awake.
	 */
	quern__busy_loop_rung(&front->thread);
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

static void
ev_front_destroy(quern_loop *loop)
{
	struct ev_front *front = front_of(loop);

	if (front->referenced)
		ev_unref(front->ev);
	quern__busy_loop_is(&front->thread, QUERN__ELSEWHERE);
	ev_timer_stop(front->ev, &front->timer);
	STOP_UNREFERENCED(check, front->ev, &front->check);
	STOP_UNREFERENCED(check, front->ev, &front->begin);
	STOP_UNREFERENCED(prepare, front->ev, &front->prepare);
	(void)end_sleep(front);
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

int
quern__ev_create(quern_loop **out, struct ev_loop *ev, quern_executor *executor)
{
	struct ev_front *front;
	int err, saved = errno;

	/*
	 * libev ends the process if it finds no descriptor for its first
	 * ev_async, so see whether there is one while it can still be refused.
	 */
	err = quern__fd_event();
	if (err < 0)
		return err;
	quern__fd_close(err);
	front = quern__alloc(sizeof(*front));

	if (!front)
		return -ENOMEM;
	err = quern__loop_init(&front->base, &ev_front, executor);
	if (err) {
		quern__free(front);
		return err;
	}
	front->ev = ev;
	front->thread.pool = executor;
	ev_async_init(&front->ring, on_ring);
	ev_timer_init(&front->look, on_look, LOOK_S, LOOK_S);
	ev_prepare_init(&front->prepare, on_prepare);
	ev_check_init(&front->begin, on_begin);
	ev_check_init(&front->check, on_check);
	ev_timer_init(&front->timer, on_timer, 0, 0);
	ev_set_priority(&front->prepare, EV_MINPRI);
	ev_set_priority(&front->begin, EV_MAXPRI);
	ev_set_priority(&front->check, EV_MINPRI);
	front->ring.data = front->look.data = front->prepare.data = front;
	front->begin.data = front->check.data = front->timer.data = front;
	START_UNREFERENCED(async, ev, &front->ring);
	START_UNREFERENCED(prepare, ev, &front->prepare);
	START_UNREFERENCED(check, ev, &front->begin);
	START_UNREFERENCED(check, ev, &front->check);
	errno = saved; /* libev opens a descriptor for the first of these */
	*out = &front->base;
	return 0;
}
