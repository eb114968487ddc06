/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.c -- an executor of threads: making it and ending it.
 *
 * The work itself is in worker.c, the accounts in accounts.c, the way down in
 * shutdown.c.
 */
#include "pool.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "cpus.h"
#include "fork.h"
#include "futex.h"
#include "mem.h"
#include "permit.h"
#include "process/processes.h"
#include "shutdown.h"
#include "thread.h"

enum {
	THREADS_MOST = 65536, /* of each sort */
	BLOCKING_THREADS = 512,
	QUEUE_LIMIT = 1 << 20,
	SPIN_US = 60,
	SPIN_MOST_US = 1000000,
	/*
	 * The default is 0.  A 1 ms tick on two cores with two workers that
	 * crunch came late by 0.11 ms (99 %) with nice 0, 0.08 with 5, 0.06
	 * with 10, 0.07 with 19; the kernel prefers a thread that mostly
	 * sleeps anyway.  But with 10 any other program on the machine takes
	 * nine tenths of a core from a worker.
	 */
	NICE_MOST = 19,
	CALL_NS = 1000000 /* until the first were seen: wake for each */
};

/* The count shares its word with a flag. */
#define QUEUE_LIMIT_MOST (SIZE_MAX / 2 - 1)

int
quern__pool_check(const quern_executor *pool)
{
	if (!pool)
		return -EINVAL;
	return pool->generation == quern__fork_generation() ? 0 : -ESTALE;
}

void
quern_threads_options_init(quern_threads_options *options)
{
	if (options)
		*options = (quern_threads_options) { .workers = 0 };
}

/* Check the user's options and put the defaults in. */
static int
settle_options(quern_threads_options *out, const quern_threads_options *options)
{
	static const quern_threads_options none;

	*out = options ? *options : none;
	if (out->spin_us > SPIN_MOST_US || out->nice > NICE_MOST)
		return -EINVAL;
	if (memcmp(out->reserved, none.reserved, sizeof(none.reserved)) != 0)
		return -EINVAL;
	if (out->workers > THREADS_MOST ||
	    out->blocking_threads > THREADS_MOST ||
	    out->queue_limit > QUEUE_LIMIT_MOST)
		return -EINVAL;
	if (out->engine > QUERN_ENGINE_LANE || out->reserved1)
		return -EINVAL;
	/*
	 * The pool is faster: fork and join of a loop of one block for each of
	 * two cores took 0.8 us on the pool and 41 to 59 us on a lane (`make
	 * bench SUBJECTS=3`), where the loop goes to another thread and back,
	 * and every thread of the team has to come for the loop to end.
	 */
	if (out->engine == QUERN_ENGINE_DEFAULT)
		out->engine = QUERN_ENGINE_POOL;
	if (!out->workers)
		out->workers = quern__cpus();
	if (!out->blocking_threads)
		out->blocking_threads = BLOCKING_THREADS;
	if (!out->queue_limit)
		out->queue_limit = QUEUE_LIMIT;
	return 0;
}

static uint64_t
spin_ns(const quern_executor *pool)
{
	int us = pool->options.spin_us;

	/* Alone on a core a spinner keeps away what it waits for. */
	if (us < 0 || pool->n_cores == 1)
		return 0;
	return (uint64_t)(us ? us : SPIN_US) * 1000;
}

static int
init_locks(quern_executor *pool)
{
	int err;

	err = quern__mutex_init(&pool->lock);
	if (err)
		return err;
	err = quern__cond_init(&pool->grace);
	if (err)
		goto destroy_lock;
	err = quern__lanes_init(&pool->lanes);
	if (err)
		goto destroy_grace;
	return 0;

	/* Undo in reverse order; each label says what it undoes. */
destroy_grace:
	pthread_cond_destroy(&pool->grace);
destroy_lock:
	pthread_mutex_destroy(&pool->lock);
	return err;
}

static void
fini_locks(quern_executor *pool)
{
	quern__lanes_fini(&pool->lanes);
	pthread_cond_destroy(&pool->grace);
	pthread_mutex_destroy(&pool->lock);
}

static int
start_worker(quern_executor *pool, unsigned index)
{
	struct quern__worker *worker = &pool->worker[index];
	char name[32];
	int err;

	worker->pool = pool;
	worker->index = index;
	quern__track_init(
	    &worker->track, QUERN__TRACK_WORKER, &pool->callers, index);
	snprintf(name, sizeof(name), "quern-%u", index);
	err = quern__thread_start(
	    &worker->thread, name, quern__worker_main, worker);
	if (err)
		quern__track_fini(&worker->track);
	return err;
}

/* The first n workers return and are joined. */
static void
end_workers(quern_executor *pool, unsigned n)
{
	pthread_mutex_lock(&pool->lock);
	/* relaxed: for those who spin; the lock for all others. */
	__atomic_store_n(&pool->leaving, true, __ATOMIC_RELAXED);
	pool->wake_word++;
	pthread_mutex_unlock(&pool->lock);
	quern__futex_wake(&pool->wake_word, INT_MAX);
	for (unsigned i = 0; i < n; i++) {
		quern__thread_join(pool->worker[i].thread);
		quern__track_fini(&pool->worker[i].track);
	}
}

static void
lower_permits(quern_executor *pool)
{
	if (pool->raised)
		quern__permits_lower(pool->n_workers);
}

int
quern__pool_create(quern_executor **out, const quern_threads_options *options,
    struct quern__processes *processes)
{
	quern_threads_options settled;
	quern_executor *pool;
	unsigned started = 0;
	int err;

	if (!out)
		return -EINVAL;
	err = settle_options(&settled, options);
	if (err)
		return err;
	err = quern__fork_watch();
	if (err)
		return err;
	pool = quern__alloc(sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	pool->generation = quern__fork_generation();
	pool->options = settled;
	pool->processes = processes;
	pool->n_workers = settled.workers;
	pool->n_cores = quern__cpus();
	pool->spin_ns = spin_ns(pool);
	pool->call_ns = CALL_NS;
	pool->queue_limit = settled.queue_limit;
	pool->worker = quern__alloc(pool->n_workers * sizeof(*pool->worker));
	if (!pool->worker) {
		err = -ENOMEM;
		goto free_pool;
	}
	err = init_locks(pool);
	if (err)
		goto free_workers;
	quern__track_init(&pool->callers, QUERN__TRACK_CALLERS, NULL, 0);
	pool->raised = pool->n_workers > pool->n_cores;
	if (pool->raised)
		quern__permits_raise(pool->n_workers);
	for (; started < pool->n_workers; started++) {
		err = start_worker(pool, started);
		if (err)
			goto end_workers;
	}
	*out = pool;
	return 0;

	/* Undo in reverse order; each label says what it undoes. */
end_workers:
	end_workers(pool, started);
	lower_permits(pool);
	quern__track_fini(&pool->callers);
	fini_locks(pool);
free_workers:
	quern__free(pool->worker);
free_pool:
	quern__free(pool);
	return err;
}

int
quern_threads_create(quern_executor **out, const quern_threads_options *options)
{
	return quern__pool_create(out, options, NULL);
}

/* Is the calling thread one of the pool's own? */
static bool
on_own_thread(quern_executor *pool)
{
	for (unsigned i = 0; i < pool->n_workers; i++)
		if (pthread_equal(pool->worker[i].thread, pthread_self()))
			return true;
	return quern__blocking_is_own(pool) ||
	    quern__lanes_is_own(&pool->lanes);
}

int
quern_executor_destroy(quern_executor *executor)
{
	bool busy;

	if (!executor)
		return 0;
	if (quern__pool_check(executor))
		return -ESTALE;
	if (on_own_thread(executor))
		return -EDEADLK;
	pthread_mutex_lock(&executor->lock);
	/* acquire: pairs with the release in quern__pool_give_slots(). */
	busy = __atomic_load_n(&executor->accepted, __ATOMIC_ACQUIRE) ||
	    executor->loops;
	if (!busy)
		quern__pool_close_locked(executor);
	pthread_mutex_unlock(&executor->lock);
	if (busy)
		return -EBUSY;
	/* acquire: pairs with the release in quern__pool_link(). */
	while (__atomic_load_n(&executor->linking, __ATOMIC_ACQUIRE))
		sched_yield();
	end_workers(executor, executor->n_workers);
	if (executor->processes)
		quern__processes_free(executor->processes);
	lower_permits(executor);
	quern__blocking_fini(executor);
	quern__shutdown_fini(executor);
	quern__track_fini(&executor->callers);
	fini_locks(executor);
	quern__free(executor->worker);
	quern__free(executor);
	return 0;
}
