/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_libgomp_facts.c -- what quern takes for granted of the OpenMP runtime:
 * the team of a thread, and what holds a region down.
 *
 * No line of quern runs here.  A compiler whose runtime behaves in another way
 * fails a test that says what changed, and src/omp.c and src/lane.c have to be
 * thought over.  Where LLVM's libomp differs by design, which is what clang and
 * the thread sanitizer use, the test says so and is content.
 */
#include <omp.h>
#include <stdio.h>

#include "regions.h"
#include "tasks.h"
#include "threads.h"
#include "watchdog.h"

/* ---- the team of a thread ---- */

/* What a thread without a team found; only the main thread asserts. */
struct findings {
	int same_width_strangers;
	int width_1_strangers;
	int alone; /* size of the region of width 1 */
	bool narrower_ends, wider_starts;
	int back_strangers; /* threads that width 4 had to make again */
	int threads_with_4;
};

static void *
try_widths(void *arg)
{
	struct findings *found = arg;
	int before = tasks();
	struct region first = region(4), now;

	found->threads_with_4 = tasks() - before;
	for (int i = 0; i < 10; i++) {
		now = region(4);
		found->same_width_strangers += strangers(&first, &now, 4);
	}
	found->alone = region(1).size;
	now = region(4);
	found->width_1_strangers = strangers(&first, &now, 4);
	region(2);
	found->narrower_ends = is_libomp(NULL) || tasks_become(before + 1);
	now = region(4);
	found->back_strangers = strangers(&first, &now, 4);
	region(6);
	found->wider_starts = tasks() == before + 5;
	return NULL;
}

/* Run main(arg) on a thread of its own, and wait until its team has ended. */
static void
run_thread(void *(*main)(void *), void *arg)
{
	int before = tasks();
	pthread_t thread;

	start_thread(&thread, main, arg);
	pthread_join(thread, NULL);
	if (!is_libomp(NULL))
		CU_ASSERT_TRUE(tasks_become(before));
}

static struct findings
findings(void)
{
	struct findings found = { 0 };

	watchdog("teams of several widths", 0);
	run_thread(try_widths, &found);
	return found;
}

static void
the_same_width_again_makes_no_thread(void)
{
	struct findings found = findings();

	CU_ASSERT_EQUAL(found.same_width_strangers, 0);
	if (!is_libomp("its first region may find threads of another's"))
		CU_ASSERT_EQUAL(found.threads_with_4, 3);
}

static void
width_1_leaves_the_team_alone(void)
{
	struct findings found = findings();

	CU_ASSERT_EQUAL(found.alone, 1);
	CU_ASSERT_EQUAL(found.width_1_strangers, 0);
}

static void
another_width_ends_threads_and_makes_new_ones(void)
{
	struct findings found = findings();

	if (is_libomp("threads to spare wait for any team to come"))
		return;
	CU_ASSERT_TRUE(found.narrower_ends);
	CU_ASSERT_EQUAL(found.back_strangers, 2);
	CU_ASSERT_TRUE(found.wider_starts);
}

struct leader {
	struct gate gate;
	struct region team;
};

static void *
lead(void *arg)
{
	struct leader *leader = arg;

	leader->team = region(3);
	gate_pass(&leader->gate);
	return NULL;
}

static void
each_thread_has_a_team_of_its_own_that_ends_with_it(void)
{
	struct leader leader[2] = { { GATE_INITIALIZER },
		{ GATE_INITIALIZER } };
	pthread_t thread[2];
	int before = tasks(), both;

	watchdog("two leaders", 0);
	for (int i = 0; i < 2; i++) {
		start_thread(&thread[i], lead, &leader[i]);
		gate_await(&leader[i].gate, 1);
	}
	both = tasks();
	for (int i = 0; i < 2; i++) {
		gate_open(&leader[i].gate);
		pthread_join(thread[i], NULL);
	}
	CU_ASSERT_EQUAL(strangers(&leader[0].team, &leader[1].team, 3), 3);
	if (is_libomp("helpers outlive their leader"))
		return;
	CU_ASSERT_EQUAL(both, before + 6);
	CU_ASSERT_TRUE(tasks_become(before));
}

/* ---- what holds a region down ---- */

struct held {
	struct gate gate;
	int held, after; /* threads of a region that asks for 8 */
	int nested;      /* of one inside another, with one level allowed */
	int at_start;    /* the width of a new thread, before it says one */
};

static void *
hold_down(void *arg)
{
	struct held *held = arg;
	int levels = omp_get_max_active_levels();

	held->at_start = omp_get_max_threads();
	omp_set_num_threads(1);
	omp_set_max_active_levels(0);
	held->held = region(8).size;
	gate_pass(&held->gate);
	omp_set_max_active_levels(1);
#pragma omp parallel num_threads(2)
#pragma omp master
	held->nested = region(8).size;
	omp_set_max_active_levels(levels);
	held->after = region(8).size;
	return NULL;
}

/*
 * No active level: not even num_threads(8) makes a team.  One: not inside
 * another region.
 */
static void
no_active_level_holds_a_region_to_one_thread(void)
{
	struct held held = { .gate = GATE_INITIALIZER };

	gate_open(&held.gate);
	run_thread(hold_down, &held);
	CU_ASSERT_EQUAL(held.held, 1);
	CU_ASSERT_EQUAL(held.nested, 1);
	CU_ASSERT_EQUAL(held.after, 8);
}

static void
width_and_levels_are_each_threads_own(void)
{
	struct held held = { .gate = GATE_INITIALIZER };
	int width = omp_get_max_threads(), levels = omp_get_max_active_levels();
	int meanwhile, meanwhile_levels, meanwhile_width, before;
	pthread_t thread;

	omp_set_num_threads(7);
	(void)region(8); /* a team that stays */
	before = tasks();
	start_thread(&thread, hold_down, &held);
	gate_await(&held.gate, 1);
	meanwhile = region(8).size;
	meanwhile_levels = omp_get_max_active_levels();
	meanwhile_width = omp_get_max_threads();
	gate_open(&held.gate);
	pthread_join(thread, NULL);
	omp_set_num_threads(width);
	if (!is_libomp(NULL))
		CU_ASSERT_TRUE(tasks_become(before));
	CU_ASSERT_EQUAL(meanwhile, 8);
	CU_ASSERT_EQUAL(meanwhile_levels, levels);
	CU_ASSERT_EQUAL(meanwhile_width, 7);
	/* What the main thread has set is not what a new thread gets. */
	CU_ASSERT_EQUAL(held.at_start, width);
}

struct limited {
	int width;
	int asked, unasked; /* threads of a region with and without a number */
	int max_threads;
	int made; /* threads, by ten more calls */
};

/* Not to be called directly inside the construct, says OpenMP. */
static void
ask_inside(struct limited *limited)
{
	limited->max_threads = omp_get_max_threads();
	limited->asked = region(8).size;
}

static void *
limit_by_teams(void *arg)
{
	struct limited *limited = arg;
	struct region first, last;

	omp_set_dynamic(0);
	omp_set_num_threads(limited->width);
	omp_set_max_active_levels(1);
#pragma omp teams num_teams(1) thread_limit(limited->width)
	{
		first = region(8);
		ask_inside(limited);
	}
#pragma omp parallel
#pragma omp master
	limited->unasked = omp_get_num_threads();
	for (int i = 0; i < 10; i++) {
#pragma omp teams num_teams(1) thread_limit(limited->width)
		last = region(8);
	}
	limited->made = strangers(&first, &last, limited->asked);
	return NULL;
}

/* Of a host's teams region, which quern opens around a function. */
static void
thread_limit_holds_a_region_to_that_many_threads(void)
{
	if (SANITIZED_THREAD) {
		printf("Archer of LLVM 14 does not survive it outside the main "
		       "thread ... ");
		return;
	}
	for (int width = 1; width <= 4; width++) {
		struct limited limited = { .width = width };

		run_thread(limit_by_teams, &limited);
		CU_ASSERT_EQUAL(limited.max_threads, width);
		if (limited.unasked == 8 && width == 1 &&
		    is_libomp("a clause without effect is left to the next"))
			limited.unasked = width;
		CU_ASSERT_EQUAL(limited.unasked, width);
		CU_ASSERT_EQUAL(limited.made, 0);
		if (limited.asked == omp_get_num_procs() &&
		    is_libomp("never more than there are cores"))
			limited.asked = width;
		CU_ASSERT_EQUAL(limited.asked, width);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the same width again makes no thread",
		    the_same_width_again_makes_no_thread },
		{ "width 1 leaves the team alone",
		    width_1_leaves_the_team_alone },
		{ "another width ends threads and makes new ones",
		    another_width_ends_threads_and_makes_new_ones },
		{ "each thread has a team of its own that ends with it",
		    each_thread_has_a_team_of_its_own_that_ends_with_it },
		{ "no active level holds a region to one thread",
		    no_active_level_holds_a_region_to_one_thread },
		{ "width and levels are each thread's own",
		    width_and_levels_are_each_threads_own },
		{ "thread_limit holds a region to that many threads",
		    thread_limit_holds_a_region_to_that_many_threads },
		CU_TEST_INFO_NULL,
	};

	add_suite("libgomp: teams", tests);
	return run_suites();
}
