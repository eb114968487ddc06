/* SPDX-License-Identifier: BSD-2-Clause */
/* deliver.h -- ended jobs reach their callbacks. */
#ifndef QUERN_SRC_DELIVER_H
#define QUERN_SRC_DELIVER_H

#include "front.h"

/* Give an ended job to its loop.  Any thread; `job` may be gone on return. */
void quern__deliver_push(quern_loop *loop, quern_job *job);

/*
 * The loop looks by itself from now on, or no more.  The second returns whether
 * there is something to deliver that nobody may have rung for.
 */
void quern__deliver_look(quern_loop *loop);
bool quern__deliver_look_no_more(quern_loop *loop);
/*
 * A worker has nothing left to do: have loops that look by themselves deliver
 * now.  The pool's lock is held, and released meanwhile if this returns true.
 */
bool quern__deliver_now_locked(quern_executor *pool);

/*
 * Expire timeouts, call callbacks within a budget, ring again if more are
 * left, set the timer.  The loop's thread.  Returns how many were delivered.
 */
int quern__deliver(quern_loop *loop);

/* Bring the front's timer up to date.  The loop's thread. */
void quern__deliver_set_timer(quern_loop *loop);

/*
 * Between these two a thread may use the loop although the job that keeps the
 * loop alive may end at any moment.
 */
void quern__loop_pin(quern_loop *loop);
void quern__loop_unpin(quern_loop *loop);

/* Is this one of the loop's own callbacks? */
static inline bool
quern__loop_in_turn(const quern_loop *loop)
{
	return __atomic_load_n(&loop->turn_of, __ATOMIC_RELAXED) ==
	    (uintptr_t)pthread_self();
}

/* ---- group.c ---- */

/* A member was delivered.  `group` may be gone on return. */
void quern__group_member_done(
    quern_loop *loop, quern_group *group, quern_job *job, int status);

#endif
