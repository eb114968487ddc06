/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_fills.c -- tests that kernels without inputs, whose elements
 * depend on their index, give the same bits in worker processes: into memory
 * that is copied back, in buffers, and with strides.
 */
#include <quern/quern.h>
#include <stdlib.h>

#include "isolated.h"
#include "watchdog.h"

/* Many blocks, and the last a short one. */
enum { N = 20 * 4096 + 77, SEED = 11, FIRST = 12345 };

static double here[N], expected[2 * N];

static bool
open_workers(struct rig *rig)
{
	quern_processes_options options;

	watchdog("fills", 0);
	isolated_options(&options, 2);
	return isolated_open(rig, &options);
}

static void
compare(struct rig *rig, double *out)
{
	static quern_op (*const fills[])(double *out, uint64_t seed,
	    uint64_t first, size_t n) = { quern_uniform_f64, quern_normal_f64 };

	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		CU_ASSERT_EQUAL(
		    quern_run(NULL, fills[i](expected, SEED, FIRST, N)), 0);
		memset(out, 0x5a, N * sizeof(*out));
		CU_ASSERT_EQUAL(
		    isolated_run(rig, fills[i](out, SEED, FIRST, N)), 0);
		CU_ASSERT_EQUAL(memcmp(out, expected, N * sizeof(*out)), 0);
	}
}

static void
fills_give_the_same_bits(void)
{
	struct rig rig;
	void *shared;

	if (!open_workers(&rig))
		return;
	compare(&rig, here);
	CU_ASSERT_EQUAL(
	    quern_buffer_create(&shared, rig.executor, sizeof(here)), 0);
	compare(&rig, shared);
	CU_ASSERT_EQUAL(quern_buffer_destroy(shared), 0);
	rig_close(&rig);
}

/* From the last to the first, every other one; those between stay. */
static void
strides_give_the_same_bits(void)
{
	static double apart[2 * N];
	struct rig rig;
	quern_op op = quern_uniform_f64(apart + 2 * (N - 1), SEED, FIRST, N);
	bool same = true;

	if (!open_workers(&rig))
		return;
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_uniform_f64(expected, SEED, FIRST, N)), 0);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_with_strides(op, -2, 1, 1, 1)), 0);
	for (size_t i = 0; i < N; i++)
		same &= apart[2 * (N - 1 - i)] == expected[i] &&
		    apart[2 * i + 1] == 0;
	CU_ASSERT_TRUE(same);
	rig_close(&rig);
}

/* More words of the op than others need. */
static void
parameters_come_along(void)
{
	static int64_t want[N], got[N];
	struct rig rig;

	if (!open_workers(&rig))
		return;
	CU_ASSERT_EQUAL(
	    quern_run(
		NULL, quern_random_range_i64(want, -100, 1000, SEED, FIRST, N)),
	    0);
	CU_ASSERT_EQUAL(
	    isolated_run(
		&rig, quern_random_range_i64(got, -100, 1000, SEED, FIRST, N)),
	    0);
	CU_ASSERT_EQUAL(memcmp(got, want, sizeof(got)), 0);
	CU_ASSERT_EQUAL(quern_run(rig.executor,
			    quern_random_range_i64(got, 1, 0, SEED, FIRST, N)),
	    -EINVAL);
	rig_close(&rig);
}

/* A block of it reads from all over the input. */
static void
shuffles_give_the_same_bits(void)
{
	enum { MANY = 3 * 4096 + 5 };
	struct rig rig;

	if (!open_workers(&rig))
		return;
	for (size_t i = 0; i < MANY; i++)
		here[i] = (double)i;
	memset(expected, 0, sizeof(expected));
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_shuffle(expected, here, 8, MANY, SEED)), 0);
	CU_ASSERT_EQUAL(isolated_run(&rig,
			    quern_shuffle(expected + N, here, 8, MANY, SEED)),
	    0);
	CU_ASSERT_EQUAL(
	    memcmp(expected, expected + N, MANY * sizeof(*expected)), 0);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "fills give the same bits", fills_give_the_same_bits },
		{ "strides give the same bits", strides_give_the_same_bits },
		{ "parameters come along", parameters_come_along },
		{ "shuffles give the same bits", shuffles_give_the_same_bits },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("fills in processes", tests);
	return run_suites();
}
