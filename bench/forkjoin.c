/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forkjoin.c -- subject 3: a parallel loop of one block for each core, of which
 * each must be on a thread of its own.
 *
 * A block says that it has arrived and spins until all of them have, so a
 * region cannot end before every thread has come.  On a lane the caller only
 * waits: its thread hands the loop to the leader of an OpenMP team and back.
 * Regions follow each other at once; the time is that from one end to the next.
 */
#include <stdlib.h>

#ifdef PEER_pthreadpool
#include <pthreadpool.h>
#endif
#include <quern/quern.h>

#include "rounds.h"
#include "stats.h"

enum { MOST_SAMPLES = 1000000, SPINS_PER_LOOK = 1 << 20 };

#define ROUND_SECONDS 0.1
#define PATIENCE_NS 10000000000u

static unsigned width;
static double *sample;

/* Blocks that have ever arrived; expected: once this region is complete. */
static uint64_t arrived, expected;

static quern_executor *pool, *lanes;
#ifdef PEER_pthreadpool
static pthreadpool_t peer_pool;
#endif

static void
meet(void)
{
	uint64_t ends_ns = 0;

	/* Nothing is handed over: relaxed would do for what is counted here. */
	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELAXED);
	for (unsigned spins = 1;
	     __atomic_load_n(&arrived, __ATOMIC_RELAXED) < expected; spins++) {
		if (spins % SPINS_PER_LOOK)
			continue;
		if (!ends_ns)
			ends_ns = now_ns() + PATIENCE_NS;
		if (now_ns() > ends_ns)
			die("a region has too few threads");
	}
}

/* ---- the contenders ---- */

static void
blocks(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)arg;
	for (; begin < end; begin++)
		meet();
}

static void
quern_region(quern_executor *where)
{
	if (quern_run(where, quern_for(width, 1, blocks, NULL)))
		die("quern_run() failed");
}

static void
quern_in_team(void)
{
	quern_region(NULL);
}

static void
quern_on_pool(void)
{
	quern_region(pool);
}

static void
quern_on_lane(void)
{
	quern_region(lanes);
}

/*
 * A loop as a program has it, whose bound and body the caller knows; both of
 * the others get theirs in such a way.  Not inlined, or they would be known.
 */
static __attribute__((noinline)) void
parallel_for(size_t n, void (*body)(void))
{
#pragma omp parallel for num_threads(width) schedule(static)
	for (size_t i = 0; i < n; i++)
		(*body)();
}

static void
libgomp_loop(void)
{
	parallel_for(width, meet);
}

/* No loop at all: nothing is handed to the threads. */
static void
libgomp_region(void)
{
#pragma omp parallel num_threads(width)
	meet();
}

#ifdef PEER_pthreadpool
static void
meet_at(void *context, size_t index)
{
	(void)context;
	(void)index;
	meet();
}

static void
on_pthreadpool(void)
{
	pthreadpool_parallelize_1d(peer_pool, meet_at, NULL, width, 0);
}
#endif

/* ---- the rounds ---- */

static void
round_of(void *arg, double value[])
{
	void (*const *region)(void) = arg;
	uint64_t begun = now_ns(), now = begun;
	uint64_t ends = begun + (uint64_t)(rounds_seconds(ROUND_SECONDS) * 1e9);
	size_t n = 0;

	while (n < MOST_SAMPLES && now < ends) {
		uint64_t last = now;

		expected += width;
		(*region)();
		now = now_ns();
		sample[n++] = (double)(now - last);
		if (arrived != expected)
			die("%zu of %u blocks ran",
			    (size_t)(arrived + width - expected), width);
	}
	stats_sort(sample, n);
	value[0] = stats_quantile(sample, n, 0.5) / 1000;
	value[1] = stats_quantile(sample, n, 0.99) / 1000;
}

static void
measure(const char *work, const struct contender contender[], size_t n)
{
	static const struct figure figures[] = {
		{ "p50", "us", false },
		{ "p99", "us", false },
	};

	rounds_measure(work, figures, 2, contender, n);
}

int
main(int argc, char **argv)
{
	static void (*region[])(void) = { quern_in_team, libgomp_loop,
		libgomp_region, quern_on_pool, quern_on_lane,
#ifdef PEER_pthreadpool
		on_pthreadpool
#endif
	};
	const struct contender in_team[] = {
		{ "quern_run, NULL", false, round_of, &region[0] },
		{ "libgomp, loop", true, round_of, &region[1] },
		{ "libgomp, region", true, round_of, &region[2] },
	};
	const struct contender on_pool[] = {
		{ "quern_run, pool", false, round_of, &region[3] },
		{ "quern_run, lane", false, round_of, &region[4] },
		{ "pthreadpool", true, round_of, &region[5] },
	};
	quern_threads_options on_lane;

	rounds_begin(argc, argv);
	width = cores();
	sample = get_memory(MOST_SAMPLES, sizeof(*sample));
	quern_threads_options_init(&on_lane);
	on_lane.engine = QUERN_ENGINE_LANE;
	if (quern_threads_create(&pool, NULL) ||
	    quern_threads_create(&lanes, &on_lane))
		die("no pool");
#ifdef PEER_pthreadpool
	peer_pool = pthreadpool_create(width);
	if (!peer_pool)
		die("pthreadpool: no pool");
#endif

	measure("3 fork and join, in the caller's team", in_team, 3);
	measure("3 fork and join, on a pool", on_pool,
	    sizeof(region) / sizeof(*region) - 3);

#ifdef PEER_pthreadpool
	pthreadpool_destroy(peer_pool);
#endif
	if (quern_executor_destroy(pool) || quern_executor_destroy(lanes))
		die("the pool is busy");
	free(sample);
	return 0;
}
