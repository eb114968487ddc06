/* SPDX-License-Identifier: BSD-2-Clause */
/* test_sleep.c -- tests src/sleep.c: tasks that let time pass. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "src/clock.h"
#include "spawned.h"

/* ---- sleep ---- */

struct sleeper {
	double seconds;
	char letter;
};

static int
sleep_and_say(void *arg)
{
	const struct sleeper *sleeper = arg;
	uint64_t begun_ns = quern__now_ns();
	int status = quern_sleep(sleeper->seconds);

	if (sleeper->seconds > 0 && !status)
		CU_ASSERT((double)(quern__now_ns() - begun_ns) >=
		    sleeper->seconds * 1e9);
	say(sleeper->letter);
	return status;
}

static void
equal_sleeps_end_in_the_order_in_which_they_began(void)
{
	static struct sleeper sleeper[26];

	if (!tasks_open(1))
		return;
	for (int i = 0; i < 26; i++) {
		sleeper[i] = (struct sleeper) { 2 * MS, (char)('a' + i) };
		spawn(NULL, sleep_and_say, &sleeper[i]);
	}
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "abcdefghijklmnopqrstuvwxyz");
	rig_close(&task_rig);
}

static void
a_sleep_lasts_no_shorter_than_it_should(void)
{
	static struct sleeper sleeper[] = { { 1e-9, 'a' }, { 1e-5, 'a' },
		{ 3e-4, 'a' }, { 1e-3, 'a' }, { 5e-3, 'a' } };
	quern_task *task;

	if (!tasks_open(1))
		return;
	for (size_t i = 0; i < sizeof(sleeper) / sizeof(sleeper[0]); i++) {
		spawn(&task, sleep_and_say, &sleeper[i]);
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(result_of(task), 0);
	}
	CU_ASSERT_STRING_EQUAL(said, "aaaaa");
	rig_close(&task_rig);
}

static void
no_time_at_all_is_a_yield(void)
{
	static struct sleeper sleeper[] = { { 0, 'a' }, { -1, 'b' },
		{ -INFINITY, 'c' }, { -0.0, 'd' } };

	if (!tasks_open(1))
		return;
	for (int i = 0; i < 4; i++)
		spawn(NULL, sleep_and_say, &sleeper[i]);
	spawn(NULL, say_and_return, "e");
	rig_run(&task_rig);
	/* It has not slept, so it is first, and they follow in order. */
	CU_ASSERT_STRING_EQUAL(said, "eabcd");
	rig_close(&task_rig);
}

static void
nonsense_is_refused(void)
{
	static struct sleeper nan = { (double)NAN, 'n' };
	quern_task *task;

	if (!tasks_open(1))
		return;
	CU_ASSERT_EQUAL(quern_sleep(1), -EPERM);
	CU_ASSERT_EQUAL(quern_sleep((double)NAN), -EPERM);
	CU_ASSERT_EQUAL(quern_sleep(0), -EPERM);
	spawn(&task, sleep_and_say, &nan);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -EINVAL);
	rig_close(&task_rig);
}

static int
sleep_for_ever(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_sleep((double)INFINITY), -ECANCELED);
	CU_ASSERT_EQUAL(quern_sleep(1e9), -ECANCELED);
	/* Cleaning up may take its time. */
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	return 3;
}

static int
cancel_twice(void *arg)
{
	quern_task *task = *(quern_task **)arg;

	for (int i = 0; i < 2; i++) {
		/* It sleeps by then. */
		CU_ASSERT_EQUAL(quern_yield(), 0);
		CU_ASSERT_EQUAL(quern_yield(), 0);
		CU_ASSERT_EQUAL(quern_task_cancel(task), 0);
	}
	return 0;
}

static void
a_cancel_ends_a_sleep(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, sleep_for_ever, NULL);
	spawn(NULL, cancel_twice, &task);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 3);
	rig_close(&task_rig);
}

static void
without_a_descriptor_there_is_no_sleep(void)
{
	static struct sleeper sleeper = { MS, 'a' };
	quern_task *task;
	int status = 0;
	long alive = faults_alive();
	unsigned long n = 1;

	/* The n-th thing that a task and its sleep need is missing. */
	do {
		if (!tasks_open(1))
			return;
		faults_arm(n, true);
		status =
		    quern_spawn(task_rig.loop, &task, sleep_and_say, &sleeper);
		if (!status) {
			rig_run(&task_rig);
			status = result_of(task);
		}
		CU_ASSERT(
		    status == 0 || status == -ENOMEM || status == -EMFILE);
		n = faults_disarm() < n ? 0 : n + 1;
		/* And now all is well. */
		spawn(&task, sleep_and_say, &sleeper);
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(result_of(task), 0);
		rig_close(&task_rig);
		CU_ASSERT_EQUAL(faults_alive(), alive);
	} while (n);
	CU_ASSERT_EQUAL(status, 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "equal sleeps end in the order in which they began",
		    equal_sleeps_end_in_the_order_in_which_they_began },
		{ "a sleep lasts no shorter than it should",
		    a_sleep_lasts_no_shorter_than_it_should },
		{ "no time at all is a yield", no_time_at_all_is_a_yield },
		{ "nonsense is refused", nonsense_is_refused },
		{ "a cancel ends a sleep", a_cancel_ends_a_sleep },
		{ "without a descriptor there is no sleep",
		    without_a_descriptor_there_is_no_sleep },
		CU_TEST_INFO_NULL,
	};

	add_suite("sleep", tests);
	return run_suites();
}
