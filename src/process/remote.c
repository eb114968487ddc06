/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remote.c -- a worker thread whose work is done by a process, see remote.h.
 *
 *     worker.c, grid.c --> [remote.c] --> stage.c, conversation.c
 */
#include "remote.h"

#include <errno.h>
#include <string.h>

#include "conversation.h"
#include "keeper.h"
#include "registry.h"
#include "stage.h"
#include "start.h"
#include "kernels/kernel.h"
#include "src/job.h"
#include "src/mem.h"
#include "src/pool.h"

struct quern__remote *
quern__remote_of(const quern_executor *pool, unsigned index)
{
	return pool->processes ? &pool->processes->remote[index] : NULL;
}

/* ---- what can be sent ---- */

/*
 * The function, or the reducer, that the op brings along; 0: none.  Kernels
 * have a number there.
 */
static uintptr_t
how_of(const quern_op *op)
{
	uintptr_t how;

	if (quern__is_kernel(op->kind))
		return 0;
	_Static_assert(sizeof(how) == sizeof(op->how), "a pointer");
	memcpy(&how, &op->how, sizeof(how));
	return how;
}

int
quern__remote_check(const quern_executor *pool, const quern_op *op)
{
	struct quern__processes *all = pool->processes;
	size_t n;
	const quern_op *ops = quern__ops_of(op, &n);

	if (!quern__registry_key((uintptr_t)op->kind))
		return -ENOEXEC;
	for (size_t i = 0; i < n; i++)
		if (!quern__registry_key((uintptr_t)ops[i].kind))
			return -ENOEXEC;
	if (how_of(op) && !quern__registry_key(how_of(op)))
		return -ENOEXEC;
	if (!quern__is_kernel(op->kind) && op->arg && !op->arg_bytes &&
	    !quern__arena_holds(&all->arena, op->arg, 1))
		return -EFAULT;
	return 0;
}

/* ---- what is sent ---- */

void
quern__remote_lay_out(struct quern__remote *remote, unsigned at,
    const quern_job *job, const quern_op *op, void *scratch)
{
	struct quern__on_desk *on = &remote->desk->on[at];

	*on = (struct quern__on_desk) {
		.job = { .op = *op },
		.kind_key = quern__registry_key((uintptr_t)job->op.kind),
		.how_key = quern__registry_key(how_of(&job->op)),
	};
	on->job.own.scratch = scratch;
	on->job.own.word = QUERN__MAGIC | QUERN__IN_FLIGHT;
}

/* A process that has done its share, or has grown, makes way for another. */
void
quern__remote_count(struct quern__remote *remote, unsigned jobs)
{
	const quern_processes_options *options = &remote->all->options;

	remote->jobs += jobs;
	remote->worn =
	    (options->jobs_most && remote->jobs >= options->jobs_most) ||
	    (options->memory_most &&
		quern__process_resident(remote) > options->memory_most);
	if (remote->worn)
		quern__keeper_look(remote->all);
}

static bool
reads(const quern_op *op, const void *array)
{
	return op->in == array || op->in2 == array ||
	    (quern__is_kernel(op->kind) && op->in3 == array);
}

/*
 * May what a process has begun be begun again?  Not if it changes what it reads:
 * accumulators that are joined, or an array in place that is not a copy.
 */
static bool
may_run_again(
    struct quern__remote *remote, const quern_op *op, enum quern__what what)
{
	size_t n;
	const quern_op *ops = quern__ops_of(op, &n);

	if (what == QUERN__RUN_JOIN)
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; ops[i].out && k < n; k++)
			if (reads(&ops[k], ops[i].out) &&
			    quern__arena_holds(
				&remote->all->arena, ops[i].out, 1))
				return false;
	return true;
}

int
quern__remote_run_locked(struct quern__remote *remote, quern_job *job,
    void *scratch, struct quern__message *run, unsigned died, uint32_t *blocks)
{
	struct quern__patience patience = { .job = job };
	unsigned unbegun = 0;
	struct quern__message answer;
	struct quern__staged_part part[QUERN__PARTS_MOST];
	struct quern__staged staged;
	quern_crash crash;
	size_t used;
	int err, status;

	run->u.run.n = 1;
	for (;;) {
		used = 0;
		err = quern__stage_fill(
		    remote, &job->op, run, &used, part, &staged);
		if (!err) {
			quern__remote_lay_out(
			    remote, 0, job, &staged.op, scratch);
			err = quern__remote_ready(remote, &patience);
		}
		if (err)
			return err;
		if (!quern__remote_ask(remote, &patience, run, &answer, &crash))
			break;
		quern__keeper_look(remote->all);
		if (patience.told ||
		    (quern__desk_state(remote, 0) != QUERN__DESK_WAITING ?
			    died++ >= remote->all->options.retries ||
				!may_run_again(
				    remote, &job->op, run->u.run.what) :
			    unbegun++ >= QUERN__UNBEGUN_MOST)) {
			quern__crash_keep(remote->all, job, &crash);
			return -EOWNERDEAD;
		}
	}
	status = run->u.run.what == QUERN__RUN_CALLS ?
	    remote->desk->on[0].status :
	    answer.u.ended.status;
	/* A verdict comes with an error. */
	if (status >= 0 || (status == -ERANGE && job->op.kind->verdict))
		quern__stage_fetch(&staged);
	*blocks = answer.u.ended.blocks;
	return status;
}

/* A part of a loop; `first`: the worker has just come to it. */
static int
run_remote(struct quern__remote *remote, quern_job *job, void *scratch,
    enum quern__what what, struct quern__blocks of, bool first,
    uint32_t *blocks)
{
	struct quern__message run = {
		.verb = QUERN__SAY_RUN,
		.u.run = { .what = what, .begin = of.at, .end = of.end },
	};
	int status;

	pthread_mutex_lock(&remote->lock);
	status =
	    quern__remote_run_locked(remote, job, scratch, &run, 0, blocks);
	if (first && remote->pid)
		quern__remote_count(remote, 1);
	quern__keeper_release(remote);
	return status;
}

void
quern__remote_blocks(quern_context *ctx, struct quern__blocks step)
{
	quern_job *job = ctx->job;
	struct quern__blocks part = step;
	uint32_t ran;
	int status;

	for (; part.at < step.end && !quern__job_was_told(job);
	     part.at = part.end) {
		part.end = quern__stage_part(
		    &ctx->remote->all->arena, &job->op, part.at, step.end);
		ran = 0;
		status = run_remote(ctx->remote, job, job->own.scratch,
		    QUERN__RUN_BLOCKS, part, !ctx->blocks_run, &ran);
		ctx->blocks_run += ran;
		if (status < 0)
			quern__job_fail(job, status);
	}
}

int
quern__remote_end_loop(const quern_context *ctx)
{
	quern_job *job = ctx->job;
	int status = quern__grid_verdict(job);
	uint32_t blocks;

	if (status || !job->op.kind->acc_bytes)
		return status;
	return run_remote(ctx->remote, job, job->own.scratch, QUERN__RUN_JOIN,
	    (struct quern__blocks) { 0, 0 }, false, &blocks);
}

/* ---- for the job ---- */

void *
quern__remote_scratch(const quern_executor *pool, size_t bytes)
{
	void *scratch;

	if (quern__arena_get(&pool->processes->arena, bytes, &scratch))
		return NULL;
	return scratch;
}

void
quern__remote_scratch_free(const quern_executor *pool, void *scratch)
{
	if (scratch)
		(void)quern__arena_put(&pool->processes->arena, scratch);
}
