/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_await.c -- tests src/await.c: tasks await jobs.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "spawned.h"

enum { MANY = 2000 };

/* ---- what an await tells ---- */

static int
give_back(quern_context *ctx, void *status)
{
	(void)ctx;
	return *(int *)status;
}

static int
await_status(void *status)
{
	return quern_await(quern_call(give_back, status));
}

static int
await_nonsense(void *unused)
{
	(void)unused;
	return quern_await(quern_call(NULL, NULL));
}

static void
an_await_returns_what_the_function_did(void)
{
	int status[] = { 0, 5, -5 };
	quern_task *task;

	if (!tasks_open(1))
		return;
	for (int i = 0; i < 3; i++) {
		spawn(&task, await_status, &status[i]);
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(result_of(task), status[i]);
	}
	spawn(&task, await_nonsense, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -EINVAL);
	CU_ASSERT_EQUAL(quern_await(quern_call(give_back, status)), -EPERM);
	rig_close(&task_rig);
}

static int
await_gate(void *gate)
{
	return quern_await(quern_call(pass_gate, gate));
}

static int
open_gate(void *gate)
{
	gate_open(gate);
	return 0;
}

static void
others_go_on_while_a_task_awaits(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, await_gate, &gate);
	/* Never, if that one kept the thread. */
	spawn(NULL, open_gate, &gate);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 0);
	rig_close(&task_rig);
}

static int
add_thrice(void *count)
{
	int sum = 0;

	for (int i = 0; i < 3; i++) {
		sum += quern_await(quern_call(add_one, count)) == 0;
		/* From the turn of the loop into a round of tasks. */
		CU_ASSERT_EQUAL(quern_yield(), 0);
	}
	return sum;
}

static void
a_task_alone_goes_on_after_each_await(void)
{
	quern_task *task;
	int count = 0;

	if (!tasks_open(1))
		return;
	spawn(&task, add_thrice, &count);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 3);
	CU_ASSERT_EQUAL(count, 3);
	rig_close(&task_rig);
}

static void
many_tasks_await_at_once(void)
{
	static quern_task *task[MANY];
	int count = 0, sum = 0;

	if (!tasks_open(2))
		return;
	for (int i = 0; i < MANY; i++)
		spawn(&task[i], add_thrice, &count);
	rig_run(&task_rig);
	for (int i = 0; i < MANY; i++)
		sum += result_of(task[i]);
	CU_ASSERT_EQUAL(count, 3 * MANY);
	CU_ASSERT_EQUAL(sum, 3 * MANY);
	rig_close(&task_rig);
}

/* ---- cancel ---- */

/* Awaits a job that goes on until it is told to stop, then another one. */
static int
await_endless(void *gate)
{
	int count = 0, first, second;

	first = quern_await(quern_call(run_until_stopped, gate));
	second = quern_await(quern_call(add_one, &count));
	return first == -ECANCELED && second == 0 && count == 1;
}

struct cancelling {
	struct gate *gate;
	quern_task *whom;
};

/* Once its job runs. */
static int
wait_and_cancel(quern_context *ctx, void *arg)
{
	const struct cancelling *cancelling = arg;

	(void)ctx;
	gate_await(cancelling->gate, 1);
	return 0;
}

static int
cancel_when_it_runs(void *arg)
{
	const struct cancelling *cancelling = arg;

	CU_ASSERT_EQUAL(quern_await(quern_call(wait_and_cancel, arg)), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(cancelling->whom), 0);
	return 0;
}

static void
a_cancelled_await_stops_its_job(void)
{
	struct gate gate = GATE_INITIALIZER;
	struct cancelling cancelling = { &gate, NULL };

	if (!tasks_open(2))
		return;
	spawn(&cancelling.whom, await_endless, &gate);
	spawn(NULL, cancel_when_it_runs, &cancelling);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(cancelling.whom), 1);
	rig_close(&task_rig);
}

/* The second cancel, while the first one is being heeded, is for what follows. */
static int
await_endless_twice(void *gate)
{
	int first = quern_await(quern_call(run_until_stopped, gate));
	int second = quern_await(quern_call(run_until_stopped, gate));
	int count = 0;
	int third = quern_await(quern_call(add_one, &count));

	return first == -ECANCELED && second == -ECANCELED && third == 0;
}

static int
cancel_twice_when_it_runs(void *arg)
{
	const struct cancelling *cancelling = arg;

	CU_ASSERT_EQUAL(quern_await(quern_call(wait_and_cancel, arg)), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(cancelling->whom), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(cancelling->whom), 0);
	return 0;
}

static void
a_second_cancel_is_seen_again(void)
{
	struct gate gate = GATE_INITIALIZER;
	struct cancelling cancelling = { &gate, NULL };

	if (!tasks_open(2))
		return;
	spawn(&cancelling.whom, await_endless_twice, &gate);
	spawn(NULL, cancel_twice_when_it_runs, &cancelling);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(cancelling.whom), 1);
	rig_close(&task_rig);
}

static int
await_twice(void *count)
{
	int first = quern_await(quern_call(add_one, count));
	int second = quern_await(quern_call(add_one, count));

	return first == -ECANCELED && second == 0;
}

static void
cancelled_before_it_awaits_a_task_submits_nothing(void)
{
	quern_task *task;
	int count = 0;

	if (!tasks_open(1))
		return;
	spawn(&task, await_twice, &count);
	CU_ASSERT_EQUAL(quern_task_cancel(task), 0);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1);
	CU_ASSERT_EQUAL(count, 1);
	rig_close(&task_rig);
}

/* ---- where things run ---- */

static int
deep(quern_context *ctx, void *bottom)
{
	volatile char here[40000];

	(void)ctx;
	memset((void *)here, 1, sizeof(here));
	*(const volatile char **)bottom = here;
	return here[39999];
}

static int
run_deep(void *arg)
{
	quern_executor *executor = *(quern_executor **)arg;
	const volatile char *where = NULL;
	char here[20000];
	int status;

	/* Both together are more than the task's stack. */
	memset(here, 0, sizeof(here));
	status = quern_run(executor, quern_call(deep, (void *)&where));
	return status == 1 &&
	    (uintptr_t)where - (uintptr_t)here + 65536 > 131072;
}

static void
what_a_task_runs_does_not_run_on_its_stack(void)
{
	quern_executor *none = NULL;
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, run_deep, &task_rig.executor);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1);
	spawn(&task, run_deep, &none);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "an await returns what the function did",
		    an_await_returns_what_the_function_did },
		{ "others go on while a task awaits",
		    others_go_on_while_a_task_awaits },
		{ "a task alone goes on after each await",
		    a_task_alone_goes_on_after_each_await },
		{ "many tasks await at once", many_tasks_await_at_once },
		{ "a cancelled await stops its job",
		    a_cancelled_await_stops_its_job },
		{ "a second cancel is seen again",
		    a_second_cancel_is_seen_again },
		{ "cancelled before it awaits a task submits nothing",
		    cancelled_before_it_awaits_a_task_submits_nothing },
		{ "what a task runs does not run on its stack",
		    what_a_task_runs_does_not_run_on_its_stack },
		CU_TEST_INFO_NULL,
	};

	add_suite("await", tests);
	return run_suites();
}
