/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_pow_ulp.c -- how far pow is from the exact value, on each
 * instruction set, measured with MPFR.  More than 100,000 pairs of doubles, and
 * more than 10 million in the long run.
 */
#include <stdlib.h>

#include "kernel_driver.h"
#include "ulp.h"

/* Where bases come from. */
enum base {
	ANY,       /* every exponent alike, subnormals included */
	NEAR_ONE,  /* within 2^-n of 1, for every n alike */
	SUBNORMAL, /* subnormal */
	BORDER,    /* next to where the logarithm changes its table row */
	NUMBERS,   /* whole ones below 1000 or halves; exponents are, too */
};

/* Bases, and the interval that the binary exponents of results are in. */
struct sort {
	const char *name;
	enum base base;
	double from, to;
};

enum { POINTS = 1000, DIGITS = 160 };

struct format {
	const struct ulp_format *ulp;
	double max, bound;
	const char *type;
	double worst;
};

static double
next_base(const struct ulp_format *f, uint64_t *state, enum base base)
{
	double range = f->highest - f->lowest + f->digits - 2;
	double spread = next_unit(state) - 0.5;

	switch (base) {
	case NEAR_ONE:
		return 1 + ldexp(spread, -(int)(next_random(state) % 50));
	case SUBNORMAL:
		return ldexp(spread + 0.5, f->lowest - 1);
	case BORDER:
		spread *= 0x1p-6;
		spread += (double)(2 * (next_random(state) % 128) + 1) / 256;
		return ldexp(1 + spread, (int)(next_random(state) % 5) - 2);
	case NUMBERS:
		return (double)(1 + next_random(state) % 2000) / 2;
	default:
		return exp2(f->lowest - f->digits + 2 + (spread + 0.5) * range);
	}
}

static void
next_pair(const struct format *f, uint64_t *state, const struct sort *sort,
    double *x, double *y)
{
	do {
		*x = next_base(f->ulp, state, sort->base);
		if (f->ulp == &ulp_f32)
			*x = (double)(float)*x;
		*y = (sort->from + next_unit(state) * (sort->to - sort->from)) /
		    log2(*x);
		if (sort->base == NUMBERS)
			*y = (double)(next_random(state) % 101) / 2 - 20;
		if (f->ulp == &ulp_f32)
			*y = (double)(float)*y;
	} while (!(*x > 0 && *x <= f->max && *x != 1 && fabs(*y) <= f->max &&
	    *y != 0));
	if (next_random(state) % 4 == 0 && fabs(rint(*y)) >= 1) {
		/* a negative base, to an integer power */
		*x = -*x;
		*y = rint(*y);
	}
}

/* The worst error among POINTS such pairs must be within the bound. */
static void
check_sort(struct format *f, const struct sort *sort, uint64_t *state)
{
	static double x[POINTS], y[POINTS], out[POINTS];
	static float x32[POINTS], y32[POINTS], out32[POINTS];
	static struct ulp_exact exact[POINTS];
	const struct quern__isa *isa;
	bool wide = f->ulp == &ulp_f64;
	mpfr_t base, power, value;

	mpfr_inits2(53, base, power, NULL);
	mpfr_init2(value, DIGITS);
	for (int i = 0; i < POINTS; i++) {
		next_pair(f, state, sort, &x[i], &y[i]);
		x32[i] = (float)x[i];
		y32[i] = (float)y[i];
		mpfr_set_d(base, x[i], MPFR_RNDN);
		mpfr_set_d(power, y[i], MPFR_RNDN);
		mpfr_pow(value, base, power, MPFR_RNDN);
		exact[i] = ulp_exact(value, f->ulp);
	}
	for (size_t u = 0; (isa = use_isa(u)); u++) {
		double worst = 0;
		int at = 0;

		(void)(wide ?
			run_blocks(quern_powv_f64(out, x, y, POINTS), 0) :
			run_blocks(quern_powv_f32(out32, x32, y32, POINTS), 0));
		for (int i = 0; i < POINTS; i++) {
			double error =
			    ulp_error(wide ? out[i] : (double)out32[i],
				&exact[i], f->ulp);

			if (error > worst) {
				worst = error;
				at = i;
			}
		}
		CU_ASSERT_TRUE(worst <= f->bound);
		if (worst > f->bound)
			printf("  %s, %s: %g ULP at %a ^ %a\n", sort->name,
			    isa->name, worst, x[at], y[at]);
		f->worst = worst > f->worst ? worst : f->worst;
	}
	mpfr_clears(base, power, value, NULL);
}

/* Everywhere, and closely around each edge of the range of results. */
static void
check_format(struct format *f, size_t points)
{
	double over = f->ulp->highest, normal = f->ulp->lowest - 1;
	double under = normal - f->ulp->digits;
	const struct sort sorts[] = {
		{ "about 1", ANY, -2, 2 },
		{ "normal", ANY, normal, over },
		{ "subnormal", ANY, under, normal },
		{ "at overflow", ANY, over - 1e-4, over + 1e-5 },
		{ "just at overflow", ANY, over - 3e-6, over + 1e-7 },
		{ "at subnormal", ANY, normal - 1e-3, normal + 1e-3 },
		{ "at underflow", ANY, under - 1, under + 1 },
		{ "base near 1", NEAR_ONE, normal, over },
		{ "base near 1, at overflow", NEAR_ONE, over - 24, over },
		{ "base near 1, just at overflow", NEAR_ONE, over - 3e-6,
		    over + 1e-7 },
		{ "base near 1, at subnormal", NEAR_ONE, normal - 2,
		    normal + 24 },
		{ "subnormal base", SUBNORMAL, normal, over },
		{ "next to a row", BORDER, normal, over },
		{ "next to a row, at overflow", BORDER, over - 24, over },
		{ "small numbers", NUMBERS, 0, 0 },
	};
	const size_t n = sizeof(sorts) / sizeof(sorts[0]);
	uint64_t state = 71;

	for (size_t done = 0; done < points; done += POINTS * n)
		for (size_t i = 0; i < n; i++)
			check_sort(f, &sorts[i], &state);
	printf("\n  ");
	ulp_print("pow", f->type, f->worst, f->bound);
}

static void
pow_of_doubles_is_within_055_ulp(void)
{
	struct format f = { &ulp_f64, DBL_MAX, 0.55, "f64", 0 };

	check_format(&f, getenv("QUERN_TEST_LONG") ? 10000000 : 100000);
}

/*
 * Numbers next to where something changes, each to the power of each; those of
 * well-known directed tests (Arm's, for its optimized routines).
 */
static void
pow_of_edges_is_within_055_ulp(void)
{
	static const double x[] = { 0, 0x1p-1074, DBL_MIN,
		0x1.fffffffffffffp-512, 0.5, 0x1.f98p-1, 0x1.fffffffffffep-1,
		0x1.fffffffffffffp-1, 1, 0x1.0000000000001p0, 0x1.034p0, 2, 3,
		4.5, 6, 0x1.fffffffffffffp241, DBL_MAX, INFINITY, NAN };
	static const double y[] = { 0, 0x1p-1074, DBL_MIN,
		0x1.fffffffffffffp-512, 0x1.fffffffffffffp-66, 0x1p-65, 0.5, 1,
		2, 3, 4.5, 6, 499, 511.5, 999.25, 1023, 1075.5,
		0x1.6128b68cf9fbcp57, 0x1.fffffffffffffp62, 0x1p63, DBL_MAX,
		INFINITY, NAN };
	enum { X = sizeof(x) / sizeof(x[0]), Y = sizeof(y) / sizeof(y[0]) };
	const struct quern__isa *isa;
	double worst = 0;
	mpfr_t base, power, value;

	mpfr_inits2(53, base, power, NULL);
	mpfr_init2(value, DIGITS);
	for (size_t u = 0; (isa = use_isa(u)); u++)
		for (int i = 0; i < 4 * X * Y; i++) {
			double b = x[i / 4 % X], e = y[i / 4 / X], out, error;
			struct ulp_exact exact;

			b = i % 2 ? -b : b;
			e = i / 2 % 2 ? -e : e;
			mpfr_set_d(base, b, MPFR_RNDN);
			mpfr_set_d(power, e, MPFR_RNDN);
			mpfr_pow(value, base, power, MPFR_RNDN);
			exact = ulp_exact(value, &ulp_f64);
			(void)run_blocks(quern_pow_f64(&out, &b, e, 1), 0);
			error = ulp_error(out, &exact, &ulp_f64);
			/* Zeros have signs. */
			if (!isnan(out) && signbit(out) != signbit(exact.high))
				error = INFINITY;
			if (error > 0.55)
				printf("  %s: %a ^ %a = %a\n", isa->name, b, e,
				    out);
			worst = error > worst ? error : worst;
		}
	CU_ASSERT_TRUE(worst <= 0.55);
	mpfr_clears(base, power, value, NULL);
}

static void
pow_of_floats_is_within_055_ulp(void)
{
	struct format f = { &ulp_f32, FLT_MAX, 0.55, "f32", 0 };

	check_format(&f, 30000);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "pow of doubles is within 0.55 ulp",
		    pow_of_doubles_is_within_055_ulp },
		{ "pow of edges is within 0.55 ulp",
		    pow_of_edges_is_within_055_ulp },
		{ "pow of floats is within 0.55 ulp",
		    pow_of_floats_is_within_055_ulp },
		CU_TEST_INFO_NULL,
	};

	add_suite("pow, accuracy", tests);
	return run_suites();
}
