/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_examples_one_core.c -- the short examples stay short, and need no more
 * than one core.
 *
 * What they should print is known to examples.sh.
 */
#include <stdio.h>
#include <string.h>

#include "child.h"
#include "support.h"

static const char *const names[] = {
	"squares",
	"own_kernel",
	"cancel",
	"backpressure",
	"foreign_loop",
	"montecarlo",
};

enum { NAMES = sizeof(names) / sizeof(names[0]), LINES = 80 };

static void
one_core_gives_the_same_output_as_all(void)
{
	for (int i = 0; i < NAMES; i++) {
		const char *const argv[] = { names[i], NULL };
		struct child all = { 0 }, one = { .one_core = true };

		if (!child_run(&all, argv) || !child_run(&one, argv))
			continue;
		CU_ASSERT_EQUAL(all.status, 0);
		CU_ASSERT_EQUAL(one.status, 0);
		CU_ASSERT_TRUE(strlen(all.out) > 0);
		CU_ASSERT_STRING_EQUAL(one.out, all.out);
		CU_ASSERT_STRING_EQUAL(one.err, "");
	}
}

static void
each_is_shorter_than_80_lines(void)
{
	for (int i = 0; i < NAMES; i++) {
		char path[64];
		FILE *source;
		int lines = 0;

		snprintf(path, sizeof(path), "examples/%s.c", names[i]);
		source = fopen(path, "r");
		CU_ASSERT_PTR_NOT_NULL(source);
		if (!source)
			continue;
		for (int c; (c = getc(source)) != EOF;)
			lines += c == '\n';
		fclose(source);
		CU_ASSERT_TRUE(lines > 0);
		CU_ASSERT_TRUE(lines < LINES);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "one core gives the same output as all",
		    one_core_gives_the_same_output_as_all },
		{ "each is shorter than 80 lines",
		    each_is_shorter_than_80_lines },
		CU_TEST_INFO_NULL,
	};

	add_suite("examples on one core", tests);
	return run_suites();
}
