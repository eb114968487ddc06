/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_minmax.c -- tests kernels/minmax.c on each instruction set. */
#include "kernel_driver.h"

KERNEL_REDUCTION(min_f64, double, double);
KERNEL_REDUCTION(max_f64, double, double);
KERNEL_REDUCTION(min_f32, float, float);
KERNEL_REDUCTION(max_f32, float, float);
KERNEL_REDUCTION(min_i64, int64_t, int64_t);
KERNEL_REDUCTION(max_i64, int64_t, int64_t);
KERNEL_REDUCTION(min_i32, int32_t, int32_t);
KERNEL_REDUCTION(max_i32, int32_t, int32_t);
KERNEL_REDUCTION(min_u64, uint64_t, uint64_t);
KERNEL_REDUCTION(max_u64, uint64_t, uint64_t);
KERNEL_REDUCTION(min_u32, uint32_t, uint32_t);
KERNEL_REDUCTION(max_u32, uint32_t, uint32_t);

static const struct kernel *const extremes[] = { &min_f64, &max_f64, &min_f32,
	&max_f32, &min_i64, &max_i64, &min_i32, &max_i32, &min_u64, &max_u64,
	&min_u32, &max_u32 };
enum { EXTREMES = sizeof(extremes) / sizeof(extremes[0]) };

static void
extremes_have_the_bits_of_their_twins(void)
{
	static double f64[MOST];
	static float f32[MOST];
	static int64_t i64[MOST];
	const void *in[EXTREMES] = { f64, f64, f32, f32, i64, i64, i64, i64,
		i64, i64, i64, i64 };

	fill_f64(f64, MOST, 21);
	fill_f32(f32, MOST, 22);
	fill_bits(i64, sizeof(i64), 23);
	for (size_t i = 0; i < EXTREMES; i++)
		compare_shapes(extremes[i], in[i]);
}

/* Of random bits 1 in 1024 doubles is NaN, and 1 in 128 floats. */
static void
extremes_of_any_bits_have_the_bits_of_their_twins(void)
{
	static uint64_t in[MOST];

	for (uint64_t state = 24; state < 28; state++) {
		fill_bits(in, sizeof(in), state);
		for (size_t i = 0; i < 4; i++)
			compare_shapes(extremes[i], in);
	}
}

static void
an_extreme_is_found_at_every_place(void)
{
	static double f64[300];
	static float f32[300];
	static int64_t i64[300];

	/* what is passed over has the sign of what is looked for, and not */
	for (size_t u = 0; use_isa(u); u++)
		for (int around = -5; around <= 5; around += 10)
			for (size_t at = 0; at < 300; at++) {
				for (size_t i = 0; i < 300; i++)
					f32[i] = (float)(f64[i] = around);
				for (size_t i = 0; i < 300; i++)
					i64[i] = around;
				f32[at] = (float)(f64[at] = around - 2);
				i64[at] = around - 2;
				compare_with_twin(&min_f64, f64, 300, 0, 0);
				compare_with_twin(&min_f32, f32, 300, 0, 0);
				compare_with_twin(&min_i64, i64, 300, 0, 0);
				f32[at] = (float)(f64[at] = around + 2);
				i64[at] = around + 2;
				compare_with_twin(&max_f64, f64, 300, 0, 0);
				compare_with_twin(&max_f32, f32, 300, 0, 0);
				compare_with_twin(&max_i64, i64, 300, 0, 0);
			}
}

static double
run_f64(quern_op (*build)(double *, const double *, size_t), const double *in,
    size_t n)
{
	double result = 17;

	CU_ASSERT_EQUAL(run_blocks(build(&result, in, n), n), 0);
	return result;
}

static float
run_f32(quern_op (*build)(float *, const float *, size_t), const float *in,
    size_t n)
{
	float result = 17;

	CU_ASSERT_EQUAL(run_blocks(build(&result, in, n), n), 0);
	return result;
}

static void
a_nan_anywhere_gives_the_default_one(void)
{
	static const uint64_t nan = UINT64_C(0x7ff8000000000000);
	static const uint64_t odd[] = { UINT64_C(0x7ff8000000000000),
		UINT64_C(0xfff8000000001234), UINT64_C(0xfff0000000000001) };
	static const uint32_t odd32[] = { 0x7fc00000, 0xffc01234, 0xff800001 };
	static double in[70000];
	static float in32[70000];

	for (size_t i = 0; i < 70000; i++)
		in32[i] = (float)(in[i] = i % 2 ? INFINITY : -INFINITY);
	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 0; at < 70000; at += at < 150 ? 1 : 4999)
			for (size_t n = at + 1; n <= 70000; n += 69000)
				for (int o = 0; o < 3; o++) {
					double was = in[at];

					in[at] = f64_of(odd[o]);
					in32[at] = f32_of(odd32[o]);
					CU_ASSERT_EQUAL(
					    bits_of(
						run_f64(quern_min_f64, in, n)),
					    nan);
					CU_ASSERT_EQUAL(
					    bits_of(
						run_f64(quern_max_f64, in, n)),
					    nan);
					CU_ASSERT_EQUAL(
					    bits_of_f32(run_f32(
						quern_min_f32, in32, n)),
					    0x7fc00000);
					CU_ASSERT_EQUAL(
					    bits_of_f32(run_f32(
						quern_max_f32, in32, n)),
					    0x7fc00000);
					in[at] = was;
					in32[at] = (float)was;
				}
}

static void
negative_zero_is_less_than_zero(void)
{
	static double in[300];
	static float in32[300];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 0; at < 300; at++) {
			for (size_t i = 0; i < 300; i++)
				in[i] = in32[i] = 0.0f;
			in[at] = in32[at] = -0.0f;
			CU_ASSERT_EQUAL(
			    bits_of(run_f64(quern_min_f64, in, 300)),
			    bits_of(-0.0));
			CU_ASSERT_EQUAL(
			    bits_of(run_f64(quern_max_f64, in, 300)), 0);
			CU_ASSERT_EQUAL(
			    bits_of_f32(run_f32(quern_min_f32, in32, 300)),
			    bits_of_f32(-0.0f));
			for (size_t i = 0; i < 300; i++)
				in[i] = in32[i] = -0.0f;
			in[at] = in32[at] = 0.0f;
			CU_ASSERT_EQUAL(
			    bits_of(run_f64(quern_max_f64, in, 300)), 0);
			CU_ASSERT_EQUAL(
			    bits_of(run_f64(quern_min_f64, in, 300)),
			    bits_of(-0.0));
			CU_ASSERT_EQUAL(
			    bits_of_f32(run_f32(quern_max_f32, in32, 300)), 0);
		}
}

/* The same between blocks, where combine decides. */
static void
blocks_join_by_the_same_rules(void)
{
	static double in[70000];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 5; at < 70000; at += 32768) {
			for (size_t i = 0; i < 70000; i++)
				in[i] = 0.0;
			in[at] = -0.0;
			CU_ASSERT_EQUAL(
			    bits_of(run_f64(quern_min_f64, in, 70000)),
			    bits_of(-0.0));
			for (size_t i = 0; i < 70000; i++)
				in[i] = -0.0;
			in[at] = 0.0;
			CU_ASSERT_EQUAL(
			    bits_of(run_f64(quern_max_f64, in, 70000)), 0);
			in[at] = 1;
			CU_ASSERT_EQUAL(run_f64(quern_max_f64, in, 70000), 1);
			in[at] = -1;
			CU_ASSERT_EQUAL(run_f64(quern_min_f64, in, 70000), -1);
		}
}

static void
infinities_and_ends_of_the_range_count(void)
{
	const double up[] = { INFINITY, INFINITY }, low = -INFINITY;
	const int64_t ends[] = { 0, INT64_MAX, INT64_MIN };
	int64_t result;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(run_f64(quern_min_f64, up, 2), INFINITY);
		CU_ASSERT_EQUAL(run_f64(quern_max_f64, &low, 1), -INFINITY);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_min_i64(&result, ends, 3), 0), 0);
		CU_ASSERT_EQUAL(result, INT64_MIN);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_max_i64(&result, ends, 3), 0), 0);
		CU_ASSERT_EQUAL(result, INT64_MAX);
	}
}

static void
nothing_has_no_extreme(void)
{
	for (size_t i = 0; i < EXTREMES; i++) {
		int64_t result = 17;

		CU_ASSERT_EQUAL(
		    run_blocks(extremes[i]->build(&result, NULL, 0), 0), -EDOM);
		CU_ASSERT_EQUAL(result, 17);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "extremes have the bits of their twins",
		    extremes_have_the_bits_of_their_twins },
		{ "extremes of any bits have the bits of their twins",
		    extremes_of_any_bits_have_the_bits_of_their_twins },
		{ "an extreme is found at every place",
		    an_extreme_is_found_at_every_place },
		{ "a nan anywhere gives the default one",
		    a_nan_anywhere_gives_the_default_one },
		{ "negative zero is less than zero",
		    negative_zero_is_less_than_zero },
		{ "blocks join by the same rules",
		    blocks_join_by_the_same_rules },
		{ "infinities and ends of the range count",
		    infinities_and_ends_of_the_range_count },
		{ "nothing has no extreme", nothing_has_no_extreme },
		CU_TEST_INFO_NULL,
	};

	add_suite("minmax", tests);
	return run_suites();
}
