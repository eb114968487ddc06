/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_processes.c -- an executor of processes: the same ops, jobs, groups and
 * tasks as on threads.
 */
#include <errno.h>
#include <quern/quern.h>
#include <unistd.h>

#include "support.h"
#include "watchdog.h"

enum { WORKERS = 2, MANY = 100000 };

static int
return_pid(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return (int)getpid();
}
QUERN_REGISTER(return_pid)

static int
add_one_to(quern_context *ctx, void *arg)
{
	(void)ctx;
	++*(long *)arg;
	return 3;
}
QUERN_REGISTER(add_one_to)

static int
not_registered(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 0;
}

static bool
open_processes(quern_executor **executor)
{
	quern_processes_options options;
	int err;

	watchdog("processes", 0);
	quern_processes_options_init(&options);
	options.workers = WORKERS;
	err = quern_processes_create(executor, &options);
	CU_ASSERT_EQUAL(err, 0);
	return !err;
}

static void
close_processes(quern_executor *executor)
{
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

static void
a_call_runs_in_another_process(void)
{
	quern_executor *executor;
	int pid;

	if (!open_processes(&executor))
		return;
	pid = quern_run(executor, quern_call(return_pid, NULL));
	CU_ASSERT(pid > 0);
	CU_ASSERT_NOT_EQUAL(pid, (int)getpid());
	close_processes(executor);
}

static void
an_argument_goes_there_and_comes_back(void)
{
	quern_executor *executor;
	long number = 41;

	if (!open_processes(&executor))
		return;
	CU_ASSERT_EQUAL(quern_run(executor,
			    quern_with_arg(quern_call(add_one_to, &number),
				sizeof(number))),
	    3);
	CU_ASSERT_EQUAL(number, 42);
	close_processes(executor);
}

static void
what_a_worker_cannot_see_is_refused(void)
{
	quern_executor *executor;
	long number = 41;

	if (!open_processes(&executor))
		return;
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_call(not_registered, NULL)), -ENOEXEC);
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_call(add_one_to, &number)), -EFAULT);
	CU_ASSERT_EQUAL(number, 41);
	close_processes(executor);
}

/* ---- loops ---- */

static void
kernels_give_the_same_bits(void)
{
	static double in[MANY], out[MANY], expected[MANY];
	quern_executor *executor;
	double sum, same;
	size_t wrong = 0;

	for (size_t i = 0; i < MANY; i++)
		in[i] = 1.0 / (double)(i + 1);
	if (!open_processes(&executor))
		return;
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_pow_f64(expected, in, 1.5, MANY)), 0);
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_pow_f64(out, in, 1.5, MANY)), 0);
	for (size_t i = 0; i < MANY; i++)
		wrong += out[i] != expected[i];
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_sum_f64(&same, in, MANY)), 0);
	CU_ASSERT_EQUAL(quern_run(executor, quern_sum_f64(&sum, in, MANY)), 0);
	CU_ASSERT_EQUAL(sum, same);
	/* In place. */
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_pow_f64(in, in, 1.5, MANY)), 0);
	wrong = 0;
	for (size_t i = 0; i < MANY; i++)
		wrong += in[i] != expected[i];
	CU_ASSERT_EQUAL(wrong, 0);
	close_processes(executor);
}

static void
a_kernel_tells_the_first_that_does_not_fit(void)
{
	static int64_t in[MANY], out[MANY];
	quern_executor *executor;
	size_t first = 5, wrong = 0;

	for (size_t i = 0; i < MANY; i++)
		in[i] = (int64_t)i;
	if (!open_processes(&executor))
		return;
	CU_ASSERT_EQUAL(quern_run(executor,
			    quern_checked_square_i64(out, in, MANY, &first)),
	    0);
	CU_ASSERT_EQUAL(first, 5);
	for (size_t i = 0; i < MANY; i++)
		wrong += out[i] != (int64_t)(i * i);
	in[70000] = in[40000] = INT64_MAX;
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_checked_square_i64(in, in, MANY, &first)),
	    -ERANGE);
	CU_ASSERT_EQUAL(first, 40000);
	for (size_t i = 0; i < 40000; i++)
		wrong += in[i] != (int64_t)(i * i);
	CU_ASSERT_EQUAL(wrong, 0);
	close_processes(executor);
}

static void
what_no_memory_holds_is_refused(void)
{
	static const size_t bytes[] = { SIZE_MAX, SIZE_MAX - 62, SIZE_MAX - 200,
		SIZE_MAX / 2 + 1, SIZE_MAX / 2, SIZE_MAX / 2 - 200,
		(size_t)1 << 48 };
	quern_executor *executor;
	long n = 5;

	if (!open_processes(&executor))
		return;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++)
		CU_ASSERT_EQUAL(
		    quern_run(executor,
			quern_with_arg(quern_call(add_one_to, &n), bytes[i])),
		    -ENOMEM);
	CU_ASSERT_EQUAL(n, 5);
	CU_ASSERT_EQUAL(
	    quern_run(executor,
		quern_with_arg(quern_call(add_one_to, &n), sizeof(n))),
	    3);
	close_processes(executor);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a call runs in another process",
		    a_call_runs_in_another_process },
		{ "an argument goes there and comes back",
		    an_argument_goes_there_and_comes_back },
		{ "what a worker cannot see is refused",
		    what_a_worker_cannot_see_is_refused },
		{ "a kernel tells the first that does not fit",
		    a_kernel_tells_the_first_that_does_not_fit },
		{ "what no memory holds is refused",
		    what_no_memory_holds_is_refused },
		{ "kernels give the same bits", kernels_give_the_same_bits },
		CU_TEST_INFO_NULL,
	};

	quern_worker_main();
	add_suite("processes", tests);
	return run_suites();
}
