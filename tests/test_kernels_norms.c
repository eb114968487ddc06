/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_norms.c -- tests kernels/dot.c, norm.c and norm2.c on each
 * instruction set.
 */
#include <mpfr.h>

#include "kernel_driver.h"

KERNEL_REDUCTION(sumsq_f64, double, double);
KERNEL_REDUCTION(sumsq_f32, float, float);
KERNEL_REDUCTION(norm1_f64, double, double);
KERNEL_REDUCTION(norm1_f32, float, float);
KERNEL_REDUCTION(norm2_f64, double, double);
KERNEL_REDUCTION(norm2_f32, float, float);
KERNEL_REDUCTION(norminf_f64, double, double);
KERNEL_REDUCTION(norminf_f32, float, float);

static const struct kernel *const norms[] = { &sumsq_f64, &norm1_f64,
	&norm2_f64, &norminf_f64, &sumsq_f32, &norm1_f32, &norm2_f32,
	&norminf_f32 };
enum { NORMS = sizeof(norms) / sizeof(norms[0]) };

/* What arrays are multiplied with. */
static double other_f64[MOST];
static float other_f32[MOST];

static quern_op
build_dot_f64(void *out, const void *in, size_t n)
{
	return quern_dot_f64(out, in, other_f64, n);
}

static int
twin_dot_f64(void *out, const void *in, size_t n)
{
	return quern__ref_dot_f64(out, in, other_f64, n);
}

static quern_op
build_dot_f32(void *out, const void *in, size_t n)
{
	return quern_dot_f32(out, other_f32, in, n);
}

static int
twin_dot_f32(void *out, const void *in, size_t n)
{
	return quern__ref_dot_f32(out, other_f32, in, n);
}

static const struct kernel dot_f64 = { "dot_f64", sizeof(double),
	sizeof(double), build_dot_f64, twin_dot_f64 };
static const struct kernel dot_f32 = { "dot_f32", sizeof(float), sizeof(float),
	build_dot_f32, twin_dot_f32 };

static void
dots_and_norms_have_the_bits_of_their_twins(void)
{
	static double f64[MOST];
	static float f32[MOST];

	fill_f64(f64, MOST, 31);
	fill_f32(f32, MOST, 32);
	fill_f64(other_f64, MOST, 33);
	fill_f32(other_f32, MOST, 34);
	compare_shapes(&dot_f64, f64);
	compare_shapes(&dot_f32, f32);
	for (size_t i = 0; i < NORMS; i++)
		compare_shapes(
		    norms[i], norms[i]->size == 8 ? (void *)f64 : f32);
}

/* Elements of all exponents there are, in runs now and then. */
static void
fill_wide(double *to, size_t n, uint64_t state)
{
	for (size_t i = 0; i < n; i++) {
		unsigned which = (i / 4096) % 4;
		int e = which == 1 ? (int)(next_random(&state) % 2040) - 1060 :
		    which == 2     ? 900 :
		    which == 3     ? -1020 :
				     0;

		to[i] = ldexp(next_unit(&state) - 0.5, e);
	}
}

static void
any_sizes_have_the_bits_of_their_twins(void)
{
	static double f64[MOST + 3 * 4096];
	static uint64_t bits[MOST];

	for (uint64_t seed = 1; seed < 4; seed++) {
		fill_wide(f64, MOST + 3 * 4096, seed);
		compare_shapes(&norm2_f64, f64);
		compare_shapes(&norm2_f64, f64 + 4096 * seed);
		fill_bits(bits, sizeof(bits), seed);
		for (size_t i = 0; i < NORMS; i++)
			compare_shapes(norms[i], bits);
	}
}

static double
norm2_of(const double *in, size_t n)
{
	double norm = 17;

	CU_ASSERT_EQUAL(run_blocks(quern_norm2_f64(&norm, in, n), 0), 0);
	return norm;
}

static void
norms_of_extreme_elements_are_right(void)
{
	static const double large[] = { 1e300, 1e300 },
			    three[] = { 3e-320, 4e-320 };
	static const double most[] = { 0x1.6p1023, 0x1p1022, 0x1p-1074 };
	static const double mixed[] = { 0x1p600, 0x1p-600, 1 };
	static const double edge[] = { 0x1p-511, 0x1p-510, 0x1p484, 0x1p485 };
	static const double infinite[] = { 1, -INFINITY, 3 };
	static const double nan[] = { INFINITY, NAN };
	static const double many[3] = { DBL_MAX, DBL_MAX, 1 };

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(norm2_of(large, 2), 1e300 * sqrt(2));
		CU_ASSERT_EQUAL(norm2_of(three, 2), 5e-320);
		CU_ASSERT_TRUE(fabs(norm2_of(most, 3) -
				   hypot(most[0], most[1])) <= 0x1p971);
		CU_ASSERT_EQUAL(norm2_of(mixed, 3), 0x1p600);
		CU_ASSERT_EQUAL(norm2_of(edge, 1), 0x1p-511);
		CU_ASSERT_EQUAL(norm2_of(edge, 2), hypot(0x1p-511, 0x1p-510));
		CU_ASSERT_EQUAL(norm2_of(edge + 2, 2), hypot(0x1p484, 0x1p485));
		CU_ASSERT_EQUAL(norm2_of(infinite, 3), INFINITY);
		CU_ASSERT_EQUAL(
		    bits_of(norm2_of(nan, 2)), UINT64_C(0x7ff8000000000000));
		CU_ASSERT_EQUAL(norm2_of(many, 3), INFINITY);
		for (double x = 0x1p-1074; x < INFINITY; x *= 2)
			CU_ASSERT_EQUAL(norm2_of(&x, 1), x);
	}
}

/* Within k = 84 times 2^-53, roots halve that. */
static void
the_error_of_a_norm_is_within_its_bound(void)
{
	static double in[MOST];
	mpfr_t exact, term;

	mpfr_init2(exact, 4400);
	mpfr_init2(term, 110);
	for (uint64_t seed = 1; seed <= 8; seed++) {
		size_t n = seed < 4 ? 4096 * seed + 100 : 300;
		double norm;

		fill_wide(in, n, seed);
		for (size_t i = 0; seed >= 4 && i < n; i++)
			in[i] = ldexp(in[i], (int)seed * 120 - 1050);
		mpfr_set_zero(exact, 1);
		for (size_t i = 0; i < n; i++) {
			mpfr_set_d(term, in[i], MPFR_RNDN);
			mpfr_sqr(term, term, MPFR_RNDN);
			mpfr_add(exact, exact, term, MPFR_RNDN);
		}
		mpfr_sqrt(exact, exact, MPFR_RNDN);
		norm = norm2_of(in, n);
		mpfr_d_sub(term, norm, exact, MPFR_RNDN);
		mpfr_div(term, term, exact, MPFR_RNDN);
		CU_ASSERT_TRUE(
		    fabs(mpfr_get_d(term, MPFR_RNDA)) <= 44 * 0x1p-53);
	}
	mpfr_clears(exact, term, NULL);
}

static void
an_infinity_or_a_nan_is_seen_at_every_place(void)
{
	static double f64[300];
	static float f32[300];
	double result;
	float result32;

	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 0; at < 300; at++)
			for (size_t i = 0; i < NORMS; i++) {
				bool wide = norms[i]->size == 8;
				void *out =
				    wide ? (void *)&result : (void *)&result32;
				void *in = wide ? (void *)f64 : (void *)f32;

				f64[at] = f32[at] = -INFINITY;
				CU_ASSERT_EQUAL(
				    run_blocks(
					norms[i]->build(out, in, 300), 0),
				    0);
				CU_ASSERT_EQUAL(
				    wide ? result : (double)result32, INFINITY);
				f64[at] = f32[at] = -NAN;
				f64[299 - at] = f32[299 - at] = -NAN;
				CU_ASSERT_EQUAL(
				    run_blocks(
					norms[i]->build(out, in, 300), 0),
				    0);
				CU_ASSERT_TRUE(wide ?
					bits_of(result) ==
					    UINT64_C(0x7ff8000000000000) :
					bits_of_f32(result32) == 0x7fc00000);
				f64[at] = f32[at] = 0;
				f64[299 - at] = f32[299 - at] = 0;
			}
}

static void
nothing_has_a_dot_and_norms_of_zero(void)
{
	for (size_t i = 0; i < NORMS; i++) {
		double result = 17;

		CU_ASSERT_EQUAL(
		    run_blocks(norms[i]->build(&result, NULL, 0), 0), 0);
		CU_ASSERT_EQUAL(
		    bits_of(result) << (64 - norms[i]->size * 8), 0);
	}
}

/* The two arrays' strides count apart. */
static void
a_dot_of_strided_arrays_is_that_of_their_elements(void)
{
	static double in[2 * 9000];
	double want, got;

	fill_f64(in, 2 * 9000, 35);
	for (size_t i = 0; i < 9000; i++)
		other_f64[i] = in[2 * i];
	CU_ASSERT_EQUAL(
	    run_blocks(quern_dot_f64(&want, other_f64, in, 9000), 0), 0);
	CU_ASSERT_EQUAL(
	    run_blocks(quern_with_strides(
			   quern_dot_f64(&got, in, in, 9000), 1, 2, 1, 1),
		0),
	    0);
	CU_ASSERT_EQUAL(bits_of(want), bits_of(got));
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "dots and norms have the bits of their twins",
		    dots_and_norms_have_the_bits_of_their_twins },
		{ "any sizes have the bits of their twins",
		    any_sizes_have_the_bits_of_their_twins },
		{ "norms of extreme elements are right",
		    norms_of_extreme_elements_are_right },
		{ "the error of a norm is within its bound",
		    the_error_of_a_norm_is_within_its_bound },
		{ "an infinity or a nan is seen at every place",
		    an_infinity_or_a_nan_is_seen_at_every_place },
		{ "nothing has a dot and norms of zero",
		    nothing_has_a_dot_and_norms_of_zero },
		{ "a dot of strided arrays is that of their elements",
		    a_dot_of_strided_arrays_is_that_of_their_elements },
		CU_TEST_INFO_NULL,
	};

	add_suite("norms", tests);
	return run_suites();
}
