/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task_stats.c -- how many tasks there are, and what each of them does.
 *
 * task.c and spawn.c count, in lines that they write anyway; here it is only
 * read.  The loop's thread alone does either, so that all numbers agree.
 */
#include "front.h"
#include "task.h"

/* May tasks of this loop be looked at? */
static int
check(const quern_loop *loop)
{
	int err = quern__loop_check(loop);

	return !err && !quern_loop_ev(loop) ? -ENOTSUP : err;
}

static bool
one_runs(const struct quern__tasks *tasks)
{
	const quern_task *running = quern__task_running;

	return tasks->n_errands || (running && running->tasks == tasks);
}

int
quern_loop_task_stats(const quern_loop *loop, quern_task_stats *out)
{
	const struct quern__tasks *tasks;
	int err = out ? check(loop) : -EINVAL;

	if (err)
		return err;
	*out = (quern_task_stats) { 0 };
	tasks = loop->tasks;
	if (!tasks)
		return 0;
	out->ready = tasks->n_ready;
	out->running = one_runs(tasks);
	out->waiting = tasks->n_alive - out->ready - out->running;
	out->ended = tasks->n_all - tasks->n_alive;
	out->stacks = tasks->stacks.kept;
	out->spawned = tasks->spawned;
	out->failed = tasks->failed;
	out->turns = tasks->turns;
	return 0;
}

void
quern__task_tell(quern_task *task, quern_task_info *info)
{
	bool waits = task->state == QUERN_TASK_WAITING;

	*info = (quern_task_info) {
		.task = task,
		.name = task->name,
		.state = task->state,
		.waits_for = waits ? task->waits_for : NULL,
		.turns = task->turns,
	};
}

int
quern_tasks_each(quern_loop *loop, quern_task_each_fn *fn, void *data)
{
	int err = fn ? check(loop) : -EINVAL;
	quern_task *task, *next;
	quern_task_info info;

	if (err)
		return err;
	task = loop->tasks ? loop->tasks->all : NULL;
	for (; !err && task; task = next) {
		/* It may be joined, and gone, when fn returns. */
		next = task->later;
		quern__task_tell(task, &info);
		err = fn(&info, data);
	}
	return err;
}
