/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_line_ageing.c -- tests src/line.c: a lane that was passed over 16 times
 * comes first.
 */
#include "line_check.h"

/*
 * Pick from a line in which lane 0 never empties: what was picked from a
 * waiting lane goes to its end again.  Returns the lane.
 */
static unsigned
turn(struct quern__line *line)
{
	quern_job *job = pick(line);

	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	if (job->own.place != QUERN__IN_LINE)
		push(line, job, job->own.lane);
	return job->own.lane;
}

static void
a_lane_passed_over_16_times_comes_first(void)
{
	struct quern__line line = { .held = 0 };
	quern_job high[2] = { { NULL } }, low = { NULL };

	push(&line, &high[0], 0);
	push(&line, &high[1], 0);
	push(&line, &low, 4);
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(turn(&line), 0);
	CU_ASSERT_PTR_EQUAL(pick(&line), &low);
	CU_ASSERT_EQUAL(turn(&line), 0);
}

static void
an_endless_stream_of_high_starves_neither_normal_nor_low(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[6] = { { NULL } };

	for (int i = 0; i < 6; i++)
		push(&line, &job[i], 2 * (unsigned)(i / 2));
	for (int i = 1; i <= 17 * 20; i++) {
		/* One in 17 each; low comes right after normal. */
		unsigned expected = i % 17 == 0 ? 2 :
		    i % 17 == 1 && i > 1        ? 4 :
						  0;

		CU_ASSERT_EQUAL(turn(&line), expected);
	}
}

static void
an_open_lane_ages_like_any_other(void)
{
	struct quern__line line = { .held = 0 };
	quern_job high[2] = { { NULL } }, loop = { NULL };

	push(&line, &high[0], 0);
	push(&line, &high[1], 0);
	push(&line, &loop, 5);
	for (int i = 1; i <= 17 * 3; i++)
		CU_ASSERT_EQUAL(turn(&line), i % 17 ? 0 : 5);
}

static void
five_lanes_that_aged_together_are_served_one_by_one(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[QUERN__LANES_COMPUTE] = { { NULL } };

	for (unsigned n = 0; n < QUERN__LANES_COMPUTE; n++)
		push(&line, &job[n], n);
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(turn(&line), 0);
	for (unsigned n = 1; n < QUERN__LANES_COMPUTE; n++)
		CU_ASSERT_EQUAL(turn(&line), n);
	CU_ASSERT_EQUAL(turn(&line), 0);
}

static void
of_lanes_that_are_due_the_oldest_comes_first(void)
{
	struct quern__line line = { .held = 0 };
	quern_job high = { NULL }, later = { NULL }, due[2] = { { NULL } };

	push(&line, &high, 0);
	push(&line, &due[0], 3);
	push(&line, &due[1], 4);
	CU_ASSERT_EQUAL(turn(&line), 0);
	push(&line, &later, 2);
	for (int i = 1; i < 16; i++)
		CU_ASSERT_EQUAL(turn(&line), 0);
	CU_ASSERT_EQUAL(turn(&line), 3);
	CU_ASSERT_EQUAL(turn(&line), 4); /* though lane 2 is due as well */
	CU_ASSERT_EQUAL(turn(&line), 2);
}

static void
blocking_lanes_age_by_themselves(void)
{
	struct quern__line line = { .held = 0 };
	quern_job high[2] = { { NULL } }, low = { NULL }, *job;

	push(&line, &high[0], 0);
	push(&line, &high[1], 6);
	push(&line, &low, 8);
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(turn(&line), 0);
	CU_ASSERT_EQUAL(line.lane[8].age, 0);
	for (int i = 0; i < 16; i++) {
		job = pick_from(&line, QUERN__BLOCKING);
		CU_ASSERT_PTR_EQUAL_FATAL(job, &high[1]);
		push(&line, job, 6);
	}
	CU_ASSERT_PTR_EQUAL(pick_from(&line, QUERN__BLOCKING), &low);
}

static void
a_lane_that_empties_loses_its_age(void)
{
	struct quern__line line = { .held = 0 };
	quern_job high = { NULL }, low = { NULL };

	push(&line, &high, 0);
	push(&line, &low, 4);
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(turn(&line), 0);
	take_out(&line, &low);
	CU_ASSERT_EQUAL(turn(&line), 0);
	push(&line, &low, 4);
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(turn(&line), 0);
	CU_ASSERT_EQUAL(turn(&line), 4);
}

static void
a_lane_that_keeps_a_job_keeps_its_age(void)
{
	struct quern__line line = { .held = 0 };
	quern_job high = { NULL }, low[2] = { { NULL } };

	push(&line, &high, 0);
	push(&line, &low[0], 4);
	push(&line, &low[1], 4);
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(turn(&line), 0);
	take_out(&line, &low[0]);
	CU_ASSERT_PTR_EQUAL(pick(&line), &low[1]);
}

int
main(void)
{
	static const CU_TestInfo ageing[] = {
		{ "a lane passed over 16 times comes first",
		    a_lane_passed_over_16_times_comes_first },
		{ "an endless stream of high starves neither normal nor low",
		    an_endless_stream_of_high_starves_neither_normal_nor_low },
		{ "an open lane ages like any other",
		    an_open_lane_ages_like_any_other },
		{ "five lanes that aged together are served one by one",
		    five_lanes_that_aged_together_are_served_one_by_one },
		{ "of lanes that are due the oldest comes first",
		    of_lanes_that_are_due_the_oldest_comes_first },
		{ "blocking lanes age by themselves",
		    blocking_lanes_age_by_themselves },
		{ "a lane that empties loses its age",
		    a_lane_that_empties_loses_its_age },
		{ "a lane that keeps a job keeps its age",
		    a_lane_that_keeps_a_job_keeps_its_age },
		CU_TEST_INFO_NULL,
	};

	add_suite("line: ageing", ageing);
	return run_suites();
}
