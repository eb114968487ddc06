/* SPDX-License-Identifier: BSD-2-Clause */
/* test_asyncio_shields.c -- what CPython tests of shield. */
#include <errno.h>

#include "spawned.h"

static int
sleep_shielded(void *arg)
{
	struct napper *napper = arg;

	CU_ASSERT_EQUAL(quern_shield_begin(), 0);
	(void)nap_and_return(napper);
	CU_ASSERT_EQUAL(quern_shield_end(), 0);
	return napper->returns;
}

static void
shield_result(void)
{
	struct napper napper = { MS, 6, 0 };

	CU_ASSERT_EQUAL(run_alone(sleep_shielded, &napper), 6);
}

static void
shield_exception(void)
{
	struct napper napper = { MS, -EIO, 0 };

	CU_ASSERT_EQUAL(run_alone(sleep_shielded, &napper), -EIO);
}

/* What is shielded comes to its end; the cancel is seen after that. */
static int
sleep_shielded_then_not(void *arg)
{
	struct napper *napper = arg;

	CU_ASSERT_EQUAL(sleep_shielded(napper), napper->returns);
	CU_ASSERT_EQUAL(napper->slept, 0);
	return quern_sleep(LONG);
}

static void
shield_cancel_outer(void)
{
	struct napper napper = { 5 * MS, 3, 0 };

	CU_ASSERT_EQUAL(
	    run_cancelled(sleep_shielded_then_not, &napper), -ECANCELED);
}

/* A shielded task that another cancels is not protected by our shield. */
static int
join_shielded(void *unused)
{
	struct napper napper = { LONG, 0, 0 };
	quern_task *task, *killer;
	int result;

	(void)unused;
	spawn(&task, nap_and_return, &napper);
	spawn(&killer, cancel_it, &task);
	CU_ASSERT_EQUAL(quern_shield_begin(), 0);
	result = result_of(task);
	CU_ASSERT_EQUAL(quern_shield_end(), 0);
	CU_ASSERT_EQUAL(result_of(killer), 0);
	return result;
}

static void
shield_cancel_inner(void)
{
	CU_ASSERT_EQUAL(run_alone(join_shielded, NULL), -ECANCELED);
}

static int
gather_shielded(void *count)
{
	const quern_op ops[] = { quern_call(add_one, count),
		quern_call(add_one, count) };
	int statuses[2] = { -1, -1 };

	CU_ASSERT_EQUAL(quern_task_cancel(quern_task_self()), 0);
	CU_ASSERT_EQUAL(quern_shield_begin(), 0);
	CU_ASSERT_EQUAL(quern_gather(ops, 2, statuses), 0);
	CU_ASSERT_EQUAL(quern_shield_end(), 0);
	CU_ASSERT(statuses[0] >= 0 && statuses[1] >= 0);
	CU_ASSERT_EQUAL(quern_gather(ops, 2, statuses), -ECANCELED);
	CU_ASSERT_EQUAL(statuses[1], -ECANCELED);
	return *(int *)count;
}

static void
shield_gather(void)
{
	int count = 0;

	CU_ASSERT_EQUAL(run_alone(gather_shielded, &count), 2);
}

int
main(void)
{
	static const CU_TestInfo shields[] = {
		{ "result", shield_result },
		{ "exception", shield_exception },
		{ "cancel outer", shield_cancel_outer },
		{ "cancel inner", shield_cancel_inner },
		{ "gather", shield_gather },
		CU_TEST_INFO_NULL,
	};

	add_suite("asyncio: shield", shields);
	return run_suites();
}
