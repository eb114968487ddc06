/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_completions.c -- each job is told once, on its loop's thread, however
 * many there are and wherever they were submitted.
 */
#include <errno.h>
#include <ev.h>
#include <stdlib.h>

#include "support.h"

/* ---- on which thread, and when ---- */

enum { LOOPS = 4, JOBS_EACH = 500 };

struct looper {
	quern_executor *executor;
	pthread_t thread;
	quern_job job[JOBS_EACH];
	int again; /* resubmits left */
	int told, astray, errors;
};

static void
check_thread(quern_loop *loop, quern_job *job, int status)
{
	struct looper *looper = job->data;

	looper->told++;
	looper->errors += status != 0;
	looper->astray += !pthread_equal(pthread_self(), looper->thread);
	if (looper->again-- > 0)
		looper->errors += quern_submit(loop, job) != 0;
}

static void *
run_looper(void *arg)
{
	struct looper *looper = arg;
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	quern_loop *loop;
	static int ran;

	looper->thread = pthread_self();
	looper->errors += quern_loop_create(&loop, ev, looper->executor) != 0;
	for (int i = 0; i < JOBS_EACH; i++) {
		quern_job_init(
		    &looper->job[i], quern_call(add_one, &ran), check_thread);
		looper->job[i].data = looper;
		looper->errors += quern_submit(loop, &looper->job[i]) != 0;
	}
	ev_run(ev, 0);
	looper->errors += quern_loop_destroy(loop) != 0;
	ev_loop_destroy(ev);
	return NULL;
}

static void
loops_share_an_executor_and_each_is_told_on_its_own_thread(void)
{
	static struct looper looper[LOOPS];
	pthread_t thread[LOOPS];
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < LOOPS; i++) {
		looper[i] =
		    (struct looper) { .executor = rig.executor, .again = 1000 };
		pthread_create(&thread[i], NULL, run_looper, &looper[i]);
	}
	for (int i = 0; i < LOOPS; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(looper[i].told, JOBS_EACH + 1000);
		CU_ASSERT_EQUAL(looper[i].astray, 0);
		CU_ASSERT_EQUAL(looper[i].errors, 0);
	}
	rig_close(&rig);
}

static void
a_job_may_name_another_executor(void)
{
	quern_executor *other;
	quern_stats stats;
	quern_job job;
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&other, NULL), 0);
	counted_job(&job, quern_call(add_one, &ran), &told);
	job.executor = other;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(other), -EBUSY);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(quern_executor_stats(other, &stats), 0);
	CU_ASSERT_EQUAL(stats.done, 1);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.done, 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(other), 0);
	rig_close(&rig);
}

static bool inside_a_call; /* of quern_submit() or quern_cancel() */

static void
count_if_outside(quern_loop *loop, quern_job *job, int status)
{
	CU_ASSERT_FALSE(inside_a_call);
	count_done(loop, job, status);
}

static void
nobody_is_told_from_inside_submit_or_cancel(void)
{
	static quern_job job[200];
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < 200; i++) {
		quern_job_init(
		    &job[i], quern_call(add_one, &ran), count_if_outside);
		job[i].data = &told;
		job[i].timeout = i % 3 ? 0 : 1e-9;
		inside_a_call = true;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
		if (i % 2)
			(void)quern_cancel(&job[i]);
		inside_a_call = false;
	}
	CU_ASSERT_EQUAL(told, 0);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 200);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 200);
	rig_close(&rig);
}

static void
visit(quern_context *ctx, size_t begin, size_t end, void *count)
{
	(void)begin;
	(void)end;
	add_one(ctx, count);
}

static void
run_something(quern_loop *loop, quern_job *job, int status)
{
	quern_executor *executor = job->executor;
	int blocks = 0;

	(void)loop;
	(void)status;
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_for(100, 1, visit, &blocks)), 0);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_for(50, 1, visit, &blocks)), 0);
	CU_ASSERT_EQUAL(blocks, 150);
	++*(int *)job->data;
}

static void
a_done_callback_may_block_in_quern_run(void)
{
	quern_job job;
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	quern_job_init(&job, quern_call(add_one, &ran), run_something);
	job.data = &told;
	job.executor = rig.executor;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 1);
	rig_close(&rig);
}

/* ---- many ---- */

static void
free_and_count(quern_loop *loop, quern_job *job, int status)
{
	count_done(loop, job, status);
	free(job);
}

static void
jobs_submitted_before_the_loop_runs_all_complete(void)
{
	enum { MANY = 100000 };
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < MANY; i++) {
		quern_job *job = malloc(sizeof(*job));

		CU_ASSERT_PTR_NOT_NULL_FATAL(job);
		quern_job_init(job, quern_call(add_one, &ran), free_and_count);
		job->data = &told;
		if (quern_submit(rig.loop, job))
			CU_FAIL("a job was refused");
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, MANY);
	CU_ASSERT_EQUAL(told, MANY);
	rig_close(&rig);
}

struct again {
	int left, errors;
};

static void
submit_again(quern_loop *loop, quern_job *job, int status)
{
	struct again *again = job->data;

	again->errors += status != 0;
	if (--again->left > 0)
		again->errors += quern_submit(loop, job) != 0;
}

static void
a_job_can_be_submitted_again_from_its_own_done(void)
{
	enum { RING = 100, ROUNDS = SANITIZED ? 100 : 1000 };
	static quern_job job[RING];
	static struct again again[RING];
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < RING; i++) {
		again[i] = (struct again) { ROUNDS, 0 };
		quern_job_init(
		    &job[i], quern_call(add_one, &ran), submit_again);
		job[i].data = &again[i];
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, RING * ROUNDS);
	for (int i = 0; i < RING; i++) {
		CU_ASSERT_EQUAL(again[i].left, 0);
		CU_ASSERT_EQUAL(again[i].errors, 0);
	}
	rig_close(&rig);
}

/* ---- from where ---- */

struct spawner {
	quern_loop *loop;
	quern_job job[1000];
	int ran, told, errors;
};

static void
spawner_init(struct spawner *spawner, quern_loop *loop)
{
	*spawner = (struct spawner) { .loop = loop };
	for (int i = 0; i < 1000; i++) {
		counted_job(&spawner->job[i],
		    quern_call(add_one, &spawner->ran), &spawner->told);
	}
}

static int
submit_all(quern_context *ctx, void *arg)
{
	struct spawner *spawner = arg;

	(void)ctx;
	for (int i = 0; i < 1000; i++)
		spawner->errors +=
		    quern_submit(spawner->loop, &spawner->job[i]) != 0;
	return 0;
}

static void
a_running_job_can_submit(void)
{
	static struct spawner spawner;
	struct rig rig;
	quern_job job;

	if (!rig_open(&rig, 2))
		return;
	spawner_init(&spawner, rig.loop);
	quern_job_init(&job, quern_call(submit_all, &spawner), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(spawner.errors, 0);
	CU_ASSERT_EQUAL(spawner.ran, 1000);
	CU_ASSERT_EQUAL(spawner.told, 1000);
	rig_close(&rig);
}

static void *
submit_all_and_release(void *arg)
{
	struct spawner *spawner = arg;

	submit_all(NULL, spawner);
	quern_loop_release(spawner->loop);
	return NULL;
}

static void
many_threads_can_submit_to_one_loop(void)
{
	static struct spawner spawner[4];
	pthread_t thread[4];
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < 4; i++) {
		spawner_init(&spawner[i], rig.loop);
		quern_loop_hold(rig.loop);
		pthread_create(
		    &thread[i], NULL, submit_all_and_release, &spawner[i]);
	}
	rig_run(&rig);
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(spawner[i].errors, 0);
		CU_ASSERT_EQUAL(spawner[i].told, 1000);
	}
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "loops share an executor and each is told on its own thread",
		    loops_share_an_executor_and_each_is_told_on_its_own_thread },
		{ "a job may name another executor",
		    a_job_may_name_another_executor },
		{ "nobody is told from inside submit or cancel",
		    nobody_is_told_from_inside_submit_or_cancel },
		{ "a done callback may block in quern run",
		    a_done_callback_may_block_in_quern_run },
		{ "100,000 jobs submitted before the loop runs all complete",
		    jobs_submitted_before_the_loop_runs_all_complete },
		{ "a job can be submitted again from its own done",
		    a_job_can_be_submitted_again_from_its_own_done },
		{ "a running job can submit", a_running_job_can_submit },
		{ "many threads can submit to one loop",
		    many_threads_can_submit_to_one_loop },
		CU_TEST_INFO_NULL,
	};

	add_suite("completions", tests);
	return run_suites();
}
