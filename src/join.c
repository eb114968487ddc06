/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * join.c -- a task awaits the end of others, or asks for it.
 *
 * The others remember who that is, and the first end wakes it (task.c).
 */
#include <errno.h>
#include <quern/together.h>

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
	if (task->state != QUERN_TASK_ENDED) {
		err = quern__task_may_wait();
		if (err)
			return err;
		task->joiner = self;
		err = quern__task_wait("a task", stop_joining, task);
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
	if (task->state == QUERN_TASK_ENDED)
		return -EALREADY;
	if (!quern__task_interrupt(task, -ECANCELED))
		task->cancelled = true;
	return 0;
}

/* ---- several ---- */

int
quern_join_all(quern_task *tasks[], size_t n, int results[])
{
	int err;

	if (n && !tasks)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!tasks[i])
			continue;
		err = quern_join(tasks[i], results ? &results[i] : NULL);
		if (err)
			return err;
		tasks[i] = NULL;
	}
	return 0;
}

struct several {
	quern_task *const *task;
	size_t n;
};

static void
stand_for_none(const struct several *several)
{
	for (size_t i = 0; i < several->n; i++)
		if (several->task[i])
			several->task[i]->joiner = NULL;
}

static void
stop_waiting_for_first(quern_task *task)
{
	stand_for_none(task->awaits);
	quern__task_wake_later(task, 0);
}

/* Has one ended?  0; -EAGAIN: not yet; or what is wrong with the list. */
static int
find_ended(const struct several *several, size_t *index)
{
	const quern_task *self = quern__task_running, *task;
	size_t i, known = 0;

	for (i = several->n; i-- > 0;) {
		task = several->task[i];
		if (!task)
			continue;
		if (task == self)
			return -EDEADLK;
		if (self && task->tasks != self->tasks)
			return -EINVAL;
		if (task->joiner)
			return -EBUSY;
		known++;
	}
	if (!known)
		return -ENOENT;
	for (i = 0; i < several->n; i++) {
		task = several->task[i];
		if (task && task->state == QUERN_TASK_ENDED) {
			*index = i;
			return 0;
		}
	}
	return -EAGAIN;
}

int
quern_wait_first(quern_task *const tasks[], size_t n, size_t *index)
{
	struct several several = { tasks, n };
	int err;

	if (!index || (n && !tasks))
		return -EINVAL;
	err = find_ended(&several, index);
	if (err != -EAGAIN)
		return err;
	err = quern__task_may_wait();
	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		if (tasks[i])
			tasks[i]->joiner = quern__task_running;
	err = quern__task_wait(
	    "the first task", stop_waiting_for_first, &several);
	if (!quern__task_running->stopped)
		stand_for_none(&several);
	return err ? err : find_ended(&several, index);
}
