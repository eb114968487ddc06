/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_schedules_tasks.c -- tasks that await jobs meet cancels, timeouts and
 * the jobs' ends, under many schedules.
 */
#include <errno.h>
#include <ev.h>
#include <quern/task.h>

#include "held_back.h"
#include "scene.h"
#include "threads.h"

enum { TASKS = 6, AWAITS = 4, TOGETHER = 3 };

/* What a job may touch while it is awaited, and not a moment longer. */
struct buffer {
	int awaited; /* the task's; 1: it waits */
	int calls;   /* atomic */
};

struct awaiting {
	struct scene *scene;
	quern_task *task;
	struct buffer buffer;
	uint64_t random;
	int cancels; /* that were accepted; 0 or 1 */
	int seen;    /* by its awaits */
	bool over;
};

static struct awaiting crowd[TASKS];

static int
touch(quern_context *ctx, void *arg)
{
	struct buffer *buffer = arg;

	for (int i = 0; i < 20 && !quern_should_stop(ctx); i++) {
		add(&buffer->calls, 1);
		if (!get(&buffer->awaited))
			return -EFAULT;
	}
	return 1;
}

/* One op, or several at once; returns what that came to. */
static int
await_some(struct awaiting *self, bool several)
{
	const quern_op op = quern_call(touch, &self->buffer);
	const quern_op ops[TOGETHER] = { op, op, op };
	int statuses[TOGETHER] = { 1, 1, 1 }, calls, status;

	add(&self->buffer.awaited, 1);
	status =
	    several ? quern_gather(ops, TOGETHER, statuses) : quern_await(op);
	calls = get(&self->buffer.calls);
	add(&self->buffer.awaited, -1);
	/* Whoever has been cancelled has let go of it by now. */
	hold_back(UNPIN);
	add(&self->scene->wrong, get(&self->buffer.calls) != calls);
	for (int i = 0; i < TOGETHER; i++)
		add(&self->scene->wrong,
		    statuses[i] != 1 && statuses[i] != -ECANCELED);
	return several && status == 0 ? 1 : status;
}

static int
await_and_count(void *arg)
{
	struct awaiting *self = arg;
	int status, end;

	for (int i = 0; i < AWAITS; i++) {
		unsigned choice = next_random(&self->random) >> 8 & 7;
		bool limited = choice >= 6;

		if (limited)
			add(&self->scene->wrong,
			    quern_timeout_begin(1e-6 * (double)(choice * 5)) !=
				0);
		status = await_some(self, choice % 2);
		end = limited ? quern_timeout_end() : 0;
		self->seen += status == -ECANCELED;
		add(&self->scene->wrong,
		    status != 1 && status != -ECANCELED &&
			!(limited && status == -ETIMEDOUT && end == status));
	}
	/* What it has not heard of yet it hears now, at the latest. */
	status = quern_yield();
	self->seen += status == -ECANCELED;
	add(&self->scene->wrong, status != 0 && status != -ECANCELED);
	self->over = true;
	return 5;
}

/* Cancels each of them once, at some moment. */
static int
cancel_all(void *arg)
{
	struct scene *scene = arg;

	for (int n = 0; n < TASKS; n++) {
		struct awaiting *victim = &crowd[n];
		unsigned choice = next_random(&scene->random) >> 8 & 15;
		int err;

		for (; choice > 12; choice--)
			(void)quern_sleep(1e-5);
		for (; choice > 0; choice--)
			(void)quern_yield();
		err = quern_task_cancel(victim->task);
		victim->cancels += err == 0;
		add(&scene->wrong, err != (victim->over ? -EALREADY : 0));
	}
	return 6;
}

static void
task_scene(struct scene *scene, uint64_t number)
{
	quern_task *killer;
	int result = 0;

	/* Now and then there is too little room for their jobs. */
	if (!scene_open(scene, number, number % 3 ? 0 : 2))
		return;
	for (int n = 0; n < TASKS; n++) {
		crowd[n] = (struct awaiting) { .scene = scene,
			.random = number * TASKS + (uint64_t)n + 1 };
		add(&scene->wrong,
		    quern_spawn(scene->rig.loop, &crowd[n].task,
			await_and_count, &crowd[n]) != 0);
	}
	add(&scene->wrong,
	    quern_spawn(scene->rig.loop, &killer, cancel_all, scene) != 0);
	rig_run(&scene->rig);
	for (int n = 0; n < TASKS; n++) {
		check(crowd[n].seen == crowd[n].cancels, number,
		    "cancels and what was seen of them");
		check(quern_join(crowd[n].task, &result) == 0 && result == 5,
		    number, "task");
	}
	check(quern_join(killer, &result) == 0 && result == 6, number,
	    "who cancels");
	scene_close(scene, number);
}

static void
cancels_meet_completions(void)
{
	for_each_schedule(task_scene);
}

int
main(void)
{
	static const CU_TestInfo random[] = {
		{ "cancels meet completions", cancels_meet_completions },
		CU_TEST_INFO_NULL,
	};

	add_suite("schedules: tasks", random);
	return run_suites();
}
