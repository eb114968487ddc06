/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h -- an executor of threads: the line, the workers, the accounts.
 *
 * One lock.  It is held for a few stores at a time, never while a block or a
 * callback is under way, nor over system calls (but for the start of the
 * keeper, once in an executor's life).  A loop's lock may be
 * held when it is taken (submits with a timeout or a group), never the other
 * way round.
 */
#ifndef QUERN_SRC_POOL_H
#define QUERN_SRC_POOL_H

#include <pthread.h>
#include <quern/executor.h>

#include "lane.h"
#include "line.h"

/* Written by whoever ends a job; atomic, relaxed, for statistics only. */
struct quern__counts {
	uint64_t running, done, failed, cancelled;
};

struct quern__worker {
	quern_executor *pool; /* fixed */
	unsigned index;       /* fixed */
	pthread_t thread;     /* fixed once started */

	/* Atomic, relaxed; written by this worker, read for statistics. */
	uint64_t blocks;
	uint64_t busy_ns;       /* up to the last time it went to sleep */
	uint64_t busy_since_ns; /* 0: asleep */
} __attribute__((aligned(64)));

struct quern_executor {
	/* fixed at creation */
	unsigned generation;
	unsigned n_workers;
	size_t queue_limit;
	quern_threads_options options;
	struct quern__worker *worker;

	struct quern__counts counts;

	/*
	 * Jobs accepted and not yet delivered, and blocking callers; in the
	 * top bit whether a loop wants to hear of room.  Atomic; accounts.c
	 * says why this order is enough.
	 */
	uint64_t accepted __attribute__((aligned(64)));
	/*
	 * The grace after a shutdown is over.  Atomic, relaxed: set once, and
	 * a worker that sees it late stops a block late.
	 */
	bool stopped;

	pthread_mutex_t lock __attribute__((aligned(64)));
	/* All below: the lock. */
	struct quern__line line;
	unsigned asleep;    /* workers that wait for line.held || leaving */
	uint32_t wake_word; /* they sleep on it; changes with each wake */
	bool waking;        /* one was woken and has not come round yet */
	bool closed;        /* shut down: no new work */
	bool leaving;       /* being destroyed: workers return */
	uint64_t wakes;
	uint64_t caller_blocks; /* run by blocking callers and nested ops */
	quern_loop *loops;      /* that hold this executor */

	/* The thread that ends the grace of a shutdown; shutdown.c. */
	pthread_cond_t grace; /* leaving, or grace_ends_ns was changed */
	bool keeper_started;
	pthread_t keeper;
	uint64_t grace_ends_ns; /* 0: never */

	struct quern__lanes lanes; /* with a lock of their own */
};

/* -EINVAL, -ESTALE or 0: may `pool` be touched at all? */
int quern__pool_check(const quern_executor *pool);

static inline bool
quern__pool_stopped(const quern_executor *pool)
{
	return __atomic_load_n(&pool->stopped, __ATOMIC_RELAXED);
}

/* ---- worker.c ---- */

void *quern__worker_main(void *worker);
/*
 * Work is there.  True if a sleeper should be woken for it: then call
 * quern__pool_wake() without the lock.
 */
bool quern__pool_wants_wake_locked(quern_executor *pool);
void quern__pool_wake(quern_executor *pool);
/*
 * Put n claimed jobs, chained by own.next, in line: all of them, or with
 * -ESHUTDOWN none.
 */
int quern__pool_link(quern_executor *pool, quern_job *first);
/*
 * Leave a loop; `exhausted`: no block was left.  True for the last one out of
 * a loop that is through or is to stop, who must call quern__loop_finish().
 */
bool quern__pool_leave_locked(
    quern_executor *pool, quern_job *job, bool exhausted);
/* What the last one out does; `status` if the loop could not even begin. */
void quern__loop_finish(quern_job *job, int status);

/* ---- accounts.c ---- */

/* Room for one more?  0 or -EAGAIN. */
int quern__pool_take_slot(quern_executor *pool);
/* A slot whatever the limit, for a blocking caller. */
void quern__pool_force_slot(quern_executor *pool);
void quern__pool_give_slot(quern_executor *pool);
/*
 * Have `loop` told once there is room.  Its submit was refused just now; if
 * there is room already it is told at once.
 */
void quern__pool_want_room(quern_executor *pool, quern_loop *loop);

/* A loop holds the executor: 0 or -ESHUTDOWN. */
int quern__pool_attach(quern_executor *pool, quern_loop *loop);
void quern__pool_detach(quern_executor *pool, quern_loop *loop);

/* ---- sync.c: the thread that waits for a job without a loop ---- */

struct quern_waiter;
void quern__waiter_wake(struct quern_waiter *waiter);

#endif
