/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_group.c -- one completion for many jobs, end to end: when it comes and
 * what it takes.
 *
 * Errors and the stopping of members: test_group_stop.c.
 */
#include <errno.h>
#include <ev.h>
#include <stdlib.h>

#include "crowd.h"

/* ---- one completion ---- */

static void
a_group_is_told_once_after_its_members_which_it_gives_in_order(void)
{
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	crowd_init(&crowd, 0);
	CU_ASSERT_PTR_NULL(quern_group_next(&crowd.group));
	CU_ASSERT_EQUAL(quern_group_progress(&crowd.group), 0);
	crowd_submit(&crowd, rig.loop, MEMBERS);
	CU_ASSERT_PTR_NULL(quern_group_next(&crowd.group));
	rig_run(&rig);
	crowd_ended(&crowd, MEMBERS, 0);
	for (int i = 0; i < MEMBERS; i++)
		CU_ASSERT_PTR_EQUAL(
		    quern_group_next(&crowd.group), crowd.order[i]);
	CU_ASSERT_PTR_NULL(quern_group_next(&crowd.group));
	CU_ASSERT_PTR_NULL(quern_group_next(NULL));
	rig_close(&rig);
}

struct follower {
	quern_group group;
	quern_job job[MEMBERS];
	quern_job *list[MEMBERS];
	quern_job *last; /* told */
	int told, astray;
	int taken;
};

/* The group takes notice of a member after its own done. */
static void
next_is_the_one_before(quern_loop *loop, quern_job *job, int status)
{
	struct follower *follower = job->data;

	(void)loop;
	(void)status;
	follower->astray +=
	    quern_group_next(&follower->group) != follower->last;
	follower->astray += quern_group_next(&follower->group) != NULL;
	follower->last = job;
	follower->told++;
}

static void *
submit_from_here(void *arg)
{
	void **args = arg;
	struct follower *follower = args[0];
	quern_loop *loop = args[1];

	follower->taken =
	    quern_group_submit(loop, &follower->group, follower->list, MEMBERS);
	quern_loop_release(loop);
	return NULL;
}

static void
another_thread_can_submit_and_members_can_ask_for_the_next(void)
{
	static struct follower follower;
	struct rig rig;
	pthread_t thread;
	int ran = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int round = 0; round < 50; round++) {
		void *args[] = { &follower, rig.loop };

		follower = (struct follower) { .told = 0 };
		quern_group_init(&follower.group, NULL, 0);
		for (int i = 0; i < MEMBERS; i++) {
			quern_job_init(&follower.job[i],
			    quern_call(add_one, &ran), next_is_the_one_before);
			follower.job[i].data = &follower;
			follower.list[i] = &follower.job[i];
		}
		quern_loop_hold(rig.loop);
		pthread_create(&thread, NULL, submit_from_here, args);
		rig_run(&rig);
		pthread_join(thread, NULL);
		CU_ASSERT_EQUAL(follower.taken, MEMBERS);
		CU_ASSERT_EQUAL(follower.told, MEMBERS);
		CU_ASSERT_EQUAL(follower.astray, 0);
		CU_ASSERT_PTR_EQUAL(
		    quern_group_next(&follower.group), follower.last);
	}
	CU_ASSERT_EQUAL(ran, 50 * MEMBERS);
	rig_close(&rig);
}

static void
an_empty_group_ends_too_but_later(void)
{
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	crowd_init(&crowd, QUERN_STOP_ON_ERROR | QUERN_STOP_ON_FIRST);
	crowd_submit(&crowd, rig.loop, 0);
	crowd_submit(&crowd, rig.loop, 0);
	CU_ASSERT_EQUAL(quern_group_progress(&crowd.group), 0);
	CU_ASSERT_EQUAL(quern_loop_destroy(rig.loop), -EBUSY);
	rig_run(&rig);
	crowd_ended(&crowd, 0, 0);
	CU_ASSERT_PTR_NULL(quern_group_next(&crowd.group));

	/* An empty beginning does not end a group that has members by then. */
	crowd_init(&crowd, 0);
	crowd_submit(&crowd, rig.loop, 0);
	crowd_submit(&crowd, rig.loop, 3);
	rig_run(&rig);
	crowd_ended(&crowd, 3, 0);
	rig_close(&rig);
}

static void
submit_the_next_member(quern_loop *loop, quern_job *job, int status)
{
	struct crowd *crowd = job->data;
	quern_job *next = job + 1;

	crowd_note_member(loop, job, status);
	if (job == &crowd->job[MEMBERS - 1])
		return;
	CU_ASSERT_EQUAL(quern_group_submit(loop, &crowd->group, &next, 1), 1);
}

static void
members_can_be_added_until_the_group_ends(void)
{
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	crowd_init(&crowd, 0);
	for (int i = 0; i < MEMBERS; i++)
		crowd.job[i].own.then.done = submit_the_next_member;
	crowd_submit(&crowd, rig.loop, 1);
	rig_run(&rig);
	crowd_ended(&crowd, MEMBERS, 0);
	rig_close(&rig);
}

/* ---- refused ---- */

static void
refused_members_do_not_belong(void)
{
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	crowd_init(&crowd, 0);
	crowd.job[0].priority = 5;
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &crowd.group, crowd.list, MEMBERS),
	    -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 0);
	CU_ASSERT_EQUAL(quern_group_cancel(&crowd.group), -EINVAL);
	crowd.job[0].priority = 0;
	crowd.job[5].timeout = -1;
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &crowd.group, crowd.list, MEMBERS), 5);
	rig_run(&rig);
	crowd_ended(&crowd, 5, 0);
	for (int i = 5; i < MEMBERS; i++)
		CU_ASSERT_EQUAL(quern_job_status(&crowd.job[i]), -EINVAL);
	rig_close(&rig);
}

static void
a_group_submit_that_makes_no_sense_is_refused(void)
{
	static struct crowd crowd;
	static quern_group zeroed;
	quern_job **list = crowd.list;
	quern_loop *other;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    quern_loop_create(&other, rig.ev, rig.executor), 0);
	crowd_init(&crowd, 4);
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &crowd.group, list, 1), -EINVAL);
	crowd_init(&crowd, 0);
	CU_ASSERT_EQUAL(
	    quern_group_submit(NULL, &crowd.group, list, 1), -EINVAL);
	CU_ASSERT_EQUAL(quern_group_submit(rig.loop, NULL, list, 1), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &zeroed, list, 1), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &crowd.group, NULL, 1), -EINVAL);
	crowd_submit(&crowd, rig.loop, 1);
	CU_ASSERT_EQUAL(
	    quern_group_submit(other, &crowd.group, list + 1, 1), -EINVAL);
	rig_run(&rig);
	crowd_ended(&crowd, 1, 0);
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &crowd.group, list + 1, 1), -EALREADY);
	CU_ASSERT_EQUAL(quern_loop_destroy(other), 0);
	rig_close(&rig);
}

static void
a_member_is_free_once_it_was_given_back(void)
{
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	crowd_init(&crowd, 0);
	crowd_submit(&crowd, rig.loop, 2);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &crowd.job[0]), -EBUSY);
	rig_run(&rig);
	crowd_ended(&crowd, 2, 0);
	CU_ASSERT_PTR_EQUAL(quern_group_next(&crowd.group), &crowd.job[0]);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &crowd.job[0]), 0);
	quern_job_init(&crowd.job[1], crowd.job[1].op, crowd_note_member);
	crowd.job[1].data = &crowd;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &crowd.job[1]), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(crowd.members_told, 4);
	CU_ASSERT_EQUAL(crowd.groups_told, 1);
	rig_close(&rig);
}

/* ---- lives ---- */

struct nest {
	quern_group group; /* its members end first */
	quern_job job[MEMBERS];
	quern_job *list[MEMBERS];
	int told;
	struct crowd crowd;
};

static void
submit_the_crowd(quern_loop *loop, quern_group *group, int first_error)
{
	struct nest *nest = group->data;

	CU_ASSERT_EQUAL(nest->told, MEMBERS);
	CU_ASSERT_EQUAL(first_error, 0);
	crowd_submit(&nest->crowd, loop, MEMBERS);
}

static void
the_end_of_a_group_may_begin_another(void)
{
	static struct nest nest;
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 2))
		return;
	crowd_init(&nest.crowd, QUERN_STOP_ON_ERROR);
	quern_group_init(&nest.group, submit_the_crowd, 0);
	nest.group.data = &nest;
	for (int i = 0; i < MEMBERS; i++) {
		counted_job(
		    &nest.job[i], quern_call(add_one, &ran), &nest.told);
		nest.list[i] = &nest.job[i];
	}
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &nest.group, nest.list, MEMBERS),
	    MEMBERS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, MEMBERS);
	crowd_ended(&nest.crowd, MEMBERS, 0);
	rig_close(&rig);
}

enum { MANY = 10000 };

struct many {
	quern_group group;
	quern_job job[MANY];
	quern_job *list[MANY];
	int ran, *told;
};

static void
free_it_all(quern_loop *loop, quern_group *group, int first_error)
{
	struct many *many = group->data;

	(void)loop;
	CU_ASSERT_EQUAL(first_error, 0);
	CU_ASSERT_EQUAL(many->ran, MANY);
	++*many->told;
	free(many);
}

static void
ten_thousand_members_may_be_freed_with_their_group(void)
{
	struct many *many = malloc(sizeof(*many));
	struct rig rig;
	int told = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(many);
	if (!rig_open(&rig, 2))
		return;
	many->ran = 0;
	many->told = &told;
	quern_group_init(&many->group, free_it_all, QUERN_STOP_ON_ERROR);
	many->group.data = many;
	for (int i = 0; i < MANY; i++) {
		quern_job_init(
		    &many->job[i], quern_call(add_one, &many->ran), NULL);
		many->job[i].timeout = i % 2 ? 1000 : 0;
		many->list[i] = &many->job[i];
	}
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig.loop, &many->group, many->list, MANY), MANY);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 1);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a group is told once after its members which it gives in order",
		    a_group_is_told_once_after_its_members_which_it_gives_in_order },
		{ "another thread can submit and members can ask for the next",
		    another_thread_can_submit_and_members_can_ask_for_the_next },
		{ "an empty group ends too but later",
		    an_empty_group_ends_too_but_later },
		{ "members can be added until the group ends",
		    members_can_be_added_until_the_group_ends },
		{ "refused members do not belong",
		    refused_members_do_not_belong },
		{ "a group submit that makes no sense is refused",
		    a_group_submit_that_makes_no_sense_is_refused },
		{ "a member is free once it was given back",
		    a_member_is_free_once_it_was_given_back },
		{ "the end of a group may begin another",
		    the_end_of_a_group_may_begin_another },
		{ "ten thousand members may be freed with their group",
		    ten_thousand_members_may_be_freed_with_their_group },
		CU_TEST_INFO_NULL,
	};

	add_suite("group", tests);
	return run_suites();
}
