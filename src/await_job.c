/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * await_job.c -- a task awaits a job of the caller's.
 *
 *     deliver.c --> tell_awaiter() --> the job's own callback, the task
 *
 * The job's fields are the caller's, its callback too.  While a task awaits the
 * job, another callback stands in for that, and finds both in a table.
 */
#include <errno.h>

#include "front.h"
#include "job.h"
#include "mem.h"
#include "task.h"

enum { BUCKETS = 256 };

/* On the stack of the task that waits. */
struct await {
	struct await *next;
	quern_job *job;
	quern_done_fn *done; /* the job's */
	quern_task *task;
};

struct quern__awaited {
	struct await *bucket[BUCKETS];
};

static struct await **
bucket_of(const struct quern__tasks *tasks, const quern_job *job)
{
	return &tasks->awaited->bucket[(uintptr_t)job / sizeof(*job) % BUCKETS];
}

/* Take the one of `job` out of the table; NULL: there is none. */
static struct await *
take(const struct quern__tasks *tasks, const quern_job *job)
{
	struct await **at = bucket_of(tasks, job), *await;

	while (*at && (*at)->job != job)
		at = &(*at)->next;
	await = *at;
	if (await)
		*at = await->next;
	return await;
}

static void
tell_awaiter(quern_loop *loop, quern_job *job, int status)
{
	struct await *await = take(loop->tasks, job);

	job->own.then.done = await->done;
	/* It may submit the job again, or free it. */
	if (await->done)
		await->done(loop, job, status);
	quern__task_wake_later(await->task, status);
}

static void
put(const struct quern__tasks *tasks, struct await *await)
{
	struct await **at = bucket_of(tasks, await->job);

	await->next = *at;
	*at = await;
	await->done = await->job->own.then.done;
	await->job->own.then.done = tell_awaiter;
}

static void
stop_job(quern_task *task)
{
	(void)quern_cancel(task->awaits);
}

static bool
is_free(const quern_job *job)
{
	enum quern__state state = quern__job_state(job);

	return state == QUERN__FREE_NEW || state == QUERN__FREE_ENDED;
}

/* Can it be awaited here?  0, or what is wrong. */
static int
check(const struct quern__tasks *tasks, const quern_job *job)
{
	if (!quern__word_state(
		__atomic_load_n(&job->own.word, __ATOMIC_RELAXED)))
		return -EINVAL;
	/* It may be free and wait for room. */
	if (job->own.then.done == tell_awaiter)
		return -EBUSY;
	return is_free(job) || job->own.loop == tasks->loop ? 0 : -EINVAL;
}

int
quern_await_job(quern_job *job)
{
	struct quern__tasks *tasks;
	struct await await = { .job = job, .task = quern__task_running };
	int err;

	if (!await.task)
		return -EPERM;
	if (!job)
		return -EINVAL;
	tasks = await.task->tasks;
	err = check(tasks, job);
	if (!err)
		err = quern__task_may_wait();
	if (err)
		return err;
	if (!tasks->awaited)
		tasks->awaited = quern__alloc(sizeof(*tasks->awaited));
	if (!tasks->awaited)
		return -ENOMEM;
	if (is_free(job)) {
		put(tasks, &await);
		err = quern__task_submit(tasks->loop, job);
		if (err) {
			(void)take(tasks, job);
			job->own.then.done = await.done;
			return err;
		}
	} else {
		put(tasks, &await);
	}
	return quern__task_wait("a job", stop_job, job);
}
