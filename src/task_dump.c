/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task_dump.c -- what a debugger or a signal handler wants to know of tasks.
 *
 * quern_task_describe() may be called anywhere: it follows pointers that the
 * interrupted thread alone changes, each with one store, and calls nothing that
 * is not async-signal-safe.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "front.h"
#include "task.h"

int
quern_loop_set_task_failed(
    quern_loop *loop, quern_task_failed_fn *fn, void *data)
{
	struct quern__tasks *tasks;
	int err = quern__loop_check(loop);

	if (err)
		return err;
	if (!quern_loop_ev(loop))
		return -ENOTSUP;
	tasks = quern__tasks_of(loop);
	if (!tasks)
		return -ENOMEM;
	tasks->tell_failed = fn;
	tasks->tell_failed_data = data;
	return 0;
}

void
quern_tasks_dump(quern_loop *loop, int fd)
{
	static const char *const state[] = {
		[QUERN_TASK_READY] = "ready",
		[QUERN_TASK_RUNNING] = "running",
		[QUERN_TASK_WAITING] = "waits for ",
		[QUERN_TASK_ENDED] = "ended, not joined",
	};
	quern_task_info info;
	quern_task *task;

	if (!loop || !loop->tasks)
		return;
	for (task = loop->tasks->all; task; task = task->later) {
		quern__task_tell(task, &info);
		dprintf(fd, "%p %s: %s%s\n", (void *)task, info.name,
		    state[info.state], info.waits_for ? info.waits_for : "");
	}
}

/* As much of it as there is room for; returns what is left. */
static size_t
put(char **at, size_t room, const char *text)
{
	for (; *text && room > 1; room--)
		*(*at)++ = *text++;
	**at = '\0';
	return room;
}

int
quern_task_describe(const void *address, char *buf, size_t n)
{
	const quern_task *self = quern__task_running, *task;
	const char *byte = address;
	const struct quern__stack *stack;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!buf || !n)
		return -EINVAL;
	for (task = self ? self->tasks->all : NULL; task; task = task->later) {
		stack = task->stack;
		if (byte < stack->bottom - page ||
		    byte >= stack->bottom + stack->bytes)
			continue;
		n = put(&buf, n, "task ");
		n = put(&buf, n, task->name);
		(void)put(&buf, n,
		    byte < stack->bottom ? ": stack overflow" : ": stack");
		return 0;
	}
	return -ENOENT;
}
