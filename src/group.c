/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * group.c -- one completion for many jobs.
 *
 * A group keeps two lists of its members: those that have not finished, so
 * that the rest can be cancelled, and those that have, in order, for
 * quern_group_next().  Both use own.group_next and group_prev under the loop's
 * lock.
 *
 *                     submit          a rule, or cancel
 *     NEW ---------------------> ON -------------------> STOPPING
 *                                |  the last member         |
 *                                +---------> ENDED <--------+
 *
 * ENDED is reached on the loop's thread only, just before `done`; from then on
 * the group has no loop, since its loop may be destroyed before it is read.
 *
 * A group without members has nothing that could end it, so it sends a job of
 * its own, `ending`, through the loop.
 */
#include <errno.h>

#include "deliver.h"
#include "job.h"
#include "pool.h"
#include "submit.h"

enum { NEW = 1, ON, STOPPING_BY_RULE, STOPPING_BY_CALL, ENDED };

static const unsigned all_flags = QUERN_STOP_ON_ERROR | QUERN_STOP_ON_FIRST;

void
quern_group_init(quern_group *group, quern_group_fn *done, unsigned flags)
{
	if (!group)
		return;
	*group = (quern_group) { .data = NULL };
	group->own.done = done;
	group->own.flags = flags;
	group->own.state = NEW;
}

/*
 * Written under the lock; release, because after the end it is read without:
 * whoever sees ENDED sees all there is.
 */
static void
set_state(quern_group *group, unsigned state)
{
	__atomic_store_n(&group->own.state, state, __ATOMIC_RELEASE);
}

/* release and acquire: any thread may ask, and follows the pointer. */
static void
set_loop(quern_group *group, quern_loop *loop)
{
	__atomic_store_n(&group->own.loop, loop, __ATOMIC_RELEASE);
}

static quern_loop *
loop_of(const quern_group *group)
{
	return __atomic_load_n(&group->own.loop, __ATOMIC_ACQUIRE);
}

void
quern__group_join_locked(quern_group *group, quern_job *job)
{
	job->own.part_of.group = group;
	job->own.group_prev = NULL;
	job->own.group_next = group->own.members;
	if (group->own.members)
		group->own.members->own.group_prev = job;
	group->own.members = job;
	group->own.submitted++;
	group->own.pending++;
}

static void
unlink_locked(quern_group *group, quern_job *job)
{
	if (job->own.group_prev)
		job->own.group_prev->own.group_next = job->own.group_next;
	else
		group->own.members = job->own.group_next;
	if (job->own.group_next)
		job->own.group_next->own.group_prev = job->own.group_prev;
}

void
quern__group_unjoin_locked(quern_group *group, quern_job *job)
{
	unlink_locked(group, job);
	job->own.part_of.group = NULL;
	group->own.submitted--;
	group->own.pending--;
}

/* Tell every member to stop; they complete later. */
static void
stop_locked(quern_group *group, unsigned state)
{
	set_state(group, state);
	for (quern_job *job = group->own.members; job;
	     job = job->own.group_next)
		(void)quern__job_stop(job, QUERN__CANCELED);
}

static void
end_if_idle(quern_loop *loop, quern_group *group)
{
	bool end;

	pthread_mutex_lock(&loop->lock);
	end = !group->own.pending && group->own.state != ENDED;
	if (end) {
		set_state(group, ENDED);
		set_loop(group, NULL);
	}
	pthread_mutex_unlock(&loop->lock);
	if (end && group->own.done)
		group->own.done(loop, group, group->own.first_error);
}

void
quern__group_member_done(
    quern_loop *loop, quern_group *group, quern_job *job, int status)
{
	bool stopped, stop;

	pthread_mutex_lock(&loop->lock);
	unlink_locked(group, job);
	job->own.group_next = NULL;
	if (group->own.last_done)
		group->own.last_done->own.group_next = job;
	else
		group->own.first_done = job;
	group->own.last_done = job;
	group->own.finished++;
	group->own.pending--;

	stopped = group->own.state == STOPPING_BY_RULE && status == -ECANCELED;
	if (status < 0 && !stopped && !group->own.first_error)
		group->own.first_error = status;
	stop = group->own.flags & QUERN_STOP_ON_FIRST ||
	    (group->own.flags & QUERN_STOP_ON_ERROR && status < 0);
	if (stop && group->own.state == ON)
		stop_locked(group, STOPPING_BY_RULE);
	pthread_mutex_unlock(&loop->lock);
	end_if_idle(loop, group);
}

static void
ending_done(quern_loop *loop, quern_job *job, int status)
{
	quern_group *group = job->data;

	(void)status;
	pthread_mutex_lock(&loop->lock);
	group->own.pending--;
	pthread_mutex_unlock(&loop->lock);
	end_if_idle(loop, group);
}

static int
nothing(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 0;
}

/* Send `ending`, as a job that has run already. */
static void
send_ending_locked(quern_loop *loop, quern_group *group)
{
	quern_job *ending = &group->own.ending;

	quern_job_init(ending, quern_call(nothing, NULL), ending_done);
	ending->data = group;
	ending->own.pool = loop->executor;
	ending->own.loop = loop;
	group->own.pending++;
	quern__loop_count_in(loop, 1);
	quern__pool_force_slot(loop->executor);
	quern__trace_point(&loop->track, QUERN__MARK_SUBMIT, ending);
	quern__job_move(ending, QUERN__DONE);
	quern__job_hand_over(ending);
}

/* May jobs be added now? */
static int
check_locked(const quern_loop *loop, const quern_group *group)
{
	if (group->own.loop && group->own.loop != loop)
		return -EINVAL;
	switch (group->own.state) {
	case NEW:
	case ON:
		return 0;
	case STOPPING_BY_RULE:
	case STOPPING_BY_CALL:
		return -ECANCELED;
	case ENDED:
		return -EALREADY;
	default:
		return -EINVAL;
	}
}

int
quern_group_submit(
    quern_loop *loop, quern_group *group, quern_job *const jobs[], size_t n)
{
	bool was_new;
	int taken;

	taken = quern__loop_check(loop);
	if (taken)
		return taken;
	if (!group || (n && !jobs) || group->own.flags & ~all_flags)
		return -EINVAL;
	quern__loop_pin(loop);
	pthread_mutex_lock(&loop->lock);
	taken = check_locked(loop, group);
	if (taken)
		goto unlock;
	/* First: members may end and ask for their group at once. */
	was_new = group->own.state == NEW;
	set_loop(group, loop);
	set_state(group, ON);
	taken = quern__submit_locked(loop, jobs, n, group);
	if (taken < 0 && was_new) {
		set_loop(group, NULL);
		set_state(group, NEW);
	} else if (!group->own.submitted && !group->own.pending) {
		send_ending_locked(loop, group);
	}
unlock:
	pthread_mutex_unlock(&loop->lock);
	quern__loop_unpin(loop);
	return taken;
}

/*
 * The group's lock is its loop's.  After the end it has none and needs none:
 * nothing changes any more but for quern_group_next(), which is the loop's
 * thread's.  Before the first submit there is nothing to look at, and another
 * thread may be at that submit just now: false.
 */
static bool
lock_if_known(const quern_group *group, quern_loop **loop)
{
	*loop = loop_of(group);
	if (*loop)
		pthread_mutex_lock(&(*loop)->lock);
	/* acquire: pairs with the release in set_state(). */
	return *loop ||
	    __atomic_load_n(&group->own.state, __ATOMIC_ACQUIRE) == ENDED;
}

static void
unlock(quern_loop *loop)
{
	if (loop)
		pthread_mutex_unlock(&loop->lock);
}

/* Does the group belong to the process before a fork()? */
static bool
is_stale(const quern_group *group)
{
	quern_loop *loop = loop_of(group);

	return loop && quern__loop_stale(loop);
}

quern_job *
quern_group_next(quern_group *group)
{
	quern_loop *loop;
	quern_job *job;

	if (!group || is_stale(group) || !lock_if_known(group, &loop))
		return NULL;
	job = group->own.first_done;
	if (job) {
		group->own.first_done = job->own.group_next;
		if (!group->own.first_done)
			group->own.last_done = NULL;
		job->own.part_of.group = NULL;
	}
	unlock(loop);
	return job;
}

double
quern_group_progress(const quern_group *group)
{
	quern_loop *loop;
	double sum, progress;

	if (!group || is_stale(group) || !lock_if_known(group, &loop))
		return 0;
	sum = (double)group->own.finished;
	for (const quern_job *job = group->own.members; job;
	     job = job->own.group_next)
		sum += quern_job_progress(job);
	if (group->own.submitted)
		progress = sum / (double)group->own.submitted;
	else
		progress = group->own.state == ENDED;
	unlock(loop);
	return progress;
}

int
quern_group_cancel(quern_group *group)
{
	quern_loop *loop;
	int err = 0;

	if (!group)
		return -EINVAL;
	if (is_stale(group))
		return -ESTALE;
	if (!lock_if_known(group, &loop))
		return -EINVAL;
	if (group->own.state == ON)
		stop_locked(group, STOPPING_BY_CALL);
	else
		err = -EALREADY;
	unlock(loop);
	return err;
}
