/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocking.c -- the threads that jobs may block.
 *
 *     line.c --> [blocking.c] --> deliver.c
 *
 * A submit starts the threads that its jobs need before it links them, so that
 * a job which nobody could ever take is refused and not lost.  From then on the
 * threads serve the blocking lanes as workers serve theirs.  One that finds
 * nothing goes idle and leaves after a while.  The last to go idle is the first
 * to be called, so those that are too many do leave.
 *
 * Why no job is left lying.  All of it is decided under the pool's lock.
 *   - A busy thread looks at the line after its job, and goes idle only if no
 *     job waits.
 *   - An idle thread sleeps on a word of its own, which its caller changes
 *     under the lock: one that is about to sleep finds it changed.  To be
 *     called is to be out of the idle list, so no call is spent twice.
 *   - A link calls one idle thread, unless as many are coming as jobs wait; and
 *     so does each thread that has looked.  So while a job waits and a thread
 *     is idle another is coming (B1), until all that can serve are awake.
 *   - A thread whose time is over looks at the line once more under the lock.
 *     It stays while a submit counts on it that has not linked yet (B4); that
 *     submit in turn refuses its jobs unless it sees a thread under the lock
 *     under which it links them (B3).
 *   - A thread that could not be started had no job: jobs are in line, for
 *     whoever comes first.
 *
 * Not here: what a blocking function may do inside (context.c, sync.c).
 */
#include "blocking.h"

#include <errno.h>
#include <stdio.h>

#include "clock.h"
#include "cpus.h"
#include "fpmode.h"
#include "futex.h"
#include "grid.h"
#include "job.h"
#include "mem.h"
#include "omp.h"
#include "pool.h"
#include "thread.h"

/* How long a thread stays without work. */
#define IDLE_NS UINT64_C(10000000000)

struct quern__blocking_thread {
	quern_executor *pool; /* fixed */

	/* All below: the pool's lock. */
	pthread_t thread; /* once listed */
	bool listed;
	uint32_t called; /* it sleeps on this while it is idle and this is 0 */
	struct quern__blocking_thread *next, *prev; /* in its list */
};

/* ---- the lists ---- */

static void
insert(struct quern__blocking_thread **list, struct quern__blocking_thread *t)
{
	t->prev = NULL;
	t->next = *list;
	if (*list)
		(*list)->prev = t;
	*list = t;
}

static void
take_out(struct quern__blocking_thread **list, struct quern__blocking_thread *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		*list = t->next;
	if (t->next)
		t->next->prev = t->prev;
}

/* By the thread or by who started it, whoever comes first. */
static void
enlist_locked(struct quern__blocking_thread *t, pthread_t thread)
{
	if (t->listed)
		return;
	t->listed = true;
	t->thread = thread;
	insert(&t->pool->blocking.busy, t);
}

static void
leave_idle_locked(struct quern__blocking_thread *t)
{
	struct quern__blocking *blocking = &t->pool->blocking;

	take_out(&blocking->idle, t);
	insert(&blocking->busy, t);
	blocking->n_idle--;
}

/*
 * See that an idle thread comes if one should.  Returns the word to wake it
 * with, without the lock; NULL: none should.
 */
static const uint32_t *
call_locked(quern_executor *pool)
{
	struct quern__blocking *blocking = &pool->blocking;
	struct quern__blocking_thread *t = blocking->idle;

	if (!t || pool->line.blocking <= blocking->coming)
		return NULL;
	leave_idle_locked(t);
	blocking->coming++;
	t->called = 1;
	return &t->called;
}

static void
wake(const uint32_t *word)
{
	if (word)
		quern__futex_wake(word, 1);
}

/* Join and free threads that have left.  No lock: they are in no list. */
static void
bury(struct quern__blocking_thread *t)
{
	struct quern__blocking_thread *next;

	for (; t; t = next) {
		next = t->next;
		quern__thread_join(t->thread);
		quern__free(t);
	}
}

/* ---- a thread's life ---- */

/*
 * Wait for a call, as an idle thread.  True: look at the line again; false:
 * leave.  The lock is held on entry and on return.
 */
static bool
idle_locked(struct quern__blocking_thread *self)
{
	quern_executor *pool = self->pool;
	struct quern__blocking *blocking = &pool->blocking;
	uint64_t until = quern__now_ns() + IDLE_NS;
	bool late;

	take_out(&blocking->busy, self);
	insert(&blocking->idle, self);
	blocking->n_idle++;
	self->called = 0;
	while (!self->called) {
		pthread_mutex_unlock(&pool->lock);
		late = quern__futex_wait_until(&self->called, 0, until);
		pthread_mutex_lock(&pool->lock);
		if (self->called || !late)
			continue;
		if (pool->line.blocking) {
			leave_idle_locked(self);
			return true;
		}
		if (!blocking->expected)
			return false;
		until = quern__now_ns() + IDLE_NS;
	}
	blocking->coming--;
	return true;
}

/*
 * Leave, from the idle list; the lock is held on entry only.  Whoever left
 * before is buried by the next, so one at most lies there.
 */
static void
leave_locked(struct quern__blocking_thread *self)
{
	struct quern__blocking *blocking = &self->pool->blocking;
	struct quern__blocking_thread *before = blocking->gone;

	take_out(&blocking->idle, self);
	blocking->n_idle--;
	blocking->threads--;
	self->next = NULL;
	blocking->gone = self;
	pthread_mutex_unlock(&self->pool->lock);
	bury(before);
}

/* The next job, entered, with the lock held on entry only; NULL: leave. */
static quern_job *
take(struct quern__blocking_thread *self)
{
	quern_executor *pool = self->pool;
	const uint32_t *word;
	quern_job *job;

	while (!(job = quern__line_pick(&pool->line, QUERN__BLOCKING))) {
		if (pool->leaving) {
			pthread_mutex_unlock(&pool->lock);
			return NULL;
		}
		if (!idle_locked(self)) {
			leave_locked(self);
			return NULL;
		}
	}
	/* relaxed: statistics. */
	__atomic_fetch_add(&pool->running, 1, __ATOMIC_RELAXED);
	word = call_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	wake(word);
	return job;
}

static void *
thread_main(void *arg)
{
	struct quern__blocking_thread *self = arg;
	quern_executor *pool = self->pool;
	/* The number of a blocking caller, for the same reason: see op.h. */
	struct quern_context ctx = { .index = pool->n_workers };
	struct quern__span span;
	int status;

	quern__cpus_unbind();
	pthread_mutex_lock(&pool->lock);
	enlist_locked(self, pthread_self());
	pool->blocking.fresh--;
	while ((ctx.job = take(self))) {
		/* Each time: the last job may have changed them. */
		quern__fpmode_reset();
		quern__omp_stay_at_one();
		quern__trace_begin(
		    &span, &pool->callers, QUERN__MARK_RUN, ctx.job);
		status = quern__op_call(&ctx);
		quern__trace_end(&span, 0, 0);
		__atomic_fetch_sub(&pool->running, 1, __ATOMIC_RELAXED);
		quern__job_finish(ctx.job, status, NULL);
		pthread_mutex_lock(&pool->lock);
	}
	return NULL;
}

/* ---- submits ---- */

/* How many threads n more jobs are short of. */
static unsigned
missing_locked(const quern_executor *pool, size_t n)
{
	const struct quern__blocking *blocking = &pool->blocking;
	size_t demand = pool->line.blocking + blocking->expected + n;
	size_t supply = blocking->n_idle + blocking->coming + blocking->fresh;
	size_t most = pool->options.blocking_threads - blocking->threads;
	size_t missing = demand > supply ? demand - supply : 0;

	return (unsigned)(missing < most ? missing : most);
}

static int
start_one(quern_executor *pool, unsigned number)
{
	struct quern__blocking_thread *t = quern__alloc(sizeof(*t));
	pthread_t thread;
	char name[32];
	int err;

	if (!t)
		return -ENOMEM;
	t->pool = pool;
	snprintf(name, sizeof(name), "quern-b%u", number);
	err = quern__thread_start(&thread, name, thread_main, t);
	if (err) {
		quern__free(t);
		return err;
	}
	/* B4 keeps it from having left, and been buried, by now. */
	pthread_mutex_lock(&pool->lock);
	enlist_locked(t, thread);
	pthread_mutex_unlock(&pool->lock);
	return 0;
}

/*
 * Start n threads, or as many as there can be, for jobs that are expected.  The
 * lock is held on entry and on return, but not meanwhile.
 */
static void
start_locked(quern_executor *pool, unsigned n)
{
	struct quern__blocking *blocking = &pool->blocking;
	struct quern__blocking_thread *gone = blocking->gone;
	unsigned number = blocking->started;

	blocking->gone = NULL;
	blocking->threads += n;
	blocking->started += n;
	blocking->fresh += n;
	pthread_mutex_unlock(&pool->lock);
	bury(gone);
	for (; n && !start_one(pool, number); n--)
		number++;
	pthread_mutex_lock(&pool->lock);
	blocking->threads -= n;
	blocking->fresh -= n;
}

int
quern__blocking_link(quern_executor *pool, quern_job *latest)
{
	struct quern__blocking *blocking = &pool->blocking;
	const uint32_t *word = NULL;
	unsigned missing;
	size_t n = 0;
	int err = 0;

	for (quern_job *job = latest; job; job = job->own.next)
		n++;
	pthread_mutex_lock(&pool->lock);
	missing = pool->closed ? 0 : missing_locked(pool, n);
	if (missing) {
		blocking->expected += n;
		start_locked(pool, missing);
		blocking->expected -= n;
	}
	if (pool->closed)
		err = -ESHUTDOWN;
	else if (!blocking->busy && !blocking->idle)
		err = -EAGAIN;
	if (!err)
		quern__line_push_all(&pool->line, latest);
	word = call_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	/* From here on the pool may be gone; the word is only a name. */
	wake(word);
	return err;
}

/* ---- the end ---- */

bool
quern__blocking_is_own(quern_executor *pool)
{
	struct quern__blocking_thread *t;

	/* A thread that calls us is busy. */
	pthread_mutex_lock(&pool->lock);
	for (t = pool->blocking.busy; t; t = t->next)
		if (pthread_equal(t->thread, pthread_self()))
			break;
	pthread_mutex_unlock(&pool->lock);
	return t;
}

void
quern__blocking_fini(quern_executor *pool)
{
	struct quern__blocking *blocking = &pool->blocking;
	struct quern__blocking_thread *t;

	pthread_mutex_lock(&pool->lock);
	while ((t = blocking->idle)) {
		leave_idle_locked(t);
		blocking->coming++;
		t->called = 1;
	}
	pthread_mutex_unlock(&pool->lock);
	/* With `leaving` set nobody changes lists any more. */
	for (t = blocking->busy; t; t = t->next)
		quern__futex_wake(&t->called, 1);
	bury(blocking->busy);
	bury(blocking->gone);
}
