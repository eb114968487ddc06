/* SPDX-License-Identifier: BSD-2-Clause */
/* test_await_job.c -- tests src/await_job.c: tasks await jobs of their own. */
#include <errno.h>
#include <string.h>

#include "threads.h"
#include "spawned.h"

enum { MANY = 3000 };

static int
await_job(void *job)
{
	int status = quern_await_job(job);

	say('t');
	return status;
}

static int
run_task(void *job)
{
	quern_task *task;

	spawn(&task, await_job, job);
	rig_run(&task_rig);
	return result_of(task);
}

static void
note_callback(quern_loop *loop, quern_job *job, int status)
{
	CU_ASSERT_PTR_EQUAL(loop, task_rig.loop);
	CU_ASSERT_STRING_EQUAL(job->data, "mine");
	CU_ASSERT_EQUAL(status, -EIO);
	say('d');
}

/* ---- a job that the task submits ---- */

static void
a_jobs_own_callback_runs_first(void)
{
	quern_job job;
	int ran = 0;

	if (!tasks_open(1))
		return;
	quern_job_init(&job, quern_call(fail, &ran), note_callback);
	job.data = "mine";
	/* And again: it is as it was. */
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(run_task(&job), -EIO);
	CU_ASSERT_EQUAL(quern_submit(task_rig.loop, &job), 0);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "dtdtd");
	CU_ASSERT_EQUAL(ran, 3);
	rig_close(&task_rig);
}

static void
its_timeout_and_executor_count(void)
{
	quern_threads_options options;
	quern_executor *other;
	quern_job job;
	int ran = 0;

	if (!tasks_open(1))
		return;
	options_with(&options, 1, 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&other, &options), 0);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	job.executor = other;
	job.priority = QUERN_HIGH;
	CU_ASSERT_EQUAL(run_task(&job), 0);
	CU_ASSERT_EQUAL(ran, 1);
	quern_job_init(&job, quern_call(linger, &ran), NULL);
	job.executor = other;
	job.timeout = 1e-9;
	CU_ASSERT_EQUAL(run_task(&job), -ETIMEDOUT);
	rig_close(&task_rig);
	CU_ASSERT_EQUAL(quern_executor_destroy(other), 0);
}

static int
await_two(void *job)
{
	int status = quern_await_job(&((quern_job *)job)[1]);

	CU_ASSERT_EQUAL(status, -EAGAIN);
	gate_open(((quern_job *)job)[1].op.arg);
	return status;
}

static void
only_the_loops_executor_is_waited_for(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_threads_options options;
	quern_executor *other;
	quern_job job[2];
	quern_task *task;

	if (!tasks_open(1))
		return;
	options_with(&options, 1, 1);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&other, &options), 0);
	for (int i = 0; i < 2; i++) {
		quern_job_init(&job[i], quern_call(pass_gate, &gate), NULL);
		job[i].executor = other;
	}
	CU_ASSERT_EQUAL(quern_submit(task_rig.loop, &job[0]), 0);
	spawn(&task, await_two, job);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -EAGAIN);
	/* It is the caller's again. */
	CU_ASSERT_EQUAL(run_task(&job[1]), 0);
	rig_close(&task_rig);
	CU_ASSERT_EQUAL(quern_executor_destroy(other), 0);
}

static void
many_are_awaited_at_once(void)
{
	static quern_job job[MANY];
	static quern_task *task[MANY];
	int ran = 0;

	if (!tasks_open(2))
		return;
	for (int i = 0; i < MANY; i++) {
		quern_job_init(&job[i], quern_call(add_one, &ran), NULL);
		spawn(&task[i], await_job, &job[i]);
	}
	rig_run(&task_rig);
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(result_of(task[i]), 0);
	CU_ASSERT_EQUAL(ran, MANY);
	rig_close(&task_rig);
}

/* ---- one that is in flight ---- */

static int
open_later(void *gate)
{
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	gate_open(gate);
	return 0;
}

static void
one_in_flight_is_awaited_by_one_task(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_task *first, *second;
	quern_job job;

	if (!tasks_open(1))
		return;
	quern_job_init(&job, quern_call(pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(task_rig.loop, &job), 0);
	spawn(&first, await_job, &job);
	spawn(&second, await_job, &job);
	spawn(NULL, open_later, &gate);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(first), 0);
	CU_ASSERT_EQUAL(result_of(second), -EBUSY);
	rig_close(&task_rig);
}

static void
a_member_of_a_group_can_be_awaited(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_job job, *jobs[] = { &job };
	quern_group group;
	quern_task *task;

	if (!tasks_open(1))
		return;
	quern_job_init(&job, quern_call(pass_gate, &gate), NULL);
	quern_group_init(&group, NULL, 0);
	CU_ASSERT_EQUAL(quern_group_submit(task_rig.loop, &group, jobs, 1), 1);
	spawn(&task, await_job, &job);
	spawn(NULL, open_later, &gate);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 0);
	CU_ASSERT_PTR_EQUAL(quern_group_next(&group), &job);
	rig_close(&task_rig);
}

static int times;

static void
submit_again(quern_loop *loop, quern_job *job, int status)
{
	say('d');
	CU_ASSERT_EQUAL(status, 0);
	if (--times)
		CU_ASSERT_EQUAL(quern_submit(loop, job), 0);
}

static void
a_callback_may_submit_it_again(void)
{
	quern_job job;
	int ran = 0;

	if (!tasks_open(1))
		return;
	times = 3;
	quern_job_init(&job, quern_call(add_one, &ran), submit_again);
	CU_ASSERT_EQUAL(run_task(&job), 0);
	CU_ASSERT_EQUAL(ran, 3);
	/* The task awaited the first of three trips. */
	CU_ASSERT_PTR_NOT_NULL(strchr(said, 't'));
	CU_ASSERT_EQUAL(strlen(said), 4);
	rig_close(&task_rig);
}

/* ---- cancel, and what cannot be ---- */

static void
a_cancel_cancels_the_job_and_waits_for_its_end(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_task *task, *other;
	quern_job job;

	if (!tasks_open(1))
		return;
	quern_job_init(&job, quern_call(run_until_stopped, &gate), NULL);
	spawn(&task, await_job, &job);
	spawn(&other, cancel_it, &task);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(other), 0);
	CU_ASSERT_EQUAL(result_of(task), -ECANCELED);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ECANCELED);
	rig_close(&task_rig);
}

static void
what_cannot_be_is_refused(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_job job, never = { .data = NULL };
	quern_loop *other;

	if (!tasks_open(1))
		return;
	quern_job_init(&job, quern_call(pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_await_job(&job), -EPERM);
	CU_ASSERT_EQUAL(run_task(NULL), -EINVAL);
	CU_ASSERT_EQUAL(run_task(&never), -EINVAL);
	job.priority = 7;
	CU_ASSERT_EQUAL(run_task(&job), -EINVAL);
	job.priority = 0;
	CU_ASSERT_EQUAL_FATAL(
	    quern_loop_create(
		&other, quern_loop_ev(task_rig.loop), task_rig.executor),
	    0);
	CU_ASSERT_EQUAL(quern_submit(other, &job), 0);
	spawn(NULL, open_later, &gate);
	CU_ASSERT_EQUAL(run_task(&job), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_destroy(other), 0);
	rig_close(&task_rig);
}

static void
without_memory_it_is_not_submitted(void)
{
	quern_task *task;
	quern_job job;
	int ran = 0;

	if (!tasks_open(1))
		return;
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	spawn(&task, await_job, &job);
	faults_arm(1, true);
	rig_run(&task_rig);
	(void)faults_disarm();
	CU_ASSERT_EQUAL(result_of(task), -ENOMEM);
	CU_ASSERT_EQUAL(ran, 0);
	CU_ASSERT_EQUAL(run_task(&job), 0);
	CU_ASSERT_EQUAL(ran, 1);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a job's own callback runs first",
		    a_jobs_own_callback_runs_first },
		{ "its timeout and executor count",
		    its_timeout_and_executor_count },
		{ "only the loop's executor is waited for",
		    only_the_loops_executor_is_waited_for },
		{ "many are awaited at once", many_are_awaited_at_once },
		{ "one in flight is awaited by one task",
		    one_in_flight_is_awaited_by_one_task },
		{ "a member of a group can be awaited",
		    a_member_of_a_group_can_be_awaited },
		{ "a callback may submit it again",
		    a_callback_may_submit_it_again },
		{ "a cancel cancels the job and waits for its end",
		    a_cancel_cancels_the_job_and_waits_for_its_end },
		{ "what cannot be is refused", what_cannot_be_is_refused },
		{ "without memory it is not submitted",
		    without_memory_it_is_not_submitted },
		CU_TEST_INFO_NULL,
	};

	add_suite("await: jobs", tests);
	return run_suites();
}
