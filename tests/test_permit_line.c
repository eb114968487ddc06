/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_permit_line.c -- tests permit.c: the line of those who wait.
 *
 * The process may use one core, so the limit is what the test raises it to.
 * Each test begins and ends with nothing out.
 */
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/cpus.h"
#include "src/permit.h"
#include "threads.h"

#define LONG_NS UINT64_C(3600000000000)
#define SHORT_NS UINT64_C(1000000)

static _Thread_local int *in_line; /* set once this thread is about to wait */

unsigned __wrap_quern__cpus_allowed(void);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* The first look at the cores is held up here. */
static struct gate first_look = GATE_INITIALIZER;
static int looks; /* atomic */

unsigned
__wrap_quern__cpus_allowed(void)
{
	if (__atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED) == 0)
		gate_pass(&first_look);
	return 1;
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
		if (in_line)
			__atomic_store_n(in_line, 1, __ATOMIC_SEQ_CST);
	}
	return __real_syscall(
	    number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

static unsigned limit = 1;

static void
set_limit(unsigned n)
{
	quern__permits_raise(n);
	quern__permits_lower(limit);
	limit = n;
	CU_ASSERT_EQUAL(quern__permits_limit(), n);
}

/* How many are out, if that is no more than there are. */
static unsigned
out(void)
{
	unsigned left = quern__permits_take_free(UINT32_MAX);

	quern__permits_give(left);
	return limit - left;
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

static void *
look(void *found)
{
	*(unsigned *)found = quern__permits_limit();
	return NULL;
}

/* Must be the first test. */
static void
nobody_waits_for_somebody_elses_look_at_the_cores(void)
{
	pthread_t thread;
	unsigned found;

	start_thread(&thread, look, &found);
	gate_await(&first_look, 1);
	CU_ASSERT_EQUAL(quern__permits_limit(), 1);
	CU_ASSERT_TRUE(quern__permit_try());
	quern__permits_give(1);
	gate_open(&first_look);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(found, 1);
	quern__permits_raise(limit); /* for set_limit() to lower */
	check_at_rest();
}

static void
a_limit_that_rises_or_falls_serves_who_waited(void)
{
	struct taker one = { .want = 1, .patience_ns = LONG_NS };
	struct taker all = { .want = 8, .patience_ns = LONG_NS, .lane = true };

	set_limit(1);
	quern__permits_force(1);
	queue_up(&one);
	set_limit(2);
	CU_ASSERT_EQUAL(served(&one), 1);
	queue_up(&one);
	quern__permits_raise(3);
	CU_ASSERT_EQUAL(served(&one), 1);
	quern__permits_lower(3);
	quern__permits_give(3);

	/* Five of eight come at once; then there are no more than five. */
	set_limit(8);
	quern__permits_force(3);
	queue_up(&all);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	set_limit(5);
	CU_ASSERT_EQUAL(served(&all), 5);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(8);
	check_at_rest();
}

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

	set_limit(3);
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

		set_limit(2);
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

	set_limit(4);
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

	set_limit(MANY);
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

int
main(void)
{
	static const CU_TestInfo line[] = {
		{ "nobody waits for somebody else's look at the cores",
		    nobody_waits_for_somebody_elses_look_at_the_cores },
		{ "a limit that rises or falls serves who waited",
		    a_limit_that_rises_or_falls_serves_who_waited },
		{ "first come is first served", first_come_is_first_served },
		{ "who runs out of patience leaves no hole",
		    who_runs_out_of_patience_leaves_no_hole },
		{ "who runs out of patience keeps what came",
		    who_runs_out_of_patience_keeps_what_came_and_lets_others_on },
		{ "one gift serves many", one_gift_serves_many },
		CU_TEST_INFO_NULL,
	};

	add_suite("permit: line", line);
	return run_suites();
}
