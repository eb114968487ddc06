/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sync_wait.c -- a blocking caller that is through first waits for its
 * last helper, awake or asleep.
 */
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

static struct {
	struct rig rig;
	struct gate both_in, caller_left;
	pthread_t caller;
} brief;

static bool
line_is_empty(quern_executor *pool)
{
	bool empty;

	pthread_mutex_lock(&pool->lock);
	empty = !pool->line.held;
	pthread_mutex_unlock(&pool->lock);
	return empty;
}

/* The caller leaves first, and closes the loop in doing so. */
static void
meet_and_let_caller_leave(
    quern_context *ctx, size_t begin, size_t end, void *naps)
{
	(void)ctx;
	(void)begin;
	(void)end;
	gate_arrive(&brief.both_in);
	gate_await(&brief.both_in, 2);
	if (pthread_equal(pthread_self(), brief.caller))
		return;
	while (!line_is_empty(brief.rig.executor))
		nap();
	for (int i = 0; i < *(const int *)naps; i++)
		nap(); /* most likely it sleeps by now */
}

static void
run_once(int naps, int spin_us)
{
	quern_threads_options options;

	watchdog("waiter", 0);
	gate_init(&brief.both_in);
	brief.caller = pthread_self();
	quern_threads_options_init(&options);
	options.workers = 1;
	options.spin_us = spin_us;
	if (!rig_open_with(&brief.rig, &options))
		return;
	CU_ASSERT_EQUAL(quern_run(brief.rig.executor,
			    quern_for(2, 1, meet_and_let_caller_leave, &naps)),
	    0);
	rig_close(&brief.rig);
}

static void
a_caller_that_sleeps_is_woken_by_its_last_helper(void)
{
	for (unsigned long i = 0; i < rounds(10); i++)
		run_once(3, -1);
}

static void
a_caller_that_is_about_to_sleep_is_not_forgotten(void)
{
	for (unsigned long i = 0; i < rounds(200); i++)
		run_once(0, -1);
}

static void
a_caller_that_spins_sees_its_last_helper_leave(void)
{
	for (unsigned long i = 0; i < rounds(100); i++)
		run_once(0, 1000000);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a caller that sleeps is woken by its last helper",
		    a_caller_that_sleeps_is_woken_by_its_last_helper },
		{ "a caller that is about to sleep is not forgotten",
		    a_caller_that_is_about_to_sleep_is_not_forgotten },
		{ "a caller that spins sees its last helper leave",
		    a_caller_that_spins_sees_its_last_helper_leave },
		CU_TEST_INFO_NULL,
	};

	add_suite("sync: the wait", tests);
	return run_suites();
}
