/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_group_after.c -- what can still be asked of a group that has ended, when
 * its loop and its executor are gone.
 */
#include <errno.h>
#include <ev.h>

#include "crowd.h"

/* Run a crowd of n to its end, on a loop that is destroyed then. */
static bool
outlive(struct crowd *crowd, int n)
{
	struct rig rig;

	if (!rig_open(&rig, 2))
		return false;
	crowd_init(crowd, 0);
	crowd_submit(crowd, rig.loop, n);
	rig_run(&rig);
	crowd_ended(crowd, n, 0);
	/* The first one while the loop is there, the rest without it. */
	CU_ASSERT_PTR_EQUAL(
	    quern_group_next(&crowd->group), n ? crowd->order[0] : NULL);
	rig_close(&rig);
	return true;
}

static void
members_are_given_after_the_loop_is_gone(void)
{
	static struct crowd crowd;

	if (!outlive(&crowd, MEMBERS))
		return;
	for (int i = 1; i < MEMBERS; i++)
		CU_ASSERT_PTR_EQUAL(
		    quern_group_next(&crowd.group), crowd.order[i]);
	CU_ASSERT_PTR_NULL(quern_group_next(&crowd.group));
}

static void
progress_is_1_after_the_loop_is_gone(void)
{
	static struct crowd crowd;

	for (int n = 0; n <= MEMBERS; n += MEMBERS)
		if (outlive(&crowd, n))
			CU_ASSERT_EQUAL(quern_group_progress(&crowd.group), 1);
}

static void
cancel_says_ealready_after_the_loop_is_gone(void)
{
	static struct crowd crowd;

	for (int n = 0; n <= MEMBERS; n += MEMBERS) {
		if (!outlive(&crowd, n))
			continue;
		CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), -EALREADY);
		CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), -EALREADY);
	}
}

static void
submit_says_ealready_after_the_loop_is_gone(void)
{
	static struct crowd crowd;
	struct rig other;
	quern_job job, *list[] = { &job };
	int ran = 0, told = 0;

	if (!outlive(&crowd, MEMBERS))
		return;
	if (!rig_open(&other, 1))
		return;
	counted_job(&job, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(
	    quern_group_submit(other.loop, &crowd.group, list, 1), -EALREADY);
	CU_ASSERT_EQUAL(quern_loop_pending(other.loop), 0);
	/* Made anew, the same group takes it. */
	quern_group_init(&crowd.group, NULL, 0);
	CU_ASSERT_EQUAL(
	    quern_group_submit(other.loop, &crowd.group, list, 1), 1);
	rig_run(&other);
	CU_ASSERT_EQUAL(ran, 1);
	CU_ASSERT_EQUAL(told, 1);
	rig_close(&other);
	CU_ASSERT_PTR_EQUAL(quern_group_next(&crowd.group), &job);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "members are given after the loop is gone",
		    members_are_given_after_the_loop_is_gone },
		{ "progress is 1 after the loop is gone",
		    progress_is_1_after_the_loop_is_gone },
		{ "cancel says EALREADY after the loop is gone",
		    cancel_says_ealready_after_the_loop_is_gone },
		{ "submit says EALREADY after the loop is gone",
		    submit_says_ealready_after_the_loop_is_gone },
		CU_TEST_INFO_NULL,
	};

	add_suite("group: after its loop", tests);
	return run_suites();
}
