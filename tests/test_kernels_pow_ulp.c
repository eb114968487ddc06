/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_pow_ulp.c -- how far pow is from the exact value, on each
 * instruction set, measured with MPFR.
 *
 * One ULP is the distance of the two numbers around the exact value, also
 * among subnormals.  Infinity is right from the power of two that follows the
 * largest number on, and counts as that power below.
 */
#include <mpfr.h>

#include "kernel_driver.h"

/* A floating-point format: digits, and the exponents of its finite range. */
struct format {
	int digits, lowest, highest;
	double max;
};

static const struct format f64 = { DBL_MANT_DIG, DBL_MIN_EXP, DBL_MAX_EXP,
	DBL_MAX };
static const struct format f32 = { FLT_MANT_DIG, FLT_MIN_EXP, FLT_MAX_EXP,
	FLT_MAX };

/* |got - exact| in ULP, rounded up; `exact` is not 0. */
static double
error_ulp(double got, mpfr_srcptr exact, const struct format *format)
{
	mpfr_exp_t exponent = mpfr_get_exp(exact);
	mpfr_t difference;
	double ulps = 0;

	if (isnan(got) || !signbit(got) != (mpfr_sgn(exact) > 0))
		return INFINITY;
	if (isinf(got) && exponent > format->highest)
		return 0;
	if (exponent < format->lowest)
		exponent = format->lowest;
	if (exponent > format->highest)
		exponent = format->highest;
	mpfr_init2(difference, 300);
	if (isinf(got))
		mpfr_set_si_2exp(difference, signbit(got) ? -1 : 1,
		    format->highest, MPFR_RNDN);
	else
		mpfr_set_d(difference, got, MPFR_RNDN);
	mpfr_sub(difference, difference, exact, MPFR_RNDA);
	mpfr_mul_2si(
	    difference, difference, format->digits - exponent, MPFR_RNDA);
	ulps = fabs(mpfr_get_d(difference, MPFR_RNDA));
	mpfr_clear(difference);
	return ulps;
}

/*
 * A pair whose power has a binary exponent in [from, to), the base being
 * positive, any finite number but 0 and 1, or if `near` is set within 2^-near
 * of 1.
 */
static void
next_pair(const struct format *format, uint64_t *state, double from, double to,
    int near, double *x, double *y)
{
	double range = format->highest - format->lowest + format->digits - 2;

	do {
		if (near) {
			*x = 1 + ldexp(next_unit(state) - 0.5, 1 - near);
		} else {
			*x = exp2(format->lowest - format->digits + 2 +
			    next_unit(state) * range);
		}
		if (format == &f32)
			*x = (double)(float)*x;
		*y = (from + next_unit(state) * (to - from)) / log2(*x);
		if (format == &f32)
			*y = (double)(float)*y;
	} while (!(*x > 0 && *x <= format->max && *x != 1 &&
	    fabs(*y) <= format->max && *y != 0));
}

enum { POINTS = 2000 };

/* The worst error among POINTS such pairs must be at most 1 ULP. */
static void
check_range(const char *name, const struct format *format, double from,
    double to, int near)
{
	static double x[POINTS], y[POINTS], out[POINTS];
	static float x32[POINTS], y32[POINTS], out32[POINTS];
	static mpfr_t exact[POINTS];
	const struct quern__isa *isa;
	uint64_t state = 71;
	mpfr_t base, power;

	mpfr_inits2(64, base, power, NULL);
	for (int i = 0; i < POINTS; i++) {
		next_pair(format, &state, from, to, near, &x[i], &y[i]);
		if (i % 4 == 0 && fabs(rint(y[i])) >= 1) {
			/* a negative base, to an integer power */
			x[i] = -x[i];
			y[i] = rint(y[i]);
		}
		x32[i] = (float)x[i];
		y32[i] = (float)y[i];
		mpfr_init2(exact[i], 128);
		mpfr_set_d(base, x[i], MPFR_RNDN);
		mpfr_set_d(power, y[i], MPFR_RNDN);
		mpfr_pow(exact[i], base, power, MPFR_RNDN);
	}
	for (size_t u = 0; (isa = use_isa(u)); u++) {
		double worst = 0;
		int at = 0;

		(void)(format == &f64 ?
			run_blocks(quern_powv_f64(out, x, y, POINTS), 0) :
			run_blocks(quern_powv_f32(out32, x32, y32, POINTS), 0));
		for (int i = 0; i < POINTS; i++) {
			double got = format == &f64 ? out[i] : (double)out32[i];
			double error = error_ulp(got, exact[i], format);

			if (error > worst) {
				worst = error;
				at = i;
			}
		}
		CU_ASSERT_TRUE(worst <= 1.0);
		if (worst > 1.0)
			printf("  %s, %s: %g ULP at %a ^ %a\n", name, isa->name,
			    worst, x[at], y[at]);
	}
	for (int i = 0; i < POINTS; i++)
		mpfr_clear(exact[i]);
	mpfr_clears(base, power, NULL);
}

/* Everywhere, and closely around each edge of the range of results. */
static void
check_format(const struct format *f)
{
	double overflow = f->highest, normal = f->lowest - 1;
	double underflow = normal - f->digits;

	check_range("near 1", f, -2, 2, 0);
	check_range("normal", f, normal, overflow, 0);
	check_range("subnormal", f, underflow, normal, 0);
	check_range("at overflow", f, overflow - 1e-4, overflow + 1e-5, 0);
	check_range("just at overflow", f, overflow - 3e-6, overflow + 1e-7, 0);
	check_range("at subnormal", f, normal - 1e-3, normal + 1e-3, 0);
	check_range("at underflow", f, underflow - 1, underflow + 1, 0);
	for (int near = 2; near < f->digits; near += 7) {
		check_range("base near 1", f, normal, overflow, near);
		check_range("base near 1, at overflow", f, overflow - 3e-6,
		    overflow + 1e-7, near);
	}
}

static void
pow_of_doubles_is_within_one_ulp(void)
{
	check_format(&f64);
}

static void
pow_of_floats_is_within_one_ulp(void)
{
	check_format(&f32);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "pow of doubles is within one ulp",
		    pow_of_doubles_is_within_one_ulp },
		{ "pow of floats is within one ulp",
		    pow_of_floats_is_within_one_ulp },
		CU_TEST_INFO_NULL,
	};

	add_suite("pow, accuracy", tests);
	return run_suites();
}
