/* SPDX-License-Identifier: BSD-2-Clause */
/* omp.h -- all that quern asks of the OpenMP runtime. */
#ifndef QUERN_SRC_OMP_H
#define QUERN_SRC_OMP_H

#include <quern/loop.h>

struct quern__omp_setting {
	int threads, levels;
};

/*
 * Any OpenMP code on this thread runs on this thread alone from now on.
 * Returns what to give to quern__omp_let_go().
 */
struct quern__omp_setting quern__omp_hold_to_one(void);
/* The same, for a thread that stays like that. */
void quern__omp_stay_at_one(void);
/*
 * The half of that which holds regions to one thread, whatever a function of
 * the user's has just set; the other half is what omp_get_max_threads() says.
 */
void quern__omp_stay_serial(void);
void quern__omp_let_go(struct quern__omp_setting before);

/*
 * Run all blocks of `job` on the calling thread's team, or on the calling
 * thread alone if a team cannot be started.
 */
void quern__omp_run_grid(quern_job *job);

/*
 * Make the calling thread one that leads teams of that width from now on, and
 * start its helpers.  False: they cannot be started.
 */
bool quern__omp_lead(unsigned width);
/*
 * Run the function of a call on such a thread, with OpenMP regions of `width`
 * threads at most; or all blocks of a loop.  A width of 1 holds it to this
 * thread, which then need not lead anything.
 */
int quern__omp_lead_call(quern_context *ctx, unsigned width);
void quern__omp_lead_grid(quern_job *job, unsigned width);

/*
 * With OMP_PROC_BIND or OMP_PLACES OpenMP has pinned the main thread to one
 * place before main().
 */
bool quern__omp_binds(void);
/* Call visit(cpu, arg) for each core of all places. */
void quern__omp_visit_cpus(void (*visit)(int cpu, void *arg), void *arg);

#endif
