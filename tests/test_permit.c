/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_permit.c -- tests permit.c: the account of permits and the line of
 * those who wait for one.
 *
 * The number of cores and the clock that says when to count them anew are the
 * test's.  Each test begins and ends with nothing out.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "src/clock.h"
#include "src/cpus.h"
#include "src/permit.h"
#include "threads.h"

#define LONG_NS UINT64_C(3600000000000)
#define SHORT_NS UINT64_C(1000000)

/* All atomic. */
static unsigned cores, counted;    /* there are; how often they were counted */
static uint64_t ahead_ns;          /* of the coarse clock */
static unsigned asleep;            /* how often somebody was about to wait */
static _Thread_local int *in_line; /* set once this thread is about to wait */

unsigned __wrap_quern__cpus(void);
int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

unsigned
__wrap_quern__cpus(void)
{
	__atomic_fetch_add(&counted, 1, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&cores, __ATOMIC_SEQ_CST);
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	int err = __real_clock_gettime(clock, out);

	if (clock == CLOCK_MONOTONIC_COARSE)
		out->tv_sec +=
		    (time_t)(__atomic_load_n(&ahead_ns, __ATOMIC_SEQ_CST) /
			1000000000);
	return err;
}

long
__wrap_syscall(long number, ...)
{
	long arg[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_futex && arg[1] == FUTEX_WAIT_BITSET_PRIVATE) {
		__atomic_fetch_add(&asleep, 1, __ATOMIC_SEQ_CST);
		if (in_line)
			__atomic_store_n(in_line, 1, __ATOMIC_SEQ_CST);
	}
	return __real_syscall(
	    number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

/* Two seconds later there are so many. */
static void
set_cores(unsigned n)
{
	__atomic_store_n(&cores, n, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(
	    &ahead_ns, 2 * UINT64_C(1000000000), __ATOMIC_SEQ_CST);
	CU_ASSERT(quern__permits_limit() >= n);
}

/* How many are out, if that is no more than there are. */
static unsigned
out(void)
{
	unsigned left = quern__permits_take_free(UINT32_MAX);

	quern__permits_give(left);
	return quern__permits_limit() - left;
}

/* Everything is back, and nobody waits. */
static void
check_at_rest(void)
{
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	CU_ASSERT_EQUAL(out(), 0);
}

/* ---- threads that wait ---- */

struct taker {
	pthread_t thread;
	unsigned want, have;
	uint64_t patience_ns;
	bool lane;
	int in_line; /* or out of it already */
	unsigned got;
	int *order, place; /* places are given in the order of being served */
};

static void *
take_main(void *arg)
{
	struct taker *taker = arg;

	in_line = &taker->in_line;
	taker->got = quern__permits_take(
	    taker->want, taker->have, taker->patience_ns, taker->lane);
	taker->place = taker->order ?
	    __atomic_add_fetch(taker->order, 1, __ATOMIC_SEQ_CST) :
	    0;
	__atomic_store_n(&taker->in_line, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Start it; returns when it is in line, or has been. */
static void
queue_up(struct taker *taker)
{
	taker->in_line = 0;
	start_thread(&taker->thread, take_main, taker);
	while (!get(&taker->in_line))
		sched_yield();
}

/* What it got. */
static unsigned
served(struct taker *taker)
{
	pthread_join(taker->thread, NULL);
	return taker->got;
}

/* ---- one thread ---- */

static void
there_are_as_many_permits_as_cores(void)
{
	set_cores(3);
	CU_ASSERT_EQUAL(quern__permits_limit(), 3);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(out(), i);
		CU_ASSERT_TRUE(quern__permit_try());
	}
	CU_ASSERT_FALSE(quern__permit_try());
	CU_ASSERT_EQUAL(quern__permits_take_free(1), 0);
	/* All are in use, which is as it should be. */
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	quern__permits_give(1);
	CU_ASSERT_TRUE(quern__permit_try());
	quern__permits_give(3);
	check_at_rest();
}

static void
what_is_free_is_taken_up_to_the_most_asked_for(void)
{
	set_cores(5);
	CU_ASSERT_EQUAL(quern__permits_take_free(0), 0);
	CU_ASSERT_EQUAL(quern__permits_take_free(2), 2);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 3);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 0);
	quern__permits_give(5);
	check_at_rest();
}

static void
more_can_be_forced_than_there_are_and_others_give_way(void)
{
	set_cores(2);
	quern__permits_force(2);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	quern__permits_force(2);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_TRUE(quern__permit_try());
	quern__permits_give(2);
	check_at_rest();
}

static void
what_is_free_need_not_be_waited_for(void)
{
	unsigned before = __atomic_load_n(&asleep, __ATOMIC_SEQ_CST);

	set_cores(4);
	CU_ASSERT_EQUAL(quern__permits_take(1, 0, LONG_NS, false), 1);
	CU_ASSERT_EQUAL(quern__permits_take(3, 1, LONG_NS, true), 2);
	CU_ASSERT_EQUAL(out(), 3);
	/* Who has enough gets nothing. */
	CU_ASSERT_EQUAL(quern__permits_take(3, 3, LONG_NS, true), 0);
	CU_ASSERT_EQUAL(quern__permits_take(2, 3, LONG_NS, true), 0);
	CU_ASSERT_EQUAL(quern__permits_take(0, 0, LONG_NS, false), 0);
	CU_ASSERT_EQUAL(out(), 3);
	/* Nobody waits for more than there are. */
	CU_ASSERT_EQUAL(quern__permits_take(9, 3, LONG_NS, true), 1);
	CU_ASSERT_EQUAL(quern__permits_take(9, 4, LONG_NS, true), 0);
	CU_ASSERT_EQUAL(asleep, before);
	quern__permits_give(4);
	check_at_rest();
}

static void
patience_ends_with_what_is_free_and_with_one_at_least(void)
{
	static const uint64_t patience_ns[] = { 0, SHORT_NS };

	set_cores(3);
	for (int i = 0; i < 2; i++) {
		uint64_t before = quern__now_ns();

		quern__permits_force(2);
		CU_ASSERT_EQUAL(
		    quern__permits_take(3, 0, patience_ns[i], true), 1);
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
		/* None is free: none to who has one, one to who has none. */
		CU_ASSERT_EQUAL(
		    quern__permits_take(2, 1, patience_ns[i], true), 0);
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
		CU_ASSERT_EQUAL(
		    quern__permits_take(2, 0, patience_ns[i], false), 1);
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
		CU_ASSERT_TRUE(quern__now_ns() >= before + 3 * patience_ns[i]);
		quern__permits_give(4);
		check_at_rest();
	}
}

/* ---- the limit ---- */

static void
cores_are_counted_anew_once_a_second_at_most(void)
{
	unsigned before;

	set_cores(2);
	before = counted;
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(quern__permits_limit(), 2);
	/* Of the real clock's seconds one may have passed in between. */
	CU_ASSERT_TRUE(counted - before <= 1);
	set_cores(5);
	CU_ASSERT_EQUAL(quern__permits_limit(), 5);
	CU_ASSERT_TRUE(counted > before);
}

static void
an_executor_that_wants_more_workers_raises_the_limit_while_it_lives(void)
{
	set_cores(2);
	quern__permits_raise(4);
	CU_ASSERT_EQUAL(quern__permits_limit(), 4);
	/* The largest counts, not the sum. */
	quern__permits_raise(3);
	quern__permits_raise(8);
	quern__permits_raise(8);
	CU_ASSERT_EQUAL(quern__permits_limit(), 8);
	quern__permits_lower(4);
	quern__permits_lower(8);
	CU_ASSERT_EQUAL(quern__permits_limit(), 8);
	quern__permits_lower(8);
	CU_ASSERT_EQUAL(quern__permits_limit(), 3);
	/* What there is counts if that is more. */
	set_cores(6);
	CU_ASSERT_EQUAL(quern__permits_limit(), 6);
	set_cores(2);
	CU_ASSERT_EQUAL(quern__permits_limit(), 3);
	quern__permits_lower(3);
	CU_ASSERT_EQUAL(quern__permits_limit(), 2);
	/* The most workers that an executor can have. */
	quern__permits_raise(65536);
	CU_ASSERT_EQUAL(quern__permits_limit(), 65536);
	quern__permits_lower(65536);
	check_at_rest();
}

static void
a_limit_that_falls_takes_from_nobody_but_says_so(void)
{
	set_cores(4);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 4);
	set_cores(2);
	CU_ASSERT_EQUAL(quern__permits_limit(), 2);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(1);
	CU_ASSERT_FALSE(quern__permit_try());
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(1);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_EQUAL(out(), 1);
	quern__permits_give(1);
	check_at_rest();

	/* Likewise if it falls since an executor ended. */
	quern__permits_raise(3);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 3);
	quern__permits_lower(3);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(3);
	check_at_rest();
}

static void
a_limit_that_rises_or_falls_serves_who_waited(void)
{
	struct taker one = { .want = 1, .patience_ns = LONG_NS };
	struct taker all = { .want = 8, .patience_ns = LONG_NS, .lane = true };

	set_cores(1);
	quern__permits_force(1);
	queue_up(&one);
	set_cores(2);
	CU_ASSERT_EQUAL(served(&one), 1);
	queue_up(&one);
	quern__permits_raise(3);
	CU_ASSERT_EQUAL(served(&one), 1);
	quern__permits_give(2);
	/* One is out, two are granted of eight, then three are all. */
	set_cores(5);
	quern__permits_raise(8);
	quern__permits_force(2);
	queue_up(&all);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_lower(8);
	CU_ASSERT_EQUAL(served(&all), 5);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(8);
	quern__permits_lower(3);
	check_at_rest();
}

/* ---- the line ---- */

static void
first_come_is_first_served(void)
{
	int order = 0;
	struct taker taker[] = {
		{ .want = 1 },
		{ .want = 2, .have = 1, .lane = true },
		{ .want = 3, .lane = true },
		{ .want = 1 },
	};

	set_cores(3);
	quern__permits_force(3);
	for (int i = 0; i < 4; i++) {
		taker[i].patience_ns = LONG_NS;
		taker[i].order = &order;
		queue_up(&taker[i]);
		CU_ASSERT_EQUAL(quern__permits_wanted(),
		    i ? QUERN__LANE_WAITS : QUERN__WORKER_WAITS);
		/* Nobody overtakes, not even when something comes free. */
		CU_ASSERT_FALSE(quern__permit_try());
	}
	quern__permits_give(1);
	CU_ASSERT_EQUAL(served(&taker[0]), 1);
	CU_ASSERT_FALSE(quern__permit_try());
	CU_ASSERT_EQUAL(quern__permits_take(1, 1, 0, false), 0);
	quern__permits_give(1);
	CU_ASSERT_EQUAL(served(&taker[1]), 1);
	/* The third keeps what comes, until it has them all. */
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
		CU_ASSERT_EQUAL(quern__permits_take_free(1), 0);
		quern__permits_give(1);
	}
	CU_ASSERT_EQUAL(served(&taker[2]), 3);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__WORKER_WAITS);
	quern__permits_give(1);
	CU_ASSERT_EQUAL(served(&taker[3]), 1);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(taker[i].place, i + 1);
	quern__permits_give(3);
	check_at_rest();
}

static void
who_runs_out_of_patience_leaves_no_hole(void)
{
	/* Who times out is the first, one in the middle, the last. */
	for (int gone = 0; gone < 3; gone++) {
		struct taker taker[3], late = { .want = 1 };

		set_cores(2);
		quern__permits_force(2);
		for (int i = 0; i < 3; i++) {
			taker[i] = (struct taker) { .want = 2,
				.have = 1,
				.lane = i == gone,
				.patience_ns = i == gone ? SHORT_NS : LONG_NS };
			queue_up(&taker[i]);
		}
		CU_ASSERT_EQUAL(served(&taker[gone]), 0);
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__WORKER_WAITS);
		late.patience_ns = LONG_NS;
		queue_up(&late);
		quern__permits_give(2);
		for (int i = 0; i < 3; i++)
			if (i != gone)
				CU_ASSERT_EQUAL(served(&taker[i]), 1);
		quern__permits_give(1);
		CU_ASSERT_EQUAL(served(&late), 1);
		quern__permits_give(2);
		check_at_rest();
	}
}

static void
who_runs_out_of_patience_keeps_what_came_and_lets_others_on(void)
{
	struct taker wide = { .want = 4, .patience_ns = SHORT_NS };
	struct taker one = { .want = 1, .patience_ns = LONG_NS };

	set_cores(4);
	quern__permits_force(2);
	queue_up(&wide);
	queue_up(&one);
	CU_ASSERT_EQUAL(served(&wide), 2);
	quern__permits_give(1);
	CU_ASSERT_EQUAL(served(&one), 1);
	CU_ASSERT_EQUAL(out(), 4);
	quern__permits_give(4);
	check_at_rest();
}

static void
one_gift_serves_many(void)
{
	enum { MANY = 20 };
	struct taker taker[MANY];

	set_cores(MANY);
	quern__permits_force(MANY);
	for (int i = 0; i < MANY; i++) {
		taker[i] = (struct taker) { .want = 1, .patience_ns = LONG_NS };
		queue_up(&taker[i]);
	}
	quern__permits_give(MANY);
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(served(&taker[i]), 1);
	CU_ASSERT_EQUAL(out(), MANY);
	quern__permits_give(MANY);
	check_at_rest();
}

static void
errno_stays_the_callers(void)
{
	set_cores(1);
	errno = E2BIG;
	quern__permits_force(1);
	CU_ASSERT_EQUAL(quern__permits_take(1, 0, SHORT_NS, false), 1);
	quern__permits_give(2);
	CU_ASSERT_EQUAL(errno, E2BIG);
	check_at_rest();
}

int
main(void)
{
	static const CU_TestInfo account[] = {
		{ "there are as many permits as cores",
		    there_are_as_many_permits_as_cores },
		{ "what is free is taken, up to the most asked for",
		    what_is_free_is_taken_up_to_the_most_asked_for },
		{ "more can be forced than there are, and others give way",
		    more_can_be_forced_than_there_are_and_others_give_way },
		{ "what is free need not be waited for",
		    what_is_free_need_not_be_waited_for },
		{ "patience ends with what is free, and with one at least",
		    patience_ends_with_what_is_free_and_with_one_at_least },
		{ "errno stays the caller's", errno_stays_the_callers },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo limit[] = {
		{ "cores are counted anew once a second at most",
		    cores_are_counted_anew_once_a_second_at_most },
		{ "an executor that wants more raises the limit while it lives",
		    an_executor_that_wants_more_workers_raises_the_limit_while_it_lives },
		{ "a limit that falls takes from nobody but says so",
		    a_limit_that_falls_takes_from_nobody_but_says_so },
		{ "a limit that rises or falls serves who waited",
		    a_limit_that_rises_or_falls_serves_who_waited },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo line[] = {
		{ "first come is first served", first_come_is_first_served },
		{ "who runs out of patience leaves no hole",
		    who_runs_out_of_patience_leaves_no_hole },
		{ "who runs out of patience keeps what came",
		    who_runs_out_of_patience_keeps_what_came_and_lets_others_on },
		{ "one gift serves many", one_gift_serves_many },
		CU_TEST_INFO_NULL,
	};

	add_suite("permit: account", account);
	add_suite("permit: limit", limit);
	add_suite("permit: line", line);
	return run_suites();
}
