/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grid.c -- the blocks of a loop, and how those who work on it share them.
 *
 *     worker.c, sync.c --> [grid.c] --> kind->range()
 *
 * Whoever is inside runs blocks until there are none, and between a few of
 * them looks whether it should stop or leave.  The same few lines serve the
 * pool's workers, a blocking caller and the threads of an OpenMP team, so all
 * of them give the same bits.  Who gets which blocks: claim.c.
 *
 * Not here: who may enter, and who is the last one out (worker.c, sync.c).
 */
#include "grid.h"

#include <errno.h>
#include <string.h>

#include "claim.h"
#include "fpmode.h"
#include "job.h"
#include "kernels/kernel.h"
#include "mem.h"
#include "pool.h"
#include "process/remote.h"

enum {
	BLOCKS_CHOSEN = 1024, /* enough to balance 100 cores, cheap enough */
	BLOCKS_MOST = 1 << 30 /* of a 32-bit counter */
};

static size_t
ceil_div(size_t a, size_t b)
{
	return a / b + (a % b != 0);
}

struct quern__grid
quern__grid_of(const quern_op *op)
{
	struct quern__grid grid = { .count = op->count };

	grid.block = op->kind->block ? op->kind->block : op->grain;
	if (!grid.block)
		grid.block = ceil_div(op->count, BLOCKS_CHOSEN);
	/* A small loop asks several times, and divisions take their time. */
	if (op->count <= grid.block) {
		grid.blocks = op->count != 0;
		return grid;
	}
	if (op->count / grid.block >= BLOCKS_MOST)
		grid.block = ceil_div(op->count, BLOCKS_MOST);
	grid.blocks = (uint32_t)ceil_div(op->count, grid.block);
	return grid;
}

int
quern__op_check(const quern_op *op)
{
	if (!op->kind)
		return -EINVAL;
	if (!quern__is_kernel(op->kind) && op->arg_bytes && !op->arg)
		return -EINVAL;
	return op->kind->check(op);
}

int
quern__op_call(quern_context *ctx)
{
	quern_job *job = ctx->job;
	int status, failure;

	/* Its time may have run out before its turn came. */
	if (quern__job_should_stop(job))
		return -ECANCELED;
	status = job->op.kind->call(ctx, &job->op);
	/* relaxed: the function wrote it on this thread, if at all. */
	failure = __atomic_load_n(&job->own.status, __ATOMIC_RELAXED);
	return failure < 0 ? failure : status;
}

/* Distance between accumulators: each is aligned as malloc would. */
static size_t
acc_stride(const quern_op *op)
{
	size_t align = _Alignof(max_align_t);

	return ceil_div(op->kind->acc_bytes(op), align) * align;
}

static char *
acc_of(const quern_job *job, uint32_t block)
{
	if (!job->own.scratch)
		return NULL;
	return (char *)job->own.scratch + block * acc_stride(&job->op);
}

/* Do processes run its blocks? */
static bool
is_remote(const quern_job *job)
{
	return job->own.pool && job->own.pool->processes;
}

int
quern__grid_begin(quern_job *job)
{
	return quern__grid_begin_in(job, NULL, 0);
}

int
quern__grid_begin_in(quern_job *job, void *room, size_t room_bytes)
{
	struct quern__grid grid = quern__grid_of(&job->op);
	size_t bytes;

	job->own.scratch = NULL;
	if (!job->op.kind->acc_bytes)
		return 0;
	/* The identity of an empty loop needs a place too. */
	if (__builtin_mul_overflow(
		acc_stride(&job->op), grid.blocks ? grid.blocks : 1, &bytes))
		return -ENOMEM;
	/* Each block clears its own, see run_block(). */
	if (is_remote(job))
		job->own.scratch = quern__remote_scratch(job->own.pool, bytes);
	else if (bytes <= room_bytes)
		job->own.scratch = room;
	else
		job->own.scratch = quern__alloc_as_is(bytes);
	return job->own.scratch ? 0 : -ENOMEM;
}

void
quern__grid_drop(quern_job *job)
{
	if (is_remote(job))
		quern__remote_scratch_free(job->own.pool, job->own.scratch);
	else
		quern__free(job->own.scratch);
	job->own.scratch = NULL;
}

static void
run_block(quern_context *ctx, const struct quern__grid *grid, uint32_t block)
{
	const quern_op *op = &ctx->job->op;
	size_t begin = block * grid->block;
	size_t end = grid->count - begin < grid->block ? grid->count :
							 begin + grid->block;
	char *acc = acc_of(ctx->job, block);
	struct quern__span span;

	quern__trace_begin(&span, ctx->track, QUERN__MARK_BLOCK, ctx->job);
	/* The last block may have left another mode behind. */
	quern__fpmode_reset();
	if (acc)
		op->kind->identity(op, acc);
	op->kind->range(ctx, op, begin, end, acc);
	quern__trace_end(&span, begin, end - begin);
	ctx->blocks_run++;
}

/* Run these, or as many as there are until the job is told to stop. */
static void
run_step(quern_context *ctx, const struct quern__grid *grid,
    struct quern__blocks step)
{
	for (; step.at < step.end && !quern__job_was_told(ctx->job); step.at++)
		run_block(ctx, grid, step.at);
}

void
quern__grid_run(quern_context *ctx, struct quern__blocks blocks)
{
	struct quern__grid grid = quern__grid_of(&ctx->job->op);

	run_step(ctx, &grid, blocks);
}

bool
quern__grid_work(
    quern_context *ctx, bool (*leave)(const void *arg), const void *arg)
{
	quern_job *job = ctx->job;
	struct quern__grid grid = quern__grid_of(&job->op);
	struct quern__claim alone = { 0 };
	struct quern__claim *claim = ctx->claim ? ctx->claim : &alone;
	struct quern__blocks step;
	uint64_t before = ctx->blocks_run, run;
	uint32_t ran = -claim->counted; /* and not counted yet */
	bool exhausted = true;

	claim->counted = 0;
	for (;;) {
		if (quern__job_should_stop(job)) {
			quern__claim_drop_rest(claim, job, grid.blocks);
			break;
		}
		/*
		 * At least one block a visit, or an endless stream of urgent
		 * jobs would keep this loop where it is.
		 */
		if (leave && ctx->blocks_run > before &&
		    !quern__claim_none_left(job, grid.blocks) && leave(arg) &&
		    quern__claim_give_back(claim, job)) {
			exhausted = quern__claim_none_left(job, grid.blocks);
			break;
		}
		if (!quern__claim_next(
			claim, job, grid.blocks, ctx->peers, &ran, &step))
			break;
		run = ctx->blocks_run;
		if (ctx->remote)
			quern__remote_blocks(ctx, step);
		else
			run_step(ctx, &grid, step);
		ran += (uint32_t)(ctx->blocks_run - run);
	}
	quern__claim_count(job, ran);
	return exhausted;
}

/*
 * Join neighbours, then pairs of neighbours, and so on: the left one is
 * always a power of two of blocks, so the tree's shape depends on `blocks`
 * alone.
 */
static void
join_accumulators(quern_job *job, uint32_t blocks)
{
	const quern_op *op = &job->op;

	for (uint32_t step = 1; step < blocks; step *= 2)
		for (uint32_t b = 0; b < blocks - step; b += 2 * step)
			op->kind->combine(
			    op, acc_of(job, b), acc_of(job, b + step));
}

int
quern__grid_join(quern_job *job)
{
	const quern_op *op = &job->op;
	uint32_t blocks = quern__grid_of(op).blocks;

	(void)quern__fpmode_enter();
	if (!blocks)
		op->kind->identity(op, acc_of(job, 0));
	else
		join_accumulators(job, blocks);
	return op->kind->finish(op, acc_of(job, 0));
}

int
quern__grid_verdict(const quern_job *job)
{
	int status = __atomic_load_n(&job->own.status, __ATOMIC_RELAXED);

	if (status < 0)
		return status;
	if (quern__claim_done(job) < quern__grid_of(&job->op).blocks)
		return -ECANCELED; /* quern__job_finish() knows the reason */
	return 0;
}

int
quern__grid_end(quern_job *job)
{
	int status = quern__grid_verdict(job);

	return status || !job->op.kind->acc_bytes ? status :
						    quern__grid_join(job);
}

double
quern__grid_progress(const quern_job *job)
{
	uint32_t blocks = quern__grid_of(&job->op).blocks;
	uint32_t done = quern__claim_done(job);

	return blocks ? (double)done / blocks : 0;
}
