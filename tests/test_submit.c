/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_submit.c -- what is refused, what is taken, and in which order it runs.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <quern/quern.h>
#include <string.h>

#include "support.h"

static int
return_it(quern_context *ctx, void *value)
{
	(void)ctx;
	return *(int *)value;
}

/* ---- refused ---- */

struct bad {
	const char *what;
	double timeout;
	int priority;
	uint32_t reserved;
	quern_op op;
};

/* `job` has ended with 7 and cannot be submitted again as `bad` says. */
static void
check_refused(struct rig *rig, quern_job *job, const struct bad *bad)
{
	quern_stats before, after;
	int told = *(int *)job->data;

	job->timeout = bad->timeout;
	job->priority = bad->priority;
	job->reserved = bad->reserved;
	job->op = bad->op;
	CU_ASSERT_EQUAL(quern_executor_stats(rig->executor, &before), 0);
	if (quern_submit(rig->loop, job) != -EINVAL)
		CU_FAIL(bad->what);
	CU_ASSERT_EQUAL(quern_submit_many(rig->loop, &job, 1), -EINVAL);
	CU_ASSERT_EQUAL(quern_executor_stats(rig->executor, &after), 0);
	before.busy_ns = after.busy_ns; /* goes on until the worker sleeps */
	CU_ASSERT_EQUAL(memcmp(&before, &after, sizeof(after)), 0);
	CU_ASSERT_EQUAL(quern_loop_pending(rig->loop), 0);
	CU_ASSERT_EQUAL(quern_job_status(job), 7);
	CU_ASSERT_EQUAL(quern_job_progress(job), 1);
	CU_ASSERT_EQUAL(quern_cancel(job), -EALREADY);
	rig_run(rig);
	CU_ASSERT_EQUAL(*(int *)job->data, told);
}

static void
bad_jobs_are_refused_and_nothing_changes(void)
{
	int seven = 7, told = 0;
	const quern_op fine = quern_call(return_it, &seven);
	const struct bad table[] = {
		{ "a negative timeout", -1, 0, 0, fine },
		{ "minus infinity", -INFINITY, 0, 0, fine },
		{ "a timeout of NaN", NAN, 0, 0, fine },
		{ "priority 2", 0, QUERN_HIGH + 1, 0, fine },
		{ "priority -2", 0, QUERN_LOW - 1, 0, fine },
		{ "priority INT_MIN", 0, INT_MIN, 0, fine },
		{ "a reserved word", 0, 0, 1, fine },
		{ "no op", 0, 0, 0, { .kind = NULL } },
		{ "a call of NULL", 0, 0, 0, quern_call(NULL, NULL) },
		{ "a loop of NULL", 0, 0, 0, quern_for(9, 0, NULL, NULL) },
		{ "a kernel on NULL", 0, 0, 0, quern_sum_f64(NULL, NULL, 9) },
		{ "bytes without an arg", 0, 0, 0,
		    quern_with_arg(quern_call(return_it, NULL), 8) },
	};
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	counted_job(&job, fine, &told);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 1);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		check_refused(&rig, &job, &table[i]);
	rig_close(&rig);
}

static void
null_and_jobs_never_initialised_are_refused(void)
{
	static quern_job zeroed;
	quern_job job;
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	quern_job_init(NULL, quern_call(add_one, &ran), NULL);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(NULL, &job), -EINVAL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &zeroed), -EINVAL);
	CU_ASSERT_EQUAL(quern_submit_many(NULL, NULL, 0), -EINVAL);
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, NULL, 1), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_status(&zeroed), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_status(&job), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_status(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_progress(NULL), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 0);
	rig_close(&rig);
}

static void
a_job_in_flight_is_busy(void)
{
	static struct jam jam;
	quern_job job;
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	counted_job(&job, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), -EBUSY); /* waiting */
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &jam.job[0]), -EBUSY);
	CU_ASSERT_EQUAL(quern_job_status(&job), -EINPROGRESS);
	CU_ASSERT_EQUAL(quern_job_status(&jam.job[0]), -EINPROGRESS);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 2);
	jam_end(&jam);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1);
	CU_ASSERT_EQUAL(told, 1);
	rig_close(&rig);
}

/* ---- several in one step ---- */

enum { MANY = 60 };

struct many {
	struct rig rig;
	struct jam jam;
	quern_job job[MANY];
	quern_job *list[MANY];
	int ran, told;
};

/* A rig whose one worker is held, and a list of jobs to submit. */
static bool
many_open(struct many *many)
{
	*many = (struct many) { .ran = 0 };
	if (!rig_open(&many->rig, 1))
		return false;
	for (int i = 0; i < MANY; i++) {
		counted_job(&many->job[i], quern_call(add_one, &many->ran),
		    &many->told);
		many->list[i] = &many->job[i];
	}
	jam_begin(&many->jam, many->rig.loop, 1);
	return true;
}

/* Submit them: `result` is what that gives, `taken` how many are in flight. */
static void
many_submit(struct many *many, int result, int taken)
{
	CU_ASSERT_EQUAL(
	    quern_submit_many(many->rig.loop, many->list, MANY), result);
	CU_ASSERT_EQUAL(quern_loop_pending(many->rig.loop), (size_t)taken + 1);
	jam_end(&many->jam);
	rig_run(&many->rig);
	CU_ASSERT_EQUAL(many->told, taken);
	for (int i = taken; i < MANY; i++)
		CU_ASSERT_EQUAL(quern_job_status(&many->job[i]), -EINVAL);
}

static void
submit_many_takes_them_all(void)
{
	static struct many many;

	if (!many_open(&many))
		return;
	CU_ASSERT_EQUAL(quern_submit_many(many.rig.loop, many.list, 0), 0);
	CU_ASSERT_EQUAL(quern_submit_many(many.rig.loop, NULL, 0), 0);
	many_submit(&many, MANY, MANY);
	CU_ASSERT_EQUAL(many.ran, MANY);
	rig_close(&many.rig);
}

static void
submit_many_stops_at_the_first_bad_one(void)
{
	static struct many many;

	for (int bad = 0; bad < 3; bad++) {
		if (!many_open(&many))
			return;
		if (bad == 0)
			many.job[20].priority = 9;
		if (bad == 1)
			many.list[20] = NULL;
		if (bad == 2)
			many.list[20] = many.list[19]; /* in flight by then */
		many_submit(&many, 20, 20);
		CU_ASSERT_EQUAL(many.ran, 20);
		rig_close(&many.rig);
	}
}

static void
submit_many_gives_the_error_of_the_first(void)
{
	static struct many many;

	if (!many_open(&many))
		return;
	many.job[0].timeout = NAN;
	many_submit(&many, -EINVAL, 0);
	CU_ASSERT_EQUAL(many.ran, 0);
	rig_close(&many.rig);
}

static void
submit_many_spreads_over_executors(void)
{
	static struct many many;
	quern_executor *other, *closed;
	quern_stats stats;

	if (!many_open(&many))
		return;
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&other, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&closed, NULL), 0);
	CU_ASSERT_EQUAL(quern_executor_shutdown(closed, 0), 0);
	for (int i = 0; i < 50; i++)
		many.job[i].executor = i / 5 % 2 ? other : NULL;
	many.job[50].executor = closed;
	many_submit(&many, 50, 50);
	CU_ASSERT_EQUAL(quern_executor_stats(other, &stats), 0);
	CU_ASSERT_EQUAL(stats.done, 25);
	CU_ASSERT_EQUAL(quern_submit(many.rig.loop, many.list[50]), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_executor_destroy(other), 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(closed), 0);
	rig_close(&many.rig);
}

static void
open_gate_when_two_thirds_are_told(quern_loop *loop, quern_job *job, int status)
{
	struct many *many = job->data;

	(void)loop;
	(void)status;
	if (++many->told == 2 * MANY / 3)
		jam_end(&many->jam);
}

/* The worker is let go when those with a timeout have been told. */
static void
submit_many_heeds_each_timeout(void)
{
	static struct many many;

	if (!many_open(&many))
		return;
	for (int i = 0; i < MANY; i++) {
		quern_job_init(&many.job[i], quern_call(add_one, &many.ran),
		    open_gate_when_two_thirds_are_told);
		many.job[i].data = &many;
		many.job[i].timeout = i % 3 ? 1e-3 * (MANY - i) : 0;
	}
	CU_ASSERT_EQUAL(
	    quern_submit_many(many.rig.loop, many.list, MANY), MANY);
	rig_run(&many.rig);
	CU_ASSERT_EQUAL(many.told, MANY);
	CU_ASSERT_EQUAL(many.ran, MANY / 3);
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(
		    quern_job_status(&many.job[i]), i % 3 ? -ETIMEDOUT : 0);
	rig_close(&many.rig);
}

/* ---- what done is given ---- */

static void
positive_values_are_delivered(void)
{
	int value[] = { 0, 1, 7, INT_MAX, -1, -EIO, INT_MIN };
	enum { N = sizeof(value) / sizeof(*value) };
	quern_job job[N];
	quern_stats stats;
	struct rig rig;
	int told = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < N; i++) {
		counted_job(&job[i], quern_call(return_it, &value[i]), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, N);
	for (int i = 0; i < N; i++)
		CU_ASSERT_EQUAL(quern_job_status(&job[i]), value[i]);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.done, 4);
	CU_ASSERT_EQUAL(stats.failed, 3);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "bad jobs are refused and nothing changes",
		    bad_jobs_are_refused_and_nothing_changes },
		{ "NULL and jobs never initialised are refused",
		    null_and_jobs_never_initialised_are_refused },
		{ "a job in flight is busy", a_job_in_flight_is_busy },
		{ "submit_many takes them all", submit_many_takes_them_all },
		{ "submit_many stops at the first bad one",
		    submit_many_stops_at_the_first_bad_one },
		{ "submit_many gives the error of the first",
		    submit_many_gives_the_error_of_the_first },
		{ "submit_many spreads over executors",
		    submit_many_spreads_over_executors },
		{ "submit_many heeds each timeout",
		    submit_many_heeds_each_timeout },
		{ "positive values are delivered",
		    positive_values_are_delivered },
		CU_TEST_INFO_NULL,
	};

	add_suite("submit", tests);
	return run_suites();
}
