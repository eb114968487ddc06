/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h -- what the rounds of a measurement come to.
 *
 *     the work of a subject --> rounds.c --> [stats.c] --> a row of the table
 *
 * Pure functions of numbers; nothing here measures or prints.
 */
#ifndef QUERN_BENCH_STATS_H
#define QUERN_BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* Sort n values into ascending order. */
void stats_sort(double value[], size_t n);

/*
 * The smallest of n sorted values that at least `share` (0 to 1) of them do
 * not exceed; n is at least 1.
 */
double stats_quantile(const double sorted[], size_t n, double share);

/* The middle of n sorted values, or the mean of the two in the middle. */
double stats_median(const double sorted[], size_t n);

/*
 * How many times as good `value` is as `best`: above 1 is better, whatever the
 * unit.  `more`: a large value is the good one.  0: cannot be said, since one
 * of the two is not above 0.
 */
double stats_ratio(double value, double best, bool more);

/* Four significant digits at most, no exponent; into a text of 24 bytes. */
char *stats_format(char text[24], double value);

#endif
