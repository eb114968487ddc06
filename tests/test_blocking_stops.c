/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_blocking_stops.c -- blocking jobs that wait, and those that run, can be
 * stopped like any others; the order of those that wait.
 */
#include <errno.h>

#include "blocking.h"
#include "crowd.h"

enum { BLOCKED = 50 };

static void
what_waits_can_be_cancelled_and_what_runs_is_told(void)
{
	quern_job runs, waits;
	struct gate gate;
	struct rig rig;
	int ran = 0;

	gate_init(&gate);
	if (!blocking_open(&rig, 1, 1))
		return;
	quern_job_init(&runs, quern_blocking(run_until_stopped, &gate), NULL);
	quern_job_init(&waits, quern_blocking(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &runs), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &waits), 0);
	gate_await(&gate, 1);
	CU_ASSERT_EQUAL(quern_cancel(&waits), 0);
	CU_ASSERT_EQUAL(quern_cancel(&runs), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&waits), -ECANCELED);
	CU_ASSERT_EQUAL(quern_job_status(&runs), -ECANCELED);
	CU_ASSERT_EQUAL(ran, 0);
	rig_close(&rig);
}

static void
both_can_time_out(void)
{
	quern_job runs, waits;
	struct gate gate;
	struct rig rig;
	int ran = 0;

	gate_init(&gate);
	if (!blocking_open(&rig, 1, 1))
		return;
	quern_job_init(&runs, quern_blocking(run_until_stopped, &gate), NULL);
	quern_job_init(&waits, quern_blocking(add_one, &ran), NULL);
	runs.timeout = 0.05;
	waits.timeout = 0.001;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &runs), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &waits), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&runs), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_job_status(&waits), -ETIMEDOUT);
	CU_ASSERT_EQUAL(ran, 0);
	rig_close(&rig);
}

static int
stop_or_stay(quern_context *ctx, void *gate)
{
	(void)gate_pass(gate);
	return quern_should_stop(ctx) ? -1 : 0;
}

static void
a_shutdown_tells_those_that_block_and_drops_those_that_wait(void)
{
	static quern_job job[2 * BLOCKED];
	struct gate gate;
	struct rig rig;
	int told = 0, down = 0;
	quern_stats stats;

	gate_init(&gate);
	if (!blocking_open(&rig, 1, BLOCKED))
		return;
	for (int i = 0; i < 2 * BLOCKED; i++) {
		counted_job(
		    &job[i], quern_blocking(stop_or_stay, &gate), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	gate_await(&gate, BLOCKED);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.waiting, BLOCKED);
	CU_ASSERT_EQUAL(stats.blocking_threads, BLOCKED);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.cancelled, BLOCKED);
	gate_open(&gate);
	rig_run(&rig);
	for (int i = 0; i < 2 * BLOCKED; i++)
		down += quern_job_status(&job[i]) == -ESHUTDOWN;
	CU_ASSERT_EQUAL(down, 2 * BLOCKED);
	CU_ASSERT_EQUAL(told, 2 * BLOCKED);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[0]), -ESHUTDOWN);
	rig_close(&rig);
}

static void
higher_priorities_come_first(void)
{
	struct crowd crowd;
	struct gate gate;
	quern_job first;
	struct rig rig;

	gate_init(&gate);
	if (!blocking_open(&rig, 1, 1))
		return;
	crowd_init(&crowd, 0);
	quern_job_init(&first, quern_blocking(pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &first), 0);
	for (int i = 0; i < 6; i++) {
		crowd.job[i].op = quern_blocking(add_one, &crowd.ran);
		crowd.job[i].priority = i % 3 - 1;
	}
	crowd_submit(&crowd, rig.loop, 6);
	gate_open(&gate);
	rig_run(&rig);
	crowd_ended(&crowd, 6, 0);
	for (int i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(crowd.order[i]->priority, 1 - i / 2);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "what waits can be cancelled and what runs is told",
		    what_waits_can_be_cancelled_and_what_runs_is_told },
		{ "both can time out", both_can_time_out },
		{ "a shutdown tells those that block and drops those that wait",
		    a_shutdown_tells_those_that_block_and_drops_those_that_wait },
		{ "higher priorities come first",
		    higher_priorities_come_first },
		CU_TEST_INFO_NULL,
	};

	add_suite("blocking: stops", tests);
	return run_suites();
}
