/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_fill.c -- tests kernels/fill.c. */
#include "kernel_twins.h"

TWIN_0S(fill, i64, s)
TWIN_0S(fill, i32, s)
TWIN_0S(fill, u64, s)
TWIN_0S(fill, u32, s)
TWIN_1(copy, i64, x)
TWIN_1(copy, i32, x)
TWIN_1(copy, u64, x)
TWIN_1(copy, u32, x)

static void
a_copy_has_the_bits_and_a_fill_has_the_number(void)
{
	COMPARE_TWINS(&twin_fill_i64, &twin_fill_i32, &twin_fill_u64,
	    &twin_fill_u32, &twin_copy_i64, &twin_copy_i32, &twin_copy_u64,
	    &twin_copy_u32);
}

static void
floats_keep_the_bits_of_a_nan(void)
{
	uint64_t out64[40];
	uint32_t out32[40];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t i = 0; i < SPECIALS; i++) {
			double wide;
			float narrow;

			memcpy(&wide, &special_f64[i], sizeof(wide));
			memcpy(&narrow, &special_f32[i], sizeof(narrow));
			(void)run_blocks(
			    quern_fill_f64((double *)out64, wide, 40), 0);
			(void)run_blocks(
			    quern_fill_f32((float *)out32, narrow, 40), 0);
			for (size_t j = 0; j < 40; j++) {
				CU_ASSERT_EQUAL(out64[j], special_f64[i]);
				CU_ASSERT_EQUAL(out32[j], special_f32[i]);
			}
		}
	for (size_t u = 0; use_isa(u); u++) {
		(void)run_blocks(quern_copy_f64((double *)out64,
				     (const double *)special_f64, SPECIALS),
		    0);
		(void)run_blocks(quern_copy_f32((float *)out32,
				     (const float *)special_f32, SPECIALS),
		    0);
		CU_ASSERT_EQUAL(
		    memcmp(out64, special_f64, sizeof(special_f64)), 0);
		CU_ASSERT_EQUAL(
		    memcmp(out32, special_f32, sizeof(special_f32)), 0);
	}
}

static void
a_fill_of_what_cannot_be_is_einval(void)
{
	double x;
	quern_op op = quern_fill_f64(NULL, 1, 1);

	CU_ASSERT_EQUAL(op.kind->check(&op), -EINVAL);
	op = quern_fill_f64(&x, 1, SIZE_MAX / 8 + 2);
	CU_ASSERT_EQUAL(op.kind->check(&op), -EINVAL);
	op = quern_fill_f64(NULL, 1, 0);
	CU_ASSERT_EQUAL(op.kind->check(&op), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a copy has the bits, and a fill has the number",
		    a_copy_has_the_bits_and_a_fill_has_the_number },
		{ "floats keep the bits of a NaN",
		    floats_keep_the_bits_of_a_nan },
		{ "a fill of what cannot be is einval",
		    a_fill_of_what_cannot_be_is_einval },
		CU_TEST_INFO_NULL,
	};

	add_suite("fill and copy", tests);
	return run_suites();
}
