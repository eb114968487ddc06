/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_timeout_status.c -- what becomes of a job whose time is over while it
 * runs, is cancelled, or was about to begin.
 */
#include <errno.h>

#include "support.h"

static const double SHORT = 0.003, LONG = 1000;

static void
the_first_reason_to_stop_counts(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job cancelled, expired;
	struct rig rig;
	int told = 0;

	if (!rig_open(&rig, 1))
		return;
	counted_job(&cancelled, quern_call(run_until_stopped, &gate), &told);
	cancelled.timeout = LONG;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &cancelled), 0);
	gate_await(&gate, 1);
	CU_ASSERT_EQUAL(quern_cancel(&cancelled), -EINPROGRESS);
	counted_job(&expired, quern_call(run_until_stopped, &gate), &told);
	expired.timeout = SHORT;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &expired), 0);
	while (quern_job_progress(&expired) < 1)
		sched_yield();
	CU_ASSERT_EQUAL(quern_cancel(&expired), -EALREADY);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 2);
	CU_ASSERT_EQUAL(quern_job_status(&cancelled), -ECANCELED);
	CU_ASSERT_EQUAL(quern_job_status(&expired), -ETIMEDOUT);
	rig_close(&rig);
}

struct late {
	int answer;
	bool begun;
};

static int
answer_late(quern_context *ctx, void *arg)
{
	struct late *late = arg;

	late->begun = true;
	while (!quern_should_stop(ctx))
		sched_yield();
	return late->answer;
}

static void
a_late_result_stays_unless_it_is_negative(void)
{
	static const int answer[] = { 0, 9, -EIO };
	static const int status[] = { 0, 9, -ETIMEDOUT };
	struct late late;
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 3; i++) {
		late = (struct late) { answer[i], false };
		quern_job_init(&job, quern_call(answer_late, &late), NULL);
		job.timeout = SHORT;
		/* Again if the worker was too late to begin at all. */
		for (; !late.begun; job.timeout *= 2) {
			CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
			rig_run(&rig);
			CU_ASSERT_EQUAL(quern_job_status(&job),
			    late.begun ? status[i] : -ETIMEDOUT);
		}
	}
	rig_close(&rig);
}

/* A worker that comes too late does not even begin. */
static void
a_call_whose_time_is_over_does_not_begin(void)
{
	static struct jam jam;
	quern_job job;
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	counted_job(&job, quern_call(add_one, &ran), &told);
	job.timeout = 1e-9;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	jam_end(&jam); /* before the event loop has had a look */
	while (quern_job_progress(&job) < 1)
		sched_yield();
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 0);
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ETIMEDOUT);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the first reason to stop counts",
		    the_first_reason_to_stop_counts },
		{ "a late result stays unless it is negative",
		    a_late_result_stays_unless_it_is_negative },
		{ "a call whose time is over does not begin",
		    a_call_whose_time_is_over_does_not_begin },
		CU_TEST_INFO_NULL,
	};

	add_suite("timeout: status", tests);
	return run_suites();
}
