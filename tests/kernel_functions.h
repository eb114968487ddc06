/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_functions.h -- the functions that test_kernels_ulp.c measures, where it
 * asks each of them, and the error that each of them may have.
 */
#ifndef QUERN_TESTS_KERNEL_FUNCTIONS_H
#define QUERN_TESTS_KERNEL_FUNCTIONS_H

#include <math.h>
#include <mpfr.h>
#include <quern/kernels.h>

/* Arguments of either sign, except where an interval says otherwise. */
enum sort {
	END,
	ALL,       /* every exponent alike, subnormals included */
	SPREAD,    /* magnitudes from 2^a to 2^b, every exponent alike */
	INTERVAL,  /* from a to b */
	NEAR,      /* a, and closer and closer to it */
	QUADRANTS, /* next to multiples of pi / 2, below 2^a of them */
	ALIKE,     /* second argument: within 2^a times the first, or 2^-a */
};

struct sample {
	enum sort sort;
	double a, b;
};

enum { SAMPLES = 7 };

struct function {
	const char *name;
	quern_op (*f64)(double *, const double *, size_t);
	quern_op (*f32)(float *, const float *, size_t);
	quern_op (*f64_2)(double *, const double *, const double *, size_t);
	quern_op (*f32_2)(float *, const float *, const float *, size_t);
	int (*exact)(mpfr_t, const mpfr_t, mpfr_rnd_t);
	int (*exact_2)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);
	double (*libm)(double);
	double (*libm_2)(double, double);
	size_t points, points_long; /* of doubles, for each sample */
	double bound_f64, bound_f32;
	struct sample sample_f64[SAMPLES], sample_f32[SAMPLES];
};

static int
exact_sigmoid(mpfr_t r, const mpfr_t x, mpfr_rnd_t rounding)
{
	mpfr_neg(r, x, rounding);
	mpfr_exp(r, r, rounding);
	mpfr_add_ui(r, r, 1, rounding);
	return mpfr_ui_div(r, 1, r, rounding);
}

static int
exact_softplus(mpfr_t r, const mpfr_t x, mpfr_rnd_t rounding)
{
	if (mpfr_sgn(x) <= 0) {
		mpfr_exp(r, x, rounding);
		return mpfr_log1p(r, r, rounding);
	}
	mpfr_neg(r, x, rounding);
	mpfr_exp(r, r, rounding);
	mpfr_log1p(r, r, rounding);
	return mpfr_add(r, r, x, rounding);
}

static double
libm_sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static double
libm_softplus(double x)
{
	return x > 700 ? x : log1p(exp(x));
}

#define ONE(name) #name, quern_##name##_f64, quern_##name##_f32, NULL, NULL
#define TWO(name) #name, NULL, NULL, quern_##name##_f64, quern_##name##_f32

/* clang-format off */
static const struct function functions[] = {
	{ ONE(exp), mpfr_exp, NULL, exp, NULL, 18000, 1700000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -746, 710 }, { INTERVAL, -1, 1 },
		{ INTERVAL, 709.78271, 709.78272 }, { INTERVAL, -746, -708 },
		{ SPREAD, 8, 10 } },
	    { { ALL }, { INTERVAL, -104, 89 }, { INTERVAL, -1, 1 },
		{ INTERVAL, 88.72f, 88.73f }, { INTERVAL, -104, -87 },
		{ SPREAD, 5, 8 } } },
	{ ONE(exp2), mpfr_exp2, NULL, exp2, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -1076, 1025 }, { INTERVAL, -1, 1 },
		{ INTERVAL, 1023.999, 1024.001 }, { INTERVAL, -1076, -1021 },
		{ NEAR, 1024 } },
	    { { ALL }, { INTERVAL, -151, 129 }, { INTERVAL, -1, 1 },
		{ INTERVAL, 127.999f, 128.001f }, { INTERVAL, -151, -125 } } },
	{ ONE(expm1), mpfr_expm1, NULL, expm1, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -40, 710 }, { INTERVAL, -1, 1 },
		{ INTERVAL, 709.78271, 709.78272 }, { INTERVAL, -40, -30 },
		{ SPREAD, -60, -1 } },
	    { { ALL }, { INTERVAL, -20, 89 }, { INTERVAL, -1, 1 },
		{ INTERVAL, 88.72f, 88.73f }, { SPREAD, -30, -1 } } },
	{ ONE(log), mpfr_log, NULL, log, NULL, 26000, 2600000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, 0.5, 2 }, { NEAR, 1 },
		{ INTERVAL, 0, 0x1p-1022 } },
	    { { ALL }, { INTERVAL, 0.5, 2 }, { NEAR, 1 },
		{ INTERVAL, 0, 0x1p-126 } } },
	{ ONE(log2), mpfr_log2, NULL, log2, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, 0.5, 2 }, { NEAR, 1 }, { NEAR, 2 },
		{ INTERVAL, 0, 0x1p-1022 } },
	    { { ALL }, { INTERVAL, 0.5, 2 }, { NEAR, 1 }, { NEAR, 2 },
		{ INTERVAL, 0, 0x1p-126 } } },
	{ ONE(log10), mpfr_log10, NULL, log10, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, 0.5, 2 }, { NEAR, 1 }, { NEAR, 10 },
		{ INTERVAL, 0, 0x1p-1022 } },
	    { { ALL }, { INTERVAL, 0.5, 2 }, { NEAR, 1 }, { NEAR, 10 },
		{ INTERVAL, 0, 0x1p-126 } } },
	{ ONE(log1p), mpfr_log1p, NULL, log1p, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -1, 2 }, { NEAR, -1 }, { SPREAD, -60, 4 },
		{ SPREAD, 900, 1024 } },
	    { { ALL }, { INTERVAL, -1, 2 }, { NEAR, -1 }, { SPREAD, -30, 4 },
		{ SPREAD, 100, 128 } } },
	{ ONE(sin), mpfr_sin, NULL, sin, NULL, 10000, 200000, 0.9, 0.55,
	    { { ALL }, { INTERVAL, -7, 7 }, { SPREAD, -30, 60 },
		{ INTERVAL, 2.3561, 2.3563 },
		{ QUADRANTS, 20 }, { QUADRANTS, 1000 }, { NEAR, 1e14 } },
	    { { ALL }, { INTERVAL, -7, 7 }, { SPREAD, -15, 30 },
		{ QUADRANTS, 20 }, { QUADRANTS, 125 }, { NEAR, 125 } } },
	{ ONE(cos), mpfr_cos, NULL, cos, NULL, 10000, 200000, 0.9, 0.55,
	    { { ALL }, { INTERVAL, -7, 7 }, { SPREAD, -30, 60 },
		{ INTERVAL, 2.3561, 2.3563 },
		{ QUADRANTS, 20 }, { QUADRANTS, 1000 }, { NEAR, 1e14 } },
	    { { ALL }, { INTERVAL, -7, 7 }, { SPREAD, -15, 30 },
		{ QUADRANTS, 20 }, { QUADRANTS, 125 }, { NEAR, 125 } } },
	{ ONE(tan), mpfr_tan, NULL, tan, NULL, 10000, 200000, 1.0, 0.55,
	    { { ALL }, { INTERVAL, -7, 7 }, { SPREAD, -30, 60 },
		{ INTERVAL, 2.3561, 2.3563 },
		{ QUADRANTS, 20 }, { QUADRANTS, 1000 }, { NEAR, 1e14 } },
	    { { ALL }, { INTERVAL, -7, 7 }, { SPREAD, -15, 30 },
		{ QUADRANTS, 20 }, { QUADRANTS, 125 }, { NEAR, 125 } } },
	{ ONE(asin), mpfr_asin, NULL, asin, NULL, 10000, 200000, 0.7, 0.55,
	    { { ALL }, { INTERVAL, -1, 1 }, { NEAR, 1 }, { NEAR, 0.5 },
		{ SPREAD, -60, 0 } },
	    { { ALL }, { INTERVAL, -1, 1 }, { NEAR, 1 }, { NEAR, 0.5 },
		{ SPREAD, -30, 0 } } },
	{ ONE(acos), mpfr_acos, NULL, acos, NULL, 10000, 200000, 0.7, 0.55,
	    { { ALL }, { INTERVAL, -1, 1 }, { NEAR, 1 }, { NEAR, -1 },
		{ NEAR, 0.5 }, { SPREAD, -60, 0 } },
	    { { ALL }, { INTERVAL, -1, 1 }, { NEAR, 1 }, { NEAR, -1 },
		{ NEAR, 0.5 }, { SPREAD, -30, 0 } } },
	{ ONE(atan), mpfr_atan, NULL, atan, NULL, 10000, 200000, 0.9, 0.55,
	    { { ALL }, { INTERVAL, -3, 3 }, { INTERVAL, 0.48, 0.5 }, { NEAR, 1 }, { SPREAD, -60, 60 } },
	    { { ALL }, { INTERVAL, -3, 3 }, { NEAR, 1 }, { SPREAD, -30, 30 } } },
	{ TWO(atan2), NULL, mpfr_atan2, NULL, atan2, 10000, 200000, 0.9, 0.55,
	    { { ALL }, { INTERVAL, -1, 1 }, { ALIKE, 2 }, { ALIKE, 60 },
		{ SPREAD, -1080, -990 }, { SPREAD, 1000, 1024 } },
	    { { ALL }, { INTERVAL, -1, 1 }, { ALIKE, 2 }, { ALIKE, 30 },
		{ SPREAD, -149, -120 }, { SPREAD, 120, 128 } } },
	{ ONE(sinh), mpfr_sinh, NULL, sinh, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -711, 711 }, { INTERVAL, -3, 3 },
		{ INTERVAL, 709, 710.48 }, { SPREAD, -60, 5 } },
	    { { ALL }, { INTERVAL, -90, 90 }, { INTERVAL, -3, 3 },
		{ INTERVAL, 88, 89.42f }, { SPREAD, -30, 5 } } },
	{ ONE(cosh), mpfr_cosh, NULL, cosh, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -711, 711 }, { INTERVAL, -3, 3 },
		{ INTERVAL, 709, 710.48 }, { SPREAD, -30, 5 } },
	    { { ALL }, { INTERVAL, -90, 90 }, { INTERVAL, -3, 3 },
		{ INTERVAL, 88, 89.42f }, { SPREAD, -30, 5 } } },
	{ ONE(tanh), mpfr_tanh, NULL, tanh, NULL, 10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -20, 20 }, { INTERVAL, -1, 1 },
		{ SPREAD, -60, 5 } },
	    { { ALL }, { INTERVAL, -10, 10 }, { INTERVAL, -1, 1 },
		{ SPREAD, -30, 4 } } },
	{ ONE(erf), mpfr_erf, NULL, erf, NULL, 10000, 200000, 0.8, 0.55,
	    { { ALL }, { INTERVAL, -6, 6 }, { INTERVAL, -1, 1 },
		{ SPREAD, -60, 3 }, { SPREAD, -1074, -1000 } },
	    { { ALL }, { INTERVAL, -4, 4 }, { INTERVAL, -1, 1 },
		{ SPREAD, -30, 2 }, { SPREAD, -149, -110 } } },
	{ TWO(hypot), NULL, mpfr_hypot, NULL, hypot, 10000, 200000, 0.8, 0.55,
	    { { ALL }, { INTERVAL, -1, 1 }, { ALIKE, 2 }, { ALIKE, 60 },
		{ SPREAD, -1080, -990 }, { SPREAD, 1000, 1024 } },
	    { { ALL }, { INTERVAL, -1, 1 }, { ALIKE, 2 }, { ALIKE, 30 },
		{ SPREAD, -149, -120 }, { SPREAD, 120, 128 } } },
	{ ONE(cbrt), mpfr_cbrt, NULL, cbrt, NULL, 10000, 200000, 0.55, 0.55,
	    { { ALL }, { INTERVAL, -8, 8 }, { SPREAD, -1080, -1000 },
		{ SPREAD, 1000, 1024 } },
	    { { ALL }, { INTERVAL, -8, 8 }, { SPREAD, -149, -120 },
		{ SPREAD, 120, 128 } } },
	{ ONE(sigmoid), exact_sigmoid, NULL, libm_sigmoid, NULL,
	    10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -746, 40 }, { INTERVAL, -3, 3 },
		{ INTERVAL, -746, -708 }, { SPREAD, -60, 5 } },
	    { { ALL }, { INTERVAL, -104, 20 }, { INTERVAL, -3, 3 },
		{ INTERVAL, -104, -87 }, { SPREAD, -30, 4 } } },
	{ ONE(softplus), exact_softplus, NULL, libm_softplus, NULL,
	    10000, 200000, 1.0, 1.0,
	    { { ALL }, { INTERVAL, -746, 800 }, { INTERVAL, -3, 3 },
		{ INTERVAL, -746, -708 }, { SPREAD, -60, 6 } },
	    { { ALL }, { INTERVAL, -104, 100 }, { INTERVAL, -3, 3 },
		{ INTERVAL, -104, -87 }, { SPREAD, -30, 5 } } },
};
/* clang-format on */

#endif
