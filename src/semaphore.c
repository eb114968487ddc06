/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * semaphore.c -- tasks take turns: semaphore and mutex, see together.h.
 *
 * What is released while somebody waits is handed to the first in line, so that
 * nobody overtakes.  Between that and its running that task may be interrupted:
 * then it has what it no longer wants, and hands it on.
 */
#include "semaphore.h"

#include <errno.h>

#include "front.h"
#include "task.h"

static void
stop_waiting(quern_task *task)
{
	quern__task_list_remove(task->awaits, task);
	quern__task_wake_later(task, 0);
}

int
quern__line_wait(const char *what, struct quern_waiters *line, bool *given)
{
	quern_task *self = quern__task_running;
	int err;

	quern__task_list_add(line, self);
	err = quern__task_wait(what, stop_waiting, line);
	*given = !self->stopped && self->woken_with == 0;
	return err;
}

bool
quern__line_wake(struct quern_waiters *line, int status)
{
	quern_task *task = quern__task_list_take(line);

	if (task)
		quern__task_wake_later(task, status);
	return task;
}

/* ---- semaphore ---- */

void
quern_semaphore_init(quern_semaphore *semaphore, size_t value)
{
	*semaphore = (quern_semaphore) { .own = { .value = value } };
}

int
quern_semaphore_acquire(quern_semaphore *semaphore)
{
	bool given = false;
	int err;

	if (!semaphore)
		return -EINVAL;
	err = quern__task_may_wait();
	if (err)
		return err;
	/* Who waits is before us: then there is nothing. */
	if (semaphore->own.value) {
		semaphore->own.value--;
		return 0;
	}
	err = quern__line_wait("a semaphore", &semaphore->own.line, &given);
	if (err && given)
		quern_semaphore_release(semaphore);
	return err;
}

void
quern_semaphore_release(quern_semaphore *semaphore)
{
	if (semaphore && !quern__line_wake(&semaphore->own.line, 0))
		semaphore->own.value++;
}

/* ---- mutex ---- */

void
quern_mutex_init(quern_mutex *mutex)
{
	*mutex = (quern_mutex) { .own = { .owner = NULL } };
}

/* From its owner, or who has been given it. */
static void
pass_on(quern_mutex *mutex)
{
	mutex->own.owner = mutex->own.line.first;
	(void)quern__line_wake(&mutex->own.line, 0);
}

int
quern_mutex_lock(quern_mutex *mutex)
{
	bool given = false;
	int err;

	if (!mutex)
		return -EINVAL;
	if (quern__task_running && mutex->own.owner == quern__task_running)
		return -EDEADLK;
	err = quern__task_may_wait();
	if (err)
		return err;
	if (!mutex->own.owner) {
		mutex->own.owner = quern__task_running;
		return 0;
	}
	err = quern__line_wait("a mutex", &mutex->own.line, &given);
	if (err && given)
		pass_on(mutex);
	return err;
}

int
quern_mutex_unlock(quern_mutex *mutex)
{
	if (!mutex)
		return -EINVAL;
	if (!quern__task_running || mutex->own.owner != quern__task_running)
		return -EPERM;
	pass_on(mutex);
	return 0;
}
