/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_pow.c -- tests kernels/pow.c on each instruction set: special
 * values.  Not here: accuracy (test_kernels_pow_ulp.c), and bits that must be
 * the same (test_kernels_pow_bits.c).
 */
#include "kernel_driver.h"

/*
 * What becomes of a base (row) to an exponent (column), by C11 F.10.4.4 or
 * because the exact value is too large or too small:
 *
 *   0 z   zero, negative zero         I i   infinity, negative infinity
 *   1     exactly 1                   N     the default quiet NaN
 *   F f   something else, positive or negative, that is finite
 *
 * The float of a row or column stands where the double does: the smallest
 * subnormal, the largest odd integer, half the range down, and so on.
 */
static const struct {
	double f64;
	float f32;
	const char *want;
} base[] = {
	{ 0, 0, "10000000000000N1IIIIIIIIIIIII" },
	{ 0x1p-1074, 0x1p-149f, "1FFFFF00000000N1FFFFIIIIIIIII" },
	{ DBL_MIN, FLT_MIN, "1FFFFF00000000N1FFFFFIIIIIIII" },
	{ 0x1.fffffffffffffp-512, 0x1.fffffep-64f,
	    "1FFFFFF0000000N1FFFFFFIIIIIII" },
	{ 0.5, 0.5f, "1FFFFFFFFF0000N1FFFFFFFFFIIII" },
	{ 0x1.fffffffffffffp-1, 0x1.fffffep-1f,
	    "1FFFFFFFFFF000N1FFFFFFFFFFIII" },
	{ 1, 1, "11111111111111111111111111111" },
	{ 0x1.0000000000001p0, 0x1.000002p0f, "1FFFFFFFFFFIIIN1FFFFFFFFFF000" },
	{ 2, 2, "1FFFFFFFFFIIIIN1FFFFFFFFF0000" },
	{ 3, 3, "1FFFFFFFFFIIIIN1FFFFFFFFF0000" },
	{ 4.5, 4.5f, "1FFFFFFFFFIIIIN1FFFFFFFFF0000" },
	{ 6, 6, "1FFFFFFFFFIIIIN1FFFFFFFFF0000" },
	{ 0x1.fffffffffffffp241, 0x1.fffffep33f,
	    "1FFFFFFFIIIIIIN1FFFFFFF000000" },
	{ DBL_MAX, FLT_MAX, "1FFFFFIIIIIIIIN1FFFFF00000000" },
	{ INFINITY, INFINITY, "1IIIIIIIIIIIIIN10000000000000" },
	{ NAN, NAN, "1NNNNNNNNNNNNNN1NNNNNNNNNNNNN" },
	{ -0.0, -0.0f, "10000z0z00z000N1IIIIiIiIIiIII" },
	{ -0x1p-1074, -0x1p-149f, "1NNNNf0zN0z000N1NNNNiIiNIiIII" },
	{ -DBL_MIN, -FLT_MIN, "1NNNNf0zN0z000N1NNNNfIiNIiIII" },
	{ -0x1.fffffffffffffp-512, -0x1.fffffep-64f,
	    "1NNNNfFzN0z000N1NNNNfFiNIiIII" },
	{ -0.5, -0.5f, "1NNNNfFfNFz000N1NNNNfFfNFiIII" },
	{ -0x1.fffffffffffffp-1, -0x1.fffffep-1f,
	    "1NNNNfFfNFf000N1NNNNfFfNFfIII" },
	{ -1, -1, "1NNNNf1fN1f111N1NNNNf1fN1f111" },
	{ -0x1.0000000000001p0, -0x1.000002p0f,
	    "1NNNNfFfNFfIIIN1NNNNfFfNFf000" },
	{ -2, -2, "1NNNNfFfNFiIIIN1NNNNfFfNFz000" },
	{ -3, -3, "1NNNNfFfNFiIIIN1NNNNfFfNFz000" },
	{ -4.5, -4.5f, "1NNNNfFfNFiIIIN1NNNNfFfNFz000" },
	{ -6, -6, "1NNNNfFfNFiIIIN1NNNNfFfNFz000" },
	{ -0x1.fffffffffffffp241, -0x1.fffffep33f,
	    "1NNNNfFfNIiIIIN1NNNNfFfN0z000" },
	{ -DBL_MAX, -FLT_MAX, "1NNNNfIiNIiIIIN1NNNNf0zN0z000" },
	{ -INFINITY, -INFINITY, "1IIIIiIiIIiIIIN10000z0z00z000" },
};

static const struct {
	double f64;
	float f32;
} exponent[] = { { 0, 0 }, { 0x1p-1074, 0x1p-149f }, { DBL_MIN, FLT_MIN },
	{ 0x1.fffffffffffffp-512, 0x1.fffffep-64f }, { 0.5, 0.5f }, { 1, 1 },
	{ 2, 2 }, { 3, 3 }, { 4.5, 4.5f }, { 6, 6 },
	{ 0x1.fffffffffffffp52, 0x1.fffffep23f }, { 0x1p63, 0x1p63f },
	{ DBL_MAX, FLT_MAX }, { INFINITY, INFINITY }, { NAN, NAN },
	{ -0.0, -0.0f }, { -0x1p-1074, -0x1p-149f }, { -DBL_MIN, -FLT_MIN },
	{ -0x1.fffffffffffffp-512, -0x1.fffffep-64f }, { -0.5, -0.5f },
	{ -1, -1 }, { -2, -2 }, { -3, -3 }, { -4.5, -4.5f }, { -6, -6 },
	{ -0x1.fffffffffffffp52, -0x1.fffffep23f }, { -0x1p63, -0x1p63f },
	{ -DBL_MAX, -FLT_MAX }, { -INFINITY, -INFINITY } };

enum {
	BASES = sizeof(base) / sizeof(base[0]),
	EXPONENTS = sizeof(exponent) / sizeof(exponent[0]),
	PAIRS = BASES * EXPONENTS,
};

static char
sort_of_f64(double x, bool one)
{
	if (isnan(x))
		return bits_of(x) == UINT64_C(0x7ff8000000000000) ? 'N' : '?';
	if (isinf(x))
		return signbit(x) ? 'i' : 'I';
	if (x == 0)
		return signbit(x) ? 'z' : '0';
	if (one && x == 1)
		return '1';
	return signbit(x) ? 'f' : 'F';
}

static char
sort_of_f32(float x, bool one)
{
	if (isnan(x))
		return bits_of_f32(x) == 0x7fc00000 ? 'N' : '?';
	return sort_of_f64((double)x, one);
}

static void
special_values_are_those_of_annex_f(void)
{
	static double x[PAIRS], y[PAIRS], out[PAIRS];
	static float x32[PAIRS], y32[PAIRS], out32[PAIRS];
	const struct quern__isa *isa;

	for (int i = 0; i < PAIRS; i++) {
		x[i] = base[i / EXPONENTS].f64;
		y[i] = exponent[i % EXPONENTS].f64;
		x32[i] = base[i / EXPONENTS].f32;
		y32[i] = exponent[i % EXPONENTS].f32;
	}
	for (size_t u = 0; (isa = use_isa(u)); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_powv_f64(out, x, y, PAIRS), 0), 0);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_powv_f32(out32, x32, y32, PAIRS), 0), 0);
		for (int i = 0; i < PAIRS; i++) {
			char want = base[i / EXPONENTS].want[i % EXPONENTS];
			char f64 = sort_of_f64(out[i], want == '1');
			char f32 = sort_of_f32(out32[i], want == '1');

			CU_ASSERT_EQUAL(f64, want);
			CU_ASSERT_EQUAL(f32, want);
			if (f64 != want || f32 != want)
				printf("  %s: %a ^ %a = %a, float %a\n",
				    isa->name, x[i], y[i], out[i],
				    (double)out32[i]);
		}
	}
}

/* C11 leaves signaling NaNs open; they count as quiet ones. */
static void
signaling_nans_count_as_nans(void)
{
	const double nan = f64_of(UINT64_C(0x7ff0000000000001));
	const double x[] = { nan, 1, nan, 2 }, y[] = { 0, nan, 1, nan };
	double out[4];

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(run_blocks(quern_powv_f64(out, x, y, 4), 0), 0);
		CU_ASSERT_EQUAL(out[0], 1);
		CU_ASSERT_EQUAL(out[1], 1);
		CU_ASSERT_EQUAL(sort_of_f64(out[2], false), 'N');
		CU_ASSERT_EQUAL(sort_of_f64(out[3], false), 'N');
	}
}

/* A bound on y ln|x| that is a little off makes infinity of them. */
static void
the_largest_doubles_are_reached(void)
{
	static const struct {
		double x, y, want;
	} known[] = {
		{ DBL_MAX, 1, DBL_MAX },
		{ -DBL_MAX, 1, -DBL_MAX },
		{ 0x1.ffffffp511, 2, 0x1.fffffe0000008p1023 },
		{ -0x1.ffffffp511, 2, 0x1.fffffe0000008p1023 },
		{ 0x1.fffffffffffffp511, 2, 0x1.ffffffffffffep1023 },
		{ -0x1.0000001p-1024, -1, -0x1.ffffffep1023 },
		{ 0x1p512, 2, INFINITY },
		{ 0x1p-1024, -1, INFINITY },
		{ -0x1p-1024, -1, -INFINITY },
	};
	const struct quern__isa *isa;
	double out;

	for (size_t u = 0; (isa = use_isa(u)); u++)
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			(void)run_blocks(
			    quern_pow_f64(&out, &known[i].x, known[i].y, 1), 0);
			CU_ASSERT_EQUAL(out, known[i].want);
			if (out != known[i].want)
				printf("  %s: %a ^ %a = %a\n", isa->name,
				    known[i].x, known[i].y, out);
		}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "special values are those of annex f",
		    special_values_are_those_of_annex_f },
		{ "signaling nans count as nans",
		    signaling_nans_count_as_nans },
		{ "the largest doubles are reached",
		    the_largest_doubles_are_reached },
		CU_TEST_INFO_NULL,
	};

	add_suite("pow", tests);
	return run_suites();
}
