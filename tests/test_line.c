/* SPDX-License-Identifier: BSD-2-Clause */
/* test_line.c -- tests src/line.c; its ageing has test_line_ageing.c. */
#include "line_check.h"
#include "src/pool.h"

/* ---- order ---- */

static void
an_empty_line_gives_nothing(void)
{
	struct quern__line line = { .held = 0 };

	CU_ASSERT_PTR_NULL(pick(&line));
	CU_ASSERT_PTR_NULL(first_waiting(&line));
}

static void
the_first_in_a_lane_is_the_first_out(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[5] = { { NULL } };

	for (int i = 0; i < 5; i++)
		push(&line, &job[i], 2);
	for (int i = 0; i < 5; i++) {
		CU_ASSERT_PTR_EQUAL(pick(&line), &job[i]);
		CU_ASSERT_EQUAL(job[i].own.place, QUERN__ELSEWHERE);
	}
	CU_ASSERT_PTR_NULL(pick(&line));
}

static void
priorities_have_their_lanes(void)
{
	CU_ASSERT_EQUAL(QUERN__LANE_OF(QUERN_HIGH), 0);
	CU_ASSERT_EQUAL(QUERN__LANE_OF(QUERN_NORMAL), 2);
	CU_ASSERT_EQUAL(QUERN__LANE_OF(QUERN_LOW), 4);
	for (unsigned n = 0; n < QUERN__LANES_COMPUTE; n++) {
		CU_ASSERT_EQUAL(quern__lane_is_open(n), n % 2 == 1);
		CU_ASSERT_EQUAL(quern__lane_waiting(n), n / 2 * 2);
		CU_ASSERT_FALSE(quern__lane_is_blocking(n));
	}
}

static void
blocking_jobs_have_lanes_behind_them(void)
{
	for (int priority = QUERN_LOW; priority <= QUERN_HIGH; priority++) {
		unsigned lane = QUERN__LANE_OF_BLOCKING(priority);

		CU_ASSERT_EQUAL(lane, (unsigned)(7 - priority));
		CU_ASSERT_TRUE(quern__lane_is_blocking(lane));
		CU_ASSERT_FALSE(quern__lane_is_open(lane));
		CU_ASSERT_EQUAL(
		    quern__lane_waiting(lane), QUERN__LANE_OF(priority));
	}
	CU_ASSERT_EQUAL(QUERN__COMPUTE, 0x3f);
	CU_ASSERT_EQUAL(QUERN__BLOCKING, 0x1c0);
}

static void
lanes_are_served_in_their_order(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[QUERN__LANES] = { { NULL } };

	for (unsigned n = QUERN__LANES; n-- > 0;)
		push(&line, &job[n], n);
	for (unsigned n = 0; n < QUERN__LANES_COMPUTE; n++) {
		CU_ASSERT_PTR_EQUAL(pick(&line), &job[n]);
		CU_ASSERT_EQUAL(
		    job[n].own.place == QUERN__IN_LINE, quern__lane_is_open(n));
		if (quern__lane_is_open(n))
			take_out(&line, &job[n]);
	}
	CU_ASSERT_PTR_NULL(pick(&line));
	for (unsigned n = QUERN__LANES_COMPUTE; n < QUERN__LANES; n++)
		CU_ASSERT_PTR_EQUAL(pick_from(&line, QUERN__BLOCKING), &job[n]);
	CU_ASSERT_PTR_NULL(pick_from(&line, QUERN__BLOCKING));
}

static void
workers_and_blocking_threads_pick_from_their_own_lanes(void)
{
	struct quern__line line = { .held = 0 };
	quern_job compute = { NULL }, blocking = { NULL };

	push(&line, &blocking, 6);
	CU_ASSERT_PTR_NULL(pick(&line));
	CU_ASSERT_PTR_EQUAL(pick_from(&line, QUERN__BLOCKING), &blocking);
	push(&line, &compute, 4);
	CU_ASSERT_PTR_NULL(pick_from(&line, QUERN__BLOCKING));
	CU_ASSERT_PTR_EQUAL(pick(&line), &compute);
}

static void
a_job_leaves_from_the_front_the_middle_and_the_end(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[5] = { { NULL } };

	for (int i = 0; i < 5; i++)
		push(&line, &job[i], 4);
	take_out(&line, &job[2]);
	take_out(&line, &job[0]);
	take_out(&line, &job[4]);
	push(&line, &job[2], 4);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[1]);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[3]);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[2]);
	CU_ASSERT_PTR_NULL(pick(&line));
}

static void
open_loops_stay_and_take_turns(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[3] = { { NULL } };

	for (int i = 0; i < 3; i++)
		push(&line, &job[i], 3);
	for (int i = 0; i < 7; i++)
		CU_ASSERT_PTR_EQUAL(pick(&line), &job[i % 3]);
	take_out(&line, &job[2]);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[1]);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[0]);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[1]);
}

static void
waiting_counts_jobs_but_not_open_loops(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[QUERN__LANES_COMPUTE] = { { NULL } };

	for (unsigned n = 0; n < QUERN__LANES_COMPUTE; n++) {
		push(&line, &job[n], n);
		CU_ASSERT_EQUAL(line.waiting, n / 2 + 1);
	}
	(void)pick(&line);
	CU_ASSERT_EQUAL(line.waiting, 2);
	(void)pick(&line); /* an open one, which stays */
	CU_ASSERT_EQUAL(line.waiting, 2);
	take_out(&line, &job[4]);
	CU_ASSERT_EQUAL(line.waiting, 1);
}

static void
urgent_is_what_stands_before_a_lane(void)
{
	static quern_executor pool;

	for (unsigned n = 0; n < QUERN__LANES; n++) {
		quern_job job = { NULL };

		push(&pool.line, &job, n);
		for (unsigned lane = 0; lane < QUERN__LANES_COMPUTE; lane++)
			CU_ASSERT_EQUAL(
			    quern__pool_urgent(&pool, lane), n < lane);
		take_out(&pool.line, &job);
		pool.arrived = 1u << n;
		for (unsigned lane = 0; lane < QUERN__LANES_COMPUTE; lane++)
			CU_ASSERT_EQUAL(
			    quern__pool_urgent(&pool, lane), n < lane);
		pool.arrived = 0;
	}
}

static int
no_call(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 0;
}

static void
no_range(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)arg;
}

static void
calls_are_taken_in_a_row_up_to_a_loop_or_the_most(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[6], *out[6];

	for (int i = 0; i < 6; i++) {
		quern_job_init(&job[i],
		    i == 4 ? quern_for(1, 1, no_range, NULL) :
			     quern_call(no_call, NULL),
		    NULL);
		push(&line, &job[i], 2);
	}
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 0), 0);
	check_line(&line);
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 3), 3);
	check_line(&line);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_PTR_EQUAL(out[i], &job[i]);
		CU_ASSERT_EQUAL(job[i].own.place, QUERN__ELSEWHERE);
	}
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 6), 1);
	check_line(&line);
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 6), 0);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[4]);
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 6), 1);
	check_line(&line);
	CU_ASSERT_PTR_NULL(pick(&line));
}

static void
none_are_taken_in_a_row_past_anybody(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[2], other, *out[2];

	quern_job_init(&other, quern_call(no_call, NULL), NULL);
	for (int i = 0; i < 2; i++) {
		quern_job_init(&job[i], quern_call(no_call, NULL), NULL);
		push(&line, &job[i], 2);
	}
	push(&line, &other, 4);
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 2), 0);
	take_out(&line, &other);
	push(&line, &other, 5);
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 2), 0);
	take_out(&line, &other);
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 2), 2);
	check_line(&line);
}

/* As if they had been picked one by one. */
static void
taken_in_a_row_they_pass_over_loops_of_their_own(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[4], loop, *out[4];

	quern_job_init(&loop, quern_for(1, 1, no_range, NULL), NULL);
	push(&line, &loop, 3);
	for (int i = 0; i < 4; i++) {
		quern_job_init(&job[i], quern_call(no_call, NULL), NULL);
		push(&line, &job[i], 2);
	}
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 2), 2);
	check_line(&line);
	CU_ASSERT_EQUAL(line.lane[3].age, 2);
	line.lane[3].age = QUERN__OPEN_AGE - 1;
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 2), 1);
	CU_ASSERT_EQUAL(quern__line_take_calls(&line, 2, out, 2), 0);
	CU_ASSERT_PTR_EQUAL(pick(&line), &loop);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[3]);
}

static void
what_is_put_back_comes_first(void)
{
	struct quern__line line = { .held = 0 };
	quern_job job[3];

	for (int i = 0; i < 3; i++)
		quern_job_init(&job[i], quern_call(no_call, NULL), NULL);
	push(&line, &job[1], 2);
	push(&line, &job[2], 2);
	job[0].own.lane = 2;
	quern__line_push_front(&line, &job[0]);
	check_line(&line);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_PTR_EQUAL(pick(&line), &job[i]);
	quern__line_push_front(&line, &job[0]);
	check_line(&line);
	CU_ASSERT_PTR_EQUAL(pick(&line), &job[0]);
}

static void
the_first_waiting_job_stays_where_it_is(void)
{
	struct quern__line line = { .held = 0 };
	quern_job open = { NULL }, low = { NULL }, high[2] = { { NULL } };

	push(&line, &open, 1);
	CU_ASSERT_PTR_NULL(first_waiting(&line));
	push(&line, &low, 4);
	CU_ASSERT_PTR_EQUAL(first_waiting(&line), &low);
	push(&line, &high[0], 0);
	push(&line, &high[1], 0);
	CU_ASSERT_PTR_EQUAL(first_waiting(&line), &high[0]);
	CU_ASSERT_PTR_EQUAL(first_waiting(&line), &high[0]);
	CU_ASSERT_EQUAL(line.waiting, 3);
	check_line(&line);
}

int
main(void)
{
	static const CU_TestInfo order[] = {
		{ "an empty line gives nothing", an_empty_line_gives_nothing },
		{ "the first in a lane is the first out",
		    the_first_in_a_lane_is_the_first_out },
		{ "priorities have their lanes", priorities_have_their_lanes },
		{ "blocking jobs have lanes behind them",
		    blocking_jobs_have_lanes_behind_them },
		{ "workers and blocking threads pick from their own lanes",
		    workers_and_blocking_threads_pick_from_their_own_lanes },
		{ "lanes are served in their order",
		    lanes_are_served_in_their_order },
		{ "a job leaves from the front, the middle and the end",
		    a_job_leaves_from_the_front_the_middle_and_the_end },
		{ "open loops stay and take turns",
		    open_loops_stay_and_take_turns },
		{ "waiting counts jobs but not open loops",
		    waiting_counts_jobs_but_not_open_loops },
		{ "urgent is what stands before a lane",
		    urgent_is_what_stands_before_a_lane },
		{ "calls are taken in a row up to a loop or the most",
		    calls_are_taken_in_a_row_up_to_a_loop_or_the_most },
		{ "none are taken in a row past anybody",
		    none_are_taken_in_a_row_past_anybody },
		{ "taken in a row they pass over loops of their own",
		    taken_in_a_row_they_pass_over_loops_of_their_own },
		{ "what is put back comes first",
		    what_is_put_back_comes_first },
		{ "the first waiting job stays where it is",
		    the_first_waiting_job_stays_where_it_is },
		CU_TEST_INFO_NULL,
	};

	add_suite("line: order", order);
	return run_suites();
}
