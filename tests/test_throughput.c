/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_throughput.c -- the main demo as its users see it: help, the table, the
 * progress bar.
 *
 * The demo runs as a process of its own, on few numbers.  No test looks at how
 * fast anything was.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "demo.h"
#include "support.h"

/* ---- the table ---- */

/* One row: its name, then six columns. */
static void
check_row(const char *line, const char *name, bool plain)
{
	double elements, gigabytes, ns, to_plain, to_serial;
	char bits[16] = "";

	CU_ASSERT_EQUAL(strncmp(line, name, strlen(name)), 0);
	CU_ASSERT_EQUAL_FATAL(
	    sscanf(line + 27, "%lf %lf %lf %lfx %lfx %15s", &elements,
		&gigabytes, &ns, &to_plain, &to_serial, bits),
	    6);
	CU_ASSERT_TRUE(elements > 0);
	CU_ASSERT_TRUE(ns > 0);
	CU_ASSERT_STRING_EQUAL(bits, plain ? "-" : "agree");
	CU_ASSERT_TRUE(demo_next_line(line) - line <= 80);
}

static void
the_table_has_a_row_for_each_operation_and_way(void)
{
	static const char *const argv[] = { "throughput", "-n", "50k",
		"--rounds", "2", "--threads", "3", NULL };
	static const char *const names[] = {
		"square  plain C loop ",
		"        serial ",
		"        OpenMP, 3 threads ",
		"        async, 3 threads ",
		"power   plain C loop ",
		"        serial ",
		"        OpenMP, 3 threads ",
		"        async, 3 threads ",
		"sum     plain C loop ",
		"        serial ",
		"        OpenMP, 3 threads ",
		"        async, 3 threads ",
	};
	struct child child = { 0 };
	const char *line;

	if (!child_run(&child, argv))
		return;
	demo_check_agreement(&child);
	line = strstr(child.out, "M elem/s");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	line = demo_next_line(line);
	for (int i = 0; i < 12; i++, line = demo_next_line(line))
		check_row(line, names[i], i % 4 == 0);
	CU_ASSERT_EQUAL(demo_count(line, "1 kHz ticks late by"), 1);
	CU_ASSERT_EQUAL(demo_count(line, "\n  while jobs ran "), 1);
	CU_ASSERT_EQUAL(demo_count(line, "\n  while nothing ran "), 1);
	CU_ASSERT_EQUAL(demo_count(line, "\nMedians of 2 rounds."), 1);
}

/* All three are printed with few digits. */
static void
check_quotient(double printed, double above, double below)
{
	double exact = above / below;

	CU_ASSERT_TRUE(fabs(printed - exact) < 0.02 + 0.03 * exact);
}

static void
speed_ups_are_quotients_of_the_times(void)
{
	static const char *const argv[] = { "throughput", "-n", "200k",
		"--rounds", "1", NULL };
	struct child child = { 0 };
	double ns[4], to_plain[4], to_serial[4];
	const char *line;

	if (!child_run(&child, argv))
		return;
	line = strstr(child.out, "\npower ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	line++;
	for (int i = 0; i < 4; i++, line = demo_next_line(line))
		CU_ASSERT_EQUAL_FATAL(sscanf(line + 27, "%*f %*f %lf %lfx %lf",
					  &ns[i], &to_plain[i], &to_serial[i]),
		    3);
	for (int i = 0; i < 4; i++) {
		check_quotient(to_plain[i], ns[0], ns[i]);
		check_quotient(to_serial[i], ns[1], ns[i]);
	}
}

static void
results_agree_for_any_count_and_number_of_threads(void)
{
	static const char *const counts[] = { "1", "9", "20000" };
	static const char *const threads[] = { "1", "2", "7" };

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			const char *const argv[] = { "throughput", "-n",
				counts[i], "--threads", threads[j], "--rounds",
				"1", NULL };
			struct child child = { 0 };

			if (child_run(&child, argv))
				demo_check_agreement(&child);
		}
}

static void
help_names_every_option(void)
{
	static const char *const argv[] = { "throughput", "--help", NULL };
	static const char *const options[] = { "-n ", "--input ", "--column ",
		"--raw ", "--exponent ", "--threads ", "--rounds ", "--help " };
	struct child child = { 0 };

	if (!child_run(&child, argv))
		return;
	CU_ASSERT_EQUAL(child.status, 0);
	CU_ASSERT_STRING_EQUAL(child.err, "");
	CU_ASSERT_EQUAL(strncmp(child.out, "Usage: throughput", 17), 0);
	for (int i = 0; i < 8; i++) {
		char start[32];

		snprintf(start, sizeof(start), "\n  %s", options[i]);
		CU_ASSERT_EQUAL(demo_count(child.out, start), 1);
	}
	for (const char *line = child.out; *line; line = demo_next_line(line))
		CU_ASSERT_TRUE(demo_next_line(line) - line <= 80);
}

/* ---- the progress bar ---- */

static void
a_pipe_gets_no_progress_bar(void)
{
	static const char *const argv[] = { "throughput", "-n", "1000", NULL };
	struct child child = { 0 };

	if (!child_run(&child, argv))
		return;
	demo_check_agreement(&child);
	CU_ASSERT_EQUAL(demo_count(child.out, "\r"), 0);
	CU_ASSERT_EQUAL(demo_count(child.out, "["), 0);
	CU_ASSERT_EQUAL(demo_count(child.out, "\033"), 0);
}

static void
a_terminal_gets_a_bar_that_grows_and_makes_way_for_the_table(void)
{
	static const char *const argv[] = { "throughput", "-n", "1000", NULL };
	struct child child = { .terminal = true };
	const char *bar;
	int percent = 0, before = 0, bars = 0;

	if (!child_run(&child, argv))
		return;
	CU_ASSERT_EQUAL(child.status, 0);
	for (bar = child.out; (bar = strstr(bar, "\r[")); bar++, bars++) {
		CU_ASSERT_EQUAL(sscanf(bar, "\r[%*[#.]] %d %%", &percent), 1);
		CU_ASSERT_TRUE(percent >= before && percent <= 100);
		before = percent;
	}
	/* Three operations, four ways, five rounds and one to warm up. */
	CU_ASSERT_TRUE(bars >= 3 * 4 * 6);
	CU_ASSERT_TRUE(before > 90);
	/* Blanks over the bar, then the first line of the table. */
	CU_ASSERT_EQUAL(demo_count(child.out, "  \r1000 numbers: "), 1);
	CU_ASSERT_EQUAL(demo_count(child.out, "agree\r\n"), 9);
}

/* The longest of the strings between the carriage returns before `end`. */
static size_t
longest_refresh(const char *text, const char *end)
{
	size_t longest = 0, length;

	for (; text < end; text += length + 1) {
		length = strcspn(text, "\r");
		longest = length > longest ? length : longest;
	}
	return longest;
}

static void
the_bar_stays_clear_of_the_last_column(void)
{
	static const char *const argv[] = { "throughput", "-n", "1000",
		"--rounds", "1", NULL };
	static const struct {
		unsigned short columns;
		size_t longest;
	} terminals[] = { { 40, 39 }, { 1, 0 }, { 2, 1 }, { 76, 75 },
		{ 77, 76 }, { 200, 76 }, { 0, 76 } };

	for (int i = 0; i < 7; i++) {
		struct child child = { .terminal = true,
			.columns = terminals[i].columns };
		const char *table;

		if (!child_run(&child, argv))
			continue;
		CU_ASSERT_EQUAL(child.status, 0);
		table = strstr(child.out, "\r1000 numbers: ");
		CU_ASSERT_PTR_NOT_NULL(table);
		CU_ASSERT_EQUAL(
		    table ? longest_refresh(child.out, table) : SIZE_MAX,
		    terminals[i].longest);
	}
}

static void
an_output_that_cannot_be_written_is_an_error(void)
{
	static const char *const table[] = { "throughput", "-n", "9", NULL };
	static const char *const help[] = { "throughput", "--help", NULL };

	for (int i = 0; i < 2; i++) {
		struct child child = { .full = true };

		if (!child_run(&child, i ? help : table))
			continue;
		CU_ASSERT_EQUAL(child.status, 1);
		CU_ASSERT_STRING_EQUAL(child.err,
		    "throughput: standard output: "
		    "No space left on device\n");
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the table has a row for each operation and way",
		    the_table_has_a_row_for_each_operation_and_way },
		{ "speed-ups are quotients of the times",
		    speed_ups_are_quotients_of_the_times },
		{ "results agree for any count and number of threads",
		    results_agree_for_any_count_and_number_of_threads },
		{ "help names every option", help_names_every_option },
		{ "a pipe gets no progress bar", a_pipe_gets_no_progress_bar },
		{ "a terminal gets a bar that grows and makes way for the table",
		    a_terminal_gets_a_bar_that_grows_and_makes_way_for_the_table },
		{ "the bar stays clear of the last column",
		    the_bar_stays_clear_of_the_last_column },
		{ "an output that cannot be written is an error",
		    an_output_that_cannot_be_written_is_an_error },
		CU_TEST_INFO_NULL,
	};

	add_suite("throughput", tests);
	return demo_run_suites();
}
