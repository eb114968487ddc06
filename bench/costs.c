/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * costs.c -- subject 6: what a pool costs when it has nothing to do, what it
 * costs to have one, and what a job in flight costs.
 *
 * Memory is measured in a child process for each round, since what a library
 * has allocated once it keeps, and the next round would find it there.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef PEER_pthreadpool
#include <pthreadpool.h>
#endif
#include <quern/quern.h>

#include "calls.h"
#include "child.h"
#include "pipe.h"
#include "rounds.h"
#include "stats.h"
#include "work.h"

enum {
	WIDTH = 2,
	STARTS = 50, /* in a round */
	WARM_JOBS = 16384,
	WARM_IN_FLIGHT = 256,
	JOBS_HELD = 1000000
};

static void
wait_ns(long ns)
{
	struct timespec time = { ns / 1000000000, ns % 1000000000 };

	while (nanosleep(&time, &time))
		;
}

/* ---- memory ---- */

/* Of a child. */
static void
memory_of_jobs(void *arg, double value[])
{
	const struct pipe *pipe = *(const struct pipe *const *)arg;
	size_t n = rounds_count(JOBS_HELD, 1);

	pipe_open(pipe);
	/* Its threads and their stacks are not the jobs'. */
	pipe_bursts(pipe, WARM_IN_FLIGHT, WARM_IN_FLIGHT, false);
	value[0] = pipe_hold(pipe, n, child_resident) / (double)n;
}

static void
memory_round(void *arg, double value[])
{
	child_run(memory_of_jobs, arg, value, 1);
}

/* ---- allocations ---- */

/* Those that n jobs cost, and the making of their array. */
static double
calls_for(const struct pipe *pipe, size_t n)
{
	uint64_t before = calls_of_malloc();

	pipe_resubmit(pipe, WARM_IN_FLIGHT, n);
	return (double)(calls_of_malloc() - before);
}

static void
allocations_round(void *arg, double value[])
{
	const struct pipe *pipe = *(const struct pipe *const *)arg;
	double once;

	pipe_resubmit(pipe, WARM_IN_FLIGHT, WARM_JOBS);
	once = calls_for(pipe, WARM_JOBS);
	/* What does not grow with the jobs cancels out. */
	value[0] = (calls_for(pipe, 2 * WARM_JOBS) - once) / WARM_JOBS;
}

/* ---- an idle second ---- */

static double
cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec * 1e-6;
}

static void
idle_round(void *arg, double value[])
{
	const struct pipe *pipe = *(const struct pipe *const *)arg;

	pipe_resubmit(pipe, WARM_IN_FLIGHT, WARM_JOBS);
	value[0] = cpu_ms();
	wait_ns((long)(rounds_seconds(1.0) * 1e9));
	value[0] = cpu_ms() - value[0];
}

/* ---- start and stop ---- */

static void
quern_start_and_stop(void)
{
	quern_threads_options options;
	quern_executor *pool;

	quern_threads_options_init(&options);
	options.workers = WIDTH;
	if (quern_threads_create(&pool, &options) ||
	    quern_executor_destroy(pool))
		die("quern: no pool, or no end of it");
}

#ifdef PEER_pthreadpool
static void
pthreadpool_start_and_stop(void)
{
	/* The caller counts as one of its threads. */
	pthreadpool_t pool = pthreadpool_create(WIDTH + 1);

	if (!pool)
		die("pthreadpool: no pool");
	pthreadpool_destroy(pool);
}
#endif

static void
nothing(unsigned index, unsigned n, void *arg)
{
	(void)index;
	(void)n;
	(void)arg;
}

static void
bare_start_and_stop(void)
{
	bare_threads(WIDTH, nothing, NULL);
}

static void
start_round(void *arg, double value[])
{
	void (*const *start_and_stop)(void) = arg;
	double sample[STARTS];

	for (size_t i = 0; i < STARTS; i++) {
		uint64_t begun = now_ns();

		(*start_and_stop)();
		sample[i] = (double)(now_ns() - begun) * 1e-3;
	}
	stats_sort(sample, STARTS);
	value[0] = stats_median(sample, STARTS);
}

/* ---- all of it ---- */

/* A row for each pipe, but for the one named `without`. */
static void
measure(const char *work, const char *unit, const char *without,
    void (*round)(void *arg, double value[]))
{
	const struct figure figure = { "", unit, false };
	struct contender contender[MOST_CONTENDERS];
	size_t n = 0;

	for (size_t i = 0; i < n_pipes; i++)
		if (strcmp(pipes[i]->who, without))
			contender[n++] = (struct contender) { pipes[i]->who,
				pipes[i]->peer, round, (void *)&pipes[i] };
	rounds_measure(work, &figure, 1, contender, n);
}

int
main(int argc, char **argv)
{
	static const struct figure figure = { "", "us", false };
	static void (*starts[])(void) = {
		quern_start_and_stop, bare_start_and_stop,
#ifdef PEER_pthreadpool
		pthreadpool_start_and_stop
#endif
	};
	static const struct contender contender[] = {
		{ "quern", false, start_round, &starts[0] },
		{ "bare threads", true, start_round, &starts[1] },
		{ "pthreadpool", true, start_round, &starts[2] },
	};

	rounds_begin(argc, argv);
	/* A million GTasks take too long, and nobody holds as many. */
	measure("6 memory added for 1 M jobs in flight", "B/job", "GLib",
	    memory_round);
	rounds_measure("6 start and stop of 2 threads", &figure, 1, contender,
	    sizeof(starts) / sizeof(*starts));
	pipes_open();
	measure("6 calls of malloc", "/job", "", allocations_round);
	measure("6 CPU time of an idle second", "ms", "", idle_round);
	return 0;
}
