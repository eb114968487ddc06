/* SPDX-License-Identifier: BSD-2-Clause */
/* test_idle_loop.c -- how a loop waits for ends; see idle_scene.h. */
#include "idle_scene.h"

PLAY_OTHERS(__wrap_pthread_mutex_unlock, __wrap_syscall,
    __wrap_quern__permits_limit_as_read, __wrap_quern__permits_throttled)

static int yields;
static quern_job *ends; /* with the next yield; NULL: nothing does */

int __wrap_sched_yield(void);

int
__wrap_sched_yield(void)
{
	yields++;
	if (ends)
		(void)quern__mailbox_push(&loop.done, ends, ends);
	return 0;
}

/* All workers sleep but for the one that is woken for what has arrived. */
static void
begin_woken(quern_job *job)
{
	begin(WORKERS);
	pool.arrived = BIT;
	yields = 0;
	ends = job;
}

static void
a_loop_yields_to_the_worker_that_it_has_woken(void)
{
	quern_job job = { .own.next = NULL };

	begin_woken(&job);
	CU_ASSERT_TRUE(quern__spin_for_ends(&loop));
	CU_ASSERT_EQUAL(yields, 1);
}

static void
a_loop_does_not_yield_if_nobody_is_on_the_way_alone(void)
{
	begin_woken(NULL);
	pool.arrived = 0; /* it has been fetched, or is for another thread */
	CU_ASSERT_FALSE(quern__spin_for_ends(&loop));
	CU_ASSERT_EQUAL(yields, 0);
	begin_woken(NULL);
	pool.asleep = WORKERS - 1; /* one computes, perhaps on our core */
	CU_ASSERT_FALSE(quern__spin_for_ends(&loop));
	CU_ASSERT_EQUAL(yields, 0);
}

static void
who_yields_in_vain_does_so_one_time_in_32(void)
{
	quern_job job = { .own.next = NULL };

	begin_woken(NULL);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_FALSE(quern__spin_for_ends(&loop));
	CU_ASSERT_EQUAL(yields, 4);
	for (int i = 0; i < 320; i++)
		CU_ASSERT_FALSE(quern__spin_for_ends(&loop));
	CU_ASSERT(yields >= 4 + 9 && yields <= 4 + 11);

	/* Once it pays, always again. */
	ends = &job;
	for (int i = 0; i < 40 && !quern__spin_for_ends(&loop); i++)
		;
	CU_ASSERT_EQUAL(quern__mailbox_take(&loop.done), &job);
	yields = 0;
	CU_ASSERT_TRUE(quern__spin_for_ends(&loop));
	CU_ASSERT_EQUAL(yields, 1);
}

int
main(void)
{
	static const CU_TestInfo yielding[] = {
		{ "a loop yields to the worker that it has woken",
		    a_loop_yields_to_the_worker_that_it_has_woken },
		{ "a loop does not yield if nobody is on the way, alone",
		    a_loop_does_not_yield_if_nobody_is_on_the_way_alone },
		{ "who yields in vain does so one time in 32",
		    who_yields_in_vain_does_so_one_time_in_32 },
		CU_TEST_INFO_NULL,
	};

	add_suite("yielding", yielding);
	return run_suites();
}
