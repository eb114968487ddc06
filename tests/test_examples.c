/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_examples.c -- every short example runs and prints what it should.
 *
 * examples.sh knows what that is; the Makefile passes the build folder through
 * the environment.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

static int
example(const char *name)
{
	char command[80];

	snprintf(command, sizeof(command), "sh tests/examples.sh %s", name);
	fflush(stdout);
	return system(command);
}

static void
each_short_example_has_a_test(void)
{
	CU_ASSERT_EQUAL(example("--all-known"), 0);
}

static void
squares_prints_its_squares(void)
{
	CU_ASSERT_EQUAL(example("squares"), 0);
}

static void
own_kernel_finds_the_longest_walk(void)
{
	CU_ASSERT_EQUAL(example("own_kernel"), 0);
}

static void
cancel_ends_what_would_not_end(void)
{
	CU_ASSERT_EQUAL(example("cancel"), 0);
}

static void
timeline_can_be_written(void)
{
	CU_ASSERT_EQUAL(example("timeline"), 0);
}

static void
backpressure_completes_each_job_once(void)
{
	CU_ASSERT_EQUAL(example("backpressure"), 0);
}

static void
foreign_loop_needs_no_libev(void)
{
	CU_ASSERT_EQUAL(example("foreign_loop"), 0);
}

static void
montecarlo_comes_near_the_price(void)
{
	CU_ASSERT_EQUAL(example("montecarlo"), 0);
}

static void
count_counts_together(void)
{
	CU_ASSERT_EQUAL(example("count"), 0);
}

static void
squares_await_prints_the_same(void)
{
	CU_ASSERT_EQUAL(example("squares_await"), 0);
}

static void
powers_have_their_digits(void)
{
	CU_ASSERT_EQUAL(example("powers"), 0);
}

static void
files_sums_what_it_can_read(void)
{
	CU_ASSERT_EQUAL(example("files"), 0);
}

static void
database_looks_at_its_rows(void)
{
	CU_ASSERT_EQUAL(example("database"), 0);
}

static void
isolated_finishes_what_does_not_crash(void)
{
	CU_ASSERT_EQUAL(example("isolated"), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each short example has a test",
		    each_short_example_has_a_test },
		{ "squares prints its squares", squares_prints_its_squares },
		{ "own_kernel finds the longest walk",
		    own_kernel_finds_the_longest_walk },
		{ "cancel ends what would not end",
		    cancel_ends_what_would_not_end },
		{ "timeline can be written", timeline_can_be_written },
		{ "backpressure completes each job once",
		    backpressure_completes_each_job_once },
		{ "foreign_loop needs no libev", foreign_loop_needs_no_libev },
		{ "montecarlo comes near the price",
		    montecarlo_comes_near_the_price },
		{ "count counts together", count_counts_together },
		{ "squares_await prints the same",
		    squares_await_prints_the_same },
		{ "powers have their digits", powers_have_their_digits },
		{ "database looks at its rows", database_looks_at_its_rows },
		{ "files sums what it can read", files_sums_what_it_can_read },
		{ "isolated finishes what does not crash",
		    isolated_finishes_what_does_not_crash },
		CU_TEST_INFO_NULL,
	};

	add_suite("examples", tests);
	return run_suites();
}
