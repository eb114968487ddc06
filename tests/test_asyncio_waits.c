/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_asyncio_waits.c -- what CPython tests of gather and wait, with what
 * takes their places here: quern_gather(), quern_join_all(),
 * quern_wait_first().
 */
#include <errno.h>
#include <quern/together.h>

#include "spawned.h"

enum { MOST = 3, UNTOUCHED = 99 };

static int
give_back(quern_context *ctx, void *status)
{
	(void)ctx;
	return *(int *)status;
}

/* ---- gather ---- */

static int
gather_some(void *given)
{
	int *give = given, statuses[MOST] = { UNTOUCHED, UNTOUCHED, UNTOUCHED };
	const quern_op ops[MOST] = { quern_call(give_back, &give[0]),
		quern_call(give_back, &give[1]),
		quern_call(give_back, &give[2]) };
	int err = quern_gather(ops, MOST, statuses);

	for (int i = 0; i < MOST; i++)
		CU_ASSERT_EQUAL(statuses[i], give[i]);
	return err;
}

static void
gather_success(void)
{
	int give[MOST] = { 3, 0, 1 };

	CU_ASSERT_EQUAL(run_alone(gather_some, give), 0);
}

/* The others go on, and each tells what it came to. */
static void
gather_one_exception(void)
{
	int give[MOST] = { 3, -EIO, 1 };

	CU_ASSERT_EQUAL(run_alone(gather_some, give), -EIO);
}

static void
gather_several_exceptions(void)
{
	int give[MOST] = { 3, -EDOM, -EIO };

	CU_ASSERT_EQUAL(run_alone(gather_some, give), -EDOM);
}

/* One that ends as if cancelled is one that failed. */
static void
gather_one_cancellation(void)
{
	int give[MOST] = { 3, 0, -ECANCELED };

	CU_ASSERT_EQUAL(run_alone(gather_some, give), -ECANCELED);
}

static int
gather_none(void *unused)
{
	int status = UNTOUCHED;

	(void)unused;
	CU_ASSERT_EQUAL(quern_gather(NULL, 0, NULL), 0);
	CU_ASSERT_EQUAL(quern_gather(NULL, 0, &status), 0);
	return status;
}

static void
gather_empty_sequence(void)
{
	CU_ASSERT_EQUAL(run_alone(gather_none, NULL), UNTOUCHED);
}

static int
gather_twice_the_same(void *unused)
{
	int count = 0;
	const quern_op op = quern_call(add_one, &count);
	const quern_op ops[] = { op, op, op };

	(void)unused;
	CU_ASSERT_EQUAL(quern_gather(ops, 3, NULL), 0);
	return count;
}

/* Each runs as often as it is there. */
static void
gather_duplicates(void)
{
	CU_ASSERT_EQUAL(run_alone(gather_twice_the_same, NULL), 3);
}

static int
cancel_gathering(void *unused)
{
	static int give[MOST];
	quern_task *task;

	(void)unused;
	spawn(&task, gather_some, give);
	/* Before it begins. */
	for (int i = 0; i < MOST; i++)
		give[i] = -ECANCELED;
	CU_ASSERT_EQUAL(quern_task_cancel(task), 0);
	return result_of(task);
}

static void
gather_cancellation_broadcast(void)
{
	CU_ASSERT_EQUAL(run_alone(cancel_gathering, NULL), -ECANCELED);
}

/* ---- gather, of tasks ---- */

static void
start(quern_task *task[], struct napper napper[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		spawn(&task[i], nap_and_return, &napper[i]);
}

static int
join_all(void *napper)
{
	quern_task *task[MOST];
	int results[MOST], err;

	start(task, napper, MOST);
	err = quern_join_all(task, MOST, results);
	for (int i = 0; i < MOST; i++) {
		CU_ASSERT_PTR_NULL(task[i]);
		CU_ASSERT_EQUAL(
		    results[i], ((struct napper *)napper)[i].returns);
	}
	return err;
}

/* In the order of the list, not in that of their ends. */
static void
gather_tasks_success(void)
{
	struct napper napper[MOST] = { { 3 * MS, 3, 0 }, { 0, 4, 0 },
		{ MS, -EIO, 0 } };

	CU_ASSERT_EQUAL(run_alone(join_all, napper), 0);
}

static int
join_all_of_one_cancelled(void *unused)
{
	struct napper napper[2] = { { LONG, 0, 0 }, { MS, 5, 0 } };
	quern_task *task[2];
	int results[2];

	(void)unused;
	start(task, napper, 2);
	CU_ASSERT_EQUAL(quern_task_cancel(task[0]), 0);
	CU_ASSERT_EQUAL(quern_join_all(task, 2, results), 0);
	CU_ASSERT_EQUAL(results[0], -ECANCELED);
	return results[1];
}

static void
gather_tasks_one_cancellation(void)
{
	CU_ASSERT_EQUAL(run_alone(join_all_of_one_cancelled, NULL), 5);
}

/* ---- wait ---- */

/* Wait for the first of two, then end both. */
static int
wait_for_first(void *arg)
{
	struct napper *napper = arg;
	quern_task *task[2];
	size_t index = UNTOUCHED;
	int err;

	start(task, napper, 2);
	err = quern_wait_first(task, 2, &index);
	(void)quern_task_cancel(task[0]);
	(void)quern_task_cancel(task[1]);
	CU_ASSERT_EQUAL(quern_join_all(task, 2, NULL), 0);
	return err ? err : (int)index;
}

static void
wait_first_completed(void)
{
	struct napper napper[2] = { { LONG, 0, 0 }, { MS, 0, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_first, napper), 1);
	CU_ASSERT_EQUAL(napper[0].slept, -ECANCELED);
	CU_ASSERT_EQUAL(napper[1].slept, 0);
}

/* One that fails has ended. */
static void
wait_first_exception(void)
{
	struct napper napper[2] = { { LONG, 0, 0 }, { MS, -EIO, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_first, napper), 1);
}

static void
wait_really_done(void)
{
	struct napper napper[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

	CU_ASSERT_EQUAL(run_alone(wait_for_first, napper), 0);
	CU_ASSERT_EQUAL(napper[0].slept, 0);
}

static int
wait_for_none(void *unused)
{
	quern_task *task[2] = { NULL, NULL };
	size_t index;

	(void)unused;
	CU_ASSERT_EQUAL(quern_wait_first(NULL, 0, &index), -ENOENT);
	return quern_wait_first(task, 2, &index);
}

static void
wait_empty(void)
{
	CU_ASSERT_EQUAL(run_alone(wait_for_none, NULL), -ENOENT);
}

static int
wait_for_one_twice(void *unused)
{
	struct napper napper = { MS, 7, 0 };
	quern_task *task[2];
	size_t index = UNTOUCHED;

	(void)unused;
	start(task, &napper, 1);
	task[1] = task[0];
	CU_ASSERT_EQUAL(quern_wait_first(task, 2, &index), 0);
	CU_ASSERT_EQUAL(index, 0);
	/* And nobody stands for it any more. */
	return result_of(task[0]);
}

static void
wait_duplicates(void)
{
	CU_ASSERT_EQUAL(run_alone(wait_for_one_twice, NULL), 7);
}

static int
wait_with_limit(void *seconds)
{
	struct napper napper[2] = { { LONG, 0, 0 }, { 5 * MS, 4, 0 } };
	double limit = *(double *)seconds;
	quern_task *task[2];
	size_t index = UNTOUCHED;
	int err;

	start(task, napper, 2);
	CU_ASSERT_EQUAL(quern_timeout_begin(limit), 0);
	err = quern_wait_first(task, 2, &index);
	CU_ASSERT_EQUAL(quern_timeout_end(), err);
	/* It has interrupted nobody else. */
	CU_ASSERT_EQUAL(result_of(task[1]), 4);
	CU_ASSERT_EQUAL(quern_task_cancel(task[0]), 0);
	CU_ASSERT_EQUAL(result_of(task[0]), -ECANCELED);
	return err ? err : (int)index;
}

static void
wait_with_timeout(void)
{
	double seconds = 0;

	CU_ASSERT_EQUAL(run_alone(wait_with_limit, &seconds), -ETIMEDOUT);
}

static void
wait_with_unused_timeout(void)
{
	double seconds = LONG;

	CU_ASSERT_EQUAL(run_alone(wait_with_limit, &seconds), 1);
}

int
main(void)
{
	static const CU_TestInfo gather[] = {
		{ "success", gather_success },
		{ "one exception", gather_one_exception },
		{ "several exceptions", gather_several_exceptions },
		{ "one cancellation", gather_one_cancellation },
		{ "empty sequence", gather_empty_sequence },
		{ "duplicates", gather_duplicates },
		{ "cancellation broadcast", gather_cancellation_broadcast },
		{ "of tasks: success", gather_tasks_success },
		{ "of tasks: one cancellation", gather_tasks_one_cancellation },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo wait[] = {
		{ "first completed", wait_first_completed },
		{ "first exception", wait_first_exception },
		{ "really done", wait_really_done },
		{ "empty", wait_empty },
		{ "duplicates", wait_duplicates },
		{ "with timeout", wait_with_timeout },
		{ "with unused timeout", wait_with_unused_timeout },
		CU_TEST_INFO_NULL,
	};

	add_suite("asyncio: gather", gather);
	add_suite("asyncio: wait", wait);
	return run_suites();
}
