/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_scopes.c -- tests src/sleep.c: how long something may take, and what may
 * not be interrupted.
 */
#include <errno.h>
#include <math.h>

#include "spawned.h"

static int
begin(double seconds)
{
	int err = quern_timeout_begin(seconds);

	CU_ASSERT_EQUAL(err, 0);
	return err;
}

/* ---- one scope ---- */

static int
outlast(void *seconds)
{
	(void)begin(*(double *)seconds);
	/* The one that is under way, and no other. */
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	return quern_timeout_end();
}

static void
a_timeout_ends_what_is_awaited(void)
{
	/* None at all and the past are over at the first await. */
	double seconds[] = { MS, 1e-6, 0, -1, -INFINITY };

	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(run_alone(outlast, &seconds[i]), -ETIMEDOUT);
}

static int
be_in_time(void *seconds)
{
	(void)begin(*(double *)seconds);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	return quern_timeout_end();
}

static void
who_is_in_time_hears_nothing(void)
{
	double seconds[] = { LONG, 1e300, (double)INFINITY };

	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(run_alone(be_in_time, &seconds[i]), 0);
}

/* No await was there to see it. */
static int
await_nothing(void *unused)
{
	(void)unused;
	(void)begin(0);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	/* And it does not come after the end. */
	return quern_yield();
}

static void
a_timeout_that_nobody_saw_ends_with_its_scope(void)
{
	CU_ASSERT_EQUAL(run_alone(await_nothing, NULL), 0);
}

static int
stay_open(void *unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++)
		(void)begin(i < 3 ? LONG : MS);
	return 5;
}

static void
what_a_task_leaves_open_ends_with_it(void)
{
	long alive = faults_alive();

	CU_ASSERT_EQUAL(run_alone(stay_open, NULL), 5);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

/* ---- nested ---- */

static int
time_out_inside(void *unused)
{
	(void)unused;
	(void)begin(LONG);
	(void)begin(MS);
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	return quern_timeout_end();
}

static int
time_out_outside(void *unused)
{
	(void)unused;
	(void)begin(MS);
	(void)begin(LONG);
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	/* It was not this one. */
	CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	return quern_timeout_end();
}

static int
time_out_both(void *unused)
{
	(void)unused;
	(void)begin(2 * MS);
	(void)begin(MS);
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	return quern_timeout_end();
}

/* The outer one's comes while the inner one ends unseen. */
static int
leave_the_outer_one_pending(void *unused)
{
	(void)unused;
	(void)begin(0);
	(void)begin(LONG);
	CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	CU_ASSERT_EQUAL(quern_yield(), -ETIMEDOUT);
	return quern_timeout_end();
}

static void
scopes_nest(void)
{
	CU_ASSERT_EQUAL(run_alone(time_out_inside, NULL), 0);
	CU_ASSERT_EQUAL(run_alone(time_out_outside, NULL), -ETIMEDOUT);
	CU_ASSERT_EQUAL(run_alone(time_out_both, NULL), -ETIMEDOUT);
	CU_ASSERT_EQUAL(
	    run_alone(leave_the_outer_one_pending, NULL), -ETIMEDOUT);
}

static int
nest_too_deep(void *unused)
{
	(void)unused;
	for (int i = 0; i < 16; i++)
		(void)begin(LONG);
	CU_ASSERT_EQUAL(quern_timeout_begin(LONG), -ENOSPC);
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	CU_ASSERT_EQUAL(quern_timeout_end(), -EINVAL);
	CU_ASSERT_EQUAL(quern_timeout_begin((double)NAN), -EINVAL);
	CU_ASSERT_EQUAL(quern_shield_end(), -EINVAL);
	return 0;
}

static void
what_cannot_be_is_refused(void)
{
	CU_ASSERT_EQUAL(run_alone(nest_too_deep, NULL), 0);
	CU_ASSERT_EQUAL(quern_timeout_begin(1), -EPERM);
	CU_ASSERT_EQUAL(quern_timeout_end(), -EPERM);
	CU_ASSERT_EQUAL(quern_shield_begin(), -EPERM);
	CU_ASSERT_EQUAL(quern_shield_end(), -EPERM);
}

/* ---- with jobs and cancels ---- */

struct endless {
	int begun, stopped; /* begun: atomic */
};

static int
run_until_told(quern_context *ctx, void *arg)
{
	struct endless *endless = arg;

	__atomic_store_n(&endless->begun, 1, __ATOMIC_RELEASE);
	while (!quern_should_stop(ctx))
		;
	endless->stopped = 1;
	return -EIO;
}

static int
await_too_long(void *arg)
{
	struct endless *endless = arg;
	quern_job job;
	int status;

	quern_job_init(&job, quern_call(run_until_told, endless), NULL);
	CU_ASSERT_EQUAL(quern_submit(quern_task_loop(), &job), 0);
	while (!__atomic_load_n(&endless->begun, __ATOMIC_ACQUIRE))
		CU_ASSERT_EQUAL(quern_yield(), 0);
	(void)begin(MS);
	status = quern_await_job(&job);
	/* It has let go by now. */
	CU_ASSERT_EQUAL(endless->stopped, 1);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	return status;
}

static void
a_timeout_cancels_the_job_and_waits_for_its_end(void)
{
	struct endless endless = { 0, 0 };

	CU_ASSERT_EQUAL(run_alone(await_too_long, &endless), -ETIMEDOUT);
}

static int
see_both(void *unused)
{
	(void)unused;
	(void)begin(0);
	CU_ASSERT_EQUAL(quern_task_cancel(quern_task_self()), 0);
	/* A cancel says more than a timeout. */
	CU_ASSERT_EQUAL(quern_yield(), -ECANCELED);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_task_cancel(quern_task_self()), 0);
	(void)begin(0);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	/* What ended with the scope was its timeout, not the cancel. */
	return quern_yield();
}

static void
a_cancel_and_a_timeout_at_once_are_a_cancel(void)
{
	CU_ASSERT_EQUAL(run_alone(see_both, NULL), -ECANCELED);
}

static int
cancel_what_is_shielded(void *arg)
{
	quern_task *task = *(quern_task **)arg;

	say('c');
	return quern_task_cancel(task);
}

static int
await_shielded(void *unused)
{
	(void)unused;
	(void)begin(MS);
	CU_ASSERT_EQUAL(quern_shield_begin(), 0);
	CU_ASSERT_EQUAL(quern_shield_begin(), 0);
	/* The other task cancels this one meanwhile, and the time runs out. */
	CU_ASSERT_EQUAL(quern_sleep(3 * MS), 0);
	say('s');
	CU_ASSERT_EQUAL(quern_shield_end(), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_shield_end(), 0);
	CU_ASSERT_EQUAL(quern_yield(), -ECANCELED);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	return quern_timeout_end();
}

static void
a_shield_holds_back_what_would_interrupt(void)
{
	quern_task *task, *other;

	if (!tasks_open(1))
		return;
	spawn(&task, await_shielded, NULL);
	spawn(&other, cancel_what_is_shielded, &task);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "cs");
	CU_ASSERT_EQUAL(result_of(task), -ETIMEDOUT);
	CU_ASSERT_EQUAL(result_of(other), 0);
	rig_close(&task_rig);
}

/* ---- missing memory ---- */

static int
begin_with_faults(void *unused)
{
	int err, n = 0;

	(void)unused;
	do {
		faults_arm((unsigned long)++n, false);
		err = quern_timeout_begin(LONG);
		(void)faults_disarm();
		CU_ASSERT(err == 0 || err == -ENOMEM || err == -EMFILE);
		CU_ASSERT_EQUAL(quern_timeout_end(), err ? -EINVAL : 0);
	} while (err);
	return n;
}

static void
without_memory_or_a_descriptor_there_is_no_scope(void)
{
	/* The scope, the descriptor, and then there is all. */
	CU_ASSERT_EQUAL(run_alone(begin_with_faults, NULL), 3);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a timeout ends what is awaited",
		    a_timeout_ends_what_is_awaited },
		{ "who is in time hears nothing",
		    who_is_in_time_hears_nothing },
		{ "a timeout that nobody saw ends with its scope",
		    a_timeout_that_nobody_saw_ends_with_its_scope },
		{ "what a task leaves open ends with it",
		    what_a_task_leaves_open_ends_with_it },
		{ "scopes nest", scopes_nest },
		{ "what cannot be is refused", what_cannot_be_is_refused },
		{ "a timeout cancels the job and waits for its end",
		    a_timeout_cancels_the_job_and_waits_for_its_end },
		{ "a cancel and a timeout at once are a cancel",
		    a_cancel_and_a_timeout_at_once_are_a_cancel },
		{ "a shield holds back what would interrupt",
		    a_shield_holds_back_what_would_interrupt },
		{ "without memory or a descriptor there is no scope",
		    without_memory_or_a_descriptor_there_is_no_scope },
		CU_TEST_INFO_NULL,
	};

	add_suite("timeout scopes and shields", tests);
	return run_suites();
}
