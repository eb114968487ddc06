/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.c -- a snapshot of what an executor does and did.
 *
 * Counters are written where things happen, each by one thread or atomically,
 * and only added up here.
 */
#include <errno.h>

#include "clock.h"
#include "pool.h"

static uint64_t
read_count(const uint64_t *count)
{
	/* relaxed: statistics. */
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static void
add_worker(quern_stats *out, const struct quern__worker *worker)
{
	uint64_t since = read_count(&worker->busy_since_ns);
	uint64_t now = quern__now_ns();

	out->running += read_count(&worker->calling);
	out->done += read_count(&worker->counts.done);
	out->failed += read_count(&worker->counts.failed);
	out->cancelled += read_count(&worker->counts.cancelled);
	out->blocks += read_count(&worker->blocks);
	out->busy_ns += read_count(&worker->busy_ns);
	if (since && now > since)
		out->busy_ns += now - since;
}

int
quern_executor_stats(const quern_executor *executor, quern_stats *out)
{
	/* The lock is not part of what "const" protects. */
	quern_executor *pool = (quern_executor *)executor;
	quern_stats stats = { .workers = 0 };
	int err;

	err = out ? quern__pool_check(executor) : -EINVAL;
	if (err)
		return err;
	pthread_mutex_lock(&pool->lock);
	quern__pool_absorb_all_locked(pool);
	stats.waiting = pool->line.waiting;
	for (unsigned i = 0; i < pool->n_workers; i++)
		stats.waiting +=
		    quern__batch_left_locked(&pool->worker[i].batch);
	stats.wakes = pool->wakes;
	stats.blocks = pool->caller_blocks;
	stats.blocking_threads = pool->blocking.threads;
	pthread_mutex_unlock(&pool->lock);
	stats.lanes = quern__lanes_alive(&pool->lanes);
	stats.workers = pool->n_workers;
	stats.running = read_count(&pool->running);
	stats.done = read_count(&pool->counts.done);
	stats.failed = read_count(&pool->counts.failed);
	stats.cancelled = read_count(&pool->counts.cancelled);
	for (unsigned i = 0; i < pool->n_workers; i++)
		add_worker(&stats, &pool->worker[i]);
	*out = stats;
	return 0;
}
