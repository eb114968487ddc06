/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_sum.c -- tests kernels/sum.c on each instruction set. */
#include <gmp.h>
#include <mpfr.h>

#include "kernel_driver.h"

KERNEL_REDUCTION(sum_f64, double, double);
KERNEL_REDUCTION(sum_f32, float, float);
KERNEL_REDUCTION(sum_i64, int64_t, int64_t);
KERNEL_REDUCTION(mean_f64, double, double);
KERNEL_REDUCTION(mean_f32, float, float);
KERNEL_REDUCTION(sum_i32, int64_t, int32_t);
KERNEL_REDUCTION(sum_u64, uint64_t, uint64_t);
KERNEL_REDUCTION(sum_u32, uint64_t, uint32_t);
KERNEL_REDUCTION(mean_i64, double, int64_t);
KERNEL_REDUCTION(mean_i32, double, int32_t);
KERNEL_REDUCTION(mean_u64, double, uint64_t);
KERNEL_REDUCTION(mean_u32, double, uint32_t);

static void
sums_have_the_bits_of_their_twins(void)
{
	static double f64[MOST];
	static float f32[MOST];

	fill_f64(f64, MOST, 11);
	fill_f32(f32, MOST, 12);
	compare_shapes(&sum_f64, f64);
	compare_shapes(&mean_f64, f64);
	compare_shapes(&sum_f32, f32);
	compare_shapes(&mean_f32, f32);
}

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

static double
sum_of(const double *in, size_t n)
{
	double sum = 17;

	CU_ASSERT_EQUAL(run_blocks(quern_sum_f64(&sum, in, n), 0), 0);
	return sum;
}

static void
a_sum_of_negative_zeros_is_negative_zero(void)
{
	static double zero[40000];
	static float zero32[40000];
	float sum32;

	for (size_t i = 0; i < 40000; i++) {
		zero[i] = -0.0;
		zero32[i] = -0.0f;
	}
	for (size_t u = 0; use_isa(u); u++) {
		for (size_t n = 1; n <= 100; n++)
			CU_ASSERT_EQUAL(
			    bits_of(sum_of(zero, n)), bits_of(-0.0));
		CU_ASSERT_EQUAL(bits_of(sum_of(zero, 40000)), bits_of(-0.0));
		CU_ASSERT_EQUAL(
		    run_blocks(quern_sum_f32(&sum32, zero32, 40000), 0), 0);
		CU_ASSERT_EQUAL(bits_of_f32(sum32), bits_of_f32(-0.0f));
		for (size_t at = 0; at < 40000; at += 1313) {
			zero[at] = 0.0;
			CU_ASSERT_EQUAL(bits_of(sum_of(zero, 40000)), 0);
			zero[at] = -0.0;
		}
	}
}

static void
nothing_adds_up_to_zero_but_has_no_mean(void)
{
	double f64 = 17;
	float f32 = 17;
	int64_t i64 = 17;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_mean_f64(&f64, NULL, 0), 0), -EDOM);
		CU_ASSERT_EQUAL(f64, 17);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_mean_i64(&f64, NULL, 0), 0), -EDOM);
		CU_ASSERT_EQUAL(f64, 17);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_mean_f32(&f32, NULL, 0), 0), -EDOM);
		CU_ASSERT_EQUAL(f32, 17);
		CU_ASSERT_EQUAL(run_blocks(quern_sum_f64(&f64, NULL, 0), 0), 0);
		CU_ASSERT_EQUAL(bits_of(f64), 0);
		CU_ASSERT_EQUAL(run_blocks(quern_sum_f32(&f32, NULL, 0), 0), 0);
		CU_ASSERT_EQUAL(bits_of_f32(f32), 0);
		CU_ASSERT_EQUAL(run_blocks(quern_sum_i64(&i64, NULL, 0), 0), 0);
		CU_ASSERT_EQUAL(i64, 0);
		f64 = f32 = 17;
		i64 = 17;
	}
}

/* A NaN of any payload and sign, or infinities that cancel. */
static void
every_nan_is_the_default_one(void)
{
	static const uint64_t nan = UINT64_C(0x7ff8000000000000);
	double in[100], mean;
	float in32[100], sum32;

	for (int i = 0; i < 100; i++)
		in32[i] = (float)(in[i] = i);
	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 0; at < 99; at++) {
			in[at] = f64_of(UINT64_C(0xfff8000000001234));
			CU_ASSERT_EQUAL(bits_of(sum_of(in, 100)), nan);
			in[at] = INFINITY;
			in[99] = -INFINITY;
			CU_ASSERT_EQUAL(bits_of(sum_of(in, 100)), nan);
			CU_ASSERT_EQUAL(
			    run_blocks(quern_mean_f64(&mean, in, 100), 0), 0);
			CU_ASSERT_EQUAL(bits_of(mean), nan);
			in[99] = 99;
			CU_ASSERT_EQUAL(sum_of(in, 100), INFINITY);
			in[at] = (double)at;

			in32[at] = f32_of(0xffc01234);
			CU_ASSERT_EQUAL(
			    run_blocks(quern_sum_f32(&sum32, in32, 100), 0), 0);
			CU_ASSERT_EQUAL(bits_of_f32(sum32), 0x7fc00000);
			in32[at] = (float)at;
		}
}

static void
floats_are_added_in_double_and_rounded_once(void)
{
	static const float small[] = { 0x1p24f, 1, 1 };
	static const float large[] = { FLT_MAX, FLT_MAX, -FLT_MAX };
	static const float beyond[] = { FLT_MAX, FLT_MAX };
	float sum;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_sum_f32(&sum, small, 3), 0), 0);
		CU_ASSERT_EQUAL(sum, 0x1p24f + 2);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_sum_f32(&sum, large, 3), 0), 0);
		CU_ASSERT_EQUAL(sum, FLT_MAX);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_sum_f32(&sum, beyond, 2), 0), 0);
		CU_ASSERT_EQUAL(sum, INFINITY);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_mean_f32(&sum, beyond, 2), 0), 0);
		CU_ASSERT_EQUAL(sum, FLT_MAX);
	}
}

/* The bound of kernels.h, to first order: k = 84 + log2(n / 32768). */
static void
the_error_of_a_sum_is_within_its_bound(void)
{
	static double in[MOST], size[MOST];
	mpfr_t exact, difference;
	double sum, bound, error;

	mpfr_inits2(300, exact, difference, NULL);
	for (uint64_t seed = 1; seed <= 5; seed++) {
		fill_f64(in, MOST, seed);
		mpfr_set_zero(exact, 1);
		for (size_t i = 0; i < MOST; i++) {
			mpfr_add_d(exact, exact, in[i], MPFR_RNDN);
			size[i] = fabs(in[i]);
		}
		sum = sum_of(in, MOST);
		mpfr_d_sub(difference, sum, exact, MPFR_RNDN);
		error = fabs(mpfr_get_d(difference, MPFR_RNDA));
		bound = (84 + ceil(log2(MOST / 32768.0))) * 0x1p-53 *
		    sum_of(size, MOST);
		CU_ASSERT_TRUE(error <= bound);
	}
	mpfr_clears(exact, difference, NULL);
}

/*
 * An element is in at most 15 additions of its run, 63 of its lane's other runs,
 * 5 of lanes and one for each doubling.  Half of the last bit of 1 is lost in
 * each of them.
 */
static void
the_error_of_a_sum_comes_up_to_its_bound(void)
{
	static double in[MOST];
	unsigned small = 0;

	memset(in, 0, sizeof(in));
	for (size_t i = 32; i < 512; i += 32)
		in[i] = 0x1p-53;
	for (size_t i = 512; i < 32768; i += 512)
		in[i] = 0x1p-53;
	for (size_t i = 1; i < 32; i *= 2)
		in[i] = 0x1p-53;
	for (size_t i = 32768; i < MOST; i *= 2)
		in[i] = 0x1p-53;
	for (size_t i = 0; i < MOST; i++)
		small += in[i] > 0;
	in[0] = 1;
	CU_ASSERT_EQUAL(small, 83 + 2);
	for (size_t u = 0; use_isa(u); u++)
		CU_ASSERT_EQUAL(sum_of(in, MOST), 1);
}

/* ---- integers ---- */

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
		{ "sums have the bits of their twins",
		    sums_have_the_bits_of_their_twins },
		{ "integer sums have the bits of their twins",
		    integer_sums_have_the_bits_of_their_twins },
		{ "a sum of negative zeros is negative zero",
		    a_sum_of_negative_zeros_is_negative_zero },
		{ "nothing adds up to zero but has no mean",
		    nothing_adds_up_to_zero_but_has_no_mean },
		{ "every nan is the default one",
		    every_nan_is_the_default_one },
		{ "floats are added in double and rounded once",
		    floats_are_added_in_double_and_rounded_once },
		{ "the error of a sum is within its bound",
		    the_error_of_a_sum_is_within_its_bound },
		{ "the error of a sum comes up to its bound",
		    the_error_of_a_sum_comes_up_to_its_bound },
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

	add_suite("sum", tests);
	return run_suites();
}
