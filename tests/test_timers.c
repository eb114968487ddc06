/* SPDX-License-Identifier: BSD-2-Clause */
/* test_timers.c -- tests src/timers.c: when timers go off, and in which order. */
#include <errno.h>
#include <math.h>

#include "src/clock.h"
#include "src/timers.h"
#include "spawned.h"
#include "watchdog.h"

enum { MANY = 200 };

struct noted {
	struct quern__timer timer; /* first: see note() */
	struct set *set;
};

/* Timers of a loop, and what is to be said of those that went off. */
struct set {
	struct quern__timers timers;
	struct noted noted[MANY];
	size_t n;           /* went off */
	uint64_t latest_ns; /* of their times */
	int disorder, early;
	void (*then)(struct set *set);
};

static void
note(struct quern__timer *timer)
{
	struct set *set = ((struct noted *)timer)->set;
	uint64_t at_ns = timer->deadline.at_ns;

	set->n++;
	set->early += quern__now_ns() < at_ns;
	set->disorder += at_ns <= set->latest_ns;
	set->latest_ns = at_ns;
	if (set->then)
		set->then(set);
}

static struct set *
open_set(void)
{
	static struct set set;

	set = (struct set) { .n = 0 };
	if (!tasks_open(1))
		return NULL;
	quern__timers_init(
	    &set.timers, task_rig.loop, quern_loop_ev(task_rig.loop));
	for (int i = 0; i < MANY; i++) {
		set.noted[i].set = &set;
		set.noted[i].timer.fire = note;
	}
	return &set;
}

static void
start(struct set *set, int i, double seconds)
{
	CU_ASSERT_EQUAL(
	    quern__timer_start(&set->timers, &set->noted[i].timer, seconds), 0);
}

/* Let libev go on until so many have gone off. */
static void
await(struct set *set, size_t n)
{
	while (set->n < n)
		ev_run(quern_loop_ev(task_rig.loop), EVRUN_ONCE);
}

static void
close_set(struct set *set)
{
	quern__timers_fini(&set->timers);
	rig_close(&task_rig);
}

/* ---- the tests ---- */

static void
they_go_off_in_order_and_not_before_their_time(void)
{
	struct set *set = open_set();

	if (!set)
		return;
	for (int i = 0; i < MANY; i++)
		start(set, i, 1e-5 * (i * 7 % MANY));
	await(set, MANY);
	CU_ASSERT_EQUAL(set->disorder, 0);
	CU_ASSERT_EQUAL(set->early, 0);
	close_set(set);
}

/* Also if the clock stands still between two of them. */
static void
each_has_a_time_of_its_own(void)
{
	struct set *set = open_set();
	uint64_t ahead_ns;

	if (!set)
		return;
	ahead_ns = quern__now_ns() + 1000000;
	set->timers.last_ns = ahead_ns;
	for (int i = 0; i < MANY; i++)
		start(set, i, 0.001);
	for (int i = 0; i < MANY; i++)
		CU_ASSERT(set->noted[i].timer.deadline.at_ns >=
		    ahead_ns + 1000001 + (uint64_t)i);
	await(set, MANY);
	CU_ASSERT_EQUAL(set->disorder, 0);
	CU_ASSERT_EQUAL(set->early, 0);
	close_set(set);
}

static void
one_that_was_stopped_never_goes_off(void)
{
	struct set *set = open_set();

	if (!set)
		return;
	for (int i = 0; i < MANY; i++)
		start(set, i, 0.0001 * (1 + i % 3));
	for (int i = 0; i < MANY; i += 2)
		quern__timer_stop(&set->timers, &set->noted[i].timer);
	/* The later ones, and one more that comes last. */
	start(set, 0, 0.001);
	await(set, MANY / 2 + 1);
	CU_ASSERT_PTR_NULL(quern__timeouts_first(&set->timers.pending));
	CU_ASSERT_EQUAL(set->latest_ns, set->noted[0].timer.deadline.at_ns);
	quern__timer_stop(&set->timers, &set->noted[0].timer);
	close_set(set);
}

static void
an_earlier_one_comes_first(void)
{
	struct set *set = open_set();

	if (!set)
		return;
	start(set, 0, 3600);
	start(set, 1, (double)INFINITY);
	start(set, 2, 0.001);
	await(set, 1);
	CU_ASSERT_EQUAL(set->latest_ns, set->noted[2].timer.deadline.at_ns);
	CU_ASSERT_PTR_EQUAL(quern__timeouts_first(&set->timers.pending),
	    &set->noted[0].timer.deadline);
	/* And is what the descriptor is set to. */
	CU_ASSERT_EQUAL(set->timers.set_ns, set->noted[0].timer.deadline.at_ns);
	quern__timer_stop(&set->timers, &set->noted[0].timer);
	quern__timer_stop(&set->timers, &set->noted[1].timer);
	close_set(set);
}

static void
start_another(struct set *set)
{
	start(set, (int)(set->n % MANY), 0);
}

/* Each starts the next one, which is due at once, for ever. */
static void
those_that_follow_each_other_do_not_keep_libev(void)
{
	struct set *set = open_set();

	watchdog("timers that follow each other", 0);
	if (!set)
		return;
	set->then = start_another;
	start(set, 0, 0);
	while (set->n < MANY)
		ev_run(quern_loop_ev(task_rig.loop), EVRUN_ONCE);
	CU_ASSERT_EQUAL(set->disorder, 0);
	quern__timer_stop(&set->timers, &set->noted[set->n % MANY].timer);
	CU_ASSERT_PTR_NULL(quern__timeouts_first(&set->timers.pending));
	close_set(set);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "they go off in order and not before their time",
		    they_go_off_in_order_and_not_before_their_time },
		{ "each has a time of its own", each_has_a_time_of_its_own },
		{ "one that was stopped never goes off",
		    one_that_was_stopped_never_goes_off },
		{ "an earlier one comes first", an_earlier_one_comes_first },
		{ "those that follow each other do not keep libev",
		    those_that_follow_each_other_do_not_keep_libev },
		CU_TEST_INFO_NULL,
	};

	add_suite("timers", tests);
	return run_suites();
}
