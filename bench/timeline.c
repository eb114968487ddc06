/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline.c -- subject 8: what a timeline costs while it is recorded.
 *
 * quern against itself: the same work with quern_trace_start() before it and
 * without.  Writing the file, which happens at the stop, is not measured.
 */
#include <quern/quern.h>
#include <quern/trace.h>

#include "pipe.h"
#include "rounds.h"
#include "stats.h"
#include "work.h"

enum {
	FLIGHT = 4096,
	BURST_JOBS = 4000000,
	MOST_TRIPS = 1000000,
	STRETCHES = 21,
	GAP_NS = 10
};

#define TRIPS_SECONDS 0.4
#define LOOP_SECONDS 0.1

static quern_executor *pool;
static double sample[MOST_TRIPS];

/* ---- the work; how long each job or block takes, in ns ---- */

static double
resubmitted(double unused)
{
	size_t n = rounds_count(BURST_JOBS, FLIGHT) / FLIGHT * FLIGHT;

	(void)unused;
	return pipe_resubmit(pipes[0], FLIGHT, n) * 1e9 / (double)n;
}

static double
burst(double unused)
{
	size_t n = rounds_count(BURST_JOBS, FLIGHT) / FLIGHT * FLIGHT;

	(void)unused;
	return pipe_bursts(pipes[0], FLIGHT, n, true) * 1e9 / (double)n;
}

static double
mean(const double value[], size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += value[i];
	return sum / (double)n;
}

/*
 * Means, for a median of trips would not see the few that are recorded.  Of
 * short stretches, and their median, for now and then the machine is away.
 * Each has another gap between two jobs: loop and worker may fall in step, and
 * then a nanosecond more or less, from whatever it comes, is thirty.
 */
static double
one_in_flight(double unused)
{
	double each[STRETCHES];

	(void)unused;
	for (size_t i = 0; i < STRETCHES; i++)
		each[i] = mean(sample,
		    pipe_trips(pipes[0], i * GAP_NS,
			rounds_seconds(TRIPS_SECONDS) / STRETCHES, sample,
			MOST_TRIPS));
	stats_sort(each, STRETCHES);
	return stats_median(each, STRETCHES);
}

static void
steps(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	for (; begin < end; begin++)
		if (work_do(begin, *(uint64_t *)arg) == 0)
			die("the work came to nothing");
}

static double
blocks(double seconds)
{
	uint64_t a_block = work_steps(seconds);
	size_t n = rounds_count((size_t)(LOOP_SECONDS * cores() / seconds), 1);
	uint64_t begun = now_ns();

	if (quern_run(pool, quern_for(n, 1, steps, &a_block)))
		die("quern_run() failed");
	return (double)(now_ns() - begun) / (double)n;
}

/* ---- with and without ---- */

struct task {
	double (*takes)(double arg);
	double arg;
};

static void
without(void *arg, double value[])
{
	const struct task *task = arg;

	value[0] = task->takes(task->arg);
}

static void
with(void *arg, double value[])
{
	if (quern_trace_start("/dev/null"))
		die("no timeline");
	without(arg, value);
	if (quern_trace_stop())
		die("the timeline could not be written");
}

static void
measure(const char *work, double (*takes)(double arg), double arg)
{
	static const struct figure figure = { "", "ns", false };
	struct task task = { takes, arg };
	const struct contender contender[] = {
		{ "quern, timeline", false, with, &task },
		{ "quern", true, without, &task },
	};

	rounds_measure(work, &figure, 1, contender, 2);
}

int
main(int argc, char **argv)
{
	rounds_begin(argc, argv);
	pipe_open(pipes[0]);
	if (quern_threads_create(&pool, NULL))
		die("no pool");
	measure("8 timeline: empty job, one in flight", one_in_flight, 0);
	measure("8 timeline: 4096 in flight, resubmitted", resubmitted, 0);
	measure("8 timeline: 4096 in flight, submit_many", burst, 0);
	measure("8 timeline: a block of 100 ns", blocks, 1e-7);
	measure("8 timeline: a block of 1 us", blocks, 1e-6);
	measure("8 timeline: a block of 10 us", blocks, 1e-5);
	if (quern_executor_destroy(pool))
		die("the pool is busy");
	return 0;
}
