/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * permit.c -- one account of permits to compute, see permit.h.
 *
 *     worker.c, sync.c, lane.c <--> [permit.c] <-- cpus.c, quota.c
 *
 * Process-wide on purpose: the cores are the process's, and two executors that
 * each kept to their own count would run 2P threads on P cores.
 *
 * Who waits stands in one line.  Only the first is served, bit by bit: what
 * comes free is kept for it until it has all it wants, so that narrow
 * requests do not starve a wide one.  Meanwhile what it was given lies idle,
 * for no longer than its patience.
 *
 * The limit is what the process may use, or, if some executor was asked for
 * more workers than that, the largest number asked for.  The largest, not the
 * sum: a user who asks for 8 workers on 2 cores says that 8 at once are right
 * for this work on this machine, and that is how many run; a second executor
 * does not make the machine any larger.
 *
 * What the process may use is its quota of CPU time, read anew each second, or
 * the cores, if they are fewer.  Of the cores counts the widest affinity that
 * any thread which looked here has had: a thread that was pinned to a core,
 * the one of the event loop for instance, says nothing about the others.
 *
 * When the limit falls nobody loses a permit.  More are out than there are,
 * the hint says so, and it heals as holders reach a block border.
 *
 * Not here: who holds a permit.  The account counts, holders know.
 */
#include "permit.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "clock.h"
#include "cpus.h"
#include "futex.h"
#include "quota.h"

enum {
	WORKERS_MOST = 65536, /* of an executor */
	WAKES = 8,            /* at most, outside the lock */
};

#define LOOK_EVERY_NS UINT64_C(1000000000)

struct waiter {
	struct waiter *next;
	unsigned want, have, granted;
	bool lane;
	/*
	 * Atomic, 1 once it has left the line with all it wants.  release in
	 * serve_locked(), acquire in is_served(): `granted` comes with it.
	 */
	uint32_t served;
};

/*
 * Invariants, whenever `lock` is free:
 *   P1  out is what was taken and not given back, with the grants of those
 *       who wait.
 *   P2  while anybody waits nothing is free: out >= limit.
 *   P3  only the first in line has grants, fewer than it wants.
 *   P4  limit is what the process may use, or `most` if that is more.
 *   P5  quern__permits_hint says what `out`, `limit` and the line say.
 */
static struct {
	/* Read by all who compute, now and then; seldom written. */
	_Alignas(
	    64) unsigned limit; /* atomic; written under lock; 0: not read */
	uint64_t look_at_ns;    /* atomic; when to read anew */
	bool throttled;         /* atomic; a hint, so relaxed on both sides */

	_Alignas(64) pthread_mutex_t lock; /* guards the rest, and `raised` */
	unsigned out;
	unsigned lanes; /* how many in line are */
	struct waiter *first, **end;
	unsigned allowed;          /* cores, by affinity; the most so far */
	struct quern__quota quota; /* as last read */
	unsigned most; /* workers of an executor that raised the limit */
} account = { .lock = PTHREAD_MUTEX_INITIALIZER };

_Alignas(64) int quern__permits_hint;

/*
 * How many executors of that many workers have raised the limit.  Large, but
 * a page of it that is never written takes no memory.
 */
static unsigned raised[WORKERS_MOST + 1];

static unsigned
limit_now(void)
{
	/* relaxed: a number by itself; under the lock it is exact. */
	return __atomic_load_n(&account.limit, __ATOMIC_RELAXED);
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned
free_locked(void)
{
	return account.out < limit_now() ? limit_now() - account.out : 0;
}

/* ---- the line ---- */

/* Give it what it wants of what is free; true: it has all it can get. */
static bool
grant_locked(struct waiter *waiter)
{
	/* More than there are would be waited for in vain. */
	unsigned want = least(waiter->want, limit_now());
	unsigned has = waiter->have + waiter->granted, n;

	if (has >= want)
		return true;
	n = least(want - has, free_locked());
	waiter->granted += n;
	account.out += n;
	return has + n == want;
}

static void
push_locked(struct waiter *waiter)
{
	if (!account.first)
		account.end = &account.first;
	*account.end = waiter;
	account.end = &waiter->next;
	account.lanes += waiter->lane;
}

/* From the front, as a rule: those who wait equally long time out in order. */
static void
remove_locked(struct waiter *waiter)
{
	struct waiter **at = &account.first;

	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
	if (!*at)
		account.end = at;
	account.lanes -= waiter->lane;
}

/* Serve the first in line: what it sleeps on, or NULL if it must wait on. */
static const uint32_t *
serve_locked(void)
{
	struct waiter *first = account.first;

	if (!first || !grant_locked(first))
		return NULL;
	remove_locked(first);
	/* release: see struct waiter.  It may be gone right after this. */
	__atomic_store_n(&first->served, 1, __ATOMIC_RELEASE);
	return &first->served;
}

static void
hint_locked(void)
{
	int wanted = account.first ? QUERN__WORKER_WAITS : QUERN__NOBODY_WAITS;

	if (account.lanes || account.out > limit_now())
		wanted = QUERN__LANE_WAITS;
	/* Not written in vain: the others have the line in their caches. */
	if (wanted != quern__permits_wanted())
		__atomic_store_n(
		    &quern__permits_hint, wanted, __ATOMIC_RELAXED);
}

static void
wake(const uint32_t *const served[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		quern__futex_wake(served[i], 1);
}

/* Whatever has changed: serve who can be, and unlock. */
static void
settle_and_unlock(void)
{
	const uint32_t *served[WAKES];
	unsigned n = 0;

	while ((served[n] = serve_locked())) {
		if (++n < WAKES)
			continue;
		/* More than usual; P2 must hold before we unlock. */
		wake(served, n);
		n = 0;
	}
	hint_locked();
	pthread_mutex_unlock(&account.lock);
	wake(served, n);
}

static bool
is_served(struct waiter *self, uint64_t until_ns)
{
	/* acquire: see struct waiter. */
	while (!__atomic_load_n(&self->served, __ATOMIC_ACQUIRE)) {
		if (quern__now_ns() >= until_ns)
			return false;
		quern__futex_wait_until(&self->served, 0, until_ns);
	}
	return true;
}

/* ---- the limit ---- */

static void
set_limit_locked(void)
{
	unsigned limit = least(account.allowed, account.quota.cpus);

	if (limit < account.most)
		limit = account.most;
	__atomic_store_n(&account.limit, limit, __ATOMIC_RELAXED);
}

/* Outside the lock, as far as it takes its time. */
static void
look(void)
{
	struct quern__quota quota = quern__quota_read();
	unsigned allowed = quern__cpus_allowed();
	bool first, grew;

	/* relaxed: see quern__permits_limit(). */
	__atomic_store_n(&account.look_at_ns,
	    quern__now_coarse_ns() + LOOK_EVERY_NS, __ATOMIC_RELAXED);
	pthread_mutex_lock(&account.lock);
	first = !account.allowed;
	grew = quota.throttled > account.quota.throttled;
	__atomic_store_n(&account.throttled, !first && grew, __ATOMIC_RELAXED);
	account.quota = quota;
	if (account.allowed < allowed)
		account.allowed = allowed;
	set_limit_locked();
	settle_and_unlock();
}

/* As of the last look; the first of all if need be. */
static unsigned
known_limit(void)
{
	if (!limit_now())
		look();
	return limit_now();
}

unsigned
quern__permits_limit(void)
{
	uint64_t now = quern__now_coarse_ns();
	uint64_t at = __atomic_load_n(&account.look_at_ns, __ATOMIC_RELAXED);

	/* relaxed: who moves the date looks, and looking has a lock. */
	if (now >= at &&
	    __atomic_compare_exchange_n(&account.look_at_ns, &at,
		now + LOOK_EVERY_NS, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		look();
	/* The first look of all may be under way in another thread. */
	return known_limit();
}

unsigned
quern__permits_limit_as_read(void)
{
	return known_limit();
}

bool
quern__permits_throttled(void)
{
	return __atomic_load_n(&account.throttled, __ATOMIC_RELAXED);
}

void
quern__permits_raise(unsigned workers)
{
	workers = least(workers, WORKERS_MOST);
	(void)quern__permits_limit();
	pthread_mutex_lock(&account.lock);
	raised[workers]++;
	if (account.most < workers)
		account.most = workers;
	set_limit_locked();
	settle_and_unlock();
}

void
quern__permits_lower(unsigned workers)
{
	workers = least(workers, WORKERS_MOST);
	pthread_mutex_lock(&account.lock);
	raised[workers]--;
	while (account.most && !raised[account.most])
		account.most--;
	set_limit_locked();
	settle_and_unlock();
}

/* ---- taking and giving ---- */

bool
quern__permit_try(void)
{
	return quern__permits_take_free(1) == 1;
}

unsigned
quern__permits_take_free(unsigned most)
{
	unsigned n;

	(void)known_limit();
	pthread_mutex_lock(&account.lock);
	n = least(most, free_locked());
	account.out += n;
	pthread_mutex_unlock(&account.lock);
	return n;
}

void
quern__permits_force(unsigned n)
{
	(void)known_limit();
	pthread_mutex_lock(&account.lock);
	account.out += n;
	hint_locked();
	pthread_mutex_unlock(&account.lock);
}

unsigned
quern__permits_enter(unsigned most)
{
	unsigned n, limit = known_limit();

	pthread_mutex_lock(&account.lock);
	n = least(most, free_locked());
	if (most > limit)
		n = most;
	else if (!n)
		n = 1;
	account.out += n;
	hint_locked();
	pthread_mutex_unlock(&account.lock);
	return n;
}

unsigned
quern__permits_take(
    unsigned want, unsigned have, uint64_t patience_ns, bool lane)
{
	struct waiter self = { .want = want, .have = have, .lane = lane };
	uint64_t until;

	if (have >= want)
		return 0;
	(void)known_limit();
	pthread_mutex_lock(&account.lock);
	/* Nobody is overtaken: what is free, nobody waits for (P2). */
	if (!grant_locked(&self) && patience_ns) {
		until = quern__after_ns(patience_ns);
		push_locked(&self);
		hint_locked();
		pthread_mutex_unlock(&account.lock);
		if (is_served(&self, until))
			return self.granted;
		pthread_mutex_lock(&account.lock);
		/* Served just now, unless it is still in line. */
		if (!self.served)
			remove_locked(&self);
	}
	if (!have && !self.granted) {
		self.granted = 1;
		account.out++;
	}
	settle_and_unlock();
	return self.granted;
}

void
quern__permits_give(unsigned n)
{
	pthread_mutex_lock(&account.lock);
	/* A child of fork() may give what its parent took. */
	account.out -= least(n, account.out);
	settle_and_unlock();
}

void
quern__permits_restart(void)
{
	/* Whoever held the lock or stood in line is not in this process. */
	account.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	while (account.most)
		raised[account.most--] = 0;
	account.first = NULL;
	account.lanes = 0;
	account.out = 0;
	account.allowed = 0;
	account.limit = 0; /* so whoever is first looks */
	quern__permits_hint = QUERN__NOBODY_WAITS;
}
