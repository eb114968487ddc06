/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sum.c -- the sum of all elements, and their mean, which is the same loop
 * with another end.
 *
 *     quern/kernels.h --> [sum.c] --> lanes.h
 *
 * Integers: sum_integers.c.
 */
#include "lanes.h"

#include <errno.h>

#define SUM(v, w) (v)

LANES_LOOP(sum, f64, 1, SUM)
LANES_LOOP(sum, f32, 1, SUM)

#ifndef QUERN_ISA_NAME

LANES_ACC

static int
finish_sum(const quern_op *op, const void *acc)
{
	return quern__finish_float(op, op->count ? *(const double *)acc : 0.0);
}

static int
finish_mean(const quern_op *op, const void *acc)
{
	if (op->count == 0)
		return -EDOM;
	return quern__finish_float(
	    op, *(const double *)acc / (double)op->count);
}

REDUCTION_1(sum, f64, double, sum, lanes, &lanes_sub, finish_sum)
REDUCTION_1(sum, f32, float, sum, lanes, &lanes_sub, finish_sum)
REDUCTION_1(mean, f64, double, sum, lanes, &lanes_sub, finish_mean)
REDUCTION_1(mean, f32, float, sum, lanes, &lanes_sub, finish_mean)

#endif
