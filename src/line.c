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

#include "ahead.h"
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

/*
 * n jobs came to a lane, `calls` of them no loops; or left it, if they are
 * negative.
 */
static void
count(struct quern__line *line, unsigned lane, size_t n, size_t calls)
{
	if (!quern__lane_is_open(lane))
		line->waiting += n;
	if (quern__lane_is_blocking(lane))
		line->blocking += n;
	line->lane[lane].calls += calls;
	set_bit(&line->calls, lane, line->lane[lane].calls > 0);
	set_bit(&line->held, lane, line->lane[lane].first != NULL);
}

static size_t
is_call(const quern_job *job)
{
	return !quern__op_is_loop(&job->op);
}

/* Before the first of a list. */
static void
prepend(struct quern__lane *list, quern_job *job)
{
	job->own.place = QUERN__IN_LINE;
	job->own.at.prev = NULL;
	job->own.next = list->first;
	if (list->first)
		list->first->own.at.prev = job;
	else
		list->last = job;
	list->first = job;
}

/* Behind the last of a list, another one, which is not empty. */
static void
append(struct quern__lane *list, const struct quern__lane *other)
{
	other->first->own.at.prev = list->last;
	if (list->last)
		list->last->own.next = other->first;
	else
		list->first = other->first;
	list->last = other->last;
}

void
quern__line_push(struct quern__line *line, quern_job *job)
{
	struct quern__lane one = { 0 };

	prepend(&one, job);
	append(&line->lane[job->own.lane], &one);
	count(line, job->own.lane, 1, is_call(job));
}

void
quern__line_push_all(struct quern__line *line, quern_job *job)
{
	struct {
		struct quern__lane list;
		size_t n, calls;
	} come[QUERN__LANES] = { 0 }, *lane;
	struct quern__trail trail = { 0 };
	quern_job *next;

	for (; job; job = next) {
		quern__ahead_fetch(job, offsetof(quern_job, op));
		quern__trail_add(&trail, job);
		next = job->own.next;
		lane = &come[job->own.lane];
		prepend(&lane->list, job);
		lane->n++;
		lane->calls += is_call(job);
	}
	for (unsigned n = 0; n < QUERN__LANES; n++) {
		if (!come[n].n)
			continue;
		append(&line->lane[n], &come[n].list);
		count(line, n, come[n].n, come[n].calls);
	}
}

void
quern__line_push_front(struct quern__line *line, quern_job *job)
{
	prepend(&line->lane[job->own.lane], job);
	count(line, job->own.lane, 1, is_call(job));
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
	if (!lane->first)
		lane->age = 0;
	count(line, job->own.lane, (size_t)-1, -is_call(job));
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
		quern__ahead_fetch(job, offsetof(quern_job, op));
		job->own.place = QUERN__ELSEWHERE;
		job = job->own.next;
	}
	if (others)
		line->lane[lane + 1].age += n;
	line->lane[lane].first = job;
	if (job) {
		job->own.at.prev = NULL;
	} else {
		line->lane[lane].last = NULL;
		line->lane[lane].age = 0;
	}
	count(line, lane, -(size_t)n, -(size_t)n);
	return n;
}
