/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sync_ends.c -- tests quern_run() in src/sync.c: shutdown, no memory, and
 * what it leaves behind.
 */
#include <errno.h>
#include <math.h>

#include "support.h"
#include "still_cores.h"

static int
return_result(quern_context *ctx, void *result)
{
	(void)ctx;
	return *(int *)result;
}

/* `arg` counts blocks. */
static void
count_blocks(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	__atomic_fetch_add((int *)arg, 1, __ATOMIC_RELAXED);
}

static void
after_a_shutdown_nothing_is_run(void)
{
	quern_executor *executor = open_executor(1);
	int blocks = 0, result = 7;

	CU_ASSERT_EQUAL(quern_executor_shutdown(executor, INFINITY), 0);
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_for(1000, 1, count_blocks, &blocks)),
	    -ESHUTDOWN);
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_for(1, 1, count_blocks, &blocks)),
	    -ESHUTDOWN);
	CU_ASSERT_EQUAL(blocks, 0);
	CU_ASSERT_EQUAL(quern_run(executor, quern_call(return_result, &result)),
	    -ESHUTDOWN);
	/* Bad arguments come first. */
	CU_ASSERT_EQUAL(quern_run(executor, quern_call(NULL, NULL)), -EINVAL);
	end_executor(executor);
}

struct breaker {
	quern_executor *executor;
	int result;
	int blocks; /* atomic */
	bool stop;
};

static void
shut_down_in_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct breaker *breaker = arg;

	(void)begin;
	(void)end;
	__atomic_fetch_add(&breaker->blocks, 1, __ATOMIC_RELAXED);
	(void)quern_executor_shutdown(breaker->executor, 0);
	(void)ctx;
}

static int
shut_down_in_call(quern_context *ctx, void *arg)
{
	struct breaker *breaker = arg;

	(void)quern_executor_shutdown(breaker->executor, 0);
	breaker->stop = quern_should_stop(ctx);
	return breaker->result;
}

static void
a_shutdown_stops_what_is_being_run(void)
{
	struct breaker many = { open_executor(1), 0, 0, false };
	struct breaker one = { open_executor(1), 0, 0, false };
	struct breaker negative = { open_executor(1), -EIO, 0, false };
	struct breaker positive = { open_executor(1), 5, 0, false };

	CU_ASSERT_EQUAL(quern_run(many.executor,
			    quern_for(1000, 1, shut_down_in_block, &many)),
	    -ESHUTDOWN);
	CU_ASSERT_TRUE(many.blocks <= 2); /* the caller's, the worker's */
	/* A loop whose blocks all ran is 0. */
	CU_ASSERT_EQUAL(
	    quern_run(one.executor, quern_for(1, 1, shut_down_in_block, &one)),
	    0);
	/* A call that failed has the reason; else its result stays. */
	CU_ASSERT_EQUAL(quern_run(negative.executor,
			    quern_call(shut_down_in_call, &negative)),
	    -ESHUTDOWN);
	CU_ASSERT_TRUE(negative.stop);
	CU_ASSERT_EQUAL(quern_run(positive.executor,
			    quern_call(shut_down_in_call, &positive)),
	    5);
	end_executor(many.executor);
	end_executor(one.executor);
	end_executor(negative.executor);
	end_executor(positive.executor);
}

static int
try_destroy(quern_context *ctx, void *executor)
{
	(void)ctx;
	return quern_executor_destroy(executor);
}

static void
an_executor_that_runs_something_cannot_be_destroyed(void)
{
	quern_executor *executor = open_executor(1);

	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_call(try_destroy, executor)), -EBUSY);
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_call(try_destroy, executor)), -EBUSY);
	end_executor(executor);
}

static void
identity(void *acc, void *arg)
{
	*(int *)acc = 0;
	(void)arg;
}

static void
count_elements(
    quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	*(int *)acc += (int)(end - begin);
}

static void
add_counts(void *acc, const void *right, void *arg)
{
	(void)arg;
	*(int *)acc += *(const int *)right;
}

static const quern_reducer counting = { sizeof(int), identity, count_elements,
	add_counts };

static void
without_memory_for_accumulators_it_is_enomem(void)
{
	quern_executor *executor = open_executor(1);
	int result = 77;
	quern_op op = quern_reduce(100, 1, &counting, NULL, &result);

	for (int i = 0; i < 2; i++) {
		quern_executor *where = i ? executor : NULL;

		result = 77;
		faults_arm(1, true);
		CU_ASSERT_EQUAL(quern_run(where, op), -ENOMEM);
		(void)faults_disarm();
		CU_ASSERT_EQUAL(result, 77);
		CU_ASSERT_EQUAL(quern_run(where, op), 0);
		CU_ASSERT_EQUAL(result, 100);
	}
	end_executor(executor);
}

static void
loops_and_calls_allocate_nothing(void)
{
	quern_executor *executor = open_executor(1);
	int blocks = 0, result_of_call = 0;
	long alive = faults_alive();

	faults_arm(0, false);
	for (int i = 0; i < 2; i++) {
		quern_executor *where = i ? executor : NULL;

		CU_ASSERT_EQUAL(
		    quern_run(where, quern_for(100, 1, count_blocks, &blocks)),
		    0);
		CU_ASSERT_EQUAL(quern_run(where,
				    quern_call(return_result, &result_of_call)),
		    0);
	}
	CU_ASSERT_EQUAL(faults_disarm(), 0);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	end_executor(executor);
}

static void
errno_stays_the_callers(void)
{
	quern_executor *executor;
	int blocks = 0, result_of_call = -EIO;
	int result;

	errno = E2BIG;
	executor = open_executor(2);
	CU_ASSERT_EQUAL(errno, E2BIG);
	for (int i = 0; i < 2; i++) {
		quern_executor *where = i ? executor : NULL;

		quern_op reduction =
		    quern_reduce(100, 1, &counting, NULL, &result);
		int status[] = {
			quern_run(
			    where, quern_for(100, 1, count_blocks, &blocks)),
			quern_run(
			    where, quern_call(return_result, &result_of_call)),
			quern_run(where, quern_call(NULL, NULL)),
			quern_run(where, reduction),
		};

		CU_ASSERT_EQUAL(errno, E2BIG);
		CU_ASSERT_EQUAL(status[0], 0);
		CU_ASSERT_EQUAL(status[1], -EIO);
		CU_ASSERT_EQUAL(status[2], -EINVAL);
		CU_ASSERT_EQUAL(status[3], 0);
	}
	end_executor(executor);
	CU_ASSERT_EQUAL(errno, E2BIG);
	errno = 0;
}

int
main(void)
{
	static const CU_TestInfo ends[] = {
		{ "after a shutdown nothing is run",
		    after_a_shutdown_nothing_is_run },
		{ "a shutdown stops what is being run",
		    a_shutdown_stops_what_is_being_run },
		{ "an executor that runs something cannot be destroyed",
		    an_executor_that_runs_something_cannot_be_destroyed },
		{ "without memory for accumulators it is -ENOMEM",
		    without_memory_for_accumulators_it_is_enomem },
		{ "loops and calls allocate nothing",
		    loops_and_calls_allocate_nothing },
		{ "errno stays the caller's", errno_stays_the_callers },
		CU_TEST_INFO_NULL,
	};

	add_suite("run: ends", ends);
	return run_suites();
}
