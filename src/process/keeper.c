/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keeper.c -- processes that die while they have nothing to do.
 *
 * A worker thread looks at its process only while it uses it.  One thread looks
 * at all others: at pidfds, each of which reports once, and at an event that
 * says that a process is missing.  It takes the place of those that have died
 * and starts new ones, so that the next job finds one.  It does not wait until
 * they have started: whoever needs one does, as patiently as its job is.  And it
 * replaces none that has died before it was given anything to do: the next job's
 * thread tries, and the job gets the error.  So processes that die as soon as
 * they begin cost a start for each job, and nobody waits for ever.
 *
 * A process that a thread is using is left to that thread.  It may die when the
 * thread has heard its last answer and still holds the lock: then the keeper has
 * been here in vain, has said so in `missed`, and is called again.
 *
 *   keeper: missed = true; trylock fails      thread: unlock; missed?
 *
 * Either the keeper gets the lock or, since the thread gives it up after that,
 * the thread sees `missed` (both sequentially consistent).
 */
#include "keeper.h"

#include <errno.h>
#include <sys/epoll.h>

#include "conversation.h"
#include "start.h"
#include "src/cpus.h"
#include "src/fd.h"
#include "src/thread.h"

/* See that there is a process, or leave it to the thread that has the lock. */
static void
look_after(struct quern__remote *remote)
{
	__atomic_store_n(&remote->missed, true, __ATOMIC_SEQ_CST);
	if (pthread_mutex_trylock(&remote->lock))
		return;
	__atomic_store_n(&remote->missed, false, __ATOMIC_SEQ_CST);
	if (!remote->over)
		quern__remote_replace(remote);
	pthread_mutex_unlock(&remote->lock);
}

static void *
keep(void *arg)
{
	struct quern__processes *all = arg;
	struct epoll_event event;

	/* What it starts begins where it is. */
	quern__cpus_unbind();
	for (;;) {
		if (epoll_wait(all->watched, &event, 1, -1) < 0)
			continue;
		quern__fd_lower(all->look);
		/* Before a look: what is missing now is missed by nobody. */
		if (__atomic_load_n(&all->ending, __ATOMIC_ACQUIRE))
			break;
		for (unsigned i = 0; i < all->n; i++)
			look_after(&all->remote[i]);
	}
	return NULL;
}

int
quern__keeper_start(struct quern__processes *all)
{
	int err;

	all->watched = quern__fd_epoll();
	if (all->watched < 0)
		return all->watched;
	all->look = quern__fd_event();
	if (all->look < 0) {
		err = all->look;
		goto close_watched;
	}
	err = quern__fd_watch(all->watched, all->look);
	if (!err)
		err = quern__thread_start(
		    &all->keeper, "quern-keeper", keep, all);
	if (!err)
		return 0;
	quern__fd_close(all->look);
close_watched:
	quern__fd_close(all->watched);
	return err;
}

void
quern__keeper_stop(struct quern__processes *all)
{
	__atomic_store_n(&all->ending, true, __ATOMIC_RELEASE);
	quern__keeper_look(all);
	quern__thread_join(all->keeper);
	quern__fd_close(all->look);
	quern__fd_close(all->watched);
}

void
quern__keeper_watch(struct quern__remote *remote)
{
	/* Closed, it is forgotten; without, a death is noticed by the next job. */
	if (remote->process >= 0)
		(void)quern__fd_watch_once(
		    remote->all->watched, remote->process);
}

void
quern__keeper_look(struct quern__processes *all)
{
	quern__fd_raise(all->look);
}

void
quern__keeper_release(struct quern__remote *remote)
{
	bool missed, lacking;

	do {
		missed = __atomic_exchange_n(
		    &remote->missed, false, __ATOMIC_SEQ_CST);
		lacking = missed &&
		    (!remote->pid || remote->worn ||
			quern__process_is_gone(remote) ||
			quern__arena_has_news(
			    &remote->all->arena, &remote->view));
		pthread_mutex_unlock(&remote->lock);
		if (lacking)
			quern__keeper_look(remote->all);
		/* It may have been here since we looked. */
	} while (__atomic_load_n(&remote->missed, __ATOMIC_SEQ_CST) &&
	    !pthread_mutex_trylock(&remote->lock));
}
