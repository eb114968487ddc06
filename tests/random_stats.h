/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_stats.h -- do numbers look as if they came from a distribution?
 *
 * Seeds are fixed, so each of these either holds always or never; the bounds
 * are what one in some hundred thousand seeds would exceed.
 */
#ifndef QUERN_TESTS_RANDOM_STATS_H
#define QUERN_TESTS_RANDOM_STATS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

struct distribution {
	const char *name;
	double (*cdf)(double x);
	double mean, variance, kurtosis; /* the latter 3 for the normal one */
};

/* `value` is as near to what is expected as 4.5 standard deviations. */
static inline void
near_expected(const char *name, const char *what, double value, double expected,
    double deviation)
{
	bool near = fabs(value - expected) <= 4.5 * deviation;

	CU_ASSERT_TRUE(near);
	if (!near)
		printf("\n  %s: %s is %g, not %g +- %g ", name, what, value,
		    expected, deviation);
}

static inline void
mean_and_variance_fit(const struct distribution *d, const double *x, size_t n)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += x[i] - d->mean;
		squares += (x[i] - d->mean) * (x[i] - d->mean);
	}
	near_expected(d->name, "the mean", sum / (double)n, 0,
	    sqrt(d->variance / (double)n));
	near_expected(d->name, "the variance", squares / (double)n, d->variance,
	    d->variance * sqrt((d->kurtosis - 1) / (double)n));
}

/* Counts that are all equally likely; degrees of freedom are nearly normal. */
static inline void
counts_are_alike(const char *name, const size_t *count, size_t bins, size_t n)
{
	double expected = (double)n / (double)bins, chi2 = 0;

	for (size_t i = 0; i < bins; i++) {
		double more = (double)count[i] - expected;

		chi2 += more * more / expected;
	}
	near_expected(name, "chi squared", chi2, (double)(bins - 1),
	    sqrt(2 * (double)(bins - 1)));
}

static inline void
bins_fill_evenly(const struct distribution *d, const double *x, size_t n)
{
	enum { BINS = 1000 };
	static size_t count[BINS];

	memset(count, 0, sizeof(count));
	for (size_t i = 0; i < n; i++) {
		double at = d->cdf(x[i]) * BINS;

		count[at < BINS ? (size_t)at : BINS - 1]++;
	}
	counts_are_alike(d->name, count, BINS, n);
}

/* Next to each other and a few apart, of the numbers and of their squares. */
static inline void
neighbours_are_independent(
    const struct distribution *d, const double *x, size_t n)
{
	for (size_t lag = 1; lag <= 8; lag++) {
		double sum = 0, squares = 0;

		for (size_t i = lag; i < n; i++) {
			double a = x[i] - d->mean, b = x[i - lag] - d->mean;

			sum += a * b;
			squares +=
			    (a * a - d->variance) * (b * b - d->variance);
		}
		near_expected(d->name, "the correlation",
		    sum / (double)n / d->variance, 0, 1 / sqrt((double)n));
		near_expected(d->name, "the correlation of squares",
		    squares / (double)n / (d->variance * d->variance), 0,
		    (d->kurtosis - 1) / sqrt((double)n));
	}
}

static inline int
compare_f64(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's test; sorts x. */
static inline void
steps_follow_the_curve(const struct distribution *d, double *x, size_t n)
{
	double most = 0;

	qsort(x, n, sizeof(*x), compare_f64);
	for (size_t i = 0; i < n; i++) {
		double at = d->cdf(x[i]);

		most = fmax(most, at - (double)i / (double)n);
		most = fmax(most, (double)(i + 1) / (double)n - at);
	}
	/* exceeded by 4 in a million */
	CU_ASSERT(most * sqrt((double)n) < 2.55);
	if (most * sqrt((double)n) >= 2.55)
		printf("\n  %s: D is %g ", d->name, most);
}

/* All of these; sorts x. */
static inline void
looks_like(const struct distribution *d, double *x, size_t n)
{
	mean_and_variance_fit(d, x, n);
	bins_fill_evenly(d, x, n);
	neighbours_are_independent(d, x, n);
	steps_follow_the_curve(d, x, n);
}

#endif
