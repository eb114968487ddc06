/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_task.c -- tests src/task.c: tasks begin, take turns and are joined.
 */
#include <errno.h>
#include <ev.h>

#include "spawned.h"

enum { MANY = 10000 };

/* ---- begin and end ---- */

static void
tasks_begin_later_and_in_order(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	CU_ASSERT_PTR_NULL(quern_task_self());
	CU_ASSERT_PTR_NULL(quern_task_loop());
	spawn(NULL, say_and_return, "a");
	spawn(&task, say_and_return, "b");
	spawn(NULL, say_and_return, "c");
	CU_ASSERT_STRING_EQUAL(said, "");
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "abc");
	/* It is there until it is joined. */
	CU_ASSERT_EQUAL(quern_loop_destroy(task_rig.loop), -EBUSY);
	CU_ASSERT_EQUAL(quern_task_cancel(task), -EALREADY);
	CU_ASSERT_EQUAL(result_of(task), 7);
	rig_close(&task_rig);
}

static int
know_thyself(void *task)
{
	return quern_task_self() == *(quern_task **)task &&
	    quern_task_loop() == task_rig.loop &&
	    quern_join(quern_task_self(), NULL) == -EDEADLK;
}

static void
a_task_knows_itself(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, know_thyself, &task);
	/* It has not ended, and this is no task. */
	CU_ASSERT_EQUAL(quern_join(task, NULL), -EPERM);
	CU_ASSERT_EQUAL(quern_loop_destroy(task_rig.loop), -EBUSY);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1);
	CU_ASSERT_PTR_NULL(quern_task_self());
	rig_close(&task_rig);
}

/* ---- turns ---- */

static int
say_thrice(void *letter)
{
	for (int i = 0; i < 3; i++) {
		say(*(const char *)letter);
		CU_ASSERT_EQUAL(quern_yield(), 0);
	}
	return 0;
}

static void
who_yields_lets_the_others_go_first(void)
{
	if (!tasks_open(1))
		return;
	spawn(NULL, say_thrice, "a");
	spawn(NULL, say_thrice, "b");
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "ababab");
	CU_ASSERT_EQUAL(quern_yield(), -EPERM);
	rig_close(&task_rig);
}

static void
set_flag(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)events;
	*(bool *)timer->data = true;
}

static int
yield_until(void *flag)
{
	while (!*(volatile bool *)flag)
		CU_ASSERT_EQUAL(quern_yield(), 0);
	return 0;
}

static void
tasks_that_yield_for_ever_starve_no_timer(void)
{
	bool fired = false;
	ev_timer timer;

	if (!tasks_open(1))
		return;
	ev_timer_init(&timer, set_flag, 0.001, 0);
	timer.data = &fired;
	ev_timer_start(task_rig.ev, &timer);
	spawn(NULL, yield_until, &fired);
	spawn(NULL, yield_until, &fired);
	rig_run(&task_rig);
	CU_ASSERT_TRUE(fired);
	rig_close(&task_rig);
}

/* ---- join ---- */

static int
wait_for_it(void *task)
{
	int result = 0;

	say('w');
	CU_ASSERT_EQUAL(quern_join(*(quern_task **)task, &result), 0);
	say('j');
	return result + 1;
}

static void
join_waits_for_the_end(void)
{
	quern_task *task, *waiter;

	if (!tasks_open(1))
		return;
	spawn(&waiter, wait_for_it, &task);
	spawn(&task, take_a_while, NULL);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "wej");
	CU_ASSERT_EQUAL(result_of(waiter), 11);
	rig_close(&task_rig);
}

static int
join_in_vain(void *task)
{
	return quern_join(*(quern_task **)task, NULL);
}

static void
only_one_may_wait_for_an_end(void)
{
	quern_task *task, *waiter, *late;

	if (!tasks_open(1))
		return;
	spawn(&waiter, wait_for_it, &task);
	spawn(&late, join_in_vain, &task);
	spawn(&task, take_a_while, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(late), -EBUSY);
	CU_ASSERT_EQUAL(result_of(waiter), 11);
	CU_ASSERT_EQUAL(quern_join(NULL, NULL), -EINVAL);
	rig_close(&task_rig);
}

/* Each waits for the one before. */
static int
pass_on(void *before)
{
	quern_task *task = before;
	int result = 0;

	if (task)
		CU_ASSERT_EQUAL(quern_join(task, &result), 0);
	return result + 1;
}

static void
a_long_chain_of_joins_comes_to_its_end(void)
{
	quern_task *task = NULL;

	if (!tasks_open(1))
		return;
	for (int i = 0; i < MANY; i++) {
		quern_task *next = NULL;

		spawn(&next, pass_on, task);
		task = next;
	}
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), MANY);
	rig_close(&task_rig);
}

/* ---- the libev loop ---- */

static void
a_libev_loop_is_left_as_it_was(void)
{
	bool fired = false;
	ev_timer timer;

	if (!tasks_open(1))
		return;
	spawn(NULL, say_and_return, "a");
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(quern_loop_destroy(task_rig.loop), 0);
	/* It stays alive for this, no more and no less. */
	ev_timer_init(&timer, set_flag, 0.001, 0);
	timer.data = &fired;
	ev_timer_start(task_rig.ev, &timer);
	ev_run(task_rig.ev, 0);
	CU_ASSERT_TRUE(fired);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&task_rig.loop, task_rig.ev, task_rig.executor),
	    0);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "tasks begin later and in order",
		    tasks_begin_later_and_in_order },
		{ "a task knows itself", a_task_knows_itself },
		{ "who yields lets the others go first",
		    who_yields_lets_the_others_go_first },
		{ "tasks that yield for ever starve no timer",
		    tasks_that_yield_for_ever_starve_no_timer },
		{ "join waits for the end", join_waits_for_the_end },
		{ "only one may wait for an end",
		    only_one_may_wait_for_an_end },
		{ "a long chain of joins comes to its end",
		    a_long_chain_of_joins_comes_to_its_end },
		{ "a libev loop is left as it was",
		    a_libev_loop_is_left_as_it_was },
		CU_TEST_INFO_NULL,
	};

	add_suite("task", tests);
	return run_suites();
}
