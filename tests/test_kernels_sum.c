/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_sum.c -- tests kernels/sum.c on each instruction set. */
#include <mpfr.h>

#include "kernel_driver.h"

KERNEL_REDUCTION(sum_f64, double, double);
KERNEL_REDUCTION(sum_f32, float, float);
KERNEL_REDUCTION(mean_f64, double, double);
KERNEL_REDUCTION(mean_f32, float, float);

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

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "sums have the bits of their twins",
		    sums_have_the_bits_of_their_twins },
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
		CU_TEST_INFO_NULL,
	};

	add_suite("sum", tests);
	return run_suites();
}
