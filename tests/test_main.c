/* SPDX-License-Identifier: BSD-2-Clause */
/* test_main.c -- tests src/main.c: a program that is a task. */
#include <errno.h>
#include <ev.h>
#include <quern/task.h>
#include <stdint.h>

#include "support.h"
#include "watchdog.h"

enum { MANY = 300 };

static int ended, cancelled, told;

static int
nothing(void *result)
{
	return (int)(intptr_t)result;
}

static void
main_returns_what_its_function_did(void)
{
	watchdog("main", 0);
	CU_ASSERT_EQUAL(quern_main(nothing, (void *)(intptr_t)5), 5);
	CU_ASSERT_EQUAL(quern_main(nothing, (void *)(intptr_t)-5), -5);
	CU_ASSERT_EQUAL(quern_main(nothing, NULL), 0);
	CU_ASSERT_PTR_NULL(quern_task_self());
}

static int
await_some(void *unused)
{
	int count = 0, sum = 0;

	(void)unused;
	/* One is in use. */
	CU_ASSERT_EQUAL(quern_main(nothing, NULL), -EPERM);
	for (int i = 0; i < 10; i++)
		sum += quern_await(quern_call(add_one, &count)) == 0;
	return sum + count;
}

static void
its_function_is_a_task(void)
{
	CU_ASSERT_EQUAL(quern_main(await_some, NULL), 20);
}

/* ---- what is left ---- */

static int
wait_for_cancel(void *unused)
{
	int status;

	(void)unused;
	do
		status = quern_yield();
	while (!status);
	cancelled += status == -ECANCELED;
	/* Cleaning up takes its time, and is not cancelled again. */
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(quern_yield(), 0);
	ended++;
	return 0;
}

static int
leave_many(void *unused)
{
	quern_task *task;

	(void)unused;
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(
		    quern_spawn(quern_task_loop(), i % 2 ? &task : NULL,
			wait_for_cancel, NULL),
		    0);
	/* Some have begun, and all are left. */
	CU_ASSERT_EQUAL(quern_yield(), 0);
	return 1;
}

static void
tasks_that_are_left_are_cancelled_and_awaited(void)
{
	cancelled = ended = 0;
	CU_ASSERT_EQUAL(quern_main(leave_many, NULL), 1);
	CU_ASSERT_EQUAL(cancelled, MANY);
	CU_ASSERT_EQUAL(ended, MANY);
}

/* When it is cancelled it starts another one, so many times. */
static int
start_another(void *more)
{
	uintptr_t left = (uintptr_t)more;

	while (!quern_yield())
		;
	cancelled++;
	if (left)
		CU_ASSERT_EQUAL(quern_spawn(quern_task_loop(), NULL,
				    start_another, (void *)(left - 1)),
		    0);
	ended++;
	return 0;
}

static int
leave_one_that_starts_others(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_spawn(quern_task_loop(), NULL, start_another,
			    (void *)(uintptr_t)5),
	    0);
	/* Meanwhile this one cleans up. */
	CU_ASSERT_EQUAL(
	    quern_spawn(quern_task_loop(), NULL, wait_for_cancel, NULL), 0);
	return 2;
}

static void
so_are_those_that_come_late(void)
{
	cancelled = ended = 0;
	CU_ASSERT_EQUAL(quern_main(leave_one_that_starts_others, NULL), 2);
	CU_ASSERT_EQUAL(cancelled, 7);
	CU_ASSERT_EQUAL(ended, 7);
}

/* Awaits a job that runs until it is told to stop. */
static int
await_endless(void *gate)
{
	cancelled +=
	    quern_await(quern_call(run_until_stopped, gate)) == -ECANCELED;
	return 0;
}

static int
leave_a_job(void *gate)
{
	static quern_job job;

	CU_ASSERT_EQUAL(
	    quern_spawn(quern_task_loop(), NULL, await_endless, gate), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	counted_job(&job, quern_call(add_one, &ended), &told);
	CU_ASSERT_EQUAL(quern_submit(quern_task_loop(), &job), 0);
	return 3;
}

static void
jobs_that_are_left_come_to_their_end(void)
{
	struct gate gate = GATE_INITIALIZER;

	cancelled = ended = told = 0;
	CU_ASSERT_EQUAL(quern_main(leave_a_job, &gate), 3);
	CU_ASSERT_EQUAL(cancelled, 1);
	CU_ASSERT_EQUAL(ended, 1);
	CU_ASSERT_EQUAL(told, 1);
}

static void
spawn_late(quern_loop *loop, quern_job *job, int status)
{
	quern_task *task;

	(void)job;
	told += status == 0;
	CU_ASSERT_EQUAL(quern_spawn(loop, &task, wait_for_cancel, NULL), 0);
}

static int
leave_a_job_that_starts_a_task(void *gate)
{
	static quern_job job;

	quern_job_init(&job, quern_call(pass_gate, gate), spawn_late);
	CU_ASSERT_EQUAL(quern_submit(quern_task_loop(), &job), 0);
	gate_open(gate);
	return 4;
}

static void
a_task_that_a_late_callback_starts_ends_too(void)
{
	struct gate gate = GATE_INITIALIZER;

	cancelled = ended = told = 0;
	watchdog("a late task", 0);
	CU_ASSERT_EQUAL(quern_main(leave_a_job_that_starts_a_task, &gate), 4);
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(cancelled, 1);
	CU_ASSERT_EQUAL(ended, 1);
}

/* ---- on what one has ---- */

static void
on_tick(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)timer;
	(void)events;
}

static void
it_runs_on_the_loop_and_the_pool_it_is_given(void)
{
	quern_main_options options;
	struct rig rig;
	ev_timer timer;

	if (!rig_open(&rig, 1))
		return;
	/* A watcher of the program's does not keep it going. */
	ev_timer_init(&timer, on_tick, 0.001, 0.001);
	ev_timer_start(rig.ev, &timer);
	quern_main_options_init(&options);
	options.ev = rig.ev;
	options.executor = rig.executor;
	options.stack_bytes = 100000;
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(
		    quern_main_with(&options, await_some, NULL), 20);
	ev_timer_stop(rig.ev, &timer);
	rig_close(&rig);
}

static void
what_cannot_be_is_told(void)
{
	quern_main_options options;
	unsigned long n = 0, calls;
	long alive = faults_alive();
	int status;

	CU_ASSERT_EQUAL(quern_main(NULL, NULL), -EINVAL);
	quern_main_options_init(NULL);
	quern_main_options_init(&options);
	options.reserved[4] = 1;
	CU_ASSERT_EQUAL(quern_main_with(&options, nothing, NULL), -EINVAL);
	quern_main_options_init(&options);
	options.stack_bytes = 1;
	CU_ASSERT_EQUAL(quern_main_with(&options, nothing, NULL), -EINVAL);
	/* Whatever cannot be had, nothing stays behind. */
	do {
		faults_arm(++n, false);
		status = quern_main(nothing, (void *)(intptr_t)9);
		calls = faults_disarm();
		CU_ASSERT(status == 9 || status < 0);
		CU_ASSERT_EQUAL(faults_alive(), alive);
	} while (calls >= n);
	CU_ASSERT_EQUAL(status, 9);
	CU_ASSERT(n > 5);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "main returns what its function did",
		    main_returns_what_its_function_did },
		{ "its function is a task", its_function_is_a_task },
		{ "tasks that are left are cancelled and awaited",
		    tasks_that_are_left_are_cancelled_and_awaited },
		{ "so are those that come late", so_are_those_that_come_late },
		{ "jobs that are left come to their end",
		    jobs_that_are_left_come_to_their_end },
		{ "a task that a late callback starts ends too",
		    a_task_that_a_late_callback_starts_ends_too },
		{ "it runs on the loop and the pool it is given",
		    it_runs_on_the_loop_and_the_pool_it_is_given },
		{ "what cannot be is told", what_cannot_be_is_told },
		CU_TEST_INFO_NULL,
	};

	add_suite("main", tests);
	return run_suites();
}
