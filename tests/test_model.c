/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_model.c -- models of how work and waits meet, checked by Spin under
 * every schedule; see tests/model/ and model.sh.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

static void
the_models_hold(void)
{
	fflush(stdout);
	CU_ASSERT_EQUAL(system("sh tests/model.sh"), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the models hold; in long runs they notice each broken rule",
		    the_models_hold },
		CU_TEST_INFO_NULL,
	};

	add_suite("models", tests);
	return run_suites();
}
