/* SPDX-License-Identifier: BSD-2-Clause */
/* test_op.c -- tests src/op.c; the bits of reductions have test_op_bits.c. */
#include <quern/kernels.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/grid.h"
#include "ops.h"

/* ---- functions to build ops of ---- */

static int
return_7(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 7;
}

static void
count_range(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	__atomic_fetch_add((size_t *)arg, end - begin, __ATOMIC_RELAXED);
}

/* out = in + *arg */
/* ---- bad input ---- */

static void
sizes_are_part_of_the_abi(void)
{
	CU_ASSERT_EQUAL(sizeof(quern_op), 96);
	CU_ASSERT_EQUAL(sizeof(quern_job), 256);
}

static const quern_reducer no_size = { 0, sum_identity, sum_body, sum_combine };
static const quern_reducer huge = { SIZE_MAX, sum_identity, sum_body,
	sum_combine };
static const quern_reducer no_identity = { 8, NULL, sum_body, sum_combine };
static const quern_reducer no_body = { 8, sum_identity, NULL, sum_combine };
static const quern_reducer no_combine = { 8, sum_identity, sum_body, NULL };

enum { BAD_MOST = 48 };

/* Ops that cannot run; returns how many. */
static size_t
fill_bad(quern_op bad[BAD_MOST])
{
	static int n[8], offset;
	static double d[8], result;
	static size_t seen;
	char *at = (char *)n, *last = (char *)(UINTPTR_MAX - 7);
	size_t i = 0, much = SIZE_MAX / 8 + 2;

	/* nothing at all */
	bad[i++] = (quern_op) { .kind = NULL };
	bad[i++] = quern_call(NULL, n);
	bad[i++] = quern_for(8, 0, NULL, &seen);
	bad[i++] = quern_for(0, 0, NULL, &seen);
	bad[i++] = quern_map(n, 4, n, 4, 8, NULL, &offset);
	bad[i++] = quern_map(n, 4, n, 4, 0, NULL, &offset);
	bad[i++] = quern_reduce(8, 0, NULL, d, &result);
	/* buffers that are not there */
	bad[i++] = quern_map(NULL, 4, n, 4, 8, add_map, &offset);
	bad[i++] = quern_map(n, 4, NULL, 4, 8, add_map, &offset);
	bad[i++] = quern_map(NULL, 4, NULL, 4, 8, add_map, &offset);
	bad[i++] = quern_reduce(8, 0, &sum_of_doubles, d, NULL);
	bad[i++] = quern_reduce(0, 0, &sum_of_doubles, d, NULL);
	bad[i++] = quern_square_f64(NULL, d, 8);
	bad[i++] = quern_square_f64(d, NULL, 8);
	bad[i++] = quern_sum_f64(NULL, d, 8);
	bad[i++] = quern_sum_f64(&result, NULL, 8);
	/* elements of no size, arrays of too much */
	bad[i++] = quern_map(n, 0, n, 4, 8, add_map, &offset);
	bad[i++] = quern_map(n, 4, n, 0, 8, add_map, &offset);
	bad[i++] = quern_map(n, 0, n, 0, 8, add_map, &offset);
	bad[i++] = quern_map(n, 4, d, 8, SIZE_MAX / 4, add_map, &offset);
	bad[i++] = quern_map(d, 8, n, 4, SIZE_MAX / 4, add_map, &offset);
	bad[i++] = quern_map(n, 4, n, 4, SIZE_MAX, add_map, &offset);
	bad[i++] = quern_map(last, 4, n, 4, 4, add_map, &offset);
	bad[i++] = quern_map(n, 4, last, 4, 4, add_map, &offset);
	bad[i++] = quern_square_f64(d, d, SIZE_MAX / 8);
	/* as many bytes as fit, modulo 2^64 */
	bad[i++] = quern_map(at, 8, at + 16, 1, much, add_map, &offset);
	bad[i++] = quern_map(at + 16, 1, at, 8, much, add_map, &offset);
	/* overlap that is not exact */
	bad[i++] = quern_map(at, 4, at + 1, 4, 4, add_map, &offset);
	bad[i++] = quern_map(at + 4, 4, at, 4, 4, add_map, &offset);
	bad[i++] = quern_map(at + 15, 4, at, 4, 4, add_map, &offset);
	bad[i++] = quern_map(at, 4, at + 15, 4, 4, add_map, &offset);
	bad[i++] = quern_map(at, 4, at, 8, 4, add_map, &offset);
	bad[i++] = quern_map(at, 8, at, 4, 4, add_map, &offset);
	bad[i++] = quern_square_f64(d + 1, d, 4);
	/* reducers with something missing */
	bad[i++] = quern_reduce(8, 0, &no_size, d, &result);
	bad[i++] = quern_reduce(8, 0, &huge, d, &result);
	bad[i++] = quern_reduce(8, 0, &no_identity, d, &result);
	bad[i++] = quern_reduce(8, 0, &no_body, d, &result);
	bad[i++] = quern_reduce(8, 0, &no_combine, d, &result);
	/* bytes of nothing */
	bad[i++] = quern_with_arg(quern_call(return_7, NULL), 8);
	bad[i++] = quern_with_arg(quern_for(8, 0, count_range, NULL), 1);
	bad[i++] = quern_with_arg(quern_square_f64(d, d, 8), 1);
	return i;
}

static bool
same_counts(const quern_stats *a, const quern_stats *b)
{
	return a->waiting == b->waiting && a->running == b->running &&
	    a->done == b->done && a->failed == b->failed &&
	    a->cancelled == b->cancelled && a->blocks == b->blocks;
}

static void
an_op_that_cannot_run_is_einval_wherever_it_is_run(void)
{
	quern_op bad[BAD_MOST];
	size_t n = fill_bad(bad);
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (size_t i = 0; i < n; i++) {
		/* Not run unless refused: most would crash. */
		bool refused = quern__op_check(&bad[i]) == -EINVAL;

		if (!refused)
			printf("\n  bad[%zu] is taken ", i);
		CU_ASSERT_TRUE(refused);
		if (!refused)
			continue;
		CU_ASSERT_EQUAL(quern_run(NULL, bad[i]), -EINVAL);
		CU_ASSERT_EQUAL(quern_run(rig.executor, bad[i]), -EINVAL);
	}
	rig_close(&rig);
}

static void
a_refused_submit_changes_nothing(void)
{
	quern_op bad[BAD_MOST];
	size_t n = fill_bad(bad);
	quern_stats before, after;
	quern_job fresh, ended;
	struct rig rig;
	int done = 0;

	if (!rig_open(&rig, 1))
		return;
	quern_job_init(&ended, quern_call(return_7, NULL), count_done);
	ended.data = &done;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &ended), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &before), 0);

	for (size_t i = 0; i < n; i++) {
		if (quern__op_check(&bad[i]) != -EINVAL)
			continue; /* the test before this one says so */
		quern_job_init(&fresh, bad[i], count_done);
		fresh.data = &done;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &fresh), -EINVAL);
		CU_ASSERT_EQUAL(quern_job_status(&fresh), -EINVAL);
		CU_ASSERT_EQUAL(quern_cancel(&fresh), -EINVAL);
		ended.op = bad[i];
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &ended), -EINVAL);
		CU_ASSERT_EQUAL(quern_job_status(&ended), 7);
		CU_ASSERT_EQUAL(quern_cancel(&ended), -EALREADY);
		CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 0);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(done, 1);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &after), 0);
	CU_ASSERT_TRUE(same_counts(&before, &after));

	/* Both jobs are as good as new. */
	fresh.op = ended.op = quern_call(return_7, NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &fresh), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &ended), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(done, 3);
	rig_close(&rig);
}

/* ---- what runs, and what it gives ---- */

static void
zero_elements_succeed_and_leave_the_output_alone(void)
{
	double out = 3, in = 4, result = 5;
	size_t seen = 0;
	struct rig rig;
	int one = 1;

	if (!rig_open(&rig, 1))
		return;
	for (enum way way = 0; way < WAYS; way++) {
		quern_op fine[] = {
			quern_for(0, 0, count_range, &seen),
			quern_for(0, 7, count_range, &seen),
			quern_map(NULL, 4, NULL, 4, 0, add_map, &one),
			quern_map(&out, 8, &in, 8, 0, add_map, &one),
			quern_square_f64(&out, &in, 0),
			quern_square_f64(NULL, NULL, 0),
			quern_reduce(0, 0, &sum_of_doubles, NULL, &result),
		};

		result = 5;
		for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
			CU_ASSERT_EQUAL(run_by(&rig, way, fine[i]), 0);
		CU_ASSERT_EQUAL(seen, 0);
		CU_ASSERT_EQUAL(out, 3);
		CU_ASSERT_EQUAL(result, 0);
	}
	rig_close(&rig);
}

static void
fail_body(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)end;
	(void)acc;
	(void)arg;
	if (begin == 40)
		quern_fail(ctx, -EIO);
}

static void
a_failed_reduction_leaves_its_result_alone(void)
{
	static const quern_reducer how = { 8, sum_identity, fail_body,
		sum_combine };
	double result = 77;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	for (enum way way = 0; way < WAYS; way++) {
		CU_ASSERT_EQUAL(
		    run_by(&rig, way, quern_reduce(64, 1, &how, NULL, &result)),
		    -EIO);
		CU_ASSERT_EQUAL(result, 77);
	}
	rig_close(&rig);
}

static void
accumulators_that_no_memory_can_hold_are_enomem(void)
{
	static const quern_reducer how = { PTRDIFF_MAX, sum_identity, sum_body,
		sum_combine };
	double result = 77;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (enum way way = 0; way < WAYS; way++)
		CU_ASSERT_EQUAL(
		    run_by(&rig, way, quern_reduce(64, 1, &how, NULL, &result)),
		    -ENOMEM);
	CU_ASSERT_EQUAL(result, 77);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo input[] = {
		{ "sizes are part of the ABI", sizes_are_part_of_the_abi },
		{ "an op that cannot run is -EINVAL wherever it is run",
		    an_op_that_cannot_run_is_einval_wherever_it_is_run },
		{ "a refused submit changes nothing",
		    a_refused_submit_changes_nothing },
		{ "zero elements succeed and leave the output alone",
		    zero_elements_succeed_and_leave_the_output_alone },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo results[] = {
		{ "a failed reduction leaves its result alone",
		    a_failed_reduction_leaves_its_result_alone },
		{ "accumulators that no memory can hold are -ENOMEM",
		    accumulators_that_no_memory_can_hold_are_enomem },
		CU_TEST_INFO_NULL,
	};

	add_suite("op: input", input);
	add_suite("op: results", results);
	return run_suites();
}
