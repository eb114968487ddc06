/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * await_fd.c -- a task awaits a descriptor that can be read or written.
 *
 * Most are not ready when they are asked, so libev watches; but poll() goes
 * first, for it says what is no descriptor, where libev would end the process.
 */
#include <errno.h>
#include <math.h>

#include "fd.h"
#include "front.h"
#include "task.h"

_Static_assert((int)QUERN_READ == EV_READ && (int)QUERN_WRITE == EV_WRITE,
    "libev's events are ours");

/* On the stack of the task that waits. */
struct await {
	ev_io watcher;
	struct quern__timer timer; /* pending if there is a limit */
	quern_task *task;
};

static void
end_await(struct await *await)
{
	struct quern__tasks *tasks = await->task->tasks;

	ev_io_stop(tasks->ev, &await->watcher);
	quern__timer_stop(&tasks->timers, &await->timer);
}

static void
on_ready(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct await *await = watcher->data;

	(void)ev;
	end_await(await);
	/* It was closed while libev watched it. */
	quern__task_wake(await->task,
	    events & EV_ERROR ? -EBADF : events & (EV_READ | EV_WRITE));
}

static void
on_late(struct quern__timer *timer)
{
	struct await *await = timer->task->awaits;

	end_await(await);
	quern__task_wake(timer->task, 0);
}

static void
stop_await(quern_task *task)
{
	end_await(task->awaits);
	quern__task_wake_later(task, 0);
}

int
quern_await_fd(int fd, int events, double timeout)
{
	quern_task *self = quern__task_running;
	struct await await = {
		.timer = { .fire = on_late, .task = self },
		.task = self,
	};
	int ready, err = 0;

	if (!self)
		return -EPERM;
	if (!events || events & ~(QUERN_READ | QUERN_WRITE) || isnan(timeout))
		return -EINVAL;
	err = quern__task_may_wait();
	if (err)
		return err;
	ready = quern__fd_poll(fd, events);
	if (ready < 0)
		return ready;
	/* Else one who always finds it ready would never let others go. */
	if (ready || timeout == 0)
		return quern__task_take_turn(ready);
	if (timeout > 0)
		err = quern__timer_start(
		    &self->tasks->timers, &await.timer, timeout);
	if (err)
		return err;
	ev_io_init(&await.watcher, on_ready, fd, events);
	await.watcher.data = &await;
	ev_io_start(self->tasks->ev, &await.watcher);
	return quern__task_wait("a descriptor", stop_await, &await);
}
