/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_fuse_check.c -- tests kernels/fuse_check.c: which chains are
 * refused, before anything is written.
 */
#include <errno.h>
#include <quern/fuse.h>
#include <quern/kernels.h>

#include "support.h"

static int
check(const quern_op *ops, size_t n)
{
	quern_op op = quern_fuse(ops, n);

	return quern_run(NULL, op);
}

static double x[64], y[64], z[64], sum;

#define CHECK(...)                                                             \
	check((const quern_op[]) { __VA_ARGS__ },                              \
	    sizeof((const quern_op[]) { __VA_ARGS__ }) / sizeof(quern_op))
#define SQUARE(out, in) quern_square_f64(out, in, 8)
#define SUM(out, in) quern_sum_f64(out, in, 8)

static int
nothing(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 0;
}

static void
what_is_no_chain_is_einval(void)
{
	quern_op many[QUERN_FUSE_MOST + 1], one = SQUARE(x, y);

	for (size_t i = 0; i <= QUERN_FUSE_MOST; i++)
		many[i] = SQUARE(x, y);
	CU_ASSERT_EQUAL(check(NULL, 1), -EINVAL);
	CU_ASSERT_EQUAL(check(many, 0), -EINVAL);
	CU_ASSERT_EQUAL(check(many, QUERN_FUSE_MOST), 0);
	CU_ASSERT_EQUAL(check(many, QUERN_FUSE_MOST + 1), -EINVAL);
	CU_ASSERT_EQUAL(check(many, SIZE_MAX), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(one, { 0 }), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(quern_square_f64(x, y, 7), one), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(one, quern_square_f64(x, y, 9)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(one, quern_call(nothing, NULL)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SUM(&sum, x), one), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SUM(&sum, x), SUM(&sum, x)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(one, quern_fuse(&one, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_arg(quern_fuse(&one, 1), 8)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(
		NULL, quern_with_strides(quern_fuse(&one, 1), 1, 1, 1, 1)),
	    -EINVAL);
}

static void
a_slot_that_holds_nothing_of_the_kind_is_einval(void)
{
	void *s = quern_slot(0), *t = quern_slot(QUERN_SLOTS - 1);

	CU_ASSERT_EQUAL(CHECK(SQUARE(s, x), SQUARE(t, s), SUM(&sum, t)), 0);
	CU_ASSERT_EQUAL(CHECK(SQUARE(s, x), SQUARE(s, s), SUM(&sum, s)), 0);
	/* none of the slots */
	CU_ASSERT_EQUAL(CHECK(SQUARE(quern_slot(QUERN_SLOTS), x)), -EINVAL);
	/* nothing was written */
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, s)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SUM(&sum, s)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, s), SQUARE(s, y)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(s, s)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(s, x), SQUARE(x, t)), -EINVAL);
	/* elements of another size */
	CU_ASSERT_EQUAL(
	    CHECK(SQUARE(s, x), quern_square_f32((float *)y, s, 8)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(s, x), SQUARE(y, s),
			    quern_square_f32(s, (float *)x, 8),
			    quern_square_f32((float *)z, s, 8)),
	    0);
	/* the result of a reduction */
	CU_ASSERT_EQUAL(CHECK(SQUARE(s, x), SUM(s, s)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(s, x), SUM(t, s)), -EINVAL);
	/* strides */
	CU_ASSERT_EQUAL(
	    CHECK(quern_with_strides(SQUARE(s, x), 2, 1, 1, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    CHECK(SQUARE(s, x), quern_with_strides(SQUARE(y, s), 1, 0, 1, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    CHECK(SQUARE(s, x), quern_with_strides(SQUARE(y, s), 3, 1, 9, 9)),
	    0);
	/* and outside of a chain */
	CU_ASSERT_EQUAL(quern_run(NULL, SQUARE(s, x)), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL, SQUARE(x, s)), -EINVAL);
}

static void
arrays_of_ops_that_meet_otherwise_than_exactly_are_einval(void)
{
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SQUARE(y, x)), 0);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SQUARE(z, x + 8)), 0);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SQUARE(x, z)), 0);
	/* read by one behind */
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SQUARE(z, x + 1)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SUM(&sum, x + 7)), -EINVAL);
	/* read by one before */
	CU_ASSERT_EQUAL(CHECK(SQUARE(z, x + 1), SQUARE(x, y)), -EINVAL);
	/* written by both */
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SQUARE(x + 1, z)), -EINVAL);
	/* the same elements in another order, or of another size */
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y),
			    quern_with_strides(SQUARE(z, x + 7), 1, -1, 1, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    CHECK(SQUARE(x, y), quern_with_strides(SQUARE(z, x), 1, 0, 1, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    CHECK(SQUARE(x, y), quern_square_f32((float *)z, (float *)x, 8)),
	    -EINVAL);
	/* parts of pairs */
	CU_ASSERT_EQUAL(
	    CHECK(quern_with_strides(SQUARE(x, y), 2, 2, 1, 1),
		quern_with_strides(SQUARE(x + 1, y + 1), 2, 2, 1, 1)),
	    0);
	/* a result in what another op has */
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SUM(&x[0], y)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SUM(&y[7], x)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SUM(&x[8], x)), 0);
	/* between its elements, whatever the stride that is not looked at */
	CU_ASSERT_EQUAL(
	    CHECK(quern_with_strides(SUM(&x[1], x), 1, 2, 1, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    CHECK(quern_with_strides(SUM(&x[1], x), 2, 2, 1, 1)), -EINVAL);
	/* what an op by itself refuses */
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SQUARE(z + 1, z)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SQUARE(NULL, x)), -EINVAL);
	CU_ASSERT_EQUAL(CHECK(SQUARE(x, y), SUM(NULL, x)), -EINVAL);
	CU_ASSERT_EQUAL(
	    CHECK(quern_with_strides(SQUARE(x, y), 0, 1, 1, 1)), -EINVAL);
}

static void
without_elements_only_the_result_is_written(void)
{
	double least = 5;

	sum = 5;
	CU_ASSERT_EQUAL(CHECK(quern_square_f64(NULL, NULL, 0),
			    quern_sum_f64(&sum, NULL, 0)),
	    0);
	CU_ASSERT_EQUAL(sum, 0);
	CU_ASSERT_EQUAL(CHECK(quern_square_f64(NULL, NULL, 0),
			    quern_min_f64(&least, NULL, 0)),
	    -EDOM);
	CU_ASSERT_EQUAL(least, 5);
	CU_ASSERT_EQUAL(CHECK(quern_square_f64(NULL, NULL, 0)), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "what is no chain is einval", what_is_no_chain_is_einval },
		{ "a slot that holds nothing of the kind is einval",
		    a_slot_that_holds_nothing_of_the_kind_is_einval },
		{ "arrays of ops that meet otherwise than exactly are einval",
		    arrays_of_ops_that_meet_otherwise_than_exactly_are_einval },
		{ "without elements only the result is written",
		    without_elements_only_the_result_is_written },
		CU_TEST_INFO_NULL,
	};

	add_suite("fuse check", tests);
	return run_suites();
}
