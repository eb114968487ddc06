/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_asyncio_groups.c -- what CPython tests of task groups and of
 * asyncio.run().
 */
#include <errno.h>
#include <quern/together.h>

#include "spawned.h"
#include "watchdog.h"

enum { MOST = 3 };

static void
join_group(quern_task_group *group, quern_task_fn *fn, void *arg)
{
	CU_ASSERT_EQUAL(quern_task_group_spawn(group, fn, arg), 0);
}

/* A group of three. */
static void
start_group(quern_task_group *group, struct napper napper[])
{
	quern_task_group_init(group);
	for (int i = 0; i < MOST; i++)
		join_group(group, nap_and_return, &napper[i]);
}

static int
wait_for_group(void *napper)
{
	quern_task_group group;

	start_group(&group, napper);
	return quern_task_group_wait(&group);
}

/* ---- children ---- */

static void
children_complete(void)
{
	struct napper napper[MOST] = { { MS, 1, -1 }, { 0, 2, -1 },
		{ 2 * MS, 3, -1 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_group, napper), 0);
	for (int i = 0; i < MOST; i++)
		CU_ASSERT_EQUAL(napper[i].slept, 0);
}

static void
cancel_children_on_child_error(void)
{
	struct napper napper[MOST] = { { LONG, 1, 0 }, { MS, -EIO, 0 },
		{ LONG, 3, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_group, napper), -EIO);
	CU_ASSERT_EQUAL(napper[0].slept, -ECANCELED);
	CU_ASSERT_EQUAL(napper[1].slept, 0);
	CU_ASSERT_EQUAL(napper[2].slept, -ECANCELED);
}

/* One that has ended before stays what it was. */
static void
children_complete_on_child_error(void)
{
	struct napper napper[MOST] = { { 0, 1, -1 }, { 5 * MS, -EIO, -1 },
		{ 0, 3, -1 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_group, napper), -EIO);
	CU_ASSERT_EQUAL(napper[0].slept, 0);
	CU_ASSERT_EQUAL(napper[2].slept, 0);
}

/* Returns an error of its own when it is cancelled. */
static int
fail_when_cancelled(void *arg)
{
	struct napper *napper = arg;

	return nap_and_return(napper) == -ECANCELED ? -EDOM : 0;
}

static int
wait_for_two_errors(void *arg)
{
	struct napper *napper = arg;
	quern_task_group group;

	quern_task_group_init(&group);
	join_group(&group, fail_when_cancelled, &napper[0]);
	join_group(&group, nap_and_return, &napper[1]);
	return quern_task_group_wait(&group);
}

/* The first error is the group's. */
static void
an_error_while_cancelled_comes_second(void)
{
	struct napper napper[2] = { { LONG, 0, 0 }, { MS, -EIO, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_two_errors, napper), -EIO);
	CU_ASSERT_EQUAL(napper[0].slept, -ECANCELED);
}

/* Cleaning up may await, and the group waits for that. */
static int
clean_up(void *cleaned)
{
	if (quern_sleep(LONG) == -ECANCELED)
		*(int *)cleaned = quern_sleep(2 * MS) == 0;
	return 0;
}

static int
wait_for_cleaning_up(void *unused)
{
	struct napper napper = { 0, -EIO, 0 };
	quern_task_group group;
	int cleaned = 0;

	(void)unused;
	quern_task_group_init(&group);
	join_group(&group, clean_up, &cleaned);
	join_group(&group, nap_and_return, &napper);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), -EIO);
	return cleaned;
}

static void
children_clean_up(void)
{
	CU_ASSERT_EQUAL(run_alone(wait_for_cleaning_up, NULL), 1);
}

static int
spawn_after_error(void *unused)
{
	struct napper napper = { 0, -EIO, 0 };
	quern_task_group group;

	(void)unused;
	quern_task_group_init(&group);
	join_group(&group, nap_and_return, &napper);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	CU_ASSERT_EQUAL(quern_task_group_spawn(&group, nap_and_return, &napper),
	    -ECANCELED);
	return quern_task_group_wait(&group);
}

static void
create_task_while_aborting(void)
{
	CU_ASSERT_EQUAL(run_alone(spawn_after_error, NULL), -EIO);
}

/* ---- the parent ---- */

static int
fail_in_parent(void *arg)
{
	struct napper *napper = arg;
	quern_task_group group;
	int err;

	start_group(&group, napper);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	quern_task_group_cancel(&group);
	err = quern_task_group_wait(&group);
	/* To end as one was told to is no failure. */
	CU_ASSERT_EQUAL(err, 0);
	return -EDOM;
}

static void
cancel_children_on_parent_error(void)
{
	struct napper napper[MOST] = { { LONG, 1, 0 }, { LONG, 2, 0 },
		{ LONG, 3, 0 } };

	CU_ASSERT_EQUAL(run_alone(fail_in_parent, napper), -EDOM);
	for (int i = 0; i < MOST; i++)
		CU_ASSERT_EQUAL(napper[i].slept, -ECANCELED);
}

static int
cancel_parent(void *napper)
{
	quern_task *parent;

	spawn(&parent, wait_for_group, napper);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(parent), 0);
	return result_of(parent);
}

static void
cancel_children_on_parent_cancel(void)
{
	struct napper napper[MOST] = { { LONG, 1, 0 }, { 0, 2, 0 },
		{ LONG, 3, 0 } };

	CU_ASSERT_EQUAL(run_alone(cancel_parent, napper), -ECANCELED);
	CU_ASSERT_EQUAL(napper[0].slept, -ECANCELED);
	CU_ASSERT_EQUAL(napper[1].slept, 0);
	CU_ASSERT_EQUAL(napper[2].slept, -ECANCELED);
}

static int
limit_group(void *napper)
{
	int err;

	CU_ASSERT_EQUAL(quern_timeout_begin(2 * MS), 0);
	err = wait_for_group(napper);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	return err;
}

static void
group_in_a_timeout(void)
{
	struct napper napper[MOST] = { { LONG, 1, 0 }, { LONG, 2, 0 },
		{ LONG, 3, 0 } };

	CU_ASSERT_EQUAL(run_alone(limit_group, napper), -ETIMEDOUT);
	CU_ASSERT_EQUAL(napper[2].slept, -ECANCELED);
}

/* ---- nested ---- */

static int
nest_groups(void *arg)
{
	struct napper *napper = arg;
	quern_task_group outer;

	quern_task_group_init(&outer);
	join_group(&outer, wait_for_group, &napper[0]);
	join_group(&outer, nap_and_return, &napper[MOST]);
	return quern_task_group_wait(&outer);
}

static void
inner_error_ends_the_outer_group(void)
{
	struct napper napper[] = { { LONG, 0, 0 }, { MS, -EIO, 0 },
		{ LONG, 0, 0 }, { LONG, 0, 0 } };

	CU_ASSERT_EQUAL(run_alone(nest_groups, napper), -EIO);
	CU_ASSERT_EQUAL(napper[0].slept, -ECANCELED);
	CU_ASSERT_EQUAL(napper[2].slept, -ECANCELED);
	CU_ASSERT_EQUAL(napper[3].slept, -ECANCELED);
}

static void
outer_error_ends_the_inner_group(void)
{
	struct napper napper[] = { { LONG, 0, 0 }, { LONG, 0, 0 },
		{ LONG, 0, 0 }, { MS, -EDOM, 0 } };

	CU_ASSERT_EQUAL(run_alone(nest_groups, napper), -EDOM);
	for (int i = 0; i < MOST; i++)
		CU_ASSERT_EQUAL(napper[i].slept, -ECANCELED);
}

/* ---- run ---- */

static int
give(void *number)
{
	return *(int *)number;
}

static void
run_returns(void)
{
	int number = 5;

	CU_ASSERT_EQUAL(quern_main(give, &number), 5);
}

static void
run_raises(void)
{
	int number = -EIO;

	CU_ASSERT_EQUAL(quern_main(give, &number), -EIO);
}

static void
run_only_functions(void)
{
	CU_ASSERT_EQUAL(quern_main(NULL, NULL), -EINVAL);
}

static int
run_again(void *number)
{
	return quern_main(give, number);
}

static void
run_from_running_loop(void)
{
	int number = 5;

	CU_ASSERT_EQUAL(quern_main(run_again, &number), -EPERM);
}

static int
leave_one(void *task)
{
	struct napper *napper = task;

	CU_ASSERT_EQUAL(
	    quern_spawn(quern_task_loop(), NULL, nap_and_return, napper), 0);
	return quern_yield();
}

static void
run_cancels_hanging_tasks(void)
{
	struct napper napper = { LONG, 0, 0 };

	CU_ASSERT_EQUAL(quern_main(leave_one, &napper), 0);
	CU_ASSERT_EQUAL(napper.slept, -ECANCELED);
}

static int
leave_one_that_cleans_up(void *cleaned)
{
	CU_ASSERT_EQUAL(
	    quern_spawn(quern_task_loop(), NULL, clean_up, cleaned), 0);
	return quern_yield();
}

static void
run_waits_for_cleaning_up(void)
{
	int cleaned = 0;

	CU_ASSERT_EQUAL(quern_main(leave_one_that_cleans_up, &cleaned), 0);
	CU_ASSERT_EQUAL(cleaned, 1);
}

static void
run_several_times(void)
{
	long alive = faults_alive();

	for (int i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(quern_main(give, &i), i);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

int
main(void)
{
	static const CU_TestInfo groups[] = {
		{ "children complete", children_complete },
		{ "cancel children on child error",
		    cancel_children_on_child_error },
		{ "children complete on child error",
		    children_complete_on_child_error },
		{ "an error while cancelled comes second",
		    an_error_while_cancelled_comes_second },
		{ "children clean up", children_clean_up },
		{ "create task while aborting", create_task_while_aborting },
		{ "cancel children on parent error",
		    cancel_children_on_parent_error },
		{ "cancel children on parent cancel",
		    cancel_children_on_parent_cancel },
		{ "in a timeout", group_in_a_timeout },
		{ "an inner error ends the outer group",
		    inner_error_ends_the_outer_group },
		{ "an outer error ends the inner group",
		    outer_error_ends_the_inner_group },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo run[] = {
		{ "returns", run_returns },
		{ "raises", run_raises },
		{ "only functions", run_only_functions },
		{ "from running loop", run_from_running_loop },
		{ "cancels hanging tasks", run_cancels_hanging_tasks },
		{ "waits for cleaning up", run_waits_for_cleaning_up },
		{ "several times", run_several_times },
		CU_TEST_INFO_NULL,
	};

	watchdog("asyncio's groups", 0);
	add_suite("asyncio: task groups", groups);
	add_suite("asyncio: run", run);
	return run_suites();
}
