/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * omp.c -- all that quern asks of the OpenMP runtime.
 *
 * The parallel loop is only there to get the team: the blocks are shared out
 * by quern__grid_work(), as on the pool.  There is no num_threads clause, so
 * that the caller's setting counts, and its width is the same each time:
 * libgomp ends and starts threads when it changes.  A thread that finds no
 * block, or has no permit (permit.h), leaves at once.
 *
 * The same serves the leaders of lanes (lane.c), which set their width first.
 */
#include "omp.h"

#include <omp.h>

#include "claim.h"
#include "cpus.h"
#include "fpmode.h"
#include "grid.h"
#include "mem.h"
#include "permit.h"
#include "thread.h"

/*
 * Archer, without which the thread sanitizer does not understand libomp, does
 * not survive a teams construct outside the main thread (LLVM 14).
 */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif
#ifndef THREAD_SANITIZER
#define THREAD_SANITIZER 0
#endif

struct quern__omp_setting
quern__omp_hold_to_one(void)
{
	struct quern__omp_setting before = {
		omp_get_max_threads(),
		omp_get_max_active_levels(),
	};

	quern__omp_stay_at_one();
	return before;
}

void
quern__omp_stay_serial(void)
{
	/* Even with an explicit num_threads(8).  A setting of this thread. */
	omp_set_max_active_levels(0);
}

void
quern__omp_stay_at_one(void)
{
	quern__omp_stay_serial();
	omp_set_num_threads(1);
}

void
quern__omp_let_go(struct quern__omp_setting before)
{
	omp_set_num_threads(before.threads);
	omp_set_max_active_levels(before.levels);
}

bool
quern__omp_binds(void)
{
	return omp_get_proc_bind() != omp_proc_bind_false &&
	    omp_get_num_places() > 0;
}

void
quern__omp_visit_cpus(void (*visit)(int cpu, void *arg), void *arg)
{
	for (int place = 0; place < omp_get_num_places(); place++) {
		int n = omp_get_place_num_procs(place);
		int *cpu = quern__alloc((size_t)n * sizeof(*cpu));

		if (!cpu)
			return;
		omp_get_place_proc_ids(place, cpu);
		for (int i = 0; i < n; i++)
			visit(cpu[i], arg);
		quern__free(cpu);
	}
}

/* ---- the team ---- */

/*
 * The width that this thread's team has, as far as we know.  Per thread,
 * because a team is: libgomp keeps one for each thread that opens regions.
 */
static _Thread_local int team_has = 1;

/* A thread that is there until the gate opens. */
static void *
stand_by(void *gate)
{
	pthread_mutex_lock(gate);
	pthread_mutex_unlock(gate);
	return NULL;
}

/*
 * libgomp ends the process if it cannot start a thread.  So before the first
 * region of a thread, and before every wider one, start as many plain threads,
 * all at once.  What remains: another thread takes what was there a moment
 * ago, or the program's own regions have narrowed the team.
 */
static bool
team_can_start(int width)
{
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	pthread_t *helper;
	int n = 0;

	if (width <= team_has) {
		/* A narrower team ends the threads it has too many. */
		team_has = width > 1 ? width : team_has;
		return true;
	}
	helper = quern__alloc((size_t)width * sizeof(*helper));
	if (!helper)
		return false;
	pthread_mutex_lock(&gate);
	while (n < width - 1 &&
	    !quern__thread_start(&helper[n], "quern-try", stand_by, &gate))
		n++;
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < n; i++)
		quern__thread_join(helper[i]);
	pthread_mutex_destroy(&gate);
	quern__free(helper);
	if (n < width - 1)
		return false;
	team_has = width;
	return true;
}

/* How many threads a region that is opened here gets. */
static int
team_width(void)
{
	return omp_get_active_level() < omp_get_max_active_levels() ?
	    omp_get_max_threads() :
	    1;
}

/* ---- blocks of a loop ---- */

/* As one of so many threads; a claim that is not empty begins with that. */
static void
run_as(
    quern_job *job, unsigned index, unsigned threads, struct quern__claim claim)
{
	struct quern_context ctx = {
		.job = job,
		.index = index,
		.peers = threads - 1,
		.claim = &claim,
	};
	quern__fpmode before = quern__fpmode_enter();

	(void)quern__grid_work(&ctx, NULL, NULL);
	quern__fpmode_leave(before);
}

/*
 * What of the `reserved` blocks is whose: one for each thread, from the far
 * end.  There may be fewer threads than expected, as OMP_DYNAMIC and
 * OMP_THREAD_LIMIT allow, and the first one has what is left.  Only that one
 * asks how many there are: the answer is in a cache line that all write to.
 */
static struct quern__claim
claim_reserved(unsigned reserved, unsigned index)
{
	struct quern__claim claim = { 0 };
	unsigned threads;

	if (index >= reserved)
		return claim;
	if (index) {
		quern__claim_reserved(
		    &claim, reserved - index, reserved - index + 1);
		return claim;
	}
	threads = (unsigned)omp_get_num_threads();
	quern__claim_reserved(
	    &claim, 0, threads < reserved ? reserved - threads + 1 : 1);
	return claim;
}

/* Run all blocks on the calling thread's team; so many of them are reserved. */
static void
run_on_team(quern_job *job, unsigned permits, unsigned reserved)
{
#pragma omp parallel
	{
		unsigned index = (unsigned)omp_get_thread_num();

		/* The width stays the same; those beyond leave at once. */
		if (index < permits)
			run_as(job, index, permits,
			    claim_reserved(reserved, index));
	}
}

/*
 * One block of a kernel, 10 to 100 us of work: it is over before anybody could be
 * told that a core is in use, and there is nothing to claim.
 */
static void
run_block_of_kernel(quern_job *job)
{
	struct quern_context ctx = { .job = job };

	quern__grid_run(&ctx, (struct quern__blocks) { 0, 1 });
	quern__claim_count(job, (uint32_t)ctx.blocks_run);
}

void
quern__omp_run_grid(quern_job *job)
{
	uint32_t blocks = quern__grid_of(&job->op).blocks;
	int width;
	unsigned permits, reserved;

	if (blocks == 1 && quern__is_kernel(job->op.kind)) {
		run_block_of_kernel(job);
		return;
	}
	width = team_width();
	/* A team for one block would only cost. */
	if (blocks <= 1 || !team_can_start(width))
		width = 1;
	permits = quern__permits_enter((unsigned)width);
	if (width == 1) {
		run_as(job, 0, 1, (struct quern__claim) { 0 });
	} else {
		reserved = blocks < permits ? blocks : permits;
		quern__claim_reserve(job, reserved);
		run_on_team(job, permits, reserved);
	}
	quern__permits_give(permits);
}

/* ---- threads of our own that lead a team ---- */

/*
 * Regions of this thread are that wide, no more and no less.  Each time anew:
 * a function may have changed it.
 */
static void
allow(unsigned width)
{
	/* OMP_DYNAMIC would make it narrower at will. */
	omp_set_dynamic(0);
	omp_set_num_threads((int)width);
	omp_set_max_active_levels(width > 1);
}

/*
 * Bound by OpenMP, the leaders of all lanes would sit on the first place, since
 * each is a first thread.  It binds them in their first region, so the way out
 * is inside.
 */
bool
quern__omp_lead(unsigned width)
{
	allow(width);
	if (!team_can_start((int)width))
		return false;
#pragma omp parallel
	quern__cpus_unbind();
	return true;
}

/*
 * The teams construct holds even num_threads(64) to the width, and starts no
 * thread.  For a width of 1 it is left out: no active level says more, and
 * libomp would lose the width.
 */
int
quern__omp_lead_call(quern_context *ctx, unsigned width)
{
	int status;

	allow(width);
	if (width == 1 || THREAD_SANITIZER)
		return quern__op_call(ctx);
#pragma omp teams num_teams(1) thread_limit(width)
	status = quern__op_call(ctx);
	return status;
}

void
quern__omp_lead_grid(quern_job *job, unsigned width)
{
	allow(width);
	if (width == 1)
		run_as(job, 0, 1, (struct quern__claim) { 0 });
	else
		run_on_team(job, width, 0); /* the loop shows its progress */
}
