/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_modes.c -- tests kernels/compensated.c, exact.c and superacc.c
 * on each instruction set, against MPFR with so many digits that it does not
 * round.
 */
#include <mpfr.h>

#include "kernel_driver.h"

/* From below the smallest product to above the sum of the largest. */
enum { DIGITS = 4500 };

static double a64[MOST], b64[MOST];
static float a32[MOST], b32[MOST];

/* Does it come as the mean of so many, or as their sum? */
static quern_op
build(int what, bool wide, void *out, size_t n)
{
	switch (what) {
	case 0:
		return wide ? quern_sum_f64(out, a64, n) :
			      quern_sum_f32(out, a32, n);
	case 1:
		return wide ? quern_mean_f64(out, a64, n) :
			      quern_mean_f32(out, a32, n);
	case 2:
		return wide ? quern_dot_f64(out, a64, b64, n) :
			      quern_dot_f32(out, a32, b32, n);
	case 3:
		return wide ? quern_sumsq_f64(out, a64, n) :
			      quern_sumsq_f32(out, a32, n);
	default:
		return wide ? quern_norm1_f64(out, a64, n) :
			      quern_norm1_f32(out, a32, n);
	}
}

enum { SUM, MEAN, DOT, SUMSQ, NORM1, WHATS };
static const char *const names[] = { "sum", "mean", "dot", "sumsq", "norm1" };

/* The result, and the sum of magnitudes of what is added. */
static void
by_mpfr(int what, bool wide, mpfr_t sum, mpfr_t sizes, size_t n)
{
	mpfr_t term;

	mpfr_init2(term, 110);
	mpfr_set_zero(sum, 1);
	mpfr_set_zero(sizes, 1);
	for (size_t i = 0; i < n; i++) {
		double a = wide ? a64[i] : (double)a32[i];
		double b = wide ? b64[i] : (double)b32[i];

		mpfr_set_d(term, a, MPFR_RNDN);
		if (what == DOT || what == SUMSQ)
			mpfr_mul_d(term, term, what == DOT ? b : a, MPFR_RNDN);
		if (what == NORM1)
			mpfr_abs(term, term, MPFR_RNDN);
		mpfr_add(sum, sum, term, MPFR_RNDN);
		mpfr_abs(term, term, MPFR_RNDN);
		mpfr_add(sizes, sizes, term, MPFR_RNDN);
	}
	if (what == MEAN) {
		mpfr_div_ui(sum, sum, n, MPFR_RNDN);
		mpfr_div_ui(sizes, sizes, n, MPFR_RNDN);
	}
	mpfr_clear(term);
}

static bool
within_bound(double got, mpfr_t sum, mpfr_t sizes, size_t n)
{
	double k = n > 32768 ? 84 + ceil(log2((double)n / 32768)) : 84, sum_d,
	       error, bound;
	mpfr_t difference;

	mpfr_init2(difference, DIGITS);
	mpfr_d_sub(difference, got, sum, MPFR_RNDN);
	error = fabs(mpfr_get_d(difference, MPFR_RNDN));
	sum_d = fabs(mpfr_get_d(sum, MPFR_RNDN));
	/* a mean is divided, which is rounded once more */
	bound = 2.001 * 0x1p-53 * sum_d + (double)n * 0x1p-1074 +
	    2 * k * k * 0x1p-106 * mpfr_get_d(sizes, MPFR_RNDU);
	mpfr_clear(difference);
	return error <= bound || !isfinite(got);
}

/* All sums of the first n elements, exact and compensated, are right. */
static void
check(size_t n, const char *of)
{
	mpfr_t sum, sizes;
	bool right = true;

	mpfr_inits2(DIGITS, sum, sizes, NULL);
	for (int what = 0; what < WHATS; what++)
		for (int wide = 0; wide < 2; wide++) {
			double first = 0;

			if (what == MEAN && n == 0)
				continue;
			by_mpfr(what, wide, sum, sizes, n);
			for (size_t u = 0; use_isa(u); u++) {
				double got = 17, two = 17;
				float got32 = 17, two32 = 17;
				bool ok;

				CU_ASSERT_EQUAL(
				    run_blocks(
					quern_with_mode(
					    build(what, wide,
						wide ? (void *)&got : &got32,
						n),
					    QUERN_EXACT),
					n),
				    0);
				CU_ASSERT_EQUAL(
				    run_blocks(
					quern_with_mode(
					    build(what, wide,
						wide ? (void *)&two : &two32,
						n),
					    QUERN_COMPENSATED),
					n),
				    0);
				if (!wide)
					two = (double)two32;
				if (u == 0)
					first = two;
				ok = wide ?
				    got == mpfr_get_d(sum, MPFR_RNDN) :
				    got32 == mpfr_get_flt(sum, MPFR_RNDN);
				if (wide)
					ok &= within_bound(two, sum, sizes, n);
				ok &= bits_of(two) == bits_of(first);
				right &= ok;
				if (!ok)
					printf("\n  %s of %zu %s, %s, on %s: "
					       "%a %a not %a ",
					    names[what], n, of,
					    wide ? "f64" : "f32",
					    quern__isa()->name,
					    wide ? got : (double)got32, two,
					    mpfr_get_d(sum, MPFR_RNDN));
			}
		}
	CU_ASSERT_TRUE(right);
	mpfr_clears(sum, sizes, NULL);
}

static void
narrow(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		a32[i] = (float)a64[i];
		b32[i] = (float)b64[i];
		if (!isfinite(a32[i]))
			a32[i] = FLT_MAX;
		if (!isfinite(b32[i]))
			b32[i] = -FLT_MAX;
	}
}

static void
any_number_of_ordinary_elements(void)
{
	fill_f64(a64, MOST, 51);
	fill_f64(b64, MOST, 52);
	narrow(MOST);
	for (size_t n = 0; n <= 70; n++)
		check(n, "ordinary");
	check(1023, "ordinary");
	check(1025, "ordinary");
	check(4099, "ordinary");
	check(MOST, "ordinary");
}

/* Any exponent at all; runs of elements that are alike. */
static void
elements_of_any_size(void)
{
	static const int width[] = { 0, 20, 50, 90, 130, 180, 400, 2098 };
	uint64_t state = 53;

	for (int round = 0; round < 160; round++) {
		int spread = width[round % 8] + 1;
		int e = -1074 + (int)(next_random(&state) % 2098);
		int f = -1074 + (int)(next_random(&state) % 2098);
		size_t n = 1 + next_random(&state) % 1200;

		for (size_t i = 0; i < n; i++) {
			int up = (int)(next_random(&state) % (unsigned)spread);

			a64[i] = ldexp(next_unit(&state) - 0.5,
			    e + up > 1024 ? 1024 : e + up);
			up = (int)(next_random(&state) % (unsigned)spread);
			b64[i] = ldexp(next_unit(&state) - 0.5,
			    f + up > 1024 ? 1024 : f + up);
			if (round % 3 == 0 && i % 2)
				a64[i] = -a64[i - 1];
		}
		narrow(n);
		check(n, "of any size");
	}
}

/* All but a little cancels, whatever the order. */
static void
elements_that_cancel(void)
{
	uint64_t state = 54;

	for (int round = 0; round < 6; round++) {
		size_t n = 2000 + (size_t)round * 3001;

		fill_f64(a64, n, next_random(&state));
		for (size_t i = 0; i < n / 2; i++) {
			size_t j = n - 1 - i;

			a64[i] = ldexp(a64[i], round * 60);
			a64[j] = -a64[i];
			b64[i] = b64[j] = next_unit(&state);
		}
		for (size_t i = n - 1; i > 0; i--) {
			size_t j = next_random(&state) % (i + 1);
			double a = a64[i], b = b64[i];

			a64[i] = a64[j], a64[j] = a;
			b64[i] = b64[j], b64[j] = b;
		}
		a64[n / 3] += ldexp(1, -round * 10);
		b64[n / 5] = 1;
		narrow(n);
		check(n, "that cancel");
	}
}

/* Halfway between two results, and a hair beside, from far away. */
static void
ties_go_to_even(void)
{
	static const double beside[] = { 0, 0x1p-1074, -0x1p-1074, 0x1p-200,
		-0x1p-200 };

	for (int odd = 0; odd < 4; odd++)
		for (int i = 0; i < 5; i++)
			for (int sign = -1; sign <= 1; sign += 2) {
				a64[0] = sign * (1 + odd * 0x1p-52);
				a64[1] = sign * 0x1p-53;
				a64[2] = beside[i];
				b64[0] = b64[1] = b64[2] = 1;
				narrow(3);
				a32[0] =
				    (float)sign * (1 + (float)odd * 0x1p-23f);
				a32[1] = (float)sign * 0x1p-24f;
				a32[2] = i ? ldexpf(i % 2 ? 1 : -1, -149) : 0;
				check(3, "halfway");
			}
}

static void
results_at_the_ends_of_the_range(void)
{
	static const struct {
		double a[4], b[4];
		size_t n;
	} table[] = {
		/* on the way beyond the largest, and back */
		{ { DBL_MAX, DBL_MAX, -DBL_MAX, 1 }, { 1, 1, 1, 1 }, 4 },
		{ { 1e300, 1e300, -1e300, 3 }, { 1e300, 1e300, 1e300, 1 }, 4 },
		/* on to infinity, and just not */
		{ { DBL_MAX, 0x1p970 }, { 1, 1 }, 2 },
		{ { DBL_MAX, 0x1.fffffffffffffp969 }, { 1, 1 }, 2 },
		{ { -DBL_MAX, -DBL_MAX }, { 2, 2 }, 2 },
		/* products below the smallest, that add up or tip a tie */
		{ { 0x1p-600, 0x1p-600, 0x1p-1074 }, { 0x1p-475, 0x1p-475, 1 },
		    3 },
		{ { 0x1p-600, 0x1p-1074 }, { 0x1p-475, 0x1p-1074 }, 2 },
		{ { 1, 0x1p-53, 0x1p-1074 }, { 1, 1, 0x1p-1074 }, 3 },
		{ { 0x1.8p-1073, -0x1p-1074 }, { 0.5, 0.5 }, 2 },
		{ { 3e-308, -2.9e-308 }, { 1, 1 }, 2 },
	};

	for (size_t t = 0; t < sizeof(table) / sizeof(table[0]); t++)
		for (int sign = -1; sign <= 1; sign += 2) {
			for (size_t i = 0; i < table[t].n; i++) {
				a64[i] = sign * table[t].a[i];
				b64[i] = table[t].b[i];
			}
			narrow(table[t].n);
			check(table[t].n, "at the ends");
		}
}

/* ---- special values ---- */

static const enum quern_mode modes[] = { QUERN_DETERMINISTIC, QUERN_COMPENSATED,
	QUERN_EXACT };

static void
special_values_are_those_of_a_plain_sum(void)
{
	static const uint64_t nan = UINT64_C(0x7ff8000000000000);
	double got;

	for (size_t i = 0; i < 3000; i++)
		a64[i] = b64[i] = 1;
	for (size_t u = 0; use_isa(u); u++)
		for (int m = 0; m < 3; m++)
			for (int what = 0; what <= DOT; what++)
				for (size_t at = 0; at < 2999; at += 7) {
					quern_op op = quern_with_mode(
					    build(what, true, &got, 3000),
					    modes[m]);

					a64[at] = -INFINITY;
					CU_ASSERT_EQUAL(run_blocks(op, 0), 0);
					CU_ASSERT_EQUAL(got, -INFINITY);
					a64[2999] = INFINITY;
					CU_ASSERT_EQUAL(run_blocks(op, 0), 0);
					CU_ASSERT_EQUAL(bits_of(got), nan);
					a64[2999] = 1;
					a64[at] = -NAN;
					CU_ASSERT_EQUAL(run_blocks(op, 0), 0);
					CU_ASSERT_EQUAL(bits_of(got), nan);
					a64[at] = 1;
				}
	a64[5] = 0;
	b64[5] = INFINITY;
	for (size_t u = 0; use_isa(u); u++)
		for (int m = 0; m < 3; m++) {
			CU_ASSERT_EQUAL(
			    run_blocks(
				quern_with_mode(
				    build(DOT, true, &got, 10), modes[m]),
				0),
			    0);
			CU_ASSERT_EQUAL(bits_of(got), nan);
		}
}

static void
zeros_have_the_sign_of_a_plain_sum(void)
{
	double got;

	for (size_t u = 0; use_isa(u); u++)
		for (int m = 0; m < 3; m++)
			for (size_t n = 0; n < 3000; n = n * 2 + 1)
				for (int what = 0; what <= DOT; what++) {
					quern_op op = quern_with_mode(
					    build(what, true, &got, n),
					    modes[m]);

					if (what == MEAN && n == 0)
						continue;
					for (size_t i = 0; i < n; i++)
						a64[i] = -0.0, b64[i] = 2;
					CU_ASSERT_EQUAL(run_blocks(op, 0), 0);
					CU_ASSERT_EQUAL(bits_of(got),
					    n ? bits_of(-0.0) : 0);
					if (n == 0)
						continue;
					a64[n / 2] = 0.0;
					CU_ASSERT_EQUAL(run_blocks(op, 0), 0);
					CU_ASSERT_EQUAL(bits_of(got), 0);
				}
}

static void
a_mean_of_nothing_is_edom_in_each_mode(void)
{
	for (int m = 0; m < 3; m++) {
		double got = 17;

		CU_ASSERT_EQUAL(
		    run_blocks(quern_with_mode(
				   quern_mean_f64(&got, NULL, 0), modes[m]),
			0),
		    -EDOM);
		CU_ASSERT_EQUAL(got, 17);
	}
}

/* ---- the op ---- */

static void
an_op_without_the_mode_is_einval(void)
{
	double in[2] = { 1, 2 }, out[2];
	quern_op op = quern_min_f64(out, in, 2);

	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_mode(op, QUERN_EXACT)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_mode(op, QUERN_COMPENSATED)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_mode(op, QUERN_DETERMINISTIC)), 0);
	CU_ASSERT_EQUAL(out[0], 1);
	op = quern_square_f64(out, in, 2);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_mode(op, QUERN_EXACT)), -EINVAL);
	op = quern_sum_f64(out, in, 2);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_mode(op, (enum quern_mode)3)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_mode((quern_op) { 0 }, QUERN_EXACT)),
	    -EINVAL);
}

static void
the_last_mode_counts_and_keeps_strides(void)
{
	double in[] = { 1, 9, -1, 9, 0x1p-60, 9 }, out = 17;
	quern_op op =
	    quern_with_strides(quern_sum_f64(&out, in, 3), 1, 2, 1, 1);

	op = quern_with_mode(op, QUERN_EXACT);
	CU_ASSERT_EQUAL(quern_run(NULL, op), 0);
	CU_ASSERT_EQUAL(out, 0x1p-60);
	op = quern_with_mode(op, QUERN_DETERMINISTIC);
	CU_ASSERT_EQUAL(quern_run(NULL, op), 0);
	CU_ASSERT_EQUAL(out, 0);
	op = quern_with_mode(op, QUERN_COMPENSATED);
	CU_ASSERT_EQUAL(quern_run(NULL, op), 0);
	CU_ASSERT_EQUAL(out, 0x1p-60);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "any number of ordinary elements",
		    any_number_of_ordinary_elements },
		{ "elements of any size", elements_of_any_size },
		{ "elements that cancel", elements_that_cancel },
		{ "ties go to even", ties_go_to_even },
		{ "results at the ends of the range",
		    results_at_the_ends_of_the_range },
		{ "special values are those of a plain sum",
		    special_values_are_those_of_a_plain_sum },
		{ "zeros have the sign of a plain sum",
		    zeros_have_the_sign_of_a_plain_sum },
		{ "a mean of nothing is edom in each mode",
		    a_mean_of_nothing_is_edom_in_each_mode },
		{ "an op without the mode is einval",
		    an_op_without_the_mode_is_einval },
		{ "the last mode counts and keeps strides",
		    the_last_mode_counts_and_keeps_strides },
		CU_TEST_INFO_NULL,
	};

	add_suite("modes", tests);
	return run_suites();
}
