/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_task_stats.c -- tests src/task_stats.c: the numbers agree with what the
 * tasks do, and with what each of them tells.
 */
#include <errno.h>
#include <ev.h>
#include <string.h>

#include "forked.h"
#include "spawned.h"

static int
count_state(const quern_task_info *info, void *counts)
{
	((uint64_t *)counts)[info->state]++;
	CU_ASSERT_EQUAL(
	    info->waits_for != NULL, info->state == QUERN_TASK_WAITING);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(info->reserved[i], 0);
	return 0;
}

/* Asserts that what is counted is what there is. */
static quern_task_stats
stats_now(void)
{
	uint64_t there[4] = { 0 };
	quern_task_stats stats;

	memset(&stats, 0xff, sizeof(stats));
	CU_ASSERT_EQUAL(quern_loop_task_stats(task_rig.loop, &stats), 0);
	CU_ASSERT_EQUAL(quern_tasks_each(task_rig.loop, count_state, there), 0);
	CU_ASSERT_EQUAL(stats.ready, there[QUERN_TASK_READY]);
	CU_ASSERT_EQUAL(stats.running, there[QUERN_TASK_RUNNING]);
	CU_ASSERT_EQUAL(stats.waiting, there[QUERN_TASK_WAITING]);
	CU_ASSERT_EQUAL(stats.ended, there[QUERN_TASK_ENDED]);
	for (int i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(stats.reserved[i], 0);
	return stats;
}

static void
expect_states(
    uint64_t ready, uint64_t running, uint64_t waiting, uint64_t ended)
{
	quern_task_stats stats = stats_now();

	CU_ASSERT_EQUAL(stats.ready, ready);
	CU_ASSERT_EQUAL(stats.running, running);
	CU_ASSERT_EQUAL(stats.waiting, waiting);
	CU_ASSERT_EQUAL(stats.ended, ended);
}

/* ---- the states ---- */

static int
watch_others(void *sleeper)
{
	quern_task *late;

	/* The sleeper, and who has let this one go first. */
	expect_states(1, 1, 1, 0);
	CU_ASSERT_EQUAL(quern_task_cancel(*(quern_task **)sleeper), 0);
	expect_states(2, 1, 0, 0);
	spawn(&late, say_and_return, "l");
	expect_states(3, 1, 0, 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	/* That one yields once more; the sleeper and the late one are over. */
	expect_states(1, 1, 0, 2);
	CU_ASSERT_EQUAL(result_of(late), 7);
	expect_states(1, 1, 0, 1);
	return 0;
}

static void
each_task_is_counted_where_it_is(void)
{
	quern_task *sleeper, *yielder;

	if (!tasks_open(1))
		return;
	expect_states(0, 0, 0, 0);
	spawn(&sleeper, sleep_long, NULL);
	spawn(&yielder, take_a_while, NULL);
	spawn(NULL, watch_others, &sleeper);
	expect_states(3, 0, 0, 0);
	rig_run(&task_rig);
	expect_states(0, 0, 0, 2);
	CU_ASSERT_EQUAL(result_of(sleeper), -ECANCELED);
	CU_ASSERT_EQUAL(result_of(yielder), 10);
	expect_states(0, 0, 0, 0);
	CU_ASSERT_EQUAL(stats_now().spawned, 4);
	CU_ASSERT_EQUAL(stats_now().failed, 0);
	rig_close(&task_rig);
}

static int
await_some(void *count)
{
	return quern_await(quern_call(add_one, count));
}

static int
watch_a_join(void *task)
{
	expect_states(0, 1, 1, 0);
	return quern_join(*(quern_task **)task, NULL);
}

static void
who_awaits_a_job_or_a_task_waits(void)
{
	quern_task *task;
	int count = 0;

	if (!tasks_open(1))
		return;
	spawn(&task, await_some, &count);
	spawn(NULL, watch_a_join, &task);
	rig_run(&task_rig);
	expect_states(0, 0, 0, 0);
	/* Each began, and went on once. */
	CU_ASSERT_EQUAL(stats_now().turns, 4);
	rig_close(&task_rig);
}

static int
watch_from_home(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	CU_ASSERT_PTR_NULL(quern_task_self());
	expect_states(0, 1, 0, 0);
	return 0;
}

static int
run_at_home(void *unused)
{
	(void)unused;
	return quern_run(task_rig.executor, quern_call(watch_from_home, NULL));
}

static void
what_a_task_runs_at_home_is_the_task_running(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, run_at_home, NULL);
	rig_run(&task_rig);
	expect_states(0, 0, 0, 1);
	CU_ASSERT_EQUAL(result_of(task), 0);
	CU_ASSERT_EQUAL(stats_now().turns, 1);
	rig_close(&task_rig);
}

static int
look_at_another_loop(void *loop)
{
	quern_task_stats stats;

	CU_ASSERT_EQUAL(quern_loop_task_stats(loop, &stats), 0);
	CU_ASSERT_EQUAL(stats.ready, 1);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.waiting + stats.ended, 0);
	CU_ASSERT_EQUAL(stats.spawned, 1);
	return 0;
}

static void
loops_count_apart(void)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	quern_loop *loop;

	if (!tasks_open(1))
		return;
	CU_ASSERT_EQUAL(quern_loop_create(&loop, ev, task_rig.executor), 0);
	CU_ASSERT_EQUAL(quern_spawn(loop, NULL, say_and_return, "x"), 0);
	spawn(NULL, look_at_another_loop, loop);
	rig_run(&task_rig);
	ev_run(ev, 0);
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	ev_loop_destroy(ev);
	expect_states(0, 0, 0, 0);
	rig_close(&task_rig);
}

/* ---- so far ---- */

static void
a_task_that_cannot_be_is_not_counted(void)
{
	quern_task_options options;
	quern_task *task;

	if (!tasks_open(1))
		return;
	quern_task_options_init(&options);
	options.stack_bytes = SIZE_MAX;
	CU_ASSERT_EQUAL(quern_spawn_with(task_rig.loop, &task, say_and_return,
			    "x", &options),
	    -ENOMEM);
	CU_ASSERT_EQUAL(quern_spawn(task_rig.loop, &task, NULL, "x"), -EINVAL);
	expect_states(0, 0, 0, 0);
	CU_ASSERT_EQUAL(stats_now().spawned, 0);
	spawn(&task, say_and_return, "a");
	CU_ASSERT_EQUAL(stats_now().spawned, 1);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 7);
	CU_ASSERT_EQUAL(stats_now().spawned, 1);
	rig_close(&task_rig);
}

static void
stacks_are_kept_for_the_next_tasks(void)
{
	quern_task *task[3];

	if (!tasks_open(1))
		return;
	for (int i = 0; i < 3; i++)
		spawn(&task[i], say_and_return, "a");
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(stats_now().stacks, 0);
	for (int i = 0; i < 3; i++)
		(void)result_of(task[i]);
	CU_ASSERT_EQUAL(stats_now().stacks, 3);
	spawn(NULL, say_and_return, "a");
	CU_ASSERT_EQUAL(stats_now().stacks, 2);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(stats_now().stacks, 3);
	rig_close(&task_rig);
}

static int
give(void *result)
{
	return *(int *)result;
}

static void
note_failures(quern_loop *loop, const char *name, int status, void *failed)
{
	(void)name;
	CU_ASSERT_EQUAL(status, -EIO);
	CU_ASSERT_PTR_EQUAL(loop, task_rig.loop);
	*(uint64_t *)failed = stats_now().failed;
}

static void
only_detached_tasks_count_as_failed(void)
{
	int bad = -EIO, good = 5;
	uint64_t failed = 0;
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(NULL, give, &bad);
	spawn(NULL, give, &good);
	spawn(&task, give, &bad);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(stats_now().failed, 1);
	CU_ASSERT_EQUAL(result_of(task), -EIO);
	CU_ASSERT_EQUAL(stats_now().failed, 1);
	/* Also if somebody is told. */
	CU_ASSERT_EQUAL(
	    quern_loop_set_task_failed(task_rig.loop, note_failures, &failed),
	    0);
	spawn(NULL, give, &bad);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(failed, 2);
	CU_ASSERT_EQUAL(stats_now().failed, 2);
	expect_states(0, 0, 0, 0);
	rig_close(&task_rig);
}

/* ---- what cannot be ---- */

static void
look_in_a_child(void *unused)
{
	quern_task_stats stats;

	(void)unused;
	EXPECT(quern_loop_task_stats(task_rig.loop, &stats) == -ESTALE);
}

static void
without_a_loop_or_a_place_nothing_is_told(void)
{
	quern_task_stats stats = { .turns = 42 };
	quern_loop *foreign = NULL;

	if (!tasks_open(1))
		return;
	CU_ASSERT_EQUAL(quern_loop_task_stats(NULL, &stats), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_task_stats(task_rig.loop, NULL), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&foreign, NULL, task_rig.executor), 0);
	CU_ASSERT_EQUAL(quern_loop_task_stats(foreign, &stats), -ENOTSUP);
	CU_ASSERT_EQUAL(quern_loop_destroy(foreign), 0);
	CU_ASSERT_EQUAL(stats.turns, 42);
	spawn(NULL, say_and_return, "a");
	forked_run(_exit, look_in_a_child, NULL);
	rig_run(&task_rig);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each task is counted where it is",
		    each_task_is_counted_where_it_is },
		{ "who awaits a job or a task waits",
		    who_awaits_a_job_or_a_task_waits },
		{ "what a task runs at home is the task running",
		    what_a_task_runs_at_home_is_the_task_running },
		{ "loops count apart", loops_count_apart },
		{ "a task that cannot be is not counted",
		    a_task_that_cannot_be_is_not_counted },
		{ "stacks are kept for the next tasks",
		    stacks_are_kept_for_the_next_tasks },
		{ "only detached tasks count as failed",
		    only_detached_tasks_count_as_failed },
		{ "without a loop or a place nothing is told",
		    without_a_loop_or_a_place_nothing_is_told },
		CU_TEST_INFO_NULL,
	};

	add_suite("tasks, counted", tests);
	return run_suites();
}
