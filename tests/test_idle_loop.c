/* SPDX-License-Identifier: BSD-2-Clause */
/* test_idle_loop.c -- how a loop waits for ends; see idle_scene.h. */
#include <time.h>

#include "idle_scene.h"
#include "src/fork.h"

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

/* ---- a clock that goes on by 10 ns with each look, once it is started ---- */

static uint64_t clock_ns; /* 0: the real one */

int __real_clock_gettime(clockid_t id, struct timespec *time);
int __wrap_clock_gettime(clockid_t id, struct timespec *time);

int
__wrap_clock_gettime(clockid_t id, struct timespec *time)
{
	if (!clock_ns)
		return __real_clock_gettime(id, time);
	clock_ns += 10;
	*time = (struct timespec) { .tv_nsec = (long)clock_ns };
	return 0;
}

/* The loop caught up at 1000 ns; how long does it linger, from then on? */
static uint64_t
linger(size_t pending, uint64_t now_ns)
{
	loop.generation = quern__fork_generation();
	loop.in_flight = pending * QUERN__ONE_JOB;
	loop.caught_up_ns = 1000;
	clock_ns = now_ns;
	quern__spin_for_more_ends(&loop);
	now_ns = clock_ns;
	clock_ns = 0;
	return now_ns - 1000;
}

static void
begin_awake(void)
{
	begin(WORKERS - 1);
	pool.loops_awake = 1;
	pool.spin_ns = 1;
	pool.call_ns = 30;
}

static void
a_loop_lets_ends_come_for_half_of_what_they_take(void)
{
	uint64_t ns;

	begin_awake();
	/* 100 * 15 ns, of which libev's poll is 300. */
	ns = linger(100, 1000);
	CU_ASSERT(ns >= 1200 && ns < 1250);
	ns = linger(100, 2000);
	CU_ASSERT(ns >= 1200 && ns < 1250);
	/* It came back late, there are few, or it has never caught up. */
	ns = linger(100, 9000);
	CU_ASSERT(ns < 8050);
	ns = linger(20, 1000);
	CU_ASSERT(ns < 50);
	loop.caught_up_ns = 0;
	clock_ns = 1000;
	quern__spin_for_more_ends(&loop);
	CU_ASSERT(clock_ns < 1050);
	clock_ns = 0;
}

static void
a_loop_does_not_linger_without_a_core(void)
{
	begin_awake();
	pool.spin_ns = 0;
	CU_ASSERT(linger(100, 1000) < 50);
	begin_awake();
	throttled = true;
	CU_ASSERT(linger(100, 1000) < 50);
	throttled = false;
	begin_awake();
	pool.asleep = 0; /* one thread more than cores */
	pool.call_ns = 1000000;
	CU_ASSERT(linger(100, 1000) < 50);
	pool.call_ns = 30; /* ... but one of them is about to step aside */
	CU_ASSERT(linger(100, 1000) >= 1200);
}

int
main(void)
{
	static const CU_TestInfo lingering[] = {
		{ "a loop lets ends come for half of what they take",
		    a_loop_lets_ends_come_for_half_of_what_they_take },
		{ "a loop does not linger without a core",
		    a_loop_does_not_linger_without_a_core },
		CU_TEST_INFO_NULL,
	};
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
	add_suite("lingering", lingering);
	return run_suites();
}
