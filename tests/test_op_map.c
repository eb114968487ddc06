/* SPDX-License-Identifier: BSD-2-Clause */
/* test_op_map.c -- tests src/op.c: maps. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "ops.h"

/* out = in + *arg */
enum { MAPPED = 3000 };

static void
a_map_takes_each_element_also_in_place(void)
{
	static int in[MAPPED], out[2 * MAPPED];
	struct rig rig;
	int one = 1;

	if (!rig_open(&rig, 2))
		return;
	for (enum way way = 0; way < WAYS; way++) {
		int wrong = 0;

		memset(out, 0, sizeof(out));
		for (int i = 0; i < MAPPED; i++)
			in[i] = 3 * i;
		CU_ASSERT_EQUAL(
		    run_by(&rig, way,
			quern_map(out, 4, in, 4, MAPPED, add_map, &one)),
		    0);
		CU_ASSERT_EQUAL(
		    run_by(&rig, way,
			quern_map(in, 4, in, 4, MAPPED, add_map, &one)),
		    0);
		for (int i = 0; i < MAPPED; i++)
			wrong += in[i] != 3 * i + 1 || out[i] != 3 * i + 1;
		/* Side by side is not overlap. */
		CU_ASSERT_EQUAL(run_by(&rig, way,
				    quern_map(out + MAPPED, 4, out, 4, MAPPED,
					add_map, &one)),
		    0);
		/* Only each second int, into the first half. */
		CU_ASSERT_EQUAL(
		    run_by(&rig, way,
			quern_map(in, 4, out, 8, MAPPED, add_map, &one)),
		    0);
		for (int i = 0; i < MAPPED; i++)
			wrong += in[i] != out[2 * i] + 1;
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(out[2 * MAPPED - 1], 3 * MAPPED - 1);
	}
	rig_close(&rig);
}

/* Fails for two elements, each with a status of its own. */
static int
fail_twice(void *out, const void *in, void *arg)
{
	int n = *(const int *)in;

	(void)out;
	(void)arg;
	return n == 100 ? -ERANGE : n == 2000 ? -EDOM : n;
}

static void
a_map_fails_with_the_status_of_a_failing_element(void)
{
	static int in[MAPPED], out[MAPPED];
	struct rig rig;
	int status;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < MAPPED; i++)
		in[i] = i;
	for (enum way way = 0; way < WAYS; way++) {
		quern_op twice =
		    quern_map(out, 4, in, 4, MAPPED, fail_twice, NULL);
		quern_op once =
		    quern_map(out, 4, in, 4, 2000, fail_twice, NULL);

		status = run_by(&rig, way, twice);
		CU_ASSERT_TRUE(status == -ERANGE || status == -EDOM);
		CU_ASSERT_EQUAL(run_by(&rig, way, once), -ERANGE);
	}
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a map takes each element, also in place",
		    a_map_takes_each_element_also_in_place },
		{ "a map fails with the status of a failing element",
		    a_map_fails_with_the_status_of_a_failing_element },
		CU_TEST_INFO_NULL,
	};

	add_suite("op: maps", tests);
	return run_suites();
}
