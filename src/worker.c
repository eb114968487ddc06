/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.c -- the threads that do the work.
 *
 *     line.c --> [worker.c] --> grid.c --> done.c
 *
 * A worker picks what comes first in line: a waiting job, which it starts, or
 * an open loop, which it joins.  It leaves a loop when no block is left, or at
 * a block border when something more urgent waits and nobody is asleep to do
 * it.  Whoever finds no block left closes the loop, so that nobody enters any
 * more; the last one out finishes it.
 *
 * Waking: one sleeper at a time.  A submit wakes nobody while a wake is under
 * way; the woken worker picks a job and, if more remains, wakes the next.  No
 * wake-up is lost.  All of it is decided under one lock; while `waking` is set
 * a worker is on its way to that lock, where it will see all there is; and the
 * wake word changes before the lock is released, so a worker that has decided
 * to sleep but does not sleep yet finds the word changed.
 */
#include <errno.h>

#include "clock.h"
#include "cpus.h"
#include "fpmode.h"
#include "futex.h"
#include "grid.h"
#include "job.h"
#include "omp.h"
#include "pool.h"

/* Of a worker that runs a job. */
enum { PERMITS_HELD = 0 };

bool
quern__pool_wants_wake_locked(quern_executor *pool)
{
	if (!pool->asleep || pool->waking)
		return false;
	pool->waking = true;
	pool->wakes++;
	pool->wake_word++;
	return true;
}

void
quern__pool_wake(quern_executor *pool)
{
	quern__futex_wake(&pool->wake_word, 1);
}

int
quern__pool_link(quern_executor *pool, quern_job *first)
{
	quern_job *next;
	bool wake;

	pthread_mutex_lock(&pool->lock);
	if (pool->closed) {
		pthread_mutex_unlock(&pool->lock);
		return -ESHUTDOWN;
	}
	for (quern_job *job = first; job; job = next) {
		next = job->own.next;
		quern__job_accept(job);
		quern__line_push(&pool->line, job);
	}
	wake = quern__pool_wants_wake_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		quern__pool_wake(pool);
	return 0;
}

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
	if (exhausted && job->own.in_line)
		quern__line_remove(&pool->line, job);
	return !job->own.in_line && !job->own.inside;
}

/* Is there something that should not wait until this loop is through? */
static bool
something_urgent(const void *arg)
{
	const quern_job *job = arg;
	const quern_executor *pool = job->own.pool;

	/* relaxed: a sleeper takes it, or we see it one block later. */
	return quern__line_urgent(&pool->line, job->own.lane) &&
	    !__atomic_load_n(&pool->asleep, __ATOMIC_RELAXED);
}

static void
note(uint64_t *counter, uint64_t value)
{
	/* relaxed: one writer; read for statistics. */
	__atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

static void
run_call(struct quern__worker *worker, quern_job *job)
{
	struct quern_context ctx = { .job = job, .index = worker->index };

	quern__job_finish(job, quern__op_call(&ctx));
}

void
quern__loop_finish(quern_job *job, int status)
{
	status = status ? status : quern__grid_end(job);
	quern__grid_drop(job);
	quern__job_finish(job, status);
}

/* Work on a loop that we are inside of. */
static void
run_loop(struct quern__worker *worker, quern_job *job)
{
	quern_executor *pool = worker->pool;
	struct quern_context ctx = { .job = job, .index = worker->index };
	bool exhausted, last;

	exhausted = quern__grid_work(&ctx, something_urgent, job);
	note(&worker->blocks, worker->blocks + ctx.blocks_run);
	/*
	 * The lock also carries the results of our blocks to the last one
	 * out, who joins them.
	 */
	pthread_mutex_lock(&pool->lock);
	last = quern__pool_leave_locked(pool, job, exhausted);
	pthread_mutex_unlock(&pool->lock);
	if (last)
		quern__loop_finish(job, 0);
}

/* Start a job that was waiting. */
static void
start(struct quern__worker *worker, quern_job *job)
{
	quern_executor *pool = worker->pool;
	bool wake;
	int err;

	/* Its permits go with the job, and this worker goes on without. */
	if (quern__lanes_run(pool, job, PERMITS_HELD))
		return;
	if (!quern__op_is_loop(&job->op)) {
		run_call(worker, job);
		return;
	}
	err = quern__grid_begin(job);
	if (err) {
		quern__loop_finish(job, err);
		return;
	}
	if (quern__grid_of(&job->op).blocks > 1) {
		/* Open it: from here on others may enter. */
		pthread_mutex_lock(&pool->lock);
		job->own.lane++;
		quern__line_push(&pool->line, job);
		wake = quern__pool_wants_wake_locked(pool);
		pthread_mutex_unlock(&pool->lock);
		if (wake)
			quern__pool_wake(pool);
	}
	run_loop(worker, job);
}

/* The lock is held on entry and on return. */
static void
sleep_locked(struct quern__worker *worker)
{
	quern_executor *pool = worker->pool;
	uint64_t now = quern__now_ns();
	uint32_t seen;

	note(&worker->busy_ns, worker->busy_ns + now - worker->busy_since_ns);
	note(&worker->busy_since_ns, 0);
	__atomic_store_n(&pool->asleep, pool->asleep + 1, __ATOMIC_RELAXED);
	while (!pool->line.held && !pool->leaving) {
		seen = pool->wake_word;
		pthread_mutex_unlock(&pool->lock);
		quern__futex_wait(&pool->wake_word, seen);
		pthread_mutex_lock(&pool->lock);
		/* Awake, for whatever reason: this one has come round. */
		pool->waking = false;
	}
	__atomic_store_n(&pool->asleep, pool->asleep - 1, __ATOMIC_RELAXED);
	note(&worker->busy_since_ns, quern__now_ns());
}

/* The next thing to do, entered; NULL: the pool ends. */
static quern_job *
take(struct quern__worker *worker, bool *waiting)
{
	quern_executor *pool = worker->pool;
	quern_job *job;
	bool wake;

	pthread_mutex_lock(&pool->lock);
	while (!(job = quern__line_pick(&pool->line))) {
		if (pool->leaving) {
			pthread_mutex_unlock(&pool->lock);
			return NULL;
		}
		sleep_locked(worker);
	}
	*waiting = quern__job_state(job) == QUERN__WAITING;
	if (*waiting) {
		quern__job_move(job, QUERN__RUNNING);
		__atomic_fetch_add(&pool->counts.running, 1, __ATOMIC_RELAXED);
	}
	job->own.inside++;
	wake = pool->line.held && quern__pool_wants_wake_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		quern__pool_wake(pool);
	return job;
}

void *
quern__worker_main(void *arg)
{
	struct quern__worker *worker = arg;
	quern_executor *pool = worker->pool;
	quern_job *job;
	bool waiting;

	note(&worker->busy_since_ns, quern__now_ns());
	quern__cpus_unbind();
	(void)quern__fpmode_enter();
	if (pool->options.thread_start)
		pool->options.thread_start(
		    worker->index, pool->options.thread_arg);
	while ((job = take(worker, &waiting))) {
		/* Each time: the last job may have changed them. */
		(void)quern__fpmode_enter();
		(void)quern__omp_hold_to_one();
		if (waiting)
			start(worker, job);
		else
			run_loop(worker, job);
	}
	if (pool->options.thread_stop)
		pool->options.thread_stop(
		    worker->index, pool->options.thread_arg);
	return NULL;
}
