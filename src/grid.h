/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grid.h -- the blocks of a loop, and how those who work on it share them.
 */
#ifndef QUERN_SRC_GRID_H
#define QUERN_SRC_GRID_H

#include <quern/loop.h>

#include "kernels/kernel.h"
#include "trace.h"

struct quern__blocks;
struct quern__claim;
struct quern__remote;

/* Where an op is cut.  Depends on op.count, op.grain and op.kind alone. */
struct quern__grid {
	size_t count;    /* elements */
	size_t block;    /* elements per block; the last may be shorter */
	uint32_t blocks; /* 0 if there are no elements */
};

struct quern__grid quern__grid_of(const quern_op *op);

/* Can the op run?  0, -EINVAL, or what its kind says. */
int quern__op_check(const quern_op *op);

static inline bool
quern__op_is_loop(const quern_op *op)
{
	return op->kind->range != NULL;
}

/* What a running function knows of its surroundings. */
struct quern_context {
	quern_job *job;
	unsigned index;
	unsigned peers; /* how many others may be inside the same loop */
	struct quern__track *track;   /* of whoever runs it; NULL: none */
	struct quern__claim *claim;   /* that others may steal from; or NULL */
	struct quern__remote *remote; /* the process that runs it; or NULL */
	uint64_t blocks_run; /* by quern__grid_work() with this context */
};

/*
 * Run the function of a call, unless there is a reason to stop already.  Its
 * status, or that of quern_fail().
 */
int quern__op_call(quern_context *ctx);

/* Get ready, before anybody is inside: a reduction's accumulators.  0 or
 * -ENOMEM. */
int quern__grid_begin(quern_job *job);
/*
 * The same; a few accumulators may be where the caller has room, aligned as malloc
 * aligns.  If own.scratch is `room` then, that is to be NULL before
 * quern__grid_drop().
 */
int quern__grid_begin_in(quern_job *job, void *room, size_t room_bytes);

/*
 * Run blocks of the job's loop, as one of those inside, until none is left
 * (true) or `leave(arg)` says that something else is more urgent (false).
 * `leave` may be NULL.
 */
bool quern__grid_work(
    quern_context *ctx, bool (*leave)(const void *arg), const void *arg);

/* These, or as many as there are until the job is told to stop. */
void quern__grid_run(quern_context *ctx, struct quern__blocks blocks);

/*
 * The last one out joins the accumulators and writes the result.  Returns what
 * the loop came to.
 */
int quern__grid_end(quern_job *job);
/* Its halves: have all blocks run well?  And of a reduction, if they have. */
int quern__grid_verdict(const quern_job *job);
int quern__grid_join(quern_job *job);

/*
 * Free what quern__grid_begin() got, before the job is handed on.  Any number
 * of times.
 */
void quern__grid_drop(quern_job *job);

/* 0 to 1 */
double quern__grid_progress(const quern_job *job);

#endif
