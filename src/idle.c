/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle.c -- how those who have nothing to do wait, and how they are woken.
 *
 *     arrive.c --> [idle.c] --> worker.c          workers wait for jobs
 *     worker.c --> [idle.c] --> loop.c            a loop waits for completions
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
 * Spinning.  A sleeper takes 15 to 40 us to come back, which is longer than
 * many a job.  So a worker that runs dry, or a loop whose jobs are under way,
 * looks for a moment before it sleeps.  It does so only while fewer threads run
 * than there are cores (a spinner that shares a core keeps away what it waits
 * for), and only where it has paid lately: after SPINS_MISSED misses in a row
 * it is tried one time in SPIN_AGAIN, once whoever waits for this core has had
 * it.  A spinner that finds itself off its core for a while stops: somebody else
 * wants that core.
 *
 * Permits.  A worker holds one while it is awake (permit.h).  It gives it back
 * to sleep, and at a border when somebody else waits for a core: at once for a
 * lane, which needs several together, else when it has had its turn.
 *
 * Stepping aside.  A loop that runs callbacks keeps a core busy, and so does a
 * blocking caller.  While one does (and, for a loop, calls are short), a worker
 * more than there are other cores steps aside: it would take turns with the
 * others on their cores, and everything would take longer.  The first who does
 * becomes the watcher.  It looks every WATCH_NS whether the line still moves, so
 * that jobs behind one that takes long, in a worker's batch or in the line, wait
 * no longer than that.
 */
#include <sched.h>

#include "busy.h"
#include "clock.h"
#include "front.h"
#include "futex.h"
#include "permit.h"
#include "pool.h"

enum {
	SPINS_MISSED = 4,
	SPIN_AGAIN = 32,
	LOOKS = 16,           /* between two looks at the clock */
	OFF_CORE_NS = 20000,  /* between two looks at the clock, if ever */
	LOOP_SPIN_NS = 20000, /* sockets wait meanwhile; see linger(), too */
	WATCH_NS = 1000000,
	TURN_NS = 2000000, /* that a worker has a core while others wait */
	PATIENCE_NS = 100000000, /* for a permit; then it goes on without */
	LINGER_MOST = 4096,
	LINGER_NS = 20, /* for each, at most: 5 and 80 were a third slower */
	POLL_NS = 300   /* libev takes that long before it delivers */
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

/* ---- spinning ---- */

static void
relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb");
#endif
}

/* Does it pay, going by what came of it lately? */
static bool
pays(unsigned *missed)
{
	return *missed < SPINS_MISSED || ++*missed % SPIN_AGAIN == 0;
}

/* Look until `seen(arg)`, for at most `ns`. */
static bool
spin(bool (*seen)(const void *arg), const void *arg, uint64_t ns,
    unsigned *missed)
{
	uint64_t start, last, now;

	/*
	 * Where it has not paid, what we wait for may wait for our core: a loop
	 * that we have just rung, a worker that we have just woken.
	 */
	if (*missed >= SPINS_MISSED) {
		sched_yield();
		if (seen(arg))
			return true;
	}
	start = last = now = quern__now_ns();
	do {
		for (int i = 0; i < LOOKS; i++) {
			if (seen(arg)) {
				*missed = 0;
				return true;
			}
			relax();
		}
		last = now;
		now = quern__now_ns();
	} while (now - start < ns && now - last < OFF_CORE_NS);
	++*missed;
	return false;
}

static bool
work_seen(const void *arg)
{
	const quern_executor *pool = arg;

	/* relaxed: the lock comes before anything is done about it. */
	return __atomic_load_n(&pool->arrived, __ATOMIC_RELAXED) ||
	    __atomic_load_n(&pool->line.held, __ATOMIC_RELAXED) &
	    QUERN__COMPUTE ||
	    __atomic_load_n(&pool->leaving, __ATOMIC_RELAXED);
}

bool
quern__idle_spin_locked(struct quern__worker *worker)
{
	quern_executor *pool = worker->pool;

	if (!pool->spin_ns ||
	    quern__busy_threads(pool) > quern__busy_cores(pool) ||
	    !pays(&worker->spins_missed))
		return false;
	__atomic_store_n(&pool->spinning, pool->spinning + 1, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&pool->lock);
	(void)spin(work_seen, pool, pool->spin_ns, &worker->spins_missed);
	pthread_mutex_lock(&pool->lock);
	__atomic_store_n(&pool->spinning, pool->spinning - 1, __ATOMIC_SEQ_CST);
	worker->visited_ns = 0;
	return true;
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

	quern__trace_begin(&span, NULL);
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
	quern__trace_end(&worker->track, QUERN__MARK_SLEEP, &span, 0, 0);
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

/* ---- loops and callers ---- */

static bool
end_seen(const void *loop)
{
	return quern__loop_has_ends(loop);
}

bool
quern__pool_caller_spin(
    const quern_executor *pool, bool (*seen)(const void *arg), const void *arg)
{
	unsigned missed = 0;

	return pool->spin_ns &&
	    quern__busy_threads(pool) < quern__busy_cores(pool) &&
	    spin(seen, arg, pool->spin_ns, &missed);
}

/*
 * A job has ended, and many more are about to.  Coming for each of them would
 * only hold up the worker, which is at the same cache lines and, where jobs lie
 * side by side, at those that our core fetches ahead; so let them come: for half
 * the time that they take, since then we need the other half to deliver them.
 */
static void
linger(const quern_executor *pool, size_t pending)
{
	size_t jobs = pending < LINGER_MOST ? pending : LINGER_MOST;
	uint64_t each = __atomic_load_n(&pool->call_ns, __ATOMIC_RELAXED) / 2;
	uint64_t ns = jobs * (each < LINGER_NS ? each : LINGER_NS);
	uint64_t until_ns;

	if (ns <= POLL_NS)
		return;
	until_ns = quern__now_ns() + ns - POLL_NS;
	do {
		for (int i = 0; i < LOOKS; i++)
			relax();
	} while (!quern__passed(until_ns));
}

void
quern__idle_linger(const quern_executor *pool)
{
	if (__atomic_load_n(&pool->accepted, __ATOMIC_RELAXED) > 64)
		for (int i = 0; i < 20; i++)
			relax();
}

/*
 * All workers sleep but the one that we have just woken, and the kernel may have
 * put that on our core: to yield takes half of what it takes to sleep and to be
 * rung for.  Where it runs elsewhere that is soon noticed.
 */
static bool
yield_to_worker(quern_loop *loop)
{
	const quern_executor *pool = loop->executor;

	/* relaxed: hints. */
	if (__atomic_load_n(&pool->asleep, __ATOMIC_RELAXED) <
		pool->n_workers ||
	    !__atomic_load_n(&pool->arrived, __ATOMIC_RELAXED) ||
	    !pays(&loop->yields_missed))
		return false;
	sched_yield();
	if (!end_seen(loop)) {
		loop->yields_missed++;
		return false;
	}
	loop->yields_missed = 0;
	return true;
}

bool
quern__pool_loop_spin(quern_loop *loop)
{
	const quern_executor *pool = loop->executor;
	uint64_t ns =
	    pool->spin_ns < LOOP_SPIN_NS ? pool->spin_ns : LOOP_SPIN_NS;

	if (yield_to_worker(loop))
		return true;
	/* A worker that has yet to step aside is no reason to sleep. */
	if (!ns || !quern__busy_cores(pool) ||
	    (quern__busy_threads(pool) > quern__busy_cores(pool) &&
		!quern__busy_crowds_out(pool, 0)) ||
	    !pays(&loop->spins_missed) ||
	    !spin(end_seen, loop, ns, &loop->spins_missed))
		return false;
	linger(pool, quern_loop_pending(loop));
	return true;
}
