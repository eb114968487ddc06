/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timers.c -- the timers of a loop's tasks, see timers.h.
 *
 *     sleep.c, await_fd.c --> [timers.c] --> timerfd --> libev
 *
 * The descriptor is set when a timer starts that is earlier than what it is set
 * to, and after it has gone off.  One that stops leaves it: to wake up once in
 * vain costs less than a system call for each timeout that was not needed.
 */
#include "timers.h"

#include "clock.h"
#include "fd.h"
#include "front.h"
#include "task.h"

enum { FIRE_NS = 1000000 }; /* then libev looks at everything else */

/* Before this time. */
static void
set(struct quern__timers *timers, uint64_t at_ns)
{
	if (at_ns && (!timers->set_ns || at_ns < timers->set_ns)) {
		timers->set_ns = at_ns;
		quern__fd_set_timer(timers->fd, at_ns);
	}
}

/*
 * For the timer that probably comes next its task, for the one after that the
 * timer itself, and the frames of who sleeps below it.
 */
static inline __attribute__((always_inline)) void
fetch_ahead(const struct quern_deadline *next)
{
	if (!next)
		return;
	quern__fetch(
	    ((const struct quern__timer *)next)->task, sizeof(quern_task));
	if (next->next)
		quern__fetch((const char *)next->next - QUERN__FRAMES_BYTES,
		    QUERN__FRAMES_BYTES + sizeof(struct quern__timer));
}

static void
on_timer(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct quern__timers *timers = watcher->data;
	struct quern_deadline *first;
	uint64_t now_ns, ends_ns;

	(void)events;
	if (quern__loop_stale(timers->loop)) {
		ev_io_stop(ev, watcher);
		return;
	}
	quern__fd_lower(timers->fd);
	timers->set_ns = 0;
	now_ns = quern__now_ns();
	ends_ns = now_ns + FIRE_NS;
	while ((first = quern__timeouts_first(&timers->pending)) &&
	    first->at_ns <= now_ns) {
		struct quern__timer *timer = (struct quern__timer *)first;

		fetch_ahead(first->next);
		quern__timeouts_remove(&timers->pending, first);
		timer->fire(timer);
		now_ns = quern__now_ns();
		if (now_ns >= ends_ns)
			break;
	}
	first = quern__timeouts_first(&timers->pending);
	if (first)
		set(timers, first->at_ns);
}

void
quern__timers_init(
    struct quern__timers *timers, quern_loop *loop, struct ev_loop *ev)
{
	*timers = (struct quern__timers) { .loop = loop, .ev = ev, .fd = -1 };
}

void
quern__timers_fini(struct quern__timers *timers)
{
	if (timers->fd < 0)
		return;
	ev_ref(timers->ev);
	ev_io_stop(timers->ev, &timers->watcher);
	quern__fd_close(timers->fd);
	timers->fd = -1;
}

static int
open_timer(struct quern__timers *timers)
{
	int fd = quern__fd_timer();

	if (fd < 0)
		return fd;
	timers->fd = fd;
	ev_io_init(&timers->watcher, on_timer, fd, EV_READ);
	timers->watcher.data = timers;
	ev_io_start(timers->ev, &timers->watcher);
	/* Tasks keep ev_run() alive, this does not. */
	ev_unref(timers->ev);
	return 0;
}

int
quern__timer_start(
    struct quern__timers *timers, struct quern__timer *timer, double seconds)
{
	int err = timers->fd < 0 ? open_timer(timers) : 0;
	uint64_t now_ns = quern__now_ns();

	if (err)
		return err;
	/* Each has a time of its own, or equal ones would have no order. */
	if (now_ns <= timers->last_ns)
		now_ns = timers->last_ns + 1;
	timers->last_ns = now_ns;
	timer->deadline = (struct quern_deadline) {
		.at_ns = quern__later_ns(now_ns, seconds),
	};
	if (timer->deadline.at_ns) {
		quern__timeouts_add(&timers->pending, &timer->deadline);
		set(timers, timer->deadline.at_ns);
	}
	return 0;
}

void
quern__timer_stop(struct quern__timers *timers, struct quern__timer *timer)
{
	quern__timeouts_remove(&timers->pending, &timer->deadline);
}
