/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.c -- what there is to do, and in which order; see line.h.
 *
 *     submit.c --> [line.c] --> worker.c, blocking.c
 *
 * Intrusive doubly linked lists, so that a cancelled job leaves from the
 * middle at once and nothing is ever allocated.
 */
#include "line.h"

#include "grid.h"
#include "job.h"

/* The bit of a lane in `held` or `calls`; written only if it changes. */
static void
set_bit(unsigned *lanes, unsigned lane, bool on)
{
	unsigned bit = 1u << lane;

	/* relaxed: partner of the loads in pool.h, hints. */
	if (!(*lanes & bit) == on)
		__atomic_store_n(lanes, *lanes ^ bit, __ATOMIC_RELAXED);
}

/* n jobs came to a lane, or left it if n is negative; loops or calls. */
static void
count(struct quern__line *line, unsigned lane, bool loops, int n)
{
	if (!quern__lane_is_open(lane))
		line->waiting += (size_t)n;
	if (quern__lane_is_blocking(lane))
		line->blocking += (size_t)n;
	if (!loops)
		line->lane[lane].calls += (size_t)n;
	set_bit(&line->calls, lane, line->lane[lane].calls > 0);
}

static void
enter(struct quern__line *line, quern_job *job)
{
	job->own.place = QUERN__IN_LINE;
	set_bit(&line->held, job->own.lane, true);
	count(line, job->own.lane, quern__op_is_loop(&job->op), 1);
}

void
quern__line_push(struct quern__line *line, quern_job *job)
{
	struct quern__lane *lane = &line->lane[job->own.lane];

	job->own.next = NULL;
	job->own.at.prev = lane->last;
	if (lane->last)
		lane->last->own.next = job;
	else
		lane->first = job;
	lane->last = job;
	enter(line, job);
}

void
quern__line_push_front(struct quern__line *line, quern_job *job)
{
	struct quern__lane *lane = &line->lane[job->own.lane];

	job->own.at.prev = NULL;
	job->own.next = lane->first;
	if (lane->first)
		lane->first->own.at.prev = job;
	else
		lane->last = job;
	lane->first = job;
	enter(line, job);
}

void
quern__line_remove(struct quern__line *line, quern_job *job)
{
	struct quern__lane *lane = &line->lane[job->own.lane];

	if (job->own.at.prev)
		job->own.at.prev->own.next = job->own.next;
	else
		lane->first = job->own.next;
	if (job->own.next)
		job->own.next->own.at.prev = job->own.at.prev;
	else
		lane->last = job->own.at.prev;
	job->own.place = QUERN__ELSEWHERE;
	count(line, job->own.lane, quern__op_is_loop(&job->op), -1);
	if (!lane->first) {
		lane->age = 0;
		set_bit(&line->held, job->own.lane, false);
	}
}

/* A lane that was passed over more often than that is due. */
static unsigned
due_age(unsigned held, unsigned lane)
{
	bool behind_own = quern__lane_is_open(lane) && held & 1u << (lane - 1);

	return behind_own ? QUERN__OPEN_AGE : QUERN__LANE_AGE;
}

/* The lane whose turn it is, of those in `held`, which all hold something. */
static unsigned
turn(const struct quern__line *line, unsigned held)
{
	unsigned chosen = (unsigned)__builtin_ctz(held);
	unsigned oldest = line->lane[chosen].age, age;

	for (unsigned n = chosen + 1; n < QUERN__LANES; n++) {
		/* It is being passed over once more. */
		age = held & 1u << n ? line->lane[n].age + 1 : 0;
		if (age > due_age(held, n) && age > oldest) {
			chosen = n;
			oldest = age;
		}
	}
	return chosen;
}

/* A job is taken from lane `served`: those behind the first are passed over. */
static void
pass(struct quern__line *line, unsigned held, unsigned served)
{
	unsigned first = (unsigned)__builtin_ctz(held);

	for (unsigned n = first + 1; n < QUERN__LANES; n++)
		if (held & 1u << n)
			line->lane[n].age++;
	line->lane[served].age = 0;
}

quern_job *
quern__line_pick(struct quern__line *line, unsigned lanes)
{
	unsigned held = line->held & lanes, lane;
	quern_job *job;

	if (!held)
		return NULL;
	lane = turn(line, held);
	pass(line, held, lane);
	job = line->lane[lane].first;
	quern__line_remove(line, job);
	if (quern__lane_is_open(lane))
		quern__line_push(line, job);
	return job;
}

unsigned
quern__line_take_calls(
    struct quern__line *line, unsigned lane, quern_job *out[], unsigned most)
{
	unsigned others = line->held & QUERN__COMPUTE & ~(1u << lane);
	unsigned own_open = 1u << (lane + 1);
	quern_job *job = line->lane[lane].first;
	unsigned n = 0;

	if (others & ~own_open)
		return 0;
	if (others && most > QUERN__OPEN_AGE - line->lane[lane + 1].age)
		most = QUERN__OPEN_AGE - line->lane[lane + 1].age;
	for (; n < most && job && !quern__op_is_loop(&job->op); n++) {
		out[n] = job;
		job->own.place = QUERN__ELSEWHERE;
		job = job->own.next;
	}
	count(line, lane, false, -(int)n);
	if (others)
		line->lane[lane + 1].age += n;
	line->lane[lane].first = job;
	if (job) {
		job->own.at.prev = NULL;
	} else {
		line->lane[lane].last = NULL;
		line->lane[lane].age = 0;
		set_bit(&line->held, lane, false);
	}
	return n;
}
