/* SPDX-License-Identifier: BSD-2-Clause */
/* test_task_cancel.c -- tests src/task.c: a task that is cancelled sees it. */
#include <errno.h>

#include "spawned.h"

static int
count_cancels(void *unused)
{
	int cancels = 0;

	(void)unused;
	for (int i = 0; i < 6; i++) {
		int status = quern_yield();

		CU_ASSERT(status == 0 || status == -ECANCELED);
		cancels += status == -ECANCELED;
	}
	return cancels;
}

static int
cancel_twice(void *task)
{
	CU_ASSERT_EQUAL(quern_task_cancel(*(quern_task **)task), 0);
	return quern_task_cancel(*(quern_task **)task);
}

static void
a_cancel_is_seen_once(void)
{
	quern_task *before, *twice;

	if (!tasks_open(1))
		return;
	spawn(&before, count_cancels, NULL);
	spawn(&twice, count_cancels, NULL);
	/* When that one has let others go first. */
	spawn(NULL, cancel_twice, &twice);
	/* Before it begins: the first await tells. */
	CU_ASSERT_EQUAL(quern_task_cancel(before), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(before), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(NULL), -EINVAL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(before), 1);
	CU_ASSERT_EQUAL(result_of(twice), 1);
	rig_close(&task_rig);
}

static int
sleep_and_yield(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ECANCELED);
	return quern_yield();
}

/* Also by a task that is told at once, and runs later. */
static void
two_cancels_of_a_sleep_are_one(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, sleep_and_yield, NULL);
	spawn(NULL, cancel_twice, &task);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 0);
	rig_close(&task_rig);
}

static int
cancel_oneself(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(quern_task_self()), 0);
	CU_ASSERT_EQUAL(quern_yield(), -ECANCELED);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	return 1;
}

static void
a_task_may_cancel_itself(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, cancel_oneself, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1);
	rig_close(&task_rig);
}

static int
join_twice(void *task)
{
	int result = 0;

	CU_ASSERT_EQUAL(quern_join(*(quern_task **)task, NULL), -ECANCELED);
	/* It goes on, and is still there. */
	say('c');
	CU_ASSERT_EQUAL(quern_join(*(quern_task **)task, &result), 0);
	return result;
}

static int
cancel_at_once(void *task)
{
	return quern_task_cancel(*(quern_task **)task);
}

static void
a_cancelled_join_leaves_the_other_task(void)
{
	quern_task *task, *waiter, *canceller;

	if (!tasks_open(1))
		return;
	spawn(&waiter, join_twice, &task);
	spawn(&task, take_a_while, NULL);
	spawn(&canceller, cancel_at_once, &waiter);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "ce");
	CU_ASSERT_EQUAL(result_of(waiter), 10);
	CU_ASSERT_EQUAL(result_of(canceller), 0);
	rig_close(&task_rig);
}

/* The end has come, and the cancel before the joiner runs. */
static void
a_join_that_is_cancelled_late_leaves_the_other_task(void)
{
	quern_task *task, *waiter, *canceller;

	if (!tasks_open(1))
		return;
	spawn(&waiter, join_twice, &task);
	spawn(&task, say_and_return, "e");
	spawn(&canceller, cancel_at_once, &waiter);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "ec");
	CU_ASSERT_EQUAL(result_of(waiter), 7);
	CU_ASSERT_EQUAL(result_of(canceller), 0);
	rig_close(&task_rig);
}

/* The cancel has come, and the end before the joiner runs. */
static void
an_end_after_a_cancelled_join_wakes_nobody(void)
{
	quern_task *task, *waiter, *canceller;

	if (!tasks_open(1))
		return;
	spawn(&waiter, join_twice, &task);
	spawn(&canceller, cancel_at_once, &waiter);
	spawn(&task, say_and_return, "e");
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "ec");
	CU_ASSERT_EQUAL(result_of(waiter), 7);
	CU_ASSERT_EQUAL(result_of(canceller), 0);
	rig_close(&task_rig);
}

static int
join_once(void *task)
{
	return quern_join(*(quern_task **)task, NULL);
}

/* Before the one that was cancelled runs, another one is in its place. */
static void
a_cancelled_join_does_not_push_out_the_next_one(void)
{
	quern_task *task, *first, *canceller, *second;

	if (!tasks_open(1))
		return;
	spawn(&first, join_once, &task);
	spawn(&canceller, cancel_at_once, &first);
	spawn(&second, join_once, &task);
	spawn(&task, take_a_while, NULL);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "e");
	CU_ASSERT_EQUAL(result_of(first), -ECANCELED);
	CU_ASSERT_EQUAL(result_of(second), 0);
	CU_ASSERT_EQUAL(result_of(canceller), 0);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a cancel is seen once", a_cancel_is_seen_once },
		{ "two cancels of a sleep are one",
		    two_cancels_of_a_sleep_are_one },
		{ "a task may cancel itself", a_task_may_cancel_itself },
		{ "a cancelled join leaves the other task",
		    a_cancelled_join_leaves_the_other_task },
		{ "a join that is cancelled late leaves the other task",
		    a_join_that_is_cancelled_late_leaves_the_other_task },
		{ "an end after a cancelled join wakes nobody",
		    an_end_after_a_cancelled_join_wakes_nobody },
		{ "a cancelled join does not push out the next one",
		    a_cancelled_join_does_not_push_out_the_next_one },
		CU_TEST_INFO_NULL,
	};

	add_suite("task, cancelled", tests);
	return run_suites();
}
