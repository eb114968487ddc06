/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_faults_jobs.c -- what becomes of jobs when memory or a thread is
 * missing, from one reduction to a whole session.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "scenario.h"
#include "watchdog.h"
#include "still_cores.h"

/* What a scenario may stand on, made before anything fails. */
static struct rig ground;

/* ---- reductions need memory when they start ---- */

enum { ELEMENTS = 1000, SUM = ELEMENTS * (ELEMENTS - 1) / 2 };

static void
zero(void *acc, void *arg)
{
	(void)arg;
	*(int *)acc = 0;
}

static void
sum_range(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	for (size_t i = begin; i < end; i++)
		*(int *)acc += (int)i;
}

static void
add_sums(void *acc, const void *right, void *arg)
{
	(void)arg;
	*(int *)acc += *(const int *)right;
}

static const quern_reducer sum = {
	.size = sizeof(int),
	.identity = zero,
	.body = sum_range,
	.combine = add_sums,
};

static void
keep_status(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	*(int *)job->data = status;
}

/* Written on success, and only then. */
static void
check_result(int status, int result)
{
	CU_ASSERT_EQUAL(result, status == 0 ? SUM : -1);
}

static int
reduce_as_job(void)
{
	int result = -1, status = 1;
	quern_job job;

	quern_job_init(
	    &job, quern_reduce(ELEMENTS, 10, &sum, NULL, &result), keep_status);
	job.data = &status;
	/* The submit itself needs nothing. */
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
	rig_run(&ground);
	check_result(status, result);
	return status;
}

static int
reduce_blocking(void)
{
	int result = -1;
	int status = quern_run(
	    ground.executor, quern_reduce(ELEMENTS, 10, &sum, NULL, &result));

	check_result(status, result);
	return status;
}

static int
reduce_on_team(void)
{
	int result = -1;
	int status =
	    quern_run(NULL, quern_reduce(ELEMENTS, 10, &sum, NULL, &result));

	check_result(status, result);
	return status;
}

static int
call_reduce_inside(quern_context *ctx, void *result)
{
	return quern_run_inside(
	    ctx, quern_reduce(ELEMENTS, 10, &sum, NULL, result));
}

static int
reduce_inside_job(void)
{
	int result = -1, status = 1;
	quern_job job;

	quern_job_init(
	    &job, quern_call(call_reduce_inside, &result), keep_status);
	job.data = &status;
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
	rig_run(&ground);
	check_result(status, result);
	return status;
}

static void
a_reduction_without_memory_says_so(void)
{
	static const struct scenario scenarios[] = {
		{ "reduction job", reduce_as_job, false },
		{ "blocking reduction", reduce_blocking, false },
		{ "reduction on a team", reduce_on_team, false },
		{ "reduction inside a job", reduce_inside_job, false },
	};

	if (!rig_open(&ground, 2))
		return;
	/* The team's threads are libgomp's and stay. */
	CU_ASSERT_EQUAL(reduce_on_team(), 0);
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		play_until_nothing_fails(&scenarios[i]);
	rig_close(&ground);
}

enum { MANY = 50 };

static void
of_many_reductions_only_those_without_memory_fail(void)
{
	static int result[MANY], status[MANY];
	static quern_job job[MANY];
	int failed;

	if (!rig_open(&ground, 2))
		return;
	for (unsigned long n = 1; n <= MANY; n++) {
		watchdog("many reductions", n);
		faults_arm(n, n % 2);
		for (int i = 0; i < MANY; i++) {
			result[i] = -1;
			status[i] = 1;
			quern_job_init(&job[i],
			    quern_reduce(ELEMENTS, 10, &sum, NULL, &result[i]),
			    keep_status);
			job[i].data = &status[i];
			CU_ASSERT_EQUAL(quern_submit(ground.loop, &job[i]), 0);
		}
		rig_run(&ground);
		CU_ASSERT_EQUAL(faults_disarm(), MANY);
		failed = 0;
		for (int i = 0; i < MANY; i++) {
			check_result(status[i], result[i]);
			failed += status[i] == -ENOMEM;
		}
		CU_ASSERT_EQUAL(failed, n % 2 ? MANY + 1 - (int)n : 1);
	}
	rig_close(&ground);
}

/* ---- shutdown ---- */

static void
a_shutdown_that_cannot_keep_time_changes_nothing(void)
{
	long alive = faults_alive();
	int ran = 0, told = 0;
	quern_job job;

	watchdog("shutdown", 0);
	if (!rig_open(&ground, 1))
		return;
	for (int round = 0; round < 2; round++) {
		errno = ERRNO_BEFORE;
		faults_arm(1, false);
		CU_ASSERT_EQUAL(
		    quern_executor_shutdown(ground.executor, 100), -EAGAIN);
		CU_ASSERT_EQUAL(faults_disarm(), 1);
		CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
		counted_job(&job, quern_call(add_one, &ran), &told);
		CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
		rig_run(&ground);
		CU_ASSERT_EQUAL(told, round + 1);
	}
	CU_ASSERT_EQUAL(quern_executor_shutdown(ground.executor, 100), 0);
	counted_job(&job, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), -ESHUTDOWN);
	/* The keeper is there now: a shorter grace needs nothing more. */
	faults_arm(1, true);
	CU_ASSERT_EQUAL(quern_executor_shutdown(ground.executor, 50), 0);
	CU_ASSERT_EQUAL(faults_disarm(), 0);
	rig_close(&ground);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

/* ---- refusals ---- */

/*
 * A submit to an executor that is closed goes a long way before it is refused:
 * all of it must be taken back.
 */
static void
a_refused_submit_leaves_nothing_behind(void)
{
	quern_job *job[2], *jobs[2];
	quern_executor *open = NULL;
	int result = -1, status = 1;
	quern_group group;
	quern_job timed;
	struct gate gate;
	long alive;

	watchdog("refusals", 0);
	if (!rig_open(&ground, 1))
		return;
	gate_init(&gate);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&open, NULL), 0);
	CU_ASSERT_EQUAL(quern_executor_shutdown(ground.executor, INFINITY), 0);
	for (int i = 0; i < 2; i++) {
		jobs[i] = job[i] = malloc(sizeof(*job[i]));
		quern_job_init(
		    job[i], quern_call(run_until_stopped, &gate), NULL);
		job[i]->timeout = 0.001 * (i + 1);
	}
	quern_group_init(&group, NULL, 0);
	CU_ASSERT_EQUAL(quern_submit(ground.loop, job[0]), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_submit_many(ground.loop, jobs, 2), -ESHUTDOWN);
	CU_ASSERT_EQUAL(
	    quern_group_submit(ground.loop, &group, jobs, 2), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_group_cancel(&group), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_status(job[0]), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_pending(ground.loop), 0);

	/* On another executor they are as good as new, one after the other. */
	job[0]->executor = job[1]->executor = open;
	CU_ASSERT_EQUAL(quern_group_submit(ground.loop, &group, jobs, 1), 1);
	rig_run(&ground);
	CU_ASSERT_EQUAL(quern_job_status(job[0]), -ETIMEDOUT);
	free(job[0]);
	free(job[1]);
	quern_job_init(
	    &timed, quern_call(run_until_stopped, &gate), keep_status);
	timed.data = &status;
	timed.executor = open;
	timed.timeout = 0.003;
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &timed), 0);
	rig_run(&ground);
	CU_ASSERT_EQUAL(status, -ETIMEDOUT);

	alive = faults_alive();
	CU_ASSERT_EQUAL(quern_run(ground.executor,
			    quern_reduce(ELEMENTS, 10, &sum, NULL, &result)),
	    -ESHUTDOWN);
	CU_ASSERT_EQUAL(result, -1);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	CU_ASSERT_EQUAL(quern_executor_destroy(open), 0);
	rig_close(&ground);
}

/* ---- a whole session ---- */

static int
session_jobs(quern_executor *executor, quern_loop *loop)
{
	int result[4] = { -1, -1, -1, -1 }, status[4] = { 1, 1, 1, 1 };
	int err = 0;
	quern_job job[4];

	for (int i = 0; i < 4; i++) {
		quern_job_init(&job[i],
		    i % 2 ? quern_call(call_reduce_inside, &result[i]) :
			    quern_reduce(ELEMENTS, 10, &sum, NULL, &result[i]),
		    keep_status);
		job[i].data = &status[i];
		CU_ASSERT_EQUAL(quern_submit(loop, &job[i]), 0);
	}
	err = quern_executor_shutdown(executor, 100);
	while (quern_loop_pending(loop))
		(void)quern_loop_dispatch(loop);
	for (int i = 0; i < 4; i++) {
		check_result(status[i], result[i]);
		err = err ? err : status[i];
	}
	return err;
}

static int
whole_session(void)
{
	quern_threads_options options;
	quern_executor *executor;
	quern_loop *loop;
	int err;

	quern_threads_options_init(&options);
	options.workers = 2;
	err = quern_threads_create(&executor, &options);
	if (err)
		return err;
	err = quern_loop_create(&loop, NULL, executor);
	if (!err) {
		err = session_jobs(executor, loop);
		CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	}
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	return err;
}

static void
a_whole_session_leaks_nothing_wherever_it_fails(void)
{
	/* All but a look at the number of cores. */
	static const struct scenario scenario = { "session", whole_session,
		true };

	play_until_nothing_fails(&scenario);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a reduction without memory says so",
		    a_reduction_without_memory_says_so },
		{ "of many reductions only those without memory fail",
		    of_many_reductions_only_those_without_memory_fail },
		{ "a shutdown that cannot keep time changes nothing",
		    a_shutdown_that_cannot_keep_time_changes_nothing },
		{ "a refused submit leaves nothing behind",
		    a_refused_submit_leaves_nothing_behind },
		{ "a whole session leaks nothing wherever it fails",
		    a_whole_session_leaks_nothing_wherever_it_fails },
		CU_TEST_INFO_NULL,
	};

	add_suite("faults: jobs", tests);
	return run_suites();
}
