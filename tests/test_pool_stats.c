/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pool_stats.c -- the counters agree with what happened. */
#include <errno.h>
#include <ev.h>
#include <time.h>

#include "support.h"

static quern_stats
stats_of(const struct rig *rig)
{
	quern_stats stats;

	CU_ASSERT_EQUAL_FATAL(quern_executor_stats(rig->executor, &stats), 0);
	return stats;
}

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
a_snapshot_needs_an_executor_and_a_place(void)
{
	struct rig rig;
	quern_stats stats = { .done = 42 };

	if (!rig_open(&rig, 2))
		return;
	CU_ASSERT_EQUAL(quern_executor_stats(NULL, &stats), -EINVAL);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, NULL), -EINVAL);
	CU_ASSERT_EQUAL(stats.done, 42);
	stats = stats_of(&rig);
	CU_ASSERT_EQUAL(stats.workers, 2);
	CU_ASSERT_EQUAL(stats.waiting + stats.running + stats.done, 0);
	CU_ASSERT_EQUAL(stats.failed + stats.cancelled + stats.blocks, 0);
	CU_ASSERT_EQUAL(stats.blocking_threads + stats.lanes, 0);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(stats.reserved[i], 0);
	rig_close(&rig);
}

static void
waiting_and_running_say_what_is_held_at_the_gate(void)
{
	static struct jam jam;
	quern_job job[5];
	struct rig rig;
	quern_stats stats;
	int ran = 0;

	if (!rig_open(&rig, 3))
		return;
	jam_begin(&jam, rig.loop, 3);
	for (int i = 0; i < 5; i++) {
		quern_job_init(&job[i], quern_call(add_one, &ran), NULL);
		job[i].priority = i % 3 - 1;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	stats = stats_of(&rig);
	CU_ASSERT_EQUAL(stats.running, 3);
	CU_ASSERT_EQUAL(stats.waiting, 5);
	CU_ASSERT_EQUAL(stats.done, 0);
	CU_ASSERT_EQUAL(quern_cancel(&job[2]), 0);
	stats = stats_of(&rig);
	CU_ASSERT_EQUAL(stats.waiting, 4);
	CU_ASSERT_EQUAL(stats.cancelled, 1);
	jam_end(&jam);
	rig_run(&rig);
	stats = stats_of(&rig);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.waiting, 0);
	CU_ASSERT_EQUAL(stats.done, 7);
	rig_close(&rig);
}

static void
visit(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)begin;
	(void)end;
	if (arg)
		quern_fail(ctx, -EIO);
}

static int
return_it(quern_context *ctx, void *value)
{
	(void)ctx;
	return *(int *)value;
}

/* 300 jobs of every fate; each delivered event is one of three counts. */
static void
the_three_ends_add_up_to_the_deliveries(void)
{
	static quern_job job[300];
	int result[3] = { 0, 3, -EIO };
	uint64_t status[3] = { 0 };
	struct rig rig;
	quern_stats stats;
	int told = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < 300; i++) {
		counted_job(&job[i],
		    i % 5 ? quern_call(return_it, &result[i % 3]) :
			    quern_for(10, 1, visit, i % 2 ? job : NULL),
		    &told);
		job[i].timeout = i % 7 ? 0 : 1e-9;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
		if (i % 11 == 0)
			(void)quern_cancel(&job[i]);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 300);
	for (int i = 0; i < 300; i++) {
		int s = quern_job_status(&job[i]);

		status[s >= 0 ? 0 : s == -EIO ? 1 : 2]++;
	}
	stats = stats_of(&rig);
	CU_ASSERT_EQUAL(stats.done, status[0]);
	CU_ASSERT_EQUAL(stats.failed, status[1]);
	CU_ASSERT_EQUAL(stats.cancelled, status[2]);
	CU_ASSERT_EQUAL(stats.done + stats.failed + stats.cancelled, 300);
	rig_close(&rig);
}

static void
blocks_are_those_of_the_grid_whoever_runs_them(void)
{
	static struct jam jam;
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	quern_job_init(&job, quern_for(1001, 10, visit, NULL), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(stats_of(&rig).blocks, 101);
	jam_begin(&jam, rig.loop, 2); /* so the caller runs them all */
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_for(500, 1, visit, NULL)), 0);
	CU_ASSERT_EQUAL(stats_of(&rig).blocks, 601);
	jam_end(&jam);
	rig_run(&rig);
	rig_close(&rig);
}

static void
busy_time_grows_and_is_bounded_by_the_clock(void)
{
	static struct jam jam;
	uint64_t before = now_ns(CLOCK_MONOTONIC), seen[3];
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	jam_begin(&jam, rig.loop, 1);
	for (int i = 0; i < 3; i++) {
		seen[i] = stats_of(&rig).busy_ns;
		while (stats_of(&rig).busy_ns == seen[i])
			sched_yield();
	}
	CU_ASSERT(seen[0] < seen[1] && seen[1] < seen[2]);
	jam_end(&jam);
	rig_run(&rig);
	CU_ASSERT(
	    stats_of(&rig).busy_ns <= 2 * (now_ns(CLOCK_MONOTONIC) - before));
	rig_close(&rig);
}

/* Wakes and CPU time of a third of a second in which nothing is to do. */
struct idle {
	struct rig rig;
	uint64_t wakes, cpu_ns;
	int left;
};

static void
look(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct idle *idle = timer->data;
	uint64_t wakes = stats_of(&idle->rig).wakes;
	uint64_t cpu_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID);

	(void)events;
	idle->wakes = wakes - idle->wakes;
	idle->cpu_ns = cpu_ns - idle->cpu_ns;
	/* The first time is the beginning, the second the end. */
	if (--idle->left == 0)
		ev_timer_stop(ev, timer);
}

static void
an_idle_pool_costs_nothing(void)
{
	static struct idle idle = { .left = 2 };
	quern_job job;
	ev_timer timer;
	int ran = 0;

	if (!rig_open(&idle.rig, 8))
		return;
	/* It has been at work, and its workers have gone to sleep by then. */
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(idle.rig.loop, &job), 0);
	rig_run(&idle.rig);
	ev_timer_init(&timer, look, 0.05, 0.3);
	timer.data = &idle;
	ev_timer_start(idle.rig.ev, &timer);
	rig_run(&idle.rig);
	CU_ASSERT_EQUAL(idle.wakes, 0);
	CU_ASSERT(idle.cpu_ns < (SANITIZED ? 50 : 5) * 1000000u);
	rig_close(&idle.rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a snapshot needs an executor and a place",
		    a_snapshot_needs_an_executor_and_a_place },
		{ "waiting and running say what is held at the gate",
		    waiting_and_running_say_what_is_held_at_the_gate },
		{ "the three ends add up to the deliveries",
		    the_three_ends_add_up_to_the_deliveries },
		{ "blocks are those of the grid whoever runs them",
		    blocks_are_those_of_the_grid_whoever_runs_them },
		{ "busy time grows and is bounded by the clock",
		    busy_time_grows_and_is_bounded_by_the_clock },
		{ "an idle pool costs nothing", an_idle_pool_costs_nothing },
		CU_TEST_INFO_NULL,
	};

	add_suite("statistics", tests);
	return run_suites();
}
