/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ulp.h -- how far a result is from the exact value.
 *
 * One ULP is the distance of the two numbers of the format around the exact
 * value, among subnormals as well.  Infinity is right from the power of two
 * that follows the largest number on, and counts as that power below.
 */
#ifndef QUERN_TESTS_ULP_H
#define QUERN_TESTS_ULP_H

#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdbool.h>
#include <stdio.h>

/* A floating-point format: digits, and the exponents of its finite range. */
struct ulp_format {
	int digits, lowest, highest;
};

static const struct ulp_format ulp_f64 = { DBL_MANT_DIG, DBL_MIN_EXP,
	DBL_MAX_EXP };
static const struct ulp_format ulp_f32 = { FLT_MANT_DIG, FLT_MIN_EXP,
	FLT_MAX_EXP };

/*
 * (high + low) * 2^-shift, where an ULP of the format is 2^-shift; or, if `odd`
 * is set, `high`, which is infinite or NaN.
 */
struct ulp_exact {
	double high, low;
	int shift;
	bool over; /* beyond the finite range: infinity is right */
	bool odd;
};

static inline int
ulp_shift(long exponent, const struct ulp_format *format)
{
	if (exponent < format->lowest)
		exponent = format->lowest;
	if (exponent > format->highest)
		exponent = format->highest;
	return format->digits - (int)exponent;
}

/* Of a value of some more digits than the format's; it is overwritten. */
static inline struct ulp_exact
ulp_exact(mpfr_ptr value, const struct ulp_format *format)
{
	struct ulp_exact exact = { .odd = true };

	exact.high = mpfr_get_d(value, MPFR_RNDN);
	if (mpfr_nan_p(value) || mpfr_inf_p(value))
		return exact;
	exact.odd = false;
	exact.low = 0;
	exact.shift = ulp_shift(0, format);
	if (mpfr_zero_p(value))
		return exact;
	exact.over = mpfr_get_exp(value) > format->highest;
	exact.shift = ulp_shift(mpfr_get_exp(value), format);
	mpfr_mul_2si(value, value, exact.shift, MPFR_RNDN);
	exact.high = mpfr_get_d(value, MPFR_RNDN);
	mpfr_sub_d(value, value, exact.high, MPFR_RNDN);
	exact.low = mpfr_get_d(value, MPFR_RNDN);
	return exact;
}

/* Of a double that stands for the exact value in a narrower format. */
static inline struct ulp_exact
ulp_exact_of_f64(double value, const struct ulp_format *format)
{
	struct ulp_exact exact = { .high = value, .odd = true };
	int exponent;

	if (isnan(value) || isinf(value))
		return exact;
	exact.odd = false;
	frexp(value, &exponent);
	exact.over = exponent > format->highest;
	exact.shift = ulp_shift(exponent, format);
	exact.high = ldexp(value, exact.shift);
	return exact;
}

static inline double
ulp_error(
    double got, const struct ulp_exact *exact, const struct ulp_format *format)
{
	if (exact->odd)
		return got == exact->high ||
			(isnan(got) && isnan(exact->high)) ?
		    0 :
		    INFINITY;
	if (isnan(got))
		return INFINITY;
	if (isinf(got)) {
		if (exact->over && (got > 0) == (exact->high > 0))
			return 0;
		got = copysign(ldexp(1, format->highest + exact->shift), got);
	} else {
		got = ldexp(got, exact->shift);
	}
	return fabs((got - exact->high) - exact->low);
}

/* The line that docs/kernels.py looks for. */
static inline void
ulp_print(const char *kernel, const char *type, double worst, double bound)
{
	printf("worst ulp\t%s_%s\t%.3f\tof at most\t%.3g\n", kernel, type,
	    worst, bound);
}

#endif
