/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_asyncio_as_completed.c -- what CPython tests of as_completed, with
 * quern_task_group_next().
 */
#include <errno.h>
#include <quern/together.h>

#include "spawned.h"

enum { MOST = 3, UNTOUCHED = 99 };

/* Returns what its members returned, digit by digit, as they ended. */
static int
take_as_completed(void *arg)
{
	struct napper *napper = arg;
	int digits = 0, result, err;
	quern_task_group group;

	quern_task_group_init(&group);
	for (int i = 0; i < MOST; i++)
		CU_ASSERT_EQUAL(
		    quern_task_group_spawn(&group, nap_and_return, &napper[i]),
		    0);
	while ((err = quern_task_group_next(&group, NULL, &result)) == 0)
		digits = digits * 10 + result;
	CU_ASSERT_EQUAL(err, -ENOENT);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return digits;
}

static void
as_completed_in_order(void)
{
	/* Far apart: one that sleeps longer ends later whatever happens. */
	struct napper napper[MOST] = { { 20 * MS, 3, 0 }, { 0, 1, 0 },
		{ 10 * MS, 2, 0 } };

	CU_ASSERT_EQUAL(run_alone(take_as_completed, napper), 123);
}

/* As many as have ended before anybody asks, in that order. */
static void
as_completed_concurrent(void)
{
	struct napper napper[MOST] = { { 0, 1, 0 }, { 0, 2, 0 }, { 0, 3, 0 } };

	CU_ASSERT_EQUAL(run_alone(take_as_completed, napper), 123);
}

static int
take_none(void *unused)
{
	quern_task_group group;

	(void)unused;
	quern_task_group_init(&group);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return quern_task_group_next(&group, NULL, NULL);
}

static void
as_completed_empty(void)
{
	CU_ASSERT_EQUAL(run_alone(take_none, NULL), -ENOENT);
}

static int
take_with_limit(void *unused)
{
	struct napper napper = { 5 * MS, 6, 0 };
	quern_task_group group;
	int result = UNTOUCHED;

	(void)unused;
	quern_task_group_init(&group);
	CU_ASSERT_EQUAL(
	    quern_task_group_spawn(&group, nap_and_return, &napper), 0);
	CU_ASSERT_EQUAL(quern_timeout_begin(0), 0);
	CU_ASSERT_EQUAL(
	    quern_task_group_next(&group, NULL, &result), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	CU_ASSERT_EQUAL(result, UNTOUCHED);
	/* The member goes on. */
	CU_ASSERT_EQUAL(quern_task_group_next(&group, NULL, &result), 0);
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return result;
}

static void
as_completed_with_timeout(void)
{
	CU_ASSERT_EQUAL(run_alone(take_with_limit, NULL), 6);
}

/* One function with one argument, three times. */
static int
take_duplicates(void *unused)
{
	struct napper napper = { 0, 2, 0 };
	quern_task_group group;
	int sum = 0, result;
	void *arg;

	(void)unused;
	quern_task_group_init(&group);
	for (int i = 0; i < MOST; i++)
		CU_ASSERT_EQUAL(
		    quern_task_group_spawn(&group, nap_and_return, &napper), 0);
	while (quern_task_group_next(&group, &arg, &result) == 0) {
		CU_ASSERT_PTR_EQUAL(arg, &napper);
		sum += result;
	}
	CU_ASSERT_EQUAL(quern_task_group_wait(&group), 0);
	return sum;
}

static void
as_completed_duplicates(void)
{
	CU_ASSERT_EQUAL(run_alone(take_duplicates, NULL), 2 * MOST);
}

int
main(void)
{
	static const CU_TestInfo as_completed[] = {
		{ "in order", as_completed_in_order },
		{ "concurrent", as_completed_concurrent },
		{ "empty", as_completed_empty },
		{ "with timeout", as_completed_with_timeout },
		{ "duplicates", as_completed_duplicates },
		CU_TEST_INFO_NULL,
	};

	add_suite("asyncio: as_completed", as_completed);
	return run_suites();
}
