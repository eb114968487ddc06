/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.h -- what a job's way is marked with, for quern_trace_start().
 *
 *     worker.c, grid.c, deliver.c, ... --> [trace.c] --> trace_json.c --> file
 *
 * Off, a hook costs one relaxed load and a branch.  On, it reads the clock and
 * puts one record into the ring of a track, under the track's own lock: nothing
 * is allocated, nothing is written.  A worker has a track of its own, so has a
 * loop, and an executor's blocking callers, blocking threads and lanes share
 * one.
 *
 * Where events follow each other faster than records may (trace_pace.h), some
 * are left out.  A job's way is shown whole or not at all: its submit decides,
 * and notes that in the job.
 *
 * A slice is recorded once, when it is over; its beginning is kept by whoever
 * makes it.  So a ring that has overwritten its oldest records never holds an
 * end without its beginning.
 */
#ifndef QUERN_SRC_TRACE_H
#define QUERN_SRC_TRACE_H

#include <pthread.h>
#include <quern/loop.h>

#include "trace_pace.h"

enum quern__mark {
	/* Slices. */
	QUERN__MARK_RUN,     /* a worker or a caller starts a job */
	QUERN__MARK_JOIN,    /* a worker joins a loop that has been started */
	QUERN__MARK_BLOCK,   /* first element, number of elements */
	QUERN__MARK_SLEEP,   /* a worker has nothing to do */
	QUERN__MARK_DELIVER, /* a job's callback; its status */
	QUERN__MARK_POLL,    /* libev waits for events */
	QUERN__MARK_TASK,    /* a task, until it waits; its name */
	/* Points in time. */
	QUERN__MARK_SUBMIT, /* a job was put in line */
	QUERN__MARK_WAKE,   /* whoever it is wakes a worker */
};

enum quern__track_kind {
	QUERN__TRACK_LOOP,
	/* All threads of one executor that are no workers: they may overlap. */
	QUERN__TRACK_CALLERS,
	QUERN__TRACK_WORKER,
};

/* What a track is called in the picture; fixed when it is made. */
struct quern__track_name {
	enum quern__track_kind kind;
	unsigned id;     /* no other track of the process has it */
	unsigned number; /* of the loop or executor, from 1 */
	unsigned index;  /* of the worker */
};

struct quern__track {
	struct quern__track_name name;
	struct quern__pace pace;

	pthread_mutex_t lock;     /* guards the three below; who pays has it */
	struct quern__ring *ring; /* NULL: not traced, or ... */
	bool ringless;            /* ... traced, but there was no memory */
	uint64_t lost;            /* records, for that reason */

	/* The trace's lock. */
	struct quern__track *next, *prev;
};

/* A slice that is under way, kept by whoever makes it. */
struct quern__span {
	uint64_t begin_ns; /* 0: it is not traced */
	struct quern__track *track;
	const quern_job *job;
	const char *name;
	enum quern__mark mark;
	bool flows; /* the job goes from a loop to a loop: draw its way */
};

/*
 * Atomic, relaxed: a hook that sees it late records a little less or finds no
 * ring; what a hook touches is guarded by the track's lock.
 */
extern bool quern__trace_on __attribute__((visibility("hidden")));

static inline bool
quern__tracing(void)
{
	return __builtin_expect(
	    __atomic_load_n(&quern__trace_on, __ATOMIC_RELAXED), false);
}

/*
 * Make a track for a loop, for callers, or for worker `index` of an executor
 * with the track `callers`.  Cannot fail: if there is no memory for the ring,
 * its records are counted as lost.
 */
void quern__track_init(struct quern__track *track, enum quern__track_kind kind,
    const struct quern__track *callers, unsigned index);
/* Nobody records on it any more; what was recorded stays until the stop. */
void quern__track_fini(struct quern__track *track);

/* ---- the hooks ---- */

/* What these do when the trace is on. */
bool quern__trace_has_paid(struct quern__track *track, size_t n);
void quern__trace_open(struct quern__span *span, struct quern__track *track,
    enum quern__mark mark, const quern_job *job);
void quern__trace_record(
    const struct quern__span *span, uint64_t a, uint64_t b);

/* Is any of the track's next n events to be recorded?  If not, they are over. */
static inline bool
quern__trace_is_due(struct quern__track *track, size_t n)
{
	return !quern__pace_skips(&track->pace, n) &&
	    (!quern__pace_is_ahead(&track->pace) ||
		quern__trace_has_paid(track, n));
}

/* Is that to be recorded?  Inline: in a flood most events are not. */
static inline bool
quern__trace_takes(
    struct quern__track *track, enum quern__mark mark, quern_job *job)
{
	if (!track)
		return false;
	if (mark == QUERN__MARK_SLEEP)
		return true; /* falling asleep takes far longer than a record */
	if (mark == QUERN__MARK_SUBMIT) {
		if (!quern__trace_is_due(track, 1))
			return false;
		job->own.untraced = 0;
		return true;
	}
	if (job && job->own.untraced)
		return false;
	if (job && job->own.loop && mark != QUERN__MARK_BLOCK)
		return true;
	return quern__trace_is_due(track, 1);
}

/*
 * A slice begins; `job` is alive, or NULL, and `track` may be NULL: not traced.
 * A submit begins before another thread can see the job.
 */
static inline void
quern__trace_begin(struct quern__span *span, struct quern__track *track,
    enum quern__mark mark, quern_job *job)
{
	span->begin_ns = 0;
	if (quern__tracing() && quern__trace_takes(track, mark, job))
		quern__trace_open(span, track, mark, job);
}

static inline bool
quern__trace_has_begun(const struct quern__span *span)
{
	return __builtin_expect(span->begin_ns != 0, false);
}

/* It is over; its job may be gone.  What `a` and `b` are is said at the marks. */
static inline void
quern__trace_end(const struct quern__span *span, uint64_t a, uint64_t b)
{
	if (quern__trace_has_begun(span))
		quern__trace_record(span, a, b);
}

/* Something happens now; `job` is alive, or NULL. */
static inline void
quern__trace_point(
    struct quern__track *track, enum quern__mark mark, quern_job *job)
{
	struct quern__span span;

	quern__trace_begin(&span, track, mark, job);
	quern__trace_end(&span, 0, 0);
}

/* ---- fork.c ---- */

/* In a child there is no trace. */
void quern__trace_in_child(void);

#endif
