/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.c -- the threads that do the work.
 *
 *     line.c --> [worker.c] --> grid.c --> mailbox.c
 *
 * A worker picks what comes first in line: a waiting job, which it starts, or
 * an open loop, which it joins.  It leaves a loop when no block is left, or at
 * a block border when something more urgent waits.  Whoever finds no block
 * left, nor one to steal, closes the loop, so that nobody enters any more; the
 * last one out finishes it.
 *
 * Of calls it takes several at once (batch.c): as many as it should be through
 * with in BATCH_NS, going by what calls took lately, and no more than its share
 * of those that wait.  Between two of them it looks whether something more
 * urgent has come.
 *
 * How it waits when there is nothing to do: spin.c, idle.c.
 */
#include <errno.h>

#include "clock.h"
#include "cpus.h"
#include "deliver.h"
#include "fpmode.h"
#include "grid.h"
#include "job.h"
#include "omp.h"
#include "permit.h"
#include "pool.h"
#include "process/remote.h"
#include "thread.h"

enum {
	BATCH_NS = 50000,
	BORDERS_A_LOOK = 64,   /* between two looks at the limit of permits */
	CALL_MOST_NS = 1000000 /* one long call is soon forgotten */
};

bool
quern__pool_leave_locked(quern_executor *pool, quern_job *job, bool exhausted)
{
	job->own.inside--;
	/*
	 * A reason that came after our last look found somebody inside and was
	 * left for us to act on: nobody may come back to this loop for long.
	 */
	if (!job->own.inside && !exhausted)
		exhausted = quern__job_should_stop(job);
	if (exhausted && job->own.place == QUERN__IN_LINE)
		quern__line_remove(&pool->line, job);
	return job->own.place != QUERN__IN_LINE && !job->own.inside;
}

/* Is there something that should not wait until this loop is through? */
static bool
is_urgent(const struct quern__worker *worker)
{
	/* A sleeper that was woken for it may be long in coming. */
	return quern__pool_urgent_in_loop(worker->pool, worker->lane) ||
	    quern__idle_gives_way(worker);
}

static bool
something_urgent(const void *arg)
{
	/* The leave function's promise is about the grid, not about us. */
	struct quern__worker *worker = (struct quern__worker *)arg;

	/* In a long loop the cores may be fewer by now. */
	if (++worker->borders % BORDERS_A_LOOK == 0)
		(void)quern__permits_limit();
	return is_urgent(worker);
}

static void
run_call(struct quern__worker *worker, quern_job *job)
{
	struct quern_context ctx = {
		.job = job,
		.index = worker->index,
		.track = &worker->track,
	};
	int status;

	quern__note(&worker->calling, 1);
	status = quern__op_call(&ctx);
	quern__note(&worker->calling, 0);
	worker->taken++;
	quern__job_finish(job, status, &worker->counts);
}

/* This one, and some that are to come next. */
static void
run_calls_remotely(struct quern__worker *worker, quern_job *job)
{
	quern__note(&worker->calling, 1);
	worker->taken += quern__remote_calls(worker, job);
	quern__note(&worker->calling, 0);
}

void
quern__loop_finish(quern_context *ctx, int status, struct quern__counts *mine)
{
	quern_job *job = ctx->job;

	if (!status)
		status = ctx->remote ? quern__remote_end_loop(ctx) :
				       quern__grid_end(job);
	quern__grid_drop(job);
	__atomic_fetch_sub(&job->own.pool->running, 1, __ATOMIC_RELAXED);
	quern__job_finish(job, status, mine);
}

/* As one of those inside a loop. */
static quern_context
inside(struct quern__worker *worker, quern_job *job)
{
	return (quern_context) {
		.job = job,
		.index = worker->index,
		.peers = worker->pool->n_workers - 1,
		.track = &worker->track,
		.claim = &worker->claim,
		.remote = quern__remote_of(worker->pool, worker->index),
	};
}

/* Work on a loop that we are inside of. */
static void
run_loop(struct quern__worker *worker, quern_job *job)
{
	quern_context ctx = inside(worker, job);
	quern_executor *pool = worker->pool;
	bool exhausted, last;

	/*
	 * The lock also carries the results of our blocks to the last one
	 * out, who joins them.
	 */
	for (;;) {
		exhausted = quern__grid_work(&ctx, something_urgent, worker);
		pthread_mutex_lock(&pool->lock);
		if (!exhausted || is_urgent(worker) ||
		    !quern__claim_steal_locked(pool, &worker->claim))
			break;
		pthread_mutex_unlock(&pool->lock);
	}
	quern__claim_close_locked(pool, &worker->claim);
	quern__note(&worker->blocks, worker->blocks + ctx.blocks_run);
	last = quern__pool_leave_locked(pool, job, exhausted);
	/* We are back at the line in a moment: as good as a wake. */
	if (!last || !job->op.kind->acc_bytes)
		pool->waking = true;
	pthread_mutex_unlock(&pool->lock);
	if (last)
		quern__loop_finish(&ctx, 0, &worker->counts);
}

/* A worker wakes another. */
static void
wake_for(struct quern__worker *worker)
{
	quern__trace_point(&worker->track, QUERN__MARK_WAKE, NULL);
	quern__pool_wake(worker->pool);
}

/* Start a job that was waiting. */
static void
start(struct quern__worker *worker, quern_job *job)
{
	quern_executor *pool = worker->pool;
	quern_context ctx;
	bool wake;
	int err;

	/* Our permit goes with the job; the next one is for what comes next. */
	if (!pool->processes && quern__lanes_want(pool, &job->op) &&
	    quern__lanes_run(pool, job, 1)) {
		quern__idle_take_permit(worker);
		return;
	}
	if (!quern__op_is_loop(&job->op)) {
		if (pool->processes)
			run_calls_remotely(worker, job);
		else
			run_call(worker, job);
		return;
	}
	__atomic_fetch_add(&pool->running, 1, __ATOMIC_RELAXED);
	err = quern__grid_begin(job);
	if (err) {
		ctx = inside(worker, job);
		quern__loop_finish(&ctx, err, &worker->counts);
		return;
	}
	if (quern__grid_of(&job->op).blocks > 1) {
		/* Open it: from here on others may enter. */
		pthread_mutex_lock(&pool->lock);
		job->own.lane++;
		quern__line_push(&pool->line, job);
		quern__claim_open_locked(pool, &worker->claim, job);
		wake = quern__pool_wants_wake_locked(pool);
		pthread_mutex_unlock(&pool->lock);
		if (wake)
			wake_for(worker);
	}
	run_loop(worker, job);
}

/* ---- what to do next ---- */

/* What have the calls since the last visit taken? */
static void
learn_cost_locked(struct quern__worker *worker)
{
	quern_executor *pool = worker->pool;
	uint64_t now = quern__now_ns(), each;

	if (worker->taken) {
		each = (now - worker->visited_ns) / worker->taken;
		each = each < CALL_MOST_NS ? each : CALL_MOST_NS;
		quern__note(&pool->call_ns, (3 * pool->call_ns + each) / 4);
	}
	worker->visited_ns = now;
	worker->taken = 0;
	pool->visits++;
}

/* How many calls may a worker take at once? */
static size_t
batch_size_locked(const quern_executor *pool)
{
	size_t most = BATCH_NS / (pool->call_ns + 1);
	size_t waiting = pool->line.waiting - pool->line.blocking;
	size_t share = waiting / (pool->n_workers - pool->asleep);

	return share < most ? share : most;
}

/* Have the others jobs in their batches that they have not come to? */
bool
quern__pool_return_batches_locked(quern_executor *pool)
{
	bool any = false;

	for (unsigned i = 0; i < pool->n_workers; i++)
		any |= quern__batch_return_locked(
		    &pool->worker[i].batch, &pool->line);
	return any;
}

/* Something from the line; NULL: the pool ends. */
static quern_job *
pick_locked(struct quern__worker *worker)
{
	quern_executor *pool = worker->pool;
	bool spun = false, aside = false;
	quern_job *job;

	for (;;) {
		if (!quern__pool_has_enough_locked(pool))
			quern__pool_absorb_locked(pool);
		/* Once in a row: it came back for a reason. */
		if (!aside && quern__idle_step_aside_locked(worker)) {
			aside = true;
			continue;
		}
		job = quern__line_pick(&pool->line, QUERN__COMPUTE);
		if (job)
			return job;
		if (quern__pool_return_batches_locked(pool))
			continue;
		quern__pool_absorb_all_locked(pool);
		if (pool->line.held & QUERN__COMPUTE)
			continue;
		if (pool->leaving)
			return NULL;
		if (quern__deliver_now_locked(pool))
			continue;
		/* After a spin all of it again: it is some time ago. */
		spun = !spun && quern__spin_for_work_locked(worker);
		if (!spun) {
			quern__idle_sleep_locked(worker);
			aside = false;
		}
	}
}

/* The next thing to do from the line, entered; NULL: the pool ends. */
static quern_job *
visit_line(struct quern__worker *worker, bool *waiting)
{
	quern_executor *pool = worker->pool;
	quern_job *job;
	bool wake;

	quern__spin_linger(worker);
	(void)quern__permits_limit();
	quern__omp_stay_at_one();
	pthread_mutex_lock(&pool->lock);
	pool->waking = false; /* we have come round */
	learn_cost_locked(worker);
	/* What is left if something more urgent came. */
	if (worker->batch.next < worker->batch.filled)
		quern__batch_return_locked(&worker->batch, &pool->line);
	worker->batch.next = worker->batch.filled = 0;
	if (quern__idle_gives_way(worker)) {
		pthread_mutex_unlock(&pool->lock);
		quern__idle_give_way(worker);
		pthread_mutex_lock(&pool->lock);
	}
	job = pick_locked(worker);
	if (!job) {
		pthread_mutex_unlock(&pool->lock);
		return NULL;
	}
	if (!worker->visited_ns)
		worker->visited_ns = quern__now_ns(); /* it was idle */
	*waiting = !quern__lane_is_open(job->own.lane);
	worker->lane = quern__lane_waiting(job->own.lane);
	if (quern__op_is_loop(&job->op)) {
		job->own.inside++;
		worker->claim = (struct quern__claim) {
			.far = pool->processes != NULL,
		};
		if (!*waiting)
			quern__claim_open_locked(pool, &worker->claim, job);
	} else {
		quern__batch_fill_locked(
		    worker, worker->lane, batch_size_locked(pool));
	}
	wake = (pool->line.held & QUERN__COMPUTE || worker->batch.filled) &&
	    quern__pool_wants_wake_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		wake_for(worker);
	return job;
}

static quern_job *
next_job(struct quern__worker *worker, bool *waiting)
{
	quern_executor *pool = worker->pool;
	quern_job *job;

	/* Cheaper than a visit to the line, unless something urgent waits. */
	if (!quern__pool_urgent(pool, worker->lane) &&
	    !quern__idle_gives_way(worker)) {
		job = quern__batch_take(&worker->batch);
		if (job) {
			*waiting = true;
			return job;
		}
	}
	return visit_line(worker, waiting);
}

void *
quern__worker_main(void *arg)
{
	struct quern__worker *worker = arg;
	quern_executor *pool = worker->pool;
	struct quern__span span;
	quern_job *job;
	bool waiting;

	quern__idle_take_permit(worker);
	quern__note(&worker->busy_since_ns, quern__now_ns());
	quern__cpus_unbind();
	quern__thread_step_back(pool->options.nice);
	(void)quern__fpmode_enter();
	if (pool->options.thread_start)
		pool->options.thread_start(
		    worker->index, pool->options.thread_arg);
	quern__fpmode_reset();
	quern__omp_stay_at_one();
	while ((job = next_job(worker, &waiting))) {
		quern__trace_begin(&span, &worker->track,
		    waiting ? QUERN__MARK_RUN : QUERN__MARK_JOIN, job);
		if (waiting)
			start(worker, job);
		else
			run_loop(worker, job);
		quern__trace_end(&span, 0, 0);
		/*
		 * The job may have changed them.  Now, not before the next one:
		 * that may be waited for.
		 */
		quern__fpmode_reset();
		quern__omp_stay_serial();
	}
	if (pool->options.thread_stop)
		pool->options.thread_stop(
		    worker->index, pool->options.thread_arg);
	quern__permits_give(1);
	return NULL;
}
