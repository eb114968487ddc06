/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.h -- the life of a job, and who owns it when.
 *
 *        claim         link           take         last one out     deliver
 *   FREE ------> CLAIMED ----> WAITING ----> RUNNING ---------> DONE ------> FREE
 *     ^             |             |             |                ^
 *     +-- refused --+             +--- drop ----+--- drop -------+
 *                                (waiting, or running with nobody inside)
 *
 *   from -> to           function                 thread   owner afterwards
 *   FREE -> CLAIMED      quern__job_claim()       any      the submitter
 *   CLAIMED -> FREE      quern__job_unclaim()     same     the caller
 *   CLAIMED -> WAITING   quern__pool_link()       same     the line
 *   CLAIMED -> RUNNING   enter() or run_alone()   same     those inside
 *                        in sync.c
 *   WAITING -> RUNNING   take() in worker.c       worker   those inside
 *   RUNNING -> DONE      quern__job_finish()      worker,  the done list
 *                                                 leader
 *   WAITING, RUNNING     quern__job_stop(), and   any      the done list
 *     -> DONE            stop_all() in shutdown.c
 *   DONE -> FREE         deliver() in deliver.c   loop's   the caller
 *   FREE -> DONE         send_ending_locked() in group.c, for a group's own
 *
 * `own.word` holds the state, the reason to stop (once there is one), and a
 * magic number that a job which was never initialised lacks.  One word, so that
 * cancel against start and cancel against finish are each one step: whoever
 * finishes sees every reason that cancel said it had set.
 *
 * FREE is two states, never ran and has ended, which differ in the answers of
 * quern_cancel(), quern_job_status() and quern_job_progress() only.
 *
 * Fields:
 *   pool, loop, then, part_of, deadline_ns   set while CLAIMED, then constant
 *   next, prev, lane, in_line   the pool's lock while in the line; `next` then
 *                               serves the done list and the loop's backlog
 *   inside                      the pool's lock
 *   group_next, group_prev, heap_*, in_heap    the loop's lock
 *   progress, status            atomic while RUNNING; status is the failure so
 *                               far, then the result
 *   scratch                     those inside: set before a second one can enter
 */
#ifndef QUERN_SRC_JOB_H
#define QUERN_SRC_JOB_H

#include <quern/loop.h>

enum quern__state {
	QUERN__FREE_NEW = 1,
	QUERN__FREE_ENDED,
	QUERN__CLAIMED,
	QUERN__WAITING,
	QUERN__RUNNING,
	QUERN__DONE,
};

enum quern__reason {
	QUERN__GO_ON,
	QUERN__CANCELED,
	QUERN__TIMEDOUT,
	QUERN__SHUTDOWN,
};

static inline enum quern__state
quern__job_state(const quern_job *job)
{
	/* acquire: pairs with the release of each move. */
	return __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE) & 0xff;
}

/*
 * Take `job` for a submit to `pool`: 0, -EINVAL, -EBUSY.  On success the
 * submit's own fields are set.
 */
int quern__job_claim(quern_job *job, quern_loop *loop, quern_executor *pool);
/* Give it back untouched. */
void quern__job_unclaim(quern_job *job);

/*
 * Make a job of an op that has no loop: it belongs to the thread that waits
 * for it.  `outer` is the context it runs inside of, or NULL.
 */
void quern__job_init_sync(quern_job *job, quern_op op, quern_executor *pool,
    const quern_context *outer);

/* CLAIMED to WAITING, with the pool's lock held. */
void quern__job_accept(quern_job *job);
/* Any other move of the owner's. */
void quern__job_move(quern_job *job, enum quern__state to);

/*
 * Ask for an end, for `reason`; answers as quern_cancel().  A waiting job, or
 * a loop that nobody is working on, ends at once.
 */
int quern__job_stop(quern_job *job, enum quern__reason reason);
/* The same, with the pool's lock held; a job that ended at once is returned. */
quern_job *quern__job_drop_locked(quern_job *job, enum quern__reason reason);

/* Is there a reason to stop?  Looks at the clock and at the pool too. */
bool quern__job_should_stop(quern_job *job);

/*
 * Was it told to stop, or has it failed?  Only what others have noted; cheap
 * enough to ask for each element of a map.
 */
bool quern__job_was_told(const quern_job *job);

/* Note a failure; the first counts. */
void quern__job_fail(quern_job *job, int status);

/* What `status` becomes if there was a reason to stop. */
int quern__job_verdict(const quern_job *job, int status);

/*
 * The last one out: settle the status and hand the job to its loop or to the
 * thread that waits.  `status` is what the op came to.  `job` may be gone when
 * this returns.
 */
void quern__job_finish(quern_job *job, int status);
/* The second half, for a job that quern__job_drop_locked() ended. */
void quern__job_hand_over(quern_job *job);

#endif
