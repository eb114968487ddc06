/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lane.c -- OpenMP lanes: threads that lead a team of one fixed width each.
 *
 *     worker.c, sync.c --> [lane.c] --> omp.c
 *                              `------> deliver.c
 *
 * libgomp keeps one team for each thread that opens regions, and starts and
 * ends threads whenever that thread asks for another width.  So the widths are
 * few (powers of two, and all cores), each lane keeps to one, and a job goes to
 * an idle lane of the widest kind that it got permits for.  A lane that has
 * been idle for long gives its threads back.
 *
 *           start         job ended, others see it idle         idle too long
 *   (none) ------> BUSY <==============================> IDLE --------------.
 *                    |            the next job                              v
 *                    `-------------------------------------------------> ENDED
 *                         job ended, but there was no team
 *
 *   from -> to         function       thread         the job is then
 *   (none) -> BUSY     start_locked() who hands over the leader's
 *   IDLE -> BUSY       hand_over()    who hands over the leader's
 *   BUSY -> IDLE       release()      leader         the leader's, to finish
 *   BUSY -> ENDED      release()      leader         the leader's, to finish
 *   IDLE -> ENDED      next_job()     leader         -
 *
 * An ended leader is joined by whoever starts the next one, or at the end.
 *
 * No wake-up is lost: the word that a leader sleeps on changes under the lock
 * with each job it is given.
 *
 * Not here: whose turn it is (line.c, worker.c), how many threads may compute
 * (permit.c), what OpenMP is asked for (omp.c).
 */
#include "lane.h"

#include <limits.h>
#include <stdio.h>

#include "clock.h"
#include "cpus.h"
#include "fpmode.h"
#include "futex.h"
#include "grid.h"
#include "job.h"
#include "kernels/kernel.h"
#include "mem.h"
#include "omp.h"
#include "permit.h"
#include "pool.h"
#include "thread.h"

/*
 * Workers yield at the next block border, and blocks take 10 us to 1 ms.  So
 * long, at most, a worker stands by before it makes do with fewer threads.
 */
static const uint64_t patience_ns = 1000000;

static const uint64_t idle_ns = 30 * UINT64_C(1000000000);

enum leader_state { BUSY, IDLE, ENDED };

struct quern__leader {
	quern_executor *pool; /* fixed */
	unsigned width;       /* fixed: what the lane is for */
	unsigned team;        /* the leader's: the width it has, or 1 */

	/* All below: the lanes' lock. */
	struct quern__leader *next;
	pthread_t thread;
	enum leader_state state;
	quern_job *job; /* on its way to the leader */
	uint32_t word;  /* the leader sleeps on it until job || leaving */
};

/* ---- widths ---- */

/* The widest lane that n permits are enough for, of `limit` there are. */
static unsigned
width_for(unsigned n, unsigned limit)
{
	unsigned width = 1;

	if (n >= limit)
		return limit;
	while (width <= n / 2)
		width *= 2;
	return width;
}

bool
quern__lanes_want_loop(const quern_executor *pool, const quern_op *op)
{
	/* A team for one block would only cost. */
	return pool->options.engine == QUERN_ENGINE_LANE &&
	    quern__grid_of(op).blocks > 1;
}

/* How many threads `op` would like to have. */
static unsigned
threads_wanted(const quern_executor *pool, const quern_op *op)
{
	/* The threads of a loop have numbers up to the workers'. */
	if (quern__op_is_loop(op))
		return pool->n_workers;
	return op->scalar.i64 ? (unsigned)op->scalar.i64 : UINT_MAX;
}

/* ---- the leader ---- */

static int
run_loop(struct quern__leader *self, quern_job *job)
{
	quern_executor *pool = self->pool;
	int status = quern__grid_begin(job);

	if (!status) {
		quern__omp_lead_grid(job, self->team);
		/* The region's end has brought all blocks' results here. */
		(void)quern__fpmode_enter();
		status = quern__grid_end(job);
	}
	quern__grid_drop(job);
	pthread_mutex_lock(&pool->lock);
	pool->caller_blocks += quern__claim_done(job);
	/* It was never opened, so this thread is the last one out. */
	(void)quern__pool_leave_locked(pool, job, true);
	pthread_mutex_unlock(&pool->lock);
	return status;
}

static int
run_call(struct quern__leader *self, quern_job *job)
{
	/* Not a worker's number: workers help with what it runs inside. */
	quern_context ctx = { .job = job, .index = self->pool->n_workers };

	return quern__omp_lead_call(&ctx, self->team);
}

/*
 * Be seen as idle before the job is finished and before its permits are free:
 * whoever acts on either finds this lane, and need not start another.
 */
static void
release(struct quern__leader *self)
{
	struct quern__lanes *lanes = &self->pool->lanes;

	pthread_mutex_lock(&lanes->lock);
	self->state = self->team == self->width ? IDLE : ENDED;
	lanes->alive -= self->state == ENDED;
	pthread_mutex_unlock(&lanes->lock);
	quern__permits_give(self->team);
}

static void
run(struct quern__leader *self, quern_job *job)
{
	uint64_t *running = &self->pool->running;
	struct quern__span span;
	int status;

	/* relaxed: statistics. */
	__atomic_fetch_add(running, 1, __ATOMIC_RELAXED);
	/* Each time: the last job may have changed it. */
	quern__fpmode_reset();
	quern__trace_begin(&span, &self->pool->callers, QUERN__MARK_RUN, job);
	status = quern__op_is_loop(&job->op) ? run_loop(self, job) :
					       run_call(self, job);
	quern__trace_end(&span, 0, 0);
	__atomic_fetch_sub(running, 1, __ATOMIC_RELAXED);
	release(self);
	quern__job_finish(job, status, NULL);
}

/* Wait for a job; NULL: return from the thread. */
static quern_job *
next_job(struct quern__leader *self)
{
	struct quern__lanes *lanes = &self->pool->lanes;
	quern_job *job;
	uint64_t until;
	uint32_t seen;

	pthread_mutex_lock(&lanes->lock);
	until = quern__after_ns(lanes->idle_ns);
	while (!self->job && self->state != ENDED && !lanes->leaving) {
		if (quern__now_ns() >= until) {
			self->state = ENDED;
			lanes->alive--;
			break;
		}
		seen = self->word;
		pthread_mutex_unlock(&lanes->lock);
		quern__futex_wait_until(&self->word, seen, until);
		pthread_mutex_lock(&lanes->lock);
	}
	job = self->job;
	self->job = NULL;
	pthread_mutex_unlock(&lanes->lock);
	return job;
}

static void *
leader_main(void *arg)
{
	struct quern__leader *self = arg;
	quern_job *job;

	/* Before the team starts: its threads inherit both. */
	quern__cpus_unbind();
	(void)quern__fpmode_enter();
	self->team = self->width;
	if (!quern__omp_lead(self->width)) {
		/* For the one job that is here; the next one tries again. */
		self->team = 1;
		quern__permits_give(self->width - 1);
	}
	while ((job = next_job(self)))
		run(self, job);
	return NULL;
}

/* ---- handing over ---- */

/* Take those that have ended out of the list. */
static struct quern__leader *
remove_ended_locked(struct quern__lanes *lanes)
{
	struct quern__leader *ended = NULL, *leader;
	struct quern__leader **at = &lanes->first;

	while ((leader = *at)) {
		if (leader->state != ENDED) {
			at = &leader->next;
			continue;
		}
		*at = leader->next;
		leader->next = ended;
		ended = leader;
	}
	return ended;
}

static void
join(struct quern__leader *leader)
{
	struct quern__leader *next;

	for (; leader; leader = next) {
		next = leader->next;
		quern__thread_join(leader->thread);
		quern__free(leader);
	}
}

/* The lock is held over the start, so that nobody sees half a leader. */
static bool
start_locked(quern_executor *pool, quern_job *job, unsigned width)
{
	struct quern__lanes *lanes = &pool->lanes;
	struct quern__leader *leader = quern__alloc(sizeof(*leader));
	char name[32];

	if (!leader)
		return false;
	*leader = (struct quern__leader) {
		.pool = pool,
		.width = width,
		.next = lanes->first,
		.state = BUSY,
		.job = job,
	};
	snprintf(name, sizeof(name), "quern-team-%u", width);
	if (quern__thread_start(&leader->thread, name, leader_main, leader)) {
		quern__free(leader);
		return false;
	}
	lanes->first = leader;
	lanes->alive++;
	return true;
}

/* True: a leader of that width has the job. */
static bool
hand_over(quern_executor *pool, quern_job *job, unsigned width)
{
	struct quern__lanes *lanes = &pool->lanes;
	struct quern__leader *leader, *ended = NULL;
	const uint32_t *word = NULL;
	bool handed = true;

	pthread_mutex_lock(&lanes->lock);
	for (leader = lanes->first; leader; leader = leader->next)
		if (leader->width == width && leader->state == IDLE)
			break;
	if (leader) {
		leader->state = BUSY;
		leader->job = job;
		leader->word++;
		word = &leader->word;
	} else {
		ended = remove_ended_locked(lanes);
		handed = start_locked(pool, job, width);
	}
	pthread_mutex_unlock(&lanes->lock);
	if (word)
		quern__futex_wake(word, 1);
	join(ended);
	return handed;
}

bool
quern__lanes_run(quern_executor *pool, quern_job *job, unsigned have)
{
	unsigned limit, permits, width, keep;
	bool handed;

	limit = quern__permits_limit();
	width = width_for(threads_wanted(pool, &job->op), limit);
	if (width == 1)
		return false;
	permits = have + quern__permits_take(width, have, patience_ns, true);
	width = width_for(permits, limit);
	/* Once it is handed over the job may be gone at any time. */
	handed = width > 1 && hand_over(pool, job, width);
	keep = handed ? width : have;
	if (permits > keep)
		quern__permits_give(permits - keep);
	return handed;
}

/* ---- the executor's ---- */

int
quern__lanes_init(struct quern__lanes *lanes)
{
	lanes->idle_ns = idle_ns;
	return quern__mutex_init(&lanes->lock);
}

void
quern__lanes_fini(struct quern__lanes *lanes)
{
	struct quern__leader *leader;

	pthread_mutex_lock(&lanes->lock);
	lanes->leaving = true;
	for (leader = lanes->first; leader; leader = leader->next)
		leader->word++;
	pthread_mutex_unlock(&lanes->lock);
	/* Nobody changes the list any more. */
	for (leader = lanes->first; leader; leader = leader->next)
		quern__futex_wake(&leader->word, 1);
	join(lanes->first);
	pthread_mutex_destroy(&lanes->lock);
}

bool
quern__lanes_is_own(struct quern__lanes *lanes)
{
	bool own = false;

	pthread_mutex_lock(&lanes->lock);
	for (struct quern__leader *leader = lanes->first; leader;
	     leader = leader->next)
		own |= pthread_equal(leader->thread, pthread_self()) != 0;
	pthread_mutex_unlock(&lanes->lock);
	return own;
}

unsigned
quern__lanes_alive(struct quern__lanes *lanes)
{
	unsigned alive;

	pthread_mutex_lock(&lanes->lock);
	alive = lanes->alive;
	pthread_mutex_unlock(&lanes->lock);
	return alive;
}
