/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.c -- what there is to do, and in which order; see line.h.
 *
 *     submit.c --> [line.c] --> worker.c
 *
 * Intrusive doubly linked lists, so that a cancelled job leaves from the
 * middle at once and nothing is ever allocated.
 */
#include "line.h"

static void
set_held(struct quern__line *line, unsigned lane, bool held)
{
	unsigned bit = 1u << lane;

	/* relaxed: partner of the load in quern__line_urgent(), a hint. */
	__atomic_store_n(&line->held,
	    held ? line->held | bit : line->held & ~bit, __ATOMIC_RELAXED);
}

void
quern__line_push(struct quern__line *line, quern_job *job)
{
	struct quern__lane *lane = &line->lane[job->own.lane];

	job->own.next = NULL;
	job->own.prev = lane->last;
	if (lane->last)
		lane->last->own.next = job;
	else
		lane->first = job;
	lane->last = job;
	job->own.in_line = 1;
	set_held(line, job->own.lane, true);
	line->waiting += !quern__lane_is_open(job->own.lane);
}

void
quern__line_remove(struct quern__line *line, quern_job *job)
{
	struct quern__lane *lane = &line->lane[job->own.lane];

	if (job->own.prev)
		job->own.prev->own.next = job->own.next;
	else
		lane->first = job->own.next;
	if (job->own.next)
		job->own.next->own.prev = job->own.prev;
	else
		lane->last = job->own.prev;
	job->own.in_line = 0;
	line->waiting -= !quern__lane_is_open(job->own.lane);
	if (!lane->first) {
		lane->age = 0;
		set_held(line, job->own.lane, false);
	}
}

/* The lane to serve; some lane holds something. */
static unsigned
choose(struct quern__line *line)
{
	unsigned first = (unsigned)__builtin_ctz(line->held);
	unsigned chosen = first;

	for (unsigned n = first + 1; n < QUERN__LANES; n++) {
		if (!line->lane[n].first)
			continue;
		line->lane[n].age++;
		if (line->lane[n].age > QUERN__LANE_AGE &&
		    line->lane[n].age > line->lane[chosen].age)
			chosen = n;
	}
	line->lane[chosen].age = 0;
	return chosen;
}

quern_job *
quern__line_pick(struct quern__line *line)
{
	quern_job *job;
	unsigned lane;

	if (!line->held)
		return NULL;
	lane = choose(line);
	job = line->lane[lane].first;
	quern__line_remove(line, job);
	if (quern__lane_is_open(lane))
		quern__line_push(line, job);
	return job;
}
