/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.h -- the life of a job, and who owns it when.
 *
 *        claim         link            last one out, or dropped     deliver
 *   FREE ------> CLAIMED ----> IN_FLIGHT ----------------> DONE ------> FREE
 *     ^             |
 *     +-- refused --+
 *
 *   from -> to             function                 thread   owner afterwards
 *   FREE -> CLAIMED        quern__job_claim()       any      the submitter
 *   CLAIMED -> FREE        quern__job_unclaim()     same     the caller
 *   CLAIMED -> IN_FLIGHT   submit.c                 same     see below
 *                          enter() or run_alone()   same     those inside
 *                          in sync.c
 *   IN_FLIGHT -> DONE      quern__job_finish()      worker,  the done list
 *                                                   leader
 *                          quern__job_stop(), and   any      the done list
 *                          stop_all() in shutdown.c
 *   DONE -> FREE           deliver() in deliver.c   loop's   the caller
 *   FREE -> DONE           send_ending_locked() in group.c, for a group's own
 *
 * A job in flight moves on like this:
 *
 *   inbox ---> the line ---> a worker's batch ---> those inside
 *                 |                                   ^
 *                 +--- a loop, or a single call ------+
 *
 *   in the inbox   nobody's; whoever has the pool's lock takes it to the line
 *   in the line    the pool's lock; a loop that is under way stays in the line
 *                  (an open lane) while others may enter; blocking jobs are
 *                  linked into it directly
 *   in a batch     whoever empties its slot, with one exchange (batch.h)
 *   those inside   the thread that runs a call; the threads that work on a loop
 *
 * `own.word` holds the state, the reason to stop (once there is one), and a
 * magic number that a job which was never initialised lacks.  So cancel against
 * start is one exchange of the slot (or happens under the lock), and cancel
 * against finish one of the word: whoever finishes what has failed sees every
 * reason that cancel said it had set.  What is done stays done, whatever cancel
 * said.
 *
 * FREE is two states, never ran and has ended, which differ in the answers of
 * quern_cancel(), quern_job_status() and quern_job_progress() only.
 *
 * Fields:
 *   pool, loop, then, part_of, deadline.at_ns   set while CLAIMED, then constant
 *   next        the inbox, then the pool's lock while in the line, then the
 *               loop's done list and backlog
 *   place, at   the pool's lock
 *   lane        set while CLAIMED, then the pool's lock
 *   inside      the pool's lock; 0 unless somebody is inside
 *   group_next, group_prev, the rest of deadline   the loop's lock
 *   progress, status            atomic while in flight; status is the failure
 *                               so far, then the result
 *   scratch                     those inside a loop: set before a second one
 *                               can enter, NULL again when the last one leaves
 *   ahead                       in its place while the job is in a mailbox or
 *                               waits in the line; ahead.h
 *   was                         the state before the claim; QUERN__CRASHED
 *                               when its worker process has died of it, and
 *                               `progress` says how (process/crash.c)
 *   untraced                    set while CLAIMED, then constant (trace.h)
 *
 * Where the fields are: a worker that runs a call touches the first 48 bytes
 * (what to do) and those from `next` to `ahead` (where it is, and how it
 * ended), which everybody changes on every trip; so nobody writes the rest on
 * each of them.  Both lie within one cache line even if the job begins 16 bytes
 * into one, as the first of a large malloc() does.
 */
#ifndef QUERN_SRC_JOB_H
#define QUERN_SRC_JOB_H

#include <stddef.h>
#include <string.h>

#include "ahead.h"

enum quern__state {
	QUERN__FREE_NEW = 1,
	QUERN__FREE_ENDED,
	QUERN__CLAIMED,
	QUERN__IN_FLIGHT,
	QUERN__DONE,
};

/* Where a job in flight is, as far as the pool's lock knows. */
enum quern__place {
	QUERN__ELSEWHERE, /* in the inbox, or with those inside */
	QUERN__IN_LINE,   /* at.prev */
	QUERN__IN_BATCH,  /* at.batch; its slot may have been emptied since */
};

enum quern__reason {
	QUERN__GO_ON,
	QUERN__CANCELED,
	QUERN__TIMEDOUT,
	QUERN__SHUTDOWN,
};

/* In own.was, of an ended job. */
enum { QUERN__CRASHED = 0x80 };

/* own.word: magic in the upper half, then the reason, then the state. */
enum { QUERN__REASON_SHIFT = 8, QUERN__MAGIC = 0x71e70000 };

/* 0: never initialised. */
static inline enum quern__state
quern__word_state(uint32_t word)
{
	return (word & 0xffff0000) == QUERN__MAGIC ? word & 0xff : 0;
}

static inline enum quern__reason
quern__word_reason(uint32_t word)
{
	return (word >> QUERN__REASON_SHIFT) & 0xff;
}

static inline enum quern__state
quern__job_state(const quern_job *job)
{
	/* acquire: pairs with the release of each move. */
	return __atomic_load_n(&job->own.word, __ATOMIC_ACQUIRE) & 0xff;
}

static inline quern_job *
quern__job_of(struct quern_deadline *node)
{
	return (quern_job *)((char *)node - offsetof(quern_job, own.deadline));
}

/* Does it want a blocking thread?  False for one that was never initialised. */
bool quern__job_is_blocking(const quern_job *job);

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

/* A move of the owner's. */
static inline void
quern__job_move(quern_job *job, enum quern__state to)
{
	/* release: whoever sees the new state sees the fields behind it. */
	__atomic_store_n(&job->own.word, QUERN__MAGIC | to, __ATOMIC_RELEASE);
}

/* CLAIMED to IN_FLIGHT, just before it is handed on. */
static inline void
quern__job_accept(quern_job *job)
{
	quern__trail_add(&quern__handed_on, job);
	job->own.status = 0;
	memset(&job->own.progress, 0, sizeof(job->own.progress));
	quern__job_move(job, QUERN__IN_FLIGHT);
}

/*
 * Ask for an end, for `reason`; answers as quern_cancel().  A waiting job, or
 * a loop that nobody is working on, ends at once.
 */
int quern__job_stop(quern_job *job, enum quern__reason reason);
/*
 * The first half of that, with the pool's lock held.  If the job ended at once,
 * call quern__job_hand_over() without the lock.
 */
enum quern__dropped {
	QUERN__NOT_DROPPED,
	QUERN__DROPPED_WAITING,
	QUERN__DROPPED_RUNNING, /* a loop that was under way */
};
enum quern__dropped quern__job_drop_locked(
    quern_job *job, enum quern__reason reason);

/* Is there a reason to stop?  Looks at the clock and at the pool too. */
bool quern__job_should_stop(quern_job *job);

static inline enum quern__reason
quern__job_reason(const quern_job *job)
{
	/* relaxed: reasons carry no data. */
	return quern__word_reason(
	    __atomic_load_n(&job->own.word, __ATOMIC_RELAXED));
}

/*
 * Was it told to stop, or has it failed?  Only what others have noted; cheap
 * enough to ask for each element of a map.
 */
static inline bool
quern__job_was_told(const quern_job *job)
{
	return quern__job_reason(job) ||
	    __atomic_load_n(&job->own.status, __ATOMIC_RELAXED) < 0;
}

/* Note a failure; the first counts. */
void quern__job_fail(quern_job *job, int status);

/* What `status` becomes if there was a reason to stop. */
int quern__job_verdict(const quern_job *job, int status);

struct quern__counts;
/*
 * The last one out: settle the status and hand the job to its loop or to the
 * thread that waits.  `status` is what the op came to, `mine` the counters of
 * the calling worker, or NULL.  `job` may be gone when this returns.
 */
void quern__job_finish(quern_job *job, int status, struct quern__counts *mine);
/* The second half, for a job that quern__job_drop_locked() ended. */
void quern__job_hand_over(quern_job *job);

#endif
