/* SPDX-License-Identifier: BSD-2-Clause */
/* test_group_stop.c -- errors in a group, and what stops its other members. */
#include <errno.h>

#include "crowd.h"

/* ---- errors ---- */

static void
the_first_error_is_the_first_to_happen(void)
{
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	crowd_init(&crowd, 0);
	crowd.result[7] = -EIO;
	crowd.result[3] = 12; /* no error */
	crowd.result[9] = -ENOMEM;
	crowd.job[9].priority = QUERN_HIGH;
	/* All in one step, so that the worker sees the priority. */
	crowd_submit(&crowd, rig.loop, MEMBERS);
	rig_run(&rig);
	crowd_ended(&crowd, MEMBERS, -ENOMEM);
	CU_ASSERT_PTR_EQUAL(crowd.order[0], &crowd.job[9]);
	CU_ASSERT_EQUAL(quern_job_status(&crowd.job[7]), -EIO);
	CU_ASSERT_EQUAL(quern_job_status(&crowd.job[9]), -ENOMEM);
	CU_ASSERT_EQUAL(quern_job_status(&crowd.job[3]), 12);
	rig_close(&rig);
}

/*
 * Two workers: member 0 runs until it is stopped, member 1 returns `result`,
 * then member 2 runs until it is stopped; the others can only be reached if
 * the rule does not work.
 */
static void
check_rule(unsigned flags, int result, double timeout, int first_error)
{
	static struct crowd crowd;
	static struct gate gate;
	struct rig rig;
	quern_stats stats;

	if (!rig_open(&rig, 2))
		return;
	gate_init(&gate);
	crowd_init(&crowd, flags);
	crowd.result[1] = result;
	for (int i = 0; i < MEMBERS; i++) {
		if (i == 0 || i == 2)
			crowd.job[i].op = quern_call(run_until_stopped, &gate);
		else if (i != 1)
			crowd.job[i].op = quern_call(add_one, &crowd.ran);
	}
	if (timeout > 0) {
		crowd.job[1].op = quern_call(run_until_stopped, &gate);
		crowd.job[1].timeout = timeout;
	}
	crowd_submit(&crowd, rig.loop, MEMBERS);
	rig_run(&rig);
	crowd_ended(&crowd, MEMBERS, first_error);
	CU_ASSERT_EQUAL(crowd.ran, 0);
	for (int i = 0; i < MEMBERS; i++)
		if (i != 1)
			CU_ASSERT_EQUAL(
			    quern_job_status(&crowd.job[i]), -ECANCELED);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.done + stats.failed + stats.cancelled, MEMBERS);
	rig_close(&rig);
}

static void
stop_on_error_stops_the_running_and_the_waiting(void)
{
	check_rule(QUERN_STOP_ON_ERROR, -EIO, 0, -EIO);
	check_rule(QUERN_STOP_ON_ERROR, 0, 0.003, -ETIMEDOUT);
	check_rule(QUERN_STOP_ON_ERROR | QUERN_STOP_ON_FIRST, -EIO, 0, -EIO);
}

static void
stop_on_first_stops_them_whatever_the_first_came_to(void)
{
	check_rule(QUERN_STOP_ON_FIRST, 0, 0, 0);
	check_rule(QUERN_STOP_ON_FIRST, 5, 0, 0);
	check_rule(QUERN_STOP_ON_FIRST, -ENOMEM, 0, -ENOMEM);
}

static void
stop_on_error_lets_successes_pass(void)
{
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	crowd_init(&crowd, QUERN_STOP_ON_ERROR);
	crowd_submit(&crowd, rig.loop, MEMBERS);
	rig_run(&rig);
	crowd_ended(&crowd, MEMBERS, 0);
	for (int i = 0; i < MEMBERS; i++)
		CU_ASSERT_EQUAL(quern_job_status(&crowd.job[i]), 0);
	rig_close(&rig);
}

/* ---- cancel ---- */

static void
cancelling_a_group_cancels_every_member(void)
{
	static struct crowd crowd;
	static struct gate gate = GATE_INITIALIZER;
	quern_job *late = &crowd.job[MEMBERS - 1];
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	crowd_init(&crowd, 0);
	for (int i = 0; i < MEMBERS; i++)
		crowd.job[i].op = quern_call(run_until_stopped, &gate);
	CU_ASSERT_EQUAL(quern_group_cancel(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), -EINVAL);
	crowd_submit(&crowd, rig.loop, MEMBERS - 1);
	gate_await(&gate, 2);
	CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), 0);
	CU_ASSERT_EQUAL(crowd.groups_told, 0);
	CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), -EALREADY);
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &crowd.group, &late, 1), -ECANCELED);
	rig_run(&rig);
	crowd_ended(&crowd, MEMBERS - 1, -ECANCELED);
	CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), -EALREADY);
	CU_ASSERT_EQUAL(quern_job_status(late), -EINVAL);
	for (int i = 0; i < MEMBERS - 1; i++)
		CU_ASSERT_EQUAL(quern_job_status(&crowd.job[i]), -ECANCELED);

	crowd_init(&crowd, 0); /* an empty one */
	crowd_submit(&crowd, rig.loop, 0);
	CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), 0);
	rig_run(&rig);
	crowd_ended(&crowd, 0, 0);
	rig_close(&rig);
}

static void
a_group_ends_when_its_executor_is_shut_down(void)
{
	static struct crowd crowd;
	static struct gate gate = GATE_INITIALIZER;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	crowd_init(&crowd, 0);
	for (int i = 0; i < MEMBERS; i++)
		crowd.job[i].op = quern_call(run_until_stopped, &gate);
	crowd_submit(&crowd, rig.loop, MEMBERS);
	gate_await(&gate, 2);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	rig_run(&rig);
	crowd_ended(&crowd, MEMBERS, -ESHUTDOWN);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the first error is the first to happen",
		    the_first_error_is_the_first_to_happen },
		{ "stop on error stops the running and the waiting",
		    stop_on_error_stops_the_running_and_the_waiting },
		{ "stop on first stops them whatever the first came to",
		    stop_on_first_stops_them_whatever_the_first_came_to },
		{ "stop on error lets successes pass",
		    stop_on_error_lets_successes_pass },
		{ "cancelling a group cancels every member",
		    cancelling_a_group_cancels_every_member },
		{ "a group ends when its executor is shut down",
		    a_group_ends_when_its_executor_is_shut_down },
		CU_TEST_INFO_NULL,
	};

	add_suite("group: stopping", tests);
	return run_suites();
}
