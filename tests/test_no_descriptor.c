/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_no_descriptor.c -- a loop for which the process has no descriptor left.
 *
 * The limit is the real one: libev, which asks for descriptors as well, knows
 * nothing of faults.c, and ends the process where it gets none.
 */
#include <errno.h>
#include <ev.h>
#include <sys/resource.h>
#include <unistd.h>

#include "teams.h"

/* No descriptor can be had until the limit `before` is set again. */
static bool
exhaust(struct rlimit *before)
{
	int lowest_free = dup(STDOUT_FILENO);
	struct rlimit limit;
	bool exhausted;

	if (lowest_free < 0 || getrlimit(RLIMIT_NOFILE, before) < 0)
		return false;
	close(lowest_free);
	limit = *before;
	limit.rlim_cur = (rlim_t)lowest_free;
	exhausted = setrlimit(RLIMIT_NOFILE, &limit) == 0;
	CU_ASSERT_TRUE(exhausted);
	CU_ASSERT_EQUAL(dup(STDOUT_FILENO), -1);
	return exhausted;
}

/* A job there and back. */
static void
check_loop(quern_loop *loop, struct ev_loop *ev)
{
	quern_job job;
	int ran = 0, told = 0;

	counted_job(&job, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(loop, &job), 0);
	ev_run(ev, 0);
	CU_ASSERT_EQUAL(ran, 1);
	CU_ASSERT_EQUAL(told, 1);
}

/* The same quern_loop_create() without and with descriptors. */
static void
check_create(quern_executor *executor, struct ev_loop *ev)
{
	quern_loop *const untouched = (quern_loop *)&ev;
	quern_loop *loop = untouched;
	struct rlimit limit;
	int err[2], saved_errno;

	if (!exhaust(&limit))
		return;
	errno = 0;
	for (int i = 0; i < 2; i++)
		err[i] = quern_loop_create(&loop, ev, executor);
	saved_errno = errno;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_EQUAL(err[0], -EMFILE);
	CU_ASSERT_EQUAL(err[1], -EMFILE);
	CU_ASSERT_EQUAL(saved_errno, 0);
	CU_ASSERT_PTR_EQUAL(loop, untouched);

	CU_ASSERT_EQUAL_FATAL(quern_loop_create(&loop, ev, executor), 0);
	if (ev)
		check_loop(loop, ev);
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
}

static void
a_loop_without_a_descriptor_says_emfile_and_works_later(void)
{
	quern_executor *executor = NULL;
	quern_threads_options options;
	struct ev_loop *ev;

	quern_threads_options_init(&options);
	options.workers = 1;
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	/* A worker that starts may have a file open: one will come free. */
	await_sleep(executor);
	/* A libev loop that has had no ev_async yet, and one without libev. */
	ev = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_PTR_NOT_NULL(ev);
	if (ev) {
		check_create(executor, ev);
		check_create(executor, NULL);
		ev_loop_destroy(ev);
	}
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a loop without a descriptor says EMFILE and works later",
		    a_loop_without_a_descriptor_says_emfile_and_works_later },
		CU_TEST_INFO_NULL,
	};

	add_suite("no descriptor", tests);
	return run_suites();
}
