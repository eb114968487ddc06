/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle.c -- how workers that have nothing to do sleep, and how they are woken.
 *
 *     arrive.c --> [idle.c] --> worker.c
 *
 * Before they sleep they may look for a moment, see spin.c.
 *
 * Sleeping.  One sleeper is woken at a time.  A submit wakes nobody while a
 * wake is under way; the woken worker takes what is there and, if more remains,
 * wakes the next.  No wake-up is lost:
 *
 *   - A worker counts itself asleep, then looks at `arrived`; a submitter sets
 *     its bit in `arrived`, then looks who is asleep.  All four are seq_cst, so
 *     one of the two sees the other.
 *   - Everything else is decided with the lock held: while `waking` is set a
 *     worker is on its way to the lock, where it will see all there is.
 *   - The wake word changes before the lock is released, so a worker that has
 *     decided to sleep but does not sleep yet finds it changed.
 *   - While somebody spins, nobody is woken.  Who spins takes itself out of
 *     `spinning`, counts itself asleep and looks again, in this order.
 *
 * Permits.  A worker holds one while it is awake (permit.h).  It gives it back
 * to sleep, and at a border when somebody else waits for a core: at once for a
 * lane, which needs several together, else when it has had its turn.
 *
 * Stepping aside.  A loop that runs callbacks keeps a core busy, and so does a
 * blocking caller.  While one does (and, for a loop, calls are short), a worker
 * more than there are other cores steps aside: it would take turns with the
 * others on their cores, and everything would take longer.  The first who does
 * becomes the watcher.  It looks every WATCH_NS whether the line still moves,
 * so that jobs behind one that takes long, in a worker's batch or in the line,
 * wait no longer than that.
 */
#include "busy.h"
#include "clock.h"
#include "front.h"
#include "futex.h"
#include "permit.h"
#include "pool.h"

enum {
	WATCH_NS = 1000000,
	TURN_NS = 2000000,      /* that a worker has a core while others wait */
	PATIENCE_NS = 100000000 /* for a permit; then it goes on without */
};

/* ---- waking ---- */

bool
quern__pool_has_idle_core(const quern_executor *pool)
{
	/*
	 * seq_cst: who gathers pushes to its outbox, then looks here; a worker
	 * counts itself asleep, then looks into the outboxes.
	 */
	return __atomic_load_n(&pool->asleep, __ATOMIC_SEQ_CST) &&
	    !(__atomic_load_n(&pool->watching, __ATOMIC_RELAXED) &&
		quern__busy_crowds_out(pool, 1));
}

bool
quern__pool_wants_wake_locked(quern_executor *pool)
{
	if (!pool->asleep || pool->waking || pool->spinning)
		return false;
	/* If nobody watches yet, the one who is woken will. */
	if (pool->watching && quern__busy_crowds_out(pool, 1))
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

static void
wake_if_wanted(quern_executor *pool)
{
	bool wake;

	pthread_mutex_lock(&pool->lock);
	wake = quern__pool_wants_wake_locked(pool);
	if (wake)
		quern__trace_point(&pool->callers, QUERN__MARK_WAKE, NULL);
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		quern__pool_wake(pool);
}

void
quern__pool_call_for(quern_executor *pool)
{
	/*
	 * seq_cst: see above.  Most of the time nobody sleeps, or only the
	 * watcher (relaxed: it looks again in a moment): no lock.
	 */
	if (__atomic_load_n(&pool->asleep, __ATOMIC_SEQ_CST) &&
	    !__atomic_load_n(&pool->spinning, __ATOMIC_SEQ_CST) &&
	    !(__atomic_load_n(&pool->watching, __ATOMIC_RELAXED) &&
		quern__busy_crowds_out(pool, 1)))
		wake_if_wanted(pool);
}

/* ---- permits ---- */

void
quern__idle_take_permit(struct quern__worker *worker)
{
	(void)quern__permits_take(1, 0, PATIENCE_NS, false);
	worker->permit_ns = quern__now_ns();
}

bool
quern__idle_yields_to(const struct quern__worker *worker, int wanted)
{
	return wanted == QUERN__LANE_WAITS ||
	    quern__now_ns() - worker->permit_ns >= TURN_NS;
}

void
quern__idle_give_way(struct quern__worker *worker)
{
	quern__permits_give(1);
	quern__idle_take_permit(worker);
}

/* ---- sleeping ---- */

/*
 * Sleep until woken, or for at most `ns` if that is not 0; the worker has
 * counted itself asleep.
 */
static void
sleep_counted_locked(struct quern__worker *worker, uint64_t ns)
{
	quern_executor *pool = worker->pool;
	uint64_t since = worker->busy_since_ns, now = quern__now_ns();
	struct quern__span span;
	uint32_t seen = pool->wake_word;

	quern__trace_begin(&span, &worker->track, QUERN__MARK_SLEEP, NULL);
	quern__note(&worker->busy_ns, worker->busy_ns + now - since);
	quern__note(&worker->busy_since_ns, 0);
	pthread_mutex_unlock(&pool->lock);
	quern__permits_give(1);
	/* A good moment: nobody waits for this one. */
	(void)quern__permits_limit();
	if (ns)
		quern__futex_wait_until(&pool->wake_word, seen, now + ns);
	else
		quern__futex_wait(&pool->wake_word, seen);
	quern__idle_take_permit(worker);
	pthread_mutex_lock(&pool->lock);
	/* Awake, for whatever reason: this one has come round. */
	pool->waking = false;
	quern__note(&worker->busy_since_ns, quern__now_ns());
	quern__trace_end(&span, 0, 0);
	worker->visited_ns = 0;
}

static void
count_asleep_locked(quern_executor *pool, unsigned more)
{
	/* seq_cst: see above. */
	__atomic_store_n(&pool->asleep, pool->asleep + more, __ATOMIC_SEQ_CST);
}

void
quern__idle_sleep_locked(struct quern__worker *worker)
{
	quern_executor *pool = worker->pool;

	count_asleep_locked(pool, 1);
	if (!(pool->line.held & QUERN__COMPUTE) && !pool->leaving &&
	    !__atomic_load_n(&pool->arrived, __ATOMIC_SEQ_CST) &&
	    !quern__pool_gathered_locked(pool))
		sleep_counted_locked(worker, 0);
	count_asleep_locked(pool, -1u);
}

/*
 * Look now and then, until the line does not move any more: either somebody
 * must help, or there is nothing to do.
 */
static void
watch_locked(struct quern__worker *worker)
{
	quern_executor *pool = worker->pool;
	uint64_t visits;

	quern__note(&pool->watching, 1);
	do {
		visits = pool->visits;
		sleep_counted_locked(worker, WATCH_NS);
	} while (!pool->leaving && pool->visits != visits &&
	    quern__busy_crowds_out(pool, 1));
	quern__note(&pool->watching, 0);
}

bool
quern__idle_step_aside_locked(struct quern__worker *worker)
{
	quern_executor *pool = worker->pool;

	if (pool->leaving || !quern__busy_crowds_out(pool, 0))
		return false;
	count_asleep_locked(pool, 1);
	if (pool->watching)
		sleep_counted_locked(worker, 0);
	else
		watch_locked(worker);
	count_asleep_locked(pool, -1u);
	return true;
}
