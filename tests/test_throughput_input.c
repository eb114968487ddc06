/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_throughput_input.c -- the numbers that the main demo reads.
 *
 * It says which they were, how many, and their mean: that tells whether it
 * has understood its input.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"
#include "support.h"

/* The demo reads `content` with these options, and says this about it. */
static void
check_input(const char *content, size_t bytes, const char *option,
    const char *value, const char *expected)
{
	const char *const argv[] = { "throughput", "-n", "6", "--rounds", "1",
		"--input", "data", option, value, NULL };
	struct child child = { .folder = demo_folder() };
	char start[512];

	if (!demo_file_write("data", content, bytes))
		return;
	snprintf(start, sizeof(start), "6 numbers: %s\n", expected);
	if (child_run(&child, argv)) {
		demo_check_agreement(&child);
		CU_ASSERT_EQUAL(strncmp(child.out, start, strlen(start)), 0);
		if (strncmp(child.out, start, strlen(start)) != 0)
			printf("\nexpected %sgot %.300s\n", start, child.out);
	}
	demo_file_remove("data");
}

static void
check_text(const char *content, const char *expected)
{
	check_input(content, strlen(content), NULL, NULL, expected);
}

static void
check_csv(const char *content, const char *column, const char *expected)
{
	check_input(content, strlen(content), "--column", column, expected);
}

static void
text_holds_one_number_a_line(void)
{
	check_text("1\n2\n6\n",
	    "the 3 in data, repeated\n"
	    "(from 1 to 6, mean 3); the power is 1.5");
	check_text("5",
	    "the 1 in data, repeated\n"
	    "(from 5 to 5, mean 5); the power is 1.5");
	check_text("# a comment\n\n  \t7 \t# and another\n#8\n-1e1\n0x10\n",
	    "the 3 in data, repeated\n"
	    "(from -10 to 16, mean 4.333333333); the power is 1.5");
	check_text("1\n1\n1\n1\n1\n1\n",
	    "the 6 in data\n"
	    "(from 1 to 1, mean 1); the power is "
	    "1.5");
	check_text("1\n2\n3\n4\n5\n6\n700\n",
	    "the first of the 7 in data\n"
	    "(from 1 to 6, mean 3.5); the power is 1.5");
}

static void
text_may_come_from_other_systems(void)
{
	check_text("1\r\n\r\n# x\r\n3\r\n",
	    "the 2 in data, repeated\n"
	    "(from 1 to 3, mean 2); the power is 1.5");
	check_text("\357\273\277"
		   "4\n8\n",
	    "the 2 in data, repeated\n"
	    "(from 4 to 8, mean 6); the power is 1.5");
}

static void
csv_has_columns_a_header_and_quotes(void)
{
	check_csv("1,20,3\n4,50,6\n", "2",
	    "the 2 in data, repeated\n"
	    "(from 20 to 50, mean 35); the power is 1.5");
	check_csv("t,v\r\n1, 20 \r\n4,50\r\n\r\n", "2",
	    "the 2 in data, repeated\n"
	    "(from 20 to 50, mean 35); the power is 1.5");
	check_csv("name,\"v, in\nm/s\",x\n\"a \"\"b\"\"\",\"2\",\"\n\"\n"
		  "c,4\n",
	    "2",
	    "the 2 in data, repeated\n"
	    "(from 2 to 4, mean 3); the power is 1.5");
	check_csv("7\n9\n", "1",
	    "the 2 in data, repeated\n"
	    "(from 7 to 9, mean 8); the power is 1.5");
}

static void
raw_holds_little_endian_doubles(void)
{
	static const unsigned char one_and_minus_two[] = { 0, 0, 0, 0, 0, 0,
		0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0 };

	check_input((const char *)one_and_minus_two, 16, "--raw", NULL,
	    "the 2 in data, repeated\n"
	    "(from -2 to 1, mean -0.5); the power is 1.5");
}

static void
lines_may_be_of_any_length(void)
{
	enum { LENGTH = 300000 };
	char *text = malloc(LENGTH + 8);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	/* A number of 60,000 digits, after as many blanks, before a comment. */
	memset(text, ' ', 60000);
	memset(text + 60000, '0', 60000);
	memset(text + 120000, '#', LENGTH - 120000);
	memcpy(text + 119996, "2.25", 4);
	strcpy(text + LENGTH, "\n4.25\n");
	check_text(text,
	    "the 2 in data, repeated\n"
	    "(from 2.25 to 4.25, mean 3.25); the power is 1.5");

	/* A field that nobody wants, longer than any number may be. */
	memset(text, 'x', LENGTH);
	strcpy(text + LENGTH, ",3\n");
	check_csv(text, "2",
	    "the 1 in data, repeated\n"
	    "(from 3 to 3, mean 3); the power is 1.5");
	free(text);
}

static void
a_dash_is_standard_input(void)
{
	static const char *const argv[] = { "throughput", "-n", "4",
		"--exponent", "-2", "--input", "-", NULL };
	struct child child = { .input = "8\n9\n", .input_bytes = 4 };

	if (!child_run(&child, argv))
		return;
	demo_check_agreement(&child);
	CU_ASSERT_EQUAL(demo_count(child.out,
			    "4 numbers: the 2 in -, repeated\n"
			    "(from 8 to 9, mean 8.5); the power is -2\n"),
	    1);
}

static void
the_default_input_is_michelsons(void)
{
	static const char *const argv[] = { "throughput", "-n", "1Ki", NULL };
	struct child child = { 0 };

	if (!child_run(&child, argv))
		return;
	demo_check_agreement(&child);
	/* The mean is the one that NIST certifies. */
	CU_ASSERT_EQUAL(
	    demo_count(child.out,
		"1024 numbers: the 100 in examples/data/michelson.txt, "
		"repeated\n"
		"(from 299.62 to 300.07, mean 299.8524); the power is 1.5\n"),
	    1);
}

/* Against a slip of the hand in the data: NIST's certified values. */
static void
michelsons_numbers_have_nists_deviation_and_autocorrelation(void)
{
	const double mean = 299.8524;
	double x[101] = { 0 }, squares = 0, products = 0;
	char line[128];
	FILE *file = fopen("examples/data/michelson.txt", "r");
	int n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (n < 101 && fgets(line, sizeof(line), file))
		if (line[0] != '#')
			x[n++] = strtod(line, NULL) - mean;
	fclose(file);
	CU_ASSERT_EQUAL_FATAL(n, 100);
	for (int i = 0; i < n; i++) {
		squares += x[i] * x[i];
		products += i > 0 ? x[i] * x[i - 1] : 0;
	}
	CU_ASSERT_DOUBLE_EQUAL(sqrt(squares / 99), 0.0790105478190518, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(products / squares, 0.535199668621283, 1e-11);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "text holds one number a line",
		    text_holds_one_number_a_line },
		{ "text may come from other systems",
		    text_may_come_from_other_systems },
		{ "CSV has columns, a header and quotes",
		    csv_has_columns_a_header_and_quotes },
		{ "raw holds little-endian doubles",
		    raw_holds_little_endian_doubles },
		{ "lines may be of any length", lines_may_be_of_any_length },
		{ "a dash is standard input", a_dash_is_standard_input },
		{ "the default input is Michelson's",
		    the_default_input_is_michelsons },
		{ "Michelson's numbers have NIST's deviation and autocorrelation",
		    michelsons_numbers_have_nists_deviation_and_autocorrelation },
		CU_TEST_INFO_NULL,
	};

	add_suite("throughput: input", tests);
	return demo_run_suites();
}
