/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_blocking.c -- blocking jobs are jobs like any others, but for the thread
 * they run on.
 *
 * How they are stopped: test_blocking_stops.c; how many threads there are, and
 * when: test_blocking_threads.c.
 */
#include <errno.h>
#include <fenv.h>
#include <omp.h>
#include <string.h>

#include "blocking.h"
#include "ops.h"
#include "threads.h"

enum { MANY = 500 };

/* Run fn(arg) as a blocking job; its status. */
static int
status_of(struct rig *rig, quern_call_fn *fn, void *arg)
{
	return run_by(rig, BY_JOB, quern_blocking(fn, arg));
}

/* ---- beside the workers ---- */

static void
many_are_inside_at_once_while_every_worker_computes(void)
{
	static quern_job job[MANY], *jobs[MANY];
	static struct jam jam;
	struct gate gate;
	struct rig rig;
	int ran = 0, told = 0;
	quern_job quick;

	if (!blocking_open(&rig, 3, 0))
		return;
	gate_init(&gate);
	jam_begin(&jam, rig.loop, 3);
	for (int i = 0; i < MANY; i++) {
		counted_job(&job[i], quern_blocking(pass_gate, &gate), &told);
		jobs[i] = &job[i];
	}
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, jobs, MANY), MANY);
	gate_await(&gate, MANY);

	/* And the workers are free for work while all of those block. */
	jam_end(&jam);
	quern_job_init(&quick, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &quick), 0);
	while (quern_job_progress(&quick) < 1)
		nap();
	CU_ASSERT_EQUAL(told, 0);
	gate_open(&gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, MANY);
	CU_ASSERT_EQUAL(ran, 1);
	rig_close(&rig);
}

static int
name_begins(quern_context *ctx, void *prefix)
{
	char name[32] = "";

	(void)ctx;
	(void)pthread_getname_np(pthread_self(), name, sizeof(name));
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static void
a_mixed_submit_sends_each_job_where_it_belongs(void)
{
	static char worker[] = "quern-0", blocking[] = "quern-b";
	quern_job job[9], *jobs[9];
	struct rig rig;

	if (!blocking_open(&rig, 1, 2))
		return;
	for (int i = 0; i < 9; i++) {
		quern_job_init(&job[i],
		    i % 3 ? quern_blocking(name_begins, blocking) :
			    quern_call(name_begins, worker),
		    NULL);
		jobs[i] = &job[i];
	}
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, jobs, 9), 9);
	rig_run(&rig);
	for (int i = 0; i < 9; i++)
		CU_ASSERT_EQUAL(quern_job_status(&job[i]), 1);
	rig_close(&rig);
}

static void
a_mixed_submit_ends_at_a_job_that_was_never_initialised(void)
{
	quern_job job[2], *jobs[2] = { &job[0], &job[1] };
	struct rig rig;
	int ran = 0;

	if (!blocking_open(&rig, 1, 1))
		return;
	quern_job_init(&job[0], quern_blocking(add_one, &ran), NULL);
	memset(&job[1], 0x5a, sizeof(job[1]));
	job[1].executor = NULL;
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, jobs, 2), 1);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[1]), -EINVAL);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1);
	quern_job_init(&job[1], quern_blocking(NULL, NULL), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[1]), -EINVAL);
	rig_close(&rig);
}

/* ---- what the function finds ---- */

static int
look_around(quern_context *ctx, void *arg)
{
	int threads = 0;

	(void)arg;
#pragma omp parallel num_threads(4)
#pragma omp atomic
	threads++;
	if (threads != 1 || fegetround() != FE_TONEAREST)
		return -EIO;
	/* For the next one to come to this thread. */
	(void)fesetround(FE_UPWARD);
	omp_set_max_active_levels(4);
	return (int)quern_worker_index(ctx);
}

static void
it_finds_one_thread_of_openmp_and_the_default_mode(void)
{
	struct rig rig;

	if (!blocking_open(&rig, 3, 1))
		return;
	CU_ASSERT_EQUAL(status_of(&rig, look_around, NULL), 3);
	CU_ASSERT_EQUAL(status_of(&rig, look_around, NULL), 3);
	rig_close(&rig);
}

static int
on_thread(quern_context *ctx, void *thread)
{
	(void)ctx;
	return pthread_equal(pthread_self(), *(pthread_t *)thread) != 0;
}

static void
quern_run_runs_it_on_the_calling_thread(void)
{
	pthread_t self = pthread_self();
	struct rig rig;
	quern_stats stats;

	if (!blocking_open(&rig, 1, 1))
		return;
	CU_ASSERT_EQUAL(quern_run(NULL, quern_blocking(on_thread, &self)), 1);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_blocking(on_thread, &self)), 1);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.blocking_threads, 0);
	CU_ASSERT_EQUAL(status_of(&rig, on_thread, &self), 0);
	rig_close(&rig);
}

struct inside {
	struct gate gate;
	int index[3];
};

static void
meet(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct inside *inside = arg;

	(void)end;
	inside->index[begin] = (int)quern_worker_index(ctx);
	gate_arrive(&inside->gate);
	gate_await(&inside->gate, 3);
}

static int
meet_inside(quern_context *ctx, void *arg)
{
	return quern_run_inside(ctx, quern_for(3, 1, meet, arg));
}

static void
idle_workers_help_with_what_it_runs_inside(void)
{
	struct inside inside = { GATE_INITIALIZER, { 0 } };
	quern_job job;
	struct rig rig;
	int seen = 0;

	for (int p = QUERN_LOW; p <= QUERN_HIGH; p++) {
		gate_init(&inside.gate);
		seen = 0;
		if (!blocking_open(&rig, 2, 1))
			return;
		quern_job_init(
		    &job, quern_blocking(meet_inside, &inside), NULL);
		job.priority = p;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(quern_job_status(&job), 0);
		for (int i = 0; i < 3; i++)
			seen |= 1 << inside.index[i];
		CU_ASSERT_EQUAL(seen, 7);
		rig_close(&rig);
	}
}

static int
tell_and_fail(quern_context *ctx, void *arg)
{
	struct gate *gate = arg;

	quern_set_progress(ctx, 0.25);
	gate_pass(gate);
	quern_fail(ctx, -EPIPE);
	return 3;
}

static void
its_progress_is_seen_and_its_failure_counts(void)
{
	struct gate gate;
	quern_stats stats;
	quern_job job;
	struct rig rig;

	gate_init(&gate);
	if (!blocking_open(&rig, 1, 1))
		return;
	quern_job_init(&job, quern_blocking(tell_and_fail, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, 1);
	CU_ASSERT_EQUAL(quern_job_progress(&job), 0.25);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.running, 1);
	CU_ASSERT_EQUAL(stats.blocking_threads, 1);
	gate_open(&gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -EPIPE);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.failed, 1);
	rig_close(&rig);
}

static int
destroy_it(quern_context *ctx, void *executor)
{
	(void)ctx;
	return quern_executor_destroy(executor);
}

static void
it_cannot_destroy_its_own_executor(void)
{
	struct rig rig;

	if (!blocking_open(&rig, 1, 2))
		return;
	CU_ASSERT_EQUAL(status_of(&rig, destroy_it, rig.executor), -EDEADLK);
	rig_close(&rig);
}

/* The others wait to be delivered in the same turn, chained behind it. */
static void
submit_again_once(quern_loop *loop, quern_job *job, int status)
{
	int *told = job->data;

	CU_ASSERT_EQUAL(status, 0);
	if (++*told == 1)
		CU_ASSERT_EQUAL(quern_submit(loop, job), 0);
}

static void
one_that_is_submitted_again_goes_alone(void)
{
	enum { JOBS = 4 };
	quern_job job[JOBS];
	int told[JOBS] = { 0 }, ran = 0;
	struct rig rig;

	if (!blocking_open(&rig, 1, 0))
		return;
	for (int i = 0; i < JOBS; i++) {
		quern_job_init(
		    &job[i], quern_blocking(add_one, &ran), submit_again_once);
		job[i].data = &told[i];
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	for (int i = 0; i < JOBS; i++)
		while (quern_job_progress(&job[i]) < 1)
			nap();
	rig_run(&rig);
	for (int i = 0; i < JOBS; i++)
		CU_ASSERT_EQUAL(told[i], 2);
	CU_ASSERT_EQUAL(ran, 2 * JOBS);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "many are inside at once while every worker computes",
		    many_are_inside_at_once_while_every_worker_computes },
		{ "a mixed submit sends each job where it belongs",
		    a_mixed_submit_sends_each_job_where_it_belongs },
		{ "a mixed submit ends at a job that was never initialised",
		    a_mixed_submit_ends_at_a_job_that_was_never_initialised },
		{ "it finds one thread of OpenMP and the default mode",
		    it_finds_one_thread_of_openmp_and_the_default_mode },
		{ "quern run runs it on the calling thread",
		    quern_run_runs_it_on_the_calling_thread },
		{ "idle workers help with what it runs inside",
		    idle_workers_help_with_what_it_runs_inside },
		{ "its progress is seen and its failure counts",
		    its_progress_is_seen_and_its_failure_counts },
		{ "it cannot destroy its own executor",
		    it_cannot_destroy_its_own_executor },
		{ "one that is submitted again goes alone",
		    one_that_is_submitted_again_goes_alone },
		CU_TEST_INFO_NULL,
	};

	add_suite("blocking", tests);
	return run_suites();
}
