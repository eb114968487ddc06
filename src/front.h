/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * front.h -- a loop: where completions come back.
 *
 * What every loop has is here; loop.c (libev) and port.c (a descriptor) each
 * embed it as their first member and supply how to ring and how to set the
 * timer.
 *
 *   worker --> done list --ring--> the loop's thread: backlog --> done()
 */
#ifndef QUERN_SRC_FRONT_H
#define QUERN_SRC_FRONT_H

#include <errno.h>
#include <pthread.h>
#include <quern/loop.h>

#include "fork.h"
#include "mailbox.h"
#include "timeouts.h"
#include "trace.h"

enum quern__room { QUERN__ROOM_QUIET, QUERN__ROOM_WANTED, QUERN__ROOM_DUE };

struct quern__front {
	/* Have the loop's thread deliver soon.  Any thread. */
	void (*ring)(quern_loop *loop);
	/* Have it deliver at `at_ns`; 0: no need.  The loop's thread. */
	void (*set_timer)(quern_loop *loop, uint64_t at_ns);
	/* Undo what the front's own create did, and free the loop. */
	void (*destroy)(quern_loop *loop);
	struct ev_loop *(*ev)(const quern_loop *loop);
};

#define QUERN__ONE_JOB ((uint64_t)1 << 24)

struct quern_loop {
	/* fixed at creation */
	const struct quern__front *front;
	unsigned generation;
	quern_executor *executor;

	/* What each job's end writes, apart from what each submit reads. */
	struct quern__mailbox done __attribute__((aligned(64)));
	/*
	 * Threads between their push and the end of their ring.  They raise it
	 * before the push (so that whoever takes the job sees it raised) and
	 * lower it with release as their last touch of the loop; destroy waits
	 * for 0 with acquire.
	 */
	unsigned ringing;
	/*
	 * The loop sleeps and will look for ends by itself: no need to ring.
	 * Atomic, seq_cst; deliver.c says why none is left lying.
	 */
	bool looks;

	/*
	 * Atomic: jobs accepted whose done() has not begun, but for turn_*
	 * below, QUERN__ONE_JOB each; plus 1 for each thread inside
	 * quern_submit() that nothing else keeps the loop and its executor for.
	 * Those are raised before the push and lowered, with release, as the
	 * last touch of both; destroy waits for 0 with acquire.
	 */
	uint64_t in_flight __attribute__((aligned(64)));
	size_t holds; /* atomic; see quern__loop_is_busy() */
	/*
	 * The thread that runs callbacks now; 0: none.  Atomic, relaxed: who
	 * asks wants to know whether it is the one, and only that thread ever
	 * writes its own name here.
	 */
	uintptr_t turn_of;

	/*
	 * The loop's thread only.  Within a turn what is delivered and what
	 * callbacks submit is counted here, and told to all at its end.
	 */
	size_t turn_delivered, turn_submitted;
	size_t turn_slots;     /* of the executor's, to be given back */
	quern_job *backlog;    /* taken, not delivered */
	bool submits;          /* its callbacks have, since it last slept */
	unsigned delivering;   /* depth of quern__deliver() */
	uint64_t caught_up_ns; /* the last turn with many ends left none */
	unsigned spins_missed, yields_missed; /* in a row; see spin.c */
	uint64_t timer_ns; /* what the timer is set to; 0: off */
	void (*room_fn)(quern_loop *loop, void *data);
	void *room_data;
	struct quern__tasks *tasks; /* NULL: there was none so far */

	/*
	 * Jobs that callbacks submit to the loop's own executor, until they go
	 * on together, see arrive.c.  The loop's thread pushes; what stands
	 * beside is for it alone.
	 */
	struct quern__mailbox outbox;
	quern_job *out_earliest; /* there */
	unsigned out_lanes;      /* of all there */
	unsigned gathered;       /* there, at most */

	struct quern__track track; /* in the timeline */

	pthread_mutex_t lock; /* guards timeouts and the groups' lists */
	struct quern__timeouts timeouts;

	/* The executor's lock; `room` may be read without it. */
	quern_loop *next_loop;
	enum quern__room room; /* atomic, relaxed */
};

static inline bool
quern__loop_stale(const quern_loop *loop)
{
	return loop->generation != quern__fork_generation();
}

/* -EINVAL, -ESTALE or 0: may `loop` be touched at all? */
static inline int
quern__loop_check(const quern_loop *loop)
{
	if (!loop)
		return -EINVAL;
	return quern__loop_stale(loop) ? -ESTALE : 0;
}

/* Are jobs in flight, or does somebody hold the loop?  The loop's thread. */
bool quern__loop_is_busy(const quern_loop *loop);

/* Is there anything to deliver? */
static inline bool
quern__loop_has_ends(const quern_loop *loop)
{
	/* The loop's thread empties both; a worker fills the second. */
	return loop->backlog || !quern__mailbox_is_empty(&loop->done);
}

/* Is there one, alone?  The loop's thread. */
static inline bool
quern__loop_has_one_end(const quern_loop *loop)
{
	/* acquire: pairs with the release in quern__mailbox_push(). */
	const quern_job *latest =
	    __atomic_load_n(&loop->done.head, __ATOMIC_ACQUIRE);

	return !loop->backlog && latest && !latest->own.next;
}

/* Count n jobs in, or out.  Any thread. */
static inline void
quern__loop_count_in(quern_loop *loop, size_t n)
{
	/* relaxed: a count. */
	__atomic_fetch_add(
	    &loop->in_flight, n * QUERN__ONE_JOB, __ATOMIC_RELAXED);
}

/* What every loop needs, whichever its front. */
int quern__loop_init(quern_loop *loop, const struct quern__front *front,
    quern_executor *executor);
void quern__loop_fini(quern_loop *loop);

static inline void
quern__front_ring(quern_loop *loop)
{
	loop->front->ring(loop);
}

/* ---- loop.c, port.c ---- */

int quern__ev_create(
    quern_loop **out, struct ev_loop *ev, quern_executor *executor);
int quern__port_create(quern_loop **out, quern_executor *executor);

/* ---- accounts.c ---- */

/* Is a room callback due?  Once for each time it was. */
bool quern__pool_take_room(quern_executor *pool, quern_loop *loop);

#endif
