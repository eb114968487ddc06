/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c -- a program that is a task: a loop, a pool and the first task, from
 * the beginning to the end.
 */
#include <errno.h>
#include <ev.h>

#include "front.h"
#include "task.h"

struct first {
	quern_task_fn *fn;
	void *arg;
	struct ev_loop *ev;
	int result;
	bool over;
};

/*
 * Cancel all tasks of the loop but the running one, each once, and free those
 * that nobody has joined when all have ended: true.  From home or from a task.
 */
static bool
dismiss_all(quern_loop *loop)
{
	quern_task *self = quern__task_running, *task, *next;
	struct quern__tasks *tasks = loop->tasks;

	if (!tasks)
		return true;
	for (task = tasks->all; task; task = task->later) {
		if (task == self || task->dismissed)
			continue;
		task->dismissed = true;
		(void)quern_task_cancel(task);
	}
	/* One that is alive may be about to join one that has ended. */
	if (tasks->n_alive > (self ? 1 : 0))
		return false;
	for (task = tasks->all; task; task = next) {
		next = task->later;
		if (task != self)
			quern__task_free(task);
	}
	return true;
}

/* The running task waits for that to change. */
static void
wait_alone(void)
{
	quern__task_running->tasks->last = quern__task_running;
	(void)quern__task_wait("all others", NULL, NULL);
}

static int
run_first(void *arg)
{
	struct first *first = arg;

	first->result = first->fn(first->arg);
	while (!dismiss_all(quern_task_loop()))
		wait_alone();
	first->over = true;
	/* The program's own watchers may keep it going. */
	ev_break(first->ev, EVBREAK_ONE);
	return 0;
}

/*
 * Jobs without a task, submitted with callbacks, come to their ends too, and
 * with them the tasks that such callbacks start.
 */
static void
end_loop(quern_loop *loop, struct ev_loop *ev)
{
	for (;;) {
		(void)dismiss_all(loop);
		if (quern_loop_destroy(loop) != -EBUSY)
			return;
		ev_run(ev, EVRUN_ONCE);
	}
}

/* On an executor and a libev loop. */
static int
run_on(const quern_main_options *options, struct first *first)
{
	quern_task_options task_options;
	quern_loop *loop;
	int err;

	err = quern_loop_create(&loop, options->ev, options->executor);
	if (err)
		return err;
	first->ev = options->ev;
	quern_task_options_init(&task_options);
	task_options.stack_bytes = options->stack_bytes;
	err = quern_spawn_with(loop, NULL, run_first, first, &task_options);
	while (!err && !first->over)
		ev_run(options->ev, 0);
	end_loop(loop, options->ev);
	return err ? err : first->result;
}

void
quern_main_options_init(quern_main_options *options)
{
	if (options)
		*options = (quern_main_options) { 0 };
}

static bool
are_sound(const quern_main_options *options)
{
	for (size_t i = 0; i < 5; i++)
		if (options->reserved[i])
			return false;
	return true; /* quern_spawn_with() sees to the stack */
}

int
quern_main_with(const quern_main_options *options, quern_task_fn *fn, void *arg)
{
	quern_main_options have = { 0 };
	struct first first = { .fn = fn, .arg = arg };
	quern_executor *pool = NULL;
	struct ev_loop *ev = NULL;
	int status;

	if (options)
		have = *options;
	if (!fn || !are_sound(&have))
		return -EINVAL;
	if (quern__task_running)
		return -EPERM;
	if (!have.executor) {
		status = quern_threads_create(&pool, NULL);
		if (status)
			return status;
		have.executor = pool;
	}
	if (!have.ev)
		have.ev = ev = ev_loop_new(EVFLAG_AUTO);
	status = have.ev ? run_on(&have, &first) : -ENOMEM;
	if (ev)
		ev_loop_destroy(ev);
	/* Nobody else knows it. */
	if (pool && quern_executor_destroy(pool))
		status = -EBUSY;
	return status;
}

int
quern_main(quern_task_fn *fn, void *arg)
{
	return quern_main_with(NULL, fn, arg);
}
