/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * omp.c -- all that quern asks of the OpenMP runtime.
 *
 * The parallel loop is only there to get the team: the blocks are shared out
 * by quern__grid_work(), as on the pool.  There is no num_threads clause, so
 * that the caller's setting counts, and its width is the same each time:
 * libgomp ends and starts threads when it changes.  A thread that finds no
 * block leaves at once.
 */
#include "omp.h"

#include <omp.h>

#include "fpmode.h"
#include "grid.h"

struct quern__omp_setting
quern__omp_hold_to_one(void)
{
	struct quern__omp_setting before = {
		omp_get_max_threads(),
		omp_get_max_active_levels(),
	};

	/*
	 * With no active level allowed a region stays serial even with an
	 * explicit num_threads(8), which the second call alone would not
	 * achieve.  Both are settings of this thread only.
	 */
	omp_set_max_active_levels(0);
	omp_set_num_threads(1);
	return before;
}

void
quern__omp_let_go(struct quern__omp_setting before)
{
	omp_set_num_threads(before.threads);
	omp_set_max_active_levels(before.levels);
}

static void
run_as(quern_job *job, unsigned index)
{
	struct quern_context ctx = { .job = job, .index = index };
	quern__fpmode before = quern__fpmode_enter();

	(void)quern__grid_work(&ctx, NULL, NULL);
	quern__fpmode_leave(before);
}

void
quern__omp_run_grid(quern_job *job)
{
	/* A team for one block would only cost. */
	if (quern__grid_of(&job->op).blocks <= 1) {
		run_as(job, 0);
		return;
	}
#pragma omp parallel
	run_as(job, (unsigned)omp_get_thread_num());
}
