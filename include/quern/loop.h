/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/loop.h -- the front end: jobs go out, completions come back.
 *
 * A quern_loop ties an event loop (libev's, or any other through a file
 * descriptor) to an executor.  A quern_job is an op on its way: a struct that
 * the caller owns and may embed, like a libev watcher.  Every job that was
 * accepted completes exactly once, on the thread that runs its loop, and never
 * from inside quern_submit() or quern_cancel().
 *
 * "The loop's thread" below is the thread that runs ev_run() on the loop, or
 * quern_loop_dispatch().  Unless a comment says "any", call from there only.
 */
#ifndef QUERN_LOOP_H
#define QUERN_LOOP_H

#include <quern/executor.h>
#include <quern/op.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ev_loop;
typedef struct quern_loop quern_loop;
typedef struct quern_job quern_job;
typedef struct quern_group quern_group;

enum { QUERN_LOW = -1, QUERN_NORMAL = 0, QUERN_HIGH = 1 };

/* ---- loops ---- */

/*
 * Deliver completions through `ev`, and run jobs on `executor` where they do
 * not name another.
 *
 * Completions come at once; only while a list of 16 and more jobs ends whose
 * callbacks submit no others, and the cores have enough to do, they may come
 * together, about 1 ms later; or as much later as libev was told to hold timers
 * back by (ev_set_timeout_collect_interval()).
 *
 * Takes   ev, which must outlive the loop; NULL for a foreign loop, see
 *         quern_loop_fd() below.  Holds the executor until it is destroyed.
 * Thread  any, before ev runs; or the loop's.
 *
 * Returns 0            *out is the loop.
 *         -EINVAL      out or executor is NULL.
 *         -ENOMEM, -EMFILE, -ENFILE   (libev itself ends the process when
 *                      another thread takes the last descriptor meanwhile).
 *         -ESHUTDOWN, -ESTALE   of the executor.
 */
QUERN_API QUERN_MUST_USE int quern_loop_create(
    quern_loop **out, struct ev_loop *ev, quern_executor *executor);

/*
 * Blocks  at most for as long as another thread needs to leave the call with
 *         which it woke this loop.
 *
 * Returns 0            freed.  NULL is fine.
 *         -EBUSY       jobs are in flight, somebody holds the loop, or this is
 *                      called from one of its own callbacks.
 *         -ESTALE      after fork.
 */
QUERN_API QUERN_MUST_USE int quern_loop_destroy(quern_loop *loop);

/* The libev loop; NULL for a foreign one. */
QUERN_API struct ev_loop *quern_loop_ev(const quern_loop *loop);

/*
 * ev_run() stays alive while jobs are in flight, and while the loop is held.
 * Hold it for as long as another thread may still submit: otherwise ev_run()
 * can return just before that.  Holds are counted; a release without a hold
 * does nothing.
 *
 * One corner is libev's: a callback of the lowest priority (EV_MINPRI) that
 * submits the first job and leaves no watcher active must hold the loop too.
 *
 * Thread  any.
 */
QUERN_API void quern_loop_hold(quern_loop *loop);
QUERN_API void quern_loop_release(quern_loop *loop);

/* ---- jobs ---- */

/*
 * How a job ended: what its function returned, positive values included, 0
 * for a loop whose blocks all ran, or the negative reason (status.h).  The job
 * is the caller's again: it may be freed, or submitted anew.
 */
typedef void quern_done_fn(quern_loop *loop, quern_job *job, int status);

/* 256 bytes.  Set the public fields between quern_job_init() and submit. */
struct quern_job {
	quern_executor *executor; /* NULL: the loop's */
	double timeout;           /* seconds from acceptance; 0: none */
	int priority;             /* QUERN_LOW to QUERN_HIGH */
	uint32_t reserved;        /* keep 0 */
	quern_op op;              /* as given to quern_job_init() */
	void *data;               /* yours */

	/* quern's own; src/job.h says who may touch what, and when. */
	struct {
		union {
			quern_done_fn *done;
			struct quern_waiter *waiter;
		} then;
		union {
			quern_group *group;
			const quern_context *outer;
		} part_of;
		quern_job *group_next, *group_prev;
		struct quern_deadline {
			struct quern_deadline *child, *next, *prev;
			uint64_t at_ns; /* 0: none */
		} deadline;
		/* What every trip changes, side by side. */
		quern_job *next;
		union {
			quern_job *prev;
			struct {
				uint32_t worker, slot;
			} batch;
		} at;
		union {
			uint64_t loop;
			double fraction;
		} progress;
		uint32_t word;
		int32_t status;
		uint32_t inside;
		uint8_t lane, place, was, untraced;
		union {
			void *scratch;
			quern_job *ahead;
		};
		quern_loop *loop;
		quern_executor *pool;
	} own;
};

/*
 * Make `job` ready for its first submit: `op`, completion callback `done`
 * (NULL: none), and everything else 0.
 */
QUERN_API void quern_job_init(quern_job *job, quern_op op, quern_done_fn *done);

/*
 * Hand `job` to its executor and return at once.
 *
 * Takes   the job: until its `done` call starts, the only things the caller
 *         may do with it are quern_cancel(), quern_job_status() and
 *         quern_job_progress().
 * Calls   job's `done`, exactly once, on the loop's thread, never from inside
 *         quern_submit().
 * Thread  any, including a `done` call and a running job; not a signal
 *         handler.
 * Blocks  never, and never allocates; but a quern_blocking job may need a
 *         thread, whose start takes some memory and tens of microseconds.
 *
 * Returns 0            accepted.
 *         -EINVAL      the op cannot run, the timeout is negative or NaN, the
 *                      priority is unknown, or the job was never initialised.
 *         -EAGAIN      queue_limit is reached, or there is no thread for a
 *                      quern_blocking job and none could be started (if there
 *                      is one it is accepted, and waits for that one); see
 *                      quern_loop_set_room().
 *         -EBUSY       this job is in flight, or still a member of a group,
 *                      see quern_group_submit().
 *         -ESHUTDOWN   the executor takes no new work.
 *         -ESTALE      after fork.
 * After an error nothing was changed.
 */
QUERN_API QUERN_MUST_USE int quern_submit(quern_loop *loop, quern_job *job);

/*
 * The same for n jobs in one step.  They are taken in order up to the first
 * that cannot be; submit that one alone to learn why.
 *
 * Returns  how many were taken, or, if the first was refused, its error;
 *          -EINVAL for more than INT_MAX.
 */
QUERN_API QUERN_MUST_USE int quern_submit_many(
    quern_loop *loop, quern_job *const jobs[], size_t n);

/*
 * Have `room` called on the loop's thread, once, when the loop's own executor
 * has room again after it refused jobs of this loop with -EAGAIN.  For lack of
 * a thread that is at once: nobody else would know when to try again.  Several
 * refusals before that make one call, which keeps ev_run() alive as a job
 * would.  NULL: no call.
 */
QUERN_API void quern_loop_set_room(
    quern_loop *loop, void (*room)(quern_loop *loop, void *data), void *data);

/*
 * Ask for an end of `job`, which completes later, as always.
 *
 * Thread  the loop's: safe until `done` returns.  Any other: the caller makes
 *         sure that the job, its loop and its executor stay alive, and that
 *         the job is not submitted to another loop or executor meanwhile.
 * Blocks  never.
 *
 * Returns 0            it was still in line and will not run; its status will
 *                      be -ECANCELED.
 *         -EINPROGRESS it runs, and was told to stop.  A loop stops within a
 *                      block.  Its status is -ECANCELED, or what the function
 *                      returned if that is 0 or more.
 *         -EALREADY    done, or told to stop before.
 *         -EINVAL      never submitted.
 *         -ESTALE      after fork.
 */
QUERN_API int quern_cancel(quern_job *job);

/*
 * The status that `done` was given; -EINPROGRESS while in flight (-ESTALE if
 * that was before a fork); -EINVAL if never submitted.
 */
QUERN_API int quern_job_status(const quern_job *job);

/*
 * How far the job is, from 0 to 1: blocks for a loop, quern_set_progress() for
 * any other.  1 when it has ended, however it ended.
 *
 * Thread  any, while the job is alive.
 */
QUERN_API double quern_job_progress(const quern_job *job);

/* ---- groups ---- */

/*
 * Called on the loop's thread when every member has completed.  `first_error`
 * is the negative status of the member that failed first, or 0.  Members that a
 * rule of the group's stopped (below) do not count as errors; those that
 * quern_group_cancel() stopped do.  Members must live until this returns.
 */
typedef void quern_group_fn(
    quern_loop *loop, quern_group *group, int first_error);

enum {
	QUERN_STOP_ON_ERROR = 1, /* the first failure cancels the rest */
	QUERN_STOP_ON_FIRST = 2  /* the first completion cancels the rest */
};

struct quern_group {
	void *data; /* yours */

	/* quern's own, see src/group.c */
	struct {
		quern_loop *loop;
		quern_group_fn *done;
		unsigned flags;
		int first_error;
		size_t pending, submitted, finished;
		quern_job *members;                /* not finished */
		quern_job *first_done, *last_done; /* finished, in order */
		unsigned state;
		quern_job ending; /* brings the end of an empty group */
	} own;
};

QUERN_API void quern_group_init(
    quern_group *group, quern_group_fn *done, unsigned flags);

/*
 * Submit n jobs as members of `group`.  May be repeated until the group has
 * ended: that is when all members so far have completed.  A group that was
 * given no jobs at all (n is 0) ends too, later, not inside this call.
 *
 * A member's own `done`, if any, runs before the group takes notice.  A member
 * can be submitted again once quern_group_next() has returned it, or, with
 * quern_job_init(), from the group's `done` on; not before.
 *
 * Thread   any, while the group has not ended.
 *
 * Returns  how many were taken, as quern_submit_many(), or
 *          -EINVAL      NULL, unknown flags, or another loop than before.
 *          -EALREADY    the group has ended; quern_group_init() it anew.
 *          -ECANCELED   the group was told to stop; it takes no more.
 *          the error of the first job.
 */
QUERN_API QUERN_MUST_USE int quern_group_submit(
    quern_loop *loop, quern_group *group, quern_job *const jobs[], size_t n);

/*
 * The next finished member, in order of completion; NULL when no more has
 * finished so far.
 */
QUERN_API quern_job *quern_group_next(quern_group *group);

/*
 * From 0 to 1: the mean progress of the members.
 *
 * Thread  any, while the group and its loop are alive.
 */
QUERN_API double quern_group_progress(const quern_group *group);

/*
 * Cancel every member that has not finished.
 *
 * Returns  0, -EALREADY (ended, or told to stop before), -EINVAL (never
 *          submitted), -ESTALE (after fork).
 */
QUERN_API int quern_group_cancel(quern_group *group);

/* ---- without libev ---- */

/*
 * A descriptor that is readable while work is due: have any event loop poll it
 * and then call quern_loop_dispatch().  It belongs to the loop.  -ENOTSUP for
 * a loop that has libev.
 */
QUERN_API int quern_loop_fd(const quern_loop *loop);

/*
 * Run what is due: expire timeouts, call `done` callbacks, up to a bounded
 * number of them so that a flood starves nothing; the descriptor stays
 * readable if more are left.  May be called from a callback; do not poll first
 * there, since what is left of this turn does not show on the descriptor.
 *
 * Blocks   never.
 * Returns  how many completions were delivered; -ENOTSUP, -EINVAL, -ESTALE.
 */
QUERN_API int quern_loop_dispatch(quern_loop *loop);

/*
 * Jobs in flight: accepted, and their `done` call has not started.
 *
 * Thread  any.
 */
QUERN_API size_t quern_loop_pending(const quern_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
