/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * await.c -- a task awaits jobs, or its turn.
 *
 *     the task --job--> submit.c ... deliver.c --> [await.c] --> the task
 *
 * The job lies on the task's stack and is one like any other; its callback
 * wakes the task.
 */
#include <errno.h>

#include "front.h"
#include "job.h"
#include "pool.h"
#include "task.h"

static void
wake_awaiter(quern_loop *loop, quern_job *job, int status)
{
	const quern_job *next = loop->backlog;

	/* Of the job itself what is in its own part is on its way already. */
	if (next && next->own.then.done == wake_awaiter) {
		quern__fetch(next->data, sizeof(quern_task));
		quern__fetch((const char *)next - QUERN__FRAMES_BYTES,
		    QUERN__FRAMES_BYTES + offsetof(quern_job, own));
	}
	quern__task_wake(job->data, status);
}

/* It ends all the same, and wakes the task then. */
static void
stop_job(quern_task *task)
{
	(void)quern_cancel(task->awaits);
}

/*
 * ---- room ----
 *
 * Who finds none waits in a list, by ticket.  Whenever the executor says that
 * there is room for so many, that many are called, and try again in the next
 * round; until they have, nobody else tries.
 */

static void
stop_waiting_for_room(quern_task *task)
{
	struct quern__roomless *roomless = task->awaits;

	quern__task_list_remove(&roomless->list, task);
	roomless->called++;
	quern__task_wake_later(task, 0);
}

/* The rest want to be told of more. */
static void
ask_for_room(quern_loop *loop, const struct quern__roomless *roomless)
{
	if (roomless->list.first && !roomless->called)
		quern__pool_want_room(loop->executor, loop);
}

void
quern__tasks_have_room(quern_loop *loop)
{
	struct quern__roomless *roomless;
	quern_task *task;
	size_t room;

	if (!loop->tasks)
		return;
	roomless = &loop->tasks->roomless;
	room = quern__pool_room(loop->executor);
	while (roomless->called < room &&
	    (task = quern__task_list_take(&roomless->list))) {
		roomless->called++;
		quern__task_wake_later(task, 0);
	}
	ask_for_room(loop, roomless);
}

/* Only the loop's own executor tells when there is some. */
static bool
is_told_of_room(const quern_loop *loop, const quern_job *job)
{
	return !job->executor || job->executor == loop->executor;
}

/* Is it room that was lacking, and will come by itself? */
static bool
lacks_room(const quern_loop *loop, const quern_job *job, int err)
{
	/* Else it may be a thread. */
	return err == -EAGAIN && is_told_of_room(loop, job) &&
	    !(quern__job_is_blocking(job) && quern__pool_room(loop->executor));
}

int
quern__task_submit(quern_loop *loop, quern_job *job)
{
	struct quern__roomless *roomless = &loop->tasks->roomless;
	quern_task *self = quern__task_running;
	int err;

	if (!is_told_of_room(loop, job) ||
	    (!roomless->list.first && !roomless->called)) {
		err = quern_submit(loop, job);
		if (!lacks_room(loop, job, err))
			return err;
	}
	self->ticket = ++roomless->tickets;
	do {
		quern__task_list_add_by_ticket(&roomless->list, self);
		ask_for_room(loop, roomless);
		err = quern__task_wait("room", stop_waiting_for_room, roomless);
		roomless->called--;
		if (!err)
			err = quern_submit(loop, job);
	} while (lacks_room(loop, job, err));
	ask_for_room(loop, roomless);
	return err;
}

int
quern_await(quern_op op)
{
	int err = quern__task_may_wait();
	quern_job job;

	if (err)
		return err;
	quern_job_init(&job, op, wake_awaiter);
	job.data = quern__task_running;
	err = quern__task_submit(quern_task_loop(), &job);
	return err ? err : quern__task_wait("a job", stop_job, &job);
}

/* ---- turns ---- */

int
quern_yield(void)
{
	int err = quern__task_may_wait();

	return err ? err : quern__task_take_turn(0);
}
