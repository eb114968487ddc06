/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c -- medians, quantiles and ratios; see stats.h. */
#include "stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
stats_sort(double value[], size_t n)
{
	qsort(value, n, sizeof(*value), compare);
}

double
stats_quantile(const double sorted[], size_t n, double share)
{
	double at = ceil(share * (double)n) - 1;

	if (at < 0)
		at = 0;
	return sorted[at < (double)n ? (size_t)at : n - 1];
}

double
stats_median(const double sorted[], size_t n)
{
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

double
stats_ratio(double value, double best, bool more)
{
	if (!(value > 0) || !(best > 0))
		return 0;
	return more ? value / best : best / value;
}

char *
stats_format(char text[24], double value)
{
	double size = fabs(value);
	int digits = size >= 999.5 ? 0 :
	    size >= 99.95          ? 1 :
	    size >= 9.995          ? 2 :
				     3;

	/* A difference that is next to nothing has no sign. */
	snprintf(text, 24, "%.*f", digits, size < 0.0005 ? 0 : value);
	return text;
}
