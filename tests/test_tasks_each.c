/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tasks_each.c -- tests src/task_stats.c: what is told of each task, and
 * what whoever is told may do.
 */
#include <errno.h>
#include <unistd.h>

#include "forked.h"
#include "spawned.h"

static int
note_name_and_turns(const quern_task_info *info, void *unused)
{
	(void)unused;
	say(*info->name);
	say((char)('0' + info->turns));
	return 0;
}

static void
names_and_turns_are_told_the_latest_first(void)
{
	quern_task *task[3];

	if (!tasks_open(1))
		return;
	spawn_named(&task[0], take_a_while, NULL, "a");
	spawn(&task[1], say_and_return, "-");
	spawn_named(&task[2], sleep_long, NULL, "c");
	CU_ASSERT_EQUAL(quern_task_cancel(task[2]), 0);
	CU_ASSERT_EQUAL(
	    quern_tasks_each(task_rig.loop, note_name_and_turns, NULL), 0);
	CU_ASSERT_STRING_EQUAL(said, "c0t0a0");
	said[0] = '\0';
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(
	    quern_tasks_each(task_rig.loop, note_name_and_turns, NULL), 0);
	CU_ASSERT_STRING_EQUAL(said, "-ec1t1a3");
	for (int i = 0; i < 3; i++)
		(void)result_of(task[i]);
	rig_close(&task_rig);
}

static int
stop_at_the_second(const quern_task_info *info, void *calls)
{
	(void)info;
	return ++*(int *)calls == 2 ? -EINTR : 0;
}

static int
interfere(const quern_task_info *info, void *calls)
{
	int result;

	if (++*(int *)calls > 4)
		return -E2BIG;
	if (info->state == QUERN_TASK_ENDED)
		CU_ASSERT_EQUAL(quern_join(info->task, &result), 0);
	if (info->state == QUERN_TASK_WAITING) {
		CU_ASSERT_STRING_EQUAL(info->waits_for, "a timer");
		CU_ASSERT_EQUAL(quern_task_cancel(info->task), 0);
	}
	/* Perhaps where the one was that is gone. */
	spawn(NULL, say_and_return, "n");
	return 0;
}

static int
interfere_with_each(void *calls)
{
	return quern_tasks_each(task_rig.loop, interfere, calls);
}

static void
who_is_told_may_stop_spawn_cancel_and_join(void)
{
	quern_task *ended, *task;
	int calls = 0;

	if (!tasks_open(1))
		return;
	spawn(&ended, say_and_return, "e");
	spawn(NULL, sleep_long, NULL);
	spawn(&ended, say_and_return, "e");
	spawn(&task, interfere_with_each, &calls);
	CU_ASSERT_EQUAL(
	    quern_tasks_each(task_rig.loop, stop_at_the_second, &calls),
	    -EINTR);
	CU_ASSERT_EQUAL(calls, 2);
	calls = 0;
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(calls, 4);
	CU_ASSERT_STRING_EQUAL(said, "eennnn");
	CU_ASSERT_EQUAL(result_of(task), 0);
	rig_close(&task_rig);
}

static int
stop_at_once(const quern_task_info *info, void *unused)
{
	(void)info;
	(void)unused;
	return 1;
}

static void
look_in_a_child(void *unused)
{
	(void)unused;
	EXPECT(quern_tasks_each(task_rig.loop, stop_at_once, NULL) == -ESTALE);
}

static void
without_a_loop_nothing_is_told(void)
{
	quern_loop *foreign = NULL;

	if (!tasks_open(1))
		return;
	CU_ASSERT_EQUAL(quern_tasks_each(NULL, stop_at_once, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_tasks_each(task_rig.loop, NULL, NULL), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&foreign, NULL, task_rig.executor), 0);
	CU_ASSERT_EQUAL(
	    quern_tasks_each(foreign, stop_at_once, NULL), -ENOTSUP);
	CU_ASSERT_EQUAL(quern_loop_destroy(foreign), 0);
	/* No task so far. */
	CU_ASSERT_EQUAL(quern_tasks_each(task_rig.loop, stop_at_once, NULL), 0);
	spawn(NULL, say_and_return, "a");
	CU_ASSERT_EQUAL(quern_tasks_each(task_rig.loop, stop_at_once, NULL), 1);
	forked_run(_exit, look_in_a_child, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(quern_tasks_each(task_rig.loop, stop_at_once, NULL), 0);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "names and turns are told, the latest first",
		    names_and_turns_are_told_the_latest_first },
		{ "who is told may stop, spawn, cancel and join",
		    who_is_told_may_stop_spawn_cancel_and_join },
		{ "without a loop nothing is told",
		    without_a_loop_nothing_is_told },
		CU_TEST_INFO_NULL,
	};

	add_suite("tasks, each of them", tests);
	return run_suites();
}
