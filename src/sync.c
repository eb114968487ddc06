/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sync.c -- run an op now, in the thread that asks for it.
 *
 * The op becomes a job on the caller's stack, without a loop.  Of a loop the
 * caller is the first one inside; idle workers join it through the line as
 * they join any other.  The caller never leaves before the last block is
 * claimed and works on nothing else, so it needs nobody's help to get through
 * and cannot pick up work that wants a lock it holds.  Then it waits for the
 * helpers, each of which has one block left at most.
 */
#include <errno.h>

#include "fork.h"
#include "fpmode.h"
#include "grid.h"
#include "job.h"
#include "kernels/kernel.h"
#include "lane.h"
#include "omp.h"
#include "pool.h"

/* The thread that waits for a job without a loop. */
struct quern_waiter {
	pthread_mutex_t lock; /* guards over */
	pthread_cond_t woken; /* over */
	bool over;
};

void
quern__waiter_wake(struct quern_waiter *waiter)
{
	/* Signalled under the lock: the waiter is gone once it is free. */
	pthread_mutex_lock(&waiter->lock);
	waiter->over = true;
	pthread_cond_signal(&waiter->woken);
	pthread_mutex_unlock(&waiter->lock);
}

static void
wait_for(struct quern_waiter *waiter)
{
	pthread_mutex_lock(&waiter->lock);
	while (!waiter->over)
		pthread_cond_wait(&waiter->woken, &waiter->lock);
	pthread_mutex_unlock(&waiter->lock);
	pthread_cond_destroy(&waiter->woken);
	pthread_mutex_destroy(&waiter->lock);
}

/* Run a job that no executor helps with. */
static int
run_alone(quern_job *job, unsigned index, void (*run_grid)(quern_job *job))
{
	struct quern_context ctx = { .job = job, .index = index };
	int status;

	quern__job_move(job, QUERN__IN_FLIGHT);
	if (!quern__op_is_loop(&job->op))
		return quern__job_verdict(job, quern__op_call(&ctx));
	status = quern__grid_begin(job);
	if (status)
		return status;
	if (run_grid)
		run_grid(job);
	else
		(void)quern__grid_work(&ctx, NULL, NULL);
	status = quern__job_verdict(job, quern__grid_end(job));
	quern__grid_drop(job);
	return status;
}

/* Make the calling thread the first one inside: 0 or -ESHUTDOWN. */
static int
enter(quern_executor *pool, quern_job *job)
{
	bool closed;

	pthread_mutex_lock(&pool->lock);
	/* What runs inside a job is a part of that job, which may finish. */
	closed = pool->closed && !job->own.part_of.outer;
	if (!closed) {
		quern__job_move(job, QUERN__IN_FLIGHT);
		job->own.inside = 1;
	}
	pthread_mutex_unlock(&pool->lock);
	return closed ? -ESHUTDOWN : 0;
}

/* Open a loop that we are inside of, so that idle workers join in. */
static void
open_loop(quern_executor *pool, quern_job *job)
{
	bool wake;

	if (quern__grid_of(&job->op).blocks <= 1)
		return;
	pthread_mutex_lock(&pool->lock);
	job->own.lane++;
	quern__line_push(&pool->line, job);
	wake = quern__pool_wants_wake_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		quern__pool_wake(pool);
}

/* Run a loop to its end, and finish it if no helper is left inside. */
static void
run_loop(quern_executor *pool, quern_context *ctx)
{
	int err = quern__grid_begin(ctx->job);
	bool last;

	__atomic_fetch_add(&pool->running, 1, __ATOMIC_RELAXED);
	if (err) {
		quern__loop_finish(ctx->job, err, NULL);
		return;
	}
	open_loop(pool, ctx->job);
	(void)quern__grid_work(ctx, NULL, NULL);
	pthread_mutex_lock(&pool->lock);
	pool->caller_blocks += ctx->blocks_run;
	last = quern__pool_leave_locked(pool, ctx->job, true);
	pthread_mutex_unlock(&pool->lock);
	if (last)
		quern__loop_finish(ctx->job, 0, NULL);
}

static void
run_call(quern_executor *pool, quern_context *ctx)
{
	int status;

	__atomic_fetch_add(&pool->running, 1, __ATOMIC_RELAXED);
	status = quern__op_call(ctx);
	__atomic_fetch_sub(&pool->running, 1, __ATOMIC_RELAXED);
	quern__job_finish(ctx->job, status, NULL);
}

/*
 * Run a call, or a loop with the help of idle workers, or have a lane run it.
 * What runs inside a job never gets a lane of its own: the job may have one,
 * and would wait for cores that it holds itself.
 */
static int
run_helped(quern_executor *pool, quern_job *job, unsigned index)
{
	struct quern_context ctx = { .job = job, .index = index };
	struct quern_waiter waiter = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.woken = PTHREAD_COND_INITIALIZER,
	};
	int err;

	job->own.then.waiter = &waiter;
	err = enter(pool, job);
	if (err)
		return err;
	if (!job->own.part_of.outer && quern__lanes_run(pool, job, 0))
		; /* only to wait for */
	else if (quern__op_is_loop(&job->op))
		run_loop(pool, &ctx);
	else
		run_call(pool, &ctx);
	wait_for(&waiter);
	return job->own.status;
}

/*
 * What quern sees to around every function, on whichever thread: the default
 * floating-point mode, and OpenMP held to one thread.
 */
struct surroundings {
	quern__fpmode fpmode;
	struct quern__omp_setting omp;
};

static struct surroundings
surround(void)
{
	return (struct surroundings) {
		quern__fpmode_enter(),
		quern__omp_hold_to_one(),
	};
}

static void
restore(struct surroundings before)
{
	quern__omp_let_go(before.omp);
	quern__fpmode_leave(before.fpmode);
}

/* A loop, or a call that wants one, on the calling thread's OpenMP team. */
static int
run_on_team(quern_job *job)
{
	quern__fpmode before = quern__fpmode_enter();
	int status = run_alone(job, 0, quern__omp_run_grid);

	quern__fpmode_leave(before);
	return status;
}

static int
run_here(quern_executor *pool, quern_job *job, unsigned index)
{
	struct surroundings before = surround();
	int status;

	if (pool)
		status = run_helped(pool, job, index);
	else
		status = run_alone(job, index, NULL);
	restore(before);
	return status;
}

static bool
uses_team(const quern_op *op)
{
	return quern__op_is_loop(op) || op->kind->team;
}

int
quern_run(quern_executor *executor, quern_op op)
{
	quern_job job;
	int status;

	status = quern__op_check(&op);
	if (!status)
		status = executor ? quern__pool_check(executor) :
				    quern__fork_watch();
	if (status)
		return status;
	quern__job_init_sync(&job, op, executor, NULL);
	/* libgomp hangs in a child whose parent had a team. */
	if (!executor && uses_team(&op) && !quern__fork_generation())
		return run_on_team(&job);
	if (executor)
		quern__pool_force_slot(executor);
	status = run_here(executor, &job, executor ? executor->n_workers : 0);
	if (executor)
		quern__pool_give_slots(executor, 1);
	return status;
}

/*
 * The number that the calling thread has in an op inside another one.  A
 * thread of a lane, whose number may also be a worker's, leaves that to the
 * worker, who may come to help.
 */
static unsigned
index_inside(const quern_context *ctx, const quern_executor *pool)
{
	if (!pool || ctx->index >= pool->n_workers ||
	    pthread_equal(pool->worker[ctx->index].thread, pthread_self()))
		return ctx->index;
	return pool->n_workers;
}

int
quern_run_inside(quern_context *ctx, quern_op op)
{
	quern_executor *pool;
	quern_job job;
	int status;

	if (!ctx)
		return -EINVAL;
	status = quern__op_check(&op);
	if (status)
		return status;
	pool = ctx->job->own.pool;
	if (pool && quern__pool_check(pool))
		return -ESTALE;
	quern__job_init_sync(&job, op, pool, ctx);
	return run_here(pool, &job, index_inside(ctx, pool));
}
