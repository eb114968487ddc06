/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_fma.c -- tests kernels/fma.c against libm's fma(). */
#include "kernel_twins.h"

TWIN_3(fma, f64, fma(x, y, z))
TWIN_3(fma, f32, fmaf(x, y, z))
TWIN_2S(axpy, f64, fma(s, x, y))
TWIN_2S(axpy, f32, fmaf(s, x, y))

static void
a_product_and_a_sum_round_once(void)
{
	COMPARE_TWINS(&twin_fma_f64, &twin_fma_f32);
}

static void
a_scaled_array_and_another_round_once(void)
{
	COMPARE_TWINS(&twin_axpy_f64, &twin_axpy_f32);
}

/* (1 + e)^2 - (1 + 2e) = e^2, which a product rounded by itself loses. */
static void
what_a_rounded_product_loses_is_there(void)
{
	const double e = 0x1p-30, a = 1 + e, c = -(1 + 2 * e);
	double out;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_fma_f64(&out, &a, &a, &c, 1), 0), 0);
		CU_ASSERT_EQUAL(out, e * e);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_axpy_f64(&out, &a, &c, a, 1), 0), 0);
		CU_ASSERT_EQUAL(out, e * e);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a product and a sum round once",
		    a_product_and_a_sum_round_once },
		{ "a scaled array and another round once",
		    a_scaled_array_and_another_round_once },
		{ "what a rounded product loses is there",
		    what_a_rounded_product_loses_is_there },
		CU_TEST_INFO_NULL,
	};

	add_suite("fused multiply-add", tests);
	return run_suites();
}
