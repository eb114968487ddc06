/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_package.c -- what a user gets besides the code: headers, symbols, the
 * installed library, the README's program.
 *
 * Each test is a shell script of this folder, run in the repository's top
 * folder; what it finds is on its output.  The Makefile passes the build
 * folder and the compilers through the environment.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

static void
every_header_is_c_and_cxx_by_itself(void)
{
	fflush(stdout);
	CU_ASSERT_EQUAL(system("sh tests/headers.sh"), 0);
}

static void
the_library_exports_what_the_headers_declare(void)
{
	fflush(stdout);
	CU_ASSERT_EQUAL(system("sh tests/symbols.sh"), 0);
}

static void
includes_keep_to_the_rules(void)
{
	fflush(stdout);
	CU_ASSERT_EQUAL(system("sh tests/rules.sh"), 0);
}

static void
an_installed_library_serves_the_readme_and_leaves_no_trace(void)
{
	fflush(stdout);
	CU_ASSERT_EQUAL(system("sh tests/install.sh"), 0);
}

static void
each_fragment_of_c_in_the_pages_compiles(void)
{
	fflush(stdout);
	CU_ASSERT_EQUAL(system("sh tests/fragments.sh docs/from-asyncio.md "
			       "docs/processes.md"),
	    0);
}

static void
a_kernel_is_added_as_contributing_says(void)
{
	fflush(stdout);
	CU_ASSERT_EQUAL(system("sh tests/new_kernel.sh"), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "every header is C11 and C++17 by itself",
		    every_header_is_c_and_cxx_by_itself },
		{ "the library exports what the headers declare",
		    the_library_exports_what_the_headers_declare },
		{ "#include lines keep to the rules",
		    includes_keep_to_the_rules },
		{ "an installed library serves the README, leaves no trace",
		    an_installed_library_serves_the_readme_and_leaves_no_trace },
		{ "each fragment of C in the pages compiles",
		    each_fragment_of_c_in_the_pages_compiles },
		{ "a kernel is added as CONTRIBUTING.md says",
		    a_kernel_is_added_as_contributing_says },
		CU_TEST_INFO_NULL,
	};

	add_suite("package", tests);
	return run_suites();
}
