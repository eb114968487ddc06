/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h -- an executor of threads: the line, the workers, the accounts.
 *
 * One lock.  It is held for a few stores for each job that it moves, never
 * while a block or a callback is under way, nor over system calls (but for the
 * start of the keeper, once in an executor's life).  A submit takes it only if
 * somebody sleeps who should be woken.  A loop's lock may be held when it is
 * taken (submits with a timeout or a group), never the other way round.
 */
#ifndef QUERN_SRC_POOL_H
#define QUERN_SRC_POOL_H

#include <pthread.h>
#include <quern/executor.h>

#include "batch.h"
#include "blocking.h"
#include "claim.h"
#include "lane.h"
#include "line.h"
#include "mailbox.h"
#include "permit.h"
#include "trace.h"

/* For statistics only: atomic, relaxed. */
struct quern__counts {
	uint64_t done, failed, cancelled;
};

struct quern__processes;

struct quern__worker {
	quern_executor *pool; /* fixed */
	unsigned index;       /* fixed */
	pthread_t thread;     /* fixed once started */

	struct quern__batch batch;
	struct quern__claim claim; /* of the loop that it is inside of */

	/* This worker only. */
	unsigned lane;         /* where the batch came from */
	unsigned spins_missed; /* in a row; see spin.c */
	unsigned taken;        /* jobs since the last visit to the line */
	unsigned borders;      /* of blocks, passed in loops */
	uint64_t permit_ns;    /* when it got its permit; permit.h */
	uint64_t visited_ns;   /* when that was; 0: it was idle since */

	/* Atomic, relaxed; written by this worker, read for statistics. */
	struct quern__counts counts;
	uint64_t calling; /* 1: inside a call */
	uint64_t blocks;
	uint64_t busy_ns;       /* up to the last time it went to sleep */
	uint64_t busy_since_ns; /* 0: asleep */

	struct quern__track track;
} __attribute__((aligned(64)));

struct quern_executor {
	/* fixed at creation */
	struct quern__processes *processes; /* NULL: the workers compute */
	unsigned generation;
	unsigned n_workers;
	unsigned n_cores;
	bool raised; /* the limit of permits, for more workers than cores */
	size_t queue_limit;
	uint64_t spin_ns; /* 0: never */
	quern_threads_options options;
	struct quern__worker *worker;
	/*
	 * The grace after a shutdown is over.  Atomic, relaxed: set once, and
	 * a worker that sees it late stops a block late.
	 */
	bool stopped;

	/* Of those that are no worker; all who run loops count in `running`. */
	struct quern__counts counts __attribute__((aligned(64)));
	uint64_t running;
	struct quern__track
	    callers; /* and all else that runs ops and is no worker */

	/*
	 * Jobs accepted and not yet delivered, and blocking callers; in the
	 * top bit whether a loop wants to hear of room.  Atomic; accounts.c
	 * says why this order is enough.
	 */
	uint64_t accepted __attribute__((aligned(64)));
	/* Jobs that come in, from any thread; arrive.c. */
	struct quern__mailbox inbox __attribute__((aligned(64)));
	/*
	 * Threads inside quern__pool_link() that nothing else keeps the
	 * executor alive for.  Raised before the push; lowered, with release,
	 * as the last touch of the executor; destroy waits for 0 with acquire.
	 */
	unsigned linking;

	/*
	 * What workers and submitters tell each other, apart from what each
	 * submit writes.  Atomic; idle.c argues the order.
	 */
	unsigned arrived __attribute__((aligned(64))); /* lanes in the inbox */
	unsigned asleep;       /* workers; written with the lock held */
	unsigned spinning;     /* workers; written with the lock held */
	unsigned loops_awake;  /* loops that run callbacks, or are about to */
	unsigned callers_in;   /* blocking callers that compute */
	unsigned lookers;      /* loops that look for ends by themselves */
	uint64_t watching;     /* 1: a worker has stepped aside and looks on */
	uint64_t fed_until_ns; /* till then somebody submits; 0: nobody does */

	pthread_mutex_t lock __attribute__((aligned(64)));
	/* All below: the lock. */
	struct quern__line line;
	uint32_t wake_word; /* sleepers sleep on it; changes with each wake */
	bool waking;        /* one was woken and has not come round yet */
	bool closed;        /* shut down: no new work */
	bool leaving;       /* being destroyed; atomic, for those who spin */
	uint64_t call_ns;   /* what a call has taken lately; read anywhere */
	uint64_t visits;    /* of workers to the line */
	uint64_t wakes;
	uint64_t caller_blocks; /* run by blocking callers and nested ops */
	quern_loop *loops;      /* that hold this executor */
	struct quern__claim *claims; /* of those inside open loops */

	struct quern__blocking blocking;

	/* The thread that ends the grace of a shutdown; shutdown.c. */
	pthread_cond_t grace; /* leaving, or grace_ends_ns was changed */
	bool keeper_started;
	pthread_t keeper;
	uint64_t grace_ends_ns; /* 0: never */

	struct quern__lanes lanes; /* with a lock of their own */
};

/*
 * quern_threads_create(), for workers that have a process each if `processes`
 * is not NULL.  Those are the pool's then.
 */
int quern__pool_create(quern_executor **out,
    const quern_threads_options *options, struct quern__processes *processes);

/* -EINVAL, -ESTALE or 0: may `pool` be touched at all? */
int quern__pool_check(const quern_executor *pool);

static inline bool
quern__pool_stopped(const quern_executor *pool)
{
	return __atomic_load_n(&pool->stopped, __ATOMIC_RELAXED);
}

/* Write a number for others to read: the caller's own, or a hint. */
static inline void
quern__note(uint64_t *number, uint64_t value)
{
	/* relaxed: statistics and hints. */
	__atomic_store_n(number, value, __ATOMIC_RELAXED);
}

/* ---- arrive.c ---- */

/*
 * Put claimed jobs, chained by own.next from the latest to the earliest, on
 * their way: all of them, or with -ESHUTDOWN none.  `lanes` is a bit for each
 * of their lanes.  `kept`: something else keeps the executor alive for the
 * caller, even if all of the jobs are through at once.
 */
int quern__pool_link(quern_executor *pool, quern_job *latest,
    quern_job *earliest, unsigned lanes, bool kept);
/*
 * Are jobs in the inbox, and has somebody been called for one of these lanes?
 * A hint.
 */
static inline bool
quern__pool_has_called(const quern_executor *pool, unsigned lanes)
{
	return lanes & __atomic_load_n(&pool->arrived, __ATOMIC_RELAXED) &&
	    !quern__mailbox_is_empty(&pool->inbox);
}
/*
 * The same for one job, if others are in the inbox: whoever pushed the first of
 * them has called, or is about to.  False, and nothing was done, if there are
 * none.  Touches nothing once the job is linked.
 */
static inline bool
quern__pool_link_behind(quern_executor *pool, quern_job *job)
{
	return quern__mailbox_push_behind(&pool->inbox, job);
}
/*
 * The same for jobs that a callback of `loop` submits to the loop's executor:
 * they may wait a little for others to go with them.
 */
int quern__pool_gather(quern_loop *loop, quern_job *latest, quern_job *earliest,
    unsigned lanes, unsigned n);
/* Send what was gathered.  The loop's thread. */
void quern__pool_send(quern_loop *loop);
/*
 * Are there calls enough in the line for a while, and does what is in the inbox
 * come behind them, lane by lane?
 */
bool quern__pool_has_enough_locked(const quern_executor *pool);
/* Take what has come in to the line. */
void quern__pool_absorb_locked(quern_executor *pool);
/* Have loops gathered jobs that have not gone on? */
bool quern__pool_gathered_locked(const quern_executor *pool);
/* And what loops have gathered. */
void quern__pool_absorb_all_locked(quern_executor *pool);
/* Take no new work from now on. */
void quern__pool_close_locked(quern_executor *pool);

/*
 * Is there anything before lane `lane`?  No lock: an answer that is late by a
 * block or a call is good enough.
 */
static inline bool
quern__pool_urgent(const quern_executor *pool, unsigned lane)
{
	/* relaxed: a hint. */
	unsigned lanes = __atomic_load_n(&pool->line.held, __ATOMIC_RELAXED) |
	    __atomic_load_n(&pool->arrived, __ATOMIC_RELAXED);

	return lanes & ((1u << lane) - 1);
}

/*
 * The same for who is inside a loop of waiting lane `lane`: calls of the same
 * priority come first, loops do not.  To begin them all before any is through
 * would serve nobody.
 */
static inline bool
quern__pool_urgent_in_loop(const quern_executor *pool, unsigned lane)
{
	/* relaxed: a hint. */
	unsigned own = __atomic_load_n(&pool->line.calls, __ATOMIC_RELAXED) |
	    __atomic_load_n(&pool->arrived, __ATOMIC_RELAXED);

	return own & 1u << lane || quern__pool_urgent(pool, lane);
}

/* Have the workers something to do after what they are at?  A hint. */
static inline bool
quern__pool_is_fed(const quern_executor *pool)
{
	return quern__pool_urgent(pool, QUERN__LANES_COMPUTE);
}

/* ---- idle.c ---- */

/*
 * Work is there.  True if a sleeper should be woken for it: then call
 * quern__pool_wake() without the lock.
 */
bool quern__pool_wants_wake_locked(quern_executor *pool);
void quern__pool_wake(quern_executor *pool);
/* Does a worker sleep that would be woken for a new job? */
bool quern__pool_has_idle_core(const quern_executor *pool);
/* Work has arrived in the inbox: see that somebody comes for it. */
void quern__pool_call_for(quern_executor *pool);

/* Take the worker's permit, without the lock. */
void quern__idle_take_permit(struct quern__worker *worker);
/* Somebody waits for a core, as `wanted` says: is it this worker's? */
bool quern__idle_yields_to(const struct quern__worker *worker, int wanted);
/* Should the worker let somebody else have a core, at this border? */
static inline bool
quern__idle_gives_way(const struct quern__worker *worker)
{
	int wanted = quern__permits_wanted();

	return wanted != QUERN__NOBODY_WAITS &&
	    quern__idle_yields_to(worker, wanted);
}
/* Let the others go first, without the lock. */
void quern__idle_give_way(struct quern__worker *worker);
/* Sleep until woken, unless there is work already. */
void quern__idle_sleep_locked(struct quern__worker *worker);
/*
 * Sleep although there may be work, if that only keeps a loop from its core.
 * False if not.
 */
bool quern__idle_step_aside_locked(struct quern__worker *worker);

/* ---- spin.c ---- */

/*
 * The worker has nothing to do: look for work for a moment, with the lock
 * released.  False if that does not pay now.
 */
bool quern__spin_for_work_locked(struct quern__worker *worker);
/* Before a visit to the line: let some jobs come, if that pays. */
void quern__spin_linger(const struct quern__worker *worker);
/*
 * Look for ends of jobs for a moment, if that pays and there are cores enough;
 * the loop is awake.  True if there are any.
 */
bool quern__spin_for_ends(quern_loop *loop);
/* There are: let some more come, if that pays. */
void quern__spin_for_more_ends(const quern_loop *loop);
/* The same for a blocking caller, until `seen(arg)`. */
bool quern__spin_until(
    const quern_executor *pool, bool (*seen)(const void *arg), const void *arg);

/* ---- worker.c ---- */

void *quern__worker_main(void *worker);
/*
 * Put the calls that workers have in their batches and have not come to back
 * in line.  False if there were none.
 */
bool quern__pool_return_batches_locked(quern_executor *pool);
/*
 * Leave a loop; `exhausted`: no block was left.  True for the last one out of
 * a loop that is through or is to stop, who must call quern__loop_finish().
 */
bool quern__pool_leave_locked(
    quern_executor *pool, quern_job *job, bool exhausted);
/* What the last one out does; `status` if the loop could not even begin. */
void quern__loop_finish(
    quern_context *ctx, int status, struct quern__counts *mine);

/* ---- accounts.c ---- */

/* Room for how many?  It may be another number right after. */
size_t quern__pool_room(const quern_executor *pool);
/* Room for how many, up to `most`?  They are taken. */
size_t quern__pool_take_slots(quern_executor *pool, size_t most);
/* A slot whatever the limit, for a blocking caller. */
void quern__pool_force_slot(quern_executor *pool);
void quern__pool_give_slots(quern_executor *pool, size_t n);
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
