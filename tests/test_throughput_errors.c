/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_throughput_errors.c -- what the main demo refuses: one line on standard
 * error, which names the place, and status 1.
 */
#include <stdio.h>
#include <string.h>

#include "demo.h"
#include "support.h"

/* With these options it says this one line and ends with status 1. */
static void
check_refusal(const char *const argv[], const char *expected)
{
	struct child child = { .folder = demo_folder() };
	char line[1024];

	snprintf(line, sizeof(line), "throughput: %s\n", expected);
	if (!child_run(&child, argv))
		return;
	CU_ASSERT_EQUAL(child.status, 1);
	CU_ASSERT_STRING_EQUAL(child.out, "");
	CU_ASSERT_STRING_EQUAL(child.err, line);
	if (strcmp(child.err, line) != 0)
		printf("\nexpected %sgot %s\n", line, child.err);
}

static void
check_option(const char *option, const char *value, const char *expected)
{
	const char *const argv[] = { "throughput", option, value, NULL };

	check_refusal(argv, expected);
}

/* The same for a file `data` with this content. */
static void
check_bad(const char *content, size_t bytes, const char *option,
    const char *value, const char *expected)
{
	const char *const argv[] = { "throughput", "-n", "6", "--input", "data",
		option, value, NULL };

	if (!demo_file_write("data", content, bytes))
		return;
	check_refusal(argv, expected);
	demo_file_remove("data");
}

static void
check_bad_text(const char *content, const char *expected)
{
	check_bad(content, strlen(content), NULL, NULL, expected);
}

static void
check_bad_csv(const char *content, const char *column, const char *expected)
{
	check_bad(content, strlen(content), "--column", column, expected);
}

static void
a_file_that_cannot_be_read_is_named(void)
{
	check_option("--input", "absent", "absent: No such file or directory");
	check_option("--input", ".", ".: Is a directory");
	/* The scratch folder has no examples/. */
	check_option("-n", "5",
	    "examples/data/michelson.txt: No such file or directory "
	    "(see --input)");
}

static void
a_file_without_numbers_is_named(void)
{
	check_bad_text("", "data: no numbers in it");
	check_bad_text("\n# nothing\n\n", "data: no numbers in it");
	check_bad_csv("header\n", "1", "data: no numbers in it");
	check_bad("", 0, "--raw", NULL, "data: no numbers in it");
}

static void
a_word_among_the_numbers_is_named_with_its_place(void)
{
	check_bad_text("1\n2\n   abc\n4\n", "data:3:4: not a number: \"abc\"");
	check_bad_text("1\n2,5\n", "data:2:1: not a number: \"2,5\"");
	check_bad_text(
	    "1\n2 3\n", "data:2:3: more than one field a line, see --column");
	check_bad_text("1.5e\n", "data:1:1: not a number: \"1.5e\"");
	check_bad_text("1\n\033[31m\n", "data:2:1: not a number: \"?[31m\"");
	check_bad_text("0123456789012345678901234567890123456789012345x\n",
	    "data:1:1: not a number: "
	    "\"0123456789012345678901234567890123456789...\"");
	/* A byte order mark takes no room. */
	check_bad_text("\357\273\277x\n", "data:1:1: not a number: \"x\"");
	/* It stands behind the six numbers that are wanted. */
	check_bad_text(
	    "1\n2\n3\n4\n5\n6\n7\noops\n", "data:8:1: not a number: \"oops\"");
}

static void
a_number_out_of_range_is_named_with_its_place(void)
{
	check_bad_text("1\n1e999\n",
	    "data:2:1: not a finite number: "
	    "\"1e999\"");
	check_bad_text("-inf\n", "data:1:1: not a finite number: \"-inf\"");
	check_bad_text("1\nnan\n", "data:2:1: not a finite number: \"nan\"");
}

static void
a_nul_byte_is_named_with_its_place(void)
{
	check_bad("1\n2\0003\n", 6, NULL, NULL,
	    "data:2:2: a NUL byte: not a text, see --raw");
	check_bad("1,2\n3,\0\n", 7, "--column", "1",
	    "data:2:3: a NUL byte: not a text, see --raw");
}

static void
a_column_that_is_not_there_is_named(void)
{
	check_bad_csv("a,b\n1,2\n", "3", "data:1: no column 3: the line has 2");
	check_bad_csv(
	    "1,2\n3,4\n5\n", "2", "data:3: no column 2: the line has 1");
	check_bad_csv("a,b\n1,2\n3,\n", "2", "data:3:3: not a number: \"\"");
	check_bad_csv(
	    "a,b\n1,2\n3,x y\n", "2", "data:3:3: not a number: \"x y\"");
	check_bad_csv(
	    "1,2\n\"3,4\n", "2", "data:2:1: this quote is never closed");
	check_bad_csv("1,2\n\"3\"4,5\n", "2",
	    "data:2:4: a comma is missing after the closing quote");
}

static void
a_truncated_raw_file_is_named(void)
{
	check_bad("12345678123", 11, "--raw", NULL,
	    "data: truncated: 11 bytes is not a multiple of 8");
}

static void
options_that_make_no_sense_are_named(void)
{
	static const char *const both[] = { "throughput", "--raw", "--column",
		"1", NULL };
	static const char *const counts[] = { "0", "-1", "", "abc", "1.5", "5K",
		"99999999999999999999", "99999999999Gi" };
	char line[256];

	for (int i = 0; i < 8; i++) {
		snprintf(line, sizeof(line),
		    "-n: expected a count of 1 or more that fits in memory, "
		    "such as 2M or 16Mi, not \"%s\"",
		    counts[i]);
		check_option("-n", counts[i], line);
	}
	check_option("-n", NULL, "-n: its value is missing (see --help)");
	check_option(
	    "--nonsense", NULL, "unknown option: --nonsense (see --help)");
	check_option("-xn", "5", "unknown option: -x (see --help)");
	check_option("data", NULL, "not an option: data (see --help)");
	check_option(
	    "--threads", "0", "--threads: expected 1 to 256, not \"0\"");
	check_option(
	    "--threads", "257", "--threads: expected 1 to 256, not \"257\"");
	check_option("--column", "1k",
	    "--column: expected a whole number from 1, not \"1k\"");
	check_option(
	    "--rounds", "1k", "--rounds: expected 1 to 99, not \"1k\"");
	check_option("--column", "0",
	    "--column: expected a whole number from 1, not \"0\"");
	check_option(
	    "--exponent", "two", "--exponent: expected a number, not \"two\"");
	check_refusal(both, "--raw and --column exclude each other");
}

static void
more_numbers_than_memory_are_refused(void)
{
	static const char *const argv[] = { "throughput", "-n", "1000000Gi",
		NULL };
	static const char start[] = "throughput: -n: 1073741824000000 numbers "
				    "need 24000000.0 GiB of memory, "
				    "this machine has ";
	struct child child = { 0 };

	if (!child_run(&child, argv))
		return;
	CU_ASSERT_EQUAL(child.status, 1);
	CU_ASSERT_STRING_EQUAL(child.out, "");
	CU_ASSERT_EQUAL(strncmp(child.err, start, strlen(start)), 0);
	CU_ASSERT_EQUAL(demo_count(child.err, "\n"), 1);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a file that cannot be read is named",
		    a_file_that_cannot_be_read_is_named },
		{ "a file without numbers is named",
		    a_file_without_numbers_is_named },
		{ "a word among the numbers is named with its place",
		    a_word_among_the_numbers_is_named_with_its_place },
		{ "a number out of range is named with its place",
		    a_number_out_of_range_is_named_with_its_place },
		{ "a NUL byte is named with its place",
		    a_nul_byte_is_named_with_its_place },
		{ "a column that is not there is named",
		    a_column_that_is_not_there_is_named },
		{ "a truncated raw file is named",
		    a_truncated_raw_file_is_named },
		{ "options that make no sense are named",
		    options_that_make_no_sense_are_named },
		{ "more numbers than memory are refused",
		    more_numbers_than_memory_are_refused },
		CU_TEST_INFO_NULL,
	};

	add_suite("throughput: errors", tests);
	return demo_run_suites();
}
