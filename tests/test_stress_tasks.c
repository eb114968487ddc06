/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_tasks.c -- tasks that await, gather, yield, join, spawn and
 * cancel each other at random, with little room for their jobs.
 */
#include <errno.h>
#include <quern/task.h>
#include <stdint.h>
#include <stdio.h>

#include "support.h"
#include "watchdog.h"

enum { TASKS = 150, STEPS = 30, MOST = 5, UNTOUCHED = 99, FAILED = -3 };

struct crowd {
	struct rig rig;
	uint64_t random;
	quern_task *task[TASKS];
	bool joined[TASKS];
	unsigned long cancels, seen, wrong;
};

/* For tasks, whose argument is their number. */
static struct crowd crowd;

static unsigned
choose(unsigned n)
{
	return (unsigned)(next_random(&crowd.random) % n);
}

/* Note a cancel; whatever else is not as it should be is wrong. */
static int
see(int status, bool fine)
{
	if (status == -ECANCELED)
		crowd.seen++;
	else if (!fine)
		crowd.wrong++;
	return status;
}

static int
compute(quern_context *ctx, void *loops)
{
	volatile uintptr_t sum = 0;

	for (uintptr_t i = 0; i < (uintptr_t)loops; i++) {
		sum = sum + i;
		if (quern_should_stop(ctx))
			return -ECANCELED;
	}
	return (uintptr_t)loops % 7 ? 1 : FAILED;
}

static quern_op
some_op(void)
{
	return quern_call(compute, (void *)(uintptr_t)(choose(300)));
}

static bool
is_result(int status)
{
	return status == 1 || status == FAILED;
}

static int
yield_some(void *times)
{
	for (uintptr_t i = 0; i < (uintptr_t)times; i++) {
		int status = quern_yield();

		see(status, status == 0);
	}
	return (int)(uintptr_t)times;
}

static void
gather_some(void)
{
	quern_op ops[MOST];
	int statuses[MOST], status;
	size_t n = choose(MOST + 1);

	for (size_t i = 0; i < n; i++) {
		ops[i] = some_op();
		statuses[i] = UNTOUCHED;
	}
	status = quern_gather(ops, n, statuses);
	see(status, status == 0 || status == FAILED);
	for (size_t i = 0; i < n; i++)
		crowd.wrong +=
		    !is_result(statuses[i]) && statuses[i] != -ECANCELED;
}

/* Joined whatever happens, as often as that takes. */
static void
spawn_and_join(void)
{
	uintptr_t times = choose(MOST);
	quern_task *task;
	int result = -1, status;

	if (quern_spawn(crowd.rig.loop, &task, yield_some, (void *)times)) {
		crowd.wrong++;
		return;
	}
	do {
		status = quern_join(task, &result);
		if (status && choose(2))
			(void)quern_task_cancel(task);
	} while (see(status, status == 0) == -ECANCELED);
	crowd.wrong += result != (int)times;
}

static void
cancel_somebody(void)
{
	unsigned i = choose(TASKS);
	int status;

	if (!crowd.task[i] || crowd.joined[i])
		return;
	status = quern_task_cancel(crowd.task[i]);
	crowd.cancels += status == 0;
	crowd.wrong += status && status != -EALREADY;
}

static int
live(void *number)
{
	int status;

	for (int step = 0; step < STEPS; step++) {
		switch (choose(7)) {
		case 0:
		case 1:
			status = quern_await(some_op());
			see(status, is_result(status));
			break;
		case 2:
			gather_some();
			break;
		case 3:
			spawn_and_join();
			break;
		case 4:
			cancel_somebody();
			break;
		case 5:
			crowd.wrong += quern_spawn(crowd.rig.loop, NULL,
					   yield_some, (void *)2) != 0;
			break;
		default:
			status = quern_run(NULL, some_op());
			crowd.wrong += !is_result(status);
		}
	}
	return (int)(uintptr_t)number;
}

static int
bring_up(void *unused)
{
	(void)unused;
	for (uintptr_t i = 0; i < TASKS; i++)
		crowd.wrong += quern_spawn(crowd.rig.loop, &crowd.task[i], live,
				   (void *)i) != 0;
	for (int i = 0; i < TASKS; i++) {
		int result = -1;

		crowd.wrong += quern_join(crowd.task[i], &result) != 0;
		crowd.joined[i] = true;
		crowd.wrong += result != i;
	}
	return 0;
}

static void
tasks_that_do_anything_at_random_all_come_to_their_end(void)
{
	unsigned long seen = 0, cancels = 0;
	quern_threads_options options;

	for (unsigned long round = 0; round < rounds(10); round++) {
		watchdog("tasks at random", round);
		crowd = (struct crowd) { .random = seed() + round };
		quern_threads_options_init(&options);
		options.workers = 2;
		options.queue_limit = 1 + choose(40);
		if (!rig_open_with(&crowd.rig, &options))
			return;
		CU_ASSERT_EQUAL(
		    quern_spawn(crowd.rig.loop, NULL, bring_up, NULL), 0);
		rig_run(&crowd.rig);
		CU_ASSERT_EQUAL(crowd.wrong, 0);
		/* Two that come before a task has seen the first are one. */
		CU_ASSERT(crowd.seen <= crowd.cancels + TASKS * STEPS);
		seen += crowd.seen;
		cancels += crowd.cancels;
		rig_close(&crowd.rig);
	}
	printf("%lu cancels, seen %lu times ... ", cancels, seen);
	CU_ASSERT(seen > 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "tasks that do anything at random all come to their end",
		    tasks_that_do_anything_at_random_all_come_to_their_end },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress, tasks", tests);
	return run_suites();
}
