/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_check.h -- the invariants of src/line.h, asserted after each step.
 */
#ifndef QUERN_TESTS_LINE_CHECK_H
#define QUERN_TESTS_LINE_CHECK_H

#include "src/grid.h"
#include "src/job.h"
#include "src/line.h"
#include "support.h"

static inline bool
l1_held_has_a_bit_for_each_lane_that_is_not_empty(
    const struct quern__line *line)
{
	unsigned held = 0;

	for (unsigned n = 0; n < QUERN__LANES; n++)
		held |= (unsigned)(line->lane[n].first != NULL) << n;
	return line->held == held;
}

/* A list that is sound both ways, of jobs that know where they are. */
static inline bool
l2_jobs_in_a_lane_say_so(const struct quern__line *line)
{
	for (unsigned n = 0; n < QUERN__LANES; n++) {
		const quern_job *before = NULL;

		for (const quern_job *job = line->lane[n].first; job;
		     before = job, job = job->own.next)
			if (job->own.place != QUERN__IN_LINE ||
			    job->own.lane != n || job->own.at.prev != before)
				return false;
		if (line->lane[n].last != before)
			return false;
	}
	return true;
}

static inline bool
l3_waiting_counts_the_jobs_in_lanes_not_open(const struct quern__line *line)
{
	static const bool open[QUERN__LANES] = {
		[1] = true, [3] = true, [5] = true
	};
	size_t waiting = 0, blocking = 0;

	for (unsigned n = 0; n < QUERN__LANES; n++)
		for (const quern_job *job = line->lane[n].first; job;
		     job = job->own.next) {
			waiting += !open[n];
			blocking += n >= 6;
		}
	return line->waiting == waiting && line->blocking == blocking;
}

static inline bool
l4_calls_are_counted(const struct quern__line *line)
{
	unsigned mask = 0;

	for (unsigned n = 0; n < QUERN__LANES; n++) {
		size_t calls = 0;

		for (const quern_job *job = line->lane[n].first; job;
		     job = job->own.next)
			calls += !quern__op_is_loop(&job->op);
		if (line->lane[n].calls != calls)
			return false;
		mask |= (unsigned)(calls > 0) << n;
	}
	return line->calls == mask;
}

static inline bool
l5_ages_are_bounded_and_0_if_empty(const struct quern__line *line)
{
	for (unsigned n = 0; n < QUERN__LANES; n++)
		if (line->lane[n].age > (quern__lane_is_open(n) ?
						QUERN__OPEN_AGE :
						QUERN__LANE_AGE) +
			    5 ||
		    (!line->lane[n].first && line->lane[n].age))
			return false;
	return true;
}

static inline void
check_line(const struct quern__line *line)
{
	CU_ASSERT_TRUE_FATAL(
	    l1_held_has_a_bit_for_each_lane_that_is_not_empty(line));
	CU_ASSERT_TRUE_FATAL(l2_jobs_in_a_lane_say_so(line));
	CU_ASSERT_TRUE_FATAL(
	    l3_waiting_counts_the_jobs_in_lanes_not_open(line));
	CU_ASSERT_TRUE_FATAL(l4_calls_are_counted(line));
	CU_ASSERT_TRUE_FATAL(l5_ages_are_bounded_and_0_if_empty(line));
}

static inline void
run_nothing(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)arg;
}

static inline int
call_nothing(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 0;
}

/* It goes to that lane, which says what it is if it has no op. */
static inline void
set_lane(quern_job *job, unsigned lane)
{
	if (!job->op.kind)
		job->op = quern__lane_is_open(lane) ?
		    quern_for(1, 1, run_nothing, NULL) :
		    quern_call(call_nothing, NULL);
	job->own.lane = (uint8_t)lane;
}

static inline void
push(struct quern__line *line, quern_job *job, unsigned lane)
{
	set_lane(job, lane);
	quern__line_push(line, job);
	check_line(line);
}

static inline void
take_out(struct quern__line *line, quern_job *job)
{
	quern__line_remove(line, job);
	CU_ASSERT_EQUAL(job->own.place, QUERN__ELSEWHERE);
	check_line(line);
}

static inline quern_job *
pick_from(struct quern__line *line, unsigned lanes)
{
	quern_job *job = quern__line_pick(line, lanes);

	check_line(line);
	return job;
}

/* As a worker does. */
static inline quern_job *
pick(struct quern__line *line)
{
	return pick_from(line, QUERN__COMPUTE);
}

/* The first job in the workers' waiting lanes; NULL: none waits. */
static inline quern_job *
first_waiting(const struct quern__line *line)
{
	for (unsigned n = 0; n < QUERN__LANES_COMPUTE; n += 2)
		if (line->lane[n].first)
			return line->lane[n].first;
	return NULL;
}

#endif
