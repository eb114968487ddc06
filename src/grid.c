/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grid.c -- the blocks of a loop, and how those who work on it share them.
 *
 *     worker.c, sync.c --> [grid.c] --> kind->range()
 *
 * Whoever is inside claims some blocks with one atomic add, until there are
 * none: one at first, then as many neighbours as seem worth AIM_NS, going by
 * what the last ones took, but never so many that the others would have to wait
 * for them at the end.  The same few lines serve the pool's workers, a blocking caller and
 * the threads of an OpenMP team, so all of them give the same bits.
 *
 * Not here: who may enter, and who is the last one out (worker.c, sync.c).
 */
#include "grid.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "fpmode.h"
#include "job.h"
#include "kernels/kernel.h"
#include "mem.h"

enum {
	BLOCKS_CHOSEN = 1024,  /* enough to balance 100 cores, cheap enough */
	BLOCKS_MOST = 1 << 30, /* leaves a 32-bit counter room to overshoot */
	AIM_NS = 20000,
	TINY = 16 /* blocks that are claimed together take 1 us and less */
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
	if (grid.block && op->count / grid.block >= BLOCKS_MOST)
		grid.block = ceil_div(op->count, BLOCKS_MOST);
	grid.blocks =
	    grid.block ? (uint32_t)ceil_div(op->count, grid.block) : 0;
	return grid;
}

int
quern__op_check(const quern_op *op)
{
	if (!op->kind || (op->arg_bytes && !op->arg))
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

int
quern__grid_begin(quern_job *job)
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
	job->own.scratch = quern__alloc_as_is(bytes);
	return job->own.scratch ? 0 : -ENOMEM;
}

void
quern__grid_drop(quern_job *job)
{
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
	struct quern__span span = quern__trace_begin(ctx->job);

	/* The last block may have left another mode behind. */
	quern__fpmode_reset();
	if (acc)
		op->kind->identity(op, acc);
	op->kind->range(ctx, op, begin, end, acc);
	quern__trace_end(
	    ctx->track, QUERN__MARK_BLOCK, &span, begin, end - begin);
	ctx->blocks_run++;
}

/* ---- claims ---- */

/* What one of those inside has claimed and not run, and how it went so far. */
struct claim {
	uint32_t *next;    /* the loop's counter: the first unclaimed block */
	uint32_t at, end;  /* claimed: [at, end) */
	uint32_t size;     /* of the last claim; 0: there was none */
	uint64_t since_ns; /* when that was; 0: not measured */
};

/* How many blocks are worth AIM_NS, going by the last claim? */
static uint32_t
next_size(struct claim *claim)
{
	uint64_t now = quern__now_ns(), worth = 1;

	if (claim->since_ns)
		worth = claim->size * (uint64_t)AIM_NS /
		    (now - claim->since_ns + 1);
	if (worth > 2 * (uint64_t)claim->size)
		worth = 2 * (uint64_t)claim->size;
	claim->since_ns = now;
	return worth ? (uint32_t)worth : 1;
}

static bool
is_left(const struct claim *claim, uint32_t blocks)
{
	return __atomic_load_n(claim->next, __ATOMIC_RELAXED) < blocks;
}

/* Claim the next neighbours that nobody has; false: there are none. */
static bool
claim_more(const quern_context *ctx, uint32_t blocks, struct claim *claim)
{
	/* A look first: adding again and again would overflow. */
	uint32_t begin = __atomic_load_n(claim->next, __ATOMIC_RELAXED);
	uint32_t fair, size = 1;

	if (begin >= blocks)
		return false;
	/* Towards the end little at a time, so that all end together. */
	fair = (blocks - begin) / (4 * (ctx->peers + 1));
	if (fair > 1)
		size = next_size(claim);
	size = size < fair ? size : fair;
	claim->size = size ? size : 1;
	begin = __atomic_fetch_add(claim->next, claim->size, __ATOMIC_RELAXED);
	if (begin >= blocks)
		return false;
	claim->at = begin;
	claim->end =
	    blocks - begin < claim->size ? blocks : begin + claim->size;
	return true;
}

/*
 * Something else is more urgent: give back what was claimed and not run, if
 * nobody has claimed anything since.  False: it is ours to run.
 */
static bool
give_back(struct claim *claim)
{
	uint32_t end = claim->end;

	return claim->at == end ||
	    __atomic_compare_exchange_n(claim->next, &end, claim->at, false,
		__ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Count what was run since the last time. */
static void
note_done(quern_context *ctx, uint64_t *noted)
{
	uint32_t n = (uint32_t)(ctx->blocks_run - *noted);

	*noted = ctx->blocks_run;
	/* relaxed: quern__grid_end() runs after all have left. */
	if (n)
		__atomic_fetch_add(&ctx->job->own.progress.loop.blocks_done, n,
		    __ATOMIC_RELAXED);
}

/*
 * relaxed throughout: claiming a block hands over no data.  The inputs were
 * published by whatever let us in, and the results are published on leaving
 * (the pool's lock, or the end of the OpenMP region).
 */
bool
quern__grid_work(
    quern_context *ctx, bool (*leave)(const void *arg), const void *arg)
{
	quern_job *job = ctx->job;
	struct quern__grid grid = quern__grid_of(&job->op);
	struct claim claim = { &job->own.progress.loop.next_block, 0, 0, 0, 0 };
	uint64_t before = ctx->blocks_run, noted = before;
	bool exhausted = true, look;

	for (;;) {
		/* Between tiny blocks a look at every sixteenth must do. */
		look = claim.size < TINY || claim.at % TINY == 0;
		if (quern__job_was_told(job) ||
		    (look && quern__job_should_stop(job))) {
			/* Nobody need claim the rest. */
			__atomic_store_n(
			    claim.next, grid.blocks, __ATOMIC_RELAXED);
			break;
		}
		if (claim.at == claim.end) {
			note_done(ctx, &noted);
			if (!is_left(&claim, grid.blocks))
				break;
		}
		/*
		 * At least one block a visit, or an endless stream of urgent
		 * jobs would keep this loop where it is.
		 */
		if (look && leave && ctx->blocks_run > before && leave(arg) &&
		    give_back(&claim)) {
			exhausted = !is_left(&claim, grid.blocks);
			break;
		}
		if (claim.at == claim.end &&
		    !claim_more(ctx, grid.blocks, &claim))
			break;
		run_block(ctx, &grid, claim.at++);
	}
	note_done(ctx, &noted);
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
quern__grid_end(quern_job *job)
{
	const quern_op *op = &job->op;
	uint32_t blocks = quern__grid_of(op).blocks;
	int status = __atomic_load_n(&job->own.status, __ATOMIC_RELAXED);

	if (status < 0)
		return status;
	if (job->own.progress.loop.blocks_done < blocks)
		return -ECANCELED; /* quern__job_finish() knows the reason */
	if (!op->kind->acc_bytes)
		return 0;
	(void)quern__fpmode_enter();
	if (!blocks)
		op->kind->identity(op, acc_of(job, 0));
	else
		join_accumulators(job, blocks);
	return op->kind->finish(op, acc_of(job, 0));
}

double
quern__grid_progress(const quern_job *job)
{
	uint32_t blocks = quern__grid_of(&job->op).blocks;
	uint32_t done = __atomic_load_n(
	    &job->own.progress.loop.blocks_done, __ATOMIC_RELAXED);

	return blocks ? (double)done / blocks : 0;
}
