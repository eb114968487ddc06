/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * busy.c -- who keeps how many cores busy, as far as an executor knows.
 *
 *     loop.c, sync.c, arrive.c --> [busy.c] --> idle.c, spin.c
 *
 * Workers are not alone: a loop that runs callbacks keeps a core busy, so does
 * a blocking caller, and so does a thread that submits.  They ask here before
 * a thread spins, is woken, or steps aside.
 *
 * All of it are counts that change all the time, read without the lock: hints.
 */
#include "busy.h"

#include "clock.h"
#include "permit.h"
#include "pool.h"

enum {
	SHORT_NS = 20000, /* calls below may wait for the loop's sake */
	TINY_NS = 2000    /* one core is enough for those that are submitted */
};

static unsigned
workers_awake(const quern_executor *pool)
{
	return pool->n_workers -
	    __atomic_load_n(&pool->asleep, __ATOMIC_RELAXED);
}

unsigned
quern__busy_threads(const quern_executor *pool)
{
	return workers_awake(pool) +
	    __atomic_load_n(&pool->loops_awake, __ATOMIC_RELAXED);
}

unsigned
quern__busy_cores(const quern_executor *pool)
{
	unsigned limit = quern__permits_limit_as_read();

	if (quern__permits_throttled())
		return 0;
	return limit < pool->n_cores ? limit : pool->n_cores;
}

/*
 * Does a thread submit from outside of callbacks?  For a while after its last
 * job, since it may have lost its core to a worker, which then finds nothing to
 * do.
 */
static bool
is_fed(const quern_executor *pool)
{
	uint64_t until_ns =
	    __atomic_load_n(&pool->fed_until_ns, __ATOMIC_RELAXED);

	return until_ns && !quern__passed(until_ns);
}

bool
quern__busy_crowds_out(const quern_executor *pool, unsigned more)
{
	unsigned loops = __atomic_load_n(&pool->loops_awake, __ATOMIC_RELAXED);
	unsigned callers = __atomic_load_n(&pool->callers_in, __ATOMIC_RELAXED);
	unsigned workers = more + workers_awake(pool);
	unsigned cores =
	    pool->n_cores > pool->n_workers ? pool->n_cores : pool->n_workers;
	unsigned others = callers > loops ? callers : loops;
	uint64_t call_ns = __atomic_load_n(&pool->call_ns, __ATOMIC_RELAXED);
	bool short_calls = call_ns < SHORT_NS &&
	    !(__atomic_load_n(&pool->line.held, __ATOMIC_RELAXED) &
		QUERN__OPEN_LANES);

	if (!others && call_ns < TINY_NS)
		others = is_fed(pool);
	return others && workers > 1 && workers + others > cores &&
	    (callers || short_calls);
}

void
quern__busy_feeder_sleeps(quern_executor *pool)
{
	quern__note(&pool->fed_until_ns, 0);
}

static void
count_awake(quern_executor *pool)
{
	__atomic_fetch_add(&pool->loops_awake, 1, __ATOMIC_RELAXED);
}

static void
count_asleep(quern_executor *pool)
{
	/* Most likely it was this thread that submitted. */
	quern__busy_feeder_sleeps(pool);
	__atomic_fetch_sub(&pool->loops_awake, 1, __ATOMIC_RELAXED);
}

/* Counted before, and no more after: the count is never one too small. */
void
quern__busy_loop_is(
    struct quern__presence *thread, enum quern__whereabouts where)
{
	/* A look first is cheaper. */
	if (__atomic_load_n(&thread->where, __ATOMIC_RELAXED) == where)
		return;
	if (where == QUERN__AWAKE)
		count_awake(thread->pool);
	if (__atomic_exchange_n(&thread->where, where, __ATOMIC_RELAXED) ==
	    QUERN__AWAKE)
		count_asleep(thread->pool);
}

void
quern__busy_loop_rung(struct quern__presence *thread)
{
	unsigned where = __atomic_load_n(&thread->where, __ATOMIC_RELAXED);

	if (where != QUERN__ASLEEP)
		return;
	count_awake(thread->pool);
	if (!__atomic_compare_exchange_n(&thread->where, &where, QUERN__AWAKE,
		false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		count_asleep(thread->pool);
}
