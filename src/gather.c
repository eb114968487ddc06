/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gather.c -- a task awaits several jobs at once.
 *
 *     the task --jobs--> submit.c ... deliver.c --> [gather.c] --> the task
 *
 * The last end wakes the task.  While the first jobs end it may still wait for
 * room for the next one, which counts as pending already, so that nothing looks
 * like the last end then.
 */
#include <errno.h>

#include "front.h"
#include "mem.h"
#include "task.h"

struct gather {
	quern_task *task;
	quern_job *jobs;
	int *statuses; /* or NULL */
	size_t n;      /* of them have been submitted, or refused */
	size_t pending;
	/* The negative status with the lowest index; SIZE_MAX: none so far. */
	size_t failed_at;
	int failed;
};

static void
note(struct gather *gather, size_t i, int status)
{
	if (gather->statuses)
		gather->statuses[i] = status;
	if (status < 0 && i < gather->failed_at) {
		gather->failed_at = i;
		gather->failed = status;
	}
}

static void
on_end(quern_loop *loop, quern_job *job, int status)
{
	struct gather *gather = job->data;

	(void)loop;
	note(gather, (size_t)(job - gather->jobs), status);
	if (--gather->pending == 0)
		quern__task_wake(gather->task, 0);
}

/* All of them end all the same.  Those that have ended are not changed. */
static void
cancel_all(const struct gather *gather)
{
	for (size_t i = 0; i < gather->n; i++)
		(void)quern_cancel(&gather->jobs[i]);
}

/* The last end wakes the task. */
static void
stop(quern_task *task)
{
	cancel_all(task->awaits);
}

static int
wait_for_all(struct gather *gather)
{
	return gather->pending ? quern__task_wait("jobs", stop, gather) : 0;
}

/* Submit n; 0, or why the task was interrupted meanwhile. */
static int
submit_all(struct gather *gather, const quern_op ops[], size_t n)
{
	int err;

	for (; gather->n < n; gather->n++) {
		quern_job *job = &gather->jobs[gather->n];

		quern_job_init(job, ops[gather->n], on_end);
		job->data = gather;
		gather->pending++;
		err = quern__task_submit(gather->task->loop, job);
		if (!err)
			continue;
		gather->pending--;
		if (quern__is_interrupt(err))
			return err;
		note(gather, gather->n, err);
	}
	return 0;
}

/* None of those from `i` on is run. */
static void
note_cancelled(struct gather *gather, size_t i, size_t n)
{
	for (; i < n; i++)
		note(gather, i, -ECANCELED);
}

/* The task was interrupted while one had no room yet. */
static void
give_up(struct gather *gather, size_t n)
{
	cancel_all(gather);
	/* An interrupt that comes now is for what is awaited next. */
	gather->task->shields++;
	(void)wait_for_all(gather);
	gather->task->shields--;
	note_cancelled(gather, gather->n, n);
}

int
quern_gather(const quern_op ops[], size_t n, int statuses[])
{
	struct gather gather = {
		.task = quern_task_self(),
		.statuses = statuses,
		.failed_at = SIZE_MAX,
	};
	size_t bytes;
	int err;

	err = gather.task && !ops && n ? -EINVAL : quern__task_may_wait();
	if (quern__is_interrupt(err))
		note_cancelled(&gather, 0, n);
	if (err || !n)
		return err;
	if (__builtin_mul_overflow(n, sizeof(quern_job), &bytes))
		return -ENOMEM;
	gather.jobs = quern__alloc_as_is(bytes);
	if (!gather.jobs)
		return -ENOMEM;
	err = submit_all(&gather, ops, n);
	if (err)
		give_up(&gather, n);
	else
		err = wait_for_all(&gather);
	quern__free(gather.jobs);
	return err ? err : gather.failed;
}
