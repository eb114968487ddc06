/* SPDX-License-Identifier: BSD-2-Clause */
/* teams.c -- jobs that lead an OpenMP team, see teams.h. */
#include "teams.h"

#include <omp.h>
#include <stdio.h>

#include "src/permit.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

bool
open_cores_with(struct rig *rig, const quern_threads_options *options)
{
	watchdog("lanes", 0);
	quern__permits_raise(CORES);
	if (rig_open_with(rig, options))
		return true;
	quern__permits_lower(CORES);
	return false;
}

bool
open_cores(struct rig *rig, unsigned workers)
{
	quern_threads_options options;

	options_with(&options, workers, 0);
	return open_cores_with(rig, &options);
}

void
close_cores(struct rig *rig)
{
	rig_close(rig);
	quern__permits_lower(CORES);
}

unsigned
cores(void)
{
	return quern__permits_limit();
}

bool
permits_become_free(unsigned n)
{
	unsigned got = n + 1;

	for (int tries = 0; got != n && tries < 10000; tries++) {
		if (tries)
			nap();
		got = quern__permits_take_free(cores() + 1);
		quern__permits_give(got);
	}
	return got == n;
}

uint64_t
lanes_of(const struct rig *rig)
{
	quern_stats stats = { 0 };

	CU_ASSERT_EQUAL(quern_executor_stats(rig->executor, &stats), 0);
	return stats.lanes;
}

int
look_round(quern_context *ctx, void *arg)
{
	struct visit *visit = arg;

	visit->leader = pthread_self();
	visit->index = quern_worker_index(ctx);
	visit->max_threads = omp_get_max_threads();
	visit->plain = region(0);
	visit->wide = region(16);
#pragma omp parallel
#pragma omp master
	visit->nested = region(16).size;
	return visit->result;
}

struct visit
visit_by(struct rig *rig, enum way way, unsigned width)
{
	struct visit visit = { .result = 7 };

	CU_ASSERT_TRUE(permits_become_free(cores()));
	CU_ASSERT_EQUAL(
	    run_by(rig, way, quern_team(width, look_round, &visit)), 7);
	return visit;
}

/* libomp has no more threads in a teams region than there are cores. */
void
check_width(const struct visit *visit, int width)
{
	CU_ASSERT_EQUAL(visit->max_threads, width);
	if (!is_libomp(NULL)) {
		CU_ASSERT_EQUAL(visit->plain.size, width);
		CU_ASSERT_EQUAL(visit->wide.size, width);
	} else if (!SANITIZED_THREAD) {
		CU_ASSERT(visit->plain.size <= width);
		CU_ASSERT(visit->wide.size <= width);
	}
	CU_ASSERT_EQUAL(visit->nested, 1);
}

void
end_idle_lanes_after(struct rig *rig, uint64_t idle_ns)
{
	pthread_mutex_lock(&rig->executor->lanes.lock);
	rig->executor->lanes.idle_ns = idle_ns;
	pthread_mutex_unlock(&rig->executor->lanes.lock);
}

void
await_sleep(quern_executor *pool)
{
	bool asleep = false;

	while (!asleep) {
		nap();
		pthread_mutex_lock(&pool->lock);
		asleep = pool->asleep == pool->n_workers;
		pthread_mutex_unlock(&pool->lock);
	}
	nap(); /* they count themselves asleep first */
}
