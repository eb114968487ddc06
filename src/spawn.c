/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn.c -- a task is made: is what is asked for sound, is there a stack.
 *
 *     quern_spawn(), task_group.c, main.c --> [spawn.c] --> task.c
 *
 * The task lies at the upper end of its stack, so that one page has both what
 * the loop wants to know of it and its first frames.
 */
#include <errno.h>

#include "front.h"
#include "task.h"

enum { ALIGNMENT = 64 };

void
quern_task_options_init(quern_task_options *options)
{
	if (options)
		*options = (quern_task_options) { 0 };
}

static bool
are_sound(const quern_task_options *options)
{
	for (size_t i = 0; i < 6; i++)
		if (options->reserved[i])
			return false;
	return !options->stack_bytes ||
	    options->stack_bytes >= QUERN__STACK_LEAST;
}

/* For the next tasks that start: of the first stack the place of the task. */
static inline __attribute__((always_inline)) void
fetch_stacks(const struct quern__stack *first, size_t bytes)
{
	if (!first)
		return;
	quern__fetch((const char *)first - bytes, bytes);
	if (first->next)
		quern__fetch(first->next, sizeof(*first));
}

static int
spawn(quern_loop *loop, quern_task **out, quern_task_fn *fn, void *arg,
    const quern_task_options *options, bool detached)
{
	const size_t own =
	    (sizeof(quern_task) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct quern__tasks *tasks;
	struct quern__stack *stack;
	quern_task *task;
	int err;

	err = quern__loop_check(loop);
	if (!err && (!fn || (options && !are_sound(options))))
		err = -EINVAL;
	if (!err && !quern_loop_ev(loop))
		err = -ENOTSUP;
	if (err)
		return err;
	tasks = quern__tasks_of(loop);
	stack = tasks ? quern__stack_get(&tasks->stacks,
			    options ? options->stack_bytes : 0) :
			NULL;
	if (!stack)
		return -ENOMEM;
	fetch_stacks(tasks->stacks.first, own);
	task = (quern_task *)(stack->bottom + stack->bytes - own);
	*task = (quern_task) {
		.loop = loop,
		.tasks = tasks,
		.stack = stack,
		.fn = fn,
		.arg = arg,
		.detached = detached,
		.name = options && options->name ? options->name : "task",
	};
	quern__task_begin(task);
	*out = task;
	return 0;
}

int
quern_spawn_with(quern_loop *loop, quern_task **out, quern_task_fn *fn,
    void *arg, const quern_task_options *options)
{
	quern_task *task;

	return spawn(loop, out ? out : &task, fn, arg, options, !out);
}

int
quern__spawn_detached(
    quern_loop *loop, quern_task **out, quern_task_fn *fn, void *arg)
{
	return spawn(loop, out, fn, arg, NULL, true);
}

int
quern_spawn(quern_loop *loop, quern_task **out, quern_task_fn *fn, void *arg)
{
	return quern_spawn_with(loop, out, fn, arg, NULL);
}
