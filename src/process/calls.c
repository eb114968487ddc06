/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c -- a worker's process runs a few calls that came in one message.
 *
 *     batch.c --> [calls.c] --> stage.c, conversation.c
 *
 * To wake a process takes longer than many calls do, so those that the worker
 * has in its batch go along: as many as it should be through with in BATCH_NS
 * (worker.c), and no more than the desk has room for.  They are the worker's
 * from then on, but not lost to others: on the desk each is waiting until the
 * process takes it, with one exchange.  If the message has not been answered
 * when the worker looks around for the first time, some 10 ms later, it takes
 * back what still waits and puts it before all others in line; what has ended
 * it finishes, and the one that has begun it goes on waiting for.
 *
 * When a process dies, the job that it had begun is the one it died of.
 */
#include <errno.h>

#include "conversation.h"
#include "keeper.h"
#include "remote.h"
#include "stage.h"
#include "src/job.h"
#include "src/pool.h"

/* One message. */
struct calls {
	struct quern__patience patience; /* first */
	struct quern__worker *worker;
	struct quern__remote *remote;
	unsigned n;
	struct call {
		quern_job *job; /* NULL: it has been finished, or given back */
		struct quern__staged staged;
	} call[QUERN__DESK_MOST];
};

static void
finish(struct calls *calls, unsigned i, int status)
{
	quern_job *job = calls->call[i].job;

	calls->call[i].job = NULL;
	if (calls->patience.job == job)
		calls->patience.job = NULL;
	quern__job_finish(job, status, &calls->worker->counts);
}

/* The process is through with it. */
static void
finish_ended(struct calls *calls, unsigned i)
{
	int status = calls->remote->desk->on[i].status;

	if (status >= 0)
		quern__stage_fetch(&calls->call[i].staged);
	finish(calls, i, status);
}

/* The next worker that comes to the line has it. */
static void
give_back(struct calls *calls, unsigned i)
{
	quern_executor *pool = calls->worker->pool;
	quern_job *job = calls->call[i].job;
	bool wake;

	calls->call[i].job = NULL;
	pthread_mutex_lock(&pool->lock);
	quern__line_push_front(&pool->line, job);
	wake = quern__pool_wants_wake_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	if (wake)
		quern__pool_wake(pool);
}

/* It has not begun, and will not. */
static bool
take_back(struct calls *calls, unsigned i)
{
	uint32_t waiting = QUERN__DESK_WAITING;

	/* relaxed: nothing was done to it. */
	return __atomic_compare_exchange_n(&calls->remote->desk->on[i].state,
	    &waiting, QUERN__DESK_TAKEN, false, __ATOMIC_RELAXED,
	    __ATOMIC_RELAXED);
}

/* The message has not been answered for some time. */
static void
look(struct quern__patience *patience)
{
	struct calls *calls = (struct calls *)patience;

	/* From the far end, so that the first comes to the front again. */
	for (unsigned i = calls->n; i-- > 0;)
		if (calls->call[i].job && take_back(calls, i))
			give_back(calls, i);
	/* Its last job may have ended, and the answer be under way. */
	patience->job = NULL;
	for (unsigned i = 0; i < calls->n; i++) {
		if (!calls->call[i].job)
			continue;
		if (quern__desk_state(calls->remote, i) == QUERN__DESK_ENDED) {
			finish_ended(calls, i);
			continue;
		}
		patience->job = calls->call[i].job;
		patience->at = i;
	}
}

/* ---- before ---- */

/* Put as many on the desk as there is room for; 0, or why not even one. */
static int
lay_out(struct calls *calls, quern_job *const jobs[], unsigned n,
    const struct quern__message *run)
{
	struct call *call;
	size_t used = 0;
	int err;

	for (calls->n = 0; calls->n < n; calls->n++) {
		call = &calls->call[calls->n];
		call->job = jobs[calls->n];
		err = quern__stage_fill(calls->remote, &call->job->op, run,
		    &used, NULL, &call->staged);
		if (err)
			return calls->n ? 0 : err;
		quern__remote_lay_out(
		    calls->remote, calls->n, call->job, &call->staged.op, NULL);
	}
	return 0;
}

/* ---- after ---- */

/* The process has died of this one: another one may try. */
static void
try_again(struct calls *calls, unsigned i, const quern_crash *crash)
{
	struct quern__remote *remote = calls->remote;
	quern_job *job = calls->call[i].job;
	struct quern__message run = {
		.verb = QUERN__SAY_RUN,
		.u.run.what = QUERN__RUN_CALLS,
	};
	uint32_t blocks;
	int status = -EOWNERDEAD;

	if (remote->all->options.retries && !calls->patience.told)
		status = quern__remote_run_locked(
		    remote, job, NULL, &run, 1, &blocks);
	else
		quern__crash_keep(remote->all, job, crash);
	if (remote->pid)
		quern__remote_count(remote, 1);
	finish(calls, i, status);
}

/*
 * The process is gone.  `believed`: what it says that it has ended has ended
 * well; otherwise it is as if it had died of that, too.
 */
static void
settle_dead(struct calls *calls, const quern_crash *crash, bool believed)
{
	struct quern__remote *remote = calls->remote;
	bool begun = false;
	unsigned i;

	/* A retry writes to the desk: it comes last. */
	for (i = calls->n; i-- > 0;) {
		if (quern__desk_state(calls->remote, i) != QUERN__DESK_WAITING)
			begun = true;
		else if (calls->call[i].job && (i > 0 || begun))
			give_back(calls, i);
	}
	remote->unbegun = begun ? 0 : remote->unbegun + 1;
	if (!begun && remote->unbegun <= QUERN__UNBEGUN_MOST) {
		give_back(calls, 0);
		return;
	}
	remote->unbegun = 0;
	for (i = 0; i < calls->n; i++)
		if (calls->call[i].job && believed &&
		    quern__desk_state(calls->remote, i) == QUERN__DESK_ENDED)
			finish_ended(calls, i);
	for (i = 0; i < calls->n; i++)
		if (calls->call[i].job)
			try_again(calls, i, crash);
}

/* True: the answer is as it must be. */
static bool
settle_answered(struct calls *calls)
{
	calls->remote->unbegun = 0;
	for (unsigned i = 0; i < calls->n; i++) {
		if (!calls->call[i].job)
			continue;
		if (quern__desk_state(calls->remote, i) != QUERN__DESK_ENDED)
			return false;
		finish_ended(calls, i);
	}
	return true;
}

/* ---- one message ---- */

/* Run some of the jobs, from the first on; returns how many. */
static unsigned
run_locked(struct calls *calls, quern_job *const jobs[], unsigned n)
{
	struct quern__remote *remote = calls->remote;
	struct quern__message answer,
	    run = {
		    .verb = QUERN__SAY_RUN,
		    .u.run.what = QUERN__RUN_CALLS,
	    };
	quern_crash crash;
	int err;

	calls->patience = (struct quern__patience) { .job = jobs[0] };
	err = lay_out(calls, jobs, n, &run);
	if (!err)
		err = quern__remote_ready(remote, &calls->patience);
	if (err) {
		calls->call[0].job = jobs[0];
		finish(calls, 0, err);
		return 1;
	}
	calls->patience.look = look;
	run.u.run.n = calls->n;
	err =
	    quern__remote_ask(remote, &calls->patience, &run, &answer, &crash);
	if (!err && !settle_answered(calls)) {
		quern__remote_drop(remote, &crash);
		err = -EPROTO;
	}
	if (err) {
		quern__keeper_look(remote->all);
		settle_dead(calls, &crash, err == -EOWNERDEAD);
	} else {
		quern__remote_count(remote, calls->n);
	}
	return calls->n;
}

/* Those that are still wanted. */
static unsigned
collect(struct quern__worker *worker, quern_job *job, quern_job *jobs[])
{
	/* A timeline shows one job after the other. */
	unsigned most = quern__tracing() ? 1 : QUERN__DESK_MOST, n = 0;

	for (; job; job = n < most ? quern__batch_take(&worker->batch) : NULL)
		/* Its time may have run out before its turn came. */
		if (quern__job_should_stop(job))
			quern__job_finish(job, -ECANCELED, &worker->counts);
		else
			jobs[n++] = job;
	return n;
}

unsigned
quern__remote_calls(struct quern__worker *worker, quern_job *job)
{
	struct calls calls; /* 4 KiB that need not be zero */
	quern_job *jobs[QUERN__DESK_MOST];
	unsigned n = collect(worker, job, jobs), at = 0;

	calls.worker = worker;
	calls.remote = quern__remote_of(worker->pool, worker->index);
	pthread_mutex_lock(&calls.remote->lock);
	while (at < n)
		at += run_locked(&calls, jobs + at, n - at);
	quern__keeper_release(calls.remote);
	return n ? n : 1;
}
