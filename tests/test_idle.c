/* SPDX-License-Identifier: BSD-2-Clause */
/* test_idle.c -- who sleeps, who is woken, who spins; see idle_scene.h. */
#include <errno.h>
#include <time.h>

#include "idle_scene.h"

static bool
wants_wake(void)
{
	bool wants;

	pthread_mutex_lock(&pool.lock);
	wants = quern__pool_wants_wake_locked(&pool);
	__real_pthread_mutex_unlock(&pool.lock);
	return wants;
}

/* ---- waking ---- */

static void
a_wake_changes_the_word_and_is_under_way(void)
{
	begin(1);
	CU_ASSERT_TRUE(wants_wake());
	CU_ASSERT_EQUAL(pool.wake_word, 1);
	CU_ASSERT_TRUE(pool.waking);
	CU_ASSERT_EQUAL(pool.wakes, 1);
}

static void
nobody_is_woken_in_vain(void)
{
	begin(0);
	CU_ASSERT_FALSE(wants_wake()); /* nobody sleeps */
	begin(2);
	pool.waking = true;
	CU_ASSERT_FALSE(wants_wake()); /* one is on its way */
	begin(2);
	pool.spinning = 1;
	CU_ASSERT_FALSE(wants_wake()); /* one looks */
	begin(2);
	pool.watching = 1;
	CU_ASSERT_TRUE(wants_wake()); /* nobody is crowded out */
	begin(2);
	pool.watching = 1;
	pool.loops_awake = 2;
	CU_ASSERT_FALSE(wants_wake()); /* a loop would be */
	CU_ASSERT_EQUAL(pool.wake_word, 0);
	pool.watching = 0;
	CU_ASSERT_TRUE(wants_wake()); /* ... but nobody watches */
}

static void
a_call_wakes_one_sleeper_and_no_other_before_it_has_come(void)
{
	begin(2);
	quern__pool_call_for(&pool);
	CU_ASSERT_EQUAL(seen.wakes, 1);
	quern__pool_call_for(&pool);
	CU_ASSERT_EQUAL(seen.wakes, 1);
	CU_ASSERT_EQUAL(pool.wake_word, 1);
}

static void
a_call_takes_no_lock_if_nobody_is_to_be_woken(void)
{
	begin(0);
	pthread_mutex_lock(&pool.lock); /* or this would hang */
	quern__pool_call_for(&pool);
	pool.asleep = 2;
	pool.spinning = 1;
	quern__pool_call_for(&pool);
	pool.spinning = 0;
	pool.watching = 1;
	pool.loops_awake = 2;
	quern__pool_call_for(&pool);
	__real_pthread_mutex_unlock(&pool.lock);
	CU_ASSERT_EQUAL(seen.wakes, 0);
}

static void
what_is_gathered_goes_on_unless_the_watcher_alone_would_come(void)
{
	begin(0);
	CU_ASSERT_FALSE(quern__pool_has_idle_core(&pool));
	pool.asleep = 2;
	CU_ASSERT_TRUE(quern__pool_has_idle_core(&pool));
	pool.loops_awake = 2;
	CU_ASSERT_TRUE(quern__pool_has_idle_core(&pool));
	pool.watching = 1;
	CU_ASSERT_FALSE(quern__pool_has_idle_core(&pool));
}

/* ---- sleeping ---- */

static void
go_to_sleep(void)
{
	pthread_mutex_lock(&pool.lock);
	quern__idle_sleep_locked(&worker[0]);
	__real_pthread_mutex_unlock(&pool.lock);
}

static void
a_sleeper_is_counted_and_holds_no_lock(void)
{
	begin(1);
	pool.waking = true;
	go_to_sleep();
	CU_ASSERT_EQUAL(seen.sleeps, 1);
	CU_ASSERT_EQUAL(seen.timed, 0);
	CU_ASSERT_EQUAL(seen.asleep, 2);
	CU_ASSERT_TRUE(seen.free);
	CU_ASSERT_FALSE(seen.late);
	CU_ASSERT_EQUAL(pool.asleep, 1);
	CU_ASSERT_FALSE(pool.waking); /* it has come round */
}

static void
change_word(void)
{
	pool.wake_word++;
	seen.after_unlock = NULL;
}

static void
a_wake_between_the_lock_and_the_sleep_is_not_lost(void)
{
	begin(0);
	seen.after_unlock = change_word;
	go_to_sleep();
	CU_ASSERT_EQUAL(seen.sleeps, 1);
	CU_ASSERT_TRUE(seen.late); /* so the kernel does not let it sleep */
}

static void
nobody_sleeps_while_work_is_there(void)
{
	quern_job job;

	begin(0);
	pool.line.held = BIT;
	go_to_sleep();
	begin(0);
	pool.arrived = BIT;
	go_to_sleep();
	begin(0);
	pool.leaving = true;
	go_to_sleep();
	begin(0);
	CU_ASSERT_EQUAL(
	    quern__mailbox_push(&loop.outbox, &job, &job), QUERN__PUSHED_FIRST);
	go_to_sleep();
	CU_ASSERT_EQUAL(seen.sleeps, 0);
	CU_ASSERT_EQUAL(pool.asleep, 0);
}

static void
blocking_jobs_and_a_shut_outbox_keep_no_worker_awake(void)
{
	begin(0);
	pool.line.held = QUERN__BLOCKING;
	(void)quern__mailbox_shut(&loop.outbox);
	go_to_sleep();
	CU_ASSERT_EQUAL(seen.sleeps, 1);
}

/* ---- spinning ---- */

static unsigned spinning;

static void
bring_work(void)
{
	spinning = pool.spinning;
	pool.arrived = BIT;
}

static bool
spin(uint64_t ns)
{
	bool spun;

	pool.spin_ns = ns;
	pthread_mutex_lock(&pool.lock);
	spun = quern__spin_for_work_locked(&worker[0]);
	__real_pthread_mutex_unlock(&pool.lock);
	return spun;
}

static void
a_spinner_is_counted_and_looks_until_work_is_there(void)
{
	begin(0);
	spinning = 0;
	seen.after_unlock = bring_work;
	CU_ASSERT_TRUE(spin(UINT64_MAX)); /* or this would hang */
	CU_ASSERT_EQUAL(spinning, 1);
	CU_ASSERT_EQUAL(pool.spinning, 0);
	CU_ASSERT_EQUAL(worker[0].spins_missed, 0);
	begin(0);
	pool.line.held = BIT;
	CU_ASSERT_TRUE(spin(UINT64_MAX));
	begin(0);
	pool.leaving = true;
	CU_ASSERT_TRUE(spin(UINT64_MAX));
	CU_ASSERT_EQUAL(seen.sleeps, 0);
}

static void
nobody_spins_without_a_core_to_spare(void)
{
	begin(0);
	CU_ASSERT_FALSE(spin(0));
	pool.n_cores = WORKERS - 1;
	CU_ASSERT_FALSE(spin(1));
	pool.asleep = 1;
	CU_ASSERT_TRUE(spin(1));
	pool.loops_awake = 1;
	CU_ASSERT_FALSE(spin(1));
	begin(1);
	permits = WORKERS - 2;
	CU_ASSERT_FALSE(spin(1));
	permits = WORKERS;
	throttled = true;
	CU_ASSERT_FALSE(spin(1));
	throttled = false;
	CU_ASSERT_TRUE(spin(1));
}

static void
who_spins_in_vain_does_so_one_time_in_32(void)
{
	int spun = 0;

	begin(0);
	for (int i = 0; i < 4; i++)
		spun += spin(1);
	CU_ASSERT_EQUAL(spun, 4);
	for (int i = 0; i < 320; i++)
		spun += spin(1);
	CU_ASSERT(spun >= 4 + 9 && spun <= 4 + 11);
}

int
main(void)
{
	static const CU_TestInfo waking[] = {
		{ "a wake changes the word and is under way",
		    a_wake_changes_the_word_and_is_under_way },
		{ "nobody is woken in vain", nobody_is_woken_in_vain },
		{ "a call wakes one sleeper and no other before it has come",
		    a_call_wakes_one_sleeper_and_no_other_before_it_has_come },
		{ "a call takes no lock if nobody is to be woken",
		    a_call_takes_no_lock_if_nobody_is_to_be_woken },
		{ "what is gathered goes on unless the watcher alone would come",
		    what_is_gathered_goes_on_unless_the_watcher_alone_would_come },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo sleeping[] = {
		{ "a sleeper is counted and holds no lock",
		    a_sleeper_is_counted_and_holds_no_lock },
		{ "a wake between the lock and the sleep is not lost",
		    a_wake_between_the_lock_and_the_sleep_is_not_lost },
		{ "nobody sleeps while work is there",
		    nobody_sleeps_while_work_is_there },
		{ "blocking jobs and a shut outbox keep no worker awake",
		    blocking_jobs_and_a_shut_outbox_keep_no_worker_awake },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo spinners[] = {
		{ "a spinner is counted and looks until work is there",
		    a_spinner_is_counted_and_looks_until_work_is_there },
		{ "nobody spins without a core to spare",
		    nobody_spins_without_a_core_to_spare },
		{ "who spins in vain does so one time in 32",
		    who_spins_in_vain_does_so_one_time_in_32 },
		CU_TEST_INFO_NULL,
	};
	add_suite("waking", waking);
	add_suite("sleeping", sleeping);
	add_suite("spinning", spinners);
	return run_suites();
}
