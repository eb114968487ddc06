/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * join.c -- a task awaits the end of another one, or asks for it.
 *
 * The other one remembers who that is, and its end wakes it (task.c).
 */
#include <errno.h>

#include "front.h"
#include "task.h"

/* It was cancelled; the one whose end it awaits goes on. */
static void
stop_joining(quern_task *task)
{
	quern_task *other = task->awaits;

	other->joiner = NULL;
	quern__task_wake_later(task, 0);
}

int
quern_join(quern_task *task, int *result)
{
	quern_task *self = quern__task_running;
	int err;

	if (!task)
		return -EINVAL;
	if (quern__loop_stale(task->loop))
		return -ESTALE;
	if (task == self)
		return -EDEADLK;
	if (self && self->tasks != task->tasks)
		return -EINVAL;
	if (task->joiner)
		return -EBUSY;
	if (task->state != QUERN__TASK_ENDED) {
		err = quern__task_may_wait();
		if (err)
			return err;
		task->joiner = self;
		err = quern__task_wait(stop_joining, task);
		/* Then somebody else may have joined it, and it be gone. */
		if (self->stopped)
			return err;
		task->joiner = NULL;
		if (err)
			return err;
	}
	if (result)
		*result = task->result;
	quern__task_free(task);
	return 0;
}

int
quern_task_cancel(quern_task *task)
{
	if (!task)
		return -EINVAL;
	if (quern__loop_stale(task->loop))
		return -ESTALE;
	if (task->state == QUERN__TASK_ENDED)
		return -EALREADY;
	quern__task_interrupt(task, -ECANCELED, NULL);
	return 0;
}
