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
#include "src/job.h"
#include "kernels/kernel.h"
#include "keeper.h"
#include "src/mem.h"
#include "src/pool.h"
#include "registry.h"
#include "stage.h"
#include "start.h"

/*
 * Of a job that a process had not begun when it died, so many more times: it is
 * not to blame.
 */
enum { UNBEGUN_MOST = 3 };

struct quern__remote *
quern__remote_of(const quern_executor *pool, unsigned index)
{
	return pool->processes ? &pool->processes->remote[index] : NULL;
}

/* ---- what can be sent ---- */

/* The function, or the reducer, that the op brings along; 0: none. */
static uintptr_t
how_of(const quern_op *op)
{
	uintptr_t how;

	_Static_assert(sizeof(how) == sizeof(op->how), "a pointer");
	memcpy(&how, &op->how, sizeof(how));
	return how;
}

int
quern__remote_check(const quern_executor *pool, const quern_op *op)
{
	struct quern__processes *all = pool->processes;

	if (!all)
		return 0;
	if (!quern__registry_key((uintptr_t)op->kind))
		return -ENOEXEC;
	if (how_of(op) && !quern__registry_key(how_of(op)))
		return -ENOEXEC;
	if (op->arg && !op->arg_bytes &&
	    !quern__arena_holds(&all->arena, op->arg, 1))
		return -EFAULT;
	return 0;
}

/* ---- what is sent ---- */

static void
lay_out(struct quern__remote *remote, const quern_op *op, void *scratch)
{
	quern_job *job = &remote->desk->job;

	*job = (quern_job) { .op = *op };
	job->own.scratch = scratch;
	job->own.word = QUERN__MAGIC | QUERN__IN_FLIGHT;
}

/* A process that has done its share, or has grown, makes way for another. */
static void
count_job(struct quern__remote *remote)
{
	const quern_processes_options *options = &remote->all->options;

	remote->jobs++;
	remote->worn =
	    (options->jobs_most && remote->jobs >= options->jobs_most) ||
	    (options->memory_most &&
		quern__process_resident(remote) > options->memory_most);
	if (remote->worn)
		quern__keeper_look(remote->all);
}

/*
 * May what a process has begun be begun again?  Not if it changes what it reads:
 * accumulators that are joined, or an array in place that is not a copy.
 */
static bool
may_run_again(
    struct quern__remote *remote, const quern_op *op, enum quern__what what)
{
	if (what == QUERN__RUN_JOIN)
		return false;
	return !op->out || (op->out != op->in && op->out != op->in2) ||
	    !quern__arena_holds(&remote->all->arena, op->out, 1);
}

/*
 * Have the process do `run` with the job's op.  Its status, and the number of
 * blocks it has run; or why it could not be asked.  With remote->lock held.
 */
static int
run_locked(struct quern__remote *remote, quern_job *job, void *scratch,
    struct quern__message *run, uint32_t *blocks)
{
	struct quern__patience patience = { .job = job };
	unsigned died = 0, unbegun = 0;
	struct quern__message answer;
	struct quern__staged staged;
	quern_crash crash;
	bool begun;
	int err;

	run->u.run.kind_key = quern__registry_key((uintptr_t)job->op.kind);
	run->u.run.how_key = quern__registry_key(how_of(&job->op));
	for (;;) {
		err = quern__stage_fill(remote, &job->op, run, &staged);
		if (!err) {
			lay_out(remote, &staged.op, scratch);
			err = quern__remote_ready(remote, &patience);
		}
		if (err)
			return err;
		if (!quern__remote_ask(
			remote, &patience, run, &answer, &crash, &begun))
			break;
		quern__keeper_look(remote->all);
		if (patience.told ||
		    (begun ? died++ >= remote->all->options.retries ||
				!may_run_again(
				    remote, &job->op, run->u.run.what) :
			     unbegun++ >= UNBEGUN_MOST)) {
			quern__crash_keep(remote, job, &crash);
			return -EOWNERDEAD;
		}
	}
	if (answer.u.ended.status >= 0)
		quern__stage_fetch(&staged);
	*blocks = answer.u.ended.blocks;
	count_job(remote);
	return answer.u.ended.status;
}

static int
run_remote(struct quern__remote *remote, quern_job *job, void *scratch,
    enum quern__what what, struct quern__blocks of, uint32_t *blocks)
{
	struct quern__message run = {
		.verb = QUERN__SAY_RUN,
		.u.run = { .what = what, .begin = of.at, .end = of.end },
	};
	int status;

	pthread_mutex_lock(&remote->lock);
	status = run_locked(remote, job, scratch, &run, blocks);
	pthread_mutex_unlock(&remote->lock);
	quern__keeper_check(remote);
	return status;
}

int
quern__remote_call(const quern_context *ctx)
{
	uint32_t blocks;

	return run_remote(ctx->remote, ctx->job, NULL, QUERN__RUN_CALL,
	    (struct quern__blocks) { 0, 0 }, &blocks);
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
		    QUERN__RUN_BLOCKS, part, &ran);
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
	    (struct quern__blocks) { 0, 0 }, &blocks);
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
