/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_neighbours.c -- tests that an element's bits do not depend on what
 * is next to it: vectors of which a lane needs care go another way, and on
 * each instruction set it must lead to the same.
 */
#include <string.h>

#include "kernel_driver.h"
#include "quern/kernels.h"

enum { N = 1 << 16, APART = 7 };

typedef quern_op build_fn(double *out, const double *in, size_t n);

static quern_op
power(double *out, const double *in, size_t n)
{
	return quern_powv_f64(out, in, in, n);
}

static const struct {
	const char *name;
	build_fn *build;
	double low, high;
} function[] = {
	{ "pow", power, 0, 20 },
	{ "exp", quern_exp_f64, -30, 30 },
	{ "exp2", quern_exp2_f64, -30, 30 },
	{ "expm1", quern_expm1_f64, -3, 30 },
	{ "sinh", quern_sinh_f64, -30, 30 },
	{ "cosh", quern_cosh_f64, -30, 30 },
	{ "tanh", quern_tanh_f64, -3, 3 },
	{ "sigmoid", quern_sigmoid_f64, -30, 30 },
	{ "softplus", quern_softplus_f64, -30, 30 },
	{ "log", quern_log_f64, 0, 3 },
	{ "log2", quern_log2_f64, 0, 3 },
	{ "log10", quern_log10_f64, 0, 3 },
	{ "log1p", quern_log1p_f64, -1, 3 },
	{ "sin", quern_sin_f64, -7, 7 },
	{ "cos", quern_cos_f64, -7, 7 },
	{ "tan", quern_tan_f64, -7, 7 },
	{ "atan", quern_atan_f64, -3, 3 },
	{ "cbrt", quern_cbrt_f64, -3, 3 },
	{ "erf", quern_erf_f64, -3, 3 },
};

/* What some of the functions have to look after. */
static const double care[] = { 800, -750, 1e300, 1e-310, 1000 };

static double x[N], among[N], alone[N], out[N];

/* How many have other bits than they had alone. */
static unsigned
others(bool all)
{
	unsigned n = 0;

	for (size_t i = 0; i < N; i++)
		n += (all || i % APART) &&
		    memcmp(&out[i], &alone[i], sizeof(out[i]));
	return n;
}

static void
bits_do_not_depend_on_neighbours(void)
{
	uint64_t state = 1;

	for (size_t f = 0; f < sizeof(function) / sizeof(function[0]); f++) {
		double range = function[f].high - function[f].low;
		unsigned elsewhere = 0, beside = 0;

		for (size_t i = 0; i < N; i++) {
			x[i] = function[f].low + range * next_unit(&state);
			among[i] = i % APART ?
			    x[i] :
			    care[i / APART % (sizeof(care) / sizeof(care[0]))];
		}
		for (size_t u = 0; use_isa(u); u++) {
			build_fn *build = function[f].build;

			CU_ASSERT_EQUAL(
			    run_blocks(build(u ? out : alone, x, N), 0), 0);
			elsewhere += u ? others(true) : 0;
			CU_ASSERT_EQUAL(run_blocks(build(out, among, N), 0), 0);
			beside += others(false);
		}
		CU_ASSERT_EQUAL(elsewhere, 0);
		CU_ASSERT_EQUAL(beside, 0);
		if (elsewhere || beside)
			printf(
			    "\n  %s: %u differ by instruction set, %u by their "
			    "neighbours ",
			    function[f].name, elsewhere, beside);
	}
}

/* Some whose last bit hangs on what is multiplied with what. */
static void
nor_do_those_of_close_cases(void)
{
	static const struct {
		build_fn *build;
		double x, care;
	} close[] = {
		{ quern_exp_f64, 0x1.fda7c48e5a90bp-1, 800 },
		{ quern_exp2_f64, 0x1.4ec15d3b555b8p-1, 2000 },
	};

	for (size_t i = 0; i < 2; i++)
		for (size_t u = 0; use_isa(u); u++) {
			for (size_t k = 0; k < 64; k++)
				x[k] = k % APART ? close[i].x : close[i].care;
			CU_ASSERT_EQUAL(
			    run_blocks(close[i].build(out, x, 64), 0), 0);
			for (size_t k = 0; k < 64; k++)
				x[k] = close[i].x;
			CU_ASSERT_EQUAL(
			    run_blocks(close[i].build(alone, x, 64), 0), 0);
			for (size_t k = 0; k < 64; k++)
				CU_ASSERT_TRUE(k % APART == 0 ||
				    memcmp(&out[k], &alone[k], sizeof(*out)) ==
					0);
		}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "bits do not depend on neighbours",
		    bits_do_not_depend_on_neighbours },
		{ "nor do those of close cases", nor_do_those_of_close_cases },
		CU_TEST_INFO_NULL,
	};

	add_suite("kernels neighbours", tests);
	return run_suites();
}
