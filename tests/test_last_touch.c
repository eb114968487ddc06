/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_last_touch.c -- who leaves a loop or an executor last does not look
 * back: it may be freed right then.
 *
 * The threads are joined after that only, so that nothing but quern's own order
 * lies between their last touch and the end, which overwrites what it frees
 * (faults.c).
 */
#include <ev.h>
#include <sched.h>

#include "threads.h"
#include "watchdog.h"

struct last {
	quern_executor *executor;
	quern_loop *loop;
	quern_job job;
	int inside; /* atomic */
	int status;
	int word; /* to whoever comes after the hold */
};

static int
come_inside(quern_context *ctx, void *arg)
{
	(void)ctx;
	__atomic_store_n((int *)arg, 1, __ATOMIC_RELEASE);
	return 7;
}

static void *
run_one(void *arg)
{
	struct last *last = arg;

	last->status =
	    quern_run(last->executor, quern_call(come_inside, &last->inside));
	return NULL;
}

static void
wait_until_inside(const struct last *last)
{
	while (!get(&last->inside))
		sched_yield();
}

static void
destroy_executor(quern_executor *executor)
{
	int err;

	while ((err = quern_executor_destroy(executor)) == -EBUSY)
		sched_yield();
	CU_ASSERT_EQUAL(err, 0);
}

static void
an_executor_goes_when_its_last_caller_leaves(void)
{
	quern_threads_options options;
	pthread_t caller;

	watchdog("executor", 0);
	options_with(&options, 1, 0);
	for (unsigned long i = 0; i < rounds(50); i++) {
		struct last last = { .status = -1 };

		CU_ASSERT_EQUAL_FATAL(
		    quern_threads_create(&last.executor, &options), 0);
		start_thread(&caller, run_one, &last);
		wait_until_inside(&last);
		destroy_executor(last.executor);
		pthread_join(caller, NULL);
		CU_ASSERT_EQUAL(last.status, 7);
	}
}

/* ---- loops ---- */

static void *
release_hold(void *arg)
{
	struct last *last = arg;

	last->word = 42;
	quern_loop_release(last->loop);
	return NULL;
}

static void *
submit_and_release(void *arg)
{
	struct last *last = arg;

	last->status = quern_submit(last->loop, &last->job);
	return release_hold(last);
}

static void *
submit_one(void *arg)
{
	struct last *last = arg;

	last->status = quern_submit(last->loop, &last->job);
	return NULL;
}

static void
end_hold(quern_loop *loop, quern_job *job, int status)
{
	(void)job;
	(void)status;
	quern_loop_release(loop);
}

static void
run_beside(void *(*main)(void *), quern_done_fn *done)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	quern_threads_options options;
	pthread_t other;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ev);
	options_with(&options, 1, 0);
	for (unsigned long i = 0; i < rounds(200); i++) {
		struct last last = { .status = 0 };

		quern_job_init(
		    &last.job, quern_call(come_inside, &last.inside), done);
		CU_ASSERT_EQUAL_FATAL(
		    quern_threads_create(&last.executor, &options), 0);
		CU_ASSERT_EQUAL_FATAL(
		    quern_loop_create(&last.loop, ev, last.executor), 0);
		quern_loop_hold(last.loop);
		start_thread(&other, main, &last);
		ev_run(ev, 0);
		if (!done)
			CU_ASSERT_EQUAL(last.word, 42);
		CU_ASSERT_EQUAL(quern_loop_destroy(last.loop), 0);
		destroy_executor(last.executor);
		pthread_join(other, NULL);
		CU_ASSERT_EQUAL(last.status, 0);
	}
	ev_loop_destroy(ev);
}

static void
a_loop_goes_when_its_last_hold_is_given_up(void)
{
	watchdog("hold", 0);
	run_beside(release_hold, NULL);
	run_beside(submit_and_release, NULL);
}

static void
a_loop_goes_while_who_has_submitted_leaves(void)
{
	watchdog("submit", 0);
	run_beside(submit_one, end_hold);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "an executor goes when its last caller leaves",
		    an_executor_goes_when_its_last_caller_leaves },
		{ "a loop goes when its last hold is given up",
		    a_loop_goes_when_its_last_hold_is_given_up },
		{ "a loop goes while who has submitted leaves",
		    a_loop_goes_while_who_has_submitted_leaves },
		CU_TEST_INFO_NULL,
	};

	add_suite("last touch", tests);
	return run_suites();
}
