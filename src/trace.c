/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.c -- the timeline of the process: on, off, and what happens between.
 *
 *     worker.c, grid.c, deliver.c, ... --> [trace.c] --> trace_json.c --> file
 *
 * Process-wide on purpose: a timeline shows all executors and loops side by
 * side, by one clock, in one file, so a process has one.
 *
 * Each track has a ring of its latest records.  All rings are made at the
 * start, or with the track if the trace is on by then, so that recording never
 * allocates; a ring fills page by page, and what no record touches takes no
 * memory.  Nothing is written before the stop: memory is bounded by the rings,
 * a long trace keeps the end of its story, and nobody waits for a disk but the
 * caller of quern_trace_stop().  A thread that writes along would keep the
 * beginning as well, but takes a core from the workers it watches and must
 * drop records anyway once the disk is slower than they are.
 *
 * Who may touch a ring: whoever holds the lock of the track it hangs on.  A
 * worker's is taken by that worker alone, hence never contended, but for the
 * one moment of the stop, which takes the rings off their tracks, each under
 * its track's lock.  From then on it alone has them, so it writes and frees
 * them without a lock; a recorder that comes late finds no ring.
 *
 * Lock order: the trace's lock, then a track's.  Recording takes only the
 * latter, so it may happen under a loop's or an executor's lock.
 */
#include "trace.h"

#include <errno.h>
#include <quern/trace.h>

#include "clock.h"
#include "fd.h"
#include "fork.h"
#include "job.h"
#include "kernels/kernel.h"
#include "mem.h"
#include "trace_json.h"

bool quern__trace_on;

static struct {
	pthread_mutex_t lock; /* guards the rest, and makes quern__trace_on */
	enum {
		OFF,
		STARTING, /* somebody is about to open the file */
		ON,
	} state;
	int fd;
	uint64_t start_ns;
	struct quern__track *tracks; /* all there are, the latest first */
	struct quern__ring *ended;   /* of tracks that are no more */
	struct quern__untold untold; /* of tracks that are no more */
	unsigned ids, loops, executors;
} trace = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- tracks ---- */

/* False: no memory, and the track counts what it loses. */
static bool
give_ring(struct quern__track *track)
{
	struct quern__ring *ring = quern__alloc_as_is(sizeof(*ring));

	if (ring) {
		ring->next = NULL;
		ring->name = track->name;
		ring->count = 0;
	}
	pthread_mutex_lock(&track->lock);
	track->ring = ring;
	track->ringless = !ring;
	quern__pace_init(&track->pace);
	pthread_mutex_unlock(&track->lock);
	return ring;
}

/* Put the track's ring, if it has one, before `rings`. */
static struct quern__ring *
take_ring(struct quern__track *track, struct quern__ring *rings,
    struct quern__untold *untold)
{
	struct quern__ring *ring;

	pthread_mutex_lock(&track->lock);
	ring = track->ring;
	untold->lost += track->lost;
	untold->left_out += quern__pace_left_out(&track->pace);
	track->ring = NULL;
	track->ringless = false;
	track->lost = 0;
	quern__pace_init(&track->pace);
	pthread_mutex_unlock(&track->lock);
	if (!ring)
		return rings;
	ring->next = rings;
	return ring;
}

static void
free_rings(struct quern__ring *ring)
{
	struct quern__ring *next;

	for (; ring; ring = next) {
		next = ring->next;
		quern__free(ring);
	}
}

/* Take the rings off all tracks, and forget those that have ended. */
static struct quern__ring *
take_rings_locked(struct quern__untold *untold)
{
	struct quern__ring *rings = trace.ended;

	*untold = trace.untold;
	trace.ended = NULL;
	trace.untold = (struct quern__untold) { 0 };
	for (struct quern__track *t = trace.tracks; t; t = t->next)
		rings = take_ring(t, rings, untold);
	return rings;
}

void
quern__track_init(struct quern__track *track, enum quern__track_kind kind,
    const struct quern__track *callers, unsigned index)
{
	*track = (struct quern__track) {
		.name = { .kind = kind, .index = index },
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	pthread_mutex_lock(&trace.lock);
	track->name.id = ++trace.ids;
	if (kind == QUERN__TRACK_WORKER)
		track->name.number = callers->name.number;
	else
		track->name.number = kind == QUERN__TRACK_LOOP ?
		    ++trace.loops :
		    ++trace.executors;
	track->next = trace.tracks;
	if (track->next)
		track->next->prev = track;
	trace.tracks = track;
	if (trace.state == ON)
		(void)give_ring(track);
	pthread_mutex_unlock(&trace.lock);
}

void
quern__track_fini(struct quern__track *track)
{
	pthread_mutex_lock(&trace.lock);
	if (track->prev)
		track->prev->next = track->next;
	else
		trace.tracks = track->next;
	if (track->next)
		track->next->prev = track->prev;
	trace.ended = take_ring(track, trace.ended, &trace.untold);
	pthread_mutex_unlock(&trace.lock);
	pthread_mutex_destroy(&track->lock);
}

/* ---- recording ---- */

bool
quern__trace_has_paid(struct quern__track *track, size_t n)
{
	return quern__pace_has_paid(&track->pace, n, quern__now_ns());
}

void
quern__trace_open(struct quern__span *span, struct quern__track *track,
    enum quern__mark mark, const quern_job *job)
{
	*span = (struct quern__span) {
		.begin_ns = quern__now_ns(),
		.track = track,
		.job = job,
		.name = job ? job->op.kind->name : NULL,
		.mark = mark,
		.flows = job && job->own.loop,
	};
}

void
quern__trace_record(const struct quern__span *span, uint64_t a, uint64_t b)
{
	struct quern__track *track = span->track;
	uint64_t end_ns =
	    span->mark < QUERN__MARK_SUBMIT ? quern__now_ns() : span->begin_ns;
	struct quern__ring *ring;

	pthread_mutex_lock(&track->lock);
	ring = track->ring;
	if (ring)
		ring->record[ring->count++ % QUERN__RING_RECORDS] =
		    (struct quern__record) { *span, end_ns, a, b };
	else if (track->ringless)
		track->lost++;
	quern__pace_pay(&track->pace, end_ns);
	pthread_mutex_unlock(&track->lock);
}

/* ---- start and stop ---- */

/* Rings for all tracks, or for none: 0 or -ENOMEM. */
static int
give_rings_locked(void)
{
	struct quern__untold untold;

	for (struct quern__track *t = trace.tracks; t; t = t->next) {
		if (give_ring(t))
			continue;
		free_rings(take_rings_locked(&untold));
		return -ENOMEM;
	}
	return 0;
}

static void
turn_locked(bool on)
{
	trace.state = on ? ON : OFF;
	__atomic_store_n(&quern__trace_on, on, __ATOMIC_RELAXED);
}

int
quern_trace_start(const char *path)
{
	bool off;
	int fd, err;

	if (!path)
		return -EINVAL;
	err = quern__fork_watch();
	if (err)
		return err;
	pthread_mutex_lock(&trace.lock);
	off = trace.state == OFF;
	if (off)
		trace.state = STARTING;
	pthread_mutex_unlock(&trace.lock);
	if (!off)
		return -EALREADY;
	/* Without the lock: this may take long. */
	fd = quern__fd_create(path);
	err = fd < 0 ? fd : 0;
	pthread_mutex_lock(&trace.lock);
	if (!err)
		err = give_rings_locked();
	trace.fd = fd;
	trace.start_ns = quern__now_ns();
	turn_locked(!err);
	pthread_mutex_unlock(&trace.lock);
	if (err)
		quern__fd_close(fd);
	return err;
}

int
quern_trace_stop(void)
{
	struct quern__ring *rings;
	struct quern__untold untold;
	uint64_t start_ns;
	int fd, err;

	pthread_mutex_lock(&trace.lock);
	if (trace.state != ON) {
		pthread_mutex_unlock(&trace.lock);
		return -EALREADY;
	}
	turn_locked(false);
	rings = take_rings_locked(&untold);
	fd = trace.fd;
	start_ns = trace.start_ns;
	pthread_mutex_unlock(&trace.lock);
	/* All this is ours alone by now. */
	err = quern__trace_write(fd, rings, start_ns, untold);
	quern__fd_close(fd);
	free_rings(rings);
	return err;
}

void
quern__trace_in_child(void)
{
	/*
	 * Tracks, rings and a held lock stay behind with the threads that had
	 * them.  An open file is the parent's.
	 */
	if (trace.state == ON)
		quern__fd_close(trace.fd);
	pthread_mutex_init(&trace.lock, NULL);
	trace.tracks = NULL;
	trace.ended = NULL;
	trace.untold = (struct quern__untold) { 0 };
	turn_locked(false);
}
