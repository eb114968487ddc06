/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_task_group.c -- tests src/task_group.c, and quern_join_all() and
 * quern_wait_first() of src/join.c: several tasks at once.
 */
#include <errno.h>
#include <quern/together.h>
#include <stdint.h>

#include "spawned.h"

enum { MANY = 500 };

/* A task that lets others go first so many times, and returns a number. */
struct member {
	int yields, returns;
	int cancelled; /* how often */
};

static int
be_member(void *arg)
{
	struct member *member = arg;

	for (int i = 0; i < member->yields; i++)
		if (quern_yield()) {
			member->cancelled++;
			return -ECANCELED;
		}
	return member->returns;
}

static void
spawn_members(quern_task_group *group, struct member member[], int n)
{
	quern_task_group_init(group);
	for (int i = 0; i < n; i++)
		CU_ASSERT_EQUAL(
		    quern_task_group_spawn(group, be_member, &member[i]), 0);
}

/* ---- groups ---- */

static int
wait_for_group(void *member)
{
	quern_task_group group;
	int err;

	spawn_members(&group, member, 3);
	err = quern_task_group_wait(&group);
	/* As new. */
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return err;
}

static void
a_group_waits_for_all(void)
{
	struct member member[] = { { 3, 1, 0 }, { 0, 2, 0 }, { 9, 0, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_group, member), 0);
}

static void
the_first_error_cancels_the_others(void)
{
	struct member member[] = { { 1000, 1, 0 }, { 3, -EIO, 0 },
		{ 1000, -EPERM, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_group, member), -EIO);
	CU_ASSERT_EQUAL(member[0].cancelled, 1);
	CU_ASSERT_EQUAL(member[1].cancelled, 0);
	CU_ASSERT_EQUAL(member[2].cancelled, 1);
}

static int
take_in_order(void *member)
{
	quern_task_group group;
	int result = 0, n = 0;
	void *arg;

	spawn_members(&group, member, 4);
	while (!quern_task_group_next(&group, &arg, &result)) {
		CU_ASSERT_EQUAL(result, ((struct member *)arg)->returns);
		/* Each has its place as its result. */
		CU_ASSERT_EQUAL(result, n);
		n++;
	}
	CU_ASSERT_EQUAL(quern_task_group_next(&group, NULL, NULL), -ENOENT);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return n;
}

static void
results_come_in_the_order_of_completion(void)
{
	struct member member[] = { { 9, 3, 0 }, { 0, 0, 0 }, { 5, 2, 0 },
		{ 2, 1, 0 } };

	CU_ASSERT_EQUAL(run_alone(take_in_order, member), 4);
}

static int
take_the_first(void *member)
{
	quern_task_group group;
	int result = -1;

	spawn_members(&group, member, 3);
	CU_ASSERT_EQUAL(quern_task_group_next(&group, NULL, &result), 0);
	quern_task_group_cancel(&group);
	CU_ASSERT_EQUAL(
	    quern_task_group_spawn(&group, be_member, member), -ECANCELED);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return result;
}

static void
the_first_result_may_be_enough(void)
{
	struct member member[] = { { 1000, 1, 0 }, { 2, 5, 0 },
		{ 1000, 3, 0 } };

	CU_ASSERT_EQUAL(run_alone(take_the_first, member), 5);
	CU_ASSERT_EQUAL(member[0].cancelled, 1);
	CU_ASSERT_EQUAL(member[2].cancelled, 1);
}

static void
who_waits_hands_a_cancel_on(void)
{
	struct member member[] = { { 1000, 1, 0 }, { 1000, 2, 0 },
		{ 1000, 3, 0 } };
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, wait_for_group, member);
	spawn(NULL, cancel_it, &task);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -ECANCELED);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(member[i].cancelled, 1);
	rig_close(&task_rig);
}

/* A member that needs a while to clean up. */
static int
clean_up_slowly(void *arg)
{
	struct member *member = arg;

	while (quern_sleep(LONG) != -ECANCELED)
		;
	member->cancelled++;
	for (int i = 0; i < member->yields; i++)
		member->cancelled += quern_yield() == -ECANCELED;
	return member->returns;
}

/* What a group's wait says, and what the task awaits after it. */
static int
wait_and_wait_again(void *arg)
{
	struct member *member = arg;
	quern_task_group group;
	int err, again;

	quern_task_group_init(&group);
	CU_ASSERT_EQUAL(
	    quern_task_group_spawn(&group, clean_up_slowly, &member[0]), 0);
	CU_ASSERT_EQUAL(
	    quern_task_group_spawn(&group, be_member, &member[1]), 0);
	err = quern_task_group_wait(&group);
	again = quern_yield();
	return err == again ? err : 1000 * err + again;
}

static int
cancel_twice(void *task)
{
	(void)cancel_it(task);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(quern_yield(), 0);
	return cancel_it(task);
}

/* The second is not lost, and no member hears of it. */
static void
a_second_cancel_is_for_what_comes_next(void)
{
	struct member member[] = { { 30, 0, 0 }, { 1000, 1, 0 } };
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, wait_and_wait_again, member);
	spawn(NULL, cancel_twice, &task);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -ECANCELED);
	CU_ASSERT_EQUAL(member[0].cancelled, 1);
	CU_ASSERT_EQUAL(member[1].cancelled, 1);
	rig_close(&task_rig);
}

static int
cancel_when_cleaning_up(void *arg)
{
	void **task_and_member = arg;
	const struct member *member = task_and_member[1];

	while (!member->cancelled)
		CU_ASSERT_EQUAL(quern_yield(), 0);
	return cancel_it(task_and_member[0]);
}

/* Nor is one that comes while members clean up since one of them has failed. */
static void
a_cancel_after_an_error_is_for_what_comes_next(void)
{
	struct member member[] = { { 30, 0, 0 }, { 0, -EIO, 0 } };
	quern_task *task;
	void *both[] = { &task, &member[0] };

	if (!tasks_open(1))
		return;
	spawn(&task, wait_and_wait_again, member);
	spawn(NULL, cancel_when_cleaning_up, both);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1000 * -EIO - ECANCELED);
	CU_ASSERT_EQUAL(member[0].cancelled, 1);
	rig_close(&task_rig);
}

static int
wait_with_a_timeout(void *member)
{
	int err;

	CU_ASSERT_EQUAL(quern_timeout_begin(1e-3), 0);
	err = wait_and_wait_again(member);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	return err;
}

static void
a_cancel_after_a_timeout_is_for_what_comes_next(void)
{
	struct member member[] = { { 30, 0, 0 }, { 1, 1, 0 } };
	quern_task *task;
	void *both[] = { &task, &member[0] };

	if (!tasks_open(1))
		return;
	spawn(&task, wait_with_a_timeout, member);
	spawn(NULL, cancel_when_cleaning_up, both);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1000 * -ETIMEDOUT - ECANCELED);
	CU_ASSERT_EQUAL(member[0].cancelled, 1);
	rig_close(&task_rig);
}

/* Interrupted before it waits, with a member that has failed: not lost. */
static int
wait_cancelled(void *unused)
{
	struct member member = { 0, -EIO, 0 };
	quern_task_group group;

	(void)unused;
	spawn_members(&group, &member, 1);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(quern_task_self()), 0);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), -ECANCELED);
	return quern_yield();
}

static void
an_interrupt_tells_more_than_an_error(void)
{
	CU_ASSERT_EQUAL(run_alone(wait_cancelled, NULL), 0);
}

struct spawner {
	quern_task_group *group;
	struct member *member;
	int n;
};

/* Members may have members of their own group. */
static int
spawn_another(void *arg)
{
	struct spawner *spawner = arg;

	if (--spawner->n == 0)
		return 0;
	return quern_task_group_spawn(spawner->group, spawn_another, spawner);
}

static int
grow(void *unused)
{
	quern_task_group group;
	struct spawner spawner = { &group, NULL, 10 };

	(void)unused;
	quern_task_group_init(&group);
	CU_ASSERT_EQUAL(
	    quern_task_group_spawn(&group, spawn_another, &spawner), 0);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return spawner.n;
}

static void
a_member_may_spawn_another(void)
{
	CU_ASSERT_EQUAL(run_alone(grow, NULL), 0);
}

static int
misuse(void *unused)
{
	struct member member = { 1, 1, 0 };
	quern_task_group group;
	int err = -ENOMEM;

	(void)unused;
	quern_task_group_init(&group);
	CU_ASSERT_EQUAL(quern_task_group_spawn(&group, NULL, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_task_group_spawn(NULL, be_member, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_task_group_wait(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_task_group_next(NULL, NULL, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	for (unsigned long n = 1; err; n++) {
		faults_arm(n, true);
		err = quern_task_group_spawn(&group, be_member, &member);
		(void)faults_disarm();
		CU_ASSERT(err == 0 || err == -ENOMEM);
		CU_ASSERT(err || n > 1);
	}
	return quern_task_group_wait(&group);
}

static void
what_cannot_be_is_refused(void)
{
	quern_task_group group;

	quern_task_group_init(&group);
	CU_ASSERT_EQUAL(
	    quern_task_group_spawn(&group, be_member, NULL), -EPERM);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), -EPERM);
	CU_ASSERT_EQUAL(quern_task_group_next(&group, NULL, NULL), -EPERM);
	CU_ASSERT_EQUAL(run_alone(misuse, NULL), 0);
}

/* ---- join all, wait for the first ---- */

static int
join_many(void *unused)
{
	static quern_task *task[MANY];
	static struct member member[MANY];
	int result[MANY], sum = 0;

	(void)unused;
	for (int i = 0; i < MANY; i++) {
		member[i] = (struct member) { i % 7, i, 0 };
		if (i % 10)
			spawn(&task[i], be_member, &member[i]);
		else
			task[i] = NULL;
		result[i] = 0;
	}
	CU_ASSERT_EQUAL(quern_join_all(task, MANY, result), 0);
	for (int i = 0; i < MANY; i++) {
		CU_ASSERT_PTR_NULL(task[i]);
		CU_ASSERT_EQUAL(result[i], i % 10 ? i : 0);
		sum++;
	}
	CU_ASSERT_EQUAL(quern_join_all(NULL, 0, NULL), 0);
	CU_ASSERT_EQUAL(quern_join_all(NULL, 1, NULL), -EINVAL);
	return sum;
}

static void
all_are_joined_in_order(void)
{
	CU_ASSERT_EQUAL(run_alone(join_many, NULL), MANY);
}

static int
wait_for_each(void *member)
{
	quern_task *task[4];
	size_t index;
	int sum = 0;

	for (int i = 0; i < 4; i++)
		spawn(&task[i], be_member, &((struct member *)member)[i]);
	for (int n = 0; n < 4; n++) {
		int result = -1;

		CU_ASSERT_EQUAL(quern_wait_first(task, 4, &index), 0);
		CU_ASSERT_EQUAL_FATAL(index < 4, true);
		CU_ASSERT_EQUAL(quern_join(task[index], &result), 0);
		task[index] = NULL;
		sum = 10 * sum + result;
	}
	CU_ASSERT_EQUAL(quern_wait_first(task, 4, &index), -ENOENT);
	CU_ASSERT_EQUAL(quern_wait_first(task, 4, NULL), -EINVAL);
	task[0] = quern_task_self();
	CU_ASSERT_EQUAL(quern_wait_first(task, 1, &index), -EDEADLK);
	return sum;
}

static void
the_first_to_end_is_told(void)
{
	struct member member[] = { { 9, 4, 0 }, { 0, 1, 0 }, { 6, 3, 0 },
		{ 3, 2, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_each, member), 1234);
}

/* Two end in the same round, before the one that waits for them runs. */
static void
two_may_end_at_once(void)
{
	struct member member[] = { { 1, 1, 0 }, { 1, 2, 0 }, { 1, 3, 0 },
		{ 1, 4, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_each, member), 1234);
}

static int
wait_in_vain(void *task)
{
	size_t index;

	CU_ASSERT_EQUAL(quern_wait_first(task, 2, &index), -ECANCELED);
	/* Nobody stands for them any more. */
	return quern_join_all(task, 2, NULL);
}

static void
a_cancelled_wait_leaves_them_all(void)
{
	struct member member[] = { { 30, 1, 0 }, { 40, 2, 0 } };
	quern_task *task[2], *waiter;

	if (!tasks_open(1))
		return;
	spawn(&waiter, wait_in_vain, task);
	for (int i = 0; i < 2; i++)
		spawn(&task[i], be_member, &member[i]);
	spawn(NULL, cancel_it, &waiter);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(waiter), 0);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a group waits for all", a_group_waits_for_all },
		{ "the first error cancels the others",
		    the_first_error_cancels_the_others },
		{ "results come in the order of completion",
		    results_come_in_the_order_of_completion },
		{ "the first result may be enough",
		    the_first_result_may_be_enough },
		{ "who waits hands a cancel on", who_waits_hands_a_cancel_on },
		{ "a second cancel is for what comes next",
		    a_second_cancel_is_for_what_comes_next },
		{ "a cancel after an error is for what comes next",
		    a_cancel_after_an_error_is_for_what_comes_next },
		{ "a cancel after a timeout is for what comes next",
		    a_cancel_after_a_timeout_is_for_what_comes_next },
		{ "an interrupt tells more than an error",
		    an_interrupt_tells_more_than_an_error },
		{ "a member may spawn another", a_member_may_spawn_another },
		{ "what cannot be is refused", what_cannot_be_is_refused },
		{ "all are joined in order", all_are_joined_in_order },
		{ "the first to end is told", the_first_to_end_is_told },
		{ "two may end at once", two_may_end_at_once },
		{ "a cancelled wait leaves them all",
		    a_cancelled_wait_leaves_them_all },
		CU_TEST_INFO_NULL,
	};

	add_suite("several tasks", tests);
	return run_suites();
}
