/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cancel.c -- what quern_cancel() answers in each state of a job, and what
 * becomes of the job.
 *
 * Loops, which stop at a block border: test_cancel_loop.c.
 */
#include <errno.h>
#include <ev.h>

#include "support.h"

static void
cancel_from_done(quern_loop *loop, quern_job *job, int status)
{
	count_done(loop, job, status);
	CU_ASSERT_EQUAL(quern_cancel(job), -EALREADY);
}

static void
each_state_has_its_answer(void)
{
	static quern_job zeroed, running, waiting, ended;
	static struct gate gate = GATE_INITIALIZER;
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(quern_cancel(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_cancel(&zeroed), -EINVAL);
	quern_job_init(
	    &running, quern_call(run_until_stopped, &gate), cancel_from_done);
	running.data = &told;
	CU_ASSERT_EQUAL(quern_cancel(&running), -EINVAL); /* not submitted */
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &running), 0);
	gate_await(&gate, 1);
	counted_job(&waiting, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &waiting), 0);

	CU_ASSERT_EQUAL(quern_cancel(&waiting), 0);
	CU_ASSERT_EQUAL(quern_cancel(&waiting), -EALREADY); /* not delivered */
	CU_ASSERT_EQUAL(quern_cancel(&running), -EINPROGRESS);
	CU_ASSERT_EQUAL(quern_cancel(&running), -EALREADY); /* told or done */
	CU_ASSERT_EQUAL(told, 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 2);
	CU_ASSERT_EQUAL(ran, 0);
	CU_ASSERT_EQUAL(quern_job_status(&waiting), -ECANCELED);
	CU_ASSERT_EQUAL(quern_job_status(&running), -ECANCELED);
	CU_ASSERT_EQUAL(quern_cancel(&waiting), -EALREADY); /* delivered */
	CU_ASSERT_EQUAL(quern_cancel(&running), -EALREADY);

	counted_job(&ended, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &ended), 0);
	while (quern_job_progress(&ended) < 1)
		sched_yield();
	CU_ASSERT_EQUAL(quern_cancel(&ended), -EALREADY); /* not delivered */
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&ended), 0);
	CU_ASSERT_EQUAL(quern_cancel(&ended), -EALREADY);
	CU_ASSERT_EQUAL(told, 3);
	rig_close(&rig);
}

enum { WAITING = 16 };

struct crowd {
	quern_job job[WAITING];
	struct jam jam;
	int ran, told, cancelled;
};

static void
cancel_all(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct crowd *crowd = timer->data;

	(void)ev;
	(void)events;
	for (int i = 0; i < WAITING; i++)
		crowd->cancelled += quern_cancel(&crowd->job[i]) == 0;
}

static void
release_when_all_are_told(quern_loop *loop, quern_job *job, int status)
{
	struct crowd *crowd = job->data;

	(void)loop;
	CU_ASSERT_EQUAL(status, -ECANCELED);
	if (++crowd->told == WAITING)
		jam_end(&crowd->jam);
}

/* Told while the workers are still held, too. */
static void
waiting_jobs_leave_the_line_behind_a_saturated_pool(void)
{
	static struct crowd crowd;
	struct rig rig;
	ev_timer timer;

	if (!rig_open(&rig, 4))
		return;
	jam_begin(&crowd.jam, rig.loop, 4);
	for (int i = 0; i < WAITING; i++) {
		quern_job_init(&crowd.job[i], quern_call(add_one, &crowd.ran),
		    release_when_all_are_told);
		crowd.job[i].data = &crowd;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &crowd.job[i]), 0);
	}
	ev_timer_init(&timer, cancel_all, 0.001, 0);
	timer.data = &crowd;
	ev_timer_start(rig.ev, &timer);
	rig_run(&rig);
	CU_ASSERT_EQUAL(crowd.cancelled, WAITING);
	CU_ASSERT_EQUAL(crowd.told, WAITING);
	CU_ASSERT_EQUAL(crowd.ran, 0);
	rig_close(&rig);
}

static int
ignore_stop(quern_context *ctx, void *gate)
{
	(void)ctx;
	gate_pass(gate);
	return 5;
}

static int
fail_anyway(quern_context *ctx, void *gate)
{
	(void)ctx;
	gate_pass(gate);
	return -EIO;
}

static int
fail_quietly(quern_context *ctx, void *gate)
{
	gate_pass(gate);
	quern_fail(ctx, -EIO);
	return 0;
}

static void
a_running_job_keeps_a_result_of_0_or_more(void)
{
	static quern_call_fn *const fn[] = { pass_gate, ignore_stop,
		fail_anyway, fail_quietly };
	static const int status[] = { 0, 5, -ECANCELED, -ECANCELED };
	struct gate gate;
	quern_job job;
	struct rig rig;
	int told = 0;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 4; i++) {
		gate_init(&gate);
		counted_job(&job, quern_call(fn[i], &gate), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		gate_await(&gate, 1);
		CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
		gate_open(&gate);
		rig_run(&rig);
		CU_ASSERT_EQUAL(quern_job_status(&job), status[i]);
	}
	CU_ASSERT_EQUAL(told, 4);
	rig_close(&rig);
}

enum { LONG_JOBS = 100 };

/* QEMU's cancel-async. */
static void
outcomes_of_a_hundred_long_jobs_add_up(void)
{
	static quern_job job[LONG_JOBS];
	static struct gate gate = GATE_INITIALIZER;
	struct rig rig;
	quern_stats stats;
	int told = 0, taken_out = 0, stopped = 0, unexpected = 0;

	if (!rig_open(&rig, 3))
		return;
	for (int i = 0; i < LONG_JOBS; i++) {
		counted_job(
		    &job[i], quern_call(run_until_stopped, &gate), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	gate_await(&gate, 3);
	for (int i = 0; i < LONG_JOBS; i++) {
		int answer = quern_cancel(&job[i]);

		taken_out += answer == 0;
		stopped += answer == -EINPROGRESS;
		unexpected += answer != 0 && answer != -EINPROGRESS;
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, LONG_JOBS);
	CU_ASSERT_EQUAL(unexpected, 0);
	CU_ASSERT_EQUAL(taken_out + stopped, LONG_JOBS);
	CU_ASSERT(stopped >= 3);
	for (int i = 0; i < LONG_JOBS; i++)
		CU_ASSERT_EQUAL(quern_job_status(&job[i]), -ECANCELED);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.cancelled, LONG_JOBS);
	CU_ASSERT(gate.arrived <= (unsigned)stopped);
	rig_close(&rig);
}

struct canceller {
	quern_job *job;
	int answer[2];
};

static void *
cancel_both(void *arg)
{
	struct canceller *canceller = arg;

	for (int i = 0; i < 2; i++)
		canceller->answer[i] = quern_cancel(&canceller->job[i]);
	return NULL;
}

static void
another_thread_can_cancel(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job job[2];
	struct canceller canceller = { job, { 1, 1 } };
	struct rig rig;
	pthread_t thread;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	counted_job(&job[0], quern_call(run_until_stopped, &gate), &told);
	counted_job(&job[1], quern_call(add_one, &ran), &told);
	job[1].priority = QUERN_LOW;
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	gate_await(&gate, 1);
	quern_loop_hold(rig.loop);
	/* The second one first: else the worker might have taken it. */
	CU_ASSERT_EQUAL(quern_cancel(&job[1]), 0);
	pthread_create(&thread, NULL, cancel_both, &canceller);
	pthread_join(thread, NULL);
	quern_loop_release(rig.loop);
	rig_run(&rig);
	CU_ASSERT_EQUAL(canceller.answer[0], -EINPROGRESS);
	CU_ASSERT_EQUAL(canceller.answer[1], -EALREADY);
	CU_ASSERT_EQUAL(told, 2);
	CU_ASSERT_EQUAL(ran, 0);
	rig_close(&rig);
}

static void
cancel_right_after_submit_and_right_before_shutdown(void)
{
	enum { N = 50 };
	static quern_job job[N];
	struct rig rig;
	int ran = 0, told = 0, ended_well = 0, out = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < N; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
		out += quern_cancel(&job[i]) == 0;
		CU_ASSERT_EQUAL(told, 0);
	}
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	rig_run(&rig);
	for (int i = 0; i < N; i++)
		ended_well += quern_job_status(&job[i]) == 0;
	CU_ASSERT_EQUAL(ran, ended_well);
	/* Some may have been told to stop before they had begun. */
	CU_ASSERT(ran + out <= N);
	CU_ASSERT_EQUAL(told, N);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each state has its answer", each_state_has_its_answer },
		{ "waiting jobs leave the line behind a saturated pool",
		    waiting_jobs_leave_the_line_behind_a_saturated_pool },
		{ "a running job keeps a result of 0 or more",
		    a_running_job_keeps_a_result_of_0_or_more },
		{ "outcomes of a hundred long jobs add up",
		    outcomes_of_a_hundred_long_jobs_add_up },
		{ "another thread can cancel", another_thread_can_cancel },
		{ "cancel right after submit and right before shutdown",
		    cancel_right_after_submit_and_right_before_shutdown },
		CU_TEST_INFO_NULL,
	};

	add_suite("cancel", tests);
	return run_suites();
}
