/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sleep.c -- a task lets time pass, or says how long something may take.
 *
 *     timers.c --> [sleep.c] --> the task
 *
 * A timeout scope is a timer that interrupts its task.  It lies in memory of
 * its own, for few tasks have any.
 */
#include <errno.h>
#include <math.h>

#include "mem.h"
#include "task.h"

enum { SCOPES_MOST = 16 };

struct quern__scope {
	struct quern__timer timer; /* first: see fire_scope() */
	struct quern__scope *outer;
	unsigned depth;
	bool fired, seen;
};

/* ---- sleep ---- */

static void
end_sleep(struct quern__timer *timer)
{
	quern__task_wake(timer->task, 0);
}

static void
stop_sleeping(quern_task *task)
{
	quern__timer_stop(&task->tasks->timers, task->awaits);
	quern__task_wake_later(task, 0);
}

int
quern_sleep(double seconds)
{
	quern_task *self = quern__task_running;
	struct quern__timer timer = { .fire = end_sleep, .task = self };
	int err;

	if (self && isnan(seconds))
		return -EINVAL;
	if (!(seconds > 0))
		return quern_yield();
	err = quern__task_may_wait();
	if (err)
		return err;
	err = quern__timer_start(&self->tasks->timers, &timer, seconds);
	return err ? err : quern__task_wait("a timer", stop_sleeping, &timer);
}

/* ---- timeout scopes ---- */

static void
fire_scope(struct quern__timer *timer)
{
	struct quern__scope *scope = (struct quern__scope *)timer;

	scope->fired = true;
	scope->seen = quern__task_interrupt(timer->task, -ETIMEDOUT);
	timer->task->overdue += !scope->seen;
}

void
quern__scopes_see(quern_task *task, bool all)
{
	struct quern__scope *scope = task->scope;

	for (; scope && task->overdue; scope = scope->outer) {
		if (!scope->fired || scope->seen)
			continue;
		scope->seen = true;
		task->overdue--;
		if (!all)
			break;
	}
}

int
quern_timeout_begin(double seconds)
{
	quern_task *self = quern__task_running;
	struct quern__scope *scope;
	int err = quern__task_check();

	if (err)
		return err;
	if (isnan(seconds))
		return -EINVAL;
	if (self->scope && self->scope->depth == SCOPES_MOST)
		return -ENOSPC;
	scope = quern__alloc(sizeof(*scope));
	if (!scope)
		return -ENOMEM;
	scope->timer.fire = fire_scope;
	scope->timer.task = self;
	scope->outer = self->scope;
	scope->depth = scope->outer ? scope->outer->depth + 1 : 1;
	if (seconds > 0)
		err = quern__timer_start(
		    &self->tasks->timers, &scope->timer, seconds);
	else
		fire_scope(&scope->timer);
	if (err) {
		quern__free(scope);
		return err;
	}
	self->scope = scope;
	return 0;
}

/* Leave the innermost scope: had its time run out? */
static bool
leave_scope(quern_task *task)
{
	struct quern__scope *scope = task->scope;
	bool fired = scope->fired;

	quern__timer_stop(&task->tasks->timers, &scope->timer);
	/* What nobody has seen ends with it. */
	task->overdue -= scope->fired && !scope->seen;
	task->scope = scope->outer;
	quern__free(scope);
	return fired;
}

int
quern_timeout_end(void)
{
	quern_task *self = quern__task_running;
	int err = quern__task_check();

	if (err)
		return err;
	if (!self->scope)
		return -EINVAL;
	return leave_scope(self) ? -ETIMEDOUT : 0;
}

void
quern__scopes_drop(quern_task *task)
{
	while (task->scope)
		(void)leave_scope(task);
}

/* ---- shields ---- */

int
quern_shield_begin(void)
{
	int err = quern__task_check();

	if (!err)
		quern__task_running->shields++;
	return err;
}

int
quern_shield_end(void)
{
	int err = quern__task_check();

	if (err)
		return err;
	if (!quern__task_running->shields)
		return -EINVAL;
	quern__task_running->shields--;
	return 0;
}
