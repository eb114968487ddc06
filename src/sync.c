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
#include <stddef.h>

#include "fork.h"
#include "fpmode.h"
#include "futex.h"
#include "grid.h"
#include "job.h"
#include "kernels/kernel.h"
#include "lane.h"
#include "omp.h"
#include "permit.h"
#include "pool.h"
#include "process/remote.h"
#include "task.h"

/*
 * The thread that waits for a job without a loop.
 *
 *   WAITING ---> OVER           the last helper, while the caller still looks
 *   WAITING ---> ASLEEP ---> OVER     the caller; the last helper, who wakes it
 *
 * release in quern__waiter_wake(), acquire in is_over(): the job's status.  On
 * OVER the caller returns and the waiter is gone, so the helper does not look
 * at it again; to the futex its word is only a name.
 */
struct quern_waiter {
	uint32_t word; /* atomic */
};

enum { WAITING, ASLEEP, OVER };

/* Bytes of accumulators on the stack. */
enum { ROOM = 256 };

void
quern__waiter_wake(struct quern_waiter *waiter)
{
	uint32_t *word = &waiter->word;

	if (__atomic_exchange_n(word, OVER, __ATOMIC_RELEASE) == ASLEEP)
		quern__futex_wake(word, 1);
}

static bool
is_over(const void *arg)
{
	const struct quern_waiter *waiter = arg;

	return __atomic_load_n(&waiter->word, __ATOMIC_ACQUIRE) == OVER;
}

static void
wait_for(const quern_executor *pool, struct quern_waiter *waiter)
{
	uint32_t waiting = WAITING;

	if (is_over(waiter) || quern__spin_until(pool, is_over, waiter))
		return;
	/* relaxed: it tells nothing but that a wake is wanted. */
	__atomic_compare_exchange_n(&waiter->word, &waiting, ASLEEP, false,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	while (!is_over(waiter))
		quern__futex_wait(&waiter->word, ASLEEP);
}

/* Run a job that no executor helps with. */
static int
run_alone(quern_job *job, unsigned index, void (*run_grid)(quern_job *job))
{
	struct quern_context ctx = { .job = job, .index = index };
	/* To get memory takes longer than a short loop does. */
	_Alignas(max_align_t) char room[ROOM];
	int status;

	quern__job_move(job, QUERN__IN_FLIGHT);
	if (!quern__op_is_loop(&job->op))
		return quern__job_verdict(job, quern__op_call(&ctx));
	status = quern__grid_begin_in(job, room, sizeof(room));
	if (status)
		return status;
	if (run_grid)
		run_grid(job);
	else
		(void)quern__grid_work(&ctx, NULL, NULL);
	status = quern__job_verdict(job, quern__grid_end(job));
	if (job->own.scratch == room)
		job->own.scratch = NULL;
	quern__grid_drop(job);
	return status;
}

/*
 * Let idle workers join a loop that the calling thread is inside of.  True if
 * one should be woken for it.
 */
static bool
open_loop_locked(quern_executor *pool, const quern_context *ctx)
{
	quern_job *job = ctx->job;

	if (quern__grid_of(&job->op).blocks <= 1)
		return false;
	job->own.lane++;
	quern__line_push(&pool->line, job);
	quern__claim_open_locked(pool, ctx->claim, job);
	return quern__pool_wants_wake_locked(pool);
}

static void
wake_helper(quern_executor *pool, const quern_context *ctx)
{
	quern__trace_point(ctx->track, QUERN__MARK_WAKE, NULL);
	quern__pool_wake(pool);
}

/*
 * Make the calling thread the first one inside, and `open` the loop: 0 or
 * -ESHUTDOWN.
 */
static int
enter(quern_executor *pool, const quern_context *ctx, bool open)
{
	quern_job *job = ctx->job;
	bool closed, wake = false;

	pthread_mutex_lock(&pool->lock);
	/* What runs inside a job is a part of that job, which may finish. */
	closed = pool->closed && !job->own.part_of.outer;
	if (!closed) {
		quern__job_move(job, QUERN__IN_FLIGHT);
		job->own.inside = 1;
		wake = open && open_loop_locked(pool, ctx);
	}
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		wake_helper(pool, ctx);
	return closed ? -ESHUTDOWN : 0;
}

/* Work on a loop to its end, and finish it if no helper is left inside. */
static void
run_loop(quern_executor *pool, quern_context *ctx)
{
	bool last;

	__atomic_fetch_add(&pool->running, 1, __ATOMIC_RELAXED);
	for (;;) {
		(void)quern__grid_work(ctx, NULL, NULL);
		pthread_mutex_lock(&pool->lock);
		if (!quern__claim_steal_locked(pool, ctx->claim))
			break;
		pthread_mutex_unlock(&pool->lock);
	}
	quern__claim_close_locked(pool, ctx->claim);
	pool->caller_blocks += ctx->blocks_run;
	last = quern__pool_leave_locked(pool, ctx->job, true);
	pthread_mutex_unlock(&pool->lock);
	if (last)
		quern__loop_finish(ctx, 0, NULL);
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

/* No lane could be had: a loop that was not opened is opened now. */
static void
run_without_lane(quern_executor *pool, quern_context *ctx)
{
	int err;
	bool wake;

	if (!quern__op_is_loop(&ctx->job->op)) {
		run_call(pool, ctx);
		return;
	}
	err = quern__grid_begin(ctx->job);
	if (err) {
		__atomic_fetch_add(&pool->running, 1, __ATOMIC_RELAXED);
		quern__loop_finish(ctx, err, NULL);
		return;
	}
	pthread_mutex_lock(&pool->lock);
	wake = open_loop_locked(pool, ctx);
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		wake_helper(pool, ctx);
	run_loop(pool, ctx);
}

/*
 * Run a call, or a loop with the help of idle workers, or have a lane run it.
 * What runs inside a job never gets a lane of its own: the job may have one,
 * and would wait for cores that it holds itself.
 *
 * The caller computes, with `permits` (0 or 1), which go to the lane with the
 * job.  Returns the status; `*permits` is what is left of them.
 */
static int
run_helped(quern_executor *pool, quern_context ctx, unsigned *permits)
{
	quern_job *job = ctx.job;
	struct quern_waiter waiter = { WAITING };
	struct quern__claim claim = { 0 };
	bool is_loop = quern__op_is_loop(&job->op);
	bool lane =
	    !job->own.part_of.outer && quern__lanes_want(pool, &job->op);
	struct quern__span span;
	int err;

	err = is_loop && !lane ? quern__grid_begin(job) : 0;
	if (err)
		return err;
	job->own.then.waiter = &waiter;
	ctx.claim = &claim;
	err = enter(pool, &ctx, is_loop && !lane);
	if (err) {
		quern__grid_drop(job);
		return err;
	}
	quern__trace_begin(&span, ctx.track, QUERN__MARK_RUN, job);
	if (lane && quern__lanes_run(pool, job, *permits))
		*permits = 0; /* only to wait for */
	else if (lane)
		run_without_lane(pool, &ctx);
	else if (is_loop)
		run_loop(pool, &ctx);
	else
		run_call(pool, &ctx);
	wait_for(pool, &waiter);
	quern__trace_end(&span, 0, 0);
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
run_here(quern_executor *pool, quern_context ctx, unsigned *permits)
{
	struct surroundings before = surround();
	int status;

	if (pool)
		status = run_helped(pool, ctx, permits);
	else
		status = run_alone(ctx.job, ctx.index, NULL);
	restore(before);
	return status;
}

/* Have the executor's processes run it, and wait. */
static int
run_elsewhere(quern_executor *pool, quern_job *job)
{
	struct quern_waiter waiter = { WAITING };
	int err = quern__remote_check(pool, &job->op);

	if (err)
		return err;
	job->own.then.waiter = &waiter;
	job->own.next = NULL; /* a chain of one */
	quern__pool_force_slot(pool);
	quern__job_accept(job);
	err = quern__pool_link(pool, job, job, 1u << job->own.lane, true);
	if (!err)
		wait_for(pool, &waiter);
	quern__pool_give_slots(pool, 1);
	return err ? err : job->own.status;
}

static bool
uses_team(const quern_op *op)
{
	return quern__op_is_loop(op) || op->kind->team;
}

struct errand {
	quern_executor *executor;
	quern_op op;
};

static int
run_errand(void *arg)
{
	const struct errand *errand = arg;

	return quern_run(errand->executor, errand->op);
}

/* Kernels need more stack than a task has. */
static int
run_at_home(quern_executor *executor, quern_op op)
{
	struct errand errand = { executor, op };

	return quern__task_at_home(run_errand, &errand);
}

int
quern_run(quern_executor *executor, quern_op op)
{
	unsigned permits = 1;
	quern_job job;
	int status;

	if (quern__task_running)
		return run_at_home(executor, op);
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
	if (executor && executor->processes)
		return run_elsewhere(executor, &job);
	quern__permits_force(permits);
	if (executor) {
		quern__pool_force_slot(executor);
		__atomic_fetch_add(&executor->callers_in, 1, __ATOMIC_RELAXED);
	}
	status = run_here(executor,
	    (quern_context) {
		.job = &job,
		.index = executor ? executor->n_workers : 0,
		.peers = executor ? executor->n_workers : 0,
		.track = executor ? &executor->callers : NULL,
	    },
	    &permits);
	if (permits)
		quern__permits_give(permits);
	if (executor) {
		__atomic_fetch_sub(&executor->callers_in, 1, __ATOMIC_RELAXED);
		/* Whom we kept from a core may have it now. */
		if (quern__pool_is_fed(executor))
			quern__pool_call_for(executor);
		quern__pool_give_slots(executor, 1);
	}
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
	unsigned permits = 0; /* it is the outer job's */
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
	return run_here(pool,
	    (quern_context) {
		.job = &job,
		.index = index_inside(ctx, pool),
		.peers = pool ? pool->n_workers : 0,
		.track = ctx->track,
	    },
	    &permits);
}
