/* SPDX-License-Identifier: BSD-2-Clause */
/* test_semaphore.c -- tests src/semaphore.c: tasks take turns. */
#include <errno.h>
#include <quern/together.h>

#include "spawned.h"

static quern_semaphore semaphore;
static quern_mutex mutex;

/* ---- semaphore ---- */

static int
acquire_and_say(void *letter)
{
	int err = quern_semaphore_acquire(&semaphore);

	if (!err)
		say(*(const char *)letter);
	return err;
}

static int
acquire_and_release(void *letter)
{
	int err = acquire_and_say(letter);

	CU_ASSERT_EQUAL(quern_yield(), 0);
	quern_semaphore_release(&semaphore);
	return err;
}

static void
so_many_hold_it_and_the_rest_come_in_order(void)
{
	static const char *const letter[] = { "a", "b", "c", "d", "e" };

	if (!tasks_open(1))
		return;
	quern_semaphore_init(&semaphore, 2);
	for (int i = 0; i < 5; i++)
		spawn(NULL, acquire_and_release, (void *)letter[i]);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "abcde");
	CU_ASSERT_EQUAL(semaphore.own.value, 2);
	CU_ASSERT_EQUAL(quern_semaphore_acquire(&semaphore), -EPERM);
	CU_ASSERT_EQUAL(quern_semaphore_acquire(NULL), -EINVAL);
	rig_close(&task_rig);
}

/* It releases, and would take it again at once. */
static int
release_and_acquire(void *letter)
{
	quern_semaphore_release(&semaphore);
	return acquire_and_say(letter);
}

static void
who_waits_is_not_overtaken(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	quern_semaphore_init(&semaphore, 0);
	spawn(NULL, acquire_and_release, "w");
	spawn(&task, release_and_acquire, "o");
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "wo");
	CU_ASSERT_EQUAL(result_of(task), 0);
	rig_close(&task_rig);
}

struct cancel {
	quern_task **task;
	bool release_first, release_then;
};

static int
release_and_cancel(void *arg)
{
	const struct cancel *cancel = arg;

	if (cancel->release_first)
		quern_semaphore_release(&semaphore);
	CU_ASSERT_EQUAL(quern_task_cancel(*cancel->task), 0);
	if (cancel->release_then)
		quern_semaphore_release(&semaphore);
	return 0;
}

static void
what_a_cancelled_one_was_given_goes_to_the_next(void)
{
	/* It is given to the first, which is cancelled before it runs. */
	for (int i = 0; i < 2; i++) {
		quern_task *first, *second;
		struct cancel cancel = { &first, i == 0, i == 1 };

		if (!tasks_open(1))
			return;
		quern_semaphore_init(&semaphore, 0);
		spawn(&first, acquire_and_say, "f");
		spawn(&second, acquire_and_say, "s");
		spawn(NULL, release_and_cancel, &cancel);
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(result_of(first), -ECANCELED);
		CU_ASSERT_EQUAL(result_of(second), 0);
		CU_ASSERT_STRING_EQUAL(said, "s");
		CU_ASSERT_EQUAL(semaphore.own.value, 0);
		CU_ASSERT_PTR_NULL(semaphore.own.line.first);
		rig_close(&task_rig);
	}
}

static void
what_nobody_wants_any_more_is_there(void)
{
	quern_task *task;
	struct cancel cancel = { &task, true, true };

	if (!tasks_open(1))
		return;
	quern_semaphore_init(&semaphore, 0);
	spawn(&task, acquire_and_say, "f");
	spawn(NULL, release_and_cancel, &cancel);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -ECANCELED);
	CU_ASSERT_EQUAL(semaphore.own.value, 2);
	rig_close(&task_rig);
}

static int
acquire_in_time(void *unused)
{
	int err;

	(void)unused;
	CU_ASSERT_EQUAL(quern_timeout_begin(MS), 0);
	err = quern_semaphore_acquire(&semaphore);
	CU_ASSERT_EQUAL(quern_timeout_end(), err);
	return err;
}

static void
a_timeout_ends_the_wait(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	quern_semaphore_init(&semaphore, 0);
	spawn(&task, acquire_in_time, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -ETIMEDOUT);
	CU_ASSERT_PTR_NULL(semaphore.own.line.first);
	rig_close(&task_rig);
}

static void
release_from_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	(void)job;
	(void)status;
	quern_semaphore_release(&semaphore);
}

static void
a_callback_may_release_it(void)
{
	quern_task *task;
	quern_job job;
	int ran = 0;

	if (!tasks_open(1))
		return;
	quern_semaphore_init(&semaphore, 0);
	quern_job_init(&job, quern_call(add_one, &ran), release_from_done);
	CU_ASSERT_EQUAL(quern_submit(task_rig.loop, &job), 0);
	spawn(&task, acquire_and_say, "a");
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 0);
	rig_close(&task_rig);
}

/* ---- mutex ---- */

static int shared;

/* What it reads must be there still when it writes. */
static int
add_ten(void *unused)
{
	(void)unused;
	for (int i = 0; i < 10; i++) {
		int before;

		CU_ASSERT_EQUAL(quern_mutex_lock(&mutex), 0);
		CU_ASSERT_EQUAL(quern_mutex_lock(&mutex), -EDEADLK);
		before = shared;
		CU_ASSERT_EQUAL(quern_yield(), 0);
		CU_ASSERT_EQUAL(shared, before);
		shared = before + 1;
		CU_ASSERT_EQUAL(quern_mutex_unlock(&mutex), 0);
	}
	/* Somebody else's, or nobody's. */
	CU_ASSERT_EQUAL(quern_mutex_unlock(&mutex), -EPERM);
	return 0;
}

static void
one_task_has_the_mutex(void)
{
	if (!tasks_open(1))
		return;
	shared = 0;
	quern_mutex_init(&mutex);
	for (int i = 0; i < 20; i++)
		spawn(NULL, add_ten, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(shared, 200);
	CU_ASSERT_PTR_NULL(mutex.own.owner);
	CU_ASSERT_EQUAL(quern_mutex_lock(&mutex), -EPERM);
	CU_ASSERT_EQUAL(quern_mutex_lock(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_mutex_unlock(&mutex), -EPERM);
	CU_ASSERT_EQUAL(quern_mutex_unlock(NULL), -EINVAL);
	rig_close(&task_rig);
}

static int
lock_and_say(void *letter)
{
	int err = quern_mutex_lock(&mutex);

	if (err)
		return err;
	say(*(const char *)letter);
	return quern_mutex_unlock(&mutex);
}

static int
unlock_and_cancel(void *task)
{
	CU_ASSERT_EQUAL(quern_mutex_lock(&mutex), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	/* It is the other one's now, and that will not see it. */
	CU_ASSERT_EQUAL(quern_mutex_unlock(&mutex), 0);
	return quern_task_cancel(*(quern_task **)task);
}

static void
a_mutex_goes_past_who_was_cancelled(void)
{
	quern_task *first, *second;

	if (!tasks_open(1))
		return;
	quern_mutex_init(&mutex);
	spawn(NULL, unlock_and_cancel, &first);
	spawn(&first, lock_and_say, "f");
	spawn(&second, lock_and_say, "s");
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(first), -ECANCELED);
	CU_ASSERT_EQUAL(result_of(second), 0);
	CU_ASSERT_STRING_EQUAL(said, "s");
	CU_ASSERT_PTR_NULL(mutex.own.owner);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "so many hold it and the rest come in order",
		    so_many_hold_it_and_the_rest_come_in_order },
		{ "who waits is not overtaken", who_waits_is_not_overtaken },
		{ "what a cancelled one was given goes to the next",
		    what_a_cancelled_one_was_given_goes_to_the_next },
		{ "what nobody wants any more is there",
		    what_nobody_wants_any_more_is_there },
		{ "a timeout ends the wait", a_timeout_ends_the_wait },
		{ "a callback may release it", a_callback_may_release_it },
		{ "one task has the mutex", one_task_has_the_mutex },
		{ "a mutex goes past who was cancelled",
		    a_mutex_goes_past_who_was_cancelled },
		CU_TEST_INFO_NULL,
	};

	add_suite("semaphore and mutex", tests);
	return run_suites();
}
