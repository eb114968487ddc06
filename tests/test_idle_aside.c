/* SPDX-License-Identifier: BSD-2-Clause */
/* test_idle_aside.c -- who steps aside for a loop, and looks on meanwhile. */
#include "idle_scene.h"
#include "src/busy.h"
#include "src/clock.h"

static bool
step_aside(unsigned index)
{
	bool aside;

	pthread_mutex_lock(&pool.lock);
	aside = quern__idle_step_aside_locked(&worker[index]);
	__real_pthread_mutex_unlock(&pool.lock);
	return aside;
}

static void
a_worker_steps_aside_only_for_a_loop_that_needs_its_core(void)
{
	struct quern__presence thread = { &pool, QUERN__ELSEWHERE };

	begin(0);
	CU_ASSERT_FALSE(step_aside(0)); /* no loop is awake */
	pool.loops_awake = 1;
	CU_ASSERT_TRUE(step_aside(0));
	pool.asleep = 1;
	CU_ASSERT_FALSE(step_aside(0)); /* there is a core for each */
	pool.asleep = 0;
	pool.n_cores = WORKERS + 1;
	CU_ASSERT_FALSE(step_aside(0));
	pool.n_cores = WORKERS;
	pool.call_ns = 1000000;
	CU_ASSERT_FALSE(step_aside(0)); /* calls are long */
	pool.call_ns = 0;
	pool.line.held = 2 * BIT;
	CU_ASSERT_FALSE(step_aside(0)); /* loops are */
	pool.line.held = 0;
	pool.leaving = true;
	CU_ASSERT_FALSE(step_aside(0));
	pool.leaving = false;
	pool.loops_awake = 0;
	pool.fed_until_ns = quern__now_ns() + 1000000000000;
	CU_ASSERT_TRUE(step_aside(0)); /* somebody keeps submitting */
	pool.call_ns = 3000;
	CU_ASSERT_FALSE(step_aside(0)); /* ... what takes two cores */
	pool.call_ns = 0;
	quern__busy_loop_is(&thread, QUERN__AWAKE);
	quern__busy_loop_is(&thread, QUERN__ASLEEP);
	CU_ASSERT_FALSE(step_aside(0)); /* ... and sleeps now */
	pool.fed_until_ns = quern__now_ns() - 1;
	CU_ASSERT_FALSE(step_aside(0)); /* ... or did so long ago */
	CU_ASSERT_EQUAL(pool.asleep, 0);
}

static void
the_last_one_awake_does_not_step_aside(void)
{
	begin(WORKERS - 1);
	pool.loops_awake = WORKERS;
	CU_ASSERT_FALSE(step_aside(0));
}

static unsigned looks;

/* The line moves twice, and no more. */
static void
move_twice(void)
{
	pool.visits += ++looks <= 2;
	CU_ASSERT_EQUAL(pool.watching, 1);
}

static void
the_watcher_looks_while_the_line_moves(void)
{
	begin(0);
	looks = 0;
	pool.loops_awake = 1;
	pool.line.held = BIT;
	seen.during_sleep = move_twice;
	CU_ASSERT_TRUE(step_aside(0));
	CU_ASSERT_EQUAL(seen.sleeps, 3);
	CU_ASSERT_EQUAL(seen.timed, 3);
	CU_ASSERT_EQUAL(seen.asleep, 1);
	CU_ASSERT_EQUAL(pool.watching, 0);
	CU_ASSERT_EQUAL(pool.asleep, 0);
}

static void
end_loop(void)
{
	pool.visits++;
	if (++looks == 2)
		pool.loops_awake = 0;
}

static void
the_watcher_comes_back_when_the_loop_sleeps(void)
{
	begin(0);
	looks = 0;
	pool.loops_awake = 1;
	pool.line.held = BIT;
	seen.during_sleep = end_loop;
	CU_ASSERT_TRUE(step_aside(0));
	CU_ASSERT_EQUAL(seen.sleeps, 2);
	CU_ASSERT_FALSE(step_aside(0));
}

static void
only_one_watches(void)
{
	begin(0);
	pool.loops_awake = 2;
	pool.watching = 1;
	pool.line.held = BIT;
	CU_ASSERT_TRUE(step_aside(1));
	CU_ASSERT_EQUAL(seen.sleeps, 1);
	CU_ASSERT_EQUAL(seen.timed, 0);
	CU_ASSERT_EQUAL(pool.watching, 1);
}

int
main(void)
{
	static const CU_TestInfo aside[] = {
		{ "a worker steps aside only for a loop that needs its core",
		    a_worker_steps_aside_only_for_a_loop_that_needs_its_core },
		{ "the last one awake does not step aside",
		    the_last_one_awake_does_not_step_aside },
		{ "the watcher looks while the line moves",
		    the_watcher_looks_while_the_line_moves },
		{ "the watcher comes back when the loop sleeps",
		    the_watcher_comes_back_when_the_loop_sleeps },
		{ "only one watches", only_one_watches },
		CU_TEST_INFO_NULL,
	};

	add_suite("stepping aside", aside);
	return run_suites();
}
