/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_asyncio_timeouts.c -- what CPython tests of timeout and wait_for, with
 * timeout scopes.
 */
#include <errno.h>
#include <math.h>
#include <quern/together.h>

#include "spawned.h"
#include "src/clock.h"

static void
open_scope(double seconds)
{
	CU_ASSERT_EQUAL(quern_timeout_begin(seconds), 0);
}

/* Keep the loop's thread, so that all that is due meanwhile comes at once. */
static void
keep_busy(double seconds)
{
	uint64_t until_ns = quern__now_ns() + (uint64_t)(seconds * 1e9);

	while (!quern__passed(until_ns))
		;
}

/* ---- timeout ---- */

static int
sleep_in_scope(void *arg)
{
	const double *seconds = arg; /* of the scope, of the sleep */
	int slept;

	open_scope(seconds[0]);
	slept = quern_sleep(seconds[1]);
	CU_ASSERT_EQUAL(quern_timeout_end(), slept);
	return slept;
}

static void
timeout_basic(void)
{
	double seconds[] = { 5 * MS, LONG };

	CU_ASSERT_EQUAL(run_alone(sleep_in_scope, seconds), -ETIMEDOUT);
}

static void
timeout_not_called(void)
{
	double seconds[] = { LONG, MS };

	CU_ASSERT_EQUAL(run_alone(sleep_in_scope, seconds), 0);
}

static void
timeout_disabled(void)
{
	double seconds[] = { INFINITY, MS };

	CU_ASSERT_EQUAL(run_alone(sleep_in_scope, seconds), 0);
}

static void
timeout_zero(void)
{
	double seconds[] = { 0, LONG };

	CU_ASSERT_EQUAL(run_alone(sleep_in_scope, seconds), -ETIMEDOUT);
}

static void
timeout_in_the_past(void)
{
	double seconds[] = { -11, LONG };

	CU_ASSERT_EQUAL(run_alone(sleep_in_scope, seconds), -ETIMEDOUT);
}

/* Even what would not have waited: the scope was over before it. */
static int
await_done_in_zero(void *unused)
{
	struct napper napper = { 0, 3, 0 };
	quern_task *task;
	int result = 0, err;

	(void)unused;
	spawn(&task, nap_and_return, &napper);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	open_scope(0);
	err = quern_join(task, &result);
	/* In time or not, but one of the two. */
	if (err)
		CU_ASSERT_EQUAL(err, -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	return err ? result_of(task) : result;
}

static void
timeout_zero_of_what_is_done(void)
{
	CU_ASSERT_EQUAL(run_alone(await_done_in_zero, NULL), 3);
}

/* An error that is not the timeout's passes through. */
static int
fail_in_scope(void *unused)
{
	struct napper napper = { 0, -EIO, 0 };
	quern_task *task;
	int result;

	(void)unused;
	open_scope(LONG);
	spawn(&task, nap_and_return, &napper);
	result = result_of(task);
	CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	return result;
}

static void
foreign_exception_passed(void)
{
	CU_ASSERT_EQUAL(run_alone(fail_in_scope, NULL), -EIO);
}

static int
be_cancelled_in_scope(void *unused)
{
	int slept;

	(void)unused;
	open_scope(LONG);
	slept = quern_sleep(LONG);
	/* It was not this one. */
	CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	return slept;
}

static void
foreign_cancel_does_not_time_out(void)
{
	CU_ASSERT_EQUAL(run_cancelled(be_cancelled_in_scope, NULL), -ECANCELED);
}

/* Cleaning up after a cancel may take a limited time. */
static int
limit_cleaning_up(void *unused)
{
	int slept;

	(void)unused;
	slept = quern_sleep(LONG);
	CU_ASSERT_EQUAL(slept, -ECANCELED);
	open_scope(MS);
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	return slept;
}

static void
timeout_after_cancellation(void)
{
	CU_ASSERT_EQUAL(run_cancelled(limit_cleaning_up, NULL), -ECANCELED);
}

/* And be cancelled within it. */
static int
be_cancelled_cleaning_up(void *unused)
{
	int slept;

	(void)unused;
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ECANCELED);
	open_scope(LONG);
	CU_ASSERT_EQUAL(quern_task_cancel(quern_task_self()), 0);
	slept = quern_sleep(LONG);
	CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	return slept;
}

static void
cancel_in_timeout_after_cancellation(void)
{
	CU_ASSERT_EQUAL(
	    run_cancelled(be_cancelled_cleaning_up, NULL), -ECANCELED);
}

/* ---- nested ---- */

struct nest {
	double outer, inner, busy; /* seconds */
	int outer_says, inner_says;
};

static int
sleep_in_nest(void *arg)
{
	struct nest *nest = arg;
	int slept;

	open_scope(nest->outer);
	open_scope(nest->inner);
	if (nest->busy > 0)
		keep_busy(nest->busy);
	slept = quern_sleep(LONG);
	CU_ASSERT_EQUAL(quern_timeout_end(), nest->inner_says);
	/* What has interrupted the outer one, too, or would. */
	if (nest->outer_says && nest->inner_says)
		CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), nest->outer_says);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	return slept;
}

static void
check_nest(struct nest nest)
{
	CU_ASSERT_EQUAL(run_alone(sleep_in_nest, &nest), -ETIMEDOUT);
}

static void
nested_inner_first(void)
{
	check_nest((struct nest) { LONG, MS, 0, 0, -ETIMEDOUT });
}

static void
nested_outer_first(void)
{
	check_nest((struct nest) { MS, LONG, 0, -ETIMEDOUT, 0 });
}

static void
nested_one_after_the_other(void)
{
	check_nest((struct nest) { 20 * MS, MS, 0, -ETIMEDOUT, -ETIMEDOUT });
}

/* Both were over when the loop came to look. */
static int
let_both_run_out(void *inner)
{
	int slept;

	open_scope(2 * MS);
	open_scope(*(double *)inner);
	keep_busy(5 * MS);
	slept = quern_sleep(LONG);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	return slept;
}

static void
nested_loop_busy(void)
{
	double inner[] = { MS, 2 * MS, 3 * MS };

	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(
		    run_alone(let_both_run_out, &inner[i]), -ETIMEDOUT);
}

/* While nothing could interrupt it: it hears of each, the inner one first. */
static int
be_shielded_from_both(void *inner)
{
	open_scope(2 * MS);
	open_scope(*(double *)inner);
	CU_ASSERT_EQUAL(quern_shield_begin(), 0);
	CU_ASSERT_EQUAL(quern_sleep(4 * MS), 0);
	CU_ASSERT_EQUAL(quern_shield_end(), 0);
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_sleep(LONG), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_sleep(MS), 0);
	return quern_timeout_end();
}

static void
nested_both_unheard(void)
{
	double inner[] = { 0, MS, 2 * MS, 3 * MS };

	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(
		    run_alone(be_shielded_from_both, &inner[i]), -ETIMEDOUT);
}

static int
be_cancelled_in_nest(void *unused)
{
	int slept;

	(void)unused;
	open_scope(LONG);
	open_scope(LONG);
	slept = quern_sleep(LONG);
	CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	CU_ASSERT_EQUAL(quern_timeout_end(), 0);
	return slept;
}

static void
outer_task_is_cancelled(void)
{
	CU_ASSERT_EQUAL(run_cancelled(be_cancelled_in_nest, NULL), -ECANCELED);
}

int
main(void)
{
	static const CU_TestInfo timeouts[] = {
		{ "basic", timeout_basic },
		{ "not called", timeout_not_called },
		{ "disabled", timeout_disabled },
		{ "zero", timeout_zero },
		{ "in the past", timeout_in_the_past },
		{ "zero, of what is done", timeout_zero_of_what_is_done },
		{ "foreign exception passed", foreign_exception_passed },
		{ "foreign cancel does not time out",
		    foreign_cancel_does_not_time_out },
		{ "after cancellation", timeout_after_cancellation },
		{ "cancel in timeout after cancellation",
		    cancel_in_timeout_after_cancellation },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo nested[] = {
		{ "inner first", nested_inner_first },
		{ "outer first", nested_outer_first },
		{ "one after the other", nested_one_after_the_other },
		{ "loop busy", nested_loop_busy },
		{ "both unheard", nested_both_unheard },
		{ "outer task is cancelled", outer_task_is_cancelled },
		CU_TEST_INFO_NULL,
	};

	add_suite("asyncio: timeout", timeouts);
	add_suite("asyncio: nested timeouts", nested);
	return run_suites();
}
