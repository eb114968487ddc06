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

/* Those that have not been submitted, or have ended, are not changed by this. */
static void
cancel_all(const struct gather *gather, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)quern_cancel(&gather->jobs[i]);
}

struct stopping {
	struct gather *gather;
	size_t n;
};

/* All of them end all the same, and the last end wakes the task. */
static void
stop(quern_task *task)
{
	const struct stopping *stopping = task->awaits;

	cancel_all(stopping->gather, stopping->n);
}

static int
wait_for_all(struct gather *gather, size_t n)
{
	struct stopping stopping = { gather, n };

	if (gather->pending == 0)
		return 0;
	return quern__task_wait(stop, &stopping);
}

/* Submit them; returns how many, less than n only if the task was cancelled. */
static size_t
submit_all(
    quern_loop *loop, struct gather *gather, const quern_op ops[], size_t n)
{
	int err;

	for (size_t i = 0; i < n; i++) {
		quern_job *job = &gather->jobs[i];

		quern_job_init(job, ops[i], on_end);
		job->data = gather;
		gather->pending++;
		err = quern__task_submit(loop, job);
		if (!err)
			continue;
		gather->pending--;
		if (err == -ECANCELED)
			return i;
		note(gather, i, err);
	}
	return n;
}

/* The task was cancelled when the i-th job had no room yet. */
static int
give_up(struct gather *gather, size_t i, size_t n)
{
	cancel_all(gather, i);
	/* A cancel that comes now is another one, for what is awaited next. */
	if (wait_for_all(gather, i) == -ECANCELED)
		(void)quern_task_cancel(gather->task);
	for (; i < n; i++)
		note(gather, i, -ECANCELED);
	return -ECANCELED;
}

int
quern_gather(const quern_op ops[], size_t n, int statuses[])
{
	struct gather gather = {
		.task = quern_task_self(),
		.statuses = statuses,
		.failed_at = SIZE_MAX,
	};
	size_t bytes, submitted;
	int status;

	if (!gather.task)
		return -EPERM;
	if (!ops && n)
		return -EINVAL;
	if (quern__task_sees_cancel()) {
		for (size_t i = 0; i < n; i++)
			note(&gather, i, -ECANCELED);
		return -ECANCELED;
	}
	if (!n)
		return 0;
	if (__builtin_mul_overflow(n, sizeof(quern_job), &bytes))
		return -ENOMEM;
	gather.jobs = quern__alloc_as_is(bytes);
	if (!gather.jobs)
		return -ENOMEM;
	submitted = submit_all(quern_task_loop(), &gather, ops, n);
	if (submitted < n)
		status = give_up(&gather, submitted, n);
	else
		status = wait_for_all(&gather, n);
	quern__free(gather.jobs);
	return status ? status : gather.failed;
}
