/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_roots.c -- tests kernels/roots.c against libm's sqrt(). */
#include "kernel_twins.h"

TWIN_1(reciprocal, f64, 1 / x)
TWIN_1(reciprocal, f32, 1 / x)
TWIN_1(sqrt, f64, sqrt(x))
TWIN_1(sqrt, f32, sqrtf(x))
TWIN_1(rsqrt, f64, 1 / sqrt(x))
TWIN_1(rsqrt, f32, 1 / sqrtf(x))

static void
reciprocals_and_roots_are_those_of_c(void)
{
	COMPARE_TWINS(&twin_reciprocal_f64, &twin_reciprocal_f32,
	    &twin_sqrt_f64, &twin_sqrt_f32, &twin_rsqrt_f64, &twin_rsqrt_f32);
}

/* The significands of all exponents: x in [1, 4) has each root's fraction. */
static void
the_reciprocal_root_is_off_by_at_most_1_5_ulp(void)
{
	static double in[MOST], out[MOST];
	uint64_t state = 5;
	long double worst = 0;

	for (size_t i = 0; i < MOST; i++)
		in[i] = 1 + 3 * next_unit(&state);
	for (size_t i = 0; i < 1000; i++) {
		in[i] = 1 + (double)i * 0x1p-52;
		in[i + 1000] = 4 - (double)(i + 1) * 0x1p-51;
	}
	(void)run_blocks(quern_rsqrt_f64(out, in, MOST), 0);
	for (size_t i = 0; i < MOST; i++) {
		long double exact = 1 / sqrtl((long double)in[i]);
		int exponent;
		long double off;

		(void)frexp((double)exact, &exponent);
		off = fabsl((long double)out[i] - exact) *
		    ldexpl(1, DBL_MANT_DIG - exponent);
		worst = off > worst ? off : worst;
	}
	printf("\n  rsqrt f64: worst %.3Lf ULP ", worst);
	CU_ASSERT_TRUE(worst <= 1.5L);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "reciprocals and roots are those of C",
		    reciprocals_and_roots_are_those_of_c },
		{ "the reciprocal root is off by at most 1.5 ULP",
		    the_reciprocal_root_is_off_by_at_most_1_5_ulp },
		CU_TEST_INFO_NULL,
	};

	add_suite("roots", tests);
	return run_suites();
}
