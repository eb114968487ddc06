/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_sum_integers.c -- tests kernels/sum_integers.c on each instruction
 * set.
 */
#include <gmp.h>
#include <mpfr.h>

#include "kernel_driver.h"

KERNEL_REDUCTION(sum_i64, int64_t, int64_t);
KERNEL_REDUCTION(sum_i32, int64_t, int32_t);
KERNEL_REDUCTION(sum_u64, uint64_t, uint64_t);
KERNEL_REDUCTION(sum_u32, uint64_t, uint32_t);
KERNEL_REDUCTION(mean_i64, double, int64_t);
KERNEL_REDUCTION(mean_i32, double, int32_t);
KERNEL_REDUCTION(mean_u64, double, uint64_t);
KERNEL_REDUCTION(mean_u32, double, uint32_t);

static void
integer_sums_have_the_bits_of_their_twins(void)
{
	static int64_t any[MOST], fit[MOST];

	fill_bits(any, sizeof(any), 13);
	for (size_t i = 0; i < MOST; i++)
		fit[i] = any[i] / 1000000;
	compare_shapes(&sum_i64, any); /* most do not fit: -ERANGE */
	compare_shapes(&sum_u64, any);
	compare_shapes(&sum_i64, fit);
	compare_shapes(&sum_i32, any);
	compare_shapes(&sum_u32, any);
	compare_shapes(&mean_i64, any);
	compare_shapes(&mean_i32, any);
	compare_shapes(&mean_u64, any);
	compare_shapes(&mean_u32, any);
	for (size_t i = 0; i < MOST; i++)
		fit[i] = (int64_t)((uint64_t)any[i] / 1000000);
	compare_shapes(&sum_u64, fit);
}

static int64_t
sum_i64_of(const int64_t *in, size_t n, int status)
{
	int64_t sum = 17;

	CU_ASSERT_EQUAL(run_blocks(quern_sum_i64(&sum, in, n), 0), status);
	return sum;
}

static void
a_sum_that_does_not_fit_is_erange(void)
{
	static const int64_t above[] = { INT64_MAX, 1 };
	static const int64_t below[] = { INT64_MIN, -1 };
	static const int64_t top[] = { INT64_MAX, 1, -1 };
	static const int64_t bottom[] = { -1, INT64_MIN, 1 };

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(sum_i64_of(above, 2, -ERANGE), 17);
		CU_ASSERT_EQUAL(sum_i64_of(below, 2, -ERANGE), 17);
		CU_ASSERT_EQUAL(sum_i64_of(top, 3, 0), INT64_MAX);
		CU_ASSERT_EQUAL(sum_i64_of(bottom, 3, 0), INT64_MIN);
	}
}

static void
an_unsigned_sum_may_be_twice_as_large(void)
{
	static const uint64_t in[] = { UINT64_MAX, 0, 1 };
	uint64_t sum = 17;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(run_blocks(quern_sum_u64(&sum, in, 2), 0), 0);
		CU_ASSERT_EQUAL(sum, UINT64_MAX);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_sum_u64(&sum, in, 3), 0), -ERANGE);
		CU_ASSERT_EQUAL(sum, UINT64_MAX);
	}
}

static void
partial_sums_may_overflow(void)
{
	static int64_t in[MOST];
	size_t half = MOST / 2;

	for (size_t i = 0; i < half; i++) {
		in[i] = INT64_MAX;
		in[half + i] = INT64_MIN;
	}
	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(sum_i64_of(in, 2 * half, 0), -(int64_t)half);
		(void)sum_i64_of(in, half, -ERANGE);
	}
}

static double
mean_i64_of(const int64_t *in, size_t n)
{
	double mean = 17;

	CU_ASSERT_EQUAL(run_blocks(quern_mean_i64(&mean, in, n), 0), 0);
	return mean;
}

static void
means_of_extreme_integers_are_exact(void)
{
	static const int64_t in[] = { INT64_MAX, INT64_MIN, INT64_MIN,
		INT64_MAX, INT64_MAX };

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(mean_i64_of(in, 1), 0x1p63);
		CU_ASSERT_EQUAL(mean_i64_of(in, 2), -0.5);
		CU_ASSERT_EQUAL(mean_i64_of(in + 1, 2), -0x1p63);
		CU_ASSERT_EQUAL(mean_i64_of(in, 4), -0.5);
		CU_ASSERT_EQUAL(mean_i64_of(in + 3, 2), 0x1p63);
	}
}

__extension__ typedef __int128 wide;

/*
 * What is left of a division can matter beyond 2^32 elements alone, more than
 * there is memory for: only the end of it.
 */
static void
means_of_very_many_integers_are_rounded_once(void)
{
	const wide tie = ((wide)1 << 92) + ((wide)1 << 39);
	const wide sum[] = { tie - 1, tie, tie + 1, -tie - 1 };
	const double want[] = { 0x1p52, 0x1p52, 0x1p52 + 1, -0x1p52 - 1 };
	double mean;
	quern_op op = quern_mean_i64(&mean, NULL, (size_t)1 << 40);

	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(op.kind->finish(&op, &sum[i]), 0);
		CU_ASSERT_EQUAL(mean, want[i]);
	}
}

static void
means_of_integers_are_rounded_once(void)
{
	static int64_t in[1000];
	uint64_t state = 14;
	mpz_t sum;
	mpfr_t exact, mean;

	mpz_init(sum);
	mpfr_init2(exact, 200);
	mpfr_init2(mean, 53);
	for (int round = 0; round < 2000; round++) {
		size_t n = 1 + next_random(&state) % 1000;
		/* small sums too, whose quotients are below 1 */
		int shift = (int)(next_random(&state) % 64);

		n = round % 4 ? n : 3;
		fill_bits(in, n * sizeof(in[0]), next_random(&state));
		mpz_set_ui(sum, 0);
		for (size_t i = 0; i < n; i++) {
			in[i] /= INT64_C(1) << (shift < 63 ? shift : 62);
			if (in[i] < 0)
				mpz_sub_ui(sum, sum, -(unsigned long)in[i]);
			else
				mpz_add_ui(sum, sum, (unsigned long)in[i]);
		}
		mpfr_set_z(exact, sum, MPFR_RNDN);
		mpfr_div_ui(mean, exact, n, MPFR_RNDN);
		CU_ASSERT_EQUAL(
		    mean_i64_of(in, n), mpfr_get_d(mean, MPFR_RNDN));
	}
	mpz_clear(sum);
	mpfr_clears(exact, mean, NULL);
}

/* Quotients that lie halfway between two doubles, and just beside. */
static void
means_of_integers_round_ties_to_even(void)
{
	int64_t in[4] = { 0, 0, 0, 0 };

	for (int64_t odd = 0; odd < 8; odd++) {
		int64_t base = (INT64_C(1) << 62) + odd * 512;

		for (int64_t beside = -1; beside <= 1; beside++) {
			double down = (double)(base - base % 1024);
			double up = down + 1024;
			double want = base % 1024 == 0 ? down :
			    beside < 0                 ? down :
			    beside > 0                 ? up :
			    (base / 1024) % 2          ? up :
							 down;

			/* base plus a third of `beside` */
			in[0] = in[1] = in[2] = base;
			in[1] += beside;
			CU_ASSERT_EQUAL(mean_i64_of(in, 3), want);
		}
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "integer sums have the bits of their twins",
		    integer_sums_have_the_bits_of_their_twins },
		{ "a sum that does not fit is erange",
		    a_sum_that_does_not_fit_is_erange },
		{ "an unsigned sum may be twice as large",
		    an_unsigned_sum_may_be_twice_as_large },
		{ "partial sums may overflow", partial_sums_may_overflow },
		{ "means of extreme integers are exact",
		    means_of_extreme_integers_are_exact },
		{ "means of integers are rounded once",
		    means_of_integers_are_rounded_once },
		{ "means of very many integers are rounded once",
		    means_of_very_many_integers_are_rounded_once },
		{ "means of integers round ties to even",
		    means_of_integers_round_ties_to_even },
		CU_TEST_INFO_NULL,
	};

	add_suite("sums of integers", tests);
	return run_suites();
}
