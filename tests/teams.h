/* SPDX-License-Identifier: BSD-2-Clause */
/* teams.h -- jobs that lead an OpenMP team, and what they see. */
#ifndef QUERN_TESTS_TEAMS_H
#define QUERN_TESTS_TEAMS_H

#include "ops.h"
#include "regions.h"

enum { CORES = 4 };

/*
 * A rig with as many permits as if there were CORES cores or more: teams of 2
 * and of 4, on any machine.
 */
bool open_cores(struct rig *rig, unsigned workers);
bool open_cores_with(struct rig *rig, const quern_threads_options *options);
void close_cores(struct rig *rig);
/* How many permits there are in it. */
unsigned cores(void);

/*
 * Wait until so many permits are free: a worker gives its own back when it goes
 * to sleep.  False if they do not become so many within ten seconds.
 */
bool permits_become_free(unsigned n);

/* The lanes that are alive. */
uint64_t lanes_of(const struct rig *rig);

/* From the next job on, a lane that has been idle for so long ends. */
void end_idle_lanes_after(struct rig *rig, uint64_t idle_ns);

/* What a function of a team saw. */
struct visit {
	int max_threads;
	struct region plain, wide; /* without a number, with a large one */
	int nested;                /* threads of a region in a region */
	pthread_t leader;
	unsigned index;
	int result; /* to return */
};

/* A quern_call that fills in a struct visit. */
int look_round(quern_context *ctx, void *visit);

/* Run it as a team of that width, when all permits are free; it succeeds. */
struct visit visit_by(struct rig *rig, enum way way, unsigned width);
/* Asserts that it had so many threads and could not get more. */
void check_width(const struct visit *visit, int width);

/* Wait until all workers sleep, and have given back their permits. */
void await_sleep(quern_executor *pool);

#endif
