/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spin.c -- how those who have nothing to do look for a moment before they
 * sleep.
 *
 *     worker.c --> [spin.c] --> idle.c            a worker waits for jobs
 *     loop.c, sync.c --> [spin.c]                 a loop waits for ends
 *
 * A sleeper takes 15 to 40 us to come back, which is longer than many a job.
 * So a worker that runs dry, or a loop whose jobs are under way, looks for a
 * moment before it sleeps.  It does so only while fewer threads run than there
 * are cores (a spinner that shares a core keeps away what it waits for), and
 * only where it has paid lately: after MISSED_MOST misses in a row it is tried
 * one time in TRY_AGAIN, once whoever waits for this core has had it.  A
 * spinner that finds itself off its core for a while stops: somebody else wants
 * that core.
 *
 * Fetching jobs, or ends, one by one costs both sides some cache misses each.
 * So who comes for a few where many are under way lingers first.
 *
 * That no wake-up is lost while somebody spins: idle.c.
 */
#include <sched.h>

#include "busy.h"
#include "clock.h"
#include "front.h"
#include "pool.h"

enum {
	MISSED_MOST = 4,
	TRY_AGAIN = 32,
	LOOKS = 16,           /* between two looks at the clock */
	OFF_CORE_NS = 20000,  /* between two looks at the clock, if ever */
	LOOP_SPIN_NS = 20000, /* sockets wait meanwhile; see linger(), too */
	FEW = 16,             /* jobs that a worker has taken */
	MANY = 64,            /* jobs that are under way */
	LINGER_LOOKS = 20,    /* of a worker, for more to come */
	LINGER_MOST = 4096,   /* ends that a loop waits for */
	LINGER_NS = 20, /* for each, at most: 5 and 80 were a third slower */
	POLL_NS = 300   /* libev takes that long before it delivers */
};

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
	return *missed < MISSED_MOST || ++*missed % TRY_AGAIN == 0;
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
	if (*missed >= MISSED_MOST) {
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

/* ---- workers ---- */

bool
quern__spin_for_work_locked(struct quern__worker *worker)
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

void
quern__spin_linger(const struct quern__worker *worker)
{
	if (worker->taken && worker->taken < FEW &&
	    __atomic_load_n(&worker->pool->accepted, __ATOMIC_RELAXED) > MANY)
		for (int i = 0; i < LINGER_LOOKS; i++)
			relax();
}

/* ---- loops and callers ---- */

static bool
end_seen(const void *loop)
{
	return quern__loop_has_ends(loop);
}

bool
quern__spin_until(
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
 * side by side, at those that our core fetches ahead; so let them come: for
 * half the time that they take, since then we need the other half to deliver
 * them.
 * `since_ns`  when none had ended.
 */
static void
linger(const quern_executor *pool, size_t pending, uint64_t since_ns)
{
	size_t jobs = pending < LINGER_MOST ? pending : LINGER_MOST;
	uint64_t each = __atomic_load_n(&pool->call_ns, __ATOMIC_RELAXED) / 2;
	uint64_t ns = jobs * (each < LINGER_NS ? each : LINGER_NS);

	if (ns <= POLL_NS)
		return;
	while (!quern__passed(since_ns + ns - POLL_NS))
		for (int i = 0; i < LOOKS; i++)
			relax();
}

/* May a loop keep its core from the workers for a moment? */
static bool
has_core(const quern_executor *pool)
{
	unsigned cores = quern__busy_cores(pool);

	/* A worker that has yet to step aside is no reason to sleep. */
	return pool->spin_ns && cores &&
	    (quern__busy_threads(pool) <= cores ||
		quern__busy_crowds_out(pool, 0));
}

void
quern__spin_for_more_ends(const quern_loop *loop)
{
	if (has_core(loop->executor))
		linger(loop->executor, quern_loop_pending(loop),
		    loop->caught_up_ns);
}

/*
 * All workers sleep but the one that we have just woken, and the kernel may
 * have put that on our core: to yield takes half of what it takes to sleep and
 * to be rung for.  Where it runs elsewhere that is soon noticed.
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
quern__spin_for_ends(quern_loop *loop)
{
	const quern_executor *pool = loop->executor;
	uint64_t ns =
	    pool->spin_ns < LOOP_SPIN_NS ? pool->spin_ns : LOOP_SPIN_NS;

	if (yield_to_worker(loop))
		return true;
	if (!has_core(pool) || !pays(&loop->spins_missed) ||
	    !spin(end_seen, loop, ns, &loop->spins_missed))
		return false;
	linger(pool, quern_loop_pending(loop), quern__now_ns());
	return true;
}
